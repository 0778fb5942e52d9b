#include "exchange/bill_json.h"

#include "exchange/bill_inside.h"
#include "exchange/import.h"
#include "lang/suggestion.h"

const char *const settlement_act_words[SETTLEMENT_ACTS] = {[SETTLEMENT_SETTLE] = "settle",
                                                           [SETTLEMENT_QUOTE] = "quote",
                                                           [SETTLEMENT_CORRECT] = "correct",
                                                           [SETTLEMENT_CANCEL] = "cancel"};

/* What was said of an input. */
enum said { SAID_NOTHING, SAID_NULL, SAID_WRONG, SAID_WELL };

/* --- the text ------------------------------------------------------------------------------------------------------
 */

void bill_complain(struct bill_reading *reading, struct position at, enum exchange_message message,
                   const struct text *arguments, size_t count) {
    if (++reading->mistakes > BILL_MISTAKES_MAX) return;
    if (reading->mistakes == BILL_MISTAKES_MAX) {
        message = EXCHANGE_BILL_MANY_MISTAKES;
        count = 0;
    }
    diagnostics_add(reading->reader->diagnostics, &exchange_messages[message], at, arguments, count);
}

static bool gives_up(const struct bill_reading *reading) {
    return reading->mistakes >= BILL_MISTAKES_MAX || reading->reader->failed;
}

static struct position place_of(const struct bill_reading *reading, uint32_t length) {
    uint32_t line, column;
    json_place(reading->json, &line, &column);
    if (line == 1) column += reading->cut.column - 1;
    return (struct position){reading->reader->source, line + reading->cut.line - 1, column, length};
}

static struct position beginning(const struct bill_reading *reading) {
    return (struct position){reading->reader->source, reading->cut.line, reading->cut.column, 1};
}

/* How many characters of the text are marked: of what is escaped only the first. */
static uint32_t length_of(const struct bill_reading *reading, enum json_event event, struct text text) {
    struct text cut = reading->cut.text;
    bool lies_there = text.length && text.bytes >= cut.bytes && text.bytes < cut.bytes + cut.length;
    switch (event) {
    case JSON_KEY:
    case JSON_STRING: return lies_there ? (uint32_t)text_characters(text) + 2 : 1;
    case JSON_NUMBER: return (uint32_t)text.length;
    case JSON_TRUE:
    case JSON_NULL: return 4;
    case JSON_FALSE: return 5;
    default: return 1;
    }
}

static struct bill_token next_token(struct bill_reading *reading) {
    struct bill_token token = {.event = json_next(reading->json), .text = json_text(reading->json)};
    token.at = place_of(reading, length_of(reading, token.event, token.text));
    return token;
}

static void complain_syntax(struct bill_reading *reading, const struct bill_token *token) {
    static const enum exchange_message messages[] = {
        [JSON_UNEXPECTED] = EXCHANGE_BILL_UNEXPECTED,   [JSON_TRUNCATED] = EXCHANGE_BILL_TRUNCATED,
        [JSON_BAD_ESCAPE] = EXCHANGE_BILL_BAD_ESCAPE,   [JSON_BAD_UTF8] = EXCHANGE_BILL_BAD_UTF8,
        [JSON_CONTROL] = EXCHANGE_BILL_CONTROL,         [JSON_BAD_NUMBER] = EXCHANGE_BILL_BAD_NUMBER,
        [JSON_DUPLICATE_KEY] = EXCHANGE_BILL_KEY_TWICE, [JSON_TOO_DEEP] = EXCHANGE_BILL_TOO_DEEP,
        [JSON_TRAILING] = EXCHANGE_BILL_TRAILING};
    enum json_error error = json_error(reading->json);
    if (error == JSON_NO_MEMORY)
        reading->reader->failed = true;
    else
        bill_complain(reading, token->at, messages[error], NULL, 0);
}

static bool open_json(struct bill_reading *reading) {
    reading->json = json_open(&reading->reader->scratch, reading->cut.text);
    if (!reading->json) reading->reader->failed = true;
    return reading->json != NULL;
}

/* Passes over the rest of a value; the text is sound. */
static void skip_value(struct bill_reading *reading, enum json_event begun) {
    size_t depth = begun == JSON_OBJECT_BEGIN || begun == JSON_ARRAY_BEGIN;
    while (depth) {
        enum json_event event = json_next(reading->json);
        if (event == JSON_OBJECT_BEGIN || event == JSON_ARRAY_BEGIN) depth++;
        if (event == JSON_OBJECT_END || event == JSON_ARRAY_END) depth--;
        if (event == JSON_ERROR || event == JSON_END) return;
    }
}

/* The values of `event` and `act`; JSON_NULL where they are not told. False, and told, when the text is not sound. */
static bool survey(struct bill_reading *reading, struct bill_token *event, struct bill_token *act) {
    struct bill_token token = next_token(reading), *wanted = NULL;
    bool object = token.event == JSON_OBJECT_BEGIN;
    event->event = act->event = JSON_NULL;
    if (!object && token.event != JSON_ERROR) {
        bill_complain(reading, token.at, EXCHANGE_BILL_NO_OBJECT, NULL, 0);
        return false;
    }
    for (size_t depth = 1; token.event != JSON_END && token.event != JSON_ERROR;) {
        token = next_token(reading);
        if (wanted) *wanted = token;
        wanted = NULL;
        if (token.event == JSON_KEY && depth == 1)
            wanted = text_is(token.text, "event") ? event : text_is(token.text, "act") ? act : NULL;
        if (token.event == JSON_OBJECT_BEGIN || token.event == JSON_ARRAY_BEGIN) depth++;
        if (token.event == JSON_OBJECT_END || token.event == JSON_ARRAY_END) depth--;
    }
    if (token.event == JSON_ERROR) complain_syntax(reading, &token);
    return token.event == JSON_END;
}

/* --- which event, and what is asked ------------------------------------------------------------------------------- */

/* A word that must be in quotes. */
static bool is_word(struct bill_reading *reading, const char *key, const struct bill_token *token) {
    if (token->event == JSON_STRING) return true;
    BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_A_TEXT, text_from(key));
    return false;
}

static bool is_called(const struct entity *entity, struct text name) {
    return name.length && (text_equal(name, entity->name) || text_equal(name, entity->label[LANGUAGE_ZH]) ||
                           text_equal(name, entity->label[LANGUAGE_EN]));
}

static struct text settled_events(struct arena *arena, const struct policy *policy) {
    struct builder list;
    builder_init(&list);
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (!entity->settled.at) continue;
        if (list.length) builder_add(&list, TEXT(", "));
        builder_add(&list, entity->name);
    }
    return builder_finish(&list, arena);
}

/* The only one that is settled. */
static const struct entity *only_event(struct bill_reading *reading) {
    const struct policy *policy = reading->reader->policy;
    const struct entity *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < policy->entities.count; i++) {
        if (!policy->entities.items[i]->settled.at) continue;
        found = policy->entities.items[i];
        count++;
    }
    if (count == 0) bill_complain(reading, beginning(reading), EXCHANGE_BILL_NONE_SETTLED, NULL, 0);
    if (count > 1)
        BILL_COMPLAIN(reading, beginning(reading), EXCHANGE_BILL_EVENT_MISSING,
                      settled_events(&reading->reader->scratch, policy));
    return count == 1 ? found : NULL;
}

static const struct entity *find_event(struct bill_reading *reading, const struct bill_token *token) {
    const struct policy *policy = reading->reader->policy;
    struct suggestion suggestion;
    if (token->event == JSON_NULL) return only_event(reading);
    if (!is_word(reading, "event", token)) return NULL;
    suggestion_begin(&suggestion, token->text);
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (is_called(entity, token->text)) {
            if (entity->settled.at) return entity;
            BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_NOT_SETTLED, token->text);
            return NULL;
        }
        if (entity->settled.at) suggestion_note(&suggestion, entity->name);
    }
    if (suggestion.best.length)
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_EVENT_MEANT, token->text, suggestion.best);
    else
        BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_EVENT_UNKNOWN, token->text);
    return NULL;
}

static enum settlement_act find_act(struct bill_reading *reading, const struct bill_token *token) {
    if (token->event == JSON_NULL || !is_word(reading, "act", token)) return SETTLEMENT_SETTLE;
    for (int act = 0; act < SETTLEMENT_ACTS; act++)
        if (text_is(token->text, settlement_act_words[act])) return (enum settlement_act)act;
    BILL_COMPLAIN(reading, token->at, EXCHANGE_BILL_ACT_UNKNOWN, token->text);
    return SETTLEMENT_SETTLE;
}

/* --- keys ----------------------------------------------------------------------------------------------------------
 */

static void complain_key(struct bill_reading *reading, const struct bill_token *key) {
    const struct entity *event = reading->told->bill.event, *parent = event->parent;
    struct suggestion suggestion;
    if (key->text.length && entity_field(event, key->text)) {
        BILL_COMPLAIN(reading, key->at, EXCHANGE_BILL_KEY_COMPUTED, key->text);
        return;
    }
    suggestion_begin(&suggestion, key->text);
    suggestion_note(&suggestion, TEXT("event"));
    suggestion_note(&suggestion, TEXT("act"));
    for (size_t i = 0; i < event->inputs.count; i++) {
        suggestion_note(&suggestion, event->inputs.items[i]->name);
        for (int language = 0; language < LANGUAGES; language++)
            suggestion_note(&suggestion, event->inputs.items[i]->label[language]);
    }
    suggestion_note(&suggestion, parent->name);
    for (size_t i = 0; i < parent->inputs.count; i++)
        if (bill_is_matched_by(parent->inputs.items[i])) suggestion_note(&suggestion, parent->inputs.items[i]->name);
    if (suggestion.best.length)
        BILL_COMPLAIN(reading, key->at, EXCHANGE_BILL_KEY_MEANT, key->text, event->name, suggestion.best);
    else
        BILL_COMPLAIN(reading, key->at, EXCHANGE_BILL_KEY_UNKNOWN, key->text, event->name);
}

/* A list or an object where a value should stand. */
static bool is_nested(struct bill_reading *reading, const struct bill_token *key, const struct bill_token *value) {
    if (value->event != JSON_OBJECT_BEGIN && value->event != JSON_ARRAY_BEGIN) return false;
    BILL_COMPLAIN(reading, value->at, EXCHANGE_BILL_NESTED, key->text);
    skip_value(reading, value->event);
    return true;
}

static void take_input(struct bill_reading *reading, const struct field *input, const struct bill_token *key,
                       const struct bill_token *value, enum said *said) {
    struct bill *bill = &reading->told->bill;
    enum said *of = &said[input->input_index];
    if (*of != SAID_NOTHING) {
        BILL_COMPLAIN(reading, key->at, EXCHANGE_BILL_INPUT_TWICE, key->text, input->name);
        skip_value(reading, value->event);
        return;
    }
    *of = SAID_WRONG;
    if (is_nested(reading, key, value)) return;
    if (value->event == JSON_NULL)
        *of = SAID_NULL;
    else if (bill_take_value(reading, input, key->text, value, &bill->values[input->input_index]))
        *of = SAID_WELL;
}

/* Whose it is: by a row's id, or by an input of that row. */
static void take_parent(struct bill_reading *reading, const struct field *input, const struct bill_token *key,
                        const struct bill_token *value, enum said *said) {
    struct bill *bill = &reading->told->bill;
    struct text text;
    if (value->event == JSON_NULL) return;
    if (*said != SAID_NOTHING) {
        BILL_COMPLAIN(reading, key->at, EXCHANGE_BILL_PARENT_TWICE, key->text);
        skip_value(reading, value->event);
        return;
    }
    *said = SAID_WRONG;
    if (is_nested(reading, key, value)) return;
    if (!bill_take_text(reading, input ? input->check : TEXT(""), key->text, value, &text)) return;
    *said = SAID_WELL;
    bill->input = input;
    if (input)
        bill->match = text;
    else
        bill->parent = text;
}

static bool is_wanted_by_cancel(const struct entity *event, const struct field *input) {
    return input && (input == event->settled.at || input == event->settled.by);
}

static void take_member(struct bill_reading *reading, const struct bill_token *key, enum said *said) {
    const struct entity *event = reading->told->bill.event;
    const struct field *input, *above = NULL;
    struct bill_token value = next_token(reading);
    if (text_is(key->text, "event") || text_is(key->text, "act")) {
        skip_value(reading, value.event); /* was looked at before */
        return;
    }
    enum import_heading heading = import_heading_of(event, key->text, &input);
    if (heading != IMPORT_HEADING_INPUT && heading != IMPORT_HEADING_PARENT && key->text.length)
        above = entity_field(event->parent, key->text);
    bool of_parent = heading == IMPORT_HEADING_PARENT || (above && bill_is_matched_by(above));
    bool known = heading == IMPORT_HEADING_INPUT || of_parent;
    if (!known) {
        complain_key(reading, key);
        skip_value(reading, value.event);
    } else if (reading->told->act == SETTLEMENT_CANCEL && !is_wanted_by_cancel(event, input)) {
        BILL_COMPLAIN(reading, key->at, EXCHANGE_BILL_CANCEL_MORE, key->text, event->settled.at->name,
                      event->settled.by->name);
        skip_value(reading, value.event);
    } else if (of_parent) {
        take_parent(reading, above, key, &value, &said[event->inputs.count]);
    } else {
        take_input(reading, input, key, &value, said);
    }
}

/* --- what must be there --------------------------------------------------------------------------------------------
 */

/* Those of the inputs that are not told, in one complaint. */
static void need_inputs(struct bill_reading *reading, struct field *const *inputs, size_t count,
                        const enum said *said) {
    static const char *const between[] = {", ", "、", ", "};
    struct arena *scratch = &reading->reader->scratch;
    struct builder lists[1 + LANGUAGES]; /* their names, then their labels */
    struct text texts[1 + LANGUAGES];
    bool missing = false;
    for (size_t k = 0; k <= LANGUAGES; k++) builder_init(&lists[k]);
    for (size_t i = 0; i < count; i++) {
        enum said of = said[inputs[i]->input_index];
        if (of != SAID_NOTHING && of != SAID_NULL) continue;
        for (size_t k = 0; k <= LANGUAGES; k++) {
            if (missing) builder_add(&lists[k], text_from(between[k]));
            builder_add(&lists[k],
                        k ? label_or_name(inputs[i]->label, inputs[i]->name, (enum language)(k - 1)) : inputs[i]->name);
        }
        missing = true;
    }
    for (size_t k = 0; k <= LANGUAGES; k++) texts[k] = builder_finish(&lists[k], scratch);
    if (missing) bill_complain(reading, beginning(reading), EXCHANGE_BILL_MISSING, texts, 1 + LANGUAGES);
}

static void need_parent(struct bill_reading *reading) {
    const struct entity *parent = reading->told->bill.event->parent;
    struct builder ways;
    builder_init(&ways);
    builder_add(&ways, parent->name);
    for (size_t i = 0; i < parent->inputs.count; i++)
        if (bill_is_matched_by(parent->inputs.items[i]))
            builder_format(&ways, ", %.*s", TEXT_ARG(parent->inputs.items[i]->name));
    BILL_COMPLAIN(reading, beginning(reading), EXCHANGE_BILL_PARENT_MISSING,
                  builder_finish(&ways, &reading->reader->scratch),
                  label_or_name(parent->label, parent->name, LANGUAGE_ZH),
                  label_or_name(parent->label, parent->name, LANGUAGE_EN));
}

static void need_all(struct bill_reading *reading, const enum said *said) {
    const struct entity *event = reading->told->bill.event;
    struct field *const known_by[] = {event->settled.at, event->settled.by};
    if (reading->told->act == SETTLEMENT_CANCEL) {
        need_inputs(reading, known_by, sizeof known_by / sizeof *known_by, said);
        return;
    }
    if (said[event->inputs.count] == SAID_NOTHING) need_parent(reading);
    need_inputs(reading, event->dated.items, event->dated.count, said);
}

/* --- bills ---------------------------------------------------------------------------------------------------------
 */

static void take_members(struct bill_reading *reading) {
    const struct entity *event = reading->told->bill.event;
    struct bill *bill = &reading->told->bill;
    enum said *said = ARENA_ARRAY(&reading->reader->scratch, enum said, event->inputs.count + 1);
    bill->values = ARENA_ARRAY(reading->arena, struct bill_value, event->inputs.count);
    if (!said || !bill->values || !open_json(reading)) {
        reading->reader->failed = true;
        return;
    }
    struct bill_token token = next_token(reading);
    while ((token = next_token(reading)).event == JSON_KEY && !gives_up(reading)) take_member(reading, &token, said);
    if (token.event == JSON_ERROR) complain_syntax(reading, &token); /* it was sound: memory has run out */
    if (!gives_up(reading)) need_all(reading, said);
}

static void read_bill(struct bill_reading *reading) {
    struct bill_token event, act;
    if (!open_json(reading) || !survey(reading, &event, &act)) return;
    *reading->told = (struct bill_told){.at = beginning(reading), .act = find_act(reading, &act)};
    reading->told->bill.parent = reading->told->bill.match = TEXT("");
    reading->told->bill.event = find_event(reading, &event);
    if (reading->told->bill.event) take_members(reading);
}

void bill_reader_open(struct bill_reader *reader, const struct policy *policy, const struct source *source,
                      struct diagnostics *diagnostics) {
    *reader = (struct bill_reader){.policy = policy, .source = source, .diagnostics = diagnostics};
    arena_init(&reader->scratch);
}

enum bill_result bill_reader_next(struct bill_reader *reader, struct arena *arena, struct bill_told *told) {
    struct bill_reading reading = {.reader = reader, .arena = arena, .told = told};
    if (reader->failed) return BILL_NO_MEMORY;
    arena_rewind(&reader->scratch, (struct arena_mark){0});
    enum bill_cut_result cut = bill_cut_next(reader, &reading.cut);
    if (cut == BILL_CUT) read_bill(&reading);
    reader->failed = reader->failed || arena_failed(&reader->scratch) || arena_failed(arena) ||
                     arena_failed(reader->diagnostics->arena);
    if (reader->failed) return BILL_NO_MEMORY;
    if (cut == BILL_CUT_NONE) return BILL_NO_MORE;
    return cut == BILL_CUT && reading.mistakes == 0 ? BILL_TOLD : BILL_WRONG;
}

void bill_reader_close(struct bill_reader *reader) {
    arena_free(&reader->scratch);
}
