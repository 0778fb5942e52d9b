/* A program to be read: the nodes of a graph, or the steps that run, a line each. */
#ifndef DOUDI_PROGRAM_LISTING_H
#define DOUDI_PROGRAM_LISTING_H

#include "program/program.h"

/* The nodes that the field needs (NULL: that any rule needs), in the order in which they run, with what each is of,
 * bytes, operands and range; the fields that they are the values of; then what the operations mean. The arena is for
 * the texts in between. */
void graph_list(struct builder *out, struct arena *arena, const struct graph *graph, const struct field *field,
                enum language language);

/* What runs for rows of which everything is known: section by section, with the whole columns that are left behind. */
void program_list(struct builder *out, struct arena *arena, const struct program *program, enum language language);

#endif
