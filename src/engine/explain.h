/* Explanations: why a value is what it is, from the text that decided down to the inputs it was computed from.
 *
 * explain.c and explain_operands.c walk the policy's expressions with the evaluator's own functions, explain_formula.c
 * writes expressions out in labels or in numbers, explain_reason.c says what is missing, explain_text.c prints a tree
 * for people. Everything lives in the arena given; labels and units point into the policy, ids into the dataset. Check
 * arena_failed and run_failed before a tree is believed. */
#ifndef DOUDI_ENGINE_EXPLAIN_H
#define DOUDI_ENGINE_EXPLAIN_H

#include "engine/evaluate.h"

enum explanation_kind {
    EXPLANATION_FIELD,     /* an input or a rule */
    EXPLANATION_PARAMETER, /* or a reading */
    EXPLANATION_CONDITION, /* a comparison, or any other test without a name of its own */
    EXPLANATION_GROUP,     /* a sum, count, minimum or maximum over rows; its children are the members that count */
    EXPLANATION_MEMBER,
    EXPLANATION_PREVIOUS, /* the value in force of another month */
};

/* What a comparison lacks to come out as it should, or, when it does, what it can bear before it no longer does. */
enum move { MOVE_NONE, MOVE_DOWN, MOVE_UP };

struct explanation {
    enum explanation_kind kind;
    const struct field *field;         /* of fields and previous values */
    const struct parameter *parameter; /* of parameters */
    const struct expr *expr;           /* of conditions and groups */
    struct text id;                    /* the row: empty for parameters and where there is none */
    struct text label[LANGUAGES];
    const struct dataset *dataset;
    const struct declaration *unit; /* names the unit in which it is shown, see explanation_unit; NULL: none */
    const struct expr *written;     /* what it was computed as, see explanation_formula; NULL when there is none */
    struct context where;           /* the row at which */
    struct number written_scale;    /* to which its numbers are converted, if is_scaled */
    bool is_scaled;

    struct value value;
    struct type type;
    struct number scale, step; /* how the value is shown, see value_show */

    const struct rule *rule; /* the text that decided; NULL when none did */
    const struct branch *branch;
    const struct names *cites;

    const struct parameter_value *line; /* source, document, from, confidence; NULL when there is none */
    const struct entity *level;         /* where the line was found, NULL when it holds everywhere */
    bool inherited;                     /* it was found above the level that the parameter is declared by */

    int yearly;       /* found in that month of the year, which is another: its reasons are there; else 0 */
    bool given;       /* in force by decision or given, not computed */
    bool left_empty;  /* an input that is missing, for which the policy says what empty means */
    bool unconfirmed; /* something under it is not confirmed */
    bool failed;      /* a condition that came out the wrong way */
    enum move move;
    struct number distance;         /* in base units, > 0 unless move is MOVE_NONE */
    struct text subject[LANGUAGES]; /* what would have to move */
    const struct declaration *subject_unit;

    VECTOR(struct explanation *) children; /* may be shared between parents; never a cycle */
    size_t more;                           /* members that are not listed */
    struct text missing[LANGUAGES];        /* of a value that is not known: what is missing, or what went wrong */
    unsigned depth; /* of the root: how many computed values below one another are shown with their own children */
};

/* Why a field of a row has its value. The tree is complete; depth only says how much of it is shown. */
struct explanation *explain_field(struct run *run, struct arena *arena, const struct field *field, size_t row,
                                  unsigned depth);

/* Why a row does not get it: the conditions that failed, followed down to the comparison, and the distance. Of what it
 * does get, or gets nothing of although every condition holds, the same as explain_field. */
struct explanation *explain_why_not(struct run *run, struct arena *arena, const struct field *benefit, size_t row);

/* Words that are found when they are asked for, which most never are. The node's unit, or that of its subject, for
 * people; empty without one. The computation with numbers in place of names; empty when that would only repeat the
 * value. */
struct text explanation_unit(struct arena *arena, const struct explanation *node, const struct declaration *unit,
                             enum language language);
struct text explanation_formula(struct arena *arena, const struct explanation *node, enum language language);

/* True when this value, with what is under it, was opened before; notes it. Nobody wants to read the same twice. */
bool explanation_repeats(struct map *opened, const struct explanation *node);

/* The tree as lines for a terminal; without `unicode` all signs are ASCII (labels stay as they are). */
void explanation_print(struct builder *out, struct arena *arena, const struct explanation *explanation,
                       enum language language, bool unicode);

/* --- shared by the explain files ---------------------------------------------------------------------------------- */

/* How a number of an expression is shown; any: zero, in whatever unit. */
struct display {
    struct number scale, step;
    bool any;
};
struct display display_of(struct arena *arena, const struct expr *expr);

/* The expression in labels; or in numbers, converted to the scale; empty for what is a single value. */
struct text expression_labels(struct arena *arena, const struct expr *expr, enum language language);
struct text expression_numbers(struct arena *arena, const struct context *context, const struct expr *expr,
                               const struct number *scale, enum language language);

/* What is missing, or what went wrong; empty for a known value. */
struct text reason_words(struct arena *arena, const struct run *run, const struct value *value, enum language language);

#endif
