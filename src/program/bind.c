/* Where a section's nodes find their values, and the calls that they become. */
#include "program/bind_inside.h"

#include "base/memory.h"

#include <assert.h>

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static void bind_from(const struct binding *binding, void *address, const void *base, size_t first, size_t width,
                      const struct entity *moves) {
    struct moving moving = {address, base, first, width, moves};
    memcpy(address, &base, sizeof base);
    if (moves) VECTOR_PUSH(&binding->code->arena, &binding->code->moving, moving);
}

void bind_pointer(const struct binding *binding, void *address, const void *base, size_t width,
                  const struct entity *moves) {
    bind_from(binding, address, base, 0, width, moves);
}

void bind_values(const struct binding *binding, void *address, const struct site *site, size_t width) {
    bind_from(binding, address, site->values, site->first, width, site->moves);
}

void bind_cases_of(const struct binding *binding, void *address, const struct site *site) {
    bind_from(binding, address, site->cases, site->first, 1, site->cases_stay ? NULL : site->moves);
}

/* Of nodes of other sections the whole columns. */
static struct site site_of(const struct binding *binding, node_id id) {
    if (binding->sites[id].values) return binding->sites[id];
    const struct lanes *lanes = lanes_at(binding, id);
    return (struct site){.values = lanes->values,
                         .cases = lanes->cases,
                         .first = lanes->base,
                         .moves = lanes->single ? NULL : graph_node(binding->graph, id)->space};
}

void bind_operand(const struct binding *binding, void *address, node_id id) {
    struct site site = site_of(binding, id);
    bind_values(binding, address, &site, lanes_at(binding, id)->width);
}

/* The lanes that whoever goes row by row reads. */
static void settle(const struct binding *binding, node_id id, struct site site) {
    struct lanes *lanes = &binding->worker->of[id];
    binding->sites[id] = site;
    lanes->base = site.first;
    bind_values(binding, &lanes->values, &site, lanes->width);
    bind_cases_of(binding, &lanes->cases, &site);
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

/* A column that nobody else uses while the step runs. */
void *scratch_column(struct binding *binding) {
    assert(binding->scratch < SCRATCH_COLUMNS);
    void **column = &binding->code->scratch[binding->scratch++];
    if (!*column) *column = arena_new(&binding->code->arena, binding->code->rows + SCRATCH_MORE, sizeof(int64_t));
    return *column;
}

/* A call over the node's own rows, into a scratch column or, if that is NULL, its own values. */
struct call *add_call(const struct binding *binding, kernel *wanted, void *into) {
    struct call *call = ARENA_NEW(&binding->code->arena, struct call);
    const struct site *site = &binding->sites[binding->step.id];
    *call = (struct call){.kernel = wanted, .over = binding->node->space};
    VECTOR_PUSH(&binding->code->arena, &binding->code->calls, call);
    if (into)
        call->strip.out = into;
    else
        bind_values(binding, &call->strip.out, site, binding->out->width);
    return call;
}

void bind_to(const struct binding *binding, void *address, struct operand from) {
    if (from.column)
        bind_pointer(binding, address, from.column, 0, NULL);
    else
        bind_operand(binding, address, from.id);
}

/* The values in another width: in scratch, unless they have it. */
struct operand in_width(struct binding *binding, node_id id, enum kernel_width width) {
    enum kernel_width own = width_of(lanes_at(binding, id));
    struct operand from = {.id = id};
    if (own == width) return from;
    from.column = scratch_column(binding);
    struct call *call = add_call(binding, binding->crew->kernels->scale[own][width], from.column);
    call->over = graph_node(binding->graph, id)->space;
    call->strip.x = 1;
    bind_operand(binding, &call->strip.a, id);
    return from;
}

/* A call in a width from which its values are then brought to the node's own. */
struct call *add_call_in_width(struct binding *binding, kernel *wanted, enum kernel_width width) {
    enum kernel_width own = width_of(binding->out);
    if (own == width) return add_call(binding, wanted, NULL);
    void *column = scratch_column(binding);
    struct call *call = add_call(binding, wanted, column),
                *conversion = add_call(binding, binding->crew->kernels->scale[width][own], NULL);
    conversion->strip.x = 1;
    conversion->strip.a = column;
    return call;
}

/* One value for all rows. */
void add_fill(struct binding *binding, enum kernel_width width, int64_t value, void *into) {
    struct call *call = add_call(binding, binding->crew->kernels->choose[width], into);
    struct choice_of *only = ARENA_NEW(&binding->code->arena, struct choice_of);
    *only = (struct choice_of){.value = value};
    call->strip.choices = only;
    call->strip.count = 1;
}

/* --- steps ---------------------------------------------------------------------------------------------------------
 */

static void bind_step(struct binding *binding, node_id id, bool there) {
    struct code *code = binding->code;
    struct code_step *step = &binding->step;
    *step = (struct code_step){.id = id, .node = graph_node(binding->graph, id), .first = code->calls.count};
    step->is_fixed = there && !binding->sites[id].moves;
    binding->node = step->node;
    binding->out = &binding->worker->of[id];
    binding->scratch = 0;
    step->bound = there || bind_node(binding);
    if (!step->bound) step->finish = NULL;
    step->end = code->calls.count;
    VECTOR_PUSH(&code->arena, &code->steps, *step);
}

static struct binding begin(const struct crew *crew, struct member *member, struct code *code, size_t rows, bool care) {
    struct worker *worker = care ? &member->worker : &member->known;
    struct binding binding = {.crew = crew,
                              .worker = worker,
                              .graph = worker->graph,
                              .dataset = crew->machine->dataset,
                              .code = code,
                              .care = care};
    code_free(code);
    code->rows = rows;
    binding.sites = ARENA_ARRAY(&code->arena, struct site, worker->graph->nodes.count + 1);
    return binding;
}

/* --- sections ----------------------------------------------------------------------------------------------------- */

/* Inputs, whether they are there, and whole columns lie in memory already. */
static bool find_there(const struct binding *binding, const struct graph_node *node, struct site *site) {
    const struct machine *machine = binding->crew->machine;
    if (node->op == OP_COLUMN) {
        const struct lanes *whole = &machine->of[(node_id)node->d];
        site->values = whole->values;
        site->cases = whole->cases;
        site->first = whole->base;
        site->moves = is_own(binding->crew, node->space) ? node->space : NULL;
        return true;
    }
    if (!node->field || (node->op != OP_INPUT && node->op != OP_GIVEN)) return false;
    const struct column *column = dataset_column(binding->dataset, node->field);
    if (node->op == OP_INPUT && column->spec.width != graph_node_width(node)) return false;
    *site = (struct site){.values = node->op == OP_GIVEN ? column->known : column->lanes, .moves = node->space};
    return true;
}

/* Values found go to the whole column that is kept of them, or to the slot. */
static void choose_site(struct site *site, const struct lanes *whole, const struct graph_node *node) {
    if (!whole) return;
    site->values = whole->values;
    site->first = whole->base;
    site->moves = node->space;
    if (whole->cases)
        site->cases = whole->cases;
    else
        site->cases_stay = true;
}

static void note_leaf(const struct binding *binding, const struct graph_node *node) {
    const struct column *column = node->op == OP_INPUT ? dataset_column(binding->dataset, node->field) : NULL;
    bool may_miss = node->op == OP_COLUMN && binding->crew->machine->of[(node_id)node->d].misses;
    if ((column && column->unknown) || may_miss) VECTOR_PUSH(&binding->code->arena, &binding->code->leaves, node);
}

void bind_known(const struct crew *crew, struct member *member, struct code *code) {
    const struct room *room = &member->known_room;
    struct binding binding = begin(crew, member, code, room->rows, false);
    for (size_t i = 0; i < crew->known->steps.count && !arena_failed(&code->arena); i++) {
        const struct known_step *step = &crew->known->steps.items[i];
        const struct graph_node *node = step->node;
        bool single = node->op == OP_COLUMN && !node->space;
        struct site site = {.values = room->values + step->at * room->rows,
                            .cases = room->cases + step->number * room->rows};
        member->known.of[step->id] = (struct lanes){.width = graph_node_width(node), .single = single};
        bool there = find_there(&binding, node, &site);
        if (!there) choose_site(&site, step->whole == NODE_NONE ? NULL : &crew->machine->of[step->whole], node);
        settle(&binding, step->id, site);
        note_leaf(&binding, node);
        binding.wants_cases = step->wants_cases;
        bind_step(&binding, step->id, there);
    }
}

void bind_plain(const struct crew *crew, struct member *member, struct code *code) {
    const struct room *room = &member->room;
    const struct schedule *schedule = &crew->machine->program->schedule;
    struct binding binding = begin(crew, member, code, room->rows, true);
    scratch_column(&binding); /* gaps.c uses the first */
    for (size_t i = 0; i < crew->section->nodes.count && !arena_failed(&code->arena); i++) {
        node_id id = crew->section->nodes.items[i];
        const struct place *place = &schedule->places[id];
        const struct graph_node *node = graph_node(crew->machine->graph, id);
        size_t at = place->slot * room->rows;
        struct site site = {.values = room->values + at * sizeof(lane), .cases = room->cases + at};
        member->worker.of[id] =
            (struct lanes){.width = graph_node_width(node), .rows = room->rows, .miss_room = room->misses + at};
        choose_site(&site, place->whole ? &crew->machine->of[id] : NULL, node);
        settle(&binding, id, site);
        binding.wants_cases = node->told_count != 0;
        bind_step(&binding, id, false);
    }
}
