/* What has been told since a change: which rows, and of which months. */
#include "base/map.h"
#include "registry/registry_inside.h"
#include "registry/row_query.h"
#include "registry/runs.h"

struct touching {
    struct registry *registry;
    int64_t after, known; /* changes behind the one, up to the other */
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
    builder_add(&sql, TEXT(" WHERE "));
    if (touching->known != REGISTRY_NOW) builder_format(&sql, "_change <= %lld AND ", (long long)touching->known);
    builder_format(&sql, "%s", where);
    struct statement *query = sql.failed ? NULL : store_prepare(touching->registry->store, builder_text(&sql).bytes);
    if (!query) touching->arena->failed = true;
    builder_free(&sql);
    return query;
}

/* Versions lie in the order of their changes. */
static int64_t first_version_after(struct touching *touching, const struct store_table *table) {
    int64_t low = 1, high = registry_highest(touching->registry, table) + 1;
    struct statement *query = query_of(touching, table->name, "_change", "_version >= $1 ORDER BY _version LIMIT 1");
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
        if (touched.change <= touching->known) VECTOR_PUSH(touching->arena, &touching->rows->list, touched);
    }
    if (scan) store_scan_end(scan);
}

enum registry_result registry_read_touched(struct registry *registry, int64_t after, struct arena *arena,
                                           struct registry_touched_rows *rows) {
    struct touching touching = {registry, after, registry_known(registry, REGISTRY_NOW), arena, rows};
    *rows = (struct registry_touched_rows){0};
    for (size_t i = 0; i < registry->policy->entities.count && registry_outcome(registry, arena) == REGISTRY_DONE; i++)
        read_touched(&touching, registry->policy->entities.items[i]);
    return registry_outcome(registry, arena);
}

enum registry_result registry_find_id(struct registry *registry, struct text id, struct arena *arena,
                                      struct registry_touched_rows *rows) {
    struct row_queries queries;
    *rows = (struct registry_touched_rows){0};
    row_queries_begin(&queries, registry, arena);
    for (size_t i = 0; i < registry->policy->entities.count; i++) {
        const struct entity *entity = registry->policy->entities.items[i];
        struct registry_touched found = {.entity = entity, .key = row_key(&queries, entity, id)};
        if (found.key) VECTOR_PUSH(arena, &rows->list, found);
    }
    return registry_outcome(registry, arena);
}

enum registry_result registry_find_unconfirmed(struct registry *registry, size_t most, struct arena *arena,
                                               struct registry_touched_rows *rows, bool *more) {
    struct touching touching = {.registry = registry, .arena = arena, .known = registry_known(registry, REGISTRY_NOW)};
    size_t found = 0;
    for (size_t i = 0; i < registry->policy->entities.count && found <= most; i++) {
        const struct entity *entity = registry->policy->entities.items[i];
        struct statement *query =
            query_of(&touching, tables_of(registry, entity)->versions.name, "DISTINCT _key", "_unconfirmed = 1");
        if (query && statement_begin(query, NULL, 0))
            for (; found <= most && statement_next(query); found++) {
                struct registry_touched row = {.entity = entity, .key = statement_integer(query, 0)};
                VECTOR_PUSH(arena, &rows->list, row);
            }
        if (query) statement_end(query);
        statement_free(query);
    }
    *more = found > most;
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
                          "_key = $1 ORDER BY 1");
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
    struct touching touching = {.registry = registry, .arena = arena, .known = registry_known(registry, REGISTRY_NOW)};
    size_t entities = registry->policy->entities.count;
    struct statement **queries = ARENA_ARRAY(arena, struct statement *, entities + 1);
    for (size_t i = 0; i < count && registry_outcome(registry, arena) == REGISTRY_DONE; i++) {
        const struct entity *entity = touched[i].entity, *of = unit[entity->index];
        if (of) climb(&touching, queries, entity, of, touched[i].key, &keys[of->index]);
    }
    for (size_t i = 0; i < entities && queries; i++) statement_free(queries[i]);
    return registry_outcome(registry, arena);
}

static int64_t last_version(struct touching *touching, const struct entity *entity) {
    struct statement *query = query_of(touching, tables_of(touching->registry, entity)->versions.name, "_change",
                                       "_version >= $1 ORDER BY _version DESC LIMIT 1");
    int64_t change = query ? ask(touching->registry, query, 1, 0) : 0;
    statement_free(query);
    return change;
}

enum registry_result registry_last_news(struct registry *registry, int64_t *change) {
    struct touching touching = {
        .registry = registry, .arena = &registry->arena, .known = registry_known(registry, REGISTRY_NOW)};
    int64_t given = registry_last_given(registry);
    *change = registry_law_change(registry, INT64_MAX);
    if (given > *change) *change = given;
    for (size_t i = 0; i < registry->policy->entities.count; i++) {
        int64_t told = last_version(&touching, registry->policy->entities.items[i]);
        if (told > *change) *change = told;
    }
    return registry_outcome(registry, NULL);
}

int64_t registry_last_given(struct registry *registry) {
    struct touching touching = {.registry = registry, .arena = &registry->arena, .known = REGISTRY_NOW};
    struct statement *query =
        query_of(&touching, registry_given_table.name, "coalesce(max(_change), 0)", "_given >= $1");
    int64_t change = query ? ask(registry, query, 0, 0) : 0;
    statement_free(query);
    return change;
}

/* --- which rows are tied together --------------------------------------------------------------------------------- */

struct tying {
    struct touching touching;
    const struct entity *of;           /* the unit at hand */
    struct registry_keys *keys;        /* of its rows, which grow */
    struct map among;                  /* the same */
    struct statement **above, **below; /* by entity index: parents of a key, keys of a parent */
};

static void add_tied(struct tying *tying, int64_t key) {
    const struct text name = {(const char *)&key, sizeof key};
    if (map_get(&tying->among, name)) return;
    map_put(&tying->among, text_copy(tying->touching.arena, name), tying);
    VECTOR_PUSH(tying->touching.arena, &tying->keys->list, key);
}

static void add_above(struct tying *tying, const struct entity *entity, int64_t key) {
    struct registry_keys above = {0};
    climb(&tying->touching, tying->above, entity, tying->of, key, &above);
    for (size_t i = 0; i < above.list.count; i++) add_tied(tying, above.list.items[i]);
}

static void go_below(struct tying *tying, const struct entity *outer, int64_t key) {
    struct touching *touching = &tying->touching;
    const struct policy *policy = touching->registry->policy;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(touching->arena); i++) {
        const struct entity *inner = policy->entities.items[i];
        const struct store_value value = store_integer(key);
        struct registry_keys found = {0};
        if (inner->parent != outer || inner->is_event) continue; /* an event stays below its own */
        if (!tying->below[i])
            tying->below[i] = query_of(touching, tables_of(touching->registry, inner)->versions.name, "DISTINCT _key",
                                       "_parent = $1 ORDER BY 1");
        if (!tying->below[i]) return;
        if (statement_begin(tying->below[i], &value, 1))
            while (statement_next(tying->below[i]))
                VECTOR_PUSH(touching->arena, &found.list, statement_integer(tying->below[i], 0));
        statement_end(tying->below[i]);
        for (size_t k = 0; k < found.list.count; k++) {
            add_above(tying, inner, found.list.items[k]);
            go_below(tying, inner, found.list.items[k]);
        }
    }
}

enum registry_result registry_find_tied(struct registry *registry, struct arena *arena, struct registry_keys *keys) {
    size_t entities = registry->policy->entities.count;
    struct tying tying = {
        .touching = {.registry = registry, .arena = arena, .known = registry_known(registry, REGISTRY_NOW)}};
    tying.above = ARENA_ARRAY(arena, struct statement *, entities + 1);
    tying.below = ARENA_ARRAY(arena, struct statement *, entities + 1);
    for (size_t e = 0; e < entities && registry_outcome(registry, arena) == REGISTRY_DONE; e++) {
        struct registry_keys first = keys[e];
        tying.of = registry->policy->entities.items[e];
        tying.keys = &keys[e];
        keys[e] = (struct registry_keys){0};
        map_init(&tying.among, arena);
        for (size_t i = 0; i < first.list.count; i++) add_tied(&tying, first.list.items[i]);
        for (size_t i = 0; i < keys[e].list.count && registry_outcome(registry, arena) == REGISTRY_DONE; i++)
            go_below(&tying, tying.of, keys[e].list.items[i]);
    }
    for (size_t i = 0; i < entities && tying.above && tying.below; i++) {
        statement_free(tying.above[i]);
        statement_free(tying.below[i]);
    }
    return registry_outcome(registry, arena);
}
