/* The values of a field that the history keeps, by line: see history.h.
 *
 * Lines lie in pages; of a page in which nothing is kept there is none. Within one the kinds lie together, and the
 * integers, each as wide as the widest of them needs to be: most pages hold one or two bytes a value. */
#ifndef DOUDI_ENGINE_HISTORY_COLUMN_H
#define DOUDI_ENGINE_HISTORY_COLUMN_H

#include "engine/coding.h"

struct past_column {
    struct coding coding;
    struct past_page **pages; /* NULL: nothing was ever kept */
    size_t page_count;
};

/* Kept in the arena are kinds, and values that no integer holds; pages are memory of their own. */
void past_column_init(struct past_column *column, struct arena *arena, const struct field *field);
void past_column_free(struct past_column *column);

/* What stands in a line; of kind 0 where nothing is kept. */
struct coded past_column_get(const struct past_column *column, size_t line);
/* Memory that runs out fails the arena. */
void past_column_set(struct past_column *column, size_t line, struct coded coded);

#endif
