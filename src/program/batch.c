#include "program/batch.h"

#include "base/memory.h"
#include "program/machine_inside.h"

#include <string.h>

/* --- room ------------------------------------------------------------------------------------------------------- */

void room_free(struct room *room) {
    memory_free(room->values);
    memory_free(room->misses);
    memory_free(room->cases);
    memory_free(room->marked);
    memory_free(room->rows_of);
    *room = (struct room){0};
}

/* As if every entity were cut into batches. */
static size_t room_rows(const struct machine *machine) {
    const struct dataset *dataset = machine->dataset;
    size_t most = 0;
    for (size_t i = 0; i < dataset->policy->entities.count; i++) {
        const struct entity *root = dataset->policy->entities.items[i];
        size_t rows = dataset_table(dataset, root)->rows;
        if (batch_root(root) != root) continue;
        for (size_t begin = 0, end; begin < rows; begin = end) {
            end = batch_end(dataset, root, begin, machine->batch);
            size_t here = batch_most(dataset, root, begin, end);
            if (here > most) most = here;
        }
    }
    return most;
}

bool room_make(struct room *room, const struct machine *machine, size_t slots) {
    size_t rows = room_rows(machine), all = rows * slots + 1;
    *room = (struct room){rows,
                          memory_new(all, sizeof(lane)),
                          memory_new(all, sizeof(absence)),
                          memory_new(all, sizeof(uint16_t)),
                          memory_new(rows + 1, 1),
                          memory_new(machine->graph->policy->entities.count + 1, sizeof(struct rows))};
    return room->values && room->misses && room->cases && room->marked && room->rows_of;
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

static void find_rows(const struct machine *machine, const struct room *room, const struct entity *root, size_t begin,
                      size_t end) {
    const struct policy *policy = machine->graph->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        struct rows *rows = &room->rows_of[i];
        if (batch_root(entity) == root)
            batch_rows(machine->dataset, root, begin, end, entity, &rows->first, &rows->last);
    }
}

static void run_nodes(struct machine *machine, const struct schedule *schedule, const struct room *room,
                      const struct section *section, size_t begin, size_t end) {
    find_rows(machine, room, section->root, begin, end);
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
static void pass_if_few(struct machine *machine, const struct section *section, size_t begin, size_t end, node_id id) {
    struct lanes *lanes = &machine->of[id];
    const struct entity *space = graph_node(machine->graph, id)->space, *root = section->root;
    size_t first, last, missing = 0;
    if (!lanes->done || !lanes->misses || !space) return;
    bool inside = batch_root(space) == root;
    if (!inside && !entity_is_within(root, space)) return; /* rows of many batches, added up */
    if (inside) {
        batch_rows(machine->dataset, root, begin, end, space, &first, &last);
    } else {
        first = dataset_climb(machine->dataset, root, begin, space);
        last = dataset_climb(machine->dataset, root, end - 1, space) + 1;
    }
    for (size_t row = first; row < last; row++) missing += lanes->misses[row] != 0;
    if (missing && (!inside || !is_few(machine, missing, last - first))) return;
    for (size_t row = first; row < last && missing; row++)
        if (lanes->misses[row]) mark(machine, space, row);
    pass(lanes);
}

/* Of the columns that the batch finds itself nothing is missing yet. */
static void pass_few(struct machine *machine, const struct section *section, size_t begin, size_t end) {
    for (size_t k = 0; k < section->count; k++) {
        const struct graph_node *node = graph_node(machine->graph, section->nodes[k]);
        struct lanes *own = &machine->of[section->nodes[k]];
        node_id read;
        if (!own->miss_room) pass(own);
        for (size_t i = 0; graph_operand(node, &i, &read);) pass_if_few(machine, section, begin, end, read);
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
    pass_few(machine, section, begin, end);
    run_nodes(machine, schedule, room, section, begin, end);
    pass_no_more(machine, section);
    machine->watch = (struct watch){0};
    for (size_t row = begin; row < end; row++) {
        size_t first = row;
        while (row < end && room->marked[row - begin]) row++;
        if (first < row) run_nodes(machine, schedule, room, section, first, row);
    }
}

void run_section(struct machine *machine, const struct schedule *schedule, const struct room *room,
                 const struct section *section) {
    size_t rows = rows_of(machine, section->root);
    for (size_t i = 0; i < section->count; i++)
        if (schedule->places[section->nodes[i]].whole) make_whole(machine, section->nodes[i]);
    for (size_t begin = 0, end; begin < rows && !machine->failed; begin = end) {
        end = batch_end(machine->dataset, section->root, begin, machine->batch);
        run_batch(machine, schedule, room, section, begin, end);
    }
    for (size_t i = 0; i < section->count; i++) {
        node_id id = section->nodes[i];
        if (schedule->places[id].whole)
            machine->of[id].done = true;
        else
            machine->of[id] = (struct lanes){.uses = machine->of[id].uses}; /* its memory is the room's */
    }
}
