/* Formulas as they are shown: brackets where they matter, and the members that a sum is of. */
#include "stage.h"

#include "engine/explain.h"
#include "lang/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MODEL                                                                                                          \
    "policy law\n  currency yuan of 100 fen\nentity clinic\nentity family\n"                                           \
    "input family a : money/month in 0 .. 100 yuan/month\ninput family b : money/month in 0 .. 100 yuan/month\n"       \
    "input family c : money/month in 0 .. 100 yuan/month\ninput family n : count in 1 .. 9\n"                          \
    "input family doctor : clinic\n"

static const struct explanation *explain(struct stage *stage, const char *entity, const char *rule, size_t row) {
    const struct field *field = policy_field(stage->policy, text_from(entity), text_from(rule));
    assert_non_null(field);
    return explain_field(stage->run, &stage->arena, field, row, 3);
}

static void brackets_stand_where_they_matter(void **state) {
    (void)state;
    static const struct {
        const char *rule, *formula;
    } shown[] = {
        {"a - (b - c)", "12.00 − (5.00 − 2.00)"},   {"(a - b) - c", "12.00 − 5.00 − 2.00"},
        {"a - (b + c)", "12.00 − (5.00 + 2.00)"},   {"a + (b - c)", "12.00 + 5.00 − 2.00"},
        {"(a + b) * n", "(12.00 + 5.00) × 4"},      {"a * n / 3", "12.00 × 4 ÷ 3"},
        {"a / (n / 2)", "12.00 ÷ (4 ÷ 2)"},         {"a * (n / 2)", "12.00 × 4 ÷ 2"},
        {"-(a - b) + c", "−(12.00 − 5.00) + 2.00"}, {"max(a, b + c)", "max(12.00, 5.00 + 2.00)"},
        {"max(0, a - b)", "12.00 − 5.00"},
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct stage stage;
        char law[1024];
        snprintf(law, sizeof law, "%srule family r : money/month = %s\n", MODEL, shown[i].rule);
        stage_open(&stage, law, NULL, NULL);
        stage_row(&stage, "family", "F1", "", "a=12 b=5 c=2 n=4");
        stage_decide(&stage, "2018-07");
        const struct explanation *node = explain(&stage, "family", "r", 0);
        assert_string_equal(text_copy(&stage.arena, explanation_formula(&stage.arena, node, LANGUAGE_EN)).bytes,
                            shown[i].formula);
        stage_close(&stage);
    }
}

static void a_sum_through_a_reference_lists_those_who_refer(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, MODEL "rule clinic asked : money/month = sum(family through doctor: a)\n", NULL, NULL);
    stage_row(&stage, "clinic", "C1", "", "");
    stage_row(&stage, "clinic", "C2", "", "");
    stage_row(&stage, "family", "F1", "", "a=1 doctor=C2");
    stage_row(&stage, "family", "F2", "", "a=2 doctor=C1");
    stage_row(&stage, "family", "F3", "", "a=4 doctor=C1");
    stage_decide(&stage, "2018-07");
    const struct explanation *node = explain(&stage, "clinic", "asked", 0);
    assert_int_equal(node->children.count, 1);
    const struct explanation *sum = node->children.items[0];
    assert_int_equal(sum->kind, EXPLANATION_GROUP);
    assert_int_equal(sum->children.count, 2);
    assert_true(text_is(sum->children.items[0]->id, "F2") && text_is(sum->children.items[1]->id, "F3"));
    EXPECT(&stage, "clinic.asked", "C2", "1");
    stage_close(&stage);
}

static bool has(struct text text, const char *word) {
    for (size_t at = 0; at < text.length; at++)
        if (text_starts(text_slice(text, at, text.length), word)) return true;
    return false;
}

/* The sentence of a rule, its formula and a value speak of one thing by one word. */
static void one_thing_has_one_word(void **state) {
    (void)state;
    static const struct {
        const char *rule, *words[LANGUAGES];
    } shown[] = {
        {"date = never", {"从未", "never"}},
        {"date = first_day", {"当月第一日", "the first day of the month"}},
        {"bool = yes", {"是", "yes"}},
        {"bool = doctor = none", {"无", "none"}},
        {"money/month = round(bands(a, t), 1 fen/month)", {"分档", "bands"}},
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct stage stage;
        char law[1024];
        snprintf(law, sizeof law,
                 "%sparameter t : ratio by band of money/month in 0%% .. 50%% table\nrule family r : %s\n", MODEL,
                 shown[i].rule);
        stage_open(&stage, law, "band,value\n0,0.02\n", NULL);
        const struct field *field = policy_field(stage.policy, TEXT("family"), TEXT("r"));
        const struct expr *expr = field->rules.items[0]->branches[0].value;
        for (enum language language = 0; language < LANGUAGES; language++) {
            const struct printer printer = {&stage.arena, stage.policy, language, false};
            assert_true(has(print_expression(&printer, expr), shown[i].words[language]));
            assert_true(has(expression_labels(&stage.arena, expr, language), shown[i].words[language]));
        }
        stage_close(&stage);
    }
    const struct type date = {.kind = TYPE_DATE};
    struct value never = value_date(DAY_NEVER);
    assert_true(text_is(value_show(NULL, &date, number_one, number_one, &never, LANGUAGE_ZH), "从未"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brackets_stand_where_they_matter),
        cmocka_unit_test(one_thing_has_one_word),
        cmocka_unit_test(a_sum_through_a_reference_lists_those_who_refer),
    };
    return cmocka_run_group_tests_name("formula", tests, NULL, NULL);
}
