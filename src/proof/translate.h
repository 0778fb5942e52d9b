/* From the graph of a month's law to the solver's terms, for given rows.
 *
 * Loose: one row of the guarantee's entity with those above it; of rows below, of the values of parameters, of whatever
 * the solver has no words for, only what is certain is said. So all that can happen is allowed, and where no values
 * break the guarantee none do. Exact: the rows of a scene, each there or not; what then breaks it the evaluator may
 * confirm. */
#ifndef DOUDI_PROOF_TRANSLATE_H
#define DOUDI_PROOF_TRANSLATE_H

#include "proof/scene.h"
#include "proof/solver.h"

#include "program/build.h"

enum { CHOICES_MAX = 64 };

/* A value: what it is where it is known; neither known nor a fault: unknown. A truth has `truth`, a number `number`;
 * who wants the other asks term_number, term_truth. */
struct term {
    Z3_ast number, truth, known, fault;
    const lane *choices; /* all that the number can be, when these are few; NULL: more */
    size_t choice_count;
};

/* Loose: the row that a reference leads to. */
struct led {
    node_id reference;
    struct stage_row *row;
};
/* What is left to the evaluator: an expression, or a rule's value in force before the month. */
struct left {
    const struct expr *expr;
    const struct field *before;
    struct number grid;
    struct term *term;
};
struct stage_row {
    const struct entity *entity;
    struct stage_row *parent;
    size_t number; /* among the rows, and of the scene when it is exact */
    Z3_ast present;
    struct term **terms; /* by node; NULL: not asked for yet */
    VECTOR(struct led) led;
    VECTOR(struct left) left;
};
/* A date as its month, counted from March of the year 0, and the day in it, from 0. */
struct split {
    Z3_ast date, month, day;
};
struct moved {
    Z3_ast from, months, date;
};

/* What is computed besides for a node: of a group the number of rows that are looked at, of bands the amount. */
struct companion {
    node_id n;
    struct number grid;
};

struct translation {
    struct arena *arena;
    struct solver *solver;
    const struct graph *graph;
    const struct case_policy *law; /* whose areas say at which level a code lies; NULL: at any */
    const struct scene *scene;     /* exact; else NULL */
    const struct decided *decided; /* the scene without inputs, for parameters of areas */
    VECTOR(struct stage_row *) rows;
    Z3_ast nothing_lacks;               /* inputs are known, but for those whose emptiness means something */
    struct term **everywhere;           /* by node: values that are the same for all rows */
    const struct companion *companions; /* by node */
    bool *asked_known;                  /* by node: the law asks whether it is known, or what is made of it */
    VECTOR(node_id) loosened;           /* exact: nodes of which not everything could be said */
    VECTOR(struct split) splits;
    VECTOR(struct moved) moved;
    struct term nothing; /* when memory has run out */
};

/* The graph must be whole, with the companions that translate_companions added. Check arena_failed. */
void translation_init(struct translation *translation, struct arena *arena, struct solver *solver,
                      const struct graph *graph, const struct companion *companions);
/* Adds to the graph what is computed besides. NULL when memory has run out. */
struct companion *translate_companions(struct arena *arena, struct graph *graph);

struct stage_row *translate_row(struct translation *translation, const struct entity *entity, struct stage_row *parent,
                                Z3_ast present);

/* Some row of the entity, with rows above it of its own. */
struct stage_row *translate_some_row(struct translation *translation, const struct entity *entity);

/* The value of a node at a row of its space or below. */
const struct term *translate(struct translation *translation, node_id id, struct stage_row *row);

Z3_ast term_number(struct translation *translation, const struct term *term);
Z3_ast term_truth(struct translation *translation, const struct term *term);

#endif
