/* Settling: events of months that lie behind, each in the world of its own month, in order of time.
 *
 * An event is judged as of its own date. One that comes in late, or is gone, reopens those behind it under the
 * same parent; the others keep what they were settled with. Monthly values are read as they were in force then; a month
 * that nobody assessed is not assessed now. */
#ifndef DOUDI_ENGINE_SETTLE_H
#define DOUDI_ENGINE_SETTLE_H

#include "engine/run.h"

/* Before `month` is decided: settles all that lies behind it. `dataset` is of that month. False when memory ran out. */
bool settle_past(struct history *history, const struct records *records, const struct dataset *dataset,
                 const struct run_options *options);

/* The same, and shows each event that is settled, in the run of its month. */
struct settle_watch {
    void *context;
    void (*settled)(void *context, struct run *run, const struct entity *event, size_t row);
};
bool settle_past_watched(struct history *history, const struct records *records, const struct dataset *dataset,
                         const struct run_options *options, const struct settle_watch *watch);

/* The same for a run that tells of one row of an entity and those below it alone (run_limit): their events, where no
 * others can be read by what is told of them; else all. */
bool settle_past_within(struct history *history, const struct records *records, const struct dataset *dataset,
                        const struct run_options *options, const struct entity *area, size_t row);
/* No law that is told of rows of the area, and of those below it, asks what an event elsewhere was settled with: over a
 * reference, through a row above the area, or in a share. Also false when memory has run out. */
bool settle_is_alone(const struct policy *policy, const struct entity *area);

/* --- the same, for those whose worlds are not records ------------------------------------------------------------- */

/* Forgets what was settled behind an event that was not, or that is gone. */
void settle_reopen(struct history *history, const struct dataset *dataset);

/* The first month after `after`, and before the dataset's, with an event that was not settled; MONTH_LAST: none. */
month_number settle_next(const struct history *history, const struct dataset *dataset, month_number after);

/* Keeps what a run with options.settles_only found of the events of its month. */
void settle_record(struct history *history, struct run *run);

#endif
