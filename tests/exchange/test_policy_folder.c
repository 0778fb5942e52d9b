/* Whole policies are read, the largest and one that extends another, while every allocation fails once: nothing is
 * taken for law then, and nothing may crash, hang or leak. */
#include "base/memory.h"
#include "exchange/policy_folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { FAILURES_MAX = 10000 };

/* One reading in which the allocation after `successes` fails; true when none did. */
static bool read_failing(const char *folder, size_t layers, long successes) {
    struct arena arena;
    struct diagnostics failures;
    arena_init(&arena);
    arena_new(&arena, 1, 1); /* room for what might be told */
    diagnostics_init(&failures, &arena);
    memory_fail_after(successes);
    struct policy *policy = policy_read_folder(folder, &failures);
    bool failed = memory_has_failed();
    memory_fail_after(-1);
    assert_int_equal(failures.list.count, 0); /* there is nothing wrong with the folder */
    if (failed) {
        assert_true(!policy || (!policy->compiled && arena_failed(&policy->arena)));
    } else {
        assert_non_null(policy);
        assert_true(policy->compiled);
        assert_int_equal(policy->layers.count, layers);
    }
    policy_free(policy);
    arena_free(&arena);
    return !failed;
}

static void sweep(const char *folder, size_t layers) {
    long n = 0;
    while (!read_failing(folder, layers, n)) assert_true(++n < FAILURES_MAX);
    assert_true(n > 50);
}

static void the_largest(void **state) {
    (void)state;
    sweep("policies/yunnan-2018", 1);
}

static void one_that_extends_another(void **state) {
    (void)state;
    sweep("policies/examples/country-template-add-new-tax", 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest),
        cmocka_unit_test(one_that_extends_another),
    };
    return cmocka_run_group_tests_name("policy_folder", tests, NULL, NULL);
}
