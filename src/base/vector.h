/* Vectors: arrays that grow inside an arena.
 *
 *     VECTOR(struct rule *) rules;   declares  { struct rule **items; size_t count, room; }
 *     VECTOR_PUSH(arena, &rules, rule);
 *
 * When memory runs out the item is dropped and the arena says so (arena_failed). */
#ifndef DOUDI_BASE_VECTOR_H
#define DOUDI_BASE_VECTOR_H

#include "base/arena.h"

#define VECTOR(type)                                                                                                   \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, room;                                                                                            \
    }

/* The items, moved if need be so that one more fits; NULL when memory has run out. */
void *vector_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size);

#define VECTOR_PUSH(arena, vector, item)                                                                               \
    do {                                                                                                               \
        void *vector_items_ =                                                                                          \
            vector_grow((arena), (vector)->items, (vector)->count, &(vector)->room, sizeof *(vector)->items);          \
        if (vector_items_) {                                                                                           \
            (vector)->items = vector_items_;                                                                           \
            (vector)->items[(vector)->count++] = (item);                                                               \
        }                                                                                                              \
    } while (0)

#endif
