#include "simulate/workbook.h"

#include "base/shown.h"
#include "exchange/book.h"

enum { COLUMN_WIDTH = 18 };

struct writing {
    struct book book;
    const struct report *report;
    enum language language;
};

static void write_cell(struct book *book, struct lxw_worksheet *worksheet, const struct sheet *sheet, size_t row,
                       size_t column) {
    struct text plain = sheet_at(sheet, row, column)->plain;
    enum column_kind kind = sheet->kind->columns[column].kind;
    if (kind == COLUMN_TEXT)
        book_write_text(book, worksheet, row + 1, column, text_shown(sheet->arena, plain), BOOK_TEXT);
    else
        book_write_number(book, worksheet, row + 1, column, plain,
                          kind == COLUMN_COUNT    ? BOOK_NUMBER
                          : kind == COLUMN_NUMBER ? BOOK_PLAIN
                                                  : BOOK_NUMBER + 2);
}

/* What is more than a worksheet holds stands in the CSV file alone, and the last line says so. */
static void write_rows(struct book *book, struct lxw_worksheet *worksheet, const struct sheet *sheet) {
    size_t rows = sheet_rows(sheet), most = BOOK_ROWS_MOST - 2;
    for (size_t row = 0; row < rows && row < most; row++) {
        struct arena_mark mark = arena_here(sheet->arena);
        for (size_t column = 0; column < sheet->kind->count; column++) write_cell(book, worksheet, sheet, row, column);
        arena_rewind(sheet->arena, mark);
    }
    if (rows <= most) return;
    book_write_text(book, worksheet, most + 1, 0, text_format(sheet->arena, "... %s.csv", sheet->kind->name),
                    BOOK_TEXT);
}

static void write_sheet(struct writing *writing, const struct sheet *sheet) {
    struct book *book = &writing->book;
    struct lxw_worksheet *worksheet = book_add_sheet(book, text_from(sheet->kind->title[writing->language]));
    for (size_t i = 0; i < sheet->kind->count; i++) {
        book_set_width(book, worksheet, i, COLUMN_WIDTH, BOOK_PLAIN);
        book_write_text(book, worksheet, 0, i, text_from(sheet->kind->columns[i].words[writing->language]), BOOK_HEAD);
    }
    book_freeze(worksheet, 1, 0);
    write_rows(book, worksheet, sheet);
}

/* The clock plays no part: it was made when the first month began. */
enum file_result workbook_write(const struct file_writer *writer, const struct report *report, enum language language) {
    struct writing writing = {.report = report, .language = language};
    book_begin(&writing.book, report->arena, writer, month_first_day(report->simulation->first_month));
    for (int i = 0; i < REPORT_SHEETS && !writing.book.failed; i++)
        if (sheet_rows(&report->sheets[i])) write_sheet(&writing, &report->sheets[i]);
    return book_end(&writing.book);
}
