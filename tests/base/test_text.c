#include "arena_state.h"

#include "base/memory.h"
#include "base/text.h"
#include "base/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void texts_are_compared_by_bytes(void **state) {
    (void)state;
    const struct text nothing = {NULL, 0};
    assert_true(text_equal(nothing, TEXT("")));
    assert_true(text_equal(text_from(NULL), text_from("")));
    assert_false(text_equal(TEXT("a"), TEXT("ab")));
    assert_true(text_is(TEXT("云南"), "云南"));
    assert_false(text_is(TEXT("云南"), "云"));
    assert_int_equal(text_compare(TEXT("a"), TEXT("b")), -1);
    assert_int_equal(text_compare(TEXT("b"), TEXT("a")), 1);
    assert_int_equal(text_compare(TEXT("a"), TEXT("ab")), -1);
    assert_int_equal(text_compare(TEXT("ab"), TEXT("a")), 1);
    assert_int_equal(text_compare(TEXT("z"), TEXT("云")), -1); /* bytes are unsigned */
    assert_int_equal(text_compare(nothing, TEXT("")), 0);
    assert_true(text_starts(TEXT("policy"), "pol"));
    assert_true(text_starts(nothing, ""));
    assert_false(text_starts(TEXT("po"), "pol"));
}

static void slices_and_trims_stay_inside(void **state) {
    (void)state;
    const struct text nothing = {NULL, 0};
    assert_true(text_is(text_slice(TEXT("policy"), 1, 3), "ol"));
    assert_int_equal(text_slice(TEXT("policy"), 6, 6).length, 0);
    assert_int_equal(text_slice(nothing, 0, 0).length, 0);
    assert_true(text_is(text_trim(TEXT(" \t a b\t ")), "a b"));
    assert_int_equal(text_trim(TEXT(" \t ")).length, 0);
    assert_int_equal(text_trim(nothing).length, 0);
    assert_true(text_is(text_trim(TEXT("\na\n")), "\na\n"));
}

static void hashes_tell_texts_apart(void **state) {
    (void)state;
    char bytes[40] = {0};
    uint64_t seen[sizeof bytes];
    for (size_t length = 0; length < sizeof bytes; length++) {
        seen[length] = text_hash((struct text){bytes, length}); /* zero bytes count too */
        for (size_t i = 0; i < length; i++) assert_true(seen[i] != seen[length]);
        for (size_t i = 0; i < length; i++) {
            bytes[i] = 1;
            assert_true(text_hash((struct text){bytes, length}) != seen[length]);
            bytes[i] = 0;
        }
    }
    assert_true(text_hash(TEXT("户籍")) == text_hash(text_slice(TEXT("x户籍"), 1, 7)));
}

static void copies_and_formats_end_in_nul(void **state) {
    struct text copy = text_copy(*state, text_slice(TEXT("policy"), 0, 3));
    assert_string_equal(copy.bytes, "pol");
    assert_int_equal(copy.length, 3);
    assert_string_equal(text_copy(*state, (struct text){NULL, 0}).bytes, "");
    struct text text = text_format(*state, "%s %d/%.*s", "云南", 7, TEXT_ARG(copy));
    assert_string_equal(text.bytes, "云南 7/pol");
    assert_int_equal(text.length, strlen(text.bytes));
}

/* UTF-8 */

static size_t encode(uint32_t code_point, char out[4]) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t tail = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[tail] | code_point >> (6 * tail));
    for (size_t i = 1; i <= tail; i++) out[i] = (char)(0x80 | (code_point >> (6 * (tail - i)) & 0x3f));
    return tail + 1;
}

static void every_code_point_is_read_back(void **state) {
    (void)state;
    for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
        char bytes[4];
        struct text text = {bytes, encode(code_point, bytes)};
        size_t offset = 0;
        uint32_t read = text_next(text, &offset);
        bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
        if (read != (surrogate ? UTF8_BAD : code_point) || offset != (surrogate ? 1 : text.length)) {
            fail_msg("U+%04X", (unsigned)code_point);
        }
    }
}

static void what_is_not_utf8_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x80\x80\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xfe",
                                      "\xc2",
                                      "\xe4\xba",
                                      "\xf0\x9f\x98",
                                      "\xc2z",
                                      "\xe4\xbaz",
                                      "\xf0\x9f\x98z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct text text = text_from(bad[i]);
        size_t offset = 0;
        assert_int_equal(text_next(text, &offset), UTF8_BAD);
        assert_int_equal(offset, 1);
        assert_int_equal(text_invalid_at(text), 0);
    }
    assert_int_equal(text_invalid_at(TEXT("0123456789云南\xe4\xba")), 16);
    assert_int_equal(text_invalid_at(TEXT("0123456789云南0123456789")), 26);
    assert_int_equal(text_invalid_at(TEXT("")), 0);
    assert_int_equal(text_characters(TEXT("a\xff云")), 3);
    assert_int_equal(text_width(TEXT("a\xff云")), 4);
}

static void columns_of_a_terminal_are_counted(void **state) {
    (void)state;
    assert_int_equal(text_width(TEXT("abc")), 3);
    assert_int_equal(text_width(TEXT("龙陵县")), 6);
    assert_int_equal(text_characters(TEXT("龙陵县")), 3);
    assert_int_equal(text_width(TEXT("（，。「」")), 10);
    assert_int_equal(text_width(TEXT("ＡＢ１")), 6);
    assert_int_equal(text_width(TEXT("ｱｲ")), 2);      /* halfwidth */
    assert_int_equal(text_width(TEXT("e\u0301")), 1); /* combining acute */
    assert_int_equal(text_width(TEXT("が")), 2);      /* with a combining mark of its own */
    assert_int_equal(text_width(TEXT("\u200b\ufeff\u200d")), 0);
    assert_int_equal(text_width(TEXT("🙂🏠")), 4);
    assert_int_equal(text_width(TEXT("한글")), 4);
    assert_int_equal(text_width(TEXT("𠀀")), 2); /* extension B */
    assert_int_equal(text_width(TEXT("é…·—")), 4);
    assert_int_equal(text_width(TEXT("\t\x1b\x7f\xc2\x85")), 0);
    assert_int_equal(width_of(0xad), 1);
    assert_int_equal(width_of(0xa0), 1);
    assert_int_equal(width_of(0x10ffff), 1);
    assert_int_equal(width_of(0xe01ef), 0);
    assert_int_equal(width_of(0xe01f0), 1);
}

/* Distance */

static void distances_count_edits(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"", "ab", 2},
        {"income", "income", 0},
        {"incom", "income", 1},
        {"imcome", "income", 1},
        {"incmoe", "income", 1},
        {"ca", "abc", 3},
        {"户藉", "户籍", 1},
        {"籍户", "户籍", 1},
        {"kitten", "sitting", 3},
        {"abcd", "badc", 2},
        {"人均收入", "人均年收入", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text a = text_from(cases[i].a), b = text_from(cases[i].b);
        assert_int_equal(text_distance(a, b, 9), cases[i].distance);
        assert_int_equal(text_distance(b, a, 9), cases[i].distance);
        if (cases[i].distance > 0) assert_int_equal(text_distance(a, b, cases[i].distance - 1), cases[i].distance);
        assert_int_equal(text_distance(a, b, cases[i].distance), cases[i].distance);
    }
    assert_int_equal(text_distance(TEXT("abcdefgh"), TEXT("stuvwxyz"), 2), 3);
}

static void distances_of_long_texts_are_not_reckoned(void **state) {
    (void)state;
    char bytes[65 * 3];
    for (size_t i = 0; i < sizeof bytes; i += 3) memcpy(bytes + i, "云", 3);
    struct text longest = {bytes, 64 * 3}, longer = {bytes, sizeof bytes};
    assert_int_equal(text_distance(longest, longest, 2), 0);
    assert_int_equal(text_distance(longest, longer, 2), 3);
    assert_int_equal(text_distance(longer, longer, 2), 3);
}

/* Builders */

static void builders_grow(void **state) {
    struct builder builder;
    builder_init(&builder);
    assert_string_equal(builder_text(&builder).bytes, "");
    char expected[3001] = "";
    for (int i = 0; i < 300; i++) {
        builder_format(&builder, "%s%03d", "云", i % 7);
        builder_add(&builder, TEXT("-x"));
        builder_add(&builder, (struct text){NULL, 0});
        builder_pad(&builder, 2);
        snprintf(expected + i * 10, 11, "云%03d-x  ", i % 7);
    }
    struct text text = builder_text(&builder);
    assert_int_equal(text.length, 3000);
    assert_string_equal(text.bytes, expected);
    struct text kept = builder_finish(&builder, *state);
    assert_string_equal(kept.bytes, expected);
    assert_null(builder.bytes);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool done = false;
    for (long successes = 0; !done; successes++) {
        struct arena arena;
        struct builder builder;
        arena_init(&arena);
        builder_init(&builder);
        memory_fail_after(successes);
        for (int i = 0; i < 100; i++) builder_format(&builder, "%0100d", i);
        builder_pad(&builder, 5000);
        builder_add(&builder, TEXT("end"));
        assert_int_equal(builder_text(&builder).length, builder.failed ? 0 : 15003);
        struct text text = builder_finish(&builder, &arena);
        assert_int_equal(text.length, arena_failed(&arena) ? 0 : 15003);
        text_format(&arena, "%.*s", TEXT_ARG(text));
        done = !arena_failed(&arena);
        assert_int_equal(done, !memory_has_failed());
        memory_fail_after(-1);
        arena_free(&arena);
        assert_true(successes < 50);
    }
}

static void a_copy_without_memory_is_empty(void **state) {
    memory_fail_after(0);
    assert_string_equal(text_copy(*state, TEXT("policy")).bytes, "");
    assert_string_equal(text_format(*state, "%d", 7).bytes, "");
    assert_true(arena_failed(*state));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(texts_are_compared_by_bytes),
        CASE(slices_and_trims_stay_inside),
        CASE(hashes_tell_texts_apart),
        CASE(copies_and_formats_end_in_nul),
        CASE(every_code_point_is_read_back),
        CASE(what_is_not_utf8_is_refused),
        CASE(columns_of_a_terminal_are_counted),
        CASE(distances_count_edits),
        CASE(distances_of_long_texts_are_not_reckoned),
        CASE(builders_grow),
        CASE(memory_may_run_out_anywhere),
        CASE(a_copy_without_memory_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
