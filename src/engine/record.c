#include "engine/record.h"

#include "base/memory.h"
#include "engine/found.h"

/* The history's row of a row, made if need be. */
static uint32_t row_for(struct history *history, struct run *run, const struct entity *entity, size_t row) {
    uint32_t past = run_past(run, entity, row);
    if (past != PAST_NONE || arena_failed(&history->arena)) return past;
    past = history_add_row(history, entity, table_id(dataset_table(run->dataset, entity), row));
    if (past != PAST_NONE && run->pasts[entity->index]) run->pasts[entity->index][row] = past + 1;
    return past;
}

/* The row of a reason as the history's own. */
static size_t keep_row(struct history *history, struct run *run, const struct reason *reason, size_t row) {
    const struct entity *entity = reason_entity(run->policy, reason);
    if (!entity) return row;
    return row < dataset_table(run->dataset, entity)->rows ? row_for(history, run, entity, row) : PAST_NONE;
}

static struct coded keep_reason(struct history *history, struct run *run, const struct coding *coding,
                                struct coded coded) {
    if (!coded.kind || coded_kind(coding, coded)->state == VALUE_KNOWN || coded_kind(coding, coded)->listed)
        return coded;
    struct value value = coding_value(coding, coded);
    value.reason.row = keep_row(history, run, &value.reason, value.reason.row);
    coding_of_missing(&value.reason, &coded.integer);
    return coded;
}

void record_event(struct history *history, struct run *run, const struct entity *event, size_t row,
                  month_number month) {
    uint32_t past = row_for(history, run, event, row);
    uint32_t line = past == PAST_NONE ? PAST_NONE : history_line(history, event, past, month);
    for (size_t i = 0; i < event->fields.count && line != PAST_NONE; i++) {
        const struct field *field = event->fields.items[i];
        if (field->kind == FIELD_INPUT) continue;
        struct value value = run_value(run, field, row);
        struct coding *coding = &history->columns[field->index].coding;
        history_set(history, field, line, keep_reason(history, run, coding, coding_of(coding, &value)));
    }
}

/* --- whole columns ---------------------------------------------------------------------------------------------- */

bool record_keeps(const struct field *field, month_number month, day_number known) {
    int yearly = field->rules.count ? field->declaration->yearly : 0;
    if (field->kind == FIELD_INPUT || field->entity->is_event) return field->kind != FIELD_INPUT;
    if (!(field->across || yearly || field->kind == FIELD_BENEFIT)) return false;
    if (!field_rule_on(field, month_first_day(month), known)) return false;
    return !field->declaration->yearly || month_of_year(month) == field->declaration->yearly;
}

/* A line for every row, of an event in its own month; PAST_NONE for those that are not settled yet. All rows are looked
 * up before the first is added. False when memory has run out. */
static bool make_lines(struct history *history, struct run *run, const struct entity *entity, chosen_rows chosen,
                       uint32_t *lines) {
    struct rows rows = run_rows(run, entity);
    bool event = entity->is_event;
    uint32_t **pasts = &run->pasts[entity->index];
    if (!*pasts) *pasts = ARENA_ARRAY(&run->lasting, uint32_t, dataset_table(run->dataset, entity)->rows + 1);
    for (size_t row = rows.first; row < rows.last && !run_failed(run); row++) run_past(run, entity, row);
    if (run_failed(run)) return false;
    for (size_t row = rows.first; row < rows.last && !arena_failed(&history->arena); row++) {
        lines[row] = PAST_NONE;
        if (!rows_chosen(chosen, entity, row) || (event && !run_event_counts(run, entity, row))) continue;
        month_number month = event ? run_event_month(run, entity, row) : run->month;
        uint32_t past = row_for(history, run, entity, row);
        if (past != PAST_NONE) lines[row] = history_line(history, entity, past, month);
    }
    return !arena_failed(&history->arena);
}

/* What an event of an earlier month was settled with stays, unless values of the rule are given. */
static bool stays(const struct history *history, const struct run *run, const struct field *field, uint32_t line) {
    return field->entity->is_event && run->given[field->index].count == 0 &&
           history->tables[field->entity->index].lines[line].month < run->month &&
           coded_column_get(&history->columns[field->index], line).kind;
}

static void record_column(struct history *history, struct run *run, const struct field *field, const uint32_t *lines) {
    struct rows rows = run_rows(run, field->entity);
    struct coding *coding = &history->columns[field->index].coding;
    struct found found;
    found_begin(&found, run, coding, false);
    for (size_t row = rows.first; row < rows.last && !arena_failed(&history->arena) && !run_failed(run); row++)
        if (lines[row] != PAST_NONE && !stays(history, run, field, lines[row]))
            history_set(history, field, lines[row], keep_reason(history, run, coding, found_at(&found, row)));
}

static void record_entity(struct history *history, struct run *run, const struct entity *entity, chosen_rows chosen) {
    uint32_t *lines = NULL;
    for (size_t i = 0; i < entity->fields.count; i++) {
        const struct field *field = entity->fields.items[i];
        if (!record_keeps(field, run->month, run->options.known)) continue;
        if (!lines) {
            lines = memory_new(dataset_table(run->dataset, entity)->rows + 1, sizeof *lines);
            if (!lines) history->arena.failed = true;
            if (!lines || !make_lines(history, run, entity, chosen, lines)) break;
        }
        record_column(history, run, field, lines);
    }
    memory_free(lines);
}

void history_record_chosen(struct history *history, struct run *run, chosen_rows chosen) {
    const struct policy *policy = run->policy;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&history->arena); i++)
        if (!chosen || chosen[i]) record_entity(history, run, policy->entities.items[i], chosen);
}

void history_record_events(struct history *history, struct run *run) {
    const struct policy *policy = run->policy;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&history->arena); i++)
        if (policy->entities.items[i]->is_event) record_entity(history, run, policy->entities.items[i], NULL);
}

void history_record(struct history *history, struct run *run) {
    if (run->limits && run->month < history->limited_since) history->limited_since = run->month;
    history_record_chosen(history, run, NULL);
}
