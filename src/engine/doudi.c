/* The public interface: thin clothes over policy, records, dataset, run and explanation. */
#include "doudi.h"

#include "base/memory.h"
#include "engine/explain.h"
#include "engine/settle.h"

struct doudi_policy {
    struct policy *policy;
    bool closed; /* compile was called, whatever came of it */
};

struct doudi_data {
    struct arena arena;
    const struct policy *policy;
    struct records records;
    const struct entity *entity; /* of the row added last */
    size_t row;
};

struct doudi_run {
    struct arena arena, told; /* told: texts and explanations */
    const struct policy *policy;
    struct refusals refusals;
    struct history history;
    struct dataset *dataset;
    struct run *run;
};

static doudi_status status_of(const struct arena *arena) {
    return arena_failed(arena) ? DOUDI_NO_MEMORY : DOUDI_OK;
}

/* Whether a policy may still grow. */
static doudi_status status_of_open(const doudi_policy *policy, bool needs_layer) {
    if (!policy || policy->closed) return DOUDI_MISUSE;
    if (arena_failed(&policy->policy->arena)) return DOUDI_NO_MEMORY;
    return needs_layer && policy->policy->layers.count == 0 ? DOUDI_MISUSE : DOUDI_OK;
}

const char *doudi_version(void) {
    return DOUDI_VERSION;
}

/* --- policies --------------------------------------------------------------------------------------------------- */

doudi_policy *doudi_policy_new(void) {
    doudi_policy *made = memory_new(1, sizeof *made);
    if (!made) return NULL;
    made->policy = policy_new();
    if (made->policy) return made;
    memory_free(made);
    return NULL;
}

void doudi_policy_free(doudi_policy *policy) {
    if (!policy) return;
    policy_free(policy->policy);
    memory_free(policy);
}

doudi_status doudi_policy_begin(doudi_policy *policy, const char *folder) {
    doudi_status status = status_of_open(policy, false);
    if (status != DOUDI_OK) return status;
    policy_begin_layer(policy->policy, text_from(folder));
    return status_of(&policy->policy->arena);
}

doudi_status doudi_policy_add(doudi_policy *policy, const char *path, const char *bytes, size_t length) {
    doudi_status status = status_of_open(policy, true);
    if (status != DOUDI_OK) return status;
    if (!bytes) length = 0;
    policy_add_file(policy->policy, text_from(path), (struct text){bytes, length});
    return status_of(&policy->policy->arena);
}

doudi_status doudi_policy_compile(doudi_policy *policy) {
    doudi_status status = status_of_open(policy, true);
    if (status != DOUDI_OK) return status;
    policy->closed = true;
    if (policy_compile(policy->policy)) return DOUDI_OK;
    return arena_failed(&policy->policy->arena) ? DOUDI_NO_MEMORY : DOUDI_MISTAKES;
}

size_t doudi_policy_mistakes(const doudi_policy *policy) {
    return policy ? policy->policy->diagnostics.list.count : 0;
}

const char *doudi_policy_mistake(doudi_policy *policy, size_t index, doudi_language language) {
    struct builder out;
    if (index >= doudi_policy_mistakes(policy)) return NULL;
    struct arena *arena = &policy->policy->arena;
    builder_init(&out);
    diagnostic_print(&out, arena, &policy->policy->diagnostics.list.items[index],
                     language == DOUDI_ZH ? LANGUAGE_ZH : LANGUAGE_EN);
    const char *text = builder_finish(&out, arena).bytes;
    return arena_failed(arena) ? NULL : text;
}

/* --- data ------------------------------------------------------------------------------------------------------- */

doudi_data *doudi_data_new(const doudi_policy *policy) {
    if (!policy || !policy->policy->compiled) return NULL;
    doudi_data *data = memory_new(1, sizeof *data);
    if (!data) return NULL;
    arena_init(&data->arena);
    data->policy = policy->policy;
    records_init(&data->records, &data->arena, policy->policy);
    if (!arena_failed(&data->arena)) return data;
    doudi_data_free(data);
    return NULL;
}

void doudi_data_free(doudi_data *data) {
    if (!data) return;
    arena_free(&data->arena);
    memory_free(data);
}

doudi_status doudi_data_add_row(doudi_data *data, const char *entity, const char *id, const char *parent) {
    if (!data) return DOUDI_MISUSE;
    data->entity = map_get(&data->policy->entity_by_name, text_from(entity));
    if (!data->entity) return DOUDI_NOT_FOUND;
    struct record_row row = {.id = text_copy(&data->arena, text_from(id)),
                             .parent = text_copy(&data->arena, text_from(parent)),
                             .from = MONTH_FIRST,
                             .until = MONTH_LAST};
    data->row = records_add(&data->records, data->entity, row);
    return data->row == SIZE_MAX ? DOUDI_NO_MEMORY : DOUDI_OK;
}

doudi_status doudi_data_set(doudi_data *data, const char *input, const char *value) {
    if (!data || !data->entity || data->row == SIZE_MAX) return DOUDI_MISUSE;
    const struct field *field = entity_field(data->entity, text_from(input));
    if (!field || field->kind != FIELD_INPUT) return DOUDI_NOT_FOUND;
    if (field->type.kind == TYPE_TEXT || field->type.kind == TYPE_ROW) {
        records_put_text(&data->records, field, data->row, text_copy(&data->arena, text_from(value)));
        return status_of(&data->arena);
    }
    lane found;
    const struct column *column = &data->records.tables[data->entity->index].columns[field->input_index];
    if (lane_parse(&column->spec, text_from(value), &found) != LANE_OK) return DOUDI_BAD_VALUE;
    records_put(&data->records, field, data->row, found);
    return DOUDI_OK;
}

/* --- runs ------------------------------------------------------------------------------------------------------- */

doudi_run *doudi_run_new(doudi_data *data, const char *month) {
    static const struct run_options options = {.known = DAY_NEVER};
    month_number number;
    if (!data || !month_parse(text_from(month), &number)) return NULL;
    doudi_run *made = memory_new(1, sizeof *made);
    if (!made) return NULL;
    arena_init(&made->arena);
    arena_init(&made->told);
    made->policy = data->policy;
    made->refusals.arena = &made->arena;
    history_init(&made->history, data->policy);
    made->dataset = dataset_new(data->policy, &data->records, number, &made->refusals);
    if (made->dataset && settle_past(&made->history, &data->records, made->dataset, &options))
        made->run = run_new(data->policy, made->dataset, &made->history, number, &options);
    if (made->run) return made;
    doudi_run_free(made);
    return NULL;
}

void doudi_run_free(doudi_run *run) {
    if (!run) return;
    run_free(run->run);
    dataset_free(run->dataset);
    history_free(&run->history);
    arena_free(&run->told);
    arena_free(&run->arena);
    memory_free(run);
}

size_t doudi_run_rows_left_out(const doudi_run *run) {
    return run ? run->refusals.list.count : 0;
}

/* NULL when there is no such entity or row. */
static const struct entity *find_row(const doudi_run *run, const char *entity, const char *id, size_t *row) {
    const struct entity *found = run ? map_get(&run->policy->entity_by_name, text_from(entity)) : NULL;
    if (!found) return NULL;
    const struct table *table = dataset_table(run->dataset, found);
    *row = SIZE_MAX;
    for (size_t i = 0; found->is_event && i < table->rows; i++)
        if (text_is(table->ids[i], id)) *row = i;
    if (!found->is_event) *row = table_find(table, text_from(id));
    return *row == SIZE_MAX ? NULL : found;
}

static const struct field *find(const doudi_run *run, const char *entity, const char *id, const char *field,
                                size_t *row) {
    const struct entity *found = find_row(run, entity, id, row);
    return found ? entity_field(found, text_from(field)) : NULL;
}

doudi_status doudi_run_look_at(doudi_run *run, const char *entity, const char *id) {
    size_t row;
    if (!run) return DOUDI_MISUSE;
    const struct entity *found = find_row(run, entity, id, &row);
    if (!found) return DOUDI_NOT_FOUND;
    arena_rewind(&run->told, (struct arena_mark){0});
    run_look_at(run->run, found, row);
    return run_failed(run->run) ? DOUDI_NO_MEMORY : DOUDI_OK;
}

doudi_status doudi_run_value(doudi_run *run, const char *entity, const char *id, const char *field,
                             const char **value) {
    size_t row;
    if (!run || !value) return DOUDI_MISUSE;
    const struct field *found = find(run, entity, id, field, &row);
    if (!found) return DOUDI_NOT_FOUND;
    struct value in_force = run_in_force(run->run, found, row);
    struct text text = value_plain(&run->told, &found->type, found->scale, &in_force);
    if (run_failed(run->run) || arena_failed(&run->told)) return DOUDI_NO_MEMORY;
    *value = in_force.state == VALUE_KNOWN ? text_copy(&run->told, text).bytes : reason_code(in_force.reason.kind);
    if (arena_failed(&run->told)) return DOUDI_NO_MEMORY;
    return in_force.state == VALUE_KNOWN ? DOUDI_OK : in_force.state == VALUE_UNKNOWN ? DOUDI_UNKNOWN : DOUDI_FAULT;
}

const char *doudi_run_explain(doudi_run *run, const char *entity, const char *id, const char *field, unsigned depth,
                              doudi_language language) {
    size_t row;
    struct builder out;
    const struct field *found = find(run, entity, id, field, &row);
    if (!found) return NULL;
    struct explanation *explanation = explain_field(run->run, &run->told, found, row, depth);
    if (!explanation || run_failed(run->run) || arena_failed(&run->told)) return NULL;
    builder_init(&out);
    explanation_print(&out, &run->told, explanation, language == DOUDI_ZH ? LANGUAGE_ZH : LANGUAGE_EN, true);
    const char *text = builder_finish(&out, &run->told).bytes;
    return arena_failed(&run->told) ? NULL : text;
}
