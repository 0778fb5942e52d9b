/* One family of a registry: what `doudi household` shows of it (command_family.c, family_page.c, family_history.c). */
#ifndef DOUDI_CLI_FAMILY_H
#define DOUDI_CLI_FAMILY_H

#include "cli/database.h"
#include "exchange/json.h"
#include "registry/family.h"

/* A law by which runs were made. */
struct family_law {
    int64_t change; /* that kept it */
    struct policy *law;
    struct policy *own; /* to be freed; NULL: the database's */
};

struct family {
    struct command *command;
    const char *url;
    struct database database;
    int64_t known;                          /* the last change that is known; REGISTRY_NOW: all are */
    month_number month;                     /* of the page */
    const struct entity *entity;            /* of families */
    struct registry_row row;                /* that was asked for, and its family */
    struct registry_told told;              /* of the family */
    struct registry_runs runs;              /* all that were known */
    VECTOR(struct registry_change) changes; /* those that were looked up */
    VECTOR(struct family_law) laws;         /* likewise; the first is that at hand */
    struct builder out;
    bool json;
    struct json_writer writer;
};

/* The family in which the row lies that a word of the command line names: in this month, or of a page in that of
 * --month, else in the last that was decided; EXIT_DONE, or tells why not. Whatever comes of it, family_close may be
 * called. */
int family_open(struct family *family, struct command *command, struct text id, bool page);
int family_tell(struct family *family, enum registry_result result); /* as database_tell */
int family_show(struct family *family);                              /* what was built */
void family_close(struct family *family);

/* The law by which a run was made, good until the family is closed; EXIT_DONE, or tells why not. */
int family_law(struct family *family, const struct registry_run *run, struct policy **law);

/* The page of a month, and the history (family_page.c, family_history.c): exit codes. */
int family_page(struct family *family);
int family_history(struct family *family);

/* --- words, in the command's arena -------------------------------------------------------------------------------- */

/* What a row of the records says of an input: for people, with its unit, or as files write it. What is sealed is masked
 * in both. Empty: unknown. */
struct text family_shown(struct family *family, const struct record_table *table, size_t row, const struct field *input,
                         enum language language);
struct text family_plain(struct family *family, const struct record_table *table, size_t row,
                         const struct field *input);
struct text family_known_by(struct family *family, const struct record_table *table, size_t row);
struct text family_label(const struct family *family, const struct entity *entity);
/* A number of a rule of a law, with its unit. */
struct text family_amount(struct family *family, const struct policy *law, const struct field *field,
                          const struct value *value);
struct text family_since(struct family *family, month_number since); /* from 2018-05, always */
/* Who made a change; of nobody where it failed, which the arena or the store tells. */
struct registry_change family_change(struct family *family, int64_t number);
struct text family_change_words(struct family *family,
                                int64_t number); /* change 3, 2018-07-01 08:30Z, Li Hua, import */
/* RUN/ENTITY.BENEFIT/ID: by which a decision is named. */
struct text family_decision(struct family *family, int64_t run, const struct field *field, struct text id);

/* --- of the told versions ----------------------------------------------------------------------------------------- */

/* The version of a row that holds in a month in the family, of the row of `at`; NULL: none. */
const struct registry_version *family_version_in(const struct family *family, size_t at, month_number month);
/* The first version of the next row; of the last their count. */
size_t family_next_row(const struct family *family, size_t at);

void family_write_text(struct family *family, const char *key, struct text text);
void family_write_change(struct family *family, int64_t number);

#endif
