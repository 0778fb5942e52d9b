/* Values: how they are written, shown and read, and which wins when several have none. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\nentity family\n"
                          "enum kind : good \"好\" \"Good\", poor \"差\" \"Poor\"\n"
                          "input family a : money/year in 0 .. 10_000_000 yuan/year\n"
                          "input family s : ratio in 0% .. 100%\n"
                          "input family k : kind\ninput family b : bool\n"
                          "input family d : date in 1900-01-01 .. 2100-01-01 empty means never\n";

static const struct field *field_of(const struct stage *stage, const char *name) {
    return policy_field(stage->policy, TEXT("family"), text_from(name));
}

static void expect(struct stage *stage, const char *name, const char *written, const char *zh, const char *en,
                   const char *plain) {
    const struct field *field = field_of(stage, name);
    struct value value;
    assert_true(value_parse(&stage->arena, &field->type, field->scale, text_from(written), &value));
    struct text shown = value_show(&stage->arena, &field->type, field->scale, field->step, &value, LANGUAGE_ZH);
    assert_string_equal(text_copy(&stage->arena, shown).bytes, zh);
    shown = value_show(&stage->arena, &field->type, field->scale, field->step, &value, LANGUAGE_EN);
    assert_string_equal(text_copy(&stage->arena, shown).bytes, en);
    shown = value_plain(&stage->arena, &field->type, field->scale, &value);
    assert_string_equal(text_copy(&stage->arena, shown).bytes, plain);
}

static void values_are_written_shown_and_read(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    expect(&stage, "a", "1254370", "1,254,370.00", "1,254,370.00", "1254370");
    expect(&stage, "a", "0.5", "0.50", "0.50", "0.5");
    expect(&stage, "a", "3500/6", "1750/3 ≈ 583.33", "1750/3 ≈ 583.33", "1750/3");
    expect(&stage, "a", "583.33 + 1/30000", "17499901/30000 ≈ 583.33", "17499901/30000 ≈ 583.33", "17499901/30000");
    expect(&stage, "a", "600 * 2 - 200 / 12", "3550/3 ≈ 1,183.33", "3550/3 ≈ 1,183.33", "3550/3");
    expect(&stage, "s", "20%", "20%", "20%", "0.2");
    expect(&stage, "s", "0.3333", "33.33%", "33.33%", "0.3333");
    expect(&stage, "k", "差", "差", "Poor", "poor");
    expect(&stage, "k", "good", "好", "Good", "good");
    expect(&stage, "b", "是", "是", "yes", "yes");
    expect(&stage, "d", "2018-02-28", "2018-02-28", "2018-02-28", "2018-02-28");
    expect(&stage, "d", "never", "从未", "never", "never");
    expect(&stage, "a", "unknown", "？未知", "？unknown", "unknown");
    stage_close(&stage);
}

static void nonsense_is_no_value(void **state) {
    (void)state;
    struct stage stage;
    struct value value;
    static const char *const wrong[][2] = {{"a", "ten"},  {"a", "1/0"},   {"a", ""},          {"a", "1 2"},
                                           {"k", "fair"}, {"b", "maybe"}, {"d", "2018-13-01"}};
    stage_open(&stage, law, NULL, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct field *field = field_of(&stage, wrong[i][0]);
        assert_false(value_parse(&stage.arena, &field->type, field->scale, text_from(wrong[i][1]), &value));
    }
    stage_close(&stage);
}

static void faults_win_in_arithmetic_and_unknowns_in_logic(void **state) {
    (void)state;
    const struct value known = value_truth(true), unknown = value_unknown(REASON_INPUT, NULL, 0, 3),
                       fault = value_fault(REASON_DIVISION, NULL, 0);
    struct value out;
    assert_false(values_missing((struct value[]){known, known}, 2, &out));
    assert_true(values_missing((struct value[]){unknown, fault}, 2, &out) && out.state == VALUE_FAULT);
    assert_true(values_missing((struct value[]){known, unknown}, 2, &out) && out.reason.row == 3);
    assert_true(values_unsure((struct value[]){fault, unknown}, 2, &out) && out.state == VALUE_UNKNOWN);
    assert_true(values_unsure((struct value[]){fault, known}, 2, &out) && out.state == VALUE_FAULT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_shown_and_read),
        cmocka_unit_test(nonsense_is_no_value),
        cmocka_unit_test(faults_win_in_arithmetic_and_unknowns_in_logic),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
