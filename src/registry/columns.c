/* What the tables of versions have: every column that any law had, in the order in which they came, as the lines of
 * `_columns` tell, and where in them lies what a policy's model asks for. */
#include "registry/registry_inside.h"

#include "base/shown.h"

enum { LINE_NUMBER, LINE_CHANGE, LINE_ENTITY, LINE_INPUT, LINE_NAME, LINE_CODING, LINE_COLUMNS };
static const struct store_column line_columns[LINE_COLUMNS] = {
    {{"_column", 7}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_entity", 7}, STORE_TEXT, true},
    {{"_input", 6}, STORE_TEXT, true},     {{"_name", 5}, STORE_TEXT, true},      {{"_coding", 7}, STORE_TEXT, true}};
const struct store_table registry_columns_table = {{"_columns", 8}, line_columns, LINE_COLUMNS, false};

/* --- of a model --------------------------------------------------------------------------------------------------- */

struct text entity_coding(struct arena *arena, const struct entity *entity) {
    struct builder coding;
    builder_init(&coding);
    builder_add(&coding, entity->is_event ? TEXT("event") : TEXT("entity"));
    if (entity->parent) builder_format(&coding, " in %.*s", TEXT_ARG(entity->parent->name));
    for (size_t i = 0; i < entity->dated.count; i++)
        builder_format(&coding, "%s%.*s", i ? "," : " dated ", TEXT_ARG(entity->dated.items[i]->name));
    return builder_finish(&coding, arena);
}

bool has_parent(const struct registry_tables *tables) {
    return text_starts(tables->coding, "entity in ") || text_starts(tables->coding, "event in ");
}

const struct registry_tables *tables_above(const struct registry *registry, const struct registry_tables *tables) {
    static const struct text in = {" in ", 4};
    struct text coding = tables->coding;
    if (!has_parent(tables)) return NULL;
    size_t begin = (text_starts(coding, "event") ? 5 : 6) + in.length, end = begin;
    while (end < coding.length && coding.bytes[end] != ' ') end++;
    return map_get(&registry->layout.by_entity, text_slice(coding, begin, end));
}

static size_t no_rows(const void *of, const struct entity *entity) {
    (void)of;
    (void)entity;
    return 0;
}

bool entity_is_area(const struct policy *policy, const struct entity *entity) {
    const struct entity *people = policy_people(policy, no_rows, NULL), *families = people ? people->parent : NULL;
    return families && entity && entity != families && entity_is_within(families, entity);
}

struct text column_name_of_next(struct arena *arena, const struct registry_input *input, struct text name) {
    size_t had = input ? input->columns.count : 0;
    return had ? text_format(arena, "_%zu_%.*s", had + 1, TEXT_ARG(name)) : name;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static const struct store_column own_columns[COLUMN_INPUTS] = {
    {{"_version", 8}, STORE_INTEGER, true}, {{"_key", 4}, STORE_INTEGER, true},
    {{"_change", 7}, STORE_INTEGER, true},  {{"_since", 6}, STORE_INTEGER, true},
    {{"_stands", 7}, STORE_INTEGER, true},  {{"_unconfirmed", 12}, STORE_INTEGER, true},
    {{"_parent", 7}, STORE_INTEGER, true}};
static const struct store_column name_columns[NAME_COLUMNS] = {
    {{"_key", 4}, STORE_INTEGER, true}, {{"_change", 7}, STORE_INTEGER, true}, {{"_id", 3}, STORE_TEXT, true}};

static void push_column(struct registry *registry, struct registry_tables *tables, struct store_column column,
                        struct column_coding coding) {
    VECTOR_PUSH(&registry->arena, &tables->columns, column);
    VECTOR_PUSH(&registry->arena, &tables->codings, coding);
    tables->versions.columns = tables->columns.items;
    tables->versions.count = tables->columns.count;
}

static void add_tables(struct registry *registry, const struct column_line *line) {
    struct arena *arena = &registry->arena;
    struct registry_tables *tables = ARENA_NEW(arena, struct registry_tables);
    *tables = (struct registry_tables){.coding = line->coding};
    tables->versions.name = line->entity;
    tables->versions.by_place = true;
    tables->names =
        (struct store_table){text_format(arena, "_id_%.*s", TEXT_ARG(line->entity)), name_columns, NAME_COLUMNS, false};
    for (size_t i = 0; i < COLUMN_INPUTS; i++)
        push_column(registry, tables, own_columns[i], (struct column_coding){.kind = CODING_ROW});
    map_init(&tables->inputs, arena);
    VECTOR_PUSH(arena, &registry->layout.tables, tables);
    map_put(&registry->layout.by_entity, line->entity, tables);
}

/* An entity lies where it lay, and its events are dated as they were: ids and parents of rows rest on it. */
static bool add_entity_line(struct registry *registry, struct registry_tables *tables, const struct column_line *line) {
    bool gone = text_is(line->coding, CODING_GONE);
    if (!text_equal(line->name, line->entity) || (gone && !tables)) return false;
    if (!tables) {
        add_tables(registry, line);
        return true;
    }
    tables->gone = gone;
    return gone || text_equal(tables->coding, line->coding);
}

static struct text dotted(struct arena *arena, struct text entity, struct text input) {
    return text_format(arena, "%.*s.%.*s", TEXT_ARG(entity), TEXT_ARG(input));
}

static void add_index(struct registry *registry, struct registry_tables *tables, const struct registry_input *input) {
    struct arena *arena = &registry->arena;
    struct text name = text_format(arena, "_index_%.*s", TEXT_ARG(tables->columns.items[input->column].name));
    push_column(registry, tables, (struct store_column){name, STORE_BYTES, false},
                (struct column_coding){.kind = CODING_INDEX});
    VECTOR_PUSH(arena, &tables->sealed,
                ((struct sealed_column){input->column, dotted(arena, tables->versions.name, input->name)}));
}

/* The first column of an input has its name, so that two have not the same. */
static bool add_column(struct registry *registry, struct registry_tables *tables, struct registry_input *input,
                       const struct column_line *line, const struct column_coding *coding) {
    struct text name = column_name_of_next(&registry->arena, input, line->input);
    bool sealed = coding->kind == CODING_SEALED;
    enum store_type type = sealed ? STORE_BYTES : coding->kind == CODING_TEXT ? STORE_TEXT : STORE_INTEGER;
    if (!text_equal(line->name, name) || tables->versions.count + sealed >= STORE_COLUMNS_MAX) return false;
    push_column(registry, tables, (struct store_column){name, type, false}, *coding);
    input->column = tables->versions.count - 1;
    VECTOR_PUSH(&registry->arena, &input->columns, input->column);
    if (sealed) add_index(registry, tables, input);
    return true;
}

static bool add_input_line(struct registry *registry, struct registry_tables *tables, const struct column_line *line) {
    struct arena *arena = &registry->arena;
    struct registry_input *input = map_get(&tables->inputs, line->input);
    struct column_coding coding;
    bool gone = text_is(line->coding, CODING_GONE), first = !input;
    if (gone && first) return false;
    if (gone) {
        input->gone = true;
        return text_equal(line->name, tables->versions.columns[input->column].name);
    }
    if (!column_coding_parse(arena, line->coding, &coding)) return false;
    if (first) {
        input = ARENA_NEW(arena, struct registry_input);
        *input = (struct registry_input){.name = line->input};
        map_put(&tables->inputs, line->input, input);
    }
    if (arena_failed(arena)) return true;
    bool goes_on = !first && text_equal(line->name, tables->versions.columns[input->column].name);
    bool good = goes_on ? column_coding_join(&tables->codings.items[input->column], &coding)
                        : add_column(registry, tables, input, line, &coding);
    input->gone = false;
    input->coding = line->coding;
    VECTOR_PUSH(arena, &input->codings, line->coding);
    return good;
}

bool column_line_add(struct registry *registry, const struct column_line *line) {
    struct registry_tables *tables = map_get(&registry->layout.by_entity, line->entity);
    if (line->input.length == 0) return add_entity_line(registry, tables, line);
    return tables && add_input_line(registry, tables, line);
}

/* Such a name is told to the user, and stands in SQL. */
static bool is_name(struct text name) {
    return name.length && name.length <= COLUMN_NAME_MOST && name.bytes[0] != '_' &&
           text_steers_at(name, 0) == name.length;
}

static bool is_line(const struct column_line *line) {
    enum { CODING_MOST = 1 << 20 };
    return is_name(line->entity) && (line->input.length == 0 || is_name(line->input)) &&
           line->coding.length <= CODING_MOST && text_steers_at(line->coding, 0) == line->coding.length;
}

static enum registry_result read_lines(struct registry *registry) {
    struct arena *arena = &registry->arena;
    struct registry_layout *layout = &registry->layout;
    bool good = true;
    struct statement *scan =
        store_scan(registry->store,
                   &(struct store_scan_of){.table = &registry_columns_table, .first = INT64_MIN, .last = INT64_MAX});
    while (scan && good && statement_next(scan)) {
        struct column_line line = {
            text_copy(arena, statement_text(scan, LINE_ENTITY)), text_copy(arena, statement_text(scan, LINE_INPUT)),
            text_copy(arena, statement_text(scan, LINE_NAME)), text_copy(arena, statement_text(scan, LINE_CODING))};
        layout->last = statement_integer(scan, LINE_NUMBER);
        if (arena_failed(arena)) break;
        good = is_line(&line) && column_line_add(registry, &line);
    }
    if (scan) store_scan_end(scan);
    enum registry_result outcome = registry_outcome(registry, NULL);
    if (outcome != REGISTRY_DONE || good) return outcome;
    registry->differs = text_format(arena, "_columns %lld", (long long)layout->last);
    return REGISTRY_DAMAGED;
}

enum registry_result columns_read(struct registry *registry) {
    columns_begin(registry);
    enum registry_result result = read_lines(registry);
    for (size_t i = 0; i < registry->layout.tables.count && result == REGISTRY_DONE; i++) {
        struct registry_tables *tables = registry->layout.tables.items[i];
        tables->made = tables->versions.count;
    }
    return result;
}

void columns_begin(struct registry *registry) {
    registry->layout = (struct registry_layout){.last = 0};
    map_init(&registry->layout.by_entity, &registry->arena);
}

void columns_write(struct registry *registry, const struct column_line *lines, size_t count) {
    struct chain_load load;
    if (count == 0 || !chain_load_begin(&load, registry, CHAIN_COLUMNS)) return;
    for (size_t i = 0; i < count; i++) {
        const struct store_value values[LINE_COLUMNS] = {[LINE_NUMBER] = store_integer(++registry->layout.last),
                                                         [LINE_CHANGE] = store_integer(registry->change.number),
                                                         [LINE_ENTITY] = store_text(lines[i].entity),
                                                         [LINE_INPUT] = store_text(lines[i].input),
                                                         [LINE_NAME] = store_text(lines[i].name),
                                                         [LINE_CODING] = store_text(lines[i].coding)};
        chain_load_row(&load, values);
    }
    chain_load_end(&load);
}

enum registry_result columns_check(struct registry *registry) {
    int64_t last = registry_highest(registry, &registry_columns_table);
    enum registry_result result = registry_outcome(registry, NULL);
    return result == REGISTRY_DONE && last != registry->layout.last ? REGISTRY_MIGRATED : result;
}

/* --- what a model asks for ---------------------------------------------------------------------------------------- */

static bool had_coding(const struct registry_input *input, struct text coding) {
    for (size_t i = 0; i < input->codings.count; i++)
        if (text_equal(input->codings.items[i], coding)) return true;
    return false;
}

static bool bind_input(struct registry *registry, struct registry_tables *tables, const struct field *field,
                       struct registry_slot *slot) {
    struct arena *arena = &registry->arena;
    const struct registry_input *input = map_get(&tables->inputs, field->name);
    struct column_coding coding = column_coding_of(arena, registry->policy, field), before;
    struct text text = column_coding_text(arena, &coding);
    if (arena_failed(arena)) return true;
    if (!input || !had_coding(input, text)) {
        registry->differs = text_format(arena, "%.*s.%.*s : %.*s", TEXT_ARG(tables->versions.name),
                                        TEXT_ARG(field->name), TEXT_ARG(text));
        return false;
    }
    if (input->gone || !text_equal(input->coding, text)) registry->current = false;
    *slot = (struct registry_slot){.sealed = field->sealed,
                                   .name = dotted(arena, tables->versions.name, field->name),
                                   .write = input->column,
                                   .count = input->columns.count};
    slot->columns = ARENA_ARRAY(arena, struct registry_slot_column, slot->count);
    bool changes = input->before.length && column_coding_parse(arena, input->before, &before);
    for (size_t i = 0; i < slot->count && !arena_failed(arena); i++) {
        struct registry_slot_column *column = &slot->columns[i];
        column->column = input->columns.items[i];
        column->now = conversion_between(arena, &tables->codings.items[column->column], &coding);
        slot->sealed = slot->sealed || column->now.from == CODING_SEALED;
        if (changes) column->before = conversion_between(arena, &tables->codings.items[column->column], &before);
    }
    return true;
}

static bool bind_entity(struct registry *registry, const struct entity *entity) {
    struct arena *arena = &registry->arena;
    struct registry_place *place = &registry->places[entity->index];
    struct text coding = entity_coding(arena, entity);
    place->tables = map_get(&registry->layout.by_entity, entity->name);
    place->slots = ARENA_ARRAY(arena, struct registry_slot, entity->inputs.count + 1);
    if (arena_failed(arena)) return true;
    if (!place->tables || !text_equal(place->tables->coding, coding)) {
        registry->differs = text_format(arena, "%.*s : %.*s", TEXT_ARG(entity->name), TEXT_ARG(coding));
        return false;
    }
    if (place->tables->gone) registry->current = false;
    for (size_t i = 0; i < entity->inputs.count && !arena_failed(arena); i++)
        if (!bind_input(registry, place->tables, entity->inputs.items[i], &place->slots[i])) return false;
    for (size_t i = 0; i < entity->inputs.count; i++)
        if (place->slots[i].sealed) place->slots[i].sealed_at = place->sealed++;
    return true;
}

/* What is there of the last law, and is not asked for. */
static bool asks_for_all(const struct registry *registry) {
    const struct registry_layout *layout = &registry->layout;
    size_t entities = 0;
    for (size_t i = 0; i < layout->tables.count; i++) entities += !layout->tables.items[i]->gone;
    for (size_t i = 0; i < registry->policy->entities.count; i++) {
        const struct map *inputs = &registry->places[i].tables->inputs;
        size_t there = 0;
        for (size_t k = 0; k < inputs->count; k++)
            there += !((const struct registry_input *)inputs->entries[k].value)->gone;
        if (there != registry->policy->entities.items[i]->inputs.count) return false;
    }
    return entities == registry->policy->entities.count;
}

enum registry_result columns_bind(struct registry *registry) {
    const struct policy *policy = registry->policy;
    registry->places = ARENA_ARRAY(&registry->arena, struct registry_place, policy->entities.count + 1);
    registry->current = true;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&registry->arena); i++)
        if (!bind_entity(registry, policy->entities.items[i])) return REGISTRY_OTHER_MODEL;
    if (arena_failed(&registry->arena)) return REGISTRY_NO_MEMORY;
    registry->current = registry->current && asks_for_all(registry);
    return REGISTRY_DONE;
}
