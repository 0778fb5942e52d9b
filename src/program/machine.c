#include "program/machine_inside.h"

#include "base/memory.h"

/* --- what is missing -------------------------------------------------------------------------------------------- */

static bool same_reason(const struct reason *a, const struct reason *b) {
    return a->kind == b->kind && a->field == b->field && a->text == b->text && a->index == b->index && a->day == b->day;
}

absence machine_miss(struct machine *machine, enum value_state state, struct reason reason, size_t row) {
    struct solved *solved = machine->solved;
    size_t number = 0;
    while (number < solved->reasons.count && !same_reason(&solved->reasons.items[number], &reason)) number++;
    if (number == solved->reasons.count) VECTOR_PUSH(&solved->arena, &solved->reasons, reason);
    return (absence)(number + 1) << MISS_REASON_BIT | (absence)(state == VALUE_FAULT) << MISS_FAULT_BIT | (uint32_t)row;
}

absence fault(struct machine *machine, enum reason_kind kind, const struct field *field, size_t index, size_t row) {
    struct reason reason = {.kind = kind, .field = field, .index = (uint32_t)index};
    return machine_miss(machine, VALUE_FAULT, reason, row);
}

/* --- lanes ------------------------------------------------------------------------------------------------------ */

/* The value that a row without one has in memory: any that lies in the node's range. */
static lane harmless(const struct graph_node *node) {
    return node->low > 0 ? node->low : node->high < 0 ? node->high : 0;
}

void put_miss(const struct task *task, size_t row, absence miss) {
    struct lanes *out = task->out;
    if (!miss) return;
    if (!out->misses) out->misses = memory_new(out->rows, sizeof *out->misses);
    if (!out->misses) {
        task->machine->failed = true;
        return;
    }
    out->misses[row] = miss;
    put(out, row, harmless(task->node));
}

size_t rows_of(const struct machine *machine, const struct entity *space) {
    return space ? dataset_table(machine->dataset, space)->rows : 1;
}

/* --- running ---------------------------------------------------------------------------------------------------- */

static void run_op(const struct task *task) {
    if (run_narrow(task)) return;
    switch (task->node->op) {
    case OP_CONSTANT: put(task->out, 0, task->node->d); return;
    case OP_INPUT: run_input(task); return;
    case OP_ABOVE: run_above(task); return;
    case OP_THROUGH: run_through(task); return;
    case OP_DIVISOR: run_divisor(task); return;
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

static void release(struct machine *machine, node_id id) {
    if (id == NODE_NONE) return;
    struct lanes *lanes = &machine->of[id];
    if (--lanes->uses > 0) return;
    memory_free(lanes->values);
    memory_free(lanes->misses);
    memory_free(lanes->cases);
    *lanes = (struct lanes){0};
}

static void run_node(struct machine *machine, node_id id) {
    const struct graph_node *node = graph_node(machine->graph, id);
    struct lanes *out = &machine->of[id];
    out->rows = rows_of(machine, node->space);
    out->width = graph_node_width(node);
    out->values = memory_new(out->rows + 1, out->width);
    if (!out->values) {
        machine->failed = true;
        return;
    }
    struct task task = {
        machine, node, out, operand(machine, node->a), operand(machine, node->b), operand(machine, node->c)};
    run_op(&task);
    release(machine, node->a);
    release(machine, node->b);
    release(machine, node->c);
    for (size_t i = 0; i < node->more.count; i++) release(machine, node->more.items[i]);
}

static void use(struct machine *machine, node_id id) {
    if (id != NODE_NONE) machine->of[id].uses++;
}

/* From behind: what a node that is used reads is used too. */
static void count_uses(struct machine *machine) {
    for (size_t id = machine->graph->nodes.count; id-- > 0;) {
        const struct graph_node *node = graph_node(machine->graph, (node_id)id);
        if (machine->of[id].uses == 0) continue;
        use(machine, node->a);
        use(machine, node->b);
        use(machine, node->c);
        for (size_t i = 0; i < node->more.count; i++) use(machine, node->more.items[i]);
    }
}

void machine_run(struct machine *machine) {
    count_uses(machine);
    for (size_t id = 0; id < machine->graph->nodes.count && !machine->failed; id++)
        if (machine->of[id].uses > 0) {
            run_node(machine, (node_id)id);
            machine->ran(machine, (node_id)id);
        }
}
