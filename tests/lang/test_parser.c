#include "lang/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A block that was parsed: its declarations and what was told. */
struct parsed {
    struct arena arena;
    struct diagnostics diagnostics;
    struct source source;
    struct parser parser;
    VECTOR(struct declaration *) list;
};

static int set_up(void **state) {
    static struct parsed parsed;
    memset(&parsed, 0, sizeof parsed);
    arena_init(&parsed.arena);
    *state = &parsed;
    return 0;
}

static int tear_down(void **state) {
    struct parsed *parsed = *state;
    arena_free(&parsed->arena);
    return 0;
}

static void begin(struct parsed *parsed, const char *text) {
    struct tokens tokens = {0};
    diagnostics_init(&parsed->diagnostics, &parsed->arena);
    parsed->list.count = 0;
    parsed->source = (struct source){.name = TEXT("block"), .bytes = text_copy(&parsed->arena, text_from(text))};
    tokens_cut(&tokens, &parsed->arena, &parsed->source, 0, parsed->source.bytes.length);
    parser_init(&parsed->parser, &parsed->arena, &parsed->diagnostics, tokens.list.items);
}

static void parse(struct parsed *parsed, const char *text) {
    begin(parsed, text);
    for (struct declaration *next; (next = parse_declaration(&parsed->parser));)
        VECTOR_PUSH(&parsed->arena, &parsed->list, next);
}

static const struct declaration *parse_one(struct parsed *parsed, const char *text) {
    parse(parsed, text);
    assert_int_equal(parsed->diagnostics.list.count, 0);
    assert_int_equal(parsed->list.count, 1);
    return parsed->list.items[0];
}

/* "code line:column" of everything that was told, parted by commas. */
static void assert_told(struct parsed *parsed, const char *expected) {
    struct builder out;
    builder_init(&out);
    diagnostics_sort(&parsed->diagnostics);
    for (size_t i = 0; i < parsed->diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &parsed->diagnostics.list.items[i];
        builder_format(&out, "%s%s %u:%u", i ? ", " : "", diagnostic->message->code, (unsigned)diagnostic->at.line,
                       (unsigned)diagnostic->at.column);
    }
    assert_string_equal(out.bytes ? builder_text(&out).bytes : "", expected);
    builder_free(&out);
}

/* --- expressions as brackets: a + b * c is (+ a (* b c)) --- */

static void show(struct builder *out, const struct expr *expr);

static void show_list(struct builder *out, const char *head, const struct expr *expr) {
    builder_format(out, "(%s", head);
    const struct expr *const children[] = {expr->left, expr->right, expr->third};
    for (size_t i = 0; i < 3; i++) {
        if (!children[i]) continue;
        builder_add(out, TEXT(" "));
        show(out, children[i]);
    }
    for (size_t i = 0; i < expr->items.count; i++) {
        builder_add(out, TEXT(" "));
        show(out, expr->items.items[i]);
    }
    builder_add(out, TEXT(")"));
}

static void show_path(struct builder *out, const struct expr *expr) {
    for (size_t i = 0; i < expr->as.path.names.list.count; i++)
        builder_format(out, "%s%.*s", i ? "." : "", TEXT_ARG(expr->as.path.names.list.items[i].text));
    for (size_t i = 0; i < expr->items.count; i++) {
        builder_add(out, TEXT("["));
        show(out, expr->items.items[i]);
        builder_add(out, TEXT("]"));
    }
}

static void show_group(struct builder *out, const struct expr *expr) {
    builder_format(out, "(%s %s%.*s", group_word(expr->as.group.kind), expr->as.group.earlier ? "earlier " : "",
                   TEXT_ARG(expr->as.group.entity_name.text));
    if (expr->as.group.through_name.text.length)
        builder_format(out, " through %.*s", TEXT_ARG(expr->as.group.through_name.text));
    if (expr->left) {
        builder_add(out, TEXT(": "));
        show(out, expr->left);
    }
    if (expr->right) {
        builder_add(out, TEXT(" where "));
        show(out, expr->right);
    }
    if (expr->as.group.window == WINDOW_YEAR) builder_add(out, TEXT(" this year"));
    if (expr->as.group.window == WINDOW_MONTHS) builder_format(out, " last %d", expr->as.group.months);
    builder_add(out, TEXT(")"));
}

static void show(struct builder *out, const struct expr *expr) {
    static const char *const heads[] = {
        [EXPR_NEGATE] = "-",  [EXPR_NOT] = "not",       [EXPR_AND] = "and",        [EXPR_OR] = "or",
        [EXPR_ADD] = "+",     [EXPR_SUBTRACT] = "-",    [EXPR_MULTIPLY] = "*",     [EXPR_DIVIDE] = "/",
        [EXPR_IN_SET] = "in", [EXPR_IN_RANGE] = "in..", [EXPR_IF_KNOWN] = "known", [EXPR_ON] = "on",
    };
    switch (expr->kind) {
    case EXPR_NUMBER: builder_format(out, "%.*s", TEXT_ARG(expr_text(expr))); return;
    case EXPR_DATE: builder_format(out, "%.*s", TEXT_ARG(expr_text(expr))); return;
    case EXPR_BOOL: builder_add(out, expr->as.truth ? TEXT("yes") : TEXT("no")); return;
    case EXPR_NEVER: builder_add(out, TEXT("never")); return;
    case EXPR_PATH: show_path(out, expr); return;
    case EXPR_GROUP: show_group(out, expr); return;
    case EXPR_COMPARE: show_list(out, comparison_sign(expr->as.compare), expr); return;
    case EXPR_CALL:
        show_list(out, expr->as.call.function == FUNCTIONS ? "?" : function_word(expr->as.call.function), expr);
        return;
    default: show_list(out, heads[expr->kind], expr); return;
    }
}

static void assert_expression(struct parsed *parsed, const char *text, const char *expected) {
    struct builder out;
    builder_init(&out);
    begin(parsed, text);
    const struct expr *expr = parse_expression(&parsed->parser);
    assert_true(parser_done(&parsed->parser));
    show(&out, expr);
    assert_string_equal(builder_text(&out).bytes, expected);
    assert_true(text_is(expr_text(expr), text));
    builder_free(&out);
}

static void binds_as_in_arithmetic(void **state) {
    assert_expression(*state, "a + b * c", "(+ a (* b c))");
    assert_expression(*state, "a - b - c", "(- (- a b) c)");
    assert_expression(*state, "a / b / c * d", "(* (/ (/ a b) c) d)");
    assert_expression(*state, "(a + b) * c", "(* (+ a b) c)");
    assert_expression(*state, "-a * b", "(* (- a) b)");
    assert_expression(*state, "a - -b", "(- a (- b))");
    assert_expression(*state, "- - a", "(- (- a))");
}

static void binds_logic_below_comparison(void **state) {
    assert_expression(*state, "a or b and not c = d", "(or a (and b (not (= c d))))");
    assert_expression(*state, "not a and b", "(and (not a) b)");
    assert_expression(*state, "not not a", "(not (not a))");
    assert_expression(*state, "a or b or c", "(or (or a b) c)");
    assert_expression(*state, "a + 1 < b * 2 and c", "(and (< (+ a 1) (* b 2)) c)");
    assert_expression(*state, "a != b", "(!= a b)");
    assert_expression(*state, "(a = b) = c", "(= (= a b) c)");
}

static void tests_membership(void **state) {
    assert_expression(*state, "a in 1 .. 2 and b", "(and (in.. a 1 2) b)");
    assert_expression(*state, "a in (work, business)", "(in a work business)");
    assert_expression(*state, "a + 1 in b - 1 .. b + 1", "(in.. (+ a 1) (- b 1) (+ b 1))");
    assert_expression(*state, "not a in (b)", "(not (in a b))");
}

static void takes_units_on_the_line_of_their_number(void **state) {
    struct parsed *parsed = *state;
    assert_expression(parsed, "5 yuan/month * 2", "(* 5 yuan/month 2)");
    assert_expression(parsed, "5 yuan / month", "(/ 5 yuan month)");
    assert_expression(parsed, "5 / month", "(/ 5 month)");
    assert_expression(parsed, "25% * a", "(* 25% a)");
    assert_expression(parsed, "25 % * a", "(* 25 % a)");
    assert_expression(parsed, "10 euro/year/m2", "10 euro/year/m2");
    assert_expression(parsed, "3 and a", "(and 3 a)"); /* a word of the language is no unit */
    begin(parsed, "5\nyuan");
    parse_expression(&parsed->parser);
    assert_false(parser_done(&parsed->parser));
    assert_told(parsed, "unexpected 2:1");
}

static void tells_groups_from_calls(void **state) {
    assert_expression(*state, "sum(person: age)", "(sum person: age)");
    assert_expression(*state, "min(person: age where age > 3)", "(min person: age where (> age 3))");
    assert_expression(*state, "min(a, b)", "(min a b)");
    assert_expression(*state, "max(0, sum(person: a) - b) / size", "(/ (max 0 (- (sum person: a) b)) size)");
    assert_expression(*state, "count(person)", "(count person)");
    assert_expression(*state, "count(a, b > 3)", "(count a (> b 3))");
    assert_expression(*state, "count(person through home where ill)", "(count person through home where ill)");
    assert_expression(*state, "count(claim where a last 12 months)", "(count claim where a last 12)");
    assert_expression(*state, "sum(earlier claim: cost this year)", "(sum earlier claim: cost this year)");
    assert_expression(*state, "any(person: all(person: a))", "(any person: (all person: a))");
    assert_expression(*state, "count(a = b)", "(count (= a b))");
    assert_expression(*state, "sum(a, b)", "(? a b)");
}

static void follows_paths(void **state) {
    assert_expression(*state, "household.village.county", "household.village.county");
    assert_expression(*state, "rate[level, 2]", "rate[level][2]");
    assert_expression(*state, "years(birth, first_day) >= 60", "(>= (years birth first_day) 60)");
    assert_expression(*state, "standard on first_day - 1 month", "(- (on standard first_day) 1 month)");
    assert_expression(*state, "standard on (first_day - 1 month)", "(on standard (- first_day 1 month))");
    assert_expression(*state, "a if known else b if known else 0", "(known a (known b 0))");
    assert_expression(*state, "2018-01-01 <= never", "(<= 2018-01-01 never)");
    assert_expression(*state, "yes = no", "(= yes no)");
}

/* Whatever is nested too deeply is told, however it is nested. */
static void ends_where_it_gets_too_deep(void **state) {
    static const char *const openings[] = {"(",  "-",       "not ",  "a in (",           "max(1, ",
                                           "p[", "sum(x: ", "a on ", "a if known else ", "count(x where "};
    struct parsed *parsed = *state;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct builder text;
        builder_init(&text);
        for (int depth = 0; depth < 20000; depth++) builder_add(&text, text_from(openings[i]));
        begin(parsed, builder_text(&text).bytes);
        builder_free(&text);
        parse_expression(&parsed->parser);
        assert_int_equal(parsed->diagnostics.list.count, 1);
        assert_string_equal(parsed->diagnostics.list.items[0].message->code, "too-deep");
    }
}

static void ends_where_it_gets_too_long(void **state) {
    static const char *const operators[] = {" + a", " * a", " and a", " or a"};
    struct parsed *parsed = *state;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        struct builder text;
        builder_init(&text);
        builder_add(&text, TEXT("a"));
        for (int n = 0; n < EXPRESSION_HEIGHT_MAX - 2; n++) builder_add(&text, text_from(operators[i]));
        begin(parsed, builder_text(&text).bytes);
        assert_int_equal(parse_expression(&parsed->parser)->height, EXPRESSION_HEIGHT_MAX - 2);
        assert_told(parsed, "");
        for (int n = 0; n < 10; n++) builder_add(&text, text_from(operators[i]));
        begin(parsed, builder_text(&text).bytes);
        parse_expression(&parsed->parser);
        assert_told(parsed, "too-deep 1:1");
        builder_free(&text);
    }
}

/* --- declarations --- */

static void takes_options_in_any_order(void **state) {
    static const char *const texts[] = {
        "input person earnings : money/year in 0 .. 5 yuan/year \"收入\" \"Income\" cite 2.1 from 2018-01-01 empty "
        "means 0",
        "input person earnings : money/year from 2018-01-01 empty means 0 \"收入\" \"Income\" in 0 .. 5 yuan/year cite "
        "2.1",
        "input person earnings : money/year\n  cite 2.1\n  empty means 0 in 0 .. 5 yuan/year\n  \"收入\" \"Income\"\n  "
        "from 2018-01-01",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct declaration *declaration = parse_one(*state, texts[i]);
        assert_int_equal(declaration->head, HEAD_INPUT);
        assert_true(text_is(declaration->of.text, "person") && text_is(declaration->name.text, "earnings"));
        assert_true(text_is(declaration->label[LANGUAGE_ZH], "收入") &&
                    text_is(declaration->label[LANGUAGE_EN], "Income"));
        assert_true(text_is(span_text(declaration->type.at), "money/year"));
        assert_true(text_is(declaration->cites.list.items[0].text, "2.1"));
        assert_int_equal(declaration->from, day_from(2018, 1, 1));
        assert_true(declaration->low && declaration->high && declaration->empty);
    }
}

static void assert_clauses(struct parsed *parsed, const char *text, const char *expected) {
    const struct declaration *declaration = parse_one(parsed, text);
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < declaration->cites.list.count; i++)
        builder_format(&out, "%s%.*s", i ? "|" : "", TEXT_ARG(declaration->cites.list.items[i].text));
    assert_string_equal(builder_text(&out).bytes, expected);
    builder_free(&out);
}

static void takes_clauses_of_any_shape(void **state) {
    assert_clauses(*state, "rule a b : bool cite 2.1.4, NJ-7,62(1) = yes", "2.1.4|NJ-7|62(1)");
    assert_clauses(*state, "rule a b : bool cite 32.4.s2,\n  BGB-187.2\n  = yes", "32.4.s2|BGB-187.2");
    assert_clauses(*state, "rule a b : bool cite 第六条 cite 7/2 = yes", "第六条|7/2");
    assert_clauses(*state, "rule a b : bool cite 2.1.4 \"标签\" = yes", "2.1.4");
    assert_clauses(*state, "rule a b : bool cite 2018-03-26= yes", "2018-03-26");
}

static void takes_cases(void **state) {
    const struct declaration *declaration = parse_one(
        *state, "rule a b : count\n  = when c: 1 cite x1\n    when d and e: 2\n    otherwise: 3 cite x2, x3\n  cite 9");
    assert_int_equal(declaration->branches.count, 3);
    assert_true(text_is(declaration->branches.items[0].cites.list.items[0].text, "x1"));
    assert_null(declaration->branches.items[2].condition);
    assert_int_equal(declaration->branches.items[2].cites.list.count, 2);
    assert_true(text_is(span_text(declaration->branches.items[1].at), "when d and e: 2"));
}

static void takes_procedures(void **state) {
    const struct declaration *declaration = parse_one(
        *state,
        "procedure apply for household \"申请\" \"Application\" opens by resident, aide decides eligible\n"
        "  within 30 workdays, 45 workdays if hard\n"
        "  step check \"核对\" by 2 officer not who did post, check within 3 days\n"
        "    records papers : file\n    when not complete: back to applicant within 10 workdays\n    done: post\n"
        "  step post in village for 7 days shows head, size  done: grant\n"
        "  outcome grant: sets enrolled = yes from next month again apply after 12 months if poor, 3 months\n"
        "  outcome refuse: needs reason letter no_letter appeal within 60 days to officer not who did check\n");
    assert_int_equal(declaration->steps.count, 2);
    assert_int_equal(declaration->outcomes.count, 2);
    assert_int_equal(declaration->steps.items[0].not_who_did.list.count, 2);
    assert_true(declaration->steps.items[0].transitions.items[0].back);
    assert_true(declaration->steps.items[1].posts);
    assert_int_equal(declaration->outcomes.items[0].effects.count, 2);
    assert_true(declaration->outcomes.items[0].effects.items[0].from_next_month);
    assert_int_equal(declaration->outcomes.items[1].effects.count, 3);
    assert_int_equal(declaration->within.list.count, 2);
}

static void takes_keys_and_scales(void **state) {
    const struct declaration *declaration = parse_one(
        *state, "parameter p : ratio by county, hospital, month, count in 1 .. 4, band of money/year table q");
    assert_int_equal(declaration->keys.count, 5);
    assert_int_equal(declaration->keys.items[3].kind, KEY_COUNT);
    assert_int_equal(declaration->keys.items[4].kind, KEY_BAND);
    assert_true(text_is(declaration->table_name.text, "q"));
    assert_true(text_is(parse_one(*state, "parameter p : ratio table cite 3")->table_name.text, "p"));
}

static void goes_on_after_a_mistake(void **state) {
    struct parsed *parsed = *state;
    parse(parsed, "rule a b : bool = (\nrule a c : bool = yes\ninput a d\nenum e : x y\nfund f\n");
    assert_told(parsed, "expected-expression 1:20, expected-word 3:10, expected-word 4:12");
    assert_int_equal(parsed->list.count, 2);
    assert_true(text_is(parsed->list.items[0]->name.text, "c") && text_is(parsed->list.items[1]->name.text, "f"));
    bool b = false, y = false, c = false;
    for (size_t i = 0; i < parsed->parser.lost.list.count; i++) {
        struct text name = parsed->parser.lost.list.items[i].text;
        b |= text_is(name, "b");
        y |= text_is(name, "y");
        c |= text_is(name, "c");
    }
    assert_true(b && y && !c);
}

static void mends_indentation(void **state) {
    struct parsed *parsed = *state;
    parse(parsed, "rule a b : bool\n= c\nor d\n  rule a e : bool\n  = yes\nrule a f : bool = no\n");
    assert_told(parsed, "not-indented 2:1, not-at-margin 4:3");
    assert_int_equal(parsed->list.count, 3);
    assert_int_equal(parsed->list.items[0]->branches.items[0].value->kind, EXPR_OR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(binds_as_in_arithmetic),
        TEST(binds_logic_below_comparison),
        TEST(tests_membership),
        TEST(takes_units_on_the_line_of_their_number),
        TEST(tells_groups_from_calls),
        TEST(follows_paths),
        TEST(ends_where_it_gets_too_deep),
        TEST(ends_where_it_gets_too_long),
        TEST(takes_options_in_any_order),
        TEST(takes_clauses_of_any_shape),
        TEST(takes_cases),
        TEST(takes_procedures),
        TEST(takes_keys_and_scales),
        TEST(goes_on_after_a_mistake),
        TEST(mends_indentation),
    };
    return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
