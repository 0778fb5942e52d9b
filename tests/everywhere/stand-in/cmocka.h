/* What the unit tests use of cmocka, for machines that have none. What fails ends the program: without setjmp, as on
 * wasm, there is no way on to the next test. */
#ifndef DOUDI_TESTS_CMOCKA_H
#define DOUDI_TESTS_CMOCKA_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);
struct CMUnitTest {
    const char *name;
    CMUnitTestFunction test_func;
    CMFixtureFunction setup_func, teardown_func;
    void *initial_state;
};
#define cmocka_unit_test(test)                                                                                         \
    { #test, test, NULL, NULL, NULL }
#define cmocka_unit_test_setup_teardown(test, setup, teardown)                                                         \
    { #test, test, setup, teardown, NULL }
#define cmocka_unit_test_prestate(test, state)                                                                         \
    { #test, test, NULL, NULL, state }

#define print_message(...) printf(__VA_ARGS__)
#define print_error(...) printf(__VA_ARGS__)
#define test_malloc(size) malloc(size)
#define test_calloc(count, size) calloc(count, size)
#define test_free(block) free(block)
#define fail_msg(...) (printf("# %s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), test_fails())
#define fail() fail_msg("may not be reached")
#define assert_holds_here(holds, said) ((holds) ? (void)0 : fail_msg("%s\n", said))
#define assert_true(is) assert_holds_here(is, #is " is not true")
#define assert_false(is) assert_holds_here(!(is), #is " is true")
#define assert_null(is) assert_holds_here(!(is), #is " is not NULL")
#define assert_non_null(is) assert_holds_here(is, #is " is NULL")
#define assert_ptr_equal(is, expected) assert_holds_here((is) == (expected), #is " is not " #expected)
#define assert_int_equal(is, expected) test_equal((intmax_t)(is), (intmax_t)(expected), true, #is, __FILE__, __LINE__)
#define assert_int_not_equal(is, other) test_equal((intmax_t)(is), (intmax_t)(other), false, #is, __FILE__, __LINE__)
#define assert_string_equal(is, expected) test_same(is, expected, true, __FILE__, __LINE__)
#define assert_string_not_equal(is, other) test_same(is, other, false, __FILE__, __LINE__)
#define assert_memory_equal(is, expected, size) assert_holds_here(memcmp(is, expected, size) == 0, #is " differs")
#define assert_in_range(is, low, high) assert_holds_here(test_lies(is, low, high), #is " is out of range")

#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                                      \
    _cmocka_run_group_tests(name, tests, sizeof(tests) / sizeof *(tests), setup, teardown)
#define cmocka_run_group_tests(tests, setup, teardown) cmocka_run_group_tests_name("", tests, setup, teardown)

_Noreturn static inline void test_fails(void) {
    printf("Bail out!\n");
    exit(1);
}

static inline void test_equal(intmax_t is, intmax_t other, bool wanted, const char *what, const char *file, int line) {
    if ((is == other) == wanted) return;
    printf("# %s:%d: %s is %" PRIdMAX ", %s%" PRIdMAX "\n", file, line, what, is, wanted ? "not " : "as is ", other);
    test_fails();
}

static inline void test_same(const char *is, const char *other, bool wanted, const char *file, int line) {
    if ((strcmp(is, other) == 0) == wanted) return;
    printf("# %s:%d: is:\n%s\n# and the other:\n%s\n", file, line, is, other);
    test_fails();
}

static inline bool test_lies(uintmax_t is, uintmax_t low, uintmax_t high) {
    return is >= low && is <= high;
}

static inline int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
                                          CMFixtureFunction setup, CMFixtureFunction teardown) {
    void *of_all = NULL;
    printf("1..%zu\n# %s\n", count, name);
    if (setup && setup(&of_all) != 0) test_fails();
    for (size_t i = 0; i < count; i++) {
        void *state = tests[i].initial_state ? tests[i].initial_state : of_all;
        if (tests[i].setup_func && tests[i].setup_func(&state) != 0) test_fails();
        tests[i].test_func(&state);
        if (tests[i].teardown_func && tests[i].teardown_func(&state) != 0) test_fails();
        printf("ok %zu - %s\n", i + 1, tests[i].name);
    }
    if (teardown && teardown(&of_all) != 0) test_fails();
    return 0;
}

#endif
