#include "work/world.h"

#include "engine/dataset.h"
#include "registry/family.h"
#include "registry/tell_events.h"
#include "registry/work_rows.h"

/* --- what is kept between one reading and the next ------------------------------------------------------------------
 */

static bool is_needed(const struct world_reader *reader, const struct field *field) {
    bool known = field->kind == FIELD_INPUT || field->entity->is_event;
    for (size_t i = 0; i < reader->needs.count && !known; i++) known = reader->needs.items[i] == field;
    return !known;
}

/* Monthly rules that rules of bills read; their own are among the dependencies of all texts. */
static void find_needs(struct world_reader *reader) {
    const struct policy *policy = reader->registry->policy;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (!field->entity->is_event) continue;
        for (size_t k = 0; k < field->reads_before.list.count; k++) {
            const struct field *read = field->reads_before.list.items[k].field;
            if (is_needed(reader, read)) VECTOR_PUSH(&reader->arena, &reader->needs, read);
        }
    }
}

static void forget(struct world_reader *reader) {
    registry_run_rows_end(&reader->run_rows);
    import_close(&reader->given);
    arena_free(&reader->arena);
    arena_init(&reader->arena);
    reader->runs = (struct registry_runs){.known = 0};
    reader->needs.items = NULL;
    reader->needs.count = reader->needs.room = 0;
    reader->seen = 0;
}

static enum registry_result read_given(struct world_reader *reader) {
    struct registry_given given;
    struct arena *arena = &reader->arena;
    enum registry_result result = registry_read_given(reader->registry, REGISTRY_NOW, arena, &given);
    if (result != REGISTRY_DONE) return result;
    diagnostics_init(&reader->diagnostics, arena);
    reader->given =
        (struct import){.arena = arena, .policy = reader->registry->policy, .diagnostics = &reader->diagnostics};
    if (import_given_lines(&reader->given, TEXT(""), given.opening, given.decisions) == IMPORT_NO_MEMORY)
        return REGISTRY_NO_MEMORY;
    size_t count = reader->given.given.count;
    map_init(&reader->given_first, arena);
    reader->given_next = ARENA_ARRAY(arena, size_t, count + 1);
    for (size_t i = count; i-- > 0 && !arena_failed(arena);) {
        struct text id = reader->given.given.items[i].id;
        reader->given_next[i] = (size_t)map_get(&reader->given_first, id);
        map_put(&reader->given_first, id, (void *)(i + 1));
    }
    return arena_failed(arena) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

static enum registry_result read_runs(struct world_reader *reader) {
    enum registry_result result = registry_read_runs(reader->registry, REGISTRY_NOW, &reader->arena, &reader->runs);
    return result == REGISTRY_DONE ? registry_run_rows_begin(&reader->run_rows, reader->registry, &reader->runs)
                                   : result;
}

enum registry_result world_reader_begin(struct world_reader *reader, struct registry *registry) {
    *reader = (struct world_reader){.registry = registry};
    arena_init(&reader->arena);
    return registry_settled_begin(&reader->settled, registry);
}

void world_reader_end(struct world_reader *reader) {
    if (!reader->registry) return;
    forget(reader);
    arena_free(&reader->arena);
    registry_settled_end(&reader->settled);
}

enum registry_result world_reader_refresh(struct world_reader *reader, int64_t last) {
    if (reader->seen == last && last) return REGISTRY_DONE;
    forget(reader);
    find_needs(reader);
    enum registry_result result = registry_settled_refresh(&reader->settled);
    if (result == REGISTRY_DONE) result = read_runs(reader);
    if (result == REGISTRY_DONE) result = read_given(reader);
    if (result == REGISTRY_DONE && arena_failed(&reader->arena)) result = REGISTRY_NO_MEMORY;
    reader->seen = result == REGISTRY_DONE ? last : 0;
    return result;
}

/* --- rows that were read --------------------------------------------------------------------------------------------
 */

static int64_t key_of(void *context, const struct entity *entity, struct text id) {
    const struct world *world = context;
    const struct record_table *table = &world->records.tables[entity->index];
    for (size_t i = 0; i < world->events.count && entity->is_event; i++)
        if (text_equal(world->events.items[i].id, id)) return world->events.items[i].key;
    for (size_t row = 0; row < table->count && !entity->is_event; row++)
        if (text_equal(table->rows[row].id, id)) return table->rows[row].place;
    return 0;
}

static struct text id_of(void *context, const struct entity *entity, int64_t key) {
    const struct world *world = context;
    const struct record_table *table = &world->records.tables[entity->index];
    for (size_t i = 0; i < world->events.count && entity->is_event; i++)
        if (world->events.items[i].key == key) return world->events.items[i].id;
    for (size_t row = 0; row < table->count && !entity->is_event; row++)
        if (table->rows[row].place == key) return table->rows[row].id;
    return TEXT("");
}

/* It stands so in the month of its own date. */
static bool is_of_its_month(const struct record_table *table, size_t row) {
    const struct column *date = &table->columns[table->entity->dated.items[0]->input_index];
    month_number month = day_month((day_number)column_get(date, row));
    return date->known[row] && table->rows[row].from <= month && month <= table->rows[row].until;
}

/* Each bill once, as it stands in its month. */
static void list_events(struct world *world, const struct entity *event) {
    const struct record_table *table = &world->records.tables[event->index];
    struct builder name;
    builder_init(&name);
    for (size_t row = 0; row < table->count && !arena_failed(world->arena); row++) {
        struct world_event *known = NULL;
        for (size_t i = 0; i < world->events.count && !known; i++)
            if (world->events.items[i].key == table->rows[row].place) known = &world->events.items[i];
        if (known && is_of_its_month(table, row)) known->row = row;
        if (known) continue;
        struct world_event listed = {.row = row,
                                     .id = event_name(world->arena, &name, table, row, table->rows[row].parent),
                                     .key = table->rows[row].place};
        VECTOR_PUSH(world->arena, &world->events, listed);
    }
    if (name.failed) world->arena->failed = true;
    builder_free(&name);
}

/* --- what bills were settled with -----------------------------------------------------------------------------------
 */

/* Of a bill that was told otherwise than at the window, since it was last cancelled there. */
static enum registry_result recall_run(struct world *world, const struct entity *event, struct world_event *settled,
                                       int64_t cancelled) {
    struct world_reader *reader = world->reader;
    enum registry_result result = registry_recall_event(&reader->run_rows, event, settled->key, settled->id, cancelled,
                                                        &world->history, &world->rows, &settled->found);
    if (result != REGISTRY_DONE || settled->found == 0) return result;
    return registry_event_told(reader->registry, event, settled->key, cancelled, &settled->told);
}

static enum registry_result recall_settlement(struct world *world, const struct entity *event, int64_t known,
                                              struct world_event *settled) {
    struct registry_settlement *settlement = &settled->settlement;
    struct world_reader *reader = world->reader;
    enum registry_result result =
        registry_find_settlement(reader->registry, event, settled->key, known, world->arena, settlement);
    int64_t cancelled = settlement->kind == REGISTRY_CANCELLED ? settlement->change : 0;
    if (cancelled) *settlement = (struct registry_settlement){.number = 0};
    if (result == REGISTRY_DONE && settlement->number == 0) result = recall_run(world, event, settled, cancelled);
    if (result != REGISTRY_DONE || settlement->number == 0) return result;
    uint32_t past = history_row(&world->history, event, settled->id);
    if (past == PAST_NONE) past = history_add_row(&world->history, event, settled->id);
    uint32_t line = history_line(&world->history, event, past, settlement->month);
    return registry_settled_read(&reader->settled, settlement->values, &world->history, event, line, &world->rows);
}

/* What else lies where bills do, and no bill reads. */
static bool is_left_out(const struct entity *entity, const struct entity *event) {
    return entity != event && entity != event->parent && entity_is_within(entity, event->parent);
}

static const struct record_row *row_in(const struct world *world, const struct entity *entity, struct text id,
                                       month_number month) {
    const struct record_table *table = &world->records.tables[entity->index];
    for (size_t i = 0; i < table->count; i++) {
        const struct record_row *row = &table->rows[i];
        if (row->from <= month && month <= row->until && text_equal(row->id, id)) return row;
    }
    return NULL;
}

bool world_is_unconfirmed(const struct world *world, const struct entity *entity, struct text id, month_number month) {
    bool unconfirmed = false;
    const struct policy *policy = world->reader->registry->policy;
    for (; entity && world->unconfirmed && !unconfirmed && !entity_is_area(policy, entity); entity = entity->parent) {
        const struct record_row *row = row_in(world, entity, id, month);
        if (!row) break;
        unconfirmed = row->unconfirmed;
        id = row->parent;
    }
    return unconfirmed;
}

static void note_unconfirmed(struct world *world) {
    const struct policy *policy = world->reader->registry->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct record_table *table = &world->records.tables[i];
        bool asked = !entity_is_area(policy, table->entity);
        for (size_t row = 0; row < table->count && asked && !world->unconfirmed; row++)
            world->unconfirmed = table->rows[row].unconfirmed;
    }
}

enum registry_result world_read(struct world *world, struct world_reader *reader, const struct entity *event,
                                const struct registry_root *roots, size_t count, int64_t known, struct arena *arena) {
    struct registry *registry = reader->registry;
    size_t entities = registry->policy->entities.count;
    *world = (struct world){.reader = reader, .arena = arena};
    world->rows = (struct registry_rows_known){world, key_of, id_of};
    history_init(&world->history, registry->policy);
    bool *left_out = ARENA_ARRAY(arena, bool, entities + 1);
    if (!left_out) return REGISTRY_NO_MEMORY;
    for (size_t i = 0; i < entities; i++) left_out[i] = is_left_out(registry->policy->entities.items[i], event);
    enum registry_result result = registry_read_few(registry, known, roots, count, left_out, arena, &world->records);
    if (result != REGISTRY_DONE) return result;
    note_unconfirmed(world);
    list_events(world, event);
    for (size_t i = 0; i < world->events.count && result == REGISTRY_DONE; i++)
        result = recall_settlement(world, event, known, &world->events.items[i]);
    return result;
}

void world_free(struct world *world) {
    if (world->reader) history_free(&world->history);
}

struct text world_parent_of(const struct world *world, const struct entity *entity, struct text id) {
    const struct record_table *table = &world->records.tables[entity->index];
    for (size_t row = 0; row < table->count; row++)
        if (text_equal(table->rows[row].id, id)) return table->rows[row].parent;
    return TEXT("");
}

month_number world_assessed(const struct world *world, const struct entity *entity, struct text id,
                            month_number until) {
    const struct world_reader *reader = world->reader;
    month_number latest = MONTH_FIRST;
    for (; entity && !entity_is_area(reader->registry->policy, entity); entity = entity->parent) {
        for (size_t i = 0; i < reader->needs.count; i++) {
            const struct field *field = reader->needs.items[i];
            struct past_value past;
            if (field->entity == entity && history_find(&world->history, field, id, until, &past) &&
                past.month > latest)
                latest = past.month;
        }
        id = world_parent_of(world, entity, id);
    }
    return latest;
}

/* --- what monthly rules had found -----------------------------------------------------------------------------------
 */

static enum registry_result recall_month(struct world *world, month_number month) {
    const struct world_reader *reader = world->reader;
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < reader->needs.count && result == REGISTRY_DONE; i++) {
        const struct field *field = reader->needs.items[i];
        const struct record_table *table = &world->records.tables[field->entity->index];
        for (size_t row = 0; row < table->count && result == REGISTRY_DONE; row++)
            result = registry_recall_rule(&world->reader->run_rows, field, table->rows[row].place, table->rows[row].id,
                                          month, &world->history, &world->rows);
    }
    return result;
}

static void take_given(struct world *world, const struct import_given *line) {
    struct given given = {line->field, line->id, line->month, line->value};
    if (line->opening)
        history_put(&world->history, line->field, line->id, MONTH_FIRST, line->value);
    else
        VECTOR_PUSH(world->arena, &world->given, given);
}

/* Opening values, and what officers decided. */
static void take_all_given(struct world *world, struct text id) {
    const struct world_reader *reader = world->reader;
    for (size_t at = (size_t)map_get(&reader->given_first, id); at; at = reader->given_next[at - 1])
        take_given(world, &reader->given.given.items[at - 1]);
}

enum registry_result world_recall(struct world *world, const struct world_months *months) {
    const struct world_reader *reader = world->reader;
    const struct policy *policy = reader->registry->policy;
    enum registry_result result = REGISTRY_DONE;
    for (size_t i = 0; i < policy->entities.count && reader->given.given.count; i++) {
        const struct record_table *table = &world->records.tables[i];
        for (size_t row = 0; row < table->count && !table->entity->is_event; row++)
            take_all_given(world, table->rows[row].id);
    }
    for (size_t i = 0; i < world->events.count && reader->given.given.count; i++)
        take_all_given(world, world->events.items[i].id);
    for (size_t i = 0; i < months->list.count && result == REGISTRY_DONE && reader->runs.list.count; i++)
        result = recall_month(world, months->list.items[i]);
    if (result == REGISTRY_DONE && (arena_failed(world->arena) || arena_failed(&world->history.arena)))
        result = REGISTRY_NO_MEMORY;
    return result;
}
