/* The literate side of a policy file: Markdown whose ```doudi blocks hold declarations.
 *
 * A line scanner, not a Markdown renderer: it knows headings, fences and pipe tables, which is all that the language
 * needs. */
#ifndef DOUDI_LANG_MARKDOWN_H
#define DOUDI_LANG_MARKDOWN_H

#include "lang/tree.h"

/* One ```doudi block. */
struct block {
    size_t fence;                 /* where the opening fence begins */
    size_t begin, end;            /* bytes of the source between the fences */
    struct text heading;          /* the nearest heading above, without #; empty if none */
    struct decision_table *table; /* the table under the fence, at most one empty line between; NULL if none */
    struct text misspelt;         /* what the fence says where doudi must have been meant; else empty */
    bool ours; /* says doudi, or means it; others are only noted when they do not end, for they may hide what follows */
    bool closed; /* the closing fence is there */
};
struct blocks {
    VECTOR(struct block) list;
};

void blocks_find(struct blocks *blocks, struct arena *arena, const struct source *source);

#endif
