/* The calendar: days and months without clock, zone or locale.
 *
 * A day is counted from 1970-01-01 (day 0), proleptic Gregorian. Dates of the law lie in 1800-01-01 .. 2199-12-31;
 * `never` is after every one of them. A month is counted from 0000-01 (month 0): year * 12 + month - 1. */
#ifndef DOUDI_BASE_CALENDAR_H
#define DOUDI_BASE_CALENDAR_H

#include "base/arena.h"
#include "base/text.h"

typedef int32_t day_number;
typedef int32_t month_number;

#define DAY_NEVER INT32_MAX
extern const day_number day_first, day_last; /* 1800-01-01 and 2199-12-31 */

day_number day_from(int year, int month, int day); /* asserted to exist */
bool day_exists(int year, int month, int day);     /* within 1800 .. 2199 */
void day_split(day_number day, int *year, int *month, int *day_of_month);
int days_in_month(int year, int month);
bool day_parse(struct text text, day_number *out); /* "2018-07-09" and nothing else; must exist, within 1800 .. 2199 */
bool day_parse_loose(struct text text, day_number *out);     /* also 2018/7/9, 2018.7.9, 20180709, 2018年7月9日 */
struct text day_format(struct arena *arena, day_number day); /* "2018-07-09", "never" */

/* The same day that many months later (or earlier); where that month lacks the day, its last day. never stays never,
 * and what lies after the year 9999 is never; what lies before the year 0 is its first day. */
day_number day_add_months(day_number day, int months);

/* Full years from a to b; the anniversary counts, and 29 February has it on 28 February in other years. Negative when b
 * is before a: -1 from the day before. With never on either side the result only tells the order. */
int day_full_years(day_number a, day_number b);

month_number day_month(day_number day);
day_number month_first_day(month_number month);
bool month_parse(struct text text, month_number *out); /* "2018-07" */
/* Also 2018-7, 2018/7, 201807, 2018年7月, and the first day of a month as a spreadsheet makes it of such a cell,
 * written as day_parse_loose reads it. Not 2018.7: what a spreadsheet leaves of 2018.10 is 2018.1. */
bool month_parse_loose(struct text text, month_number *out);
struct text month_format(struct arena *arena, month_number month);
int month_of_year(month_number month); /* 1 .. 12 */
int month_year(month_number month);

#endif
