/* Which kernels do what a node says, and what they are given. */
#include "program/batch.h"

#include "base/memory.h"

/* Where a node's values begin: those of the batch, or of row 0 when they move with the rows of an entity. */
struct site {
    const unsigned char *values;
    const uint8_t *cases;
    const struct entity *moves; /* NULL: they stay */
    bool cases_stay;
};

/* A section being bound, and the node at hand. */
struct binding {
    const struct crew *crew;
    struct member *member;
    struct worker *worker;
    const struct graph *graph;
    const struct dataset *dataset;
    struct code *code;
    struct site *sites; /* by node of the section */
    bool care;          /* the plain nodes */
    const struct graph_node *node;
    struct code_step *step;
    struct lanes *out;
    bool wants_cases;
    size_t scratch; /* columns that the step has taken */
};

static const struct lanes *lanes_at(const struct binding *binding, node_id id) {
    return operand(binding->worker, id);
}

static bool scalar(const struct binding *binding, node_id id, int64_t *value) {
    const struct graph_node *node = graph_node(binding->graph, id);
    if (node->op != OP_CONSTANT || node->d < INT64_MIN || node->d > INT64_MAX) return false;
    *value = (int64_t)node->d;
    return true;
}

/* A column of lanes that kernels know. */
static bool has_kernel_width(const struct lanes *lanes) {
    return lanes->width <= 8 && !lanes->single;
}

static enum kernel_width width_of(const struct lanes *lanes) {
    return lanes->width == 1 ? BYTES_1 : lanes->width == 4 ? BYTES_4 : BYTES_8;
}

static bool fits(int64_t value, enum kernel_width width) {
    if (width == BYTES_1) return value >= INT8_MIN && value <= INT8_MAX;
    return width == BYTES_8 || (value >= INT32_MIN && value <= INT32_MAX);
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static void move(const struct binding *binding, void *address, const void *base, size_t width,
                 const struct entity *entity) {
    struct moving moving = {address, base, width, entity};
    VECTOR_PUSH(&binding->code->arena, &binding->code->moving, moving);
}

/* `address` is that of a pointer. */
static void point(const struct binding *binding, void *address, const void *base, size_t width,
                  const struct entity *moves) {
    memcpy(address, &base, sizeof base);
    if (moves) move(binding, address, base, width, moves);
}

/* Of nodes of other sections the whole columns. */
static struct site site_of(const struct binding *binding, node_id id) {
    if (binding->sites[id].values) return binding->sites[id];
    const struct lanes *lanes = lanes_at(binding, id);
    return (struct site){lanes->values, lanes->cases, lanes->single ? NULL : graph_node(binding->graph, id)->space,
                         false};
}

static void point_at(const struct binding *binding, void *address, node_id id) {
    struct site site = site_of(binding, id);
    point(binding, address, site.values, lanes_at(binding, id)->width, site.moves);
}

/* The lanes that whoever goes row by row reads. */
static void settle(const struct binding *binding, node_id id, struct site site) {
    struct lanes *lanes = &binding->worker->of[id];
    binding->sites[id] = site;
    point(binding, &lanes->values, site.values, lanes->width, site.moves);
    point(binding, &lanes->cases, site.cases, 1, site.cases_stay ? NULL : site.moves);
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

/* A column that nobody else uses while the step runs. */
static void *scratch_column(struct binding *binding) {
    void **column = &binding->code->scratch[binding->scratch++];
    if (!*column) *column = arena_new(&binding->code->arena, binding->code->rows + SCRATCH_MORE, sizeof(int64_t));
    return *column;
}

/* A call over the node's own rows, into a scratch column or, if that is NULL, its own values. */
static struct call *add_call(const struct binding *binding, kernel *wanted, void *into) {
    struct call *call = ARENA_NEW(&binding->code->arena, struct call);
    const struct site *site = &binding->sites[binding->step->id];
    *call = (struct call){.kernel = wanted, .over = binding->node->space};
    VECTOR_PUSH(&binding->code->arena, &binding->code->calls, call);
    if (into)
        call->strip.out = into;
    else
        point(binding, &call->strip.out, site->values, binding->out->width, site->moves);
    return call;
}

/* Where a call finds what it reads: a node's values, or a scratch column. */
struct operand {
    node_id id;
    void *column; /* NULL: the node's */
};

static void point_to(const struct binding *binding, void *address, struct operand from) {
    if (from.column)
        point(binding, address, from.column, 0, NULL);
    else
        point_at(binding, address, from.id);
}

/* The values in another width: in scratch, unless they have it. */
static struct operand in_width(struct binding *binding, node_id id, enum kernel_width width) {
    enum kernel_width own = width_of(lanes_at(binding, id));
    struct operand from = {.id = id};
    if (own == width) return from;
    from.column = scratch_column(binding);
    struct call *call = add_call(binding, binding->crew->kernels->scale[own][width], from.column);
    call->over = graph_node(binding->graph, id)->space;
    call->strip.x = 1;
    point_at(binding, &call->strip.a, id);
    return from;
}

/* A call in a width from which its values are then brought to the node's own. */
static struct call *add_call_in_width(struct binding *binding, kernel *wanted, enum kernel_width width) {
    enum kernel_width own = width_of(binding->out);
    if (own == width) return add_call(binding, wanted, NULL);
    void *column = scratch_column(binding);
    struct call *call = add_call(binding, wanted, column),
                *conversion = add_call(binding, binding->crew->kernels->scale[width][own], NULL);
    conversion->strip.x = 1;
    conversion->strip.a = column;
    return call;
}

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
    point_at(binding, &call->strip.a, binding->node->a);
    if (of_b) point_at(binding, &call->strip.b, b);
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
    point(binding, &call->strip.a, column->lanes, column->spec.width, binding->node->space);
    call->strip.x = 1;
    return true;
}

/* Of a whole column: a fault counts as there, so that it stays one. */
static bool finish_given(const struct strip_task *task) {
    const struct graph_node *column = graph_node(task->worker->graph, task->node->a);
    const absence *misses = task->worker->machine->of[(node_id)column->d].misses;
    uint8_t *out = lane_of_row(task->out, task->rows.first);
    memset(out, 1, rows_in(task));
    for (size_t i = 0; misses && i < rows_in(task); i++) {
        absence miss = misses[task->rows.first + i];
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
    point_at(binding, &call->strip.a, node->a);
    point_at(binding, &call->strip.b, node->b);
    return true;
}

static bool bind_clamp(struct binding *binding, node_id a, lane least, lane most) {
    const struct lanes *of_a = lanes_at(binding, a);
    if (!has_kernel_width(of_a) || !has_kernel_width(binding->out)) return false;
    kernel *wanted = binding->crew->kernels->clamp[width_of(of_a)][width_of(binding->out)];
    struct call *call = add_call(binding, wanted, NULL);
    point_at(binding, &call->strip.a, a);
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
    point_to(binding, &call->strip.a, of_a);
    point_to(binding, &call->strip.b, of_b);
    return true;
}

/* With a constant that the column's width can hold. */
static bool bind_compare_with(struct binding *binding, enum kernel_compare which, node_id a, int64_t x) {
    const struct lanes *of_a = lanes_at(binding, a);
    if (!has_kernel_width(of_a) || !fits(x, width_of(of_a))) return false;
    struct call *call = add_call(binding, binding->crew->kernels->compare_with[which][width_of(of_a)], NULL);
    point_at(binding, &call->strip.a, a);
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
    point_at(binding, &call->strip.a, node->a);
    point_at(binding, &call->strip.b, node->b);
    return true;
}

static bool bind_between(struct binding *binding, node_id a, int64_t least, int64_t most, void *into) {
    const struct lanes *of_a = lanes_at(binding, a);
    if (!has_kernel_width(of_a) || !fits(least, width_of(of_a)) || !fits(most, width_of(of_a))) return false;
    struct call *call = add_call(binding, binding->crew->kernels->between[width_of(of_a)], into);
    point_at(binding, &call->strip.a, a);
    call->strip.x = least;
    call->strip.y = most;
    return true;
}

static bool bind_truths(struct binding *binding, kernel *wanted) {
    node_id a = binding->node->a, b = binding->node->b == NODE_NONE ? a : binding->node->b;
    if (lanes_at(binding, a)->single || lanes_at(binding, b)->single) return false;
    struct call *call = add_call(binding, wanted, NULL);
    point_at(binding, &call->strip.a, a);
    point_at(binding, &call->strip.b, b);
    return true;
}

/* One value for all rows. */
static void add_fill(struct binding *binding, enum kernel_width width, int64_t value, void *into) {
    struct call *call = add_call(binding, binding->crew->kernels->choose[width], into);
    struct choice_of *only = ARENA_NEW(&binding->code->arena, struct choice_of);
    *only = (struct choice_of){.value = value};
    call->strip.choices = only;
    call->strip.count = 1;
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
        point_at(binding, &call->strip.a, node->more.items[i]);
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
        point_at(binding, &call->strip.a, node->a);
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
        if (condition != NODE_NONE) point_at(binding, &choices[i].condition, condition);
        if (!scalar(binding, value, &choices[i].value))
            point_to(binding, &choices[i].values, in_width(binding, value, width));
    }
    struct call *call = add_call(binding, binding->crew->kernels->choose[width], NULL);
    const struct site *site = &binding->sites[binding->step->id];
    call->strip.choices = choices;
    call->strip.count = count;
    if (binding->wants_cases) point(binding, &call->strip.cases, site->cases, 1, site->cases_stay ? NULL : site->moves);
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
    point_to(binding, &call->strip.a, of_a);
    if (!constant) point_to(binding, &call->strip.b, of_b);
    call->strip.x = x;
    return true;
}

static bool bind_divisor(struct binding *binding) {
    const struct lanes *a = lanes_at(binding, binding->node->a);
    if (!has_kernel_width(a) || a->width != binding->out->width) return false;
    struct call *call = add_call(binding, binding->crew->kernels->divisor[width_of(a)], NULL);
    point_at(binding, &call->strip.a, binding->node->a);
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
    binding->step->finish = finish_within;
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
    binding->step->finish = finish_within;
    struct call *call = add_call(binding, binding->crew->kernels->years, NULL);
    point_at(binding, &call->strip.a, node->a);
    call->strip.b = lasts;
    call->strip.x = day;
    call->strip.y = BEFORE;
    call->strip.count = COUNT;
    return true;
}

/* --- rows above and below ----------------------------------------------------------------------------------------- */

static const uint32_t *children_of(const struct dataset *dataset, const struct entity *above,
                                   const struct entity *below) {
    return dataset_table(dataset, above)->first_child[below->index];
}

/* Rows lie in the order of the rows above them: each of these fills a run. */
static bool finish_runs(const struct strip_task *task) {
    const struct dataset *dataset = task->worker->machine->dataset;
    const struct entity *own = task->node->space, *above = own->parent;
    const struct lanes *a = lanes_of(task, task->node->a);
    const uint32_t *parents = dataset_table(dataset, own)->parents, *ends = children_of(dataset, above, own);
    struct choice_of only = {.condition = NULL};
    struct strip strip = {.choices = &only, .count = 1};
    for (size_t row = task->rows.first; row < task->rows.last; row += strip.rows) {
        uint32_t from = parents[row];
        strip.rows = (ends[from + 1] < task->rows.last ? ends[from + 1] : task->rows.last) - row;
        strip.out = lane_of_row(task->out, row);
        only.value = (int64_t)get(a, from);
        task->crew->kernels->choose[width_of(task->out)](&strip);
    }
    return true;
}

/* Of a row above that lies in the batch too. */
static void add_spread(struct binding *binding, const struct entity *above) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node;
    const struct entity *own = node->space;
    bool each = dataset_table(binding->dataset, own)->below_all;
    bool truth = each && node->low >= 0 && node->high <= 1 && kernels->spread_truth;
    struct call *call =
        add_call(binding, truth ? kernels->spread_truth : kernels->spread[width_of(binding->out)], NULL);
    call->over = above;
    call->below = own;
    call->strip.firsts = dataset_table(binding->dataset, own)->firsts;
    point_at(binding, &call->strip.a, node->a);
    point(binding, &call->strip.ends, children_of(binding->dataset, above, own), sizeof(uint32_t), above);
}

static bool bind_above(struct binding *binding) {
    enum { FEW_EACH = 32 };
    const struct graph_node *node = binding->node;
    const struct lanes *a = lanes_at(binding, node->a);
    const struct entity *own = node->space, *above = graph_node(binding->graph, node->a)->space;
    if (a->width > 8 || !has_kernel_width(binding->out)) return false;
    if (!above) {
        add_fill(binding, width_of(binding->out), (int64_t)lane_read(a->values, a->width, 0), NULL);
        return true;
    }
    if (own->parent != above) return false;
    if (is_own(binding->crew, above)) {
        add_spread(binding, above);
        return true;
    }
    const struct table *table = dataset_table(binding->dataset, own);
    if (table->rows / FEW_EACH >= dataset_table(binding->dataset, above)->rows) {
        binding->step->finish = finish_runs;
        return true;
    }
    struct call *call = add_call(binding, binding->crew->kernels->gather[width_of(binding->out)], NULL);
    call->strip.a = a->values;
    point(binding, &call->strip.above, table->parents, sizeof *table->parents, own);
    return true;
}

static bool has_losses(const struct binding *binding) {
    bool any = false;
    for (const struct entity *lost = binding->node->inner; lost != binding->node->space; lost = lost->parent)
        any = any || dataset_table(binding->dataset, lost->parent)->incomplete[lost->index];
    return any;
}

static bool finish_losses(const struct strip_task *task) {
    const struct dataset *dataset = task->worker->machine->dataset;
    struct loss loss;
    for (size_t row = task->rows.first; row < task->rows.last; row++)
        if (dataset_lost_below(dataset, task->node->space, row, task->node->inner, &loss))
            mark(task->worker, task->node->space, row);
    return true;
}

static bool bind_group(struct binding *binding) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node;
    node_id of = node->op == OP_SUM ? node->a : node->b;
    const struct entity *inner = node->inner;
    if (inner->parent != node->space || !has_kernel_width(binding->out) || !is_own(binding->crew, inner)) return false;
    if (node->op == OP_SUM && node->b != NODE_NONE) return false;
    if (of != NODE_NONE && !has_kernel_width(lanes_at(binding, of))) return false;
    if (has_losses(binding)) {
        if (binding->care) return false;
        binding->step->finish = finish_losses;
    }
    enum kernel_width width = width_of(binding->out);
    struct operand from = {0};
    if (of != NODE_NONE) from = in_width(binding, of, width);
    bool each = dataset_table(binding->dataset, inner)->below_all && kernels->sum_each[width];
    kernel *sum = each ? kernels->sum_each[width] : kernels->sum[width];
    struct call *call = add_call(binding, of == NODE_NONE ? kernels->count[width] : sum, NULL);
    point(binding, &call->strip.ends, children_of(binding->dataset, node->space, inner), sizeof(uint32_t), node->space);
    if (of == NODE_NONE) return true;
    point_to(binding, &call->strip.a, from);
    call->strip.scratch = scratch_column(binding);
    call->strip.firsts = dataset_table(binding->dataset, inner)->firsts;
    call->below = inner;
    return true;
}

/* --- a node ------------------------------------------------------------------------------------------------------- */

static bool bind_node(struct binding *binding) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node;
    bool positive = node->b != NODE_NONE && graph_node(binding->graph, node->b)->low > 0;
    int64_t least, most;
    switch (node->op) {
    case OP_INPUT: return bind_input(binding);
    case OP_GIVEN: binding->step->finish = finish_given; return true;
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

static void bind_step(struct binding *binding, node_id id, bool there) {
    struct code *code = binding->code;
    struct code_step step = {.id = id, .node = graph_node(binding->graph, id), .first = code->calls.count};
    step.is_fixed = there && !binding->sites[id].moves;
    binding->node = step.node;
    binding->out = &binding->worker->of[id];
    binding->step = &step;
    binding->scratch = 0;
    step.bound = there || bind_node(binding);
    if (!step.bound) step.finish = NULL;
    step.end = code->calls.count;
    VECTOR_PUSH(&code->arena, &code->steps, step);
}

static struct binding begin(const struct crew *crew, struct member *member, struct code *code, size_t rows, bool care) {
    struct worker *worker = care ? &member->worker : &member->known;
    struct binding binding = {.crew = crew,
                              .member = member,
                              .worker = worker,
                              .graph = worker->graph,
                              .dataset = crew->machine->dataset,
                              .code = code,
                              .care = care};
    code_free(code);
    code->rows = rows;
    binding.sites = ARENA_ARRAY(&code->arena, struct site, worker->graph->nodes.count + 1);
    return binding;
}

/* --- sections ----------------------------------------------------------------------------------------------------- */

/* Inputs, whether they are there, and whole columns lie in memory already. */
static bool find_there(const struct binding *binding, const struct graph_node *node, struct site *site) {
    const struct machine *machine = binding->crew->machine;
    if (node->op == OP_COLUMN) {
        const struct lanes *whole = &machine->of[(node_id)node->d];
        site->values = whole->values;
        site->cases = whole->cases;
        site->moves = is_own(binding->crew, node->space) ? node->space : NULL;
        return true;
    }
    if (!node->field || (node->op != OP_INPUT && node->op != OP_GIVEN)) return false;
    const struct column *column = dataset_column(binding->dataset, node->field);
    if (node->op == OP_INPUT && column->spec.width != graph_node_width(node)) return false;
    *site = (struct site){.values = node->op == OP_GIVEN ? column->known : column->lanes, .moves = node->space};
    return true;
}

/* Values found go to the whole column that is kept of them, or to the slot. */
static void choose_site(struct site *site, const struct lanes *whole, const struct graph_node *node) {
    if (!whole) return;
    site->values = whole->values;
    site->moves = node->space;
    if (whole->cases)
        site->cases = whole->cases;
    else
        site->cases_stay = true;
}

static void note_leaf(const struct binding *binding, const struct graph_node *node) {
    const struct column *column = node->op == OP_INPUT ? dataset_column(binding->dataset, node->field) : NULL;
    bool may_miss = node->op == OP_COLUMN && binding->crew->machine->of[(node_id)node->d].misses;
    if ((column && column->unknown) || may_miss) VECTOR_PUSH(&binding->code->arena, &binding->code->leaves, node);
}

void bind_known(const struct crew *crew, struct member *member, struct code *code) {
    const struct room *room = &member->known_room;
    struct binding binding = begin(crew, member, code, room->rows, false);
    for (size_t i = 0; i < crew->known->steps.count && !arena_failed(&code->arena); i++) {
        const struct known_step *step = &crew->known->steps.items[i];
        const struct graph_node *node = step->node;
        bool single = node->op == OP_COLUMN && !node->space;
        struct site site = {.values = room->values + step->at * room->rows,
                            .cases = room->cases + step->number * room->rows};
        member->known.of[step->id] = (struct lanes){.width = graph_node_width(node), .single = single};
        bool there = find_there(&binding, node, &site);
        if (!there) choose_site(&site, step->whole == NODE_NONE ? NULL : &crew->machine->of[step->whole], node);
        settle(&binding, step->id, site);
        note_leaf(&binding, node);
        binding.wants_cases = step->wants_cases;
        bind_step(&binding, step->id, there);
    }
}

void bind_plain(const struct crew *crew, struct member *member, struct code *code) {
    const struct room *room = &member->room;
    const struct schedule *schedule = &crew->machine->program->schedule;
    struct binding binding = begin(crew, member, code, room->rows, true);
    for (size_t i = 0; i < crew->section->nodes.count && !arena_failed(&code->arena); i++) {
        node_id id = crew->section->nodes.items[i];
        const struct place *place = &schedule->places[id];
        const struct graph_node *node = graph_node(crew->machine->graph, id);
        size_t at = place->slot * room->rows;
        struct site site = {.values = room->values + at * sizeof(lane), .cases = room->cases + at};
        member->worker.of[id] =
            (struct lanes){.width = graph_node_width(node), .rows = room->rows, .miss_room = room->misses + at};
        choose_site(&site, place->whole ? &crew->machine->of[id] : NULL, node);
        settle(&binding, id, site);
        binding.wants_cases = node->told_count != 0;
        bind_step(&binding, id, false);
    }
}
