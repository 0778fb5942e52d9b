#include "arena_state.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arenas */

static bool all_zero(const unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i]) return false;
    }
    return true;
}

static void pieces_are_zeroed_aligned_and_apart(void **state) {
    unsigned char *pieces[400];
    size_t sizes[400];
    for (size_t i = 0; i < 400; i++) {
        sizes[i] = i % 50 == 49 ? 100000 : i * 7 % 600 + 1;
        pieces[i] = arena_new(*state, sizes[i], 1);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        assert_true(all_zero(pieces[i], sizes[i]));
        memset(pieces[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (size_t i = 0; i < 400; i++) {
        assert_int_equal(pieces[i][0], i % 255 + 1);
        assert_int_equal(pieces[i][sizes[i] - 1], i % 255 + 1);
    }
    assert_non_null(arena_new(*state, 0, 8));
    assert_false(arena_failed(*state));
}

static void a_rewind_takes_back_what_came_after(void **state) {
    struct arena *arena = *state;
    char *kept = arena_new(arena, 100, 1);
    memcpy(kept, "kept", 5);
    struct arena_mark mark = arena_here(arena);
    unsigned char *piece = arena_new(arena, 1000, 1);
    memset(piece, 7, 1000);
    for (int i = 0; i < 300; i++) memset(arena_new(arena, 1000, 1), 7, 1000);
    memset(arena_new(arena, 1, 1000000), 7, 1000000);
    arena_rewind(arena, mark);
    assert_string_equal(kept, "kept");
    assert_ptr_equal(arena_new(arena, 1000, 1), piece);
    assert_true(all_zero(piece, 1000));
    for (int i = 0; i < 300; i++) assert_true(all_zero(arena_new(arena, 1000, 1), 1000));
}

static void a_loop_that_rewinds_takes_no_more_memory(void **state) {
    struct arena *arena = *state;
    arena_new(arena, 64 * 1024, 1); /* the next piece needs another block */
    struct arena_mark mark = arena_here(arena);
    for (int i = 0; i < 10; i++) arena_new(arena, 60000, 1);
    arena_rewind(arena, mark);
    memory_fail_after(0);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10; i++) arena_new(arena, 60000, 1);
        arena_rewind(arena, mark);
    }
    assert_false(memory_has_failed());
    assert_false(arena_failed(arena));
}

static void an_empty_arena_may_be_rewound(void **state) {
    struct arena_mark mark = arena_here(*state);
    arena_rewind(*state, mark);
    unsigned char *piece = arena_new(*state, 10, 1);
    memset(piece, 7, 10);
    arena_rewind(*state, mark);
    assert_true(all_zero(arena_new(*state, 10, 1), 10));
}

static void failure_is_sticky_and_small_pieces_are_never_null(void **state) {
    struct arena *arena = *state;
    memory_fail_after(0);
    unsigned char *piece = arena_new(arena, ARENA_SPARE, 1);
    assert_non_null(piece);
    assert_true(arena_failed(arena));
    memset(piece, 7, ARENA_SPARE);
    memory_fail_after(-1);
    unsigned char *again = arena_new(arena, 8, 1);
    assert_ptr_equal(again, piece);
    assert_true(all_zero(again, ARENA_SPARE));
    assert_null(arena_new(arena, ARENA_SPARE + 1, 1));
    arena_free(arena);
    assert_false(arena_failed(arena));
    assert_non_null(arena_new(arena, ARENA_SPARE + 1, 1));
}

static void sizes_that_overflow_are_refused(void **state) {
    assert_null(arena_new(*state, SIZE_MAX, 2));
    assert_true(arena_failed(*state));
    assert_null(memory_new(SIZE_MAX, 2));
    assert_null(memory_new(SIZE_MAX / 2, 4));
    void *block = memory_new(1, 1);
    assert_null(memory_resize(block, SIZE_MAX, 2));
    memory_free(block);
}

/* Vectors */

static void vectors_keep_what_is_pushed(void **state) {
    VECTOR(int) numbers = {0};
    for (int i = 0; i < 1000; i++) VECTOR_PUSH(*state, &numbers, i * 3);
    assert_int_equal(numbers.count, 1000);
    for (int i = 0; i < 1000; i++) assert_int_equal(numbers.items[i], i * 3);
}

static void a_push_without_memory_is_dropped(void **state) {
    VECTOR(int) numbers = {0};
    for (int i = 0; i < 4; i++) VECTOR_PUSH(*state, &numbers, i);
    memory_fail_after(0);
    for (int i = 4; i < 100000; i++) VECTOR_PUSH(*state, &numbers, i);
    assert_true(arena_failed(*state));
    assert_true(numbers.count >= 4 && numbers.count < 100000);
    for (size_t i = 0; i < numbers.count; i++) assert_int_equal(numbers.items[i], i);
}

/* Maps */

static void maps_find_what_was_put(void **state) {
    struct map map;
    map_init(&map, *state);
    assert_null(map_get(&map, TEXT("none")));
    static int values[3000];
    for (int i = 0; i < 3000; i++) map_put(&map, text_format(*state, "户-%d", i), &values[i]);
    assert_int_equal(map.count, 3000);
    for (int i = 0; i < 3000; i++) {
        struct text key = text_format(*state, "户-%d", i);
        assert_ptr_equal(map_get(&map, key), &values[i]);
        assert_true(text_equal(map.entries[i].key, key)); /* in order of insertion */
    }
    assert_null(map_get(&map, TEXT("户-3000")));
    assert_null(map_get(&map, TEXT("")));
    map_put(&map, TEXT("户-7"), &values[0]);
    map_put(&map, TEXT(""), &values[1]);
    assert_int_equal(map.count, 3001);
    assert_ptr_equal(map_get(&map, TEXT("户-7")), &values[0]);
    assert_ptr_equal(map_get(&map, TEXT("")), &values[1]);
}

static void keys_keep_the_place_where_they_were_entered(void **state) {
    for (size_t reserved = 0; reserved <= 900; reserved += 300) {
        struct map map;
        map_init(&map, *state);
        if (reserved) map_reserve(&map, reserved);
        const struct map_entry *entries = map.entries;
        for (size_t round = 0; round < 2; round++)
            for (size_t i = 0; i < 900; i++) {
                assert_int_equal(map_enter(&map, text_format(*state, "人-%zu", i)), i);
                assert_true(round == 1 || !map.entries[i].value);
                map.entries[i].value = &map;
            }
        assert_int_equal(map.count, 900);
        assert_true(reserved < 900 || map.entries == entries); /* it did not grow */
        assert_ptr_equal(map_get(&map, TEXT("人-899")), &map);
    }
}

static void a_map_without_memory_keeps_what_it_has(void **state) {
    (void)state;
    bool done = false;
    static int value;
    for (long successes = 0; !done; successes++) {
        struct arena arena;
        struct map map;
        char keys[2000][12];
        arena_init(&arena);
        map_init(&map, &arena);
        memory_fail_after(successes);
        for (int i = 0; i < 2000; i++) {
            snprintf(keys[i], sizeof keys[i], "%d", i);
            map_put(&map, text_from(keys[i]), &value);
        }
        done = !arena_failed(&arena);
        assert_int_equal(done, !memory_has_failed());
        assert_int_equal(map.count == 2000, done);
        for (int i = 0; i < 2000; i++) {
            assert_ptr_equal(map_get(&map, text_from(keys[i])), (size_t)i < map.count ? &value : NULL);
        }
        memory_fail_after(-1);
        arena_free(&arena);
        assert_true(successes < 50);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(pieces_are_zeroed_aligned_and_apart),
        CASE(a_rewind_takes_back_what_came_after),
        CASE(a_loop_that_rewinds_takes_no_more_memory),
        CASE(an_empty_arena_may_be_rewound),
        CASE(failure_is_sticky_and_small_pieces_are_never_null),
        CASE(sizes_that_overflow_are_refused),
        CASE(vectors_keep_what_is_pushed),
        CASE(a_push_without_memory_is_dropped),
        CASE(maps_find_what_was_put),
        CASE(keys_keep_the_place_where_they_were_entered),
        CASE(a_map_without_memory_keeps_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
