/* Expressions: precedence climbs or, and, not, comparison, sum, term, factor. */
#include "lang/parser.h"

static struct expr *expr_new(struct parser *parser, enum expr_kind kind, struct span at) {
    struct expr *expr = ARENA_NEW(parser->arena, struct expr);
    expr->kind = kind;
    expr->at = at;
    return expr;
}

/* Takes in a child's height. A tree that is too high is told, and goes on as a low one, so that no walk goes too deep.
 */
static struct expr *expr_hold(struct parser *parser, struct expr *expr, const struct expr *child) {
    if (child->height + 1 > expr->height) expr->height = (uint16_t)(child->height + 1);
    if (expr->height <= EXPRESSION_HEIGHT_MAX) return expr;
    parser_error_at(parser, LANG_TOO_DEEP, expr->at, TEXT(""));
    expr->height = 0;
    return expr;
}

static struct expr *expr_join(struct parser *parser, enum expr_kind kind, struct expr *left, struct expr *right) {
    struct expr *expr = expr_new(parser, kind, span_join(left->at, right->at));
    expr->left = left;
    expr->right = right;
    return expr_hold(parser, expr_hold(parser, expr, left), right);
}

/* One more level of nesting: what is nested too deeply is told before the stack could end. */
static void go_deeper(struct parser *parser) {
    if (++parser->depth > EXPRESSION_DEPTH_MAX) parser_error_at(parser, LANG_TOO_DEEP, parser_here(parser), TEXT(""));
}

/* -a if known else b, p on d if known else b and a + b if known else c could each be read in two ways: whoever writes
 * one has to say which is meant. */
static void want_brackets(struct parser *parser, const struct expr *operand) {
    if (operand->kind == EXPR_IF_KNOWN && !operand->bracketed)
        parser_error_at(parser, LANG_IF_KNOWN_BRACKETS, operand->at, TEXT(""));
}

static void parse_items(struct parser *parser, struct expr *into, const char *closing) {
    do {
        struct expr *item = parse_expression(parser);
        VECTOR_PUSH(parser->arena, &into->items, item);
        expr_hold(parser, into, item);
    } while (parser_accept(parser, ","));
    parser_expect(parser, closing);
    into->at = span_join(into->at, parser_behind(parser));
}

/* --- factors ---------------------------------------------------------------------------------------------------- */

/* A unit stands on the line of its number, its parts joined without spaces: yuan/month. */
static struct text parse_unit(struct parser *parser) {
    struct span first = parser_here(parser);
    if (parser_accept(parser, "%")) return TEXT("%");
    const struct token *token = parser_peek(parser, 0);
    if (token->kind != TOKEN_NAME || token->new_line || word_is_reserved(token->text)) return TEXT("");
    parser->at++;
    struct span last = first;
    while (parser_at(parser, "/") && parser_here(parser).begin == last.end) {
        const struct token *part = parser_peek(parser, 1);
        if (part->kind != TOKEN_NAME || part->at.begin != parser_here(parser).end) break;
        last = part->at;
        parser->at += 2;
    }
    return span_text(span_join(first, last));
}

static struct expr *parse_quantity(struct parser *parser) {
    struct expr *expr = expr_new(parser, EXPR_NUMBER, parser_here(parser));
    expr->as.number.value = parser_number(parser);
    expr->as.number.unit = parse_unit(parser);
    expr->at = span_join(expr->at, parser_behind(parser));
    return expr;
}

static bool group_find(struct text word, enum group_kind *out) {
    for (int kind = GROUP_SUM; kind <= GROUP_MAX; kind++) {
        if (!text_is(word, group_word((enum group_kind)kind))) continue;
        *out = (enum group_kind)kind;
        return true;
    }
    return false;
}

/* sum(person: x) is a group, min(a, b) a call: what follows the first name decides. */
static bool group_begins(const struct parser *parser, enum group_kind kind) {
    const struct token *second = parser_peek(parser, 2), *third = parser_peek(parser, 3);
    if (!text_is(parser_peek(parser, 1)->text, "(") || second->kind != TOKEN_NAME) return false;
    if (text_is(second->text, "earlier")) return true;
    static const char *const signs[] = {":", "where", "through", "this", "last"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (third->kind != TOKEN_STRING && text_is(third->text, signs[i])) return true;
    return kind == GROUP_COUNT && text_is(third->text, ")");
}

static struct expr *parse_group(struct parser *parser, enum group_kind kind) {
    struct expr *expr = expr_new(parser, EXPR_GROUP, parser_here(parser));
    expr->as.group.kind = kind;
    parser->at++;
    parser_expect(parser, "(");
    expr->as.group.earlier = parser_accept(parser, "earlier");
    expr->as.group.entity_name = parser_name(parser);
    if (parser_accept(parser, "through")) expr->as.group.through_name = parser_name(parser);
    if (parser_accept(parser, ":")) expr->left = parse_expression(parser);
    if (parser_accept(parser, "where")) expr->right = parse_expression(parser);
    if (expr->left) expr_hold(parser, expr, expr->left);
    if (expr->right) expr_hold(parser, expr, expr->right);
    if (parser_accept(parser, "this")) {
        parser_expect(parser, "year");
        expr->as.group.window = WINDOW_YEAR;
    } else if (parser_accept(parser, "last")) {
        expr->as.group.window = WINDOW_MONTHS;
        expr->as.group.months = parser_small(parser, 1, 1200);
        parser_expect(parser, "months");
    }
    parser_expect(parser, ")");
    expr->at = span_join(expr->at, parser_behind(parser));
    return expr;
}

static struct expr *parse_call(struct parser *parser) {
    struct expr *expr = expr_new(parser, EXPR_CALL, parser_here(parser));
    struct name name = parser_word(parser);
    expr->as.call.name = name;
    if (!function_find(name.text, &expr->as.call.function)) expr->as.call.function = FUNCTIONS;
    parser_expect(parser, "(");
    parse_items(parser, expr, ")");
    return expr;
}

static struct expr *parse_path(struct parser *parser) {
    struct expr *expr = expr_new(parser, EXPR_PATH, parser_here(parser));
    do {
        struct name part =
            text_is(parser_peek(parser, 0)->text, "first_day") ? parser_word(parser) : parser_name(parser);
        VECTOR_PUSH(parser->arena, &expr->as.path.names.list, part);
    } while (parser_accept(parser, "."));
    expr->at = span_join(expr->at, parser_behind(parser));
    if (parser_accept(parser, "[")) parse_items(parser, expr, "]");
    return expr;
}

static struct expr *parse_named(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    enum group_kind kind;
    if (group_find(token->text, &kind) && group_begins(parser, kind)) return parse_group(parser, kind);
    struct expr *word = expr_new(parser, EXPR_BOOL, token->at);
    if (parser_accept(parser, "yes")) {
        word->as.truth = true;
        return word;
    }
    if (parser_accept(parser, "no")) return word;
    if (parser_accept(parser, "never")) {
        word->kind = EXPR_NEVER;
        return word;
    }
    if (word_is_reserved(token->text) && !text_is(token->text, "first_day")) {
        parser_missing(parser, LANG_EXPECTED_EXPRESSION);
        return word;
    }
    return text_is(parser_peek(parser, 1)->text, "(") ? parse_call(parser) : parse_path(parser);
}

static struct expr *parse_simple(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (parser_accept(parser, "-")) {
        struct expr *expr = expr_new(parser, EXPR_NEGATE, token->at);
        expr->left = parse_factor(parser);
        expr->at = span_join(token->at, expr->left->at);
        want_brackets(parser, expr->left);
        return expr_hold(parser, expr, expr->left);
    }
    if (parser_accept(parser, "(")) {
        struct expr *expr = parse_expression(parser);
        parser_expect(parser, ")");
        expr->at = span_join(token->at, parser_behind(parser));
        expr->bracketed = true;
        return expr;
    }
    if (token->kind == TOKEN_NUMBER) return parse_quantity(parser);
    if (token->kind == TOKEN_NAME) return parse_named(parser);
    struct expr *date = expr_new(parser, EXPR_DATE, token->at);
    if (token->kind == TOKEN_DATE)
        date->as.date = parser_day(parser);
    else
        parser_missing(parser, LANG_EXPECTED_EXPRESSION);
    return date;
}

struct expr *parse_factor(struct parser *parser) {
    go_deeper(parser);
    struct expr *expr = parse_simple(parser);
    if (parser_accept(parser, "on")) {
        expr = expr_join(parser, EXPR_ON, expr, parse_factor(parser));
        want_brackets(parser, expr->right);
    }
    if (parser_at(parser, "if") && text_is(parser_peek(parser, 1)->text, "known")) {
        parser->at += 2;
        parser_expect(parser, "else");
        expr = expr_join(parser, EXPR_IF_KNOWN, expr, parse_factor(parser));
    }
    parser->depth--;
    return expr;
}

/* --- operators -------------------------------------------------------------------------------------------------- */

static struct expr *expr_reckon(struct parser *parser, enum expr_kind kind, struct expr *left, struct expr *right) {
    want_brackets(parser, left);
    want_brackets(parser, right);
    return expr_join(parser, kind, left, right);
}

static struct expr *parse_term(struct parser *parser) {
    struct expr *expr = parse_factor(parser);
    for (;;) {
        if (parser_accept(parser, "*"))
            expr = expr_reckon(parser, EXPR_MULTIPLY, expr, parse_factor(parser));
        else if (parser_accept(parser, "/"))
            expr = expr_reckon(parser, EXPR_DIVIDE, expr, parse_factor(parser));
        else
            return expr;
    }
}

struct expr *parse_sum(struct parser *parser) {
    struct expr *expr = parse_term(parser);
    for (;;) {
        if (parser_accept(parser, "+"))
            expr = expr_reckon(parser, EXPR_ADD, expr, parse_term(parser));
        else if (parser_accept(parser, "-"))
            expr = expr_reckon(parser, EXPR_SUBTRACT, expr, parse_term(parser));
        else
            return expr;
    }
}

bool parse_comparison_sign(struct parser *parser, enum comparison *out) {
    for (int sign = LESS; sign <= GREATER; sign++) {
        if (!parser_accept(parser, comparison_sign((enum comparison)sign))) continue;
        *out = (enum comparison)sign;
        return true;
    }
    return false;
}

static struct expr *parse_in(struct parser *parser, struct expr *left) {
    if (parser_accept(parser, "(")) {
        struct expr *expr = expr_new(parser, EXPR_IN_SET, left->at);
        expr->left = left;
        parse_items(parser, expr, ")");
        return expr_hold(parser, expr, left);
    }
    struct expr *low = parse_sum(parser);
    parser_expect(parser, "..");
    struct expr *high = parse_sum(parser);
    struct expr *expr = expr_new(parser, EXPR_IN_RANGE, span_join(left->at, high->at));
    expr->left = left;
    expr->right = low;
    expr->third = high;
    return expr_hold(parser, expr_hold(parser, expr_hold(parser, expr, left), low), high);
}

static struct expr *parse_test(struct parser *parser) {
    struct expr *left = parse_sum(parser);
    enum comparison compare;
    if (parse_comparison_sign(parser, &compare)) {
        struct expr *expr = expr_join(parser, EXPR_COMPARE, left, parse_sum(parser));
        expr->as.compare = compare;
        enum comparison again;
        if (parse_comparison_sign(parser, &again)) {
            parser->at--;
            bool body = again == EQUAL && parser_peek(parser, 0)->new_line;
            parser_refuse(parser, body ? LANG_SECOND_BODY : LANG_CHAINED_COMPARISON);
        }
        return expr;
    }
    return parser_accept(parser, "in") ? parse_in(parser, left) : left;
}

static struct expr *parse_negation(struct parser *parser) {
    struct span at = parser_here(parser);
    if (!parser_accept(parser, "not")) return parse_test(parser);
    struct expr *expr = expr_new(parser, EXPR_NOT, at);
    go_deeper(parser);
    expr->left = parse_negation(parser);
    parser->depth--;
    expr->at = span_join(at, expr->left->at);
    return expr_hold(parser, expr, expr->left);
}

static struct expr *parse_conjunction(struct parser *parser) {
    struct expr *expr = parse_negation(parser);
    while (parser_accept(parser, "and")) expr = expr_join(parser, EXPR_AND, expr, parse_negation(parser));
    return expr;
}

struct expr *parse_expression(struct parser *parser) {
    go_deeper(parser);
    struct expr *expr = parse_conjunction(parser);
    while (parser_accept(parser, "or")) expr = expr_join(parser, EXPR_OR, expr, parse_conjunction(parser));
    parser->depth--;
    return expr;
}
