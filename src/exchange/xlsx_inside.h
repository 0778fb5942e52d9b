/* What xlsx.c (which file it is, which sheet), xlsx_part.c (parts of the archive, read as XML), xlsx_book.c (what all
 * sheets share: names, strings, styles) and xlsx_sheet.c (cells) share. */
#ifndef DOUDI_EXCHANGE_XLSX_INSIDE_H
#define DOUDI_EXCHANGE_XLSX_INSIDE_H

#include "base/map.h"
#include "exchange/xlsx.h"

/* The limits of xlsx.h, which tests make smaller. */
struct xlsx_limits {
    uint64_t cells, strings, csv_bytes, part_bytes, lesser_part_bytes, all_bytes;
};
enum xlsx_result xlsx_to_csv_within(struct arena *arena, struct text bytes, struct text sheet, struct builder *csv,
                                    struct xlsx_trouble *trouble, const struct xlsx_limits *limits);

/* Parts that name other parts, by id. */
struct xlsx_relation {
    struct text type, part;
};

struct xlsx_sheet {
    struct text name, part;
    bool visible;
};

struct xlsx_book {
    struct arena *arena;  /* of whoever calls: what trouble tells */
    struct arena scratch; /* everything else */
    const struct xlsx_limits *limits;
    struct xlsx_trouble *trouble;
    enum xlsx_result result; /* the first thing that went wrong */
    struct zip *archive;
    uint64_t unpacked; /* bytes of all parts so far */

    struct xlsx_xml *xml; /* the part that is being read */
    struct builder text;  /* of its elements that have any, until somebody empties it */

    struct text base;     /* the part whose relations these are */
    struct map relations; /* struct xlsx_relation by id */
    struct text workbook, strings_part, styles_part;
    bool from_1904;
    VECTOR(struct xlsx_sheet) sheets;

    struct map formats;           /* enum xlsx_format + 1 by number as it is written */
    VECTOR(unsigned char) styles; /* enum xlsx_format by style */
    struct builder strings;       /* shared ones as fields of CSV, one behind another */
    VECTOR(uint32_t) string_ends;
};

/* Remembers the first thing that went wrong, and where the reading stands. Always false. */
bool xlsx_fail(struct xlsx_book *book, enum xlsx_result result);
bool xlsx_fail_limit(struct xlsx_book *book, enum xlsx_limit limit);

/* --- parts (xlsx_part.c) ------------------------------------------------------------------------------------------ */

/* Elements are known by the place that they have in the tree, as a number of the reader's own from 1: `name` inside the
 * place `parent`, 0 for the root. What is not listed is passed over with all that is in it, as is what belongs to
 * another namespace than the root. */
struct xlsx_place {
    unsigned char parent, place;
    const char *name;
    bool text; /* what stands in it is added to book->text */
};

struct xlsx_reading {
    const struct xlsx_place *places;
    size_t count;
    enum xlsx_result other_root; /* what it means when the root is not listed */
    uint64_t bytes_max;
    void (*begin)(void *context, unsigned place, const char *const *attributes);
    void (*end)(void *context, unsigned place); /* NULL: of no interest */
    void *context;
};

/* Unpacks a part and reads it piece by piece; false when that failed, which the book knows. Its sum is looked at too.
 */
bool xlsx_read_part(struct xlsx_book *book, struct text part, const struct xlsx_reading *reading);
bool xlsx_has_part(struct xlsx_book *book, struct text part);

/* Empty when there is none. That of another namespace is asked for with a bar before its name. */
struct text xlsx_attribute(const char *const *attributes, const char *name);
/* "1", "true" and "on" are. */
bool xlsx_is_true(struct text text);
/* Decimal digits and nothing else, less than 2^32. */
bool xlsx_read_count(struct text text, uint32_t *count);

/* --- the book (xlsx_book.c) --------------------------------------------------------------------------------------- */

/* What kind of document it is. */
bool xlsx_read_types(struct xlsx_book *book);
/* The sheets and where everything is. */
bool xlsx_read_book(struct xlsx_book *book);
/* What cells refer to. */
bool xlsx_read_styles(struct xlsx_book *book);
bool xlsx_read_strings(struct xlsx_book *book);
/* Puts characters in the place of _x000D_ and the like, which is how XLSX writes what XML cannot. */
void xlsx_unescape(struct builder *text);

/* --- cells (xlsx_sheet.c) ----------------------------------------------------------------------------------------- */

bool xlsx_read_sheet(struct xlsx_book *book, const struct xlsx_sheet *sheet, struct builder *csv);

#endif
