#include "sample/expression.h"

#include "lang/suggestion.h"
#include "sample/messages.h"

#include <string.h>

enum { DEPTH_MAX = 60 };

enum token {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_DAY,
    TOKEN_NAME,
    TOKEN_QUOTED,
    TOKEN_SIGN, /* one of . .. ( ) , + - * / = != < <= > >= */
    TOKEN_BAD
};

struct reader {
    const struct sample_scope *scope;
    const struct yaml_node *node;
    struct text text;
    size_t offset;   /* behind the token */
    size_t token_at; /* where it begins */
    enum token token;
    struct text word; /* of the token */
    int64_t number;
    const struct sample_entity *entity; /* whose names are meant */
    bool over_members;                  /* inside an aggregate */
    size_t depth;
    bool failed;
};

struct text kind_name(enum kind kind) {
    static const char *const names[] = {"empty", "truth", "whole", "date", "word", "text"};
    return text_from(names[kind]);
}

static struct arena *arena_of(const struct reader *reader) {
    return reader->scope->profile->arena;
}

/* After memory has run out nothing that was built may be looked at. */
static bool stopped(const struct reader *reader) {
    return reader->failed || arena_failed(arena_of(reader));
}

static void complain(struct reader *reader, enum sample_message message, size_t from, size_t to, struct text first,
                     struct text second) {
    if (stopped(reader)) return;
    reader->failed = true;
    struct position at = reader->node->at;
    at.column += (uint32_t)text_characters(text_slice(reader->text, 0, from)) + (reader->node->quoted ? 1 : 0);
    at.length = (uint32_t)text_characters(text_slice(reader->text, from, to));
    sample_complain(reader->scope->diagnostics, message, at, first, second, TEXT(""));
}

static void complain_here(struct reader *reader, enum sample_message message, struct text first) {
    complain(reader, message, reader->token_at, reader->offset, first, TEXT(""));
}

/* Tokens */

static bool is_name_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || (unsigned char)byte >= 0x80;
}

static void take(struct reader *reader, enum token token, size_t length) {
    reader->token = token;
    reader->offset = reader->token_at + length;
    reader->word = text_slice(reader->text, reader->token_at, reader->offset);
}

static void take_number(struct reader *reader, struct text rest) {
    day_number day;
    if (rest.length >= 10 && day_parse(text_slice(rest, 0, 10), &day)) {
        take(reader, TOKEN_DAY, 10);
        reader->number = day;
        return;
    }
    size_t length = 0;
    bool fits = true;
    reader->number = 0;
    for (; length < rest.length && (is_digit(rest.bytes[length]) || rest.bytes[length] == '_'); length++) {
        if (rest.bytes[length] == '_') continue;
        fits = fits && !__builtin_mul_overflow(reader->number, 10, &reader->number) &&
               !__builtin_add_overflow(reader->number, rest.bytes[length] - '0', &reader->number);
    }
    take(reader, fits ? TOKEN_NUMBER : TOKEN_BAD, length);
}

static void take_sign(struct reader *reader, struct text rest) {
    static const char *const doubles[] = {"..", "!=", "<=", ">="};
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        if (text_starts(rest, doubles[i])) {
            take(reader, TOKEN_SIGN, 2);
            return;
        }
    }
    take(reader, strchr(".(),+-*/=<>", rest.bytes[0]) ? TOKEN_SIGN : TOKEN_BAD, 1);
}

static void next(struct reader *reader) {
    struct text text = reader->text;
    reader->token_at = reader->offset;
    while (reader->token_at < text.length && strchr(" \n\t", text.bytes[reader->token_at])) reader->token_at++;
    struct text rest = text_slice(text, reader->token_at, text.length);
    if (rest.length == 0) {
        take(reader, TOKEN_END, 0);
    } else if (is_digit(rest.bytes[0])) {
        take_number(reader, rest);
    } else if (is_name_byte(rest.bytes[0])) {
        size_t length = 1;
        while (length < rest.length && (is_name_byte(rest.bytes[length]) || is_digit(rest.bytes[length]))) length++;
        take(reader, TOKEN_NAME, length);
    } else if (rest.bytes[0] == '"') {
        const char *close = memchr(rest.bytes + 1, '"', rest.length - 1);
        take(reader, close ? TOKEN_QUOTED : TOKEN_BAD, close ? (size_t)(close - rest.bytes) + 1 : 1);
        if (close) reader->word = text_slice(reader->word, 1, reader->word.length - 1);
    } else {
        take_sign(reader, rest);
    }
}

static bool at_sign(const struct reader *reader, const char *sign) {
    return reader->token == TOKEN_SIGN && text_is(reader->word, sign);
}

static bool at_word(const struct reader *reader, const char *word) {
    return reader->token == TOKEN_NAME && text_is(reader->word, word);
}

static bool accept_sign(struct reader *reader, const char *sign) {
    if (!at_sign(reader, sign)) return false;
    next(reader);
    return true;
}

static bool accept_word(struct reader *reader, const char *word) {
    if (!at_word(reader, word)) return false;
    next(reader);
    return true;
}

static void expect(struct reader *reader, const char *sign) {
    if (!accept_sign(reader, sign)) complain_here(reader, SAMPLE_EXPECTED, text_from(sign));
}

/* Nodes */

static struct expression *node_new(struct reader *reader, enum operation operation, enum kind kind) {
    struct expression *expression = ARENA_NEW(arena_of(reader), struct expression);
    expression->operation = operation;
    expression->kind = kind;
    expression->offset = (uint32_t)reader->token_at;
    expression->length = (uint32_t)(reader->offset - reader->token_at);
    return expression;
}

static struct expression *constant(struct reader *reader, enum kind kind, struct sample_value value) {
    struct expression *expression = node_new(reader, OPERATION_CONSTANT, kind);
    expression->constant = value;
    return expression;
}

static struct expression *binary(struct reader *reader, enum operation operation, enum kind kind,
                                 struct expression *left, struct expression *right) {
    struct expression *expression = node_new(reader, operation, kind);
    expression->operand[0] = left;
    expression->operand[1] = right;
    expression->offset = left->offset;
    expression->length = right->offset + right->length - left->offset;
    return expression;
}

static void complain_node(struct reader *reader, enum sample_message message, const struct expression *expression,
                          struct text first, struct text second) {
    complain(reader, message, expression->offset, expression->offset + expression->length, first, second);
}

/* A column's value must have been drawn by the time it is read. */
static void need_drawn(struct reader *reader, const struct expression *expression) {
    const struct sample_scope *scope = reader->scope;
    const struct sample_column *column = expression->column;
    if (stopped(reader) || !column) return;
    bool of_members = reader->over_members && column->entity == scope->profile->member;
    size_t before = of_members ? scope->step_before : scope->before;
    if (expression->operation == OPERATION_MEMBER_COLUMN) before = scope->roles_before;
    if (expression->operation == OPERATION_FIRST_COLUMN) before = scope->step_before;
    if (column->order >= before) complain_node(reader, SAMPLE_NOT_YET, expression, column->name, TEXT(""));
}

static void note_names(struct reader *reader, struct suggestion *suggestion) {
    const struct profile *profile = reader->scope->profile;
    for (const struct sample_entity *entity = reader->entity; entity; entity = entity->parent) {
        for (size_t i = 0; i < entity->columns.count; i++) {
            suggestion_note(suggestion, entity->columns.items[i]->name);
        }
    }
    for (size_t level = 0; level < profile->level_count; level++) {
        suggestion_note(suggestion, profile->levels[level].name);
        for (size_t i = 0; i < profile->levels[level].fields.count; i++) {
            suggestion_note(suggestion, profile->levels[level].fields.items[i].name);
        }
    }
}

static void unknown_name(struct reader *reader, const struct expression *expression,
                         const struct sample_column *compared) {
    if (stopped(reader)) return;
    struct suggestion suggestion;
    suggestion_begin(&suggestion, expression->constant.text);
    note_names(reader, &suggestion);
    for (size_t i = 0; compared && i < compared->words.count; i++) {
        suggestion_note(&suggestion, reader->scope->profile->words.items[compared->words.items[i]]->text);
    }
    complain_node(reader, suggestion.best.length ? SAMPLE_UNKNOWN_NAME_LIKE : SAMPLE_UNKNOWN_NAME, expression,
                  suggestion.wanted, suggestion.best);
}

/* Where no word is meant, a name must have been known. */
static void need_value(struct reader *reader, const struct expression *expression) {
    if (expression->operation == OPERATION_WORD) unknown_name(reader, expression, NULL);
}

static void need_kind(struct reader *reader, const struct expression *expression, enum kind kind) {
    need_value(reader, expression);
    if (stopped(reader) || expression->kind == kind || expression->kind == KIND_NONE) return;
    complain_node(reader, SAMPLE_WRONG_KIND, expression, kind_name(expression->kind), kind_name(kind));
}

static void need_same(struct reader *reader, const struct expression *left, const struct expression *right) {
    if (left->kind != KIND_NONE) need_kind(reader, right, left->kind);
}

/* Names */

static struct expression *column_node(struct reader *reader, const struct sample_column *column, size_t up) {
    struct expression *expression = node_new(reader, OPERATION_COLUMN, column->kind);
    expression->column = column;
    expression->up = up;
    return expression;
}

static struct expression *level_field(struct reader *reader, size_t level, struct text name) {
    const struct level *areas = &reader->scope->profile->levels[level];
    for (size_t i = 0; i < areas->fields.count; i++) {
        if (!text_equal(areas->fields.items[i].name, name)) continue;
        struct expression *expression = node_new(reader, OPERATION_AREA_FIELD, areas->fields.items[i].kind);
        expression->level = level;
        expression->field = i;
        return expression;
    }
    return NULL;
}

static struct expression *level_node(struct reader *reader, enum operation operation, size_t level) {
    struct expression *expression =
        node_new(reader, operation, operation == OPERATION_AREA_CODE ? KIND_TEXT : KIND_WHOLE);
    expression->level = level;
    return expression;
}

static bool find_level(const struct reader *reader, struct text name, size_t *out) {
    for (size_t i = 0; i <= reader->scope->level && i < reader->scope->profile->level_count; i++) {
        *out = i;
        if (text_equal(reader->scope->profile->levels[i].name, name)) return true;
    }
    return false;
}

/* A name by itself: a column of the row or of those above it, an area's field, an area. */
static struct expression *resolve(struct reader *reader, struct text name) {
    size_t up = 0, level;
    for (const struct sample_entity *entity = reader->entity; entity; entity = entity->parent, up++) {
        const struct sample_column *column = entity_column(entity, name);
        if (column) return column_node(reader, column, up);
    }
    if (find_level(reader, name, &level)) return level_node(reader, OPERATION_AREA_NUMBER, level);
    for (level = 0; level <= reader->scope->level && level < reader->scope->profile->level_count; level++) {
        struct expression *field = level_field(reader, level, name);
        if (field) return field;
    }
    if (reader->entity && text_is(name, "number")) return node_new(reader, OPERATION_NUMBER, KIND_WHOLE);
    if (reader->entity && text_is(name, "id")) return node_new(reader, OPERATION_ID, KIND_TEXT);
    return NULL;
}

static struct expression *member_column_node(struct reader *reader, struct text role, struct text name) {
    const struct shape *shape = reader->scope->shape;
    const struct sample_column *column = entity_column(reader->scope->profile->member, name);
    for (size_t i = 0; shape && column && i < reader->scope->roles; i++) {
        if (!text_equal(shape->members.items[i].role.text, role)) continue;
        struct expression *expression = node_new(reader, OPERATION_MEMBER_COLUMN, column->kind);
        expression->column = column;
        expression->constant = shape->members.items[i].role;
        return expression;
    }
    return NULL;
}

/* A column of the first member, once the members are made. */
static struct expression *first_column_node(struct reader *reader, struct text name) {
    const struct sample_column *column = entity_column(reader->scope->profile->member, name);
    if (!column || !reader->entity) return NULL;
    struct expression *expression = node_new(reader, OPERATION_FIRST_COLUMN, column->kind);
    expression->column = column;
    return expression;
}

/* `area.field`, `area.code`, `entity.column`, `entity.id`, `first.column`, `role.column`. */
static struct expression *resolve_path(struct reader *reader, struct text owner, struct text name) {
    size_t level, up = 0;
    if (find_level(reader, owner, &level)) {
        struct expression *field = level_field(reader, level, name);
        if (field) return field;
        return text_is(name, "code") ? level_node(reader, OPERATION_AREA_CODE, level) : NULL;
    }
    for (const struct sample_entity *entity = reader->entity; entity; entity = entity->parent, up++) {
        if (!text_equal(entity->name, owner)) continue;
        const struct sample_column *column = entity_column(entity, name);
        if (column) return column_node(reader, column, up);
        if (!text_is(name, "id")) return NULL;
        struct expression *expression = node_new(reader, OPERATION_ID, KIND_TEXT);
        expression->up = up;
        return expression;
    }
    if (text_is(owner, "first")) return first_column_node(reader, name);
    return member_column_node(reader, owner, name);
}

static struct expression *parse_or(struct reader *reader);
static struct expression *parse_sum(struct reader *reader);

static struct expression *parse_name(struct reader *reader) {
    struct text name = reader->word;
    size_t begin = reader->token_at, end = reader->offset;
    struct expression *expression = NULL;
    next(reader);
    if (accept_sign(reader, ".")) {
        struct text field = reader->word;
        end = reader->offset;
        if (reader->token != TOKEN_NAME) complain_here(reader, SAMPLE_EXPECTED_VALUE, TEXT(""));
        next(reader);
        expression = resolve_path(reader, name, field);
        name = text_slice(reader->text, begin, end);
    } else {
        expression = resolve(reader, name);
    }
    if (!expression) {
        expression = node_new(reader, OPERATION_WORD, KIND_WORD);
        expression->constant.text = name;
    }
    expression->offset = (uint32_t)begin;
    expression->length = (uint32_t)(end - begin);
    need_drawn(reader, expression);
    return expression;
}

/* Calls */

/* The members, and the condition after `where`. */
static void parse_members(struct reader *reader, struct expression *expression) {
    const struct sample_entity *member = reader->scope->profile->member;
    bool named = reader->token == TOKEN_NAME && text_equal(reader->word, member->name);
    if (!named) complain_here(reader, SAMPLE_EXPECTED, member->name);
    next(reader);
    if (accept_word(reader, "where")) {
        expression->operand[0] = parse_or(reader);
        need_kind(reader, expression->operand[0], KIND_TRUTH);
    }
}

static struct expression *parse_aggregate(struct reader *reader, enum operation operation) {
    struct expression *expression = node_new(reader, operation, operation == OPERATION_ANY ? KIND_TRUTH : KIND_WHOLE);
    struct reader outside = *reader;
    next(reader);
    expect(reader, "(");
    reader->entity = reader->scope->profile->member;
    reader->over_members = true;
    if (operation == OPERATION_SUM) {
        expression->operand[1] = parse_sum(reader);
        need_kind(reader, expression->operand[1], KIND_WHOLE);
        if (!accept_word(reader, "of")) complain_here(reader, SAMPLE_EXPECTED, TEXT("of"));
    }
    parse_members(reader, expression);
    reader->entity = outside.entity;
    reader->over_members = outside.over_members;
    expect(reader, ")");
    return expression;
}

static struct expression *parse_least_most(struct reader *reader, enum operation operation) {
    next(reader);
    expect(reader, "(");
    struct expression *left = parse_sum(reader);
    expect(reader, ",");
    struct expression *right = parse_sum(reader);
    need_value(reader, left);
    need_same(reader, left, right);
    expect(reader, ")");
    return binary(reader, operation, left->kind, left, right);
}

static struct expression *parse_known(struct reader *reader) {
    struct expression *expression = node_new(reader, OPERATION_KNOWN, KIND_TRUTH);
    next(reader);
    expect(reader, "(");
    expression->operand[0] = parse_sum(reader);
    need_value(reader, expression->operand[0]);
    expect(reader, ")");
    return expression;
}

static bool opens_bracket(const struct reader *reader) {
    return reader->offset < reader->text.length && reader->text.bytes[reader->offset] == '(';
}

static struct expression *parse_call(struct reader *reader) {
    static const struct {
        const char *name;
        enum operation operation;
    } calls[] = {{"count", OPERATION_COUNT}, {"any", OPERATION_ANY}, {"sum", OPERATION_SUM},
                 {"min", OPERATION_MIN},     {"max", OPERATION_MAX}, {"known", OPERATION_KNOWN}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (!text_is(reader->word, calls[i].name)) continue;
        enum operation operation = calls[i].operation;
        if (operation == OPERATION_KNOWN) return parse_known(reader);
        if (operation == OPERATION_MIN || operation == OPERATION_MAX) return parse_least_most(reader, operation);
        return parse_aggregate(reader, operation);
    }
    complain_here(reader, SAMPLE_UNKNOWN_FUNCTION, reader->word);
    return constant(reader, KIND_NONE, sample_value_empty());
}

/* Levels of binding, from the tightest */

static struct expression *parse_literal(struct reader *reader) {
    struct expression *expression = NULL;
    switch (reader->token) {
    case TOKEN_NUMBER: expression = constant(reader, KIND_WHOLE, sample_value_number(reader->number)); break;
    case TOKEN_DAY: expression = constant(reader, KIND_DAY, sample_value_number(reader->number)); break;
    case TOKEN_QUOTED:
        expression = constant(reader, KIND_WORD, profile_word(reader->scope->profile, reader->word));
        break;
    case TOKEN_NAME:
        if (at_word(reader, "yes") || at_word(reader, "no")) {
            expression = constant(reader, KIND_TRUTH, sample_value_number(at_word(reader, "yes")));
        } else if (at_word(reader, "empty")) {
            expression = constant(reader, KIND_NONE, sample_value_empty());
        }
        break;
    default: break;
    }
    if (expression) next(reader);
    return expression;
}

static struct expression *parse_negative(struct reader *reader) {
    struct expression *zero = constant(reader, KIND_WHOLE, sample_value_number(0));
    next(reader);
    struct expression *value = parse_sum(reader);
    need_kind(reader, value, KIND_WHOLE);
    return binary(reader, OPERATION_SUBTRACT, KIND_WHOLE, zero, value);
}

static struct expression *parse_factor(struct reader *reader) {
    if (stopped(reader) || reader->depth >= DEPTH_MAX) {
        complain_here(reader, SAMPLE_EXPRESSION_DEEP, TEXT(""));
        return constant(reader, KIND_NONE, sample_value_empty());
    }
    reader->depth++;
    struct expression *expression = parse_literal(reader);
    if (expression) {
        /* taken */
    } else if (reader->token == TOKEN_NAME) {
        expression = opens_bracket(reader) ? parse_call(reader) : parse_name(reader);
    } else if (at_sign(reader, "-")) {
        expression = parse_negative(reader);
    } else if (accept_sign(reader, "(")) {
        expression = parse_or(reader);
        expect(reader, ")");
    } else {
        complain_here(reader, SAMPLE_EXPECTED_VALUE, TEXT(""));
        expression = constant(reader, KIND_NONE, sample_value_empty());
    }
    reader->depth--;
    return expression;
}

static struct expression *parse_term(struct reader *reader) {
    struct expression *left = parse_factor(reader);
    while (!stopped(reader) && (at_sign(reader, "*") || at_sign(reader, "/"))) {
        enum operation operation = at_sign(reader, "*") ? OPERATION_MULTIPLY : OPERATION_DIVIDE;
        next(reader);
        struct expression *right = parse_factor(reader);
        need_kind(reader, left, KIND_WHOLE);
        need_kind(reader, right, KIND_WHOLE);
        left = binary(reader, operation, KIND_WHOLE, left, right);
    }
    return left;
}

/* A day and a number of days give a day, two days apart a number. */
static enum kind sum_kind(struct reader *reader, enum operation operation, const struct expression *left,
                          const struct expression *right) {
    if (left->kind != KIND_DAY) need_kind(reader, left, KIND_WHOLE);
    if (operation == OPERATION_SUBTRACT && left->kind == KIND_DAY && right->kind == KIND_DAY) return KIND_WHOLE;
    need_kind(reader, right, KIND_WHOLE);
    return left->kind == KIND_DAY ? KIND_DAY : KIND_WHOLE;
}

static struct expression *parse_sum(struct reader *reader) {
    struct expression *left = parse_term(reader);
    while (!stopped(reader) && (at_sign(reader, "+") || at_sign(reader, "-"))) {
        enum operation operation = at_sign(reader, "+") ? OPERATION_ADD : OPERATION_SUBTRACT;
        next(reader);
        struct expression *right = parse_term(reader);
        left = binary(reader, operation, sum_kind(reader, operation, left, right), left, right);
    }
    return left;
}

/* A name becomes the word it is compared as, even if something that is no word is called so too. */
static void settle_word(struct reader *reader, struct expression *expression, const struct expression *other) {
    if (stopped(reader)) return;
    bool quoted = expression->operation == OPERATION_CONSTANT && expression->kind == KIND_WORD;
    bool unsettled = expression->operation == OPERATION_WORD || quoted;
    const struct sample_column *column = other->column;
    if (column && column->kind == KIND_WORD && (unsettled || expression->operation == OPERATION_AREA_NUMBER)) {
        struct text text = text_slice(reader->text, expression->offset, expression->offset + expression->length);
        struct sample_value word = profile_word(reader->scope->profile, quoted ? expression->constant.text : text);
        if (column_has_word(column, word.number)) {
            expression->operation = OPERATION_CONSTANT;
            expression->kind = KIND_WORD;
            expression->constant = word;
            return;
        }
    }
    if (unsettled) unknown_name(reader, expression, column);
}

static struct expression *comparison(struct reader *reader, enum operation operation, struct expression *left,
                                     struct expression *right) {
    if (operation == OPERATION_EQUAL || operation == OPERATION_UNEQUAL) {
        settle_word(reader, left, right);
        settle_word(reader, right, left);
        if (left->kind == KIND_TEXT) need_kind(reader, left, KIND_WORD);
    } else {
        need_value(reader, left);
        if (left->kind != KIND_DAY) need_kind(reader, left, KIND_WHOLE);
    }
    need_same(reader, left, right);
    return binary(reader, operation, KIND_TRUTH, left, right);
}

static struct expression *parse_in(struct reader *reader, struct expression *left) {
    struct expression *expression = node_new(reader, OPERATION_IN, KIND_TRUTH);
    need_value(reader, left);
    expression->operand[0] = left;
    if (accept_sign(reader, "(")) {
        do {
            struct expression *item = parse_sum(reader);
            settle_word(reader, item, left);
            need_same(reader, left, item);
            VECTOR_PUSH(arena_of(reader), &expression->items, item);
        } while (!stopped(reader) && accept_sign(reader, ","));
        expect(reader, ")");
        return expression;
    }
    expression->operation = OPERATION_BETWEEN;
    if (left->kind != KIND_DAY) need_kind(reader, left, KIND_WHOLE);
    expression->operand[1] = parse_sum(reader);
    expect(reader, "..");
    expression->operand[2] = parse_sum(reader);
    need_same(reader, left, expression->operand[1]);
    need_same(reader, left, expression->operand[2]);
    return expression;
}

static struct expression *parse_test(struct reader *reader) {
    static const struct {
        const char *sign;
        enum operation operation;
        bool swapped; /* a > b is b < a */
    } signs[] = {{"=", OPERATION_EQUAL, false}, {"!=", OPERATION_UNEQUAL, false},
                 {"<", OPERATION_LESS, false},  {"<=", OPERATION_LESS_EQUAL, false},
                 {">", OPERATION_LESS, true},   {">=", OPERATION_LESS_EQUAL, true}};
    struct expression *left = parse_sum(reader);
    if (accept_word(reader, "in")) return parse_in(reader, left);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!accept_sign(reader, signs[i].sign)) continue;
        struct expression *right = parse_sum(reader);
        bool swapped = signs[i].swapped;
        return comparison(reader, signs[i].operation, swapped ? right : left, swapped ? left : right);
    }
    return left;
}

static struct expression *parse_not(struct reader *reader) {
    if (!at_word(reader, "not")) return parse_test(reader);
    struct expression *expression = node_new(reader, OPERATION_NOT, KIND_TRUTH);
    next(reader);
    if (++reader->depth >= DEPTH_MAX) complain_here(reader, SAMPLE_EXPRESSION_DEEP, TEXT(""));
    expression->operand[0] = stopped(reader) ? constant(reader, KIND_NONE, sample_value_empty()) : parse_not(reader);
    reader->depth--;
    need_kind(reader, expression->operand[0], KIND_TRUTH);
    return expression;
}

static struct expression *parse_and(struct reader *reader) {
    struct expression *left = parse_not(reader);
    while (!stopped(reader) && accept_word(reader, "and")) {
        struct expression *right = parse_not(reader);
        need_kind(reader, left, KIND_TRUTH);
        need_kind(reader, right, KIND_TRUTH);
        left = binary(reader, OPERATION_AND, KIND_TRUTH, left, right);
    }
    return left;
}

static struct expression *parse_or(struct reader *reader) {
    struct expression *left = parse_and(reader);
    while (!stopped(reader) && accept_word(reader, "or")) {
        struct expression *right = parse_and(reader);
        need_kind(reader, left, KIND_TRUTH);
        need_kind(reader, right, KIND_TRUTH);
        left = binary(reader, OPERATION_OR, KIND_TRUTH, left, right);
    }
    return left;
}

struct expression *expression_read(const struct sample_scope *scope, const struct yaml_node *node) {
    if (node->kind != YAML_SCALAR) {
        sample_complain(scope->diagnostics, SAMPLE_NOT_EXPRESSION, node->at, TEXT(""), TEXT(""), TEXT(""));
        return NULL;
    }
    struct reader reader = {.scope = scope, .node = node, .text = node->scalar, .entity = scope->entity};
    next(&reader);
    struct expression *expression = parse_or(&reader);
    need_value(&reader, expression);
    if (reader.token != TOKEN_END) complain_here(&reader, SAMPLE_UNEXPECTED, reader.word);
    return stopped(&reader) ? NULL : expression;
}

struct expression *expression_read_kind(const struct sample_scope *scope, const struct yaml_node *node,
                                        enum kind kind) {
    struct expression *expression = expression_read(scope, node);
    if (!expression || expression->kind == kind || expression->kind == KIND_NONE) return expression;
    sample_complain(scope->diagnostics, SAMPLE_WRONG_KIND, node->at, kind_name(expression->kind), kind_name(kind),
                    TEXT(""));
    return NULL;
}
