/* What known.c (nodes) and known_linear.c (sums of multiples) share. */
#ifndef DOUDI_PROGRAM_KNOWN_INSIDE_H
#define DOUDI_PROGRAM_KNOWN_INSIDE_H

#include "program/build.h"
#include "program/program.h"

struct narrowed {
    node_id from, to;
};

/* A section being written. */
struct writer {
    const struct program *program;
    const struct graph *plain;
    struct graph *known;
    const struct section *section;
    struct arena *scratch;
    node_id *found;          /* by plain id: the known one, + 1 */
    struct linear **linears; /* by plain id; NULL: not asked yet */
    /* Where a condition holds, what it says of a value: the narrower one may stand for it. */
    VECTOR(struct narrowed) narrowed;
};

/* The value of a plain node: known.c. */
node_id known_node(struct writer *writer, node_id plain);
bool is_inside(const struct writer *writer, node_id plain);                      /* the section computes it */
bool is_never_missing(const struct writer *writer, node_id plain);               /* else a fault, which marks its row */
bool adds_inside(const struct writer *writer, const struct graph_node *node);    /* a group over rows of the batch */
node_id known_at(struct writer *writer, node_id id, const struct entity *space); /* for rows below, step by step */
/* Adds an operation at a space, to which its operands are brought. */
node_id known_operate(struct writer *writer, struct graph_node node, const struct entity *space);

/* --- sums of multiples -------------------------------------------------------------------------------------------- */

struct linear_term {
    node_id x;
    lane by;
};
/* Multiples of the sum over the rows of `inner` below. */
struct linear_sum {
    const struct entity *inner;
    const struct linear *of;
    lane by;
    lane years; /* of events: see graph_node d */
};
struct linear {
    const struct entity *space;
    VECTOR(struct linear_term) terms;
    VECTOR(struct linear_sum) sums;
    lane constant;
};

const struct linear *linear_of(struct writer *writer, node_id plain);
node_id linear_node(struct writer *writer, const struct linear *from);
/* One of two constants by a condition, where nobody asks which case decided. */
bool linear_switch(struct writer *writer, struct linear *into, node_id plain);
bool linear_is_constant(const struct linear *linear);
lane linear_divisor(const struct linear *linear, lane with); /* the greatest that divides it all, and `with`; 0: none */
struct linear linear_divided(struct writer *writer, const struct linear *linear, lane by);

node_id known_clamp(struct writer *writer, node_id id, lane least, lane most);
/* LESS, LESS_EQUAL or EQUAL of two plain nodes. */
node_id known_turned(struct writer *writer, node_id truth);
node_id known_compare(struct writer *writer, enum op op, node_id a, node_id b);
/* What a comparison that holds says of its operands; to.to is NODE_NONE when it says nothing useful. */
struct narrowed known_narrowed(struct writer *writer, enum op op, node_id a, node_id b);
/* a rounded, over b, times d. */
node_id known_rounded(struct writer *writer, const struct graph_node *node);

#endif
