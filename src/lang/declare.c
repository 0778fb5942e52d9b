/* What there is: every declaration takes its place in the policy, whatever its order in the text. */
#include "lang/compile.h"

#include <string.h>

static void report_twice(struct policy *policy, enum lang_message message, struct name name,
                         const struct declaration *first) {
    struct diagnostic *diagnostic = REPORT(policy, message, name.at, name.text);
    if (diagnostic && first) diagnostic->related = span_position(first->name.at);
}

static bool declared(struct policy *policy, const struct map *map, struct declaration *declaration) {
    const struct declaration *first = map_get(map, declaration->name.text);
    if (first) report_twice(policy, LANG_DECLARED_TWICE, declaration->name, first);
    return first != NULL;
}

/* Units, enumerations and entities share their names, for each may be a type. */
static bool type_declared(struct policy *policy, struct declaration *declaration) {
    struct text name = declaration->name.text;
    const struct enumeration *enumeration = map_get(&policy->enumeration_by_name, name);
    const struct entity *entity = map_get(&policy->entity_by_name, name);
    const struct declaration *first = enumeration ? enumeration->declaration : entity ? entity->declaration : NULL;
    bool built_in = type_is_built_in(name);
    if (!first && !built_in && !map_get(&policy->unit_by_name, name)) return false;
    report_twice(policy, built_in ? LANG_RESERVED_WORD : LANG_DECLARED_TWICE, declaration->name, first);
    return true;
}

day_number declaration_begins(const struct declaration *declaration) {
    if (declaration->has_from) return declaration->from;
    const struct declaration *head = declaration->layer->head;
    return head && head->has_from && head != declaration ? head->from : INT32_MIN;
}

static struct entity *find_entity(struct policy *policy, struct name name) {
    struct entity *entity = map_get(&policy->entity_by_name, name.text);
    if (entity) return entity;
    struct suggestion suggestion = suggest(policy, name.text);
    suggestion_note_map(&suggestion, &policy->entity_by_name);
    report_unknown(policy, LANG_UNKNOWN_ENTITY, name, TEXT(""), &suggestion);
    name_lose(policy, name);
    return NULL;
}

/* --- the world: units, enumerations, entities ------------------------------------------------------------------- */

static void declare_enumeration(struct policy *policy, struct declaration *declaration) {
    if (type_declared(policy, declaration)) return;
    struct enumeration *enumeration = ARENA_NEW(&policy->arena, struct enumeration);
    *enumeration = (struct enumeration){.name = declaration->name.text,
                                        .declaration = declaration,
                                        .index = policy->enumerations.count,
                                        .values = declaration->values.items,
                                        .count = declaration->values.count};
    memcpy(enumeration->label, declaration->label, sizeof enumeration->label);
    struct map seen;
    map_init(&seen, &policy->arena);
    for (size_t i = 0; i < enumeration->count; i++) {
        struct name value = enumeration->values[i].name;
        if (map_get(&seen, value.text)) REPORT(policy, LANG_ENUM_VALUE_TWICE, value.at, value.text, enumeration->name);
        map_put(&seen, value.text, enumeration);
    }
    VECTOR_PUSH(&policy->arena, &policy->enumerations, enumeration);
    map_put(&policy->enumeration_by_name, enumeration->name, enumeration);
}

static void declare_entity(struct policy *policy, struct declaration *declaration) {
    if (type_declared(policy, declaration)) return;
    struct entity *entity = ARENA_NEW(&policy->arena, struct entity);
    *entity = (struct entity){.name = declaration->name.text,
                              .declaration = declaration,
                              .is_event = declaration->head == HEAD_EVENT,
                              .at_most = declaration->at_most.denominator ? declaration->at_most : number_zero};
    memcpy(entity->label, declaration->label, sizeof entity->label);
    map_init(&entity->by_name, &policy->arena);
    map_init(&entity->by_label, &policy->arena);
    if (declaration->at_most.denominator && (number_sign(entity->at_most) <= 0 || !number_is_integer(entity->at_most)))
        REPORT(policy, LANG_BAD_AT_MOST, declaration->name.at, entity->name);
    if (declaration->a_year && !entity->is_event)
        REPORT(policy, LANG_A_YEAR_OF_ENTITY, declaration->name.at, entity->name);
    VECTOR_PUSH(&policy->arena, &policy->entities, entity);
    map_put(&policy->entity_by_name, entity->name, entity);
}

static void link_parents(struct policy *policy) {
    for (size_t i = 0; i < policy->entities.count; i++) {
        struct entity *entity = policy->entities.items[i];
        if (entity->declaration->in.text.length) entity->parent = find_entity(policy, entity->declaration->in);
        policy->adrift |= entity->declaration->in.text.length && !entity->parent;
        if (entity->parent && entity->parent->is_event) {
            REPORT(policy, LANG_CHILD_OF_EVENT, entity->declaration->in.at, entity->name, entity->parent->name);
            entity->parent = NULL;
        }
    }
    for (size_t i = 0; i < policy->entities.count; i++) {
        struct entity *entity = policy->entities.items[i];
        size_t depth = 0;
        for (struct entity *up = entity->parent; up && depth <= policy->entities.count; up = up->parent) depth++;
        if (depth > policy->entities.count) {
            REPORT(policy, LANG_ENTITY_CYCLE, entity->declaration->name.at, entity->name);
            entity->parent = NULL;
            depth = 0;
        }
        entity->depth = depth;
    }
}

/* Parents before children, else as declared. */
static void sort_entities(struct policy *policy) {
    struct entity **items = policy->entities.items;
    for (size_t i = 1; i < policy->entities.count; i++)
        for (size_t k = i; k > 0 && items[k]->depth < items[k - 1]->depth; k--) {
            struct entity *swap = items[k];
            items[k] = items[k - 1];
            items[k - 1] = swap;
        }
    for (size_t i = 0; i < policy->entities.count; i++) items[i]->index = i;
}

/* --- fields ----------------------------------------------------------------------------------------------------- */

static void note_label(struct policy *policy, struct entity *entity, struct field *field) {
    for (int language = 0; language < LANGUAGES; language++) {
        struct text label = field->label[language];
        if (label.length == 0) continue;
        const struct field *other = map_get(&entity->by_label, label);
        if (other && other != field)
            REPORT(policy, LANG_LABEL_TWICE, span_of(field->declaration->name.at.source, label), label, entity->name,
                   other->name);
        map_put(&entity->by_label, label, field);
    }
}

static struct field *add_field(struct policy *policy, struct entity *entity, struct declaration *declaration,
                               enum field_kind kind) {
    struct field *field = ARENA_NEW(&policy->arena, struct field);
    *field = (struct field){.name = declaration->name.text,
                            .entity = entity,
                            .kind = kind,
                            .declaration = declaration,
                            .index = policy->fields.count,
                            .scale = number_one,
                            .step = number_one,
                            .low = number_zero,
                            .high = number_zero,
                            .check = declaration->check.text,
                            .finds = declaration->finds};
    memcpy(field->label, declaration->label, sizeof field->label);
    if (kind == FIELD_ALERT)
        field->type = type_plain(TYPE_BOOL);
    else
        field->type = type_find(policy, &declaration->type, &field->scale, &field->step);
    if (kind == FIELD_INPUT) {
        field->input_index = entity->inputs.count;
        field->sealed = declaration->sealed && field->type.kind == TYPE_TEXT;
        VECTOR_PUSH(&policy->arena, &entity->inputs, field);
    }
    VECTOR_PUSH(&policy->arena, &policy->fields, field);
    VECTOR_PUSH(&policy->arena, &entity->fields, field);
    map_put(&entity->by_name, field->name, field);
    note_label(policy, entity, field);
    return field;
}

static struct rule *add_rule(struct policy *policy, struct field *field, struct declaration *declaration,
                             bool is_exception) {
    struct rule *rule = ARENA_NEW(&policy->arena, struct rule);
    *rule = (struct rule){.declaration = declaration,
                          .layer = declaration->layer,
                          .field = field,
                          .from = declaration_begins(declaration),
                          .until = declaration->has_until ? declaration->until : DAY_NEVER,
                          .enacted = declaration->has_enacted ? declaration->enacted : INT32_MIN,
                          .branches = declaration->branches.items,
                          .count = declaration->branches.count,
                          .is_exception = is_exception};
    if (rule->until < rule->from) REPORT(policy, LANG_UNTIL_BEFORE_FROM, declaration->name.at, field->name);
    return rule;
}

/* One version of a rule may have begun before all times, but not two. */
static bool has_no_beginning(const struct field *field) {
    for (size_t i = 0; i < field->rules.count; i++)
        if (field->rules.items[i]->from == INT32_MIN) return true;
    return false;
}

/* Another version of a rule keeps its kind and type, and says when it begins. */
static bool fits_first(struct policy *policy, const struct field *field, struct declaration *declaration,
                       enum field_kind kind) {
    struct text name = declaration->name.text;
    if (kind == FIELD_INPUT || field->kind != kind) {
        report_twice(policy, LANG_DECLARED_TWICE, declaration->name, field->declaration);
        return false;
    }
    if (declaration_begins(declaration) == INT32_MIN && has_no_beginning(field)) {
        report_twice(policy, LANG_VERSION_WITHOUT_FROM, declaration->name, field->declaration);
        return false;
    }
    if (kind == FIELD_ALERT) return true;
    struct number scale = number_one, step = number_one;
    struct type type = type_find(policy, &declaration->type, &scale, &step);
    if (type.kind == TYPE_WRONG) return true;
    if (type_equal(&type, &field->type) && number_equal(scale, field->scale) && number_equal(step, field->step))
        return true;
    REPORT(policy, LANG_VERSION_CHANGES_TYPE, declaration->type.at, name);
    return false;
}

static void declare_field(struct policy *policy, struct declaration *declaration, enum field_kind kind) {
    struct entity *entity = find_entity(policy, declaration->of);
    if (!entity) {
        name_lose(policy, declaration->name);
        return;
    }
    struct field *field = map_get(&entity->by_name, declaration->name.text);
    if (field && !fits_first(policy, field, declaration, kind)) return;
    if (!field) field = add_field(policy, entity, declaration, kind);
    if (kind == FIELD_INPUT) return;
    if (declaration->branches.count == 0 && !declaration->table_first_row)
        REPORT(policy, LANG_BODY_MISSING, declaration->name.at, field->name);
    struct rule *rule = add_rule(policy, field, declaration, false);
    VECTOR_PUSH(&policy->arena, &field->rules, rule);
}

static void sort_versions(struct policy *policy, struct field *field) {
    struct rule **items = field->rules.items;
    for (size_t i = 1; i < field->rules.count; i++)
        for (size_t k = i; k > 0 && items[k]->from < items[k - 1]->from; k--) {
            struct rule *swap = items[k];
            items[k] = items[k - 1];
            items[k - 1] = swap;
        }
    for (size_t i = 0; i < field->rules.count; i++) items[i]->index = i;
    for (size_t i = 0; i < field->exceptions.count; i++) field->exceptions.items[i]->index = field->rules.count + i;
    for (size_t i = 1; i < field->rules.count; i++)
        if (items[i]->from == items[i - 1]->from && items[i]->enacted == items[i - 1]->enacted)
            report_twice(policy, LANG_VERSIONS_SAME_DAY, items[i]->declaration->name, items[i - 1]->declaration);
}

static void declare_exception(struct policy *policy, struct declaration *declaration) {
    if (declaration->parameter_exception || declaration->reading_exception) {
        struct parameter *parameter = map_get(&policy->parameter_by_name, declaration->name.text);
        if (!parameter) {
            struct suggestion suggestion = suggest(policy, declaration->name.text);
            suggestion_note_map(&suggestion, &policy->parameter_by_name);
            report_unknown(policy, LANG_UNKNOWN_PARAMETER, declaration->name, TEXT(""), &suggestion);
            return;
        }
        struct parameter_exception *exception = ARENA_NEW(&policy->arena, struct parameter_exception);
        *exception = (struct parameter_exception){.declaration = declaration, .layer = declaration->layer};
        VECTOR_PUSH(&policy->arena, &parameter->exceptions, exception);
        return;
    }
    struct entity *entity = find_entity(policy, declaration->of);
    if (!entity) return;
    struct field *field = map_get(&entity->by_name, declaration->name.text);
    if (!field || field->kind == FIELD_INPUT) {
        struct suggestion suggestion = suggest(policy, declaration->name.text);
        suggestion_note_map(&suggestion, &entity->by_name);
        report_unknown(policy, LANG_NOTHING_TO_EXCEPT, declaration->name, entity->name, &suggestion);
        return;
    }
    if (declaration->branches.count == 0) REPORT(policy, LANG_BODY_MISSING, declaration->name.at, field->name);
    if (declaration->branches.count > 1)
        REPORT(policy, LANG_EXCEPTION_ONE_CASE, declaration->branches.items[1].at, field->name);
    struct rule *rule = add_rule(policy, field, declaration, true);
    VECTOR_PUSH(&policy->arena, &field->exceptions, rule);
}

/* --- the rest --------------------------------------------------------------------------------------------------- */

static void declare_parameter(struct policy *policy, struct declaration *declaration) {
    struct parameter *first = map_get(&policy->parameter_by_name, declaration->name.text);
    if (first) {
        report_twice(policy, LANG_DECLARED_TWICE, declaration->name, first->declaration);
        return;
    }
    struct parameter *parameter = ARENA_NEW(&policy->arena, struct parameter);
    *parameter = (struct parameter){.name = declaration->name.text,
                                    .declaration = declaration,
                                    .index = policy->parameters.count,
                                    .is_reading = declaration->head == HEAD_READING,
                                    .low = number_zero,
                                    .high = number_zero};
    memcpy(parameter->label, declaration->label, sizeof parameter->label);
    VECTOR_PUSH(&policy->arena, &policy->parameters, parameter);
    map_put(&policy->parameter_by_name, parameter->name, parameter);
}

static void declare_guarantee(struct policy *policy, struct declaration *declaration) {
    const struct guarantee *first = map_get(&policy->guarantee_by_name, declaration->name.text);
    if (first) report_twice(policy, LANG_DECLARED_TWICE, declaration->name, first->declaration);
    if (!declaration->test) {
        REPORT(policy, LANG_BODY_MISSING, declaration->name.at, declaration->name.text);
        return;
    }
    struct entity *entity = find_entity(policy, declaration->of);
    if (!entity) return;
    struct guarantee *guarantee = ARENA_NEW(&policy->arena, struct guarantee);
    *guarantee = (struct guarantee){.name = declaration->name.text,
                                    .declaration = declaration,
                                    .index = policy->guarantees.count,
                                    .entity = entity,
                                    .from = declaration_begins(declaration),
                                    .until = declaration->has_until ? declaration->until : DAY_NEVER};
    VECTOR_PUSH(&policy->arena, &policy->guarantees, guarantee);
    if (!first) map_put(&policy->guarantee_by_name, guarantee->name, guarantee);
}

/* Strikes out of a list of names what stands in it again. */
void names_once(struct policy *policy, struct names *names) {
    struct map seen;
    size_t kept = 0;
    map_init(&seen, &policy->arena);
    for (size_t i = 0; i < names->list.count; i++) {
        struct name name = names->list.items[i];
        if (map_get(&seen, name.text))
            REPORT(policy, LANG_NAME_TWICE, name.at, name.text);
        else
            names->list.items[kept++] = name;
        map_put(&seen, name.text, names);
    }
    names->list.count = kept;
}

static void declare_indicator(struct policy *policy, struct declaration *declaration) {
    const struct indicator *first = map_get(&policy->indicator_by_name, declaration->name.text);
    if (first) {
        report_twice(policy, LANG_DECLARED_TWICE, declaration->name, first->declaration);
        return;
    }
    if (declaration->branches.count == 0) {
        REPORT(policy, LANG_BODY_MISSING, declaration->name.at, declaration->name.text);
        return;
    }
    struct indicator *indicator = ARENA_NEW(&policy->arena, struct indicator);
    *indicator = (struct indicator){.name = declaration->name.text,
                                    .declaration = declaration,
                                    .index = policy->indicators.count,
                                    .from = declaration_begins(declaration),
                                    .until = declaration->has_until ? declaration->until : DAY_NEVER};
    indicator->type = type_find(policy, &declaration->type, &indicator->scale, NULL);
    names_once(policy, &declaration->levels);
    for (size_t i = 0; i < declaration->levels.list.count; i++) {
        struct entity *level = find_entity(policy, declaration->levels.list.items[i]);
        if (level) VECTOR_PUSH(&policy->arena, &indicator->levels, level);
    }
    VECTOR_PUSH(&policy->arena, &policy->indicators, indicator);
    map_put(&policy->indicator_by_name, indicator->name, indicator);
}

static void declare_plain(struct policy *policy, struct map *map, struct declaration *declaration) {
    if (!declared(policy, map, declaration)) map_put(map, declaration->name.text, declaration);
}

/* A procedure given again with a later `from` is its next version: a case follows the one in force when it was opened.
 */
static void declare_procedure(struct policy *policy, struct declaration *declaration) {
    struct declaration *first = map_get(&policy->procedure_by_name, declaration->name.text);
    if (first && !declaration->has_from) report_twice(policy, LANG_VERSION_WITHOUT_FROM, declaration->name, first);
    VECTOR_PUSH(&policy->arena, &policy->procedures, declaration);
    if (!first) map_put(&policy->procedure_by_name, declaration->name.text, declaration);
}

/* What the declarations of later passes refer to comes first. */
static void declare_world(struct policy *policy, struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_POLICY:
        if (declaration->currency.text.length) unit_add_currency(policy, declaration);
        break;
    case HEAD_UNIT: unit_add(policy, declaration); break;
    case HEAD_ENUM: declare_enumeration(policy, declaration); break;
    case HEAD_ENTITY:
    case HEAD_EVENT: declare_entity(policy, declaration); break;
    case HEAD_FUND: declare_plain(policy, &policy->fund_by_name, declaration); break;
    case HEAD_ROLE: declare_plain(policy, &policy->role_by_name, declaration); break;
    case HEAD_CALENDAR: declare_plain(policy, &policy->calendar_by_name, declaration); break;
    case HEAD_PROCEDURE: declare_procedure(policy, declaration); break;
    default: break;
    }
}

static void declare_values(struct policy *policy, struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_PARAMETER:
    case HEAD_READING: declare_parameter(policy, declaration); break;
    case HEAD_INPUT: declare_field(policy, declaration, FIELD_INPUT); break;
    case HEAD_RULE: declare_field(policy, declaration, FIELD_RULE); break;
    case HEAD_BENEFIT: declare_field(policy, declaration, FIELD_BENEFIT); break;
    case HEAD_ALERT: declare_field(policy, declaration, FIELD_ALERT); break;
    default: break;
    }
}

static void declare_rest(struct policy *policy, struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_EXCEPTION: declare_exception(policy, declaration); break;
    case HEAD_GUARANTEE: declare_guarantee(policy, declaration); break;
    case HEAD_INDICATOR: declare_indicator(policy, declaration); break;
    default: break;
    }
}

static void each_declaration(struct policy *policy, void (*declare)(struct policy *, struct declaration *)) {
    for (size_t i = 0; i < policy->layers.count; i++) {
        struct layer *layer = policy->layers.items[i];
        for (size_t k = 0; k < layer->declarations.count && compile_goes_on(policy); k++)
            declare(policy, layer->declarations.items[k]);
    }
}

/* An input that the declaration of its entity names, wherever it is declared itself; NULL, and told, when it is none.
 */
static struct field *named_input(struct policy *policy, struct entity *entity, struct name name,
                                 enum lang_message message) {
    struct field *field = map_get(&entity->by_name, name.text);
    if (field && field->kind == FIELD_INPUT) return field;
    struct suggestion suggestion = suggest(policy, name.text);
    suggestion_note_map(&suggestion, &entity->by_name);
    report_unknown(policy, message, name, entity->name, &suggestion);
    return NULL;
}

/* The names of events are made of what dates them, and are read by all; so is that by which a row is recognised. */
static void want_open(struct policy *policy, const struct entity *entity, const struct field *field, struct name name,
                      enum lang_message message) {
    if (!field->sealed) return;
    struct diagnostic *diagnostic = REPORT(policy, message, name.at, name.text, entity->name);
    if (diagnostic) diagnostic->related = span_position(field->declaration->name.at);
}

static void link_dated(struct policy *policy, struct entity *entity) {
    struct names *dated = &entity->declaration->dated;
    names_once(policy, dated);
    for (size_t i = 0; i < dated->list.count; i++) {
        struct name name = dated->list.items[i];
        struct field *field = named_input(policy, entity, name, LANG_DATED_NO_INPUT);
        if (!field) continue;
        if (i == 0 && field->type.kind != TYPE_DATE && field->type.kind != TYPE_WRONG)
            REPORT(policy, LANG_DATED_NO_DATE, name.at, name.text);
        want_open(policy, entity, field, name, LANG_DATED_SEALED);
        VECTOR_PUSH(&policy->arena, &entity->dated, field);
    }
}

static void link_known_by(struct policy *policy, struct entity *entity) {
    struct names *known_by = &entity->declaration->known_by;
    names_once(policy, known_by);
    for (size_t i = 0; i < known_by->list.count; i++) {
        struct name name = known_by->list.items[i];
        struct field *field = named_input(policy, entity, name, LANG_KNOWN_BY_NO_INPUT);
        if (!field) continue;
        want_open(policy, entity, field, name, LANG_KNOWN_BY_SEALED);
        VECTOR_PUSH(&policy->arena, &entity->known_by, field);
    }
}

static void link_matched_by(struct policy *policy, struct entity *entity) {
    struct name name = entity->declaration->matched_by;
    if (name.text.length == 0) return;
    if (!entity->parent) {
        if (!name_is_lost(policy, entity->declaration->in)) REPORT(policy, LANG_MATCHED_TOP, name.at, entity->name);
        return;
    }
    struct field *field = named_input(policy, entity->parent, name, LANG_MATCHED_NO_INPUT);
    if (!field) return;
    const struct field *own = map_get(&entity->by_name, name.text);
    if (field->check.length == 0)
        REPORT(policy, LANG_MATCHED_NO_CHECK, name.at, name.text, entity->parent->name);
    else if (own)
        report_twice(policy, LANG_MATCHED_IS_FIELD, name, own->declaration);
    else
        entity->matched_by = field;
}

void declare_all(struct policy *policy) {
    units_begin(policy);
    for (size_t i = 0; i < policy->layers.count; i++) {
        struct layer *layer = policy->layers.items[i];
        if (layer->head && layer->head->clauses.text.length) clauses_load(policy, layer);
    }
    each_declaration(policy, declare_world);
    if (!compile_goes_on(policy)) return;
    link_parents(policy);
    sort_entities(policy);
    each_declaration(policy, declare_values);
    each_declaration(policy, declare_rest);
    if (!compile_goes_on(policy)) return;
    for (size_t i = 0; i < policy->fields.count; i++) sort_versions(policy, policy->fields.items[i]);
    for (size_t i = 0; i < policy->entities.count && compile_goes_on(policy); i++) {
        struct entity *entity = policy->entities.items[i];
        link_dated(policy, entity);
        link_matched_by(policy, entity);
        if (!entity->is_event) link_known_by(policy, entity); /* of an event it was told to have no meaning */
    }
}
