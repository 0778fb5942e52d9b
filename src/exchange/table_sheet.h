/* The rows of one entity as a table in a file, of which an import takes nothing new: CSV in either encoding, or a
 * workbook with a summary (table_book.c); and the headings alone, for forms (exchange/form.h).
 *
 *     struct table_sheet sheet = {.arena = &arena, .entity = entity, .language = language};
 *     table_sheet_pick(&sheet, dataset, records, area)   the rows, and columns for all that is told of them
 * or  table_sheet_form(&sheet)                           no rows, and the columns that somebody may fill in
 *     table_sheet_write_csv(&sheet, path, encoding)
 *
 * Headings are labels in the language; so are choices, yes and no. Where a label would be read as something else, the
 * name stands. Everything lies in the arena; check arena_failed, or see the file's result. */
#ifndef DOUDI_EXCHANGE_TABLE_SHEET_H
#define DOUDI_EXCHANGE_TABLE_SHEET_H

#include "engine/value.h"
#include "exchange/file.h"
#include "exchange/gb18030.h"
#include "exchange/import.h"

struct table_column {
    enum import_heading kind;
    const struct field *input; /* NULL: none */
    struct text heading;
    bool required;            /* nobody can be taken in without it */
    const struct text *words; /* by value, of a truth or a choice; else NULL */
    size_t word_count;
    size_t decimals; /* of a number's step, in its unit; BOOK_DECIMALS_MOST at most (exchange/book.h) */
};

/* A row above those that are wanted. */
struct table_area {
    const struct entity *entity; /* NULL: all are wanted */
    size_t row;                  /* of the dataset */
};

struct table_sheet {
    struct arena *arena;
    const struct entity *entity;
    enum language language;
    VECTOR(struct table_column) columns;
    const struct dataset *dataset; /* NULL: a form */
    const struct record_table *records;
    struct table_area area;
    const size_t *rows; /* of the dataset, sorted by their ids */
    size_t count;
    const bool *goes_on; /* by the row's place in the records: another version follows at once */
    bool in_full;        /* what is sealed, too: nobody but its owner may read the file */
};

/* Where an entity's rows may lie, or one of them: the highest of that id; entity NULL when there is none. */
struct table_area table_area_find(const struct dataset *dataset, const struct entity *entity, struct text id);

/* The rows of the dataset, which was made of the records; of these, versions of one row share their place. Both must
 * outlive the sheet. False when memory has run out. */
bool table_sheet_pick(struct table_sheet *sheet, const struct dataset *dataset, const struct records *records,
                      struct table_area area);
bool table_sheet_form(struct table_sheet *sheet);

/* A cell, as an import reads it, in the arena; the row is one of sheet->rows. */
struct text table_sheet_cell(const struct table_sheet *sheet, const struct table_column *column, size_t row);
/* Of a cell that holds a day: which. */
bool table_sheet_day(const struct table_sheet *sheet, const struct table_column *column, size_t row, day_number *day);

enum file_result table_sheet_write_csv(const struct table_sheet *sheet, const char *path, enum encoding encoding);

/* What the summary beside the rows is headed with. */
struct table_told {
    month_number month;
    int64_t change; /* as known when that was made */
};
enum file_result table_sheet_write_book(const struct table_sheet *sheet, const char *path,
                                        const struct table_told *told);

#endif
