/* Whatever is taken for one encoding or the other can be read as that; what is read says so far as it went, the same in
 * pieces as in one, and comes back as the bytes that it was. */
#include "exchange/gb18030.h"

#include <assert.h>
#include <iconv.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { INPUT_BYTES_MAX = 1 << 16 };

static void check_told(struct text bytes, enum gb18030_result read, size_t wrong_at) {
    struct encoding_found found;
    enum gb18030_result result = encoding_tell(bytes, &found);
    assert(result == GB18030_OK);
    assert((found.encoding == ENCODING_UTF8) <= (found.not_utf8_at == bytes.length));
    assert(found.encoding != ENCODING_GB18030 || (read == GB18030_OK && found.mark_bytes == 0));
    assert(found.encoding != ENCODING_OTHER || wrong_at == found.not_gb18030_at);
    assert(found.mark_bytes <= bytes.length);
}

/* Characters of which the standard has moved some have two ways to be written; all others have one. */
static bool is_private(struct text utf8, size_t at) {
    return utf8.length - at >= 3 && ((unsigned char)utf8.bytes[at] == 0xee || (unsigned char)utf8.bytes[at] == 0xef);
}

static void check_back(struct text bytes, struct text utf8) {
    char piece[4];
    iconv_t converter = iconv_open("GB18030", "UTF-8");
    assert(converter != (iconv_t)-1);
    size_t offset = 0;
    for (size_t at = 0; at < utf8.length;) {
        size_t wide = 1;
        while (at + wide < utf8.length && ((unsigned char)utf8.bytes[at + wide] & 0xc0) == 0x80) wide++;
        char *in = (char *)utf8.bytes + at, *out = piece; /* iconv does not write there */
        size_t left = wide, room = sizeof piece, done = iconv(converter, &in, &left, &out, &room);
        assert(is_private(utf8, at) || (done != (size_t)-1 && left == 0));
        struct text wrote = {piece, sizeof piece - room};
        if (is_private(utf8, at)) wrote.length = (unsigned char)bytes.bytes[offset + 1] < 0x40 ? 4 : 2;
        assert(offset + wrote.length <= bytes.length);
        assert(is_private(utf8, at) || text_equal(wrote, text_slice(bytes, offset, offset + wrote.length)));
        offset += wrote.length;
        at += wide;
    }
    assert(offset == bytes.length);
    iconv_close(converter);
}

/* What stands before the wrong byte is right, and read alone says the same. */
static void check_beginning(struct text bytes, size_t wrong_at) {
    struct builder utf8;
    size_t again;
    enum gb18030_result result = gb18030_to_utf8(text_slice(bytes, 0, wrong_at), &utf8, &again);
    assert(result == GB18030_OK && again == wrong_at);
    check_back(text_slice(bytes, 0, wrong_at), builder_text(&utf8));
    builder_free(&utf8);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct text text = {(const char *)bytes, length};
    struct builder utf8;
    size_t wrong_at;
    if (length > INPUT_BYTES_MAX) return 0;
    enum gb18030_result result = gb18030_to_utf8(text, &utf8, &wrong_at);
    assert(result == GB18030_OK || (result == GB18030_WRONG && !utf8.bytes));
    assert((result == GB18030_OK) == (wrong_at == length));
    assert(text_invalid_at(builder_text(&utf8)) == utf8.length);
    check_told(text, result, wrong_at);
    check_beginning(text, wrong_at);
    builder_free(&utf8);
    return 0;
}
