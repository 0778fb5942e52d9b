#include "engine/coding.h"

enum { ROW_BITS = 32 };

/* A grid found from the rule's text, on which all of its values lie; else the steps in which they are shown. */
static struct number unit_of(const struct field *field) {
    const struct number grid = field->interval.known ? field->interval.grid : number_zero;
    if (field->type.kind != TYPE_NUMBER) return number_one;
    if (grid.denominator != 0 && grid.numerator > 0) return grid;
    return field->step.denominator != 0 && field->step.numerator > 0 ? field->step : number_one;
}

void coding_init(struct coding *coding, struct arena *arena, const struct field *field) {
    *coding = (struct coding){.arena = arena, .field = field, .unit = unit_of(field)};
}

/* --- kinds ------------------------------------------------------------------------------------------------------ */

static bool is_kind(const struct coded_kind *kind, enum value_state state, const struct reason *reason, bool listed) {
    return kind->state == state && kind->listed == listed && kind->reason.kind == reason->kind &&
           kind->reason.field == reason->field && kind->reason.text == reason->text &&
           kind->reason.index == reason->index;
}

uint32_t coding_kind(struct coding *coding, enum value_state state, struct reason reason, bool listed) {
    if (coding->last && is_kind(&coding->kinds.items[coding->last - 1], state, &reason, listed)) return coding->last;
    for (uint32_t i = 0; i < coding->kinds.count; i++)
        if (is_kind(&coding->kinds.items[i], state, &reason, listed)) return coding->last = i + 1;
    reason.day = 0;
    reason.row = 0;
    struct coded_kind kind = {state, listed, reason};
    VECTOR_PUSH(coding->arena, &coding->kinds, kind);
    if (arena_failed(coding->arena)) return 0;
    return coding->last = (uint32_t)coding->kinds.count;
}

/* --- integers --------------------------------------------------------------------------------------------------- */

/* Quotients of small numbers that are small integers. */
static bool count_units(struct number number, struct number unit, int64_t *out) {
    lane over = (lane)number.numerator * unit.denominator, under = (lane)number.denominator * unit.numerator;
    if (number.denominator == 0) return false;
    bool narrow = over == (int64_t)over && under == (int64_t)under; /* divided at a tenth of the time */
    lane units = narrow ? (int64_t)over / (int64_t)under : over / under;
    *out = (int64_t)units;
    return units * under == over && units == *out;
}

static bool known_integer(const struct coding *coding, const struct value *value, int64_t *out) {
    switch (coding->field->type.kind) {
    case TYPE_BOOL: *out = value->as.truth; return true;
    case TYPE_DATE: *out = value->as.date; return true;
    case TYPE_ENUM: *out = value->as.choice; return true;
    case TYPE_ROW: *out = value->as.row.row == SIZE_MAX ? ROW_NONE : (int64_t)value->as.row.row; return true;
    case TYPE_NUMBER: return count_units(value->as.number, coding->unit, out);
    default: return false;
    }
}

bool coding_of_missing(const struct reason *reason, int64_t *integer) {
    *integer = (int64_t)((uint64_t)reason->day << ROW_BITS | (reason->row & UINT32_MAX));
    return reason->row <= UINT32_MAX;
}

struct coded coding_of(struct coding *coding, const struct value *value) {
    struct coded coded = {0};
    bool known = value->state == VALUE_KNOWN;
    bool fits =
        known ? known_integer(coding, value, &coded.integer) : coding_of_missing(&value->reason, &coded.integer);
    coded.kind = coding_kind(coding, value->state, value->reason, !fits);
    if (fits) return coded;
    struct value whole = *value;
    if (known && coding->field->type.kind == TYPE_NUMBER)
        whole.as.number = number_copy(coding->arena, value->as.number);
    coded.integer = (int64_t)coding->listed.count;
    VECTOR_PUSH(coding->arena, &coding->listed, whole);
    return coded;
}

/* --- and back --------------------------------------------------------------------------------------------------- */

const struct coded_kind *coded_kind(const struct coding *coding, struct coded coded) {
    assert(coded.kind > 0 && coded.kind <= coding->kinds.count);
    return &coding->kinds.items[coded.kind - 1];
}

struct value coding_value(const struct coding *coding, struct coded coded) {
    const struct coded_kind *kind = coded_kind(coding, coded);
    struct value value = {0};
    if (kind->listed) return coding->listed.items[coded.integer];
    if (kind->state == VALUE_KNOWN && !value_of_integer(&coding->field->type, coded.integer, &value))
        value = value_number(number_multiply(coding->arena, number_from(coded.integer), coding->unit));
    value.state = kind->state;
    value.reason = kind->reason;
    if (kind->state == VALUE_KNOWN) return value;
    value.reason.day = (day_number)(coded.integer >> ROW_BITS);
    value.reason.row = (size_t)(coded.integer & UINT32_MAX);
    return value;
}
