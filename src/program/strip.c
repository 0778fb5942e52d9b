/* Which kernel does what a node says, and what it is given. */
#include "program/batch.h"

#include "base/memory.h"

/* The lane of a row. */
static const void *from_row(const struct lanes *lanes, size_t row) {
    return (const unsigned char *)lanes->values + (row - lanes->base) * lanes->width;
}

static const void *values_of(const struct strip_task *task, const struct lanes *lanes) {
    return from_row(lanes, task->rows.first);
}

static bool with_care(const struct strip_task *task) {
    return !task->worker->watch.marked;
}

static bool scalar(const struct strip_task *task, node_id id, int64_t *value) {
    const struct graph_node *node = graph_node(task->worker->graph, id);
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

/* --- scratch ---------------------------------------------------------------------------------------------------- */

/* Room for so many columns of 8 bytes. False when memory has run out. */
static bool has_scratch(struct strip_task *task, size_t columns, size_t rows) {
    struct member *member = task->member;
    size_t size = columns * (rows + 1) * sizeof(int64_t);
    member->scratch_used = 0;
    if (size <= member->scratch_size) return true;
    memory_free(member->scratch);
    member->scratch = memory_new(size, 1);
    member->scratch_size = member->scratch ? size : 0;
    task->worker->failed = task->worker->failed || !member->scratch;
    return member->scratch;
}

static void *scratch_column(struct strip_task *task, size_t rows) {
    void *column = task->member->scratch + task->member->scratch_used;
    task->member->scratch_used += (rows + 1) * sizeof(int64_t);
    return column;
}

static void convert(const struct strip_task *task, const void *from, enum kernel_width own, void *to,
                    enum kernel_width width) {
    struct strip strip = {.rows = task->strip.rows, .a = from, .out = to, .x = 1};
    task->crew->kernels->scale[own][width](&strip);
}

static const void *converted(struct strip_task *task, const void *from, enum kernel_width own,
                             enum kernel_width width) {
    if (own == width) return from;
    void *column = scratch_column(task, task->strip.rows);
    convert(task, from, own, column, width);
    return column;
}

/* The values in another width: in scratch, unless they have it. */
static const void *in_width(struct strip_task *task, const struct lanes *lanes, enum kernel_width width) {
    return converted(task, values_of(task, lanes), width_of(lanes), width);
}

/* --- true when a kernel did it -------------------------------------------------------------------------------- */

static bool run(struct strip_task *task, kernel *wanted) {
    if (!wanted) return false;
    wanted(&task->strip);
    return true;
}

/* a * x + b * y + c; what is too large wraps, as the sum does. b and c: NODE_NONE where there is none. */
static bool step_linear(struct strip_task *task, lane x, node_id second, lane y, node_id c) {
    const struct kernels *kernels = task->crew->kernels;
    const struct lanes *a = lanes_of(task, task->node->a), *b = second == NODE_NONE ? NULL : lanes_of(task, second);
    if (!has_kernel_width(a) || (b && !has_kernel_width(b)) || !has_kernel_width(task->out)) return false;
    if (c != NODE_NONE && !scalar(task, c, &task->strip.z)) return false;
    task->strip.a = values_of(task, a);
    task->strip.x = (int64_t)x;
    if (!b) return run(task, kernels->scale[width_of(a)][width_of(task->out)]);
    task->strip.b = values_of(task, b);
    task->strip.y = (int64_t)y;
    return run(task, kernels->linear[width_of(a)][width_of(b)][width_of(task->out)]);
}

static bool step_same(struct strip_task *task) {
    return step_linear(task, 1, NODE_NONE, 0, NODE_NONE);
}

static bool step_input(struct strip_task *task) {
    const struct column *column = dataset_column(task->worker->machine->dataset, task->node->field);
    if (column->spec.width != task->out->width || !has_kernel_width(task->out)) return false;
    memcpy(task->strip.out, column->lanes + task->rows.first * column->spec.width,
           task->strip.rows * column->spec.width);
    return true;
}

/* Of a whole column: a fault counts as there, so that it stays one. */
static bool step_given(struct strip_task *task) {
    const struct graph_node *column = graph_node(task->worker->graph, task->node->a);
    const absence *misses = task->worker->machine->of[(node_id)column->d].misses;
    uint8_t *out = task->strip.out;
    memset(out, 1, task->strip.rows);
    for (size_t i = 0; misses && i < task->strip.rows; i++) {
        absence miss = misses[task->rows.first + i];
        out[i] = !miss || is_fault(miss);
    }
    return true;
}

static bool step_multiply(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    if (!has_kernel_width(a) || !has_kernel_width(b) || !has_kernel_width(task->out)) return false;
    task->strip.a = values_of(task, a);
    task->strip.b = values_of(task, b);
    return run(task, task->crew->kernels->multiply[width_of(a)][width_of(b)][width_of(task->out)]);
}

static bool step_clamp(struct strip_task *task, const struct lanes *a, lane least, lane most) {
    if (!has_kernel_width(a) || !has_kernel_width(task->out)) return false;
    task->strip.a = values_of(task, a);
    task->strip.x = least < INT64_MIN ? INT64_MIN : (int64_t)least;
    task->strip.y = most > INT64_MAX ? INT64_MAX : (int64_t)most;
    return run(task, task->crew->kernels->clamp[width_of(a)][width_of(task->out)]);
}

/* Of two columns, in the width of the widest of all three. */
static bool step_extreme(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    const struct kernels *kernels = task->crew->kernels;
    bool least = task->node->op == OP_LEAST;
    int64_t end;
    for (int i = 0; i < 2; i++) {
        if (scalar(task, i ? task->node->b : task->node->a, &end))
            return step_clamp(task, i ? a : b, least ? INT64_MIN : end, least ? end : INT64_MAX);
    }
    if (!has_kernel_width(a) || !has_kernel_width(b) || !has_kernel_width(task->out)) return false;
    enum kernel_width width = width_of(task->out), own = width;
    if (width_of(a) > width) width = width_of(a);
    if (width_of(b) > width) width = width_of(b);
    if (!has_scratch(task, 3, task->strip.rows)) return true;
    task->strip.a = in_width(task, a, width);
    task->strip.b = in_width(task, b, width);
    void *out = task->strip.out;
    if (width != own) task->strip.out = scratch_column(task, task->strip.rows);
    run(task, least ? kernels->least[width] : kernels->greatest[width]);
    if (width != own) convert(task, task->strip.out, width, out, own);
    return true;
}

static bool step_compare(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    static const enum kernel_compare comparisons[OPS] = {[OP_LESS] = COMPARE_LESS,
                                                         [OP_LESS_EQUAL] = COMPARE_LESS_EQUAL,
                                                         [OP_EQUAL] = COMPARE_EQUAL,
                                                         [OP_NOT_EQUAL] = COMPARE_NOT_EQUAL};
    enum kernel_compare which = comparisons[task->node->op];
    if (which == COMPARE_LESS && scalar(task, task->node->a, &task->strip.x)) {
        task->strip.a = values_of(task, b);
        if (!has_kernel_width(b) || !fits(task->strip.x, width_of(b))) return false;
        return run(task, kernels->compare_with[COMPARE_MORE][width_of(b)]);
    }
    if (!has_kernel_width(a)) return false;
    task->strip.a = values_of(task, a);
    if (scalar(task, task->node->b, &task->strip.x))
        return fits(task->strip.x, width_of(a)) && run(task, kernels->compare_with[which][width_of(a)]);
    if (!has_kernel_width(b)) return false;
    task->strip.b = values_of(task, b);
    return run(task, kernels->compare[which][width_of(a)][width_of(b)]);
}

static bool step_between(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a);
    if (!has_kernel_width(a) || !scalar(task, task->node->b, &task->strip.x) ||
        !scalar(task, task->node->c, &task->strip.y) || !fits(task->strip.x, width_of(a)) ||
        !fits(task->strip.y, width_of(a)))
        return false;
    task->strip.a = values_of(task, a);
    return run(task, task->crew->kernels->between[width_of(a)]);
}

static bool step_truths(struct strip_task *task, kernel *wanted) {
    const struct lanes *a = lanes_of(task, task->node->a),
                       *b = task->node->b == NODE_NONE ? a : lanes_of(task, task->node->b);
    if (a->single || b->single) return false;
    task->strip.a = values_of(task, a);
    task->strip.b = values_of(task, b);
    return run(task, wanted);
}

/* How many of the operands are true. */
static bool step_count_true(struct strip_task *task) {
    const struct graph_node *node = task->node;
    if (task->out->width != 1) return false;
    for (size_t i = 0; i < node->more.count; i++)
        if (!has_kernel_width(lanes_of(task, node->more.items[i]))) return false;
    memset(task->strip.out, 0, task->strip.rows);
    for (size_t i = 0; i < node->more.count; i++) {
        task->strip.a = values_of(task, lanes_of(task, node->more.items[i]));
        run(task, task->crew->kernels->count_up);
    }
    return true;
}

/* One of several constants: how many it equals, and whether that is none. */
static bool step_among(struct strip_task *task) {
    const struct graph_node *node = task->node;
    const struct lanes *a = lanes_of(task, node->a);
    void *out = task->strip.out;
    if (!has_kernel_width(a) || node->more.count > INT8_MAX || !has_scratch(task, 2, task->strip.rows)) return false;
    void *equal = scratch_column(task, task->strip.rows), *count = scratch_column(task, task->strip.rows);
    memset(count, 0, task->strip.rows);
    for (size_t i = 0; i < node->more.count; i++) {
        if (!scalar(task, node->more.items[i], &task->strip.x)) return false;
        if (!fits(task->strip.x, width_of(a))) continue; /* it never is */
        task->strip.a = values_of(task, a);
        task->strip.out = equal;
        run(task, task->crew->kernels->compare_with[COMPARE_EQUAL][width_of(a)]);
        task->strip.a = equal;
        task->strip.out = count;
        run(task, task->crew->kernels->count_up);
    }
    task->strip.a = count;
    task->strip.out = out;
    task->strip.x = 0;
    return run(task, task->crew->kernels->compare_with[COMPARE_MORE][BYTES_1]);
}

/* Yes, as long as nothing is missing. */
static bool step_known(struct strip_task *task) {
    memset(task->strip.out, 1, task->strip.rows);
    return true;
}

static bool step_cases(struct strip_task *task) {
    const struct graph_node *node = task->node;
    struct choice_of choices[BRANCHES_MAX + 1];
    size_t count = node->more.count / 2;
    if (node->more.items[2 * (count - 1)] != NODE_NONE || !has_kernel_width(task->out)) return false;
    for (size_t i = 0; i < count; i++) {
        node_id condition = node->more.items[2 * i], value = node->more.items[2 * i + 1];
        if (condition != NODE_NONE && lanes_of(task, condition)->single) return false;
        if (!scalar(task, value, &choices[i].value) && !has_kernel_width(lanes_of(task, value))) return false;
    }
    if (!has_scratch(task, count, task->strip.rows)) return true;
    for (size_t i = 0; i < count; i++) {
        node_id condition = node->more.items[2 * i], value = node->more.items[2 * i + 1];
        choices[i].number = (uint8_t)i;
        choices[i].condition = condition == NODE_NONE ? NULL : values_of(task, lanes_of(task, condition));
        choices[i].values =
            scalar(task, value, &choices[i].value) ? NULL : in_width(task, lanes_of(task, value), width_of(task->out));
    }
    task->strip.choices = choices;
    task->strip.count = count;
    task->strip.cases = task->wants_cases ? task->out->cases + (task->rows.first - task->out->base) : NULL;
    return run(task, task->crew->kernels->choose[width_of(task->out)]);
}

static bool step_divide(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct graph_node *numerator = graph_node(task->worker->graph, task->node->a);
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    enum kernel_divide how = task->node->op == OP_FLOOR     ? DIVIDE_DOWN
                             : task->node->op == OP_CEILING ? DIVIDE_UP
                                                            : DIVIDE_NEAREST;
    if (task->node->d != 1 || !has_kernel_width(a) || !has_kernel_width(task->out)) return false;
    if (!has_scratch(task, 3, task->strip.rows)) return true;
    enum kernel_width width = BYTES_8, own = width_of(task->out);
    bool constant = scalar(task, task->node->b, &task->strip.x);
    if (constant && width_of(a) != BYTES_8 &&
        kernel_divides(BYTES_4, (int64_t)numerator->low, (int64_t)numerator->high, task->strip.x))
        width = BYTES_4;
    if (constant && !kernel_divides(width, (int64_t)numerator->low, (int64_t)numerator->high, task->strip.x))
        return false;
    if (!constant && !has_kernel_width(b)) return false;
    task->strip.a = in_width(task, a, width);
    if (!constant) task->strip.b = in_width(task, b, width);
    void *out = task->strip.out;
    if (width != own) task->strip.out = scratch_column(task, task->strip.rows);
    run(task, constant ? kernels->divide[how][width] : kernels->divide_by[how]);
    if (width != own) convert(task, task->strip.out, width, out, own);
    return true;
}

/* --- rows above and below ----------------------------------------------------------------------------------------- */

static const uint32_t *children_of(const struct strip_task *task, const struct entity *above,
                                   const struct entity *below) {
    return dataset_table(task->worker->machine->dataset, above)->first_child[below->index];
}

/* Of the batch's rows, made when they are first asked for. NULL when a row above has none below, or memory ran out. */
static const uint64_t *starts_of(struct strip_task *task, const struct entity *below, const uint32_t *ends,
                                 size_t rows) {
    struct starts *starts = &task->member->starts;
    size_t words = (ends[rows] - ends[0]) / 64 + 1;
    if (starts->below == below) return starts->bits;
    if (words > starts->words) {
        memory_free(starts->memory);
        starts->memory = memory_new(words, sizeof *starts->memory);
        starts->words = starts->memory ? words : 0;
        if (!starts->memory) task->worker->failed = true;
        if (!starts->memory) return NULL;
    }
    starts->below = below;
    starts->bits = NULL;
    memset(starts->memory, 0, words * sizeof *starts->memory);
    uint64_t word = 0;
    size_t at = 0;
    for (size_t i = 0; i < rows; i++) {
        size_t bit = ends[i] - ends[0];
        if (ends[i] == ends[i + 1]) return NULL;
        if (bit / 64 != at) {
            starts->memory[at] = word;
            word = 0;
            at = bit / 64;
        }
        word |= (uint64_t)1 << bit % 64;
    }
    starts->memory[at] = word;
    starts->bits = starts->memory;
    return starts->bits;
}

/* Rows lie in the order of the rows above them: each of these fills a run. */
enum { FEW_EACH = 32 };
static bool fill_runs(struct strip_task *task, const struct lanes *a, const uint32_t *ends) {
    const uint32_t *above = task->strip.above;
    size_t first = task->rows.first, last = task->rows.last;
    struct choice_of only = {.condition = NULL};
    struct strip strip = {.choices = &only, .count = 1};
    for (size_t row = first; row < last; row += strip.rows) {
        uint32_t from = above[row - first];
        strip.rows = (ends[from + 1] < last ? ends[from + 1] : last) - row;
        strip.out = (unsigned char *)task->strip.out + (row - first) * task->out->width;
        only.value = (int64_t)get(a, from);
        task->crew->kernels->choose[width_of(task->out)](&strip);
    }
    return true;
}

static bool step_above(struct strip_task *task) {
    const struct machine *machine = task->crew->machine;
    const struct lanes *a = lanes_of(task, task->node->a);
    const struct entity *own = task->node->space, *above = graph_node(task->worker->graph, task->node->a)->space;
    if (a->width > 8 || !has_kernel_width(task->out)) return false;
    if (!above) {
        struct choice_of only = {.value = (int64_t)lane_read(a->values, a->width, 0)};
        task->strip.choices = &only;
        task->strip.count = 1;
        return run(task, task->crew->kernels->choose[width_of(task->out)]);
    }
    if (own->parent != above) return false;
    if (is_own(task->crew, above)) {
        struct rows rows = task->member->rows_of[above->index];
        task->strip.a = from_row(a, rows.first);
        task->strip.rows = rows.last - rows.first;
        task->strip.ends = children_of(task, above, own) + rows.first;
        const struct graph_node *node = task->node;
        if (node->low >= 0 && node->high <= 1 && task->crew->kernels->spread_truth && !with_care(task)) {
            task->strip.starts = starts_of(task, own, task->strip.ends, task->strip.rows);
            if (task->worker->failed) return true;
            if (task->strip.starts) return run(task, task->crew->kernels->spread_truth);
        }
        return run(task, task->crew->kernels->spread[width_of(task->out)]);
    }
    task->strip.a = from_row(a, 0);
    task->strip.above = dataset_table(machine->dataset, own)->parents + task->rows.first;
    size_t rows = task->strip.rows, rows_above = task->strip.above[rows - 1] - task->strip.above[0] + 1;
    if (rows / FEW_EACH < rows_above) return run(task, task->crew->kernels->gather[width_of(task->out)]);
    return fill_runs(task, a, children_of(task, above, own));
}

static bool has_losses(const struct strip_task *task) {
    bool any = false;
    for (const struct entity *lost = task->node->inner; lost != task->node->space; lost = lost->parent)
        any = any || dataset_table(task->crew->machine->dataset, lost->parent)->incomplete[lost->index];
    return any;
}

static void mark_losses(const struct strip_task *task) {
    const struct dataset *dataset = task->crew->machine->dataset;
    struct loss loss;
    for (size_t row = task->rows.first; row < task->rows.last; row++)
        if (dataset_lost_below(dataset, task->node->space, row, task->node->inner, &loss))
            mark(task->worker, task->node->space, row);
}

static bool step_group(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct graph_node *node = task->node;
    node_id of = node->op == OP_SUM ? node->a : node->b;
    const struct entity *inner = node->inner;
    if (inner->parent != node->space || !has_kernel_width(task->out)) return false;
    if (!is_own(task->crew, inner)) return false;
    if (node->op == OP_SUM && node->b != NODE_NONE) return false;
    bool losses = has_losses(task);
    if (losses && with_care(task)) return false;
    task->strip.ends = children_of(task, node->space, inner) + task->rows.first;
    if (of == NODE_NONE) {
        run(task, kernels->count[width_of(task->out)]);
    } else {
        struct rows below = task->member->rows_of[inner->index];
        size_t rows = task->strip.rows;
        if (!has_kernel_width(lanes_of(task, of)) || !has_scratch(task, 2, below.last - below.first + 1))
            return task->worker->failed;
        task->strip.rows = below.last - below.first + 1; /* rows of what scratch holds */
        task->strip.scratch = scratch_column(task, task->strip.rows);
        task->strip.rows--;
        task->strip.a = converted(task, from_row(lanes_of(task, of), below.first), width_of(lanes_of(task, of)),
                                  width_of(task->out));
        task->strip.rows = rows;
        run(task, kernels->sum[width_of(task->out)]);
    }
    if (losses) mark_losses(task);
    return true;
}

/* Rows beyond the range are marked. */
static bool step_within(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct graph_node *node = task->node;
    const struct lanes *a = lanes_of(task, node->a);
    if (!has_kernel_width(a) || !has_kernel_width(task->out) || node->field->type.kind == TYPE_DATE) return false;
    void *out = task->strip.out;
    if (!has_scratch(task, 1, task->strip.rows)) return true;
    task->strip.a = values_of(task, a);
    task->strip.x = node->d < INT64_MIN ? INT64_MIN : (int64_t)node->d;
    task->strip.y = node->e > INT64_MAX ? INT64_MAX : (int64_t)node->e;
    task->strip.out = scratch_column(task, task->strip.rows);
    if (!fits(task->strip.x, width_of(a)) || !fits(task->strip.y, width_of(a))) return false;
    run(task, kernels->between[width_of(a)]);
    const uint8_t *inside = task->strip.out;
    size_t outside = kernels->zeros(inside, task->strip.rows);
    if (outside && with_care(task)) return false;
    if (outside)
        for (size_t i = 0; i < task->strip.rows; i++)
            if (!inside[i]) mark(task->worker, node->space, task->rows.first + i);
    task->strip.out = out;
    return step_clamp(task, a, node->d, node->e);
}

static bool step_divisor(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a);
    if (!has_kernel_width(a) || a->width != task->out->width) return false;
    task->strip.a = values_of(task, a);
    return run(task, task->crew->kernels->divisor[width_of(a)]);
}

/* --- a node ------------------------------------------------------------------------------------------------------- */

bool run_strip(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct graph_node *node = task->node;
    bool positive = node->b != NODE_NONE && graph_node(task->worker->graph, node->b)->low > 0;
    switch (node->op) {
    case OP_INPUT: return step_input(task);
    case OP_GIVEN: return step_given(task);
    case OP_ADD: return step_linear(task, 1, node->b, 1, NODE_NONE);
    case OP_SUBTRACT: return step_linear(task, 1, node->b, -1, NODE_NONE);
    case OP_SCALE: return step_linear(task, node->d, NODE_NONE, 0, NODE_NONE);
    case OP_LINEAR: return step_linear(task, node->d, node->b, node->e, node->c);
    case OP_OVER:
    case OP_WHOLE: return positive && step_same(task);
    case OP_OR_ELSE:
    case OP_BESIDE: return step_same(task);
    case OP_MULTIPLY:
    case OP_WHERE: return step_multiply(task);
    case OP_CLAMP: return step_clamp(task, lanes_of(task, node->a), node->d, node->e);
    case OP_LEAST:
    case OP_GREATEST: return step_extreme(task);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL: return step_compare(task);
    case OP_BETWEEN: return step_between(task);
    case OP_NOT: return step_truths(task, kernels->turned);
    case OP_AND: return step_truths(task, kernels->both);
    case OP_OR: return step_truths(task, kernels->either);
    case OP_WITHOUT: return step_truths(task, kernels->without);
    case OP_COUNT_TRUE: return step_count_true(task);
    case OP_AMONG: return step_among(task);
    case OP_KNOWN: return step_known(task);
    case OP_CASES: return step_cases(task);
    case OP_FLOOR:
    case OP_CEILING:
    case OP_ROUND: return step_divide(task);
    case OP_ABOVE: return step_above(task);
    case OP_SUM:
    case OP_COUNT: return step_group(task);
    case OP_DIVISOR: return step_divisor(task);
    case OP_WITHIN: return step_within(task);
    default: return false;
    }
}
