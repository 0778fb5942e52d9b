/* The whole compile: layers and versions, exceptions, parameters, strata, what cases cover, ranges and widths. */
#include "lang/markdown.h"
#include "law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_ROOM = 1 << 20 };

static const struct field *field(const struct policy *policy, const char *entity, const char *name) {
    const struct field *found = policy_field(policy, text_from(entity), text_from(name));
    assert_non_null(found);
    return found;
}

/* --- layers, versions, exceptions --- */

static void keeps_versions_by_date(void **state) {
    (void)state;
    struct policy *policy =
        compile(WORLD "rule person old : bool\n  from 2019-01-01\n  = age >= 65\n"
                      "rule person old : bool\n  until 2018-12-31\n  = age >= 60\n"
                      "rule person old : bool\n  from 2020-01-01 enacted 2020-06-01\n  = age >= 70\n");
    const struct field *old = field(policy, "person", "old");
    assert_int_equal(old->rules.count, 3);
    const struct rule *rule = field_rule_on(old, day_from(2018, 7, 1), DAY_NEVER);
    assert_ptr_equal(rule, old->rules.items[0]);
    assert_ptr_equal(field_rule_on(old, day_from(2019, 7, 1), DAY_NEVER), old->rules.items[1]);
    assert_ptr_equal(field_rule_on(old, day_from(2020, 7, 1), DAY_NEVER), old->rules.items[2]);
    assert_ptr_equal(field_rule_on(old, day_from(2020, 7, 1), day_from(2020, 5, 31)),
                     old->rules.items[1]); /* not yet enacted */
    policy_free(policy);
}

/* What belongs to the rule may be repeated in a later text, in other units too; nothing else is accepted (bad/). */
static void versions_repeat_options(void **state) {
    (void)state;
    accepts(WORLD "fund aid\n"
                  "benefit household support : money/month in 0 .. 200 yuan/month \"补助\" \"Support\"\n"
                  "  fund aid pays household by 10 of month starts 0 = 50 yuan/month\n"
                  "benefit household support : money/month in 0 .. 2_400 yuan/year \"补助\" from 2019-01-01\n"
                  "  starts 0 yuan/month fund aid pays household by 10 of month = 60 yuan/month\n"
                  "benefit household support : money/month from 2020-01-01 = 70 yuan/month\n");
    refuses(WORLD "rule household kept : count in 0 .. 9 starts 0 = 1\n"
                  "rule household kept : count in 9 .. 0 from 2019-01-01 = 2\n",
            "bad-range");
    refuses(WORLD "rule household kept : count in 0 .. 9 starts size = 1\n"
                  "rule household kept : count in 0 .. 9 starts min(1, 2) from 2019-01-01 = 2\n",
            "starts-not-constant, starts-not-constant"); /* and not that they differ */
}

static void a_gap_may_not_be_read(void **state) {
    (void)state;
    accepts(WORLD "rule person old : bool\n  until 2018-12-31\n  = age >= 60\n"
                  "rule person old : bool\n  from 2019-01-01\n  = age >= 65\n"
                  "rule household aged : bool\n  = all(person: old)\n");
    refuses(WORLD "rule person old : bool\n  until 2018-12-30\n  = age >= 60\n"
                  "rule person old : bool\n  from 2019-01-01\n  = age >= 65\n"
                  "rule household aged : bool\n  = all(person: old)\n",
            "outside-its-dates");
    accepts(WORLD "rule person old : bool\n  from 2018-01-01\n  = age >= 60\n"
                  "rule household aged : bool\n  from 2018-01-01\n  = all(person: old)\n");
    refuses(WORLD "rule person old : bool\n  from 2018-01-01\n  = age >= 60\n"
                  "rule household aged : bool\n  from 2017-12-31\n  = all(person: old)\n",
            "outside-its-dates");
    /* a benefit is 0 outside its dates */
    accepts(WORLD "benefit person aid : money/month\n  from 2018-01-01\n  = 5 yuan/month\n"
                  "rule household aids : money/month\n  = sum(person: aid)\n");
}

static void layers_change_the_law(void **state) {
    (void)state;
    struct policy *policy =
        new_policy(WORLD "rule household limit : money/year\n  = standard * 2\n"
                         "parameter rate : ratio in 10% .. 50% = 20%\n"
                         "reading generous : bool \"从宽\" \"Generous\" because \"因\" \"Since\" = no\n");
    add_layer(policy, "policy reform\n  extends law  area 5333  from 2019-01-01\n"
                      "exception household limit\n  cite NJ-7\n  = when size > 3: standard * 3\n"
                      "exception parameter rate\n  = 30%\nexception reading generous\n  = yes\n"
                      "rule household added : bool\n  = limit > 0\n");
    assert_compiles_to(policy, "");
    assert_int_equal(field(policy, "household", "added")->rules.items[0]->from, day_from(2019, 1, 1));
    const struct parameter *rate = policy->parameters.items[0], *generous = policy->parameters.items[1];
    assert_true(
        number_equal(rate->exceptions.items[0]->values.list.items[0].number, number_ratio(&policy->arena, 3, 10)));
    assert_true(generous->is_reading && generous->exceptions.items[0]->values.list.items[0].truth);
    policy_free(policy);
}

static void an_exception_inherits_its_policy_s_date(void **state) {
    (void)state;
    struct policy *policy = new_policy(WORLD "rule household limit : money/year\n  = standard * 2\n");
    add_layer(
        policy,
        "policy reform\n  extends law  from 2019-01-01\nexception household limit\n  = when size > 3: standard * 3\n"
        "exception household limit\n  from 2020-01-01\n  = when size > 5: standard * 3\n");
    assert_compiles_to(policy, "");
    const struct field *limit = field(policy, "household", "limit");
    assert_int_equal(limit->exceptions.count, 2);
    assert_int_equal(limit->exceptions.items[0]->from, day_from(2019, 1, 1));
    assert_int_equal(limit->exceptions.items[1]->from, day_from(2020, 1, 1));
    assert_ptr_equal(limit->exceptions.items[0]->layer->base, policy->layers.items[0]);
    policy_free(policy);
}

#define LIMIT WORLD "rule household limit : money/year\n  = standard\n"

static void two_exceptions_may_not_clash(void **state) {
    (void)state;
    /* the inputs decide, and both may hold */
    refuses(LIMIT "exception household limit\n  cite A\n  = when enrolled: 0\n"
                  "exception household limit\n  cite B\n  = when income < 5 yuan/year: 1 yuan/year\n",
            "clash");
    /* disjoint */
    accepts(LIMIT "exception household limit\n  = when income < 5 yuan/year: 0\n"
                  "exception household limit\n  = when income >= 5 yuan/year: 1 yuan/year\n");
    refuses(LIMIT "exception household limit\n  = when income <= 5 yuan/year: 0\n"
                  "exception household limit\n  = when income >= 5 yuan/year: 1 yuan/year\n",
            "clash");
    /* agreeing */
    accepts(LIMIT "exception household limit\n  = when enrolled: 2 * standard\n"
                  "exception household limit\n  = when income < 5 yuan/year: 2 * standard\n");
    /* computed values are left to the run */
    accepts(
        LIMIT
        "exception household limit\n  = when size > 3: 0\nexception household limit\n  = when size > 2: 1 yuan/year\n");
    /* of other times */
    accepts(LIMIT "exception household limit\n  until 2018-12-31\n  = 0\nexception household limit\n  from "
                  "2019-01-01\n  = 1 yuan/year\n");
}

static void over_settles_a_clash(void **state) {
    (void)state;
    static const char three[] =
        LIMIT "exception household limit\n  cite A  over B\n  = when enrolled: 0\n"
              "exception household limit\n  cite B  over C\n  = when income < 5 yuan/year: 1 yuan/year\n"
              "exception household limit\n  cite C\n  = 2 yuan/year\n";
    struct policy *policy = compile(three);
    const struct field *limit = field(policy, "household", "limit");
    assert_int_equal(limit->exceptions.items[0]->over.count, 2); /* B, and what B goes over */
    assert_int_equal(limit->exceptions.items[1]->over.count, 1);
    assert_int_equal(limit->exceptions.items[2]->over.count, 0);
    policy_free(policy);
    refuses(LIMIT "exception household limit\n  cite A  over A\n  = when enrolled: 0\n", "over-nothing");
}

static void over_stays_within_its_layer(void **state) {
    (void)state;
    struct policy *policy = new_policy(LIMIT "exception household limit\n  cite A\n  = when enrolled: 0\n");
    add_layer(policy, "policy reform extends law\n"
                      "exception household limit\n  cite B  over A\n  = when income < 5 yuan/year: 1 yuan/year\n");
    assert_compiles_to(policy, "over-nothing");
    policy_free(policy);
}

static void broken_layers_are_told(void **state) {
    (void)state;
    struct policy *policy = new_policy("policy law\n");
    add_layer(policy, "policy reform\n  extends laws\n");
    assert_compiles_to(policy, "base-missing");
    policy_free(policy);
    policy = policy_new();
    assert_true(text_is(policy_extends(policy), ""));
    assert_true(policy_compile(policy)); /* of nothing at all */
    policy_free(policy);
    policy = new_policy("policy reform\n  extends other_law\n");
    assert_true(text_is(policy_extends(policy), "other_law"));
    policy_free(policy);
}

static void assert_extends(const char *text, const char *expected) {
    struct policy *policy = new_policy(text);
    assert_string_equal(text_format(&policy->arena, "%.*s", TEXT_ARG(policy_extends(policy))).bytes, expected);
    assert_int_equal(policy->diagnostics.list.count, 0);
    policy_free(policy);
}

/* Only the policy's own declaration says what it extends: values, steps and files may be called so too. */
static void the_head_says_what_is_extended(void **state) {
    (void)state;
    assert_extends("policy law\n  clauses from extends.csv\nenum verb : grows, extends\nrule county x : bool\n  = yes",
                   "");
    assert_extends("enum verb : grows, extends\nrule county x : bool\n  = yes\npolicy reform\n  extends law", "law");
    assert_extends("policy reform \"extends other\"\n  from 2019-01-01  extends law  area 53", "law");
    assert_extends("  policy reform nonsense\nextends law",
                   "law"); /* with mistakes, which are told when it is compiled */
    assert_extends("policy reform\n  extends", "");
    assert_extends("policy reform\n  extends from 2019-01-01", "");
    assert_extends("policy reform\nrule extends law : bool", "");
}

/* --- parameters --- */

/* Also in the brackets of a scale, which bands reads. */
static void brackets_of_a_scale_are_analysed(void **state) {
    (void)state;
    struct policy *policy =
        with_table(WORLD "parameter p : ratio by count in 0 .. 9, band of money/year in 0% .. 9%\n  table t\n"
                         "rule household moved : date = 2018-01-01\n"
                         "rule household due : money/year\n"
                         "  = bands(income, p[years(moved + size * 1 month / 2, first_day)])\n",
                   "count,band,value\n1,0,0.05\n");
    assert_compiles_to(policy, "moves-by-parts");
    policy_free(policy);
}

static void reads_tables_by_their_keys(void **state) {
    (void)state;
    struct policy *policy =
        with_table(WORLD "enum hospital : township \"乡镇\" \"Township\", county_level\n"
                         "parameter p : money/year in 0 .. 9 yuan/year by county, hospital, month\n  table t\n"
                         "rule household q : money/year\n  = p[township]\n",
                   "month,hospital,area,value,confidence\n2018-07,乡镇,5301,3.5,high\n2018-07,county_level,5301,,\n"
                   "2018-08,Township,53,4,low\n");
    assert_compiles_to(policy, "");
    const struct parameter *p = policy->parameters.items[0];
    assert_int_equal(p->values.list.count, 3);
    assert_true(p->values.list.items[0].confirmed && !p->values.list.items[2].confirmed);
    assert_true(p->values.list.items[1].empty);
    assert_int_equal(p->values.list.items[0].keys[1], 0);
    assert_int_equal(p->values.list.items[2].keys[1], 0);
    struct number yearly = number_multiply(&policy->arena, p->values.list.items[0].number, number_from(12));
    assert_true(number_equal(yearly, number_ratio(&policy->arena, 7, 2))); /* kept by the month */
    policy_free(policy);
}

static void tells_wrong_tables(void **state) {
    (void)state;
    static const char by_count[] =
        "policy law\n  currency yuan of 100 fen\nparameter p : money by count in 1 .. 3\n  table t\n";
    static const struct {
        const char *table, *told;
    } tables[] = {
        {"count,value\n1,5\n2,6\n", ""},
        {"count,value\n1,5\n1,6\n", "value-twice"},
        {"count,value\n0,5\n4,6\n1.5,3\nx,3\n",
         "cell-outside-key, cell-outside-key, cell-outside-key, cell-outside-key"},
        {"count,value\n1,5.005\n", "value-off-step"},
        {"count,value\n1,1e3\n2,five\n", "cell-wrong-type, cell-wrong-type"},
        {"count,from,value\n1,2018-01-01,5\n1,2018-02-30,6\n", "cell-no-date"},
        {"value\n5\n", "csv-column-missing"},
        {"", "csv-empty"},
        {"count,value\n", "parameter-without-value"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct policy *policy = with_table(by_count, tables[i].table);
        assert_compiles_to(policy, tables[i].told);
        policy_free(policy);
    }
}

static void parameters_are_fixed(void **state) {
    (void)state;
    accepts("policy law\nenum e : x, y\nparameter p : e = y\nparameter q : bool = yes\nparameter d : date = "
            "2018-01-01\nparameter n : count = -3\n");
    static const char *const values[] = {"1 + 2",       "q",    "sum(a: b)", "previous(p)", "count(a)",
                                         "years(d, d)", "p[1]", "first_day", "when yes: 3"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct builder text;
        builder_init(&text);
        builder_format(&text, "policy law\nentity a\nparameter q : count = 3\nparameter p : count = %s\n", values[i]);
        refuses(builder_text(&text).bytes, "parameter-not-constant");
        builder_free(&text);
    }
}

/* --- strata and cycles --- */

static void only_time_closes_a_cycle(void **state) {
    (void)state;
    refuses(WORLD "rule household a : bool\n  = b\nrule household b : bool\n  = a\n", "cycle");
    refuses(WORLD "rule household a : bool\n  = any(person: c)\nrule person c : bool\n  = a\n", "cycle");
    refuses(WORLD "rule household a : bool\n  = enrolled\nexception household a\n  = when b: no\nrule household b : "
                  "bool\n  = a\n",
            "cycle");
    accepts(WORLD "rule household a : bool\n  starts no\n  = b\nrule household b : bool\n  = previous(a)\n");
    accepts(EVENTS "rule claim paid : money\n  = min(cost, max(0, 100 yuan - sum(earlier claim: paid this year)))\n");
    refuses(EVENTS "rule claim paid : money\n  = rest\nrule claim rest : money\n  = paid\n", "cycle");
}

/* A monthly rule reads events, and events read it: two strata, so no cycle. */
static void strata_may_read_each_other(void **state) {
    (void)state;
    struct policy *policy = compile(
        EVENTS "rule person spent : money in 0 .. 400_000_000 yuan\n  starts 0\n  = sum(claim: paid this year)\n"
               "rule claim paid : money\n  = when spent > 10_000 yuan: 0\n    otherwise: min(cost, 1_000 yuan)\n");
    assert_true(field(policy, "person", "spent")->across && field(policy, "claim", "paid")->across);
    policy_free(policy);
    refuses(EVENTS "rule person spent : money\n  = sum(claim: cost)\n", "events-need-window");
    refuses(EVENTS "rule claim late : bool\n  = first_day > day\n", "first-day-of-event");
}

/* --- what cases cover --- */

static void ranges_must_be_covered(void **state) {
    (void)state;
    accepts(WORLD "rule person a : count\n  = when age < 18: 1\n    when age in 18 .. 59: 2\n    when age >= 60: 3\n");
    refuses(WORLD "rule person a : count\n  = when age < 18: 1\n    when age in 19 .. 59: 2\n    when age >= 60: 3\n",
            "cases-incomplete");
    refuses(WORLD "rule person a : count\n  = when age < 18: 1\n    when age in 18 .. 59: 2\n", "cases-incomplete");
    accepts(WORLD "rule person a : count\n  = when age in 0 .. 120: 1\n");
    refuses(WORLD "rule person a : count\n  = when age in 0 .. 119: 1\n", "cases-incomplete");
    refuses(WORLD "rule person a : count\n  = when age >= 0: 1\n    otherwise: 2\n", "case-never-reached");
    refuses(WORLD "rule person a : count\n  = when age > 120: 1\n    otherwise: 2\n", "case-never-reached");
    accepts(WORLD "rule person a : count\n  = when age >= 120: 1\n    otherwise: 2\n");
    /* whole years lie between 17 and 18 nowhere */
    accepts(WORLD "rule person a : count\n  = when age <= 17: 1\n    when age >= 18: 2\n");
}

static void enumerations_and_truths_must_be_covered(void **state) {
    (void)state;
#define HOSPITAL "enum level : low, middle, high\ninput person level_used : level\n"
    accepts(WORLD HOSPITAL
            "rule person a : count\n  = when level_used = low: 1\n    when level_used in (middle, high): 2\n");
    refuses(WORLD HOSPITAL "rule person a : count\n  = when level_used = low: 1\n    when level_used = high: 2\n",
            "cases-incomplete");
    accepts(WORLD HOSPITAL "rule person a : count\n  = when level_used != low: 1\n    when level_used = low: 2\n");
    refuses(WORLD HOSPITAL "rule person a : count\n  = when level_used in (low, middle, high): 1\n    otherwise: 2\n",
            "case-never-reached");
    accepts(WORLD "rule household a : count\n  = when enrolled: 1\n    when not enrolled: 2\n");
    refuses(WORLD "rule household a : count\n  = when enrolled and income > 0: 1\n    when not enrolled: 2\n",
            "cases-incomplete");
    accepts(WORLD
            "rule household a : count\n  = when enrolled and income > 0: 1\n    when not enrolled or income = 0: 2\n");
    refuses(WORLD
            "rule household a : count\n  = when enrolled: 1\n    when enrolled and income > 0: 2\n    otherwise: 3\n",
            "case-never-reached");
}

static void computed_values_need_otherwise(void **state) {
    (void)state;
    accepts(WORLD "rule household a : count\n  = when income < standard: 1\n    when income >= standard: 2\n");
    refuses(WORLD "rule household a : count\n  = when income < standard: 1\n    when income > standard: 2\n",
            "cases-incomplete");
    accepts(WORLD "rule household a : count\n  = when size < 3: 1\n    when size >= 3: 2\n");
    refuses(
        WORLD
        "rule household a : count\n  = when income / size < 3 yuan/year: 1\n    when income / size > 3 yuan/year: 2\n",
        "cases-incomplete");
}

/* --- ranges and widths --- */

static void widths_stay_within_64_bits(void **state) {
    (void)state;
    struct policy *policy =
        compile(WORLD "rule household per_head : money/year\n  = income / size\n"
                      "rule household poor : bool\n  = per_head < standard and income <= standard * size\n");
    const struct interval *per_head = &field(policy, "household", "per_head")->interval;
    assert_int_equal(per_head->divisors.count, 1);
    assert_ptr_equal(per_head->divisors.items[0].field, field(policy, "household", "size"));
    assert_true(number_equal(per_head->low, number_zero));
    assert_true(number_equal(number_multiply(&policy->arena, per_head->high, number_from(12)), number_from(1000000)));
    /* income in fen, and the standard times the size in fen: 30 bits are enough for either */
    assert_true(number_numerator_bits(per_head->size) <= 30);
    policy_free(policy);
}

static void a_divisor_cancels(void **state) {
    (void)state;
    struct policy *policy = compile(WORLD "rule household a : money/year\n  = income / size * size\n"
                                          "rule household b : money/year\n  = (standard - income / size) * size\n");
    assert_int_equal(field(policy, "household", "a")->interval.divisors.count, 0);
    assert_int_equal(field(policy, "household", "b")->interval.divisors.count, 0);
    policy_free(policy);
}

static void rounding_is_demanded_where_needed(void **state) {
    (void)state;
    static const char *const off[] = {"income / 3", "income / size", "income * 12.5%",
                                      "income",     "standard / 2",  "min(income, standard) / 7"};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        struct builder text;
        builder_init(&text);
        builder_format(&text, WORLD "benefit household a : money/month\n  = %s\n", off[i]);
        refuses(builder_text(&text).bytes, "off-step");
        builder_free(&text);
        builder_init(&text); /* a rule that nobody reads over time may end where it will */
        builder_format(&text, WORLD "rule household a : money/month\n  = %s\n", off[i]);
        accepts(builder_text(&text).bytes);
        builder_free(&text);
    }
}

static void rounding_is_demanded_only_there(void **state) {
    (void)state;
    static const char *const on[] = {
        "round(income / 3, 1 fen/month)",
        "ceil(income / size, 1 yuan/month)",
        "5 yuan/month * size",
        "12 * 25% * 1 yuan/month",
        "max(0, floor(income, 1 fen/month) - 3 yuan/month)",
        "round(income, 0.05 yuan/month)",
    };
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        struct builder text;
        builder_init(&text);
        builder_format(&text, WORLD "benefit household a : money/month\n  = %s\n", on[i]);
        accepts(builder_text(&text).bytes);
        builder_free(&text);
    }
    accepts(WORLD "benefit household a : money/year\n  yearly in 1\n  = income\n");
    refuses(WORLD "benefit household a : money/month\n  = round(income, 0.005 yuan/month)\n", "off-step");
}

static void what_is_read_over_time_ends_on_its_step(void **state) {
    (void)state;
    refuses(WORLD "rule household a : money/year\n  = income / 3\nrule household b : bool\n  = previous(a) > 0\n",
            "off-step");
    refuses(EVENTS
            "rule claim half : money\n  = cost / 8\nrule person halves : money\n  = sum(claim: half this year)\n",
            "off-step");
    accepts(EVENTS "rule claim half : money\n  = floor(cost / 8, 1 fen)\nrule person halves : money\n  = sum(claim: "
                   "half this year)\n");
    refuses(WORLD "rule household a : money in 0 .. 9 yuan\n  starts 0\n  = min(9 yuan, previous(a) / 2 + 1 yuan)\n",
            "off-step");
    refuses(WORLD "rule household a : count\n  starts 0\n  = previous(a) + 1\n", "no-bound");
    accepts(WORLD "rule household a : count in 0 .. 13\n  starts 0\n  = min(13, previous(a) + 1)\n");
    accepts(WORLD "rule household a : count\n  starts 0\n  = min(3, previous(a) + 1)\n"); /* seen without being told */
}

static void sums_know_their_members(void **state) {
    (void)state;
    struct policy *policy = compile(EVENTS "rule household ages : count\n  = sum(person: age)\n"
                                           "rule person costs : money\n  = sum(claim: cost last 12 months)\n"
                                           "rule county people : count\n  = count(person)\n");
    assert_true(number_equal(field(policy, "household", "ages")->interval.high, number_from(8 * 120)));
    assert_true(number_equal(field(policy, "county", "people")->interval.high, number_from(8000)));
    assert_true(number_equal(field(policy, "person", "costs")->interval.high,
                             number_from(INT64_C(800000000)))); /* two years of 400 */
    policy_free(policy);
    refuses(WORLD "rule county a : money/year\n  = sum(household: income / size)\n", "sum-of-fractions");
    accepts(WORLD "rule county a : money/year\n  = sum(household: round(income / size, 1 fen/year))\n");
}

/* How many steps the numerator of a rule may count: what must fit into a lane. */
static void assert_size(struct policy *policy, const char *entity, const char *name, int64_t expected) {
    const struct interval *interval = &field(policy, entity, name)->interval;
    assert_true(interval->known);
    if (!number_equal(interval->size, number_from(expected)))
        print_error("%s: %s", name, number_exact(&policy->arena, interval->size).bytes);
    assert_true(number_equal(interval->size, number_from(expected)));
}

/* 1,000,000 and 20,000 yuan a year are 100,000,000 and 2,000,000 fen a year; at most 8 persons, 400 claims a year. */
static void numerators_are_as_wide_as_they_can_get(void **state) {
    (void)state;
    struct policy *policy = compile(EVENTS "rule household ages : count = sum(person: age)\n"
                                           "rule household squares : count = sum(person: age * age)\n"
                                           "rule person costs : money = sum(claim: cost last 12 months)\n"
                                           "rule county costs : money = sum(claim: cost * 25% this year)\n"
                                           "rule household short : money/year = standard - income / size\n"
                                           "rule household shares : ratio = income / (standard / size)\n"
                                           "rule household twice : money/year = income / size / size + standard\n"
                                           "rule household least : money/year = min(standard, income / size)\n");
    assert_size(policy, "household", "ages", 8 * 120);
    assert_size(policy, "household", "squares", 8 * 120 * 120);
    assert_size(policy, "person", "costs", INT64_C(2) * 400 * 100000000);
    assert_size(policy, "county", "costs", INT64_C(1000) * 8 * 400 * 100000000);
    assert_size(policy, "household", "short", 8 * 2000000 + 100000000);
    assert_size(policy, "household", "shares", 8 * 100000000);
    assert_size(policy, "household", "twice", 8 * 8 * 2000000 + 100000000);
    assert_size(policy, "household", "least", 100000000);
    policy_free(policy);
}

static void width_is_told_once_and_bounded(void **state) {
    (void)state;
    refuses("policy law\nentity h\ninput h a : count in 0 .. 1_000_000_000_000\nrule h b : count\n  = a * a\nrule h c "
            ": count\n  = b * b\n"
            "rule h d : bool\n  = c > b\n",
            "too-wide");
    struct builder text; /* doubling each time, 250 times */
    builder_init(&text);
    builder_add(&text, TEXT("policy law\nentity h\ninput h x : count in 0 .. 9\nrule h r0 : count\n  = x\n"));
    for (int i = 1; i < 250; i++) builder_format(&text, "rule h r%d : count\n  = r%d * r%d\n", i, i - 1, i - 1);
    refuses(builder_text(&text).bytes, "too-wide");
    builder_free(&text);
}

/* --- size --- */

static void names_are_looked_up_everywhere(void **state) {
    (void)state;
    struct policy *policy = compile(WORLD "rule household total : money/year \"合计\" \"Total\"\n  = income\n");
    const struct field *total = field(policy, "household", "total");
    assert_ptr_equal(entity_field(total->entity, TEXT("合计")), total);
    assert_ptr_equal(entity_field(total->entity, TEXT("Total")), total);
    assert_null(entity_field(total->entity, TEXT("total_")));
    assert_null(policy_field(policy, TEXT("village"), TEXT("total")));
    assert_true(entity_is_within(field(policy, "person", "age")->entity, field(policy, "county", "standard")->entity));
    assert_false(entity_is_within(field(policy, "county", "standard")->entity, field(policy, "person", "age")->entity));
    policy_free(policy);
}

/* --- what must not be read, and by what rows are recognised --- */

static void inputs_are_sealed(void **state) {
    (void)state;
    struct policy *policy = compile(WORLD "input person card : text check luhn sealed \"卡\" \"Card\"\n"
                                          "input person pass : text\n  sealed\ninput person note : text\n");
    assert_true(field(policy, "person", "card")->sealed);
    assert_true(text_is(field(policy, "person", "card")->check, "luhn"));
    assert_true(field(policy, "person", "pass")->sealed);
    assert_false(field(policy, "person", "note")->sealed);
    assert_false(field(policy, "person", "age")->sealed);
    policy_free(policy);
    refuses(WORLD "event claim in person dated sent at most 9 a year\ninput claim sent : date sealed\n",
            "sealed-of-text"); /* and not that it dates */
    refuses(WORLD "input person card : txet sealed\n", "unknown-type-suggest");
    refuses("policy law\nentity person sealed\n", "option-not-here");
    refuses(WORLD "parameter rate : ratio in 0% .. 50% sealed = 20%\n", "option-not-here");
    refuses(WORLD "input person pass : text sealed\nrule person has : bool\n  = known(pass) sealed\n",
            "expected-option");
}

/* In their order, wherever they are declared: further down, in another file, by a layer above. */
static void rows_are_known_by_inputs(void **state) {
    (void)state;
    struct policy *policy = new_policy("policy law\nentity person \"人\" known by name, birth, street at most 9\n"
                                       "input person street : text\nentity village known by name\nentity road\n");
    policy_add_file(policy, TEXT("a.md"), TEXT("```doudi\ninput person birth : date\ninput person name : text\n```\n"));
    add_layer(policy, "policy more\n  extends law\ninput village name : text\n");
    assert_compiles_to(policy, "");
    const struct entity *person = map_get(&policy->entity_by_name, TEXT("person"));
    const struct entity *village = map_get(&policy->entity_by_name, TEXT("village"));
    const struct entity *road = map_get(&policy->entity_by_name, TEXT("road"));
    assert_int_equal(person->known_by.count, 3);
    assert_ptr_equal(person->known_by.items[0], field(policy, "person", "name"));
    assert_ptr_equal(person->known_by.items[1], field(policy, "person", "birth"));
    assert_ptr_equal(person->known_by.items[2], field(policy, "person", "street"));
    assert_true(text_is(person->label[LANGUAGE_ZH], "人"));
    assert_int_equal(village->known_by.count, 1);
    assert_ptr_equal(village->known_by.items[0], field(policy, "village", "name"));
    assert_int_equal(road->known_by.count, 0);
    policy_free(policy);
    refuses("policy law\nentity person known by name known by name\ninput person name : text\n", "option-twice");
    refuses("policy law\nentity person known by when\n", "reserved-word");
    refuses("policy law\nentity person known by name\ninput person name : text seald\n",
            "expected-option-suggest"); /* and not that there is no name */
    refuses("policy law\nentity street\ninput street name : text\nentity person known by name\n", "known-by-no-input");
}

static void the_words_of_options_stay_names(void **state) {
    (void)state;
    struct policy *policy = compile(
        "policy law\nentity person known by known, sealed\n"
        "input person known : text\ninput person sealed : date\ninput person by_whom : text sealed\n"
        "rule person sees : bool = known(sealed) and known(by_whom) and (sealed if known else first_day) < first_day\n"
        "guarantee sealed for person: known(known) = known(sealed)\n");
    const struct entity *person = map_get(&policy->entity_by_name, TEXT("person"));
    assert_int_equal(person->known_by.count, 2);
    assert_ptr_equal(person->known_by.items[1], field(policy, "person", "sealed"));
    assert_false(field(policy, "person", "sealed")->sealed);
    assert_true(field(policy, "person", "by_whom")->sealed);
    policy_free(policy);
    accepts("policy law\nentity known known by name\nenum sealed: known, sealed\ninput known name : text\n"
            "input known kind : sealed\nrule known hidden : bool = kind = sealed or known(kind)\n");
}

/* --- what alerts find and show --- */

static const struct field *shown(const struct field *alert, size_t i) {
    assert_true(i < alert->shows.count);
    assert_int_equal(alert->shows.items[i]->as.path.target.end, PATH_FIELD);
    return alert->shows.items[i]->as.path.target.field;
}

static void alerts_find_and_show(void **state) {
    (void)state;
    struct policy *policy = compile("policy law\nentity county\nentity family in county at most 9\n"
                                    "input county poor : bool\ninput family enrolled : bool\n"
                                    "rule family size : count in 0 .. 9 = 1\n"
                                    "alert family missed finds missed\n  shows size, poor\n  = not enrolled\n"
                                    "alert family leaving\n  = enrolled\n  finds leaving\n"
                                    "alert family other\n  = enrolled\n"
                                    "alert family missed\n  from 2019-01-01\n  finds missed shows size, poor\n"
                                    "  = poor and not enrolled\n");
    const struct field *missed = field(policy, "family", "missed");
    assert_int_equal(missed->finds, FINDS_MISSED);
    assert_int_equal(missed->shows.count, 2);
    assert_ptr_equal(shown(missed, 0), field(policy, "family", "size"));
    assert_ptr_equal(shown(missed, 1), field(policy, "county", "poor"));
    assert_int_equal(field(policy, "family", "leaving")->finds, FINDS_LEAVING);
    assert_int_equal(field(policy, "family", "leaving")->shows.count, 0);
    assert_int_equal(field(policy, "family", "other")->finds, FINDS_NOTHING);
    policy_free(policy);
    refuses(WORLD "alert person seen finds missed finds leaving\n  = yes\n", "option-twice");
    refuses(WORLD "alert person seen shows\n  = yes\n", "expected-name");
    /* What is shown is in force as long as the alert is; nothing is shown that begins later. */
    refuses("policy law\nentity family\nrule family size : count in 0 .. 9 from 2019-01-01 = 1\n"
            "alert family missed shows size\n  = yes\n",
            "outside-its-dates");
    accepts("policy law\nentity family\nrule family size : count in 0 .. 9 from 2019-01-01 = 1\n"
            "alert family missed from 2019-01-01 shows size\n  = yes\n");
    /* They are words only where an option may stand. */
    accepts("policy law\nentity family\ninput family finds : bool\ninput family shows : text\n"
            "alert family missed\n  finds missed\n  shows finds, shows\n  = finds and known(shows)\n");
}

/* --- whose rows others tell of --- */

static void rows_are_matched_by_a_checked_text(void **state) {
    (void)state;
    struct policy *policy = compile("policy law\nentity person\nentity car in person at most 9 matched by card\n"
                                    "event sale in person dated sold matched by card at most 9 a year\n"
                                    "input sale sold : date\ninput person card : text check luhn sealed\n"
                                    "alert person rich finds hit\n  = count(car) > 1\n");
    const struct entity *car = map_get(&policy->entity_by_name, TEXT("car"));
    const struct entity *sale = map_get(&policy->entity_by_name, TEXT("sale"));
    assert_ptr_equal(car->matched_by, field(policy, "person", "card"));
    assert_ptr_equal(sale->matched_by, field(policy, "person", "card"));
    assert_null(field(policy, "person", "card")->entity->matched_by);
    assert_int_equal(field(policy, "person", "rich")->finds, FINDS_HIT);
    policy_free(policy);
    refuses("policy law\nentity person matched by card\ninput person card : text check luhn\n", "matched-top");
    refuses("policy law\nentity person in famly matched by card\n", "unknown-entity"); /* and that alone */
    accepts("policy law\nentity matched\nentity car in matched at most 9 matched by by_card\n"
            "input matched by_card : text check luhn\ninput car matched : bool\n");
}

/* --- decision tables --- */

/* The block ends before its table; what comes after it is an empty one. */
#define TABLE(rows) "  = first row of table\n```\n\n" rows "\n```doudi\n"

static size_t rows_by_name(const void *many, const struct entity *entity) {
    return text_is(entity->name, many) ? 9 : 1;
}

/* What is no event and lies lowest: of as many the one with the most rows. Registers of others tell of people. */
static void people_are_no_register_s(void **state) {
    (void)state;
    static const char world[] = WORLD "entity plot in household\n"
                                      "entity car in person matched by citizen\n"
                                      "entity wheel in car\n"
                                      "input person citizen : text check gb11643\n";
    struct policy *policy = compile(world);
    const struct entity *car = map_get(&policy->entity_by_name, TEXT("car"));
    assert_non_null(car->matched_by);
    assert_true(text_is(policy_people(policy, rows_by_name, "wheel")->name, "person"));
    assert_true(text_is(policy_people(policy, rows_by_name, "plot")->name, "plot"));
    policy_free(policy);
    policy = compile("policy law\nentity firm\nentity car in firm matched by code\n"
                     "input firm code : text check gb11643\n");
    assert_null(policy_people(policy, rows_by_name, ""));
    policy_free(policy);
}

static void headings_are_of_one_thing(void **state) {
    (void)state;
    static const char *const laws[] = {
        WORLD "input county rich : bool \"富裕\" \"Rich\"\ninput person rich : bool \"富裕\" \"Rich\"\n"
              "rule person tier : count\n" TABLE("| 富裕 | tier |\n|---|---|\n| yes | 1 |\n| no | 2 |\n"),
        WORLD "input county rich : bool \"富裕\" \"Rich\"\ninput person rich : bool \"富裕\" \"Rich\"\n"
              "rule person tier : count\n" TABLE("| county.rich | tier |\n|---|---|\n| yes | 1 |\n| no | 2 |\n"),
        WORLD "input county rich : bool \"县富裕\" \"Rich\"\ninput person rich : bool \"富裕\" \"Well off\"\n"
              "rule person tier : count\n" TABLE("| 富裕 | tier |\n|---|---|\n| yes | 1 |\n| no | 2 |\n")};
    refuses(laws[0], "ambiguous-name");
    accepts(laws[1]);
    accepts(laws[2]);
}

static void gaps_of_inputs_are_told(void **state) {
    (void)state;
    static const char *const laws[] = {
        WORLD "rule household tier : count\n" TABLE("| enrolled | tier |\n|---|---|\n| 否 | 1 |\n"),
        WORLD "rule household tier : count\n" TABLE("| enrolled | size | tier |\n|---|---|---|\n| 否 | 8 | 1 |\n"),
        WORLD "rule household tier : count\n  = when size > 3: 1\n    when size < 3: 2\n"};
    refuses(laws[0], "cases-incomplete");
    accepts(laws[1]);
    refuses(laws[2], "cases-incomplete");
}

/* --- the yardstick --- */

static char *read_yardstick(size_t *length) {
    FILE *file = fopen("policies/examples/yardstick/yardstick.md", "rb");
    assert_non_null(file);
    char *bytes = test_calloc(FILE_ROOM, 1);
    *length = fread(bytes, 1, FILE_ROOM, file);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static struct policy *compile_file(struct text bytes) {
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("yardstick"));
    policy_add_file(policy, TEXT("yardstick.md"), bytes);
    policy_compile(policy);
    return policy;
}

static void yardstick_stays_narrow(void **state) {
    (void)state;
    size_t length;
    char *bytes = read_yardstick(&length);
    struct policy *policy = compile_file((struct text){bytes, length});
    test_free(bytes);
    assert_true(policy->compiled);
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct interval *interval = &policy->fields.items[i]->interval;
        if (interval->known) assert_true(number_numerator_bits(interval->size) < 63);
    }
    policy_free(policy);
}

/* Each word and sign is taken out in turn: however much depends on it, that is one mistake, and few are told. */
static void one_mistake_brings_no_others(void **state) {
    (void)state;
    enum { TOLD_MAX = 3 };
    size_t length;
    char *bytes = read_yardstick(&length), *changed = test_calloc(FILE_ROOM, 1);
    struct source source = {.name = TEXT("yardstick.md"), .bytes = {bytes, length}};
    struct arena arena;
    struct blocks blocks = {0};
    arena_init(&arena);
    blocks_find(&blocks, &arena, &source);
    for (size_t i = 0; i < blocks.list.count; i++) {
        struct tokens tokens = {0};
        tokens_cut(&tokens, &arena, &source, blocks.list.items[i].begin, blocks.list.items[i].end);
        for (size_t k = 0; k + 1 < tokens.list.count; k++) {
            struct span at = tokens.list.items[k].at;
            memcpy(changed, bytes, length);
            memset(changed + at.begin, ' ', at.end - at.begin);
            struct policy *policy = compile_file((struct text){changed, length});
            assert_in_range(policy->diagnostics.errors, 0, TOLD_MAX);
            policy_free(policy);
        }
    }
    arena_free(&arena);
    test_free(changed);
    test_free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_versions_by_date),
        cmocka_unit_test(versions_repeat_options),
        cmocka_unit_test(a_gap_may_not_be_read),
        cmocka_unit_test(layers_change_the_law),
        cmocka_unit_test(an_exception_inherits_its_policy_s_date),
        cmocka_unit_test(two_exceptions_may_not_clash),
        cmocka_unit_test(over_settles_a_clash),
        cmocka_unit_test(over_stays_within_its_layer),
        cmocka_unit_test(broken_layers_are_told),
        cmocka_unit_test(the_head_says_what_is_extended),
        cmocka_unit_test(brackets_of_a_scale_are_analysed),
        cmocka_unit_test(reads_tables_by_their_keys),
        cmocka_unit_test(tells_wrong_tables),
        cmocka_unit_test(parameters_are_fixed),
        cmocka_unit_test(only_time_closes_a_cycle),
        cmocka_unit_test(strata_may_read_each_other),
        cmocka_unit_test(ranges_must_be_covered),
        cmocka_unit_test(enumerations_and_truths_must_be_covered),
        cmocka_unit_test(computed_values_need_otherwise),
        cmocka_unit_test(widths_stay_within_64_bits),
        cmocka_unit_test(a_divisor_cancels),
        cmocka_unit_test(rounding_is_demanded_where_needed),
        cmocka_unit_test(rounding_is_demanded_only_there),
        cmocka_unit_test(what_is_read_over_time_ends_on_its_step),
        cmocka_unit_test(sums_know_their_members),
        cmocka_unit_test(numerators_are_as_wide_as_they_can_get),
        cmocka_unit_test(width_is_told_once_and_bounded),
        cmocka_unit_test(names_are_looked_up_everywhere),
        cmocka_unit_test(inputs_are_sealed),
        cmocka_unit_test(rows_are_known_by_inputs),
        cmocka_unit_test(the_words_of_options_stay_names),
        cmocka_unit_test(alerts_find_and_show),
        cmocka_unit_test(rows_are_matched_by_a_checked_text),
        cmocka_unit_test(people_are_no_register_s),
        cmocka_unit_test(headings_are_of_one_thing),
        cmocka_unit_test(gaps_of_inputs_are_told),
        cmocka_unit_test(yardstick_stays_narrow),
        cmocka_unit_test(one_mistake_brings_no_others),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
