/* What the files share that bind a section's nodes to kernels: bind.c (where values lie, calls, sections), bind_node.c
 * (what a node says of its own row), bind_across.c (rows above and below). */
#ifndef DOUDI_PROGRAM_BIND_INSIDE_H
#define DOUDI_PROGRAM_BIND_INSIDE_H

#include "program/batch.h"

/* Where a node's values begin: those of the batch, or of a first row when they move with the rows of an entity. */
struct site {
    const unsigned char *values;
    const uint8_t *cases;
    size_t first;
    const struct entity *moves; /* NULL: they stay */
    bool cases_stay;
};

/* A section being bound, and the node at hand. */
struct binding {
    const struct crew *crew;
    struct worker *worker;
    const struct graph *graph;
    const struct dataset *dataset;
    struct code *code;
    struct site *sites; /* by node of the section */
    bool care;          /* the plain nodes */
    const struct graph_node *node;
    struct code_step step; /* of the node */
    struct lanes *out;
    bool wants_cases;
    size_t scratch; /* columns that the step has taken */
};

static inline const struct lanes *lanes_at(const struct binding *binding, node_id id) {
    return operand(binding->worker, id);
}

static inline bool scalar(const struct binding *binding, node_id id, int64_t *value) {
    const struct graph_node *node = graph_node(binding->graph, id);
    if (node->op != OP_CONSTANT || node->d < INT64_MIN || node->d > INT64_MAX) return false;
    *value = (int64_t)node->d;
    return true;
}

/* A column of lanes that kernels know. */
static inline bool has_kernel_width(const struct lanes *lanes) {
    return lanes->width <= 8 && !lanes->single;
}

static inline bool fits(int64_t value, enum kernel_width width) {
    if (width == BYTES_1) return value >= INT8_MIN && value <= INT8_MAX;
    return width == BYTES_8 || (value >= INT32_MIN && value <= INT32_MAX);
}

/* --- bind.c --- */

/* A pointer, whose own address is given, to a base that moves with the rows of an entity, or stays if that is NULL. */
void bind_pointer(const struct binding *binding, void *address, const void *base, size_t width,
                  const struct entity *moves);
/* To the values of a site, or to its cases. */
void bind_values(const struct binding *binding, void *address, const struct site *site, size_t width);
void bind_cases_of(const struct binding *binding, void *address, const struct site *site);
void bind_operand(const struct binding *binding, void *address, node_id id); /* to a node's values */

void *scratch_column(struct binding *binding); /* one that nobody else uses while the step runs */
/* A call over the node's own rows, into a scratch column or, if that is NULL, its own values. */
struct call *add_call(const struct binding *binding, kernel *wanted, void *into);
/* The same in a width from which its values are then brought to the node's own. */
struct call *add_call_in_width(struct binding *binding, kernel *wanted, enum kernel_width width);
/* One value for all rows. */
void add_fill(struct binding *binding, enum kernel_width width, int64_t value, void *into);

/* Where a call finds what it reads: a node's values, or a scratch column. */
struct operand {
    node_id id;
    void *column; /* NULL: the node's */
};

struct operand in_width(struct binding *binding, node_id id, enum kernel_width width);
void bind_to(const struct binding *binding, void *address, struct operand from);

/* --- the others: true when calls, and what finishes them, do all --- */

bool bind_node(struct binding *binding);
bool bind_above(struct binding *binding);
bool bind_group(struct binding *binding);

#endif
