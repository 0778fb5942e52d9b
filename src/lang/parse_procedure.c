/* Procedures: steps with who, when and where next; outcomes with what they set. Steps and outcomes may be called by any
 * word, also by one of the language's own (post, check). */
#include "lang/parser.h"

struct limits parse_limits(struct parser *parser) {
    struct limits limits = {0};
    do {
        struct limit limit = {.count = parser_number(parser)};
        limit.unit = parser_word(parser);
        if (parser_accept(parser, "if")) limit.condition = parse_expression(parser);
        VECTOR_PUSH(parser->arena, &limits.list, limit);
    } while (parser_accept(parser, ","));
    return limits;
}

struct record parse_record(struct parser *parser) {
    struct record record = {.name = parser_name(parser)};
    parser_expect(parser, ":");
    record.type = parser_type(parser);
    parser_labels(parser, record.label);
    return record;
}

static struct posting parse_posting(struct parser *parser) {
    struct posting posting = {0};
    parser_expect(parser, "in");
    posting.where = parser_name(parser);
    parser_expect(parser, "for");
    posting.days = parser_number(parser);
    parser_expect(parser, "days");
    parser_expect(parser, "shows");
    posting.shows = parser_names(parser);
    return posting;
}

static struct names parse_not_who_did(struct parser *parser) {
    if (!parser_accept(parser, "not")) return (struct names){0};
    parser_expect(parser, "who");
    parser_expect(parser, "did");
    struct names names = {0};
    do {
        struct name name = parser_word(parser);
        VECTOR_PUSH(parser->arena, &names.list, name);
    } while (parser_accept(parser, ","));
    return names;
}

static struct transition parse_transition(struct parser *parser) {
    struct transition transition = {.at = parser_here(parser)};
    if (parser_accept(parser, "when"))
        transition.condition = parse_expression(parser);
    else
        parser_expect(parser, "done");
    parser_expect(parser, ":");
    if (parser_accept(parser, "back")) {
        transition.back = true;
        parser_expect(parser, "to");
        parser_expect(parser, "applicant");
        if (parser_accept(parser, "within")) transition.within = parse_limits(parser);
    } else {
        transition.target = parser_word(parser);
    }
    return transition;
}

static struct step parse_step(struct parser *parser) {
    struct step step = {.people = number_one};
    step.name = parser_word(parser);
    parser_labels(parser, step.label);
    if (parser_accept(parser, "by")) {
        if (parser_peek(parser, 0)->kind == TOKEN_NUMBER) step.people = number_from(parser_small(parser, 1, 99));
        step.role = parser_name(parser);
        step.not_who_did = parse_not_who_did(parser);
        if (parser_accept(parser, "within")) step.within = parse_limits(parser);
    } else {
        step.posts = true;
        step.posting = parse_posting(parser);
    }
    while (parser_at(parser, "records") || parser_at(parser, "when") || parser_at(parser, "done")) {
        if (parser_accept(parser, "records")) {
            struct record record = parse_record(parser);
            VECTOR_PUSH(parser->arena, &step.records, record);
        } else {
            struct transition transition = parse_transition(parser);
            VECTOR_PUSH(parser->arena, &step.transitions, transition);
        }
    }
    return step;
}

static struct effect parse_effect(struct parser *parser) {
    struct effect effect = {.at = parser_here(parser)};
    if (parser_accept(parser, "sets")) {
        effect.kind = EFFECT_SETS;
        effect.name = parser_name(parser);
        parser_expect(parser, "=");
        effect.value = parse_expression(parser);
        effect.from_next_month = parser_accept(parser, "from");
        if (effect.from_next_month) {
            parser_expect(parser, "next");
            parser_expect(parser, "month");
        }
    } else if (parser_accept(parser, "needs")) {
        effect.kind = EFFECT_NEEDS_REASON;
        parser_expect(parser, "reason");
    } else if (parser_accept(parser, "letter")) {
        effect.kind = EFFECT_LETTER;
        effect.name = parser_name(parser);
    } else if (parser_accept(parser, "post")) {
        effect.kind = EFFECT_POST;
        effect.posting = parse_posting(parser);
    } else if (parser_accept(parser, "again")) {
        effect.kind = EFFECT_AGAIN;
        effect.name = parser_name(parser);
        parser_expect(parser, "after");
        effect.limits = parse_limits(parser);
    } else if (!parser_accept(parser, "appeal")) {
        parser_missing(parser, LANG_EXPECTED_EFFECT);
    } else {
        effect.kind = EFFECT_APPEAL;
        parser_expect(parser, "within");
        effect.limits = parse_limits(parser);
        parser_expect(parser, "to");
        effect.name = parser_name(parser);
        effect.not_who_did = parse_not_who_did(parser);
    }
    effect.at = span_join(effect.at, parser_behind(parser));
    return effect;
}

static struct outcome parse_outcome(struct parser *parser) {
    struct outcome outcome = {.name = parser_word(parser)};
    parser_labels(parser, outcome.label);
    parser_expect(parser, ":");
    while (!parser->failed && parser_peek(parser, 0)->kind != TOKEN_END && !parser_at(parser, "step") &&
           !parser_at(parser, "outcome")) {
        struct effect effect = parse_effect(parser);
        VECTOR_PUSH(parser->arena, &outcome.effects, effect);
    }
    return outcome;
}

void parse_steps(struct parser *parser, struct declaration *declaration) {
    while (!parser->failed) {
        if (parser_accept(parser, "step")) {
            struct step step = parse_step(parser);
            VECTOR_PUSH(parser->arena, &declaration->steps, step);
        } else if (parser_accept(parser, "outcome")) {
            struct outcome outcome = parse_outcome(parser);
            VECTOR_PUSH(parser->arena, &declaration->outcomes, outcome);
        } else {
            return;
        }
    }
}
