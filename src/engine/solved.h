/* Solved: the values of a month's rules as integers in columns, found for all rows at once.
 *
 * A run that is given them looks values up instead of finding them; what is not among them it finds itself. */
#ifndef DOUDI_ENGINE_SOLVED_H
#define DOUDI_ENGINE_SOLVED_H

#include "engine/value.h"

/* Why a value is not known, packed: 0 for one that is; else the number of the reason, whether it is a fault, and the
 * row it is about. */
typedef uint64_t absence;
enum { MISS_FAULT_BIT = 32, MISS_REASON_BIT = 33 };
static inline bool is_fault(absence miss) {
    return miss >> MISS_FAULT_BIT & 1;
}

struct solved_column {
    const struct entity *space; /* NULL: one value for all */
    size_t first;               /* the row of the first lane */
    unsigned width;             /* bytes of a lane: 1, 4, 8 or 16 */
    const void *lanes;
    const absence *misses; /* NULL: all are known */
};

struct solved_field {
    bool there;
    struct number grid;
    struct solved_column n;
    const uint8_t *cases; /* which decided, see told, from the first row solved on; NULL: always the same */
    const uint16_t *told; /* by that number, or the only one: which text decided (times 256), and which of its cases */
    struct solved_column *divisors;
    size_t divisor_count;
};

struct solved {
    struct arena arena;
    const struct dataset *dataset;
    struct solved_field *fields; /* by field index */
    struct rows *within;         /* by entity index: the rows that were solved; NULL: all */
    VECTOR(struct reason) reasons;
    void *columns; /* what the values lie in; whoever solved it frees it */
    size_t column_count;
};

/* Of an entity, the rows that were solved. */
struct rows solved_rows(const struct solved *solved, const struct entity *entity);

/* Which of the column's lanes serves the row of the entity. */
size_t solved_place(const struct solved *solved, const struct solved_column *column, const struct entity *entity,
                    size_t row);
/* The value, if it is among them. */
bool solved_value(const struct solved *solved, struct arena *arena, const struct field *field, size_t row,
                  struct value *out);

#endif
