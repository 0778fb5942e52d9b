/* The rows of a case: nested, by id, in lists; and the areas above them. */
#include "exchange/case_inside.h"

static bool plural_of(struct text plural, struct text singular) {
    struct text stem = text_slice(plural, 0, plural.length > 0 ? plural.length - 1 : 0);
    if (plural.length > 0 && plural.bytes[plural.length - 1] == 's' && text_equal(stem, singular)) return true;
    bool ies = plural.length > 3 && text_is(text_slice(plural, plural.length - 3, plural.length), "ies");
    return ies && singular.length == plural.length - 2 && singular.bytes[singular.length - 1] == 'y' &&
           text_equal(text_slice(plural, 0, plural.length - 3), text_slice(singular, 0, singular.length - 1));
}

const struct entity *case_entity(const struct policy *policy, struct text name) {
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (text_equal(entity->name, name) || plural_of(name, entity->name)) return entity;
    }
    return NULL;
}

static bool is_reserved(struct text key) {
    return text_is(key, "from") || text_is(key, "until") || text_is(key, "opening");
}

bool case_belongs(const struct policy *policy, const struct entity *entity, struct text key) {
    const struct entity *other = case_entity(policy, key);
    return is_reserved(key) || entity_field(entity, key) ||
           (other && (other->parent == entity || other == entity->parent));
}

static struct case_row *find_row(const struct a_case *a_case, const struct entity *entity, struct text id) {
    for (size_t i = 0; i < a_case->rows.count; i++) {
        struct case_row *row = a_case->rows.items[i];
        if (row->entity == entity && text_equal(row->id, id)) return row;
    }
    return NULL;
}

static struct case_row *add_row(struct a_case *a_case, const struct entity *entity, struct text id,
                                struct case_row *parent, const struct yaml_node *node) {
    struct case_row *row = ARENA_NEW(a_case->arena, struct case_row);
    *row = (struct case_row){
        .entity = entity, .id = id, .parent = parent, .node = node, .from = MONTH_FIRST, .until = MONTH_LAST};
    VECTOR_PUSH(a_case->arena, &a_case->rows, row);
    return row;
}

/* --- areas above ------------------------------------------------------------------------------------------------ */

const struct area_line *area_line_at(const struct case_policy *policy, const struct entity *entity, struct text code) {
    const struct entity *level = NULL;
    const struct area_line *line = NULL;
    for (size_t i = 0; i < policy->policy->entities.count && !line; i++) {
        line = area_find(&policy->books[i], code);
        if (line) level = policy->policy->entities.items[i];
    }
    while (line && level != entity && entity_is_within(level, entity)) {
        level = level->parent;
        line = area_find(&policy->books[level->index], line->parent);
    }
    while (line && level != entity && entity_is_within(entity, level)) {
        const struct entity *below = entity;
        while (below->parent != level) below = below->parent;
        line = area_first_below(&policy->books[below->index], line->id);
        level = below;
    }
    return line;
}

/* The code, at the entity's level, of the case's area. */
static struct text area_code(const struct a_case *a_case, const struct entity *entity) {
    const struct area_line *line = area_line_at(a_case->policy, entity, a_case->area);
    return line ? line->id : TEXT("");
}

static void attach_line(struct a_case *a_case, struct case_row *row) {
    row->book = &a_case->policy->books[row->entity->index];
    row->line = area_find(row->book, row->id);
}

static bool parent_in_areas(struct a_case *a_case, struct case_row *row) {
    if (!row->line || !row->entity->parent || row->line->parent.length == 0) return false;
    const struct entity *above = row->entity->parent;
    row->parent = find_row(a_case, above, row->line->parent);
    if (row->parent) return true;
    row->parent = add_row(a_case, above, row->line->parent, NULL, NULL);
    attach_line(a_case, row->parent);
    if (!parent_in_areas(a_case, row->parent) && above->parent)
        row->parent->parent = case_default_row(a_case, above->parent);
    return true;
}

struct case_row *case_default_row(struct a_case *a_case, const struct entity *entity) {
    for (size_t i = 0; i < a_case->rows.count; i++)
        if (a_case->rows.items[i]->entity == entity) return a_case->rows.items[i];
    struct text code = a_case->area.length ? area_code(a_case, entity) : TEXT("");
    struct case_row *row = add_row(a_case, entity, code.length ? code : entity->name, NULL, NULL);
    attach_line(a_case, row);
    if (!parent_in_areas(a_case, row) && entity->parent) row->parent = case_default_row(a_case, entity->parent);
    return row;
}

/* --- rows as written -------------------------------------------------------------------------------------------- */

static void collect(struct a_case *a_case, const struct entity *entity, const struct yaml_node *node,
                    struct case_row *parent);

static bool read_month(struct a_case *a_case, const struct yaml_node *node, month_number *month) {
    if (node->kind == YAML_SCALAR && month_parse(node->scalar, month)) return true;
    case_complain(a_case, EXCHANGE_CASE_MONTH, node->at, node->scalar, TEXT(""));
    return false;
}

/* adults: [anna, ben] under a household makes them its members in that part. */
static bool collect_members(struct a_case *a_case, struct case_row *above, const struct yaml_pair *pair) {
    const struct policy *policy = a_case->policy->policy;
    for (size_t i = 0; i < policy->entities.count; i++) {
        const struct entity *entity = policy->entities.items[i];
        if (entity->parent != above->entity) continue;
        for (size_t k = 0; k < entity->inputs.count; k++) {
            const struct field *field = entity->inputs.items[k];
            if (field->type.kind != TYPE_ENUM) continue;
            struct text value = pair->key;
            int found = enumeration_find(field->type.enumeration, value);
            for (size_t v = 0; found < 0 && v < field->type.enumeration->count; v++)
                if (plural_of(value, field->type.enumeration->values[v].name.text)) found = (int)v;
            if (found < 0) continue;
            size_t count = pair->value->kind == YAML_SEQUENCE ? pair->value->count : 1;
            for (size_t m = 0; m < count; m++) {
                const struct yaml_node *name = pair->value->kind == YAML_SEQUENCE ? pair->value->items[m] : pair->value;
                struct case_row *row = find_row(a_case, entity, name->scalar);
                if (!row) row = add_row(a_case, entity, name->scalar, above, NULL);
                row->parent = above;
                row->role = field;
                row->role_value = field->type.enumeration->values[found].name.text;
            }
            return true;
        }
    }
    return false;
}

/* A value by month whose month is none would never hold, and nobody would see it. */
static void check_months(struct a_case *a_case, const struct yaml_node *node) {
    month_number month;
    for (size_t i = 0; case_is_by_month(node) && i < node->count; i++)
        if (!case_month_key(node->pairs[i].key, &month))
            case_complain(a_case, EXCHANGE_CASE_MONTH, node->pairs[i].key_at, node->pairs[i].key, TEXT(""));
}

static void collect_row(struct a_case *a_case, const struct entity *entity, struct text id,
                        const struct yaml_node *node, struct case_row *parent) {
    const struct policy *policy = a_case->policy->policy;
    struct case_row *row = find_row(a_case, entity, id);
    if (row && !row->node)
        row->node = node;
    else
        row = add_row(a_case, entity, id, parent, node);
    attach_line(a_case, row);
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        const struct entity *other = case_entity(policy, pair->key);
        if (text_is(pair->key, "from"))
            read_month(a_case, pair->value, &row->from);
        else if (text_is(pair->key, "until"))
            read_month(a_case, pair->value, &row->until);
        else if (entity_field(entity, pair->key))
            check_months(a_case, pair->value);
        else if (other && other->parent == entity)
            collect(a_case, other, pair->value, row);
        else if (!case_belongs(policy, entity, pair->key) && !collect_members(a_case, row, pair))
            case_tell_key(a_case, entity, pair, false);
    }
}

static struct text single_id(struct a_case *a_case, const struct entity *entity, const struct case_row *parent) {
    struct text code = a_case->area.length ? area_code(a_case, entity) : TEXT("");
    if (code.length) return code;
    return parent ? text_format(a_case->arena, "%.*s/%.*s", TEXT_ARG(parent->id), TEXT_ARG(entity->name))
                  : entity->name;
}

/* A mapping with at least one key of the entity. */
static bool is_row(const struct policy *policy, const struct entity *entity, const struct yaml_node *node) {
    if (node->kind != YAML_MAPPING || case_is_by_month(node)) return false;
    for (size_t i = 0; i < node->count; i++)
        if (case_belongs(policy, entity, node->pairs[i].key)) return true;
    return false;
}

/* Rows by id, or the fields of one row? A misspelt name must not turn the one into the other, or what is right gets
 * the blame: so the names that are right decide, and where there is none, the shape. An id may be called like a
 * field. */
static bool is_by_id(const struct policy *policy, const struct entity *entity, const struct yaml_node *node) {
    size_t rows = 0, fields = 0, left_empty = 0;
    bool misspelt = false;
    if (node->kind != YAML_MAPPING || node->count == 0) return false;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        const struct entity *other = case_entity(policy, pair->key);
        bool named = case_belongs(policy, entity, pair->key);
        bool empty = pair->value->kind == YAML_SCALAR && pair->value->scalar.length == 0;
        if ((other && other->parent == entity) || text_is(pair->key, "opening")) return false;
        if (is_row(policy, entity, pair->value)) {
            rows++;
        } else if (empty) {
            left_empty += named;
        } else if (pair->value->kind != YAML_MAPPING || case_is_by_month(pair->value)) {
            if (named) return false;
            fields++;
        } else {
            misspelt = misspelt || (pair->value->count && case_resembles_child(policy, entity, pair->key));
        }
    }
    return rows > 0 || (fields == 0 && !misspelt && left_empty < node->count);
}

static void collect(struct a_case *a_case, const struct entity *entity, const struct yaml_node *node,
                    struct case_row *parent) {
    const struct policy *policy = a_case->policy->policy;
    if (node->kind == YAML_SEQUENCE) {
        for (size_t i = 0; i < node->count; i++) {
            struct text id = parent ? text_format(a_case->arena, "%.*s/%zu", TEXT_ARG(parent->id), i + 1)
                                    : text_format(a_case->arena, "%zu", i + 1);
            if (case_check_rows(a_case, entity->name, node->items[i]))
                collect_row(a_case, entity, id, node->items[i], parent);
        }
        return;
    }
    if (!case_check_rows(a_case, entity->name, node)) return;
    if (!is_by_id(policy, entity, node)) {
        collect_row(a_case, entity, single_id(a_case, entity, parent), node, parent);
        return;
    }
    for (size_t i = 0; i < node->count; i++)
        if (case_check_rows(a_case, node->pairs[i].key, node->pairs[i].value))
            collect_row(a_case, entity, node->pairs[i].key, node->pairs[i].value, parent);
}

/* Fields straight under `input` belong to the one row of the entity that has them. */
static void collect_flat(struct a_case *a_case, const struct yaml_node *input) {
    const struct policy *policy = a_case->policy->policy;
    for (size_t e = policy->entities.count; e-- > 0;) {
        const struct entity *entity = policy->entities.items[e];
        bool any = false;
        for (size_t i = 0; i < input->count; i++)
            any = any || (!case_entity(policy, input->pairs[i].key) && entity_field(entity, input->pairs[i].key));
        if (any && !find_row(a_case, entity, entity->name)) add_row(a_case, entity, entity->name, NULL, input);
    }
}

/* A parent named by its code (village: 530521001001) is taken from the areas when the case does not write it. */
static void add_named_parent(struct a_case *a_case, const struct entity *entity, const struct yaml_node *name) {
    if (name->kind == YAML_MAPPING)
        for (size_t i = 0; i < name->count; i++) add_named_parent(a_case, entity, name->pairs[i].value);
    if (name->kind != YAML_SCALAR || find_row(a_case, entity, name->scalar)) return;
    if (!area_find(&a_case->policy->books[entity->index], name->scalar)) return;
    struct case_row *row = add_row(a_case, entity, name->scalar, NULL, NULL);
    attach_line(a_case, row);
}

static void link_parents(struct a_case *a_case) {
    for (size_t i = 0; i < a_case->rows.count; i++) {
        struct case_row *row = a_case->rows.items[i];
        const struct entity *above = row->entity->parent;
        for (size_t k = 0; above && row->node && row->node->kind == YAML_MAPPING && k < row->node->count; k++)
            if (text_equal(row->node->pairs[k].key, above->name))
                add_named_parent(a_case, above, row->node->pairs[k].value);
        if (row->parent || !row->entity->parent) continue;
        if (!parent_in_areas(a_case, row)) row->parent = case_default_row(a_case, row->entity->parent);
    }
}

bool case_collect_rows(struct a_case *a_case) {
    const struct policy *policy = a_case->policy->policy;
    const struct yaml_node *input = yaml_get(a_case->node, "input");
    if (input && case_check_rows(a_case, TEXT("input"), input)) {
        for (size_t e = 0; e < policy->entities.count; e++) /* parents before children, so that areas find their rows */
            for (size_t i = 0; i < input->count; i++)
                if (case_entity(policy, input->pairs[i].key) == policy->entities.items[e])
                    collect(a_case, policy->entities.items[e], input->pairs[i].value, NULL);
        collect_flat(a_case, input);
        for (size_t i = 0; i < input->count; i++) {
            bool known = case_entity(policy, input->pairs[i].key) != NULL;
            for (size_t e = 0; e < policy->entities.count; e++)
                known = known || entity_field(policy->entities.items[e], input->pairs[i].key);
            if (!known) case_tell_top_key(a_case, &input->pairs[i], TEXT("input"));
        }
    }
    if (a_case->rows.count == 0 && policy->entities.count) /* a case without input: one empty row of the lowest kind */
        for (size_t e = policy->entities.count; e-- > 0;)
            if (!policy->entities.items[e]->is_event && !policy->entities.items[e]->matched_by) {
                case_default_row(a_case, policy->entities.items[e]);
                break;
            }
    link_parents(a_case);
    return !a_case->broken && !arena_failed(a_case->arena);
}
