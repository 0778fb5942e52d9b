/* A table in a file as people have it: CSV, in UTF-8 or GB18030, or a sheet of a workbook. */
#ifndef DOUDI_CLI_TABLE_FILE_H
#define DOUDI_CLI_TABLE_FILE_H

#include "cli/command.h"
#include "exchange/file.h"

struct table_file {
    struct file file;
    struct builder csv;
    struct text bytes; /* as CSV, which the import reads in either encoding; good until the file is closed */
};

/* The sheet of that name; NULL: the first that can be seen, or a file without sheets. EXIT_DONE, or tells why not.
 * Whatever comes of it, table_file_close may be called. */
int table_file_open(struct table_file *table, struct command *command, const char *path, const char *sheet);
void table_file_close(struct table_file *table);

#endif
