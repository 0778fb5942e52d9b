/* In which order nodes run, and over which rows at a time.
 *
 * Rows are taken in batches that end where a root row ends: a family with its people. What reads only rows of its own
 * batch runs batch by batch, on values that stay in the cache and are forgotten behind it; what reads across (a county
 * of its families, a row of another table) waits for a later level, when all batches are through. */
#ifndef DOUDI_PROGRAM_SCHEDULE_H
#define DOUDI_PROGRAM_SCHEDULE_H

#include "program/machine.h"

/* Of a node that is used. */
struct place {
    unsigned level;
    bool alone;                /* it runs over all rows at once, before the batches of its level */
    bool whole;                /* its values are there for all rows until nobody reads them; else a batch long */
    bool spared;               /* whoever reads it looks whether it is known */
    const struct entity *root; /* whose rows its batches end with; NULL of what is alone */
    node_id last;              /* of one that is not whole: the last that reads it */
    size_t slot;               /* of one that is not whole: where its values lie meanwhile */
};

struct schedule {
    struct arena arena;
    const struct entity **roots; /* by entity: the one that all rows of it lie below, as few as one above the other */
    struct place *places;        /* by node */
    unsigned levels;
    size_t slots;
};

/* From the nodes' uses and which are kept. NULL when memory has run out. */
struct schedule *schedule_new(const struct graph *graph, const struct lanes *lanes);
void schedule_free(struct schedule *schedule);

/* Of all entities whose batches end with rows of the root, the most rows that one has there. */
size_t batch_most(const struct schedule *schedule, const struct dataset *dataset, const struct entity *root,
                  size_t begin, size_t end);

/* Where the batch that begins with that root row ends: no entity has more rows in it, unless it is one root row. */
size_t batch_end(const struct schedule *schedule, const struct dataset *dataset, const struct entity *root,
                 size_t begin, size_t most);

/* The rows of the entity that lie below the root rows begin .. end - 1. */
void batch_rows(const struct dataset *dataset, const struct entity *root, size_t begin, size_t end,
                const struct entity *entity, size_t *first, size_t *last);

#endif
