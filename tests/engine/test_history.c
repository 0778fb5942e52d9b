/* What is kept of earlier months: by row and month, coded, in pages. */
#include "stage.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\nentity family\n"
                          "enum kind : good \"好\" \"Good\", poor \"差\" \"Poor\"\n"
                          "input family a : money/year in 0 .. 10_000_000 yuan/year\n"
                          "input family k : kind\ninput family b : bool\n"
                          "input family d : date in 1900-01-01 .. 2100-01-01\n"
                          "rule family r : money/year in 0 .. 20_000_000 yuan/year = a * 2\n";

static const struct field *field_of(const struct stage *stage, const char *name) {
    return policy_field(stage->policy, TEXT("family"), text_from(name));
}

static struct text id_of(char room[16], int number) {
    return (struct text){room, (size_t)snprintf(room, 16, "F%d", number)};
}

/* The months of what is kept, latest first: "24218 24217 ". */
static const char *months_of(const struct history *history, const struct field *field, const char *id) {
    static char months[64];
    struct past_value past = {.month = MONTH_LAST};
    size_t length = 0;
    months[0] = '\0';
    for (month_number until = MONTH_LAST; history_find(history, field, text_from(id), until, &past);
         until = past.month - 1) {
        length += (size_t)snprintf(months + length, sizeof months - length, "%d ", past.month);
        if (past.month == MONTH_FIRST) break;
    }
    return months;
}

static void one_value_a_month(void **state) {
    (void)state;
    struct stage stage;
    struct past_value past;
    stage_open(&stage, law, NULL, NULL);
    struct history *history = &stage.history;
    const struct field *field = field_of(&stage, "b"), *other = field_of(&stage, "k");
    history_put(history, field, TEXT("F1"), 24218, value_truth(false));
    history_put(history, field, TEXT("F1"), MONTH_FIRST, value_truth(true));
    history_put(history, field, TEXT("F1"), 24217, value_truth(false));
    history_put(history, field, TEXT("F1"), 24218, value_truth(true)); /* again: it is replaced */
    history_put(history, other, TEXT("F1"), 24216, (struct value){.as.choice = 1});
    assert_string_equal(months_of(history, field, "F1"), "24218 24217 -2147483648 ");
    assert_string_equal(months_of(history, other, "F1"), "24216 ");
    assert_string_equal(months_of(history, field, "F2"), "");
    assert_true(history_find(history, field, TEXT("F1"), 24218, &past) && past.value.as.truth);
    assert_true(history_find(history, field, TEXT("F1"), 24217, &past) && !past.value.as.truth);
    uint32_t row = history_row(history, field->entity, TEXT("F1"));
    assert_true(history_read_first(history, field, row, &past) && past.month == MONTH_FIRST);
    assert_true(history_read_first(history, other, row, &past) && past.month == 24216);
    assert_int_equal(history_row(history, field->entity, TEXT("F2")), PAST_NONE);
    stage_close(&stage);
}

static void what_is_forgotten_is_gone_and_may_come_again(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    struct history *history = &stage.history;
    const struct field *field = field_of(&stage, "b");
    history_put(history, field, TEXT("F1"), 24217, value_truth(true));
    history_put(history, field, TEXT("F1"), 24218, value_truth(true));
    history_put(history, field, TEXT("F2"), 24218, value_truth(true));
    history_forget(history, field->entity, TEXT("F1"));
    history_forget(history, field->entity, TEXT("F3")); /* never heard of */
    assert_string_equal(months_of(history, field, "F1"), "");
    assert_string_equal(months_of(history, field, "F2"), "24218 ");
    history_put(history, field, TEXT("F1"), 24219, value_truth(false));
    assert_string_equal(months_of(history, field, "F1"), "24219 ");
    stage_close(&stage);
}

static void what_is_forgotten_of_a_month_leaves_the_others(void **state) {
    (void)state;
    struct stage stage;
    static const month_number months[] = {MONTH_FIRST, 24216, 24217, 24218};
    stage_open(&stage, law, NULL, NULL);
    struct history *history = &stage.history;
    const struct field *field = field_of(&stage, "b");
    for (size_t i = 0; i < 4; i++) history_put(history, field, TEXT("F1"), months[i], value_truth(true));
    history_forget_month(history, field->entity, TEXT("F1"), 24217); /* between others */
    assert_string_equal(months_of(history, field, "F1"), "24218 24216 -2147483648 ");
    history_forget_month(history, field->entity, TEXT("F1"), 24217); /* nothing stands there any more */
    history_forget_month(history, field->entity, TEXT("F1"), 24219);
    history_forget_month(history, field->entity, TEXT("F2"), 24218);
    assert_string_equal(months_of(history, field, "F1"), "24218 24216 -2147483648 ");
    history_forget_month(history, field->entity, TEXT("F1"), 24218); /* the latest */
    history_put(history, field, TEXT("F1"), 24217, value_truth(false));
    assert_string_equal(months_of(history, field, "F1"), "24217 24216 -2147483648 ");
    for (size_t i = 0; i < 3; i++) history_forget_month(history, field->entity, TEXT("F1"), months[i]);
    uint32_t row = history_row(history, field->entity, TEXT("F1"));
    assert_false(history_has_lines(history, field->entity, row));
    stage_close(&stage);
}

/* --- every value comes back ------------------------------------------------------------------------------------------
 */

static bool same(const struct field *field, const struct value *a, const struct value *b) {
    const struct reason *left = &a->reason, *right = &b->reason;
    bool known = a->state == VALUE_KNOWN;
    bool why = left->kind == right->kind && left->field == right->field && left->text == right->text &&
               left->index == right->index && (known || (left->day == right->day && left->row == right->row));
    return a->state == b->state && why && (!known || value_equal(&field->type, a, b));
}

static void expect_kept(struct stage *stage, const char *name, struct value value) {
    const struct field *field = field_of(stage, name);
    struct coding coding;
    coding_init(&coding, &stage->arena, field);
    struct coded coded = coding_of(&coding, &value), again = coding_of(&coding, &value);
    struct value back = coding_value(&coding, coded);
    assert_true(same(field, &value, &back));
    assert_int_equal(coded.kind, again.kind); /* a kind is told once */
    assert_int_equal(coding.kinds.count, 1);
}

static void every_value_comes_back(void **state) {
    (void)state;
    struct stage stage;
    struct number third, large = number_from(INT64_MAX);
    stage_open(&stage, law, NULL, NULL);
    const struct field *a = field_of(&stage, "a");
    third = number_ratio(&stage.arena, 1, 3);
    for (int i = 0; i < 4; i++) large = number_multiply(&stage.arena, large, large);
    const struct number numbers[] = {number_zero, number_from(-3), a->step, third, large, number_from(INT64_MAX)};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct value value = value_number(numbers[i]);
        value.reason = (struct reason){.kind = REASON_CASE, .field = a, .text = 2, .index = 5, .row = 7};
        expect_kept(&stage, "a", value);
        expect_kept(&stage, "r", value);
    }
    expect_kept(&stage, "b", value_truth(true));
    expect_kept(&stage, "d", value_date(DAY_NEVER));
    expect_kept(&stage, "d", value_date(-20000));
    expect_kept(&stage, "k", (struct value){.as.choice = 1});
    struct value missing = value_unknown(REASON_INPUT, a, 3, 4000000000U);
    missing.reason.day = -5;
    expect_kept(&stage, "k", missing);
    missing.state = VALUE_FAULT;
    missing.reason.row = SIZE_MAX;
    expect_kept(&stage, "a", missing);
    stage_close(&stage);
}

/* Many kinds need wider numbers of kinds, and so do large values; what stood in the page before stays. */
static void pages_widen(void **state) {
    (void)state;
    enum { ROWS = 1000 };
    struct stage stage;
    char room[16];
    struct past_value past;
    stage_open(&stage, law, NULL, NULL);
    const struct field *a = field_of(&stage, "a");
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < ROWS; i++) {
            int64_t units = (int64_t)i * i * (i % 10 ? 1 : 123456789);
            struct value value = value_number(number_multiply(&stage.arena, number_from(units), a->step));
            value.reason = (struct reason){.kind = REASON_CASE, .index = (uint32_t)i};
            if (pass == 0) {
                uint32_t row = history_add_row(&stage.history, a->entity, id_of(room, i));
                uint32_t line = history_line(&stage.history, a->entity, row, 24218);
                history_set(&stage.history, a, line, coding_of(&stage.history.columns[a->index].coding, &value));
                continue;
            }
            assert_true(history_find(&stage.history, a, id_of(room, i), MONTH_LAST, &past));
            assert_true(same(a, &value, &past.value));
        }
    stage_close(&stage);
}

/* One that needs a narrower kind or integer than the page has leaves the others as they are. */
static void pages_never_narrow(void **state) {
    (void)state;
    static const struct coded coded[] = {{300, 1}, {1, INT64_C(1) << 40}, {70000, -1}, {2, 5}};
    enum { COUNT = sizeof coded / sizeof *coded };
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    struct coded_column *column = &stage.history.columns[field_of(&stage, "a")->index];
    for (size_t i = 0; i < COUNT; i++) {
        coded_column_set(column, (COUNT - 1 - i) * 85, coded[i]); /* all in one page */
        for (size_t k = 0; k <= i; k++) {
            struct coded found = coded_column_get(column, (COUNT - 1 - k) * 85);
            assert_int_equal(found.kind, coded[k].kind);
            assert_int_equal(found.integer, coded[k].integer);
        }
    }
    assert_int_equal(coded_column_get(column, 1).kind, 0);
    stage_close(&stage);
}

/* --- memory running out ----------------------------------------------------------------------------------------------
 */

static void put_many(struct history *history, const struct field *field) {
    char room[16];
    for (int i = 0; i < 600; i++) {
        struct value value = value_number(number_from(i * 1000));
        history_put(history, field, id_of(room, i % 300), 24217 + i / 300, value);
    }
}

/* Told by the history's arena, or all is kept. */
static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct stage stage;
    struct history history;
    struct past_value past;
    stage_open(&stage, law, NULL, NULL);
    const struct field *field = field_of(&stage, "r");
    bool whole = false;
    long successes = 0;
    for (; !whole; successes++) {
        memory_fail_after(successes);
        history_init(&history, stage.policy);
        put_many(&history, field);
        history_forget(&history, field->entity, TEXT("F0"));
        history_put(&history, field, TEXT("F0"), 24219, value_number(number_zero));
        bool failed = memory_has_failed();
        memory_fail_after(-1);
        whole = !arena_failed(&history.arena);
        assert_int_equal(whole, !failed);
        if (whole) assert_true(history_find(&history, field, TEXT("F299"), MONTH_LAST, &past));
        history_free(&history);
    }
    assert_true(successes > 10);
    stage_close(&stage);
}

static const char bills_law[] =
    "policy law\n  currency yuan of 100 fen\nentity family\nentity person in family\n"
    "event bill in person dated left, number at most 90 a year\n"
    "input person ill : bool\ninput bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
    "input bill cost : money in 0 .. 100_000 yuan\nrule person was_ill : bool starts no = ill\n"
    "rule bill rate : ratio = when was_ill: 90%\n    otherwise: 50%\n"
    "benefit bill aid : money in 0 .. 100_000 yuan = round(cost * rate, 1 fen)\n";

/* Of every row what the history itself says of its id; of bills that are settled anew nothing is looked up. */
static void expect_pasts(struct stage *stage, const char *name, unsigned threads) {
    const struct entity *entity = map_get(&stage->policy->entity_by_name, text_from(name));
    const struct table *table = dataset_table(stage->dataset, entity);
    struct run *run = run_new(stage->policy, stage->dataset, &stage->history, stage->dataset->month, &stage->options);
    assert_non_null(run);
    run_find_pasts(run, entity, (struct rows){0, table->rows}, threads);
    size_t found = 0;
    for (size_t row = 0; row < table->rows; row++) {
        assert_int_equal(run_past(run, entity, row), history_row(&stage->history, entity, table_id(table, row)));
        found += run_past(run, entity, row) != PAST_NONE;
    }
    assert_true(found > 0 && found < table->rows);
    run_free(run);
}

/* Also where another event of the same month comes in late, in whose world it stood. */
static void what_is_kept_of_an_event_that_is_gone_is_forgotten(void **state) {
    (void)state;
    struct stage stage;
    struct past_value past;
    stage_open(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "family", "F1", "", "");
    stage_row(&stage, "person", "P1", "F1", "ill=no");
    stage_row(&stage, "person", "P2", "F1", "ill=no");
    stage_row_in(&stage, "bill", "", "P1", "left=2018-06-01 number=B1 cost=10", NULL, "2018-06");
    stage_row_in(&stage, "bill", "", "P2", "left=2018-06-03 number=B2 cost=10", "2018-07", NULL);
    const struct field *aid = policy_field(stage.policy, TEXT("bill"), TEXT("aid"));
    stage_decide(&stage, "2018-06");
    stage_decide(&stage, "2018-07");
    assert_false(history_find(&stage.history, aid, TEXT("P1/2018-06-01/B1"), MONTH_LAST, &past));
    stage_close(&stage);
}

static void what_is_kept_of_rows_is_found_by_several_threads(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "family", "F1", "", "");
    stage_row(&stage, "person", "P1", "F1", "ill=no");
    stage_row(&stage, "person", "P2", "F1", "ill=no");
    static const char *const bills[][2] = {
        {"P1", "left=2018-05-01 number=B1 cost=10"}, {"P1", "left=2018-06-01 number=B2 cost=10"},
        {"P1", "left=2018-07-02 number=B3 cost=10"}, {"P2", "left=2018-05-09 number=B4 cost=10"},
        {"P2", "left=2018-06-01 number=B5 cost=10"}, {"P2", "left=2018-06-03 number=B6 cost=10"}};
    for (size_t i = 0; i < sizeof bills / sizeof *bills; i++) stage_row(&stage, "bill", "", bills[i][0], bills[i][1]);
    stage_decide(&stage, "2018-07");
    stage_decide(&stage, "2018-08"); /* what July found of people is kept */
    stage_row(&stage, "person", "P3", "F1", "ill=no");
    stage_row(&stage, "bill", "", "P1", "left=2018-08-02 number=B7 cost=10");
    stage_decide(&stage, "2018-08");
    for (unsigned threads = 1; threads <= 4; threads++) {
        expect_pasts(&stage, "bill", threads);
        expect_pasts(&stage, "person", threads);
    }
    stage_close(&stage);
}

/* Whom a value is missing for is named in every month, though his row is another, or none. */
static void reasons_follow_their_rows(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage,
               "policy law\nentity family\nentity person in family at most 9\ninput person ill : bool\n"
               "rule family ill_now : bool starts no = any(person: ill)\n"
               "rule family ill_before : bool = previous(ill_now)\n",
               NULL, NULL);
    stage_row(&stage, "family", "F1", "", "");
    stage_row_in(&stage, "person", "P2", "F1", "", NULL, "2018-08");
    stage_row_in(&stage, "person", "P1", "F1", "ill=no", "2018-08", NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.ill_now", "F1", "unknown:input");
    stage_decide(&stage, "2018-08");
    const struct field *before = field_of(&stage, "ill_before");
    struct value value = run_value(stage.run, before, 0);
    assert_int_equal(value.reason.kind, REASON_INPUT);
    const struct table *people = dataset_table(stage.dataset, value.reason.field->entity);
    assert_int_equal(people->rows, 2);
    assert_true(text_is(table_id(people, value.reason.row), "P2"));
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.ill_before", "F1", "unknown:not-assessed");
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_a_month),
        cmocka_unit_test(what_is_forgotten_is_gone_and_may_come_again),
        cmocka_unit_test(what_is_forgotten_of_a_month_leaves_the_others),
        cmocka_unit_test(every_value_comes_back),
        cmocka_unit_test(pages_widen),
        cmocka_unit_test(pages_never_narrow),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(what_is_kept_of_an_event_that_is_gone_is_forgotten),
        cmocka_unit_test(what_is_kept_of_rows_is_found_by_several_threads),
        cmocka_unit_test(reasons_follow_their_rows),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
