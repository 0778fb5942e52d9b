/* A policy, looked at: what its text says, told by index; nothing where there is nothing. */
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state) {
    *state = law_read();
    return *state ? 0 : 1;
}

static int teardown(void **state) {
    doudi_policy_free(*state);
    return 0;
}

static size_t field(const doudi_policy *policy, const char *entity, const char *name) {
    size_t found = doudi_policy_find(policy, DOUDI_FIELD, entity, name);
    assert_int_not_equal(found, DOUDI_NONE);
    return found;
}

static void things_are_counted_and_named(void **state) {
    static const struct {
        doudi_thing thing;
        size_t count, index;
        const char *name, *zh, *en;
    } expected[] = {
        {DOUDI_LAYER, 1, 0, "small", "小法", "Small law"},
        {DOUDI_ENTITY, 4, 2, "person", "人员", "person"},
        {DOUDI_FIELD, 18, 17, "alone", "独居", "Alone"},
        {DOUDI_PARAMETER, 3, 0, "standard", "标准", "Standard"},
        {DOUDI_GUARANTEE, 1, 0, "enough", "不低于一百元", "Never below 100"},
        {DOUDI_INDICATOR, 1, 0, "share_below", "低于标准的比例", "Share below"},
        {DOUDI_CLAUSE, 3, 1, "2", "家庭", "The family"},
    };
    const doudi_policy *policy = *state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        doudi_thing thing = expected[i].thing;
        size_t index = expected[i].index;
        assert_int_equal(doudi_policy_count(policy, thing), expected[i].count);
        assert_string_equal(doudi_policy_name(policy, thing, index), expected[i].name);
        assert_string_equal(doudi_policy_label(policy, thing, index, DOUDI_ZH), expected[i].zh);
        assert_string_equal(doudi_policy_label(policy, thing, index, DOUDI_EN), expected[i].en);
        assert_null(doudi_policy_name(policy, thing, expected[i].count));
        assert_null(doudi_policy_label(policy, thing, expected[i].count, DOUDI_ZH));
        if (thing != DOUDI_FIELD) assert_int_equal(doudi_policy_find(policy, thing, NULL, expected[i].name), index);
        assert_int_equal(doudi_policy_find(policy, thing, "person", "nothing"), DOUDI_NONE);
    }
}

static void fields_are_found_by_name_and_label(void **state) {
    const doudi_policy *policy = *state;
    size_t earnings = field(policy, "person", "earnings");
    assert_int_equal(doudi_policy_find(policy, DOUDI_FIELD, "person", "年收入"), earnings);
    assert_string_equal(doudi_policy_name(policy, DOUDI_FIELD, earnings), "earnings");
    assert_int_equal(doudi_policy_find(policy, DOUDI_FIELD, "household", "earnings"), DOUDI_NONE);
    assert_int_equal(doudi_policy_find(policy, DOUDI_FIELD, NULL, "earnings"), DOUDI_NONE);
    size_t sex = field(policy, "person", "sex"); /* without a label */
    assert_string_equal(doudi_policy_label(policy, DOUDI_FIELD, sex, DOUDI_ZH), "sex");
}

static void entities_lie_in_one_another(void **state) {
    const doudi_policy *policy = *state;
    size_t bill = doudi_policy_find(policy, DOUDI_ENTITY, NULL, "bill");
    assert_int_equal(doudi_policy_entity(policy, DOUDI_ENTITY, bill), 2);
    assert_int_equal(doudi_policy_entity(policy, DOUDI_ENTITY, 0), DOUDI_NONE);
    assert_int_equal(doudi_policy_entity(policy, DOUDI_GUARANTEE, 0), 1);
    assert_true(doudi_entity_is_event(policy, bill));
    assert_false(doudi_entity_is_event(policy, 2));
    assert_int_equal(doudi_entity_dated(policy, bill, 0), field(policy, "bill", "paid_on"));
    assert_int_equal(doudi_entity_dated(policy, bill, 1), field(policy, "bill", "bill_number"));
    assert_int_equal(doudi_entity_dated(policy, bill, 2), DOUDI_NONE);
    assert_int_equal(doudi_entity_field(policy, 2, 0), field(policy, "person", "earnings"));
    assert_int_equal(doudi_entity_field(policy, 2, 3), DOUDI_NONE);
    assert_int_equal(doudi_policy_entity(policy, DOUDI_FIELD, doudi_entity_field(policy, 1, 0)), 1);
    assert_int_equal(doudi_indicator_level(policy, 0, 0), 0);
    assert_int_equal(doudi_indicator_level(policy, 0, 1), DOUDI_NONE);
}

static void kinds_and_types_are_told(void **state) {
    static const struct {
        const char *entity, *name;
        doudi_kind kind;
        doudi_type type;
        int decided;
    } expected[] = {
        {"village", "remote", DOUDI_INPUT, DOUDI_TRUTH, 0},    {"household", "head", DOUDI_INPUT, DOUDI_TEXT, 0},
        {"household", "neighbour", DOUDI_INPUT, DOUDI_ROW, 0}, {"person", "earnings", DOUDI_INPUT, DOUDI_NUMBER, 0},
        {"person", "born", DOUDI_INPUT, DOUDI_DATE, 0},        {"person", "sex", DOUDI_INPUT, DOUDI_CHOICE, 0},
        {"household", "size", DOUDI_RULE, DOUDI_NUMBER, 0},    {"household", "aid", DOUDI_BENEFIT, DOUDI_NUMBER, 1},
        {"household", "alone", DOUDI_ALERT, DOUDI_TRUTH, 0},
    };
    const doudi_policy *policy = *state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        size_t found = field(policy, expected[i].entity, expected[i].name);
        assert_int_equal(doudi_field_kind(policy, found), expected[i].kind);
        assert_int_equal(doudi_policy_type(policy, DOUDI_FIELD, found), expected[i].type);
        assert_int_equal(doudi_field_is_decided(policy, found), expected[i].decided);
    }
    assert_int_equal(doudi_policy_type(policy, DOUDI_ENTITY, 0), DOUDI_NO_TYPE);
    assert_int_equal(doudi_policy_type(policy, DOUDI_INDICATOR, 0), DOUDI_NUMBER);
    assert_int_equal(doudi_policy_refers(policy, DOUDI_FIELD, field(policy, "household", "neighbour")), 1);
    assert_int_equal(doudi_policy_refers(policy, DOUDI_FIELD, field(policy, "household", "head")), DOUDI_NONE);
}

static void numbers_have_units_steps_and_ranges(void **state) {
    const doudi_policy *policy = *state;
    size_t earnings = field(policy, "person", "earnings"), born = field(policy, "person", "born"),
           size = field(policy, "household", "size"), per_head = field(policy, "household", "per_head");
    assert_string_equal(doudi_policy_unit(policy, DOUDI_FIELD, earnings, DOUDI_ZH), "元/年");
    assert_string_equal(doudi_policy_unit(policy, DOUDI_FIELD, earnings, DOUDI_EN), "yuan/year");
    assert_string_equal(doudi_policy_low(policy, DOUDI_FIELD, earnings), "0");
    assert_string_equal(doudi_policy_high(policy, DOUDI_FIELD, earnings), "1000000");
    assert_string_equal(doudi_policy_step(policy, DOUDI_FIELD, earnings), "0.01");
    assert_string_equal(doudi_policy_unit(policy, DOUDI_FIELD, size, DOUDI_EN), "");
    assert_string_equal(doudi_policy_step(policy, DOUDI_FIELD, size), "1");
    assert_null(doudi_policy_low(policy, DOUDI_FIELD, per_head));
    assert_null(doudi_policy_unit(policy, DOUDI_FIELD, born, DOUDI_ZH));
    assert_null(doudi_policy_step(policy, DOUDI_FIELD, born));
    assert_string_equal(doudi_policy_low(policy, DOUDI_FIELD, born), "1900-01-01");
    assert_string_equal(doudi_policy_high(policy, DOUDI_FIELD, born), "2100-01-01");
    assert_string_equal(doudi_policy_high(policy, DOUDI_PARAMETER, 0), "10000");
    assert_string_equal(doudi_policy_unit(policy, DOUDI_PARAMETER, 0, DOUDI_EN), "yuan/year");
}

static void choices_are_listed(void **state) {
    const doudi_policy *policy = *state;
    size_t sex = field(policy, "person", "sex");
    assert_string_equal(doudi_policy_choice(policy, DOUDI_FIELD, sex, 1), "female");
    assert_string_equal(doudi_policy_choice_label(policy, DOUDI_FIELD, sex, 1, DOUDI_ZH), "女");
    assert_null(doudi_policy_choice(policy, DOUDI_FIELD, sex, 2));
    assert_null(doudi_policy_choice_label(policy, DOUDI_FIELD, sex, 2, DOUDI_ZH));
    assert_null(doudi_policy_choice(policy, DOUDI_FIELD, field(policy, "person", "born"), 0));
}

static void what_empty_means_is_told(void **state) {
    const doudi_policy *policy = *state;
    size_t remote = field(policy, "village", "remote"), neighbour = field(policy, "household", "neighbour");
    assert_string_equal(doudi_field_empty(policy, remote, DOUDI_ZH), "否");
    assert_string_equal(doudi_field_empty(policy, remote, DOUDI_EN), "no");
    assert_non_null(doudi_field_empty(policy, neighbour, DOUDI_EN));
    assert_null(doudi_field_empty(policy, field(policy, "household", "head"), DOUDI_EN));
}

static void parameters_are_told_apart(void **state) {
    const doudi_policy *policy = *state;
    for (size_t i = 0; i < 3; i++) {
        const char *name = doudi_policy_name(policy, DOUDI_PARAMETER, i);
        assert_int_equal(doudi_parameter_is_reading(policy, i), strcmp(name, "share_kept") == 0);
        assert_int_equal(doudi_parameter_is_scale(policy, i), strcmp(name, "tiers") == 0);
    }
}

static void clauses_are_cited(void **state) {
    const doudi_policy *policy = *state;
    size_t aid = field(policy, "household", "aid");
    assert_string_equal(doudi_policy_cite(policy, DOUDI_FIELD, aid, 0), "3");
    assert_string_equal(doudi_policy_cite(policy, DOUDI_FIELD, aid, 1), "1"); /* of a case */
    assert_null(doudi_policy_cite(policy, DOUDI_FIELD, aid, 2));
    assert_string_equal(doudi_policy_cite(policy, DOUDI_GUARANTEE, 0, 0), "3");
    assert_null(doudi_policy_cite(policy, DOUDI_ENTITY, 0, 0));
    assert_string_equal(doudi_clause_says(policy, 0, DOUDI_ZH), "标准为三千五百元");
    assert_string_equal(doudi_clause_says(policy, 1, DOUDI_EN), "");
    assert_string_equal(doudi_clause_document(policy, 0), "办法");
    assert_string_equal(doudi_clause_section(policy, 2), "第三条");
    assert_string_equal(doudi_clause_sentence(policy, 0), "标准是三千五百元。");
}

/* No policy, one that is still open, one with mistakes; then indexes beyond every list. */
static void nothing_is_told_of_nothing(void **state) {
    doudi_policy *open = doudi_policy_new(), *wrong = doudi_policy_new();
    assert_int_equal(doudi_policy_begin(open, "open"), DOUDI_OK);
    assert_int_equal(doudi_policy_begin(wrong, "wrong"), DOUDI_OK);
    assert_int_equal(doudi_policy_compile(wrong), DOUDI_MISTAKES);
    const doudi_policy *const policies[] = {NULL, open, wrong, *state};
    for (size_t i = 0; i < 4; i++) {
        const doudi_policy *policy = policies[i];
        for (int thing = DOUDI_LAYER; thing <= DOUDI_CLAUSE + 1; thing++) {
            size_t index = policy == *state ? 1000 : 0;
            if (policy != *state) assert_int_equal(doudi_policy_count(policy, (doudi_thing)thing), 0);
            assert_null(doudi_policy_name(policy, (doudi_thing)thing, index));
            assert_null(doudi_policy_label(policy, (doudi_thing)thing, index, DOUDI_EN));
            assert_int_equal(doudi_policy_find(policy, (doudi_thing)thing, NULL, NULL), DOUDI_NONE);
            assert_int_equal(doudi_policy_find(policy, (doudi_thing)thing, "none", "none"), DOUDI_NONE);
            assert_int_equal(doudi_policy_entity(policy, (doudi_thing)thing, index), DOUDI_NONE);
            assert_null(doudi_policy_cite(policy, (doudi_thing)thing, index, 0));
            assert_int_equal(doudi_policy_type(policy, (doudi_thing)thing, index), DOUDI_NO_TYPE);
            assert_null(doudi_policy_unit(policy, (doudi_thing)thing, index, DOUDI_EN));
            assert_null(doudi_policy_low(policy, (doudi_thing)thing, index));
            assert_null(doudi_policy_high(policy, (doudi_thing)thing, index));
            assert_null(doudi_policy_step(policy, (doudi_thing)thing, index));
            assert_null(doudi_policy_choice(policy, (doudi_thing)thing, index, 0));
            assert_null(doudi_policy_choice_label(policy, (doudi_thing)thing, index, 0, DOUDI_EN));
            assert_int_equal(doudi_policy_refers(policy, (doudi_thing)thing, index), DOUDI_NONE);
        }
        assert_false(doudi_entity_is_event(policy, 1000));
        assert_int_equal(doudi_entity_dated(policy, 1000, 0), DOUDI_NONE);
        assert_int_equal(doudi_entity_field(policy, 1000, 0), DOUDI_NONE);
        assert_int_equal(doudi_field_kind(policy, 1000), DOUDI_INPUT);
        assert_null(doudi_field_empty(policy, 1000, DOUDI_EN));
        assert_false(doudi_field_is_decided(policy, 1000));
        assert_false(doudi_parameter_is_reading(policy, 1000));
        assert_false(doudi_parameter_is_scale(policy, 1000));
        assert_int_equal(doudi_indicator_level(policy, 1000, 0), DOUDI_NONE);
        assert_null(doudi_clause_says(policy, 1000, DOUDI_EN));
        assert_null(doudi_clause_document(policy, 1000));
        assert_null(doudi_clause_section(policy, 1000));
        assert_null(doudi_clause_sentence(policy, 1000));
    }
    doudi_policy_free(open);
    doudi_policy_free(wrong);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_are_counted_and_named),
        cmocka_unit_test(fields_are_found_by_name_and_label),
        cmocka_unit_test(entities_lie_in_one_another),
        cmocka_unit_test(kinds_and_types_are_told),
        cmocka_unit_test(numbers_have_units_steps_and_ranges),
        cmocka_unit_test(choices_are_listed),
        cmocka_unit_test(what_empty_means_is_told),
        cmocka_unit_test(parameters_are_told_apart),
        cmocka_unit_test(clauses_are_cited),
        cmocka_unit_test(nothing_is_told_of_nothing),
    };
    return cmocka_run_group_tests_name("model", tests, setup, teardown);
}
