#include "cli/masked.h"

#include "store/seal.h"

struct text masked(struct arena *arena, struct text text) {
    return seal_mask(arena, text);
}
