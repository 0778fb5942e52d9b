#include "cli/asked.h"

#include "base/memory.h"
#include "engine/record.h"

/* How many rules more are wanted for the expression. */
static size_t want(const struct expr *expr, bool *wanted) {
    if (!expr) return 0;
    size_t more = want(expr->left, wanted) + want(expr->right, wanted) + want(expr->third, wanted);
    for (size_t i = 0; i < expr->items.count; i++) more += want(expr->items.items[i], wanted);
    if (expr->kind != EXPR_PATH || expr->as.path.target.end != PATH_FIELD) return more;
    bool *one = &wanted[expr->as.path.target.field->index];
    more += !*one;
    *one = true;
    return more;
}

static void want_shown(const struct policy *policy, month_number month, const struct run_options *options,
                       bool *wanted) {
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        wanted[i] =
            field->kind == FIELD_BENEFIT || field->kind == FIELD_ALERT || record_keeps(field, month, options->known);
    }
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        want(policy->guarantees.items[i]->declaration->where, wanted);
        want(policy->guarantees.items[i]->declaration->test, wanted);
    }
    for (size_t i = 0; i < policy->indicators.count; i++) {
        const struct indicator *indicator = policy->indicators.items[i];
        for (size_t level = 0; level < indicator->levels.count; level++)
            for (size_t k = 0; k < indicator->declaration->branches.count; k++) {
                want(indicator->branches.items[level][k].condition, wanted);
                want(indicator->branches.items[level][k].value, wanted);
            }
    }
}

static void want_found(const struct policy *policy, enum finds finds, bool *wanted) {
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *alert = policy->fields.items[i];
        if (alert->finds != finds) continue;
        wanted[i] = true;
        for (size_t k = 0; k < alert->shows.count; k++) want(alert->shows.items[k], wanted);
    }
}

/* What the graph has no operation for is evaluated, which looks up what was kept and finds the rest once more. */
static size_t want_evaluated(const struct program *program, bool *wanted) {
    size_t more = 0;
    for (node_id id = 0; id < program->graph->nodes.count; id++) {
        const struct graph_node *node = graph_node(program->graph, id);
        if (node->op == OP_EVALUATE && program->uses[id]) more += want(node->expr, wanted);
    }
    return more;
}

struct program *asked_program(const struct policy *policy, month_number month, const struct run_options *options,
                              enum finds finds, const struct entity *within) {
    bool *wanted = memory_new(policy->fields.count + 1, sizeof *wanted);
    struct program *program = NULL;
    if (wanted && finds) want_found(policy, finds, wanted);
    if (wanted && !finds) want_shown(policy, month, options, wanted);
    bool again = wanted != NULL;
    while (again) {
        program_free(program);
        program = program_new_within(policy, month, options, wanted, within);
        again = program && want_evaluated(program, wanted) > 0;
    }
    memory_free(wanted);
    return program;
}
