#include "simulate/model.h"

#include <string.h>

static bool same_name(const struct entity *a, const struct entity *b) {
    return a && b ? text_equal(a->name, b->name) : a == b;
}

static bool same_enumeration(const struct enumeration *a, const struct enumeration *b) {
    if (!a || !b) return a == b;
    if (!text_equal(a->name, b->name) || a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!text_equal(a->values[i].name.text, b->values[i].name.text)) return false;
    return true;
}

static bool same_type(const struct type *a, const struct type *b) {
    return a->kind == b->kind && memcmp(a->powers, b->powers, sizeof a->powers) == 0 &&
           same_enumeration(a->enumeration, b->enumeration) && same_name(a->entity, b->entity);
}

static bool same_steps(const struct field *a, const struct field *b) {
    return a->type.kind != TYPE_NUMBER || (number_equal(a->scale, b->scale) && number_equal(a->step, b->step));
}

/* Of dates too: a row beyond the range is refused. */
static bool same_range(const struct field *a, const struct field *b) {
    return a->bounded == b->bounded &&
           (!a->bounded || (number_equal(a->low, b->low) && number_equal(a->high, b->high)));
}

static enum model_difference_kind compare_input(const struct field *input, const struct entity *other) {
    const struct field *found = map_get(&other->by_name, input->name);
    if (!found || found->kind != FIELD_INPUT) return MODEL_INPUT_MISSING;
    bool same = same_type(&input->type, &found->type) && same_steps(input, found) && same_range(input, found);
    return same ? MODEL_SAME : MODEL_INPUT_DIFFERS;
}

/* Of all that the one has, what the other lacks or has otherwise. */
static struct model_difference compare_one_way(const struct policy *has, const struct policy *other) {
    for (size_t i = 0; i < has->entities.count; i++) {
        const struct entity *entity = has->entities.items[i], *found = map_get(&other->entity_by_name, entity->name);
        struct model_difference difference = {MODEL_SAME, has, other, entity, NULL};
        if (!found)
            difference.kind = MODEL_ENTITY_MISSING;
        else if (!same_name(entity->parent, found->parent) || entity->is_event != found->is_event)
            difference.kind = MODEL_ENTITY_PLACED;
        for (size_t k = 0; k < entity->inputs.count && difference.kind == MODEL_SAME; k++) {
            difference.input = entity->inputs.items[k];
            difference.kind = compare_input(difference.input, found);
        }
        if (difference.kind != MODEL_SAME) return difference;
    }
    return (struct model_difference){.kind = MODEL_SAME};
}

struct model_difference model_compare(const struct policy *a, const struct policy *b) {
    struct model_difference difference = compare_one_way(a, b);
    return difference.kind == MODEL_SAME ? compare_one_way(b, a) : difference;
}
