#include "lang/coverage.h"

/* The declaration cites these, each once though a case may repeat what its rule cites. */
static void note(struct arena *arena, const struct map *by_id, const struct declaration *declaration,
                 const struct names *cites) {
    for (size_t i = 0; i < cites->list.count; i++) {
        struct covered *covered = map_get(by_id, cites->list.items[i].text);
        if (!covered || (covered->by.count && covered->by.items[covered->by.count - 1] == declaration)) continue;
        VECTOR_PUSH(arena, &covered->by, declaration);
    }
}

struct coverage coverage_of(struct arena *arena, const struct policy *policy) {
    struct coverage coverage = {0};
    struct map by_id; /* -> struct covered */
    map_init(&by_id, arena);
    for (size_t i = 0; i < policy->clauses.count; i++)
        VECTOR_PUSH(arena, &coverage.clauses, ((struct covered){.clause = policy->clauses.items[i]}));
    if (arena_failed(arena)) return coverage;
    for (size_t i = 0; i < coverage.clauses.count; i++)
        map_put(&by_id, coverage.clauses.items[i].clause->id, &coverage.clauses.items[i]);
    for (size_t i = 0; i < policy->layers.count; i++) {
        const struct layer *layer = policy->layers.items[i];
        for (size_t k = 0; k < layer->declarations.count; k++) {
            const struct declaration *declaration = layer->declarations.items[k];
            note(arena, &by_id, declaration, &declaration->cites);
            for (size_t n = 0; n < declaration->branches.count; n++)
                note(arena, &by_id, declaration, &declaration->branches.items[n].cites);
        }
    }
    for (size_t i = 0; i < coverage.clauses.count; i++) coverage.open += coverage.clauses.items[i].by.count == 0;
    return coverage;
}
