/* What one run found of single rows: the page that holds a row's key is found by index. */
#include "registry/family.h"
#include "registry/run_inside.h"

/* How values of a field came about in this run, by place, from 1 on. */
struct registry_value_kinds {
    struct text name; /* of the field */
    bool read;
    VECTOR(struct coded_kind) kinds;
    struct number unit;
};

/* The page that was looked at last: families' people are neighbours. */
struct registry_value_page {
    const struct field *field; /* NULL: none */
    size_t count;
    struct page_entry entries[PAGE_PLACES];
};

void registry_values_begin(struct registry_values *values, struct registry *registry, struct arena *arena) {
    static const char page[] = "SELECT _first, _bytes FROM _values WHERE _change = $1 AND _field = $2 AND _first <= $3 "
                               "ORDER BY _first DESC LIMIT 1",
                      kind[] = "SELECT _kind, _change, _field, _place, _state, _listed, _reason, _of, _at, _rule, "
                               "_branch, _unit FROM _kinds WHERE _change = $1 AND _field = $2 ORDER BY _place",
                      exact[] = "SELECT _value FROM _exact WHERE _change = $1 AND _field = $2 AND _place = $3";
    *values = (struct registry_values){.registry = registry, .arena = arena};
    arena_init(&values->own);
    values->page = store_prepare(registry->store, page);
    values->kind = store_prepare(registry->store, kind);
    values->exact = store_prepare(registry->store, exact);
    if (!values->page || !values->kind || !values->exact) arena->failed = true;
}

void registry_values_end(struct registry_values *values) {
    arena_free(&values->own);
    statement_free(values->page);
    statement_free(values->kind);
    statement_free(values->exact);
}

/* There may be thousands of runs: the room of one is used again for the next. */
void registry_values_of(struct registry_values *values, int64_t run, const struct policy *law) {
    struct arena *own = &values->own;
    arena_rewind(own, (struct arena_mark){NULL, 0});
    values->run = run;
    values->law = law;
    values->kinds = ARENA_ARRAY(own, struct registry_value_kinds, law->fields.count + 1);
    values->last = ARENA_NEW(own, struct registry_value_page);
    if (arena_failed(own)) values->arena->failed = true;
}

static enum registry_result refuse(struct registry_values *values, const struct field *field) {
    enum registry_result result = registry_outcome(values->registry, values->arena);
    if (result != REGISTRY_DONE) return result;
    struct arena *arena = &values->registry->arena;
    struct text name = run_field_name(arena, field);
    values->registry->differs = text_format(arena, "_values %lld, %.*s", (long long)values->run, TEXT_ARG(name));
    return REGISTRY_DAMAGED;
}

/* Which case decided is not told here, so that it does not matter by which law. */
static bool read_kind(struct registry_values *values, const struct field *field, struct registry_value_kinds *kinds) {
    const bool same_law = false;
    struct coded_kind kind;
    struct text unit = statement_text(values->kind, KIND_UNIT);
    bool truth = field->type.kind == TYPE_BOOL && text_is(unit, "bool");
    bool number = field->type.kind == TYPE_NUMBER && number_parse_exact(&values->own, unit, &kinds->unit) &&
                  number_sign(kinds->unit) > 0;
    bool good = (truth || number) && run_kind_read(values->law, values->kind, field, same_law, &kind) &&
                statement_integer(values->kind, KIND_PLACE) == (int64_t)kinds->kinds.count + 1;
    if (good) VECTOR_PUSH(&values->own, &kinds->kinds, kind);
    return good;
}

static bool read_kinds(struct registry_values *values, const struct field *field, struct text name) {
    struct registry_value_kinds *kinds = &values->kinds[field->index];
    const struct store_value of[] = {store_integer(values->run), store_text(name)};
    bool good = true;
    if (kinds->read) return true;
    if (statement_begin(values->kind, of, 2))
        while (good && !arena_failed(&values->own) && statement_next(values->kind))
            good = read_kind(values, field, kinds);
    statement_end(values->kind);
    kinds->read = good;
    if (arena_failed(&values->own)) values->arena->failed = true;
    return good && registry_outcome(values->registry, values->arena) == REGISTRY_DONE;
}

static bool is_at_hand(const struct registry_value_page *page, const struct field *field, int64_t key) {
    return page->field == field && page->entries[0].key <= key && key <= page->entries[page->count - 1].key;
}

/* The page that would hold the key; of none where there is no such page. False when it is none. */
static bool read_page(struct registry_values *values, const struct field *field, struct text name, int64_t key) {
    const struct store_value of[] = {store_integer(values->run), store_text(name), store_integer(key)};
    struct registry_value_page *page = values->last;
    bool good = true;
    if (is_at_hand(page, field, key)) return true;
    page->field = NULL;
    page->count = 0;
    if (statement_begin(values->page, of, 3) && statement_next(values->page)) {
        int64_t first = statement_integer(values->page, 0);
        good = first > 0 && first <= UINT32_MAX &&
               page_read(statement_text(values->page, 1), (uint32_t)first, page->entries, &page->count);
        if (good) page->field = field;
    }
    statement_end(values->page);
    return good && !store_failed(values->registry->store);
}

/* The entry of a key, of kind 0 where the page at hand has none. */
static struct coded find_entry(const struct registry_value_page *page, int64_t key) {
    size_t low = 0, high = page->field ? page->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (page->entries[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = page->field && low < page->count && page->entries[low].key == key;
    return found ? page->entries[low].coded : (struct coded){0};
}

static bool read_exact(struct registry_values *values, const struct field *field, struct text name, int64_t place,
                       struct value *value) {
    const struct store_value of[] = {store_integer(values->run), store_text(name), store_integer(place)};
    bool good = false;
    if (field->type.kind == TYPE_NUMBER && statement_begin(values->exact, of, 3) && statement_next(values->exact))
        good = number_parse_exact(values->arena, statement_text(values->exact, 0), &value->as.number);
    statement_end(values->exact);
    return good;
}

/* Whoever writes into the database can write anything. */
static bool decode(struct registry_values *values, const struct field *field, struct text name, struct coded coded,
                   struct value *value) {
    enum { DAY_BITS = 32 };
    const struct registry_value_kinds *kinds = &values->kinds[field->index];
    if (coded.kind > kinds->kinds.count) return false;
    const struct coded_kind *kind = &kinds->kinds.items[coded.kind - 1];
    bool truth = field->type.kind == TYPE_BOOL;
    *value = (struct value){.state = kind->state, .reason = kind->reason};
    if (kind->state != VALUE_KNOWN) {
        value->reason.day = (day_number)(coded.integer >> DAY_BITS);
        value->reason.row = (size_t)(coded.integer & UINT32_MAX);
        return true;
    }
    if (kind->listed) return read_exact(values, field, name, coded.integer, value);
    if (truth)
        value->as.truth = coded.integer != 0;
    else
        value->as.number = number_multiply(values->arena, number_from(coded.integer), kinds->unit);
    return !truth || coded.integer == 0 || coded.integer == 1;
}

/* As it is kept in the room of the run. */
static struct text name_of(struct registry_values *values, const struct field *field) {
    struct text *known = &values->kinds[field->index].name;
    if (known->length == 0) *known = run_field_name(&values->own, field);
    if (arena_failed(&values->own)) values->arena->failed = true;
    return *known;
}

static bool is_found(const struct field *field) {
    return field->type.kind == TYPE_NUMBER || field->type.kind == TYPE_BOOL;
}

void registry_values_ask(struct registry_values *values, const struct field *field, int64_t key) {
    if (!is_found(field) || arena_failed(values->arena)) return;
    const struct store_value of[] = {store_integer(values->run), store_text(name_of(values, field)),
                                     store_integer(key)};
    statement_ask(values->page, of, 3);
}

enum registry_result registry_values_find(struct registry_values *values, const struct field *field, int64_t key,
                                          struct registry_value *found) {
    *found = (struct registry_value){.there = false};
    if (!is_found(field)) return REGISTRY_DONE;
    if (arena_failed(values->arena)) return REGISTRY_NO_MEMORY;
    struct text name = name_of(values, field);
    if (arena_failed(values->arena)) return REGISTRY_NO_MEMORY;
    if (!read_page(values, field, name, key)) return refuse(values, field);
    struct coded coded = find_entry(values->last, key);
    if (coded.kind == 0) return REGISTRY_DONE;
    if (!read_kinds(values, field, name) || !decode(values, field, name, coded, &found->value))
        return refuse(values, field);
    found->there = true;
    return registry_outcome(values->registry, values->arena);
}
