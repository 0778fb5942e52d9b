#include "exchange/bill_schema.h"

#include "exchange/answer_words.h"
#include "exchange/bill_inside.h"
#include "exchange/import.h"
#include "exchange/lane_shown.h"
#include "lang/unit_words.h"

#include <string.h>

/* What is written, and for what. */
struct schema {
    struct json_writer *writer;
    struct arena *arena;
    const struct policy *policy;
    const struct entity *event;
};

static void write_text(struct json_writer *writer, const char *key, const char *text) {
    json_write_key(writer, key);
    json_write_string(writer, text_from(text));
}

static void open_object(struct json_writer *writer, const char *key) {
    json_write_key(writer, key);
    json_write_object(writer);
}

static void open_array(struct json_writer *writer, const char *key) {
    json_write_key(writer, key);
    json_write_array(writer);
}

/* Nothing but the properties written so far, which are closed. */
static void close_properties(struct json_writer *writer) {
    json_write_close_object(writer);
    json_write_key(writer, "additionalProperties");
    json_write_bool(writer, false);
}

static void write_required(struct json_writer *writer, const char *const *names, size_t count) {
    open_array(writer, "required");
    for (size_t i = 0; i < count; i++) json_write_string(writer, text_from(names[i]));
    json_write_close_array(writer);
}
#define REQUIRED(writer, ...)                                                                                          \
    write_required((writer), (const char *const[]){__VA_ARGS__},                                                       \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void begin_schema(const struct schema *schema, const char *what) {
    struct json_writer *writer = schema->writer;
    const struct entity *event = schema->event;
    struct builder title;
    builder_init(&title);
    for (enum language language = 0; language < LANGUAGES; language++) {
        struct text label = label_or_name(event->label, event->name, language);
        builder_format(&title, "%s%.*s", language ? " · " : "", TEXT_ARG(label));
    }
    builder_format(&title, "%s", what);
    json_write_object(writer);
    write_text(writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_write_key(writer, "title");
    json_write_string(writer, builder_finish(&title, schema->arena));
    write_text(writer, "type", "object");
}

/* --- descriptions --------------------------------------------------------------------------------------------------
 */

static void add_range(struct builder *out, const struct schema *schema, const struct field *field) {
    struct lane_spec spec = lane_spec_of(schema->arena, field);
    if (!field->bounded) return;
    struct text low = lane_limit_shown(schema->arena, &spec, spec.low),
                high = lane_limit_shown(schema->arena, &spec, spec.high);
    builder_format(out, ", %.*s .. %.*s", TEXT_ARG(low), TEXT_ARG(high));
}

/* Both labels with the unit, the range, the clauses. */
static void write_description(const struct schema *schema, const struct field *field) {
    struct builder out;
    const struct names *cites = &field->declaration->cites;
    builder_init(&out);
    for (enum language language = 0; language < LANGUAGES; language++) {
        struct text label = label_or_name(field->label, field->name, language),
                    unit = field->type.kind == TYPE_NUMBER
                               ? unit_words(schema->arena, schema->policy,
                                            type_written(schema->arena, &field->declaration->type), language)
                               : TEXT("");
        builder_format(&out, "%s%.*s", language ? " · " : "", TEXT_ARG(label));
        if (unit.length) builder_format(&out, " (%.*s)", TEXT_ARG(unit));
    }
    add_range(&out, schema, field);
    for (size_t i = 0; i < cites->list.count; i++)
        builder_format(&out, "〔%.*s〕", TEXT_ARG(cites->list.items[i].text));
    json_write_key(schema->writer, "description");
    json_write_string(schema->writer, builder_finish(&out, schema->arena));
}

/* --- values --------------------------------------------------------------------------------------------------------
 */

/* Of an identifier scheme (base/identifier.h); the check character is the reader's to judge. */
static const char *scheme_pattern(struct text scheme) {
    static const char *const patterns[][2] = {{"gb11643", "^[0-9]{17}[0-9X]$"},
                                              {"gb11643_disability", "^[0-9]{17}[0-9X][1-7][1-4]$"},
                                              {"gb32100", "^[0-9A-HJ-NP-RTUW-Y]{18}$"},
                                              {"luhn", "^[0-9]{12,19}$"}};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (text_is(scheme, patterns[i][0])) return patterns[i][1];
    return "^[^\\u0000-\\u001f\\u007f]*$";
}

static void write_string_schema(struct json_writer *writer, struct text scheme) {
    write_text(writer, "type", "string");
    json_write_key(writer, "minLength");
    json_write_integer(writer, 1);
    json_write_key(writer, "maxLength");
    json_write_integer(writer, IMPORT_TEXT_BYTES_MAX);
    write_text(writer, "pattern", scheme_pattern(scheme));
}

static void write_limit(const struct schema *schema, const char *key, const struct lane_spec *spec, lane limit) {
    struct text text = lane_limit_shown(schema->arena, spec, limit);
    if (!spec->bounded || !json_is_number(text)) return; /* a fraction says nothing here */
    json_write_key(schema->writer, key);
    json_write_number(schema->writer, text);
}

/* A decimal of so many places that can be negative; behind them zeros say nothing. */
static struct text decimal_pattern(const struct schema *schema, const struct field *field, bool negative) {
    unsigned decimals;
    const char *sign = negative ? "-?" : "";
    if (!field_decimals(schema->arena, field, &decimals))
        return text_format(schema->arena, "^%s(0|[1-9][0-9]*)(\\.[0-9]+)?$", sign);
    if (decimals == 0) return text_format(schema->arena, "^%s(0|[1-9][0-9]*)(\\.0+)?$", sign);
    return text_format(schema->arena, "^%s(0|[1-9][0-9]*)(\\.[0-9]{1,%u}0*)?$", sign, decimals);
}

/* As a number, or as a decimal in quotes. */
static void write_number_schema(const struct schema *schema, const struct field *field) {
    struct json_writer *writer = schema->writer;
    struct lane_spec spec = lane_spec_of(schema->arena, field);
    json_write_object(writer);
    write_text(writer, "type", "number");
    write_limit(schema, "minimum", &spec, spec.low);
    write_limit(schema, "maximum", &spec, spec.high);
    json_write_close_object(writer);
    json_write_object(writer);
    write_text(writer, "type", "string");
    json_write_key(writer, "pattern");
    json_write_string(writer, decimal_pattern(schema, field, !spec.bounded || spec.low < 0));
    json_write_close_object(writer);
}

static void write_choices(struct json_writer *writer, const struct enumeration *enumeration) {
    open_array(writer, "enum");
    for (size_t i = 0; i < enumeration->count; i++) {
        const struct enum_value *value = &enumeration->values[i];
        const struct text words[] = {value->name.text, value->label[LANGUAGE_ZH], value->label[LANGUAGE_EN]};
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            bool again = words[k].length == 0;
            for (size_t j = 0; j < k && !again; j++) again = text_equal(words[j], words[k]);
            if (!again) json_write_string(writer, words[k]);
        }
    }
    json_write_close_array(writer);
}

/* The schemas one of which a value follows. */
static void write_alternatives(const struct schema *schema, const struct field *field) {
    struct json_writer *writer = schema->writer;
    if (field->type.kind == TYPE_NUMBER) {
        write_number_schema(schema, field);
        return;
    }
    json_write_object(writer);
    switch (field->type.kind) {
    case TYPE_BOOL:
        open_array(writer, "enum");
        json_write_bool(writer, true);
        json_write_bool(writer, false);
        for (enum language language = 0; language < LANGUAGES; language++) {
            json_write_string(writer, language == LANGUAGE_ZH ? TEXT("是") : TEXT("yes"));
            json_write_string(writer, language == LANGUAGE_ZH ? TEXT("否") : TEXT("no"));
        }
        json_write_close_array(writer);
        break;
    case TYPE_DATE:
        write_text(writer, "type", "string");
        write_text(writer, "format", "date");
        write_text(writer, "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
        break;
    case TYPE_ENUM: write_choices(writer, field->type.enumeration); break;
    default: write_string_schema(writer, field->check);
    }
    json_write_close_object(writer);
}

static bool is_needed(const struct entity *event, const struct field *input) {
    for (size_t i = 0; i < event->dated.count; i++)
        if (event->dated.items[i] == input) return true;
    return input == event->settled.at || input == event->settled.by;
}

static void write_input(const struct schema *schema, const struct field *input) {
    struct json_writer *writer = schema->writer;
    json_write_key_text(writer, input->name);
    json_write_object(writer);
    write_description(schema, input);
    open_array(writer, "anyOf");
    write_alternatives(schema, input);
    if (!is_needed(schema->event, input)) {
        json_write_object(writer);
        write_text(writer, "type", "null");
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
    json_write_close_object(writer);
}

/* --- bills ---------------------------------------------------------------------------------------------------------
 */

/* Whether a key says something else already (take_member of bill_json.c). */
static bool is_taken(const struct entity *event, struct text key) {
    const struct field *input;
    enum import_heading heading = import_heading_of(event, key, &input);
    return text_is(key, "event") || text_is(key, "act") || heading == IMPORT_HEADING_INPUT ||
           heading == IMPORT_HEADING_PARENT;
}

/* The inputs of the row above by which it may be told. */
static const struct field *next_match(const struct entity *event, size_t *at) {
    const struct entity *parent = event->parent;
    while (*at < parent->inputs.count) {
        const struct field *field = parent->inputs.items[(*at)++];
        if (bill_is_matched_by(field) && !is_taken(event, field->name)) return field;
    }
    return NULL;
}

static size_t count_settled(const struct policy *policy) {
    size_t count = 0;
    for (size_t i = 0; i < policy->entities.count; i++) count += policy->entities.items[i]->settled.at != NULL;
    return count;
}

static void write_words_of_bill(const struct schema *schema) {
    struct json_writer *writer = schema->writer;
    const struct entity *event = schema->event;
    open_object(writer, "event");
    json_write_key(writer, "const");
    json_write_string(writer, event->name);
    json_write_close_object(writer);
    open_object(writer, "act");
    open_array(writer, "enum");
    for (int act = 0; act < SETTLEMENT_ACTS; act++) json_write_string(writer, text_from(settlement_act_words[act]));
    json_write_close_array(writer);
    write_text(writer, "default", settlement_act_words[SETTLEMENT_SETTLE]);
    json_write_close_object(writer);
}

static void write_parent(const struct schema *schema) {
    struct json_writer *writer = schema->writer;
    const struct entity *parent = schema->event->parent;
    const struct field *match;
    struct text zh = label_or_name(parent->label, parent->name, LANGUAGE_ZH),
                en = label_or_name(parent->label, parent->name, LANGUAGE_EN);
    json_write_key_text(writer, parent->name);
    json_write_object(writer);
    json_write_key(writer, "description");
    json_write_string(writer, text_format(schema->arena, "%.*s · %.*s", TEXT_ARG(zh), TEXT_ARG(en)));
    write_string_schema(writer, TEXT(""));
    json_write_close_object(writer);
    for (size_t at = 0; (match = next_match(schema->event, &at)) != NULL;) {
        json_write_key_text(writer, match->name);
        json_write_object(writer);
        write_description(schema, match);
        write_string_schema(writer, match->check);
        json_write_close_object(writer);
    }
}

static void write_a_required(struct json_writer *writer, struct text name) {
    json_write_object(writer);
    open_array(writer, "required");
    json_write_string(writer, name);
    json_write_close_array(writer);
    json_write_close_object(writer);
}

/* Of one that is cancelled only who presented it and his number; of others whose they are, in one way, and all by which
 * they are known. */
static void write_needs(const struct schema *schema) {
    struct json_writer *writer = schema->writer;
    const struct entity *event = schema->event;
    const struct field *match;
    open_object(writer, "if");
    open_object(writer, "properties");
    open_object(writer, "act");
    write_text(writer, "const", settlement_act_words[SETTLEMENT_CANCEL]);
    json_write_close_object(writer);
    json_write_close_object(writer);
    REQUIRED(writer, "act");
    json_write_close_object(writer);

    open_object(writer, "then");
    open_object(writer, "propertyNames");
    open_array(writer, "enum");
    json_write_string(writer, TEXT("event"));
    json_write_string(writer, TEXT("act"));
    json_write_string(writer, event->settled.at->name);
    json_write_string(writer, event->settled.by->name);
    json_write_close_array(writer);
    json_write_close_object(writer);
    json_write_close_object(writer);

    open_object(writer, "else");
    open_array(writer, "required");
    for (size_t i = 0; i < event->dated.count; i++) json_write_string(writer, event->dated.items[i]->name);
    json_write_close_array(writer);
    open_array(writer, "oneOf");
    write_a_required(writer, event->parent->name);
    for (size_t at = 0; (match = next_match(event, &at)) != NULL;) write_a_required(writer, match->name);
    json_write_close_array(writer);
    json_write_close_object(writer);

    open_array(writer, "required");
    if (count_settled(schema->policy) > 1) json_write_string(writer, TEXT("event"));
    json_write_string(writer, event->settled.at->name);
    json_write_string(writer, event->settled.by->name);
    json_write_close_array(writer);
}

static void end_schema(struct schema *schema) {
    json_write_close_object(schema->writer);
    if (arena_failed(schema->arena)) schema->writer->out->failed = true;
    arena_free(schema->arena);
}

void bill_schema_write(struct json_writer *writer, const struct policy *policy, const struct entity *event) {
    struct arena arena;
    struct schema schema = {writer, &arena, policy, event};
    arena_init(&arena);
    begin_schema(&schema, "");
    open_object(writer, "properties");
    write_words_of_bill(&schema);
    write_parent(&schema);
    for (size_t i = 0; i < event->inputs.count; i++)
        if (!text_is(event->inputs.items[i]->name, "event") && !text_is(event->inputs.items[i]->name, "act"))
            write_input(&schema, event->inputs.items[i]);
    close_properties(writer);
    write_needs(&schema);
    end_schema(&schema);
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

static void write_type(struct json_writer *writer, const char *key, const char *type) {
    open_object(writer, key);
    write_text(writer, "type", type);
    json_write_close_object(writer);
}

static void write_or_null(struct json_writer *writer, const char *key, const char *type) {
    open_object(writer, key);
    open_array(writer, "type");
    json_write_string(writer, text_from(type));
    json_write_string(writer, TEXT("null"));
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void write_reference(struct json_writer *writer, const char *key, const char *to) {
    open_object(writer, key);
    write_text(writer, "$ref", to);
    json_write_close_object(writer);
}

static void write_list_of(struct json_writer *writer, const char *key, const char *to) {
    open_object(writer, key);
    write_text(writer, "type", "array");
    write_reference(writer, "items", to);
    json_write_close_object(writer);
}

static void open_definition(struct json_writer *writer, const char *name) {
    open_object(writer, name);
    write_text(writer, "type", "object");
    open_object(writer, "properties");
}

/* As amount_written writes it. */
static void write_amount(const struct schema *schema, const char *key, bool or_null) {
    struct json_writer *writer = schema->writer;
    unsigned decimals;
    struct text pattern = TEXT("^-?[0-9]+([./][0-9]+)?$");
    if (field_decimals(schema->arena, schema->event->settled.total, &decimals))
        pattern = decimals ? text_format(schema->arena, "^-?(0|[1-9][0-9]*)\\.[0-9]{%u}$", decimals)
                           : TEXT("^-?(0|[1-9][0-9]*)$");
    open_object(writer, key);
    open_array(writer, "type");
    json_write_string(writer, TEXT("string"));
    if (or_null) json_write_string(writer, TEXT("null"));
    json_write_close_array(writer);
    json_write_key(writer, "pattern");
    json_write_string(writer, pattern);
    json_write_close_object(writer);
}

static void define_words(struct json_writer *writer) {
    open_definition(writer, "words");
    write_type(writer, "zh", "string");
    write_type(writer, "en", "string");
    close_properties(writer);
    REQUIRED(writer, "zh", "en");
    json_write_close_object(writer);

    open_definition(writer, "named");
    write_type(writer, "name", "string");
    write_reference(writer, "label", "#/$defs/words");
    close_properties(writer);
    REQUIRED(writer, "name", "label");
    json_write_close_object(writer);

    open_definition(writer, "fact");
    write_type(writer, "name", "string");
    write_reference(writer, "label", "#/$defs/words");
    write_or_null(writer, "value", "string");
    write_reference(writer, "shown", "#/$defs/words");
    write_type(writer, "unconfirmed", "boolean");
    close_properties(writer);
    REQUIRED(writer, "name", "label", "value", "shown");
    json_write_close_object(writer);
}

static void define_part(const struct schema *schema) {
    struct json_writer *writer = schema->writer;
    const struct settled *settled = &schema->event->settled;
    open_definition(writer, "part");
    open_object(writer, "benefit");
    open_array(writer, "enum");
    for (size_t i = 0; i < settled->layers.count; i++) json_write_string(writer, settled->layers.items[i]->name);
    json_write_close_array(writer);
    json_write_close_object(writer);
    open_object(writer, "rest");
    json_write_key(writer, "const");
    json_write_string(writer, settled->rest->name);
    json_write_close_object(writer);
    write_reference(writer, "label", "#/$defs/words");
    write_reference(writer, "fund", "#/$defs/named");
    write_amount(schema, "amount", true);
    write_reference(writer, "missing", "#/$defs/words");
    write_type(writer, "unconfirmed", "boolean");
    open_object(writer, "cites");
    write_text(writer, "type", "array");
    write_type(writer, "items", "string");
    json_write_close_object(writer);
    close_properties(writer);
    REQUIRED(writer, "label", "amount", "cites");
    open_array(writer, "oneOf");
    write_a_required(writer, TEXT("benefit"));
    write_a_required(writer, TEXT("rest"));
    json_write_close_array(writer);
    json_write_close_object(writer);
}

static void define_bill(const struct schema *schema) {
    struct json_writer *writer = schema->writer;
    open_definition(writer, "bill");
    open_object(writer, "event");
    json_write_key(writer, "const");
    json_write_string(writer, schema->event->name);
    json_write_close_object(writer);
    write_type(writer, "id", "string");
    write_type(writer, "at", "string");
    write_type(writer, "by", "string");
    open_object(writer, "date");
    write_text(writer, "type", "string");
    write_text(writer, "format", "date");
    json_write_close_object(writer);
    open_object(writer, "settlement");
    write_text(writer, "type", "integer");
    json_write_key(writer, "minimum");
    json_write_integer(writer, 1);
    json_write_close_object(writer);
    write_amount(schema, "total", false);
    write_amount(schema, "open", false);
    write_list_of(writer, "parts", "#/$defs/part");
    write_list_of(writer, "reports", "#/$defs/named");
    write_or_null(writer, "assessed", "string");
    close_properties(writer);
    REQUIRED(writer, "event", "at", "by", "parts");
    json_write_close_object(writer);

    open_definition(writer, "effect");
    write_reference(writer, "before", "#/$defs/bill");
    write_reference(writer, "after", "#/$defs/bill");
    close_properties(writer);
    REQUIRED(writer, "before", "after");
    json_write_close_object(writer);

    open_definition(writer, "left");
    write_reference(writer, "bill", "#/$defs/bill");
    write_reference(writer, "guarantee", "#/$defs/named");
    write_reference(writer, "field", "#/$defs/named");
    write_reference(writer, "why", "#/$defs/words");
    close_properties(writer);
    REQUIRED(writer, "bill");
    json_write_close_object(writer);
}

static void write_codes(struct json_writer *writer) {
    static const struct settlement_answer done = {.outcome = SETTLEMENT_DONE}, same = {.outcome = SETTLEMENT_SAME},
                                          refused = {.outcome = SETTLEMENT_REFUSED};
    open_object(writer, "outcome");
    open_array(writer, "enum");
    for (int act = 0; act < SETTLEMENT_ACTS; act++)
        json_write_string(writer, text_from(answer_outcome_code(&done, (enum settlement_act)act)));
    json_write_string(writer, text_from(answer_outcome_code(&same, SETTLEMENT_SETTLE)));
    json_write_string(writer, text_from(answer_outcome_code(&refused, SETTLEMENT_SETTLE)));
    json_write_string(writer, TEXT("unread")); /* of the service that settles bills alone (work/bill_service.h) */
    json_write_string(writer, TEXT("failed"));
    json_write_close_array(writer);
    json_write_close_object(writer);
    open_object(writer, "refusal");
    open_array(writer, "enum");
    for (int refusal = SETTLEMENT_NO_PARENT; refusal < SETTLEMENT_REFUSALS; refusal++)
        json_write_string(writer, text_from(answer_refusal_code((enum settlement_refusal)refusal)));
    json_write_close_array(writer);
    json_write_close_object(writer);
}

/* Where the outcome is that, what "then" says; the caller opens "else". */
static void open_needs_of(struct json_writer *writer, const char *outcome) {
    open_object(writer, "if");
    open_object(writer, "properties");
    open_object(writer, "outcome");
    write_text(writer, "const", outcome);
    json_write_close_object(writer);
    json_write_close_object(writer);
    json_write_close_object(writer);
    open_object(writer, "then");
}

/* One that is refused says why, one that was not read what is wrong with it; any other has a bill. */
static void write_needs_of_answer(struct json_writer *writer) {
    REQUIRED(writer, "outcome", "sentence");
    open_needs_of(writer, "refused");
    REQUIRED(writer, "refusal");
    json_write_close_object(writer);
    open_object(writer, "else");
    open_needs_of(writer, "unread");
    REQUIRED(writer, "mistakes");
    json_write_close_object(writer);
    open_object(writer, "else");
    open_needs_of(writer, "failed");
    REQUIRED(writer, "retry");
    json_write_close_object(writer);
    open_object(writer, "else");
    REQUIRED(writer, "bill", "effects");
    for (size_t i = 0; i < 3; i++) json_write_close_object(writer);
}

static void define_mistake(struct json_writer *writer) {
    open_definition(writer, "mistake");
    write_type(writer, "line", "integer");
    write_type(writer, "column", "integer");
    write_reference(writer, "text", "#/$defs/words");
    write_reference(writer, "remedy", "#/$defs/words");
    close_properties(writer);
    REQUIRED(writer, "text");
    json_write_close_object(writer);
}

void answer_schema_write(struct json_writer *writer, const struct policy *policy, const struct entity *event) {
    struct arena arena;
    struct schema schema = {writer, &arena, policy, event};
    arena_init(&arena);
    begin_schema(&schema, " · 答复 · answer");
    open_object(writer, "properties");
    write_codes(writer);
    write_reference(writer, "sentence", "#/$defs/words");
    write_reference(writer, "remedy", "#/$defs/words");
    write_type(writer, "change", "integer");
    write_type(writer, "retry", "boolean");
    write_list_of(writer, "mistakes", "#/$defs/mistake");
    write_type(writer, "told", "string");
    write_reference(writer, "guarantee", "#/$defs/named");
    write_reference(writer, "field", "#/$defs/named");
    write_reference(writer, "bill", "#/$defs/bill");
    write_reference(writer, "standing", "#/$defs/bill");
    write_type(writer, "presented", "object"); /* bill_schema_write */
    write_list_of(writer, "effects", "#/$defs/effect");
    write_list_of(writer, "left", "#/$defs/left");
    write_list_of(writer, "facts", "#/$defs/fact");
    close_properties(writer);
    write_needs_of_answer(writer);
    open_object(writer, "$defs");
    define_words(writer);
    define_mistake(writer);
    define_part(&schema);
    define_bill(&schema);
    json_write_close_object(writer);
    end_schema(&schema);
}
