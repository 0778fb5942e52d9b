/* Whether what changes in a family can be felt beyond it, by laws that differ in a line. */
#include "engine/reach.h"

#include "base/memory.h"
#include "exchange/policy_folder.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MODEL                                                                                                          \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity county\nentity village in county at most 9\nentity clinic in county at most 9\n"                           \
    "entity family in village at most 9\nentity person in family at most 9\n"                                          \
    "event bill in person dated left, number at most 90 a year\n"                                                      \
    "event flood in village dated left, number at most 90 a year\n"                                                    \
    "input village budget : money/month in 0 .. 1_000 yuan/month\n"                                                    \
    "input clinic share : ratio in 0% .. 100%\n"                                                                       \
    "input family farm : money/month in 0 .. 1_000 yuan/month\n"                                                       \
    "input person ill : bool\n"                                                                                        \
    "input person doctor : clinic empty means none\n"                                                                  \
    "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"                                   \
    "input bill cost : money in 0 .. 1_000 yuan\ninput bill place : clinic\n"                                          \
    "input flood left : date in 2010-01-01 .. 2100-01-01\ninput flood number : text\n"                                 \
    "benefit family aid : money/month in 0 .. 10_000 yuan/month starts 0 = floor(previous(aid) / 2, 1 fen/month) + "   \
    "farm\n"

static void open_with(struct stage *stage, const char *more) {
    char law[8000];
    int length = snprintf(law, sizeof law, "%s%s", MODEL, more);
    assert_in_range(length, 1, sizeof law - 1);
    stage_open(stage, law, NULL, NULL);
}

#define FRIEND "input family friend : family empty means none\n"

static void expect(const char *entity, const char *more, bool stays) {
    struct stage stage;
    open_with(&stage, more);
    const struct entity *within = map_get(&stage.policy->entity_by_name, text_from(entity));
    assert_non_null(within);
    if (reach_stays_within(stage.policy, within) != stays)
        fail_msg("within a %s %s:\n%s", entity, stays ? "it stays" : "it does not stay", more);
    stage_close(&stage);
}
#define STAYS(entity, more) expect((entity), (more), true)
#define LEAVES(entity, more) expect((entity), (more), false)

/* --- upwards ------------------------------------------------------------------------------------------------------ */

static void a_family_of_its_own_stays(void **state) {
    (void)state;
    STAYS("family", "");
    STAYS("village", "");
    STAYS("family", "rule person sick : bool starts no = ill or previous(sick)\n"
                    "rule family ailing : count in 0 .. 9 = count(person where sick)\n"
                    "benefit family more : money/month in 0 .. 90_000 yuan/month = 10 yuan/month * ailing\n");
}

static void what_lies_above_may_be_read(void **state) {
    (void)state;
    static const char above[] =
        "rule village richer : money/month in 0 .. 1_000 yuan/month starts 0 = max(budget, previous(richer))\n"
        "benefit family share : money/month in 0 .. 1_000 yuan/month = village.richer\n";
    STAYS("family", above);
    STAYS("village", above);
    STAYS("village", "benefit family share : money/month in 0 .. 1_000 yuan/month = village.budget\n");
}

static void a_sum_that_nobody_keeps_stays(void **state) {
    (void)state;
    STAYS("family", "rule village total : money/month in 0 .. 90_000 yuan/month = sum(family: aid)\n");
    STAYS("family", "rule village all : count in 0 .. 9 = count(family)\n");
    STAYS("family", "rule county whole : money/month in 0 .. 900_000 yuan/month = sum(village: total)\n"
                    "rule village total : money/month in 0 .. 90_000 yuan/month = sum(family: aid)\n");
}

static void a_sum_that_is_kept_leaves(void **state) {
    (void)state;
    LEAVES("family", "benefit village total : money/month in 0 .. 90_000 yuan/month = sum(family: aid)\n");
    LEAVES("family", "benefit village all : money/month in 0 .. 90 yuan/month = count(family) * 1 yuan/month\n");
    LEAVES("family", "benefit village all : money/month in 0 .. 900 yuan/month = count(person) * 1 yuan/month\n");
    LEAVES("family", "rule village had : money/month in 0 .. 90_000 yuan/month starts 0\n"
                     "  = max(previous(had), sum(family: aid))\n");
    LEAVES("family", "rule village yearly_all : count in 0 .. 9 yearly in 1 starts 0 = count(family)\n");
    LEAVES("family", "rule village total : money/month in 0 .. 90_000 yuan/month = sum(family: aid)\n"
                     "benefit county whole : money/month in 0 .. 900_000 yuan/month = sum(village: total)\n");
    STAYS("village", "benefit village total : money/month in 0 .. 90_000 yuan/month = sum(family: aid)\n");
    LEAVES("village", "rule village total : money/month in 0 .. 90_000 yuan/month = sum(family: aid)\n"
                      "benefit county whole : money/month in 0 .. 900_000 yuan/month = sum(village: total)\n");
}

static void a_sum_that_a_family_reads_leaves(void **state) {
    (void)state;
    static const char read[] = "rule village total : money/month in 0 .. 90_000 yuan/month = sum(family: farm)\n"
                               "benefit family share : money/month in 0 .. 90_000 yuan/month = village.total\n";
    LEAVES("family", read);
    STAYS("village", read);
    LEAVES("family", "rule village all : count in 0 .. 9 = count(family)\n"
                     "benefit person share : money/month in 0 .. 9 yuan/month = family.village.all * 1 yuan/month\n");
    LEAVES("village", "rule county whole : money/month in 0 .. 900_000 yuan/month = sum(village: total)\n"
                      "rule village total : money/month in 0 .. 90_000 yuan/month = sum(family: farm)\n"
                      "benefit family share : money/month in 0 .. 900_000 yuan/month = village.county.whole\n");
}

/* --- sideways ----------------------------------------------------------------------------------------------------- */

static void references_to_other_families_leave(void **state) {
    (void)state;
    LEAVES("family", FRIEND "benefit family gift : money/month in 0 .. 1_000 yuan/month\n"
                            "  = when friend = none: 0\n    otherwise: friend.farm\n");
    LEAVES("family", FRIEND "rule family friends : money/month in 0 .. 1_000 yuan/month\n"
                            "  = when friend = none: 0\n    otherwise: friend.farm\n"
                            "benefit person gift : money/month in 0 .. 1_000 yuan/month = family.friends\n");
    LEAVES("family", FRIEND); /* whoever leads to a family that is gone is refused */
}

static void references_elsewhere_stay_but_are_felt_there(void **state) {
    (void)state;
    static const char read[] =
        "benefit person fee : money/month in 0 .. 1_000 yuan/month\n"
        "  = when doctor = none: 0\n    otherwise: round(10 yuan/month * doctor.share, 1 fen/month)\n";
    STAYS("family", read);
    LEAVES("clinic", read);
    LEAVES("clinic", "");
}

#define SEEN "rule clinic seen : count in 0 .. 9_000 = min(9_000, count(person through doctor))\n"

static void those_who_refer_here_leave(void **state) {
    (void)state;
    static const char kept[] = "benefit clinic paid : money/month in 0 .. 9_000 yuan/month = min(9_000, count(person "
                               "through doctor)) * 1 yuan/month\n";
    STAYS("family", SEEN);
    LEAVES("family", kept);
    LEAVES("family", SEEN "benefit person queue : money/month in 0 .. 9_000 yuan/month\n"
                          "  = when doctor = none: 0\n    otherwise: doctor.seen * 1 yuan/month\n");
    LEAVES("family", FRIEND "benefit family friends : money/month in 0 .. 9_000 yuan/month\n"
                            "  = min(9_000, count(family through friend)) * 1 yuan/month\n");
}

static void what_is_apportioned_leaves(void **state) {
    (void)state;
    LEAVES(
        "family",
        "benefit family part : money/month in 0 .. 1_000 yuan/month = apportion(village.budget, farm, 1 fen/month)\n");
    LEAVES("person",
           "benefit person part : money/month in 0 .. 1_000 yuan/month = apportion(family.farm, 1, 1 fen/month)\n");
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static void events_are_kept(void **state) {
    (void)state;
    static const char bills[] = "rule bill covered : money in 0 .. 1_000 yuan = min(cost, max(0, 500 yuan - "
                                "sum(earlier bill: covered this year)))\n"
                                "benefit person paid : money/month in 0 .. 90_000 yuan/month = min(90_000 yuan, "
                                "sum(bill: covered last 1 months)) / 1 month\n";
    STAYS("family", bills);
    STAYS("person", bills);
    LEAVES("person", "rule bill covered : money in 0 .. 1_000 yuan = cost\n"
                     "benefit family paid : money/month in 0 .. 900_000 yuan/month\n"
                     "  = min(900_000 yuan, sum(bill: covered last 1 months)) / 1 month\n");
    LEAVES("family", "rule bill covered : money in 0 .. 1_000 yuan = cost\n"
                     "benefit clinic paid : money/month in 0 .. 9_000 yuan/month\n"
                     "  = min(9_000, count(bill through place this year)) * 1 yuan/month\n");
    STAYS("village", "rule flood counts : bool = yes\nrule village floods : count in 0 .. 90 = min(90, count(flood "
                     "where counts this year))\n"
                     "benefit family wet : money/month in 0 .. 90 yuan/month = village.floods * 1 yuan/month\n");
    STAYS("family", "rule flood counts : bool = yes\nrule village floods : count in 0 .. 90 = min(90, count(flood "
                    "where counts this year))\n"
                    "benefit family wet : money/month in 0 .. 90 yuan/month = village.floods * 1 yuan/month\n");
    LEAVES("family",
           "rule village all : count in 0 .. 9 = count(family)\nrule flood of_all : count in 0 .. 9 = village.all\n");
}

/* --- what is decided with it -------------------------------------------------------------------------------------- */

/* Entities beyond a family whose kept values it depends on, as "village clinic ". */
static void expect_read(const char *more, const char *expected) {
    struct stage stage;
    char found[200] = "";
    bool read[16] = {false};
    open_with(&stage, more);
    assert_true(reach_find_read(stage.policy, map_get(&stage.policy->entity_by_name, TEXT("family")), read));
    for (size_t i = 0; i < stage.policy->entities.count; i++)
        if (read[i])
            snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s ",
                     TEXT_ARG(stage.policy->entities.items[i]->name));
    assert_string_equal(found, expected);
    stage_close(&stage);
}

#define LEVEL "rule village level : count in 0 .. 100 starts 0 = min(100, previous(level) + 1)\n"
#define READS_LEVEL "benefit family more : money/month in 0 .. 100 yuan/month = village.level * 1 yuan/month\n"

static void what_is_kept_beyond_and_read_is_found(void **state) {
    (void)state;
    expect_read("", "");
    expect_read(LEVEL, "");
    expect_read("benefit family more : money/month in 0 .. 1_000 yuan/month = village.budget\n", "");
    expect_read(LEVEL READS_LEVEL, "village ");
    expect_read(LEVEL READS_LEVEL "benefit clinic paid : money/month in 0 .. 9 yuan/month = 9 yuan/month\n",
                "village ");
    /* What the village keeps beside it is kept anew with it, and so is what that reads. */
    expect_read(LEVEL READS_LEVEL
                "rule county rank : count in 0 .. 100 starts 0 = min(100, previous(rank) + 1)\n"
                "benefit village other : money/month in 0 .. 100 yuan/month = county.rank * 1 yuan/month\n",
                "county village ");
    expect_read("rule flood counts : bool = yes\n"
                "rule village floods : count in 0 .. 90 = min(90, count(flood where counts this year))\n"
                "benefit family wet : money/month in 0 .. 90 yuan/month = village.floods * 1 yuan/month\n",
                "flood ");
}

/* --- what is no law ----------------------------------------------------------------------------------------------- */

/* Whoever is not sure decides everybody. */
static void memory_that_runs_out_is_no_stay(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, MODEL, NULL, NULL);
    const struct entity *family = map_get(&stage.policy->entity_by_name, TEXT("family"));
    for (long successes = 0; successes < 2; successes++) {
        memory_fail_after(successes);
        assert_false(reach_stays_within(stage.policy, family));
        memory_fail_after(-1);
    }
    assert_true(reach_stays_within(stage.policy, family));
    bool read[16] = {false};
    memory_fail_after(0);
    assert_false(reach_find_read(stage.policy, family, read));
    memory_fail_after(-1);
    stage_close(&stage);
}

/* What is kept of a family of Yunnan depends on nothing beyond it but what lies above, and is felt nowhere else. */
static void yunnan_stays_within_the_household(void **state) {
    (void)state;
    struct diagnostics failures;
    struct arena arena;
    arena_init(&arena);
    diagnostics_init(&failures, &arena);
    struct policy *policy = policy_read_folder("policies/yunnan-2018", &failures);
    assert_true(policy && policy->compiled);
    assert_true(reach_stays_within(policy, map_get(&policy->entity_by_name, TEXT("household"))));
    assert_false(reach_stays_within(policy, map_get(&policy->entity_by_name, TEXT("person"))));
    policy_free(policy);
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_of_its_own_stays),
        cmocka_unit_test(what_lies_above_may_be_read),
        cmocka_unit_test(a_sum_that_nobody_keeps_stays),
        cmocka_unit_test(a_sum_that_is_kept_leaves),
        cmocka_unit_test(a_sum_that_a_family_reads_leaves),
        cmocka_unit_test(references_to_other_families_leave),
        cmocka_unit_test(references_elsewhere_stay_but_are_felt_there),
        cmocka_unit_test(those_who_refer_here_leave),
        cmocka_unit_test(what_is_apportioned_leaves),
        cmocka_unit_test(events_are_kept),
        cmocka_unit_test(what_is_kept_beyond_and_read_is_found),
        cmocka_unit_test(memory_that_runs_out_is_no_stay),
        cmocka_unit_test(yunnan_stays_within_the_household),
    };
    return cmocka_run_group_tests_name("reach", tests, NULL, NULL);
}
