/* Ranges, grids and widths.
 *
 * Every number is n * grid / columns: n an integer, grid a constant, columns such as household.size. Carrying bounds of
 * n and of the value through all rules proves that arithmetic within 127 bits cannot overflow, that benefits end on
 * their step, and later chooses the lanes of the fast engine. */
#include "lang/interval.h"

#include "lang/compile.h"

#include <string.h>

enum { ROUNDS_MAX = 12, BITS_MAX = 127, DIVISORS_MAX = 32 };

struct analysis {
    struct policy *policy;
    struct arena *arena;
    bool final; /* the bounds stand: report what is too wide */
    bool any_changed;
    bool *found, *changed; /* of each field, in this round */
    struct field *const *order;
    VECTOR(struct widest) tops;
};

/* The greatest value of a column that stands under others. */
struct widest {
    struct divisor divisor;
    struct number size;
};

static struct interval find(struct analysis *analysis, const struct expr *expr, const struct entity *entity);
static struct interval find_field(struct analysis *analysis, const struct field *field);

static const struct interval nothing = {.known = false};

/* --- columns under a value -------------------------------------------------------------------------------------- */

static bool divisor_equal(const struct divisor *a, const struct divisor *b) {
    if (a->field || b->field) return a->field == b->field;
    return a->entity == b->entity && expr_equal(a->expr, b->expr);
}

static struct divisor divisor_of(const struct expr *expr, const struct entity *entity) {
    bool column =
        expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD && expr->as.path.target.hops.count == 1;
    return (struct divisor){column ? expr->as.path.target.field : NULL, entity, expr};
}

static struct number divisor_size(const struct analysis *analysis, const struct divisor *divisor) {
    for (size_t i = 0; i < analysis->tops.count; i++)
        if (divisor_equal(&analysis->tops.items[i].divisor, divisor)) return analysis->tops.items[i].size;
    return number_one;
}

static void note_divisor(struct analysis *analysis, struct divisor divisor, struct number size) {
    for (size_t i = 0; i < analysis->tops.count; i++) {
        struct widest *top = &analysis->tops.items[i];
        if (!divisor_equal(&top->divisor, &divisor)) continue;
        if (number_compare(top->size, size) < 0) top->size = size;
        return;
    }
    VECTOR_PUSH(analysis->arena, &analysis->tops, ((struct widest){divisor, size}));
}

static size_t occurrences(const struct interval *interval, const struct divisor *divisor) {
    size_t count = 0;
    for (size_t i = 0; i < interval->divisors.count; i++) count += divisor_equal(&interval->divisors.items[i], divisor);
    return count;
}

static void add_divisor(struct analysis *analysis, struct interval *to, struct divisor divisor) {
    VECTOR_PUSH(analysis->arena, &to->divisors, divisor);
}

/* Both over the columns of either. */
static void unite_divisors(struct analysis *analysis, struct interval *to, const struct interval *a,
                           const struct interval *b) {
    for (size_t i = 0; i < a->divisors.count; i++) add_divisor(analysis, to, a->divisors.items[i]);
    for (size_t i = 0; i < b->divisors.count; i++)
        if (occurrences(to, &b->divisors.items[i]) < occurrences(b, &b->divisors.items[i]))
            add_divisor(analysis, to, b->divisors.items[i]);
}

/* --- intervals -------------------------------------------------------------------------------------------------- */

static struct number wider(struct analysis *analysis, struct number low, struct number high) {
    return number_max(number_absolute(analysis->arena, low), number_absolute(analysis->arena, high));
}

/* low .. high in steps of grid, over no columns. */
static struct interval plain(struct analysis *analysis, struct number low, struct number high, struct number grid) {
    struct interval interval = {.known = true, .low = low, .high = high, .grid = grid, .size = number_zero};
    if (number_sign(grid) != 0) interval.size = number_divide(analysis->arena, wider(analysis, low, high), grid);
    return interval;
}

/* The numerator of `from` once it stands on the grid and over the columns of `to`. */
static struct number size_over(struct analysis *analysis, const struct interval *from, const struct interval *to) {
    if (number_sign(to->grid) == 0) return number_zero;
    struct number size =
        number_multiply(analysis->arena, from->size, number_divide(analysis->arena, from->grid, to->grid));
    for (size_t i = 0; i < to->divisors.count; i++) {
        const struct divisor *divisor = &to->divisors.items[i];
        size_t before = 0;
        for (size_t k = 0; k < i; k++) before += divisor_equal(&to->divisors.items[k], divisor);
        if (before >= occurrences(from, divisor))
            size = number_multiply(analysis->arena, size, divisor_size(analysis, divisor));
    }
    return size;
}

/* Both on one grid over the same columns; the caller sets the bounds. `add` says whether numerators add up or stand
 * side by side. */
static struct interval combine(struct analysis *analysis, const struct interval *a, const struct interval *b,
                               bool add) {
    struct interval result = {.known = true, .grid = number_gcd(analysis->arena, a->grid, b->grid)};
    unite_divisors(analysis, &result, a, b);
    struct number left = size_over(analysis, a, &result), right = size_over(analysis, b, &result);
    result.size = add ? number_add(analysis->arena, left, right) : number_max(left, right);
    return result;
}

static struct interval join(struct analysis *analysis, struct interval a, struct interval b) {
    if (!a.known) return b;
    if (!b.known) return a;
    struct interval result = combine(analysis, &a, &b, false);
    result.low = number_min(a.low, b.low);
    result.high = number_max(a.high, b.high);
    return result;
}

static bool interval_equal(const struct interval *a, const struct interval *b) {
    if (a->known != b->known) return false;
    if (!a->known) return true;
    if (!number_equal(a->low, b->low) || !number_equal(a->high, b->high) || !number_equal(a->grid, b->grid) ||
        a->divisors.count != b->divisors.count)
        return false;
    for (size_t i = 0; i < a->divisors.count; i++)
        if (occurrences(a, &a->divisors.items[i]) != occurrences(b, &a->divisors.items[i])) return false;
    return true;
}

/* --- operators -------------------------------------------------------------------------------------------------- */

static struct interval find_sum(struct analysis *analysis, const struct expr *expr, struct interval a,
                                struct interval b) {
    struct interval result = combine(analysis, &a, &b, true);
    bool add = expr->kind == EXPR_ADD;
    result.low = add ? number_add(analysis->arena, a.low, b.low) : number_subtract(analysis->arena, a.low, b.high);
    result.high = add ? number_add(analysis->arena, a.high, b.high) : number_subtract(analysis->arena, a.high, b.low);
    return result;
}

/* (income / size) * size is income again: the column cancels. */
static bool cancel(struct analysis *analysis, struct interval *result, const struct interval *fraction,
                   const struct interval *factor, const struct divisor *column) {
    if (factor->divisors.count || occurrences(fraction, column) == 0) return false;
    result->size = fraction->size;
    bool gone = false;
    for (size_t i = 0; i < fraction->divisors.count; i++) {
        if (!gone && divisor_equal(&fraction->divisors.items[i], column))
            gone = true;
        else
            add_divisor(analysis, result, fraction->divisors.items[i]);
    }
    return true;
}

static struct interval find_product(struct analysis *analysis, const struct expr *expr, const struct entity *entity,
                                    struct interval a, struct interval b) {
    struct arena *arena = analysis->arena;
    struct interval result = {.known = true, .grid = number_multiply(arena, a.grid, b.grid)};
    struct number corner[] = {number_multiply(arena, a.low, b.low), number_multiply(arena, a.low, b.high),
                              number_multiply(arena, a.high, b.low), number_multiply(arena, a.high, b.high)};
    result.low = number_min(number_min(corner[0], corner[1]), number_min(corner[2], corner[3]));
    result.high = number_max(number_max(corner[0], corner[1]), number_max(corner[2], corner[3]));
    struct divisor left = divisor_of(expr->left, entity), right = divisor_of(expr->right, entity);
    if (cancel(analysis, &result, &a, &b, &right) || cancel(analysis, &result, &b, &a, &left)) return result;
    for (size_t i = 0; i < a.divisors.count; i++) add_divisor(analysis, &result, a.divisors.items[i]);
    for (size_t i = 0; i < b.divisors.count; i++) add_divisor(analysis, &result, b.divisors.items[i]);
    result.size = number_multiply(arena, a.size, b.size);
    return result;
}

static struct interval find_quotient(struct analysis *analysis, const struct expr *expr, const struct entity *entity,
                                     struct interval a, struct interval b) {
    struct arena *arena = analysis->arena;
    if (number_equal(b.low, b.high) && number_sign(b.low) != 0) {
        struct number low = number_divide(arena, a.low, b.low), high = number_divide(arena, a.high, b.low);
        a.grid = number_absolute(arena, number_divide(arena, a.grid, b.low));
        a.low = number_min(low, high);
        a.high = number_max(low, high);
        return a;
    }
    /* n1 g1 / D1 over n2 g2 / D2: n2 goes under the fraction, D2 above it. */
    struct divisor column = divisor_of(expr->right, entity);
    note_divisor(analysis, column, b.size);
    if (number_sign(b.grid) == 0) return nothing;
    struct interval result = {.known = true, .grid = number_divide(arena, a.grid, b.grid), .size = a.size};
    for (size_t i = 0; i < a.divisors.count; i++) add_divisor(analysis, &result, a.divisors.items[i]);
    add_divisor(analysis, &result, column);
    for (size_t i = 0; i < b.divisors.count; i++)
        result.size = number_multiply(arena, result.size, divisor_size(analysis, &b.divisors.items[i]));
    struct number least = number_sign(b.low) > 0 ? b.low : b.grid; /* of a divisor that is not zero */
    struct number reach = number_divide(arena, wider(analysis, a.low, a.high), least),
                  minus = number_negate(arena, reach);
    bool negative = number_sign(b.low) < 0;
    result.low = negative || number_sign(a.low) < 0 ? minus : number_zero;
    result.high = negative || number_sign(a.high) > 0 ? reach : number_zero;
    return result;
}

static struct interval find_negation(struct analysis *analysis, struct interval a) {
    struct number low = number_negate(analysis->arena, a.high);
    a.high = number_negate(analysis->arena, a.low);
    a.low = low;
    return a;
}

/* --- names ------------------------------------------------------------------------------------------------------ */

static void widen_values(struct interval *result, const struct parameter_values *values, bool *any) {
    for (size_t i = 0; i < values->list.count; i++) {
        const struct parameter_value *value = &values->list.items[i];
        if (value->empty) continue;
        if (!*any || number_compare(value->number, result->low) < 0) result->low = value->number;
        if (!*any || number_compare(value->number, result->high) > 0) result->high = value->number;
        *any = true;
    }
}

static struct interval find_parameter(struct analysis *analysis, const struct parameter *parameter) {
    if (parameter->type.kind != TYPE_NUMBER) return nothing;
    if (parameter->bounded) return plain(analysis, parameter->low, parameter->high, parameter->step);
    struct interval range = {.low = number_zero, .high = number_zero};
    bool any = false;
    widen_values(&range, &parameter->values, &any);
    for (size_t i = 0; i < parameter->exceptions.count; i++)
        widen_values(&range, &parameter->exceptions.items[i]->values, &any);
    return plain(analysis, range.low, range.high, parameter->step);
}

static struct interval find_path(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    const struct path_target *target = &expr->as.path.target;
    for (size_t i = 0; i < expr->items.count; i++) find(analysis, expr->items.items[i], entity);
    if (target->end == PATH_PARAMETER) return find_parameter(analysis, target->parameter);
    if (target->end != PATH_FIELD) return nothing;
    return find_field(analysis, target->field);
}

/* --- groups and functions --------------------------------------------------------------------------------------- */

static void report(struct analysis *analysis, enum lang_message message, const struct expr *expr) {
    if (analysis->final) REPORT(analysis->policy, message, expr->at, expr_text(expr));
}

/* How many rows there can be: the product of `at most` down from the entity that sums. */
static struct number count_members(struct analysis *analysis, const struct expr *expr, const struct entity *outer) {
    struct number count = number_one;
    const struct entity *stop = expr->as.group.earlier   ? expr->as.group.entity->parent
                                : expr->as.group.through ? NULL
                                                         : outer;
    for (const struct entity *entity = expr->as.group.entity; entity && entity != stop; entity = entity->parent) {
        if (number_sign(entity->at_most) == 0) {
            if (!entity->parent) continue;
            if (analysis->final) REPORT(analysis->policy, LANG_NO_AT_MOST, expr->at, expr_text(expr), entity->name);
            break;
        }
        struct number most = entity->at_most;
        if (entity->is_event && expr->as.group.window == WINDOW_MONTHS)
            most = number_multiply(analysis->arena, most, number_from((expr->as.group.months + 11) / 12 + 1));
        count = number_multiply(analysis->arena, count, most);
        if (number_numerator_bits(count) > BITS_MAX) break;
    }
    return count;
}

static struct interval find_group(struct analysis *analysis, const struct expr *expr, const struct entity *outer) {
    const struct entity *inner = expr->as.group.entity;
    enum group_kind kind = expr->as.group.kind;
    if (expr->right) find(analysis, expr->right, inner);
    struct interval value = expr->left ? find(analysis, expr->left, inner) : nothing;
    if (kind == GROUP_COUNT) return plain(analysis, number_zero, count_members(analysis, expr, outer), number_one);
    if (!value.known || kind == GROUP_ANY || kind == GROUP_ALL) return nothing;
    for (size_t i = 0; i < value.divisors.count; i++) {
        const struct divisor *divisor = &value.divisors.items[i];
        const struct entity *at = divisor->field ? divisor->field->entity : divisor->entity;
        if (kind == GROUP_SUM && (at == inner || !entity_is_within(outer, at)))
            report(analysis, LANG_SUM_OF_FRACTIONS, expr);
    }
    if (kind == GROUP_MIN || kind == GROUP_MAX) return value;
    struct number members = count_members(analysis, expr, outer);
    value.low = number_min(number_zero, number_multiply(analysis->arena, value.low, members));
    value.high = number_max(number_zero, number_multiply(analysis->arena, value.high, members));
    value.size = number_multiply(analysis->arena, value.size, members);
    return value;
}

static struct interval find_extreme(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    bool least = expr->as.call.function == FUNCTION_MIN;
    struct interval result = find(analysis, expr->items.items[0], entity);
    for (size_t i = 1; i < expr->items.count; i++) {
        struct interval next = find(analysis, expr->items.items[i], entity);
        if (!result.known || !next.known) {
            result = nothing;
            continue;
        }
        struct interval both = combine(analysis, &result, &next, false);
        both.low = least ? number_min(result.low, next.low) : number_max(result.low, next.low);
        both.high = least ? number_min(result.high, next.high) : number_max(result.high, next.high);
        result = both;
    }
    return result;
}

static struct interval find_bands(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    struct arena *arena = analysis->arena;
    const struct parameter *parameter = expr->items.items[1]->as.path.target.parameter;
    struct interval value = find(analysis, expr->items.items[0], entity),
                    rate = find(analysis, expr->items.items[1], entity);
    if (!value.known || !rate.known) return nothing;
    struct number top = wider(analysis, rate.low, rate.high), grid = value.grid;
    for (size_t x = 0; x <= parameter->exceptions.count; x++) {
        const struct parameter_values *values = x ? &parameter->exceptions.items[x - 1]->values : &parameter->values;
        for (size_t i = 0; i < values->list.count; i++) grid = number_gcd(arena, grid, values->list.items[i].band);
    }
    struct interval result = {.known = true, .grid = number_multiply(arena, grid, parameter->step)};
    struct number reach = number_multiply(arena, wider(analysis, value.low, value.high), top);
    result.low = number_negate(arena, reach);
    result.high = reach;
    result.size = number_sign(result.grid) ? number_divide(arena, reach, result.grid) : number_zero;
    for (size_t i = 0; i < value.divisors.count; i++) {
        add_divisor(analysis, &result, value.divisors.items[i]);
        result.size = number_multiply(arena, result.size, divisor_size(analysis, &value.divisors.items[i]));
    }
    return result;
}

static struct interval find_rounded(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    struct interval value = find(analysis, expr->items.items[0], entity),
                    step = find(analysis, expr->items.items[1], entity);
    if (!value.known || !step.known) return nothing;
    return plain(analysis, number_floor(analysis->arena, value.low, step.low),
                 number_ceil(analysis->arena, value.high, step.low), step.low);
}

static struct interval find_share(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    struct interval amount = find(analysis, expr->items.items[0], entity),
                    weight = find(analysis, expr->items.items[1], entity);
    struct interval step = find(analysis, expr->items.items[2], entity);
    if (weight.known && weight.divisors.count) report(analysis, LANG_WEIGHT_OF_FRACTIONS, expr->items.items[1]);
    if (!amount.known || !step.known) return nothing;
    return plain(analysis, number_zero, number_max(number_zero, amount.high), step.low);
}

static struct interval find_call(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    switch (expr->as.call.function) {
    case FUNCTION_MIN:
    case FUNCTION_MAX: return find_extreme(analysis, expr, entity);
    case FUNCTION_ROUND:
    case FUNCTION_FLOOR:
    case FUNCTION_CEIL: return find_rounded(analysis, expr, entity);
    case FUNCTION_BANDS: return find_bands(analysis, expr, entity);
    case FUNCTION_APPORTION: return find_share(analysis, expr, entity);
    case FUNCTION_PREVIOUS: return find(analysis, expr->items.items[0], entity);
    default: break;
    }
    for (size_t i = 0; i < expr->items.count; i++) find(analysis, expr->items.items[i], entity);
    switch (expr->as.call.function) {
    case FUNCTION_YEARS: return plain(analysis, number_from(-400), number_from(400), number_one);
    case FUNCTION_MONTH: return plain(analysis, number_one, number_from(12), number_one);
    case FUNCTION_COUNT: return plain(analysis, number_zero, number_from((int64_t)expr->items.count), number_one);
    case FUNCTION_DISTANCE:
        return plain(analysis, number_zero, number_from(100000), number_ratio(analysis->arena, 1, 10));
    default: return nothing;
    }
}

/* --- expressions ------------------------------------------------------------------------------------------------ */

/* A date moves by whole months or days; a base unit is one of them. */
static void check_move(struct analysis *analysis, const struct expr *expr, const struct interval *by) {
    enum { MONTH = 1 };
    if (!analysis->final || !by->known || (by->divisors.count == 0 && number_is_integer(by->grid))) return;
    struct text unit = text_from(expr->right->type.powers[MONTH] == 1 ? "1 month" : "1 day");
    REPORT(analysis->policy, LANG_MOVES_BY_PARTS, expr->right->at, expr_text(expr->right), unit);
}

static struct interval find_operator(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    struct interval a = expr->left ? find(analysis, expr->left, entity) : nothing;
    struct interval b = expr->right ? find(analysis, expr->right, entity) : nothing;
    struct interval c = expr->third ? find(analysis, expr->third, entity) : nothing;
    for (size_t i = 0; i < expr->items.count; i++) find(analysis, expr->items.items[i], entity);
    if (expr->type.kind == TYPE_DATE && (expr->kind == EXPR_ADD || expr->kind == EXPR_SUBTRACT))
        check_move(analysis, expr, &b);
    switch (expr->kind) {
    case EXPR_NEGATE: return a.known ? find_negation(analysis, a) : nothing;
    case EXPR_ADD:
    case EXPR_SUBTRACT: return a.known && b.known ? find_sum(analysis, expr, a, b) : nothing;
    case EXPR_MULTIPLY: return a.known && b.known ? find_product(analysis, expr, entity, a, b) : nothing;
    case EXPR_DIVIDE: return a.known && b.known ? find_quotient(analysis, expr, entity, a, b) : nothing;
    case EXPR_IF_KNOWN: return join(analysis, a, b);
    case EXPR_ON: return a;
    case EXPR_COMPARE: /* both sides are brought on one grid to be compared */
    case EXPR_IN_RANGE: return join(analysis, join(analysis, a, b), c);
    default: return nothing;
    }
}

static struct interval find_kind(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    switch (expr->kind) {
    case EXPR_NUMBER: {
        struct number value = expr->as.number.in_base;
        return plain(analysis, value, value, number_absolute(analysis->arena, value));
    }
    case EXPR_PATH: return find_path(analysis, expr, entity);
    case EXPR_GROUP: return find_group(analysis, expr, entity);
    case EXPR_CALL: return find_call(analysis, expr, entity);
    default: return find_operator(analysis, expr, entity);
    }
}

static unsigned wider_bits(unsigned bits, struct number number) {
    unsigned more = number_numerator_bits(number);
    return more > bits ? more : bits;
}

/* The bits that the numerator takes, or a constant that it is multiplied by. */
static unsigned interval_bits(struct analysis *analysis, const struct interval *interval) {
    unsigned bits = wider_bits(number_numerator_bits(interval->size), interval->grid);
    if (number_sign(interval->grid) == 0) return bits + 1;
    return wider_bits(bits, number_divide(analysis->arena, number_one, interval->grid)) + 1;
}

/* What is too wide is told where it became so, and leaves what reads it in peace. */
static struct interval find(struct analysis *analysis, const struct expr *expr, const struct entity *entity) {
    struct interval interval = find_kind(analysis, expr, entity);
    if (!interval.known) return interval;
    if (interval.divisors.count > DIVISORS_MAX) {
        report(analysis, LANG_TOO_MANY_DIVISORS, expr);
        return nothing;
    }
    unsigned bits = interval_bits(analysis, &interval);
    if (bits <= BITS_MAX) return interval;
    if (analysis->final)
        REPORT(analysis->policy, LANG_TOO_WIDE, expr->at, expr_text(expr), text_format(analysis->arena, "%u", bits));
    return nothing;
}

/* --- fields ----------------------------------------------------------------------------------------------------- */

static struct interval find_text(struct analysis *analysis, const struct rule *rule, struct interval so_far) {
    for (size_t i = 0; i < rule->count; i++) {
        if (rule->branches[i].condition) find(analysis, rule->branches[i].condition, rule->field->entity);
        so_far = join(analysis, so_far, find(analysis, rule->branches[i].value, rule->field->entity));
    }
    if (rule->declaration->starts)
        so_far = join(analysis, so_far, find(analysis, rule->declaration->starts, rule->field->entity));
    return so_far;
}

static struct interval clamp(const struct field *field, struct interval found) {
    if (!field->bounded) return found;
    struct number low = number_max(found.low, field->low), high = number_min(found.high, field->high);
    if (number_compare(low, high) > 0) low = field->low, high = field->high;
    found.low = low;
    found.high = high;
    return found;
}

static bool has_gap_in_time(const struct field *field) {
    for (size_t i = 0; i < field->rules.count; i++)
        if (field->rules.items[i]->from != INT32_MIN || field->rules.items[i]->until != DAY_NEVER) return true;
    return false;
}

static struct interval find_rule(struct analysis *analysis, struct field *field) {
    struct interval found = nothing;
    for (size_t i = 0; i < field->rules.count; i++) found = find_text(analysis, field->rules.items[i], found);
    for (size_t i = 0; i < field->exceptions.count; i++) found = find_text(analysis, field->exceptions.items[i], found);
    if (field->type.kind != TYPE_NUMBER) return nothing;
    if (field->kind == FIELD_BENEFIT && has_gap_in_time(field))
        found = join(analysis, found, plain(analysis, number_zero, number_zero, number_zero));
    if ((field->decided || field->across) && field->bounded) /* decided, or loaded from before the first month */
        found = join(analysis, found, plain(analysis, field->low, field->high, field->step));
    return found.known ? clamp(field, found) : found;
}

/* What is known so far of a field that comes later in the order is read through previous or earlier. */
static struct interval find_field(struct analysis *analysis, const struct field *field) {
    if (field->kind == FIELD_INPUT)
        return field->type.kind == TYPE_NUMBER && field->bounded ? plain(analysis, field->low, field->high, field->step)
                                                                 : nothing;
    if (analysis->found[field->index] || !field->bounded || field->type.kind != TYPE_NUMBER) return field->interval;
    return plain(analysis, field->low, field->high, field->interval.known ? field->interval.grid : number_zero);
}

/* One round: every rule, behind those that it reads. */
static void find_all(struct analysis *analysis) {
    size_t count = analysis->policy->fields.count;
    memset(analysis->found, 0, count * sizeof *analysis->found);
    analysis->any_changed = false;
    for (size_t i = 0; i < count; i++) {
        struct field *field = analysis->order[i];
        struct interval found = field->kind == FIELD_INPUT ? find_field(analysis, field) : find_rule(analysis, field);
        analysis->changed[field->index] = !interval_equal(&found, &field->interval);
        analysis->any_changed |= analysis->changed[field->index];
        analysis->found[field->index] = true;
        field->interval = found;
    }
}

static void find_rest(struct analysis *analysis) {
    struct policy *policy = analysis->policy;
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        if (guarantee->declaration->where) find(analysis, guarantee->declaration->where, guarantee->entity);
        find(analysis, guarantee->declaration->test, guarantee->entity);
    }
    for (size_t i = 0; i < policy->indicators.count; i++) {
        const struct indicator *indicator = policy->indicators.items[i];
        for (size_t level = 0; level < indicator->levels.count; level++)
            for (size_t k = 0; k < indicator->declaration->branches.count; k++)
                find(analysis, indicator->branches.items[level][k].value, indicator->levels.items[level]);
    }
}

/* A benefit, what is decided and what is read across time end on their step. */
static void check_step(struct analysis *analysis, const struct field *field) {
    struct policy *policy = analysis->policy;
    const struct interval *found = &field->interval;
    if (field->kind == FIELD_INPUT || !found->known || !(field->kind == FIELD_BENEFIT || field->across)) return;
    bool on_step =
        found->divisors.count == 0 && number_is_integer(number_divide(analysis->arena, found->grid, field->step));
    if (on_step) return;
    struct text step = number_exact(analysis->arena, number_divide(analysis->arena, field->step, field->scale));
    struct text grid = number_exact(analysis->arena, number_divide(analysis->arena, found->grid, field->scale));
    for (size_t i = 0; i < found->divisors.count; i++)
        grid = text_format(analysis->arena, "%.*s / %.*s", TEXT_ARG(grid),
                           TEXT_ARG(expr_text(found->divisors.items[i].expr)));
    struct diagnostic *diagnostic = REPORT(policy, LANG_OFF_STEP, field->declaration->name.at, field->name, step, grid);
    if (diagnostic && field->across) diagnostic->related = span_position(field->across_at);
}

static bool reads_itself(const struct field *field) {
    for (size_t i = 0; i < field->reads_before.list.count; i++)
        if (field->reads_before.list.items[i].field == field) return true;
    return false;
}

/* Bounds that still move after so many rounds move for ever: a value that counts on, or is divided again each month. */
static void report_moving(struct analysis *analysis) {
    struct policy *policy = analysis->policy;
    size_t errors = policy->diagnostics.errors;
    for (int others = 0; others < 2 && policy->diagnostics.errors == errors; others++)
        for (size_t i = 0; i < policy->fields.count; i++) {
            const struct field *field = policy->fields.items[i];
            if (!analysis->changed[i] || !field->across || (!others && !reads_itself(field))) continue;
            if (field->bounded)
                check_step(analysis, field);
            else
                REPORT(policy, LANG_NO_BOUND, field->declaration->name.at, field->name);
        }
}

struct interval interval_of(const struct policy *policy, struct arena *arena, const struct expr *expr,
                            const struct entity *entity) {
    struct analysis analysis = {.arena = arena};
    analysis.found = ARENA_ARRAY(arena, bool, policy->fields.count + 1);
    if (arena_failed(arena)) return nothing;
    memset(analysis.found, true, policy->fields.count);
    return find(&analysis, expr, entity);
}

void intervals_find(struct policy *policy) {
    struct analysis analysis = {.policy = policy, .arena = &policy->arena, .order = fields_in_order(policy)};
    analysis.found = ARENA_ARRAY(&policy->arena, bool, policy->fields.count + 1);
    analysis.changed = ARENA_ARRAY(&policy->arena, bool, policy->fields.count + 1);
    if (arena_failed(&policy->arena)) return;
    int rounds = 0;
    do {
        find_all(&analysis);
    } while (analysis.any_changed && ++rounds < ROUNDS_MAX && !arena_failed(&policy->arena));
    if (analysis.any_changed) {
        report_moving(&analysis);
        return;
    }
    analysis.final = true;
    find_all(&analysis);
    find_rest(&analysis);
    for (size_t i = 0; i < policy->fields.count; i++) check_step(&analysis, policy->fields.items[i]);
}
