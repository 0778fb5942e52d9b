/* Looking up one family, without reading the others: finding it, its records, what was told of it, what runs found of
 * it. Each takes a few look-ups by index, however large the registry is.
 *
 *     registry_find(&registry, &sought, &arena, &matches)                      who it may be
 *     registry_read_family(&registry, known, family, key, &arena, &records)    its rows, as registry_read gives them
 *     registry_read_told(&registry, known, family, key, &arena, &told)         every version of them, as it was told
 *     registry_values_of(&values, run, law)                                    what a run found of it, by row
 *
 * A family is a row right above the people, whom the law's entities tell (policy_people); what is said of one here goes
 * for the rows of any other entity, though more may lie below them. */
#ifndef DOUDI_REGISTRY_FAMILY_H
#define DOUDI_REGISTRY_FAMILY_H

#include "registry/runs.h"

/* The entity of families; NULL when no entity lies in another. */
const struct entity *registry_families(struct registry *registry);

/* --- finding ------------------------------------------------------------------------------------------------------ */

enum { REGISTRY_MATCHES_MOST = 20 };

struct registry_sought {
    struct text words; /* an id or how one begins; or how what it is known by begins: all words of it */
    struct text area;  /* the id of a row in which it lies, or of itself; empty: anywhere */
    enum language language;
    month_number month; /* in which it is told what it is and where it lies */
    int64_t known;      /* the last change that is known; REGISTRY_NOW: all */
};
/* What is told of a later month: from when on it is something else. */
struct registry_ahead {
    month_number since; /* MONTH_LAST: nothing is */
    bool stands;
    struct text known_by, parent; /* parent: the id of the row above; of either empty where it is the same */
};
struct registry_match {
    const struct entity *entity;
    int64_t key;
    struct text id, known_by, where; /* where: above families, the highest first, by names or ids */
    struct text other;               /* by what it was found, where it is not known by that in the month */
    month_number other_since;        /* from which later month on it is; 0: it was once */
    struct text family;              /* the id of the family that it is or lies in */
    bool gone;                       /* it does not stand in the month */
    bool later;                      /* nor did it before: what is said of it holds from `ahead.since` on */
    struct registry_ahead ahead;
};
struct registry_matches {
    VECTOR(struct registry_match) list;
    bool more;       /* there are more, or may be */
    bool needs_keys; /* none, but what is sealed was not looked at, for which no keys are at hand */
};

/* Families and what lies in them; events by their whole names alone. By an id first, the very one before those that
 * begin so, then by names, then, where keys are at hand, by the whole of something sealed. In the arena. */
enum registry_result registry_find(struct registry *registry, const struct registry_sought *sought, struct arena *arena,
                                   struct registry_matches *matches);

/* The row with that very id (the words), and the family that it is or lies in; REGISTRY_DONE with key 0 where there is
 * no such row, and family_key 0 where it lies in none. In the arena. */
struct registry_row {
    const struct entity *entity;
    int64_t key, family_key;
    struct text where; /* the family lies, as of a match */
};
enum registry_result registry_find_row(struct registry *registry, const struct registry_sought *sought,
                                       struct arena *arena, struct registry_row *row);

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* The versions of a row, of all that lies below it, of the rows above and of those that any of these refer to, as they
 * were known when the change with that number had been made. In any month a dataset has the same rows of the family, of
 * the same values, as one of all records. What lay below it for some months stands here in these alone: what it is
 * elsewhere belongs there. */
enum registry_result registry_read_family(struct registry *registry, int64_t known, const struct entity *entity,
                                          int64_t key, struct arena *arena, struct records *records);

/* The same of several rows of whatever entities, beside all rows of the entities that are read `whole` (by index),
 * whose rows may be among them: what lies below these is then read. Of many rows everything is read, which is cheaper.
 * `wanted` are the rows of which something was read. */
struct registry_root {
    const struct entity *entity;
    int64_t key;
};
enum registry_result registry_read_roots(struct registry *registry, int64_t known, const bool *whole,
                                         const struct registry_root *roots, size_t count, struct arena *arena,
                                         struct records *records, struct registry_wanted *wanted);

/* The same of few rows, without the rows of entities that are left out, by index, wherever these lie. */
enum registry_result registry_read_few(struct registry *registry, int64_t known, const struct registry_root *roots,
                                       size_t count, const bool *left_out, struct arena *arena,
                                       struct records *records);

/* A version of a row of the family, or of one that once lay in it. */
struct registry_version {
    const struct entity *entity;
    int64_t key, number, change;
    struct text id, parent;
    month_number since, until;
    bool replaced; /* another version has taken its place, from its first month on */
    bool stands;   /* false: from `since` on there is no such row */
    bool within;   /* it lies in the family, or is it */
    size_t row;    /* of the records; SIZE_MAX: it does not stand, and says nothing */
};
struct registry_told {
    struct records records;               /* a row for each version that stands */
    VECTOR(struct registry_version) list; /* row by row, the family first; of one in the order in which it was told */
};
enum registry_result registry_read_told(struct registry *registry, int64_t known, const struct entity *entity,
                                        int64_t key, struct arena *arena, struct registry_told *told);
/* Who made a change and when; by nobody where there is no such change. */
enum registry_result registry_read_change(struct registry *registry, int64_t number, struct arena *arena,
                                          struct registry_change *change);

/* --- what a run found --------------------------------------------------------------------------------------------- */

struct registry_values {
    struct registry *registry;
    struct arena *arena; /* of values that are found */
    struct arena own;    /* of the run at hand */
    int64_t run;         /* the number of its change */
    const struct policy *law;
    struct registry_value_kinds *kinds; /* by field index of its law; NULL: no run is at hand */
    struct registry_value_page *last;   /* that was looked at */
    struct statement *page, *kind, *exact;
};
/* A value by the row's key. That of the row its reason is about is reason.row. */
struct registry_value {
    bool there; /* false: the run kept none */
    struct value value;
};
/* The arena is of values that are found, and fails with any of it. registry_values_end is called, whatever comes of it.
 */
void registry_values_begin(struct registry_values *values, struct registry *registry, struct arena *arena);
void registry_values_end(struct registry_values *values);
/* Which run is looked at from now on, and the law by which it was made, whose fields are then asked for. */
void registry_values_of(struct registry_values *values, int64_t run, const struct policy *law);
/* Of a number or a truth; others it keeps are said not to be there. */
/* That registry_values_find will look there first (statement_ask). */
void registry_values_ask(struct registry_values *values, const struct field *field, int64_t key);
enum registry_result registry_values_find(struct registry_values *values, const struct field *field, int64_t key,
                                          struct registry_value *found);

#endif
