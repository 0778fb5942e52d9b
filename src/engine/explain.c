/* The tree of an explanation, found by following the way on which the evaluator found the value. */
#include "engine/explain_walk.h"

#include <string.h>

/* --- conditions ------------------------------------------------------------------------------------------------- */

/* How far the left side would have to move for the comparison to come out the other way. */
static void set_distance(struct walk *walk, struct explanation *node, const struct context *context,
                         const struct expr *expr, struct number step) {
    struct value left = evaluate(context, expr->left), right = evaluate(context, expr->right);
    bool numbers = expr->left->type.kind == TYPE_NUMBER || expr->right->type.kind == TYPE_NUMBER;
    if (!numbers || left.state != VALUE_KNOWN || right.state != VALUE_KNOWN) return;
    enum comparison aim = node->value.as.truth ? comparison_opposite(expr->as.compare) : expr->as.compare;
    if (aim == NOT_EQUAL) return;
    struct number gap = number_subtract(walk->arena, right.as.number, left.as.number);
    bool down = aim == LESS || aim == LESS_EQUAL || (aim == EQUAL && number_sign(gap) < 0);
    node->move = down ? MOVE_DOWN : MOVE_UP;
    struct number distance = number_absolute(walk->arena, gap);
    if (aim == LESS || aim == GREATER) distance = number_add(walk->arena, distance, step);
    node->distance = distance;
}

static struct explanation *explain_condition(struct walk *walk, const struct context *context, const struct expr *expr,
                                             enum wish wish) {
    struct value value = evaluate(context, expr);
    struct explanation *node =
        explain_node(walk, EXPLANATION_CONDITION, value, &expr->type, (struct display){number_one, number_one, false});
    node->expr = expr;
    node->failed = wish != WISH_NONE && value.state == VALUE_KNOWN && value.as.truth != (wish == WISH_TRUE);
    explain_expression(walk, node->label, expr);
    explain_formula(node, context, expr, NULL);
    if (expr->kind == EXPR_COMPARE && value.state == VALUE_KNOWN) {
        struct display display = display_of(walk->arena, expr->left);
        const struct declaration *declaration = explain_unit(expr->left);
        if (display.any) display = display_of(walk->arena, expr->right);
        node->scale = display.scale;
        node->step = display.step;
        if (wish != WISH_ABSENT) set_distance(walk, node, context, expr, display.step);
        explain_expression(walk, node->subject, expr->left);
        if (!declaration) declaration = explain_unit(expr->right);
        node->subject_unit = declaration;
    }
    return node;
}

static enum wish turned(enum wish wish) {
    return wish == WISH_NONE ? WISH_NONE : wish == WISH_TRUE ? WISH_ABSENT : WISH_TRUE;
}

/* Whether one of all that must hold fails, exclusions apart: those need not be told where something is lacking. */
static bool lacks_something(const struct context *context, const struct expr *expr) {
    if (expr->kind == EXPR_AND) return lacks_something(context, expr->left) || lacks_something(context, expr->right);
    struct value value = evaluate(context, expr);
    return expr->kind != EXPR_NOT && value.state == VALUE_KNOWN && !value.as.truth;
}

static void add_side(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish,
                     bool lacks);

/* The sides that make a logic what it is: one that decides alone, all where only all do, the open ones of an open one.
 */
static void add_logic(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish,
                      bool lacks) {
    bool stops = expr->kind == EXPR_OR;
    struct value whole = evaluate(context, expr);
    const struct expr *sides[] = {expr->left, expr->right};
    for (size_t i = 0; i < 2; i++) {
        struct value side = evaluate(context, sides[i]);
        bool decides = side.state == VALUE_KNOWN && side.as.truth == stops;
        if (whole.state == VALUE_KNOWN && whole.as.truth == stops && !decides) continue;
        if (whole.state != VALUE_KNOWN && side.state == VALUE_KNOWN) continue;
        add_side(list, context, sides[i], wish, lacks);
        if (decides && stops) return; /* one yes is enough; of several no each stands in the way */
    }
}

/* A side of `and`: what it excludes is told only where nothing is lacking. */
static void add_side(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish,
                     bool lacks) {
    if (lacks && expr->kind == EXPR_NOT) return;
    if (expr->kind == EXPR_AND)
        add_logic(list, context, expr, wish, lacks);
    else
        explain_truth(list, context, expr, wish);
}

void explain_truth(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish) {
    if (arena_failed(list->walk->arena)) return;
    if (expr->kind == EXPR_NOT) {
        explain_truth(list, context, expr->left, turned(wish));
        return;
    }
    if (expr->kind == EXPR_AND || expr->kind == EXPR_OR) {
        bool lacks = expr->kind == EXPR_AND && wish == WISH_TRUE && lacks_something(context, expr);
        add_logic(list, context, expr, wish, lacks);
        return;
    }
    if (expr->kind == EXPR_BOOL) return;
    if (expr->kind == EXPR_PATH) {
        if (expr->as.path.target.end == PATH_FIELD)
            explain_read(list, context, expr, wish);
        else
            explain_path(list, context, expr);
        return;
    }
    struct explanation *node = explain_condition(list->walk, context, expr, wish);
    struct list inner = {list->walk, node};
    if (expr->kind == EXPR_GROUP)
        explain_members(&inner, context, expr);
    else
        explain_operands(&inner, context, expr->kind == EXPR_CALL ? expr : expr->left);
    if (expr->kind != EXPR_GROUP && expr->kind != EXPR_CALL) {
        explain_operands(&inner, context, expr->right);
        explain_operands(&inner, context, expr->third);
        for (size_t i = 0; i < expr->items.count; i++) explain_operands(&inner, context, expr->items.items[i]);
    }
    explain_child(list, node);
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

/* Cases that were tried and passed over are not shown, but what in them is unconfirmed may have decided. */
static void note_passed_over(struct walk *walk, struct explanation *node, const struct context *context,
                             const struct rule *rule, size_t count) {
    struct explanation aside = {0};
    for (size_t i = 0; i < count; i++)
        if (rule->branches[i].condition)
            explain_truth(&(struct list){walk, &aside}, context, rule->branches[i].condition, WISH_NONE);
    node->unconfirmed = node->unconfirmed || aside.unconfirmed || rule->declaration->unconfirmed;
}

static void add_value(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish) {
    struct explanation *node = list->parent;
    explain_formula(node, context, expr, &node->scale);
    if (node->type.kind != TYPE_BOOL) {
        explain_operands(list, context, expr);
        return;
    }
    if (expr->kind != EXPR_COMPARE) {
        explain_truth(list, context, expr, wish);
        return;
    }
    /* a rule that is one comparison is that comparison: its operands follow at once */
    const struct explanation *own = explain_condition(list->walk, context, expr, wish);
    node->failed = own->failed;
    node->move = own->move;
    node->distance = own->distance;
    node->scale = own->scale;
    node->step = own->step;
    memcpy(node->subject, own->subject, sizeof node->subject);
    node->subject_unit = own->subject_unit;
    explain_operands(list, context, expr->left);
    explain_operands(list, context, expr->right);
}

/* No, or zero. */
static bool is_nothing(const struct expr *expr) {
    if (expr->kind == EXPR_BOOL) return !expr->as.truth;
    return expr->kind == EXPR_NUMBER && number_sign(expr->as.number.value) == 0;
}

/* The case that decided: its condition, or when it is the last resort, why none before it did (which is a failure only
 * where nothing comes of it); then what it says. */
static void explain_case(const struct list *list, const struct context *context, const struct rule *rule, size_t index,
                         enum wish wish) {
    struct explanation *node = list->parent;
    const struct branch *branch = &rule->branches[index];
    bool truth = node->type.kind == TYPE_BOOL && branch->value->kind == EXPR_BOOL;
    enum wish condition_wish =
        truth && wish != WISH_NONE && branch->value->as.truth != (wish == WISH_TRUE) ? WISH_FALSE : WISH_TRUE;
    node->rule = rule;
    node->branch = branch;
    node->cites = branch->cites.list.count ? &branch->cites : &rule->declaration->cites;
    note_passed_over(list->walk, node, context, rule, index);
    if (branch->condition)
        explain_truth(list, context, branch->condition, condition_wish);
    else
        for (size_t i = 0; i < index; i++)
            explain_truth(list, context, rule->branches[i].condition,
                          is_nothing(branch->value) ? WISH_TRUE : WISH_NONE);
    add_value(list, context, branch->value, wish);
}

/* Of a value that nobody knows: the cases of one text that are still open. True when one of them surely holds. */
static bool explain_open_cases(const struct list *list, const struct context *context, const struct rule *rule) {
    for (size_t i = 0; i < rule->count; i++) {
        const struct branch *branch = &rule->branches[i];
        struct value condition = branch->condition ? evaluate(context, branch->condition) : value_truth(true);
        if (condition.state == VALUE_KNOWN && !condition.as.truth) continue;
        list->parent->rule = rule;
        if (condition.state != VALUE_KNOWN) explain_truth(list, context, branch->condition, WISH_NONE);
        if (condition.state == VALUE_KNOWN && rule->count == 1)
            explain_formula(list->parent, context, branch->value, &list->parent->scale);
        if (evaluate(context, branch->value).state != VALUE_KNOWN) explain_operands(list, context, branch->value);
        if (condition.state == VALUE_KNOWN) return true;
    }
    return false;
}

static void explain_open(const struct list *list, const struct context *context, const struct field *field) {
    const struct rule *base = field_rule_on(field, context->day, context->run->options.known);
    bool decided = false;
    struct exceptions exceptions = {0};
    exceptions_in_force(context->run, field, context->row, context->day, &exceptions);
    for (size_t i = 0; i < exceptions.list.count && !decided; i++)
        decided = explain_open_cases(list, context, exceptions.list.items[i].rule);
    if (base && !decided) explain_open_cases(list, context, base);
    if (list->parent->rule) list->parent->cites = &list->parent->rule->declaration->cites;
}

static void explain_rule(const struct list *list, const struct context *context, const struct field *field,
                         enum wish wish) {
    const struct value *value = &list->parent->value;
    if (value->state != VALUE_KNOWN) {
        explain_open(list, context, field);
        return;
    }
    if (value->reason.kind != REASON_CASE || value->reason.field != field) return;
    struct exceptions exceptions = {0};
    exceptions_in_force(context->run, field, context->row, context->day, &exceptions);
    for (size_t i = 0; i < exceptions.list.count; i++)
        if (exceptions.list.items[i].rule->index != value->reason.text)
            note_passed_over(list->walk, list->parent, context, exceptions.list.items[i].rule, 1);
    explain_case(list, context, field_rule_numbered(field, value->reason.text), value->reason.index, wish);
}

static void note_origin(const struct run *run, struct explanation *node, size_t row) {
    const struct field *field = node->field;
    node->given = node->value.reason.kind == REASON_GIVEN ||
                  (run->given[field->index].count && map_get(&run->given[field->index], node->id));
    if (field->kind != FIELD_INPUT || node->given) return;
    const struct column *column = dataset_column(run->dataset, field);
    node->left_empty = !column->known[row] && field->declaration->empty;
    node->unconfirmed = column->known[row] && dataset_table(run->dataset, field->entity)->unconfirmed[row];
}

/* The month of the year in which a yearly rule is judged, when the run's is another; else 0. */
static int found_in_another_month(const struct run *run, const struct field *field) {
    int yearly = field->kind == FIELD_INPUT ? 0 : field->declaration->yearly;
    return month_of_year(run->month) == yearly ? 0 : yearly;
}

struct explanation *explain_value(struct walk *walk, const struct field *field, size_t row, enum wish wish) {
    struct text key = text_format(walk->arena, "%zu/%zu/%d", field->index, row, (int)wish);
    struct explanation *node = map_get(&walk->seen, key);
    if (node) return node;
    int yearly = found_in_another_month(walk->run, field);
    struct value value = yearly ? run_in_force(walk->run, field, row) : run_value(walk->run, field, row);
    node =
        explain_node(walk, EXPLANATION_FIELD, value, &field->type, (struct display){field->scale, field->step, false});
    map_put(&walk->seen, key, node);
    node->field = field;
    node->id = table_id(dataset_table(walk->run->dataset, field->entity), row);
    node->cites = &field->declaration->cites;
    node->failed = wish != WISH_NONE && field->type.kind == TYPE_BOOL && value.state == VALUE_KNOWN &&
                   value.as.truth != (wish == WISH_TRUE);
    explain_labels(node, field->label, field->name);
    node->unit = field->declaration;
    if (arena_failed(walk->arena)) return node; /* it is spare memory that others write to */
    note_origin(walk->run, node, row);
    node->yearly = yearly;
    if (field->kind == FIELD_INPUT || node->given || yearly) return node;
    struct context context = context_of(walk->run, field->entity, row);
    explain_rule(&(struct list){walk, node}, &context, field, wish);
    return node;
}

/* --- asked from outside ----------------------------------------------------------------------------------------- */

static struct walk walk_begin(struct run *run, struct arena *arena) {
    struct walk walk = {.run = run, .arena = arena};
    map_init(&walk.seen, arena);
    return walk;
}

struct explanation *explain_field(struct run *run, struct arena *arena, const struct field *field, size_t row,
                                  unsigned depth) {
    struct walk walk = walk_begin(run, arena);
    struct explanation *node = explain_value(&walk, field, row, WISH_NONE);
    node->depth = depth;
    return node;
}

/* What stands in the way: the case of nothing that held, or every case of something that did not. */
static void add_barriers(const struct list *list, const struct context *context, const struct rule *rule,
                         const struct branch *decided) {
    if (decided->condition) {
        explain_truth(list, context, decided->condition, WISH_FALSE);
        return;
    }
    for (const struct branch *branch = rule->branches; branch < decided; branch++)
        if (!is_nothing(branch->value)) explain_truth(list, context, branch->condition, WISH_TRUE);
}

static struct explanation *why_not_value(struct walk *walk, const struct field *field, size_t row);

static bool is_zero(const struct value *value) {
    return value->state == VALUE_KNOWN && number_sign(value->as.number) == 0;
}

/* The parts of a sum that comes to nothing, each with what stands in its way. */
static void add_empty_parts(const struct list *list, const struct context *context, const struct expr *expr) {
    if (expr->kind == EXPR_ADD) {
        add_empty_parts(list, context, expr->left);
        add_empty_parts(list, context, expr->right);
        return;
    }
    const struct entity *entity;
    size_t row;
    struct value missing, value;
    bool field = expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD;
    if (!field || !path_walk(context, &expr->as.path.target, &entity, &row, &missing)) return;
    value = evaluate(context, expr);
    if (expr->type.kind == TYPE_NUMBER && is_zero(&value) && !explain_is_past(context, expr->as.path.target.field))
        explain_child(list, why_not_value(list->walk, expr->as.path.target.field, row));
}

static struct explanation *why_not_value(struct walk *walk, const struct field *field, size_t row) {
    struct explanation *whole = explain_value(walk, field, row, field->type.kind == TYPE_BOOL ? WISH_TRUE : WISH_NONE);
    struct explanation *node = ARENA_NEW(walk->arena, struct explanation);
    if (arena_failed(walk->arena) || whole->value.state != VALUE_KNOWN || !whole->branch) return whole;
    struct context context = context_of(walk->run, field->entity, row);
    bool sum = whole->branch->value->kind == EXPR_ADD && field->type.kind == TYPE_NUMBER && is_zero(&whole->value);
    if (!sum && !is_nothing(whole->branch->value)) return whole;
    *node = *whole;
    node->failed = true;
    node->children.items = NULL;
    node->children.count = node->children.room = 0;
    struct list list = {walk, node};
    if (sum)
        add_empty_parts(&list, &context, whole->branch->value);
    else
        add_barriers(&list, &context, whole->rule, whole->branch);
    return node->children.count ? node : whole;
}

struct explanation *explain_why_not(struct run *run, struct arena *arena, const struct field *benefit, size_t row) {
    struct walk walk = walk_begin(run, arena);
    struct explanation *node = why_not_value(&walk, benefit, row);
    node->depth = 1;
    return node;
}

bool explanation_repeats(struct map *opened, const struct explanation *node) {
    if (!node->field || node->children.count == 0) return false;
    struct text key = text_format(opened->arena, "%zu %.*s %d", node->field->index, TEXT_ARG(node->id),
                                  node->kind == EXPLANATION_PREVIOUS);
    if (map_get(opened, key)) return true;
    map_put(opened, key, (void *)(uintptr_t)1);
    return false;
}
