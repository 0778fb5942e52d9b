/* Dates as the solver knows them: years begin in March, as in base/calendar.c, so that the first day of a month is a
 * sum of quotients by constants. */
#include "proof/translate_inside.h"

enum {
    MONTHS = 12,
    MARCH = 2,                       /* months before it in the year */
    DAYS_TO_1970 = 719468,           /* from 0000-03-01 */
    MOVE_MAX = 100000,               /* by more nothing is moved */
    CERTAIN_MAX = 12 * 1000,         /* months: by fewer a date of the law stays within four digits */
    YEAR_10000 = 12 * 10000 - MARCH, /* from there on, by months, a date never comes */
    MONTHS_END = 12 * 12000,         /* beyond them nothing is said of a date */
};

static Z3_ast number(const struct at *at, lane value) {
    return solver_number(at->solver, value);
}

static Z3_ast divided(const struct at *at, Z3_ast value, lane by) {
    return solver_floor(at->solver, value, number(at, by));
}

static Z3_ast first_of_month(const struct at *at, Z3_ast month) {
    struct solver *solver = at->solver;
    Z3_ast year = divided(at, month, MONTHS),
           in_year = solver_subtract(solver, month, solver_scale(solver, year, MONTHS)),
           days = solver_add(solver, solver_scale(solver, year, 365), divided(at, year, 4));
    days = solver_subtract(solver, days, divided(at, year, 100));
    days = solver_add(solver, days, divided(at, year, 400));
    days =
        solver_add(solver, days, divided(at, solver_add(solver, solver_scale(solver, in_year, 153), number(at, 2)), 5));
    return solver_subtract(solver, days, number(at, DAYS_TO_1970));
}

static Z3_ast is_never(const struct at *at, Z3_ast date) {
    return solver_equal(at->solver, date, number(at, DAY_NEVER));
}

/* 400 years have 146097 days in 4800 months; the first of a month lies less than three days from that. */
static void assume_near(const struct at *at, Z3_ast comes, const struct split *split) {
    enum { ERA_DAYS = 146097, ERA_MONTHS = 4800, BEFORE = 3, AFTER = 35 };
    struct solver *solver = at->solver;
    Z3_ast days = solver_add(solver, split->date, number(at, DAYS_TO_1970)),
           apart = solver_subtract(solver, solver_scale(solver, days, ERA_MONTHS),
                                   solver_scale(solver, split->month, ERA_DAYS)),
           near = solver_and(solver, solver_less(solver, number(at, -BEFORE * ERA_MONTHS), apart),
                             solver_less(solver, apart, number(at, AFTER * ERA_MONTHS)));
    solver_assume(solver, solver_or(solver, solver_not(solver, comes), near));
}

/* A date that an input, a table or a text of the law has, which no move has carried anywhere. */
static bool is_of_the_law(const struct graph *graph, node_id id) {
    const struct graph_node *node = graph_node(graph, id);
    while (node->op == OP_ABOVE || (node->op == OP_OR_ELSE && is_of_the_law(graph, node->b)))
        node = graph_node(graph, node->a);
    bool written = node->op == OP_CONSTANT && (node->d == DAY_NEVER || (node->d >= day_first && node->d <= day_last));
    return written || node->op == OP_INPUT || node->op == OP_LOOKUP;
}

/* That a date lies within the months that are counted: of all but those far from any law it is certain. */
static Z3_ast is_counted(const struct at *at, node_id id, Z3_ast date) {
    enum { DAYS_END = MONTHS_END / MONTHS * 365 };
    struct solver *solver = at->solver;
    if (is_of_the_law(at->translation->graph, id)) return solver->yes;
    if (graph_node(at->translation->graph, id)->op == OP_ADD_MONTHS) return solver->yes; /* of four digits */
    return solver_and(solver, solver_less(solver, number(at, -DAYS_END), date),
                      solver_less(solver, date, number(at, DAYS_END - DAYS_TO_1970)));
}

static struct split split_of(const struct at *at, node_id id, Z3_ast date) {
    struct solver *solver = at->solver;
    struct translation *translation = at->translation;
    for (size_t i = 0; i < translation->splits.count; i++)
        if (translation->splits.items[i].date == date) return translation->splits.items[i];
    struct split split = {.date = date, .month = solver_unknown_number(solver, -MONTHS_END, MONTHS_END)};
    Z3_ast comes = solver_and(solver, solver_not(solver, is_never(at, date)), is_counted(at, id, date)),
           first = first_of_month(at, split.month),
           next = first_of_month(at, solver_add(solver, split.month, number(at, 1)));
    split.day = solver_subtract(solver, date, first);
    Z3_ast inside = solver_and(solver, solver_less_equal(solver, first, date), solver_less(solver, date, next));
    solver_assume(solver, solver_or(solver, solver_not(solver, comes), inside));
    assume_near(at, comes, &split);
    VECTOR_PUSH(translation->arena, &translation->splits, split);
    return split;
}

/* Of a constant the month is known beforehand. */
static struct split split_at(const struct at *at, node_id id) {
    lane day;
    Z3_ast date = term_number(at->translation, operand_at(at, id));
    if (!graph_is_constant(at->translation->graph, id, &day) || day == DAY_NEVER) return split_of(at, id, date);
    month_number month = day_month((day_number)day);
    return (struct split){date, number(at, month - MARCH), number(at, day - month_first_day(month))};
}

static Z3_ast lesser(struct solver *solver, Z3_ast a, Z3_ast b) {
    return solver_if(solver, solver_less(solver, b, a), b, a);
}

/* The day of the month as far as the month has it. */
static Z3_ast day_within(const struct at *at, Z3_ast day, Z3_ast month) {
    struct solver *solver = at->solver;
    Z3_ast next = first_of_month(at, solver_add(solver, month, number(at, 1))),
           last = solver_subtract(solver, solver_subtract(solver, next, first_of_month(at, month)), number(at, 1));
    return lesser(solver, day, last);
}

/* --- operations ------------------------------------------------------------------------------------------------- */

/* Neither of the two is never; else a fault. */
static struct term both_come(const struct at *at, const struct term *a, const struct term *b) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {a, b};
    struct term term = term_strict(at, sides, 2);
    Z3_ast never =
        solver_or(solver, is_never(at, term_number(at->translation, a)), is_never(at, term_number(at->translation, b)));
    term.fault = solver_or(solver, term.fault, solver_and(solver, term.known, never));
    term.known = solver_and(solver, term.known, solver_not(solver, never));
    return term;
}

struct term translate_years(const struct at *at) {
    struct solver *solver = at->solver;
    struct term term = both_come(at, operand_at(at, at->node->a), operand_at(at, at->node->b));
    struct split from = split_at(at, at->node->a), to = split_at(at, at->node->b);
    Z3_ast short_of = solver_less(solver, to.day, day_within(at, from.day, to.month)),
           months = solver_subtract(solver, solver_subtract(solver, to.month, from.month),
                                    solver_if(solver, short_of, number(at, 1), number(at, 0)));
    term.number = divided(at, months, MONTHS);
    return term;
}

struct term translate_month_of(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *a = operand_at(at, at->node->a);
    struct term term = both_come(at, a, a);
    Z3_ast month = solver_add(solver, split_at(at, at->node->a).month, number(at, MARCH));
    Z3_ast before = solver_scale(solver, divided(at, month, MONTHS), MONTHS);
    term.number = solver_add(solver, solver_subtract(solver, month, before), number(at, 1));
    return term;
}

struct term translate_days_between(const struct at *at) {
    const struct term *a = operand_at(at, at->node->a), *b = operand_at(at, at->node->b);
    struct term term = both_come(at, a, b);
    term.number = solver_subtract(at->solver, term_number(at->translation, a), term_number(at->translation, b));
    return term;
}

static bool moves_within(const struct at *at, lane most) {
    const struct graph_node *by = graph_node(at->translation->graph, at->node->b);
    return by->low >= -most && by->high <= most;
}

struct term translate_add_days(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {operand_at(at, at->node->a), operand_at(at, at->node->b)};
    Z3_ast date = term_number(at->translation, sides[0]), by = term_number(at->translation, sides[1]);
    if (!moves_within(at, MOVE_MAX)) {
        loosen(at);
        return term_any(at, false);
    }
    struct term term = term_strict(at, sides, 2);
    term.number =
        solver_if(solver, is_never(at, date), date, solver_add(solver, date, solver_scale(solver, by, at->node->d)));
    return term;
}

/* Moved further, a date comes no earlier. */
static void assume_order(const struct at *at, const struct moved *moved) {
    struct solver *solver = at->solver;
    struct translation *translation = at->translation;
    for (size_t i = 0; i < translation->moved.count; i++) {
        const struct moved *other = &translation->moved.items[i];
        if (other->from != moved->from) continue;
        Z3_ast less = solver_less_equal(solver, moved->months, other->months),
               more = solver_less_equal(solver, other->months, moved->months);
        solver_assume(solver,
                      solver_or(solver, solver_not(solver, less), solver_less_equal(solver, moved->date, other->date)));
        solver_assume(solver,
                      solver_or(solver, solver_not(solver, more), solver_less_equal(solver, other->date, moved->date)));
    }
    VECTOR_PUSH(translation->arena, &translation->moved, *moved);
}

/* What lies after the year 9999 never comes, what lies before the year 0 is its first day. */
static Z3_ast within_four_digits(const struct at *at, Z3_ast month, Z3_ast date) {
    struct solver *solver = at->solver;
    Z3_ast begin = number(at, -MARCH), end = number(at, YEAR_10000);
    date = solver_if(solver, solver_less(solver, month, begin), first_of_month(at, begin), date);
    return solver_if(solver, solver_less(solver, month, end), date, number(at, DAY_NEVER));
}

struct term translate_add_months(const struct at *at) {
    struct solver *solver = at->solver;
    const struct term *sides[] = {operand_at(at, at->node->a), operand_at(at, at->node->b)};
    if (!moves_within(at, MOVE_MAX)) {
        loosen(at);
        return term_any(at, false);
    }
    struct term term = term_strict(at, sides, 2);
    struct split from = split_at(at, at->node->a);
    Z3_ast by = solver_scale(solver, term_number(at->translation, sides[1]), at->node->d),
           month = solver_add(solver, from.month, by),
           date = solver_add(solver, first_of_month(at, month), day_within(at, from.day, month));
    if (!moves_within(at, CERTAIN_MAX) || !is_of_the_law(at->translation->graph, at->node->a))
        date = within_four_digits(at, month, date);
    term.number = solver_if(solver, is_never(at, from.date), from.date, date);
    assume_order(at, &(struct moved){from.date, by, term.number});
    assume_order(at, &(struct moved){from.date, number(at, 0), from.date});
    return term;
}
