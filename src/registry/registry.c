#include "registry/registry_inside.h"

#include "exchange/pack_inside.h"

/* --- tables ------------------------------------------------------------------------------------------------------- */

static struct store_column column_of(const char *name, enum store_type type, bool required) {
    return (struct store_column){text_from(name), type, required};
}

static const struct store_column change_columns[] = {
    {{"_change", 7}, STORE_INTEGER, true}, {{"_instant", 8}, STORE_INTEGER, true}, {{"_by", 3}, STORE_TEXT, true},
    {{"_what", 5}, STORE_TEXT, true},      {{"_digest", 7}, STORE_BYTES, true},    {{"_link", 5}, STORE_BYTES, true}};
const struct store_table registry_changes_table = {{"_changes", 8}, change_columns, 6};

/* The one row says what the tables were made for. */
static const struct store_column registry_columns[] = {
    {{"_format", 7}, STORE_INTEGER, true}, {{"_digests", 8}, STORE_INTEGER, true}, {{"_model", 6}, STORE_TEXT, true}};
static const struct store_table registries = {{"_registry", 9}, registry_columns, 3};
enum { FORMAT = 1 };

static bool fits(struct registry *registry, const struct entity *entity, const struct field *input) {
    enum { WIDEST = 8, NAME_MOST = 50 }; /* bytes of a lane; of a name, to which "_id_" and "_by_…" are added */
    struct text name = input ? input->name : entity->name;
    bool wide = input && lane_spec_of(&registry->arena, input).width > WIDEST;
    if (!wide && name.length <= NAME_MOST && name.bytes[0] != '_') return true;
    registry->differs =
        input ? text_format(&registry->arena, "%.*s.%.*s", TEXT_ARG(entity->name), TEXT_ARG(name)) : entity->name;
    return false;
}

static enum store_type type_of(struct registry *registry, const struct field *input) {
    return lane_spec_of(&registry->arena, input).width ? STORE_INTEGER : STORE_TEXT;
}

static bool describe(struct registry *registry, const struct entity *entity) {
    static const char *const own[COLUMN_INPUTS] = {"_version", "_key",         "_change", "_since",
                                                   "_stands",  "_unconfirmed", "_parent"};
    struct arena *arena = &registry->arena;
    size_t count = COLUMN_INPUTS + entity->inputs.count;
    struct store_column *columns = ARENA_ARRAY(arena, struct store_column, count);
    struct store_column *names = ARENA_ARRAY(arena, struct store_column, NAME_COLUMNS);
    struct registry_tables *tables = &registry->tables[entity->index];
    if (count > STORE_COLUMNS_MAX || !fits(registry, entity, NULL)) return false;
    if (arena_failed(arena)) return true;
    for (size_t i = 0; i < COLUMN_INPUTS; i++) columns[i] = column_of(own[i], STORE_INTEGER, true);
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct field *input = entity->inputs.items[i];
        if (!fits(registry, entity, input)) return false;
        columns[COLUMN_INPUTS + i] = (struct store_column){input->name, type_of(registry, input), false};
    }
    names[NAME_KEY] = column_of("_key", STORE_INTEGER, true);
    names[NAME_CHANGE] = column_of("_change", STORE_INTEGER, true);
    names[NAME_ID] = column_of("_id", STORE_TEXT, true);
    tables->versions = (struct store_table){entity->name, columns, count};
    tables->names = (struct store_table){text_format(arena, "_id_%.*s", TEXT_ARG(entity->name)), names, NAME_COLUMNS};
    return true;
}

static enum registry_result begin(struct registry *registry, struct store *store, const struct policy *policy) {
    *registry = (struct registry){.store = store, .policy = policy};
    arena_init(&registry->arena);
    registry->tables = ARENA_ARRAY(&registry->arena, struct registry_tables, policy->entities.count + 1);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&registry->arena); i++)
        if (!describe(registry, policy->entities.items[i])) return REGISTRY_UNFIT;
    registry->written = ARENA_ARRAY(&registry->arena, struct digest, chain_tables(registry));
    registry->has_written = ARENA_ARRAY(&registry->arena, bool, chain_tables(registry));
    return arena_failed(&registry->arena) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

void registry_close(struct registry *registry) {
    if (registry->has_written) chain_forget(registry);
    arena_free(&registry->arena);
}

/* --- changes ------------------------------------------------------------------------------------------------------ */

/* The change itself is written when it ends, with the link over all that it wrote. */
static enum registry_result number_change(struct registry *registry, struct registry_change *change) {
    chain_forget(registry);
    change->number = registry_highest(registry, &registry_changes_table) + 1;
    registry->change = *change;
    return registry_outcome(registry, NULL);
}

enum registry_result registry_last_change(struct registry *registry, int64_t *number) {
    *number = registry_highest(registry, &registry_changes_table);
    return registry_outcome(registry, NULL);
}

enum registry_result registry_begin_change(struct registry *registry, struct registry_change *change) {
    if (!store_begin(registry->store, STORE_TO_WRITE)) return registry_outcome(registry, NULL);
    return number_change(registry, change);
}

enum registry_result registry_end_change(struct registry *registry) {
    bool closed = chain_close(registry);
    if (!closed) store_roll_back(registry->store);
    bool done = closed && store_commit(registry->store);
    chain_forget(registry);
    if (done) return REGISTRY_DONE;
    return store_trouble(registry->store)->failure == STORE_NO_MEMORY || arena_failed(&registry->arena)
               ? REGISTRY_NO_MEMORY
               : REGISTRY_STORE_FAILED;
}

void registry_give_up_change(struct registry *registry) {
    chain_forget(registry);
    store_roll_back(registry->store);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static void make_entity(struct registry *registry, const struct entity *entity) {
    const struct registry_tables *tables = &registry->tables[entity->index];
    const struct text by_id[] = {tables->names.columns[NAME_ID].name},
                      by_key[] = {tables->versions.columns[COLUMN_KEY].name},
                      by_parent[] = {tables->versions.columns[COLUMN_PARENT].name};
    store_create(registry->store, &tables->versions);
    store_create(registry->store, &tables->names);
    store_index(registry->store, tables->names.name, by_id, 1, true);
    store_index(registry->store, tables->versions.name, by_key, 1, false);
    if (entity->parent) store_index(registry->store, tables->versions.name, by_parent, 1, false);
}

static void write_model(struct registry *registry) {
    const struct store_value values[] = {store_integer(FORMAT), store_integer(registry->digest),
                                         store_text(pack_model(&registry->arena, registry->policy))};
    struct store_load *load = store_load_begin(registry->store, &registries);
    if (load) store_load_row(load, values);
    store_load_end(load);
}

static void make_tables(struct registry *registry) {
    const struct policy *policy = registry->policy;
    struct store *store = registry->store;
    store_create(store, &registries);
    store_create(store, &registry_changes_table);
    store_create(store, &registry_law_table);
    store_create(store, &registry_given_table);
    for (size_t i = 0; i < policy->entities.count; i++) make_entity(registry, policy->entities.items[i]);
    write_model(registry);
}

enum registry_result registry_make(struct registry *registry, struct store *store, const struct policy *policy,
                                   enum digest_kind digest, struct registry_change *change) {
    enum registry_result result = begin(registry, store, policy);
    if (result != REGISTRY_DONE) return result;
    registry->digest = digest;
    store_begin(store, STORE_TO_WRITE);
    bool there = store_has_table(store, registries.name);
    if (!there) make_tables(registry);
    result = there ? REGISTRY_THERE : registry_outcome(registry, NULL);
    if (result == REGISTRY_DONE) result = number_change(registry, change);
    if (result == REGISTRY_DONE) result = registry_keep_law(registry, change);
    if (result != REGISTRY_DONE) store_roll_back(store);
    return result;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

enum registry_result registry_open(struct registry *registry, struct store *store, const struct policy *policy) {
    const size_t wanted[] = {1, 2};
    enum registry_result result = begin(registry, store, policy);
    if (result != REGISTRY_DONE) return result;
    if (!store_has_table(store, registries.name)) return store_failed(store) ? REGISTRY_STORE_FAILED : REGISTRY_NONE;
    struct statement *scan = store_scan(store, &(struct store_scan_of){&registries, wanted, 2, FORMAT, FORMAT});
    if (!scan) return registry_outcome(registry, NULL);
    result = statement_next(scan) ? REGISTRY_DONE : REGISTRY_NONE;
    struct text own = pack_model(&registry->arena, policy),
                made = result == REGISTRY_DONE ? statement_text(scan, 1) : TEXT("");
    if (result == REGISTRY_DONE)
        registry->digest = statement_integer(scan, 0) == DIGEST_SHA256 ? DIGEST_SHA256 : DIGEST_SM3;
    if (result == REGISTRY_DONE && !text_equal(made, own)) {
        pack_model_difference(&made, &own);
        registry->differs = text_copy(&registry->arena, made);
        result = REGISTRY_OTHER_MODEL;
    }
    store_scan_end(scan);
    enum registry_result outcome = registry_outcome(registry, NULL);
    return outcome == REGISTRY_DONE ? result : outcome;
}
