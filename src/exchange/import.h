/* Import: a folder of CSV files (docs/data.md) becomes records.
 *
 *     struct import import = {.arena = &arena, .policy = policy, .diagnostics = &diagnostics};
 *     enum import_result result = import_folder(&import, "samples/fugong", "policies/yunnan-2018/areas");
 *     ... dataset_new(policy, &import.records, month, &refusals), import_report_refusals(&import, &refusals) ...
 *     import_close(&import);
 *
 * A row with any bad cell is left out as a whole; all its bad cells are told, and the good rows go on. Texts of the
 * records and of the diagnostics' places point into the files: close the import after both are done with. */
#ifndef DOUDI_EXCHANGE_IMPORT_H
#define DOUDI_EXCHANGE_IMPORT_H

#include "base/diagnostic.h"
#include "engine/value.h"
#include "exchange/file.h"
#include "exchange/gb18030.h"
#include "exchange/messages.h"

enum {
    IMPORT_TEXT_BYTES_MAX = 400,      /* of an id, a reference, a text */
    IMPORT_DIAGNOSTICS_A_FILE = 1000, /* the rest is counted */
    /* No spreadsheet has as many rows. A file with so many wrong ones is not what was meant, and a row left out takes
     * many times the memory of a short line. */
    IMPORT_REFUSED_A_FILE = 1000000,
};

enum import_result {
    IMPORT_OK,
    IMPORT_ROWS_REFUSED, /* the good rows stand; the diagnostics tell of the others */
    IMPORT_FILE_REFUSED, /* a whole file could not be used: what was read is not the data that were meant */
    IMPORT_UNREADABLE,   /* the folder itself */
    IMPORT_NO_MEMORY,
};

/* Where the columns of a file are; IMPORT_NO_COLUMN when it has no such column. */
#define IMPORT_NO_COLUMN SIZE_MAX
struct import_layout {
    size_t count, id, parent, from, until, confidence;
    size_t other; /* says of a row that it is another than those it is like */
    size_t own;   /* how many columns in front are not the file's, but of a copy of rows left out (rejected.h) */
    struct text *headings;       /* by column, as they stand in the file */
    const struct field **inputs; /* by column; NULL: no input */
};

/* What a heading stands for in a file of an entity. */
enum import_heading {
    IMPORT_HEADING_NONE, /* nothing: it is not known, or begins with # */
    IMPORT_HEADING_ID,
    IMPORT_HEADING_PARENT,
    IMPORT_HEADING_FROM,
    IMPORT_HEADING_UNTIL,
    IMPORT_HEADING_CONFIDENCE,
    IMPORT_HEADING_INPUT, /* *input */
};
enum import_heading import_heading_of(const struct entity *entity, struct text heading, const struct field **input);
/* The word of a confidence column that says that somebody has confirmed the row. */
#define IMPORT_CONFIRMED "high"

struct import_part;
struct import_file {
    struct file file;
    struct source source;      /* its bytes as UTF-8 */
    struct import_part *parts; /* of the bytes, one after the other; each begins where a line does */
    size_t part_count;
    bool sound;                  /* all of it is UTF-8 indeed, without a zero byte */
    const struct entity *entity; /* NULL: opening.csv, decisions.csv */
    struct import_layout layout;
    size_t listed, unlisted; /* diagnostics, and those beyond IMPORT_DIAGNOSTICS_A_FILE */
    size_t refused;          /* rows, while it is read */
};

/* A row that was left out. */
struct import_refused {
    const struct import_file *file;
    uint32_t line;
    size_t diagnostic; /* its first, in diagnostics->list until that is sorted; SIZE_MAX when it is not listed */
    struct text id;    /* as far as it was read */
    struct text row;   /* as it stands in the file, without the line end */
};

/* A line of opening.csv or decisions.csv. */
struct import_given {
    const struct entity *entity;
    const struct field *field; /* a rule */
    struct text id;            /* of a row that is among the records, or was refused; of an event, its parent's is */
    struct value value;
    bool opening;
    month_number month; /* MONTH_FIRST: an opening value */
    struct import_file *file;
    uint32_t place; /* its line */
};

/* The caller sets arena, policy and diagnostics, which must outlive it, adds, since, encoding and threads; all else is
 * zero. What comes of it is the same for any number of threads. */
struct import {
    struct arena *arena;
    const struct policy *policy;
    struct diagnostics *diagnostics;
    bool adds;          /* to what is known elsewhere: rows may lie under others that the files do not bring */
    month_number since; /* with that: from which month rows hold that do not say so; MONTH_FIRST: always */
    const enum encoding *encoding; /* of all files: UTF-8 or GB18030; NULL: whatever each looks like */
    unsigned threads;              /* 0: the caller's alone */
    size_t part_bytes;             /* for tests: how long the parts of a file are that threads read; 0: as is best */
    struct records records;
    VECTOR(struct import_given) given;
    VECTOR(struct import_refused) refused;
    VECTOR(struct import_file *) files;
    struct import_file **by_entity; /* by entity index; NULL: no file */
    struct file_names listed;       /* what stands in the folder */
    bool **reported;                /* by entity index, by row: already in `refused` by the dataset's judgement */
    bool file_refused;
};

/* `areas_folder` gives the entities whose files `folder` does not bring; it may be NULL. Once per import. */
enum import_result import_folder(struct import *import, const char *folder, const char *areas_folder);
void import_close(struct import *import);

/* The rows of one entity from a text in memory, which must outlive the import; `name` is what they are called when
 * something is wrong. Once per entity. */
enum import_result import_text(struct import *import, const struct entity *entity, struct text name, struct text bytes);

/* The lines that were read from opening.csv, or from decisions.csv, as such a file; the empty text when there are none.
 */
struct text import_given_written(const struct import *import, struct arena *arena, bool opening);

/* Reads what import_given_written wrote, without asking whether their rows exist; the texts must outlive the import. Of
 * an import without a folder; once. They are told as if they lay in a folder of that name. */
enum import_result import_given_lines(struct import *import, struct text name, struct text opening,
                                      struct text decisions);

/* Tells that a row of the records, or a given line, is left out, at a column of its place, and lists it among
 * `refused`. Soonest in the order of the lines of each file. */
struct import_left_out {
    struct import_file *file;
    uint32_t line;
    struct text id;
    const struct field *field; /* an input; NULL: the id, where the file has one */
    enum exchange_message message;
    const struct text *arguments;
    size_t count;
};
void import_leave_out(struct import *import, const struct import_left_out *rows, size_t count);

/* Tells what a dataset left out, at its place in the files. The months of one import may each report: what is told
 * already is not told twice. */
void import_report_refusals(struct import *import, const struct refusals *refusals);

#endif
