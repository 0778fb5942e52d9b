/* Every function of the library with nothing to work on, and with memory failing at every allocation: a host gets a
 * status or NULL, and what it is told is whole. */
#include "base/memory.h"
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum { FAILURES_MAX = 10000 };

/* --- nothing ---------------------------------------------------------------------------------------------------- */

static void no_data_take_nothing(void **state) {
    (void)state;
    assert_int_equal(doudi_data_add_version(NULL, "person", "anna", "h1", NULL, NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_data_lose_row(NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_data_doubt_row(NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_data_open(NULL, "household", "h1", "aid", "1"), DOUDI_MISUSE);
    assert_int_equal(doudi_data_decide(NULL, "household", "h1", "aid", NULL, "1"), DOUDI_MISUSE);
    assert_int_equal(doudi_data_refused(NULL), DOUDI_ACCEPTED);
    assert_null(doudi_data_refusal(NULL, DOUDI_EN));
    assert_null(doudi_options_new(NULL));
    doudi_options_free(NULL);
    assert_int_equal(doudi_options_known(NULL, "2018-07-01"), DOUDI_MISUSE);
    assert_int_equal(doudi_options_set(NULL, "standard", "100"), DOUDI_MISUSE);
    assert_int_equal(doudi_options_refused(NULL), DOUDI_ACCEPTED);
    assert_null(doudi_options_refusal(NULL, DOUDI_EN));
}

static void no_run_tells_nothing(void **state) {
    (void)state;
    const char *value = "untouched";
    int64_t integer = 7;
    doudi_finding finding = DOUDI_HOLDS;
    assert_null(doudi_run_new_with(NULL, "2018-07", NULL));
    assert_null(doudi_run_month(NULL));
    assert_int_equal(doudi_run_next(NULL, NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_decide(NULL, 1, NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_decide_within(NULL, "household", "h1", 1, NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_ask(NULL, "household", "aid"), DOUDI_MISUSE);
    assert_int_equal(doudi_run_rows(NULL, "person"), 0);
    assert_null(doudi_run_row(NULL, "person", 0));
    assert_int_equal(doudi_run_parent(NULL, "person", 0), DOUDI_NONE);
    assert_int_equal(doudi_run_counts(NULL, "person", 0), 0);
    assert_null(doudi_run_left_out(NULL, 0, DOUDI_EN));
    assert_int_equal(doudi_run_integer(NULL, "household", "h1", "aid", &integer), DOUDI_MISUSE);
    assert_null(doudi_run_shown(NULL, "household", "h1", "aid", DOUDI_EN));
    assert_null(doudi_run_missing(NULL, "household", "h1", "aid", DOUDI_EN));
    assert_null(doudi_run_reason(NULL, "household", "h1", "aid"));
    assert_null(doudi_run_cite(NULL, "household", "h1", "aid", 0));
    assert_int_equal(doudi_run_is_unconfirmed(NULL, "household", "aid"), 0);
    assert_int_equal(doudi_run_guarantee(NULL, "enough", "h1", &finding), DOUDI_MISUSE);
    assert_null(doudi_run_guarantee_missing(NULL, "enough", "h1", DOUDI_EN));
    assert_int_equal(doudi_run_indicator(NULL, "share_below", "village", "v1", &value), DOUDI_MISUSE);
    assert_null(doudi_run_why(NULL, "household", "h1", "aid"));
    assert_null(doudi_run_why_not(NULL, "household", "h1", "aid"));
    assert_string_equal(value, "untouched");
    assert_int_equal(integer, 7);
}

static void no_node_explains_nothing(void **state) {
    (void)state;
    const char *value = "untouched";
    assert_int_equal(doudi_explanation_kind(NULL), DOUDI_NODE_FIELD);
    assert_int_equal(doudi_explanation_value(NULL, &value), DOUDI_MISUSE);
    assert_string_equal(value, "untouched");
    const char *(*const texts[])(const doudi_explanation *) = {doudi_explanation_entity, doudi_explanation_name,
                                                               doudi_explanation_id, doudi_explanation_distance};
    const char *(*const words[])(const doudi_explanation *, doudi_language) = {
        doudi_explanation_label,   doudi_explanation_shown,         doudi_explanation_unit,   doudi_explanation_formula,
        doudi_explanation_missing, doudi_explanation_distance_unit, doudi_explanation_subject};
    int (*const flags[])(const doudi_explanation *) = {doudi_explanation_is_failed, doudi_explanation_is_given,
                                                       doudi_explanation_is_unconfirmed};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_null(texts[i](NULL));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) assert_null(words[i](NULL, DOUDI_ZH));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) assert_int_equal(flags[i](NULL), 0);
    assert_null(doudi_explanation_cite(NULL, 0));
    assert_null(doudi_explanation_child(NULL, 0));
    assert_int_equal(doudi_explanation_more(NULL), 0);
}

/* Names that are NULL, and nowhere to put an answer. */
static void null_is_no_name(void **state) {
    (void)state;
    doudi_policy *policy = law_read();
    doudi_data *data = law_families(policy);
    doudi_run *run = doudi_run_new(data, "2018-07");
    const char *value = NULL;
    int64_t integer;
    doudi_finding finding;
    assert_null(doudi_run_new(data, NULL));
    assert_int_equal(doudi_data_open(data, NULL, NULL, NULL, NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_data_decide(data, NULL, NULL, NULL, NULL, NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_data_add_version(data, NULL, NULL, NULL, NULL, NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_rows(run, NULL), 0);
    assert_int_equal(doudi_run_look_at(run, NULL, NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_value(run, "household", "h1", NULL, &value), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_integer(run, "household", NULL, "aid", &integer), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_value(run, "household", "h1", "aid", NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_integer(run, "household", "h1", "aid", NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_guarantee(run, NULL, NULL, &finding), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_guarantee(run, "enough", "h1", NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_indicator(run, "share_below", "village", "v1", NULL), DOUDI_MISUSE);
    assert_int_equal(doudi_run_indicator(run, NULL, "village", "v1", &value), DOUDI_NOT_FOUND);
    assert_null(doudi_run_why(run, "household", "h1", NULL));
    assert_null(doudi_run_why_not(run, "household", "h1", NULL));
    assert_null(doudi_run_explain(run, "household", "h1", NULL, 1, DOUDI_EN));
    assert_int_equal(doudi_run_is_unconfirmed(run, NULL, NULL), 0);
    doudi_run_free(run);
    doudi_data_free(data);
    doudi_policy_free(policy);
}

/* --- memory ----------------------------------------------------------------------------------------------------- */

static bool is_there(const char *text) {
    return text && *text;
}

/* Refused values are told why, once there is memory for it. */
static bool refusals_are_told(doudi_data *data, doudi_options *options) {
    bool good = doudi_data_add_version(data, "person", "dora", "h2", "2018-01", NULL) == DOUDI_OK;
    good = good && doudi_data_set(data, "earnings", "1") == DOUDI_OK;
    good = good && doudi_data_set(data, "sex", "both") == DOUDI_BAD_VALUE;
    good = good && is_there(doudi_data_refusal(data, DOUDI_ZH));
    good = good && doudi_options_set(options, "standard", "1") == DOUDI_BAD_VALUE;
    good = good && is_there(doudi_options_refusal(options, DOUDI_EN));
    good = good && doudi_data_open(data, "household", "h1", "months_paid", "7") == DOUDI_OK;
    good = good && doudi_data_decide(data, "household", "h1", "aid", "2018-08", "5") == DOUDI_OK;
    return good && doudi_options_set(options, "share_kept", "50%") == DOUDI_OK;
}

/* What is said of h1 is right, or nothing is. */
static bool value_is(doudi_run *run, const char *field, const char *expected) {
    const char *value = NULL;
    doudi_status status = doudi_run_value(run, "household", "h1", field, &value);
    assert_true(status == DOUDI_OK || status == DOUDI_NO_MEMORY);
    if (status == DOUDI_OK) assert_string_equal(value, expected);
    return status == DOUDI_OK;
}

static bool run_is_asked(doudi_run *run) {
    const char *value = NULL;
    int64_t integer;
    doudi_finding finding;
    bool good = value_is(run, "aid", "208.33");
    good = good && is_there(doudi_run_missing(run, "household", "h2", "aid", DOUDI_ZH));
    good = good && is_there(doudi_run_reason(run, "household", "h1", "aid"));
    good = good && is_there(doudi_run_cite(run, "household", "h1", "aid", 0));
    good = good && is_there(doudi_run_shown(run, "household", "h1", "aid", DOUDI_EN));
    good = good && doudi_run_integer(run, "household", "h1", "aid", &integer) == DOUDI_OK;
    good = good && doudi_run_guarantee(run, "enough", "h1", &finding) == DOUDI_OK;
    good = good && is_there(doudi_run_guarantee_missing(run, "enough", "h2", DOUDI_EN));
    good = good && doudi_run_indicator(run, "share_below", "village", "v1", &value) == DOUDI_UNKNOWN;
    good = good && doudi_run_value(run, "bill", "anna/2018-07-03/B1", "refund", &value) == DOUDI_OK;
    good = good && is_there(doudi_run_explain(run, "household", "h1", "aid", 3, DOUDI_ZH));
    const doudi_explanation *why = good ? doudi_run_why(run, "household", "h1", "aid") : NULL;
    good = why && doudi_explanation_child(why, 0) && doudi_explanation_formula(why, DOUDI_EN);
    good = good && is_there(doudi_explanation_label(why, DOUDI_EN)) &&
           doudi_run_why_not(run, "bill", "anna/2018-07-03/B1", "refund");
    return good && doudi_run_look_at(run, "household", "h1") == DOUDI_OK && value_is(run, "months_paid", "8");
}

static bool everything_is_asked(void) {
    doudi_policy *policy = law_read();
    doudi_data *data = law_families(policy);
    doudi_options *options = doudi_options_new(policy);
    bool good = data && options && refusals_are_told(data, options);
    doudi_run *run = good ? doudi_run_new_with(data, "2018-07", options) : NULL;
    good = run && doudi_run_ask(run, "household", "aid") == DOUDI_OK &&
           doudi_run_decide_within(run, "village", "v1", 1, NULL) == DOUDI_OK &&
           doudi_run_decide(run, 1, NULL) == DOUDI_OK && run_is_asked(run);
    good = good && doudi_run_next(run, NULL) == DOUDI_OK && value_is(run, "aid", "5");
    if (run && !good) (void)doudi_run_next(run, NULL); /* whatever it answers, it stays alive */
    doudi_run_free(run);
    doudi_options_free(options);
    doudi_data_free(data);
    doudi_policy_free(policy);
    return good;
}

static void memory_runs_out(void **state) {
    (void)state;
    long successes = 0;
    for (bool failed = true; failed; successes++) {
        memory_fail_after(successes);
        bool done = everything_is_asked();
        failed = memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(done, !failed);
        assert_true(successes < FAILURES_MAX);
    }
    assert_true(successes > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_data_take_nothing),     cmocka_unit_test(no_run_tells_nothing),
        cmocka_unit_test(no_node_explains_nothing), cmocka_unit_test(null_is_no_name),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("scarce", tests, NULL, NULL);
}
