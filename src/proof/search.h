/* Searching for families for which guarantees do not hold: random ones, decided by the fast engine. */
#ifndef DOUDI_PROOF_SEARCH_H
#define DOUDI_PROOF_SEARCH_H

#include "proof/scene.h"

/* What became of a guarantee. */
struct searched {
    bool in_force;                 /* in the month; of events always: each is judged on its own day */
    size_t asked, unknown, broken; /* rows; no more of them once a case is found */
    struct text written;           /* the counterexample as a worked case; empty: none */
};

struct search {
    struct case_runner *runner; /* opened on the policy */
    month_number month;
    uint64_t seed;
    uint64_t families;
    unsigned threads;
    struct arena *arena; /* for what is found */
    const struct guarantee *const *guarantees;
    size_t count;
    struct searched *found;                               /* by guarantee */
    uint64_t done, drawn;                                 /* families due so far, and those that there were room for */
    void (*told)(void *context, size_t done, size_t due); /* after each world; may be NULL */
    void *context;
};

/* Ends when so many families are tried, or every guarantee in force has its case. False when memory has run out. */
bool search_run(struct search *search);

#endif
