/* A registry on the command line: a database file, or the URL of one on a server. */
#ifndef DOUDI_CLI_DATABASE_H
#define DOUDI_CLI_DATABASE_H

#include "cli/command.h"
#include "registry/registry.h"

struct database {
    struct store *store;
    struct policy *law; /* kept in it; of one that is being made, from a folder; NULL: another's */
    struct registry registry;
    bool opened; /* the registry is to be closed */
};

/* Opens what is there, for a policy of a model that it has or had, or NULL: for the law that is kept in it; EXIT_DONE,
 * or tells why not. What is read is one state of it, until a change begins or the transaction is rolled back. Whatever
 * comes of it, database_close may be called. */
int database_open(struct database *database, struct command *command, const char *url, const struct policy *policy);
/* The same for no law at all: whatever that is, it can be verified and copied. */
int database_open_tables(struct database *database, struct command *command, const char *url);
/* The same for the law that it kept as of --as-known CHANGE|DATE, whose last change `known` then is: of a date that by
 * which it ended, of the world's time. REGISTRY_NOW, and the law of now, without the option. */
int database_open_known(struct database *database, struct command *command, const char *url, int64_t *known);
/* What --as-known says of a registry that is open: EXIT_DONE, or tells what is wrong with it. */
int database_as_known(struct database *database, struct command *command, const char *url, int64_t *known);
/* The same, as far as its columns are told as anybody can have told them. */
int database_open_to_verify(struct database *database, struct command *command, const char *url);
/* Of one that is open: the law that it kept as of a change, for which it is opened anew. */
int database_read_law(struct database *database, struct command *command, const char *url, int64_t known);
/* The same law alone, which the caller frees, also then. */
int database_kept_law(struct database *database, struct command *command, const char *url, int64_t known,
                      struct policy **law);
/* Whether a registry is there, in a file or an empty database of a server: EXIT_DONE, or tells what fails. */
int database_is_made(struct command *command, const char *url, bool *made);
/* The database alone, whatever is in it. */
int database_open_store(struct database *database, struct command *command, const char *url,
                        enum store_opening opening);
/* Makes one that is not there yet, for the law of a folder: the change is then under way. */
int database_make(struct database *database, struct command *command, const char *url, const char *folder,
                  enum digest_kind digest, struct registry_change *change);
/* Gives the law of a folder to one that is there: the change is then under way. */
int database_migrate(struct database *database, struct command *command, const char *url, const char *folder,
                     struct registry_change *change, struct registry_migration *migration);
/* The policy of a folder; EXIT_DONE, or tells why not. The caller frees it, also then. */
int database_read_folder(struct policy **law, struct command *command, const char *folder);
void database_close(struct database *database);

/* EXIT_CANNOT, told in the words of what failed; EXIT_DONE for what did not. */
int database_tell(struct database *database, struct command *command, const char *url, enum registry_result result);

/* The same of a store that is not the database's own. */
int database_tell_trouble(struct command *command, const char *url, const struct store_trouble *trouble);

/* Its name as it is shown (store_shown), in the command's arena. */
const char *database_shown(struct command *command, const char *url);
/* → people.db, change 3: the end of its line is the caller's. */
void database_show_change(struct builder *out, struct command *command, const char *url, int64_t number);

/* A change that begins now, by whoever is at the keyboard. */
struct registry_change database_change(struct command *command, const char *what, month_number since);
/* Now: microseconds since 1970-01-01, of the world's time. */
int64_t database_instant(void);
/* In which it begins, of the world's time. */
day_number database_day(const struct registry_change *change);
month_number database_month(const struct registry_change *change);

/* 2018-07-01 08:30Z, of the world's time: when a change was made; empty for what is none. */
struct text instant_written(struct arena *arena, int64_t instant);

#endif
