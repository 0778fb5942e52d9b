/* Progress of long work, on stderr: a bar on a terminal, else a line every ten seconds; nothing in the first second. */
#ifndef DOUDI_CLI_PROGRESS_H
#define DOUDI_CLI_PROGRESS_H

#include "cli/command.h"

struct progress {
    const struct command *command;
    int64_t began, told; /* milliseconds */
    bool terminal, shown;
};

void progress_begin(struct progress *progress, const struct command *command);
void progress_tell(void *context, size_t done, size_t due); /* a struct progress */
void progress_end(struct progress *progress);               /* the bar is taken away */

#endif
