/* Rows that were left out, for those who mend them: rejected.csv lists them with what is wrong; rejected/FILE.csv is a
 * copy of the file with that in a first column headed #problem, which an import passes over. Nobody but their owner may
 * read these files, and no cell of them is a formula: an apostrophe keeps it from being one, as in exports. */
#ifndef DOUDI_EXCHANGE_REJECTED_H
#define DOUDI_EXCHANGE_REJECTED_H

#include "exchange/import.h"

/* What is wrong with a row that was left out, with its remedy, in one line. */
struct text rejected_problem(const struct import *import, struct arena *arena, const struct import_refused *refused,
                             enum language language);

/* Copies alone, of the files of which something was left out, as files of the folder: in UTF-8 with a mark, by the
 * file's name with .csv. In front is a column error, or 错误, and of rows another, other or 另一行, in which whoever
 * mends the copy says that a row is another than those it is like. An import passes over both, or takes them as they
 * are meant; a copy of such a copy has them once. Rows of which no month is told since when they hold hold from `since`
 * on (MONTH_FIRST: always), which the copy then says of them. */
enum file_result rejected_write_copies(const struct import *import, struct arena *arena, const char *folder,
                                       enum language language, month_number since, struct text *path);

/* Into the folder; the first file that cannot be written is named in *path. */
enum file_result rejected_write(const struct import *import, struct arena *arena, const char *folder,
                                enum language language, struct text *path);

#endif
