/* Pages come back as they were written, and whatever is none is refused. */
#include "registry/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HEAD = 6 }; /* version, three widths, two bytes of how many */

static struct builder written(const struct page_entry *entries, size_t count) {
    struct builder out;
    builder_init(&out);
    page_write(&out, entries, count);
    assert_false(out.failed);
    return out;
}

static void expect_back(const struct page_entry *entries, size_t count) {
    struct page_entry back[PAGE_PLACES];
    size_t found;
    struct builder out = written(entries, count);
    assert_true(page_read(builder_text(&out), entries[0].key, back, &found));
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(back[i].key, entries[i].key);
        assert_int_equal(back[i].coded.kind, entries[i].coded.kind);
        assert_int_equal(back[i].coded.integer, entries[i].coded.integer);
    }
    builder_free(&out);
}

/* --- there and back ----------------------------------------------------------------------------------------------- */

static const int64_t integers[] = {0,
                                   -1,
                                   1,
                                   INT8_MIN,
                                   INT8_MAX,
                                   INT8_MIN - 1,
                                   INT8_MAX + 1,
                                   INT16_MIN,
                                   INT16_MAX,
                                   INT16_MIN - 1,
                                   INT16_MAX + 1,
                                   INT32_MIN,
                                   INT32_MAX,
                                   INT64_C(-2147483649),
                                   INT64_C(2147483648),
                                   INT64_MIN,
                                   INT64_MAX};
static const uint32_t kinds[] = {1, 2, UINT8_MAX, UINT8_MAX + 1, UINT16_MAX, UINT16_MAX + 1, UINT32_MAX};
static const uint32_t firsts[] = {1, 7, UINT16_MAX, UINT32_MAX};
static const uint32_t steps[] = {1, 2, 255, 256, 65537, 4000000}; /* between keys */
enum { INTEGERS = sizeof integers / sizeof *integers };

static void one_row_comes_back(void **state) {
    (void)state;
    for (size_t i = 0; i < INTEGERS; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++)
                expect_back(&(struct page_entry){firsts[f], {kinds[k], integers[i]}}, 1);
}

/* One wide integer or kind among many narrow ones, at either end and between. */
static void many_rows_come_back(void **state) {
    (void)state;
    struct page_entry entries[PAGE_PLACES];
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
        for (size_t wide = 0; wide < INTEGERS; wide++) {
            for (uint32_t i = 0; i < PAGE_PLACES; i++)
                entries[i] = (struct page_entry){9 + i * steps[s], {1 + i % 3, (int64_t)(i % 5) - 2}};
            entries[wide * 60].coded.integer = integers[wide];
            entries[PAGE_PLACES - 1 - wide].coded.kind = kinds[wide % 7];
            expect_back(entries, PAGE_PLACES);
            expect_back(entries, PAGE_PLACES - 1);
            expect_back(entries, 2);
        }
}

static void keys_reach_to_the_last(void **state) {
    (void)state;
    static const uint32_t gaps[] = {1, UINT8_MAX, UINT8_MAX + 1, UINT16_MAX, UINT16_MAX + 1, UINT32_MAX - 1};
    struct page_entry entries[PAGE_PLACES];
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        expect_back((struct page_entry[]){{UINT32_MAX - gaps[i], {1, 5}}, {UINT32_MAX, {1, 6}}}, 2);
    for (uint32_t i = 0; i < PAGE_PLACES; i++)
        entries[i] = (struct page_entry){UINT32_MAX - (PAGE_PLACES - 1) + i, {2, 0}};
    expect_back(entries, PAGE_PLACES);
}

/* --- the bytes ---------------------------------------------------------------------------------------------------- */

static void expect_bytes(const struct page_entry *entries, size_t count, const char *bytes, size_t length) {
    struct builder out = written(entries, count);
    assert_int_equal(out.length, length);
    assert_memory_equal(out.bytes, bytes, length);
    builder_free(&out);
}
#define BYTES(text) (text), sizeof(text) - 1

/* What is in registries already must be read for ever. */
static void the_bytes_are_these(void **state) {
    (void)state;
    expect_bytes((struct page_entry[]){{1, {1, 0}}}, 1,
                 BYTES("\1\0\1\0\1\0"
                       "\1"));
    expect_bytes((struct page_entry[]){{7, {1, 300}}, {8, {2, -2}}}, 2,
                 BYTES("\1\0\1\2\2\0"
                       "\1\2"
                       "\x2c\1"
                       "\xfe\xff"));
    expect_bytes((struct page_entry[]){{7, {1, INT64_MIN}}, {0x10007, {0x1234567, INT64_MAX}}}, 2,
                 BYTES("\1\4\4\x8\2\0"
                       "\0\0\0\0"
                       "\0\0\1\0"
                       "\1\0\0\0"
                       "\x67\x45\x23\1"
                       "\0\0\0\0\0\0\0\x80"
                       "\xff\xff\xff\xff\xff\xff\xff\x7f"));
}

/* A value a byte, where it can be. */
static void pages_are_small(void **state) {
    (void)state;
    struct page_entry entries[PAGE_PLACES];
    for (uint32_t i = 0; i < PAGE_PLACES; i++) entries[i] = (struct page_entry){100 + i, {1, i % 100}};
    struct builder out = written(entries, PAGE_PLACES);
    assert_int_equal(out.length, HEAD + 2 * PAGE_PLACES);
    builder_free(&out);
}

/* --- what is no page ---------------------------------------------------------------------------------------------- */

static bool is_page(const char *bytes, size_t length, uint32_t first) {
    struct page_entry entries[PAGE_PLACES];
    size_t count;
    char *copy = malloc(length + 1); /* of its own, so that what is read behind it is seen */
    assert_non_null(copy);
    char *exact = copy + 1;
    memcpy(exact, bytes, length);
    bool good = page_read((struct text){exact, length}, first, entries, &count);
    if (good) assert_in_range(count, 1, PAGE_PLACES);
    for (size_t i = 1; good && i < count; i++) assert_true(entries[i].key > entries[i - 1].key);
    if (good) assert_int_equal(entries[0].key, first);
    free(copy);
    return good;
}

static void what_is_cut_short_or_longer_is_refused(void **state) {
    (void)state;
    char bytes[64] = {0};
    struct builder out = written((struct page_entry[]){{7, {1, 300}}, {99, {2, -2}}, {UINT32_MAX, {3, 0}}}, 3);
    memcpy(bytes, out.bytes, out.length);
    for (size_t length = 0; length < sizeof bytes; length++)
        assert_int_equal(is_page(bytes, length, 7), length == out.length);
    builder_free(&out);
}

/* Every other byte in every place of the head; the length then does not fit, or keys would not ascend. */
static void an_altered_head_is_refused(void **state) {
    (void)state;
    struct builder out = written((struct page_entry[]){{7, {1, 300}}, {99, {2, -2}}, {1000, {3, 0}}}, 3);
    for (size_t at = 0; at < HEAD; at++)
        for (int byte = 0; byte < 256; byte++) {
            char before = out.bytes[at];
            out.bytes[at] = (char)byte;
            assert_int_equal(is_page(out.bytes, out.length, 7), byte == (unsigned char)before);
            out.bytes[at] = before;
        }
    builder_free(&out);
}

static void widths_and_numbers_that_cannot_be_are_refused(void **state) {
    (void)state;
    char many[HEAD + 3 * (PAGE_PLACES + 1)] = {1, 0, 1, 0};
    assert_false(is_page(BYTES("\1\0\1\0\0\0"), 1)); /* of nothing */
    assert_false(is_page(BYTES("\1\0\1\3\1\0"
                               "\1"
                               "\0\0\0"),
                         1)); /* three bytes wide */
    assert_false(is_page(BYTES("\1\0\0\1\1\0"
                               "\0"),
                         1)); /* no kinds */
    assert_false(is_page(BYTES("\1\0\x8\0\1\0"
                               "\1\0\0\0\0\0\0\0"),
                         1)); /* wider than kinds are */
    assert_false(is_page(BYTES("\1\x8\1\0\1\0"
                               "\0\0\0\0\0\0\0\0"
                               "\1"),
                         1)); /* wider than keys are */
    assert_false(is_page(BYTES("\1\1\1\0\1\0"
                               "\1"
                               "\1"),
                         1)); /* begins behind its first */
    assert_false(is_page(BYTES("\1\1\1\0\2\0"
                               "\0\0"
                               "\1\1"),
                         1)); /* a row twice */
    assert_false(is_page(BYTES("\1\1\1\0\3\0"
                               "\0\2\1"
                               "\1\1\1"),
                         1)); /* backwards */
    assert_false(is_page(BYTES("\1\0\1\0\2\0"
                               "\1\1"),
                         UINT32_MAX)); /* behind the last row */
    assert_false(is_page(BYTES("\1\1\1\0\2\0"
                               "\0\2"
                               "\1\1"),
                         UINT32_MAX - 1)); /* likewise */
    assert_true(is_page(BYTES("\1\1\1\0\2\0"
                              "\0\2"
                              "\1\1"),
                        UINT32_MAX - 2));
    many[4] = (char)(PAGE_PLACES & 0xff);
    many[5] = (char)(PAGE_PLACES >> 8);
    assert_true(is_page(many, HEAD + PAGE_PLACES, 1));
    many[4]++;
    assert_false(is_page(many, HEAD + PAGE_PLACES + 1, 1)); /* one too many */
}

static void random_bytes_never_crash(void **state) {
    (void)state;
    char bytes[64];
    uint64_t chance = 1;
    size_t pages = 0;
    for (size_t time = 0; time < 200000; time++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[i] = (char)(chance >> 40);
            if (i < HEAD) bytes[i] = (char)((unsigned char)bytes[i] % (i == 0 || i == 5 ? 2 : i == 4 ? 9 : 5));
        }
        for (size_t length = HEAD; length < sizeof bytes; length++) pages += is_page(bytes, length, 1);
        if (time % 64) time += 50;
    }
    assert_true(pages > 100);
}

/* --- one row of a page -------------------------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *chance) {
    *chance = *chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *chance >> 33;
}

/* Keys close together or far apart, kinds and integers of all widths. */
static size_t draw_page(uint64_t *chance, struct page_entry *entries) {
    size_t count = 1 + draw(chance) % (draw(chance) % 4 ? 40 : PAGE_PLACES);
    uint32_t key = firsts[draw(chance) % 3], step = steps[draw(chance) % (sizeof steps / sizeof *steps)];
    unsigned width = (unsigned)(draw(chance) % 5);
    for (size_t i = 0; i < count; i++) {
        uint32_t kind = width < 4 ? 1 + (uint32_t)(draw(chance) % 5) : kinds[draw(chance) % 7];
        int64_t integer = width == 0  ? 0
                          : width < 3 ? (int64_t)(draw(chance) % 100) - 50
                                      : integers[draw(chance) % INTEGERS];
        entries[i] = (struct page_entry){key, {kind, integer}};
        key += 1 + (uint32_t)(draw(chance) % step);
    }
    return count;
}

/* What a look-up finds of a key is what a reader of the whole page has of it. */
static void expect_found(struct text page, uint32_t first, const struct page_entry *entries, size_t count,
                         uint32_t key) {
    struct coded found = {9, 9}, wanted = {0};
    for (size_t i = 0; i < count; i++)
        if (entries[i].key == key) wanted = entries[i].coded;
    assert_true(page_find(page, first, key, &found));
    assert_int_equal(found.kind, wanted.kind);
    if (wanted.kind) assert_int_equal(found.integer, wanted.integer);
}

static void every_row_is_found_as_it_is_read(void **state) {
    (void)state;
    struct page_entry entries[PAGE_PLACES];
    uint64_t chance = 5;
    for (size_t time = 0; time < 400; time++) {
        size_t count = draw_page(&chance, entries);
        struct builder out = written(entries, count);
        struct text page = builder_text(&out);
        uint32_t first = entries[0].key, last = entries[count - 1].key;
        for (size_t i = 0; i < count; i++) {
            expect_found(page, first, entries, count, entries[i].key);
            expect_found(page, first, entries, count, entries[i].key + 1);
            if (entries[i].key > first) expect_found(page, first, entries, count, entries[i].key - 1);
        }
        if (last < UINT32_MAX - 5) expect_found(page, first, entries, count, last + 5);
        expect_found(page, first, entries, count, UINT32_MAX);
        builder_free(&out);
    }
}

/* Of bytes that are a page, the same; of others nothing is read behind their end. */
static void random_bytes_are_found_as_they_are_read(void **state) {
    (void)state;
    struct page_entry entries[PAGE_PLACES];
    uint64_t chance = 6;
    size_t pages = 0;
    for (size_t time = 0; time < 600000; time++) {
        size_t length = HEAD + draw(&chance) % 24, count = 0;
        char *bytes = malloc(length);
        assert_non_null(bytes);
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char)draw(&chance);
            if (i < HEAD) bytes[i] = (char)((unsigned char)bytes[i] % (i == 0 || i == 5 ? 2 : i == 4 ? 9 : 5));
        }
        struct text page = {bytes, length};
        bool good = page_read(page, 1, entries, &count);
        pages += good;
        for (uint32_t key = 1; key < 300; key += 7) {
            struct coded found = {0};
            if (good)
                expect_found(page, 1, entries, count, key);
            else
                (void)page_find(page, 1, key, &found);
        }
        free(bytes);
    }
    assert_true(pages > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_row_comes_back),
        cmocka_unit_test(many_rows_come_back),
        cmocka_unit_test(keys_reach_to_the_last),
        cmocka_unit_test(the_bytes_are_these),
        cmocka_unit_test(pages_are_small),
        cmocka_unit_test(what_is_cut_short_or_longer_is_refused),
        cmocka_unit_test(an_altered_head_is_refused),
        cmocka_unit_test(widths_and_numbers_that_cannot_be_are_refused),
        cmocka_unit_test(random_bytes_never_crash),
        cmocka_unit_test(every_row_is_found_as_it_is_read),
        cmocka_unit_test(random_bytes_are_found_as_they_are_read),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
