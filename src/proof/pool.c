#include "proof/pool.h"

enum { VALUES_MOST = 600, MULTIPLES = 4, YEARS_MOST = 150, MONTHS_MOST = 240, MONTHS_A_YEAR = 12 };
enum { YEARS_BEFORE = 100, YEARS_AFTER = 2 }; /* days are drawn so far around the month */

/* --- gathering -------------------------------------------------------------------------------------------------- */

static void add(struct pool *pool, const struct field *field, const struct lane_spec *spec, lane value) {
    struct pool_values *values = &pool->of[field->index];
    if (value < spec->low || value > spec->high || values->list.count == VALUES_MOST) return;
    for (size_t i = 0; i < values->list.count; i++)
        if (values->list.items[i] == value) return;
    VECTOR_PUSH(pool->arena, &values->list, value);
}

static void add_around(struct pool *pool, const struct field *field, const struct lane_spec *spec, lane value) {
    for (lane step = -1; step <= 1; step++) add(pool, field, spec, value + step);
}

static bool same_unit(const struct type *a, const struct type *b) {
    bool same = a->kind == TYPE_NUMBER && b->kind == TYPE_NUMBER;
    for (size_t i = 0; i < DIMENSIONS; i++) same = same && a->powers[i] == b->powers[i];
    return same;
}

static bool has_no_unit(const struct type *type) {
    bool none = type->kind == TYPE_NUMBER;
    for (size_t i = 0; i < DIMENSIONS; i++) none = none && type->powers[i] == 0;
    return none;
}

/* A number alone may be an age, one of months the length of a time: days that far from the month. */
static void add_days(struct pool *pool, const struct field *field, const struct lane_spec *spec,
                     const struct type *type, struct number number) {
    int64_t count = 0;
    bool months = type->kind == TYPE_NUMBER && type->powers[DIMENSION_MONTH] == 1 && !has_no_unit(type);
    if (!number_to_int64(number, &count) || count < 0) return;
    if (has_no_unit(type) && count <= YEARS_MOST)
        add_around(pool, field, spec, day_add_months(pool->first_day, (int)-count * MONTHS_A_YEAR));
    if (!months || count > MONTHS_MOST) return;
    add_around(pool, field, spec, day_add_months(pool->first_day, (int)-count));
    add_around(pool, field, spec, day_add_months(pool->first_day, (int)count));
}

/* A constant, a few times over: what is for one person may be compared for several. */
static void offer_number(struct pool *pool, const struct type *type, struct number number) {
    for (size_t i = 0; i < pool->policy->fields.count; i++) {
        const struct field *field = pool->policy->fields.items[i];
        struct lane_spec spec = lane_spec_of(pool->arena, field);
        if (field->type.kind == TYPE_DATE) add_days(pool, field, &spec, type, number);
        if (!spec.bounded || !same_unit(&field->type, type)) continue;
        lane times = 0;
        struct number steps = number_floor(pool->arena, number_divide(pool->arena, number, field->step), number_one);
        if (!number_to_lane(steps, &times) || times > INT64_MAX || times < INT64_MIN) continue;
        for (lane multiple = 1; multiple <= MULTIPLES; multiple++) add_around(pool, field, &spec, times * multiple);
    }
}

static void offer_day(struct pool *pool, day_number day) {
    for (size_t i = 0; i < pool->policy->fields.count; i++) {
        const struct field *field = pool->policy->fields.items[i];
        struct lane_spec spec = lane_spec_of(pool->arena, field);
        if (field->type.kind == TYPE_DATE && day != DAY_NEVER) add_around(pool, field, &spec, day);
    }
}

static void offer_expr(struct pool *pool, const struct expr *expr) {
    if (!expr) return;
    if (expr->kind == EXPR_NUMBER) offer_number(pool, &expr->type, expr->as.number.in_base);
    if (expr->kind == EXPR_DATE) offer_day(pool, expr->as.date);
    offer_expr(pool, expr->left);
    offer_expr(pool, expr->right);
    offer_expr(pool, expr->third);
    for (size_t i = 0; i < expr->items.count; i++) offer_expr(pool, expr->items.items[i]);
}

static void offer_rule(struct pool *pool, const struct rule *rule) {
    for (size_t i = 0; i < rule->count; i++) {
        offer_expr(pool, rule->branches[i].condition);
        offer_expr(pool, rule->branches[i].value);
    }
}

static void offer_parameter(struct pool *pool, const struct parameter *parameter) {
    for (size_t i = 0; i < parameter->values.list.count; i++) {
        const struct parameter_value *line = &parameter->values.list.items[i];
        if (line->empty || line->from > pool->first_day) continue;
        if (parameter->type.kind == TYPE_NUMBER) offer_number(pool, &parameter->type, line->number);
        if (parameter->type.kind == TYPE_DATE) offer_day(pool, line->date);
    }
}

void pool_init(struct pool *pool, struct arena *arena, const struct policy *policy, month_number month) {
    *pool = (struct pool){.arena = arena, .policy = policy, .first_day = month_first_day(month)};
    pool->of = ARENA_ARRAY(arena, struct pool_values, policy->fields.count + 1);
    if (arena_failed(arena)) return;
    offer_day(pool, pool->first_day);
    offer_day(pool, month_first_day(month + 1));
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        offer_expr(pool, policy->guarantees.items[i]->declaration->where);
        offer_expr(pool, policy->guarantees.items[i]->declaration->test);
    }
    for (size_t i = 0; i < policy->parameters.count; i++) offer_parameter(pool, policy->parameters.items[i]);
    for (size_t i = 0; i < policy->fields.count && !arena_failed(arena); i++) {
        const struct field *field = policy->fields.items[i];
        for (size_t k = 0; k < field->rules.count; k++) offer_rule(pool, field->rules.items[k]);
        for (size_t k = 0; k < field->exceptions.count; k++) offer_rule(pool, field->exceptions.items[k]);
    }
}

/* --- drawing ---------------------------------------------------------------------------------------------------- */

static lane between(struct random *random, lane low, lane high) {
    uint64_t width = high - low >= INT64_MAX ? (uint64_t)INT64_MAX : (uint64_t)(high - low) + 1;
    return low + (lane)random_below(random, width);
}

static lane draw_day(const struct pool *pool, struct random *random, const struct lane_spec *spec) {
    lane low = day_add_months(pool->first_day, -YEARS_BEFORE * MONTHS_A_YEAR),
         high = day_add_months(pool->first_day, YEARS_AFTER * MONTHS_A_YEAR);
    if (low < spec->low) low = spec->low;
    if (high > spec->high) high = spec->high;
    return low <= high ? between(random, low, high) : between(random, spec->low, spec->high);
}

/* As often below a thousand as below a million; often nothing, or as little as can be. */
static lane draw_number(struct random *random, const struct lane_spec *spec) {
    lane width = spec->high - spec->low;
    unsigned bits = 0;
    while (bits < 62 && width >> bits) bits++;
    lane most = (lane)1 << random_below(random, bits + 1);
    lane from = spec->low > 0 ? spec->low : spec->high < 0 ? spec->high : 0;
    if (random_below(random, 3) == 0) return from;
    if (random_below(random, 16) == 0) return random_below(random, 2) ? spec->low : spec->high;
    lane low = from - most < spec->low ? spec->low : from - most,
         high = from + most > spec->high ? spec->high : from + most;
    return between(random, low, high);
}

lane pool_draw(const struct pool *pool, struct random *random, const struct field *field) {
    const struct pool_values *values = &pool->of[field->index];
    struct lane_spec spec = lane_spec_of(pool->arena, field);
    if (field->type.kind == TYPE_BOOL) return (lane)random_below(random, 2);
    if (field->type.kind == TYPE_ENUM) return (lane)random_below(random, field->type.enumeration->count);
    bool tried = values->list.count && random_below(random, 2);
    if (tried) return values->list.items[random_below(random, values->list.count)];
    return field->type.kind == TYPE_DATE ? draw_day(pool, random, &spec) : draw_number(random, &spec);
}
