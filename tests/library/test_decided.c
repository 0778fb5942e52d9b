/* Runs: months, rows, values and why they are so, as a host asks for them. */
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct scene {
    doudi_policy *policy;
    doudi_data *data;
    doudi_run *run;
};

static int setup(void **state) {
    static struct scene scene;
    scene.policy = law_read();
    scene.data = law_families(scene.policy);
    scene.run = doudi_run_new(scene.data, "2018-07");
    *state = &scene;
    return scene.run ? 0 : 1;
}

static int teardown(void **state) {
    struct scene *scene = *state;
    doudi_run_free(scene->run);
    doudi_data_free(scene->data);
    doudi_policy_free(scene->policy);
    return 0;
}

static void expect(doudi_run *run, const char *entity, const char *id, const char *field, const char *expected) {
    const char *value = NULL;
    assert_int_equal(doudi_run_value(run, entity, id, field, &value), DOUDI_OK);
    assert_string_equal(value, expected);
}

static int64_t integer(doudi_run *run, const char *entity, const char *id, const char *field) {
    int64_t value = -99;
    assert_int_equal(doudi_run_integer(run, entity, id, field, &value), DOUDI_OK);
    return value;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static void rows_are_listed(void **state) {
    const doudi_run *run = ((struct scene *)*state)->run;
    assert_int_equal(doudi_run_rows(run, "person"), 3);
    assert_string_equal(doudi_run_row(run, "person", 2), "carl");
    assert_null(doudi_run_row(run, "person", 3));
    assert_int_equal(doudi_run_parent(run, "person", 1), 0);
    assert_int_equal(doudi_run_parent(run, "person", 2), 1);
    assert_int_equal(doudi_run_parent(run, "person", 3), DOUDI_NONE);
    assert_int_equal(doudi_run_parent(run, "village", 0), DOUDI_NONE);
    assert_string_equal(doudi_run_row(run, "bill", 0), "anna/2018-07-03/B1");
    assert_int_equal(doudi_run_rows(run, "castle"), 0);
    assert_null(doudi_run_row(run, "castle", 0));
    assert_string_equal(doudi_run_month(run), "2018-07");
}

static void event_after_the_month_does_not_count(void **state) {
    struct scene *scene = *state;
    doudi_run *before = doudi_run_new(scene->data, "2018-06");
    assert_int_equal(doudi_run_counts(before, "bill", 0), 0);
    assert_int_equal(doudi_run_counts(before, "person", 0), 1);
    assert_int_equal(doudi_run_counts(scene->run, "bill", 0), 1);
    assert_int_equal(doudi_run_counts(scene->run, "bill", 1), 0);
    doudi_run_free(before);
}

static void rows_left_out_are_told(void **state) {
    struct scene *scene = *state;
    doudi_data *data = doudi_data_new(scene->policy);
    assert_int_equal(doudi_data_add_row(data, "village", "v1", NULL), DOUDI_OK);
    assert_int_equal(doudi_data_add_row(data, "household", "h1", "v9"), DOUDI_OK);
    assert_int_equal(doudi_data_add_row(data, "household", "h2", NULL), DOUDI_OK);
    assert_int_equal(doudi_data_add_row(data, "household", "h3", "v1"), DOUDI_OK);
    assert_int_equal(doudi_data_set(data, "neighbour", "h\x1b"), DOUDI_OK);
    assert_int_equal(doudi_data_add_row(data, "person", "anna", "h1"), DOUDI_OK);
    doudi_run *run = doudi_run_new(data, "2018-07");
    assert_int_equal(doudi_run_rows_left_out(run), 4);
    assert_string_equal(doudi_run_left_out(run, 0, DOUDI_EN),
                        "household \"h1\": there is no \"v9\" that it could lie in");
    assert_string_equal(doudi_run_left_out(run, 0, DOUDI_ZH), "家庭「h1」:所属的「v9」不存在");
    assert_string_equal(doudi_run_left_out(run, 1, DOUDI_EN), "household \"h2\": it does not say what it lies in");
    assert_string_equal(doudi_run_left_out(run, 2, DOUDI_EN),
                        "person \"anna\": \"h1\", in which it lies, was left out");
    assert_string_equal(doudi_run_left_out(run, 3, DOUDI_EN),
                        "household \"h3\": \"h\xef\xbf\xbd\", to which it refers, does not exist");
    assert_null(doudi_run_left_out(run, 4, DOUDI_EN));
    doudi_run_free(run);
    doudi_data_free(data);
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static void values_are_texts_and_integers(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    expect(run, "household", "h1", "aid", "416.67"); /* (3,500 - 1,000) x 2 a year, by the month */
    assert_int_equal(integer(run, "household", "h1", "aid"), 41667);
    expect(run, "household", "h1", "below", "yes");
    assert_int_equal(integer(run, "household", "h1", "below"), 1);
    expect(run, "person", "anna", "born", "1980-02-29");
    assert_int_equal(integer(run, "person", "anna", "born"), 3711);
    expect(run, "person", "anna", "sex", "female");
    assert_int_equal(integer(run, "person", "anna", "sex"), 1);
    expect(run, "household", "h2", "neighbour", "h1");
    assert_int_equal(integer(run, "household", "h2", "neighbour"), 0);
    expect(run, "household", "h1", "neighbour", "none");
    assert_int_equal(integer(run, "household", "h1", "neighbour"), -1);
    expect(run, "bill", "anna/2018-07-03/B1", "refund", "49.99");
}

/* 2,000 among three is between two steps. */
static void what_is_no_integer_is_none(void **state) {
    struct scene *scene = *state;
    int64_t value = 7;
    assert_int_equal(doudi_run_integer(scene->run, "household", "h1", "head", &value), DOUDI_NO_INTEGER);
    assert_int_equal(doudi_data_add_row(scene->data, "person", "dora", "h1"), DOUDI_OK);
    assert_int_equal(doudi_data_set(scene->data, "earnings", "0"), DOUDI_OK);
    doudi_run *run = doudi_run_new(scene->data, "2018-07");
    assert_int_equal(doudi_run_integer(run, "household", "h1", "per_head", &value), DOUDI_NO_INTEGER);
    expect(run, "household", "h1", "per_head", "2000/3");
    assert_int_equal(value, 7);
    doudi_run_free(run);
}

static void values_are_shown_to_people(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    assert_string_equal(doudi_run_shown(run, "household", "h1", "per_head", DOUDI_EN), "1,000.00");
    assert_string_equal(doudi_run_shown(run, "household", "h1", "below", DOUDI_ZH), "是");
    assert_string_equal(doudi_run_shown(run, "person", "anna", "sex", DOUDI_ZH), "女");
    assert_string_equal(doudi_run_shown(run, "household", "h2", "neighbour", DOUDI_ZH), "h1");
    assert_string_equal(doudi_explanation_shown(doudi_run_why(run, "household", "h2", "next_door"), DOUDI_EN), "h1");
    assert_string_equal(doudi_explanation_shown(doudi_run_why(run, "household", "h1", "next_door"), DOUDI_ZH), "无");
    assert_null(doudi_run_shown(run, "household", "h9", "below", DOUDI_ZH));
}

static void what_is_missing_is_told(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    const char *value = NULL;
    int64_t number = 7;
    assert_int_equal(doudi_run_value(run, "household", "h2", "aid", &value), DOUDI_UNKNOWN);
    assert_string_equal(value, "input");
    assert_int_equal(doudi_run_integer(run, "household", "h2", "aid", &number), DOUDI_UNKNOWN);
    assert_int_equal(number, 7);
    assert_string_equal(doudi_run_missing(run, "household", "h2", "aid", DOUDI_ZH), "人员 carl 缺「年收入」");
    assert_string_equal(doudi_run_missing(run, "household", "h2", "aid", DOUDI_EN),
                        "\"Income in a year\" of person carl is missing");
    assert_string_equal(doudi_run_missing(run, "household", "h1", "aid", DOUDI_EN), "");
    assert_string_equal(doudi_run_reason(run, "household", "h2", "aid"), "input:person.earnings");
}

static void what_decided_is_told(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    assert_string_equal(doudi_run_reason(run, "household", "h1", "aid"), "case:1.1");
    assert_string_equal(doudi_run_cite(run, "household", "h1", "aid", 0), "1"); /* the case has its own */
    assert_null(doudi_run_cite(run, "household", "h1", "aid", 1));
    assert_string_equal(doudi_run_cite(run, "household", "h2", "aid", 0), "3");
    assert_null(doudi_run_cite(run, "household", "h1", "nothing", 0));
    assert_int_equal(doudi_run_is_unconfirmed(run, "household", "aid"), 0);
}

static void guarantees_are_checked(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    doudi_finding finding = DOUDI_NOT_ASKED;
    assert_int_equal(doudi_run_guarantee(run, "enough", "h1", &finding), DOUDI_OK);
    assert_int_equal(finding, DOUDI_HOLDS);
    assert_string_equal(doudi_run_guarantee_missing(run, "enough", "h1", DOUDI_EN), "");
    assert_int_equal(doudi_run_guarantee(run, "enough", "h2", &finding), DOUDI_OK);
    assert_int_equal(finding, DOUDI_NOT_KNOWN);
    assert_string_equal(doudi_run_guarantee_missing(run, "enough", "h2", DOUDI_EN),
                        "\"Income in a year\" of person carl is missing");
    assert_int_equal(doudi_run_guarantee(run, "enough", "h9", &finding), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_guarantee(run, "more", "h1", &finding), DOUDI_NOT_FOUND);
    assert_null(doudi_run_guarantee_missing(run, "more", "h1", DOUDI_EN));
}

static void indicators_are_measured(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    const char *value = NULL;
    assert_int_equal(doudi_run_indicator(run, "share_below", "village", "v1", &value), DOUDI_UNKNOWN);
    assert_string_equal(value, "input");
    assert_int_equal(doudi_run_indicator(run, "share_below", "village", "v2", &value), DOUDI_FAULT);
    assert_string_equal(value, "division-by-zero");
    assert_int_equal(doudi_run_indicator(run, "share_below", "household", "h1", &value), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_indicator(run, "share_below", "village", "v9", &value), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_indicator(run, "share_above", "village", "v1", &value), DOUDI_NOT_FOUND);
}

/* --- deciding everybody ------------------------------------------------------------------------------------------ */

/* As the scene's own run, which finds each value when it is asked for. */
static void expect_the_same(const struct scene *scene, doudi_run *run) {
    for (size_t entity = 0; entity < doudi_policy_count(scene->policy, DOUDI_ENTITY); entity++) {
        const char *of = doudi_policy_name(scene->policy, DOUDI_ENTITY, entity);
        for (size_t row = 0; row < doudi_run_rows(run, of); row++) {
            const char *id = doudi_run_row(run, of, row);
            size_t field;
            for (size_t i = 0; (field = doudi_entity_field(scene->policy, entity, i)) != DOUDI_NONE; i++) {
                const char *name = doudi_policy_name(scene->policy, DOUDI_FIELD, field), *fast = NULL, *slow = NULL;
                doudi_status status = doudi_run_value(scene->run, of, id, name, &slow);
                assert_int_equal(doudi_run_value(run, of, id, name, &fast), status);
                assert_string_equal(fast, slow);
                assert_string_equal(doudi_run_reason(run, of, id, name), doudi_run_reason(scene->run, of, id, name));
            }
        }
    }
}

static void everybody_at_once_is_the_same(void **state) {
    struct scene *scene = *state;
    doudi_run *run = doudi_run_new(scene->data, "2018-07");
    assert_int_equal(doudi_run_decide(run, 2, NULL), DOUDI_OK);
    assert_int_equal(doudi_run_decide(run, 0, "abacus"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_decide(run, 0, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    doudi_run_free(run);
}

static void area_after_area_is_the_same(void **state) {
    struct scene *scene = *state;
    doudi_run *run = doudi_run_new(scene->data, "2018-07");
    assert_int_equal(doudi_run_decide_within(run, "village", "v9", 1, NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_decide_within(run, "castle", "v1", 1, NULL), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_decide_within(run, "village", "v1", 1, "abacus"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_decide_within(run, "village", "v1", 1, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    assert_int_equal(doudi_run_decide_within(run, "village", "v2", 2, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    assert_int_equal(doudi_run_decide_within(run, "person", "carl", 1, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    assert_int_equal(doudi_run_decide(run, 1, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    doudi_run_free(run);
}

static void what_is_asked_for_is_the_same(void **state) {
    struct scene *scene = *state;
    doudi_run *run = doudi_run_new(scene->data, "2018-07");
    assert_int_equal(doudi_run_ask(run, "household", "castle"), DOUDI_NOT_FOUND);
    assert_int_equal(doudi_run_ask(run, "person", "earnings"), DOUDI_NOT_FOUND); /* an input */
    assert_int_equal(doudi_run_ask(run, "household", "below"), DOUDI_OK);
    assert_int_equal(doudi_run_decide(run, 1, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    assert_int_equal(doudi_run_ask(run, "household", "aid"), DOUDI_OK);
    assert_int_equal(doudi_run_decide_within(run, "household", "h1", 1, NULL), DOUDI_OK);
    expect_the_same(scene, run);
    doudi_run_free(run);
}

/* A value picked by an index that begins above 0, also between families of whom it is not known and where the line is
 * missing; and last month's value of what a row lies in. */
static void what_is_picked_and_what_was_before_is_the_same(void **state) {
    static const char law[] = "```doudi\npolicy small\n  currency yuan of 100 fen\nentity household\n"
                              "entity person in household at most 9\ninput household heads : count in 0 .. 9\n"
                              "parameter grade : money by count in 2 .. 6 in 0 .. 100 yuan\n  table\n"
                              "rule household few : count in 3 .. 6 = min(6, max(3, heads))\n"
                              "rule household picked : money = grade[few]\n"
                              "rule household months : count in 0 .. 99 starts 0\n"
                              "  = when heads > 3: min(99, previous(months) + 1)\n    otherwise: previous(months)\n"
                              "rule person before : count = previous(months)\n```\n";
    static const char table[] = "count,value\n2,20\n3,30\n4,40\n6,60\n";
    (void)state;
    doudi_policy *policy = doudi_policy_new();
    assert_int_equal(doudi_policy_begin(policy, "small"), DOUDI_OK);
    assert_int_equal(doudi_policy_add(policy, "law.md", law, strlen(law)), DOUDI_OK);
    assert_int_equal(doudi_policy_add(policy, "tables/grade.csv", table, strlen(table)), DOUDI_OK);
    assert_int_equal(doudi_policy_compile(policy), DOUDI_OK);
    doudi_data *data = doudi_data_new(policy);
    static const char *const households[] = {"h0", NULL, "h1", "9", "h2", "0", "h3", "4", "h4", NULL, "h5", "5"};
    for (size_t i = 0; i < sizeof households / sizeof *households; i += 2) {
        assert_int_equal(doudi_data_add_row(data, "household", households[i], NULL), DOUDI_OK);
        if (households[i + 1]) assert_int_equal(doudi_data_set(data, "heads", households[i + 1]), DOUDI_OK);
    }
    for (char id[] = "k10"; id[1] < '5'; id[1]++) /* far from what is not known */
        for (id[2] = '0'; id[2] <= '9'; id[2]++) {
            assert_int_equal(doudi_data_add_row(data, "household", id, NULL), DOUDI_OK);
            assert_int_equal(doudi_data_set(data, "heads", "4"), DOUDI_OK);
        }
    assert_int_equal(doudi_data_add_row(data, "person", "p1", "h1"), DOUDI_OK);
    assert_int_equal(doudi_data_add_row(data, "person", "p2", "h2"), DOUDI_OK);
    doudi_run *run = doudi_run_new(data, "2018-07");
    for (int month = 0; month < 2; month++) {
        const char *value = NULL;
        assert_int_equal(doudi_run_decide(run, 1, NULL), DOUDI_OK);
        expect(run, "household", "h1", "picked", "60");
        expect(run, "household", "h2", "picked", "30");
        expect(run, "household", "h3", "picked", "40");
        assert_int_equal(doudi_run_value(run, "household", "h4", "picked", &value), DOUDI_UNKNOWN);
        assert_string_equal(value, "input");
        assert_int_equal(doudi_run_value(run, "household", "h5", "picked", &value), DOUDI_FAULT);
        assert_string_equal(value, "no-parameter");
        expect(run, "household", "k49", "picked", "40");
        expect(run, "person", "p1", "before", month ? "1" : "0");
        expect(run, "person", "p2", "before", "0");
        assert_int_equal(doudi_run_next(run, NULL), DOUDI_OK);
    }
    doudi_run_free(run);
    doudi_data_free(data);
    doudi_policy_free(policy);
}

/* --- months ----------------------------------------------------------------------------------------------------- */

static void months_follow_one_another(void **state) {
    struct scene *scene = *state;
    doudi_run *run = doudi_run_new(scene->data, "2018-11");
    static const char *const months[] = {"2018-11", "2018-12", "2019-01"};
    static const char *const paid[] = {"1", "2", "3"};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(doudi_run_month(run), months[i]);
        if (i == 1) assert_int_equal(doudi_run_decide(run, 1, NULL), DOUDI_OK);
        expect(run, "household", "h1", "months_paid", paid[i]);
        assert_int_equal(doudi_run_next(run, i == 1 ? scene->data : NULL), DOUDI_OK);
    }
    doudi_run_free(run);
}

static void what_an_event_was_settled_with_stands(void **state) {
    struct scene *scene = *state;
    doudi_run *run = doudi_run_new(scene->data, "2018-07");
    doudi_data *later = law_families(scene->policy);
    assert_int_equal(doudi_data_set(later, "cost", "1000"), DOUDI_OK); /* of the row added last, the bill */
    assert_int_equal(doudi_run_next(run, later), DOUDI_OK);
    expect(run, "bill", "anna/2018-07-03/B1", "cost", "1000");
    expect(run, "bill", "anna/2018-07-03/B1", "refund", "49.99");
    doudi_run_free(run);
    doudi_data_free(later);
}

static void calendar_has_an_end(void **state) {
    struct scene *scene = *state;
    doudi_run *run = doudi_run_new(scene->data, "2199-12");
    assert_int_equal(doudi_run_next(run, NULL), DOUDI_NOT_FOUND);
    assert_string_equal(doudi_run_month(run), "2199-12");
    doudi_run_free(run);
}

/* --- options ---------------------------------------------------------------------------------------------------- */

static void options_change_a_run(void **state) {
    struct scene *scene = *state;
    doudi_options *options = doudi_options_new(scene->policy);
    assert_int_equal(doudi_options_set(options, "share_kept", "25%"), DOUDI_OK);
    assert_int_equal(doudi_options_set(options, "share_kept", "50%"), DOUDI_OK);
    assert_int_equal(doudi_options_set(options, "standard", "7000"), DOUDI_OK);
    doudi_run *run = doudi_run_new_with(scene->data, "2018-07", options);
    doudi_options_free(options);
    expect(run, "household", "h1", "aid", "500"); /* half of (7,000 - 1,000) x 2, by the month */
    assert_int_equal(doudi_run_is_unconfirmed(run, "household", "aid"), 0);
    assert_int_equal(doudi_run_next(run, NULL), DOUDI_OK);
    expect(run, "household", "h1", "aid", "500");
    doudi_run_free(run);
}

static void options_leave_no_room_beyond_the_law(void **state) {
    struct scene *scene = *state;
    static const struct {
        const char *parameter, *value;
        doudi_status status;
    } told[] = {
        {"share_kept", "101%", DOUDI_BAD_VALUE},
        {"standard", "99.99", DOUDI_BAD_VALUE},
        {"standard", "100.001", DOUDI_BAD_VALUE},
        {"standard", "much", DOUDI_BAD_VALUE},
        {"standard", "unknown", DOUDI_BAD_VALUE},
        {"standard", NULL, DOUDI_BAD_VALUE},
        {"tiers", "10%", DOUDI_NOT_FOUND},
        {"aid", "10", DOUDI_NOT_FOUND},
        {NULL, "10", DOUDI_NOT_FOUND},
        {"standard", "100", DOUDI_OK},
    };
    doudi_options *options = doudi_options_new(scene->policy);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        assert_int_equal(doudi_options_set(options, told[i].parameter, told[i].value), told[i].status);
    assert_int_equal(doudi_options_known(options, "2018-02-30"), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_options_known(options, NULL), DOUDI_BAD_VALUE);
    assert_int_equal(doudi_options_known(options, "2018-02-28"), DOUDI_OK);
    doudi_options_free(options);
}

static void law_is_as_known_on_a_day(void **state) {
    static const char law[] = "```doudi\npolicy small\nentity household\ninput household head : text\n"
                              "rule household beds : count\n  from 2018-01-01\n  = 1\n"
                              "rule household beds : count\n  from 2018-05-01\n  enacted 2018-06-15\n  = 2\n```\n";
    static const char *const known[] = {"2018-06-14", "2018-06-15"}, *const beds[] = {"1", "2"};
    (void)state;
    doudi_policy *policy = doudi_policy_new();
    assert_int_equal(doudi_policy_begin(policy, "small"), DOUDI_OK);
    assert_int_equal(doudi_policy_add(policy, "law.md", law, strlen(law)), DOUDI_OK);
    assert_int_equal(doudi_policy_compile(policy), DOUDI_OK);
    doudi_data *data = doudi_data_new(policy);
    assert_int_equal(doudi_data_add_row(data, "household", "h1", NULL), DOUDI_OK);
    for (size_t i = 0; i < 2; i++) {
        doudi_options *options = doudi_options_new(policy);
        assert_int_equal(doudi_options_known(options, known[i]), DOUDI_OK);
        doudi_run *run = doudi_run_new_with(data, "2018-07", options);
        expect(run, "household", "h1", "beds", beds[i]);
        doudi_run_free(run);
        doudi_options_free(options);
    }
    doudi_data_free(data);
    doudi_policy_free(policy);
}

static void options_are_of_one_policy(void **state) {
    struct scene *scene = *state;
    doudi_policy *other = law_read();
    doudi_options *options = doudi_options_new(other);
    doudi_data *data = law_families(other);
    assert_null(doudi_run_new_with(scene->data, "2018-07", options));
    assert_int_equal(doudi_run_next(scene->run, data), DOUDI_MISUSE);
    doudi_options_free(options);
    doudi_data_free(data);
    doudi_policy_free(other);
}

/* --- explanations ------------------------------------------------------------------------------------------------ */

/* The child of that name. */
static const doudi_explanation *child(const doudi_explanation *node, const char *name) {
    const doudi_explanation *found;
    for (size_t i = 0; (found = doudi_explanation_child(node, i)); i++)
        if (doudi_explanation_name(found) && strcmp(doudi_explanation_name(found), name) == 0) return found;
    fail_msg("%s is not among the children", name);
    return NULL;
}

static void explanation_can_be_walked(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    const char *value = NULL;
    const doudi_explanation *aid = doudi_run_why(run, "household", "h1", "aid");
    assert_int_equal(doudi_explanation_kind(aid), DOUDI_NODE_FIELD);
    assert_string_equal(doudi_explanation_entity(aid), "household");
    assert_string_equal(doudi_explanation_name(aid), "aid");
    assert_string_equal(doudi_explanation_id(aid), "h1");
    assert_string_equal(doudi_explanation_label(aid, DOUDI_ZH), "补助");
    assert_int_equal(doudi_explanation_value(aid, &value), DOUDI_OK);
    assert_string_equal(value, "416.67");
    assert_string_equal(doudi_explanation_shown(aid, DOUDI_EN), "416.67");
    assert_string_equal(doudi_explanation_unit(aid, DOUDI_ZH), "元/月");
    assert_non_null(strstr(doudi_explanation_formula(aid, DOUDI_EN), "3,500.00"));
    assert_string_equal(doudi_explanation_missing(aid, DOUDI_EN), "");
    assert_string_equal(doudi_explanation_cite(aid, 0), "1");
    assert_null(doudi_explanation_cite(aid, 1));
    assert_int_equal(doudi_explanation_is_failed(aid), 0);
    assert_int_equal(doudi_explanation_is_given(aid), 0);
    assert_int_equal(doudi_explanation_is_unconfirmed(aid), 0);
    assert_null(doudi_explanation_distance(aid));
    assert_int_equal(doudi_explanation_more(aid), 0);

    const doudi_explanation *below = child(aid, "below"), *standard = child(below, "standard");
    assert_string_equal(doudi_explanation_distance(below), "2500"); /* could rise by so much */
    assert_string_equal(doudi_explanation_distance_unit(below, DOUDI_EN), "yuan/year");
    assert_string_equal(doudi_explanation_subject(below, DOUDI_ZH), "人均收入");
    assert_int_equal(doudi_explanation_kind(standard), DOUDI_NODE_PARAMETER);
    assert_null(doudi_explanation_entity(standard));
    assert_null(doudi_explanation_id(standard));
    assert_ptr_equal(child(below, "per_head"), child(aid, "per_head")); /* one value is one node */
    assert_null(doudi_explanation_child(aid, 99));
}

static void why_not_tells_what_stands_in_the_way(void **state) {
    struct scene *scene = *state;
    doudi_options *options = doudi_options_new(scene->policy);
    assert_int_equal(doudi_options_set(options, "standard", "600"), DOUDI_OK);
    doudi_run *run = doudi_run_new_with(scene->data, "2018-07", options);
    const doudi_explanation *aid = doudi_run_why_not(run, "household", "h1", "aid"), *below = child(aid, "below");
    assert_int_equal(doudi_explanation_is_failed(below), 1);
    assert_string_equal(doudi_explanation_distance(below), "-400.01");
    assert_string_equal(doudi_explanation_distance(doudi_run_why_not(run, "household", "h1", "below")), "-400.01");
    assert_null(doudi_run_why_not(run, "person", "anna", "earnings"));
    assert_null(doudi_run_why_not(run, "household", "h9", "aid"));
    doudi_run_free(run);
    doudi_options_free(options);
}

static void explanation_says_what_is_missing(void **state) {
    doudi_run *run = ((struct scene *)*state)->run;
    const char *value = NULL;
    const doudi_explanation *aid = doudi_run_why(run, "household", "h2", "aid");
    assert_int_equal(doudi_explanation_value(aid, &value), DOUDI_UNKNOWN);
    assert_string_equal(value, "input");
    assert_string_equal(doudi_explanation_missing(aid, DOUDI_ZH), "人员 carl 缺「年收入」");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(event_after_the_month_does_not_count, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_left_out_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_texts_and_integers, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_integer_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_shown_to_people, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_decided_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(guarantees_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(indicators_are_measured, setup, teardown),
        cmocka_unit_test_setup_teardown(everybody_at_once_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(area_after_area_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_asked_for_is_the_same, setup, teardown),
        cmocka_unit_test(what_is_picked_and_what_was_before_is_the_same),
        cmocka_unit_test_setup_teardown(months_follow_one_another, setup, teardown),
        cmocka_unit_test_setup_teardown(what_an_event_was_settled_with_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(calendar_has_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(options_change_a_run, setup, teardown),
        cmocka_unit_test_setup_teardown(options_leave_no_room_beyond_the_law, setup, teardown),
        cmocka_unit_test(law_is_as_known_on_a_day),
        cmocka_unit_test_setup_teardown(options_are_of_one_policy, setup, teardown),
        cmocka_unit_test_setup_teardown(explanation_can_be_walked, setup, teardown),
        cmocka_unit_test_setup_teardown(why_not_tells_what_stands_in_the_way, setup, teardown),
        cmocka_unit_test_setup_teardown(explanation_says_what_is_missing, setup, teardown),
    };
    return cmocka_run_group_tests_name("decided", tests, NULL, NULL);
}
