/* Reporting mistakes, with the nearest name for one that was misspelt. */
#include "base/shown.h"
#include "lang/compile.h"
#include "lang/foreign.h"

enum { ERRORS_WITH_SUGGESTION = 200 };

struct diagnostic *compile_report(struct policy *policy, enum lang_message message, struct span at,
                                  const struct text *arguments, size_t count) {
    struct position position = {0};
    if (at.source) position = span_position(at);
    return diagnostics_add(&policy->diagnostics, &lang_messages[message], position, arguments, count);
}

void report_controls(struct policy *policy, const struct source *source) {
    struct text bytes = source->bytes;
    for (size_t at = text_steers_at(bytes, 0); at < bytes.length; at = text_steers_at(bytes, at)) {
        size_t begin = at;
        text_next(bytes, &at);
        REPORT(policy, LANG_CONTROL_CHARACTER, ((struct span){source, begin, at}),
               character_name(&policy->arena, text_slice(bytes, begin, at)));
    }
}

bool compile_goes_on(const struct policy *policy) {
    return !arena_failed(&policy->arena);
}

struct suggestion suggest(const struct policy *policy, struct text wanted) {
    struct suggestion suggestion;
    suggestion_begin(&suggestion, wanted);
    if (policy->diagnostics.errors > ERRORS_WITH_SUGGESTION) suggestion.distance = 0;
    return suggestion;
}

void report_unknown(struct policy *policy, enum lang_message message, struct name name, struct text context,
                    const struct suggestion *suggestion) {
    const char *meant = foreign_meant(name.text);
    if (name_is_lost(policy, name)) return;
    if (meant)
        REPORT(policy, LANG_FOREIGN, name.at, name.text, text_from(meant));
    else if (suggestion->best.length)
        REPORT(policy, (enum lang_message)(message + 1), name.at, name.text, context, suggestion->best);
    else
        REPORT(policy, message, name.at, name.text, context);
    /* A name that resembles none was rather not declared than misspelt, and to say so once is enough. */
    if (!meant && !suggestion->best.length) name_lose(policy, name);
}

bool name_is_lost(const struct policy *policy, struct name name) {
    return map_get(&policy->lost, name.text) != NULL;
}

void name_lose(struct policy *policy, struct name name) {
    map_put(&policy->lost, name.text, policy);
}
