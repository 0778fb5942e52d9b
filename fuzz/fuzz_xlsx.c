/* Whatever is offered as a workbook is refused, with its place, or gives CSV that can be read, line for row.
 *
 * The input is a file as it stands; or, as mutations of an archive hardly ever get past its sums, the text of its parts
 * one behind another, the sheet first, each up to a line of two colons. Parts that are left out are those of the tests.
 */
#include "../tests/exchange/workbook_parts.h"

#include "base/csv.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct text text = {(const char *)bytes, length};
    if (length > INPUT_BYTES_MAX) return 0;
    check(text);
    if (xlsx_is(text)) return 0;
    struct workbook_parts parts = workbook_parts_of(text);
    struct builder made = workbook_make(&parts);
    check(builder_text(&made));
    builder_free(&made);
    return 0;
}
