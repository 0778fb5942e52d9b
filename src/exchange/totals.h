/* What a month's run found, in numbers: of every benefit, guarantee and alert. */
#ifndef DOUDI_EXCHANGE_TOTALS_H
#define DOUDI_EXCHANGE_TOTALS_H

#include "engine/confirmation.h"
#include "exchange/marked.h"

/* Of one benefit. */
struct benefit_total {
    const struct field *benefit;
    bool unconfirmed;     /* it rests on parameters that nobody has confirmed */
    size_t rows;          /* that get something */
    bool of_families;     /* it is paid to families, or in them */
    size_t families;      /* those of the rows that get something */
    size_t undetermined;  /* unknown or a fault */
    size_t faults;        /* of these: no further input would mend them */
    struct number amount; /* in base units, of the known ones */
};

/* A guarantee that is broken, or cannot be checked, and why not. */
struct finding {
    const struct guarantee *guarantee;
    size_t row;
    enum guarantee_result result;
    struct value why;
};

struct totals {
    /* Told now and then while the totals are found; the caller sets them, or leaves them NULL. */
    void (*progress)(void *context, size_t done, size_t due);
    void *context;

    struct arena *arena;
    struct run *run;
    const struct entity *people;   /* whose parents are the families; NULL when there are none */
    size_t rows_done, rows_due;    /* looked at so far, and in all */
    struct benefit_total *benefit; /* by order of benefits in the policy */
    size_t benefit_count;
    size_t undetermined, faults; /* of all benefits; faults are among them */
    struct marked **marked;      /* by field index: of benefits and alerts */
    VECTOR(struct finding) findings;
    size_t broken, unchecked; /* of the findings */
    size_t alerts, alerts_undetermined;
    const struct confirmation *confirmation;
};

/* Decides everything that the policy asks of the run. `totals` is zero but for the progress. False when memory has run
 * out. */
bool totals_find(struct totals *totals, struct run *run, struct arena *arena);

/* policy_people, by the rows of a dataset. */
const struct entity *totals_people(const struct dataset *dataset);

/* How many rows of an entity the run tells of. */
size_t totals_rows(const struct run *run, const struct entity *entity);

/* An event counts in the month of its date, a benefit by the year in the month in which it is judged. */
bool totals_take(const struct run *run, const struct field *benefit, size_t row);
/* Events of later months are not settled yet. */
bool totals_know(const struct run *run, const struct entity *entity, size_t row);

#endif
