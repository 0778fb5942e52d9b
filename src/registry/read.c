#include "registry/reading.h"

#include "exchange/import.h"

#include <string.h>

/* --- names -------------------------------------------------------------------------------------------------------- */

static int64_t find_number(struct registry *registry, const struct store_table *table, const char *begins,
                           const char *ends) {
    struct builder sql;
    builder_init(&sql);
    builder_format(&sql, "SELECT %s(", begins);
    store_quote(&sql, table->columns[0].name);
    builder_format(&sql, ")%s FROM ", ends);
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

int64_t registry_highest(struct registry *registry, const struct store_table *table) {
    return find_number(registry, table, "coalesce(max", ", 0)");
}

/* What is small is not worth looking at, and what may be there is not worth counting: it lies on other servers, or is
 * not there. */
size_t registry_room(struct registry *registry, const struct store_table *table) {
    enum { SMALL = 1 << 20 };
    int64_t highest = registry_highest(registry, table);
    if (highest <= SMALL) return highest < 0 ? 0 : (size_t)highest;
    if (highest < UINT32_MAX && highest <= store_rows_most(registry->store)) return (size_t)highest;
    if (highest < UINT32_MAX && find_number(registry, table, "CAST(count", " AS BIGINT)") >= highest)
        return (size_t)highest;
    struct text words = text_format(&registry->arena, "%.*s: %lld", TEXT_ARG(table->name), (long long)highest);
    store_is_damaged(registry->store, words.bytes);
    return 0;
}

bool registry_needs_rows_of(const struct entity *entity, const struct entity *other) {
    bool needs = entity->parent == other;
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct type *type = &entity->inputs.items[i]->type;
        needs = needs || (type->kind == TYPE_ROW && type->entity == other);
    }
    return needs;
}

struct text reading_name(struct arena *arena, struct text id) {
    enum { NAME_BYTES_MAX = 1 << 16 }; /* of an event: its parent's and its dated fields, all escaped */
    bool good = id.length <= NAME_BYTES_MAX && text_invalid_at(id) == id.length;
    return good ? text_copy(arena, id) : TEXT("");
}

/* --- which versions count ----------------------------------------------------------------------------------------- */

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

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* Whoever writes into the database can write anything; the engine rests on what the model allows. */
static void refuse(struct reading *reading, const struct statement *scan, const struct entity *entity,
                   struct text column) {
    if (!reading->damaged && !reading->together)
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

static struct text index_text(struct arena *arena, struct text index) {
    char bytes[INDEX_TEXT_BYTES];
    if (index.length != INDEX_BYTES) return TEXT("");
    bytes[0] = (char)INDEX_MARK;
    memcpy(bytes + 1, index.bytes, INDEX_BYTES);
    return text_copy(arena, (struct text){bytes, sizeof bytes});
}

static enum registry_result open_sealed(const struct reading *reading, const struct field *input, int64_t key,
                                        struct text sealed, struct text *plain) {
    char context[CONTEXT_BYTES];
    struct registry *registry = reading->registry;
    struct text name = registry->places[input->entity->index].slots[input->input_index].name;
    if (!reading->sealer) return registry_open_sealed(registry, name, key, sealed, plain);
    return registry_of_seal(sealer_open(reading->sealer, seal_context(context, name, key), sealed, plain));
}

/* What a column that is sealed, or the law seals now, shows of a value: what was sealed stays so, whatever a later law
 * says. */
static void put_secret(struct reading *reading, const struct statement *scan, const struct field *input, size_t row,
                       const struct registry_slot_column *column) {
    static const struct text closed = {"••••", sizeof "••••" - 1};
    struct registry *registry = reading->registry;
    struct text shown = statement_text(scan, column->column);
    bool sealed = column->now.from == CODING_SEALED, looks = !registry->sight_of || registry->sight_of == input->entity;
    bool opens = looks && reading->sight == REGISTRY_OPEN;
    bool masked = looks && reading->sight == REGISTRY_MASKED && (registry->sealing || !sealed);
    enum registry_result result = REGISTRY_DONE;
    if (sealed && (opens || masked))
        result = open_sealed(reading, input, statement_integer(scan, COLUMN_KEY), shown, &shown);
    if (result == REGISTRY_NO_MEMORY) reading->arena->failed = true;
    if (result != REGISTRY_DONE && result != REGISTRY_DAMAGED)
        reading->failed = result;
    else if (result == REGISTRY_DAMAGED || (sealed && statement_is_null(scan, column->column + 1)))
        refuse(reading, scan, input->entity, input->name);
    else if (opens || masked)
        put_text(reading, scan, input, row, masked && !opens ? seal_mask(reading->arena, shown) : shown);
    else
        records_put_text(reading->records, input, row, closed);
}

/* For what is told now to be compared with: by the index, and never opened. */
static void put_index(struct reading *reading, const struct statement *scan, const struct field *input, size_t row,
                      const struct registry_slot_column *column) {
    struct text index = index_text(reading->arena, statement_text(scan, column->column + 1));
    if (index.length == 0) refuse(reading, scan, input->entity, input->name);
    records_put_text(reading->records, input, row, index);
}

/* The model before could read it. */
static void note_lost(struct registry_slot *slot, const struct registry_slot_column *column,
                      const struct statement *scan) {
    int64_t value;
    const struct conversion *before = &column->before;
    bool whole = coding_is_text(before->from) || before->from == CODING_ROW;
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
    bool text = coding_is_text(now->from), sealed = now->from == CODING_SEALED;
    if (!text) result = conversion_of(now, statement_integer(scan, column->column), &value);
    if (result == CONVERTED_DAMAGED)
        refuse(reading, scan, input->entity, input->name);
    else if (result == CONVERTED_UNFIT && reading->together)
        return; /* who counts them reads alone */
    else if (result == CONVERTED_UNFIT)
        note_lost(&reading->registry->places[input->entity->index].slots[input->input_index], column, scan);
    else if (sealed && reading->sight == REGISTRY_INDEXES)
        put_index(reading, scan, input, row, column);
    else if (reading->sight != REGISTRY_INDEXES && (sealed || input->sealed))
        put_secret(reading, scan, input, row, column);
    else if (text)
        put_text(reading, scan, input, row, statement_text(scan, column->column));
    else if (now->from == CODING_ROW)
        put_reference(reading, scan, input, row, value);
    else
        records_put(reading->records, input, row, value);
}

/* What was sealed was taken away. */
static bool has_lost_value(const struct statement *scan, const struct registry_slot *slot) {
    bool any = false;
    for (size_t i = 0; i < slot->count && !any; i++)
        any = slot->columns[i].now.from == CODING_SEALED && !statement_is_null(scan, slot->columns[i].column + 1);
    return any;
}

/* Nearly all that is read: a number in the only column of its input, asked for as it is stored. False: it is not one.
 */
static bool put_number(struct reading *reading, const struct statement *scan, const struct field *input, size_t row,
                       const struct registry_slot *slot) {
    const struct registry_slot_column *column = slot->columns;
    const struct conversion *now = &column->now;
    if (slot->count != 1 || !now->same || coding_is_text(now->from) || now->from == CODING_ROW) return false;
    int64_t value = statement_integer(scan, column->column);
    if (value < now->low || value > now->high) return false;
    if (value == 0 && statement_is_null(scan, column->column)) return true;
    records_put(reading->records, input, row, value);
    return true;
}

/* A version wrote one of the input's columns at most. */
static void put_input(struct reading *reading, const struct statement *scan, const struct field *input, size_t row) {
    const struct registry_slot *slot = &reading->registry->places[input->entity->index].slots[input->input_index];
    const struct registry_slot_column *found = NULL;
    if (put_number(reading, scan, input, row, slot)) return;
    for (size_t i = 0; i < slot->count; i++) {
        if (statement_is_null(scan, slot->columns[i].column)) continue;
        if (found) refuse(reading, scan, input->entity, input->name);
        found = &slot->columns[i];
    }
    if (found) put_stored(reading, scan, input, row, found);
    if (!found && slot->sealed && has_lost_value(scan, slot)) refuse(reading, scan, input->entity, input->name);
}

/* False: it is nothing that can have been told. */
static bool make_row(struct reading *reading, const struct statement *scan, const struct entity *entity,
                     const struct standing *standing, struct record_row *row) {
    int64_t key = statement_integer(scan, COLUMN_KEY);
    struct text name = reading->name(reading, entity, key);
    if (name.length == 0) {
        refuse(reading, scan, entity, TEXT("_key"));
        return false;
    }
    *row = (struct record_row){.id = entity->is_event ? TEXT("") : name,
                               .from = standing->since,
                               .until = standing->until,
                               .place = (uint32_t)key,
                               .unconfirmed = statement_integer(scan, COLUMN_UNCONFIRMED) != 0};
    if (entity->parent) row->parent = reading->name(reading, entity->parent, statement_integer(scan, COLUMN_PARENT));
    return true;
}

static void put_inputs(struct reading *reading, const struct statement *scan, const struct entity *entity,
                       size_t number) {
    for (size_t i = 0; i < entity->inputs.count && !reading->known_by; i++)
        if (!reading_passes_over(reading, entity->inputs.items[i]))
            put_input(reading, scan, entity->inputs.items[i], number);
    for (size_t i = 0; i < entity->known_by.count && reading->known_by; i++)
        if (entity->known_by.items[i]->type.kind != TYPE_ROW)
            put_input(reading, scan, entity->known_by.items[i], number);
}

size_t reading_row(struct reading *reading, const struct statement *scan, const struct entity *entity,
                   const struct standing *standing) {
    struct record_row row;
    if (!make_row(reading, scan, entity, standing, &row)) return SIZE_MAX;
    size_t number = records_add(reading->records, entity, row);
    if (number != SIZE_MAX) put_inputs(reading, scan, entity, number);
    return reading->damaged ? SIZE_MAX : number;
}

bool reading_row_at(struct reading *reading, const struct statement *scan, const struct entity *entity,
                    const struct standing *standing, size_t number) {
    if (!make_row(reading, scan, entity, standing, &reading->records->tables[entity->index].rows[number])) return false;
    put_inputs(reading, scan, entity, number);
    return !reading->damaged;
}
