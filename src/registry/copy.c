/* A registry in another database: its tables row by row, as they stand. */
#include "registry/registry_inside.h"

/* --- places ------------------------------------------------------------------------------------------------------- */

/* Where the rows of an entity lie. */
struct lying {
    const struct lying *above; /* of the entity in which they lie; NULL: in none */
    bool areas, has_below;     /* they are areas; others lie in them */
    VECTOR(uint32_t) in;       /* by key, where that is asked for: the number of the area, 0 for none */
};

/* Where a store parts versions by places, they are found again, by where the row above lay last; tables come parents
 * first. */
struct placing {
    const struct registry *registry;
    struct arena arena;
    struct lying *lying; /* by table */
    VECTOR(struct text) areas;
};

/* The last that is kept. NULL: there is none that holds, by which nothing is an area. */
static struct policy *kept_law(struct placing *placing) {
    struct policy *law;
    enum registry_result result = registry_law(placing->registry->store, REGISTRY_NOW, &law);
    bool short_of_memory = result == REGISTRY_NO_MEMORY || (law && arena_failed(&law->arena));
    if (short_of_memory) placing->arena.failed = true;
    if (law && law->compiled && !short_of_memory) return law;
    policy_free(law);
    return NULL;
}

static void find_lying(struct placing *placing) {
    const struct registry *registry = placing->registry;
    struct policy *law = kept_law(placing);
    size_t count = registry->layout.tables.count;
    placing->lying = ARENA_ARRAY(&placing->arena, struct lying, count + 1);
    for (size_t i = 0; i < count && placing->lying; i++) {
        const struct registry_tables *tables = registry->layout.tables.items[i],
                                     *above = tables_above(registry, tables);
        placing->lying[i].areas = law && entity_is_area(law, map_get(&law->entity_by_name, tables->versions.name));
        for (size_t k = 0; k < i; k++) {
            if (registry->layout.tables.items[k] != above) continue;
            placing->lying[i].above = &placing->lying[k];
            placing->lying[k].has_below = true;
        }
    }
    policy_free(law);
}

/* Names come before versions, in the order of their keys, which are dense from 1. */
static void note_name(struct placing *placing, struct lying *lying, int64_t key, struct text id) {
    if (!lying->areas && !lying->has_below) return;
    if (lying->in.count == 0) VECTOR_PUSH(&placing->arena, &lying->in, 0);
    if (key < 0 || (uint64_t)key != lying->in.count) return;
    if (lying->areas) VECTOR_PUSH(&placing->arena, &placing->areas, text_copy(&placing->arena, id));
    VECTOR_PUSH(&placing->arena, &lying->in, lying->areas ? (uint32_t)placing->areas.count : 0);
}

static uint32_t *area_of(const struct lying *lying, int64_t key) {
    return key > 0 && (uint64_t)key < lying->in.count ? &lying->in.items[key] : NULL;
}

static struct text place_of(const struct placing *placing, const struct lying *lying, int64_t key, int64_t parent) {
    uint32_t *own = area_of(lying, key), *in = own;
    if (!lying->areas) in = lying->above ? area_of(lying->above, parent) : NULL;
    if (own && in) *own = *in;
    return in && *in ? placing->areas.items[*in - 1] : TEXT("");
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static void copy_rows(struct statement *scan, struct store_load *load, const struct store_table *table,
                      struct placing *placing, struct lying *lying) {
    struct store_value values[STORE_COLUMNS_MAX + 1];
    bool goes_on = true;
    while (goes_on && !arena_failed(&placing->arena) && statement_next(scan)) {
        for (size_t i = 0; i < table->count; i++) values[i] = statement_value(scan, i, table->columns[i].type);
        if (lying && !table->by_place) note_name(placing, lying, values[NAME_KEY].integer, values[NAME_ID].text);
        if (lying && table->by_place)
            values[table->count] =
                store_text(place_of(placing, lying, values[COLUMN_KEY].integer, values[COLUMN_PARENT].integer));
        goes_on = store_load_row(load, values);
    }
}

static bool copy_table(struct placing *placing, struct store *to, const struct store_table *table,
                       struct lying *lying) {
    struct store *from = placing->registry->store;
    struct statement *scan =
        store_scan(from, &(struct store_scan_of){.table = table, .first = INT64_MIN, .last = INT64_MAX});
    struct store_load *load = scan ? store_load_begin(to, table) : NULL;
    if (load) copy_rows(scan, load, table, placing, lying);
    if (scan) store_scan_end(scan);
    store_load_end(load);
    return !store_failed(from) && !store_failed(to) && !arena_failed(&placing->arena);
}

/* False when memory ran out. */
static bool copy_rows_and_index(struct registry *registry, struct store *to) {
    struct placing placing = {.registry = registry};
    bool good = true;
    arena_init(&placing.arena);
    if (store_has_places(to)) find_lying(&placing);
    for (size_t i = 0; i < chain_tables(registry) && good; i++) {
        bool lies = i >= CHAIN_ENTITIES && placing.lying;
        good =
            copy_table(&placing, to, chain_table(registry, i), lies ? &placing.lying[(i - CHAIN_ENTITIES) / 2] : NULL);
    }
    good = good && copy_table(&placing, to, &registry_changes_table, NULL);
    good = good && copy_table(&placing, to, &registry_purpose_table, NULL);
    if (good) registry_make_indexes(registry, to);
    good = !arena_failed(&placing.arena);
    arena_free(&placing.arena);
    return good;
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
    bool whole = true;
    if (begun && !there) {
        registry_make_tables(registry, to);
        whole = copy_rows_and_index(registry, to);
    }
    enum registry_result result = there ? REGISTRY_THERE : whole ? outcome(registry, to) : REGISTRY_NO_MEMORY;
    if (result != REGISTRY_DONE) store_roll_back(to);
    if (own) store_roll_back(from);
    return result;
}
