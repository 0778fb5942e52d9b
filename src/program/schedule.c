#include "program/program.h"

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

const struct entity *schedule_root(const struct entity *entity, const struct entity *within) {
    enum { FEW = 1024 }; /* of a row under one parent: they fit in a batch */
    int64_t most = 0;
    while (entity->parent && entity != within && number_to_int64(entity->at_most, &most) && most > 0 && most <= FEW)
        entity = entity->parent;
    return entity;
}

/* The reader must wait until all rows of the operand are found. What is alone is found before, inputs are there. */
static bool waits(const struct place *reader, const struct place *operand, const struct graph_node *node) {
    if (operand->alone || node->op == OP_INPUT) return false;
    return reader->alone || reader->root != operand->root;
}

/* --- places ----------------------------------------------------------------------------------------------------- */

/* The schedule being made, with what it is made of. */
struct planning {
    const struct program *program;
    const struct graph *graph;
    struct schedule *schedule;
    struct arena *arena;
};

/* The next node that is used; *id begins at NODE_NONE. */
static bool next_used(const struct planning *planning, node_id *id) {
    do ++*id;
    while (*id < planning->graph->nodes.count && planning->program->uses[*id] == 0);
    return *id < planning->graph->nodes.count;
}

static void place_node(const struct planning *planning, node_id id) {
    struct schedule *schedule = planning->schedule;
    const struct graph_node *node = graph_node(planning->graph, id);
    struct place *place = &schedule->places[id];
    place->alone = is_alone(node);
    if (!place->alone) place->root = schedule->roots[node->space->index];
    place->last = id;
    place->elsewhere = node->inner;
    node_id read;
    for (size_t i = 0; graph_operand(node, &i, &read);) {
        const struct graph_node *operand = graph_node(planning->graph, read);
        if (!operand->space && operand->op != OP_CONSTANT) place->elsewhere = true;
        unsigned level =
            schedule->places[read].level + waits(place, &schedule->places[read], graph_node(planning->graph, read));
        if (level > place->level) place->level = level;
    }
    if (place->level >= schedule->levels) schedule->levels = place->level + 1;
}

/* Each as late as whoever reads it allows, so that most of what is read is found in the same batches. */
static void sink(const struct planning *planning) {
    struct place *places = planning->schedule->places;
    unsigned *latest = ARENA_ARRAY(planning->arena, unsigned, planning->graph->nodes.count + 1);
    if (!latest) return;
    for (size_t id = 0; id < planning->graph->nodes.count; id++) latest[id] = planning->schedule->levels - 1;
    for (size_t id = planning->graph->nodes.count; id-- > 0;) {
        node_id read;
        if (planning->program->uses[id] == 0) continue;
        places[id].level = latest[id];
        for (size_t i = 0; graph_operand(graph_node(planning->graph, (node_id)id), &i, &read);) {
            unsigned level = latest[id] - waits(&places[id], &places[read], graph_node(planning->graph, read));
            if (level < latest[read]) latest[read] = level;
        }
    }
}

static bool is_together(const struct place *reader, const struct place *operand) {
    return !reader->alone && operand->root == reader->root && operand->level == reader->level;
}

/* Whole is what is kept, and what is read from outside the batch, or after it. */
static void find_whole(const struct planning *planning) {
    struct place *places = planning->schedule->places;
    for (node_id id = NODE_NONE; next_used(planning, &id);) {
        node_id read;
        places[id].whole = places[id].whole || places[id].alone || planning->program->kept[id];
        if (places[id].until < places[id].level) places[id].until = places[id].level;
        for (size_t i = 0; graph_operand(graph_node(planning->graph, id), &i, &read);) {
            struct place *operand = &places[read];
            if (!is_together(&places[id], operand)) operand->whole = true;
            if (operand->until < places[id].level) operand->until = places[id].level;
            if (is_together(&places[id], operand)) operand->last = id;
        }
    }
}

/* Inputs that are read later too are there for all rows anyway. */
static void place_inputs(const struct planning *planning) {
    for (node_id id = NODE_NONE; next_used(planning, &id);) {
        struct place *place = &planning->schedule->places[id];
        if (graph_node(planning->graph, id)->op != OP_INPUT || !place->whole) continue;
        place->alone = true;
        place->root = NULL;
    }
}

/* --- sections --------------------------------------------------------------------------------------------------- */

static void add_section(const struct planning *planning, unsigned level, const struct entity *root) {
    struct section section = {.level = level, .root = root};
    for (node_id id = NODE_NONE; next_used(planning, &id);) {
        const struct place *place = &planning->schedule->places[id];
        if (place->level == level && place->root == root) VECTOR_PUSH(planning->arena, &section.nodes, id);
    }
    if (section.nodes.count) VECTOR_PUSH(planning->arena, &planning->schedule->sections, section);
}

static void find_sections(const struct planning *planning) {
    const struct policy *policy = planning->graph->policy;
    for (unsigned level = 0; level < planning->schedule->levels; level++) {
        add_section(planning, level, NULL);
        for (size_t i = 0; i < policy->entities.count; i++)
            if (planning->schedule->roots[i] == policy->entities.items[i])
                add_section(planning, level, policy->entities.items[i]);
    }
}

/* A batch's values go where those that nobody reads any more were. */
static void assign_slots(const struct planning *planning, const struct section *section) {
    struct schedule *schedule = planning->schedule;
    node_id *holder = ARENA_ARRAY(planning->arena, node_id, section->nodes.count + 1); /* + 1; 0: free */
    if (!holder) return;
    for (size_t k = 0; k < section->nodes.count; k++) {
        node_id id = section->nodes.items[k], read;
        struct place *place = &schedule->places[id];
        while (holder[place->slot]) place->slot++;
        holder[place->slot] = id + 1;
        if (place->slot >= schedule->slots) schedule->slots = place->slot + 1;
        for (size_t i = 0; graph_operand(graph_node(planning->graph, id), &i, &read);) {
            const struct place *operand = &schedule->places[read];
            if (is_together(place, operand) && operand->last == id && holder[operand->slot] == read + 1)
                holder[operand->slot] = 0;
        }
    }
}

void schedule_make(struct program *program) {
    const struct graph *graph = program->graph;
    struct schedule *schedule = &program->schedule;
    struct arena *arena = &program->arena;
    struct planning planning = {program, graph, schedule, arena};
    schedule->places = ARENA_ARRAY(arena, struct place, graph->nodes.count + 1);
    schedule->roots = ARENA_ARRAY(arena, const struct entity *, graph->policy->entities.count + 1);
    if (arena_failed(arena)) return;
    for (size_t i = 0; i < graph->policy->entities.count; i++)
        schedule->roots[i] = schedule_root(graph->policy->entities.items[i], program->within);
    for (node_id id = NODE_NONE; next_used(&planning, &id);) place_node(&planning, id);
    sink(&planning);
    find_whole(&planning);
    place_inputs(&planning);
    find_sections(&planning);
    for (size_t i = 0; i < schedule->sections.count; i++)
        if (schedule->sections.items[i].root) assign_slots(&planning, &schedule->sections.items[i]);
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
