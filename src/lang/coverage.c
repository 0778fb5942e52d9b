#include "lang/coverage.h"

static bool cites(const struct names *names, struct text clause) {
    for (size_t i = 0; i < names->list.count; i++)
        if (text_equal(names->list.items[i].text, clause)) return true;
    return false;
}

static bool covers(const struct declaration *declaration, struct text clause) {
    bool found = cites(&declaration->cites, clause);
    for (size_t i = 0; i < declaration->branches.count; i++)
        found = found || cites(&declaration->branches.items[i].cites, clause);
    return found;
}

struct coverage coverage_of(struct arena *arena, const struct policy *policy) {
    struct coverage coverage = {0};
    for (size_t i = 0; i < policy->clauses.count; i++) {
        struct covered covered = {.clause = policy->clauses.items[i]};
        for (size_t layer = 0; layer < policy->layers.count; layer++) {
            const struct layer *it = policy->layers.items[layer];
            for (size_t k = 0; k < it->declarations.count; k++)
                if (covers(it->declarations.items[k], covered.clause->id))
                    VECTOR_PUSH(arena, &covered.by, it->declarations.items[k]);
        }
        coverage.open += covered.by.count == 0;
        VECTOR_PUSH(arena, &coverage.clauses, covered);
    }
    return coverage;
}
