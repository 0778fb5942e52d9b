/* What the files of the machine share: machine.c (levels, whole columns), batch.c (some rows of many nodes), node.c
 * (one node), and the operations: operations.c (one row, one value), cases.c (cases, exceptions), groups.c (rows
 * below), outside.c (parameters, and what is left to the evaluator). */
#ifndef DOUDI_PROGRAM_MACHINE_INSIDE_H
#define DOUDI_PROGRAM_MACHINE_INSIDE_H

#include "engine/evaluate.h"
#include "program/machine.h"

#include <assert.h>

/* Rows that are run as if all were known: a row that lacks something marks its root row, which is then run with care.
 */
struct watch {
    unsigned char *marked; /* by root row of the batch; NULL: with care */
    const struct entity *root;
    size_t begin; /* the first root row */
};

/* Whoever runs nodes: one for each thread. */
struct worker {
    struct machine *machine;
    const struct graph *graph; /* whose nodes run */
    struct lanes *of;          /* by node: those of the batch at hand; without values: they are whole, the machine's */
    struct watch watch;
    bool failed; /* memory ran out */
};

/* A node being run: its own lanes, and its operands'. */
struct task {
    struct worker *worker;
    struct machine *machine;
    const struct graph_node *node;
    size_t begin, end; /* rows */
    struct lanes *out;
    const struct lanes *a, *b, *c;
};

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

static inline lane get(const struct lanes *lanes, size_t row) {
    assert(lanes); /* an operation has the operands it needs */
    return lane_read(lanes->values, lanes->width, lanes->single ? 0 : row - lanes->base);
}

static inline absence missed(const struct lanes *lanes, size_t row) {
    return lanes->misses ? lanes->misses[lanes->single ? 0 : row - lanes->miss_base] : 0;
}

static inline void put(struct lanes *lanes, size_t row, lane value) {
    lane_write(lanes->values, lanes->width, lanes->single ? 0 : row - lanes->base, value);
}

static inline const struct lanes *operand(const struct worker *worker, node_id id) {
    if (id == NODE_NONE) return NULL;
    return worker->of[id].values ? &worker->of[id] : &worker->machine->of[id];
}

/* The value that a row without one has in memory: any that lies in the node's range. */
static inline lane harmless(const struct graph_node *node) {
    return node->low > 0 ? node->low : node->high < 0 ? node->high : 0;
}

/* --- node.c --- */

void run_node(struct worker *worker, node_id id, struct lanes *out, size_t begin, size_t end);
bool has_cases(const struct task *task); /* room for which case decided; else memory has run out */
void put_miss(const struct task *task, size_t row, absence miss); /* nothing where none is missing */
absence fault(struct machine *machine, enum reason_kind kind, const struct field *field, size_t index, size_t row);
size_t rows_of(const struct machine *machine, const struct entity *space); /* all */
struct rows rows_found(const struct machine *machine, const struct entity *space);
void mark(const struct worker *worker, const struct entity *space, size_t row); /* see watch */

/* --- machine.c --- */

bool make_whole(struct worker *worker, node_id id); /* room for all rows */

/* --- operations --- */

void run_input(const struct task *task);
void run_above(const struct task *task);
void run_through(const struct task *task);
void run_pick(const struct task *task);
void run_linear(const struct task *task);
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
