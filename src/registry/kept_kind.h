/* How a kept value came about, and how its integer is read by the law of now: a row of _kinds. Runs and settlements
 * keep what they found in this way. */
#ifndef DOUDI_REGISTRY_KEPT_KIND_H
#define DOUDI_REGISTRY_KEPT_KIND_H

#include "registry/run_inside.h"
#include "registry/settlements.h"

struct kept_kind {
    const struct field *field; /* NULL: the law has no such rule */
    struct coded_kind kind;
    struct number unit;        /* of a number: what 1 stands for */
    bool same;                 /* integers are as the law of now has them */
    bool unfit;                /* values are of another type than the rule's */
    struct conversion choices; /* of places in an enumeration */
    bool bounded;              /* integers that the rule's text can give, where they are the same: low .. high */
    int64_t low, high;
};

/* The integers of a unit that a rule's text can give, low .. high; no lane of a program might hold others. False: any.
 */
bool kept_bounds(struct arena *arena, const struct field *field, struct number unit, int64_t *low, int64_t *high);

/* Of a row of all columns; the field may be another than it names. False for what nobody can have written. */
bool kept_kind_read(struct arena *arena, const struct policy *policy, const struct statement *row,
                    const struct field *field, bool same_law, struct kept_kind *kept);
/* One that is found now. */
struct kept_kind kept_kind_of(struct arena *arena, const struct field *field, const struct coded_kind *kind);

/* For a history: rows by keys, and where what no integer holds is found. */
struct kept_reader {
    struct history *history;
    const struct registry_rows_known *rows;
    void *context;
    bool (*exact)(void *context, const struct field *field, int64_t integer, struct value *value);
};
/* An integer that was kept, as the history holds it; of kind 0 for what nobody can have written, or where memory has
 * run out. `number` is the history's of the kind (coding_kind). */
struct coded kept_kind_bring(const struct kept_kind *kept, uint32_t number, int64_t integer,
                             const struct kept_reader *reader);

#endif
