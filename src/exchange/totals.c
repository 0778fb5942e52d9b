#include "exchange/totals.h"

static size_t count_benefits(const struct policy *policy) {
    size_t count = 0;
    for (size_t i = 0; i < policy->fields.count; i++) count += policy->fields.items[i]->kind == FIELD_BENEFIT;
    return count;
}

bool totals_know(const struct run *run, const struct entity *entity, size_t row) {
    return !entity->is_event || run_event_counts(run, entity, row);
}

bool totals_take(const struct run *run, const struct field *benefit, size_t row) {
    if (benefit->entity->is_event) return run_event_month(run, benefit->entity, row) == run->month;
    int yearly = benefit->declaration->yearly;
    return !yearly || month_of_year(run->month) == yearly;
}

static size_t rows_of(const void *dataset, const struct entity *entity) {
    return dataset_table(dataset, entity)->rows;
}

const struct entity *totals_people(const struct dataset *dataset) {
    return policy_people(dataset->policy, rows_of, dataset);
}

static void tell_progress(struct totals *totals) {
    enum { ROWS_BETWEEN = 512 };
    totals->rows_done++;
    if (totals->progress && totals->rows_done % ROWS_BETWEEN == 0)
        totals->progress(totals->context, totals->rows_done, totals->rows_due);
}

static void find_total(struct totals *totals, struct benefit_total *total, const struct field *benefit) {
    const struct dataset *dataset = totals->run->dataset;
    const struct entity *families = totals->people ? totals->people->parent : NULL;
    struct marked *marked = totals->marked[benefit->index];
    struct marked_sum sum = {.others = number_zero};
    struct coded coded;
    size_t last_family = SIZE_MAX;
    *total = (struct benefit_total){.benefit = benefit, .amount = number_zero};
    total->unconfirmed = totals->confirmation->unconfirmed[benefit->index];
    total->of_families = families && entity_is_within(benefit->entity, families);
    struct rows rows = run_rows(totals->run, benefit->entity);
    for (size_t row = rows.first; row < rows.last; row++) {
        tell_progress(totals);
        if (!totals_take(totals->run, benefit, row) || !marked_look(marked, row, &coded)) continue;
        enum value_state state = marked_state(marked, coded);
        total->undetermined += state != VALUE_KNOWN;
        total->faults += state == VALUE_FAULT;
        if (state != VALUE_KNOWN) continue;
        total->rows++;
        size_t family = total->of_families ? dataset_climb(dataset, benefit->entity, row, families) : SIZE_MAX;
        total->families += family != last_family;
        last_family = family;
        marked_add(marked, totals->arena, coded, &sum);
    }
    total->amount = marked_total(marked, totals->arena, &sum);
}

static void check_guarantee(struct totals *totals, const struct guarantee *guarantee) {
    struct rows rows = run_rows(totals->run, guarantee->entity);
    for (size_t row = rows.first; row < rows.last; row++) {
        tell_progress(totals);
        if (!totals_know(totals->run, guarantee->entity, row)) continue;
        struct finding finding = {guarantee, row, GUARANTEE_HOLDS, value_truth(true)};
        finding.result = run_guarantee(totals->run, guarantee, row, &finding.why);
        totals->broken += finding.result == GUARANTEE_BROKEN;
        totals->unchecked += finding.result == GUARANTEE_UNKNOWN;
        if (finding.result == GUARANTEE_BROKEN || finding.result == GUARANTEE_UNKNOWN)
            VECTOR_PUSH(totals->arena, &totals->findings, finding);
    }
}

static void count_alert(struct totals *totals, const struct field *alert) {
    struct marked *marked = totals->marked[alert->index];
    struct coded coded;
    struct rows rows = run_rows(totals->run, alert->entity);
    for (size_t row = rows.first; row < rows.last; row++) {
        if (!marked_look(marked, row, &coded)) continue;
        bool known = marked_state(marked, coded) == VALUE_KNOWN;
        totals->alerts += known;
        totals->alerts_undetermined += !known;
    }
}

/* Without marks so far. */
static bool begin_marked(struct totals *totals) {
    const struct policy *policy = totals->run->policy;
    totals->marked = ARENA_ARRAY(totals->arena, struct marked *, policy->fields.count + 1);
    if (arena_failed(totals->arena)) return false;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind != FIELD_BENEFIT && field->kind != FIELD_ALERT) continue;
        totals->marked[i] = ARENA_NEW(totals->arena, struct marked);
        if (!marked_begin(totals->marked[i], totals->arena, totals->run, field)) return false;
    }
    return true;
}

size_t totals_rows(const struct run *run, const struct entity *entity) {
    struct rows rows = run_rows(run, entity);
    return rows.last - rows.first;
}

/* How many rows will be looked at, for the progress. */
static size_t count_rows(const struct run *run) {
    const struct policy *policy = run->policy;
    size_t count = 0;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (policy->fields.items[i]->kind == FIELD_BENEFIT) count += totals_rows(run, policy->fields.items[i]->entity);
    for (size_t i = 0; i < policy->guarantees.count; i++)
        count += totals_rows(run, policy->guarantees.items[i]->entity);
    return count;
}

bool totals_find(struct totals *totals, struct run *run, struct arena *arena) {
    const struct policy *policy = run->policy;
    totals->arena = arena;
    totals->run = run;
    totals->benefit_count = count_benefits(policy);
    totals->people = totals_people(run->dataset);
    totals->rows_due = count_rows(run);
    totals->benefit = ARENA_ARRAY(arena, struct benefit_total, totals->benefit_count + 1);
    totals->confirmation = confirmation_of(run);
    if (arena_failed(arena) || !totals->confirmation || !begin_marked(totals)) return false;
    size_t next = 0;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        if (field->kind == FIELD_BENEFIT) find_total(totals, &totals->benefit[next++], field);
        if (field->kind == FIELD_ALERT) count_alert(totals, field);
    }
    for (size_t i = 0; i < totals->benefit_count; i++) {
        totals->undetermined += totals->benefit[i].undetermined;
        totals->faults += totals->benefit[i].faults;
    }
    for (size_t i = 0; i < policy->guarantees.count; i++) check_guarantee(totals, policy->guarantees.items[i]);
    return !arena_failed(arena) && !run_failed(run);
}
