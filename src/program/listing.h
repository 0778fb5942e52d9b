/* A program to be read: the nodes of a graph, a line each. */
#ifndef DOUDI_PROGRAM_LISTING_H
#define DOUDI_PROGRAM_LISTING_H

#include "program/graph.h"

/* The nodes that the field needs (NULL: that any rule needs), in the order in which they run, with what each is of,
 * bytes, operands and range; the fields that they are the values of; then what the operations mean. The arena is for
 * the texts in between. */
void graph_list(struct builder *out, struct arena *arena, const struct graph *graph, const struct field *field,
                enum language language);

#endif
