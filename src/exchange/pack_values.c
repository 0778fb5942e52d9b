#include "exchange/pack_inside.h"

bool pack_flags_good(const unsigned char *flags, size_t count, size_t *unset) {
    size_t set = 0;
    unsigned char all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= flags[i];
        set += flags[i];
    }
    *unset = count - set;
    return all <= 1;
}

/* One for each width that is common; without a branch in it. */
#define LANES_GOOD(name, type)                                                                                         \
    static bool name(const unsigned char *lanes, const unsigned char *known, size_t rows,                              \
                     const struct pack_range *range) {                                                                 \
        const type *values = (const type *)(const void *)lanes;                                                        \
        const type low = (type)range->low, high = (type)range->high, other = (type)range->other;                       \
        unsigned bad = 0;                                                                                              \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            type value = values[i];                                                                                    \
            unsigned within = (unsigned)(value >= low) & (unsigned)(value <= high);                                    \
            unsigned good = (known[i] & (within | (unsigned)(value == other))) | (unsigned)(!known[i] & (value == 0)); \
            bad |= good ^ 1U;                                                                                          \
        }                                                                                                              \
        return bad == 0;                                                                                               \
    }
LANES_GOOD(bytes_good, int8_t)
LANES_GOOD(halves_good, int16_t)
LANES_GOOD(words_good, int32_t)
LANES_GOOD(longs_good, int64_t)

static bool widest_good(const unsigned char *lanes, const unsigned char *known, size_t rows,
                        const struct pack_range *range) {
    for (size_t i = 0; i < rows; i++) {
        lane value = lane_read(lanes, sizeof value, i);
        bool good = known[i] ? value == range->other || (value >= range->low && value <= range->high) : value == 0;
        if (!good) return false;
    }
    return true;
}

bool pack_lanes_good(const unsigned char *lanes, unsigned width, const unsigned char *known, size_t rows,
                     const struct pack_range *range) {
    switch (width) {
    case 1: return bytes_good(lanes, known, rows, range);
    case 2: return halves_good(lanes, known, rows, range);
    case 4: return words_good(lanes, known, rows, range);
    case 8: return longs_good(lanes, known, rows, range);
    default: return widest_good(lanes, known, rows, range);
    }
}

/* No text begins within a character. Lengths are told to printf, which takes an int. */
bool pack_texts_good(size_t count, const uint64_t *ends, struct text bytes) {
    uint64_t begin = 0;
    if (text_invalid_at(bytes) != bytes.length) return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t end = ends[i];
        if (end < begin || end > bytes.length || end - begin > INT32_MAX) return false;
        if (end < bytes.length && ((unsigned char)bytes.bytes[end] & 0xc0) == 0x80) return false;
        begin = end;
    }
    return begin == bytes.length;
}
