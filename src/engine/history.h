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

/* What is kept of a row: by the places of its entity's fields; of some the place lies beyond the room. */
struct past_row {
    struct past *of;
    size_t room;
};

struct history {
    struct arena arena;
    const struct policy *policy;
    struct map *rows; /* by entity index: id -> struct past_row */
    size_t *placed;   /* by entity index: how many of its fields have a place */
    size_t *places;   /* by field index: + 1; 0: nothing was ever kept */
};
void history_init(struct history *history, const struct policy *policy);
void history_free(struct history *history);

/* Keeps a value; one of the same month is replaced. The id is copied. */
void history_put(struct history *history, const struct field *field, struct text id, month_number month,
                 struct value value);
const struct past *history_find(const struct history *history, const struct field *field, struct text id); /* or NULL */
void history_forget(struct history *history, const struct entity *entity, struct text id); /* all of the row */

/* The same for those who come back to a row: NULL where nothing is kept. */
struct past_row *history_row(const struct history *history, const struct entity *entity, struct text id);
struct past_row *history_add_row(struct history *history, const struct entity *entity, struct text id);
const struct past *history_of(const struct history *history, const struct past_row *row, const struct field *field);
void history_keep(struct history *history, struct past_row *row, const struct field *field, month_number month,
                  struct value value);

#endif
