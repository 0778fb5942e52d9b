/* Which law holds: exceptions by area, layer, date and the day they were enacted; values that replace others. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MODEL                                                                                                          \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity county\nentity village in county at most 9\nentity family in village at most 9\n"                          \
    "input family heads : count in 0 .. 9\n"                                                                           \
    "input family farm : money/month in -100 .. 10_000 yuan/month\n"                                                   \
    "rule family points : count in 0 .. 99 = 1\n"

/* F1 and F2 live in two villages of one county, F3 in another county. */
static void open_with_rows(struct stage *stage, const struct stage_layer *layers, size_t count) {
    stage_open_layers(stage, layers, count);
    stage_row(stage, "county", "5305", "", "");
    stage_row(stage, "county", "5306", "", "");
    stage_row(stage, "village", "530501", "5305", "");
    stage_row(stage, "village", "530502", "5305", "");
    stage_row(stage, "village", "530601", "5306", "");
    stage_row(stage, "family", "F1", "530501", "heads=2 farm=5");
    stage_row(stage, "family", "F2", "530502", "heads=3");
    stage_row(stage, "family", "F3", "530601", "farm=-1");
}

static void open_law(struct stage *stage, const char *law, const char *table) {
    open_with_rows(stage, &(struct stage_layer){law, table}, 1);
}

static void know_until(struct stage *stage, const char *day) {
    assert_true(day_parse(text_from(day), &stage->options.known));
}

/* --- dates -------------------------------------------------------------------------------------------------------- */

static void exceptions_have_dates(void **state) {
    (void)state;
    struct stage stage;
    open_law(&stage,
             MODEL "exception family points from 2018-07-01 until 2018-08-31 = when heads > 1: 5\n"
                   "exception family points from 2018-10-01 = when heads > 1: 6\n",
             NULL);
    static const char *const expected[][2] = {
        {"2018-06", "1"}, {"2018-07", "5"}, {"2018-08", "5"}, {"2018-09", "1"}, {"2018-10", "6"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        stage_decide(&stage, expected[i][0]);
        EXPECT(&stage, "family.points", "F1", expected[i][1]);
    }
    stage_close(&stage);
}

static void exceptions_are_enacted(void **state) {
    (void)state;
    struct stage stage;
    open_law(&stage, MODEL "exception family points enacted 2018-09-10 = when heads > 2: 5\n", NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "1");
    EXPECT(&stage, "family.points", "F2", "5");
    EXPECT(&stage, "family.points", "F3", "unknown:input");
    know_until(&stage, "2018-09-09");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F2", "1");
    EXPECT(&stage, "family.points", "F3", "1"); /* nor does what it asks matter */
    know_until(&stage, "2018-09-10");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F2", "5");
    stage_close(&stage);
}

/* --- areas and layers --------------------------------------------------------------------------------------------- */

/* The village's own is older than the county's, and yet comes first; where it does not fit, the county's does. */
static void the_nearest_area_comes_before_the_latest_layer(void **state) {
    (void)state;
    struct stage stage;
    static const struct stage_layer layers[] = {
        {MODEL "rule family bonus : count in 0 .. 99 = 1\nexception family bonus = when heads < 9: 2\n", NULL},
        {"policy village extends law area 530501\nexception family points = 2\n"
         "exception family bonus = when heads > 2: 3\n",
         NULL},
        {"policy county extends village area 5305\nexception family points = 3\n"
         "exception family bonus = when heads > 1: 4\n",
         NULL}};
    open_with_rows(&stage, layers, 3);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "2");
    EXPECT(&stage, "family.points", "F2", "3");
    EXPECT(&stage, "family.points", "F3", "1");
    EXPECT(&stage, "family.bonus", "F1", "4"); /* its village's asks for three */
    EXPECT(&stage, "family.bonus", "F2", "4");
    EXPECT(&stage, "family.bonus", "F3", "unknown:input");
    stage_close(&stage);
}

static void of_one_area_the_latest_layer_comes_first(void **state) {
    (void)state;
    struct stage stage;
    static const struct stage_layer layers[] = {
        {MODEL "parameter limit : count in 0 .. 9 = 3\nrule family its_limit : count = limit\n", NULL},
        {"policy first extends law area 5305\nexception family points = 2\nexception parameter limit = 4\n", NULL},
        {"policy second extends first area 5305 from 2018-08-01\nexception family points = when heads < 3: 3\n"
         "exception parameter limit = 5\n",
         NULL}};
    open_with_rows(&stage, layers, 3);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "2");
    EXPECT(&stage, "family.its_limit", "F1", "4");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.points", "F1", "3");
    EXPECT(&stage, "family.points", "F2", "2"); /* the second does not fit */
    EXPECT(&stage, "family.points", "F3", "1");
    EXPECT(&stage, "family.its_limit", "F1", "5");
    EXPECT(&stage, "family.its_limit", "F3", "3");
    stage_close(&stage);
}

/* --- open conditions ---------------------------------------------------------------------------------------------- */

/* F2 has no income on file, F3 no heads, F4 neither: what every answer comes to is what holds. */
static void all_open_conditions_are_answered_both_ways(void **state) {
    (void)state;
    struct stage stage;
    open_law(&stage,
             MODEL "rule family twice : count in 0 .. 99 = 2\n"
                   "exception family twice cite A = when farm > 0: 2\n"
                   "exception family twice over A cite B = when heads > 1: 3\n"
                   "rule family other : count in 0 .. 99 = 2\n"
                   "exception family other over C cite D = when farm > 0: 3\n"
                   "exception family other cite C = when heads > 1: 2\n"
                   "rule family same : count in 0 .. 99 = 2\n"
                   "exception family same = when farm > 0: 2\n"
                   "exception family same = when heads > 1: 2\n"
                   "exception family same = when farm < -5 yuan/month and heads = 9: 2\n",
             NULL);
    stage_row(&stage, "family", "F4", "530601", "");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.twice", "F1", "3");
    EXPECT(&stage, "family.twice", "F2", "3");
    EXPECT(&stage, "family.twice", "F3", "unknown:input");
    EXPECT(&stage, "family.twice", "F4", "unknown:input");
    EXPECT(&stage, "family.other", "F2", "unknown:input");
    EXPECT(&stage, "family.other", "F3", "2");
    EXPECT(&stage, "family.other", "F4", "unknown:input");
    EXPECT(&stage, "family.same", "F4", "2");
    stage_close(&stage);
}

/* --- values of parameters ----------------------------------------------------------------------------------------- */

static void values_of_a_layer_hold_from_its_day(void **state) {
    (void)state;
    struct stage stage;
    static const struct stage_layer layers[] = {
        {MODEL "parameter limit : count in 0 .. 9 = 3\nparameter late : count in 0 .. 9 = 3\n"
               "rule family its_limit : count = limit\nrule family its_late : count = late\n",
         NULL},
        {"policy first extends law area 5305 from 2018-08-01\n"
         "exception parameter limit table t\nexception parameter late enacted 2018-09-10 = 4\n",
         "from,value\n2018-01-01,4\n2018-09-01,5\n"}};
    open_with_rows(&stage, layers, 2);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.its_limit", "F1", "3"); /* though its value is there since January */
    EXPECT(&stage, "family.its_late", "F1", "3");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.its_limit", "F1", "4");
    EXPECT(&stage, "family.its_limit", "F3", "3");
    EXPECT(&stage, "family.its_late", "F1", "4");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.its_limit", "F1", "5");
    know_until(&stage, "2018-09-09");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.its_late", "F1", "3");
    know_until(&stage, "2018-09-10");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.its_late", "F1", "4");
    stage_close(&stage);
}

/* Of two texts for one day the one enacted last counts, in whatever order they are listed. */
static void a_later_enactment_replaces_an_earlier_one(void **state) {
    (void)state;
    struct stage stage;
    open_law(&stage,
             MODEL "parameter line : money/month by county in 0 .. 1_000 yuan/month table t\n"
                   "rule family its_line : money/month = line\n",
             "area,from,enacted,value\n5305,2018-01-01,2018-03-01,120\n5305,2018-01-01,2018-02-01,110\n"
             "5305,2018-01-01,,100\n5306,2018-01-01,,200\n5306,2018-01-01,2018-02-01,210\n"
             "5306,2018-01-01,2018-03-01,220\n");
    static const char *const expected[][3] = {{"2018-01-31", "100", "200"},
                                              {"2018-02-01", "110", "210"},
                                              {"2018-02-28", "110", "210"},
                                              {"2018-03-01", "120", "220"}};
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.its_line", "F1", "120");
    EXPECT(&stage, "family.its_line", "F3", "220");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        know_until(&stage, expected[i][0]);
        stage_decide(&stage, "2018-07");
        EXPECT(&stage, "family.its_line", "F1", expected[i][1]);
        EXPECT(&stage, "family.its_line", "F3", expected[i][2]);
    }
    stage_close(&stage);
}

/* A scale is one enactment's, not the bands of several. */
static void a_scale_is_of_one_enactment(void **state) {
    (void)state;
    struct stage stage;
    open_law(&stage,
             MODEL "parameter rate : ratio by band of money/month in 0% .. 100% table t\n"
                   "rule family due : money/month = bands(1_000 yuan/month, rate)\n",
             "band,from,enacted,value\n0,2018-01-01,,0.1\n800,2018-01-01,,0.2\n"
             "0,2018-01-01,2018-06-01,0.3\n500,2018-01-01,2018-06-01,0.4\n");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.due", "F1", "350");
    know_until(&stage, "2018-05-31");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.due", "F1", "120");
    stage_close(&stage);
}

/* --- guarantees --------------------------------------------------------------------------------------------------- */

static enum guarantee_result promise(struct stage *stage, const char *month) {
    struct value why;
    stage_decide(stage, month);
    return run_guarantee(stage->run, stage->policy->guarantees.items[0], 0, &why);
}

static void guarantees_have_dates(void **state) {
    (void)state;
    struct stage stage;
    open_law(&stage, MODEL "guarantee few for family: points < 1 from 2018-07-01 until 2018-08-31\n", NULL);
    assert_int_equal(promise(&stage, "2018-06"), GUARANTEE_NOT_ASKED);
    assert_int_equal(promise(&stage, "2018-07"), GUARANTEE_BROKEN);
    assert_int_equal(promise(&stage, "2018-08"), GUARANTEE_BROKEN);
    assert_int_equal(promise(&stage, "2018-09"), GUARANTEE_NOT_ASKED);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exceptions_have_dates),
        cmocka_unit_test(exceptions_are_enacted),
        cmocka_unit_test(the_nearest_area_comes_before_the_latest_layer),
        cmocka_unit_test(of_one_area_the_latest_layer_comes_first),
        cmocka_unit_test(all_open_conditions_are_answered_both_ways),
        cmocka_unit_test(values_of_a_layer_hold_from_its_day),
        cmocka_unit_test(a_later_enactment_replaces_an_earlier_one),
        cmocka_unit_test(a_scale_is_of_one_enactment),
        cmocka_unit_test(guarantees_have_dates),
    };
    return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
