#include "engine/history.h"

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

void history_forget(struct history *history, const struct field *field, struct text id) {
    struct past *past = map_get(&history->by_field[field->index], id);
    if (past) past->list.count = 0;
}

const struct past *history_find(const struct history *history, const struct field *field, struct text id) {
    return history && !arena_failed(&history->arena) ? map_get(&history->by_field[field->index], id) : NULL;
}
