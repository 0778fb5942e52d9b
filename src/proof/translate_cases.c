/* Cases and exceptions, and what a scale of bands adds up to. */
#include "proof/translate_inside.h"

#include "engine/evaluate.h"

/* --- cases ------------------------------------------------------------------------------------------------------ */

/* What a case says with all that come after it, where its condition is open: known when both are the same. */
static struct term agreed(const struct at *at, const struct term *here, const struct term *after) {
    struct solver *solver = at->solver;
    struct term term = *here;
    Z3_ast same = solver_equal(solver, term_number(at->translation, here), term_number(at->translation, after)),
           both = solver_and(solver, here->fault, after->fault);
    term.known = solver_and(solver, solver_and(solver, here->known, after->known), same);
    term.fault =
        solver_and(solver, solver_not(solver, term.known), solver_or(solver, both, solver_unknown_truth(solver)));
    return term;
}

struct term translate_cases(const struct at *at) {
    struct solver *solver = at->solver;
    const struct graph_node *node = at->node;
    struct term result = {.known = solver->no, .fault = solver->yes};
    bool any = false;
    for (size_t i = node->more.count; i > 0;) {
        i -= 2;
        const struct term *value = operand_at(at, node->more.items[i + 1]);
        if (!any) { /* where no case holds: a fault with the last value */
            result.number = value->number;
            result.truth = value->truth;
            result.choices = value->choices;
            result.choice_count = value->choice_count;
            any = true;
        }
        if (node->more.items[i] == NODE_NONE) {
            result = *value;
            continue;
        }
        const struct term *condition = operand_at(at, node->more.items[i]);
        struct term closed = term_if(at, term_truth(at->translation, condition), value, &result);
        if (condition->known == solver->yes) {
            result = closed;
            continue;
        }
        struct term open = agreed(at, value, &result);
        result = term_if(at, condition->known, &closed, &open);
    }
    return result;
}

/* --- exceptions ------------------------------------------------------------------------------------------------- */

/* In force everywhere, on whatever day is asked. */
static bool is_everywhere(const struct rule *rule) {
    const struct declaration *head = rule->layer->head;
    return !head || head->area.text.length == 0;
}

/* One of the exceptions or what stands without them: which, is told only where the law leaves no doubt. An exception
 * whose condition fails is not meant; where one holds that is in force everywhere, what stands without is not. */
struct term translate_decide(const struct at *at) {
    struct solver *solver = at->solver;
    const struct graph_node *node = at->node;
    size_t count = node->more.count / 2;
    struct term result = *operand_at(at, node->a);
    Z3_ast meant = solver_unknown_number(solver, 0, (lane)count);
    loosen(at);
    for (size_t i = 0; i < count; i++) {
        const struct term *value = operand_at(at, node->more.items[2 * i + 1]);
        Z3_ast this = solver_equal(solver, meant, solver_number(solver, (lane)i + 1)),
               without = solver_equal(solver, meant, solver_number(solver, 0)), holds = solver->yes, fails = solver->no;
        if (node->more.items[2 * i] != NODE_NONE) {
            const struct term *condition = operand_at(at, node->more.items[2 * i]);
            Z3_ast truth = term_truth(at->translation, condition);
            holds = solver_and(solver, condition->known, truth);
            fails = solver_and(solver, condition->known, solver_not(solver, truth));
        }
        solver_assume(solver, solver_not(solver, solver_and(solver, this, fails)));
        if (is_everywhere(node->exceptions[i]))
            solver_assume(solver, solver_not(solver, solver_and(solver, without, holds)));
        result = term_if(at, this, value, &result);
    }
    result.known = solver_and(solver, result.known, solver_unknown_truth(solver));
    result.fault = solver_and(solver, solver_not(solver, result.known), solver_unknown_truth(solver));
    return result;
}

/* --- bands ------------------------------------------------------------------------------------------------------ */

/* A scale on whole numbers: where each band begins, in steps that the amount has too, and its rate on the grid of the
 * sum. */
struct scale {
    size_t count;
    lane begins[BANDS_MAX], rates[BANDS_MAX], step; /* step: of the amount's n */
};

static bool to_scale(const struct at *at, const struct parameter_value *const *bands, struct number grid,
                     struct scale *scale) {
    struct arena *arena = at->translation->arena;
    struct number step = grid;
    bool whole = true;
    for (size_t i = 0; i < scale->count; i++) step = number_gcd(arena, step, bands[i]->band);
    for (size_t i = 0; i < scale->count && whole; i++) {
        struct number rate = number_divide(arena, number_multiply(arena, bands[i]->number, step), at->node->grid);
        whole = !bands[i]->empty && number_to_lane(number_divide(arena, bands[i]->band, step), &scale->begins[i]) &&
                number_to_lane(rate, &scale->rates[i]);
    }
    return whole && number_to_lane(number_divide(arena, grid, step), &scale->step);
}

/* The scale that holds everywhere on the first day, if there is one and only whole numbers come of it. */
static bool find_scale(const struct at *at, struct scale *scale) {
    const struct graph *graph = at->translation->graph;
    const struct expr *path = at->node->expr->items.items[1];
    const struct parameter *parameter = path->as.path.target.parameter;
    const struct parameter_value *bands[BANDS_MAX];
    const struct companion *amount = &at->translation->companions[at->id];
    int64_t index[PARAMETER_KEYS_MAX] = {0};
    if (amount->n == NODE_NONE || parameter->area || parameter->exceptions.count || path->items.count) return false;
    const struct parameter_value *latest = parameter_everywhere(graph->options, parameter, graph->first_day, index);
    if (!latest) return false;
    scale->count = parameter_scale(parameter, &parameter->values, latest, bands);
    return to_scale(at, bands, amount->grid, scale);
}

bool translate_bands(const struct at *at, struct term *term) {
    struct solver *solver = at->solver;
    struct scale scale;
    const struct expr *expr = at->node->expr;
    if (expr->kind != EXPR_CALL || expr->as.call.function != FUNCTION_BANDS || !find_scale(at, &scale)) return false;
    const struct term *amount = operand_at(at, at->translation->companions[at->id].n);
    Z3_ast n = solver_scale(solver, term_number(at->translation, amount), scale.step), zero = solver_number(solver, 0),
           sum = zero;
    for (size_t i = 0; i < scale.count; i++) {
        Z3_ast begin = solver_number(solver, scale.begins[i]), top = n;
        if (i + 1 < scale.count) {
            Z3_ast next = solver_number(solver, scale.begins[i + 1]);
            top = solver_if(solver, solver_less(solver, next, n), next, n);
        }
        Z3_ast part = solver_if(solver, solver_less(solver, begin, n), solver_subtract(solver, top, begin), zero);
        sum = solver_add(solver, sum, solver_scale(solver, part, scale.rates[i]));
    }
    *term = (struct term){.number = sum, .known = amount->known, .fault = amount->fault};
    return true;
}
