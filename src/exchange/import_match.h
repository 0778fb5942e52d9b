/* Tables of other departments, whose rows say by a number whose they are.
 *
 *     import_match_begin(&match, &arena, entity)         of an entity with matched_by
 *     import_match_add(&match, number, id, key) ...      for each row above that is known
 *     import_match_text(&match, &import, name, bytes)    what of the table is about these, into the import's records
 *     import_match_close(&match)                         once the import is closed
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

/* Who has a number. */
struct import_owner {
    struct text id;
    uint32_t key;
    bool several; /* it cannot be told whose a row is */
    size_t rows;  /* of the table so far */
};

/* A row of the table that is somebody's. */
struct import_matched {
    uint32_t line, key;
};

struct import_match {
    const struct entity *entity;
    struct arena *arena;
    unsigned threads;   /* that may look for owners; 0: one */
    struct map numbers; /* of those who are known, in the order of `owners` */
    VECTOR(struct import_owner) owners;
    struct builder rows; /* those that are about them, as a table */
    VECTOR(struct import_matched) matched;
    size_t strangers;
    size_t wrong;  /* without a number, with one that cannot be, of several rows at once, or not to be read */
    uint32_t line; /* the first that is wrong; 0: none */
};

void import_match_begin(struct import_match *match, struct arena *arena, const struct entity *entity);
void import_match_reserve(struct import_match *match, size_t owners); /* room for so many, before the first */
/* By its key the row is known to whoever adds it. The texts must live as long as the match. */
void import_match_add(struct import_match *match, struct text number, struct text id, uint32_t key);
/* Matched rows in which something else is wrong are refused by the import, as rows of any table are. */
enum import_result import_match_text(struct import_match *match, struct import *import, struct text name,
                                     struct text bytes);
void import_match_close(struct import_match *match);

#endif
