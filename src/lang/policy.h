/* A policy: the law of one place in layers, read, named, checked, ready to be decided by.
 *
 *     struct policy *policy = policy_new();
 *     policy_begin_layer(policy, TEXT("yunnan-2018"));
 *     policy_add_file(policy, path, bytes);   ... each .md and .csv file of the folder
 *     if (policy_compile(policy)) ...         else policy->diagnostics tells all that is wrong
 *
 * Everything lives in the policy's arena and is never changed once it is compiled: any number of runs may share it. */
#ifndef DOUDI_LANG_POLICY_H
#define DOUDI_LANG_POLICY_H

#include "base/map.h"
#include "lang/tree.h"

enum { PARAMETER_KEYS_MAX = 4 };
enum { POLICY_DIAGNOSTICS_A_FILE = 1000 }; /* the rest is counted */
enum { BANDS_MAX = 64 };                   /* of one scale */
enum { LEVELS_MAX = 900 };                 /* of rules that read one another, with their expressions (depth.c) */
enum { OPEN_MAX = 10 }; /* exceptions of one layer with a condition on one day: all may be unknown at once */

/* A policy's folder. The first layer is the law; a later one extends one before it. */
struct layer {
    struct text folder;
    size_t index;
    struct declaration *head; /* its `policy` declaration */
    struct layer *base;       /* the layer that it extends */
    struct map tables;        /* path -> struct source */
    VECTOR(struct declaration *) declarations;
    VECTOR(struct source *) sources;
};

/* A unit: so many base units, with the dimensions they have. */
struct unit {
    struct text name;
    struct text label[LANGUAGES];
    struct number scale;
    int8_t powers[DIMENSIONS];
    struct number step; /* in base units */
};

struct enumeration {
    struct text name;
    struct text label[LANGUAGES];
    struct declaration *declaration;
    size_t index;
    const struct enum_value *values;
    size_t count;
};

/* A rule or input, told of those alone of whom a truth does not say that it does not concern them; NULL: of all. */
struct shown {
    struct field *field, *where;
};
/* An event is a bill: somebody presents it, it is settled at once, benefit by benefit, and what is left is paid by
 * hand. Of amounts of money, all of one event. */
struct settled {
    struct field *at,
        *by; /* inputs after `dated`: who presents it, and under which number of his; NULL: it is no bill */
    struct field *total, *rest;
    VECTOR(struct field *) layers; /* its benefits that pay whoever presents it, as declared */
    VECTOR(struct shown) shows;    /* what is told beside it; nothing of it sealed */
};

struct entity {
    struct text name;
    struct text label[LANGUAGES];
    struct declaration *declaration;
    size_t index, depth;   /* depth 0 is the top */
    struct entity *parent; /* NULL at the top */
    bool is_event;
    struct number at_most; /* rows under one parent (a year, for events); 0: not said */
    VECTOR(struct field *) fields;
    struct map by_name;              /* name -> struct field */
    struct map by_label;             /* label -> struct field */
    VECTOR(struct field *) dated;    /* an event's order: date first */
    VECTOR(struct field *) known_by; /* inputs by which people recognise a row; none of them sealed */
    struct field *matched_by;        /* the checked text of the parent by which others tell whose a row is; or NULL */
    VECTOR(struct field *) inputs;   /* in order; a dataset has a column for each */
    struct settled settled;          /* of an event */
};

enum field_kind { FIELD_INPUT, FIELD_RULE, FIELD_BENEFIT, FIELD_ALERT };

/* A column that still stands under a value: income / size has size under it. */
struct divisor {
    const struct field *field;   /* the column, when it is one; else */
    const struct entity *entity; /* the expression on this entity */
    const struct expr *expr;
};

/* What the analysis of ranges found: the value is n * grid over columns and lies in low .. high. */
struct interval {
    bool known; /* false for what is no number, or not yet found */
    struct number low, high, grid;
    struct number size; /* the greatest numerator */
    VECTOR(struct divisor) divisors;
};

/* One text of a rule: the rule itself, a later version of it, or an exception. */
struct rule {
    struct declaration *declaration;
    struct layer *layer;
    struct field *field;
    day_number from, until, enacted; /* in force on from .. until, both included; known since enacted */
    const struct branch *branches;
    size_t count;
    bool is_exception;
    size_t index;               /* among field->rules, then field->exceptions: names the text in reason codes */
    VECTOR(struct rule *) over; /* exceptions of the same layer that yield to this one, directly or not */
};

/* That a field reads another, and where. */
struct dependency {
    struct field *field;
    struct span at;
    bool stands; /* what is read was found before: of another month, or of events settled since */
};
struct dependencies {
    VECTOR(struct dependency) list;
};

/* An input or a rule of an entity: one column. */
struct field {
    struct text name;
    struct text label[LANGUAGES];
    struct entity *entity;
    enum field_kind kind;
    struct declaration *declaration; /* the first */
    size_t index;                    /* among all fields of the policy */
    size_t input_index;              /* among the inputs of its entity */
    struct type type;
    struct number scale, step; /* base units per unit shown; the step in base units. Of a number */
    bool bounded;
    struct number low, high;          /* declared, in base units, when bounded */
    VECTOR(struct rule *) rules;      /* by date; the last begun is in force */
    VECTOR(struct rule *) exceptions; /* as declared */
    bool asked;                       /* some expression of the law reads it */
    bool decided, across;             /* an officer may decide it; read across time or strata */
    struct span across_at;            /* where */
    struct dependencies reads;        /* within its stratum, of the same time */
    struct dependencies reads_before; /* through previous or earlier, or from another stratum */
    struct interval interval;
    struct text check;           /* identifier scheme of a text, or empty */
    bool sealed;                 /* a text that a registry keeps enciphered, finds by a keyed index and shows masked */
    enum finds finds;            /* of an alert */
    VECTOR(struct expr *) shows; /* of an alert: paths to the fields that are listed beside it; none of them sealed */
};

/* That somebody confirmed a value since, which the law itself does not: who holds its document, or signs for it. */
struct attestation {
    struct text by, document; /* no document where he signs */
    bool is_signed;
    int64_t instant; /* microseconds since 1970-01-01 */
};

/* A value of a parameter, as a line of its table or a declaration gives it. */
struct parameter_value {
    struct text area;                 /* empty: everywhere */
    size_t next;                      /* see parameter_line_after */
    int64_t keys[PARAMETER_KEYS_MAX]; /* place in the enumeration, count, month */
    struct number band;
    day_number from, enacted;
    bool empty;           /* nobody knows it: unknown */
    struct number number; /* in base units */
    bool truth;
    day_number date;
    uint32_t enum_value;
    bool confirmed;
    const struct attestation *attested; /* by which it counts as confirmed; NULL: by the law, or it does not */
    struct text source[LANGUAGES];      /* where it is from, in words */
    struct text document, confidence;
    struct span at;
};
struct parameter_values {
    VECTOR(struct parameter_value) list;
    struct map areas; /* see parameter_lines_of */
};
/* The first line of an area, empty where the parameter has none, and the one after a line; NULL beyond the last. */
const struct parameter_value *parameter_lines_of(const struct parameter_values *values, struct text area);
const struct parameter_value *parameter_line_after(const struct parameter_values *values,
                                                   const struct parameter_value *line);

/* Another layer's values in place of the parameter's own. */
struct parameter_exception {
    struct declaration *declaration;
    struct layer *layer;
    struct parameter_values values;
};

struct parameter {
    struct text name;
    struct text label[LANGUAGES];
    struct declaration *declaration;
    size_t index;
    bool is_reading;
    struct type type;
    struct number scale, step;
    bool bounded;
    struct number low, high;
    const struct key *keys;
    size_t key_count, index_count; /* index_count: keys that a path gives in [] */
    const struct entity *area;     /* the key that is an area, or NULL */
    const struct key *band;        /* or NULL */
    bool by_month;
    struct parameter_values values;
    VECTOR(struct parameter_exception *) exceptions;
};

struct guarantee {
    struct text name;
    struct declaration *declaration;
    size_t index;
    struct entity *entity;
    day_number from, until;
};

struct indicator {
    struct text name;
    struct declaration *declaration;
    size_t index;
    struct type type;
    struct number scale;
    day_number from, until;
    VECTOR(struct entity *) levels;
    VECTOR(struct branch *) branches; /* checked once for each level: branches[level] */
};

struct clause {
    struct text id, kind;
    struct text title[LANGUAGES], says[LANGUAGES];
    struct text document, section, sentence;
    struct layer *layer;
};

struct policy {
    struct arena arena;
    struct diagnostics diagnostics;
    VECTOR(struct layer *) layers;
    VECTOR(struct unit *) units;
    VECTOR(struct enumeration *) enumerations;
    VECTOR(struct entity *) entities; /* parents before children */
    VECTOR(struct field *) fields;
    VECTOR(struct parameter *) parameters;
    VECTOR(struct guarantee *) guarantees;
    VECTOR(struct indicator *) indicators;
    VECTOR(struct declaration *) procedures;
    VECTOR(struct clause *) clauses;
    struct map unit_by_name, enumeration_by_name, entity_by_name, parameter_by_name, indicator_by_name,
        guarantee_by_name;
    struct map fund_by_name, role_by_name, calendar_by_name, procedure_by_name, clause_by_id;
    struct map
        lost; /* names of declarations that were wrong and left out: who reads them is not told a second mistake */
    struct text dimension_name[DIMENSIONS]; /* base units: currency, month, day, then declared ones */
    size_t dimensions;
    struct text currency; /* its name */
    size_t levels;        /* of the deepest chain of rules, at most LEVELS_MAX */
    bool adrift;          /* an entity lies in one that is not known: names cannot be looked up */
    bool compiled;
};

struct policy *policy_new(void); /* NULL when memory has run out */
void policy_free(struct policy *policy);

/* Files are copied; a path is relative to the layer's folder. They may come in any order; Markdown is read by order of
 * name. */
void policy_begin_layer(struct policy *policy, struct text folder);
void policy_add_file(struct policy *policy, struct text path, struct text bytes);

/* Parses the layer's head so far added; the name of the policy that it extends, or the empty text. */
struct text policy_extends(struct policy *policy);

/* True when nothing is wrong; otherwise policy->diagnostics, sorted. False too when memory ran out (arena_failed). */
bool policy_compile(struct policy *policy);

/* The lowest entity, of several the one with the most rows: the people. Their families lie right above. Events are
 * none, nor is what others tell of people (`matched by`) with what lies below that. NULL when no entity lies in
 * another. */
const struct entity *policy_people(const struct policy *policy,
                                   size_t (*rows)(const void *of, const struct entity *entity), const void *of);

struct text policy_name(const struct policy *policy); /* of its last layer; once compiled */
struct field *policy_field(const struct policy *policy, struct text entity, struct text field); /* NULL when absent */
struct field *entity_field(const struct entity *entity, struct text name_or_label);
bool entity_is_within(const struct entity *entity, const struct entity *ancestor); /* also of itself */
/* The parts of a bill's total: its layers, then what is left. */
size_t settled_parts(const struct settled *settled);
const struct field *settled_part(const struct settled *settled, size_t part);
/* The total is, or is made of, the input, without which it is not known. */
bool settled_adds_up(const struct settled *settled, const struct field *input);

int enumeration_find(const struct enumeration *enumeration, struct text name_or_label); /* -1 when absent */

bool truth_parse(struct text text, bool *out); /* yes 是 true 1, no 否 false 0; also TRUE, Yes */

/* The label in that language, else in the other, else the name. */
struct text label_or_name(const struct text label[LANGUAGES], struct text name, enum language language);

/* An exception of the same layer that another goes over, directly or by way of others. */
bool rule_goes_over(const struct rule *rule, const struct rule *other);
/* The field's text in force on a day, as known on another; NULL if none. */
const struct rule *field_rule_on(const struct field *field, day_number day, day_number known);
/* The text with that number (rule->index), a rule or an exception. */
const struct rule *field_rule_numbered(const struct field *field, size_t index);

#endif
