/* The machine: runs the nodes of a graph, in their order, over the rows of a dataset. */
#ifndef DOUDI_PROGRAM_MACHINE_H
#define DOUDI_PROGRAM_MACHINE_H

#include "program/graph.h"

/* The values of a node: a lane for each row of its entity (one alone without), and why rows have none. */
struct lanes {
    size_t rows;
    unsigned width; /* 8 or 16 bytes */
    void *values;
    absence *misses; /* NULL: none is missing */
    uint16_t *cases; /* of CASES: which decided */
    uint32_t uses;   /* by nodes that have not been run yet, and by whoever keeps it */
};

struct machine {
    const struct graph *graph;
    struct run *run; /* evaluates what the graph leaves to it */
    const struct dataset *dataset;
    struct solved *solved;                  /* its reasons are the machine's */
    struct lanes *of;                       /* by node */
    void (*ran)(void *machine, node_id id); /* told of each node that has been run */
    struct arena *scratch;                  /* rewound after each row that is evaluated */
    bool failed;                            /* memory ran out */
};

/* Runs every node that is used. */
void machine_run(struct machine *machine);

/* The number of a reason, whose row is left out. */
absence machine_miss(struct machine *machine, enum value_state state, struct reason reason, size_t row);

#endif
