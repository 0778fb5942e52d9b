/* Tables of other departments, whose rows say by a number whose they are.
 *
 *     import_match_begin(&match, &arena, entity)             of an entity with matched_by
 *     import_match_add(&match, number, id) ...               for each row above that is known
 *     import_match_text(&match, &import, name, bytes)        what of the table is about these, into the import's
 * records import_match_close(&match)                             once the import is closed
 *
 * The column of that input's name or label takes the place of the one of the row above. Numbers are compared as the
 * scheme writes them: without spaces around, letters as capitals. Rows of anybody else are counted and never kept; so
 * the table may be of a whole province.
 *
 * A row without an id gets one: that of the row above, and behind a stroke what its own kind is known by, as events are
 * named (P1/A12345, a stroke in it as %2F); where that is not told, its place among the rows of the same row above in
 * the table (P1/2). */
#ifndef DOUDI_EXCHANGE_IMPORT_MATCH_H
#define DOUDI_EXCHANGE_IMPORT_MATCH_H

#include "exchange/import.h"

struct import_match {
    const struct entity *entity;
    struct arena *arena;
    struct map owners;   /* number -> who has it */
    struct builder rows; /* those that are about them, as a table */
    size_t matched, strangers;
    size_t wrong;  /* without a number, with one that cannot be, of several rows at once, or not to be read */
    uint32_t line; /* the first that is wrong; 0: none */
};

void import_match_begin(struct import_match *match, struct arena *arena, const struct entity *entity);
void import_match_add(struct import_match *match, struct text number, struct text id);
/* Matched rows in which something else is wrong are refused by the import, as rows of any table are. */
enum import_result import_match_text(struct import_match *match, struct import *import, struct text name,
                                     struct text bytes);
/* Whether the table had rows of the one who has the match's number of that place (of owners.count); and who it is. */
bool import_match_has_rows(const struct import_match *match, size_t place, struct text *id);
void import_match_close(struct import_match *match);

#endif
