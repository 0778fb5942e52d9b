/* Data: rows as a host tells them. */
#include "library/library.h"

#include "base/identifier.h"
#include "base/memory.h"

doudi_data *doudi_data_new(const doudi_policy *policy) {
    if (!policy || !policy->model) return NULL;
    doudi_data *data = memory_new(1, sizeof *data);
    if (!data) return NULL;
    arena_init(&data->arena);
    refused_init(&data->refused);
    data->policy = policy->policy;
    data->model = policy->model;
    records_init(&data->records, &data->arena, policy->policy);
    if (!arena_failed(&data->arena)) return data;
    doudi_data_free(data);
    return NULL;
}

void doudi_data_free(doudi_data *data) {
    if (!data) return;
    refused_free(&data->refused);
    arena_free(&data->arena);
    memory_free(data);
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static doudi_status add_row(doudi_data *data, const char *entity, struct record_row row) {
    data->entity = map_get(&data->policy->entity_by_name, text_from(entity));
    if (!data->entity) return DOUDI_NOT_FOUND;
    row.id = text_copy(&data->arena, row.id);
    row.parent = text_copy(&data->arena, row.parent);
    data->row = records_add(&data->records, data->entity, row);
    if (data->row != SIZE_MAX) return DOUDI_OK;
    data->entity = NULL;
    return DOUDI_NO_MEMORY;
}

doudi_status doudi_data_add_row(doudi_data *data, const char *entity, const char *id, const char *parent) {
    if (!data) return DOUDI_MISUSE;
    refused_clear(&data->refused);
    return add_row(data, entity,
                   (struct record_row){
                       .id = text_from(id), .parent = text_from(parent), .from = MONTH_FIRST, .until = MONTH_LAST});
}

doudi_status doudi_data_add_version(doudi_data *data, const char *entity, const char *id, const char *parent,
                                    const char *from, const char *until) {
    if (!data) return DOUDI_MISUSE;
    struct record_row row = {
        .id = text_from(id), .parent = text_from(parent), .from = MONTH_FIRST, .until = MONTH_LAST};
    refused_clear(&data->refused);
    data->entity = NULL;
    if (from && !month_parse(text_from(from), &row.from)) return refuse(&data->refused, DOUDI_NOT_A_MONTH, NULL, from);
    if (until && !month_parse(text_from(until), &row.until))
        return refuse(&data->refused, DOUDI_NOT_A_MONTH, NULL, until);
    if (row.from > row.until) return refuse(&data->refused, DOUDI_MONTHS_REVERSED, NULL, until);
    return add_row(data, entity, row);
}

doudi_status doudi_data_lose_row(doudi_data *data) {
    if (!data || !data->entity) return DOUDI_MISUSE;
    records_lose_last(&data->records, data->entity);
    data->entity = NULL;
    return status_of(&data->arena);
}

doudi_status doudi_data_doubt_row(doudi_data *data) {
    if (!data || !data->entity) return DOUDI_MISUSE;
    data->records.tables[data->entity->index].rows[data->row].unconfirmed = true;
    return DOUDI_OK;
}

/* --- values ----------------------------------------------------------------------------------------------------- */

doudi_status data_parse(doudi_data *data, const struct lane_spec *spec, const char *text, lane *out) {
    enum lane_result result = lane_parse(spec, text_from(text), out);
    if (result == LANE_OK) return DOUDI_OK;
    if (result == LANE_NO_MEMORY) return DOUDI_NO_MEMORY;
    return refuse(&data->refused, refused_kind(result), &data->model->things[DOUDI_FIELD][spec->field->index], text);
}

static bool is_identifier(const struct field *field, struct text text) {
    char expected;
    if (field->check.length == 0 || !identifier_scheme_known(field->check)) return true;
    return identifier_check(field->check, text, &expected) == IDENTIFIER_OK;
}

doudi_status doudi_data_set(doudi_data *data, const char *input, const char *value) {
    if (!data || !data->entity) return DOUDI_MISUSE;
    refused_clear(&data->refused);
    const struct field *field = entity_field(data->entity, text_from(input));
    if (!field || field->kind != FIELD_INPUT) return DOUDI_NOT_FOUND;
    if (field->type.kind == TYPE_TEXT || field->type.kind == TYPE_ROW) {
        if (!is_identifier(field, text_from(value)))
            return refuse(&data->refused, DOUDI_NOT_AN_IDENTIFIER, &data->model->things[DOUDI_FIELD][field->index],
                          value);
        records_put_text(&data->records, field, data->row, text_copy(&data->arena, text_from(value)));
        return status_of(&data->arena);
    }
    lane found;
    const struct column *column = &data->records.tables[data->entity->index].columns[field->input_index];
    doudi_status status = data_parse(data, &column->spec, value, &found);
    if (status == DOUDI_OK) records_put(&data->records, field, data->row, found);
    return status;
}

doudi_refusal doudi_data_refused(const doudi_data *data) {
    return data ? data->refused.kind : DOUDI_ACCEPTED;
}

const char *doudi_data_refusal(doudi_data *data, doudi_language language) {
    return data ? refused_words(&data->refused, data->model, language_of(language)) : NULL;
}
