/* A registry that is told something: by import, or, of areas, with its law (command_registry.c, command_import.c,
 * command_migrate.c, command_sample.c), or by what other departments have (command_verify.c). */
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
    enum encoding encoding;  /* that --encoding says */
    struct import import;
    struct diagnostics diagnostics;
    struct registry_change change;
    struct registry_taken *taken; /* by entity index */
    size_t unfit;                 /* rows that do not fit with what is known (telling_check) */
    bool news;                    /* what is told says something that was not known */
    bool written;
    const char *made_keys; /* the path of a key file that was made; NULL: none */
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
/* The entity of that name or label; NULL, and told, when there is none. */
const struct entity *telling_entity(struct telling *telling, const char *word);
/* Tells what is wrong with what was read; EXIT_DONE as long as its good rows can be taken. */
int telling_tell_read(struct telling *telling, enum import_result result);
/* Looks whether all that is known, with what is being told, fits together in a month; telling->unfit. */
int telling_check(struct telling *telling, month_number month);
/* The month of --since, or MONTH_FIRST; false, and told, when it is none. */
bool telling_since(struct command *command, month_number *since);
void telling_close(struct telling *telling);

#endif
