/* A random policy with its data, compiled and decided for two months. */
#ifndef DOUDI_TESTS_RANDOM_WORLD_H
#define DOUDI_TESTS_RANDOM_WORLD_H

#include "random_policy.h"

#include "engine/settle.h"

enum { RULES_TRIED = 16, MONTH = 2018 * 12 + 6, MONTHS = 2 };

struct world {
    struct random_policy law;
    struct random_data data;
    size_t more; /* data of its kind that are added to the records, where a test wants many families of one law */
    struct policy *policy;
    struct arena arena;
    struct records records;
    struct history history;
    struct dataset *dataset[MONTHS]; /* NULL when memory ran out before */
    struct run *run[MONTHS];
    int arrival[LEVELS][ROWS_MAX]; /* number in the records -> row of the data */
};

/* What DOUDI_SEED (that one) or DOUDI_SEEDS (so many) of the environment say, else the usual many; from 1 on. */
struct seeds {
    uint64_t first, last;
};
struct seeds seeds_to_try(uint64_t usual);

struct world *world_new(uint64_t seed);
void world_free(struct world *world);

/* What the environment says of that name, else the usual number. */
uint64_t number_to_try(const char *name, uint64_t usual);

/* Rules of the random law that the checker did not take, and took. */
void make_law(struct random_policy *law, uint64_t seed);

/* Decides both months; rows arrive in order, or shuffled. False when memory ran out. */
bool world_decide(struct world *world, bool shuffled);
void world_forget(struct world *world); /* back to before it was decided */

#endif
