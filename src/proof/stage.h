/* The stage: the rows of a small scene, each there or not, for the solver to fill. */
#ifndef DOUDI_PROOF_STAGE_H
#define DOUDI_PROOF_STAGE_H

#include "proof/translate.h"

/* What a graph looks at: entities of which rows are needed, and those of which several are looked at together. */
struct cast {
    const struct graph *graph;
    const struct companion *companions;
    const struct entity *about; /* the guarantee's */
    bool *needed, *several;     /* by entity index */
};
void cast_find(struct cast *cast, struct arena *arena, const struct graph *graph, const struct companion *companions,
               const struct entity *about);

enum { STAGE_ROWS_MAX = 160 };

/* The area in which a scene plays: a code of the areas, or of a parameter's table; empty: the first. */
struct stage {
    struct arena *arena;
    struct scene scene;
    struct decided decided;
    struct translation translation;
    size_t about; /* the guarantee's row */
    bool too_many;
};

/* Rows: one where only one is looked at, else `slots` below each. False when memory has run out; stage_close is due in
 * any case. */
bool stage_open(struct stage *stage, struct arena *arena, struct solver *solver, const struct cast *cast,
                const struct scene *empty, size_t slots, struct text area);
void stage_close(struct stage *stage);

/* Makes the scene what the model says. */
void stage_take(struct stage *stage, Z3_model model);

#endif
