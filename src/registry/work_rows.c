#include "registry/work_rows.h"

#include "registry/registry_inside.h"

static const struct store_column settlement_columns[SETTLEMENT_COLUMNS] = {{{"_settlement", 11}, STORE_INTEGER, true},
                                                                           {{"_change", 7}, STORE_INTEGER, true},
                                                                           {{"_kind", 5}, STORE_INTEGER, true},
                                                                           {{"_event", 6}, STORE_TEXT, true},
                                                                           {{"_key", 4}, STORE_INTEGER, true},
                                                                           {{"_at", 3}, STORE_INTEGER, true},
                                                                           {{"_by", 3}, STORE_TEXT, true},
                                                                           {{"_month", 6}, STORE_INTEGER, true},
                                                                           {{"_cause", 6}, STORE_INTEGER, true},
                                                                           {{"_day", 4}, STORE_INTEGER, true},
                                                                           {{"_who", 4}, STORE_TEXT, true},
                                                                           {{"_engine", 7}, STORE_TEXT, true},
                                                                           {{"_values", 7}, STORE_BYTES, true}};
const struct store_table registry_settlements_table = {
    {"_settlements", 12}, settlement_columns, SETTLEMENT_COLUMNS, false};

static const struct store_column account_columns[ACCOUNT_COLUMNS] = {
    {{"_account", 8}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_kind", 5}, STORE_TEXT, true},
    {{"_fund", 5}, STORE_TEXT, true},       {{"_entity", 7}, STORE_TEXT, true},    {{"_row", 4}, STORE_INTEGER, true}};
const struct store_table registry_accounts_table = {{"_accounts", 9}, account_columns, ACCOUNT_COLUMNS, false};

static const struct store_column transfer_columns[TRANSFER_COLUMNS] = {
    {{"_transfer", 9}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true},
    {{"_day", 4}, STORE_INTEGER, true},      {{"_cause", 6}, STORE_TEXT, true},
    {{"_of", 3}, STORE_INTEGER, true},       {{"_debit", 6}, STORE_INTEGER, true},
    {{"_credit", 7}, STORE_INTEGER, true},   {{"_amount", 7}, STORE_INTEGER, true}};
const struct store_table registry_transfers_table = {{"_transfers", 10}, transfer_columns, TRANSFER_COLUMNS, false};

static const size_t chain_of[] = {[REGISTRY_SETTLEMENTS] = CHAIN_SETTLEMENTS,
                                  [REGISTRY_ACCOUNTS] = CHAIN_ACCOUNTS,
                                  [REGISTRY_TRANSFERS] = CHAIN_TRANSFERS};

const struct store_table *registry_work_table(enum registry_work table) {
    static const struct store_table *const tables[] = {[REGISTRY_SETTLEMENTS] = &registry_settlements_table,
                                                       [REGISTRY_ACCOUNTS] = &registry_accounts_table,
                                                       [REGISTRY_TRANSFERS] = &registry_transfers_table};
    return tables[table];
}

void registry_index_work(struct store *store) {
    const struct text of_row[] = {TEXT("_key"), TEXT("_event")}, of_bill[] = {TEXT("_by"), TEXT("_at")},
                      booked[] = {TEXT("_at"), TEXT("_day")}, moved[] = {TEXT("_day")}, of_cause[] = {TEXT("_of")};
    store_index(store, registry_settlements_table.name, of_row, 2, false);
    store_index(store, registry_settlements_table.name, of_bill, 2, false);
    store_index(store, registry_settlements_table.name, booked, 2, false);
    store_index(store, registry_transfers_table.name, moved, 1, false);
    store_index(store, registry_transfers_table.name, of_cause, 1, false);
}

int64_t registry_work_last(struct registry *registry, enum registry_work table) {
    return registry_highest(registry, registry_work_table(table));
}

enum registry_result registry_work_write(struct registry *registry, enum registry_work table,
                                         const struct store_value *values, size_t rows) {
    struct chain_load load;
    if (rows == 0) return registry_outcome(registry, NULL);
    bool begun = chain_load_begin(&load, registry, chain_of[table]);
    for (size_t i = 0; i < rows && begun; i++) chain_load_row(&load, values + i * registry_work_table(table)->count);
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}
