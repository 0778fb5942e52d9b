/* A registry is laid out for a model: what it lacks is added, what it has stays, and what would be lost is told. */
#include "registry/registry_inside.h"

struct laying_out {
    struct registry *registry;
    struct arena *arena; /* the registry's */
    struct registry_migration *migration;
    VECTOR(struct column_line) lines; /* to be written */
};

static void tell(struct laying_out *laying, struct registry_step step) {
    struct registry_migration *migration = laying->migration;
    VECTOR_PUSH(laying->arena, &migration->steps, step);
    migration->refused = migration->refused || step.kind == REGISTRY_ELSEWHERE;
    migration->loses = migration->loses || step.count || step.kind == REGISTRY_BARED;
}

/* --- what fits into a database ------------------------------------------------------------------------------------ */

static bool does_not_fit(struct registry *registry, const struct entity *entity, const struct field *input) {
    registry->differs = input
                            ? text_format(&registry->arena, "%.*s.%.*s", TEXT_ARG(entity->name), TEXT_ARG(input->name))
                            : entity->name;
    return false;
}

static bool fits(struct registry *registry, const struct entity *entity, const struct field *input) {
    enum { WIDEST = 8 }; /* bytes of a lane */
    struct text name = input ? input->name : entity->name;
    bool wide = input && lane_spec_of(&registry->arena, input).width > WIDEST;
    return (!wide && name.length <= COLUMN_NAME_MOST && name.bytes[0] != '_') || does_not_fit(registry, entity, input);
}

/* --- what is asked for -------------------------------------------------------------------------------------------- */

static bool add_line(struct laying_out *laying, struct column_line line) {
    VECTOR_PUSH(laying->arena, &laying->lines, line);
    return column_line_add(laying->registry, &line);
}

static bool is_dated_by(const struct entity *entity, const struct field *input) {
    for (size_t i = 0; i < entity->dated.count; i++)
        if (entity->dated.items[i] == input) return true;
    return false;
}

/* An input that is there, for values that are coded otherwise than those of the latest law. */
static bool recode(struct laying_out *laying, const struct registry_tables *tables, const struct field *field,
                   struct registry_input *input, const struct column_coding *coding) {
    const struct entity *entity = field->entity;
    struct column_coding joined = tables->codings.items[input->column];
    struct text after = column_coding_text(laying->arena, coding), name = tables->columns.items[input->column].name;
    bool bares = joined.kind == CODING_SEALED && coding->kind != CODING_SEALED;
    bool joins = column_coding_join(&joined, coding);
    struct registry_step step = {.kind = bares         ? REGISTRY_BARED
                                         : !joins      ? REGISTRY_CODED
                                         : input->gone ? REGISTRY_BACK
                                                       : REGISTRY_RANGED,
                                 .entity = entity->name,
                                 .input = field->name,
                                 .before = input->gone ? TEXT("") : input->coding,
                                 .after = after};
    if (!joins && is_dated_by(entity, field)) step.kind = REGISTRY_ELSEWHERE; /* events are named by it */
    tell(laying, step);
    input->before = step.before;
    if (!joins) name = column_name_of_next(laying->arena, input, field->name);
    return add_line(laying, (struct column_line){entity->name, field->name, name, after});
}

static bool lay_out_input(struct laying_out *laying, const struct registry_tables *tables, const struct field *field,
                          bool tells) {
    struct registry *registry = laying->registry;
    const struct entity *entity = field->entity;
    struct registry_input *input = map_get(&tables->inputs, field->name);
    if (!fits(registry, entity, field)) return false;
    struct column_coding coding = column_coding_of(laying->arena, registry->policy, field);
    struct text after = column_coding_text(laying->arena, &coding);
    if (arena_failed(laying->arena)) return true;
    if (input && !input->gone && text_equal(input->coding, after)) return true;
    if (input) return recode(laying, tables, field, input, &coding) || does_not_fit(registry, entity, field);
    if (tells) tell(laying, (struct registry_step){REGISTRY_ADDED, entity->name, field->name, .after = after});
    return add_line(laying, (struct column_line){entity->name, field->name, field->name, after}) ||
           does_not_fit(registry, entity, field);
}

static bool lay_out_entity(struct laying_out *laying, const struct entity *entity) {
    struct registry *registry = laying->registry;
    struct registry_tables *tables = map_get(&registry->layout.by_entity, entity->name);
    struct text coding = entity_coding(laying->arena, entity);
    struct registry_step step = {.kind = REGISTRY_ADDED, .entity = entity->name, .after = coding};
    if (!fits(registry, entity, NULL)) return false;
    if (arena_failed(laying->arena)) return true;
    bool fresh = !tables, elsewhere = !fresh && !text_equal(tables->coding, coding);
    if (!fresh) step.kind = elsewhere ? REGISTRY_ELSEWHERE : REGISTRY_BACK;
    if (!fresh) step.before = tables->coding;
    if (fresh || elsewhere || tables->gone) tell(laying, step);
    if (elsewhere) return true;
    if ((fresh || tables->gone) &&
        !add_line(laying, (struct column_line){entity->name, TEXT(""), entity->name, coding}))
        return does_not_fit(registry, entity, NULL);
    tables = map_get(&registry->layout.by_entity, entity->name);
    for (size_t i = 0; i < entity->inputs.count && tables && !arena_failed(laying->arena); i++)
        if (!lay_out_input(laying, tables, entity->inputs.items[i], !fresh)) return false;
    return true;
}

/* --- what is not asked for any more ------------------------------------------------------------------------------- */

/* How many versions have a value of an input. */
static size_t count_values(struct laying_out *laying, const struct registry_tables *tables,
                           const struct registry_input *input) {
    struct builder sql;
    int64_t count = 0;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT CAST(0"));
    for (size_t i = 0; i < input->columns.count; i++) {
        builder_add(&sql, TEXT(" + count("));
        store_quote(&sql, tables->columns.items[input->columns.items[i]].name);
        builder_add(&sql, TEXT(")"));
    }
    builder_add(&sql, TEXT(" AS BIGINT) FROM "));
    store_quote(&sql, tables->versions.name);
    struct statement *query = sql.failed ? NULL : store_prepare(laying->registry->store, builder_text(&sql).bytes);
    if (!query) laying->arena->failed = true;
    if (query && statement_begin(query, NULL, 0) && statement_next(query)) count = statement_integer(query, 0);
    if (query) statement_end(query);
    statement_free(query);
    builder_free(&sql);
    return (size_t)count;
}

static void drop_input(struct laying_out *laying, const struct registry_tables *tables, struct registry_input *input,
                       bool tells) {
    struct text entity = tables->versions.name, name = tables->columns.items[input->column].name;
    if (tells)
        tell(laying, (struct registry_step){.kind = REGISTRY_DROPPED,
                                            .entity = entity,
                                            .input = input->name,
                                            .before = input->coding,
                                            .count = count_values(laying, tables, input)});
    add_line(laying, (struct column_line){entity, input->name, name, TEXT(CODING_GONE)});
}

static bool has_input(const struct entity *entity, struct text name) {
    for (size_t i = 0; i < entity->inputs.count; i++)
        if (text_equal(entity->inputs.items[i]->name, name)) return true;
    return false;
}

/* A table that is there: the inputs that the policy has no more, or all of them with the entity. */
static void drop_from(struct laying_out *laying, struct registry_tables *tables) {
    struct registry *registry = laying->registry;
    struct text name = tables->versions.name;
    const struct entity *entity = map_get(&registry->policy->entity_by_name, name);
    for (size_t i = 0; i < tables->inputs.count && !arena_failed(laying->arena); i++) {
        struct registry_input *input = tables->inputs.entries[i].value;
        if (!input->gone && !(entity && has_input(entity, input->name))) drop_input(laying, tables, input, entity);
    }
    if (entity || tables->gone) return;
    tell(laying, (struct registry_step){.kind = REGISTRY_DROPPED,
                                        .entity = name,
                                        .before = tables->coding,
                                        .count = (size_t)registry_highest(registry, &tables->names)});
    add_line(laying, (struct column_line){name, TEXT(""), name, TEXT(CODING_GONE)});
}

/* --- in the database ---------------------------------------------------------------------------------------------- */

/* What is sealed is found by its index. */
static void index_sealed(struct store *store, const struct registry_tables *tables, size_t from) {
    for (size_t i = 0; i < tables->sealed.count; i++) {
        size_t index = tables->sealed.items[i].column + 1;
        if (index >= from) store_index(store, tables->versions.name, &tables->versions.columns[index].name, 1, false);
    }
}

void registry_make_entity(struct store *store, const struct registry_tables *tables) {
    store_create(store, &tables->versions);
    store_create(store, &tables->names);
}

void registry_index_entity(struct store *store, const struct registry_tables *tables) {
    const struct text by_id[] = {tables->names.columns[NAME_ID].name},
                      by_key[] = {tables->versions.columns[COLUMN_KEY].name},
                      by_parent[] = {tables->versions.columns[COLUMN_PARENT].name};
    store_index(store, tables->names.name, by_id, 1, true);
    store_index(store, tables->versions.name, by_key, 1, false);
    store_index_flag(store, tables->versions.name, tables->versions.columns[COLUMN_UNCONFIRMED].name);
    if (has_parent(tables)) store_index(store, tables->versions.name, by_parent, 1, false);
    index_sealed(store, tables, 0);
}

/* Texts by which people recognise rows are looked for by how they begin. */
static void make_indexes(struct registry *registry, const struct entity *entity) {
    struct store *store = registry->store;
    const struct registry_tables *tables = map_get(&registry->layout.by_entity, entity->name);
    for (size_t i = 0; i < entity->known_by.count && tables; i++) {
        const struct registry_input *input = map_get(&tables->inputs, entity->known_by.items[i]->name);
        for (size_t k = 0; input && k < input->columns.count; k++) {
            const struct store_column *column = &tables->versions.columns[input->columns.items[k]];
            if (column->type == STORE_TEXT && !store_has_index(store, entity->name, &column->name, 1))
                store_index(store, entity->name, &column->name, 1, false);
        }
    }
}

/* To a table that is there. Where another server has some of its rows it must have these columns, too, and they are not
 * made from here: false when a look at them shows that it has not. `needed`: the SQL for such a server. */
static bool add_columns(struct store *store, const struct registry_tables *tables, struct builder *needed) {
    struct builder look;
    bool good = true;
    builder_init(&look);
    for (size_t k = tables->made; k < tables->versions.count; k++) {
        const struct store_column *column = &tables->versions.columns[k];
        store_add_column(store, tables->versions.name, column);
        store_write_add_column(needed, store, tables->versions.name, column);
        builder_add(needed, TEXT("; "));
        builder_add(&look, k == tables->made ? TEXT("SELECT count(") : TEXT("), count("));
        store_quote(&look, column->name);
    }
    builder_add(&look, TEXT(") FROM "));
    store_quote(&look, tables->versions.name);
    builder_add(&look, TEXT(" WHERE _version = 0"));
    if (look.failed) needed->failed = true;
    if (tables->made < tables->versions.count && store_has_places(store) && !store_failed(store) && !look.failed)
        good = store_do(store, builder_text(&look).bytes) || store_trouble(store)->failure != STORE_MISTAKE;
    builder_free(&look);
    return good;
}

static enum registry_result make_tables(struct registry *registry) {
    struct store *store = registry->store;
    struct builder needed;
    bool good = true;
    builder_init(&needed);
    for (size_t i = 0; i < registry->layout.tables.count; i++) {
        struct registry_tables *tables = registry->layout.tables.items[i];
        bool fresh = tables->made == 0;
        if (fresh) registry_make_entity(store, tables);
        if (fresh) registry_index_entity(store, tables);
        if (!fresh) good &= add_columns(store, tables, &needed);
        if (tables->made) index_sealed(store, tables, tables->made);
        tables->made = tables->versions.count;
    }
    for (size_t i = 0; i < registry->policy->entities.count; i++)
        make_indexes(registry, registry->policy->entities.items[i]);
    registry->differs = good ? registry->differs : text_trim(builder_finish(&needed, &registry->arena));
    if (needed.failed) registry->arena.failed = true;
    if (good) builder_free(&needed);
    return good ? registry_outcome(registry, NULL) : REGISTRY_LACKING;
}

/* --- values that do not fit --------------------------------------------------------------------------------------- */

static void tell_lost(struct laying_out *laying, const struct registry_names *names) {
    const struct policy *policy = laying->registry->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        for (size_t k = 0; k < entity->inputs.count; k++) {
            const struct registry_slot *slot = &laying->registry->places[i].slots[k];
            if (slot->lost == 0) continue;
            tell(laying, (struct registry_step){.kind = REGISTRY_LOST,
                                                .entity = entity->name,
                                                .input = entity->inputs.items[k]->name,
                                                .count = slot->lost,
                                                .example = text_copy(laying->arena, names[i].ids[slot->lost_key])});
        }
    }
}

/* All that is known is read once; only where values that were told could be read otherwise. */
static enum registry_result find_lost(struct laying_out *laying) {
    struct registry *registry = laying->registry;
    struct arena arena;
    struct records records;
    bool any = false;
    for (size_t i = 0; i < laying->migration->steps.count; i++) {
        enum registry_step_kind kind = laying->migration->steps.items[i].kind;
        any = any || kind == REGISTRY_RANGED || kind == REGISTRY_CODED || kind == REGISTRY_BARED;
    }
    if (!any) return REGISTRY_DONE;
    arena_init(&arena);
    struct registry_names *names = ARENA_ARRAY(&arena, struct registry_names, registry->policy->entities.count + 1);
    enum registry_result result = REGISTRY_NO_MEMORY;
    if (names) result = registry_read_chosen(registry, REGISTRY_NOW, REGISTRY_CLOSED, NULL, &arena, &records, names);
    if (result == REGISTRY_DONE) tell_lost(laying, names);
    arena_free(&arena);
    return result == REGISTRY_DONE ? registry_outcome(registry, NULL) : result;
}

enum registry_result registry_lay_out(struct registry *registry, struct registry_change *change,
                                      struct registry_migration *migration) {
    struct laying_out laying = {.registry = registry, .arena = &registry->arena, .migration = migration};
    const struct policy *policy = registry->policy;
    size_t there = registry->layout.tables.count;
    *migration = (struct registry_migration){.refused = false};
    for (size_t i = 0; i < policy->entities.count && !arena_failed(laying.arena); i++)
        if (!lay_out_entity(&laying, policy->entities.items[i]))
            return arena_failed(laying.arena) ? REGISTRY_NO_MEMORY : REGISTRY_UNFIT;
    for (size_t i = 0; i < there; i++) drop_from(&laying, registry->layout.tables.items[i]);
    enum registry_result result = registry_outcome(registry, NULL);
    if (result != REGISTRY_DONE || migration->refused) return result;
    result = make_tables(registry);
    if (result == REGISTRY_DONE) result = registry_prepare(registry);
    if (result == REGISTRY_DONE) result = registry_number_change(registry, change);
    if (result == REGISTRY_DONE) columns_write(registry, laying.lines.items, laying.lines.count);
    if (result == REGISTRY_DONE) result = columns_bind(registry);
    if (result == REGISTRY_DONE) result = registry_outcome(registry, NULL);
    return result == REGISTRY_DONE ? find_lost(&laying) : result;
}
