/* Explanations: as lines, and as a tree to be walked. */
#include "library/library.h"

#include "engine/explain.h"

/* A node as a host holds it. */
struct doudi_explanation {
    doudi_run *run;
    const struct explanation *node;
};

/* The same for the same node, so that a host sees what it has seen; NULL when memory has run out. */
static const doudi_explanation *held(doudi_run *run, const struct explanation *node) {
    struct text key = {(const char *)&node, sizeof node};
    doudi_explanation *found = map_get(&run->nodes, key);
    if (found) return found;
    found = ARENA_NEW(&run->told, doudi_explanation);
    *found = (doudi_explanation){run, node};
    map_put(&run->nodes, (struct text){(const char *)&found->node, sizeof found->node}, found);
    return run_status(run) == DOUDI_OK ? found : NULL;
}

/* --- asked for -------------------------------------------------------------------------------------------------- */

static struct explanation *explain(doudi_run *run, const struct asked *asked, unsigned depth) {
    struct explanation *explanation = explain_field(run->run, &run->told, asked->field, asked->row, depth);
    return run_status(run) == DOUDI_OK ? explanation : NULL;
}

const char *doudi_run_explain(doudi_run *run, const char *entity, const char *id, const char *field, unsigned depth,
                              doudi_language language) {
    struct asked asked;
    struct builder out;
    if (run_find(run, entity, id, field ? field : "", &asked) != DOUDI_OK) return NULL;
    const struct explanation *explanation = explain(run, &asked, depth);
    if (!explanation) return NULL;
    builder_init(&out);
    explanation_print(&out, &run->told, explanation, language_of(language), true);
    const char *text = builder_finish(&out, &run->told).bytes;
    return run_status(run) == DOUDI_OK ? text : NULL;
}

const doudi_explanation *doudi_run_why(doudi_run *run, const char *entity, const char *id, const char *field) {
    struct asked asked;
    if (run_find(run, entity, id, field ? field : "", &asked) != DOUDI_OK) return NULL;
    const struct explanation *explanation = explain(run, &asked, 1);
    return explanation ? held(run, explanation) : NULL;
}

const doudi_explanation *doudi_run_why_not(doudi_run *run, const char *entity, const char *id, const char *rule) {
    struct asked asked;
    if (run_find(run, entity, id, rule ? rule : "", &asked) != DOUDI_OK) return NULL;
    if (asked.field->kind == FIELD_INPUT) return NULL;
    const struct explanation *explanation = explain_why_not(run->run, &run->told, asked.field, asked.row);
    return run_status(run) == DOUDI_OK ? held(run, explanation) : NULL;
}

/* --- what a node is --------------------------------------------------------------------------------------------- */

static const struct model_thing *thing_of(const doudi_explanation *node) {
    const struct model *model = node->run->data->model;
    if (node->node->field) return &model->things[DOUDI_FIELD][node->node->field->index];
    if (node->node->parameter) return &model->things[DOUDI_PARAMETER][node->node->parameter->index];
    return NULL;
}

doudi_node doudi_explanation_kind(const doudi_explanation *node) {
    static const doudi_node kinds[] = {
        [EXPLANATION_FIELD] = DOUDI_NODE_FIELD,         [EXPLANATION_PARAMETER] = DOUDI_NODE_PARAMETER,
        [EXPLANATION_CONDITION] = DOUDI_NODE_CONDITION, [EXPLANATION_GROUP] = DOUDI_NODE_GROUP,
        [EXPLANATION_MEMBER] = DOUDI_NODE_MEMBER,       [EXPLANATION_PREVIOUS] = DOUDI_NODE_PREVIOUS};
    return node ? kinds[node->node->kind] : DOUDI_NODE_FIELD;
}

const char *doudi_explanation_entity(const doudi_explanation *node) {
    const struct field *field = node ? node->node->field : NULL;
    return field ? node->run->data->model->things[DOUDI_ENTITY][field->entity->index].name : NULL;
}

const char *doudi_explanation_name(const doudi_explanation *node) {
    const struct model_thing *thing = node ? thing_of(node) : NULL;
    return thing ? thing->name : NULL;
}

const char *doudi_explanation_id(const doudi_explanation *node) {
    return node && node->node->id.length ? run_tell(node->run, node->node->id) : NULL;
}

const char *doudi_explanation_label(const doudi_explanation *node, doudi_language language) {
    return node ? run_tell(node->run, node->node->label[language_of(language)]) : NULL;
}

/* --- its value -------------------------------------------------------------------------------------------------- */

doudi_status doudi_explanation_value(const doudi_explanation *node, const char **value) {
    if (!node || !value) return DOUDI_MISUSE;
    return run_tell_value(node->run, &node->node->type, node->node->scale, &node->node->value, value);
}

const char *doudi_explanation_shown(const doudi_explanation *node, doudi_language language) {
    if (!node) return NULL;
    const struct explanation *of = node->node;
    return run_tell(node->run, value_show_in(&node->run->told, of->dataset, &of->type, of->scale, of->step, &of->value,
                                             language_of(language)));
}

static const char *unit_in(const doudi_explanation *node, const struct declaration *unit, doudi_language language) {
    return run_tell(node->run, explanation_unit(&node->run->told, node->node, unit, language_of(language)));
}

const char *doudi_explanation_unit(const doudi_explanation *node, doudi_language language) {
    return node ? unit_in(node, node->node->unit, language) : NULL;
}

const char *doudi_explanation_formula(const doudi_explanation *node, doudi_language language) {
    if (!node) return NULL;
    return run_tell(node->run, explanation_formula(&node->run->told, node->node, language_of(language)));
}

const char *doudi_explanation_missing(const doudi_explanation *node, doudi_language language) {
    return node ? run_tell(node->run, node->node->missing[language_of(language)]) : NULL;
}

const char *doudi_explanation_cite(const doudi_explanation *node, size_t number) {
    const struct names *cites = node ? node->node->cites : NULL;
    return cites && number < cites->list.count ? run_tell(node->run, cites->list.items[number].text) : NULL;
}

int doudi_explanation_is_failed(const doudi_explanation *node) {
    return node && node->node->failed;
}

int doudi_explanation_is_given(const doudi_explanation *node) {
    return node && node->node->given;
}

int doudi_explanation_is_unconfirmed(const doudi_explanation *node) {
    return node && node->node->unconfirmed;
}

/* --- distances -------------------------------------------------------------------------------------------------- */

static bool has_distance(const doudi_explanation *node) {
    return node && node->node->move != MOVE_NONE;
}

const char *doudi_explanation_distance(const doudi_explanation *node) {
    if (!has_distance(node)) return NULL;
    struct arena *arena = &node->run->told;
    struct number distance = number_divide(arena, node->node->distance, node->node->scale);
    if (node->node->move == MOVE_DOWN) distance = number_negate(arena, distance);
    return run_tell(node->run, number_exact(arena, distance));
}

const char *doudi_explanation_distance_unit(const doudi_explanation *node, doudi_language language) {
    return has_distance(node) ? unit_in(node, node->node->subject_unit, language) : NULL;
}

const char *doudi_explanation_subject(const doudi_explanation *node, doudi_language language) {
    return has_distance(node) ? run_tell(node->run, node->node->subject[language_of(language)]) : NULL;
}

/* --- what it rests on ------------------------------------------------------------------------------------------- */

size_t doudi_explanation_more(const doudi_explanation *node) {
    return node ? node->node->more : 0;
}

const doudi_explanation *doudi_explanation_child(const doudi_explanation *node, size_t number) {
    if (!node || number >= node->node->children.count) return NULL;
    return held(node->run, node->node->children.items[number]);
}
