/* Text sets: numbers, finding, growing, and memory that runs out. */
#include "arena_state.h"

#include "base/text_set.h"

#include <stdio.h>

enum { TEXTS = 3000 };

static struct text text_of(char room[32], int number) {
    int length = snprintf(room, 32, "%s%d", number % 7 ? "family-" : "", number);
    return (struct text){room, (size_t)length};
}

static void fill(struct text_set *set, int from, int to) {
    char room[32];
    for (int i = from; i < to; i++) assert_int_equal(text_set_add(set, text_of(room, i)), i);
}

static void expect_all(struct text_set *set, int count) {
    char room[32];
    bool failed = false;
    for (int i = 0; i < count; i++) {
        assert_int_equal(text_set_find(set, text_of(room, i), &failed), i);
        assert_true(text_equal(text_set_at(set, (size_t)i), text_of(room, i)));
    }
    assert_true(text_set_find(set, text_of(room, count), &failed) == SIZE_MAX);
    assert_false(failed);
}

static void texts_keep_their_numbers(void **state) {
    (void)state;
    struct text_set set;
    text_set_init(&set);
    expect_all(&set, 0);
    fill(&set, 0, TEXTS / 2); /* not looked up yet: no table */
    assert_null(set.slots);
    expect_all(&set, TEXTS / 2);
    fill(&set, TEXTS / 2, TEXTS); /* the table grows with them */
    expect_all(&set, TEXTS);
    text_set_free(&set);
}

static void the_empty_text_is_one_of_them(void **state) {
    (void)state;
    struct text_set set;
    bool failed = false;
    text_set_init(&set);
    assert_int_equal(text_set_add(&set, TEXT("a")), 0);
    assert_true(text_set_find(&set, TEXT(""), &failed) == SIZE_MAX);
    assert_int_equal(text_set_add(&set, TEXT("")), 1);
    assert_int_equal(text_set_find(&set, TEXT(""), &failed), 1);
    text_set_free(&set);
    assert_int_equal(text_set_add(&set, TEXT("")), 0); /* before any other: it too is a text that stands somewhere */
    assert_int_equal(text_set_find(&set, TEXT(""), &failed), 0);
    assert_non_null(text_set_at(&set, 0).bytes);
    assert_false(failed);
    text_set_free(&set);
}

/* What is refused changes nothing: the next try succeeds, and what was there is found. */
static void a_refused_text_leaves_the_set_as_it_was(void **state) {
    (void)state;
    struct text_set set;
    char room[32];
    bool failed = false;
    size_t refused = 0;
    text_set_init(&set);
    for (int i = 0; i < TEXTS; i++) {
        for (long successes = 0;; successes++) {
            memory_fail_after(successes);
            size_t number = text_set_add(&set, text_of(room, i));
            memory_fail_after(-1);
            refused += number == SIZE_MAX;
            if (number == SIZE_MAX) continue;
            assert_int_equal(number, i);
            break;
        }
        if (i != TEXTS / 4) continue;
        memory_fail_after(0);
        assert_true(text_set_find(&set, text_of(room, 1), &failed) == SIZE_MAX);
        memory_fail_after(-1);
        assert_true(failed);
        expect_all(&set, i + 1);
    }
    assert_true(refused > 12);
    expect_all(&set, TEXTS);
    text_set_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_keep_their_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_empty_text_is_one_of_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refused_text_leaves_the_set_as_it_was, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("text_set", tests, NULL, NULL);
}
