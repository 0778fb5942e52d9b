#include "sample/profile.h"

#include "lang/suggestion.h"
#include "sample/draw.h"
#include "sample/messages.h"

#include <assert.h>

enum {
    DECIMALS_MAX = 6,
    FAMILIES_AT_MOST = 9999, /* what the four digits of a family's id can tell */
    GROUP_TIMES_MAX = 999,
    YEAR_FIRST = 1950, /* so that the oldest person's birth is a date */
    YEAR_LAST = 2190
};

struct profile_reader {
    struct profile *profile;
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct yaml_node *root;
    size_t errors_before; /* those that were there already */
    size_t drawn;         /* columns whose order is settled */
    struct sample_step *member_step;
};

/* Words, entities, columns */

struct sample_value profile_word(struct profile *profile, struct text word) {
    struct sample_value *known = map_get(&profile->words_by_text, word);
    if (known) return *known;
    struct sample_value *value = ARENA_NEW(profile->arena, struct sample_value);
    value->number = (int64_t)profile->words.count;
    value->text = text_copy(profile->arena, word);
    VECTOR_PUSH(profile->arena, &profile->words, value);
    map_put(&profile->words_by_text, value->text, value);
    return *value;
}

static struct sample_entity *profile_entity(const struct profile *profile, struct text name) {
    for (size_t i = 0; i < profile->entities.count; i++) {
        if (text_equal(profile->entities.items[i]->name, name)) return profile->entities.items[i];
    }
    return NULL;
}

struct sample_column *entity_column(const struct sample_entity *entity, struct text name) {
    for (size_t i = 0; entity && i < entity->columns.count; i++) {
        if (text_equal(entity->columns.items[i]->name, name)) return entity->columns.items[i];
    }
    return NULL;
}

bool column_has_word(const struct sample_column *column, int64_t word) {
    for (size_t i = 0; i < column->words.count; i++) {
        if (column->words.items[i] == word) return true;
    }
    return false;
}

static void complain(struct profile_reader *reader, enum sample_message message, struct position at, struct text first,
                     struct text second) {
    sample_complain(reader->diagnostics, message, at, first, second, TEXT(""));
}

static struct sample_entity *entity_new(struct profile_reader *reader, struct text name, struct sample_entity *parent) {
    struct sample_entity *entity = ARENA_NEW(reader->arena, struct sample_entity);
    entity->name = name;
    entity->parent = parent;
    entity->level = reader->profile->level_count - 1;
    VECTOR_PUSH(reader->arena, &reader->profile->entities, entity);
    return entity;
}

static struct sample_column *column_new(struct profile_reader *reader, struct sample_entity *entity, struct text name) {
    struct sample_column *column = ARENA_NEW(reader->arena, struct sample_column);
    column->name = name;
    column->entity = entity;
    column->slot = entity->columns.count;
    column->order = reader->drawn++;
    column->stream = random_stream(random_name(entity->name), random_name(name));
    VECTOR_PUSH(reader->arena, &entity->columns, column);
    return column;
}

/* Keys */

static void unknown(struct profile_reader *reader, struct position at, const struct suggestion *suggestion) {
    complain(reader, suggestion->best.length ? SAMPLE_UNKNOWN_KEY_LIKE : SAMPLE_UNKNOWN_KEY, at, suggestion->wanted,
             suggestion->best);
}

static bool is_known(struct text key, const char *const *known, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (text_is(key, known[i])) return true;
    }
    return false;
}

/* Complains of every key that is not among the known ones. */
static void check_keys(struct profile_reader *reader, const struct yaml_node *mapping, const char *const *known,
                       size_t count) {
    for (size_t i = 0; mapping->kind == YAML_MAPPING && i < mapping->count; i++) {
        if (is_known(mapping->pairs[i].key, known, count)) continue;
        struct suggestion suggestion;
        suggestion_begin(&suggestion, mapping->pairs[i].key);
        for (size_t k = 0; k < count; k++) suggestion_note(&suggestion, text_from(known[k]));
        unknown(reader, mapping->pairs[i].key_at, &suggestion);
    }
}
#define CHECK_KEYS(reader, mapping, ...)                                                                               \
    check_keys((reader), (mapping), (const char *const[]){__VA_ARGS__},                                                \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* The value of a key, of that kind; complains when it is missing or of another. */
static const struct yaml_node *need(struct profile_reader *reader, const struct yaml_node *mapping, const char *key,
                                    enum yaml_kind kind) {
    static const enum sample_message wrong[] = {SAMPLE_NOT_SCALAR, SAMPLE_NOT_SEQUENCE, SAMPLE_NOT_MAPPING};
    const struct yaml_node *node = mapping->kind == YAML_MAPPING ? yaml_get(mapping, key) : NULL;
    if (!node) complain(reader, SAMPLE_MISSING_KEY, mapping->at, text_from(key), TEXT(""));
    if (!node || node->kind == kind) return node;
    complain(reader, wrong[kind], node->at, text_from(key), TEXT(""));
    return NULL;
}

static bool is_mapping(struct profile_reader *reader, const struct yaml_node *node, struct text name) {
    if (node->kind == YAML_MAPPING) return true;
    complain(reader, SAMPLE_NOT_MAPPING, node->at, name, TEXT(""));
    return false;
}

static bool read_number(struct profile_reader *reader, const struct yaml_node *node, const char *key, int64_t least,
                        int64_t most, int64_t *out) {
    int64_t number = 0;
    bool good = node->kind == YAML_SCALAR && node->scalar.length > 0 && node->scalar.length < 10;
    for (size_t i = 0; good && i < node->scalar.length; i++) {
        char byte = node->scalar.bytes[i];
        if (byte == '_') continue;
        good = is_digit(byte);
        number = number * 10 + (byte - '0');
    }
    good = good && number >= least && number <= most;
    if (good)
        *out = number;
    else
        complain(reader, SAMPLE_BAD_NUMBER, node->at, text_from(key), TEXT(""));
    return good;
}

static bool read_kind(struct profile_reader *reader, const struct yaml_node *node, enum kind *out) {
    for (int kind = KIND_TRUTH; kind <= KIND_TEXT; kind++) {
        *out = (enum kind)kind;
        if (node->kind == YAML_SCALAR && text_equal(node->scalar, kind_name(*out))) return true;
    }
    complain(reader, SAMPLE_UNKNOWN_KIND, node->at, node->scalar, TEXT(""));
    return false;
}

/* The head: month, areas, who is family and member, lists */

static void read_month(struct profile_reader *reader) {
    const struct yaml_node *node = need(reader, reader->root, "month", YAML_SCALAR);
    if (!node) return;
    month_number month;
    if (month_parse(node->scalar, &month) && month_year(month) >= YEAR_FIRST && month_year(month) <= YEAR_LAST) {
        reader->profile->first_day = month_first_day(month);
    } else {
        complain(reader, SAMPLE_BAD_MONTH, node->at, node->scalar, TEXT(""));
    }
}

static void read_levels(struct profile_reader *reader) {
    const struct yaml_node *areas = need(reader, reader->root, "areas", YAML_MAPPING);
    for (size_t i = 0; areas && i < areas->count; i++) {
        if (i == AREA_LEVELS_MAX) {
            complain(reader, SAMPLE_MANY_LEVELS, areas->pairs[i].key_at, TEXT(""), TEXT(""));
            return;
        }
        struct level *level = &reader->profile->levels[reader->profile->level_count++];
        const struct yaml_node *fields = areas->pairs[i].value;
        level->name = areas->pairs[i].key;
        for (size_t k = 0; is_mapping(reader, fields, level->name) && k < fields->count; k++) {
            struct level_field field = {.name = fields->pairs[k].key};
            if (read_kind(reader, fields->pairs[k].value, &field.kind))
                VECTOR_PUSH(reader->arena, &level->fields, field);
        }
    }
}

static void read_entities(struct profile_reader *reader) {
    const struct yaml_node *family = need(reader, reader->root, "family", YAML_MAPPING);
    const struct yaml_node *member = need(reader, reader->root, "member", YAML_MAPPING);
    if (!family || !member) return;
    CHECK_KEYS(reader, family, "entity", "shape", "weight", "at_most");
    CHECK_KEYS(reader, member, "entity");
    const struct yaml_node *family_name = need(reader, family, "entity", YAML_SCALAR);
    const struct yaml_node *member_name = need(reader, member, "entity", YAML_SCALAR);
    const struct yaml_node *at_most = need(reader, family, "at_most", YAML_SCALAR);
    if (at_most) read_number(reader, at_most, "at_most", 1, FAMILIES_AT_MOST, &reader->profile->families_at_most);
    if (!family_name || !member_name || reader->profile->level_count == 0) return;
    reader->profile->family = entity_new(reader, family_name->scalar, NULL);
    reader->profile->member = entity_new(reader, member_name->scalar, reader->profile->family);
    column_new(reader, reader->profile->member, TEXT("role"))->kind = KIND_WORD;
}

static size_t word_end(struct text text, size_t from) {
    while (from < text.length && text.bytes[from] != ' ' && text.bytes[from] != '\n') from++;
    return from;
}

static void read_lists(struct profile_reader *reader) {
    const struct yaml_node *lists = yaml_get(reader->root, "lists");
    if (!lists || !is_mapping(reader, lists, TEXT("lists"))) return;
    for (size_t i = 0; i < lists->count && !arena_failed(reader->arena); i++) {
        struct word_list *list = ARENA_NEW(reader->arena, struct word_list);
        struct text text = lists->pairs[i].value->scalar;
        for (size_t from = 0, end; from < text.length; from = end + 1) {
            end = word_end(text, from);
            if (end == from) continue;
            struct sample_value word = profile_word(reader->profile, text_slice(text, from, end));
            VECTOR_PUSH(reader->arena, &list->words, word.number);
        }
        if (list->words.count)
            map_put(&reader->profile->lists, lists->pairs[i].key, list);
        else
            complain(reader, SAMPLE_EMPTY_LIST, lists->pairs[i].value->at, lists->pairs[i].key, TEXT(""));
    }
}

/* Columns */

/* `given: whole` or `given: [words]`: the kind is told here, the value by each shape or group. */
static void read_given_kind(struct profile_reader *reader, struct sample_column *column,
                            const struct yaml_node *given) {
    if (given->kind != YAML_SEQUENCE) {
        read_kind(reader, given, &column->kind);
        return;
    }
    column->kind = KIND_WORD;
    for (size_t i = 0; i < given->count; i++) {
        struct sample_value word = profile_word(reader->profile, given->items[i]->scalar);
        VECTOR_PUSH(reader->arena, &column->words, word.number);
    }
}

static void read_cell(struct profile_reader *reader, struct sample_column *column, const struct yaml_node *node) {
    const struct yaml_node *share = yaml_get(node, "unknown"), *decimals = yaml_get(node, "decimals");
    const struct yaml_node *when = yaml_get(node, "when");
    int64_t digits = 0;
    if (share) share_read(share->scalar, share->at, reader->diagnostics, &column->unknown);
    if (decimals && read_number(reader, decimals, "decimals", 0, DECIMALS_MAX, &digits)) {
        column->decimals = (unsigned)digits;
    }
    if (when) complain(reader, SAMPLE_ONLY_CASE, when->at, TEXT("when"), TEXT(""));
}

static void read_column(struct profile_reader *reader, struct sample_column *column, const struct yaml_node *node,
                        size_t step_before, bool may_be_given) {
    struct sample_scope scope = {.profile = reader->profile,
                                 .entity = column->entity,
                                 .before = column->order,
                                 .step_before = step_before,
                                 .level = reader->profile->level_count - 1,
                                 .diagnostics = reader->diagnostics};
    bool mapping = node->kind == YAML_MAPPING;
    const struct yaml_node *given = mapping ? yaml_get(node, "given") : NULL;
    if (mapping) read_cell(reader, column, node);
    if (given) {
        CHECK_KEYS(reader, node, "given", "unknown", "decimals");
        read_given_kind(reader, column, given);
        if (!may_be_given) complain(reader, SAMPLE_NOT_GIVEN, given->at, column->name, TEXT(""));
        return;
    }
    column->draw = draw_read(&scope, node, column);
    if (column->draw) column->kind = column->draw->kind;
}

/* Makes the columns known by name before any of them is read, so that a name used too early is told from an unknown
 * one. */
static size_t declare_columns(struct profile_reader *reader, struct sample_entity *entity,
                              const struct yaml_node *mapping) {
    size_t first = entity->columns.count;
    for (size_t i = 0; i < mapping->count && !arena_failed(reader->arena); i++) {
        const struct yaml_pair *pair = &mapping->pairs[i];
        if (entity_column(entity, pair->key)) {
            complain(reader, SAMPLE_COLUMN_TWICE, pair->key_at, pair->key, entity->name);
        }
        column_new(reader, entity, pair->key);
    }
    return first;
}

/* The name of a column in a list or as a key; complains when the entity has none like it. */
static struct sample_column *find_column(struct profile_reader *reader, const struct sample_entity *entity,
                                         struct text name, struct position at) {
    struct sample_column *column = entity_column(entity, name);
    if (column) return column;
    struct suggestion suggestion;
    suggestion_begin(&suggestion, name);
    for (size_t i = 0; i < entity->columns.count; i++) suggestion_note(&suggestion, entity->columns.items[i]->name);
    sample_complain(reader->diagnostics, suggestion.best.length ? SAMPLE_UNKNOWN_COLUMN_LIKE : SAMPLE_UNKNOWN_COLUMN,
                    at, name, entity->name, suggestion.best);
    return NULL;
}

/* The draw that a shape or a group gives for a column. */
static struct draw *read_given(struct profile_reader *reader, struct sample_scope *scope, struct sample_column *column,
                               const struct yaml_node *node) {
    struct sample_column probe = {.name = column->name};
    bool open = column->draw || column->words.count == 0;
    scope->before = column->order;
    struct draw *draw = draw_read(scope, node, &probe);
    if (!draw) return NULL;
    if (draw->kind != column->kind && draw->kind != KIND_NONE) {
        complain(reader, SAMPLE_WRONG_KIND, node->at, kind_name(draw->kind), kind_name(column->kind));
    }
    for (size_t i = 0; i < probe.words.count; i++) {
        int64_t word = probe.words.items[i];
        if (column_has_word(column, word)) continue;
        if (open)
            VECTOR_PUSH(reader->arena, &column->words, word);
        else
            complain(reader, SAMPLE_UNKNOWN_WORD, node->at, reader->profile->words.items[word]->text, column->name);
    }
    return draw;
}

/* The draws of one shape's member or of one group, by slot; what has no draw of its own must be given. */
static struct draw **read_all_given(struct profile_reader *reader, struct sample_scope *scope,
                                    struct sample_entity *entity, size_t first, size_t end,
                                    const struct yaml_node *mapping) {
    struct draw **given = ARENA_ARRAY(reader->arena, struct draw *, entity->columns.count);
    if (arena_failed(reader->arena)) return NULL;
    for (size_t i = 0; i < mapping->count; i++) {
        const struct yaml_pair *pair = &mapping->pairs[i];
        if (entity == reader->profile->member && (text_is(pair->key, "role") || text_is(pair->key, "times"))) continue;
        struct sample_column *column = find_column(reader, entity, pair->key, pair->key_at);
        if (!column) continue;
        bool in_step = column->slot >= first && column->slot < end;
        if (in_step)
            given[column->slot] = read_given(reader, scope, column, pair->value);
        else
            complain(reader, SAMPLE_NOT_GIVEN, pair->key_at, pair->key, TEXT(""));
    }
    for (size_t slot = first; slot < end; slot++) {
        struct text name = entity->columns.items[slot]->name;
        if (entity->columns.items[slot]->draw || yaml_get(mapping, text_copy(reader->arena, name).bytes)) continue;
        complain(reader, SAMPLE_MISSING_KEY, mapping->at, name, TEXT(""));
    }
    return given;
}

/* A draw of how many; it may be empty, which is none. */
static struct draw *read_times(struct profile_reader *reader, const struct sample_scope *scope,
                               const struct yaml_node *node) {
    struct draw *times = draw_read(scope, node, NULL);
    if (times && times->kind != KIND_WHOLE && times->kind != KIND_NONE) {
        complain(reader, SAMPLE_WRONG_KIND, node->at, kind_name(times->kind), kind_name(KIND_WHOLE));
    }
    return times;
}

static void read_weight(struct profile_reader *reader) {
    struct sample_scope scope = {
        .profile = reader->profile, .level = reader->profile->level_count - 1, .diagnostics = reader->diagnostics};
    const struct yaml_node *weight = yaml_get(yaml_get(reader->root, "family"), "weight");
    if (!weight) {
        complain(reader, SAMPLE_MISSING_KEY, yaml_get(reader->root, "family")->at, TEXT("weight"), TEXT(""));
        return;
    }
    reader->profile->weight = read_times(reader, &scope, weight);
}

/* Reference rows */

static bool find_level(struct profile_reader *reader, const struct yaml_node *node, const char *key, size_t *out) {
    for (size_t i = 0; i < reader->profile->level_count; i++) {
        *out = i;
        if (text_equal(reader->profile->levels[i].name, node->scalar)) return true;
    }
    complain(reader, SAMPLE_UNKNOWN_LEVEL, node->at, node->scalar, text_from(key));
    return false;
}

static void read_group(struct profile_reader *reader, struct reference_rows *rows, struct text name,
                       const struct yaml_node *node) {
    if (!is_mapping(reader, node, name)) return;
    CHECK_KEYS(reader, node, "at", "times", "mark", "draw");
    const struct yaml_node *at = need(reader, node, "at", YAML_SCALAR),
                           *times = need(reader, node, "times", YAML_SCALAR);
    const struct yaml_node *mark = need(reader, node, "mark", YAML_SCALAR),
                           *draw = need(reader, node, "draw", YAML_MAPPING);
    if (!at || !times || !mark || !draw) return;
    struct group *group = ARENA_NEW(reader->arena, struct group);
    group->name = name;
    group->mark = mark->scalar;
    if (!find_level(reader, at, "at", &group->level)) return;
    if (!read_number(reader, times, "times", 1, GROUP_TIMES_MAX, &group->times)) return;
    struct sample_scope scope = {
        .profile = reader->profile, .entity = rows->entity, .level = group->level, .diagnostics = reader->diagnostics};
    group->given = read_all_given(reader, &scope, rows->entity, 0, rows->entity->columns.count, draw);
    VECTOR_PUSH(reader->arena, &rows->groups, group);
}

static void read_rows(struct profile_reader *reader) {
    const struct yaml_node *all = yaml_get(reader->root, "rows");
    if (!all || !is_mapping(reader, all, TEXT("rows"))) return;
    for (size_t i = 0; i < all->count; i++) {
        const struct yaml_node *node = all->pairs[i].value;
        if (!is_mapping(reader, node, all->pairs[i].key)) continue;
        CHECK_KEYS(reader, node, "in", "columns", "groups");
        const struct yaml_node *in = need(reader, node, "in", YAML_SCALAR);
        const struct yaml_node *columns = need(reader, node, "columns", YAML_MAPPING);
        const struct yaml_node *groups = need(reader, node, "groups", YAML_MAPPING);
        if (!in || !columns || !groups) continue;
        struct reference_rows *rows = ARENA_NEW(reader->arena, struct reference_rows);
        if (arena_failed(reader->arena)) return;
        rows->entity = entity_new(reader, all->pairs[i].key, NULL);
        find_level(reader, in, "in", &rows->entity->level);
        declare_columns(reader, rows->entity, columns);
        if (arena_failed(reader->arena)) return;
        for (size_t k = 0; k < rows->entity->columns.count; k++) {
            read_column(reader, rows->entity->columns.items[k], columns->pairs[k].value, 0, true);
        }
        for (size_t k = 0; k < groups->count; k++) {
            read_group(reader, rows, groups->pairs[k].key, groups->pairs[k].value);
        }
        VECTOR_PUSH(reader->arena, &reader->profile->rows, rows);
    }
}

/* Steps */

static struct sample_entity *step_entity(struct profile_reader *reader, const struct yaml_node *node) {
    const struct yaml_node *name = need(reader, node, "entity", YAML_SCALAR);
    if (!name) return NULL;
    struct profile *profile = reader->profile;
    struct sample_entity *entity = profile_entity(profile, name->scalar);
    if (entity == profile->family || entity == profile->member) {
        CHECK_KEYS(reader, node, "entity", "draw");
        if (entity) return entity;
    }
    CHECK_KEYS(reader, node, "entity", "of", "times", "draw");
    const struct yaml_node *of = need(reader, node, "of", YAML_SCALAR);
    if (!yaml_get(node, "times")) complain(reader, SAMPLE_MISSING_KEY, node->at, TEXT("times"), TEXT(""));
    if (!of) return NULL;
    struct sample_entity *parent = profile_entity(profile, of->scalar);
    if (!entity && parent && (parent == profile->family || parent == profile->member)) {
        return entity_new(reader, name->scalar, parent);
    }
    complain(reader, SAMPLE_BAD_STEP, node->at, name->scalar, of->scalar);
    return NULL;
}

/* The step with its columns declared but not read. */
static struct sample_step *declare_step(struct profile_reader *reader, const struct yaml_node *node) {
    struct sample_entity *entity = node->kind == YAML_MAPPING ? step_entity(reader, node) : NULL;
    const struct yaml_node *draw = entity ? need(reader, node, "draw", YAML_MAPPING) : NULL;
    if (node->kind != YAML_MAPPING) complain(reader, SAMPLE_NOT_MAPPING, node->at, TEXT("steps"), TEXT(""));
    if (!draw) return NULL;
    struct sample_step *step = ARENA_NEW(reader->arena, struct sample_step);
    step->entity = entity;
    step->first = declare_columns(reader, entity, draw);
    step->end = entity->columns.count;
    if (step->first == step->end) complain(reader, SAMPLE_NOT_MAPPING, draw->at, TEXT("draw"), TEXT(""));
    if (entity == reader->profile->member && !reader->member_step) reader->member_step = step;
    VECTOR_PUSH(reader->arena, &reader->profile->steps, step);
    return step;
}

static void read_step(struct profile_reader *reader, struct sample_step *step, const struct yaml_node *node) {
    const struct yaml_node *draw = yaml_get(node, "draw"), *times = yaml_get(node, "times");
    if (step->first == step->end) return;
    size_t before = step->entity->columns.items[step->first]->order;
    if (times && step->entity->parent) {
        struct sample_scope scope = {.profile = reader->profile,
                                     .entity = step->entity->parent,
                                     .before = before,
                                     .step_before = before,
                                     .level = reader->profile->level_count - 1,
                                     .diagnostics = reader->diagnostics};
        step->times = read_times(reader, &scope, times);
    }
    for (size_t slot = step->first; slot < step->end; slot++) {
        read_column(reader, step->entity->columns.items[slot], draw->pairs[slot - step->first].value, before,
                    step == reader->member_step);
    }
}

static void read_steps(struct profile_reader *reader) {
    const struct yaml_node *steps = need(reader, reader->root, "steps", YAML_SEQUENCE);
    if (!steps) return;
    struct sample_step **declared = ARENA_ARRAY(reader->arena, struct sample_step *, steps->count + 1);
    if (arena_failed(reader->arena)) return;
    for (size_t i = 0; i < steps->count && !arena_failed(reader->arena); i++) {
        declared[i] = declare_step(reader, steps->items[i]);
    }
    for (size_t i = 0; i < steps->count && !arena_failed(reader->arena); i++) {
        if (declared[i]) read_step(reader, declared[i], steps->items[i]);
    }
    if (!reader->member_step)
        complain(reader, SAMPLE_NO_MEMBER_STEP, steps->at, reader->profile->member->name, TEXT(""));
}

/* Shapes */

/* Roles are words of the members' first column; they are known before any condition is read. */
static void read_roles(struct profile_reader *reader) {
    const struct yaml_node *shapes = need(reader, reader->root, "shapes", YAML_MAPPING);
    struct sample_column *role = reader->profile->member->columns.items[0];
    for (size_t i = 0; shapes && i < shapes->count && !arena_failed(reader->arena); i++) {
        struct shape *shape = ARENA_NEW(reader->arena, struct shape);
        if (arena_failed(reader->arena)) return;
        const struct yaml_node *members = shapes->pairs[i].value;
        shape->name = shapes->pairs[i].key;
        if (members->kind != YAML_SEQUENCE || members->count == 0) {
            complain(reader, SAMPLE_NOT_SEQUENCE, members->at, shape->name, TEXT(""));
        }
        for (size_t k = 0; k < members->count && members->kind == YAML_SEQUENCE; k++) {
            const struct yaml_node *name = need(reader, members->items[k], "role", YAML_SCALAR);
            struct member member = {.role = profile_word(reader->profile, name ? name->scalar : TEXT(""))};
            if (!column_has_word(role, member.role.number)) {
                VECTOR_PUSH(reader->arena, &role->words, member.role.number);
            }
            VECTOR_PUSH(reader->arena, &shape->members, member);
        }
        VECTOR_PUSH(reader->arena, &reader->profile->shapes, shape);
    }
}

static void read_member(struct profile_reader *reader, const struct shape *shape, size_t index,
                        const struct yaml_node *node) {
    const struct sample_step *step = reader->member_step;
    const struct profile *profile = reader->profile;
    struct member *member = &shape->members.items[index];
    size_t first = profile->member->columns.items[step->first]->order;
    struct sample_scope scope = {.profile = reader->profile,
                                 .entity = profile->family,
                                 .before = first,
                                 .shape = shape,
                                 .roles = index,
                                 .roles_before = first + step->end - step->first,
                                 .level = profile->level_count - 1,
                                 .diagnostics = reader->diagnostics};
    const struct yaml_node *times = yaml_get(node, "times");
    if (times) member->times = read_times(reader, &scope, times);
    scope.entity = profile->member;
    member->given = read_all_given(reader, &scope, profile->member, step->first, step->end, node);
}

static void read_shapes(struct profile_reader *reader) {
    const struct yaml_node *shapes = yaml_get(reader->root, "shapes");
    struct profile *profile = reader->profile;
    if (!reader->member_step || reader->diagnostics->errors > reader->errors_before)
        return; /* what they would give is not known */
    for (size_t i = 0; i < profile->shapes.count; i++) {
        const struct shape *shape = profile->shapes.items[i];
        for (size_t k = 0; k < shape->members.count; k++) {
            read_member(reader, shape, k, shapes->pairs[i].value->items[k]);
        }
    }
    const struct yaml_node *name = need(reader, yaml_get(reader->root, "family"), "shape", YAML_SCALAR);
    struct sample_column *column = name ? find_column(reader, profile->family, name->scalar, name->at) : NULL;
    if (!column) return;
    profile->shape_column = column;
    if (column->kind != KIND_WORD) {
        complain(reader, SAMPLE_WRONG_KIND, name->at, kind_name(column->kind), kind_name(KIND_WORD));
    }
    if (column->order > profile->member->columns.items[reader->member_step->first]->order) {
        complain(reader, SAMPLE_NOT_YET, name->at, column->name, TEXT(""));
    }
    for (size_t i = 0; i < column->words.count; i++) {
        struct text word = profile->words.items[column->words.items[i]]->text;
        if (!yaml_get(shapes, word.bytes)) complain(reader, SAMPLE_NO_SHAPE, shapes->at, word, TEXT(""));
    }
}

/* What is written */

static struct sample_entity *find_entity(struct profile_reader *reader, struct text name, struct position at) {
    struct sample_entity *entity = profile_entity(reader->profile, name);
    if (entity) return entity;
    struct suggestion suggestion;
    suggestion_begin(&suggestion, name);
    for (size_t i = 0; i < reader->profile->entities.count; i++) {
        suggestion_note(&suggestion, reader->profile->entities.items[i]->name);
    }
    unknown(reader, at, &suggestion);
    return NULL;
}

static void read_files(struct profile_reader *reader) {
    const struct yaml_node *files = need(reader, reader->root, "files", YAML_MAPPING);
    for (size_t i = 0; files && i < files->count && !arena_failed(reader->arena); i++) {
        const struct yaml_pair *pair = &files->pairs[i];
        struct layout *layout = ARENA_NEW(reader->arena, struct layout);
        if (arena_failed(reader->arena)) return;
        layout->entity = find_entity(reader, pair->key, pair->key_at);
        if (pair->value->kind != YAML_SEQUENCE) {
            complain(reader, SAMPLE_NOT_SEQUENCE, pair->value->at, pair->key, TEXT(""));
            continue;
        }
        for (size_t k = 0; layout->entity && k < pair->value->count; k++) {
            const struct yaml_node *name = pair->value->items[k];
            const struct sample_column *column = find_column(reader, layout->entity, name->scalar, name->at);
            if (column) VECTOR_PUSH(reader->arena, &layout->columns, column);
        }
        VECTOR_PUSH(reader->arena, &reader->profile->layouts, layout);
    }
}

static void read_opening(struct profile_reader *reader, const struct yaml_node *node) {
    CHECK_KEYS(reader, node, "entity", "rule", "when", "value");
    const struct yaml_node *entity = need(reader, node, "entity", YAML_SCALAR);
    const struct yaml_node *rule = need(reader, node, "rule", YAML_SCALAR);
    const struct yaml_node *value = need(reader, node, "value", YAML_SCALAR);
    if (!entity || !rule || !value) return;
    struct opening *opening = ARENA_NEW(reader->arena, struct opening);
    opening->entity = find_entity(reader, entity->scalar, entity->at);
    opening->rule = rule->scalar;
    opening->literal = value->scalar;
    if (!opening->entity) return;
    if (opening->entity != reader->profile->family && opening->entity != reader->profile->member) {
        complain(reader, SAMPLE_BAD_STEP, entity->at, entity->scalar, TEXT(""));
    }
    if (!value->quoted) opening->column = find_column(reader, opening->entity, value->scalar, value->at);
    struct sample_scope scope = {.profile = reader->profile,
                                 .entity = opening->entity,
                                 .before = reader->drawn,
                                 .step_before = reader->drawn,
                                 .level = reader->profile->level_count - 1,
                                 .diagnostics = reader->diagnostics};
    const struct yaml_node *when = yaml_get(node, "when");
    if (when) opening->when = expression_read_kind(&scope, when, KIND_TRUTH);
    VECTOR_PUSH(reader->arena, &reader->profile->openings, opening);
}

static void read_openings(struct profile_reader *reader) {
    const struct yaml_node *openings = yaml_get(reader->root, "opening");
    if (!openings) return;
    if (openings->kind != YAML_SEQUENCE) {
        complain(reader, SAMPLE_NOT_SEQUENCE, openings->at, TEXT("opening"), TEXT(""));
        return;
    }
    for (size_t i = 0; i < openings->count && !arena_failed(reader->arena); i++) {
        if (is_mapping(reader, openings->items[i], TEXT("opening"))) read_opening(reader, openings->items[i]);
    }
}

struct profile *profile_read(struct arena *arena, const struct source *source, struct diagnostics *diagnostics) {
    struct profile *profile = ARENA_NEW(arena, struct profile);
    struct profile_reader reader = {
        .profile = profile, .arena = arena, .diagnostics = diagnostics, .errors_before = diagnostics->errors};
    reader.root = yaml_read(arena, source, diagnostics);
    if (!reader.root || arena_failed(arena) || !is_mapping(&reader, reader.root, source->name)) return NULL;
    profile->arena = arena;
    map_init(&profile->words_by_text, arena);
    map_init(&profile->lists, arena);
    CHECK_KEYS(&reader, reader.root, "month", "areas", "family", "member", "lists", "shapes", "rows", "steps", "files",
               "opening");
    read_month(&reader);
    read_levels(&reader);
    read_entities(&reader);
    read_lists(&reader);
    if (diagnostics->errors > reader.errors_before || arena_failed(arena))
        return NULL; /* what follows builds on these */
    static void (*const rest[])(struct profile_reader *) = {read_weight, read_roles, read_rows,    read_steps,
                                                            read_shapes, read_files, read_openings};
    for (size_t i = 0; i < sizeof rest / sizeof *rest && !arena_failed(arena); i++) rest[i](&reader);
    return diagnostics->errors == reader.errors_before && !arena_failed(arena) ? profile : NULL;
}
