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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_on_the_value_is_enough),
        cmocka_unit_test(confidence_goes_by_date_and_area),
    };
    return cmocka_run_group_tests_name("confirmation", tests, NULL, NULL);
}
