#include "library/model.h"

#include "lang/print.h"
#include "lang/unit_words.h"

struct making {
    struct arena *arena;
    const struct policy *policy;
    struct model *model;
};

static const char *kept(const struct making *making, struct text text) {
    return text_copy(making->arena, text).bytes;
}

static struct model_words label_words(const struct making *making, const struct text label[LANGUAGES],
                                      struct text name) {
    struct model_words words;
    for (int language = 0; language < LANGUAGES; language++)
        words.of[language] = kept(making, label_or_name(label, name, (enum language)language));
    return words;
}

static struct model_thing named(const struct making *making, struct text name, const struct text label[LANGUAGES]) {
    return (struct model_thing){.name = kept(making, name), .label = label_words(making, label, name)};
}

/* --- what they are made of -------------------------------------------------------------------------------------- */

static void add_cites(const struct making *making, struct model_cites *cites, const struct names *names) {
    for (size_t i = 0; i < names->list.count; i++) {
        bool there = false;
        for (size_t k = 0; k < cites->list.count; k++)
            there = there || text_is(names->list.items[i].text, cites->list.items[k]);
        if (!there) VECTOR_PUSH(making->arena, &cites->list, kept(making, names->list.items[i].text));
    }
}

static void add_declaration(const struct making *making, struct model_cites *cites,
                            const struct declaration *declaration) {
    add_cites(making, cites, &declaration->cites);
    for (size_t i = 0; i < declaration->branches.count; i++)
        add_cites(making, cites, &declaration->branches.items[i].cites);
}

static struct model_words unit_of(const struct making *making, const struct declaration *declaration) {
    struct model_words words;
    struct text written = type_written(making->arena, &declaration->type);
    for (int language = 0; language < LANGUAGES; language++)
        words.of[language] = kept(making, unit_words(making->arena, making->policy, written, (enum language)language));
    return words;
}

/* A number of base units in the thing's own unit, or a day. */
static const char *in_unit(const struct making *making, const struct type *type, struct number number,
                           struct number scale) {
    int64_t day;
    if (type->kind == TYPE_NUMBER)
        return number_exact(making->arena, number_divide(making->arena, number, scale)).bytes;
    return number_to_int64(number, &day) ? day_format(making->arena, (day_number)day).bytes : NULL;
}

/* --- things ----------------------------------------------------------------------------------------------------- */

static struct model_thing layer_thing(const struct making *making, size_t index) {
    const struct declaration *head = making->policy->layers.items[index]->head;
    return named(making, head->name.text, head->label);
}

static struct model_thing entity_thing(const struct making *making, size_t index) {
    const struct entity *entity = making->policy->entities.items[index];
    struct model_thing thing = named(making, entity->name, entity->label);
    thing.entity = entity->parent;
    return thing;
}

static struct model_words empty_words(const struct making *making, const struct expr *empty) {
    struct model_words words = {{NULL, NULL}};
    for (int language = 0; empty && language < LANGUAGES; language++) {
        struct printer printer = {making->arena, making->policy, (enum language)language, true};
        words.of[language] = kept(making, print_expression(&printer, empty));
    }
    return words;
}

static struct model_thing field_thing(const struct making *making, size_t index) {
    const struct field *field = making->policy->fields.items[index];
    struct model_thing thing = named(making, field->name, field->label);
    thing.type = &field->type;
    thing.entity = field->entity;
    thing.empty = empty_words(making, field->declaration->empty);
    if (field->type.kind == TYPE_NUMBER) {
        thing.unit = unit_of(making, field->declaration);
        thing.step = in_unit(making, &field->type, field->step, field->scale);
    }
    if (field->bounded) {
        thing.low = in_unit(making, &field->type, field->low, field->scale);
        thing.high = in_unit(making, &field->type, field->high, field->scale);
    }
    add_declaration(making, &thing.cites, field->declaration);
    for (size_t i = 0; i < field->rules.count; i++)
        add_declaration(making, &thing.cites, field->rules.items[i]->declaration);
    for (size_t i = 0; i < field->exceptions.count; i++)
        add_declaration(making, &thing.cites, field->exceptions.items[i]->declaration);
    return thing;
}

static struct model_thing parameter_thing(const struct making *making, size_t index) {
    const struct parameter *parameter = making->policy->parameters.items[index];
    struct model_thing thing = named(making, parameter->name, parameter->label);
    thing.type = &parameter->type;
    if (parameter->type.kind == TYPE_NUMBER) {
        thing.unit = unit_of(making, parameter->declaration);
        thing.step = in_unit(making, &parameter->type, parameter->step, parameter->scale);
    }
    if (parameter->bounded) {
        thing.low = in_unit(making, &parameter->type, parameter->low, parameter->scale);
        thing.high = in_unit(making, &parameter->type, parameter->high, parameter->scale);
    }
    add_declaration(making, &thing.cites, parameter->declaration);
    for (size_t i = 0; i < parameter->exceptions.count; i++)
        add_declaration(making, &thing.cites, parameter->exceptions.items[i]->declaration);
    return thing;
}

static struct model_thing guarantee_thing(const struct making *making, size_t index) {
    const struct guarantee *guarantee = making->policy->guarantees.items[index];
    struct model_thing thing = named(making, guarantee->name, guarantee->declaration->label);
    thing.entity = guarantee->entity;
    add_declaration(making, &thing.cites, guarantee->declaration);
    return thing;
}

static struct model_thing indicator_thing(const struct making *making, size_t index) {
    const struct indicator *indicator = making->policy->indicators.items[index];
    struct model_thing thing = named(making, indicator->name, indicator->declaration->label);
    thing.type = &indicator->type;
    if (indicator->type.kind == TYPE_NUMBER) thing.unit = unit_of(making, indicator->declaration);
    add_declaration(making, &thing.cites, indicator->declaration);
    return thing;
}

static struct model_thing clause_thing(const struct making *making, size_t index) {
    const struct clause *clause = making->policy->clauses.items[index];
    struct model_clause *told = &making->model->clauses[index];
    *told = (struct model_clause){.says = label_words(making, clause->says, TEXT("")),
                                  .document = kept(making, clause->document),
                                  .section = kept(making, clause->section),
                                  .sentence = kept(making, clause->sentence)};
    return named(making, clause->id, clause->title);
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

static void make_things(const struct making *making, doudi_thing thing, size_t count,
                        struct model_thing (*make)(const struct making *, size_t)) {
    struct model_thing *things = ARENA_ARRAY(making->arena, struct model_thing, count + 1);
    making->model->things[thing] = things;
    making->model->counts[thing] = count;
    for (size_t i = 0; i < count && !arena_failed(making->arena); i++) things[i] = make(making, i);
}

static void make_choices(const struct making *making) {
    const struct policy *policy = making->policy;
    struct model_choice **choices = ARENA_ARRAY(making->arena, struct model_choice *, policy->enumerations.count + 1);
    making->model->choices = choices;
    for (size_t i = 0; i < policy->enumerations.count && !arena_failed(making->arena); i++) {
        const struct enumeration *enumeration = policy->enumerations.items[i];
        choices[i] = ARENA_ARRAY(making->arena, struct model_choice, enumeration->count + 1);
        for (size_t k = 0; k < enumeration->count && !arena_failed(making->arena); k++) {
            const struct enum_value *value = &enumeration->values[k];
            choices[i][k] = (struct model_choice){kept(making, value->name.text),
                                                  label_words(making, value->label, value->name.text)};
        }
    }
}

const struct model *model_new(struct policy *policy) {
    struct making making = {&policy->arena, policy, ARENA_NEW(&policy->arena, struct model)};
    making.model->clauses = ARENA_ARRAY(making.arena, struct model_clause, policy->clauses.count + 1);
    if (arena_failed(making.arena)) return NULL;
    make_things(&making, DOUDI_LAYER, policy->layers.count, layer_thing);
    make_things(&making, DOUDI_ENTITY, policy->entities.count, entity_thing);
    make_things(&making, DOUDI_FIELD, policy->fields.count, field_thing);
    make_things(&making, DOUDI_PARAMETER, policy->parameters.count, parameter_thing);
    make_things(&making, DOUDI_GUARANTEE, policy->guarantees.count, guarantee_thing);
    make_things(&making, DOUDI_INDICATOR, policy->indicators.count, indicator_thing);
    make_things(&making, DOUDI_CLAUSE, policy->clauses.count, clause_thing);
    make_choices(&making);
    return arena_failed(making.arena) ? NULL : making.model;
}
