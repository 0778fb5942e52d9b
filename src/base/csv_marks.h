/* Marks: where among 64 bytes of CSV a field may end, or something is to be looked at; a bit for each byte.
 *
 * marks_find and marks_survey are as fast as the machine's vectors make them, marks_..._plain are C; both tell the
 * same. Bytes are taken eight at a time, the first as the lowest: as all machines have them that the project is built
 * for. */
#ifndef DOUDI_BASE_CSV_MARKS_H
#define DOUDI_BASE_CSV_MARKS_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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
static inline __m128i marks_load(const char *bytes) {
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

static inline uint64_t marks_bits(__m128i bytes, unsigned at) {
    return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << at;
}

static inline uint64_t marks_find(const char *bytes, unsigned char high) {
    const __m128i comma = _mm_set1_epi8(','), quote = _mm_set1_epi8('"'), feed = _mm_set1_epi8('\n'),
                  zero = _mm_setzero_si128(), mask = _mm_set1_epi8((char)high);
    uint64_t found = 0;
    for (unsigned i = 0; i < MARKS_BYTES; i += 16) {
        __m128i some = marks_load(bytes + i);
        __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(some, comma), _mm_cmpeq_epi8(some, feed));
        __m128i looks = _mm_or_si128(_mm_cmpeq_epi8(some, quote), _mm_cmpeq_epi8(some, zero));
        found |= marks_bits(_mm_or_si128(_mm_or_si128(ends, looks), _mm_and_si128(some, mask)), i);
    }
    return found;
}

static inline struct marks_seen marks_survey(const char *bytes) {
    const __m128i feed = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    struct marks_seen seen = {0, 0};
    for (unsigned i = 0; i < MARKS_BYTES; i += 16) {
        __m128i some = marks_load(bytes + i);
        seen.feeds |= marks_bits(_mm_cmpeq_epi8(some, feed), i);
        seen.others |= marks_bits(_mm_or_si128(some, _mm_cmpeq_epi8(some, zero)), i);
    }
    return seen;
}
#else
#define marks_find marks_plain
#define marks_survey marks_survey_plain
#endif

#endif
