/* Known programs run: each step a kernel where there is one, else the plain operation row by row. */
#include "base/memory.h"
#include "program/batch.h"

/* A step being run. */
struct strip_task {
    const struct crew *crew;
    struct member *member;
    const struct known_step *step;
    const struct graph_node *node;
    struct rows rows;
    struct lanes *out;
    struct strip strip;
};

static const struct lanes *lanes_of(const struct strip_task *task, node_id id) {
    return &task->member->known.of[id];
}

static bool scalar(const struct strip_task *task, node_id id, int64_t *value) {
    const struct graph_node *node = graph_node(task->member->known.graph, id);
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
    member->known.failed = member->known.failed || !member->scratch;
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

/* The values in another width: in scratch, unless they have it. */
static const void *in_width(struct strip_task *task, const struct lanes *lanes, enum kernel_width width) {
    if (width_of(lanes) == width) return lanes->values;
    void *column = scratch_column(task, task->strip.rows);
    convert(task, lanes->values, width_of(lanes), column, width);
    return column;
}

/* --- steps: true when a kernel did it ------------------------------------------------------------------------------
 */

static bool run(struct strip_task *task, kernel *wanted) {
    if (!wanted) return false;
    wanted(&task->strip);
    return true;
}

static bool step_linear(struct strip_task *task) {
    const struct graph_node *node = task->node;
    const struct kernels *kernels = task->crew->kernels;
    const struct lanes *a = lanes_of(task, node->a), *b = node->b == NODE_NONE ? NULL : lanes_of(task, node->b);
    if (!has_kernel_width(a) || (b && !has_kernel_width(b)) || !has_kernel_width(task->out)) return false;
    if (node->c != NODE_NONE && !scalar(task, node->c, &task->strip.z)) return false;
    task->strip.a = a->values;
    task->strip.x = (int64_t)node->d; /* what is too large wraps, as the sum does */
    if (!b) return run(task, kernels->scale[width_of(a)][width_of(task->out)]);
    task->strip.b = b->values;
    task->strip.y = (int64_t)node->e;
    return run(task, kernels->linear[width_of(a)][width_of(b)][width_of(task->out)]);
}

static bool step_multiply(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    if (!has_kernel_width(a) || !has_kernel_width(b) || !has_kernel_width(task->out)) return false;
    task->strip.a = a->values;
    task->strip.b = b->values;
    return run(task, task->crew->kernels->multiply[width_of(a)][width_of(b)][width_of(task->out)]);
}

static bool step_clamp(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a);
    lane least = task->node->d, most = task->node->e;
    if (!has_kernel_width(a) || !has_kernel_width(task->out)) return false;
    task->strip.a = a->values;
    task->strip.x = least < INT64_MIN ? INT64_MIN : (int64_t)least;
    task->strip.y = most > INT64_MAX ? INT64_MAX : (int64_t)most;
    return run(task, task->crew->kernels->clamp[width_of(a)][width_of(task->out)]);
}

/* Of two columns, in the width of the widest of all three. */
static bool step_extreme(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    const struct kernels *kernels = task->crew->kernels;
    if (!has_kernel_width(a) || !has_kernel_width(b) || !has_kernel_width(task->out)) return false;
    enum kernel_width width = width_of(task->out), own = width;
    if (width_of(a) > width) width = width_of(a);
    if (width_of(b) > width) width = width_of(b);
    if (!has_scratch(task, 3, task->strip.rows)) return true;
    task->strip.a = in_width(task, a, width);
    task->strip.b = in_width(task, b, width);
    void *out = task->strip.out;
    if (width != own) task->strip.out = scratch_column(task, task->strip.rows);
    run(task, task->node->op == OP_LEAST ? kernels->least[width] : kernels->greatest[width]);
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
        task->strip.a = b->values;
        if (!has_kernel_width(b) || !fits(task->strip.x, width_of(b))) return false;
        return run(task, kernels->compare_with[COMPARE_MORE][width_of(b)]);
    }
    if (!has_kernel_width(a)) return false;
    task->strip.a = a->values;
    if (scalar(task, task->node->b, &task->strip.x))
        return fits(task->strip.x, width_of(a)) && run(task, kernels->compare_with[which][width_of(a)]);
    if (!has_kernel_width(b)) return false;
    task->strip.b = b->values;
    return run(task, kernels->compare[which][width_of(a)][width_of(b)]);
}

static bool step_between(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a);
    if (!has_kernel_width(a) || !scalar(task, task->node->b, &task->strip.x) ||
        !scalar(task, task->node->c, &task->strip.y) || !fits(task->strip.x, width_of(a)) ||
        !fits(task->strip.y, width_of(a)))
        return false;
    task->strip.a = a->values;
    return run(task, task->crew->kernels->between[width_of(a)]);
}

static bool step_truths(struct strip_task *task, kernel *wanted) {
    const struct lanes *a = lanes_of(task, task->node->a),
                       *b = task->node->b == NODE_NONE ? a : lanes_of(task, task->node->b);
    if (a->single || b->single) return false;
    task->strip.a = a->values;
    task->strip.b = b->values;
    return run(task, wanted);
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
        choices[i].condition = condition == NODE_NONE ? NULL : lanes_of(task, condition)->values;
        choices[i].values =
            scalar(task, value, &choices[i].value) ? NULL : in_width(task, lanes_of(task, value), width_of(task->out));
    }
    task->strip.choices = choices;
    task->strip.count = count;
    task->strip.cases = task->step->wants_cases ? task->out->cases : NULL;
    return run(task, task->crew->kernels->choose[width_of(task->out)]);
}

static bool step_divide(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct graph_node *numerator = graph_node(task->member->known.graph, task->node->a);
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    enum kernel_divide how = task->node->op == OP_FLOOR     ? DIVIDE_DOWN
                             : task->node->op == OP_CEILING ? DIVIDE_UP
                                                            : DIVIDE_NEAREST;
    if (!has_kernel_width(a) || !has_kernel_width(task->out) || !has_scratch(task, 3, task->strip.rows))
        return task->member->known.failed;
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
    return dataset_table(task->member->known.machine->dataset, above)->first_child[below->index];
}

static bool step_above(struct strip_task *task) {
    const struct machine *machine = task->crew->machine;
    const struct lanes *a = lanes_of(task, task->node->a);
    const struct entity *own = task->node->space, *above = graph_node(task->member->known.graph, task->node->a)->space;
    if (a->width > 8 || !has_kernel_width(task->out)) return false;
    if (!above) {
        struct choice_of only = {.value = (int64_t)lane_read(a->values, a->width, 0)};
        task->strip.choices = &only;
        task->strip.count = 1;
        return run(task, task->crew->kernels->choose[width_of(task->out)]);
    }
    task->strip.a = a->values;
    if (machine->program->schedule.roots[above->index] == task->crew->section->root) {
        struct rows rows = task->member->rows_of[above->index];
        task->strip.rows = rows.last - rows.first;
        task->strip.ends = children_of(task, above, own) + rows.first;
        return run(task, task->crew->kernels->spread[width_of(task->out)]);
    }
    task->strip.above = dataset_table(machine->dataset, own)->parents + task->rows.first;
    return run(task, task->crew->kernels->gather[width_of(task->out)]);
}

static void mark_losses(const struct strip_task *task) {
    const struct dataset *dataset = task->crew->machine->dataset;
    struct loss loss;
    bool any = false;
    for (const struct entity *lost = task->node->inner; lost != task->node->space; lost = lost->parent)
        any = any || dataset_table(dataset, lost->parent)->incomplete[lost->index];
    for (size_t row = task->rows.first; row < task->rows.last && any; row++)
        if (dataset_lost_below(dataset, task->node->space, row, task->node->inner, &loss))
            mark(&task->member->known, task->node->space, row);
}

static bool step_group(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    const struct graph_node *node = task->node;
    node_id of = node->op == OP_SUM ? node->a : node->b;
    const struct entity *inner = node->inner;
    if (inner->parent != node->space || !has_kernel_width(task->out)) return false;
    if (task->crew->machine->program->schedule.roots[inner->index] != task->crew->section->root) return false;
    if (node->op == OP_SUM && node->b != NODE_NONE) return false;
    task->strip.ends = children_of(task, node->space, inner) + task->rows.first;
    if (of == NODE_NONE) {
        run(task, kernels->count[width_of(task->out)]);
    } else {
        struct rows below = task->member->rows_of[inner->index];
        size_t rows = task->strip.rows;
        if (!has_kernel_width(lanes_of(task, of)) || !has_scratch(task, 2, below.last - below.first + 1))
            return task->member->known.failed;
        task->strip.rows = below.last - below.first + 1; /* rows of what scratch holds */
        task->strip.scratch = scratch_column(task, task->strip.rows);
        task->strip.rows--;
        task->strip.a = in_width(task, lanes_of(task, of), width_of(task->out));
        task->strip.rows = rows;
        run(task, kernels->sum[width_of(task->out)]);
    }
    mark_losses(task);
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
    task->strip.a = a->values;
    task->strip.x = node->d < INT64_MIN ? INT64_MIN : (int64_t)node->d;
    task->strip.y = node->e > INT64_MAX ? INT64_MAX : (int64_t)node->e;
    task->strip.out = scratch_column(task, task->strip.rows);
    if (!fits(task->strip.x, width_of(a)) || !fits(task->strip.y, width_of(a))) return false;
    run(task, kernels->between[width_of(a)]);
    const uint8_t *inside = task->strip.out;
    if (kernels->zeros(inside, task->strip.rows))
        for (size_t i = 0; i < task->strip.rows; i++)
            if (!inside[i]) mark(&task->member->known, node->space, task->rows.first + i);
    task->strip.out = out;
    return run(task, kernels->clamp[width_of(a)][width_of(task->out)]);
}

static bool step_divisor(struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a);
    if (!has_kernel_width(a) || a->width != task->out->width) return false;
    task->strip.a = a->values;
    return run(task, task->crew->kernels->divisor[width_of(a)]);
}

/* --- a step ------------------------------------------------------------------------------------------------------- */

static bool run_kernel(struct strip_task *task) {
    const struct kernels *kernels = task->crew->kernels;
    switch (task->node->op) {
    case OP_LINEAR: return step_linear(task);
    case OP_MULTIPLY: return step_multiply(task);
    case OP_CLAMP: return step_clamp(task);
    case OP_LEAST:
    case OP_GREATEST: return step_extreme(task);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL: return step_compare(task);
    case OP_BETWEEN: return step_between(task);
    case OP_NOT: return step_truths(task, kernels->not );
    case OP_AND: return step_truths(task, kernels->and);
    case OP_OR: return step_truths(task, kernels->or);
    case OP_WITHOUT: return step_truths(task, kernels->without);
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

/* Where the step's values lie for the rows at hand; true when they are there already: inputs, whether they are there,
 * whole columns. */
static bool settle_in(const struct strip_task *task) {
    const struct machine *machine = task->crew->machine;
    const struct known_step *step = task->step;
    const struct graph_node *node = task->node;
    const struct room *room = &task->member->known_room;
    struct lanes *out = task->out;
    size_t first = task->rows.first;
    out->base = first;
    if (node->op == OP_COLUMN) {
        const struct lanes *whole = &machine->of[(node_id)node->d];
        if (!node->space || machine->program->schedule.roots[node->space->index] != task->crew->section->root)
            out->base = 0; /* of rows above or beyond */
        out->values = (unsigned char *)whole->values + out->base * whole->width;
        out->cases = whole->cases ? whole->cases + out->base : NULL;
        return true;
    }
    if (node->op == OP_INPUT || node->op == OP_GIVEN) {
        const struct column *column = &dataset_table(machine->dataset, node->space)->columns[node->field->input_index];
        bool given = node->op == OP_GIVEN, same = column->spec.width == out->width;
        if (given) out->values = column->known + first;
        if (!given && same) out->values = column->lanes + first * out->width;
        if (given || same) return true;
    }
    out->values = room->values + step->at * room->rows;
    out->cases = room->cases + step->number * room->rows;
    if (step->whole == NODE_NONE) return false;
    const struct lanes *whole = &machine->of[step->whole];
    out->values = (unsigned char *)whole->values + first * out->width;
    if (whole->cases) out->cases = whole->cases + first;
    return false;
}

static void run_step(const struct crew *crew, struct member *member, const struct known_step *step) {
    struct strip_task task = {.crew = crew, .member = member, .step = step, .node = step->node};
    task.out = &member->known.of[step->id];
    if (step->node->space) task.rows = member->rows_of[step->node->space->index];
    if (settle_in(&task)) return;
    task.strip.rows = task.rows.last - task.rows.first;
    task.strip.out = task.out->values;
    if (task.strip.rows && !run_kernel(&task))
        run_node(&member->known, step->id, task.out, task.rows.first, task.rows.last);
}

/* Room for the batch: rows are padded, so that columns do not share lines of the cache. */
static bool has_room(const struct crew *crew, struct member *member, size_t rows) {
    const struct known *known = crew->machine->program->known;
    struct room *room = &member->known_room;
    enum { LINE = 64 };                                  /* of the cache */
    size_t padded = (rows + 2 * LINE - 1) / LINE * LINE; /* what is wide does not straddle lines */
    if (padded <= room->rows) return true;
    memory_free(room->memory);
    memory_free(room->cases);
    room->memory = memory_new(padded, known->bytes + 1);
    room->cases = memory_new(padded, known->count + 1);
    room->rows = room->memory && room->cases ? padded : 0;
    room->values = room->memory + (LINE - (uintptr_t)room->memory % LINE);
    member->known.failed = member->known.failed || !room->rows;
    return room->rows;
}

void begin_known_steps(const struct crew *crew, struct member *member) {
    for (size_t i = 0; i < crew->known->steps.count; i++) {
        const struct known_step *step = &crew->known->steps.items[i];
        bool single = step->node->op == OP_COLUMN && !step->node->space;
        member->known.of[step->id] = (struct lanes){.width = graph_node_width(step->node), .single = single};
    }
}

static void copy_output(const struct crew *crew, struct member *member, const struct known_output *output) {
    const struct graph_node *plain = graph_node(crew->machine->graph, output->plain);
    struct rows rows = member->rows_of[plain->space->index];
    struct lanes *whole = &crew->machine->of[output->plain];
    const struct lanes *own = &member->known.of[output->id];
    for (size_t row = rows.first; row < rows.last; row++) put(whole, row, get(own, row));
    if (whole->cases && own->cases) memcpy(whole->cases + rows.first, own->cases, rows.last - rows.first);
}

void run_known_steps(const struct crew *crew, struct member *member, size_t most) {
    const struct known_section *known = crew->known;
    if (!has_room(crew, member, most)) return;
    for (size_t i = 0; i < known->steps.count && !member->known.failed; i++)
        if (!member->skipped[i]) run_step(crew, member, &known->steps.items[i]);
    for (size_t i = 0; i < known->outputs.count && !member->known.failed; i++)
        if (!known->outputs.items[i].direct && !member->left_out[i])
            copy_output(crew, member, &known->outputs.items[i]);
}
