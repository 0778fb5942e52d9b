#include "program/program.h"

#include "base/memory.h"

/* --- rows within an area ------------------------------------------------------------------------------------------ */

bool program_limits(const struct program *program, const struct entity *entity) {
    return entity && program->within && entity_is_within(entity, program->within);
}

/* Itself, if batches end within it; else the one whose rows end them. */
static const struct entity *limit_of(const struct policy *policy, const struct entity *entity) {
    for (size_t i = 0; entity && i < policy->entities.count; i++)
        if (entity_is_within(schedule_root(policy->entities.items[i], NULL), entity)) return entity;
    return entity ? schedule_root(entity, NULL) : NULL;
}

/* Whether the evaluator may have to look at rows anywhere. */
static bool looks_around(const struct expr *expr) {
    if (!expr) return false;
    bool shares = expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_APPORTION;
    bool around = expr->kind == EXPR_GROUP || shares || looks_around(expr->left) || looks_around(expr->right) ||
                  looks_around(expr->third);
    for (size_t i = 0; i < expr->items.count && !around; i++) around = looks_around(expr->items.items[i]);
    for (size_t i = 0; expr->kind == EXPR_PATH && i < expr->as.path.target.hops.count; i++)
        around = around || expr->as.path.target.hops.items[i].over;
    return around;
}

/* Whether it reads rows that may lie beyond the area. */
static bool reads_beyond(const struct program *program, const struct graph_node *node) {
    switch (node->op) {
    case OP_THROUGH: return program_limits(program, node->field->type.entity);
    case OP_LED_HERE: return program_limits(program, node->inner);
    case OP_EVALUATE: return looks_around(node->expr);
    default:
        return node->inner && node->op != OP_LOOKUP && program_limits(program, node->inner) &&
               !program_limits(program, node->space);
    }
}

/* By node: it does, or what it reads does. */
static bool *find_beyond(struct program *program) {
    bool *beyond = ARENA_ARRAY(&program->arena, bool, program->graph->nodes.count + 1);
    for (size_t id = 0; beyond && program->within && id < program->graph->nodes.count; id++) {
        const struct graph_node *node = graph_node(program->graph, (node_id)id);
        node_id read;
        beyond[id] = reads_beyond(program, node);
        for (size_t i = 0; graph_operand(node, &i, &read);) beyond[id] = beyond[id] || beyond[read];
    }
    return beyond;
}

/* --- uses --------------------------------------------------------------------------------------------------------- */

static void keep(struct program *program, node_id id) {
    if (id == NODE_NONE || program->kept[id]) return;
    program->kept[id] = true;
    program->uses[id]++;
}

static bool is_beyond(const bool *beyond, const struct field_quantity *found) {
    bool any = beyond[found->value.n] || (found->cases != NODE_NONE && beyond[found->cases]);
    for (size_t i = 0; i < found->value.divisors.count; i++) any = any || beyond[found->value.divisors.items[i]];
    return any;
}

static void keep_field(struct program *program, const bool *beyond, const struct field *field) {
    const struct field_quantity *found = program->graph->fields[field->index];
    if (field->kind == FIELD_INPUT || !found || found->value.n == NODE_NONE || is_beyond(beyond, found)) return;
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
    const bool *beyond = find_beyond(program);
    if (arena_failed(&program->arena)) return;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (!wanted || wanted[i]) keep_field(program, beyond, policy->fields.items[i]);
    count_uses(program);
}

/* --- programs ----------------------------------------------------------------------------------------------------- */

struct program *program_new(const struct policy *policy, month_number month, const struct run_options *options,
                            const bool *wanted) {
    return program_new_within(policy, month, options, wanted, NULL);
}

struct program *program_new_within(const struct policy *policy, month_number month, const struct run_options *options,
                                   const bool *wanted, const struct entity *within) {
    struct program *program = memory_new(1, sizeof *program);
    if (!program) return NULL;
    arena_init(&program->arena);
    program->within = limit_of(policy, within);
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
