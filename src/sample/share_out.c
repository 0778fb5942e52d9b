#include "sample/share_out.h"

#include <assert.h>
#include <stdlib.h>

/* In every cycle a place has as many turns as its weight, spread evenly over the cycle. */
struct turn {
    uint32_t place, number; /* of the place's turns, from 0 */
    int64_t weight;
};

/* Turn i of a place with weight w stands at (2 i + 1) / 2 w of the cycle; the earlier place first where two meet. */
static int compare_turns(const void *left, const void *right) {
    const struct turn *a = left, *b = right;
    int64_t at_a = (2 * (int64_t)a->number + 1) * b->weight, at_b = (2 * (int64_t)b->number + 1) * a->weight;
    if (at_a != at_b) return at_a < at_b ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

uint64_t *share_out(struct arena *arena, uint64_t families, const int64_t *weights, size_t places) {
    uint64_t cycle = 0;
    for (size_t i = 0; i < places; i++) cycle += (uint64_t)weights[i];
    uint64_t *counts = ARENA_ARRAY(arena, uint64_t, places);
    struct turn *turns = ARENA_ARRAY(arena, struct turn, cycle);
    if (!counts || !turns || arena_failed(arena)) return NULL;
    assert(cycle > 0 || places == 0); /* no place has weight 0 */
    if (cycle == 0) return counts;
    size_t count = 0;
    for (size_t i = 0; i < places; i++) {
        counts[i] = families / cycle * (uint64_t)weights[i];
        for (int64_t k = 0; k < weights[i]; k++) turns[count++] = (struct turn){(uint32_t)i, (uint32_t)k, weights[i]};
    }
    qsort(turns, count, sizeof *turns, compare_turns);
    for (uint64_t i = 0; i < families % cycle; i++) counts[turns[i].place]++;
    return counts;
}
