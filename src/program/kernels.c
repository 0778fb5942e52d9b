/* The kernels, for the instruction set that KERNELS names. */
#include "program/kernel.h"

#include <string.h>
#if defined(__AVX2__) && defined(__BMI2__)
#include <immintrin.h>
#endif

/* What the macros are given are types, and lanes of one byte are small numbers.
 * NOLINTBEGIN(bugprone-macro-parentheses, bugprone-signed-char-misuse, cert-str34-c) */

/* --- widths ------------------------------------------------------------------------------------------------------- */

typedef int8_t lane_1;
typedef int32_t lane_4;
typedef int64_t lane_8;
typedef uint8_t bits_1; /* the same, but what is too large wraps */
typedef uint32_t bits_4;
typedef uint64_t bits_8;

#define EACH_WIDTH(X) X(1) X(4) X(8)
#define EACH_OF_A(X) X(1) X(4) X(8)
#define EACH_OF_B(X, a) X(a, 1) X(a, 4) X(a, 8)
#define EACH_OUT(X, a, b) X(a, b, 1) X(a, b, 4) X(a, b, 8)

#define TABLE_1(name)                                                                                                  \
    { name##_1, name##_4, name##_8 }
#define TABLE_2(name)                                                                                                  \
    { TABLE_1(name##_1), TABLE_1(name##_4), TABLE_1(name##_8) }
#define TABLE_3(name)                                                                                                  \
    { TABLE_2(name##_1), TABLE_2(name##_4), TABLE_2(name##_8) }

/* A kernel of one expression for each row i. */
#define LOOP(name, type_a, type_b, type_out, expression)                                                               \
    static void name(const struct strip *strip) {                                                                      \
        const size_t rows = strip->rows;                                                                               \
        const type_a *restrict a = strip->a;                                                                           \
        const type_b *restrict b = strip->b;                                                                           \
        type_out *restrict out = strip->out;                                                                           \
        const type_out x = (type_out)strip->x, y = (type_out)strip->y, z = (type_out)strip->z;                         \
        (void)a, (void)b, (void)x, (void)y, (void)z;                                                                   \
        for (size_t i = 0; i < rows; i++) out[i] = (type_out)(expression);                                             \
    }

/* --- arithmetic --------------------------------------------------------------------------------------------------- */

/* Most are plain sums and differences. */
#define LINEAR(wa, wb, wo)                                                                                             \
    static void linear_##wa##_##wb##_##wo(const struct strip *strip) {                                                 \
        const size_t rows = strip->rows;                                                                               \
        const lane_##wa *restrict a = strip->a;                                                                        \
        const lane_##wb *restrict b = strip->b;                                                                        \
        bits_##wo *restrict out = strip->out;                                                                          \
        const bits_##wo x = (bits_##wo)strip->x, y = (bits_##wo)strip->y, z = (bits_##wo)strip->z;                     \
        if (strip->x == 1 && strip->y == 1 && strip->z == 0)                                                           \
            for (size_t i = 0; i < rows; i++) out[i] = (bits_##wo)((bits_##wo)a[i] + (bits_##wo)b[i]);                 \
        else if (strip->x == 1 && strip->y == -1 && strip->z == 0)                                                     \
            for (size_t i = 0; i < rows; i++) out[i] = (bits_##wo)((bits_##wo)a[i] - (bits_##wo)b[i]);                 \
        else                                                                                                           \
            for (size_t i = 0; i < rows; i++) out[i] = (bits_##wo)((bits_##wo)a[i] * x + (bits_##wo)b[i] * y + z);     \
    }
#define MULTIPLY(wa, wb, wo)                                                                                           \
    LOOP(multiply_##wa##_##wb##_##wo, lane_##wa, lane_##wb, bits_##wo, (bits_##wo)a[i] * (bits_##wo)b[i])
#define OF_OUT(wa, wb) EACH_OUT(LINEAR, wa, wb) EACH_OUT(MULTIPLY, wa, wb)
#define OF_B(wa) EACH_OF_B(OF_OUT, wa)
EACH_OF_A(OF_B)
#undef OF_OUT
#undef OF_B

#define SCALE(wa, wo) LOOP(scale_##wa##_##wo, lane_##wa, lane_##wa, bits_##wo, (bits_##wo)a[i] * x + z)
typedef lane_1 wider_1_1; /* the wider of two */
typedef lane_4 wider_1_4, wider_4_1, wider_4_4;
typedef lane_8 wider_1_8, wider_8_1, wider_4_8, wider_8_4, wider_8_8;
#define CLAMP(wa, wo)                                                                                                  \
    static void clamp_##wa##_##wo(const struct strip *strip) {                                                         \
        const size_t rows = strip->rows;                                                                               \
        const lane_##wa *restrict a = strip->a;                                                                        \
        lane_##wo *restrict out = strip->out;                                                                          \
        const int64_t most = (int64_t)(((uint64_t)1 << (8 * sizeof(wider_##wa##_##wo) - 1)) - 1), least = -most - 1;   \
        const wider_##wa##_##wo x = (wider_##wa##_##wo)(strip->x < least ? least : strip->x),                          \
                                y = (wider_##wa##_##wo)(strip->y > most ? most : strip->y);                            \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const wider_##wa##_##wo value = a[i];                                                                      \
            out[i] = (lane_##wo)(value < x ? x : value > y ? y : value);                                               \
        }                                                                                                              \
    }
#define OF_B(wa) EACH_OF_B(SCALE, wa) EACH_OF_B(CLAMP, wa)
EACH_OF_A(OF_B)
#undef OF_B

#define SAME_WIDTH(w)                                                                                                  \
    LOOP(least_##w, lane_##w, lane_##w, lane_##w, a[i] < b[i] ? a[i] : b[i])                                           \
    LOOP(greatest_##w, lane_##w, lane_##w, lane_##w, a[i] > b[i] ? a[i] : b[i])                                        \
    LOOP(divisor_##w, lane_##w, lane_##w, bits_##w, a[i] == 0 ? 1 : a[i] < 0 ? -(bits_##w)a[i] : (bits_##w)a[i])
EACH_WIDTH(SAME_WIDTH)

/* --- comparing ---------------------------------------------------------------------------------------------------- */

#define COMPARE(name, wa, wb, sign)                                                                                    \
    static void name##_##wa##_##wb(const struct strip *strip) {                                                        \
        const size_t rows = strip->rows;                                                                               \
        const lane_##wa *restrict a = strip->a;                                                                        \
        const lane_##wb *restrict b = strip->b;                                                                        \
        uint8_t *restrict out = strip->out;                                                                            \
        for (size_t i = 0; i < rows; i++) out[i] = (uint8_t)(a[i] sign b[i]);                                          \
    }
#define COMPARE_WITH(name, wa, sign)                                                                                   \
    static void name##_with_##wa(const struct strip *strip) {                                                          \
        const size_t rows = strip->rows;                                                                               \
        const lane_##wa *restrict a = strip->a, x = (lane_##wa)strip->x;                                               \
        uint8_t *restrict out = strip->out;                                                                            \
        for (size_t i = 0; i < rows; i++) out[i] = (uint8_t)(a[i] sign x);                                             \
    }
#define BETWEEN(wa)                                                                                                    \
    static void between_##wa(const struct strip *strip) {                                                              \
        const size_t rows = strip->rows;                                                                               \
        const lane_##wa *restrict a = strip->a, x = (lane_##wa)strip->x, y = (lane_##wa)strip->y;                      \
        uint8_t *restrict out = strip->out;                                                                            \
        for (size_t i = 0; i < rows; i++) out[i] = (uint8_t)((a[i] >= x) & (a[i] <= y));                               \
    }
#define OF_WIDTHS(wa, wb)                                                                                              \
    COMPARE(less, wa, wb, <)                                                                                           \
    COMPARE(less_equal, wa, wb, <=)                                                                                    \
    COMPARE(equal, wa, wb, ==)                                                                                         \
    COMPARE(not_equal, wa, wb, !=)
#define OF_A(wa)                                                                                                       \
    EACH_OF_B(OF_WIDTHS, wa)                                                                                           \
    COMPARE_WITH(less, wa, <)                                                                                          \
    COMPARE_WITH(less_equal, wa, <=)                                                                                   \
    COMPARE_WITH(equal, wa, ==)                                                                                        \
    COMPARE_WITH(not_equal, wa, !=)                                                                                    \
    COMPARE_WITH(more, wa, >)                                                                                          \
    BETWEEN(wa)
EACH_OF_A(OF_A)

LOOP(without, uint8_t, uint8_t, uint8_t, a[i] & (b[i] ^ 1))
/* Into what is there already. */
static void count_up(const struct strip *strip) {
    const size_t rows = strip->rows;
    const uint8_t *restrict a = strip->a;
    uint8_t *restrict out = strip->out;
    for (size_t i = 0; i < rows; i++) out[i] = (uint8_t)(out[i] + a[i]);
}

LOOP(turned, uint8_t, uint8_t, uint8_t, a[i] ^ 1)
LOOP(both, uint8_t, uint8_t, uint8_t, a[i] & b[i])
LOOP(either, uint8_t, uint8_t, uint8_t, a[i] | b[i])

/* --- taints ------------------------------------------------------------------------------------------------------- */

/* Open is what rests on an open side, unless the other decides alone. */
#define OPEN(name, decided_a, decided_b)                                                                               \
    static void open_##name(const struct strip *strip) {                                                               \
        const size_t rows = strip->rows;                                                                               \
        const uint8_t *restrict a = strip->a, *restrict b = strip->b;                                                  \
        const uint8_t *restrict open_a = strip->open_a, *restrict open_b = strip->open_b;                              \
        uint8_t *restrict out = strip->out;                                                                            \
        for (size_t i = 0; i < rows; i++)                                                                              \
            out[i] = (uint8_t)((open_a[i] | open_b[i]) & ~((~open_a[i] & (decided_a)) | (~open_b[i] & (decided_b))));  \
    }
OPEN(both, a[i] ^ 1, b[i] ^ 1)
OPEN(either, a[i], b[i])
OPEN(without, a[i] ^ 1, b[i])

static void open_case(const struct strip *strip) {
    const size_t rows = strip->rows;
    const uint8_t *restrict b = strip->b, *restrict open_a = strip->open_a, *restrict open_b = strip->open_b;
    uint8_t *restrict out = strip->out;
    for (size_t i = 0; i < rows; i++) out[i] = (uint8_t)(open_b[i] | (b[i] ? open_a[i] : out[i]));
}

/* --- choosing ----------------------------------------------------------------------------------------------------- */

/* From the last case, which always holds, to the first: each goes over those behind it where it holds. */
static void choose_cases(const struct strip *strip) {
    const size_t rows = strip->rows; /* a lane of one byte might be part of it */
    uint8_t *restrict cases = strip->cases;
    if (!cases) return;
    memset(cases, (int)strip->count - 1, rows);
    for (size_t k = strip->count - 1; k-- > 0;) {
        const uint8_t *restrict condition = strip->choices[k].condition, number = (uint8_t)k;
        for (size_t i = 0; i < rows; i++) cases[i] = condition[i] ? number : cases[i];
    }
}

/* One of two by a truth, as bits: not every set has a choice of its own. */
#define EITHER(w, truth, yes, no) ((yes) & (bits_##w) - (bits_##w)(truth)) | ((no) & (bits_##w)((bits_##w)(truth)-1))

#define CHOOSE(w)                                                                                                      \
    static void choose_any_##w(const struct strip *strip) {                                                            \
        const size_t rows = strip->rows;                                                                               \
        bits_##w *restrict out = strip->out;                                                                           \
        for (size_t k = strip->count; k-- > 0;) {                                                                      \
            const uint8_t *restrict condition = strip->choices[k].condition;                                           \
            const bits_##w *restrict values = strip->choices[k].values, value = (bits_##w)strip->choices[k].value;     \
            if (!condition && values)                                                                                  \
                memcpy(out, values, rows * sizeof *out);                                                               \
            else if (!condition)                                                                                       \
                for (size_t i = 0; i < rows; i++) out[i] = value;                                                      \
            else if (values)                                                                                           \
                for (size_t i = 0; i < rows; i++) out[i] = (bits_##w)(EITHER(w, condition[i], values[i], out[i]));     \
            else                                                                                                       \
                for (size_t i = 0; i < rows; i++) out[i] = (bits_##w)(EITHER(w, condition[i], value, out[i]));         \
        }                                                                                                              \
        choose_cases(strip);                                                                                           \
    }
EACH_WIDTH(CHOOSE)
#define choose_4 choose_any_4
#define choose_8 choose_any_8

/* Constants of one byte, of few cases: which case decides a line of rows, then its value. The count is known where it
 * is called, so that what is the same for all lines stays in registers. */
enum { TABLE = 16 };
#if defined(__AVX512BW__)
typedef __m512i line;
static inline line line_of(uint8_t byte) {
    return _mm512_set1_epi8((char)byte);
}
static inline line where(line number, const uint8_t *holds, line other) {
    return _mm512_mask_mov_epi8(number, _mm512_test_epi8_mask(_mm512_loadu_si512(holds), line_of(1)), other);
}
static inline line look_up(const uint8_t *table, line number) {
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const void *)table)), number);
}
#elif defined(__AVX2__)
typedef __m256i line;
static inline line line_of(uint8_t byte) {
    return _mm256_set1_epi8((char)byte);
}
static inline line where(line number, const uint8_t *holds, line other) {
    line truths = _mm256_loadu_si256((const void *)holds);
    return _mm256_blendv_epi8(number, other, _mm256_sub_epi8(_mm256_setzero_si256(), truths));
}
static inline line look_up(const uint8_t *table, line number) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)table)), number);
}
#else
typedef uint8_t line __attribute__((vector_size(16)));
static inline line line_of(uint8_t byte) {
    return (line){0} + byte;
}
static inline line where(line number, const uint8_t *holds, line other) {
    line truths;
    memcpy(&truths, holds, sizeof truths);
    truths = -truths;
    return (number & ~truths) | (other & truths);
}
static inline line look_up(const uint8_t *table, line number) {
    (void)table;
    return number;
}
#endif

#if defined(__AVX2__)
enum { LOOKS_UP = true };
#else
enum { LOOKS_UP = false }; /* values are chosen as the numbers are */
#endif

static inline __attribute__((always_inline)) void choose_lines(const struct strip *strip, size_t count, size_t rows) {
    uint8_t *restrict out = strip->out, *restrict cases = strip->cases, table[TABLE] = {0};
    line numbers[TABLE], values[TABLE];
    for (size_t k = 0; k < count; k++) {
        table[k] = (uint8_t)strip->choices[k].value;
        numbers[k] = line_of((uint8_t)k);
        values[k] = line_of(table[k]);
    }
    for (size_t at = 0; at < rows; at += sizeof(line)) {
        line number = numbers[count - 1], value = values[count - 1];
        for (size_t k = count - 1; k-- > 0;) {
            number = where(number, strip->choices[k].condition + at, numbers[k]);
            if (!LOOKS_UP) value = where(value, strip->choices[k].condition + at, values[k]);
        }
        if (LOOKS_UP) value = look_up(table, number);
        memcpy(out + at, &value, sizeof value);
        if (cases) memcpy(cases + at, &number, sizeof number);
    }
}

static void choose_1(const struct strip *strip) {
    const size_t rows = strip->rows, count = strip->count, whole = rows / sizeof(line) * sizeof(line);
    uint8_t *restrict out = strip->out, *restrict cases = strip->cases;
    bool constants = true;
    for (size_t k = 0; k < count; k++) constants = constants && !strip->choices[k].values;
    switch (constants ? count : 0) {
    case 2: choose_lines(strip, 2, whole); break;
    case 3: choose_lines(strip, 3, whole); break;
    case 4: choose_lines(strip, 4, whole); break;
    case 5: choose_lines(strip, 5, whole); break;
    case 6: choose_lines(strip, 6, whole); break;
    case 7: choose_lines(strip, 7, whole); break;
    case 8: choose_lines(strip, 8, whole); break;
    default: choose_any_1(strip); return;
    }
    for (size_t at = whole; at < rows; at++) {
        size_t k = 0;
        while (k + 1 < count && !strip->choices[k].condition[at]) k++;
        out[at] = (uint8_t)strip->choices[k].value;
        if (cases) cases[at] = (uint8_t)k;
    }
}

/* --- dividing ----------------------------------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 bits_16;

/* u / x is (u * factor) >> shift, for u of a bit less than the lane (Granlund and Montgomery, 1994). */
struct reciprocal {
    uint64_t factor;
    unsigned shift;
};

static struct reciprocal reciprocal_of(uint64_t x, unsigned bits) {
    unsigned log = 0;
    while (((uint64_t)1 << log) < x) log++;
    struct reciprocal result = {.shift = bits + log};
    result.factor = (uint64_t)((((bits_16)1 << result.shift) + x - 1) / x);
    return result;
}

/* Rounded down: what is below zero is turned round first. */
#define DOWN(w, bits, wide, value)                                                                                     \
    do {                                                                                                               \
        lane_##w turn = (value) < 0 ? -1 : 0;                                                                          \
        bits_##w u = (bits_##w)((value) ^ turn);                                                                       \
        quotient = (lane_##w)(((wide)u * (bits_##w)by.factor) >> by.shift) ^ turn;                                     \
    } while (0)

#define DIVIDE(w, bits, wide)                                                                                          \
    static void divide_down_##w(const struct strip *strip) {                                                           \
        const size_t rows = strip->rows;                                                                               \
        const struct reciprocal by = reciprocal_of((uint64_t)strip->x, bits);                                          \
        const lane_##w *restrict a = strip->a;                                                                         \
        lane_##w *restrict out = strip->out, quotient;                                                                 \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            DOWN(w, bits, wide, a[i]);                                                                                 \
            out[i] = quotient;                                                                                         \
        }                                                                                                              \
    }                                                                                                                  \
    static void divide_up_##w(const struct strip *strip) {                                                             \
        const size_t rows = strip->rows;                                                                               \
        const struct reciprocal by = reciprocal_of((uint64_t)strip->x, bits);                                          \
        const lane_##w *restrict a = strip->a;                                                                         \
        lane_##w *restrict out = strip->out, quotient;                                                                 \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            lane_##w turned = (lane_##w) - (bits_##w)a[i];                                                             \
            DOWN(w, bits, wide, turned);                                                                               \
            out[i] = (lane_##w) - (bits_##w)quotient;                                                                  \
        }                                                                                                              \
    }                                                                                                                  \
    static void divide_nearest_##w(const struct strip *strip) {                                                        \
        const size_t rows = strip->rows;                                                                               \
        const struct reciprocal by = reciprocal_of((uint64_t)strip->x, bits);                                          \
        const bits_##w half = (bits_##w)strip->x / 2;                                                                  \
        const lane_##w *restrict a = strip->a;                                                                         \
        lane_##w *restrict out = strip->out;                                                                           \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            bits_##w size = (a[i] < 0 ? -(bits_##w)a[i] : (bits_##w)a[i]) + half;                                      \
            bits_##w quotient = (bits_##w)(((wide)size * (bits_##w)by.factor) >> by.shift);                            \
            out[i] = (lane_##w)(a[i] < 0 ? -quotient : quotient);                                                      \
        }                                                                                                              \
    }
DIVIDE(4, 31, uint64_t)
DIVIDE(8, 63, bits_16)

#define DIVIDE_BY(name, result)                                                                                        \
    static void divide_by_##name(const struct strip *strip) {                                                          \
        const size_t rows = strip->rows;                                                                               \
        const int64_t *restrict a = strip->a, *restrict b = strip->b;                                                  \
        int64_t *restrict out = strip->out;                                                                            \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const int64_t by = b[i] < 1 ? 1 : b[i], quotient = a[i] / by, rest = a[i] % by;                            \
            const int64_t size = rest < 0 ? -rest : rest;                                                              \
            (void)size;                                                                                                \
            out[i] = (int64_t)((uint64_t)quotient + (uint64_t)(int64_t)(result));                                      \
        }                                                                                                              \
    }
DIVIDE_BY(down, -(rest < 0))
DIVIDE_BY(up, rest > 0)
DIVIDE_BY(nearest, size < by - size ? 0 : a[i] < 0 ? -1 : 1)

/* --- dates -------------------------------------------------------------------------------------------------------- */

/* As the year has 365.25 days, and then one more or less. */
static void years(const struct strip *strip) {
    enum { DAYS_OF_FOUR = 1461 };
    const size_t rows = strip->rows;
    const lane_4 *restrict a = strip->a, *restrict lasts = strip->b;
    const lane_4 least = (lane_4)strip->y + 1, most = (lane_4)strip->y + (lane_4)strip->count - 3;
    const bits_4 day = (bits_4)strip->x;
    lane_4 *restrict out = strip->out;
    for (size_t i = 0; i < rows; i++) {
        lane_4 quarters = (lane_4)((day - (bits_4)a[i]) * 4), about = quarters / DAYS_OF_FOUR - (quarters < 0);
        about = about < least ? least : about > most ? most : about;
        const lane_4 *own = lasts + (about - (lane_4)strip->y);
        out[i] = about + (a[i] <= own[1]) - (a[i] > own[0]);
    }
}

/* --- rows above and below ----------------------------------------------------------------------------------------- */

/* Sums of everything so far, and their differences: no loop whose length nobody can guess. Some lanes at a time: what
 * lies one, two, four before is added; what came before them all waits for nothing but the last of those before. */
#ifdef __AVX2__
enum { SUMMED_AT_ONCE = 32 }; /* bytes */
#else
enum { SUMMED_AT_ONCE = 16 };
#endif
typedef uint8_t summed_1 __attribute__((vector_size(16)));
typedef uint32_t summed_4 __attribute__((vector_size(SUMMED_AT_ONCE)));
typedef uint64_t summed_8 __attribute__((vector_size(SUMMED_AT_ONCE)));

#define BEFORE(zero, lanes, ...) __builtin_shufflevector(zero, lanes, __VA_ARGS__)
#define EVERYWHERE(lanes, ...) __builtin_shufflevector(lanes, lanes, __VA_ARGS__)

static summed_1 running_1(summed_1 lanes) {
    const summed_1 zero = {0};
    lanes += BEFORE(zero, lanes, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    lanes += BEFORE(zero, lanes, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    lanes += BEFORE(zero, lanes, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
    return lanes + BEFORE(zero, lanes, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
}
static summed_1 last_1(summed_1 lanes) {
    return EVERYWHERE(lanes, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15);
}

#ifdef __AVX2__
static summed_4 running_4(summed_4 lanes) {
    const summed_4 zero = {0};
    lanes += BEFORE(zero, lanes, 7, 8, 9, 10, 11, 12, 13, 14);
    lanes += BEFORE(zero, lanes, 6, 7, 8, 9, 10, 11, 12, 13);
    return lanes + BEFORE(zero, lanes, 4, 5, 6, 7, 8, 9, 10, 11);
}
static summed_4 last_4(summed_4 lanes) {
    return EVERYWHERE(lanes, 7, 7, 7, 7, 7, 7, 7, 7);
}

static summed_8 running_8(summed_8 lanes) {
    const summed_8 zero = {0};
    lanes += BEFORE(zero, lanes, 3, 4, 5, 6);
    return lanes + BEFORE(zero, lanes, 2, 3, 4, 5);
}
static summed_8 last_8(summed_8 lanes) {
    return EVERYWHERE(lanes, 3, 3, 3, 3);
}
#else
static summed_4 running_4(summed_4 lanes) {
    const summed_4 zero = {0};
    lanes += BEFORE(zero, lanes, 3, 4, 5, 6);
    return lanes + BEFORE(zero, lanes, 2, 3, 4, 5);
}
static summed_4 last_4(summed_4 lanes) {
    return EVERYWHERE(lanes, 3, 3, 3, 3);
}

static summed_8 running_8(summed_8 lanes) {
    const summed_8 zero = {0};
    return lanes + BEFORE(zero, lanes, 1, 2);
}
static summed_8 last_8(summed_8 lanes) {
    return EVERYWHERE(lanes, 1, 1);
}
#endif

#define SUM(w)                                                                                                         \
    static void sum_##w(const struct strip *strip) {                                                                   \
        enum { AT_ONCE = sizeof(summed_##w) / w };                                                                     \
        const size_t rows = strip->rows, first = strip->ends[0], below = strip->ends[rows] - first;                    \
        const uint32_t *restrict ends = strip->ends;                                                                   \
        const bits_##w *restrict a = strip->a;                                                                         \
        bits_##w *restrict out = strip->out, *restrict so_far = strip->scratch, before = 0;                            \
        summed_##w sum = {0};                                                                                          \
        size_t i = 0;                                                                                                  \
        so_far[0] = 0;                                                                                                 \
        for (; i + AT_ONCE <= below; i += AT_ONCE) {                                                                   \
            summed_##w lanes, sums;                                                                                    \
            memcpy(&lanes, a + i, sizeof lanes);                                                                       \
            lanes = running_##w(lanes);                                                                                \
            sums = lanes + sum;                                                                                        \
            sum += last_##w(lanes);                                                                                    \
            memcpy(so_far + 1 + i, &sums, sizeof sums);                                                                \
        }                                                                                                              \
        for (; i < below; i++) so_far[i + 1] = (bits_##w)(so_far[i] + a[i]);                                           \
        for (i = 0; i < rows; i++) {                                                                                   \
            const bits_##w here = so_far[ends[i + 1] - first];                                                         \
            out[i] = (bits_##w)(here - before);                                                                        \
            before = here;                                                                                             \
        }                                                                                                              \
    }
EACH_WIDTH(SUM)

#define COUNT(w)                                                                                                       \
    static void count_##w(const struct strip *strip) {                                                                 \
        const size_t rows = strip->rows;                                                                               \
        const uint32_t *restrict ends = strip->ends;                                                                   \
        bits_##w *restrict out = strip->out;                                                                           \
        for (size_t i = 0; i < rows; i++) out[i] = (bits_##w)(ends[i + 1] - ends[i]);                                  \
    }
EACH_WIDTH(COUNT)

/* Eight lanes at a time, of which the next row above writes over what is too much. */
enum { AT_A_TIME = 8 };
#define SPREAD(w)                                                                                                      \
    static void spread_##w(const struct strip *strip) {                                                                \
        const size_t rows = strip->rows, first = strip->ends[0], all = strip->ends[rows] - first;                      \
        const uint32_t *restrict ends = strip->ends;                                                                   \
        const bits_##w *restrict a = strip->a;                                                                         \
        bits_##w *restrict out = strip->out;                                                                           \
        size_t i = 0;                                                                                                  \
        for (; i < rows && ends[i] - first + AT_A_TIME <= all; i++) {                                                  \
            size_t at = ends[i] - first, end = ends[i + 1] - first;                                                    \
            eight_##w eight = (eight_##w){0} + a[i];                                                                   \
            memcpy(out + at, &eight, sizeof eight);                                                                    \
            for (at += AT_A_TIME; at < end; at++) out[at] = a[i];                                                      \
        }                                                                                                              \
        for (; i < rows; i++)                                                                                          \
            for (size_t at = ends[i] - first; at < ends[i + 1] - first; at++) out[at] = a[i];                          \
    }
typedef uint8_t eight_1 __attribute__((vector_size(AT_A_TIME)));
typedef uint32_t eight_4 __attribute__((vector_size(AT_A_TIME * sizeof(uint32_t))));
typedef uint64_t eight_8 __attribute__((vector_size(AT_A_TIME * sizeof(uint64_t))));
EACH_WIDTH(SPREAD)

#if defined(__AVX2__) && defined(__BMI2__)
enum { BITS = 64 };

#ifdef __AVX512BW__
static uint64_t bits_of(const uint8_t *truths, size_t count) {
    __mmask64 there = count >= BITS ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
    return _mm512_test_epi8_mask(_mm512_maskz_loadu_epi8(there, truths), _mm512_set1_epi8(1));
}

static void bytes_from(uint8_t *truths, uint64_t bits, size_t count) {
    __mmask64 there = count >= BITS ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
    _mm512_mask_storeu_epi8(truths, there, _mm512_maskz_set1_epi8(bits, 1));
}
#else
static uint64_t bits_of(const uint8_t *truths, size_t count) {
    uint8_t last[BITS] = {0};
    if (count < BITS) memcpy(last, truths, count);
    const uint8_t *from = count < BITS ? last : truths;
    uint64_t bits = 0;
    for (size_t half = 0; half < BITS; half += BITS / 2) {
        __m256i lanes = _mm256_slli_epi16(_mm256_loadu_si256((const void *)(from + half)), 7); /* to where signs are */
        bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(lanes) << half;
    }
    return bits;
}

static void bytes_from(uint8_t *truths, uint64_t bits, size_t count) {
    const __m256i byte_of = _mm256_set_epi64x(0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0),
                  bit_of = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    uint8_t last[BITS] = {0}, *to = count < BITS ? last : truths;
    for (size_t half = 0; half < BITS; half += BITS / 2) {
        __m256i lanes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)(uint32_t)(bits >> half)), byte_of);
        lanes = _mm256_cmpeq_epi8(_mm256_and_si256(lanes, bit_of), bit_of);
        _mm256_storeu_si256((void *)(to + half), _mm256_and_si256(lanes, _mm256_set1_epi8(1)));
    }
    if (count < BITS) memcpy(truths, last, count);
}
#endif

/* Which of the next rows below are the first of their row. */
static uint64_t firsts_from(const struct strip *strip, size_t at, size_t below) {
    const size_t bit = strip->at + at;
    uint64_t low = strip->firsts[bit / BITS] >> bit % BITS,
             high = strip->firsts[bit / BITS + 1] << (BITS - 1 - bit % BITS) << 1;
    return (low | high) & (below - at < BITS ? ((uint64_t)1 << (below - at)) - 1 : ~(uint64_t)0);
}

/* A row whose truth is 1 fills the bits from where its rows begin to where the next one's do: 2^next - 2^first. */
static void spread_truth(const struct strip *strip) {
    const size_t rows = strip->rows, below = strip->ends[rows] - strip->ends[0];
    const uint8_t *a = strip->a;
    uint8_t *out = strip->out;
    size_t begun = 0; /* rows above */
    for (size_t at = 0; at < below; at += BITS) {
        uint64_t starts = firsts_from(strip, at, below), firsts = starts | 1;
        size_t first = begun - !(starts & 1);
        uint64_t truths = bits_of(a + first, rows - first);
        bytes_from(out + at, _pdep_u64(truths, firsts & (firsts - 1)) - _pdep_u64(truths, firsts), below - at);
        begun += (size_t)__builtin_popcountll(starts);
    }
}
#define SPREAD_TRUTH spread_truth
#else
#define SPREAD_TRUTH NULL
#endif

#ifdef __AVX2__
static uint64_t few_bytes(const struct strip *strip, size_t i) {
    uint64_t bytes;
    memcpy(&bytes, (const uint8_t *)strip->a + (strip->ends[i] - strip->ends[0]), sizeof bytes);
    return bytes;
}

/* Four rows above at a time: those of their eight bytes that are not theirs are shifted out. */
static void sum_few_1(const struct strip *strip) {
    const size_t rows = strip->rows, below = strip->ends[rows] - strip->ends[0];
    const uint32_t *ends = strip->ends;
    uint8_t *out = strip->out;
    size_t i = 0;
    for (; i + 4 <= rows && ends[i + 3] - ends[0] + FEW <= below; i += 4) {
        __m256i bytes = _mm256_set_epi64x((int64_t)few_bytes(strip, i + 3), (int64_t)few_bytes(strip, i + 2),
                                          (int64_t)few_bytes(strip, i + 1), (int64_t)few_bytes(strip, i));
        __m128i counts =
            _mm_sub_epi32(_mm_loadu_si128((const void *)(ends + i + 1)), _mm_loadu_si128((const void *)(ends + i)));
        __m256i unused = _mm256_sub_epi64(_mm256_set1_epi64x(64), _mm256_slli_epi64(_mm256_cvtepu32_epi64(counts), 3));
        __m256i sums = _mm256_sad_epu8(_mm256_sllv_epi64(bytes, unused), _mm256_setzero_si256());
        out[i] = (uint8_t)_mm256_extract_epi8(sums, 0);
        out[i + 1] = (uint8_t)_mm256_extract_epi8(sums, 8);
        out[i + 2] = (uint8_t)_mm256_extract_epi8(sums, 16);
        out[i + 3] = (uint8_t)_mm256_extract_epi8(sums, 24);
    }
    for (; i < rows; i++) {
        uint8_t sum = 0;
        for (size_t k = ends[i] - ends[0]; k < ends[i + 1] - ends[0]; k++)
            sum = (uint8_t)(sum + ((const uint8_t *)strip->a)[k]);
        out[i] = sum;
    }
}

/* Its eight lanes, those that are not its own as zero. */
static __m256i few_lanes(const struct strip *strip, size_t i) {
    static const int32_t own[2 * FEW] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const uint32_t first = strip->ends[i], count = strip->ends[i + 1] - first;
    __m256i lanes = _mm256_loadu_si256((const void *)((const int32_t *)strip->a + (first - strip->ends[0])));
    return _mm256_and_si256(lanes, _mm256_loadu_si256((const void *)(own + FEW - count)));
}

/* Eight rows above at a time, added up as a tree. */
static void sum_few_4(const struct strip *strip) {
    const size_t rows = strip->rows, below = strip->ends[rows] - strip->ends[0];
    const uint32_t *ends = strip->ends;
    uint32_t *out = strip->out;
    size_t i = 0;
    for (; i + FEW <= rows && ends[i + FEW - 1] - ends[0] + FEW <= below; i += FEW) {
        __m256i pairs[4];
        for (size_t k = 0; k < 4; k++)
            pairs[k] = _mm256_hadd_epi32(few_lanes(strip, i + 2 * k), few_lanes(strip, i + 2 * k + 1));
        __m256i low = _mm256_hadd_epi32(pairs[0], pairs[1]), high = _mm256_hadd_epi32(pairs[2], pairs[3]);
        __m256i sums =
            _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
        _mm256_storeu_si256((void *)(out + i), sums);
    }
    for (; i < rows; i++) {
        uint32_t sum = 0;
        for (size_t k = ends[i] - ends[0]; k < ends[i + 1] - ends[0]; k++) sum += ((const uint32_t *)strip->a)[k];
        out[i] = sum;
    }
}
#define SUMS_OF_FEW                                                                                                    \
    { sum_few_1, sum_few_4, NULL }
#else
#define SUMS_OF_FEW                                                                                                    \
    { NULL }
#endif

#ifdef __AVX512VBMI2__
/* Of the next lanes, which are the last of their row above: what has run up to there is kept. */
static uint64_t lasts_from(const struct strip *strip, size_t at, size_t below) {
    uint64_t lasts = at + 1 < below ? firsts_from(strip, at + 1, below) : 0;
    return below - at <= BITS ? lasts | (uint64_t)1 << (below - at - 1) : lasts;
}

/* The sums of each are the differences of what has run up to its end. */
#define SUM_EACH(w, LANES, add, load, compress, store, mask)                                                           \
    static void sum_each_##w(const struct strip *strip) {                                                              \
        const size_t rows = strip->rows, below = strip->ends[rows] - strip->ends[0];                                   \
        const bits_##w *a = strip->a;                                                                                  \
        bits_##w *restrict out = strip->out, *restrict so_far = strip->scratch;                                        \
        __m512i sum = _mm512_setzero_si512();                                                                          \
        size_t count = 0;                                                                                              \
        for (size_t at = 0; at < below; at += LANES) {                                                                 \
            const uint64_t there = below - at < LANES ? ((uint64_t)1 << (below - at)) - 1 : ~(uint64_t)0;              \
            const mask lasts = (mask)(lasts_from(strip, at, below) & there);                                           \
            const __m512i lanes = run_up_##w(load((mask)there, a + at));                                               \
            store(so_far + count, compress(lasts, add(lanes, sum)));                                                   \
            sum = add(sum, last_of_##w(lanes));                                                                        \
            count += (size_t)__builtin_popcountll(lasts);                                                              \
        }                                                                                                              \
        if (rows) out[0] = so_far[0];                                                                                  \
        for (size_t i = 1; i < rows; i++) out[i] = (bits_##w)(so_far[i] - so_far[i - 1]);                              \
    }

static __m512i run_up_1(__m512i lanes) {
    const __m512i back = _mm512_set_epi64(0x3737373737373737, 0x2f2f2f2f2f2f2f2f, 0x2727272727272727,
                                          0x1f1f1f1f1f1f1f1f, 0x1717171717171717, 0x0f0f0f0f0f0f0f0f,
                                          0x0707070707070707, 0); /* of eight bytes the last of those before */
    lanes = _mm512_add_epi8(lanes, _mm512_slli_epi64(lanes, 8));
    lanes = _mm512_add_epi8(lanes, _mm512_slli_epi64(lanes, 16));
    lanes = _mm512_add_epi8(lanes, _mm512_slli_epi64(lanes, 32));
    lanes = _mm512_add_epi8(lanes, _mm512_maskz_permutexvar_epi8(~(uint64_t)0 << 8, back, lanes));
    lanes = _mm512_add_epi8(
        lanes, _mm512_maskz_permutexvar_epi8(~(uint64_t)0 << 16, _mm512_sub_epi8(back, _mm512_set1_epi8(8)), lanes));
    return _mm512_add_epi8(
        lanes, _mm512_maskz_permutexvar_epi8(~(uint64_t)0 << 32, _mm512_sub_epi8(back, _mm512_set1_epi8(24)), lanes));
}
static __m512i last_of_1(__m512i lanes) {
    return _mm512_permutexvar_epi8(_mm512_set1_epi8(63), lanes);
}

static __m512i run_up_4(__m512i lanes) {
    const __m512i zero = _mm512_setzero_si512();
    lanes = _mm512_add_epi32(lanes, _mm512_alignr_epi32(lanes, zero, 15));
    lanes = _mm512_add_epi32(lanes, _mm512_alignr_epi32(lanes, zero, 14));
    lanes = _mm512_add_epi32(lanes, _mm512_alignr_epi32(lanes, zero, 12));
    return _mm512_add_epi32(lanes, _mm512_alignr_epi32(lanes, zero, 8));
}
static __m512i last_of_4(__m512i lanes) {
    return _mm512_permutexvar_epi32(_mm512_set1_epi32(15), lanes);
}

static __m512i run_up_8(__m512i lanes) {
    const __m512i zero = _mm512_setzero_si512();
    lanes = _mm512_add_epi64(lanes, _mm512_alignr_epi64(lanes, zero, 7));
    lanes = _mm512_add_epi64(lanes, _mm512_alignr_epi64(lanes, zero, 6));
    return _mm512_add_epi64(lanes, _mm512_alignr_epi64(lanes, zero, 4));
}
static __m512i last_of_8(__m512i lanes) {
    return _mm512_permutexvar_epi64(_mm512_set1_epi64(7), lanes);
}

SUM_EACH(1, 64, _mm512_add_epi8, _mm512_maskz_loadu_epi8, _mm512_maskz_compress_epi8, _mm512_storeu_si512, __mmask64)
SUM_EACH(4, 16, _mm512_add_epi32, _mm512_maskz_loadu_epi32, _mm512_maskz_compress_epi32, _mm512_storeu_si512, __mmask16)
SUM_EACH(8, 8, _mm512_add_epi64, _mm512_maskz_loadu_epi64, _mm512_maskz_compress_epi64, _mm512_storeu_si512, __mmask8)
#define SUMS_OF_EACH TABLE_1(sum_each)
#else
#define SUMS_OF_EACH                                                                                                   \
    { NULL }
#endif

#define GATHER(w)                                                                                                      \
    static void gather_##w(const struct strip *strip) {                                                                \
        const size_t rows = strip->rows;                                                                               \
        const lane_##w *restrict a = strip->a;                                                                         \
        lane_##w *restrict out = strip->out;                                                                           \
        for (size_t i = 0; i < rows; i++) out[i] = a[strip->above[i] - strip->first];                                  \
    }
EACH_WIDTH(GATHER)

/* --- columns ------------------------------------------------------------------------------------------------------ */

static size_t zeros(const uint8_t *a, size_t rows) {
    enum { COUNTED = 240 }; /* what a byte can count */
    size_t count = 0;
    for (size_t at = 0; at < rows; at += COUNTED) {
        const size_t end = rows - at < COUNTED ? rows : at + COUNTED;
        uint8_t some = 0;
        for (size_t i = at; i < end; i++) some = (uint8_t)(some + (a[i] == 0));
        count += some;
    }
    return count;
}

#define TABLE_OF(set) kernels_##set
#define NAME_OF(set) #set
#define TABLE(set) TABLE_OF(set)
#define NAME(set) NAME_OF(set)
const struct kernels TABLE(KERNELS) = {
    .name = NAME(KERNELS),
    .linear = TABLE_3(linear),
    .scale = TABLE_2(scale),
    .multiply = TABLE_3(multiply),
    .least = TABLE_1(least),
    .greatest = TABLE_1(greatest),
    .clamp = TABLE_2(clamp),
    .compare = {TABLE_2(less), TABLE_2(less_equal), TABLE_2(equal), TABLE_2(not_equal)},
    .compare_with = {TABLE_1(less_with), TABLE_1(less_equal_with), TABLE_1(equal_with), TABLE_1(not_equal_with),
                     TABLE_1(more_with)},
    .between = TABLE_1(between),
    .without = without,
    .open_both = open_both,
    .open_either = open_either,
    .open_without = open_without,
    .open_case = open_case,
    .count_up = count_up,
    .turned = turned,
    .both = both,
    .either = either,
    .divisor = TABLE_1(divisor),
    .choose = TABLE_1(choose),
    .divide = {{NULL, divide_down_4, divide_down_8},
               {NULL, divide_up_4, divide_up_8},
               {NULL, divide_nearest_4, divide_nearest_8}},
    .divide_by = {divide_by_down, divide_by_up, divide_by_nearest},
    .years = years,
    .sum = TABLE_1(sum),
    .count = TABLE_1(count),
    .spread = TABLE_1(spread),
    .sum_few = SUMS_OF_FEW,
    .sum_each = SUMS_OF_EACH,
    .spread_truth = SPREAD_TRUTH,
    .gather = TABLE_1(gather),
    .zeros = zeros,
};
/* NOLINTEND(bugprone-macro-parentheses, bugprone-signed-char-misuse, cert-str34-c) */
