/* Data: rows as a host tells them. */
#include "library/library.h"

#include "base/memory.h"

doudi_data *doudi_data_new(const doudi_policy *policy) {
    if (!policy || !policy->model) return NULL;
    doudi_data *data = memory_new(1, sizeof *data);
    if (!data) return NULL;
    arena_init(&data->arena);
    data->policy = policy->policy;
    data->model = policy->model;
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
