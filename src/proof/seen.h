/* A scene of a row of a dataset: the row with whatever decides it. */
#ifndef DOUDI_PROOF_SEEN_H
#define DOUDI_PROOF_SEEN_H

#include "proof/scene.h"

struct seen {
    const struct case_policy *law;
    const struct dataset *dataset;
    const struct history *history; /* with opening values */
    month_number month;
};

/* In which the guarantee is broken at the row `about`, SIZE_MAX when that cannot be shown by fewer than all rows. In
 * the arena. False when memory has run out. */
bool seen_scene(const struct seen *seen, struct arena *arena, const struct guarantee *guarantee, size_t row,
                struct scene *scene, size_t *about);

#endif
