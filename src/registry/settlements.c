#include "registry/settlements.h"

#include "doudi.h"
#include "registry/kept_kind.h"
#include "registry/work_rows.h"

#include <assert.h>

/* --- rows --------------------------------------------------------------------------------------------------------- */

enum registry_result registry_keep_settlements(struct registry *registry, const struct registry_change *change,
                                               const struct registry_settlement *settlements, size_t count) {
    struct arena arena;
    arena_init(&arena);
    struct store_value *rows = ARENA_ARRAY(&arena, struct store_value, count * SETTLEMENT_COLUMNS + 1);
    for (size_t i = 0; i < count && rows; i++) {
        const struct registry_settlement *settlement = &settlements[i];
        const struct store_value values[SETTLEMENT_COLUMNS] = {[SETTLEMENT_NUMBER] = store_integer(settlement->number),
                                                               [SETTLEMENT_CHANGE] = store_integer(change->number),
                                                               [SETTLEMENT_KIND] = store_integer(settlement->kind),
                                                               [SETTLEMENT_EVENT] = store_text(settlement->event),
                                                               [SETTLEMENT_KEY] = store_integer(settlement->key),
                                                               [SETTLEMENT_AT] = store_integer(settlement->at),
                                                               [SETTLEMENT_BY] = store_text(settlement->by),
                                                               [SETTLEMENT_MONTH] = store_integer(settlement->month),
                                                               [SETTLEMENT_CAUSE] = store_integer(settlement->cause),
                                                               [SETTLEMENT_DAY] = store_integer(settlement->day),
                                                               [SETTLEMENT_WHO] = store_text(settlement->who),
                                                               [SETTLEMENT_ENGINE] =
                                                                   store_text(text_from(doudi_version())),
                                                               [SETTLEMENT_VALUES] = store_bytes(settlement->values)};
        for (size_t k = 0; k < SETTLEMENT_COLUMNS; k++) rows[i * SETTLEMENT_COLUMNS + k] = values[k];
    }
    enum registry_result result =
        rows ? registry_work_write(registry, REGISTRY_SETTLEMENTS, rows, count) : REGISTRY_NO_MEMORY;
    arena_free(&arena);
    return result;
}

struct registry_settlement registry_scanned_settlement(const struct statement *scan) {
    return (struct registry_settlement){.number = statement_integer(scan, SETTLEMENT_NUMBER),
                                        .change = statement_integer(scan, SETTLEMENT_CHANGE),
                                        .kind = (enum registry_settling)statement_integer(scan, SETTLEMENT_KIND),
                                        .event = statement_text(scan, SETTLEMENT_EVENT),
                                        .key = statement_integer(scan, SETTLEMENT_KEY),
                                        .at = statement_integer(scan, SETTLEMENT_AT),
                                        .by = statement_text(scan, SETTLEMENT_BY),
                                        .month = (month_number)statement_integer(scan, SETTLEMENT_MONTH),
                                        .cause = statement_integer(scan, SETTLEMENT_CAUSE),
                                        .day = (day_number)statement_integer(scan, SETTLEMENT_DAY),
                                        .who = statement_text(scan, SETTLEMENT_WHO),
                                        .values = statement_text(scan, SETTLEMENT_VALUES)};
}

struct statement *registry_scan_settlements(struct registry *registry) {
    return store_scan(
        registry->store,
        &(struct store_scan_of){.table = &registry_settlements_table, .first = INT64_MIN, .last = INT64_MAX});
}

/* The last of those that the condition leaves. */
static enum registry_result find_last(struct registry *registry, const char *condition,
                                      const struct store_value *values, size_t count, struct arena *arena,
                                      struct registry_settlement *found) {
    struct builder sql;
    *found = (struct registry_settlement){.number = 0};
    builder_init(&sql);
    store_select(&sql, &registry_settlements_table, NULL, 0);
    builder_format(&sql, " WHERE %s ORDER BY _settlement DESC LIMIT 1", condition);
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, values, count) && statement_next(query)) {
        *found = registry_scanned_settlement(query);
        found->event = text_copy(arena, found->event);
        found->by = text_copy(arena, found->by);
        found->who = text_copy(arena, found->who);
        found->values = text_copy(arena, found->values);
    }
    statement_end(query);
    statement_free(query);
    return registry_outcome(registry, arena);
}

enum registry_result registry_find_settlement(struct registry *registry, const struct entity *event, int64_t key,
                                              int64_t known, struct arena *arena, struct registry_settlement *found) {
    const struct store_value of[] = {store_integer(key), store_text(event->name), store_integer(known)};
    return find_last(registry, "_key = $1 AND _event = $2 AND _change <= $3", of, 3, arena, found);
}

enum registry_result registry_find_bill(struct registry *registry, const struct entity *event, int64_t at,
                                        struct text by, struct arena *arena, struct registry_settlement *found) {
    const struct store_value of[] = {store_text(by), store_integer(at), store_text(event->name)};
    return find_last(registry, "_by = $1 AND _at = $2 AND _event = $3", of, 3, arena, found);
}

struct statement *registry_scan_booked(struct registry *registry, const struct entity *event, int64_t at,
                                       day_number first, day_number last) {
    const struct store_value of[] = {store_integer(at), store_text(event->name), store_integer(first),
                                     store_integer(last)};
    struct builder sql;
    builder_init(&sql);
    store_select(&sql, &registry_settlements_table, NULL, 0);
    builder_add(&sql, TEXT(" WHERE _at = $1 AND _event = $2 AND _day >= $3 AND _day <= $4 ORDER BY _settlement"));
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (query && statement_begin(query, of, 4)) return query;
    statement_free(query);
    return NULL;
}

enum registry_result registry_find_settled_parents(struct registry *registry, const struct entity *event,
                                                   month_number first, month_number last, struct arena *arena,
                                                   struct registry_settled_parents *parents) {
    const struct store_value of[] = {store_text(event->name), store_integer(first), store_integer(last)};
    struct builder sql;
    *parents = (struct registry_settled_parents){{NULL, 0, 0}};
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT DISTINCT _parent FROM "));
    store_quote(&sql, tables_of(registry, event)->versions.name);
    builder_add(&sql, TEXT(" WHERE _stands = 1 AND _key IN (SELECT _key FROM _settlements WHERE _event = $1 AND "
                           "_month >= $2 AND _month <= $3) ORDER BY _parent"));
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, of, 3))
        while (statement_next(query)) VECTOR_PUSH(arena, &parents->list, statement_integer(query, 0));
    statement_end(query);
    statement_free(query);
    return registry_outcome(registry, arena);
}

/* --- kinds -------------------------------------------------------------------------------------------------------- */

/* Rows of _kinds that no run wrote have this place. */
enum { PLACE_SHARED = 0 };

struct registry_settled_kind {
    int64_t number;
    struct kept_kind kept;
};

static void add_kind(struct registry_settled *settled, const struct registry_settled_kind *kind, bool writes) {
    size_t at = settled->kinds.count;
    VECTOR_PUSH(&settled->arena, &settled->kinds, *kind);
    if (writes && settled->kinds.count > at)
        VECTOR_PUSH(&settled->arena, &settled->of[kind->kept.field->index].list, at);
}

/* False for what nobody can have written. */
static bool read_kind(struct registry_settled *settled, const struct statement *row) {
    const struct policy *policy = settled->registry->policy;
    struct registry_settled_kind kind = {.number = statement_integer(row, KIND_NUMBER)};
    bool same_law = settled->law && statement_integer(row, KIND_CHANGE) >= settled->law;
    const struct field *field = run_field_named(policy, statement_text(row, KIND_FIELD));
    if (!kept_kind_read(&settled->arena, policy, row, field, same_law, &kind.kept)) return false;
    add_kind(settled, &kind, kind.kept.field && same_law);
    return true;
}

static void forget_fresh(struct registry_settled *settled) {
    for (size_t i = settled->fresh; i < settled->kinds.count; i++)
        settled->of[settled->kinds.items[i].kept.field->index].list.count--;
    settled->kinds.count = settled->fresh;
    settled->exact.count = 0;
}

enum registry_result registry_settled_refresh(struct registry_settled *settled) {
    struct registry *registry = settled->registry;
    const struct store_value after = store_integer(settled->read);
    struct builder sql;
    bool good = true;
    builder_init(&sql);
    forget_fresh(settled);
    store_select(&sql, &registry_kinds_table, NULL, 0);
    builder_format(&sql, " WHERE _kind > $1 AND _place = %d ORDER BY _kind", PLACE_SHARED);
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, &after, 1))
        while (good && !arena_failed(&settled->arena) && statement_next(query)) good = read_kind(settled, query);
    statement_end(query);
    statement_free(query);
    settled->fresh = settled->kinds.count;
    settled->read = registry_highest(registry, &registry_kinds_table);
    settled->next = settled->read + 1;
    settled->next_exact = registry_highest(registry, &registry_exact_table) + 1;
    enum registry_result result = registry_outcome(registry, &settled->arena);
    if (result == REGISTRY_DONE && !good) registry->differs = TEXT("_kinds");
    return result == REGISTRY_DONE && !good ? REGISTRY_DAMAGED : result;
}

enum registry_result registry_settled_begin(struct registry_settled *settled, struct registry *registry) {
    bool kept = false;
    *settled = (struct registry_settled){.registry = registry};
    arena_init(&settled->arena);
    settled->of = ARENA_ARRAY(&settled->arena, struct registry_settled_kinds, registry->policy->fields.count + 1);
    enum registry_result result = settled->of ? registry_law_is_kept(registry, &kept) : REGISTRY_NO_MEMORY;
    if (kept) settled->law = registry_law_change(registry, REGISTRY_NOW);
    return result == REGISTRY_DONE ? registry_settled_refresh(settled) : result;
}

void registry_settled_end(struct registry_settled *settled) {
    arena_free(&settled->arena);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Seven bits a byte, the least first; the eighth says that more follow. */
static void put_number(struct builder *out, uint64_t number) {
    char bytes[10];
    size_t length = 0;
    for (; number >> 7; number >>= 7) bytes[length++] = (char)((number & 0x7f) | 0x80);
    bytes[length++] = (char)number;
    builder_add(out, (struct text){bytes, length});
}

static void put_integer(struct builder *out, int64_t integer) {
    put_number(out, (uint64_t)integer << 1 ^ (integer < 0 ? UINT64_MAX : 0));
}

static bool same_kind(const struct coded_kind *a, const struct coded_kind *b) {
    return a->state == b->state && a->listed == b->listed && a->reason.kind == b->reason.kind &&
           a->reason.field == b->reason.field && a->reason.text == b->reason.text && a->reason.index == b->reason.index;
}

/* The number of a kind; 0 when memory has run out. */
static int64_t number_of(struct registry_settled *settled, const struct field *field, const struct coded_kind *kind) {
    const struct registry_settled_kinds *of = &settled->of[field->index];
    for (size_t i = 0; i < of->list.count; i++) {
        const struct registry_settled_kind *known = &settled->kinds.items[of->list.items[i]];
        if (known->kept.same && same_kind(&known->kept.kind, kind)) return known->number;
    }
    struct registry_settled_kind fresh = {settled->next++, kept_kind_of(&settled->arena, field, kind)};
    add_kind(settled, &fresh, true);
    return arena_failed(&settled->arena) ? 0 : fresh.number;
}

static int64_t keep_exact(struct registry_settled *settled, const struct field *field, const struct value *value) {
    bool number = field->type.kind == TYPE_NUMBER;
    struct registry_exact exact = {field, number ? number_exact(&settled->arena, value->as.number)
                                                 : text_copy(&settled->arena, value->as.text)};
    VECTOR_PUSH(&settled->arena, &settled->exact, exact);
    return settled->next_exact++;
}

bool registry_settled_write(struct registry_settled *settled, const struct history *history, const struct entity *event,
                            uint32_t past, const struct registry_rows_known *rows, struct builder *out) {
    const struct policy *policy = settled->registry->policy;
    for (size_t i = 0; i < event->fields.count && !arena_failed(&settled->arena); i++) {
        const struct field *field = event->fields.items[i];
        if (field->kind == FIELD_INPUT || field->type.kind == TYPE_ROW) continue;
        const struct coding *coding = history_coding(history, field);
        struct coded coded = history_first_code(history, field, past).coded;
        if (!coded.kind) continue;
        const struct coded_kind *kind = coded_kind(coding, coded);
        const struct entity *of = kind->state == VALUE_KNOWN ? NULL : reason_entity(policy, &kind->reason);
        if (kind->listed) {
            struct value value = coding_value(coding, coded);
            coded.integer = keep_exact(settled, field, &value);
        } else if (of) {
            struct text id = history_id(history, of, (uint32_t)coded.integer);
            uint64_t key = id.length ? (uint64_t)rows->key(rows->context, of, id) : 0;
            coded.integer = (int64_t)(((uint64_t)coded.integer & ~(uint64_t)UINT32_MAX) | (key & UINT32_MAX));
        }
        put_number(out, (uint64_t)number_of(settled, field, kind));
        put_integer(out, coded.integer);
    }
    return !arena_failed(&settled->arena) && !out->failed;
}

static void keep_kinds(struct registry_settled *settled, const struct registry_change *change) {
    struct registry *registry = settled->registry;
    struct chain_load load;
    bool begun = chain_load_begin(&load, registry, CHAIN_KINDS);
    for (size_t i = settled->fresh; i < settled->kinds.count && begun; i++) {
        const struct registry_settled_kind *kind = &settled->kinds.items[i];
        struct store_value values[KIND_COLUMNS];
        struct coding coding;
        coding_init(&coding, &settled->arena, kind->kept.field);
        values[KIND_NUMBER] = store_integer(kind->number);
        values[KIND_CHANGE] = store_integer(change->number);
        values[KIND_FIELD] = store_text(run_field_name(&settled->arena, kind->kept.field));
        values[KIND_PLACE] = store_integer(PLACE_SHARED);
        run_kind_values(&settled->arena, registry->policy, &coding, &kind->kept.kind, values);
        if (!arena_failed(&settled->arena)) chain_load_row(&load, values);
    }
    chain_load_end(&load);
}

static void keep_exacts(struct registry_settled *settled, const struct registry_change *change) {
    struct chain_load load;
    int64_t first = settled->next_exact - (int64_t)settled->exact.count;
    bool begun = chain_load_begin(&load, settled->registry, CHAIN_EXACT);
    for (size_t i = 0; i < settled->exact.count && begun; i++) {
        const struct registry_exact *exact = &settled->exact.items[i];
        const struct store_value values[EXACT_COLUMNS] = {[EXACT_NUMBER] = store_integer(first + (int64_t)i),
                                                          [EXACT_CHANGE] = store_integer(change->number),
                                                          [EXACT_FIELD] =
                                                              store_text(run_field_name(&settled->arena, exact->field)),
                                                          [EXACT_PLACE] = store_integer(PLACE_SHARED),
                                                          [EXACT_VALUE] = store_text(exact->text)};
        if (!arena_failed(&settled->arena)) chain_load_row(&load, values);
    }
    chain_load_end(&load);
}

enum registry_result registry_settled_keep(struct registry_settled *settled, const struct registry_change *change) {
    if (settled->fresh < settled->kinds.count) keep_kinds(settled, change);
    if (settled->exact.count) keep_exacts(settled, change);
    enum registry_result result = registry_outcome(settled->registry, &settled->arena);
    if (result != REGISTRY_DONE) return result;
    settled->fresh = settled->kinds.count;
    settled->exact.count = 0;
    return REGISTRY_DONE;
}

/* --- and back ----------------------------------------------------------------------------------------------------- */

static bool take_number(struct text *bytes, uint64_t *number) {
    *number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (bytes->length == 0) return false;
        unsigned char byte = (unsigned char)*bytes->bytes;
        *bytes = text_slice(*bytes, 1, bytes->length);
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return true;
    }
    return false;
}

static bool take_integer(struct text *bytes, int64_t *integer) {
    uint64_t number;
    if (!take_number(bytes, &number)) return false;
    *integer = (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
    return true;
}

static const struct registry_settled_kind *kind_numbered(const struct registry_settled *settled, uint64_t number) {
    size_t low = 0, high = settled->kinds.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uint64_t)settled->kinds.items[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < settled->kinds.count && (uint64_t)settled->kinds.items[low].number == number;
    return found ? &settled->kinds.items[low] : NULL;
}

struct exact_reading {
    struct registry_settled *settled;
    struct history *history;
};

static bool read_exact(void *context, const struct field *field, int64_t integer, struct value *value) {
    static const char sql[] = "SELECT _value FROM _exact WHERE _exact = $1";
    const struct exact_reading *reading = context;
    struct arena *arena = &reading->history->arena;
    const struct store_value of = store_integer(integer);
    struct statement *query = store_prepare(reading->settled->registry->store, sql);
    bool good = query && statement_begin(query, &of, 1) && statement_next(query);
    if (good && field->type.kind == TYPE_NUMBER)
        good = number_parse_exact(arena, statement_text(query, 0), &value->as.number);
    else if (good)
        value->as.text = text_copy(arena, statement_text(query, 0));
    if (query) statement_end(query);
    statement_free(query);
    return good;
}

enum registry_result registry_settled_read(struct registry_settled *settled, struct text bytes, struct history *history,
                                           const struct entity *event, uint32_t line,
                                           const struct registry_rows_known *rows) {
    struct registry *registry = settled->registry;
    struct exact_reading reading = {settled, history};
    const struct kept_reader reader = {history, rows, &reading, read_exact};
    bool good = true;
    while (good && bytes.length && !arena_failed(&history->arena)) {
        uint64_t number;
        int64_t integer;
        good = take_number(&bytes, &number) && take_integer(&bytes, &integer);
        const struct registry_settled_kind *kind = good ? kind_numbered(settled, number) : NULL;
        if (good && !kind && (int64_t)number > settled->read && registry_settled_refresh(settled) == REGISTRY_DONE)
            kind = kind_numbered(settled, number); /* of a settlement that others have made since */
        const struct kept_kind *kept = kind ? &kind->kept : NULL;
        good = kept && (!kept->field || kept->field->entity == event);
        if (!good || !kept->field) continue;
        struct coding *coding = &history->columns[kept->field->index].coding;
        uint32_t of = coding_kind(coding, kept->kind.state, kept->kind.reason, kept->kind.listed);
        struct coded coded = kept_kind_bring(kept, of, integer, &reader);
        good = coded.kind;
        if (good) history_set(history, kept->field, line, coded);
    }
    if (arena_failed(&history->arena)) return REGISTRY_NO_MEMORY;
    enum registry_result result = registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE && !good) registry->differs = TEXT("_settlements");
    return result == REGISTRY_DONE && !good ? REGISTRY_DAMAGED : result;
}
