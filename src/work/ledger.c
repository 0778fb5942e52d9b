#include "work/ledger.h"

#include "registry/work_rows.h"

#include <string.h>

struct ledger_account {
    struct account of;
    int64_t number;
};

/* --- accounts ----------------------------------------------------------------------------------------------------- */

/* No name of the law has such a sign in it. */
static struct text written(struct arena *arena, const struct account *account) {
    const struct text row = {(const char *)&account->row, sizeof account->row};
    const struct text parts[] = {account->kind, TEXT("/"), account->fund, TEXT("/"), account->entity, TEXT("/"), row};
    size_t length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) length += parts[i].length;
    char *bytes = ARENA_ARRAY(arena, char, length + 1), *next = bytes;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && bytes; i++) {
        if (parts[i].length) memcpy(next, parts[i].bytes, parts[i].length); /* what is not told may be nowhere */
        next += parts[i].length;
    }
    return bytes ? (struct text){bytes, length} : TEXT("");
}

static void add_account(struct ledger *ledger, const struct account *account, int64_t number) {
    struct arena *arena = &ledger->arena;
    struct ledger_account added = {{text_copy(arena, account->kind), text_copy(arena, account->fund),
                                    text_copy(arena, account->entity), account->row},
                                   number};
    VECTOR_PUSH(arena, &ledger->accounts, added);
    map_put(&ledger->by_name, written(arena, account), (void *)(size_t)number);
}

static int64_t number_of(struct ledger *ledger, const struct account *account) {
    struct arena_mark mark = arena_here(&ledger->arena);
    size_t number = (size_t)map_get(&ledger->by_name, written(&ledger->arena, account));
    arena_rewind(&ledger->arena, mark);
    if (number) return (int64_t)number;
    add_account(ledger, account, (int64_t)ledger->accounts.count + 1);
    return (int64_t)ledger->accounts.count;
}

static const struct account *account_numbered(const struct ledger *ledger, int64_t number) {
    bool there = number > 0 && (uint64_t)number <= ledger->accounts.count;
    return there ? &ledger->accounts.items[number - 1].of : NULL;
}

enum registry_result ledger_begin(struct ledger *ledger, struct registry *registry) {
    *ledger = (struct ledger){.registry = registry};
    arena_init(&ledger->arena);
    map_init(&ledger->by_name, &ledger->arena);
    return ledger_refresh(ledger);
}

void ledger_end(struct ledger *ledger) {
    arena_free(&ledger->arena);
}

static enum registry_result outcome(const struct ledger *ledger, const struct arena *arena) {
    if (store_failed(ledger->registry->store))
        return store_trouble(ledger->registry->store)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY
                                                                                  : REGISTRY_STORE_FAILED;
    bool failed = arena_failed(&ledger->arena) || (arena && arena_failed(arena));
    return failed ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

static enum registry_result refuse(struct ledger *ledger, const char *table, int64_t number) {
    ledger->registry->differs = text_format(&ledger->registry->arena, "%s %lld", table, (long long)number);
    return REGISTRY_DAMAGED;
}

static void forget_fresh(struct ledger *ledger) {
    for (size_t i = ledger->kept; i < ledger->accounts.count; i++)
        map_put(&ledger->by_name, written(&ledger->arena, &ledger->accounts.items[i].of), NULL);
    ledger->accounts.count = ledger->kept;
    ledger->moves.count = 0;
}

enum registry_result ledger_refresh(struct ledger *ledger) {
    int64_t strange = 0;
    forget_fresh(ledger);
    struct statement *scan =
        store_scan(ledger->registry->store, &(struct store_scan_of){.table = registry_work_table(REGISTRY_ACCOUNTS),
                                                                    .first = (int64_t)ledger->kept + 1,
                                                                    .last = INT64_MAX});
    while (scan && statement_next(scan)) {
        int64_t number = statement_integer(scan, ACCOUNT_NUMBER);
        struct account account = {statement_text(scan, ACCOUNT_KIND), statement_text(scan, ACCOUNT_FUND),
                                  statement_text(scan, ACCOUNT_ENTITY), statement_integer(scan, ACCOUNT_ROW)};
        if (number != (int64_t)ledger->accounts.count + 1 && strange == 0) strange = number;
        if (strange == 0) add_account(ledger, &account, number);
    }
    if (scan) store_scan_end(scan);
    ledger->kept = ledger->accounts.count;
    enum registry_result result = outcome(ledger, NULL);
    return result == REGISTRY_DONE && strange ? refuse(ledger, "_accounts", strange) : result;
}

/* --- transfers ---------------------------------------------------------------------------------------------------- */

void ledger_move(struct ledger *ledger, const struct account *debit, const struct account *credit, int64_t amount,
                 day_number day, int64_t of) {
    if (amount == 0) return;
    struct ledger_move move = {number_of(ledger, debit), number_of(ledger, credit), amount, of, day};
    if (amount < 0) move = (struct ledger_move){move.credit, move.debit, -amount, of, day};
    VECTOR_PUSH(&ledger->arena, &ledger->moves, move);
}

static enum registry_result keep_accounts(struct ledger *ledger, const struct registry_change *change,
                                          struct arena *arena) {
    size_t fresh = ledger->accounts.count - ledger->kept;
    struct store_value *rows = ARENA_ARRAY(arena, struct store_value, fresh * ACCOUNT_COLUMNS + 1);
    for (size_t i = 0; i < fresh && rows; i++) {
        const struct ledger_account *account = &ledger->accounts.items[ledger->kept + i];
        struct store_value *row = rows + i * ACCOUNT_COLUMNS;
        row[ACCOUNT_NUMBER] = store_integer(account->number);
        row[ACCOUNT_CHANGE] = store_integer(change->number);
        row[ACCOUNT_KIND] = store_text(account->of.kind);
        row[ACCOUNT_FUND] = store_text(account->of.fund);
        row[ACCOUNT_ENTITY] = store_text(account->of.entity);
        row[ACCOUNT_ROW] = store_integer(account->of.row);
    }
    return rows ? registry_work_write(ledger->registry, REGISTRY_ACCOUNTS, rows, fresh) : REGISTRY_NO_MEMORY;
}

static enum registry_result keep_transfers(struct ledger *ledger, const struct registry_change *change,
                                           struct text cause, struct arena *arena) {
    size_t count = ledger->moves.count;
    int64_t last = registry_work_last(ledger->registry, REGISTRY_TRANSFERS);
    struct store_value *rows = ARENA_ARRAY(arena, struct store_value, count * TRANSFER_COLUMNS + 1);
    for (size_t i = 0; i < count && rows; i++) {
        const struct ledger_move *move = &ledger->moves.items[i];
        struct store_value *row = rows + i * TRANSFER_COLUMNS;
        row[TRANSFER_NUMBER] = store_integer(last + 1 + (int64_t)i);
        row[TRANSFER_CHANGE] = store_integer(change->number);
        row[TRANSFER_DAY] = store_integer(move->day);
        row[TRANSFER_CAUSE] = store_text(cause);
        row[TRANSFER_OF] = store_integer(move->of);
        row[TRANSFER_DEBIT] = store_integer(move->debit);
        row[TRANSFER_CREDIT] = store_integer(move->credit);
        row[TRANSFER_AMOUNT] = store_integer(move->amount);
    }
    return rows ? registry_work_write(ledger->registry, REGISTRY_TRANSFERS, rows, count) : REGISTRY_NO_MEMORY;
}

enum registry_result ledger_post(struct ledger *ledger, const struct registry_change *change, struct text cause) {
    struct arena arena;
    arena_init(&arena);
    enum registry_result result = outcome(ledger, NULL);
    if (result == REGISTRY_DONE) result = keep_accounts(ledger, change, &arena);
    if (result == REGISTRY_DONE) result = keep_transfers(ledger, change, cause, &arena);
    if (result == REGISTRY_DONE) {
        ledger->kept = ledger->accounts.count;
        ledger->moves.count = 0;
    }
    arena_free(&arena);
    return result;
}

/* --- sums --------------------------------------------------------------------------------------------------------- */

static struct account copied(struct arena *arena, const struct account *account) {
    return (struct account){text_copy(arena, account->kind), text_copy(arena, account->fund),
                            text_copy(arena, account->entity), account->row};
}

static enum registry_result sum(struct ledger *ledger, const char *sql, const struct store_value *values, size_t count,
                                struct arena *arena, struct ledger_flows *flows) {
    struct statement *query = store_prepare(ledger->registry->store, sql);
    int64_t strange = 0;
    *flows = (struct ledger_flows){{NULL, 0, 0}};
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, values, count))
        while (statement_next(query)) {
            const struct account *debit = account_numbered(ledger, statement_integer(query, 0)),
                                 *credit = account_numbered(ledger, statement_integer(query, 1));
            if (!debit || !credit) strange = statement_integer(query, debit ? 1 : 0);
            if (!debit || !credit) continue;
            struct ledger_flow flow = {copied(arena, debit), copied(arena, credit), statement_integer(query, 2),
                                       statement_integer(query, 3)};
            VECTOR_PUSH(arena, &flows->list, flow);
        }
    statement_end(query);
    statement_free(query);
    enum registry_result result = outcome(ledger, arena);
    return result == REGISTRY_DONE && strange ? refuse(ledger, "_accounts", strange) : result;
}

#define FLOWS "SELECT _debit, _credit, CAST(sum(_amount) AS BIGINT), CAST(count(*) AS BIGINT) FROM _transfers WHERE "
#define BY_FLOW " GROUP BY _debit, _credit ORDER BY _debit, _credit"

enum registry_result ledger_sum(struct ledger *ledger, day_number first, day_number last, struct text cause, int64_t of,
                                struct arena *arena, struct ledger_flows *flows) {
    static const char all[] = FLOWS "_day >= $1 AND _day <= $2 AND _cause = $3" BY_FLOW,
                      one[] = FLOWS "_day >= $1 AND _day <= $2 AND _cause = $3 AND _of = $4" BY_FLOW;
    const struct store_value values[] = {store_integer(first), store_integer(last), store_text(cause),
                                         store_integer(of)};
    return sum(ledger, of ? one : all, values, of ? 4 : 3, arena, flows);
}

enum registry_result ledger_sum_row(struct ledger *ledger, const struct entity *event, int64_t key, int64_t until,
                                    struct arena *arena, struct ledger_flows *flows) {
    static const char sql[] = FLOWS "_cause = 'settlement' AND _of IN (SELECT _settlement FROM _settlements "
                                    "WHERE _key = $1 AND _event = $2 AND _settlement <= $3)" BY_FLOW;
    const struct store_value values[] = {store_integer(key), store_text(event->name), store_integer(until)};
    return sum(ledger, sql, values, 3, arena, flows);
}

enum registry_result ledger_verify(struct ledger *ledger) {
    static const char sql[] =
        "SELECT _transfer FROM _transfers WHERE _amount <= 0 OR _debit = _credit OR "
        "NOT EXISTS (SELECT 1 FROM _accounts WHERE _account = _debit) OR "
        "NOT EXISTS (SELECT 1 FROM _accounts WHERE _account = _credit) ORDER BY _transfer LIMIT 1";
    struct statement *query = store_prepare(ledger->registry->store, sql);
    int64_t strange = 0;
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, NULL, 0) && statement_next(query)) strange = statement_integer(query, 0);
    statement_end(query);
    statement_free(query);
    enum registry_result result = outcome(ledger, NULL);
    return result == REGISTRY_DONE && strange ? refuse(ledger, "_transfers", strange) : result;
}
