/* Empty forms for the rows of an entity, which are taken in as they are once somebody has filled them in: a workbook
 * with lists to choose from, ranges, notes and a sheet that says how to fill it in; as CSV the line of headings alone.
 */
#ifndef DOUDI_EXCHANGE_FORM_H
#define DOUDI_EXCHANGE_FORM_H

#include "exchange/table_sheet.h"

/* Of a sheet that table_sheet_form has made; the policy is the entity's. */
enum file_result form_write_book(const struct table_sheet *sheet, struct policy *policy, const char *path);

#endif
