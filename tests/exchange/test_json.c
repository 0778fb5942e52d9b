#include "base/memory.h"
#include "exchange/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* jansson gives some names of ours to other things. */
#define JSON_STRING JANSSON_STRING
#define JSON_TRUE JANSSON_TRUE
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL
#undef json_is_number

enum { RANDOM_DOCUMENTS = 20000, RANDOM_DEPTH = 5 };

/* The reader */

/* A document's events in short: { } [ ] for themselves, k: and s: before keys and strings, numbers and words as they
 * are, the error and its place as "!error line:column"; parted by spaces. */
static struct text events_of(struct arena *arena, struct text document) {
    static const char *const fixed[] = {
        [JSON_OBJECT_BEGIN] = "{", [JSON_OBJECT_END] = "}", [JSON_ARRAY_BEGIN] = "[", [JSON_ARRAY_END] = "]",
        [JSON_KEY] = "k:",         [JSON_STRING] = "s:",    [JSON_NUMBER] = "",       [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",    [JSON_NULL] = "null",    [JSON_END] = "end",       [JSON_ERROR] = "!"};
    struct json *json = json_open(arena, document);
    struct builder out;
    builder_init(&out);
    for (enum json_event event = JSON_NULL; event != JSON_END && event != JSON_ERROR;) {
        event = json_next(json);
        builder_format(&out, "%s%s", out.length ? " " : "", fixed[event]);
        builder_add(&out, json_text(json));
    }
    uint32_t line, column;
    json_place(json, &line, &column);
    if (json_error(json) != JSON_OK) {
        builder_format(&out, "%d %u:%u", (int)json_error(json), line, column);
        assert_int_equal(json_next(json), JSON_ERROR);
    } else {
        assert_int_equal(json_next(json), JSON_END);
    }
    struct text events = text_copy(arena, builder_text(&out));
    builder_free(&out);
    return events;
}

static void assert_events(struct text document, const char *expected) {
    struct arena arena;
    arena_init(&arena);
    struct text events = events_of(&arena, document);
    assert_string_equal(events.bytes, expected);
    arena_free(&arena);
}

/* What events_of says of a broken document is compared from the error on. */
static void assert_error(struct text document, enum json_error error, unsigned line, unsigned column) {
    struct arena arena;
    arena_init(&arena);
    char expected[64];
    snprintf(expected, sizeof expected, "!%d %u:%u", (int)error, line, column);
    const char *found = strchr(events_of(&arena, document).bytes, '!');
    assert_non_null(found);
    assert_string_equal(found, expected);
    arena_free(&arena);
}

static void reads_every_kind_of_value(void **state) {
    (void)state;
    assert_events(TEXT("{\"a\": [1, \"x\", true, false, null], \"b\": {}, \"c\": []}"),
                  "{ k:a [ 1 s:x true false null ] k:b { } k:c [ ] } end");
    assert_events(TEXT("\"x\""), "s:x end");
    assert_events(TEXT(" \t\r\n 0 \n"), "0 end");
    assert_events(TEXT("\xEF\xBB\xBF[]"), "[ ] end");
    assert_events(TEXT("[[],[[]]]"), "[ [ ] [ [ ] ] ] end");
}

static void keeps_numbers_as_they_stand(void **state) {
    (void)state;
    assert_events(TEXT("[100.10, -0, -0.50, 1e3, 1E+3, 2.5e-10, 123456789012345678901234567890]"),
                  "[ 100.10 -0 -0.50 1e3 1E+3 2.5e-10 123456789012345678901234567890 ] end");
}

static void knows_numbers(void **state) {
    (void)state;
    static const char *const good[] = {"0", "-0", "7", "10", "-12.50", "0.1", "1e5", "1E-5", "1.0e+05"};
    static const char *const bad[] = {"",    "-",    "01",  "-01", ".5", "5.",  "+1",    "1e",
                                      "1e+", "1.e5", "1/3", "1 ",  " 1", "0x1", "1,000", "NaN"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(json_is_number(text_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(json_is_number(text_from(bad[i])));
    assert_false(json_is_number((struct text){"1\0", 2}));
}

static void resolves_escapes(void **state) {
    (void)state;
    assert_events(TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "s:\"\\/\b\f\n\r\t end");
    assert_events(TEXT("\"\\u0041\\u00e9\\u5f20\\uD83D\\uDE00\""), "s:A\xC3\xA9张\xF0\x9F\x98\x80 end");
    assert_events(TEXT("{\"\\u5f20\": \"张\"}"), "{ k:张 s:张 } end");
    assert_events(TEXT("\"\\u007F\\u0080\\u07FF\\u0800\\uD7FF\\uE000\\uFFFF\\uD800\\uDC00\\uDBFF\\uDFFF\""),
                  "s:\x7F\xC2\x80\u07FF\u0800\uD7FF\uE000\uFFFF\U00010000\U0010FFFF end");
    struct arena arena;
    arena_init(&arena);
    struct json *json = json_open(&arena, TEXT("\"a\\u0000b\""));
    assert_int_equal(json_next(json), JSON_STRING);
    assert_true(text_equal(json_text(json), TEXT("a\0b")));
    arena_free(&arena);
}

static void refuses_what_is_no_json(void **state) {
    (void)state;
    static const struct {
        const char *document;
        enum json_error error;
        unsigned line, column;
    } cases[] = {
        {"", JSON_TRUNCATED, 1, 1},
        {" \n ", JSON_TRUNCATED, 2, 2},
        {"[1", JSON_TRUNCATED, 1, 3},
        {"[1,", JSON_TRUNCATED, 1, 4},
        {"{\"a\"", JSON_TRUNCATED, 1, 5},
        {"{\"a\":\n", JSON_TRUNCATED, 2, 1},
        {"\"x", JSON_TRUNCATED, 1, 3},
        {"\"x\\", JSON_TRUNCATED, 1, 4},
        {"\"x\\\"", JSON_TRUNCATED, 1, 5},
        {"tru", JSON_TRUNCATED, 1, 4},
        {"[1,]", JSON_UNEXPECTED, 1, 4},
        {"[,1]", JSON_UNEXPECTED, 1, 2},
        {"[1 2]", JSON_UNEXPECTED, 1, 4},
        {"[1}", JSON_UNEXPECTED, 1, 3},
        {"{\"a\":1,}", JSON_UNEXPECTED, 1, 8},
        {"{\"a\" 1}", JSON_UNEXPECTED, 1, 6},
        {"{\"a\",1}", JSON_UNEXPECTED, 1, 5},
        {"{\"a\":}", JSON_UNEXPECTED, 1, 6},
        {"{1:2}", JSON_UNEXPECTED, 1, 2},
        {"{a:2}", JSON_UNEXPECTED, 1, 2},
        {"[\n  1, // no\n]", JSON_UNEXPECTED, 2, 6},
        {"]", JSON_UNEXPECTED, 1, 1},
        {"+1", JSON_UNEXPECTED, 1, 1},
        {".5", JSON_UNEXPECTED, 1, 1},
        {"NaN", JSON_UNEXPECTED, 1, 1},
        {"trux", JSON_UNEXPECTED, 1, 4},
        {"'x'", JSON_UNEXPECTED, 1, 1},
        {"[\"张三\", ?]", JSON_UNEXPECTED, 1, 8},
        {"\"\\x\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"ab\\u12\"", JSON_BAD_ESCAPE, 1, 4},
        {"\"\\u12g4\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"张\\uD800\"", JSON_BAD_ESCAPE, 1, 3},
        {"\"\\uD800\\u0041\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"\\uDC00\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"\\uDFFF\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"\\uDC01\\uDC00\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"\\u00G0\"", JSON_BAD_ESCAPE, 1, 2},
        {"\"a\xFF\"", JSON_BAD_UTF8, 1, 3},
        {"\"\xC0\x80\"", JSON_BAD_UTF8, 1, 2},
        {"\"\xED\xA0\x80\"", JSON_BAD_UTF8, 1, 2},
        {"\"\xE5\xBC\"", JSON_BAD_UTF8, 1, 2},
        {"\"\x1F\"", JSON_CONTROL, 1, 2},
        {"\"a\nb\"", JSON_CONTROL, 1, 3},
        {"\"\\\n\"", JSON_CONTROL, 1, 3},
        {"01", JSON_BAD_NUMBER, 1, 1},
        {"[-]", JSON_BAD_NUMBER, 1, 2},
        {"1.", JSON_BAD_NUMBER, 1, 1},
        {"1e+", JSON_BAD_NUMBER, 1, 1},
        {"1 2", JSON_TRAILING, 1, 3},
        {"{}\n,", JSON_TRAILING, 2, 1},
        {"{\"a\":1,\n \"a\":2}", JSON_DUPLICATE_KEY, 2, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error(text_from(cases[i].document), cases[i].error, cases[i].line, cases[i].column);
    assert_error(TEXT("[1\0]"), JSON_UNEXPECTED, 1, 3);
    assert_error(TEXT("\"\0\""), JSON_CONTROL, 1, 2);
}

static void refuses_duplicate_keys_only_within_one_object(void **state) {
    (void)state;
    assert_events(TEXT("{\"a\":{\"a\":{\"b\":1,\"a\":2}},\"b\":[{\"a\":1},{\"a\":1}]}"),
                  "{ k:a { k:a { k:b 1 k:a 2 } } k:b [ { k:a 1 } { k:a 1 } ] } end");
    assert_error(TEXT("{\"a\":1,\"b\":{\"c\":1},\"a\":2}"), JSON_DUPLICATE_KEY, 1, 20);
    assert_error(TEXT("{\"\":1,\"\":2}"), JSON_DUPLICATE_KEY, 1, 7);
    assert_error(TEXT("{\"张\":1,\"\\u5f20\":2}"), JSON_DUPLICATE_KEY, 1, 8);
}

/* Keys that share beginnings, or are beginnings of each other, in all orders that the loop makes. */
static void tells_many_keys_apart(void **state) {
    (void)state;
    enum { KEYS = 3000 };
    for (unsigned again = 0; again <= KEYS; again += KEYS / 10) {
        struct builder out;
        builder_init(&out);
        builder_format(&out, "{\"\":0");
        for (unsigned i = 0; i < KEYS; i++) builder_format(&out, ",\n\"k%0*u\":0", (int)(i % 7), i * 7919 % KEYS);
        if (again > 0) builder_format(&out, ",\n\"k%0*u\":0", (int)((again - 1) % 7), (again - 1) * 7919 % KEYS);
        builder_format(&out, ", \"k\\u0000\":0, \"k\":0}");
        struct arena arena;
        arena_init(&arena);
        struct text events = events_of(&arena, builder_text(&out));
        char expected[64] = "k:k 0 } end";
        if (again > 0) snprintf(expected, sizeof expected, "!%d %d:1", (int)JSON_DUPLICATE_KEY, KEYS + 2);
        assert_string_equal(events.bytes + events.length - strlen(expected), expected);
        arena_free(&arena);
        builder_free(&out);
    }
}

/* A list of any length needs no more memory than its longest row. */
static void forgets_the_keys_of_closed_objects(void **state) {
    (void)state;
    struct builder document;
    builder_init(&document);
    builder_format(&document, "[{}");
    for (unsigned i = 0; i < 100000; i++) builder_format(&document, ",{\"a\":0,\"b\":0}");
    builder_format(&document, "]");
    struct arena arena;
    arena_init(&arena);
    memory_fail_after(1);
    struct json *json = json_open(&arena, builder_text(&document));
    enum json_event event = JSON_NULL;
    while (event != JSON_END && event != JSON_ERROR) event = json_next(json);
    memory_fail_after(-1);
    assert_int_equal(event, JSON_END);
    arena_free(&arena);
    builder_free(&document);
}

static void limits_depth(void **state) {
    (void)state;
    char document[2 * (JSON_DEPTH_MAX + 1)];
    memset(document, '[', JSON_DEPTH_MAX + 1);
    memset(document + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_error((struct text){document, sizeof document}, JSON_TOO_DEEP, 1, JSON_DEPTH_MAX + 1);
    struct arena arena;
    arena_init(&arena);
    struct text events = events_of(&arena, (struct text){document + 1, sizeof document - 2});
    assert_null(strchr(events.bytes, '!'));
    arena_free(&arena);
}

static void tells_where_events_begin(void **state) {
    (void)state;
    static const unsigned places[][2] = {{1, 1}, {2, 3}, {3, 2}, {3, 3}, {3, 9}, {4, 2}, {4, 6}, {5, 1}, {5, 2}};
    struct arena arena;
    arena_init(&arena);
    struct json *json = json_open(&arena, TEXT("{\r\n  \"张\" :\n [\"三四\", 7\n,true]\n}"));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        uint32_t line, column;
        assert_int_not_equal(json_next(json), JSON_ERROR);
        json_place(json, &line, &column);
        assert_int_equal(line, places[i][0]);
        assert_int_equal(column, places[i][1]);
    }
    assert_int_equal(json_next(json), JSON_END);
    arena_free(&arena);
}

/* However many allocations succeed, the reader ends in order, and well only with all of them. */
static void survives_memory_running_out(void **state) {
    (void)state;
    struct builder document;
    builder_init(&document);
    builder_format(&document, "{\"escaped\": \"\\n");
    builder_pad(&document, 100000);
    builder_format(&document, "\"");
    for (unsigned i = 0; i < 5000; i++) builder_format(&document, ",\"%u\":{}", i);
    builder_format(&document, "}");
    bool complete = false;
    for (long successes = 0; !complete; successes++) {
        struct arena arena;
        arena_init(&arena);
        memory_fail_after(successes);
        struct json *json = json_open(&arena, builder_text(&document));
        enum json_event event = json ? JSON_NULL : JSON_ERROR;
        while (event != JSON_END && event != JSON_ERROR) event = json_next(json);
        complete = event == JSON_END;
        assert_true(complete != memory_has_failed());
        if (json && !complete) assert_int_equal(json_error(json), JSON_NO_MEMORY);
        memory_fail_after(-1);
        arena_free(&arena);
        assert_true(successes < 100);
    }
    builder_free(&document);
}

/* The writer */

static void write_sample(struct json_writer *writer) {
    json_write_object(writer);
    json_write_key(writer, "list");
    json_write_array(writer);
    json_write_number(writer, TEXT("100.10"));
    json_write_integer(writer, INT64_MIN);
    json_write_object(writer);
    json_write_close_object(writer);
    json_write_array(writer);
    json_write_close_array(writer);
    json_write_close_array(writer);
    json_write_key_text(writer, TEXT("张\n"));
    json_write_object(writer);
    json_write_key(writer, "yes");
    json_write_bool(writer, true);
    json_write_key(writer, "no");
    json_write_bool(writer, false);
    json_write_close_object(writer);
    json_write_key(writer, "nothing");
    json_write_null(writer);
    json_write_close_object(writer);
}

static void writes_lines(void **state) {
    (void)state;
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, false);
    write_sample(&writer);
    assert_string_equal(builder_text(&out).bytes, "{\n"
                                                  "  \"list\": [\n"
                                                  "    100.10,\n"
                                                  "    -9223372036854775808,\n"
                                                  "    {},\n"
                                                  "    []\n"
                                                  "  ],\n"
                                                  "  \"张\\n\": {\n"
                                                  "    \"yes\": true,\n"
                                                  "    \"no\": false\n"
                                                  "  },\n"
                                                  "  \"nothing\": null\n"
                                                  "}\n");
    builder_free(&out);
}

static void writes_one_line(void **state) {
    (void)state;
    struct builder out;
    struct json_writer writer;
    builder_init(&out);
    json_writer_init(&writer, &out, true);
    write_sample(&writer);
    assert_string_equal(builder_text(&out).bytes, "{\"list\":[100.10,-9223372036854775808,{},[]],"
                                                  "\"张\\n\":{\"yes\":true,\"no\":false},\"nothing\":null}\n");
    builder_free(&out);
}

static void escapes_what_it_writes(void **state) {
    (void)state;
    static const struct {
        struct text string;
        const char *written;
    } cases[] = {
        {{"", 0}, "\"\"\n"},
        {{NULL, 0}, "\"\"\n"},
        {{"\"\\/\b\f\n\r\t", 8}, "\"\\\"\\\\/\\b\\f\\n\\r\\t\"\n"},
        {{"\0\x01\x1F\x7F", 4}, "\"\\u0000\\u0001\\u001F\x7F\"\n"},
        {{"张😀", 7}, "\"张😀\"\n"},
        {{"a\xFFz\xE5\xBC", 5}, "\"a\uFFFDz\uFFFD\uFFFD\"\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct builder out;
        struct json_writer writer;
        builder_init(&out);
        json_writer_init(&writer, &out, true);
        json_write_string(&writer, cases[i].string);
        assert_string_equal(builder_text(&out).bytes, cases[i].written);
        builder_free(&out);
    }
}

/* Reader and writer beside jansson, on random documents */

static uint32_t random_below(uint64_t *seed, uint32_t limit) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32) % limit;
}

/* Without zero bytes, which jansson refuses in keys. */
static struct text random_text(uint64_t *seed, char *buffer) {
    static const char *const pieces[] = {"a", "b", "\"", "\\", "/", "\n", "\x01", "\x7F", "张", "😀", "é", "{", "]"};
    size_t length = 0;
    for (uint32_t left = random_below(seed, 5); left > 0; left--) {
        const char *piece = pieces[random_below(seed, sizeof pieces / sizeof *pieces)];
        memcpy(buffer + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return (struct text){buffer, length};
}

static void write_random(struct json_writer *writer, uint64_t *seed) {
    static const char *const numbers[] = {"0", "-0", "1.50", "-12e3", "0.1", "7E-2", "1e0", "4503599627370496"};
    char buffer[32];
    uint32_t kinds = writer->depth < RANDOM_DEPTH ? 7 : 5;
    switch (random_below(seed, kinds)) {
    case 0: json_write_null(writer); return;
    case 1: json_write_bool(writer, random_below(seed, 2)); return;
    case 2: json_write_number(writer, text_from(numbers[random_below(seed, sizeof numbers / sizeof *numbers)])); return;
    case 3: json_write_integer(writer, (int32_t)random_below(seed, UINT32_MAX)); return;
    case 4: json_write_string(writer, random_text(seed, buffer)); return;
    case 5:
        json_write_array(writer);
        for (uint32_t left = random_below(seed, 5); left > 0; left--) write_random(writer, seed);
        json_write_close_array(writer);
        return;
    default:
        json_write_object(writer);
        for (uint32_t left = random_below(seed, 5); left > 0; left--) { /* now and then with a key twice */
            json_write_key_text(writer, random_text(seed, buffer));
            write_random(writer, seed);
        }
        json_write_close_object(writer);
    }
}

/* The value that an event begins, as jansson would hold it; NULL when the reader finds an error. */
static json_t *value_of(struct json *json, enum json_event event) {
    struct text text = json_text(json);
    switch (event) {
    case JSON_TRUE: return json_true();
    case JSON_FALSE: return json_false();
    case JSON_NULL: return json_null();
    case JSON_STRING: return json_stringn(text.bytes, text.length);
    case JSON_NUMBER: return json_loadb(text.bytes, text.length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
    case JSON_ARRAY_BEGIN:;
        json_t *array = json_array();
        while ((event = json_next(json)) != JSON_ARRAY_END) {
            if (json_array_append_new(array, value_of(json, event)) == 0) continue;
            json_decref(array);
            return NULL;
        }
        return array;
    case JSON_OBJECT_BEGIN:;
        json_t *object = json_object();
        while ((event = json_next(json)) != JSON_OBJECT_END) {
            char key[256];
            struct text name = json_text(json);
            snprintf(key, sizeof key, "%.*s", TEXT_ARG(name));
            if (event == JSON_KEY && json_object_set_new(object, key, value_of(json, json_next(json))) == 0) continue;
            json_decref(object);
            return NULL;
        }
        return object;
    default: return NULL;
    }
}

static json_t *read_with_ours(struct text document) {
    struct arena arena;
    arena_init(&arena);
    struct json *json = json_open(&arena, document);
    json_t *value = value_of(json, json_next(json));
    if (value && json_next(json) != JSON_END) {
        json_decref(value);
        value = NULL;
    }
    arena_free(&arena);
    return value;
}

/* Both refuse the document, or both read the same. What jansson alone refuses is left out: numbers that no double
 * holds, and zero bytes in keys. */
static void compare_with_jansson(struct text document, unsigned *accepted, unsigned *refused) {
    json_error_t error;
    json_t *theirs =
        json_loadb(document.bytes, document.length,
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &error);
    enum json_error_code code = theirs ? json_error_unknown : json_error_code(&error);
    if (code == json_error_numeric_overflow || code == json_error_null_byte_in_key) return;
    json_t *ours = read_with_ours(document);
    if (!!ours != !!theirs || (ours && !json_equal(ours, theirs)))
        fail_msg("%s, %s: %.*s", ours ? "read" : "refused", theirs ? "jansson reads it" : error.text,
                 TEXT_ARG(document));
    ++*(ours ? accepted : refused);
    json_decref(ours);
    json_decref(theirs);
}

/* Changes one byte, takes one out or doubles one. */
static struct text damage(struct arena *arena, struct text document, uint64_t *seed) {
    static const char bytes[] = "\"\\{}[]:,0-.eu \n\x01\xE5\x80\xFF";
    char *damaged = ARENA_ARRAY(arena, char, document.length + 1);
    size_t at = random_below(seed, (uint32_t)document.length), kind = random_below(seed, 3);
    size_t skipped = at + (kind == 1), length = at + (kind == 2);
    memcpy(damaged, document.bytes, length);
    memcpy(damaged + length, document.bytes + skipped, document.length - skipped);
    if (kind == 0) damaged[at] = bytes[random_below(seed, sizeof bytes - 1)];
    return (struct text){damaged, length + document.length - skipped};
}

static void agrees_with_jansson(void **state) {
    (void)state;
    uint64_t seed = 20180709;
    unsigned accepted = 0, refused = 0;
    for (unsigned i = 0; i < RANDOM_DOCUMENTS; i++) {
        struct arena arena;
        arena_init(&arena);
        struct builder out;
        struct json_writer writer;
        builder_init(&out);
        json_writer_init(&writer, &out, i % 2);
        write_random(&writer, &seed);
        struct text document = builder_text(&out);
        compare_with_jansson(document, &accepted, &refused);
        compare_with_jansson(damage(&arena, document, &seed), &accepted, &refused);
        builder_free(&out);
        arena_free(&arena);
    }
    assert_true(accepted > RANDOM_DOCUMENTS / 2);
    assert_true(refused > RANDOM_DOCUMENTS / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_of_value),
        cmocka_unit_test(keeps_numbers_as_they_stand),
        cmocka_unit_test(knows_numbers),
        cmocka_unit_test(resolves_escapes),
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(refuses_duplicate_keys_only_within_one_object),
        cmocka_unit_test(tells_many_keys_apart),
        cmocka_unit_test(forgets_the_keys_of_closed_objects),
        cmocka_unit_test(limits_depth),
        cmocka_unit_test(tells_where_events_begin),
        cmocka_unit_test(survives_memory_running_out),
        cmocka_unit_test(writes_lines),
        cmocka_unit_test(writes_one_line),
        cmocka_unit_test(escapes_what_it_writes),
        cmocka_unit_test(agrees_with_jansson),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
