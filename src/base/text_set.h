/* Text sets: many short texts, each once, numbered from 0 in the order in which they came.
 *
 * The texts are copied, one behind another, and found again by a table of their hashes, which is made when something is
 * looked up: whoever adds many in a row pays for their bytes alone. */
#ifndef DOUDI_BASE_TEXT_SET_H
#define DOUDI_BASE_TEXT_SET_H

#include "base/text.h"

struct text_set_slot {
    uint32_t number; /* + 1; 0: empty */
    uint32_t hash;   /* of its text: most others differ here already */
};
struct text_set {
    size_t count;
    size_t room, byte_room, slot_count; /* slots: a power of two of them */
    size_t *ends;                       /* by number: where its text ends */
    char *bytes;
    struct text_set_slot *slots; /* NULL: to be made */
};

#define TEXT_SET_MAX (UINT32_MAX - 2) /* texts at most */

void text_set_init(struct text_set *set);
void text_set_free(struct text_set *set);

/* Makes the table, so that several threads may look texts up while nothing is added; false when memory has run out. */
bool text_set_ready(struct text_set *set);
/* Its number; SIZE_MAX when it is not there, or *failed: memory has run out. */
size_t text_set_find(struct text_set *set, struct text text, bool *failed);
/* A text that is known not to be there. SIZE_MAX when memory has run out, or there are too many; the set stands. */
size_t text_set_add(struct text_set *set, struct text text);
struct text text_set_at(const struct text_set *set, size_t number); /* good until the next is added */

#endif
