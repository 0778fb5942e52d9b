/* One node over some rows: which operation it is, and what is missing. */
#include "base/memory.h"
#include "program/machine_inside.h"

/* --- what is missing -------------------------------------------------------------------------------------------- */

static bool same_reason(const struct reason *a, const struct reason *b) {
    return a->kind == b->kind && a->field == b->field && a->text == b->text && a->index == b->index && a->day == b->day;
}

absence machine_miss(struct machine *machine, enum value_state state, struct reason reason, size_t row) {
    struct solved *solved = machine->solved;
    size_t number = 0;
    lock_take(&machine->lock);
    while (number < solved->reasons.count && !same_reason(&solved->reasons.items[number], &reason)) number++;
    if (number == solved->reasons.count) VECTOR_PUSH(&solved->arena, &solved->reasons, reason);
    lock_give(&machine->lock);
    return (absence)(number + 1) << MISS_REASON_BIT | (absence)(state == VALUE_FAULT) << MISS_FAULT_BIT | (uint32_t)row;
}

absence fault(struct machine *machine, enum reason_kind kind, const struct field *field, size_t index, size_t row) {
    struct reason reason = {.kind = kind, .field = field, .index = (uint32_t)index};
    return machine_miss(machine, VALUE_FAULT, reason, row);
}

static bool has_misses(const struct task *task) {
    struct lanes *out = task->out;
    if (out->misses) return true;
    out->misses = out->miss_room;
    if (out->misses)
        memset(out->misses, 0, out->rows * sizeof *out->misses);
    else
        out->misses = memory_new(out->rows + 1, sizeof *out->misses);
    if (!out->misses) task->worker->failed = true;
    return out->misses;
}

void mark(const struct worker *worker, const struct entity *space, size_t row) {
    const struct watch *watch = &worker->watch;
    watch->marked[dataset_climb(worker->machine->dataset, space, row, watch->root) - watch->begin] = 1;
}

void put_miss(const struct task *task, size_t row, absence miss) {
    struct lanes *out = task->out;
    if (!miss) return;
    put(out, row, harmless(task->node));
    if (task->worker->watch.marked)
        mark(task->worker, task->node->space, row);
    else if (has_misses(task))
        out->misses[out->single ? 0 : row - out->miss_base] = miss;
}

size_t rows_of(const struct machine *machine, const struct entity *space) {
    return space ? dataset_table(machine->dataset, space)->rows : 1;
}

struct rows rows_found(const struct machine *machine, const struct entity *space) {
    return space ? solved_rows(machine->solved, space) : (struct rows){0, 1};
}

/* --- running ---------------------------------------------------------------------------------------------------- */

static void run_op(const struct task *task) {
    switch (task->node->op) {
    case OP_CONSTANT: put(task->out, 0, task->node->d); return;
    case OP_INPUT: run_input(task); return;
    case OP_ABOVE: run_above(task); return;
    case OP_THROUGH: run_through(task); return;
    case OP_PICK: run_pick(task); return;
    case OP_DIVISOR: run_divisor(task); return;
    case OP_LINEAR: run_linear(task); return;
    case OP_OVER: run_over(task); return;
    case OP_WITHIN: run_within(task); return;
    case OP_YEARS:
    case OP_ADD_MONTHS:
    case OP_ADD_DAYS:
    case OP_DAYS_BETWEEN: run_dates(task); return;
    case OP_MONTH_OF: run_month_of(task); return;
    case OP_AND:
    case OP_OR: run_logic(task); return;
    case OP_AMONG: run_among(task); return;
    case OP_BETWEEN: run_between(task); return;
    case OP_OR_ELSE: run_or_else(task); return;
    case OP_KNOWN: run_known(task); return;
    case OP_COUNT_TRUE: run_count_true(task); return;
    case OP_CASES: run_cases(task); return;
    case OP_DECIDE: run_decide(task); return;
    case OP_SUM:
    case OP_COUNT:
    case OP_ANY:
    case OP_ALL:
    case OP_MINIMUM:
    case OP_MAXIMUM: run_group(task); return;
    case OP_LED_HERE: run_led_here(task); return;
    case OP_LOOKUP: run_lookup(task); return;
    case OP_EVALUATE: run_evaluate(task); return;
    default: run_strict(task); return;
    }
}

void run_node(struct worker *worker, node_id id, struct lanes *out, size_t begin, size_t end) {
    const struct graph_node *node = graph_node(worker->graph, id);
    struct task task = {worker,
                        worker->machine,
                        node,
                        begin,
                        end,
                        out,
                        operand(worker, node->a),
                        operand(worker, node->b),
                        operand(worker, node->c)};
    if (begin < end) run_op(&task);
}
