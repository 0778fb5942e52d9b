/* Settlements: bills that were settled when they were presented, each with all that the law found of it.
 *
 * A settlement is never changed: where a later one of the same bill comes (it was cancelled, corrected, or found anew
 * because another bill came in before it), that one counts. Runs read what a bill was settled with, and never find it
 * anew.
 *
 * What was found is kept as numbers: of each rule how its value came about, which is a row of _kinds that all
 * settlements share, and an integer (engine/coding.h). */
#ifndef DOUDI_REGISTRY_SETTLEMENTS_H
#define DOUDI_REGISTRY_SETTLEMENTS_H

#include "engine/history.h"
#include "registry/registry.h"

enum registry_settling {
    REGISTRY_SETTLED,
    REGISTRY_CORRECTED, /* presented again, with other content */
    REGISTRY_RESETTLED, /* found anew, because of another bill */
    REGISTRY_CANCELLED
};
struct registry_settlement {
    int64_t number, change; /* 0: there is none */
    enum registry_settling kind;
    struct text event;  /* the entity's name */
    int64_t key, at;    /* of the event's row, and of whoever presented it */
    struct text by;     /* under which number */
    month_number month; /* of the event's date */
    int64_t cause;      /* the settlement by which it came about: its own number, or another bill's */
    day_number day;     /* on which it is booked */
    struct text who;    /* settled it */
    struct text values; /* registry_settled_write; empty of one that was cancelled */
};

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* Keeps them as part of the change under way; their numbers follow registry_work_last and one another. */
enum registry_result registry_keep_settlements(struct registry *registry, const struct registry_change *change,
                                               const struct registry_settlement *settlements, size_t count);

/* The last settlement of an event's row that was known when the change with that number had been made, and the last
 * under a presenter's number; number 0 where there is none. In the arena. */
enum registry_result registry_find_settlement(struct registry *registry, const struct entity *event, int64_t key,
                                              int64_t known, struct arena *arena, struct registry_settlement *found);
enum registry_result registry_find_bill(struct registry *registry, const struct entity *event, int64_t at,
                                        struct text by, struct arena *arena, struct registry_settlement *found);

/* All, in their order: a scan, for statement_next. NULL:
 * failed. The row at hand points into the scan. */
struct statement *registry_scan_settlements(struct registry *registry);
struct registry_settlement registry_scanned_settlement(const struct statement *scan);

/* Those that were booked from one day to another, both included, of the bills that a row presents: a statement, for
 * registry_scanned_settlement. NULL: memory has run out, or the store failed. */
struct statement *registry_scan_booked(struct registry *registry, const struct entity *event, int64_t at,
                                       day_number first, day_number last);

/* The keys of the rows above an event of which bills were settled in these months, both included, by key; each once. In
 * the arena. */
struct registry_settled_parents {
    VECTOR(int64_t) list;
};
enum registry_result registry_find_settled_parents(struct registry *registry, const struct entity *event,
                                                   month_number first, month_number last, struct arena *arena,
                                                   struct registry_settled_parents *parents);

/* --- what was found ----------------------------------------------------------------------------------------------- */

/* Rows by their keys and ids, as whoever asks knows them; 0 and the empty text: not at all. */
struct registry_rows_known {
    void *context;
    int64_t (*key)(void *context, const struct entity *entity, struct text id);
    struct text (*id)(void *context, const struct entity *entity, int64_t key);
};

struct registry_settled_kind;
struct registry_settled_kinds {
    VECTOR(size_t) list;
};
struct registry_exact {
    const struct field *field;
    struct text text;
};
struct registry_settled {
    struct registry *registry;
    struct arena arena;
    int64_t law;  /* the change that kept the registry's policy; 0: an earlier or later law is kept */
    int64_t read; /* the last row of _kinds that was looked at */
    VECTOR(struct registry_settled_kind) kinds; /* by number */
    struct registry_settled_kinds *of;          /* by field index: those by which values are written */
    size_t fresh;                               /* from here on they are not kept yet */
    int64_t next;                               /* number of a kind */
    VECTOR(struct registry_exact) exact;        /* not kept yet: what no integer holds */
    int64_t next_exact;
};

/* registry_settled_end is called, whatever comes of it. */
enum registry_result registry_settled_begin(struct registry_settled *settled, struct registry *registry);
void registry_settled_end(struct registry_settled *settled);
/* What others have kept since, and forgets what was not kept: whenever a transaction begins. */
enum registry_result registry_settled_refresh(struct registry_settled *settled);

/* Adds what is kept of an event's row in the history, as bytes. False when memory has run out. */
bool registry_settled_write(struct registry_settled *settled, const struct history *history, const struct entity *event,
                            uint32_t past, const struct registry_rows_known *rows, struct builder *out);
/* Keeps the kinds that were written of for the first time. */
enum registry_result registry_settled_keep(struct registry_settled *settled, const struct registry_change *change);

/* And back, into a line of the history. REGISTRY_DAMAGED for what nobody can have written. */
enum registry_result registry_settled_read(struct registry_settled *settled, struct text bytes, struct history *history,
                                           const struct entity *event, uint32_t line,
                                           const struct registry_rows_known *rows);

#endif
