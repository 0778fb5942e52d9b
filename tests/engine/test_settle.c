/* Events of an area are settled alone where nothing that is told of the area asks for those of others. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LAW                                                                                                            \
    "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 9\n"                     \
    "entity person in family at most 9\nevent bill in person dated left, number at most 90 a year\n"                   \
    "input village pot : money in 0 .. 1_000 yuan\n"                                                                   \
    "input person carer : person\ninput person ill : bool\n"                                                           \
    "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"                                   \
    "input bill cost : money in 0 .. 1_000 yuan\n"                                                                     \
    "rule bill aid : money in 0 .. 1_000 yuan = round(cost * 50%, 1 fen)\n"                                            \
    "rule person paid : money in 0 .. 90_000 yuan = sum(bill: aid this year)\n"
#define FAMILY "rule family all_paid : money in 0 .. 810_000 yuan = sum(person: person.paid)\n"
#define VILLAGE "rule village all_paid : money in 0 .. 9_000_000 yuan = sum(person: person.paid)\n"
#define CARER "rule person rich : bool = carer.paid > 5 yuan\n"

static const struct law_case {
    const char *law;
    bool alone[3]; /* of a village, a family, a person */
} law_cases[] = {
    {LAW, {true, true, true}},
    {LAW "rule person led : bool = carer.ill\n", {true, true, true}},
    {LAW FAMILY "rule person rich : bool = family.all_paid > 5 yuan\n", {true, true, false}},
    /* A family asks for the village's; of a person alone nobody does. */
    {LAW VILLAGE, {true, true, true}},
    {LAW VILLAGE "rule family rich : bool = village.all_paid > 5 yuan\n", {true, false, true}},
    {LAW CARER, {false, false, false}},
    {LAW "rule person rich : bool = ill\nexception person rich = when carer.paid > 5 yuan: yes\n",
     {false, false, false}},
    {LAW "rule person seen : count in 0 .. 9 = min(9, count(person through carer where paid > 5 yuan))\n",
     {false, false, false}},
    {LAW "rule person share : money in 0 .. 1_000 yuan = apportion(village.pot, paid, 1 yuan)\n", {true, false, false}},
    {LAW "guarantee modest\n  for person: carer.paid <= 5 yuan\n", {false, false, false}},
    {LAW "guarantee modest\n  for family: any(person: carer.paid <= 5 yuan)\n", {false, false, true}},
};

static void a_law_tells_whom_it_asks_for(void **state) {
    (void)state;
    static const char *const areas[] = {"village", "family", "person"};
    for (size_t i = 0; i < sizeof law_cases / sizeof *law_cases; i++) {
        struct stage stage;
        stage_open(&stage, law_cases[i].law, NULL, NULL);
        for (size_t k = 0; k < 3; k++) {
            const struct entity *area = map_get(&stage.policy->entity_by_name, text_from(areas[k]));
            if (settle_is_alone(stage.policy, area) != law_cases[i].alone[k])
                fail_msg("%s: %s", areas[k], law_cases[i].law + strlen(LAW));
        }
        stage_close(&stage);
    }
}

/* Two families with a bill each, which lies behind; the first is the area. */
static void expect_settled(const char *law, const char *until, bool other) {
    static const char *const bills[] = {"P1/2018-05-03/B1", "P2/2018-05-04/B2"};
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    stage_row(&stage, "village", "V1", "", "");
    stage_row(&stage, "family", "F1", "V1", "");
    stage_row_in(&stage, "family", "F2", "V1", "", NULL, until);
    stage_row(&stage, "person", "P1", "F1", "carer=P2");
    stage_row(&stage, "person", "P2", "F2", "carer=P1");
    stage_row(&stage, "bill", "", "P1", "left=2018-05-03 number=B1 cost=10");
    stage_row(&stage, "bill", "", "P2", "left=2018-05-04 number=B2 cost=10");
    struct dataset *dataset = dataset_new(stage.policy, &stage.records, 2018 * 12 + 6, &stage.refusals);
    assert_non_null(dataset);
    const struct entity *family = map_get(&stage.policy->entity_by_name, TEXT("family")),
                        *bill = map_get(&stage.policy->entity_by_name, TEXT("bill"));
    size_t row = table_find(dataset_table(dataset, family), TEXT("F1"));
    assert_true(settle_past_within(&stage.history, &stage.records, dataset, &stage.options, family, row));
    assert_true(history_row(&stage.history, bill, text_from(bills[0])) != PAST_NONE);
    assert_int_equal(history_row(&stage.history, bill, text_from(bills[1])) != PAST_NONE, other);
    /* What was settled of others stays: it is none that was cancelled. */
    assert_true(settle_past(&stage.history, &stage.records, dataset, &stage.options));
    assert_true(settle_past_within(&stage.history, &stage.records, dataset, &stage.options, family, row));
    for (size_t i = 0; i < 2; i++) {
        struct past_value value;
        const struct field *aid = policy_field(stage.policy, TEXT("bill"), TEXT("aid"));
        assert_true(history_find(&stage.history, aid, text_from(bills[i]), MONTH_LAST, &value));
    }
    dataset_free(dataset);
    stage_close(&stage);
}

static void events_of_others_are_settled_where_they_are_asked_for(void **state) {
    (void)state;
    expect_settled(LAW, NULL, false);
    expect_settled(LAW CARER, NULL, true);
    expect_settled(LAW, "2018-12", true); /* rows may have lain elsewhere */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_law_tells_whom_it_asks_for),
        cmocka_unit_test(events_of_others_are_settled_where_they_are_asked_for),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
