/* The ledger: money that was spent, is owed or changed hands.
 *
 *     ledger_begin(&ledger, &registry)
 *     ledger_refresh(&ledger)                          whenever a transaction begins
 *     ledger_move(&ledger, debit, credit, amount, day, number)   as often as there is money to be moved
 *     ledger_post(&ledger, &change, "settlement")
 *
 * A transfer moves an amount from one account to another: it debits the one and credits the other, so that both sides
 * are equal whatever happens. Transfers are never changed. What was wrong is moved back by another; what is less than
 * nothing is moved the other way. A balance is the sum of an account's transfers and kept nowhere else.
 *
 * Accounts are made when they are first named. The ledger knows amounts in the least coin, and no bill. */
#ifndef DOUDI_WORK_LEDGER_H
#define DOUDI_WORK_LEDGER_H

#include "base/map.h"
#include "registry/registry.h"

/* What an account is of: a kind, and the fund or the row that it belongs to. */
struct account {
    struct text kind;   /* a word */
    struct text fund;   /* its name; empty: none */
    struct text entity; /* of the row, its name; empty: none */
    int64_t row;        /* its key */
};

struct ledger_account; /* with its number */
struct ledger_move {
    int64_t debit, credit, amount, of;
    day_number day;
};
struct ledger {
    struct registry *registry;
    struct arena arena;
    struct map by_name;                     /* as written -> number */
    VECTOR(struct ledger_account) accounts; /* by number - 1 */
    size_t kept;                            /* so many are in the registry */
    VECTOR(struct ledger_move) moves;       /* of the change under way */
};

/* ledger_end is called, whatever comes of it. */
enum registry_result ledger_begin(struct ledger *ledger, struct registry *registry);
void ledger_end(struct ledger *ledger);
/* Accounts that others have made since; forgets moves and accounts that were not posted. */
enum registry_result ledger_refresh(struct ledger *ledger);

/* On the day on which the business with that number, such as a settlement, is booked. An amount of 0 moves nothing, one
 * below it the other way. */
void ledger_move(struct ledger *ledger, const struct account *debit, const struct account *credit, int64_t amount,
                 day_number day, int64_t of);
/* Keeps all that was moved as part of the change under way: by that kind of business. */
enum registry_result ledger_post(struct ledger *ledger, const struct registry_change *change, struct text cause);

/* --- sums --------------------------------------------------------------------------------------------------------- */

/* All that was moved from one account to another in a time. */
struct ledger_flow {
    struct account debit, credit;
    int64_t amount, transfers;
};
struct ledger_flows {
    VECTOR(struct ledger_flow) list; /* in the order of the accounts' numbers */
};
/* Between first and last, both included, by that kind of business; of one of them, or of all (0). In the arena. */
enum registry_result ledger_sum(struct ledger *ledger, day_number first, day_number last, struct text cause, int64_t of,
                                struct arena *arena, struct ledger_flows *flows);
/* The same of all settlements of an event's row, up to the one with that number. */
enum registry_result ledger_sum_row(struct ledger *ledger, const struct entity *event, int64_t key, int64_t until,
                                    struct arena *arena, struct ledger_flows *flows);

/* That no account is named that is not there, and no amount is none: REGISTRY_DAMAGED, and `differs` says which. */
enum registry_result ledger_verify(struct ledger *ledger);

#endif
