/* Who reads whom: a policy's values as a graph in the DOT language, for drawing. */
#ifndef DOUDI_LANG_DIAGRAM_H
#define DOUDI_LANG_DIAGRAM_H

#include "lang/policy.h"

/* Fields, parameters, guarantees, indicators, numbered in this order. */
struct diagram_edge {
    size_t reader, read;
    bool before; /* read of another month, an earlier event, or another stratum */
};
struct diagram {
    const struct policy *policy;
    size_t count; /* of nodes */
    bool *shown;  /* by number */
    VECTOR(struct diagram_edge) edges;
};

/* The whole compiled policy. In the arena; check arena_failed. */
struct diagram diagram_of(struct arena *arena, const struct policy *policy);

/* Keeps what the node is computed from, and what is computed from it, directly or not. */
void diagram_keep_around(struct arena *arena, struct diagram *diagram, size_t node);

struct text diagram_node_name(const struct policy *policy, size_t node);
const struct text *diagram_node_label(const struct policy *policy, size_t node);    /* of LANGUAGES */
const struct entity *diagram_node_entity(const struct policy *policy, size_t node); /* of a field; else NULL */

/* Boxes by entity; a dashed line is read of another time. */
void diagram_print(struct builder *out, const struct diagram *diagram, enum language language);

#endif
