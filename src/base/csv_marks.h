/* Marks: where among 64 bytes of CSV a field may end, or something is to be looked at; a bit for each byte.
 *
 * marks_find and marks_survey are as fast as the machine's vectors make them, marks_..._plain are C; both tell the
 * same. Bytes are taken eight at a time, the first as the lowest: as all machines have them that the project is built
 * for. */
#ifndef DOUDI_BASE_CSV_MARKS_H
#define DOUDI_BASE_CSV_MARKS_H

#include <stdint.h>
#include <string.h>

enum { MARKS_BYTES = 64 };

/* A bit for each byte of eight that has its lowest bit, and no other bit. */
static inline uint64_t marks_gather(uint64_t eight) {
    return eight * UINT64_C(0x0102040810204080) >> 56;
}

/* The highest bit of each byte of eight that is the one looked for. */
static inline uint64_t marks_same(uint64_t eight, unsigned char byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101), most = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t other = eight ^ ones * byte;
    return ~(((other & most) + most) | other | most);
}

/* Commas, quotes, line feeds and zero bytes, and what has the bits of `high`: 0x80 for all that is not ASCII, or 0. */
static inline uint64_t marks_plain(const char *bytes, unsigned char high) {
    uint64_t found = 0;
    for (unsigned i = 0; i < MARKS_BYTES; i += 8) {
        uint64_t eight;
        memcpy(&eight, bytes + i, sizeof eight);
        uint64_t ends = marks_same(eight, ',') | marks_same(eight, '\n');
        uint64_t looks =
            marks_same(eight, '"') | marks_same(eight, '\0') | (eight & UINT64_C(0x0101010101010101) * high);
        found |= marks_gather((ends | looks) >> 7) << i;
    }
    return found;
}

/* Line feeds, and zero bytes with all that is not ASCII. */
struct marks_seen {
    uint64_t feeds, others;
};
static inline struct marks_seen marks_survey_plain(const char *bytes) {
    struct marks_seen seen = {0, 0};
    for (unsigned i = 0; i < MARKS_BYTES; i += 8) {
        uint64_t eight;
        memcpy(&eight, bytes + i, sizeof eight);
        uint64_t others = marks_same(eight, '\0') | (eight & UINT64_C(0x8080808080808080));
        seen.feeds |= marks_gather(marks_same(eight, '\n') >> 7) << i;
        seen.others |= marks_gather(others >> 7) << i;
    }
    return seen;
}

#ifdef __SSE2__
typedef char marks_vector __attribute__((vector_size(16)));

static inline marks_vector marks_load(const char *bytes) {
    marks_vector loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

/* The highest bit of each byte. */
static inline uint64_t marks_bits(marks_vector bytes, unsigned at) {
    return (uint64_t)(unsigned)__builtin_ia32_pmovmskb128(bytes) << at;
}

static inline uint64_t marks_find(const char *bytes, unsigned char high) {
    uint64_t found = 0;
    for (unsigned i = 0; i < MARKS_BYTES; i += sizeof(marks_vector)) {
        marks_vector some = marks_load(bytes + i);
        found |= marks_bits((some == ',') | (some == '"') | (some == '\n') | (some == 0) | (some & (char)high), i);
    }
    return found;
}

static inline struct marks_seen marks_survey(const char *bytes) {
    struct marks_seen seen = {0, 0};
    for (unsigned i = 0; i < MARKS_BYTES; i += sizeof(marks_vector)) {
        marks_vector some = marks_load(bytes + i);
        seen.feeds |= marks_bits(some == '\n', i);
        seen.others |= marks_bits(some | (some == 0), i);
    }
    return seen;
}
#else
#define marks_find marks_plain
#define marks_survey marks_survey_plain
#endif

#endif
