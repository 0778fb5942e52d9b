#include "base/big.h"

#include <assert.h>
#include <string.h>

enum { LIMB_BITS = 32, CHUNK_DIGITS = 9, DIGITS_PER_LIMB_MAX = 10 };
static const uint32_t chunk_base = 1000000000; /* 10 to the CHUNK_DIGITS */
static const struct natural zero = {NULL, 0};

static const uint32_t one_limb[] = {1};
const struct natural natural_one = {one_limb, 1};

static struct natural trim(const uint32_t *limbs, size_t count) {
    while (count > 0 && limbs[count - 1] == 0) count--;
    return (struct natural){limbs, count};
}

static uint32_t *new_limbs(struct arena *arena, size_t count) {
    uint32_t *limbs = ARENA_ARRAY(arena, uint32_t, count);
    return arena_failed(arena) ? NULL : limbs;
}

/* A copy that may be worked on, with room for one more limb, which is 0. */
static uint32_t *copy_limbs(struct arena *arena, struct natural a) {
    uint32_t *limbs = new_limbs(arena, a.count + 1);
    if (limbs && a.count) memcpy(limbs, a.limbs, a.count * sizeof *limbs);
    return limbs;
}

struct natural natural_view(uint128 value, uint32_t limbs[NATURAL_WIDE_LIMBS]) {
    for (size_t i = 0; i < NATURAL_WIDE_LIMBS; i++) limbs[i] = (uint32_t)(value >> (LIMB_BITS * i));
    return trim(limbs, NATURAL_WIDE_LIMBS);
}

struct natural natural_from(struct arena *arena, uint128 value) {
    uint32_t *limbs = new_limbs(arena, NATURAL_WIDE_LIMBS);
    return limbs ? natural_view(value, limbs) : zero;
}

bool natural_to_wide(struct natural a, uint128 *out) {
    if (a.count > NATURAL_WIDE_LIMBS) return false;
    *out = 0;
    for (size_t i = a.count; i > 0; i--) *out = *out << LIMB_BITS | a.limbs[i - 1];
    return true;
}

struct natural natural_copy(struct arena *arena, struct natural a) {
    uint32_t *limbs = copy_limbs(arena, a);
    return limbs ? (struct natural){limbs, a.count} : zero;
}

int natural_compare(struct natural a, struct natural b) {
    if (a.count != b.count) return a.count < b.count ? -1 : 1;
    for (size_t i = a.count; i > 0; i--) {
        if (a.limbs[i - 1] != b.limbs[i - 1]) return a.limbs[i - 1] < b.limbs[i - 1] ? -1 : 1;
    }
    return 0;
}

bool natural_is_one(struct natural a) {
    return a.count == 1 && a.limbs[0] == 1;
}

size_t natural_bits(struct natural a) {
    if (a.count == 0) return 0;
    return a.count * LIMB_BITS - (size_t)__builtin_clz(a.limbs[a.count - 1]);
}

struct natural natural_add(struct arena *arena, struct natural a, struct natural b) {
    if (a.count < b.count) return natural_add(arena, b, a);
    uint32_t *sum = copy_limbs(arena, a);
    if (!sum) return zero;
    uint64_t carry = 0;
    for (size_t i = 0; i < b.count || carry; i++) {
        carry += (uint64_t)sum[i] + (i < b.count ? b.limbs[i] : 0);
        sum[i] = (uint32_t)carry;
        carry >>= LIMB_BITS;
    }
    return trim(sum, a.count + 1);
}

struct natural natural_subtract(struct arena *arena, struct natural a, struct natural b) {
    uint32_t *difference = copy_limbs(arena, a);
    if (!difference) return zero;
    bool borrow = false;
    for (size_t i = 0; i < b.count || borrow; i++) {
        assert(i < a.count);
        uint64_t taken = (uint64_t)(i < b.count ? b.limbs[i] : 0) + borrow;
        borrow = taken > difference[i];
        difference[i] = (uint32_t)(difference[i] - taken);
    }
    return trim(difference, a.count);
}

struct natural natural_multiply(struct arena *arena, struct natural a, struct natural b) {
    uint32_t *product = new_limbs(arena, a.count + b.count);
    if (!product) return zero;
    for (size_t i = 0; i < a.count; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < b.count; j++) {
            carry += (uint64_t)a.limbs[i] * b.limbs[j] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= LIMB_BITS;
        }
        product[i + b.count] = (uint32_t)carry;
    }
    return trim(product, a.count + b.count);
}

/* limbs = limbs * factor + addend; `count` counts the limbs in use, of which one more may come to be. */
static void multiply_small(uint32_t *limbs, size_t *count, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (size_t i = 0; i < *count; i++) {
        carry += (uint64_t)limbs[i] * factor;
        limbs[i] = (uint32_t)carry;
        carry >>= LIMB_BITS;
    }
    if (carry) limbs[(*count)++] = (uint32_t)carry;
}

/* Divides, writes the quotient where it is wanted (it may be u itself), returns the remainder. */
static uint32_t divide_small(const uint32_t *u, size_t count, uint32_t divisor, uint32_t *quotient) {
    uint64_t rest = 0;
    for (size_t i = count; i > 0; i--) {
        rest = rest << LIMB_BITS | u[i - 1];
        if (quotient) quotient[i - 1] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint32_t)rest;
}

static void shift_left(uint32_t *limbs, size_t count, int shift) {
    if (shift == 0) return;
    for (size_t i = count; i > 0; i--) {
        limbs[i - 1] = limbs[i - 1] << shift | (i > 1 ? limbs[i - 2] >> (LIMB_BITS - shift) : 0);
    }
}

static void shift_right(uint32_t *limbs, size_t count, int shift) {
    if (shift == 0) return;
    for (size_t i = 0; i < count; i++) {
        limbs[i] = limbs[i] >> shift | (i + 1 < count ? limbs[i + 1] << (LIMB_BITS - shift) : 0);
    }
}

/* One digit of the quotient, guessed from the leading limbs: at most one too large. v has its top bit set. */
static uint32_t guess_digit(const uint32_t *u, const uint32_t *v, size_t v_count) {
    uint64_t lead = (uint64_t)u[v_count] << LIMB_BITS | u[v_count - 1];
    uint64_t digit = lead / v[v_count - 1], rest = lead % v[v_count - 1];
    while (digit > UINT32_MAX || digit * v[v_count - 2] > (rest << LIMB_BITS | u[v_count - 2])) {
        digit--;
        rest += v[v_count - 1];
        if (rest > UINT32_MAX) break;
    }
    return (uint32_t)digit;
}

/* u -= digit * v over v_count + 1 limbs; when that was too much, adds v back once. Returns the digit that was right. */
static uint32_t take_multiple(uint32_t *u, const uint32_t *v, size_t v_count, uint32_t digit) {
    uint64_t carry = 0, borrow = 0;
    for (size_t i = 0; i <= v_count; i++) {
        carry += (uint64_t)digit * (i < v_count ? v[i] : 0);
        uint64_t taken = (uint32_t)carry + borrow;
        carry >>= LIMB_BITS;
        borrow = taken > u[i];
        u[i] = (uint32_t)(u[i] - taken);
    }
    if (!borrow) return digit;
    carry = 0;
    for (size_t i = 0; i < v_count; i++) {
        carry += (uint64_t)u[i] + v[i];
        u[i] = (uint32_t)carry;
        carry >>= LIMB_BITS;
    }
    u[v_count] += (uint32_t)carry;
    return digit - 1;
}

/* Long division (Knuth's algorithm D) in place: u, which has a limb of 0 on top of its u_count >= v_count limbs,
 * becomes the remainder. v is shifted for the time being. The quotient has u_count - v_count + 1 limbs, or is not
 * wanted. */
static void divide_in_place(uint32_t *u, size_t u_count, uint32_t *v, size_t v_count, uint32_t *quotient) {
    if (v_count == 1) {
        uint32_t rest = divide_small(u, u_count, v[0], quotient);
        memset(u, 0, u_count * sizeof *u);
        u[0] = rest;
        return;
    }
    int shift = __builtin_clz(v[v_count - 1]);
    shift_left(u, u_count + 1, shift);
    shift_left(v, v_count, shift);
    for (size_t j = u_count - v_count + 1; j > 0; j--) {
        uint32_t digit = guess_digit(u + j - 1, v, v_count);
        digit = take_multiple(u + j - 1, v, v_count, digit);
        if (quotient) quotient[j - 1] = digit;
    }
    shift_right(u, u_count + 1, shift);
    shift_right(v, v_count, shift);
}

struct natural natural_divide(struct arena *arena, struct natural a, struct natural b, struct natural *remainder) {
    *remainder = zero;
    if (arena_failed(arena)) return zero;
    assert(b.count > 0);
    if (a.count < b.count) {
        *remainder = a;
        return zero;
    }
    uint32_t *u = copy_limbs(arena, a), *v = copy_limbs(arena, b), *quotient = new_limbs(arena, a.count - b.count + 1);
    if (arena_failed(arena)) return zero;
    divide_in_place(u, a.count, v, b.count, quotient);
    *remainder = trim(u, b.count);
    return trim(quotient, a.count - b.count + 1);
}

struct natural natural_gcd(struct arena *arena, struct natural a, struct natural b) {
    uint32_t *u = copy_limbs(arena, a), *v = copy_limbs(arena, b);
    if (arena_failed(arena)) return zero;
    size_t u_count = a.count, v_count = b.count;
    while (v_count > 0) {
        if (u_count >= v_count) {
            divide_in_place(u, u_count, v, v_count, NULL);
            u_count = trim(u, v_count).count;
        }
        uint32_t *swap = u;
        size_t swap_count = u_count;
        u = v, u_count = v_count;
        v = swap, v_count = swap_count;
    }
    return (struct natural){u, u_count};
}

struct natural natural_power(struct arena *arena, uint32_t base, size_t exponent) {
    size_t bits_of_base = LIMB_BITS - (size_t)__builtin_clz(base);
    uint32_t *power = new_limbs(arena, exponent * bits_of_base / LIMB_BITS + 1);
    if (!power) return zero;
    size_t count = 1;
    power[0] = 1;
    while (exponent > 0) { /* as many factors at a time as fit into a limb */
        uint32_t factors = base, more;
        for (exponent--; exponent > 0 && !__builtin_mul_overflow(factors, base, &more); exponent--) factors = more;
        multiply_small(power, &count, factors, 0);
    }
    return trim(power, count);
}

/* Adds the products of limbs that make up that column of a * b. */
static uint128 add_column(uint128 sum, struct natural a, struct natural b, size_t column) {
    size_t first = column < b.count ? 0 : column - b.count + 1;
    for (size_t i = first; i < a.count && i <= column; i++) sum += (uint64_t)a.limbs[i] * b.limbs[column - i];
    return sum;
}

int natural_compare_products(struct natural a, struct natural b, struct natural c, struct natural d) {
    size_t left_count = a.count + b.count, right_count = c.count + d.count;
    size_t columns = left_count > right_count ? left_count : right_count;
    uint128 left = 0, right = 0;
    int order = 0;
    for (size_t column = 0; column < columns; column++) { /* the highest limb that differs decides */
        left = add_column(left, a, b, column);
        right = add_column(right, c, d, column);
        uint32_t left_limb = (uint32_t)left, right_limb = (uint32_t)right;
        if (left_limb != right_limb) order = left_limb < right_limb ? -1 : 1;
        left >>= LIMB_BITS;
        right >>= LIMB_BITS;
    }
    return order;
}

size_t natural_take_factor(struct arena *arena, struct natural a, uint32_t factor, struct natural *rest) {
    uint32_t *limbs = copy_limbs(arena, a);
    *rest = zero;
    if (!limbs) return 0;
    size_t times = 0;
    *rest = trim(limbs, a.count);
    while (rest->count > 0 && divide_small(limbs, rest->count, factor, NULL) == 0) {
        divide_small(limbs, rest->count, factor, limbs);
        *rest = trim(limbs, rest->count);
        times++;
    }
    return times;
}

struct natural natural_from_digits(struct arena *arena, struct text text) {
    uint32_t *limbs = new_limbs(arena, text.length / CHUNK_DIGITS + 1);
    if (!limbs) return zero;
    size_t count = 0;
    uint32_t chunk = 0, scale = 1;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') continue;
        chunk = chunk * 10 + (uint32_t)(text.bytes[i] - '0');
        scale *= 10;
        if (scale < chunk_base) continue;
        multiply_small(limbs, &count, scale, chunk);
        chunk = 0;
        scale = 1;
    }
    multiply_small(limbs, &count, scale, chunk);
    return trim(limbs, count);
}

struct text natural_digits(struct arena *arena, struct natural a) {
    if (a.count == 0) return TEXT("0");
    uint32_t *limbs = copy_limbs(arena, a);
    size_t room = a.count * DIGITS_PER_LIMB_MAX + CHUNK_DIGITS, start = room;
    char *digits = ARENA_ARRAY(arena, char, room);
    if (arena_failed(arena)) return TEXT("");
    for (size_t count = a.count; count > 0; count = trim(limbs, count).count) {
        uint32_t chunk = divide_small(limbs, count, chunk_base, limbs);
        for (int i = 0; i < CHUNK_DIGITS; i++, chunk /= 10) digits[--start] = (char)('0' + chunk % 10);
    }
    while (digits[start] == '0') start++;
    return (struct text){digits + start, room - start};
}
