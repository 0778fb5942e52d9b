/* The text of a file of keys: what is read, what is refused and where, keys that are made. */
#include "store/keys.h"

#include "given_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char nothing[sizeof(struct keys)];

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void keys_are_read(void **state) {
    (void)state;
    struct keys keys;
    size_t line;
    day_number made;
    assert_int_equal(keys_parse(&keys, TEXT(KEYS_HEAD INDEX_LINE AES_LINE SM4_LINE), &line), KEYS_OK);
    assert_int_equal(keys.count, 2);
    assert_int_equal(keys.index.number, 0);
    assert_int_equal(keys.index.kind, KEY_SM3);
    assert_int_equal(keys.each[0].number, 2);
    assert_int_equal(keys.each[0].kind, KEY_AES);
    assert_true(day_parse(TEXT("2027-11-28"), &made));
    assert_int_equal(keys.each[0].made, made);
    assert_int_equal(keys.each[1].kind, KEY_SM4);
    for (size_t i = 0; i < 48; i++) assert_int_equal(keys.each[1].secret[i], i);
    for (size_t i = 0; i < 32; i++) assert_int_equal(keys.each[0].secret[i], 64 + i);
    assert_ptr_equal(keys_newest(&keys), &keys.each[0]); /* by its number, wherever it stands */
    assert_ptr_equal(keys_find(&keys, 1), &keys.each[1]);
    assert_null(keys_find(&keys, 3));
    assert_null(keys_find(&keys, 0));
    keys_clear(&keys);
    assert_memory_equal(&keys, nothing, sizeof keys);
}

static void expect(struct text text, enum keys_status expected, size_t expected_line) {
    struct keys keys;
    size_t line;
    memset(&keys, 0xa5, sizeof keys);
    enum keys_status status = keys_parse(&keys, text, &line);
    if (status != expected) print_error("of: %.*s\n", TEXT_ARG(text));
    assert_int_equal(status, expected);
    if (expected_line) assert_int_equal(line, expected_line);
    assert_memory_equal(&keys, nothing, sizeof keys); /* no secret is left either */
}

static void broken_texts_are_refused_where_they_break(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum keys_status status;
        size_t line;
    } cases[] = {
        {"", KEYS_EMPTY, 0},
        {KEYS_HEAD, KEYS_EMPTY, 0},
        {KEYS_HEAD INDEX_LINE, KEYS_EMPTY, 0},
        {"doudi-keys 1", KEYS_MALFORMED, 1}, /* cut off */
        {"doudi-keys 2\nwhatever\n", KEYS_OTHER_VERSION, 0},
        {"doudi-keys 10\n", KEYS_OTHER_VERSION, 0},
        {"doudi-keys \n", KEYS_MALFORMED, 1},
        {"doudi-keys x\n", KEYS_MALFORMED, 1},
        {"doudi-keys\n", KEYS_MALFORMED, 1},
        {"\n", KEYS_MALFORMED, 1},
        {"doudi-keys 1\r\n" INDEX_LINE SM4_LINE, KEYS_MALFORMED, 1},
        {" " KEYS_HEAD INDEX_LINE SM4_LINE, KEYS_MALFORMED, 1},
        {KEYS_HEAD SM4_LINE AES_LINE, KEYS_MALFORMED, 2}, /* without an index */
        {KEYS_HEAD INDEX_LINE INDEX_LINE, KEYS_MALFORMED, 3},
        {KEYS_HEAD SM4_LINE INDEX_LINE, KEYS_MALFORMED, 2},
        {KEYS_HEAD "index sm4 2026-11-28 " HEX_48 "\n" SM4_LINE, KEYS_MALFORMED, 2},
        {KEYS_HEAD INDEX_LINE "1 sm3 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 des 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "0 aes 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "01 aes 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "-1 aes 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "65536 aes 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "4294967297 aes 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE " aes 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes 2026-02-29 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes 2026-1-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes 2026-11-28 " HEX_48 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 sm4 2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes 2026-11-28 " HEX_32 " \n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes  2026-11-28 " HEX_32 "\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes 2026-11-28\n", KEYS_MALFORMED, 3},
        {KEYS_HEAD INDEX_LINE "1 aes 2026-11-28 " HEX_32, KEYS_MALFORMED, 3}, /* cut off */
        {KEYS_HEAD INDEX_LINE SM4_LINE "\n", KEYS_MALFORMED, 4},
        {KEYS_HEAD INDEX_LINE SM4_LINE AES_LINE SM4_LINE, KEYS_DUPLICATE, 5},
        {KEYS_HEAD INDEX_LINE SM4_LINE "1 aes 2026-11-28 " HEX_32 "\n", KEYS_DUPLICATE, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(text_from(cases[i].text), cases[i].status, cases[i].line);
    expect(TEXT("doudi-keys 1\0\n" INDEX_LINE SM4_LINE), KEYS_MALFORMED, 1);
}

/* Whatever byte is changed, or wherever it is cut off, what is read is what stands there, or it is refused. */
static void nothing_is_read_but_what_stands_there(void **state) {
    (void)state;
    static const char whole[] = KEYS_HEAD INDEX_LINE SM4_LINE AES_LINE;
    char text[sizeof whole], out[KEYS_TEXT_BYTES];
    struct keys keys;
    size_t line, read = 0;
    for (size_t length = 0; length < sizeof whole - 1; length++)
        if (keys_parse(&keys, (struct text){whole, length}, &line) == KEYS_OK) read++;
    assert_int_equal(read, 1); /* at the end of the first key */
    for (size_t i = 0; i < sizeof whole - 1; i++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(text, whole, sizeof whole);
            text[i] = (char)byte;
            struct text changed = {text, sizeof whole - 1};
            if (keys_parse(&keys, changed, &line) == KEYS_OK) assert_true(text_equal(keys_text(&keys, out), changed));
        }
}

static void more_than_there_is_room_for_is_refused(void **state) {
    (void)state;
    static char text[KEYS_TEXT_BYTES + 256];
    size_t length = 0;
    struct keys keys;
    size_t line;
    int put = snprintf(text, sizeof text, "%s", KEYS_HEAD INDEX_LINE);
    for (int i = 0; i <= KEYS_MAX; i++) {
        length += (size_t)put;
        if (i == KEYS_MAX) assert_int_equal(keys_parse(&keys, (struct text){text, length}, &line), KEYS_OK);
        put = snprintf(text + length, sizeof text - length, "%d sm4 2026-11-28 %s\n", 65535 - i, HEX_48);
    }
    assert_int_equal(keys.count, KEYS_MAX);
    assert_int_equal(keys_extend(&keys, KEY_SM4, 0), KEYS_FULL);
    char out[KEYS_TEXT_BYTES];
    assert_true(text_equal(keys_text(&keys, out), (struct text){text, length})); /* the longest there is has room */
    expect((struct text){text, length + (size_t)put}, KEYS_MALFORMED, KEYS_MAX + 3);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static void keys_that_are_made_are_read_again(void **state) {
    (void)state;
    struct keys keys, again;
    char out[KEYS_TEXT_BYTES];
    size_t line;
    assert_int_equal(keys_begin(&keys, KEY_SM4, 20785), KEYS_OK);
    assert_int_equal(keys.index.kind, KEY_SM3);
    assert_int_equal(keys_extend(&keys, KEY_AES, 20786), KEYS_OK);
    assert_int_equal(keys_extend(&keys, KEY_SM4, day_last), KEYS_OK);
    assert_int_equal(keys_newest(&keys)->number, 3);
    assert_int_equal(keys_newest(&keys)->kind, KEY_SM4);
    assert_memory_not_equal(keys.each[0].secret, keys.each[2].secret, 16);
    assert_memory_not_equal(keys.each[0].secret, nothing, 16);
    assert_memory_not_equal(keys.each[0].secret + 32, nothing, 16);
    assert_memory_not_equal(keys.index.secret + 16, nothing, 16);
    struct text text = keys_text(&keys, out);
    assert_true(text_starts(text, "doudi-keys 1\nindex sm3 2026-11-28 "));
    assert_int_equal(keys_parse(&again, text, &line), KEYS_OK);
    assert_memory_equal(&again, &keys, sizeof keys);
    keys_clear(&keys);
    assert_int_equal(keys_begin(&keys, KEY_AES, 20785), KEYS_OK);
    assert_int_equal(keys.index.kind, KEY_SHA256);
    keys_clear(&keys);
}

static void numbers_are_not_given_twice(void **state) {
    (void)state;
    struct keys keys;
    size_t line;
    assert_int_equal(keys_parse(&keys, TEXT(KEYS_HEAD INDEX_LINE "65534 aes 2026-11-28 " HEX_32 "\n"), &line), KEYS_OK);
    assert_int_equal(keys_extend(&keys, KEY_AES, 0), KEYS_OK);
    assert_int_equal(keys_newest(&keys)->number, KEY_NUMBER_MAX);
    assert_int_equal(keys_extend(&keys, KEY_AES, 0), KEYS_FULL);
    assert_int_equal(keys.count, 2);
    keys_clear(&keys);
}

/* --- fingerprints ------------------------------------------------------------------------------------------------- */

static void assert_fingerprint(const struct seal_key *key, const char *expected) {
    char found[FINGERPRINT_ROOM];
    assert_true(key_fingerprint(key, found));
    assert_string_equal(found, expected);
}

/* By another implementation: they stand in databases. */
static void fingerprints_are_as_ever(void **state) {
    (void)state;
    struct keys keys;
    size_t line;
    char changed[FINGERPRINT_ROOM];
    assert_int_equal(keys_parse(&keys, TEXT(KEYS_HEAD INDEX_LINE_SHA256 SM4_LINE AES_LINE), &line), KEYS_OK);
    assert_fingerprint(&keys.each[0], "f41526a647b969ad");
    assert_fingerprint(&keys.each[1], "5ee31be988701ff2");
    assert_fingerprint(&keys.index, "1a128d4b8e977147");
    keys.index.kind = KEY_SM3;
    assert_fingerprint(&keys.index, "37eddfee0e83d7d5");
    keys.each[0].number = 3;
    assert_true(key_fingerprint(&keys.each[0], changed));
    assert_string_not_equal(changed, "f41526a647b969ad");
    keys.each[0].number = 1;
    keys.each[0].secret[47] ^= 1;
    assert_true(key_fingerprint(&keys.each[0], changed));
    assert_string_not_equal(changed, "f41526a647b969ad");
    keys_clear(&keys);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_read),
        cmocka_unit_test(broken_texts_are_refused_where_they_break),
        cmocka_unit_test(nothing_is_read_but_what_stands_there),
        cmocka_unit_test(more_than_there_is_room_for_is_refused),
        cmocka_unit_test(keys_that_are_made_are_read_again),
        cmocka_unit_test(numbers_are_not_given_twice),
        cmocka_unit_test(fingerprints_are_as_ever),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
