/* Inputs and rules in the graph. */
#include "program/build.h"

static struct graph_node field_node(enum op op, const struct field *field) {
    return (struct graph_node){.op = op,
                               .space = field->entity,
                               .a = NODE_NONE,
                               .b = NODE_NONE,
                               .c = NODE_NONE,
                               .field = field,
                               .grid = number_one};
}

/* --- inputs ----------------------------------------------------------------------------------------------------- */

static bool is_given(const struct graph *graph, const struct field *field) {
    for (size_t i = 0; i < graph->options->given_count; i++)
        if (graph->options->given[i].field == field) return true;
    return false;
}

static struct quantity input(struct graph *graph, const struct field *field) {
    struct lane_spec spec = lane_spec_of(&graph->arena, field);
    struct graph_node node = field_node(OP_INPUT, field);
    struct quantity value = {.grid = number_one};
    if (spec.width == 0 || (field->type.kind == TYPE_NUMBER && !spec.bounded)) return quantity_none;
    node.low = 0;
    node.high = 1;
    if (spec.bounded) node.low = spec.low, node.high = spec.high;
    if (field->type.kind == TYPE_ENUM) node.high = (lane)field->type.enumeration->count - 1;
    if (field->type.kind == TYPE_ROW) node.low = ROW_NONE, node.high = INT32_MAX;
    if (field->type.kind == TYPE_DATE) node.high = DAY_NEVER;
    if (field->type.kind == TYPE_NUMBER) value.grid = field->step;
    value.n = graph_add(graph, node);
    if (!field->declaration->empty) return value;
    struct quantity empty = graph_expression(graph, field->entity, field->declaration->empty);
    if (empty.n == NODE_NONE || empty.divisors.count) return quantity_none;
    const struct graph_node *constant = graph_node(graph, empty.n);
    lane factor = 0;
    if (constant->op != OP_CONSTANT) return quantity_none;
    if (constant->d != 0 && !number_to_lane(number_divide(&graph->arena, empty.grid, value.grid), &factor))
        return quantity_none;
    struct graph_node filled = field_node(OP_OR_ELSE, field);
    filled.field = NULL;
    filled.a = value.n;
    filled.b = graph_constant(graph, constant->d * factor);
    value.n = graph_add(graph, filled);
    return value;
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

static bool is_in_force(const struct graph *graph, const struct rule *rule) {
    return graph->first_day >= rule->from && graph->first_day <= rule->until && rule->enacted <= graph->options->known;
}

/* The condition of a case, or NODE_NONE; false when the graph has none for it. */
static bool condition_of(struct graph *graph, const struct branch *branch, const struct entity *entity, node_id *id) {
    *id = NODE_NONE;
    if (!branch->condition) return true;
    struct quantity truth = graph_expression(graph, entity, branch->condition);
    if (truth.n == NODE_NONE) return false;
    *id = graph_at(graph, truth.n, entity);
    return true;
}

/* The cases that can be reached: readings and dates settle many conditions beforehand. */
static size_t reachable(struct graph *graph, const struct rule *rule, size_t *kept, node_id *conditions) {
    size_t count = 0;
    for (size_t i = 0; i < rule->count; i++) {
        if (!condition_of(graph, &rule->branches[i], rule->field->entity, &conditions[count])) return 0;
        const struct graph_node *condition =
            conditions[count] == NODE_NONE ? NULL : graph_node(graph, conditions[count]);
        bool constant = condition && condition->op == OP_CONSTANT;
        if (constant && condition->d == 0) continue;
        if (constant) conditions[count] = NODE_NONE;
        kept[count++] = i;
        if (constant || !condition) break;
    }
    return count;
}

static const struct field_quantity left_to_the_evaluator = {{.n = NODE_NONE}, NODE_NONE, 0};

/* All cases on one grid. A single one is its value. */
static struct field_quantity cases(struct graph *graph, const struct rule *rule) {
    const struct entity *entity = rule->field->entity;
    struct quantity values[BRANCHES_MAX], result;
    struct graph_node node = field_node(OP_CASES, rule->field);
    node_id conditions[BRANCHES_MAX];
    size_t kept[BRANCHES_MAX];
    if (rule->count > BRANCHES_MAX) return left_to_the_evaluator;
    size_t count = reachable(graph, rule, kept, conditions);
    if (count == 0) return left_to_the_evaluator;
    for (size_t i = 0; i < count; i++) {
        values[i] = graph_expression(graph, entity, rule->branches[kept[i]].value);
        if (values[i].n == NODE_NONE) return left_to_the_evaluator;
    }
    if (count == 1 && conditions[0] == NODE_NONE)
        return (struct field_quantity){values[0], NODE_NONE, CASE_OF(rule->index, kept[0])};
    result = graph_common(graph, values, count);
    node.told = ARENA_ARRAY(&graph->arena, uint16_t, count);
    node.told_count = count;
    if (result.n == NODE_NONE || graph_failed(graph)) return left_to_the_evaluator;
    node.rule = rule;
    for (size_t i = 0; i < count; i++) {
        node.told[i] = CASE_OF(rule->index, kept[i]);
        VECTOR_PUSH(&graph->arena, &node.more, conditions[i]);
        VECTOR_PUSH(&graph->arena, &node.more, graph_at(graph, values[i].n, entity));
    }
    result.n = graph_add(graph, node);
    return (struct field_quantity){result, result.n, 0};
}

/* A value outside the declared range is a fault; one that cannot leave it needs no look. */
static struct field_quantity within(struct graph *graph, const struct field *field, struct field_quantity found) {
    struct quantity value = found.value;
    if (!field->bounded || value.n == NODE_NONE) return found;
    struct arena *arena = &graph->arena;
    bool date = field->type.kind == TYPE_DATE;
    struct graph_node node = field_node(OP_WITHIN, field);
    node.a = value.n;
    if (!date && field->type.kind != TYPE_NUMBER) return found;
    struct number low = number_divide(arena, field->low, value.grid),
                  high = number_divide(arena, field->high, value.grid);
    if (!number_to_lane(number_ceil(arena, low, number_one), &node.d) ||
        !number_to_lane(number_floor(arena, high, number_one), &node.e))
        return left_to_the_evaluator;
    const struct graph_node *own = graph_node(graph, value.n);
    if (own->low >= node.d && own->high <= node.e && (value.divisors.count == 0 || (node.d <= 0 && node.e >= 0)))
        return found;
    if (value.divisors.count) return left_to_the_evaluator;
    node.space = own->space;
    found.value.n = graph_add(graph, node);
    return found;
}

_Static_assert(BRANCHES_MAX + EXCEPTIONS_MAX <= UINT8_MAX, "the number of a case is kept in a byte");

/* What the numbers of cases stand for: first the exceptions, then what is decided without them. */
static uint16_t *told_by(struct graph *graph, const struct rule **exceptions, size_t count, struct field_quantity base,
                         size_t *told_count) {
    const struct graph_node *cases = base.cases == NODE_NONE ? NULL : graph_node(graph, base.cases);
    size_t base_count = cases ? cases->told_count : 1;
    uint16_t *told = ARENA_ARRAY(&graph->arena, uint16_t, count + base_count);
    for (size_t i = 0; told && i < count; i++) told[i] = CASE_OF(exceptions[i]->index, 0);
    for (size_t i = 0; told && i < base_count; i++) told[count + i] = cases ? cases->told[i] : base.only_case;
    *told_count = count + base_count;
    return told;
}

/* What the exceptions that may be in force add to the rule's own value. */
static struct field_quantity decided(struct graph *graph, const struct field *field, struct field_quantity base) {
    struct quantity values[EXCEPTIONS_MAX + 1] = {base.value};
    struct graph_node node = field_node(OP_DECIDE, field);
    size_t count = 0;
    node.exceptions = ARENA_ARRAY(&graph->arena, const struct rule *, EXCEPTIONS_MAX);
    if (graph_failed(graph) || base.value.n == NODE_NONE) return left_to_the_evaluator;
    for (size_t i = 0; i < field->exceptions.count; i++) {
        const struct rule *rule = field->exceptions.items[i];
        if (!is_in_force(graph, rule)) continue;
        if (count == EXCEPTIONS_MAX || rule->index > TEXTS_MAX) return left_to_the_evaluator;
        values[count + 1] = graph_expression(graph, field->entity, rule->branches[0].value);
        if (values[count + 1].n == NODE_NONE) return left_to_the_evaluator;
        node.exceptions[count++] = rule;
    }
    if (count == 0) return base;
    struct quantity result = graph_common(graph, values, count + 1);
    if (result.n == NODE_NONE) return left_to_the_evaluator;
    node.a = graph_at(graph, values[0].n, field->entity);
    node.b = base.cases;
    node.told = told_by(graph, node.exceptions, count, base, &node.told_count);
    if (graph_failed(graph)) return left_to_the_evaluator;
    for (size_t i = 0; i < count; i++) {
        node_id condition;
        if (!condition_of(graph, &node.exceptions[i]->branches[0], field->entity, &condition))
            return left_to_the_evaluator;
        VECTOR_PUSH(&graph->arena, &node.more, condition);
        VECTOR_PUSH(&graph->arena, &node.more, graph_at(graph, values[i + 1].n, field->entity));
    }
    result.n = graph_add(graph, node);
    return (struct field_quantity){result, result.n, 0};
}

static struct field_quantity rule_quantity(struct graph *graph, const struct field *field) {
    if (field->entity->is_event || field->type.kind == TYPE_TEXT) return left_to_the_evaluator;
    int yearly = field->rules.items[0]->declaration->yearly;
    if (yearly && month_of_year(graph->month) != yearly) return left_to_the_evaluator;
    const struct rule *rule = field_rule_on(field, graph->first_day, graph->options->known);
    if (!rule || rule->index > TEXTS_MAX) return left_to_the_evaluator;
    return within(graph, field, decided(graph, field, cases(graph, rule)));
}

struct quantity graph_field(struct graph *graph, const struct field *field) {
    struct field_quantity *known = graph->fields[field->index], found = left_to_the_evaluator;
    if (known) return known->value;
    if (!is_given(graph, field) && field->kind == FIELD_INPUT) found.value = input(graph, field);
    if (!is_given(graph, field) && field->kind != FIELD_INPUT) found = rule_quantity(graph, field);
    known = ARENA_NEW(&graph->arena, struct field_quantity);
    if (graph_failed(graph)) return quantity_none;
    *known = found;
    graph->fields[field->index] = known;
    return found.value;
}

struct graph *graph_new(const struct policy *policy, month_number month, const struct run_options *options) {
    struct graph *graph = graph_empty(policy, month, options);
    if (!graph) return NULL;
    for (size_t i = 0; i < policy->fields.count && !graph_failed(graph); i++)
        if (policy->fields.items[i]->kind != FIELD_INPUT) graph_field(graph, policy->fields.items[i]);
    if (!graph_failed(graph)) return graph;
    graph_free(graph);
    return NULL;
}
