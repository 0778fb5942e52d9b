/* What the files of settlement share: settlement.c (which bills, in which order), settle_bills.c (what the law makes of
 * them), settle_keep.c (what is kept of it). */
#ifndef DOUDI_WORK_SETTLE_INSIDE_H
#define DOUDI_WORK_SETTLE_INSIDE_H

#include "base/map.h"
#include "work/bill.h"
#include "work/settlement.h"

/* A bill that is asked for. */
struct asked {
    const struct settlement_request *request;
    struct settlement_answer *answer;
    int64_t parent, at; /* keys */
    struct text parent_id;
    int64_t owner;                       /* the key of the row that the standing one is of */
    struct registry_settlement standing; /* the last under its number; number 0: none */
    bool waits;                          /* it is not answered yet */
    int year;                            /* from when on all is found anew, of SETTLEMENT_ANEW */
    VECTOR(int64_t) held;                /* keys of bills that stand as they were, whatever comes of this one */
    bool holds_another;                  /* one more since all was found last */
};

/* A bill of one of the people of a round. */
struct bill_state {
    struct text id;
    int64_t key;    /* 0: nothing was ever told of it */
    int64_t parent; /* key */
    struct text parent_id;
    size_t row;                            /* of the records */
    struct registry_settlement settlement; /* that stands; number 0: none */
    int64_t imported, found;               /* of one that a run settled: by this change; what the run knew */
    struct settled_bill before, after;     /* without parts where it was not there, or is gone */
    struct text values;                    /* as they are kept, of one that is there after */
    struct asked *asked;                   /* the request that tells it */
    struct asked *instead;                 /* it was told otherwise than by a settlement; this comes in its place */
    bool told;                             /* a row is to be written of it */
    bool gone;                             /* it is cancelled, or corrected to another day */
    struct settlement_facts facts;
    enum bill_assessed assessed; /* as of the bill */
    month_number assessed_in;
    const struct guarantee *broken;           /* one that refuses */
    VECTOR(const struct guarantee *) reports; /* others */
    const struct field *fault;
    struct text words[LANGUAGES];      /* why the total, or a part, is none */
    bool lacks;                        /* because an input of its own is not told */
    struct text (*missing)[LANGUAGES]; /* by part, of those that are not known; NULL: it was not settled anew */
};

/* Bills of different people, which are settled at once. */
struct round {
    struct settler *settler;
    const struct entity *event;
    struct arena *arena; /* of the answers */
    struct world world;
    struct asked **asked; /* those of the round */
    size_t count;
    VECTOR(struct bill_state *) states;
    struct map by_id;  /* -> struct bill_state */
    month_number last; /* of all bills */
    struct dataset *dataset;
    struct refusals refusals;
};

/* --- settle_bills.c ----------------------------------------------------------------------------------------------- */

/* Decides the bills of a round: answers are filled, those that are refused say so and change nothing. */
enum registry_result round_decide(struct round *round);
/* Its two halves: reading what is known, and, without the database, what the law makes of it. Where some are refused
 * both are done again for the others. */
enum registry_result round_prepare(struct round *round);
enum registry_result round_settle(struct round *round, bool *again);
void round_free(struct round *round);
day_number round_date(const struct round *round, const struct bill_state *state);
/* What is asked of the bills of a person, by his key, that was not refused; NULL: nothing. */
struct asked *round_asked_of(const struct round *round, int64_t parent);
/* The bills of a row with that key, as they stood when the change with that number had been made. */
enum registry_result round_read(struct round *round, int64_t parent, int64_t known);

/* --- settle_keep.c ------------------------------------------------------------------------------------------------ */

/* Keeps what was decided as part of the change under way of a settler, which may be another than decided it; *any is
 * set where there was something to be kept. */
enum registry_result round_keep(struct round *round, struct settler *settler, const struct registry_change *change,
                                bool *any);

/* --- settlement.c ------------------------------------------------------------------------------------------------- */

/* Who presents it, whose it is, and what stands under its number; refused where that cannot be. */
enum registry_result asked_look_up(struct settler *settler, struct asked *asked, struct arena *arena);
/* One cannot be decided without the other. */
bool asked_meet(const struct asked *a, const struct asked *b);
/* It was not refused, and is no quote. */
bool asked_keeps(const struct asked *asked);
/* All that wait, in rounds, within a transaction; what is kept is part of the change under way. */
enum registry_result settle_rounds(struct settler *settler, const struct registry_change *change, struct asked *all,
                                   size_t count, struct arena *arena, bool *any);
/* Begins to read, unless a transaction is under way, which is then the caller's to end. */
enum registry_result settler_begin_reading(struct settler *settler, bool *own);
/* The result so far; what was read in part is forgotten. */
enum registry_result settler_end_reading(struct settler *settler, bool own, enum registry_result result);
/* Ends the change under way: `any` of it is kept, where nothing failed so far; else it is given up. */
enum registry_result settler_end_change(struct settler *settler, struct registry_change *change,
                                        enum registry_result result, bool any);
/* A change of the settler's own was kept: nothing else than bills was told. */
void settler_changed(struct settler *settler, int64_t number);
/* What others have told up to the last change. */
enum registry_result settler_refresh(struct settler *settler, int64_t last);

#endif
