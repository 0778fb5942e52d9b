#include "lang/tree.h"

const char *head_word(enum head head) {
    static const char *const words[HEADS] = {
        [HEAD_POLICY] = "policy",       [HEAD_UNIT] = "unit",           [HEAD_ROLE] = "role",
        [HEAD_FUND] = "fund",           [HEAD_CALENDAR] = "calendar",   [HEAD_ENTITY] = "entity",
        [HEAD_EVENT] = "event",         [HEAD_ENUM] = "enum",           [HEAD_PARAMETER] = "parameter",
        [HEAD_READING] = "reading",     [HEAD_INPUT] = "input",         [HEAD_RULE] = "rule",
        [HEAD_BENEFIT] = "benefit",     [HEAD_ALERT] = "alert",         [HEAD_INDICATOR] = "indicator",
        [HEAD_EXCEPTION] = "exception", [HEAD_GUARANTEE] = "guarantee", [HEAD_PROCEDURE] = "procedure",
    };
    return words[head];
}

const char *finds_word(enum finds finds) {
    static const char *const words[] = {
        [FINDS_NOTHING] = "",
        [FINDS_MISSED] = "missed",
        [FINDS_LEAVING] = "leaving",
        [FINDS_HIT] = "hit",
    };
    return words[finds];
}

const char *comparison_sign(enum comparison compare) {
    static const char *const signs[] = {"<", "<=", "=", "!=", ">=", ">"};
    return signs[compare];
}

enum comparison comparison_opposite(enum comparison compare) {
    static const enum comparison opposites[] = {GREATER_EQUAL, GREATER, NOT_EQUAL, EQUAL, LESS, LESS_EQUAL};
    return opposites[compare];
}

bool comparison_holds(enum comparison compare, int sign) {
    switch (compare) {
    case LESS: return sign < 0;
    case LESS_EQUAL: return sign <= 0;
    case EQUAL: return sign == 0;
    case NOT_EQUAL: return sign != 0;
    case GREATER_EQUAL: return sign >= 0;
    case GREATER: return sign > 0;
    }
    return false;
}

const char *group_word(enum group_kind group) {
    static const char *const words[] = {"sum", "count", "any", "all", "min", "max"};
    return words[group];
}

const char *function_word(enum function function) {
    static const char *const words[FUNCTIONS] = {
        [FUNCTION_MIN] = "min",
        [FUNCTION_MAX] = "max",
        [FUNCTION_ROUND] = "round",
        [FUNCTION_FLOOR] = "floor",
        [FUNCTION_CEIL] = "ceil",
        [FUNCTION_YEARS] = "years",
        [FUNCTION_MONTH] = "month",
        [FUNCTION_COUNT] = "count",
        [FUNCTION_KNOWN] = "known",
        [FUNCTION_BANDS] = "bands",
        [FUNCTION_APPORTION] = "apportion",
        [FUNCTION_DISTANCE] = "distance",
        [FUNCTION_PREVIOUS] = "previous",
    };
    return words[function];
}

bool function_find(struct text name, enum function *out) {
    for (int function = 0; function < FUNCTIONS; function++) {
        if (!text_is(name, function_word((enum function)function))) continue;
        *out = (enum function)function;
        return true;
    }
    return false;
}

struct text expr_text(const struct expr *expr) {
    return span_text(expr->at);
}

static bool group_equal(const struct expr *a, const struct expr *b) {
    return a->as.group.kind == b->as.group.kind && a->as.group.earlier == b->as.group.earlier &&
           a->as.group.entity == b->as.group.entity && a->as.group.through == b->as.group.through &&
           a->as.group.window == b->as.group.window && a->as.group.months == b->as.group.months;
}

static bool path_equal(const struct path_target *a, const struct path_target *b) {
    if (a->end != b->end || a->field != b->field || a->parameter != b->parameter || a->enum_value != b->enum_value ||
        a->hops.count != b->hops.count)
        return false;
    for (size_t i = 0; i < a->hops.count; i++)
        if (a->hops.items[i].up != b->hops.items[i].up || a->hops.items[i].over != b->hops.items[i].over) return false;
    return true;
}

static bool own_equal(const struct expr *a, const struct expr *b) {
    switch (a->kind) {
    case EXPR_NUMBER: return number_equal(a->as.number.in_base, b->as.number.in_base);
    case EXPR_DATE: return a->as.date == b->as.date;
    case EXPR_BOOL: return a->as.truth == b->as.truth;
    case EXPR_COMPARE: return a->as.compare == b->as.compare;
    case EXPR_PATH: return path_equal(&a->as.path.target, &b->as.path.target);
    case EXPR_GROUP: return group_equal(a, b);
    case EXPR_CALL: return a->as.call.function == b->as.call.function;
    default: return true;
    }
}

static bool child_equal(const struct expr *a, const struct expr *b) {
    return a == b || (a && b && expr_equal(a, b));
}

bool expr_equal(const struct expr *a, const struct expr *b) {
    if (a->kind != b->kind || !own_equal(a, b) || a->items.count != b->items.count) return false;
    for (size_t i = 0; i < a->items.count; i++)
        if (!expr_equal(a->items.items[i], b->items.items[i])) return false;
    return child_equal(a->left, b->left) && child_equal(a->right, b->right) && child_equal(a->third, b->third);
}
