/* What an expression reads: parameters, fields, groups, values of other months. */
#include "engine/explain_walk.h"

#include "lang/unit_words.h"

/* Members of a group beyond these are counted, not listed: a county has a hundred thousand. */
enum { MEMBERS_LISTED = 200 };

/* --- nodes ------------------------------------------------------------------------------------------------------ */

struct explanation *explain_node(struct walk *walk, enum explanation_kind kind, struct value value,
                                 const struct type *type, struct display display) {
    struct explanation *node = ARENA_NEW(walk->arena, struct explanation);
    node->kind = kind;
    node->dataset = walk->run->dataset;
    node->value = value;
    node->type = *type;
    node->scale = display.scale;
    node->step = display.step;
    for (int language = 0; language < LANGUAGES; language++)
        node->missing[language] = reason_words(walk->arena, walk->run, &value, (enum language)language);
    return node;
}

void explain_child(const struct list *list, struct explanation *child) {
    for (size_t i = 0; i < list->parent->children.count; i++)
        if (list->parent->children.items[i] == child) return;
    VECTOR_PUSH(list->walk->arena, &list->parent->children, child);
    list->parent->unconfirmed = list->parent->unconfirmed || child->unconfirmed;
}

void explain_labels(struct explanation *node, const struct text label[LANGUAGES], struct text name) {
    for (int language = 0; language < LANGUAGES; language++)
        node->label[language] = label_or_name(label, name, (enum language)language);
}

void explain_expression(struct walk *walk, struct text labels[LANGUAGES], const struct expr *expr) {
    for (int language = 0; language < LANGUAGES; language++)
        labels[language] = expression_labels(walk->arena, expr, (enum language)language);
}

void explain_formula(struct explanation *node, const struct context *context, const struct expr *expr,
                     const struct number *scale) {
    node->written = expr;
    node->where = *context;
    node->is_scaled = scale;
    if (scale) node->written_scale = *scale;
}

struct text explanation_formula(struct arena *arena, const struct explanation *node, enum language language) {
    if (!node->written) return TEXT("");
    return expression_numbers(arena, &node->where, node->written, node->is_scaled ? &node->written_scale : NULL,
                              language);
}

struct text explanation_unit(struct arena *arena, const struct explanation *node, const struct declaration *unit,
                             enum language language) {
    return unit ? unit_words(arena, node->dataset->policy, type_written(arena, &unit->type), language) : TEXT("");
}

const struct declaration *explain_unit(const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_PATH:
        if (expr->as.path.target.end == PATH_FIELD) return expr->as.path.target.field->declaration;
        return expr->as.path.target.end == PATH_PARAMETER ? expr->as.path.target.parameter->declaration : NULL;
    case EXPR_GROUP: return expr->left && expr->type.kind == TYPE_NUMBER ? explain_unit(expr->left) : NULL;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_IF_KNOWN: {
        const struct declaration *left = explain_unit(expr->left);
        return left ? left : explain_unit(expr->right);
    }
    case EXPR_ON: return explain_unit(expr->left);
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
    struct explanation *node = explain_node(list->walk, EXPLANATION_PARAMETER, value, &parameter->type, display);
    const struct entity *entity;
    size_t row;
    struct value missing;
    int64_t index[PARAMETER_KEYS_MAX] = {0};
    node->parameter = parameter;
    node->cites = &parameter->declaration->cites;
    explain_labels(node, parameter->label, parameter->name);
    node->unit = parameter->declaration;
    if (path_walk(context, &path->as.path.target, &entity, &row, &missing) && find_index(context, path, index))
        node->line = parameter_find(context->run, parameter, entity, row, day, index, &node->level);
    node->inherited = node->line && parameter->area && node->level != parameter->area;
    node->unconfirmed = node->line && !node->line->confirmed;
    if (!has_parameter(list->parent, node)) explain_child(list, node);
    for (size_t i = 0; i < path->items.count; i++) explain_operands(list, context, path->items.items[i]);
}

bool explain_is_past(const struct context *reader, const struct field *field) {
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
    if (entity->is_event && !group_takes_event(context, group, member->day)) return false;
    if (group->as.group.through) {
        struct value reference = field_read(context, group->as.group.through, member->row);
        return reference.state != VALUE_KNOWN || reference.as.row.row == context->row;
    }
    return true;
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
    if (field->entity != member->entity || explain_is_past(member, field)) return NULL;
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
    struct explanation *node = explain_node(walk, EXPLANATION_MEMBER, value, expr ? &expr->type : &truth, display);
    if (!expr) return node;
    node->unit = explain_unit(expr);
    explain_formula(node, member, expr, NULL);
    explain_operands(&(struct list){walk, node}, member, expr);
    return node;
}

static void add_member(const struct list *list, const struct context *member, const struct expr *group,
                       struct value value) {
    struct walk *walk = list->walk;
    struct explanation aside = {0}, *node = member_new(walk, member, group->left, value);
    if (group->right) explain_operands(&(struct list){walk, &aside}, member, group->right);
    node->unconfirmed = node->unconfirmed || aside.unconfirmed;
    node->id = table_id(dataset_table(walk->run->dataset, member->entity), member->row);
    for (int language = 0; language < LANGUAGES; language++) node->label[language] = node->id;
    explain_child(list, node);
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

void explain_members(const struct list *list, const struct context *context, const struct expr *group) {
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
        explain_node(walk, EXPLANATION_GROUP, evaluate(context, group), &group->type, display_of(walk->arena, group));
    node->expr = group;
    node->unit = explain_unit(group);
    explain_expression(walk, node->label, group);
    bool counts_all = !group->left && !group->right; /* a list of everybody would tell nothing */
    if (!counts_all) explain_members(&(struct list){walk, node}, context, group);
    explain_child(list, node);
}

/* --- operands --------------------------------------------------------------------------------------------------- */

/* What another month found is not followed there; it rests on the same parameters as it would now. */
static bool rests_on_unconfirmed(struct walk *walk, const struct field *field) {
    const struct confirmation *confirmation = confirmation_of(walk->run);
    return confirmation && confirmation->unconfirmed[field->index];
}

static void add_past(const struct list *list, const struct field *field, size_t row, struct value value) {
    struct display display = {field->scale, field->step, false};
    struct explanation *node = explain_node(list->walk, EXPLANATION_PREVIOUS, value, &field->type, display);
    node->field = field;
    node->id = table_id(dataset_table(list->walk->run->dataset, field->entity), row);
    explain_labels(node, field->label, field->name);
    node->unit = field->declaration;
    node->unconfirmed = value.state == VALUE_KNOWN && rests_on_unconfirmed(list->walk, field);
    explain_child(list, node);
}

void explain_read(const struct list *list, const struct context *context, const struct expr *path, enum wish wish) {
    const struct field *field = path->as.path.target.field;
    const struct entity *entity;
    size_t row;
    struct value missing;
    for (size_t i = 0; i < path->as.path.target.hops.count; i++) {
        const struct hop *hop = &path->as.path.target.hops.items[i];
        if (i == 0 && hop->over) explain_child(list, explain_value(list->walk, hop->over, context->row, WISH_NONE));
    }
    if (!path_walk(context, &path->as.path.target, &entity, &row, &missing)) return;
    if (explain_is_past(context, field))
        add_past(list, field, row, field_read(context, field, row));
    else
        explain_child(list, explain_value(list->walk, field, row, wish));
}

void explain_path(const struct list *list, const struct context *context, const struct expr *path) {
    switch (path->as.path.target.end) {
    case PATH_FIELD: explain_read(list, context, path, WISH_NONE); return;
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
    for (size_t i = 0; i < call->items.count; i++) explain_operands(list, context, call->items.items[i]);
}

void explain_operands(const struct list *list, const struct context *context, const struct expr *expr) {
    struct value day;
    if (!expr || arena_failed(list->walk->arena)) return;
    switch (expr->kind) {
    case EXPR_PATH: explain_path(list, context, expr); return;
    case EXPR_GROUP: add_group(list, context, expr); return;
    case EXPR_CALL: add_call(list, context, expr); return;
    case EXPR_NOT:
    case EXPR_AND:
    case EXPR_OR: explain_truth(list, context, expr, WISH_NONE); return;
    case EXPR_ON:
        day = evaluate(context, expr->right);
        if (day.state == VALUE_KNOWN) add_parameter(list, context, expr->left, day.as.date, evaluate(context, expr));
        explain_operands(list, context, expr->right);
        return;
    case EXPR_IF_KNOWN:
        explain_operands(list, context, expr->left);
        if (evaluate(context, expr->left).state == VALUE_UNKNOWN) explain_operands(list, context, expr->right);
        return;
    default:
        explain_operands(list, context, expr->left);
        explain_operands(list, context, expr->right);
        explain_operands(list, context, expr->third);
        for (size_t i = 0; i < expr->items.count; i++) explain_operands(list, context, expr->items.items[i]);
    }
}
