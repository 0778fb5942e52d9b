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

/* A policy whose guarantees are proved in July 2018. */
struct proving {
    struct case_runner runner;
    struct arena arena;
    struct prover prover;
};

static void open_policy(struct proving *proving, const char *folder) {
    assert_true(case_runner_open(&proving->runner, folder));
    arena_init(&proving->arena);
    proving->prover = (struct prover){&proving->runner, MONTH, STEPS, &proving->arena};
}

static void close_policy(struct proving *proving) {
    arena_free(&proving->arena);
    case_runner_close(&proving->runner);
}

static const struct policy *policy_of(const struct proving *proving) {
    return proving->runner.policies.items[0]->policy;
}

/* False when memory has run out. */
static bool try(const struct proving *proving, const char *name, struct proof *proof) {
    const struct guarantee *guarantee = map_get(&policy_of(proving)->guarantee_by_name, text_from(name));
    assert_non_null(guarantee);
    return prove(&proving->prover, guarantee, proof);
}

static struct proof prove_one(const struct proving *proving, const char *name) {
    struct proof proof;
    assert_true(try(proving, name, &proof));
    return proof;
}

static enum verdict verdict_in(struct proving *proving, month_number month, const char *name) {
    proving->prover.month = month;
    return prove_one(proving, name).verdict;
}

/* A line of the case that breaks it; NULL: none is written. */
static void check_case(const struct proof *proof, const char *line) {
    if (line && !strstr(proof->written.bytes, line)) print_error("%s", proof->written.bytes);
    assert_true(!line || strstr(proof->written.bytes, line));
}

static void verdicts(void **state) {
    (void)state;
    struct proving proving;
    open_policy(&proving, "tests/proof/promises");
    assert_int_equal(policy_of(&proving)->guarantees.count, EXPECTED);
    for (size_t i = 0; i < EXPECTED; i++) {
        struct proof proof = prove_one(&proving, expected[i].guarantee);
        if (proof.verdict != expected[i].verdict) print_error("%s: %d\n", expected[i].guarantee, (int)proof.verdict);
        assert_int_equal(proof.verdict, expected[i].verdict);
        assert_int_equal(proof.written.length > 0, proof.verdict == VERDICT_COUNTEREXAMPLE);
        check_case(&proof, expected[i].says);
    }
    close_policy(&proving);
}

/* Why a guarantee is beyond reach. */
static void reasons(void **state) {
    (void)state;
    struct proving proving;
    open_policy(&proving, "tests/proof/promises");
    assert_true(prove_one(&proving, "cheap").beyond.events);
    struct proof proof = prove_one(&proving, "seven_wages");
    assert_true(proof.beyond.slots == 6 && !proof.beyond.time && proof.beyond.operation_count == 0);
    proof = prove_one(&proving, "pairs");
    assert_true(proof.beyond.areas && proof.beyond.slots == 0);
    proof = prove_one(&proving, "steady");
    assert_true(proof.beyond.operation_count == 1 && text_is(proof.beyond.operations[0], "visit") &&
                !proof.beyond.events);
    proving.prover.steps = 8;
    proof = prove_one(&proving, "gap_bounded");
    assert_true(proof.verdict == VERDICT_BEYOND_REACH && proof.beyond.time);
    close_policy(&proving);
}

/* In force since January 2019, and then broken. */
static void months_differ(void **state) {
    (void)state;
    struct proving proving;
    open_policy(&proving, "tests/proof/promises");
    assert_int_equal(verdict_in(&proving, 2019 * 12, "later"), VERDICT_COUNTEREXAMPLE);
    assert_int_equal(verdict_in(&proving, MONTH - 1, "standard_high"), VERDICT_PROVED);
    assert_int_equal(verdict_in(&proving, MONTH + 5, "only_december"), VERDICT_COUNTEREXAMPLE);
    close_policy(&proving);
}

/* What lies before the year 0 is its first day: moved that far, a date is not so many years ago. */
static void years_end(void **state) {
    (void)state;
    struct proving proving;
    open_policy(&proving, "tests/proof/far");
    proving.prover.steps = STEPS_A_SECOND;
    assert_int_not_equal(prove_one(&proving, "long_ago").verdict, VERDICT_PROVED);
    close_policy(&proving);
}

/* Each is broken by a case with that line, or proved where there is none. */
static void check_cases(const char *folder, const char *const names[], const char *const lines[], size_t count) {
    struct proving proving;
    open_policy(&proving, folder);
    for (size_t i = 0; i < count; i++) {
        struct proof proof = prove_one(&proving, names[i]);
        assert_int_equal(proof.verdict, lines[i] ? VERDICT_COUNTEREXAMPLE : VERDICT_PROVED);
        check_case(&proof, lines[i]);
    }
    close_policy(&proving);
}

/* Where the law asks whether something is known it may be unknown, and break what it could not break as a number. */
static void what_is_asked_may_be_unknown(void **state) {
    (void)state;
    static const char *const names[] = {"counted_low", "wage_known"};
    static const char *const lines[] = {"household-1: {}\n", "person-1: {}\n"};
    check_cases("tests/proof/far", names, lines, 2);
}

/* A layer's exceptions are tried in the area in which they hold. */
static void layers_are_tried_where_they_hold(void **state) {
    (void)state;
    static const char *const names[] = {"least_low", "bonus_low", "bonus_bounded"};
    static const char *const lines[] = {"5301: {}\n", "income: 900.01\n", NULL};
    check_cases("tests/proof/uplands", names, lines, 3);
}

/* Whatever piece of memory is missing, it is told, and nothing is called proved or broken. */
static void memory_runs_out(void **state) {
    (void)state;
    static const char *const names[] = {"gap_bounded", "standard_high", "open_doctor"};
    enum { NAMES = sizeof names / sizeof *names, MOST = 100000 };
    for (size_t i = 0; i < NAMES; i++) {
        bool whole = false;
        for (long successes = 0; successes < MOST && !whole; successes += 1 + successes / 8) {
            struct proving proving;
            struct proof proof;
            open_policy(&proving, "tests/proof/promises");
            memory_fail_after(successes);
            bool done = try(&proving, names[i], &proof);
            whole = !memory_has_failed();
            memory_fail_after(-1);
            assert_int_equal(done, whole);
            close_policy(&proving);
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
