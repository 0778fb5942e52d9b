/* How values came about, as a registry keeps it: by names, which outlive the numbers that a law gives them. */
#include "registry/run_inside.h"

struct text run_field_name(struct arena *arena, const struct field *field) {
    return text_format(arena, "%.*s.%.*s", TEXT_ARG(field->entity->name), TEXT_ARG(field->name));
}

const struct field *run_field_named(const struct policy *policy, struct text name) {
    size_t dot = 0;
    while (dot < name.length && name.bytes[dot] != '.') dot++;
    return dot < name.length ? policy_field(policy, text_slice(name, 0, dot), text_slice(name, dot + 1, name.length))
                             : NULL;
}

static bool is_of_parameter(enum reason_kind kind) {
    return kind == REASON_PARAMETER || kind == REASON_NO_PARAMETER;
}

/* --- as rows ------------------------------------------------------------------------------------------------------ */

static struct text reason_of(struct arena *arena, const struct policy *policy, const struct reason *reason) {
    if (is_of_parameter(reason->kind)) return policy->parameters.items[reason->index]->name;
    if (reason->kind == REASON_ROWS_LOST) return policy->entities.items[reason->index]->name;
    return reason->field ? run_field_name(arena, reason->field) : TEXT("");
}

struct text run_unit(struct arena *arena, const struct policy *policy, const struct coding *coding) {
    switch (coding->field->type.kind) {
    case TYPE_NUMBER: return number_exact(arena, coding->unit);
    case TYPE_BOOL: return TEXT("bool");
    case TYPE_DATE: return TEXT("date");
    case TYPE_TEXT: return TEXT("text");
    default: break;
    }
    struct column_coding choice = column_coding_of(arena, policy, coding->field);
    return column_coding_text(arena, &choice);
}

void run_kind_values(struct arena *arena, const struct policy *policy, const struct coding *coding,
                     const struct coded_kind *kind, struct store_value values[KIND_COLUMNS]) {
    const struct reason *reason = &kind->reason;
    const struct entity *at = reason_entity(policy, reason);
    bool decided = reason->kind == REASON_CASE;
    values[KIND_STATE] = store_integer(kind->state);
    values[KIND_LISTED] = store_integer(kind->listed);
    values[KIND_REASON] = store_text(text_from(reason_code(reason->kind)));
    values[KIND_OF] = store_text(reason_of(arena, policy, reason));
    values[KIND_AT] = store_text(at ? at->name : TEXT(""));
    values[KIND_RULE] = decided ? store_integer(reason->text) : store_null();
    values[KIND_BRANCH] = decided ? store_integer(reason->index) : store_null();
    values[KIND_UNIT] = store_text(run_unit(arena, policy, coding));
}

/* --- and back ----------------------------------------------------------------------------------------------------- */

static bool find_code(struct text code, enum reason_kind *kind) {
    for (*kind = REASON_NONE; *kind <= REASON_NO_DISTANCE; ++*kind)
        if (text_is(code, reason_code(*kind))) return true;
    return false;
}

/* The case of a rule of the field. */
static bool find_case(const struct field *field, int64_t rule, int64_t branch, struct reason *reason) {
    if (!field || rule < 0 || branch < 0) return false;
    if ((uint64_t)rule >= field->rules.count + field->exceptions.count) return false;
    if ((uint64_t)branch >= field_rule_numbered(field, (size_t)rule)->count) return false;
    reason->text = (uint32_t)rule;
    reason->index = (uint32_t)branch;
    return true;
}

static bool find_entity(const struct policy *policy, struct text name, uint32_t *index) {
    const struct entity *entity = map_get(&policy->entity_by_name, name);
    if (entity) *index = (uint32_t)entity->index;
    return entity;
}

static bool find_reason(const struct policy *policy, const struct statement *row, struct reason *reason) {
    struct text of = statement_text(row, KIND_OF), at = statement_text(row, KIND_AT);
    const struct parameter *parameter = map_get(&policy->parameter_by_name, of);
    bool placed = true;
    if (reason->kind == REASON_ROWS_LOST)
        return find_entity(policy, of, &reason->index) && find_entity(policy, at, &reason->text);
    if (is_of_parameter(reason->kind)) {
        if (!parameter) return false;
        reason->index = (uint32_t)parameter->index;
        reason->text = UINT32_MAX;
        if (at.length) placed = find_entity(policy, at, &reason->text);
        return placed;
    }
    reason->field = run_field_named(policy, of);
    if (reason->kind == REASON_CASE)
        return find_case(reason->field, statement_integer(row, KIND_RULE), statement_integer(row, KIND_BRANCH), reason);
    return reason->field || of.length == 0;
}

/* What another law cannot tell is that somebody assessed it, or that nobody knows. */
static struct reason reason_elsewhere(enum value_state state, const struct field *field) {
    return (struct reason){.kind = state == VALUE_KNOWN ? REASON_NONE : REASON_NOT_ASSESSED, .field = field};
}

bool run_kind_read(const struct policy *policy, const struct statement *row, const struct field *field, bool same_law,
                   struct coded_kind *kind) {
    int64_t state = statement_integer(row, KIND_STATE);
    struct reason reason = {0};
    if (state < VALUE_KNOWN || state > VALUE_FAULT) return false;
    bool named = find_code(statement_text(row, KIND_REASON), &reason.kind) && find_reason(policy, row, &reason);
    if (!named && same_law) return false;
    if (!named || (!same_law && reason.kind == REASON_CASE)) reason = reason_elsewhere((enum value_state)state, field);
    *kind = (struct coded_kind){(enum value_state)state, statement_integer(row, KIND_LISTED) != 0, reason};
    return true;
}
