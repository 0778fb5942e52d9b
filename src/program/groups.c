/* Sums and their like over the rows below. */
#include "program/machine_inside.h"

struct gathering {
    lane result;
    absence missing;
    bool decided;
    size_t members;
};

static void gather_truth(const struct task *task, struct gathering *gathering, size_t member, absence of_where) {
    lane stops = task->node->op == OP_ANY, value = get(task->a, member);
    absence of_value = missed(task->a, member);
    if (!of_where && !of_value && value == stops)
        gathering->decided = true;
    else if (of_value)
        gathering->missing = unsure(gathering->missing, unsure(of_where ? of_where : of_value, of_value));
    else if (of_where && value == stops)
        gathering->missing = unsure(gathering->missing, of_where);
}

static void gather_value(const struct task *task, struct gathering *gathering, size_t member) {
    lane value = task->a ? get(task->a, member) : 1;
    absence of_value = task->a ? missed(task->a, member) : 0;
    bool first = gathering->members == 0;
    if (of_value) {
        gathering->missing = strict(gathering->missing, of_value);
        return;
    }
    gathering->members++;
    switch (task->node->op) {
    case OP_SUM: gathering->result += value; return;
    case OP_MINIMUM: gathering->result = first || value < gathering->result ? value : gathering->result; return;
    case OP_MAXIMUM: gathering->result = first || value > gathering->result ? value : gathering->result; return;
    default: return;
    }
}

static absence lost_below(const struct task *task, size_t row) {
    struct loss loss;
    if (!dataset_lost_below(task->machine->dataset, task->node->space, row, task->node->inner, &loss)) return 0;
    struct reason reason = {
        .kind = REASON_ROWS_LOST, .index = (uint32_t)loss.lost->index, .text = (uint32_t)loss.under->index};
    return machine_miss(task->machine, VALUE_UNKNOWN, reason, loss.row);
}

static void finish(const struct task *task, const struct gathering *gathering, size_t row) {
    enum op op = task->node->op;
    bool truth = op == OP_ANY || op == OP_ALL;
    absence miss = gathering->decided ? 0 : gathering->missing;
    lane result = gathering->result;
    if (truth) result = gathering->decided == (op == OP_ANY);
    if (op == OP_COUNT) result = (lane)gathering->members;
    if (!miss && !gathering->members && (op == OP_MINIMUM || op == OP_MAXIMUM))
        miss = fault(task->machine, REASON_OF_NOBODY, NULL, 0, 0);
    put(task->out, row, result);
    put_miss(task, row, miss);
}

void run_group(const struct task *task) {
    const struct graph_node *node = task->node;
    bool truth = node->op == OP_ANY || node->op == OP_ALL;
    for (size_t row = task->begin; row < task->end; row++) {
        struct gathering gathering = {.missing = lost_below(task, row)};
        size_t begin, end;
        dataset_below(task->machine->dataset, node->space, row, node->inner, &begin, &end);
        for (size_t member = begin; member < end && !gathering.decided; member++) {
            absence of_where = task->b ? missed(task->b, member) : 0;
            if (task->b && !of_where && !get(task->b, member)) continue;
            if (truth)
                gather_truth(task, &gathering, member, of_where);
            else if (of_where)
                gathering.missing = strict(gathering.missing, of_where);
            else
                gather_value(task, &gathering, member);
        }
        finish(task, &gathering, row);
    }
}

/* In one pass over the rows that lead, when all is known of them. */
static bool add_up_led(const struct task *task) {
    const struct lanes *value = task->a, *where = task->b, *reference = task->c;
    if (reference->misses || (value && value->misses) || (where && where->misses)) return false;
    if (dataset_table(task->machine->dataset, task->node->inner)->rows_lost) return false;
    for (size_t row = task->begin; row < task->end; row++) put(task->out, row, 0);
    for (size_t row = 0; row < reference->rows; row++) { /* all of them: it runs alone */
        lane target = get(reference, row);
        if (target == ROW_NONE || (where && !get(where, row))) continue;
        put(task->out, (size_t)target, get(task->out, (size_t)target) + (value ? get(value, row) : 1));
    }
    return true;
}

void run_led_here(const struct task *task) {
    if (!add_up_led(task)) run_evaluate(task);
}
