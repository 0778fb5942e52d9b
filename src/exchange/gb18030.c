#include "exchange/gb18030.h"

#include <errno.h>
#include <iconv.h>

/* Into the builder, unless it is NULL: then they are looked at only. */
static enum gb18030_result convert(const char *to, const char *from, struct text bytes, struct builder *converted,
                                   size_t *wrong_at) {
    *wrong_at = 0;
    iconv_t converter = iconv_open(to, from);
    if (converter == (iconv_t)-1) return errno == ENOMEM ? GB18030_NO_MEMORY : GB18030_UNKNOWN;
    char *in = (char *)bytes.bytes; /* iconv does not write there */
    size_t left = bytes.length;
    bool good = true;
    while (left > 0 && good && !(converted && converted->failed)) {
        char piece[1 << 14], *out = piece;
        size_t room = sizeof piece;
        good =
            iconv(converter, &in, &left, &out, &room) != (size_t)-1 || errno == E2BIG; /* a full piece is no mistake */
        if (converted) builder_add(converted, (struct text){piece, (size_t)(out - piece)});
    }
    iconv_close(converter);
    *wrong_at = bytes.length - left;
    if (converted && converted->failed) return GB18030_NO_MEMORY;
    return good ? GB18030_OK : GB18030_WRONG;
}

enum gb18030_result gb18030_to_utf8(struct text bytes, struct builder *utf8, size_t *wrong_at) {
    builder_init(utf8);
    enum gb18030_result result = convert("UTF-8", "GB18030", bytes, utf8, wrong_at);
    if (result != GB18030_OK) builder_free(utf8);
    return result;
}

enum gb18030_result gb18030_from_utf8(struct text utf8, struct builder *gb18030, size_t *wrong_at) {
    builder_init(gb18030);
    enum gb18030_result result = convert("GB18030", "UTF-8", utf8, gb18030, wrong_at);
    struct text bytes = builder_text(gb18030);
    bool ambiguous = text_invalid_at(bytes) == bytes.length || encoding_is_mostly_utf8(bytes);
    if (result == GB18030_OK && ambiguous && !text_equal(bytes, utf8)) result = GB18030_WRONG;
    if (result != GB18030_OK) builder_free(gb18030);
    return result;
}

bool encoding_is_mostly_utf8(struct text bytes) {
    if (text_starts(bytes, "\xef\xbb\xbf")) return true;
    size_t good = 0, bad = 0;
    for (size_t offset = 0; offset < bytes.length;) {
        uint32_t character = text_next(bytes, &offset);
        if (character == UTF8_BAD)
            bad++;
        else
            good += character >= 0x80;
    }
    return good > bad;
}

enum gb18030_result encoding_tell(struct text bytes, struct encoding_found *found) {
    *found = (struct encoding_found){.encoding = ENCODING_UTF8, .not_utf8_at = text_invalid_at(bytes)};
    if (text_starts(bytes, "\xff\xfe") || text_starts(bytes, "\xfe\xff")) {
        found->encoding = ENCODING_UTF16;
        found->mark_bytes = 2;
        return GB18030_OK;
    }
    if (text_starts(bytes, "\xef\xbb\xbf")) found->mark_bytes = 3;
    if (found->not_utf8_at == bytes.length) return GB18030_OK;
    enum gb18030_result result = convert("UTF-8", "GB18030", bytes, NULL, &found->not_gb18030_at);
    found->encoding = result == GB18030_OK && found->mark_bytes == 0 ? ENCODING_GB18030 : ENCODING_OTHER;
    return result == GB18030_WRONG ? GB18030_OK : result;
}
