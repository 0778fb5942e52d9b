/* Pseudo-random numbers that are the same on every machine.
 *
 * Every cell of a sample has a small generator of its own, named by the seed and by what the cell is. What is drawn for
 * one cell therefore depends on nothing else: not on how many families there are, nor on the columns drawn before it.
 */
#ifndef DOUDI_SAMPLE_RANDOM_H
#define DOUDI_SAMPLE_RANDOM_H

#include "base/text.h"

struct random {
    uint64_t state;
};

/* The generator of whatever is called `name` inside `parent`; the names of a parent's parts are independent. */
uint64_t random_stream(uint64_t parent, uint64_t name);
struct random random_begin(uint64_t stream);

uint64_t random_next(struct random *random);

/* Each of 0 .. limit - 1 alike; limit > 0. */
uint64_t random_below(struct random *random, uint64_t limit);

/* A text as the name of a stream. */
uint64_t random_name(struct text text);

#endif
