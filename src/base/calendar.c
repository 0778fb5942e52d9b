#include "base/calendar.h"

#include <assert.h>

enum {
    YEAR_FIRST = 1800,
    YEAR_LAST = 2199,
    MONTHS_PER_YEAR = 12,
    DAYS_PER_ERA = 146097, /* 400 years, after which the Gregorian calendar repeats */
    YEARS_PER_ERA = 400,
    DAYS_TO_1970 = 719468, /* from 0000-03-01, where the reckoning below begins */
    MONTHS_TO_10000 = 10000 * MONTHS_PER_YEAR
};

const day_number day_first = -62091, day_last = 84005;

static int64_t floor_divide(int64_t value, int64_t divisor) {
    return value / divisor - (value % divisor < 0);
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    assert(month >= 1 && month <= MONTHS_PER_YEAR);
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years begin in March here, so that the leap day is the last one and the months before it follow a fixed pattern. */
static int64_t count_days(int64_t year, int month, int day) {
    if (month <= 2) year--;
    int64_t era = floor_divide(year, YEARS_PER_ERA), year_of_era = year - era * YEARS_PER_ERA;
    int64_t day_of_year = (153 * ((month + 9) % MONTHS_PER_YEAR) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

void day_split(day_number day, int *year, int *month, int *day_of_month) {
    int64_t days = (int64_t)day + DAYS_TO_1970;
    int64_t era = floor_divide(days, DAYS_PER_ERA), day_of_era = days - era * DAYS_PER_ERA;
    int64_t leap_days = day_of_era / 1460 - day_of_era / 36524 + day_of_era / (DAYS_PER_ERA - 1);
    int64_t year_of_era = (day_of_era - leap_days) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day_of_month = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)((month_from_march + 2) % MONTHS_PER_YEAR + 1);
    *year = (int)(year_of_era + era * YEARS_PER_ERA + (*month <= 2));
}

bool day_exists(int year, int month, int day) {
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > MONTHS_PER_YEAR) return false;
    return day >= 1 && day <= days_in_month(year, month);
}

day_number day_from(int year, int month, int day) {
    assert(day_exists(year, month, day));
    return (day_number)count_days(year, month, day);
}

/* Reads up to `most` digits, which must be at least `least`, and moves past them. */
static bool take_digits(struct text text, size_t *offset, size_t least, size_t most, int *out) {
    size_t start = *offset;
    *out = 0;
    while (*offset < text.length && *offset - start < most) {
        char byte = text.bytes[*offset];
        if (byte < '0' || byte > '9') break;
        *out = *out * 10 + (byte - '0');
        (*offset)++;
    }
    return *offset - start >= least;
}

static bool take_mark(struct text text, size_t *offset, struct text mark) {
    if (text.length - *offset < mark.length) return false;
    if (!text_equal(text_slice(text, *offset, *offset + mark.length), mark)) return false;
    *offset += mark.length;
    return true;
}

/* A date of four digits, two and two with these marks in between; with `loose`, of one or two for month and day. */
static bool parse_with(struct text text, const struct text marks[3], bool loose, day_number *out) {
    size_t offset = 0, least = loose ? 1 : 2;
    int year, month, day;
    if (!take_digits(text, &offset, 4, 4, &year) || !take_mark(text, &offset, marks[0])) return false;
    if (!take_digits(text, &offset, least, 2, &month) || !take_mark(text, &offset, marks[1])) return false;
    if (!take_digits(text, &offset, least, 2, &day) || !take_mark(text, &offset, marks[2])) return false;
    if (offset != text.length || !day_exists(year, month, day)) return false;
    *out = day_from(year, month, day);
    return true;
}

/* Most dates are written so: 2018-07-09. */
static bool parse_usual(struct text text, day_number *out) {
    enum { LENGTH = 10 };
    const char *bytes = text.bytes;
    int digits[LENGTH];
    if (text.length != LENGTH || bytes[4] != '-' || bytes[7] != '-') return false;
    unsigned most = 0;
    for (size_t i = 0; i < LENGTH; i++) {
        digits[i] = bytes[i] - '0';
        if (i != 4 && i != 7 && (unsigned)digits[i] > most) most = (unsigned)digits[i];
    }
    int year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
    int month = digits[5] * 10 + digits[6], day = digits[8] * 10 + digits[9];
    if (most > 9 || !day_exists(year, month, day)) return false;
    *out = (day_number)count_days(year, month, day);
    return true;
}

bool day_parse(struct text text, day_number *out) {
    const struct text marks[3] = {TEXT("-"), TEXT("-"), TEXT("")};
    return parse_with(text, marks, false, out);
}

bool day_parse_loose(struct text text, day_number *out) {
    if (parse_usual(text, out)) return true;
    const struct text ways[][3] = {
        {TEXT("-"), TEXT("-"), TEXT("")},
        {TEXT("/"), TEXT("/"), TEXT("")},
        {TEXT("."), TEXT("."), TEXT("")},
        {TEXT("年"), TEXT("月"), TEXT("日")},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (parse_with(text, ways[i], true, out)) return true;
    }
    const struct text together[3] = {TEXT(""), TEXT(""), TEXT("")};
    return parse_with(text, together, false, out);
}

struct text day_format(struct arena *arena, day_number day) {
    if (day == DAY_NEVER) return TEXT("never");
    int year, month, day_of_month;
    day_split(day, &year, &month, &day_of_month);
    if (year < 0 || year > 9999) return text_format(arena, "%04d-%02d-%02d", year, month, day_of_month);
    const char written[] = {(char)('0' + year / 1000),
                            (char)('0' + year / 100 % 10),
                            (char)('0' + year / 10 % 10),
                            (char)('0' + year % 10),
                            '-',
                            (char)('0' + month / 10),
                            (char)('0' + month % 10),
                            '-',
                            (char)('0' + day_of_month / 10),
                            (char)('0' + day_of_month % 10)};
    return text_copy(arena, (struct text){written, sizeof written});
}

/* That day of that month, or its last one. Far outside any date of the law it stops: never after the year 9999, the
 * first day of the year 0 before it. */
static day_number day_in_month(int64_t months, int day) {
    if (months >= MONTHS_TO_10000) return DAY_NEVER;
    if (months < 0) return (day_number)count_days(0, 1, 1);
    int year = (int)(months / MONTHS_PER_YEAR), month = (int)(months % MONTHS_PER_YEAR) + 1;
    int last = days_in_month(year, month);
    return (day_number)count_days(year, month, day < last ? day : last);
}

static int64_t months_from_zero(int year, int month) {
    return (int64_t)year * MONTHS_PER_YEAR + month - 1;
}

day_number day_add_months(day_number day, int months) {
    if (day == DAY_NEVER) return DAY_NEVER;
    int year, month, day_of_month;
    day_split(day, &year, &month, &day_of_month);
    return day_in_month(months_from_zero(year, month) + months, day_of_month);
}

int day_full_years(day_number a, day_number b) {
    int year_a, year_b, month, day;
    day_split(b, &year_b, &month, &day);
    day_split(a, &year_a, &month, &day);
    day_number anniversary = day_in_month(months_from_zero(year_b, month), day);
    return year_b - year_a - (anniversary > b);
}

month_number day_month(day_number day) {
    int year, month, day_of_month;
    day_split(day, &year, &month, &day_of_month);
    return (month_number)months_from_zero(year, month);
}

day_number month_first_day(month_number month) {
    return day_in_month(month, 1);
}

bool month_parse(struct text text, month_number *out) {
    size_t offset = 0;
    int year, month;
    if (!take_digits(text, &offset, 4, 4, &year) || !take_mark(text, &offset, TEXT("-"))) return false;
    if (!take_digits(text, &offset, 2, 2, &month) || offset != text.length) return false;
    if (!day_exists(year, month, 1)) return false;
    *out = (month_number)months_from_zero(year, month);
    return true;
}

bool month_parse_loose(struct text text, month_number *out) {
    const struct text ways[][2] = {
        {TEXT("-"), TEXT("")}, {TEXT("/"), TEXT("")}, {TEXT(""), TEXT("")}, {TEXT("年"), TEXT("月")}};
    day_number day;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        size_t offset = 0, least = ways[i][0].length ? 1 : 2;
        int year, month;
        if (!take_digits(text, &offset, 4, 4, &year) || !take_mark(text, &offset, ways[i][0])) continue;
        if (!take_digits(text, &offset, least, 2, &month) || !take_mark(text, &offset, ways[i][1])) continue;
        if (offset != text.length || !day_exists(year, month, 1)) continue;
        *out = (month_number)months_from_zero(year, month);
        return true;
    }
    if (!day_parse_loose(text, &day) || month_first_day(day_month(day)) != day) return false;
    *out = day_month(day);
    return true;
}

struct text month_format(struct arena *arena, month_number month) {
    return text_format(arena, "%04d-%02d", month_year(month), month_of_year(month));
}

int month_of_year(month_number month) {
    return (int)(month - floor_divide(month, MONTHS_PER_YEAR) * MONTHS_PER_YEAR) + 1;
}

int month_year(month_number month) {
    return (int)floor_divide(month, MONTHS_PER_YEAR);
}
