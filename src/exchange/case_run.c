/* Deciding a case month by month, and comparing what it expects. */
#include "exchange/case_inside.h"

#include "engine/settle.h"

#include <string.h>

/* A year stands for its January. */
static bool month_key(struct text key, month_number *month) {
    char january[] = "0000-01";
    if (key.length != 4) return month_parse(key, month);
    memcpy(january, key.bytes, 4);
    return month_parse(text_from(january), month);
}

static bool is_by_month(const struct yaml_node *node) {
    month_number month;
    return node->kind == YAML_MAPPING && node->count > 0 && month_key(node->pairs[0].key, &month);
}

const struct yaml_node *case_value_at(const struct yaml_node *node, month_number month) {
    if (!is_by_month(node)) return node;
    const struct yaml_node *found = NULL;
    month_number latest = MONTH_FIRST;
    for (size_t i = 0; i < node->count; i++) {
        month_number from;
        if (!month_key(node->pairs[i].key, &from) || from > month || (found && from < latest)) continue;
        found = node->pairs[i].value;
        latest = from;
    }
    return found;
}

/* --- records ---------------------------------------------------------------------------------------------------- */

static void give(struct a_case *a_case, const struct case_row *row, const struct field *field, month_number month,
                 struct value value) {
    struct given given = {field, row->id, month, value};
    VECTOR_PUSH(a_case->arena, &a_case->given, given);
}

static void put_text_lane(struct a_case *a_case, struct records *records, const struct field *field, size_t row,
                          struct text text, struct position at) {
    struct lane_spec spec = records->tables[field->entity->index].columns[field->input_index].spec;
    lane value;
    struct number exact;
    enum lane_result result = lane_parse(&spec, text, &value);
    if (result == LANE_NOT_A_NUMBER && number_parse_exact(a_case->arena, text, &exact))
        result = number_lane(a_case->arena, &spec, number_multiply(a_case->arena, exact, field->scale), &value)
                     ? LANE_OK
                     : LANE_OFF_STEP;
    if (result == LANE_OK)
        records_put(records, field, row, value);
    else
        case_complain(a_case, EXCHANGE_CASE_VALUE, at, field->name, text);
}

static void put_field(struct a_case *a_case, struct records *records, const struct case_row *row,
                      const struct field *field, size_t at, const struct yaml_node *node, month_number month) {
    struct value value;
    if (node->kind != YAML_SCALAR) {
        case_complain(a_case, EXCHANGE_CASE_VALUE, node->at, field->name, TEXT("…"));
    } else if (field->kind != FIELD_INPUT) {
        if (value_parse(a_case->arena, &field->type, field->scale, node->scalar, &value))
            give(a_case, row, field, month, value);
        else
            case_complain(a_case, EXCHANGE_CASE_VALUE, node->at, field->name, node->scalar);
    } else if (text_is(node->scalar, "unknown")) {
        give(a_case, row, field, month, value_unknown(REASON_INPUT, field, 0, 0));
    } else if (node->scalar.length && (field->type.kind == TYPE_TEXT || field->type.kind == TYPE_ROW)) {
        records_put_text(records, field, at, node->scalar);
    } else if (node->scalar.length) {
        put_text_lane(a_case, records, field, at, node->scalar, node->at);
    }
}

static void put_line(struct a_case *a_case, struct records *records, const struct case_row *row, size_t at) {
    for (size_t i = 0; row->line && i < row->book->columns; i++) {
        const struct field *field = entity_field(row->entity, row->book->headings[i]);
        struct text cell = row->line->cells[i];
        if (!field || field->kind != FIELD_INPUT || cell.length == 0) continue;
        if (field->type.kind == TYPE_TEXT || field->type.kind == TYPE_ROW)
            records_put_text(records, field, at, cell);
        else
            put_text_lane(a_case, records, field, at, cell, (struct position){0});
    }
}

static struct text parent_id(const struct case_row *row, month_number month) {
    const struct yaml_node *node = NULL;
    for (size_t i = 0; row->node && row->node->kind == YAML_MAPPING && i < row->node->count; i++)
        if (row->entity->parent && text_equal(row->node->pairs[i].key, row->entity->parent->name))
            node = row->node->pairs[i].value;
    if (node) node = case_value_at(node, month);
    if (node && node->kind == YAML_SCALAR) return node->scalar;
    return row->parent ? row->parent->id : TEXT("");
}

static void put_row(struct a_case *a_case, struct records *records, const struct case_row *row, month_number month) {
    if (month < row->from || month > row->until) return;
    struct record_row record = {
        .id = row->id, .parent = parent_id(row, month), .from = MONTH_FIRST, .until = MONTH_LAST};
    size_t at = records_add(records, row->entity, record);
    if (at == SIZE_MAX) return;
    put_line(a_case, records, row, at);
    if (row->role) put_text_lane(a_case, records, row->role, at, row->role_value, (struct position){0});
    for (size_t i = 0; row->node && row->node->kind == YAML_MAPPING && i < row->node->count; i++) {
        const struct yaml_pair *pair = &row->node->pairs[i];
        const struct field *field = entity_field(row->entity, pair->key);
        const struct yaml_node *value = field ? case_value_at(pair->value, month) : NULL;
        if (value) put_field(a_case, records, row, field, at, value, month);
    }
}

static void put_openings(struct a_case *a_case, struct history *history) {
    for (size_t i = 0; i < a_case->rows.count; i++) {
        const struct case_row *row = a_case->rows.items[i];
        const struct yaml_node *opening =
            row->node && row->node->kind == YAML_MAPPING ? yaml_get(row->node, "opening") : NULL;
        for (size_t k = 0; opening && opening->kind == YAML_MAPPING && k < opening->count; k++) {
            const struct yaml_pair *pair = &opening->pairs[k];
            const struct field *field = entity_field(row->entity, pair->key);
            struct value value;
            if (field && field->kind != FIELD_INPUT &&
                value_parse(a_case->arena, &field->type, field->scale, pair->value->scalar, &value))
                history_put(history, field, row->id, MONTH_FIRST, value);
            else
                case_complain(a_case, field ? EXCHANGE_CASE_VALUE : EXCHANGE_CASE_KEY, pair->key_at, pair->key,
                              TEXT("opening"));
        }
    }
}

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
    if (!is_by_month(node)) return expecting->last ? node : NULL;
    for (size_t i = 0; i < node->count; i++) {
        month_number month;
        if (month_key(node->pairs[i].key, &month) && month == expecting->month) return node->pairs[i].value;
    }
    return NULL;
}

/* The row of the dataset. An event is found again by its arrival: the how-many-eth of its kind among the rows that
 * stand. */
static size_t row_in(const struct a_case *a_case, const struct dataset *dataset, const struct case_row *row) {
    const struct table *table = dataset_table(dataset, row->entity);
    if (!row->entity->is_event) return table_find(table, row->id);
    size_t arrival = 0;
    for (size_t i = 0; i < a_case->rows.count && a_case->rows.items[i] != row; i++) {
        const struct case_row *other = a_case->rows.items[i];
        arrival += other->entity == row->entity && dataset->month >= other->from && dataset->month <= other->until;
    }
    for (size_t k = 0; k < table->rows; k++)
        if (table->arrival[k] == arrival) return k;
    return SIZE_MAX;
}

static size_t row_of(const struct expecting *expecting, const struct case_row *row) {
    return row_in(expecting->a_case, expecting->run->dataset, row);
}

/* What is given to an event is given under the id that it has in the dataset. */
static void name_events(struct a_case *a_case, const struct dataset *dataset) {
    for (size_t i = 0; i < a_case->given.count; i++) {
        struct given *given = &a_case->given.items[i];
        const struct case_row *row = NULL;
        for (size_t k = 0; k < a_case->rows.count && given->field->entity->is_event; k++)
            if (a_case->rows.items[k]->entity == given->field->entity &&
                text_equal(a_case->rows.items[k]->id, given->id))
                row = a_case->rows.items[k];
        size_t at = row ? row_in(a_case, dataset, row) : SIZE_MAX;
        if (at != SIZE_MAX) given->id = dataset_table(dataset, row->entity)->ids[at];
    }
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

/* --- deciding --------------------------------------------------------------------------------------------------- */

/* The case's rows as they stand in a month, with the values given for it; NULL when that cannot be. */
static struct dataset *make_world(struct a_case *a_case, month_number month) {
    const struct policy *policy = a_case->policy->policy;
    struct records records;
    struct refusals refusals = {.arena = a_case->arena};
    records_init(&records, a_case->arena, policy);
    a_case->given.count = 0;
    for (size_t i = 0; i < a_case->rows.count && !arena_failed(a_case->arena); i++)
        put_row(a_case, &records, a_case->rows.items[i], month);
    if (a_case->broken || arena_failed(a_case->arena)) return NULL;
    struct dataset *dataset = dataset_new(policy, &records, month, &refusals);
    bool told = a_case->settling; /* what does not stand yet in an earlier month is no mistake */
    for (size_t i = 0; i < refusals.list.count && !told; i++) {
        const struct refusal *refusal = &refusals.list.items[i];
        case_complain(a_case, EXCHANGE_CASE_ROW, a_case->node->at,
                      refusal->value.length ? refusal->value : refusal->entity->name, TEXT(""));
    }
    if (dataset) name_events(a_case, dataset);
    return dataset;
}

static struct run *begin_run(struct a_case *a_case, const struct dataset *dataset, const struct history *history) {
    struct run_options options = {.known = a_case->known,
                                  .settles_only = a_case->settling,
                                  .given = a_case->given.items,
                                  .given_count = a_case->given.count,
                                  .overrides = a_case->overrides.items,
                                  .override_count = a_case->overrides.count};
    return run_new(a_case->policy->policy, dataset, history, dataset->month, &options);
}

static void settle_month(struct a_case *a_case, struct history *history, month_number month) {
    struct dataset *dataset = make_world(a_case, month);
    struct run *run = dataset ? begin_run(a_case, dataset, history) : NULL;
    if (run) settle_record(history, run);
    if (!run || run_failed(run)) a_case->broken = true;
    run_free(run);
    dataset_free(dataset);
}

/* Events of months behind that were not settled yet, each in its own month. */
static void settle_before(struct a_case *a_case, struct history *history, month_number month) {
    struct dataset *dataset = make_world(a_case, month);
    if (!dataset) return;
    settle_reopen(history, dataset);
    a_case->settling = true;
    for (month_number next = settle_next(history, dataset, MONTH_FIRST); next != MONTH_LAST && !a_case->broken;
         next = settle_next(history, dataset, next))
        settle_month(a_case, history, next);
    a_case->settling = false;
    dataset_free(dataset);
}

static void decide_month(struct a_case *a_case, struct history *history, month_number month, bool last) {
    settle_before(a_case, history, month);
    struct dataset *dataset = a_case->broken ? NULL : make_world(a_case, month);
    struct run *run = dataset ? begin_run(a_case, dataset, history) : NULL;
    if (run && !a_case->broken) {
        struct expecting expecting = {a_case, run, month, last};
        expect_all(&expecting);
        history_record(history, run);
    }
    if (!run || run_failed(run)) a_case->broken = true;
    run_free(run);
    dataset_free(dataset);
}

void case_run(struct a_case *a_case) {
    struct history history;
    history_init(&history, a_case->policy->policy);
    put_openings(a_case, &history);
    for (size_t i = 0; i < a_case->months.count && !a_case->broken; i++)
        decide_month(a_case, &history, a_case->months.items[i], i + 1 == a_case->months.count);
    history_free(&history);
}
