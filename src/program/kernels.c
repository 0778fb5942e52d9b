/* The kernels, for the instruction set that KERNELS names. */
#include "program/kernel.h"

#include <string.h>

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

#define LINEAR(wa, wb, wo)                                                                                             \
    LOOP(linear_##wa##_##wb##_##wo, lane_##wa, lane_##wb, bits_##wo, (bits_##wo)a[i] * x + (bits_##wo)b[i] * y + z)
#define MULTIPLY(wa, wb, wo)                                                                                           \
    LOOP(multiply_##wa##_##wb##_##wo, lane_##wa, lane_##wb, bits_##wo, (bits_##wo)a[i] * (bits_##wo)b[i])
#define OF_OUT(wa, wb) EACH_OUT(LINEAR, wa, wb) EACH_OUT(MULTIPLY, wa, wb)
#define OF_B(wa) EACH_OF_B(OF_OUT, wa)
EACH_OF_A(OF_B)
#undef OF_OUT
#undef OF_B

#define SCALE(wa, wo) LOOP(scale_##wa##_##wo, lane_##wa, lane_##wa, bits_##wo, (bits_##wo)a[i] * x + z)
#define CLAMP(wa, wo, wide)                                                                                            \
    static void clamp_##wa##_##wo(const struct strip *strip) {                                                         \
        const size_t rows = strip->rows;                                                                               \
        const lane_##wa *restrict a = strip->a;                                                                        \
        lane_##wo *restrict out = strip->out;                                                                          \
        const int64_t most = (lane_##wide)((bits_##wide) - 1 >> 1), least = -most - 1; /* of the wider lane */         \
        const lane_##wide x = (lane_##wide)(strip->x < least ? least : strip->x),                                      \
                          y = (lane_##wide)(strip->y > most ? most : strip->y);                                        \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const lane_##wide value = a[i];                                                                            \
            out[i] = (lane_##wo)(value < x ? x : value > y ? y : value);                                               \
        }                                                                                                              \
    }
#define OF_B(wa) EACH_OF_B(SCALE, wa)
EACH_OF_A(OF_B)
CLAMP(1, 1, 1)
CLAMP(1, 4, 4) CLAMP(1, 8, 8) CLAMP(4, 1, 4) CLAMP(4, 4, 4) CLAMP(4, 8, 8) CLAMP(8, 1, 8) CLAMP(8, 4, 8) CLAMP(8, 8, 8)
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
#define OF_WIDTHS(wa, wb) COMPARE(less, wa, wb, <) COMPARE(less_equal, wa, wb, <=) COMPARE(equal, wa, wb, ==)
#define OF_A(wa)                                                                                                       \
    EACH_OF_B(OF_WIDTHS, wa)                                                                                           \
    COMPARE_WITH(less, wa, <) COMPARE_WITH(less_equal, wa, <=) COMPARE_WITH(equal, wa, ==) BETWEEN(wa)
        EACH_OF_A(OF_A)

            LOOP(not_of, uint8_t, uint8_t, uint8_t, a[i] ^ 1) LOOP(and_of, uint8_t, uint8_t, uint8_t, a[i] & b[i])
                LOOP(or_of, uint8_t, uint8_t, uint8_t, a[i] | b[i])

    /* --- choosing
       ----------------------------------------------------------------------------------------------------- */

    /* From the last case, which always holds, to the first: each goes over those behind it where it holds. */
    static void choose_cases(const struct strip *strip) {
    const size_t rows = strip->rows; /* a lane of one byte might be part of it */
    uint8_t *restrict cases = strip->cases;
    if (!cases) return;
    memset(cases, strip->choices[strip->count - 1].number, rows);
    for (size_t k = strip->count - 1; k-- > 0;) {
        const uint8_t *restrict condition = strip->choices[k].condition, number = strip->choices[k].number;
        for (size_t i = 0; i < rows; i++) cases[i] = condition[i] ? number : cases[i];
    }
}

#define CHOOSE(w)                                                                                                      \
    static void choose_##w(const struct strip *strip) {                                                                \
        const size_t rows = strip->rows;                                                                               \
        lane_##w *restrict out = strip->out;                                                                           \
        for (size_t k = strip->count; k-- > 0;) {                                                                      \
            const uint8_t *restrict condition = strip->choices[k].condition;                                           \
            const lane_##w *restrict values = strip->choices[k].values, value = (lane_##w)strip->choices[k].value;     \
            if (!condition && values)                                                                                  \
                memcpy(out, values, rows * sizeof *out);                                                               \
            else if (!condition)                                                                                       \
                for (size_t i = 0; i < rows; i++) out[i] = value;                                                      \
            else if (values)                                                                                           \
                for (size_t i = 0; i < rows; i++) out[i] = condition[i] ? values[i] : out[i];                          \
            else                                                                                                       \
                for (size_t i = 0; i < rows; i++) out[i] = condition[i] ? value : out[i];                              \
        }                                                                                                              \
        choose_cases(strip);                                                                                           \
    }
EACH_WIDTH(CHOOSE)

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

/* --- rows above and below ----------------------------------------------------------------------------------------- */

/* Sums of everything so far, and their differences: no loop whose length nobody can guess. */
#define SUM(wa, wo)                                                                                                    \
    static void sum_##wa##_##wo(const struct strip *strip) {                                                           \
        const size_t rows = strip->rows;                                                                               \
        const uint32_t *restrict ends = strip->ends;                                                                   \
        const lane_##wa *restrict a = strip->a;                                                                        \
        bits_##wo *restrict out = strip->out, *restrict so_far = strip->scratch, sum = 0;                              \
        const size_t below = ends[rows] - ends[0];                                                                     \
        so_far[0] = 0;                                                                                                 \
        for (size_t i = 0; i < below; i++) {                                                                           \
            const bits_##wo next = (bits_##wo)a[i];                                                                    \
            sum = (bits_##wo)(sum + next);                                                                             \
            so_far[i + 1] = sum;                                                                                       \
        }                                                                                                              \
        for (size_t i = 0; i < rows; i++)                                                                              \
            out[i] = (bits_##wo)(so_far[ends[i + 1] - ends[0]] - so_far[ends[i] - ends[0]]);                           \
    }
#define OF_WIDTH(wa) EACH_OF_B(SUM, wa)
EACH_OF_A(OF_WIDTH)

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
        const size_t rows = strip->rows;                                                                               \
        const uint32_t *restrict ends = strip->ends;                                                                   \
        const lane_##w *restrict a = strip->a;                                                                         \
        lane_##w *restrict out = strip->out;                                                                           \
        const size_t all = ends[rows] - ends[0];                                                                       \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const lane_##w eight[AT_A_TIME] = {a[i], a[i], a[i], a[i], a[i], a[i], a[i], a[i]};                        \
            size_t at = ends[i] - ends[0], end = ends[i + 1] - ends[0];                                                \
            for (; at < end && at + AT_A_TIME <= all; at += AT_A_TIME) memcpy(out + at, eight, sizeof eight);          \
            for (; at < end; at++) out[at] = a[i];                                                                     \
        }                                                                                                              \
    }
EACH_WIDTH(SPREAD)

#define GATHER(w)                                                                                                      \
    static void gather_##w(const struct strip *strip) {                                                                \
        const size_t rows = strip->rows;                                                                               \
        const lane_##w *restrict a = strip->a;                                                                         \
        lane_##w *restrict out = strip->out;                                                                           \
        for (size_t i = 0; i < rows; i++) out[i] = a[strip->above[i] - strip->first];                                  \
    }
EACH_WIDTH(GATHER)

/* --- columns ------------------------------------------------------------------------------------------------------ */

#define TOTAL(w)                                                                                                       \
    static int64_t total_##w(const void *lanes, size_t rows) {                                                         \
        const lane_##w *a = lanes;                                                                                     \
        uint64_t sum = 0;                                                                                              \
        for (size_t i = 0; i < rows; i++) sum += (uint64_t)a[i];                                                       \
        return (int64_t)sum;                                                                                           \
    }
EACH_WIDTH(TOTAL)

static size_t zeros(const uint8_t *a, size_t rows) {
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) count += a[i] == 0;
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
    .compare = {TABLE_2(less), TABLE_2(less_equal), TABLE_2(equal)},
    .compare_with = {TABLE_1(less_with), TABLE_1(less_equal_with), TABLE_1(equal_with)},
    .between = TABLE_1(between),
    .not = not_of,
    .and = and_of,
    .or = or_of,
    .divisor = TABLE_1(divisor),
    .choose = TABLE_1(choose),
    .divide = {{NULL, divide_down_4, divide_down_8},
               {NULL, divide_up_4, divide_up_8},
               {NULL, divide_nearest_4, divide_nearest_8}},
    .divide_by = {divide_by_down, divide_by_up, divide_by_nearest},
    .sum = TABLE_2(sum),
    .count = TABLE_1(count),
    .spread = TABLE_1(spread),
    .gather = TABLE_1(gather),
    .total = TABLE_1(total),
    .zeros = zeros,
};
