#include "base/identifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The people and cards are invented; the units' codes are published. */
static const struct {
    const char *scheme, *value;
} good[] = {
    {"gb11643", "11010519491231002X"},
    {"gb11643", "530523198002290016"}, /* a leap day */
    {"gb11643", "530523201807090024"},
    {"gb11643", "533001199912311201"},
    {"gb11643_disability", "53052319800229001671"},
    {"gb11643_disability", "11010519491231002X14"},
    {"gb32100", "914403001922038216"},
    {"gb32100", "9144030071526726XG"},
    {"gb32100", "91110000802100433B"},
    {"luhn", "4111111111111111"},
    {"luhn", "79927398713008"},
    {"luhn", "6228481234567890128"},
    {"luhn", "622848123452"},
};

static enum identifier_result check(const char *scheme, const char *value) {
    return identifier_check(text_from(scheme), text_from(value), NULL);
}

static size_t wrong_at(const char *scheme, const char *value) {
    return identifier_wrong_at(text_from(scheme), text_from(value));
}

static void schemes_are_known_by_name(void **state) {
    (void)state;
    assert_true(identifier_scheme_known(TEXT("gb11643")));
    assert_true(identifier_scheme_known(TEXT("gb11643_disability")));
    assert_true(identifier_scheme_known(TEXT("gb32100")));
    assert_true(identifier_scheme_known(TEXT("luhn")));
    assert_false(identifier_scheme_known(TEXT("gb1164")));
    assert_false(identifier_scheme_known(TEXT("LUHN")));
    assert_false(identifier_scheme_known(TEXT("")));
}

static void right_values_pass(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char expected = '?';
        enum identifier_result result =
            identifier_check(text_from(good[i].scheme), text_from(good[i].value), &expected);
        if (result != IDENTIFIER_OK) fail_msg("%s: %d", good[i].value, result);
        assert_int_equal(expected, '\0');
        assert_int_equal(wrong_at(good[i].scheme, good[i].value), strlen(good[i].value));
    }
}

/* Every scheme finds any one digit that was misread. */
static void a_wrong_digit_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        size_t length = strlen(good[i].value),
               body = strcmp(good[i].scheme, "gb11643_disability") ? length : length - 2;
        for (size_t at = 0; at < body; at++) {
            char value[32];
            snprintf(value, sizeof value, "%s", good[i].value);
            for (int digit = '0'; digit <= '9'; digit++) {
                value[at] = (char)digit;
                bool same = digit == good[i].value[at];
                enum identifier_result result = check(good[i].scheme, value);
                if ((result == IDENTIFIER_OK) != same) fail_msg("%s: %d", value, result);
            }
        }
    }
}

static void swapped_neighbours_are_found_in_a_citizen_id(void **state) {
    (void)state;
    char value[] = "530523201807090024";
    for (size_t at = 0; at + 2 < sizeof value; at++) {
        char first = value[at], second = value[at + 1];
        if (first == second) continue;
        value[at] = second, value[at + 1] = first;
        assert_int_not_equal(check("gb11643", value), IDENTIFIER_OK);
        value[at] = first, value[at + 1] = second;
    }
}

static void the_right_check_character_is_told(void **state) {
    (void)state;
    static const struct {
        const char *scheme, *value;
        size_t index;
        char expected;
    } cases[] = {
        {"gb11643", "110105194912310021", 17, 'X'}, {"gb11643", "11010519491231002x", 17, 'X'}, /* a small x is no X */
        {"gb11643", "53052320180709002X", 17, '4'}, {"gb11643_disability", "53052319800229001171", 17, '6'},
        {"gb32100", "914403001922038215", 17, '6'}, {"gb32100", "91110000802100433C", 17, 'B'},
        {"luhn", "4111111111111112", 15, '1'},      {"luhn", "622848123450", 11, '2'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected = '?';
        enum identifier_result result =
            identifier_check(text_from(cases[i].scheme), text_from(cases[i].value), &expected);
        assert_int_equal(result, IDENTIFIER_WRONG_CHECK);
        assert_int_equal(expected, cases[i].expected);
        assert_int_equal(wrong_at(cases[i].scheme, cases[i].value), cases[i].index);
    }
}

static void wrong_lengths_are_told(void **state) {
    (void)state;
    static const struct {
        const char *scheme, *value;
    } cases[] = {
        {"gb11643", ""},
        {"gb11643", "53052320180709002"},
        {"gb11643", "5305232018070900244"},
        {"gb11643", "530523180709002"}, /* the old form of 15 digits */
        {"gb11643_disability", "5305231980022900164"},
        {"gb11643_disability", "530523198002290016471"},
        {"gb32100", "91440300192203821"},
        {"luhn", "41111111111"},
        {"luhn", "00000000000000000000"},
        {"gb11643", " 530523201807090024"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(check(cases[i].scheme, cases[i].value), IDENTIFIER_WRONG_LENGTH);
    }
}

static void wrong_characters_are_told_with_their_index(void **state) {
    (void)state;
    static const struct {
        const char *scheme, *value;
        size_t index;
    } cases[] = {
        {"gb11643", "53052320180709OO24", 14},
        {"gb11643", "X30523201807090024", 0},
        {"gb11643", "53052320180709002Y", 17},
        {"gb11643", "5305232018070900２4", 16}, /* a wide digit */
        {"gb11643", "云30523201807090024", 0},
        {"gb11643",
         "530523\xff"
         "01807090024",
         6},
        {"gb11643_disability", "53052319800229001681", 18},
        {"gb11643_disability", "53052319800229001601", 18},
        {"gb11643_disability", "53052319800229001645", 19},
        {"gb11643_disability", "53052319800229001640", 19},
        {"gb11643_disability", "5305231980022900164x", 19},
        {"gb32100", "91440300192203821I", 17},
        {"gb32100", "91440300715267O6XG", 14},
        {"gb32100", "91A403001922038216", 2},
        {"gb32100", "9144030A1922038216", 7},
        {"gb32100", "91440300192203821b", 17},
        {"luhn", "411111111111111X", 15},
        {"luhn", "4111 1111 1111 1111", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (check(cases[i].scheme, cases[i].value) != IDENTIFIER_WRONG_CHARACTER) fail_msg("%s", cases[i].value);
        assert_int_equal(wrong_at(cases[i].scheme, cases[i].value), cases[i].index);
    }
    const struct text with_zero = {"530523\0"
                                   "01807090024",
                                   18};
    assert_int_equal(identifier_check(TEXT("gb11643"), with_zero, NULL), IDENTIFIER_WRONG_CHARACTER);
    assert_int_equal(identifier_wrong_at(TEXT("gb11643"), with_zero), 6);
}

static void impossible_dates_are_told(void **state) {
    (void)state;
    static const char *const values[] = {"530523198102290013", "530523201813090024", "530523201800090024",
                                         "530523201804310024", "530523179912310024", "530523220001010024",
                                         "530523000000000024"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_int_equal(check("gb11643", values[i]), IDENTIFIER_WRONG_DATE);
    }
    assert_int_equal(check("gb11643_disability", "53052319810229001344"), IDENTIFIER_WRONG_DATE);
}

/* A citizen id is seen at a glance; within a disability certificate it is gone through digit by digit. */
static void a_glance_tells_the_same(void **state) {
    uint64_t seed = 1;
    size_t right = 0;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char card[] = "53052319000000000X11", id[19];
        static const char most[] = "00000000991339999";
        for (size_t k = 8; k < 17; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uint32_t drawn = (uint32_t)(seed >> 33);
            card[k] = (char)('0' + drawn % (uint32_t)(most[k] - '0' + 1));
            if (drawn % 997 == 0) card[k] = "/:xX \x80"[drawn / 997 % 6];
        }
        char expected;
        if (identifier_check(TEXT("gb11643_disability"), text_from(card), &expected) == IDENTIFIER_WRONG_CHECK && i % 2)
            card[17] = expected;
        memcpy(id, card, 18);
        id[18] = '\0';
        enum identifier_result result = check("gb11643", id);
        if (result != check("gb11643_disability", card)) fail_msg("%s", id);
        right += result == IDENTIFIER_OK;
    }
    assert_true(right > 1000);
}

#define CASE(name) cmocka_unit_test(name)

static void schemes_that_belong_together(void **state) {
    (void)state;
    assert_true(identifier_begins_with(TEXT("gb11643_disability"), TEXT("gb11643")));
    assert_false(identifier_begins_with(TEXT("gb11643"), TEXT("gb11643_disability")));
    assert_false(identifier_begins_with(TEXT("gb11643"), TEXT("gb11643")));
    assert_false(identifier_begins_with(TEXT(""), TEXT("")));
    assert_true(identifier_is_of_one(TEXT("gb11643")) && identifier_is_of_one(TEXT("gb32100")));
    assert_false(identifier_is_of_one(TEXT("luhn")) || identifier_is_of_one(TEXT("gb11643_disability")) ||
                 identifier_is_of_one(TEXT("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(schemes_are_known_by_name),
        CASE(right_values_pass),
        CASE(a_wrong_digit_is_found),
        CASE(swapped_neighbours_are_found_in_a_citizen_id),
        CASE(the_right_check_character_is_told),
        CASE(wrong_lengths_are_told),
        CASE(wrong_characters_are_told_with_their_index),
        CASE(impossible_dates_are_told),
        CASE(a_glance_tells_the_same),
        cmocka_unit_test(schemes_that_belong_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
