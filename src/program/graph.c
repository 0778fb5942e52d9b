#include "program/graph.h"

#include "base/memory.h"

#include <assert.h>

/* Beyond this a range is not followed: what the checks proved holds, the numbers fit. */
static const lane RANGE_END = (lane)1 << 126;

const char *op_name(enum op op) {
    static const char *const names[] = {
#define OP(name, en, zh) #name,
#include "program/op.def"
#undef OP
    };
    return names[op];
}

const char *op_words(enum op op, enum language language) {
    static const char *const all[][LANGUAGES] = {
#define OP(name, en, zh) [OP_##name] = {[LANGUAGE_EN] = (en), [LANGUAGE_ZH] = (zh)},
#include "program/op.def"
#undef OP
    };
    return all[op][language];
}

/* --- ranges ----------------------------------------------------------------------------------------------------- */

struct range {
    lane low, high;
};
static const struct range truth_range = {0, 1};
static const struct range day_range = {INT32_MIN, INT32_MAX};

static lane clip(lane value, bool overflow, bool positive) {
    if (overflow) return positive ? RANGE_END : -RANGE_END;
    return value > RANGE_END ? RANGE_END : value < -RANGE_END ? -RANGE_END : value;
}

static lane times(lane a, lane b) {
    lane product = 0;
    bool overflow = __builtin_mul_overflow(a, b, &product);
    return clip(product, overflow, (a < 0) == (b < 0));
}

static struct range add(struct range a, struct range b) {
    return (struct range){clip(a.low + b.low, false, false), clip(a.high + b.high, false, true)};
}

static struct range negated(struct range a) {
    return (struct range){-a.high, -a.low};
}

static lane lesser(lane a, lane b) {
    return a < b ? a : b;
}

static lane greater(lane a, lane b) {
    return a > b ? a : b;
}

static struct range product(struct range a, struct range b) {
    lane corner[] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)};
    return (struct range){lesser(lesser(corner[0], corner[1]), lesser(corner[2], corner[3])),
                          greater(greater(corner[0], corner[1]), greater(corner[2], corner[3]))};
}

static struct range join(struct range a, struct range b) {
    return (struct range){lesser(a.low, b.low), greater(a.high, b.high)};
}

static struct range range_of(const struct graph *graph, node_id id) {
    if (id == NODE_NONE) return truth_range;
    const struct graph_node *node = graph_node(graph, id);
    return (struct range){node->low, node->high};
}

/* How many rows of `inner` can lie below a row of `outer`; 0: no limit is known. */
static lane most_below(const struct entity *outer, const struct entity *inner) {
    lane most = 1;
    for (; inner != outer; inner = inner->parent) {
        int64_t here = 0;
        if (!number_to_int64(inner->at_most, &here) || here == 0 || most > INT32_MAX) return 0;
        most *= here;
    }
    return most;
}

/* Of events d years' worth. */
static lane most_counted(const struct graph_node *node) {
    lane most = most_below(node->space, node->inner);
    return node->inner->is_event ? most * node->d : most;
}

static struct range sum_range(struct range a, lane most) {
    if (most == 0) return (struct range){a.low < 0 ? -RANGE_END : 0, a.high > 0 ? RANGE_END : 0};
    struct range all = product(a, (struct range){most, most});
    return (struct range){lesser(0, all.low), greater(0, all.high)};
}

static lane rounded(enum op op, lane value, lane by) {
    if (value == RANGE_END || value == -RANGE_END) return value;
    if (op == OP_FLOOR) return lane_floor(value, by);
    return op == OP_CEILING ? -lane_floor(-value, by) : lane_round(value, by);
}

/* Divided by what is above zero. */
static struct range quotient(enum op op, struct range a, struct range b) {
    return (struct range){rounded(op, a.low, a.low > 0 ? b.high : b.low),
                          rounded(op, a.high, a.high < 0 ? b.high : b.low)};
}

/* Of the operand `first`, and of every so many behind it. */
static struct range operands_range(const struct graph *graph, const struct graph_node *node, size_t first,
                                   size_t step) {
    struct range range = range_of(graph, node->more.items[first]);
    for (size_t i = first + step; i < node->more.count; i += step)
        range = join(range, range_of(graph, node->more.items[i]));
    return range;
}

/* The values behind the conditions. */
static struct range cases_range(const struct graph *graph, const struct graph_node *node) {
    return operands_range(graph, node, 1, 2);
}

static struct range linear_range(const struct graph *graph, const struct graph_node *node) {
    struct range sum = product(range_of(graph, node->a), (struct range){node->d, node->d});
    if (node->b != NODE_NONE) sum = add(sum, product(range_of(graph, node->b), (struct range){node->e, node->e}));
    return node->c == NODE_NONE ? sum : add(sum, range_of(graph, node->c));
}

static lane nearest(lane value, lane least, lane most) {
    return lesser(greater(value, least), most);
}

static struct range node_range(const struct graph *graph, const struct graph_node *node) {
    struct range a = range_of(graph, node->a), b = range_of(graph, node->b);
    switch (node->op) {
    case OP_CONSTANT: return (struct range){node->d, node->d};
    case OP_ABOVE:
    case OP_OVER: return node->op == OP_ABOVE ? a : join(a, negated(a));
    case OP_THROUGH: return b;
    case OP_PICK: return operands_range(graph, node, 0, 1);
    case OP_WHERE:
    case OP_WHOLE: return join(a, (struct range){0, 0});
    case OP_BESIDE: return a;
    case OP_ADD: return add(a, b);
    case OP_SUBTRACT: return add(a, negated(b));
    case OP_LINEAR: return linear_range(graph, node);
    case OP_CLAMP: return (struct range){nearest(a.low, node->d, node->e), nearest(a.high, node->d, node->e)};
    case OP_MULTIPLY: return product(a, b);
    case OP_SCALE: return product(a, (struct range){node->d, node->d});
    case OP_DIVISOR: return (struct range){1, greater(1, greater(a.high, -a.low))};
    case OP_LEAST: return (struct range){lesser(a.low, b.low), lesser(a.high, b.high)};
    case OP_GREATEST: return (struct range){greater(a.low, b.low), greater(a.high, b.high)};
    case OP_FLOOR:
    case OP_CEILING:
    case OP_ROUND: return quotient(node->op, product(a, (struct range){node->d, node->d}), b);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_NOT:
    case OP_AND:
    case OP_OR:
    case OP_AMONG:
    case OP_BETWEEN:
    case OP_KNOWN:
    case OP_GIVEN:
    case OP_WITHOUT:
    case OP_ANY:
    case OP_ALL: return truth_range;
    case OP_CASES: return cases_range(graph, node);
    case OP_DECIDE: return join(a, cases_range(graph, node));
    case OP_WITHIN: return (struct range){greater(a.low, node->d), lesser(a.high, node->e)};
    case OP_OR_ELSE: return join(a, b);
    case OP_COUNT_TRUE: return (struct range){0, (lane)node->more.count};
    case OP_YEARS: return (struct range){-10000, 10000};
    case OP_MONTH_OF: return (struct range){1, 12};
    case OP_ADD_MONTHS:
    case OP_ADD_DAYS: return day_range;
    case OP_DAYS_BETWEEN: return add(day_range, negated(day_range));
    case OP_SUM: return sum_range(a, most_counted(node));
    case OP_LED_HERE:
        return node->a == NODE_NONE
                   ? (struct range){0, UINT32_MAX}
                   : (struct range){times(lesser(0, a.low), UINT32_MAX), times(greater(0, a.high), UINT32_MAX)};
    case OP_COUNT: {
        lane most = most_counted(node);
        return (struct range){0, most ? most : INT32_MAX};
    }
    case OP_MINIMUM:
    case OP_MAXIMUM: return a;
    default: return (struct range){node->low, node->high}; /* the caller knows */
    }
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

const struct graph_node *graph_node(const struct graph *graph, node_id id) {
    assert(id < graph->nodes.count);
    return &graph->nodes.items[id];
}

bool graph_operand(const struct graph_node *node, size_t *index, node_id *id) {
    const node_id first[] = {node->a, node->b, node->c};
    enum { FIRST = sizeof first / sizeof *first };
    *id = NODE_NONE;
    for (; *id == NODE_NONE && *index < FIRST + node->more.count; ++*index)
        *id = *index < FIRST ? first[*index] : node->more.items[*index - FIRST];
    return *id != NODE_NONE;
}

unsigned graph_node_width(const struct graph_node *node) {
    if (node->low >= INT8_MIN && node->high <= INT8_MAX) return 1;
    if (node->low >= INT32_MIN && node->high <= INT32_MAX) return 4;
    return node->low >= INT64_MIN && node->high <= INT64_MAX ? 8 : 16;
}

static struct text node_key(struct graph *graph, const struct graph_node *node) {
    struct arena *arena = &graph->arena;
    struct text key = text_format(
        arena, "%d %p %p %u %u %u %llx %llx %llx %llx %p %p %p %p", (int)node->op, (const void *)node->space,
        (const void *)node->inner, node->a, node->b, node->c, (unsigned long long)(node->d >> 64),
        (unsigned long long)node->d, (unsigned long long)(node->e >> 64), (unsigned long long)node->e,
        (const void *)node->field, (const void *)node->parameter, (const void *)node->expr, (const void *)node->rule);
    for (size_t i = 0; i < node->more.count; i++)
        key = text_format(arena, "%.*s %u", TEXT_ARG(key), node->more.items[i]);
    return key;
}

node_id graph_add(struct graph *graph, struct graph_node node) {
    struct arena_mark mark = arena_here(&graph->arena);
    struct text key = node_key(graph, &node);
    size_t found = (size_t)map_get(&graph->interned, key);
    if (arena_failed(&graph->arena)) return 0;
    if (found) {
        arena_rewind(&graph->arena, mark);
        return (node_id)(found - 1);
    }
    struct range range = node_range(graph, &node);
    node.low = range.low;
    node.high = range.high;
    if (node.low > node.high) node.low = node.high; /* never so: every row is a fault */
    map_put(&graph->interned, key, (void *)(graph->nodes.count + 1));
    VECTOR_PUSH(&graph->arena, &graph->nodes, node);
    return arena_failed(&graph->arena) ? 0 : (node_id)(graph->nodes.count - 1);
}

struct graph *graph_empty(const struct policy *policy, month_number month, const struct run_options *options) {
    struct graph *graph = memory_new(1, sizeof *graph);
    if (!graph) return NULL;
    *graph = (struct graph){.policy = policy, .options = options, .month = month, .first_day = month_first_day(month)};
    arena_init(&graph->arena);
    map_init(&graph->interned, &graph->arena);
    graph->fields = ARENA_ARRAY(&graph->arena, struct field_quantity *, policy->fields.count + 1);
    return graph;
}

node_id graph_constant(struct graph *graph, lane value) {
    return graph_add(
        graph, (struct graph_node){.op = OP_CONSTANT, .a = NODE_NONE, .b = NODE_NONE, .c = NODE_NONE, .d = value});
}

bool graph_failed(const struct graph *graph) {
    return arena_failed(&graph->arena);
}

void graph_free(struct graph *graph) {
    if (!graph) return;
    arena_free(&graph->arena);
    memory_free(graph);
}
