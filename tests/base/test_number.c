#include "arena_state.h"

#include "base/memory.h"
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

#include <gmp.h>

/* GMP is the second opinion here: every operation on numbers of mixed sizes must come out alike. */

enum { ROUNDS = 20000, NUMBER_BITS_MAX = 700, TEXT_ROOM = 4096 };

static struct number parse(struct arena *arena, const char *text) {
    struct number number;
    assert_true(number_parse(arena, text_from(text), &number));
    return number;
}

/* "a" or "a/b" with any decimal fractions */
static struct number read_ratio(struct arena *arena, const char *text) {
    const char *slash = strchr(text, '/');
    if (!slash) return parse(arena, text);
    struct number numerator, denominator;
    assert_true(number_parse(arena, (struct text){text, (size_t)(slash - text)}, &numerator));
    assert_true(number_parse(arena, text_from(slash + 1), &denominator));
    return number_divide(arena, numerator, denominator);
}

static void assert_exact(struct arena *arena, struct number number, const char *expected) {
    struct text text = number_exact(arena, number);
    assert_false(arena_failed(arena));
    assert_string_equal(text.bytes, expected);
    assert_int_equal(text.length, strlen(expected));
    assert_true(number_equal(number, read_ratio(arena, expected)));
}

/* A fixed sequence of numbers that look random. */
static uint64_t next_random(uint64_t *seed) {
    uint64_t value = *seed += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* An integer of a size where something changes (a limb, the struct, 128 bits), or of any size; with long runs of equal
 * bits, on which a division's guesses go wrong. */
static void random_integer(uint64_t *seed, mpz_t out) {
    static const unsigned edges[] = {0, 1, 4, 31, 32, 33, 62, 63, 64, 65, 95, 96, 127, 128, 129, 192};
    unsigned bits = edges[next_random(seed) % (sizeof edges / sizeof *edges)];
    if (next_random(seed) % 4 == 0) bits = (unsigned)(next_random(seed) % NUMBER_BITS_MAX);
    mpz_set_ui(out, 0);
    for (unsigned have = 0; have < bits;) {
        unsigned run = (unsigned)(next_random(seed) % 40) + 1;
        uint64_t word = next_random(seed), pattern = word % 3;
        uint64_t piece = pattern == 0 ? 0 : pattern == 1 ? UINT64_MAX : word;
        mpz_mul_2exp(out, out, run);
        mpz_add_ui(out, out, (unsigned long)(piece & ((UINT64_C(1) << run) - 1)));
        have += run;
    }
    mpz_fdiv_r_2exp(out, out, bits);
    if (next_random(seed) % 2) mpz_neg(out, out);
}

static void random_ratio(uint64_t *seed, mpq_t out) {
    random_integer(seed, mpq_numref(out));
    mpz_set_ui(mpq_denref(out), 1);
    uint64_t kind = next_random(seed) % 4;
    if (kind == 0) random_integer(seed, mpq_denref(out));
    if (kind == 1) mpz_ui_pow_ui(mpq_denref(out), 10, (unsigned long)(next_random(seed) % 40));
    if (mpz_sgn(mpq_denref(out)) == 0) mpz_set_ui(mpq_denref(out), 1);
    mpq_canonicalize(out);
}

static struct number from_gmp(struct arena *arena, const mpq_t value) {
    char text[TEXT_ROOM];
    assert_true(mpz_sizeinbase(mpq_numref(value), 10) + mpz_sizeinbase(mpq_denref(value), 10) + 3 < sizeof text);
    mpq_get_str(text, 10, value);
    return read_ratio(arena, text);
}

/* Reads what number_exact wrote: both halves, or a decimal fraction. */
static void to_gmp(struct arena *arena, struct number number, mpq_t out) {
    char text[TEXT_ROOM];
    struct text exact = number_exact(arena, number);
    assert_true(exact.length < sizeof text);
    memcpy(text, exact.bytes, exact.length + 1);
    char *point = strchr(text, '.');
    size_t decimals = point ? strlen(point + 1) : 0;
    if (point) memmove(point, point + 1, decimals + 1);
    assert_int_equal(mpq_set_str(out, text, 10), 0);
    if (!point) return;
    assert_int_not_equal(text[strlen(text) - 1], '0'); /* no needless decimals */
    mpz_ui_pow_ui(mpq_denref(out), 10, decimals);
    mpq_canonicalize(out);
}

/* The number has that value, in the one form that this value has. */
static void assert_gmp(struct arena *arena, struct number number, const mpq_t expected) {
    mpq_t value;
    mpq_init(value);
    to_gmp(arena, number, value);
    assert_false(arena_failed(arena));
    assert_true(mpq_equal(value, expected));
    assert_true(number_equal(number, from_gmp(arena, expected)));
    bool small = mpz_fits_slong_p(mpq_numref(expected)) && mpz_fits_slong_p(mpq_denref(expected));
    assert_true((number.denominator != 0) == small);
    mpq_clear(value);
}

/* (numerator + 1) / denominator */
static void mpq_set_neighbour(mpq_t out, const mpq_t of) {
    mpz_add_ui(mpq_numref(out), mpq_numref(of), 1);
    mpz_set(mpq_denref(out), mpq_denref(of));
    mpq_canonicalize(out);
}

typedef void check_pair(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected);

/* Two numbers of any sizes and the room for a result; the second is now and then equal or close to the first. */
static void with_random_pairs(struct arena *arena, uint64_t seed, check_pair *check) {
    mpq_t a, b, expected;
    mpq_inits(a, b, expected, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        struct arena_mark before = arena_here(arena);
        random_ratio(&seed, a);
        random_ratio(&seed, b);
        if (i % 16 == 0) mpq_set(b, a);
        if (i % 16 == 1) mpq_neg(b, a);
        if (i % 16 == 2) mpq_set_neighbour(b, a);
        check(arena, a, b, expected);
        arena_rewind(arena, before);
    }
    mpq_clears(a, b, expected, NULL);
}

static void check_arithmetic(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected) {
    struct number x = from_gmp(arena, a), y = from_gmp(arena, b);
    assert_gmp(arena, x, a);
    mpq_add(expected, a, b);
    assert_gmp(arena, number_add(arena, x, y), expected);
    mpq_sub(expected, a, b);
    assert_gmp(arena, number_subtract(arena, x, y), expected);
    mpq_mul(expected, a, b);
    assert_gmp(arena, number_multiply(arena, x, y), expected);
    mpq_neg(expected, a);
    assert_gmp(arena, number_negate(arena, x), expected);
    mpq_abs(expected, a);
    assert_gmp(arena, number_absolute(arena, x), expected);
    if (mpq_sgn(b) == 0) return;
    mpq_div(expected, a, b);
    assert_gmp(arena, number_divide(arena, x, y), expected);
}

static void arithmetic_agrees_with_gmp(void **state) {
    with_random_pairs(*state, 1, check_arithmetic);
}

static int sign(int value) {
    return (value > 0) - (value < 0);
}

static void check_comparison(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected) {
    (void)expected;
    struct number x = from_gmp(arena, a), y = from_gmp(arena, b);
    int order = sign(mpq_cmp(a, b));
    assert_int_equal(number_compare(x, y), order);
    assert_int_equal(number_compare(y, x), -order);
    assert_int_equal(number_equal(x, y), order == 0);
    assert_int_equal(number_sign(x), mpq_sgn(a));
    assert_true(number_equal(number_min(x, y), order <= 0 ? x : y));
    assert_true(number_equal(number_max(x, y), order >= 0 ? x : y));
    assert_int_equal(number_is_integer(x), mpz_cmp_ui(mpq_denref(a), 1) == 0);
    size_t bits = mpz_sgn(mpq_numref(a)) ? mpz_sizeinbase(mpq_numref(a), 2) : 0;
    assert_int_equal(number_numerator_bits(x), bits);
}

static void comparison_agrees_with_gmp(void **state) {
    with_random_pairs(*state, 2, check_comparison);
}

/* floor(a / step + 1 / 2) for the absolute value */
static void gmp_round(const mpq_t a, const mpq_t step, mpq_t out) {
    mpq_t half;
    mpq_init(half);
    mpq_set_ui(half, 1, 2);
    mpq_div(out, a, step);
    mpq_abs(out, out);
    mpq_add(out, out, half);
    mpz_fdiv_q(mpq_numref(out), mpq_numref(out), mpq_denref(out));
    mpz_set_ui(mpq_denref(out), 1);
    mpq_mul(out, out, step);
    if (mpq_sgn(a) < 0) mpq_neg(out, out);
    mpq_clear(half);
}

static void check_rounding(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected) {
    if (mpq_sgn(b) == 0) return;
    mpq_t step;
    mpq_init(step);
    mpq_abs(step, b);
    struct number x = from_gmp(arena, a), unit = from_gmp(arena, step);
    mpq_div(expected, a, step);
    mpz_fdiv_q(mpq_numref(expected), mpq_numref(expected), mpq_denref(expected));
    mpz_set_ui(mpq_denref(expected), 1);
    mpq_mul(expected, expected, step);
    assert_gmp(arena, number_floor(arena, x, unit), expected);
    mpq_div(expected, a, step);
    mpz_cdiv_q(mpq_numref(expected), mpq_numref(expected), mpq_denref(expected));
    mpz_set_ui(mpq_denref(expected), 1);
    mpq_mul(expected, expected, step);
    assert_gmp(arena, number_ceil(arena, x, unit), expected);
    gmp_round(a, step, expected);
    assert_gmp(arena, number_round(arena, x, unit), expected);
    mpq_clear(step);
}

static void rounding_agrees_with_gmp(void **state) {
    with_random_pairs(*state, 3, check_rounding);
}

static void check_gcd(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected) {
    mpz_gcd(mpq_numref(expected), mpq_numref(a), mpq_numref(b));
    mpz_lcm(mpq_denref(expected), mpq_denref(a), mpq_denref(b));
    mpq_canonicalize(expected);
    assert_gmp(arena, number_gcd(arena, from_gmp(arena, a), from_gmp(arena, b)), expected);
}

static void gcd_agrees_with_gmp(void **state) {
    with_random_pairs(*state, 4, check_gcd);
}

static void check_decimal(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected) {
    (void)b;
    mpq_t step;
    mpq_init(step);
    mpq_set_ui(step, 1, 1000);
    gmp_round(a, step, expected);
    struct text text = number_decimal(arena, from_gmp(arena, a), 3, false);
    assert_int_equal(text.bytes[text.length - 4], '.');
    assert_gmp(arena, parse(arena, text.bytes), expected);
    mpq_clear(step);
}

static void decimals_agree_with_gmp(void **state) {
    with_random_pairs(*state, 5, check_decimal);
}

static void check_words(struct arena *arena, const mpq_t a, const mpq_t b, mpq_t expected) {
    (void)b;
    struct number x = from_gmp(arena, a);
    uint64_t low;
    int64_t high, word;
    bool integer = number_is_integer(x);
    assert_int_equal(number_to_int64(x, &word), integer && mpz_fits_slong_p(mpq_numref(a)));
    if (integer && mpz_fits_slong_p(mpq_numref(a))) assert_true(word == mpz_get_si(mpq_numref(a)));
    /* within 128 bits: floor(a / 2^127) is 0 or -1 */
    mpz_fdiv_q_2exp(mpq_numref(expected), mpq_numref(a), 127);
    bool fits = integer && (mpz_sgn(mpq_numref(expected)) == 0 || mpz_cmp_si(mpq_numref(expected), -1) == 0);
    assert_int_equal(number_to_int128(x, &low, &high), fits);
    if (!fits) return;
    mpz_set_si(mpq_numref(expected), high);
    mpz_mul_2exp(mpq_numref(expected), mpq_numref(expected), 64);
    mpz_add_ui(mpq_numref(expected), mpq_numref(expected), low);
    mpz_set_ui(mpq_denref(expected), 1);
    assert_true(mpq_equal(expected, a));
    assert_gmp(arena, number_from_int128(arena, low, high), a);
}

static void words_agree_with_gmp(void **state) {
    with_random_pairs(*state, 6, check_words);
}

/* Edges */

static void the_edge_of_the_struct_is_crossed_both_ways(void **state) {
    struct arena *arena = *state;
    struct number most = number_from(INT64_MAX), least = number_from(INT64_MIN), one = number_one;
    assert_exact(arena, number_add(arena, most, one), "9223372036854775808");
    assert_exact(arena, number_subtract(arena, number_add(arena, most, one), one), "9223372036854775807");
    assert_exact(arena, number_subtract(arena, least, one), "-9223372036854775809");
    assert_exact(arena, number_add(arena, number_subtract(arena, least, one), one), "-9223372036854775808");
    assert_exact(arena, number_negate(arena, least), "9223372036854775808");
    assert_exact(arena, number_negate(arena, number_negate(arena, least)), "-9223372036854775808");
    assert_exact(arena, number_absolute(arena, least), "9223372036854775808");
    assert_exact(arena, number_multiply(arena, least, least), "85070591730234615865843651857942052864");
    assert_exact(arena, number_multiply(arena, least, number_from(-1)), "9223372036854775808");
    assert_exact(arena, number_divide(arena, least, number_from(-1)), "9223372036854775808");
    assert_exact(arena, number_divide(arena, least, least), "1");
    assert_exact(arena, number_divide(arena, one, most), "1/9223372036854775807");
    assert_exact(arena, number_ratio(arena, INT64_MIN, INT64_MIN), "1");
    assert_exact(arena, number_multiply(arena, number_ratio(arena, 7, INT64_MIN), least), "7");
}

static void words_of_128_bits_end_where_they_should(void **state) {
    struct arena *arena = *state;
    uint64_t low;
    int64_t high;
    struct number most = parse(arena, "170141183460469231731687303715884105727");
    assert_true(number_to_int128(most, &low, &high));
    assert_true(low == UINT64_MAX && high == INT64_MAX);
    assert_false(number_to_int128(number_add(arena, most, number_one), &low, &high));
    struct number least = number_from_int128(arena, 0, INT64_MIN);
    assert_exact(arena, least, "-170141183460469231731687303715884105728");
    assert_true(number_to_int128(least, &low, &high));
    assert_true(low == 0 && high == INT64_MIN);
    assert_false(number_to_int128(number_subtract(arena, least, number_one), &low, &high));
}

static void small_numbers_take_no_memory(void **state) {
    struct arena *arena = *state;
    struct number a = number_ratio(arena, 12345678, 100), b = number_ratio(arena, -7, 12);
    a = number_multiply(arena, number_add(arena, a, b), number_subtract(arena, a, b));
    a = number_round(arena, number_divide(arena, a, number_from(3)), number_ratio(arena, 1, 100));
    assert_int_equal(number_compare(a, b), 1);
    assert_null(arena->blocks);
}

static void limbs_that_are_not_needed_are_given_back(void **state) {
    struct arena *arena = *state;
    struct number big = parse(arena, "123456789012345678901234567890.5");
    struct arena_mark before = arena_here(arena);
    struct number back = number_divide(arena, big, big);
    assert_true(number_equal(back, number_one));
    assert_ptr_equal(arena_here(arena).block, before.block);
    assert_int_equal(arena_here(arena).used, before.used);
}

/* No result leans on the arena of its operands, though its value be theirs. */
static void results_outlive_the_arena_of_the_operands(void **state) {
    static const char *const expected = "-123456789012345678901234567891/7";
    struct arena *arena = *state, other;
    arena_init(&other);
    struct number big = read_ratio(&other, expected);
    struct number results[] = {
        number_copy(arena, big),
        number_negate(arena, number_negate(arena, big)),
        number_add(arena, big, number_zero),
        number_multiply(arena, big, number_one),
        number_floor(arena, big, number_ratio(&other, 1, 7)),
    };
    struct number positive = number_absolute(arena, number_negate(&other, big));
    arena_free(&other);
    assert_exact(arena, positive, expected + 1);
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) assert_exact(arena, results[i], expected);
}

/* Texts */

static void what_is_no_number_is_refused(void **state) {
    static const char *const bad[] = {"",      " ",     "-",   "+",    ".",    "1.",   ".5",  "-.5",
                                      "1..2",  "1.2.3", "--1", "+-1",  "1-",   " 1",   "1 ",  "1e3",
                                      "1,000", "_1",    "1_",  "1__0", "1_.0", "1._0", "0x1", "１２",
                                      "1/2",   "NaN",   "inf", "1.5-", "1.5_", "−1",   "1\n"};
    struct number number;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(number_parse(*state, text_from(bad[i]), &number));
    }
    assert_false(number_parse(*state, (struct text){"1\0002", 3}, &number));
}

static void numbers_are_read_and_written(void **state) {
    static const struct {
        const char *text, *exact;
    } cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.00", "0"},
        {"+7", "7"},
        {"007", "7"},
        {"1_000.25", "1000.25"},
        {"1_0_0", "100"},
        {"-1234.50", "-1234.5"},
        {"0.1", "0.1"},
        {"0.000000000000000001", "0.000000000000000001"},
        {"0.0000000000000000001", "0.0000000000000000001"},
        {"999999999999999999", "999999999999999999"},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "9223372036854775808"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"000000000000000000000000000001", "1"},
        {"1.000000000000000000000000000000", "1"},
        {"2147483648", "2147483648"},
        {"4294967296.5", "4294967296.5"},
        {"-123456789012345678901234567890.123456789", "-123456789012345678901234567890.123456789"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_exact(*state, parse(*state, cases[i].text), cases[i].exact);
    }
    assert_exact(*state, number_ratio(*state, -6, 4), "-1.5");
    assert_exact(*state, number_ratio(*state, 6, -9), "-2/3");
    assert_exact(*state, number_ratio(*state, 0, -9), "0");
}

static void decimals_are_rounded_and_grouped(void **state) {
    static const struct {
        const char *number, *plain, *grouped;
        unsigned decimals;
    } cases[] = {
        {"1254370", "1254370.00", "1,254,370.00", 2},
        {"-0.5", "-0.5", "-0.5", 1},
        {"-0.5", "-1", "-1", 0},
        {"0.5", "1", "1", 0},
        {"0.49", "0", "0", 0},
        {"-0.004", "0.00", "0.00", 2},
        {"-0.005", "-0.01", "-0.01", 2},
        {"999.995", "1000.00", "1,000.00", 2},
        {"100", "100", "100", 0},
        {"1000", "1000", "1,000", 0},
        {"-100000", "-100000", "-100,000", 0},
        {"2/3", "0.6667", "0.6667", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct number number = read_ratio(*state, cases[i].number);
        assert_string_equal(number_decimal(*state, number, cases[i].decimals, false).bytes, cases[i].plain);
        assert_string_equal(number_decimal(*state, number, cases[i].decimals, true).bytes, cases[i].grouped);
    }
    struct text third = number_decimal(*state, number_ratio(*state, 1, 3), 30, true);
    assert_string_equal(third.bytes, "0.333333333333333333333333333333");
}

/* Memory */

/* Goes through every operation on large numbers; false when memory has run out. */
static bool reckon(struct arena *arena, struct text *out) {
    struct number a, b, step = number_ratio(arena, 1, 100);
    if (!number_parse(arena, TEXT("-123456789012345678901234567890.125"), &a)) return false;
    if (!number_parse(arena, TEXT("98765432109876543210987654321"), &b)) return false;
    struct number c = number_divide(arena, number_multiply(arena, a, a), number_add(arena, b, number_one));
    c = number_subtract(arena, number_round(arena, c, step), number_floor(arena, b, step));
    c = number_add(arena, number_ceil(arena, c, step), number_gcd(arena, a, number_absolute(arena, b)));
    number_compare(number_copy(arena, c), number_negate(arena, a));
    *out = number_exact(arena, c);
    number_decimal(arena, c, 40, true);
    return !arena_failed(arena);
}

static void memory_may_run_out_anywhere(void **state) {
    struct arena *arena = *state;
    struct text expected, text;
    assert_true(reckon(arena, &expected));
    bool done = false;
    for (long successes = 0; !done; successes++) {
        struct arena other;
        arena_init(&other);
        memory_fail_after(successes);
        done = reckon(&other, &text);
        assert_int_equal(done, !memory_has_failed());
        memory_fail_after(-1);
        if (done) assert_true(text_equal(text, expected));
        arena_free(&other);
        assert_true(successes < 100);
    }
}

static void after_a_failure_results_are_zero(void **state) {
    struct arena *arena = *state, other;
    struct number big = parse(arena, "123456789012345678901234567890.5");
    arena_init(&other);
    memory_fail_after(0);
    assert_true(number_equal(number_multiply(&other, big, big), number_zero));
    assert_true(arena_failed(&other));
    assert_true(number_equal(number_divide(&other, big, number_from(3)), number_zero));
    assert_true(number_equal(number_add(&other, big, big), number_zero));
    assert_true(number_equal(number_negate(&other, big), number_zero));
    assert_true(number_equal(number_copy(&other, big), number_zero));
    assert_int_equal(number_exact(&other, big).length, 0);
    assert_int_equal(number_compare(big, big), 0); /* needs no memory */
    arena_free(&other);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(arithmetic_agrees_with_gmp),
        CASE(comparison_agrees_with_gmp),
        CASE(rounding_agrees_with_gmp),
        CASE(gcd_agrees_with_gmp),
        CASE(decimals_agree_with_gmp),
        CASE(words_agree_with_gmp),
        CASE(the_edge_of_the_struct_is_crossed_both_ways),
        CASE(words_of_128_bits_end_where_they_should),
        CASE(small_numbers_take_no_memory),
        CASE(limbs_that_are_not_needed_are_given_back),
        CASE(results_outlive_the_arena_of_the_operands),
        CASE(what_is_no_number_is_refused),
        CASE(numbers_are_read_and_written),
        CASE(decimals_are_rounded_and_grouped),
        CASE(memory_may_run_out_anywhere),
        CASE(after_a_failure_results_are_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
