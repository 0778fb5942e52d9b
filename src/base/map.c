#include "base/map.h"

#include <string.h>

void map_init(struct map *map, struct arena *arena) {
    *map = (struct map){.arena = arena};
}

static uint32_t *find(const struct map *map, struct text key) {
    size_t mask = map->slot_count - 1;
    for (size_t i = text_hash(key) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &map->slots[i];
        if (*slot == 0 || text_equal(map->entries[*slot - 1].key, key)) return slot;
    }
}

void *map_get(const struct map *map, struct text key) {
    if (map->count == 0) return NULL;
    uint32_t slot = *find(map, key);
    return slot ? map->entries[slot - 1].value : NULL;
}

static bool grow(struct map *map) {
    size_t room = map->room ? map->room * 2 : 8;
    struct map_entry *entries = ARENA_ARRAY(map->arena, struct map_entry, room);
    uint32_t *slots = ARENA_ARRAY(map->arena, uint32_t, room * 2);
    if (arena_failed(map->arena)) return false;
    if (map->count) memcpy(entries, map->entries, map->count * sizeof *entries);
    map->entries = entries;
    map->room = room;
    map->slots = slots;
    map->slot_count = room * 2;
    for (size_t i = 0; i < map->count; i++) *find(map, entries[i].key) = (uint32_t)(i + 1);
    return true;
}

void map_put(struct map *map, struct text key, void *value) {
    if (map->count == map->room && !grow(map)) return;
    uint32_t *slot = find(map, key);
    if (*slot) {
        map->entries[*slot - 1].value = value;
        return;
    }
    map->entries[map->count] = (struct map_entry){key, value};
    *slot = (uint32_t)++map->count;
}
