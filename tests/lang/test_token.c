#include "arena_state.h"

#include "lang/foreign.h"
#include "lang/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tokens cut(struct arena *arena, const char *text) {
    struct source *source = ARENA_NEW(arena, struct source);
    *source = (struct source){.name = TEXT("block"), .bytes = text_from(text)};
    struct tokens tokens = {0};
    tokens_cut(&tokens, arena, source, 0, source->bytes.length);
    return tokens;
}

/* The tokens as "kind:text kind:text", with | before what begins a line and ‖ before what stands at the margin. */
static void assert_tokens(struct arena *arena, const char *text, const char *expected) {
    static const char kinds[] = "nNdssw."; /* name, Number, date, string (quoted below), sign, wrong, end */
    struct tokens tokens = cut(arena, text);
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i + 1 < tokens.list.count; i++) {
        const struct token *token = &tokens.list.items[i];
        const char *quote = token->kind == TOKEN_STRING ? "'" : "";
        builder_format(&out, "%s%s%c:%s%.*s%s", i ? " " : "",
                       token->at_margin  ? "‖"
                       : token->new_line ? "|"
                                         : "",
                       kinds[token->kind], quote, TEXT_ARG(token->text), quote);
        assert_true(token->at.end > token->at.begin);
    }
    assert_int_equal(tokens.list.items[tokens.list.count - 1].kind, TOKEN_END);
    assert_string_equal(builder_text(&out).bytes, expected);
    builder_free(&out);
}

static void cuts_names_and_numbers(void **state) {
    assert_tokens(*state, "income 1_000.25 x9 _a 3days", "‖n:income N:1_000.25 n:x9 n:_a N:3 n:days");
    assert_tokens(*state, "年收入 Straße", "‖n:年收入 n:Straße");
    assert_tokens(*state, "1. 1.a .5 1..2", "‖N:1 s:. N:1 s:. n:a s:. N:5 N:1 s:.. N:2");
    assert_tokens(*state, "1__0 1_", "‖N:1 n:__0 N:1 n:_");
}

static void tells_dates_from_subtractions(void **state) {
    assert_tokens(*state, "2018-03-26", "‖d:2018-03-26");
    assert_tokens(*state, "2018 -03-26", "‖N:2018 s:- N:03 s:- N:26");
    assert_tokens(*state, "2018-03-261", "‖N:2018 s:- N:03 s:- N:261");
    assert_tokens(*state, "2018-3-26", "‖N:2018 s:- N:3 s:- N:26");
    assert_tokens(*state, "2018-99-99", "‖d:2018-99-99"); /* that there is no such day is for the parser to tell */
}

static void cuts_signs_longest_first(void **state) {
    assert_tokens(*state, "a<=b>=c!=d<e>f=g", "‖n:a s:<= n:b s:>= n:c s:!= n:d s:< n:e s:> n:f s:= n:g");
    assert_tokens(*state, "(a)[b]%:,*/+-", "‖s:( n:a s:) s:[ n:b s:] s:% s:: s:, s:* s:/ s:+ s:-");
    assert_tokens(*state, "0..5", "‖N:0 s:.. N:5");
}

static void keeps_strings_in_their_line(void **state) {
    assert_tokens(*state, "x \"中文\" \"a # b\"", "‖n:x s:'中文' s:'a # b'");
    assert_tokens(*state, "x \"open\ny", "‖n:x w:\"open ‖n:y");
    assert_tokens(*state, "\"\"", "‖s:''");
    assert_tokens(*state, "\"", "‖w:\"");
}

static void knows_lines_and_margins(void **state) {
    assert_tokens(*state, "rule a\n  = b\nrule c", "‖n:rule n:a |s:= n:b ‖n:rule n:c");
    assert_tokens(*state, "# comment\r\n\r\n\t a # more\n", "|n:a");
    assert_tokens(*state, "", "");
}

static void cuts_foreign_signs_whole(void **state) {
    assert_tokens(*state, "a == b && c || !d <> e", "‖n:a w:== n:b w:&& n:c w:|| w:! n:d w:<> n:e");
    assert_tokens(*state, "a => b =< c", "‖n:a w:=> n:b w:=< n:c");
    assert_tokens(*state, "a != b !== c", "‖n:a s:!= n:b w:!== n:c");
    assert_tokens(*state,
                  "a\xef\xbc\x9a"
                  "b\xef\xbc\x8c\xef\xbc\x88",
                  "‖n:a w:\xef\xbc\x9a n:b w:\xef\xbc\x8c w:\xef\xbc\x88");
    assert_tokens(*state,
                  "a\xe3\x80\x80"
                  "b",
                  "‖n:a w:\xe3\x80\x80 n:b");
    assert_tokens(*state, "a @ $", "‖n:a w:@ w:$");
}

/* Each stands behind a letter, and must not become part of its name. */
static void signs_are_no_letters(void **state) {
    static const char *const signs[] = {"\u2000", "\u200b", "\u206f", "\u2190", "\u2264",     "\u2265",     "\u24b6",
                                        "\u2bff", "\u3000", "\u3003", "\u3008", "\u303f",     "\ufe00",     "\ufe0f",
                                        "\ufeff", "\uff00", "\uff0f", "\uff11", "\uff1a",     "\uff20",     "\uff21",
                                        "\uff3b", "\uff65", "\ue000", "\uf8ff", "\U0001f600", "\U000f0000", "\u20ac",
                                        "\u00d7", "\u00f7", "\u3164"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        char text[16], expected[32];
        snprintf(text, sizeof text, "n%s", signs[i]);
        snprintf(expected, sizeof expected, "‖n:n w:%s", signs[i]);
        assert_tokens(*state, text, expected);
    }
    assert_tokens(*state, "n≥3", "‖n:n w:≥ N:3");
}

static void letters_are_of_every_script(void **state) {
    assert_tokens(*state, "人々 〇五 Ελλάδα Дом བོད ꆈꌠ カナ 한글 \U00020000 Ⅱ类",
                  "‖n:人々 n:〇五 n:Ελλάδα n:Дом n:བོད n:ꆈꌠ n:カナ n:한글 n:\U00020000 n:Ⅱ类");
}

static void survives_broken_utf8(void **state) {
    assert_tokens(*state, "a \xff b", "‖n:a w:\xff n:b");
    assert_tokens(*state, "\xe4\xb8", "‖w:\xe4 w:\xb8");
}

static void spans_give_the_text_back(void **state) {
    struct tokens tokens = cut(*state, "rule \"标签\" 年 = 3");
    assert_true(text_is(span_text(tokens.list.items[1].at), "\"标签\""));
    assert_true(text_is(span_text(span_join(tokens.list.items[1].at, tokens.list.items[2].at)), "\"标签\" 年"));
    struct span label = span_of(tokens.list.items[1].at.source, tokens.list.items[1].text);
    assert_true(text_is(span_text(label), "标签"));
    assert_int_equal(span_position(tokens.list.items[2].at).column, 11);
    assert_int_equal(span_position(tokens.list.items[2].at).length, 1);
}

static void cuts_only_its_part(void **state) {
    struct source source = {.name = TEXT("cell"), .bytes = TEXT("| >= 60 | yes |")};
    struct tokens tokens = {0};
    tokens_cut(&tokens, *state, &source, 2, 7);
    assert_int_equal(tokens.list.count, 3);
    assert_true(text_is(tokens.list.items[0].text, ">="));
    assert_true(text_is(tokens.list.items[1].text, "60"));
    assert_int_equal(tokens.list.items[2].at.begin, 7);
}

static void knows_what_is_meant(void **state) {
    (void)state;
    assert_string_equal(foreign_meant(TEXT("==")), "=");
    assert_string_equal(foreign_meant(TEXT("true")), "yes");
    assert_string_equal(foreign_meant(TEXT("\xef\xbc\x9a")), ":");
    assert_null(foreign_meant(TEXT("income")));
    assert_null(foreign_meant(TEXT("@")));
    assert_true(foreign_is_full_width(TEXT("\xef\xbc\x9a")) && !foreign_is_full_width(TEXT(":")));
    assert_true(foreign_is_condition(TEXT("then")) && !foreign_is_condition(TEXT("when")));
    assert_int_equal(foreign_sign_length(TEXT("!= a")), 0);
    assert_int_equal(foreign_sign_length(TEXT("= a")), 0);
}

static void reserves_its_words(void **state) {
    (void)state;
    assert_true(word_is_reserved(TEXT("when")) && word_is_reserved(TEXT("first_day")));
    assert_false(word_is_reserved(TEXT("When")) || word_is_reserved(TEXT("most")) || word_is_reserved(TEXT("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cuts_names_and_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_dates_from_subtractions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_signs_longest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_strings_in_their_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_lines_and_margins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_foreign_signs_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(signs_are_no_letters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(letters_are_of_every_script, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_broken_utf8, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spans_give_the_text_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_only_its_part, set_up, tear_down),
        cmocka_unit_test(knows_what_is_meant),
        cmocka_unit_test(reserves_its_words),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
