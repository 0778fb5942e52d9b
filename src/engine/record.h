/* Recording: what a run found is put into the history, for later months. */
#ifndef DOUDI_ENGINE_RECORD_H
#define DOUDI_ENGINE_RECORD_H

#include "engine/run.h"

/* Keeps what later months read: monthly values that are read across time or paid, and what events were first settled
 * with. Memory that runs out is told by the history's arena or the run. */
void history_record(struct history *history, struct run *run);

/* Keeps what the run finds of one event, as of a month. */
void record_event(struct history *history, struct run *run, const struct entity *event, size_t row, month_number month);

#endif
