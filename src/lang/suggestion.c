#include "lang/suggestion.h"

enum { FARTHEST = 4 };

/* A third of the name may be wrong, so that short names do not resemble everything. */
void suggestion_begin(struct suggestion *suggestion, struct text wanted) {
    *suggestion = (struct suggestion){.wanted = wanted, .distance = text_characters(wanted) / 3 + 1};
    if (suggestion->distance > FARTHEST) suggestion->distance = FARTHEST;
}

/* A difference in length is a distance too, and seen at once. */
static bool is_far(struct text a, struct text b, size_t limit) {
    size_t left = text_characters(a), right = text_characters(b);
    return (left > right ? left - right : right - left) >= limit;
}

void suggestion_note(struct suggestion *suggestion, struct text candidate) {
    if (suggestion->distance == 0 || is_far(suggestion->wanted, candidate, suggestion->distance)) return;
    size_t distance = text_distance(suggestion->wanted, candidate, suggestion->distance);
    if (distance == 0 || distance >= suggestion->distance) return; /* 0: there is such a thing, but not of this kind */
    suggestion->best = candidate;
    suggestion->distance = distance;
}

void suggestion_note_map(struct suggestion *suggestion, const struct map *map) {
    for (size_t i = 0; i < map->count && suggestion->distance > 0; i++)
        suggestion_note(suggestion, map->entries[i].key);
}
