/* What the measurements share: time, times in order, and giving up. */
#ifndef DOUDI_BENCH_MEASURE_H
#define DOUDI_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

_Noreturn void give_up(const char *what);

/* Microseconds of a clock: CLOCK_MONOTONIC, or CLOCK_PROCESS_CPUTIME_ID for the processor's. */
int64_t now(clockid_t clock);

/* From the least to the most. */
void sort_times(int64_t *times, size_t count);

#endif
