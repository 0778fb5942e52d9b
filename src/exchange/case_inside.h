/* What case.c (files, areas), case_rows.c (a case's rows), case_run.c (deciding), case_output.c (comparing) and
 * case_choice.c (names that are not there) share. */
#ifndef DOUDI_EXCHANGE_CASE_INSIDE_H
#define DOUDI_EXCHANGE_CASE_INSIDE_H

#include "exchange/case.h"
#include "exchange/messages.h"
#include "lang/suggestion.h"

/* A row of a case: written in it, or an area above its families. */
struct case_row {
    const struct entity *entity;
    struct text id;
    struct case_row *parent;
    const struct yaml_node *node; /* its fields; NULL for what was only needed */
    const struct area_book *book; /* and area_line: fields from areas/, or NULL */
    const struct area_line *line;
    month_number from, until;
    const struct field *role; /* set by a list of members under the parent (adults: [a, b]) */
    struct text role_value;
};

struct a_case {
    struct case_runner *runner;
    const struct case_policy *policy;
    const struct yaml_node *node;
    struct arena *arena;
    VECTOR(struct case_row *) rows;
    VECTOR(month_number) months;
    VECTOR(struct given) given;
    VECTOR(struct override) overrides;
    struct text area;
    day_number known;
    size_t checked; /* how much was compared so far */
    bool broken;    /* the case itself is wrong */
    bool settling;  /* a month behind is looked at for its events only */
    bool failed;    /* it came out otherwise */
};

/* Tells a mistake of the case, which is broken from then on. */
void case_tell(struct a_case *a_case, enum exchange_message message, struct position at, const struct text *arguments,
               size_t count);
void case_complain(struct a_case *a_case, enum exchange_message message, struct position at, struct text first,
                   struct text second);
bool case_collect_rows(struct a_case *a_case);
struct case_row *case_default_row(struct a_case *a_case, const struct entity *entity);
const struct entity *case_entity(const struct policy *policy, struct text name); /* singular or plural */
/* A key of a row: one of its fields, its children, its parent, or a word of the case language. */
bool case_belongs(const struct policy *policy, const struct entity *entity, struct text key);

/* A mapping from months (or years, which stand for their January). */
bool case_is_by_month(const struct yaml_node *node);
bool case_month_key(struct text key, month_number *month);
/* The node that stands for the month: itself, or the latest entry of a mapping from months; NULL before the first. */
const struct yaml_node *case_value_at(const struct yaml_node *node, month_number month);
void case_run(struct a_case *a_case);

/* The row of the dataset; SIZE_MAX when it does not stand. */
size_t case_row_in(const struct a_case *a_case, const struct dataset *dataset, const struct case_row *row);
/* Compares what the case expects of a month. Last: the last of the case, which is meant where no month is named. */
void case_expect(struct a_case *a_case, struct run *run, month_number month, bool last);

/* What may stand in a place, gathered to tell what was written there instead. */
struct case_choice {
    struct a_case *a_case;
    struct suggestion suggestion;
    struct text listed;
    bool full;
};
void case_choice_begin(struct case_choice *choice, struct a_case *a_case, struct text wanted);
void case_choice_note(struct case_choice *choice, struct text name);
void case_choice_note_labels(struct case_choice *choice, const struct text label[LANGUAGES]); /* not listed */
void case_choice_note_fields(struct case_choice *choice, const struct entity *entity);
/* The message, or the _SUGGEST after it when a name is near. */
void case_choice_tell(struct case_choice *choice, enum exchange_message message, struct position at, struct text where);

/* A key that a row does not have, among inputs or in the output. */
void case_tell_key(struct a_case *a_case, const struct entity *entity, const struct yaml_pair *pair, bool output);
/* A key that may not stand straight under `input` or `output`. */
void case_tell_top_key(struct a_case *a_case, const struct yaml_pair *pair, struct text where);
/* An id that no row of the entity has. */
void case_tell_row(struct a_case *a_case, const struct entity *entity, struct position at, struct text id);
/* A value that a field or parameter of that type cannot have. */
void case_tell_value(struct a_case *a_case, const struct type *type, struct text name, const struct yaml_node *node);
/* False, and told, where rows belong and something else stands. Nothing at all may stand there: an empty row. */
bool case_check_rows(struct a_case *a_case, struct text name, const struct yaml_node *node);
/* Whether a key resembles the name of an entity below the parent. */
bool case_resembles_child(const struct policy *policy, const struct entity *parent, struct text key);

#endif
