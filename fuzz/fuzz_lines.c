/* In whatever pieces bytes come, the same lines are cut from them: all up to the first that is too long or holds a byte
 * of 0, which is told. */
#include "shared.h"

#include <assert.h>
#include <string.h>

#include "work/lines.h"

enum { INPUT_BYTES_MAX = 1 << 12, SHORT = 7, LONG = 100 };

struct pieces {
    uint32_t drawn;
    size_t most;
};

static size_t next_piece(struct pieces *pieces) {
    pieces->drawn = pieces->drawn * 1664525u + 1013904223u;
    return 1 + (pieces->drawn >> 8) % pieces->most;
}

static void add_line(struct builder *out, struct text line) {
    builder_format(out, "%zu ", line.length);
    builder_add(out, line);
    builder_add(out, TEXT("\n"));
}

static enum line_result cut_all(struct line_cutter *cutter, struct builder *out) {
    struct text line;
    enum line_result result;
    while ((result = line_cutter_next(cutter, &line)) == LINE_WHOLE) add_line(out, line);
    assert(line_cutter_next(cutter, &line) == result);
    return result;
}

static void end_with(struct builder *out, enum line_result result) {
    builder_format(out, "%d\n", (int)result);
}

static void cut_in_pieces(struct text text, size_t most, size_t piece, struct builder *out) {
    struct pieces pieces = {(uint32_t)text_hash(text), piece};
    struct line_cutter cutter;
    size_t at = 0;
    enum line_result result = LINE_WANTED;
    bool made = line_cutter_init(&cutter, most);
    assert(made);
    while (at < text.length && result == LINE_WANTED) {
        size_t length, count = next_piece(&pieces);
        char *room = line_cutter_room(&cutter, &length);
        assert(length > 0 && length <= most + 1);
        if (count > length) count = length;
        if (count > text.length - at) count = text.length - at;
        memcpy(room, text.bytes + at, count);
        line_cutter_add(&cutter, count);
        at += count;
        result = cut_all(&cutter, out);
        assert(result != LINE_WANTED || line_cutter_is_half(&cutter) == (text.bytes[at - 1] != '\n'));
    }
    end_with(out, result);
    line_cutter_free(&cutter);
}

/* The same by looking at all of it. */
static void cut_at_once(struct text text, size_t most, struct builder *out) {
    enum line_result result = LINE_WANTED;
    size_t begin = 0;
    for (size_t at = 0; at < text.length && result == LINE_WANTED; at++) {
        if (text.bytes[at] == '\n') {
            add_line(out, text_slice(text, begin, at));
            begin = at + 1;
        } else if (text.bytes[at] == '\0') {
            result = LINE_HAS_NUL;
        } else if (at - begin == most) {
            result = LINE_TOO_LONG;
        }
    }
    end_with(out, result);
}

static void compare(struct text text, size_t most) {
    static const size_t pieces[] = {1, 3, 20, INPUT_BYTES_MAX};
    struct builder expected, found;
    builder_init(&expected);
    builder_init(&found);
    cut_at_once(text, most, &expected);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        found.length = 0;
        cut_in_pieces(text, most, pieces[i], &found);
        assert(text_equal(builder_text(&expected), builder_text(&found)));
    }
    builder_free(&expected);
    builder_free(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct text text = {(const char *)bytes, length};
    if (length > INPUT_BYTES_MAX) return 0;
    compare(text, SHORT);
    compare(text, LONG);
    return 0;
}
