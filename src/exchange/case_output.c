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

/* A value that is not there because the law has nothing for the month: mostly the month is wrong. */
static void differ_from(struct a_case *a_case, const struct run *run, const struct yaml_node *node, struct text what,
                        struct text expected, struct text shown, const struct value *got) {
    struct arena *arena = a_case->arena;
    struct text silent = TEXT("");
    if (got->reason.kind == REASON_NO_PARAMETER)
        silent = run->policy->parameters.items[got->reason.index]->name;
    else if (got->reason.kind == REASON_NOT_IN_FORCE && got->reason.field)
        silent = got->reason.field->name;
    if (silent.length == 0) {
        differ(a_case, node->at, what, expected, shown, why_text(arena, run, got));
        return;
    }
    struct text arguments[] = {what, expected, shown, silent, month_format(arena, run->dataset->month)};
    diagnostics_add(&a_case->runner->diagnostics, &exchange_messages[EXCHANGE_CASE_DIFFERS_OUTSIDE], node->at,
                    arguments, sizeof arguments / sizeof *arguments);
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

/* What came out, and how it is written. */
struct outcome_found {
    struct text name, label;
    const struct type *type;
    struct number scale;
    struct value got;
};

static bool near_enough(const struct a_case *a_case, const struct outcome_found *found, const struct value *expected) {
    const struct yaml_node *margin = yaml_get(a_case->node, "absolute_error_margin");
    struct number allowed;
    if (!margin || found->type->kind != TYPE_NUMBER || !number_parse_exact(a_case->arena, margin->scalar, &allowed))
        return value_equal(found->type, expected, &found->got);
    struct number gap =
        number_absolute(a_case->arena, number_subtract(a_case->arena, expected->as.number, found->got.as.number));
    return number_compare(gap, number_multiply(a_case->arena, allowed, found->scale)) <= 0;
}

static void compare(struct a_case *a_case, struct run *run, const struct outcome_found *found,
                    const struct yaml_node *node) {
    struct arena *arena = a_case->arena;
    struct value got = found->got, expected;
    struct text shown = value_plain_in(arena, run->dataset, found->type, found->scale, &got), label = found->label,
                missing;
    enum value_state state;
    a_case->checked++;
    if (expects_state(node, &state, &missing)) {
        struct text reason = got.reason.field ? got.reason.field->name : TEXT("");
        if (got.reason.kind == REASON_PARAMETER || got.reason.kind == REASON_NO_PARAMETER)
            reason = run->policy->parameters.items[got.reason.index]->name;
        bool same =
            got.state == state &&
            (missing.length == 0 || text_equal(missing, reason) || text_starts(missing, reason_code(got.reason.kind)) ||
             text_starts(text_from(reason_code(got.reason.kind)), text_format(arena, "%.*s", TEXT_ARG(missing)).bytes));
        if (!same)
            differ_from(a_case, run, node, label,
                        text_format(arena, "%s %.*s", state == VALUE_UNKNOWN ? "unknown" : "fault", TEXT_ARG(missing)),
                        shown, &got);
        return;
    }
    if (node->kind != YAML_SCALAR || !value_parse(arena, found->type, found->scale, node->scalar, &expected)) {
        case_tell_value(a_case, found->type, found->name, node);
        return;
    }
    if (got.state == VALUE_KNOWN && near_enough(a_case, found, &expected)) return;
    differ_from(a_case, run, node, label, node->scalar, shown, &got);
}

static void compare_field(struct a_case *a_case, struct run *run, const struct field *field, size_t row,
                          const struct yaml_node *node) {
    struct outcome_found found = {.name = field->name, .type = &field->type, .scale = field->scale};
    found.label = text_format(a_case->arena, "%.*s.%.*s", TEXT_ARG(field->entity->name), TEXT_ARG(field->name));
    found.got = run_in_force(run, field, row);
    compare(a_case, run, &found, node);
}

static void compare_indicator(struct a_case *a_case, struct run *run, const struct indicator *indicator, size_t level,
                              size_t row, const struct yaml_node *node) {
    struct outcome_found found = {.name = indicator->name, .type = &indicator->type, .scale = indicator->scale};
    found.label = text_format(a_case->arena, "%.*s.%.*s", TEXT_ARG(indicator->levels.items[level]->name),
                              TEXT_ARG(indicator->name));
    found.got = run_indicator(run, indicator, level, row);
    compare(a_case, run, &found, node);
}

struct expecting {
    struct a_case *a_case;
    struct run *run;
    month_number month;
    bool last; /* the last month of the case: what names no month is meant for it */
};

/* What is expected of a month that is never decided would never be compared. */
static void check_decided(struct a_case *a_case, const struct yaml_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        month_number month;
        if (!case_month_key(pair->key, &month)) {
            case_complain(a_case, EXCHANGE_CASE_MONTH, pair->key_at, pair->key, TEXT(""));
            continue;
        }
        bool decided = false;
        for (size_t k = 0; k < a_case->months.count; k++) decided = decided || a_case->months.items[k] == month;
        if (!decided) case_complain(a_case, EXCHANGE_CASE_NOT_DECIDED, pair->key_at, pair->key, TEXT(""));
    }
}

/* By month, a value is expected in its own month only. */
static const struct yaml_node *expected_in(const struct expecting *expecting, const struct yaml_node *node) {
    if (!case_is_by_month(node)) return expecting->last ? node : NULL;
    if (expecting->last) check_decided(expecting->a_case, node);
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

static void tell_guarantee(const struct expecting *expecting, const struct yaml_node *name, bool holds) {
    struct case_choice choice;
    case_choice_begin(&choice, expecting->a_case, name->scalar);
    for (size_t i = 0; i < expecting->run->policy->guarantees.count; i++)
        case_choice_note(&choice, expecting->run->policy->guarantees.items[i]->name);
    case_choice_tell(&choice, EXCHANGE_CASE_KEY, name->at, holds ? TEXT("holds") : TEXT("breaks"));
}

/* holds and breaks name guarantees, for the last month or by month: of one row of the entity, or of all rows when row
 * is SIZE_MAX. */
static void expect_guarantees(const struct expecting *expecting, const struct yaml_node *names, bool holds,
                              const struct entity *entity, size_t row) {
    struct run *run = expecting->run;
    if (names) names = expected_in(expecting, names);
    for (size_t i = 0; names && i < (names->kind == YAML_SEQUENCE ? names->count : 1); i++) {
        const struct yaml_node *name = names->kind == YAML_SEQUENCE ? names->items[i] : names;
        bool found = false, broken = false;
        expecting->a_case->checked++;
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
            tell_guarantee(expecting, name, holds);
        else if (broken == holds)
            differ(expecting->a_case, name->at, name->scalar, text_from(holds ? "holds" : "breaks"),
                   text_from(holds ? "breaks" : "holds"), TEXT(""));
    }
}

static void expect_rows(const struct expecting *expecting, const struct entity *entity, const struct yaml_node *node,
                        const struct case_row *parent);

/* The indicator of that name, if it is measured at the entity; its level there. */
static const struct indicator *find_indicator(const struct policy *policy, const struct entity *entity,
                                              struct text name, size_t *level) {
    const struct indicator *indicator = map_get(&policy->indicator_by_name, name);
    for (*level = 0; indicator && *level < indicator->levels.count; (*level)++)
        if (indicator->levels.items[*level] == entity) return indicator;
    return NULL;
}

/* A field of the row, or an indicator at it. */
static void expect_value(const struct expecting *expecting, const struct case_row *row, const struct yaml_pair *pair) {
    struct a_case *a_case = expecting->a_case;
    const struct field *field = entity_field(row->entity, pair->key);
    size_t level = 0, at;
    const struct indicator *indicator =
        field ? NULL : find_indicator(expecting->run->policy, row->entity, pair->key, &level);
    if (!field && !indicator) {
        case_tell_key(a_case, row->entity, pair, true);
        return;
    }
    const struct yaml_node *value = expected_in(expecting, pair->value);
    if (!value) return;
    at = row_of(expecting, row);
    if (at == SIZE_MAX)
        case_complain(a_case, EXCHANGE_CASE_NO_ROW, pair->key_at, row->id,
                      month_format(a_case->arena, expecting->month));
    else if (field)
        compare_field(a_case, expecting->run, field, at, value);
    else
        compare_indicator(a_case, expecting->run, indicator, level, at, value);
}

static void expect_row(const struct expecting *expecting, const struct case_row *row, const struct yaml_node *node) {
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        const struct field *field = entity_field(row->entity, pair->key);
        const struct entity *other = case_entity(expecting->run->policy, pair->key);
        if (!field && other && other->parent == row->entity)
            expect_rows(expecting, other, pair->value, row);
        else if (!field && (text_is(pair->key, "holds") || text_is(pair->key, "breaks")))
            expect_guarantees(expecting, pair->value, text_is(pair->key, "holds"), row->entity, row_of(expecting, row));
        else
            expect_value(expecting, row, pair);
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

/* A mapping of fields, or of rows by id? As among the inputs, the names that are right decide, and where there is none,
 * the shape. */
static bool names_fields(const struct expecting *expecting, const struct entity *entity, const struct yaml_node *node,
                         const struct case_row *parent) {
    size_t ids = 0, fields = 0, rows = 0;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        const struct entity *other = case_entity(expecting->run->policy, pair->key);
        enum value_state state;
        struct text what;
        bool row = pair->value->kind == YAML_MAPPING && !case_is_by_month(pair->value) &&
                   !expects_state(pair->value, &state, &what);
        bool child = other && other->parent == entity;
        rows += row && !case_resembles_child(expecting->run->policy, entity, pair->key);
        if (find_expected(expecting->a_case, entity, pair->key, parent))
            ids++;
        else
            fields +=
                child || entity_field(entity, pair->key) || text_is(pair->key, "holds") || text_is(pair->key, "breaks");
    }
    return ids < node->count && (fields > 0 || (ids == 0 && rows < node->count));
}

/* Fields without an id are those of the only row: of several, the others would never be looked at. */
static bool is_only_row(const struct expecting *expecting, const struct case_row *only, const struct case_row *parent,
                        struct position at) {
    struct a_case *a_case = expecting->a_case;
    struct case_choice choice;
    size_t count = 0;
    case_choice_begin(&choice, a_case, only->entity->name);
    for (size_t i = 0; i < a_case->rows.count; i++) {
        const struct case_row *row = a_case->rows.items[i];
        if (row->entity != only->entity || (parent && row->parent != parent)) continue;
        case_choice_note(&choice, row->id);
        count++;
    }
    struct text arguments[] = {only->entity->name, TEXT(""), choice.listed};
    if (count > 1) case_tell(a_case, EXCHANGE_CASE_WHICH_ROW, at, arguments, 3);
    return count <= 1;
}

static void expect_rows(const struct expecting *expecting, const struct entity *entity, const struct yaml_node *node,
                        const struct case_row *parent) {
    if (node->kind == YAML_MAPPING && names_fields(expecting, entity, node, parent)) {
        const struct case_row *row = only_row(expecting, entity, parent);
        if (row && is_only_row(expecting, row, parent, node->at))
            expect_row(expecting, row, node);
        else if (!row)
            case_complain(expecting->a_case, EXCHANGE_CASE_NO_ROW, node->at, entity->name,
                          month_format(expecting->a_case->arena, expecting->month));
        return;
    }
    for (size_t i = 0; i < node->count && node->kind != YAML_SCALAR; i++) {
        bool mapping = node->kind == YAML_MAPPING;
        struct position at = mapping ? node->pairs[i].key_at : node->items[i]->at;
        struct text id = mapping ? node->pairs[i].key : text_format(expecting->a_case->arena, "%zu", i + 1);
        const struct yaml_node *below = mapping ? node->pairs[i].value : node->items[i];
        const struct case_row *row = find_expected(expecting->a_case, entity, id, parent);
        if (!row)
            case_tell_row(expecting->a_case, entity, at, id);
        else if (case_check_rows(expecting->a_case, id, below))
            expect_row(expecting, row, below);
    }
}

/* A field straight under `output` is that of the only row, or of the rows in their order. */
static bool expect_flat(const struct expecting *expecting, const struct yaml_pair *pair) {
    const struct policy *policy = expecting->run->policy;
    const struct field *field = NULL;
    for (size_t i = 0; i < policy->entities.count && !field; i++)
        if (only_row(expecting, policy->entities.items[i], NULL))
            field = entity_field(policy->entities.items[i], pair->key);
    if (!field) return false;
    const struct yaml_node *value = expected_in(expecting, pair->value);
    if (!value) return true;
    bool sequence = value->kind == YAML_SEQUENCE;
    if (!sequence && !is_only_row(expecting, only_row(expecting, field->entity, NULL), NULL, pair->key_at)) return true;
    size_t count = sequence ? value->count : 1, rows = dataset_table(expecting->run->dataset, field->entity)->rows;
    for (size_t i = 0; i < count && i < rows; i++)
        compare_field(expecting->a_case, expecting->run, field, i, sequence ? value->items[i] : value);
    if (count > rows)
        case_tell_row(expecting->a_case, field->entity, sequence ? value->items[rows]->at : value->at,
                      text_format(expecting->a_case->arena, "%zu", rows + 1));
    return true;
}

static void expect_all(const struct expecting *expecting) {
    const struct yaml_node *output = yaml_get(expecting->a_case->node, "output");
    expect_guarantees(expecting, yaml_get(expecting->a_case->node, "holds"), true, NULL, SIZE_MAX);
    expect_guarantees(expecting, yaml_get(expecting->a_case->node, "breaks"), false, NULL, SIZE_MAX);
    if (!output || !case_check_rows(expecting->a_case, TEXT("output"), output)) return;
    for (size_t i = 0; i < output->count; i++) {
        const struct yaml_pair *pair = &output->pairs[i];
        const struct entity *entity = case_entity(expecting->run->policy, pair->key);
        if (entity)
            expect_rows(expecting, entity, pair->value, NULL);
        else if (text_is(pair->key, "holds") || text_is(pair->key, "breaks"))
            expect_guarantees(expecting, pair->value, text_is(pair->key, "holds"), NULL, SIZE_MAX);
        else if (!expect_flat(expecting, pair))
            case_tell_top_key(expecting->a_case, pair, TEXT("output"));
    }
}

/* A name, or a list of names. */
static bool names_guarantee(const struct yaml_node *node, struct text guarantee) {
    bool named = node->kind == YAML_SCALAR && text_equal(node->scalar, guarantee);
    for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->count && !named; i++)
        named = names_guarantee(node->items[i], guarantee);
    return named;
}

/* Whether the case says anywhere that it breaks: in some month, or in this one where it speaks of months. */
static bool is_said_to_break(const struct yaml_node *node, struct text guarantee, month_number month) {
    bool said = false;
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count && !said; i++) {
        const struct yaml_node *value = node->pairs[i].value;
        if (!text_is(node->pairs[i].key, "breaks")) {
            said = is_said_to_break(value, guarantee, month);
            continue;
        }
        month_number named;
        bool by_month = case_is_by_month(value);
        for (size_t k = 0; by_month && k < value->count && !said; k++)
            said = case_month_key(value->pairs[k].key, &named) && named == month &&
                   names_guarantee(value->pairs[k].value, guarantee);
        said = said || (!by_month && names_guarantee(value, guarantee));
    }
    return said;
}

/* Guarantees hold in every case, whatever it is about, unless it says that one breaks. */
static void expect_no_break(const struct expecting *expecting, const struct guarantee *guarantee) {
    struct run *run = expecting->run;
    const struct table *table = dataset_table(run->dataset, guarantee->entity);
    if (is_said_to_break(expecting->a_case->node, guarantee->name, expecting->month)) return;
    for (size_t row = 0; row < table->rows; row++) {
        struct value why;
        bool counts = !guarantee->entity->is_event || run_event_counts(run, guarantee->entity, row);
        if (!counts || run_guarantee(run, guarantee, row, &why) != GUARANTEE_BROKEN) continue;
        struct text arguments[] = {guarantee->name, table_id(table, row),
                                   month_format(expecting->a_case->arena, expecting->month)};
        diagnostics_add(&expecting->a_case->runner->diagnostics, &exchange_messages[EXCHANGE_CASE_BREAKS],
                        expecting->a_case->node->at, arguments, 3);
        expecting->a_case->failed = true;
        return;
    }
}

void case_expect(struct a_case *a_case, struct run *run, month_number month, bool last) {
    struct expecting expecting = {a_case, run, month, last};
    expect_all(&expecting);
    for (size_t i = 0; i < run->policy->guarantees.count; i++)
        expect_no_break(&expecting, run->policy->guarantees.items[i]);
}
