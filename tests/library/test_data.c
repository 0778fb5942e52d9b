/* Data: values that are refused, and why; versions in time; rows that are lost; what is known beforehand. */
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct scene {
    doudi_policy *policy;
    doudi_data *data;
};

static int setup(void **state) {
    static struct scene scene;
    scene.policy = law_read();
    scene.data = law_families(scene.policy);
    *state = &scene;
    return scene.data ? 0 : 1;
}

static int teardown(void **state) {
    struct scene *scene = *state;
    doudi_data_free(scene->data);
    doudi_policy_free(scene->policy);
    return 0;
}

static void expect_in(doudi_data *data, const char *month, const char *id, const char *field, const char *expected) {
    const char *value = NULL;
    doudi_run *run = doudi_run_new(data, month);
    assert_non_null(run);
    doudi_run_value(run, "household", id, field, &value);
    assert_string_equal(value, expected);
    doudi_run_free(run);
}

/* --- refusals --------------------------------------------------------------------------------------------------- */

static void refusals_tell_why(void **state) {
    static const struct {
        const char *entity, *input, *value;
        doudi_refusal kind;
        const char *zh, *en;
    } told[] = {
        {"person", "earnings", "many", DOUDI_NOT_A_NUMBER, "「年收入」的「many」不是数字;只写数字,如 1168.58",
         "\"Income in a year\": \"many\" is no number; write digits only, such as 1168.58"},
        {"person", "earnings", NULL, DOUDI_NOT_A_NUMBER, "「年收入」的「」不是数字;只写数字,如 1168.58",
         "\"Income in a year\": \"\" is no number; write digits only, such as 1168.58"},
        {"person", "earnings", "0.001", DOUDI_OFF_STEP, "「年收入」的「0.001」太细;写成 0.01 的整数倍",
         "\"Income in a year\": \"0.001\" is too fine; write a multiple of 0.01"},
        {"person", "earnings", "-1", DOUDI_OUT_OF_RANGE, "「年收入」的「-1」超出范围;应在 0 到 1000000 之间",
         "\"Income in a year\": \"-1\" is out of range; it must lie between 0 and 1000000"},
        {"person", "born", "2018-02-30", DOUDI_NOT_A_DATE, "「出生日期」的「2018-02-30」不是日期;写成 2018-07-01",
         "\"Born on\": \"2018-02-30\" is no date; write it as 2018-07-01"},
        {"person", "born", "1899-12-31", DOUDI_OUT_OF_RANGE,
         "「出生日期」的「1899-12-31」超出范围;应在 1900-01-01 到 2100-01-01 之间",
         "\"Born on\": \"1899-12-31\" is out of range; it must lie between 1900-01-01 and 2100-01-01"},
        {"person", "sex", "both", DOUDI_NOT_A_CHOICE, "「sex」的「both」不是选项;写其中之一:male 男、female 女",
         "\"sex\": \"both\" is none of the choices; write one of male Male, female Female"},
        {"village", "remote", "so\x1bso", DOUDI_NOT_A_TRUTH, "「偏远」的「so\xef\xbf\xbdso」不是「是」或「否」",
         "\"Remote\": \"so\xef\xbf\xbdso\" is neither yes nor no"},
        {"household", "account", "6222020000000000001", DOUDI_NOT_AN_IDENTIFIER,
         "「卡号」的「6222020000000000001」不合证件编号规则;核对证件",
         "\"Card\": \"6222020000000000001\" is no such number; check the document"},
    };
    doudi_data *data = ((struct scene *)*state)->data;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        assert_int_equal(doudi_data_add_row(data, told[i].entity, "new", NULL), DOUDI_OK);
        assert_int_equal(doudi_data_refused(data), DOUDI_ACCEPTED);
        assert_null(doudi_data_refusal(data, DOUDI_ZH));
        assert_int_equal(doudi_data_set(data, told[i].input, told[i].value), DOUDI_BAD_VALUE);
        assert_int_equal(doudi_data_refused(data), told[i].kind);
        assert_string_equal(doudi_data_refusal(data, DOUDI_ZH), told[i].zh);
        assert_string_equal(doudi_data_refusal(data, DOUDI_EN), told[i].en);
    }
}

static void long_value_is_cut_between_characters(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    char value[600] = "x";
    for (size_t i = 0; i < 100; i++) memcpy(value + 1 + 3 * i, "万", 3);
    assert_int_equal(doudi_data_add_row(data, "person", "new", NULL), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "earnings", value), DOUDI_BAD_VALUE);
    const char *words = doudi_data_refusal(data, DOUDI_EN);
    assert_true(strlen(words) < 250);
    assert_non_null(strstr(words, "万\" is no number"));
}

static void refused_option_tells_why(void **state) {
    struct scene *scene = *state;
    doudi_options *options = doudi_options_new(scene->policy);
    assert_int_equal(doudi_options_set(options, "standard", "99"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_options_refused(options), DOUDI_OUT_OF_RANGE);
    assert_string_equal(doudi_options_refusal(options, DOUDI_EN),
                        "\"Standard\": \"99\" is out of range; it must lie between 100 and 10000");
    assert_int_equal(doudi_options_known(options, "soon"), DOUDI_BAD_VALUE);
    assert_string_equal(doudi_options_refusal(options, DOUDI_ZH), "「soon」不是日期;写成 2018-07-01");
    assert_int_equal(doudi_options_set(options, "standard", "100"), DOUDI_OK);
    assert_int_equal(doudi_options_refused(options), DOUDI_ACCEPTED);
    assert_null(doudi_options_refusal(options, DOUDI_EN));
    doudi_options_free(options);
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static void version_stands_in_its_months(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_add_version(data, "person", "ben", "h1", "2018-08", "2018-09"), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "earnings", "3000"), DOUDI_OK);
    expect_in(data, "2018-07", "h1", "per_head", "1000");
    expect_in(data, "2018-08", "h1", "per_head", "2500");
    expect_in(data, "2018-10", "h1", "per_head", "1000");
    doudi_run *run = doudi_run_new(data, "2018-09");
    const char *value = NULL;
    assert_int_equal(doudi_run_next(run, NULL), DOUDI_OK);
    assert_int_equal(doudi_run_value(run, "household", "h1", "per_head", &value), DOUDI_OK);
    assert_string_equal(value, "1000");
    doudi_run_free(run);
}

static void months_of_a_version_are_checked(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_add_version(data, "person", "eve", "h1", "July", NULL), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_refused(data), DOUDI_NOT_A_MONTH);
    assert_string_equal(doudi_data_refusal(data, DOUDI_EN), "\"July\" is no month; write it as 2018-07");
    assert_int_equal(doudi_data_set(data, "earnings", "1"), DOUDI_MISUSE);
    assert_int_equal(doudi_data_add_version(data, "person", "eve", "h1", NULL, "2018"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_add_version(data, "person", "eve", "h1", "2018-08", "2018-07"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_refused(data), DOUDI_MONTHS_REVERSED);
    assert_string_equal(doudi_data_refusal(data, DOUDI_ZH), "「2018-07」结束在开始之前");
    assert_int_equal(doudi_data_add_version(data, "ghost", "eve", "h1", NULL, NULL), DOUDI_NOT_FOUND);
}

static void lost_row_leaves_its_family_open(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_add_row(data, "person", "dora", "h1"), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "earnings", "9e9"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_lose_row(data), DOUDI_OK);
    assert_int_equal(doudi_data_lose_row(data), DOUDI_MISUSE);
    assert_int_equal(doudi_data_doubt_row(data), DOUDI_MISUSE);
    assert_int_equal(doudi_data_set(data, "earnings", "1"), DOUDI_MISUSE);
    expect_in(data, "2018-07", "h1", "aid", "row-refused");
}

static void doubt_spreads(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_add_row(data, "person", "dora", "h1"), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "earnings", "0"), DOUDI_OK);
    assert_int_equal(doudi_data_doubt_row(data), DOUDI_OK);
    doudi_run *run = doudi_run_new(data, "2018-07");
    assert_int_equal(doudi_run_is_unconfirmed(run, "household", "aid"), 1);
    assert_int_equal(doudi_run_is_unconfirmed(run, "bill", "refund"), 0);
    doudi_run_free(run);
}

/* --- known beforehand ------------------------------------------------------------------------------------------- */

static void opening_value_is_read_by_the_first_month(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_open(data, "household", "h1", "months_paid", "9"), DOUDI_OK);
    assert_int_equal(doudi_data_open(data, "household", "h1", "months_paid", "7"), DOUDI_OK);
    expect_in(data, "2018-07", "h1", "months_paid", "8");
    doudi_run *run = doudi_run_new(data, "2018-07");
    const char *value = NULL;
    assert_int_equal(doudi_run_next(run, data), DOUDI_OK);
    assert_int_equal(doudi_run_value(run, "household", "h1", "months_paid", &value), DOUDI_OK);
    assert_string_equal(value, "9");
    doudi_run_free(run);
}

static void decision_is_in_force_in_its_month(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_decide(data, "household", "h2", "aid", NULL, "10"), DOUDI_OK);
    assert_int_equal(doudi_data_decide(data, "household", "h1", "aid", "2018-07", "0"), DOUDI_OK);
    assert_int_equal(doudi_data_decide(data, "household", "h1", "aid", "2018-07", "12.34"), DOUDI_OK);
    expect_in(data, "2018-07", "h1", "aid", "12.34");
    expect_in(data, "2018-08", "h1", "aid", "416.67");
    expect_in(data, "2018-08", "h2", "aid", "10");
    doudi_run *run = doudi_run_new(data, "2018-07");
    assert_int_equal(doudi_run_decide(run, 1, NULL), DOUDI_OK);
    assert_string_equal(doudi_run_reason(run, "household", "h1", "aid"), "given:household.aid");
    assert_int_equal(doudi_explanation_is_given(doudi_run_why(run, "household", "h1", "aid")), 1);
    doudi_run_free(run);
}

static void what_cannot_be_known_beforehand_is_refused(void **state) {
    doudi_data *data = ((struct scene *)*state)->data;
    assert_int_equal(doudi_data_open(data, "person", "anna", "earnings", "1"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_data_open(data, "ghost", "anna", "size", "1"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_data_open(data, "household", "h1", "months_paid", "-1"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_refused(data), DOUDI_OUT_OF_RANGE);
    assert_int_equal(doudi_data_open(data, "household", "h1", "next_door", "h2"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_refused(data), DOUDI_IS_A_REFERENCE);
    assert_string_equal(doudi_data_refusal(data, DOUDI_EN),
                        "\"Next door\" refers to a row and cannot be told beforehand");
    assert_int_equal(doudi_data_decide(data, "household", "h1", "size", NULL, "1"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_refused(data), DOUDI_NOT_DECIDED);
    assert_string_equal(doudi_data_refusal(data, DOUDI_ZH), "「人数」政策没有交给人决定;改正它所依据的数据");
    assert_int_equal(doudi_data_decide(data, "household", "h1", "aid", "soon", "1"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_data_refused(data), DOUDI_NOT_A_MONTH);
    assert_int_equal(doudi_data_decide(data, "household", "h1", "none", NULL, "1"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_data_refused(data), DOUDI_ACCEPTED);
    expect_in(data, "2018-07", "h1", "aid", "416.67");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refusals_tell_why, setup, teardown),
        cmocka_unit_test_setup_teardown(long_value_is_cut_between_characters, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_option_tells_why, setup, teardown),
        cmocka_unit_test_setup_teardown(version_stands_in_its_months, setup, teardown),
        cmocka_unit_test_setup_teardown(months_of_a_version_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(lost_row_leaves_its_family_open, setup, teardown),
        cmocka_unit_test_setup_teardown(doubt_spreads, setup, teardown),
        cmocka_unit_test_setup_teardown(opening_value_is_read_by_the_first_month, setup, teardown),
        cmocka_unit_test_setup_teardown(decision_is_in_force_in_its_month, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_known_beforehand_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
