#include "registry/row_query.h"

#include "registry/reading.h"

#include <string.h>

struct row_statements {
    struct statement *of[ROW_QUERIES]; /* NULL: not yet */
};

void row_queries_begin(struct row_queries *queries, struct registry *registry, struct arena *arena) {
    *queries = (struct row_queries){registry, arena};
    if (registry->lookups) return;
    registry->lookups = ARENA_ARRAY(&registry->arena, struct row_statements, registry->policy->entities.count + 1);
    if (!arena_failed(&registry->arena)) return;
    registry->lookups = NULL;
    arena->failed = true;
}

void row_queries_forget(struct registry *registry) {
    for (size_t i = 0; registry->lookups && i < registry->policy->entities.count; i++)
        for (size_t k = 0; k < ROW_QUERIES; k++) statement_free(registry->lookups[i].of[k]);
    registry->lookups = NULL;
}

static struct statement *prepare(struct row_queries *queries, enum row_query what, const struct entity *entity) {
    static const char *const begins[] = {[QUERY_BELOW] = "SELECT DISTINCT _key FROM ",
                                         [QUERY_ID] = "SELECT _id FROM ",
                                         [QUERY_KEY] = "SELECT _key FROM "},
                             *const ends[] = {[QUERY_BELOW] = " WHERE _parent = $1 ORDER BY _key",
                                              [QUERY_ID] = " WHERE _key = $1",
                                              [QUERY_KEY] = " WHERE _id = $1"};
    const struct registry_tables *tables = tables_of(queries->registry, entity);
    struct builder sql;
    builder_init(&sql);
    if (what == QUERY_VERSIONS) {
        store_select(&sql, &tables->versions, NULL, 0);
        builder_add(&sql, TEXT(" WHERE _key = $1 ORDER BY _version"));
    } else {
        builder_add(&sql, text_from(begins[what]));
        store_quote(&sql, what == QUERY_BELOW ? tables->versions.name : tables->names.name);
        builder_add(&sql, text_from(ends[what]));
    }
    struct statement *query = sql.failed ? NULL : store_prepare(queries->registry->store, builder_text(&sql).bytes);
    if (!query) queries->arena->failed = true;
    builder_free(&sql);
    return query;
}

static struct statement *statement_of(struct row_queries *queries, enum row_query what, const struct entity *entity) {
    if (arena_failed(queries->arena) || !queries->registry->lookups) return NULL;
    struct statement **query = &queries->registry->lookups[entity->index].of[what];
    if (!*query) *query = prepare(queries, what, entity);
    return *query;
}

struct statement *row_query(struct row_queries *queries, enum row_query what, const struct entity *entity,
                            struct store_value of) {
    struct statement *query = statement_of(queries, what, entity);
    return query && statement_begin(query, &of, 1) ? query : NULL;
}

void row_ask(struct row_queries *queries, enum row_query what, const struct entity *entity, struct store_value of) {
    struct statement *query = statement_of(queries, what, entity);
    if (query) statement_ask(query, &of, 1);
}

struct text row_id(struct row_queries *queries, const struct entity *entity, int64_t key) {
    struct statement *query = row_query(queries, QUERY_ID, entity, store_integer(key));
    struct text id = TEXT("");
    if (!query) return id;
    if (statement_next(query)) id = reading_name(queries->arena, statement_text(query, 0));
    statement_end(query);
    return id;
}

bool row_id_may_be(struct text id) {
    return id.length && text_invalid_at(id) == id.length && !memchr(id.bytes, 0, id.length);
}

int64_t row_key(struct row_queries *queries, const struct entity *entity, struct text id) {
    if (!row_id_may_be(id)) return 0;
    struct statement *query = row_query(queries, QUERY_KEY, entity, store_text(id));
    int64_t key = 0;
    if (!query) return key;
    if (statement_next(query)) key = statement_integer(query, 0);
    statement_end(query);
    return key;
}

enum registry_result registry_key_of(struct registry *registry, const struct entity *entity, struct text id,
                                     int64_t *key) {
    struct row_queries queries;
    row_queries_begin(&queries, registry, &registry->arena);
    *key = row_key(&queries, entity, id);
    return registry_outcome(registry, NULL);
}

enum registry_result registry_id_of(struct registry *registry, const struct entity *entity, int64_t key,
                                    struct arena *arena, struct text *id) {
    struct row_queries queries;
    row_queries_begin(&queries, registry, arena);
    *id = row_id(&queries, entity, key);
    return registry_outcome(registry, arena);
}
