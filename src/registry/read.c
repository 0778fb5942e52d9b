#include "registry/reading.h"

#include "exchange/import.h"

/* --- names -------------------------------------------------------------------------------------------------------- */

int64_t registry_highest(struct registry *registry, const struct store_table *table) {
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT coalesce(max("));
    store_quote(&sql, table->columns[0].name);
    builder_add(&sql, TEXT("), 0) FROM "));
    store_quote(&sql, table->name);
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    int64_t found = 0;
    if (!query) registry->arena.failed = true;
    if (query && statement_begin(query, NULL, 0) && statement_next(query)) found = statement_integer(query, 0);
    if (query) statement_end(query);
    statement_free(query);
    builder_free(&sql);
    return found;
}

struct text reading_name(struct arena *arena, struct text id) {
    enum { NAME_BYTES_MAX = 1 << 16 }; /* of an event: its parent's and its dated fields, all escaped */
    bool good = id.length <= NAME_BYTES_MAX && text_invalid_at(id) == id.length;
    return good ? text_copy(arena, id) : TEXT("");
}

enum registry_result registry_read_names(struct registry *registry, const struct entity *entity, struct arena *arena,
                                         struct registry_names *names) {
    const size_t wanted[] = {NAME_KEY, NAME_ID};
    const struct store_table *table = &tables_of(registry, entity)->names;
    *names = (struct registry_names){.count = (size_t)registry_highest(registry, table)};
    names->ids = ARENA_ARRAY(arena, struct text, names->count + 1);
    enum registry_result result = registry_outcome(registry, arena);
    if (result != REGISTRY_DONE) return result;
    struct statement *scan =
        store_scan(registry->store, &(struct store_scan_of){table, wanted, 2, 1, (int64_t)names->count});
    if (!scan) return registry_outcome(registry, arena);
    while (statement_next(scan) && !arena_failed(arena))
        names->ids[statement_integer(scan, 0)] = reading_name(arena, statement_text(scan, 1));
    store_scan_end(scan);
    return registry_outcome(registry, arena);
}

enum registry_result registry_are_known(struct registry *registry, const struct entity *entity, const struct text *ids,
                                        size_t count, bool *known) {
    const struct store_table *names = &tables_of(registry, entity)->names;
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT 1 FROM "));
    store_quote(&sql, names->name);
    builder_add(&sql, TEXT(" WHERE "));
    store_quote(&sql, names->columns[NAME_ID].name);
    builder_add(&sql, TEXT(" = $1"));
    struct statement *query = sql.failed ? NULL : store_prepare(registry->store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!query) return REGISTRY_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const struct store_value id = store_text(ids[i]);
        if (!statement_begin(query, &id, 1)) break;
        known[i] = statement_next(query);
        statement_end(query);
    }
    statement_free(query);
    return registry_outcome(registry, NULL);
}

/* --- which versions count ----------------------------------------------------------------------------------------- */

/* Everything. */
struct whole {
    struct reading reading;
    struct registry_names *names; /* by entity index */
    int64_t known;
    /* Of the entity at hand: by version; NULL: each row has one, which always holds. */
    struct standing *standing;
    size_t versions;
};

void standing_place(struct standing *standing, uint32_t *first, uint32_t version) {
    uint32_t *at = first;
    while (*at && standing[*at].since < standing[version].since) at = &standing[*at].next;
    bool replaces = *at && standing[*at].since == standing[version].since;
    standing[version].next = replaces ? standing[*at].next : *at;
    *at = version;
}

void standing_find_months(struct standing *standing, uint32_t first) {
    for (uint32_t at = first; at; at = standing[at].next) {
        uint32_t next = standing[at].next;
        standing[at].known = true;
        standing[at].until = next ? standing[next].since - 1 : MONTH_LAST;
    }
}

static void find_standing(struct whole *whole, const struct entity *entity, uint32_t *firsts) {
    static const size_t wanted[] = {COLUMN_VERSION, COLUMN_KEY, COLUMN_CHANGE, COLUMN_SINCE, COLUMN_STANDS};
    struct registry *registry = whole->reading.registry;
    const struct store_table *table = &tables_of(registry, entity)->versions;
    size_t keys = whole->names[entity->index].count;
    struct statement *scan =
        store_scan(registry->store, &(struct store_scan_of){table, wanted, 5, 1, (int64_t)whole->versions});
    while (scan && statement_next(scan)) {
        size_t version = (size_t)statement_integer(scan, 0), key = (size_t)statement_integer(scan, 1);
        if (statement_integer(scan, 2) > whole->known || version > whole->versions || key > keys)
            continue; /* read_row tells */
        struct standing *found = &whole->standing[version];
        found->since = (month_number)statement_integer(scan, 3);
        found->stands = statement_integer(scan, 4) != 0;
        standing_place(whole->standing, &firsts[key], (uint32_t)version);
    }
    if (scan) store_scan_end(scan);
    for (size_t key = 1; key <= keys; key++) standing_find_months(whole->standing, firsts[key]);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static struct text name_of(const struct reading *reading, const struct entity *entity, int64_t key) {
    const struct registry_names *names = (const struct registry_names *)reading->names + entity->index;
    return key > 0 && (size_t)key <= names->count ? names->ids[key] : TEXT("");
}

/* Whoever writes into the database can write anything; the engine rests on what the model allows. */
static void refuse(struct reading *reading, const struct statement *scan, const struct entity *entity,
                   struct text column) {
    if (!reading->damaged)
        reading->registry->differs = text_format(&reading->registry->arena, "%.*s %lld, %.*s", TEXT_ARG(entity->name),
                                                 (long long)statement_integer(scan, COLUMN_VERSION), TEXT_ARG(column));
    reading->damaged = true;
}

static void put_reference(struct reading *reading, const struct statement *scan, const struct field *input, size_t row,
                          int64_t key) {
    struct text name = key ? reading->name(reading, input->type.entity, key) : TEXT("none");
    if (name.length == 0) refuse(reading, scan, input->entity, input->name);
    records_put_text(reading->records, input, row, name);
}

static void put_text(struct reading *reading, const struct statement *scan, const struct field *input, size_t row,
                     struct text text) {
    if (text.length > IMPORT_TEXT_BYTES_MAX || text_invalid_at(text) != text.length)
        refuse(reading, scan, input->entity, input->name);
    else
        records_put_text(reading->records, input, row, text_copy(reading->arena, text));
}

/* The model before could read it. */
static void note_lost(struct registry_slot *slot, const struct registry_slot_column *column,
                      const struct statement *scan) {
    int64_t value;
    const struct conversion *before = &column->before;
    bool whole = before->from == CODING_TEXT || before->from == CODING_ROW;
    if (!before->possible) return;
    if (!whole && conversion_of(before, statement_integer(scan, column->column), &value) != CONVERTED) return;
    if (slot->lost++ == 0) slot->lost_key = statement_integer(scan, COLUMN_KEY);
}

/* What does not fit the model is unknown to it. */
static void put_stored(struct reading *reading, const struct statement *scan, const struct field *input, size_t row,
                       const struct registry_slot_column *column) {
    const struct conversion *now = &column->now;
    enum converted result = now->possible ? CONVERTED : CONVERTED_UNFIT;
    int64_t value = 0;
    if (now->from != CODING_TEXT) result = conversion_of(now, statement_integer(scan, column->column), &value);
    if (result == CONVERTED_DAMAGED)
        refuse(reading, scan, input->entity, input->name);
    else if (result == CONVERTED_UNFIT)
        note_lost(&reading->registry->places[input->entity->index].slots[input->input_index], column, scan);
    else if (now->from == CODING_TEXT)
        put_text(reading, scan, input, row, statement_text(scan, column->column));
    else if (now->from == CODING_ROW)
        put_reference(reading, scan, input, row, value);
    else
        records_put(reading->records, input, row, value);
}

/* A version wrote one of the input's columns at most. */
static void put_input(struct reading *reading, const struct statement *scan, const struct field *input, size_t row) {
    const struct registry_slot *slot = &reading->registry->places[input->entity->index].slots[input->input_index];
    const struct registry_slot_column *found = NULL;
    for (size_t i = 0; i < slot->count; i++) {
        if (statement_is_null(scan, slot->columns[i].column)) continue;
        if (found) refuse(reading, scan, input->entity, input->name);
        found = &slot->columns[i];
    }
    if (found) put_stored(reading, scan, input, row, found);
}

size_t reading_row(struct reading *reading, const struct statement *scan, const struct entity *entity,
                   const struct standing *standing) {
    int64_t key = statement_integer(scan, COLUMN_KEY);
    struct text name = reading->name(reading, entity, key);
    if (name.length == 0) {
        refuse(reading, scan, entity, TEXT("_key"));
        return SIZE_MAX;
    }
    struct record_row row = {.id = entity->is_event ? TEXT("") : name,
                             .from = standing->since,
                             .until = standing->until,
                             .place = (uint32_t)key,
                             .unconfirmed = statement_integer(scan, COLUMN_UNCONFIRMED) != 0};
    if (entity->parent) row.parent = reading->name(reading, entity->parent, statement_integer(scan, COLUMN_PARENT));
    size_t number = records_add(reading->records, entity, row);
    for (size_t i = 0; i < entity->inputs.count && number != SIZE_MAX && !reading->known_by; i++)
        put_input(reading, scan, entity->inputs.items[i], number);
    for (size_t i = 0; i < entity->known_by.count && number != SIZE_MAX && reading->known_by; i++)
        if (entity->known_by.items[i]->type.kind != TYPE_ROW)
            put_input(reading, scan, entity->known_by.items[i], number);
    return reading->damaged ? SIZE_MAX : number;
}

static void read_row(struct whole *whole, const struct statement *scan, const struct entity *entity) {
    size_t version = (size_t)statement_integer(scan, COLUMN_VERSION);
    struct standing always = {.since = MONTH_FIRST, .until = MONTH_LAST, .known = true, .stands = true};
    if (version == 0 || version > whole->versions) return;
    if (!whole->standing) always.since = (month_number)statement_integer(scan, COLUMN_SINCE);
    const struct standing *standing = whole->standing ? &whole->standing[version] : &always;
    if (standing->known && standing->stands) reading_row(&whole->reading, scan, entity, standing);
}

static void read_entity(struct whole *whole, const struct entity *entity) {
    struct registry *registry = whole->reading.registry;
    struct reading *reading = &whole->reading;
    const struct store_table *table = &tables_of(registry, entity)->versions;
    size_t keys = whole->names[entity->index].count;
    struct arena arena;
    arena_init(&arena);
    whole->versions = (size_t)registry_highest(registry, table);
    whole->standing = NULL;
    if (whole->versions != keys || whole->known != REGISTRY_NOW) {
        whole->standing = ARENA_ARRAY(&arena, struct standing, whole->versions + 1);
        uint32_t *firsts = ARENA_ARRAY(&arena, uint32_t, keys + 1);
        if (!arena_failed(&arena)) find_standing(whole, entity, firsts);
    }
    records_reserve(reading->records, entity, whole->versions);
    struct statement *scan = NULL;
    if (!arena_failed(&arena) && !arena_failed(reading->arena))
        scan = store_scan(registry->store,
                          &(struct store_scan_of){.table = table, .first = 1, .last = (int64_t)whole->versions});
    while (scan && !arena_failed(reading->arena) && !reading->damaged && statement_next(scan))
        read_row(whole, scan, entity);
    if (scan) store_scan_end(scan);
    if (arena_failed(&arena)) reading->arena->failed = true;
    arena_free(&arena);
}

/* Names of a chosen entity's rows, and of those that its rows may lead to. */
static bool needs_names(const struct policy *policy, const struct entity *entity, const bool *chosen) {
    if (!chosen || chosen[entity->index]) return true;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *reader = policy->entities.items[i];
        if (!chosen[i]) continue;
        if (reader->parent == entity) return true;
        for (size_t k = 0; k < reader->inputs.count; k++)
            if (reader->inputs.items[k]->type.kind == TYPE_ROW && reader->inputs.items[k]->type.entity == entity)
                return true;
    }
    return false;
}

enum registry_result registry_read_chosen(struct registry *registry, int64_t known, const bool *chosen,
                                          struct arena *arena, struct records *records, struct registry_names *names) {
    const struct policy *policy = registry->policy;
    size_t entities = policy->entities.count;
    struct whole whole = {.names = names, .known = known};
    records_init(records, arena, policy);
    whole.reading =
        (struct reading){.registry = registry, .arena = arena, .records = records, .name = name_of, .names = names};
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    enum registry_result result = registry_outcome(registry, arena);
    if (result == REGISTRY_DONE) result = columns_check(registry);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE; i++)
        if (needs_names(policy, policy->entities.items[i], chosen))
            result = registry_read_names(registry, policy->entities.items[i], arena, &names[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE; i++) {
        if (chosen && !chosen[i]) continue;
        read_entity(&whole, policy->entities.items[i]);
        result = registry_outcome(registry, arena);
        if (result == REGISTRY_DONE && whole.reading.damaged) result = REGISTRY_DAMAGED;
    }
    if (own) store_roll_back(registry->store); /* nothing was written */
    return result;
}

enum registry_result registry_read_named(struct registry *registry, int64_t known, struct arena *arena,
                                         struct records *records, struct registry_names *names) {
    return registry_read_chosen(registry, known, NULL, arena, records, names);
}

enum registry_result registry_read(struct registry *registry, int64_t known, struct arena *arena,
                                   struct records *records) {
    struct registry_names *names = ARENA_ARRAY(arena, struct registry_names, registry->policy->entities.count + 1);
    return names ? registry_read_named(registry, known, arena, records, names) : REGISTRY_NO_MEMORY;
}
