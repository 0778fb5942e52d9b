/* What rests on values that nobody has confirmed is told, through however many rules. */
#include "engine/confirmation.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MODEL "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 9\n"

static bool is_unconfirmed(struct stage *stage, const char *name, const char *month, size_t parameters) {
    stage_decide(stage, month);
    const struct confirmation *found = confirmation_of(stage->run);
    assert_non_null(found);
    assert_int_equal(found->parameters, parameters);
    return found->unconfirmed[policy_field(stage->policy, TEXT("family"), text_from(name))->index];
}

static void a_mark_on_the_value_is_enough(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage,
               MODEL "parameter sure : money/month in 0 .. 9 yuan/month = 5 yuan/month\n"
                     "parameter shown : money/month in 0 .. 9 yuan/month unconfirmed = 5 yuan/month\n"
                     "rule family between : money/month = shown * 2\n"
                     "benefit family a : money/month = sure\n"
                     "benefit family b : money/month = between\n"
                     "alert family c = when b > 5 yuan/month: no\n    otherwise: yes\n"
                     "benefit family d : money/month = sure\n"
                     "exception family d = when c: 2 * sure\n",
               NULL, NULL);
    assert_false(is_unconfirmed(&stage, "a", "2018-07", 1));
    assert_true(is_unconfirmed(&stage, "b", "2018-07", 1));
    assert_true(is_unconfirmed(&stage, "c", "2018-07", 1));
    assert_true(is_unconfirmed(&stage, "d", "2018-07", 1));
    stage_close(&stage);
}

static void confidence_goes_by_date_and_area(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage,
               MODEL "parameter line : money/month by village in 0 .. 9 yuan/month table t\n"
                     "benefit family a : money/month = line\n"
                     "benefit family b : money/month from 2018-03-01 = 1 yuan/month\n"
                     "benefit family b : money/month until 2018-02-28 = line\n",
               "area,from,value,confidence\n1,2018-01-01,5,high\n2,2018-02-01,5,medium\n2,2018-03-01,5,high\n"
               "1,2018-04-01,6,\n1,2018-05-01,6,high\n",
               NULL);
    assert_false(is_unconfirmed(&stage, "a", "2018-01", 0));
    assert_true(is_unconfirmed(&stage, "a", "2018-02", 1));
    assert_true(is_unconfirmed(&stage, "b", "2018-02", 1));
    assert_false(is_unconfirmed(&stage, "a", "2018-03", 0));
    assert_true(is_unconfirmed(&stage, "a", "2018-04", 1));
    assert_false(is_unconfirmed(&stage, "b", "2018-04", 1)); /* its text does not ask for it any more */
    assert_false(is_unconfirmed(&stage, "a", "2018-05", 0));
    stage_close(&stage);
}

/* A newer value of another key, or of another band, replaces nothing; what stands at the end of a range, in a list
 * or in a condition is read as well. */
static void only_its_own_key_is_replaced(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage,
               "policy law\n  currency yuan of 100 fen\nenum kind: one, two\n"
               "entity village\nentity family in village at most 9\n"
               "parameter line : money/month by village, kind in 0 .. 9 yuan/month table t\n"
               "benefit family a : money/month = line[one]\n",
               "area,from,value,kind,confidence\n1,2018-01-01,5,one,low\n1,2018-02-01,5,two,high\n"
               "1,2018-03-01,5,one,high\n",
               NULL);
    assert_true(is_unconfirmed(&stage, "a", "2018-02", 1));
    assert_false(is_unconfirmed(&stage, "a", "2018-03", 0));
    stage_close(&stage);
    stage_open(&stage,
               MODEL
               "parameter shown : money/month in 0 .. 9 yuan/month unconfirmed = 5 yuan/month\n"
               "rule family sum : money/month = min(1 yuan/month, 2 yuan/month, shown)\n"
               "rule family asks : bool = 4 yuan/month in 0 yuan/month .. shown\n"
               "rule family when_asked : money/month = when 2 yuan/month < shown: 1 yuan/month\n    otherwise: 0\n",
               NULL, NULL);
    assert_true(is_unconfirmed(&stage, "sum", "2018-02", 0));
    assert_true(is_unconfirmed(&stage, "asks", "2018-02", 0));
    assert_true(is_unconfirmed(&stage, "when_asked", "2018-02", 0));
    stage_close(&stage);
}

#define LINE "parameter f : money/month in 0 .. 9 yuan/month"
#define BENEFIT "benefit family a : money/month = f\n"

/* Of a law with a county's layer, in two months and as known at the first's beginning. */
static void expect_of_layer(const char *law, const char *layer, const bool expected[3]) {
    struct stage stage;
    stage_open(&stage, law, NULL, layer);
    assert_int_equal(is_unconfirmed(&stage, "a", "2018-05", expected[0]), expected[0]);
    assert_int_equal(is_unconfirmed(&stage, "a", "2018-06", expected[1]), expected[1]);
    assert_true(day_parse(TEXT("2018-05-31"), &stage.options.known));
    assert_int_equal(is_unconfirmed(&stage, "a", "2018-06", expected[2]), expected[2]);
    stage_close(&stage);
}

static void a_mark_in_a_layer_is_enough(void **state) {
    (void)state;
    const char *sure = MODEL LINE " = 5 yuan/month\n" BENEFIT;
    const char *draft = MODEL LINE " unconfirmed = 5 yuan/month\n" BENEFIT;
    expect_of_layer(sure, "policy county extends law area 1\nexception parameter f unconfirmed = 6 yuan/month\n",
                    (bool[]){true, true, true});
    expect_of_layer(sure, "policy county extends law area 1\nexception parameter f = 6 yuan/month\n",
                    (bool[]){false, false, false});
    /* Elsewhere the law's own value holds. */
    expect_of_layer(draft, "policy county extends law area 1\nexception parameter f = 6 yuan/month\n",
                    (bool[]){true, true, true});
    /* A layer that is not in force yet says nothing; nor what was not yet enacted. */
    expect_of_layer(
        sure, "policy county extends law area 1 from 2018-06-01\nexception parameter f unconfirmed = 6 yuan/month\n",
        (bool[]){false, true, true});
    expect_of_layer(sure,
                    "policy county extends law area 1\n"
                    "exception parameter f unconfirmed enacted 2018-06-01 = 6 yuan/month\n",
                    (bool[]){true, true, false});
}

static bool is_unconfirmed_of_visits(struct stage *stage, const char *name) {
    stage_decide(stage, "2018-07");
    const struct confirmation *found = confirmation_of(stage->run);
    assert_non_null(found);
    assert_int_equal(found->parameters, 0); /* no benefit rests on it */
    return found->unconfirmed[policy_field(stage->policy, TEXT("visit"), text_from(name))->index];
}

/* Rules that no benefit reads are shown too; and those of a year read one another, each of earlier events. */
static void circles_over_a_year_are_followed(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage,
               MODEL "event visit in family dated came at most 9 a year\n"
                     "input visit came : date in 2010-01-01 .. 2100-01-01\n"
                     "parameter shown : money in 0 .. 9 yuan unconfirmed = 5 yuan\n"
                     "rule visit a : money in 0 .. 9_000 yuan = sum(earlier visit: b this year)\n"
                     "rule visit b : money in 0 .. 9_000 yuan = c + sum(earlier visit: a this year)\n"
                     "rule visit c : money in 0 .. 9_000 yuan = shown + sum(earlier visit: d this year)\n"
                     "rule visit d : money in 0 .. 9_000 yuan = sum(earlier visit: a this year)\n"
                     "rule visit e : money = sum(earlier visit: 1 yuan this year)\n",
               NULL, NULL);
    for (const char *name = "abcd"; *name; name++)
        assert_true(is_unconfirmed_of_visits(&stage, (const char[]){*name, 0}));
    assert_false(is_unconfirmed_of_visits(&stage, "e"));
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_on_the_value_is_enough),    cmocka_unit_test(confidence_goes_by_date_and_area),
        cmocka_unit_test(a_mark_in_a_layer_is_enough),      cmocka_unit_test(only_its_own_key_is_replaced),
        cmocka_unit_test(circles_over_a_year_are_followed),
    };
    return cmocka_run_group_tests_name("confirmation", tests, NULL, NULL);
}
