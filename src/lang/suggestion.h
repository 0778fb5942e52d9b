/* The nearest of the names that there are, for one that was misspelt. */
#ifndef DOUDI_LANG_SUGGESTION_H
#define DOUDI_LANG_SUGGESTION_H

#include "base/map.h"

struct suggestion {
    struct text wanted, best; /* best is empty when nothing is near */
    size_t distance;          /* less than this is nearer than anything noted so far */
};
void suggestion_begin(struct suggestion *suggestion, struct text wanted);
void suggestion_note(struct suggestion *suggestion, struct text candidate);
void suggestion_note_map(struct suggestion *suggestion, const struct map *map);

#endif
