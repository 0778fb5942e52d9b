#include "program/program.h"

#include "base/memory.h"

static void keep(struct program *program, node_id id) {
    if (id == NODE_NONE || program->kept[id]) return;
    program->kept[id] = true;
    program->uses[id]++;
}

static void keep_field(struct program *program, const struct field *field) {
    const struct field_quantity *found = program->graph->fields[field->index];
    if (field->kind == FIELD_INPUT || !found || found->value.n == NODE_NONE) return;
    keep(program, found->value.n);
    keep(program, found->cases);
    for (size_t i = 0; i < found->value.divisors.count; i++) keep(program, found->value.divisors.items[i]);
}

/* From behind: what a node that is used reads is used too. */
static void count_uses(struct program *program) {
    for (size_t id = program->graph->nodes.count; id-- > 0;) {
        node_id read;
        if (program->uses[id] == 0) continue;
        for (size_t i = 0; graph_operand(graph_node(program->graph, (node_id)id), &i, &read);) program->uses[read]++;
    }
}

static void find_uses(struct program *program, const struct policy *policy, const bool *wanted) {
    size_t nodes = program->graph->nodes.count;
    program->kept = ARENA_ARRAY(&program->arena, bool, nodes + 1);
    program->uses = ARENA_ARRAY(&program->arena, uint32_t, nodes + 1);
    if (arena_failed(&program->arena)) return;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (!wanted || wanted[i]) keep_field(program, policy->fields.items[i]);
    count_uses(program);
}

struct program *program_new(const struct policy *policy, month_number month, const struct run_options *options,
                            const bool *wanted) {
    struct program *program = memory_new(1, sizeof *program);
    if (!program) return NULL;
    arena_init(&program->arena);
    program->graph = graph_new(policy, month, options);
    if (program->graph) find_uses(program, policy, wanted);
    if (program->graph && !arena_failed(&program->arena)) schedule_make(program);
    if (program->graph && !arena_failed(&program->arena)) known_make(program);
    if (program->graph && !arena_failed(&program->arena) && !program->failed) return program;
    program_free(program);
    return NULL;
}

void program_free(struct program *program) {
    if (!program) return;
    graph_free(program->graph);
    if (program->known) graph_free(program->known->graph);
    arena_free(&program->arena);
    memory_free(program);
}
