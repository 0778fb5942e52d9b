/* Rows that were left out, for those who mend them: rejected.csv lists them with what is wrong; rejected/FILE.csv is a
 * copy of the file with that in a first column headed #problem, which an import passes over. */
#ifndef DOUDI_EXCHANGE_REJECTED_H
#define DOUDI_EXCHANGE_REJECTED_H

#include "exchange/import.h"

/* Into the folder; the first file that cannot be written is named in *path. */
enum file_result rejected_write(const struct import *import, struct arena *arena, const char *folder,
                                enum language language, struct text *path);

#endif
