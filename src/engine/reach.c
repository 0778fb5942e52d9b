#include "engine/reach.h"

#include "base/memory.h"

struct searching {
    const struct policy *policy;
    const struct entity *within;
    bool *relevant; /* by field index: kept within, or read by one that is */
    bool *sees;     /* by field index: a rule elsewhere that depends on rows within */
    bool leaves;    /* a rule within depends on rows within other rows */
};

static bool is_within(const struct searching *searching, const struct entity *entity) {
    return entity_is_within(entity, searching->within);
}

bool reach_is_kept(const struct field *field) {
    if (field->kind == FIELD_INPUT) return false;
    bool yearly = field->rules.count && field->declaration->yearly;
    return field->entity->is_event || field->across || yearly || field->kind == FIELD_BENEFIT;
}

/* --- every expression of a field ---------------------------------------------------------------------------------- */

typedef void visitor(struct searching *searching, const struct field *field, const struct expr *expr);

static void look_through(struct searching *searching, const struct field *field, const struct expr *expr,
                         visitor *visit) {
    if (!expr) return;
    visit(searching, field, expr);
    look_through(searching, field, expr->left, visit);
    look_through(searching, field, expr->right, visit);
    look_through(searching, field, expr->third, visit);
    for (size_t i = 0; i < expr->items.count; i++) look_through(searching, field, expr->items.items[i], visit);
}

static void look_at_rule(struct searching *searching, const struct rule *rule, visitor *visit) {
    for (size_t i = 0; i < rule->count; i++) {
        look_through(searching, rule->field, rule->branches[i].condition, visit);
        look_through(searching, rule->field, rule->branches[i].value, visit);
    }
}

static void look_at_field(struct searching *searching, const struct field *field, visitor *visit) {
    for (size_t i = 0; i < field->rules.count; i++) look_at_rule(searching, field->rules.items[i], visit);
    for (size_t i = 0; i < field->exceptions.count; i++) look_at_rule(searching, field->exceptions.items[i], visit);
    look_through(searching, field, field->declaration->starts, visit);
}

/* --- what depends on what ----------------------------------------------------------------------------------------- */

static bool reads(const struct field *field, size_t *next, const struct field **read) {
    const struct dependencies *now = &field->reads, *before = &field->reads_before;
    size_t at = (*next)++;
    if (at < now->list.count)
        *read = now->list.items[at].field;
    else if (at - now->list.count < before->list.count)
        *read = before->list.items[at - now->list.count].field;
    else
        return false;
    return true;
}

/* Rows within are counted, or read. */
static void look_inside(struct searching *searching, const struct field *field, const struct expr *expr) {
    if (expr->kind == EXPR_GROUP && is_within(searching, expr->as.group.entity)) searching->sees[field->index] = true;
    if (expr->kind == EXPR_PATH)
        for (size_t i = 0; i < expr->as.path.target.hops.count; i++) {
            const struct field *over = expr->as.path.target.hops.items[i].over;
            if (over && is_within(searching, over->type.entity)) searching->sees[field->index] = true;
        }
}

static void find_seeing(struct searching *searching) {
    const struct policy *policy = searching->policy;
    bool more = true;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind != FIELD_INPUT && !is_within(searching, field->entity))
            look_at_field(searching, field, look_inside);
    }
    while (more) {
        more = false;
        for (size_t i = 0; i < policy->fields.count; i++) {
            const struct field *field = policy->fields.items[i], *read;
            if (is_within(searching, field->entity) || searching->sees[i]) continue;
            for (size_t next = 0; reads(field, &next, &read) && !searching->sees[i];)
                searching->sees[i] = is_within(searching, read->entity) || searching->sees[read->index];
            more = more || searching->sees[i];
        }
    }
}

/* Other rows are read than those within the same row: by a reference, or all that refer to this one, or what is shared
 * out among them. */
static void look_outside(struct searching *searching, const struct field *field, const struct expr *expr) {
    (void)field;
    if (expr->kind == EXPR_GROUP && expr->as.group.through) searching->leaves = true;
    if (expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_APPORTION) searching->leaves = true;
    if (expr->kind == EXPR_PATH)
        for (size_t i = 0; i < expr->as.path.target.hops.count; i++) {
            const struct field *over = expr->as.path.target.hops.items[i].over;
            if (over && is_within(searching, over->type.entity)) searching->leaves = true;
        }
}

/* Of rows within, or of entities beyond that are read. */
static void begin_relevant(struct searching *searching, const bool *read) {
    const struct policy *policy = searching->policy;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        bool decided = is_within(searching, field->entity) || (read && read[field->entity->index]);
        searching->relevant[i] = searching->relevant[i] || (reach_is_kept(field) && decided);
    }
}

static void find_relevant(struct searching *searching) {
    const struct policy *policy = searching->policy;
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < policy->fields.count; i++) {
            const struct field *field = policy->fields.items[i], *read;
            for (size_t next = 0; searching->relevant[i] && reads(field, &next, &read);) {
                more = more || !searching->relevant[read->index];
                searching->relevant[read->index] = true;
            }
        }
    }
}

/* A row that leads to one that does not stand is refused. */
static bool is_referred_to(const struct searching *searching) {
    const struct policy *policy = searching->policy;
    bool referred = false;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        bool leads = field->kind == FIELD_INPUT && field->type.kind == TYPE_ROW;
        referred = referred || (leads && is_within(searching, field->type.entity));
    }
    return referred;
}

static bool stays(struct searching *searching) {
    const struct policy *policy = searching->policy;
    if (is_referred_to(searching)) return false;
    find_seeing(searching);
    begin_relevant(searching, NULL);
    find_relevant(searching);
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        bool inside = is_within(searching, field->entity);
        if (inside && searching->relevant[i] && field->kind != FIELD_INPUT)
            look_at_field(searching, field, look_outside);
        if (!inside && searching->sees[i] && (searching->relevant[i] || reach_is_kept(field))) return false;
    }
    return !searching->leaves;
}

bool reach_stays_within(const struct policy *policy, const struct entity *entity) {
    struct searching searching = {.policy = policy, .within = entity};
    searching.relevant = memory_new(policy->fields.count + 1, sizeof *searching.relevant);
    searching.sees = memory_new(policy->fields.count + 1, sizeof *searching.sees);
    bool result = searching.relevant && searching.sees && stays(&searching);
    memory_free(searching.relevant);
    memory_free(searching.sees);
    return result;
}

/* --- what is decided with it -------------------------------------------------------------------------------------- */

static bool find_read(struct searching *searching, bool *read) {
    const struct policy *policy = searching->policy;
    bool more = false;
    begin_relevant(searching, read);
    find_relevant(searching);
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        size_t at = field->entity->index;
        if (!searching->relevant[i] || !reach_is_kept(field) || is_within(searching, field->entity)) continue;
        more = more || !read[at];
        read[at] = true;
    }
    return more;
}

bool reach_find_read(const struct policy *policy, const struct entity *entity, bool *read) {
    struct searching searching = {.policy = policy, .within = entity};
    searching.relevant = memory_new(policy->fields.count + 1, sizeof *searching.relevant);
    bool good = searching.relevant;
    while (good && find_read(&searching, read)) continue;
    memory_free(searching.relevant);
    return good;
}
