/* Ranges and grids of expressions, found by the checks and asked again by whoever computes with integers. */
#ifndef DOUDI_LANG_INTERVAL_H
#define DOUDI_LANG_INTERVAL_H

#include "lang/policy.h"

/* Of an expression of a compiled policy for rows of the entity. In the arena; check arena_failed. */
struct interval interval_of(const struct policy *policy, struct arena *arena, const struct expr *expr,
                            const struct entity *entity);

#endif
