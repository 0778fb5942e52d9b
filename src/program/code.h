/* Code: the nodes of a section as calls of kernels over the rows of a batch. Where values lie is found once for each
 * member of a crew (bind.c); a batch only moves the addresses of what lies in whole columns.
 *
 * A node that no kernel knows is a step without calls: it goes row by row. */
#ifndef DOUDI_PROGRAM_CODE_H
#define DOUDI_PROGRAM_CODE_H

#include "program/kernel.h"
#include "program/machine_inside.h"

struct crew;
struct member;

struct call {
    kernel *kernel;
    const struct entity *over;  /* strip.rows: how many rows it has in the batch */
    const struct entity *below; /* strip.at: the first of its rows */
    struct strip strip;
};

/* A node being run over rows. */
struct strip_task {
    const struct crew *crew;
    struct member *member;
    struct worker *worker; /* one of the member's two */
    const struct code *code;
    const struct graph_node *node;
    node_id id;
    struct rows rows;
    struct lanes *out;
};

struct code_step {
    node_id id;
    const struct graph_node *node;
    bool bound;                                    /* nothing is left to be done row by row */
    size_t first, end;                             /* calls */
    bool (*finish)(const struct strip_task *task); /* after the calls; false: it must go row by row. NULL: nothing */
    bool is_fixed;                                 /* its lanes are of all rows, in every batch */
};

/* An address that moves with the first row of an entity. */
struct moving {
    void *address;             /* of the pointer, of whatever type */
    const unsigned char *base; /* of the first row that there is */
    size_t first, width;
    const struct entity *entity;
};

enum { SCRATCH_COLUMNS = BRANCHES_MAX + 2 };
struct code {
    struct arena arena;
    size_t rows; /* there is room for; 0: not bound yet */
    VECTOR(struct code_step) steps;
    VECTOR(struct call *) calls;
    VECTOR(struct moving) moving;
    VECTOR(const struct graph_node *) leaves; /* where something may be missing */
    void *scratch[SCRATCH_COLUMNS];           /* columns of 8 bytes a row; those that are used */
};

void code_free(struct code *code);

/* For a batch of these rows, by entity. */
void code_move(const struct code *code, const struct rows *rows_of);
/* The calls of a step that is bound. */
void code_call(const struct code *code, const struct code_step *step, const struct rows *rows_of);
/* What comes after them; false: the step must go row by row. */
bool code_finish(const struct strip_task *task, const struct code_step *step);

/* --- of a task ---------------------------------------------------------------------------------------------------- */

static inline const struct lanes *lanes_of(const struct strip_task *task, node_id id) {
    return operand(task->worker, id);
}

static inline size_t rows_in(const struct strip_task *task) {
    return task->rows.last - task->rows.first;
}

/* Of lanes that kernels know. */
static inline enum kernel_width width_of(const struct lanes *lanes) {
    return lanes->width == 1 ? BYTES_1 : lanes->width == 4 ? BYTES_4 : BYTES_8;
}

/* The lane of a row. */
static inline void *lane_of_row(const struct lanes *lanes, size_t row) {
    return (unsigned char *)lanes->values + (row - lanes->base) * lanes->width;
}

/* gaps.c: of a node that kernels have run with care, what is missing; false when that is not told for the operation. */
bool find_gaps(const struct strip_task *task);

/* taint.c: of a known step, in the room given. */
void find_taint(const struct strip_task *task, uint8_t *room);
/* Whether something is missing in the batch that the code asks for. */
bool is_anything_missing(const struct crew *crew, const struct member *member, const struct code *code);

#endif
