#include "arena_state.h"

#include "base/calendar.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static day_number date(const char *text) {
    day_number day;
    if (!day_parse(text_from(text), &day)) fail_msg("%s is no date", text);
    return day;
}

static void assert_day(struct arena *arena, day_number day, const char *expected) {
    assert_string_equal(day_format(arena, day).bytes, expected);
}

/* The calendar again, by the plainest of means: one day after another. */
static void every_day_is_counted(void **state) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    day_number expected = day_first;
    for (int year = 1800; year <= 2199; year++) {
        bool leap = year % 4 == 0 && (year % 100 != 0 || year == 2000);
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (leap && month == 2);
            assert_int_equal(days_in_month(year, month), length);
            assert_int_equal(month_first_day(day_month(expected)), expected);
            assert_false(day_exists(year, month, 0));
            assert_false(day_exists(year, month, length + 1));
            for (int day = 1; day <= length; day++, expected++) {
                int y, m, d;
                assert_true(day_exists(year, month, day));
                assert_int_equal(day_from(year, month, day), expected);
                day_split(expected, &y, &m, &d);
                assert_true(y == year && m == month && d == day);
                assert_int_equal(day_month(expected), year * 12 + month - 1);
                struct arena_mark mark = arena_here(*state);
                day_number read;
                assert_true(day_parse(day_format(*state, expected), &read));
                assert_int_equal(read, expected);
                arena_rewind(*state, mark);
            }
        }
    }
    assert_int_equal(expected - 1, day_last);
    assert_int_equal(date("1970-01-01"), 0);
    assert_int_equal(date("2018-07-09"), 17721);
}

static void what_is_no_date_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",           "2018-7-9",    "2018-02-29",  "1900-02-29",  "2018-13-01", "2018-00-01",
        "2018-01-00", "2018-01-32",  "2018-04-31",  "1799-12-31",  "2200-01-01", "18-01-01",
        "2018-01-1",  "2018-01-011", " 2018-01-01", "2018-01-01 ", "2018/01/01", "2018-01/01",
        "20180101",   "2018-01-0a",  "-018-01-01",  "２018-01-01", "never",      "2018-01"};
    day_number day;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (day_parse(text_from(bad[i]), &day)) fail_msg("%s was read", bad[i]);
    }
    assert_false(day_exists(2018, 0, 1));
    assert_false(day_exists(2018, 13, 1));
    assert_false(day_exists(1799, 12, 31));
    assert_false(day_exists(2200, 1, 1));
}

static void dates_are_read_as_people_write_them(void **state) {
    (void)state;
    static const char *const good[] = {"2018-07-09", "2018-7-9", "2018/7/9",     "2018/07/09",    "2018.7.9",
                                       "2018.07.09", "20180709", "2018年7月9日", "2018年07月09日"};
    static const char *const bad[] = {"2018-7/9",  "2018/7-9",      "2018年7月9", "2018年7月",  "201879", "2018709",
                                      "2018079",   "2018--7-9",     "2018-007-9", "2018-7-009", "18/7/9", "7/9/2018",
                                      "2018.7.32", "2018年2月29日", "201807090",  "2018-7-9日", "2018",   "2018/7/"};
    day_number day;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!day_parse_loose(text_from(good[i]), &day)) fail_msg("%s was not read", good[i]);
        assert_int_equal(day, date("2018-07-09"));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (day_parse_loose(text_from(bad[i]), &day)) fail_msg("%s was read", bad[i]);
    }
}

static void months_are_added_to_the_same_day_or_the_last(void **state) {
    static const struct {
        const char *from;
        int months;
        const char *to;
    } cases[] = {
        {"2018-01-31", 1, "2018-02-28"},  {"2016-01-31", 1, "2016-02-29"},   {"2018-01-31", 2, "2018-03-31"},
        {"2018-01-31", 3, "2018-04-30"},  {"2018-03-31", -1, "2018-02-28"},  {"2016-02-29", 12, "2017-02-28"},
        {"2016-02-29", 48, "2020-02-29"}, {"2016-02-29", -12, "2015-02-28"}, {"2017-02-28", 12, "2018-02-28"},
        {"2018-12-31", 1, "2019-01-31"},  {"2018-01-15", -1, "2017-12-15"},  {"2018-07-09", 0, "2018-07-09"},
        {"2199-12-31", 2, "2200-02-28"},  {"1800-01-01", -1, "1799-12-01"},  {"2018-05-31", 6, "2018-11-30"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_day(*state, day_add_months(date(cases[i].from), cases[i].months), cases[i].to);
    }
    assert_int_equal(day_add_months(DAY_NEVER, -12), DAY_NEVER);
    assert_int_equal(day_add_months(date("2018-07-09"), INT32_MAX), DAY_NEVER);
    assert_day(*state, day_add_months(date("2018-07-09"), INT32_MIN), "0000-01-01");
    assert_day(*state, day_add_months(date("2018-07-09"), (9999 - 2018) * 12), "9999-07-09");
    assert_int_equal(day_add_months(date("2018-07-09"), (10000 - 2018) * 12), DAY_NEVER);
}

static void years_are_full_on_the_anniversary(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
        int years;
    } cases[] = {
        {"2000-06-15", "2018-06-14", 17}, {"2000-06-15", "2018-06-15", 18},  {"2000-06-15", "2018-06-16", 18},
        {"2000-06-15", "2000-06-15", 0},  {"2000-02-29", "2018-02-27", 17},  {"2000-02-29", "2018-02-28", 18},
        {"2000-02-29", "2004-02-28", 3},  {"2000-02-29", "2004-02-29", 4},   {"2000-12-31", "2001-01-01", 0},
        {"2000-01-01", "2000-12-31", 0},  {"2000-06-15", "2000-06-14", -1},  {"2000-06-15", "1999-06-15", -1},
        {"2000-06-15", "1999-06-14", -2}, {"1800-01-01", "2199-12-31", 399},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int years = day_full_years(date(cases[i].from), date(cases[i].to));
        if (years != cases[i].years) fail_msg("%s to %s: %d", cases[i].from, cases[i].to, years);
    }
    assert_true(day_full_years(date("2000-06-15"), DAY_NEVER) > 1000);
    assert_true(day_full_years(DAY_NEVER, date("2000-06-15")) < -1000);
}

/* Years are full exactly from the day that so many times twelve months lead to. */
static void years_and_months_agree(void **state) {
    (void)state;
    for (day_number from = date("1996-01-01"); from < date("2004-12-31"); from += 1) {
        for (int years = 1; years <= 5; years++) {
            day_number anniversary = day_add_months(from, 12 * years);
            assert_int_equal(day_full_years(from, anniversary), years);
            assert_int_equal(day_full_years(from, anniversary - 1), years - 1);
        }
    }
}

static void months_are_read_and_written(void **state) {
    month_number month;
    assert_true(month_parse(TEXT("2018-07"), &month));
    assert_int_equal(month, 2018 * 12 + 6);
    assert_int_equal(month_of_year(month), 7);
    assert_int_equal(month_year(month), 2018);
    assert_string_equal(month_format(*state, month).bytes, "2018-07");
    assert_string_equal(month_format(*state, month + 6).bytes, "2019-01");
    assert_int_equal(month_first_day(month), date("2018-07-01"));
    assert_int_equal(month_of_year(-1), 12);
    assert_int_equal(month_year(-1), -1);
    assert_int_equal(month_first_day(INT32_MAX), DAY_NEVER);
    static const char *const bad[] = {"",        "2018-7", "2018-00", "2018-13", "2018-071",
                                      "2018/07", "201807", "1799-12", "2200-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(month_parse(text_from(bad[i]), &month));
}

static void months_are_read_as_people_write_them(void **state) {
    (void)state;
    static const char *const good[] = {"2018-07",    "2018-7",   "2018/7",     "2018/07",  "201807",    "2018年7月",
                                       "2018年07月", "20180701", "2018-07-01", "2018/7/1", "2018.7.01", "2018年7月1日"};
    static const char *const bad[] = {"",      "2018-07-02", "2018-07-31", "20180702",   "2018-00",  "2018-13",
                                      "20187", "2018.7",     "2018-7x",    "2018年7",    "2018-7月", "2018-071",
                                      "18-07", "1799-12",    "2200-1",     "2018-07-1x", "2018 7",   "2018/07/00"};
    month_number month;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(month_parse_loose(text_from(good[i]), &month));
        assert_int_equal(month, 2018 * 12 + 6);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(month_parse_loose(text_from(bad[i]), &month));
}

static void never_comes_last(void **state) {
    assert_true(DAY_NEVER > day_last);
    assert_day(*state, DAY_NEVER, "never");
}

static void a_date_without_memory_is_empty(void **state) {
    memory_fail_after(0);
    assert_int_equal(day_format(*state, 0).length, 0);
    assert_int_equal(month_format(*state, 0).length, 0);
    assert_true(arena_failed(*state));
}

/* What is written in the usual way is seen at a glance; with other marks it is not, and must be the same day. */
static void usual_dates_are_as_others(void **state) {
    uint64_t seed = 1;
    size_t dates = 0;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char usual[] = "0000-00-00", other[sizeof usual];
        static const char most[] = "2219-19-39";
        for (size_t k = 0; k < sizeof usual - 1; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uint32_t drawn = (uint32_t)(seed >> 33);
            if (usual[k] != '-') usual[k] = (char)('0' + drawn % (uint32_t)(most[k] - '0' + 1));
            if (drawn % 997 == 0) usual[k] = "/:-.a\x80"[drawn / 997 % 6];
        }
        day_number day = 0, same = 0;
        memcpy(other, usual, sizeof usual);
        other[4] = usual[4] == '-' ? '/' : 'x';
        other[7] = usual[7] == '-' ? '/' : 'x';
        bool read = day_parse_loose(text_from(usual), &day);
        if (read != day_parse_loose(text_from(other), &same) || day != same) fail_msg("%s", usual);
        dates += read;
    }
    assert_true(dates > 1000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(every_day_is_counted),
        CASE(what_is_no_date_is_refused),
        CASE(dates_are_read_as_people_write_them),
        CASE(months_are_added_to_the_same_day_or_the_last),
        CASE(usual_dates_are_as_others),
        CASE(years_are_full_on_the_anniversary),
        CASE(years_and_months_agree),
        CASE(months_are_read_and_written),
        CASE(months_are_read_as_people_write_them),
        CASE(never_comes_last),
        CASE(a_date_without_memory_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
