/* Limits: how much of a thing a policy may have, and what is told of more. */
#include "law.h"

#include "lang/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_ROOM = 1 << 20 };

/* --- layers, versions, exceptions --- */

#define LIMIT WORLD "rule household limit : money/year\n  = standard\n"

/* So many exceptions of one layer, whose conditions may all be unknown, as the engine weighs at once. */
static void exceptions_at_one_time_are_few(void **state) {
    (void)state;
    struct builder layer;
    builder_init(&layer);
    builder_add(&layer, TEXT("policy reform\n  extends law\n"));
    for (int i = 0; i < 2 * OPEN_MAX; i++)
        builder_format(&layer,
                       "exception household limit\n  %s 2018-07-0%d\n  = when income > %d yuan/year: 5 yuan/year\n",
                       i < OPEN_MAX ? "until" : "from", i < OPEN_MAX ? 1 : 2, i);
    builder_add(&layer, TEXT("exception household limit\n  = 5 yuan/year\n"));
    struct policy *policy = new_policy(LIMIT);
    add_layer(policy, builder_text(&layer).bytes);
    assert_compiles_to(policy, "");
    policy_free(policy);
    builder_add(&layer, TEXT("exception household limit\n  from 2018-07-01 until 2018-07-01\n"
                             "  = when enrolled: 5 yuan/year\n"));
    policy = new_policy(LIMIT);
    add_layer(policy, builder_text(&layer).bytes);
    assert_compiles_to(policy, "exceptions-too-many");
    policy_free(policy);
    builder_free(&layer);
}

static void tells_a_cell_of_a_megabyte(void **state) {
    (void)state;
    struct builder table;
    builder_init(&table);
    builder_add(&table, TEXT("value,source\n3,"));
    for (int i = 0; i < 20000; i++)
        builder_add(&table, TEXT("0123456789012345678901234567890123456789012345678901234567890"));
    builder_add(&table, TEXT("\n4,ok\n"));
    struct policy *policy = with_table("policy law\nparameter p : count\n  table t\n", builder_text(&table).bytes);
    assert_compiles_to(policy, "csv-too-long");
    policy_free(policy);
    builder_free(&table);
}

/* Of each file; they are counted all the same, and the law's own file is told as if the table were none. */
static void lists_a_thousand_of_a_file(void **state) {
    (void)state;
    struct builder table;
    builder_init(&table);
    builder_add(&table, TEXT("count,value\n"));
    for (int i = 0; i < POLICY_DIAGNOSTICS_A_FILE + 7; i++) builder_format(&table, "%d,1\n", i + 10);
    struct policy *policy = with_table("policy law\nparameter p : count by count in 1 .. 9\n  table t\n"
                                       "parameter q : nothing = 3\n",
                                       builder_text(&table).bytes);
    assert_false(policy_compile(policy));
    const struct diagnostics *told = &policy->diagnostics;
    assert_true(told->list.count == POLICY_DIAGNOSTICS_A_FILE + 2 && told->errors == POLICY_DIAGNOSTICS_A_FILE + 8);
    const struct diagnostic *last = &told->list.items[told->list.count - 1];
    assert_ptr_equal(last->message, &lang_messages[LANG_UNLISTED]);
    assert_string_equal(diagnostic_text(&policy->arena, last, LANGUAGE_EN).bytes,
                        "7 more mistakes in this file are not listed");
    assert_string_equal(last->at.source->name.bytes, "law/tables/t.csv");
    policy_free(policy);
    builder_free(&table);
}

/* More constants than there is room for are no proof of anything, and no reason to call a case unreachable. */
static void many_constants_are_no_mistake(void **state) {
    (void)state;
    struct builder text;
    builder_init(&text);
    builder_add(
        &text,
        TEXT(WORLD
             "input household points : count in 0 .. 100_000\nrule household a : count\n  = when points = 0: 0\n"));
    for (int i = 1; i < 200; i++) builder_format(&text, "    when points = %d: %d\n", 10 * i, i);
    builder_add(&text, TEXT("    otherwise: 0\n"));
    accepts(builder_text(&text).bytes);
    builder_free(&text);
}

/* Deeper than any stack: rules that read each other in a long chain, in either order, and a cycle of as many. */
static void long_chains_compile(void **state) {
    (void)state;
    enum { RULES = 20000 };
    for (int way = 0; way < 3; way++) {
        struct builder text;
        builder_init(&text);
        builder_add(&text, TEXT("policy law\nentity h\ninput h x : count in 0 .. 9\n"));
        for (int i = 0; i < RULES; i++) {
            int next = way == 0 ? i - 1 : way == 1 ? i + 1 : (i + 1) % RULES;
            bool end = next < 0 || next == RULES;
            builder_format(&text, "rule h r%d : count in 0 .. 9\n  = min(9, %s%d + 1)\n", i, end ? "x + " : "r",
                           end ? 0 : next);
        }
        refuses(builder_text(&text).bytes, way == 2 ? "cycle" : "chain-too-deep"); /* and no stage ran out of stack */
        builder_free(&text);
    }
}

/* A chain whose last rule is `count` deep, then more. Three levels a rule: for itself, the sum, and the name in it. */
static void chain_leads_to(int count, const char *more, const char *expected) {
    struct builder text;
    builder_init(&text);
    builder_add(&text, TEXT(WORLD "rule household r1 : count\n  = 0"));
    for (int i = 2; i < count % 3 + 3; i++) builder_add(&text, TEXT(" + 0"));
    for (int i = 2; i <= count / 3; i++) builder_format(&text, "\nrule household r%d : count\n  = 1 + r%d", i, i - 1);
    builder_format(&text, "\n%s", more);
    refuses(builder_text(&text).bytes, expected);
    builder_free(&text);
}

static void chains_have_an_end(void **state) {
    (void)state;
    assert_int_equal(LEVELS_MAX, 900); /* r300 below is the last of a chain of as many levels */
    chain_leads_to(LEVELS_MAX, "", "");
    chain_leads_to(LEVELS_MAX + 1, "", "chain-too-deep");
    static const struct {
        const char *more;
        bool fits;
    } ends[] = {
        {"rule household a : count\n  = r299", true}, /* its name and itself: two levels, of three */
        {"rule household a : count\n  = r300", false},
        {"rule county a : count\n  = max(household: r298)", true}, /* a group is two levels deep */
        {"rule county a : count\n  = max(household: r299)", false},
        {"rule household a : count\n  = r299 if known else 0\n", true},
        {"exception household r300\n  = when income > 1 yuan/year: 3", false},
        {"rule household a : count in 0 .. 9\n  starts 0\n  = min(9, previous(a) + previous(r300))", true},
        {"guarantee a\n  for household: r299 > 0", true},
        {"guarantee a\n  for household: r300 > 0", false},
        {"guarantee a\n  for household where r300 > 0: income > 0 yuan/year", false},
        {"indicator a : count for county\n  = max(household: r300)", false},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        chain_leads_to(LEVELS_MAX, ends[i].more, ends[i].fits ? "" : "chain-too-deep");
}

/* Events of one parent are found in their order, so that of rules in a circle each is on the way once. */
static void circles_are_as_deep_as_all_their_rules(void **state) {
    (void)state;
    for (int rules = 180; rules <= 181; rules++) { /* five levels each: itself, comparison, group (two), name */
        struct builder text;
        builder_init(&text);
        builder_add(&text, TEXT(EVENTS));
        for (int i = 0; i < rules; i++)
            builder_format(&text, "rule claim c%d : bool\n  = count(earlier claim where c%d this year) > 1\n", i,
                           (i + 7) % rules);
        refuses(builder_text(&text).bytes, rules > 180 ? "chain-too-deep" : "");
        builder_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exceptions_at_one_time_are_few),
        cmocka_unit_test(tells_a_cell_of_a_megabyte),
        cmocka_unit_test(lists_a_thousand_of_a_file),
        cmocka_unit_test(many_constants_are_no_mistake),
        cmocka_unit_test(long_chains_compile),
        cmocka_unit_test(chains_have_an_end),
        cmocka_unit_test(circles_are_as_deep_as_all_their_rules),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
