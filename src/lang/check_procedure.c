/* Procedures: roles, steps that exist, limits with a unit of time, what outcomes set. */
#include "lang/compile.h"
#include "lang/resolve.h"

#include <string.h>

static struct field *make_record(struct policy *policy, const struct entity *entity, const struct record *record) {
    struct field *field = ARENA_NEW(&policy->arena, struct field);
    struct type_name type = record->type;
    *field = (struct field){.name = record->name.text, .kind = FIELD_INPUT, .scale = number_one, .step = number_one};
    field->entity = map_get(&policy->entity_by_name, entity->name);
    memcpy(field->label, record->label, sizeof field->label);
    field->type = type_find(policy, &type, &field->scale, &field->step);
    return field;
}

static const struct record *find_record(const struct declaration *procedure, struct text name) {
    for (size_t i = 0; i < procedure->records.count; i++)
        if (text_equal(procedure->records.items[i].name.text, name)) return &procedure->records.items[i];
    for (size_t i = 0; i < procedure->steps.count; i++) {
        const struct step *step = &procedure->steps.items[i];
        for (size_t k = 0; k < step->records.count; k++)
            if (text_equal(step->records.items[k].name.text, name)) return &step->records.items[k];
    }
    return NULL;
}

struct field *record_field(struct policy *policy, struct declaration *procedure, const struct entity *entity,
                           struct text name) {
    const struct record *record = find_record(procedure, name);
    return record ? make_record(policy, entity, record) : NULL;
}

struct procedure_check {
    struct policy *policy;
    struct declaration *procedure;
    struct scope scope;
};

static void check_role(struct procedure_check *check, struct name role) {
    struct policy *policy = check->policy;
    if (map_get(&policy->role_by_name, role.text)) return;
    struct suggestion suggestion = suggest(policy, role.text);
    suggestion_note_map(&suggestion, &policy->role_by_name);
    report_unknown(policy, LANG_UNKNOWN_ROLE, role, TEXT(""), &suggestion);
}

static bool is_time_unit(struct text unit) {
    static const char *const units[] = {"day", "days", "month", "months", "year", "years", "workday", "workdays"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_is(unit, units[i])) return true;
    return false;
}

/* Told once: every limit suffers from it. */
static void report_no_calendar(struct policy *policy, struct name unit) {
    struct name calendar = {TEXT("calendar"), unit.at};
    if (name_is_lost(policy, calendar) || name_is_lost(policy, (struct name){TEXT("workdays"), unit.at})) return;
    REPORT(policy, LANG_CALENDAR_MISSING, unit.at, unit.text);
    name_lose(policy, calendar);
}

static void check_limits(struct procedure_check *check, const struct limits *limits) {
    struct policy *policy = check->policy;
    for (size_t i = 0; i < limits->list.count; i++) {
        const struct limit *limit = &limits->list.items[i];
        if (!is_time_unit(limit->unit.text))
            REPORT(policy, LANG_NO_TIME_UNIT, limit->unit.at, limit->unit.text);
        else if (text_starts(limit->unit.text, "workday") && !map_get(&policy->calendar_by_name, TEXT("workdays")))
            report_no_calendar(policy, limit->unit);
        if (!number_is_integer(limit->count)) REPORT(policy, LANG_LIMIT_NOT_WHOLE, limit->unit.at, limit->unit.text);
        if (limit->condition) resolve_bool(&check->scope, limit->condition);
        if (!limit->condition && i + 1 < limits->list.count && limits->list.items[i + 1].condition == NULL)
            REPORT(policy, LANG_LIMIT_NEVER_REACHED, limits->list.items[i + 1].unit.at, limit->unit.text);
    }
}

static const struct step *find_step(const struct declaration *procedure, struct text name) {
    for (size_t i = 0; i < procedure->steps.count; i++)
        if (text_equal(procedure->steps.items[i].name.text, name)) return &procedure->steps.items[i];
    return NULL;
}

static bool has_outcome(const struct declaration *procedure, struct text name) {
    for (size_t i = 0; i < procedure->outcomes.count; i++)
        if (text_equal(procedure->outcomes.items[i].name.text, name)) return true;
    return false;
}

static void suggest_places(struct suggestion *suggestion, const struct declaration *procedure) {
    for (size_t i = 0; i < procedure->steps.count; i++)
        suggestion_note(suggestion, procedure->steps.items[i].name.text);
    for (size_t i = 0; i < procedure->outcomes.count; i++)
        suggestion_note(suggestion, procedure->outcomes.items[i].name.text);
}

static void check_doers(struct procedure_check *check, const struct names *names) {
    for (size_t i = 0; i < names->list.count; i++) {
        struct name name = names->list.items[i];
        if (find_step(check->procedure, name.text)) continue;
        struct suggestion suggestion = suggest(check->policy, name.text);
        suggest_places(&suggestion, check->procedure);
        report_unknown(check->policy, LANG_UNKNOWN_STEP, name, check->procedure->name.text, &suggestion);
    }
}

static void check_posting(struct procedure_check *check, const struct posting *posting) {
    struct policy *policy = check->policy;
    const struct entity *where = map_get(&policy->entity_by_name, posting->where.text);
    if ((!where || !entity_is_within(check->scope.entity, where)) && !name_is_lost(policy, posting->where))
        REPORT(policy, LANG_POSTED_NOWHERE, posting->where.at, posting->where.text, check->scope.entity->name);
    for (size_t i = 0; i < posting->shows.list.count; i++) {
        struct name name = posting->shows.list.items[i];
        struct expr *expr = ARENA_NEW(&policy->arena, struct expr);
        expr->kind = EXPR_PATH;
        expr->at = name.at;
        VECTOR_PUSH(&policy->arena, &expr->as.path.names.list, name);
        if (!compile_goes_on(policy)) return;
        resolve(&check->scope, expr, NULL);
    }
}

static void check_transition(struct procedure_check *check, const struct transition *transition) {
    if (transition->condition) resolve_bool(&check->scope, transition->condition);
    if (transition->back) {
        check_limits(check, &transition->within);
        return;
    }
    struct name target = transition->target;
    if (find_step(check->procedure, target.text) || has_outcome(check->procedure, target.text)) return;
    struct suggestion suggestion = suggest(check->policy, target.text);
    suggest_places(&suggestion, check->procedure);
    report_unknown(check->policy, LANG_UNKNOWN_STEP, target, check->procedure->name.text, &suggestion);
}

static void check_step(struct procedure_check *check, const struct step *step) {
    if (step->posts) {
        check_posting(check, &step->posting);
    } else {
        check_role(check, step->role);
        check_doers(check, &step->not_who_did);
        check_limits(check, &step->within);
    }
    for (size_t i = 0; i < step->records.count; i++) {
        const struct record *record = &step->records.items[i];
        type_find(check->policy, &record->type, NULL, NULL);
        if (map_get(&check->scope.entity->by_name, record->name.text))
            REPORT(check->policy, LANG_RECORD_IS_FIELD, record->name.at, record->name.text, check->scope.entity->name);
    }
    bool done = false;
    for (size_t i = 0; i < step->transitions.count; i++) {
        const struct transition *transition = &step->transitions.items[i];
        if (done) REPORT(check->policy, LANG_STEP_AFTER_DONE, transition->at, step->name.text);
        check_transition(check, transition);
        done = done || !transition->condition;
    }
    if (!done) REPORT(check->policy, LANG_STEP_WITHOUT_DONE, step->name.at, step->name.text);
}

static void check_sets(struct procedure_check *check, const struct effect *effect) {
    struct policy *policy = check->policy;
    struct field *field = map_get(&check->scope.entity->by_name, effect->name.text);
    bool ours = false;
    for (size_t i = 0; field && i < field->declaration->set_by.list.count; i++)
        ours = ours || text_equal(field->declaration->set_by.list.items[i].text, check->procedure->name.text);
    if (!ours) {
        if (name_is_lost(policy, effect->name)) return;
        REPORT(policy, LANG_NOT_SET_BY, effect->name.at, effect->name.text, check->procedure->name.text);
        return;
    }
    resolve_as(&check->scope, effect->value, &field->type, field->name);
}

static void check_effect(struct procedure_check *check, const struct effect *effect) {
    switch (effect->kind) {
    case EFFECT_SETS: check_sets(check, effect); break;
    case EFFECT_POST: check_posting(check, &effect->posting); break;
    case EFFECT_AGAIN:
        check_limits(check, &effect->limits);
        if (!map_get(&check->policy->procedure_by_name, effect->name.text)) {
            struct suggestion suggestion = suggest(check->policy, effect->name.text);
            suggestion_note_map(&suggestion, &check->policy->procedure_by_name);
            report_unknown(check->policy, LANG_UNKNOWN_PROCEDURE, effect->name, TEXT(""), &suggestion);
        }
        break;
    case EFFECT_APPEAL:
        check_limits(check, &effect->limits);
        check_role(check, effect->name);
        check_doers(check, &effect->not_who_did);
        break;
    case EFFECT_NEEDS_REASON:
    case EFFECT_LETTER: break;
    }
}

/* What a procedure decides is what an officer may set aside: a rule, with a range if it is a number. */
static void check_decides(struct procedure_check *check, struct name name) {
    struct policy *policy = check->policy;
    struct field *field = map_get(&check->scope.entity->by_name, name.text);
    if (!field || field->kind == FIELD_INPUT) {
        struct suggestion suggestion = suggest(policy, name.text);
        suggestion_note_map(&suggestion, &check->scope.entity->by_name);
        report_unknown(policy, LANG_DECIDES_NO_RULE, name, check->scope.entity->name, &suggestion);
        return;
    }
    field->decided = true;
    if (!field->across) field->across_at = name.at;
    field->across = true;
    if (field->type.kind == TYPE_NUMBER && !field->bounded)
        REPORT(policy, LANG_DECIDED_WITHOUT_RANGE, name.at, name.text);
}

static void check_procedure(struct policy *policy, struct declaration *procedure) {
    const struct entity *entity = map_get(&policy->entity_by_name, procedure->of.text);
    if (!entity) {
        struct suggestion suggestion = suggest(policy, procedure->of.text);
        suggestion_note_map(&suggestion, &policy->entity_by_name);
        report_unknown(policy, LANG_UNKNOWN_ENTITY, procedure->of, TEXT(""), &suggestion);
        return;
    }
    struct procedure_check check = {policy,
                                    procedure,
                                    {.policy = policy,
                                     .entity = entity,
                                     .from = declaration_begins(procedure),
                                     .until = procedure->has_until ? procedure->until : DAY_NEVER,
                                     .procedure = procedure}};
    for (size_t i = 0; i < procedure->opens.list.count; i++) check_role(&check, procedure->opens.list.items[i]);
    for (size_t i = 0; i < procedure->decides.list.count; i++) check_decides(&check, procedure->decides.list.items[i]);
    check_limits(&check, &procedure->within);
    if (procedure->steps.count == 0)
        REPORT(policy, LANG_PROCEDURE_WITHOUT_STEP, procedure->name.at, procedure->name.text);
    for (size_t i = 0; i < procedure->records.count; i++)
        type_find(policy, &procedure->records.items[i].type, NULL, NULL);
    for (size_t i = 0; i < procedure->steps.count; i++) check_step(&check, &procedure->steps.items[i]);
    for (size_t i = 0; i < procedure->outcomes.count; i++)
        for (size_t k = 0; k < procedure->outcomes.items[i].effects.count; k++)
            check_effect(&check, &procedure->outcomes.items[i].effects.items[k]);
}

void check_procedures(struct policy *policy) {
    for (size_t i = 0; i < policy->procedures.count && compile_goes_on(policy); i++)
        check_procedure(policy, policy->procedures.items[i]);
}
