#include "exchange/xlsx.h"

#include "exchange/xlsx_inside.h"

#include <string.h>
#include <zip.h>

/* --- kinds of files ----------------------------------------------------------------------------------------------- */

static const char compound_file[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

bool xlsx_is(struct text bytes) {
    return text_starts(bytes, "PK\x03\x04") || text_starts(bytes, compound_file);
}

void xlsx_add_cell(struct builder *out, uint32_t row, uint32_t column) {
    char letters[8];
    size_t at = sizeof letters;
    for (; column && at; column = (column - 1) / 26) letters[--at] = (char)('A' + (column - 1) % 26);
    builder_format(out, "%.*s%u", (int)(sizeof letters - at), letters + at, (unsigned)row);
}

/* Whether a compound file has a stream of that name in one of its directories, whose entries of 128 bytes begin with
 * the name in UTF-16. */
static bool has_stream(struct text bytes, const char *name) {
    enum { ENTRY = 128, HEADER = 512 };
    size_t length = strlen(name) + 1; /* with the NUL */
    for (size_t offset = HEADER; offset + ENTRY <= bytes.length; offset += ENTRY) {
        const char *entry = bytes.bytes + offset;
        size_t same = 0;
        while (same < length && small_letter(entry[2 * same]) == name[same] && entry[2 * same + 1] == 0) same++;
        if (same == length) return true;
    }
    return false;
}

/* Workbooks are kept so by old programs, and by new ones when there is a password. */
static enum xlsx_result judge_compound_file(struct text bytes) {
    if (has_stream(bytes, "encryptedpackage")) return XLSX_PASSWORD;
    return has_stream(bytes, "workbook") || has_stream(bytes, "book") ? XLSX_BINARY : XLSX_NO_WORKBOOK;
}

/* --- the archive -------------------------------------------------------------------------------------------------- */

static bool open_archive(struct xlsx_book *book, struct text bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(bytes.bytes, bytes.length, 0, &error);
    book->archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    bool memory = zip_error_code_zip(&error) == ZIP_ER_MEMORY;
    if (!book->archive && source) zip_source_free(source);
    zip_error_fini(&error);
    return book->archive || xlsx_fail(book, memory ? XLSX_NO_MEMORY : XLSX_DAMAGED);
}

/* Macros are refused wherever they lie, also when the list of contents is silent about them. */
static bool refuse_macros(struct xlsx_book *book) {
    zip_int64_t count = zip_get_num_entries(book->archive, 0);
    for (zip_int64_t i = 0; i < count; i++) {
        const char *name = zip_get_name(book->archive, (zip_uint64_t)i, 0);
        if (name && text_ends(text_from(name), "vbaProject.bin")) return xlsx_fail(book, XLSX_MACROS);
    }
    return true;
}

/* --- the sheet ---------------------------------------------------------------------------------------------------- */

static const struct xlsx_sheet *choose_sheet(struct xlsx_book *book, struct text name) {
    for (size_t i = 0; i < book->sheets.count; i++) {
        const struct xlsx_sheet *sheet = &book->sheets.items[i];
        if (name.length ? text_equal(sheet->name, name) : sheet->visible) return sheet;
    }
    xlsx_fail(book, XLSX_NO_SHEET);
    return NULL;
}

static void read_archive(struct xlsx_book *book, struct text name, struct builder *csv) {
    if (!xlsx_read_types(book) || !refuse_macros(book) || !xlsx_read_book(book)) return;
    const struct xlsx_sheet *sheet = choose_sheet(book, name);
    if (!sheet) return;
    book->trouble->sheet = sheet->name;
    if (xlsx_read_styles(book) && xlsx_read_strings(book)) xlsx_read_sheet(book, sheet, csv);
}

enum xlsx_result xlsx_to_csv_within(struct arena *arena, struct text bytes, struct text sheet, struct builder *csv,
                                    struct xlsx_trouble *trouble, const struct xlsx_limits *limits) {
    struct xlsx_book book = {.arena = arena, .limits = limits, .trouble = trouble};
    *trouble = (struct xlsx_trouble){.part = TEXT(""), .sheet = sheet};
    builder_init(csv);
    if (text_starts(bytes, compound_file)) return judge_compound_file(bytes);
    if (!xlsx_is(bytes)) return XLSX_NO_WORKBOOK;
    arena_init(&book.scratch);
    builder_init(&book.text);
    builder_init(&book.strings);
    if (open_archive(&book, bytes)) {
        read_archive(&book, sheet, csv);
        zip_discard(book.archive);
    }
    bool told = book.result != XLSX_OK && book.result != XLSX_NO_SHEET;
    trouble->part = told ? text_copy(arena, trouble->part) : TEXT("");
    if (arena_failed(arena)) book.result = XLSX_NO_MEMORY;
    if (book.result != XLSX_OK) builder_free(csv);
    builder_free(&book.strings);
    builder_free(&book.text);
    arena_free(&book.scratch);
    return book.result;
}

enum xlsx_result xlsx_to_csv(struct arena *arena, struct text bytes, struct text sheet, struct builder *csv,
                             struct xlsx_trouble *trouble) {
    const struct xlsx_limits limits = {.cells = XLSX_CELLS_MAX,
                                       .strings = XLSX_STRINGS_MAX,
                                       .csv_bytes = XLSX_CSV_BYTES_MAX,
                                       .part_bytes = XLSX_PART_BYTES_MAX,
                                       .lesser_part_bytes = XLSX_LESSER_PART_BYTES_MAX,
                                       .all_bytes = XLSX_ALL_BYTES_MAX};
    return xlsx_to_csv_within(arena, bytes, sheet, csv, trouble, &limits);
}
