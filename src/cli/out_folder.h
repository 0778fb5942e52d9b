/* The folder that --out names. */
#ifndef DOUDI_CLI_OUT_FOLDER_H
#define DOUDI_CLI_OUT_FOLDER_H

#include "cli/command.h"
#include "exchange/file.h"

/* A file of the folder that is none of the results which the command writes; else the empty text. */
typedef struct text find_stranger(struct arena *arena, const char *folder);

/* The results of one call belong together: no other may write among them, and they go among nothing else, least of all
 * among the data, the second word. EXIT_DONE, and a lock for folder_unlock; or tells why not. */
int take_folder(struct command *command, const char *out, find_stranger *find, int *lock);

/* Of a file that is to be written: nothing may be there, whatever it is. EXIT_DONE; or tells that something is. */
int must_be_new(const struct command *command, const char *path);

/* Tells why a file could not be written; EXIT_CANNOT. */
int tell_unwritable(struct command *command, enum file_result result, struct text path);

#endif
