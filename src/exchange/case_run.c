/* Deciding a case month by month. */
#include "exchange/case_inside.h"

#include "engine/record.h"
#include "engine/settle.h"

#include <string.h>

/* A year stands for its January. */
bool case_month_key(struct text key, month_number *month) {
    char january[] = "0000-01";
    if (key.length != 4) return month_parse(key, month);
    memcpy(january, key.bytes, 4);
    return month_parse(text_from(january), month);
}

bool case_is_by_month(const struct yaml_node *node) {
    month_number month;
    return node->kind == YAML_MAPPING && node->count > 0 && case_month_key(node->pairs[0].key, &month);
}

const struct yaml_node *case_value_at(const struct yaml_node *node, month_number month) {
    if (!case_is_by_month(node)) return node;
    const struct yaml_node *found = NULL;
    month_number latest = MONTH_FIRST;
    for (size_t i = 0; i < node->count; i++) {
        month_number from;
        if (!case_month_key(node->pairs[i].key, &from) || from > month || (found && from < latest)) continue;
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
    if (result == LANE_NO_MEMORY) a_case->arena->failed = true;
    if (result == LANE_NOT_A_NUMBER && number_parse_exact(a_case->arena, text, &exact))
        result = number_lane(a_case->arena, &spec, number_multiply(a_case->arena, exact, field->scale), &value)
                     ? LANE_OK
                     : LANE_OFF_STEP;
    if (result == LANE_OK)
        records_put(records, field, row, value);
    else
        case_tell_value(a_case, &field->type, field->name,
                        &(struct yaml_node){.kind = YAML_SCALAR, .at = at, .scalar = text});
}

static void put_field(struct a_case *a_case, struct records *records, const struct case_row *row,
                      const struct field *field, size_t at, const struct yaml_node *node, month_number month) {
    struct value value;
    if (node->kind != YAML_SCALAR) {
        case_tell_value(a_case, &field->type, field->name, node);
    } else if (field->kind != FIELD_INPUT) {
        if (value_parse(a_case->arena, &field->type, field->scale, node->scalar, &value))
            give(a_case, row, field, month, value);
        else
            case_tell_value(a_case, &field->type, field->name, node);
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

static void put_opening(struct a_case *a_case, struct history *history, const struct case_row *row,
                        const struct yaml_pair *pair) {
    const struct field *field = entity_field(row->entity, pair->key);
    struct value value;
    if (!field)
        case_tell_key(a_case, row->entity, pair, false);
    else if (field->kind == FIELD_INPUT)
        case_complain(a_case, EXCHANGE_CASE_OPENING, pair->key_at, pair->key, TEXT(""));
    else if (value_parse(a_case->arena, &field->type, field->scale, pair->value->scalar, &value))
        history_put(history, field, row->id, MONTH_FIRST, value);
    else
        case_tell_value(a_case, &field->type, field->name, pair->value);
}

static void put_openings(struct a_case *a_case, struct history *history) {
    for (size_t i = 0; i < a_case->rows.count; i++) {
        const struct case_row *row = a_case->rows.items[i];
        const struct yaml_node *opening =
            row->node && row->node->kind == YAML_MAPPING ? yaml_get(row->node, "opening") : NULL;
        if (!opening || !case_check_rows(a_case, TEXT("opening"), opening)) continue;
        for (size_t k = 0; k < opening->count; k++) put_opening(a_case, history, row, &opening->pairs[k]);
    }
}

/* --- deciding --------------------------------------------------------------------------------------------------- */

/* The row of the dataset. An event is found again by its arrival: the how-many-eth of its kind among the rows that
 * stand. */
size_t case_row_in(const struct a_case *a_case, const struct dataset *dataset, const struct case_row *row) {
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

/* What is given to an event is given under the id that it has in the dataset. */
static void name_events(struct a_case *a_case, const struct dataset *dataset) {
    for (size_t i = 0; i < a_case->given.count; i++) {
        struct given *given = &a_case->given.items[i];
        const struct case_row *row = NULL;
        for (size_t k = 0; k < a_case->rows.count && given->field->entity->is_event; k++)
            if (a_case->rows.items[k]->entity == given->field->entity &&
                text_equal(a_case->rows.items[k]->id, given->id))
                row = a_case->rows.items[k];
        size_t at = row ? case_row_in(a_case, dataset, row) : SIZE_MAX;
        if (at != SIZE_MAX) given->id = table_id(dataset_table(dataset, row->entity), at);
    }
}

/* The row that became the how-many-eth of its entity in the month. */
static const struct case_row *refused_row(const struct a_case *a_case, const struct refusal *refusal,
                                          month_number month) {
    size_t number = 0;
    for (size_t i = 0; i < a_case->rows.count; i++) {
        const struct case_row *row = a_case->rows.items[i];
        if (row->entity != refusal->entity || month < row->from || month > row->until) continue;
        if (number++ == refusal->row) return row;
    }
    return NULL;
}

/* Where the key stands in the row, or else the row, or the case. */
static struct position place_in(const struct a_case *a_case, const struct case_row *row, struct text key,
                                month_number month) {
    const struct yaml_node *node = row ? row->node : NULL;
    for (size_t i = 0; node && node->kind == YAML_MAPPING && i < node->count; i++)
        if (text_equal(node->pairs[i].key, key)) {
            const struct yaml_node *value = case_value_at(node->pairs[i].value, month);
            return value ? value->at : node->pairs[i].key_at;
        }
    return node ? node->at : a_case->node->at;
}

static void tell_refusal(struct a_case *a_case, const struct refusal *refusal, month_number month) {
    const struct case_row *row = refused_row(a_case, refusal, month);
    const struct entity *entity = refusal->entity;
    struct text id = row ? row->id : entity->name;
    switch (refusal->kind) {
    case REFUSED_PARENT_REFUSED: /* told of the parent */ break;
    case REFUSED_UNKNOWN_PARENT:
        case_tell_row(a_case, entity->parent, place_in(a_case, row, entity->parent->name, month), refusal->value);
        break;
    case REFUSED_UNKNOWN_REFERENCE:
        case_tell_row(a_case, refusal->field->type.entity, place_in(a_case, row, refusal->field->name, month),
                      refusal->value);
        break;
    case REFUSED_DUPLICATE:
        case_complain(a_case, EXCHANGE_CASE_ROW_TWICE, place_in(a_case, row, TEXT(""), month), id, entity->name);
        break;
    case REFUSED_TOO_MANY:
        case_complain(a_case, EXCHANGE_CASE_TOO_MANY, place_in(a_case, row, TEXT(""), month), entity->name,
                      number_exact(a_case->arena, entity->at_most));
        break;
    case REFUSED_DATED_EMPTY:
        case_complain(a_case, EXCHANGE_CASE_DATED, place_in(a_case, row, TEXT(""), month), id, refusal->field->name);
        break;
    default:
        case_complain(a_case, EXCHANGE_CASE_NO_ROW, place_in(a_case, row, TEXT(""), month), id,
                      month_format(a_case->arena, month));
    }
}

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
    for (size_t i = 0; i < refusals.list.count && !told; i++) tell_refusal(a_case, &refusals.list.items[i], month);
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
    if (!run || run_failed(run) || arena_failed(&history->arena)) a_case->broken = true;
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
        case_expect(a_case, run, month, last);
        history_record(history, run);
    }
    if (!run || run_failed(run) || arena_failed(&history->arena)) a_case->broken = true;
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
