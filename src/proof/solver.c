#include "proof/solver.h"

#include "base/text.h"

enum { DIGITS_MAX = 48 }; /* of a lane in decimal */
enum { MILLISECONDS = 1000, PATIENCE = 3 };

/* Z3 would end the program. What went wrong shows in the answer. */
static void go_on(Z3_context context, Z3_error_code code) {
    (void)context;
    (void)code;
}

bool solver_open(struct solver *solver) {
    Z3_config config = Z3_mk_config();
    *solver = (struct solver){0};
    if (!config) return false;
    solver->context = Z3_mk_context(config);
    Z3_del_config(config);
    if (!solver->context) return false;
    Z3_set_error_handler(solver->context, go_on);
    solver->solver = Z3_mk_solver(solver->context);
    if (!solver->solver) {
        solver_close(solver);
        return false;
    }
    Z3_solver_inc_ref(solver->context, solver->solver);
    solver->integers = Z3_mk_int_sort(solver->context);
    solver->truths = Z3_mk_bool_sort(solver->context);
    solver->yes = Z3_mk_true(solver->context);
    solver->no = Z3_mk_false(solver->context);
    return true;
}

void solver_close(struct solver *solver) {
    if (solver->solver) Z3_solver_dec_ref(solver->context, solver->solver);
    if (solver->context) Z3_del_context(solver->context);
    *solver = (struct solver){0};
}

/* --- values ----------------------------------------------------------------------------------------------------- */

Z3_ast solver_number(struct solver *solver, lane value) {
    char digits[DIGITS_MAX];
    size_t at = sizeof digits - 1;
    bool negative = value < 0;
    digits[at] = '\0';
    do {
        lane digit = value % 10;
        digits[--at] = (char)('0' + (int)(digit < 0 ? -digit : digit));
        value /= 10;
    } while (value);
    if (negative) digits[--at] = '-';
    return Z3_mk_numeral(solver->context, &digits[at], solver->integers);
}

Z3_ast solver_unknown_number(struct solver *solver, lane low, lane high) {
    Z3_ast value = Z3_mk_fresh_const(solver->context, "n", solver->integers);
    solver_assume(solver, Z3_mk_le(solver->context, solver_number(solver, low), value));
    solver_assume(solver, Z3_mk_le(solver->context, value, solver_number(solver, high)));
    return value;
}

Z3_ast solver_unknown_truth(struct solver *solver) {
    return Z3_mk_fresh_const(solver->context, "b", solver->truths);
}

/* --- terms ------------------------------------------------------------------------------------------------------ */

Z3_ast solver_not(struct solver *solver, Z3_ast a) {
    if (a == solver->yes) return solver->no;
    return a == solver->no ? solver->yes : Z3_mk_not(solver->context, a);
}

Z3_ast solver_and(struct solver *solver, Z3_ast a, Z3_ast b) {
    if (a == solver->no || b == solver->yes || a == b) return a;
    if (b == solver->no || a == solver->yes) return b;
    return Z3_mk_and(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast solver_or(struct solver *solver, Z3_ast a, Z3_ast b) {
    if (a == solver->yes || b == solver->no || a == b) return a;
    if (b == solver->yes || a == solver->no) return b;
    return Z3_mk_or(solver->context, 2, (Z3_ast[]){a, b});
}

Z3_ast solver_if(struct solver *solver, Z3_ast condition, Z3_ast a, Z3_ast b) {
    if (condition == solver->yes || a == b) return a;
    if (condition == solver->no) return b;
    if (a == solver->yes && b == solver->no) return condition;
    if (a == solver->no && b == solver->yes) return solver_not(solver, condition);
    return Z3_mk_ite(solver->context, condition, a, b);
}

static bool is_number(struct solver *solver, Z3_ast a) {
    return Z3_is_numeral_ast(solver->context, a);
}

static Z3_ast settled(struct solver *solver, Z3_ast truth, Z3_ast a, Z3_ast b) {
    return is_number(solver, a) && is_number(solver, b) ? Z3_simplify(solver->context, truth) : truth;
}

Z3_ast solver_equal(struct solver *solver, Z3_ast a, Z3_ast b) {
    return a == b ? solver->yes : settled(solver, Z3_mk_eq(solver->context, a, b), a, b);
}

Z3_ast solver_less_equal(struct solver *solver, Z3_ast a, Z3_ast b) {
    return a == b ? solver->yes : settled(solver, Z3_mk_le(solver->context, a, b), a, b);
}

Z3_ast solver_less(struct solver *solver, Z3_ast a, Z3_ast b) {
    return a == b ? solver->no : settled(solver, Z3_mk_lt(solver->context, a, b), a, b);
}

Z3_ast solver_add(struct solver *solver, Z3_ast a, Z3_ast b) {
    return settled(solver, Z3_mk_add(solver->context, 2, (Z3_ast[]){a, b}), a, b);
}

Z3_ast solver_subtract(struct solver *solver, Z3_ast a, Z3_ast b) {
    return settled(solver, Z3_mk_sub(solver->context, 2, (Z3_ast[]){a, b}), a, b);
}

Z3_ast solver_times(struct solver *solver, Z3_ast a, Z3_ast b) {
    return settled(solver, Z3_mk_mul(solver->context, 2, (Z3_ast[]){a, b}), a, b);
}

Z3_ast solver_scale(struct solver *solver, Z3_ast a, lane factor) {
    return factor == 1 ? a : solver_times(solver, solver_number(solver, factor), a);
}

Z3_ast solver_floor(struct solver *solver, Z3_ast a, Z3_ast b) {
    return settled(solver, Z3_mk_div(solver->context, a, b), a, b);
}

/* --- asking ----------------------------------------------------------------------------------------------------- */

void solver_assume(struct solver *solver, Z3_ast truth) {
    if (truth != solver->yes) Z3_solver_assert(solver->context, solver->solver, truth);
}

static void set_limit(struct solver *solver, Z3_params params, const char *name, unsigned limit) {
    Z3_params_set_uint(solver->context, params, Z3_mk_string_symbol(solver->context, name), limit);
}

/* An interrupt ends the program, as everywhere. */
static void limit_steps(struct solver *solver, unsigned steps) {
    Z3_params params = Z3_mk_params(solver->context);
    Z3_params_inc_ref(solver->context, params);
    set_limit(solver, params, "rlimit", steps);
    set_limit(solver, params, "timeout", steps / (STEPS_A_SECOND / MILLISECONDS) * PATIENCE + MILLISECONDS);
    Z3_params_set_bool(solver->context, params, Z3_mk_string_symbol(solver->context, "ctrl_c"), false);
    Z3_solver_set_params(solver->context, solver->solver, params);
    Z3_params_dec_ref(solver->context, params);
}

enum answer solver_find(struct solver *solver, Z3_ast truth, unsigned steps, Z3_model *model) {
    if (model) *model = NULL;
    limit_steps(solver, steps);
    Z3_solver_push(solver->context, solver->solver);
    Z3_solver_assert(solver->context, solver->solver, truth);
    Z3_lbool found = Z3_solver_check(solver->context, solver->solver);
    bool failed = Z3_get_error_code(solver->context) != Z3_OK;
    if (found == Z3_L_TRUE && model && !failed) {
        *model = Z3_solver_get_model(solver->context, solver->solver);
        if (*model) Z3_model_inc_ref(solver->context, *model);
    }
    Z3_solver_pop(solver->context, solver->solver, 1);
    if (failed || found == Z3_L_UNDEF || (model && found == Z3_L_TRUE && !*model)) return ANSWER_NOT_KNOWN;
    return found == Z3_L_TRUE ? ANSWER_FOUND : ANSWER_NONE;
}

void solver_forget(struct solver *solver, Z3_model model) {
    if (model) Z3_model_dec_ref(solver->context, model);
}

bool solver_value(struct solver *solver, Z3_model model, Z3_ast number, lane *value) {
    Z3_ast found;
    struct arena arena;
    struct number exact;
    if (!Z3_model_eval(solver->context, model, number, true, &found) || !is_number(solver, found)) return false;
    arena_init(&arena);
    bool fits = number_parse(&arena, text_from(Z3_get_numeral_string(solver->context, found)), &exact) &&
                number_to_lane(exact, value) && !arena_failed(&arena);
    arena_free(&arena);
    return fits;
}

bool solver_truth(struct solver *solver, Z3_model model, Z3_ast truth) {
    Z3_ast found;
    return Z3_model_eval(solver->context, model, truth, true, &found) &&
           Z3_get_bool_value(solver->context, found) == Z3_L_TRUE;
}
