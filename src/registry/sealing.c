/* By which keys what must not be read is sealed, and what binds a sealed value to its place. */
#include "registry/registry_inside.h"

#include "base/shown.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_ENTRY, KEYS_CHANGE, KEYS_NUMBER, KEYS_CIPHER, KEYS_MADE, KEYS_FINGERPRINT, KEYS_COLUMNS };
static const struct store_column keys_columns[KEYS_COLUMNS] = {
    {{"_entry", 6}, STORE_INTEGER, true},  {{"_change", 7}, STORE_INTEGER, true},
    {{"_number", 7}, STORE_INTEGER, true}, {{"_cipher", 7}, STORE_TEXT, true},
    {{"_made", 5}, STORE_INTEGER, true},   {{"_fingerprint", 12}, STORE_TEXT, true}};
const struct store_table registry_keys_table = {{"_keys", 5}, keys_columns, KEYS_COLUMNS, false};

bool registry_seals(const struct registry *registry) {
    bool any = false;
    for (size_t i = 0; i < registry->layout.tables.count && !any; i++)
        any = registry->layout.tables.items[i]->sealed.count;
    return any;
}

enum registry_result registry_of_seal(enum seal_result result) {
    switch (result) {
    case SEAL_OK: return REGISTRY_DONE;
    case SEAL_NO_MEMORY: return REGISTRY_NO_MEMORY;
    case SEAL_UNKNOWN_KEY: return REGISTRY_OTHER_KEYS;
    case SEAL_NO_RANDOM:
    case SEAL_NOT_OFFERED: return REGISTRY_CANNOT_SEAL;
    default: return REGISTRY_DAMAGED; /* what was told is never too long */
    }
}

/* --- which keys were used ----------------------------------------------------------------------------------------- */

static bool read_key(const struct statement *scan, struct registry_key *key) {
    struct text fingerprint = statement_text(scan, KEYS_FINGERPRINT);
    int64_t number = statement_integer(scan, KEYS_NUMBER), made = statement_integer(scan, KEYS_MADE);
    *key = (struct registry_key){.number = (unsigned)number, .made = (day_number)made};
    bool good = number >= 0 && number <= KEY_NUMBER_MAX && made >= day_first && made <= day_last &&
                fingerprint.length == FINGERPRINT_ROOM - 1 && text_steers_at(fingerprint, 0) == fingerprint.length;
    if (good) memcpy(key->fingerprint, fingerprint.bytes, fingerprint.length);
    return seal_key_kind_parse(statement_text(scan, KEYS_CIPHER), number != 0, &key->kind) && good;
}

static enum registry_result read_used(struct registry *registry, struct arena *arena, struct registry_used_keys *keys) {
    struct registry_key key;
    bool good = true;
    *keys = (struct registry_used_keys){{NULL, 0, 0}};
    struct statement *scan = store_scan(
        registry->store, &(struct store_scan_of){.table = &registry_keys_table, .first = INT64_MIN, .last = INT64_MAX});
    while (scan && good && statement_next(scan)) {
        good = read_key(scan, &key);
        if (good) VECTOR_PUSH(arena, &keys->list, key);
    }
    if (!good) registry->differs = registry_keys_table.name;
    if (scan) store_scan_end(scan);
    enum registry_result result = registry_outcome(registry, arena);
    return result == REGISTRY_DONE && !good ? REGISTRY_DAMAGED : result;
}

static const struct registry_key *find_used(const struct registry_used_keys *used, unsigned number) {
    for (size_t i = 0; i < used->list.count; i++)
        if (used->list.items[i].number == number) return &used->list.items[i];
    return NULL;
}

static bool describe(const struct seal_key *key, struct registry_key *out) {
    *out = (struct registry_key){.number = key->number, .kind = key->kind, .made = key->made};
    return key_fingerprint(key, out->fingerprint);
}

/* An old key may have been taken out of the file; the newest that was used may not, nor may any be another. */
static enum registry_result compare_keys(struct registry *registry, const struct registry_used_keys *used,
                                         const struct keys *keys) {
    unsigned newest = keys_newest(keys)->number;
    for (size_t i = 0; i < used->list.count; i++) {
        const struct registry_key *known = &used->list.items[i];
        const struct seal_key *key = known->number ? keys_find(keys, known->number) : &keys->index;
        struct registry_key found;
        if (key && !describe(key, &found)) return REGISTRY_NO_MEMORY;
        bool same = key ? strcmp(found.fingerprint, known->fingerprint) == 0 : known->number < newest;
        if (same) continue;
        registry->differs = text_format(&registry->arena, "%u", known->number);
        return REGISTRY_OTHER_KEYS;
    }
    return registry_outcome(registry, NULL);
}

/* --- keys at hand ------------------------------------------------------------------------------------------------- */

void sealing_free(struct sealing *sealing) {
    for (unsigned i = 0; sealing && i < sealing->threads; i++) sealer_free(sealing->sealers[i]);
}

static enum registry_result take_keys(struct registry *registry, const struct keys *keys, unsigned threads) {
    struct sealing *sealing = ARENA_NEW(&registry->arena, struct sealing);
    if (arena_failed(&registry->arena)) return REGISTRY_NO_MEMORY;
    sealing->sealers = ARENA_ARRAY(&registry->arena, struct sealer *, threads);
    if (arena_failed(&registry->arena) || !describe(&keys->index, &sealing->index) ||
        !describe(keys_newest(keys), &sealing->newest))
        return REGISTRY_NO_MEMORY;
    enum seal_result result = SEAL_OK;
    sealing->threads = threads;
    for (unsigned i = 0; i < threads && result == SEAL_OK; i++) result = sealer_new(&sealing->sealers[i], keys);
    if (result == SEAL_OK)
        registry->sealing = sealing;
    else
        sealing_free(sealing);
    return registry_of_seal(result);
}

enum registry_result registry_use_keys(struct registry *registry, const struct keys *keys, unsigned threads) {
    struct arena arena;
    struct registry_used_keys used;
    arena_init(&arena);
    sealing_free(registry->sealing);
    registry->sealing = NULL;
    enum registry_result result = read_used(registry, &arena, &used);
    if (result == REGISTRY_DONE) result = compare_keys(registry, &used, keys);
    if (result == REGISTRY_DONE) result = take_keys(registry, keys, threads ? threads : 1);
    arena_free(&arena);
    return result;
}

static void keep_key(struct chain_load *load, const struct registry_change *change, int64_t entry,
                     const struct registry_key *key) {
    const struct store_value values[KEYS_COLUMNS] = {
        [KEYS_ENTRY] = store_integer(entry),
        [KEYS_CHANGE] = store_integer(change->number),
        [KEYS_NUMBER] = store_integer(key->number),
        [KEYS_CIPHER] = store_text(text_from(seal_key_kind_word(key->kind))),
        [KEYS_MADE] = store_integer(key->made),
        [KEYS_FINGERPRINT] = store_text(text_from(key->fingerprint))};
    chain_load_row(load, values);
}

enum registry_result registry_keep_keys(struct registry *registry, const struct registry_change *change) {
    const struct sealing *sealing = registry->sealing;
    struct arena arena;
    struct registry_used_keys used;
    struct chain_load load;
    if (!sealing) return REGISTRY_NO_KEYS;
    arena_init(&arena);
    enum registry_result result = read_used(registry, &arena, &used);
    int64_t entry = (int64_t)used.list.count;
    bool has_index = find_used(&used, 0), has_newest = find_used(&used, sealing->newest.number);
    arena_free(&arena);
    if (result != REGISTRY_DONE || (has_index && has_newest)) return result;
    bool begun = chain_load_begin(&load, registry, CHAIN_KEYS);
    if (begun && !has_index) keep_key(&load, change, ++entry, &sealing->index);
    if (begun && !has_newest) keep_key(&load, change, ++entry, &sealing->newest);
    chain_load_end(&load);
    return registry_outcome(registry, NULL);
}

/* --- how many values each seals ----------------------------------------------------------------------------------- */

/* A value begins with the number of its key. */
static struct statement *count_by_key(struct registry *registry, const struct registry_tables *tables, size_t column) {
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT substr("));
    store_quote(&sql, tables->versions.columns[column].name);
    builder_format(&sql, ", 1, %d), CAST(count(*) AS BIGINT) FROM ", (int)SEAL_HEAD_BYTES);
    store_quote(&sql, tables->versions.name);
    builder_add(&sql, TEXT(" WHERE "));
    store_quote(&sql, tables->versions.columns[column].name);
    builder_add(&sql, TEXT(" IS NOT NULL GROUP BY 1"));
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    if (!query) registry->arena.failed = true;
    builder_free(&sql);
    return query;
}

static void add_count(struct arena *arena, struct registry_used_keys *keys, struct text head, int64_t count) {
    const unsigned char *bytes = (const unsigned char *)head.bytes;
    unsigned number = head.length == SEAL_HEAD_BYTES ? (unsigned)bytes[1] << 8 | bytes[2] : 0;
    for (size_t i = 0; i < keys->list.count; i++) {
        if (keys->list.items[i].number != number || number == 0) continue;
        keys->list.items[i].values += (size_t)count;
        return;
    }
    VECTOR_PUSH(arena, &keys->list, ((struct registry_key){.number = number, .values = (size_t)count})); /* altered */
}

enum registry_result registry_read_keys(struct registry *registry, struct arena *arena,
                                        struct registry_used_keys *keys) {
    enum registry_result result = read_used(registry, arena, keys);
    for (size_t i = 0; i < registry->layout.tables.count && result == REGISTRY_DONE; i++) {
        const struct registry_tables *tables = registry->layout.tables.items[i];
        for (size_t k = 0; k < tables->sealed.count && result == REGISTRY_DONE; k++) {
            struct statement *query = count_by_key(registry, tables, tables->sealed.items[k].column);
            if (query && statement_begin(query, NULL, 0))
                while (statement_next(query))
                    add_count(arena, keys, statement_text(query, 0), statement_integer(query, 1));
            if (query) statement_end(query);
            statement_free(query);
            result = registry_outcome(registry, arena);
        }
    }
    return result;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

struct text seal_context(char out[CONTEXT_BYTES], struct text name, int64_t key) {
    int length = snprintf(out, CONTEXT_BYTES, "%.*s/%lld", TEXT_ARG(name), (long long)key);
    assert(length > 0 && length < CONTEXT_BYTES); /* names have COLUMN_NAME_MOST bytes at most */
    return (struct text){out, (size_t)length};
}

enum registry_result registry_open_sealed(struct registry *registry, struct text name, int64_t key, struct text sealed,
                                          struct text *plain) {
    char context[CONTEXT_BYTES];
    *plain = TEXT("");
    if (!registry->sealing) return REGISTRY_NO_KEYS;
    enum seal_result result =
        sealer_open(registry->sealing->sealers[0], seal_context(context, name, key), sealed, plain);
    if (result == SEAL_UNKNOWN_KEY) registry->differs = text_format(&registry->arena, "%u", sealer_key_of(sealed));
    return registry_of_seal(result);
}

static enum registry_result check_value(struct registry *registry, struct text name, const struct store_value *values,
                                        size_t column, bool *sound) {
    const struct store_value *value = &values[column], *index = &values[column + 1];
    unsigned char found[INDEX_BYTES];
    struct text plain;
    *sound = (value->type == STORE_NULL) == (index->type == STORE_NULL);
    if (!*sound || value->type == STORE_NULL) return REGISTRY_DONE;
    enum registry_result result = registry_open_sealed(registry, name, values[COLUMN_KEY].integer, value->text, &plain);
    *sound = result != REGISTRY_DAMAGED && result != REGISTRY_OTHER_KEYS;
    if (result != REGISTRY_DONE) return *sound ? result : REGISTRY_DONE;
    enum seal_result done = sealer_index(registry->sealing->sealers[0], name, plain, found);
    *sound = text_equal(index->text, (struct text){(const char *)found, INDEX_BYTES});
    return registry_of_seal(done);
}

enum registry_result registry_check_sealed(struct registry *registry, const struct registry_tables *tables,
                                           const struct store_value *values, bool *sound) {
    enum registry_result result = REGISTRY_DONE;
    *sound = true;
    for (size_t i = 0; i < tables->sealed.count && *sound && result == REGISTRY_DONE; i++) {
        const struct sealed_column *sealed = &tables->sealed.items[i];
        result = check_value(registry, sealed->name, values, sealed->column, sound);
        if (!*sound)
            registry->differs = text_format(&registry->arena, "%.*s %lld, %.*s", TEXT_ARG(tables->versions.name),
                                            (long long)values[COLUMN_VERSION].integer,
                                            TEXT_ARG(tables->versions.columns[sealed->column].name));
    }
    return result;
}
