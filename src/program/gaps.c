/* What is missing of a strip: after a kernel has found the values of its rows as if all operands were known (those that
 * are not have some value in their range), the rows where that does not hold. */
#include "program/batch.h"

/* A column of what is missing, from the strip's first row on; NULL: nothing is. */
static const absence *misses_of(const struct strip_task *task, const struct lanes *lanes) {
    return lanes && lanes->misses ? lanes->misses + (task->rows.first - lanes->miss_base) : NULL;
}

static absence *own_misses(const struct strip_task *task) {
    task->out->misses = task->out->miss_room;
    return task->out->misses;
}

/* The values of the rows where the truth holds: those of other lanes; NULL: the same one. */
static void put_where(const struct strip_task *task, const uint8_t *truths, const struct lanes *others, lane value) {
    const struct lanes *out = task->out, *each = others && !others->single ? others : NULL;
    if (others && !each) value = get(others, task->rows.first);
    if (out->width > 8 || (each && each->width != out->width)) {
        for (size_t i = 0; i < rows_in(task); i++)
            if (truths[i]) put(task->out, task->rows.first + i, each ? get(each, task->rows.first + i) : value);
        return;
    }
    struct choice_of choice = {.condition = truths, .value = (int64_t)value};
    if (each) choice.values = lane_of_row(each, task->rows.first);
    task->crew->kernels->choose[width_of(out)](&(struct strip){
        .rows = rows_in(task), .out = lane_of_row(out, task->rows.first), .choices = &choice, .count = 1});
}

/* Rows without a value get one that lies in the range. */
static void settle_values(const struct strip_task *task) {
    const absence *misses = task->out->misses;
    uint8_t *truths = task->code->scratch[0];
    for (size_t i = 0; i < rows_in(task); i++) truths[i] = misses[i] != 0;
    put_where(task, truths, NULL, harmless(task->node));
}

/* Of an operation that wants all operands known. */
static void add_strict(const struct strip_task *task, const absence *more) {
    absence *out = task->out->misses;
    if (!more) return;
    if (!out) {
        memcpy(own_misses(task), more, rows_in(task) * sizeof *more);
        return;
    }
    for (size_t i = 0; i < rows_in(task); i++) out[i] = strict(out[i], more[i]);
}

static bool gaps_strict(const struct strip_task *task) {
    const struct graph_node *node = task->node;
    bool b_first = node->op == OP_WHOLE && node->d;
    add_strict(task, misses_of(task, lanes_of(task, b_first ? node->b : node->a)));
    add_strict(task, misses_of(task, lanes_of(task, b_first ? node->a : node->b)));
    for (size_t i = 0; i < node->more.count; i++)
        add_strict(task, misses_of(task, lanes_of(task, node->more.items[i])));
    if (task->out->misses) settle_values(task);
    return true;
}

/* Only what is missing of a: the others are constants. */
static bool gaps_first(const struct strip_task *task) {
    const struct graph_node *node = task->node;
    if (misses_of(task, lanes_of(task, node->b)) || misses_of(task, lanes_of(task, node->c))) return false;
    for (size_t i = 0; i < node->more.count; i++)
        if (lanes_of(task, node->more.items[i])->misses) return false;
    add_strict(task, misses_of(task, lanes_of(task, node->a)));
    if (task->out->misses) settle_values(task);
    return true;
}

static bool gaps_logic(const struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a), *b = lanes_of(task, task->node->b);
    const absence *of_a = misses_of(task, a), *of_b = misses_of(task, b);
    const uint8_t stops = task->node->op == OP_OR;
    if (!of_a && !of_b) return true;
    const uint8_t *value_a = lane_of_row(a, task->rows.first), *value_b = lane_of_row(b, task->rows.first);
    uint8_t *out = lane_of_row(task->out, task->rows.first);
    absence *misses = own_misses(task);
    for (size_t i = 0; i < rows_in(task); i++) {
        absence miss_a = of_a ? of_a[i] : 0, miss_b = of_b ? of_b[i] : 0;
        bool decided = (!miss_a && value_a[i] == stops) || (!miss_b && value_b[i] == stops);
        misses[i] = decided ? 0 : unsure(miss_a, miss_b);
        out[i] = decided ? stops : misses[i] ? 0 : !stops;
    }
    return true;
}

static bool gaps_or_else(const struct strip_task *task) {
    const struct lanes *other = lanes_of(task, task->node->b);
    const absence *of_a = misses_of(task, lanes_of(task, task->node->a)),
                  *of_other = other->single ? NULL : misses_of(task, other);
    if (!of_a) return true;
    if (other->single && other->misses) return false;
    absence *misses = own_misses(task), any = 0;
    uint8_t *unknown = task->code->scratch[0];
    for (size_t i = 0; i < rows_in(task); i++) {
        unknown[i] = of_a[i] && !is_fault(of_a[i]);
        misses[i] = !unknown[i] ? of_a[i] : of_other ? of_other[i] : 0;
        any |= misses[i];
    }
    put_where(task, unknown, other, 0);
    if (any)
        settle_values(task);
    else
        task->out->misses = NULL;
    return true;
}

static bool gaps_known(const struct strip_task *task) {
    const absence *of_a = misses_of(task, lanes_of(task, task->node->a));
    uint8_t *out = lane_of_row(task->out, task->rows.first);
    bool any = false;
    if (!of_a) return true;
    absence *misses = own_misses(task);
    for (size_t i = 0; i < rows_in(task); i++) {
        misses[i] = is_fault(of_a[i]) ? of_a[i] : 0;
        out[i] = !of_a[i];
        any = any || misses[i];
    }
    if (!any) task->out->misses = NULL;
    return true;
}

static bool gaps_input(const struct strip_task *task) {
    const struct field *field = task->node->field;
    struct machine *machine = task->worker->machine;
    const struct column *column = dataset_column(machine->dataset, field);
    const unsigned char *known = column->known + task->rows.first;
    if (!column->unknown || task->crew->kernels->zeros(known, rows_in(task)) == 0) return true;
    absence missing = machine_miss(machine, VALUE_UNKNOWN, (struct reason){.kind = REASON_INPUT, .field = field}, 0);
    absence *misses = own_misses(task);
    for (size_t i = 0; i < rows_in(task); i++) misses[i] = known[i] ? 0 : missing | (uint32_t)(task->rows.first + i);
    settle_values(task);
    return true;
}

static bool gaps_above(const struct strip_task *task) {
    const struct lanes *a = lanes_of(task, task->node->a);
    if (!a->misses) return true;
    if (a->single) return false;
    const uint32_t *above = dataset_table(task->worker->machine->dataset, task->node->space)->parents;
    absence *misses = own_misses(task);
    for (size_t i = 0; i < rows_in(task); i++) misses[i] = missed(a, above[task->rows.first + i]);
    return true; /* the values above lie in the range */
}

/* Whether a condition that was asked, or the value that was taken, is missing. */
static bool lacks_case(const struct strip_task *task, const struct lanes *const *read, size_t count, size_t row) {
    size_t taken = task->out->cases[row - task->out->base];
    if (missed(read[2 * taken + 1], row)) return true;
    for (size_t k = 0; k <= taken && k + 1 < count; k++)
        if (missed(read[2 * k], row)) return true;
    return false;
}

static bool gaps_cases(const struct strip_task *task) {
    const struct graph_node *node = task->node;
    const struct lanes *read[2 * BRANCHES_MAX];
    size_t count = node->more.count / 2, first = task->rows.first;
    for (size_t i = 0; i < node->more.count; i++)
        read[i] = node->more.items[i] == NODE_NONE ? NULL : lanes_of(task, node->more.items[i]);
    for (size_t row = first; row < task->rows.last; row++) {
        bool lacks = lacks_case(task, read, count, row);
        if (!lacks && first < row) run_node(task->worker, task->id, task->out, first, row);
        if (!lacks) first = row + 1;
    }
    run_node(task->worker, task->id, task->out, first, task->rows.last);
    return true;
}

bool find_gaps(const struct strip_task *task) {
    switch (task->node->op) {
    case OP_INPUT: return gaps_input(task);
    case OP_ABOVE: return gaps_above(task);
    case OP_AND:
    case OP_OR: return gaps_logic(task);
    case OP_OR_ELSE: return gaps_or_else(task);
    case OP_KNOWN: return gaps_known(task);
    case OP_CASES: return gaps_cases(task);
    case OP_AMONG:
    case OP_BETWEEN:
    case OP_WITHIN: return gaps_first(task);
    case OP_DIVISOR: return true; /* of what is missing it is any */
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_SCALE:
    case OP_MULTIPLY:
    case OP_OVER:
    case OP_WHOLE:
    case OP_LEAST:
    case OP_GREATEST:
    case OP_FLOOR:
    case OP_CEILING:
    case OP_ROUND:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_NOT:
    case OP_YEARS:
    case OP_COUNT_TRUE: return gaps_strict(task);
    default: return false;
    }
}
