/* Runs: months that were decided, with every decision and every value that later months read.
 *
 *     registry_begin_change(&registry, &change)
 *     registry_keep_run(&registry, &change, &about, &deciding)   what a run found, when it has been recorded
 *     registry_end_change(&registry)
 *     registry_read_runs(&registry, known, &arena, &runs)        which runs there are
 *     registry_read_history(&registry, &runs, month, &history)   what a run of that month reads of those before
 *
 * A run keeps what it found of every benefit and of every rule that is read across time, and of every bill what it was
 * settled with: in pages (page.h), field by field, by the keys of rows, with the reasons. A month may be decided again:
 * a run of everybody takes the place of all runs of its month before it, any other of what it tells of. */
#ifndef DOUDI_REGISTRY_RUNS_H
#define DOUDI_REGISTRY_RUNS_H

#include "engine/record.h"
#include "registry/registry.h"

struct registry_run {
    int64_t change; /* its number; set when it is kept */
    month_number month;
    int64_t known, law; /* it knew the changes up to that one; the change that kept its law */
    bool whole;         /* it told of everybody */
    struct text area;   /* whose rows alone it told of; empty: those that a change could reach, or all */
    struct text engine; /* the version of the program */
    struct text policy; /* the digest of its law */
};
struct registry_runs {
    VECTOR(struct registry_run) list; /* in the order of their changes */
    int64_t known;                    /* the last change that is known */
};

/* Those that were known when the change with that number had been made, in the arena. */
enum registry_result registry_read_runs(struct registry *registry, int64_t known, struct arena *arena,
                                        struct registry_runs *runs);

/* A month that was decided: the rows, the run, and the history in which it has been recorded (history_record), marked
 * when it stood as kept (history_mark). */
struct registry_decided {
    const struct records *records;
    struct run *run;
    const struct history *history;
    bool again;         /* the month was decided before, and this run does not tell of everybody */
    chosen_rows chosen; /* of whom it tells; NULL: of all whom the run tells of */
    /* What stood of the month (registry_read_month): of rows that are in it and do not stand now nothing is left. NULL:
     * of such rows nothing is told. */
    const struct history *told;
};
enum registry_result registry_keep_run(struct registry *registry, const struct registry_change *change,
                                       const struct registry_run *about, const struct registry_decided *decided);

struct registry_wanted;
/* What the runs of months before that one found of some rows (NULL: of all), into a history that holds opening values
 * at most, which is then marked. The runs are those of registry_read_runs, and what they say is read as known then.
 * Where it is told which rows are known, only what that month and later ones read of these: of what stands in the month
 * before it, and of other months whether there was something. NULL: everything. */
enum registry_result registry_read_history(struct registry *registry, const struct registry_runs *runs,
                                           month_number before, const struct registry_wanted *wanted,
                                           const struct records *known, struct history *history);

/* Some rows, by their keys. */
struct registry_wanted {
    bool **keys;       /* by entity index, by key */
    bool **below;      /* the same: those that are not only referred to */
    struct text **ids; /* the same: their names */
    size_t *counts;  /* by entity index: how many keys there are; SIZE_MAX: all rows are, and none has its name here */
    bool **left_out; /* but for these; NULL: none */
    size_t *left_counts; /* by entity index: how many keys there are of those */
};
/* What the runs of one month found of some rows (NULL: of all), the later ones in place of the earlier, into a history
 * that is empty. */
enum registry_result registry_read_month(struct registry *registry, const struct registry_runs *runs,
                                         month_number month, const struct registry_wanted *wanted,
                                         struct history *history);
/* What that run found, into a history that is empty. */
enum registry_result registry_read_found(struct registry *registry, const struct registry_runs *runs, int64_t change,
                                         struct history *history);

/* A value that a run told and that is found otherwise now, or not at all. */
struct registry_difference {
    const struct field *field;
    struct text id;
    struct value told, found; /* rows of their reasons are those of the histories */
    bool was, there;          /* it was told, it is found */
};
struct registry_differences {
    VECTOR(struct registry_difference) list;
    size_t compared;
};
/* What a run told in a month, and what is found now, both of one policy, both ways: also what is found in the month and
 * was not told. MONTH_LAST: of all months that were told, and
 * what was not told then is no difference. False when memory has run out. */
bool registry_compare(const struct history *told, const struct history *found, month_number month, struct arena *arena,
                      struct registry_differences *differences);

/* --- what has come to be known since ------------------------------------------------------------------------------ */

/* A version that was told: of an event since the month of its date, where that is known. */
struct registry_touched {
    const struct entity *entity;
    int64_t key, change;
    month_number since;
};
struct registry_touched_rows {
    VECTOR(struct registry_touched) list;
};
enum registry_result registry_read_touched(struct registry *registry, int64_t after, struct arena *arena,
                                           struct registry_touched_rows *rows);

/* Rows of that id, of whatever entity; of events by their whole names. */
enum registry_result registry_find_id(struct registry *registry, struct text id, struct arena *arena,
                                      struct registry_touched_rows *rows);

/* Adds the rows of which some version says that nobody has confirmed it; *more: there are more than so many. */
enum registry_result registry_find_unconfirmed(struct registry *registry, size_t most, struct arena *arena,
                                               struct registry_touched_rows *rows, bool *more);

/* The rows of an entity above them (`unit`, by the index of theirs; NULL: they are left out), in whose versions they
 * lie or ever lay: keys by entity index, as often as they are found. */
struct registry_keys {
    VECTOR(int64_t) list;
};
enum registry_result registry_find_above(struct registry *registry, const struct registry_touched *touched,
                                         size_t count, const struct entity *const *unit, struct arena *arena,
                                         struct registry_keys *keys);

/* A row that lay in several rows of a unit in the course of time ties them together: what it brings from the one is
 * felt in the next. Adds to the keys those that are tied to one of them, also by way of others. */
enum registry_result registry_find_tied(struct registry *registry, struct arena *arena, struct registry_keys *keys);

int64_t registry_last_given(struct registry *registry); /* the last change that told opening values or decisions */
/* The last change that told anything on which a decision rests: rows, opening values, decisions, a law. Views, findings
 * and keys are no such thing, nor are confirmations: which values nobody has confirmed is found when a run is asked. */
enum registry_result registry_last_news(struct registry *registry, int64_t *change);

/* A run that a later one has not taken the place of. */
bool registry_run_stands(const struct registry_runs *runs, size_t at);

#endif
