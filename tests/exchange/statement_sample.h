/* Statements of invented bills, in both languages. */
#ifndef DOUDI_TESTS_STATEMENT_SAMPLE_H
#define DOUDI_TESTS_STATEMENT_SAMPLE_H

#include "exchange/statement_pdf.h"

enum { SAMPLE_PARTS = 4, SAMPLE_BILLS_MOST = 400 };

/* One bill. */
struct statement sample_bill(enum language language);
/* A year's bills, so many of them. */
struct statement sample_year(enum language language, size_t bills);

#endif
