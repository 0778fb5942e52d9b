/* CSV by RFC 4180: a scanner that hands out one record after another, with positions.
 *
 * Reads text that is already in memory, UTF-8 with or without BOM; separator comma; lines end in LF or CRLF; fields may
 * be quoted, a quote inside doubled, line breaks inside allowed. Empty lines are skipped. A field with nothing to
 * unescape points into the text itself. A broken record is reported with its place and skipped up to the next line end;
 * the scan goes on. However long a line is, no more memory is taken than for CSV_FIELDS_MAX fields and one of
 * CSV_FIELD_BYTES_MAX. */
#ifndef DOUDI_BASE_CSV_H
#define DOUDI_BASE_CSV_H

#include "base/arena.h"
#include "base/text.h"

struct csv {
    struct text text;
    size_t offset;
    uint32_t line;            /* of the next record */
    struct arena *arena;      /* holds the fields, and the texts that had to be unescaped */
    struct csv_field *fields; /* of the current record; overwritten by the next call */
    size_t count;
    bool sound;     /* set by who knows: all is UTF-8, without a zero byte, see csv_survey */
    size_t block;   /* where the bytes begin that were looked through last; SIZE_MAX: none were */
    uint64_t marks; /* a bit for each of them at which a field may end, or something is to be looked at */
};

struct csv_field {
    struct text text;
    size_t offset; /* the byte where it begins, at its quote if it is quoted */
    uint32_t line; /* where that is; csv_column tells the column */
    bool quoted;   /* "" is an empty text that was written, unlike nothing */
};

enum csv_result {
    CSV_RECORD,
    CSV_END,
    CSV_QUOTE_OPEN,  /* the text ends, or CSV_FIELD_BYTES_MAX passes, inside quotes; the place is the opening quote */
    CSV_QUOTE_STRAY, /* a quote inside an unquoted field, or text after a closing quote */
    CSV_BAD_UTF8,
    CSV_NUL,       /* a zero byte */
    CSV_TOO_WIDE,  /* more than CSV_FIELDS_MAX fields */
    CSV_TOO_LONG,  /* a field of more than CSV_FIELD_BYTES_MAX bytes */
    CSV_NO_MEMORY, /* no place is told */
};

enum { CSV_FIELDS_MAX = 4096, CSV_FIELD_BYTES_MAX = 1 << 20 };

/* Takes the room for the fields from the arena. What a record takes comes later: whoever needs one record at a time may
 * rewind the arena to a mark that was set after this call. */
void csv_init(struct csv *csv, struct text text, struct arena *arena);

/* The next record into csv->fields, csv->count. After an error, fields[0] holds the place and the scan stands at the
 * beginning of the next line. */
enum csv_result csv_next(struct csv *csv);

/* Moves to where the next record begins, which csv_next does by itself: csv->offset and csv->line then tell its place.
 * A carriage return that no line feed follows is no line end, but belongs to the record. */
void csv_skip_empty_lines(struct csv *csv);

/* What a look at every byte tells. */
struct csv_survey {
    size_t feeds; /* line feeds */
    bool sound;   /* UTF-8 without a zero byte */
};
struct csv_survey csv_survey(struct text text);

/* The column of a field, or of an error's place, in characters from 1. Reckoned when asked for, in time with the length
 * of the line. */
uint32_t csv_column(const struct csv *csv, const struct csv_field *field);

/* Whether a spreadsheet would take it for a formula. */
bool csv_looks_like_formula(struct text text);
/* Whether it would, were it not for an apostrophe before it, or several: whoever reads it takes the first away. */
bool csv_is_defused(struct text text);
/* Appends a field, quoted where it must be (comma, quote, line break, leading or trailing space). `defuse` puts an
 * apostrophe before a text that a spreadsheet would take for a formula (= + - @ tab, and the wide forms of the signs),
 * unless it is a plain number; and before one that is defused already, so that every text reads back as it was. Note
 * that a record of a single empty field reads back as an empty line. */
void csv_write_field(struct builder *out, struct text field, bool defuse);

#endif
