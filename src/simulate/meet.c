/* Whether families meet: whether a benefit may rest on what another family has.
 *
 * All that the benefits in money read is looked through. Families meet where something beyond them (an area, an
 * institution) is computed from what families have, where a reference leads into a family, and where an amount is
 * shared out among rows. Said of a policy in which they do not really meet, it costs time and changes nothing. */
#include "simulate/cliff.h"
#include "simulate/simulation.h"

struct search {
    const struct entity *families;
    bool *seen; /* by field index */
    bool meet;
    VECTOR(const struct field *) open; /* to be looked at */
};

static bool leads_into_family(const struct search *search, const struct field *reference) {
    return reference && entity_is_within(reference->type.entity, search->families);
}

/* By a reference, or by an amount that is shared out. */
static bool crosses(const struct search *search, const struct expr *expr) {
    bool found = false;
    if (!expr) return false;
    if (expr->kind == EXPR_CALL) found = expr->as.call.function == FUNCTION_APPORTION;
    if (expr->kind == EXPR_GROUP) found = leads_into_family(search, expr->as.group.through);
    for (size_t i = 0; expr->kind == EXPR_PATH && i < expr->as.path.target.hops.count; i++)
        found = found || leads_into_family(search, expr->as.path.target.hops.items[i].over);
    for (size_t i = 0; i < expr->items.count; i++) found = found || crosses(search, expr->items.items[i]);
    return found || crosses(search, expr->left) || crosses(search, expr->right) || crosses(search, expr->third);
}

static bool text_crosses(const struct search *search, const struct rule *rule) {
    for (size_t i = 0; i < rule->count; i++)
        if (crosses(search, rule->branches[i].condition) || crosses(search, rule->branches[i].value)) return true;
    return false;
}

static void reach(struct search *search, struct arena *arena, const struct field *from,
                  const struct dependencies *dependencies) {
    bool beyond = !entity_is_within(from->entity, search->families);
    for (size_t i = 0; i < dependencies->list.count; i++) {
        const struct field *field = dependencies->list.items[i].field;
        bool inside = entity_is_within(field->entity, search->families);
        if (beyond && inside) search->meet = true;
        if (search->seen[field->index]) continue;
        search->seen[field->index] = true;
        VECTOR_PUSH(arena, &search->open, field);
    }
}

static void look_at(struct search *search, struct arena *arena, const struct field *field) {
    for (size_t i = 0; i < field->rules.count; i++) search->meet |= text_crosses(search, field->rules.items[i]);
    for (size_t i = 0; i < field->exceptions.count; i++)
        search->meet |= text_crosses(search, field->exceptions.items[i]);
    reach(search, arena, field, &field->reads);
    reach(search, arena, field, &field->reads_before);
}

bool cliff_families_meet(const struct policy *policy, const struct entity *families) {
    struct arena arena;
    arena_init(&arena);
    struct search search = {.families = families};
    search.seen = ARENA_ARRAY(&arena, bool, policy->fields.count + 1);
    for (size_t i = 0; i < policy->fields.count && !arena_failed(&arena); i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind == FIELD_BENEFIT && is_money(&field->type)) VECTOR_PUSH(&arena, &search.open, field);
    }
    for (size_t i = 0; i < search.open.count && !arena_failed(&arena); i++)
        look_at(&search, &arena, search.open.items[i]);
    bool meet = search.meet || arena_failed(&arena); /* where it is not known they are taken to meet */
    arena_free(&arena);
    return meet;
}
