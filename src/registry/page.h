/* Pages: values of a field by rows, as the bytes in which a registry keeps them.
 *
 * A page holds up to PAGE_PLACES rows in the order of their keys, and of each what kind of value it has and an integer
 * (engine/coding.h), in as few bytes as the widest of them needs. The bytes are the same on every machine. */
#ifndef DOUDI_REGISTRY_PAGE_H
#define DOUDI_REGISTRY_PAGE_H

#include "engine/coding.h"

enum { PAGE_PLACES = 1024 };

struct page_entry {
    uint32_t key;
    struct coded coded;
};

/* At least one entry; keys ascend. */
void page_write(struct builder *out, const struct page_entry *entries, size_t count);
/* The key of the last entry, without reading the others; of what is no page any. */
uint32_t page_last(struct text bytes, uint32_t first);
/* `first` is the key of the first entry. False when the bytes are no page. */
bool page_read(struct text bytes, uint32_t first, struct page_entry entries[PAGE_PLACES], size_t *count);

/* The entry of a key without reading the others: of kind 0 where the page has none. False where it is no page; that all
 * of it is one is not looked at. */
bool page_find(struct text bytes, uint32_t first, uint32_t key, struct coded *coded);

#endif
