/* The yardstick's rules as a good programmer writes them by hand: one loop, plain arrays, exact integers. Its totals
 * are what the engine's must be, and its time is what the engine's is held against. */
#ifndef DOUDI_BENCH_BY_HAND_H
#define DOUDI_BENCH_BY_HAND_H

#include "population.h"

struct totals_by_hand {
    int64_t eligible;              /* households */
    int64_t dibao, price;          /* yuan */
    int64_t living, care, premium; /* fen */
};

/* By household; living, care and premium of all its people together. */
struct decisions_by_hand {
    uint8_t *eligible;
    int32_t *dibao, *price, *living, *care, *premium;
};

struct totals_by_hand decide_by_hand(const struct population *population, const struct decisions_by_hand *decisions,
                                     unsigned threads);

#endif
