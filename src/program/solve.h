/* A month solved: the graph of the law run over all rows of a dataset. */
#ifndef DOUDI_PROGRAM_SOLVE_H
#define DOUDI_PROGRAM_SOLVE_H

#include "program/graph.h"

/* The values of the graph's fields; `run` is of the same policy, month and dataset, and evaluates what the graph leaves
 * to it. Rows are taken in batches of at most so many, a root row's own aside (0: as many as are good); the values are
 * the same whatever their size. NULL when memory has run out. */
struct solved *solve(const struct graph *graph, struct run *run, size_t batch);
void solved_free(struct solved *solved);

#endif
