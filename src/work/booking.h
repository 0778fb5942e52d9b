/* Bookings: what a bill that stands comes to in the books, account by account.
 *
 * From what its settlements have moved so far to what it comes to now is what the next one moves. */
#ifndef DOUDI_WORK_BOOKING_H
#define DOUDI_WORK_BOOKING_H

#include "exchange/bill.h"
#include "work/ledger.h"

struct booking {
    struct account debit, credit;
    int64_t amount; /* below 0: the other way */
};
/* Each pair of accounts once. */
struct bookings {
    VECTOR(struct booking) list;
};

/* Adds `sign` times what a bill comes to: what funds bear is due to whoever presented it, what is left is paid to him,
 * what is not known yet is open. Without parts: nothing. In the arena. */
void bookings_add_bill(struct bookings *bookings, struct arena *arena, const struct entity *event,
                       const struct settled_bill *bill, int64_t presenter, int64_t sign);
/* The same of all that settlements of an event's row have moved, up to one. */
enum registry_result bookings_add_moved(struct bookings *bookings, struct arena *arena, struct ledger *ledger,
                                        const struct entity *event, int64_t key, int64_t until, int64_t sign);
bool bookings_are_none(const struct bookings *bookings);

#endif
