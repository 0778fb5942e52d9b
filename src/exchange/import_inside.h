/* What import.c (folders, entities), import_reader.c (files, records of CSV, complaints), import_cell.c (values),
 * import_given.c (opening and decisions) and import_refusals.c share. */
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
    uint32_t line;           /* of the record */
    size_t start;            /* its first byte */
    size_t first_diagnostic; /* what diagnostics->list.count was before it */
    bool bad;                /* something in it was complained about */
};

/* NULL when there is no such file, or when it cannot be used, which is then told. */
struct import_file *import_open(struct import *import, struct text folder, const char *name);

/* The same of a text in memory. */
struct import_file *import_open_text(struct import *import, struct text name, struct text bytes);

bool reader_open(struct import_reader *reader, struct import *import, struct import_file *file);
void reader_close(struct import_reader *reader);

/* The headings' record into reader->csv; false, and told, when there is none. */
bool reader_headings(struct import_reader *reader);

/* The next record with as many cells as there are headings; records that are broken are told and passed over. */
bool reader_next(struct import_reader *reader);

/* Lists the record as left out. */
void reader_refuse_row(struct import_reader *reader, struct text id);

void reader_complain(struct import_reader *reader, enum exchange_message message, size_t column,
                     const struct text *arguments, size_t count);

/* A cell's text, trimmed, that lives as long as the import. */
struct text reader_keep(struct import_reader *reader, struct text text);

/* The value of a field other than text and references; complains when it is none. */
bool reader_parse_lane(struct import_reader *reader, size_t column, const struct lane_spec *spec, struct text text,
                       lane *out);
/* That a text is not too long and follows the field's scheme, if it has one; field may be NULL. */
bool reader_check_text(struct import_reader *reader, size_t column, const struct field *field, struct text text);
bool reader_parse_month(struct import_reader *reader, size_t column, struct text text, month_number *out);

bool field_holds_text(const struct field *field); /* text, or the id of a row */

void import_read_given(struct import *import, struct text folder, bool opening);
void import_read_given_text(struct import *import, struct text name, struct text bytes, bool opening);

#define COMPLAIN(reader, message, column, ...)                                                                         \
    reader_complain((reader), (message), (column), (const struct text[]){__VA_ARGS__},                                 \
                    sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text))

#endif
