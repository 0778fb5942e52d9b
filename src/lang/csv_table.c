#include "lang/csv_table.h"

static const struct source *find_file(const struct layer *layer, struct text path) {
    for (; layer; layer = layer->base) {
        const struct source *source = map_get(&layer->tables, path);
        if (source) return source;
    }
    return NULL;
}

static struct span field_span(const struct csv_table *table, const struct csv_field *field) {
    struct span span = {table->source, field->offset + field->quoted, 0};
    span.end = span.begin + field->text.length;
    if (span.end > table->source->bytes.length) span.end = table->source->bytes.length;
    return span;
}

static bool next_record(struct csv_table *table) {
    static const enum lang_message messages[] = {
        [CSV_QUOTE_OPEN] = LANG_CSV_QUOTE_OPEN, [CSV_QUOTE_STRAY] = LANG_CSV_QUOTE_STRAY,
        [CSV_BAD_UTF8] = LANG_BAD_UTF8,         [CSV_NUL] = LANG_CONTROL_CHARACTER, /* told with the others */
        [CSV_TOO_WIDE] = LANG_CSV_TOO_WIDE,     [CSV_TOO_LONG] = LANG_CSV_TOO_LONG,
    };
    for (;;) {
        enum csv_result result = csv_next(&table->csv);
        if (result == CSV_RECORD) return true;
        if (result == CSV_END || result == CSV_NO_MEMORY) return false;
        struct span at = field_span(table, &table->csv.fields[0]);
        at.end = at.begin;
        REPORT(table->policy, messages[result], at, table->source->name);
    }
}

bool csv_table_open(struct csv_table *table, struct policy *policy, struct layer *layer, struct text path,
                    struct span at) {
    *table = (struct csv_table){.policy = policy, .source = find_file(layer, path)};
    if (!table->source) {
        struct suggestion suggestion = suggest(policy, path);
        const struct layer *lower = layer;
        do {
            suggestion_note_map(&suggestion, &lower->tables);
        } while ((lower = lower->base));
        report_unknown(policy, LANG_NO_SUCH_FILE, (struct name){path, at}, layer->folder, &suggestion);
        return false;
    }
    report_controls(policy, table->source);
    csv_init(&table->csv, table->source->bytes, &policy->arena);
    size_t errors = policy->diagnostics.errors;
    bool any = next_record(table);
    if (policy->diagnostics.errors > errors) return false; /* the heading is broken: the next line is none */
    if (!any) {
        REPORT(policy, LANG_CSV_EMPTY, ((struct span){table->source, 0, 0}), table->source->name);
        return false;
    }
    if (table->csv.count > CSV_COLUMNS_MAX) {
        REPORT(policy, LANG_CSV_TOO_WIDE, ((struct span){table->source, 0, 0}), table->source->name);
        return false;
    }
    for (size_t i = 0; i < table->csv.count; i++) {
        struct text column = text_trim(table->csv.fields[i].text);
        for (size_t k = 0; k < i; k++)
            if (text_equal(table->columns[k], column))
                REPORT(policy, LANG_CSV_COLUMN_TWICE, field_span(table, &table->csv.fields[i]), column);
        table->columns[table->column_count++] = column;
    }
    return true;
}

bool csv_table_next(struct csv_table *table) {
    while (next_record(table)) {
        if (table->csv.count == table->column_count) return true;
        struct span at = field_span(table, &table->csv.fields[0]);
        REPORT(table->policy, LANG_CSV_CELLS, at, text_format(&table->policy->arena, "%zu", table->csv.count),
               text_format(&table->policy->arena, "%zu", table->column_count));
    }
    return false;
}

static const struct csv_field *find_cell(const struct csv_table *table, struct text column) {
    for (size_t i = 0; i < table->column_count; i++)
        if (text_equal(table->columns[i], column)) return &table->csv.fields[i];
    return NULL;
}

bool csv_table_has(const struct csv_table *table, struct text column) {
    return find_cell(table, column) != NULL;
}

struct text csv_table_cell(const struct csv_table *table, struct text column) {
    const struct csv_field *field = find_cell(table, column);
    return field ? text_trim(field->text) : TEXT("");
}

struct span csv_table_place(const struct csv_table *table, struct text column) {
    const struct csv_field *field = find_cell(table, column);
    return field ? field_span(table, field) : (struct span){table->source, 0, 0};
}
