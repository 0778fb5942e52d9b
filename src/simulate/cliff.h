/* Income cliffs: families whom a little more of an input leaves with less.
 *
 * A month is run again with the input raised by a step, and what each family is paid in that month is held against what
 * it was paid before. One row of a family is raised at a time, so that two earners are not raised together; families
 * are raised side by side in one run where no benefit lets one family read another, else each in a run of its own. It
 * is a cliff when the benefits in money fall by more than the step brings in the month, by a whole coin at least: less
 * than that is only rounding. */
#ifndef DOUDI_SIMULATE_CLIFF_H
#define DOUDI_SIMULATE_CLIFF_H

#include "program/solve.h"

/* A family that falls, by its worst row. */
struct cliff {
    struct text family, row;                 /* ids */
    struct number before, after, fall, loss; /* paid in the month; loss: of the fall what the step does not make good */
    struct number *falls;                    /* of each of the cliffs' benefits; negative where one rises */
};

/* A benefit in money, and how it falls for families on a cliff. */
struct cliff_benefit {
    const struct field *benefit;
    size_t families;
    struct number sum, greatest; /* of its falls */
    struct text worst;           /* the family of the greatest */
};

struct cliffs {
    const struct field *input;
    struct number step;                        /* in base units: of the input, and what it brings in the month */
    size_t raised, unknown, beyond, undecided; /* rows: raised; not known; that would leave the range; not told */
    bool apart;                                /* every family had a run of its own */
    VECTOR(struct cliff) list;                 /* the steepest first */
    struct cliff_benefit *benefits;            /* in order of the policy */
    size_t benefit_count;
};

/* What the search needs of a month that was decided. */
struct cliff_month {
    struct run *run;         /* as it is */
    struct records *records; /* of which its dataset was made; raised and put back */
    const struct entity *families;
    struct solve_choices choices;
    void (*progress)(void *context, size_t done, size_t due); /* or NULL */
    void *context;
};

/* An input that can be raised: in money, of the families or of what lies below them, and of no event. */
bool cliff_can_raise(const struct field *input, const struct entity *families);

/* Whether a benefit in money may let one family read what another has. */
bool cliff_families_meet(const struct policy *policy, const struct entity *families);

/* `cliffs` is zero but for input and step; all else lies in the arena. False when memory has run out. */
bool cliffs_find(struct cliffs *cliffs, struct arena *arena, const struct cliff_month *month);

#endif
