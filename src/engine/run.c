/* Rules: which text is in force, what its cases say, what stands from earlier months. */
#include "engine/evaluate.h"

#include "base/memory.h"
#include "base/thread.h"
#include "engine/coded_column.h"

#include <assert.h>

enum { CASES_USUAL = 4 }; /* more than these take memory of the run */

/* The values of a field: of the rows looked at in full, of all others coded. */
enum memo_state { NOT_ASKED, BEING_FOUND, FOUND };
enum { NEAR_ROWS = 4096 }; /* more are not kept in full */
struct memo {
    struct value *values; /* of the rows looked at; NULL: none yet */
    unsigned char *states;
    struct coded_column *others; /* by row; NULL: none yet */
};

/* --- beginning and end ------------------------------------------------------------------------------------------ */

static void take_given_for(struct run *run, month_number month) {
    for (size_t i = 0; i < run->options.given_count && !arena_failed(&run->arena); i++) {
        const struct given *given = &run->options.given[i];
        if (given->month == month) map_put(&run->given[given->field->index], given->id, (void *)given);
    }
}

/* What was said of the month goes over what was said of every month. */
static void take_given(struct run *run) {
    take_given_for(run, MONTH_FIRST);
    take_given_for(run, run->month);
}

struct run *run_new(const struct policy *policy, const struct dataset *dataset, const struct history *history,
                    month_number month, const struct run_options *options) {
    struct run *run = memory_new(1, sizeof *run);
    if (!run) return NULL;
    *run = (struct run){.policy = policy, .dataset = dataset, .history = history, .options = *options, .month = month};
    run->first_day = month_first_day(month);
    arena_init(&run->arena);
    arena_init(&run->lasting);
    size_t count = policy->fields.count + 1;
    run->pasts = ARENA_ARRAY(&run->lasting, uint32_t *, policy->entities.count + 1);
    run->memos = ARENA_ARRAY(&run->arena, struct memo, count);
    run->given = ARENA_ARRAY(&run->arena, struct map, count);
    if (!run_failed(run)) {
        for (size_t i = 0; i < policy->fields.count; i++) map_init(&run->given[i], &run->arena);
        take_given(run);
    }
    run->begun = arena_here(&run->arena);
    if (!run_failed(run)) return run;
    run_free(run);
    return NULL;
}

/* What is not in the arena. */
static void forget_others(struct run *run) {
    for (size_t i = 0; run->memos && i < run->policy->fields.count; i++)
        if (run->memos[i].others) coded_column_free(run->memos[i].others);
}

void run_look_at(struct run *run, const struct entity *entity, size_t row) {
    const struct policy *policy = run->policy;
    if (arena_failed(&run->arena)) return;
    forget_others(run);
    arena_rewind(&run->arena, run->begun);
    memset(run->memos, 0, policy->fields.count * sizeof *run->memos);
    run->apportioned = NULL;
    run->near = dataset_within(run->dataset, &run->arena, entity, row);
    if (!run->near) return;
    for (size_t i = 0; i < policy->entities.count; i++)
        if (run->near[i].last - run->near[i].first > NEAR_ROWS) run->near[i] = (struct rows){0};
    for (const struct entity *above = entity->parent; above; entity = above, above = above->parent) {
        row = dataset_table(run->dataset, entity)->parents[row];
        run->near[above->index] = (struct rows){row, row + 1};
    }
}

void run_limit(struct run *run, const struct entity *entity, size_t row) {
    run->limits = dataset_within(run->dataset, &run->lasting, entity, row);
}

struct rows run_rows(const struct run *run, const struct entity *entity) {
    return run->limits ? run->limits[entity->index] : (struct rows){0, dataset_table(run->dataset, entity)->rows};
}

void run_free(struct run *run) {
    if (!run) return;
    forget_others(run);
    arena_free(&run->arena);
    arena_free(&run->lasting);
    memory_free(run);
}

bool run_failed(const struct run *run) {
    return arena_failed(&run->arena) || arena_failed(&run->lasting);
}

enum lane_result override_parse(struct arena *arena, const struct parameter *parameter, struct text text,
                                struct value *out) {
    static const enum lane_result wrong[] = {[TYPE_NUMBER] = LANE_NOT_A_NUMBER,
                                             [TYPE_BOOL] = LANE_NOT_A_TRUTH,
                                             [TYPE_DATE] = LANE_NOT_A_DATE,
                                             [TYPE_ENUM] = LANE_NOT_A_VALUE};
    bool number = parameter->type.kind == TYPE_NUMBER;
    if (!value_parse(arena, &parameter->type, parameter->scale, text, out) || out->state != VALUE_KNOWN)
        return wrong[parameter->type.kind];
    if (number && !number_is_integer(number_divide(arena, out->as.number, parameter->step))) return LANE_OFF_STEP;
    if (!parameter->bounded) return LANE_OK;
    struct number size = number ? out->as.number : number_from(out->as.date);
    bool inside = number_compare(size, parameter->low) >= 0 && number_compare(size, parameter->high) <= 0;
    return inside ? LANE_OK : LANE_OUT_OF_RANGE;
}

struct override override_of(const struct parameter *parameter, const struct value *value) {
    struct override override = {
        .parameter = parameter,
        .value = {.from = INT32_MIN, .enacted = INT32_MIN, .number = number_zero, .band = number_zero}};
    override.value.empty = value->state != VALUE_KNOWN;
    if (override.value.empty) return override;
    switch (parameter->type.kind) {
    case TYPE_BOOL: override.value.truth = value->as.truth; break;
    case TYPE_ENUM: override.value.enum_value = value->as.choice; break;
    case TYPE_DATE: override.value.date = value->as.date; break;
    default: override.value.number = value->as.number; break;
    }
    return override;
}

/* --- days ------------------------------------------------------------------------------------------------------- */

static day_number event_day(const struct run *run, const struct entity *event, size_t row) {
    return (day_number)column_get(dataset_column(run->dataset, event->dated.items[0]), row);
}

bool run_event_counts(const struct run *run, const struct entity *event, size_t row) {
    return event_day(run, event, row) < month_first_day(run->month + 1);
}

month_number run_event_month(const struct run *run, const struct entity *event, size_t row) {
    return day_month(event_day(run, event, row));
}

struct context context_of(struct run *run, const struct entity *entity, size_t row) {
    day_number day = entity && entity->is_event ? event_day(run, entity, row) : run->first_day;
    return (struct context){run, entity, row, day};
}

int area_depth(const struct run *run, struct text area, const struct entity *entity, size_t row) {
    if (area.length == 0) return 0;
    for (; entity; entity = entity->parent) {
        const struct table *table = dataset_table(run->dataset, entity);
        if (!entity->is_event && text_equal(table_id(table, row), area)) return (int)entity->depth + 1;
        if (entity->parent) row = table->parents[row];
    }
    return -1;
}

/* --- cases ------------------------------------------------------------------------------------------------------ */

static struct value outcomes_agree(const struct type *type, const struct value *outcomes, size_t count,
                                   const struct value *open, size_t open_count) {
    bool all_known = true, all_faults = true, equal = true;
    for (size_t i = 0; i < count; i++) {
        all_known = all_known && outcomes[i].state == VALUE_KNOWN;
        all_faults = all_faults && outcomes[i].state == VALUE_FAULT;
    }
    for (size_t i = 1; i < count && all_known; i++) equal = equal && value_equal(type, &outcomes[0], &outcomes[i]);
    struct value result = outcomes[0];
    if ((all_known && equal) || all_faults) return result;
    struct value of_open, of_outcomes;
    bool from_open = values_unsure(open, open_count, &of_open),
         from_outcomes = values_unsure(outcomes, count, &of_outcomes);
    if (from_open && (of_open.state == VALUE_UNKNOWN || !from_outcomes)) return of_open;
    if (from_outcomes && from_open && of_outcomes.state == VALUE_FAULT) return of_open;
    return from_outcomes ? of_outcomes : result;
}

/* The first case that fits. One whose condition is unknown stays open, and the search goes on to the first yes. */
static struct value decide_cases(const struct context *context, const struct rule *rule) {
    struct arena *arena = &context->run->arena;
    struct value few[2 * CASES_USUAL], *outcomes = few, *open = few + CASES_USUAL;
    size_t count = 0, open_count = 0;
    bool closed = false;
    if (rule->count >= CASES_USUAL) {
        outcomes = ARENA_ARRAY(arena, struct value, rule->count + 1);
        open = ARENA_ARRAY(arena, struct value, rule->count + 1);
    }
    if (arena_failed(arena)) return value_fault(REASON_NO_CASE, rule->field, 0);
    for (size_t i = 0; i < rule->count && !closed; i++) {
        const struct branch *branch = &rule->branches[i];
        struct value condition = branch->condition ? evaluate(context, branch->condition) : value_truth(true);
        if (condition.state == VALUE_KNOWN && !condition.as.truth) continue;
        struct value outcome = evaluate(context, branch->value);
        if (outcome.state == VALUE_KNOWN)
            outcome.reason = (struct reason){.kind = REASON_CASE,
                                             .field = rule->field,
                                             .text = (uint32_t)rule->index,
                                             .index = (uint32_t)i,
                                             .row = context->row};
        outcomes[count++] = outcome;
        closed = condition.state == VALUE_KNOWN;
        if (!closed) open[open_count++] = condition;
    }
    if (!closed) outcomes[count++] = value_fault(REASON_NO_CASE, rule->field, (uint32_t)rule->index);
    return count == 1 && open_count == 0 ? outcomes[0]
                                         : outcomes_agree(&rule->field->type, outcomes, count, open, open_count);
}

/* --- exceptions ------------------------------------------------------------------------------------------------- */

static bool before(const struct exception *a, const struct exception *b) {
    return a->depth != b->depth ? a->depth > b->depth : a->rule->layer->index > b->rule->layer->index;
}

static bool together(const struct exception *a, const struct exception *b) {
    return a->depth == b->depth && a->rule->layer == b->rule->layer;
}

void exceptions_in_force(struct run *run, const struct field *field, size_t row, day_number day,
                         struct exceptions *exceptions) {
    for (size_t i = 0; i < field->exceptions.count; i++) {
        const struct rule *rule = field->exceptions.items[i];
        if (day < rule->from || day > rule->until || rule->enacted > run->options.known) continue;
        const struct declaration *head = rule->layer->head;
        struct exception exception = {rule, area_depth(run, head ? head->area.text : TEXT(""), field->entity, row)};
        if (exception.depth < 0) continue;
        VECTOR_PUSH(&run->arena, &exceptions->list, exception);
        if (arena_failed(&run->arena)) return;
        for (size_t k = exceptions->list.count - 1;
             k > 0 && before(&exceptions->list.items[k], &exceptions->list.items[k - 1]); k--) {
            struct exception swap = exceptions->list.items[k];
            exceptions->list.items[k] = exceptions->list.items[k - 1];
            exceptions->list.items[k - 1] = swap;
        }
    }
}

static bool yields(const struct rule *rule, const struct exception *group, const bool *holds, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (holds[i] && rule_goes_over(group[i].rule, rule)) return true;
    return false;
}

static struct value decide_from(const struct context *context, const struct field *field, const struct rule *base,
                                const struct exceptions *exceptions, size_t from);

/* One answer to the open conditions of a group: what the exceptions that then apply say, or what comes after them. */
static struct value decide_group(const struct context *context, const struct field *field, const struct rule *base,
                                 const struct exceptions *exceptions, size_t from, size_t count, const bool *holds) {
    const struct exception *group = &exceptions->list.items[from];
    struct value result = {0};
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = group[i].rule;
        if (!holds[i] || yields(rule, group, holds, count)) continue;
        struct value value = evaluate(context, rule->branches[0].value);
        if (value.state == VALUE_KNOWN)
            value.reason = (struct reason){
                .kind = REASON_CASE, .field = field, .text = (uint32_t)rule->index, .row = context->row};
        if (!any)
            result = value;
        else if (result.state != VALUE_KNOWN || value.state != VALUE_KNOWN) {
            struct value both[] = {result, value};
            result = outcomes_agree(&field->type, both, 2, NULL, 0);
        } else if (!value_equal(&field->type, &result, &value))
            result = value_fault(REASON_CLASH, field, (uint32_t)rule->index);
        any = true;
    }
    return any ? result : decide_from(context, field, base, exceptions, from + count);
}

static struct value decide_from(const struct context *context, const struct field *field, const struct rule *base,
                                const struct exceptions *exceptions, size_t from) {
    if (from >= exceptions->list.count) return decide_cases(context, base);
    size_t count = 1;
    while (from + count < exceptions->list.count &&
           together(&exceptions->list.items[from], &exceptions->list.items[from + count]))
        count++;
    struct arena *arena = &context->run->arena;
    bool *holds = ARENA_ARRAY(arena, bool, count);
    struct value *open = ARENA_ARRAY(arena, struct value, OPEN_MAX);
    size_t open_at[OPEN_MAX], open_count = 0;
    if (arena_failed(arena)) return value_fault(REASON_NO_CASE, field, 0);
    for (size_t i = 0; i < count; i++) {
        const struct expr *condition = exceptions->list.items[from + i].rule->branches[0].condition;
        struct value value = condition ? evaluate(context, condition) : value_truth(true);
        holds[i] = value.state == VALUE_KNOWN && value.as.truth;
        if (value.state == VALUE_KNOWN) continue;
        assert(open_count < OPEN_MAX); /* the checks see to it */
        open[open_count] = value;
        open_at[open_count++] = i;
    }
    size_t answers = (size_t)1 << open_count;
    struct value *outcomes = ARENA_ARRAY(arena, struct value, answers);
    if (arena_failed(arena)) return value_fault(REASON_NO_CASE, field, 0);
    for (size_t answer = 0; answer < answers; answer++) {
        for (size_t k = 0; k < open_count; k++) holds[open_at[k]] = !(answer >> (open_count - 1 - k) & 1);
        outcomes[answer] = decide_group(context, field, base, exceptions, from, count, holds);
    }
    return answers == 1 ? outcomes[0] : outcomes_agree(&field->type, outcomes, answers, open, open_count);
}

/* A date that never comes lies in every range. */
static bool lies_inside(const struct field *field, const struct value *value) {
    bool date = field->type.kind == TYPE_DATE;
    if (date && value->as.date == DAY_NEVER) return true;
    struct number number = date ? number_from(value->as.date) : value->as.number;
    return number_compare(number, field->low) >= 0 && number_compare(number, field->high) <= 0;
}

/* Which text decides: exceptions before the rule. */
static struct value rule_decide(struct run *run, const struct field *field, size_t row, day_number day) {
    const struct rule *base = field_rule_on(field, day, run->options.known);
    struct context context = {run, field->entity, row, day};
    if (!base) {
        if (field->kind != FIELD_BENEFIT) return value_fault(REASON_NOT_IN_FORCE, field, 0);
        struct value none = value_number(number_zero);
        none.reason = (struct reason){.kind = REASON_OUTSIDE_DATES, .field = field, .row = row};
        return none;
    }
    struct exceptions exceptions = {0};
    exceptions_in_force(run, field, row, day, &exceptions);
    if (arena_failed(&run->arena)) return value_fault(REASON_NO_CASE, field, 0);
    struct value value = decide_from(&context, field, base, &exceptions, 0);
    if (value.state != VALUE_KNOWN || !field->bounded) return value;
    return lies_inside(field, &value) ? value : value_fault(REASON_OUT_OF_RANGE, field, 0);
}

/* --- values in force -------------------------------------------------------------------------------------------- */

static struct value read_input(struct run *run, const struct field *field, size_t row) {
    const struct column *column = dataset_column(run->dataset, field);
    if (column->known[row]) {
        if (!column->lanes) return (struct value){.as.text = column_text(column, row)};
        return value_of_lane(&run->arena, &column->spec, column_get(column, row));
    }
    if (!field->declaration->empty) return value_unknown(REASON_INPUT, field, 0, row);
    struct context context = context_of(run, field->entity, row);
    return evaluate(&context, field->declaration->empty);
}

/* NULL: nothing is kept of any row, or memory has run out. */
static uint32_t *pasts_of(struct run *run, const struct entity *entity) {
    uint32_t **pasts = &run->pasts[entity->index];
    if (!run->history || (!*pasts && !history_has_rows(run->history, entity))) return NULL;
    if (!*pasts) *pasts = ARENA_ARRAY(&run->lasting, uint32_t, dataset_table(run->dataset, entity)->rows + 1);
    return *pasts;
}

/* Looked for behind the one that was found last: `near`. */
static uint32_t find_past(struct run *run, const struct entity *entity, size_t row, uint32_t near) {
    uint32_t found = history_row_near(run->history, entity, table_id(dataset_table(run->dataset, entity), row), near);
    run->pasts[entity->index][row] = found == PAST_NONE ? PAST_NONE : found + 1;
    return found;
}

uint32_t run_past(struct run *run, const struct entity *entity, size_t row) {
    const uint32_t *pasts = pasts_of(run, entity);
    if (!pasts) return PAST_NONE;
    if (pasts[row]) return pasts[row] == PAST_NONE ? PAST_NONE : pasts[row] - 1;
    uint32_t found = find_past(run, entity, row, row > 0 ? pasts[row - 1] : 0);
    if (arena_failed(&run->history->arena)) run->lasting.failed = true;
    return found;
}

/* In the month that is assessed its events are settled anew, see settle.h, but for those that are held. */
static bool is_behind(const struct run *run, const struct entity *event, size_t row) {
    return run->options.settles_only || event_day(run, event, row) < run->first_day;
}

static bool holds_any(const struct run *run, const struct entity *event) {
    return run->history && run->history->tables[event->index].holds;
}

static bool stands_settled(struct run *run, const struct entity *event, size_t row) {
    return is_behind(run, event, row) ||
           (holds_any(run, event) && history_holds(run->history, event, run_past(run, event, row)));
}

struct finding {
    struct run *run;
    const struct entity *entity;
    size_t first;
};

/* Events were settled month by month, those of a month in their order. */
static void find_range(void *context, size_t begin, size_t end, unsigned thread) {
    enum { MONTHS = 32 };
    const struct finding *finding = context;
    const struct entity *entity = finding->entity;
    const uint32_t *pasts = finding->run->pasts[entity->index];
    uint32_t near[MONTHS] = {0};
    (void)thread;
    for (size_t row = finding->first + begin; row < finding->first + end; row++) {
        if (entity->is_event && !is_behind(finding->run, entity, row) && !holds_any(finding->run, entity)) continue;
        size_t month = entity->is_event ? (size_t)run_event_month(finding->run, entity, row) % MONTHS : 0;
        if (!pasts[row]) find_past(finding->run, entity, row, near[month]);
        near[month] = pasts[row];
    }
}

void run_find_pasts(struct run *run, const struct entity *entity, struct rows rows, unsigned threads) {
    struct finding finding = {run, entity, rows.first};
    if (!pasts_of(run, entity) || arena_failed(&run->lasting)) return;
    if (history_ready(run->history, entity))
        work_in_ranges(threads, rows.last - rows.first, find_range, &finding);
    else
        run->lasting.failed = true;
}

/* What an event was settled with, whatever has changed since; of kind 0 where it does not stand. */
static struct coded settled_code(struct run *run, const struct field *field, size_t row) {
    const struct coded none = {0};
    const struct entity *event = field->entity;
    uint32_t past = stands_settled(run, event, row) ? run_past(run, event, row) : PAST_NONE;
    return past == PAST_NONE ? none : history_first_code(run->history, field, past).coded;
}

struct coded run_kept(struct run *run, const struct field *field, size_t row) {
    const struct coded none = {0};
    if (field->entity->is_event) return run->given[field->index].count ? none : settled_code(run, field, row);
    uint32_t past = run_past(run, field->entity, row);
    if (past == PAST_NONE) return none;
    struct past_code latest = history_code(run->history, field, past, run->month - 1);
    return latest.month == run->month - 1 ? latest.coded : none;
}

/* Whether the month passed over the row, because only an area was decided. */
static bool was_left_out(const struct run *run, const struct entity *entity, size_t row, month_number month) {
    return run->history && month >= run->history->limited_since && !rows_hold(run_rows(run, entity), row);
}

bool run_is_new(struct run *run, const struct field *field, size_t row) {
    uint32_t past = run_past(run, field->entity, row);
    bool kept = past != PAST_NONE && history_has_lines(run->history, field->entity, past);
    return !kept && !was_left_out(run, field->entity, row, run->month - 1);
}

/* The row of this dataset that the history has as `past`; SIZE_MAX: it does not stand. */
static size_t row_of_past(struct run *run, const struct entity *entity, uint32_t past) {
    struct text id = history_id(run->history, entity, past);
    size_t begin = 0, end = 0;
    if (!entity->is_event) return id.length ? table_find(dataset_table(run->dataset, entity), id) : SIZE_MAX;
    size_t parent = id.length ? event_parent(run->dataset, entity, &run->arena, id) : SIZE_MAX;
    if (parent != SIZE_MAX) dataset_below(run->dataset, entity->parent, parent, entity, &begin, &end);
    while (begin < end && !text_equal(table_id(dataset_table(run->dataset, entity), begin), id)) begin++;
    return begin < end ? begin : SIZE_MAX;
}

/* A value that was kept, as of this dataset: what it is missing for may have moved, or be gone. */
static struct value brought_here(struct run *run, const struct field *field, size_t row, struct value value) {
    if (value.state == VALUE_KNOWN) return value;
    const struct entity *entity = reason_entity(run->policy, &value.reason);
    if (entity) value.reason.row = row_of_past(run, entity, (uint32_t)value.reason.row);
    if (value.reason.row == SIZE_MAX) value.reason = value_unknown(REASON_NOT_ASSESSED, field, 0, row).reason;
    return value;
}

static bool kept_event(struct run *run, const struct field *field, size_t row, struct value *out) {
    struct coded coded = {0};
    if (field->entity->is_event) coded = settled_code(run, field, row);
    if (coded.kind) *out = brought_here(run, field, row, coding_value(history_coding(run->history, field), coded));
    return coded.kind;
}

static struct value find_value(struct run *run, const struct field *field, size_t row) {
    const struct table *table = dataset_table(run->dataset, field->entity);
    struct value kept;
    const struct given *given =
        run->given[field->index].count ? map_get(&run->given[field->index], table_id(table, row)) : NULL;
    if (given) {
        struct value value = given->value;
        value.reason = (struct reason){.kind = REASON_GIVEN, .field = field, .row = row};
        return value;
    }
    if (kept_event(run, field, row, &kept)) return kept;
    return rule_decide(run, field, row, context_of(run, field->entity, row).day);
}

/* --- memory of values --------------------------------------------------------------------------------------------- */

/* Where the value of a row is kept: among those of the rows looked at, or of the others. */
struct slot {
    const struct memo *memo;
    bool near;
    size_t at;
};

/* False when memory has run out. */
static bool slot_of(struct run *run, const struct field *field, size_t row, struct slot *slot) {
    const struct rows *near = run->near ? &run->near[field->entity->index] : NULL;
    struct memo *memo = &run->memos[field->index];
    struct arena *arena = &run->arena;
    bool is_near = near && rows_hold(*near, row);
    *slot = (struct slot){memo, is_near, is_near ? row - near->first : row};
    if (is_near && !memo->values) {
        struct value *values = ARENA_ARRAY(arena, struct value, near->last - near->first);
        memo->states = ARENA_ARRAY(arena, unsigned char, near->last - near->first);
        if (!arena_failed(arena)) memo->values = values;
    } else if (!is_near && !memo->others) {
        struct coded_column *others = ARENA_NEW(arena, struct coded_column);
        if (!arena_failed(arena)) coded_column_init(others, arena, field);
        if (!arena_failed(arena)) memo->others = others;
    }
    return !arena_failed(arena);
}

/* Stands among the others for a value that is being found, and is none that can be. */
static struct coded being_found(struct coding *coding) {
    return (struct coded){coding_kind(coding, VALUE_UNKNOWN, (struct reason){.kind = REASON_NONE}, false), 0};
}

static bool is_being_found(const struct coding *coding, struct coded coded) {
    const struct coded_kind *kind = coded_kind(coding, coded);
    return kind->state == VALUE_UNKNOWN && kind->reason.kind == REASON_NONE;
}

static enum memo_state state_of(const struct slot *slot) {
    if (slot->near) return slot->memo->states[slot->at];
    struct coded coded = coded_column_get(slot->memo->others, slot->at);
    if (!coded.kind) return NOT_ASKED;
    return is_being_found(&slot->memo->others->coding, coded) ? BEING_FOUND : FOUND;
}

static struct value recall(const struct slot *slot) {
    if (slot->near) return slot->memo->values[slot->at];
    struct value value = coding_value(&slot->memo->others->coding, coded_column_get(slot->memo->others, slot->at));
    if (value.state == VALUE_KNOWN) value.reason.row = slot->at;
    return value;
}

static void keep(const struct slot *slot, const struct value *value) {
    if (slot->near) {
        slot->memo->values[slot->at] = *value;
        slot->memo->states[slot->at] = FOUND;
    } else {
        coded_column_set(slot->memo->others, slot->at, coding_of(&slot->memo->others->coding, value));
    }
}

static struct value settle(struct run *run, const struct field *field, size_t row) {
    const struct value failed = value_fault(REASON_NO_CASE, field, 0);
    struct slot slot;
    if (!slot_of(run, field, row, &slot)) return failed;
    enum memo_state state = state_of(&slot);
    if (state == FOUND) return recall(&slot);
    assert(state == NOT_ASKED); /* no cycle passes the checks */
    if (slot.near)
        slot.memo->states[slot.at] = BEING_FOUND;
    else if (field->entity->is_event) /* the only rows that lead to others of their kind */
        coded_column_set(slot.memo->others, row, being_found(&slot.memo->others->coding));
    struct value value = find_value(run, field, row);
    if (arena_failed(&run->arena)) return failed;
    keep(&slot, &value);
    return value;
}

static bool is_not_asked(struct run *run, const struct field *field, size_t row) {
    struct slot slot;
    return slot_of(run, field, row, &slot) && state_of(&slot) == NOT_ASKED;
}

/* Earlier events of the same parent first: `earlier` then never has to go deep. */
static void settle_earlier(struct run *run, const struct field *field, size_t row) {
    const struct table *table = dataset_table(run->dataset, field->entity);
    size_t first = row;
    if (!is_not_asked(run, field, row)) return;
    while (first > 0 && table->parents[first - 1] == table->parents[row] && is_not_asked(run, field, first - 1))
        first--;
    for (; first < row && !arena_failed(&run->arena); first++) settle(run, field, first);
}

struct value run_value(struct run *run, const struct field *field, size_t row) {
    if (arena_failed(&run->arena)) return value_fault(REASON_NO_CASE, field, 0);
    if (field->kind == FIELD_INPUT) {
        const struct given *given =
            run->given[field->index].count
                ? map_get(&run->given[field->index], table_id(dataset_table(run->dataset, field->entity), row))
                : NULL;
        return given ? given->value : read_input(run, field, row);
    }
    struct value found;
    if (run->solved && solved_value(run->solved, &run->arena, field, row, &found)) return found;
    bool anew = run->given[field->index].count > 0 || run->options.settles_only;
    if (!anew && kept_event(run, field, row, &found)) return found; /* it is remembered there */
    if (field->entity->is_event) settle_earlier(run, field, row);
    return settle(run, field, row);
}

/* --- values of other months ------------------------------------------------------------------------------------- */

/* The latest value kept of the row up to a month. */
static bool read_past(struct run *run, const struct field *field, size_t row, month_number until,
                      struct past_value *out) {
    uint32_t past = run_past(run, field->entity, row);
    if (past == PAST_NONE || !history_read(run->history, field, past, until, out)) return false;
    out->value = brought_here(run, field, row, out->value);
    return true;
}

/* Before the first month: the opening value loaded, else what the rule starts with. */
static struct value value_before(struct run *run, const struct field *field, size_t row, month_number until) {
    if (was_left_out(run, field->entity, row, until)) return value_unknown(REASON_NOT_ASSESSED, field, 0, row);
    struct past_value opening;
    if (read_past(run, field, row, MONTH_FIRST, &opening)) return opening.value;
    const struct expr *starts = field->declaration->starts;
    struct context context = {run, field->entity, row, run->first_day};
    return starts ? evaluate(&context, starts) : value_unknown(REASON_NOT_ASSESSED, field, 0, row);
}

struct value previous_read(struct run *run, const struct field *field, size_t row) {
    struct past_value latest;
    if (!read_past(run, field, row, run->month - 1, &latest) || latest.month == MONTH_FIRST)
        return value_before(run, field, row, run->month - 1);
    return latest.month == run->month - 1 ? latest.value : value_unknown(REASON_NOT_ASSESSED, field, 0, row);
}

/* The value in force for the latest assessed month up to the day's (with that month of the year, for yearly rules). */
static struct value latest_read(struct run *run, const struct field *field, size_t row, day_number day) {
    int yearly = field->declaration->yearly;
    bool this_month = day >= run->first_day && (!yearly || month_of_year(run->month) == yearly);
    struct text id = table_id(dataset_table(run->dataset, field->entity), row);
    bool given = run->given[field->index].count && map_get(&run->given[field->index], id);
    if (this_month && (given || !run->options.settles_only)) return run_value(run, field, row);
    month_number until = day_month(day);
    if (until >= run->month && !run->options.settles_only) until = run->month - 1;
    struct past_value latest;
    bool kept = read_past(run, field, row, until, &latest) && latest.month != MONTH_FIRST;
    return kept ? latest.value : value_before(run, field, row, until);
}

struct value field_read(const struct context *reader, const struct field *field, size_t row) {
    if (field->kind == FIELD_INPUT || field->entity->is_event) return run_value(reader->run, field, row);
    if (reader->entity && reader->entity->is_event) return latest_read(reader->run, field, row, reader->day);
    if (field->declaration->yearly) return latest_read(reader->run, field, row, reader->run->first_day);
    return run_value(reader->run, field, row);
}

struct value run_in_force(struct run *run, const struct field *field, size_t row) {
    struct context context = context_of(run, field->entity, row);
    return field_read(&context, field, row);
}

/* --- guarantees and indicators ---------------------------------------------------------------------------------- */

bool guarantee_is_in_force(const struct guarantee *guarantee, day_number day) {
    return day >= guarantee->from && day <= guarantee->until;
}

enum guarantee_result run_guarantee(struct run *run, const struct guarantee *guarantee, size_t row, struct value *why) {
    struct context context = context_of(run, guarantee->entity, row);
    if (!guarantee_is_in_force(guarantee, context.day)) return GUARANTEE_NOT_ASKED;
    struct value asked =
        guarantee->declaration->where ? evaluate(&context, guarantee->declaration->where) : value_truth(true);
    if (asked.state == VALUE_KNOWN && !asked.as.truth) return GUARANTEE_NOT_ASKED;
    struct value values[] = {asked, evaluate(&context, guarantee->declaration->test)};
    if (values[1].state == VALUE_KNOWN && values[1].as.truth) return GUARANTEE_HOLDS;
    return values_missing(values, 2, why) ? GUARANTEE_UNKNOWN : GUARANTEE_BROKEN;
}

struct value run_indicator(struct run *run, const struct indicator *indicator, size_t level, size_t row) {
    struct context context = context_of(run, indicator->levels.items[level], row);
    const struct branch *branches = indicator->branches.items[level];
    for (size_t i = 0; i < indicator->declaration->branches.count; i++) {
        struct value condition = branches[i].condition ? evaluate(&context, branches[i].condition) : value_truth(true);
        if (condition.state != VALUE_KNOWN) return condition;
        if (condition.as.truth) return evaluate(&context, branches[i].value);
    }
    return value_fault(REASON_NO_CASE, NULL, 0);
}
