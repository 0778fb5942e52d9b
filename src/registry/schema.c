/* What the database has for a registry: nothing of others that would run or be seen in place of its tables, and every
 * table, column and index as it was made. */
#include "registry/registry_inside.h"

/* --- what is not ours --------------------------------------------------------------------------------------------- */

/* All of them: those of the chain, the changes and what tells how they are to be read. */
static size_t count_tables(const struct registry *registry) {
    return chain_tables(registry) + 2;
}

static const struct store_table *table_at(const struct registry *registry, size_t at) {
    size_t chain = chain_tables(registry);
    return at < chain ? chain_table(registry, at) : at == chain ? &registry_changes_table : &registry_purpose_table;
}

/* A file takes names for the same whose letters differ in their case alone. */
static bool is_ours(const struct registry *registry, struct text table) {
    for (size_t i = 0; i < count_tables(registry); i++)
        if (text_equal_in_any_case(table_at(registry, i)->name, table)) return true;
    return false;
}

enum registry_result registry_refuse_foreign(struct registry *registry) {
    struct statement *scan = store_foreign(registry->store);
    bool any = false;
    while (scan && !any && statement_next(scan)) {
        struct text table = statement_text(scan, 0), what = statement_text(scan, 1);
        any = is_ours(registry, table);
        if (any) registry->differs = text_format(&registry->arena, "%.*s: %.*s", TEXT_ARG(table), TEXT_ARG(what));
    }
    if (scan) store_scan_end(scan);
    enum registry_result result = registry_outcome(registry, NULL);
    return result == REGISTRY_DONE && any ? REGISTRY_FOREIGN : result;
}

/* --- what is as it was made --------------------------------------------------------------------------------------- */

static void note(struct registry *registry, struct registry_verdict *verdict, enum registry_flaw_kind kind,
                 struct text table, struct text column) {
    struct registry_flaw flaw = {kind, table, text_copy(&registry->arena, column)};
    VECTOR_PUSH(&registry->arena, &verdict->flaws, flaw);
}

static bool is_as_made(const struct statement *scan, const struct store_column *column) {
    return statement_integer(scan, 1) == (int64_t)column->type && (statement_integer(scan, 2) != 0) == column->required;
}

/* What there is of each column: it is one of ours, and of its type. */
static bool look_at_column(struct registry *registry, struct registry_verdict *verdict, const struct store_table *table,
                           const struct statement *scan, bool *found) {
    struct text name = statement_text(scan, 0);
    bool placed = table->by_place && store_has_places(registry->store);
    for (size_t i = 0; i < table->count + placed; i++) {
        const struct store_column *column = i < table->count ? &table->columns[i] : &store_place;
        if (!text_equal(column->name, name)) continue;
        found[i] = true;
        if (!is_as_made(scan, column)) note(registry, verdict, REGISTRY_COLUMN_OTHER, table->name, name);
        return true;
    }
    note(registry, verdict, REGISTRY_COLUMN_FOREIGN, table->name, name);
    return false;
}

static void look_at_table(struct registry *registry, struct registry_verdict *verdict,
                          const struct store_table *table) {
    bool found[STORE_COLUMNS_MAX + 1] = {false}, any = false;
    struct statement *scan = store_columns(registry->store, table->name);
    while (scan && statement_next(scan)) any = look_at_column(registry, verdict, table, scan, found) || any;
    if (scan) store_scan_end(scan);
    if (store_failed(registry->store)) return;
    if (!any) note(registry, verdict, REGISTRY_TABLE_MISSING, table->name, TEXT(""));
    for (size_t i = 0; i < table->count && any; i++)
        if (!found[i]) note(registry, verdict, REGISTRY_COLUMN_MISSING, table->name, table->columns[i].name);
}

static void look_for_index(struct registry *registry, struct registry_verdict *verdict, const struct store_table *table,
                           size_t column) {
    const struct text *name = &table->columns[column].name;
    if (!store_has_index(registry->store, table->name, name, 1))
        note(registry, verdict, REGISTRY_INDEX_MISSING, table->name, *name);
}

/* By which rows are found; those of texts by which people know them make looking for them quick and nothing else. */
static void look_for_indexes(struct registry *registry, struct registry_verdict *verdict,
                             const struct registry_tables *tables) {
    look_for_index(registry, verdict, &tables->names, NAME_ID);
    look_for_index(registry, verdict, &tables->versions, COLUMN_KEY);
    look_for_index(registry, verdict, &tables->versions, COLUMN_UNCONFIRMED);
    if (has_parent(tables)) look_for_index(registry, verdict, &tables->versions, COLUMN_PARENT);
    for (size_t i = 0; i < tables->sealed.count; i++)
        look_for_index(registry, verdict, &tables->versions, tables->sealed.items[i].column + 1);
}

enum registry_result registry_find_flaws(struct registry *registry, struct registry_verdict *verdict) {
    for (size_t i = 0; i < count_tables(registry) && !store_failed(registry->store); i++)
        look_at_table(registry, verdict, table_at(registry, i));
    for (size_t i = 0; i < registry->layout.tables.count && !store_failed(registry->store); i++)
        look_for_indexes(registry, verdict, registry->layout.tables.items[i]);
    return registry_outcome(registry, NULL);
}

bool registry_is_missing(const struct registry_verdict *verdict, struct text table, struct text column) {
    for (size_t i = 0; i < verdict->flaws.count; i++) {
        const struct registry_flaw *flaw = &verdict->flaws.items[i];
        if (!text_equal(flaw->table, table)) continue;
        if (flaw->kind == REGISTRY_TABLE_MISSING) return true;
        if (flaw->kind == REGISTRY_COLUMN_MISSING && text_equal(flaw->column, column)) return true;
    }
    return false;
}
