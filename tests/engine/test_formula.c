/* Formulas as they are shown: brackets where they matter, and the members that a sum is of. */
#include "stage.h"

#include "engine/explain.h"

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
        assert_string_equal(text_copy(&stage.arena, node->formula[LANGUAGE_EN]).bytes, shown[i].formula);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brackets_stand_where_they_matter),
        cmocka_unit_test(a_sum_through_a_reference_lists_those_who_refer),
    };
    return cmocka_run_group_tests_name("formula", tests, NULL, NULL);
}
