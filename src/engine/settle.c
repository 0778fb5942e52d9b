#include "engine/settle.h"

static month_number month_of(const struct table *table, size_t row) {
    const struct field *date = table->entity->dated.items[0];
    return day_month((day_number)column_get(&table->columns[date->input_index], row));
}

/* The rule by which it is seen whether an event was settled: all are, or none. */
static const struct field *any_rule(const struct entity *entity) {
    for (size_t i = 0; i < entity->fields.count; i++)
        if (entity->fields.items[i]->kind != FIELD_INPUT) return entity->fields.items[i];
    return NULL;
}

static bool is_settled(const struct history *history, const struct table *table, size_t row) {
    const struct past *past = history_find(history, any_rule(table->entity), table->ids[row]);
    return past && past->list.count > 0;
}

static bool is_settling(const struct entity *entity) {
    return entity->is_event && any_rule(entity);
}

static void forget(struct history *history, const struct entity *entity, struct text id) {
    for (size_t i = 0; i < entity->fields.count; i++)
        if (entity->fields.items[i]->kind != FIELD_INPUT) history_forget(history, entity->fields.items[i], id);
}

/* Behind an event that came in late. */
static void reopen_behind_late(struct history *history, const struct table *table, month_number month) {
    bool open = false;
    for (size_t row = 0; row < table->rows; row++) {
        if (row == 0 || table->parents[row] != table->parents[row - 1]) open = false;
        if (open) forget(history, table->entity, table->ids[row]);
        open = open || (month_of(table, row) < month && !is_settled(history, table, row));
    }
}

/* Behind an event that is gone: those of its month and later, under the same parent. */
static void reopen_behind(struct history *history, const struct dataset *dataset, const struct entity *entity,
                          size_t parent, month_number month) {
    const struct table *table = dataset_table(dataset, entity);
    size_t begin, end;
    dataset_below(dataset, entity->parent, parent, entity, &begin, &end);
    for (size_t row = begin; row < end; row++)
        if (month_of(table, row) >= month) forget(history, entity, table->ids[row]);
}

static void reopen_behind_cancelled(struct history *history, const struct dataset *dataset,
                                    const struct entity *entity) {
    const struct table *table = dataset_table(dataset, entity);
    const struct map *settled = &history->by_field[any_rule(entity)->index];
    struct arena arena;
    struct map present;
    arena_init(&arena);
    map_init(&present, &arena);
    for (size_t row = 0; row < table->rows; row++) map_put(&present, table->ids[row], &present);
    if (arena_failed(&arena)) history->arena.failed = true;
    for (size_t i = 0; i < settled->count && !arena_failed(&arena); i++) {
        struct text id = settled->entries[i].key;
        const struct past *past = settled->entries[i].value;
        if (past->list.count == 0 || map_get(&present, id)) continue;
        size_t parent = event_parent(dataset, entity, &arena, id);
        if (parent != SIZE_MAX) reopen_behind(history, dataset, entity, parent, past->list.items[0].month);
        forget(history, entity, id);
    }
    arena_free(&arena);
}

void settle_reopen(struct history *history, const struct dataset *dataset) {
    const struct policy *policy = dataset->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!is_settling(entity)) continue;
        reopen_behind_cancelled(history, dataset, entity);
        reopen_behind_late(history, dataset_table(dataset, entity), dataset->month);
    }
}

month_number settle_next(const struct history *history, const struct dataset *dataset, month_number after) {
    const struct policy *policy = dataset->policy;
    month_number first = MONTH_LAST;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct table *table = &dataset->tables[i];
        for (size_t row = 0; row < table->rows && is_settling(table->entity); row++) {
            month_number month = month_of(table, row);
            bool candidate = month > after && month < dataset->month && month < first;
            if (candidate && !is_settled(history, table, row)) first = month;
        }
    }
    return first;
}

void settle_record(struct history *history, struct run *run) {
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        if (field->kind == FIELD_INPUT || !field->entity->is_event) continue;
        const struct table *table = dataset_table(run->dataset, field->entity);
        for (size_t row = 0; row < table->rows; row++)
            if (month_of(table, row) == run->month)
                history_put(history, field, table->ids[row], run->month, run_value(run, field, row));
    }
}

static bool settle_month(struct history *history, const struct records *records, const struct dataset *dataset,
                         month_number month, const struct run_options *options) {
    const struct policy *policy = dataset->policy;
    struct run_options only = *options;
    struct arena arena;
    struct refusals refusals = {.arena = &arena}; /* told already, of the month that is decided */
    struct dataset *then = NULL;
    only.settles_only = true;
    arena_init(&arena);
    if (records->versioned) then = dataset_new(policy, records, month, &refusals);
    bool good = then || !records->versioned;
    struct run *run = good ? run_new(policy, then ? then : dataset, history, month, &only) : NULL;
    if (run) settle_record(history, run);
    good = run && !run_failed(run) && !arena_failed(&history->arena);
    run_free(run);
    dataset_free(then);
    arena_free(&arena);
    return good;
}

bool settle_past(struct history *history, const struct records *records, const struct dataset *dataset,
                 const struct run_options *options) {
    settle_reopen(history, dataset);
    month_number month = settle_next(history, dataset, MONTH_FIRST);
    for (; month != MONTH_LAST; month = settle_next(history, dataset, month))
        if (!settle_month(history, records, dataset, month, options)) return false;
    return !arena_failed(&history->arena);
}
