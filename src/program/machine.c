#include "program/machine_inside.h"

#include "base/memory.h"
#include "program/batch.h"

#include <string.h>

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

/* The value that a row without one has in memory: any that lies in the node's range. */
static lane harmless(const struct graph_node *node) {
    return node->low > 0 ? node->low : node->high < 0 ? node->high : 0;
}

static bool has_misses(const struct task *task) {
    struct lanes *out = task->out;
    if (out->misses) return true;
    out->misses = out->passed ? out->passed : out->miss_room;
    if (!out->passed && out->misses)
        memset(out->misses + (task->begin - out->base), 0, (task->end - task->begin) * sizeof *out->misses);
    else if (!out->misses)
        out->misses = memory_new(out->rows, sizeof *out->misses);
    if (!out->misses) task->machine->failed = true;
    return out->misses;
}

void mark(const struct machine *machine, const struct entity *space, size_t row) {
    const struct watch *watch = &machine->watch;
    watch->marked[dataset_climb(machine->dataset, space, row, watch->root) - watch->begin] = 1;
}

void put_miss(const struct task *task, size_t row, absence miss) {
    if (!miss) return;
    put(task->out, row, harmless(task->node));
    if (!task->keeps)
        mark(task->machine, task->node->space, row);
    else if (has_misses(task))
        task->out->misses[lane_place(task->out, row)] = miss;
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

static bool keeps_misses(const struct machine *machine, node_id id, size_t begin, size_t end) {
    const struct graph_node *node = graph_node(machine->graph, id);
    node_id read;
    size_t unknown = 0;
    if (!machine->watch.marked || machine->of[id].spared) return true;
    for (size_t i = 0; graph_operand(node, &i, &read);)
        if (machine->of[read].misses) return true;
    if (node->op != OP_INPUT) return false;
    const struct table *table = dataset_table(machine->dataset, node->space);
    const unsigned char *known = table->columns[node->field->input_index].known;
    for (size_t row = begin; row < end; row++) unknown += !known[row];
    return !is_few(machine, unknown, end - begin);
}

void run_rows(struct machine *machine, node_id id, size_t begin, size_t end) {
    const struct graph_node *node = graph_node(machine->graph, id);
    struct task task = {machine,
                        node,
                        begin,
                        end,
                        keeps_misses(machine, id, begin, end),
                        &machine->of[id],
                        operand(machine, node->a),
                        operand(machine, node->b),
                        operand(machine, node->c)};
    if (begin < end) run_op(&task);
}

/* --- values for all rows ---------------------------------------------------------------------------------------- */

void make_whole(struct machine *machine, node_id id) {
    const struct graph_node *node = graph_node(machine->graph, id);
    struct lanes *out = &machine->of[id];
    out->single = !node->space;
    out->rows = rows_of(machine, node->space);
    out->width = graph_node_width(node);
    out->values = memory_new(out->rows + 1, out->width);
    if (!out->values) machine->failed = true;
}

static void release(struct machine *machine, node_id id) {
    struct lanes *lanes = &machine->of[id];
    if (--lanes->uses > 0) return;
    memory_free(lanes->values);
    memory_free(lanes->misses);
    memory_free(lanes->cases);
    *lanes = (struct lanes){0};
}

/* From behind: what a node that is used reads is used too. */
static void count_uses(struct machine *machine) {
    for (size_t id = machine->graph->nodes.count; id-- > 0;) {
        const struct graph_node *node = graph_node(machine->graph, (node_id)id);
        node_id read;
        if (machine->of[id].uses == 0) continue;
        for (size_t i = 0; graph_operand(node, &i, &read);) machine->of[read].uses++;
    }
}

/* --- levels ----------------------------------------------------------------------------------------------------- */

static void run_alone(struct machine *machine, node_id id) {
    make_whole(machine, id);
    if (!machine->failed) run_rows(machine, id, 0, machine->of[id].rows);
    machine->of[id].done = true;
}

static void run_level(struct machine *machine, const struct schedule *schedule, const struct room *room, unsigned level,
                      node_id *nodes) {
    const struct policy *policy = machine->graph->policy;
    size_t all = machine->graph->nodes.count;
    for (size_t id = 0; id < all && !machine->failed; id++)
        if (machine->of[id].uses && schedule->places[id].level == level && schedule->places[id].alone)
            run_alone(machine, (node_id)id);
    for (size_t i = 0; i < policy->entities.count && !machine->failed; i++) {
        struct section section = {.root = policy->entities.items[i], .nodes = nodes};
        for (size_t id = 0; id < all; id++)
            if (machine->of[id].uses && schedule->places[id].level == level && !schedule->places[id].alone &&
                schedule->places[id].root == section.root)
                nodes[section.count++] = (node_id)id;
        if (section.count) run_section(machine, schedule, room, &section);
    }
}

static void release_operands(struct machine *machine, const struct schedule *schedule, unsigned level) {
    for (size_t id = 0; id < machine->graph->nodes.count; id++) {
        const struct graph_node *node = graph_node(machine->graph, (node_id)id);
        node_id read;
        if (!machine->of[id].uses || schedule->places[id].level != level) continue;
        for (size_t i = 0; graph_operand(node, &i, &read);) release(machine, read);
    }
}

static void run_levels(struct machine *machine, const struct schedule *schedule) {
    struct room room;
    node_id *nodes = memory_new(machine->graph->nodes.count + 1, sizeof *nodes);
    room_init(&room, machine, schedule);
    machine->failed = !nodes || arena_failed(&room.arena);
    for (unsigned level = 0; level < schedule->levels && !machine->failed; level++) {
        run_level(machine, schedule, &room, level, nodes);
        if (!machine->failed) machine->reached(machine);
        release_operands(machine, schedule, level);
    }
    room_free(&room);
    memory_free(nodes);
}

void machine_run(struct machine *machine) {
    enum { BATCH = 4096 }; /* rows: what a batch reads and writes stays in the cache */
    enum { FEW = 16 };
    if (!machine->batch) machine->batch = BATCH;
    if (!machine->few) machine->few = FEW;
    count_uses(machine);
    struct schedule *schedule = schedule_new(machine->graph, machine->of);
    machine->failed = !schedule;
    if (schedule) run_levels(machine, schedule);
    schedule_free(schedule);
}
