#include "base/text.h"

#include "base/memory.h"
#include "base/width.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DISTANCE_CHARACTERS_MAX = 64, BUILDER_ROOM_MIN = 256 };

struct text text_from(const char *nul_terminated) {
    if (!nul_terminated) return TEXT("");
    return (struct text){nul_terminated, strlen(nul_terminated)};
}

struct text text_slice(struct text text, size_t from, size_t to) {
    assert(from <= to && to <= text.length);
    if (!text.bytes) return TEXT("");
    return (struct text){text.bytes + from, to - from};
}

bool text_equal(struct text a, struct text b) {
    return a.length == b.length && (a.length == 0 || a.bytes == b.bytes || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool text_is(struct text a, const char *nul_terminated) {
    return text_equal(a, text_from(nul_terminated));
}

char small_letter(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool text_equal_in_any_case(struct text a, struct text b) {
    bool same = a.length == b.length;
    for (size_t i = 0; i < a.length && same; i++) same = small_letter(a.bytes[i]) == small_letter(b.bytes[i]);
    return same;
}

bool text_is_in_any_case(struct text a, const char *nul_terminated) {
    return text_equal_in_any_case(a, text_from(nul_terminated));
}

int text_compare(struct text a, struct text b) {
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;
    if (order == 0) return (a.length > b.length) - (a.length < b.length);
    return order < 0 ? -1 : 1;
}

bool text_starts(struct text text, const char *prefix) {
    size_t length = strlen(prefix);
    return length <= text.length && (length == 0 || memcmp(text.bytes, prefix, length) == 0);
}

bool text_ends(struct text text, const char *suffix) {
    size_t length = strlen(suffix);
    return text.length >= length && memcmp(text.bytes + text.length - length, suffix, length) == 0;
}

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

struct text text_trim(struct text text) {
    size_t from = 0, to = text.length;
    while (from < to && is_blank(text.bytes[from])) from++;
    while (to > from && is_blank(text.bytes[to - 1])) to--;
    return text_slice(text, from, to);
}

static uint64_t hash_mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

uint64_t text_hash(struct text text) {
    uint64_t hash = text.length, word = 0;
    size_t offset = 0;
    for (; text.length - offset >= sizeof word; offset += sizeof word) {
        memcpy(&word, text.bytes + offset, sizeof word);
        hash = hash_mix(hash, word);
    }
    word = 0;
    if (offset < text.length) memcpy(&word, text.bytes + offset, text.length - offset);
    hash = hash_mix(hash, word);
    return hash_mix(hash, hash >> 32);
}

struct text text_copy(struct arena *arena, struct text text) {
    char *bytes = ARENA_ARRAY(arena, char, text.length + 1);
    if (arena_failed(arena)) return TEXT("");
    if (text.length) memcpy(bytes, text.bytes, text.length);
    return (struct text){bytes, text.length};
}

struct text text_format(struct arena *arena, const char *format, ...) {
    char brief[256]; /* most are: they need not be formatted twice */
    va_list args;
    va_start(args, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang-tidy 14 does not follow va_start */
    int length = vsnprintf(brief, sizeof brief, format, args);
    va_end(args);
    assert(length >= 0);
    size_t room = (size_t)length + 1;
    if (room <= sizeof brief) return text_copy(arena, (struct text){brief, (size_t)length});
    char *bytes = ARENA_ARRAY(arena, char, room);
    if (arena_failed(arena)) return TEXT("");
    va_start(args, format);
    vsnprintf(bytes, room, format, args);
    va_end(args);
    return (struct text){bytes, (size_t)length};
}

/* The bytes that follow a first byte, or 0 when it cannot be one; its payload and the least code point of that length.
 */
static unsigned utf8_tail(unsigned char first, uint32_t *payload, uint32_t *least) {
    if (first >= 0xc2 && first < 0xe0) {
        *payload = first & 0x1f;
        *least = 0x80;
        return 1;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *payload = first & 0x0f;
        *least = 0x800;
        return 2;
    }
    if (first >= 0xf0 && first < 0xf5) {
        *payload = first & 0x07;
        *least = 0x10000;
        return 3;
    }
    return 0;
}

uint32_t text_next(struct text text, size_t *offset) {
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    size_t start = (*offset)++;
    unsigned char first = bytes[start];
    if (first < 0x80) return first;
    uint32_t code_point = 0, least = 0;
    unsigned tail = utf8_tail(first, &code_point, &least);
    if (tail == 0 || text.length - start <= tail) return UTF8_BAD;
    for (unsigned i = 1; i <= tail; i++) {
        if ((bytes[start + i] & 0xc0) != 0x80) return UTF8_BAD;
        code_point = code_point << 6 | (bytes[start + i] & 0x3f);
    }
    bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
    if (code_point < least || surrogate || code_point > 0x10ffff) return UTF8_BAD;
    *offset = start + 1 + tail;
    return code_point;
}

/* Past the ASCII characters from offset on. */
static size_t skip_ascii(struct text text, size_t offset) {
    uint64_t word;
    for (; text.length - offset >= sizeof word; offset += sizeof word) {
        memcpy(&word, text.bytes + offset, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) break;
    }
    while (offset < text.length && (unsigned char)text.bytes[offset] < 0x80) offset++;
    return offset;
}

size_t text_invalid_at(struct text text) {
    size_t offset = skip_ascii(text, 0);
    while (offset < text.length) {
        size_t start = offset;
        if (text_next(text, &offset) == UTF8_BAD) return start;
        if (offset < text.length && (unsigned char)text.bytes[offset] < 0x80) offset = skip_ascii(text, offset);
    }
    return text.length;
}

size_t text_characters(struct text text) {
    size_t characters = 0;
    for (size_t offset = 0; offset < text.length; characters++) text_next(text, &offset);
    return characters;
}

size_t text_width(struct text text) {
    size_t width = 0;
    for (size_t offset = 0; offset < text.length;) width += width_of(text_next(text, &offset));
    return width;
}

/* The code points into `out`; false when there are more than DISTANCE_CHARACTERS_MAX. */
static bool take_characters(struct text text, uint32_t *out, size_t *count) {
    *count = 0;
    for (size_t offset = 0; offset < text.length;) {
        if (*count == DISTANCE_CHARACTERS_MAX) return false;
        out[(*count)++] = text_next(text, &offset);
    }
    return true;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t text_distance(struct text a, struct text b, size_t limit) {
    uint32_t from[DISTANCE_CHARACTERS_MAX], to[DISTANCE_CHARACTERS_MAX];
    size_t rows, columns;
    if (!take_characters(a, from, &rows) || !take_characters(b, to, &columns)) return limit + 1;
    /* rows i - 2, i - 1 and i of the table, used in turn */
    size_t table[3][DISTANCE_CHARACTERS_MAX + 1];
    for (size_t j = 0; j <= columns; j++) table[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *row = table[i % 3], *above = table[(i + 2) % 3], *swapped = table[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            bool same = from[i - 1] == to[j - 1];
            row[j] = smaller(smaller(row[j - 1], above[j]) + 1, above[j - 1] + (same ? 0 : 1));
            bool swap = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if (swap) row[j] = smaller(row[j], swapped[j - 2] + 1);
        }
    }
    size_t distance = table[rows % 3][columns];
    return distance > limit ? limit + 1 : distance;
}

void builder_init(struct builder *builder) {
    *builder = (struct builder){0};
}

void builder_free(struct builder *builder) {
    memory_free(builder->bytes);
    builder_init(builder);
}

/* Room for that many more bytes and a NUL. */
static bool builder_reserve(struct builder *builder, size_t more) {
    if (builder->failed) return false;
    size_t needed;
    if (__builtin_add_overflow(builder->length + 1, more, &needed)) needed = SIZE_MAX;
    if (needed <= builder->room) return true;
    size_t room = builder->room < BUILDER_ROOM_MIN / 2 ? BUILDER_ROOM_MIN : builder->room * 2;
    if (room < needed) room = needed;
    char *bytes = memory_resize(builder->bytes, room, 1);
    builder->failed = !bytes;
    if (!bytes) return false;
    builder->bytes = bytes;
    builder->room = room;
    return true;
}

void builder_add(struct builder *builder, struct text text) {
    if (text.length == 0 || !builder_reserve(builder, text.length)) return;
    memcpy(builder->bytes + builder->length, text.bytes, text.length);
    builder->length += text.length;
    builder->bytes[builder->length] = '\0';
}

void builder_format(struct builder *builder, const char *format, ...) {
    va_list args;
    va_start(args, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): as in text_format */
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    if (!builder_reserve(builder, (size_t)length)) return;
    va_start(args, format);
    vsnprintf(builder->bytes + builder->length, (size_t)length + 1, format, args);
    va_end(args);
    builder->length += (size_t)length;
}

void builder_add_decimal(struct builder *builder, int64_t digits, unsigned decimals) {
    char bytes[32]; /* 19 digits, of which 18 may stand behind a point, and a sign */
    size_t at = sizeof bytes;
    uint64_t left = digits < 0 ? -(uint64_t)digits : (uint64_t)digits;
    assert(decimals <= 18);
    for (; decimals > 0 && left % 10 == 0; decimals--) left /= 10;
    for (unsigned i = 0; i < decimals; i++, left /= 10) bytes[--at] = (char)('0' + left % 10);
    if (decimals > 0) bytes[--at] = '.';
    do bytes[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (digits < 0) bytes[--at] = '-';
    builder_add(builder, (struct text){bytes + at, sizeof bytes - at});
}

void builder_pad(struct builder *builder, size_t columns) {
    if (!builder_reserve(builder, columns)) return;
    memset(builder->bytes + builder->length, ' ', columns);
    builder->length += columns;
    builder->bytes[builder->length] = '\0';
}

struct text builder_text(const struct builder *builder) {
    if (builder->failed || !builder->bytes) return TEXT("");
    return (struct text){builder->bytes, builder->length};
}

struct text builder_finish(struct builder *builder, struct arena *arena) {
    if (builder->failed) arena->failed = true;
    struct text text = text_copy(arena, builder_text(builder));
    builder_free(builder);
    return text;
}
