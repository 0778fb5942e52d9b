/* The profile: what a policy's sample.yaml says about its invented people, ready to be drawn from.
 *
 * A profile names the entities, their columns and how each is drawn; draw.h and expression.h tell in which words. It is
 * read once, all mistakes are told in one go, and from then on it is not changed. Everything lives in the arena it was
 * read into. */
#ifndef DOUDI_SAMPLE_PROFILE_H
#define DOUDI_SAMPLE_PROFILE_H

#include "base/calendar.h"
#include "base/map.h"
#include "base/vector.h"
#include "exchange/yaml.h"
#include "sample/value.h"

/* Shares are exact: 100 % is SHARE_WHOLE parts. */
enum { SHARE_PERCENT = 1000000, SHARE_WHOLE = 100 * SHARE_PERCENT, AREA_LEVELS_MAX = 8 };

struct expression;
struct draw;

/* A level of areas and what its file tells about each area. */
struct level_field {
    struct text name;
    enum kind kind;
};
struct level {
    struct text name;
    VECTOR(struct level_field) fields;
};

/* Something with rows: the family, its members, what happens to either, or reference rows. */
struct sample_entity {
    struct text name;
    struct sample_entity *parent; /* NULL: it lies in an area */
    size_t level;                 /* of that area */
    VECTOR(struct sample_column *) columns;
};

struct sample_column {
    struct text name;
    struct sample_entity *entity;
    enum kind kind;
    size_t slot;       /* among its row's values */
    size_t order;      /* of drawing, counted over all entities */
    uint64_t stream;   /* the name of its random stream */
    struct draw *draw; /* NULL where each shape or group gives its own */
    int64_t unknown;   /* the share of cells that are left empty when written */
    unsigned decimals; /* of the number when written */
    VECTOR(int64_t) words;
};

/* Columns drawn together for every row of an entity. */
struct sample_step {
    struct sample_entity *entity;
    struct draw *times; /* rows for each parent; NULL for the family and its members */
    size_t first, end;  /* slots */
};

/* A kind of family: so many members of each role. */
struct member {
    struct sample_value role;
    struct draw *times;  /* NULL: once */
    struct draw **given; /* by slot; NULL where the column's own draw holds */
};
struct shape {
    struct text name;
    VECTOR(struct member) members;
};

/* Reference rows that lie in areas: for every area of a level the same number. */
struct group {
    struct text name, mark; /* a row's id: the area's code, a hyphen, the mark, the number */
    size_t level;
    int64_t times;
    struct draw **given; /* by slot */
};
struct reference_rows {
    struct sample_entity *entity;
    VECTOR(struct group *) groups;
};

/* What a file of the sample looks like: its columns in the order they are written. */
struct layout {
    struct sample_entity *entity;
    VECTOR(const struct sample_column *) columns;
};

/* A value in force before the first month. */
struct opening {
    struct sample_entity *entity;
    struct text rule;
    struct expression *when;            /* NULL: always */
    const struct sample_column *column; /* whose value is written, or NULL: */
    struct text literal;
};

struct profile {
    struct arena *arena;
    day_number first_day; /* of the profile's month: ages are as of then */
    struct level levels[AREA_LEVELS_MAX];
    size_t level_count;
    struct sample_entity *family, *member;
    const struct sample_column *shape_column; /* the family's, whose word names its shape */
    struct draw *weight;                      /* how many families a place has, compared with others */
    int64_t families_at_most;                 /* in one place */
    VECTOR(struct sample_entity *) entities;
    VECTOR(struct sample_step *) steps;
    VECTOR(struct shape *) shapes; /* by the word of the shape column */
    VECTOR(struct reference_rows *) rows;
    VECTOR(struct layout *) layouts;
    VECTOR(struct opening *) openings;
    VECTOR(struct sample_value *) words; /* by number */
    struct map words_by_text;            /* to struct sample_value */
    struct map lists;                    /* to struct word_list */
};

struct word_list {
    VECTOR(int64_t) words;
};

/* The profile in a source, or NULL with at least one diagnostic. */
struct profile *profile_read(struct arena *arena, const struct source *source, struct diagnostics *diagnostics);

/* A word as a value: the same number whenever it is asked for. */
struct sample_value profile_word(struct profile *profile, struct text word);

struct sample_column *entity_column(const struct sample_entity *entity, struct text name);
bool column_has_word(const struct sample_column *column, int64_t word);

#endif
