/* What verifications found: an alert that was true of a row, until somebody has looked at it and cleared it. */
#include "registry/registry_inside.h"

#include "base/shown.h"
#include "exchange/import.h"

enum {
    FINDING_NUMBER,
    FINDING_CHANGE,
    FINDING_ALERT,
    FINDING_ENTITY,
    FINDING_KEY,
    FINDING_MONTH,
    FINDING_UNSURE,
    FINDING_COLUMNS
};
static const struct store_column finding_columns[FINDING_COLUMNS] = {
    {{"_finding", 8}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_alert", 6}, STORE_TEXT, true},
    {{"_entity", 7}, STORE_TEXT, true},     {{"_key", 4}, STORE_INTEGER, true},    {{"_month", 6}, STORE_INTEGER, true},
    {{"_unsure", 7}, STORE_INTEGER, true}};
const struct store_table registry_findings_table = {{"_findings", 9}, finding_columns, FINDING_COLUMNS, false};

/* By the finding, so that no finding is cleared twice. */
static const struct store_column cleared_columns[] = {
    {{"_finding", 8}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_reason", 7}, STORE_TEXT, true}};
const struct store_table registry_cleared_table = {{"_cleared", 8}, cleared_columns, 3, false};

/* --- keeping ------------------------------------------------------------------------------------------------------ */

enum registry_result registry_raise(struct registry *registry, const struct registry_change *change,
                                    struct registry_findings *findings) {
    int64_t number = registry_highest(registry, &registry_findings_table);
    struct chain_load load;
    if (findings->list.count == 0) return registry_outcome(registry, NULL);
    bool begun = chain_load_begin(&load, registry, CHAIN_FINDINGS);
    for (size_t i = 0; i < findings->list.count && begun; i++) {
        struct registry_finding *finding = &findings->list.items[i];
        finding->number = ++number;
        finding->change = change->number;
        const struct store_value values[FINDING_COLUMNS] = {
            [FINDING_NUMBER] = store_integer(finding->number), [FINDING_CHANGE] = store_integer(change->number),
            [FINDING_ALERT] = store_text(finding->alert),      [FINDING_ENTITY] = store_text(finding->entity),
            [FINDING_KEY] = store_integer(finding->key),       [FINDING_MONTH] = store_integer(finding->month),
            [FINDING_UNSURE] = store_integer(finding->unsure)};
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

enum registry_result registry_clear(struct registry *registry, const struct registry_change *change, int64_t finding,
                                    struct text reason) {
    const struct store_value values[] = {store_integer(finding), store_integer(change->number), store_text(reason)};
    struct chain_load load;
    bool begun = chain_load_begin(&load, registry, CHAIN_CLEARED);
    if (begun) chain_load_row(&load, values);
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static const char told[] =
    "SELECT f._finding, f._change, f._alert, f._entity, f._key, f._month, f._unsure, h._by, h._instant, c._change, "
    "c._reason, g._by, g._instant FROM _findings f JOIN _changes h ON h._change = f._change "
    "LEFT JOIN _cleared c ON c._finding = f._finding LEFT JOIN _changes g ON g._change = c._change "
    "ORDER BY f._finding";
enum { TOLD_BY = FINDING_COLUMNS, TOLD_AT, CLEARED_CHANGE, CLEARED_REASON, CLEARED_BY, CLEARED_AT };

/* The names of the rows of an entity that the law has; read once. */
static enum registry_result names_of(struct registry *registry, const struct entity *entity, struct arena *arena,
                                     struct registry_names **names) {
    struct registry_names *own = &(*names)[entity->index];
    return own->ids ? REGISTRY_DONE : registry_read_names(registry, entity, arena, own);
}

static enum registry_result name_rows(struct registry *registry, struct arena *arena,
                                      struct registry_findings *findings) {
    struct registry_names *names = ARENA_ARRAY(arena, struct registry_names, registry->policy->entities.count + 1);
    enum registry_result result = registry_outcome(registry, arena);
    for (size_t i = 0; i < findings->list.count && result == REGISTRY_DONE; i++) {
        struct registry_finding *finding = &findings->list.items[i];
        const struct entity *entity = map_get(&registry->policy->entity_by_name, finding->entity);
        if (!entity) continue; /* an earlier law had it */
        result = names_of(registry, entity, arena, &names);
        const struct registry_names *own = &names[entity->index];
        bool there = result == REGISTRY_DONE && finding->key > 0 && (size_t)finding->key <= own->count;
        if (there) finding->id = own->ids[finding->key];
    }
    return result;
}

/* Whoever writes into the database can write anything: nobody can have told what is not shown as it stands. */
static bool is_tellable(struct arena *arena, const struct registry_finding *finding, int64_t month) {
    enum { YEAR = 12, FIRST = 1800 * YEAR, LAST = 2200 * YEAR };
    const struct text texts[] = {finding->alert, finding->entity, finding->by, finding->cleared_by, finding->reason};
    bool good = month >= FIRST && month < LAST;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        good = good && texts[i].length <= IMPORT_TEXT_BYTES_MAX && text_equal(text_shown(arena, texts[i]), texts[i]);
    return good;
}

static bool add_told(struct arena *arena, const struct statement *query, struct registry_findings *findings) {
    int64_t month = statement_integer(query, FINDING_MONTH);
    struct registry_finding finding = {.number = statement_integer(query, FINDING_NUMBER),
                                       .change = statement_integer(query, FINDING_CHANGE),
                                       .alert = text_copy(arena, statement_text(query, FINDING_ALERT)),
                                       .entity = text_copy(arena, statement_text(query, FINDING_ENTITY)),
                                       .key = statement_integer(query, FINDING_KEY),
                                       .month = (month_number)month,
                                       .unsure = statement_integer(query, FINDING_UNSURE) != 0,
                                       .by = text_copy(arena, statement_text(query, TOLD_BY)),
                                       .instant = statement_integer(query, TOLD_AT)};
    if (!statement_is_null(query, CLEARED_CHANGE)) {
        finding.cleared = statement_integer(query, CLEARED_CHANGE);
        finding.reason = text_copy(arena, statement_text(query, CLEARED_REASON));
    }
    if (!statement_is_null(query, CLEARED_AT)) {
        finding.cleared_by = text_copy(arena, statement_text(query, CLEARED_BY));
        finding.cleared_at = statement_integer(query, CLEARED_AT);
    }
    VECTOR_PUSH(arena, &findings->list, finding);
    return arena_failed(arena) || is_tellable(arena, &finding, month);
}

enum registry_result registry_read_findings(struct registry *registry, struct arena *arena,
                                            struct registry_findings *findings) {
    struct statement *query = store_prepare(registry->store, told);
    bool sound = true;
    *findings = (struct registry_findings){{NULL, 0, 0}};
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, NULL, 0)) {
        while (sound && !arena_failed(arena) && statement_next(query)) sound = add_told(arena, query, findings);
        if (!sound)
            registry->differs = text_format(&registry->arena, "_findings %lld", (long long)statement_integer(query, 0));
        statement_end(query);
    }
    statement_free(query);
    enum registry_result result = registry_outcome(registry, arena);
    if (result == REGISTRY_DONE && !sound) return REGISTRY_DAMAGED;
    return result == REGISTRY_DONE ? name_rows(registry, arena, findings) : result;
}

enum registry_result registry_read_last_told(struct registry *registry, const struct entity *entity,
                                             struct arena *arena, struct registry_last_told *last) {
    static const size_t wanted[] = {COLUMN_KEY, COLUMN_CHANGE};
    const struct registry_tables *tables = tables_of(registry, entity);
    *last = (struct registry_last_told){.count = registry_room(registry, &tables->names)};
    last->changes = ARENA_ARRAY(arena, int64_t, last->count + 1);
    int64_t known = registry_known(registry, REGISTRY_NOW);
    enum registry_result result = registry_outcome(registry, arena);
    if (result != REGISTRY_DONE) return result;
    struct statement *scan =
        store_scan(registry->store, &(struct store_scan_of){&tables->versions, wanted, 2, 1, INT64_MAX});
    while (scan && statement_next(scan)) {
        int64_t key = statement_integer(scan, 0), change = statement_integer(scan, 1);
        bool counts = key > 0 && (size_t)key <= last->count && change <= known;
        if (counts && change > last->changes[key]) last->changes[key] = change;
    }
    if (scan) store_scan_end(scan);
    return registry_outcome(registry, arena);
}
