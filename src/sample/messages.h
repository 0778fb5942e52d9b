/* The diagnostics of this floor; see messages.def. */
#ifndef DOUDI_SAMPLE_MESSAGES_H
#define DOUDI_SAMPLE_MESSAGES_H

#include "base/diagnostic.h"

enum sample_message {
#define MESSAGE(name, ...) SAMPLE_##name,
#include "sample/messages.def"
#undef MESSAGE
    SAMPLE_MESSAGES
};

extern const struct message sample_messages[SAMPLE_MESSAGES];

/* Adds an error with up to three arguments; a text without bytes is none. */
void sample_complain(struct diagnostics *diagnostics, enum sample_message message, struct position at,
                     struct text first, struct text second, struct text third);

#endif
