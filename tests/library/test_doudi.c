/* The public interface out of turn, and without memory: a host gets a status or NULL, and stays alive. */
#include "base/memory.h"
#include "doudi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FAILURES_MAX = 10000 };

static const char good[] = "```doudi\n"
                           "policy small\n"
                           "entity household\n"
                           "input household head : text\n"
                           "input household rooms : count in 0 .. 9\n"
                           "rule household beds : count = rooms * 2\n"
                           "```\n";
static const char bad[] = "```doudi\n"
                          "policy small\n"
                          "entity household\n"
                          "rule household beds : count = rooms * 2\n"
                          "```\n";

static doudi_policy *begun(void) {
    doudi_policy *policy = doudi_policy_new();
    assert_non_null(policy);
    assert_int_equal(doudi_policy_begin(policy, "small"), DOUDI_OK);
    return policy;
}

static doudi_policy *policy_from(const char *law, doudi_status status) {
    doudi_policy *policy = begun();
    assert_int_equal(doudi_policy_add(policy, "law.md", law, strlen(law)), DOUDI_OK);
    assert_int_equal(doudi_policy_compile(policy), status);
    return policy;
}

static void version_is_that_of_the_project(void **state) {
    (void)state;
    char head[256], wanted[64];
    FILE *project = fopen("meson.build", "rb");
    assert_non_null(project);
    head[fread(head, 1, sizeof head - 1, project)] = '\0';
    assert_int_equal(fclose(project), 0);
    snprintf(wanted, sizeof wanted, " version: '%s',", doudi_version());
    assert_non_null(strstr(head, wanted));
}

static void file_needs_a_layer(void **state) {
    (void)state;
    doudi_policy *policy = doudi_policy_new();
    assert_int_equal(doudi_policy_add(policy, "law.md", good, strlen(good)), DOUDI_MISUSE);
    assert_int_equal(doudi_policy_begin(policy, "small"), DOUDI_OK);
    assert_int_equal(doudi_policy_add(policy, "law.md", good, strlen(good)), DOUDI_OK);
    assert_int_equal(doudi_policy_compile(policy), DOUDI_OK);
    doudi_policy_free(policy);
}

static void nothing_does_not_compile(void **state) {
    (void)state;
    doudi_policy *policy = doudi_policy_new();
    assert_int_equal(doudi_policy_compile(policy), DOUDI_MISUSE);
    assert_int_equal(doudi_policy_begin(policy, "small"), DOUDI_OK); /* nothing is lost by it */
    assert_int_equal(doudi_policy_compile(policy), DOUDI_MISTAKES);
    assert_int_equal(doudi_policy_mistakes(policy), 1);
    assert_non_null(strstr(doudi_policy_mistake(policy, 0, DOUDI_EN), "small"));
    doudi_policy_free(policy);
}

static void policy_compiles_once(void **state) {
    (void)state;
    const char *const laws[] = {good, bad};
    for (size_t i = 0; i < 2; i++) {
        doudi_policy *policy = policy_from(laws[i], i ? DOUDI_MISTAKES : DOUDI_OK);
        size_t mistakes = doudi_policy_mistakes(policy);
        assert_int_equal(doudi_policy_compile(policy), DOUDI_MISUSE);
        assert_int_equal(doudi_policy_begin(policy, "more"), DOUDI_MISUSE);
        assert_int_equal(doudi_policy_add(policy, "more.md", good, strlen(good)), DOUDI_MISUSE);
        assert_int_equal(doudi_policy_mistakes(policy), mistakes);
        doudi_policy_free(policy);
    }
}

static void data_need_a_policy_without_mistakes(void **state) {
    (void)state;
    doudi_policy *open = begun(), *wrong = policy_from(bad, DOUDI_MISTAKES);
    assert_null(doudi_data_new(open));
    assert_null(doudi_data_new(wrong));
    doudi_policy_free(open);
    doudi_policy_free(wrong);
}

static void input_needs_a_row(void **state) {
    (void)state;
    doudi_policy *policy = policy_from(good, DOUDI_OK);
    doudi_data *data = doudi_data_new(policy);
    assert_int_equal(doudi_data_set(data, "rooms", "3"), DOUDI_MISUSE);
    assert_int_equal(doudi_data_add_row(data, "village", "v1", NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_data_set(data, "rooms", "3"), DOUDI_MISUSE);
    assert_int_equal(doudi_data_add_row(data, "household", "h1", NULL), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "rooms", "3"), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "rooms", "many"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_set(data, "beds", "3"), DOUDI_NOT_FOUND);
    doudi_data_free(data);
    doudi_policy_free(policy);
}

static void null_is_misuse(void **state) {
    (void)state;
    const char *value = NULL;
    assert_int_equal(doudi_policy_begin(NULL, "small"), DOUDI_MISUSE);
    assert_int_equal(doudi_policy_add(NULL, "law.md", good, strlen(good)), DOUDI_MISUSE);
    assert_int_equal(doudi_policy_compile(NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_policy_mistakes(NULL), 0);
    assert_null(doudi_policy_mistake(NULL, 0, DOUDI_EN));
    assert_null(doudi_data_new(NULL));
    assert_int_equal(doudi_data_add_row(NULL, "household", "h1", NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_data_set(NULL, "rooms", "3"), DOUDI_MISUSE);
    assert_null(doudi_run_new(NULL, "2018-07"));
    assert_int_equal(doudi_run_rows_left_out(NULL), 0);
    assert_int_equal(doudi_run_look_at(NULL, "household", "h1"), DOUDI_MISUSE);
    assert_int_equal(doudi_run_value(NULL, "household", "h1", "beds", &value), DOUDI_MISUSE);
    assert_null(doudi_run_explain(NULL, "household", "h1", "beds", 1, DOUDI_EN));
}

/* In one run, without more memory each time. */
static void one_household_after_another(void **state) {
    (void)state;
    enum { HOUSEHOLDS = 9, ROUNDS = 50 };
    doudi_policy *policy = policy_from(good, DOUDI_OK);
    doudi_data *data = doudi_data_new(policy);
    char id[] = "h0", rooms[] = "0";
    for (int i = 0; i < HOUSEHOLDS; i++) {
        id[1] = rooms[0] = (char)('0' + i);
        assert_int_equal(doudi_data_add_row(data, "household", id, NULL), DOUDI_OK);
        assert_int_equal(doudi_data_set(data, "rooms", rooms), DOUDI_OK);
    }
    doudi_run *run = doudi_run_new(data, "2018-07");
    for (int round = 0; round < ROUNDS; round++) {
        if (round == 1) memory_fail_after(0);
        for (int i = 0; i < HOUSEHOLDS; i++) {
            const char *beds = NULL;
            id[1] = (char)('0' + i);
            assert_int_equal(doudi_run_look_at(run, "household", id), DOUDI_OK);
            assert_int_equal(doudi_run_value(run, "household", id, "beds", &beds), DOUDI_OK);
            char expected[8];
            snprintf(expected, sizeof expected, "%d", 2 * i);
            assert_string_equal(beds, expected);
        }
    }
    assert_false(memory_has_failed());
    memory_fail_after(-1);
    assert_int_equal(doudi_run_look_at(run, "household", "h9"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_look_at(run, "house", "h1"), DOUDI_NOT_FOUND);
    doudi_run_free(run);
    doudi_data_free(data);
    doudi_policy_free(policy);
}

/* --- memory ----------------------------------------------------------------------------------------------------- */

/* Reads a law with whatever memory there is; what succeeds is whole. */
static doudi_policy *read_scarcely(const char *law, doudi_status *status) {
    doudi_policy *policy = doudi_policy_new();
    *status = DOUDI_NO_MEMORY;
    if (!policy) return NULL;
    *status = doudi_policy_begin(policy, "small");
    if (*status == DOUDI_OK) *status = doudi_policy_add(policy, "law.md", law, strlen(law));
    if (*status == DOUDI_OK) *status = doudi_policy_compile(policy);
    return policy;
}

/* A mistake is told in full or not at all. */
static bool mistake_is_told(void) {
    doudi_status status;
    doudi_policy *policy = read_scarcely(bad, &status);
    const char *text = status == DOUDI_MISTAKES ? doudi_policy_mistake(policy, 0, DOUDI_EN) : NULL;
    assert_true(status == DOUDI_MISTAKES || status == DOUDI_NO_MEMORY);
    if (text) assert_non_null(strstr(text, "rooms"));
    doudi_policy_free(policy);
    return text != NULL;
}

static bool household_is_decided(void) {
    doudi_status status;
    const char *beds = NULL, *why = NULL;
    doudi_policy *policy = read_scarcely(good, &status);
    doudi_data *data = status == DOUDI_OK ? doudi_data_new(policy) : NULL;
    status = data ? doudi_data_add_row(data, "household", "h1", NULL) : DOUDI_NO_MEMORY;
    if (status == DOUDI_OK) status = doudi_data_set(data, "rooms", "3");
    doudi_run *run = status == DOUDI_OK ? doudi_run_new(data, "2018-07") : NULL;
    status = run ? doudi_run_value(run, "household", "h1", "beds", &beds) : DOUDI_NO_MEMORY;
    assert_true(status == DOUDI_OK || status == DOUDI_NO_MEMORY);
    if (status == DOUDI_OK) assert_string_equal(beds, "6");
    if (status == DOUDI_OK) why = doudi_run_explain(run, "household", "h1", "beds", 2, DOUDI_EN);
    if (why) assert_non_null(strstr(why, "3 × 2"));
    doudi_run_free(run);
    doudi_data_free(data);
    doudi_policy_free(policy);
    return why != NULL;
}

static void memory_runs_out(void **state) {
    (void)state;
    bool (*const tasks[])(void) = {mistake_is_told, household_is_decided};
    for (size_t i = 0; i < 2; i++) {
        long successes = 0;
        for (bool failed = true; failed; successes++) {
            memory_fail_after(successes);
            bool done = tasks[i]();
            failed = memory_has_failed();
            memory_fail_after(-1);
            assert_int_equal(done, !failed);
            assert_true(successes < FAILURES_MAX);
        }
        assert_true(successes > 4);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_that_of_the_project),
        cmocka_unit_test(file_needs_a_layer),
        cmocka_unit_test(nothing_does_not_compile),
        cmocka_unit_test(policy_compiles_once),
        cmocka_unit_test(data_need_a_policy_without_mistakes),
        cmocka_unit_test(input_needs_a_row),
        cmocka_unit_test(null_is_misuse),
        cmocka_unit_test(one_household_after_another),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("doudi", tests, NULL, NULL);
}
