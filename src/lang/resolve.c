/* Names, types and units of expressions.
 *
 * A bare name is the entity's own, an ancestor's, a parameter's or a value of the enumeration expected there; two that
 * fit are an error, so adding a name never changes another rule. */
#include "lang/resolve.h"
#include "lang/compile.h"
#include "lang/unit_meant.h"

#include <string.h>

static const struct type wrong = {.kind = TYPE_WRONG}, boolean = {.kind = TYPE_BOOL}, date = {.kind = TYPE_DATE},
                         number = {.kind = TYPE_NUMBER}, zero = {.kind = TYPE_ZERO};

bool type_is_numeric(const struct type *type) {
    return type->kind == TYPE_NUMBER || type->kind == TYPE_ZERO;
}

bool type_same(struct scope *scope, struct span at, const struct type *a, const struct type *b, struct type *out) {
    *out = a->kind == TYPE_WRONG || (a->kind == TYPE_ZERO && b->kind == TYPE_NUMBER) ? *b : *a;
    if (a->kind == TYPE_WRONG || b->kind == TYPE_WRONG || type_equal(a, b)) return true;
    if ((a->kind == TYPE_ZERO && b->kind == TYPE_NUMBER) || (b->kind == TYPE_ZERO && a->kind == TYPE_NUMBER))
        return true;
    struct policy *policy = scope->policy;
    REPORT(policy, LANG_TYPES_DIFFER, at, type_text(policy, a), type_text(policy, b));
    *out = wrong;
    return false;
}

void resolve_bool(struct scope *scope, struct expr *expr) {
    struct type type = resolve(scope, expr, &boolean);
    if (type.kind != TYPE_BOOL && type.kind != TYPE_WRONG)
        REPORT(scope->policy, LANG_NEEDS_BOOL, expr->at, expr_text(expr), type_text(scope->policy, &type));
}

static bool is_number(struct scope *scope, const struct expr *expr, const struct type *type) {
    if (type_is_numeric(type)) return true;
    REPORT(scope->policy, LANG_NEEDS_NUMBER, expr->at, expr_text(expr), type_text(scope->policy, type));
    return false;
}

struct type resolve_number(struct scope *scope, struct expr *expr) {
    struct type type = resolve(scope, expr, NULL);
    return type.kind == TYPE_WRONG || is_number(scope, expr, &type) ? type : wrong;
}

void resolve_as(struct scope *scope, struct expr *expr, const struct type *want, struct text what) {
    struct type type = resolve(scope, expr, want);
    if (type.kind == TYPE_WRONG || want->kind == TYPE_WRONG || type_equal(&type, want)) return;
    if (type.kind == TYPE_ZERO && want->kind == TYPE_NUMBER) return;
    struct policy *policy = scope->policy;
    REPORT(policy, LANG_WRONG_TYPE, expr->at, what, type_text(policy, want), type_text(policy, &type));
}

struct type type_product(struct scope *scope, const struct expr *expr, const struct type *left,
                         const struct type *right, int sign) {
    struct type result = *left;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        int power = left->powers[i] + sign * right->powers[i];
        if (power > POWER_MAX || power < -POWER_MAX) {
            REPORT(scope->policy, LANG_POWER_TOO_HIGH, expr->at, expr_text(expr));
            return wrong;
        }
        result.powers[i] = (int8_t)power;
    }
    return result;
}

/* --- operators -------------------------------------------------------------------------------------------------- */

/* The unit that was meant, if that can be told; else the part of it that there is not. Where the currency itself is
 * missing, or broken, that was told already. */
static void report_unknown_unit(struct scope *scope, const struct expr *expr, struct span unit) {
    struct policy *policy = scope->policy;
    if (map_get(&policy->lost, TEXT("money")) || unit.begin >= expr->at.end) return; /* told at the end of the range */
    struct quantity_meant meant = quantity_meant(policy, expr->as.number.value, span_text(unit), scope->beside);
    if (meant.written.length) {
        REPORT(policy, meant.counted ? LANG_UNIT_OF_COUNT : LANG_UNIT_MEANT, unit, span_text(unit), meant.written);
        return;
    }
    struct span part = {unit.source, unit.begin, unit.begin};
    for (; part.end < unit.end; part.begin = part.end + 1) {
        for (part.end = part.begin; part.end < unit.end && unit.source->bytes.bytes[part.end] != '/';) part.end++;
        if (!map_get(&policy->unit_by_name, span_text(part))) break;
    }
    struct name name = {span_text(part.end < unit.end || part.begin < part.end ? part : unit), part};
    struct suggestion suggestion = suggest(policy, name.text);
    suggestion_note_map(&suggestion, &policy->unit_by_name);
    report_unknown(policy, LANG_UNKNOWN_UNIT, name, TEXT(""), &suggestion);
}

static struct type resolve_quantity(struct scope *scope, struct expr *expr) {
    struct policy *policy = scope->policy;
    struct text unit = expr->as.number.unit;
    expr->as.number.in_base = expr->as.number.value;
    if (unit.length == 0) return number_sign(expr->as.number.value) == 0 ? zero : number;
    struct measure measure = measure_parse(policy, unit);
    if (!measure.found) {
        report_unknown_unit(scope, expr, span_of(expr->at.source, unit));
        return wrong;
    }
    expr->as.number.in_base = number_multiply(&policy->arena, expr->as.number.value, measure.scale);
    struct type type = number;
    memcpy(type.powers, measure.powers, sizeof type.powers);
    return type;
}

static bool is_power(const struct type *type, size_t dimension) {
    struct type one = type_power(dimension, 1);
    return type->kind == TYPE_ZERO || type_equal(type, &one);
}

static struct type resolve_date_sum(struct scope *scope, struct expr *expr, const struct type *right) {
    if (right->kind == TYPE_DATE && expr->kind == EXPR_SUBTRACT) return type_power(DIMENSION_DAY, 1);
    if (is_power(right, DIMENSION_MONTH) || is_power(right, DIMENSION_DAY)) return date;
    REPORT(scope->policy, LANG_DATE_MOVES, expr->at, type_text(scope->policy, right));
    return wrong;
}

static struct type resolve_arithmetic(struct scope *scope, struct expr *expr) {
    struct policy *policy = scope->policy;
    bool sum = expr->kind == EXPR_ADD || expr->kind == EXPR_SUBTRACT;
    struct type left = resolve(scope, expr->left, NULL), right = resolve(scope, expr->right, NULL);
    if (left.kind == TYPE_WRONG || right.kind == TYPE_WRONG) return wrong;
    if (sum && left.kind == TYPE_DATE) return resolve_date_sum(scope, expr, &right);
    if (!is_number(scope, expr->left, &left) || !is_number(scope, expr->right, &right)) return wrong;
    struct type result;
    if (sum) return type_same(scope, expr->at, &left, &right, &result) ? result : wrong;
    if (expr->kind == EXPR_DIVIDE && right.kind == TYPE_ZERO) {
        REPORT(policy, LANG_DIVIDES_BY_ZERO, expr->right->at, expr_text(expr));
        return wrong;
    }
    if (left.kind == TYPE_ZERO || right.kind == TYPE_ZERO) return zero;
    return type_product(scope, expr, &left, &right, expr->kind == EXPR_MULTIPLY ? 1 : -1);
}

/* The type of what a path leads to, as its declaration writes it. */
static const struct type_name *written_type(const struct expr *expr) {
    if (expr->kind != EXPR_PATH || expr->type.kind == TYPE_WRONG) return NULL;
    const struct path_target *target = &expr->as.path.target;
    if (target->end == PATH_PARAMETER && target->parameter) return &target->parameter->declaration->type;
    return target->end == PATH_FIELD && target->field ? &target->field->declaration->type : NULL;
}

/* Each side may tell the other which enumeration is expected, and the left one in which unit. */
static void resolve_pair(struct scope *scope, struct expr *left, struct expr *right, struct type *a, struct type *b) {
    const struct type_name *before = scope->beside;
    scope->beside = NULL;
    if (left->kind == EXPR_PATH && !path_has_candidates(scope, left)) {
        *b = resolve(scope, right, NULL);
        *a = resolve(scope, left, b);
    } else {
        *a = resolve(scope, left, NULL);
        scope->beside = written_type(left);
        *b = resolve(scope, right, a);
    }
    scope->beside = before;
}

static struct type resolve_comparison(struct scope *scope, struct expr *expr) {
    struct type left, right, both;
    resolve_pair(scope, expr->left, expr->right, &left, &right);
    if (!type_same(scope, expr->at, &left, &right, &both)) return boolean;
    bool ordered = type_is_numeric(&both) || both.kind == TYPE_DATE || both.kind == TYPE_WRONG;
    if (!ordered && expr->as.compare != EQUAL && expr->as.compare != NOT_EQUAL)
        REPORT(scope->policy, LANG_NO_ORDER, expr->at, type_text(scope->policy, &both));
    if (both.kind == TYPE_TEXT) REPORT(scope->policy, LANG_TEXT_COMPARED, expr->at, expr_text(expr));
    return boolean;
}

static struct type resolve_members(struct scope *scope, struct expr *expr) {
    struct type left = resolve(scope, expr->left, NULL), both;
    scope->beside = written_type(expr->left);
    bool text = left.kind == TYPE_TEXT;
    if (text) REPORT(scope->policy, LANG_TEXT_COMPARED, expr->at, expr_text(expr));
    if (expr->kind == EXPR_IN_SET) {
        for (size_t i = 0; i < expr->items.count; i++) {
            struct type item = resolve(scope, expr->items.items[i], &left);
            type_same(scope, expr->items.items[i]->at, &left, &item, &both);
        }
        return boolean;
    }
    if (!type_is_numeric(&left) && left.kind != TYPE_DATE && left.kind != TYPE_WRONG && !text)
        REPORT(scope->policy, LANG_NO_ORDER, expr->left->at, type_text(scope->policy, &left));
    resolve_bounds(scope, expr->right, expr->third);
    if (type_same(scope, expr->right->at, &left, &expr->right->type, &both))
        type_same(scope, expr->third->at, &left, &expr->third->type, &both);
    return boolean;
}

static struct type resolve_membership(struct scope *scope, struct expr *expr) {
    const struct type_name *before = scope->beside;
    scope->beside = NULL;
    struct type type = resolve_members(scope, expr);
    scope->beside = before;
    return type;
}

/* A range may name its unit once, at the end: 0 .. 100 yuan. */
void resolve_bounds(struct scope *scope, struct expr *low, struct expr *high) {
    struct expr *inner = low->kind == EXPR_NEGATE ? low->left : low;
    struct expr *outer = high->kind == EXPR_NEGATE ? high->left : high;
    if (inner->kind == EXPR_NUMBER && inner->as.number.unit.length == 0 && outer->kind == EXPR_NUMBER)
        inner->as.number.unit = outer->as.number.unit;
    resolve(scope, low, NULL);
    resolve(scope, high, NULL);
}

static struct type resolve_on(struct scope *scope, struct expr *expr) {
    struct type day = resolve(scope, expr->right, NULL);
    if (day.kind != TYPE_DATE && day.kind != TYPE_WRONG)
        REPORT(scope->policy, LANG_ON_NEEDS_DATE, expr->right->at, type_text(scope->policy, &day));
    struct type type = resolve(scope, expr->left, NULL);
    bool parameter = expr->left->kind == EXPR_PATH && expr->left->as.path.target.end == PATH_PARAMETER;
    if (!parameter && type.kind != TYPE_WRONG)
        REPORT(scope->policy, LANG_ON_NEEDS_PARAMETER, expr->left->at, expr_text(expr->left));
    return type;
}

static struct type resolve_kind(struct scope *scope, struct expr *expr, const struct type *want) {
    struct type left, right, both;
    switch (expr->kind) {
    case EXPR_NUMBER: return resolve_quantity(scope, expr);
    case EXPR_DATE:
    case EXPR_NEVER: return date;
    case EXPR_BOOL: return boolean;
    case EXPR_PATH: return resolve_path(scope, expr, want);
    case EXPR_NEGATE: return resolve_number(scope, expr->left);
    case EXPR_NOT: resolve_bool(scope, expr->left); return boolean;
    case EXPR_AND:
    case EXPR_OR:
        resolve_bool(scope, expr->left);
        resolve_bool(scope, expr->right);
        return boolean;
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE: return resolve_arithmetic(scope, expr);
    case EXPR_COMPARE: return resolve_comparison(scope, expr);
    case EXPR_IN_SET:
    case EXPR_IN_RANGE: return resolve_membership(scope, expr);
    case EXPR_IF_KNOWN:
        left = resolve(scope, expr->left, want);
        right = resolve(scope, expr->right, left.kind == TYPE_WRONG ? want : &left);
        return type_same(scope, expr->at, &left, &right, &both) ? both : wrong;
    case EXPR_ON: return resolve_on(scope, expr);
    case EXPR_GROUP: return resolve_group(scope, expr);
    case EXPR_CALL: return resolve_call(scope, expr, want);
    }
    return wrong;
}

struct type resolve(struct scope *scope, struct expr *expr, const struct type *want) {
    expr->type = resolve_kind(scope, expr, want);
    return expr->type;
}

bool expr_is_fixed(const struct expr *expr) {
    switch (expr->kind) {
    case EXPR_NUMBER:
    case EXPR_DATE:
    case EXPR_BOOL:
    case EXPR_NEVER: return true;
    case EXPR_NEGATE: return expr->left->kind == EXPR_NUMBER;
    case EXPR_PATH: return expr->as.path.names.list.count == 1 && expr->items.count == 0;
    default: return false;
    }
}

bool expr_constant(struct policy *policy, const struct expr *expr, struct number *out) {
    if (expr->kind == EXPR_NUMBER) {
        *out = expr->as.number.in_base;
        return true;
    }
    if (expr->kind != EXPR_NEGATE || !expr_constant(policy, expr->left, out)) return false;
    *out = number_negate(&policy->arena, *out);
    return true;
}
