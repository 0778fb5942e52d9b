/* What the files of the machine share: machine.c (one node), batch.c (some rows of many nodes), and the operations:
 * narrow.c (plain loops where all is known), operations.c (one row, one value), cases.c (cases, exceptions), groups.c
 * (rows below), outside.c (parameters, and what is left to the evaluator). */
#ifndef DOUDI_PROGRAM_MACHINE_INSIDE_H
#define DOUDI_PROGRAM_MACHINE_INSIDE_H

#include "engine/evaluate.h"
#include "program/machine.h"

#include <assert.h>

/* A node being run: its own lanes, and its operands'. */
struct task {
    struct machine *machine;
    const struct graph_node *node;
    size_t begin, end; /* rows */
    bool keeps;        /* what is missing is kept beside the value; else it marks its root row, see watch */
    struct lanes *out;
    const struct lanes *a, *b, *c;
};

static inline bool is_fault(absence miss) {
    return miss >> MISS_FAULT_BIT & 1;
}

/* Of a strict operation: a fault wins, else the first. */
static inline absence strict(absence a, absence b) {
    if (!a || !b) return a ? a : b;
    return is_fault(b) && !is_fault(a) ? b : a;
}

/* Where an unknown may still decide alone: it wins over a fault. */
static inline absence unsure(absence a, absence b) {
    if (!a || !b) return a ? a : b;
    return is_fault(a) && !is_fault(b) ? b : a;
}

static inline size_t lane_place(const struct lanes *lanes, size_t row) {
    return lanes->single ? 0 : row - lanes->base;
}

static inline lane get(const struct lanes *lanes, size_t row) {
    assert(lanes); /* an operation has the operands it needs */
    size_t at = lane_place(lanes, row);
    return lanes->width == 8 ? ((const int64_t *)lanes->values)[at] : ((const lane *)lanes->values)[at];
}

static inline absence missed(const struct lanes *lanes, size_t row) {
    return lanes->misses ? lanes->misses[lane_place(lanes, row)] : 0;
}

static inline void put(struct lanes *lanes, size_t row, lane value) {
    if (lanes->width == 8)
        ((int64_t *)lanes->values)[lane_place(lanes, row)] = (int64_t)value;
    else
        ((lane *)lanes->values)[lane_place(lanes, row)] = value;
}

static inline const struct lanes *operand(const struct machine *machine, node_id id) {
    return id == NODE_NONE ? NULL : &machine->of[id];
}

bool has_cases(const struct task *task); /* room for which case decided; else memory has run out */
void put_miss(const struct task *task, size_t row, absence miss); /* nothing where none is missing */
absence fault(struct machine *machine, enum reason_kind kind, const struct field *field, size_t index, size_t row);
size_t rows_of(const struct machine *machine, const struct entity *space);

/* --- machine.c --- */

void make_whole(struct machine *machine, node_id id);                             /* room for all rows */
void run_rows(struct machine *machine, node_id id, size_t begin, size_t end);     /* one node */
void mark(const struct machine *machine, const struct entity *space, size_t row); /* see watch */

static inline bool is_few(const struct machine *machine, size_t count, size_t rows) {
    return count <= rows / machine->few;
}

bool run_narrow(const struct task *task); /* false: it is not as simple as that */
void run_input(const struct task *task);
void run_above(const struct task *task);
void run_through(const struct task *task);
void run_strict(const struct task *task);
void run_divisor(const struct task *task);
void run_over(const struct task *task);
void run_within(const struct task *task);
void run_dates(const struct task *task);
void run_month_of(const struct task *task);
void run_logic(const struct task *task);
void run_among(const struct task *task);
void run_between(const struct task *task);
void run_or_else(const struct task *task);
void run_known(const struct task *task);
void run_count_true(const struct task *task);
void run_cases(const struct task *task);
void run_decide(const struct task *task);
void run_group(const struct task *task);
void run_led_here(const struct task *task);
void run_lookup(const struct task *task);
void run_evaluate(const struct task *task);

#endif
