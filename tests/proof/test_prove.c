/* Guarantees that hold are proved, those that do not are contradicted, at the border of a fen too; the rest is told. */
#include "proof/prove.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MONTH = 2018 * 12 + 6, STEPS = 10 * STEPS_A_SECOND };

static const struct {
    const char *guarantee;
    enum verdict verdict;
    const char *says; /* a line of the case */
} expected[] = {
    {"capped", VERDICT_PROVED, NULL},
    {"filled", VERDICT_PROVED, NULL},
    {"gap_bounded", VERDICT_PROVED, NULL},
    {"wages_bounded", VERDICT_PROVED, NULL},
    {"counted_years", VERDICT_PROVED, NULL},
    {"taxed", VERDICT_PROVED, NULL},
    {"only_december", VERDICT_NEVER_ASKED, NULL},
    {"fen", VERDICT_COUNTEREXAMPLE, "income: 499.99\n"},
    {"poor_alone", VERDICT_COUNTEREXAMPLE, "person-3:\n        wage: 1000\n"},
    {"of_age", VERDICT_COUNTEREXAMPLE, "birth: 2000-07-01\n"},
    {"open_doctor", VERDICT_COUNTEREXAMPLE, "open: no\n"},
    {"enough_places", VERDICT_COUNTEREXAMPLE, "places: 0\n"},
    {"rising", VERDICT_COUNTEREXAMPLE, "opening: {support: 0.01}\n"},
    {"grade_before", VERDICT_COUNTEREXAMPLE, "opening: {grade: 2}\n"},
    {"standard_high", VERDICT_COUNTEREXAMPLE, "v2: {}\n"},
    {"registered_late", VERDICT_COUNTEREXAMPLE, "asset: 100\n"},
    {"taxed_little", VERDICT_COUNTEREXAMPLE, "income: "},
    {"five_wages", VERDICT_COUNTEREXAMPLE, "wage: 1000\n"},
    {"pairs", VERDICT_BEYOND_REACH, NULL},
    {"seven_wages", VERDICT_BEYOND_REACH, NULL},
    {"cheap", VERDICT_BEYOND_REACH, NULL},
    {"steady", VERDICT_BEYOND_REACH, NULL},
    {"later", VERDICT_NOT_IN_FORCE, NULL},
};
enum { EXPECTED = sizeof expected / sizeof *expected };

static const struct guarantee *guarantee(const struct case_runner *runner, const char *name) {
    const struct guarantee *found = map_get(&runner->policies.items[0]->policy->guarantee_by_name, text_from(name));
    assert_non_null(found);
    return found;
}

static void verdicts(void **state) {
    (void)state;
    struct case_runner runner;
    struct arena arena;
    assert_true(case_runner_open(&runner, "tests/proof/promises"));
    arena_init(&arena);
    const struct prover prover = {&runner, MONTH, STEPS, &arena};
    assert_int_equal(runner.policies.items[0]->policy->guarantees.count, EXPECTED);
    for (size_t i = 0; i < EXPECTED; i++) {
        struct proof proof;
        assert_true(prove(&prover, guarantee(&runner, expected[i].guarantee), &proof));
        if (proof.verdict != expected[i].verdict) print_error("%s: %d\n", expected[i].guarantee, (int)proof.verdict);
        assert_int_equal(proof.verdict, expected[i].verdict);
        assert_int_equal(proof.written.length > 0, proof.verdict == VERDICT_COUNTEREXAMPLE);
        if (expected[i].says && !strstr(proof.written.bytes, expected[i].says)) print_error("%s", proof.written.bytes);
        assert_true(!expected[i].says || strstr(proof.written.bytes, expected[i].says));
    }
    arena_free(&arena);
    case_runner_close(&runner);
}

/* Why a guarantee is beyond reach. */
static void reasons(void **state) {
    (void)state;
    struct case_runner runner;
    struct arena arena;
    struct proof proof;
    assert_true(case_runner_open(&runner, "tests/proof/promises"));
    arena_init(&arena);
    const struct prover prover = {&runner, MONTH, STEPS, &arena};
    assert_true(prove(&prover, guarantee(&runner, "cheap"), &proof));
    assert_true(proof.beyond.events);
    assert_true(prove(&prover, guarantee(&runner, "seven_wages"), &proof));
    assert_true(proof.beyond.slots == 6 && !proof.beyond.time && proof.beyond.operation_count == 0);
    assert_true(prove(&prover, guarantee(&runner, "pairs"), &proof));
    assert_true(proof.beyond.areas && proof.beyond.slots == 0);
    assert_true(prove(&prover, guarantee(&runner, "steady"), &proof));
    assert_true(proof.beyond.operation_count == 1 && text_is(proof.beyond.operations[0], "visit") &&
                !proof.beyond.events);
    const struct prover hasty = {&runner, MONTH, 8, &arena};
    assert_true(prove(&hasty, guarantee(&runner, "gap_bounded"), &proof));
    assert_true(proof.verdict == VERDICT_BEYOND_REACH && proof.beyond.time);
    arena_free(&arena);
    case_runner_close(&runner);
}

/* In force since January 2019, and then broken. */
static void months_differ(void **state) {
    (void)state;
    struct case_runner runner;
    struct arena arena;
    struct proof proof;
    assert_true(case_runner_open(&runner, "tests/proof/promises"));
    arena_init(&arena);
    const struct prover january = {&runner, 2019 * 12, STEPS, &arena}, june = {&runner, MONTH - 1, STEPS, &arena},
                        december = {&runner, MONTH + 5, STEPS, &arena};
    assert_true(prove(&january, guarantee(&runner, "later"), &proof));
    assert_int_equal(proof.verdict, VERDICT_COUNTEREXAMPLE);
    assert_true(prove(&june, guarantee(&runner, "standard_high"), &proof));
    assert_int_equal(proof.verdict, VERDICT_PROVED);
    assert_true(prove(&december, guarantee(&runner, "only_december"), &proof));
    assert_int_equal(proof.verdict, VERDICT_COUNTEREXAMPLE);
    arena_free(&arena);
    case_runner_close(&runner);
}

/* What lies before the year 0 is its first day: moved that far, a date is not so many years ago. */
static void years_end(void **state) {
    (void)state;
    struct case_runner runner;
    struct arena arena;
    struct proof proof;
    assert_true(case_runner_open(&runner, "tests/proof/far"));
    arena_init(&arena);
    const struct prover prover = {&runner, MONTH, STEPS_A_SECOND, &arena};
    assert_true(prove(&prover, guarantee(&runner, "long_ago"), &proof));
    assert_int_not_equal(proof.verdict, VERDICT_PROVED);
    arena_free(&arena);
    case_runner_close(&runner);
}

/* Where the law asks whether something is known it may be unknown, and break what it could not break as a number. */
static void what_is_asked_may_be_unknown(void **state) {
    (void)state;
    static const char *const names[] = {"counted_low", "wage_known"}, *const says[] = {"household-1: {}\n",
                                                                                       "person-1: {}\n"};
    struct case_runner runner;
    struct arena arena;
    assert_true(case_runner_open(&runner, "tests/proof/far"));
    arena_init(&arena);
    const struct prover prover = {&runner, MONTH, STEPS, &arena};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct proof proof;
        assert_true(prove(&prover, guarantee(&runner, names[i]), &proof));
        assert_int_equal(proof.verdict, VERDICT_COUNTEREXAMPLE);
        assert_non_null(strstr(proof.written.bytes, says[i]));
    }
    arena_free(&arena);
    case_runner_close(&runner);
}

/* A layer's exceptions are tried in the area in which they hold. */
static void layers_are_tried_where_they_hold(void **state) {
    (void)state;
    static const char *const names[] = {"least_low", "bonus_low", "bonus_bounded"}, *const says[] = {"5301: {}\n",
                                                                                                     "income: 900.01\n",
                                                                                                     NULL};
    struct case_runner runner;
    struct arena arena;
    assert_true(case_runner_open(&runner, "tests/proof/uplands"));
    arena_init(&arena);
    const struct prover prover = {&runner, MONTH, STEPS, &arena};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct proof proof;
        assert_true(prove(&prover, guarantee(&runner, names[i]), &proof));
        assert_int_equal(proof.verdict, says[i] ? VERDICT_COUNTEREXAMPLE : VERDICT_PROVED);
        assert_true(!says[i] || strstr(proof.written.bytes, says[i]));
    }
    arena_free(&arena);
    case_runner_close(&runner);
}

/* Whatever piece of memory is missing, it is told, and nothing is called proved or broken. */
static void memory_runs_out(void **state) {
    (void)state;
    static const char *const names[] = {"gap_bounded", "standard_high", "open_doctor"};
    enum { NAMES = sizeof names / sizeof *names, MOST = 100000 };
    for (size_t i = 0; i < NAMES; i++) {
        bool whole = false;
        for (long successes = 0; successes < MOST && !whole; successes += 1 + successes / 8) {
            struct case_runner runner;
            struct arena arena;
            struct proof proof;
            assert_true(case_runner_open(&runner, "tests/proof/promises"));
            arena_init(&arena);
            const struct prover prover = {&runner, MONTH, STEPS, &arena};
            memory_fail_after(successes);
            bool done = prove(&prover, guarantee(&runner, names[i]), &proof);
            whole = !memory_has_failed();
            memory_fail_after(-1);
            assert_int_equal(done, whole);
            arena_free(&arena);
            case_runner_close(&runner);
        }
        assert_true(whole);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts),
                                       cmocka_unit_test(reasons),
                                       cmocka_unit_test(months_differ),
                                       cmocka_unit_test(years_end),
                                       cmocka_unit_test(what_is_asked_may_be_unknown),
                                       cmocka_unit_test(layers_are_tried_where_they_hold),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("prove", tests, NULL, NULL);
}
