/* The chain of changes. What a change wrote has a digest: of each table that it wrote to, one over its rows, in the
 * order of their first column; and one over these. Its link is the digest of the link before it, of the change itself
 * and of what it wrote: nothing can be altered, taken away or slipped in without every later link being another. */
#include "registry/registry_inside.h"

#include <string.h>

/* A value: its place among the columns and what it is, then an integer's eight bytes, or the length and the bytes of a
 * text. The first 32 places take one byte, later ones two. */
static void encode(struct builder *row, size_t place, const struct store_value *value) {
    enum { SHORT_PLACES = 32, LONG = 0x8000 };
    char head[2 + sizeof(uint64_t)];
    size_t length = 0, tag = place << 2 | (size_t)value->type;
    uint64_t integer = value->type == STORE_INTEGER ? (uint64_t)value->integer : value->text.length;
    if (place >= SHORT_PLACES) head[length++] = (char)((LONG | tag) >> 8);
    head[length++] = (char)(tag & 0xff);
    for (size_t i = sizeof integer; i-- > 0;) head[length++] = (char)(integer >> (8 * i) & 0xff);
    builder_add(row, (struct text){head, length});
    if (value->type != STORE_INTEGER) builder_add(row, value->text);
}

/* A row, so that no two rows are the same bytes: of the values that are there each with its place. So columns that come
 * later change nothing; and a row begins where the first column does, which is never NULL. What is sealed may be sealed
 * anew: its index says what it is. */
static void digest_row(struct digest *digest, struct builder *row, const struct store_value *values, size_t count,
                       const struct column_coding *codings) {
    row->length = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i].type != STORE_NULL && !(codings && codings[i].kind == CODING_SEALED)) encode(row, i, &values[i]);
    struct text bytes = builder_text(row);
    digest_add_bytes(digest, bytes.bytes, bytes.length);
    if (row->failed) digest->failed = true;
}

/* --- the tables of a chain ---------------------------------------------------------------------------------------- */

size_t chain_tables(const struct registry *registry) {
    return CHAIN_ENTITIES + 2 * registry->layout.tables.count;
}

size_t chain_names(const struct registry *registry, const struct entity *entity) {
    size_t at = 0;
    while (registry->layout.tables.items[at] != tables_of(registry, entity)) at++;
    return CHAIN_ENTITIES + 2 * at;
}

size_t chain_versions(const struct registry *registry, const struct entity *entity) {
    return chain_names(registry, entity) + 1;
}

const struct store_table *chain_table(const struct registry *registry, size_t index) {
    static const struct store_table *const own[CHAIN_ENTITIES] = {[CHAIN_LAW] = &registry_law_table,
                                                                  [CHAIN_GIVEN] = &registry_given_table,
                                                                  [CHAIN_COLUMNS] = &registry_columns_table,
                                                                  [CHAIN_CONFIRMED] = &registry_confirmed_table,
                                                                  [CHAIN_RUNS] = &registry_runs_table,
                                                                  [CHAIN_VALUES] = &registry_values_table,
                                                                  [CHAIN_KINDS] = &registry_kinds_table,
                                                                  [CHAIN_EXACT] = &registry_exact_table,
                                                                  [CHAIN_FINDINGS] = &registry_findings_table,
                                                                  [CHAIN_CLEARED] = &registry_cleared_table,
                                                                  [CHAIN_KEYS] = &registry_keys_table,
                                                                  [CHAIN_VIEWS] = &registry_views_table,
                                                                  [CHAIN_SETTLEMENTS] = &registry_settlements_table,
                                                                  [CHAIN_ACCOUNTS] = &registry_accounts_table,
                                                                  [CHAIN_TRANSFERS] = &registry_transfers_table};
    if (index < CHAIN_ENTITIES) return own[index];
    const struct registry_tables *tables = registry->layout.tables.items[(index - CHAIN_ENTITIES) / 2];
    return (index - CHAIN_ENTITIES) % 2 ? &tables->versions : &tables->names;
}

/* Of versions alone. */
static const struct registry_tables *versions_at(const struct registry *registry, size_t index) {
    bool is = index >= CHAIN_ENTITIES && (index - CHAIN_ENTITIES) % 2;
    return is ? registry->layout.tables.items[(index - CHAIN_ENTITIES) / 2] : NULL;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

bool chain_load_begin(struct chain_load *load, struct registry *registry, size_t table) {
    *load = (struct chain_load){.registry = registry, .index = table, .table = chain_table(registry, table)};
    const struct registry_tables *tables = versions_at(registry, table);
    if (tables) load->codings = tables->codings.items;
    builder_init(&load->row);
    load->rows = store_load_begin(registry->store, load->table);
    return load->rows;
}

/* A table to which nothing is written has no digest. */
static struct digest *digest_of(struct registry *registry, size_t table) {
    struct digest *digest = &registry->written[table];
    if (registry->has_written[table]) return digest;
    if (!digest_init(digest, registry->digest)) registry->arena.failed = true;
    digest_begin(digest);
    registry->has_written[table] = true;
    return digest;
}

void chain_load_digest(struct chain_load *load, const struct store_value *values) {
    digest_row(digest_of(load->registry, load->index), &load->row, values, load->table->count, load->codings);
}

void chain_load_write(struct chain_load *load, const struct store_value *values) {
    store_load_row(load->rows, values);
}

void chain_load_row(struct chain_load *load, const struct store_value *values) {
    chain_load_digest(load, values);
    chain_load_write(load, values);
}

void chain_load_end(struct chain_load *load) {
    builder_free(&load->row);
    store_load_end(load->rows);
}

void chain_forget(struct registry *registry) {
    for (size_t i = 0; i < chain_tables(registry) && registry->has_written; i++) {
        if (registry->has_written[i]) digest_free(&registry->written[i]);
        registry->has_written[i] = false;
    }
}

/* --- links -------------------------------------------------------------------------------------------------------- */

/* What a change wrote to a table. */
static void add_table(struct digest *content, struct text table, const unsigned char written[DIGEST_BYTES]) {
    digest_add_text(content, table);
    digest_add_bytes(content, written, DIGEST_BYTES);
}

static bool find_link(const struct registry *registry, const struct chain_entry *entry,
                      const unsigned char before[DIGEST_BYTES], unsigned char link[DIGEST_BYTES]) {
    struct digest digest;
    bool done = digest_init(&digest, registry->digest);
    if (done) {
        digest_begin(&digest);
        digest_add_bytes(&digest, before, DIGEST_BYTES);
        digest_add_integer(&digest, entry->change.number);
        digest_add_integer(&digest, entry->change.instant);
        digest_add_text(&digest, entry->change.by);
        digest_add_text(&digest, entry->change.what);
        digest_add_text(&digest, entry->change.login);
        digest_add_bytes(&digest, entry->content, DIGEST_BYTES);
        done = digest_finish(&digest, link);
    }
    digest_free(&digest);
    return done;
}

/* All zero before the first. */
static bool read_last_link(struct registry *registry, unsigned char link[DIGEST_BYTES]) {
    struct statement *query =
        store_prepare(registry->store, "SELECT _link FROM _changes ORDER BY _change DESC LIMIT 1");
    memset(link, 0, DIGEST_BYTES);
    if (!query) {
        registry->arena.failed = true;
        return false;
    }
    if (statement_begin(query, NULL, 0) && statement_next(query)) {
        struct text last = statement_text(query, 0);
        if (last.length == DIGEST_BYTES) memcpy(link, last.bytes, DIGEST_BYTES);
    }
    statement_end(query);
    statement_free(query);
    return !store_failed(registry->store);
}

static bool find_content(struct registry *registry, unsigned char content[DIGEST_BYTES]) {
    unsigned char written[DIGEST_BYTES];
    struct digest digest;
    bool done = digest_init(&digest, registry->digest);
    if (done) digest_begin(&digest);
    for (size_t i = 0; i < chain_tables(registry) && done; i++) {
        if (!registry->has_written[i]) continue;
        done = digest_finish(&registry->written[i], written);
        add_table(&digest, chain_table(registry, i)->name, written);
    }
    done = done && digest_finish(&digest, content);
    digest_free(&digest);
    return done;
}

/* Whoever stands between could write something else. */
static enum registry_result read_back(struct registry *registry, const struct store_value *values) {
    const struct store_table *table = &registry_changes_table;
    bool same = false;
    struct statement *scan = store_scan(
        registry->store, &(struct store_scan_of){.table = table, .first = values[0].integer, .last = INT64_MAX});
    if (scan && statement_next(scan)) {
        same = statement_integer(scan, 0) == values[0].integer && statement_integer(scan, 1) == values[1].integer;
        for (size_t i = 2; i < table->count; i++) same = same && text_equal(statement_text(scan, i), values[i].text);
        same = same && !statement_next(scan);
    }
    if (scan) store_scan_end(scan);
    enum registry_result result = registry_outcome(registry, NULL);
    if (result != REGISTRY_DONE || same) return result;
    registry->differs = text_format(&registry->arena, "_changes %lld", (long long)values[0].integer);
    return REGISTRY_DAMAGED;
}

enum registry_result chain_close(struct registry *registry) {
    unsigned char before[DIGEST_BYTES], link[DIGEST_BYTES];
    struct chain_entry entry = {.change = registry->change};
    if (!read_last_link(registry, before)) return registry_outcome(registry, NULL);
    if (!find_content(registry, entry.content) || !find_link(registry, &entry, before, link)) {
        registry->arena.failed = true;
        return REGISTRY_NO_MEMORY;
    }
    const struct store_value values[] = {store_integer(entry.change.number),
                                         store_integer(entry.change.instant),
                                         store_text(entry.change.by),
                                         store_text(entry.change.what),
                                         store_bytes((struct text){(const char *)entry.content, DIGEST_BYTES}),
                                         store_bytes((struct text){(const char *)link, DIGEST_BYTES}),
                                         store_text(entry.change.login)};
    struct store_load *load = store_load_begin(registry->store, &registry_changes_table);
    if (load) store_load_row(load, values);
    store_load_end(load);
    enum registry_result result = registry_outcome(registry, NULL);
    return result == REGISTRY_DONE ? read_back(registry, values) : result;
}

/* --- verifying ---------------------------------------------------------------------------------------------------- */

/* What a change wrote to a table, as it stands there now. */
struct found {
    int64_t change;
    size_t table;
    unsigned char written[DIGEST_BYTES];
};

struct verifying {
    struct registry *registry;
    struct arena arena;
    struct registry_verdict *verdict;
    VECTOR(struct found) found; /* by table, then by change */
    size_t *next;               /* by table: the first of those that no change has asked for yet */
    size_t *ends;
    int64_t forged; /* the first change of which a sealed value is not what was told; 0: none */
    struct text forgery;
    enum registry_result failed;
};

static void note(struct verifying *verifying, struct digest *digest, int64_t change, size_t table) {
    struct found found = {.change = change, .table = table};
    if (!digest_finish(digest, found.written)) verifying->arena.failed = true;
    VECTOR_PUSH(&verifying->arena, &verifying->found, found);
}

static size_t change_column(const struct store_table *table) {
    size_t column = 0;
    while (!text_is(table->columns[column].name, "_change")) column++;
    return column;
}

/* With keys at hand: what is sealed is no part of the digest, but its index is, and tells what it must be. */
static void look_at_sealed(struct verifying *verifying, const struct registry_tables *tables,
                           const struct store_value *values, int64_t change) {
    struct registry *registry = verifying->registry;
    bool sound = true;
    for (size_t i = 0; i < tables->sealed.count; i++)
        verifying->verdict->sealed += values[tables->sealed.items[i].column].type != STORE_NULL;
    if (!registry->sealing) return;
    enum registry_result result = registry_check_sealed(registry, tables, values, &sound);
    if (result != REGISTRY_DONE) verifying->failed = result;
    if (sound || (verifying->forged && verifying->forged <= change)) return;
    verifying->forged = change;
    verifying->forgery = registry->differs;
}

/* The columns of a table that are there. */
struct scanned {
    size_t columns[STORE_COLUMNS_MAX], count;
};

/* False: rows cannot even be told apart by what is there. */
static bool find_scanned(const struct verifying *verifying, const struct store_table *table, struct scanned *scanned) {
    size_t change = change_column(table);
    bool good = true;
    scanned->count = 0;
    for (size_t i = 0; i < table->count; i++) {
        bool missing = registry_is_missing(verifying->verdict, table->name, table->columns[i].name);
        if (!missing) scanned->columns[scanned->count++] = i;
        if (missing && (i == 0 || i == change)) good = false;
    }
    return good;
}

static size_t scanned_at(const struct scanned *scanned, size_t column) {
    size_t at = 0;
    while (scanned->columns[at] != column) at++;
    return at;
}

/* Rows lie in the order in which they were written, so those of a change are neighbours: others are noted as they lie,
 * and fit with nothing. */
static void scan_rows(struct verifying *verifying, struct digest *digest, struct statement *scan, size_t index,
                      const struct scanned *scanned) {
    const struct store_table *table = chain_table(verifying->registry, index);
    const struct registry_tables *tables = versions_at(verifying->registry, index);
    struct store_value values[STORE_COLUMNS_MAX];
    size_t column = scanned_at(scanned, change_column(table));
    struct builder row;
    int64_t change = 0;
    bool any = false;
    builder_init(&row);
    while (statement_next(scan) && !arena_failed(&verifying->arena)) {
        int64_t own = statement_integer(scan, column);
        if (any && own != change) note(verifying, digest, change, index);
        if (!any || own != change) digest_begin(digest);
        any = true;
        change = own;
        for (size_t i = 0; i < table->count; i++) values[i] = store_null();
        for (size_t i = 0; i < scanned->count; i++)
            values[scanned->columns[i]] = statement_value(scan, i, table->columns[scanned->columns[i]].type);
        digest_row(digest, &row, values, table->count, tables ? tables->codings.items : NULL);
        if (tables && tables->sealed.count) look_at_sealed(verifying, tables, values, own);
    }
    if (any) note(verifying, digest, change, index);
    builder_free(&row);
}

static void scan_table(struct verifying *verifying, size_t index) {
    const struct store_table *table = chain_table(verifying->registry, index);
    struct digest digest;
    struct scanned scanned;
    verifying->next[index] = verifying->ends[index] = verifying->found.count;
    if (!find_scanned(verifying, table, &scanned)) return;
    if (!digest_init(&digest, verifying->registry->digest)) verifying->arena.failed = true;
    struct statement *scan =
        arena_failed(&verifying->arena)
            ? NULL
            : store_scan(verifying->registry->store,
                         &(struct store_scan_of){table, scanned.columns, scanned.count, INT64_MIN, INT64_MAX});
    if (scan) scan_rows(verifying, &digest, scan, index, &scanned);
    if (scan) store_scan_end(scan);
    digest_free(&digest);
    verifying->ends[index] = verifying->found.count;
}

/* Of the tables, what lies there by this change; what lies there by one that is not in the chain, before it. */
static void gather_content(struct verifying *verifying, int64_t change, unsigned char content[DIGEST_BYTES],
                           const struct store_table **stray) {
    struct registry *registry = verifying->registry;
    struct digest digest;
    bool done = digest_init(&digest, registry->digest);
    if (done) digest_begin(&digest);
    for (size_t i = 0; i < chain_tables(registry) && done; i++) {
        size_t *next = &verifying->next[i];
        if (*next == verifying->ends[i]) continue;
        const struct found *found = &verifying->found.items[*next];
        if (found->change < change && !*stray) *stray = chain_table(registry, i);
        if (found->change != change) continue;
        add_table(&digest, chain_table(registry, i)->name, found->written);
        ++*next;
    }
    if (!done || !digest_finish(&digest, content)) verifying->arena.failed = true;
    digest_free(&digest);
}

static bool is_digest(struct text bytes, const unsigned char digest[DIGEST_BYTES]) {
    return bytes.length == DIGEST_BYTES && digest_equal((const unsigned char *)bytes.bytes, digest);
}

/* One change after the other; false at the first that is not as it was. */
static bool check_change(struct verifying *verifying, const struct statement *scan, unsigned char link[DIGEST_BYTES]) {
    struct registry_verdict *verdict = verifying->verdict;
    struct chain_entry entry = {.change = {.number = statement_integer(scan, 0),
                                           .instant = statement_integer(scan, 1),
                                           .by = statement_text(scan, 2),
                                           .what = statement_text(scan, 3),
                                           .login = statement_text(scan, 6)}};
    const struct store_table *stray = NULL;
    unsigned char before[DIGEST_BYTES];
    memcpy(before, link, DIGEST_BYTES);
    gather_content(verifying, entry.change.number, entry.content, &stray);
    if (!find_link(verifying->registry, &entry, before, link)) verifying->arena.failed = true;
    bool follows = entry.change.number == verdict->changes + 1;
    verdict->changes = entry.change.number;
    if (!follows || stray)
        verdict->broken = REGISTRY_GAP;
    else if (!is_digest(statement_text(scan, 4), entry.content) || entry.change.number == verifying->forged)
        verdict->broken = REGISTRY_ROWS_ALTERED;
    else if (!is_digest(statement_text(scan, 5), link))
        verdict->broken = REGISTRY_LINK_BROKEN;
    return verdict->broken == REGISTRY_SOUND && !arena_failed(&verifying->arena);
}

static void check_changes(struct verifying *verifying) {
    struct registry_verdict *verdict = verifying->verdict;
    struct statement *scan =
        store_scan(verifying->registry->store,
                   &(struct store_scan_of){.table = &registry_changes_table, .first = INT64_MIN, .last = INT64_MAX});
    while (scan && statement_next(scan) && check_change(verifying, scan, verdict->link)) continue;
    if (scan) store_scan_end(scan);
    for (size_t i = 0; i < chain_tables(verifying->registry) && verdict->broken == REGISTRY_SOUND; i++)
        if (verifying->next[i] != verifying->ends[i]) verdict->broken = REGISTRY_GAP; /* rows of no change */
}

enum registry_result registry_verify(struct registry *registry, struct registry_verdict *verdict) {
    struct verifying verifying = {.registry = registry, .verdict = verdict};
    *verdict = (struct registry_verdict){.broken = REGISTRY_SOUND};
    arena_init(&verifying.arena);
    verifying.next = ARENA_ARRAY(&verifying.arena, size_t, chain_tables(registry));
    verifying.ends = ARENA_ARRAY(&verifying.arena, size_t, chain_tables(registry));
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    enum registry_result result = registry->in_part ? REGISTRY_DONE : columns_check(registry);
    if (result == REGISTRY_DONE) result = registry_find_flaws(registry, verdict);
    for (size_t i = 0; i < chain_tables(registry) && result == REGISTRY_DONE; i++) {
        scan_table(&verifying, i);
        result = registry_outcome(registry, &verifying.arena);
        if (result == REGISTRY_DONE) result = verifying.failed;
    }
    if (result == REGISTRY_DONE) {
        check_changes(&verifying);
        result = registry_outcome(registry, &verifying.arena);
    }
    /* Lines that nobody can have told are told by none of the changes, unless all of them were made anew. */
    if (result == REGISTRY_DONE && registry->in_part && verdict->broken == REGISTRY_SOUND) result = REGISTRY_DAMAGED;
    if (verdict->broken == REGISTRY_SOUND && verdict->flaws.count) verdict->broken = REGISTRY_OTHER_SCHEMA;
    verdict->opened = registry->sealing != NULL;
    verdict->forgery =
        verdict->broken == REGISTRY_ROWS_ALTERED && verdict->changes == verifying.forged ? verifying.forgery : TEXT("");
    if (own) store_roll_back(registry->store);
    arena_free(&verifying.arena);
    return result;
}
