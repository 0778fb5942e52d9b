#include "proof/translate_inside.h"

#include <assert.h>
#include <string.h>

/* --- the stage -------------------------------------------------------------------------------------------------- */

/* Operands come before what is made of them. */
static bool *find_asked_known(struct arena *arena, const struct graph *graph) {
    bool *asked = ARENA_ARRAY(arena, bool, graph->nodes.count + 1);
    for (size_t id = graph->nodes.count; id-- > 0 && !arena_failed(arena);) {
        const struct graph_node *node = graph_node(graph, (node_id)id);
        node_id operand;
        if (node->op == OP_KNOWN || node->op == OP_OR_ELSE) asked[node->a] = true;
        for (size_t i = 0; asked[id] && graph_operand(node, &i, &operand);) asked[operand] = true;
    }
    return asked;
}

void translation_init(struct translation *translation, struct arena *arena, struct solver *solver,
                      const struct graph *graph, const struct companion *companions) {
    *translation = (struct translation){.arena = arena, .solver = solver, .graph = graph, .companions = companions};
    translation->everywhere = ARENA_ARRAY(arena, struct term *, graph->nodes.count + 1);
    translation->nothing_lacks = solver->yes;
    translation->asked_known = find_asked_known(arena, graph);
    translation->nothing = (struct term){
        .number = solver_number(solver, 0), .truth = solver->no, .known = solver->yes, .fault = solver->no};
}

struct stage_row *translate_row(struct translation *translation, const struct entity *entity, struct stage_row *parent,
                                Z3_ast present) {
    struct stage_row *row = ARENA_NEW(translation->arena, struct stage_row);
    struct term **terms = ARENA_ARRAY(translation->arena, struct term *, translation->graph->nodes.count + 1);
    if (arena_failed(translation->arena)) return NULL;
    *row = (struct stage_row){
        .entity = entity, .parent = parent, .number = translation->rows.count, .present = present, .terms = terms};
    VECTOR_PUSH(translation->arena, &translation->rows, row);
    return row;
}

static bool is_group(enum op op) {
    return op == OP_SUM || op == OP_COUNT || op == OP_ANY || op == OP_ALL || op == OP_MINIMUM || op == OP_MAXIMUM;
}

static struct companion companion_of(struct graph *graph, const struct graph_node *node) {
    struct companion none = {.n = NODE_NONE};
    if (is_group(node->op)) {
        struct graph_node counting = *node;
        counting.op = OP_COUNT;
        counting.a = NODE_NONE;
        return (struct companion){graph_add(graph, counting), number_one};
    }
    bool bands =
        node->op == OP_EVALUATE && node->expr->kind == EXPR_CALL && node->expr->as.call.function == FUNCTION_BANDS;
    if (!bands || (node->space && node->space->is_event)) return none; /* an event has a day of its own */
    struct quantity amount = graph_expression(graph, node->space, node->expr->items.items[0]);
    return amount.divisors.count ? none : (struct companion){amount.n, amount.grid};
}

struct companion *translate_companions(struct arena *arena, struct graph *graph) {
    size_t room = graph->nodes.count + 1;
    struct companion *companions = ARENA_ARRAY(arena, struct companion, room);
    if (arena_failed(arena)) return NULL;
    for (size_t id = 0; id < graph->nodes.count; id++) {
        const struct graph_node node = *graph_node(graph, (node_id)id);
        struct companion companion = companion_of(graph, &node);
        if (id == room) { /* what came with others has its own */
            struct companion *more = ARENA_ARRAY(arena, struct companion, 2 * room);
            if (arena_failed(arena)) return NULL;
            memcpy(more, companions, room * sizeof *more);
            companions = more;
            room *= 2;
        }
        companions[id] = companion;
    }
    return graph_failed(graph) || arena_failed(arena) ? NULL : companions;
}

/* --- states ----------------------------------------------------------------------------------------------------- */

bool is_truth(const struct term *term) {
    return term->truth != NULL;
}

Z3_ast term_number(struct translation *translation, const struct term *term) {
    struct solver *solver = translation->solver;
    if (term->number) return term->number;
    return solver_if(solver, term->truth, solver_number(solver, 1), solver_number(solver, 0));
}

Z3_ast term_truth(struct translation *translation, const struct term *term) {
    struct solver *solver = translation->solver;
    if (term->truth) return term->truth;
    return solver_not(solver, solver_equal(solver, term->number, solver_number(solver, 0)));
}

const struct term *operand_at(const struct at *at, node_id id) {
    return translate(at->translation, id, at->row);
}

void loosen(const struct at *at) {
    if (at->translation->scene) VECTOR_PUSH(at->translation->arena, &at->translation->loosened, at->id);
}

struct term term_strict(const struct at *at, const struct term *const *operands, size_t count) {
    struct term term = {.known = at->solver->yes, .fault = at->solver->no};
    for (size_t i = 0; i < count; i++) {
        term.known = solver_and(at->solver, term.known, operands[i]->known);
        term.fault = solver_or(at->solver, term.fault, operands[i]->fault);
    }
    return term;
}

struct term term_unsure(const struct at *at, const struct term *const *operands, size_t count, Z3_ast settled) {
    Z3_ast known = at->solver->yes, sure = at->solver->yes;
    for (size_t i = 0; i < count; i++) {
        known = solver_and(at->solver, known, operands[i]->known);
        sure = solver_and(at->solver, sure, solver_or(at->solver, operands[i]->known, operands[i]->fault));
    }
    known = solver_or(at->solver, known, settled);
    return (struct term){.known = known, .fault = solver_and(at->solver, solver_not(at->solver, known), sure)};
}

struct term term_any(const struct at *at, bool truth) {
    struct solver *solver = at->solver;
    struct term term = {.known = solver_unknown_truth(solver)};
    term.fault = solver_and(solver, solver_not(solver, term.known), solver_unknown_truth(solver));
    if (truth)
        term.truth = solver_unknown_truth(solver);
    else
        term.number = solver_unknown_number(solver, at->node->low, at->node->high);
    return term;
}

/* All that either can be, when that is little. */
static void unite_choices(const struct at *at, struct term *term, const struct term *a, const struct term *b) {
    lane *choices = ARENA_ARRAY(at->translation->arena, lane, CHOICES_MAX);
    size_t count = 0;
    if (!a->choices || !b->choices || arena_failed(at->translation->arena)) return;
    for (size_t i = 0; i < a->choice_count + b->choice_count; i++) {
        lane choice = i < a->choice_count ? a->choices[i] : b->choices[i - a->choice_count];
        size_t same = 0;
        while (same < count && choices[same] != choice) same++;
        if (same < count) continue;
        if (count == CHOICES_MAX) return;
        choices[count++] = choice;
    }
    term->choices = choices;
    term->choice_count = count;
}

struct term term_if(const struct at *at, Z3_ast condition, const struct term *yes, const struct term *no) {
    struct translation *translation = at->translation;
    struct term term = {.known = solver_if(at->solver, condition, yes->known, no->known),
                        .fault = solver_if(at->solver, condition, yes->fault, no->fault)};
    if (is_truth(yes) && is_truth(no))
        term.truth = solver_if(at->solver, condition, yes->truth, no->truth);
    else
        term.number = solver_if(at->solver, condition, term_number(translation, yes), term_number(translation, no));
    unite_choices(at, &term, yes, no);
    return term;
}

/* --- arithmetic ------------------------------------------------------------------------------------------------- */

static void scale_choices(const struct at *at, struct term *term, const struct term *from, lane factor) {
    lane *choices = ARENA_ARRAY(at->translation->arena, lane, CHOICES_MAX);
    if (!from->choices || arena_failed(at->translation->arena)) return;
    for (size_t i = 0; i < from->choice_count; i++) choices[i] = from->choices[i] * factor;
    term->choices = choices;
    term->choice_count = from->choice_count;
}

/* Whatever a node can be, when that is little: by what it is made of, or its range. */
static void find_choices(const struct at *at, struct term *term) {
    const struct graph_node *node = at->node;
    if (term->choices || node->high - node->low >= CHOICES_MAX) return;
    lane *choices = ARENA_ARRAY(at->translation->arena, lane, CHOICES_MAX);
    if (arena_failed(at->translation->arena)) return;
    for (lane value = node->low; value <= node->high; value++) choices[value - node->low] = value;
    term->choices = choices;
    term->choice_count = (size_t)(node->high - node->low + 1);
}

typedef Z3_ast combine(struct solver *solver, Z3_ast a, Z3_ast b);

/* Where one side has few values, each of them is written out: what is left is linear. */
static Z3_ast by_choice(const struct at *at, combine *made, Z3_ast a, const struct term *b) {
    Z3_ast number = term_number(at->translation, b);
    if (!b->choices || Z3_is_numeral_ast(at->solver->context, number)) return made(at->solver, a, number);
    Z3_ast result = NULL;
    for (size_t i = b->choice_count; i-- > 0;) {
        if (made == solver_floor && b->choices[i] < 1) continue;
        Z3_ast choice = solver_number(at->solver, b->choices[i]), here = made(at->solver, a, choice);
        result = result ? solver_if(at->solver, solver_equal(at->solver, number, choice), here, result) : here;
    }
    return result ? result : made(at->solver, a, number);
}

static Z3_ast product(const struct at *at, const struct term *a, const struct term *b) {
    bool swap = a->choices && (!b->choices || a->choice_count < b->choice_count);
    const struct term *left = swap ? b : a, *right = swap ? a : b;
    return by_choice(at, solver_times, term_number(at->translation, left), right);
}

static Z3_ast negated(struct solver *solver, Z3_ast a) {
    return solver_subtract(solver, solver_number(solver, 0), a);
}

/* a * d / b, rounded; half away from zero is (2x + b) / 2b rounded down, of the size of x. */
static Z3_ast quotient(const struct at *at, const struct term *a, const struct term *b) {
    struct solver *solver = at->solver;
    Z3_ast x = solver_scale(solver, term_number(at->translation, a), at->node->d), zero = solver_number(solver, 0);
    if (at->node->op == OP_FLOOR) return by_choice(at, solver_floor, x, b);
    if (at->node->op == OP_CEILING) return negated(solver, by_choice(at, solver_floor, negated(solver, x), b));
    Z3_ast by = term_number(at->translation, b),
           size = solver_if(solver, solver_less(solver, x, zero), negated(solver, x), x);
    struct term twice = {.number = solver_scale(solver, by, 2)};
    scale_choices(at, &twice, b, 2);
    Z3_ast whole = by_choice(at, solver_floor, solver_add(solver, solver_scale(solver, size, 2), by), &twice);
    return solver_if(solver, solver_less(solver, x, zero), negated(solver, whole), whole);
}

static Z3_ast strict_number(const struct at *at, const struct term *a, const struct term *b) {
    struct solver *solver = at->solver;
    Z3_ast x = term_number(at->translation, a), y = b ? term_number(at->translation, b) : NULL,
           zero = solver_number(solver, 0);
    switch (at->node->op) {
    case OP_ADD: return solver_add(solver, x, y);
    case OP_SUBTRACT: return solver_subtract(solver, x, y);
    case OP_MULTIPLY: return product(at, a, b);
    case OP_SCALE: return solver_scale(solver, x, at->node->d);
    case OP_WHOLE: return solver_if(solver, solver_equal(solver, y, zero), zero, x);
    case OP_LEAST: return solver_if(solver, solver_less(solver, x, y), x, y);
    case OP_GREATEST: return solver_if(solver, solver_less(solver, y, x), x, y);
    default: return quotient(at, a, b);
    }
}

static struct term translate_strict(const struct at *at) {
    const struct term *sides[] = {operand_at(at, at->node->a), NULL};
    size_t count = at->node->b == NODE_NONE ? 1 : 2;
    if (count == 2) sides[1] = operand_at(at, at->node->b);
    struct term term = term_strict(at, sides, count);
    term.number = strict_number(at, sides[0], sides[1]);
    if (at->node->op == OP_LEAST || at->node->op == OP_GREATEST) unite_choices(at, &term, sides[0], sides[1]);
    if (at->node->op == OP_SCALE) scale_choices(at, &term, sides[0], at->node->d);
    return term;
}

static struct term translate_comparison(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {operand_at(at, at->node->a), operand_at(at, at->node->b)};
    struct term term = term_strict(at, sides, 2);
    Z3_ast a = term_number(at->translation, sides[0]), b = term_number(at->translation, sides[1]);
    switch (at->node->op) {
    case OP_LESS: term.truth = solver_less(solver, a, b); break;
    case OP_LESS_EQUAL: term.truth = solver_less_equal(solver, a, b); break;
    case OP_EQUAL: term.truth = solver_equal(solver, a, b); break;
    default: term.truth = solver_not(solver, solver_equal(solver, a, b)); break;
    }
    return term;
}

static struct term translate_over(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {operand_at(at, at->node->a), operand_at(at, at->node->b)};
    struct term term = term_strict(at, sides, 2);
    Z3_ast a = term_number(at->translation, sides[0]), b = term_number(at->translation, sides[1]),
           zero = solver_number(solver, 0), divides = solver_not(solver, solver_equal(solver, b, zero));
    if (graph_node(at->translation->graph, at->node->b)->low > 0) divides = solver->yes;
    term.number = solver_if(solver, solver_less(solver, b, zero), negated(solver, a), a);
    term.fault = solver_or(solver, term.fault, solver_and(solver, term.known, solver_not(solver, divides)));
    term.known = solver_and(solver, term.known, divides);
    return term;
}

static struct term translate_divisor(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *a = operand_at(at, at->node->a);
    Z3_ast x = term_number(at->translation, a), zero = solver_number(solver, 0), one = solver_number(solver, 1),
           size = solver_if(solver, solver_less(solver, x, zero), negated(solver, x), x),
           none = solver_or(solver, solver_equal(solver, x, zero), solver_not(solver, a->known));
    return (struct term){.number = solver_if(solver, none, one, size), .known = solver->yes, .fault = solver->no};
}

static struct term translate_within(const struct at *at) {
    struct solver *solver = at->solver;
    struct term term = *operand_at(at, at->node->a);
    Z3_ast value = term_number(at->translation, &term),
           inside = solver_and(solver, solver_less_equal(solver, solver_number(solver, at->node->d), value),
                               solver_less_equal(solver, value, solver_number(solver, at->node->e)));
    if (at->node->field->type.kind == TYPE_DATE)
        inside = solver_or(solver, inside, solver_equal(solver, value, solver_number(solver, DAY_NEVER)));
    term.fault = solver_or(solver, term.fault, solver_and(solver, term.known, solver_not(solver, inside)));
    term.known = solver_and(solver, term.known, inside);
    return term;
}

/* --- truth ------------------------------------------------------------------------------------------------------ */

static struct term translate_logic(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {operand_at(at, at->node->a), operand_at(at, at->node->b)};
    bool stops = at->node->op == OP_OR;
    Z3_ast settled = solver->no;
    for (size_t i = 0; i < 2; i++) {
        Z3_ast truth = term_truth(at->translation, sides[i]);
        truth = stops ? truth : solver_not(solver, truth);
        settled = solver_or(solver, settled, solver_and(solver, sides[i]->known, truth));
    }
    struct term term = term_unsure(at, sides, 2, settled);
    term.truth = stops ? settled : solver_not(solver, settled);
    return term;
}

static struct term translate_among(const struct at *at) {
    struct solver *solver = at->solver;
    enum { ITEMS_MAX = 64 };
    const struct term *items[ITEMS_MAX + 1] = {operand_at(at, at->node->a)};
    Z3_ast found = solver->no;
    assert(at->node->more.count <= ITEMS_MAX); /* as many as the graph takes */
    for (size_t i = 0; i < at->node->more.count; i++) {
        const struct term *item = operand_at(at, at->node->more.items[i]);
        Z3_ast same = solver_equal(solver, term_number(at->translation, items[0]), term_number(at->translation, item));
        found = solver_or(solver, found, solver_and(solver, item->known, same));
        items[i + 1] = item;
    }
    found = solver_and(solver, items[0]->known, found);
    struct term term = term_unsure(at, items, at->node->more.count + 1, found);
    term.truth = found;
    return term;
}

static struct term translate_between(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {operand_at(at, at->node->a), operand_at(at, at->node->b),
                                  operand_at(at, at->node->c)};
    Z3_ast value = term_number(at->translation, sides[0]),
           below = solver_less(solver, value, term_number(at->translation, sides[1])),
           above = solver_less(solver, term_number(at->translation, sides[2]), value),
           outside = solver_or(solver, solver_and(solver, sides[1]->known, below),
                               solver_and(solver, sides[2]->known, above));
    outside = solver_and(solver, sides[0]->known, outside);
    struct term term = term_unsure(at, sides, 3, outside);
    term.truth = solver_not(solver, outside);
    return term;
}

static struct term translate_count_true(const struct at *at) {
    struct term term = {.known = at->solver->yes, .fault = at->solver->no, .number = solver_number(at->solver, 0)};
    for (size_t i = 0; i < at->node->more.count; i++) {
        const struct term *item = operand_at(at, at->node->more.items[i]);
        term.number = solver_add(at->solver, term.number, term_number(at->translation, item));
        term.known = solver_and(at->solver, term.known, item->known);
        term.fault = solver_or(at->solver, term.fault, item->fault);
    }
    return term;
}

static struct term translate_not(const struct at *at) {
    struct term term = *operand_at(at, at->node->a);
    term.truth = solver_not(at->solver, term_truth(at->translation, &term));
    term.number = NULL;
    term.choices = NULL;
    return term;
}

static struct term translate_known(const struct at *at) {
    const struct term *a = operand_at(at, at->node->a);
    return (struct term){.truth = a->known, .known = solver_not(at->solver, a->fault), .fault = a->fault};
}

static struct term translate_or_else(const struct at *at) {
    const struct term *a = operand_at(at, at->node->a), *b = operand_at(at, at->node->b);
    return term_if(at, solver_or(at->solver, a->known, a->fault), a, b);
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

static struct term translate_constant(const struct at *at) {
    struct solver *solver = at->solver;
    lane value = at->node->d;
    struct term term = {.number = solver_number(solver, value), .known = solver->yes, .fault = solver->no};
    if (value == 0 || value == 1) term.truth = value ? solver->yes : solver->no;
    return term;
}

static struct term translate_node(const struct at *at) {
    switch (at->node->op) {
    case OP_CONSTANT: return translate_constant(at);
    case OP_INPUT: return translate_input(at);
    case OP_ABOVE: return *operand_at(at, at->node->a);
    case OP_THROUGH: return translate_through(at);
    case OP_LOOKUP: return translate_lookup(at);
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_SCALE:
    case OP_WHOLE:
    case OP_LEAST:
    case OP_GREATEST:
    case OP_FLOOR:
    case OP_CEILING:
    case OP_ROUND: return translate_strict(at);
    case OP_DIVISOR: return translate_divisor(at);
    case OP_OVER: return translate_over(at);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL: return translate_comparison(at);
    case OP_NOT: return translate_not(at);
    case OP_AND:
    case OP_OR: return translate_logic(at);
    case OP_AMONG: return translate_among(at);
    case OP_BETWEEN: return translate_between(at);
    case OP_CASES: return translate_cases(at);
    case OP_DECIDE: return translate_decide(at);
    case OP_WITHIN: return translate_within(at);
    case OP_OR_ELSE: return translate_or_else(at);
    case OP_KNOWN: return translate_known(at);
    case OP_COUNT_TRUE: return translate_count_true(at);
    case OP_YEARS: return translate_years(at);
    case OP_MONTH_OF: return translate_month_of(at);
    case OP_ADD_MONTHS: return translate_add_months(at);
    case OP_ADD_DAYS: return translate_add_days(at);
    case OP_DAYS_BETWEEN: return translate_days_between(at);
    case OP_SUM:
    case OP_COUNT:
    case OP_ANY:
    case OP_ALL:
    case OP_MINIMUM:
    case OP_MAXIMUM: return translate_group(at);
    case OP_LED_HERE: return translate_led_here(at);
    case OP_EVALUATE: return translate_evaluate(at);
    default: loosen(at); return term_any(at, false);
    }
}

const struct term *translate(struct translation *translation, node_id id, struct stage_row *row) {
    const struct graph_node *node = graph_node(translation->graph, id);
    if (arena_failed(translation->arena)) return &translation->nothing;
    while (node->space && row && row->entity != node->space) row = row->parent;
    assert(!node->space || row); /* asked at its space or below */
    struct term **kept = node->space ? &row->terms[id] : &translation->everywhere[id], *before = *kept;
    if (before) return before;
    struct at at = {translation, translation->solver, id, node, node->space ? row : NULL};
    struct term found = translate_node(&at), *term = ARENA_NEW(translation->arena, struct term);
    if (arena_failed(translation->arena)) return &translation->nothing;
    *term = found;
    if (!is_truth(term)) find_choices(&at, term);
    *kept = term;
    return term;
}
