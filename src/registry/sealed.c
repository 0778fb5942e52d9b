/* Sealed values: found by their index, shown in full to whoever is kept to have seen them, sealed anew. */
#include "registry/registry_inside.h"

#include <assert.h>

static const struct store_column views_columns[] = {
    {{"_view", 5}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_entity", 7}, STORE_TEXT, true},
    {{"_key", 4}, STORE_INTEGER, true},  {{"_input", 6}, STORE_TEXT, true},     {{"_why", 4}, STORE_TEXT, true},
    {{"_area", 5}, STORE_TEXT, true},    {{"_month", 6}, STORE_INTEGER, true},  {{"_rows", 5}, STORE_INTEGER, true}};
const struct store_table registry_views_table = {{"_views", 6}, views_columns, 9, false};

/* --- SQL ---------------------------------------------------------------------------------------------------------- */

static struct statement *prepare(struct registry *registry, struct builder *sql) {
    struct statement *query = sql->failed ? NULL : store_prepare(registry->store, builder_text(sql).bytes);
    if (!query) registry->arena.failed = true;
    builder_free(sql);
    return query;
}

static const struct registry_slot *slot_of(const struct registry *registry, const struct field *input) {
    return &registry->places[input->entity->index].slots[input->input_index];
}

bool registry_is_sealed(const struct registry *registry, const struct field *input) {
    return slot_of(registry, input)->sealed;
}

/* --- finding ------------------------------------------------------------------------------------------------------ */

/* An ASCII character as a full-width one: U+FF01 for !, and so on to ~. */
static bool is_full_width(struct text text, size_t at, char *ascii) {
    const unsigned char *bytes = (const unsigned char *)text.bytes + at;
    bool is = at + 3 <= text.length && bytes[0] == 0xef &&
              ((bytes[1] == 0xbc && bytes[2] >= 0x81 && bytes[2] <= 0xbf) ||
               (bytes[1] == 0xbd && bytes[2] >= 0x80 && bytes[2] <= 0x9e));
    if (is) *ascii = (char)(bytes[1] == 0xbc ? bytes[2] - 0x81 + '!' : bytes[2] - 0x80 + '`');
    return is;
}

/* As an import takes it: what has a check is of capitals and digits of ASCII. */
static struct text as_told(const struct field *input, struct text text, struct arena *arena) {
    text = text_trim(text);
    if (input->check.length == 0) return text;
    char *bytes = ARENA_ARRAY(arena, char, text.length + 1);
    size_t length = 0;
    for (size_t at = 0; at < text.length && bytes; length++) {
        char byte = text.bytes[at];
        at += is_full_width(text, at, &byte) ? 3 : 1;
        bytes[length] = (char)(byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte);
    }
    return (struct text){bytes, length};
}

/* Columns in which the input lay sealed, or plainly: each is found by an index, if it has one. */
static size_t add_columns(struct builder *sql, const struct registry_tables *tables, const struct registry_slot *slot,
                          bool sealed) {
    size_t count = 0;
    for (size_t i = 0; i < slot->count; i++) {
        size_t column = slot->columns[i].column;
        if (slot->columns[i].now.from != (sealed ? CODING_SEALED : CODING_TEXT)) continue;
        if (count++) builder_add(sql, TEXT(" OR "));
        store_quote(sql, tables->versions.columns[sealed ? column + 1 : column].name);
        builder_add(sql, sealed ? TEXT(" = $2") : TEXT(" = $1"));
    }
    return count;
}

/* $1 the text itself, $2 the index, if it was ever sealed. */
static struct statement *query_rows(struct registry *registry, const struct field *input, bool holds) {
    const struct registry_tables *tables = tables_of(registry, input->entity);
    const struct registry_slot *slot = slot_of(registry, input);
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT DISTINCT _key FROM "));
    store_quote(&sql, tables->versions.name);
    builder_format(&sql, " AS told WHERE _change <= %lld", (long long)registry_known(registry, REGISTRY_NOW));
    builder_add(&sql, TEXT(" AND ("));
    if (add_columns(&sql, tables, slot, false) == 0) builder_add(&sql, TEXT("$1 = ''"));
    if (slot->sealed) builder_add(&sql, TEXT(" OR "));
    add_columns(&sql, tables, slot, true);
    builder_add(&sql, TEXT(")"));
    if (holds) {
        builder_add(&sql, TEXT(" AND _stands = 1 AND NOT EXISTS (SELECT 1 FROM "));
        store_quote(&sql, tables->versions.name);
        builder_add(&sql, TEXT(" AS later WHERE later._key = told._key AND (later._since > told._since OR "
                               "(later._since = told._since AND later._version > told._version)))"));
    }
    builder_add(&sql, TEXT(" ORDER BY _key"));
    return prepare(registry, &sql);
}

static enum registry_result find_rows(struct registry *registry, const struct field *input, struct text text,
                                      bool holds, struct arena *arena, struct registry_row_keys *keys) {
    unsigned char index[INDEX_BYTES];
    bool sealed_ever = slot_of(registry, input)->sealed;
    *keys = (struct registry_row_keys){{NULL, 0, 0}};
    if (sealed_ever && !registry->sealing) return REGISTRY_NO_KEYS;
    struct text told = as_told(input, text, arena);
    if (arena_failed(arena)) return REGISTRY_NO_MEMORY;
    if (text_invalid_at(told) != told.length) return REGISTRY_DONE; /* nobody can have told that */
    enum seal_result sealed = SEAL_OK;
    if (sealed_ever) sealed = sealer_index(registry->sealing->sealers[0], slot_of(registry, input)->name, told, index);
    if (sealed != SEAL_OK) return registry_of_seal(sealed);
    const struct store_value values[] = {store_text(told),
                                         store_bytes((struct text){(const char *)index, INDEX_BYTES})};
    struct statement *query = query_rows(registry, input, holds);
    if (query && statement_begin(query, values, sealed_ever ? 2 : 1)) {
        while (statement_next(query)) VECTOR_PUSH(arena, &keys->list, statement_integer(query, 0));
        statement_end(query);
    }
    statement_free(query);
    return registry_outcome(registry, arena);
}

enum registry_result registry_find_ever_told(struct registry *registry, const struct field *input, struct text text,
                                             struct arena *arena, struct registry_row_keys *keys) {
    return find_rows(registry, input, text, false, arena, keys);
}

enum registry_result registry_find_held(struct registry *registry, const struct field *input, struct text text,
                                        struct arena *arena, struct registry_row_keys *keys) {
    return find_rows(registry, input, text, true, arena, keys);
}

/* --- showing ------------------------------------------------------------------------------------------------------ */

/* The version that holds: the latest month up to the one at hand, of several the one told last. */
static struct statement *query_version(struct registry *registry, const struct registry_tables *tables,
                                       const struct registry_slot *slot) {
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT _stands"));
    for (size_t i = 0; i < slot->count; i++) {
        builder_add(&sql, TEXT(", "));
        store_quote(&sql, tables->versions.columns[slot->columns[i].column].name);
    }
    builder_add(&sql, TEXT(" FROM "));
    store_quote(&sql, tables->versions.name);
    builder_add(
        &sql, TEXT(" WHERE _key = $1 AND _since <= $2 AND _change <= $3 ORDER BY _since DESC, _version DESC LIMIT 1"));
    return prepare(registry, &sql);
}

enum registry_result registry_reveal(struct registry *registry, const struct field *input, int64_t key,
                                     month_number month, struct arena *arena, struct text *plain) {
    const struct registry_slot *slot = slot_of(registry, input);
    const struct store_value values[] = {store_integer(key), store_integer(month),
                                         store_integer(registry_known(registry, REGISTRY_NOW))};
    struct statement *query = query_version(registry, tables_of(registry, input->entity), slot);
    enum registry_result result = REGISTRY_DONE;
    *plain = TEXT("");
    if (query && statement_begin(query, values, 3)) {
        bool stands = statement_next(query) && statement_integer(query, 0) != 0;
        for (size_t i = 0; i < slot->count && stands && result == REGISTRY_DONE; i++) {
            enum coding_kind from = slot->columns[i].now.from;
            if (statement_is_null(query, i + 1) || !coding_is_text(from)) continue;
            *plain = text_copy(arena, statement_text(query, i + 1));
            if (from == CODING_SEALED) result = registry_open_sealed(registry, slot->name, key, *plain, plain);
        }
        statement_end(query);
    }
    statement_free(query);
    if (result == REGISTRY_DAMAGED) registry->differs = text_format(&registry->arena, "%.*s", TEXT_ARG(slot->name));
    return result == REGISTRY_DONE ? registry_outcome(registry, arena) : result;
}

enum registry_result registry_keep_view(struct registry *registry, const struct registry_change *change,
                                        const struct registry_view *view) {
    struct chain_load load;
    int64_t number = registry_highest(registry, &registry_views_table);
    const struct store_value values[] = {
        store_integer(number + 1), store_integer(change->number), store_text(view->input->entity->name),
        store_integer(view->key),  store_text(view->input->name), store_text(view->why),
        store_text(view->area),    store_integer(view->month),    store_integer((int64_t)view->rows)};
    if (chain_load_begin(&load, registry, CHAIN_VIEWS)) chain_load_row(&load, values);
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

/* --- sealing anew ------------------------------------------------------------------------------------------------- */

/* A value that another key seals. */
struct old_value {
    int64_t version, key;
    size_t sealed; /* which of the table's columns */
    struct text bytes;
};
struct old_values {
    VECTOR(struct old_value) list;
};

static void find_old(struct registry *registry, const struct registry_tables *tables, int64_t first, int64_t last,
                     struct arena *arena, struct old_values *old) {
    size_t wanted[2 + STORE_COLUMNS_MAX] = {COLUMN_VERSION, COLUMN_KEY};
    unsigned newest = registry->sealing->newest.number;
    for (size_t i = 0; i < tables->sealed.count; i++) wanted[2 + i] = tables->sealed.items[i].column;
    struct statement *scan = store_scan(
        registry->store, &(struct store_scan_of){&tables->versions, wanted, 2 + tables->sealed.count, first, last});
    while (scan && !arena_failed(arena) && statement_next(scan))
        for (size_t i = 0; i < tables->sealed.count; i++) {
            if (statement_is_null(scan, 2 + i) || sealer_key_of(statement_text(scan, 2 + i)) == newest) continue;
            const struct old_value value = {statement_integer(scan, 0), statement_integer(scan, 1), i,
                                            text_copy(arena, statement_text(scan, 2 + i))};
            VECTOR_PUSH(arena, &old->list, value);
        }
    if (scan) store_scan_end(scan);
}

static struct statement *update_of(struct registry *registry, const struct registry_tables *tables, size_t sealed) {
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("UPDATE "));
    store_quote(&sql, tables->versions.name);
    builder_add(&sql, TEXT(" SET "));
    store_quote(&sql, tables->versions.columns[tables->sealed.items[sealed].column].name);
    builder_add(&sql, TEXT(" = $1 WHERE _version = $2"));
    return prepare(registry, &sql);
}

static enum registry_result seal_one(struct registry *registry, const struct registry_tables *tables,
                                     const struct old_value *old, struct statement *update) {
    struct sealer *sealer = registry->sealing->sealers[0];
    struct text name = tables->sealed.items[old->sealed].name, plain, sealed;
    char context[CONTEXT_BYTES];
    enum registry_result result = registry_open_sealed(registry, name, old->key, old->bytes, &plain);
    if (result == REGISTRY_DONE)
        result = registry_of_seal(sealer_seal(sealer, seal_context(context, name, old->key), plain, &sealed));
    if (result == REGISTRY_DAMAGED)
        registry->differs = text_format(&registry->arena, "%.*s %lld, %.*s", TEXT_ARG(tables->versions.name),
                                        (long long)old->version, TEXT_ARG(name));
    if (result != REGISTRY_DONE) return result;
    const struct store_value values[] = {store_bytes(sealed), store_integer(old->version)};
    statement_run(update, values, 2);
    return registry_outcome(registry, NULL);
}

static enum registry_result seal_range(struct registry *registry, const struct registry_tables *tables, int64_t first,
                                       int64_t last, size_t *values) {
    struct arena arena;
    struct old_values old = {{NULL, 0, 0}};
    arena_init(&arena);
    find_old(registry, tables, first, last, &arena, &old);
    enum registry_result result = registry_outcome(registry, &arena);
    for (size_t i = 0; i < tables->sealed.count && result == REGISTRY_DONE; i++) {
        struct statement *update = update_of(registry, tables, i);
        result = registry_outcome(registry, NULL);
        for (size_t k = 0; k < old.list.count && result == REGISTRY_DONE; k++)
            if (old.list.items[k].sealed == i) result = seal_one(registry, tables, &old.list.items[k], update);
        statement_free(update);
    }
    *values += old.list.count;
    arena_free(&arena);
    return result;
}

static enum registry_result count_sealed(struct registry *registry, size_t *values) {
    struct arena arena;
    struct registry_used_keys used;
    arena_init(&arena);
    enum registry_result result = registry_read_keys(registry, &arena, &used);
    *values = 0;
    for (size_t i = 0; i < used.list.count && result == REGISTRY_DONE; i++) *values += used.list.items[i].values;
    arena_free(&arena);
    return result;
}

/* Others may have told more meanwhile. */
static enum registry_result count_again(struct registry *registry, const struct registry_resealing *resealing) {
    size_t values;
    enum registry_result result = count_sealed(registry, &values);
    if (result != REGISTRY_DONE || values >= resealing->before) return result;
    registry->differs = text_format(&registry->arena, "sealed: %zu → %zu", resealing->before, values);
    return REGISTRY_DAMAGED;
}

enum registry_result registry_seal_anew(struct registry *registry, struct registry_resealing *resealing) {
    enum { ROWS_AT_ONCE = 10000 };
    struct registry_resealing next = *resealing;
    if (!registry->sealing) return REGISTRY_NO_KEYS;
    store_roll_back(registry->store); /* of what was only read */
    store_begin(registry->store, STORE_TO_WRITE);
    enum registry_result result = registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE) result = columns_check(registry);
    if (result == REGISTRY_DONE && !next.counted) result = count_sealed(registry, &next.before);
    next.counted = true;
    const struct registry_layout *layout = &registry->layout;
    while (next.table < layout->tables.count && layout->tables.items[next.table]->sealed.count == 0) next.table++;
    next.done = next.table == layout->tables.count;
    if (result == REGISTRY_DONE && next.done) result = count_again(registry, &next);
    if (result == REGISTRY_DONE && !next.done) {
        const struct registry_tables *tables = layout->tables.items[next.table];
        int64_t last = next.version + ROWS_AT_ONCE;
        result = seal_range(registry, tables, next.version + 1, last, &next.values);
        bool through = registry_highest(registry, &tables->versions) <= last;
        next.version = through ? 0 : last;
        next.table += through;
    }
    if (result == REGISTRY_DONE && !store_commit(registry->store)) result = registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE)
        *resealing = next;
    else
        store_roll_back(registry->store);
    return result;
}
