/* Which rules rest on parameters, or on rows of data, that nobody has confirmed: their results are shown as
 * unconfirmed.
 */
#ifndef DOUDI_ENGINE_CONFIRMATION_H
#define DOUDI_ENGINE_CONFIRMATION_H

#include "engine/dataset.h"

struct confirmation {
    bool *unconfirmed; /* by field index */
    size_t parameters; /* how many parameters in use are not confirmed on that day */
};

/* For the law as of a day. In the arena; check arena_failed. */
struct confirmation confirmation_of(struct arena *arena, const struct dataset *dataset, day_number day);

#endif
