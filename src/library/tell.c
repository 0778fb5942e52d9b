/* Values as a host is told them. */
#include "library/library.h"

#include "engine/confirmation.h"
#include "engine/explain.h"

const char *run_tell(doudi_run *run, struct text text) {
    const char *told = text_copy(&run->told, text).bytes;
    return run_status(run) == DOUDI_OK ? told : NULL;
}

doudi_status run_tell_value(doudi_run *run, const struct type *type, struct number scale, const struct value *value,
                            const char **text) {
    if (run_failed(run->run)) return DOUDI_NO_MEMORY;
    const char *told = value->state == VALUE_KNOWN
                           ? run_tell(run, value_plain_in(&run->told, run->dataset, type, scale, value))
                           : reason_code(value->reason.kind);
    if (run_status(run) != DOUDI_OK) return DOUDI_NO_MEMORY;
    *text = told;
    return value->state == VALUE_KNOWN ? DOUDI_OK : value->state == VALUE_UNKNOWN ? DOUDI_UNKNOWN : DOUDI_FAULT;
}

/* The value in force of what is asked for. */
static doudi_status find_value(doudi_run *run, const char *entity, const char *id, const char *field,
                               struct asked *asked, struct value *value) {
    doudi_status status = run_find(run, entity, id, field ? field : "", asked);
    if (status != DOUDI_OK) return status;
    *value = run_in_force(run->run, asked->field, asked->row);
    return run_status(run);
}

/* --- values ----------------------------------------------------------------------------------------------------- */

doudi_status doudi_run_value(doudi_run *run, const char *entity, const char *id, const char *field,
                             const char **value) {
    struct asked asked;
    struct value found;
    if (!value) return DOUDI_MISUSE;
    doudi_status status = find_value(run, entity, id, field, &asked, &found);
    if (status != DOUDI_OK) return status;
    return run_tell_value(run, &asked.field->type, asked.field->scale, &found, value);
}

static bool to_integer(struct arena *arena, const struct field *field, const struct value *value, int64_t *out) {
    switch (field->type.kind) {
    case TYPE_NUMBER: return number_to_int64(number_divide(arena, value->as.number, field->step), out);
    case TYPE_BOOL: *out = value->as.truth; return true;
    case TYPE_DATE: *out = value->as.date; return true;
    case TYPE_ENUM: *out = value->as.choice; return true;
    case TYPE_ROW: *out = value->as.row.row == SIZE_MAX ? ROW_NONE : (int64_t)value->as.row.row; return true;
    default: return false;
    }
}

doudi_status doudi_run_integer(doudi_run *run, const char *entity, const char *id, const char *field, int64_t *value) {
    struct asked asked;
    struct value found;
    int64_t integer = 0;
    if (!value) return DOUDI_MISUSE;
    doudi_status status = find_value(run, entity, id, field, &asked, &found);
    if (status != DOUDI_OK) return status;
    if (found.state != VALUE_KNOWN) return found.state == VALUE_UNKNOWN ? DOUDI_UNKNOWN : DOUDI_FAULT;
    bool fits = to_integer(&run->told, asked.field, &found, &integer);
    if (run_status(run) != DOUDI_OK) return DOUDI_NO_MEMORY;
    if (fits) *value = integer;
    return fits ? DOUDI_OK : DOUDI_NO_INTEGER;
}

const char *doudi_run_shown(doudi_run *run, const char *entity, const char *id, const char *field,
                            doudi_language language) {
    struct asked asked;
    struct value found;
    if (find_value(run, entity, id, field, &asked, &found) != DOUDI_OK) return NULL;
    const struct field *of = asked.field;
    return run_tell(
        run, value_show_in(&run->told, run->dataset, &of->type, of->scale, of->step, &found, language_of(language)));
}

/* --- why -------------------------------------------------------------------------------------------------------- */

const char *doudi_run_missing(doudi_run *run, const char *entity, const char *id, const char *field,
                              doudi_language language) {
    struct asked asked;
    struct value found;
    if (find_value(run, entity, id, field, &asked, &found) != DOUDI_OK) return NULL;
    return run_tell(run, reason_words(&run->told, run->run, &found, language_of(language)));
}

const char *doudi_run_reason(doudi_run *run, const char *entity, const char *id, const char *field) {
    struct asked asked;
    struct value found;
    if (find_value(run, entity, id, field, &asked, &found) != DOUDI_OK) return NULL;
    return run_tell(run, reason_written(&run->told, run->data->policy, &found));
}

const char *doudi_run_cite(doudi_run *run, const char *entity, const char *id, const char *field, size_t number) {
    struct asked asked;
    struct value found;
    if (find_value(run, entity, id, field, &asked, &found) != DOUDI_OK) return NULL;
    const struct names *cites = value_cites(asked.field, &found);
    return number < cites->list.count ? run_tell(run, cites->list.items[number].text) : NULL;
}

int doudi_run_is_unconfirmed(doudi_run *run, const char *entity, const char *field) {
    if (!run || !run->run) return 0;
    const struct entity *of = map_get(&run->data->policy->entity_by_name, text_from(entity));
    const struct field *found = of ? entity_field(of, text_from(field)) : NULL;
    const struct confirmation *confirmation = confirmation_of(run->run);
    return found && (!confirmation || confirmation->unconfirmed[found->index]);
}

/* --- guarantees and indicators ---------------------------------------------------------------------------------- */

static doudi_status check(doudi_run *run, const char *guarantee, const char *id, enum guarantee_result *result,
                          struct value *why) {
    struct asked asked;
    if (!run || !run->run) return DOUDI_MISUSE;
    const struct guarantee *found = map_get(&run->data->policy->guarantee_by_name, text_from(guarantee));
    if (!found) return DOUDI_NOT_FOUND;
    const char *entity = run->data->model->things[DOUDI_ENTITY][found->entity->index].name;
    doudi_status status = run_find(run, entity, id, NULL, &asked);
    if (status != DOUDI_OK) return status;
    *result = run_guarantee(run->run, found, asked.row, why);
    return run_status(run);
}

doudi_status doudi_run_guarantee(doudi_run *run, const char *guarantee, const char *id, doudi_finding *finding) {
    static const doudi_finding findings[] = {[GUARANTEE_HOLDS] = DOUDI_HOLDS,
                                             [GUARANTEE_BROKEN] = DOUDI_BROKEN,
                                             [GUARANTEE_UNKNOWN] = DOUDI_NOT_KNOWN,
                                             [GUARANTEE_NOT_ASKED] = DOUDI_NOT_ASKED};
    enum guarantee_result result;
    struct value why;
    if (!finding) return DOUDI_MISUSE;
    doudi_status status = check(run, guarantee, id, &result, &why);
    if (status == DOUDI_OK) *finding = findings[result];
    return status;
}

const char *doudi_run_guarantee_missing(doudi_run *run, const char *guarantee, const char *id,
                                        doudi_language language) {
    enum guarantee_result result;
    struct value why;
    if (check(run, guarantee, id, &result, &why) != DOUDI_OK) return NULL;
    if (result != GUARANTEE_UNKNOWN) return "";
    return run_tell(run, reason_words(&run->told, run->run, &why, language_of(language)));
}

doudi_status doudi_run_indicator(doudi_run *run, const char *indicator, const char *entity, const char *id,
                                 const char **value) {
    struct asked asked;
    if (!value) return DOUDI_MISUSE;
    doudi_status status = run_find(run, entity, id, NULL, &asked);
    if (status != DOUDI_OK) return status;
    const struct indicator *found = map_get(&run->data->policy->indicator_by_name, text_from(indicator));
    if (!found || run->run->first_day < found->from || run->run->first_day > found->until) return DOUDI_NOT_FOUND;
    size_t level = 0;
    while (level < found->levels.count && found->levels.items[level] != asked.entity) level++;
    if (level == found->levels.count) return DOUDI_NOT_FOUND;
    struct value measured = run_indicator(run->run, found, level, asked.row);
    return run_tell_value(run, &found->type, found->scale, &measured, value);
}
