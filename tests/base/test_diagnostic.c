#include "arena_state.h"

#include "base/diagnostic.h"
#include "base/memory.h"

#include <string.h>

static const struct message unknown_name = {
    "unknown-name", {"没有「{0}」这个名称", "no name \"{0}\""}, {"是不是「{1}」？", "did you mean \"{1}\"?"}};
static const struct message broken = {"broken", {"文件读不了", "the file cannot be read"}, {"", ""}};

static struct source source_of(const char *name, const char *bytes) {
    return (struct source){.name = text_from(name), .bytes = text_from(bytes)};
}

/* What is shown for a single mistake without a remedy. */
static struct text shown(struct arena *arena, struct position at, enum language language) {
    struct builder out;
    builder_init(&out);
    diagnostic_print(&out, arena, &(struct diagnostic){.message = &broken, .at = at}, language);
    return builder_finish(&out, arena);
}

/* Positions */

static void positions_count_lines_and_characters(void **state) {
    (void)state;
    struct source source = source_of("a", "\xef\xbb\xbf户籍,b\r\n\n🙂x\ny");
    static const struct {
        size_t offset, length;
        uint32_t line, column, characters;
    } cases[] = {
        {3, 6, 1, 1, 2},   /* the mark is no character */
        {0, 0, 1, 1, 0},   /* nor does it have a place of its own */
        {9, 1, 1, 3, 1},   /* the comma */
        {10, 99, 1, 4, 1}, /* no further than the line end */
        {11, 2, 1, 5, 0},  /* the line end itself */
        {13, 1, 2, 1, 0},  /* an empty line */
        {14, 5, 3, 1, 2},  {18, 1, 3, 2, 1}, {20, 1, 4, 1, 1}, {21, 0, 4, 2, 0}, {99, 9, 4, 2, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct position at = position_of(&source, cases[i].offset, cases[i].length);
        assert_ptr_equal(at.source, &source);
        assert_int_equal(at.line, cases[i].line);
        assert_int_equal(at.column, cases[i].column);
        assert_int_equal(at.length, cases[i].characters);
    }
}

/* With an index as without one, and the line shown is the same. */
static void an_index_changes_nothing(void **state) {
    struct builder text;
    builder_init(&text);
    builder_add(&text, TEXT("\xef\xbb\xbf"));
    for (int i = 0; i < 3 * LINES_A_STEP; i++) builder_format(&text, "%.*s%s", i % 7, "abcdefg", i % 3 ? "\n" : "\r\n");
    struct source plain = {.name = TEXT("a"), .bytes = builder_text(&text)}, indexed = plain;
    source_index(&indexed, *state);
    assert_int_equal(indexed.index.starts.count, 4);
    for (size_t offset = 0; offset <= plain.bytes.length + 1; offset++) {
        struct position a = position_of(&plain, offset, 2), b = position_of(&indexed, offset, 2);
        assert_true(a.line == b.line && a.column == b.column && a.length == b.length);
        assert_string_equal(shown(*state, a, LANGUAGE_EN).bytes, shown(*state, b, LANGUAGE_EN).bytes);
    }
    /* It is the index that is asked. */
    indexed.index.starts.items[1]++;
    assert_int_equal(position_of(&indexed, indexed.index.starts.items[1], 0).column, 1);
    builder_free(&text);
}

static void a_source_may_be_empty(void **state) {
    struct source source = {.name = TEXT("空")};
    struct position at = position_of(&source, 0, 0);
    assert_true(at.line == 1 && at.column == 1 && at.length == 0);
    assert_string_equal(shown(*state, at, LANGUAGE_EN).bytes, "空:1:1: error: the file cannot be read\n"
                                                              "  1 | \n"
                                                              "    | ^\n");
}

/* Collecting */

static void the_same_mistake_is_kept_once(void **state) {
    struct diagnostics diagnostics;
    struct source a = source_of("a", "x\ny"), b = source_of("b", "x\ny");
    diagnostics_init(&diagnostics, *state);
    const struct text arguments[] = {TEXT("incom"), TEXT("income")};
    assert_non_null(diagnostics_add(&diagnostics, &unknown_name, position_of(&a, 0, 1), arguments, 2));
    assert_null(diagnostics_add(&diagnostics, &unknown_name, position_of(&a, 0, 0), NULL, 0));
    assert_non_null(diagnostics_add(&diagnostics, &broken, position_of(&a, 0, 1), NULL, 0));
    assert_non_null(diagnostics_add(&diagnostics, &unknown_name, position_of(&a, 2, 1), arguments, 2));
    assert_non_null(diagnostics_add(&diagnostics, &unknown_name, position_of(&b, 0, 1), arguments, 2));
    assert_non_null(diagnostics_add(&diagnostics, &broken, (struct position){0}, NULL, 0));
    assert_null(diagnostics_add(&diagnostics, &broken, (struct position){0}, NULL, 0));
    assert_int_equal(diagnostics.list.count, 5);
    assert_int_equal(diagnostics.errors, 5);
    diagnostics_sort(&diagnostics);
    assert_null(diagnostics_add(&diagnostics, &broken, position_of(&a, 0, 1), NULL, 0));
}

static void no_more_than_so_many_are_listed_of_a_file(void **state) {
    struct diagnostics diagnostics;
    struct source a = source_of("a", "wxyz"), b = source_of("b", "x");
    diagnostics_init(&diagnostics, *state);
    diagnostics.most_a_file = 2;
    assert_non_null(diagnostics_add(&diagnostics, &broken, position_of(&a, 0, 1), NULL, 0));
    assert_non_null(diagnostics_add(&diagnostics, &broken, position_of(&a, 1, 1), NULL, 0));
    for (size_t i = 0; i < 4; i++) assert_null(diagnostics_add(&diagnostics, &broken, position_of(&a, i, 1), NULL, 0));
    assert_non_null(diagnostics_add(&diagnostics, &broken, position_of(&b, 0, 1), NULL, 0));
    assert_int_equal(diagnostics.list.count, 3);
    assert_int_equal(diagnostics.errors, 5);
    assert_int_equal(diagnostics.files.items[0].unlisted, 2);
}

static void warnings_are_no_errors(void **state) {
    struct diagnostics diagnostics;
    struct source source = source_of("a", "x");
    diagnostics_init(&diagnostics, *state);
    struct diagnostic *diagnostic = diagnostics_add(&diagnostics, &broken, position_of(&source, 0, 1), NULL, 0);
    diagnostics_make_warning(&diagnostics, diagnostic);
    diagnostics_make_warning(&diagnostics, diagnostic);
    assert_int_equal(diagnostics.errors, 0);
    struct builder out;
    builder_init(&out);
    diagnostic_print(&out, *state, diagnostic, LANGUAGE_ZH);
    diagnostic_print(&out, *state, diagnostic, LANGUAGE_EN);
    assert_string_equal(builder_text(&out).bytes, "a:1:1: 提示: 文件读不了\n"
                                                  "  1 | x\n"
                                                  "    | ^\n"
                                                  "a:1:1: warning: the file cannot be read\n"
                                                  "  1 | x\n"
                                                  "    | ^\n");
    builder_free(&out);
}

static void they_are_sorted_by_file_line_and_column(void **state) {
    struct diagnostics diagnostics;
    struct source files[] = {source_of("z", "x"), source_of("a", "x"), source_of("m", "x")};
    diagnostics_init(&diagnostics, *state);
    enum { COUNT = 1000, STEP = 389 };
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t place = i * STEP % COUNT; /* every place once, in disorder */
        struct position at = {&files[i < 3 ? i : place / 350], place / 10 % 35, place % 10 + 1, 1};
        diagnostics_add(&diagnostics, &broken, at, NULL, 0);
        diagnostics_add(&diagnostics, &unknown_name, at, NULL, 0);
    }
    size_t count = diagnostics.list.count;
    diagnostics_sort(&diagnostics);
    assert_int_equal(diagnostics.list.count, count);
    for (size_t i = 1; i < count; i++) {
        const struct diagnostic *one = &diagnostics.list.items[i - 1], *two = &diagnostics.list.items[i];
        assert_true(one->at.source <= two->at.source); /* which were mentioned in this order */
        if (one->at.source != two->at.source) continue;
        assert_true(one->at.line <= two->at.line);
        if (one->at.line != two->at.line) continue;
        assert_true(one->at.column <= two->at.column);
        if (one->at.column != two->at.column) continue;
        assert_ptr_equal(one->message, &broken); /* in the order in which they were added */
        assert_ptr_equal(two->message, &unknown_name);
    }
}

static void arguments_are_copied_and_cut(void **state) {
    struct diagnostics diagnostics;
    diagnostics_init(&diagnostics, *state);
    char bytes[3 * (DIAGNOSTIC_ARGUMENT_CHARACTERS + 1)];
    for (size_t i = 0; i < sizeof bytes; i += 3) memcpy(bytes + i, "云", 3);
    const struct text arguments[] = {{bytes, sizeof bytes}, {bytes, sizeof bytes - 3}};
    struct diagnostic *diagnostic = diagnostics_add(&diagnostics, &broken, (struct position){0}, arguments, 2);
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(diagnostic->argument[0].length, sizeof bytes);
    assert_true(text_is(text_slice(diagnostic->argument[0], sizeof bytes - 6, sizeof bytes), "云…"));
    assert_int_equal(diagnostic->argument[1].length, sizeof bytes - 3);
    assert_true(text_starts(diagnostic->argument[1], "云"));
}

/* Showing */

static void the_whole_is_shown(void **state) {
    struct source source = source_of("低保.policy", "income: money\n\n  年收入 = incom * 2\r\n");
    const struct diagnostic diagnostic = {
        .message = &unknown_name,
        .at = position_of(&source, 29, 5),
        .argument = {TEXT("incom"), TEXT("income")},
        .related = position_of(&source, 0, 6),
    };
    struct builder out;
    builder_init(&out);
    diagnostic_print(&out, *state, &diagnostic, LANGUAGE_ZH);
    assert_string_equal(builder_text(&out).bytes, "低保.policy:3:9: 错误: 没有「incom」这个名称\n"
                                                  "  3 |   年收入 = incom * 2\n"
                                                  "    |            ^^^^^\n"
                                                  "  另见 低保.policy:1:1\n"
                                                  "  1 | income: money\n"
                                                  "    | ^^^^^^\n"
                                                  "  → 是不是「income」？\n");
    builder_free(&out);
    diagnostic_print(&out, *state, &diagnostic, LANGUAGE_EN);
    assert_string_equal(builder_text(&out).bytes, "低保.policy:3:9: error: no name \"incom\"\n"
                                                  "  3 |   年收入 = incom * 2\n"
                                                  "    |            ^^^^^\n"
                                                  "  see also 低保.policy:1:1\n"
                                                  "  1 | income: money\n"
                                                  "    | ^^^^^^\n"
                                                  "  → did you mean \"income\"?\n");
    builder_free(&out);
}

static void wide_characters_have_wide_carets(void **state) {
    struct source source = source_of("a", "\xef\xbb\xbf\t户籍 e\u0301🙂");
    assert_string_equal(shown(*state, position_of(&source, 4, 6), LANGUAGE_EN).bytes,
                        "a:1:2: error: the file cannot be read\n"
                        "  1 |  户籍 e\u0301🙂\n"
                        "    |  ^^^^\n");
    assert_string_equal(shown(*state, position_of(&source, 14, 4), LANGUAGE_EN).bytes,
                        "a:1:7: error: the file cannot be read\n"
                        "  1 |  户籍 e\u0301🙂\n"
                        "    |        ^^\n");
}

static void line_numbers_of_any_length_line_up(void **state) {
    char bytes[1200];
    memset(bytes, '\n', sizeof bytes);
    memcpy(bytes + 1199, "x", 1);
    struct source source = {.name = TEXT("a"), .bytes = {bytes, sizeof bytes}};
    assert_string_equal(shown(*state, position_of(&source, 1199, 1), LANGUAGE_EN).bytes,
                        "a:1200:1: error: the file cannot be read\n"
                        "  1200 | x\n"
                        "       | ^\n");
}

static void a_file_as_a_whole_has_no_line(void **state) {
    struct source source = source_of("a", "x");
    assert_string_equal(shown(*state, (struct position){.source = &source}, LANGUAGE_EN).bytes,
                        "a: error: the file cannot be read\n");
    assert_string_equal(shown(*state, (struct position){0}, LANGUAGE_ZH).bytes, "错误: 文件读不了\n");
    assert_string_equal(shown(*state, (struct position){&source, 9, 1, 1}, LANGUAGE_EN).bytes,
                        "a:9:1: error: the file cannot be read\n"); /* there is no such line */
    assert_string_equal(shown(*state, (struct position){&source, 1, 90, 70}, LANGUAGE_EN).bytes,
                        "a:1:90: error: the file cannot be read\n"
                        "  1 | x\n"
                        "    |  ^\n"); /* nor such a column */
}

/* The lines of what is shown, without their ends. */
static struct text line_of(struct text text, size_t line) {
    size_t start = 0;
    while (line-- > 0)
        start = (size_t)((const char *)memchr(text.bytes + start, '\n', text.length - start) - text.bytes) + 1;
    const char *end = memchr(text.bytes + start, '\n', text.length - start);
    return text_slice(text, start, (size_t)(end - text.bytes));
}

/* Puts the place anywhere on a line of such pieces, and asks that the window holds it and the caret stands under it. */
static void try_windows(struct arena *arena, const char *piece, size_t pieces) {
    struct builder line;
    builder_init(&line);
    for (size_t i = 0; i < pieces; i++) builder_add(&line, text_from(piece));
    for (size_t at = 0; at < pieces; at++) {
        struct arena_mark mark = arena_here(arena);
        size_t offset = at * strlen(piece);
        line.bytes[offset] = '@';
        struct source source = {.name = TEXT("a"), .bytes = builder_text(&line)};
        struct text out = shown(arena, position_of(&source, offset, 1), LANGUAGE_EN);
        struct text source_line = line_of(out, 1), carets = line_of(out, 2);
        const char *place = memchr(source_line.bytes, '@', source_line.length);
        const char *caret = memchr(carets.bytes, '^', carets.length);
        assert_non_null(place);
        size_t place_column = text_width(text_slice(source_line, 0, (size_t)(place - source_line.bytes)));
        assert_int_equal(place_column, caret - carets.bytes);
        assert_true(text_width(source_line) <= 6 + 102);
        assert_true(source_line.length < 300);
        line.bytes[offset] = piece[0];
        arena_rewind(arena, mark);
    }
    builder_free(&line);
}

static void long_lines_are_cut_around_the_place(void **state) {
    try_windows(*state, "x", 99);
    try_windows(*state, "x", 100);
    try_windows(*state, "x", 101);
    try_windows(*state, "x", 400);
    try_windows(*state, "a云", 200);
    try_windows(*state, "e\u0301\u0302\u0303", 300); /* marks that take no columns */
    char bytes[300];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes + 150, "PLACE", 5);
    struct source source = {.name = TEXT("a"), .bytes = {bytes, sizeof bytes}};
    struct text out = shown(*state, position_of(&source, 150, 5), LANGUAGE_EN);
    struct text line = line_of(out, 1), carets = line_of(out, 2);
    assert_true(text_starts(line, "  1 | …xxx"));
    assert_true(text_is(text_slice(line, line.length - 6, line.length), "xxx…"));
    assert_int_equal(text_width(line), 6 + 102);
    assert_int_equal(text_width(carets), 6 + 1 + 40 + 5);
    out = shown(*state, position_of(&source, 150, 150), LANGUAGE_EN);
    assert_int_equal(text_width(line_of(out, 2)), 6 + 1 + 100); /* the carets end with the window */
}

/* No byte of it would make a terminal do anything but show characters and go to the next line. */
static void assert_harmless(struct text text) {
    for (size_t offset = 0; offset < text.length;) {
        uint32_t character = text_next(text, &offset);
        assert_true(character != UTF8_BAD);
        assert_true(character >= 0x20 || character == '\n');
        assert_false(character >= 0x7f && character < 0xa0);
        assert_false(character >= 0x202a && character <= 0x202e);
        assert_false(character >= 0x2066 && character <= 0x2069);
        assert_false(character == 0x200e || character == 0x200f || character == 0x61c);
    }
}

static void nothing_hostile_reaches_the_terminal(void **state) {
    static const char hostile[] = "\x01\x1b[2J\x7f\xc2\x9b"
                                  "31m\u202a\u202e\u2066\u2069\u200e\u200f\u061c\u2028\xff\xe4\xba\r";
    struct source source = source_of(hostile, hostile);
    const struct diagnostic diagnostic = {
        .message = &unknown_name,
        .at = {&source, 1, 2, 3},
        .argument = {text_from(hostile), {"\n\0\t", 3}},
        .related = {&source, 1, 1, 1},
    };
    for (int language = 0; language < LANGUAGES; language++) {
        struct builder out;
        builder_init(&out);
        diagnostic_print(&out, *state, &diagnostic, (enum language)language);
        assert_harmless(builder_text(&out));
        assert_harmless(diagnostic_text(*state, &diagnostic, (enum language)language));
        builder_free(&out);
    }
    struct text remedy = diagnostic_remedy(*state, &diagnostic, LANGUAGE_EN);
    assert_string_equal(remedy.bytes, "did you mean \"\ufffd\ufffd \"?");
}

static void braces_that_name_no_argument_stay(void **state) {
    static const struct message message = {"braces", {"{", "{0}{1}{{0}} {5} {x} {4}{"}, {"{0", "0}{"}};
    const struct diagnostic diagnostic = {.message = &message, .argument = {TEXT("{1}"), TEXT("b")}};
    assert_string_equal(diagnostic_text(*state, &diagnostic, LANGUAGE_ZH).bytes, "{");
    assert_string_equal(diagnostic_text(*state, &diagnostic, LANGUAGE_EN).bytes, "{1}b{{1}} {5} {x} {");
    assert_string_equal(diagnostic_remedy(*state, &diagnostic, LANGUAGE_ZH).bytes, "{0");
    assert_string_equal(diagnostic_remedy(*state, &diagnostic, LANGUAGE_EN).bytes, "0}{");
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool done = false;
    for (long successes = 0; !done; successes++) {
        struct arena arena;
        struct diagnostics diagnostics;
        struct builder out;
        struct source source = source_of("a", "x\ny\nz");
        arena_init(&arena);
        builder_init(&out);
        memory_fail_after(successes);
        diagnostics_init(&diagnostics, &arena);
        for (uint32_t i = 300; i > 0; i--) {
            struct text argument = TEXT("incom");
            diagnostics_add(&diagnostics, &unknown_name, (struct position){&source, i % 4, i, 1}, &argument, 1);
        }
        diagnostics_sort(&diagnostics);
        for (size_t i = 0; i < diagnostics.list.count; i++) {
            diagnostic_print(&out, &arena, &diagnostics.list.items[i], LANGUAGE_EN);
        }
        done = !arena_failed(&arena) && !out.failed;
        assert_int_equal(done, !memory_has_failed());
        if (done) assert_int_equal(diagnostics.list.count, 300);
        memory_fail_after(-1);
        builder_free(&out);
        arena_free(&arena);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(positions_count_lines_and_characters),
        CASE(an_index_changes_nothing),
        CASE(a_source_may_be_empty),
        CASE(the_same_mistake_is_kept_once),
        CASE(no_more_than_so_many_are_listed_of_a_file),
        CASE(warnings_are_no_errors),
        CASE(they_are_sorted_by_file_line_and_column),
        CASE(arguments_are_copied_and_cut),
        CASE(the_whole_is_shown),
        CASE(wide_characters_have_wide_carets),
        CASE(line_numbers_of_any_length_line_up),
        CASE(a_file_as_a_whole_has_no_line),
        CASE(long_lines_are_cut_around_the_place),
        CASE(nothing_hostile_reaches_the_terminal),
        CASE(braces_that_name_no_argument_stay),
        CASE(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
