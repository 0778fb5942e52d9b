/* Who reads whom: a policy's values as a graph in the DOT language, for drawing. */
#ifndef DOUDI_LANG_GRAPH_H
#define DOUDI_LANG_GRAPH_H

#include "lang/policy.h"

/* Fields, parameters, guarantees, indicators, numbered in this order. */
struct graph_edge {
    size_t reader, read;
    bool before; /* read of another month, an earlier event, or another stratum */
};
struct graph {
    const struct policy *policy;
    size_t count; /* of nodes */
    bool *shown;  /* by number */
    VECTOR(struct graph_edge) edges;
};

/* The whole compiled policy. In the arena; check arena_failed. */
struct graph graph_of(struct arena *arena, const struct policy *policy);

/* Keeps what the node is computed from, and what is computed from it, directly or not. */
void graph_keep_around(struct arena *arena, struct graph *graph, size_t node);

struct text graph_node_name(const struct policy *policy, size_t node);
const struct text *graph_node_label(const struct policy *policy, size_t node);    /* of LANGUAGES */
const struct entity *graph_node_entity(const struct policy *policy, size_t node); /* of a field; else NULL */

/* Boxes by entity; a dashed line is read of another time. */
void graph_print(struct builder *out, const struct graph *graph, enum language language);

#endif
