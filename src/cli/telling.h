/* A registry that is told something: by import, or, of areas, with its law (command_registry.c,
 * command_import.c, command_migrate.c). */
#ifndef DOUDI_CLI_TELLING_H
#define DOUDI_CLI_TELLING_H

#include "cli/database.h"
#include "cli/table_file.h"
#include "exchange/import.h"
#include "exchange/json.h"

/* What is told of rows, by a change that is not yet made. */
struct telling {
    struct command *command;
    const char *url;
    struct database database;
    struct table_file table; /* of one entity; else a folder */
    struct import import;
    struct diagnostics diagnostics;
    struct registry_change change;
    struct registry_taken *taken; /* by entity index */
    bool news;                    /* what is told says something that was not known */
    bool written;
};

/* Once its database has a law; false when memory has run out. */
bool telling_begin(struct telling *telling);
/* The areas that come with the law are told with it. */
int telling_take_areas(struct telling *telling);
/* What was taken says something that was not known. */
bool telling_is_new(const struct telling *telling);
/* EXIT_CANNOT when what was read is not the data that were meant. */
int telling_tell_read(struct telling *telling, enum import_result result);

/* What would become, or became, of the rows of an entity. */
struct telling_count {
    size_t fresh, changed, same, alike, wrong;
};
void telling_show_counts(struct builder *out, const struct telling *telling, const struct telling_count *counts);
void telling_write_counts(struct json_writer *writer, const struct telling *telling,
                          const struct telling_count *counts);
void telling_show_change(struct builder *out, const struct telling *telling);
void telling_write_change(struct json_writer *writer, const struct telling *telling);
size_t telling_refused(const struct telling *telling); /* rows */
void telling_close(struct telling *telling);

#endif
