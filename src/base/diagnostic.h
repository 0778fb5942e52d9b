/* Diagnostics: what is wrong, where, and the way out, in Chinese and English.
 *
 * Every floor has its own table of messages (an X-macro file, messages.def); this module only keeps and prints them.
 * A message's texts hold {0} {1} ... for its arguments. All mistakes of a text are collected and shown in one go. */
#ifndef DOUDI_BASE_DIAGNOSTIC_H
#define DOUDI_BASE_DIAGNOSTIC_H

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "base/vector.h"

enum language { LANGUAGE_ZH, LANGUAGE_EN, LANGUAGES };

struct message {
    const char *code;              /* stable and searchable: "unknown-name" */
    const char *text[LANGUAGES];   /* one line */
    const char *remedy[LANGUAGES]; /* one line, "" when the text already says it */
};

/* Where lines begin: every LINES_A_STEP-th of them, the first included. */
enum { LINES_A_STEP = 64 };
struct line_index {
    VECTOR(size_t) starts;
};

/* A file of text. Lines are found when they are asked for; with many of them, or many mistakes, by an index. */
struct source {
    struct text name; /* as the user wrote it, or relative to the policy's folder */
    struct text bytes;
    struct line_index index; /* empty, or of the bytes */
};

/* Makes the index, in the arena, for a source whose bytes will not change. */
void source_index(struct source *source, struct arena *arena);

/* Lines and columns count from 1; a column is a character. line 0 means the file as a whole. length is in characters.
 */
struct position {
    const struct source *source; /* NULL when there is no file */
    uint32_t line, column, length;
};

/* The position of a byte of the source, and of `length` bytes from there on, told in characters up to the end of the
 * line. A byte order mark at the beginning is no character. */
struct position position_of(const struct source *source, size_t offset, size_t length);

enum { DIAGNOSTIC_ARGUMENTS = 5, DIAGNOSTIC_ARGUMENT_CHARACTERS = 400 };

struct diagnostic {
    const struct message *message;
    struct position at;
    struct text argument[DIAGNOSTIC_ARGUMENTS];
    struct position related; /* a second place that matters; source NULL when there is none */
    bool warning;
    uint32_t file; /* the how manyth file to be mentioned */
};

/* A file that was mentioned. */
struct diagnostics_file {
    const struct source *source; /* NULL: none */
    size_t listed, unlisted;     /* mistakes, and those beyond `most_a_file` */
};

struct diagnostics {
    struct arena *arena;
    VECTOR(struct diagnostic) list;
    size_t errors;                         /* those that are no warnings, listed or not */
    size_t most_a_file;                    /* of which more are only counted; 0: all are listed */
    VECTOR(struct diagnostics_file) files; /* in order of first mention */
    struct map places;                     /* message and place of every entry, to keep each once */
};

void diagnostics_init(struct diagnostics *diagnostics, struct arena *arena);

/* Adds an error; up to DIAGNOSTIC_ARGUMENTS texts, copied, each cut to DIAGNOSTIC_ARGUMENT_CHARACTERS. The same message
 * at the same place is kept once. Returns the entry, good until the next is added, to set `related` or make it a
 * warning; NULL when memory has run out, it was there already, or it is not listed, the file having `most_a_file`. */
struct diagnostic *diagnostics_add(struct diagnostics *diagnostics, const struct message *message, struct position at,
                                   const struct text *arguments, size_t count);
void diagnostics_make_warning(struct diagnostics *diagnostics, struct diagnostic *diagnostic);

/* By file in order of first mention, line, column; those at one place stay in the order in which they were added. */
void diagnostics_sort(struct diagnostics *diagnostics);

/* The message's text, or its remedy, with the arguments put in; characters that would steer a terminal are shown as
 * U+FFFD. */
struct text diagnostic_text(struct arena *arena, const struct diagnostic *diagnostic, enum language language);
struct text diagnostic_remedy(struct arena *arena, const struct diagnostic *diagnostic, enum language language);

/* The whole thing as it is shown: place, text, source line with carets under it, related place, remedy:
 *
 *     a.policy:12:5: error: unknown name "incom"
 *       12 | let incom = 3
 *          |     ^^^^^
 *       see also a.policy:3:1
 *        3 | income: money
 *          | ^^^^^^
 *       → did you mean "income"?
 *
 * Nothing of the source reaches the terminal raw, and a long line is cut to a window around the place. */
void diagnostic_print(struct builder *out, struct arena *arena, const struct diagnostic *diagnostic,
                      enum language language);

#endif
