/* What is known beforehand of rules: opening values, and what officers decided. */
#include "library/library.h"

const struct field *find_rule(const struct policy *policy, const char *entity, const char *rule) {
    const struct entity *found = map_get(&policy->entity_by_name, text_from(entity));
    const struct field *field = found ? entity_field(found, text_from(rule)) : NULL;
    return field && field->kind != FIELD_INPUT ? field : NULL;
}

static const struct model_thing *thing_of(const doudi_data *data, const struct field *field) {
    return &data->model->things[DOUDI_FIELD][field->index];
}

/* The value in given->value; rows cannot be told beforehand, for those of another month are others. */
static doudi_status read_value(doudi_data *data, struct given *given, const char *text) {
    lane value;
    const struct field *field = given->field;
    struct lane_spec spec = lane_spec_of(&data->arena, field);
    if (field->type.kind == TYPE_ROW) return refuse(&data->refused, DOUDI_IS_A_REFERENCE, thing_of(data, field), text);
    if (field->type.kind == TYPE_TEXT) {
        given->value = (struct value){.as.text = text_copy(&data->arena, text_from(text))};
        return DOUDI_OK;
    }
    doudi_status status = data_parse(data, &spec, text, &value);
    if (status == DOUDI_OK) given->value = value_of_lane(&data->arena, &spec, value);
    return status;
}

static doudi_status keep(doudi_data *data, struct given_values *values, struct given given, const char *text) {
    doudi_status status = read_value(data, &given, text);
    if (status != DOUDI_OK) return status;
    given.id = text_copy(&data->arena, given.id);
    VECTOR_PUSH(&data->arena, &values->list, given);
    return status_of(&data->arena);
}

doudi_status doudi_data_open(doudi_data *data, const char *entity, const char *id, const char *rule,
                             const char *value) {
    if (!data) return DOUDI_MISUSE;
    refused_clear(&data->refused);
    struct given given = {.field = find_rule(data->policy, entity, rule), .id = text_from(id), .month = MONTH_FIRST};
    return given.field ? keep(data, &data->opening, given, value) : DOUDI_NOT_FOUND;
}

doudi_status doudi_data_decide(doudi_data *data, const char *entity, const char *id, const char *rule,
                               const char *month, const char *value) {
    if (!data) return DOUDI_MISUSE;
    refused_clear(&data->refused);
    struct given given = {.field = find_rule(data->policy, entity, rule), .id = text_from(id), .month = MONTH_FIRST};
    if (!given.field) return DOUDI_NOT_FOUND;
    if (!given.field->decided) return refuse(&data->refused, DOUDI_NOT_DECIDED, thing_of(data, given.field), value);
    if (month && !month_parse(text_from(month), &given.month))
        return refuse(&data->refused, DOUDI_NOT_A_MONTH, NULL, month);
    return keep(data, &data->decided, given, value);
}
