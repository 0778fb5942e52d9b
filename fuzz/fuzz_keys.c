/* Whatever is read as keys is written as it stood, and leaves nothing behind when it is refused. */
#include "store/keys.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_refused(const struct keys *keys, enum keys_status status, size_t line, size_t length) {
    assert(status == KEYS_EMPTY || status == KEYS_OTHER_VERSION || status == KEYS_MALFORMED ||
           status == KEYS_DUPLICATE);
    assert(line >= 1 && line <= KEYS_MAX + 3 && line <= length + 1);
    const unsigned char *left = (const unsigned char *)keys;
    for (size_t i = 0; i < sizeof *keys; i++) assert(left[i] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static char out[KEYS_TEXT_BYTES];
    static struct keys keys;
    struct text text = {(const char *)bytes, length};
    size_t line;
    enum keys_status status = keys_parse(&keys, text, &line);
    if (status != KEYS_OK) {
        check_refused(&keys, status, line, length);
        return 0;
    }
    assert(text_equal(keys_text(&keys, out), text));
    for (size_t i = 0; i < keys.count; i++) {
        assert(keys_find(&keys, keys.each[i].number) == &keys.each[i]);
        assert(keys.each[i].number <= keys_newest(&keys)->number);
    }
    return 0;
}
