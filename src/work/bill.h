/* A bill, and the row that it is told as. */
#ifndef DOUDI_WORK_BILL_H
#define DOUDI_WORK_BILL_H

#include "engine/records.h"
#include "exchange/bill.h"

/* Adds it as a row under the one with that id; SIZE_MAX when memory has run out. Its texts must outlive the records. */
size_t bill_add(const struct bill *bill, struct text parent, struct records *records);
/* Whether a row says what the bill does, of that parent. */
bool bill_is_told(const struct bill *bill, struct text parent, const struct record_table *table, size_t row);

/* In the least coin of the field; false where it is not whole. */
bool bill_amount(struct arena *arena, const struct field *field, struct number number, int64_t *amount);

/* The id of whoever presents it, and his number; empty where they are not told. */
struct text bill_presenter(const struct bill *bill);
struct text bill_number(const struct bill *bill);

#endif
