/* In which order nodes run, and over which rows at a time.
 *
 * Rows are taken in batches that end where a root row ends: a family with its people. What reads only rows of its own
 * batch runs batch by batch, on values that stay in the cache and are forgotten behind it; what reads across (a county
 * of its families, a row of another table) waits for a later level, when all batches are through. */
#ifndef DOUDI_PROGRAM_SCHEDULE_H
#define DOUDI_PROGRAM_SCHEDULE_H

#include "program/graph.h"

/* Of a node that is used. */
struct place {
    unsigned level;
    bool alone;                /* it runs over all rows at once, before the batches of its level */
    bool whole;                /* its values are there for all rows until nobody reads them; else a batch long */
    unsigned until;            /* of one that is whole: the last level that reads it */
    const struct entity *root; /* whose rows its batches end with; NULL of what is alone */
    node_id last;              /* the last that reads it in its own batches */
    bool elsewhere;            /* it reads rows below, or one value for all rows */
    size_t slot;               /* where its values and what is missing lie meanwhile */
};

/* The nodes of a level that run alone (root NULL), or whose batches end with rows of the same root; in their order. */
struct section {
    unsigned level;
    const struct entity *root;
    VECTOR(node_id) nodes;
};

struct schedule {
    const struct entity **roots; /* by entity: the one that all rows of it lie below, as few as one above the other */
    struct place *places;        /* by node */
    unsigned levels;
    size_t slots;
    VECTOR(struct section) sections; /* by level, those that run alone first */
};

/* The entity whose rows the batches end with that hold rows of this one: none above `within`, unless that is NULL. */
const struct entity *schedule_root(const struct entity *entity, const struct entity *within);

struct program;
void schedule_make(struct program *program); /* of its nodes' uses; check arena_failed */

/* --- batches ------------------------------------------------------------------------------------------------------ */

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
