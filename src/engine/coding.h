/* Coding: the values of one field in a few bytes each.
 *
 * A coded value tells by a number how it came about (known, unknown or a fault, and why), and holds an integer beside
 * it: of what is known steps of a number, 0 and 1, a day, a place in an enumeration, a row; of what is missing the day
 * and the row that the reason is about. What no such integer holds (a third of a fen) is listed whole, and the integer
 * is its place in the list. A known value's reason comes back without the row, which is that of the value itself. */
#ifndef DOUDI_ENGINE_CODING_H
#define DOUDI_ENGINE_CODING_H

#include "engine/value.h"

struct coded {
    uint32_t kind; /* + 1; 0: no value */
    int64_t integer;
};

/* How values came about that differ in their integers only. */
struct coded_kind {
    enum value_state state;
    bool listed;
    struct reason reason; /* without day and row */
};

/* What the coded values of a field are read by. */
struct coding {
    struct arena *arena;
    const struct field *field;
    struct number unit; /* of a number: what 1 stands for, in base units */
    VECTOR(struct coded_kind) kinds;
    VECTOR(struct value) listed;
    uint32_t last; /* the kind that was found last, likely the next as well */
};

/* Nothing is taken from the arena yet; whatever is later fails with it. */
void coding_init(struct coding *coding, struct arena *arena, const struct field *field);

/* A value, coded; of kind 0 when memory has run out. */
struct coded coding_of(struct coding *coding, const struct value *value);
/* The number of a kind, which is added if need be; 0 when memory has run out. */
uint32_t coding_kind(struct coding *coding, enum value_state state, struct reason reason, bool listed);
/* The integer of a value that is missing; false when it does not hold the reason's row. */
bool coding_of_missing(const struct reason *reason, int64_t *integer);

/* Of one that is a value. What comes back may point into the arena of the coding. */
const struct coded_kind *coded_kind(const struct coding *coding, struct coded coded);
struct value coding_value(const struct coding *coding, struct coded coded);

#endif
