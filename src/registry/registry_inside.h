/* What the files of the registry share: registry.c (tables, changes), law.c (by which law), given.c, chain.c (that
 * nothing was altered), take.c (what is told), read.c (what is known), copy.c (all of it elsewhere). */
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
enum { NAME_KEY, NAME_CHANGE, NAME_ID, NAME_COLUMNS };

struct registry_tables {
    struct store_table versions, names;
};

/* The names of an entity's rows. */
struct registry_names {
    struct text *ids; /* by key */
    size_t count;     /* the highest key, which are dense from 1 */
};
extern const struct store_table registry_changes_table, registry_law_table, registry_given_table;
extern const struct store_table registry_purpose_table; /* its one row says what the tables were made for */

/* The tables of a registry with their indexes, empty, in a store, which may be another than its own. */
void registry_make_tables(const struct registry *registry, struct store *store);

/* --- chain.c ------------------------------------------------------------------------------------------------------ */

/* A change, and the digest of what it wrote. */
struct chain_entry {
    struct registry_change change;
    unsigned char content[DIGEST_BYTES];
};

/* The tables that changes write to: these, then of each entity names and versions. */
enum { CHAIN_LAW, CHAIN_GIVEN, CHAIN_ENTITIES };
static inline size_t chain_names(const struct entity *entity) {
    return CHAIN_ENTITIES + 2 * entity->index;
}
static inline size_t chain_versions(const struct entity *entity) {
    return CHAIN_ENTITIES + 2 * entity->index + 1;
}
size_t chain_tables(const struct registry *registry);
const struct store_table *chain_table(const struct registry *registry, size_t index);

/* Rows of the change under way, in the order of their first column. */
struct chain_load {
    struct registry *registry;
    size_t index;
    const struct store_table *table;
    struct store_load *rows; /* NULL: failed */
    struct builder row;
};
bool chain_load_begin(struct chain_load *load, struct registry *registry, size_t table);
void chain_load_row(struct chain_load *load, const struct store_value *values); /* of one that began */
void chain_load_end(struct chain_load *load);                                   /* also of one that did not */

/* Writes the change itself, with its link; false when that failed. */
bool chain_close(struct registry *registry);
void chain_forget(struct registry *registry); /* what the change has written */

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* The highest of the numbers by which the rows of a table are told apart; 0: there are none. */
int64_t registry_highest(struct registry *registry, const struct store_table *table);

/* registry_read, which also gives the names of all rows, by entity index, in the arena. */
enum registry_result registry_read_named(struct registry *registry, int64_t known, struct arena *arena,
                                         struct records *records, struct registry_names *names);

static inline enum registry_result registry_outcome(const struct registry *registry, const struct arena *arena) {
    if (store_failed(registry->store))
        return store_trouble(registry->store)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY : REGISTRY_STORE_FAILED;
    return arena_failed(&registry->arena) || (arena && arena_failed(arena)) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

#endif
