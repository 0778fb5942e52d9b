#include "exchange/table_sheet.h"

#include "exchange/book.h"
#include "exchange/csv_file.h"
#include "exchange/lane_shown.h"

#include <stdlib.h>

/* --- columns ------------------------------------------------------------------------------------------------------ */

/* The first of the texts that an import takes for that column. */
static struct text heading_for(const struct entity *entity, enum import_heading kind, const struct field *input,
                               const struct text *texts, size_t count) {
    const struct field *found;
    for (size_t i = 0; i < count; i++)
        if (import_heading_of(entity, text_trim(texts[i]), &found) == kind && found == input) return texts[i];
    return texts[count - 1];
}

static struct text special_heading(const struct table_sheet *sheet, enum import_heading kind) {
    static const char *const words[][LANGUAGES] = {[IMPORT_HEADING_ID] = {"编号", "id"},
                                                   [IMPORT_HEADING_FROM] = {"自", "from"},
                                                   [IMPORT_HEADING_UNTIL] = {"至", "until"},
                                                   [IMPORT_HEADING_CONFIDENCE] = {"可信程度", "confidence"}};
    const struct text texts[] = {text_from(words[kind][sheet->language]), text_from(words[kind][!sheet->language])};
    return heading_for(sheet->entity, kind, NULL, texts, 2);
}

static struct text labelled_heading(const struct table_sheet *sheet, enum import_heading kind,
                                    const struct field *input, const struct text label[LANGUAGES], struct text name) {
    const struct text texts[] = {label_or_name(label, name, sheet->language), label[!sheet->language], name};
    return heading_for(sheet->entity, kind, input, texts, 3);
}

/* As a choice is read: by its label, unless another choice is called so. */
static void add_choices(struct table_sheet *sheet, struct table_column *column) {
    const struct enumeration *enumeration = column->input->type.enumeration;
    struct text *words = ARENA_ARRAY(sheet->arena, struct text, enumeration->count + 1);
    column->words = words;
    column->word_count = enumeration->count;
    for (size_t i = 0; i < enumeration->count && !arena_failed(sheet->arena); i++) {
        const struct enum_value *value = &enumeration->values[i];
        struct text label = label_or_name(value->label, value->name.text, sheet->language);
        words[i] = enumeration_find(enumeration, text_trim(label)) == (int)i ? label : value->name.text;
    }
}

static void add_truths(struct table_sheet *sheet, struct table_column *column) {
    static const struct text words[LANGUAGES][2] = {{{"否", 3}, {"是", 3}}, {{"no", 2}, {"yes", 3}}};
    column->words = words[sheet->language];
    column->word_count = 2;
}

static size_t decimals_of(struct arena *arena, const struct field *field) {
    unsigned decimals;
    field_decimals(arena, field, &decimals); /* of what is no decimal: none */
    return decimals < BOOK_DECIMALS_MOST ? decimals : BOOK_DECIMALS_MOST;
}

static bool is_dated_by(const struct entity *entity, const struct field *input) {
    for (size_t i = 0; i < entity->dated.count; i++)
        if (entity->dated.items[i] == input) return true;
    return false;
}

static void add_input(struct table_sheet *sheet, const struct field *input) {
    struct table_column column = {.kind = IMPORT_HEADING_INPUT, .input = input};
    column.heading = labelled_heading(sheet, IMPORT_HEADING_INPUT, input, input->label, input->name);
    column.required = is_dated_by(sheet->entity, input);
    if (input->type.kind == TYPE_ENUM) add_choices(sheet, &column);
    if (input->type.kind == TYPE_BOOL) add_truths(sheet, &column);
    if (input->type.kind == TYPE_NUMBER) column.decimals = decimals_of(sheet->arena, input);
    VECTOR_PUSH(sheet->arena, &sheet->columns, column);
}

static void add_special(struct table_sheet *sheet, enum import_heading kind) {
    struct table_column column = {.kind = kind, .heading = special_heading(sheet, kind)};
    column.required = kind == IMPORT_HEADING_ID;
    VECTOR_PUSH(sheet->arena, &sheet->columns, column);
}

static void add_columns(struct table_sheet *sheet, bool months, bool confidence) {
    const struct entity *entity = sheet->entity, *parent = entity->parent;
    if (!entity->is_event) add_special(sheet, IMPORT_HEADING_ID);
    if (parent) {
        struct table_column column = {.kind = IMPORT_HEADING_PARENT, .required = true};
        column.heading = labelled_heading(sheet, IMPORT_HEADING_PARENT, NULL, parent->label, parent->name);
        VECTOR_PUSH(sheet->arena, &sheet->columns, column);
    }
    for (size_t i = 0; i < entity->inputs.count; i++) add_input(sheet, entity->inputs.items[i]);
    if (months) add_special(sheet, IMPORT_HEADING_FROM);
    if (months) add_special(sheet, IMPORT_HEADING_UNTIL);
    if (confidence) add_special(sheet, IMPORT_HEADING_CONFIDENCE);
}

bool table_sheet_form(struct table_sheet *sheet) {
    add_columns(sheet, true, false);
    return !arena_failed(sheet->arena);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

struct table_area table_area_find(const struct dataset *dataset, const struct entity *entity, struct text id) {
    for (size_t i = 0; i < dataset->policy->entities.count; i++) {
        const struct entity *above = dataset->policy->entities.items[i];
        if (above->is_event || !entity_is_within(entity, above)) continue;
        size_t row = table_find(dataset_table(dataset, above), id);
        if (row != SIZE_MAX) return (struct table_area){above, row};
    }
    return (struct table_area){NULL, 0};
}

struct named_row {
    struct text id;
    size_t row;
};

static int compare_rows(const void *a, const void *b) {
    const struct named_row *one = a, *other = b;
    int order = text_compare(one->id, other->id);
    return order ? order : (one->row > other->row) - (one->row < other->row);
}

static void sort_rows(struct table_sheet *sheet) {
    const struct table *table = dataset_table(sheet->dataset, sheet->entity);
    size_t begin = 0, end = table->rows;
    if (sheet->area.entity)
        dataset_below(sheet->dataset, sheet->area.entity, sheet->area.row, sheet->entity, &begin, &end);
    struct named_row *named = ARENA_ARRAY(sheet->arena, struct named_row, end - begin + 1);
    size_t *rows = ARENA_ARRAY(sheet->arena, size_t, end - begin + 1);
    if (arena_failed(sheet->arena)) return;
    for (size_t row = begin; row < end; row++) named[row - begin] = (struct named_row){table_id(table, row), row};
    qsort(named, end - begin, sizeof *named, compare_rows);
    for (size_t i = 0; i < end - begin; i++) rows[i] = named[i].row;
    sheet->rows = rows;
    sheet->count = end - begin;
}

static const struct record_row *record_of(const struct table_sheet *sheet, size_t row) {
    return &sheet->records->rows[dataset_table(sheet->dataset, sheet->entity)->arrival[row]];
}

/* A row that ends because another version takes its place does not end: read again, it would cut that off. */
static void find_followed(struct table_sheet *sheet) {
    const struct record_table *records = sheet->records;
    uint32_t last = 0;
    for (size_t i = 0; i < records->count; i++)
        if (records->rows[i].place > last) last = records->rows[i].place;
    bool *goes_on = ARENA_ARRAY(sheet->arena, bool, (size_t)last + 1);
    month_number *ends = ARENA_ARRAY(sheet->arena, month_number, (size_t)last + 1);
    if (arena_failed(sheet->arena)) return;
    for (size_t i = 0; i <= last; i++) ends[i] = MONTH_LAST;
    for (size_t i = 0; i < sheet->count; i++) {
        const struct record_row *record = record_of(sheet, sheet->rows[i]);
        ends[record->place] = record->until;
    }
    for (size_t i = 0; i < records->count; i++) {
        const struct record_row *record = &records->rows[i];
        if (ends[record->place] != MONTH_LAST && record->from == ends[record->place] + 1) goes_on[record->place] = true;
    }
    sheet->goes_on = goes_on;
}

static bool ends(const struct table_sheet *sheet, const struct record_row *record) {
    return record->until != MONTH_LAST && !sheet->goes_on[record->place];
}

bool table_sheet_pick(struct table_sheet *sheet, const struct dataset *dataset, const struct records *records,
                      struct table_area area) {
    bool months = false, confidence = false;
    sheet->dataset = dataset;
    sheet->records = &records->tables[sheet->entity->index];
    sheet->area = area;
    sort_rows(sheet);
    if (arena_failed(sheet->arena)) return false;
    find_followed(sheet);
    for (size_t i = 0; i < sheet->count && !arena_failed(sheet->arena); i++) {
        const struct record_row *record = record_of(sheet, sheet->rows[i]);
        months = months || record->from != MONTH_FIRST || ends(sheet, record);
        confidence = confidence || record->unconfirmed;
    }
    add_columns(sheet, months, confidence);
    return !arena_failed(sheet->arena);
}

/* --- cells -------------------------------------------------------------------------------------------------------- */

bool table_sheet_day(const struct table_sheet *sheet, const struct table_column *column, size_t row, day_number *day) {
    if (!column->input || column->input->type.kind != TYPE_DATE) return false;
    const struct column *values = dataset_column(sheet->dataset, column->input);
    if (!values->known[row]) return false;
    *day = (day_number)column_get(values, row);
    return true;
}

/* Every value goes out through here: an input that is sealed is to be masked here, unless it was asked for. */
static struct text input_cell(const struct table_sheet *sheet, const struct table_column *column, size_t row) {
    const struct field *input = column->input;
    const struct column *values = dataset_column(sheet->dataset, input);
    if (!values->known[row]) return TEXT("");
    if (!values->lanes) return column_text(values, row);
    lane found = column_get(values, row);
    if (column->words) return column->words[found];
    struct value value = value_of_lane(sheet->arena, &values->spec, found);
    return value_plain_in(sheet->arena, sheet->dataset, &input->type, input->scale, &value);
}

struct text table_sheet_cell(const struct table_sheet *sheet, const struct table_column *column, size_t row) {
    const struct table *table = dataset_table(sheet->dataset, sheet->entity);
    const struct record_row *record = record_of(sheet, row);
    switch (column->kind) {
    case IMPORT_HEADING_ID: return table_id(table, row);
    case IMPORT_HEADING_PARENT: return record->parent;
    case IMPORT_HEADING_FROM: return record->from == MONTH_FIRST ? TEXT("") : month_format(sheet->arena, record->from);
    case IMPORT_HEADING_UNTIL: return ends(sheet, record) ? month_format(sheet->arena, record->until) : TEXT("");
    case IMPORT_HEADING_CONFIDENCE: return record->unconfirmed ? TEXT("low") : TEXT(IMPORT_CONFIRMED);
    default: return input_cell(sheet, column, row);
    }
}

/* --- CSV ---------------------------------------------------------------------------------------------------------- */

static void write_csv(const struct table_sheet *sheet, struct csv_file *file) {
    for (size_t i = 0; i < sheet->columns.count; i++) csv_file_cell(file, sheet->columns.items[i].heading);
    csv_file_end_line(file);
    for (size_t i = 0; i < sheet->count; i++) {
        struct arena_mark mark = arena_here(sheet->arena);
        for (size_t k = 0; k < sheet->columns.count; k++)
            csv_file_cell(file, table_sheet_cell(sheet, &sheet->columns.items[k], sheet->rows[i]));
        csv_file_end_line(file);
        arena_rewind(sheet->arena, mark);
    }
}

enum file_result table_sheet_write_csv(const struct table_sheet *sheet, const char *path, enum encoding encoding) {
    struct csv_file file;
    enum file_result result = sheet->in_full ? csv_file_begin_private(&file, sheet->arena, TEXT(""), text_from(path))
                                             : csv_file_begin(&file, sheet->arena, TEXT(""), text_from(path));
    file.gb18030 = encoding == ENCODING_GB18030;
    if (result == FILE_OK) write_csv(sheet, &file);
    if (result == FILE_OK && arena_failed(sheet->arena)) result = FILE_NO_MEMORY;
    if (result == FILE_OK) result = csv_file_commit(&file);
    csv_file_close(&file);
    return result;
}
