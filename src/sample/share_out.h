/* Shares the families of a sample out among the places. */
#ifndef DOUDI_SAMPLE_SHARE_OUT_H
#define DOUDI_SAMPLE_SHARE_OUT_H

#include "base/arena.h"

#include <stdint.h>

/* How many of `families` each place gets, in proportion to its weight (at least 1). A larger number of families never
 * gives any place fewer. NULL when memory has run out. */
uint64_t *share_out(struct arena *arena, uint64_t families, const int64_t *weights, size_t places);

#endif
