#include "engine/history.h"

void history_init(struct history *history, const struct policy *policy) {
    *history = (struct history){.policy = policy};
    arena_init(&history->arena);
    history->rows = ARENA_ARRAY(&history->arena, struct map, policy->entities.count + 1);
    history->placed = ARENA_ARRAY(&history->arena, size_t, policy->entities.count + 1);
    history->places = ARENA_ARRAY(&history->arena, size_t, policy->fields.count + 1);
    if (arena_failed(&history->arena)) return;
    for (size_t i = 0; i < policy->entities.count; i++) map_init(&history->rows[i], &history->arena);
}

void history_free(struct history *history) {
    arena_free(&history->arena);
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

struct past_row *history_row(const struct history *history, const struct entity *entity, struct text id) {
    return history && !arena_failed(&history->arena) ? map_get(&history->rows[entity->index], id) : NULL;
}

struct past_row *history_add_row(struct history *history, const struct entity *entity, struct text id) {
    struct past_row *row = history_row(history, entity, id);
    if (row) return row;
    row = ARENA_NEW(&history->arena, struct past_row);
    if (arena_failed(&history->arena)) return NULL;
    map_put(&history->rows[entity->index], text_copy(&history->arena, id), row);
    return row;
}

const struct past *history_of(const struct history *history, const struct past_row *row, const struct field *field) {
    size_t place = history->places[field->index];
    return place && place <= row->room ? &row->of[place - 1] : NULL;
}

/* Room for the field, and those that have a place by now. */
static struct past *make_room(struct history *history, struct past_row *row, const struct field *field) {
    size_t *place = &history->places[field->index];
    if (!*place) *place = ++history->placed[field->entity->index];
    if (*place <= row->room) return &row->of[*place - 1];
    size_t room = history->placed[field->entity->index];
    struct past *of = ARENA_ARRAY(&history->arena, struct past, room);
    if (arena_failed(&history->arena)) return NULL;
    if (row->room) memcpy(of, row->of, row->room * sizeof *of);
    *row = (struct past_row){of, room};
    return &row->of[*place - 1];
}

/* --- values ----------------------------------------------------------------------------------------------------- */

void history_keep(struct history *history, struct past_row *row, const struct field *field, month_number month,
                  struct value value) {
    struct past *past = row ? make_room(history, row, field) : NULL;
    if (!past) return;
    if (value.state == VALUE_KNOWN && field->type.kind == TYPE_NUMBER)
        value.as.number = number_copy(&history->arena, value.as.number);
    size_t at = past->list.count;
    while (at > 0 && past->list.items[at - 1].month > month) at--;
    struct past_value entry = {month, value};
    if (at > 0 && past->list.items[at - 1].month == month) {
        past->list.items[at - 1] = entry;
        return;
    }
    if (past->list.room == 0) { /* of most one value is all that there ever is */
        past->list.items = ARENA_NEW(&history->arena, struct past_value);
        past->list.room = 1;
    }
    VECTOR_PUSH(&history->arena, &past->list, entry);
    if (arena_failed(&history->arena)) return;
    for (size_t i = past->list.count - 1; i > at; i--) past->list.items[i] = past->list.items[i - 1];
    past->list.items[at] = entry;
}

/* What the rule's text can give: else no lane of a program might hold it. */
static bool can_be(struct arena *arena, const struct field *field, const struct value *value) {
    const struct interval *interval = &field->interval;
    if (value->state != VALUE_KNOWN || field->type.kind != TYPE_NUMBER || !interval->known) return true;
    struct number number = value->as.number;
    if (number_compare(number, interval->low) < 0 || number_compare(number, interval->high) > 0) return false;
    return number_sign(number) == 0 ||
           (number_sign(interval->grid) != 0 && number_is_integer(number_divide(arena, number, interval->grid)));
}

void history_put(struct history *history, const struct field *field, struct text id, month_number month,
                 struct value value) {
    if (!can_be(&history->arena, field, &value)) value = value_fault(REASON_OUT_OF_RANGE, field, 0);
    history_keep(history, history_add_row(history, field->entity, id), field, month, value);
}

void history_forget(struct history *history, const struct entity *entity, struct text id) {
    struct past_row *row = history_row(history, entity, id);
    for (size_t i = 0; row && i < row->room; i++) row->of[i].list.count = 0;
}

const struct past *history_find(const struct history *history, const struct field *field, struct text id) {
    const struct past_row *row = history_row(history, field->entity, id);
    return row ? history_of(history, row, field) : NULL;
}
