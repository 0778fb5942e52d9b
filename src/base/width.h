/* How many columns a character takes on a terminal. */
#ifndef DOUDI_BASE_WIDTH_H
#define DOUDI_BASE_WIDTH_H

#include <stdint.h>

/* 2 for the wide and fullwidth forms of East Asia and for emoji, 0 for combining marks, invisible format characters and
 * controls, else 1. */
unsigned width_of(uint32_t code_point);

#endif
