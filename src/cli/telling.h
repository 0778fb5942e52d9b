/* A registry that is told something: by import, or, of areas, with its law (command_registry.c, command_migrate.c,
 * command_sample.c). */
#ifndef DOUDI_CLI_TELLING_H
#define DOUDI_CLI_TELLING_H

#include "cli/database.h"
#include "cli/table_file.h"
#include "exchange/import.h"

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
    size_t unfit;                 /* rows that do not fit with what is known */
    bool news;                    /* what is told says something that was not known */
    bool written;
};

/* Makes a registry that is not there yet, for the law of a folder, with the areas that come with it: a change, which is
 * made. EXIT_DONE, or tells why not. */
int telling_make(struct telling *telling, const char *folder, enum digest_kind digest);
/* Once its database has a law; false when memory has run out. */
bool telling_begin(struct telling *telling);
/* The areas that come with the law are told with it. */
int telling_take_areas(struct telling *telling);
/* What was taken says something that was not known. */
bool telling_is_new(const struct telling *telling);
size_t telling_refused(const struct telling *telling); /* rows */
void telling_close(struct telling *telling);

#endif
