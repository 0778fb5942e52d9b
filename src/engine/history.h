/* History: what stood before the month that is decided.
 *
 * Values by field, id and month: what was in force in earlier months, what events were settled with, and opening values
 * from before the first month. An appended month, a file of values and an opening value are the same thing. */
#ifndef DOUDI_ENGINE_HISTORY_H
#define DOUDI_ENGINE_HISTORY_H

#include "engine/value.h"

/* Values in force of earlier months, for `previous`, yearly rules and events. One of MONTH_FIRST is an opening value.
 */
struct past_value {
    month_number month;
    struct value value;
};
struct past {
    VECTOR(struct past_value) list; /* by month */
};
struct history {
    struct arena arena;
    const struct policy *policy;
    struct map *by_field; /* field index -> id -> struct past */
};
void history_init(struct history *history, const struct policy *policy);
void history_free(struct history *history);
/* Keeps a value; one of the same month is replaced. The id is copied. */
void history_put(struct history *history, const struct field *field, struct text id, month_number month,
                 struct value value);
void history_forget(struct history *history, const struct field *field, struct text id);
const struct past *history_find(const struct history *history, const struct field *field, struct text id); /* or NULL */

#endif
