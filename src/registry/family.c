/* The records of one family, and all that was told of it. */
#include "registry/family.h"

#include "base/map.h"
#include "registry/reading.h"
#include "registry/row_query.h"

static size_t rows_of(const void *registry, const struct entity *entity) {
    struct registry *const *counted = registry;
    return (size_t)registry_highest(*counted, &tables_of(*counted, entity)->names);
}

const struct entity *registry_families(struct registry *registry) {
    const struct entity *people = policy_people(registry->policy, rows_of, &registry);
    return people ? people->parent : NULL;
}

/* --- rows that belong to it --------------------------------------------------------------------------------------- */

struct span_of_months {
    month_number first, last;
};
struct spans {
    VECTOR(struct span_of_months) list;
};

struct kin;
struct version {
    int64_t number, change, parent;
    const struct kin *above;    /* the row of the family below which it lies; NULL: it lies elsewhere, or is it */
    VECTOR(int64_t) references; /* by order of the entity's inputs that are rows; 0: none */
};

struct kin {
    const struct entity *entity;
    int64_t key;
    bool below; /* some version lies below the family, or it is the family */
    bool whole; /* all of its versions are wanted, wherever they lie */
    bool led;   /* what these lead to is wanted already */
    VECTOR(struct version) versions;
    struct standing *standing; /* by number of the version here, from 1 on */
    struct spans away;         /* months in which it, or what it lies in, is not in the family */
};

struct gathering {
    struct registry *registry;
    struct arena *arena;
    int64_t known;
    struct row_queries queries;
    struct map kin, ids; /* ENTITY/KEY -> struct kin, id */
    VECTOR(struct kin *) list;
    struct reading reading;
    struct registry_told *told; /* NULL: only records are wanted */
    const bool *elsewhere;      /* by entity index: rows that are read by whoever asks; NULL: none */
};

static bool goes_on(const struct gathering *gathering) {
    return !arena_failed(gathering->arena) && !store_failed(gathering->registry->store) && !gathering->reading.damaged;
}

static bool is_elsewhere(const struct gathering *gathering, const struct entity *entity) {
    return gathering->elsewhere && gathering->elsewhere[entity->index];
}

/* A row, as a key of a map. */
static struct text place_of(struct arena *arena, const struct entity *entity, int64_t key) {
    struct row_place {
        int64_t entity, key;
    } *place = ARENA_NEW(arena, struct row_place);
    if (!place) return TEXT("");
    *place = (struct row_place){(int64_t)entity->index, key};
    return (struct text){(const char *)place, sizeof *place};
}

static struct kin *kin_of(struct gathering *gathering, const struct entity *entity, int64_t key) {
    struct text place = place_of(gathering->arena, entity, key);
    struct kin *kin = map_get(&gathering->kin, place);
    if (kin || !goes_on(gathering)) return kin;
    kin = ARENA_NEW(gathering->arena, struct kin);
    kin->entity = entity;
    kin->key = key;
    map_put(&gathering->kin, place, kin);
    VECTOR_PUSH(gathering->arena, &gathering->list, kin);
    return goes_on(gathering) ? kin : NULL;
}

/* Rows that a version refers to: it wrote one of the input's columns at most. */
static void find_references(struct gathering *gathering, const struct statement *query, const struct entity *entity,
                            struct version *version) {
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct field *input = entity->inputs.items[i];
        const struct registry_slot *slot = &gathering->registry->places[entity->index].slots[i];
        int64_t key = 0;
        if (input->type.kind != TYPE_ROW) continue;
        for (size_t k = 0; k < slot->count; k++)
            if (slot->columns[k].now.possible && !statement_is_null(query, slot->columns[k].column))
                key = statement_integer(query, slot->columns[k].column);
        VECTOR_PUSH(gathering->arena, &version->references, key);
    }
}

static void find_versions(struct gathering *gathering, struct kin *kin) {
    struct arena *arena = gathering->arena;
    struct statement *query = row_query(&gathering->queries, QUERY_VERSIONS, kin->entity, store_integer(kin->key));
    if (!query) return;
    struct standing none = {.known = false};
    VECTOR(struct standing) standing = {NULL, 0, 0};
    uint32_t first = 0;
    VECTOR_PUSH(arena, &standing, none);
    while (goes_on(gathering) && statement_next(query)) {
        if (statement_integer(query, COLUMN_CHANGE) > gathering->known) continue;
        struct version version = {.number = statement_integer(query, COLUMN_VERSION),
                                  .change = statement_integer(query, COLUMN_CHANGE),
                                  .parent = statement_integer(query, COLUMN_PARENT)};
        struct standing found = {.since = (month_number)statement_integer(query, COLUMN_SINCE),
                                 .stands = statement_integer(query, COLUMN_STANDS) != 0};
        if (found.stands) find_references(gathering, query, kin->entity, &version);
        VECTOR_PUSH(arena, &kin->versions, version);
        VECTOR_PUSH(arena, &standing, found);
    }
    statement_end(query);
    if (!goes_on(gathering)) return;
    for (uint32_t i = 1; i < standing.count; i++) standing_place(standing.items, &first, i);
    standing_find_months(standing.items, first);
    kin->standing = standing.items;
}

static bool counts(const struct kin *kin, size_t version) {
    return kin->standing[version + 1].known && kin->standing[version + 1].stands;
}

static bool is_wanted(const struct kin *kin, size_t version) {
    return counts(kin, version) && (kin->whole || kin->versions.items[version].above);
}

/* --- months elsewhere --------------------------------------------------------------------------------------------- */

static void add_span(struct gathering *gathering, struct spans *spans, struct span_of_months span) {
    VECTOR_PUSH(gathering->arena, &spans->list, span);
}

/* What is left of a span without others, cut off one after the other. */
static void cut(struct gathering *gathering, struct spans *left, const struct spans *off) {
    for (size_t i = 0; i < off->list.count; i++) {
        struct span_of_months without = off->list.items[i];
        struct spans next = {{NULL, 0, 0}};
        for (size_t k = 0; k < left->list.count; k++) {
            struct span_of_months span = left->list.items[k];
            if (without.last < span.first || without.first > span.last) {
                add_span(gathering, &next, span);
                continue;
            }
            if (span.first < without.first)
                add_span(gathering, &next, (struct span_of_months){span.first, without.first - 1});
            if (span.last > without.last)
                add_span(gathering, &next, (struct span_of_months){without.last + 1, span.last});
        }
        *left = next;
    }
}

/* When it lies in another family, and whenever what it lies in does. */
static void find_away(struct gathering *gathering, struct kin *kin) {
    for (size_t i = 0; i < kin->versions.count && !kin->whole; i++) {
        const struct kin *above = kin->versions.items[i].above;
        struct span_of_months span = {kin->standing[i + 1].since, kin->standing[i + 1].until};
        if (!counts(kin, i)) continue;
        if (!above) add_span(gathering, &kin->away, span);
        for (size_t k = 0; above && k < above->away.list.count; k++) {
            struct span_of_months away = above->away.list.items[k];
            if (away.first < span.first) away.first = span.first;
            if (away.last > span.last) away.last = span.last;
            if (away.first <= away.last) add_span(gathering, &kin->away, away);
        }
    }
}

/* --- which rows --------------------------------------------------------------------------------------------------- */

static void find_below(struct gathering *gathering, struct kin *kin) {
    const struct policy *policy = gathering->registry->policy;
    struct arena *arena = gathering->arena;
    for (size_t i = 0; i < policy->entities.count && goes_on(gathering); i++) {
        const struct entity *inner = policy->entities.items[i];
        VECTOR(int64_t) keys = {NULL, 0, 0};
        if (inner->parent != kin->entity || is_elsewhere(gathering, inner)) continue;
        struct statement *query = row_query(&gathering->queries, QUERY_BELOW, inner, store_integer(kin->key));
        while (query && goes_on(gathering) && statement_next(query))
            VECTOR_PUSH(arena, &keys, statement_integer(query, 0));
        if (query) statement_end(query);
        for (size_t k = 0; k < keys.count; k++) {
            struct kin *found = kin_of(gathering, inner, keys.items[k]);
            if (!found) return;
            found->below = true;
        }
    }
}

/* Once all that lies below is known. */
static void find_above(struct gathering *gathering, const struct kin *kin) {
    const struct entity *outer = kin->entity->parent;
    for (size_t i = 0; i < kin->versions.count && outer && goes_on(gathering); i++) {
        struct version *version = &kin->versions.items[i];
        const struct kin *above = map_get(&gathering->kin, place_of(gathering->arena, outer, version->parent));
        if (above && above->below) version->above = above;
    }
}

static void want(struct gathering *gathering, const struct entity *entity, int64_t key) {
    struct kin *kin = key && !is_elsewhere(gathering, entity) ? kin_of(gathering, entity, key) : NULL;
    if (kin) kin->whole = true;
}

/* What a version that is given rests on: the row above it, and those that it refers to. */
static void lead(struct gathering *gathering, const struct kin *kin, const struct version *version) {
    size_t reference = 0;
    if (kin->entity->parent && (kin->whole || !version->above)) want(gathering, kin->entity->parent, version->parent);
    for (size_t i = 0; i < kin->entity->inputs.count && reference < version->references.count; i++)
        if (kin->entity->inputs.items[i]->type.kind == TYPE_ROW)
            want(gathering, kin->entity->inputs.items[i]->type.entity, version->references.items[reference++]);
}

static void find_led(struct gathering *gathering, struct kin *kin) {
    if (!kin->standing) find_versions(gathering, kin);
    if (kin->led || !kin->standing) return;
    kin->led = kin->whole;
    for (size_t i = 0; i < kin->versions.count && goes_on(gathering); i++)
        if (is_wanted(kin, i)) lead(gathering, kin, &kin->versions.items[i]);
}

/* What is to be asked of the rows from that one on. */
static void ask_for_rows(struct gathering *gathering, size_t first, bool below) {
    const struct policy *policy = gathering->registry->policy;
    for (; first < gathering->list.count; first++) {
        const struct kin *kin = gathering->list.items[first];
        const struct store_value key = store_integer(kin->key);
        if (!kin->standing) row_ask(&gathering->queries, QUERY_VERSIONS, kin->entity, key);
        for (size_t i = 0; i < policy->entities.count && below; i++) {
            const struct entity *inner = policy->entities.items[i];
            if (inner->parent == kin->entity && !is_elsewhere(gathering, inner))
                row_ask(&gathering->queries, QUERY_BELOW, inner, key);
        }
    }
}

/* The families and all below them first, then what they lead to; what turns out to be wanted whole leads further. */
static void find_kin(struct gathering *gathering, const struct registry_root *roots, size_t count) {
    for (size_t i = 0; i < count && goes_on(gathering); i++) {
        struct kin *family = kin_of(gathering, roots[i].entity, roots[i].key);
        if (family) family->below = family->whole = true;
    }
    for (size_t i = 0, asked = 0; i < gathering->list.count && goes_on(gathering); i++) {
        if (i == asked) ask_for_rows(gathering, i, true);
        if (i == asked) asked = gathering->list.count;
        find_versions(gathering, gathering->list.items[i]);
        find_below(gathering, gathering->list.items[i]);
    }
    size_t below = gathering->list.count;
    for (size_t i = 0; i < below && goes_on(gathering); i++) find_above(gathering, gathering->list.items[i]);
    size_t asked = gathering->list.count;
    for (bool again = true; again && goes_on(gathering);) {
        again = false;
        for (size_t i = 0; i < gathering->list.count && goes_on(gathering); i++) {
            if (i == asked) ask_for_rows(gathering, i, false);
            if (i == asked) asked = gathering->list.count;
            find_led(gathering, gathering->list.items[i]);
        }
        for (size_t i = 0; i < gathering->list.count; i++)
            again = again || (gathering->list.items[i]->whole && !gathering->list.items[i]->led);
    }
    for (size_t i = 0; i < below && goes_on(gathering); i++) find_away(gathering, gathering->list.items[i]);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static void ask_for_id(struct gathering *gathering, const struct entity *entity, int64_t key) {
    if (key == 0 || map_get(&gathering->ids, place_of(gathering->arena, entity, key))) return;
    row_ask(&gathering->queries, QUERY_ID, entity, store_integer(key));
}

static void fetch_id(struct gathering *gathering, const struct entity *entity, int64_t key) {
    struct arena *arena = gathering->arena;
    struct text place = place_of(arena, entity, key), *id;
    if (key == 0 || map_get(&gathering->ids, place)) return;
    id = ARENA_NEW(arena, struct text);
    if (arena_failed(arena)) return;
    *id = row_id(&gathering->queries, entity, key);
    map_put(&gathering->ids, place, id);
}

static struct text id_of(const struct reading *reading, const struct entity *entity, int64_t key) {
    const struct gathering *gathering = reading->names;
    const struct text *id = map_get(&gathering->ids, place_of(gathering->arena, entity, key));
    return id ? *id : TEXT("");
}

/* The ids that are needed to read its versions: its own, of the rows above it, and of those that it refers to. */
static void for_ids(struct gathering *gathering, const struct kin *kin,
                    void (*each)(struct gathering *gathering, const struct entity *entity, int64_t key)) {
    const struct entity *entity = kin->entity;
    each(gathering, entity, kin->key);
    for (size_t i = 0; i < kin->versions.count && goes_on(gathering); i++) {
        const struct version *version = &kin->versions.items[i];
        size_t reference = 0;
        if (entity->parent) each(gathering, entity->parent, version->parent);
        for (size_t k = 0; k < entity->inputs.count && reference < version->references.count; k++)
            if (entity->inputs.items[k]->type.kind == TYPE_ROW)
                each(gathering, entity->inputs.items[k]->type.entity, version->references.items[reference++]);
    }
}

/* Before the versions are read, since nothing else can be asked of the store meanwhile. */
static void fetch_ids(struct gathering *gathering) {
    for (size_t i = 0; i < gathering->list.count && goes_on(gathering); i++)
        for_ids(gathering, gathering->list.items[i], ask_for_id);
    for (size_t i = 0; i < gathering->list.count && goes_on(gathering); i++)
        for_ids(gathering, gathering->list.items[i], fetch_id);
}

/* --- records ------------------------------------------------------------------------------------------------------ */

static void read_version(struct gathering *gathering, const struct kin *kin, size_t version,
                         const struct statement *query) {
    struct standing standing = kin->standing[version + 1];
    struct spans left = {{NULL, 0, 0}};
    const struct kin *above = kin->versions.items[version].above;
    if (!is_wanted(kin, version)) return;
    add_span(gathering, &left, (struct span_of_months){standing.since, standing.until});
    if (above && !kin->whole) cut(gathering, &left, &above->away);
    for (size_t i = 0; i < left.list.count && goes_on(gathering); i++) {
        standing.since = left.list.items[i].first;
        standing.until = left.list.items[i].last;
        reading_row(&gathering->reading, query, kin->entity, &standing);
    }
}

static void tell_version(struct gathering *gathering, const struct kin *kin, size_t at, const struct statement *query) {
    const struct version *version = &kin->versions.items[at];
    const struct standing *standing = &kin->standing[at + 1];
    struct registry_version told = {.entity = kin->entity,
                                    .key = kin->key,
                                    .number = version->number,
                                    .change = version->change,
                                    .id = id_of(&gathering->reading, kin->entity, kin->key),
                                    .since = standing->since,
                                    .until = standing->until,
                                    .stands = standing->stands,
                                    .replaced = !standing->known,
                                    .within = kin == gathering->list.items[0] || version->above,
                                    .row = SIZE_MAX};
    if (kin->entity->parent) told.parent = id_of(&gathering->reading, kin->entity->parent, version->parent);
    if (told.stands) told.row = reading_row(&gathering->reading, query, kin->entity, standing);
    VECTOR_PUSH(gathering->arena, &gathering->told->list, told);
}

static void read_kin(struct gathering *gathering, const struct kin *kin) {
    struct statement *query = row_query(&gathering->queries, QUERY_VERSIONS, kin->entity, store_integer(kin->key));
    size_t version = 0;
    while (query && goes_on(gathering) && version < kin->versions.count && statement_next(query)) {
        if (statement_integer(query, COLUMN_VERSION) != kin->versions.items[version].number) continue;
        if (gathering->told)
            tell_version(gathering, kin, version, query);
        else
            read_version(gathering, kin, version, query);
        version++;
    }
    if (query) statement_end(query);
}

/* --- changes ------------------------------------------------------------------------------------------------------ */

enum registry_result registry_read_change(struct registry *registry, int64_t number, struct arena *arena,
                                          struct registry_change *change) {
    static const char sql[] = "SELECT _instant, _by, _what FROM _changes WHERE _change = $1";
    const struct store_value value = store_integer(number);
    struct statement *query = store_prepare(registry->store, sql);
    *change = (struct registry_change){.number = number};
    if (!query) return REGISTRY_NO_MEMORY;
    if (statement_begin(query, &value, 1) && statement_next(query)) {
        change->instant = statement_integer(query, 0);
        change->by = reading_name(arena, statement_text(query, 1));
        change->what = reading_name(arena, statement_text(query, 2));
    }
    statement_end(query);
    statement_free(query);
    return registry_outcome(registry, arena);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static enum registry_result gather(struct gathering *gathering, const struct registry_root *roots, size_t count) {
    struct registry *registry = gathering->registry;
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    enum registry_result result = registry_outcome(registry, gathering->arena);
    if (result == REGISTRY_DONE) result = columns_check(registry);
    if (result == REGISTRY_DONE) gathering->known = registry_known(registry, gathering->known);
    if (result == REGISTRY_DONE) find_kin(gathering, roots, count);
    fetch_ids(gathering);
    for (int reads = 0; reads < 2; reads++)
        for (size_t i = 0; i < gathering->list.count && goes_on(gathering); i++) {
            const struct kin *kin = gathering->list.items[i];
            if (is_elsewhere(gathering, kin->entity) || (!kin->below && gathering->told)) continue;
            if (reads)
                read_kin(gathering, kin);
            else
                row_ask(&gathering->queries, QUERY_VERSIONS, kin->entity, store_integer(kin->key));
        }
    if (result == REGISTRY_DONE) result = registry_outcome(registry, gathering->arena);
    if (result == REGISTRY_DONE) result = gathering->reading.failed;
    if (result == REGISTRY_DONE && gathering->reading.damaged) result = REGISTRY_DAMAGED;
    if (own) store_roll_back(registry->store); /* nothing was written */
    return result;
}

/* Into records that are empty, or hold rows of other entities. */
static void begin(struct gathering *gathering, struct registry *registry, int64_t known, struct arena *arena,
                  struct records *records) {
    *gathering = (struct gathering){.registry = registry, .arena = arena, .known = known};
    gathering->reading = (struct reading){.registry = registry,
                                          .arena = arena,
                                          .records = records,
                                          .name = id_of,
                                          .names = gathering,
                                          .sight = (int)registry->sight};
    map_init(&gathering->kin, arena);
    map_init(&gathering->ids, arena);
    row_queries_begin(&gathering->queries, registry, arena);
}

enum registry_result registry_read_family(struct registry *registry, int64_t known, const struct entity *entity,
                                          int64_t key, struct arena *arena, struct records *records) {
    const struct registry_root family = {entity, key};
    struct gathering gathering;
    records_init(records, arena, registry->policy);
    begin(&gathering, registry, known, arena, records);
    return gather(&gathering, &family, 1);
}

enum registry_result registry_read_few(struct registry *registry, int64_t known, const struct registry_root *roots,
                                       size_t count, const bool *left_out, struct arena *arena,
                                       struct records *records) {
    struct gathering gathering;
    records_init(records, arena, registry->policy);
    begin(&gathering, registry, known, arena, records);
    gathering.elsewhere = left_out;
    return gather(&gathering, roots, count);
}

enum registry_result registry_read_told(struct registry *registry, int64_t known, const struct entity *entity,
                                        int64_t key, struct arena *arena, struct registry_told *told) {
    const struct registry_root family = {entity, key};
    struct gathering gathering;
    *told = (struct registry_told){.records = {.arena = arena}};
    records_init(&told->records, arena, registry->policy);
    begin(&gathering, registry, known, arena, &told->records);
    gathering.told = told;
    return gather(&gathering, &family, 1);
}

/* Rows of which something was read, by their keys; of entities that were read whole all. */
static void note_wanted(struct gathering *gathering, struct registry_wanted *wanted) {
    struct arena *arena = gathering->arena;
    size_t entities = gathering->registry->policy->entities.count;
    wanted->keys = ARENA_ARRAY(arena, bool *, entities + 1);
    wanted->below = ARENA_ARRAY(arena, bool *, entities + 1);
    wanted->ids = ARENA_ARRAY(arena, struct text *, entities + 1);
    wanted->counts = ARENA_ARRAY(arena, size_t, entities + 1);
    if (!goes_on(gathering)) return;
    for (size_t i = 0; i < gathering->list.count; i++) {
        const struct kin *kin = gathering->list.items[i];
        size_t *count = &wanted->counts[kin->entity->index];
        if ((size_t)kin->key >= *count) *count = (size_t)kin->key + 1;
    }
    for (size_t i = 0; i < entities; i++) {
        if (gathering->elsewhere[i]) wanted->counts[i] = SIZE_MAX;
        if (wanted->counts[i] == SIZE_MAX || wanted->counts[i] == 0) continue;
        wanted->keys[i] = ARENA_ARRAY(arena, bool, wanted->counts[i]);
        wanted->below[i] = ARENA_ARRAY(arena, bool, wanted->counts[i]);
        wanted->ids[i] = ARENA_ARRAY(arena, struct text, wanted->counts[i]);
    }
    for (size_t i = 0; i < gathering->list.count && goes_on(gathering); i++) {
        const struct kin *kin = gathering->list.items[i];
        if (is_elsewhere(gathering, kin->entity)) continue;
        wanted->keys[kin->entity->index][kin->key] = true;
        wanted->below[kin->entity->index][kin->key] = kin->below;
        wanted->ids[kin->entity->index][kin->key] = id_of(&gathering->reading, kin->entity, kin->key);
    }
}

/* A family that is looked up costs as much as fifty or more that are read one after another. */
static bool are_many(struct registry *registry, size_t count) {
    enum { FEW = 256, SHARE = 50 };
    const struct entity *families = registry_families(registry);
    return count > FEW && families && count > rows_of(&registry, families) / SHARE;
}

static const bool *all_entities(const struct registry *registry, struct arena *arena) {
    size_t entities = registry->policy->entities.count;
    bool *all = ARENA_ARRAY(arena, bool, entities + 1);
    if (all) memset(all, true, entities * sizeof *all);
    return all;
}

enum registry_result registry_read_roots(struct registry *registry, int64_t known, const bool *whole,
                                         const struct registry_root *roots, size_t count, struct arena *arena,
                                         struct records *records, struct registry_wanted *wanted) {
    struct gathering gathering;
    struct registry_names *names = ARENA_ARRAY(arena, struct registry_names, registry->policy->entities.count + 1);
    bool own = !store_within(registry->store);
    if (own) store_begin(registry->store, STORE_TO_READ);
    if (are_many(registry, count)) {
        whole = all_entities(registry, arena);
        count = 0;
    }
    if (!names || !whole) arena->failed = true;
    enum registry_result result =
        arena_failed(arena) ? REGISTRY_NO_MEMORY
                            : registry_read_chosen(registry, known, (int)registry->sight, whole, arena, records, names);
    if (result == REGISTRY_DONE) {
        begin(&gathering, registry, known, arena, records);
        gathering.elsewhere = whole;
        result = gather(&gathering, roots, count);
        note_wanted(&gathering, wanted);
    }
    if (own) store_roll_back(registry->store);
    return result == REGISTRY_DONE ? registry_outcome(registry, arena) : result;
}
