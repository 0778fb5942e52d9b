/* What case.c (files, areas), case_rows.c (a case's rows), case_run.c (deciding) and case_output.c (comparing) share.
 */
#ifndef DOUDI_EXCHANGE_CASE_INSIDE_H
#define DOUDI_EXCHANGE_CASE_INSIDE_H

#include "exchange/case.h"
#include "exchange/messages.h"

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
    bool broken;   /* the case itself is wrong */
    bool settling; /* a month behind is looked at for its events only */
    bool failed;   /* it came out otherwise */
};

void case_complain(struct a_case *a_case, enum exchange_message message, struct position at, struct text first,
                   struct text second);
bool case_collect_rows(struct a_case *a_case);
struct case_row *case_default_row(struct a_case *a_case, const struct entity *entity);
const struct entity *case_entity(const struct policy *policy, struct text name); /* singular or plural */
const struct area_line *area_find(const struct area_book *book, struct text id);
const struct area_line *area_first_below(const struct area_book *book, struct text parent);

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

#endif
