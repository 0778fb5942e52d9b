/* A table in a file as people have it: CSV, in UTF-8 or GB18030, or the first sheet of a workbook. */
#ifndef DOUDI_CLI_TABLE_FILE_H
#define DOUDI_CLI_TABLE_FILE_H

#include "cli/command.h"
#include "exchange/file.h"

struct table_file {
    struct file file;
    struct builder csv;
    struct text bytes; /* as CSV, which the import reads in either encoding; good until the file is closed */
};

/* EXIT_DONE, or tells why not. Whatever comes of it, table_file_close may be called. */
int table_file_open(struct table_file *table, struct command *command, const char *path);
void table_file_close(struct table_file *table);

#endif
