/* Makes one family after another, and the reference rows. */
#ifndef DOUDI_SAMPLE_FAMILY_H
#define DOUDI_SAMPLE_FAMILY_H

#include "sample/area.h"
#include "sample/expression.h"

/* A family with its members and what happened to them; good until the next is made. */
struct family {
    struct scene scene;
    struct row row;
    uint64_t seed;
    struct arena arena; /* of this family alone */
    VECTOR(struct row *) members;
    VECTOR(struct row *) events; /* by step, then by parent */
};

void family_init(struct family *family, const struct profile *profile, const struct areas *areas, uint64_t seed);
void family_free(struct family *family);

/* Makes the number-th family of a place, from 1. What comes out depends on the seed, the place and the number alone.
 * False when memory has run out. */
bool family_make(struct family *family, const struct area *place, int64_t number);

/* Makes the number-th reference row of a group in an area of the group's level; in the family's arena. NULL when memory
 * has run out. */
struct row *family_make_reference(struct family *family, const struct sample_entity *entity, const struct group *group,
                                  const struct area *area, int64_t number);

/* How many families a place has compared with others; at least 1. */
int64_t family_weight(struct family *family, const struct area *place);

#endif
