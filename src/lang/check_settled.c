/* Events that are bills: who presents them, which benefits pay for them, and what is left. */
#include "lang/compile.h"

/* An input by which a bill is known; NULL, and told, when it does not date the event. */
static struct field *dated_input(struct policy *policy, const struct entity *entity, struct name name) {
    for (size_t i = 0; i < entity->dated.count; i++)
        if (text_equal(entity->dated.items[i]->name, name.text)) return entity->dated.items[i];
    if (!name_is_lost(policy, name)) REPORT(policy, LANG_SETTLED_NOT_DATED, name.at, name.text, entity->name);
    return NULL;
}

static struct field *of_kind(struct policy *policy, struct field *field, struct name name, enum type_kind kind,
                             enum lang_message message) {
    if (!field || field->type.kind == kind || field->type.kind == TYPE_WRONG) return field;
    REPORT(policy, message, name.at, name.text);
    return NULL;
}

static bool is_money(const struct field *field) {
    struct type money = type_power(DIMENSION_MONEY, 1);
    return field->type.kind == TYPE_WRONG || type_equal(&field->type, &money);
}

static struct field *named_field(struct policy *policy, const struct entity *entity, struct name name) {
    struct field *field = map_get(&entity->by_name, name.text);
    if (field) return field;
    struct suggestion suggestion = suggest(policy, name.text);
    suggestion_note_map(&suggestion, &entity->by_name);
    report_unknown(policy, LANG_SETTLED_NO_FIELD, name, entity->name, &suggestion);
    return NULL;
}

static struct field *amount(struct policy *policy, const struct entity *entity, struct name name) {
    struct field *field = named_field(policy, entity, name);
    if (!field || is_money(field)) return field;
    REPORT(policy, LANG_SETTLED_NO_MONEY, name.at, name.text);
    return NULL;
}

static void find_layers(struct policy *policy, struct entity *entity, struct name at) {
    size_t pay = 0;
    for (size_t i = 0; i < entity->fields.count; i++) {
        struct field *field = entity->fields.items[i];
        if (field->kind != FIELD_BENEFIT || !text_equal(field->declaration->pays.text, at.text)) continue;
        pay++;
        if (is_money(field))
            VECTOR_PUSH(&policy->arena, &entity->settled.layers, field);
        else
            REPORT(policy, LANG_SETTLED_NO_MONEY, field->declaration->name.at, field->name);
    }
    if (pay == 0) REPORT(policy, LANG_SETTLED_NO_BENEFIT, at.at, entity->name, at.text);
}

static void find_shown(struct policy *policy, struct entity *entity) {
    const struct names *shows = &entity->declaration->settled_shows, *where = &entity->declaration->settled_where;
    struct map seen;
    map_init(&seen, &policy->arena);
    for (size_t i = 0; i < shows->list.count; i++) {
        struct name name = shows->list.items[i], whom = where->list.items[i];
        struct shown shown = {.field = named_field(policy, entity, name)};
        if (map_get(&seen, name.text)) REPORT(policy, LANG_NAME_TWICE, name.at, name.text);
        if (whom.text.length)
            shown.where =
                of_kind(policy, named_field(policy, entity, whom), whom, TYPE_BOOL, LANG_SETTLED_WHERE_NO_TRUTH);
        if (shown.field) VECTOR_PUSH(&policy->arena, &entity->settled.shows, shown);
        map_put(&seen, name.text, entity);
    }
}

/* Whoever settles it has no keys. */
static void want_no_sealed(struct policy *policy, const struct entity *entity) {
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct field *input = entity->inputs.items[i];
        if (input->sealed) REPORT(policy, LANG_SETTLED_SEALED, input->declaration->name.at, input->name, entity->name);
    }
}

void check_settled(struct policy *policy, struct entity *entity) {
    const struct declaration *declaration = entity->declaration;
    struct name at = declaration->settled_at, by = declaration->settled_by;
    struct settled *settled = &entity->settled;
    if (at.text.length == 0) return;
    settled->at = of_kind(policy, dated_input(policy, entity, at), at, TYPE_ROW, LANG_SETTLED_AT_NO_ROW);
    settled->by = of_kind(policy, dated_input(policy, entity, by), by, TYPE_TEXT, LANG_SETTLED_BY_NO_TEXT);
    settled->total = amount(policy, entity, declaration->settled_of);
    settled->rest = amount(policy, entity, declaration->settled_leaving);
    if (settled->at) find_layers(policy, entity, at);
    want_no_sealed(policy, entity);
    find_shown(policy, entity);
}
