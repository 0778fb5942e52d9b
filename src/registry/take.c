#include "registry/registry_inside.h"

#include "base/map.h"
#include "engine/dataset.h"

struct taking {
    struct registry *registry;
    const struct registry_change *change;
    const struct records *records; /* what is told */
    struct records before;         /* what is known */
    struct registry_rows *known;   /* by entity index */
    uint32_t **keys;               /* by entity index, by row of what is told; 0: it cannot be */
    struct registry_look *look;    /* NULL: all that is told is taken */
    bool looks;                    /* nothing is written */
    struct arena arena;
};

static bool goes_on(const struct taking *taking) {
    return !store_failed(taking->registry->store) && !arena_failed(&taking->arena);
}

static bool is_left_out(const struct taking *taking, const struct entity *entity, size_t row) {
    return taking->look && !taking->looks && registry_leaves_out(taking->look, entity, row);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static void find_known_rows(struct taking *taking, const struct entity *entity) {
    struct registry_rows *known = &taking->known[entity->index];
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
    struct registry_rows *known = &taking->known[entity->index];
    map_init(&known->keys, &taking->arena);
    map_reserve(&known->keys, names->count + taking->records->tables[entity->index].count);
    for (size_t key = 1; key <= names->count; key++) map_put(&known->keys, names->ids[key], (void *)key);
    known->told = names->count;
    find_known_rows(taking, entity);
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
    struct registry_rows *known = &taking->known[entity->index];
    const struct record_table *told = &taking->records->tables[entity->index];
    struct chain_load load;
    struct builder name;
    bool begun = false;
    uint32_t *keys = taking->keys[entity->index] = ARENA_ARRAY(&taking->arena, uint32_t, told->count + 1);
    builder_init(&name);
    size_t next = known->told;
    for (size_t row = 0; row < told->count && goes_on(taking); row++) {
        const struct entity *above = entity->parent;
        if (is_left_out(taking, entity, row) || (above && !key_of(taking, above, told->rows[row].parent))) continue;
        struct text id = id_of(taking, &name, entity, row);
        keys[row] = (uint32_t)key_of(taking, entity, id);
        if (keys[row]) continue;
        keys[row] = (uint32_t)++next;
        map_put(&known->keys, id, (void *)next);
        if (taking->looks) continue;
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
    const struct registry_rows *known = &taking->known[told->entity->index];
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
    const struct registry_rows *known = &taking->known[entity->index];
    const struct record_row *rows = taking->before.tables[entity->index].rows;
    for (uint32_t at = key <= known->told ? known->rows[key] : 0; at; at = known->more[at - 1])
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

static void write_version(struct taking *taking, struct chain_load *load, const struct record_table *told, size_t row,
                          month_number since, bool stands) {
    struct store_value values[STORE_COLUMNS_MAX];
    const struct entity *entity = told->entity, *above = entity->parent;
    const struct record_row *record = &told->rows[row];
    const struct registry_slot *slots = taking->registry->places[entity->index].slots;
    if (taking->looks) return;
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
    month_number since = registry_since(taking->change, entity, record);
    size_t known = known_in(taking, entity, key, since);
    bool fresh = key > taking->known[entity->index].told, ends = record->until != MONTH_LAST;
    bool same = known != SIZE_MAX && same_row(told, row, &taking->before.tables[entity->index], known);
    if (!same) write_version(taking, load, told, row, since, true);
    bool stands_behind = ends && (!same || known_in(taking, entity, key, record->until + 1) != SIZE_MAX);
    if (stands_behind && !is_followed(taking, told, row)) {
        write_version(taking, load, told, row, record->until + 1, false);
        same = false;
    }
    if (taking->looks) {
        taking->look->fates[entity->index][row] = fresh  ? REGISTRY_ROW_NEW
                                                  : same ? REGISTRY_ROW_SAME
                                                         : REGISTRY_ROW_CHANGED;
        taking->look->before[entity->index][row] = known == SIZE_MAX ? 0 : (uint32_t)known + 1;
    }
    taken->fresh += fresh;
    taken->changed += !fresh && !same;
    taken->same += same;
}

static void take_entity(struct taking *taking, const struct entity *entity, struct registry_taken *taken) {
    const struct record_table *told = &taking->records->tables[entity->index];
    const struct store_table *table = &tables_of(taking->registry, entity)->versions;
    if (told->count == 0 || !goes_on(taking)) return;
    struct registry_rows *known = &taking->known[entity->index];
    if (!taking->looks) known->version = registry_highest(taking->registry, table);
    known->last = ARENA_ARRAY(&taking->arena, uint32_t, known->keys.count + 1);
    known->earlier = ARENA_ARRAY(&taking->arena, uint32_t, told->count + 1);
    if (!goes_on(taking)) return;
    struct chain_load load;
    bool begun = taking->looks || chain_load_begin(&load, taking->registry, chain_versions(taking->registry, entity));
    for (size_t row = 0; row < told->count && begun && goes_on(taking); row++) {
        if (is_left_out(taking, entity, row)) continue;
        uint32_t key = taking->keys[entity->index][row];
        if (!key || leads_nowhere(taking, told, row) || is_told_twice(taking, told, row)) {
            taken->refused++;
            continue;
        }
        take_row(taking, &load, told, row, taken);
        known->earlier[row] = known->last[key];
        known->last[key] = (uint32_t)row + 1;
    }
    if (!taking->looks) chain_load_end(&load);
}

/* Of the look what is known, or all of it is read. */
static enum registry_result take(struct taking *taking, struct registry_taken *taken) {
    const struct policy *policy = taking->registry->policy;
    size_t entities = policy->entities.count;
    taking->known = ARENA_ARRAY(&taking->arena, struct registry_rows, entities + 1);
    taking->keys = ARENA_ARRAY(&taking->arena, uint32_t *, entities + 1);
    struct registry_names *names = ARENA_ARRAY(&taking->arena, struct registry_names, entities + 1);
    enum registry_result result = REGISTRY_NO_MEMORY;
    if (goes_on(taking) && taking->look) {
        taking->before = taking->look->known;
        names = taking->look->names;
        result = REGISTRY_DONE;
    } else if (goes_on(taking)) {
        result = registry_read_named(taking->registry, REGISTRY_NOW, &taking->arena, &taking->before, names);
    }
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && goes_on(taking); i++)
        find_known(taking, policy->entities.items[i], &names[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && goes_on(taking); i++)
        give_keys(taking, policy->entities.items[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && goes_on(taking); i++)
        take_entity(taking, policy->entities.items[i], &taken[i]);
    return result == REGISTRY_DONE ? registry_outcome(taking->registry, &taking->arena) : result;
}

enum registry_result registry_take_nothing(struct registry *registry, const struct registry_change *change,
                                           const struct records *told, struct registry_look *look) {
    struct taking taking = {.registry = registry, .change = change, .records = told, .look = look, .looks = true};
    arena_init(&taking.arena);
    enum registry_result result = take(&taking, look->taken);
    look->rows = taking.known;
    look->keys = taking.keys;
    arena_adopt(look->arena, &taking.arena);
    for (size_t i = 0; i < registry->policy->entities.count && result == REGISTRY_DONE; i++)
        look->rows[i].keys.arena = look->arena;
    return result;
}

enum registry_result registry_take_looked(struct registry *registry, const struct registry_change *change,
                                          const struct records *told, struct registry_look *look,
                                          struct registry_taken *taken) {
    struct taking taking = {.registry = registry, .change = change, .records = told, .look = look};
    arena_init(&taking.arena);
    enum registry_result result = take(&taking, taken);
    arena_free(&taking.arena);
    return result;
}

enum registry_result registry_take(struct registry *registry, const struct registry_change *change,
                                   const struct records *records, struct registry_taken *taken) {
    struct taking taking = {.registry = registry, .change = change, .records = records};
    arena_init(&taking.arena);
    enum registry_result result = take(&taking, taken);
    arena_free(&taking.arena);
    return result;
}
