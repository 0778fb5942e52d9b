/* Whether an area's events can be settled without those of others. */
#include "engine/settle.h"

/* Where a value is read from: rows of the area, or rows that may lie elsewhere. */
enum whence { FROM_WITHIN, FROM_BEYOND, WHENCES };

struct search {
    const struct entity *area;
    unsigned char *seen[WHENCES]; /* by field index */
    bool reads_events;            /* of others */
};

static void search_field(struct search *search, const struct field *field, enum whence whence);

static bool leads_out(const struct search *search, const struct expr *path) {
    for (size_t i = 0; i < path->as.path.target.hops.count; i++) {
        const struct hop *hop = &path->as.path.target.hops.items[i];
        if (hop->over || !entity_is_within(hop->up, search->area)) return true;
    }
    return false;
}

static enum whence whence_of(const struct search *search, const struct expr *expr, enum whence whence) {
    if (expr->kind == EXPR_PATH && leads_out(search, expr)) return FROM_BEYOND;
    if (expr->kind == EXPR_GROUP && expr->as.group.through) return FROM_BEYOND;
    /* What is divided among the rows below one above. */
    if (expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_APPORTION &&
        leads_out(search, expr->items.items[0]))
        return FROM_BEYOND;
    return whence;
}

static void search_expr(struct search *search, const struct expr *expr, enum whence whence) {
    if (!expr || search->reads_events) return;
    whence = whence_of(search, expr, whence);
    search_expr(search, expr->left, whence);
    search_expr(search, expr->right, whence);
    search_expr(search, expr->third, whence);
    for (size_t i = 0; i < expr->items.count; i++) search_expr(search, expr->items.items[i], whence);
    if (expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD)
        search_field(search, expr->as.path.target.field, whence);
    if (expr->kind == EXPR_GROUP && expr->as.group.through) search_field(search, expr->as.group.through, whence);
}

static void search_branches(struct search *search, const struct branch *branches, size_t count, enum whence whence) {
    for (size_t i = 0; i < count; i++) {
        search_expr(search, branches[i].condition, whence);
        search_expr(search, branches[i].value, whence);
    }
}

static void search_field(struct search *search, const struct field *field, enum whence whence) {
    if (search->seen[whence][field->index]) return;
    search->seen[whence][field->index] = 1;
    if (field->kind == FIELD_INPUT) return;
    search->reads_events = search->reads_events || (whence == FROM_BEYOND && field->entity->is_event);
    for (size_t i = 0; i < field->rules.count; i++)
        search_branches(search, field->rules.items[i]->branches, field->rules.items[i]->count, whence);
    for (size_t i = 0; i < field->exceptions.count; i++)
        search_branches(search, field->exceptions.items[i]->branches, field->exceptions.items[i]->count, whence);
}

/* All that is told of rows of the area. */
static void search_all(struct search *search, const struct policy *policy) {
    for (size_t i = 0; i < policy->fields.count; i++)
        if (entity_is_within(policy->fields.items[i]->entity, search->area))
            search_field(search, policy->fields.items[i], FROM_WITHIN);
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        if (!entity_is_within(guarantee->entity, search->area)) continue;
        search_expr(search, guarantee->declaration->where, FROM_WITHIN);
        search_expr(search, guarantee->declaration->test, FROM_WITHIN);
    }
    for (size_t i = 0; i < policy->indicators.count; i++) {
        const struct declaration *declaration = policy->indicators.items[i]->declaration;
        search_branches(search, declaration->branches.items, declaration->branches.count, FROM_WITHIN);
        search_expr(search, declaration->target, FROM_WITHIN);
    }
}

bool settle_is_alone(const struct policy *policy, const struct entity *area) {
    struct arena arena;
    arena_init(&arena);
    struct search search = {.area = area};
    for (enum whence whence = FROM_WITHIN; whence < WHENCES; whence++)
        search.seen[whence] = ARENA_ARRAY(&arena, unsigned char, policy->fields.count + 1);
    bool alone = !arena_failed(&arena);
    if (alone) search_all(&search, policy);
    arena_free(&arena);
    return alone && !search.reads_events;
}
