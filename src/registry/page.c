#include "registry/page.h"

/* A page: the version, the widths of keys, kinds and integers, the number of entries (two bytes), then keys as
 * distances from the first (none where they follow one another), kinds and integers, each the least byte first. */
enum { PAGE_VERSION = 1, HEAD_BYTES = 6, HEAD_KEYS = 1, HEAD_KINDS, HEAD_INTEGERS, HEAD_COUNT };
enum { ENTRY_BYTES = 4 + 4 + 8, PAGE_BYTES = HEAD_BYTES + PAGE_PLACES * ENTRY_BYTES }; /* at most */

/* --- writing ------------------------------------------------------------------------------------------------------ */

static unsigned width_of(uint64_t number) {
    unsigned width = 1;
    while (width < 8 && number >> (8 * width)) width *= 2;
    return width;
}

static unsigned width_of_signed(int64_t number) {
    if (number == 0) return 0;
    if (number == (int8_t)number) return 1;
    if (number == (int16_t)number) return 2;
    return number == (int32_t)number ? 4 : 8;
}

/* Where the next number goes. */
static char *put(char *out, uint64_t number, unsigned width) {
    for (unsigned i = 0; i < width; i++) out[i] = (char)(number >> (8 * i) & 0xff);
    return out + width;
}

void page_write(struct builder *out, const struct page_entry *entries, size_t count) {
    uint32_t span = entries[count - 1].key - entries[0].key;
    unsigned keys = span == count - 1 ? 0 : width_of(span), kinds = 1, integers = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned kind = width_of(entries[i].coded.kind), integer = width_of_signed(entries[i].coded.integer);
        kinds = kind > kinds ? kind : kinds;
        integers = integer > integers ? integer : integers;
    }
    char bytes[PAGE_BYTES], *next = bytes;
    next = put(next, PAGE_VERSION, 1);
    next = put(next, keys, 1);
    next = put(next, kinds, 1);
    next = put(next, integers, 1);
    next = put(next, count, 2);
    for (size_t i = 0; i < count; i++) next = put(next, entries[i].key - entries[0].key, keys);
    for (size_t i = 0; i < count; i++) next = put(next, entries[i].coded.kind, kinds);
    for (size_t i = 0; i < count; i++) next = put(next, (uint64_t)entries[i].coded.integer, integers);
    builder_add(out, (struct text){bytes, (size_t)(next - bytes)});
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static uint64_t number_at(const unsigned char *bytes, unsigned width, size_t at) {
    uint64_t number = 0;
    for (unsigned i = width; i-- > 0;) number = number << 8 | bytes[at * width + i];
    return number;
}

static int64_t signed_at(const unsigned char *bytes, unsigned width, size_t at) {
    uint64_t number = number_at(bytes, width, at);
    if (width == 1) return (int8_t)number;
    if (width == 2) return (int16_t)number;
    return width == 4 ? (int32_t)number : (int64_t)number;
}

static bool is_width(unsigned width, bool may_be_none) {
    return width == 1 || width == 2 || width == 4 || width == 8 || (may_be_none && width == 0);
}

uint32_t page_last(struct text bytes, uint32_t first) {
    const unsigned char *page = (const unsigned char *)bytes.bytes;
    if (bytes.length < HEAD_BYTES) return UINT32_MAX;
    unsigned width = page[HEAD_KEYS];
    size_t count = number_at(page + HEAD_COUNT, 2, 0);
    if (width > 4 || count == 0 || bytes.length < HEAD_BYTES + count * width) return UINT32_MAX;
    uint64_t last = first + (width ? number_at(page + HEAD_BYTES, width, count - 1) : count - 1);
    return last > UINT32_MAX ? UINT32_MAX : (uint32_t)last;
}

bool page_read(struct text text, uint32_t first, struct page_entry entries[PAGE_PLACES], size_t *count) {
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    if (text.length < HEAD_BYTES || bytes[0] != PAGE_VERSION) return false;
    unsigned keys = bytes[HEAD_KEYS], kinds = bytes[HEAD_KINDS], integers = bytes[HEAD_INTEGERS];
    *count = number_at(bytes + HEAD_COUNT, 2, 0);
    if (!is_width(keys, true) || !is_width(kinds, false) || !is_width(integers, true)) return false;
    if (*count == 0 || *count > PAGE_PLACES || keys > 4 || kinds > 4) return false;
    if (text.length != HEAD_BYTES + *count * (keys + kinds + integers)) return false;
    const unsigned char *at_kinds = bytes + HEAD_BYTES + *count * keys, *at_integers = at_kinds + *count * kinds;
    for (size_t i = 0; i < *count; i++) {
        uint64_t key = first + (keys ? number_at(bytes + HEAD_BYTES, keys, i) : i);
        if (key > UINT32_MAX || (i > 0 && key <= entries[i - 1].key) || (i == 0 && key != first)) return false;
        entries[i] = (struct page_entry){
            (uint32_t)key, {(uint32_t)number_at(at_kinds, kinds, i), signed_at(at_integers, integers, i)}};
    }
    return true;
}

bool page_find(struct text text, uint32_t first, uint32_t key, struct coded *coded) {
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    *coded = (struct coded){0};
    if (text.length < HEAD_BYTES || bytes[0] != PAGE_VERSION) return false;
    unsigned keys = bytes[HEAD_KEYS], kinds = bytes[HEAD_KINDS], integers = bytes[HEAD_INTEGERS];
    size_t count = number_at(bytes + HEAD_COUNT, 2, 0), low = 0;
    if (!is_width(keys, true) || !is_width(kinds, false) || !is_width(integers, true)) return false;
    if (count == 0 || count > PAGE_PLACES || keys > 4 || kinds > 4) return false;
    if (text.length != HEAD_BYTES + count * (keys + kinds + integers)) return false;
    if (key < first) return true;
    uint32_t place = key - first;
    for (size_t high = count; keys && low < high;) {
        size_t middle = low + (high - low) / 2;
        if (number_at(bytes + HEAD_BYTES, keys, middle) < place)
            low = middle + 1;
        else
            high = middle;
    }
    if (!keys) low = place;
    if (low >= count || (keys && number_at(bytes + HEAD_BYTES, keys, low) != place)) return true;
    const unsigned char *at_kinds = bytes + HEAD_BYTES + count * keys, *at_integers = at_kinds + count * kinds;
    *coded = (struct coded){(uint32_t)number_at(at_kinds, kinds, low), signed_at(at_integers, integers, low)};
    return true;
}
