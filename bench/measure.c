#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void give_up(const char *what) {
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}

int64_t now(clockid_t clock) {
    struct timespec time = {0};
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int compare_times(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

void sort_times(int64_t *times, size_t count) {
    qsort(times, count, sizeof *times, compare_times);
}
