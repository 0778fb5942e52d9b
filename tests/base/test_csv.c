#include "arena_state.h"

#include "base/csv.h"
#include "base/csv_marks.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_TEXTS = 20000 };

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* All that the scanner says, in short: a record as [field|field], each field with its line:column and q where it was
 * quoted; an error as !number line:column. */
static struct text told_as(struct arena *arena, struct text text, bool places, bool sound) {
    struct builder out;
    struct csv csv;
    builder_init(&out);
    csv_init(&csv, text, arena);
    csv.sound = sound;
    for (enum csv_result result; (result = csv_next(&csv)) != CSV_END;) {
        struct csv_field *at = csv.fields;
        if (result == CSV_NO_MEMORY) break;
        if (result != CSV_RECORD) builder_format(&out, "!%d %u:%u", result, at->line, csv_column(&csv, at));
        for (size_t i = 0; i < csv.count; i++) {
            struct csv_field *field = &csv.fields[i];
            builder_add(&out, i ? TEXT("|") : TEXT("["));
            if (places) builder_format(&out, "%u:%u ", field->line, csv_column(&csv, field));
            if (field->quoted) builder_add(&out, TEXT("q"));
            builder_add(&out, field->text);
        }
        if (result == CSV_RECORD) builder_add(&out, TEXT("]"));
    }
    return builder_finish(&out, arena);
}

static struct text told(struct arena *arena, struct text text, bool places) {
    return told_as(arena, text, places, false);
}

struct told_case {
    const char *text, *told;
};

static void assert_told(struct arena *arena, const struct told_case *cases, size_t count, bool places) {
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(told(arena, text_from(cases[i].text), places).bytes, cases[i].told);
    }
}

static void records_are_read(void **state) {
    static const struct told_case cases[] = {
        {"", ""},
        {"\xef\xbb\xbf", ""},
        {"a", "[a]"},
        {"a,b\n", "[a|b]"},
        {"a,b\r\nc,d", "[a|b][c|d]"},
        {"a,\n,b\n,\n", "[a|][|b][|]"},
        {"a,", "[a|]"},
        {"\n\r\n\na\n\n\r\nb\n\n", "[a][b]"},
        {" a , b ", "[ a | b ]"},
        {"\"a\",\"b,c\"\n", "[qa|qb,c]"},
        {"\"\"", "[q]"},
        {"\"\"\n,\"\"\r\n", "[q][|q]"},
        {"\"a\"\"b\"", "[qa\"b]"},
        {"\"\"\"\"\"\"", "[q\"\"]"},
        {"\"a\nb\r\nc\",d", "[qa\nb\r\nc|d]"},
        {"\"a\"\r\n\"b\"", "[qa][qb]"},
        {"a\rb\n", "[a\rb]"},
        {"a\r\r\n", "[a\r]"},
        {"姓名,户籍\n王小明,龙陵", "[姓名|户籍][王小明|龙陵]"},
        {"\xef\xbb\xbf\"a\",b", "[qa|b]"},
        {"a\xef\xbb\xbf", "[a\xef\xbb\xbf]"},
        {"🙂,é\n", "[🙂|é]"},
    };
    assert_told(*state, cases, sizeof cases / sizeof *cases, false);
}

static void every_field_has_its_place(void **state) {
    static const struct told_case cases[] = {
        {"a,bc,d\nef,g", "[1:1 a|1:3 bc|1:6 d][2:1 ef|2:4 g]"},
        {"\xef\xbb\xbf姓名,户籍\r\n\r\n王,\"龙,陵\",x", "[1:1 姓名|1:4 户籍][3:1 王|3:3 q龙,陵|3:9 x]"},
        {"a,\"b\n\n云\",c\nd", "[1:1 a|1:3 qb\n\n云|3:4 c][4:1 d]"},
        {"\"\"\"\n\"\"\",\"x\"\"y\",z", "[1:1 q\"\n\"|2:5 qx\"y|2:12 z]"},
        {"🙂,,\n", "[1:1 🙂|1:3 |1:4 ]"},
    };
    assert_told(*state, cases, sizeof cases / sizeof *cases, true);
}

static void broken_records_are_told_and_skipped(void **state) {
    static const struct told_case cases[] = {
        {"a,\"b\nc,d\ne", "!2 1:3[c|d][e]"},
        {"\"", "!2 1:1"},
        {"a\n\"b\"\"", "[a]!2 2:1"},
        {"云b\"c,d\ne", "!3 1:3[e]"},
        {"\"a\"b,c\ne", "!3 1:4[e]"},
        {"\"a\" ,c\ne", "!3 1:4[e]"},
        {"\"a\"\re\nf", "!3 1:4[f]"},
        {"\"a\"\r", "!3 1:4"},
        {" \"a\"\nb", "!3 1:2[b]"},
        {"x,\"a\nb\"c,d\ne", "!3 2:3[e]"},
        {"x,云\xff,d\ne", "!4 1:4[e]"},
        {"x,\"云\n\xc0\x80\",d\ne", "!4 2:1[e]"},
        {"\xe4\xba", "!4 1:1"},
        {"\xef\xbb\xbf\xff\n\xff", "!4 1:1!4 2:1"},
    };
    assert_told(*state, cases, sizeof cases / sizeof *cases, false);
    static const struct text zeros = {"a,b\0c\n\"x\n\0\",y\nz\n\0", 18};
    assert_string_equal(told(*state, zeros, false).bytes, "!5 1:4!5 3:1[z]!5 5:1");
}

static void nothing_is_left_after_an_error(void **state) {
    struct csv csv;
    csv_init(&csv, TEXT("a,b,c\"\nd"), *state);
    assert_int_equal(csv_next(&csv), CSV_QUOTE_STRAY);
    assert_int_equal(csv.count, 0);
    assert_int_equal(csv_next(&csv), CSV_RECORD);
    assert_int_equal(csv.count, 1);
    assert_int_equal(csv.line, 2);
    assert_int_equal(csv_next(&csv), CSV_END);
    assert_int_equal(csv_next(&csv), CSV_END);
    assert_int_equal(csv.count, 0);
}

/* Limits */

/* `before`, then that many bytes, then `after`: a record of one field, or the error. */
static enum csv_result scan_long(struct arena *arena, const char *before, size_t bytes, const char *after) {
    struct builder out;
    struct csv csv;
    builder_init(&out);
    builder_add(&out, text_from(before));
    size_t start = out.length;
    builder_pad(&out, bytes);
    memset(out.bytes + start, 'x', bytes);
    builder_add(&out, text_from(after));
    csv_init(&csv, builder_text(&out), arena);
    enum csv_result result = csv_next(&csv);
    assert_int_equal(csv.fields[0].line, 1);
    assert_int_equal(csv_column(&csv, &csv.fields[0]), 1);
    if (result == CSV_RECORD) assert_int_equal(csv.fields[0].text.length, CSV_FIELD_BYTES_MAX);
    builder_free(&out);
    return result;
}

static void fields_are_long_up_to_the_limit(void **state) {
    enum { MOST = CSV_FIELD_BYTES_MAX };
    static const char *const ends[] = {"", ",b", "\nb", "\r\nb"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        assert_int_equal(scan_long(*state, "", MOST, ends[i]), CSV_RECORD);
        assert_int_equal(scan_long(*state, "", MOST + 1, ends[i]), CSV_TOO_LONG);
        assert_int_equal(scan_long(*state, "云", MOST - 3, ends[i]), CSV_RECORD);
        assert_int_equal(scan_long(*state, "云", MOST - 2, ends[i]), CSV_TOO_LONG);
    }
    assert_int_equal(scan_long(*state, "", MOST - 1, "云,b"), CSV_TOO_LONG); /* a character across the limit */
    assert_int_equal(scan_long(*state, "", MOST - 2, "云\nb"), CSV_TOO_LONG);
    assert_int_equal(scan_long(*state, "", MOST - 3, "云\nb"), CSV_RECORD);
    assert_int_equal(scan_long(*state, "\"", MOST, "\",b"), CSV_RECORD);
    assert_int_equal(scan_long(*state, "\"", MOST + 1, "\",b"), CSV_QUOTE_OPEN);
    assert_int_equal(scan_long(*state, "\"", MOST - 1, "云\",b"), CSV_QUOTE_OPEN);
    assert_int_equal(scan_long(*state, "\"", MOST - 3, "云\",b"), CSV_RECORD);
    assert_int_equal(scan_long(*state, "\"", MOST - 1, "\"\"\",b"), CSV_QUOTE_OPEN);
}

static void records_are_wide_up_to_the_limit(void **state) {
    static char text[2 * CSV_FIELDS_MAX + 4];
    struct csv csv;
    memset(text, ',', sizeof text);
    memcpy(text + CSV_FIELDS_MAX - 1, "\nb", 2);
    csv_init(&csv, (struct text){text, CSV_FIELDS_MAX + 1}, *state);
    assert_int_equal(csv_next(&csv), CSV_RECORD);
    assert_int_equal(csv.count, CSV_FIELDS_MAX);
    assert_int_equal(csv_next(&csv), CSV_RECORD);
    memcpy(text + CSV_FIELDS_MAX - 1, ",x\nb", 4);
    csv_init(&csv, (struct text){text, CSV_FIELDS_MAX + 3}, *state);
    assert_int_equal(csv_next(&csv), CSV_TOO_WIDE);
    assert_int_equal(csv_column(&csv, &csv.fields[0]), CSV_FIELDS_MAX + 1);
    assert_int_equal(csv_next(&csv), CSV_RECORD);
    assert_int_equal(csv.fields[0].line, 2);
}

static void a_huge_line_takes_no_memory(void **state) {
    enum { HUGE_BYTES = 64 * 1024 * 1024 };
    static const char *const lines[] = {"x", ",", "云", "\"\"\"\"\"\"\"\""};
    static const enum csv_result results[] = {CSV_TOO_LONG, CSV_TOO_WIDE, CSV_TOO_LONG, CSV_QUOTE_OPEN};
    char *text = malloc(HUGE_BYTES);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct csv csv;
        size_t unit = strlen(lines[i]), bytes = HUGE_BYTES / unit * unit;
        for (size_t at = 0; at < bytes; at += unit) memcpy(text + at, lines[i], unit);
        csv_init(&csv, (struct text){text, bytes}, *state);
        memory_fail_after(0);
        assert_int_equal(csv_next(&csv), results[i]);
        assert_int_equal(csv_next(&csv), CSV_END);
        assert_false(memory_has_failed());
        memory_fail_after(-1);
    }
    free(text);
}

static void a_loop_may_rewind_after_every_record(void **state) {
    struct builder text;
    struct csv csv;
    builder_init(&text);
    for (int i = 0; i < 1000; i++) builder_format(&text, "\"%d\"\"\",b\n", i);
    csv_init(&csv, builder_text(&text), *state);
    struct arena_mark mark = arena_here(*state);
    for (int i = 0; i < 1000; i++) {
        char expected[16];
        snprintf(expected, sizeof expected, "%d\"", i);
        assert_int_equal(csv_next(&csv), CSV_RECORD);
        assert_true(text_is(csv.fields[0].text, expected));
        arena_rewind(*state, mark);
    }
    assert_int_equal(csv_next(&csv), CSV_END);
    builder_free(&text);
}

/* Random texts */

static struct text random_text(uint64_t *seed, struct builder *out) {
    const struct text pieces[] = {TEXT("a"),   TEXT(","),  TEXT("\""),   TEXT("\n"), TEXT("\r\n"),
                                  TEXT("\r"),  TEXT("云"), TEXT("\"\""), TEXT(","),  TEXT(",\""),
                                  TEXT("\","), {"\0", 1},  TEXT("\xff"), TEXT("b")};
    builder_free(out);
    for (uint32_t left = next_random(seed) % 30; left > 0; left--) {
        size_t kind = next_random(seed) % (sizeof pieces / sizeof *pieces);
        bool rare = pieces[kind].bytes[0] == '\0' || pieces[kind].bytes[0] == '\xff';
        if (!rare || next_random(seed) % 8 == 0) builder_add(out, pieces[kind]);
    }
    return builder_text(out);
}

/* Bytes that are marked and those beside them. */
static void marks_are_told_alike(void **state) {
    static const unsigned char some[] = {',',     '"',  '\n', 0,    1,    ',' + 1, ',' - 1,
                                         '"' + 1, 0x80, 0xff, 0xac, 0x8a, 'x',     0x7f};
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        char bytes[MARKS_BYTES];
        uint64_t ends = 0, high = 0, feeds = 0, zeros = 0;
        for (size_t k = 0; k < MARKS_BYTES; k++) {
            unsigned char byte = some[next_random(&seed) % sizeof some];
            uint64_t bit = (uint64_t)1 << k;
            bytes[k] = (char)byte;
            ends |= byte == ',' || byte == '"' || byte == '\n' || byte == 0 ? bit : 0;
            high |= byte >= 0x80 ? bit : 0;
            feeds |= byte == '\n' ? bit : 0;
            zeros |= byte == 0 ? bit : 0;
        }
        assert_true(marks_find(bytes, 0) == ends && marks_plain(bytes, 0) == ends);
        assert_true(marks_find(bytes, 0x80) == (ends | high) && marks_plain(bytes, 0x80) == (ends | high));
        struct marks_seen seen = marks_survey(bytes), plain = marks_survey_plain(bytes);
        assert_true(seen.feeds == feeds && plain.feeds == feeds);
        assert_true(seen.others == (zeros | high) && plain.others == (zeros | high));
    }
}

/* Wherever among the bytes that are looked through at once a record begins, and whatever is known of the text, the same
 * is told. */
static void records_may_begin_anywhere(void **state) {
    uint64_t seed = 11;
    struct builder builder, shifted;
    builder_init(&builder);
    builder_init(&shifted);
    for (int i = 0; i < RANDOM_TEXTS / 40; i++) {
        struct arena_mark mark = arena_here(*state);
        struct text text = random_text(&seed, &builder), expected = TEXT("");
        for (size_t before = 1; before < 2 * MARKS_BYTES; before += before < 3 ? 1 : 1 + next_random(&seed) % 9) {
            builder_free(&shifted);
            for (size_t k = 0; k < before; k++) builder_add(&shifted, TEXT("p"));
            builder_add(&shifted, TEXT("\n"));
            builder_add(&shifted, text);
            struct text whole = builder_text(&shifted), found = told(*state, whole, false);
            assert_int_equal(found.bytes[before + 1], ']');
            if (csv_survey(whole).sound) assert_string_equal(told_as(*state, whole, false, true).bytes, found.bytes);
            found = text_slice(found, before + 2, found.length);
            if (before == 1) expected = found;
            assert_true(text_equal(found, expected));
        }
        arena_rewind(*state, mark);
    }
    builder_free(&builder);
    builder_free(&shifted);
}

static void a_survey_tells_lines_and_soundness(void **state) {
    uint64_t seed = 12;
    struct builder builder, longer;
    (void)state;
    builder_init(&builder);
    builder_init(&longer);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        if (i % 8 == 0) builder_free(&longer);
        builder_add(&longer, random_text(&seed, &builder));
        struct text text = builder_text(&longer);
        size_t feeds = 0, zeros = 0;
        for (size_t k = 0; k < text.length; k++) feeds += text.bytes[k] == '\n';
        for (size_t k = 0; k < text.length; k++) zeros += text.bytes[k] == '\0';
        struct csv_survey survey = csv_survey(text);
        assert_int_equal(survey.feeds, feeds);
        assert_int_equal(survey.sound, zeros == 0 && text_invalid_at(text) == text.length);
    }
    builder_free(&builder);
    builder_free(&longer);
}

/* The place that an offset has, counted from the beginning. */
static void assert_place(const struct csv *csv, const struct csv_field *field) {
    uint32_t line = 1, column = 1;
    for (size_t offset = 0; offset < field->offset;) {
        bool feed = text_next(csv->text, &offset) == '\n';
        line += feed;
        column = feed ? 1 : column + 1;
    }
    assert_int_equal(field->line, line);
    assert_int_equal(csv_column(csv, field), column);
}

static void places_hold_in_any_text(void **state) {
    uint64_t seed = 7;
    struct builder builder;
    struct csv csv;
    builder_init(&builder);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        struct arena_mark mark = arena_here(*state);
        struct text text = random_text(&seed, &builder);
        csv_init(&csv, text, *state);
        for (size_t before = 0;; before = csv.offset) {
            enum csv_result result = csv_next(&csv);
            if (result == CSV_END) break;
            assert_true(csv.offset > before);
            assert_true(csv.offset == text.length || text.bytes[csv.offset - 1] == '\n');
            for (size_t j = 0; j < csv.count; j++) assert_place(&csv, &csv.fields[j]);
            if (result != CSV_RECORD) assert_place(&csv, &csv.fields[0]);
        }
        assert_int_equal(csv.offset, text.length);
        arena_rewind(*state, mark);
    }
    builder_free(&builder);
}

static void what_is_written_is_read_back(void **state) {
    uint64_t seed = 8;
    struct builder piece, out;
    builder_init(&piece);
    builder_init(&out);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        struct arena_mark mark = arena_here(*state);
        struct text fields[4];
        for (size_t j = 0; j < 4; j++) {
            struct text text = random_text(&seed, &piece);
            size_t valid = text_invalid_at(text), zero = strlen(text.bytes);
            fields[j] = text_copy(*state, text_slice(text, 0, valid < zero ? valid : zero));
        }
        builder_free(&out);
        for (size_t j = 0; j < 4; j++) {
            if (j) builder_add(&out, TEXT(","));
            csv_write_field(&out, fields[j], false);
        }
        builder_add(&out, TEXT("\r\n"));
        struct csv csv;
        csv_init(&csv, builder_text(&out), *state);
        assert_int_equal(csv_next(&csv), CSV_RECORD);
        assert_int_equal(csv.count, 4);
        for (size_t j = 0; j < 4; j++) assert_true(text_equal(csv.fields[j].text, fields[j]));
        assert_int_equal(csv_next(&csv), CSV_END);
        arena_rewind(*state, mark);
    }
    builder_free(&piece);
    builder_free(&out);
}

/* Writing */

static void fields_are_quoted_and_defused_where_they_must_be(void **state) {
    (void)state;
    static const struct {
        const char *field, *plain, *defused;
    } cases[] = {
        {"", "", ""},
        {"abc", "abc", "abc"},
        {"a b", "a b", "a b"},
        {" a", "\" a\"", "\" a\""},
        {"a ", "\"a \"", "\"a \""},
        {"a,b", "\"a,b\"", "\"a,b\""},
        {"a\"b", "\"a\"\"b\"", "\"a\"\"b\""},
        {"\"", "\"\"\"\"", "\"\"\"\""},
        {"a\nb", "\"a\nb\"", "\"a\nb\""},
        {"a\r", "\"a\r\"", "\"a\r\""},
        {"=1+1", "=1+1", "'=1+1"},
        {"=A1,\"x\"", "\"=A1,\"\"x\"\"\"", "\"'=A1,\"\"x\"\"\""},
        {"+86 138", "+86 138", "'+86 138"},
        {"-3", "-3", "-3"},
        {"+3.50", "+3.50", "+3.50"},
        {"-3.", "-3.", "'-3."},
        {"-.5", "-.5", "'-.5"},
        {"-1.2.3", "-1.2.3", "'-1.2.3"},
        {"-", "-", "'-"},
        {"-1+cmd", "-1+cmd", "'-1+cmd"},
        {"--1", "--1", "'--1"},
        {"@sum", "@sum", "'@sum"},
        {"\tx", "\tx", "'\tx"},
        {"\rx", "\"\rx\"", "\"'\rx\""},
        {"＝1", "＝1", "'＝1"},
        {"'＝1", "'＝1", "''＝1"},
        {"''=1", "''=1", "'''=1"},
        {"'-3", "'-3", "'-3"},
        {"'a", "'a", "'a"},
        {"'", "'", "'"},
        {"a=1", "a=1", "a=1"},
        {"1", "1", "1"},
    };
    struct arena arena;
    arena_init(&arena);
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        builder_free(&out);
        csv_write_field(&out, text_from(cases[i].field), false);
        assert_string_equal(builder_text(&out).bytes, cases[i].plain);
        builder_free(&out);
        csv_write_field(&out, text_from(cases[i].field), true);
        assert_string_equal(builder_text(&out).bytes, cases[i].defused);
        bool defused = strcmp(cases[i].plain, cases[i].defused) != 0;
        assert_int_equal(csv_is_defused(text_format(&arena, "'%s", cases[i].field)), defused);
    }
    arena_free(&arena);
    builder_free(&out);
}

/* Memory */

static void memory_may_run_out_anywhere(void **state) {
    struct builder text;
    builder_init(&text);
    for (int i = 0; i < 3000; i++) builder_format(&text, "a,\"%050d\"\"\",c\n", i);
    (void)state;
    bool done = false;
    for (long successes = 0; !done; successes++) {
        struct arena arena;
        struct csv csv;
        arena_init(&arena);
        memory_fail_after(successes);
        csv_init(&csv, builder_text(&text), &arena);
        enum csv_result result;
        size_t records = 0;
        while ((result = csv_next(&csv)) == CSV_RECORD) records++;
        done = result == CSV_END;
        assert_true(done || result == CSV_NO_MEMORY);
        assert_int_equal(done, !memory_has_failed());
        if (done) assert_int_equal(records, 3000);
        if (result == CSV_NO_MEMORY) assert_int_equal(csv_next(&csv), CSV_NO_MEMORY);
        memory_fail_after(-1);
        arena_free(&arena);
        assert_true(successes < 50);
    }
    builder_free(&text);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(records_are_read),
        CASE(every_field_has_its_place),
        CASE(broken_records_are_told_and_skipped),
        CASE(nothing_is_left_after_an_error),
        CASE(fields_are_long_up_to_the_limit),
        CASE(records_are_wide_up_to_the_limit),
        CASE(a_huge_line_takes_no_memory),
        CASE(a_loop_may_rewind_after_every_record),
        CASE(marks_are_told_alike),
        CASE(records_may_begin_anywhere),
        CASE(a_survey_tells_lines_and_soundness),
        CASE(places_hold_in_any_text),
        CASE(what_is_written_is_read_back),
        CASE(fields_are_quoted_and_defused_where_they_must_be),
        CASE(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
