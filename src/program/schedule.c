#include "program/schedule.h"

#include "base/memory.h"

#include <limits.h>

/* --- what reads what -------------------------------------------------------------------------------------------- */

/* What is there once, what looks anywhere, and what the evaluator finds. */
static bool is_alone(const struct graph_node *node) {
    switch (node->op) {
    case OP_THROUGH:
    case OP_LOOKUP:
    case OP_LED_HERE:
    case OP_EVALUATE: return true;
    default: return !node->space;
    }
}

static const struct entity *root_of(const struct entity *entity) {
    enum { FEW = 1024 }; /* of a row under one parent: they fit in a batch */
    int64_t most = 0;
    while (entity->parent && number_to_int64(entity->at_most, &most) && most > 0 && most <= FEW)
        entity = entity->parent;
    return entity;
}

/* The reader must wait until all rows of the operand are found. */
static bool waits(const struct place *reader, const struct place *operand) {
    if (operand->alone) return false;
    return reader->alone || reader->root != operand->root;
}

/* --- places ----------------------------------------------------------------------------------------------------- */

static void place_node(struct schedule *schedule, const struct graph *graph, node_id id) {
    const struct graph_node *node = graph_node(graph, id);
    struct place *place = &schedule->places[id];
    place->alone = is_alone(node);
    if (!place->alone) place->root = schedule->roots[node->space->index];
    place->last = id;
    node_id read;
    for (size_t i = 0; graph_operand(node, &i, &read);) {
        unsigned level = schedule->places[read].level + waits(place, &schedule->places[read]);
        if (level > place->level) place->level = level;
    }
    if (place->level >= schedule->levels) schedule->levels = place->level + 1;
}

/* An input is read where it is first needed. */
static void sink_inputs(struct schedule *schedule, const struct graph *graph, const struct lanes *lanes) {
    unsigned *first = ARENA_ARRAY(&schedule->arena, unsigned, graph->nodes.count + 1);
    if (!first) return;
    for (size_t id = 0; id < graph->nodes.count; id++) first[id] = UINT_MAX;
    for (size_t id = 0; id < graph->nodes.count; id++) {
        node_id read;
        if (!lanes[id].uses) continue;
        for (size_t i = 0; graph_operand(graph_node(graph, (node_id)id), &i, &read);) {
            unsigned level = schedule->places[id].level - waits(&schedule->places[id], &schedule->places[read]);
            if (level < first[read]) first[read] = level;
        }
    }
    for (size_t id = 0; id < graph->nodes.count; id++)
        if (lanes[id].uses && graph_node(graph, (node_id)id)->op == OP_INPUT && first[id] != UINT_MAX)
            schedule->places[id].level = first[id];
}

/* Whole is what is kept, and what is read from outside the batch, or after it. */
static void find_whole(struct schedule *schedule, const struct graph *graph, const struct lanes *lanes) {
    for (size_t id = 0; id < graph->nodes.count; id++) {
        struct place *place = &schedule->places[id];
        node_id read;
        if (!lanes[id].uses) continue;
        place->whole = place->whole || place->alone || lanes[id].kept;
        for (size_t i = 0; graph_operand(graph_node(graph, (node_id)id), &i, &read);) {
            struct place *operand = &schedule->places[read];
            bool together = !place->alone && operand->root == place->root && operand->level == place->level;
            if (!together) operand->whole = true;
            operand->last = (node_id)id;
        }
    }
}

static bool looks_itself(const struct graph_node *reader, node_id read) {
    return (reader->op == OP_OR_ELSE && reader->a == read && reader->b != read) || reader->op == OP_KNOWN;
}

/* Inputs that are read later too are read first, for all rows. The others may be empty without more ado when their
 * readers look. */
static void place_inputs(struct schedule *schedule, const struct graph *graph, const struct lanes *lanes) {
    for (size_t id = 0; id < graph->nodes.count; id++) {
        bool input = lanes[id].uses && graph_node(graph, (node_id)id)->op == OP_INPUT;
        struct place *place = &schedule->places[id];
        if (input && place->whole) {
            place->alone = true;
            place->root = NULL;
        }
        place->spared = input && !place->whole;
    }
    for (size_t id = 0; id < graph->nodes.count; id++) {
        const struct graph_node *node = graph_node(graph, (node_id)id);
        node_id read;
        if (!lanes[id].uses) continue;
        for (size_t i = 0; graph_operand(node, &i, &read);)
            if (!looks_itself(node, read)) schedule->places[read].spared = false;
    }
}

/* A batch's values go where those that nobody reads any more were. */
static void assign_slots(struct schedule *schedule, const struct graph *graph, const struct lanes *lanes,
                         unsigned level, const struct entity *root) {
    node_id *holder = ARENA_ARRAY(&schedule->arena, node_id, graph->nodes.count + 1); /* + 1; 0: free */
    if (!holder) return;
    for (size_t id = 0; id < graph->nodes.count; id++) {
        struct place *place = &schedule->places[id];
        node_id read;
        if (!lanes[id].uses || place->alone || place->level != level || place->root != root) continue;
        while (!place->whole && holder[place->slot]) place->slot++;
        if (!place->whole) holder[place->slot] = (node_id)id + 1;
        if (!place->whole && place->slot >= schedule->slots) schedule->slots = place->slot + 1;
        for (size_t i = 0; graph_operand(graph_node(graph, (node_id)id), &i, &read);) {
            const struct place *operand = &schedule->places[read];
            if (!operand->whole && operand->last == id && holder[operand->slot] == read + 1) holder[operand->slot] = 0;
        }
    }
}

static void assign_all_slots(struct schedule *schedule, const struct graph *graph, const struct lanes *lanes) {
    for (unsigned level = 0; level < schedule->levels; level++)
        for (size_t i = 0; i < graph->policy->entities.count; i++) {
            const struct entity *root = graph->policy->entities.items[i];
            struct arena_mark mark = arena_here(&schedule->arena);
            if (schedule->roots[i] == root) assign_slots(schedule, graph, lanes, level, root);
            arena_rewind(&schedule->arena, mark);
        }
}

struct schedule *schedule_new(const struct graph *graph, const struct lanes *lanes) {
    struct schedule *schedule = memory_new(1, sizeof *schedule);
    if (!schedule) return NULL;
    arena_init(&schedule->arena);
    schedule->places = ARENA_ARRAY(&schedule->arena, struct place, graph->nodes.count + 1);
    schedule->roots = ARENA_ARRAY(&schedule->arena, const struct entity *, graph->policy->entities.count + 1);
    if (!arena_failed(&schedule->arena)) {
        for (size_t i = 0; i < graph->policy->entities.count; i++)
            schedule->roots[i] = root_of(graph->policy->entities.items[i]);
        for (size_t id = 0; id < graph->nodes.count; id++)
            if (lanes[id].uses) place_node(schedule, graph, (node_id)id);
        sink_inputs(schedule, graph, lanes);
        find_whole(schedule, graph, lanes);
        place_inputs(schedule, graph, lanes);
        assign_all_slots(schedule, graph, lanes);
    }
    if (!arena_failed(&schedule->arena)) return schedule;
    schedule_free(schedule);
    return NULL;
}

void schedule_free(struct schedule *schedule) {
    if (!schedule) return;
    arena_free(&schedule->arena);
    memory_free(schedule);
}

/* --- batches ---------------------------------------------------------------------------------------------------- */

void batch_rows(const struct dataset *dataset, const struct entity *root, size_t begin, size_t end,
                const struct entity *entity, size_t *first, size_t *last) {
    if (entity == root) {
        *first = begin;
        *last = end;
        return;
    }
    size_t above, below;
    batch_rows(dataset, root, begin, end, entity->parent, &above, &below);
    const uint32_t *children = dataset_table(dataset, entity->parent)->first_child[entity->index];
    *first = children[above];
    *last = children[below];
}

size_t batch_most(const struct schedule *schedule, const struct dataset *dataset, const struct entity *root,
                  size_t begin, size_t end) {
    size_t most = 0, first, last;
    for (size_t i = 0; i < dataset->policy->entities.count; i++) {
        const struct entity *entity = dataset->policy->entities.items[i];
        if (schedule->roots[i] != root) continue;
        batch_rows(dataset, root, begin, end, entity, &first, &last);
        if (last - first > most) most = last - first;
    }
    return most;
}

size_t batch_end(const struct schedule *schedule, const struct dataset *dataset, const struct entity *root,
                 size_t begin, size_t most) {
    size_t low = begin + 1, high = dataset_table(dataset, root)->rows;
    if (high - begin > most) high = begin + most; /* the root is one of those entities */
    while (low < high) {                          /* the last end that leaves no more rows than that */
        size_t middle = low + (high - low + 1) / 2;
        if (batch_most(schedule, dataset, root, begin, middle) <= most)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
