#include "exchange/alerts.h"

#include "engine/evaluate.h"
#include "engine/explain.h"
#include "exchange/csv_file.h"

#include <string.h>

static const struct entity *lowest_area(const struct entity *people, const struct field *alert) {
    const struct entity *area = alert->entity->parent;
    while (area && !totals_is_area(people, area, alert->entity)) area = area->parent;
    return area;
}

static bool find_rows(struct alerts *alerts, const struct field *alert, const struct confirmation *confirmation) {
    struct alert_found *found = ARENA_NEW(alerts->arena, struct alert_found);
    struct coded coded;
    if (arena_failed(alerts->arena)) return false;
    found->alert = alert;
    found->unconfirmed = confirmation->unconfirmed[alert->index];
    found->area = lowest_area(alerts->people, alert);
    if (!marked_begin(&found->marked, alerts->arena, alerts->run, alert)) return false;
    struct rows rows = run_rows(alerts->run, alert->entity);
    for (size_t row = rows.first; row < rows.last; row++) {
        if (!totals_know(alerts->run, alert->entity, row) || !marked_look(&found->marked, row, &coded)) continue;
        bool known = marked_state(&found->marked, coded) == VALUE_KNOWN;
        found->found += known;
        found->undetermined += !known;
    }
    alerts->found += found->found;
    alerts->undetermined += found->undetermined;
    VECTOR_PUSH(alerts->arena, &alerts->list, found);
    return true;
}

bool alerts_find(struct alerts *alerts, struct run *run, enum finds finds, struct arena *arena) {
    *alerts = (struct alerts){.arena = arena, .run = run, .people = totals_people(run->dataset)};
    const struct confirmation *confirmation = confirmation_of(run);
    bool good = confirmation != NULL;
    for (size_t i = 0; i < run->policy->fields.count && good; i++)
        if (run->policy->fields.items[i]->finds == finds)
            good = find_rows(alerts, run->policy->fields.items[i], confirmation);
    return good && !arena_failed(arena) && !run_failed(run);
}

bool alerts_are_there(const struct policy *policy, enum finds finds) {
    for (size_t i = 0; i < policy->fields.count; i++)
        if (policy->fields.items[i]->finds == finds) return true;
    return false;
}

struct alert_count alerts_count(struct alert_found *found, const struct dataset *dataset, const struct entity *area,
                                size_t row) {
    struct alert_count count = {0, 0};
    size_t begin, end;
    dataset_below(dataset, area, row, found->alert->entity, &begin, &end);
    for (size_t k = marked_next(&found->marked, begin); k < end; k = marked_next(&found->marked, k + 1)) {
        bool known = alerts_value(found, k).state == VALUE_KNOWN;
        count.found += known;
        count.undetermined += !known;
    }
    return count;
}

struct value alerts_value(struct alert_found *found, size_t row) {
    struct coded coded = marked_at(&found->marked, row);
    return coded.kind ? coding_value(&found->marked.coding, coded) : value_truth(false); /* no memory, as is told */
}

/* --- what is told of a row ---------------------------------------------------------------------------------------- */

struct text alerts_area(const struct alerts *alerts, const struct alert_found *found, size_t row) {
    const struct dataset *dataset = alerts->run->dataset;
    if (!found->area) return TEXT("");
    return table_id(dataset_table(dataset, found->area),
                    dataset_climb(dataset, found->alert->entity, row, found->area));
}

struct text alerts_known_by_in(struct arena *arena, const struct dataset *dataset, const struct entity *entity,
                               size_t row, enum language language) {
    struct text list = TEXT("");
    for (size_t i = 0; i < entity->known_by.count; i++) {
        const struct field *input = entity->known_by.items[i];
        const struct column *column = dataset_column(dataset, input);
        if (!column->known[row]) continue;
        struct value value = column->lanes ? value_of_lane(arena, &column->spec, column_get(column, row))
                                           : (struct value){.as.text = column_text(column, row)};
        struct text text = value_show_in(arena, dataset, &input->type, input->scale, input->step, &value, language);
        list = text_format(arena, "%.*s%s%.*s", TEXT_ARG(list), list.length ? ", " : "", TEXT_ARG(text));
    }
    return list;
}

struct text alerts_known_by(const struct alerts *alerts, const struct entity *entity, size_t row,
                            enum language language) {
    return alerts_known_by_in(alerts->arena, alerts->run->dataset, entity, row, language);
}

struct value alerts_shown(const struct alerts *alerts, const struct alert_found *found, size_t row, size_t i) {
    struct context context = context_of(alerts->run, found->alert->entity, row);
    return evaluate(&context, found->alert->shows.items[i]);
}

/* --- as a file ---------------------------------------------------------------------------------------------------- */

static const char headings[] = "month,state,area,entity,id,known_by,alert,label_zh,label_en,to,cite,confirmed,reason,"
                               "reason_zh,reason_en";

struct sheet {
    struct csv_file file;
    const struct alerts *alerts;
    VECTOR(const struct field *) shown; /* each a column, once */
};

static void note_shown(struct sheet *sheet, const struct field *alert) {
    for (size_t i = 0; i < alert->shows.count; i++) {
        const struct field *field = alert->shows.items[i]->as.path.target.field;
        bool there = false;
        for (size_t k = 0; k < sheet->shown.count; k++) there = there || sheet->shown.items[k] == field;
        if (!there) VECTOR_PUSH(sheet->alerts->arena, &sheet->shown, field);
    }
}

static void head_line(struct sheet *sheet) {
    for (size_t i = 0; i < sheet->alerts->list.count; i++) note_shown(sheet, sheet->alerts->list.items[i]->alert);
    csv_file_add(&sheet->file, text_from(headings));
    for (size_t i = 0; i < sheet->shown.count; i++)
        builder_format(&sheet->file.text, ",%.*s.%.*s", TEXT_ARG(sheet->shown.items[i]->entity->name),
                       TEXT_ARG(sheet->shown.items[i]->name));
    csv_file_end_line(&sheet->file);
}

/* What no decimal can write exactly is rounded: 2/7 in a cell is a date to a spreadsheet. */
static struct text shown_plain(const struct alerts *alerts, const struct field *field, const struct value *value) {
    enum { DECIMALS = 6 };
    struct text plain = value_plain_in(alerts->arena, alerts->run->dataset, &field->type, field->scale, value);
    if (field->type.kind != TYPE_NUMBER || !memchr(plain.bytes, '/', plain.length)) return plain;
    return number_decimal(alerts->arena, number_divide(alerts->arena, value->as.number, field->scale), DECIMALS, false);
}

static void shown_cells(struct sheet *sheet, const struct alert_found *found, size_t row) {
    const struct alerts *alerts = sheet->alerts;
    for (size_t k = 0; k < sheet->shown.count; k++) {
        const struct field *field = sheet->shown.items[k];
        struct text text = TEXT("");
        for (size_t i = 0; i < found->alert->shows.count; i++) {
            if (found->alert->shows.items[i]->as.path.target.field != field) continue;
            struct value value = alerts_shown(alerts, found, row, i);
            if (value.state == VALUE_KNOWN) text = shown_plain(alerts, field, &value);
        }
        csv_file_cell(&sheet->file, text);
    }
}

static void row_line(struct sheet *sheet, struct alert_found *found, size_t row) {
    static const char *const states[] = {[VALUE_KNOWN] = "found", [VALUE_UNKNOWN] = "unknown", [VALUE_FAULT] = "fault"};
    const struct alerts *alerts = sheet->alerts;
    const struct field *alert = found->alert;
    const struct run *run = alerts->run;
    struct value value = alerts_value(found, row);
    bool known = value.state == VALUE_KNOWN;
    struct text cells[] = {
        month_format(alerts->arena, run->month),
        text_from(states[value.state]),
        alerts_area(alerts, found, row),
        alert->entity->name,
        table_id(dataset_table(run->dataset, alert->entity), row),
        alerts_known_by(alerts, alert->entity, row, LANGUAGE_ZH),
        alert->name,
        label_or_name(alert->label, alert->name, LANGUAGE_ZH),
        label_or_name(alert->label, alert->name, LANGUAGE_EN),
        names_written(alerts->arena, &alert->declaration->to),
        names_written(alerts->arena, value_cites(alert, &value)),
        found->unconfirmed ? TEXT("no") : TEXT("yes"),
        known ? TEXT("") : reason_written(alerts->arena, run->policy, &value),
        reason_words(alerts->arena, run, &value, LANGUAGE_ZH),
        reason_words(alerts->arena, run, &value, LANGUAGE_EN),
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) csv_file_cell(&sheet->file, cells[i]);
    shown_cells(sheet, found, row);
    csv_file_end_line(&sheet->file);
}

bool alerts_may_replace(const char *path) {
    return !file_is_there(path) || file_starts(path, headings);
}

enum file_result alerts_write(const struct alerts *alerts, const char *path) {
    struct sheet sheet = {.alerts = alerts};
    enum file_result result = csv_file_begin(&sheet.file, alerts->arena, TEXT(""), text_from(path));
    if (result == FILE_OK) head_line(&sheet);
    for (size_t i = 0; i < alerts->list.count && result == FILE_OK; i++) {
        struct alert_found *found = alerts->list.items[i];
        for (size_t row = marked_next(&found->marked, 0); row != SIZE_MAX; row = marked_next(&found->marked, row + 1)) {
            struct arena_mark mark = arena_here(alerts->arena);
            row_line(&sheet, found, row);
            arena_rewind(alerts->arena, mark);
        }
    }
    bool whole = !arena_failed(alerts->arena) && !run_failed(alerts->run);
    if (result == FILE_OK) result = whole ? csv_file_commit(&sheet.file) : FILE_NO_MEMORY;
    csv_file_close(&sheet.file);
    return result;
}
