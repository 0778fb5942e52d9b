/* Decision tables: what their cells ask, and what holds where no row fits. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MODEL                                                                                                          \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity village \"村\" \"Village\"\nentity family in village at most 9 \"家庭\" \"Family\"\n"                   \
    "entity person in family at most 9 \"人员\" \"Person\"\n"                                                        \
    "enum kind : good, fair, poor\n"                                                                                   \
    "input village remote : bool \"边远\" \"Remote\"\n"                                                              \
    "input family enrolled : bool \"在保\" \"Enrolled\"\n"                                                           \
    "input family kind : kind \"类别\" \"Kind\"\n"                                                                   \
    "input family heads : count in 0 .. 9 \"人数\" \"Heads\"\n"                                                      \
    "input family farm : money/month in -100 .. 10_000 yuan/month \"收入\" \"Income\"\n"

/* The block ends before its table; what comes after it is an empty one. */
#define TABLE(rows) " = first row of table\n```\n\n" rows "\n```doudi\n"

static void open_with(struct stage *stage, const char *law) {
    stage_open(stage, law, NULL, NULL);
    stage_row(stage, "village", "V1", "", "remote=yes");
    stage_row(stage, "village", "V2", "", "remote=no");
}

static void expect_tier(struct stage *stage, const char *id, const char *village, const char *inputs,
                        const char *expected) {
    stage_row(stage, "family", id, village, inputs);
    stage_decide(stage, "2018-07");
    EXPECT(stage, "family.tier", id, expected);
}

static void yes_and_no_are_opposites(void **state) {
    (void)state;
    struct stage stage;
    open_with(&stage, MODEL "rule family tier : count" TABLE("| 在保 | 边远 | tier |\n|---|---|---|\n"
                                                             "| 是 | no | 1 |\n| yes | 是 | 2 |\n"
                                                             "| 否 | yes | 3 |\n| no | 否 | 4 |\n"));
    expect_tier(&stage, "F1", "V2", "enrolled=yes", "1");
    expect_tier(&stage, "F2", "V1", "enrolled=yes", "2");
    expect_tier(&stage, "F3", "V1", "enrolled=no", "3");
    expect_tier(&stage, "F4", "V2", "enrolled=no", "4");
    expect_tier(&stage, "F5", "V2", "", "unknown:input");
    stage_close(&stage);
}

static void sets_ranges_and_comparisons(void **state) {
    (void)state;
    struct stage stage;
    open_with(&stage, MODEL "rule family tier : count" TABLE(
                          "| Kind | heads | family.farm | tier |\n|---|---|---|---|\n"
                          "| good, poor | 2 .. 3 | - | 1 |\n| != poor | - | >= 100 yuan/month | heads + 1 |\n"
                          "| fair | 0, 5, 9 | < 0 | 3 |\n| poor | 7 | - | 4 |\n| - | - | - | 9 |\n"));
    expect_tier(&stage, "F1", "V1", "kind=good heads=2 farm=500", "1");
    expect_tier(&stage, "F2", "V1", "kind=poor heads=3", "1");
    expect_tier(&stage, "F3", "V1", "kind=fair heads=2 farm=100", "3");
    expect_tier(&stage, "F4", "V1", "kind=good heads=4 farm=100", "5");
    expect_tier(&stage, "F5", "V1", "kind=good heads=1 farm=99.99", "9");
    expect_tier(&stage, "F6", "V1", "kind=fair heads=5 farm=-0.01", "3");
    expect_tier(&stage, "F7", "V1", "kind=fair heads=9 farm=0", "9");
    expect_tier(&stage, "F8", "V1", "kind=poor heads=7", "4");
    expect_tier(&stage, "F9", "V1", "kind=poor heads=4", "9");
    stage_close(&stage);
}

/* What is computed may never take the value that no row asks for; where it does, it is a fault. */
static void a_gap_of_what_is_computed_is_left_to_the_run(void **state) {
    (void)state;
    struct stage stage;
    open_with(&stage, MODEL "rule family members : count in 0 .. 9 \"成员\" \"Members\" = count(person)\n"
                            "rule family tier : count" TABLE("| 成员 | 在保 | tier |\n|---|---|---|\n"
                                                             "| >= 2 | - | 1 |\n| 0 | no | 2 |\n"));
    expect_tier(&stage, "F1", "V1", "enrolled=no", "2");
    expect_tier(&stage, "F2", "V1", "enrolled=yes", "fault:no-case");
    stage_row(&stage, "person", "P1", "F2", "");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.tier", "F2", "fault:no-case");
    stage_row(&stage, "person", "P2", "F2", "");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.tier", "F2", "1");
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yes_and_no_are_opposites),
        cmocka_unit_test(sets_ranges_and_comparisons),
        cmocka_unit_test(a_gap_of_what_is_computed_is_left_to_the_run),
    };
    return cmocka_run_group_tests_name("decision_table", tests, NULL, NULL);
}
