/* What pack_format.c (sums, the model as text), pack_write.c, pack_read.c (the file, tables) and pack_values.c (flags,
 * lanes, texts) share. */
#ifndef DOUDI_EXCHANGE_PACK_INSIDE_H
#define DOUDI_EXCHANGE_PACK_INSIDE_H

#include "exchange/pack.h"

enum { PACK_VERSION = 1, PACK_ORDER = 0x01020304, PACK_BLOCK = 64, PACK_MAGIC_BYTES = 8 };

/* Neither text nor ended by a lone line feed: whoever converts line ends breaks it. */
extern const char pack_magic[PACK_MAGIC_BYTES];

struct pack_header {
    char magic[PACK_MAGIC_BYTES];
    uint32_t version, order; /* PACK_ORDER, in the machine's order of bytes */
    uint64_t length;         /* of the file */
    uint64_t sections;
    uint64_t unused[4];
};

/* One after another in the list. The sum of header and list stands in the last word of the block in which they end. */
struct pack_section {
    uint64_t offset, length, sum;
};

/* The first sections; those of the entities follow. */
enum { PACK_MODEL, PACK_COUNTS, PACK_OPENING, PACK_DECISIONS, PACK_TABLES };

struct pack_counts {
    int64_t month;
    uint64_t strays;
};
/* Behind them, one for each entity. */
struct pack_table {
    uint64_t rows, rows_lost;
};

static inline size_t pack_padded(size_t length) {
    return (length + PACK_BLOCK - 1) / PACK_BLOCK * PACK_BLOCK;
}

/* Of header and list with their sum. */
static inline size_t pack_head_bytes(size_t sections) {
    return pack_padded(sizeof(struct pack_header) + sections * sizeof(struct pack_section) + sizeof(uint64_t));
}

/* Sees a byte that is changed, missing or moved; nothing against those who mean to deceive. As if zeros filled the last
 * block up. */
uint64_t pack_sum(struct text bytes);

/* Everything of the policy that says how data lie: a line for each entity, below it one for each of its inputs. */
struct text pack_model(struct arena *arena, const struct policy *policy);
/* Of two models that are not the same, the lines in which they begin to differ; empty behind the end of one. */
void pack_model_difference(struct text *one, struct text *other);

/* What the values of an input may be: low .. high, or `other`. `rows` of the entity that a reference leads to. */
struct pack_range {
    lane low, high, other;
};
struct pack_range pack_range_of(const struct lane_spec *spec, size_t rows);

/* --- values (pack_values.c) --------------------------------------------------------------------------------------- */

/* Each is 0 or 1; *unset: how many are 0. */
bool pack_flags_good(const unsigned char *flags, size_t count, size_t *unset);

/* Every known value is within the range, every other is zero. */
bool pack_lanes_good(const unsigned char *lanes, unsigned width, const unsigned char *known, size_t rows,
                     const struct pack_range *range);

/* Each ends within the bytes, behind the one before, and is UTF-8. */
bool pack_texts_good(size_t count, const uint64_t *ends, struct text bytes);

#endif
