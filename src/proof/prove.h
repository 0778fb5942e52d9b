/* Proving a guarantee of a month: for all inputs in their declared ranges, or a family for which it does not hold. */
#ifndef DOUDI_PROOF_PROVE_H
#define DOUDI_PROOF_PROVE_H

#include "proof/scene.h"
#include "proof/solver.h"

enum verdict {
    VERDICT_PROVED,
    VERDICT_NEVER_ASKED,    /* proved: no row is asked in that month */
    VERDICT_COUNTEREXAMPLE, /* the evaluator confirms it */
    VERDICT_BEYOND_REACH,
    VERDICT_NOT_IN_FORCE,
};

enum { OPERATIONS_TOLD = 6 };

/* Why it is beyond reach; several may be. */
struct beyond {
    bool events;        /* it speaks of events, each judged on a day of its own */
    bool time;          /* the solver had no more */
    size_t slots;       /* nobody breaks it with so many rows below each; 0: not even that is shown */
    bool not_confirmed; /* what the solver found the evaluator does not confirm */
    bool areas;         /* nobody breaks it in the areas tried */
    struct text operations[OPERATIONS_TOLD]; /* what was not followed, as it stands in the law, the first of it */
    size_t operation_count;
};

struct proof {
    enum verdict verdict;
    struct beyond beyond;
    struct text written; /* the counterexample as a worked case */
};

struct prover {
    struct case_runner *runner; /* opened on the policy */
    month_number month;
    unsigned steps;      /* of the solver, for one guarantee */
    struct arena *arena; /* for what proofs say */
};

/* False when memory has run out. */
bool prove(const struct prover *prover, const struct guarantee *guarantee, struct proof *proof);

#endif
