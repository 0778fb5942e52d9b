/* Which rules rest on parameters, or on rows of data, that nobody has confirmed: their results are shown as
 * unconfirmed.
 */
#ifndef DOUDI_ENGINE_CONFIRMATION_H
#define DOUDI_ENGINE_CONFIRMATION_H

#include "engine/run.h"

struct confirmation {
    bool *unconfirmed; /* by field index */
    size_t parameters; /* how many parameters in use are not confirmed on that day */
};

/* For the law as of the run's first day. Found once, kept by the run; NULL when memory has run out. */
const struct confirmation *confirmation_of(struct run *run);

#endif
