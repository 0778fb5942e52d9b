#include "lang/token.h"

#include "lang/foreign.h"

struct position span_position(struct span span) {
    return position_of(span.source, span.begin, span.end - span.begin);
}

struct span span_join(struct span first, struct span last) {
    return (struct span){first.source, first.begin, last.end > first.end ? last.end : first.end};
}

struct text span_text(struct span span) {
    return text_slice(span.source->bytes, span.begin, span.end);
}

struct span span_of(const struct source *source, struct text slice) {
    size_t begin = (size_t)(slice.bytes - source->bytes.bytes);
    return (struct span){source, begin, begin + slice.length};
}

/* What is no letter of any script: signs, what cannot be seen, what is for private use, and forms that look like plain
 * letters and signs and are others. In order. */
static const struct {
    uint32_t first, last;
} no_letters[] = {
    {0x80, 0xBF},       {0xD7, 0xD7},        {0xF7, 0xF7},     {0x61C, 0x61C},   /* marks that turn the direction */
    {0x115F, 0x1160},   {0x2000, 0x206F},    {0x20A0, 0x20CF}, {0x2190, 0x2BFF}, /* arrows, mathematics, boxes */
    {0x2E00, 0x2E7F},   {0x2FF0, 0x3004},    {0x3006, 0x3006}, {0x3008, 0x303F}, /* all but 々 and 〇 */
    {0x3164, 0x3164},   {0x4DC0, 0x4DFF},    {0xD800, 0xF8FF}, {0xFE00, 0xFE1F},
    {0xFE30, 0xFE6F},   {0xFEFF, 0xFFFF}, /* full-width and half-width forms */
    {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

/* Letters of every script may stand in names. */
static bool is_letter(uint32_t c) {
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (c == UTF8_BAD) return false;
    for (size_t i = 0; i < sizeof no_letters / sizeof *no_letters && no_letters[i].first <= c; i++)
        if (c <= no_letters[i].last) return false;
    return true;
}

struct cutter {
    struct tokens *tokens;
    struct arena *arena;
    const struct source *source;
    const char *bytes;
    size_t at, end;
    bool new_line;
};

static char peek(const struct cutter *cutter, size_t ahead) {
    return cutter->at + ahead < cutter->end ? cutter->bytes[cutter->at + ahead] : '\0';
}

static void add(struct cutter *cutter, enum token_kind kind, size_t begin, size_t text_begin, size_t text_end) {
    struct token token = {
        .kind = kind,
        .text = {cutter->bytes + text_begin, text_end - text_begin},
        .at = {cutter->source, begin, cutter->at},
        .at_margin = begin == 0 || cutter->bytes[begin - 1] == '\n',
        .new_line = cutter->new_line,
    };
    VECTOR_PUSH(cutter->arena, &cutter->tokens->list, token);
    cutter->new_line = false;
}

static bool skip_blank(struct cutter *cutter) {
    char c = peek(cutter, 0);
    if (c == '\n') cutter->new_line = true;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        cutter->at++;
        return true;
    }
    if (c != '#') return false;
    while (cutter->at < cutter->end && cutter->bytes[cutter->at] != '\n') cutter->at++;
    return true;
}

/* 2018-03-26 is a date and never two subtractions. */
static bool cut_date(struct cutter *cutter) {
    static const char shape[] = "dddd-dd-dd";
    for (size_t i = 0; shape[i]; i++) {
        char c = peek(cutter, i);
        if (shape[i] == 'd' ? !is_digit(c) : c != shape[i]) return false;
    }
    if (is_digit(peek(cutter, 10))) return false;
    size_t begin = cutter->at;
    cutter->at += 10;
    add(cutter, TOKEN_DATE, begin, begin, cutter->at);
    return true;
}

static void cut_number(struct cutter *cutter) {
    size_t begin = cutter->at;
    while (is_digit(peek(cutter, 0)) || (peek(cutter, 0) == '_' && is_digit(peek(cutter, 1)))) cutter->at++;
    if (peek(cutter, 0) == '.' && is_digit(peek(cutter, 1))) {
        cutter->at++;
        while (is_digit(peek(cutter, 0))) cutter->at++;
    }
    add(cutter, TOKEN_NUMBER, begin, begin, cutter->at);
}

static void cut_string(struct cutter *cutter) {
    size_t begin = cutter->at++;
    while (cutter->at < cutter->end && peek(cutter, 0) != '"' && peek(cutter, 0) != '\n') cutter->at++;
    bool closed = peek(cutter, 0) == '"';
    size_t text_end = cutter->at;
    if (closed) cutter->at++;
    add(cutter, closed ? TOKEN_STRING : TOKEN_WRONG, begin, begin + closed, text_end);
}

static bool cut_name(struct cutter *cutter) {
    struct text text = {cutter->bytes, cutter->end};
    size_t begin = cutter->at, next = begin;
    if (!is_letter(text_next(text, &next))) return false;
    do {
        cutter->at = next;
    } while (next < cutter->end && (is_digit(peek(cutter, 0)) ? (next++, true) : is_letter(text_next(text, &next))));
    add(cutter, TOKEN_NAME, begin, begin, cutter->at);
    return true;
}

static bool cut_sign(struct cutter *cutter) {
    static const char *const signs[] = {"..", "<=", ">=", "!=", "+", "-", "*", "/", "<", ">",
                                        "=",  "(",  ")",  ":",  ",", ".", "[", "]", "%"};
    struct text rest = {cutter->bytes + cutter->at, cutter->end - cutter->at};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!text_starts(rest, signs[i])) continue;
        size_t begin = cutter->at;
        cutter->at += text_from(signs[i]).length;
        add(cutter, TOKEN_SIGN, begin, begin, cutter->at);
        return true;
    }
    return false;
}

/* == and the like are told as a whole, before = could be taken for itself. */
static bool cut_foreign(struct cutter *cutter) {
    size_t begin = cutter->at;
    cutter->at += foreign_sign_length((struct text){cutter->bytes + begin, cutter->end - begin});
    if (cutter->at == begin) return false;
    add(cutter, TOKEN_WRONG, begin, begin, cutter->at);
    return true;
}

static void cut_wrong(struct cutter *cutter) {
    size_t begin = cutter->at;
    text_next((struct text){cutter->bytes, cutter->end}, &cutter->at);
    add(cutter, TOKEN_WRONG, begin, begin, cutter->at);
}

void tokens_cut(struct tokens *tokens, struct arena *arena, const struct source *source, size_t begin, size_t end) {
    struct cutter cutter = {tokens, arena, source, source->bytes.bytes, begin, end, true};
    while (cutter.at < end) {
        if (skip_blank(&cutter)) continue;
        char c = peek(&cutter, 0);
        if (is_digit(c)) {
            if (!cut_date(&cutter)) cut_number(&cutter);
        } else if (c == '"') {
            cut_string(&cutter);
        } else if (!cut_name(&cutter) && !cut_foreign(&cutter) && !cut_sign(&cutter)) {
            cut_wrong(&cutter);
        }
    }
    cutter.new_line = true;
    add(&cutter, TOKEN_END, end, end, end);
}

bool word_is_reserved(struct text word) {
    static const char *const words[] = {
        "policy",  "unit",    "role",   "fund",    "calendar", "entity",    "event",     "enum",        "parameter",
        "reading", "input",   "rule",   "benefit", "alert",    "indicator", "exception", "guarantee",   "procedure",
        "and",     "or",      "not",    "in",      "if",       "else",      "when",      "otherwise",   "where",
        "on",      "cite",    "from",   "until",   "enacted",  "table",     "starts",    "unconfirmed", "yearly",
        "pays",    "target",  "by",     "to",      "within",   "records",   "step",      "outcome",     "done",
        "for",     "over",    "set",    "sets",    "empty",    "extends",   "area",      "clauses",     "opens",
        "decides", "needs",   "letter", "post",    "again",    "appeal",    "yes",       "no",          "never",
        "earlier", "through", "this",   "last",    "because",  "check",     "at",        "first_day",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(word, words[i])) return true;
    return false;
}
