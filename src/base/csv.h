/* CSV by RFC 4180: a scanner that hands out one record after another, with positions.
 *
 * Reads text that is already UTF-8 in memory, with or without BOM; separator comma; lines end in LF or CRLF; fields may be quoted, a quote
 * inside doubled, line breaks inside allowed. Empty lines are skipped. A field with nothing to unescape points into the text itself.
 * A broken record is reported with its place and skipped up to the next line end; the scan goes on. */
#ifndef DOUDI_BASE_CSV_H
#define DOUDI_BASE_CSV_H

#include "base/arena.h"
#include "base/text.h"

struct csv {
    struct text text;
    size_t offset;
    uint32_t line;            /* of the next record */
    struct arena *arena;      /* for unescaped fields, which live as long as it does */
    struct csv_field *fields; /* of the current record; overwritten by the next call */
    size_t count, room;
};

struct csv_field {
    struct text text;
    uint32_t line, column; /* where it begins; columns in characters, from 1 */
    bool quoted;           /* "" is an empty text that was written, unlike nothing */
};

enum csv_result {
    CSV_RECORD,
    CSV_END,
    CSV_QUOTE_OPEN,    /* the text ends, or 1 MiB passes, inside quotes */
    CSV_QUOTE_STRAY,   /* a quote inside an unquoted field, or text after a closing quote */
    CSV_BAD_UTF8,
    CSV_NUL,           /* a zero byte */
    CSV_TOO_WIDE,      /* more than CSV_FIELDS_MAX fields */
    CSV_TOO_LONG,      /* a field of more than CSV_FIELD_BYTES_MAX bytes */
    CSV_NO_MEMORY
};

enum { CSV_FIELDS_MAX = 4096, CSV_FIELD_BYTES_MAX = 1 << 20 };

void csv_init(struct csv *csv, struct text text, struct arena *arena);

/* The next record into csv->fields, csv->count. After an error, fields[0] holds the place (line, column) and the scan stands at the
 * beginning of the next line. */
enum csv_result csv_next(struct csv *csv);

/* Appends a field, quoted where it must be (comma, quote, line break, leading or trailing space). `defuse` puts an apostrophe before a text that a
 * spreadsheet would take for a formula (= + - @ tab), unless it is a plain number. */
void csv_write_field(struct builder *out, struct text field, bool defuse);

#endif
