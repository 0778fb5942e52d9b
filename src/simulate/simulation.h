/* A simulation: the same families decided by two policies, and what differs.
 *
 *     simulation_begin(&simulation, &arena, dataset, reform)  of today's first month; the two share the model (model.h)
 *     simulation_add(&simulation, today_run, reform_run)      each month in turn, both runs of the same rows
 *     simulation_finish(&simulation, bys, count)              who gains and loses, by how much
 *
 * Amounts are what the months pay together, in base units of money: a benefit by the month pays its amount in each
 * month, one by the year its year in the month in which it is judged, one of an event in the month of the event. A
 * family of which any benefit in money is unknown or a fault, in any month, under either policy, is undetermined: it
 * stands in no sum of gains and losses. */
#ifndef DOUDI_SIMULATE_SIMULATION_H
#define DOUDI_SIMULATE_SIMULATION_H

#include "engine/run.h"

enum side { TODAY, REFORM, SIDES };
enum change_outcome { GAINS, LOSES, UNCHANGED, UNDETERMINED, OUTCOMES };

/* A benefit under both. */
struct benefit_change {
    const struct field *benefit[SIDES]; /* NULL: that policy has none of this name */
    bool paid;                          /* in money; else it is counted in its own unit and stands in no sum */
    bool unconfirmed[SIDES];            /* it rests on what nobody has confirmed */
    size_t awards[SIDES];               /* rows that get something, in all months */
    size_t undetermined[SIDES];
    struct number amount[SIDES]; /* in base units, of the known ones */
};

/* A fund that bears benefits in money; of benefits without a fund the name is empty. */
struct fund_change {
    struct text name;
    struct text label[LANGUAGES];
    struct number amount[SIDES];
};

/* One benefit in one area above the families. */
struct area_change {
    const struct entity *level; /* of today's policy */
    struct text id;
    size_t benefit; /* its place among the benefits */
    size_t undetermined[SIDES];
    struct number amount[SIDES];
};

struct family_change {
    struct text id;
    size_t row;    /* in the last month, SIZE_MAX when it is not there any more */
    size_t people; /* in the last month in which it is there */
    bool undetermined[SIDES];
    struct number amount[SIDES], change; /* change: reform less today */
    enum change_outcome outcome;
};

/* How it ends for families, or for a part of them. */
struct tally {
    size_t families[OUTCOMES], people[OUTCOMES];
    struct number sum[OUTCOMES]; /* of the changes; of what is undetermined nothing */
};

/* Changes of more than `low` up to `high` gained, or lost; both are positive. */
struct band {
    struct number low, high;
    struct tally tally;
};

/* Those of whom a field has one value today, in the last month. */
struct group {
    struct text name;             /* the value, as in files */
    struct text label[LANGUAGES]; /* the field's and the value's */
    struct tally tally;
};
struct grouping {
    const struct field *by; /* of today's policy */
    struct group *groups;   /* the last: the field has no value, or the family is gone */
    size_t count;
};

/* An indicator of the last month under both, at a row of one of its levels, where there is something to measure. */
struct indicator_change {
    const struct indicator *indicator[SIDES]; /* NULL: that policy has none of this name and level */
    const struct entity *level;
    struct text id;
    struct value value[SIDES];
};

struct simulation {
    struct arena *arena;
    const struct policy *policy[SIDES];
    struct run *last[SIDES]; /* the runs of the last month added */
    month_number first_month, last_month;
    const struct entity *families, *people; /* of today's policy; NULL when it has none */
    size_t family_rows, people_rows;        /* in the last month */
    VECTOR(struct benefit_change) benefits;
    VECTOR(struct fund_change) funds;      /* by name of fund, as they come */
    VECTOR(struct area_change) areas;      /* by level, area, benefit, once finished */
    VECTOR(struct family_change) all;      /* by size of the change, the greatest gain first, once finished */
    struct map area_places, family_places; /* -> place + 1 */
    struct number coin;                    /* the smallest amount of money, in base units */
    struct number total[SIDES];            /* of all benefits in money */
    struct tally tally;
    VECTOR(struct band) gains, losses; /* from small to great, the same bands */
    VECTOR(struct grouping) groupings;
    VECTOR(struct indicator_change) indicators;
};

/* Who the families are is seen from a dataset of today's policy. False when memory has run out. */
bool simulation_begin(struct simulation *simulation, struct arena *arena, const struct dataset *today,
                      const struct policy *reform);

enum simulation_result {
    SIMULATION_OK,
    SIMULATION_ROWS_DIFFER, /* the runs are not of the same rows: the policies bring different areas */
    SIMULATION_NO_MEMORY,
};
/* Both runs must live until the simulation is finished with, the last ones until it is read. */
enum simulation_result simulation_add(struct simulation *simulation, struct run *today, struct run *reform);

/* A field whose values families can be told apart by: of the people, of the families or of an area above them; a truth,
 * a choice, or a number of few values. */
enum by_result { BY_OK, BY_ELSEWHERE, BY_TOO_MANY };
enum by_result simulation_can_group(const struct simulation *simulation, const struct field *by);
bool simulation_finish(struct simulation *simulation, const struct field *const *bys, size_t count);

/* --- shared with those who look for cliffs ---------------------------------------------------------------------- */

/* Of money, or of money by time: what is in the purse. */
bool is_money(const struct type *type);
/* What a value of the benefit pays in the month in which it is judged. */
struct number paid_in_month(struct arena *arena, const struct field *benefit, struct number value);
/* The smallest amount that the policy's currency knows. */
struct number smallest_coin(const struct policy *policy);

#endif
