/* Text: a slice of UTF-8 bytes that somebody else owns. Never NUL-terminated unless it says so. */
#ifndef DOUDI_BASE_TEXT_H
#define DOUDI_BASE_TEXT_H

#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *bytes;
    size_t length;
};

/* Texts by number: each where it lies, or all one behind another. */
struct texts {
    struct text *each;
    const char *bytes; /* each NULL: one begins where the one before ends */
    const uint64_t *ends;
};
static inline struct text texts_at(const struct texts *texts, size_t number) {
    if (texts->each) return texts->each[number];
    assert(texts->ends);
    size_t begin = number ? (size_t)texts->ends[number - 1] : 0;
    return (struct text){texts->bytes + begin, (size_t)texts->ends[number] - begin};
}

/* For printf: printf("%.*s", TEXT_ARG(t)) */
#define TEXT_ARG(t) (int)(t).length, (t).bytes
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

struct text text_from(const char *nul_terminated);                /* NULL gives the empty text */
struct text text_slice(struct text text, size_t from, size_t to); /* from <= to <= length, asserted */
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *nul_terminated);
char small_letter(char byte); /* of A to Z; others stay as they are */
bool text_equal_in_any_case(struct text a, struct text b);
bool text_is_in_any_case(struct text a, const char *nul_terminated);
int text_compare(struct text a, struct text b); /* by bytes, a shorter prefix first: the same order everywhere */
bool text_starts(struct text text, const char *prefix);
bool text_ends(struct text text, const char *suffix);
struct text text_trim(struct text text); /* without spaces and tabs at either end */
uint64_t text_hash(struct text text);

/* A NUL-terminated copy in the arena (its length does not count the NUL). */
struct text text_copy(struct arena *arena, struct text text);

/* printf into the arena. */
struct text text_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The code point at *offset, which moves past it; UTF8_BAD (and one byte on) where the bytes are not UTF-8:
 * overlong forms, surrogates and values above U+10FFFF are refused. */
enum { UTF8_BAD = 0x110000 };
uint32_t text_next(struct text text, size_t *offset);

/* The offset of the first byte that is not UTF-8, or the length. */
size_t text_invalid_at(struct text text);

/* Code points, and columns on a terminal (a Han character takes 2, a combining mark or a control 0). A byte that is
 * not UTF-8 counts as one character of one column. */
size_t text_characters(struct text text);
size_t text_width(struct text text);

/* How many insertions, deletions, replacements or swaps of neighbours lead from a to b; at most `limit` + 1 is told, as
 * for any text of more than 64 characters. For suggesting a name that was misspelt. */
size_t text_distance(struct text a, struct text b, size_t limit);

/* A text that grows, for building output. Failure is sticky; builder_text is then empty. */
struct builder {
    char *bytes;
    size_t length, room;
    bool failed;
};
void builder_init(struct builder *builder);
void builder_free(struct builder *builder);
void builder_add(struct builder *builder, struct text text);
void builder_format(struct builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* digits / 10^decimals without trailing zeros: 1250 with 2 decimals is 12.5. */
void builder_add_decimal(struct builder *builder, int64_t digits, unsigned decimals);
void builder_pad(struct builder *builder, size_t columns); /* that many spaces */
struct text builder_text(const struct builder *builder);   /* NUL-terminated; good until the next change */

/* A copy in the arena, NUL-terminated; the builder is freed. When the builder has failed, so has the arena. */
struct text builder_finish(struct builder *builder, struct arena *arena);

#endif
