/* Which key file goes with a registry on the command line: --key-file, else what DOUDI_KEYS says, else for a file the
 * one beside it, NAME.keys. */
#ifndef DOUDI_CLI_KEY_CHOICE_H
#define DOUDI_CLI_KEY_CHOICE_H

#include "cli/database.h"
#include "store/key_file.h"

/* Its path, and whether it was named; NULL for a server's when none was. */
const char *key_path(struct command *command, const char *url, bool *named);

/* --cipher sm4|aes; what `kind` was before where it is not said; false, and told, for any other. */
bool read_cipher(const struct command *command, enum seal_key_kind *kind);

/* EXIT_CANNOT, and told why, for what is not KEYS_OK. */
int key_file_tell(const struct command *command, const char *path, enum keys_status status, size_t line);

/* Takes the keys of the registry's file, where something is sealed in it at all. Where no file was named and none is
 * there it goes on without: what takes keys then tells. EXIT_DONE, or tells why not. */
int database_use_keys(struct database *database, struct command *command, const char *url);
/* The same keys for others, who clear them: has is false where none are needed, or none are there. */
int database_read_keys(struct database *database, struct command *command, const char *url, struct keys *keys,
                       bool *has);
/* The same for one whose law seals, and that never had keys: makes the file where it is not there, and keeps by the
 * change under way which keys these are. `made` is the path of a new file, else NULL. */
int database_make_keys(struct database *database, struct command *command, const char *url,
                       const struct registry_change *change, const char **made);
/* --why and --by, which are kept; false, and told, when one of them says nothing. */
bool tells_why(struct command *command, const struct registry_change *change);
/* The key file must be kept elsewhere, too. */
void show_made_keys(struct builder *out, const struct command *command, const char *made);

#endif
