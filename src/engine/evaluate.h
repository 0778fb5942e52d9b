/* The evaluator's inside, shared by run.c (rules), evaluate.c (expressions), group.c (groups) and lookup.c
 * (parameters), and used by those who explain what it found. */
#ifndef DOUDI_ENGINE_EVALUATE_H
#define DOUDI_ENGINE_EVALUATE_H

#include "engine/run.h"

/* Where an expression is evaluated. day is first_day for monthly rows, the event's own date for events. */
struct context {
    struct run *run;
    const struct entity *entity; /* NULL beyond every row */
    size_t row;
    day_number day;
};
struct context context_of(struct run *run, const struct entity *entity, size_t row);
struct value evaluate(const struct context *context, const struct expr *expr);
struct value evaluate_group(const struct context *context, const struct expr *expr);
/* An event of that day counts: before the day judged (siblings of `earlier` are so by their order), within the window
 * that ends there. */
bool group_takes_event(const struct context *context, const struct expr *group, day_number day);
struct value evaluate_bands(const struct context *context, const struct expr *expr);
struct value evaluate_apportion(const struct context *context, const struct expr *expr);

/* A field of a row as a rule at `reader` sees it: across strata the value in force for the event's month. */
struct value field_read(const struct context *reader, const struct field *field, size_t row);
struct value previous_read(struct run *run, const struct field *field, size_t row);

/* Its layer is in force on the day, and it was enacted by the other. */
bool parameter_exception_holds(const struct parameter_exception *exception, day_number day, day_number known);

/* The values that stand for the row: the parameter's own, or those of the last layer whose area holds it. */
const struct parameter_values *parameter_values_for(const struct run *run, const struct parameter *parameter,
                                                    const struct entity *entity, size_t row, day_number day);

/* The line of a parameter that holds for a row of `entity` on a day; NULL when there is none. level: where it was
 * found, or NULL. */
const struct parameter_value *parameter_find(struct run *run, const struct parameter *parameter,
                                             const struct entity *entity, size_t row, day_number day,
                                             const int64_t *index, const struct entity **level);
/* REASON_PARAMETER or REASON_NO_PARAMETER of one that is read from a row of `entity`, saying where and when: the row of
 * its area, or of the reader where it has none. */
struct value parameter_missing(const struct context *context, const struct parameter *parameter,
                               const struct entity *entity, size_t row, enum reason_kind kind, day_number day);
/* What the brackets of a path to a parameter say; false (and *out) when one of them has no value. */
bool parameter_index(const struct context *context, const struct expr *expr, int64_t *index, struct value *out);
/* The line of a parameter without an area that holds on a day, as a run of these options would find it. */
const struct parameter_value *parameter_everywhere(const struct run_options *options, const struct parameter *parameter,
                                                   day_number day, const int64_t *index);
/* The scale in force, by band: all the lines of the latest one's date, area and keys. How many they are. */
size_t parameter_scale(const struct parameter *parameter, const struct parameter_values *values,
                       const struct parameter_value *latest, const struct parameter_value *bands[BANDS_MAX]);
struct value parameter_read(const struct context *context, const struct expr *expr, day_number day);
/* The row and entity from which a path's parameter is read; false (and *out) when the path has no value. */
bool path_walk(const struct context *context, const struct path_target *target, const struct entity **entity,
               size_t *row, struct value *out);

/* The exceptions that are in force for a row on a day, in the order in which they are asked: nearest area first, later
 * layer first. */
struct exception {
    const struct rule *rule;
    int depth;
};
struct exceptions {
    VECTOR(struct exception) list;
};
void exceptions_in_force(struct run *run, const struct field *field, size_t row, day_number day,
                         struct exceptions *exceptions);

/* How deep an area lies that holds the row, -1 when none of that code does; 0 without an area. */
int area_depth(const struct run *run, struct text area, const struct entity *entity, size_t row);

#endif
