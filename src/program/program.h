/* A program: what a month's law becomes for the outputs that are asked for. Made once, run on any dataset of the policy
 * any number of times, by any number of threads. */
#ifndef DOUDI_PROGRAM_PROGRAM_H
#define DOUDI_PROGRAM_PROGRAM_H

#include "program/known.h"

struct program {
    struct arena arena;
    struct graph *graph;
    const struct entity *within; /* only rows within one row of it are found; NULL: all */
    bool *kept;                  /* by node: whoever runs the program reads it afterwards */
    uint32_t *uses;              /* by node: by how many nodes it is read, and whether it is kept; 0: it is not run */
    struct schedule schedule;
    struct known *known;
    bool failed; /* memory ran out while it was made */
};

/* For the fields of which wanted (by field index) is true; NULL: all rules. NULL when memory has run out. The policy
 * and the options must outlive it. */
struct program *program_new(const struct policy *policy, month_number month, const struct run_options *options,
                            const bool *wanted);

/* The same for rows within one row of an entity, a county or a township: what reads others is left to the evaluator. In
 * place of an entity in whose rows no batch ends, as of a person's, the one above it is taken where it does. */
struct program *program_new_within(const struct policy *policy, month_number month, const struct run_options *options,
                                   const bool *wanted, const struct entity *within);
/* Whether only rows within that row are found of an entity. */
bool program_limits(const struct program *program, const struct entity *entity);
void program_free(struct program *program);

#endif
