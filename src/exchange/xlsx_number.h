/* Numbers of a spreadsheet as it shows them: what XML says in decimal of a binary number, in exact decimal arithmetic,
 * and which formats make dates, times or percents of it. */
#ifndef DOUDI_EXCHANGE_XLSX_NUMBER_H
#define DOUDI_EXCHANGE_XLSX_NUMBER_H

#include "base/text.h"

/* What a format shows. The style says so of every number, general or not. */
enum xlsx_format { XLSX_FORMAT_NUMBER, XLSX_FORMAT_PERCENT, XLSX_FORMAT_DATE, XLSX_FORMAT_TIME, XLSX_FORMAT_ELAPSED };

/* By its number: those that every spreadsheet knows without their being written down. */
enum xlsx_format xlsx_format_known(uint32_t number);

/* By its code, yyyy"年"m"月"d"日";@ */
enum xlsx_format xlsx_format_of(struct text code);

/* (-1)^negative * digits * 10^exponent, at most 15 digits, the last one not 0; 0 has neither sign nor exponent. */
struct xlsx_number {
    bool negative;
    uint64_t digits;
    int exponent;
};

/* Rounds half up to 15 significant digits. False when it is not the decimal of a binary number of 64 bits. */
bool xlsx_number_read(struct text text, struct xlsx_number *number);

/* Whether it has more digits before the point than a spreadsheet keeps: what it was typed as is lost. */
bool xlsx_number_is_cut(struct xlsx_number number);

/* Days are counted from the end of 1899, with a 29th of February in 1900 that there never was, or from 1904-01-01. */
void xlsx_number_write(struct builder *out, struct xlsx_number number, enum xlsx_format format, bool from_1904);

#endif
