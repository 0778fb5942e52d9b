/* Groups over rows below, before or through, and the functions. */
#include "lang/resolve.h"

static const struct type wrong = {.kind = TYPE_WRONG}, boolean = {.kind = TYPE_BOOL}, date = {.kind = TYPE_DATE},
                         number = {.kind = TYPE_NUMBER};

/* --- groups ----------------------------------------------------------------------------------------------------- */

static bool group_reach(struct scope *scope, struct expr *expr, const struct entity *entity) {
    struct policy *policy = scope->policy;
    struct name name = expr->as.group.entity_name, through = expr->as.group.through_name;
    if (expr->as.group.earlier) {
        if (entity == scope->entity && entity->is_event) return true;
        REPORT(policy, LANG_EARLIER_OF_OTHER, name.at, name.text, scope->entity->name);
        return false;
    }
    if (through.text.length) {
        struct field *field = map_get(&entity->by_name, through.text);
        struct type here = {.kind = TYPE_ROW, .entity = scope->entity};
        expr->as.group.through = field;
        if (field && field->kind == FIELD_INPUT && type_equal(&field->type, &here)) return true;
        if (name_is_lost(policy, through)) return false;
        REPORT(policy, LANG_THROUGH_LEADS_ELSEWHERE, through.at, through.text, entity->name, scope->entity->name);
        return false;
    }
    if (entity != scope->entity && entity_is_within(entity, scope->entity)) return true;
    if (entity->is_event && scope->entity->is_event) {
        REPORT(policy, LANG_EVENT_READS_EVENT, name.at, scope->entity->name, name.text);
        return false;
    }
    REPORT(policy, LANG_NOT_BELOW, name.at, name.text, scope->entity->name);
    return false;
}

static bool group_window(struct scope *scope, const struct expr *expr, const struct entity *entity) {
    struct policy *policy = scope->policy;
    struct name name = expr->as.group.entity_name;
    enum group_kind kind = expr->as.group.kind;
    bool windowed = expr->as.group.window != WINDOW_NONE;
    if (entity->is_event && !windowed) {
        REPORT(policy, LANG_EVENTS_NEED_WINDOW, expr->at, name.text);
        return false;
    }
    if (!entity->is_event && windowed) {
        REPORT(policy, LANG_WINDOW_WITHOUT_DATES, expr->at, name.text);
        return false;
    }
    if (entity->is_event && (kind == GROUP_MIN || kind == GROUP_MAX)) {
        REPORT(policy, LANG_MIN_OF_EVENTS, expr->at, name.text);
        return false;
    }
    return true;
}

struct type resolve_group(struct scope *scope, struct expr *expr) {
    struct policy *policy = scope->policy;
    struct name name = expr->as.group.entity_name;
    enum group_kind kind = expr->as.group.kind;
    const struct entity *entity = map_get(&policy->entity_by_name, name.text);
    if (!entity) {
        struct suggestion suggestion = suggest(policy, name.text);
        suggestion_note_map(&suggestion, &policy->entity_by_name);
        report_unknown(policy, LANG_UNKNOWN_ENTITY, name, TEXT(""), &suggestion);
        return wrong;
    }
    expr->as.group.entity = entity;
    if (!group_reach(scope, expr, entity) || !group_window(scope, expr, entity)) return wrong;
    struct scope inner = *scope;
    inner.entity = entity;
    inner.loose = scope->loose || expr->as.group.earlier || entity->is_event;
    /* Of events, a month asks only those before it, and they were settled in theirs. */
    inner.stands = scope->stands || (entity->is_event && !scope->entity->is_event);
    if (expr->right) resolve_bool(&inner, expr->right);
    if (kind == GROUP_COUNT) {
        if (expr->left) REPORT(policy, LANG_COUNT_TAKES_NO_VALUE, expr->left->at, expr_text(expr->left));
        return number;
    }
    if (!expr->left) {
        REPORT(policy, LANG_GROUP_NEEDS_VALUE, expr->at, text_from(group_word(kind)), name.text);
        return wrong;
    }
    if (kind == GROUP_ANY || kind == GROUP_ALL) {
        resolve_bool(&inner, expr->left);
        return boolean;
    }
    if (kind == GROUP_SUM) return resolve_number(&inner, expr->left);
    struct type type = resolve(&inner, expr->left, NULL);
    if (type_is_numeric(&type) || type.kind == TYPE_DATE || type.kind == TYPE_WRONG) return type;
    REPORT(policy, LANG_NO_ORDER, expr->left->at, type_text(policy, &type));
    return wrong;
}

/* --- functions -------------------------------------------------------------------------------------------------- */

static const struct {
    size_t least, most;
} arity[FUNCTIONS] = {
    [FUNCTION_MIN] = {2, 16},     [FUNCTION_MAX] = {2, 16},   [FUNCTION_ROUND] = {2, 2},
    [FUNCTION_FLOOR] = {2, 2},    [FUNCTION_CEIL] = {2, 2},   [FUNCTION_YEARS] = {2, 2},
    [FUNCTION_MONTH] = {1, 1},    [FUNCTION_COUNT] = {1, 16}, [FUNCTION_KNOWN] = {1, 1},
    [FUNCTION_PREVIOUS] = {1, 1}, [FUNCTION_BANDS] = {2, 2},  [FUNCTION_APPORTION] = {3, 3},
    [FUNCTION_DISTANCE] = {2, 2},
};

static struct type resolve_extreme(struct scope *scope, struct expr *expr, const struct type *want) {
    struct type type = resolve(scope, expr->items.items[0], want);
    for (size_t i = 1; i < expr->items.count; i++) {
        struct type next = resolve(scope, expr->items.items[i], want), both;
        if (!type_same(scope, expr->items.items[i]->at, &type, &next, &both)) return wrong;
        type = both;
    }
    if (type_is_numeric(&type) || type.kind == TYPE_DATE || type.kind == TYPE_WRONG) return type;
    REPORT(scope->policy, LANG_NO_ORDER, expr->at, type_text(scope->policy, &type));
    return wrong;
}

static struct type resolve_rounding(struct scope *scope, struct expr *expr) {
    struct expr *value = expr->items.items[0], *step = expr->items.items[1];
    struct type left = resolve_number(scope, value), right = resolve_number(scope, step), both;
    struct number constant;
    bool positive = expr_constant(scope->policy, step, &constant) && number_sign(constant) > 0;
    if (right.kind == TYPE_WRONG) return wrong;
    if (!positive) {
        REPORT(scope->policy, LANG_STEP_NOT_CONSTANT, step->at, expr_text(step));
        return wrong;
    }
    return type_same(scope, expr->at, &left, &right, &both) ? right : wrong;
}

static struct type resolve_previous(struct scope *scope, struct expr *expr) {
    struct expr *path = expr->items.items[0];
    struct scope inner = *scope;
    inner.loose = inner.stands = true;
    if (scope->entity->is_event) {
        REPORT(scope->policy, LANG_PREVIOUS_OF_EVENT, expr->at, scope->entity->name);
        return wrong;
    }
    struct type type = resolve(&inner, path, NULL);
    if (type.kind == TYPE_WRONG) return wrong;
    bool rule = path->kind == EXPR_PATH && path->as.path.target.end == PATH_FIELD &&
                path->as.path.target.hops.count == 1 && path->as.path.target.field->kind != FIELD_INPUT;
    if (rule) return type;
    REPORT(scope->policy, LANG_PREVIOUS_NEEDS_RULE, path->at, expr_text(path));
    return wrong;
}

static struct type resolve_bands(struct scope *scope, struct expr *expr) {
    struct policy *policy = scope->policy;
    struct expr *value = expr->items.items[0], *scale = expr->items.items[1];
    struct scope inner = *scope;
    inner.scale = true;
    struct type type = resolve_number(scope, value);
    struct type rate = resolve(&inner, scale, NULL);
    if (type.kind == TYPE_WRONG || rate.kind == TYPE_WRONG) return wrong;
    struct parameter *parameter = scale->kind == EXPR_PATH && scale->as.path.target.end == PATH_PARAMETER
                                      ? scale->as.path.target.parameter
                                      : NULL;
    if (!parameter || !parameter->band) {
        REPORT(policy, LANG_BANDS_NEED_SCALE, scale->at, expr_text(scale));
        return wrong;
    }
    struct type both;
    if (!type_same(scope, value->at, &type, &parameter->band->type, &both)) return wrong;
    return type_product(scope, expr, &both, &rate, 1);
}

static struct type resolve_apportion(struct scope *scope, struct expr *expr) {
    struct expr *amount = expr->items.items[0], *step = expr->items.items[2];
    struct type type = resolve_number(scope, amount);
    resolve_number(scope, expr->items.items[1]);
    struct type unit = resolve_number(scope, step), both;
    if (type.kind == TYPE_WRONG || unit.kind == TYPE_WRONG) return wrong;
    const struct path_target *target = amount->kind == EXPR_PATH ? &amount->as.path.target : NULL;
    bool of_ancestor =
        target && target->end == PATH_FIELD && target->hops.count == 1 && target->hops.items[0].up != scope->entity;
    if (!of_ancestor) {
        REPORT(scope->policy, LANG_APPORTION_NEEDS_ANCESTOR, amount->at, expr_text(amount));
        return wrong;
    }
    struct number constant;
    if (!expr_constant(scope->policy, step, &constant) || number_sign(constant) <= 0) {
        REPORT(scope->policy, LANG_STEP_NOT_CONSTANT, step->at, expr_text(step));
        return wrong;
    }
    return type_same(scope, step->at, &type, &unit, &both) ? unit : wrong;
}

static struct type resolve_distance(struct scope *scope, struct expr *expr) {
    struct policy *policy = scope->policy;
    for (size_t i = 0; i < 2; i++) {
        struct type type = resolve(scope, expr->items.items[i], NULL);
        if (type.kind != TYPE_ROW && type.kind != TYPE_WRONG)
            REPORT(policy, LANG_DISTANCE_NEEDS_ROWS, expr->items.items[i]->at, type_text(policy, &type));
    }
    struct measure km = measure_parse(policy, TEXT("km"));
    if (!km.found) {
        REPORT(policy, LANG_DISTANCE_NEEDS_KM, expr->at, TEXT("km"));
        return wrong;
    }
    struct type type = number;
    for (size_t i = 0; i < DIMENSIONS; i++) type.powers[i] = km.powers[i];
    return type;
}

static void report_unknown_function(struct scope *scope, const struct expr *expr) {
    struct policy *policy = scope->policy;
    struct name name = expr->as.call.name;
    for (int kind = GROUP_SUM; kind <= GROUP_ALL; kind++) {
        if (!text_is(name.text, group_word((enum group_kind)kind))) continue;
        REPORT(policy, LANG_GROUP_AS_CALL, name.at, name.text);
        return;
    }
    struct suggestion suggestion = suggest(policy, name.text);
    for (int function = 0; function < FUNCTIONS; function++)
        suggestion_note(&suggestion, text_from(function_word((enum function)function)));
    report_unknown(policy, LANG_UNKNOWN_FUNCTION, name, TEXT(""), &suggestion);
}

static bool arity_fits(struct scope *scope, const struct expr *expr) {
    struct policy *policy = scope->policy;
    size_t least = arity[expr->as.call.function].least, most = arity[expr->as.call.function].most,
           count = expr->items.count;
    if (count >= least && count <= most) return true;
    struct text wanted = text_format(&policy->arena, least == most ? "%zu" : "%zu .. %zu", least, most);
    REPORT(policy, LANG_WRONG_ARITY, expr->at, expr->as.call.name.text, wanted,
           text_format(&policy->arena, "%zu", count));
    return false;
}

struct type resolve_call(struct scope *scope, struct expr *expr, const struct type *want) {
    enum function function = expr->as.call.function;
    size_t count = expr->items.count;
    if (function == FUNCTIONS) {
        report_unknown_function(scope, expr);
        return wrong;
    }
    if (!arity_fits(scope, expr)) return wrong;
    switch (function) {
    case FUNCTION_MIN:
    case FUNCTION_MAX: return resolve_extreme(scope, expr, want);
    case FUNCTION_ROUND:
    case FUNCTION_FLOOR:
    case FUNCTION_CEIL: return resolve_rounding(scope, expr);
    case FUNCTION_YEARS:
    case FUNCTION_MONTH:
        for (size_t i = 0; i < count; i++) resolve_as(scope, expr->items.items[i], &date, expr->as.call.name.text);
        return number;
    case FUNCTION_COUNT:
        for (size_t i = 0; i < count; i++) resolve_bool(scope, expr->items.items[i]);
        return number;
    case FUNCTION_KNOWN: resolve(scope, expr->items.items[0], NULL); return boolean;
    case FUNCTION_PREVIOUS: return resolve_previous(scope, expr);
    case FUNCTION_BANDS: return resolve_bands(scope, expr);
    case FUNCTION_APPORTION: return resolve_apportion(scope, expr);
    case FUNCTION_DISTANCE: return resolve_distance(scope, expr);
    case FUNCTIONS: break;
    }
    return wrong;
}
