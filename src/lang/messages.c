#include "lang/messages.h"

const struct message lang_messages[LANG_MESSAGES] = {
#define MESSAGE(name, code, zh, en, remedy_zh, remedy_en)                                                              \
    [LANG_##name] = {(code), {(zh), (en)}, {(remedy_zh), (remedy_en)}},
#include "lang/messages.def"
#undef MESSAGE
};
