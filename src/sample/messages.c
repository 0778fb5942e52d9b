#include "sample/messages.h"

const struct message sample_messages[SAMPLE_MESSAGES] = {
#define MESSAGE(name, code, zh, en, remedy_zh, remedy_en)                                                              \
    [SAMPLE_##name] = {(code), {(zh), (en)}, {(remedy_zh), (remedy_en)}},
#include "sample/messages.def"
#undef MESSAGE
};

void sample_complain(struct diagnostics *diagnostics, enum sample_message message, struct position at,
                     struct text first, struct text second, struct text third) {
    struct text arguments[] = {first, second, third};
    diagnostics_add(diagnostics, &sample_messages[message], at, arguments, sizeof arguments / sizeof *arguments);
}
