#include "exchange/results.h"

#include "base/csv.h"
#include "engine/evaluate.h"

/* --- finding ---------------------------------------------------------------------------------------------------- */

static size_t count_benefits(const struct policy *policy) {
    size_t count = 0;
    for (size_t i = 0; i < policy->fields.count; i++) count += policy->fields.items[i]->kind == FIELD_BENEFIT;
    return count;
}

static bool row_counts(const struct run *run, const struct entity *entity, size_t row) {
    return !entity->is_event || run_event_counts(run, entity, row);
}

/* An event belongs to the month of its date; a benefit by the year to the month in which it is judged. */
static bool row_falls_due(const struct run *run, const struct field *benefit, size_t row) {
    const struct entity *entity = benefit->entity;
    if (entity->is_event) {
        const struct table *table = dataset_table(run->dataset, entity);
        day_number day = (day_number)column_get(&table->columns[entity->dated.items[0]->input_index], row);
        return day_month(day) == run->month;
    }
    int yearly = benefit->rules.items[0]->declaration->yearly;
    return !yearly || month_of_year(run->month) == yearly;
}

/* The lowest entity that has rows, events apart, of several the one with the most: the people. Their families lie right
 * above. */
static const struct entity *find_people(const struct run *run) {
    const struct policy *policy = run->policy;
    const struct entity *people = NULL;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        size_t rows = dataset_table(run->dataset, entity)->rows;
        if (entity->is_event || !entity->parent || rows == 0) continue;
        bool lower = !people || entity->depth > people->depth;
        if (lower || (entity->depth == people->depth && rows > dataset_table(run->dataset, people)->rows))
            people = entity;
    }
    return people;
}

static void tell_progress(struct results *results, size_t rows) {
    enum { ROWS_BETWEEN = 512 };
    size_t before = results->rows_done / ROWS_BETWEEN;
    results->rows_done += rows;
    if (results->progress && results->rows_done / ROWS_BETWEEN != before)
        results->progress(results->context, results->rows_done, results->rows_due);
}

static void find_total(struct results *results, struct benefit_total *total, const struct field *benefit) {
    const struct dataset *dataset = results->run->dataset;
    const struct table *table = dataset_table(dataset, benefit->entity);
    const struct entity *families = results->people ? results->people->parent : NULL;
    size_t last_family = SIZE_MAX;
    *total = (struct benefit_total){.benefit = benefit, .amount = number_zero};
    total->of_families = families && entity_is_within(benefit->entity, families);
    for (size_t row = 0; row < table->rows; row++) {
        tell_progress(results, 1);
        if (!row_falls_due(results->run, benefit, row)) continue;
        struct value value = run_value(results->run, benefit, row);
        total->undetermined += value.state != VALUE_KNOWN;
        if (value.state != VALUE_KNOWN || number_sign(value.as.number) == 0) continue;
        total->rows++;
        size_t family = total->of_families ? dataset_climb(dataset, benefit->entity, row, families) : SIZE_MAX;
        total->families += family != last_family;
        last_family = family;
        total->amount = number_add(results->arena, total->amount, value.as.number);
    }
}

static void check_guarantees(struct results *results) {
    const struct policy *policy = results->run->policy;
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        size_t rows = dataset_table(results->run->dataset, guarantee->entity)->rows;
        for (size_t row = 0; row < rows; row++) {
            tell_progress(results, 1);
            if (!row_counts(results->run, guarantee->entity, row)) continue;
            struct value why;
            enum guarantee_result found = run_guarantee(results->run, guarantee, row, &why);
            results->broken += found == GUARANTEE_BROKEN;
            results->unchecked += found == GUARANTEE_UNKNOWN;
        }
    }
}

static void count_alerts(struct results *results) {
    const struct policy *policy = results->run->policy;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *alert = policy->fields.items[i];
        if (alert->kind != FIELD_ALERT) continue;
        for (size_t row = 0; row < dataset_table(results->run->dataset, alert->entity)->rows; row++) {
            struct value value = run_value(results->run, alert, row);
            results->alerts += value.state == VALUE_KNOWN && value.as.truth;
        }
    }
}

/* How many rows will be looked at, for the progress. */
static size_t count_rows(const struct run *run) {
    const struct policy *policy = run->policy;
    size_t count = 0;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (policy->fields.items[i]->kind == FIELD_BENEFIT)
            count += dataset_table(run->dataset, policy->fields.items[i]->entity)->rows;
    for (size_t i = 0; i < policy->guarantees.count; i++)
        count += dataset_table(run->dataset, policy->guarantees.items[i]->entity)->rows;
    return count;
}

bool results_find(struct results *results, struct run *run, struct arena *arena) {
    results->arena = arena;
    results->run = run;
    results->benefit_count = count_benefits(run->policy);
    results->people = find_people(run);
    results->rows_due = count_rows(run);
    results->totals = ARENA_ARRAY(arena, struct benefit_total, results->benefit_count + 1);
    if (arena_failed(arena)) return false;
    size_t next = 0;
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        if (field->kind == FIELD_BENEFIT) find_total(results, &results->totals[next++], field);
    }
    for (size_t i = 0; i < results->benefit_count; i++) results->undetermined_rows += results->totals[i].undetermined;
    check_guarantees(results);
    count_alerts(results);
    return !arena_failed(arena) && !run_failed(run);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

/* One output file: its lines in memory, then written whole. */
struct sheet {
    struct results *results;
    struct builder text;
};

static void cell(struct sheet *sheet, struct text text, bool last) {
    csv_write_field(&sheet->text, text, true);
    builder_add(&sheet->text, last ? TEXT("\n") : TEXT(","));
}

static enum file_result save(struct sheet *sheet, const char *folder, struct text name, bool append,
                             struct text *path) {
    struct arena *arena = sheet->results->arena;
    struct file old = {.bytes = TEXT("")};
    struct file_writer writer;
    *path = path_join(arena, text_from(folder), name);
    if (sheet->text.failed || arena_failed(arena)) return FILE_NO_MEMORY;
    if (append && file_open(&old, path->bytes) != FILE_OK) old.bytes = TEXT("");
    struct text fresh = builder_text(&sheet->text);
    size_t heading = 0;
    while (append && old.bytes.length && heading < fresh.length && fresh.bytes[heading++] != '\n') continue;
    enum file_result result = file_begin(&writer, arena, path->bytes);
    if (result == FILE_OK) {
        file_write(&writer, old.bytes);
        file_write(&writer, text_slice(fresh, heading, fresh.length));
        result = file_commit(&writer);
    }
    if (append) file_close(&old);
    return result;
}

static size_t benefits_of(const struct policy *policy, const struct entity *entity, const struct field **benefits) {
    size_t count = 0;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (policy->fields.items[i]->kind == FIELD_BENEFIT && policy->fields.items[i]->entity == entity)
            benefits[count++] = policy->fields.items[i];
    return count;
}

static void decide_rows(struct sheet *sheet, const struct entity *entity, const struct field *benefits[],
                        size_t count) {
    struct results *results = sheet->results;
    struct run *run = results->run;
    const struct table *table = dataset_table(run->dataset, entity);
    cell(sheet, TEXT("month"), false);
    if (entity->parent) cell(sheet, entity->parent->name, false);
    cell(sheet, TEXT("id"), false);
    for (size_t i = 0; i < count; i++) {
        cell(sheet, benefits[i]->name, false);
        cell(sheet, text_format(results->arena, "%.*s reason", TEXT_ARG(benefits[i]->name)), i + 1 == count);
    }
    for (size_t row = 0; row < table->rows; row++) {
        if (!row_counts(run, entity, row)) continue;
        struct arena_mark mark = arena_here(results->arena);
        cell(sheet, month_format(results->arena, run->month), false);
        if (entity->parent) cell(sheet, dataset_table(run->dataset, entity->parent)->ids[table->parents[row]], false);
        cell(sheet, table->ids[row], false);
        for (size_t i = 0; i < count; i++) {
            struct value value = run_in_force(run, benefits[i], row);
            cell(sheet, value_plain(results->arena, &benefits[i]->type, benefits[i]->scale, &value), false);
            cell(sheet, reason_written(results->arena, run->policy, &value), i + 1 == count);
        }
        arena_rewind(results->arena, mark);
    }
}

static enum file_result write_decisions(struct results *results, const char *folder, bool append, struct text *path) {
    const struct policy *policy = results->run->policy;
    const struct field **benefits = ARENA_ARRAY(results->arena, const struct field *, results->benefit_count + 1);
    if (arena_failed(results->arena)) return FILE_NO_MEMORY;
    for (size_t i = 0; i < policy->entities.count; i++) {
        size_t count = benefits_of(policy, policy->entities.items[i], benefits);
        if (count == 0) continue;
        struct sheet sheet = {.results = results};
        builder_init(&sheet.text);
        decide_rows(&sheet, policy->entities.items[i], benefits, count);
        struct text name = text_format(results->arena, "decisions-%.*s.csv", TEXT_ARG(policy->entities.items[i]->name));
        enum file_result result = save(&sheet, folder, name, append, path);
        builder_free(&sheet.text);
        if (result != FILE_OK) return result;
    }
    return FILE_OK;
}

static void list_undetermined(struct sheet *sheet) {
    struct results *results = sheet->results;
    struct run *run = results->run;
    static const char *const headings[] = {"month", "entity", "id", "benefit", "state", "reason", "of"};
    for (size_t i = 0; i < 7; i++) cell(sheet, text_from(headings[i]), i == 6);
    for (size_t b = 0; b < results->benefit_count; b++) {
        const struct field *benefit = results->totals[b].benefit;
        const struct table *table = dataset_table(run->dataset, benefit->entity);
        for (size_t row = 0; row < table->rows && results->totals[b].undetermined; row++) {
            if (!row_falls_due(run, benefit, row)) continue;
            struct value value = run_value(run, benefit, row);
            if (value.state == VALUE_KNOWN) continue;
            const struct field *missing = value.reason.field;
            bool placed = value.state == VALUE_UNKNOWN && missing &&
                          value.reason.row < dataset_table(run->dataset, missing->entity)->rows;
            cell(sheet, month_format(results->arena, run->month), false);
            cell(sheet, benefit->entity->name, false);
            cell(sheet, table->ids[row], false);
            cell(sheet, benefit->name, false);
            cell(sheet, value.state == VALUE_UNKNOWN ? TEXT("unknown") : TEXT("fault"), false);
            cell(sheet, reason_written(results->arena, run->policy, &value), false);
            cell(sheet, placed ? dataset_table(run->dataset, missing->entity)->ids[value.reason.row] : TEXT(""), true);
        }
    }
}

/* Who is to be told: village_aide township_officer. */
static struct text roles_told(struct arena *arena, const struct field *alert) {
    const struct names *roles = &alert->declaration->to;
    struct text text = TEXT("");
    for (size_t i = 0; i < roles->list.count; i++)
        text = i ? text_format(arena, "%.*s %.*s", TEXT_ARG(text), TEXT_ARG(roles->list.items[i].text))
                 : roles->list.items[i].text;
    return text;
}

static void list_alerts(struct sheet *sheet) {
    struct results *results = sheet->results;
    struct run *run = results->run;
    static const char *const headings[] = {"month", "alert", "entity", "id", "to", "label_zh", "label_en"};
    for (size_t i = 0; i < 7; i++) cell(sheet, text_from(headings[i]), i == 6);
    for (size_t f = 0; f < run->policy->fields.count; f++) {
        const struct field *alert = run->policy->fields.items[f];
        const struct table *table = dataset_table(run->dataset, alert->entity);
        for (size_t row = 0; alert->kind == FIELD_ALERT && row < table->rows; row++) {
            struct value value = run_value(run, alert, row);
            if (value.state != VALUE_KNOWN || !value.as.truth) continue;
            cell(sheet, month_format(results->arena, run->month), false);
            cell(sheet, alert->name, false);
            cell(sheet, alert->entity->name, false);
            cell(sheet, table->ids[row], false);
            cell(sheet, roles_told(results->arena, alert), false);
            cell(sheet, label_or_name(alert->label, alert->name, LANGUAGE_ZH), false);
            cell(sheet, label_or_name(alert->label, alert->name, LANGUAGE_EN), true);
        }
    }
}

static void list_guarantees(struct sheet *sheet) {
    struct results *results = sheet->results;
    struct run *run = results->run;
    static const char *const headings[] = {"month", "guarantee", "entity", "id", "result", "reason"};
    static const char *const words[] = {"holds", "broken", "unknown", "not-asked"};
    for (size_t i = 0; i < 6; i++) cell(sheet, text_from(headings[i]), i == 5);
    for (size_t g = 0; g < run->policy->guarantees.count; g++) {
        const struct guarantee *guarantee = run->policy->guarantees.items[g];
        const struct table *table = dataset_table(run->dataset, guarantee->entity);
        for (size_t row = 0; row < table->rows; row++) {
            struct value why = value_truth(true);
            if (!row_counts(run, guarantee->entity, row)) continue;
            enum guarantee_result found = run_guarantee(run, guarantee, row, &why);
            if (found != GUARANTEE_BROKEN && found != GUARANTEE_UNKNOWN) continue;
            cell(sheet, month_format(results->arena, run->month), false);
            cell(sheet, guarantee->name, false);
            cell(sheet, guarantee->entity->name, false);
            cell(sheet, table->ids[row], false);
            cell(sheet, text_from(words[found]), false);
            cell(sheet, found == GUARANTEE_UNKNOWN ? reason_written(results->arena, run->policy, &why) : TEXT(""),
                 true);
        }
    }
}

/* Whether the value reaches the target; empty where there is none, or nothing to compare. */
static struct text target_met(const struct indicator *indicator, const struct value *value, struct number target) {
    const struct declaration *declaration = indicator->declaration;
    if (!declaration->has_target || value->state != VALUE_KNOWN || indicator->type.kind != TYPE_NUMBER) return TEXT("");
    bool met = comparison_holds(declaration->target_compare, number_compare(value->as.number, target));
    return met ? TEXT("yes") : TEXT("no");
}

static void list_indicator(struct sheet *sheet, const struct indicator *indicator, size_t level) {
    struct results *results = sheet->results;
    struct run *run = results->run;
    const struct table *table = dataset_table(run->dataset, indicator->levels.items[level]);
    struct context context = {.run = run, .day = run->first_day};
    struct number target = number_zero;
    if (indicator->declaration->has_target) target = evaluate(&context, indicator->declaration->target).as.number;
    for (size_t row = 0; row < table->rows; row++) {
        struct value value = run_indicator(run, indicator, level, row);
        if (value.state == VALUE_FAULT && value.reason.kind == REASON_DIVISION) continue; /* nothing to measure */
        cell(sheet, month_format(results->arena, run->month), false);
        cell(sheet, indicator->name, false);
        cell(sheet, table->entity->name, false);
        cell(sheet, table->ids[row], false);
        cell(sheet, value_plain(results->arena, &indicator->type, indicator->scale, &value), false);
        cell(sheet, value.state == VALUE_KNOWN ? TEXT("") : reason_written(results->arena, run->policy, &value), false);
        cell(sheet, target_met(indicator, &value, target), true);
    }
}

static void list_indicators(struct sheet *sheet) {
    const struct run *run = sheet->results->run;
    static const char *const headings[] = {"month", "indicator", "level", "area", "value", "reason", "target_met"};
    for (size_t i = 0; i < 7; i++) cell(sheet, text_from(headings[i]), i == 6);
    for (size_t i = 0; i < run->policy->indicators.count; i++) {
        const struct indicator *indicator = run->policy->indicators.items[i];
        bool in_force = run->first_day >= indicator->from && run->first_day <= indicator->until;
        for (size_t level = 0; in_force && level < indicator->levels.count; level++)
            list_indicator(sheet, indicator, level);
    }
}

/* By area: one line for each row of the entities above the families and each benefit paid there. */
static void summarise_area(struct sheet *sheet, const struct entity *area, size_t row, const struct field *benefit) {
    struct results *results = sheet->results;
    struct run *run = results->run;
    size_t begin, end, paid = 0, undetermined = 0;
    struct number amount = number_zero;
    dataset_below(run->dataset, area, row, benefit->entity, &begin, &end);
    for (size_t k = begin; k < end; k++) {
        if (!row_falls_due(run, benefit, k)) continue;
        struct value value = run_value(run, benefit, k);
        undetermined += value.state != VALUE_KNOWN;
        if (value.state != VALUE_KNOWN || number_sign(value.as.number) == 0) continue;
        paid++;
        amount = number_add(results->arena, amount, value.as.number);
    }
    if (paid == 0 && undetermined == 0) return;
    struct value total = value_number(amount);
    cell(sheet, month_format(results->arena, run->month), false);
    cell(sheet, area->name, false);
    cell(sheet, dataset_table(run->dataset, area)->ids[row], false);
    cell(sheet, benefit->name, false);
    cell(sheet, text_format(results->arena, "%zu", paid), false);
    cell(sheet, value_plain(results->arena, &benefit->type, benefit->scale, &total), false);
    cell(sheet, text_format(results->arena, "%zu", undetermined), true);
}

static void summarise(struct sheet *sheet) {
    struct results *results = sheet->results;
    const struct policy *policy = results->run->policy;
    static const char *const headings[] = {"month", "level", "area", "benefit", "paid", "amount", "undetermined"};
    for (size_t i = 0; i < 7; i++) cell(sheet, text_from(headings[i]), i == 6);
    for (size_t e = 0; e < policy->entities.count; e++) {
        const struct entity *area = policy->entities.items[e];
        for (size_t b = 0; b < results->benefit_count; b++) {
            const struct field *benefit = results->totals[b].benefit;
            bool above = area != benefit->entity && entity_is_within(benefit->entity, area) && !area->is_event;
            for (size_t row = 0; above && row < dataset_table(results->run->dataset, area)->rows; row++) {
                /* what lies right above a person is a family, not an area */
                if (benefit->entity->parent != area || benefit->entity->depth <= area->depth)
                    summarise_area(sheet, area, row, benefit);
            }
        }
    }
}

enum file_result results_write(struct results *results, const char *folder, bool append, struct text *path) {
    static const struct {
        const char *name;
        void (*list)(struct sheet *);
    } sheets[] = {{"summary.csv", summarise},
                  {"undetermined.csv", list_undetermined},
                  {"alerts.csv", list_alerts},
                  {"guarantees.csv", list_guarantees},
                  {"indicators.csv", list_indicators}};
    enum file_result result = folder_make(folder);
    *path = text_from(folder);
    if (result == FILE_OK) result = write_decisions(results, folder, append, path);
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets && result == FILE_OK; i++) {
        struct sheet sheet = {.results = results};
        builder_init(&sheet.text);
        sheets[i].list(&sheet);
        result = save(&sheet, folder, text_from(sheets[i].name), append, path);
        builder_free(&sheet.text);
    }
    return result;
}
