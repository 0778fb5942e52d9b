/* A month solved: a program run over all rows of a dataset. */
#ifndef DOUDI_PROGRAM_SOLVE_H
#define DOUDI_PROGRAM_SOLVE_H

#include "program/program.h"

/* How it is gone about; the values are the same whatever is chosen. 0: as is good. */
struct solve_choices {
    size_t batch;             /* rows of an entity taken at once, but for one root row's own */
    unsigned threads;         /* at most THREADS_MAX; one */
    const char *instructions; /* the name of a set that this machine runs; NULL: the best */
    size_t row;               /* of a program for rows within an entity's: which row of program->within */
};

/* The values of the program's fields; `run` is of the same policy, month and dataset, and evaluates what the program
 * leaves to it. NULL when memory has run out. */
struct solved *solve(const struct program *program, struct run *run, struct solve_choices choices);
/* The same in the memory of what the program solved before, which is no more afterwards. */
struct solved *solve_again(struct solved *before, const struct program *program, struct run *run,
                           struct solve_choices choices);
void solved_free(struct solved *solved);

#endif
