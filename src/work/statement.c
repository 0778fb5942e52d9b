#include "work/statement.h"

#include "base/calendar.h"
#include "base/identifier.h"
#include "registry/work_rows.h"
#include "work/settle_inside.h"

#include <string.h>

/* --- of a person ----------------------------------------------------------------------------------------------------
 */

static int year_of(day_number date) {
    return month_year(day_month(date));
}

/* The version of a row that holds last. */
static size_t row_of(const struct record_table *table, struct text id) {
    size_t found = SIZE_MAX;
    for (size_t row = 0; row < table->count; row++)
        if (text_equal(table->rows[row].id, id) &&
            (found == SIZE_MAX || table->rows[row].from > table->rows[found].from))
            found = row;
    return found;
}

static struct text text_of(const struct record_table *table, size_t row, const struct field *input) {
    const struct column *column = &table->columns[input->input_index];
    bool told = input->type.kind == TYPE_TEXT && row != SIZE_MAX && column->known[row];
    return told ? column_text(column, row) : TEXT("");
}

static struct settled_party party_of(const struct world *world, const struct entity *entity, struct text id) {
    const struct record_table *table = &world->records.tables[entity->index];
    size_t row = row_of(table, id);
    struct settled_party party = {id, TEXT("")};
    for (size_t i = 0; i < entity->known_by.count && party.name.length == 0; i++)
        party.name = text_of(table, row, entity->known_by.items[i]);
    if (party.name.length == 0) party.name = id;
    return party;
}

/* Masked, as it was read. */
static struct text identity_of(const struct world *world, const struct entity *entity, struct text id) {
    const struct record_table *table = &world->records.tables[entity->index];
    size_t row = row_of(table, id);
    struct text identity = TEXT("");
    for (size_t i = 0; i < entity->inputs.count && identity.length == 0; i++)
        if (identifier_is_of_one(entity->inputs.items[i]->check))
            identity = text_of(table, row, entity->inputs.items[i]);
    return identity;
}

static void add_presenter(struct settled_bills *bills, const struct world *world, const struct entity *event,
                          struct arena *arena, struct text id) {
    struct settled_party party = party_of(world, event->settled.at->type.entity, id);
    if (!settled_presenter(bills, id)) VECTOR_PUSH(arena, &bills->presenters, party);
}

const struct settled_party *settled_presenter(const struct settled_bills *bills, struct text id) {
    for (size_t i = 0; i < bills->presenters.count; i++)
        if (text_equal(bills->presenters.items[i].id, id)) return &bills->presenters.items[i];
    return NULL;
}

static enum registry_result read_bills(struct settler *settler, const struct entity *event, struct text parent,
                                       int year, int64_t known, struct arena *arena, struct settled_bills *bills) {
    struct round round = {.settler = settler, .event = event, .arena = arena};
    enum registry_result result = round_read(&round, bills->key, known);
    const struct table *table = result == REGISTRY_DONE ? dataset_table(round.dataset, event) : NULL;
    for (size_t row = 0; table && row < table->rows; row++) {
        const struct bill_state *state = map_get(&round.by_id, table_id(table, row));
        if (!state || (year && year_of(round_date(&round, state)) != year)) continue;
        bills->imported += state->settlement.number == 0;
        if (state->settlement.number == 0) continue;
        VECTOR_PUSH(arena, &bills->list, state->before);
        add_presenter(bills, &round.world, event, arena, state->before.at);
    }
    if (result == REGISTRY_DONE) {
        bills->of = party_of(&round.world, event->parent, parent);
        bills->identity = identity_of(&round.world, event->parent, parent);
    }
    round_free(&round);
    return result == REGISTRY_DONE && arena_failed(arena) ? REGISTRY_NO_MEMORY : result;
}

enum registry_result settler_read(struct settler *settler, const struct entity *event, struct text parent, int year,
                                  int64_t known, struct arena *arena, struct settled_bills *bills) {
    bool own;
    *bills = (struct settled_bills){.change = known};
    parent = text_copy(arena, parent);
    enum registry_result result = settler_begin_reading(settler, &own);
    if (result == REGISTRY_DONE && known == REGISTRY_NOW)
        result = registry_last_change(settler->registry, &bills->change);
    if (result == REGISTRY_DONE) result = registry_key_of(settler->registry, event->parent, parent, &bills->key);
    if (result == REGISTRY_DONE && bills->key) result = read_bills(settler, event, parent, year, known, arena, bills);
    return settler_end_reading(settler, own, result);
}

/* --- marks ----------------------------------------------------------------------------------------------------------
 */

#define MARK "DOUDI1"
enum { MARK_DIGEST_BYTES = 8 };

static void add_bill(struct digest *digest, const struct settled_bill *bill) {
    digest_add_text(digest, bill->id);
    digest_add_integer(digest, bill->total);
    for (size_t i = 0; i < bill->count; i++) {
        digest_add_integer(digest, bill->parts[i].known);
        digest_add_integer(digest, bill->parts[i].amount);
    }
}

struct text statement_mark(struct arena *arena, const struct settled_bills *bills, int year) {
    unsigned char bytes[DIGEST_BYTES] = {0};
    char hex[2 * MARK_DIGEST_BYTES + 1];
    struct digest digest;
    bool good = digest_init(&digest, DIGEST_SHA256);
    if (good) {
        digest_begin(&digest);
        digest_add_text(&digest, bills->of.id);
        for (size_t i = 0; i < bills->list.count; i++) add_bill(&digest, &bills->list.items[i]);
        good = digest_finish(&digest, bytes);
    }
    digest_free(&digest);
    if (!good) arena->failed = true;
    for (size_t i = 0; i < MARK_DIGEST_BYTES; i++) {
        hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hex[2 * MARK_DIGEST_BYTES] = 0;
    return text_format(arena, MARK "|%.*s|%d|%lld|%s", TEXT_ARG(bills->of.id), year, (long long)bills->change, hex);
}

struct mark {
    struct text id;
    int64_t year, change;
};

/* The part behind the last |, which is taken off: an id may have such a sign in it. */
static struct text take_last(struct text *rest) {
    size_t begin = rest->length;
    while (begin && rest->bytes[begin - 1] != '|') begin--;
    struct text part = text_slice(*rest, begin, rest->length);
    *rest = text_slice(*rest, 0, begin ? begin - 1 : 0);
    return part;
}

static bool take_digits(struct text text, int64_t *number) {
    enum { DIGITS_MOST = 18 };
    *number = 0;
    if (text.length > DIGITS_MOST) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
        *number = *number * 10 + (text.bytes[i] - '0');
    }
    return text.length > 0;
}

static bool read_mark(struct text text, struct mark *mark) {
    (void)take_last(&text); /* the digest */
    struct text change = take_last(&text), year = take_last(&text);
    bool good = text_starts(text, MARK "|");
    if (good) mark->id = text_slice(text, sizeof MARK, text.length);
    return good && mark->id.length && take_digits(year, &mark->year) && mark->year <= year_of(day_last) &&
           take_digits(change, &mark->change);
}

/* The change is that of the mark, so that the digests alone are compared. */
static bool says(struct arena *arena, const struct settled_bills *bills, const struct mark *mark, struct text text) {
    struct settled_bills then = *bills;
    then.change = mark->change;
    return text_equal(statement_mark(arena, &then, (int)mark->year), text);
}

enum registry_result statement_verify(struct settler *settler, const struct entity *event, struct text text,
                                      struct arena *arena, enum statement_standing *standing,
                                      struct settled_bills *now) {
    struct mark mark;
    struct settled_bills then;
    *standing = STATEMENT_UNKNOWN;
    *now = (struct settled_bills){.key = 0};
    if (!read_mark(text_copy(arena, text), &mark)) return REGISTRY_DONE;
    enum registry_result result = settler_read(settler, event, mark.id, (int)mark.year, REGISTRY_NOW, arena, now);
    if (result != REGISTRY_DONE || now->key == 0 || mark.change > now->change) return result;
    result = settler_read(settler, event, mark.id, (int)mark.year, mark.change, arena, &then);
    if (result != REGISTRY_DONE) return result;
    *standing = STATEMENT_FALSE;
    if (says(arena, &then, &mark, text)) *standing = STATEMENT_STOOD;
    if (*standing == STATEMENT_STOOD && says(arena, now, &mark, text)) *standing = STATEMENT_STANDS;
    return REGISTRY_DONE;
}

enum registry_result statement_recall(struct settler *settler, const struct entity *event, struct text text,
                                      struct arena *arena, int *year, struct settled_bills *then) {
    struct mark mark;
    *then = (struct settled_bills){.key = 0};
    *year = 0;
    if (!read_mark(text_copy(arena, text), &mark)) return REGISTRY_DONE;
    *year = (int)mark.year;
    return settler_read(settler, event, mark.id, *year, mark.change, arena, then);
}

/* --- of whoever presents them ---------------------------------------------------------------------------------------
 */

static bool is_of(const struct account *account, const struct booked_bills *booked, const struct entity *presenter) {
    return text_equal(account->entity, presenter->name) && account->row == booked->key;
}

/* Which part a flow to or from the presenter is of; SIZE_MAX: none. */
static size_t part_of(const struct entity *event, const struct account *account) {
    const struct settled *settled = &event->settled;
    if (text_is(account->kind, "taken")) return settled->layers.count;
    if (text_is(account->kind, "awaited")) return settled->layers.count + 1;
    for (size_t i = 0; i < settled->layers.count && text_is(account->kind, "due"); i++)
        if (text_equal(settled->layers.items[i]->declaration->fund.text, account->fund)) return i;
    return SIZE_MAX;
}

static void add_flows(const struct entity *event, const struct booked_bills *booked, const struct ledger_flows *flows,
                      int64_t *sums) {
    const struct entity *presenter = event->settled.at->type.entity;
    for (size_t i = 0; i < flows->list.count; i++) {
        const struct ledger_flow *flow = &flows->list.items[i];
        size_t to = is_of(&flow->credit, booked, presenter) ? part_of(event, &flow->credit) : SIZE_MAX,
               from = is_of(&flow->debit, booked, presenter) ? part_of(event, &flow->debit) : SIZE_MAX;
        if (to != SIZE_MAX) sums[to] += flow->amount;
        if (from != SIZE_MAX) sums[from] -= flow->amount;
    }
}

static enum registry_result read_list(struct settler *settler, const struct entity *event, day_number first,
                                      day_number last, struct arena *arena, struct booked_bills *booked) {
    struct statement *scan = registry_scan_booked(settler->registry, event, booked->key, first, last);
    while (scan && statement_next(scan)) {
        struct booked_settlement line = {.settlement = registry_scanned_settlement(scan)};
        line.settlement.by = text_copy(arena, line.settlement.by);
        line.settlement.who = text_copy(arena, line.settlement.who);
        line.settlement.event = event->name;
        line.settlement.values = TEXT("");
        line.moved = ARENA_ARRAY(arena, int64_t, booked->parts);
        VECTOR_PUSH(arena, &booked->list, line);
    }
    if (scan) statement_end(scan);
    statement_free(scan);
    return scan && !arena_failed(arena) ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
}

/* Both sums are of the same transfers, found in two ways: by their accounts, and by the settlements of the time. */
static enum registry_result read_moved(struct settler *settler, const struct entity *event, day_number first,
                                       day_number last, struct arena *arena, struct booked_bills *booked) {
    struct ledger_flows flows;
    int64_t *listed = ARENA_ARRAY(arena, int64_t, booked->parts);
    enum registry_result result = ledger_sum(&settler->ledger, first, last, TEXT("settlement"), 0, arena, &flows);
    if (result == REGISTRY_DONE) add_flows(event, booked, &flows, booked->sums);
    for (size_t i = 0; i < booked->list.count && result == REGISTRY_DONE && listed; i++) {
        struct booked_settlement *line = &booked->list.items[i];
        result = ledger_sum(&settler->ledger, first, last, TEXT("settlement"), line->settlement.number, arena, &flows);
        if (result == REGISTRY_DONE) add_flows(event, booked, &flows, line->moved);
        for (size_t k = 0; k < booked->parts; k++) listed[k] += line->moved[k];
    }
    booked->agree = listed && memcmp(listed, booked->sums, booked->parts * sizeof *listed) == 0;
    return result;
}

enum registry_result settler_read_booked(struct settler *settler, const struct entity *event, struct text presenter,
                                         day_number first, day_number last, struct arena *arena,
                                         struct booked_bills *booked) {
    bool own;
    *booked = (struct booked_bills){.of = {presenter, presenter}, .parts = event->settled.layers.count + 2};
    booked->sums = ARENA_ARRAY(arena, int64_t, booked->parts);
    enum registry_result result = settler_begin_reading(settler, &own);
    if (result == REGISTRY_DONE)
        result = registry_key_of(settler->registry, event->settled.at->type.entity, presenter, &booked->key);
    if (result == REGISTRY_DONE && booked->key) result = read_list(settler, event, first, last, arena, booked);
    if (result == REGISTRY_DONE && booked->key) result = read_moved(settler, event, first, last, arena, booked);
    if (result == REGISTRY_DONE && arena_failed(arena)) result = REGISTRY_NO_MEMORY;
    return settler_end_reading(settler, own, result);
}
