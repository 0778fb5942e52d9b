/* Comparing what a case expects with what came out. */
#include "exchange/case_inside.h"

/* --- comparing -------------------------------------------------------------------------------------------------- */

/* Where the law says so, or what is missing. */
static struct text why_text(struct arena *arena, const struct run *run, const struct value *value) {
    const struct reason *reason = &value->reason;
    if (reason->kind != REASON_CASE) return reason_written(arena, run->policy, value);
    struct position place = span_position(field_rule_numbered(reason->field, reason->text)->branches[reason->index].at);
    return text_format(arena, "%.*s:%u", TEXT_ARG(place.source->name), place.line);
}

static void differ(struct a_case *a_case, struct position at, struct text what, struct text expected, struct text got,
                   struct text why) {
    struct text arguments[] = {what, expected, got, why};
    diagnostics_add(&a_case->runner->diagnostics, &exchange_messages[EXCHANGE_CASE_DIFFERS], at, arguments, 4);
    a_case->failed = true;
}

/* `unknown`, `fault`, or {unknown: input}. */
static bool expects_state(const struct yaml_node *node, enum value_state *state, struct text *what) {
    const struct yaml_node *named = NULL;
    *what = TEXT("");
    if (node->kind == YAML_MAPPING && node->count == 1) {
        named = node->pairs[0].value;
        *what = named->scalar;
    }
    struct text word = named ? node->pairs[0].key : node->kind == YAML_SCALAR ? node->scalar : TEXT("");
    if (text_is(word, "unknown"))
        *state = VALUE_UNKNOWN;
    else if (text_is(word, "fault"))
        *state = VALUE_FAULT;
    else
        return false;
    return true;
}

static bool near_enough(const struct a_case *a_case, const struct field *field, const struct value *expected,
                        const struct value *got) {
    const struct yaml_node *margin = yaml_get(a_case->node, "absolute_error_margin");
    struct number allowed;
    if (!margin || field->type.kind != TYPE_NUMBER || !number_parse_exact(a_case->arena, margin->scalar, &allowed))
        return value_equal(&field->type, expected, got);
    struct number gap =
        number_absolute(a_case->arena, number_subtract(a_case->arena, expected->as.number, got->as.number));
    return number_compare(gap, number_multiply(a_case->arena, allowed, field->scale)) <= 0;
}

static void compare(struct a_case *a_case, struct run *run, const struct field *field, size_t row,
                    const struct yaml_node *node) {
    struct arena *arena = a_case->arena;
    struct text label = text_format(arena, "%.*s.%.*s", TEXT_ARG(field->entity->name), TEXT_ARG(field->name));
    struct value got = run_in_force(run, field, row), expected;
    struct text shown = value_plain(arena, &field->type, field->scale, &got), missing;
    enum value_state state;
    if (expects_state(node, &state, &missing)) {
        struct text reason = got.reason.field ? got.reason.field->name : TEXT("");
        if (got.reason.kind == REASON_PARAMETER || got.reason.kind == REASON_NO_PARAMETER)
            reason = run->policy->parameters.items[got.reason.index]->name;
        bool same =
            got.state == state &&
            (missing.length == 0 || text_equal(missing, reason) || text_starts(missing, reason_code(got.reason.kind)) ||
             text_starts(text_from(reason_code(got.reason.kind)), text_format(arena, "%.*s", TEXT_ARG(missing)).bytes));
        if (!same)
            differ(a_case, node->at, label,
                   text_format(arena, "%s %.*s", state == VALUE_UNKNOWN ? "unknown" : "fault", TEXT_ARG(missing)),
                   shown, why_text(arena, run, &got));
        return;
    }
    if (node->kind != YAML_SCALAR || !value_parse(arena, &field->type, field->scale, node->scalar, &expected)) {
        case_complain(a_case, EXCHANGE_CASE_VALUE, node->at, field->name, node->scalar);
        return;
    }
    if (got.state == VALUE_KNOWN && near_enough(a_case, field, &expected, &got)) return;
    differ(a_case, node->at, label, node->scalar, shown, why_text(arena, run, &got));
}

struct expecting {
    struct a_case *a_case;
    struct run *run;
    month_number month;
    bool last; /* the last month of the case: what names no month is meant for it */
};

/* By month, a value is expected in its own month only. */
static const struct yaml_node *expected_in(const struct expecting *expecting, const struct yaml_node *node) {
    if (!case_is_by_month(node)) return expecting->last ? node : NULL;
    for (size_t i = 0; i < node->count; i++) {
        month_number month;
        if (case_month_key(node->pairs[i].key, &month) && month == expecting->month) return node->pairs[i].value;
    }
    return NULL;
}

static size_t row_of(const struct expecting *expecting, const struct case_row *row) {
    return case_row_in(expecting->a_case, expecting->run->dataset, row);
}

static struct case_row *find_expected(const struct a_case *a_case, const struct entity *entity, struct text id,
                                      const struct case_row *parent) {
    struct text nested = parent ? text_format(a_case->arena, "%.*s/%.*s", TEXT_ARG(parent->id), TEXT_ARG(id)) : id;
    for (size_t i = 0; i < a_case->rows.count; i++) {
        struct case_row *row = a_case->rows.items[i];
        if (row->entity == entity && (text_equal(row->id, id) || text_equal(row->id, nested))) return row;
    }
    return NULL;
}

/* holds and breaks name guarantees: of one row of the entity, or of all rows when row is SIZE_MAX. */
static void expect_guarantees(const struct expecting *expecting, const struct yaml_node *names, bool holds,
                              const struct entity *entity, size_t row) {
    struct run *run = expecting->run;
    for (size_t i = 0; names && expecting->last && i < (names->kind == YAML_SEQUENCE ? names->count : 1); i++) {
        const struct yaml_node *name = names->kind == YAML_SEQUENCE ? names->items[i] : names;
        bool found = false, broken = false;
        for (size_t g = 0; g < run->policy->guarantees.count; g++) {
            const struct guarantee *guarantee = run->policy->guarantees.items[g];
            if (!text_equal(guarantee->name, name->scalar)) continue;
            found = true;
            struct value why;
            for (size_t k = 0; k < dataset_table(run->dataset, guarantee->entity)->rows; k++) {
                if (row != SIZE_MAX && (guarantee->entity != entity || k != row)) continue;
                broken = broken || run_guarantee(run, guarantee, k, &why) == GUARANTEE_BROKEN;
            }
        }
        if (!found)
            case_complain(expecting->a_case, EXCHANGE_CASE_KEY, name->at, name->scalar,
                          holds ? TEXT("holds") : TEXT("breaks"));
        else if (broken == holds)
            differ(expecting->a_case, name->at, name->scalar, text_from(holds ? "holds" : "breaks"),
                   text_from(holds ? "breaks" : "holds"), TEXT(""));
    }
}

static void expect_rows(const struct expecting *expecting, const struct entity *entity, const struct yaml_node *node,
                        const struct case_row *parent);

static void expect_row(const struct expecting *expecting, const struct case_row *row, const struct yaml_node *node) {
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        const struct field *field = entity_field(row->entity, pair->key);
        const struct entity *other = case_entity(expecting->run->policy, pair->key);
        if (!field && other && other->parent == row->entity) {
            expect_rows(expecting, other, pair->value, row);
            continue;
        }
        if (!field && (text_is(pair->key, "holds") || text_is(pair->key, "breaks"))) {
            expect_guarantees(expecting, pair->value, text_is(pair->key, "holds"), row->entity, row_of(expecting, row));
            continue;
        }
        if (!field) {
            case_complain(expecting->a_case, EXCHANGE_CASE_KEY, pair->key_at, pair->key, row->entity->name);
            continue;
        }
        const struct yaml_node *value = expected_in(expecting, pair->value);
        if (!value) continue;
        size_t at = row_of(expecting, row);
        if (at == SIZE_MAX)
            case_complain(expecting->a_case, EXCHANGE_CASE_ROW, pair->key_at, row->id, TEXT(""));
        else
            compare(expecting->a_case, expecting->run, field, at, value);
    }
}

static const struct case_row *only_row(const struct expecting *expecting, const struct entity *entity,
                                       const struct case_row *parent) {
    for (size_t i = 0; i < expecting->a_case->rows.count; i++) {
        const struct case_row *row = expecting->a_case->rows.items[i];
        if (row->entity == entity && (!parent || row->parent == parent)) return row;
    }
    return NULL;
}

/* A mapping of fields, unless every key is the id of a row of the case. */
static bool names_fields(const struct expecting *expecting, const struct entity *entity, const struct yaml_node *node,
                         const struct case_row *parent) {
    bool all_ids = true;
    for (size_t i = 0; i < node->count; i++)
        all_ids = all_ids && find_expected(expecting->a_case, entity, node->pairs[i].key, parent);
    return !all_ids;
}

static void expect_rows(const struct expecting *expecting, const struct entity *entity, const struct yaml_node *node,
                        const struct case_row *parent) {
    if (node->kind == YAML_MAPPING && names_fields(expecting, entity, node, parent)) {
        const struct case_row *row = only_row(expecting, entity, parent);
        if (row)
            expect_row(expecting, row, node);
        else
            case_complain(expecting->a_case, EXCHANGE_CASE_ROW, node->at, entity->name, TEXT(""));
        return;
    }
    for (size_t i = 0; i < node->count && node->kind != YAML_SCALAR; i++) {
        bool mapping = node->kind == YAML_MAPPING;
        struct text id = mapping ? node->pairs[i].key : text_format(expecting->a_case->arena, "%zu", i + 1);
        const struct yaml_node *below = mapping ? node->pairs[i].value : node->items[i];
        const struct case_row *row = find_expected(expecting->a_case, entity, id, parent);
        if (row)
            expect_row(expecting, row, below);
        else
            case_complain(expecting->a_case, EXCHANGE_CASE_ROW, below->at, id, TEXT(""));
    }
}

static void expect_all(const struct expecting *expecting) {
    const struct policy *policy = expecting->run->policy;
    const struct yaml_node *output = yaml_get(expecting->a_case->node, "output");
    expect_guarantees(expecting, yaml_get(expecting->a_case->node, "holds"), true, NULL, SIZE_MAX);
    expect_guarantees(expecting, yaml_get(expecting->a_case->node, "breaks"), false, NULL, SIZE_MAX);
    if (output && output->kind == YAML_MAPPING) {
        expect_guarantees(expecting, yaml_get(output, "holds"), true, NULL, SIZE_MAX);
        expect_guarantees(expecting, yaml_get(output, "breaks"), false, NULL, SIZE_MAX);
    }
    for (size_t i = 0; output && output->kind == YAML_MAPPING && i < output->count; i++) {
        const struct yaml_pair *pair = &output->pairs[i];
        const struct entity *entity = case_entity(policy, pair->key);
        bool done = text_is(pair->key, "holds") || text_is(pair->key, "breaks");
        if (entity) expect_rows(expecting, entity, pair->value, NULL);
        for (size_t e = 0; e < policy->entities.count && !entity && !done; e++) {
            const struct field *field = entity_field(policy->entities.items[e], pair->key);
            const struct case_row *row = field ? only_row(expecting, policy->entities.items[e], NULL) : NULL;
            const struct yaml_node *value = row ? expected_in(expecting, pair->value) : NULL;
            done = row != NULL;
            if (!value) continue;
            size_t count = value->kind == YAML_SEQUENCE ? value->count : 1;
            for (size_t k = 0; k < count && k < dataset_table(expecting->run->dataset, field->entity)->rows; k++)
                compare(expecting->a_case, expecting->run, field, k,
                        value->kind == YAML_SEQUENCE ? value->items[k] : value);
        }
        if (!entity && !done)
            case_complain(expecting->a_case, EXCHANGE_CASE_KEY, pair->key_at, pair->key, TEXT("output"));
    }
}

void case_expect(struct a_case *a_case, struct run *run, month_number month, bool last) {
    struct expecting expecting = {a_case, run, month, last};
    expect_all(&expecting);
}
