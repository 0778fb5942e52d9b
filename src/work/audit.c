#include "work/audit.h"

#include "registry/family.h"
#include "registry/settlements.h"
#include "registry/tell_events.h"
#include "registry/work_rows.h"
#include "work/bill.h"
#include "work/booking.h"

enum { TOGETHER = 1024 }; /* settlements, in memory that is used again behind them */

struct auditing {
    struct registry *registry;
    struct ledger ledger;
    struct registry_settled settled;
    struct arena arena; /* of some settlements */
    struct history history;
    struct settlement_audit *found;
};
struct some_settlements {
    VECTOR(struct registry_settlement) list;
};

static void differ(struct auditing *auditing, const char *table, int64_t number) {
    if (auditing->found->differs.length) return;
    auditing->found->differs = text_format(&auditing->registry->arena, "%s %lld", table, (long long)number);
}

static enum registry_result outcome(const struct auditing *auditing) {
    struct store *store = auditing->registry->store;
    if (store_failed(store))
        return store_trouble(store)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY : REGISTRY_STORE_FAILED;
    return arena_failed(&auditing->registry->arena) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

/* --- what a settlement says --------------------------------------------------------------------------------------- */

static int64_t no_key(void *context, const struct entity *entity, struct text id) {
    (void)context, (void)entity, (void)id;
    return 0; /* nothing is written */
}

static struct text no_id(void *context, const struct entity *entity, int64_t key) {
    (void)context, (void)entity, (void)key;
    return TEXT(""); /* why something is missing is not asked */
}

static bool read_part(struct auditing *auditing, const struct field *field, uint32_t past,
                      struct settlement_part *part) {
    const struct history *history = &auditing->history;
    struct coded coded = history_first_code(history, field, past).coded;
    *part = (struct settlement_part){.field = field};
    if (!coded.kind) return true;
    struct value value = coding_value(history_coding(history, field), coded);
    part->known = value.state == VALUE_KNOWN;
    return !part->known || bill_amount(&auditing->arena, field, value.as.number, &part->amount);
}

/* The amount of an input of the bill, as it was told when it was settled. */
static enum registry_result read_told(struct auditing *auditing, const struct entity *event,
                                      const struct registry_settlement *settlement, int64_t *total) {
    struct registry *registry = auditing->registry;
    struct records records;
    struct registry_root root = {event->parent, 0};
    const struct field *field = event->settled.total;
    enum registry_result result = registry_event_parent(registry, event, settlement->key, &root.key);
    if (result == REGISTRY_DONE)
        result = registry_read_few(registry, settlement->change, &root, 1, NULL, &auditing->arena, &records);
    const struct record_table *table = result == REGISTRY_DONE ? &records.tables[event->index] : NULL;
    for (size_t row = 0; table && row < table->count; row++) {
        const struct record_row *about = &table->rows[row];
        const struct column *column = &table->columns[field->input_index];
        bool its = about->place == settlement->key && about->from <= settlement->month &&
                   settlement->month <= about->until && column->known[row];
        if (!its) continue;
        struct value value = value_of_lane(&auditing->arena, &column->spec, column_get(column, row));
        if (!bill_amount(&auditing->arena, field, value.as.number, total))
            differ(auditing, "_settlements", settlement->number);
    }
    return result;
}

static bool has_open(const struct bookings *moved) {
    bool any = false;
    for (size_t i = 0; i < moved->list.count; i++)
        any = any || (moved->list.items[i].amount && text_is(moved->list.items[i].debit.kind, "open"));
    return any;
}

/* What is open is the total without what is known of it: nothing, as a rule. */
static enum registry_result find_open(struct auditing *auditing, const struct entity *event,
                                      const struct registry_settlement *settlement, uint32_t past,
                                      const struct bookings *moved, struct settled_bill *bill) {
    const struct field *total = event->settled.total;
    struct settlement_part whole = {.known = false};
    bool known = true;
    bill->total = 0;
    for (size_t i = 0; i < bill->count; i++) {
        known = known && bill->parts[i].known;
        if (bill->parts[i].known) bill->total += bill->parts[i].amount;
    }
    int64_t parts = bill->total;
    enum registry_result result = REGISTRY_DONE;
    if (total->kind != FIELD_INPUT) {
        if (!read_part(auditing, total, past, &whole)) differ(auditing, "_settlements", settlement->number);
        bill->total = whole.amount;
    } else if (!known || has_open(moved)) {
        result = read_told(auditing, event, settlement, &bill->total);
    }
    bill->open = bill->total - parts;
    return result;
}

/* Without parts: it was cancelled. */
static enum registry_result read_bill(struct auditing *auditing, const struct entity *event,
                                      const struct registry_settlement *settlement, const struct bookings *moved,
                                      struct settled_bill *bill) {
    const struct registry_rows_known rows = {NULL, no_key, no_id};
    struct history *history = &auditing->history;
    const struct settled *settled = &event->settled;
    struct text id = text_format(&auditing->arena, "%lld", (long long)settlement->number);
    *bill = (struct settled_bill){.count = settled_parts(settled)};
    if (settlement->kind == REGISTRY_CANCELLED) return REGISTRY_DONE;
    uint32_t past = history_add_row(history, event, id);
    uint32_t line = past == PAST_NONE ? PAST_NONE : history_line(history, event, past, settlement->month);
    bill->parts = ARENA_ARRAY(&auditing->arena, struct settlement_part, bill->count);
    if (line == PAST_NONE || !bill->parts) return REGISTRY_NO_MEMORY;
    enum registry_result result =
        registry_settled_read(&auditing->settled, settlement->values, history, event, line, &rows);
    if (result != REGISTRY_DONE) return result;
    for (size_t i = 0; i < bill->count; i++) {
        if (!read_part(auditing, settled_part(settled, i), past, &bill->parts[i]))
            differ(auditing, "_settlements", settlement->number);
    }
    return find_open(auditing, event, settlement, past, moved, bill);
}

/* --- and what it moved -------------------------------------------------------------------------------------------- */

static bool may_be(const struct registry_settlement *settlement) {
    return settlement->key > 0 && settlement->month >= day_month(day_first) && settlement->month <= day_month(day_last);
}

static enum registry_result look_at(struct auditing *auditing, const struct registry_settlement *settlement) {
    const struct entity *event = map_get(&auditing->registry->policy->entity_by_name, settlement->event);
    struct bookings bookings = {{NULL, 0, 0}};
    struct settled_bill bill;
    bool earlier = auditing->settled.law == 0 || settlement->change <= auditing->settled.law;
    auditing->found->earlier += earlier;
    auditing->found->settlements += !earlier;
    if (earlier) return REGISTRY_DONE;
    if (!event || !event->settled.at || !may_be(settlement)) {
        differ(auditing, "_settlements", settlement->number);
        return REGISTRY_DONE;
    }
    enum registry_result result = bookings_add_moved(&bookings, &auditing->arena, &auditing->ledger, event,
                                                     settlement->key, settlement->number, -1);
    if (result == REGISTRY_DONE) result = read_bill(auditing, event, settlement, &bookings, &bill);
    if (result == REGISTRY_DONE) bookings_add_bill(&bookings, &auditing->arena, event, &bill, settlement->at, 1);
    if (result == REGISTRY_DAMAGED || (result == REGISTRY_DONE && !bookings_are_none(&bookings)))
        differ(auditing, "_settlements", settlement->number);
    return result == REGISTRY_DAMAGED ? REGISTRY_DONE : result;
}

static enum registry_result read_some(struct auditing *auditing, int64_t first, struct some_settlements *some) {
    const struct store_scan_of of = {
        .table = registry_work_table(REGISTRY_SETTLEMENTS), .first = first, .last = first + TOGETHER - 1};
    struct arena *arena = &auditing->arena;
    struct statement *scan = store_scan(auditing->registry->store, &of);
    while (scan && statement_next(scan)) {
        struct registry_settlement settlement = registry_scanned_settlement(scan);
        settlement.event = text_copy(arena, settlement.event);
        settlement.values = text_copy(arena, settlement.values);
        VECTOR_PUSH(arena, &some->list, settlement);
    }
    if (scan) store_scan_end(scan);
    return outcome(auditing);
}

static enum registry_result look_at_some(struct auditing *auditing, int64_t first) {
    struct some_settlements some = {{NULL, 0, 0}};
    arena_init(&auditing->arena);
    history_init(&auditing->history, auditing->registry->policy);
    enum registry_result result = read_some(auditing, first, &some);
    for (size_t i = 0; i < some.list.count && result == REGISTRY_DONE && !auditing->found->differs.length; i++)
        result = look_at(auditing, &some.list.items[i]);
    bool failed = arena_failed(&auditing->arena) || arena_failed(&auditing->history.arena);
    history_free(&auditing->history);
    arena_free(&auditing->arena);
    return failed && result == REGISTRY_DONE ? REGISTRY_NO_MEMORY : result;
}

/* --- the books by themselves -------------------------------------------------------------------------------------- */

/* Transfers of settlements that are not there. */
static enum registry_result find_strays(struct auditing *auditing) {
    static const char sql[] =
        "SELECT _transfer FROM _transfers WHERE _cause <> 'settlement' OR "
        "NOT EXISTS (SELECT 1 FROM _settlements WHERE _settlement = _of) ORDER BY _transfer LIMIT 1";
    struct statement *query = store_prepare(auditing->registry->store, sql);
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, NULL, 0) && statement_next(query))
        differ(auditing, "_transfers", statement_integer(query, 0));
    statement_end(query);
    statement_free(query);
    return outcome(auditing);
}

static enum registry_result look_at_books(struct auditing *auditing) {
    enum registry_result result = ledger_verify(&auditing->ledger);
    if (result == REGISTRY_DONE) result = find_strays(auditing);
    int64_t last = registry_work_last(auditing->registry, REGISTRY_SETTLEMENTS);
    for (int64_t first = 1; first <= last && result == REGISTRY_DONE && !auditing->found->differs.length;
         first += TOGETHER)
        result = look_at_some(auditing, first);
    return result;
}

enum registry_result settlements_audit(struct registry *registry, struct settlement_audit *audit) {
    struct auditing auditing = {.registry = registry, .found = audit};
    *audit = (struct settlement_audit){.differs = TEXT("")};
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    enum registry_result result = registry_settled_begin(&auditing.settled, registry);
    enum registry_result begun = ledger_begin(&auditing.ledger, registry);
    if (result == REGISTRY_DONE) result = begun;
    if (result == REGISTRY_DONE) result = look_at_books(&auditing);
    audit->transfers = registry_work_last(registry, REGISTRY_TRANSFERS);
    if (result == REGISTRY_DONE) result = outcome(&auditing);
    registry_settled_end(&auditing.settled);
    ledger_end(&auditing.ledger);
    if (result == REGISTRY_DAMAGED) {
        audit->differs = registry->differs;
        result = REGISTRY_DONE;
    }
    if (own) store_roll_back(registry->store);
    return result;
}
