/* Colour for results: the signs carry the meaning, colour only makes them quick to find. */
#include "base/shown.h"
#include "cli/command.h"

#include <stdio.h>

/* A sign at which a colour begins, and the sign after which it ends. */
static const struct stroke {
    const char *begins, *ends, *colour;
} strokes[] = {
    {"〔", "〕", "36"}, {"◇", "◇", "33"}, {"？", "？", "35"}, {"▲", "▲", "31"},
    {"✕", "✕", "31"},   {"│", "│", "2"},  {"├─", "├─", "2"},  {"└─", "└─", "2"},
};

static const struct stroke *find_stroke(struct text text) {
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++)
        if (text_starts(text, strokes[i].begins)) return &strokes[i];
    return NULL;
}

static size_t stroke_length(const struct stroke *stroke, struct text text) {
    size_t at = 0;
    while (at < text.length && !text_starts(text_slice(text, at, text.length), stroke->ends)) at++;
    at += text_from(stroke->ends).length;
    return at < text.length ? at : text.length;
}

/* What stands in the data, unlike the policy, was not looked at for characters that steer a terminal. */
static void print_visible(struct text text) {
    for (size_t at = 0; at < text.length;) {
        size_t end = text_steers_at(text, at);
        print_text(text_slice(text, at, end), stdout);
        if (end < text.length) {
            text_next(text, &end);
            print_text(TEXT("\xef\xbf\xbd"), stdout);
        }
        at = end;
    }
}

void print_coloured(const struct command *command, struct text text) {
    for (size_t at = 0, plain = 0; at <= text.length; at++) {
        struct text rest = text_slice(text, at, text.length);
        const struct stroke *stroke = command->coloured ? find_stroke(rest) : NULL;
        if (!stroke && rest.length) continue;
        print_visible(text_slice(text, plain, at));
        if (!stroke) break;
        size_t length = stroke_length(stroke, rest);
        printf("\033[%sm", stroke->colour);
        print_visible(text_slice(rest, 0, length));
        print_text(TEXT("\033[0m"), stdout);
        plain = at + length;
        at = plain - 1;
    }
}
