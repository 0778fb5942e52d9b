/* Sheets: tables of texts and exact numbers, built once and written as CSV, JSON, a workbook, or for a screen. */
#ifndef DOUDI_SIMULATE_SHEET_H
#define DOUDI_SIMULATE_SHEET_H

#include "base/diagnostic.h"
#include "base/number.h"
#include "base/vector.h"
#include "exchange/json.h"

enum column_kind {
    COLUMN_TEXT,
    COLUMN_COUNT,
    COLUMN_AMOUNT, /* of money */
    COLUMN_CHANGE, /* of money, with its sign */
    COLUMN_NUMBER, /* of another unit, or of several */
};

struct column_head {
    const char *key; /* in files; a label is label_zh and label_en, side by side */
    const char *words[LANGUAGES];
    enum column_kind kind;
    bool on_screen;
};

struct sheet_kind {
    const char *name; /* of its file, without .csv; in JSON with _ for - */
    const char *title[LANGUAGES];
    const struct column_head *columns;
    size_t count;
};

struct cell {
    struct text plain; /* empty: nothing stands there; a number as a decimal */
    struct text shown; /* on a screen, where it is another; else empty */
};

struct sheet {
    const struct sheet_kind *kind;
    struct arena *arena;
    unsigned decimals; /* of money */
    VECTOR(struct cell) cells;
    VECTOR(bool) marked; /* by row: it is shown on a screen */
};

void sheet_begin(struct sheet *sheet, const struct sheet_kind *kind, struct arena *arena, struct number coin);
/* Cell by cell in the order of the columns. */
void sheet_text(struct sheet *sheet, struct text text);
void sheet_label(struct sheet *sheet, const struct text label[LANGUAGES], struct text name); /* two cells */
void sheet_count(struct sheet *sheet, size_t count);
void sheet_money(struct sheet *sheet, struct number amount, bool unconfirmed); /* by the kind of its column */
void sheet_add(struct sheet *sheet, struct text plain, struct text shown);
void sheet_end_row(struct sheet *sheet, bool marked); /* asserts that the row is whole */

size_t sheet_rows(const struct sheet *sheet);
const struct cell *sheet_at(const struct sheet *sheet, size_t row, size_t column);

void sheet_write_csv(struct builder *out, const struct sheet *sheet);
void sheet_write_json(struct json_writer *writer, const struct sheet *sheet); /* "key": [{..}, ..] of the marked rows */
/* The marked rows under the sheet's title; how many there are besides, and in which file. Nothing without
 * any row, or where no column is for a screen. */
void sheet_show(struct builder *out, const struct sheet *sheet, enum language language, const char *folder);

#endif
