/* What the files of the registry share: registry.c (tables, changes), law.c (by which law), given.c, take.c (what is
 * told), read.c (what is known). */
#ifndef DOUDI_REGISTRY_REGISTRY_INSIDE_H
#define DOUDI_REGISTRY_REGISTRY_INSIDE_H

#include "registry/registry.h"

/* Columns of the versions of an entity; its inputs follow, in their order. A lane is an integer, a reference the key of
 * its row or 0 for none, a text itself; unknown is NULL. */
enum {
    COLUMN_VERSION, /* a number for each, in the order in which they were told */
    COLUMN_KEY,     /* which row */
    COLUMN_CHANGE,
    COLUMN_SINCE,  /* the month from which on it holds */
    COLUMN_STANDS, /* 0: from then on there is no such row */
    COLUMN_UNCONFIRMED,
    COLUMN_PARENT, /* its key; 0 at the top */
    COLUMN_INPUTS
};

/* Columns of the names of an entity's rows. */
enum { NAME_KEY, NAME_ID, NAME_COLUMNS };

struct registry_tables {
    struct store_table versions, names;
};

/* The names of an entity's rows. */
struct registry_names {
    struct text *ids; /* by key */
    size_t count;     /* the highest key, which are dense from 1 */
};
extern const struct store_table registry_law_table, registry_given_table; /* law.c, given.c */

/* The highest of the numbers by which the rows of a table are told apart; 0: there are none. */
int64_t registry_highest(struct registry *registry, const struct store_table *table);

/* In the arena. */
enum registry_result registry_read_names(struct registry *registry, const struct entity *entity, struct arena *arena,
                                         struct registry_names *names);

static inline enum registry_result registry_outcome(const struct registry *registry, const struct arena *arena) {
    if (store_failed(registry->store))
        return store_trouble(registry->store)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY : REGISTRY_STORE_FAILED;
    return arena_failed(&registry->arena) || (arena && arena_failed(arena)) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

#endif
