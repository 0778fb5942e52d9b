/* Units and types: money/year is a twelfth of a yuan a month, with dimensions money 1, month -1. */
#include "lang/compile.h"

#include <string.h>

struct type type_plain(enum type_kind kind) {
    return (struct type){.kind = kind};
}

struct type type_power(size_t dimension, int power) {
    struct type type = {.kind = TYPE_NUMBER};
    type.powers[dimension] = (int8_t)power;
    return type;
}

static void add(struct policy *policy, struct text name, const struct text *label, struct number scale,
                size_t dimension, struct number step) {
    struct unit *unit = ARENA_NEW(&policy->arena, struct unit);
    *unit = (struct unit){.name = name, .scale = scale, .step = step};
    unit->powers[dimension] = 1;
    if (label) memcpy(unit->label, label, sizeof unit->label);
    VECTOR_PUSH(&policy->arena, &policy->units, unit);
    map_put(&policy->unit_by_name, name, unit);
}

void units_begin(struct policy *policy) {
    struct number year = number_from(12);
    policy->dimension_name[DIMENSION_MONEY] = TEXT("money");
    policy->dimension_name[DIMENSION_MONTH] = TEXT("month");
    policy->dimension_name[DIMENSION_DAY] = TEXT("day");
    policy->dimensions = DIMENSION_FIRST_FREE;
    add(policy, TEXT("month"), NULL, number_one, DIMENSION_MONTH, number_one);
    add(policy, TEXT("months"), NULL, number_one, DIMENSION_MONTH, number_one);
    add(policy, TEXT("year"), NULL, year, DIMENSION_MONTH, year);
    add(policy, TEXT("years"), NULL, year, DIMENSION_MONTH, year);
    add(policy, TEXT("day"), NULL, number_one, DIMENSION_DAY, number_one);
    add(policy, TEXT("days"), NULL, number_one, DIMENSION_DAY, number_one);
}

static bool taken(struct policy *policy, struct name name) {
    if (!map_get(&policy->unit_by_name, name.text) && !type_is_built_in(name.text)) return false;
    REPORT(policy, type_is_built_in(name.text) ? LANG_RESERVED_WORD : LANG_DECLARED_TWICE, name.at, name.text);
    return true;
}

void unit_add_currency(struct policy *policy, struct declaration *declaration) {
    struct number subunits = declaration->subunits;
    policy->currency = declaration->currency.text;
    if (number_sign(subunits) <= 0 || !number_is_integer(subunits)) {
        name_lose(policy, (struct name){TEXT("money"), declaration->currency.at});
        name_lose(policy, declaration->currency);
        name_lose(policy, declaration->subunit);
        REPORT(policy, LANG_BAD_SUBUNITS, declaration->currency.at, number_exact(&policy->arena, subunits));
        return;
    }
    if (taken(policy, declaration->currency) || taken(policy, declaration->subunit)) {
        name_lose(policy, (struct name){TEXT("money"), declaration->currency.at});
        return;
    }
    struct number step = number_divide(&policy->arena, number_one, subunits);
    add(policy, TEXT("money"), declaration->currency_label, number_one, DIMENSION_MONEY, step);
    add(policy, declaration->currency.text, declaration->currency_label, number_one, DIMENSION_MONEY, step);
    add(policy, declaration->subunit.text, declaration->subunit_label, step, DIMENSION_MONEY, step);
}

void unit_add(struct policy *policy, struct declaration *declaration) {
    if (taken(policy, declaration->name)) return;
    if (policy->dimensions == DIMENSIONS) {
        REPORT(policy, LANG_TOO_MANY_UNITS, declaration->name.at, declaration->name.text);
        name_lose(policy, declaration->name);
        return;
    }
    struct number step = declaration->has_step ? declaration->step : number_one;
    if (number_sign(step) <= 0) {
        REPORT(policy, LANG_BAD_STEP, declaration->name.at, declaration->name.text);
        name_lose(policy, declaration->name);
        return;
    }
    policy->dimension_name[policy->dimensions] = declaration->name.text;
    add(policy, declaration->name.text, declaration->label, number_one, policy->dimensions++, step);
}

static bool measure_part(struct policy *policy, struct text part, bool first, struct measure *measure) {
    struct arena *arena = &policy->arena;
    if (first && text_is(part, "count")) return true;
    if (first && (text_is(part, "ratio") || text_is(part, "%"))) {
        if (text_is(part, "%")) measure->scale = number_ratio(arena, 1, 100);
        measure->step = number_ratio(arena, 1, 10000);
        return true;
    }
    const struct unit *unit = map_get(&policy->unit_by_name, part);
    if (!unit) return false;
    if (first) {
        measure->scale = unit->scale;
        measure->step = unit->step;
        memcpy(measure->powers, unit->powers, sizeof measure->powers);
        return true;
    }
    measure->scale = number_divide(arena, measure->scale, unit->scale);
    measure->step = number_divide(arena, measure->step, unit->scale);
    for (size_t i = 0; i < DIMENSIONS; i++) {
        int power = measure->powers[i] - unit->powers[i];
        if (power < -POWER_MAX) return false;
        measure->powers[i] = (int8_t)power;
    }
    return true;
}

struct measure measure_parse(struct policy *policy, struct text text) {
    struct measure measure = {.found = true, .scale = number_one, .step = number_one};
    for (size_t begin = 0, at = 0; measure.found; at++) {
        if (at < text.length && text.bytes[at] != '/') continue;
        measure.found = measure_part(policy, text_slice(text, begin, at), begin == 0, &measure);
        begin = at + 1;
        if (at >= text.length) break;
    }
    return measure;
}

static const struct {
    const char *name;
    enum type_kind kind;
} plain[] = {
    {"bool", TYPE_BOOL}, {"date", TYPE_DATE}, {"text", TYPE_TEXT}, {"file", TYPE_FILE}, {"findings", TYPE_FINDINGS}};

bool type_is_built_in(struct text name) {
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (text_is(name, plain[i].name)) return true;
    return text_is(name, "count") || text_is(name, "ratio") || text_is(name, "money");
}

static bool type_of_name(struct policy *policy, struct text name, struct type *type) {
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (!text_is(name, plain[i].name)) continue;
        *type = type_plain(plain[i].kind);
        return true;
    }
    *type = type_plain(TYPE_ENUM);
    type->enumeration = map_get(&policy->enumeration_by_name, name);
    if (type->enumeration) return true;
    *type = type_plain(TYPE_ROW);
    type->entity = map_get(&policy->entity_by_name, name);
    return type->entity != NULL;
}

static struct text joined(struct arena *arena, const struct type_name *name) {
    struct text text = name->parts.list.items[0].text;
    for (size_t i = 1; i < name->parts.list.count; i++)
        text = text_format(arena, "%.*s/%.*s", TEXT_ARG(text), TEXT_ARG(name->parts.list.items[i].text));
    return text;
}

/* Told once, at the policy's head: every amount suffers from it. */
static void report_no_currency(struct policy *policy, const struct type_name *name) {
    const struct layer *law = policy->layers.items[0];
    if (map_get(&policy->lost, TEXT("money"))) return;
    name_lose(policy, (struct name){TEXT("money"), name->at});
    REPORT(policy, LANG_NO_CURRENCY, law->head ? law->head->at : name->at, TEXT("money"));
}

struct type type_find(struct policy *policy, const struct type_name *name, struct number *scale, struct number *step) {
    struct type type = type_plain(TYPE_WRONG);
    if (scale) *scale = number_one;
    if (step) *step = number_one;
    if (name->parts.list.count == 0) return type;
    if (name->parts.list.count == 1 && type_of_name(policy, name->parts.list.items[0].text, &type)) return type;
    struct measure measure = measure_parse(policy, joined(&policy->arena, name));
    if (measure.found) {
        type = type_plain(TYPE_NUMBER);
        memcpy(type.powers, measure.powers, sizeof type.powers);
        if (scale) *scale = measure.scale;
        if (step) *step = measure.step;
        return type;
    }
    if (policy->currency.length == 0 && text_is(name->parts.list.items[0].text, "money")) {
        report_no_currency(policy, name);
        return type_plain(TYPE_WRONG);
    }
    struct name wanted = {name->parts.list.items[0].text, name->at};
    for (size_t i = 0; i < name->parts.list.count; i++)
        if (!map_get(&policy->unit_by_name, name->parts.list.items[i].text)) wanted = name->parts.list.items[i];
    struct suggestion suggestion = suggest(policy, wanted.text);
    static const char *const words[] = {"bool", "date", "text", "count", "ratio", "file", "findings"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) suggestion_note(&suggestion, text_from(words[i]));
    suggestion_note_map(&suggestion, &policy->unit_by_name);
    suggestion_note_map(&suggestion, &policy->enumeration_by_name);
    suggestion_note_map(&suggestion, &policy->entity_by_name);
    report_unknown(policy, LANG_UNKNOWN_TYPE, wanted, TEXT(""), &suggestion);
    return type_plain(TYPE_WRONG);
}

static struct text powers_text(struct policy *policy, const int8_t *powers) {
    struct arena *arena = &policy->arena;
    struct text text = TEXT("");
    for (size_t i = 0; i < policy->dimensions; i++)
        for (int8_t power = powers[i]; power > 0; power--)
            text = text_format(arena, "%.*s%s%.*s", TEXT_ARG(text), text.length ? "·" : "",
                               TEXT_ARG(policy->dimension_name[i]));
    if (text.length == 0) text = TEXT("count");
    for (size_t i = 0; i < policy->dimensions; i++)
        for (int8_t power = powers[i]; power < 0; power++)
            text = text_format(arena, "%.*s/%.*s", TEXT_ARG(text), TEXT_ARG(policy->dimension_name[i]));
    return text;
}

struct text type_text(struct policy *policy, const struct type *type) {
    switch (type->kind) {
    case TYPE_NUMBER: return powers_text(policy, type->powers);
    case TYPE_ZERO: return TEXT("0");
    case TYPE_BOOL: return TEXT("bool");
    case TYPE_DATE: return TEXT("date");
    case TYPE_TEXT: return TEXT("text");
    case TYPE_FILE: return TEXT("file");
    case TYPE_FINDINGS: return TEXT("findings");
    case TYPE_ENUM: return type->enumeration->name;
    case TYPE_ROW: return type->entity->name;
    case TYPE_WRONG: break;
    }
    return TEXT("?");
}

bool type_equal(const struct type *a, const struct type *b) {
    return a->kind == b->kind && a->enumeration == b->enumeration && a->entity == b->entity &&
           memcmp(a->powers, b->powers, sizeof a->powers) == 0;
}
