/* Maps from a text to a pointer, in an arena. The text must live as long as the map. Order of insertion is kept. */
#ifndef DOUDI_BASE_MAP_H
#define DOUDI_BASE_MAP_H

#include "base/arena.h"
#include "base/text.h"

struct map_entry {
    struct text key;
    void *value;
};
struct map_slot {
    uint32_t entry; /* + 1; 0: empty */
    uint32_t hash;  /* of its key: most others differ here already */
};
struct map {
    struct arena *arena;
    struct map_entry *entries; /* in order of insertion */
    size_t count, room;
    struct map_slot *slots; /* a power of two of them */
    size_t slot_count;
};

void map_init(struct map *map, struct arena *arena);
void *map_get(const struct map *map, struct text key);    /* NULL when absent */
size_t map_place(const struct map *map, struct text key); /* among the entries; SIZE_MAX when absent */

/* Adds or replaces. Dropped when memory runs out (arena_failed). */
void map_put(struct map *map, struct text key, void *value);

/* The key's place among the entries, which it keeps; one that is new has no value (NULL) until it is given one.
 * SIZE_MAX when memory has run out. */
size_t map_enter(struct map *map, struct text key);

/* Room for so many keys, of a map that is empty, so that it need not grow. */
void map_reserve(struct map *map, size_t count);

#endif
