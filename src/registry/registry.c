#include "registry/registry_inside.h"

#include "registry/row_query.h"

/* --- tables ------------------------------------------------------------------------------------------------------- */

static const struct store_column change_columns[] = {
    {{"_change", 7}, STORE_INTEGER, true}, {{"_instant", 8}, STORE_INTEGER, true}, {{"_by", 3}, STORE_TEXT, true},
    {{"_what", 5}, STORE_TEXT, true},      {{"_digest", 7}, STORE_BYTES, true},    {{"_link", 5}, STORE_BYTES, true},
    {{"_login", 6}, STORE_TEXT, true}};
const struct store_table registry_changes_table = {{"_changes", 8}, change_columns, 7, false};

/* The one row says how all is to be read. */
static const struct store_column registry_columns[] = {{{"_format", 7}, STORE_INTEGER, true},
                                                       {{"_digests", 8}, STORE_INTEGER, true}};
const struct store_table registry_purpose_table = {{"_registry", 9}, registry_columns, 2, false};
enum { FORMAT = 4 };

static void begin(struct registry *registry, struct store *store, const struct policy *policy) {
    *registry = (struct registry){.store = store, .policy = policy};
    arena_init(&registry->arena);
    columns_begin(registry);
}

enum registry_result registry_prepare(struct registry *registry) {
    registry->written = ARENA_ARRAY(&registry->arena, struct digest, chain_tables(registry));
    registry->has_written = ARENA_ARRAY(&registry->arena, bool, chain_tables(registry));
    if (!arena_failed(&registry->arena)) return REGISTRY_DONE;
    registry->has_written = NULL;
    return REGISTRY_NO_MEMORY;
}

void registry_close(struct registry *registry) {
    if (registry->has_written) chain_forget(registry);
    row_queries_forget(registry);
    sealing_free(registry->sealing);
    registry->sealing = NULL;
    arena_free(&registry->arena);
}

/* --- changes ------------------------------------------------------------------------------------------------------ */

/* How many changes there are, which is the number of the last; those that were counted once are not counted again. */
static enum registry_result count_changes(struct registry *registry, int64_t *count) {
    static const char sql[] =
        "SELECT CAST(count(*) AS BIGINT), coalesce(max(_change), 0) FROM _changes WHERE _change >= $1";
    const struct store_value counted = store_integer(registry->counted);
    int64_t before = registry->counted ? registry->counted - 1 : 0;
    struct statement *query = store_prepare(registry->store, sql);
    int64_t last = 0;
    *count = 0;
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, &counted, 1) && statement_next(query)) {
        *count = before + statement_integer(query, 0);
        last = statement_integer(query, 1);
    }
    statement_end(query);
    statement_free(query);
    enum registry_result result = registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE && *count == last) registry->counted = last;
    if (result != REGISTRY_DONE || *count == last) return result;
    registry->differs = text_format(&registry->arena, "_changes %lld", (long long)last);
    return REGISTRY_DAMAGED;
}

/* The change itself is written when it ends, with the link over all that it wrote. Nothing goes on from a change that
 * is missing, or from one that nobody made. */
enum registry_result registry_number_change(struct registry *registry, struct registry_change *change) {
    int64_t count;
    chain_forget(registry);
    enum registry_result result = count_changes(registry, &count);
    change->number = count + 1;
    registry->change = *change;
    return result;
}

enum registry_result registry_last_change(struct registry *registry, int64_t *number) {
    *number = registry_highest(registry, &registry_changes_table);
    return registry_outcome(registry, NULL);
}

enum registry_result registry_change_by(struct registry *registry, int64_t instant, int64_t *number) {
    static const char sql[] = "SELECT coalesce(max(_change), 0) FROM _changes WHERE _instant <= $1";
    const struct store_value until = store_integer(instant);
    struct statement *query = store_prepare(registry->store, sql);
    *number = 0;
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, &until, 1) && statement_next(query)) *number = statement_integer(query, 0);
    statement_end(query);
    statement_free(query);
    return registry_outcome(registry, NULL);
}

/* Versions lie in the order of their changes: only where the last is of none are there such. */
static void clear_after(struct registry *registry, const struct store_table *versions, int64_t last) {
    static const size_t change = COLUMN_CHANGE;
    struct builder sql;
    bool any = false;
    int64_t highest = registry_highest(registry, versions);
    struct statement *scan =
        store_scan(registry->store, &(struct store_scan_of){versions, &change, 1, highest, highest});
    while (scan && statement_next(scan)) any = any || statement_integer(scan, 0) > last;
    if (scan) store_scan_end(scan);
    if (!any || store_failed(registry->store)) return;
    builder_init(&sql);
    builder_add(&sql, TEXT("DELETE FROM "));
    store_quote(&sql, versions->name);
    builder_format(&sql, " WHERE _change > %lld", (long long)last);
    if (sql.failed) registry->arena.failed = true;
    if (!sql.failed) store_do(registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
}

enum registry_result registry_clear_unfinished(struct registry *registry) {
    const struct registry_layout *layout = &registry->layout;
    if (!store_has_places(registry->store) || layout->tables.count == 0) return registry_outcome(registry, NULL);
    enum store_parting parting = store_parting(registry->store, layout->tables.items[0]->versions.name);
    enum registry_result result = registry_outcome(registry, NULL);
    if (result != REGISTRY_DONE) return result;
    if (parting == STORE_UNPARTED) return REGISTRY_EARLIER;
    int64_t last = parting == STORE_SPREAD ? registry_highest(registry, &registry_changes_table) : 0;
    for (size_t i = 0; i < layout->tables.count && parting == STORE_SPREAD; i++)
        clear_after(registry, &layout->tables.items[i]->versions, last);
    return registry_outcome(registry, NULL);
}

int64_t registry_known(struct registry *registry, int64_t known) {
    const struct registry_layout *layout = &registry->layout;
    bool spread = known == REGISTRY_NOW && layout->tables.count && !store_writes(registry->store) &&
                  store_parting(registry->store, layout->tables.items[0]->versions.name) == STORE_SPREAD;
    return spread ? registry_highest(registry, &registry_changes_table) : known;
}

/* Whoever would write by another model than the latest would write what its law does not allow. */
enum registry_result registry_begin_change(struct registry *registry, struct registry_change *change) {
    store_roll_back(registry->store); /* of what was only read */
    store_begin(registry->store, STORE_TO_WRITE);
    enum registry_result result = registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE) result = columns_check(registry);
    if (result == REGISTRY_DONE && !registry->current) result = REGISTRY_MIGRATED;
    if (result == REGISTRY_DONE) result = registry_clear_unfinished(registry);
    if (result == REGISTRY_DONE) result = registry_number_change(registry, change);
    if (result != REGISTRY_DONE) store_roll_back(registry->store);
    return result;
}

enum registry_result registry_end_change(struct registry *registry) {
    enum registry_result closed = chain_close(registry);
    if (closed != REGISTRY_DONE) store_roll_back(registry->store);
    bool done = closed == REGISTRY_DONE && store_commit(registry->store);
    chain_forget(registry);
    if (done || closed == REGISTRY_DAMAGED) return closed;
    return store_trouble(registry->store)->failure == STORE_NO_MEMORY || arena_failed(&registry->arena)
               ? REGISTRY_NO_MEMORY
               : REGISTRY_STORE_FAILED;
}

void registry_give_up_change(struct registry *registry) {
    chain_forget(registry);
    store_roll_back(registry->store);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

/* The tables of all changes; those of entities are made when the model is laid out (migrate.c). */
static void make_tables(const struct registry *registry, struct store *store) {
    store_create(store, &registry_purpose_table);
    store_create(store, &registry_changes_table);
    for (size_t i = 0; i < CHAIN_ENTITIES; i++) store_create(store, chain_table(registry, i));
}

static void make_indexes(const struct registry *registry, struct store *store) {
    for (size_t i = CHAIN_VALUES; i <= CHAIN_EXACT; i++) {
        const struct text by_field[] = {TEXT("_change"), TEXT("_field"),
                                        i == CHAIN_VALUES ? TEXT("_first") : TEXT("_place")};
        store_index(store, chain_table(registry, i)->name, by_field, 3, false);
    }
    registry_index_work(store);
}

/* By what people recognise rows, which the law says, is looked for as in the registry that is there. */
static void copy_indexes(const struct registry *registry, struct store *store, const struct registry_tables *tables) {
    for (size_t i = COLUMN_INPUTS; i < tables->versions.count; i++) {
        struct text name = tables->versions.columns[i].name;
        bool text = tables->versions.columns[i].type == STORE_TEXT;
        if (text && store_has_index(registry->store, tables->versions.name, &name, 1))
            store_index(store, tables->versions.name, &name, 1, false);
    }
}

void registry_make_tables(const struct registry *registry, struct store *store) {
    make_tables(registry, store);
    for (size_t i = 0; i < registry->layout.tables.count; i++)
        registry_make_entity(store, registry->layout.tables.items[i]);
}

void registry_make_indexes(const struct registry *registry, struct store *store) {
    make_indexes(registry, store);
    for (size_t i = 0; i < registry->layout.tables.count; i++) {
        registry_index_entity(store, registry->layout.tables.items[i]);
        copy_indexes(registry, store, registry->layout.tables.items[i]);
    }
}

static void write_purpose(struct registry *registry) {
    const struct store_value values[] = {store_integer(FORMAT), store_integer(registry->digest)};
    struct store_load *load = store_load_begin(registry->store, &registry_purpose_table);
    if (load) store_load_row(load, values);
    store_load_end(load);
}

enum registry_result registry_make(struct registry *registry, struct store *store, const struct policy *policy,
                                   enum digest_kind digest, struct registry_change *change) {
    struct registry_migration migration;
    begin(registry, store, policy);
    registry->digest = digest;
    if (!store_begin(store, STORE_TO_WRITE)) return registry_outcome(registry, NULL);
    bool there = store_has_table(store, registry_purpose_table.name);
    if (!there) {
        make_tables(registry, store);
        make_indexes(registry, store);
        write_purpose(registry);
    }
    enum registry_result result = there ? REGISTRY_THERE : registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE) result = registry_lay_out(registry, change, &migration);
    if (result == REGISTRY_DONE) result = registry_keep_law(registry, change);
    if (result != REGISTRY_DONE) store_roll_back(store);
    return result;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static enum registry_result store_outcome(const struct store *store) {
    if (!store_failed(store)) return REGISTRY_DONE;
    return store_trouble(store)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY : REGISTRY_STORE_FAILED;
}

/* Nothing else of one of another format is looked at. */
enum registry_result registry_check_format(struct store *store) {
    const size_t formats = 0;
    if (!store_has_table(store, registry_purpose_table.name))
        return store_failed(store) ? store_outcome(store) : REGISTRY_NONE;
    struct statement *scan =
        store_scan(store, &(struct store_scan_of){&registry_purpose_table, &formats, 1, FORMAT, INT64_MAX});
    enum registry_result result = REGISTRY_NONE;
    if (scan && statement_next(scan)) result = statement_integer(scan, 0) == FORMAT ? REGISTRY_DONE : REGISTRY_LATER;
    if (scan) store_scan_end(scan);
    return store_failed(store) ? store_outcome(store) : result;
}

static enum registry_result read_registry(struct registry *registry) {
    const size_t digests = 1;
    enum registry_result result = registry_check_format(registry->store);
    if (result != REGISTRY_DONE) return result;
    struct statement *scan =
        store_scan(registry->store, &(struct store_scan_of){&registry_purpose_table, &digests, 1, FORMAT, FORMAT});
    if (scan && statement_next(scan))
        registry->digest = statement_integer(scan, 0) == DIGEST_SHA256 ? DIGEST_SHA256 : DIGEST_SM3;
    if (scan) store_scan_end(scan);
    return registry_outcome(registry, NULL);
}

/* Nothing of a table is read before it is known to be one. */
static enum registry_result read_tables(struct registry *registry) {
    enum registry_result result = read_registry(registry);
    if (result == REGISTRY_DONE) result = registry_refuse_foreign(registry);
    if (result == REGISTRY_DONE) result = columns_read(registry);
    return result == REGISTRY_DONE ? registry_refuse_foreign(registry) : result;
}

enum registry_result registry_open_to_verify(struct registry *registry, struct store *store) {
    begin(registry, store, NULL);
    enum registry_result result = read_tables(registry);
    registry->in_part = result == REGISTRY_DAMAGED;
    if (registry->in_part) result = registry_refuse_foreign(registry);
    return result == REGISTRY_DONE ? registry_prepare(registry) : result;
}

enum registry_result registry_open(struct registry *registry, struct store *store, const struct policy *policy) {
    begin(registry, store, policy);
    enum registry_result result = read_tables(registry);
    if (result == REGISTRY_DONE && policy) result = columns_bind(registry);
    return result == REGISTRY_DONE ? registry_prepare(registry) : result;
}

/* --- another law -------------------------------------------------------------------------------------------------- */

static enum registry_result migrate(struct registry *registry, struct registry_change *change,
                                    struct registry_migration *migration) {
    bool kept = true;
    enum registry_result result = read_tables(registry);
    if (result == REGISTRY_DONE) result = registry_clear_unfinished(registry);
    if (result == REGISTRY_DONE) result = registry_law_is_kept(registry, &kept);
    if (result == REGISTRY_DONE) result = registry_lay_out(registry, change, migration);
    migration->law_changes = !kept;
    if (result == REGISTRY_DONE && !migration->refused && !kept) result = registry_keep_law(registry, change);
    return result;
}

enum registry_result registry_migrate(struct registry *registry, struct store *store, const struct policy *policy,
                                      struct registry_change *change, struct registry_migration *migration) {
    begin(registry, store, policy);
    store_begin(store, STORE_TO_WRITE);
    *migration = (struct registry_migration){.refused = false};
    enum registry_result result = registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE) result = migrate(registry, change, migration);
    if (result != REGISTRY_DONE) store_roll_back(store);
    return result;
}
