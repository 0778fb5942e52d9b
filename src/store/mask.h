/* What may be shown of what is sealed (store/seal.h). */
#ifndef DOUDI_STORE_MASK_H
#define DOUDI_STORE_MASK_H

#include "base/text.h"

/* What may be shown of an id: of a citizen's, and of what begins with one, the first 6 characters; the last 4 of others
 * of 8 or more; nothing of shorter ones. Every other character is a dot. In the arena, empty when memory runs out. */
struct text seal_mask(struct arena *arena, struct text id);

#endif
