/* Lines cut from bytes that come in pieces, as from a socket.
 *
 *     while (line_cutter_next(&cutter, &line) == LINE_WHOLE) …                 all that came whole
 *     room = line_cutter_room(&cutter, &length)                                where more is put
 *     line_cutter_add(&cutter, count)
 *
 * In whatever pieces they come, lines are the same. What is no line, because it is too long or holds a byte of 0, is
 * told once it is seen, and ends it all: where the next would begin nobody knows. */
#ifndef DOUDI_WORK_LINES_H
#define DOUDI_WORK_LINES_H

#include "base/text.h"

/* The caller's to keep, not to look into. */
struct line_cutter {
    char *bytes;
    size_t most, begin, looked, end; /* from begin to end not handed out yet, up to looked without a line's end */
};
/* Of lines of up to `most` bytes. False when memory has run out; line_cutter_free may be called all the same. */
bool line_cutter_init(struct line_cutter *cutter, size_t most);
void line_cutter_free(struct line_cutter *cutter);

enum line_result {
    LINE_WHOLE,
    LINE_WANTED,   /* what is there is no whole line */
    LINE_TOO_LONG, /* every further call gives it again */
    LINE_HAS_NUL   /* the same */
};
/* The next line, without its end; good until line_cutter_room. */
enum line_result line_cutter_next(struct line_cutter *cutter, struct text *line);
/* The beginning of a line is there. */
bool line_cutter_is_half(const struct line_cutter *cutter);

/* Where what comes next is put, after LINE_WANTED at least a byte. */
char *line_cutter_room(struct line_cutter *cutter, size_t *length);
void line_cutter_add(struct line_cutter *cutter, size_t count);

#endif
