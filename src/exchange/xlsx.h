/* Workbooks: one sheet of an XLSX file in memory, as the CSV that it would have been saved as.
 *
 * The CSV is UTF-8 with commas; fields are quoted where they must be. Line N is row N of the sheet as long as no cell
 * above it holds a line break, which is kept inside quotes: empty rows give empty lines, and only those behind the last
 * filled one are left out. Other rows have as many fields as the first, or more; behind these, empty cells at the end
 * of a row are left out. Rows, columns and sheets that are hidden count like others; of merged cells the first has the
 * value.
 *
 * Cells give what a spreadsheet shows, but whole:
 *   texts     as they are, without phonetic guides; TRUE and FALSE; errors as #N/A
 *   numbers   rounded half up to 15 significant digits, which is all that a spreadsheet tells of them, without exponent
 *             or grouping: 100.1 of 100.09999999999999. One with more digits before the point is not what was typed:
 *             it stands behind a mark (cut_number.h), for whoever reads it as a text
 *   percents  0.9 as 90%
 *   dates     2018-07-01, 2018-07-01 08:30:00; a time alone 08:30:00. What is no date stays what it is: 1900-01-00 and
 *             1900-02-29 are shown so, numbers before and behind as numbers
 *   formulas  the value that was kept with them; a workbook in which none was kept is refused
 *
 * Nothing is guessed: whatever cannot be read as it is meant gives a result of its own, and never a part of a sheet. */
#ifndef DOUDI_EXCHANGE_XLSX_H
#define DOUDI_EXCHANGE_XLSX_H

#include "base/text.h"
#include "base/vector.h"

enum xlsx_result {
    XLSX_OK,
    XLSX_PASSWORD,       /* encrypted: nothing in it can be read */
    XLSX_BINARY,         /* a workbook of another kind, .xls or .xlsb */
    XLSX_MACROS,         /* a workbook with macros, .xlsm */
    XLSX_NO_WORKBOOK,    /* neither of these, or another document in the same container */
    XLSX_NO_SHEET,       /* none of that name, or no visible one: trouble->sheets are those that there are */
    XLSX_DAMAGED,        /* cut off, changed (a sum is wrong), not well-formed, or something is missing that is named */
    XLSX_DOCTYPE,        /* XML that declares entities of its own, which no spreadsheet writes */
    XLSX_DISORDER,       /* a row or a cell stands twice, or behind one that it should stand before */
    XLSX_VALUE,          /* a cell with something else in it than it says: a number that is none, an unknown string */
    XLSX_NOT_CALCULATED, /* a formula without a value: written by a program that cannot calculate */
    XLSX_TOO_LARGE,      /* trouble->limit tells for what */
    XLSX_NO_MEMORY,      /* the arena knows as well */
};

/* What more than this is refused with XLSX_TOO_LARGE. Bytes of parts are those that they are unpacked to. */
enum {
    XLSX_ROWS_MAX = 1048576,
    XLSX_COLUMNS_MAX = 16384,
    XLSX_CELLS_MAX = 1 << 26,
    XLSX_STRINGS_MAX = 1 << 24,
    XLSX_TEXT_BYTES_MAX = 1 << 20, /* of a cell, as in CSV (base/csv.h) */
    XLSX_CSV_BYTES_MAX = 1 << 30,
    XLSX_PART_BYTES_MAX = 1 << 30,        /* the sheet, and its strings */
    XLSX_LESSER_PART_BYTES_MAX = 1 << 26, /* anything else */
    XLSX_ALL_BYTES_MAX = 0x7fffffff,
    XLSX_RATIO_MAX = 300,           /* times that a part may grow when it is unpacked */
    XLSX_RATIO_BYTES_MIN = 1 << 20, /* from that size on */
    XLSX_DEPTH_MAX = 64,            /* elements of XML inside one another */
    XLSX_TAG_BYTES_MAX = 1 << 20,
};

enum xlsx_limit {
    XLSX_LIMIT_NONE,
    XLSX_LIMIT_ROWS,
    XLSX_LIMIT_COLUMNS,
    XLSX_LIMIT_CELLS,
    XLSX_LIMIT_STRINGS,
    XLSX_LIMIT_TEXT,
    XLSX_LIMIT_CSV,
    XLSX_LIMIT_PART,
    XLSX_LIMIT_ALL,
    XLSX_LIMIT_RATIO,
    XLSX_LIMIT_DEPTH,
    XLSX_LIMIT_TAG,
};

/* Where it was, as far as that is known. Texts lie in the arena. */
struct xlsx_trouble {
    struct text part;     /* of the archive, xl/worksheets/sheet1.xml; empty: the archive itself */
    uint64_t offset;      /* the byte of the part, unpacked */
    uint32_t row, column; /* of the cell, from 1; column 0: the row; row 0: no cell */
    enum xlsx_limit limit;
    struct text sheet;          /* the one that was read, or is to be */
    VECTOR(struct text) sheets; /* names of all that hold cells, in their order, also when all is well */
};

/* Whether this is for xlsx_to_csv to judge: it begins as a ZIP archive does, or as old and encrypted workbooks do. */
bool xlsx_is(struct text bytes);

/* E3: the name of a cell. */
void xlsx_add_cell(struct builder *out, uint32_t row, uint32_t column);

/* Of the sheet of that name, or of the first visible one when the name is empty. csv need not be begun; whoever
 * calls frees it (builder_free), and it is empty unless the result is XLSX_OK. `trouble` is filled in any case. */
enum xlsx_result xlsx_to_csv(struct arena *arena, struct text bytes, struct text sheet, struct builder *csv,
                             struct xlsx_trouble *trouble);

#endif
