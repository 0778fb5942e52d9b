/* Which rows of a step rest on something that is missing, so that its value may not be believed: a byte beside each
 * value, only where something is missing at all. A condition that is known and fails, a case that is not taken, do not
 * rest on what they did not ask. Whatever is marked here is found again with care: too much does no harm. */
#include "program/batch.h"

#include "base/memory.h"

static const uint8_t *taint_of(const struct strip_task *task, node_id id) {
    return id == NODE_NONE ? NULL : lanes_of(task, id)->taint;
}

static void add_taint(const struct strip_task *task, uint8_t *room, const uint8_t *more) {
    size_t rows = rows_in(task);
    if (!more) return;
    if (task->out->taint)
        for (size_t i = 0; i < rows; i++) room[i] |= more[i];
    else
        memcpy(room, more, rows);
    task->out->taint = room;
}

/* A whole column of which something is missing; NULL for others. */
static const struct lanes *lacking_column(const struct strip_task *task, node_id id) {
    const struct graph_node *node = graph_node(task->worker->graph, id);
    const struct lanes *whole = node->op == OP_COLUMN ? &task->worker->machine->of[(node_id)node->d] : NULL;
    return whole && whole->misses ? whole : NULL;
}

/* --- leaves ------------------------------------------------------------------------------------------------------- */

static void taint_input(const struct strip_task *task, uint8_t *room) {
    const struct column *column = dataset_column(task->worker->machine->dataset, task->node->field);
    const uint8_t *known = column->known + task->rows.first;
    const struct kernels *kernels = task->crew->kernels;
    if (!column->unknown || kernels->zeros(known, rows_in(task)) == 0) return;
    kernels->turned(&(struct strip){.rows = rows_in(task), .a = known, .b = known, .out = room});
    task->out->taint = room;
}

static void taint_column(const struct strip_task *task, uint8_t *room) {
    const struct lanes *whole = &task->worker->machine->of[(node_id)task->node->d];
    bool any = false;
    if (!whole->misses || !is_own(task->crew, task->node->space)) return;
    for (size_t i = 0; i < rows_in(task); i++) {
        room[i] = missed(whole, task->rows.first + i) != 0;
        any = any || room[i];
    }
    if (any) task->out->taint = room;
}

/* --- rows above and below ----------------------------------------------------------------------------------------- */

static void taint_above(const struct strip_task *task, uint8_t *room) {
    const struct graph_node *above = graph_node(task->worker->graph, task->node->a);
    const struct table *table = dataset_table(task->worker->machine->dataset, task->node->space);
    const uint8_t *taint = taint_of(task, task->node->a);
    bool any = false;
    if (taint) {
        struct rows rows = task->member->rows_of[above->space->index];
        const uint32_t *ends =
            dataset_table(task->worker->machine->dataset, above->space)->first_child[task->node->space->index];
        task->crew->kernels->spread[BYTES_1](
            &(struct strip){.rows = rows.last - rows.first, .a = taint, .out = room, .ends = ends + rows.first});
        task->out->taint = room;
        return;
    }
    const struct lanes *whole = is_own(task->crew, above->space) ? NULL : lacking_column(task, task->node->a);
    for (size_t i = 0; whole && i < rows_in(task); i++) {
        room[i] = missed(whole, table->parents[task->rows.first + i]) != 0;
        any = any || room[i];
    }
    if (any) task->out->taint = room;
}

/* Of members in the batch: from those that are tainted, which are few, to their rows above. */
static void taint_from_members(const struct strip_task *task, uint8_t *room, const uint8_t *taint) {
    const struct dataset *dataset = task->worker->machine->dataset;
    const struct entity *inner = task->node->inner;
    struct rows members = task->member->rows_of[inner->index];
    for (size_t i = 0; i < members.last - members.first; i++) {
        uint64_t eight;
        while (i + sizeof eight <= members.last - members.first && (memcpy(&eight, taint + i, sizeof eight), !eight))
            i += sizeof eight;
        if (i < members.last - members.first && taint[i])
            room[dataset_climb(dataset, inner, members.first + i, task->node->space) - task->rows.first] = 1;
    }
}

/* Of members in whole columns. */
static void taint_from_beyond(const struct strip_task *task, uint8_t *room, const struct lanes *whole) {
    size_t begin, end;
    for (size_t i = 0; i < rows_in(task); i++) {
        dataset_below(task->worker->machine->dataset, task->node->space, task->rows.first + i, task->node->inner,
                      &begin, &end);
        for (size_t member = begin; member < end && !room[i]; member++) room[i] = missed(whole, member) != 0;
    }
}

/* A group of which a member is tainted. */
static void taint_members(const struct strip_task *task, uint8_t *room, node_id of) {
    const struct graph_node *node = task->node;
    const uint8_t *taint = taint_of(task, of);
    const struct lanes *whole = taint || of == NODE_NONE ? NULL : lacking_column(task, of);
    if (!taint && (!whole || is_own(task->crew, node->inner))) return;
    if (!task->out->taint) memset(room, 0, rows_in(task));
    task->out->taint = room;
    if (taint)
        taint_from_members(task, room, taint);
    else
        taint_from_beyond(task, room, whole);
}

/* --- what need not be asked --------------------------------------------------------------------------------------- */

/* A taint column, or one of a batch's rows of which none is tainted. */
static const uint8_t *taint_or_none(const struct strip_task *task, node_id id) {
    const uint8_t *taint = taint_of(task, id);
    return taint ? taint : task->member->known_room.none;
}

static void taint_logic(const struct strip_task *task, uint8_t *room) {
    const struct graph_node *node = task->node;
    const struct kernels *kernels = task->crew->kernels;
    if (!taint_of(task, node->a) && !taint_of(task, node->b)) return;
    const struct strip strip = {.rows = rows_in(task),
                                .out = room,
                                .a = lanes_of(task, node->a)->values,
                                .b = lanes_of(task, node->b)->values,
                                .open_a = taint_or_none(task, node->a),
                                .open_b = taint_or_none(task, node->b)};
    (node->op == OP_AND  ? kernels->open_both
     : node->op == OP_OR ? kernels->open_either
                         : kernels->open_without)(&strip);
    task->out->taint = room;
}

/* From the last case to the first: one whose condition is tainted, and one that holds and whose value is. */
static void taint_cases(const struct strip_task *task, uint8_t *room) {
    const struct graph_node *node = task->node;
    bool any = false;
    for (size_t i = 0; i < node->more.count; i++) any = any || taint_of(task, node->more.items[i]);
    if (!any) return;
    memset(room, 0, rows_in(task));
    for (size_t k = node->more.count; k > 0; k -= 2) {
        node_id condition = node->more.items[k - 2], value = node->more.items[k - 1];
        const struct lanes *truths = condition == NODE_NONE ? NULL : lanes_of(task, condition);
        bool always = !truths || (truths->single && get(truths, 0));
        if (always)
            memcpy(room, taint_or_none(task, value), rows_in(task));
        else if (!truths->single)
            task->crew->kernels->open_case(&(struct strip){.rows = rows_in(task),
                                                           .out = room,
                                                           .b = truths->values,
                                                           .open_a = taint_or_none(task, value),
                                                           .open_b = taint_or_none(task, condition)});
    }
    task->out->taint = room;
}

/* What is not counted need not be known. */
static void taint_where(const struct strip_task *task, uint8_t *room) {
    const struct lanes *where = lanes_of(task, task->node->b);
    if (!taint_of(task, task->node->a) && !taint_of(task, task->node->b)) return;
    if (where->single) { /* the same for all rows */
        add_taint(task, room, taint_of(task, task->node->a));
        return;
    }
    memset(room, 0, rows_in(task));
    task->crew->kernels->open_case(&(struct strip){.rows = rows_in(task),
                                                   .out = room,
                                                   .b = where->values,
                                                   .open_a = taint_or_none(task, task->node->a),
                                                   .open_b = taint_or_none(task, task->node->b)});
    task->out->taint = room;
}

bool is_anything_missing(const struct crew *crew, const struct member *member, const struct code *code) {
    for (size_t i = 0; i < code->leaves.count; i++) {
        const struct graph_node *leaf = code->leaves.items[i];
        if (leaf->op == OP_COLUMN) return true;
        const struct rows *rows = &member->rows_of[leaf->space->index];
        const struct column *column = dataset_column(crew->machine->dataset, leaf->field);
        if (crew->kernels->zeros(column->known + rows->first, rows->last - rows->first)) return true;
    }
    return false;
}

void find_taint(const struct strip_task *task, uint8_t *room) {
    const struct graph_node *node = task->node;
    node_id read;
    task->out->taint = NULL;
    if (rows_in(task) == 0) return;
    switch (node->op) {
    case OP_GIVEN: return;
    case OP_INPUT: taint_input(task, room); return;
    case OP_COLUMN: taint_column(task, room); return;
    case OP_ABOVE: taint_above(task, room); return;
    case OP_AND:
    case OP_OR:
    case OP_WITHOUT: taint_logic(task, room); return;
    case OP_CASES: taint_cases(task, room); return;
    case OP_WHERE: taint_where(task, room); return;
    default: break;
    }
    if (node->inner) {
        taint_members(task, room, node->a);
        taint_members(task, room, node->b);
        return;
    }
    for (size_t i = 0; graph_operand(node, &i, &read);) add_taint(task, room, taint_of(task, read));
}
