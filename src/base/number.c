#include "base/number.h"

#include "base/big.h"

#include <assert.h>

__extension__ typedef __int128 int128;

/* Whatever does not fit into the struct itself. Views of small numbers take this form too, to meet large ones. */
struct number_big {
    bool negative;
    struct natural numerator, denominator;
};

/* Room for the limbs of such a view: the numerator's, then the denominator's. */
struct view_room {
    uint32_t limbs[2][NATURAL_WIDE_LIMBS];
};

enum { SMALL_DIGITS_MAX = 18 };

const struct number number_zero = {.denominator = 1}, number_one = {.numerator = 1, .denominator = 1};

static bool is_small(struct number a) {
    return a.denominator != 0;
}

static bool both_integers(struct number a, struct number b) {
    return a.denominator == 1 && b.denominator == 1;
}

static uint64_t magnitude(int64_t value) {
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* Greatest common divisors of what fits into words */

static uint64_t gcd_words(uint64_t a, uint64_t b) {
    if (a == 0 || b == 0) return a | b;
    if (a == 1 || b == 1) return 1;
    int twos = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b != 0) {
        b >>= __builtin_ctzll(b);
        if (a > b) {
            uint64_t swap = a;
            a = b;
            b = swap;
        }
        b -= a;
    }
    return a << twos;
}

static uint128 gcd_wide(uint128 a, uint128 b) {
    while (b > UINT64_MAX || (b != 0 && a > UINT64_MAX)) {
        uint128 rest = a % b;
        a = b;
        b = rest;
    }
    return b == 0 ? a : gcd_words((uint64_t)a, (uint64_t)b);
}

/* Between the struct, the wide words and the limbs */

static bool fits_small(bool negative, uint128 numerator, uint128 denominator) {
    return numerator <= (uint128)INT64_MAX + negative && denominator <= INT64_MAX;
}

static struct number small(bool negative, uint128 numerator, uint128 denominator) {
    int64_t value = (int64_t)(negative ? -(uint64_t)numerator : (uint64_t)numerator);
    return (struct number){.numerator = value, .denominator = (int64_t)denominator};
}

static struct number keep_big(struct arena *arena, bool negative, struct natural numerator,
                              struct natural denominator) {
    struct number_big *big = ARENA_NEW(arena, struct number_big);
    if (arena_failed(arena)) return number_zero;
    *big = (struct number_big){negative, numerator, denominator};
    return (struct number){.big = big};
}

/* The number from words in lowest terms. */
static struct number from_lowest(struct arena *arena, bool negative, uint128 numerator, uint128 denominator) {
    if (fits_small(negative, numerator, denominator)) return small(negative, numerator, denominator);
    return keep_big(arena, negative, natural_from(arena, numerator), natural_from(arena, denominator));
}

static struct number from_wide(struct arena *arena, bool negative, uint128 numerator, uint128 denominator) {
    uint128 common = denominator == 1 ? 1 : gcd_wide(numerator, denominator);
    return from_lowest(arena, negative, numerator / common, denominator / common);
}

static struct number_big view(struct number a, struct view_room *room) {
    if (!is_small(a)) {
        assert(a.big); /* all zero bytes are no number */
        return *a.big;
    }
    return (struct number_big){
        .negative = a.numerator < 0,
        .numerator = natural_view(magnitude(a.numerator), room->limbs[0]),
        .denominator = natural_view((uint128)a.denominator, room->limbs[1]),
    };
}

/* The number from naturals, brought to lowest terms. `before` marks where the operation began: when the result needs
 * no limbs, all that it took from the arena goes back. */
static struct number from_naturals(struct arena *arena, struct arena_mark before, bool negative,
                                   struct natural numerator, struct natural denominator) {
    if (arena_failed(arena)) return number_zero;
    if (!natural_is_one(denominator)) {
        struct natural common = natural_gcd(arena, numerator, denominator), rest;
        numerator = natural_divide(arena, numerator, common, &rest);
        denominator = natural_divide(arena, denominator, common, &rest);
        if (arena_failed(arena)) return number_zero;
    }
    uint128 top, bottom;
    bool wide = natural_to_wide(numerator, &top) && natural_to_wide(denominator, &bottom);
    if (!wide || !fits_small(negative, top, bottom)) return keep_big(arena, negative, numerator, denominator);
    arena_rewind(arena, before);
    return small(negative, top, bottom);
}

struct number number_from(int64_t integer) {
    return (struct number){.numerator = integer, .denominator = 1};
}

struct number number_ratio(struct arena *arena, int64_t numerator, int64_t denominator) {
    assert(denominator != 0);
    bool negative = (numerator < 0) != (denominator < 0) && numerator != 0;
    return from_wide(arena, negative, magnitude(numerator), magnitude(denominator));
}

struct number number_from_int128(struct arena *arena, uint64_t low, int64_t high) {
    uint128 value = (uint128)(uint64_t)high << 64 | low;
    return from_lowest(arena, high < 0, high < 0 ? -value : value, 1);
}

struct number number_copy(struct arena *arena, struct number a) {
    if (is_small(a)) return a;
    struct natural numerator = natural_copy(arena, a.big->numerator);
    return keep_big(arena, a.big->negative, numerator, natural_copy(arena, a.big->denominator));
}

/* Arithmetic */

static struct number add_big(struct arena *arena, struct number a, struct number b) {
    struct arena_mark before = arena_here(arena);
    struct view_room rooms[2];
    struct number_big x = view(a, &rooms[0]), y = view(b, &rooms[1]);
    struct natural p = natural_multiply(arena, x.numerator, y.denominator);
    struct natural q = natural_multiply(arena, y.numerator, x.denominator);
    struct natural denominator = natural_multiply(arena, x.denominator, y.denominator);
    if (x.negative == y.negative) {
        return from_naturals(arena, before, x.negative, natural_add(arena, p, q), denominator);
    }
    int order = natural_compare(p, q);
    struct natural numerator = order > 0 ? natural_subtract(arena, p, q) : natural_subtract(arena, q, p);
    bool negative = order != 0 && (order > 0 ? x.negative : y.negative);
    return from_naturals(arena, before, negative, numerator, denominator);
}

struct number number_add(struct arena *arena, struct number a, struct number b) {
    if (!is_small(a) || !is_small(b)) return add_big(arena, a, b);
    int64_t sum;
    if (both_integers(a, b) && !__builtin_add_overflow(a.numerator, b.numerator, &sum)) return number_from(sum);
    bool alike = a.denominator == b.denominator;
    int128 numerator = alike ? (int128)a.numerator + b.numerator
                             : (int128)a.numerator * b.denominator + (int128)b.numerator * a.denominator;
    uint128 denominator = alike ? (uint128)a.denominator : (uint128)a.denominator * (uint128)b.denominator;
    bool negative = numerator < 0;
    return from_wide(arena, negative, negative ? -(uint128)numerator : (uint128)numerator, denominator);
}

struct number number_subtract(struct arena *arena, struct number a, struct number b) {
    return number_add(arena, a, number_negate(arena, b));
}

/* a.numerator / a.denominator * top / bottom, the last two being positive words of the other number */
static struct number multiply_words(struct arena *arena, struct number a, bool negative, uint64_t top,
                                    uint64_t bottom) {
    uint64_t numerator = magnitude(a.numerator), denominator = (uint64_t)a.denominator;
    uint64_t across = gcd_words(numerator, bottom), back = gcd_words(top, denominator);
    negative = numerator != 0 && top != 0 && negative != (a.numerator < 0);
    return from_lowest(arena, negative, (uint128)(numerator / across) * (top / back),
                       (uint128)(denominator / back) * (bottom / across));
}

static struct number multiply_big(struct arena *arena, struct number_big x, struct number_big y) {
    struct arena_mark before = arena_here(arena);
    struct natural numerator = natural_multiply(arena, x.numerator, y.numerator);
    struct natural denominator = natural_multiply(arena, x.denominator, y.denominator);
    bool negative = numerator.count > 0 && x.negative != y.negative;
    return from_naturals(arena, before, negative, numerator, denominator);
}

struct number number_multiply(struct arena *arena, struct number a, struct number b) {
    if (is_small(a) && is_small(b)) {
        int64_t product;
        bool fits = both_integers(a, b) && !__builtin_mul_overflow(a.numerator, b.numerator, &product);
        if (fits) return number_from(product);
        return multiply_words(arena, a, b.numerator < 0, magnitude(b.numerator), (uint64_t)b.denominator);
    }
    struct view_room rooms[2];
    return multiply_big(arena, view(a, &rooms[0]), view(b, &rooms[1]));
}

struct number number_divide(struct arena *arena, struct number a, struct number b) {
    assert(number_sign(b) != 0);
    if (is_small(a) && is_small(b)) {
        return multiply_words(arena, a, b.numerator < 0, (uint64_t)b.denominator, magnitude(b.numerator));
    }
    struct view_room rooms[2];
    struct number_big x = view(a, &rooms[0]), y = view(b, &rooms[1]);
    return multiply_big(arena, x, (struct number_big){y.negative, y.denominator, y.numerator});
}

struct number number_negate(struct arena *arena, struct number a) {
    if (is_small(a)) return from_lowest(arena, a.numerator > 0, magnitude(a.numerator), (uint128)a.denominator);
    uint128 top, bottom;
    bool wide = natural_to_wide(a.big->numerator, &top) && natural_to_wide(a.big->denominator, &bottom);
    if (wide) return from_lowest(arena, !a.big->negative, top, bottom);
    struct natural numerator = natural_copy(arena, a.big->numerator);
    return keep_big(arena, !a.big->negative, numerator, natural_copy(arena, a.big->denominator));
}

struct number number_absolute(struct arena *arena, struct number a) {
    return number_sign(a) < 0 ? number_negate(arena, a) : number_copy(arena, a);
}

/* Comparison */

int number_sign(struct number a) {
    if (is_small(a)) return (a.numerator > 0) - (a.numerator < 0);
    return a.big->negative ? -1 : 1;
}

int number_compare(struct number a, struct number b) {
    if (both_integers(a, b)) return (a.numerator > b.numerator) - (a.numerator < b.numerator);
    if (is_small(a) && is_small(b)) {
        int128 left = (int128)a.numerator * b.denominator, right = (int128)b.numerator * a.denominator;
        return (left > right) - (left < right);
    }
    int sign = number_sign(a);
    if (sign != number_sign(b)) return sign < number_sign(b) ? -1 : 1;
    struct view_room rooms[2];
    struct number_big x = view(a, &rooms[0]), y = view(b, &rooms[1]);
    return sign * natural_compare_products(x.numerator, y.denominator, y.numerator, x.denominator);
}

bool number_equal(struct number a, struct number b) {
    if (is_small(a) || is_small(b)) return a.numerator == b.numerator && a.denominator == b.denominator;
    return a.big->negative == b.big->negative && natural_compare(a.big->numerator, b.big->numerator) == 0 &&
           natural_compare(a.big->denominator, b.big->denominator) == 0;
}

bool number_is_integer(struct number a) {
    struct view_room room;
    return a.denominator == 1 || natural_is_one(view(a, &room).denominator);
}

struct number number_min(struct number a, struct number b) {
    return number_compare(b, a) < 0 ? b : a;
}

struct number number_max(struct number a, struct number b) {
    return number_compare(b, a) > 0 ? b : a;
}

unsigned number_numerator_bits(struct number a) {
    struct view_room room;
    return (unsigned)natural_bits(view(a, &room).numerator);
}

bool number_to_int64(struct number a, int64_t *out) {
    if (a.denominator != 1) return false;
    *out = a.numerator;
    return true;
}

bool number_to_int128(struct number a, uint64_t *low, int64_t *high) {
    struct view_room room;
    struct number_big x = view(a, &room);
    uint128 value;
    if (!natural_is_one(x.denominator) || !natural_to_wide(x.numerator, &value)) return false;
    uint128 most = ((uint128)1 << 127) - !x.negative;
    if (value > most) return false;
    if (x.negative) value = -value;
    *low = (uint64_t)value;
    *high = (int64_t)(uint64_t)(value >> 64);
    return true;
}

/* Rounding */

enum rounding { ROUND_DOWN, ROUND_UP, ROUND_HALF_AWAY };

static struct number round_big_to_integer(struct arena *arena, struct number a, enum rounding rounding) {
    struct arena_mark before = arena_here(arena);
    struct view_room room;
    struct number_big x = view(a, &room);
    struct natural rest, integer = natural_divide(arena, x.numerator, x.denominator, &rest);
    bool away = rounding == (x.negative ? ROUND_DOWN : ROUND_UP);
    if (rounding == ROUND_HALF_AWAY) away = natural_compare(natural_add(arena, rest, rest), x.denominator) >= 0;
    if (away) integer = natural_add(arena, integer, natural_one);
    return from_naturals(arena, before, x.negative && integer.count > 0, integer, natural_one);
}

static struct number round_small_to_integer(struct number a, enum rounding rounding) {
    int64_t integer = a.numerator / a.denominator, rest = a.numerator % a.denominator;
    bool negative = a.numerator < 0, away = rest != 0 && rounding == (negative ? ROUND_DOWN : ROUND_UP);
    if (rounding == ROUND_HALF_AWAY) away = magnitude(rest) >= (uint64_t)a.denominator - magnitude(rest);
    return number_from(integer + (away ? (negative ? -1 : 1) : 0));
}

static struct number round_to_integer(struct arena *arena, struct number a, enum rounding rounding) {
    if (number_is_integer(a)) return a;
    return is_small(a) ? round_small_to_integer(a, rounding) : round_big_to_integer(arena, a, rounding);
}

static struct number round_to_step(struct arena *arena, struct number a, struct number step, enum rounding rounding) {
    assert(number_sign(step) > 0);
    struct number steps = number_divide(arena, a, step);
    if (number_is_integer(steps)) return number_copy(arena, a);
    return number_multiply(arena, round_to_integer(arena, steps, rounding), step);
}

struct number number_floor(struct arena *arena, struct number a, struct number step) {
    return round_to_step(arena, a, step, ROUND_DOWN);
}

struct number number_ceil(struct arena *arena, struct number a, struct number step) {
    return round_to_step(arena, a, step, ROUND_UP);
}

struct number number_round(struct arena *arena, struct number a, struct number step) {
    return round_to_step(arena, a, step, ROUND_HALF_AWAY);
}

struct number number_gcd(struct arena *arena, struct number a, struct number b) {
    if (is_small(a) && is_small(b)) {
        uint64_t common = gcd_words(magnitude(a.numerator), magnitude(b.numerator));
        uint64_t shared = gcd_words((uint64_t)a.denominator, (uint64_t)b.denominator);
        return from_lowest(arena, false, common, (uint128)((uint64_t)a.denominator / shared) * (uint64_t)b.denominator);
    }
    struct arena_mark before = arena_here(arena);
    struct view_room rooms[2];
    struct number_big x = view(a, &rooms[0]), y = view(b, &rooms[1]);
    struct natural numerator = natural_gcd(arena, x.numerator, y.numerator), rest;
    struct natural shared = natural_gcd(arena, x.denominator, y.denominator);
    struct natural part = natural_divide(arena, x.denominator, shared, &rest);
    return from_naturals(arena, before, false, numerator, natural_multiply(arena, part, y.denominator));
}

/* Reading and writing */

/* Counts the digits before and after the point; false when the text is no number. The sign has been taken off. */
static bool scan_decimal(struct text text, size_t *digits, size_t *decimals) {
    *digits = *decimals = 0;
    bool point = false;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (is_digit(byte)) {
            ++*digits;
            *decimals += point;
            continue;
        }
        bool between = i > 0 && is_digit(text.bytes[i - 1]) && i + 1 < text.length && is_digit(text.bytes[i + 1]);
        if (!between || !(byte == '_' || (byte == '.' && !point))) return false;
        if (byte == '.') point = true;
    }
    return *digits > 0;
}

static struct number parse_small(struct arena *arena, bool negative, struct text text, size_t decimals) {
    uint64_t value = 0, scale = 1;
    for (size_t i = 0; i < text.length; i++) {
        if (is_digit(text.bytes[i])) value = value * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    while (decimals-- > 0) scale *= 10;
    return from_wide(arena, negative && value != 0, value, scale);
}

bool number_parse(struct arena *arena, struct text text, struct number *out) {
    bool negative = text_starts(text, "-");
    if (negative || text_starts(text, "+")) text = text_slice(text, 1, text.length);
    size_t digits, decimals;
    if (!scan_decimal(text, &digits, &decimals)) return false;
    if (digits <= SMALL_DIGITS_MAX) {
        *out = parse_small(arena, negative, text, decimals);
        return true;
    }
    struct arena_mark before = arena_here(arena);
    struct natural numerator = natural_from_digits(arena, text), denominator = natural_power(arena, 10, decimals);
    *out = from_naturals(arena, before, negative && numerator.count > 0, numerator, denominator);
    return true;
}

/* The digits of an integer as a decimal fraction whose last `decimals` digits stand after the point. */
static void add_decimal(struct builder *out, bool negative, struct text digits, size_t decimals, bool grouped) {
    if (negative) builder_add(out, TEXT("-"));
    size_t whole = digits.length > decimals ? digits.length - decimals : 0;
    if (whole == 0) builder_add(out, TEXT("0"));
    for (size_t i = 0; i < whole;) {
        size_t next = grouped ? i + ((whole - i - 1) % 3 + 1) : whole;
        builder_add(out, text_slice(digits, i, next));
        if (next < whole) builder_add(out, TEXT(","));
        i = next;
    }
    if (decimals == 0) return;
    builder_add(out, TEXT("."));
    for (size_t i = digits.length; i < decimals; i++) builder_add(out, TEXT("0"));
    builder_add(out, text_slice(digits, whole, digits.length));
}

/* Writes the decimal fraction if it ends, else both halves. */
static void add_exact(struct builder *out, struct arena *arena, struct number_big x) {
    struct natural rest;
    size_t twos = natural_take_factor(arena, x.denominator, 2, &rest);
    size_t fives = natural_take_factor(arena, rest, 5, &rest);
    if (!natural_is_one(rest)) {
        add_decimal(out, x.negative, natural_digits(arena, x.numerator), 0, false);
        builder_add(out, TEXT("/"));
        builder_add(out, natural_digits(arena, x.denominator));
        return;
    }
    size_t decimals = twos > fives ? twos : fives;
    struct natural filled = natural_power(arena, twos > fives ? 5 : 2, twos > fives ? twos - fives : fives - twos);
    struct natural scaled = natural_multiply(arena, x.numerator, filled);
    add_decimal(out, x.negative, natural_digits(arena, scaled), decimals, false);
}

struct text number_exact(struct arena *arena, struct number a) {
    if (a.denominator == 1) return text_format(arena, "%lld", (long long)a.numerator);
    struct arena_mark before = arena_here(arena);
    struct builder builder;
    struct view_room room;
    builder_init(&builder);
    add_exact(&builder, arena, view(a, &room));
    arena_rewind(arena, before);
    return builder_finish(&builder, arena);
}

struct text number_decimal(struct arena *arena, struct number a, unsigned decimals, bool grouped) {
    struct arena_mark before = arena_here(arena);
    struct builder builder;
    struct view_room room;
    builder_init(&builder);
    struct number scale = from_naturals(arena, before, false, natural_power(arena, 10, decimals), natural_one);
    struct number_big x = view(round_to_integer(arena, number_multiply(arena, a, scale), ROUND_HALF_AWAY), &room);
    add_decimal(&builder, x.negative, natural_digits(arena, x.numerator), decimals, grouped);
    arena_rewind(arena, before);
    return builder_finish(&builder, arena);
}
