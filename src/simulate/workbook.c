#include "simulate/workbook.h"

#include "base/shown.h"

#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum {
    DIGITS_MOST = 15, /* which every decimal of so many keeps on its way through a spreadsheet */
    COLUMN_WIDTH = 18,
    SECONDS_A_DAY = 86400,
};

struct book {
    const struct report *report;
    enum language language;
    lxw_workbook *workbook;
    lxw_format *head, *count, *amount, *text;
    bool failed;
};

static void note(struct book *book, lxw_error error) {
    book->failed = book->failed || error != LXW_NO_ERROR;
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

static void write_cell(struct book *book, lxw_worksheet *worksheet, const struct sheet *sheet, size_t row,
                       size_t column) {
    struct text plain = sheet_at(sheet, row, column)->plain;
    enum column_kind kind = sheet->kind->columns[column].kind;
    lxw_row_t at = (lxw_row_t)row + 1;
    lxw_col_t across = (lxw_col_t)column;
    if (plain.length == 0) return;
    if (kind != COLUMN_TEXT && is_safe_number(plain)) {
        lxw_format *format = kind == COLUMN_COUNT ? book->count : kind == COLUMN_NUMBER ? NULL : book->amount;
        const char *digits = text_copy(sheet->arena, plain).bytes;
        note(book, worksheet_write_number(worksheet, at, across, strtod(digits, NULL), format));
    } else {
        const char *text = text_copy(sheet->arena, text_shown(sheet->arena, plain)).bytes;
        note(book, worksheet_write_string(worksheet, at, across, text, book->text));
    }
}

/* What is more than a worksheet holds stands in the CSV file alone, and the last line says so. */
static void write_rows(struct book *book, lxw_worksheet *worksheet, const struct sheet *sheet) {
    size_t rows = sheet_rows(sheet), most = LXW_ROW_MAX - 2;
    for (size_t row = 0; row < rows && row < most; row++) {
        struct arena_mark mark = arena_here(sheet->arena);
        for (size_t column = 0; column < sheet->kind->count; column++) write_cell(book, worksheet, sheet, row, column);
        arena_rewind(sheet->arena, mark);
    }
    if (rows <= most) return;
    struct text more = text_format(sheet->arena, "... %s.csv", sheet->kind->name);
    note(book, worksheet_write_string(worksheet, (lxw_row_t)most + 1, 0, more.bytes, book->text));
}

static void write_sheet(struct book *book, const struct sheet *sheet) {
    lxw_worksheet *worksheet = workbook_add_worksheet(book->workbook, sheet->kind->title[book->language]);
    lxw_col_t last = (lxw_col_t)(sheet->kind->count - 1);
    if (!worksheet) {
        book->failed = true;
        return;
    }
    note(book, worksheet_set_column(worksheet, 0, last, COLUMN_WIDTH, NULL));
    worksheet_freeze_panes(worksheet, 1, 0);
    for (size_t i = 0; i < sheet->kind->count; i++) {
        const char *words = sheet->kind->columns[i].words[book->language];
        note(book, worksheet_write_string(worksheet, 0, (lxw_col_t)i, words, book->head));
    }
    write_rows(book, worksheet, sheet);
}

/* The clock plays no part: it was made when the first month began. */
static void set_properties(struct book *book) {
    day_number day = month_first_day(book->report->simulation->first_month);
    lxw_doc_properties properties = {.created = (time_t)day * SECONDS_A_DAY};
    note(book, workbook_set_properties(book->workbook, &properties));
}

static void set_formats(struct book *book) {
    book->head = workbook_add_format(book->workbook);
    book->count = workbook_add_format(book->workbook);
    book->amount = workbook_add_format(book->workbook);
    book->text = workbook_add_format(book->workbook);
    book->failed = book->failed || !book->head || !book->count || !book->amount || !book->text;
    if (book->failed) return;
    format_set_bold(book->head);
    format_set_text_wrap(book->head);
    format_set_num_format(book->count, "#,##0");
    format_set_num_format(book->amount, "#,##0.00");
    format_set_num_format(book->text, "@"); /* what begins like a formula stays a text when it is edited */
}

enum file_result workbook_write(const struct file_writer *writer, const struct report *report, enum language language) {
    struct book book = {.report = report, .language = language};
    book.workbook = workbook_new(writer->draft.bytes);
    if (!book.workbook) return FILE_NO_MEMORY;
    set_properties(&book);
    set_formats(&book);
    for (int i = 0; i < REPORT_SHEETS && !book.failed; i++)
        if (sheet_rows(&report->sheets[i])) write_sheet(&book, &report->sheets[i]);
    lxw_error closed = workbook_close(book.workbook);
    bool no_memory = book.failed || arena_failed(report->arena) || closed == LXW_ERROR_MEMORY_MALLOC_FAILED;
    return no_memory ? FILE_NO_MEMORY : closed == LXW_NO_ERROR ? FILE_OK : FILE_UNWRITABLE;
}
