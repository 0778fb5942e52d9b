/* Coded columns: values of a field by places, which are rows or whatever else is numbered, in a few bytes each.
 *
 * Places lie in pages; of a page in which nothing stands there is none. Within one the kinds lie together, and the
 * integers, each as wide as the widest of them needs to be: most pages hold one or two bytes a value. */
#ifndef DOUDI_ENGINE_CODED_COLUMN_H
#define DOUDI_ENGINE_CODED_COLUMN_H

#include "engine/coding.h"

struct coded_column {
    struct coding coding;
    struct coded_page **pages; /* NULL: nothing was ever put */
    size_t page_count;
};

/* In the arena lie kinds, and values that no integer holds; pages are memory of their own. */
void coded_column_init(struct coded_column *column, struct arena *arena, const struct field *field);
void coded_column_free(struct coded_column *column);

/* Of kind 0 where nothing stands. */
struct coded coded_column_get(const struct coded_column *column, size_t place);
/* Memory that runs out fails the arena. */
void coded_column_set(struct coded_column *column, size_t place, struct coded coded);

#endif
