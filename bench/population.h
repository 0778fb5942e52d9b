/* The population of the yardstick: invented households of a fixed shape, the same for every side that is measured. */
#ifndef DOUDI_BENCH_POPULATION_H
#define DOUDI_BENCH_POPULATION_H

#include <stddef.h>
#include <stdint.h>

enum { COUNTIES = 129 };
enum { ILL = 1, POOR = 2, TEKUN = 4, WORKS = 8, FRONTIER = 16 }; /* flags of a person */

/* Amounts in fen, of a person a month. Persons lie in the order of their households. */
struct population {
    size_t households, persons;
    uint8_t *size;
    int16_t *county;
    int64_t *assets;
    uint8_t *age, *level, *kind, *flags;
    int32_t *income, *medical, *tuition;
    int64_t standard[COUNTIES]; /* a year */
    uint8_t border[COUNTIES];
};

/* False when memory has run out. */
int population_make(struct population *all, size_t households);

#endif
