/* A population: random families with the areas they live in and whatever else the law speaks of, drawn from the model
 * alone. */
#ifndef DOUDI_PROOF_POPULATION_H
#define DOUDI_PROOF_POPULATION_H

#include "proof/pool.h"
#include "proof/scene.h"

struct population {
    struct arena arena;
    struct records records;
    struct history history; /* with values from before the month */
    size_t families;
};

/* The entity of which rows are called families: those that people lie in (policy_people). */
const struct entity *population_family(const struct policy *policy);

/* The same for the same stream. False when memory has run out; population_free is due in any case. */
bool population_make(struct population *population, const struct pool *pool, const struct case_policy *law,
                     month_number month, uint64_t stream, size_t families);
void population_free(struct population *population);

#endif
