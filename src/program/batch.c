#include "program/batch.h"

#include "base/memory.h"
#include "program/machine_inside.h"

#include <string.h>

/* --- room ------------------------------------------------------------------------------------------------------- */

/* Cuts the root's rows into batches; the most rows that an entity has in one of them. */
static size_t cut(struct room *room, const struct machine *machine, const struct schedule *schedule,
                  const struct entity *root) {
    size_t rows = rows_of(machine, root), most = 0;
    for (size_t begin = 0, end; begin < rows; begin = end) {
        end = batch_end(schedule, machine->dataset, root, begin, machine->batch);
        size_t here = batch_most(schedule, machine->dataset, root, begin, end);
        if (here > most) most = here;
        VECTOR_PUSH(&room->arena, &room->cuts[root->index].ends, end);
    }
    return most;
}

void room_init(struct room *room, const struct machine *machine, const struct schedule *schedule) {
    const struct policy *policy = machine->graph->policy;
    *room = (struct room){0};
    arena_init(&room->arena);
    room->rows_of = ARENA_ARRAY(&room->arena, struct rows, policy->entities.count + 1);
    room->cuts = ARENA_ARRAY(&room->arena, struct cuts, policy->entities.count + 1);
    for (size_t i = 0; i < policy->entities.count && room->cuts; i++) {
        size_t most =
            schedule->roots[i] == policy->entities.items[i] ? cut(room, machine, schedule, schedule->roots[i]) : 0;
        if (most > room->rows) room->rows = most;
    }
    size_t all = room->rows * schedule->slots + 1;
    room->values = ARENA_ARRAY(&room->arena, lane, all);
    room->misses = ARENA_ARRAY(&room->arena, absence, all);
    room->cases = ARENA_ARRAY(&room->arena, uint16_t, all);
    room->marked = ARENA_ARRAY(&room->arena, unsigned char, room->rows + 1);
}

void room_free(struct room *room) {
    arena_free(&room->arena);
}

static void settle_in(struct machine *machine, const struct room *room, node_id id, const struct place *place,
                      size_t first, size_t last) {
    size_t at = place->slot * room->rows;
    machine->of[id] = (struct lanes){.base = first,
                                     .rows = last - first,
                                     .spared = place->spared,
                                     .width = graph_node_width(graph_node(machine->graph, id)),
                                     .values = room->values + at,
                                     .miss_room = room->misses + at,
                                     .cases = room->cases + at,
                                     .uses = machine->of[id].uses};
}

/* Those that rows had which are run once more, or others that had the slot. */
static void forget_misses(struct lanes *lanes, size_t first, size_t last) {
    if (lanes->miss_room)
        lanes->misses = NULL;
    else if (lanes->misses)
        memset(lanes->misses + first, 0, (last - first) * sizeof *lanes->misses);
}

static void find_rows(const struct machine *machine, const struct schedule *schedule, const struct room *room,
                      const struct entity *root, size_t begin, size_t end) {
    const struct policy *policy = machine->graph->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        struct rows *rows = &room->rows_of[i];
        if (schedule->roots[i] == root)
            batch_rows(machine->dataset, root, begin, end, entity, &rows->first, &rows->last);
    }
}

/* Over the rows that room->rows_of says. */
static void run_nodes(struct machine *machine, const struct schedule *schedule, const struct room *room,
                      const struct section *section) {
    for (size_t i = 0; i < section->count && !machine->failed; i++) {
        node_id id = section->nodes[i];
        const struct place *place = &schedule->places[id];
        struct rows rows = room->rows_of[graph_node(machine->graph, id)->space->index];
        if (!place->whole && machine->watch.marked) settle_in(machine, room, id, place, rows.first, rows.last);
        forget_misses(&machine->of[id], rows.first, rows.last);
        run_rows(machine, id, rows.first, rows.last);
    }
}

static void pass(struct lanes *lanes) {
    if (lanes->misses) lanes->passed = lanes->misses;
    lanes->misses = NULL;
}

/* Whole columns of which the batch lacks few values: these mark their rows, the others are known. */
static void pass_if_few(struct machine *machine, const struct schedule *schedule, const struct room *room,
                        const struct section *section, node_id id) {
    struct lanes *lanes = &machine->of[id];
    const struct entity *space = graph_node(machine->graph, id)->space, *root = section->root;
    size_t missing = 0;
    if (!lanes->done || !lanes->misses || !space) return;
    bool inside = schedule->roots[space->index] == root;
    if (!inside && !entity_is_within(root, space)) return; /* rows of many batches, added up */
    struct rows rows = room->rows_of[(inside ? space : root)->index];
    if (!inside) { /* above */
        rows.first = dataset_climb(machine->dataset, root, rows.first, space);
        rows.last = dataset_climb(machine->dataset, root, rows.last - 1, space) + 1;
    }
    for (size_t row = rows.first; row < rows.last; row++) missing += lanes->misses[row] != 0;
    if (missing && (!inside || !is_few(machine, missing, rows.last - rows.first))) return;
    for (size_t row = rows.first; row < rows.last && missing; row++)
        if (lanes->misses[row]) mark(machine, space, row);
    pass(lanes);
}

/* Of the columns that the batch finds itself nothing is missing yet. */
static void pass_few(struct machine *machine, const struct schedule *schedule, const struct room *room,
                     const struct section *section) {
    for (size_t k = 0; k < section->count; k++) {
        const struct graph_node *node = graph_node(machine->graph, section->nodes[k]);
        struct lanes *own = &machine->of[section->nodes[k]];
        node_id read;
        if (!own->miss_room) pass(own);
        for (size_t i = 0; graph_operand(node, &i, &read);) pass_if_few(machine, schedule, room, section, read);
    }
}

static void pass_no_more_of(struct lanes *lanes) {
    if (lanes->passed) lanes->misses = lanes->passed;
    lanes->passed = NULL;
}

static void pass_no_more(struct machine *machine, const struct section *section) {
    for (size_t k = 0; k < section->count; k++) {
        node_id read;
        pass_no_more_of(&machine->of[section->nodes[k]]);
        for (size_t i = 0; graph_operand(graph_node(machine->graph, section->nodes[k]), &i, &read);)
            pass_no_more_of(&machine->of[read]);
    }
}

/* As if few were all known; then once more, with care, the root rows that this has marked. */
static void run_batch(struct machine *machine, const struct schedule *schedule, const struct room *room,
                      const struct section *section, size_t begin, size_t end) {
    memset(room->marked, 0, end - begin);
    machine->watch = (struct watch){room->marked, section->root, begin};
    find_rows(machine, schedule, room, section->root, begin, end);
    pass_few(machine, schedule, room, section);
    run_nodes(machine, schedule, room, section);
    pass_no_more(machine, section);
    machine->watch = (struct watch){0};
    for (size_t row = begin; row < end; row++) {
        size_t first = row;
        while (row < end && room->marked[row - begin]) row++;
        if (first == row) continue;
        find_rows(machine, schedule, room, section->root, first, row);
        run_nodes(machine, schedule, room, section);
    }
}

void run_section(struct machine *machine, const struct schedule *schedule, const struct room *room,
                 const struct section *section) {
    const struct cuts *cuts = &room->cuts[section->root->index];
    for (size_t i = 0; i < section->count; i++)
        if (schedule->places[section->nodes[i]].whole) make_whole(machine, section->nodes[i]);
    for (size_t i = 0; i < cuts->ends.count && !machine->failed; i++)
        run_batch(machine, schedule, room, section, i ? cuts->ends.items[i - 1] : 0, cuts->ends.items[i]);
    for (size_t i = 0; i < section->count; i++) {
        node_id id = section->nodes[i];
        if (schedule->places[id].whole)
            machine->of[id].done = true;
        else
            machine->of[id] = (struct lanes){.uses = machine->of[id].uses}; /* its memory is the room's */
    }
}
