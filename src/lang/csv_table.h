/* A CSV file of the policy with its heading: columns by name, mistakes reported with their place. */
#ifndef DOUDI_LANG_CSV_TABLE_H
#define DOUDI_LANG_CSV_TABLE_H

#include "base/csv.h"
#include "lang/compile.h"

enum { CSV_COLUMNS_MAX = 64 };

struct csv_table {
    struct policy *policy;
    const struct source *source;
    struct csv csv;
    struct text columns[CSV_COLUMNS_MAX];
    size_t column_count;
};

/* Opens the file of the layer or of the layers that it extends; NULL source, and a report at `at`, when there is none
 * or it has no heading. */
bool csv_table_open(struct csv_table *table, struct policy *policy, struct layer *layer, struct text path,
                    struct span at);
/* The next line; broken ones are reported and skipped. */
bool csv_table_next(struct csv_table *table);
bool csv_table_has(const struct csv_table *table, struct text column);
/* The cell of the current line, trimmed; empty when there is no such column. */
struct text csv_table_cell(const struct csv_table *table, struct text column);
struct span csv_table_place(const struct csv_table *table, struct text column);

#endif
