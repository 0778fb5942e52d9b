/* Workbooks (XLSX) that are written: sheets of texts, numbers and days, in styles, into a file that file_begin opened
 * and nobody has written to.
 *
 *     book_begin(&book, &arena, &writer, day)
 *     struct lxw_worksheet *sheet = book_add_sheet(&book, TEXT("People"));
 *     book_write_text(&book, sheet, row, column, text, BOOK_TEXT) ...
 *     enum file_result result = book_end(&book);
 *
 * Whatever is written comes back as it was: numbers are numbers where a spreadsheet holds all their digits, else texts;
 * no text is a formula. What goes wrong is remembered, and told at the end; a sheet that could not be added is NULL,
 * and what is written into it goes nowhere. The same calls give the same bytes. */
#ifndef DOUDI_EXCHANGE_BOOK_H
#define DOUDI_EXCHANGE_BOOK_H

#include "base/calendar.h"
#include "exchange/file.h"

struct lxw_workbook;
struct lxw_worksheet;
struct lxw_format;

enum book_style {
    BOOK_PLAIN,    /* as a spreadsheet likes to show it */
    BOOK_TEXT,     /* what begins like a formula stays a text when it is edited */
    BOOK_WRAPPED,  /* the same in several lines */
    BOOK_DATE,     /* 2018-07-01 */
    BOOK_TITLE,    /* of a sheet */
    BOOK_HEAD,     /* of a column */
    BOOK_REQUIRED, /* of one that may not be empty */
    BOOK_NUMBER,   /* + decimals */
    BOOK_DECIMALS_MOST = 6,
    BOOK_STYLES = BOOK_NUMBER + BOOK_DECIMALS_MOST + 1,
};

/* What a worksheet holds. */
enum { BOOK_ROWS_MOST = 1048576 };

struct book {
    struct arena *arena; /* for what is made on the way */
    struct lxw_workbook *workbook;
    struct lxw_format *styles[BOOK_STYLES];
    bool failed;
};

/* `made` stands in place of the clock. False when memory has run out; book_end may be called all the same. */
bool book_begin(struct book *book, struct arena *arena, const struct file_writer *writer, day_number made);
enum file_result book_end(struct book *book);

/* Of such a name, as far as worksheets can have it; another one when it is taken. */
struct lxw_worksheet *book_add_sheet(struct book *book, struct text name);
/* As it is called: of a sheet that was added. */
struct text book_sheet_name(const struct lxw_worksheet *sheet);

/* Rows and columns count from 0. An empty text is an empty cell. */
void book_write_text(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, struct text text,
                     enum book_style style);
/* A decimal, or another text. */
void book_write_number(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, struct text decimal,
                       enum book_style style);
void book_write_count(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, size_t count);
/* Days that a spreadsheet does not know are texts. */
void book_write_day(struct book *book, struct lxw_worksheet *sheet, size_t row, size_t column, day_number day);
/* What a spreadsheet counts for the day; 0: it does not know it. */
int book_serial(day_number day);

/* So many characters of usual width; `style` is what new cells in it have. */
void book_set_width(struct book *book, struct lxw_worksheet *sheet, size_t column, size_t width, enum book_style style);

/* So many rows and columns stay where they are. */
void book_freeze(struct lxw_worksheet *sheet, size_t rows, size_t columns);

/* A text as XLSX has it: what XML cannot hold, and what would be read as the sign of that, is written in letters. */
struct text book_escaped(struct arena *arena, struct text text);
/* At most so many units of UTF-16, of which a spreadsheet counts its limits; ends in … when it was longer. */
struct text book_cut(struct arena *arena, struct text text, size_t units);
/* Remembers what a function of the library below gives: 0 is good. */
void book_note(struct book *book, int error);

#endif
