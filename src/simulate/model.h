/* Whether two policies speak of the same things: the same entities with the same inputs, so that the same rows of data
 * can be decided by both. Rules, parameters, funds and everything else may differ. */
#ifndef DOUDI_SIMULATE_MODEL_H
#define DOUDI_SIMULATE_MODEL_H

#include "lang/policy.h"

enum model_difference_kind {
    MODEL_SAME,
    MODEL_ENTITY_MISSING, /* the other policy has no such entity */
    MODEL_ENTITY_PLACED,  /* it lies elsewhere, or is an event in one of them only */
    MODEL_INPUT_MISSING,  /* the other policy has no such input */
    MODEL_INPUT_DIFFERS,  /* in type, unit, range or step */
};

/* The first thing in which they differ, as it stands in `has`. */
struct model_difference {
    enum model_difference_kind kind;
    const struct policy *has, *other;
    const struct entity *entity;
    const struct field *input;
};

struct model_difference model_compare(const struct policy *a, const struct policy *b);

#endif
