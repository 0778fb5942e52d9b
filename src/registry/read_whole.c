/* Reading all that is known: versions by ranges of their numbers, each over a connection of its own where several
 * threads may read, which all see the same last change. */
#include "registry/family.h"
#include "registry/reading.h"

#include "base/thread.h"

#include <string.h>

/* --- connections -------------------------------------------------------------------------------------------------- */

/* Over which is read; the first is the registry's own. */
enum { READERS_MAX = 8 };
struct readers {
    struct store *stores[READERS_MAX];
    unsigned count;
};

/* The number of the last change and its link, which is over all before. */
struct sight {
    int64_t change;
    unsigned char link[DIGEST_BYTES];
};

static bool find_sight(struct store *store, struct sight *sight) {
    struct statement *query = store_prepare(store, "SELECT _change, _link FROM _changes ORDER BY _change DESC LIMIT 1");
    if (!query) return false;
    bool found = statement_begin(query, NULL, 0) && statement_next(query);
    struct text link = found ? statement_text(query, 1) : TEXT("");
    if (found) sight->change = statement_integer(query, 0);
    found = found && link.length == DIGEST_BYTES;
    if (found) memcpy(sight->link, link.bytes, DIGEST_BYTES);
    if (query) statement_end(query);
    statement_free(query);
    return found;
}

static bool sees_the_same(struct store *store, const struct sight *sight) {
    struct sight other;
    return store_begin(store, STORE_TO_READ) && find_sight(store, &other) && other.change == sight->change &&
           memcmp(other.link, sight->link, DIGEST_BYTES) == 0;
}

/* What is within a change that is under way nobody else sees. What cannot be opened is not needed. */
static void open_readers(struct registry *registry, unsigned most, struct readers *readers) {
    struct sight sight;
    struct store_trouble trouble;
    *readers = (struct readers){{registry->store}, 1};
    if (most < 2 || !find_sight(registry->store, &sight)) return;
    while (readers->count < most) {
        struct store *store = store_open_again(registry->store, &trouble);
        if (store && sees_the_same(store, &sight)) {
            readers->stores[readers->count++] = store;
            continue;
        }
        store_close(store);
        return;
    }
}

static void close_readers(struct readers *readers) {
    for (unsigned i = 1; i < readers->count; i++) store_close(readers->stores[i]);
    readers->count = 1;
}

static bool has_failed(const struct readers *readers) {
    for (unsigned i = 1; i < readers->count; i++)
        if (store_failed(readers->stores[i])) return true;
    return false;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

struct naming {
    const struct readers *readers;
    const struct store_table *table;
    struct registry_names *names;
    struct arena *arenas; /* by thread */
};

static void read_names(void *context, size_t begin, size_t end, unsigned thread) {
    static const size_t wanted[] = {NAME_KEY, NAME_ID};
    const struct naming *naming = context;
    struct arena *arena = &naming->arenas[thread];
    const struct store_scan_of of = {naming->table, wanted, 2, (int64_t)begin + 1, (int64_t)end};
    struct statement *scan = begin < end ? store_scan(naming->readers->stores[thread], &of) : NULL;
    while (scan && statement_next(scan) && !arena_failed(arena)) {
        int64_t key = statement_integer(scan, 0);
        bool asked = key >= of.first && key <= of.last; /* a damaged file may give others */
        if (asked) naming->names->ids[key] = reading_name(arena, statement_text(scan, 1));
    }
    if (scan) store_scan_end(scan);
}

static void read_names_over(const struct readers *readers, const struct store_table *table, struct arena *arena,
                            struct registry_names *names) {
    struct naming naming = {readers, table, names, ARENA_ARRAY(arena, struct arena, READERS_MAX)};
    if (!naming.arenas) return;
    work_in_ranges(threads_for(names->count, readers->count), names->count, read_names, &naming);
    for (unsigned i = 0; i < readers->count; i++) arena_adopt(arena, &naming.arenas[i]);
}

static enum registry_result read_names_by(struct registry *registry, struct readers *readers,
                                          const struct entity *entity, struct arena *arena,
                                          struct registry_names *names) {
    const struct store_table *table = &tables_of(registry, entity)->names;
    *names = (struct registry_names){.count = registry_room(registry, table)};
    names->ids = ARENA_ARRAY(arena, struct text, names->count + 1);
    enum registry_result result = registry_outcome(registry, arena);
    if (result != REGISTRY_DONE) return result;
    read_names_over(readers, table, arena, names);
    if (has_failed(readers)) {
        close_readers(readers);
        read_names_over(readers, table, arena, names);
    }
    return registry_outcome(registry, arena);
}

enum registry_result registry_read_names(struct registry *registry, const struct entity *entity, struct arena *arena,
                                         struct registry_names *names) {
    struct readers readers = {{registry->store}, 1};
    return read_names_by(registry, &readers, entity, arena, names);
}

/* --- which versions count ----------------------------------------------------------------------------------------- */

struct whole {
    struct registry *registry;
    struct readers *readers;
    struct reading reading;
    struct registry_names *names; /* by entity index */
    int64_t known;
    /* Of the entity at hand. */
    const struct entity *entity;
    const struct store_table *table;
    struct standing *standing; /* by version; NULL: each row has one, which always holds */
    uint32_t *keys;            /* by version; 0: it does not count */
    size_t *columns;           /* all of the table's that are to be read, the others STORE_NO_COLUMN */
    size_t versions;
};

static void read_standing(void *context, size_t begin, size_t end, unsigned thread) {
    static const size_t wanted[] = {COLUMN_VERSION, COLUMN_KEY, COLUMN_CHANGE, COLUMN_SINCE, COLUMN_STANDS};
    const struct whole *whole = context;
    size_t keys = whole->names[whole->entity->index].count;
    const struct store_scan_of of = {whole->table, wanted, 5, (int64_t)begin + 1, (int64_t)end};
    struct statement *scan = begin < end ? store_scan(whole->readers->stores[thread], &of) : NULL;
    while (scan && statement_next(scan)) {
        size_t version = (size_t)statement_integer(scan, 0), key = (size_t)statement_integer(scan, 1);
        if (version <= begin || version > end || statement_integer(scan, 2) > whole->known) continue;
        struct standing *found = &whole->standing[version];
        found->since = (month_number)statement_integer(scan, 3);
        found->stands = key > keys || statement_integer(scan, 4) != 0;
        found->known = key > keys; /* of no row: make_row tells */
        whole->keys[version] = key > keys ? 0 : (uint32_t)key;
    }
    if (scan) store_scan_end(scan);
}

static void find_standing(struct whole *whole, struct arena *arena) {
    size_t keys = whole->names[whole->entity->index].count;
    whole->standing = ARENA_ARRAY(arena, struct standing, whole->versions + 1);
    whole->keys = ARENA_ARRAY(arena, uint32_t, whole->versions + 1);
    uint32_t *firsts = ARENA_ARRAY(arena, uint32_t, keys + 1);
    if (arena_failed(arena)) return;
    work_in_ranges(threads_for(whole->versions, whole->readers->count), whole->versions, read_standing, whole);
    if (has_failed(whole->readers)) {
        close_readers(whole->readers);
        read_standing(whole, 0, whole->versions, 0);
    }
    for (size_t version = 1; version <= whole->versions; version++)
        if (whole->keys[version]) standing_place(whole->standing, &firsts[whole->keys[version]], (uint32_t)version);
    for (size_t key = 1; key <= keys; key++) standing_find_months(whole->standing, firsts[key]);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static struct text name_of(const struct reading *reading, const struct entity *entity, int64_t key) {
    const struct registry_names *names = (const struct registry_names *)reading->names + entity->index;
    return key > 0 && (size_t)key <= names->count ? names->ids[key] : TEXT("");
}

/* What one thread reads: rows of the records from where its versions lie, one behind the other. */
struct part {
    struct reading reading;
    struct arena arena;
    size_t first, rows;
    bool ordered, versioned;
    bool uneven; /* some row has not the one version that its entity's short cut takes for granted */
};
struct parts {
    const struct whole *whole;
    struct part *list; /* by thread */
};

static void note_row(struct part *part, struct record_table *table, const struct statement *scan, size_t parents) {
    struct record_row *row = &table->rows[part->first + part->rows];
    int64_t parent = statement_integer(scan, COLUMN_PARENT);
    if (table->parent_keys)
        table->parent_keys[part->first + part->rows] = parent > 0 && (size_t)parent <= parents ? (uint32_t)parent : 0;
    part->versioned = part->versioned || row->from != MONTH_FIRST || row->until != MONTH_LAST;
    part->ordered = part->ordered && row->id.length > 0 && (part->rows == 0 || text_compare(row[-1].id, row->id) < 0);
    part->rows++;
}

static void read_version(const struct whole *whole, struct part *part, const struct statement *scan) {
    const struct entity *entity = whole->entity;
    size_t version = (size_t)statement_integer(scan, COLUMN_VERSION);
    struct standing always = {.since = MONTH_FIRST, .until = MONTH_LAST, .known = true, .stands = true};
    if (version == 0 || version > whole->versions) return;
    if (!whole->standing) always.since = (month_number)statement_integer(scan, COLUMN_SINCE);
    const struct standing *standing = whole->standing ? &whole->standing[version] : &always;
    if (!whole->standing &&
        (statement_integer(scan, COLUMN_KEY) != (int64_t)version || statement_integer(scan, COLUMN_STANDS) == 0)) {
        part->uneven = true;
        return;
    }
    if (!standing->known || !standing->stands) return;
    if (reading_row_at(&part->reading, scan, entity, standing, part->first + part->rows))
        note_row(part, &part->reading.records->tables[entity->index], scan,
                 entity->parent ? whole->names[entity->parent->index].count : 0);
}

static void read_versions(void *context, size_t begin, size_t end, unsigned thread) {
    const struct parts *parts = context;
    const struct whole *whole = parts->whole;
    struct part *part = &parts->list[thread];
    const struct store_scan_of of = {whole->table, whole->columns, whole->table->count, (int64_t)begin + 1,
                                     (int64_t)end};
    part->first = begin; /* no more rows than versions come before */
    part->ordered = true;
    struct statement *scan = begin < end ? store_scan(whole->readers->stores[thread], &of) : NULL;
    while (scan && !arena_failed(&part->arena) && !part->reading.damaged && !part->reading.failed && !part->uneven &&
           statement_next(scan))
        read_version(whole, part, scan);
    if (scan) store_scan_end(scan);
}

/* --- an entity ---------------------------------------------------------------------------------------------------- */

/* Not those of inputs that the law has no more, nor of such as are passed over. */
static void find_columns(struct whole *whole, struct arena *arena) {
    const struct registry_place *place = &whole->registry->places[whole->entity->index];
    whole->columns = ARENA_ARRAY(arena, size_t, whole->table->count);
    if (!whole->columns) return;
    for (size_t i = 0; i < whole->table->count; i++) whole->columns[i] = i < COLUMN_INPUTS ? i : STORE_NO_COLUMN;
    for (size_t i = 0; i < whole->entity->inputs.count; i++) {
        const struct registry_slot *slot = &place->slots[i];
        if (reading_passes_over(&whole->reading, whole->entity->inputs.items[i])) continue;
        for (size_t k = 0; k < slot->count; k++) {
            size_t column = slot->columns[k].column;
            whole->columns[column] = column;
            if (slot->columns[k].now.from == CODING_SEALED) whole->columns[column + 1] = column + 1;
        }
    }
}

static void read_parts(const struct whole *whole, struct part *list, unsigned threads) {
    struct parts parts = {whole, list};
    for (unsigned i = 0; i < threads; i++) {
        list[i] = (struct part){.reading = whole->reading};
        list[i].reading.together = threads > 1;
        if (threads > 1 && whole->registry->sealing) list[i].reading.sealer = whole->registry->sealing->sealers[i];
        list[i].reading.arena = &list[i].arena;
    }
    work_in_ranges(threads, whole->versions, read_versions, &parts);
}

/* Whether they have to be read again, by what was found out: which versions count, or what one thread alone can tell.
 */
static bool mend_parts(struct whole *whole, const struct part *list, unsigned threads, struct arena *arena) {
    bool uneven = false, broken = has_failed(whole->readers);
    for (unsigned i = 0; i < threads; i++) {
        uneven = uneven || list[i].uneven;
        broken = broken || list[i].reading.damaged || list[i].reading.failed;
    }
    if (threads > 1 && broken)
        close_readers(whole->readers);
    else if (uneven)
        find_standing(whole, arena);
    return uneven || (threads > 1 && broken);
}

static void join_part(struct whole *whole, struct part *part) {
    struct records *records = whole->reading.records;
    arena_adopt(whole->reading.arena, &part->arena);
    whole->reading.damaged = whole->reading.damaged || part->reading.damaged;
    if (part->reading.failed) whole->reading.failed = part->reading.failed;
    records->versioned = records->versioned || part->versioned;
    if (!part->ordered) records->tables[whole->entity->index].unordered = true;
    records_join(records, whole->entity, part->first, part->rows);
}

static void read_rows(struct whole *whole, struct arena *scratch) {
    struct arena *arena = whole->reading.arena;
    struct record_table *table = &whole->reading.records->tables[whole->entity->index];
    unsigned threads = threads_for(whole->versions, whole->readers->count);
    struct part *list = ARENA_ARRAY(arena, struct part, READERS_MAX);
    if (whole->entity->parent) table->parent_keys = ARENA_ARRAY(arena, uint32_t, whole->versions + 1);
    if (!records_reserve(whole->reading.records, whole->entity, whole->versions) || arena_failed(arena)) return;
    read_parts(whole, list, threads);
    while (!arena_failed(scratch) && mend_parts(whole, list, threads, scratch)) {
        for (unsigned i = 0; i < threads; i++) arena_free(&list[i].arena);
        for (size_t row = 0; row < whole->versions; row++) record_table_clear(table, row);
        threads = threads_for(whole->versions, whole->readers->count);
        read_parts(whole, list, threads);
    }
    for (unsigned i = 0; i < threads; i++) join_part(whole, &list[i]);
    table->keys = whole->names[whole->entity->index].count;
}

static void read_entity(struct whole *whole, const struct entity *entity) {
    struct registry *registry = whole->registry;
    struct arena arena;
    arena_init(&arena);
    whole->entity = entity;
    whole->table = &tables_of(registry, entity)->versions;
    whole->versions = registry_room(registry, whole->table);
    whole->standing = NULL;
    find_columns(whole, &arena);
    if (whole->versions != whole->names[entity->index].count || whole->known != REGISTRY_NOW)
        find_standing(whole, &arena);
    if (!arena_failed(&arena) && !store_failed(registry->store)) read_rows(whole, &arena);
    if (arena_failed(&arena)) whole->reading.arena->failed = true;
    arena_free(&arena);
}

/* --- everything --------------------------------------------------------------------------------------------------- */

/* Names of a chosen entity's rows, and of those that its rows may lead to. */
static bool needs_names(const struct policy *policy, const struct entity *entity, const bool *chosen) {
    if (!chosen || chosen[entity->index]) return true;
    for (size_t i = 0; i < policy->entities.count; i++)
        if (chosen[i] && registry_needs_rows_of(policy->entities.items[i], entity)) return true;
    return false;
}

static enum registry_result read_all(struct whole *whole, const bool *chosen) {
    struct registry *registry = whole->registry;
    struct arena *arena = whole->reading.arena;
    const struct policy *policy = registry->policy;
    size_t entities = policy->entities.count;
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < entities && result == REGISTRY_DONE; i++)
        if (!whole->names[i].ids && needs_names(policy, policy->entities.items[i], chosen))
            result = read_names_by(registry, whole->readers, policy->entities.items[i], arena, &whole->names[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE; i++) {
        if (chosen && !chosen[i]) continue;
        read_entity(whole, policy->entities.items[i]);
        result = registry_outcome(registry, arena);
        if (result == REGISTRY_DONE) result = whole->reading.failed;
        if (result == REGISTRY_DONE && whole->reading.damaged) result = REGISTRY_DAMAGED;
    }
    return result;
}

/* How many may read. Each opens what is sealed by a sealer of its own. */
static unsigned threads_of(const struct registry *registry) {
    unsigned most = registry->threads < READERS_MAX ? registry->threads : READERS_MAX;
    if (registry->sealing && registry->sealing->threads < most) most = registry->sealing->threads;
    return store_writes(registry->store) ? 1 : most;
}

/* Rows of families and below, of which a decision needs what rules ask for, where they lead, and how events are named;
 * and who sees what is sealed, by which numbers others' rows are matched. */
static const bool *find_passed_over(struct registry *registry, struct arena *arena) {
    const struct policy *policy = registry->policy;
    const struct entity *families = registry_families(registry);
    bool *passed_over = families ? ARENA_ARRAY(arena, bool, policy->fields.count) : NULL;
    for (size_t i = 0; i < policy->fields.count && passed_over; i++) {
        const struct field *input = policy->fields.items[i];
        passed_over[i] = input->kind == FIELD_INPUT && !input->asked && input->type.kind != TYPE_ROW &&
                         entity_is_within(input->entity, families);
    }
    for (size_t i = 0; i < policy->entities.count && passed_over; i++) {
        const struct entity *entity = policy->entities.items[i];
        for (size_t k = 0; k < entity->dated.count; k++) passed_over[entity->dated.items[k]->index] = false;
        if (entity->matched_by && registry->sight == REGISTRY_OPEN) passed_over[entity->matched_by->index] = false;
    }
    return passed_over;
}

/* Beside what the records and names hold already. */
static enum registry_result read_more(struct registry *registry, int64_t known, int sight, const bool *chosen,
                                      struct arena *arena, struct records *records, struct registry_names *names) {
    struct readers readers = {{registry->store}, 1};
    struct whole whole = {.registry = registry, .readers = &readers, .names = names};
    whole.reading = (struct reading){
        .registry = registry, .arena = arena, .records = records, .name = name_of, .names = names, .sight = sight};
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    enum registry_result result = registry_outcome(registry, arena);
    if (result == REGISTRY_DONE) result = columns_check(registry);
    if (result == REGISTRY_DONE) whole.known = registry_known(registry, known);
    if (result == REGISTRY_DONE && registry->decides) whole.reading.passed_over = find_passed_over(registry, arena);
    if (result == REGISTRY_DONE) open_readers(registry, threads_of(registry), &readers);
    if (result == REGISTRY_DONE) result = read_all(&whole, chosen);
    close_readers(&readers);
    if (own) store_roll_back(registry->store); /* nothing was written */
    return result;
}

enum registry_result registry_read_chosen(struct registry *registry, int64_t known, int sight, const bool *chosen,
                                          struct arena *arena, struct records *records, struct registry_names *names) {
    records_init(records, arena, registry->policy);
    return read_more(registry, known, sight, chosen, arena, records, names);
}

enum registry_result registry_read(struct registry *registry, int64_t known, struct arena *arena,
                                   struct records *records) {
    struct registry_names *names = ARENA_ARRAY(arena, struct registry_names, registry->policy->entities.count + 1);
    return names ? registry_read_chosen(registry, known, (int)registry->sight, NULL, arena, records, names)
                 : REGISTRY_NO_MEMORY;
}

static enum registry_result read_some(struct registry *registry, const struct entity *entity, bool others,
                                      struct arena *arena, struct registry_in_part *part) {
    size_t entities = registry->policy->entities.count;
    bool *chosen = ARENA_ARRAY(arena, bool, entities + 1);
    if (!chosen || !part->names) return REGISTRY_NO_MEMORY;
    for (size_t i = 0; i < entities; i++) chosen[i] = (i == entity->index) != others;
    return read_more(registry, REGISTRY_NOW, (int)registry->sight, chosen, arena, &part->records, part->names);
}

enum registry_result registry_read_but(struct registry *registry, const struct entity *entity, struct arena *arena,
                                       struct registry_in_part *part) {
    *part = (struct registry_in_part){
        .names = ARENA_ARRAY(arena, struct registry_names, registry->policy->entities.count + 1)};
    records_init(&part->records, arena, registry->policy);
    enum registry_result result = registry_last_change(registry, &part->change);
    return result == REGISTRY_DONE ? read_some(registry, entity, true, arena, part) : result;
}

enum registry_result registry_read_rest(struct registry *registry, const struct entity *entity, struct arena *arena,
                                        struct registry_in_part *part) {
    return read_some(registry, entity, false, arena, part);
}
