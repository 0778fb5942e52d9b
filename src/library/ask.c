/* A policy, looked at: what its model holds, by index. */
#include "library/library.h"

static const struct model_thing *find(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model *model = policy ? policy->model : NULL;
    bool there = model && (unsigned)thing < MODEL_THINGS && index < model->counts[thing];
    return there ? &model->things[thing][index] : NULL;
}

static size_t index_of(const struct entity *entity) {
    return entity ? entity->index : DOUDI_NONE;
}

/* --- all things ------------------------------------------------------------------------------------------------- */

size_t doudi_policy_count(const doudi_policy *policy, doudi_thing thing) {
    return find(policy, thing, 0) ? policy->model->counts[thing] : 0;
}

const char *doudi_policy_name(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? found->name : NULL;
}

const char *doudi_policy_label(const doudi_policy *policy, doudi_thing thing, size_t index, doudi_language language) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? found->label.of[language_of(language)] : NULL;
}

static size_t find_field(const doudi_policy *policy, const char *entity, const char *name) {
    const struct entity *of = policy->model ? map_get(&policy->policy->entity_by_name, text_from(entity)) : NULL;
    const struct field *field = of ? entity_field(of, text_from(name)) : NULL;
    return field ? field->index : DOUDI_NONE;
}

size_t doudi_policy_find(const doudi_policy *policy, doudi_thing thing, const char *entity, const char *name) {
    if (!policy || !name) return DOUDI_NONE;
    if (thing == DOUDI_FIELD) return find_field(policy, entity, name);
    for (size_t i = 0; i < doudi_policy_count(policy, thing); i++)
        if (text_is(text_from(name), policy->model->things[thing][i].name)) return i;
    return DOUDI_NONE;
}

size_t doudi_policy_entity(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? index_of(found->entity) : DOUDI_NONE;
}

const char *doudi_policy_cite(const doudi_policy *policy, doudi_thing thing, size_t index, size_t number) {
    const struct model_thing *found = find(policy, thing, index);
    return found && number < found->cites.list.count ? found->cites.list.items[number] : NULL;
}

/* --- types ------------------------------------------------------------------------------------------------------ */

doudi_type doudi_policy_type(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    switch (found && found->type ? found->type->kind : TYPE_WRONG) {
    case TYPE_NUMBER: return DOUDI_NUMBER;
    case TYPE_BOOL: return DOUDI_TRUTH;
    case TYPE_DATE: return DOUDI_DATE;
    case TYPE_ENUM: return DOUDI_CHOICE;
    case TYPE_TEXT: return DOUDI_TEXT;
    case TYPE_ROW: return DOUDI_ROW;
    default: return DOUDI_NO_TYPE;
    }
}

const char *doudi_policy_unit(const doudi_policy *policy, doudi_thing thing, size_t index, doudi_language language) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? found->unit.of[language_of(language)] : NULL;
}

const char *doudi_policy_low(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? found->low : NULL;
}

const char *doudi_policy_high(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? found->high : NULL;
}

const char *doudi_policy_step(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    return found ? found->step : NULL;
}

static const struct model_choice *find_choice(const doudi_policy *policy, doudi_thing thing, size_t index,
                                              size_t choice) {
    const struct model_thing *found = find(policy, thing, index);
    const struct type *type = found ? found->type : NULL;
    bool there = type && type->kind == TYPE_ENUM && choice < type->enumeration->count;
    return there ? &policy->model->choices[type->enumeration->index][choice] : NULL;
}

const char *doudi_policy_choice(const doudi_policy *policy, doudi_thing thing, size_t index, size_t choice) {
    const struct model_choice *found = find_choice(policy, thing, index, choice);
    return found ? found->name : NULL;
}

const char *doudi_policy_choice_label(const doudi_policy *policy, doudi_thing thing, size_t index, size_t choice,
                                      doudi_language language) {
    const struct model_choice *found = find_choice(policy, thing, index, choice);
    return found ? found->label.of[language_of(language)] : NULL;
}

size_t doudi_policy_refers(const doudi_policy *policy, doudi_thing thing, size_t index) {
    const struct model_thing *found = find(policy, thing, index);
    bool refers = found && found->type && found->type->kind == TYPE_ROW;
    return refers ? index_of(found->type->entity) : DOUDI_NONE;
}

/* --- of one kind ------------------------------------------------------------------------------------------------ */

static const struct entity *find_entity(const doudi_policy *policy, size_t entity) {
    return find(policy, DOUDI_ENTITY, entity) ? policy->policy->entities.items[entity] : NULL;
}

int doudi_entity_is_event(const doudi_policy *policy, size_t entity) {
    const struct entity *found = find_entity(policy, entity);
    return found && found->is_event;
}

size_t doudi_entity_dated(const doudi_policy *policy, size_t entity, size_t number) {
    const struct entity *found = find_entity(policy, entity);
    return found && number < found->dated.count ? found->dated.items[number]->index : DOUDI_NONE;
}

size_t doudi_entity_field(const doudi_policy *policy, size_t entity, size_t number) {
    const struct entity *found = find_entity(policy, entity);
    return found && number < found->fields.count ? found->fields.items[number]->index : DOUDI_NONE;
}

static const struct field *find_field_at(const doudi_policy *policy, size_t field) {
    return find(policy, DOUDI_FIELD, field) ? policy->policy->fields.items[field] : NULL;
}

doudi_kind doudi_field_kind(const doudi_policy *policy, size_t field) {
    static const doudi_kind kinds[] = {[FIELD_INPUT] = DOUDI_INPUT,
                                       [FIELD_RULE] = DOUDI_RULE,
                                       [FIELD_BENEFIT] = DOUDI_BENEFIT,
                                       [FIELD_ALERT] = DOUDI_ALERT};
    const struct field *found = find_field_at(policy, field);
    return found ? kinds[found->kind] : DOUDI_INPUT;
}

const char *doudi_field_empty(const doudi_policy *policy, size_t field, doudi_language language) {
    const struct model_thing *found = find(policy, DOUDI_FIELD, field);
    return found ? found->empty.of[language_of(language)] : NULL;
}

int doudi_field_is_decided(const doudi_policy *policy, size_t field) {
    const struct field *found = find_field_at(policy, field);
    return found && found->decided;
}

static const struct parameter *find_parameter(const doudi_policy *policy, size_t parameter) {
    return find(policy, DOUDI_PARAMETER, parameter) ? policy->policy->parameters.items[parameter] : NULL;
}

int doudi_parameter_is_reading(const doudi_policy *policy, size_t parameter) {
    const struct parameter *found = find_parameter(policy, parameter);
    return found && found->is_reading;
}

int doudi_parameter_is_scale(const doudi_policy *policy, size_t parameter) {
    const struct parameter *found = find_parameter(policy, parameter);
    return found && found->band;
}

size_t doudi_indicator_level(const doudi_policy *policy, size_t indicator, size_t number) {
    if (!find(policy, DOUDI_INDICATOR, indicator)) return DOUDI_NONE;
    const struct indicator *found = policy->policy->indicators.items[indicator];
    return number < found->levels.count ? index_of(found->levels.items[number]) : DOUDI_NONE;
}

static const struct model_clause *find_clause(const doudi_policy *policy, size_t clause) {
    return find(policy, DOUDI_CLAUSE, clause) ? &policy->model->clauses[clause] : NULL;
}

const char *doudi_clause_says(const doudi_policy *policy, size_t clause, doudi_language language) {
    const struct model_clause *found = find_clause(policy, clause);
    return found ? found->says.of[language_of(language)] : NULL;
}

const char *doudi_clause_document(const doudi_policy *policy, size_t clause) {
    const struct model_clause *found = find_clause(policy, clause);
    return found ? found->document : NULL;
}

const char *doudi_clause_section(const doudi_policy *policy, size_t clause) {
    const struct model_clause *found = find_clause(policy, clause);
    return found ? found->section : NULL;
}

const char *doudi_clause_sentence(const doudi_policy *policy, size_t clause) {
    const struct model_clause *found = find_clause(policy, clause);
    return found ? found->sentence : NULL;
}
