/* What stands in the files of results, line by line. */
#include "exchange/results_inside.h"

#include "base/csv.h"
#include "engine/explain.h"
#include "exchange/coded_text.h"

#include <string.h>

/* --- cells ------------------------------------------------------------------------------------------------------ */

static void month_cell(struct results_sheet *sheet, const struct totals *totals) {
    csv_file_cell(&sheet->file, month_format(totals->arena, totals->run->month));
}

static void row_cells(struct results_sheet *sheet, const struct totals *totals, const struct entity *entity,
                      size_t row) {
    csv_file_cell(&sheet->file, entity->name);
    csv_file_cell(&sheet->file, table_id(dataset_table(totals->run->dataset, entity), row));
}

static void label_cells(struct results_sheet *sheet, const struct text label[LANGUAGES], struct text name) {
    csv_file_cell(&sheet->file, label_or_name(label, name, LANGUAGE_ZH));
    csv_file_cell(&sheet->file, label_or_name(label, name, LANGUAGE_EN));
}

static void truth_cell(struct results_sheet *sheet, bool truth) {
    csv_file_cell(&sheet->file, truth ? TEXT("yes") : TEXT("no"));
}

static void count_cell(struct results_sheet *sheet, size_t count) {
    builder_add_decimal(csv_file_next(&sheet->file), (int64_t)count, 0);
}

/* The code for programs, then the words of both languages for people; all empty for a value that is known. */
static void missing_cells(struct results_sheet *sheet, const struct totals *totals, const struct value *value) {
    bool known = value->state == VALUE_KNOWN;
    csv_file_cell(&sheet->file, known ? TEXT("") : reason_written(totals->arena, totals->run->policy, value));
    csv_file_cell(&sheet->file, reason_words(totals->arena, totals->run, value, LANGUAGE_ZH));
    csv_file_cell(&sheet->file, reason_words(totals->arena, totals->run, value, LANGUAGE_EN));
}

/* --- decisions -------------------------------------------------------------------------------------------------- */

void decisions_head(struct results_sheet *sheet) {
    csv_file_cell(&sheet->file, TEXT("month"));
    if (sheet->entity->parent) csv_file_cell(&sheet->file, sheet->entity->parent->name);
    csv_file_cell(&sheet->file, TEXT("id"));
    for (size_t i = 0; i < sheet->benefit_count; i++) {
        struct text name = sheet->benefits[i]->name;
        builder_format(csv_file_next(&sheet->file), "%.*s,%.*s_confirmed,%.*s_reason,%.*s_cite", TEXT_ARG(name),
                       TEXT_ARG(name), TEXT_ARG(name), TEXT_ARG(name));
    }
    csv_file_end_line(&sheet->file);
}

/* A benefit's column of the month. What stands behind an amount depends on how that came about only. */
struct decided {
    const struct field *benefit;
    struct coding coding;
    struct found found;
    struct coded_text text;
    VECTOR(struct text) tails; /* by kind: confirmed,reason,cite */
};

/* NULL when memory has run out. */
static struct decided *begin_decided(const struct results_sheet *sheet, const struct totals *totals) {
    struct decided *columns = ARENA_ARRAY(totals->arena, struct decided, sheet->benefit_count + 1);
    for (size_t i = 0; columns && i < sheet->benefit_count; i++) {
        struct decided *column = &columns[i];
        column->benefit = sheet->benefits[i];
        coding_init(&column->coding, totals->arena, column->benefit);
        found_begin(&column->found, totals->run, &column->coding, true);
        coded_text_begin(&column->text, totals->arena, &column->coding);
    }
    return columns;
}

static struct text tail_of(const struct totals *totals, const struct decided *column, struct coded coded) {
    struct value value = coding_value(&column->coding, coded);
    struct builder out;
    builder_init(&out);
    if (value.state == VALUE_KNOWN)
        builder_add(&out, totals->confirmation->unconfirmed[column->benefit->index] ? TEXT("no") : TEXT("yes"));
    builder_add(&out, TEXT(","));
    csv_write_field(&out, reason_written(totals->arena, totals->run->policy, &value), true);
    builder_add(&out, TEXT(","));
    csv_write_field(&out, names_written(totals->arena, value_cites(column->benefit, &value)), true);
    return builder_finish(&out, totals->arena);
}

static void decided_cells(struct results_sheet *sheet, const struct totals *totals, struct decided *column,
                          size_t row) {
    struct arena *arena = totals->arena;
    column->coding.listed.count = 0; /* of the row before */
    struct coded coded = found_at(&column->found, row);
    if (!coded.kind) return;
    coded_text_write(&column->text, arena, coded, &sheet->file);
    while (column->tails.count < coded.kind && !arena_failed(arena)) VECTOR_PUSH(arena, &column->tails, TEXT(""));
    if (arena_failed(arena)) return;
    struct text *tail = &column->tails.items[coded.kind - 1];
    if (tail->length == 0) *tail = tail_of(totals, column, coded);
    builder_add(csv_file_next(&sheet->file), *tail);
}

void decisions_add(struct results_sheet *sheet, struct totals *totals) {
    struct run *run = totals->run;
    const struct entity *entity = sheet->entity;
    const struct table *table = dataset_table(run->dataset, entity);
    struct arena_mark mark = arena_here(totals->arena);
    struct decided *columns = begin_decided(sheet, totals);
    struct text month = month_format(totals->arena, run->month);
    struct rows rows = run_rows(run, entity);
    for (size_t row = rows.first; row < rows.last && !arena_failed(totals->arena) && !run_failed(run); row++) {
        if (!totals_know(run, entity, row)) continue;
        csv_file_cell(&sheet->file, month);
        if (entity->parent)
            csv_file_cell(&sheet->file, table_id(dataset_table(run->dataset, entity->parent), table->parents[row]));
        csv_file_cell(&sheet->file, table_id(table, row));
        for (size_t i = 0; i < sheet->benefit_count; i++) decided_cells(sheet, totals, &columns[i], row);
        csv_file_end_line(&sheet->file);
    }
    arena_rewind(totals->arena, mark);
}

/* --- what is open ----------------------------------------------------------------------------------------------- */

/* The row that the reason is about; false when it is about none. */
static bool reason_row(const struct run *run, const struct reason *reason, const struct entity **entity) {
    *entity = reason_entity(run->policy, reason);
    return *entity && reason->row < dataset_table(run->dataset, *entity)->rows;
}

static void add_open(struct results_sheet *sheet, struct totals *totals, const struct field *field, size_t row,
                     const struct value *value) {
    const struct entity *of;
    struct arena_mark mark = arena_here(totals->arena);
    month_cell(sheet, totals);
    row_cells(sheet, totals, field->entity, row);
    csv_file_cell(&sheet->file, field->name);
    label_cells(sheet, field->label, field->name);
    csv_file_cell(&sheet->file, value->state == VALUE_UNKNOWN ? TEXT("unknown") : TEXT("fault"));
    bool placed = reason_row(totals->run, &value->reason, &of);
    csv_file_cell(&sheet->file,
                  placed ? table_id(dataset_table(totals->run->dataset, of), value->reason.row) : TEXT(""));
    missing_cells(sheet, totals, value);
    csv_file_end_line(&sheet->file);
    arena_rewind(totals->arena, mark);
}

/* Benefits and alerts: a family that might be entitled is in this list or in that of alerts. */
static void add_undetermined(struct results_sheet *sheet, struct totals *totals) {
    struct run *run = totals->run;
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        struct marked *marked = totals->marked[i];
        for (size_t row = marked ? marked_next(marked, 0) : SIZE_MAX; row != SIZE_MAX;
             row = marked_next(marked, row + 1)) {
            struct coded coded = marked_at(marked, row);
            if (!coded.kind || marked_state(marked, coded) == VALUE_KNOWN) continue;
            struct value value = coding_value(&marked->coding, coded);
            add_open(sheet, totals, field, row, &value);
        }
    }
}

static void add_alerts(struct results_sheet *sheet, struct totals *totals) {
    struct run *run = totals->run;
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *alert = run->policy->fields.items[i];
        struct marked *marked = alert->kind == FIELD_ALERT ? totals->marked[i] : NULL;
        for (size_t row = marked ? marked_next(marked, 0) : SIZE_MAX; row != SIZE_MAX;
             row = marked_next(marked, row + 1)) {
            struct coded coded = marked_at(marked, row);
            if (!coded.kind || marked_state(marked, coded) != VALUE_KNOWN) continue;
            struct value value = coding_value(&marked->coding, coded);
            struct arena_mark mark = arena_here(totals->arena);
            month_cell(sheet, totals);
            row_cells(sheet, totals, alert->entity, row);
            csv_file_cell(&sheet->file, alert->name);
            label_cells(sheet, alert->label, alert->name);
            csv_file_cell(&sheet->file, names_written(totals->arena, &alert->declaration->to)); /* who is told */
            csv_file_cell(&sheet->file, names_written(totals->arena, value_cites(alert, &value)));
            truth_cell(sheet, !totals->confirmation->unconfirmed[alert->index]);
            csv_file_end_line(&sheet->file);
            arena_rewind(totals->arena, mark);
        }
    }
}

static void add_guarantees(struct results_sheet *sheet, struct totals *totals) {
    static const char *const consequences[] = {
        [CONSEQUENCE_REPORT] = "report", [CONSEQUENCE_HOLD] = "hold", [CONSEQUENCE_REFUSE] = "refuse"};
    for (size_t i = 0; i < totals->findings.count; i++) {
        const struct finding *finding = &totals->findings.items[i];
        const struct guarantee *guarantee = finding->guarantee;
        struct value why = finding->result == GUARANTEE_UNKNOWN ? finding->why : value_truth(true);
        struct arena_mark mark = arena_here(totals->arena);
        month_cell(sheet, totals);
        row_cells(sheet, totals, guarantee->entity, finding->row);
        csv_file_cell(&sheet->file, guarantee->name);
        label_cells(sheet, guarantee->declaration->label, guarantee->name);
        csv_file_cell(&sheet->file, finding->result == GUARANTEE_BROKEN ? TEXT("broken") : TEXT("unknown"));
        csv_file_cell(&sheet->file, text_from(consequences[guarantee->declaration->consequence]));
        missing_cells(sheet, totals, &why);
        csv_file_end_line(&sheet->file);
        arena_rewind(totals->arena, mark);
    }
}

/* --- indicators ------------------------------------------------------------------------------------------------- */

/* Whether the value reaches the target; empty where there is none, or nothing to compare. */
static struct text target_met(const struct indicator *indicator, const struct value *value, struct number target) {
    const struct declaration *declaration = indicator->declaration;
    if (!declaration->has_target || value->state != VALUE_KNOWN || indicator->type.kind != TYPE_NUMBER) return TEXT("");
    bool met = comparison_holds(declaration->target_compare, number_compare(value->as.number, target));
    return met ? TEXT("yes") : TEXT("no");
}

/* What no decimal can write exactly is rounded to be read and sorted, and stands beside as a fraction; 2/7 in one cell
 * is a date to a spreadsheet. */
static void exact_cells(struct results_sheet *sheet, const struct totals *totals, const struct indicator *indicator,
                        const struct value *value) {
    enum { DECIMALS = 6 };
    struct text plain = value_plain(totals->arena, &indicator->type, indicator->scale, value);
    const char *stroke = memchr(plain.bytes, '/', plain.length);
    if (!stroke) {
        csv_file_cell(&sheet->file, plain);
        csv_file_cell(&sheet->file, TEXT(""));
        csv_file_cell(&sheet->file, TEXT(""));
        return;
    }
    size_t at = (size_t)(stroke - plain.bytes);
    struct number shown = number_divide(totals->arena, value->as.number, indicator->scale);
    csv_file_cell(&sheet->file, number_decimal(totals->arena, shown, DECIMALS, false));
    csv_file_cell(&sheet->file, text_slice(plain, 0, at));
    csv_file_cell(&sheet->file, text_slice(plain, at + 1, plain.length));
}

static void add_indicator(struct results_sheet *sheet, struct totals *totals, const struct indicator *indicator,
                          size_t level) {
    struct run *run = totals->run;
    const struct table *table = dataset_table(run->dataset, indicator->levels.items[level]);
    struct context context = {.run = run, .day = run->first_day};
    struct number target = number_zero;
    if (indicator->declaration->has_target) target = evaluate(&context, indicator->declaration->target).as.number;
    struct rows rows = run_rows(run, table->entity);
    for (size_t row = rows.first; row < rows.last; row++) {
        struct value value = run_indicator(run, indicator, level, row);
        if (value.state == VALUE_FAULT && value.reason.kind == REASON_DIVISION) continue; /* nothing to measure */
        struct arena_mark mark = arena_here(totals->arena);
        month_cell(sheet, totals);
        row_cells(sheet, totals, table->entity, row);
        csv_file_cell(&sheet->file, indicator->name);
        label_cells(sheet, indicator->declaration->label, indicator->name);
        exact_cells(sheet, totals, indicator, &value);
        csv_file_cell(&sheet->file, target_met(indicator, &value, target));
        missing_cells(sheet, totals, &value);
        csv_file_end_line(&sheet->file);
        arena_rewind(totals->arena, mark);
    }
}

static void add_indicators(struct results_sheet *sheet, struct totals *totals) {
    const struct run *run = totals->run;
    for (size_t i = 0; i < run->policy->indicators.count; i++) {
        const struct indicator *indicator = run->policy->indicators.items[i];
        bool in_force = run->first_day >= indicator->from && run->first_day <= indicator->until;
        for (size_t level = 0; in_force && level < indicator->levels.count; level++)
            add_indicator(sheet, totals, indicator, level);
    }
}

/* --- summary ---------------------------------------------------------------------------------------------------- */

static void summarise_area(struct results_sheet *sheet, struct totals *totals, const struct entity *area, size_t row,
                           const struct benefit_total *of) {
    struct run *run = totals->run;
    const struct field *benefit = of->benefit;
    struct marked *marked = totals->marked[benefit->index];
    struct marked_sum sum = {.others = number_zero};
    size_t begin, end, awards = 0, undetermined = 0;
    dataset_below(run->dataset, area, row, benefit->entity, &begin, &end);
    for (size_t k = marked_next(marked, begin); k < end; k = marked_next(marked, k + 1)) {
        struct coded coded = marked_at(marked, k);
        if (!coded.kind) return;
        bool known = marked_state(marked, coded) == VALUE_KNOWN;
        undetermined += !known;
        awards += known;
        if (known) marked_add(marked, totals->arena, coded, &sum);
    }
    if (awards == 0 && undetermined == 0) return;
    struct arena_mark mark = arena_here(totals->arena);
    struct value total = value_number(marked_total(marked, totals->arena, &sum));
    month_cell(sheet, totals);
    row_cells(sheet, totals, area, row);
    csv_file_cell(&sheet->file, benefit->name);
    label_cells(sheet, benefit->label, benefit->name);
    count_cell(sheet, awards);
    csv_file_cell(&sheet->file, value_plain(totals->arena, &benefit->type, benefit->scale, &total));
    truth_cell(sheet, !of->unconfirmed);
    count_cell(sheet, undetermined);
    csv_file_end_line(&sheet->file);
    arena_rewind(totals->arena, mark);
}

static void summarise(struct results_sheet *sheet, struct totals *totals) {
    const struct policy *policy = totals->run->policy;
    for (size_t e = 0; e < policy->entities.count; e++) {
        const struct entity *area = policy->entities.items[e];
        struct rows rows = run_rows(totals->run, area);
        for (size_t b = 0; b < totals->benefit_count; b++) {
            if (!totals_is_area(totals->people, area, totals->benefit[b].benefit->entity)) continue;
            for (size_t row = rows.first; row < rows.last; row++)
                summarise_area(sheet, totals, area, row, &totals->benefit[b]);
        }
    }
}

const struct results_kind results_kinds[RESULTS_LISTS] = {
    [RESULTS_SUMMARY] = {"summary.csv",
                         "month,level,area,benefit,label_zh,label_en,awards,amount,confirmed,undetermined", summarise},
    [RESULTS_UNDETERMINED] = {"undetermined.csv",
                              "month,entity,id,rule,label_zh,label_en,state,of,reason,reason_zh,reason_en",
                              add_undetermined},
    [RESULTS_ALERTS] = {"alerts.csv", "month,entity,id,alert,label_zh,label_en,to,cite,confirmed", add_alerts},
    [RESULTS_GUARANTEES] = {"guarantees.csv",
                            "month,entity,id,guarantee,label_zh,label_en,result,consequence,reason,reason_zh,reason_en",
                            add_guarantees},
    [RESULTS_INDICATORS] =
        {"indicators.csv",
         "month,level,area,indicator,label_zh,label_en,value,numerator,denominator,target_met,reason,"
         "reason_zh,reason_en",
         add_indicators},
};
