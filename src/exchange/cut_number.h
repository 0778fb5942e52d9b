/* Numbers that a spreadsheet has cut, as the CSV that is made of a workbook says them. */
#ifndef DOUDI_EXCHANGE_CUT_NUMBER_H
#define DOUDI_EXCHANGE_CUT_NUMBER_H

#include "base/text.h"

/* Before such a number: this, the name of the cell, this. It can be seen, since copies of rows that are left out have
 * it, and is in nobody's name: the symbol for what could not be read. */
#define CUT_NUMBER "\xe2\x90\x9a"
/* Moves `cell`, a cell of CSV, past such a mark, if one is there; `name` is then the name of the cell. */
bool cut_number_take(struct text *cell, struct text *name);

#endif
