/* Building the tree of an explanation: what explain.c (conditions and rules) and explain_operands.c (what an expression
 * reads) share. */
#ifndef DOUDI_ENGINE_EXPLAIN_WALK_H
#define DOUDI_ENGINE_EXPLAIN_WALK_H

#include "engine/confirmation.h"
#include "engine/explain.h"

/* How a condition ought to come out, for whoever asks; WISH_NONE where nothing is at stake. WISH_ABSENT of what `not`
 * excludes: nobody moves towards that, and no distance to it is told. */
enum wish { WISH_NONE, WISH_TRUE, WISH_FALSE, WISH_ABSENT };

struct walk {
    struct run *run;
    struct arena *arena;
    struct map seen; /* field, row and wish -> struct explanation: a value that is read twice is explained once */
};

/* Where children are added. */
struct list {
    struct walk *walk;
    struct explanation *parent;
};

struct explanation *explain_node(struct walk *walk, enum explanation_kind kind, struct value value,
                                 const struct type *type, struct display display);
void explain_child(const struct list *list, struct explanation *child); /* once */
void explain_labels(struct explanation *node, const struct text label[LANGUAGES], struct text name);
void explain_expression(struct walk *walk, struct text labels[LANGUAGES], const struct expr *expr);
/* What explanation_formula writes; scale NULL: in the units in which the numbers are known. */
void explain_formula(struct explanation *node, const struct context *context, const struct expr *expr,
                     const struct number *scale);
/* The declaration that names the unit in which an expression is shown; NULL for what has none of its own. */
const struct declaration *explain_unit(const struct expr *expr);

/* All that an expression reads, each as a child. */
void explain_operands(const struct list *list, const struct context *context, const struct expr *expr);
void explain_members(const struct list *list, const struct context *context, const struct expr *group);
void explain_read(const struct list *list, const struct context *context, const struct expr *path, enum wish wish);
void explain_path(const struct list *list, const struct context *context, const struct expr *path);
/* A value that an expression reads as of another month has its reasons there, not here. */
bool explain_is_past(const struct context *reader, const struct field *field);

/* A truth that is no field of its own: what makes it so. */
void explain_truth(const struct list *list, const struct context *context, const struct expr *expr, enum wish wish);
struct explanation *explain_value(struct walk *walk, const struct field *field, size_t row, enum wish wish);

#endif
