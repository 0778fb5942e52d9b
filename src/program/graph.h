/* The graph of a month: what a policy's rules compute, as integers over rows.
 *
 * A number of the policy is n * grid over divisors: n an integer column, grid an exact constant, divisors columns that
 * are greater than zero. So all arithmetic is on integers; division remains where the law rounds. Nodes are in the
 * order in which they can be computed, and equal ones are one. */
#ifndef DOUDI_PROGRAM_GRAPH_H
#define DOUDI_PROGRAM_GRAPH_H

#include "engine/run.h"

enum op {
#define OP(name, en, zh) OP_##name,
#include "program/op.def"
#undef OP
    OPS
};
const char *op_name(enum op op);
const char *op_words(enum op op, enum language language);

typedef uint32_t node_id;
#define NODE_NONE UINT32_MAX

enum { BRANCHES_MAX = 200, EXCEPTIONS_MAX = 40, TEXTS_MAX = 255 }; /* of a field with more the evaluator decides */
/* Which text of a field decided, and which of its cases. */
#define CASE_OF(text, index) ((uint16_t)((text) << 8 | (index)))

struct graph_node {
    enum op op;
    const struct entity *space; /* a value for each of its rows; NULL: one value everywhere */
    const struct entity *inner; /* of groups: whose rows below are looked at */
    node_id a, b, c;            /* operands; NODE_NONE where there is none */
    VECTOR(node_id) more;       /* of CASES: condition, value, … (NODE_NONE: always); of others: further operands */
    lane d, e;                  /* constants; of groups over events d: how many years' worth they add up */
    lane low, high;             /* n lies between */
    const struct field *field;  /* of EVALUATE: of events only those whose day, in this field, lies in d .. e */
    const struct parameter *parameter;
    const struct expr *expr;
    const struct rule *rule;
    uint16_t *told;                 /* of CASES and DECIDE: see CASE_OF; what each number of a case stands for */
    size_t told_count;              /* DECIDE: the exceptions', then those of what is decided without them */
    const struct rule **exceptions; /* of DECIDE: one for each two of more, condition and value */
    struct number grid;             /* of LOOKUP, EVALUATE: what one n stands for */
};

/* A value of the policy in the graph. */
struct quantity {
    node_id n;
    struct number grid;
    VECTOR(node_id) divisors;
};

/* What a field is, and which of its cases each value comes from. */
struct field_quantity {
    struct quantity value;
    node_id cases;      /* CASES or DECIDE, at the field's entity; NODE_NONE: it is always only_case */
    uint16_t only_case; /* see CASE_OF */
};

struct graph {
    struct arena arena;
    const struct policy *policy;
    const struct run_options *options;
    month_number month;
    day_number first_day;
    VECTOR(struct graph_node) nodes;
    struct map interned;            /* what a node is -> its id + 1 */
    struct field_quantity **fields; /* by field index; NULL: not asked for */
};

/* The rules of a month that are computed for rows other than events. NULL when memory has run out. The policy and the
 * options must outlive it. */
struct graph *graph_new(const struct policy *policy, month_number month, const struct run_options *options);
struct graph *graph_empty(const struct policy *policy, month_number month, const struct run_options *options);
void graph_free(struct graph *graph);
bool graph_failed(const struct graph *graph);

/* The node, or an equal one that is there already; its range and entity are found from its operands. */
node_id graph_add(struct graph *graph, struct graph_node node);
node_id graph_constant(struct graph *graph, lane value);
const struct graph_node *graph_node(const struct graph *graph, node_id id);
/* The next node that it reads; *index begins at 0. False when there are no more. */
bool graph_operand(const struct graph_node *node, size_t *index, node_id *id);
unsigned graph_node_width(const struct graph_node *node); /* of a lane that holds its range: 1, 4, 8 or 16 bytes */

#endif
