#include "engine/value.h"

#include "lang/words.h"

#include <assert.h>

struct value value_unknown(enum reason_kind kind, const struct field *field, uint32_t index, size_t row) {
    return (struct value){.state = VALUE_UNKNOWN, .reason = {.kind = kind, .field = field, .index = index, .row = row}};
}

struct value value_fault(enum reason_kind kind, const struct field *field, uint32_t index) {
    return (struct value){.state = VALUE_FAULT, .reason = {.kind = kind, .field = field, .index = index}};
}

struct value value_number(struct number number) {
    return (struct value){.as.number = number};
}

struct value value_truth(bool truth) {
    return (struct value){.as.truth = truth};
}

struct value value_date(day_number date) {
    return (struct value){.as.date = date};
}

bool value_equal(const struct type *type, const struct value *a, const struct value *b) {
    switch (type->kind) {
    case TYPE_BOOL: return a->as.truth == b->as.truth;
    case TYPE_DATE: return a->as.date == b->as.date;
    case TYPE_ENUM: return a->as.choice == b->as.choice;
    case TYPE_ROW: return a->as.row.row == b->as.row.row;
    case TYPE_TEXT: return text_equal(a->as.text, b->as.text);
    default: return number_equal(a->as.number, b->as.number);
    }
}

bool value_of_integer(const struct type *type, lane integer, struct value *out) {
    switch (type->kind) {
    case TYPE_BOOL: *out = value_truth(integer != 0); return true;
    case TYPE_DATE: *out = value_date((day_number)integer); return true;
    case TYPE_ENUM: *out = (struct value){.as.choice = (uint32_t)integer}; return true;
    case TYPE_ROW:
        *out = (struct value){.as.row = {type->entity, integer == ROW_NONE ? SIZE_MAX : (size_t)integer}};
        return true;
    default: return false;
    }
}

struct value value_of_lane(struct arena *arena, const struct lane_spec *spec, lane value) {
    struct value found;
    if (value_of_integer(&spec->field->type, value, &found)) return found;
    return value_number(lane_number(arena, spec, value));
}

static bool first_of(const struct value *values, size_t count, enum value_state first, enum value_state second,
                     struct value *out) {
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++)
            if (values[i].state == (pass ? second : first)) {
                *out = values[i];
                return true;
            }
    return false;
}

bool values_missing(const struct value *values, size_t count, struct value *out) {
    return first_of(values, count, VALUE_FAULT, VALUE_UNKNOWN, out);
}

bool values_unsure(const struct value *values, size_t count, struct value *out) {
    return first_of(values, count, VALUE_UNKNOWN, VALUE_FAULT, out);
}

/* --- reading --------------------------------------------------------------------------------------------- */

/* 12, 12.5, 20% */
static bool parse_factor(struct arena *arena, struct text text, struct number *out) {
    enum { DIGITS_MOST = 100 };
    text = text_trim(text);
    bool percent = text.length > 1 && text.bytes[text.length - 1] == '%';
    if (percent) text = text_trim(text_slice(text, 0, text.length - 1));
    if (text.length > DIGITS_MOST || !number_parse(arena, text, out)) return false;
    if (percent) *out = number_divide(arena, *out, number_from(100));
    return true;
}

/* 600 * 2, 3500/6 */
static bool parse_term(struct arena *arena, struct text text, struct number *out) {
    char sign = '*';
    *out = number_one;
    for (size_t begin = 0, at = 0; at <= text.length; at++) {
        if (at < text.length && text.bytes[at] != '*' && text.bytes[at] != '/') continue;
        struct number factor;
        if (!parse_factor(arena, text_slice(text, begin, at), &factor)) return false;
        if (sign == '/' && number_sign(factor) == 0) return false;
        *out = sign == '*' ? number_multiply(arena, *out, factor) : number_divide(arena, *out, factor);
        if (at < text.length) sign = text.bytes[at];
        begin = at + 1;
    }
    return true;
}

bool number_parse_exact(struct arena *arena, struct text text, struct number *out) {
    *out = number_zero;
    bool minus = false;
    for (size_t begin = 0, at = 1; begin < text.length; at++) {
        bool sign = at < text.length && (text.bytes[at] == '+' || (text.bytes[at] == '-' && text.bytes[at - 1] == ' '));
        if (at < text.length && !sign) continue;
        struct number term;
        if (!parse_term(arena, text_slice(text, begin, at < text.length ? at : text.length), &term)) return false;
        *out = minus ? number_subtract(arena, *out, term) : number_add(arena, *out, term);
        minus = at < text.length && text.bytes[at] == '-';
        begin = at + 1;
        at = begin;
    }
    return text.length > 0;
}

bool value_parse(struct arena *arena, const struct type *type, struct number scale, struct text text,
                 struct value *out) {
    bool truth;
    int choice;
    day_number day;
    *out = (struct value){0};
    if (text_is(text, "unknown")) {
        *out = value_unknown(REASON_INPUT, NULL, 0, 0);
        return true;
    }
    switch (type->kind) {
    case TYPE_NUMBER:
        if (!number_parse_exact(arena, text, &out->as.number)) return false;
        out->as.number = number_multiply(arena, out->as.number, scale);
        return true;
    case TYPE_BOOL:
        if (!truth_parse(text, &truth)) return false;
        *out = value_truth(truth);
        return true;
    case TYPE_DATE:
        if (text_is(text, "never"))
            day = DAY_NEVER;
        else if (!day_parse(text, &day))
            return false;
        *out = value_date(day);
        return true;
    case TYPE_ENUM:
        choice = enumeration_find(type->enumeration, text);
        out->as.choice = (uint32_t)choice;
        return choice >= 0;
    default: return false;
    }
}

/* --- showing ---------------------------------------------------------------------------------------------------- */

static unsigned decimals_of(struct arena *arena, struct number step) {
    unsigned decimals = 0;
    while (decimals < 6 && !number_is_integer(step)) {
        step = number_multiply(arena, step, number_from(10));
        decimals++;
    }
    return decimals;
}

static struct text show_number(struct arena *arena, const struct type *type, struct number scale, struct number step,
                               struct number number) {
    struct number shown = number_divide(arena, number, scale);
    bool plain = true;
    for (size_t i = 0; i < DIMENSIONS; i++) plain = plain && type->powers[i] == 0;
    if (plain && number_compare(step, number_one) < 0) {
        struct number percent = number_multiply(arena, shown, number_from(100));
        struct text digits = number_is_integer(percent) ? number_decimal(arena, percent, 0, false)
                                                        : number_decimal(arena, percent, 2, false);
        return text_format(arena, "%.*s%%", TEXT_ARG(digits));
    }
    struct text digits = number_decimal(arena, shown, decimals_of(arena, number_divide(arena, step, scale)), true);
    if (number_is_integer(number_divide(arena, number, step))) return digits;
    return text_format(arena, "%.*s ≈ %.*s", TEXT_ARG(number_exact(arena, shown)), TEXT_ARG(digits));
}

struct text value_show(struct arena *arena, const struct type *type, struct number scale, struct number step,
                       const struct value *value, enum language language) {
    if (value->state == VALUE_UNKNOWN) return language == LANGUAGE_ZH ? TEXT("？未知") : TEXT("？unknown");
    if (value->state == VALUE_FAULT) return language == LANGUAGE_ZH ? TEXT("！无法计算") : TEXT("！cannot be computed");
    switch (type->kind) {
    case TYPE_BOOL: return word_of_truth(value->as.truth, language);
    case TYPE_DATE:
        if (value->as.date == DAY_NEVER) return word_in(WORD_NEVER, language);
        return day_format(arena, value->as.date);
    case TYPE_ENUM: {
        const struct enum_value *choice = &type->enumeration->values[value->as.choice];
        return label_or_name(choice->label, choice->name.text, language);
    }
    case TYPE_TEXT: return value->as.text;
    case TYPE_ROW: assert(value->as.row.row == SIZE_MAX); return word_in(WORD_NONE, language);
    default: return show_number(arena, type, scale, step, value->as.number);
    }
}

struct text value_plain(struct arena *arena, const struct type *type, struct number scale, const struct value *value) {
    if (value->state == VALUE_UNKNOWN) return TEXT("unknown");
    if (value->state == VALUE_FAULT) return TEXT("fault");
    switch (type->kind) {
    case TYPE_BOOL: return value->as.truth ? TEXT("yes") : TEXT("no");
    case TYPE_DATE: return day_format(arena, value->as.date);
    case TYPE_ENUM: return type->enumeration->values[value->as.choice].name.text;
    case TYPE_TEXT: return value->as.text;
    case TYPE_ROW: assert(value->as.row.row == SIZE_MAX); return TEXT("none");
    default: return number_exact(arena, number_divide(arena, value->as.number, scale));
    }
}

static bool refers(const struct type *type, const struct value *value) {
    return type->kind == TYPE_ROW && value->state == VALUE_KNOWN && value->as.row.row != SIZE_MAX;
}

static struct text id_referred(const struct dataset *dataset, const struct type *type, const struct value *value) {
    return table_id(dataset_table(dataset, type->entity), value->as.row.row);
}

struct text value_show_in(struct arena *arena, const struct dataset *dataset, const struct type *type,
                          struct number scale, struct number step, const struct value *value, enum language language) {
    if (refers(type, value)) return id_referred(dataset, type, value);
    return value_show(arena, type, scale, step, value, language);
}

struct text value_plain_in(struct arena *arena, const struct dataset *dataset, const struct type *type,
                           struct number scale, const struct value *value) {
    if (refers(type, value)) return id_referred(dataset, type, value);
    return value_plain(arena, type, scale, value);
}

const char *reason_code(enum reason_kind kind) {
    static const char *const codes[] = {
        [REASON_NONE] = "",
        [REASON_CASE] = "case",
        [REASON_GIVEN] = "given",
        [REASON_OUTSIDE_DATES] = "outside-dates",
        [REASON_INPUT] = "input",
        [REASON_PARAMETER] = "parameter-unknown",
        [REASON_NOT_ASSESSED] = "not-assessed",
        [REASON_ROWS_LOST] = "row-refused",
        [REASON_DIVISION] = "division-by-zero",
        [REASON_NO_CASE] = "no-case",
        [REASON_CLASH] = "clash",
        [REASON_NO_PARAMETER] = "no-parameter",
        [REASON_OUT_OF_RANGE] = "out-of-range",
        [REASON_THROUGH_NONE] = "through-none",
        [REASON_OF_NOBODY] = "of-nobody",
        [REASON_NEVER] = "never",
        [REASON_NOT_IN_FORCE] = "not-in-force",
        [REASON_APPORTION] = "nothing-to-apportion-by",
        [REASON_NO_DISTANCE] = "no-distance",
    };
    return codes[kind];
}

const struct entity *reason_entity(const struct policy *policy, const struct reason *reason) {
    switch (reason->kind) {
    case REASON_INPUT:
    case REASON_NOT_ASSESSED: return reason->field ? reason->field->entity : NULL;
    case REASON_ROWS_LOST:
    case REASON_PARAMETER:
    case REASON_NO_PARAMETER:
        return reason->text < policy->entities.count ? policy->entities.items[reason->text] : NULL;
    default: return NULL;
    }
}

struct text reason_written(struct arena *arena, const struct policy *policy, const struct value *value) {
    const struct reason *reason = &value->reason;
    switch (reason->kind) {
    case REASON_CASE: return text_format(arena, "case:%u.%u", reason->text + 1, reason->index + 1);
    case REASON_PARAMETER:
    case REASON_NO_PARAMETER:
        return text_format(arena, "%s:%.*s", reason_code(reason->kind),
                           TEXT_ARG(policy->parameters.items[reason->index]->name));
    case REASON_ROWS_LOST:
        return text_format(arena, "%s:%.*s", reason_code(reason->kind),
                           TEXT_ARG(policy->entities.items[reason->index]->name));
    default:
        if (!reason->field) return text_from(reason_code(reason->kind));
        return text_format(arena, "%s:%.*s.%.*s", reason_code(reason->kind), TEXT_ARG(reason->field->entity->name),
                           TEXT_ARG(reason->field->name));
    }
}

struct text names_written(struct arena *arena, const struct names *names) {
    struct text text = TEXT("");
    for (size_t i = 0; i < names->list.count; i++)
        text = text_format(arena, "%.*s%s%.*s", TEXT_ARG(text), i ? " " : "", TEXT_ARG(names->list.items[i].text));
    return text;
}

const struct names *value_cites(const struct field *field, const struct value *value) {
    if (value->state != VALUE_KNOWN || value->reason.kind != REASON_CASE) return &field->declaration->cites;
    const struct rule *rule = field_rule_numbered(value->reason.field, value->reason.text);
    const struct branch *branch = &rule->branches[value->reason.index];
    return branch->cites.list.count ? &branch->cites : &rule->declaration->cites;
}
