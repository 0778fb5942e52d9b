/* What an import would do, before anything is done: counts, rows that change side by side, rows that are left out. */
#ifndef DOUDI_CLI_IMPORT_PREVIEW_H
#define DOUDI_CLI_IMPORT_PREVIEW_H

#include "cli/telling.h"
#include "registry/runs.h"

/* What was read, and looked at by what is known. */
struct preview {
    const struct telling *telling;
    const struct registry_look *look;
    struct telling_count *counts;          /* by entity index */
    const struct import_refused **refused; /* all rows that are left out, in the order of files and lines */
    size_t refused_count;
    size_t first_alike, last_alike; /* which of import.refused are alike: from the one to before the other */
    struct registry_runs runs;      /* that were made: set by the caller before anything is shown */
};

/* Tells the import, at their places in the files, of the rows that the look leaves out, and counts; all of it in the
 * command's arena. False when memory runs out. Once. */
bool preview_begin(struct preview *preview, struct telling *telling, const struct registry_look *look);

/* The first rows of each kind, or all where --all-rows is said. */
void preview_show(struct builder *out, const struct preview *preview);

/* The same as members of an open object; every row. */
void preview_write(struct json_writer *writer, const struct preview *preview);

/* Rows of which a second look makes something else. */
void preview_show_otherwise(struct builder *out, const struct preview *preview, const struct registry_look *second);

#endif
