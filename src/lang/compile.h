/* The stages of a compile, in order. Each works on the whole policy, reports what is wrong and goes on; a stage whose
 * findings would only be consequences of earlier mistakes is not begun (policy_compile). */
#ifndef DOUDI_LANG_COMPILE_H
#define DOUDI_LANG_COMPILE_H

#include "lang/messages.h"
#include "lang/policy.h"
#include "lang/suggestion.h"

/* --- reporting -------------------------------------------------------------------------------------------------- */

struct diagnostic *compile_report(struct policy *policy, enum lang_message message, struct span at,
                                  const struct text *arguments, size_t count);

/* What a policy says is read on a screen: it must be what people see there. Tells of every character that would steer
 * the screen instead. */
void report_controls(struct policy *policy, const struct source *source);

/* REPORT(policy, LANG_X, span, text, ...) with up to DIAGNOSTIC_ARGUMENTS texts, at least one. */
#define REPORT(policy, message, at, ...)                                                                               \
    compile_report((policy), (message), (at), (const struct text[]){__VA_ARGS__},                                      \
                   sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text))

/* Begins to look for the nearest name, unless there are so many mistakes already that nobody reads so far and only time
 * is lost. */
struct suggestion suggest(const struct policy *policy, struct text wanted);
/* Reports `message` with {0} the name and {1} the context, or its variant with {2} the suggestion, which is the next
 * message in the table. */
void report_unknown(struct policy *policy, enum lang_message message, struct name name, struct text context,
                    const struct suggestion *suggestion);
/* The name belonged to a declaration that was wrong: it is known already that something is amiss with it. */
bool name_is_lost(const struct policy *policy, struct name name);
void name_lose(struct policy *policy, struct name name);
/* Leaves out, and tells, names that stand in the list already. */
void names_once(struct policy *policy, struct names *names);

/* --- types and units (unit.c) ----------------------------------------------------------------------------------- */

enum { POWER_MAX = 9 }; /* of a dimension: nobody means money to the tenth */

/* What a numeric type or a unit written a/b/c amounts to. */
struct measure {
    bool found;
    struct number scale, step; /* base units per unit; the step in base units */
    int8_t powers[DIMENSIONS];
};
void units_begin(struct policy *policy); /* month, year, day */
void unit_add_currency(struct policy *policy, struct declaration *declaration);
void unit_add(struct policy *policy, struct declaration *declaration);
struct measure measure_parse(struct policy *policy, struct text text);
/* The type that a name stands for; reports it when there is none. scale and step are those of numbers, may be NULL. */
struct type type_find(struct policy *policy, const struct type_name *name, struct number *scale, struct number *step);
struct text type_text(struct policy *policy, const struct type *type);
bool type_equal(const struct type *a, const struct type *b);
bool type_is_built_in(struct text name);     /* bool, count, money … */
struct type type_plain(enum type_kind kind); /* without dimensions */
struct type type_power(size_t dimension, int power);

/* --- stages ----------------------------------------------------------------------------------------------------- */

/* Stages stop between two declarations when memory has run out: what was built since may not be read. */
bool compile_goes_on(const struct policy *policy);

void declare_all(struct policy *policy);                              /* declare.c: what there is */
day_number declaration_begins(const struct declaration *declaration); /* its own date, or its policy's */
void parameters_load(struct policy *policy); /* parameter_table.c: keys, ranges and values of parameters */
void clauses_load(struct policy *policy, struct layer *layer);
void check_all(struct policy *policy);        /* check.c: names, types, units of every declaration */
void check_procedures(struct policy *policy); /* check_procedure.c */
void check_settled(struct policy *policy, struct entity *entity);    /* check_settled.c: which events are bills */
void decision_table_build(struct policy *policy, struct rule *rule); /* decision_table.c: a table becomes branches */
void cycles_find(struct policy *policy);                             /* cycle.c */
void depths_check(struct policy *policy);                            /* depth.c: how deep rules call one another */
void cases_check(struct policy *policy);    /* cases.c: what `when` covers, and clashes of exceptions */
void intervals_find(struct policy *policy); /* interval.c: ranges, grids, widths */

/* --- expressions (resolve.c) ------------------------------------------------------------------------------------ */

/* Where an expression stands. */
struct scope {
    struct policy *policy;
    const struct entity *entity;
    struct field *reader;           /* the rule that reads, for cycles; NULL in guarantees and indicators */
    day_number from, until;         /* the dates of the text that reads */
    bool loose;                     /* what is read here cannot close a cycle: previous, earlier, events */
    bool stands;                    /* what is read here was found before: previous, events of months gone by */
    bool scale;                     /* a parameter by band of may be read: as the second argument of bands */
    struct declaration *procedure;  /* whose records are names too, or NULL */
    const struct type_name *beside; /* the type, as written, of what a number stands beside; NULL: nobody knows */
};
/* Names and types the expression, whose context expects `want` (or NULL); TYPE_WRONG after a report. */
struct type resolve(struct scope *scope, struct expr *expr, const struct type *want);
void resolve_bool(struct scope *scope, struct expr *expr);
/* The expression must have this type (0 fits every number); reports where it has not. {2} says what for. */
void resolve_as(struct scope *scope, struct expr *expr, const struct type *want, struct text what);
/* Written as a fixed value: a number, date, truth, or a single name, which may be a value of an enumeration. */
bool expr_is_fixed(const struct expr *expr);
/* A constant of the text, or false. */
bool expr_constant(struct policy *policy, const struct expr *expr, struct number *out);
struct expr *expr_copy(struct arena *arena, const struct expr *expr); /* as parsed, nothing checked */
struct field *record_field(struct policy *policy, struct declaration *procedure, const struct entity *entity,
                           struct text name);

/* The range that a declaration gives, in base units (days for dates); false when it gives none, or a wrong one, which
 * is reported. */
bool range_declared(struct policy *policy, struct declaration *declaration, const struct type *type, struct number *low,
                    struct number *high);

/* Who reads whom: within a stratum, and over time or from another. */
void cycle_note(struct policy *policy, struct field *reader, struct field *read, struct span at);
void cycle_note_before(struct policy *policy, struct field *reader, struct field *read, struct span at, bool stands);
/* All fields, each behind those that it reads, where that is possible; NULL when memory has run out. */
struct field *const *fields_in_order(struct policy *policy);

#endif
