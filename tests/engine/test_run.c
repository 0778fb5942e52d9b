/* What the engine makes of the rules of meaning (docs/language.md), one by one, at their edges. */
#include "base/memory.h"
#include "stage.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MODEL                                                                                                          \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity county\nentity village in county at most 9\nentity family in village at most 9\n"                          \
    "entity person in family at most 9\nevent bill in person dated left, number at most 90 a year\n"                   \
    "enum kind : good, poor\n"                                                                                         \
    "input family farm : money/month in -100 .. 10_000 yuan/month\n"                                                   \
    "input family heads : count in 0 .. 9\n"                                                                           \
    "input family kind : kind\n"                                                                                       \
    "input family home : village empty means none\n"                                                                   \
    "input person born : date in 1900-01-01 .. 2100-01-01 empty means never\n"                                         \
    "input person ill : bool\n"                                                                                        \
    "input bill left : date in 2010-01-01 .. 2100-01-01\n"                                                             \
    "input bill number : text\n"                                                                                       \
    "input bill cost : money in 0 .. 100_000 yuan\n"

static void open_with_rows(struct stage *stage, const char *law, const char *table, const char *layer) {
    stage_open(stage, law, table, layer);
    stage_row(stage, "county", "5305", "", "");
    stage_row(stage, "county", "5306", "", "");
    stage_row(stage, "village", "530501", "5305", "");
    stage_row(stage, "village", "530601", "5306", "");
    stage_row(stage, "family", "F1", "530501", "farm=12.50 heads=2 kind=good home=530601");
    stage_row(stage, "family", "F2", "530601", "heads=0");
    stage_row(stage, "person", "P1", "F1", "born=1958-07-01 ill=no");
    stage_row(stage, "person", "P2", "F1", "born=1960-02-29");
}

/* --- faults and unknowns ------------------------------------------------------------------------------------------ */

static void faults_have_names(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family share : money/month = 10 yuan/month / heads\n"
                         "rule family oldest : count = max(person: years(born, first_day))\n"
                         "rule family there : count = home.villagers\n"
                         "rule village villagers : count = count(family)\n"
                         "rule family tight : money/month in 0 .. 5 yuan/month = farm\n"
                         "rule person age : count = years(born, first_day)\n",
                   NULL, NULL);
    stage_row(&stage, "person", "P3", "F1", "ill=yes");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.share", "F1", "5");
    EXPECT(&stage, "family.share", "F2", "fault:division-by-zero");
    EXPECT(&stage, "family.oldest", "F2", "fault:of-nobody");
    EXPECT(&stage, "family.there", "F1", "1");
    EXPECT(&stage, "family.there", "F2", "fault:through-none");
    EXPECT(&stage, "family.tight", "F1", "fault:out-of-range");
    EXPECT(&stage, "family.tight", "F2", "unknown:input");
    EXPECT(&stage, "person.age", "P1", "60");
    EXPECT(&stage, "person.age", "P2", "58");
    EXPECT(&stage, "person.age", "P3", "fault:never");
    stage_close(&stage);
}

static void logic_needs_only_what_decides(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family no_matter : bool = farm > 0 and heads > 5\n"
                         "rule family enough : bool = farm > 0 or heads < 5\n"
                         "rule family open : bool = farm > 0 and heads < 5\n"
                         "rule family some : bool = any(person: ill)\n"
                         "rule family every : bool = all(person: ill)\n"
                         "rule family same : count = when farm > 0: 3\n    otherwise: 3\n"
                         "rule family asked : bool = known(farm)\n"
                         "rule family default : money/month = farm if known else 7 yuan/month\n"
                         "rule family one_of : bool = 3 yuan/month in (farm, 3 yuan/month)\n"
                         "rule family one_of_open : bool = 5 yuan/month in (farm, 3 yuan/month)\n",
                   NULL, NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.no_matter", "F2", "no");
    EXPECT(&stage, "family.enough", "F2", "yes");
    EXPECT(&stage, "family.open", "F2", "unknown:input");
    EXPECT(&stage, "family.some", "F1", "unknown:input");
    EXPECT(&stage, "family.every", "F1", "no");
    EXPECT(&stage, "family.some", "F2", "no");
    EXPECT(&stage, "family.every", "F2", "yes");
    EXPECT(&stage, "family.same", "F2", "3");
    EXPECT(&stage, "family.asked", "F1", "yes");
    EXPECT(&stage, "family.asked", "F2", "no");
    EXPECT(&stage, "family.default", "F2", "7");
    EXPECT(&stage, "family.one_of", "F2", "yes");
    EXPECT(&stage, "family.one_of_open", "F1", "no");
    EXPECT(&stage, "family.one_of_open", "F2", "unknown:input");
    stage_close(&stage);
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

static void the_nearest_area_with_a_value_counts(void **state) {
    (void)state;
    struct stage stage;
    static const char table[] = "area,from,enacted,value\n"
                                ",2018-01-01,,100\n"
                                ",2018-07-01,2018-08-15,120\n"
                                "5305,2018-03-01,,90\n"
                                "530601,2018-07-02,,70\n";
    open_with_rows(&stage,
                   MODEL "parameter line : money/month by village in 0 .. 1_000 yuan/month\n  table t\n"
                         "rule family its_line : money/month = line\n"
                         "rule family of_the_county : money/month = county.line\n"
                         "rule family in_march : money/month = line on 2018-02-28\n"
                         "rule family long_ago : money/month = line on 2017-12-31\n",
                   table, NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.its_line", "F1", "90");  /* an old value of the county hides a new one of everywhere */
    EXPECT(&stage, "family.its_line", "F2", "120"); /* the village's own begins the day after */
    EXPECT(&stage, "family.in_march", "F1", "100"); /* the day before the county's begins */
    EXPECT(&stage, "family.long_ago", "F1", "fault:no-parameter");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.its_line", "F2", "70");
    EXPECT(&stage, "family.of_the_county", "F2", "120");
    stage.options.known = month_first_day(2018 * 12 + 7); /* on the first of August nobody knew of 120 */
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.of_the_county", "F2", "100");
    stage_close(&stage);
}

static void keys_are_matched_and_empty_values_unknown(void **state) {
    (void)state;
    struct stage stage;
    static const char table[] = "kind,month,value\ngood,2018-07,3\ngood,2018-08,\npoor,2018-07,4\n";
    open_with_rows(&stage,
                   MODEL "parameter points : count by kind, month in 0 .. 9\n  table t\n"
                         "rule family own : count = points[kind]\n"
                         "rule family of_poor : count = points[poor]\n",
                   table, NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.own", "F1", "3");
    EXPECT(&stage, "family.own", "F2", "unknown:input");
    EXPECT(&stage, "family.of_poor", "F2", "4");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.own", "F1", "unknown:parameter-unknown");
    EXPECT(&stage, "family.of_poor", "F1", "unknown:parameter-unknown");
    stage_close(&stage);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void previous_is_what_was_in_force(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family paid : months in 0 .. 99 months starts 0\n"
                         "  = min(99 months, previous(paid) + 1 month)\n"
                         "rule family sum_so_far : months in 0 .. 99 months\n"
                         "  = min(99 months, previous(sum_so_far) + 1 month)\n"
                         "procedure deciding for family decides paid\n  step only by nobody\n    done: done_with\n"
                         "  outcome done_with:\n    needs reason\nrole nobody\n",
                   NULL, NULL);
    stage_open_with(&stage, "family.sum_so_far", "F1", "40");
    stage_give(&stage, "family.paid", "F1", "2018-08", "30");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.paid", "F1", "1");
    EXPECT(&stage, "family.sum_so_far", "F1", "41");
    EXPECT(&stage, "family.sum_so_far", "F2", "unknown:not-assessed"); /* nothing opens it */
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.paid", "F1", "30"); /* an officer's decision is in force */
    EXPECT(&stage, "family.paid", "F2", "2");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.paid", "F1", "31"); /* what follows is computed from it */
    stage_row(&stage, "family", "F3", "530501", "");
    stage_decide(&stage, "2018-10");
    EXPECT(&stage, "family.paid", "F3", "1"); /* a family split off starts anew */
    stage_decide(&stage, "2018-12");
    EXPECT(&stage, "family.paid", "F1", "unknown:not-assessed"); /* November was not assessed */
    stage_close(&stage);
}

/* What is loaded may be anything in the declared range; without one, what the rule can give. */
static void what_is_loaded_fits_its_rule(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL
                   "rule family free : count starts 0\n  = min(1, count(person))\n"
                   "rule family declared : count in 0 .. 999 starts 0\n  = min(1, count(person))\n"
                   "rule family tens : months starts 0\n  = round(min(90 months, count(person) * 1 month), 10 months)\n"
                   "rule family free_before : count = previous(free)\n"
                   "rule family declared_before : count = previous(declared)\n"
                   "rule family tens_before : months = previous(tens)\n",
                   NULL, NULL);
    stage_open_with(&stage, "family.free", "F1", "300");
    stage_open_with(&stage, "family.free", "F2", "1");
    stage_open_with(&stage, "family.declared", "F1", "300");
    stage_open_with(&stage, "family.tens", "F1", "15");
    stage_open_with(&stage, "family.tens", "F2", "10");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.free_before", "F1", "fault:out-of-range");
    EXPECT(&stage, "family.free_before", "F2", "1");
    EXPECT(&stage, "family.declared_before", "F1", "300");
    EXPECT(&stage, "family.tens_before", "F1", "fault:out-of-range");
    EXPECT(&stage, "family.tens_before", "F2", "10");
    stage_close(&stage);
}

static void rows_stand_in_their_months(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family size : count = count(person)\nrule village many : count = count(person)\n", NULL,
                   NULL);
    stage_row_in(&stage, "person", "P3", "F1", "", "2018-08", "2018-09");
    stage_row_in(&stage, "person", "P4", "F1", "", NULL, "2018-08"); /* moves to the other village */
    stage_row_in(&stage, "person", "P4", "F2", "", "2018-09", NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.size", "F1", "3");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.size", "F1", "4");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.size", "F1", "3");
    EXPECT(&stage, "village.many", "530601", "1");
    stage_decide(&stage, "2018-10");
    EXPECT(&stage, "family.size", "F1", "2");
    stage_close(&stage);
}

static void texts_have_dates(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family points : count in 0 .. 9 = 1\n"
                         "rule family points : count in 0 .. 9 from 2018-08-01 enacted 2018-09-10 = 2\n"
                         "benefit family gift : money/month from 2018-08-01 until 2018-08-31 = 5 yuan/month\n"
                         "rule family yearly_points : count in 0 .. 99 yearly in 1 starts 7 = heads * 10\n",
                   NULL, NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "1");
    EXPECT(&stage, "family.gift", "F1", "0");
    EXPECT(&stage, "family.yearly_points", "F1", "7");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.points", "F1", "2");
    EXPECT(&stage, "family.gift", "F1", "5");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.gift", "F1", "0");
    stage.options.known = month_first_day(2018 * 12 + 8);
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.points", "F1", "1"); /* nobody knew of the second text */
    stage_decide(&stage, "2019-01");
    EXPECT(&stage, "family.yearly_points", "F1", "20");
    stage_give(&stage, "family.heads", "F1", "2019-02", "9");
    stage_decide(&stage, "2019-02");
    EXPECT(&stage, "family.yearly_points", "F1", "20"); /* January's stands until the next */
    stage_close(&stage);
}

/* The first text says it for all, also where an earlier day is written below it. */
static void options_stand_in_the_first_text(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family points : count in 0 .. 99 from 2018-09-01 yearly in 10 starts 7 = heads * 10\n"
                         "rule family points : count until 2018-08-31 = heads\n"
                         "rule family before : count in 0 .. 99 from 2018-09-01 starts 5 = previous(before)\n"
                         "rule family before : count until 2018-08-31 = previous(before)\n",
                   NULL, NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "7");
    EXPECT(&stage, "family.before", "F1", "5");
    stage_decide(&stage, "2018-10");
    EXPECT(&stage, "family.points", "F1", "20");
    stage_close(&stage);
}

/* A scale may have further keys, each of which has bands of its own. */
static void scales_have_keys(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "parameter rate : ratio by kind, month, band of money/month in 0% .. 100% table t\n"
                         "rule family due : money/month = bands(1_000 yuan/month, rate[kind])\n",
                   "kind,month,band,value\ngood,2018-07,0,0.5\ngood,2018-07,500,0.6\n"
                   "poor,2018-07,0,0\npoor,2018-07,800,0.1\ngood,2018-08,0,0.25\npoor,2018-08,0,\n",
                   NULL);
    stage_give(&stage, "family.kind", "F1", "", "poor");
    stage_give(&stage, "family.kind", "F2", "", "good");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.due", "F1", "20");
    EXPECT(&stage, "family.due", "F2", "550");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.due", "F1", "unknown:parameter-unknown");
    EXPECT(&stage, "family.due", "F2", "250");
    stage_decide(&stage, "2018-09");
    EXPECT(&stage, "family.due", "F2", "unknown:parameter-unknown"); /* a month that is not listed */
    stage_close(&stage);
}

/* Nobody knows what the upper band takes: it takes not nothing. */
static void a_band_without_its_rate_is_unknown(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "parameter rate : ratio by kind, band of money/month in 0% .. 100% table t\n"
                         "rule family due : money/month = bands(farm, rate[kind])\n",
                   "kind,band,value\ngood,0,0.1\ngood,500,\npoor,0,\npoor,500,0.2\n", NULL);
    stage_row(&stage, "family", "F3", "530501", "farm=600 kind=good");
    stage_row(&stage, "family", "F4", "530501", "farm=600 kind=poor");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.due", "F3", "unknown:parameter-unknown");
    EXPECT(&stage, "family.due", "F4", "unknown:parameter-unknown");
    stage_close(&stage);
}

static void nothing_is_shared_out_by_less_than_nothing(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule county budget : money in 0 .. 1_000 yuan = 100 yuan\n"
                         "rule village weight : money/month = sum(family: farm)\n"
                         "rule village share : money in 0 .. 1_000 yuan = apportion(budget, weight, 1 yuan)\n",
                   NULL, NULL);
    stage_row(&stage, "village", "530502", "5305", "");
    stage_row(&stage, "village", "530602", "5306", "");
    stage_row(&stage, "family", "F3", "530502", "farm=25");
    stage_row(&stage, "family", "F4", "530602", "farm=-0.01");
    stage_give(&stage, "family.farm", "F2", "", "100");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "village.share", "530501", "33");
    EXPECT(&stage, "village.share", "530502", "67");
    EXPECT(&stage, "village.share", "530601", "fault:nothing-to-apportion-by");
    EXPECT(&stage, "village.share", "530602", "fault:nothing-to-apportion-by");
    stage_close(&stage);
}

static void never_is_no_day(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule person later : date = born + 9 days\n"
                         "rule person much_later : date = born + 90_000 days\n"
                         "rule person months_later : date = born - 9 months\n"
                         "rule person old_then : count = years(2000-01-01, born)\n"
                         "rule person young_then : count = years(born, 2000-01-01)\n"
                         "rule person its_month : count = month(born)\n"
                         "rule person ago : days = first_day - born\n"
                         "rule person after : bool = later > 2199-12-31\n",
                   NULL, NULL);
    stage_row(&stage, "person", "P3", "F1", "");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "person.later", "P1", "1958-07-10");
    EXPECT(&stage, "person.months_later", "P1", "1957-10-01");
    EXPECT(&stage, "person.old_then", "P1", "-42");
    EXPECT(&stage, "person.young_then", "P1", "41");
    EXPECT(&stage, "person.its_month", "P1", "7");
    EXPECT(&stage, "person.after", "P1", "no");
    EXPECT(&stage, "person.later", "P3", "never");
    EXPECT(&stage, "person.much_later", "P3", "never");
    EXPECT(&stage, "person.months_later", "P3", "never");
    EXPECT(&stage, "person.old_then", "P3", "fault:never");
    EXPECT(&stage, "person.young_then", "P3", "fault:never");
    EXPECT(&stage, "person.its_month", "P3", "fault:never");
    EXPECT(&stage, "person.ago", "P3", "fault:never");
    EXPECT(&stage, "person.after", "P3", "yes");
    stage_close(&stage);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static const char bills_law[] =
    MODEL "rule person was_ill : bool starts no = ill\n"
          "rule bill rate : ratio = when was_ill: 90%\n    otherwise: 50%\n"
          "benefit bill aid : money in 0 .. 100_000 yuan\n"
          "  = min(round(cost * rate, 1 fen), max(0, 100 yuan - sum(earlier bill: aid this year)))\n"
          "rule person this_year : money = sum(bill: cost this year)\n"
          "rule person three_months : money = sum(bill: cost last 3 months)\n";

static void bills_use_up_a_yearly_cap_in_their_order(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-03-05 number=B2 cost=100");
    stage_row(&stage, "bill", "", "P1", "left=2018-03-05 number=B1 cost=120.01");
    stage_row(&stage, "bill", "", "P1", "left=2018-06-30 number=B0 cost=50");
    stage_row(&stage, "bill", "", "P1", "left=2019-01-01 number=B3 cost=1000");
    stage_decide(&stage, "2019-01");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B1", "60.01"); /* half a fen away from zero */
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B2", "39.99"); /* what is left */
    EXPECT(&stage, "bill.aid", "P1/2018-06-30/B0", "0");
    EXPECT(&stage, "bill.aid", "P1/2019-01-01/B3", "100"); /* a new year */
    stage_close(&stage);
}

static void months_read_bills_before_their_first_day(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-03-31 number=B1 cost=1");
    stage_row(&stage, "bill", "", "P1", "left=2018-04-01 number=B2 cost=2");
    stage_row(&stage, "bill", "", "P1", "left=2018-06-30 number=B3 cost=4");
    stage_row(&stage, "bill", "", "P1", "left=2018-07-01 number=B4 cost=8");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "person.this_year", "P1", "7");
    EXPECT(&stage, "person.three_months", "P1", "6");
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "person.this_year", "P1", "15");
    stage_close(&stage);
}

static void a_bill_reads_the_value_in_force_for_its_month(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-05-01 number=B0 cost=10");
    stage_row(&stage, "bill", "", "P1", "left=2018-06-01 number=B1 cost=10");
    stage_row(&stage, "bill", "", "P1", "left=2018-07-01 number=B2 cost=10");
    stage_give(&stage, "person.was_ill", "P1", "2018-06", "yes");
    stage_decide(&stage, "2018-06");
    EXPECT(&stage, "bill.aid", "P1/2018-06-01/B1", "9");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "bill.aid", "P1/2018-05-01/B0", "5"); /* before the first month: as the rule starts */
    EXPECT(&stage, "bill.aid", "P1/2018-06-01/B1", "9"); /* it keeps what it was settled with */
    EXPECT(&stage, "bill.aid", "P1/2018-07-01/B2", "5");
    stage_close(&stage);
}

/* A move, a change of what the hospital is: what holds now says nothing of the day of the bill. */
static void a_bill_is_judged_in_the_world_of_its_own_month(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "parameter share : ratio by village in 0% .. 100%\n  table t\n"
                         "rule bill paid : money in 0 .. 100_000 yuan = when ill: round(cost * share, 1 fen)\n"
                         "    otherwise: 0\n",
                   "area,value\n530501,0.5\n530601,0.9\n", NULL);
    stage_row_in(&stage, "person", "P3", "F1", "ill=yes", NULL, "2018-05");
    stage_row_in(&stage, "person", "P3", "F2", "ill=yes", "2018-06", "2018-06"); /* moved to the other village */
    stage_row_in(&stage, "person", "P3", "F2", "ill=no", "2018-07", NULL);
    stage_row(&stage, "bill", "", "P3", "left=2018-05-31 number=B1 cost=10");
    stage_row(&stage, "bill", "", "P3", "left=2018-06-01 number=B2 cost=10");
    stage_row(&stage, "bill", "", "P3", "left=2018-07-01 number=B3 cost=10");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "bill.paid", "P3/2018-05-31/B1", "5");
    EXPECT(&stage, "bill.paid", "P3/2018-06-01/B2", "9");
    EXPECT(&stage, "bill.paid", "P3/2018-07-01/B3", "0");
    stage_close(&stage);
}

static void a_late_bill_reopens_those_behind_it(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-03-05 number=B1 cost=100");
    stage_row(&stage, "bill", "", "P1", "left=2018-06-05 number=B3 cost=100");
    stage_give(&stage, "person.was_ill", "P1", "2018-06", "yes");
    stage_decide(&stage, "2018-06");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B1", "50");
    EXPECT(&stage, "bill.aid", "P1/2018-06-05/B3", "50"); /* 90 %, up to what is left of 100 */
    stage_row(&stage, "bill", "", "P1", "left=2018-04-01 number=B2 cost=40");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B1", "50"); /* before the late one: it keeps what it had */
    EXPECT(&stage, "bill.aid", "P1/2018-04-01/B2", "20");
    EXPECT(&stage, "bill.aid", "P1/2018-06-05/B3", "30"); /* still at the rate of June */
    stage_close(&stage);
}

/* What a bill was settled with stands, whatever is set otherwise a month later. */
static void settled_bills_keep_what_they_had(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "parameter share : ratio in 0% .. 100% = 50%\n"
                         "rule bill paid : money in 0 .. 100_000 yuan = round(cost * share, 1 fen)\n",
                   NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-04-05 number=B1 cost=10");
    stage_row(&stage, "bill", "", "P1", "left=2018-05-05 number=B2 cost=10");
    stage_row(&stage, "bill", "", "P1", "left=2018-07-05 number=B3 cost=10");
    stage_decide(&stage, "2018-06");
    const struct parameter *share = map_get(&stage.policy->parameter_by_name, TEXT("share"));
    struct value most = value_number(number_one);
    struct override override = override_of(share, &most);
    stage.options.overrides = &override;
    stage.options.override_count = 1;
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "bill.paid", "P1/2018-04-05/B1", "5");
    EXPECT(&stage, "bill.paid", "P1/2018-05-05/B2", "5");
    EXPECT(&stage, "bill.paid", "P1/2018-07-05/B3", "10");
    stage_close(&stage);
}

/* The first of two bills is gone a month later: what it had used up is free again for the second. */
static void a_cancelled_bill_reopens_those_behind_it(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-04-05 number=B2 cost=100");
    stage_row(&stage, "bill", "", "P1", "left=2018-03-05 number=B1 cost=150");
    stage_decide(&stage, "2018-06");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B1", "75");
    EXPECT(&stage, "bill.aid", "P1/2018-04-05/B2", "25");
    const struct entity *bill = map_get(&stage.policy->entity_by_name, TEXT("bill"));
    stage.records.tables[bill->index].count--; /* the bill that was added last */
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "bill.aid", "P1/2018-04-05/B2", "50");
    stage_close(&stage);
}

/* So it is for one of the same day and of the same month, but not for those of the months before. */
static void a_cancelled_bill_reopens_those_of_its_own_month(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage, bills_law, NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2018-02-20 number=B0 cost=20");
    stage_row(&stage, "bill", "", "P1", "left=2018-03-05 number=B2 cost=100");
    stage_row(&stage, "bill", "", "P1", "left=2018-03-31 number=B3 cost=60");
    stage_row(&stage, "bill", "", "P1", "left=2018-03-05 number=B1 cost=150");
    stage_decide(&stage, "2018-06");
    EXPECT(&stage, "bill.aid", "P1/2018-02-20/B0", "10");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B1", "75");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B2", "15");
    EXPECT(&stage, "bill.aid", "P1/2018-03-31/B3", "0");
    const struct entity *bill = map_get(&stage.policy->entity_by_name, TEXT("bill"));
    stage.records.tables[bill->index].count--;                    /* the bill that was added last */
    stage_give(&stage, "person.was_ill", "P1", "2018-02", "yes"); /* too late for what is settled */
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "bill.aid", "P1/2018-02-20/B0", "10");
    EXPECT(&stage, "bill.aid", "P1/2018-03-05/B2", "50");
    EXPECT(&stage, "bill.aid", "P1/2018-03-31/B3", "30");
    stage_close(&stage);
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

static void exceptions_go_by_area_and_layer(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family points : count in 0 .. 99 = 1\n"
                         "rule family bonus : count in 0 .. 99 = 1\n"
                         "exception family bonus cite A = when heads > 1: 2\n"
                         "exception family bonus over A cite B = when kind = good: 3\n"
                         "exception family points = when farm > 10 yuan/month: 5\n",
                   NULL,
                   "policy layer extends law area 5305 from 2018-08-01\n"
                   "exception family points = when heads > 1: 9\n"
                   "exception parameter limit = 4\n"
                   "parameter limit : count in 0 .. 9 = 3\n"
                   "rule family its_limit : count = limit\n");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "5");
    EXPECT(&stage, "family.points", "F2", "unknown:input");
    EXPECT(&stage, "family.bonus", "F1", "3"); /* both fit, one goes over the other */
    stage_decide(&stage, "2018-08");
    EXPECT(&stage, "family.points", "F1", "9"); /* the county's own comes first */
    EXPECT(&stage, "family.its_limit", "F1", "4");
    EXPECT(&stage, "family.its_limit", "F2", "3"); /* of another county */
    stage_close(&stage);
}

static void exceptions_that_contradict_are_a_fault(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family size : count in 0 .. 9 = count(person)\n"
                         "rule family points : count in 0 .. 99 = 1\n"
                         "exception family points = when size > 1: 2\n"
                         "exception family points = when size < 3: 3\n",
                   NULL, NULL);
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.points", "F1", "fault:clash");
    EXPECT(&stage, "family.points", "F2", "3");
    stage_close(&stage);
}

/* Of events, wherever they lie, only those of the window; so a place and the bills that lead there may read each other.
 */
static void bills_that_lead_here_have_a_window_too(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL
                   "input bill place : village\n"
                   "rule village seen : count in 0 .. 900 = min(900, count(bill through place where small this year))\n"
                   "rule bill small : bool = place.seen < 50\n",
                   NULL, NULL);
    stage_row(&stage, "bill", "", "P1", "left=2016-07-01 number=A cost=1 place=530601");
    stage_row(&stage, "bill", "", "P1", "left=2018-06-30 number=B cost=1 place=530601");
    stage_row(&stage, "bill", "", "P2", "left=2018-01-01 number=C cost=1 place=530501");
    stage_row(&stage, "bill", "", "P2", "left=2018-07-01 number=D cost=1 place=530601");
    stage_row(&stage, "bill", "", "P2", "left=2018-07-02 number=E cost=1");
    for (int month = 1; month <= 7; month++) {
        char text[8] = "2018-00";
        text[6] = (char)('0' + month);
        stage_decide(&stage, text);
    }
    EXPECT(&stage, "village.seen", "530601", "1");
    EXPECT(&stage, "village.seen", "530501", "1");
    EXPECT(&stage, "bill.small", "P2/2018-07-01/D", "yes");
    stage_close(&stage);
}

/* Each expression and each row above has shares of its own; the steps left over go to the largest remainders, of equal
 * ones to the first by code, whatever the order of the rows in the file. */
static void amounts_are_apportioned(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family pot : money/month in 0 .. 90 yuan/month = 10 yuan/month\n"
                         "rule person even : money/month = apportion(family.pot, 1, 1 yuan/month)\n"
                         "rule person weight : count in 1 .. 9 = when ill: 4  otherwise: 1\n"
                         "rule person odd : money/month = apportion(family.pot, weight, 1 yuan/month)\n"
                         "rule person fine : money/month = apportion(family.pot, weight, 0.1 yuan/month)\n",
                   NULL, NULL);
    stage_row(&stage, "person", "P5", "F2", "ill=no");
    stage_row(&stage, "person", "P4", "F2", "ill=yes");
    stage_row(&stage, "person", "P3", "F2", "ill=no");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "person.even", "P2", "5");
    EXPECT(&stage, "person.odd", "P2", "unknown:input"); /* whether somebody is ill */
    EXPECT(&stage, "person.odd", "P5", "1");             /* 1.67 as for P3, 6.67 for P4: two steps are left */
    EXPECT(&stage, "person.odd", "P4", "7");
    EXPECT(&stage, "person.odd", "P3", "2");
    EXPECT(&stage, "person.fine", "P3", "1.7"); /* 1.667, 6.667 */
    EXPECT(&stage, "person.even", "P3", "4");   /* 3.33 */
    EXPECT(&stage, "person.even", "P4", "3");
    stage_close(&stage);
}

/* --- how deep it goes -----------------------------------------------------------------------------------------------
 */

static void *decide_the_last(void *context) {
    struct stage *stage = context;
    stage_decide(stage, "2018-07");
    return (void *)stage_value(stage, "family.last_one", "F1");
}

/* The longest chains that are allowed, each with the rule (twice %d: its number, and that of the one before) that takes
 * most of the stack in one way: half of the usual 8 MB suffices, with the sanitizers too. */
static void the_longest_chains_run(void **state) {
    (void)state;
    static const struct {
        const char *rule;
        int levels; /* of it */
    } chains[] = {
        {"rule family r%d : count = r%d + 0\n", 3},
        {"rule family r%d : count = grade[r%d]\n", 4},
        {"rule family r%d : count = when r%d = 5: 1  otherwise: 2\n", 3},
        {"rule family r%d : count = max(person: family.r%d)\n", 4},
    };
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        struct stage stage;
        struct builder law;
        int rules = (LEVELS_MAX - 4) / chains[i].levels; /* beside the first and the last */
        builder_init(&law);
        builder_add(&law, TEXT(MODEL "parameter grade : count in 0 .. 9 by count in 0 .. 9\n  table t\n"
                                     "rule family r0 : count in 0 .. 9 = heads\n"));
        for (int k = 1; k <= rules; k++) builder_format(&law, chains[i].rule, k, k - 1);
        builder_format(&law, "rule family last_one : count = r%d\n", rules);
        open_with_rows(&stage, builder_text(&law).bytes, "count,value\n1,2\n2,1\n", NULL);
        pthread_attr_t attributes;
        pthread_t thread;
        void *found = NULL;
        assert_int_equal(pthread_attr_init(&attributes), 0);
        assert_int_equal(pthread_attr_setstacksize(&attributes, 4 << 20), 0);
        assert_int_equal(pthread_create(&thread, &attributes, decide_the_last, &stage), 0);
        assert_int_equal(pthread_join(thread, &found), 0);
        pthread_attr_destroy(&attributes);
        assert_true(text_is(text_from(found), "2") || text_is(text_from(found), "1"));
        stage_close(&stage);
        builder_free(&law);
    }
}

/* --- one family after another ------------------------------------------------------------------------------------- */

static const char *value_at(struct stage *stage, const char *entity, const char *name, size_t row) {
    const struct field *field = policy_field(stage->policy, text_from(entity), text_from(name));
    struct value value = run_value(stage->run, field, row);
    return text_copy(&stage->arena, value_plain(&stage->arena, &field->type, field->scale, &value)).bytes;
}

static void rows_looked_at_are_decided_as_among_all(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule family twice : money/month = 2 * farm\n"
                         "rule village farms : money/month = sum(family: twice if known else 0)\n"
                         "rule family share : money/month = farms / 2\n"
                         "rule person near : money/month = share + home_farms\n"
                         "rule family home_farms : money/month = when home = none: 0 otherwise: home.farms\n",
                   NULL, NULL);
    stage_row(&stage, "family", "F3", "530501", "farm=1 heads=1 kind=good");
    stage_decide(&stage, "2018-07");
    const struct entity *family = map_get(&stage.policy->entity_by_name, TEXT("family"));
    run_look_at(stage.run, family, 0);
    assert_string_equal(value_at(&stage, "family", "share", 0), "13.5");
    assert_string_equal(value_at(&stage, "person", "near", 1), "13.5");  /* F2, in the home village, has no farm */
    assert_string_equal(value_at(&stage, "family", "share", 1), "13.5"); /* of one that is not looked at */
    run_look_at(stage.run, family, 1);
    assert_string_equal(value_at(&stage, "family", "twice", 1), "2");
    run_look_at(stage.run, map_get(&stage.policy->entity_by_name, TEXT("village")), 1);
    assert_string_equal(value_at(&stage, "village", "farms", 1), "0");
    stage_close(&stage);
}

static void looking_at_a_row_takes_no_memory_anew(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage,
                   MODEL "rule person age : count = years(born, first_day)\n"
                         "benefit family aid : money/month = when any(person: age > 50): 10 yuan/month\n"
                         "    otherwise: 0\n",
                   NULL, NULL);
    stage_decide(&stage, "2018-07");
    const struct entity *family = map_get(&stage.policy->entity_by_name, TEXT("family"));
    const struct field *aid = policy_field(stage.policy, TEXT("family"), TEXT("aid"));
    run_look_at(stage.run, family, 0);
    run_value(stage.run, aid, 0);
    memory_fail_after(0);
    for (size_t i = 0; i < 1000; i++) {
        run_look_at(stage.run, family, i % 2);
        struct value value = run_value(stage.run, aid, i % 2);
        assert_int_equal(value.state, VALUE_KNOWN);
        assert_int_equal(number_sign(value.as.number), i % 2 ? 0 : 1);
    }
    assert_false(memory_has_failed());
    memory_fail_after(-1);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_have_names),
        cmocka_unit_test(logic_needs_only_what_decides),
        cmocka_unit_test(the_nearest_area_with_a_value_counts),
        cmocka_unit_test(keys_are_matched_and_empty_values_unknown),
        cmocka_unit_test(previous_is_what_was_in_force),
        cmocka_unit_test(what_is_loaded_fits_its_rule),
        cmocka_unit_test(rows_stand_in_their_months),
        cmocka_unit_test(texts_have_dates),
        cmocka_unit_test(options_stand_in_the_first_text),
        cmocka_unit_test(scales_have_keys),
        cmocka_unit_test(a_band_without_its_rate_is_unknown),
        cmocka_unit_test(nothing_is_shared_out_by_less_than_nothing),
        cmocka_unit_test(never_is_no_day),
        cmocka_unit_test(bills_use_up_a_yearly_cap_in_their_order),
        cmocka_unit_test(months_read_bills_before_their_first_day),
        cmocka_unit_test(a_bill_reads_the_value_in_force_for_its_month),
        cmocka_unit_test(a_bill_is_judged_in_the_world_of_its_own_month),
        cmocka_unit_test(a_late_bill_reopens_those_behind_it),
        cmocka_unit_test(settled_bills_keep_what_they_had),
        cmocka_unit_test(a_cancelled_bill_reopens_those_behind_it),
        cmocka_unit_test(a_cancelled_bill_reopens_those_of_its_own_month),
        cmocka_unit_test(exceptions_go_by_area_and_layer),
        cmocka_unit_test(bills_that_lead_here_have_a_window_too),
        cmocka_unit_test(amounts_are_apportioned),
        cmocka_unit_test(the_longest_chains_run),
        cmocka_unit_test(exceptions_that_contradict_are_a_fault),
        cmocka_unit_test(rows_looked_at_are_decided_as_among_all),
        cmocka_unit_test(looking_at_a_row_takes_no_memory_anew),
    };
    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
