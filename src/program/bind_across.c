/* Which kernels do what a node says of rows above and below. */
#include "program/bind_inside.h"

/* --- rows above and below ----------------------------------------------------------------------------------------- */

static const uint32_t *children_of(const struct dataset *dataset, const struct entity *above,
                                   const struct entity *below) {
    return dataset_table(dataset, above)->first_child[below->index];
}

/* Rows lie in the order of the rows above them: each of these fills a run. */
static bool finish_runs(const struct strip_task *task) {
    const struct dataset *dataset = task->worker->machine->dataset;
    const struct entity *own = task->node->space, *above = own->parent;
    const struct lanes *a = lanes_of(task, task->node->a);
    const uint32_t *parents = dataset_table(dataset, own)->parents, *ends = children_of(dataset, above, own);
    struct choice_of only = {.condition = NULL};
    struct strip strip = {.choices = &only, .count = 1};
    for (size_t row = task->rows.first; row < task->rows.last; row += strip.rows) {
        uint32_t from = parents[row];
        strip.rows = (ends[from + 1] < task->rows.last ? ends[from + 1] : task->rows.last) - row;
        strip.out = lane_of_row(task->out, row);
        only.value = (int64_t)get(a, from);
        task->crew->kernels->choose[width_of(task->out)](&strip);
    }
    return true;
}

/* Of a row above that lies in the batch too. */
static void add_spread(struct binding *binding, const struct entity *above) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node;
    const struct entity *own = node->space;
    bool each = dataset_table(binding->dataset, own)->below_all;
    bool truth = each && node->low >= 0 && node->high <= 1 && kernels->spread_truth;
    struct call *call =
        add_call(binding, truth ? kernels->spread_truth : kernels->spread[width_of(binding->out)], NULL);
    call->over = above;
    call->below = own;
    call->strip.firsts = dataset_table(binding->dataset, own)->firsts;
    bind_operand(binding, &call->strip.a, node->a);
    bind_pointer(binding, &call->strip.ends, children_of(binding->dataset, above, own), sizeof(uint32_t), above);
}

bool bind_above(struct binding *binding) {
    enum { FEW_EACH = 32 };
    const struct graph_node *node = binding->node;
    const struct lanes *a = lanes_at(binding, node->a);
    const struct entity *own = node->space, *above = graph_node(binding->graph, node->a)->space;
    if (a->width > 8 || !has_kernel_width(binding->out)) return false;
    if (!above) {
        add_fill(binding, width_of(binding->out), (int64_t)lane_read(a->values, a->width, 0), NULL);
        return true;
    }
    if (own->parent != above) return false;
    if (is_own(binding->crew, above)) {
        add_spread(binding, above);
        return true;
    }
    const struct table *table = dataset_table(binding->dataset, own);
    if (table->rows / FEW_EACH >= dataset_table(binding->dataset, above)->rows) {
        binding->step.finish = finish_runs;
        return true;
    }
    struct call *call = add_call(binding, binding->crew->kernels->gather[width_of(binding->out)], NULL);
    call->strip.a = (const void *)((uintptr_t)a->values - a->base * a->width); /* of row 0, if it were there */
    bind_pointer(binding, &call->strip.above, table->parents, sizeof *table->parents, own);
    return true;
}

static bool has_losses(const struct binding *binding) {
    bool any = false;
    for (const struct entity *lost = binding->node->inner; lost != binding->node->space; lost = lost->parent)
        any = any || dataset_table(binding->dataset, lost->parent)->incomplete[lost->index];
    return any;
}

static bool finish_losses(const struct strip_task *task) {
    const struct dataset *dataset = task->worker->machine->dataset;
    struct loss loss;
    for (size_t row = task->rows.first; row < task->rows.last; row++)
        if (dataset_lost_below(dataset, task->node->space, row, task->node->inner, &loss))
            mark(task->worker, task->node->space, row);
    return true;
}

bool bind_group(struct binding *binding) {
    const struct kernels *kernels = binding->crew->kernels;
    const struct graph_node *node = binding->node;
    node_id of = node->op == OP_SUM ? node->a : node->b;
    const struct entity *inner = node->inner;
    if (inner->parent != node->space || !has_kernel_width(binding->out) || !is_own(binding->crew, inner)) return false;
    if (node->op == OP_SUM && node->b != NODE_NONE) return false;
    if (of != NODE_NONE && !has_kernel_width(lanes_at(binding, of))) return false;
    if (has_losses(binding)) {
        if (binding->care) return false;
        binding->step.finish = finish_losses;
    }
    enum kernel_width width = width_of(binding->out);
    struct operand from = {0};
    if (of != NODE_NONE) from = in_width(binding, of, width);
    const struct table *below = dataset_table(binding->dataset, inner);
    kernel *sum = kernels->sum[width];
    if (below->most_below <= FEW && kernels->sum_few[width]) sum = kernels->sum_few[width];
    if (below->below_all && kernels->sum_each[width]) sum = kernels->sum_each[width];
    struct call *call = add_call(binding, of == NODE_NONE ? kernels->count[width] : sum, NULL);
    bind_pointer(binding, &call->strip.ends, children_of(binding->dataset, node->space, inner), sizeof(uint32_t),
                 node->space);
    if (of == NODE_NONE) return true;
    bind_to(binding, &call->strip.a, from);
    call->strip.scratch = scratch_column(binding);
    call->strip.firsts = below->firsts;
    call->below = inner;
    return true;
}
