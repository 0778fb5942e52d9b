/* What a path means: household.size, care_amount[level], hospital.county, work. */
#include "lang/resolve.h"

#include <string.h>

static const struct type wrong = {.kind = TYPE_WRONG}, date = {.kind = TYPE_DATE};

/* One meaning that the first name of a path may have. */
struct candidate {
    enum path_end end;
    const struct entity *entity; /* where a field stands, or the row itself */
    struct field *field;
    struct parameter *parameter;
    uint32_t value;
    struct type type;
};
enum { CANDIDATES_MAX = 16 };
struct candidates {
    struct candidate list[CANDIDATES_MAX];
    size_t count;
    bool is_indicator;
};

static void add(struct candidates *candidates, struct candidate candidate) {
    if (candidates->count < CANDIDATES_MAX) candidates->list[candidates->count++] = candidate;
}

static struct type row_type(const struct entity *entity) {
    struct type type = {.kind = TYPE_ROW, .entity = entity};
    return type;
}

static void find_names(struct scope *scope, const struct expr *expr, struct candidates *found) {
    struct text first = expr->as.path.names.list.items[0].text;
    bool alone = expr->as.path.names.list.count == 1;
    for (const struct entity *entity = scope->entity; entity; entity = entity->parent) {
        struct field *field = map_get(&entity->by_name, first);
        if (field && (alone || field->type.kind == TYPE_ROW))
            add(found, (struct candidate){PATH_FIELD, .entity = entity, .field = field, .type = field->type});
        if (text_equal(entity->name, first))
            add(found, (struct candidate){PATH_ROW, .entity = entity, .type = row_type(entity)});
    }
    if (!alone) return;
    if (scope->procedure) {
        struct field *record = record_field(scope->policy, scope->procedure, scope->entity, first);
        if (record)
            add(found, (struct candidate){PATH_RECORD, .entity = scope->entity, .field = record, .type = record->type});
    }
    struct parameter *parameter = map_get(&scope->policy->parameter_by_name, first);
    if (parameter) add(found, (struct candidate){PATH_PARAMETER, .parameter = parameter, .type = parameter->type});
    if (text_is(first, "first_day")) add(found, (struct candidate){PATH_FIRST_DAY, .type = date});
    found->is_indicator = map_get(&scope->policy->indicator_by_name, first) != NULL;
}

bool path_has_candidates(struct scope *scope, const struct expr *expr) {
    struct candidates found = {.count = 0};
    find_names(scope, expr, &found);
    return found.count > 0;
}

/* Where an enumeration is expected, its values are names; whatever else then fits must be of that enumeration too. */
static void expect(const struct expr *expr, const struct type *want, struct candidates *found) {
    struct text first = expr->as.path.names.list.items[0].text;
    if (!want || expr->as.path.names.list.count > 1) return;
    if (want->kind == TYPE_ROW && text_is(first, "none")) {
        found->count = 0;
        add(found, (struct candidate){PATH_NONE, .type = *want});
    }
    if (want->kind != TYPE_ENUM) return;
    int value = enumeration_find(want->enumeration, first);
    if (value < 0) return;
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++)
        if (type_equal(&found->list[i].type, want)) found->list[kept++] = found->list[i];
    found->count = kept;
    add(found, (struct candidate){PATH_ENUM_VALUE, .value = (uint32_t)value, .type = *want});
}

enum { PLACES_SHOWN = 120 };

static void report_unknown_name(struct scope *scope, const struct expr *expr, const struct type *want,
                                bool is_indicator) {
    struct policy *policy = scope->policy;
    struct name first = expr->as.path.names.list.items[0];
    if (name_is_lost(policy, first)) return;
    if (want && want->kind == TYPE_WRONG) return; /* it may be a value of the enumeration that is not known either */
    if (is_indicator) {
        REPORT(policy, LANG_INDICATOR_READ, first.at, first.text);
        return;
    }
    const struct entity *below = map_get(&policy->entity_by_name, first.text);
    if (below && scope->entity) {
        REPORT(policy, LANG_ENTITY_NOT_ABOVE, first.at, first.text, scope->entity->name);
        return;
    }
    struct suggestion suggestion = suggest(policy, first.text);
    struct text places = TEXT("");
    for (const struct entity *entity = scope->entity; entity; entity = entity->parent) {
        suggestion_note_map(&suggestion, &entity->by_name);
        suggestion_note(&suggestion, entity->name);
        if (places.length > PLACES_SHOWN) continue;
        places = text_format(&policy->arena, "%.*s%s%.*s", TEXT_ARG(places), places.length ? ", " : "",
                             TEXT_ARG(entity->name));
    }
    suggestion_note_map(&suggestion, &policy->parameter_by_name);
    if (want && want->kind == TYPE_ENUM) {
        for (size_t i = 0; i < want->enumeration->count; i++)
            suggestion_note(&suggestion, want->enumeration->values[i].name.text);
        places = text_format(&policy->arena, "%.*s, %.*s", TEXT_ARG(places), TEXT_ARG(want->enumeration->name));
    }
    report_unknown(policy, LANG_UNKNOWN_NAME, first, places, &suggestion);
}

static void report_ambiguous(struct scope *scope, struct name name, const struct candidates *found) {
    struct policy *policy = scope->policy;
    struct text meanings[2];
    for (size_t i = 0; i < 2; i++) {
        const struct candidate *candidate = &found->list[i];
        const struct entity *entity = candidate->entity;
        if (candidate->end == PATH_FIELD)
            meanings[i] = text_format(&policy->arena, "%.*s.%.*s", TEXT_ARG(entity->name), TEXT_ARG(name.text));
        else if (candidate->end == PATH_ENUM_VALUE)
            meanings[i] = text_format(&policy->arena, "%.*s: %.*s", TEXT_ARG(candidate->type.enumeration->name),
                                      TEXT_ARG(name.text));
        else
            meanings[i] = text_format(&policy->arena, "%s %.*s",
                                      candidate->end == PATH_PARAMETER ? "parameter" : "entity", TEXT_ARG(name.text));
    }
    REPORT(policy, LANG_AMBIGUOUS_NAME, name.at, name.text, meanings[0], meanings[1]);
}

/* --- reading a field -------------------------------------------------------------------------------------------- */

/* The days *from .. *until without those at both ends on which a version is in force; false when nothing is left. */
static bool find_gap(const struct field *field, day_number *from, day_number *until) {
    for (size_t i = 0; i < field->rules.count; i++) {
        const struct rule *rule = field->rules.items[i];
        if (rule->from > *from) {
            if (rule->from <= *until) *until = rule->from - 1;
            return true;
        }
        if (rule->until >= *until) return false;
        if (rule->until >= *from) *from = rule->until + 1;
    }
    return true;
}

static void check_dates(struct scope *scope, const struct expr *expr, const struct field *field) {
    if (field->kind == FIELD_BENEFIT || field->rules.count == 0) return;
    day_number from = scope->from, until = scope->until;
    if (!find_gap(field, &from, &until)) return;
    struct arena *arena = &scope->policy->arena;
    REPORT(scope->policy, LANG_OUTSIDE_ITS_DATES, expr->at, field->name,
           from == INT32_MIN ? TEXT("…") : day_format(arena, from),
           until == DAY_NEVER ? TEXT("…") : day_format(arena, until));
}

/* Notes who reads whom: within a stratum a cycle is an error, across strata what is read must end on its step. */
static void read_field(struct scope *scope, const struct expr *expr, struct field *field) {
    field->asked = true;
    if (field->kind == FIELD_INPUT) return;
    const struct entity *mine = scope->entity->is_event ? scope->entity : NULL;
    const struct entity *its = field->entity->is_event ? field->entity : NULL;
    if (mine != its || scope->loose) {
        if (!field->across) field->across_at = expr->at;
        field->across = true;
        if (scope->reader) cycle_note_before(scope->policy, scope->reader, field, expr->at, scope->stands);
    } else if (scope->reader) {
        cycle_note(scope->policy, scope->reader, field, expr->at);
    }
    if (!scope->loose) check_dates(scope, expr, field);
}

/* --- parameters ------------------------------------------------------------------------------------------------- */

static struct text key_names(struct policy *policy, const struct parameter *parameter) {
    struct text text = TEXT("");
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (key->kind != KEY_ENUM && key->kind != KEY_COUNT) continue;
        text = text_format(&policy->arena, "%.*s%s%.*s", TEXT_ARG(text), text.length ? ", " : "",
                           TEXT_ARG(key->name.text));
    }
    return text;
}

/* A parameter read from a row of `entity`, with the indexes that the path gives. */
static struct type resolve_parameter(struct scope *scope, struct expr *expr, struct parameter *parameter,
                                     const struct entity *entity) {
    struct policy *policy = scope->policy;
    expr->as.path.target.end = PATH_PARAMETER;
    expr->as.path.target.parameter = parameter;
    if (parameter->type.kind == TYPE_WRONG) return wrong;
    if (parameter->band && !scope->scale) REPORT(policy, LANG_SCALE_READ, expr->at, parameter->name);
    if (parameter->area && entity && !entity_is_within(entity, parameter->area) &&
        !entity_is_within(parameter->area, entity))
        REPORT(policy, LANG_NOT_IN_AREA, expr->at, parameter->name, entity->name, parameter->area->name);
    if (expr->items.count != parameter->index_count) {
        enum lang_message message = parameter->index_count ? LANG_NEEDS_KEYS : LANG_KEYS_NOT_HERE;
        REPORT(policy, message, expr->at, parameter->name, key_names(policy, parameter));
        return parameter->type;
    }
    struct scope plain = *scope;
    plain.scale = false;
    size_t index = 0;
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (key->kind == KEY_ENUM || key->kind == KEY_COUNT)
            resolve_as(&plain, expr->items.items[index++], &key->type, parameter->name);
    }
    return parameter->type;
}

/* --- following a path ------------------------------------------------------------------------------------------- */

static void hop_up(struct scope *scope, struct expr *expr, const struct entity *entity) {
    struct hop hop = {.up = entity};
    VECTOR_PUSH(&scope->policy->arena, &expr->as.path.target.hops, hop);
}

static struct type end_at_field(struct scope *scope, struct expr *expr, struct field *field) {
    if (expr->items.count) REPORT(scope->policy, LANG_KEYS_NOT_HERE, expr->at, field->name);
    expr->as.path.target.end = PATH_FIELD;
    expr->as.path.target.field = field;
    return field->type;
}

static struct type end_at_row(struct expr *expr, const struct entity *entity) {
    expr->as.path.target.end = PATH_ROW;
    return row_type(entity);
}

static void report_no_member(struct scope *scope, struct name name, const struct entity *entity) {
    struct suggestion suggestion = suggest(scope->policy, name.text);
    suggestion_note_map(&suggestion, &entity->by_name);
    suggestion_note_map(&suggestion, &scope->policy->parameter_by_name);
    report_unknown(scope->policy, LANG_NO_MEMBER, name, entity->name, &suggestion);
}

/* The rest of the names, from a row of `entity` on. */
static struct type follow(struct scope *scope, struct expr *expr, const struct entity *entity, size_t next) {
    const struct names *names = &expr->as.path.names;
    while (next < names->list.count) {
        struct name name = names->list.items[next++];
        bool last = next == names->list.count;
        struct field *field = map_get(&entity->by_name, name.text);
        struct parameter *parameter = last ? map_get(&scope->policy->parameter_by_name, name.text) : NULL;
        const struct entity *up = entity;
        do {
            if (text_equal(up->name, name.text)) break;
        } while ((up = up->parent));
        if (field) {
            read_field(scope, expr, field);
            if (last) return end_at_field(scope, expr, field);
            if (field->type.kind != TYPE_ROW) {
                REPORT(scope->policy, LANG_LEADS_NOWHERE, name.at, name.text, type_text(scope->policy, &field->type));
                return wrong;
            }
            struct hop hop = {.over = field};
            VECTOR_PUSH(&scope->policy->arena, &expr->as.path.target.hops, hop);
            entity = field->type.entity;
        } else if (parameter) {
            return resolve_parameter(scope, expr, parameter, entity);
        } else if (up) {
            hop_up(scope, expr, up);
            entity = up;
        } else {
            report_no_member(scope, name, entity);
            return wrong;
        }
    }
    return end_at_row(expr, entity);
}

struct type resolve_path(struct scope *scope, struct expr *expr, const struct type *want) {
    struct name first = expr->as.path.names.list.items[0];
    struct path_target *target = &expr->as.path.target;
    *target = (struct path_target){0};
    struct candidates found = {.count = 0};
    find_names(scope, expr, &found);
    expect(expr, want, &found);
    if (found.count == 0) {
        report_unknown_name(scope, expr, want, found.is_indicator);
        return wrong;
    }
    if (found.count > 1) {
        report_ambiguous(scope, first, &found);
        return wrong;
    }
    const struct candidate *it = &found.list[0];
    target->end = it->end;
    switch (it->end) {
    case PATH_FIELD: hop_up(scope, expr, it->entity); return follow(scope, expr, it->entity, 0);
    case PATH_ROW: hop_up(scope, expr, it->entity); return follow(scope, expr, it->entity, 1);
    case PATH_PARAMETER: return resolve_parameter(scope, expr, it->parameter, scope->entity);
    case PATH_ENUM_VALUE: target->enum_value = it->value; return it->type;
    case PATH_RECORD: target->field = it->field; return it->type;
    case PATH_FIRST_DAY:
        if (scope->entity && scope->entity->is_event)
            REPORT(scope->policy, LANG_FIRST_DAY_OF_EVENT, expr->at, scope->entity->name);
        return date;
    case PATH_NONE: return it->type;
    }
    return wrong;
}
