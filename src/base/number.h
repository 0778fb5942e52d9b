/* Exact numbers: rationals without limit, always in lowest terms with a positive denominator.
 *
 * Small ones (numerator and denominator within int64_t) live in the struct itself; larger ones point to limbs in the
 * arena that the operation was given. A number is a value: copy it freely, as long as that arena lives. When memory
 * runs out an operation gives 0 and the arena says so (arena_failed). */
#ifndef DOUDI_BASE_NUMBER_H
#define DOUDI_BASE_NUMBER_H

#include "base/arena.h"
#include "base/text.h"

struct number {
    int64_t numerator;
    int64_t denominator; /* > 0; 0 says: see big. All zero bytes are therefore no valid number: use number_zero */
    const struct number_big *big; /* only when it does not fit */
};

extern const struct number number_zero, number_one;

struct number number_from(int64_t integer);
struct number number_ratio(struct arena *arena, int64_t numerator, int64_t denominator); /* denominator != 0 */

/* Reads digits with optional sign, decimal point and underscores between digits ("1_000.25", "-3", "007"); false when
 * the text is anything else: empty, spaces, exponent, "." alone or at an end, two signs. Exact for any length, in time
 * that grows with its square: whoever reads a stranger's text sets a limit first. */
bool number_parse(struct arena *arena, struct text text, struct number *out);

struct number number_add(struct arena *arena, struct number a, struct number b);
struct number number_subtract(struct arena *arena, struct number a, struct number b);
struct number number_multiply(struct arena *arena, struct number a, struct number b);
struct number number_divide(struct arena *arena, struct number a, struct number b); /* b != 0, asserted */
struct number number_negate(struct arena *arena, struct number a);
struct number number_absolute(struct arena *arena, struct number a);

int number_compare(struct number a, struct number b); /* -1, 0, 1; needs no memory for small numbers, never fails */
int number_sign(struct number a);
bool number_equal(struct number a, struct number b);
bool number_is_integer(struct number a);
struct number number_min(struct number a, struct number b);
struct number number_max(struct number a, struct number b);

/* The nearest multiple of step (> 0, asserted): down, up, or half away from zero. */
struct number number_floor(struct arena *arena, struct number a, struct number step);
struct number number_ceil(struct arena *arena, struct number a, struct number step);
struct number number_round(struct arena *arena, struct number a, struct number step);

/* The greatest number of which both are multiples; that of a and 0 is |a|. */
struct number number_gcd(struct arena *arena, struct number a, struct number b);

/* Bits of the absolute value of the numerator, 0 for 0. */
unsigned number_numerator_bits(struct number a);

/* True and the value, if it is an integer within 64 bits. */
bool number_to_int64(struct number a, int64_t *out);
/* The same within 128 bits; low and high words, two's complement. */
bool number_to_int128(struct number a, uint64_t *low, int64_t *high);
struct number number_from_int128(struct arena *arena, uint64_t low, int64_t high);

/* "-1234.5" when the decimal fraction ends, else "numerator/denominator". No grouping. In the arena, NUL-terminated. */
struct text number_exact(struct arena *arena, struct number a);

/* Rounded half away from zero to that many decimals, thousands grouped by commas if `grouped`: "1,254,370.00", "-0.5".
 * What rounds to zero has no sign. */
struct text number_decimal(struct arena *arena, struct number a, unsigned decimals, bool grouped);

/* Copies the limbs of a large number into another arena. */
struct number number_copy(struct arena *arena, struct number a);

#endif
