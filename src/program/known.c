/* From the plain nodes of a section to its known program. */
#include "program/known_inside.h"

#include "base/memory.h"

bool is_inside(const struct writer *writer, node_id plain) {
    const struct place *place = &writer->program->schedule.places[plain];
    return writer->program->uses[plain] && !place->alone && place->root == writer->section->root &&
           place->level == writer->section->level;
}

/* Its rows lie in the section's batches. */
static bool holds(const struct writer *writer, const struct entity *entity) {
    return entity && writer->program->schedule.roots[entity->index] == writer->section->root;
}

bool adds_inside(const struct writer *writer, const struct graph_node *node) {
    return holds(writer, node->inner);
}

bool is_never_missing(const struct writer *writer, node_id plain) {
    const struct graph_node *node = graph_node(writer->plain, plain);
    if (node->op == OP_CONSTANT) return true;
    if (!is_inside(writer, plain)) return false;
    if (node->op == OP_WITHIN || node->op == OP_ABOVE || node->op == OP_DIVISOR)
        return is_never_missing(writer, node->a);
    return node->op == OP_COUNT && node->b == NODE_NONE;
}

/* --- operations ------------------------------------------------------------------------------------------------- */

/* One value for all rows is laid out for the rows of the section's root, and spread from there. */
node_id known_at(struct writer *writer, node_id id, const struct entity *space) {
    const struct graph_node *node = graph_node(writer->known, id);
    if (id == NODE_NONE || node->space == space || node->op == OP_CONSTANT) return id;
    bool next = node->space ? space->parent == node->space : space == writer->section->root;
    struct graph_node above = node_of(OP_ABOVE, next ? id : known_at(writer, id, space->parent), NODE_NONE);
    above.space = space;
    return graph_add(writer->known, above);
}

node_id known_operate(struct writer *writer, struct graph_node node, const struct entity *space) {
    node.space = space;
    if (node.a != NODE_NONE) node.a = known_at(writer, node.a, space);
    if (node.b != NODE_NONE) node.b = known_at(writer, node.b, space);
    if (node.c != NODE_NONE) node.c = known_at(writer, node.c, space);
    for (size_t i = 0; i < node.more.count; i++)
        if (node.more.items[i] != NODE_NONE) node.more.items[i] = known_at(writer, node.more.items[i], space);
    return graph_add(writer->known, node);
}

/* What is found elsewhere: a constant, or a column. */
static node_id leaf(struct writer *writer, node_id plain) {
    const struct graph_node *node = graph_node(writer->plain, plain);
    if (node->op == OP_CONSTANT) return graph_constant(writer->known, node->d);
    struct graph_node column = node_of(OP_COLUMN, NODE_NONE, NODE_NONE);
    column.space = node->space;
    column.d = plain;
    column.low = node->low;
    column.high = node->high;
    return graph_add(writer->known, column);
}

/* Of rows that the batch does not hold: they are looked at one by one. */
static node_id beyond(struct writer *writer, const struct graph_node *node) {
    struct graph_node own = *node;
    if (own.a != NODE_NONE) own.a = leaf(writer, own.a);
    if (own.b != NODE_NONE) own.b = leaf(writer, own.b);
    return graph_add(writer->known, own);
}

/* Those beyond the first three. */
static void take_operands(struct writer *writer, const struct graph_node *node, struct graph_node *own) {
    own->more.items = NULL;
    own->more.count = own->more.room = 0;
    for (size_t i = 0; i < node->more.count; i++) {
        node_id item = node->more.items[i];
        VECTOR_PUSH(&writer->known->arena, &own->more, item == NODE_NONE ? NODE_NONE : known_node(writer, item));
    }
}

/* The same operation on known operands. */
static node_id same(struct writer *writer, const struct graph_node *node) {
    struct graph_node own = *node;
    if (node->inner && !adds_inside(writer, node)) return beyond(writer, node);
    if (own.a != NODE_NONE) own.a = known_node(writer, own.a);
    if (own.b != NODE_NONE) own.b = known_node(writer, own.b);
    if (own.c != NODE_NONE) own.c = known_node(writer, own.c);
    take_operands(writer, node, &own);
    if (!node->inner) return known_operate(writer, own, node->space);
    if (own.a != NODE_NONE) own.a = known_at(writer, own.a, node->inner); /* of rows below */
    if (own.b != NODE_NONE) own.b = known_at(writer, own.b, node->inner);
    return graph_add(writer->known, own);
}

static node_id both(struct writer *writer, enum op op, const struct entity *space, node_id a, node_id b) {
    lane truth;
    if (graph_is_constant(writer->known, a, &truth)) return (truth != 0) == (op == OP_OR) ? a : b;
    if (graph_is_constant(writer->known, b, &truth)) return (truth != 0) == (op == OP_OR) ? b : a;
    const struct graph_node *first = graph_node(writer->known, a), *second = graph_node(writer->known, b);
    if (op == OP_AND && second->op == OP_NOT) return known_operate(writer, node_of(OP_WITHOUT, a, second->a), space);
    if (op == OP_AND && first->op == OP_NOT) return known_operate(writer, node_of(OP_WITHOUT, b, first->a), space);
    return known_operate(writer, node_of(op, a, b), space);
}

static node_id extreme(struct writer *writer, const struct graph_node *node) {
    node_id a = known_node(writer, node->a), b = known_node(writer, node->b);
    lane value;
    bool least = node->op == OP_LEAST;
    for (int i = 0; i < 2; i++) {
        node_id other = i ? a : b;
        if (!graph_is_constant(writer->known, i ? b : a, &value)) continue;
        const struct graph_node *own = graph_node(writer->known, other);
        lane low = least && own->low < value ? own->low : value, high = !least && own->high > value ? own->high : value;
        return known_clamp(writer, known_at(writer, other, node->space), low, high);
    }
    return known_operate(writer, node_of(node->op, a, b), node->space);
}

static node_id among(struct writer *writer, const struct graph_node *node) {
    node_id found = NODE_NONE;
    for (size_t i = 0; i < node->more.count; i++) {
        node_id equal = known_compare(writer, OP_EQUAL, node->a, node->more.items[i]);
        found = found == NODE_NONE ? equal : both(writer, OP_OR, node->space, found, equal);
    }
    return found == NODE_NONE ? graph_constant(writer->known, 0) : found;
}

static node_id between(struct writer *writer, const struct graph_node *node) {
    node_id below = known_compare(writer, OP_LESS, node->a, node->b),
            within = known_compare(writer, OP_LESS_EQUAL, node->a, node->c);
    const struct graph_node *first = graph_node(writer->known, below), *last = graph_node(writer->known, within);
    lane least, most;
    bool simple = first->op == OP_LESS && last->op == OP_LESS_EQUAL && first->a == last->a &&
                  graph_is_constant(writer->known, first->b, &least) &&
                  graph_is_constant(writer->known, last->b, &most);
    if (!simple) return both(writer, OP_AND, node->space, known_turned(writer, below), within);
    struct graph_node one = node_of(OP_BETWEEN, first->a, first->b);
    one.c = last->b;
    return known_operate(writer, one, node->space);
}

/* Whether one of the rows below is so, or all are: how many are, or are not. */
static node_id some(struct writer *writer, const struct graph_node *node) {
    node_id which = known_node(writer, node->a), where = node->b == NODE_NONE ? NODE_NONE : known_node(writer, node->b);
    if (node->op == OP_ALL) which = known_turned(writer, which);
    if (where != NODE_NONE) which = both(writer, OP_AND, node->inner, which, where);
    struct graph_node count = node_of(OP_COUNT, NODE_NONE, known_at(writer, which, node->inner));
    count.d = node->d;
    count.space = node->space;
    count.inner = node->inner;
    node_id counted = graph_add(writer->known, count), zero = graph_constant(writer->known, 0);
    node_id none = known_operate(writer, node_of(OP_LESS_EQUAL, counted, zero), node->space);
    return node->op == OP_ALL ? none : known_turned(writer, none);
}

/* Whether an input of the batch is there, or what stands in a whole column for its rows; NODE_NONE for others. */
static node_id given(struct writer *writer, node_id plain) {
    const struct graph_node *node = graph_node(writer->plain, plain);
    struct graph_node given = node_of(OP_GIVEN, NODE_NONE, NODE_NONE);
    bool inside = is_inside(writer, plain);
    if (inside ? node->op != OP_INPUT : !holds(writer, node->space)) return NODE_NONE;
    given.space = node->space;
    given.field = inside ? node->field : NULL;
    given.a = inside ? NODE_NONE : leaf(writer, plain);
    return graph_add(writer->known, given);
}

/* What is filled in where something is not there. */
static node_id filled(struct writer *writer, const struct graph_node *node) {
    node_id there = given(writer, node->a);
    struct graph_node own = node_of(OP_CASES, NODE_NONE, NODE_NONE);
    struct arena *arena = &writer->known->arena;
    if (there == NODE_NONE) return known_node(writer, node->a);
    VECTOR_PUSH(arena, &own.more, there);
    VECTOR_PUSH(arena, &own.more, known_node(writer, node->a));
    VECTOR_PUSH(arena, &own.more, NODE_NONE);
    VECTOR_PUSH(arena, &own.more, known_node(writer, node->b));
    if (arena_failed(arena)) return 0;
    return known_operate(writer, own, node->space);
}

static node_id is_known(struct writer *writer, const struct graph_node *node) {
    bool input = is_inside(writer, node->a) && graph_node(writer->plain, node->a)->op == OP_INPUT;
    return input ? given(writer, node->a) : same(writer, node);
}

/* --- cases ------------------------------------------------------------------------------------------------------ */

/* What a condition that holds says for the writer of its case: of each comparison that must then hold. */
static void narrow(struct writer *writer, struct writer *inner, node_id condition) {
    if (!is_inside(writer, condition)) return;
    const struct graph_node *node = graph_node(writer->plain, condition);
    const struct graph_node *turned = node->op == OP_NOT ? graph_node(writer->plain, node->a) : NULL;
    struct narrowed found = {NODE_NONE, NODE_NONE};
    if (node->op == OP_AND) {
        narrow(writer, inner, node->a);
        narrow(writer, inner, node->b);
    } else if (node->op == OP_LESS || node->op == OP_LESS_EQUAL) {
        found = known_narrowed(writer, node->op, node->a, node->b);
    } else if (turned && is_inside(writer, node->a) && (turned->op == OP_LESS || turned->op == OP_LESS_EQUAL)) {
        found = known_narrowed(writer, turned->op == OP_LESS ? OP_LESS_EQUAL : OP_LESS, turned->b, turned->a);
    }
    if (found.to != NODE_NONE) VECTOR_PUSH(writer->scratch, &inner->narrowed, found);
}

/* A value that is only asked for where the condition holds. */
static node_id value_where(struct writer *writer, node_id condition, node_id value) {
    struct writer own = *writer;
    own.narrowed.items = NULL;
    own.narrowed.count = own.narrowed.room = 0;
    if (condition != NODE_NONE) narrow(writer, &own, condition);
    if (own.narrowed.count == 0) return known_node(writer, value);
    for (size_t i = 0; i < writer->narrowed.count; i++)
        VECTOR_PUSH(writer->scratch, &own.narrowed, writer->narrowed.items[i]);
    size_t nodes = writer->plain->nodes.count + 1;
    own.found = ARENA_ARRAY(writer->scratch, node_id, nodes);
    own.linears = ARENA_ARRAY(writer->scratch, struct linear *, nodes);
    return arena_failed(writer->scratch) ? 0 : known_node(&own, value);
}

static node_id cases(struct writer *writer, const struct graph_node *node) {
    struct graph_node own = *node;
    own.more.items = NULL;
    own.more.count = own.more.room = 0;
    for (size_t i = 0; i < node->more.count; i += 2) {
        node_id condition = node->more.items[i], value = value_where(writer, condition, node->more.items[i + 1]);
        VECTOR_PUSH(&writer->known->arena, &own.more,
                    condition == NODE_NONE ? NODE_NONE : known_node(writer, condition));
        VECTOR_PUSH(&writer->known->arena, &own.more, value);
    }
    if (graph_failed(writer->known)) return 0;
    return known_operate(writer, own, node->space);
}

/* As cases: one for each value that may be picked. */
static node_id pick(struct writer *writer, const struct graph_node *node) {
    struct graph_node own = node_of(OP_CASES, NODE_NONE, NODE_NONE);
    node_id which = known_node(writer, node->a);
    lane only;
    if (graph_is_constant(writer->known, which, &only))
        return known_node(writer, node->more.items[(size_t)(only - node->d)]);
    for (size_t i = 0; i < node->more.count; i++) {
        bool last = i + 1 == node->more.count;
        node_id value = graph_constant(writer->known, node->d + (lane)i),
                condition = last ? NODE_NONE : known_operate(writer, node_of(OP_EQUAL, which, value), node->space);
        VECTOR_PUSH(&writer->known->arena, &own.more, condition);
        VECTOR_PUSH(&writer->known->arena, &own.more, known_node(writer, node->more.items[i]));
    }
    if (graph_failed(writer->known)) return 0;
    return known_operate(writer, own, node->space);
}

static node_id decide(struct writer *writer, const struct graph_node *node) {
    struct graph_node own = *node;
    own.a = known_node(writer, node->a);
    if (node->b != NODE_NONE)
        own.b = is_inside(writer, node->b) ? cases(writer, graph_node(writer->plain, node->b)) : leaf(writer, node->b);
    take_operands(writer, node, &own);
    if (graph_failed(writer->known)) return 0;
    return known_operate(writer, own, node->space);
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

/* One value for all is laid out for the rows of the root. */
static node_id on_rows(struct writer *writer, node_id id) {
    return graph_node(writer->known, id)->space ? id : known_at(writer, id, writer->section->root);
}

static node_id write_node(struct writer *writer, node_id plain) {
    const struct graph_node *node = graph_node(writer->plain, plain);
    struct linear either = {.space = node->space};
    if (!is_inside(writer, plain)) return on_rows(writer, leaf(writer, plain));
    bool positive = node->b != NODE_NONE && graph_node(writer->plain, node->b)->low > 0;
    switch (node->op) {
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_SCALE:
    case OP_MULTIPLY:
    case OP_COUNT_TRUE: return linear_node(writer, linear_of(writer, plain));
    case OP_OVER:
    case OP_WHOLE:
        if (!positive) return same(writer, node);
        if (is_never_missing(writer, node->b)) return linear_node(writer, linear_of(writer, plain));
        return known_operate(writer, node_of(OP_BESIDE, known_node(writer, node->a), known_node(writer, node->b)),
                             node->space);
    case OP_SUM: return adds_inside(writer, node) ? linear_node(writer, linear_of(writer, plain)) : same(writer, node);
    case OP_ABOVE: return known_at(writer, known_node(writer, node->a), node->space);
    case OP_DIVISOR:
        return graph_node(writer->plain, node->a)->low > 0 ? known_node(writer, node->a) : same(writer, node);
    case OP_LEAST:
    case OP_GREATEST: return extreme(writer, node);
    case OP_FLOOR:
    case OP_CEILING:
    case OP_ROUND: return known_rounded(writer, node);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL: return known_compare(writer, node->op, node->a, node->b);
    case OP_NOT_EQUAL: return known_turned(writer, known_compare(writer, OP_EQUAL, node->a, node->b));
    case OP_NOT: return known_turned(writer, known_node(writer, node->a));
    case OP_AND:
    case OP_OR: return both(writer, node->op, node->space, known_node(writer, node->a), known_node(writer, node->b));
    case OP_AMONG: return among(writer, node);
    case OP_BETWEEN: return between(writer, node);
    case OP_ANY:
    case OP_ALL: return adds_inside(writer, node) ? some(writer, node) : same(writer, node);
    case OP_CASES:
        if (linear_switch(writer, &either, plain)) return linear_node(writer, &either);
        return cases(writer, node);
    case OP_PICK: return pick(writer, node);
    case OP_DECIDE: return decide(writer, node);
    case OP_OR_ELSE: return filled(writer, node);
    case OP_KNOWN: return is_known(writer, node);
    default: return same(writer, node);
    }
}

node_id known_node(struct writer *writer, node_id plain) {
    if (graph_failed(writer->known) || arena_failed(writer->scratch)) return 0;
    if (writer->found[plain]) return writer->found[plain] - 1;
    node_id id = write_node(writer, plain);
    if (is_inside(writer, plain)) id = known_at(writer, id, graph_node(writer->plain, plain)->space);
    for (size_t i = 0; i < writer->narrowed.count; i++)
        if (writer->narrowed.items[i].from == id) {
            id = writer->narrowed.items[i].to;
            break;
        }
    writer->found[plain] = id + 1;
    return id;
}

/* --- sections --------------------------------------------------------------------------------------------------- */

unsigned known_width(unsigned bytes) {
    return bytes == 1 ? 0 : bytes == 4 ? 1 : bytes == 8 ? 2 : 3;
}

static bool has_values_elsewhere(const struct graph_node *node) {
    return node->op == OP_CONSTANT || node->op == OP_COLUMN || node->op == OP_GIVEN;
}

/* The nodes that the outputs need, in their order. */
static void find_steps(const struct writer *writer, struct known_section *known) {
    const struct graph *graph = writer->known;
    struct arena *arena = &writer->known->arena;
    bool *needed = ARENA_ARRAY(writer->scratch, bool, graph->nodes.count + 1),
         *asked = ARENA_ARRAY(writer->scratch, bool, graph->nodes.count + 1);
    if (arena_failed(writer->scratch)) return;
    for (size_t i = 0; i < known->outputs.count; i++) needed[known->outputs.items[i].id] = true;
    for (size_t id = graph->nodes.count; id-- > 0;) {
        const struct graph_node *node = graph_node(graph, (node_id)id);
        node_id read;
        if (!needed[id]) continue;
        for (size_t i = 0; graph_operand(node, &i, &read);) needed[read] = true;
        if (node->op == OP_DECIDE && node->b != NODE_NONE) asked[node->b] = true;
    }
    for (size_t i = 0; i < known->outputs.count; i++)
        if (graph_node(writer->plain, known->outputs.items[i].plain)->told_count)
            asked[known->outputs.items[i].id] = true;
    for (size_t id = 0; id < graph->nodes.count; id++) {
        struct known_step step = {.id = (node_id)id, .whole = NODE_NONE, .wants_cases = asked[id]};
        if (needed[id] && graph_node(graph, (node_id)id)->op != OP_CONSTANT) VECTOR_PUSH(arena, &known->steps, step);
    }
}

static struct known_step *step_of(const struct known_section *known, node_id id) {
    for (size_t i = 0; i < known->steps.count; i++)
        if (known->steps.items[i].id == id) return &known->steps.items[i];
    return NULL;
}

/* An output's values are written where they stay, unless they lie elsewhere, or serve two. */
static void direct_outputs(const struct writer *writer, struct known_section *known) {
    for (size_t i = 0; i < known->outputs.count; i++) {
        struct known_output *output = &known->outputs.items[i];
        const struct graph_node *own = graph_node(writer->known, output->id),
                                *plain = graph_node(writer->plain, output->plain);
        struct known_step *step = step_of(known, output->id);
        if (!step || has_values_elsewhere(own) || own->op == OP_INPUT || step->whole != NODE_NONE ||
            own->space != plain->space || graph_node_width(own) != graph_node_width(plain))
            continue;
        step->whole = output->plain;
        output->direct = true;
    }
}

static void assign_slots(const struct writer *writer, struct known *all, struct known_section *known) {
    const struct graph *graph = writer->known;
    node_id *last = ARENA_ARRAY(writer->scratch, node_id, graph->nodes.count + 1);
    node_id *holder[KNOWN_WIDTHS];
    for (size_t w = 0; w < KNOWN_WIDTHS; w++)
        holder[w] = ARENA_ARRAY(writer->scratch, node_id, known->steps.count + 1); /* + 1; 0: free */
    if (arena_failed(writer->scratch)) return;
    node_id read;
    for (size_t k = 0; k < known->steps.count; k++) {
        node_id id = known->steps.items[k].id;
        for (size_t i = 0; graph_operand(graph_node(graph, id), &i, &read);) last[read] = id;
    }
    for (size_t i = 0; i < known->outputs.count; i++)
        last[known->outputs.items[i].id] = NODE_NONE; /* copied at the end */
    for (size_t k = 0; k < known->steps.count; k++) {
        struct known_step *step = &known->steps.items[k];
        const struct graph_node *node = graph_node(graph, step->id);
        unsigned width = known_width(graph_node_width(node));
        while (holder[width][step->slot]) step->slot++;
        holder[width][step->slot] = step->id + 1;
        if (step->slot >= all->slots[width]) all->slots[width] = step->slot + 1;
        for (size_t i = 0; graph_operand(node, &i, &read);) {
            const struct known_step *operand = last[read] == step->id ? step_of(known, read) : NULL;
            if (!operand) continue;
            unsigned own = known_width(graph_node_width(graph_node(graph, read)));
            if (holder[own][operand->slot] == read + 1) holder[own][operand->slot] = 0;
        }
    }
}

static void write_section(const struct program *program, struct known *all, size_t index, struct arena *scratch) {
    const struct section *section = &program->schedule.sections.items[index];
    struct known_section *known = &all->sections[index];
    size_t nodes = program->graph->nodes.count + 1;
    struct writer writer = {.program = program,
                            .plain = program->graph,
                            .known = all->graph,
                            .section = section,
                            .scratch = scratch,
                            .found = ARENA_ARRAY(scratch, node_id, nodes),
                            .linears = ARENA_ARRAY(scratch, struct linear *, nodes)};
    if (!section->root || arena_failed(scratch)) return;
    for (size_t i = 0; i < section->nodes.count; i++) {
        node_id plain = section->nodes.items[i];
        if (!program->schedule.places[plain].whole) continue;
        struct known_output output = {.plain = plain, .id = known_node(&writer, plain)};
        VECTOR_PUSH(&all->graph->arena, &known->outputs, output);
    }
    if (graph_failed(all->graph) || arena_failed(scratch)) return;
    find_steps(&writer, known);
    direct_outputs(&writer, known);
    assign_slots(&writer, all, known);
}

/* Slots of one width lie side by side. */
static void lay_out(struct known *known, size_t sections) {
    static const size_t sizes[KNOWN_WIDTHS] = {1, 4, 8, 16};
    size_t begin[KNOWN_WIDTHS], number[KNOWN_WIDTHS];
    for (size_t w = 0; w < KNOWN_WIDTHS; w++) {
        begin[w] = known->bytes;
        number[w] = known->count;
        known->bytes += known->slots[w] * sizes[w];
        known->count += known->slots[w];
    }
    for (size_t i = 0; i < sections; i++)
        for (size_t k = 0; k < known->sections[i].steps.count; k++) {
            struct known_step *step = &known->sections[i].steps.items[k];
            step->node = graph_node(known->graph, step->id);
            unsigned width = known_width(graph_node_width(step->node));
            step->at = begin[width] + step->slot * sizes[width];
            step->number = number[width] + step->slot;
        }
}

void known_make(struct program *program) {
    const struct graph *plain = program->graph;
    struct known *known = ARENA_NEW(&program->arena, struct known);
    struct arena scratch;
    if (!known) return;
    program->known = known;
    known->sections = ARENA_ARRAY(&program->arena, struct known_section, program->schedule.sections.count + 1);
    known->graph = graph_empty(plain->policy, plain->month, plain->options);
    if (!known->graph || !known->sections) {
        program->failed = true;
        return;
    }
    arena_init(&scratch);
    for (size_t i = 0; i < program->schedule.sections.count && !graph_failed(known->graph); i++) {
        struct arena_mark mark = arena_here(&scratch);
        write_section(program, known, i, &scratch);
        program->failed = program->failed || arena_failed(&scratch);
        arena_rewind(&scratch, mark);
    }
    program->failed = program->failed || graph_failed(known->graph);
    if (!program->failed) lay_out(known, program->schedule.sections.count);
    arena_free(&scratch);
}
