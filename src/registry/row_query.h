/* Looking rows of an entity up, by statements that are prepared when they are first needed, and kept by the registry.
 */
#ifndef DOUDI_REGISTRY_ROW_QUERY_H
#define DOUDI_REGISTRY_ROW_QUERY_H

#include "registry/registry_inside.h"

enum row_query {
    QUERY_VERSIONS, /* all columns of the versions of a key, in the order in which they were told */
    QUERY_BELOW,    /* keys that any version says to lie below a key */
    QUERY_ID,       /* the id of a key */
    QUERY_KEY,      /* the key of an id */
    ROW_QUERIES
};
struct row_queries {
    struct registry *registry;
    struct arena *arena;
};

/* The arena is of what is found, and fails with any of it. */
void row_queries_begin(struct row_queries *queries, struct registry *registry, struct arena *arena);
void row_queries_forget(struct registry *registry); /* before its store is closed */

/* Begun, to be ended by statement_end; NULL: failed, which the store or the arena tells. */
struct statement *row_query(struct row_queries *queries, enum row_query what, const struct entity *entity,
                            struct store_value of);
/* That row_query will ask so, soon and in the same transaction (statement_ask). */
void row_ask(struct row_queries *queries, enum row_query what, const struct entity *entity, struct store_value of);
/* What no database takes for a text is the id of nothing. */
bool row_id_may_be(struct text id);
struct text row_id(struct row_queries *queries, const struct entity *entity, int64_t key); /* empty: no such row */
int64_t row_key(struct row_queries *queries, const struct entity *entity, struct text id); /* 0: none */

#endif
