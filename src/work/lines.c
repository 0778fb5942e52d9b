#include "work/lines.h"

#include "base/memory.h"

#include <string.h>

/* The longest line with its end. */
static size_t room_of(const struct line_cutter *cutter) {
    return cutter->most + 1;
}

bool line_cutter_init(struct line_cutter *cutter, size_t most) {
    *cutter = (struct line_cutter){.bytes = memory_new(most + 1, 1), .most = most};
    return cutter->bytes != NULL;
}

void line_cutter_free(struct line_cutter *cutter) {
    memory_free(cutter->bytes);
    cutter->bytes = NULL;
}

enum line_result line_cutter_next(struct line_cutter *cutter, struct text *line) {
    const char *from = cutter->bytes + cutter->looked;
    size_t fresh = cutter->end - cutter->looked;
    const char *end = fresh ? memchr(from, '\n', fresh) : NULL;
    size_t line_end = end ? (size_t)(end - cutter->bytes) : cutter->end;
    if (line_end > cutter->looked && memchr(from, '\0', line_end - cutter->looked)) return LINE_HAS_NUL;
    if (line_end - cutter->begin > cutter->most) return LINE_TOO_LONG;
    cutter->looked = line_end;
    if (!end) return LINE_WANTED;
    *line = (struct text){cutter->bytes + cutter->begin, line_end - cutter->begin};
    cutter->begin = cutter->looked = line_end + 1;
    return LINE_WHOLE;
}

bool line_cutter_is_half(const struct line_cutter *cutter) {
    return cutter->end > cutter->begin;
}

char *line_cutter_room(struct line_cutter *cutter, size_t *length) {
    size_t half = cutter->end - cutter->begin;
    if (cutter->begin && half) memmove(cutter->bytes, cutter->bytes + cutter->begin, half);
    cutter->looked -= cutter->begin;
    cutter->begin = 0;
    cutter->end = half;
    *length = room_of(cutter) - half;
    return cutter->bytes + half;
}

void line_cutter_add(struct line_cutter *cutter, size_t count) {
    assert(count <= room_of(cutter) - cutter->end);
    cutter->end += count;
}
