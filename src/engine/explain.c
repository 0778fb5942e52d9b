/* The tree of an explanation, found by following the way on which the evaluator found the value. */
#include "engine/explain.h"
#include "engine/confirmation.h"

#include "lang/unit_words.h"

#include <string.h>

/* How a condition ought to come out, for whoever asks; WISH_NONE where nothing is at stake. WISH_ABSENT of what `not`
 * excludes: nobody moves towards that, and no distance to it is told. */
enum wish { WISH_NONE, WISH_TRUE, WISH_FALSE, WISH_ABSENT };

/* Members of a group beyond these are counted, not listed: a county has a hundred thousand. */
enum { MEMBERS_LISTED = 200 };

struct walk {
    struct run *run;
    struct arena *arena;
    struct confirmation confirmation; /* once it is asked for */
    struct map seen; /* field, row and wish -> struct explanation: a value that is read twice is explained once */
};

struct list {
    struct walk *walk;
    struct explanation *parent;
};

static struct explanation *explain_value(struct walk *walk, const struct field *field, size_t row, enum wish wish);
static void add_operands(const struct list *list, const struct context *context, const struct expr *expr);
static void add_truth(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish);

/* --- nodes ------------------------------------------------------------------------------------------------------ */

static struct explanation *node_new(struct walk *walk, enum explanation_kind kind, struct value value,
                                    const struct type *type, struct display display) {
    struct explanation *node = ARENA_NEW(walk->arena, struct explanation);
    node->kind = kind;
    node->value = value;
    node->type = *type;
    node->scale = display.scale;
    node->step = display.step;
    for (int language = 0; language < LANGUAGES; language++)
        node->missing[language] = reason_words(walk->arena, walk->run, &value, (enum language)language);
    return node;
}

static void add_child(const struct list *list, struct explanation *child) {
    for (size_t i = 0; i < list->parent->children.count; i++)
        if (list->parent->children.items[i] == child) return;
    VECTOR_PUSH(list->walk->arena, &list->parent->children, child);
    list->parent->unconfirmed = list->parent->unconfirmed || child->unconfirmed;
}

static void set_labels(struct explanation *node, const struct text label[LANGUAGES], struct text name) {
    for (int language = 0; language < LANGUAGES; language++)
        node->label[language] = label_or_name(label, name, (enum language)language);
}

static void set_expression_labels(struct walk *walk, struct text labels[LANGUAGES], const struct expr *expr) {
    for (int language = 0; language < LANGUAGES; language++)
        labels[language] = expression_labels(walk->arena, expr, (enum language)language);
}

static void set_units(struct walk *walk, struct text units[LANGUAGES], const struct declaration *declaration) {
    for (int language = 0; language < LANGUAGES; language++)
        units[language] = unit_words(walk->arena, walk->run->policy, type_written(walk->arena, &declaration->type),
                                     (enum language)language);
}

static void set_formula(struct walk *walk, struct explanation *node, const struct context *context,
                        const struct expr *expr, const struct number *scale) {
    if (arena_failed(walk->arena)) return;
    for (int language = 0; language < LANGUAGES; language++)
        node->formula[language] = expression_numbers(walk->arena, context, expr, scale, (enum language)language);
}

/* The declaration that names the unit in which an expression is shown; NULL for what has none of its own. */
static const struct declaration *unit_of(const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_PATH:
        if (expr->as.path.target.end == PATH_FIELD) return expr->as.path.target.field->declaration;
        return expr->as.path.target.end == PATH_PARAMETER ? expr->as.path.target.parameter->declaration : NULL;
    case EXPR_GROUP: return expr->left && expr->type.kind == TYPE_NUMBER ? unit_of(expr->left) : NULL;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_IF_KNOWN: {
        const struct declaration *left = unit_of(expr->left);
        return left ? left : unit_of(expr->right);
    }
    case EXPR_ON: return unit_of(expr->left);
    default: return NULL;
    }
}

/* --- parameters ------------------------------------------------------------------------------------------------- */

static bool find_index(const struct context *context, const struct expr *path, int64_t *index) {
    for (size_t i = 0; i < path->items.count; i++) {
        const struct expr *item = path->items.items[i];
        struct value value = evaluate(context, item);
        if (value.state != VALUE_KNOWN) return false;
        if (item->type.kind == TYPE_ENUM)
            index[i] = value.as.choice;
        else if (!number_to_int64(value.as.number, &index[i]))
            return false;
    }
    return true;
}

/* An expression may read the same line of a table more than once. */
static bool has_parameter(const struct explanation *parent, const struct explanation *node) {
    for (size_t i = 0; i < parent->children.count; i++)
        if (parent->children.items[i]->parameter == node->parameter && parent->children.items[i]->line == node->line &&
            node->line)
            return true;
    return false;
}

static void add_parameter(const struct list *list, const struct context *context, const struct expr *path,
                          day_number day, struct value value) {
    const struct parameter *parameter = path->as.path.target.parameter;
    struct display display = {parameter->scale, parameter->step, false};
    struct explanation *node = node_new(list->walk, EXPLANATION_PARAMETER, value, &parameter->type, display);
    const struct entity *entity;
    size_t row;
    struct value missing;
    int64_t index[PARAMETER_KEYS_MAX] = {0};
    node->parameter = parameter;
    node->cites = &parameter->declaration->cites;
    set_labels(node, parameter->label, parameter->name);
    set_units(list->walk, node->unit, parameter->declaration);
    if (path_walk(context, &path->as.path.target, &entity, &row, &missing) && find_index(context, path, index))
        node->line = parameter_find(context->run, parameter, entity, row, day, index, &node->level);
    node->inherited = node->line && parameter->area && node->level != parameter->area;
    node->unconfirmed = node->line && !node->line->confirmed;
    if (!has_parameter(list->parent, node)) add_child(list, node);
    for (size_t i = 0; i < path->items.count; i++) add_operands(list, context, path->items.items[i]);
}

/* A value that an expression reads as of another month has its reasons there, not here. */
static bool is_of_another_time(const struct context *reader, const struct field *field) {
    if (field->kind == FIELD_INPUT || field->entity->is_event) return false;
    const struct run *run = reader->run;
    int yearly = field->declaration->yearly;
    if (yearly && month_of_year(run->month) != yearly) return true;
    return reader->entity && reader->entity->is_event && day_month(reader->day) < run->month;
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

/* Whether a row is looked at by a group at all, before its `where` is asked. */
static bool is_looked_at(const struct context *context, const struct expr *group, const struct context *member) {
    const struct entity *entity = group->as.group.entity;
    if (group->as.group.through) {
        struct value reference = field_read(context, group->as.group.through, member->row);
        return reference.state != VALUE_KNOWN || reference.as.row.row == context->row;
    }
    return !entity->is_event || group_takes_event(context, group, member->day);
}

static void rows_of(const struct context *context, const struct expr *group, size_t *begin, size_t *end) {
    const struct dataset *dataset = context->run->dataset;
    const struct entity *entity = group->as.group.entity;
    const struct table *table = dataset_table(dataset, entity);
    *begin = 0;
    *end = table->rows;
    if (group->as.group.through) return;
    if (!group->as.group.earlier) {
        dataset_below(dataset, context->entity, context->row, entity, begin, end);
        return;
    }
    dataset_below(dataset, entity->parent, table->parents[context->row], entity, begin, end);
    *end = context->row;
}

/* The field of a member's own row that a group is over, or NULL for a longer expression. */
static const struct field *plain_field(const struct context *member, const struct expr *expr) {
    const struct entity *entity;
    size_t row;
    struct value missing;
    if (!expr || expr->kind != EXPR_PATH || expr->as.path.target.end != PATH_FIELD) return NULL;
    const struct field *field = expr->as.path.target.field;
    if (field->entity != member->entity || is_of_another_time(member, field)) return NULL;
    return path_walk(member, &expr->as.path.target, &entity, &row, &missing) && row == member->row ? field : NULL;
}

static struct explanation *member_new(struct walk *walk, const struct context *member, const struct expr *expr,
                                      struct value value) {
    const struct field *field = value.state == VALUE_KNOWN ? plain_field(member, expr) : NULL;
    if (field) {
        struct explanation *node = ARENA_NEW(walk->arena, struct explanation);
        *node = *explain_value(walk, field, member->row, WISH_NONE);
        node->kind = EXPLANATION_MEMBER;
        return node;
    }
    struct type truth = {.kind = TYPE_BOOL};
    struct display display = expr ? display_of(walk->arena, expr) : (struct display){number_one, number_one, false};
    struct explanation *node = node_new(walk, EXPLANATION_MEMBER, value, expr ? &expr->type : &truth, display);
    const struct declaration *declaration = expr ? unit_of(expr) : NULL;
    if (declaration) set_units(walk, node->unit, declaration);
    if (!expr) return node;
    set_formula(walk, node, member, expr, NULL);
    add_operands(&(struct list){walk, node}, member, expr);
    return node;
}

static void add_member(const struct list *list, const struct context *member, const struct expr *group,
                       struct value value) {
    struct walk *walk = list->walk;
    struct explanation aside = {0}, *node = member_new(walk, member, group->left, value);
    if (group->right) add_operands(&(struct list){walk, &aside}, member, group->right);
    node->unconfirmed = node->unconfirmed || aside.unconfirmed;
    node->id = dataset_table(walk->run->dataset, member->entity)->ids[member->row];
    for (int language = 0; language < LANGUAGES; language++) node->label[language] = node->id;
    add_child(list, node);
}

/* The value of a row that counts, or of one of which nobody knows whether it does; false for one that does not. */
static bool member_value(const struct context *member, const struct expr *group, struct value *value) {
    struct value where = group->right ? evaluate(member, group->right) : value_truth(true);
    *value = where;
    if (where.state != VALUE_KNOWN) return true;
    if (!where.as.truth) return false;
    if (group->left) *value = evaluate(member, group->left);
    return true;
}

/* One that decides a truth alone is all that need be shown. */
static bool is_beside_the_point(const struct expr *group, const struct value *result, const struct value *value) {
    bool any = group->as.group.kind == GROUP_ANY, all = group->as.group.kind == GROUP_ALL;
    if ((!any && !all) || result->state != VALUE_KNOWN || result->as.truth != any) return false;
    return value->state != VALUE_KNOWN || value->as.truth != any;
}

static void add_members(const struct list *list, const struct context *context, const struct expr *group) {
    const struct explanation *node = list->parent;
    size_t begin, end;
    rows_of(context, group, &begin, &end);
    for (size_t row = begin; row < end && !arena_failed(list->walk->arena); row++) {
        struct context member = context_of(context->run, group->as.group.entity, row);
        struct value value;
        if (!member.entity->is_event) member.day = context->day;
        if (!is_looked_at(context, group, &member) || !member_value(&member, group, &value)) continue;
        if (is_beside_the_point(group, &node->value, &value)) continue;
        if (node->children.count < MEMBERS_LISTED)
            add_member(list, &member, group, value);
        else
            list->parent->more++;
    }
}

static void add_group(const struct list *list, const struct context *context, const struct expr *group) {
    struct walk *walk = list->walk;
    struct explanation *node =
        node_new(walk, EXPLANATION_GROUP, evaluate(context, group), &group->type, display_of(walk->arena, group));
    const struct declaration *declaration = unit_of(group);
    node->expr = group;
    set_expression_labels(walk, node->label, group);
    if (declaration) set_units(walk, node->unit, declaration);
    bool counts_all = !group->left && !group->right; /* a list of everybody would tell nothing */
    if (!counts_all) add_members(&(struct list){walk, node}, context, group);
    add_child(list, node);
}

/* --- operands --------------------------------------------------------------------------------------------------- */

/* What another month found is not followed there; it rests on the same parameters as it would now. */
static bool rests_on_unconfirmed(struct walk *walk, const struct field *field) {
    if (!walk->confirmation.unconfirmed)
        walk->confirmation = confirmation_of(walk->arena, walk->run->dataset, walk->run->first_day);
    return !arena_failed(walk->arena) && walk->confirmation.unconfirmed[field->index];
}

static void add_past(const struct list *list, const struct field *field, size_t row, struct value value) {
    struct display display = {field->scale, field->step, false};
    struct explanation *node = node_new(list->walk, EXPLANATION_PREVIOUS, value, &field->type, display);
    node->field = field;
    node->id = dataset_table(list->walk->run->dataset, field->entity)->ids[row];
    set_labels(node, field->label, field->name);
    set_units(list->walk, node->unit, field->declaration);
    node->unconfirmed = value.state == VALUE_KNOWN && rests_on_unconfirmed(list->walk, field);
    add_child(list, node);
}

static void add_field(const struct list *list, const struct context *context, const struct expr *path, enum wish wish) {
    const struct field *field = path->as.path.target.field;
    const struct entity *entity;
    size_t row;
    struct value missing;
    for (size_t i = 0; i < path->as.path.target.hops.count; i++) {
        const struct hop *hop = &path->as.path.target.hops.items[i];
        if (i == 0 && hop->over) add_child(list, explain_value(list->walk, hop->over, context->row, WISH_NONE));
    }
    if (!path_walk(context, &path->as.path.target, &entity, &row, &missing)) return;
    if (is_of_another_time(context, field))
        add_past(list, field, row, field_read(context, field, row));
    else
        add_child(list, explain_value(list->walk, field, row, wish));
}

static void add_path(const struct list *list, const struct context *context, const struct expr *path) {
    switch (path->as.path.target.end) {
    case PATH_FIELD: add_field(list, context, path, WISH_NONE); return;
    case PATH_PARAMETER: add_parameter(list, context, path, context->day, evaluate(context, path)); return;
    default: return;
    }
}

static void add_call(const struct list *list, const struct context *context, const struct expr *call) {
    if (call->as.call.function == FUNCTION_PREVIOUS) {
        const struct field *field = call->items.items[0]->as.path.target.field;
        size_t row = dataset_climb(context->run->dataset, context->entity, context->row, field->entity);
        add_past(list, field, row, evaluate(context, call));
        return;
    }
    for (size_t i = 0; i < call->items.count; i++) add_operands(list, context, call->items.items[i]);
}

/* All that an expression reads, each as a child. */
static void add_operands(const struct list *list, const struct context *context, const struct expr *expr) {
    struct value day;
    if (!expr || arena_failed(list->walk->arena)) return;
    switch (expr->kind) {
    case EXPR_PATH: add_path(list, context, expr); return;
    case EXPR_GROUP: add_group(list, context, expr); return;
    case EXPR_CALL: add_call(list, context, expr); return;
    case EXPR_NOT:
    case EXPR_AND:
    case EXPR_OR: add_truth(list, context, expr, WISH_NONE); return;
    case EXPR_ON:
        day = evaluate(context, expr->right);
        if (day.state == VALUE_KNOWN) add_parameter(list, context, expr->left, day.as.date, evaluate(context, expr));
        add_operands(list, context, expr->right);
        return;
    case EXPR_IF_KNOWN:
        add_operands(list, context, expr->left);
        if (evaluate(context, expr->left).state == VALUE_UNKNOWN) add_operands(list, context, expr->right);
        return;
    default:
        add_operands(list, context, expr->left);
        add_operands(list, context, expr->right);
        add_operands(list, context, expr->third);
        for (size_t i = 0; i < expr->items.count; i++) add_operands(list, context, expr->items.items[i]);
    }
}

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
        node_new(walk, EXPLANATION_CONDITION, value, &expr->type, (struct display){number_one, number_one, false});
    node->expr = expr;
    node->failed = wish != WISH_NONE && value.state == VALUE_KNOWN && value.as.truth != (wish == WISH_TRUE);
    set_expression_labels(walk, node->label, expr);
    set_formula(walk, node, context, expr, NULL);
    if (expr->kind == EXPR_COMPARE && value.state == VALUE_KNOWN) {
        struct display display = display_of(walk->arena, expr->left);
        const struct declaration *declaration = unit_of(expr->left);
        if (display.any) display = display_of(walk->arena, expr->right);
        node->scale = display.scale;
        node->step = display.step;
        if (wish != WISH_ABSENT) set_distance(walk, node, context, expr, display.step);
        set_expression_labels(walk, node->subject, expr->left);
        if (!declaration) declaration = unit_of(expr->right);
        if (declaration) set_units(walk, node->subject_unit, declaration);
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
        add_truth(list, context, expr, wish);
}

static void add_truth(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish) {
    if (arena_failed(list->walk->arena)) return;
    if (expr->kind == EXPR_NOT) {
        add_truth(list, context, expr->left, turned(wish));
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
            add_field(list, context, expr, wish);
        else
            add_path(list, context, expr);
        return;
    }
    struct explanation *node = explain_condition(list->walk, context, expr, wish);
    struct list inner = {list->walk, node};
    if (expr->kind == EXPR_GROUP)
        add_members(&inner, context, expr);
    else
        add_operands(&inner, context, expr->kind == EXPR_CALL ? expr : expr->left);
    if (expr->kind != EXPR_GROUP && expr->kind != EXPR_CALL) {
        add_operands(&inner, context, expr->right);
        add_operands(&inner, context, expr->third);
        for (size_t i = 0; i < expr->items.count; i++) add_operands(&inner, context, expr->items.items[i]);
    }
    add_child(list, node);
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

/* Cases that were tried and passed over are not shown, but what in them is unconfirmed may have decided. */
static void note_passed_over(struct walk *walk, struct explanation *node, const struct context *context,
                             const struct rule *rule, size_t count) {
    struct explanation aside = {0};
    for (size_t i = 0; i < count; i++)
        if (rule->branches[i].condition)
            add_truth(&(struct list){walk, &aside}, context, rule->branches[i].condition, WISH_NONE);
    node->unconfirmed = node->unconfirmed || aside.unconfirmed || rule->declaration->unconfirmed;
}

static void add_value(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish) {
    struct explanation *node = list->parent;
    set_formula(list->walk, node, context, expr, &node->scale);
    if (node->type.kind != TYPE_BOOL) {
        add_operands(list, context, expr);
        return;
    }
    if (expr->kind != EXPR_COMPARE) {
        add_truth(list, context, expr, wish);
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
    memcpy(node->subject_unit, own->subject_unit, sizeof node->subject_unit);
    add_operands(list, context, expr->left);
    add_operands(list, context, expr->right);
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
        add_truth(list, context, branch->condition, condition_wish);
    else
        for (size_t i = 0; i < index; i++)
            add_truth(list, context, rule->branches[i].condition, is_nothing(branch->value) ? WISH_TRUE : WISH_NONE);
    add_value(list, context, branch->value, wish);
}

/* Of a value that nobody knows: the cases of one text that are still open. True when one of them surely holds. */
static bool explain_open_cases(const struct list *list, const struct context *context, const struct rule *rule) {
    for (size_t i = 0; i < rule->count; i++) {
        const struct branch *branch = &rule->branches[i];
        struct value condition = branch->condition ? evaluate(context, branch->condition) : value_truth(true);
        if (condition.state == VALUE_KNOWN && !condition.as.truth) continue;
        list->parent->rule = rule;
        if (condition.state != VALUE_KNOWN) add_truth(list, context, branch->condition, WISH_NONE);
        if (condition.state == VALUE_KNOWN && rule->count == 1)
            set_formula(list->walk, list->parent, context, branch->value, &list->parent->scale);
        if (evaluate(context, branch->value).state != VALUE_KNOWN) add_operands(list, context, branch->value);
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
    const struct column *column = &dataset_table(run->dataset, field->entity)->columns[field->input_index];
    node->left_empty = !column->known[row] && field->declaration->empty;
    node->unconfirmed = column->known[row] && dataset_table(run->dataset, field->entity)->unconfirmed[row];
}

/* The month of the year in which a yearly rule is judged, when the run's is another; else 0. */
static int found_in_another_month(const struct run *run, const struct field *field) {
    int yearly = field->kind == FIELD_INPUT ? 0 : field->declaration->yearly;
    return month_of_year(run->month) == yearly ? 0 : yearly;
}

static struct explanation *explain_value(struct walk *walk, const struct field *field, size_t row, enum wish wish) {
    struct text key = text_format(walk->arena, "%zu/%zu/%d", field->index, row, (int)wish);
    struct explanation *node = map_get(&walk->seen, key);
    if (node) return node;
    int yearly = found_in_another_month(walk->run, field);
    struct value value = yearly ? run_in_force(walk->run, field, row) : run_value(walk->run, field, row);
    node = node_new(walk, EXPLANATION_FIELD, value, &field->type, (struct display){field->scale, field->step, false});
    map_put(&walk->seen, key, node);
    node->field = field;
    node->id = dataset_table(walk->run->dataset, field->entity)->ids[row];
    node->cites = &field->declaration->cites;
    node->failed = wish != WISH_NONE && field->type.kind == TYPE_BOOL && value.state == VALUE_KNOWN &&
                   value.as.truth != (wish == WISH_TRUE);
    set_labels(node, field->label, field->name);
    set_units(walk, node->unit, field->declaration);
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
        add_truth(list, context, decided->condition, WISH_FALSE);
        return;
    }
    for (const struct branch *branch = rule->branches; branch < decided; branch++)
        if (!is_nothing(branch->value)) add_truth(list, context, branch->condition, WISH_TRUE);
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
    if (expr->type.kind == TYPE_NUMBER && is_zero(&value) && !is_of_another_time(context, expr->as.path.target.field))
        add_child(list, why_not_value(list->walk, expr->as.path.target.field, row));
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
