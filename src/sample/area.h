/* Areas: the tree of places that the families live in, read from the policy's areas folder. */
#ifndef DOUDI_SAMPLE_AREA_H
#define DOUDI_SAMPLE_AREA_H

#include "sample/profile.h"

/* A run of areas of one level, by their place in it. */
struct area_range {
    uint32_t first, end;
};

struct area {
    struct text code;
    int64_t number; /* the code as a number */
    size_t level;
    uint32_t index;                           /* among the areas of its level */
    struct area *at[AREA_LEVELS_MAX];         /* the areas it lies in, by level, and itself; NULL below */
    struct area_range below[AREA_LEVELS_MAX]; /* its areas of the levels below; of its own level: itself */
    struct sample_value *fields;
};

struct areas {
    const struct profile *profile;
    struct area **of_level[AREA_LEVELS_MAX]; /* those of an area next to each other, in order of code */
    size_t count[AREA_LEVELS_MAX];
    struct map by_code;
};

/* The areas of a level from its file; the levels must come from the widest down. False with at least one diagnostic. */
bool areas_read(struct areas *areas, size_t level, const struct source *source, struct arena *arena,
                struct diagnostics *diagnostics);

void areas_init(struct areas *areas, const struct profile *profile, struct arena *arena);

/* Once all levels are read: finds what lies in what. */
void areas_finish(struct areas *areas);

const struct area *areas_find(const struct areas *areas, struct text code); /* NULL when there is none */

/* True when one of the two lies in the other, or they are the same. */
bool area_related(const struct area *a, const struct area *b);

/* The area of that level it lies in or, of a narrower level, the first one in it; NULL when there is none. */
const struct area *area_at(const struct areas *areas, const struct area *area, size_t level);

#endif
