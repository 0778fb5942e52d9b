/* A month solved: the graph of the law run over all rows of a dataset. */
#ifndef DOUDI_PROGRAM_SOLVE_H
#define DOUDI_PROGRAM_SOLVE_H

#include "program/graph.h"

/* How it is gone about; the values are the same whatever is chosen. 0: as is good. */
struct solve_choices {
    size_t batch; /* rows of an entity taken at once, but for one root row's own */
    size_t few;   /* rows of which one in so many lacks a value are taken for known first */
};

/* The values of the graph's fields; `run` is of the same policy, month and dataset, and evaluates what the graph leaves
 * to it. NULL when memory has run out. */
struct solved *solve(const struct graph *graph, struct run *run, struct solve_choices choices);
void solved_free(struct solved *solved);

#endif
