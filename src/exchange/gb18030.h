/* Text in the encodings that spreadsheets save Chinese in: which one it is, and UTF-8 from GB18030 (of which GB2312 and
 * GBK are parts) and back, by iconv. */
#ifndef DOUDI_EXCHANGE_GB18030_H
#define DOUDI_EXCHANGE_GB18030_H

#include "base/text.h"

enum encoding {
    ENCODING_UTF8,
    ENCODING_GB18030,
    ENCODING_UTF16, /* "Unicode text" of a spreadsheet: it begins with the mark of one byte order or the other */
    ENCODING_OTHER,
};

struct encoding_found {
    enum encoding encoding;
    size_t mark_bytes;     /* of a byte order mark, which the text begins behind */
    size_t not_utf8_at;    /* the first byte that is not, or the length */
    size_t not_gb18030_at; /* the same; looked for only in what is not UTF-8 */
};

enum gb18030_result {
    GB18030_OK,
    GB18030_WRONG,   /* what stands at *wrong_at is no character */
    GB18030_UNKNOWN, /* iconv does not know GB18030 on this machine */
    GB18030_NO_MEMORY,
};

/* What is UTF-8 is taken for it, then what is GB18030 and does not begin with the mark of UTF-8. Anything else is
 * ENCODING_OTHER: the offsets tell how far either went. Damaged UTF-8 without a mark may happen to be GB18030. */
enum gb18030_result encoding_tell(struct text bytes, struct encoding_found *found);

/* Text in GB18030 hardly ever looks like UTF-8: characters that do, outnumbering bytes that do not, mean a damaged file
 * in UTF-8, whose good rows can be read. */
bool encoding_is_mostly_utf8(struct text bytes);

/* utf8 need not be begun; whoever calls frees it (builder_free), and it is empty unless the result is GB18030_OK.
 * *wrong_at is the first byte that could not be taken, or the length. */
enum gb18030_result gb18030_to_utf8(struct text bytes, struct builder *utf8, size_t *wrong_at);
/* The same the other way. What would be taken for UTF-8 when it is read again is GB18030_WRONG. */
enum gb18030_result gb18030_from_utf8(struct text utf8, struct builder *gb18030, size_t *wrong_at);

#endif
