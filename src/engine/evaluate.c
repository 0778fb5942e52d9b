/* Expressions. */
#include "engine/evaluate.h"

#include <assert.h>

static bool is_date(const struct expr *expr) {
    return expr->type.kind == TYPE_DATE;
}

static int order_of(const struct expr *expr, const struct value *a, const struct value *b) {
    if (is_date(expr)) return (a->as.date > b->as.date) - (a->as.date < b->as.date);
    return number_compare(a->as.number, b->as.number);
}

static struct value evaluate_logic(const struct context *context, const struct expr *expr) {
    bool stops = expr->kind == EXPR_OR; /* the truth that decides alone */
    struct value sides[2];
    sides[0] = evaluate(context, expr->left);
    if (sides[0].state == VALUE_KNOWN && sides[0].as.truth == stops) return sides[0];
    sides[1] = evaluate(context, expr->right);
    if (sides[1].state == VALUE_KNOWN && sides[1].as.truth == stops) return sides[1];
    struct value missing;
    return values_unsure(sides, 2, &missing) ? missing : value_truth(!stops);
}

static struct value move_date(const struct expr *expr, const struct value *date, const struct value *by) {
    enum { MOVE_MAX = 100000 };
    int64_t count = 0;
    if (date->as.date == DAY_NEVER) return *date;
    if (!number_to_int64(by->as.number, &count) || count > MOVE_MAX || count < -MOVE_MAX)
        return value_fault(REASON_OUT_OF_RANGE, NULL, 0);
    if (expr->kind == EXPR_SUBTRACT) count = -count;
    if (expr->right->type.powers[DIMENSION_MONTH] == 1) return value_date(day_add_months(date->as.date, (int)count));
    return value_date(date->as.date + (day_number)count);
}

static struct value evaluate_arithmetic(const struct context *context, const struct expr *expr) {
    struct arena *arena = &context->run->arena;
    struct value sides[] = {evaluate(context, expr->left), evaluate(context, expr->right)}, missing;
    if (values_missing(sides, 2, &missing)) return missing;
    if (is_date(expr->left)) {
        if (!is_date(expr->right)) return move_date(expr, &sides[0], &sides[1]);
        if (sides[0].as.date == DAY_NEVER || sides[1].as.date == DAY_NEVER) return value_fault(REASON_NEVER, NULL, 0);
        return value_number(number_from((int64_t)sides[0].as.date - sides[1].as.date));
    }
    struct number a = sides[0].as.number, b = sides[1].as.number;
    switch (expr->kind) {
    case EXPR_ADD: return value_number(number_add(arena, a, b));
    case EXPR_SUBTRACT: return value_number(number_subtract(arena, a, b));
    case EXPR_MULTIPLY: return value_number(number_multiply(arena, a, b));
    default: return number_sign(b) ? value_number(number_divide(arena, a, b)) : value_fault(REASON_DIVISION, NULL, 0);
    }
}

static struct value evaluate_comparison(const struct context *context, const struct expr *expr) {
    struct value sides[] = {evaluate(context, expr->left), evaluate(context, expr->right)}, missing;
    if (values_missing(sides, 2, &missing)) return missing;
    const struct expr *typed = expr->left->type.kind == TYPE_ZERO ? expr->right : expr->left;
    bool ordered = typed->type.kind == TYPE_NUMBER || typed->type.kind == TYPE_ZERO || is_date(typed);
    if (ordered) return value_truth(comparison_holds(expr->as.compare, order_of(typed, &sides[0], &sides[1])));
    return value_truth(value_equal(&typed->type, &sides[0], &sides[1]) == (expr->as.compare == EQUAL));
}

static struct value evaluate_set(const struct context *context, const struct expr *expr) {
    struct value wanted = evaluate(context, expr->left), open = wanted;
    if (wanted.state != VALUE_KNOWN) return wanted;
    bool any_open = false;
    for (size_t i = 0; i < expr->items.count; i++) {
        struct value item = evaluate(context, expr->items.items[i]);
        if (item.state == VALUE_KNOWN && value_equal(&expr->left->type, &wanted, &item)) return value_truth(true);
        if (item.state != VALUE_KNOWN && (!any_open || (open.state == VALUE_FAULT && item.state == VALUE_UNKNOWN)))
            open = item;
        any_open = any_open || item.state != VALUE_KNOWN;
    }
    return any_open ? open : value_truth(false);
}

static struct value evaluate_range(const struct context *context, const struct expr *expr) {
    struct value values[] = {evaluate(context, expr->left), evaluate(context, expr->right),
                             evaluate(context, expr->third)},
                 missing;
    if (values[0].state != VALUE_KNOWN) return values[0];
    if (values[1].state == VALUE_KNOWN && order_of(expr->left, &values[0], &values[1]) < 0) return value_truth(false);
    if (values[2].state == VALUE_KNOWN && order_of(expr->left, &values[0], &values[2]) > 0) return value_truth(false);
    return values_unsure(values, 3, &missing) ? missing : value_truth(true);
}

static struct value evaluate_path(const struct context *context, const struct expr *expr) {
    const struct path_target *target = &expr->as.path.target;
    const struct entity *entity;
    size_t row;
    struct value missing;
    switch (target->end) {
    case PATH_PARAMETER: return parameter_read(context, expr, context->day);
    case PATH_ENUM_VALUE: return (struct value){.as.choice = target->enum_value};
    case PATH_FIRST_DAY: return value_date(context->day);
    case PATH_NONE: return (struct value){.as.row = {expr->type.entity, SIZE_MAX}};
    case PATH_RECORD: return value_unknown(REASON_INPUT, target->field, 0, context->row);
    case PATH_ROW:
    case PATH_FIELD: break;
    }
    if (!path_walk(context, target, &entity, &row, &missing)) return missing;
    if (target->end == PATH_ROW) return (struct value){.as.row = {entity, row}};
    return field_read(context, target->field, row);
}

/* --- functions -------------------------------------------------------------------------------------------------- */

static struct value evaluate_strict(const struct context *context, const struct expr *expr) {
    struct arena *arena = &context->run->arena;
    enum { ARGUMENTS_MAX = 16 };
    struct value values[ARGUMENTS_MAX], missing;
    assert(expr->items.count >= 1 && expr->items.count <= ARGUMENTS_MAX); /* the checks see to it */
    for (size_t i = 0; i < expr->items.count; i++) values[i] = evaluate(context, expr->items.items[i]);
    if (values_missing(values, expr->items.count, &missing)) return missing;
    struct value best = values[0];
    switch (expr->as.call.function) {
    case FUNCTION_MIN:
    case FUNCTION_MAX:
        for (size_t i = 1; i < expr->items.count; i++) {
            int order = order_of(expr, &values[i], &best);
            if (expr->as.call.function == FUNCTION_MIN ? order < 0 : order > 0) best = values[i];
        }
        return best;
    case FUNCTION_ROUND: return value_number(number_round(arena, values[0].as.number, values[1].as.number));
    case FUNCTION_FLOOR: return value_number(number_floor(arena, values[0].as.number, values[1].as.number));
    case FUNCTION_CEIL: return value_number(number_ceil(arena, values[0].as.number, values[1].as.number));
    case FUNCTION_YEARS:
        if (values[0].as.date == DAY_NEVER || values[1].as.date == DAY_NEVER) return value_fault(REASON_NEVER, NULL, 0);
        return value_number(number_from(day_full_years(values[0].as.date, values[1].as.date)));
    case FUNCTION_MONTH:
        if (values[0].as.date == DAY_NEVER) return value_fault(REASON_NEVER, NULL, 0);
        return value_number(number_from(month_of_year(day_month(values[0].as.date))));
    case FUNCTION_COUNT: {
        int64_t count = 0;
        for (size_t i = 0; i < expr->items.count; i++) count += values[i].as.truth;
        return value_number(number_from(count));
    }
    default: return value_fault(REASON_NO_DISTANCE, NULL, 0);
    }
}

static struct value evaluate_call(const struct context *context, const struct expr *expr) {
    struct value value;
    const struct path_target *target;
    switch (expr->as.call.function) {
    case FUNCTION_KNOWN:
        value = evaluate(context, expr->items.items[0]);
        return value.state == VALUE_FAULT ? value : value_truth(value.state == VALUE_KNOWN);
    case FUNCTION_PREVIOUS:
        target = &expr->items.items[0]->as.path.target;
        return previous_read(
            context->run, target->field,
            dataset_climb(context->run->dataset, context->entity, context->row, target->field->entity));
    case FUNCTION_BANDS: return evaluate_bands(context, expr);
    case FUNCTION_APPORTION: return evaluate_apportion(context, expr);
    default: return evaluate_strict(context, expr);
    }
}

struct value evaluate(const struct context *context, const struct expr *expr) {
    struct value value, other;
    if (arena_failed(&context->run->arena)) return value_fault(REASON_NO_CASE, NULL, 0);
    switch (expr->kind) {
    case EXPR_NUMBER: return value_number(expr->as.number.in_base);
    case EXPR_DATE: return value_date(expr->as.date);
    case EXPR_BOOL: return value_truth(expr->as.truth);
    case EXPR_NEVER: return value_date(DAY_NEVER);
    case EXPR_PATH: return evaluate_path(context, expr);
    case EXPR_NEGATE:
        value = evaluate(context, expr->left);
        return value.state == VALUE_KNOWN ? value_number(number_negate(&context->run->arena, value.as.number)) : value;
    case EXPR_NOT:
        value = evaluate(context, expr->left);
        return value.state == VALUE_KNOWN ? value_truth(!value.as.truth) : value;
    case EXPR_AND:
    case EXPR_OR: return evaluate_logic(context, expr);
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return evaluate_arithmetic(context, expr);
    case EXPR_COMPARE: return evaluate_comparison(context, expr);
    case EXPR_IN_SET: return evaluate_set(context, expr);
    case EXPR_IN_RANGE: return evaluate_range(context, expr);
    case EXPR_IF_KNOWN:
        value = evaluate(context, expr->left);
        return value.state == VALUE_UNKNOWN ? evaluate(context, expr->right) : value;
    case EXPR_ON:
        other = evaluate(context, expr->right);
        return other.state == VALUE_KNOWN ? parameter_read(context, expr->left, other.as.date) : other;
    case EXPR_GROUP: return evaluate_group(context, expr);
    case EXPR_CALL: return evaluate_call(context, expr);
    }
    return value_fault(REASON_NO_CASE, NULL, 0);
}
