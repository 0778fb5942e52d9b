/* A registry in another database: its tables row by row, as they stand. */
#include "registry/registry_inside.h"

static void copy_rows(struct statement *scan, struct store_load *load, const struct store_table *table) {
    struct store_value values[STORE_COLUMNS_MAX];
    bool goes_on = true;
    while (goes_on && statement_next(scan)) {
        for (size_t i = 0; i < table->count; i++) values[i] = statement_value(scan, i, table->columns[i].type);
        goes_on = store_load_row(load, values);
    }
}

static bool copy_table(struct store *from, struct store *to, const struct store_table *table) {
    struct statement *scan =
        store_scan(from, &(struct store_scan_of){.table = table, .first = INT64_MIN, .last = INT64_MAX});
    struct store_load *load = scan ? store_load_begin(to, table) : NULL;
    if (load) copy_rows(scan, load, table);
    if (scan) store_scan_end(scan);
    store_load_end(load);
    return !store_failed(from) && !store_failed(to);
}

static void copy_rows_and_index(struct registry *registry, struct store *to) {
    bool good = true;
    for (size_t i = 0; i < chain_tables(registry) && good; i++)
        good = copy_table(registry->store, to, chain_table(registry, i));
    good = good && copy_table(registry->store, to, &registry_changes_table);
    good = good && copy_table(registry->store, to, &registry_purpose_table);
    if (good) registry_make_indexes(registry, to);
}

static enum registry_result outcome(const struct registry *registry, const struct store *to) {
    const struct store *failed = store_failed(to) ? to : registry->store;
    if (!store_failed(failed)) return registry_outcome(registry, NULL);
    return store_trouble(failed)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY : REGISTRY_STORE_FAILED;
}

/* Whoever has to wait for the right to write does so before the moment as of which all is read. */
enum registry_result registry_copy(struct registry *registry, struct store *to) {
    struct store *from = registry->store;
    bool own = !store_within(from);
    bool begun = store_begin(to, STORE_TO_WRITE) && (!own || store_begin(from, STORE_TO_READ));
    bool there = begun && store_has_table(to, registry_purpose_table.name);
    if (begun && !there) {
        registry_make_tables(registry, to);
        copy_rows_and_index(registry, to);
    }
    enum registry_result result = there ? REGISTRY_THERE : outcome(registry, to);
    if (result != REGISTRY_DONE) store_roll_back(to);
    if (own) store_roll_back(from);
    return result;
}
