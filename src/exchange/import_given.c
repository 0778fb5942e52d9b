#include "exchange/import_inside.h"

#include <string.h>

/* opening.csv: entity,id,rule,value. decisions.csv: entity,id,rule,month,value. */

enum given_column { GIVEN_ENTITY, GIVEN_ID, GIVEN_RULE, GIVEN_VALUE, GIVEN_MONTH, GIVEN_COLUMNS };

static const struct heading {
    struct text name, label;
} headings[GIVEN_COLUMNS] = {
    [GIVEN_ENTITY] = {{"entity", 6}, {"实体", 6}}, [GIVEN_ID] = {{"id", 2}, {"编号", 6}},
    [GIVEN_RULE] = {{"rule", 4}, {"规则", 6}},     [GIVEN_VALUE] = {{"value", 5}, {"值", 3}},
    [GIVEN_MONTH] = {{"month", 5}, {"月份", 6}},
};

struct reading_given {
    struct import_reader reader;
    bool opening, rows_known; /* rows_known: whoever has them looks the rows up, or did when they were written */
    size_t column[GIVEN_COLUMNS];
    struct lane_spec *specs; /* by field index; without a field until it is asked for */
    struct map *ids;         /* by entity index: the rows there are; empty until it is asked for */
    size_t *near;            /* by entity index: see record_table_find */
    struct map seen;         /* rule, id and month of the lines so far */
};

/* --- headings --------------------------------------------------------------------------------------------------- */

static void place_heading(struct reading_given *reading, size_t column) {
    struct import_reader *reader = &reading->reader;
    struct text text = reader->file->layout.headings[column];
    size_t wanted = reading->opening ? GIVEN_MONTH : GIVEN_COLUMNS;
    if (import_heading_is_error(text) && reader->file->layout.own == column) reader->file->layout.own++;
    if (text_starts(text, "#") || import_heading_is_error(text)) return;
    for (size_t i = 0; i < wanted; i++) {
        if (!text_equal(text, headings[i].name) && !text_equal(text, headings[i].label)) continue;
        if (reading->column[i] != IMPORT_NO_COLUMN) COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_TWICE, column, text);
        reading->column[i] = column;
        return;
    }
    COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_UNKNOWN, column, text, reader->file->source.name,
             reader->file->source.name);
}

static bool read_headings(struct reading_given *reading) {
    struct import_reader *reader = &reading->reader;
    struct import_layout *layout = &reader->file->layout;
    if (!reader_headings(reader)) return false;
    layout->count = reader->csv.count;
    layout->headings = ARENA_ARRAY(reader->import->arena, struct text, layout->count);
    if (arena_failed(reader->import->arena)) return false;
    for (size_t i = 0; i < GIVEN_COLUMNS; i++) reading->column[i] = IMPORT_NO_COLUMN;
    for (size_t i = 0; i < layout->count; i++)
        layout->headings[i] = reader_keep(reader, text_trim(reader->csv.fields[i].text));
    for (size_t i = 0; i < layout->count; i++) place_heading(reading, i);
    size_t needed = reading->opening ? GIVEN_MONTH : GIVEN_COLUMNS;
    for (size_t i = 0; i < needed; i++)
        if (reading->column[i] == IMPORT_NO_COLUMN)
            COMPLAIN(reader, EXCHANGE_IMPORT_COLUMN_MISSING, 0, headings[i].name, headings[i].label, headings[i].name);
    return !reader->bad;
}

/* --- lines ------------------------------------------------------------------------------------------------------ */

static struct text cell(const struct reading_given *reading, enum given_column which) {
    size_t column = reading->column[which];
    return column == IMPORT_NO_COLUMN ? TEXT("") : text_trim(reading->reader.csv.fields[column].text);
}

static const struct entity *find_entity(const struct policy *policy, struct text text) {
    const struct entity *named = map_get(&policy->entity_by_name, text);
    for (size_t i = 0; i < policy->entities.count && !named && text.length > 0; i++) {
        const struct entity *entity = policy->entities.items[i];
        bool labelled = text_equal(text, entity->label[LANGUAGE_ZH]) || text_equal(text, entity->label[LANGUAGE_EN]);
        if (labelled) named = entity;
    }
    return named;
}

/* The rule that the line is about; NULL, and told, when there is none or nobody may decide it. */
static const struct field *find_rule(struct reading_given *reading, struct import_given *given) {
    struct import_reader *reader = &reading->reader;
    struct text entity = cell(reading, GIVEN_ENTITY), rule = cell(reading, GIVEN_RULE);
    given->entity = find_entity(reader->import->policy, entity);
    if (!given->entity) {
        COMPLAIN(reader, EXCHANGE_IMPORT_NO_ENTITY, reading->column[GIVEN_ENTITY], entity);
        return NULL;
    }
    const struct field *field = rule.length > 0 ? entity_field(given->entity, rule) : NULL;
    if (!field || field->kind == FIELD_INPUT) {
        COMPLAIN(reader, EXCHANGE_IMPORT_NO_RULE, reading->column[GIVEN_RULE], entity, rule);
        return NULL;
    }
    if (!reading->opening && !field->decided) {
        COMPLAIN(reader, EXCHANGE_IMPORT_NOT_DECIDED, reading->column[GIVEN_RULE], rule);
        return NULL;
    }
    return field;
}

static const struct lane_spec *find_spec(struct reading_given *reading, const struct field *field) {
    struct lane_spec *spec = &reading->specs[field->index];
    if (!spec->field) *spec = lane_spec_of(reading->reader.import->arena, field);
    return spec;
}

static void read_value(struct reading_given *reading, struct import_given *given) {
    struct import_reader *reader = &reading->reader;
    size_t column = reading->column[GIVEN_VALUE];
    struct text text = cell(reading, GIVEN_VALUE);
    const struct lane_spec *spec = find_spec(reading, given->field);
    lane value = 0;
    if (text.length == 0)
        COMPLAIN(reader, EXCHANGE_IMPORT_VALUE_EMPTY, column, reader->file->layout.headings[column]);
    else if (given->field->type.kind == TYPE_ROW)
        COMPLAIN(reader, EXCHANGE_IMPORT_GIVEN_REFERENCE, column, given->field->name);
    else if (!field_holds_text(given->field) && reader_parse_lane(reader, column, spec, text, &value))
        given->value = value_of_lane(reader->import->arena, spec, value);
    else if (field_holds_text(given->field) && reader_check_text(reader, column, given->field, text))
        given->value = (struct value){.as.text = reader_keep(reader, text)};
}

/* --- whose it is ------------------------------------------------------------------------------------------------ */

/* Ids of the entity that cannot be looked up among its rows: of all of them when they are in no order, and of those
 * that were refused, which is told elsewhere. */
static const struct map *ids_of(struct reading_given *reading, const struct entity *entity) {
    const struct records *records = &reading->reader.import->records;
    const struct record_table *table = &records->tables[entity->index];
    struct map *ids = &reading->ids[entity->index];
    if (ids->arena) return ids;
    map_init(ids, reading->reader.import->arena);
    if (table->unordered) map_reserve(ids, table->count);
    for (size_t i = 0; i < table->count && table->unordered; i++)
        if (table->rows[i].id.length) map_put(ids, table->rows[i].id, ids);
    for (size_t i = 0; i < records->lost.count; i++)
        if (records->lost.items[i].entity == entity && records->lost.items[i].id.length)
            map_put(ids, records->lost.items[i].id, ids);
    return ids;
}

/* A row in whatever month it stands. */
static bool has_row(struct reading_given *reading, const struct entity *entity, struct text id) {
    const struct record_table *table = &reading->reader.import->records.tables[entity->index];
    bool found = !table->unordered && record_table_find(table, id, &reading->near[entity->index]) != SIZE_MAX;
    return found || map_get(ids_of(reading, entity), id);
}

/* Of an event, whose name is known only in a dataset, at least the row it lies under. */
static bool row_exists(struct reading_given *reading, const struct entity *entity, struct text id) {
    if (!entity->is_event) return has_row(reading, entity, id);
    const char *end = memchr(id.bytes, '/', id.length);
    struct text parent = end ? text_slice(id, 0, (size_t)(end - id.bytes)) : id;
    bool escaped = memchr(parent.bytes, '%', parent.length) != NULL;
    return end && (escaped || has_row(reading, entity->parent, parent));
}

static void read_row(struct reading_given *reading, struct import_given *given) {
    struct import_reader *reader = &reading->reader;
    size_t column = reading->column[GIVEN_ID];
    struct text id = cell(reading, GIVEN_ID);
    if (id.length == 0) {
        COMPLAIN(reader, EXCHANGE_IMPORT_ID_EMPTY, column, headings[GIVEN_ID].name);
        return;
    }
    if (!reader_check_text(reader, column, NULL, id)) return;
    given->id = reader_keep(reader, id);
    if (given->entity && !reading->rows_known && !row_exists(reading, given->entity, id))
        COMPLAIN(reader, EXCHANGE_IMPORT_GIVEN_NOBODY, column, given->entity->name, id);
}

/* The bytes of what a line is about. */
static struct text key_of(struct arena *arena, const struct import_given *given) {
    const size_t field = given->field->index, month = sizeof field, id = month + sizeof given->month;
    char *bytes = ARENA_ARRAY(arena, char, id + given->id.length);
    if (arena_failed(arena)) return TEXT("");
    memcpy(bytes, &field, sizeof field);
    memcpy(bytes + month, &given->month, sizeof given->month);
    if (given->id.length) memcpy(bytes + id, given->id.bytes, given->id.length);
    return (struct text){bytes, id + given->id.length};
}

/* Two lines that say something of the same rule, row and month might contradict each other. */
static void refuse_second(struct reading_given *reading, const struct import_given *given) {
    struct import *import = reading->reader.import;
    struct text key = key_of(import->arena, given);
    if (map_get(&reading->seen, key))
        COMPLAIN(&reading->reader, EXCHANGE_IMPORT_GIVEN_TWICE, reading->column[GIVEN_ID], given->field->name,
                 given->id);
    map_put(&reading->seen, key, reading);
}

static void read_line(struct reading_given *reading) {
    struct import_reader *reader = &reading->reader;
    struct import_given given = {
        .opening = reading->opening, .month = MONTH_FIRST, .file = reader->file, .place = reader->line};
    struct text month = cell(reading, GIVEN_MONTH);
    given.field = find_rule(reading, &given);
    read_row(reading, &given);
    if (month.length > 0)
        reader_parse_month(reader, reading->column[GIVEN_MONTH], month, &given.month);
    else if (!reading->opening)
        COMPLAIN(reader, EXCHANGE_IMPORT_GIVEN_MONTH, reading->column[GIVEN_MONTH], headings[GIVEN_MONTH].name);
    if (given.field) read_value(reading, &given);
    if (given.field && !reader->bad) refuse_second(reading, &given);
    if (reader->bad)
        reader_refuse_row(reader, given.id);
    else
        VECTOR_PUSH(reader->import->arena, &reader->import->given, given);
}

static void read_lines(struct import *import, struct import_file *file, bool opening, bool known) {
    struct reading_given reading = {.opening = opening, .rows_known = known};
    reading.specs = ARENA_ARRAY(import->arena, struct lane_spec, import->policy->fields.count + 1);
    reading.ids = ARENA_ARRAY(import->arena, struct map, import->policy->entities.count + 1);
    reading.near = ARENA_ARRAY(import->arena, size_t, import->policy->entities.count + 1);
    map_init(&reading.seen, import->arena);
    if (reader_open(&reading.reader, import, file) && !arena_failed(import->arena)) {
        if (!read_headings(&reading))
            import->file_refused = true;
        else
            while (reader_next(&reading.reader)) read_line(&reading);
    }
    reader_close(&reading.reader);
}

void import_read_given(struct import *import, struct text folder, bool opening) {
    struct import_file *file = import_open(import, folder, opening ? "opening.csv" : "decisions.csv");
    if (file) read_lines(import, file, opening, import->adds);
}

void import_read_given_text(struct import *import, struct text name, struct text bytes, bool opening) {
    struct import_file *file = import_open_text(import, name, bytes);
    if (file) read_lines(import, file, opening, true);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static struct text written(struct arena *arena, const struct import_given *given, enum given_column which) {
    const struct field *field = given->field;
    switch (which) {
    case GIVEN_ENTITY: return given->entity->name;
    case GIVEN_ID: return given->id;
    case GIVEN_RULE: return field->name;
    case GIVEN_VALUE: return value_plain(arena, &field->type, field->scale, &given->value);
    default: return month_format(arena, given->month);
    }
}

struct text import_given_written(const struct import *import, struct arena *arena, bool opening) {
    const enum given_column last = opening ? GIVEN_MONTH : GIVEN_COLUMNS;
    struct builder out;
    bool any = false;
    builder_init(&out);
    for (size_t i = 0; i < import->given.count; i++) {
        const struct import_given *given = &import->given.items[i];
        if (given->opening != opening) continue;
        for (enum given_column k = 0; k < last && !any; k++)
            builder_format(&out, "%s%.*s", k ? "," : "", TEXT_ARG(headings[k].name));
        any = true;
        for (enum given_column k = 0; k < last; k++) {
            builder_add(&out, k ? TEXT(",") : TEXT("\n"));
            csv_write_field(&out, written(arena, given, k), false);
        }
    }
    if (any) builder_add(&out, TEXT("\n"));
    return builder_finish(&out, arena);
}
