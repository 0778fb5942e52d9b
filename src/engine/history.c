#include "engine/run.h"

void history_init(struct history *history, const struct policy *policy) {
    *history = (struct history){.policy = policy};
    arena_init(&history->arena);
    history->by_field = ARENA_ARRAY(&history->arena, struct map, policy->fields.count + 1);
    if (arena_failed(&history->arena)) return;
    for (size_t i = 0; i < policy->fields.count; i++) map_init(&history->by_field[i], &history->arena);
}

void history_free(struct history *history) {
    arena_free(&history->arena);
}

bool history_keeps(const struct field *field) {
    bool yearly = field->rules.count && field->rules.items[0]->declaration->yearly;
    return field->kind != FIELD_INPUT && !field->entity->is_event &&
           (field->across || yearly || field->kind == FIELD_BENEFIT);
}

void history_put(struct history *history, const struct field *field, struct text id, month_number month,
                 struct value value) {
    if (arena_failed(&history->arena)) return;
    struct map *map = &history->by_field[field->index];
    struct past *past = map_get(map, id);
    if (!past) {
        past = ARENA_NEW(&history->arena, struct past);
        map_put(map, text_copy(&history->arena, id), past);
    }
    if (value.state == VALUE_KNOWN && field->type.kind == TYPE_NUMBER)
        value.as.number = number_copy(&history->arena, value.as.number);
    size_t at = past->list.count;
    while (at > 0 && past->list.items[at - 1].month > month) at--;
    struct past_value entry = {month, value};
    if (at > 0 && past->list.items[at - 1].month == month) {
        past->list.items[at - 1] = entry;
        return;
    }
    VECTOR_PUSH(&history->arena, &past->list, entry);
    if (arena_failed(&history->arena)) return;
    for (size_t i = past->list.count - 1; i > at; i--) past->list.items[i] = past->list.items[i - 1];
    past->list.items[at] = entry;
}

const struct past *history_find(const struct history *history, const struct field *field, struct text id) {
    return history && !arena_failed(&history->arena) ? map_get(&history->by_field[field->index], id) : NULL;
}

/* An event keeps what it was first settled with. */
static void record_events(struct history *history, struct run *run, const struct field *field) {
    const struct table *table = dataset_table(run->dataset, field->entity);
    for (size_t row = 0; row < table->rows; row++) {
        if (!run_event_counts(run, field->entity, row)) continue;
        month_number month = run_event_month(run, field->entity, row);
        history_put(history, field, table->ids[row], month, run_value(run, field, row));
    }
}

void history_record(struct history *history, struct run *run) {
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        if (field->kind != FIELD_INPUT && field->entity->is_event) {
            record_events(history, run, field);
            continue;
        }
        if (!history_keeps(field) || !field_rule_on(field, run->first_day, run->options.known)) continue;
        int yearly = field->rules.items[0]->declaration->yearly;
        if (yearly && month_of_year(run->month) != yearly) continue;
        const struct table *table = dataset_table(run->dataset, field->entity);
        for (size_t row = 0; row < table->rows; row++)
            history_put(history, field, table->ids[row], run->month, run_value(run, field, row));
    }
}
