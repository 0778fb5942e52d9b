#include "program/solve.h"

#include "base/memory.h"
#include "program/kernel.h"
#include "program/machine.h"

static struct solved_column taken(const struct machine *machine, node_id id) {
    const struct lanes *lanes = &machine->of[id];
    return (struct solved_column){.space = graph_node(machine->graph, id)->space,
                                  .first = lanes->base,
                                  .width = lanes->width,
                                  .lanes = lanes->values,
                                  .misses = lanes->misses};
}

static const uint16_t *told_of(struct arena *arena, const struct graph *graph, const struct field_quantity *field) {
    const struct graph_node *cases = field->cases == NODE_NONE ? NULL : graph_node(graph, field->cases);
    size_t count = cases ? cases->told_count : 1;
    uint16_t *told = ARENA_ARRAY(arena, uint16_t, count);
    if (told) memcpy(told, cases ? cases->told : &field->only_case, count * sizeof *told);
    return told;
}

static void take_field(struct machine *machine, const struct field *field) {
    struct solved *solved = machine->solved;
    const struct field_quantity *own = machine->graph->fields[field->index];
    const struct quantity *quantity = &own->value;
    struct solved_field *found = &solved->fields[field->index];
    *found = (struct solved_field){.grid = number_copy(&solved->arena, quantity->grid),
                                   .n = taken(machine, quantity->n),
                                   .cases = own->cases == NODE_NONE ? NULL : machine->of[own->cases].cases,
                                   .told = told_of(&solved->arena, machine->graph, own),
                                   .divisors =
                                       ARENA_ARRAY(&solved->arena, struct solved_column, quantity->divisors.count + 1),
                                   .divisor_count = quantity->divisors.count};
    if (arena_failed(&solved->arena)) return;
    for (size_t i = 0; i < quantity->divisors.count; i++)
        found->divisors[i] = taken(machine, quantity->divisors.items[i]);
    found->there = true;
}

static bool is_done(const struct machine *machine, node_id id) {
    return id == NODE_NONE || (machine->of[id].done && machine->program->kept[id]);
}

/* All of the field's columns are there, and stay. */
static bool is_field_done(const struct machine *machine, const struct field_quantity *field) {
    bool done = is_done(machine, field->value.n) && is_done(machine, field->cases);
    for (size_t i = 0; i < field->value.divisors.count; i++)
        done = done && is_done(machine, field->value.divisors.items[i]);
    return done;
}

static void take_fields(void *context) {
    struct machine *machine = context;
    const struct graph *graph = machine->graph;
    for (size_t i = 0; i < graph->policy->fields.count; i++) {
        const struct field *field = graph->policy->fields.items[i];
        const struct field_quantity *found = graph->fields[i];
        if (field->kind == FIELD_INPUT || !found || found->value.n == NODE_NONE || machine->solved->fields[i].there)
            continue;
        if (is_field_done(machine, found)) take_field(machine, field);
    }
}

/* By entity: the rows that the program is for; of what does not lie within its area all. */
static struct rows *rows_for(struct arena *arena, const struct dataset *dataset, const struct program *program,
                             size_t row) {
    const struct policy *policy = dataset->policy;
    struct rows *rows = dataset_within(dataset, arena, program->within, row);
    for (size_t i = 0; rows && i < policy->entities.count; i++)
        if (!program_limits(program, policy->entities.items[i])) rows[i] = (struct rows){0, dataset->tables[i].rows};
    return rows;
}

static void columns_free(struct lanes *columns, size_t count) {
    for (size_t i = 0; columns && i < count; i++) lanes_free(&columns[i]);
    memory_free(columns);
}

static struct solved *solve_in(struct lanes *columns, const struct program *program, struct run *run,
                               struct solve_choices choices) {
    const struct graph *graph = program->graph;
    struct solved *solved = columns ? memory_new(1, sizeof *solved) : NULL;
    if (!solved) {
        columns_free(columns, graph->nodes.count);
        return NULL;
    }
    arena_init(&solved->arena);
    solved->dataset = run->dataset;
    solved->fields = ARENA_ARRAY(&solved->arena, struct solved_field, graph->policy->fields.count + 1);
    if (program->within) solved->within = rows_for(&solved->arena, run->dataset, program, choices.row);
    struct machine machine = {.program = program,
                              .graph = graph,
                              .run = run,
                              .dataset = run->dataset,
                              .solved = solved,
                              .of = columns,
                              .reached = take_fields,
                              .batch = choices.batch,
                              .threads = choices.threads,
                              .kernels = kernels_choose(choices.instructions)};
    solved->columns = machine.of;
    solved->column_count = graph->nodes.count;
    bool done = machine.of && machine.kernels && !arena_failed(&solved->arena);
    const struct solved *before = run->solved;
    run->solved = solved; /* what is found so far serves what the evaluator is left */
    done = done && machine_run(&machine);
    run->solved = before;
    if (done && !arena_failed(&solved->arena) && !run_failed(run)) return solved;
    solved_free(solved);
    return NULL;
}

struct solved *solve(const struct program *program, struct run *run, struct solve_choices choices) {
    return solve_in(memory_new(program->graph->nodes.count + 1, sizeof(struct lanes)), program, run, choices);
}

/* Only the memory of values and cases stays. */
struct solved *solve_again(struct solved *before, const struct program *program, struct run *run,
                           struct solve_choices choices) {
    struct lanes *columns = before->columns;
    for (size_t i = 0; i < before->column_count; i++) {
        struct lanes *column = &columns[i];
        if (column->borrowed) lanes_free(column);
        memory_free(column->misses);
        *column = (struct lanes){.rows = column->rows, .values = column->values, .cases = column->cases};
    }
    before->columns = NULL;
    solved_free(before);
    return solve_in(columns, program, run, choices);
}

void solved_free(struct solved *solved) {
    if (!solved) return;
    columns_free(solved->columns, solved->column_count);
    arena_free(&solved->arena);
    memory_free(solved);
}
