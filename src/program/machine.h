/* The machine: runs the nodes of a program, in their order, over the rows of a dataset. */
#ifndef DOUDI_PROGRAM_MACHINE_H
#define DOUDI_PROGRAM_MACHINE_H

#include "program/program.h"

#include "base/thread.h"

/* The values of a node: a lane for each row of its entity, or of a batch of them, and why rows have none. */
struct lanes {
    bool single;    /* one lane for all rows */
    bool borrowed;  /* the values are the dataset's */
    bool done;      /* all rows are there */
    unsigned width; /* bytes: 1, 4, 8 or 16 */
    size_t rows;    /* that there are: of a whole column, or of the batch */
    size_t base;    /* the row of the first lane, and of the first case */
    void *values;
    uint8_t *cases; /* of CASES and DECIDE: which decided, see told */
    size_t miss_base;
    absence *misses;    /* NULL: none is missing */
    absence *miss_room; /* where misses go, of a batch; NULL: memory of their own */
    uint8_t *taint;     /* of known steps, from the batch's first row on: see taint.c; NULL: nothing is */
};

struct machine {
    const struct program *program;
    const struct graph *graph;
    struct run *run; /* evaluates what the graph leaves to it */
    const struct dataset *dataset;
    struct solved *solved;          /* its reasons are the machine's */
    struct lanes *of;               /* by node: whole columns */
    void (*reached)(void *machine); /* told when more nodes are done */
    size_t batch;                   /* rows; 0: as many as are good */
    unsigned threads;
    const struct kernels *kernels;
    struct lock lock; /* of the reasons, and of the misses of whole columns while threads run */
};

void lanes_free(struct lanes *lanes);

/* Runs every node that is used; false when memory ran out. */
bool machine_run(struct machine *machine);

/* The number of a reason, whose row is left out. */
absence machine_miss(struct machine *machine, enum value_state state, struct reason reason, size_t row);

#endif
