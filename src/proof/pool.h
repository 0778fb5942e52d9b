/* Values worth trying: what the law compares with, and the smallest step to either side of it. */
#ifndef DOUDI_PROOF_POOL_H
#define DOUDI_PROOF_POOL_H

#include "engine/lane.h"
#include "sample/random.h"

struct pool_values {
    VECTOR(lane) list;
};
struct pool {
    struct arena *arena;
    const struct policy *policy;
    day_number first_day;
    struct pool_values *of; /* by field index: of inputs, and of rules whose value before the month is drawn */
};

/* In the arena; check arena_failed. */
void pool_init(struct pool *pool, struct arena *arena, const struct policy *policy, month_number month);

/* A value in the field's range, of a number, date, truth or choice; often one of those worth trying. */
lane pool_draw(const struct pool *pool, struct random *random, const struct field *field);

#endif
