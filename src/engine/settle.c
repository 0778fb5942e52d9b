#include "engine/settle.h"

#include "engine/record.h"

static day_number day_of(const struct table *table, size_t row) {
    const struct field *date = table->entity->dated.items[0];
    return (day_number)column_get(&table->columns[date->input_index], row);
}

static month_number month_of(const struct table *table, size_t row) {
    return day_month(day_of(table, row));
}

/* The rule by which it is seen whether an event was settled: all are, or none. */
static const struct field *any_rule(const struct entity *entity) {
    for (size_t i = 0; i < entity->fields.count; i++)
        if (entity->fields.items[i]->kind != FIELD_INPUT) return entity->fields.items[i];
    return NULL;
}

static bool is_settled(const struct history *history, const struct table *table, size_t row) {
    struct past_value last;
    return history_find(history, any_rule(table->entity), table_id(table, row), MONTH_LAST, &last);
}

static bool is_settling(const struct entity *entity) {
    return entity->is_event && any_rule(entity);
}

/* The rows of whose events is told; limits NULL: all. */
static struct rows rows_of(const struct rows *limits, const struct table *table) {
    return limits ? limits[table->entity->index] : (struct rows){0, table->rows};
}

/* What it was settled with is found anew, unless that is for others to do. */
static void reopen_event(struct history *history, const struct entity *event, struct text id) {
    uint32_t past = history_row(history, event, id);
    if (history_holds(history, event, past)) return;
    history_forget(history, event, id);
    if (history_stand(history, event, past).change) history_note_found(history, event, past, 0);
}

static struct past_stand stand_of(const struct history *history, const struct table *table, size_t row) {
    const struct entity *event = table->entity;
    if (!history->tables[event->index].stands) return (struct past_stand){.change = 0};
    return history_stand(history, event, history_row(history, event, table_id(table, row)));
}

/* Behind an event that came in late, or was settled elsewhere since they were found. */
static void reopen_behind_late(struct history *history, const struct table *table, struct rows rows,
                               month_number month) {
    bool open = false;
    int64_t latest = 0;
    for (size_t row = rows.first; row < rows.last; row++) {
        bool first = row == rows.first || table->parents[row] != table->parents[row - 1];
        struct past_stand stand = stand_of(history, table, row);
        if (first) open = false;
        if (first) latest = 0;
        bool before = stand.change && stand.change < latest; /* it was found */
        if (open || before || stand.cancelled) reopen_event(history, table->entity, table_id(table, row));
        if (stand.held && stand.change > latest) latest = stand.change;
        open = open || (month_of(table, row) < month && !is_settled(history, table, row));
    }
}

/* Behind an event that is gone: those of its month and later, under the same parent, that were found before a change
 * (0: all). */
static void reopen_behind(struct history *history, const struct dataset *dataset, const struct entity *entity,
                          size_t parent, month_number month, int64_t change) {
    const struct table *table = dataset_table(dataset, entity);
    size_t begin, end;
    dataset_below(dataset, entity->parent, parent, entity, &begin, &end);
    for (size_t row = begin; row < end; row++) {
        int64_t found = change ? stand_of(history, table, row).change : 0;
        if (month_of(table, row) >= month && (change == 0 || (found && found < change)))
            reopen_event(history, entity, table_id(table, row));
    }
}

/* What was kept of events that are gone; those behind them are reopened, or stay. */
static void forget_cancelled(struct history *history, const struct dataset *dataset, const struct rows *limits,
                             const struct entity *entity, bool reopens) {
    const struct table *table = dataset_table(dataset, entity);
    struct rows rows = rows_of(limits, table);
    const struct field *rule = any_rule(entity);
    const struct text_set *settled = &history->tables[entity->index].ids;
    struct arena arena;
    struct map present;
    struct past_value first;
    arena_init(&arena);
    map_init(&present, &arena);
    for (size_t row = rows.first; row < rows.last && settled->count; row++)
        map_put(&present, table_id(table, row), &present);
    if (arena_failed(&arena)) history->arena.failed = true;
    for (uint32_t past = 0; past < settled->count && !arena_failed(&arena); past++) {
        struct text id = text_set_at(settled, past);
        struct past_stand stand = history_stand(history, entity, past);
        bool kept = history_read_first(history, rule, past, &first);
        if (map_get(&present, id) || !(kept || stand.cancelled)) continue;
        size_t parent = event_parent(dataset, entity, &arena, id);
        if (limits && !rows_hold(limits[entity->parent->index], parent)) continue;
        if (!reopens) parent = SIZE_MAX;
        if (parent != SIZE_MAX)
            reopen_behind(history, dataset, entity, parent, kept ? first.month : stand.month, kept ? 0 : stand.change);
        history_forget(history, entity, id);
    }
    arena_free(&arena);
}

static void reopen(struct history *history, const struct dataset *dataset, const struct rows *limits) {
    const struct policy *policy = dataset->policy;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&history->arena); i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!is_settling(entity)) continue;
        const struct table *table = dataset_table(dataset, entity);
        forget_cancelled(history, dataset, limits, entity, true);
        reopen_behind_late(history, table, rows_of(limits, table), dataset->month);
    }
}

void settle_reopen(struct history *history, const struct dataset *dataset) {
    reopen(history, dataset, NULL);
}

static month_number next_month(const struct history *history, const struct dataset *dataset, const struct rows *limits,
                               month_number after) {
    const struct policy *policy = dataset->policy;
    month_number first = MONTH_LAST;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct table *table = &dataset->tables[i];
        struct rows rows = rows_of(limits, table);
        for (size_t row = rows.first; row < rows.last && is_settling(table->entity); row++) {
            month_number month = month_of(table, row);
            bool candidate = month > after && month < dataset->month && month < first;
            if (candidate && !is_settled(history, table, row)) first = month;
        }
    }
    return first;
}

month_number settle_next(const struct history *history, const struct dataset *dataset, month_number after) {
    return next_month(history, dataset, NULL, after);
}

/* The highest entity above the events of which a row holds a handful: what is found for one event then serves the
 * next, and the memory for it is used again behind them. */
static const struct entity *neighbourhood(const struct dataset *dataset, const struct entity *event) {
    enum { EVENTS_MOST = 16 };
    const struct entity *around = event->parent;
    size_t events = dataset_table(dataset, event)->rows;
    while (around->parent && events <= EVENTS_MOST * dataset_table(dataset, around->parent)->rows)
        around = around->parent;
    return around;
}

static void record_entity(struct history *history, struct run *run, const struct entity *event,
                          const struct settle_watch *watch) {
    const struct table *table = dataset_table(run->dataset, event);
    const day_number after = month_first_day(run->month + 1);
    const struct entity *around = neighbourhood(run->dataset, event);
    struct rows rows = run_rows(run, event);
    size_t last = SIZE_MAX;
    for (size_t row = rows.first; row < rows.last && !run_failed(run); row++) {
        if (day_of(table, row) < run->first_day || day_of(table, row) >= after) continue;
        size_t here = dataset_climb(run->dataset, event, row, around);
        if (here != last) run_look_at(run, around, here);
        last = here;
        bool anew = watch && !is_settled(history, table, row);
        record_event(history, run, event, row, run->month);
        if (anew) watch->settled(watch->context, run, event, row);
    }
}

static void record_events(struct history *history, struct run *run, const struct settle_watch *watch) {
    const struct policy *policy = run->policy;
    for (size_t i = 0; i < policy->entities.count; i++)
        if (is_settling(policy->entities.items[i])) record_entity(history, run, policy->entities.items[i], watch);
}

void settle_record(struct history *history, struct run *run) {
    record_events(history, run, NULL);
}

static bool settle_month(struct history *history, const struct records *records, const struct dataset *dataset,
                         const struct rows *limits, month_number month, const struct run_options *options,
                         const struct settle_watch *watch) {
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
    if (run) run->limits = limits;
    if (run) record_events(history, run, watch);
    good = run && !run_failed(run) && !arena_failed(&history->arena);
    run_free(run);
    dataset_free(then);
    arena_free(&arena);
    return good;
}

static bool settle(struct history *history, const struct records *records, const struct dataset *dataset,
                   const struct rows *limits, const struct run_options *options, const struct settle_watch *watch) {
    reopen(history, dataset, limits);
    month_number month = next_month(history, dataset, limits, MONTH_FIRST);
    bool any = month != MONTH_LAST;
    for (; month != MONTH_LAST; month = next_month(history, dataset, limits, month))
        if (!settle_month(history, records, dataset, limits, month, options, watch)) return false;
    /* In the world of its month an event may stand that does not any more. */
    for (size_t i = 0; i < dataset->policy->entities.count && any && records->versioned; i++)
        if (is_settling(dataset->policy->entities.items[i]))
            forget_cancelled(history, dataset, limits, dataset->policy->entities.items[i], false);
    return !arena_failed(&history->arena);
}

bool settle_past(struct history *history, const struct records *records, const struct dataset *dataset,
                 const struct run_options *options) {
    return settle(history, records, dataset, NULL, options, NULL);
}

bool settle_past_watched(struct history *history, const struct records *records, const struct dataset *dataset,
                         const struct run_options *options, const struct settle_watch *watch) {
    return settle(history, records, dataset, NULL, options, watch);
}

/* In a world of versions a row may have lain elsewhere when its events were, among others. */
bool settle_past_within(struct history *history, const struct records *records, const struct dataset *dataset,
                        const struct run_options *options, const struct entity *area, size_t row) {
    if (records->versioned || !settle_is_alone(dataset->policy, area))
        return settle_past(history, records, dataset, options);
    struct arena arena;
    arena_init(&arena);
    const struct rows *limits = dataset_within(dataset, &arena, area, row);
    bool done = limits && settle(history, records, dataset, limits, options, NULL);
    arena_free(&arena);
    return done;
}
