#include "exchange/book.h"

#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum {
    DIGITS_MOST = 15, /* which every decimal of so many keeps on its way through a spreadsheet */
    SECONDS_A_DAY = 86400,
    WIDTH_MOST = 250,
    NAME_UNITS = 31, /* of a sheet */
};

void book_note(struct book *book, int error) {
    book->failed = book->failed || error != LXW_NO_ERROR;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static void set_number_format(lxw_format *format, size_t decimals) {
    static const char longest[] = "#,##0.000000";
    enum { WHOLE = sizeof "#,##0" - 1 };
    char code[sizeof longest];
    snprintf(code, sizeof code, "%.*s", decimals ? (int)(WHOLE + 1 + decimals) : (int)WHOLE, longest);
    format_set_num_format(format, code);
}

static void set_head(lxw_format *format, bool required) {
    enum { PALE = 0xE7EEF7, WARM = 0xFCE4C4 };
    format_set_bold(format);
    format_set_text_wrap(format);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(format, "@");
    format_set_bg_color(format, required ? WARM : PALE);
}

static void set_style(lxw_format *format, enum book_style style) {
    switch (style) {
    case BOOK_PLAIN: break;
    case BOOK_TEXT: format_set_num_format(format, "@"); break;
    case BOOK_WRAPPED:
        format_set_num_format(format, "@");
        format_set_text_wrap(format);
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
        break;
    case BOOK_DATE: format_set_num_format(format, "yyyy-mm-dd"); break;
    case BOOK_TITLE:
        format_set_bold(format);
        format_set_font_size(format, 14);
        break;
    case BOOK_HEAD: set_head(format, false); break;
    case BOOK_REQUIRED: set_head(format, true); break;
    default: set_number_format(format, (size_t)style - BOOK_NUMBER); break;
    }
}

bool book_begin(struct book *book, struct arena *arena, const struct file_writer *writer, day_number made) {
    *book = (struct book){.arena = arena, .workbook = workbook_new(writer->draft.bytes)};
    if (!book->workbook) return false;
    lxw_doc_properties properties = {.created = made ? (time_t)made * SECONDS_A_DAY : 1}; /* 0 would be the clock's */
    book_note(book, (int)workbook_set_properties(book->workbook, &properties));
    for (size_t i = 0; i < BOOK_STYLES && !book->failed; i++) {
        book->styles[i] = workbook_add_format(book->workbook);
        if (book->styles[i])
            set_style(book->styles[i], (enum book_style)i);
        else
            book->failed = true;
    }
    return !book->failed;
}

enum file_result book_end(struct book *book) {
    if (!book->workbook) return FILE_NO_MEMORY;
    bool good = !book->failed && !arena_failed(book->arena);
    lxw_error closed = good ? workbook_close(book->workbook) : LXW_NO_ERROR;
    if (!good) lxw_workbook_free(book->workbook);
    book->workbook = NULL;
    if (!good || closed == LXW_ERROR_MEMORY_MALLOC_FAILED) return FILE_NO_MEMORY;
    return closed == LXW_NO_ERROR ? FILE_OK : FILE_UNWRITABLE;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What XML cannot hold, or turns into another character. */
static bool is_unfit(uint32_t character) {
    return (character < 0x20 && character != '\t' && character != '\n') || character == 0xfffe || character == 0xffff;
}

/* An underscore with which the sign of a character would begin: _x000D_; also where what follows is written so. */
static bool begins_sign(struct text text, size_t at) {
    enum { LENGTH = sizeof "_x000D" - 1 };
    if (text.length - at <= LENGTH || text.bytes[at + 1] != 'x') return false;
    for (size_t i = 2; i < LENGTH; i++)
        if (!is_hex(text.bytes[at + i])) return false;
    size_t next = at + LENGTH;
    return text.bytes[next] == '_' || is_unfit(text_next(text, &next));
}

struct text book_escaped(struct arena *arena, struct text text) {
    struct builder escaped;
    builder_init(&escaped);
    for (size_t offset = 0; offset < text.length;) {
        size_t at = offset;
        uint32_t character = text_next(text, &offset);
        if (is_unfit(character) || (character == '_' && begins_sign(text, at)))
            builder_format(&escaped, "_x%04X_", (unsigned)character);
        else
            builder_add(&escaped, text_slice(text, at, offset));
    }
    return builder_finish(&escaped, arena);
}

struct text book_cut(struct arena *arena, struct text text, size_t units) {
    size_t count = 0, kept = 0;
    for (size_t offset = 0; offset < text.length;) {
        count += text_next(text, &offset) > 0xffff ? 2 : 1;
        if (count < units) kept = offset;
        if (count > units) return text_format(arena, "%.*s…", (int)kept, text.bytes);
    }
    return text;
}

/* --- sheets ------------------------------------------------------------------------------------------------------- */

/* Without the signs that no sheet's name has. */
static struct text plain_name(struct arena *arena, struct text name) {
    struct builder plain;
    builder_init(&plain);
    for (size_t i = 0; i < name.length; i++) {
        bool taken = (unsigned char)name.bytes[i] < ' ' || strchr("[]:*?/\\'", name.bytes[i]);
        builder_add(&plain, taken ? TEXT(" ") : text_slice(name, i, i + 1));
    }
    struct text finished = text_trim(builder_finish(&plain, arena));
    return finished.length ? finished : TEXT("-");
}

struct lxw_worksheet *book_add_sheet(struct book *book, struct text name) {
    enum { TRIES = 100, NUMBER_UNITS = 4 };
    struct text plain = plain_name(book->arena, name);
    struct text given = text_copy(book->arena, book_cut(book->arena, plain, NAME_UNITS));
    for (unsigned i = 2; i < TRIES && workbook_get_worksheet_by_name(book->workbook, given.bytes); i++)
        given =
            text_format(book->arena, "%.*s %u", TEXT_ARG(book_cut(book->arena, plain, NAME_UNITS - NUMBER_UNITS)), i);
    bool good = !book->failed && !arena_failed(book->arena);
    lxw_worksheet *sheet = good ? workbook_add_worksheet(book->workbook, given.bytes) : NULL;
    if (!sheet) book->failed = true;
    return sheet;
}

struct text book_sheet_name(const struct lxw_worksheet *sheet) {
    return text_from(sheet->name);
}

void book_set_width(struct book *book, struct lxw_worksheet *sheet, size_t column, size_t width,
                    enum book_style style) {
    lxw_col_t at = (lxw_col_t)column;
    if (sheet)
        book_note(book, (int)worksheet_set_column(sheet, at, at, (int)(width < WIDTH_MOST ? width : WIDTH_MOST),
                                                  book->styles[style]));
}

void book_freeze(struct lxw_worksheet *sheet, size_t rows, size_t columns) {
    if (sheet) worksheet_freeze_panes(sheet, (lxw_row_t)rows, (lxw_col_t)columns);
}

/* --- cells -------------------------------------------------------------------------------------------------------- */

void book_write_text(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, struct text text,
                     enum book_style style) {
    if (text.length == 0 || !sheet || book->failed) return;
    struct arena_mark mark = arena_here(book->arena);
    struct text escaped = book_escaped(book->arena, text);
    if (!arena_failed(book->arena))
        book_note(book, (int)worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)column, escaped.bytes,
                                                    book->styles[style]));
    arena_rewind(book->arena, mark);
}

/* A decimal that comes out of a spreadsheet as it went in: 15 digits, and no fraction. */
static bool is_safe_number(struct text plain) {
    size_t digits = 0;
    for (size_t i = 0; i < plain.length; i++) {
        char c = plain.bytes[i];
        if (!is_digit(c) && c != '.' && !(c == '-' && i == 0)) return false;
        digits += is_digit(c);
    }
    return digits > 0 && digits <= DIGITS_MOST;
}

void book_write_number(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, struct text decimal,
                       enum book_style style) {
    if (!is_safe_number(decimal)) {
        book_write_text(book, sheet, row, column, decimal, BOOK_TEXT);
        return;
    }
    char digits[2 * DIGITS_MOST] = "";
    if (!sheet || decimal.length >= sizeof digits) return;
    memcpy(digits, decimal.bytes, decimal.length);
    book_note(book, (int)worksheet_write_number(sheet, (lxw_row_t)row, (lxw_col_t)column, strtod(digits, NULL),
                                                book->styles[style]));
}

void book_write_count(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, size_t count) {
    struct arena_mark mark = arena_here(book->arena);
    book_write_number(book, sheet, row, column, text_format(book->arena, "%zu", count), BOOK_NUMBER);
    arena_rewind(book->arena, mark);
}

/* Before March 1900 spreadsheets disagree: some have a 29th of February in that year. */
int book_serial(day_number day) {
    return day >= day_from(1900, 3, 1) && day != DAY_NEVER ? day - day_from(1899, 12, 30) : 0;
}

void book_write_day(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, day_number day) {
    int serial = book_serial(day);
    struct arena_mark mark = arena_here(book->arena);
    if (serial == 0)
        book_write_text(book, sheet, row, column, day_format(book->arena, day), BOOK_TEXT);
    else if (sheet)
        book_note(book, (int)worksheet_write_number(sheet, (lxw_row_t)row, (lxw_col_t)column, serial,
                                                    book->styles[BOOK_DATE]));
    arena_rewind(book->arena, mark);
}
