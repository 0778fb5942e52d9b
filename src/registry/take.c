#include "registry/take_inside.h"

#include <string.h>

static bool is_left_out(const struct taking *taking, const struct entity *entity, size_t row) {
    return taking->look && !taking->looks && registry_leaves_out(taking->look, entity, row);
}

/* The look found that it says what a line before it says. */
static bool is_said_again(const struct taking *taking, const struct entity *entity, size_t row) {
    const struct registry_look *look = taking->looks ? NULL : taking->look;
    return look && look->fates[entity->index][row] == REGISTRY_ROW_SAME && !look->before[entity->index][row];
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static void find_known_rows(struct taking *taking, const struct entity *entity) {
    struct registry_rows *known = &taking->known[entity->index];
    const struct record_table *before = &taking->before.tables[entity->index];
    known->rows = ARENA_ARRAY(&taking->arena, uint32_t, known->told + 1);
    known->more = ARENA_ARRAY(&taking->arena, uint32_t, before->count + 1);
    if (!take_goes_on(taking)) return;
    for (size_t row = before->count; row-- > 0;) {
        uint32_t key = before->rows[row].place;
        known->more[row] = known->rows[key];
        known->rows[key] = (uint32_t)row + 1;
    }
}

static const char unknown_key = 0; /* the key of an id that is asked for, until it is found */

/* The ids to which the column leads. */
static void ask_for_column(struct map *keys, const struct record_table *told, const struct column *column) {
    for (size_t row = 0; row < told->count; row++)
        if (column->known[row]) map_put(keys, column_text(column, row), (void *)&unknown_key);
}

/* The ids of the entity's rows under which rows that are told lie, or to which they lead. */
static void ask_for_ids(const struct taking *taking, const struct entity *entity, struct map *keys) {
    const struct policy *policy = taking->registry->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct record_table *told = &taking->records->tables[i];
        struct text last = TEXT("");
        bool under = told->entity->parent == entity && !(taking->beside && taking->beside->parent_keys);
        if (under && keys->count == 0) map_reserve(keys, told->count);
        for (size_t row = 0; row < told->count && under; row++) {
            if (text_equal(told->rows[row].parent, last)) continue;
            last = told->rows[row].parent;
            map_put(keys, last, (void *)&unknown_key);
        }
        for (size_t k = 0; k < told->entity->inputs.count; k++) {
            const struct type *type = &told->entity->inputs.items[k]->type;
            if (type->kind == TYPE_ROW && type->entity == entity) ask_for_column(keys, told, &told->columns[k]);
        }
    }
}

/* Of an entity of which no row is told: the keys of those that are asked for. */
static void find_asked(struct taking *taking, const struct entity *entity, const struct registry_names *names) {
    struct map *keys = &taking->known[entity->index].keys;
    ask_for_ids(taking, entity, keys);
    for (size_t key = 1; key <= names->count && keys->count; key++) {
        size_t place = map_place(keys, names->ids[key]);
        if (place != SIZE_MAX) keys->entries[place].value = (void *)key;
    }
    for (size_t i = 0; i < keys->count; i++)
        if (keys->entries[i].value == &unknown_key) keys->entries[i].value = NULL;
}

static void find_known(struct taking *taking, const struct entity *entity, const struct registry_names *names) {
    struct registry_rows *known = &taking->known[entity->index];
    size_t ids = names->ids ? names->count : 0, told = taking->records->tables[entity->index].count;
    map_init(&known->keys, &taking->arena);
    known->told = names->count;
    if (ids && told == 0 && !taking->look) {
        find_asked(taking, entity, names);
        return;
    }
    map_reserve(&known->keys, ids + told);
    for (size_t key = 1; key <= ids; key++) map_put(&known->keys, names->ids[key], (void *)key);
}

/* The keys that are needed for rows of which nothing is known: of entities of which none are told. */
static enum registry_result read_keys(struct taking *taking, struct registry_names *names) {
    struct registry *registry = taking->registry;
    const struct policy *policy = registry->policy;
    records_init(&taking->before, &taking->arena, policy);
    for (size_t i = 0; i < policy->entities.count && take_goes_on(taking); i++) {
        const struct entity *entity = policy->entities.items[i];
        bool asked = false;
        for (size_t k = 0; k < policy->entities.count; k++)
            asked = asked ||
                    (taking->records->tables[k].count && registry_needs_rows_of(policy->entities.items[k], entity));
        if (taking->records->tables[i].count)
            names[i].count = registry_room(registry, &tables_of(registry, entity)->names);
        else if (asked)
            registry_read_names(registry, entity, &taking->arena, &names[i]);
    }
    return registry_outcome(registry, &taking->arena);
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
    uint32_t *keys = taking->keys[entity->index];
    struct builder name;
    builder_init(&name);
    known->given = 0;
    for (size_t row = 0; row < told->count && take_goes_on(taking); row++) {
        const struct entity *above = entity->parent;
        bool nowhere = taking->nowhere[entity->index][row];
        keys[row] = 0;
        if (is_left_out(taking, entity, row) || nowhere) continue;
        if (above && !take_parent_key(taking, told, row)) continue;
        size_t entry = map_enter(&known->keys, id_of(taking, &name, entity, row));
        if (entry == SIZE_MAX) break;
        void **key = &known->keys.entries[entry].value;
        if (!*key) *key = (void *)(known->told + ++known->given);
        keys[row] = (uint32_t)(size_t)*key;
    }
    if (name.failed) taking->arena.failed = true;
    builder_free(&name);
}

/* They are the last entries of the map of keys. */
static void write_names(struct taking *taking, const struct entity *entity) {
    const struct registry_rows *known = &taking->known[entity->index];
    const struct map_entry *entries = known->keys.entries + known->keys.count - known->given;
    struct chain_load load;
    if (known->given == 0 || !take_goes_on(taking)) return;
    if (chain_load_begin(&load, taking->registry, chain_names(taking->registry, entity)))
        for (size_t i = 0; i < known->given && take_goes_on(taking); i++) {
            const struct store_value values[] = {store_integer((int64_t)(known->told + i + 1)),
                                                 store_integer(taking->change->number), store_text(entries[i].key)};
            chain_load_row(&load, values);
        }
    chain_load_end(&load);
}

/* --- what cannot be taken ----------------------------------------------------------------------------------------- */

/* What that rests on. */
static struct standing_rows standing_rows_of(struct taking *taking) {
    return (struct standing_rows){.policy = taking->registry->policy,
                                  .change = taking->change,
                                  .told = taking->records,
                                  .rows = taking->known,
                                  .keys = taking->keys,
                                  .nowhere = taking->nowhere,
                                  .arena = &taking->arena};
}

static void give_keys_of_all(struct taking *taking, const struct registry_names *names) {
    const struct policy *policy = taking->registry->policy;
    for (size_t i = 0; i < policy->entities.count && take_goes_on(taking); i++)
        find_known(taking, policy->entities.items[i], &names[i]);
    for (size_t i = 0; i < policy->entities.count && take_goes_on(taking); i++)
        give_keys(taking, policy->entities.items[i]);
}

/* Whoever looks tells of rows that cannot stand, too, which have their keys until then. */
static void give_all_keys(struct taking *taking, const struct registry_names *names) {
    struct standing_rows rows = standing_rows_of(taking);
    give_keys_of_all(taking, names);
    if (!taking->looks && take_goes_on(taking) && registry_find_nowhere(&rows)) give_keys_of_all(taking, names);
}

static month_number since_of(const struct taking *taking, const struct record_table *told, size_t row) {
    return registry_since(taking->change, told->entity, &told->rows[row]);
}

/* Among the others of its key; false when one of the same month was told before. */
static bool place_row(struct taking *taking, const struct record_table *told, size_t row) {
    const struct registry_rows *known = &taking->known[told->entity->index];
    month_number since = since_of(taking, told, row);
    uint32_t *at = &known->last[taking->keys[told->entity->index][row]];
    while (*at && since_of(taking, told, *at - 1) > since) at = &known->earlier[*at - 1];
    if (*at && since_of(taking, told, *at - 1) == since) return false;
    known->earlier[row] = *at;
    *at = (uint32_t)row + 1;
    return true;
}

/* --- indexes ------------------------------------------------------------------------------------------------------ */

struct indexing {
    struct taking *taking;
    const struct record_table *told;
};

static void index_range(void *context, size_t begin, size_t end, unsigned thread) {
    const struct indexing *indexing = context;
    const struct record_table *told = indexing->told;
    struct taking *taking = indexing->taking;
    const struct registry_slot *slots = taking->registry->places[told->entity->index].slots;
    const struct sealing *sealing = taking->registry->sealing; /* none is needed for what is carried over */
    struct sealer *sealer = sealing ? sealing->sealers[thread] : NULL;
    enum seal_result result = SEAL_OK;
    for (size_t row = begin; row < end && result == SEAL_OK; row++)
        for (size_t i = 0; i < told->entity->inputs.count && result == SEAL_OK; i++) {
            if (!slots[i].sealed || !told->columns[i].known[row]) continue;
            unsigned char *index = take_index(taking, told->entity, &slots[i], row);
            struct text text = column_text(&told->columns[i], row);
            index[-1] = INDEX_MARK;
            if (is_index_text(text))
                memcpy(index, text.bytes + 1, INDEX_BYTES);
            else
                result = sealer_index(sealer, slots[i].name, text, index);
        }
    take_note_sealed(taking, result);
}

/* `carried` as well: what is known already. */
static bool tells_sealed(const struct registry_place *place, const struct record_table *told, bool carried) {
    for (size_t i = 0; i < told->entity->inputs.count; i++)
        for (size_t row = 0; row < told->count && place->slots[i].sealed; row++)
            if (told->columns[i].known[row] && (carried || !is_index_text(column_text(&told->columns[i], row))))
                return true;
    return false;
}

static enum registry_result find_indexes(struct taking *taking, const struct entity *entity) {
    const struct registry_place *place = &taking->registry->places[entity->index];
    const struct record_table *told = &taking->records->tables[entity->index];
    struct indexing indexing = {taking, told};
    const struct sealing *sealing = taking->registry->sealing;
    if (place->sealed == 0 || !tells_sealed(place, told, true)) return REGISTRY_DONE;
    if (!sealing && tells_sealed(place, told, false)) return REGISTRY_NO_KEYS;
    unsigned char *indexes = ARENA_ARRAY(&taking->arena, unsigned char, told->count * place->sealed * INDEX_TEXT_BYTES);
    taking->indexes[entity->index] = indexes;
    if (arena_failed(&taking->arena)) return REGISTRY_NO_MEMORY;
    work_in_ranges(sealing ? threads_for(told->count, sealing->threads) : 1, told->count, index_range, &indexing);
    return registry_of_seal(taking->sealed);
}

/* --- what is the same --------------------------------------------------------------------------------------------- */

struct text registry_told_text(const struct registry *registry, unsigned char *const *indexes,
                               const struct record_table *told, size_t row, size_t input) {
    const struct registry_place *place = &registry->places[told->entity->index];
    const struct registry_slot *slot = &place->slots[input];
    const unsigned char *sealed = indexes[told->entity->index];
    if (!slot->sealed || !sealed) return column_text(&told->columns[input], row);
    sealed += (row * place->sealed + slot->sealed_at) * INDEX_TEXT_BYTES;
    return (struct text){(const char *)sealed, INDEX_TEXT_BYTES};
}

/* What was told before it was sealed lies there as it was told. */
bool registry_same_value(const struct registry *registry, unsigned char *const *indexes,
                         const struct record_table *told, size_t row, const struct record_table *known, size_t other,
                         size_t input) {
    const struct column *a = &told->columns[input], *b = &known->columns[input];
    const struct registry_slot *slot = &registry->places[told->entity->index].slots[input];
    if (!slot->sealed || !a->known[row] || !b->known[other]) return columns_agree(a, row, b, other);
    struct text index = column_text(b, other);
    if (!is_index_text(index)) return columns_agree(a, row, b, other);
    return text_equal(index, registry_told_text(registry, indexes, told, row, input));
}

static bool same_row(const struct taking *taking, const struct record_table *a, size_t row,
                     const struct record_table *b, size_t other) {
    bool same = text_equal(a->rows[row].parent, b->rows[other].parent) &&
                a->rows[row].unconfirmed == b->rows[other].unconfirmed;
    for (size_t i = 0; i < a->entity->inputs.count && same; i++)
        same = registry_same_value(taking->registry, taking->indexes, a, row, b, other, i);
    return same;
}

/* The row that is known to hold in a month, SIZE_MAX when none stands. */
static size_t known_in(const struct taking *taking, const struct entity *entity, size_t key, month_number month) {
    return registry_known_in(&taking->known[entity->index], &taking->before.tables[entity->index], key, month);
}

/* --- what is told twice ------------------------------------------------------------------------------------------- */

static void note_double(struct registry *registry, const struct field *input, struct text id, struct text other) {
    enum { DOUBLES_MOST = 1000 };
    struct arena *arena = &registry->arena;
    if (registry->doubled++ >= DOUBLES_MOST) return;
    const struct registry_double found = {input, text_copy(arena, id), text_copy(arena, other)};
    VECTOR_PUSH(arena, &registry->doubles, found);
}

/* What is known to hold from now on, but of rows that are told of anew. */
static void add_known_indexes(const struct taking *taking, const struct field *input, struct map *holders) {
    const struct registry_rows *known = &taking->known[input->entity->index];
    const struct record_table *before = &taking->before.tables[input->entity->index];
    const struct column *column = &before->columns[input->input_index];
    for (size_t row = 0; row < before->count; row++) {
        const struct record_row *record = &before->rows[row];
        if (record->until != MONTH_LAST || known->last[record->place] || !column->known[row]) continue;
        struct text index = column_text(column, row);
        if (is_index_text(index)) map_put(holders, text_slice(index, 1, index.length), (void *)record);
    }
}

/* A number that is given out once stands in two rows: one of them is wrong, or both are the same. */
static void find_doubles(struct taking *taking, const struct field *input, const struct told_versions *versions) {
    const struct entity *entity = input->entity;
    const struct record_table *told = &taking->records->tables[entity->index];
    const struct registry_slot *slot = &taking->registry->places[entity->index].slots[input->input_index];
    struct arena arena;
    struct map holders;
    arena_init(&arena);
    map_init(&holders, &arena);
    map_reserve(&holders, taking->before.tables[entity->index].count + versions->list.count);
    add_known_indexes(taking, input, &holders);
    for (size_t i = 0; i < versions->list.count && !arena_failed(&arena); i++) {
        const struct told_version *version = &versions->list.items[i];
        if (!version->stands || !told->columns[input->input_index].known[version->row]) continue;
        const struct text index = {(const char *)take_index(taking, entity, slot, version->row), INDEX_BYTES};
        const struct record_row *row = &told->rows[version->row], *other = map_get(&holders, index);
        if (!other)
            map_put(&holders, index, (void *)row);
        else if (!text_equal(other->id, row->id))
            note_double(taking->registry, input, row->id, other->id);
    }
    if (arena_failed(&arena)) taking->arena.failed = true;
    arena_free(&arena);
}

static void find_all_doubles(struct taking *taking, const struct entity *entity, const struct told_versions *versions) {
    for (size_t i = 0; i < entity->inputs.count && versions->list.count && take_goes_on(taking); i++) {
        const struct field *input = entity->inputs.items[i];
        if (input->sealed && input->check.length && !entity->is_event && taking->indexes[entity->index])
            find_doubles(taking, input, versions);
    }
}

/* --- what is told ------------------------------------------------------------------------------------------------- */

static void add_version(struct taking *taking, struct told_versions *versions, size_t row, month_number since,
                        bool stands) {
    const struct told_version version = {(uint32_t)row, since, stands};
    VECTOR_PUSH(&taking->arena, &versions->list, version);
}

/* What is written of the rows of one key, whatever their order in what is told. */
enum { WRITES_ROW = 1, WRITES_END = 2 };
struct telling {
    VECTOR(uint32_t) rows; /* by month, the last first */
    unsigned char *writes; /* by row of what is told */
};

/* Another row that is told takes its place at once. */
static bool is_followed(const struct taking *taking, const struct record_table *told, const struct telling *telling,
                        size_t at) {
    month_number next = told->rows[telling->rows.items[at]].until + 1;
    while (at > 0 && since_of(taking, told, telling->rows.items[at - 1]) < next) at--;
    return at > 0 && since_of(taking, told, telling->rows.items[at - 1]) == next;
}

/* A row that is the same as what is known then says nothing new, unless an earlier one that is told holds until it. */
static void decide_key(struct taking *taking, const struct record_table *told, uint32_t key, struct telling *telling) {
    const struct entity *entity = told->entity;
    const struct registry_rows *known = &taking->known[entity->index];
    const struct record_table *before = &taking->before.tables[entity->index];
    int64_t latest = INT64_MIN; /* the last month that is written */
    telling->rows.count = 0;
    for (uint32_t at = known->last[key]; at; at = known->earlier[at - 1])
        VECTOR_PUSH(&taking->arena, &telling->rows, at - 1);
    for (size_t i = telling->rows.count; i-- > 0;) {
        uint32_t row = telling->rows.items[i];
        month_number since = since_of(taking, told, row), until = told->rows[row].until;
        size_t other = known_in(taking, entity, key, since);
        bool same =
            other != SIZE_MAX && latest < before->rows[other].from && same_row(taking, told, row, before, other);
        bool ends = until != MONTH_LAST && (!same || known_in(taking, entity, key, until + 1) != SIZE_MAX) &&
                    !is_followed(taking, told, telling, i);
        if (!same && latest < since) latest = since;
        if (ends && latest <= until) latest = (int64_t)until + 1;
        telling->writes[row] = (unsigned char)((same ? 0 : WRITES_ROW) | (ends ? WRITES_END : 0));
    }
}

static void take_row(struct taking *taking, struct told_versions *versions, const struct record_table *told, size_t row,
                     unsigned writes, struct registry_taken *taken) {
    const struct entity *entity = told->entity;
    size_t key = taking->keys[entity->index][row];
    month_number since = since_of(taking, told, row);
    bool fresh = key > taking->known[entity->index].told, same = !writes;
    if (writes & WRITES_ROW) add_version(taking, versions, row, since, true);
    if (writes & WRITES_END) add_version(taking, versions, row, told->rows[row].until + 1, false);
    if (taking->looks) {
        size_t known = known_in(taking, entity, key, since);
        taking->look->fates[entity->index][row] = fresh  ? REGISTRY_ROW_NEW
                                                  : same ? REGISTRY_ROW_SAME
                                                         : REGISTRY_ROW_CHANGED;
        taking->look->before[entity->index][row] = known == SIZE_MAX ? 0 : (uint32_t)known + 1;
    }
    taken->fresh += fresh;
    taken->changed += !fresh && !same;
    taken->same += same;
}

/* Which rows are taken: `taken`, by row. */
static void place_rows(struct taking *taking, const struct record_table *told, bool *is_taken,
                       struct registry_taken *taken) {
    const struct entity *entity = told->entity;
    const struct standing_rows rows = standing_rows_of(taking);
    for (size_t row = 0; row < told->count; row++) {
        if (is_left_out(taking, entity, row)) continue;
        if (is_said_again(taking, entity, row)) {
            taken->same++;
            continue;
        }
        bool can = taking->keys[entity->index][row] && !(taking->looks && registry_cannot_stand(&rows, told, row));
        is_taken[row] = can && place_row(taking, told, row);
        taken->refused += !is_taken[row];
    }
}

static void take_entity(struct taking *taking, const struct entity *entity, struct registry_taken *taken) {
    const struct record_table *told = &taking->records->tables[entity->index];
    const struct store_table *table = &tables_of(taking->registry, entity)->versions;
    const uint32_t *keys = taking->keys[entity->index];
    if (told->count == 0 || !take_goes_on(taking)) return;
    struct registry_rows *known = &taking->known[entity->index];
    if (!taking->looks) known->version = registry_highest(taking->registry, table);
    known->last = ARENA_ARRAY(&taking->arena, uint32_t, known->told + told->count + 1);
    known->earlier = ARENA_ARRAY(&taking->arena, uint32_t, told->count + 1);
    struct telling telling = {{NULL, 0, 0}, ARENA_ARRAY(&taking->arena, unsigned char, told->count)};
    bool *is_taken = ARENA_ARRAY(&taking->arena, bool, told->count);
    if (!take_goes_on(taking)) return;
    struct told_versions versions = {{NULL, 0, 0}};
    place_rows(taking, told, is_taken, taken);
    for (size_t row = 0; row < told->count && take_goes_on(taking); row++)
        if (is_taken[row] && known->last[keys[row]] == row + 1) decide_key(taking, told, keys[row], &telling);
    for (size_t row = 0; row < told->count && take_goes_on(taking); row++)
        if (is_taken[row]) take_row(taking, &versions, told, row, telling.writes[row], taken);
    find_all_doubles(taking, entity, &versions);
    if (taking->looks) return;
    for (size_t i = 0; i < versions.list.count && told->unsaid && take_goes_on(taking); i++) {
        size_t row = versions.list.items[i].row;
        if (!registry_find_stored(taking->registry, taking->records->arena, told, row, keys[row])) taking->lost = true;
    }
    if (!taking->lost) take_write_versions(taking, told, &versions);
}

/* Where rows have places. */
static void find_areas(struct taking *taking) {
    struct registry *registry = taking->registry;
    const struct policy *policy = registry->policy;
    if (taking->looks || !store_has_places(registry->store)) return;
    taking->areas = ARENA_ARRAY(&taking->arena, bool, policy->entities.count + 1);
    for (size_t i = 0; i < policy->entities.count && taking->areas; i++)
        taking->areas[i] = entity_is_area(policy, policy->entities.items[i]);
}

/* Before anything is sealed by them. */
static enum registry_result keep_keys(struct taking *taking) {
    bool any = false;
    for (size_t i = 0; i < taking->registry->policy->entities.count; i++) any = any || taking->indexes[i];
    return any && taking->registry->sealing && !taking->looks ? registry_keep_keys(taking->registry, taking->change)
                                                              : REGISTRY_DONE;
}

/* What was known of the others is known still, where nobody else has told anything since. */
static void take_names_beside(const struct taking *taking, struct registry_names *names) {
    const struct registry_in_part *beside = taking->beside;
    if (!beside || beside->change + 1 != taking->change->number) return;
    for (size_t i = 0; i < taking->registry->policy->entities.count; i++)
        if (taking->records->tables[i].count == 0) names[i] = beside->names[i];
}

/* What is known before of what is told, with the names of its rows: the look's, or it is read. */
static enum registry_result find_before(struct taking *taking, struct registry_names **names) {
    size_t entities = taking->registry->policy->entities.count;
    if (taking->look) {
        taking->before = taking->look->known;
        *names = taking->look->names;
        return REGISTRY_DONE;
    }
    *names = ARENA_ARRAY(&taking->arena, struct registry_names, entities + 1);
    bool *told = ARENA_ARRAY(&taking->arena, bool, entities + 1);
    if (!take_goes_on(taking)) return REGISTRY_NO_MEMORY;
    for (size_t i = 0; i < entities; i++) told[i] = taking->records->tables[i].count > 0;
    take_names_beside(taking, *names);
    if (taking->fresh) return read_keys(taking, *names);
    return registry_read_chosen(taking->registry, REGISTRY_NOW, REGISTRY_INDEXES, told, &taking->arena, &taking->before,
                                *names);
}

/* Those of the look, or they are found. */
static enum registry_result find_all_indexes(struct taking *taking) {
    const struct policy *policy = taking->registry->policy;
    enum registry_result result = REGISTRY_DONE;
    if (taking->look && !taking->looks) {
        taking->indexes = taking->look->indexes;
        return REGISTRY_DONE;
    }
    for (size_t i = 0; i < policy->entities.count && result == REGISTRY_DONE; i++)
        result = find_indexes(taking, policy->entities.items[i]);
    return result;
}

/* Room for what is found of each row, and where what is known of it lies. */
static bool prepare_rows(struct taking *taking, const struct registry_names *names) {
    const struct policy *policy = taking->registry->policy;
    for (size_t i = 0; i < policy->entities.count && take_goes_on(taking); i++) {
        size_t told = taking->records->tables[i].count;
        taking->keys[i] = ARENA_ARRAY(&taking->arena, uint32_t, told + 1);
        taking->nowhere[i] = ARENA_ARRAY(&taking->arena, bool, told + 1);
        taking->known[i].told = names[i].count;
        if (names[i].ids && names[i].count) find_known_rows(taking, policy->entities.items[i]);
    }
    return take_goes_on(taking);
}

/* Where all that was looked at is taken, keys are those of the look; false where something is left out. */
static bool take_keys_of_look(struct taking *taking) {
    const struct policy *policy = taking->registry->policy;
    if (!taking->look || taking->looks) return false;
    for (size_t i = 0; i < policy->entities.count; i++)
        for (size_t row = 0; row < taking->records->tables[i].count; row++)
            if (registry_leaves_out(taking->look, policy->entities.items[i], row)) return false;
    for (size_t i = 0; i < policy->entities.count; i++) {
        taking->known[i] = taking->look->rows[i];
        taking->keys[i] = taking->look->keys[i];
    }
    return true;
}

/* The look has done so. */
static void carry_all_over(struct taking *taking) {
    for (size_t i = 0; i < taking->registry->policy->entities.count && take_goes_on(taking); i++)
        if (taking->looks || !taking->look)
            registry_carry_over(taking->records->arena, taking->change, &taking->records->tables[i],
                                &taking->before.tables[i], &taking->known[i], taking->keys[i]);
    if (arena_failed(taking->records->arena)) taking->arena.failed = true;
}

static enum registry_result take(struct taking *taking, struct registry_taken *taken) {
    struct registry *registry = taking->registry;
    const struct policy *policy = registry->policy;
    size_t entities = policy->entities.count;
    struct registry_names *names = NULL;
    arena_init(&taking->arena);
    taking->known = ARENA_ARRAY(&taking->arena, struct registry_rows, entities + 1);
    taking->keys = ARENA_ARRAY(&taking->arena, uint32_t *, entities + 1);
    taking->nowhere = ARENA_ARRAY(&taking->arena, bool *, entities + 1);
    taking->indexes = ARENA_ARRAY(&taking->arena, unsigned char *, entities + 1);
    find_areas(taking);
    registry->doubles.count = registry->doubled = 0;
    lock_init(&taking->lock);
    enum registry_result result = take_goes_on(taking) ? find_before(taking, &names) : REGISTRY_NO_MEMORY;
    if (result == REGISTRY_DONE && !take_keys_of_look(taking) && prepare_rows(taking, names))
        give_all_keys(taking, names);
    if (result == REGISTRY_DONE) carry_all_over(taking);
    if (result == REGISTRY_DONE) result = find_all_indexes(taking);
    if (result == REGISTRY_DONE) result = keep_keys(taking);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && !taking->looks; i++)
        write_names(taking, policy->entities.items[i]);
    for (size_t i = 0; i < entities && result == REGISTRY_DONE && take_goes_on(taking); i++)
        take_entity(taking, policy->entities.items[i], &taken[i]);
    if (result == REGISTRY_DONE) result = registry_of_seal(taking->sealed);
    if (result == REGISTRY_DONE) result = registry_outcome(registry, &taking->arena);
    if (result == REGISTRY_DONE && taking->lost) result = REGISTRY_DAMAGED;
    lock_free(&taking->lock);
    return result;
}

static enum registry_result take_all(struct taking taking, struct registry_taken *taken) {
    enum registry_result result = take(&taking, taken);
    arena_free(&taking.arena);
    return result;
}

enum registry_result registry_take_nothing(struct registry *registry, const struct registry_change *change,
                                           const struct records *told, struct registry_look *look) {
    struct taking taking = {.registry = registry, .change = change, .records = told, .look = look, .looks = true};
    enum registry_result result = take(&taking, look->taken);
    look->rows = taking.known;
    look->keys = taking.keys;
    look->indexes = taking.indexes;
    arena_adopt(look->arena, &taking.arena);
    for (size_t i = 0; i < registry->policy->entities.count && result == REGISTRY_DONE; i++)
        look->rows[i].keys.arena = look->arena;
    return result;
}

enum registry_result registry_take_looked(struct registry *registry, const struct registry_change *change,
                                          const struct records *told, struct registry_look *look,
                                          struct registry_taken *taken) {
    return take_all((struct taking){.registry = registry, .change = change, .records = told, .look = look}, taken);
}

enum registry_result registry_take(struct registry *registry, const struct registry_change *change,
                                   const struct records *records, struct registry_taken *taken) {
    return take_all((struct taking){.registry = registry, .change = change, .records = records}, taken);
}

enum registry_result registry_take_beside(struct registry *registry, const struct registry_change *change,
                                          const struct records *records, const struct registry_in_part *beside,
                                          struct registry_taken *taken) {
    return take_all((struct taking){.registry = registry, .change = change, .records = records, .beside = beside},
                    taken);
}

enum registry_result registry_take_fresh(struct registry *registry, const struct registry_change *change,
                                         const struct records *records, struct registry_taken *taken) {
    return take_all((struct taking){.registry = registry, .change = change, .records = records, .fresh = true}, taken);
}
