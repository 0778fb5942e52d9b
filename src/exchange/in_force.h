/* in-force.csv: the values that later months read, written after one call and read by the next.
 *
 * The first line says which months were decided, one after another: #doudi in-force,1,POLICY,2018-05,2018-07, and of
 * which area if not of all: …,2018-07,530523. Then a section for each entity: #ENTITY,month,id,FIELD,… and below it a
 * line for each row and month; an empty month is an opening value, an empty cell nothing. The last line counts those
 * lines: #end,8000. */
#ifndef DOUDI_EXCHANGE_IN_FORCE_H
#define DOUDI_EXCHANGE_IN_FORCE_H

#include "engine/run.h"
#include "exchange/csv_file.h"

/* Of which months and rows the values are. */
struct in_force_months {
    month_number first, last;
    struct text area; /* the only one that was decided; empty: everybody was */
};

/* To disk, as a draft, which csv_file_commit puts in its place. Whatever comes of it, csv_file_close may be called. */
enum file_result in_force_draft(struct csv_file *file, const struct history *history, struct arena *arena,
                                const char *folder, struct in_force_months months);

struct in_force_read {
    struct in_force_months months;
    bool whole; /* from its first line to its last, as it was written */
    size_t bad; /* lines that are not understood */
};
/* Values of `before` and later are not taken: they are to be decided anew. */
enum file_result in_force_read(struct history *history, struct arena *arena, const char *folder, month_number before,
                               struct in_force_read *found);

/* Whether the folder holds such a file. */
bool in_force_is_ours(struct arena *arena, const char *folder);

#endif
