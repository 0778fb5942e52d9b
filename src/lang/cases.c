/* What the cases of a rule cover.
 *
 * The conditions of a rule distinguish a few things: truths, values of enumerations, numbers against constants, one
 * number against another. Every combination of them (a cell) is tried: a `when` without `otherwise` must have a case
 * for each, no case may be out of reach, and two exceptions may not both apply. What the inputs alone decide is judged
 * here; where computed values come in, a combination might never occur, and a gap or a clash is left to the run. */
#include "lang/compile.h"

enum { VARIABLES_MAX = 24, CELLS_MAX = 40000, POINTS_MAX = 256 };

enum variable_kind { VARIABLE_BOOL, VARIABLE_ENUM, VARIABLE_NUMBER, VARIABLE_RELATION };

/* Something that conditions distinguish. */
struct variable {
    enum variable_kind kind;
    const struct expr *left, *right; /* right: of a relation */
    bool computed; /* not an input: some of its values may never occur, or never together with others */
    struct number points[POINTS_MAX];
    size_t count; /* how many values: 2, those of the enumeration, the points, or less, equal, greater */
};

/* A condition over variables. */
enum test_kind { TEST_TRUE, TEST_FALSE, TEST_AND, TEST_OR, TEST_NOT, TEST_IS, TEST_MEMBER, TEST_COMPARE, TEST_WITHIN };
struct test {
    enum test_kind kind;
    struct test *left, *right;
    size_t variable;
    uint64_t members; /* of an enumeration */
    enum comparison compare;
    struct number low, high;
};

/* What is needed for one rule after the other; the arena is emptied in between. */
struct cells {
    struct policy *policy;
    struct arena *arena;
    struct arena_mark mark;
    struct variable variables[VARIABLES_MAX];
    size_t count;
    bool too_many;
    size_t value[VARIABLES_MAX]; /* of the cell that is being tried */
};

/* --- conditions become tests ------------------------------------------------------------------------------------ */

static bool is_input(const struct expr *expr) {
    return expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD &&
           expr->as.path.target.field->kind == FIELD_INPUT;
}

static size_t find_variable(struct cells *cells, enum variable_kind kind, const struct expr *left,
                            const struct expr *right) {
    for (size_t i = 0; i < cells->count; i++) {
        const struct variable *variable = &cells->variables[i];
        if (variable->kind == kind && expr_equal(variable->left, left) &&
            (!right || expr_equal(variable->right, right)))
            return i;
    }
    if (cells->count == VARIABLES_MAX) {
        cells->too_many = true;
        return 0;
    }
    struct variable *variable = &cells->variables[cells->count];
    *variable = (struct variable){.kind = kind, .left = left, .right = right, .computed = !is_input(left) || right};
    variable->count = kind == VARIABLE_ENUM       ? left->type.enumeration->count
                      : kind == VARIABLE_RELATION ? 3
                      : kind == VARIABLE_BOOL     ? 2
                                                  : 0;
    return cells->count++;
}

static struct test *test_new(struct cells *cells, enum test_kind kind) {
    struct test *test = ARENA_NEW(cells->arena, struct test);
    test->kind = kind;
    return test;
}

static struct test *test_opaque(struct cells *cells, const struct expr *expr) {
    struct test *test = test_new(cells, TEST_IS);
    test->variable = find_variable(cells, VARIABLE_BOOL, expr, NULL);
    return test;
}

static bool constant_of(struct cells *cells, const struct expr *expr, struct number *out) {
    if (expr->kind == EXPR_DATE || expr->kind == EXPR_NEVER) {
        *out = number_from(expr->kind == EXPR_DATE ? expr->as.date : DAY_NEVER);
        return true;
    }
    return expr_constant(cells->policy, expr, out);
}

static void add_point(struct cells *cells, struct variable *variable, struct number point) {
    size_t at = variable->count;
    while (at > 0 && number_compare(variable->points[at - 1], point) > 0) at--;
    if (at > 0 && number_equal(variable->points[at - 1], point)) return;
    if (variable->count == POINTS_MAX) {
        cells->too_many = true;
        return;
    }
    for (size_t i = variable->count; i > at; i--) variable->points[i] = variable->points[i - 1];
    variable->points[at] = point;
    variable->count++;
}

static struct test *test_comparison(struct cells *cells, const struct expr *expr) {
    const struct expr *left = expr->left, *right = expr->right;
    struct test *test = test_new(cells, TEST_COMPARE);
    test->compare = expr->as.compare;
    if (constant_of(cells, right, &test->low)) {
        test->variable = find_variable(cells, VARIABLE_NUMBER, left, NULL);
        add_point(cells, &cells->variables[test->variable], test->low);
    } else {
        test->variable = find_variable(cells, VARIABLE_RELATION, left, right);
    }
    return test;
}

static uint64_t member_bit(const struct expr *expr) {
    bool value =
        expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_ENUM_VALUE && expr->as.path.target.enum_value < 64;
    return value ? UINT64_C(1) << expr->as.path.target.enum_value : 0;
}

static struct test *test_members(struct cells *cells, const struct expr *expr) {
    struct test *test = test_new(cells, TEST_MEMBER);
    uint64_t bits = 0;
    if (expr->kind == EXPR_COMPARE) {
        bits = member_bit(expr->right);
        if (!bits) return test_opaque(cells, expr);
    }
    for (size_t i = 0; i < expr->items.count; i++) {
        uint64_t bit = member_bit(expr->items.items[i]);
        if (!bit) return test_opaque(cells, expr);
        bits |= bit;
    }
    test->members = expr->kind == EXPR_COMPARE && expr->as.compare == NOT_EQUAL ? ~bits : bits;
    test->variable = find_variable(cells, VARIABLE_ENUM, expr->left, NULL);
    return test;
}

static struct test *test_range(struct cells *cells, const struct expr *expr) {
    struct test *test = test_new(cells, TEST_WITHIN);
    if (!constant_of(cells, expr->right, &test->low) || !constant_of(cells, expr->third, &test->high))
        return test_opaque(cells, expr);
    test->variable = find_variable(cells, VARIABLE_NUMBER, expr->left, NULL);
    add_point(cells, &cells->variables[test->variable], test->low);
    add_point(cells, &cells->variables[test->variable], test->high);
    return test;
}

static struct test *test_build(struct cells *cells, const struct expr *expr) {
    struct test *test;
    switch (expr->kind) {
    case EXPR_BOOL: return test_new(cells, expr->as.truth ? TEST_TRUE : TEST_FALSE);
    case EXPR_AND:
    case EXPR_OR:
        test = test_new(cells, expr->kind == EXPR_AND ? TEST_AND : TEST_OR);
        test->left = test_build(cells, expr->left);
        test->right = test_build(cells, expr->right);
        return test;
    case EXPR_NOT:
        test = test_new(cells, TEST_NOT);
        test->left = test_build(cells, expr->left);
        return test;
    case EXPR_COMPARE:
        if (expr->left->type.kind == TYPE_ENUM) return test_members(cells, expr);
        if (expr->left->type.kind == TYPE_BOOL || expr->left->type.kind == TYPE_ROW) return test_opaque(cells, expr);
        return test_comparison(cells, expr);
    case EXPR_IN_SET: return expr->left->type.kind == TYPE_ENUM ? test_members(cells, expr) : test_opaque(cells, expr);
    case EXPR_IN_RANGE: return test_range(cells, expr);
    default: return test_opaque(cells, expr);
    }
}

/* --- values worth trying ---------------------------------------------------------------------------------------- */

static const struct field *bounded_field(const struct variable *variable) {
    const struct expr *expr = variable->left;
    bool field =
        expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD && expr->as.path.target.field->bounded;
    return field ? expr->as.path.target.field : NULL;
}

static bool within(const struct variable *variable, struct number point) {
    int64_t day;
    if (variable->left->type.kind == TYPE_DATE && number_to_int64(point, &day) && day != DAY_NEVER &&
        (day < day_first || day > day_last))
        return false;
    const struct field *field = bounded_field(variable);
    return !field || (number_compare(point, field->low) >= 0 && number_compare(point, field->high) <= 0);
}

/* Each constant, a step before and after it; between two constants what lies there. An input takes only multiples of
 * its step. */
static void spread_points(struct cells *cells, struct variable *variable) {
    struct arena *arena = cells->arena;
    struct number cuts[POINTS_MAX];
    size_t cut_count = variable->count;
    for (size_t i = 0; i < cut_count; i++) cuts[i] = variable->points[i];
    variable->count = 0;
    bool stepped = is_input(variable->left);
    struct number step = stepped ? variable->left->as.path.target.field->step : number_one;
    for (size_t i = 0; i < cut_count; i++) {
        struct number around[] = {cuts[i], number_subtract(arena, cuts[i], step), number_add(arena, cuts[i], step),
                                  cuts[i]};
        if (!stepped && i + 1 < cut_count)
            around[3] = number_divide(arena, number_add(arena, cuts[i], cuts[i + 1]), number_from(2));
        for (size_t k = 0; k < 4; k++) {
            bool between = stepped || k != 1 || i == 0 || number_compare(around[k], cuts[i - 1]) > 0;
            if (within(variable, around[k]) && between) add_point(cells, variable, around[k]);
        }
    }
    if (!bounded_field(variable)) return;
    add_point(cells, variable, bounded_field(variable)->low);
    add_point(cells, variable, bounded_field(variable)->high);
}

static size_t prepare(struct cells *cells) {
    size_t size = 1;
    for (size_t i = 0; i < cells->count; i++) {
        struct variable *variable = &cells->variables[i];
        if (variable->kind == VARIABLE_NUMBER) spread_points(cells, variable);
        size *= variable->count;
        if (size > CELLS_MAX) cells->too_many = true;
        if (cells->too_many) return 0;
    }
    return size;
}

static bool test_holds(const struct cells *cells, const struct test *test) {
    const struct variable *variable = &cells->variables[test->variable];
    size_t value = cells->value[test->variable];
    switch (test->kind) {
    case TEST_TRUE: return true;
    case TEST_FALSE: return false;
    case TEST_AND: return test_holds(cells, test->left) && test_holds(cells, test->right);
    case TEST_OR: return test_holds(cells, test->left) || test_holds(cells, test->right);
    case TEST_NOT: return !test_holds(cells, test->left);
    case TEST_IS: return value == 1;
    case TEST_MEMBER: return value < 64 && (test->members >> value & 1);
    case TEST_COMPARE:
        if (variable->kind == VARIABLE_RELATION) return comparison_holds(test->compare, (int)value - 1);
        return comparison_holds(test->compare, number_compare(variable->points[value], test->low));
    case TEST_WITHIN:
        return number_compare(variable->points[value], test->low) >= 0 &&
               number_compare(variable->points[value], test->high) <= 0;
    }
    return false;
}

static void choose(struct cells *cells, size_t cell) {
    for (size_t i = 0; i < cells->count; i++) {
        cells->value[i] = cell % cells->variables[i].count;
        cell /= cells->variables[i].count;
    }
}

/* Names as they are written, for in a table the text of the expression is that of a cell. */
static struct text variable_text(const struct cells *cells, const struct variable *variable) {
    if (variable->left->kind != EXPR_PATH || variable->left->items.count) return expr_text(variable->left);
    const struct names *names = &variable->left->as.path.names;
    struct text text = names->list.items[0].text;
    for (size_t i = 1; i < names->list.count; i++)
        text = text_format(cells->arena, "%.*s.%.*s", TEXT_ARG(text), TEXT_ARG(names->list.items[i].text));
    return text;
}

/* In the unit of the field, as its range and its data are written. */
static struct text point_text(const struct cells *cells, const struct variable *variable, struct number point) {
    const struct expr *left = variable->left;
    int64_t day;
    if (left->type.kind == TYPE_DATE && number_to_int64(point, &day)) return day_format(cells->arena, (day_number)day);
    bool field = left->kind == EXPR_PATH && left->as.path.target.end == PATH_FIELD;
    return number_exact(cells->arena,
                        field ? number_divide(cells->arena, point, left->as.path.target.field->scale) : point);
}

static struct text cell_text(const struct cells *cells) {
    static const char *const signs[] = {"<", "=", ">"};
    struct text text = TEXT("");
    for (size_t i = 0; i < cells->count; i++) {
        const struct variable *variable = &cells->variables[i];
        struct text left = variable_text(cells, variable), value = TEXT("yes");
        if (variable->kind == VARIABLE_BOOL && cells->value[i] == 0) value = TEXT("no");
        if (variable->kind == VARIABLE_ENUM)
            value = variable->left->type.enumeration->values[cells->value[i]].name.text;
        if (variable->kind == VARIABLE_RELATION) value = expr_text(variable->right);
        if (variable->kind == VARIABLE_NUMBER) value = point_text(cells, variable, variable->points[cells->value[i]]);
        const char *sign = variable->kind == VARIABLE_RELATION ? signs[cells->value[i]] : "=";
        text = text_format(cells->arena, "%.*s%s%.*s %s %.*s", TEXT_ARG(text), i ? ", " : "", TEXT_ARG(left), sign,
                           TEXT_ARG(value));
    }
    return text;
}

static bool any_computed(const struct cells *cells) {
    for (size_t i = 0; i < cells->count; i++)
        if (cells->variables[i].computed) return true;
    return false;
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

static bool is_plain(const struct rule *rule) {
    return rule->count == 0 || (rule->count == 1 && !rule->branches[0].condition);
}

static void check_cells(struct cells *cells, const struct rule *rule, struct test *const *tests, size_t size) {
    struct policy *policy = cells->policy;
    struct text gap = TEXT("");
    bool *used = ARENA_ARRAY(cells->arena, bool, rule->count);
    if (arena_failed(cells->arena)) return;
    for (size_t cell = 0; cell < size; cell++) {
        choose(cells, cell);
        size_t i = 0;
        while (i < rule->count && tests[i] && !test_holds(cells, tests[i])) i++;
        if (i < rule->count)
            used[i] = true;
        else if (gap.length == 0)
            gap = cell_text(cells);
    }
    for (size_t i = 0; i < rule->count; i++)
        if (!used[i])
            REPORT(policy, LANG_CASE_NEVER_REACHED, rule->branches[i].at, text_format(&policy->arena, "%zu", i + 1),
                   rule->field->name);
    if (gap.length && (!rule->declaration->table_first_row || !any_computed(cells)))
        REPORT(policy, LANG_CASES_INCOMPLETE, rule->declaration->name.at, rule->field->name, gap);
}

static void begin(struct cells *cells) {
    arena_rewind(cells->arena, cells->mark);
    cells->count = 0;
    cells->too_many = false;
}

static void check_coverage(struct cells *cells, const struct rule *rule) {
    struct policy *policy = cells->policy;
    if (is_plain(rule)) return;
    begin(cells);
    struct test **tests = ARENA_ARRAY(cells->arena, struct test *, rule->count);
    if (arena_failed(cells->arena)) return;
    for (size_t i = 0; i < rule->count; i++)
        tests[i] = rule->branches[i].condition ? test_build(cells, rule->branches[i].condition) : NULL;
    for (size_t i = 0; i + 1 < rule->count; i++)
        if (!tests[i])
            REPORT(policy, LANG_CASE_NEVER_REACHED, rule->branches[i + 1].at, text_format(&policy->arena, "%zu", i + 2),
                   rule->field->name);
    size_t size = prepare(cells);
    if (arena_failed(cells->arena)) return;
    if (size)
        check_cells(cells, rule, tests, size);
    else if (rule->branches[rule->count - 1].condition)
        REPORT(policy, LANG_CASES_TOO_MANY, rule->declaration->name.at, rule->field->name);
}

/* --- exceptions ------------------------------------------------------------------------------------------------- */

static bool dates_meet(const struct rule *a, const struct rule *b) {
    return a->from <= b->until && b->from <= a->until;
}

static void report_clash(struct policy *policy, const struct rule *a, const struct rule *b, struct text where) {
    struct diagnostic *diagnostic = REPORT(policy, LANG_CLASH, b->declaration->at, b->field->name, where);
    if (diagnostic) diagnostic->related = span_position(a->declaration->at);
}

/* Two exceptions of one layer must be disjoint, agree, or say which goes over the other. */
static void check_clash(struct cells *cells, const struct rule *a, const struct rule *b) {
    if (a->layer != b->layer || rule_goes_over(a, b) || rule_goes_over(b, a) || !dates_meet(a, b) || a->count == 0 ||
        b->count == 0)
        return;
    if (expr_equal(a->branches[0].value, b->branches[0].value)) return;
    begin(cells);
    const struct rule *const pair[] = {a, b};
    struct test *tests[2];
    for (size_t i = 0; i < 2; i++) {
        const struct expr *condition = pair[i]->branches[0].condition;
        tests[i] = condition ? test_build(cells, condition) : test_new(cells, TEST_TRUE);
    }
    size_t size = prepare(cells);
    if (any_computed(cells) || arena_failed(cells->arena)) return;
    for (size_t cell = 0; cell < size; cell++) {
        choose(cells, cell);
        if (!test_holds(cells, tests[0]) || !test_holds(cells, tests[1])) continue;
        report_clash(cells->policy, a, b, cell_text(cells));
        return;
    }
}

/* Each of those whose conditions are unknown at once doubles what has to be looked at. False, and told, when they are
 * too many. */
static bool check_number(struct policy *policy, const struct field *field) {
    for (size_t i = 0; i < field->exceptions.count; i++) {
        const struct rule *rule = field->exceptions.items[i];
        size_t together = 0;
        for (size_t k = 0; k < field->exceptions.count; k++) {
            const struct rule *other = field->exceptions.items[k];
            bool conditional = other->count && other->branches[0].condition;
            together +=
                conditional && other->layer == rule->layer && other->from <= rule->from && rule->from <= other->until;
        }
        if (together <= OPEN_MAX) continue;
        struct arena *arena = &policy->arena;
        REPORT(policy, LANG_EXCEPTIONS_TOO_MANY, rule->declaration->at, field->name,
               text_format(arena, "%zu", together), text_format(arena, "%d", OPEN_MAX));
        return false;
    }
    return true;
}

static void check_field(struct cells *cells, const struct field *field) {
    bool few = check_number(cells->policy, field); /* too many to hold each against each */
    for (size_t i = 0; i < field->rules.count; i++) check_coverage(cells, field->rules.items[i]);
    for (size_t i = 0; i < field->exceptions.count && few; i++)
        for (size_t k = i + 1; k < field->exceptions.count; k++)
            check_clash(cells, field->exceptions.items[i], field->exceptions.items[k]);
}

void cases_check(struct policy *policy) {
    struct arena arena;
    arena_init(&arena);
    struct cells *cells = ARENA_NEW(&policy->arena, struct cells);
    if (arena_failed(&policy->arena)) return;
    *cells = (struct cells){.policy = policy, .arena = &arena, .mark = arena_here(&arena)};
    for (size_t i = 0; i < policy->fields.count && !arena_failed(&arena); i++)
        check_field(cells, policy->fields.items[i]);
    policy->arena.failed |= arena_failed(&arena);
    arena_free(&arena);
}
