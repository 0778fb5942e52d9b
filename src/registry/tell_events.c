#include "registry/tell_events.h"

#include "registry/row_query.h"

static void write_names(struct registry *registry, const struct registry_change *change, const struct entity *entity,
                        struct registry_event *events, size_t count) {
    int64_t last = 0;
    size_t fresh = 0;
    struct chain_load load;
    for (size_t i = 0; i < count; i++) fresh += events[i].key == 0;
    if (fresh == 0) return;
    last = registry_highest(registry, &tables_of(registry, entity)->names);
    bool begun = chain_load_begin(&load, registry, chain_names(registry, entity));
    for (size_t i = 0; i < count && begun; i++) {
        if (events[i].key) continue;
        events[i].key = ++last;
        const struct store_value values[NAME_COLUMNS] = {[NAME_KEY] = store_integer(last),
                                                         [NAME_CHANGE] = store_integer(change->number),
                                                         [NAME_ID] = store_text(events[i].id)};
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
}

static struct store_value value_of(const struct column *column, size_t row, const struct registry_rows_known *rows) {
    const struct field *input = column->spec.field;
    if (!column->known[row]) return store_null();
    if (column->lanes) return store_integer((int64_t)column_get(column, row));
    struct text text = column_text(column, row);
    if (input->type.kind != TYPE_ROW) return store_text(text);
    return store_integer(text_is(text, "none") ? 0 : rows->key(rows->context, input->type.entity, text));
}

static void write_versions(struct registry *registry, const struct registry_change *change,
                           const struct record_table *told, const struct registry_event *events, size_t count,
                           const struct registry_rows_known *rows, struct store_value *values) {
    const struct entity *entity = told->entity;
    const struct registry_tables *tables = tables_of(registry, entity);
    const struct registry_slot *slots = registry->places[entity->index].slots;
    int64_t last = registry_highest(registry, &tables->versions);
    struct chain_load load;
    bool begun = chain_load_begin(&load, registry, chain_versions(registry, entity));
    for (size_t i = 0; i < count && begun; i++) {
        const struct registry_event *event = &events[i];
        values[COLUMN_VERSION] = store_integer(++last);
        values[COLUMN_KEY] = store_integer(event->key);
        values[COLUMN_CHANGE] = store_integer(change->number);
        values[COLUMN_SINCE] = store_integer(MONTH_FIRST);
        values[COLUMN_STANDS] = store_integer(event->stands);
        values[COLUMN_UNCONFIRMED] = store_integer(0);
        values[COLUMN_PARENT] = store_integer(event->parent);
        for (size_t k = COLUMN_INPUTS; k < tables->versions.count; k++) values[k] = store_null();
        for (size_t k = 0; k < entity->inputs.count && event->stands; k++)
            values[slots[k].write] = value_of(&told->columns[k], event->row, rows);
        values[tables->versions.count] = store_text(event->place);
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
}

enum registry_result registry_tell_events(struct registry *registry, const struct registry_change *change,
                                          const struct record_table *told, struct registry_event *events, size_t count,
                                          const struct registry_rows_known *rows) {
    struct arena arena;
    if (count == 0) return registry_outcome(registry, NULL);
    arena_init(&arena);
    struct store_value *values =
        ARENA_ARRAY(&arena, struct store_value, tables_of(registry, told->entity)->versions.count + 1);
    write_names(registry, change, told->entity, events, count);
    if (values) write_versions(registry, change, told, events, count, rows, values);
    enum registry_result result = registry_outcome(registry, &arena);
    arena_free(&arena);
    return result;
}

enum registry_result registry_event_parent(struct registry *registry, const struct entity *event, int64_t key,
                                           int64_t *parent) {
    struct row_queries queries;
    *parent = 0;
    row_queries_begin(&queries, registry, &registry->arena);
    struct statement *query = row_query(&queries, QUERY_VERSIONS, event, store_integer(key));
    if (!query) return registry_outcome(registry, NULL);
    while (statement_next(query)) *parent = statement_integer(query, COLUMN_PARENT);
    statement_end(query);
    return registry_outcome(registry, NULL);
}

enum registry_result registry_event_told(struct registry *registry, const struct entity *event, int64_t key,
                                         int64_t after, int64_t *change) {
    struct row_queries queries;
    *change = 0;
    row_queries_begin(&queries, registry, &registry->arena);
    struct statement *query = row_query(&queries, QUERY_VERSIONS, event, store_integer(key));
    if (!query) return registry_outcome(registry, NULL);
    while (statement_next(query)) {
        int64_t told = statement_integer(query, COLUMN_CHANGE);
        if (*change == 0 && told > after && statement_integer(query, COLUMN_STANDS)) *change = told;
    }
    statement_end(query);
    return registry_outcome(registry, NULL);
}
