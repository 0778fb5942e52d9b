/* Values of parameters, of which the law confirms not all, and who has confirmed them since. A confirmation names the
 * value by texts, and holds for exactly this one: where the law says another later, nobody has confirmed that. */
#include "registry/registry_inside.h"

#include "base/shown.h"
#include "exchange/import.h"
#include "lang/unit_words.h"

static const struct store_column confirmed_columns[] = {
    {{"_confirmed", 10}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true},
    {{"_parameter", 10}, STORE_TEXT, true},    {{"_area", 5}, STORE_TEXT, true},
    {{"_keys", 5}, STORE_TEXT, true},          {{"_from", 5}, STORE_TEXT, true},
    {{"_enacted", 8}, STORE_TEXT, true},       {{"_value", 6}, STORE_TEXT, true},
    {{"_document", 9}, STORE_TEXT, true},      {{"_signed", 7}, STORE_INTEGER, true}};
const struct store_table registry_confirmed_table = {{"_confirmed", 10}, confirmed_columns, 10, false};

/* --- how a value is named ----------------------------------------------------------------------------------------- */

static struct text day_written(struct arena *arena, day_number day) {
    return day < day_first ? TEXT("") : day_format(arena, day);
}

static struct text with_type(struct arena *arena, struct number number, const struct type_name *type) {
    struct text digits = number_exact(arena, number), unit = type_written(arena, type);
    return text_format(arena, "%.*s %.*s", TEXT_ARG(digits), TEXT_ARG(unit));
}

/* "3500 money/year": whichever way the law's file writes it. */
static struct text value_written(struct arena *arena, const struct parameter *parameter,
                                 const struct parameter_value *value) {
    if (value->empty) return TEXT("");
    switch (parameter->type.kind) {
    case TYPE_BOOL: return value->truth ? TEXT("yes") : TEXT("no");
    case TYPE_DATE: return day_format(arena, value->date);
    case TYPE_ENUM: return parameter->type.enumeration->values[value->enum_value].name.text;
    default:
        return with_type(arena, number_divide(arena, value->number, parameter->scale), &parameter->declaration->type);
    }
}

static struct text key_written(struct arena *arena, const struct key *key, const struct parameter_value *value,
                               size_t place) {
    switch (key->kind) {
    case KEY_MONTH: return month_format(arena, (month_number)value->keys[place]);
    case KEY_ENUM: return key->enumeration->values[value->keys[place]].name.text;
    case KEY_BAND: return with_type(arena, number_divide(arena, value->band, key->band_scale), &key->band);
    default: return text_format(arena, "%lld", (long long)value->keys[place]);
    }
}

/* "group=poor,level=township": the area stands for itself. */
static struct text keys_written(struct arena *arena, const struct parameter *parameter,
                                const struct parameter_value *value) {
    struct text list = TEXT("");
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (key->kind == KEY_AREA) continue;
        struct text written = key_written(arena, key, value, i);
        list = text_format(arena, "%.*s%s%.*s=%.*s", TEXT_ARG(list), list.length ? "," : "", TEXT_ARG(key->name.text),
                           TEXT_ARG(written));
    }
    return list;
}

static void add_lines(struct arena *arena, struct registry_lines *lines, const struct parameter *parameter,
                      struct parameter_values *values, struct text area) {
    for (size_t i = 0; i < values->list.count; i++) {
        struct parameter_value *value = &values->list.items[i];
        const struct registry_line line = {.parameter = parameter,
                                           .value = value,
                                           .area = value->area.length ? value->area : area,
                                           .keys = keys_written(arena, parameter, value),
                                           .from = day_written(arena, value->from),
                                           .enacted = day_written(arena, value->enacted),
                                           .written = value_written(arena, parameter, value)};
        VECTOR_PUSH(arena, &lines->list, line);
    }
}

/* Values that a layer puts in place of others hold in its area. */
static void find_lines(struct arena *arena, const struct policy *policy, struct registry_lines *lines) {
    for (size_t i = 0; i < policy->parameters.count; i++) {
        struct parameter *parameter = policy->parameters.items[i];
        add_lines(arena, lines, parameter, &parameter->values, TEXT(""));
        for (size_t k = 0; k < parameter->exceptions.count; k++) {
            struct parameter_exception *exception = parameter->exceptions.items[k];
            add_lines(arena, lines, parameter, &exception->values, exception->layer->head->area.text);
        }
    }
}

/* --- keeping ------------------------------------------------------------------------------------------------------ */

enum registry_result registry_confirm(struct registry *registry, const struct registry_change *change,
                                      const struct registry_lines *lines, const struct attestation *attestation) {
    int64_t number = registry_highest(registry, &registry_confirmed_table);
    struct chain_load load;
    bool begun = chain_load_begin(&load, registry, CHAIN_CONFIRMED);
    for (size_t i = 0; i < lines->list.count && begun; i++) {
        const struct registry_line *line = &lines->list.items[i];
        const struct store_value values[] = {store_integer(++number),
                                             store_integer(change->number),
                                             store_text(line->parameter->name),
                                             store_text(line->area),
                                             store_text(line->keys),
                                             store_text(line->from),
                                             store_text(line->enacted),
                                             store_text(line->written),
                                             store_text(attestation->document),
                                             store_integer(attestation->is_signed)};
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

enum { NAMED = 6 }; /* texts that name a value */

/* So that no two values are named alike, whatever stands in the texts. */
static struct text joined(struct arena *arena, const struct text texts[NAMED]) {
    struct builder name;
    builder_init(&name);
    for (size_t i = 0; i < NAMED; i++) builder_format(&name, "%zu:%.*s", texts[i].length, TEXT_ARG(texts[i]));
    return builder_finish(&name, arena);
}

static struct text name_of_line(struct arena *arena, const struct registry_line *line) {
    const struct text texts[NAMED] = {line->parameter->name, line->area,   line->keys, line->from,
                                      line->enacted,         line->written};
    return joined(arena, texts);
}

/* What is shown to people later: nobody can have told other texts. */
static bool is_tellable(struct arena *arena, struct text text) {
    return text.length <= IMPORT_TEXT_BYTES_MAX && text_equal(text_shown(arena, text), text);
}

/* The first confirmation of a value is the one that counts. */
static bool note_confirmation(struct arena *arena, const struct statement *query, struct map *known) {
    struct text texts[NAMED];
    for (size_t i = 0; i < NAMED; i++) texts[i] = statement_text(query, i);
    struct text name = joined(arena, texts);
    if (map_get(known, name)) return true;
    struct attestation *attestation = ARENA_NEW(arena, struct attestation);
    if (!attestation) return true;
    *attestation = (struct attestation){.document = text_copy(arena, statement_text(query, NAMED)),
                                        .is_signed = statement_integer(query, NAMED + 1) != 0,
                                        .by = text_copy(arena, statement_text(query, NAMED + 2)),
                                        .instant = statement_integer(query, NAMED + 3)};
    map_put(known, name, attestation);
    return is_tellable(arena, attestation->document) && is_tellable(arena, attestation->by);
}

static enum registry_result read_confirmations(struct registry *registry, int64_t until, struct arena *arena,
                                               struct map *known) {
    static const char told[] = "SELECT c._parameter, c._area, c._keys, c._from, c._enacted, c._value, c._document, "
                               "c._signed, h._by, h._instant, c._confirmed FROM _confirmed c "
                               "JOIN _changes h ON h._change = c._change WHERE c._change <= $1 ORDER BY c._confirmed";
    const struct store_value change = store_integer(until);
    struct statement *query = store_prepare(registry->store, told);
    bool sound = true;
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, &change, 1)) {
        while (sound && !arena_failed(arena) && statement_next(query)) sound = note_confirmation(arena, query, known);
        if (!sound)
            registry->differs =
                text_format(&registry->arena, "_confirmed %lld", (long long)statement_integer(query, NAMED + 4));
        statement_end(query);
    }
    statement_free(query);
    enum registry_result result = registry_outcome(registry, arena);
    return result == REGISTRY_DONE && !sound ? REGISTRY_DAMAGED : result;
}

enum registry_result registry_read_confirmed(struct registry *registry, int64_t known, struct policy *policy,
                                             struct registry_lines *lines) {
    struct arena *arena = &policy->arena;
    struct map confirmations;
    *lines = (struct registry_lines){{NULL, 0, 0}};
    map_init(&confirmations, arena);
    enum registry_result result = read_confirmations(registry, known, arena, &confirmations);
    if (result != REGISTRY_DONE) return result;
    find_lines(arena, policy, lines);
    for (size_t i = 0; i < lines->list.count && !arena_failed(arena); i++) {
        struct parameter_value *value = lines->list.items[i].value;
        if (value->empty || (value->confirmed && !value->attested)) continue; /* nothing to confirm */
        value->attested = map_get(&confirmations, name_of_line(arena, &lines->list.items[i]));
        value->confirmed = value->attested != NULL;
    }
    return registry_outcome(registry, arena);
}
