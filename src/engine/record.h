/* Recording: what a run found is put into the history, for later months. */
#ifndef DOUDI_ENGINE_RECORD_H
#define DOUDI_ENGINE_RECORD_H

#include "engine/run.h"

/* Keeps what later months read: monthly values that are read across time or paid, and what events were first settled
 * with. Memory that runs out is told by the history's arena or the run. */
void history_record(struct history *history, struct run *run);

/* Only what events were settled with: for whoever decides no later month. */
void history_record_events(struct history *history, struct run *run);

/* The same of some rows: by entity index, by row of the dataset; NULL: of none of an entity. */
typedef const bool *const *chosen_rows;
static inline bool rows_chosen(chosen_rows chosen, const struct entity *entity, size_t row) {
    return !chosen || (chosen[entity->index] && chosen[entity->index][row]);
}
void history_record_chosen(struct history *history, struct run *run, chosen_rows chosen);

/* Whether anything of a field is kept in a month by the law as known on a day: what later months may read, of an event
 * all that it was first settled with. */
bool record_keeps(const struct field *field, month_number month, day_number known);

/* Keeps what the run finds of one event, as of a month. */
void record_event(struct history *history, struct run *run, const struct entity *event, size_t row, month_number month);

#endif
