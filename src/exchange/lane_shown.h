/* What values may be, in the words of whoever tells or reads them. Texts lie in the arena. */
#ifndef DOUDI_EXCHANGE_LANE_SHOWN_H
#define DOUDI_EXCHANGE_LANE_SHOWN_H

#include "engine/lane.h"

/* A limit as the user would write it. */
struct text lane_limit_shown(struct arena *arena, const struct lane_spec *spec, lane value);
/* "none, low 低, high 高": names, with labels where they differ. */
struct text lane_choices_shown(struct arena *arena, const struct enumeration *enumeration, enum language language);

/* How many decimals the steps of a number take; false where a step is no decimal. */
bool field_decimals(struct arena *arena, const struct field *field, unsigned *decimals);

#endif
