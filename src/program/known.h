/* The known program: what a section computes for rows of which everything is known, which are nearly all.
 *
 * Of the same policy as the plain nodes, but written for speed: sums of multiples are merged, also through groups;
 * numbers too large to matter are cut off before they are compared; what is found at once replaces what asks whether it
 * is known. Its operands lie in the section's own batch, or in columns that are whole. A row that rests on
 * something that is missing, or where something fails, is run again with care by the plain nodes. */
#ifndef DOUDI_PROGRAM_KNOWN_H
#define DOUDI_PROGRAM_KNOWN_H

#include "program/schedule.h"

/* A whole column that the section finds, as plain and as known node. */
struct known_output {
    node_id plain, id;
    bool direct; /* the known node's own values; else they are copied */
};

struct known_step {
    node_id id;
    const struct graph_node *node;
    size_t slot;   /* of those of its width */
    size_t at;     /* where the slot begins in a room, if it had one row: bytes */
    size_t number; /* of the slot among those of all widths */
    node_id whole; /* the plain node whose whole column it is; NODE_NONE: its values go to the slot */
    bool wants_cases;
};

struct known_section {
    VECTOR(struct known_step) steps; /* in the order of their ids */
    VECTOR(struct known_output) outputs;
};

enum { KNOWN_WIDTHS = 4 }; /* 1, 4, 8, 16 bytes */

struct known {
    struct graph *graph;
    struct known_section *sections; /* as the schedule's; of those that run alone empty */
    size_t slots[KNOWN_WIDTHS];     /* by width: how many are needed at most */
    size_t bytes, count;            /* of all slots, if they had one row */
};

/* Needs the program's schedule. Check arena_failed of the program's and the known graph's arenas. */
void known_make(struct program *program);

unsigned known_width(unsigned bytes); /* its place among the widths */

#endif
