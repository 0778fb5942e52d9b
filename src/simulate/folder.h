/* The files of a simulation in one folder: a CSV file for each sheet, the workbook and the picture. All are drafts
 * until the last is on disk; then they replace those of before. */
#ifndef DOUDI_SIMULATE_FOLDER_H
#define DOUDI_SIMULATE_FOLDER_H

#include "exchange/file.h"
#include "simulate/report.h"

/* What stands in the folder and was not written by an earlier simulation; else the empty text. */
struct text simulation_stranger(struct arena *arena, const char *folder);

/* The folder is made if it is not there. What could not be written is named in *trouble. */
enum file_result simulation_write(const struct report *report, const char *folder, enum language language,
                                  struct text *trouble);

#endif
