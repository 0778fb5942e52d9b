/* The same operations where every value is known and fits 64 bits: plain loops that a compiler can lay out in vectors.
 */
#include "program/machine_inside.h"

/* One alone serves every row. */
struct operand {
    const int64_t *at;
    size_t step;
};

static struct operand operand_of(const struct lanes *lanes, size_t row) {
    return (struct operand){(const int64_t *)lanes->values + lane_place(lanes, row), !lanes->single};
}

static bool is_narrow(const struct lanes *lanes) {
    return !lanes || (lanes->width == 8 && !lanes->misses);
}

#define EACH(expression)                                                                                               \
    do {                                                                                                               \
        for (size_t row = 0; row < rows; row++) {                                                                      \
            const int64_t x = a.at[row * a.step], y = b.at[row * b.step];                                              \
            (void)x, (void)y;                                                                                          \
            out[row] = (expression);                                                                                   \
        }                                                                                                              \
        return true;                                                                                                   \
    } while (0)

static bool run_on(enum op op, int64_t *out, size_t rows, struct operand a, struct operand b, int64_t d) {
    switch (op) {
#define STRICT(op, value)                                                                                              \
    case OP_##op:                                                                                                      \
        EACH(value);
#include "program/strict.def"
#undef STRICT
    case OP_AND: EACH(x & y);
    case OP_OR: EACH(x | y);
    case OP_OR_ELSE: EACH(x);
    case OP_KNOWN: EACH(1);
    case OP_DIVISOR: EACH(x == 0 ? 1 : x < 0 ? -x : x);
    default: return false;
    }
}

/* --- cases ------------------------------------------------------------------------------------------------------ */

/* From the last case, which always holds, to the first: each goes over those behind it where it holds. */
static void choose(int64_t *out, uint16_t *cases, size_t rows, struct operand condition, struct operand value,
                   uint16_t which) {
    for (size_t row = 0; row < rows; row++) {
        bool holds = condition.at[row * condition.step] != 0;
        out[row] = holds ? value.at[row * value.step] : out[row];
        cases[row] = holds ? which : cases[row];
    }
}

static bool run_narrow_cases(const struct task *task) {
    static const int64_t yes = 1;
    const struct graph_node *node = task->node;
    size_t place = lane_place(task->out, task->begin), rows = task->end - task->begin, count = node->more.count;
    if (count == 0 || node->more.items[count - 2] != NODE_NONE || task->out->width != 8) return false;
    for (size_t i = 0; i < count; i++) {
        const struct lanes *operand_lanes = operand(task->machine, node->more.items[i]);
        if (!is_narrow(operand_lanes)) return false;
    }
    if (!has_cases(task)) return true;
    for (size_t i = count; i > 0; i -= 2) {
        const struct lanes *condition = operand(task->machine, node->more.items[i - 2]),
                           *value = operand(task->machine, node->more.items[i - 1]);
        choose((int64_t *)task->out->values + place, task->out->cases + place, rows,
               condition ? operand_of(condition, task->begin) : (struct operand){&yes, 0},
               operand_of(value, task->begin), CASE_OF(node->rule->index, node->which[i / 2 - 1]));
    }
    return true;
}

bool run_narrow(const struct task *task) {
    const struct graph_node *node = task->node;
    if (node->op == OP_CASES) return run_narrow_cases(task);
    if (!task->a || task->out->width != 8 || !is_narrow(task->a) || (task->b && task->b->width != 8)) return false;
    if (node->op != OP_OR_ELSE && !is_narrow(task->b)) return false;
    struct operand a = operand_of(task->a, task->begin), b = task->b ? operand_of(task->b, task->begin) : a;
    int64_t *out = (int64_t *)task->out->values + lane_place(task->out, task->begin);
    return run_on(node->op, out, task->end - task->begin, a, b, (int64_t)node->d);
}
