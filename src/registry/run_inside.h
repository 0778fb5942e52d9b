/* What the files of runs share: run_keep.c (what a run found, as rows), run_read.c (and back), run_kind.c (how values
 * came about). */
#ifndef DOUDI_REGISTRY_RUN_INSIDE_H
#define DOUDI_REGISTRY_RUN_INSIDE_H

#include "registry/page.h"
#include "registry/registry_inside.h"
#include "registry/runs.h"

enum { RUN_CHANGE, RUN_MONTH, RUN_KNOWN, RUN_LAW, RUN_WHOLE, RUN_AREA, RUN_ENGINE, RUN_POLICY, RUN_COLUMNS };
enum { VALUES_PAGE, VALUES_CHANGE, VALUES_FIELD, VALUES_FIRST, VALUES_BYTES, VALUES_COLUMNS };
enum {
    KIND_NUMBER,
    KIND_CHANGE,
    KIND_FIELD,
    KIND_PLACE, /* by which the pages of that field of that run name it */
    KIND_STATE,
    KIND_LISTED, /* 1: integers are places in the list of the field's exact values */
    KIND_REASON,
    KIND_OF,   /* the field, parameter or entity that the reason is about */
    KIND_AT,   /* the entity of the reason's row */
    KIND_RULE, /* the case that decided */
    KIND_BRANCH,
    KIND_UNIT, /* what 1 stands for, of numbers; "choice a,b": what its places are; else the type: "bool" */
    KIND_COLUMNS
};
enum { EXACT_NUMBER, EXACT_CHANGE, EXACT_FIELD, EXACT_PLACE, EXACT_VALUE, EXACT_COLUMNS };

/* Rows of an entity have a page of their own, by its name: of which of them nothing stands any more (of events in any
 * month, of others in that of the run), and which events were settled, with their months as integers. */
enum { ROW_FORGOTTEN = 1, EVENT_SETTLED };

/* ENTITY.NAME of a field, in the arena. */
struct text run_field_name(struct arena *arena, const struct field *field);
const struct field *run_field_named(const struct policy *policy, struct text name); /* NULL: there is none */

/* A kind as the values of a row of _kinds from KIND_STATE on, and back: false when it can be none of this policy. A
 * case is told by the numbers of its law: of another law's nothing is said. */
void run_kind_values(struct arena *arena, const struct policy *policy, const struct coding *coding,
                     const struct coded_kind *kind, struct store_value values[KIND_COLUMNS]);
/* KIND_UNIT of a field, in the arena. */
struct text run_unit(struct arena *arena, const struct policy *policy, const struct coding *coding);
bool run_kind_read(const struct policy *policy, const struct statement *row, const struct field *field, bool same_law,
                   struct coded_kind *kind);

#endif
