/* What dataset_make.c (which rows stand, under whom, in what order) and dataset_lay.c (their ids, columns and
 * references) share. */
#ifndef DOUDI_ENGINE_DATASET_INSIDE_H
#define DOUDI_ENGINE_DATASET_INSIDE_H

#include "engine/dataset.h"

/* Making a dataset of records. */
struct making {
    struct dataset *dataset;
    const struct records *records;
    struct refusals *refusals;
    struct map *refused; /* by entity index: ids of rows that were left out */
};

enum { AHEAD = 16 }; /* ids lie far apart, in files: how many rows before they are needed they are fetched */

/* The row of the records is left out, and told. */
void making_refuse(struct making *making, enum refusal_kind kind, const struct entity *entity, size_t row,
                   const struct field *field, struct text value);

struct late_map *late_map_new(struct arena *arena); /* NULL when memory has run out */

/* Ids and columns of a table whose arrival and parents stand. */
void making_lay_rows(struct making *making, struct table *table, const struct record_table *records);

/* References become row numbers once every entity has its rows. One that leads nowhere is told and left unknown. */
void making_resolve_references(struct making *making, struct table *table, const struct record_table *records);

#endif
