#include "engine/lane.h"

#include <assert.h>
#include <string.h>

bool number_to_lane(struct number integer, lane *out) {
    uint64_t low = 0;
    int64_t high = 0;
    if (!number_to_int128(integer, &low, &high)) return false;
    *out = (lane)high * ((lane)1 << 64) + (lane)low;
    return true;
}

struct number number_from_lane(struct arena *arena, lane value) {
    if (value >= INT64_MIN && value <= INT64_MAX) return number_from((int64_t)value);
    return number_from_int128(arena, (uint64_t)value, (int64_t)(value >> 64));
}

static lane lane_from(struct number integer) {
    lane value = 0;
    bool fits = number_to_lane(integer, &value);
    assert(fits); /* intervals of more than 127 bits do not compile */
    return value;
}

static unsigned width_of(lane low, lane high) {
    if (low >= INT8_MIN && high <= INT8_MAX) return 1;
    if (low >= INT16_MIN && high <= INT16_MAX) return 2;
    if (low >= INT32_MIN && high <= INT32_MAX) return 4;
    if (low >= INT64_MIN && high <= INT64_MAX) return 8;
    return 16;
}

static void spec_of_number(struct arena *arena, struct lane_spec *spec) {
    const struct field *field = spec->field;
    spec->per_unit = number_divide(arena, field->scale, field->step);
    if (!number_is_integer(spec->per_unit) || !number_to_int64(spec->per_unit, &spec->whole_per_unit))
        spec->whole_per_unit = 0;
    spec->bounded = field->bounded;
    if (!field->bounded) {
        spec->width = 16;
        return;
    }
    spec->low = lane_from(number_ceil(arena, number_divide(arena, field->low, field->step), number_one));
    spec->high = lane_from(number_floor(arena, number_divide(arena, field->high, field->step), number_one));
    spec->width = width_of(spec->low, spec->high);
}

struct lane_spec lane_spec_of(struct arena *arena, const struct field *field) {
    struct lane_spec spec = {.field = field, .per_unit = number_one};
    switch (field->type.kind) {
    case TYPE_NUMBER: spec_of_number(arena, &spec); break;
    case TYPE_BOOL: spec.width = 1; break;
    case TYPE_ENUM: spec.width = field->type.enumeration->count <= INT8_MAX ? 1 : 2; break;
    case TYPE_DATE:
        spec.width = 4;
        spec.bounded = true;
        spec.low = day_first;
        spec.high = day_last;
        if (field->bounded) spec.low = lane_from(field->low);
        if (field->bounded) spec.high = lane_from(field->high);
        break;
    case TYPE_ROW: spec.width = 4; break;
    default: break;
    }
    return spec;
}

bool columns_agree(const struct column *a, size_t row, const struct column *b, size_t other) {
    if (a->known[row] != b->known[other]) return false;
    if (!a->known[row]) return true;
    if (a->lanes) return column_get(a, row) == column_get(b, other);
    return text_equal(column_text(a, row), column_text(b, other));
}

/* --- reading text ----------------------------------------------------------------------------------------------- */

/* Most cells are short decimals and units are powers of ten: no need for long arithmetic. */
static bool parse_short(const struct lane_spec *spec, struct text text, lane *out, enum lane_result *result) {
    enum { DIGITS_MOST = 17 };
    const char *bytes = text.bytes, *end = bytes + text.length;
    bool minus = bytes < end && *bytes == '-';
    bytes += minus;
    if (spec->whole_per_unit == 0 || end - bytes > DIGITS_MOST) return false;
    int64_t digits = 0, divisor = 1, value;
    const char *first = bytes;
    for (; bytes < end && is_digit(*bytes); bytes++) digits = digits * 10 + (*bytes - '0');
    if (bytes == first) return false;
    if (bytes < end) {
        if (*bytes++ != '.' || bytes == end) return false;
        for (; bytes < end && is_digit(*bytes); bytes++, divisor *= 10) digits = digits * 10 + (*bytes - '0');
        if (bytes < end) return false;
    }
    if (__builtin_mul_overflow(digits, spec->whole_per_unit, &value)) return false;
    *result = divisor > 1 && value % divisor != 0 ? LANE_OFF_STEP : LANE_OK;
    if (divisor > 1) value /= divisor;
    *out = minus ? -value : value;
    return true;
}

static enum lane_result parse_number(const struct lane_spec *spec, struct text text, lane *out) {
    enum lane_result result = LANE_OK;
    if (!parse_short(spec, text, out, &result)) {
        struct arena arena;
        struct number number;
        arena_init(&arena);
        result = LANE_NOT_A_NUMBER;
        if (text.length <= 200 && number_parse(&arena, text, &number)) {
            number = number_multiply(&arena, number, spec->per_unit);
            result = !number_is_integer(number)    ? LANE_OFF_STEP
                     : number_to_lane(number, out) ? LANE_OK
                                                   : LANE_OUT_OF_RANGE;
        }
        if (arena_failed(&arena)) result = LANE_NO_MEMORY;
        arena_free(&arena);
    }
    if (result == LANE_OK && spec->bounded && (*out < spec->low || *out > spec->high)) return LANE_OUT_OF_RANGE;
    return result;
}

enum lane_result lane_parse(const struct lane_spec *spec, struct text text, lane *out) {
    bool truth;
    day_number day;
    int value;
    switch (spec->field->type.kind) {
    case TYPE_NUMBER: return parse_number(spec, text, out);
    case TYPE_BOOL:
        if (!truth_parse(text, &truth)) return LANE_NOT_A_TRUTH;
        *out = truth;
        return LANE_OK;
    case TYPE_DATE:
        if (text_is(text, "never"))
            day = DAY_NEVER;
        else if (!day_parse_loose(text, &day))
            return LANE_NOT_A_DATE;
        *out = day;
        return day == DAY_NEVER || (day >= spec->low && day <= spec->high) ? LANE_OK : LANE_OUT_OF_RANGE;
    case TYPE_ENUM:
        value = enumeration_find(spec->field->type.enumeration, text);
        *out = value;
        return value >= 0 ? LANE_OK : LANE_NOT_A_VALUE;
    default: return LANE_NOT_A_VALUE;
    }
}

struct number lane_number(struct arena *arena, const struct lane_spec *spec, lane value) {
    return number_multiply(arena, number_from_lane(arena, value), spec->field->step);
}

bool number_lane(struct arena *arena, const struct lane_spec *spec, struct number number, lane *out) {
    return number_to_lane(number_divide(arena, number, spec->field->step), out);
}
