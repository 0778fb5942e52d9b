#include "exchange/messages.h"

const struct message exchange_messages[EXCHANGE_MESSAGES] = {
#define MESSAGE(name, code, zh, en, remedy_zh, remedy_en)                                                              \
    [EXCHANGE_##name] = {(code), {(zh), (en)}, {(remedy_zh), (remedy_en)}},
#include "exchange/messages.def"
#undef MESSAGE
};
