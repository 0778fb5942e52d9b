/* Sentences of a policy: money in the words that its own currency declares. */
#include "lang/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void prints_of(const char *law, enum language language, const char *sentence) {
    struct arena arena;
    struct builder out;
    struct policy *policy = policy_new();
    assert_non_null(policy);
    arena_init(&arena);
    policy_begin_layer(policy, TEXT("law"));
    policy_add_file(policy, TEXT("law.md"), text_format(&arena, "```doudi\npolicy law \"法\" \"Law\" %s\n```\n", law));
    assert_true(policy_compile(policy));
    builder_init(&out);
    policy_print(&out, &arena, policy, language);
    if (!strstr(builder_text(&out).bytes, sentence)) assert_string_equal(builder_text(&out).bytes, sentence);
    builder_free(&out);
    arena_free(&arena);
    policy_free(policy);
}

static void prints(const char *currency, enum language language, const char *sentence) {
    char law[300];
    snprintf(law, sizeof law,
             "currency %s from 2018-01-01\nentity family\nrule family aid : money/month = 5 crown/month\n"
             "rule family fee : money = 5 bit",
             currency);
    prints_of(law, language, sentence);
}

static void money_has_the_labels_of_its_currency(void **state) {
    (void)state;
    static const char both[] = "crown \"克朗\" \"koruna\" of 100 bit \"哈\" \"haler\"";
    prints(both, LANGUAGE_ZH, "「aid」(克朗/月):5 克朗/月");
    prints(both, LANGUAGE_ZH, "5 哈");
    prints(both, LANGUAGE_EN, "5 koruna/month");
    prints(both, LANGUAGE_EN, "5 haler");
}

static void one_label_serves_both_languages(void **state) {
    (void)state;
    prints("crown \"Kč\" of 100 bit", LANGUAGE_ZH, "5 Kč/月");
    prints("crown \"Kč\" of 100 bit", LANGUAGE_EN, "5 Kč/month");
    prints("crown \"Kč\" of 100 bit", LANGUAGE_EN, "5 bit");
}

static void without_labels_the_names_stand(void **state) {
    (void)state;
    prints("crown of 100 bit", LANGUAGE_ZH, "5 crown/月");
    prints("crown of 100 bit", LANGUAGE_EN, "5 crown/month");
}

static void tells_what_is_sealed_and_known(void **state) {
    (void)state;
    static const char law[] = "\nentity family known by name, street \"家庭\" \"family\"\n"
                              "input family name : text \"户主\" \"Head\"\ninput family street : text\n"
                              "input family card : text sealed \"卡号\" \"Card\"\nentity road";
    prints_of(law, LANGUAGE_ZH, "登记对象:「家庭」,凭「户主」、「street」识别。\n");
    prints_of(law, LANGUAGE_EN, "Register: “family”, known by “Head”, “street”.\n");
    prints_of(law, LANGUAGE_ZH, "登记:家庭的「卡号」(文字),加密保存,遮盖显示。\n");
    prints_of(law, LANGUAGE_EN, "Recorded: “Card” of a family (text), kept enciphered and shown masked.\n");
    prints_of(law, LANGUAGE_ZH, "登记:家庭的「street」(文字)。\n");
    prints_of(law, LANGUAGE_ZH, "登记对象:「road」。\n");
}

static void tells_what_alerts_find_and_show(void **state) {
    (void)state;
    static const char law[] = "\nentity family \"家庭\" \"family\"\ninput family name : text \"户主\" \"Head\"\n"
                              "input family on_aid : bool\nrole aide \"协理员\" \"aide\"\n"
                              "alert family missed to aide finds missed shows name, on_aid\n  = not on_aid\n"
                              "alert family leaving to aide finds leaving\n  = on_aid\n"
                              "alert family other to aide shows name\n  = on_aid";
    prints_of(law, LANGUAGE_ZH,
              "「missed」,提醒协理员,找出应享受而没有享受的,列出「户主」、「on_aid」:并非「on_aid」。\n");
    prints_of(law, LANGUAGE_EN,
              "“missed” of a family, tells aide, finds who is entitled and not enrolled, shows “Head”, “on_aid”: ");
    prints_of(law, LANGUAGE_ZH, "「leaving」,提醒协理员,找出在享受而不应再享受的:on_aid。\n");
    prints_of(law, LANGUAGE_EN, "“leaving” of a family, tells aide, finds who is enrolled and no longer entitled: ");
    prints_of(law, LANGUAGE_EN, "“other” of a family, tells aide, shows “Head”: ");
}

static void tells_by_what_rows_are_matched(void **state) {
    (void)state;
    static const char law[] = "\nentity person \"人员\" \"person\"\nentity car in person at most 9 matched by card "
                              "\"车辆\" \"car\"\ninput person card : text check luhn \"卡号\" \"Card\"\n"
                              "alert person rich finds hit\n  = count(car) > 1";
    prints_of(law, LANGUAGE_ZH, "登记对象:「车辆」,属于人员,最多 9,凭「卡号」归到人员。\n");
    prints_of(law, LANGUAGE_EN,
              "Register: “car”, of a person, at most 9, told by others of the person with that “Card”.\n");
    prints_of(law, LANGUAGE_ZH, ",找出别的部门登记的与所报不符的:");
    prints_of(law, LANGUAGE_EN, ", finds what others have on record against what was told: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_has_the_labels_of_its_currency), cmocka_unit_test(one_label_serves_both_languages),
        cmocka_unit_test(without_labels_the_names_stand),       cmocka_unit_test(tells_what_is_sealed_and_known),
        cmocka_unit_test(tells_what_alerts_find_and_show),      cmocka_unit_test(tells_by_what_rows_are_matched),
    };
    return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
