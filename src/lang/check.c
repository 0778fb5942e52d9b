/* Names, types and units of every declaration. */
#include "base/identifier.h"
#include "lang/compile.h"
#include "lang/foreign.h"
#include "lang/resolve.h"

#include <string.h>

static struct scope scope_of(struct policy *policy, const struct entity *entity) {
    return (struct scope){.policy = policy, .entity = entity, .from = INT32_MIN, .until = DAY_NEVER};
}

/* --- options that a declaration may have ------------------------------------------------------------------------ */

#define H(head) (1u << HEAD_##head)
static const unsigned computed = H(RULE) | H(BENEFIT);

struct option {
    bool given;
    const char *word;
    unsigned heads; /* where it may stand */
};

/* Where an option of two words, say, begins; the body has no word of its own. */
static struct span option_place(const struct declaration *declaration, const char *option) {
    for (size_t i = 0; i < declaration->options.list.count; i++) {
        struct name word = declaration->options.list.items[i];
        struct text rest = text_from(option);
        if (word.text.length <= rest.length && text_equal(word.text, text_slice(rest, 0, word.text.length)))
            return word.at;
    }
    return declaration->at;
}

static void check_options(struct policy *policy, const struct declaration *d) {
    const unsigned values = H(INPUT) | H(PARAMETER) | H(READING) | H(RULE) | H(BENEFIT);
    const unsigned bodies = computed | H(ALERT) | H(EXCEPTION);
    const struct option options[] = {
        {d->low != NULL, "in", values},
        {d->at_most.denominator != 0, "at most", H(ENTITY) | H(EVENT)},
        {d->known_by.list.count > 0, "known by", H(ENTITY)},
        {d->matched_by.text.length > 0, "matched by", H(ENTITY) | H(EVENT)},
        {d->over.list.count > 0, "over", H(EXCEPTION)},
        {d->has_from, "from",
         bodies | H(POLICY) | H(PARAMETER) | H(PROCEDURE) | H(GUARANTEE) | H(INDICATOR) | H(READING)},
        {d->has_until, "until", bodies | H(PROCEDURE) | H(GUARANTEE) | H(INDICATOR)},
        {d->has_enacted, "enacted", bodies | H(PARAMETER) | H(READING)},
        {d->unconfirmed, "unconfirmed", H(PARAMETER) | H(INDICATOR) | H(EXCEPTION)},
        {d->set_by.list.count > 0, "set by", H(INPUT)},
        {d->empty != NULL, "empty means", H(INPUT)},
        {d->check.text.length > 0, "check", H(INPUT)},
        {d->sealed, "sealed", H(INPUT)},
        {d->because[0].length > 0, "because", H(READING) | H(EXCEPTION)},
        {d->has_table, "table", H(PARAMETER) | H(EXCEPTION) | H(CALENDAR)},
        {d->starts != NULL, "starts", computed},
        {d->yearly != 0, "yearly in", computed},
        {d->fund.text.length > 0, "fund", H(BENEFIT)},
        {d->pays.text.length > 0, "pays", H(BENEFIT)},
        {d->branches.count > 0 || d->table_first_row, "=", bodies | H(PARAMETER) | H(READING) | H(INDICATOR)},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].given && !(options[i].heads & (1u << d->head)))
            REPORT(policy, LANG_OPTION_NOT_HERE, option_place(d, options[i].word), text_from(options[i].word),
                   text_from(head_word(d->head)));
    if (d->table_first_row && d->head != HEAD_RULE && d->head != HEAD_BENEFIT)
        REPORT(policy, LANG_OPTION_NOT_HERE, d->at, TEXT("first row of table"), text_from(head_word(d->head)));
}

/* --- citations -------------------------------------------------------------------------------------------------- */

static void check_cites(struct policy *policy, const struct layer *layer, const struct names *cites) {
    if (!layer->head || !layer->head->clauses.text.length) return;
    for (size_t i = 0; i < cites->list.count; i++) {
        struct name clause = cites->list.items[i];
        if (map_get(&policy->clause_by_id, clause.text)) continue;
        struct suggestion suggestion = suggest(policy, clause.text);
        suggestion_note_map(&suggestion, &policy->clause_by_id);
        report_unknown(policy, LANG_UNKNOWN_CLAUSE, clause, layer->head->clauses.text, &suggestion);
    }
}

static void check_common(struct policy *policy, const struct declaration *declaration) {
    check_options(policy, declaration);
    check_cites(policy, declaration->layer, &declaration->cites);
    for (size_t i = 0; i < declaration->branches.count; i++)
        check_cites(policy, declaration->layer, &declaration->branches.items[i].cites);
}

/* --- names of roles, funds and so on ---------------------------------------------------------------------------- */

static void check_known(struct policy *policy, const struct map *map, enum lang_message message, struct name name) {
    if (name.text.length == 0 || map_get(map, name.text)) return;
    struct suggestion suggestion = suggest(policy, name.text);
    suggestion_note_map(&suggestion, map);
    report_unknown(policy, message, name, TEXT(""), &suggestion);
}

/* Paid to the row itself, to one above it, or to whom a reference leads. */
static void check_payee(struct policy *policy, const struct field *field, struct name payee) {
    if (payee.text.length == 0) return;
    const struct entity *entity = field->entity;
    do {
        const struct field *reference = map_get(&entity->by_name, payee.text);
        if (text_equal(entity->name, payee.text) || (reference && reference->type.kind == TYPE_ROW)) return;
    } while ((entity = entity->parent));
    if (name_is_lost(policy, payee)) return;
    REPORT(policy, LANG_UNKNOWN_PAYEE, payee.at, payee.text, field->entity->name);
}

/* --- inputs ----------------------------------------------------------------------------------------------------- */

/* A value that no row changes. */
static void check_fixed(struct scope *scope, struct expr *expr, const struct field *field, enum lang_message message) {
    bool value = field->type.kind != TYPE_ENUM && field->type.kind != TYPE_ROW && field->type.kind != TYPE_WRONG;
    bool fixed = expr_is_fixed(expr) && !(value && expr->kind == EXPR_PATH && !foreign_meant(expr_text(expr)));
    if (fixed) resolve_as(scope, expr, &field->type, field->name);
    if (fixed && expr->kind == EXPR_PATH && expr->type.kind != TYPE_WRONG)
        fixed = expr->as.path.target.end == PATH_ENUM_VALUE || expr->as.path.target.end == PATH_NONE;
    if (!fixed) REPORT(scope->policy, message, expr->at, field->name);
}

static void check_empty(struct policy *policy, struct field *field) {
    struct scope scope = scope_of(policy, field->entity);
    scope.beside = &field->declaration->type;
    if (field->declaration->empty) check_fixed(&scope, field->declaration->empty, field, LANG_EMPTY_NOT_CONSTANT);
}

static void check_input(struct policy *policy, struct field *field) {
    struct declaration *declaration = field->declaration;
    if (field->type.kind == TYPE_NUMBER && !declaration->low)
        REPORT(policy, LANG_INPUT_WITHOUT_RANGE, declaration->name.at, field->name);
    if (field->type.kind == TYPE_FILE || field->type.kind == TYPE_FINDINGS)
        REPORT(policy, LANG_RECORD_TYPE, declaration->type.at, type_text(policy, &field->type));
    if (field->type.kind == TYPE_ROW && field->type.entity->is_event)
        REPORT(policy, LANG_REFERENCE_TO_EVENT, declaration->type.at, field->type.entity->name);
    check_empty(policy, field);
    for (size_t i = 0; i < declaration->set_by.list.count; i++)
        check_known(policy, &policy->procedure_by_name, LANG_UNKNOWN_PROCEDURE, declaration->set_by.list.items[i]);
    if (declaration->sealed && field->type.kind != TYPE_TEXT && field->type.kind != TYPE_WRONG)
        REPORT(policy, LANG_SEALED_OF_TEXT, option_place(declaration, "sealed"), field->name);
    struct name scheme = declaration->check;
    if (!scheme.text.length) return;
    if (!identifier_scheme_known(scheme.text)) REPORT(policy, LANG_UNKNOWN_SCHEME, scheme.at, scheme.text);
    if (field->type.kind != TYPE_TEXT) REPORT(policy, LANG_CHECK_OF_TEXT, scheme.at, field->name);
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

/* What was before the first month is fixed, or was written down about the row itself. */
static void check_starts(struct scope *scope, struct expr *starts, const struct field *field) {
    const struct names *names = &starts->as.path.names;
    const struct field *input = NULL;
    if (starts->kind == EXPR_PATH && names->list.count == 1 && starts->items.count == 0)
        input = map_get(&field->entity->by_name, names->list.items[0].text);
    if (input && input->kind == FIELD_INPUT)
        resolve_as(scope, starts, &field->type, field->name);
    else
        check_fixed(scope, starts, field, LANG_STARTS_NOT_CONSTANT);
}

static void check_rule(struct policy *policy, struct rule *rule) {
    struct field *field = rule->field;
    struct declaration *declaration = rule->declaration;
    if (declaration->table_first_row) decision_table_build(policy, rule);
    if (!compile_goes_on(policy)) return;
    check_common(policy, declaration);
    struct scope scope = scope_of(policy, field->entity);
    scope.reader = field;
    scope.from = rule->from;
    scope.until = rule->until;
    for (size_t i = 0; i < rule->count; i++) {
        struct branch *branch = &declaration->branches.items[i];
        scope.beside = NULL;
        if (branch->condition) resolve_bool(&scope, branch->condition);
        scope.beside = &field->declaration->type;
        resolve_as(&scope, branch->value, &field->type, field->name);
    }
    if (declaration->starts) check_starts(&scope, declaration->starts, field);
    if (field->kind == FIELD_BENEFIT) {
        check_known(policy, &policy->fund_by_name, LANG_UNKNOWN_FUND, declaration->fund);
        check_payee(policy, field, declaration->pays);
    }
    for (size_t i = 0; i < declaration->to.list.count; i++)
        check_known(policy, &policy->role_by_name, LANG_UNKNOWN_ROLE, declaration->to.list.items[i]);
}

static void report_sealed(struct policy *policy, const struct field *alert, const struct field *shown,
                          struct name name) {
    struct diagnostic *diagnostic = REPORT(policy, LANG_SHOWS_SEALED, name.at, name.text, alert->name);
    if (diagnostic) diagnostic->related = span_position(shown->declaration->name.at);
}

/* What is listed beside an alert: fields of its row, or of one above it, while any text of it is in force. */
static void check_shows(struct policy *policy, struct field *field) {
    struct scope scope = scope_of(policy, field->entity);
    struct names *shows = &field->declaration->shows;
    if (field->rules.count) {
        scope.from = field->rules.items[0]->from;
        scope.until = field->rules.items[field->rules.count - 1]->until;
    }
    names_once(policy, shows);
    for (size_t i = 0; i < shows->list.count; i++) {
        struct name name = shows->list.items[i];
        struct expr *expr = ARENA_NEW(&policy->arena, struct expr);
        expr->kind = EXPR_PATH;
        expr->at = name.at;
        VECTOR_PUSH(&policy->arena, &expr->as.path.names.list, name);
        if (!compile_goes_on(policy)) return;
        if (resolve(&scope, expr, NULL).kind == TYPE_WRONG) continue;
        const struct field *shown = expr->as.path.target.field;
        if (expr->as.path.target.end != PATH_FIELD)
            REPORT(policy, LANG_SHOWS_NO_FIELD, name.at, name.text, field->name);
        else if (shown->sealed)
            report_sealed(policy, field, shown, name);
        else
            VECTOR_PUSH(&policy->arena, &field->shows, expr);
    }
}

/* An amount by the year is judged once a year, and says when. */
static void check_yearly(struct policy *policy, const struct field *field) {
    const struct declaration *declaration = field->declaration;
    bool by_year = field->type.kind == TYPE_NUMBER && field->type.powers[DIMENSION_MONTH] == -1 &&
                   number_compare(number_multiply(&policy->arena, field->scale, number_from(12)), number_one) == 0;
    if (field->kind == FIELD_BENEFIT && by_year && !declaration->yearly && !field->entity->is_event)
        REPORT(policy, LANG_BENEFIT_BY_YEAR, declaration->type.at, field->name);
    if (declaration->yearly && field->entity->is_event)
        REPORT(policy, LANG_YEARLY_EVENT, declaration->name.at, field->name);
}

static bool cites_any(const struct declaration *declaration, struct text clause) {
    for (size_t i = 0; i < declaration->cites.list.count; i++)
        if (text_equal(declaration->cites.list.items[i].text, clause)) return true;
    return false;
}

/* The exceptions of the same layer that cite what the rule says to go over. */
static void link_directly(struct policy *policy, const struct field *field, struct rule *rule) {
    const struct names *over = &rule->declaration->over;
    for (size_t i = 0; i < over->list.count; i++) {
        struct name clause = over->list.items[i];
        bool found = false;
        for (size_t k = 0; k < field->exceptions.count; k++) {
            struct rule *other = field->exceptions.items[k];
            if (other == rule || other->layer != rule->layer || !cites_any(other->declaration, clause.text)) continue;
            found = true;
            if (!rule_goes_over(rule, other)) VECTOR_PUSH(&policy->arena, &rule->over, other);
        }
        if (!found && !map_get(&policy->lost, TEXT("exception")))
            REPORT(policy, LANG_OVER_NOTHING, clause.at, clause.text, field->name);
    }
}

/* What an exception goes over includes what that goes over, through as many steps as there are. */
static void link_over(struct policy *policy, struct field *field) {
    size_t count = field->exceptions.count;
    if (count == 0) return;
    bool *seen = ARENA_ARRAY(&policy->arena, bool, count);
    for (size_t i = 0; i < count; i++) link_directly(policy, field, field->exceptions.items[i]);
    for (size_t i = 0; i < count && !arena_failed(&policy->arena); i++) {
        struct rule *rule = field->exceptions.items[i];
        memset(seen, 0, count * sizeof *seen);
        seen[i] = true;
        for (size_t k = 0; k < rule->over.count; k++) seen[rule->over.items[k]->index - field->rules.count] = true;
        for (size_t k = 0; k < rule->over.count; k++)
            for (size_t m = 0; m < rule->over.items[k]->over.count; m++) {
                struct rule *lower = rule->over.items[k]->over.items[m];
                if (lower == rule)
                    REPORT(policy, LANG_OVER_CIRCLE, rule->declaration->over.list.items[0].at, field->name);
                bool *known = &seen[lower->index - field->rules.count];
                if (!*known) VECTOR_PUSH(&policy->arena, &rule->over, lower);
                *known = true;
            }
    }
}

/* --- later versions --------------------------------------------------------------------------------------------- */

/* The options that belong to the rule and not to one text of it are read from the first text alone. A later one may
 * repeat them, so that it can be read by itself. */
static void report_change(struct policy *policy, const struct field *field, struct span at, struct text option) {
    struct diagnostic *diagnostic = REPORT(policy, LANG_VERSION_CHANGES_OPTION, at, option, field->name);
    if (diagnostic) diagnostic->related = span_position(field->declaration->name.at);
}

static void want_same(struct policy *policy, const struct field *field, const struct declaration *later,
                      const char *option, bool differs) {
    if (differs) report_change(policy, field, option_place(later, option), text_from(option));
}

static bool range_differs(struct policy *policy, const struct field *field, struct declaration *later) {
    struct number low, high;
    if (!range_declared(policy, later, &field->type, &low, &high)) return false;
    if (!field->bounded) return !field->declaration->low;
    return !number_equal(low, field->low) || !number_equal(high, field->high);
}

/* What is no fixed value was told already. */
static bool starts_differs(const struct expr *first, const struct expr *later) {
    if (!later || !first) return later != NULL;
    return expr_is_fixed(first) && expr_is_fixed(later) && !expr_equal(first, later);
}

static bool names_differ(const struct names *first, const struct names *later) {
    bool differ = first->list.count != later->list.count;
    for (size_t i = 0; !differ && i < later->list.count; i++)
        differ = !text_equal(first->list.items[i].text, later->list.items[i].text);
    return differ;
}

static void want_same_labels(struct policy *policy, const struct field *field, const struct declaration *later) {
    for (int language = 0; language < LANGUAGES; language++) {
        struct text label = later->label[language];
        if (label.length && !text_equal(label, field->declaration->label[language]))
            report_change(policy, field, span_of(later->name.at.source, label), label);
    }
}

static void check_version(struct policy *policy, const struct field *field, struct declaration *later) {
    const struct declaration *first = field->declaration;
    if (first == later) return;
    want_same_labels(policy, field, later);
    want_same(policy, field, later, "in", range_differs(policy, field, later));
    want_same(policy, field, later, "starts", starts_differs(first->starts, later->starts));
    want_same(policy, field, later, "yearly in", later->yearly && later->yearly != first->yearly);
    want_same(policy, field, later, "fund", later->fund.text.length && !text_equal(later->fund.text, first->fund.text));
    want_same(policy, field, later, "pays",
              later->pays.text.length &&
                  (!text_equal(later->pays.text, first->pays.text) || later->pay_day != first->pay_day));
    want_same(policy, field, later, "to", later->to.list.count && names_differ(&first->to, &later->to));
    want_same(policy, field, later, "finds", later->finds && later->finds != first->finds);
    want_same(policy, field, later, "shows", later->shows.list.count && names_differ(&first->shows, &later->shows));
}

/* A reference is a row of one month's dataset; the rows of another month are others, and in another order. */
static void check_reference(struct policy *policy, const struct field *field) {
    const struct declaration *declaration = field->declaration;
    bool kept = field->kind == FIELD_BENEFIT || field->entity->is_event || declaration->yearly;
    if (field->type.kind != TYPE_ROW || field->kind == FIELD_INPUT || !(kept || field->across)) return;
    struct span at = field->across ? field->across_at : declaration->type.at;
    struct diagnostic *diagnostic = REPORT(policy, LANG_REFERENCE_ACROSS_TIME, at, field->name);
    if (diagnostic && field->across) diagnostic->related = span_position(declaration->name.at);
}

static void check_field(struct policy *policy, struct field *field) {
    check_common(policy, field->declaration);
    if (field->kind == FIELD_INPUT) {
        check_input(policy, field);
        return;
    }
    if (field->type.kind == TYPE_FILE || field->type.kind == TYPE_FINDINGS || field->type.kind == TYPE_TEXT)
        REPORT(policy, LANG_RULE_TYPE, field->declaration->type.at, field->name, type_text(policy, &field->type));
    check_yearly(policy, field);
    for (size_t i = 0; i < field->rules.count; i++) check_rule(policy, field->rules.items[i]);
    for (size_t i = 0; i < field->exceptions.count; i++) check_rule(policy, field->exceptions.items[i]);
    for (size_t i = 0; i < field->rules.count; i++) check_version(policy, field, field->rules.items[i]->declaration);
    check_shows(policy, field);
    link_over(policy, field);
}

/* --- guarantees and indicators ---------------------------------------------------------------------------------- */

static void check_guarantee(struct policy *policy, struct guarantee *guarantee) {
    struct declaration *declaration = guarantee->declaration;
    check_common(policy, declaration);
    struct scope scope = scope_of(policy, guarantee->entity);
    scope.from = guarantee->from;
    scope.until = guarantee->until;
    if (declaration->where) resolve_bool(&scope, declaration->where);
    resolve_bool(&scope, declaration->test);
    if (declaration->consequence == CONSEQUENCE_REFUSE && !guarantee->entity->is_event)
        REPORT(policy, LANG_REFUSE_NO_EVENT, declaration->name.at, guarantee->name, guarantee->entity->name);
}

static void check_indicator(struct policy *policy, struct indicator *indicator) {
    struct declaration *declaration = indicator->declaration;
    check_common(policy, declaration);
    for (size_t level = 0; level < indicator->levels.count; level++) {
        struct scope scope = scope_of(policy, indicator->levels.items[level]);
        scope.from = indicator->from;
        scope.until = indicator->until;
        struct branch *branches = ARENA_ARRAY(&policy->arena, struct branch, declaration->branches.count);
        for (size_t i = 0; i < declaration->branches.count && !arena_failed(&policy->arena); i++) {
            const struct branch *branch = &declaration->branches.items[i];
            branches[i] = *branch;
            branches[i].value = expr_copy(&policy->arena, branch->value);
            if (branch->condition) branches[i].condition = expr_copy(&policy->arena, branch->condition);
            if (!compile_goes_on(policy)) return;
            if (branch->condition) resolve_bool(&scope, branches[i].condition);
            resolve_as(&scope, branches[i].value, &indicator->type, indicator->name);
        }
        VECTOR_PUSH(&policy->arena, &indicator->branches, branches);
    }
    /* Whoever reads the declaration itself sees it as at its first level. */
    for (size_t i = 0; indicator->branches.count && i < declaration->branches.count; i++)
        declaration->branches.items[i] = indicator->branches.items[0][i];
    if (!declaration->has_target) return;
    struct scope scope = scope_of(policy, NULL);
    if (expr_is_fixed(declaration->target) && declaration->target->kind != EXPR_PATH)
        resolve_as(&scope, declaration->target, &indicator->type, indicator->name);
    else
        REPORT(policy, LANG_TARGET_NOT_CONSTANT, declaration->target->at, indicator->name);
}

static void check_rest(struct policy *policy, struct declaration *declaration) {
    switch (declaration->head) {
    case HEAD_UNIT:
    case HEAD_FUND:
    case HEAD_ENUM:
    case HEAD_ENTITY:
    case HEAD_EVENT:
    case HEAD_CALENDAR:
    case HEAD_PARAMETER:
    case HEAD_READING:
    case HEAD_POLICY: check_common(policy, declaration); break;
    case HEAD_ROLE:
        check_common(policy, declaration);
        check_known(policy, &policy->entity_by_name, LANG_UNKNOWN_ENTITY, declaration->in);
        break;
    case HEAD_EXCEPTION:
        if (declaration->parameter_exception || declaration->reading_exception) check_common(policy, declaration);
        break;
    default: break;
    }
}

void check_all(struct policy *policy) {
    for (size_t i = 0; i < policy->layers.count; i++) {
        struct layer *layer = policy->layers.items[i];
        for (size_t k = 0; k < layer->declarations.count && compile_goes_on(policy); k++)
            check_rest(policy, layer->declarations.items[k]);
    }
    for (size_t i = 0; i < policy->fields.count && compile_goes_on(policy); i++) {
        struct field *field = policy->fields.items[i];
        field->bounded = range_declared(policy, field->declaration, &field->type, &field->low, &field->high);
    }
    for (size_t i = 0; i < policy->fields.count && compile_goes_on(policy); i++)
        check_field(policy, policy->fields.items[i]);
    for (size_t i = 0; i < policy->entities.count && compile_goes_on(policy); i++)
        check_settled(policy, policy->entities.items[i]);
    for (size_t i = 0; i < policy->guarantees.count && compile_goes_on(policy); i++)
        check_guarantee(policy, policy->guarantees.items[i]);
    for (size_t i = 0; i < policy->indicators.count && compile_goes_on(policy); i++)
        check_indicator(policy, policy->indicators.items[i]);
    for (size_t i = 0; i < policy->fields.count && compile_goes_on(policy); i++)
        check_reference(policy, policy->fields.items[i]);
}

/* --- copies ----------------------------------------------------------------------------------------------------- */

struct expr *expr_copy(struct arena *arena, const struct expr *expr) {
    struct expr *copy = ARENA_NEW(arena, struct expr);
    if (arena_failed(arena)) return copy;
    *copy = *expr;
    memset(&copy->items, 0, sizeof copy->items);
    for (size_t i = 0; i < expr->items.count; i++) {
        struct expr *item = expr_copy(arena, expr->items.items[i]);
        VECTOR_PUSH(arena, &copy->items, item);
    }
    if (expr->left) copy->left = expr_copy(arena, expr->left);
    if (expr->right) copy->right = expr_copy(arena, expr->right);
    if (expr->third) copy->third = expr_copy(arena, expr->third);
    return copy;
}
