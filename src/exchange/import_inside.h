/* What import.c (folders, headings), import_reader.c (files, records of CSV, complaints), import_row.c (rows),
 * import_part.c (files read in parts), import_cell.c (values), import_given.c (opening and decisions) and
 * import_refusals.c share. */
#ifndef DOUDI_EXCHANGE_IMPORT_INSIDE_H
#define DOUDI_EXCHANGE_IMPORT_INSIDE_H

#include "base/csv.h"
#include "exchange/import.h"
#include "exchange/messages.h"

/* A file being read record by record. What a record takes is given back before the next. */
struct import_reader {
    struct import *import;
    struct import_file *file;
    struct arena scratch;
    struct arena_mark mark;
    struct csv csv;
    struct import_input *inputs; /* by column, see import_row.c */
    struct arena *texts;         /* for what does not lie in the file as it is read: lives as long as the import */
    uint32_t line;               /* of the record */
    size_t start;                /* its first byte */
    size_t first_diagnostic;     /* what diagnostics->list.count was before it */
    bool silent;                 /* nothing is told: whoever finds a record bad reads it again */
    bool bad;                    /* there is something in it to complain about */
};

/* A record that somebody is to be told of. */
struct import_aside {
    size_t offset, row; /* row: how many good ones of its part stand before it */
    uint32_t line;
};

/* A piece of a file that one thread reads. A record belongs to the part that it begins in. */
struct import_part {
    size_t begin, end; /* bytes */
    struct csv_survey survey;
    uint32_t line;    /* that it begins with */
    size_t first_row; /* of the records' table: where its rows are written */
    bool read;
    size_t rows;            /* good ones */
    bool ordered;           /* each id is greater than the one before */
    bool versioned;         /* some row does not stand in every month */
    size_t started, passed; /* where its first record begins, and the first behind it */
    uint32_t passed_line;
    struct arena arena; /* texts of its rows, and `aside` */
    VECTOR(struct import_aside) aside;
};

/* The headings of columns that the copies of rows left out have (rejected.h), which may begin with #. An input of the
 * name comes first. */
bool import_heading_is_error(struct text heading);
bool import_heading_is_other(struct text heading);

/* NULL when there is no such file, or when it cannot be used, which is then told. */
struct import_file *import_open(struct import *import, struct text folder, const char *name);

/* The same of a text in memory. */
struct import_file *import_open_text(struct import *import, struct text name, struct text bytes);

bool reader_open(struct import_reader *reader, struct import *import, struct import_file *file);
void reader_close(struct import_reader *reader);

/* The headings' record into reader->csv; false, and told, when there is none. */
bool reader_headings(struct import_reader *reader);

/* The next record: whether it has as many cells as there are headings, or is broken, which is told; the end, also where
 * memory has run out or too much was wrong. */
enum import_record { RECORD_WHOLE, RECORD_BROKEN, RECORD_NONE };
enum import_record reader_record(struct import_reader *reader);

/* The next that is whole. */
bool reader_next(struct import_reader *reader);

/* Whether the file is to be given up, which is told. */
bool reader_gives_up(struct import_reader *reader);

/* Lists the record as left out. */
void reader_refuse_row(struct import_reader *reader, struct text id);

void reader_complain(struct import_reader *reader, enum exchange_message message, size_t column,
                     const struct text *arguments, size_t count);

/* A text that was written with an apostrophe, for a spreadsheet not to take it for a formula. */
static inline struct text import_taken_back(struct text text) {
    bool defused = text.length && text.bytes[0] == '\'' && csv_is_defused(text);
    return defused ? text_slice(text, 1, text.length) : text;
}

/* A cell's text, trimmed, that lives as long as the import. */
struct text reader_keep(struct import_reader *reader, struct text text);

/* The value of a field other than text and references; complains when it is none. */
bool reader_parse_lane(struct import_reader *reader, size_t column, const struct lane_spec *spec, struct text text,
                       lane *out);
/* That a text is not too long and follows the field's scheme, if it has one; field may be NULL. */
bool reader_check_text(struct import_reader *reader, size_t column, const struct field *field, struct text text);
bool reader_parse_month(struct import_reader *reader, size_t column, struct text text, month_number *out);

bool field_holds_text(const struct field *field); /* text, or the id of a row */

/* Makes ready for rows of the file's entity, once its headings are known. */
bool reader_prepare_rows(struct import_reader *reader);
/* Writes the record into that row of the table; what is bad is taken out again. */
void reader_read_row(struct import_reader *reader, size_t row);

/* Cuts the file into parts and looks them over. */
void import_survey(struct import *import, struct import_file *file);
/* All records behind those that the reader has passed become rows, or are told. */
void import_read_rows(struct import *import, struct import_reader *reader);

void import_read_given(struct import *import, struct text folder, bool opening);
void import_read_given_text(struct import *import, struct text name, struct text bytes, bool opening);

#define COMPLAIN(reader, message, column, ...)                                                                         \
    reader_complain((reader), (message), (column), (const struct text[]){__VA_ARGS__},                                 \
                    sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text))

#endif
