#include "engine/records.h"

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

static void *regrown(struct arena *arena, const void *old, size_t count, size_t room, size_t size) {
    void *bigger = arena_new(arena, room, size);
    if (bigger && count && !arena_failed(arena)) memcpy(bigger, old, count * size);
    return bigger;
}

static bool holds_text(const struct column *column) {
    return column->spec.width == 0 || column->spec.field->type.kind == TYPE_ROW;
}

static bool grow(struct arena *arena, struct record_table *table) {
    size_t room = table->room ? table->room * 2 : 16;
    struct record_row *rows = regrown(arena, table->rows, table->count, room, sizeof *rows);
    for (size_t i = 0; i < table->entity->inputs.count && !arena_failed(arena); i++) {
        struct column *column = &table->columns[i];
        unsigned char *known = regrown(arena, column->known, table->count, room, 1);
        if (holds_text(column))
            column->texts = regrown(arena, column->texts, table->count, room, sizeof *column->texts);
        else
            column->lanes = regrown(arena, column->lanes, table->count, room, column->spec.width);
        column->known = known;
    }
    if (arena_failed(arena)) return false;
    table->rows = rows;
    table->room = room;
    return true;
}

size_t records_add(struct records *records, const struct entity *entity, struct record_row row) {
    struct record_table *table = &records->tables[entity->index];
    if (arena_failed(records->arena) || (table->count == table->room && !grow(records->arena, table))) return SIZE_MAX;
    if (row.from != MONTH_FIRST || row.until != MONTH_LAST) records->versioned = true;
    for (size_t i = 0; i < entity->inputs.count; i++) table->columns[i].known[table->count] = 0;
    table->rows[table->count] = row;
    return table->count++;
}

void records_put(struct records *records, const struct field *input, size_t row, lane value) {
    struct column *column = &records->tables[input->entity->index].columns[input->input_index];
    column_put(column, row, value);
    column->known[row] = 1;
}

void records_put_text(struct records *records, const struct field *input, size_t row, struct text value) {
    struct column *column = &records->tables[input->entity->index].columns[input->input_index];
    column->texts[row] = value;
    column->known[row] = 1;
}

void records_lose(struct records *records, struct lost_row lost) {
    if (lost.from != MONTH_FIRST || lost.until != MONTH_LAST) records->versioned = true;
    VECTOR_PUSH(records->arena, &records->lost, lost);
}

void records_lose_last(struct records *records, const struct entity *entity) {
    struct record_table *table = &records->tables[entity->index];
    const struct record_row *row = &table->rows[--table->count];
    records_lose(records, (struct lost_row){entity, row->id, row->parent, row->from, row->until});
}
