/* Whatever is read as a page, in which a registry keeps values, is written again and read as the same. */
#include "registry/page.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { FIRST_BYTES = 4 }; /* of the first key, which a registry keeps beside it */

static bool same(const struct page_entry *a, const struct page_entry *b) {
    return a->key == b->key && a->coded.kind == b->coded.kind && a->coded.integer == b->coded.integer;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct page_entry entries[PAGE_PLACES], again[PAGE_PLACES];
    size_t count, count_again;
    uint32_t first;
    if (length < FIRST_BYTES) return 0;
    memcpy(&first, bytes, sizeof first);
    struct text text = {(const char *)bytes + FIRST_BYTES, length - FIRST_BYTES};
    if (!page_read(text, first, entries, &count)) return 0;
    assert(count > 0 && count <= PAGE_PLACES && entries[0].key == first);
    for (size_t i = 1; i < count; i++) assert(entries[i].key > entries[i - 1].key);
    struct builder out;
    builder_init(&out);
    page_write(&out, entries, count);
    assert(!out.failed && out.length <= text.length);
    bool good = page_read(builder_text(&out), first, again, &count_again);
    assert(good && count_again == count);
    for (size_t i = 0; i < count; i++) assert(same(&entries[i], &again[i]));
    builder_free(&out);
    return 0;
}
