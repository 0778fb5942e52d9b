/* Reporting mistakes, with the nearest name for one that was misspelt. */
#include "lang/compile.h"

struct diagnostic *compile_report(struct policy *policy, enum lang_message message, struct span at, const struct text *arguments,
                                  size_t count) {
    struct position position = {0};
    if (at.source) position = span_position(at);
    return diagnostics_add(&policy->diagnostics, &lang_messages[message], position, arguments, count);
}

void suggestion_begin(struct suggestion *suggestion, struct text wanted) {
    *suggestion = (struct suggestion){.wanted = wanted, .distance = wanted.length / 3 + 1};
    if (suggestion->distance > 4) suggestion->distance = 4;
}

/* Nearer than a third of the name, or the name with something before or after it. */
void suggestion_note(struct suggestion *suggestion, struct text candidate) {
    size_t distance = text_distance(suggestion->wanted, candidate, suggestion->distance);
    if (distance >= suggestion->distance) return;
    suggestion->best = candidate;
    suggestion->distance = distance;
}

void suggestion_note_map(struct suggestion *suggestion, const struct map *map) {
    for (size_t i = 0; i < map->count; i++) suggestion_note(suggestion, map->entries[i].key);
}

void report_unknown(struct policy *policy, enum lang_message message, struct name name, struct text context,
                    const struct suggestion *suggestion) {
    if (suggestion->best.length)
        REPORT(policy, (enum lang_message)(message + 1), name.at, name.text, context, suggestion->best);
    else
        REPORT(policy, message, name.at, name.text, context);
}
