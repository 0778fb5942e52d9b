/* What differs for families, as people and programs are told of it, and as a file. */
#ifndef DOUDI_CLI_FAMILY_SHOWN_H
#define DOUDI_CLI_FAMILY_SHOWN_H

#include "cli/family_differences.h"
#include "exchange/csv_file.h"
#include "exchange/json.h"

/* A table by cause, then the families with the greatest differences, or all of them. */
void family_differences_print(struct builder *out, struct command *command,
                              const struct family_differences *differences, bool all);

/* --- family_written.c --------------------------------------------------------------------------------------------- */

/* All of them, as one object. */
void family_differences_write(struct json_writer *writer, struct command *command,
                              const struct family_differences *differences);
/* A line for each benefit that differs, as CSV. */
enum file_result family_differences_write_csv(struct command *command, const struct family_differences *differences,
                                              const char *path);

/* --- what they share ---------------------------------------------------------------------------------------------- */

/* In the currency of the law of after. */
struct number family_differences_amount(struct arena *arena, const struct family_differences *differences,
                                        struct number amount);
bool family_is_unconfirmed(const struct family_differences *differences, const struct benefit_difference *found,
                           int side);
/* The id of the area right above, of after where the family is there; empty: there is none. */
struct text family_area(const struct family_difference *family);
/* A detail in the command's language, in one line. */
struct text family_detail_shown(struct command *command, const struct family_detail *detail);

#endif
