/* Settlement: bills settled when they are presented.
 *
 *     settler_begin(&settler, &registry)
 *     settler_settle(&settler, &change, requests, count, &arena, answers)    all of them in one change
 *
 * A bill is told, decided and posted to the ledger in one change: all of it is on disk, or nothing. It is known by who
 * presents it and his number: the same bill again gets the same answer and moves nothing, the same number with other
 * content is refused. One that comes in late, is corrected or cancelled settles the later bills of the same person
 * anew; what that moves is posted as a difference, by the settlement that caused it. In whatever order bills come in,
 * the same stands in the end.
 *
 * What cannot be told yet of a bill, because something is missing that the law asks for, is open: its part of the total
 * is nobody's until it is known. A bill that breaks a guarantee of the law that refuses changes nothing. */
#ifndef DOUDI_WORK_SETTLEMENT_H
#define DOUDI_WORK_SETTLEMENT_H

#include "exchange/bill.h"
#include "work/ledger.h"
#include "work/world.h"

/* What is asked for: a bill, by whom and when. */
struct settlement_request {
    enum settlement_act act;
    struct bill bill; /* of one that is cancelled only the event, who presents it and his number */
    struct text who;  /* asks */
    day_number day;   /* on which it is booked */
    bool wants_facts; /* also what the law found on the way */
};

/* --- settling ----------------------------------------------------------------------------------------------------- */

struct settler {
    struct registry *registry;
    struct world_reader reader;
    struct ledger ledger;
    int64_t last; /* the change after which everything that was told is known here; 0: none */
    bool failed;  /* what is here is forgotten before it is used again */
};
/* Of a registry whose policy is the law of now. settler_end is called, whatever comes of it. */
enum registry_result settler_begin(struct settler *settler, struct registry *registry);
void settler_end(struct settler *settler);

/* Answers all, in their order; in one change, which begins and ends here, unless nothing is to be kept: its number is
 * then 0. Answers lie in the arena. When it fails nothing was changed, and no answer is good. */
enum registry_result settler_settle(struct settler *settler, struct registry_change *change,
                                    const struct settlement_request *requests, size_t count, struct arena *arena,
                                    struct settlement_answer *answers);

/* All bills of a year, and those behind them, found anew by the law of now and by what is known now: after a rate was
 * changed, or a status corrected, that goes back. What differs is posted as differences, each by its own settlement. Of
 * a person one of whose bills would then break a guarantee that refuses, all stay as they are. */
struct settled_anew {
    size_t people, bills, changed, refused; /* refused: people */
    int64_t *before, *after;                /* by part, of those that changed; in the arena */
};
/* Each bill that changes, and each that is why a person's stay (answer->outcome is SETTLEMENT_REFUSED): good until the
 * call is over. */
typedef void settled_anew_each(void *context, const struct settlement_answer *answer);
/* In one change, which begins and ends here, unless nothing differs or nothing is to be kept: its number is then 0. */
enum registry_result settler_settle_anew(struct settler *settler, struct registry_change *change,
                                         const struct settlement_request *request, int year, bool keeps,
                                         struct arena *arena, struct settled_anew *sums, settled_anew_each *each,
                                         void *context);

/* The event that is settled, of that name (empty: the only one); NULL: there is none, or several. */
const struct entity *settled_event(const struct policy *policy, struct text name);

#endif
