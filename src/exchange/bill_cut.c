#include "exchange/bill_inside.h"

#include <string.h>

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t skip_space(struct text text, size_t at) {
    while (at < text.length && is_space(text.bytes[at])) at++;
    return at;
}

static size_t line_end(struct text text, size_t at) {
    const char *end = at < text.length ? memchr(text.bytes + at, '\n', text.length - at) : NULL;
    return end ? (size_t)(end - text.bytes) : text.length;
}

/* Behind the string that begins here. No string goes over a line's end, so that one that is not closed stops there. */
static size_t string_end(struct text text, size_t at) {
    for (at++; at < text.length && text.bytes[at] != '\n'; at++) {
        if (text.bytes[at] == '"') return at + 1;
        if (text.bytes[at] == '\\' && at + 1 < text.length && text.bytes[at + 1] != '\n') at++;
    }
    return at;
}

/* Where the bracket that opens here is closed; the length where it never is. Whether both are of one kind is not looked
 * at. */
static size_t closed_at(struct text text, size_t at) {
    size_t depth = 0;
    while (at < text.length) {
        char byte = text.bytes[at];
        if (byte == '"') {
            at = string_end(text, at);
            continue;
        }
        if (byte == '{' || byte == '[') depth++;
        if (byte == '}' || byte == ']') depth--;
        if (depth == 0) return at;
        at++;
    }
    return text.length;
}

/* The comma behind an item of an array, or the bracket that closes this at `end`. */
static size_t item_end(struct text text, size_t at, size_t end) {
    while (at < end && text.bytes[at] != ',') {
        char byte = text.bytes[at];
        if (byte == '"')
            at = string_end(text, at);
        else if (byte == '{' || byte == '[')
            at = closed_at(text, at) + 1;
        else
            at++;
    }
    return at < end ? at : end;
}

static bool a_line_begins_with_object(struct text text, size_t from, size_t until) {
    for (size_t at = from; at < until; at = line_end(text, at)) {
        at = skip_space(text, at);
        if (at < until && text.bytes[at] == '{') return true;
    }
    return false;
}

/* An object that goes over several lines is alone, unless it does so because one of many lines is broken. */
static enum bill_shape shape_of(struct text text, size_t begin) {
    if (text.bytes[begin] == '[') return BILLS_ARRAY;
    size_t end = line_end(text, begin);
    if (text.bytes[begin] != '{') return BILLS_LINES;
    size_t closed = closed_at(text, begin);
    if (closed < end) return BILLS_LINES;
    if (closed < text.length && skip_space(text, closed + 1) == text.length) return BILLS_ONE;
    return a_line_begins_with_object(text, end, closed) ? BILLS_LINES : BILLS_ONE;
}

/* Moves to an offset; columns are characters. */
static void move(struct bill_reader *reader, size_t offset) {
    struct bill_place *at = &reader->at;
    for (; at->offset < offset; at->offset++) {
        unsigned char byte = (unsigned char)reader->source->bytes.bytes[at->offset];
        if (byte == '\n') {
            at->line++;
            at->column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            at->column++;
        }
    }
}

static void complain_here(struct bill_reader *reader, enum exchange_message message) {
    const struct position at = {reader->source, reader->at.line, reader->at.column, 1};
    diagnostics_add(reader->diagnostics, &exchange_messages[message], at, NULL, 0);
}

/* The text up to an offset, without the space behind it. */
static enum bill_cut_result cut_until(struct bill_reader *reader, size_t end, struct bill_cut *cut) {
    struct text text = reader->source->bytes;
    size_t begin = reader->at.offset, last = end;
    while (last > begin && is_space(text.bytes[last - 1])) last--;
    *cut = (struct bill_cut){text_slice(text, begin, last), reader->at.line, reader->at.column};
    bool long_one = last - begin > BILL_BYTES_MAX;
    if (long_one) complain_here(reader, EXCHANGE_BILL_LONG);
    move(reader, end);
    return long_one ? BILL_CUT_WRONG : BILL_CUT;
}

/* What stands behind the array, or where it should have been closed. */
static enum bill_cut_result begin_array(struct bill_reader *reader) {
    struct text text = reader->source->bytes;
    reader->end = closed_at(text, reader->at.offset);
    bool closed = reader->end < text.length && text.bytes[reader->end] == ']';
    size_t behind = closed ? skip_space(text, reader->end + 1) : text.length;
    if (!closed || behind < text.length) {
        if (closed) move(reader, behind);
        complain_here(reader, closed ? EXCHANGE_BILL_BEHIND_LIST : EXCHANGE_BILL_LIST_OPEN);
        reader->over = true;
        return BILL_CUT_WRONG;
    }
    move(reader, skip_space(text, reader->at.offset + 1));
    reader->over = reader->at.offset == reader->end;
    return BILL_CUT;
}

/* Looks the text over. */
static enum bill_cut_result begin(struct bill_reader *reader) {
    struct text text = reader->source->bytes;
    reader->begun = true;
    reader->at = (struct bill_place){text_starts(text, "\xEF\xBB\xBF") ? 3 : 0, 1, 1};
    move(reader, skip_space(text, reader->at.offset));
    if (reader->at.offset == text.length) {
        complain_here(reader, EXCHANGE_BILL_NOTHING);
        reader->over = true;
        return BILL_CUT_WRONG;
    }
    reader->shape = shape_of(text, reader->at.offset);
    return reader->shape == BILLS_ARRAY ? begin_array(reader) : BILL_CUT;
}

static enum bill_cut_result cut_item(struct bill_reader *reader, struct bill_cut *cut) {
    struct text text = reader->source->bytes;
    size_t end = item_end(text, reader->at.offset, reader->end);
    enum bill_cut_result result = BILL_CUT_WRONG;
    if (end == reader->at.offset)
        complain_here(reader, EXCHANGE_BILL_UNEXPECTED); /* nothing between two commas */
    else
        result = cut_until(reader, end, cut);
    move(reader, end);
    reader->over = end == reader->end;
    if (!reader->over) move(reader, skip_space(text, end + 1));
    return result;
}

enum bill_cut_result bill_cut_next(struct bill_reader *reader, struct bill_cut *cut) {
    struct text text = reader->source->bytes;
    if (!reader->begun) {
        enum bill_cut_result result = begin(reader);
        if (result != BILL_CUT) return result;
    }
    if (reader->over) return BILL_CUT_NONE;
    if (reader->shape == BILLS_ARRAY) return cut_item(reader, cut);
    size_t end = reader->shape == BILLS_ONE ? text.length : line_end(text, reader->at.offset);
    enum bill_cut_result result = cut_until(reader, end, cut);
    move(reader, skip_space(text, end));
    reader->over = reader->at.offset == text.length;
    return result;
}
