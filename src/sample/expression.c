#include "sample/expression.h"

#include <assert.h>

static struct sample_value truth(bool yes) {
    return sample_value_number(yes);
}

static const struct row *row_above(const struct row *row, size_t up) {
    while (up-- > 0) row = row->parent;
    return row;
}

static struct sample_value member_column(const struct expression *expression, const struct scene *scene) {
    for (size_t i = 0; i < scene->member_count; i++) {
        const struct row *member = scene->members[i];
        if (member->values[0].number == expression->constant.number) return member->values[expression->column->slot];
    }
    return sample_value_empty();
}

static struct sample_value area_value(const struct expression *expression, const struct row *row) {
    const struct area *area = row->area->at[expression->level];
    if (expression->operation == OPERATION_AREA_NUMBER) return sample_value_number(area->number);
    if (expression->operation == OPERATION_AREA_CODE) return sample_value_text(area->code);
    return area->fields[expression->field];
}

static struct sample_value arithmetic(enum operation operation, int64_t a, int64_t b) {
    int64_t result = 0;
    bool failed = false;
    switch (operation) {
    case OPERATION_ADD: failed = __builtin_add_overflow(a, b, &result); break;
    case OPERATION_SUBTRACT: failed = __builtin_sub_overflow(a, b, &result); break;
    case OPERATION_MULTIPLY: failed = __builtin_mul_overflow(a, b, &result); break;
    case OPERATION_DIVIDE:
        failed = b == 0 || (a == INT64_MIN && b == -1);
        if (!failed) result = a / b - (a % b != 0 && (a < 0) != (b < 0));
        break;
    case OPERATION_MIN: result = a < b ? a : b; break;
    case OPERATION_MAX: result = a > b ? a : b; break;
    default: assert(false);
    }
    return failed ? sample_value_empty() : sample_value_number(result);
}

static bool compare(enum operation operation, int64_t a, int64_t b) {
    switch (operation) {
    case OPERATION_EQUAL: return a == b;
    case OPERATION_UNEQUAL: return a != b;
    case OPERATION_LESS: return a < b;
    default: assert(operation == OPERATION_LESS_EQUAL); return a <= b;
    }
}

static bool is_in(const struct expression *expression, const struct scene *scene, const struct row *row) {
    struct sample_value value = expression_value(expression->operand[0], scene, row);
    for (size_t i = 0; i < expression->items.count && !value.empty; i++) {
        struct sample_value item = expression_value(expression->items.items[i], scene, row);
        if (!item.empty && item.number == value.number) return true;
    }
    return false;
}

static bool is_between(const struct expression *expression, const struct scene *scene, const struct row *row) {
    struct sample_value value[3];
    for (size_t i = 0; i < 3; i++) {
        value[i] = expression_value(expression->operand[i], scene, row);
        if (value[i].empty) return false;
    }
    return value[1].number <= value[0].number && value[0].number <= value[2].number;
}

static struct sample_value over_members(const struct expression *expression, const struct scene *scene) {
    int64_t total = 0;
    for (size_t i = 0; i < scene->member_count; i++) {
        const struct row *member = scene->members[i];
        if (!expression_holds(expression->operand[0], scene, member)) continue;
        if (expression->operation == OPERATION_ANY) return truth(true);
        struct sample_value value = sample_value_number(1);
        if (expression->operation == OPERATION_SUM) value = expression_value(expression->operand[1], scene, member);
        if (!value.empty && __builtin_add_overflow(total, value.number, &total)) return sample_value_empty();
    }
    return sample_value_number(total);
}

static struct sample_value two_operands(const struct expression *expression, const struct scene *scene,
                                        const struct row *row) {
    struct sample_value a = expression_value(expression->operand[0], scene, row);
    struct sample_value b = expression_value(expression->operand[1], scene, row);
    bool comparison = expression->kind == KIND_TRUTH;
    if (a.empty || b.empty) return comparison ? truth(false) : sample_value_empty();
    if (comparison) return truth(compare(expression->operation, a.number, b.number));
    return arithmetic(expression->operation, a.number, b.number);
}

struct sample_value expression_value(const struct expression *expression, const struct scene *scene,
                                     const struct row *row) {
    switch (expression->operation) {
    case OPERATION_CONSTANT: return expression->constant;
    case OPERATION_COLUMN: return row_above(row, expression->up)->values[expression->column->slot];
    case OPERATION_MEMBER_COLUMN: return member_column(expression, scene);
    case OPERATION_FIRST_COLUMN:
        return scene->member_count ? scene->members[0]->values[expression->column->slot] : sample_value_empty();
    case OPERATION_AREA_FIELD:
    case OPERATION_AREA_NUMBER:
    case OPERATION_AREA_CODE: return area_value(expression, row);
    case OPERATION_ID: return sample_value_text(row_above(row, expression->up)->id);
    case OPERATION_NUMBER: return sample_value_number(row->number);
    case OPERATION_OR:
        return truth(expression_holds(expression->operand[0], scene, row) ||
                     expression_holds(expression->operand[1], scene, row));
    case OPERATION_AND:
        return truth(expression_holds(expression->operand[0], scene, row) &&
                     expression_holds(expression->operand[1], scene, row));
    case OPERATION_NOT: return truth(!expression_holds(expression->operand[0], scene, row));
    case OPERATION_IN: return truth(is_in(expression, scene, row));
    case OPERATION_BETWEEN: return truth(is_between(expression, scene, row));
    case OPERATION_KNOWN: return truth(!expression_value(expression->operand[0], scene, row).empty);
    case OPERATION_COUNT:
    case OPERATION_ANY:
    case OPERATION_SUM: return over_members(expression, scene);
    default: return two_operands(expression, scene, row);
    }
}

bool expression_holds(const struct expression *expression, const struct scene *scene, const struct row *row) {
    if (!expression) return true;
    struct sample_value value = expression_value(expression, scene, row);
    return !value.empty && value.number != 0;
}
