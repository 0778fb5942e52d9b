/* Two policies on the same rows: costs, who gains and who loses, groups, indicators, what is not comparable. */
#include "failing.h"
#include "two_laws.h"

#include "simulate/model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* --- the stage ---------------------------------------------------------------------------------------------------- */

struct scene {
    struct two_laws laws;
    struct arena arena;
    struct simulation simulation;
};

static const struct field *field_named(const struct scene *scene, const char *entity, const char *name) {
    const struct field *field = policy_field(scene->laws.stage[TODAY].policy, text_from(entity), text_from(name));
    assert_non_null(field);
    return field;
}

static void open_scene(struct scene *scene) {
    arena_init(&scene->arena);
    two_laws_open(&scene->laws, two_laws_law, two_laws_reform);
    two_laws_fill(&scene->laws);
}

static void add_month(struct scene *scene, const char *month, bool first) {
    two_laws_decide(&scene->laws, month);
    const struct stage *today = &scene->laws.stage[TODAY], *reform = &scene->laws.stage[REFORM];
    if (first) assert_true(simulation_begin(&scene->simulation, &scene->arena, today->dataset, reform->policy));
    assert_int_equal(simulation_add(&scene->simulation, today->run, reform->run), SIMULATION_OK);
}

static void close_scene(struct scene *scene) {
    arena_free(&scene->arena);
    two_laws_close(&scene->laws);
}

static void expect_number(struct scene *scene, struct number number, const char *exact) {
    assert_string_equal(number_exact(&scene->arena, number).bytes, exact);
}

static const struct benefit_change *benefit_named(const struct scene *scene, const char *name) {
    for (size_t i = 0; i < scene->simulation.benefits.count; i++) {
        const struct benefit_change *change = &scene->simulation.benefits.items[i];
        const struct field *benefit = change->benefit[TODAY] ? change->benefit[TODAY] : change->benefit[REFORM];
        if (text_is(benefit->name, name)) return change;
    }
    fail_msg("there is no benefit %s", name);
    return NULL;
}

static void expect_benefit(struct scene *scene, const char *name, size_t today_awards, const char *today,
                           size_t reform_awards, const char *reform) {
    const struct benefit_change *change = benefit_named(scene, name);
    assert_int_equal(change->awards[TODAY], today_awards);
    assert_int_equal(change->awards[REFORM], reform_awards);
    expect_number(scene, change->amount[TODAY], today);
    expect_number(scene, change->amount[REFORM], reform);
}

static const struct family_change *family_named(const struct scene *scene, const char *id) {
    for (size_t i = 0; i < scene->simulation.all.count; i++)
        if (text_is(scene->simulation.all.items[i].id, id)) return &scene->simulation.all.items[i];
    fail_msg("there is no family %s", id);
    return NULL;
}

static void expect_family(struct scene *scene, const char *id, enum change_outcome outcome, const char *change) {
    const struct family_change *family = family_named(scene, id);
    assert_int_equal(family->outcome, outcome);
    if (change) expect_number(scene, family->change, change);
}

static void expect_tally(struct scene *scene, const struct tally *tally, enum change_outcome outcome, size_t families,
                         size_t people, const char *sum) {
    assert_int_equal(tally->families[outcome], families);
    assert_int_equal(tally->people[outcome], people);
    expect_number(scene, tally->sum[outcome], sum);
}

/* --- costs -------------------------------------------------------------------------------------------------------- */

/* f1: 600 - 100.50 = 499.50, 720 - 100.50 = 619.50; f6: 0, 20. */
static void a_month_costs(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    assert_int_equal(scene.simulation.benefits.count, 6);
    expect_benefit(&scene, "support", 1, "499.5", 2, "639.5");
    expect_benefit(&scene, "heating", 0, "0", 0, "0");
    expect_benefit(&scene, "care", 2, "160", 2, "80");
    expect_benefit(&scene, "aid_pay", 1, "0.01", 1, "0.01");
    expect_benefit(&scene, "quilts", 3, "6", 3, "6");
    expect_benefit(&scene, "allowance", 0, "0", 1, "25");
    assert_null(benefit_named(&scene, "allowance")->benefit[TODAY]);
    assert_false(benefit_named(&scene, "quilts")->paid);
    assert_int_equal(benefit_named(&scene, "support")->undetermined[TODAY], 1);
    expect_number(&scene, scene.simulation.total[TODAY], "659.51");
    expect_number(&scene, scene.simulation.total[REFORM], "744.51");
    close_scene(&scene);
}

static void expect_fund(struct scene *scene, size_t at, const char *name, const char *today, const char *reform) {
    const struct fund_change *fund = &scene->simulation.funds.items[at];
    assert_true(text_is(fund->name, name));
    expect_number(scene, fund->amount[TODAY], today);
    expect_number(scene, fund->amount[REFORM], reform);
}

/* Things are no money, and what names no fund stands apart. */
static void by_fund(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    assert_int_equal(scene.simulation.funds.count, 4);
    expect_fund(&scene, 0, "aid", "499.5", "639.5");
    expect_fund(&scene, 1, "", "160", "80");
    expect_fund(&scene, 2, "health", "0.01", "0.01");
    expect_fund(&scene, 3, "youth", "0", "25");
    assert_true(text_is(scene.simulation.funds.items[3].label[LANGUAGE_EN], "Youth"));
    close_scene(&scene);
}

static const struct area_change *area_named(const struct scene *scene, const char *level, const char *id,
                                            const char *benefit) {
    const struct benefit_change *change = benefit_named(scene, benefit);
    for (size_t i = 0; i < scene->simulation.areas.count; i++) {
        const struct area_change *area = &scene->simulation.areas.items[i];
        if (text_is(area->level->name, level) && text_is(area->id, id) &&
            &scene->simulation.benefits.items[area->benefit] == change)
            return area;
    }
    return NULL;
}

static void by_area(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    expect_number(&scene, area_named(&scene, "county", "c", "support")->amount[REFORM], "639.5");
    expect_number(&scene, area_named(&scene, "village", "v1", "support")->amount[REFORM], "619.5");
    expect_number(&scene, area_named(&scene, "village", "v2", "support")->amount[REFORM], "20");
    expect_number(&scene, area_named(&scene, "village", "v2", "support")->amount[TODAY], "0");
    assert_int_equal(area_named(&scene, "village", "v2", "support")->undetermined[TODAY], 1);
    assert_null(area_named(&scene, "village", "v3", "support"));
    assert_null(area_named(&scene, "family", "f1", "support"));
    expect_number(&scene, area_named(&scene, "village", "v2", "aid_pay")->amount[TODAY], "0.01");
    close_scene(&scene);
}

/* In January the heating of the whole year, and another bill. */
static void months_add_up(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-01", true);
    add_month(&scene, "2018-02", false);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    expect_benefit(&scene, "support", 2, "999", 4, "1279");
    expect_benefit(&scene, "heating", 3, "361.5", 3, "361.5");
    expect_benefit(&scene, "aid_pay", 2, "200.01", 2, "200.01");
    expect_family(&scene, "f1", GAINS, "240");
    assert_int_equal(scene.simulation.all.count, 6);
    close_scene(&scene);
}

/* --- who gains, who loses ----------------------------------------------------------------------------------------- */

static void families_gain_and_lose(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    expect_family(&scene, "f1", GAINS, "120");
    expect_family(&scene, "f2", LOSES, "-15");
    expect_family(&scene, "f3", LOSES, "-40");
    expect_family(&scene, "f4", UNCHANGED, "0");
    expect_family(&scene, "f5", UNDETERMINED, NULL);
    expect_family(&scene, "f6", GAINS, "20");
    expect_tally(&scene, &scene.simulation.tally, GAINS, 2, 3, "140");
    expect_tally(&scene, &scene.simulation.tally, LOSES, 2, 3, "-55");
    expect_tally(&scene, &scene.simulation.tally, UNCHANGED, 1, 1, "0");
    expect_tally(&scene, &scene.simulation.tally, UNDETERMINED, 1, 1, "0");
    const char *const order[] = {"f1", "f6", "f4", "f2", "f3", "f5"};
    for (size_t i = 0; i < scene.simulation.all.count; i++)
        assert_true(text_is(scene.simulation.all.items[i].id, order[i]));
    close_scene(&scene);
}

/* Up to 5, 10, 20, 50, 100, 200: 20 itself lies below, 120 in the last. */
static void changes_fall_in_bands(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    const struct band *gains = scene.simulation.gains.items, *losses = scene.simulation.losses.items;
    assert_int_equal(scene.simulation.gains.count, 6);
    expect_number(&scene, gains[0].low, "0");
    expect_number(&scene, gains[0].high, "5");
    expect_number(&scene, gains[2].low, "10");
    expect_number(&scene, gains[2].high, "20");
    expect_number(&scene, gains[5].high, "200");
    expect_tally(&scene, &gains[2].tally, GAINS, 1, 1, "20");
    expect_tally(&scene, &gains[5].tally, GAINS, 1, 2, "120");
    expect_tally(&scene, &losses[2].tally, LOSES, 1, 2, "-15");
    expect_tally(&scene, &losses[3].tally, LOSES, 1, 1, "-40");
    close_scene(&scene);
}

static void where_nothing_changes_there_are_no_bands(void **state) {
    (void)state;
    struct scene scene;
    arena_init(&scene.arena);
    two_laws_open(&scene.laws, two_laws_law, NULL);
    two_laws_fill(&scene.laws);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    assert_int_equal(scene.simulation.gains.count, 0);
    assert_int_equal(scene.simulation.tally.families[UNCHANGED], 5);
    close_scene(&scene);
}

/* A family's field parts families, a person's field people: f1 has a man and a woman. */
static void groups_by_a_field(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    const struct field *bys[] = {field_named(&scene, "family", "enrolled"), field_named(&scene, "person", "sex"),
                                 field_named(&scene, "person", "level")};
    for (size_t i = 0; i < 3; i++) assert_int_equal(simulation_can_group(&scene.simulation, bys[i]), BY_OK);
    assert_true(simulation_finish(&scene.simulation, bys, 3));
    const struct grouping *groupings = scene.simulation.groupings.items;
    assert_int_equal(groupings[0].count, 3);
    expect_tally(&scene, &groupings[0].groups[0].tally, LOSES, 2, 3, "-55");
    expect_tally(&scene, &groupings[0].groups[1].tally, GAINS, 2, 3, "140");
    expect_tally(&scene, &groupings[0].groups[2].tally, GAINS, 0, 0, "0");
    assert_true(text_is(groupings[0].groups[1].label[LANGUAGE_EN], "Enrolled: yes"));
    expect_tally(&scene, &groupings[1].groups[0].tally, GAINS, 2, 2, "140");
    expect_tally(&scene, &groupings[1].groups[1].tally, GAINS, 1, 1, "120");
    expect_tally(&scene, &groupings[1].groups[1].tally, LOSES, 1, 2, "-15");
    expect_tally(&scene, &groupings[1].groups[2].tally, LOSES, 1, 1, "-40"); /* p5's sex is not known */
    assert_int_equal(groupings[2].count, 4);
    expect_tally(&scene, &groupings[2].groups[2].tally, LOSES, 2, 2, "-55");
    assert_true(text_is(groupings[2].groups[2].name, "2"));
    close_scene(&scene);
}

/* f7 left after January: its amounts count, its values are not known any more. */
static void who_left_is_counted(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    for (enum side side = TODAY; side < SIDES; side++) {
        struct stage *stage = &scene.laws.stage[side];
        stage_row_in(stage, "family", "f7", "v1", "enrolled=yes", NULL, "2018-01");
        stage_row_in(stage, "person", "p9", "f7", "income=0", NULL, "2018-01");
    }
    add_month(&scene, "2018-01", true);
    assert_int_equal(scene.simulation.family_rows, 7);
    add_month(&scene, "2018-02", false);
    assert_int_equal(scene.simulation.family_rows, 6);
    const struct field *by = field_named(&scene, "family", "enrolled");
    assert_true(simulation_finish(&scene.simulation, &by, 1));
    expect_family(&scene, "f7", GAINS, "60");
    const struct grouping *grouping = &scene.simulation.groupings.items[0];
    expect_tally(&scene, &grouping->groups[1].tally, GAINS, 2, 3, "280");
    expect_tally(&scene, &grouping->groups[2].tally, GAINS, 1, 1, "60");
    close_scene(&scene);
}

static void not_every_field_groups(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_int_equal(simulation_can_group(&scene.simulation, field_named(&scene, "person", "income")), BY_TOO_MANY);
    assert_int_equal(simulation_can_group(&scene.simulation, field_named(&scene, "family", "income_in_all")),
                     BY_TOO_MANY);
    assert_int_equal(simulation_can_group(&scene.simulation, field_named(&scene, "bill", "number")), BY_ELSEWHERE);
    close_scene(&scene);
}

/* --- indicators --------------------------------------------------------------------------------------------------- */

static const struct indicator_change *indicator_named(const struct scene *scene, const char *name, const char *id) {
    for (size_t i = 0; i < scene->simulation.indicators.count; i++) {
        const struct indicator_change *change = &scene->simulation.indicators.items[i];
        if (text_is(change->indicator[TODAY]->name, name) && text_is(change->id, id)) return change;
    }
    return NULL;
}

/* v3 has nobody to measure; f5 leaves the county open. */
static void indicators_under_both(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    add_month(&scene, "2018-02", true);
    assert_true(simulation_finish(&scene.simulation, NULL, 0));
    const struct indicator_change *reach = indicator_named(&scene, "reach", "v1");
    expect_number(&scene, reach->value[TODAY].as.number, "1/3");
    expect_number(&scene, reach->value[REFORM].as.number, "1/3");
    assert_null(indicator_named(&scene, "reach", "v3"));
    assert_int_equal(indicator_named(&scene, "reach", "v2")->value[TODAY].state, VALUE_UNKNOWN);
    assert_int_equal(indicator_named(&scene, "lacking", "c")->value[REFORM].state, VALUE_UNKNOWN);
    close_scene(&scene);
}

/* --- what cannot be compared -------------------------------------------------------------------------------------- */

static struct model_difference compare(const char *a, const char *b, struct stage stages[2]) {
    stage_open(&stages[0], a, NULL, NULL);
    stage_open(&stages[1], b, NULL, NULL);
    return model_compare(stages[0].policy, stages[1].policy);
}

#define HEAD "policy p\n  currency yuan of 100 fen\nentity county\nentity family in county at most 9\n"

static void models_differ(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        enum model_difference_kind kind;
        const char *entity, *input;
    } pairs[] = {
        {HEAD "input family poor : bool\n", HEAD "input family poor : bool \"贫困\" empty means no\n", MODEL_SAME, "",
         ""},
        {HEAD, HEAD "rule family one : count = 1\n", MODEL_SAME, "", ""},
        {HEAD, HEAD "entity person in family at most 9\n", MODEL_ENTITY_MISSING, "person", ""},
        {HEAD "entity person in family at most 9\n", HEAD "entity person in county at most 9\n", MODEL_ENTITY_PLACED,
         "person", ""},
        {HEAD, HEAD "input family poor : bool\n", MODEL_INPUT_MISSING, "family", "poor"},
        {HEAD "input family poor : bool\n", HEAD "rule family poor : bool = yes\n", MODEL_INPUT_MISSING, "family",
         "poor"},
        {HEAD "input family poor : bool\n", HEAD "input family poor : date\n", MODEL_INPUT_DIFFERS, "family", "poor"},
        {HEAD "input family rent : money in 0 .. 9 yuan\n", HEAD "input family rent : money in 0 .. 10 yuan\n",
         MODEL_INPUT_DIFFERS, "family", "rent"},
        {HEAD "input family rent : money in 0 .. 9 yuan\n", HEAD "input family rent : money/year in 0 .. 9 yuan/year\n",
         MODEL_INPUT_DIFFERS, "family", "rent"},
        {HEAD "input family since : date in 1990-01-01 .. 2100-01-01\n",
         HEAD "input family since : date in 2000-01-01 .. 2100-01-01\n", MODEL_INPUT_DIFFERS, "family", "since"},
        {HEAD "enum kind: a, b\ninput family of_kind : kind\n", HEAD "enum kind: a, c\ninput family of_kind : kind\n",
         MODEL_INPUT_DIFFERS, "family", "of_kind"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct stage stages[2];
        struct model_difference difference = compare(pairs[i].a, pairs[i].b, stages);
        assert_int_equal(difference.kind, pairs[i].kind);
        if (difference.kind != MODEL_SAME) assert_true(text_is(difference.entity->name, pairs[i].entity));
        if (difference.input) assert_true(text_is(difference.input->name, pairs[i].input));
        for (int k = 0; k < 2; k++) stage_close(&stages[k]);
    }
}

static void other_rows_are_refused(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    stage_row(&scene.laws.stage[REFORM], "village", "v4", "c", "");
    two_laws_decide(&scene.laws, "2018-02");
    const struct stage *today = &scene.laws.stage[TODAY], *reform = &scene.laws.stage[REFORM];
    assert_true(simulation_begin(&scene.simulation, &scene.arena, today->dataset, reform->policy));
    assert_int_equal(simulation_add(&scene.simulation, today->run, reform->run), SIMULATION_ROWS_DIFFER);
    close_scene(&scene);
}

/* --- memory running out ------------------------------------------------------------------------------------------- */

enum { SHIFT = 500 }; /* of a block, taken beforehand at each step */

/* One whole simulation in which the allocation after `successes` fails; true when none did. */
static bool simulate_failing(struct scene *scene, size_t taken, long successes) {
    struct arena arena;
    const struct stage *today = &scene->laws.stage[TODAY], *reform = &scene->laws.stage[REFORM];
    const struct field *bys[] = {field_named(scene, "person", "sex")};
    begin_failing(&arena, taken, successes);
    bool done = simulation_begin(&scene->simulation, &arena, today->dataset, reform->policy) &&
                simulation_add(&scene->simulation, today->run, reform->run) == SIMULATION_OK &&
                simulation_finish(&scene->simulation, bys, 1);
    bool failed = end_failing(&arena);
    assert_true(done != failed);
    return done;
}

static void memory_running_out_is_told(void **state) {
    (void)state;
    size_t failures = 0;
    for (size_t taken = 0; taken < BLOCK; taken += SHIFT)
        for (long successes = 0;; successes++) {
            struct scene scene;
            open_scene(&scene);
            two_laws_decide(&scene.laws, "2018-02");
            bool done = simulate_failing(&scene, taken, successes);
            close_scene(&scene);
            if (done) break;
            failures++;
        }
    assert_true(failures > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_costs),
        cmocka_unit_test(by_fund),
        cmocka_unit_test(by_area),
        cmocka_unit_test(months_add_up),
        cmocka_unit_test(families_gain_and_lose),
        cmocka_unit_test(changes_fall_in_bands),
        cmocka_unit_test(where_nothing_changes_there_are_no_bands),
        cmocka_unit_test(groups_by_a_field),
        cmocka_unit_test(who_left_is_counted),
        cmocka_unit_test(not_every_field_groups),
        cmocka_unit_test(indicators_under_both),
        cmocka_unit_test(models_differ),
        cmocka_unit_test(other_rows_are_refused),
        cmocka_unit_test(memory_running_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
