/* Tables of the work that rests on a registry: their rows are written as part of its changes, and are in its chain like
 * all others. What they mean is told where they are used (work/ledger.h, registry/settlements.h). */
#ifndef DOUDI_REGISTRY_WORK_ROWS_H
#define DOUDI_REGISTRY_WORK_ROWS_H

#include "registry/registry.h"

enum registry_work { REGISTRY_SETTLEMENTS, REGISTRY_ACCOUNTS, REGISTRY_TRANSFERS };

enum {
    SETTLEMENT_NUMBER,
    SETTLEMENT_CHANGE,
    SETTLEMENT_KIND,
    SETTLEMENT_EVENT, /* the entity's name */
    SETTLEMENT_KEY,   /* of the event's row */
    SETTLEMENT_AT,    /* the key of whoever presented it */
    SETTLEMENT_BY,    /* under which number */
    SETTLEMENT_MONTH, /* of the event's date */
    SETTLEMENT_CAUSE, /* the settlement by which this one came about: itself, or that of another bill */
    SETTLEMENT_DAY,
    SETTLEMENT_WHO,
    SETTLEMENT_ENGINE,
    SETTLEMENT_VALUES,
    SETTLEMENT_COLUMNS
};
enum { ACCOUNT_NUMBER, ACCOUNT_CHANGE, ACCOUNT_KIND, ACCOUNT_FUND, ACCOUNT_ENTITY, ACCOUNT_ROW, ACCOUNT_COLUMNS };
enum {
    TRANSFER_NUMBER,
    TRANSFER_CHANGE,
    TRANSFER_DAY,
    TRANSFER_CAUSE, /* "settlement" */
    TRANSFER_OF,    /* its number */
    TRANSFER_DEBIT,
    TRANSFER_CREDIT,
    TRANSFER_AMOUNT, /* in the least coin, above 0 */
    TRANSFER_COLUMNS
};

const struct store_table *registry_work_table(enum registry_work table);

/* The highest number of its rows; 0: there are none. */
int64_t registry_work_last(struct registry *registry, enum registry_work table);

/* Rows of the change under way, in the order of their numbers; so many values each, one row behind the other. */
enum registry_result registry_work_write(struct registry *registry, enum registry_work table,
                                         const struct store_value *values, size_t rows);

#endif
