#include "engine/confirmation.h"

#include "engine/evaluate.h"

struct search {
    const struct dataset *dataset;
    day_number day, known;
    bool *seen; /* of each field, in this round */
    bool *unconfirmed;
    bool *parameter_counted;
    size_t parameters;
    bool more; /* some field was found in this round */
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
    if (search->seen[field->index]) return search->unconfirmed[field->index];
    search->seen[field->index] = true;
    bool found = is_input_unconfirmed(search, field);
    for (size_t i = 0; i < field->rules.count; i++) found |= search_rule(search, field->rules.items[i]);
    for (size_t i = 0; i < field->exceptions.count; i++) found |= search_rule(search, field->exceptions.items[i]);
    search->more = search->more || (found && !search->unconfirmed[field->index]);
    search->unconfirmed[field->index] = found;
    return found;
}

static bool is_asked_for(const struct field *field) {
    return field->kind == FIELD_BENEFIT || field->kind == FIELD_ALERT;
}

/* Those that are asked for, or also all others. Rules about a year may read one another, each of an earlier event: what
 * was found of such a circle is found in another round. */
static void search_fields(struct search *search, const struct policy *policy, bool all) {
    do {
        search->more = false;
        memset(search->seen, 0, policy->fields.count * sizeof *search->seen);
        for (size_t i = 0; i < policy->fields.count; i++)
            if (all || is_asked_for(policy->fields.items[i])) search_field(search, policy->fields.items[i]);
    } while (search->more);
}

const struct confirmation *confirmation_of(struct run *run) {
    const struct policy *policy = run->policy;
    struct arena *arena = &run->lasting;
    if (run->confirmation) return run->confirmation;
    struct search search = {.dataset = run->dataset,
                            .day = run->first_day,
                            .known = run->options.known,
                            .seen = ARENA_ARRAY(arena, bool, policy->fields.count + 1),
                            .unconfirmed = ARENA_ARRAY(arena, bool, policy->fields.count + 1),
                            .parameter_counted = ARENA_ARRAY(arena, bool, policy->parameters.count + 1)};
    struct confirmation *found = ARENA_NEW(arena, struct confirmation);
    if (arena_failed(arena)) return NULL;
    search_fields(&search, policy, false);
    size_t parameters = search.parameters;
    search_fields(&search, policy, true);
    *found = (struct confirmation){search.unconfirmed, parameters};
    run->confirmation = found;
    return found;
}
