/* Text in GB18030, and what is taken for it. */
#include "../failing.h"

#include "exchange/gb18030.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_utf8(struct text bytes, const char *expected) {
    struct builder utf8;
    size_t wrong_at;
    assert_int_equal(gb18030_to_utf8(bytes, &utf8, &wrong_at), GB18030_OK);
    assert_int_equal(wrong_at, bytes.length);
    assert_true(text_is(builder_text(&utf8), expected));
    builder_free(&utf8);
}

static void expect_wrong(struct text bytes, size_t at) {
    struct builder utf8;
    size_t wrong_at;
    assert_int_equal(gb18030_to_utf8(bytes, &utf8, &wrong_at), GB18030_WRONG);
    assert_int_equal(wrong_at, at);
    assert_null(utf8.bytes);
}

static void gives_utf8(void **state) {
    (void)state;
    expect_utf8(TEXT(""), "");
    expect_utf8(TEXT("id,name\n"), "id,name\n");
    expect_utf8(TEXT("\xb1\xe0\xba\xc5,\xbb\xa7\xd6\xf7"), "编号,户主");
    expect_utf8(TEXT("\x81\x30\x81\x30"), "\xc2\x80");         /* the first of four bytes */
    expect_utf8(TEXT("\x82\x35\x8f\x33"), "\xe9\xbe\xa6");     /* U+9FA6 */
    expect_utf8(TEXT("\x95\x32\x82\x36"), "\xf0\xa0\x80\x80"); /* U+20000 */
    expect_utf8(TEXT("\xe3\x32\x9a\x35"), "\xf4\x8f\xbf\xbf"); /* U+10FFFF */
}

static void tells_where_it_is_wrong(void **state) {
    (void)state;
    expect_wrong(TEXT("\xff"), 0);
    expect_wrong(TEXT("\x80"), 0);
    expect_wrong(TEXT("abc\xff\xff"), 3);
    expect_wrong(TEXT("abc\xb1"), 3); /* cut in a character */
    expect_wrong(TEXT("\xb1\xe0\x81\x30\x81"), 2);
    expect_wrong(TEXT("\xb1\xe0\xe3\x32\x9a\x36"), 2); /* U+110000 */
    struct builder bytes;
    builder_init(&bytes);
    for (int i = 0; i < 50000; i++) builder_add(&bytes, TEXT("\xbb\xa7")); /* more than a piece */
    builder_add(&bytes, TEXT("\x7f\xff"));
    expect_wrong(builder_text(&bytes), 100001);
    builder_free(&bytes);
}

/* All that there are, by way of another converter, come back: also the rare characters of names. */
static void takes_every_character(void **state) {
    (void)state;
    struct builder utf8, back;
    size_t wrong_at;
    builder_init(&utf8);
    for (uint32_t c = 1; c < 0x110000; c++) {
        char bytes[] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
                        (char)(0x80 | (c & 0x3f))};
        if (c < 0x80) bytes[3] = (char)c;
        if (c >= 0x80 && c < 0x800) bytes[2] = (char)(0xc0 | c >> 6);
        if (c >= 0x800 && c < 0x10000) bytes[1] = (char)(0xe0 | c >> 12);
        size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        bool moved = c >= 0xe78d && c <= 0xe864; /* private ones, some of which have become others */
        if ((c < 0xd800 || c > 0xdfff) && !moved) builder_add(&utf8, (struct text){bytes + 4 - length, length});
    }
    size_t left = utf8.length, room = left * 2;
    char *in = utf8.bytes, *encoded = memory_new(room, 1), *out = encoded;
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    assert_true(converter != (iconv_t)-1);
    assert_int_equal(iconv(converter, &in, &left, &out, &room), 0);
    iconv_close(converter);
    struct text bytes = {encoded, (size_t)(out - encoded)};
    assert_int_equal(gb18030_to_utf8(bytes, &back, &wrong_at), GB18030_OK);
    assert_true(text_equal(builder_text(&back), builder_text(&utf8)));
    builder_free(&back);
    builder_free(&utf8);
    memory_free(encoded);
}

static struct encoding_found tell(struct text bytes) {
    struct encoding_found found;
    assert_int_equal(encoding_tell(bytes, &found), GB18030_OK);
    return found;
}

static void tells_encodings_apart(void **state) {
    (void)state;
    assert_int_equal(tell(TEXT("")).encoding, ENCODING_UTF8);
    assert_int_equal(tell(TEXT("id\n")).encoding, ENCODING_UTF8);
    assert_int_equal(tell(TEXT("编号\n")).encoding, ENCODING_UTF8);
    assert_int_equal(tell(TEXT("编号\n")).mark_bytes, 0);
    struct encoding_found found = tell(TEXT("\xef\xbb\xbf编号"));
    assert_true(found.encoding == ENCODING_UTF8 && found.mark_bytes == 3 && found.not_utf8_at == 9);
    found = tell(TEXT("id,\xb1\xe0\xba\xc5"));
    assert_true(found.encoding == ENCODING_GB18030 && found.mark_bytes == 0);
    assert_true(found.not_utf8_at == 3 && found.not_gb18030_at == 7);
    assert_int_equal(tell(TEXT("\xff\xfe\x61\x00")).encoding, ENCODING_UTF16);
    found = tell(TEXT("\xfe\xff\x00\x61"));
    assert_true(found.encoding == ENCODING_UTF16 && found.mark_bytes == 2);
    found = tell(TEXT("编号,\xff\xff"));
    assert_true(found.encoding == ENCODING_OTHER && found.not_utf8_at == 7);
    assert_int_equal(tell(TEXT("ab\xff")).not_gb18030_at, 2);
    assert_int_equal(tell(TEXT("\xef\xbb\xbf\xff")).mark_bytes, 3);
    found = tell(TEXT("\xef\xbb\xbf\xb1")); /* characters of GB18030, but meant as UTF-8 */
    assert_true(found.encoding == ENCODING_OTHER && found.not_utf8_at == 3 && found.not_gb18030_at == 4);
    assert_int_equal(tell(TEXT("\xff")).encoding, ENCODING_OTHER);
}

static enum gb18030_result back(const char *utf8, const char *expected) {
    struct builder bytes;
    size_t wrong_at;
    enum gb18030_result result = gb18030_from_utf8(text_from(utf8), &bytes, &wrong_at);
    assert_true(result != GB18030_OK || text_is(builder_text(&bytes), expected));
    assert_true(result == GB18030_OK || !bytes.bytes);
    builder_free(&bytes);
    return result;
}

static void goes_back(void **state) {
    (void)state;
    assert_int_equal(back("", ""), GB18030_OK);
    assert_int_equal(back("id,1\n", "id,1\n"), GB18030_OK);
    assert_int_equal(back("编号𠀀\n", "\xb1\xe0\xba\xc5\x95\x32\x82\x36\n"), GB18030_OK);
    assert_int_equal(back("id\n路路\n", ""), GB18030_WRONG);   /* which are two dots in UTF-8 */
    assert_int_equal(back("编\n路路路\n", ""), GB18030_WRONG); /* mostly so: taken for UTF-8 with a mistake */
    assert_int_equal(back("编号\n路\n", "\xb1\xe0\xba\xc5\n\xc2\xb7\n"), GB18030_OK);
    assert_int_equal(back("编\xff", ""), GB18030_WRONG);
}

static void survives_memory_running_out(void **state) {
    (void)state;
    struct builder bytes, utf8;
    size_t wrong_at;
    builder_init(&bytes);
    for (int i = 0; i < 50000; i++) builder_add(&bytes, TEXT("\xbb\xa7"));
    enum gb18030_result result = GB18030_NO_MEMORY;
    for (long successes = 0; result != GB18030_OK; successes++) {
        memory_fail_after(successes);
        result = gb18030_to_utf8(builder_text(&bytes), &utf8, &wrong_at);
        assert_int_equal(result == GB18030_NO_MEMORY, memory_has_failed());
        memory_fail_after(-1);
        assert_true(result == GB18030_OK || !utf8.bytes);
        assert_true(successes < 20);
    }
    assert_int_equal(utf8.length, 150000);
    builder_free(&utf8);
    builder_free(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_utf8),
        cmocka_unit_test(tells_where_it_is_wrong),
        cmocka_unit_test(takes_every_character),
        cmocka_unit_test(tells_encodings_apart),
        cmocka_unit_test(goes_back),
        cmocka_unit_test(survives_memory_running_out),
    };
    return cmocka_run_group_tests_name("gb18030", tests, NULL, NULL);
}
