/* Names that are not there: told with the nearest that is, or with what may stand in their place. */
#include "exchange/case_inside.h"

enum { LISTED_BYTES_MAX = 160 };

void case_choice_begin(struct case_choice *choice, struct a_case *a_case, struct text wanted) {
    *choice = (struct case_choice){.a_case = a_case};
    suggestion_begin(&choice->suggestion, wanted);
}

/* A list that fills the screen helps nobody. */
static void list(struct case_choice *choice, struct text name) {
    struct arena *arena = choice->a_case->arena;
    if (choice->full) return;
    choice->full = choice->listed.length + name.length > LISTED_BYTES_MAX;
    if (choice->full) name = TEXT("…");
    choice->listed =
        choice->listed.length == 0 ? name : text_format(arena, "%.*s, %.*s", TEXT_ARG(choice->listed), TEXT_ARG(name));
}

void case_choice_note(struct case_choice *choice, struct text name) {
    suggestion_note(&choice->suggestion, name);
    list(choice, name);
}

void case_choice_note_labels(struct case_choice *choice, const struct text label[LANGUAGES]) {
    for (int language = 0; language < LANGUAGES; language++)
        if (label[language].length) suggestion_note(&choice->suggestion, label[language]);
}

void case_choice_note_fields(struct case_choice *choice, const struct entity *entity) {
    for (size_t i = 0; i < entity->fields.count; i++) {
        case_choice_note(choice, entity->fields.items[i]->name);
        case_choice_note_labels(choice, entity->fields.items[i]->label);
    }
}

void case_choice_tell(struct case_choice *choice, enum exchange_message message, struct position at,
                      struct text where) {
    const struct suggestion *suggestion = &choice->suggestion;
    struct text arguments[] = {suggestion->wanted, where, choice->listed, suggestion->best};
    enum exchange_message told = suggestion->best.length ? message + 1 : message;
    case_tell(choice->a_case, told, at, arguments, sizeof arguments / sizeof *arguments);
}

/* --- keys ------------------------------------------------------------------------------------------------------- */

/* {income:600}: in braces that is a key, with nothing behind it. */
static bool tell_colon(struct a_case *a_case, const struct entity *entity, const struct yaml_pair *pair) {
    size_t colon = 0;
    while (colon < pair->key.length && pair->key.bytes[colon] != ':') colon++;
    if (colon == pair->key.length || pair->value->kind != YAML_SCALAR || pair->value->scalar.length) return false;
    struct text key = text_slice(pair->key, 0, colon);
    if (!case_belongs(a_case->policy->policy, entity, key)) return false;
    case_complain(a_case, EXCHANGE_CASE_COLON, pair->key_at, key, text_slice(pair->key, colon + 1, pair->key.length));
    return true;
}

/* A field of another entity stands at the wrong level. */
static bool tell_elsewhere(struct a_case *a_case, const struct entity *entity, const struct yaml_pair *pair) {
    const struct policy *policy = a_case->policy->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        if (!entity_field(policy->entities.items[i], pair->key)) continue;
        struct text arguments[] = {pair->key, entity->name, policy->entities.items[i]->name};
        case_tell(a_case, EXCHANGE_CASE_KEY_ELSEWHERE, pair->key_at, arguments, 3);
        return true;
    }
    return false;
}

void case_tell_key(struct a_case *a_case, const struct entity *entity, const struct yaml_pair *pair, bool output) {
    const struct policy *policy = a_case->policy->policy;
    if (tell_colon(a_case, entity, pair) || tell_elsewhere(a_case, entity, pair)) return;
    struct case_choice choice;
    case_choice_begin(&choice, a_case, pair->key);
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->parent == entity) case_choice_note(&choice, policy->entities.items[i]->name);
    case_choice_note_fields(&choice, entity);
    if (!output && entity->parent) case_choice_note(&choice, entity->parent->name);
    static const char *const words[] = {"from", "until", "opening", "holds", "breaks"};
    for (size_t i = output ? 3 : 0; i < (output ? 5 : 3); i++) case_choice_note(&choice, text_from(words[i]));
    case_choice_tell(&choice, EXCHANGE_CASE_KEY, pair->key_at, entity->name);
}

void case_tell_top_key(struct a_case *a_case, const struct yaml_pair *pair, struct text where) {
    const struct policy *policy = a_case->policy->policy;
    struct case_choice choice;
    case_choice_begin(&choice, a_case, pair->key);
    for (size_t i = 0; i < policy->entities.count; i++) case_choice_note(&choice, policy->entities.items[i]->name);
    for (size_t i = 0; i < policy->entities.count; i++) case_choice_note_fields(&choice, policy->entities.items[i]);
    case_choice_tell(&choice, EXCHANGE_CASE_KEY, pair->key_at, where);
}

bool case_resembles_child(const struct policy *policy, const struct entity *parent, struct text key) {
    struct suggestion suggestion;
    suggestion_begin(&suggestion, key);
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->parent == parent) suggestion_note(&suggestion, policy->entities.items[i]->name);
    return suggestion.best.length > 0;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

void case_tell_row(struct a_case *a_case, const struct entity *entity, struct position at, struct text id) {
    struct case_choice choice;
    case_choice_begin(&choice, a_case, id);
    for (size_t i = 0; i < a_case->rows.count; i++)
        if (a_case->rows.items[i]->entity == entity) case_choice_note(&choice, a_case->rows.items[i]->id);
    case_choice_tell(&choice, EXCHANGE_CASE_ROW, at, entity->name);
}

bool case_check_rows(struct a_case *a_case, struct text name, const struct yaml_node *node) {
    if (node->kind == YAML_MAPPING || (node->kind == YAML_SCALAR && node->scalar.length == 0)) return true;
    case_complain(a_case, EXCHANGE_CASE_ROWS, node->at, name, node->kind == YAML_SCALAR ? node->scalar : TEXT("[…]"));
    return false;
}

/* --- values ----------------------------------------------------------------------------------------------------- */

void case_tell_value(struct a_case *a_case, const struct type *type, struct text name, const struct yaml_node *node) {
    struct text found = node->kind == YAML_SCALAR ? node->scalar : TEXT("…");
    if (type->kind == TYPE_ENUM && node->kind == YAML_SCALAR) {
        struct case_choice choice;
        case_choice_begin(&choice, a_case, found);
        for (size_t i = 0; i < type->enumeration->count; i++) {
            case_choice_note(&choice, type->enumeration->values[i].name.text);
            case_choice_note_labels(&choice, type->enumeration->values[i].label);
        }
        case_choice_tell(&choice, EXCHANGE_CASE_CHOICE, node->at, name);
        return;
    }
    enum exchange_message message = type->kind == TYPE_BOOL   ? EXCHANGE_CASE_TRUTH
                                    : type->kind == TYPE_DATE ? EXCHANGE_CASE_DATE
                                                              : EXCHANGE_CASE_VALUE;
    case_complain(a_case, message, node->at, name, found);
}
