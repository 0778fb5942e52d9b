/* Groups over rows below, earlier or through a reference; bands; shares. */
#include "engine/evaluate.h"

#include <assert.h>
#include <stdlib.h>

/* --- groups ----------------------------------------------------------------------------------------------------- */

/* What a group has gathered so far. */
struct gathering {
    struct arena *arena;
    const struct expr *expr;
    struct value result; /* of the members that count */
    size_t members;
    struct value missing; /* the first member without a value, a fault before an unknown one */
    bool any_missing, decided;
};

static void note_missing(struct gathering *gathering, struct value value, enum value_state stronger) {
    if (!gathering->any_missing || (gathering->missing.state != stronger && value.state == stronger))
        gathering->missing = value;
    gathering->any_missing = true;
}

static void gather_truth(struct gathering *gathering, const struct context *member, struct value where) {
    bool stops = gathering->expr->as.group.kind == GROUP_ANY;
    struct value value = evaluate(member, gathering->expr->left);
    if (where.state == VALUE_KNOWN && value.state == VALUE_KNOWN && value.as.truth == stops) {
        gathering->decided = true;
        gathering->result = value_truth(stops);
    } else if (value.state != VALUE_KNOWN) {
        note_missing(gathering, where.state == VALUE_KNOWN ? value : where, VALUE_UNKNOWN);
        note_missing(gathering, value, VALUE_UNKNOWN);
    } else if (where.state != VALUE_KNOWN && value.as.truth == stops) {
        note_missing(gathering, where, VALUE_UNKNOWN);
    }
}

static void add_member(struct gathering *gathering, struct value value) {
    bool dates = gathering->expr->type.kind == TYPE_DATE, first = gathering->members++ == 0;
    struct value *result = &gathering->result;
    int order;
    switch (gathering->expr->as.group.kind) {
    case GROUP_SUM:
        result->as.number = first ? value.as.number : number_add(gathering->arena, result->as.number, value.as.number);
        return;
    case GROUP_MIN:
    case GROUP_MAX:
        order = first   ? 0
                : dates ? (value.as.date > result->as.date) - (value.as.date < result->as.date)
                        : number_compare(value.as.number, result->as.number);
        if (first || (gathering->expr->as.group.kind == GROUP_MIN ? order < 0 : order > 0)) *result = value;
        return;
    default: return;
    }
}

static void gather(struct gathering *gathering, const struct context *member) {
    const struct expr *expr = gathering->expr;
    enum group_kind kind = expr->as.group.kind;
    struct value where = expr->right ? evaluate(member, expr->right) : value_truth(true);
    if (where.state == VALUE_KNOWN && !where.as.truth) return;
    if (kind == GROUP_ANY || kind == GROUP_ALL) {
        gather_truth(gathering, member, where);
        return;
    }
    if (where.state != VALUE_KNOWN) {
        note_missing(gathering, where, VALUE_FAULT);
        return;
    }
    struct value value = kind == GROUP_COUNT ? value_truth(true) : evaluate(member, expr->left);
    if (value.state == VALUE_KNOWN)
        add_member(gathering, value);
    else
        note_missing(gathering, value, VALUE_FAULT);
}

static struct value finish(const struct gathering *gathering) {
    if (gathering->decided) return gathering->result;
    if (gathering->any_missing) return gathering->missing;
    switch (gathering->expr->as.group.kind) {
    case GROUP_ANY: return value_truth(false);
    case GROUP_ALL: return value_truth(true);
    case GROUP_COUNT: return value_number(number_from((int64_t)gathering->members));
    case GROUP_SUM: return gathering->members ? gathering->result : value_number(number_zero);
    default: return gathering->members ? gathering->result : value_fault(REASON_OF_NOBODY, NULL, 0);
    }
}

bool group_takes_event(const struct context *context, const struct expr *group, day_number day) {
    if (!group->as.group.earlier && day >= context->day) return false;
    if (group->as.group.window == WINDOW_YEAR) return month_year(day_month(day)) == month_year(day_month(context->day));
    return day >= day_add_months(context->day, -group->as.group.months);
}

static void gather_events(struct gathering *gathering, const struct context *context, size_t begin, size_t end) {
    const struct entity *event = gathering->expr->as.group.entity;
    for (size_t row = begin; row < end && !gathering->decided; row++) {
        struct context member = context_of(context->run, event, row);
        if (group_takes_event(context, gathering->expr, member.day)) gather(gathering, &member);
    }
}

static void gather_through(struct gathering *gathering, const struct context *context) {
    const struct entity *entity = gathering->expr->as.group.entity;
    const struct table *table = dataset_table(context->run->dataset, entity);
    if (table->rows_lost) { /* who knows where they lead */
        struct value lost = value_unknown(REASON_ROWS_LOST, NULL, (uint32_t)entity->index, context->row);
        lost.reason.text = (uint32_t)context->entity->index;
        note_missing(gathering, lost, VALUE_FAULT);
    }
    for (size_t row = 0; row < table->rows && !gathering->decided; row++) {
        struct context member = context_of(context->run, entity, row);
        if (entity->is_event && !group_takes_event(context, gathering->expr, member.day)) continue;
        struct value reference = field_read(context, gathering->expr->as.group.through, row);
        if (reference.state != VALUE_KNOWN)
            note_missing(gathering, reference, VALUE_FAULT);
        else if (reference.as.row.row == context->row)
            gather(gathering, &member);
    }
}

/* Rows that were refused are missing: nothing can be said of all the rows below. */
static bool rows_lost(const struct context *context, const struct entity *outer, size_t row, const struct entity *inner,
                      struct value *out) {
    struct loss loss;
    if (!dataset_lost_below(context->run->dataset, outer, row, inner, &loss)) return false;
    *out = value_unknown(REASON_ROWS_LOST, NULL, (uint32_t)loss.lost->index, loss.row);
    out->reason.text = (uint32_t)loss.under->index;
    return true;
}

struct value evaluate_group(const struct context *context, const struct expr *expr) {
    struct gathering gathering = {.arena = &context->run->arena, .expr = expr};
    const struct entity *entity = expr->as.group.entity, *outer = context->entity;
    const struct dataset *dataset = context->run->dataset;
    size_t begin, end, outer_row = context->row;
    struct value lost;
    if (expr->as.group.through) {
        gather_through(&gathering, context);
        return finish(&gathering);
    }
    if (expr->as.group.earlier) {
        outer = entity->parent;
        outer_row = dataset_table(dataset, entity)->parents[context->row];
    }
    if (rows_lost(context, outer, outer_row, entity, &lost)) note_missing(&gathering, lost, VALUE_FAULT);
    dataset_below(dataset, outer, outer_row, entity, &begin, &end);
    if (expr->as.group.earlier) end = context->row;
    if (entity->is_event) {
        gather_events(&gathering, context, begin, end);
        return finish(&gathering);
    }
    for (size_t row = begin; row < end && !gathering.decided; row++) {
        struct context member = {context->run, entity, row, context->day};
        gather(&gathering, &member);
    }
    return finish(&gathering);
}

/* --- bands ------------------------------------------------------------------------------------------------------ */

size_t parameter_scale(const struct parameter *parameter, const struct parameter_values *values,
                       const struct parameter_value *latest, const struct parameter_value *bands[BANDS_MAX]) {
    size_t count = 0;
    const struct parameter_value *value = parameter_lines_of(values, parameter->area ? latest->area : TEXT(""));
    for (; value; value = parameter_line_after(values, value)) {
        if (value->from != latest->from || value->enacted != latest->enacted || !text_equal(value->area, latest->area))
            continue;
        bool same = true;
        for (size_t k = 0; k < parameter->key_count; k++) same = same && value->keys[k] == latest->keys[k];
        if (!same) continue;
        assert(count < BANDS_MAX); /* the checks see to it */
        size_t at = count++;
        for (; at > 0 && number_compare(bands[at - 1]->band, value->band) > 0; at--) bands[at] = bands[at - 1];
        bands[at] = value;
    }
    return count;
}

struct value evaluate_bands(const struct context *context, const struct expr *expr) {
    struct arena *arena = &context->run->arena;
    struct value amount = evaluate(context, expr->items.items[0]), missing;
    if (amount.state != VALUE_KNOWN) return amount;
    const struct expr *scale = expr->items.items[1];
    const struct path_target *target = &scale->as.path.target;
    const struct entity *entity;
    size_t row;
    int64_t index[PARAMETER_KEYS_MAX] = {0};
    if (!path_walk(context, target, &entity, &row, &missing) || !parameter_index(context, scale, index, &missing))
        return missing;
    const struct parameter_value *bands[BANDS_MAX];
    const struct parameter_value *latest =
        parameter_find(context->run, target->parameter, entity, row, context->day, index, NULL);
    bool by_month = target->parameter->by_month; /* a month that is not listed is unknown */
    if (!latest)
        return parameter_missing(context, target->parameter, entity, row,
                                 by_month ? REASON_PARAMETER : REASON_NO_PARAMETER, context->day);
    const struct parameter_values *values =
        parameter_values_for(context->run, target->parameter, entity, row, context->day);
    size_t count = parameter_scale(target->parameter, values, latest, bands);
    struct number total = number_zero;
    for (size_t i = 0; i < count; i++) {
        struct number top = amount.as.number;
        if (bands[i]->empty)
            return parameter_missing(context, target->parameter, entity, row, REASON_PARAMETER, context->day);
        if (number_compare(top, bands[i]->band) <= 0) break;
        if (i + 1 < count) top = number_min(top, bands[i + 1]->band);
        total = number_add(arena, total,
                           number_multiply(arena, number_subtract(arena, top, bands[i]->band), bands[i]->number));
    }
    return value_number(total);
}

/* --- apportion -------------------------------------------------------------------------------------------------- */

/* What one amount was divided into: the shares of all rows below one row. */
struct shares {
    size_t ancestor, begin, count;
    struct value failure; /* state of every share, when not known */
    struct number *share;
};

/* What one expression has divided so far, by row of the entity above; NULL: not yet. There are few such expressions. */
struct apportioned {
    const struct expr *expr;
    struct shares **of;
    struct apportioned *next;
};

/* What a row is left with after its whole steps. */
struct remainder {
    struct number left;
    size_t row;
};

/* The largest first, ties by code, in the order of which the rows lie. */
static int compare_remainders(const void *left, const void *right) {
    const struct remainder *a = left, *b = right;
    int order = number_compare(b->left, a->left);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* By largest remainder: every row its whole steps, the steps left over to the largest remainders, ties by code. */
static void divide(struct arena *arena, struct shares *shares, struct number amount, struct number step,
                   const struct number *weight, struct number total) {
    struct remainder *remainders = ARENA_ARRAY(arena, struct remainder, shares->count + 1);
    if (!remainders || arena_failed(arena)) return;
    struct number left = number_floor(arena, amount, step);
    for (size_t i = 0; i < shares->count; i++) {
        struct number exact = number_divide(arena, number_multiply(arena, amount, weight[i]), total);
        shares->share[i] = number_floor(arena, exact, step);
        remainders[i] = (struct remainder){number_subtract(arena, exact, shares->share[i]), i};
        left = number_subtract(arena, left, shares->share[i]);
    }
    if (arena_failed(arena)) return;
    qsort(remainders, shares->count, sizeof *remainders, compare_remainders);
    for (size_t i = 0; i < shares->count && number_compare(left, step) >= 0; i++) {
        struct number *share = &shares->share[remainders[i].row];
        *share = number_add(arena, *share, step);
        left = number_subtract(arena, left, step);
    }
}

static void fill_shares(const struct context *context, const struct expr *expr, struct shares *shares) {
    struct arena *arena = &context->run->arena;
    const struct entity *above = expr->items.items[0]->as.path.target.hops.items[0].up;
    struct value *values = ARENA_ARRAY(arena, struct value, shares->count + 1);
    struct number *weight = ARENA_ARRAY(arena, struct number, shares->count + 1);
    shares->share = ARENA_ARRAY(arena, struct number, shares->count + 1);
    if (!values || !weight || !shares->share || arena_failed(arena)) return;
    values[0] = evaluate(context, expr->items.items[0]);
    struct number total = number_zero;
    bool negative = false;
    for (size_t i = 0; i < shares->count; i++) {
        struct context row = {context->run, context->entity, shares->begin + i, context->day};
        values[i + 1] = evaluate(&row, expr->items.items[1]);
        if (values[i + 1].state != VALUE_KNOWN) continue;
        weight[i] = values[i + 1].as.number;
        negative = negative || number_sign(weight[i]) < 0;
        total = number_add(arena, total, weight[i]);
    }
    if (values_missing(values, shares->count + 1, &shares->failure)) return;
    if (rows_lost(context, above, shares->ancestor, context->entity, &shares->failure)) return;
    if (negative || number_sign(total) == 0) {
        shares->failure = value_fault(REASON_APPORTION, NULL, 0);
        return;
    }
    divide(arena, shares, values[0].as.number, expr->items.items[2]->as.number.in_base, weight, total);
}

/* Where the shares of what the expression divides below that row of `above` stand; NULL when memory has run out. */
static struct shares **shares_below(struct run *run, const struct expr *expr, const struct entity *above, size_t row) {
    struct apportioned *apportioned = run->apportioned;
    while (apportioned && apportioned->expr != expr) apportioned = apportioned->next;
    if (!apportioned) {
        size_t rows = dataset_table(run->dataset, above)->rows;
        apportioned = ARENA_NEW(&run->arena, struct apportioned);
        struct shares **of = ARENA_ARRAY(&run->arena, struct shares *, rows + 1);
        if (arena_failed(&run->arena)) return NULL;
        *apportioned = (struct apportioned){expr, of, run->apportioned};
        run->apportioned = apportioned;
    }
    return &apportioned->of[row];
}

struct value evaluate_apportion(const struct context *context, const struct expr *expr) {
    struct run *run = context->run;
    const struct entity *above = expr->items.items[0]->as.path.target.hops.items[0].up;
    size_t ancestor = dataset_climb(run->dataset, context->entity, context->row, above);
    struct shares **place = shares_below(run, expr, above, ancestor);
    if (!place) return value_fault(REASON_APPORTION, NULL, 0);
    if (!*place) {
        size_t begin, end;
        dataset_below(run->dataset, above, ancestor, context->entity, &begin, &end);
        struct shares *shares = ARENA_NEW(&run->arena, struct shares);
        if (arena_failed(&run->arena)) return value_fault(REASON_APPORTION, NULL, 0);
        *shares = (struct shares){.ancestor = ancestor, .begin = begin, .count = end - begin};
        fill_shares(context, expr, shares);
        *place = shares;
    }
    const struct shares *shares = *place;
    if (shares->failure.state != VALUE_KNOWN || arena_failed(&run->arena)) return shares->failure;
    return value_number(shares->share[context->row - shares->begin]);
}
