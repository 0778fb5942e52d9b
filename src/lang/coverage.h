/* Coverage: for every clause of a policy, what implements it. */
#ifndef DOUDI_LANG_COVERAGE_H
#define DOUDI_LANG_COVERAGE_H

#include "lang/policy.h"

struct covered {
    const struct clause *clause;
    VECTOR(const struct declaration *) by; /* what cites it, in order of the text */
};
struct coverage {
    VECTOR(struct covered) clauses; /* in order of the policy's list */
    size_t open;                    /* that nothing cites */
};

/* Of a compiled policy. In the arena; check arena_failed. */
struct coverage coverage_of(struct arena *arena, const struct policy *policy);

#endif
