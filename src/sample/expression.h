/* clang-format off: the grammar keeps its lines */
/* Expressions of a profile: `age >= 60 and not deep_poverty`, `mother.age - 22`,
 * `sum(earnings of person where age > 15)`.
 *
 *     expression  = conjunction {"or" conjunction}.
 *     conjunction = negation {"and" negation}.
 *     negation    = ["not"] test.
 *     test        = sum [("=" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" ("(" sum {"," sum} ")" | sum ".." sum)].
 *     sum         = term {("+" | "-") term}.
 *     term        = factor {("*" | "/") factor}.
 *     factor      = NUMBER | DATE | "yes" | "no" | "empty" | WORD | name | name "." name | "-" factor
 *                 | "(" expression ")" | ("min" | "max") "(" sum "," sum ")" | "known" "(" sum ")"
 *                 | ("count" | "any") "(" entity ["where" expression] ")"
 *                 | "sum" "(" sum "of" entity ["where" expression] ")".
 *
 * A name with a point is an area's field or code, a column of a row above, of the first member in a role (in a shape),
 * or of the `first` member of all. Numbers are whole; `/` rounds down. What is reckoned from something empty is empty,
 * and a comparison with it is no. A WORD stands for itself where it is compared with a column that can have it;
 * elsewhere it is put in quotes. */
/* clang-format on */
#ifndef DOUDI_SAMPLE_EXPRESSION_H
#define DOUDI_SAMPLE_EXPRESSION_H

#include "sample/area.h"
#include "sample/profile.h"

/* What the names of an expression can mean. */
struct sample_scope {
    struct profile *profile;
    const struct sample_entity *entity; /* whose row is drawn; NULL: only areas are known */
    size_t before;                      /* columns drawn earlier than this are known */
    size_t step_before;                 /* the same of the members together */
    const struct shape *shape;          /* whose roles are known, the first `roles` of them; or NULL */
    size_t roles;
    size_t roles_before; /* the columns of theirs that are known */
    size_t level;        /* the narrowest level of areas that is known */
    struct diagnostics *diagnostics;
};

enum operation {
    OPERATION_CONSTANT,
    OPERATION_WORD, /* while reading: a name that may be a word */
    OPERATION_COLUMN,
    OPERATION_MEMBER_COLUMN, /* of the first member with the role */
    OPERATION_FIRST_COLUMN,  /* of the first member of all */
    OPERATION_AREA_FIELD,
    OPERATION_AREA_NUMBER,
    OPERATION_AREA_CODE,
    OPERATION_ID,
    OPERATION_NUMBER, /* which of its parent's rows, or of its role's */
    OPERATION_OR,
    OPERATION_AND,
    OPERATION_NOT,
    OPERATION_EQUAL,
    OPERATION_UNEQUAL,
    OPERATION_LESS,
    OPERATION_LESS_EQUAL,
    OPERATION_IN,
    OPERATION_BETWEEN,
    OPERATION_ADD,
    OPERATION_SUBTRACT,
    OPERATION_MULTIPLY,
    OPERATION_DIVIDE,
    OPERATION_MIN,
    OPERATION_MAX,
    OPERATION_KNOWN,
    OPERATION_COUNT,
    OPERATION_ANY,
    OPERATION_SUM
};

struct expression {
    enum operation operation;
    enum kind kind;
    struct sample_value constant;       /* also the role of a member's column */
    const struct sample_column *column; /* of COLUMN, MEMBER_COLUMN */
    size_t up;                          /* how many parents up its row is */
    size_t level, field;                /* of the areas */
    struct expression *operand[3];      /* COUNT, ANY, SUM: the condition or NULL, then what is summed */
    VECTOR(struct expression *) items;  /* of IN */
    uint32_t offset, length;            /* in the text, in bytes */
};

/* The expression in a scalar, or NULL with a diagnostic. */
struct expression *expression_read(const struct sample_scope *scope, const struct yaml_node *node);

/* The same, and it must be of that kind. */
struct expression *expression_read_kind(const struct sample_scope *scope, const struct yaml_node *node, enum kind kind);

/* The kind as a word for messages. */
struct text kind_name(enum kind kind);

/* A row while its family is made. */
struct row {
    const struct sample_entity *entity;
    struct row *parent; /* NULL for the family and for reference rows */
    struct sample_value *values;
    struct text id;
    uint64_t stream;
    int64_t number;   /* among its parent's, or of its role among the members: from 1 */
    int64_t sequence; /* a birthday's place among those of its day in its region: see draw.c */
    int64_t region;
    const struct area *area;
};

/* The members made so far; an aggregate goes through all of them. */
struct scene {
    const struct profile *profile;
    const struct areas *areas;
    struct arena *arena; /* for texts, which live as long as the family */
    struct row **members;
    size_t member_count;
    struct row *family;
};

struct sample_value expression_value(const struct expression *expression, const struct scene *scene,
                                     const struct row *row);

/* True when it is known to be yes; NULL counts as yes. */
bool expression_holds(const struct expression *expression, const struct scene *scene, const struct row *row);

#endif
