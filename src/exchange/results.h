/* What a month's run found, as files: decisions, summary, alerts, undetermined rows, broken guarantees,
 * indicators. */
#ifndef DOUDI_EXCHANGE_RESULTS_H
#define DOUDI_EXCHANGE_RESULTS_H

#include "engine/confirmation.h"
#include "engine/run.h"
#include "exchange/file.h"

/* Of one benefit in one place. */
struct benefit_total {
    const struct field *benefit;
    size_t rows;          /* that get something */
    bool of_families;     /* it is paid to families, or in them */
    size_t families;      /* those of the rows that get something */
    size_t undetermined;  /* unknown or a fault */
    struct number amount; /* in base units, of the known ones */
};

struct results {
    /* Told now and then while the results are found; the caller sets them, or leaves them NULL. */
    void (*progress)(void *context, size_t done, size_t due);
    void *context;

    struct arena *arena;
    struct run *run;
    const struct entity *people;  /* whose parents are the families; NULL when there are none */
    size_t rows_done, rows_due;   /* looked at so far, and in all */
    struct benefit_total *totals; /* by order of benefits in the policy */
    size_t benefit_count;
    size_t alerts, broken, unchecked; /* guarantees broken, and those that could not be checked */
    size_t undetermined_rows;
};

/* Decides everything that the policy asks of the run. `results` is zero but for the progress. False when memory has run
 * out. */
bool results_find(struct results *results, struct run *run, struct arena *arena);

/* Writes decisions-ENTITY.csv, summary.csv, alerts.csv, undetermined.csv, guarantees.csv, indicators.csv into the
 * folder, each with the month in its lines; `append` when a month before it was written by the same call. The first
 * file that cannot be written is named in *path. */
enum file_result results_write(struct results *results, const char *folder, bool append, struct text *path);

#endif
