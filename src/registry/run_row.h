/* What runs found of single rows, into a history: for those who come back for a few rows again and again. Pages that
 * were read are kept, since no run ever changes. */
#ifndef DOUDI_REGISTRY_RUN_ROW_H
#define DOUDI_REGISTRY_RUN_ROW_H

#include "registry/runs.h"
#include "registry/settlements.h"

struct run_rows_of; /* of a run */
struct registry_run_rows {
    struct registry *registry;
    const struct registry_runs *runs;
    struct arena arena;
    struct run_rows_of *of; /* by run */
    size_t bytes;           /* of pages that are kept */
    size_t most;            /* so many at most are kept; 0: none */
    unsigned char law[DIGEST_BYTES];
};
/* Of runs that outlive it. registry_run_rows_end is called, whatever comes of it. */
enum registry_result registry_run_rows_begin(struct registry_run_rows *rows, struct registry *registry,
                                             const struct registry_runs *runs);
void registry_run_rows_end(struct registry_run_rows *rows);

/* What stood of a rule that is no event's in a month: what the run of the latest month up to that one found of the row,
 * if some run did. */
enum registry_result registry_recall_rule(struct registry_run_rows *rows, const struct field *field, int64_t key,
                                          struct text id, month_number month, struct history *history,
                                          const struct registry_rows_known *known);
/* What an event was settled with by a run that was made behind a change (0: by any), if it was and stands so; the last
 * change that the run knew (0: there is none). */
enum registry_result registry_recall_event(struct registry_run_rows *rows, const struct entity *event, int64_t key,
                                           struct text id, int64_t after, struct history *history,
                                           const struct registry_rows_known *rows_known, int64_t *known);

#endif
