#include "engine/records.h"

#include <assert.h>
#include <string.h>

void records_init(struct records *records, struct arena *arena, const struct policy *policy) {
    *records = (struct records){.arena = arena, .policy = policy};
    records->tables = ARENA_ARRAY(arena, struct record_table, policy->entities.count + 1);
    if (arena_failed(arena)) return;
    for (size_t i = 0; i < policy->entities.count; i++) {
        struct record_table *table = &records->tables[i];
        table->entity = policy->entities.items[i];
        table->columns = ARENA_ARRAY(arena, struct column, table->entity->inputs.count + 1);
        if (arena_failed(arena)) return;
        for (size_t k = 0; k < table->entity->inputs.count; k++)
            table->columns[k].spec = lane_spec_of(arena, table->entity->inputs.items[k]);
    }
}

static bool holds_text(const struct column *column) {
    return column->spec.width == 0 || column->spec.field->type.kind == TYPE_ROW;
}

static size_t bytes_of_value(const struct column *column) {
    return holds_text(column) ? sizeof *column->texts.each : column->spec.width;
}

/* The values of a column, whatever they are. */
static unsigned char *values_of(const struct column *column) {
    return holds_text(column) ? (unsigned char *)column->texts.each : column->lanes;
}

enum { ALIGNMENT = 16 }; /* of any value, as an arena aligns */

static size_t aligned(size_t bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The next piece of one of `room` values, of which those that there were are moved. */
static void *take_piece(unsigned char **free, const void *old, size_t count, size_t room, size_t size) {
    void *piece = *free;
    if (count) memcpy(piece, old, count * size);
    *free += aligned(room * size);
    return piece;
}

/* Moves the table to where there is room: all its columns into one piece, which large pages may hold. */
static bool grow_to(struct arena *arena, struct record_table *table, size_t room) {
    size_t inputs = table->entity->inputs.count, row = sizeof *table->rows, slack = ALIGNMENT * (2 * inputs + 1), bytes;
    for (size_t i = 0; i < inputs; i++) row += 1 + bytes_of_value(&table->columns[i]);
    if (__builtin_mul_overflow(room, row, &bytes) || __builtin_add_overflow(bytes, slack, &bytes)) bytes = SIZE_MAX;
    unsigned char *free = arena_new(arena, bytes, 1);
    if (arena_failed(arena)) return false;
    table->rows = take_piece(&free, table->rows, table->count, room, sizeof *table->rows);
    for (size_t i = 0; i < inputs; i++) {
        struct column *column = &table->columns[i];
        void *values = take_piece(&free, values_of(column), table->count, room, bytes_of_value(column));
        if (holds_text(column))
            column->texts.each = values;
        else
            column->lanes = values;
        column->known = take_piece(&free, column->known, table->count, room, 1);
    }
    table->room = room;
    return true;
}

bool records_reserve(struct records *records, const struct entity *entity, size_t rows) {
    struct record_table *table = &records->tables[entity->index];
    if (table->room - table->count >= rows) return true;
    size_t room;
    if (__builtin_add_overflow(table->count, rows, &room)) room = SIZE_MAX;
    return grow_to(records->arena, table, room);
}

static bool follows(const struct record_table *table, struct text id) {
    return table->count == 0 || text_compare(table->rows[table->count - 1].id, id) < 0;
}

size_t records_add(struct records *records, const struct entity *entity, struct record_row row) {
    enum { ROOM_LEAST = 16 };
    struct record_table *table = &records->tables[entity->index];
    size_t room = table->room ? table->room * 2 : ROOM_LEAST;
    if (arena_failed(records->arena)) return SIZE_MAX;
    if (table->count == table->room && !grow_to(records->arena, table, room)) return SIZE_MAX;
    if (row.from != MONTH_FIRST || row.until != MONTH_LAST) records->versioned = true;
    table->keys = 0; /* nobody said so of this one */
    table->unordered = table->unordered || row.id.length == 0 || !follows(table, row.id);
    table->rows[table->count] = row;
    return table->count++;
}

static void move_rows(void *values, size_t size, size_t from, size_t to, size_t rows) {
    unsigned char *bytes = values;
    size_t left = from - to < rows ? from - to : rows; /* that are not written over; what lies between is empty */
    memmove(bytes + to * size, bytes + from * size, rows * size);
    memset(bytes + (from + rows - left) * size, 0, left * size);
}

void records_join(struct records *records, const struct entity *entity, size_t first, size_t rows) {
    struct record_table *table = &records->tables[entity->index];
    assert(table->count <= first && rows <= table->room - first);
    if (rows == 0) return;
    table->unordered = table->unordered || !follows(table, table->rows[first].id);
    table->keys = 0; /* nobody said so of these */
    if (first != table->count) {
        if (table->parent_keys) move_rows(table->parent_keys, sizeof *table->parent_keys, first, table->count, rows);
        move_rows(table->rows, sizeof *table->rows, first, table->count, rows);
        for (size_t i = 0; i < entity->inputs.count; i++) {
            struct column *column = &table->columns[i];
            move_rows(values_of(column), bytes_of_value(column), first, table->count, rows);
            move_rows(column->known, 1, first, table->count, rows);
        }
    }
    table->count += rows;
}

/* Between which rows the id must be, seen from one: by steps that grow. */
static void look_around(const struct record_table *table, struct text id, size_t near, size_t *low, size_t *high) {
    size_t step = 1;
    *low = 0;
    *high = near < table->count ? near : table->count;
    if (near >= table->count || text_compare(table->rows[near].id, id) > 0) return;
    *low = near;
    *high = table->count;
    for (; *high - *low > step && text_compare(table->rows[*low + step].id, id) < 0; step *= 2) *low += step;
    if (*high - *low > step) *high = *low + step + 1;
}

size_t record_table_find(const struct record_table *table, struct text id, size_t *near) {
    size_t low, high;
    assert(!table->unordered);
    look_around(table, id, *near, &low, &high);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(table->rows[middle].id, id);
        if (order == 0) return *near = middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

void record_table_clear(struct record_table *table, size_t row) {
    table->rows[row] = (struct record_row){.place = 0};
    for (size_t i = 0; i < table->entity->inputs.count; i++) {
        struct column *column = &table->columns[i];
        column->known[row] = 0;
        memset(values_of(column) + row * bytes_of_value(column), 0, bytes_of_value(column));
    }
}

void records_put_text(struct records *records, const struct field *input, size_t row, struct text value) {
    struct column *column = &records->tables[input->entity->index].columns[input->input_index];
    column->texts.each[row] = value;
    column->known[row] = 1;
}

void records_leave(struct records *records, const struct field *input) {
    struct record_table *table = &records->tables[input->entity->index];
    if (!table->unsaid) table->unsaid = ARENA_ARRAY(records->arena, bool, table->entity->inputs.count);
    if (table->unsaid) table->unsaid[input->input_index] = true;
}

void records_lose(struct records *records, struct lost_row lost) {
    records->tables[lost.entity->index].keys = 0;
    if (lost.from != MONTH_FIRST || lost.until != MONTH_LAST) records->versioned = true;
    VECTOR_PUSH(records->arena, &records->lost, lost);
}

void records_lose_last(struct records *records, const struct entity *entity) {
    struct record_table *table = &records->tables[entity->index];
    const struct record_row row = table->rows[--table->count];
    record_table_clear(table, table->count);
    records_lose(records, (struct lost_row){entity, row.id, row.parent, row.from, row.until});
}
