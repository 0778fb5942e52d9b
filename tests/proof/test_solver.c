/* The solver's terms: numbers of any width, quotients as the law rounds them, answers and what they rest on. */
#include "proof/solver.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { STEPS = STEPS_A_SECOND };

static const lane numbers[] = {0, 1, -1, 499, INT64_MAX, INT64_MIN, (lane)1 << 126, -((lane)1 << 126)};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static int open(void **state) {
    static struct solver solver;
    *state = &solver;
    return solver_open(&solver) ? 0 : -1;
}

static int close(void **state) {
    solver_close(*state);
    return 0;
}

/* What is made of a lane is that lane again. */
static void numbers_are_whole(void **state) {
    struct solver *solver = *state;
    for (size_t i = 0; i < NUMBERS; i++) {
        Z3_model model;
        lane value = 0;
        Z3_ast any = solver_unknown_number(solver, numbers[i], numbers[i]);
        assert_int_equal(solver_find(solver, solver->yes, STEPS, &model), ANSWER_FOUND);
        assert_true(solver_value(solver, model, any, &value));
        assert_true(value == numbers[i]);
        solver_forget(solver, model);
    }
}

/* A number that no lane holds is none. */
static void too_wide_is_told(void **state) {
    struct solver *solver = *state;
    Z3_model model;
    lane value;
    Z3_ast wide = solver_number(solver, (lane)1 << 126);
    assert_int_equal(solver_find(solver, solver->yes, STEPS, &model), ANSWER_FOUND);
    assert_false(solver_value(solver, model, solver_times(solver, wide, wide), &value));
    solver_forget(solver, model);
}

static void quotients_are_rounded_down(void **state) {
    struct solver *solver = *state;
    for (lane a = -7; a <= 7; a++)
        for (lane b = 1; b <= 4; b++) {
            Z3_ast quotient = solver_floor(solver, solver_number(solver, a), solver_number(solver, b));
            assert_true(solver_equal(solver, quotient, solver_number(solver, lane_floor(a, b))) == solver->yes);
        }
}

/* What is assumed narrows what is found; what is asked does not stay. */
static void asking_leaves_nothing_behind(void **state) {
    struct solver *solver = *state;
    Z3_model model;
    lane value = 0;
    Z3_ast any = solver_unknown_number(solver, 3, 4), three = solver_number(solver, 3);
    assert_int_equal(solver_find(solver, solver_less(solver, any, three), STEPS, NULL), ANSWER_NONE);
    assert_int_equal(solver_find(solver, solver_equal(solver, any, three), STEPS, NULL), ANSWER_FOUND);
    solver_assume(solver, solver_not(solver, solver_equal(solver, any, three)));
    assert_int_equal(solver_find(solver, solver->yes, STEPS, &model), ANSWER_FOUND);
    assert_true(solver_value(solver, model, any, &value) && value == 4);
    assert_true(solver_truth(solver, model, solver_less(solver, three, any)));
    solver_forget(solver, model);
}

/* Few steps are no answer: neither that there is one nor that there is none. */
static void few_steps_are_no_answer(void **state) {
    struct solver *solver = *state;
    Z3_ast a = solver_unknown_number(solver, 1, INT32_MAX), b = solver_unknown_number(solver, 1, INT32_MAX),
           c = solver_unknown_number(solver, 1, INT32_MAX);
    Z3_ast sum = solver_add(solver, solver_times(solver, solver_times(solver, a, a), a),
                            solver_times(solver, solver_times(solver, b, b), b)),
           cube = solver_times(solver, solver_times(solver, c, c), c);
    assert_int_equal(solver_find(solver, solver_equal(solver, sum, cube), 1, NULL), ANSWER_NOT_KNOWN);
}

/* What is settled beforehand is no term any more. */
static void settled_terms_are_constants(void **state) {
    struct solver *solver = *state;
    Z3_ast open = solver_unknown_truth(solver), three = solver_number(solver, 3), four = solver_number(solver, 4);
    assert_true(solver_and(solver, solver->no, open) == solver->no && solver_and(solver, solver->yes, open) == open);
    assert_true(solver_or(solver, open, solver->yes) == solver->yes && solver_or(solver, open, solver->no) == open);
    assert_true(solver_if(solver, solver->no, three, four) == four && solver_if(solver, open, four, four) == four);
    assert_true(solver_if(solver, open, solver->yes, solver->no) == open);
    assert_true(solver_less(solver, three, four) == solver->yes &&
                solver_less_equal(solver, four, three) == solver->no);
    assert_true(solver_not(solver, solver->yes) == solver->no);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(numbers_are_whole, open, close),
                                       cmocka_unit_test_setup_teardown(too_wide_is_told, open, close),
                                       cmocka_unit_test_setup_teardown(quotients_are_rounded_down, open, close),
                                       cmocka_unit_test_setup_teardown(asking_leaves_nothing_behind, open, close),
                                       cmocka_unit_test_setup_teardown(few_steps_are_no_answer, open, close),
                                       cmocka_unit_test_setup_teardown(settled_terms_are_constants, open, close)};
    return cmocka_run_group_tests_name("solver", tests, NULL, NULL);
}
