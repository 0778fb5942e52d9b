#include "base/text_set.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>

enum { ROOM_LEAST = 64, BYTES_LEAST = 1024 };

void text_set_init(struct text_set *set) {
    *set = (struct text_set){0};
}

void text_set_free(struct text_set *set) {
    memory_free(set->ends);
    memory_free(set->bytes);
    memory_free(set->slots);
    text_set_init(set);
}

static size_t begin_of(const struct text_set *set, size_t number) {
    return number ? set->ends[number - 1] : 0;
}

struct text text_set_at(const struct text_set *set, size_t number) {
    assert(number < set->count);
    size_t begin = begin_of(set, number);
    return (struct text){set->bytes + begin, set->ends[number] - begin};
}

/* --- finding ---------------------------------------------------------------------------------------------------- */

/* The slot of the text, or the empty one where it would be. */
static struct text_set_slot *slot_of(const struct text_set *set, struct text text, uint32_t hash) {
    size_t mask = set->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct text_set_slot *slot = &set->slots[i];
        if (!slot->number || (slot->hash == hash && text_equal(text_set_at(set, slot->number - 1), text))) return slot;
    }
}

static void put_slot(struct text_set *set, uint32_t number, uint32_t hash) {
    size_t mask = set->slot_count - 1, at = hash & mask;
    while (set->slots[at].number) at = (at + 1) & mask;
    set->slots[at] = (struct text_set_slot){number + 1, hash};
}

/* Twice as many slots as there is room for texts, or more; false when memory has run out. */
static bool make_slots(struct text_set *set) {
    size_t count = 2 * ROOM_LEAST;
    while (count / 2 < set->room) count *= 2;
    set->slots = memory_new(count, sizeof *set->slots);
    if (!set->slots) return false;
    set->slot_count = count;
    for (size_t i = 0; i < set->count; i++) put_slot(set, (uint32_t)i, (uint32_t)text_hash(text_set_at(set, i)));
    return true;
}

bool text_set_ready(struct text_set *set) {
    return set->count == 0 || set->slots || make_slots(set);
}

size_t text_set_find(struct text_set *set, struct text text, bool *failed) {
    if (set->count == 0) return SIZE_MAX;
    if (!text_set_ready(set)) {
        *failed = true;
        return SIZE_MAX;
    }
    uint32_t number = slot_of(set, text, (uint32_t)text_hash(text))->number;
    return number ? number - 1 : SIZE_MAX;
}

/* --- adding ----------------------------------------------------------------------------------------------------- */

static bool make_room(struct text_set *set, size_t bytes) {
    size_t used = begin_of(set, set->count);
    if (!set->bytes || used + bytes > set->byte_room) { /* also for an empty text, which stands somewhere */
        size_t room = set->byte_room ? set->byte_room * 2 : BYTES_LEAST;
        while (room < used + bytes) room *= 2;
        char *bigger = memory_resize(set->bytes, room, 1);
        if (!bigger) return false;
        set->bytes = bigger;
        set->byte_room = room;
    }
    if (set->count < set->room) return true;
    size_t room = set->room ? set->room * 2 : ROOM_LEAST;
    size_t *ends = memory_resize(set->ends, room, sizeof *ends);
    if (!ends) return false;
    memory_free(set->slots); /* too few by now: whoever looks something up makes others */
    set->slots = NULL;
    set->ends = ends;
    set->room = room;
    return true;
}

size_t text_set_add(struct text_set *set, struct text text) {
    if (set->count >= TEXT_SET_MAX || !make_room(set, text.length)) return SIZE_MAX;
    size_t begin = begin_of(set, set->count);
    if (text.length) memcpy(set->bytes + begin, text.bytes, text.length);
    set->ends[set->count] = begin + text.length;
    if (set->slots) put_slot(set, (uint32_t)set->count, (uint32_t)text_hash(text));
    return set->count++;
}
