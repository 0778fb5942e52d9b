/* Found: the values of a field of a run, row after row, coded.
 *
 * For those who go through whole columns. What was solved is taken from its column, without a struct value; what was
 * not is asked of the run. Both give the same. */
#ifndef DOUDI_ENGINE_FOUND_H
#define DOUDI_ENGINE_FOUND_H

#include "engine/coding.h"
#include "engine/run.h"

struct found {
    struct run *run;
    struct coding *coding;
    bool in_force;                     /* the value in force (run_in_force), not that of the run's month */
    const struct solved_field *solved; /* NULL: the run is asked */
    struct rows rows;                  /* that were solved */
    int64_t factor;                    /* of a number: units of the coding to one of the column */
    uint32_t *by_case, *by_reason;     /* kinds by what the column tells; 0: not asked for yet */
};

/* Of the coding's field; run and coding must outlive it. It takes memory of the run. */
void found_begin(struct found *found, struct run *run, struct coding *coding, bool in_force);
/* Of kind 0 when memory has run out, which the coding's arena or the run tells. */
struct coded found_at(struct found *found, size_t row);

#endif
