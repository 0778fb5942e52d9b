/* What stands in the files of results, line by line. */
#include "exchange/results_inside.h"

#include "base/csv.h"
#include "engine/explain.h"

#include <string.h>

/* --- cells ------------------------------------------------------------------------------------------------------ */

static void month_cell(struct results_sheet *sheet, const struct totals *totals) {
    sheet_cell(sheet, month_format(totals->arena, totals->run->month));
}

static void row_cells(struct results_sheet *sheet, const struct totals *totals, const struct entity *entity,
                      size_t row) {
    sheet_cell(sheet, entity->name);
    sheet_cell(sheet, dataset_table(totals->run->dataset, entity)->ids[row]);
}

static void label_cells(struct results_sheet *sheet, const struct text label[LANGUAGES], struct text name) {
    sheet_cell(sheet, label_or_name(label, name, LANGUAGE_ZH));
    sheet_cell(sheet, label_or_name(label, name, LANGUAGE_EN));
}

static void truth_cell(struct results_sheet *sheet, bool truth) {
    sheet_cell(sheet, truth ? TEXT("yes") : TEXT("no"));
}

static void count_cell(struct results_sheet *sheet, const struct totals *totals, size_t count) {
    sheet_cell(sheet, text_format(totals->arena, "%zu", count));
}

/* The code for programs, then the words of both languages for people; all empty for a value that is known. */
static void missing_cells(struct results_sheet *sheet, const struct totals *totals, const struct value *value) {
    bool known = value->state == VALUE_KNOWN;
    sheet_cell(sheet, known ? TEXT("") : reason_written(totals->arena, totals->run->policy, value));
    sheet_cell(sheet, reason_words(totals->arena, totals->run, value, LANGUAGE_ZH));
    sheet_cell(sheet, reason_words(totals->arena, totals->run, value, LANGUAGE_EN));
}

/* --- decisions -------------------------------------------------------------------------------------------------- */

void decisions_head(struct results_sheet *sheet) {
    sheet_cell(sheet, TEXT("month"));
    if (sheet->entity->parent) sheet_cell(sheet, sheet->entity->parent->name);
    sheet_cell(sheet, TEXT("id"));
    for (size_t i = 0; i < sheet->benefit_count; i++) {
        struct text name = sheet->benefits[i]->name;
        builder_format(&sheet->line, ",%.*s,%.*s_confirmed,%.*s_reason,%.*s_cite", TEXT_ARG(name), TEXT_ARG(name),
                       TEXT_ARG(name), TEXT_ARG(name));
    }
    sheet_end_line(sheet);
}

static struct text cites_of(struct arena *arena, const struct field *benefit, const struct value *value) {
    const struct names *cites = value_cites(benefit, value);
    struct text text = TEXT("");
    for (size_t i = 0; i < cites->list.count; i++)
        text = text_format(arena, "%.*s%s%.*s", TEXT_ARG(text), i ? " " : "", TEXT_ARG(cites->list.items[i].text));
    return text;
}

void decisions_add(struct results_sheet *sheet, struct totals *totals) {
    struct run *run = totals->run;
    const struct entity *entity = sheet->entity;
    const struct table *table = dataset_table(run->dataset, entity);
    for (size_t row = 0; row < table->rows; row++) {
        if (!totals_know(run, entity, row)) continue;
        struct arena_mark mark = arena_here(totals->arena);
        month_cell(sheet, totals);
        if (entity->parent) sheet_cell(sheet, dataset_table(run->dataset, entity->parent)->ids[table->parents[row]]);
        sheet_cell(sheet, table->ids[row]);
        for (size_t i = 0; i < sheet->benefit_count; i++) {
            const struct field *benefit = sheet->benefits[i];
            struct value value = run_in_force(run, benefit, row);
            sheet_cell(sheet, value_plain(totals->arena, &benefit->type, benefit->scale, &value));
            if (value.state == VALUE_KNOWN)
                truth_cell(sheet, !totals->confirmation->unconfirmed[benefit->index]);
            else
                sheet_cell(sheet, TEXT(""));
            sheet_cell(sheet, reason_written(totals->arena, run->policy, &value));
            sheet_cell(sheet, cites_of(totals->arena, benefit, &value));
        }
        sheet_end_line(sheet);
        arena_rewind(totals->arena, mark);
    }
}

/* --- what is open ----------------------------------------------------------------------------------------------- */

/* The row that the reason is about; false when it is about none. */
static bool reason_row(const struct run *run, const struct reason *reason, const struct entity **entity) {
    const struct policy *policy = run->policy;
    *entity = NULL;
    switch (reason->kind) {
    case REASON_INPUT:
    case REASON_NOT_ASSESSED: *entity = reason->field ? reason->field->entity : NULL; break;
    case REASON_ROWS_LOST:
    case REASON_PARAMETER:
    case REASON_NO_PARAMETER:
        if (reason->text < policy->entities.count) *entity = policy->entities.items[reason->text];
        break;
    default: break;
    }
    return *entity && reason->row < dataset_table(run->dataset, *entity)->rows;
}

static void add_open(struct results_sheet *sheet, struct totals *totals, const struct field *field, size_t row,
                     const struct value *value) {
    const struct entity *of;
    struct arena_mark mark = arena_here(totals->arena);
    month_cell(sheet, totals);
    row_cells(sheet, totals, field->entity, row);
    sheet_cell(sheet, field->name);
    label_cells(sheet, field->label, field->name);
    sheet_cell(sheet, value->state == VALUE_UNKNOWN ? TEXT("unknown") : TEXT("fault"));
    bool placed = reason_row(totals->run, &value->reason, &of);
    sheet_cell(sheet, placed ? dataset_table(totals->run->dataset, of)->ids[value->reason.row] : TEXT(""));
    missing_cells(sheet, totals, value);
    sheet_end_line(sheet);
    arena_rewind(totals->arena, mark);
}

/* Benefits and alerts: a family that might be entitled is in this list or in that of alerts. */
static void add_undetermined(struct results_sheet *sheet, struct totals *totals) {
    struct run *run = totals->run;
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        size_t rows = dataset_table(run->dataset, field->entity)->rows;
        if (field->kind != FIELD_BENEFIT && field->kind != FIELD_ALERT) continue;
        for (size_t row = 0; row < rows; row++) {
            if (field->kind == FIELD_BENEFIT && !totals_take(run, field, row)) continue;
            struct value value = run_value(run, field, row);
            if (value.state != VALUE_KNOWN) add_open(sheet, totals, field, row, &value);
        }
    }
}

/* Who is to be told: village_aide township_officer. */
static struct text roles_told(struct arena *arena, const struct field *alert) {
    const struct names *roles = &alert->declaration->to;
    struct text text = TEXT("");
    for (size_t i = 0; i < roles->list.count; i++)
        text = text_format(arena, "%.*s%s%.*s", TEXT_ARG(text), i ? " " : "", TEXT_ARG(roles->list.items[i].text));
    return text;
}

static void add_alerts(struct results_sheet *sheet, struct totals *totals) {
    struct run *run = totals->run;
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *alert = run->policy->fields.items[i];
        size_t rows = dataset_table(run->dataset, alert->entity)->rows;
        for (size_t row = 0; alert->kind == FIELD_ALERT && row < rows; row++) {
            struct value value = run_value(run, alert, row);
            if (value.state != VALUE_KNOWN || !value.as.truth) continue;
            struct arena_mark mark = arena_here(totals->arena);
            month_cell(sheet, totals);
            row_cells(sheet, totals, alert->entity, row);
            sheet_cell(sheet, alert->name);
            label_cells(sheet, alert->label, alert->name);
            sheet_cell(sheet, roles_told(totals->arena, alert));
            sheet_cell(sheet, cites_of(totals->arena, alert, &value));
            truth_cell(sheet, !totals->confirmation->unconfirmed[alert->index]);
            sheet_end_line(sheet);
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
        sheet_cell(sheet, guarantee->name);
        label_cells(sheet, guarantee->declaration->label, guarantee->name);
        sheet_cell(sheet, finding->result == GUARANTEE_BROKEN ? TEXT("broken") : TEXT("unknown"));
        sheet_cell(sheet, text_from(consequences[guarantee->declaration->consequence]));
        missing_cells(sheet, totals, &why);
        sheet_end_line(sheet);
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
        sheet_cell(sheet, plain);
        sheet_cell(sheet, TEXT(""));
        sheet_cell(sheet, TEXT(""));
        return;
    }
    size_t at = (size_t)(stroke - plain.bytes);
    struct number shown = number_divide(totals->arena, value->as.number, indicator->scale);
    sheet_cell(sheet, number_decimal(totals->arena, shown, DECIMALS, false));
    sheet_cell(sheet, text_slice(plain, 0, at));
    sheet_cell(sheet, text_slice(plain, at + 1, plain.length));
}

static void add_indicator(struct results_sheet *sheet, struct totals *totals, const struct indicator *indicator,
                          size_t level) {
    struct run *run = totals->run;
    const struct table *table = dataset_table(run->dataset, indicator->levels.items[level]);
    struct context context = {.run = run, .day = run->first_day};
    struct number target = number_zero;
    if (indicator->declaration->has_target) target = evaluate(&context, indicator->declaration->target).as.number;
    for (size_t row = 0; row < table->rows; row++) {
        struct value value = run_indicator(run, indicator, level, row);
        if (value.state == VALUE_FAULT && value.reason.kind == REASON_DIVISION) continue; /* nothing to measure */
        month_cell(sheet, totals);
        row_cells(sheet, totals, table->entity, row);
        sheet_cell(sheet, indicator->name);
        label_cells(sheet, indicator->declaration->label, indicator->name);
        exact_cells(sheet, totals, indicator, &value);
        sheet_cell(sheet, target_met(indicator, &value, target));
        missing_cells(sheet, totals, &value);
        sheet_end_line(sheet);
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
    size_t begin, end, awards = 0, undetermined = 0;
    struct number amount = number_zero;
    dataset_below(run->dataset, area, row, benefit->entity, &begin, &end);
    for (size_t k = begin; k < end; k++) {
        if (!totals_take(run, benefit, k)) continue;
        struct value value = run_value(run, benefit, k);
        undetermined += value.state != VALUE_KNOWN;
        if (value.state != VALUE_KNOWN || number_sign(value.as.number) == 0) continue;
        awards++;
        amount = number_add(totals->arena, amount, value.as.number);
    }
    if (awards == 0 && undetermined == 0) return;
    struct value total = value_number(amount);
    month_cell(sheet, totals);
    row_cells(sheet, totals, area, row);
    sheet_cell(sheet, benefit->name);
    label_cells(sheet, benefit->label, benefit->name);
    count_cell(sheet, totals, awards);
    sheet_cell(sheet, value_plain(totals->arena, &benefit->type, benefit->scale, &total));
    truth_cell(sheet, !of->unconfirmed);
    count_cell(sheet, totals, undetermined);
    sheet_end_line(sheet);
}

/* Areas lie above what the benefit is of, families apart. */
static bool is_area_of(const struct totals *totals, const struct entity *area, const struct entity *entity) {
    const struct entity *families = totals->people ? totals->people->parent : NULL;
    if (area == entity || area->is_event || !entity_is_within(entity, area)) return false;
    return !families || !entity_is_within(area, families);
}

static void summarise(struct results_sheet *sheet, struct totals *totals) {
    const struct policy *policy = totals->run->policy;
    for (size_t e = 0; e < policy->entities.count; e++) {
        const struct entity *area = policy->entities.items[e];
        for (size_t b = 0; b < totals->benefit_count; b++) {
            if (!is_area_of(totals, area, totals->benefit[b].benefit->entity)) continue;
            for (size_t row = 0; row < dataset_table(totals->run->dataset, area)->rows; row++)
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
