/* The diagnostics of this floor; see messages.def. */
#ifndef DOUDI_EXCHANGE_MESSAGES_H
#define DOUDI_EXCHANGE_MESSAGES_H

#include "base/diagnostic.h"

enum exchange_message {
#define MESSAGE(name, ...) EXCHANGE_##name,
#include "exchange/messages.def"
#undef MESSAGE
    EXCHANGE_MESSAGES
};

extern const struct message exchange_messages[EXCHANGE_MESSAGES];

#endif
