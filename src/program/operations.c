/* Operations that find the value of a row from values of the same row. */
#include "program/machine_inside.h"

/* --- inputs and rows above -------------------------------------------------------------------------------------- */

void run_input(const struct task *task) {
    const struct field *field = task->node->field;
    const struct column *column = dataset_column(task->machine->dataset, field);
    absence missing = 0; /* but for the row */
    for (size_t row = task->begin; row < task->end; row++) {
        put(task->out, row, column_get(column, row));
        if (column->known[row]) continue;
        if (!missing)
            missing =
                machine_miss(task->machine, VALUE_UNKNOWN, (struct reason){.kind = REASON_INPUT, .field = field}, 0);
        put_miss(task, row, missing | (uint32_t)row);
    }
}

void run_above(const struct task *task) {
    const struct machine *machine = task->machine;
    const struct entity *own = task->node->space, *above = graph_node(task->worker->graph, task->node->a)->space;
    const uint32_t *parents = dataset_table(machine->dataset, own)->parents;
    const struct lanes *a = task->a;
    bool next = own->parent == above;
    for (size_t row = task->begin; row < task->end; row++) {
        size_t from = next ? parents[row] : dataset_climb(machine->dataset, own, row, above);
        put(task->out, row, get(a, from));
        if (a->misses) put_miss(task, row, missed(a, from));
    }
}

void run_through(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        lane target = get(task->a, row);
        absence miss = missed(task->a, row);
        if (!miss && target == ROW_NONE) miss = fault(task->machine, REASON_THROUGH_NONE, task->node->field, 0, 0);
        if (!miss) miss = missed(task->b, (size_t)target);
        if (!miss) put(task->out, row, get(task->b, (size_t)target));
        put_miss(task, row, miss);
    }
}

void run_pick(const struct task *task) {
    const struct graph_node *node = task->node;
    for (size_t row = task->begin; row < task->end; row++) {
        absence miss = missed(task->a, row);
        const struct lanes *picked =
            miss ? NULL : operand(task->worker, node->more.items[(size_t)(get(task->a, row) - node->d)]);
        if (picked) put(task->out, row, get(picked, row));
        put_miss(task, row, picked ? missed(picked, row) : miss);
    }
}

/* --- arithmetic ------------------------------------------------------------------------------------------------- */

static lane compute(const struct graph_node *node, lane x, lane y) {
    const lane d = node->d;
    switch (node->op) {
#define STRICT(op, value)                                                                                              \
    case OP_##op:                                                                                                      \
        return value;
#include "program/strict.def"
#undef STRICT
    case OP_FLOOR: return lane_floor(x * d, y);
    case OP_CEILING: return -lane_floor(-(x * d), y);
    case OP_ROUND: return lane_round(x * d, y);
    case OP_CLAMP: return x < d ? d : x > node->e ? node->e : x;
    case OP_MONTH_OF: return month_of_year(day_month((day_number)x));
    default: assert(false); return 0;
    }
}

void run_linear(const struct task *task) {
    const struct graph_node *node = task->node;
    for (size_t row = task->begin; row < task->end; row++) {
        lane sum = get(task->a, row) * node->d;
        if (task->b) sum += get(task->b, row) * node->e;
        if (task->c) sum += get(task->c, row);
        put(task->out, row, sum);
    }
}

/* All whose operands must be known. */
void run_strict(const struct task *task) {
    const struct graph_node *node = task->node;
    bool divides = node->op == OP_FLOOR || node->op == OP_CEILING || node->op == OP_ROUND;
    bool missing = task->a->misses || (task->b && task->b->misses), b_first = node->op == OP_WHOLE && node->d;
    for (size_t row = task->begin; row < task->end; row++) {
        lane b = task->b ? get(task->b, row) : 0;
        if (divides && b < 1) b = 1; /* the row lacks something */
        put(task->out, row, compute(node, get(task->a, row), b));
        if (!missing) continue;
        absence of_a = missed(task->a, row), of_b = task->b ? missed(task->b, row) : 0;
        put_miss(task, row, b_first ? strict(of_b, of_a) : strict(of_a, of_b));
    }
}

void run_divisor(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        lane value = missed(task->a, row) ? 1 : get(task->a, row);
        put(task->out, row, value == 0 ? 1 : value < 0 ? -value : value);
    }
}

void run_over(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        lane by = get(task->b, row);
        absence miss = strict(missed(task->a, row), missed(task->b, row));
        if (!miss && by == 0) miss = fault(task->machine, REASON_DIVISION, NULL, 0, 0);
        put(task->out, row, by < 0 ? -get(task->a, row) : get(task->a, row));
        put_miss(task, row, miss);
    }
}

static bool is_inside(const struct graph_node *node, lane value) {
    bool never = node->field->type.kind == TYPE_DATE && value == DAY_NEVER;
    return never || (value >= node->d && value <= node->e);
}

void run_within(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        lane value = get(task->a, row);
        absence miss = missed(task->a, row);
        if (!miss && !is_inside(task->node, value))
            miss = fault(task->machine, REASON_OUT_OF_RANGE, task->node->field, 0, 0);
        put(task->out, row, value);
        put_miss(task, row, miss);
    }
}

/* --- dates ------------------------------------------------------------------------------------------------------ */

void run_dates(const struct task *task) {
    enum { MOVE_MAX = 100000 };
    for (size_t row = task->begin; row < task->end; row++) {
        lane a = get(task->a, row), b = get(task->b, row), result = 0;
        absence miss = strict(missed(task->a, row), missed(task->b, row));
        bool never = a == DAY_NEVER || b == DAY_NEVER;
        bool moves = task->node->op == OP_ADD_MONTHS || task->node->op == OP_ADD_DAYS;
        if (miss) {
            put_miss(task, row, miss);
            continue;
        }
        if (!moves && never)
            miss = fault(task->machine, REASON_NEVER, NULL, 0, 0);
        else if (moves && a == DAY_NEVER)
            result = DAY_NEVER;
        else if (moves && (b > MOVE_MAX || b < -MOVE_MAX))
            miss = fault(task->machine, REASON_OUT_OF_RANGE, NULL, 0, 0);
        else if (task->node->op == OP_ADD_MONTHS)
            result = day_add_months((day_number)a, (int)(b * task->node->d));
        else if (task->node->op == OP_ADD_DAYS)
            result = a + b * task->node->d;
        else if (task->node->op == OP_YEARS)
            result = day_full_years((day_number)a, (day_number)b);
        else
            result = a - b;
        put(task->out, row, result);
        put_miss(task, row, miss);
    }
}

void run_month_of(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        lane day = get(task->a, row);
        absence miss = missed(task->a, row);
        if (!miss && day == DAY_NEVER) miss = fault(task->machine, REASON_NEVER, NULL, 0, 0);
        put(task->out, row, miss ? 1 : compute(task->node, day, 0));
        put_miss(task, row, miss);
    }
}

/* --- truth ------------------------------------------------------------------------------------------------------ */

void run_logic(const struct task *task) {
    lane stops = task->node->op == OP_OR;
    for (size_t row = task->begin; row < task->end; row++) {
        lane a = get(task->a, row), b = get(task->b, row);
        absence of_a = missed(task->a, row), of_b = missed(task->b, row);
        bool decided = (!of_a && a == stops) || (!of_b && b == stops);
        put(task->out, row, decided ? stops : !stops);
        if (!decided) put_miss(task, row, unsure(of_a, of_b));
    }
}

void run_among(const struct task *task) {
    const struct graph_node *node = task->node;
    for (size_t row = task->begin; row < task->end; row++) {
        lane wanted = get(task->a, row);
        absence open = missed(task->a, row);
        bool found = false;
        for (size_t i = 0; i < node->more.count && !missed(task->a, row) && !found; i++) {
            const struct lanes *item = operand(task->worker, node->more.items[i]);
            found = !missed(item, row) && get(item, row) == wanted;
            open = unsure(open, missed(item, row));
        }
        put(task->out, row, found);
        if (!found) put_miss(task, row, open);
    }
}

void run_between(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        lane value = get(task->a, row);
        absence of_a = missed(task->a, row), of_b = missed(task->b, row), of_c = missed(task->c, row);
        bool outside = !of_a && ((!of_b && value < get(task->b, row)) || (!of_c && value > get(task->c, row)));
        put(task->out, row, !outside);
        if (of_a)
            put_miss(task, row, of_a);
        else if (!outside)
            put_miss(task, row, unsure(of_b, of_c));
    }
}

void run_or_else(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        absence miss = missed(task->a, row);
        bool other = miss && !is_fault(miss);
        put(task->out, row, get(other ? task->b : task->a, row));
        put_miss(task, row, other ? missed(task->b, row) : miss);
    }
}

void run_known(const struct task *task) {
    for (size_t row = task->begin; row < task->end; row++) {
        absence miss = missed(task->a, row);
        put(task->out, row, !miss);
        if (is_fault(miss)) put_miss(task, row, miss);
    }
}

void run_count_true(const struct task *task) {
    const struct graph_node *node = task->node;
    for (size_t row = task->begin; row < task->end; row++) {
        lane count = 0;
        absence miss = 0;
        for (size_t i = 0; i < node->more.count; i++) {
            const struct lanes *item = operand(task->worker, node->more.items[i]);
            count += get(item, row);
            miss = strict(miss, missed(item, row));
        }
        put(task->out, row, count);
        put_miss(task, row, miss);
    }
}
