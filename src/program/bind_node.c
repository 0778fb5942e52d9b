/* Which kernels do what a node says of its own row. */
#include "program/bind_inside.h"

/* --- rows by themselves: true when calls do all --------------------------------------------------------------------
 */

/* a * x + b * y + c; what is too large wraps, as the sum does. b and c: NODE_NONE where there is none. */
static bool bind_linear(struct binding *binding, lane x, node_id b, lane y, node_id c) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct lanes *of_a = lanes_at(binding, binding->node->a), *of_b = lanes_at(binding, b);
    int64_t z = 0;
    if (!has_kernel_width(of_a) || (of_b && !has_kernel_width(of_b)) || !has_kernel_width(binding->out)) return false;
    if (c != NODE_NONE && !scalar(binding, c, &z)) return false;
    enum kernel_width out = width_of(binding->out);
    kernel *wanted = of_b ? kernels->linear[width_of(of_a)][width_of(of_b)][out] : kernels->scale[width_of(of_a)][out];
    struct call *call = add_call(binding, wanted, NULL);
    bind_operand(binding, &call->strip.a, binding->node->a);
    if (of_b) bind_operand(binding, &call->strip.b, b);
    call->strip.x = (int64_t)x;
    call->strip.y = (int64_t)y;
    call->strip.z = z;
    return true;
}

static bool bind_same(struct binding *binding) {
    return bind_linear(binding, 1, NODE_NONE, 0, NODE_NONE);
}

static bool bind_input(struct binding *binding) {
    const struct column *column = dataset_column(binding->dataset, binding->node->field);
    if (column->spec.width != binding->out->width || !has_kernel_width(binding->out)) return false;
    enum kernel_width width = width_of(binding->out);
    struct call *call = add_call(binding, binding->crew->kernels->scale[width][width], NULL);
    bind_pointer(binding, &call->strip.a, column->lanes, column->spec.width, binding->node->space);
    call->strip.x = 1;
    return true;
}

/* Of a whole column: a fault counts as there, so that it stays one. */
static bool finish_given(const struct strip_task *task) {
    const struct graph_node *column = graph_node(task->worker->graph, task->node->a);
    const struct lanes *whole = &task->worker->machine->of[(node_id)column->d];
    uint8_t *out = lane_of_row(task->out, task->rows.first);
    memset(out, 1, rows_in(task));
    for (size_t i = 0; whole->misses && i < rows_in(task); i++) {
        absence miss = missed(whole, task->rows.first + i);
        out[i] = !miss || is_fault(miss);
    }
    return true;
}

static bool bind_multiply(struct binding *binding) {
    const struct graph_node *node = binding->node;
    const struct lanes *a = lanes_at(binding, node->a), *b = lanes_at(binding, node->b);
    if (!has_kernel_width(a) || !has_kernel_width(b) || !has_kernel_width(binding->out)) return false;
    kernel *wanted = binding->crew->kernels->multiply[width_of(a)][width_of(b)][width_of(binding->out)];
    struct call *call = add_call(binding, wanted, NULL);
    bind_operand(binding, &call->strip.a, node->a);
    bind_operand(binding, &call->strip.b, node->b);
    return true;
}

static bool bind_clamp(struct binding *binding, node_id a, lane least, lane most) {
    const struct lanes *of_a = lanes_at(binding, a);
    if (!has_kernel_width(of_a) || !has_kernel_width(binding->out)) return false;
    kernel *wanted = binding->crew->kernels->clamp[width_of(of_a)][width_of(binding->out)];
    struct call *call = add_call(binding, wanted, NULL);
    bind_operand(binding, &call->strip.a, a);
    call->strip.x = least < INT64_MIN ? INT64_MIN : (int64_t)least;
    call->strip.y = most > INT64_MAX ? INT64_MAX : (int64_t)most;
    return true;
}

/* Of two columns, in the width of the widest of all three. */
static bool bind_extreme(struct binding *binding) {
    const struct graph_node *node = binding->node;
    const struct lanes *a = lanes_at(binding, node->a), *b = lanes_at(binding, node->b);
    const struct kernels *kernels = binding->crew->kernels;
    bool least = node->op == OP_LEAST;
    int64_t end;
    for (int i = 0; i < 2; i++)
        if (scalar(binding, i ? node->b : node->a, &end))
            return bind_clamp(binding, i ? node->a : node->b, least ? INT64_MIN : end, least ? end : INT64_MAX);
    if (!has_kernel_width(a) || !has_kernel_width(b) || !has_kernel_width(binding->out)) return false;
    enum kernel_width width = width_of(binding->out);
    if (width_of(a) > width) width = width_of(a);
    if (width_of(b) > width) width = width_of(b);
    struct operand of_a = in_width(binding, node->a, width), of_b = in_width(binding, node->b, width);
    struct call *call = add_call_in_width(binding, least ? kernels->least[width] : kernels->greatest[width], width);
    bind_to(binding, &call->strip.a, of_a);
    bind_to(binding, &call->strip.b, of_b);
    return true;
}

/* With a constant that the column's width can hold. */
static bool bind_compare_with(struct binding *binding, enum kernel_compare which, node_id a, int64_t x) {
    const struct lanes *of_a = lanes_at(binding, a);
    if (!has_kernel_width(of_a) || !fits(x, width_of(of_a))) return false;
    struct call *call = add_call(binding, binding->crew->kernels->compare_with[which][width_of(of_a)], NULL);
    bind_operand(binding, &call->strip.a, a);
    call->strip.x = x;
    return true;
}

static bool bind_compare(struct binding *binding) {
    static const enum kernel_compare comparisons[OPS] = {[OP_LESS] = COMPARE_LESS,
                                                         [OP_LESS_EQUAL] = COMPARE_LESS_EQUAL,
                                                         [OP_EQUAL] = COMPARE_EQUAL,
                                                         [OP_NOT_EQUAL] = COMPARE_NOT_EQUAL};
    const struct graph_node *node = binding->node;
    const struct lanes *a = lanes_at(binding, node->a), *b = lanes_at(binding, node->b);
    enum kernel_compare which = comparisons[node->op];
    int64_t x = 0;
    if (which == COMPARE_LESS && scalar(binding, node->a, &x))
        return bind_compare_with(binding, COMPARE_MORE, node->b, x);
    if (scalar(binding, node->b, &x)) return bind_compare_with(binding, which, node->a, x);
    if (!has_kernel_width(a) || !has_kernel_width(b)) return false;
    struct call *call = add_call(binding, binding->crew->kernels->compare[which][width_of(a)][width_of(b)], NULL);
    bind_operand(binding, &call->strip.a, node->a);
    bind_operand(binding, &call->strip.b, node->b);
    return true;
}

static bool bind_between(struct binding *binding, node_id a, int64_t least, int64_t most, void *into) {
    const struct lanes *of_a = lanes_at(binding, a);
    if (!has_kernel_width(of_a) || !fits(least, width_of(of_a)) || !fits(most, width_of(of_a))) return false;
    struct call *call = add_call(binding, binding->crew->kernels->between[width_of(of_a)], into);
    bind_operand(binding, &call->strip.a, a);
    call->strip.x = least;
    call->strip.y = most;
    return true;
}

static bool bind_truths(struct binding *binding, kernel *wanted) {
    node_id a = binding->node->a, b = binding->node->b == NODE_NONE ? a : binding->node->b;
    if (lanes_at(binding, a)->single || lanes_at(binding, b)->single) return false;
    struct call *call = add_call(binding, wanted, NULL);
    bind_operand(binding, &call->strip.a, a);
    bind_operand(binding, &call->strip.b, b);
    return true;
}

/* How many of the operands are true. */
static bool bind_count_true(struct binding *binding) {
    const struct graph_node *node = binding->node;
    if (binding->out->width != 1) return false;
    for (size_t i = 0; i < node->more.count; i++)
        if (!has_kernel_width(lanes_at(binding, node->more.items[i]))) return false;
    add_fill(binding, BYTES_1, 0, NULL);
    for (size_t i = 0; i < node->more.count; i++) {
        struct call *call = add_call(binding, binding->crew->kernels->count_up, NULL);
        bind_operand(binding, &call->strip.a, node->more.items[i]);
    }
    return true;
}

/* One of several constants: how many it equals, and whether that is none. */
static bool bind_among(struct binding *binding) {
    const struct graph_node *node = binding->node;
    const struct kernels *kernels = binding->crew->kernels;
    const struct lanes *a = lanes_at(binding, node->a);
    int64_t x = 0;
    if (!has_kernel_width(a) || node->more.count > INT8_MAX) return false;
    for (size_t i = 0; i < node->more.count; i++)
        if (!scalar(binding, node->more.items[i], &x)) return false;
    void *equal = scratch_column(binding), *count = scratch_column(binding);
    add_fill(binding, BYTES_1, 0, count);
    for (size_t i = 0; i < node->more.count; i++) {
        scalar(binding, node->more.items[i], &x);
        if (!fits(x, width_of(a))) continue; /* it never is */
        struct call *call = add_call(binding, kernels->compare_with[COMPARE_EQUAL][width_of(a)], equal);
        bind_operand(binding, &call->strip.a, node->a);
        call->strip.x = x;
        add_call(binding, kernels->count_up, count)->strip.a = equal;
    }
    add_call(binding, kernels->compare_with[COMPARE_MORE][BYTES_1], NULL)->strip.a = count;
    return true;
}

/* Yes, as long as nothing is missing. */
static bool bind_known_truth(struct binding *binding) {
    add_fill(binding, BYTES_1, 1, NULL);
    return true;
}

static bool can_choose(const struct binding *binding) {
    const struct graph_node *node = binding->node;
    size_t count = node->more.count / 2;
    int64_t value;
    if (node->more.items[2 * (count - 1)] != NODE_NONE || !has_kernel_width(binding->out)) return false;
    for (size_t i = 0; i < count; i++) {
        node_id condition = node->more.items[2 * i], of = node->more.items[2 * i + 1];
        if (condition != NODE_NONE && lanes_at(binding, condition)->single) return false;
        if (!scalar(binding, of, &value) && !has_kernel_width(lanes_at(binding, of))) return false;
    }
    return true;
}

static bool bind_cases(struct binding *binding) {
    const struct graph_node *node = binding->node;
    size_t count = node->more.count / 2;
    if (!can_choose(binding)) return false;
    enum kernel_width width = width_of(binding->out);
    struct choice_of *choices = ARENA_ARRAY(&binding->code->arena, struct choice_of, count);
    if (!choices) return false;
    for (size_t i = 0; i < count; i++) {
        node_id condition = node->more.items[2 * i], value = node->more.items[2 * i + 1];
        if (condition != NODE_NONE) bind_operand(binding, &choices[i].condition, condition);
        if (!scalar(binding, value, &choices[i].value))
            bind_to(binding, &choices[i].values, in_width(binding, value, width));
    }
    struct call *call = add_call(binding, binding->crew->kernels->choose[width], NULL);
    const struct site *site = &binding->sites[binding->step.id];
    call->strip.choices = choices;
    call->strip.count = count;
    if (binding->wants_cases) bind_cases_of(binding, &call->strip.cases, site);
    return true;
}

static bool bind_divide(struct binding *binding) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node, *numerator = graph_node(binding->graph, node->a);
    const struct lanes *a = lanes_at(binding, node->a), *b = lanes_at(binding, node->b);
    enum kernel_divide how = node->op == OP_FLOOR ? DIVIDE_DOWN : node->op == OP_CEILING ? DIVIDE_UP : DIVIDE_NEAREST;
    enum kernel_width width = BYTES_8;
    int64_t x = 0;
    if (node->d != 1 || !has_kernel_width(a) || !has_kernel_width(binding->out)) return false;
    bool constant = scalar(binding, node->b, &x);
    if (!constant && !has_kernel_width(b)) return false;
    if (constant && width_of(a) != BYTES_8 &&
        kernel_divides(BYTES_4, (int64_t)numerator->low, (int64_t)numerator->high, x))
        width = BYTES_4;
    if (constant && !kernel_divides(width, (int64_t)numerator->low, (int64_t)numerator->high, x)) return false;
    struct operand of_a = in_width(binding, node->a, width), of_b = {0};
    if (!constant) of_b = in_width(binding, node->b, width);
    struct call *call =
        add_call_in_width(binding, constant ? kernels->divide[how][width] : kernels->divide_by[how], width);
    bind_to(binding, &call->strip.a, of_a);
    if (!constant) bind_to(binding, &call->strip.b, of_b);
    call->strip.x = x;
    return true;
}

static bool bind_divisor(struct binding *binding) {
    const struct lanes *a = lanes_at(binding, binding->node->a);
    if (!has_kernel_width(a) || a->width != binding->out->width) return false;
    struct call *call = add_call(binding, binding->crew->kernels->divisor[width_of(a)], NULL);
    bind_operand(binding, &call->strip.a, binding->node->a);
    return true;
}

/* Rows beyond the range are marked. */
static bool finish_within(const struct strip_task *task) {
    const uint8_t *inside = task->code->scratch[0];
    if (task->crew->kernels->zeros(inside, rows_in(task)) == 0) return true;
    if (!task->worker->watch.marked) return false;
    for (size_t i = 0; i < rows_in(task); i++)
        if (!inside[i]) mark(task->worker, task->node->space, task->rows.first + i);
    return true;
}

static bool bind_within(struct binding *binding) {
    const struct graph_node *node = binding->node;
    if (node->field->type.kind == TYPE_DATE || !has_kernel_width(binding->out)) return false;
    int64_t least = node->d < INT64_MIN ? INT64_MIN : (int64_t)node->d,
            most = node->e > INT64_MAX ? INT64_MAX : (int64_t)node->e;
    if (!bind_between(binding, node->a, least, most, scratch_column(binding))) return false;
    binding->step.finish = finish_within;
    return bind_clamp(binding, node->a, node->d, node->e);
}

/* --- dates -------------------------------------------------------------------------------------------------------- */

/* The last day from which there are so many full years to the day. */
static day_number last_day_with(int years, day_number day) {
    enum { DAYS_OF_FOUR = 1461, BEYOND = 5 };
    day_number last = day - (day_number)((int64_t)years * DAYS_OF_FOUR / 4) + BEYOND;
    while (day_full_years(last, day) < years) last--;
    return last;
}

/* From days not too far off, of which a table is made; others are marked, as what never comes. */
static bool bind_years(struct binding *binding) {
    enum { BEFORE = -60, COUNT = 220 };
    const struct graph_node *node = binding->node;
    const struct lanes *a = lanes_at(binding, node->a);
    int64_t day;
    if (!has_kernel_width(a) || a->width != sizeof(int32_t) || binding->out->width != sizeof(int32_t)) return false;
    if (!scalar(binding, node->b, &day) || day == DAY_NEVER) return false;
    int32_t *lasts = ARENA_ARRAY(&binding->code->arena, int32_t, COUNT);
    if (!lasts) return false;
    for (int i = 0; i < COUNT; i++) lasts[i] = last_day_with(BEFORE + i, (day_number)day);
    bind_between(binding, node->a, lasts[COUNT - 3] + 1, lasts[2], scratch_column(binding));
    binding->step.finish = finish_within;
    struct call *call = add_call(binding, binding->crew->kernels->years, NULL);
    bind_operand(binding, &call->strip.a, node->a);
    call->strip.b = lasts;
    call->strip.x = day;
    call->strip.y = BEFORE;
    call->strip.count = COUNT;
    return true;
}

/* --- a node ------------------------------------------------------------------------------------------------------- */

bool bind_node(struct binding *binding) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node;
    bool positive = node->b != NODE_NONE && graph_node(binding->graph, node->b)->low > 0;
    int64_t least, most;
    switch (node->op) {
    case OP_INPUT: return bind_input(binding);
    case OP_GIVEN: binding->step.finish = finish_given; return true;
    case OP_ADD: return bind_linear(binding, 1, node->b, 1, NODE_NONE);
    case OP_SUBTRACT: return bind_linear(binding, 1, node->b, -1, NODE_NONE);
    case OP_SCALE: return bind_linear(binding, node->d, NODE_NONE, 0, NODE_NONE);
    case OP_LINEAR: return bind_linear(binding, node->d, node->b, node->e, node->c);
    case OP_OVER:
    case OP_WHOLE: return positive && bind_same(binding);
    case OP_OR_ELSE:
    case OP_BESIDE: return bind_same(binding);
    case OP_MULTIPLY:
    case OP_WHERE: return bind_multiply(binding);
    case OP_CLAMP: return bind_clamp(binding, node->a, node->d, node->e);
    case OP_LEAST:
    case OP_GREATEST: return bind_extreme(binding);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL: return bind_compare(binding);
    case OP_BETWEEN:
        return scalar(binding, node->b, &least) && scalar(binding, node->c, &most) &&
               bind_between(binding, node->a, least, most, NULL);
    case OP_NOT: return bind_truths(binding, kernels->turned);
    case OP_AND: return bind_truths(binding, kernels->both);
    case OP_OR: return bind_truths(binding, kernels->either);
    case OP_WITHOUT: return bind_truths(binding, kernels->without);
    case OP_COUNT_TRUE: return bind_count_true(binding);
    case OP_AMONG: return bind_among(binding);
    case OP_KNOWN: return bind_known_truth(binding);
    case OP_CASES: return bind_cases(binding);
    case OP_FLOOR:
    case OP_CEILING:
    case OP_ROUND: return bind_divide(binding);
    case OP_ABOVE: return bind_above(binding);
    case OP_SUM:
    case OP_COUNT: return bind_group(binding);
    case OP_DIVISOR: return bind_divisor(binding);
    case OP_WITHIN: return bind_within(binding);
    case OP_YEARS: return bind_years(binding);
    default: return false;
    }
}
