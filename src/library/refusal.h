/* Why a value was refused, kept until the next one is told. */
#ifndef DOUDI_LIBRARY_REFUSAL_H
#define DOUDI_LIBRARY_REFUSAL_H

#include "engine/lane.h"
#include "library/model.h"

struct refused {
    struct arena arena; /* of the value and the words */
    doudi_refusal kind;
    const struct model_thing *thing; /* that was to have the value; NULL: months */
    struct text value;
};
void refused_init(struct refused *refused);
void refused_free(struct refused *refused);

/* Before each value: nothing is refused so far. */
void refused_clear(struct refused *refused);

/* DOUDI_BAD_VALUE. The value is copied, as much of it as a sentence can hold. */
doudi_status refuse(struct refused *refused, doudi_refusal kind, const struct model_thing *thing, const char *value);

doudi_refusal refused_kind(enum lane_result result); /* of a text that was read, or was not */

/* NULL when nothing was refused, and when memory has run out. */
const char *refused_words(struct refused *refused, const struct model *model, enum language language);

#endif
