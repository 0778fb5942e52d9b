/* What a host may ask of a policy: texts that end in NUL, made once when it has compiled, so that afterwards any number
 * of threads may read them. */
#ifndef DOUDI_LIBRARY_MODEL_H
#define DOUDI_LIBRARY_MODEL_H

#include "doudi.h"

#include "lang/policy.h"

enum { MODEL_THINGS = DOUDI_CLAUSE + 1 };

/* A text in both languages. */
struct model_words {
    const char *of[LANGUAGES];
};

struct model_cites {
    VECTOR(const char *) list;
};

/* One thing; what it has none of is NULL. */
struct model_thing {
    const char *name;
    struct model_words label, unit, empty;
    const char *low, *high, *step;
    const struct type *type;
    const struct entity *entity; /* that it is of, or lies in */
    struct model_cites cites;
};

struct model_choice {
    const char *name;
    struct model_words label;
};

struct model_clause {
    struct model_words says;
    const char *document, *section, *sentence;
};

struct model {
    struct model_thing *things[MODEL_THINGS];
    size_t counts[MODEL_THINGS];
    struct model_choice **choices; /* by enumeration index */
    struct model_clause *clauses;
};

/* Of a policy that has compiled, in its arena; check arena_failed. */
const struct model *model_new(struct policy *policy);

#endif
