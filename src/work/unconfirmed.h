/* Which rules rest on something that nobody has confirmed, by the law on the first day of a month: found when it is
 * first asked for. For any number of threads. */
#ifndef DOUDI_WORK_UNCONFIRMED_H
#define DOUDI_WORK_UNCONFIRMED_H

#include "base/thread.h"
#include "exchange/bill.h"

struct unconfirmed_month;
struct unconfirmed {
    const struct policy *law;
    struct arena arena;
    struct lock lock;
    VECTOR(struct unconfirmed_month) months;
};
/* The law must outlive it. */
void unconfirmed_init(struct unconfirmed *unconfirmed, const struct policy *law);
void unconfirmed_free(struct unconfirmed *unconfirmed);

/* In that month, or in one before it in its year: a bill rests on those before it, too, and a year's sum on all of
 * them. True also where memory has run out: nothing is shown as confirmed that is not known to be. */
bool unconfirmed_is(struct unconfirmed *unconfirmed, const struct field *field, month_number month);
/* The same as answers ask for it (exchange/answer_json.h); `of` is the struct unconfirmed. */
bool unconfirmed_on(const void *of, const struct field *field, day_number day);

#endif
