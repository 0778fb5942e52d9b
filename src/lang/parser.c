#include "lang/parser.h"

void parser_init(struct parser *parser, struct arena *arena, struct diagnostics *diagnostics, const struct token *tokens) {
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

void parser_error_at(struct parser *parser, enum lang_message message, struct span at, struct text argument) {
    if (!parser->failed) diagnostics_add(parser->diagnostics, &lang_messages[message], span_position(at), &argument, 1);
    parser->failed = true;
    parser->at = parser->limit;
}

/* What was found, for the reader's eye: the end of a declaration is no token of its text. */
void parser_error(struct parser *parser, enum lang_message message) {
    const struct token *token = parser_peek(parser, 0);
    struct text found = token->kind == TOKEN_END ? TEXT("∎") : span_text(token->at);
    struct span at = token->at;
    if (token->kind == TOKEN_END && parser->at > 0) {
        at = parser_behind(parser);
        at.begin = at.end;
    }
    if (token->kind == TOKEN_WRONG) message = text_starts(found, "\"") ? LANG_OPEN_STRING : LANG_WRONG_CHARACTER;
    parser_error_at(parser, message, at, found);
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
    if (parser_accept(parser, word) || parser->failed) return;
    const struct token *token = parser_peek(parser, 0);
    if (token->kind == TOKEN_WRONG) {
        parser_error(parser, LANG_WRONG_CHARACTER);
        return;
    }
    struct text found = token->kind == TOKEN_END ? TEXT("∎") : span_text(token->at);
    struct span at = token->at;
    if (token->kind == TOKEN_END && parser->at > 0) {
        at = parser_behind(parser);
        at.begin = at.end;
    }
    struct text arguments[] = {found, text_from(word)};
    diagnostics_add(parser->diagnostics, &lang_messages[LANG_EXPECTED_WORD], span_position(at), arguments, 2);
    parser->failed = true;
    parser->at = parser->limit;
}

struct name parser_word(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (token->kind != TOKEN_NAME) {
        parser_error(parser, LANG_EXPECTED_NAME);
        return (struct name){TEXT(""), token->at};
    }
    parser->at++;
    return (struct name){token->text, token->at};
}

struct name parser_name(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (token->kind == TOKEN_NAME && word_is_reserved(token->text)) {
        parser_error(parser, LANG_RESERVED_WORD);
        return (struct name){TEXT(""), token->at};
    }
    return parser_word(parser);
}

struct number parser_number(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    struct number number = number_zero;
    if (token->kind != TOKEN_NUMBER || !number_parse(parser->arena, token->text, &number)) {
        parser_error(parser, LANG_EXPECTED_NUMBER);
        return number;
    }
    parser->at++;
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
        parser_error(parser, LANG_EXPECTED_DATE);
        return day;
    }
    if (!day_parse(token->text, &day)) {
        parser_error(parser, LANG_NO_SUCH_DAY);
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

/* A clause's id is whatever stands there without a space or comma: 2.1.4, NJ-7, 62(1). */
static struct name parse_clause(struct parser *parser) {
    const struct token *first = parser_peek(parser, 0);
    if (first->kind == TOKEN_END || first->kind == TOKEN_STRING || text_is(first->text, ",")) {
        parser_error(parser, LANG_EXPECTED_CLAUSE);
        return (struct name){TEXT(""), first->at};
    }
    struct span at = first->at;
    const struct text bytes = at.source->bytes;
    while (at.end < bytes.length && bytes.bytes[at.end] != ' ' && bytes.bytes[at.end] != ',' && bytes.bytes[at.end] != '\n' &&
           bytes.bytes[at.end] != '\r' && bytes.bytes[at.end] != '\t')
        at.end++;
    while (parser->at < parser->limit && parser->tokens[parser->at].at.begin < at.end) parser->at++;
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
    if (parser_peek(parser, 0)->kind != TOKEN_END) parser_error(parser, LANG_UNEXPECTED);
    return !parser->failed;
}
