/* Natural numbers of any size, for base/number.c: limbs of 32 bits in an arena, least first.
 *
 * A natural is a value; no operation changes the limbs of its operands. Multiplication and division take time with the
 * product of the lengths. When memory runs out the result is 0 and the arena says so (arena_failed). */
#ifndef DOUDI_BASE_BIG_H
#define DOUDI_BASE_BIG_H

#include "base/arena.h"
#include "base/text.h"

__extension__ typedef unsigned __int128 uint128;

struct natural {
    const uint32_t *limbs; /* the last one is not 0 */
    size_t count;          /* 0 for zero */
};

extern const struct natural natural_one;

enum { NATURAL_WIDE_LIMBS = 4 };

/* Written into `limbs`, which must live as long as the result. */
struct natural natural_view(uint128 value, uint32_t limbs[NATURAL_WIDE_LIMBS]);
struct natural natural_from(struct arena *arena, uint128 value);
bool natural_to_wide(struct natural a, uint128 *out); /* false when it has more than 128 bits */
struct natural natural_copy(struct arena *arena, struct natural a);

int natural_compare(struct natural a, struct natural b);
bool natural_is_one(struct natural a);
size_t natural_bits(struct natural a);

struct natural natural_add(struct arena *arena, struct natural a, struct natural b);
struct natural natural_subtract(struct arena *arena, struct natural a, struct natural b); /* a >= b */
struct natural natural_multiply(struct arena *arena, struct natural a, struct natural b);
struct natural natural_divide(struct arena *arena, struct natural a, struct natural b,
                              struct natural *remainder); /* b > 0 */
struct natural natural_gcd(struct arena *arena, struct natural a, struct natural b);
struct natural natural_power(struct arena *arena, uint32_t base, size_t exponent);

/* Compares a * b with c * d, without memory. */
int natural_compare_products(struct natural a, struct natural b, struct natural c, struct natural d);

/* How often it can be divided by the factor (> 1) without a rest; *rest is what remains. 0 is never divided. */
size_t natural_take_factor(struct arena *arena, struct natural a, uint32_t factor, struct natural *rest);

/* The decimal digits of a text; all its other characters are passed over. */
struct natural natural_from_digits(struct arena *arena, struct text text);
struct text natural_digits(struct arena *arena, struct natural a); /* "0" for zero */

#endif
