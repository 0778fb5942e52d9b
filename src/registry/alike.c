#include "registry/registry_inside.h"

#include "base/identifier.h"
#include "base/memory.h"

/* New rows are put under what they are known by; then every other row that stands is looked up there.
 *
 * By a name alone nobody is known: two rows that people know by one input are likely the same only where both lie in
 * one place. With two or more, say a name and a date of birth, it does not matter where. Rows with others below that
 * people know, say families, are known by these: two are likely the same when that holds of two below them, or when
 * nobody lies below either and both lie in one place. And of two rows with numbers of which nobody has two, the numbers
 * decide. */

enum {
    COMPARED_MOST = 1000
}; /* rows of one name that a new one is compared with: if it is none of these, it is asked */

struct seeking {
    struct registry_look *look;
    const struct registry_change *change;
    const struct records *told;
    month_number month;
    struct arena arena;
    size_t found;
};

/* A row that may be like another. */
struct one {
    const struct record_table *table;
    size_t row, key;
};

/* By what rows of an entity are compared. */
struct search {
    struct seeking *seeking;
    const struct entity *entity;
    const struct field *field; /* NULL: by all that they are known by */
    const bool *peopled;       /* by key: rows lie below it, and it is found by these; NULL: nothing does */
    bool anywhere;             /* it does not matter where they lie */
    struct map texts;          /* what they say -> the first new row of what is told, + 1 */
    uint32_t *next;            /* by row of what is told: another that says the same, + 1 */
    uint16_t *compared;        /* likewise: with how many */
    struct builder text;
};

/* --- names -------------------------------------------------------------------------------------------------------- */

static bool is_middle_dot(uint32_t character) {
    static const uint32_t dots[] = {0xb7,   0x387,  0x1427, 0x2022, 0x2027, 0x2219, 0x22c5,
                                    0x2e31, 0x2e33, 0x30fb, 0x318d, 0xa78f, 0xff65};
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (character == dots[i]) return true;
    return false;
}

static bool is_space(uint32_t character) {
    return character == ' ' || character == '\t' || character == 0xa0 || character == 0x3000 || character == 0xfeff;
}

static struct text trimmed(struct text name) {
    size_t begin = name.length, end = 0;
    for (size_t offset = 0; offset < name.length;) {
        size_t here = offset;
        if (is_space(text_next(name, &offset))) continue;
        if (here < begin) begin = here;
        end = offset;
    }
    return begin < end ? text_slice(name, begin, end) : TEXT("");
}

void alike_add_text(struct builder *out, struct text name) {
    enum { WIDE_FIRST = 0xff01, WIDE_LAST = 0xff5e };
    name = trimmed(name);
    for (size_t offset = 0; offset < name.length;) {
        size_t here = offset;
        uint32_t character = text_next(name, &offset);
        if (is_middle_dot(character))
            builder_add(out, TEXT("\xc2\xb7"));
        else if (character >= WIDE_FIRST && character <= WIDE_LAST)
            builder_format(out, "%c", (int)(character - WIDE_FIRST + '!'));
        else
            builder_add(out, text_slice(name, here, offset));
    }
}

/* --- what a row says ---------------------------------------------------------------------------------------------- */

/* What is sealed by its index. */
static struct text text_of(const struct search *search, const struct one *one, const struct field *input) {
    const struct registry_look *look = search->seeking->look;
    if (one->table == &look->known.tables[search->entity->index])
        return column_text(&one->table->columns[input->input_index], one->row);
    return registry_told_text(look->registry, look->indexes, one->table, one->row, input->input_index);
}

/* Texts end with a zero byte, which none of them holds; an index, which may, is as long as any other. */
static void add_value(struct search *search, const struct one *one, const struct field *input) {
    const struct column *column = &one->table->columns[input->input_index];
    struct builder *out = &search->text;
    if (column->lanes) {
        lane value = column_get(column, one->row);
        builder_add(out, (struct text){(const char *)&value, sizeof value});
        return;
    }
    struct text text = text_of(search, one, input);
    if (input->type.kind == TYPE_TEXT && input->check.length == 0 && !is_index_text(text))
        alike_add_text(out, text);
    else
        builder_add(out, text);
    builder_add(out, TEXT("\0"));
}

/* False when the row takes no part. */
static bool say_row(struct search *search, const struct one *one) {
    const struct entity *entity = search->entity;
    const struct column *columns = one->table->columns;
    search->text.length = 0;
    if (search->field) {
        if (!columns[search->field->input_index].known[one->row]) return false;
        add_value(search, one, search->field);
        return true;
    }
    if (search->peopled && search->peopled[one->key]) return false;
    for (size_t i = 0; i < entity->known_by.count; i++) {
        const struct field *input = entity->known_by.items[i];
        if (!columns[input->input_index].known[one->row]) return false;
        add_value(search, one, input);
    }
    if (!search->anywhere) builder_add(&search->text, one->table->rows[one->row].parent);
    return true;
}

/* Of a number that is sealed and one that is not nothing can be said. */
static bool differ(struct text a, struct text b) {
    return is_index_text(a) == is_index_text(b) && !text_equal(a, b);
}

static bool told_apart(const struct search *search, const struct one *a, const struct one *b) {
    for (size_t i = 0; i < search->entity->inputs.count && !search->field; i++) {
        const struct field *input = search->entity->inputs.items[i];
        const struct column *left = &a->table->columns[i], *right = &b->table->columns[i];
        if (input->type.kind != TYPE_TEXT || !identifier_is_of_one(input->check)) continue;
        if (!left->known[a->row] || !right->known[b->row]) continue;
        if (differ(text_of(search, a, input), text_of(search, b, input))) return true;
    }
    return false;
}

static bool is_another(const struct one *one) {
    return one->table->rows[one->row].another;
}

/* --- what is found ------------------------------------------------------------------------------------------------ */

static bool is_new(const struct seeking *seeking, const struct entity *entity, const struct one *one) {
    return one->table == &seeking->told->tables[entity->index] &&
           seeking->look->fates[entity->index][one->row] == REGISTRY_ROW_NEW;
}

static void note(struct seeking *seeking, const struct entity *entity, const struct field *field, const struct one *one,
                 const struct one *other) {
    struct registry_look *look = seeking->look;
    if (!is_new(seeking, entity, one)) return;
    struct registry_alike alike = {entity, one->row, other->table, other->row, field};
    look->fates[entity->index][one->row] = REGISTRY_ROW_ALIKE;
    VECTOR_PUSH(look->arena, &look->alike, alike);
    seeking->found++;
}

/* Both are decided, or one of them is as far as it is compared. */
static void compare(struct search *search, const struct one *fresh, const struct one *other) {
    if (fresh->key == other->key) return;
    bool enough = ++search->compared[fresh->row] >= COMPARED_MOST;
    if (!enough && told_apart(search, fresh, other)) return;
    note(search->seeking, search->entity, search->field, other, fresh);
    note(search->seeking, search->entity, search->field, fresh, other);
}

/* With all new rows that say the same; those that are decided are taken out. */
static void compare_all(struct search *search, const struct one *other) {
    struct seeking *seeking = search->seeking;
    const struct entity *entity = search->entity;
    if (is_another(other) || !say_row(search, other) || search->text.failed) return;
    void *first = map_get(&search->texts, builder_text(&search->text));
    if (!first) return;
    uint32_t head = (uint32_t)(size_t)first, *at = &head;
    while (*at) {
        size_t row = *at - 1;
        struct one fresh = {&seeking->told->tables[entity->index], row, seeking->look->keys[entity->index][row]};
        if (is_new(seeking, entity, &fresh) && row != (other->table == fresh.table ? other->row : SIZE_MAX))
            compare(search, &fresh, other);
        if (seeking->look->fates[entity->index][row] == REGISTRY_ROW_NEW)
            at = &search->next[row];
        else
            *at = search->next[row];
    }
    map_put(&search->texts, builder_text(&search->text), (void *)(size_t)head);
}

static void enter(struct search *search, const struct one *fresh) {
    if (is_another(fresh) || !say_row(search, fresh) || search->text.failed) return;
    struct arena *arena = &search->seeking->arena;
    struct text said = builder_text(&search->text);
    size_t first = (size_t)map_get(&search->texts, said);
    search->next[fresh->row] = (uint32_t)first;
    map_put(&search->texts, first ? said : text_copy(arena, said), (void *)(fresh->row + 1));
}

/* --- all rows of an entity ---------------------------------------------------------------------------------------- */

static struct one standing(const struct seeking *seeking, const struct entity *entity, size_t key) {
    struct registry_standing found =
        registry_standing_in(seeking->look, seeking->change, seeking->told, entity, key, seeking->month);
    return (struct one){found.table, found.row, key};
}

/* New rows first, whether they stand in the month or not. */
static void search_entity(struct search *search) {
    struct seeking *seeking = search->seeking;
    const struct entity *entity = search->entity;
    const struct record_table *told = &seeking->told->tables[entity->index];
    const struct registry_rows *rows = &seeking->look->rows[entity->index];
    struct arena *arena = &seeking->arena;
    map_init(&search->texts, arena);
    builder_init(&search->text);
    search->next = ARENA_ARRAY(arena, uint32_t, told->count + 1);
    search->compared = ARENA_ARRAY(arena, uint16_t, told->count + 1);
    for (size_t row = told->count; row-- > 0 && !arena_failed(arena);) {
        struct one fresh = {told, row, seeking->look->keys[entity->index][row]};
        if (is_new(seeking, entity, &fresh)) enter(search, &fresh);
    }
    for (size_t key = 1; key <= rows->told && !arena_failed(arena) && search->texts.count; key++) {
        struct one other = standing(seeking, entity, key);
        if (other.table) compare_all(search, &other);
    }
    for (size_t row = 0; row < told->count && !arena_failed(arena); row++) {
        struct one other = {told, row, seeking->look->keys[entity->index][row]};
        if (is_new(seeking, entity, &other)) compare_all(search, &other);
    }
    if (search->text.failed) arena->failed = true;
    builder_free(&search->text);
}

/* --- those that others lie below ---------------------------------------------------------------------------------- */

static bool people_know(const struct entity *entity) {
    return !entity->is_event && entity->known_by.count > 0;
}

/* By key of the entity: something that people know lies below it; NULL when nothing can. */
static bool *find_peopled(struct seeking *seeking, const struct policy *policy, const struct entity *entity) {
    const struct registry_rows *rows = &seeking->look->rows[entity->index];
    bool *peopled = NULL;
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&seeking->arena); i++) {
        const struct entity *below = policy->entities.items[i];
        const struct record_table *sides[] = {&seeking->told->tables[i], &seeking->look->known.tables[i]};
        if (below->parent != entity || !people_know(below)) continue;
        if (!peopled) peopled = ARENA_ARRAY(&seeking->arena, bool, rows->keys.count + 1);
        for (size_t side = 0; side < 2 && peopled; side++)
            for (size_t row = 0; row < sides[side]->count; row++)
                peopled[(size_t)map_get(&rows->keys, sides[side]->rows[row].parent)] = true;
    }
    return peopled;
}

/* What is told last of a row, or stands of it. */
static struct one one_of(const struct seeking *seeking, const struct entity *entity, size_t key) {
    const struct registry_rows *rows = &seeking->look->rows[entity->index];
    struct one one = standing(seeking, entity, key);
    if (!one.table && rows->last && rows->last[key])
        one = (struct one){&seeking->told->tables[entity->index], rows->last[key] - 1, key};
    return one;
}

/* Two below are alike: so are those that they lie under, if they are known by the same. */
static void compare_above(struct search *search, const struct registry_alike *alike) {
    struct seeking *seeking = search->seeking;
    const struct map *keys = &seeking->look->rows[search->entity->index].keys;
    struct text ids[] = {seeking->told->tables[alike->entity->index].rows[alike->row].parent,
                         alike->of_other->rows[alike->other].parent};
    struct one pair[2];
    struct text said[2] = {TEXT(""), TEXT("")};
    for (size_t i = 0; i < 2; i++) {
        size_t key = (size_t)map_get(keys, ids[i]);
        if (key) pair[i] = one_of(seeking, search->entity, key);
        if (!key || !pair[i].table || !say_row(search, &pair[i])) return;
        said[i] = text_copy(&seeking->arena, builder_text(&search->text));
    }
    if (pair[0].key == pair[1].key || !text_equal(said[0], said[1])) return;
    if (is_another(&pair[0]) || is_another(&pair[1]) || told_apart(search, &pair[0], &pair[1])) return;
    note(seeking, search->entity, NULL, &pair[0], &pair[1]);
    note(seeking, search->entity, NULL, &pair[1], &pair[0]);
}

static void search_above(struct seeking *seeking, const struct entity *entity) {
    struct search search = {.seeking = seeking, .entity = entity, .anywhere = true};
    builder_init(&search.text);
    for (size_t i = 0; i < seeking->look->alike.count && !arena_failed(&seeking->arena); i++) {
        const struct registry_alike alike = seeking->look->alike.items[i];
        if (alike.entity->parent == entity && people_know(alike.entity)) compare_above(&search, &alike);
    }
    if (search.text.failed) seeking->arena.failed = true;
    builder_free(&search.text);
}

/* --- all entities ------------------------------------------------------------------------------------------------- */

static void seek(struct seeking *seeking, const struct policy *policy, const struct entity *entity) {
    struct search search = {.seeking = seeking, .entity = entity};
    for (size_t i = 0; i < entity->inputs.count && !arena_failed(&seeking->arena); i++) {
        search.field = entity->inputs.items[i];
        if (search.field->type.kind == TYPE_TEXT && search.field->check.length) search_entity(&search);
    }
    search.field = NULL;
    if (!people_know(entity)) return;
    search.peopled = find_peopled(seeking, policy, entity);
    search.anywhere = !search.peopled && entity->known_by.count > 1;
    if (!arena_failed(&seeking->arena)) search_entity(&search);
    search_above(seeking, entity);
}

bool registry_find_alike(struct registry_look *look, const struct registry_change *change, const struct records *told,
                         month_number month) {
    const struct policy *policy = told->policy;
    struct seeking seeking = {.look = look, .change = change, .told = told, .month = month};
    size_t deepest = 0;
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->depth > deepest) deepest = policy->entities.items[i]->depth;
    for (size_t depth = deepest + 1; depth-- > 0;)
        for (size_t i = 0; i < policy->entities.count && !arena_failed(look->arena); i++) {
            const struct entity *entity = policy->entities.items[i];
            if (entity->depth != depth || entity->is_event || told->tables[i].count == 0) continue;
            arena_init(&seeking.arena);
            seek(&seeking, policy, entity);
            if (arena_failed(&seeking.arena)) look->arena->failed = true;
            arena_free(&seeking.arena);
        }
    return seeking.found > 0;
}
