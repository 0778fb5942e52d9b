/* A scene: a few rows, with the areas they live in, made to show that a guarantee does not hold.
 *
 * The evaluator decides it, it is made smaller as long as the guarantee stays broken, and it is written as a worked
 * case (docs/cases.md). Rows of areas have what the policy's areas/ say of them, unless the scene says otherwise. */
#ifndef DOUDI_PROOF_SCENE_H
#define DOUDI_PROOF_SCENE_H

#include "engine/run.h"
#include "exchange/case.h"

/* What the scene says of an input. */
struct cell {
    bool set;
    lane value; /* of a reference: the row of the scene, or ROW_NONE */
    struct text text;
};
/* A rule's value in force before the month. */
struct opening {
    const struct field *field;
    struct value value;
    bool dropped;
};
struct scene_row {
    const struct entity *entity;
    struct text id;
    size_t parent;                /* SIZE_MAX at the top */
    const struct area_line *line; /* of an area; NULL: made up */
    bool dropped;
    struct cell *cells, *of_area; /* by input_index */
    VECTOR(struct opening) openings;
};
struct scene {
    struct arena *arena;
    const struct case_policy *law;
    month_number month;
    VECTOR(struct scene_row) rows; /* parents before children */
    size_t *made_up;               /* by entity index: how many */
};

/* In the arena, which must outlive it; check arena_failed. */
void scene_init(struct scene *scene, struct arena *arena, const struct case_policy *law, month_number month);
/* A row made up, with an id of its own; its number. */
size_t scene_add(struct scene *scene, const struct entity *entity, size_t parent);
/* The row of an area, and those above it, each once. */
size_t scene_add_area(struct scene *scene, const struct entity *entity, const struct area_line *line);
void scene_put(struct scene *scene, size_t row, const struct field *input, lane value);
void scene_put_text(struct scene *scene, size_t row, const struct field *input, struct text text);
void scene_open(struct scene *scene, size_t row, const struct field *rule, struct value value);

/* Whether rows of the areas stand beside the policy for the entity. */
const struct area_book *scene_book(const struct case_policy *law, const struct entity *entity);

/* Where no areas stand beside the policy: the codes that tables of parameters have for rows of the entity, each once.
 */
struct codes {
    struct arena *arena;
    VECTOR(struct text) list;
};
void scene_codes(struct codes *codes, const struct policy *policy, const struct entity *entity);
bool scene_is_code(const struct policy *policy, const struct entity *entity, struct text id);

/* --- deciding --------------------------------------------------------------------------------------------------- */

/* The scene as the evaluator sees it. */
struct decided {
    struct arena arena;
    struct records records;
    struct history history;
    struct dataset *dataset;
    struct run *run;
    size_t *row_of; /* by row of the scene: the dataset's; SIZE_MAX: it does not stand */
};
/* False when memory has run out; decided_free is due in any case. */
bool scene_decide(const struct scene *scene, struct decided *decided);
void decided_free(struct decided *decided);

/* What the evaluator says of the guarantee at the row; false when memory has run out. */
bool scene_ask(const struct scene *scene, const struct guarantee *guarantee, size_t row, enum guarantee_result *result);

/* Leaves out and simplifies whatever the break at the row does not need (scene_reduce.c); false when memory has run
 * out. */
bool scene_reduce(struct scene *scene, const struct guarantee *guarantee, size_t row);

/* --- as a worked case (scene_write.c) --------------------------------------------------------------------------- */

/* The case in YAML, in the arena, with all that breaks in it. Empty when memory has run out. */
struct text scene_written(const struct scene *scene, struct arena *arena, const struct guarantee *guarantee);

/* Runs the case as `doudi policy test` does: true when it passes. */
bool scene_confirms(struct case_runner *runner, struct text written);

#endif
