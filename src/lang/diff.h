/* What differs between two policies, declaration by declaration.
 *
 * Declarations are the same thing in both when head, entity and name are; of several (later versions, exceptions)
 * equal texts are paired first, the others in order. Layout and comments are no difference. */
#ifndef DOUDI_LANG_DIFF_H
#define DOUDI_LANG_DIFF_H

#include "lang/policy.h"

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_ALTERED };

/* A value of a parameter's table. */
struct value_change {
    enum change_kind kind;
    const struct parameter_value *before, *after; /* NULL where there is none */
};
struct change {
    enum change_kind kind;
    const struct declaration *before, *after;                   /* NULL where there is none */
    const struct parameter *parameter_before, *parameter_after; /* whose values changed, else NULL */
    VECTOR(struct value_change) values;
};
struct difference {
    const struct policy *before, *after;
    VECTOR(struct change) changes; /* in order of the later text, then what it no longer has */
    size_t added, removed, altered;
};

/* Of two compiled policies. In the arena; check arena_failed. */
struct difference difference_of(struct arena *arena, const struct policy *before, const struct policy *after);

/* The difference in words: both sentences of what was altered, the values that moved. */
void difference_print(struct builder *out, struct arena *arena, const struct difference *difference,
                      enum language language);

#endif
