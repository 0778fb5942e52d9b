/* Values of the reference evaluator: known, unknown or a fault, each with its reason. */
#ifndef DOUDI_ENGINE_VALUE_H
#define DOUDI_ENGINE_VALUE_H

#include "engine/dataset.h"

enum value_state { VALUE_KNOWN, VALUE_UNKNOWN, VALUE_FAULT };

/* Why a value is what it is: the case that decided; or what is missing, of several the first in the rule's text; or
 * what went wrong. */
enum reason_kind {
    REASON_NONE,
    REASON_CASE,          /* rule `text` (field->rules, then exceptions), branch `index` */
    REASON_GIVEN,         /* in force by decision, or given by a worked case */
    REASON_OUTSIDE_DATES, /* a benefit that no text provides for on that day: 0 */
    REASON_INPUT,         /* unknown: input `field` of row `row` */
    REASON_PARAMETER,     /* unknown: parameter `index` is not known, or not published for the month; as next */
    REASON_NOT_ASSESSED,  /* unknown: `field` was not assessed for the month that is read */
    REASON_ROWS_LOST,     /* unknown: a row of entity `index` under row `row` of entity `text` was refused */
    REASON_DIVISION,      /* faults from here on: division by zero */
    REASON_NO_CASE,       /* a table without a row that fits */
    REASON_CLASH,         /* two exceptions apply and differ */
    REASON_NO_PARAMETER, /* parameter `index` has no value on `day` for row `row` of entity `text` (UINT32_MAX: none) */
    REASON_OUT_OF_RANGE, /* `field` left its declared range */
    REASON_THROUGH_NONE, /* a path leads through `none` */
    REASON_OF_NOBODY,    /* min or max over no row */
    REASON_NEVER,        /* a date that never comes has no age */
    REASON_NOT_IN_FORCE, /* rule `field` does not exist on that day */
    REASON_APPORTION,    /* nothing to apportion by */
    REASON_NO_DISTANCE,  /* places without coordinates */
};
struct reason {
    enum reason_kind kind;
    const struct field *field;
    uint32_t text, index;
    day_number day;
    size_t row;
};

struct value {
    enum value_state state;
    struct reason reason;
    union {
        struct number number;
        bool truth;
        day_number date;
        uint32_t choice; /* place in the enumeration */
        struct {
            const struct entity *entity;
            size_t row; /* SIZE_MAX: none */
        } row;
        struct text text;
    } as;
};

struct value value_unknown(enum reason_kind kind, const struct field *field, uint32_t index, size_t row);
struct value value_fault(enum reason_kind kind, const struct field *field, uint32_t index);
struct value value_number(struct number number);
struct value value_truth(bool truth);
struct value value_date(day_number date);
bool value_equal(const struct type *type, const struct value *a, const struct value *b); /* of known values */

/* An integer as a truth, a date, a choice or a row; false for numbers, which have a step. */
bool value_of_integer(const struct type *type, lane integer, struct value *out);
/* A lane of a field as a value. */
struct value value_of_lane(struct arena *arena, const struct lane_spec *spec, lane value);

/* What a strict operation gives when an operand has no value: a fault wins over unknown. False when all are known. */
bool values_missing(const struct value *values, size_t count, struct value *out);
/* The same for logic and open cases, where an unknown may still decide alone: unknown wins over a fault. */
bool values_unsure(const struct value *values, size_t count, struct value *out);

/* The value in the field's own unit, for people (grouped, decimals of its step; an exact fraction shows both) or plain
 * for files. A reference leads to none here. */
struct text value_show(struct arena *arena, const struct type *type, struct number scale, struct number step,
                       const struct value *value, enum language language);
struct text value_plain(struct arena *arena, const struct type *type, struct number scale, const struct value *value);

/* The same of any value in a dataset: of a reference the id of its row. */
struct text value_show_in(struct arena *arena, const struct dataset *dataset, const struct type *type,
                          struct number scale, struct number step, const struct value *value, enum language language);
struct text value_plain_in(struct arena *arena, const struct dataset *dataset, const struct type *type,
                           struct number scale, const struct value *value);

/* 3500/6, 583.33 + 1/30000, 600 * 2 - 200/12, 20%: what a person writes for an exact number. */
bool number_parse_exact(struct arena *arena, struct text text, struct number *out);
/* The value that a text stands for in the type's own unit and words; `unknown` too. Not text and references. */
bool value_parse(struct arena *arena, const struct type *type, struct number scale, struct text text,
                 struct value *out);

/* What the row of a reason is a row of; NULL: it names none. */
const struct entity *reason_entity(const struct policy *policy, const struct reason *reason);
const char *reason_code(enum reason_kind kind); /* stable words for files: "case", "input", "division" */
/* The reason of a value for files: case:1.2, input:person.income, parameter-unknown:standard. */
struct text reason_written(struct arena *arena, const struct policy *policy, const struct value *value);

/* Names as files have them: village_aide township_officer. */
struct text names_written(struct arena *arena, const struct names *names);

/* The clauses of the case that decided the value of a field, else those of the field. */
const struct names *value_cites(const struct field *field, const struct value *value);

#endif
