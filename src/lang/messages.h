/* The diagnostics of this floor; see messages.def. */
#ifndef DOUDI_LANG_MESSAGES_H
#define DOUDI_LANG_MESSAGES_H

#include "base/diagnostic.h"

enum lang_message {
#define MESSAGE(name, ...) LANG_##name,
#include "lang/messages.def"
#undef MESSAGE
    LANG_MESSAGES
};

extern const struct message lang_messages[LANG_MESSAGES];

#endif
