#include "registry/registry_inside.h"

#include "base/map.h"
#include "engine/dataset.h"

/* What is known of an entity's rows, and what is told of them. */
struct known {
    struct map keys;          /* id -> key */
    size_t told;              /* keys that there were before this change */
    int64_t version;          /* the last that was written */
    uint32_t *rows;           /* by key: the row of the records that are known, + 1; 0: none */
    uint32_t *more;           /* by such a row: the next of the same key, + 1 */
    uint32_t *last, *earlier; /* the same of what is told and was taken, the last first */
};

struct taking {
    struct registry *registry;
    const struct registry_change *change;
    const struct records *records; /* what is told */
    struct records before;         /* what is known */
    struct known *known;           /* by entity index */
    uint32_t **keys;               /* by entity index, by row of what is told; 0: it cannot be */
    struct arena arena;
};

static bool goes_on(const struct taking *taking) {
    return !store_failed(taking->registry->store) && !arena_failed(&taking->arena);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static void find_known_rows(struct taking *taking, const struct entity *entity) {
    struct known *known = &taking->known[entity->index];
    const struct record_table *before = &taking->before.tables[entity->index];
    known->rows = ARENA_ARRAY(&taking->arena, uint32_t, known->told + 1);
    known->more = ARENA_ARRAY(&taking->arena, uint32_t, before->count + 1);
    if (!goes_on(taking)) return;
    for (size_t row = before->count; row-- > 0;) {
        uint32_t key = before->rows[row].place;
        known->more[row] = known->rows[key];
        known->rows[key] = (uint32_t)row + 1;
    }
}

static void find_known(struct taking *taking, const struct entity *entity, const struct registry_names *names) {
    struct known *known = &taking->known[entity->index];
    size_t ids = names->ids ? names->count : 0;
    map_init(&known->keys, &taking->arena);
    map_reserve(&known->keys, ids + taking->records->tables[entity->index].count);
    for (size_t key = 1; key <= ids; key++) map_put(&known->keys, names->ids[key], (void *)key);
    known->told = names->count;
    if (ids) find_known_rows(taking, entity);
}

/* A row of the entity may lie under one of the other, or lead to it. */
static bool asks_for(const struct entity *entity, const struct entity *other) {
    bool asks = entity->parent == other;
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct type *type = &entity->inputs.items[i]->type;
        asks = asks || (type->kind == TYPE_ROW && type->entity == other);
    }
    return asks;
}

/* The keys that are needed for rows of which nothing is known: of entities of which none are told. */
static enum registry_result read_keys(struct taking *taking, struct registry_names *names) {
    struct registry *registry = taking->registry;
    const struct policy *policy = registry->policy;
    records_init(&taking->before, &taking->arena, policy);
    for (size_t i = 0; i < policy->entities.count && goes_on(taking); i++) {
        const struct entity *entity = policy->entities.items[i];
        bool asked = false;
        for (size_t k = 0; k < policy->entities.count; k++)
            asked = asked || (taking->records->tables[k].count && asks_for(policy->entities.items[k], entity));
        if (taking->records->tables[i].count)
            names[i].count = (size_t)registry_highest(registry, &tables_of(registry, entity)->names);
        else if (asked)
            registry_read_names(registry, entity, &taking->arena, &names[i]);
    }
    return registry_outcome(registry, &taking->arena);
}

static size_t key_of(const struct taking *taking, const struct entity *entity, struct text id) {
    return (size_t)map_get(&taking->known[entity->index].keys, id);
}

static struct text id_of(struct taking *taking, struct builder *name, const struct entity *entity, size_t row) {
    const struct record_table *told = &taking->records->tables[entity->index];
    if (!entity->is_event) return told->rows[row].id;
    return event_name(&taking->arena, name, told, row, told->rows[row].parent);
}

/* Rows of which nothing was known get the next keys. */
static void give_keys(struct taking *taking, const struct entity *entity) {
    struct known *known = &taking->known[entity->index];
    const struct record_table *told = &taking->records->tables[entity->index];
    struct chain_load load;
    struct builder name;
    bool begun = false;
    uint32_t *keys = taking->keys[entity->index] = ARENA_ARRAY(&taking->arena, uint32_t, told->count + 1);
    builder_init(&name);
    size_t next = known->told;
    for (size_t row = 0; row < told->count && goes_on(taking); row++) {
        const struct entity *above = entity->parent;
        if (above && !key_of(taking, above, told->rows[row].parent)) continue;
        struct text id = id_of(taking, &name, entity, row);
        keys[row] = (uint32_t)key_of(taking, entity, id);
        if (keys[row]) continue;
        keys[row] = (uint32_t)++next;
        map_put(&known->keys, id, (void *)next);
        const struct store_value values[] = {store_integer((int64_t)next), store_integer(taking->change->number),
                                             store_text(id)};
        bool first = !begun;
        begun = true;
        if (first && !chain_load_begin(&load, taking->registry, chain_names(taking->registry, entity))) break;
        chain_load_row(&load, values);
    }
    if (name.failed) taking->arena.failed = true;
    builder_free(&name);
    if (begun) chain_load_end(&load);
}

/* --- what cannot be taken ----------------------------------------------------------------------------------------- */

static bool leads_nowhere(const struct taking *taking, const struct record_table *told, size_t row) {
    for (size_t i = 0; i < told->entity->inputs.count; i++) {
        const struct column *column = &told->columns[i];
        const struct type *type = &told->entity->inputs.items[i]->type;
        if (type->kind != TYPE_ROW || !column->known[row]) continue;
        struct text id = column_text(column, row);
        if (!text_is(id, "none") && !key_of(taking, type->entity, id)) return true;
    }
    return false;
}

/* A row of the same month was told before. */
static bool is_told_twice(const struct taking *taking, const struct record_table *told, size_t row) {
    const struct known *known = &taking->known[told->entity->index];
    uint32_t key = taking->keys[told->entity->index][row];
    for (uint32_t at = known->last[key]; at; at = known->earlier[at - 1])
        if (told->rows[at - 1].from == told->rows[row].from) return true;
    return false;
}

/* --- what is the same --------------------------------------------------------------------------------------------- */

static bool same_row(const struct record_table *a, size_t row, const struct record_table *b, size_t other) {
    bool same = text_equal(a->rows[row].parent, b->rows[other].parent) &&
                a->rows[row].unconfirmed == b->rows[other].unconfirmed;
    for (size_t i = 0; i < a->entity->inputs.count && same; i++)
        same = columns_agree(&a->columns[i], row, &b->columns[i], other);
    return same;
}

/* The row that is known to hold in a month, SIZE_MAX when none stands. */
static size_t known_in(const struct taking *taking, const struct entity *entity, size_t key, month_number month) {
    const struct known *known = &taking->known[entity->index];
    const struct record_row *rows = taking->before.tables[entity->index].rows;
    for (uint32_t at = known->rows && key <= known->told ? known->rows[key] : 0; at; at = known->more[at - 1])
        if (rows[at - 1].from <= month && month <= rows[at - 1].until) return at - 1;
    return SIZE_MAX;
}

/* --- versions ----------------------------------------------------------------------------------------------------- */

static struct store_value value_of(const struct taking *taking, const struct column *column, size_t row) {
    const struct field *input = column->spec.field;
    if (!column->known[row]) return store_null();
    if (column->lanes) return store_integer((int64_t)column_get(column, row));
    struct text text = column_text(column, row);
    if (input->type.kind != TYPE_ROW) return store_text(text);
    return store_integer(text_is(text, "none") ? 0 : (int64_t)key_of(taking, input->type.entity, text));
}

static month_number since_of(const struct taking *taking, const struct entity *entity, const struct record_row *row) {
    return row->from == MONTH_FIRST && !entity->is_event ? taking->change->since : row->from;
}

static void write_version(struct taking *taking, struct chain_load *load, const struct record_table *told, size_t row,
                          month_number since, bool stands) {
    struct store_value values[STORE_COLUMNS_MAX];
    const struct entity *entity = told->entity, *above = entity->parent;
    const struct record_row *record = &told->rows[row];
    const struct registry_slot *slots = taking->registry->places[entity->index].slots;
    size_t parent = above ? key_of(taking, above, record->parent) : 0;
    values[COLUMN_VERSION] = store_integer(++taking->known[entity->index].version);
    values[COLUMN_KEY] = store_integer(taking->keys[entity->index][row]);
    values[COLUMN_CHANGE] = store_integer(taking->change->number);
    values[COLUMN_SINCE] = store_integer(since);
    values[COLUMN_STANDS] = store_integer(stands);
    values[COLUMN_UNCONFIRMED] = store_integer(record->unconfirmed);
    values[COLUMN_PARENT] = store_integer((int64_t)parent);
    for (size_t i = COLUMN_INPUTS; i < load->table->count; i++) values[i] = store_null();
    for (size_t i = 0; i < entity->inputs.count && stands; i++)
        values[slots[i].write] = value_of(taking, &told->columns[i], row);
    chain_load_row(load, values);
}

/* Another row that is told takes its place at once. */
static bool is_followed(const struct taking *taking, const struct record_table *told, size_t row) {
    const uint32_t *keys = taking->keys[told->entity->index];
    for (size_t next = row + 1; next < told->count && keys[next] == keys[row]; next++)
        if (told->rows[next].from == told->rows[row].until + 1) return true;
    return false;
}

static void take_row(struct taking *taking, struct chain_load *load, const struct record_table *told, size_t row,
                     struct registry_taken *taken) {
    const struct entity *entity = told->entity;
    const struct record_row *record = &told->rows[row];
    size_t key = taking->keys[entity->index][row];
    month_number since = since_of(taking, entity, record);
    size_t known = known_in(taking, entity, key, since);
    bool fresh = key > taking->known[entity->index].told, ends = record->until != MONTH_LAST;
    bool same = known != SIZE_MAX && same_row(told, row, &taking->before.tables[entity->index], known);
    if (!same) write_version(taking, load, told, row, since, true);
    bool stands_behind = ends && (!same || known_in(taking, entity, key, record->until + 1) != SIZE_MAX);
    if (stands_behind && !is_followed(taking, told, row)) {
        write_version(taking, load, told, row, record->until + 1, false);
        same = false;
    }
    taken->fresh += fresh;
    taken->changed += !fresh && !same;
    taken->same += same;
}

static void take_entity(struct taking *taking, const struct entity *entity, struct registry_taken *taken) {
    const struct record_table *told = &taking->records->tables[entity->index];
    const struct store_table *table = &tables_of(taking->registry, entity)->versions;
    if (told->count == 0 || !goes_on(taking)) return;
    struct known *known = &taking->known[entity->index];
    known->version = registry_highest(taking->registry, table);
    known->last = ARENA_ARRAY(&taking->arena, uint32_t, known->told + told->count + 1);
    known->earlier = ARENA_ARRAY(&taking->arena, uint32_t, told->count + 1);
    if (!goes_on(taking)) return;
    struct chain_load load;
    bool begun = chain_load_begin(&load, taking->registry, chain_versions(taking->registry, entity));
    for (size_t row = 0; row < told->count && begun && goes_on(taking); row++) {
        uint32_t key = taking->keys[entity->index][row];
        if (!key || leads_nowhere(taking, told, row) || is_told_twice(taking, told, row)) {
            taken->refused++;
            continue;
        }
        take_row(taking, &load, told, row, taken);
        known->earlier[row] = known->last[key];
        known->last[key] = (uint32_t)row + 1;
    }
    chain_load_end(&load);
}

static enum registry_result take(struct registry *registry, const struct registry_change *change,
                                 const struct records *records, bool fresh, struct registry_taken *taken) {
    const struct policy *policy = registry->policy;
    size_t entities = policy->entities.count;
    struct taking taking = {.registry = registry, .change = change, .records = records};
    arena_init(&taking.arena);
    taking.known = ARENA_ARRAY(&taking.arena, struct known, entities + 1);
    taking.keys = ARENA_ARRAY(&taking.arena, uint32_t *, entities + 1);
    struct registry_names *names = ARENA_ARRAY(&taking.arena, struct registry_names, entities + 1);
    enum registry_result result = REGISTRY_NO_MEMORY;
    if (goes_on(&taking))
        result = fresh ? read_keys(&taking, names)
                       : registry_read_named(registry, REGISTRY_NOW, &taking.arena, &taking.before, names);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && goes_on(&taking); i++)
        find_known(&taking, policy->entities.items[i], &names[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && goes_on(&taking); i++)
        give_keys(&taking, policy->entities.items[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && goes_on(&taking); i++)
        take_entity(&taking, policy->entities.items[i], &taken[i]);
    if (result == REGISTRY_DONE) result = registry_outcome(registry, &taking.arena);
    arena_free(&taking.arena);
    return result;
}

enum registry_result registry_take(struct registry *registry, const struct registry_change *change,
                                   const struct records *records, struct registry_taken *taken) {
    return take(registry, change, records, false, taken);
}

enum registry_result registry_take_fresh(struct registry *registry, const struct registry_change *change,
                                         const struct records *records, struct registry_taken *taken) {
    return take(registry, change, records, true, taken);
}
