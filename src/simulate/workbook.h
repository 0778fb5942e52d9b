/* The sheets of a report as one workbook (XLSX), a sheet each that has any row. */
#ifndef DOUDI_SIMULATE_WORKBOOK_H
#define DOUDI_SIMULATE_WORKBOOK_H

#include "exchange/file.h"
#include "simulate/report.h"

/* Into a file that file_begin opened and nobody has written to. The same report gives the same bytes. Numbers are
 * numbers where a spreadsheet holds all their digits, else texts. */
enum file_result workbook_write(const struct file_writer *writer, const struct report *report, enum language language);

#endif
