/* Cliffs: who has less for having a little more. */
#include "failing.h"
#include "two_laws.h"

#include "simulate/cliff.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HEAD                                                                                                           \
    "policy small\n  currency yuan of 100 fen\nentity county\nentity family in county at most 9\n"                     \
    "entity person in family at most 9\nevent bill in person dated paid, number at most 9 a year\n"                    \
    "input bill paid : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"                                   \
    "input bill cost : money in 0 .. 1_000 yuan\n"                                                                     \
    "input person income : money/month in 0 .. 1_000 yuan/month\n"                                                     \
    "input person pension : money/year in 0 .. 1_000 yuan/year empty means 0\n"                                        \
    "input family enrolled : bool empty means no\ninput family rent : money/month in 0 .. 900 yuan/month\n"            \
    "rule family in_all : money/month = sum(person: income)\n"

/* A gap that is filled to the yuan, a bonus that is lost all at once, and aid for bills with it. */
static const char bonus_law[] = HEAD "rule family line : money/month = 300 yuan/month * count(person)\n"
                                     "benefit family gap : money/month in 0 .. 9_000 yuan/month\n"
                                     "  = when enrolled: max(0, line - in_all)\n"
                                     "    otherwise: 0\n"
                                     "benefit person bonus : money/month in 0 .. 90 yuan/month\n"
                                     "  = when in_all < line: 35 yuan/month\n"
                                     "    otherwise: 0\n"
                                     "benefit bill aid : money in 0 .. 900 yuan\n"
                                     "  = when in_all < line: round(cost * 10%, 1 fen)\n"
                                     "    otherwise: 0\n";

struct scene {
    struct stage stage;
    struct arena arena;
    struct cliffs cliffs;
};

static void open_scene(struct scene *scene, const char *text) {
    *scene = (struct scene){0};
    arena_init(&scene->arena);
    stage_open(&scene->stage, text, NULL, NULL);
    stage_row(&scene->stage, "county", "c", "", "");
}

static void close_scene(struct scene *scene) {
    arena_free(&scene->arena);
    stage_close(&scene->stage);
}

static void a_family(struct scene *scene, const char *id, const char *family, const char *first, const char *second) {
    const char *p1 = text_format(&scene->arena, "%s-1", id).bytes, *p2 = text_format(&scene->arena, "%s-2", id).bytes;
    stage_row(&scene->stage, "family", id, "c", family);
    stage_row(&scene->stage, "person", p1, id, first);
    if (second) stage_row(&scene->stage, "person", p2, id, second);
}

static const struct field *field_named(const struct scene *scene, const char *entity, const char *name) {
    const struct field *field = policy_field(scene->stage.policy, text_from(entity), text_from(name));
    assert_non_null(field);
    return field;
}

static struct cliff_month month_of(struct scene *scene) {
    return (struct cliff_month){.run = scene->stage.run,
                                .records = &scene->stage.records,
                                .families = map_get(&scene->stage.policy->entity_by_name, TEXT("family"))};
}

/* The step is a fraction of the base unit, which is by the month. */
static void find(struct scene *scene, const char *entity, const char *input, int64_t step, int64_t of) {
    scene->cliffs =
        (struct cliffs){.input = field_named(scene, entity, input), .step = number_ratio(&scene->arena, step, of)};
    struct cliff_month month = month_of(scene);
    stage_decide(&scene->stage, "2018-02");
    month.run = scene->stage.run;
    assert_true(cliffs_find(&scene->cliffs, &scene->arena, &month));
}

static void expect_number(struct scene *scene, struct number number, const char *exact) {
    assert_string_equal(number_exact(&scene->arena, number).bytes, exact);
}

static void expect_cliff(struct scene *scene, size_t at, const char *family, const char *row, const char *before,
                         const char *after, const char *loss) {
    assert_true(at < scene->cliffs.list.count);
    const struct cliff *cliff = &scene->cliffs.list.items[at];
    assert_true(text_is(cliff->family, family));
    assert_true(text_is(cliff->row, row));
    expect_number(scene, cliff->before, before);
    expect_number(scene, cliff->after, after);
    expect_number(scene, cliff->loss, loss);
}

/* --- what is a cliff ---------------------------------------------------------------------------------------------- */

/* near: 595 + 10 passes 600, and both lose 35; bill: 35 and a tenth of 400 more; far: nothing; gap: falls by the step.
 */
static void falling_off(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, bonus_law);
    a_family(&scene, "near", "", "income=295", "income=300");
    a_family(&scene, "bill", "", "income=295", NULL);
    stage_row(&scene.stage, "bill", "", "bill-1", "paid=2018-02-03 number=B1 cost=400");
    stage_row(&scene.stage, "bill", "", "bill-1", "paid=2018-01-03 number=B0 cost=900");
    a_family(&scene, "far", "", "income=100", NULL);
    a_family(&scene, "gap", "enrolled=yes", "income=100", NULL);
    find(&scene, "person", "income", 10, 1);
    assert_int_equal(scene.cliffs.list.count, 2);
    expect_cliff(&scene, 0, "bill", "bill-1", "75", "0", "65");
    expect_cliff(&scene, 1, "near", "near-1", "70", "0", "60");
    assert_int_equal(scene.cliffs.raised, 5);
    assert_false(scene.cliffs.apart);
    close_scene(&scene);
}

static void what_falls(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, bonus_law);
    a_family(&scene, "near", "enrolled=yes", "income=295", "income=300");
    a_family(&scene, "bill", "", "income=295", NULL);
    stage_row(&scene.stage, "bill", "", "bill-1", "paid=2018-02-03 number=B1 cost=400");
    find(&scene, "person", "income", 10, 1);
    assert_int_equal(scene.cliffs.benefit_count, 3);
    const struct cliff_benefit *gap = &scene.cliffs.benefits[0], *bonus = &scene.cliffs.benefits[1],
                               *aid = &scene.cliffs.benefits[2];
    assert_int_equal(gap->families, 1);
    expect_number(&scene, gap->sum, "5");
    assert_int_equal(bonus->families, 2);
    expect_number(&scene, bonus->sum, "105");
    expect_number(&scene, bonus->greatest, "70");
    assert_true(text_is(bonus->worst, "near"));
    assert_int_equal(aid->families, 1);
    expect_number(&scene, aid->greatest, "40");
    close_scene(&scene);
}

/* 290 + 290: one of them alone stays below 600, both together would not. */
static void one_row_at_a_time(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, bonus_law);
    a_family(&scene, "two", "", "income=290", "income=290");
    find(&scene, "person", "income", 15, 1);
    assert_int_equal(scene.cliffs.raised, 2);
    assert_int_equal(scene.cliffs.list.count, 0);
    find(&scene, "person", "income", 20, 1);
    assert_int_equal(scene.cliffs.list.count, 1);
    close_scene(&scene);
}

/* 100 - 3 / 12 = 99.75 and 100 - 4 / 12 = 99.67: 0.08; from 4 to 5: 99.67 - 99.58 = 0.09, of a step of 0.0833. */
static void rounding_is_no_cliff(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, HEAD "benefit person rest : money/month in 0 .. 100 yuan/month\n"
                            "  = max(0, round(100 yuan/month - pension, 1 fen/month))\n"
                            "benefit person rest_twice : money/month in 0 .. 100 yuan/month\n"
                            "  = when pension >= 9 yuan/year: 0\n"
                            "    otherwise: 0.10 yuan/month\n");
    a_family(&scene, "a", "", "pension=4", NULL);
    find(&scene, "person", "pension", 1, 12);
    assert_int_equal(scene.cliffs.raised, 1);
    assert_int_equal(scene.cliffs.list.count, 0);
    a_family(&scene, "b", "", "pension=8", NULL);
    find(&scene, "person", "pension", 1, 12);
    assert_int_equal(scene.cliffs.list.count, 1);
    assert_true(text_is(scene.cliffs.list.items[0].family, "b"));
    close_scene(&scene);
}

/* Of a step of one yuan, a fall of 1.01 is a fen too much, one of 1.00 is not. */
static void a_coin_is_enough(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, HEAD "benefit person gift : money/month in 0 .. 9 yuan/month\n"
                            "  = when pension >= 24 yuan/year: 1 yuan/month\n"
                            "    when pension >= 12 yuan/year: 2 yuan/month\n"
                            "    otherwise: 3.01 yuan/month\n");
    a_family(&scene, "a", "", "pension=5", NULL);
    a_family(&scene, "b", "", "pension=15", NULL);
    find(&scene, "person", "pension", 1, 1);
    assert_int_equal(scene.cliffs.list.count, 1);
    expect_cliff(&scene, 0, "a", "a-1", "3.01", "2", "0.01");
    close_scene(&scene);
}

/* --- what cannot be raised, or told ------------------------------------------------------------------------------- */

static void counted_apart(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, bonus_law);
    a_family(&scene, "unknown", "", "", "income=299");
    a_family(&scene, "beyond", "", "income=995", NULL);
    find(&scene, "person", "income", 10, 1);
    assert_int_equal(scene.cliffs.unknown, 1);
    assert_int_equal(scene.cliffs.beyond, 1);
    assert_int_equal(scene.cliffs.raised, 1);
    assert_int_equal(scene.cliffs.undecided, 1);
    assert_int_equal(scene.cliffs.list.count, 0);
    close_scene(&scene);
}

/* The records are as they were, also where nothing stood that means something. */
static void put_back(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, bonus_law);
    a_family(&scene, "a", "rent=7.25", "income=1", "pension=3 income=0");
    const struct field *pension = field_named(&scene, "person", "pension"),
                       *rent = field_named(&scene, "family", "rent");
    find(&scene, "person", "pension", 100, 12);
    assert_int_equal(scene.cliffs.raised, 2);
    find(&scene, "family", "rent", 100, 1);
    assert_int_equal(scene.cliffs.raised, 1);
    const struct column *pensions = &scene.stage.records.tables[pension->entity->index].columns[pension->input_index];
    assert_false(pensions->known[0]);
    assert_true(pensions->known[1]);
    assert_true(column_get(pensions, 1) == 300);
    assert_true(column_get(&scene.stage.records.tables[rent->entity->index].columns[rent->input_index], 0) == 725);
    close_scene(&scene);
}

static void only_money_of_families(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, bonus_law);
    const struct entity *families = map_get(&scene.stage.policy->entity_by_name, TEXT("family"));
    assert_true(cliff_can_raise(field_named(&scene, "person", "income"), families));
    assert_true(cliff_can_raise(field_named(&scene, "family", "rent"), families));
    assert_false(cliff_can_raise(field_named(&scene, "family", "in_all"), families));
    assert_false(cliff_can_raise(field_named(&scene, "family", "enrolled"), families));
    assert_false(cliff_can_raise(field_named(&scene, "bill", "cost"), families));
    close_scene(&scene);
}

/* --- families that meet ------------------------------------------------------------------------------------------- */

static const char shared[] = HEAD "rule county budget : money/month = 1_000 yuan/month\n"
                                  "rule family need : money/month = max(0, 100 yuan/month - in_all)\n"
                                  "benefit family share : money/month in 0 .. 1_000 yuan/month\n"
                                  "  = apportion(budget, need, 1 yuan/month)\n";

static bool meet(const char *text) {
    struct stage stage;
    stage_open(&stage, text, NULL, NULL);
    bool found = cliff_families_meet(stage.policy, map_get(&stage.policy->entity_by_name, TEXT("family")));
    stage_close(&stage);
    return found;
}

static void where_families_meet(void **state) {
    (void)state;
    assert_false(meet(bonus_law));
    assert_true(meet(HEAD "rule county all : money/month = sum(family: in_all)\n"
                          "benefit family gift : money/month in 0 .. 9 yuan/month\n"
                          "  = when county.all > 9 yuan/month: 9 yuan/month\n    otherwise: 0\n"));
    assert_false(meet(HEAD "rule county all : money/month = sum(family: in_all)\n"
                           "benefit family gift : money/month in 0 .. 9 yuan/month = 9 yuan/month\n"));
    assert_true(meet(HEAD "input person supporter : person\n"
                          "benefit person gift : money/month in 0 .. 9 yuan/month\n"
                          "  = when supporter.income > 0: 9 yuan/month\n    otherwise: 0\n"));
}

/* Weights 50 and 50 give 500 each; 40 and 50 give 444.44; raised together they would keep their 500. */
static void each_has_a_run_of_its_own(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene, shared);
    a_family(&scene, "a", "", "income=50", NULL);
    a_family(&scene, "b", "", "income=50", NULL);
    find(&scene, "person", "income", 10, 1);
    assert_true(scene.cliffs.apart);
    assert_int_equal(scene.cliffs.list.count, 2);
    expect_cliff(&scene, 0, "a", "a-1", "500", "444", "46");
    expect_cliff(&scene, 1, "b", "b-1", "500", "444", "46");
    close_scene(&scene);
}

/* --- memory running out ------------------------------------------------------------------------------------------- */

enum { SHIFT = 8000 };

static bool find_failing(struct scene *scene, size_t taken, long successes) {
    struct arena arena;
    struct cliff_month month = month_of(scene);
    scene->cliffs = (struct cliffs){.input = field_named(scene, "person", "income"), .step = number_from(10)};
    begin_failing(&arena, taken, successes);
    bool done = cliffs_find(&scene->cliffs, &arena, &month);
    bool failed = end_failing(&arena);
    assert_true(done != failed);
    return done;
}

static void memory_running_out_is_told(void **state) {
    (void)state;
    struct scene scene;
    size_t failures = 0;
    open_scene(&scene, bonus_law);
    a_family(&scene, "near", "", "income=295", "income=300");
    a_family(&scene, "far", "", "income=100", NULL);
    for (size_t taken = 0; taken < BLOCK; taken += SHIFT)
        for (long successes = 0;; successes++) {
            stage_decide(&scene.stage, "2018-02");
            if (find_failing(&scene, taken, successes)) break;
            failures++;
        }
    assert_true(failures > BLOCK / SHIFT);
    find(&scene, "person", "income", 10, 1);
    expect_cliff(&scene, 0, "near", "near-1", "70", "0", "60"); /* the records are whole still */
    close_scene(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(falling_off),
        cmocka_unit_test(what_falls),
        cmocka_unit_test(one_row_at_a_time),
        cmocka_unit_test(rounding_is_no_cliff),
        cmocka_unit_test(a_coin_is_enough),
        cmocka_unit_test(counted_apart),
        cmocka_unit_test(put_back),
        cmocka_unit_test(only_money_of_families),
        cmocka_unit_test(where_families_meet),
        cmocka_unit_test(each_has_a_run_of_its_own),
        cmocka_unit_test(memory_running_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
