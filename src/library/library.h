/* The library's inside: what lies behind the opaque types of doudi.h, shared by the files of this floor. */
#ifndef DOUDI_LIBRARY_LIBRARY_H
#define DOUDI_LIBRARY_LIBRARY_H

#include "doudi.h"

#include "engine/settle.h"
#include "library/refusal.h"

struct doudi_policy {
    struct policy *policy;
    const struct model *model; /* NULL until it has compiled */
    bool closed;               /* compile was called, whatever came of it */
};

struct given_values {
    VECTOR(struct given) list;
};

struct doudi_data {
    struct arena arena;
    const struct policy *policy;
    const struct model *model;
    struct records records;
    const struct entity *entity; /* of the row added last; NULL: none was */
    size_t row;
    struct given_values opening, decided; /* in the order in which they were told */
    struct refused refused;
};

/* The lane that a text stands for; DOUDI_BAD_VALUE, and noted why, when it stands for none. */
doudi_status data_parse(doudi_data *data, const struct lane_spec *spec, const char *text, lane *out);

/* NULL when there is no such rule. */
const struct field *find_rule(const struct policy *policy, const char *entity, const char *rule);

struct override_list {
    VECTOR(struct override) list;
};

struct doudi_options {
    struct arena arena;
    const struct policy *policy;
    const struct model *model;
    day_number known;
    struct override_list overrides;
    struct refused refused;
};

struct doudi_run {
    const struct doudi_data *data;
    struct arena lasting; /* the options */
    struct arena world;   /* of the rows of the month at hand */
    struct arena told;    /* texts and explanations, until it looks at other rows */
    struct run_options options;
    struct history history;
    month_number month;
    char month_text[32]; /* "2018-07" */
    struct refusals refusals;
    struct map *events; /* by entity index: the id of an event -> its row + 1; without an arena until it is asked for */
    struct map nodes;   /* address of an explanation -> what the host has for it; in `told` */
    struct dataset *dataset;
    struct run *run;         /* NULL once memory has run out between two months */
    bool *wanted;            /* by field index: asked for beforehand; in `lasting`; NULL: every rule */
    struct program *program; /* that solved the rows decided last; NULL: none, or what was wanted has changed */
    const struct entity *within;
    struct solved *solved;
};

/* What a host asks about. */
struct asked {
    const struct entity *entity;
    const struct field *field;
    size_t row;
};

/* The row, and its field unless that is NULL: DOUDI_OK, or what to answer. */
doudi_status run_find(doudi_run *run, const char *entity, const char *id, const char *field, struct asked *asked);

/* DOUDI_NO_MEMORY once what the run found or told cannot be believed. */
doudi_status run_status(const doudi_run *run);

/* --- telling (tell.c) ------------------------------------------------------------------------------------------- */

/* A text of the run's that ends in NUL; NULL when memory has run out. */
const char *run_tell(doudi_run *run, struct text text);

/* A value in its own unit, of a reference the id of its row; why it is not known: its reason's code. */
doudi_status run_tell_value(doudi_run *run, const struct type *type, struct number scale, const struct value *value,
                            const char **text);

static inline doudi_status status_of(const struct arena *arena) {
    return arena_failed(arena) ? DOUDI_NO_MEMORY : DOUDI_OK;
}

static inline enum language language_of(doudi_language language) {
    return language == DOUDI_ZH ? LANGUAGE_ZH : LANGUAGE_EN;
}

#endif
