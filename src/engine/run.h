/* A run: one month of a dataset decided by a policy. The reference evaluator: a plain walk of the tree with unlimited
 * rationals.
 *
 * Values are found when they are asked for and kept. Months follow one another: after each, history_record (record.h)
 * keeps what later months read. */
#ifndef DOUDI_ENGINE_RUN_H
#define DOUDI_ENGINE_RUN_H

#include "engine/history.h"
#include "engine/solved.h"

/* --- what is given ---------------------------------------------------------------------------------------------- */

/* A value in force instead of the computed one: an officer's decision, or a worked case's. */
struct given {
    const struct field *field;
    struct text id;
    month_number month; /* MONTH_FIRST: every month; of events too */
    struct value value;
};
/* A parameter or reading set for this run. */
struct override {
    const struct parameter *parameter;
    struct parameter_value value;
};
/* What a text says in the parameter's own unit and words, where the law leaves room for it: on its step, in its range.
 */
enum lane_result override_parse(struct arena *arena, const struct parameter *parameter, struct text text,
                                struct value *out);
/* The parameter set to a value of its type, everywhere and always. Nobody has confirmed it. */
struct override override_of(const struct parameter *parameter, const struct value *value);

struct run_options {
    day_number known;  /* the law as enacted up to that day; DAY_NEVER: all */
    bool settles_only; /* the month is not assessed: only its events are looked at, see settle.h */
    const struct given *given;
    size_t given_count;
    const struct override *overrides;
    size_t override_count;
};

/* --- the run ---------------------------------------------------------------------------------------------------- */

struct run {
    struct arena arena;
    const struct policy *policy;
    const struct dataset *dataset;
    const struct history *history;
    /* By entity index, row: the history's row of it, + 1; 0: not asked for; PAST_NONE: there is none. */
    uint32_t **pasts;
    struct run_options options;
    month_number month;
    day_number first_day;
    struct memo *memos;                      /* by field index: what was found so far */
    struct rows *near;                       /* by entity index: the rows looked at, see run_look_at; NULL: all */
    const struct rows *limits;               /* by entity index: see run_limit; NULL: all rows */
    struct arena_mark begun;                 /* what the run takes from its arena up to here stays */
    struct map *given;                       /* field index -> id -> struct given */
    struct arena lasting;                    /* what is found once, whichever rows are looked at */
    const struct confirmation *confirmation; /* see confirmation_of; NULL: not asked for */
    struct apportioned *apportioned;         /* what apportion has divided */
    const struct solved *solved;             /* values found beforehand; NULL: none. Set by whoever has them */
};

/* NULL when memory has run out. policy, dataset, history and options must outlive it. */
struct run *run_new(const struct policy *policy, const struct dataset *dataset, const struct history *history,
                    month_number month, const struct run_options *options);
void run_free(struct run *run);
bool run_failed(const struct run *run); /* memory ran out: no value may be believed */

/* Forgets what was found, and looks at one row of an entity from now on: it, those below it and those above. Any other
 * can still be asked for. The memory is used again, so that one row after another can be decided at what they cost. */
void run_look_at(struct run *run, const struct entity *entity, size_t row);

/* Tells of one row of an entity and those below it only: an area, or a family. Any other can still be asked for. */
void run_limit(struct run *run, const struct entity *entity, size_t row);
/* The rows that the run tells of. */
struct rows run_rows(const struct run *run, const struct entity *entity);

/* The history's row of a row, PAST_NONE where nothing is kept of it. */
uint32_t run_past(struct run *run, const struct entity *entity, size_t row);

/* The same of those of some rows of which something is read, found by several threads: these may then ask for it. */
void run_find_pasts(struct run *run, const struct entity *entity, struct rows rows, unsigned threads);

/* The value of a field (input or rule) as the run finds it. */
struct value run_value(struct run *run, const struct field *field, size_t row);

/* What is kept of a row and read as it was kept, by the history's coding of the field: of an event what it was settled
 * with, of any other rule the value of the month before. Of kind 0 where a value has to be found. */
struct coded run_kept(struct run *run, const struct field *field, size_t row);

/* Nothing was ever kept of the row, nor was it passed over: last month's value is what the rule starts with. */
bool run_is_new(struct run *run, const struct field *field, size_t row);

/* The value in force in the run's month: that of a yearly rule was found in its own month and still stands. */
struct value run_in_force(struct run *run, const struct field *field, size_t row);

/* Events after the month are not settled yet. */
bool run_event_counts(const struct run *run, const struct entity *event, size_t row);
month_number run_event_month(const struct run *run, const struct entity *event, size_t row);

/* On the day on which a row is judged; else it is not asked. */
bool guarantee_is_in_force(const struct guarantee *guarantee, day_number day);
enum guarantee_result { GUARANTEE_HOLDS, GUARANTEE_BROKEN, GUARANTEE_UNKNOWN, GUARANTEE_NOT_ASKED };
enum guarantee_result run_guarantee(struct run *run, const struct guarantee *guarantee, size_t row, struct value *why);

/* The indicator at a row of its level; a fault REASON_DIVISION means nothing to measure. */
struct value run_indicator(struct run *run, const struct indicator *indicator, size_t level, size_t row);

#endif
