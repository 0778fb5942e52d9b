/* A table in a file as people have it: CSV, in UTF-8 or GB18030, or a sheet of a workbook. */
#ifndef DOUDI_CLI_TABLE_FILE_H
#define DOUDI_CLI_TABLE_FILE_H

#include "cli/command.h"
#include "exchange/file.h"
#include "exchange/gb18030.h"
#include "exchange/xlsx.h"

struct table_file {
    struct file file;
    struct builder csv;
    struct text bytes;          /* as CSV, which the import reads in either encoding; good until the file is closed */
    struct xlsx_trouble sheets; /* of a workbook: the one that was read, and all that there are */
};

/* --encoding: UTF-8 when it is not said; false, and told, when it is none of the two. */
bool table_file_encoding(const struct command *command, enum encoding *encoding);
/* Tells that workbooks have no --encoding; EXIT_USAGE. */
int table_file_no_encoding(const struct command *command);

/* The sheet of that name; NULL: the first that can be seen, or a file without sheets. EXIT_DONE, or tells why not.
 * Whatever comes of it, table_file_close may be called. */
int table_file_open(struct table_file *table, struct command *command, const char *path, const char *sheet);
/* Tells that it has no row below its headings, and which other sheets there are; EXIT_FOUND. */
int table_file_tell_empty(const struct table_file *table, struct command *command, const char *path);
void table_file_close(struct table_file *table);

#endif
