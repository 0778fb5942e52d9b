/* Lanes: how the values of a field lie in memory.
 *
 * Every value is an integer: steps of a number (fen a year), 0 and 1, days, places in an enumeration, row numbers. The
 * field's declared range chooses the width of a lane, 1 to 16 bytes; a byte beside it says whether the value is known.
 * Text is the exception: it is kept as text and takes no part in decisions. */
#ifndef DOUDI_ENGINE_LANE_H
#define DOUDI_ENGINE_LANE_H

#include "lang/policy.h"

#include <assert.h>
#include <string.h>

__extension__ typedef __int128 lane;

enum { ROW_NONE = -1 }; /* the lane of `none` in a reference */

struct lane_spec {
    const struct field *field;
    unsigned width; /* bytes: 1, 2, 4, 8 or 16; 0 for text */
    bool bounded;
    lane low, high;
    struct number per_unit; /* lanes per unit shown: 100 for yuan in steps of a fen */
    int64_t whole_per_unit; /* the same when it is a whole number, else 0 */
};
struct lane_spec lane_spec_of(struct arena *arena, const struct field *field);

/* Values in memory. known[row] is 0 or 1. */
struct column {
    struct lane_spec spec;
    unsigned char *lanes;
    struct texts texts; /* instead of lanes (NULL), when the field is text */
    unsigned char *known;
    size_t unknown; /* how many rows are not; of a dataset's columns only */
};
static inline struct text column_text(const struct column *column, size_t row) {
    return texts_at(&column->texts, row);
}
/* Both are unknown, or both the same; of two columns of one input. */
bool columns_agree(const struct column *a, size_t row, const struct column *b, size_t other);

/* A lane of some width in memory, which need not be aligned. */
static inline lane lane_read(const void *lanes, unsigned width, size_t at) {
    const unsigned char *bytes = (const unsigned char *)lanes + at * width;
    int8_t byte;
    int16_t half;
    int32_t word;
    int64_t wide;
    lane widest;
    switch (width) {
    case 1: memcpy(&byte, bytes, sizeof byte); return byte;
    case 2: memcpy(&half, bytes, sizeof half); return half;
    case 4: memcpy(&word, bytes, sizeof word); return word;
    case 8: memcpy(&wide, bytes, sizeof wide); return wide;
    default: memcpy(&widest, bytes, sizeof widest); return widest;
    }
}

static inline void lane_write(void *lanes, unsigned width, size_t at, lane value) {
    unsigned char *bytes = (unsigned char *)lanes + at * width;
    int8_t byte = (int8_t)value;
    int16_t half = (int16_t)value;
    int32_t word = (int32_t)value;
    int64_t wide = (int64_t)value;
    switch (width) {
    case 1: memcpy(bytes, &byte, sizeof byte); break;
    case 2: memcpy(bytes, &half, sizeof half); break;
    case 4: memcpy(bytes, &word, sizeof word); break;
    case 8: memcpy(bytes, &wide, sizeof wide); break;
    default: memcpy(bytes, &value, sizeof value); break;
    }
}

static inline lane column_get(const struct column *column, size_t row) {
    return lane_read(column->lanes, column->spec.width, row);
}
static inline void column_put(struct column *column, size_t row, lane value) {
    lane_write(column->lanes, column->spec.width, row, value);
}

/* What a text says in a field's own unit and words. References and text are not read here. */
enum lane_result {
    LANE_OK,
    LANE_NOT_A_NUMBER,
    LANE_OFF_STEP,
    LANE_OUT_OF_RANGE,
    LANE_NOT_A_DATE,
    LANE_NOT_A_TRUTH,
    LANE_NOT_A_VALUE, /* of the enumeration */
    LANE_NO_MEMORY,   /* for a long number */
};
enum lane_result lane_parse(const struct lane_spec *spec, struct text text, lane *out);

/* Quotients by b > 0, rounded down, and half away from zero. */
static inline lane lane_floor(lane a, lane b) {
    assert(b > 0);
    lane quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

static inline lane lane_round(lane a, lane b) {
    assert(b > 0);
    lane size = a < 0 ? -a : a, quotient = size / b, rest = size - quotient * b;
    if (rest >= b - rest) quotient++;
    return a < 0 ? -quotient : quotient;
}

/* An integer as a lane and back; false when it is none, or does not fit. */
bool number_to_lane(struct number integer, lane *out);
struct number number_from_lane(struct arena *arena, lane value);

/* The number in base units that a lane stands for, and back; false when it is off the step or too large. */
struct number lane_number(struct arena *arena, const struct lane_spec *spec, lane value);
bool number_lane(struct arena *arena, const struct lane_spec *spec, struct number number, lane *out);

#endif
