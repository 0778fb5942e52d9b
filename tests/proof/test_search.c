/* Random families find what is broken, at borders too; the same seed finds the same; what holds is left in peace. */
#include "proof/search.h"

#include "base/memory.h"
#include "proof/population.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MONTH = 2018 * 12 + 6, FAMILIES = 20000, MOST = 16 };

/* A search on the law of the tests, for some of its guarantees. */
struct trying {
    struct case_runner runner;
    struct arena arena;
    const struct guarantee *guarantees[MOST];
    struct searched found[MOST];
    struct search search;
    size_t told;
};

static void note(void *context, size_t done, size_t due) {
    struct trying *trying = context;
    assert_true(done <= due && done > trying->told);
    trying->told = done;
}

static void open(struct trying *trying, const char *const *names, size_t count, uint64_t families) {
    *trying = (struct trying){0};
    assert_true(case_runner_open(&trying->runner, "tests/proof/promises"));
    arena_init(&trying->arena);
    for (size_t i = 0; i < count; i++) {
        trying->guarantees[i] =
            map_get(&trying->runner.policies.items[0]->policy->guarantee_by_name, text_from(names[i]));
        assert_non_null(trying->guarantees[i]);
    }
    trying->search = (struct search){.runner = &trying->runner,
                                     .month = MONTH,
                                     .seed = 1,
                                     .families = families,
                                     .threads = 1,
                                     .arena = &trying->arena,
                                     .guarantees = trying->guarantees,
                                     .count = count,
                                     .found = trying->found,
                                     .told = note,
                                     .context = trying};
}

static void close(struct trying *trying) {
    arena_free(&trying->arena);
    case_runner_close(&trying->runner);
}

static void what_is_broken_is_found(void **state) {
    (void)state;
    static const char *const names[] = {"fen",    "poor_alone",    "of_age",          "open_doctor", "enough_places",
                                        "rising", "standard_high", "registered_late", "cheap",       "five_wages"};
    static const char *const says[] = {
        "income: 499.99\n", "wage: ",  "birth: 2000-07-01\n", "open: no\n", "places: ", "opening: {",
        "  v2: {}\n",       "asset: ", "cost: 10000\n",       "wage: "};
    enum { NAMES = sizeof names / sizeof *names };
    struct trying trying;
    open(&trying, names, NAMES, FAMILIES);
    assert_true(search_run(&trying.search));
    for (size_t i = 0; i < NAMES; i++) {
        const struct searched *found = &trying.found[i];
        if (found->written.length == 0) print_error("%s is not found\n", names[i]);
        assert_true(found->written.length > 0 && found->broken == 1 && found->asked >= 1);
        assert_non_null(strstr(found->written.bytes, says[i]));
    }
    close(&trying);
}

static void what_holds_is_asked_of_all(void **state) {
    (void)state;
    static const char *const names[] = {"capped", "filled", "gap_bounded",   "wages_bounded", "counted_years",
                                        "taxed",  "pairs",  "only_december", "later"};
    enum { NAMES = sizeof names / sizeof *names, NEVER = 7, PEOPLE = 4 };
    struct trying trying;
    open(&trying, names, NAMES, FAMILIES);
    assert_true(search_run(&trying.search));
    assert_int_equal(trying.search.done, FAMILIES);
    assert_int_equal(trying.search.drawn, FAMILIES);
    assert_int_equal(trying.told, FAMILIES);
    for (size_t i = 0; i < NAMES; i++) {
        assert_int_equal(trying.found[i].broken, 0);
        assert_int_equal(trying.found[i].asked > 0, i < NEVER);
    }
    assert_int_equal(trying.found[0].asked, FAMILIES);
    assert_true(trying.found[0].unknown > 0 && trying.found[0].unknown < FAMILIES / 2);
    assert_true(trying.found[PEOPLE].unknown > 0); /* people lack inputs as families do */
    close(&trying);
}

/* By any number of threads. Another seed finds others. */
static void the_same_seed_finds_the_same(void **state) {
    (void)state;
    static const char *const names[] = {"poor_alone", "rising", "capped"};
    enum { NAMES = sizeof names / sizeof *names };
    struct trying one, two, other;
    open(&one, names, NAMES, FAMILIES);
    open(&two, names, NAMES, FAMILIES);
    open(&other, names, NAMES, FAMILIES);
    two.search.threads = 3;
    other.search.seed = 2;
    assert_true(search_run(&one.search) && search_run(&two.search) && search_run(&other.search));
    for (size_t i = 0; i < NAMES; i++) {
        assert_true(text_equal(one.found[i].written, two.found[i].written));
        assert_int_equal(one.found[i].asked, two.found[i].asked);
        assert_int_equal(one.found[i].unknown, two.found[i].unknown);
    }
    assert_false(text_equal(one.found[0].written, other.found[0].written));
    close(&one);
    close(&two);
    close(&other);
}

/* What other departments tell of people lies deeper than they do. */
static void families_are_of_people(void **state) {
    (void)state;
    struct case_runner runner;
    assert_true(case_runner_open(&runner, "policies/yunnan-2018"));
    const struct entity *family = population_family(runner.policies.items[0]->policy);
    assert_true(text_is(family->name, "household"));
    case_runner_close(&runner);
}

static void memory_runs_out(void **state) {
    (void)state;
    static const char *const names[] = {"open_doctor", "cheap", "capped"};
    enum { NAMES = sizeof names / sizeof *names, FEW = 40, END = 1000000 };
    bool whole = false;
    for (long successes = 0; successes < END && !whole; successes += 1 + successes / 10) {
        struct trying trying;
        open(&trying, names, NAMES, FEW);
        memory_fail_after(successes);
        bool done = search_run(&trying.search);
        whole = !memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(done, whole);
        close(&trying);
    }
    assert_true(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_broken_is_found),
                                       cmocka_unit_test(what_holds_is_asked_of_all),
                                       cmocka_unit_test(the_same_seed_finds_the_same),
                                       cmocka_unit_test(families_are_of_people), cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
