/* The machine: runs the nodes of a graph, in their order, over the rows of a dataset. */
#ifndef DOUDI_PROGRAM_MACHINE_H
#define DOUDI_PROGRAM_MACHINE_H

#include "program/graph.h"

/* The values of a node: a lane for each row of its entity, or of a batch of them, and why rows have none. */
struct lanes {
    bool single; /* one lane for all rows */
    bool kept;   /* by whoever asked for it */
    bool spared; /* whoever reads it looks whether it is known: that it is not marks no row */
    bool done;   /* all rows are there */
    size_t base; /* the row of the first lane */
    size_t rows;
    unsigned width; /* 8 or 16 bytes */
    void *values;
    absence *misses;    /* NULL: none is missing */
    absence *miss_room; /* where misses go, of a batch; NULL: memory of their own */
    absence *passed;    /* the misses, of a batch in which they are taken for known */
    uint16_t *cases;    /* of CASES: which decided */
    uint32_t uses;      /* by nodes, and by whoever keeps it */
};

/* A batch that is run as if what few rows lack were known: they mark their root rows, which are then run with care.
 * What many rows lack is kept beside the values as it is with care. */
struct watch {
    unsigned char *marked; /* by root row of the batch; NULL: with care */
    const struct entity *root;
    size_t begin; /* the first root row */
};

struct machine {
    const struct graph *graph;
    struct run *run; /* evaluates what the graph leaves to it */
    const struct dataset *dataset;
    struct solved *solved;          /* its reasons are the machine's */
    struct lanes *of;               /* by node */
    void (*reached)(void *machine); /* told when more nodes are done */
    size_t batch;                   /* rows; 0: as many as are good */
    size_t few;                     /* one row in so many is few; 0: as is good */
    struct watch watch;
    bool failed; /* memory ran out */
};

/* Runs every node that is used. */
void machine_run(struct machine *machine);

/* The number of a reason, whose row is left out. */
absence machine_miss(struct machine *machine, enum value_state state, struct reason reason, size_t row);

#endif
