/* Whatever is offered as the file of one entity is refused, with its place, or read: rows are decided or told, and say
 * the same in either encoding, as a workbook and as its CSV.
 *
 * The input is a file of people as it stands; what begins like XML, parts of a workbook as fuzz_xlsx has them. */
#include "../tests/exchange/workbook_parts.h"

#include "exchange/gb18030.h"
#include "exchange/xlsx_inside.h"
#include "shared.h"

enum { INPUT_BYTES_MAX = 1 << 15 };

static const struct xlsx_limits limits = {.cells = 1 << 12,
                                          .strings = 1 << 12,
                                          .csv_bytes = 1 << 18,
                                          .part_bytes = 1 << 20,
                                          .lesser_part_bytes = 1 << 20,
                                          .all_bytes = 1 << 22};

struct told {
    struct arena arena;
    struct diagnostics diagnostics;
    struct import import;
};

static enum import_result tell(struct told *told, const struct policy *policy, struct text bytes) {
    arena_init(&told->arena);
    diagnostics_init(&told->diagnostics, &told->arena);
    told->import =
        (struct import){.arena = &told->arena, .policy = policy, .diagnostics = &told->diagnostics, .adds = true};
    return import_text(&told->import, map_get(&policy->entity_by_name, TEXT("person")), TEXT("people"), bytes);
}

static void forget(struct told *told) {
    import_close(&told->import);
    arena_free(&told->arena);
}

/* What was read from another encoding says the same when it comes as UTF-8, all of it. */
static void check_encoding(const struct told *told, const struct policy *policy, struct text bytes) {
    struct text read = told->import.files.items[0]->source.bytes;
    struct builder utf8;
    struct told again;
    size_t wrong_at;
    if (read.bytes == bytes.bytes) return;
    enum gb18030_result converted = gb18030_to_utf8(bytes, &utf8, &wrong_at);
    assert(converted == GB18030_OK && text_equal(builder_text(&utf8), read));
    enum import_result result = tell(&again, policy, builder_text(&utf8));
    assert(result != IMPORT_FILE_REFUSED);
    check_same_records(&told->import.records, &again.import.records);
    assert(again.diagnostics.list.count == told->diagnostics.list.count);
    forget(&again);
    builder_free(&utf8);
}

static void check_table(const struct policy *policy, struct text bytes) {
    struct told told;
    enum import_result result = tell(&told, policy, bytes);
    assert(result == IMPORT_OK || (result != IMPORT_NO_MEMORY && told.diagnostics.errors > 0));
    assert((result == IMPORT_FILE_REFUSED) == told.import.file_refused);
    if (told.import.files.count && !told.import.file_refused) check_encoding(&told, policy, bytes);
    check_imported(&told.import);
    forget(&told);
}

/* As the program takes a file: a workbook as its CSV, anything else as it is. */
static void check_file(const struct policy *policy, struct text bytes) {
    struct arena arena;
    struct builder csv;
    struct xlsx_trouble trouble;
    if (!xlsx_is(bytes)) {
        check_table(policy, bytes);
        return;
    }
    arena_init(&arena);
    if (xlsx_to_csv_within(&arena, bytes, TEXT(""), &csv, &trouble, &limits) == XLSX_OK)
        check_table(policy, builder_text(&csv));
    builder_free(&csv);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct text text = {(const char *)bytes, length};
    if (length > INPUT_BYTES_MAX) return 0;
    struct policy *policy = families_law();
    if (text_starts(text, "<")) {
        struct workbook_parts parts = workbook_parts_of(text);
        struct builder made = workbook_make(&parts);
        check_file(policy, builder_text(&made));
        builder_free(&made);
    } else {
        check_file(policy, text);
    }
    policy_free(policy);
    return 0;
}
