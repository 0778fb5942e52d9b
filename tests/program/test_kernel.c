/* Every kernel of every instruction set that this machine runs against one row at a time in wide integers: all widths,
 * many lengths, lanes that begin anywhere. */
#include "base/calendar.h"
#include "program/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

__extension__ typedef __int128 wide;

enum { LENGTHS = 150, STARTS = 9, LANES = LENGTHS + STARTS, MEMBERS = 11 };

static const unsigned bytes_of[] = {[BYTES_1] = 1, [BYTES_4] = 4, [BYTES_8] = 8};
static const char *const sets[] = {"plain", "avx2", "avx512", "neon", "wasm"};

static uint64_t state;
static uint64_t next_random(void) {
    state += 0x9e3779b97f4a7c15;
    uint64_t x = state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/* --- columns ------------------------------------------------------------------------------------------------------ */

/* Lanes of one width that begin at a place of their own, with guards behind them. */
struct column {
    enum kernel_width width;
    size_t start;
    unsigned char memory[(LANES * MEMBERS + 16) * 8];
};

static void *lanes(struct column *column) {
    return column->memory + column->start * bytes_of[column->width];
}

static int64_t get(struct column *column, size_t row) {
    const unsigned char *at = (unsigned char *)lanes(column) + row * bytes_of[column->width];
    int8_t byte;
    int32_t word;
    int64_t all;
    memcpy(&byte, at, sizeof byte);
    memcpy(&word, at, sizeof word);
    memcpy(&all, at, sizeof all);
    return column->width == BYTES_1 ? byte : column->width == BYTES_4 ? word : all;
}

static void put(struct column *column, size_t row, int64_t value) {
    memcpy((unsigned char *)lanes(column) + row * bytes_of[column->width], &value, bytes_of[column->width]);
}

/* A value as a lane of that width holds it: too much wraps. */
static int64_t wrapped(wide value, enum kernel_width width) {
    uint64_t bits = (uint64_t)value;
    if (width == BYTES_1) return (int8_t)(uint8_t)bits;
    return width == BYTES_4 ? (int32_t)(uint32_t)bits : (int64_t)bits;
}

static struct column *column_new(enum kernel_width width, bool truths) {
    struct column *column = calloc(1, sizeof *column);
    assert_non_null(column);
    column->width = width;
    column->start = next_random() % STARTS;
    for (size_t i = 0; i < LANES * MEMBERS; i++) {
        uint64_t bits = next_random(), shift = next_random() % 60; /* large and small */
        put(column, i, truths ? (int64_t)(bits & 1) : (int64_t)bits >> shift);
    }
    return column;
}

static struct column *result_new(enum kernel_width width) {
    struct column *column = column_new(width, false);
    memset(column->memory, 0x5a, sizeof column->memory);
    return column;
}

/* Nothing was written beyond the rows. */
static void check_guard(struct column *column, size_t rows) {
    const unsigned char *end = (unsigned char *)lanes(column) + rows * bytes_of[column->width];
    for (; end < column->memory + sizeof column->memory; end++) assert_int_equal(*end, 0x5a);
}

/* --- row by row --------------------------------------------------------------------------------------------------- */

typedef wide (*reference)(wide a, wide b, const struct strip *strip);

static void try_rows(kernel *tried, reference expected, struct column *a, struct column *b, enum kernel_width width,
                     struct strip strip) {
    for (size_t rows = 0; rows <= LENGTHS; rows += rows < 70 ? 1 : 13) {
        struct column *out = result_new(width);
        strip.rows = rows;
        strip.a = lanes(a);
        strip.b = lanes(b);
        strip.out = lanes(out);
        tried(&strip);
        for (size_t i = 0; i < rows; i++)
            assert_int_equal(get(out, i), wrapped(expected(get(a, i), get(b, i), &strip), width));
        check_guard(out, rows);
        free(out);
    }
}

static int64_t small(void) {
    return (int64_t)(next_random() % 2001) - 1000;
}

static wide linear(wide a, wide b, const struct strip *strip) {
    uint64_t sum = (uint64_t)a * (uint64_t)strip->x + (uint64_t)b * (uint64_t)strip->y + (uint64_t)strip->z;
    return sum;
}
static wide scale(wide a, wide b, const struct strip *strip) {
    (void)b;
    uint64_t sum = (uint64_t)a * (uint64_t)strip->x + (uint64_t)strip->z;
    return sum;
}
static wide multiply(wide a, wide b, const struct strip *strip) {
    (void)strip;
    uint64_t product = (uint64_t)a * (uint64_t)b;
    return product;
}
static wide clamp(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a < strip->x ? strip->x : a > strip->y ? strip->y : a;
}
static wide least(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a < b ? a : b;
}
static wide greatest(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a > b ? a : b;
}
static wide divisor(wide a, wide b, const struct strip *strip) {
    (void)b, (void)strip;
    return a == 0 ? 1 : a < 0 ? -a : a;
}
static wide less(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a < b;
}
static wide less_equal(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a <= b;
}
static wide equal(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a == b;
}
static wide not_equal(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a != b;
}
static wide less_with(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a < strip->x;
}
static wide less_equal_with(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a <= strip->x;
}
static wide equal_with(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a == strip->x;
}
static wide not_equal_with(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a != strip->x;
}
static wide more_with(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a > strip->x;
}
static wide between(wide a, wide b, const struct strip *strip) {
    (void)b;
    return a >= strip->x && a <= strip->y;
}
static wide truth_not(wide a, wide b, const struct strip *strip) {
    (void)b, (void)strip;
    return !a;
}
static wide truth_and(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a && b;
}
static wide truth_or(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a || b;
}
static wide truth_without(wide a, wide b, const struct strip *strip) {
    (void)strip;
    return a && !b;
}

static void arithmetic(const struct kernels *kernels) {
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (enum kernel_width v = 0; v < KERNEL_WIDTHS; v++) {
            struct column *a = column_new(w, false), *b = column_new(v, false);
            struct strip strip = {.x = small(), .y = small(), .z = small()};
            for (enum kernel_width out = 0; out < KERNEL_WIDTHS; out++) {
                try_rows(kernels->linear[w][v][out], linear, a, b, out, strip);
                try_rows(kernels->linear[w][v][out], linear, a, b, out, (struct strip){.x = 1, .y = 1});
                try_rows(kernels->linear[w][v][out], linear, a, b, out, (struct strip){.x = 1, .y = -1});
                try_rows(kernels->multiply[w][v][out], multiply, a, b, out, strip);
            }
            try_rows(kernels->scale[w][v], scale, a, b, v, strip);
            free(a);
            free(b);
        }
}

/* The ends lie inside a lane of the result, or beyond all that the values can be. */
static void clamping(const struct kernels *kernels) {
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (enum kernel_width v = 0; v < KERNEL_WIDTHS; v++) {
            struct column *a = column_new(w, false);
            struct strip inside = {.x = -100, .y = 27}, above = {.x = v == BYTES_1 ? 100 : 40000, .y = 50000};
            if (v == BYTES_1) above.y = 110;
            try_rows(kernels->clamp[w][v], clamp, a, a, v, inside);
            try_rows(kernels->clamp[w][v], clamp, a, a, v, above);
            if (v >= w) try_rows(kernels->clamp[w][v], clamp, a, a, v, (struct strip){.x = INT64_MIN, .y = INT64_MAX});
            free(a);
        }
}

static void one_width(const struct kernels *kernels) {
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++) {
        struct column *a = column_new(w, false), *b = column_new(w, false);
        try_rows(kernels->least[w], least, a, b, w, (struct strip){0});
        try_rows(kernels->greatest[w], greatest, a, b, w, (struct strip){0});
        try_rows(kernels->divisor[w], divisor, a, b, w, (struct strip){0});
        free(a);
        free(b);
    }
}

static void comparing(const struct kernels *kernels) {
    static const reference columns[] = {less, less_equal, equal, not_equal};
    static const reference scalars[] = {less_with, less_equal_with, equal_with, not_equal_with, more_with};
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++) {
        struct column *a = column_new(w, false);
        struct strip strip = {.x = (int64_t)(next_random() % 9) - 4, .y = 60};
        for (size_t which = 0; which < sizeof scalars / sizeof *scalars; which++)
            try_rows(kernels->compare_with[which][w], scalars[which], a, a, BYTES_1, strip);
        try_rows(kernels->between[w], between, a, a, BYTES_1, strip);
        for (enum kernel_width v = 0; v < KERNEL_WIDTHS; v++) {
            struct column *b = column_new(v, false);
            for (size_t i = 0; i < LANES; i += 3) put(b, i, get(a, i)); /* some alike */
            for (size_t which = 0; which < KERNEL_COMPARES; which++)
                try_rows(kernels->compare[which][w][v], columns[which], a, b, BYTES_1, strip);
            free(b);
        }
        free(a);
    }
}

static void truths(const struct kernels *kernels) {
    struct column *a = column_new(BYTES_1, true), *b = column_new(BYTES_1, true);
    try_rows(kernels->turned, truth_not, a, b, BYTES_1, (struct strip){0});
    try_rows(kernels->both, truth_and, a, b, BYTES_1, (struct strip){0});
    try_rows(kernels->either, truth_or, a, b, BYTES_1, (struct strip){0});
    try_rows(kernels->without, truth_without, a, b, BYTES_1, (struct strip){0});
    free(a);
    free(b);
}

/* --- dividing ----------------------------------------------------------------------------------------------------- */

static wide floored(wide a, wide b) {
    return a / b - (a % b < 0);
}
static wide down(wide a, wide b, const struct strip *strip) {
    return floored(a, strip->x ? strip->x : b < 1 ? 1 : b);
}
static wide up(wide a, wide b, const struct strip *strip) {
    return -floored(-a, strip->x ? strip->x : b < 1 ? 1 : b);
}
static wide nearest(wide a, wide b, const struct strip *strip) {
    wide by = strip->x ? strip->x : b < 1 ? 1 : b, size = a < 0 ? -a : a, rounded = (2 * size + by) / (2 * by);
    return a < 0 ? -rounded : rounded;
}

/* Divided by 1, primes, powers of two and their neighbours, the largest; of what lies near their multiples, and at both
 * ends of what may be divided. */
static void dividing(const struct kernels *kernels) {
    static const reference how[] = {down, up, nearest};
    static const int64_t by[] = {1, 2, 3, 7, 10, 12, 100, 1000003, 120000, 65536, 65535, 65537, 1 << 29, (1 << 30) - 1};
    for (enum kernel_width w = BYTES_4; w < KERNEL_WIDTHS; w++)
        for (size_t k = 0; k < sizeof by / sizeof *by; k++) {
            struct column *a = column_new(w, false);
            int64_t x = w == BYTES_8 ? by[k] * 1000003 : by[k], most = (w == BYTES_4 ? INT32_MAX : INT64_MAX) - x;
            for (size_t i = 0; i < LANES; i++) {
                int64_t value = get(a, i) / x * x + (int64_t)(next_random() % 3) - 1;
                put(a, i, value > most ? most : value < -most ? -most : value);
            }
            put(a, 0, most);
            put(a, 1, -most);
            assert_true(kernel_divides(w, -most, most, x));
            assert_false(kernel_divides(w, -most - 1, most, x) || kernel_divides(w, -most, most + 1, x));
            for (size_t which = 0; which < KERNEL_DIVIDES; which++)
                try_rows(kernels->divide[which][w], how[which], a, a, w, (struct strip){.x = x});
            free(a);
        }
    struct column *a = column_new(BYTES_8, false), *b = column_new(BYTES_8, false);
    for (size_t which = 0; which < KERNEL_DIVIDES; which++)
        try_rows(kernels->divide_by[which], how[which], a, b, BYTES_8, (struct strip){0});
    free(a);
    free(b);
    assert_false(kernel_divides(BYTES_1, 0, 1, 1) || kernel_divides(BYTES_4, 0, 1, 0));
}

/* --- choosing ----------------------------------------------------------------------------------------------------- */

static void try_choices(const struct kernels *kernels, enum kernel_width width, size_t count, bool columns) {
    struct column *conditions[8] = {0}, *values[8] = {0}, *cases = result_new(BYTES_1), *out = result_new(width);
    struct choice_of choices[8];
    size_t rows = next_random() % LENGTHS;
    for (size_t k = 0; k < count; k++) {
        conditions[k] = column_new(BYTES_1, true);
        values[k] = column_new(width, false);
        bool column = columns && k % 2 == 0;
        choices[k] = (struct choice_of){k + 1 < count ? lanes(conditions[k]) : NULL, column ? lanes(values[k]) : NULL,
                                        (int64_t)k * 7 - 5};
    }
    bool asked = next_random() % 2;
    struct strip strip = {.rows = rows, .out = lanes(out), .count = count, .choices = choices};
    if (asked) strip.cases = lanes(cases);
    kernels->choose[width](&strip);
    for (size_t i = 0; i < rows; i++) {
        size_t k = 0;
        while (k + 1 < count && !get(conditions[k], i)) k++;
        assert_int_equal(get(out, i), choices[k].values ? get(values[k], i) : choices[k].value);
        if (asked) assert_int_equal(get(cases, i), (wide)k);
    }
    check_guard(out, rows);
    check_guard(cases, asked ? rows : 0);
    for (size_t k = 0; k < count; k++) {
        free(conditions[k]);
        free(values[k]);
    }
    free(cases);
    free(out);
}

/* Where no case holds what was there stays. */
static void try_one_condition(const struct kernels *kernels, enum kernel_width width, bool column) {
    struct column *condition = column_new(BYTES_1, true), *values = column_new(width, false),
                  *out = column_new(width, false), *before = calloc(1, sizeof *before);
    size_t rows = next_random() % LENGTHS;
    assert_non_null(before);
    *before = *out;
    struct choice_of choice = {.condition = lanes(condition), .value = 11};
    if (column) choice.values = lanes(values);
    kernels->choose[width](&(struct strip){.rows = rows, .out = lanes(out), .choices = &choice, .count = 1});
    for (size_t i = 0; i < LENGTHS; i++) {
        bool holds = i < rows && get(condition, i);
        assert_int_equal(get(out, i), !holds ? get(before, i) : column ? get(values, i) : 11);
    }
    free(condition);
    free(values);
    free(out);
    free(before);
}

static void choosing(const struct kernels *kernels) {
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (int round = 0; round < 20; round++) try_one_condition(kernels, w, round % 2);
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (size_t count = 1; count <= 8; count++)
            for (int round = 0; round < 20; round++) try_choices(kernels, w, count, round % 2);
}

/* --- rows above and below ----------------------------------------------------------------------------------------- */

/* Families of 0 to 10 people; the first begins anywhere. */
static size_t make_families(uint32_t *ends, uint32_t *above, size_t families) {
    ends[0] = (uint32_t)(next_random() % 1000);
    uint32_t first = ends[0];
    for (size_t i = 0; i < families; i++) {
        ends[i + 1] = ends[i] + (uint32_t)(next_random() % MEMBERS);
        for (uint32_t k = ends[i]; k < ends[i + 1]; k++) above[k - first] = (uint32_t)i;
    }
    return ends[families] - first;
}

static void families(const struct kernels *kernels) {
    uint32_t ends[LENGTHS + 1], above[LENGTHS * MEMBERS];
    int64_t scratch[LENGTHS * MEMBERS + SCRATCH_MORE];
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (size_t count = 0; count <= LENGTHS; count++) {
            size_t people = make_families(ends, above, count);
            struct column *of_people = column_new(w, false), *of_families = column_new(w, count % 2);
            struct column *sum = result_new(w), *counted = result_new(w), *spread = result_new(w),
                          *gathered = result_new(w);
            struct strip strip = {.rows = count, .ends = ends, .above = above, .scratch = scratch};
            strip.a = lanes(of_people);
            strip.out = lanes(sum);
            kernels->sum[w](&strip);
            strip.out = lanes(counted);
            kernels->count[w](&strip);
            strip.a = lanes(of_families);
            strip.out = lanes(spread);
            kernels->spread[w](&strip);
            strip.rows = people;
            strip.out = lanes(gathered);
            kernels->gather[w](&strip);
            for (size_t i = 0; i < count; i++) {
                wide expected = 0;
                for (size_t k = ends[i] - ends[0]; k < ends[i + 1] - ends[0]; k++) {
                    expected += get(of_people, k);
                    assert_int_equal(get(spread, k), get(of_families, i));
                    assert_int_equal(get(gathered, k), get(of_families, i));
                }
                assert_int_equal(get(sum, i), wrapped(expected, w));
                assert_int_equal(get(counted, i), ends[i + 1] - ends[i]);
            }
            check_guard(sum, count);
            check_guard(counted, count);
            check_guard(spread, people);
            check_guard(gathered, people);
            free(of_people);
            free(of_families);
            free(sum);
            free(counted);
            free(spread);
            free(gathered);
        }
}

/* Each family has someone; bits of where they begin, which need not be where a word does. */
static void families_of_somebody(const struct kernels *kernels, enum kernel_width w, uint32_t *ends, size_t count) {
    uint64_t firsts[LENGTHS * MEMBERS / 64 + 3] = {0};
    int64_t scratch[LENGTHS * MEMBERS + SCRATCH_MORE];
    size_t before = next_random() % 64; /* rows of another batch */
    struct column *truth = column_new(BYTES_1, true), *of_people = column_new(w, false), *spread = result_new(BYTES_1),
                  *sum = result_new(w);
    ends[0] = (uint32_t)(next_random() % 1000);
    for (size_t i = 0; i <= count; i++) {
        size_t at = before + ends[i] - ends[0];
        firsts[at / 64] |= (uint64_t)1 << at % 64;
        if (i < count) ends[i + 1] = ends[i] + 1 + (uint32_t)(next_random() % (count % 3 ? 4 : MEMBERS - 1));
    }
    struct strip strip = {.rows = count, .ends = ends, .firsts = firsts, .at = before, .scratch = scratch};
    strip.a = lanes(truth);
    strip.out = lanes(spread);
    if (kernels->spread_truth) kernels->spread_truth(&strip);
    strip.a = lanes(of_people);
    strip.out = lanes(sum);
    if (kernels->sum_each[w]) kernels->sum_each[w](&strip);
    for (size_t i = 0; i < count; i++) {
        wide expected = 0;
        for (size_t k = ends[i] - ends[0]; k < ends[i + 1] - ends[0]; k++) {
            expected += get(of_people, k);
            if (kernels->spread_truth) assert_int_equal(get(spread, k), get(truth, i));
        }
        if (kernels->sum_each[w]) assert_int_equal(get(sum, i), wrapped(expected, w));
    }
    check_guard(spread, kernels->spread_truth ? ends[count] - ends[0] : 0);
    check_guard(sum, kernels->sum_each[w] ? count : 0);
    free(truth);
    free(of_people);
    free(spread);
    free(sum);
}

/* No family is large; some have nobody. */
static void small_families(const struct kernels *kernels) {
    uint32_t ends[LENGTHS + 1];
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (size_t count = 1; count <= LENGTHS && kernels->sum_few[w]; count++) {
            struct column *of_people = column_new(w, false), *sum = result_new(w);
            ends[0] = (uint32_t)(next_random() % 1000);
            for (size_t i = 0; i < count; i++) ends[i + 1] = ends[i] + (uint32_t)(next_random() % (FEW + 1));
            kernels->sum_few[w](&(struct strip){.rows = count, .ends = ends, .a = lanes(of_people), .out = lanes(sum)});
            for (size_t i = 0; i < count; i++) {
                wide expected = 0;
                for (size_t k = ends[i] - ends[0]; k < ends[i + 1] - ends[0]; k++) expected += get(of_people, k);
                assert_int_equal(get(sum, i), wrapped(expected, w));
            }
            check_guard(sum, count);
            free(of_people);
            free(sum);
        }
}

static void each_family(const struct kernels *kernels) {
    uint32_t ends[LENGTHS + 1];
    for (enum kernel_width w = 0; w < KERNEL_WIDTHS; w++)
        for (size_t count = 1; count <= LENGTHS; count++) families_of_somebody(kernels, w, ends, count);
}

/* What rests on an open side: all eight combinations, also with sides that are never open. */
static void taints(const struct kernels *kernels) {
    struct column *a = column_new(BYTES_1, true), *b = column_new(BYTES_1, true), *open_a = column_new(BYTES_1, true),
                  *open_b = column_new(BYTES_1, true);
    kernel *const logic[] = {kernels->open_both, kernels->open_either, kernels->open_without};
    for (size_t rows = 0; rows <= LENGTHS; rows++)
        for (size_t which = 0; which < 4; which++) {
            struct column *out = result_new(BYTES_1);
            struct strip strip = {.rows = rows, .a = lanes(a), .b = lanes(b), .out = lanes(out)};
            strip.open_a = lanes(open_a);
            strip.open_b = lanes(open_b);
            memset(lanes(out), 1, rows);
            (which < 3 ? logic[which] : kernels->open_case)(&strip);
            for (size_t i = 0; i < rows; i++) {
                bool x = get(a, i), y = get(b, i), of_x = get(open_a, i), of_y = get(open_b, i);
                bool ends_x = which == 1 ? x : !x, ends_y = which == 0 ? !y : y;
                bool decided = (!of_x && ends_x) || (!of_y && ends_y);
                bool expected = which < 3 ? (of_x || of_y) && !decided : of_y || (y ? of_x : true);
                assert_int_equal(get(out, i), expected);
            }
            check_guard(out, rows);
            free(out);
        }
    free(a);
    free(b);
    free(open_a);
    free(open_b);
}

/* Into what is there already. */
static void counting_up(const struct kernels *kernels) {
    for (size_t rows = 0; rows <= LENGTHS; rows++) {
        struct column *a = column_new(BYTES_1, true), *out = result_new(BYTES_1);
        memset(lanes(out), 41, rows);
        kernels->count_up(&(struct strip){.rows = rows, .a = lanes(a), .out = lanes(out)});
        for (size_t i = 0; i < rows; i++) assert_int_equal(get(out, i), 41 + get(a, i));
        check_guard(out, rows);
        free(a);
        free(out);
    }
}

/* Every day of four years and more around each full number of them, to leap days and others. */
static void full_years(const struct kernels *kernels) {
    enum { BEFORE = -5, COUNT = 125, AROUND = 3, TRIED = 5 };
    static const struct {
        int year, month, day;
    } to[TRIED] = {{2018, 7, 1}, {2020, 2, 29}, {2019, 2, 28}, {2000, 3, 1}, {1970, 1, 1}};
    for (size_t k = 0; k < TRIED; k++) {
        day_number day;
        char text[16];
        snprintf(text, sizeof text, "%04d-%02d-%02d", to[k].year, to[k].month, to[k].day);
        assert_true(day_parse((struct text){text, strlen(text)}, &day));
        int32_t lasts[COUNT];
        for (int i = 0; i < COUNT; i++) {
            lasts[i] = day + 366 * 130;
            while (day_full_years(lasts[i], day) < BEFORE + i) lasts[i]--;
        }
        for (int n = BEFORE + 2; n + AROUND < BEFORE + COUNT - 3; n++) {
            struct column *a = column_new(BYTES_4, false), *out = result_new(BYTES_4);
            int32_t first = lasts[n - BEFORE + 1] - LENGTHS / 2;
            if (first <= lasts[COUNT - 3]) first = lasts[COUNT - 3] + 1;
            size_t rows = 0;
            for (; rows < LENGTHS && first + (int32_t)rows <= lasts[2]; rows++) put(a, rows, first + (int64_t)rows);
            kernels->years(&(struct strip){
                .rows = rows, .a = lanes(a), .b = lasts, .x = day, .y = BEFORE, .count = COUNT, .out = lanes(out)});
            for (size_t i = 0; i < rows; i++) assert_int_equal(get(out, i), day_full_years((day_number)get(a, i), day));
            check_guard(out, rows);
            free(a);
            free(out);
        }
    }
}

static void counting_zeros(const struct kernels *kernels) {
    struct column *truth = column_new(BYTES_1, true);
    for (size_t rows = 0; rows <= LENGTHS; rows++) {
        size_t zeros = 0;
        for (size_t i = 0; i < rows; i++) zeros += get(truth, i) == 0;
        assert_int_equal(kernels->zeros(lanes(truth), rows), zeros);
    }
    free(truth);
}

static void unknown_sets(void **context) {
    (void)context;
    assert_null(kernels_choose("abacus"));
    assert_ptr_equal(kernels_choose(KERNELS_EVERYWHERE.name), &KERNELS_EVERYWHERE);
    assert_non_null(kernels_choose(NULL));
}

/* On every set that there is. */
static void try_sets(void **context) {
    void (*const *test)(const struct kernels *) = *context;
    size_t tried = 0;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        const struct kernels *kernels = kernels_choose(sets[i]);
        if (!kernels) continue;
        (*test)(kernels);
        tried++;
    }
    assert_true(tried > 0);
}

int main(void) {
    static void (*tested[])(const struct kernels *) = {arithmetic, clamping, one_width,   comparing,     truths,
                                                       dividing,   choosing, families,    each_family,   small_families,
                                                       full_years, taints,   counting_up, counting_zeros};
    static const char *const names[] = {"arithmetic", "clamping", "one_width",   "comparing",     "truths",
                                        "dividing",   "choosing", "families",    "each_family",   "small_families",
                                        "full_years", "taints",   "counting_up", "counting_zeros"};
    enum { TESTED = sizeof tested / sizeof *tested };
    struct CMUnitTest tests[TESTED + 1] = {cmocka_unit_test(unknown_sets)};
    for (size_t i = 0; i < TESTED; i++)
        tests[i + 1] = (struct CMUnitTest){.name = names[i], .test_func = try_sets, .initial_state = &tested[i]};
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
