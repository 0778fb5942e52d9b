#include "exchange/import_inside.h"

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
    bool opening;
    size_t column[GIVEN_COLUMNS];
    struct lane_spec *specs; /* by field index; without a field until it is asked for */
};

/* --- headings --------------------------------------------------------------------------------------------------- */

static void place_heading(struct reading_given *reading, size_t column) {
    struct import_reader *reader = &reading->reader;
    struct text text = reader->file->layout.headings[column];
    size_t wanted = reading->opening ? GIVEN_MONTH : GIVEN_COLUMNS;
    if (text_starts(text, "#")) return;
    for (size_t i = 0; i < wanted; i++) {
        if (!text_equal(text, headings[i].name) && !text_equal(text, headings[i].label)) continue;
        if (reading->column[i] != IMPORT_NO_COLUMN) COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_TWICE, column, text);
        reading->column[i] = column;
        return;
    }
    COMPLAIN(reader, EXCHANGE_IMPORT_HEADING_UNKNOWN, column, text, reader->file->source.name);
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
    for (size_t i = 0; i < GIVEN_MONTH; i++)
        if (reading->column[i] == IMPORT_NO_COLUMN)
            COMPLAIN(reader, EXCHANGE_IMPORT_COLUMN_MISSING, 0, headings[i].name, headings[i].label);
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

static void check_value(struct reading_given *reading, struct import_given *given) {
    struct import_reader *reader = &reading->reader;
    size_t column = reading->column[GIVEN_VALUE];
    struct text text = cell(reading, GIVEN_VALUE);
    lane ignored;
    given->value = reader_keep(reader, text);
    if (text.length == 0)
        COMPLAIN(reader, EXCHANGE_IMPORT_VALUE_EMPTY, column, reader->file->layout.headings[column]);
    else if (field_holds_text(given->field))
        reader_check_text(reader, column, given->field, text);
    else
        reader_parse_lane(reader, column, find_spec(reading, given->field), text, &ignored);
}

static void read_line(struct reading_given *reading) {
    struct import_reader *reader = &reading->reader;
    struct import_given given = {
        .opening = reading->opening, .month = MONTH_FIRST, .file = reader->file, .place = reader->line};
    struct text id = cell(reading, GIVEN_ID), month = cell(reading, GIVEN_MONTH);
    given.field = find_rule(reading, &given);
    if (id.length == 0)
        COMPLAIN(reader, EXCHANGE_IMPORT_ID_EMPTY, reading->column[GIVEN_ID], headings[GIVEN_ID].name);
    else if (reader_check_text(reader, reading->column[GIVEN_ID], NULL, id))
        given.id = reader_keep(reader, id);
    if (month.length > 0) reader_parse_month(reader, reading->column[GIVEN_MONTH], month, &given.month);
    if (given.field) check_value(reading, &given);
    if (reader->bad)
        reader_refuse_row(reader, given.id);
    else
        VECTOR_PUSH(reader->import->arena, &reader->import->given, given);
}

void import_read_given(struct import *import, struct text folder, bool opening) {
    struct import_file *file = import_open(import, folder, opening ? "opening.csv" : "decisions.csv");
    if (!file) return;
    struct reading_given reading = {.opening = opening};
    reading.specs = ARENA_ARRAY(import->arena, struct lane_spec, import->policy->fields.count + 1);
    if (reader_open(&reading.reader, import, file) && !arena_failed(import->arena)) {
        if (!read_headings(&reading))
            import->file_refused = true;
        else
            while (reader_next(&reading.reader)) read_line(&reading);
    }
    reader_close(&reading.reader);
}
