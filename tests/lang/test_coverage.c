/* Which clauses are covered, and by what. */
#include "lang/coverage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "```doudi\npolicy law\n  clauses from clauses.csv\n  currency yuan of 100 fen\n"
                          "entity family\nrole aide in family\ninput family poor : bool cite 1\n"
                          "input family heads : count in 0 .. 9\n"
                          "rule family points : count cite 2\n"
                          "  = when poor: 1 cite 3\n    when heads > 3: 2 cite 4, 5\n    otherwise: 0 cite 6\n"
                          "exception family points cite 7 = when heads = 9: 4 cite 8\n"
                          "indicator reach : ratio for family cite 2 = when poor: 0% cite 9\n    otherwise: 100%\n"
                          "```\n";

static const struct covered *covered_of(const struct coverage *coverage, const char *id) {
    for (size_t i = 0; i < coverage->clauses.count; i++)
        if (text_is(coverage->clauses.items[i].clause->id, id)) return &coverage->clauses.items[i];
    fail_msg("there is no clause %s", id);
    return NULL;
}

static void a_clause_may_be_cited_by_a_case_alone(void **state) {
    (void)state;
    static const struct {
        const char *clause, *by[2];
    } expected[] = {
        {"1", {"poor"}},   {"2", {"points", "reach"}}, {"3", {"points"}}, {"4", {"points"}}, {"5", {"points"}},
        {"6", {"points"}}, {"7", {"points"}},          {"8", {"points"}}, {"9", {"reach"}},  {"10", {NULL}}};
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("law"));
    policy_add_file(policy, TEXT("law.md"), text_from(law));
    policy_add_file(policy, TEXT("clauses.csv"), TEXT("id\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"));
    assert_true(policy_compile(policy));
    struct coverage coverage = coverage_of(&policy->arena, policy);
    assert_int_equal(coverage.clauses.count, 10);
    assert_int_equal(coverage.open, 1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct covered *covered = covered_of(&coverage, expected[i].clause);
        size_t count = 0;
        while (count < 2 && expected[i].by[count]) count++;
        assert_int_equal(covered->by.count, count);
        for (size_t k = 0; k < count; k++) assert_true(text_is(covered->by.items[k]->name.text, expected[i].by[k]));
    }
    policy_free(policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clause_may_be_cited_by_a_case_alone)};
    return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
