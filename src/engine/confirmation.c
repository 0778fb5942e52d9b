#include "engine/confirmation.h"

#include "engine/evaluate.h"

struct search {
    const struct dataset *dataset;
    day_number day, known;
    unsigned char *state; /* of each field: 0 not seen, 1 seen */
    bool *unconfirmed;
    bool *parameter_counted;
    size_t parameters;
};

/* A value that stands on the day, as far as that can be told without knowing the place. */
static bool have_unconfirmed(const struct parameter_values *values, day_number day) {
    for (size_t i = 0; i < values->list.count; i++) {
        const struct parameter_value *value = &values->list.items[i];
        if (value->confirmed || value->from > day) continue;
        bool replaced = false;
        for (size_t k = 0; k < values->list.count && !replaced; k++) {
            const struct parameter_value *other = &values->list.items[k];
            bool same = text_equal(other->area, value->area) && number_equal(other->band, value->band);
            for (size_t m = 0; m < PARAMETER_KEYS_MAX; m++) same = same && other->keys[m] == value->keys[m];
            replaced = same && other->from > value->from && other->from <= day;
        }
        if (!replaced) return true;
    }
    return false;
}

/* Its own values, and those that a later layer has in their place, wherever that layer is in force. */
static bool is_unconfirmed(const struct search *search, const struct parameter *parameter) {
    bool found = have_unconfirmed(&parameter->values, search->day);
    for (size_t i = 0; i < parameter->exceptions.count && !found; i++) {
        const struct parameter_exception *exception = parameter->exceptions.items[i];
        if (parameter_exception_holds(exception, search->day, search->known))
            found = have_unconfirmed(&exception->values, search->day);
    }
    return found;
}

static bool search_field(struct search *search, const struct field *field);

static bool search_expr(struct search *search, const struct expr *expr) {
    if (!expr) return false;
    bool found = search_expr(search, expr->left);
    found |= search_expr(search, expr->right);
    found |= search_expr(search, expr->third);
    for (size_t i = 0; i < expr->items.count; i++) found |= search_expr(search, expr->items.items[i]);
    if (expr->kind != EXPR_PATH) return found;
    const struct path_target *target = &expr->as.path.target;
    if (target->end == PATH_FIELD) found |= search_field(search, target->field);
    if (target->end != PATH_PARAMETER || !is_unconfirmed(search, target->parameter)) return found;
    if (!search->parameter_counted[target->parameter->index]) search->parameters++;
    search->parameter_counted[target->parameter->index] = true;
    return true;
}

static bool search_rule(struct search *search, const struct rule *rule) {
    bool found = false;
    if (rule->from > search->day || rule->until < search->day) return false;
    for (size_t i = 0; i < rule->count; i++) {
        found |= search_expr(search, rule->branches[i].condition);
        found |= search_expr(search, rule->branches[i].value);
    }
    return found;
}

/* Some row of the entity says it, and is not confirmed. */
static bool is_input_unconfirmed(const struct search *search, const struct field *field) {
    const struct table *table = dataset_table(search->dataset, field->entity);
    if (field->kind != FIELD_INPUT || table->rows == 0) return false;
    if (!memchr(table->unconfirmed, 1, table->rows)) return false;
    for (size_t row = 0; row < table->rows; row++)
        if (table->unconfirmed[row] && table->columns[field->input_index].known[row]) return true;
    return false;
}

static bool search_field(struct search *search, const struct field *field) {
    if (search->state[field->index]) return search->unconfirmed[field->index];
    search->state[field->index] = 1;
    bool found = is_input_unconfirmed(search, field);
    for (size_t i = 0; i < field->rules.count; i++) found |= search_rule(search, field->rules.items[i]);
    for (size_t i = 0; i < field->exceptions.count; i++) found |= search_rule(search, field->exceptions.items[i]);
    search->unconfirmed[field->index] = found;
    return found;
}

const struct confirmation *confirmation_of(struct run *run) {
    const struct policy *policy = run->policy;
    struct arena *arena = &run->lasting;
    if (run->confirmation) return run->confirmation;
    struct search search = {.dataset = run->dataset,
                            .day = run->first_day,
                            .known = run->options.known,
                            .state = ARENA_ARRAY(arena, unsigned char, policy->fields.count + 1),
                            .unconfirmed = ARENA_ARRAY(arena, bool, policy->fields.count + 1),
                            .parameter_counted = ARENA_ARRAY(arena, bool, policy->parameters.count + 1)};
    struct confirmation *found = ARENA_NEW(arena, struct confirmation);
    if (arena_failed(arena)) return NULL;
    for (size_t i = 0; i < policy->fields.count; i++)
        if (policy->fields.items[i]->kind == FIELD_BENEFIT || policy->fields.items[i]->kind == FIELD_ALERT)
            search_field(&search, policy->fields.items[i]);
    *found = (struct confirmation){search.unconfirmed, search.parameters};
    run->confirmation = found;
    return found;
}
