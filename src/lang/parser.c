#include "lang/parser.h"

#include "base/shown.h"
#include "lang/foreign.h"

void parser_init(struct parser *parser, struct arena *arena, struct diagnostics *diagnostics,
                 const struct token *tokens) {
    *parser = (struct parser){.arena = arena, .diagnostics = diagnostics, .tokens = tokens};
    size_t end = 0;
    while (tokens[end].kind != TOKEN_END) end++;
    parser->limit = end;
    parser->stop = tokens[end];
}

const struct token *parser_peek(const struct parser *parser, size_t ahead) {
    size_t at = parser->at + ahead;
    return at < parser->limit ? &parser->tokens[at] : &parser->stop;
}

struct span parser_here(const struct parser *parser) {
    return parser_peek(parser, 0)->at;
}

struct span parser_behind(const struct parser *parser) {
    return parser->at ? parser->tokens[parser->at - 1].at : parser->tokens[0].at;
}

static void report(struct parser *parser, enum lang_message message, struct span at, const struct text *arguments,
                   size_t count) {
    if (!parser->failed)
        diagnostics_add(parser->diagnostics, &lang_messages[message], span_position(at), arguments, count);
    parser->failed = true;
    parser->at = parser->limit;
}

void parser_error_at(struct parser *parser, enum lang_message message, struct span at, struct text argument) {
    report(parser, message, at, &argument, 1);
}

/* What cannot stand anywhere, or comes from another language, is told as such, whatever was expected. */
static bool report_foreign(struct parser *parser, const struct token *token) {
    struct text found = span_text(token->at);
    const char *meant = token->kind == TOKEN_NAME || token->kind == TOKEN_WRONG ? foreign_meant(found) : NULL;
    struct text arguments[] = {found, text_from(meant)};
    enum lang_message message;
    bool control = token->kind == TOKEN_WRONG && found.length && text_steers_at(found, 0) == 0;
    if (control) arguments[0] = character_name(parser->arena, found);
    if (control)
        message = LANG_CONTROL_CHARACTER; /* told already in these very words, of the file as a whole */
    else if (token->kind == TOKEN_WRONG && foreign_is_space(found))
        message = LANG_ODD_SPACE;
    else if (meant)
        message = foreign_is_full_width(found) ? LANG_FULL_WIDTH : LANG_FOREIGN;
    else if (token->kind == TOKEN_NAME && foreign_is_condition(found))
        message = LANG_IF_THEN_ELSE;
    else if (token->kind == TOKEN_WRONG)
        message = text_starts(found, "\"") ? LANG_OPEN_STRING : LANG_WRONG_CHARACTER;
    else
        return false;
    report(parser, message, token->at, arguments, 2);
    return true;
}

/* `a AND b`: AND was taken for a unit or a name, and the error shows only behind it. */
static bool report_foreign_near(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0), *before = parser->at ? &parser->tokens[parser->at - 1] : NULL;
    if (report_foreign(parser, token)) return true;
    return before && before->kind == TOKEN_NAME && !word_is_reserved(before->text) && report_foreign(parser, before);
}

/* Where something is missing: at the token that stands in its place, or where the line before ends. */
static struct span missing_at(const struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (parser->at == 0 || (token->kind != TOKEN_END && !token->new_line)) return token->at;
    struct span behind = parser_behind(parser);
    behind.begin = behind.end;
    return behind;
}

void parser_missing(struct parser *parser, enum lang_message message) {
    if (parser->failed || report_foreign_near(parser)) return;
    parser_error_at(parser, message, missing_at(parser), TEXT(""));
}

void parser_refuse(struct parser *parser, enum lang_message message) {
    if (parser->failed || report_foreign_near(parser)) return;
    parser_error_at(parser, message, parser_here(parser), span_text(parser_here(parser)));
}

void parser_refuse_suggesting(struct parser *parser, enum lang_message message, struct text suggestion) {
    if (parser->failed || report_foreign_near(parser)) return;
    const struct text arguments[] = {span_text(parser_here(parser)), suggestion};
    report(parser, message, parser_here(parser), arguments, 2);
}

static bool token_is(const struct token *token, const char *word) {
    return (token->kind == TOKEN_NAME || token->kind == TOKEN_SIGN) && text_is(token->text, word);
}

bool parser_at(const struct parser *parser, const char *word) {
    return token_is(parser_peek(parser, 0), word);
}

bool parser_accept(struct parser *parser, const char *word) {
    if (!parser_at(parser, word)) return false;
    parser->at++;
    return true;
}

void parser_expect(struct parser *parser, const char *word) {
    if (parser_accept(parser, word) || parser->failed || report_foreign_near(parser)) return;
    parser_error_at(parser, LANG_EXPECTED_WORD, missing_at(parser), text_from(word));
}

struct name parser_word(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (token->kind != TOKEN_NAME) {
        parser_missing(parser, LANG_EXPECTED_NAME);
        return (struct name){TEXT(""), token->at};
    }
    parser->at++;
    return (struct name){token->text, token->at};
}

struct name parser_name(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (token->kind == TOKEN_NAME && word_is_reserved(token->text)) {
        parser_refuse(parser, LANG_RESERVED_WORD);
        return (struct name){TEXT(""), token->at};
    }
    return parser_word(parser);
}

static bool are_digits(struct text text) {
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
    return text.length > 0;
}

/* The three digits that follow a thousands' comma, and a fraction behind the last of them. */
static bool is_thousands(const struct token *token, size_t begin) {
    if (token->kind != TOKEN_NUMBER || token->at.begin != begin || token->text.length < 3) return false;
    return are_digits(text_slice(token->text, 0, 3)) && (token->text.length == 3 || token->text.bytes[3] == '.');
}

/* 10,000 would be taken for two numbers, in a list or a call even without a word: it is told wherever a number stands.
 */
static bool report_thousands(struct parser *parser) {
    enum { GROUP = 3 };
    const struct token *first = parser_peek(parser, 0), *comma = parser_peek(parser, 1);
    struct text written = first->text;
    struct span whole = first->at;
    bool leads = are_digits(written) && written.length <= GROUP && written.bytes[0] != '0';
    for (size_t ahead = 1; leads; comma = parser_peek(parser, ahead += 2)) {
        const struct token *group = parser_peek(parser, ahead + 1);
        bool full_width = text_is(span_text(comma->at), "，");
        if (comma->at.begin != whole.end || !(full_width || token_is(comma, ",")) ||
            !is_thousands(group, comma->at.end))
            break;
        written = text_format(parser->arena, "%.*s_%.*s", TEXT_ARG(written), TEXT_ARG(group->text));
        whole = span_join(whole, group->at);
        if (group->text.length > GROUP) break;
    }
    if (whole.end == first->at.end) return false;
    const struct text arguments[] = {span_text(whole), written};
    report(parser, LANG_COMMA_IN_NUMBER, whole, arguments, 2);
    return true;
}

/* 1__0 is cut into 1 and the name __0, which would else be taken for a unit. */
static void refuse_underscores(struct parser *parser, const struct token *number) {
    const struct token *rest = parser_peek(parser, 0);
    if (rest->kind != TOKEN_NAME || rest->at.begin != number->at.end) return;
    for (size_t i = 0; i < rest->text.length; i++)
        if (rest->text.bytes[i] != '_' && (rest->text.bytes[i] < '0' || rest->text.bytes[i] > '9')) return;
    struct span whole = span_join(number->at, rest->at);
    parser_error_at(parser, LANG_UNDERSCORES, whole, span_text(whole));
}

struct number parser_number(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    struct number number = number_zero;
    if (token->kind != TOKEN_NUMBER)
        parser_missing(parser, LANG_EXPECTED_NUMBER);
    else if (report_thousands(parser))
        return number;
    else if (token->text.length > NUMBER_DIGITS_MAX || !number_parse(parser->arena, token->text, &number))
        parser_refuse(parser, LANG_NUMBER_TOO_LONG);
    else {
        parser->at++;
        refuse_underscores(parser, token);
    }
    return number;
}

int parser_small(struct parser *parser, int least, int most) {
    struct span at = parser_here(parser);
    struct number number = parser_number(parser);
    int64_t value = 0;
    if (parser->failed) return least;
    if (!number_to_int64(number, &value) || value < least || value > most) {
        struct text range = text_format(parser->arena, "%d .. %d", least, most);
        parser_error_at(parser, LANG_NUMBER_OUTSIDE, at, range);
        return least;
    }
    return (int)value;
}

day_number parser_day(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    day_number day = 0;
    if (token->kind != TOKEN_DATE) {
        parser_missing(parser, LANG_EXPECTED_DATE);
        return day;
    }
    if (!day_parse(token->text, &day)) {
        parser_refuse(parser, LANG_NO_SUCH_DAY);
        return day;
    }
    parser->at++;
    return day;
}

struct names parser_names(struct parser *parser) {
    struct names names = {0};
    do {
        struct name name = parser_name(parser);
        VECTOR_PUSH(parser->arena, &names.list, name);
    } while (parser_accept(parser, ","));
    return names;
}

static bool ends_clause(const struct token *token) {
    return token->kind == TOKEN_END || token->kind == TOKEN_STRING || token->kind == TOKEN_WRONG ||
           text_is(token->text, ",") || text_is(token->text, "=");
}

/* A clause's id is whatever stands there together, without a space or comma: 2.1.4, NJ-7, 62(1). */
static struct name parse_clause(struct parser *parser) {
    struct span at = parser_here(parser);
    if (ends_clause(parser_peek(parser, 0))) {
        parser_missing(parser, LANG_EXPECTED_CLAUSE);
        return (struct name){TEXT(""), at};
    }
    do {
        at = span_join(at, parser_here(parser));
        parser->at++;
    } while (!ends_clause(parser_peek(parser, 0)) && parser_here(parser).begin == at.end);
    return (struct name){span_text(at), at};
}

struct names parser_clauses(struct parser *parser) {
    struct names names = {0};
    do {
        struct name clause = parse_clause(parser);
        VECTOR_PUSH(parser->arena, &names.list, clause);
    } while (parser_accept(parser, ","));
    return names;
}

void parser_labels(struct parser *parser, struct text label[LANGUAGES]) {
    for (int language = 0; language < LANGUAGES && parser_peek(parser, 0)->kind == TOKEN_STRING; language++) {
        label[language] = parser_peek(parser, 0)->text;
        parser->at++;
    }
}

struct type_name parser_type(struct parser *parser) {
    struct type_name type = {.at = parser_here(parser)};
    do {
        struct name part = parser_word(parser);
        VECTOR_PUSH(parser->arena, &type.parts.list, part);
    } while (parser_accept(parser, "/"));
    type.at = span_join(type.at, parser_behind(parser));
    return type;
}

bool parser_done(struct parser *parser) {
    if (parser_peek(parser, 0)->kind != TOKEN_END) parser_refuse(parser, LANG_UNEXPECTED);
    return !parser->failed;
}
