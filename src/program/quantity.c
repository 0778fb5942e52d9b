/* Values of the policy as integers: where they are found, on which grid, over which divisors. */
#include "program/build.h"

#include <assert.h>

const struct quantity quantity_none = {.n = NODE_NONE};

bool quantity_is(struct quantity quantity) {
    return quantity.n != NODE_NONE;
}

struct quantity quantity_whole(node_id n) {
    return (struct quantity){.n = n, .grid = number_one};
}

struct graph_node node_of(enum op op, node_id a, node_id b) {
    return (struct graph_node){.op = op, .a = a, .b = b, .c = NODE_NONE, .grid = number_one};
}

bool graph_is_constant(const struct graph *graph, node_id id, lane *value) {
    const struct graph_node *node = graph_node(graph, id);
    if (node->op != OP_CONSTANT) return false;
    *value = node->d;
    return true;
}

bool graph_is_zero(const struct graph *graph, node_id id) {
    lane value;
    return graph_is_constant(graph, id, &value) && value == 0;
}

/* --- spaces ----------------------------------------------------------------------------------------------------- */

/* The value for rows of an entity at or below its own, step by step. */
node_id graph_at(struct graph *graph, node_id id, const struct entity *space) {
    const struct entity *own = graph_node(graph, id)->space;
    if (own == space || !own) return id;
    assert(entity_is_within(space, own));
    struct graph_node node = node_of(OP_ABOVE, graph_at(graph, id, space->parent), NODE_NONE);
    node.space = space;
    return graph_add(graph, node);
}

static const struct entity *deeper(const struct entity *a, const struct entity *b) {
    if (!a) return b;
    if (!b) return a;
    return entity_is_within(a, b) ? a : b;
}

static const struct entity *space_of(const struct graph *graph, node_id id) {
    return id == NODE_NONE ? NULL : graph_node(graph, id)->space;
}

/* Adds an operation on up to three operands where the deepest of them is. */
node_id graph_operate(struct graph *graph, struct graph_node node) {
    const struct entity *space =
        deeper(deeper(space_of(graph, node.a), space_of(graph, node.b)), space_of(graph, node.c));
    for (size_t i = 0; i < node.more.count; i++) space = deeper(space, space_of(graph, node.more.items[i]));
    node.space = space;
    if (node.a != NODE_NONE) node.a = graph_at(graph, node.a, space);
    if (node.b != NODE_NONE) node.b = graph_at(graph, node.b, space);
    if (node.c != NODE_NONE) node.c = graph_at(graph, node.c, space);
    for (size_t i = 0; i < node.more.count; i++)
        if (node.more.items[i] != NODE_NONE) node.more.items[i] = graph_at(graph, node.more.items[i], space);
    return graph_add(graph, node);
}

/* What an operation on two constants gives; false for those that are not folded. */
static bool fold(enum op op, lane a, lane b, lane *result) {
    switch (op) {
    case OP_LEAST: *result = a < b ? a : b; return true;
    case OP_GREATEST: *result = a > b ? a : b; return true;
    case OP_LESS: *result = a < b; return true;
    case OP_LESS_EQUAL: *result = a <= b; return true;
    case OP_EQUAL: *result = a == b; return true;
    case OP_NOT_EQUAL: *result = a != b; return true;
    case OP_ADD: return !__builtin_add_overflow(a, b, result);
    case OP_SUBTRACT: return !__builtin_sub_overflow(a, b, result);
    default: return false;
    }
}

/* A side that decides alone, or leaves it to the other: readings settle much of the law beforehand. */
static bool settles(const struct graph *graph, enum op op, node_id side, node_id other, node_id *result) {
    lane truth;
    if ((op != OP_AND && op != OP_OR) || !graph_is_constant(graph, side, &truth)) return false;
    *result = (truth != 0) == (op == OP_OR) ? side : other;
    return true;
}

node_id graph_binary(struct graph *graph, enum op op, node_id a, node_id b) {
    lane left, right, folded;
    node_id settled;
    if (settles(graph, op, a, b, &settled) || settles(graph, op, b, a, &settled)) return settled;
    if (graph_is_constant(graph, a, &left) && graph_is_constant(graph, b, &right) && fold(op, left, right, &folded))
        return graph_constant(graph, folded);
    return graph_operate(graph, node_of(op, a, b));
}

node_id graph_scale(struct graph *graph, node_id id, lane factor) {
    lane value, product;
    if (factor == 1) return id;
    if (graph_is_constant(graph, id, &value) && !__builtin_mul_overflow(value, factor, &product))
        return graph_constant(graph, product);
    struct graph_node node = node_of(OP_SCALE, id, NODE_NONE);
    node.d = factor;
    return graph_operate(graph, node);
}

node_id graph_multiply(struct graph *graph, node_id a, node_id b) {
    lane value;
    if (graph_is_constant(graph, a, &value)) return graph_scale(graph, b, value);
    if (graph_is_constant(graph, b, &value)) return graph_scale(graph, a, value);
    return graph_binary(graph, OP_MULTIPLY, a, b);
}

/* --- grids and divisors ----------------------------------------------------------------------------------------- */

/* n on another grid, of which its own is a multiple. */
node_id graph_on_grid(struct graph *graph, node_id n, struct number from, struct number to) {
    lane factor = 1;
    struct number times = number_divide(&graph->arena, from, to);
    if (graph_is_zero(graph, n)) return n;
    if (!number_to_lane(times, &factor)) return NODE_NONE;
    return graph_scale(graph, n, factor);
}

static size_t occurrences(const struct quantity *quantity, node_id divisor) {
    size_t count = 0;
    for (size_t i = 0; i < quantity->divisors.count; i++) count += quantity->divisors.items[i] == divisor;
    return count;
}

static void unite(struct graph *graph, struct quantity *to, const struct quantity *from) {
    for (size_t i = 0; i < from->divisors.count; i++)
        if (occurrences(to, from->divisors.items[i]) < occurrences(from, from->divisors.items[i]))
            VECTOR_PUSH(&graph->arena, &to->divisors, from->divisors.items[i]);
}

/* n over all the divisors of `target`, on its grid. */
static node_id stand_on(struct graph *graph, const struct quantity *from, const struct quantity *target) {
    node_id n = graph_on_grid(graph, from->n, from->grid, target->grid);
    struct quantity had = {.n = from->n};
    for (size_t i = 0; i < target->divisors.count && n != NODE_NONE; i++) {
        node_id divisor = target->divisors.items[i];
        VECTOR_PUSH(&graph->arena, &had.divisors, divisor);
        if (occurrences(&had, divisor) > occurrences(from, divisor)) n = graph_multiply(graph, n, divisor);
    }
    return n;
}

/* The grid and the divisors that several values have in common; their n then stand on it. */
struct quantity graph_common(struct graph *graph, struct quantity *values, size_t count) {
    struct quantity result = {.grid = number_zero};
    for (size_t i = 0; i < count; i++) {
        if (!graph_is_zero(graph, values[i].n)) result.grid = number_gcd(&graph->arena, result.grid, values[i].grid);
        unite(graph, &result, &values[i]);
    }
    if (number_sign(result.grid) == 0) result.grid = number_one;
    for (size_t i = 0; i < count; i++) {
        values[i].n = stand_on(graph, &values[i], &result);
        if (!quantity_is(values[i])) return quantity_none;
    }
    result.n = 0;
    return result;
}
