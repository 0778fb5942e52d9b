#include "base/vector.h"

#include <string.h>

void *vector_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size) {
    if (count < *room) return items;
    size_t more = *room ? *room * 2 : 4;
    void *bigger = arena_new(arena, more, size);
    if (arena_failed(arena)) return NULL;
    if (count) memcpy(bigger, items, count * size);
    *room = more;
    return bigger;
}
