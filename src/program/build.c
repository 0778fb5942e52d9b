/* From checked expressions to the graph. What the graph has no operation for is left to the evaluator (EVALUATE), row
 * by row; a field for which even that gives no integer is left to it as a whole. */
#include "program/build.h"

#include "engine/evaluate.h"
#include "lang/interval.h"

#include <assert.h>

/* --- what the evaluator is left --------------------------------------------------------------------------------- */

static void build_field_before(struct graph *graph, struct graph_node *node, const struct field *field) {
    struct quantity quantity = graph_field(graph, field);
    if (!quantity_is(quantity) || field->kind == FIELD_INPUT) return;
    VECTOR_PUSH(&graph->arena, &node->more, quantity.n);
    for (size_t i = 0; i < quantity.divisors.count; i++)
        VECTOR_PUSH(&graph->arena, &node->more, quantity.divisors.items[i]);
}

/* What the evaluator will read of this month comes before it, so that it finds it solved. */
static void build_before(struct graph *graph, struct graph_node *node, const struct expr *expr) {
    if (!expr || (expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_PREVIOUS)) return;
    build_before(graph, node, expr->left);
    build_before(graph, node, expr->right);
    build_before(graph, node, expr->third);
    for (size_t i = 0; i < expr->items.count; i++) build_before(graph, node, expr->items.items[i]);
    if (expr->kind == EXPR_GROUP && expr->as.group.through) build_field_before(graph, node, expr->as.group.through);
    if (expr->kind != EXPR_PATH) return;
    const struct path_target *target = &expr->as.path.target;
    for (size_t i = 0; i < target->hops.count; i++)
        if (target->hops.items[i].over) build_field_before(graph, node, target->hops.items[i].over);
    if (target->end == PATH_FIELD) build_field_before(graph, node, target->field);
}

/* Of events only those whose day lies in the window are looked at; NULL: all rows. */
struct window {
    const struct field *day;
    day_number first, last;
};

static struct quantity evaluated_within(struct graph *graph, const struct entity *entity, const struct expr *expr,
                                        const struct window *window) {
    struct graph_node node = node_of(OP_EVALUATE, NODE_NONE, NODE_NONE);
    if (window) {
        node.field = window->day;
        node.d = window->first;
        node.e = window->last;
    }
    build_before(graph, &node, expr);
    node.space = entity;
    node.expr = expr;
    node.low = INT32_MIN;
    node.high = INT32_MAX;
    if (expr->type.kind == TYPE_BOOL) node.low = 0, node.high = 1;
    if (expr->type.kind == TYPE_NUMBER || expr->type.kind == TYPE_ZERO) {
        struct interval found = interval_of(graph->policy, &graph->arena, expr, entity);
        if (!found.known || found.divisors.count || !number_sign(found.grid)) return quantity_none;
        node.grid = found.grid;
        struct number low = number_divide(&graph->arena, found.low, found.grid),
                      high = number_divide(&graph->arena, found.high, found.grid);
        bool bounded = number_to_lane(number_floor(&graph->arena, low, number_one), &node.low) &&
                       number_to_lane(number_ceil(&graph->arena, high, number_one), &node.high);
        if (!bounded) return quantity_none;
    }
    struct quantity quantity = {.n = graph_add(graph, node), .grid = node.grid};
    return quantity;
}

static struct quantity evaluated(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    return evaluated_within(graph, entity, expr, NULL);
}

/* --- paths ------------------------------------------------------------------------------------------------------ */

static struct quantity number_constant(struct graph *graph, struct number value) {
    int sign = number_sign(value);
    if (sign == 0) return quantity_whole(graph_constant(graph, 0));
    return (struct quantity){.n = graph_constant(graph, sign), .grid = number_absolute(&graph->arena, value)};
}

/* A whole number for rows of the entity; NODE_NONE when it is none. */
static node_id index_node(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity item = graph_expression(graph, entity, expr);
    if (!quantity_is(item) || item.divisors.count || !number_is_integer(item.grid)) return NODE_NONE;
    node_id whole = graph_on_grid(graph, item.n, item.grid, number_one);
    return whole == NODE_NONE ? NODE_NONE : graph_at(graph, whole, entity);
}

/* Where a parameter is read: for rows of `entity`, from their row of `from`. */
struct reading {
    const struct entity *entity, *from;
    const struct expr *path;
    day_number day;
};

/* LOOKUP: with indexes found where they are. */
static struct quantity lookup(struct graph *graph, const struct reading *reading, const node_id *index) {
    const struct parameter *parameter = reading->path->as.path.target.parameter;
    struct quantity found = evaluated(graph, reading->entity, reading->path); /* its grid and range */
    struct graph_node node = node_of(OP_LOOKUP, NODE_NONE, NODE_NONE);
    if (!quantity_is(found) || parameter->band) return quantity_none;
    node.low = graph_node(graph, found.n)->low;
    node.high = graph_node(graph, found.n)->high;
    for (size_t i = 0; i < reading->path->items.count; i++) VECTOR_PUSH(&graph->arena, &node.more, index[i]);
    node.space = reading->entity;
    node.inner = reading->from;
    node.parameter = parameter;
    node.grid = found.grid;
    node.d = reading->day;
    found.n = graph_add(graph, node);
    return found;
}

/* The value of a line as a constant. */
static struct quantity line_constant(struct graph *graph, const struct parameter *parameter,
                                     const struct parameter_value *line) {
    switch (parameter->type.kind) {
    case TYPE_BOOL: return quantity_whole(graph_constant(graph, line->truth));
    case TYPE_DATE: return quantity_whole(graph_constant(graph, line->date));
    case TYPE_ENUM: return quantity_whole(graph_constant(graph, line->enum_value));
    case TYPE_NUMBER: return number_constant(graph, line->number);
    default: return quantity_none;
    }
}

/* With constant indexes: found for the rows of the area that it is kept by, and spread below. One without an area is
 * the same everywhere, and a constant if it is known. */
static struct quantity read_constant(struct graph *graph, const struct reading *reading, const node_id *index) {
    const struct expr *path = reading->path;
    const struct parameter *parameter = path->as.path.target.parameter;
    struct reading above = {parameter->area, parameter->area, path, reading->day};
    int64_t values[PARAMETER_KEYS_MAX] = {0};
    for (size_t i = 0; i < path->items.count; i++) values[i] = (int64_t)graph_node(graph, index[i])->d;
    if (!parameter->area && parameter->exceptions.count == 0) {
        const struct parameter_value *line = parameter_everywhere(graph->options, parameter, reading->day, values);
        return line && !line->empty ? line_constant(graph, parameter, line) : lookup(graph, reading, index);
    }
    bool below = parameter->area && reading->from && entity_is_within(reading->from, parameter->area) &&
                 parameter->exceptions.count == 0;
    return lookup(graph, below ? &above : reading, index);
}

enum { PICKS_MAX = 16 };

/* PICK: by one index of few values, of each the parameter as it then is. */
static struct quantity read_picked(struct graph *graph, const struct reading *reading, node_id index) {
    lane least = graph_node(graph, index)->low, most = graph_node(graph, index)->high;
    struct quantity values[PICKS_MAX], result;
    struct graph_node node = node_of(OP_PICK, index, NODE_NONE);
    if (most - least >= PICKS_MAX) return quantity_none;
    size_t count = (size_t)(most - least) + 1;
    for (size_t i = 0; i < count; i++) {
        node_id constant = graph_constant(graph, least + (lane)i);
        values[i] = read_constant(graph, reading, &constant);
        if (!quantity_is(values[i])) return quantity_none;
    }
    result = graph_common(graph, values, count);
    if (!quantity_is(result)) return quantity_none;
    node.space = reading->entity;
    node.d = least;
    for (size_t i = 0; i < count; i++)
        VECTOR_PUSH(&graph->arena, &node.more, graph_at(graph, values[i].n, reading->entity));
    result.n = graph_add(graph, node);
    return result;
}

/* Where the indexes differ from row to row and have many values, it is looked up for each row. */
static struct quantity build_parameter(struct graph *graph, const struct entity *entity, const struct expr *path,
                                       day_number day) {
    const struct hop *hops = path->as.path.target.hops.items;
    size_t count = path->as.path.target.hops.count;
    struct reading reading = {entity, count ? hops[count - 1].up : entity, path, day};
    node_id index[PARAMETER_KEYS_MAX];
    bool constant = true;
    lane value;
    for (size_t i = 0; i < count; i++)
        if (!hops[i].up) return quantity_none;
    for (size_t i = 0; i < path->items.count; i++) {
        index[i] = index_node(graph, entity, path->items.items[i]);
        if (index[i] == NODE_NONE) return quantity_none;
        constant = constant && graph_is_constant(graph, index[i], &value);
    }
    if (constant) return read_constant(graph, &reading, index);
    struct quantity picked = path->items.count == 1 ? read_picked(graph, &reading, index[0]) : quantity_none;
    return quantity_is(picked) ? picked : lookup(graph, &reading, index);
}

/* The value that a path leads to over references: read at its end, brought back step by step. */
static struct quantity build_path(struct graph *graph, const struct entity *entity, const struct expr *path) {
    const struct path_target *target = &path->as.path.target;
    switch (target->end) {
    case PATH_PARAMETER: return build_parameter(graph, entity, path, graph->first_day);
    case PATH_ENUM_VALUE: return quantity_whole(graph_constant(graph, target->enum_value));
    case PATH_FIRST_DAY: return quantity_whole(graph_constant(graph, graph->first_day));
    case PATH_NONE: return quantity_whole(graph_constant(graph, ROW_NONE));
    case PATH_FIELD: break;
    default: return quantity_none;
    }
    struct quantity value = graph_field(graph, target->field);
    if (!quantity_is(value)) {
        value = evaluated(graph, entity, path);
        return value;
    }
    for (size_t i = target->hops.count; i-- > 0;) {
        const struct hop *hop = &target->hops.items[i];
        if (hop->up) continue;
        struct quantity reference = graph_field(graph, hop->over);
        if (!quantity_is(reference)) return evaluated(graph, entity, path);
        struct graph_node node = node_of(OP_THROUGH, reference.n, value.n);
        node.space = hop->over->entity;
        node.field = hop->over;
        node.a = graph_at(graph, reference.n, node.space);
        node.b = graph_at(graph, value.n, hop->over->type.entity);
        value.n = graph_add(graph, node);
        struct quantity through = {.n = value.n, .grid = value.grid};
        for (size_t k = 0; k < value.divisors.count; k++) {
            node.b = graph_at(graph, value.divisors.items[k], hop->over->type.entity);
            VECTOR_PUSH(&graph->arena, &through.divisors, graph_add(graph, node));
        }
        value = through;
    }
    return value;
}

/* --- arithmetic ------------------------------------------------------------------------------------------------- */

static struct quantity build_sum(struct graph *graph, const struct expr *expr, struct quantity a, struct quantity b) {
    struct quantity sides[] = {a, b};
    struct quantity result = graph_common(graph, sides, 2);
    if (!quantity_is(result)) return quantity_none;
    enum op op = expr->kind == EXPR_ADD ? OP_ADD : OP_SUBTRACT;
    if (graph_is_zero(graph, sides[1].n))
        result.n = sides[0].n;
    else if (op == OP_ADD && graph_is_zero(graph, sides[0].n))
        result.n = sides[1].n;
    else
        result.n = graph_binary(graph, op, sides[0].n, sides[1].n);
    return result;
}

/* income / size * size is income again, and nothing where size is 0 (whatever case the income is of). */
static bool cancel(struct graph *graph, const struct quantity *fraction, const struct quantity *factor, bool first,
                   struct quantity *result) {
    struct quantity rest = {.grid = result->grid};
    bool gone = false;
    if (factor->divisors.count || graph_node(graph, factor->n)->low < 0) return false;
    for (size_t i = 0; i < fraction->divisors.count; i++) {
        node_id divisor = fraction->divisors.items[i];
        if (!gone && graph_node(graph, divisor)->a == factor->n)
            gone = true;
        else
            VECTOR_PUSH(&graph->arena, &rest.divisors, divisor);
    }
    if (!gone) return false;
    struct graph_node node = node_of(OP_WHOLE, fraction->n, factor->n);
    node.d = first;
    rest.n = graph_operate(graph, node);
    *result = rest;
    return true;
}

static struct quantity build_product(struct graph *graph, struct quantity a, struct quantity b) {
    struct quantity result = {.grid = number_multiply(&graph->arena, a.grid, b.grid)};
    if (cancel(graph, &a, &b, false, &result) || cancel(graph, &b, &a, true, &result)) return result;
    result.n = graph_multiply(graph, a.n, b.n);
    for (size_t i = 0; i < a.divisors.count; i++) VECTOR_PUSH(&graph->arena, &result.divisors, a.divisors.items[i]);
    for (size_t i = 0; i < b.divisors.count; i++) VECTOR_PUSH(&graph->arena, &result.divisors, b.divisors.items[i]);
    return result;
}

static struct quantity build_quotient(struct graph *graph, struct quantity a, struct quantity b) {
    struct arena *arena = &graph->arena;
    lane constant;
    struct quantity result = {.grid = number_divide(arena, a.grid, b.grid)};
    for (size_t i = 0; i < a.divisors.count; i++) VECTOR_PUSH(arena, &result.divisors, a.divisors.items[i]);
    if (graph_is_constant(graph, b.n, &constant) && constant != 0 && b.divisors.count == 0) {
        lane size = constant < 0 ? -constant : constant;
        struct number by = number_from_lane(arena, size);
        result.grid = number_divide(arena, result.grid, by);
        result.n = constant < 0 ? graph_scale(graph, a.n, -1) : a.n;
        return result;
    }
    node_id n = a.n;
    for (size_t i = 0; i < b.divisors.count; i++) n = graph_multiply(graph, n, b.divisors.items[i]);
    result.n = graph_binary(graph, OP_OVER, n, b.n);
    VECTOR_PUSH(arena, &result.divisors, graph_operate(graph, node_of(OP_DIVISOR, b.n, NODE_NONE)));
    return result;
}

/* A whole number of months or days. */
static node_id whole_count(struct graph *graph, struct quantity count) {
    if (count.divisors.count || !number_is_integer(count.grid)) return NODE_NONE;
    return graph_on_grid(graph, count.n, count.grid, number_one);
}

static struct quantity build_moved(struct graph *graph, const struct expr *expr, struct quantity date,
                                   struct quantity by) {
    if (expr->right->type.kind == TYPE_DATE) return quantity_whole(graph_binary(graph, OP_DAYS_BETWEEN, date.n, by.n));
    node_id count = whole_count(graph, by);
    if (count == NODE_NONE) return quantity_none;
    enum op op = expr->right->type.powers[DIMENSION_MONTH] == 1 ? OP_ADD_MONTHS : OP_ADD_DAYS;
    lane day, by_count, sign = expr->kind == EXPR_SUBTRACT ? -1 : 1;
    bool constant = graph_is_constant(graph, date.n, &day) && graph_is_constant(graph, count, &by_count);
    if (constant && day != DAY_NEVER && by_count <= 100000 && by_count >= -100000)
        return quantity_whole(graph_constant(graph, op == OP_ADD_MONTHS
                                                        ? day_add_months((day_number)day, (int)(by_count * sign))
                                                        : day + by_count * sign));
    struct graph_node node = node_of(op, date.n, count);
    node.d = sign;
    return quantity_whole(graph_operate(graph, node));
}

static struct quantity build_arithmetic(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity a = graph_expression(graph, entity, expr->left), b = graph_expression(graph, entity, expr->right);
    if (!quantity_is(a) || !quantity_is(b)) return quantity_none;
    if (expr->left->type.kind == TYPE_DATE) return build_moved(graph, expr, a, b);
    switch (expr->kind) {
    case EXPR_ADD:
    case EXPR_SUBTRACT: return build_sum(graph, expr, a, b);
    case EXPR_MULTIPLY: return build_product(graph, a, b);
    default: return build_quotient(graph, a, b);
    }
}

/* --- comparisons ------------------------------------------------------------------------------------------------ */

static struct quantity inverted(struct graph *graph, node_id n) {
    lane truth;
    if (graph_is_constant(graph, n, &truth)) return quantity_whole(graph_constant(graph, !truth));
    return quantity_whole(graph_operate(graph, node_of(OP_NOT, n, NODE_NONE)));
}

static struct quantity build_comparison(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity sides[] = {graph_expression(graph, entity, expr->left),
                               graph_expression(graph, entity, expr->right)};
    if (!quantity_is(sides[0]) || !quantity_is(sides[1]) || !quantity_is(graph_common(graph, sides, 2)))
        return quantity_none;
    node_id a = sides[0].n, b = sides[1].n;
    switch (expr->as.compare) {
    case LESS: return quantity_whole(graph_binary(graph, OP_LESS, a, b));
    case LESS_EQUAL: return quantity_whole(graph_binary(graph, OP_LESS_EQUAL, a, b));
    case EQUAL: return quantity_whole(graph_binary(graph, OP_EQUAL, a, b));
    case NOT_EQUAL: return quantity_whole(graph_binary(graph, OP_NOT_EQUAL, a, b));
    case GREATER_EQUAL: return inverted(graph, graph_binary(graph, OP_LESS, a, b));
    case GREATER: return inverted(graph, graph_binary(graph, OP_LESS_EQUAL, a, b));
    }
    return quantity_none;
}

enum { OPERANDS_MAX = 64 };

/* Several expressions on one grid. */
static struct quantity build_all(struct graph *graph, const struct entity *entity, const struct expr *const *exprs,
                                 size_t count, struct quantity *values) {
    if (count > OPERANDS_MAX) return quantity_none;
    for (size_t i = 0; i < count; i++) {
        values[i] = graph_expression(graph, entity, exprs[i]);
        if (!quantity_is(values[i])) return quantity_none;
    }
    return graph_common(graph, values, count);
}

static struct quantity build_set(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity values[OPERANDS_MAX];
    const struct expr *exprs[OPERANDS_MAX];
    if (expr->items.count + 1 > OPERANDS_MAX) return quantity_none;
    exprs[0] = expr->left;
    for (size_t i = 0; i < expr->items.count; i++) exprs[i + 1] = expr->items.items[i];
    if (!quantity_is(build_all(graph, entity, exprs, expr->items.count + 1, values))) return quantity_none;
    struct graph_node node = node_of(OP_AMONG, values[0].n, NODE_NONE);
    for (size_t i = 0; i < expr->items.count; i++) VECTOR_PUSH(&graph->arena, &node.more, values[i + 1].n);
    return quantity_whole(graph_operate(graph, node));
}

static struct quantity build_range(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity values[3];
    const struct expr *exprs[] = {expr->left, expr->right, expr->third};
    if (!quantity_is(build_all(graph, entity, exprs, 3, values))) return quantity_none;
    struct graph_node node = node_of(OP_BETWEEN, values[0].n, values[1].n);
    node.c = values[2].n;
    return quantity_whole(graph_operate(graph, node));
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

static enum op group_op(enum group_kind kind) {
    static const enum op ops[] = {[GROUP_SUM] = OP_SUM, [GROUP_COUNT] = OP_COUNT, [GROUP_ANY] = OP_ANY,
                                  [GROUP_ALL] = OP_ALL, [GROUP_MIN] = OP_MINIMUM, [GROUP_MAX] = OP_MAXIMUM};
    return ops[kind];
}

/* Rows that a reference leads here. Where some lead nobody knows where, the evaluator says what is missing. */
static struct quantity build_led_here(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    const struct entity *inner = expr->as.group.entity;
    enum group_kind kind = expr->as.group.kind;
    struct quantity value = quantity_whole(NODE_NONE), where = value;
    struct quantity reference = graph_field(graph, expr->as.group.through);
    if ((kind != GROUP_SUM && kind != GROUP_COUNT) || inner->is_event || !quantity_is(reference)) return quantity_none;
    if (kind == GROUP_SUM) value = graph_expression(graph, inner, expr->left);
    if (expr->right) where = graph_expression(graph, inner, expr->right);
    if ((kind == GROUP_SUM && !quantity_is(value)) || (expr->right && !quantity_is(where)) || value.divisors.count)
        return quantity_none;
    struct graph_node node = node_of(OP_LED_HERE, NODE_NONE, NODE_NONE);
    if (kind == GROUP_SUM) node.a = graph_at(graph, value.n, inner);
    if (expr->right) node.b = graph_at(graph, where.n, inner);
    node.c = graph_at(graph, reference.n, inner);
    node.space = entity;
    node.inner = inner;
    node.expr = expr;
    node.grid = value.grid;
    value.n = graph_add(graph, node);
    return value;
}

/* Events before the month, back to where the window begins. What is asked of each is left to the evaluator, which knows
 * what stood on its day. */
static struct quantity build_events(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    const struct entity *event = expr->as.group.entity;
    int months = expr->as.group.months;
    bool year = expr->as.group.window == WINDOW_YEAR;
    struct window window = {event->dated.items[0], month_first_day(graph->month - month_of_year(graph->month) + 1),
                            graph->first_day - 1};
    if (expr->as.group.earlier || (!year && expr->as.group.window != WINDOW_MONTHS)) return quantity_none;
    if (!year) window.first = day_add_months(graph->first_day, -months);
    struct quantity value = quantity_whole(NODE_NONE), day = graph_field(graph, window.day);
    enum group_kind kind = expr->as.group.kind;
    if (!quantity_is(day)) return quantity_none;
    if (expr->left && kind != GROUP_COUNT) {
        value = evaluated_within(graph, event, expr->left, &window);
        if (!quantity_is(value)) return quantity_none;
    }
    struct graph_node inside = node_of(OP_BETWEEN, day.n, graph_constant(graph, window.first));
    inside.c = graph_constant(graph, window.last);
    node_id counts = graph_operate(graph, inside);
    if (expr->right) {
        struct quantity where = evaluated_within(graph, event, expr->right, &window);
        if (!quantity_is(where)) return quantity_none;
        counts = graph_binary(graph, OP_AND, counts, where.n);
    }
    struct graph_node node = node_of(group_op(kind), value.n, counts);
    node.space = entity;
    node.inner = event;
    node.d = year ? 1 : (months + 11) / 12 + 1; /* years that the window touches */
    value.n = graph_add(graph, node);
    return kind == GROUP_COUNT || expr->type.kind == TYPE_BOOL ? quantity_whole(value.n) : value;
}

static struct quantity build_group(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    const struct entity *inner = expr->as.group.entity;
    if (expr->as.group.through) return build_led_here(graph, entity, expr);
    if (inner == entity || (inner->is_event && entity->is_event)) return quantity_none;
    if (inner->is_event) return build_events(graph, entity, expr);
    struct quantity value = quantity_whole(NODE_NONE), where = quantity_whole(NODE_NONE);
    if (expr->left) {
        value = graph_expression(graph, inner, expr->left);
        if (!quantity_is(value)) return quantity_none;
    }
    if (expr->right) {
        where = graph_expression(graph, inner, expr->right);
        if (!quantity_is(where)) return quantity_none;
    }
    for (size_t i = 0; i < value.divisors.count; i++) {
        const struct entity *space = graph_node(graph, value.divisors.items[i])->space;
        if (space && !entity_is_within(entity, space)) return quantity_none;
    }
    struct graph_node node = node_of(group_op(expr->as.group.kind), NODE_NONE, NODE_NONE);
    if (expr->left && expr->as.group.kind != GROUP_COUNT) node.a = graph_at(graph, value.n, inner);
    if (expr->right) node.b = graph_at(graph, where.n, inner);
    node.space = entity;
    node.inner = inner;
    value.n = graph_add(graph, node);
    if (expr->as.group.kind == GROUP_COUNT || expr->type.kind == TYPE_BOOL) return quantity_whole(value.n);
    return value;
}

/* --- functions -------------------------------------------------------------------------------------------------- */

static struct quantity build_extreme(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity values[OPERANDS_MAX];
    const struct expr *const *exprs = (const struct expr *const *)expr->items.items;
    struct quantity result = build_all(graph, entity, exprs, expr->items.count, values);
    if (!quantity_is(result)) return quantity_none;
    result.n = values[0].n;
    for (size_t i = 1; i < expr->items.count; i++)
        result.n =
            graph_binary(graph, expr->as.call.function == FUNCTION_MIN ? OP_LEAST : OP_GREATEST, result.n, values[i].n);
    return result;
}

static struct quantity build_rounded(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    static const enum op ops[] = {
        [FUNCTION_ROUND] = OP_ROUND, [FUNCTION_FLOOR] = OP_FLOOR, [FUNCTION_CEIL] = OP_CEILING};
    struct quantity value = graph_expression(graph, entity, expr->items.items[0]);
    const struct expr *step = expr->items.items[1];
    if (!quantity_is(value) || step->kind != EXPR_NUMBER) return quantity_none;
    struct number times = number_divide(&graph->arena, value.grid, step->as.number.in_base);
    if (times.denominator == 0) return quantity_none; /* a number without bounds */
    node_id by = graph_constant(graph, times.denominator);
    for (size_t i = 0; i < value.divisors.count; i++) by = graph_multiply(graph, by, value.divisors.items[i]);
    struct graph_node node = node_of(ops[expr->as.call.function], value.n, by);
    node.d = times.numerator;
    return (struct quantity){.n = graph_operate(graph, node), .grid = step->as.number.in_base};
}

static struct quantity build_call(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity a, b;
    struct graph_node node = node_of(OP_COUNT_TRUE, NODE_NONE, NODE_NONE);
    switch (expr->as.call.function) {
    case FUNCTION_MIN:
    case FUNCTION_MAX: return build_extreme(graph, entity, expr);
    case FUNCTION_ROUND:
    case FUNCTION_FLOOR:
    case FUNCTION_CEIL: return build_rounded(graph, entity, expr);
    case FUNCTION_YEARS:
        a = graph_expression(graph, entity, expr->items.items[0]);
        b = graph_expression(graph, entity, expr->items.items[1]);
        return quantity_is(a) && quantity_is(b) ? quantity_whole(graph_binary(graph, OP_YEARS, a.n, b.n))
                                                : quantity_none;
    case FUNCTION_MONTH:
        a = graph_expression(graph, entity, expr->items.items[0]);
        return quantity_is(a) ? quantity_whole(graph_operate(graph, node_of(OP_MONTH_OF, a.n, NODE_NONE)))
                              : quantity_none;
    case FUNCTION_KNOWN:
        a = graph_expression(graph, entity, expr->items.items[0]);
        return quantity_is(a) ? quantity_whole(graph_operate(graph, node_of(OP_KNOWN, a.n, NODE_NONE))) : quantity_none;
    case FUNCTION_COUNT:
        for (size_t i = 0; i < expr->items.count; i++) {
            a = graph_expression(graph, entity, expr->items.items[i]);
            if (!quantity_is(a)) return quantity_none;
            VECTOR_PUSH(&graph->arena, &node.more, a.n);
        }
        return quantity_whole(graph_operate(graph, node));
    default: return quantity_none; /* previous, bands, apportion, distance */
    }
}

/* --- expressions ------------------------------------------------------------------------------------------------ */

static struct quantity build_literal(struct graph *graph, const struct expr *expr) {
    return number_constant(graph, expr->as.number.in_base);
}

/* On another day, if that is the same for all. */
static struct quantity build_on(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity day = graph_expression(graph, entity, expr->right);
    lane value;
    if (!quantity_is(day) || !graph_is_constant(graph, day.n, &value)) return quantity_none;
    return build_parameter(graph, entity, expr->left, (day_number)value);
}

static struct quantity build_if_known(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity sides[2];
    const struct expr *exprs[] = {expr->left, expr->right};
    struct quantity result = build_all(graph, entity, exprs, 2, sides);
    if (quantity_is(result)) result.n = graph_binary(graph, OP_OR_ELSE, sides[0].n, sides[1].n);
    return result;
}

static struct quantity build(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    struct quantity a, b;
    switch (expr->kind) {
    case EXPR_NUMBER: return build_literal(graph, expr);
    case EXPR_DATE: return quantity_whole(graph_constant(graph, expr->as.date));
    case EXPR_BOOL: return quantity_whole(graph_constant(graph, expr->as.truth));
    case EXPR_NEVER: return quantity_whole(graph_constant(graph, DAY_NEVER));
    case EXPR_PATH: return build_path(graph, entity, expr);
    case EXPR_NEGATE:
        a = graph_expression(graph, entity, expr->left);
        if (quantity_is(a)) a.n = graph_scale(graph, a.n, -1);
        return a;
    case EXPR_NOT:
        a = graph_expression(graph, entity, expr->left);
        return quantity_is(a) ? inverted(graph, a.n) : quantity_none;
    case EXPR_AND:
    case EXPR_OR:
        a = graph_expression(graph, entity, expr->left);
        b = graph_expression(graph, entity, expr->right);
        if (!quantity_is(a) || !quantity_is(b)) return quantity_none;
        return quantity_whole(graph_binary(graph, expr->kind == EXPR_AND ? OP_AND : OP_OR, a.n, b.n));
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return build_arithmetic(graph, entity, expr);
    case EXPR_COMPARE: return build_comparison(graph, entity, expr);
    case EXPR_IN_SET: return build_set(graph, entity, expr);
    case EXPR_IN_RANGE: return build_range(graph, entity, expr);
    case EXPR_IF_KNOWN: return build_if_known(graph, entity, expr);
    case EXPR_GROUP: return build_group(graph, entity, expr);
    case EXPR_CALL: return build_call(graph, entity, expr);
    case EXPR_ON: return build_on(graph, entity, expr);
    }
    return quantity_none;
}

struct quantity graph_expression(struct graph *graph, const struct entity *entity, const struct expr *expr) {
    if (graph_failed(graph)) return quantity_none;
    struct quantity quantity = build(graph, entity, expr);
    return quantity_is(quantity) ? quantity : evaluated(graph, entity, expr);
}
