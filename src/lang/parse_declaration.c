/* Declarations: a head at the margin, options in any order, a body. */
#include "lang/parser.h"

#include "lang/suggestion.h"

static bool at_body(const struct parser *parser, enum head head) {
    return parser_at(parser, "=") || (head == HEAD_GUARANTEE && parser_at(parser, "for"));
}

/* --- bodies ----------------------------------------------------------------------------------------------------- */

static struct names parse_cited(struct parser *parser) {
    return parser_accept(parser, "cite") ? parser_clauses(parser) : (struct names){0};
}

static void parse_branch(struct parser *parser, struct declaration *declaration, struct expr *condition,
                         struct span at) {
    struct branch branch = {.condition = condition, .value = parse_expression(parser)};
    branch.at = span_join(at, parser_behind(parser));
    branch.cites = parse_cited(parser);
    VECTOR_PUSH(parser->arena, &declaration->branches, branch);
}

static void parse_cases(struct parser *parser, struct declaration *declaration) {
    while (!parser->failed) {
        struct span at = parser_here(parser);
        if (parser_accept(parser, "when")) {
            struct expr *condition = parse_expression(parser);
            parser_expect(parser, ":");
            parse_branch(parser, declaration, condition, at);
        } else if (parser_accept(parser, "otherwise")) {
            parser_expect(parser, ":");
            parse_branch(parser, declaration, NULL, at);
            return;
        } else {
            return;
        }
    }
}

static void parse_value(struct parser *parser, struct declaration *declaration) {
    if (declaration->branches.count || declaration->table_first_row) {
        parser_refuse(parser, LANG_SECOND_BODY);
        return;
    }
    parser_expect(parser, "=");
    if (parser_at(parser, "first") && text_is(parser_peek(parser, 1)->text, "row")) {
        parser->at += 2;
        if (!parser_accept(parser, "of")) parser_missing(parser, LANG_EXPECTED_OF_TABLE);
        parser_expect(parser, "table");
        declaration->table_first_row = true;
    } else if (parser_at(parser, "when")) {
        parse_cases(parser, declaration);
    } else {
        parse_branch(parser, declaration, NULL, parser_here(parser));
    }
}

static void parse_guarantee(struct parser *parser, struct declaration *declaration) {
    static const char *const words[] = {"report", "hold", "refuse"};
    parser_expect(parser, "for");
    declaration->of = parser_name(parser);
    if (parser_accept(parser, "where")) declaration->where = parse_expression(parser);
    parser_expect(parser, ":");
    declaration->test = parse_expression(parser);
    if (!parser_accept(parser, "else")) return;
    for (int i = CONSEQUENCE_REPORT; i <= CONSEQUENCE_REFUSE; i++) {
        if (!parser_accept(parser, words[i])) continue;
        declaration->consequence = (enum consequence)i;
        return;
    }
    parser_missing(parser, LANG_EXPECTED_CONSEQUENCE);
}

/* --- options ---------------------------------------------------------------------------------------------------- */

static struct key parse_key(struct parser *parser) {
    struct key key = {.kind = KEY_AREA, .name = parser_word(parser)};
    if (text_is(key.name.text, "count") && parser_accept(parser, "in")) {
        key.kind = KEY_COUNT;
        key.low = parse_sum(parser);
        parser_expect(parser, "..");
        key.high = parse_sum(parser);
    } else if (text_is(key.name.text, "band") && parser_accept(parser, "of")) {
        key.kind = KEY_BAND;
        key.band = parser_type(parser);
    } else if (text_is(key.name.text, "month")) {
        key.kind = KEY_MONTH;
    }
    return key;
}

static void parse_keys(struct parser *parser, struct declaration *declaration) {
    do {
        struct key key = parse_key(parser);
        VECTOR_PUSH(parser->arena, &declaration->keys, key);
    } while (parser_accept(parser, ","));
}

static void parse_in(struct parser *parser, struct declaration *declaration) {
    bool names_parent = declaration->head == HEAD_ENTITY || declaration->head == HEAD_ROLE;
    if (names_parent) {
        declaration->in = parser_name(parser);
        return;
    }
    declaration->low = parse_sum(parser);
    parser_expect(parser, "..");
    declaration->high = parse_sum(parser);
}

static void parse_target(struct parser *parser, struct declaration *declaration) {
    declaration->has_target = true;
    if (!parse_comparison_sign(parser, &declaration->target_compare)) parser_missing(parser, LANG_EXPECTED_COMPARISON);
    declaration->target = parse_factor(parser);
    parser_expect(parser, "by");
    declaration->target_by = parser_day(parser);
}

static struct name parse_file_name(struct parser *parser) {
    struct name name = parser_word(parser);
    parser_expect(parser, ".");
    name.at = span_join(name.at, parser_here(parser));
    parser_word(parser);
    name.text = span_text(name.at);
    return name;
}

static void parse_pays(struct parser *parser, struct declaration *declaration) {
    declaration->pays = parser_name(parser);
    if (!parser_accept(parser, "by")) return;
    declaration->pay_day = parser_small(parser, 1, 31);
    parser_expect(parser, "of");
    parser_expect(parser, "month");
}

/* shows group, room where aided */
static void parse_settled_shows(struct parser *parser, struct declaration *declaration) {
    struct names shows = parser_names(parser);
    struct name where = {0};
    if (parser_accept(parser, "where")) where = parser_name(parser);
    for (size_t i = 0; i < shows.list.count; i++) {
        VECTOR_PUSH(parser->arena, &declaration->settled_shows.list, shows.list.items[i]);
        VECTOR_PUSH(parser->arena, &declaration->settled_where.list, where);
    }
}

/* settled at clinic by number of cost leaving own shows group shows room where aided */
static void parse_settled(struct parser *parser, struct declaration *declaration) {
    parser_expect(parser, "at");
    declaration->settled_at = parser_name(parser);
    parser_expect(parser, "by");
    declaration->settled_by = parser_name(parser);
    parser_expect(parser, "of");
    declaration->settled_of = parser_name(parser);
    parser_expect(parser, "leaving");
    declaration->settled_leaving = parser_name(parser);
    while (parser_accept(parser, "shows")) parse_settled_shows(parser, declaration);
}

static enum finds parse_finds(struct parser *parser) {
    for (int finds = FINDS_NOTHING + 1; finds < FINDS_KINDS; finds++)
        if (parser_accept(parser, finds_word((enum finds)finds))) return (enum finds)finds;
    parser_missing(parser, LANG_EXPECTED_FINDING);
    return FINDS_NOTHING;
}

static void parse_date_option(struct parser *parser, day_number *day, bool *has) {
    *has = true;
    *day = parser_day(parser);
}

/* An option of any declaration. */
static bool parse_common_option(struct parser *parser, struct declaration *declaration) {
    if (parser_peek(parser, 0)->kind == TOKEN_STRING) {
        parser_labels(parser, declaration->label);
    } else if (parser_accept(parser, "in")) {
        parse_in(parser, declaration);
    } else if (parser_accept(parser, "at")) {
        parser_expect(parser, "most");
        declaration->at_most = parser_number(parser);
        declaration->a_year = parser_accept(parser, "a");
        if (declaration->a_year) parser_expect(parser, "year");
    } else if ((declaration->head == HEAD_ENTITY || declaration->head == HEAD_EVENT) &&
               parser_accept(parser, "known")) {
        parser_expect(parser, "by");
        declaration->known_by = parser_names(parser);
    } else if ((declaration->head == HEAD_ENTITY || declaration->head == HEAD_EVENT) &&
               parser_accept(parser, "matched")) {
        parser_expect(parser, "by");
        declaration->matched_by = parser_name(parser);
    } else if (declaration->head == HEAD_EVENT && parser_accept(parser, "settled")) {
        parse_settled(parser, declaration);
    } else if (parser_accept(parser, "cite")) {
        struct names cites = parser_clauses(parser);
        for (size_t i = 0; i < cites.list.count; i++)
            VECTOR_PUSH(parser->arena, &declaration->cites.list, cites.list.items[i]);
    } else if (parser_accept(parser, "over")) {
        declaration->over = parser_clauses(parser);
    } else if (parser_accept(parser, "from")) {
        parse_date_option(parser, &declaration->from, &declaration->has_from);
    } else if (parser_accept(parser, "until")) {
        parse_date_option(parser, &declaration->until, &declaration->has_until);
    } else if (parser_accept(parser, "enacted")) {
        parse_date_option(parser, &declaration->enacted, &declaration->has_enacted);
    } else if (parser_accept(parser, "unconfirmed")) {
        declaration->unconfirmed = true;
    } else {
        return false;
    }
    return true;
}

/* Options of what carries values: units, inputs, parameters, readings, rules, benefits. */
static bool parse_value_option(struct parser *parser, struct declaration *declaration) {
    if (declaration->head == HEAD_UNIT && parser_accept(parser, "step")) {
        declaration->has_step = true;
        declaration->step = parser_number(parser);
    } else if (declaration->head == HEAD_PARAMETER && parser_accept(parser, "by")) {
        parse_keys(parser, declaration);
    } else if (parser_accept(parser, "set")) {
        parser_expect(parser, "by");
        declaration->set_by = parser_names(parser);
    } else if (parser_accept(parser, "empty")) {
        parser_expect(parser, "means");
        declaration->empty = parse_factor(parser);
    } else if (parser_accept(parser, "check")) {
        declaration->check = parser_name(parser);
    } else if (declaration->branches.count == 0 && parser_accept(parser, "sealed")) {
        declaration->sealed = true;
    } else if (parser_accept(parser, "because")) {
        parser_labels(parser, declaration->because);
        if (!declaration->because[LANGUAGE_ZH].length) parser_missing(parser, LANG_EXPECTED_STRING);
    } else if (parser_accept(parser, "table")) {
        const struct token *next = parser_peek(parser, 0);
        bool named = next->kind == TOKEN_NAME && !word_is_reserved(next->text);
        declaration->has_table = true;
        declaration->table_name = named ? parser_name(parser) : declaration->name;
    } else if (parser_accept(parser, "starts")) {
        declaration->starts = parse_factor(parser);
    } else if (parser_accept(parser, "yearly")) {
        parser_expect(parser, "in");
        declaration->yearly = parser_small(parser, 1, 12);
    } else if (parser_accept(parser, "fund")) {
        declaration->fund = parser_name(parser);
    } else if (parser_accept(parser, "pays")) {
        parse_pays(parser, declaration);
    } else if (declaration->head == HEAD_ALERT && parser_accept(parser, "to")) {
        declaration->to = parser_names(parser);
    } else if (declaration->head == HEAD_ALERT && parser_accept(parser, "finds")) {
        declaration->finds = parse_finds(parser);
    } else if (declaration->head == HEAD_ALERT && parser_accept(parser, "shows")) {
        declaration->shows = parser_names(parser);
    } else if (declaration->head == HEAD_INDICATOR && parser_accept(parser, "target")) {
        parse_target(parser, declaration);
    } else {
        return false;
    }
    return true;
}

static void parse_currency(struct parser *parser, struct declaration *declaration) {
    declaration->currency = parser_name(parser);
    parser_labels(parser, declaration->currency_label);
    parser_expect(parser, "of");
    declaration->subunits = parser_number(parser);
    declaration->subunit = parser_name(parser);
    parser_labels(parser, declaration->subunit_label);
}

static bool parse_policy_option(struct parser *parser, struct declaration *declaration) {
    if (parser_accept(parser, "extends")) {
        declaration->extends = parser_name(parser);
    } else if (parser_accept(parser, "area")) {
        const struct token *code = parser_peek(parser, 0);
        parser_number(parser);
        declaration->area = (struct name){code->text, code->at};
    } else if (parser_accept(parser, "currency")) {
        parse_currency(parser, declaration);
    } else if (parser_accept(parser, "clauses")) {
        parser_expect(parser, "from");
        declaration->clauses = parse_file_name(parser);
    } else {
        return false;
    }
    return true;
}

static bool parse_procedure_option(struct parser *parser, struct declaration *declaration) {
    if (parser_accept(parser, "opens")) {
        parser_expect(parser, "by");
        declaration->opens = parser_names(parser);
    } else if (parser_accept(parser, "decides")) {
        declaration->decides = parser_names(parser);
    } else if (parser_accept(parser, "within")) {
        declaration->within = parse_limits(parser);
    } else if (parser_accept(parser, "records")) {
        struct record record = parse_record(parser);
        VECTOR_PUSH(parser->arena, &declaration->records, record);
    } else {
        return false;
    }
    return true;
}

/* Only clauses and records may come in several portions. */
static void note_option(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    if (text_is(token->text, "cite") || text_is(token->text, "records")) return;
    struct text word = token->kind == TOKEN_STRING ? TEXT("\"") : token->text;
    for (size_t i = 0; i < parser->options.list.count; i++) {
        if (!text_equal(parser->options.list.items[i].text, word)) continue;
        parser_refuse(parser, LANG_OPTION_TWICE);
        return;
    }
    VECTOR_PUSH(parser->arena, &parser->options.list, ((struct name){word, token->at}));
}

static bool parse_option(struct parser *parser, struct declaration *declaration) {
    note_option(parser);
    return parser->failed || (declaration->head == HEAD_POLICY && parse_policy_option(parser, declaration)) ||
           parse_common_option(parser, declaration) || parse_value_option(parser, declaration) ||
           (declaration->head == HEAD_PROCEDURE && parse_procedure_option(parser, declaration));
}

/* --- heads ------------------------------------------------------------------------------------------------------ */

static bool head_find(struct text word, enum head *out) {
    for (int head = 0; head < HEADS; head++) {
        if (!text_is(word, head_word((enum head)head))) continue;
        *out = (enum head)head;
        return true;
    }
    return false;
}

/* Words that go on with a declaration and begin none. */
static const char *const continuing[] = {
    "when",    "otherwise", "cite",    "from",     "until", "enacted", "over",    "in",          "at",
    "by",      "table",     "starts",  "yearly",   "pays",  "target",  "to",      "within",      "records",
    "step",    "outcome",   "done",    "for",      "opens", "decides", "set",     "sets",        "empty",
    "extends", "area",      "clauses", "currency", "dated", "because", "check",   "unconfirmed", "and",
    "or",      "not",       "again",   "appeal",   "needs", "letter",  "post",    "where",       "else",
    "if",      "known",     "sealed",  "finds",    "shows", "matched", "settled",
};

static bool continues(const struct token *token) {
    if (token->kind == TOKEN_SIGN || token->kind == TOKEN_STRING) return true;
    for (size_t i = 0; token->kind == TOKEN_NAME && i < sizeof continuing / sizeof *continuing; i++)
        if (text_is(token->text, continuing[i])) return true;
    return false;
}

/* Tells a mistake that leaves no doubt about what was meant. */
static void report_and_go_on(struct parser *parser, enum lang_message message, const struct token *token) {
    diagnostics_add(parser->diagnostics, &lang_messages[message], span_position(token->at), &token->text, 1);
}

static void parse_enum_values(struct parser *parser, struct declaration *declaration) {
    parser_labels(parser, declaration->label);
    parser_expect(parser, ":");
    do {
        struct enum_value value = {.name = parser_word(parser)};
        parser_labels(parser, value.label);
        VECTOR_PUSH(parser->arena, &declaration->values, value);
    } while (parser_accept(parser, ","));
}

static void parse_head_tail(struct parser *parser, struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_EVENT:
        parser_expect(parser, "in");
        declaration->in = parser_name(parser);
        parser_expect(parser, "dated");
        declaration->dated = parser_names(parser);
        break;
    case HEAD_ENUM: parse_enum_values(parser, declaration); break;
    case HEAD_INPUT:
    case HEAD_RULE:
    case HEAD_BENEFIT:
    case HEAD_PARAMETER:
    case HEAD_READING:
    case HEAD_INDICATOR:
        parser_expect(parser, ":");
        declaration->type = parser_type(parser);
        if (declaration->head != HEAD_INDICATOR) break;
        parser_expect(parser, "for");
        declaration->levels = parser_names(parser);
        break;
    case HEAD_PROCEDURE:
        parser_expect(parser, "for");
        declaration->of = parser_name(parser);
        break;
    default: break;
    }
}

static void parse_names_of(struct parser *parser, struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_EXCEPTION:
        declaration->parameter_exception = parser_at(parser, "parameter");
        declaration->reading_exception = parser_at(parser, "reading");
        declaration->of = parser_word(parser);
        break;
    case HEAD_INPUT:
    case HEAD_RULE:
    case HEAD_BENEFIT:
    case HEAD_ALERT: declaration->of = parser_name(parser); break;
    default: break;
    }
    declaration->name = parser_name(parser);
}

/* A declaration that was pushed in by spaces begins where it stands all the same. */
static bool next_begins(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    enum head head;
    if (token->kind != TOKEN_NAME || !token->new_line || !head_find(token->text, &head)) return false;
    report_and_go_on(parser, LANG_NOT_AT_MARGIN, token);
    parser->limit = parser->at;
    parser->stop = *token;
    parser->stop.kind = TOKEN_END;
    parser->stop.text = TEXT("");
    return true;
}

/* `when` behind a body, or without the = that begins one. */
static void refuse_when(struct parser *parser, const struct declaration *declaration) {
    size_t count = declaration->branches.count;
    if (count == 0)
        parser_error_at(parser, LANG_EXPECTED_WORD, parser_here(parser), TEXT("="));
    else if (count > 1 && !declaration->branches.items[count - 1].condition)
        parser_refuse(parser, LANG_AFTER_OTHERWISE);
    else
        parser_refuse(parser, LANG_SECOND_BODY);
}

static void refuse_option(struct parser *parser, const struct declaration *declaration) {
    const struct token *token = parser_peek(parser, 0);
    if (parser_at(parser, "when") || parser_at(parser, "otherwise")) {
        refuse_when(parser, declaration);
        return;
    }
    if (declaration->head == HEAD_ENUM) {
        parser_expect(parser, ",");
        return;
    }
    struct suggestion suggestion;
    suggestion_begin(&suggestion, token->text);
    for (size_t i = 0; i < sizeof continuing / sizeof *continuing; i++)
        suggestion_note(&suggestion, text_from(continuing[i]));
    if (token->kind == TOKEN_NAME && suggestion.best.length && !continues(token)) /* one that is is only misplaced */
        parser_refuse_suggesting(parser, LANG_EXPECTED_OPTION_SUGGEST, suggestion.best);
    else
        parser_refuse(parser, LANG_EXPECTED_OPTION);
}

static void parse_body_and_options(struct parser *parser, struct declaration *declaration) {
    while (!parser->failed && parser_peek(parser, 0)->kind != TOKEN_END) {
        if (declaration->head == HEAD_PROCEDURE && (parser_at(parser, "step") || parser_at(parser, "outcome")))
            parse_steps(parser, declaration);
        else if (at_body(parser, declaration->head) && declaration->head == HEAD_GUARANTEE)
            parse_guarantee(parser, declaration);
        else if (at_body(parser, declaration->head))
            parse_value(parser, declaration);
        else if (!parse_option(parser, declaration) && !next_begins(parser))
            refuse_option(parser, declaration);
    }
}

/* Sets where the declaration that begins here ends: at the next word at the margin, unless that only forgot its
 * indentation. */
static void find_limit(struct parser *parser) {
    size_t next = parser->at + 1;
    bool told = false;
    for (; parser->tokens[next].kind != TOKEN_END; next++) {
        const struct token *token = &parser->tokens[next];
        if (!token->at_margin) continue;
        if (!continues(token)) break;
        if (!told) report_and_go_on(parser, LANG_NOT_INDENTED, token);
        told = true;
    }
    parser->limit = next;
    parser->stop = parser->tokens[next];
    parser->stop.kind = TOKEN_END;
    parser->stop.text = TEXT("");
    parser->failed = false;
    parser->depth = 0;
    parser->options = (struct names){0};
}

static void refuse_head(struct parser *parser) {
    const struct token *token = parser_peek(parser, 0);
    struct suggestion suggestion;
    suggestion_begin(&suggestion, token->text);
    for (int head = 0; head < HEADS; head++) suggestion_note(&suggestion, text_from(head_word((enum head)head)));
    if (continues(token))
        parser_refuse(parser, LANG_NOT_INDENTED);
    else if (token->kind == TOKEN_NAME && suggestion.best.length)
        parser_refuse_suggesting(parser, LANG_EXPECTED_DECLARATION_SUGGEST, suggestion.best);
    else
        parser_refuse(parser, LANG_EXPECTED_DECLARATION);
}

/* The names that the declaration at `begin` would have given: those of its first line, or, where it may have listed
 * more, all. */
static void note_lost(struct parser *parser, size_t begin, enum head head, bool known) {
    enum { HEAD_ENTITY_AND_NAME = 3 };
    bool lists = !known || head == HEAD_ENUM || head == HEAD_POLICY || head == HEAD_PROCEDURE;
    size_t noted = 0;
    for (size_t i = begin; i < parser->limit && (lists || noted < HEAD_ENTITY_AND_NAME); i++) {
        const struct token *token = &parser->tokens[i];
        if (token->kind != TOKEN_NAME) continue;
        VECTOR_PUSH(parser->arena, &parser->lost.list, ((struct name){token->text, token->at}));
        noted++;
    }
}

struct declaration *parse_declaration(struct parser *parser) {
    while (parser->tokens[parser->at].kind != TOKEN_END) {
        size_t begin = parser->at;
        const struct token *first = &parser->tokens[begin];
        struct declaration *declaration = ARENA_NEW(parser->arena, struct declaration);
        if (arena_failed(parser->arena)) return NULL;
        find_limit(parser);
        bool known = first->kind == TOKEN_NAME && head_find(first->text, &declaration->head);
        if (known) {
            if (!first->at_margin) report_and_go_on(parser, LANG_NOT_AT_MARGIN, first);
            parser->at++;
            parse_names_of(parser, declaration);
            declaration->at = span_join(first->at, declaration->name.at);
            parse_head_tail(parser, declaration);
            parse_body_and_options(parser, declaration);
        } else {
            refuse_head(parser);
        }
        declaration->options = parser->options;
        declaration->whole = span_join(first->at, parser->tokens[parser->limit - 1].at);
        parser->at = parser->limit;
        if (!parser->failed) return declaration;
        note_lost(parser, begin, declaration->head, known);
    }
    return NULL;
}

struct text parse_extends(struct parser *parser) {
    for (; parser->tokens[parser->at].kind != TOKEN_END; parser->at = parser->limit) {
        find_limit(parser);
        if (!parser_at(parser, "policy")) continue;
        for (size_t ahead = 1; parser_peek(parser, ahead)->kind != TOKEN_END; ahead++) {
            const struct token *token = parser_peek(parser, ahead), *next = parser_peek(parser, ahead + 1);
            bool extends = token->kind == TOKEN_NAME && text_is(token->text, "extends");
            if (extends && next->kind == TOKEN_NAME && !word_is_reserved(next->text)) return next->text;
        }
    }
    return TEXT("");
}
