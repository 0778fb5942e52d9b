/* Known programs run: each step a kernel where there is one, else the plain operation row by row. */
#include "program/batch.h"

#include "base/memory.h"

/* Where the step's values lie for the rows at hand; true when they are there already: inputs, whether they are there,
 * whole columns. */
static bool settle_in(const struct strip_task *task, const struct known_step *step) {
    const struct machine *machine = task->crew->machine;
    const struct graph_node *node = task->node;
    const struct room *room = &task->member->known_room;
    struct lanes *out = task->out;
    size_t first = task->rows.first;
    out->base = first;
    if (node->op == OP_COLUMN) {
        const struct lanes *whole = &machine->of[(node_id)node->d];
        if (!is_own(task->crew, node->space)) out->base = 0; /* of rows above or beyond */
        out->values = (unsigned char *)whole->values + out->base * whole->width;
        out->cases = whole->cases ? whole->cases + out->base : NULL;
        return true;
    }
    if (node->field && (node->op == OP_INPUT || node->op == OP_GIVEN)) {
        const struct column *column = dataset_column(machine->dataset, node->field);
        bool given = node->op == OP_GIVEN, same = column->spec.width == out->width;
        if (given) out->values = column->known + first;
        if (!given && same) out->values = column->lanes + first * out->width;
        if (given || same) return true;
    }
    out->values = room->values + step->at * room->rows;
    out->cases = room->cases + step->number * room->rows;
    if (step->whole == NODE_NONE) return false;
    const struct lanes *whole = &machine->of[step->whole];
    out->values = (unsigned char *)whole->values + first * out->width;
    if (whole->cases) out->cases = whole->cases + first;
    return false;
}

static void run_step(const struct crew *crew, struct member *member, const struct known_step *step) {
    struct strip_task task = {.crew = crew,
                              .member = member,
                              .worker = &member->known,
                              .node = step->node,
                              .id = step->id,
                              .out = &member->known.of[step->id],
                              .wants_cases = step->wants_cases};
    if (step->node->space) task.rows = member->rows_of[step->node->space->index];
    bool there = settle_in(&task, step);
    uint8_t *taint = member->known_room.taints + step->number * member->known_room.rows;
    if (there) {
        find_taint(&task, taint);
        return;
    }
    task.strip.rows = task.rows.last - task.rows.first;
    task.strip.out = task.out->values;
    if (task.strip.rows && !run_strip(&task))
        run_node(&member->known, step->id, task.out, task.rows.first, task.rows.last);
    find_taint(&task, taint);
}

/* Room for the batch: rows are padded, so that columns do not share lines of the cache. */
static bool has_room(const struct crew *crew, struct member *member, size_t rows) {
    const struct known *known = crew->machine->program->known;
    struct room *room = &member->known_room;
    enum { LINE = 64 };                                  /* of the cache */
    size_t padded = (rows + 2 * LINE - 1) / LINE * LINE; /* what is wide does not straddle lines */
    if (padded <= room->rows) return true;
    room_free(room);
    room->memory = memory_new(padded, known->bytes + 1);
    room->cases = memory_new(padded, known->count + 1);
    room->taints = memory_new(padded, known->count + 2);
    member->known.failed = !room->memory || !room->cases || !room->taints;
    room->rows = member->known.failed ? 0 : padded;
    if (member->known.failed) return false;
    room->none = room->taints + padded * (known->count + 1);
    room->values = room->memory + (LINE - (uintptr_t)room->memory % LINE);
    return true;
}

void begin_known_steps(const struct crew *crew, struct member *member) {
    for (size_t i = 0; i < crew->known->steps.count; i++) {
        const struct known_step *step = &crew->known->steps.items[i];
        bool single = step->node->op == OP_COLUMN && !step->node->space;
        member->known.of[step->id] = (struct lanes){.width = graph_node_width(step->node), .single = single};
    }
}

static void copy_output(const struct crew *crew, struct member *member, const struct known_output *output) {
    const struct graph_node *plain = graph_node(crew->machine->graph, output->plain);
    struct rows rows = member->rows_of[plain->space->index];
    struct lanes *whole = &crew->machine->of[output->plain];
    const struct lanes *own = &member->known.of[output->id];
    for (size_t row = rows.first; row < rows.last; row++) put(whole, row, get(own, row));
    if (whole->cases && own->cases) memcpy(whole->cases + rows.first, own->cases, rows.last - rows.first);
}

void run_known_steps(const struct crew *crew, struct member *member, size_t most) {
    const struct known_section *known = crew->known;
    if (!has_room(crew, member, most)) return;
    member->starts.below = NULL;
    for (size_t i = 0; i < known->steps.count && !member->known.failed; i++)
        run_step(crew, member, &known->steps.items[i]);
    for (size_t i = 0; i < known->outputs.count && !member->known.failed; i++)
        if (!known->outputs.items[i].direct) copy_output(crew, member, &known->outputs.items[i]);
}
