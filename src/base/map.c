#include "base/map.h"

#include <string.h>

void map_init(struct map *map, struct arena *arena) {
    *map = (struct map){.arena = arena};
}

static struct map_slot *find(const struct map *map, struct text key, uint32_t hash) {
    size_t mask = map->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct map_slot *slot = &map->slots[i];
        if (!slot->entry || (slot->hash == hash && text_equal(map->entries[slot->entry - 1].key, key))) return slot;
    }
}

size_t map_place(const struct map *map, struct text key) {
    uint32_t entry = map->count ? find(map, key, (uint32_t)text_hash(key))->entry : 0;
    return entry ? entry - 1 : SIZE_MAX;
}

void *map_get(const struct map *map, struct text key) {
    size_t place = map_place(map, key);
    return place == SIZE_MAX ? NULL : map->entries[place].value;
}

/* All keys differ: what was told apart stays so. */
static void move_slots(struct map *map, const struct map_slot *slots, size_t count) {
    size_t mask = map->slot_count - 1;
    for (size_t i = 0; i < count; i++) {
        if (!slots[i].entry) continue;
        size_t at = slots[i].hash & mask;
        while (map->slots[at].entry) at = (at + 1) & mask;
        map->slots[at] = slots[i];
    }
}

static bool grow_to(struct map *map, size_t room) {
    struct map_entry *entries = ARENA_ARRAY(map->arena, struct map_entry, room);
    struct map_slot *slots = ARENA_ARRAY(map->arena, struct map_slot, room * 2), *before = map->slots;
    size_t count = map->slot_count;
    if (arena_failed(map->arena)) return false;
    if (map->count) memcpy(entries, map->entries, map->count * sizeof *entries);
    map->entries = entries;
    map->room = room;
    map->slots = slots;
    map->slot_count = room * 2;
    move_slots(map, before, count);
    return true;
}

enum { ROOM_LEAST = 8 };

void map_reserve(struct map *map, size_t count) {
    size_t room = ROOM_LEAST;
    while (room < count) room *= 2;
    grow_to(map, room);
}

size_t map_enter(struct map *map, struct text key) {
    if (map->count == map->room && !grow_to(map, map->room ? map->room * 2 : ROOM_LEAST)) return SIZE_MAX;
    uint32_t hash = (uint32_t)text_hash(key);
    struct map_slot *slot = find(map, key, hash);
    if (slot->entry) return slot->entry - 1;
    map->entries[map->count] = (struct map_entry){.key = key};
    *slot = (struct map_slot){(uint32_t)++map->count, hash};
    return map->count - 1;
}

void map_put(struct map *map, struct text key, void *value) {
    size_t at = map_enter(map, key);
    if (at != SIZE_MAX) map->entries[at].value = value;
}
