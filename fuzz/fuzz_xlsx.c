/* Whatever is offered as a workbook is refused, with its place, or gives CSV that can be read, line for row.
 *
 * The input is a file as it stands; or, as mutations of an archive hardly ever get past its sums, the text of its parts
 * one behind another, the sheet first, each up to a line of two colons. Parts that are left out are those of the tests.
 */
#include "../tests/exchange/workbook_parts.h"

#include "base/csv.h"
#include "exchange/gb18030.h"
#include "exchange/xlsx_inside.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { INPUT_BYTES_MAX = 1 << 16 };

static const struct xlsx_limits limits = {.cells = 1 << 12,
                                          .strings = 1 << 12,
                                          .csv_bytes = 1 << 20,
                                          .part_bytes = 1 << 22,
                                          .lesser_part_bytes = 1 << 22,
                                          .all_bytes = 1 << 23};

/* No record is broken, but wider than CSV is read. */
static void check_csv(struct arena *arena, struct text text) {
    struct csv csv;
    enum csv_result result = CSV_RECORD;
    assert(csv_survey(text).sound && text.length <= (1 << 20) + XLSX_TEXT_BYTES_MAX * 2);
    for (csv_init(&csv, text, arena); result == CSV_RECORD || result == CSV_TOO_WIDE;) result = csv_next(&csv);
    assert(result == CSV_END);
    assert(text.length == 0 || text.bytes[text.length - 1] == '\n');
}

static void check(struct text bytes) {
    struct arena arena;
    struct xlsx_trouble trouble;
    struct builder csv;
    arena_init(&arena);
    enum xlsx_result result = xlsx_to_csv_within(&arena, bytes, TEXT(""), &csv, &trouble, &limits);
    assert(result != XLSX_NO_MEMORY && !arena_failed(&arena));
    assert((result == XLSX_TOO_LARGE) == (trouble.limit != XLSX_LIMIT_NONE));
    assert(text_invalid_at(trouble.part) == trouble.part.length && trouble.offset <= limits.part_bytes);
    if (result == XLSX_OK)
        check_csv(&arena, builder_text(&csv));
    else
        assert(!csv.bytes);
    builder_free(&csv);
    arena_free(&arena);
}

/* What is taken for one encoding or the other can be read as that. */
static void check_encoding(struct text bytes) {
    struct encoding_found found;
    struct builder utf8;
    size_t wrong_at;
    enum gb18030_result result = encoding_tell(bytes, &found);
    assert(result == GB18030_OK);
    assert((found.encoding == ENCODING_UTF8) <= (found.not_utf8_at == bytes.length));
    result = gb18030_to_utf8(bytes, &utf8, &wrong_at);
    assert(found.encoding != ENCODING_GB18030 || result == GB18030_OK);
    assert(found.encoding != ENCODING_OTHER || wrong_at == found.not_gb18030_at);
    assert(text_invalid_at(builder_text(&utf8)) == utf8.length);
    builder_free(&utf8);
}

static struct workbook_parts take_parts(struct text text) {
    static const int order[] = {PART_SHEET,     PART_STRINGS, PART_STYLES, PART_WORKBOOK, PART_WORKBOOK_RELATIONS,
                                PART_RELATIONS, PART_TYPES};
    struct workbook_parts parts = workbook_parts();
    size_t offset = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order && offset < text.length; i++) {
        size_t end = offset;
        while (end < text.length && !text_starts(text_slice(text, end, text.length), "\n::\n")) end++;
        if (end > offset) parts.content[order[i]] = text_slice(text, offset, end);
        offset = end < text.length ? end + sizeof "\n::\n" - 1 : end;
    }
    return parts;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct text text = {(const char *)bytes, length};
    if (length > INPUT_BYTES_MAX) return 0;
    check_encoding(text);
    check(text);
    if (xlsx_is(text)) return 0;
    struct workbook_parts parts = take_parts(text);
    struct builder made = workbook_make(&parts);
    check(builder_text(&made));
    builder_free(&made);
    return 0;
}
