/* What has been told since a change: which rows, and of which months. */
#include "registry/registry_inside.h"
#include "registry/runs.h"

struct touching {
    struct registry *registry;
    int64_t after;
    struct arena *arena;
    struct registry_touched_rows *rows;
};

/* --- versions ----------------------------------------------------------------------------------------------------- */

/* One integer that a query of one gives; `otherwise` where it gives none. */
static int64_t ask(struct registry *registry, struct statement *query, int64_t of, int64_t otherwise) {
    const struct store_value value = store_integer(of);
    int64_t answer = otherwise;
    if (statement_begin(query, &value, 1) && statement_next(query)) answer = statement_integer(query, 0);
    statement_end(query);
    return store_failed(registry->store) ? otherwise : answer;
}

static struct statement *query_of(struct touching *touching, struct text table, const char *what, const char *where) {
    struct builder sql;
    builder_init(&sql);
    builder_format(&sql, "SELECT %s FROM ", what);
    store_quote(&sql, table);
    builder_format(&sql, " %s", where);
    struct statement *query = sql.failed ? NULL : store_prepare(touching->registry->store, builder_text(&sql).bytes);
    if (!query) touching->arena->failed = true;
    builder_free(&sql);
    return query;
}

/* Versions lie in the order of their changes. */
static int64_t first_version_after(struct touching *touching, const struct store_table *table) {
    int64_t low = 1, high = registry_highest(touching->registry, table) + 1;
    struct statement *query =
        query_of(touching, table->name, "_change", "WHERE _version >= $1 ORDER BY _version LIMIT 1");
    while (query && low < high && !store_failed(touching->registry->store)) {
        int64_t middle = low + (high - low) / 2;
        if (ask(touching->registry, query, middle, INT64_MAX) > touching->after)
            high = middle;
        else
            low = middle + 1;
    }
    statement_free(query);
    return low;
}

/* The column of the date by which events are dated; SIZE_MAX where there is none. */
static size_t date_column(const struct registry *registry, const struct entity *entity) {
    if (!entity->is_event) return SIZE_MAX;
    return registry->places[entity->index].slots[entity->dated.items[0]->input_index].write;
}

static void read_touched(struct touching *touching, const struct entity *entity) {
    struct registry *registry = touching->registry;
    const struct store_table *table = &tables_of(registry, entity)->versions;
    size_t date = date_column(registry, entity);
    const size_t wanted[] = {COLUMN_VERSION, COLUMN_KEY, COLUMN_CHANGE, COLUMN_SINCE,
                             date == SIZE_MAX ? COLUMN_VERSION : date};
    int64_t first = first_version_after(touching, table);
    if (store_failed(registry->store)) return;
    struct statement *scan = store_scan(registry->store, &(struct store_scan_of){table, wanted, 5, first, INT64_MAX});
    while (scan && statement_next(scan) && !arena_failed(touching->arena)) {
        bool dated = date != SIZE_MAX && !statement_is_null(scan, 4);
        struct registry_touched touched = {.entity = entity,
                                           .key = statement_integer(scan, 1),
                                           .change = statement_integer(scan, 2),
                                           .since = (month_number)statement_integer(scan, 3)};
        if (dated) touched.since = day_month((day_number)statement_integer(scan, 4));
        VECTOR_PUSH(touching->arena, &touching->rows->list, touched);
    }
    if (scan) store_scan_end(scan);
}

enum registry_result registry_read_touched(struct registry *registry, int64_t after, struct arena *arena,
                                           struct registry_touched_rows *rows) {
    struct touching touching = {registry, after, arena, rows};
    *rows = (struct registry_touched_rows){0};
    for (size_t i = 0; i < registry->policy->entities.count && registry_outcome(registry, arena) == REGISTRY_DONE; i++)
        read_touched(&touching, registry->policy->entities.items[i]);
    return registry_outcome(registry, arena);
}

/* --- which rows they lie below ------------------------------------------------------------------------------------ */

static void climb(struct touching *touching, struct statement **queries, const struct entity *entity,
                  const struct entity *unit, int64_t key, struct registry_keys *keys) {
    struct registry_keys above = {0};
    const struct store_value value = store_integer(key);
    if (entity == unit) {
        VECTOR_PUSH(touching->arena, &keys->list, key);
        return;
    }
    struct statement **query = &queries[entity->index];
    if (!*query)
        *query = query_of(touching, tables_of(touching->registry, entity)->versions.name, "DISTINCT _parent",
                          "WHERE _key = $1 ORDER BY 1");
    if (!*query) return;
    if (statement_begin(*query, &value, 1))
        while (statement_next(*query)) VECTOR_PUSH(touching->arena, &above.list, statement_integer(*query, 0));
    statement_end(*query);
    for (size_t i = 0; i < above.list.count && registry_outcome(touching->registry, touching->arena) == REGISTRY_DONE;
         i++)
        climb(touching, queries, entity->parent, unit, above.list.items[i], keys);
}

enum registry_result registry_find_above(struct registry *registry, const struct registry_touched *touched,
                                         size_t count, const struct entity *const *unit, struct arena *arena,
                                         struct registry_keys *keys) {
    struct touching touching = {.registry = registry, .arena = arena};
    size_t entities = registry->policy->entities.count;
    struct statement **queries = ARENA_ARRAY(arena, struct statement *, entities + 1);
    for (size_t i = 0; i < count && registry_outcome(registry, arena) == REGISTRY_DONE; i++) {
        const struct entity *entity = touched[i].entity, *of = unit[entity->index];
        if (of) climb(&touching, queries, entity, of, touched[i].key, &keys[of->index]);
    }
    for (size_t i = 0; i < entities && queries; i++) statement_free(queries[i]);
    return registry_outcome(registry, arena);
}

int64_t registry_last_given(struct registry *registry) {
    struct touching touching = {.registry = registry, .arena = &registry->arena};
    struct statement *query =
        query_of(&touching, registry_given_table.name, "coalesce(max(_change), 0)", "WHERE _given >= $1");
    int64_t change = query ? ask(registry, query, 0, 0) : 0;
    statement_free(query);
    return change;
}

/* --- which rows are tied together --------------------------------------------------------------------------------- */

struct ties {
    VECTOR(struct registry_keys) list; /* of each row that lay in several rows of the unit: which */
};

/* Of rows of an entity that had several parents. */
static void find_ties(struct touching *touching, struct statement **queries, const struct entity *entity,
                      const struct entity *unit, struct ties *ties) {
    struct registry_keys moved = {0};
    struct statement *query = query_of(touching, tables_of(touching->registry, entity)->versions.name, "_key",
                                       "GROUP BY _key HAVING min(_parent) <> max(_parent) ORDER BY 1");
    if (query && statement_begin(query, NULL, 0))
        while (statement_next(query)) VECTOR_PUSH(touching->arena, &moved.list, statement_integer(query, 0));
    if (query) statement_end(query);
    statement_free(query);
    for (size_t i = 0; i < moved.list.count && registry_outcome(touching->registry, touching->arena) == REGISTRY_DONE;
         i++) {
        struct registry_keys tie = {0};
        climb(touching, queries, entity, unit, moved.list.items[i], &tie);
        VECTOR_PUSH(touching->arena, &ties->list, tie);
    }
}

static bool is_among(const struct map *among, int64_t key) {
    return map_get(among, (struct text){(const char *)&key, sizeof key});
}

static void put_among(struct touching *touching, struct map *among, int64_t key) {
    struct text text = text_copy(touching->arena, (struct text){(const char *)&key, sizeof key});
    map_put(among, text, among);
}

/* Whether a tie with one of them brought others. */
static bool follow(struct touching *touching, const struct registry_keys *tie, struct map *among,
                   struct registry_keys *keys) {
    bool tied = false, more = false;
    for (size_t i = 0; i < tie->list.count && !tied; i++) tied = is_among(among, tie->list.items[i]);
    for (size_t i = 0; i < tie->list.count && tied; i++) {
        if (is_among(among, tie->list.items[i])) continue;
        VECTOR_PUSH(touching->arena, &keys->list, tie->list.items[i]);
        put_among(touching, among, tie->list.items[i]);
        more = true;
    }
    return more && !arena_failed(touching->arena);
}

static void follow_ties(struct touching *touching, const struct ties *ties, struct registry_keys *keys) {
    struct map among;
    bool more = true;
    map_init(&among, touching->arena);
    for (size_t i = 0; i < keys->list.count; i++) put_among(touching, &among, keys->list.items[i]);
    while (more) {
        more = false;
        for (size_t i = 0; i < ties->list.count; i++)
            more = follow(touching, &ties->list.items[i], &among, keys) || more;
    }
}

enum registry_result registry_find_tied(struct registry *registry, struct arena *arena, struct registry_keys *keys) {
    struct touching touching = {.registry = registry, .arena = arena};
    const struct policy *policy = registry->policy;
    struct statement **queries = ARENA_ARRAY(arena, struct statement *, policy->entities.count + 1);
    for (size_t i = 0; i < policy->entities.count && queries; i++) {
        const struct entity *unit = policy->entities.items[i];
        struct ties ties = {0};
        if (keys[i].list.count == 0) continue;
        for (size_t k = i + 1; k < policy->entities.count && registry_outcome(registry, arena) == REGISTRY_DONE; k++)
            if (entity_is_within(policy->entities.items[k], unit))
                find_ties(&touching, queries, policy->entities.items[k], unit, &ties);
        follow_ties(&touching, &ties, &keys[i]);
    }
    for (size_t i = 0; i < policy->entities.count && queries; i++) statement_free(queries[i]);
    return registry_outcome(registry, arena);
}
