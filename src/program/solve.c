#include "program/solve.h"

#include "base/memory.h"
#include "program/machine.h"

static void keep(struct machine *machine, node_id id) {
    machine->of[id].uses++;
    machine->of[id].kept = true;
}

static struct solved_column taken(const struct machine *machine, node_id id) {
    const struct lanes *lanes = &machine->of[id];
    return (struct solved_column){graph_node(machine->graph, id)->space, lanes->width, lanes->values, lanes->misses};
}

static bool is_solved(const struct graph *graph, const struct field *field) {
    const struct field_quantity *found = graph->fields[field->index];
    return field->kind != FIELD_INPUT && found && found->value.n != NODE_NONE;
}

static void keep_field(struct machine *machine, const struct field_quantity *field) {
    const struct quantity *quantity = &field->value;
    keep(machine, quantity->n);
    if (field->cases != NODE_NONE) keep(machine, field->cases);
    for (size_t i = 0; i < quantity->divisors.count; i++) keep(machine, quantity->divisors.items[i]);
}

static void take_field(struct machine *machine, const struct field *field) {
    struct solved *solved = machine->solved;
    const struct field_quantity *own = machine->graph->fields[field->index];
    const struct quantity *quantity = &own->value;
    struct solved_field *found = &solved->fields[field->index];
    *found = (struct solved_field){
        .there = true, .grid = number_copy(&solved->arena, quantity->grid), .n = taken(machine, quantity->n)};
    found->cases = own->cases == NODE_NONE ? NULL : machine->of[own->cases].cases;
    found->only_case = own->only_case;
    found->divisors = ARENA_ARRAY(&solved->arena, struct solved_column, quantity->divisors.count + 1);
    found->divisor_count = quantity->divisors.count;
    if (!found->divisors) return;
    for (size_t i = 0; i < quantity->divisors.count; i++)
        found->divisors[i] = taken(machine, quantity->divisors.items[i]);
}

/* All of the field's columns are there. */
static bool is_done(const struct machine *machine, const struct field_quantity *field) {
    bool done = machine->of[field->value.n].done && (field->cases == NODE_NONE || machine->of[field->cases].done);
    for (size_t i = 0; i < field->value.divisors.count; i++)
        done = done && machine->of[field->value.divisors.items[i]].done;
    return done;
}

static void take_fields(void *context) {
    struct machine *machine = context;
    const struct graph *graph = machine->graph;
    for (size_t i = 0; i < graph->policy->fields.count; i++) {
        const struct field *field = graph->policy->fields.items[i];
        if (!is_solved(graph, field) || machine->solved->fields[i].there) continue;
        if (is_done(machine, graph->fields[i])) take_field(machine, field);
    }
}

struct solved *solve(const struct graph *graph, struct run *run, struct solve_choices choices) {
    const struct policy *policy = graph->policy;
    struct solved *solved = memory_new(1, sizeof *solved);
    if (!solved) return NULL;
    arena_init(&solved->arena);
    solved->dataset = run->dataset;
    solved->fields = ARENA_ARRAY(&solved->arena, struct solved_field, policy->fields.count + 1);
    struct machine machine = {.graph = graph,
                              .run = run,
                              .dataset = run->dataset,
                              .solved = solved,
                              .reached = take_fields,
                              .batch = choices.batch,
                              .few = choices.few};
    solved->columns = machine.of = memory_new(graph->nodes.count + 1, sizeof *machine.of);
    solved->column_count = graph->nodes.count;
    if (arena_failed(&solved->arena) || !machine.of) {
        solved_free(solved);
        return NULL;
    }
    for (size_t i = 0; i < policy->fields.count; i++)
        if (is_solved(graph, policy->fields.items[i])) keep_field(&machine, graph->fields[i]);
    const struct solved *before = run->solved;
    run->solved = solved; /* what is found so far serves what the evaluator is left */
    machine_run(&machine);
    run->solved = before;
    if (!machine.failed && !arena_failed(&solved->arena)) return solved;
    solved_free(solved);
    return NULL;
}

void solved_free(struct solved *solved) {
    if (!solved) return;
    struct lanes *columns = solved->columns;
    for (size_t i = 0; columns && i < solved->column_count; i++) {
        memory_free(columns[i].values);
        memory_free(columns[i].misses);
        memory_free(columns[i].cases);
    }
    memory_free(columns);
    arena_free(&solved->arena);
    memory_free(solved);
}
