/* What a month's run found, as files: decisions, summary, alerts, undetermined rows, broken guarantees, values in
 * force. */
#ifndef DOUDI_EXCHANGE_RESULTS_H
#define DOUDI_EXCHANGE_RESULTS_H

#include "engine/confirmation.h"
#include "engine/run.h"
#include "exchange/file.h"

/* Of one benefit in one place. */
struct benefit_total {
    const struct field *benefit;
    size_t rows;          /* that get something */
    size_t families;      /* distinct parents of those rows */
    size_t undetermined;  /* unknown or a fault */
    struct number amount; /* in base units, of the known ones */
};

struct results {
    struct arena *arena;
    struct run *run;
    struct benefit_total *totals; /* by order of benefits in the policy */
    size_t benefit_count;
    size_t alerts, broken, unchecked; /* guarantees broken, and those that could not be checked */
    size_t undetermined_rows;
};

/* Decides everything that the policy asks of the run. False when memory has run out. */
bool results_find(struct results *results, struct run *run, struct arena *arena);

/* Writes decisions-ENTITY.csv, summary.csv, alerts.csv, undetermined.csv, guarantees.csv into the folder, each with the
 * month in its lines; `append` when a month before it was written by the same call. The first file that cannot be
 * written is named in *path. */
enum file_result results_write(struct results *results, const char *folder, bool append, struct text *path);

/* in-force.csv: what later months read; and back. Lines that are not understood are counted in *bad. */
enum file_result in_force_write(const struct history *history, struct arena *arena, const char *folder);
enum file_result in_force_read(struct history *history, struct arena *arena, const char *folder, size_t *bad);

#endif
