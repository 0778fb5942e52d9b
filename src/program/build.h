/* From the checked policy to the graph: build.c (expressions), build_field.c (inputs, rules). */
#ifndef DOUDI_PROGRAM_BUILD_H
#define DOUDI_PROGRAM_BUILD_H

#include "program/graph.h"

/* The value of an expression for rows of the entity, at the highest entity where it can be found; n is NODE_NONE when
 * no integer stands for it. */
struct quantity graph_expression(struct graph *graph, const struct entity *entity, const struct expr *expr);

/* The value of a field for rows of its entity; n is NODE_NONE for what is left to the evaluator. */
struct quantity graph_field(struct graph *graph, const struct field *field);

/* --- quantities (quantity.c) -------------------------------------------------------------------------------------- */

extern const struct quantity quantity_none;
bool quantity_is(struct quantity quantity); /* it is not none */
struct quantity quantity_whole(node_id n);  /* on the grid of whole numbers; truths, dates and choices too */
struct graph_node node_of(enum op op, node_id a, node_id b);
bool graph_is_constant(const struct graph *graph, node_id id, lane *value);
bool graph_is_zero(const struct graph *graph, node_id id);

/* The value for rows of an entity at or below its own. */
node_id graph_at(struct graph *graph, node_id id, const struct entity *space);
/* Adds an operation where the deepest of its operands is. */
node_id graph_operate(struct graph *graph, struct graph_node node);
/* The same of two operands; constants are folded, a side of and/or that settles it. */
node_id graph_binary(struct graph *graph, enum op op, node_id a, node_id b);
node_id graph_scale(struct graph *graph, node_id id, lane factor);
node_id graph_multiply(struct graph *graph, node_id a, node_id b);
/* n on another grid, of which its own is a multiple; else NODE_NONE. */
node_id graph_on_grid(struct graph *graph, node_id n, struct number from, struct number to);

/* The grid and the divisors that several values have in common, and which their n then stand on; none when there are
 * none. */
struct quantity graph_common(struct graph *graph, struct quantity *values, size_t count);

#endif
