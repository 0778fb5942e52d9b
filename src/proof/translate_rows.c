/* What looks at other rows: groups, references, parameters; inputs; and what is left to the evaluator. */
#include "proof/translate_inside.h"

#include "engine/evaluate.h"

#include <assert.h>

static bool is_exact(const struct at *at) {
    return at->translation->scene != NULL;
}

static const struct stage_row *climb(const struct stage_row *row, const struct entity *entity) {
    while (row && row->entity != entity) row = row->parent;
    return row;
}

/* --- groups, exact ---------------------------------------------------------------------------------------------- */

/* The next row of the entity that lies below, *index begins at 0; NULL when there is none. */
static struct stage_row *next_below(const struct at *at, size_t *index) {
    while (*index < at->translation->rows.count) {
        struct stage_row *row = at->translation->rows.items[(*index)++];
        if (row->entity == at->node->inner && climb(row, at->node->space) == at->row) return row;
    }
    return NULL;
}

/* A row of a group: whether it counts, what it says, whether that is known. */
struct member {
    Z3_ast counts, settled, fault;
    const struct term *value; /* NULL: none is asked for */
};

static struct member member_of(const struct at *at, struct stage_row *row) {
    struct solver *solver = at->solver;
    const struct term *where = at->node->b == NODE_NONE ? NULL : translate(at->translation, at->node->b, row);
    struct member member = {.counts = row->present, .settled = solver->yes, .fault = solver->no};
    if (at->node->a != NODE_NONE) member.value = translate(at->translation, at->node->a, row);
    if (where) {
        member.counts =
            solver_and(solver, solver_and(solver, row->present, where->known), term_truth(at->translation, where));
        member.settled = solver_or(solver, where->known, solver_not(solver, row->present));
        member.fault = solver_and(solver, row->present, where->fault);
    }
    if (!member.value) return member;
    Z3_ast known = solver_or(solver, member.value->known, solver_not(solver, member.counts));
    member.settled = solver_and(solver, member.settled, known);
    member.fault = solver_or(solver, member.fault, solver_and(solver, member.counts, member.value->fault));
    return member;
}

static Z3_ast one_if(struct solver *solver, Z3_ast condition, Z3_ast number) {
    return solver_if(solver, condition, number, solver_number(solver, 0));
}

/* SUM and COUNT. */
static struct term add_up(const struct at *at) {
    struct solver *solver = at->solver;
    struct term term = {.number = solver_number(solver, 0), .known = solver->yes, .fault = solver->no};
    struct stage_row *row;
    for (size_t i = 0; (row = next_below(at, &i));) {
        struct member member = member_of(at, row);
        Z3_ast value = member.value ? term_number(at->translation, member.value) : solver_number(solver, 1);
        term.number = solver_add(solver, term.number, one_if(solver, member.counts, value));
        term.known = solver_and(solver, term.known, member.settled);
        term.fault = solver_or(solver, term.fault, member.fault);
    }
    return term;
}

/* ANY and ALL: decided by the first row that says so. */
static struct term find_one(const struct at *at) {
    struct solver *solver = at->solver;
    bool any = at->node->op == OP_ANY;
    struct term term = {.known = solver->yes, .fault = solver->no};
    Z3_ast found = solver->no;
    struct stage_row *row;
    for (size_t i = 0; (row = next_below(at, &i));) {
        struct member member = member_of(at, row);
        assert(member.value); /* ANY and ALL ask for one */
        Z3_ast truth = term_truth(at->translation, member.value);
        truth = solver_and(solver, member.value->known, any ? truth : solver_not(solver, truth));
        found = solver_or(solver, found, solver_and(solver, member.counts, truth));
        term.known = solver_and(solver, term.known, member.settled);
        term.fault = solver_or(solver, term.fault, member.fault);
    }
    term.known = solver_or(solver, term.known, found);
    term.fault = solver_and(solver, term.fault, solver_not(solver, term.known));
    term.truth = any ? found : solver_not(solver, found);
    return term;
}

/* MINIMUM and MAXIMUM. */
static struct term find_extreme(const struct at *at) {
    struct solver *solver = at->solver;
    bool least = at->node->op == OP_MINIMUM;
    struct term term = {.number = solver_number(solver, 0), .known = solver->yes, .fault = solver->no};
    Z3_ast nobody = solver->yes;
    struct stage_row *row;
    for (size_t i = 0; (row = next_below(at, &i));) {
        struct member member = member_of(at, row);
        assert(member.value);
        Z3_ast value = term_number(at->translation, member.value),
               further = least ? solver_less(solver, value, term.number) : solver_less(solver, term.number, value),
               taken = solver_and(solver, member.counts, solver_or(solver, nobody, further));
        term.number = solver_if(solver, taken, value, term.number);
        nobody = solver_and(solver, nobody, solver_not(solver, member.counts));
        term.known = solver_and(solver, term.known, member.settled);
        term.fault = solver_or(solver, term.fault, member.fault);
    }
    term.fault = solver_or(solver, term.fault, solver_and(solver, term.known, nobody));
    term.known = solver_and(solver, term.known, solver_not(solver, nobody));
    return term;
}

/* --- groups, loose ---------------------------------------------------------------------------------------------- */

static Z3_ast implies(struct solver *solver, Z3_ast a, Z3_ast b) {
    return solver_or(solver, solver_not(solver, a), b);
}

/* What is certain by how many rows count: `count` is the number of those that are known to. */
static void assume_by_count(const struct at *at, const struct term *term, const struct term *count) {
    struct solver *solver = at->solver;
    Z3_ast number = term_number(at->translation, count), zero = solver_number(solver, 0),
           some = solver_less(solver, zero, number), none = solver_and(solver, count->known, solver_not(solver, some));
    if (at->node->op == OP_SUM) {
        const struct graph_node *value = graph_node(at->translation->graph, at->node->a);
        Z3_ast inside =
            solver_and(solver, solver_less_equal(solver, solver_scale(solver, number, value->low), term->number),
                       solver_less_equal(solver, term->number, solver_scale(solver, number, value->high)));
        solver_assume(solver, implies(solver, term->known, solver_and(solver, count->known, inside)));
    } else if (at->node->op == OP_ANY || at->node->op == OP_ALL) {
        Z3_ast decided = at->node->op == OP_ANY ? term->truth : solver_not(solver, term->truth);
        solver_assume(solver, implies(solver, solver_and(solver, term->known, decided), some));
        solver_assume(solver, implies(solver, none, solver_and(solver, term->known, solver_not(solver, decided))));
    } else {
        solver_assume(solver, implies(solver, term->known, some));
    }
}

static struct term loose_group(const struct at *at) {
    bool truth = at->node->op == OP_ANY || at->node->op == OP_ALL;
    struct term term = term_any(at, truth);
    if (at->node->op == OP_COUNT && at->node->b == NODE_NONE) {
        term.known = at->solver->yes;
        term.fault = at->solver->no;
    }
    if (at->node->op != OP_COUNT) assume_by_count(at, &term, operand_at(at, at->translation->companions[at->id].n));
    return term;
}

struct term translate_group(const struct at *at) {
    if (!is_exact(at)) return loose_group(at);
    if (at->node->inner->is_event) loosen(at); /* a scene that the solver fills has none */
    switch (at->node->op) {
    case OP_SUM:
    case OP_COUNT: return add_up(at);
    case OP_ANY:
    case OP_ALL: return find_one(at);
    default: return find_extreme(at);
    }
}

/* --- references ------------------------------------------------------------------------------------------------- */

struct term translate_led_here(const struct at *at) {
    struct solver *solver = at->solver;
    struct translation *translation = at->translation;
    struct term term = {.number = solver_number(solver, 0), .known = solver->yes, .fault = solver->no};
    if (!is_exact(at)) return term_any(at, false);
    for (size_t i = 0; i < translation->rows.count; i++) {
        struct stage_row *row = translation->rows.items[i];
        if (row->entity != at->node->inner) continue;
        const struct term *reference = translate(translation, at->node->c, row);
        Z3_ast here = solver_number(solver, (lane)at->row->number);
        struct member member = member_of(at, row);
        Z3_ast leads = solver_and(solver, reference->known,
                                  solver_equal(solver, term_number(translation, reference), here)),
               value = member.value ? term_number(translation, member.value) : solver_number(solver, 1),
               counts = solver_and(solver, member.counts, leads), gone = solver_not(solver, row->present);
        term.number = solver_add(solver, term.number, one_if(solver, counts, value));
        term.known = solver_and(solver, term.known, solver_or(solver, gone, reference->known));
        term.known = solver_and(solver, term.known, implies(solver, leads, member.settled));
        term.fault = solver_or(solver, term.fault, solver_and(solver, leads, member.fault));
    }
    term.fault = solver_and(solver, term.fault, solver_not(solver, term.known));
    return term;
}

struct stage_row *translate_some_row(struct translation *translation, const struct entity *entity) {
    struct stage_row *parent = entity->parent ? translate_some_row(translation, entity->parent) : NULL;
    return translate_row(translation, entity, parent, translation->solver->yes);
}

/* The row that the reference leads to: the same for all that is read through it. */
static struct stage_row *row_led_to(const struct at *at) {
    struct translation *translation = at->translation;
    for (size_t i = 0; i < at->row->led.count; i++)
        if (at->row->led.items[i].reference == at->node->a) return at->row->led.items[i].row;
    struct led led = {at->node->a, translate_some_row(translation, at->node->field->type.entity)};
    VECTOR_PUSH(translation->arena, &at->row->led, led);
    return led.row;
}

struct term translate_through(const struct at *at) {
    struct solver *solver = at->solver;
    struct translation *translation = at->translation;
    const struct term *reference = operand_at(at, at->node->a);
    Z3_ast target = term_number(translation, reference),
           none = solver_equal(solver, target, solver_number(solver, ROW_NONE));
    struct term term = {.known = solver->no, .fault = solver->no, .number = solver_number(solver, at->node->low)};
    if (!is_exact(at)) {
        term = *translate(translation, at->node->b, row_led_to(at));
    } else {
        for (size_t i = 0; i < translation->rows.count; i++) {
            struct stage_row *row = translation->rows.items[i];
            if (row->entity != at->node->field->type.entity) continue;
            term = term_if(at, solver_equal(solver, target, solver_number(solver, (lane)row->number)),
                           translate(translation, at->node->b, row), &term);
        }
        term.choices = NULL;
    }
    Z3_ast leads = solver_and(solver, reference->known, solver_not(solver, none));
    term.fault = solver_or(solver, solver_and(solver, leads, term.fault),
                           solver_or(solver, reference->fault, solver_and(solver, reference->known, none)));
    term.known = solver_and(solver, leads, term.known);
    return term;
}

/* --- inputs ----------------------------------------------------------------------------------------------------- */

/* To one of the rows that are there, or to none. */
static void assume_reference(const struct at *at, const struct term *term) {
    struct solver *solver = at->solver;
    Z3_ast fits = solver_equal(solver, term->number, solver_number(solver, ROW_NONE));
    for (size_t i = 0; i < at->translation->rows.count; i++) {
        const struct stage_row *row = at->translation->rows.items[i];
        if (row->entity != at->node->field->type.entity) continue;
        Z3_ast leads = solver_equal(solver, term->number, solver_number(solver, (lane)row->number));
        fits = solver_or(solver, fits, solver_and(solver, row->present, leads));
    }
    solver_assume(solver, fits);
}

/* Known, or where the law asks whether it is known (emptiness that means something is such a question), perhaps not:
 * elsewhere a guarantee that something unknown breaks is broken by whatever it is. A scene has no date that never comes
 * but by that. */
struct term translate_input(const struct at *at) {
    struct solver *solver = at->solver;
    const struct field *field = at->node->field;
    struct term term = {.known = solver->yes, .fault = solver->no};
    if (at->translation->asked_known[at->id]) term.known = solver_unknown_truth(solver);
    if (!field->declaration->empty)
        at->translation->nothing_lacks = solver_and(solver, at->translation->nothing_lacks, term.known);
    if (field->type.kind == TYPE_BOOL) {
        term.truth = solver_unknown_truth(solver);
        return term;
    }
    term.number = solver_unknown_number(solver, at->node->low, at->node->high);
    if (field->type.kind == TYPE_DATE) {
        struct lane_spec spec = lane_spec_of(at->translation->arena, field);
        Z3_ast fits = solver_less_equal(solver, term.number, solver_number(solver, spec.high)),
               never = solver_equal(solver, term.number, solver_number(solver, DAY_NEVER));
        solver_assume(solver, is_exact(at) ? fits : solver_or(solver, fits, never));
    }
    if (field->type.kind == TYPE_ROW && is_exact(at)) assume_reference(at, &term);
    return term;
}

/* --- what is left to the evaluator ------------------------------------------------------------------------------ */

static const struct field *read_before(const struct expr *expr) {
    bool before = expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_PREVIOUS;
    return before ? expr->items.items[0]->as.path.target.field : NULL;
}

/* The same expression at the same row is one value, wherever it is written. A scene may open with any value of a rule
 * before its month. */
struct term translate_evaluate(const struct at *at) {
    struct translation *translation = at->translation;
    const struct expr *expr = at->node->expr;
    const struct field *before = read_before(expr);
    struct stage_row *row = at->row;
    struct term scaled;
    if (translate_bands(at, &scaled)) return scaled;
    if (before) row = (struct stage_row *)climb(row, before->entity);
    for (size_t i = 0; row && i < row->left.count; i++) {
        const struct left *left = &row->left.items[i];
        if (before ? left->before == before : !left->before && expr_equal(left->expr, expr)) return *left->term;
    }
    struct term found = term_any(at, expr->type.kind == TYPE_BOOL);
    if (before && is_exact(at)) {
        found.known = at->solver->yes;
        found.fault = at->solver->no;
    } else {
        loosen(at);
    }
    struct left left = {expr, before, at->node->grid, ARENA_NEW(translation->arena, struct term)};
    if (!row || arena_failed(translation->arena)) return found;
    *left.term = found;
    VECTOR_PUSH(translation->arena, &row->left, left);
    return found;
}
