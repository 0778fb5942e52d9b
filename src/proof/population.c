#include "proof/population.h"

enum {
    FAMILIES_AN_AREA = 100,
    BELOW_MOST = 4,    /* rows below a row, but for the few that have many */
    MANY = 12,         /* of these: one in so many */
    LACKS = 8,         /* one family in so many lacks inputs, and so do its people, apart from it: one in … */
    LACKING = 12,      /* … so many of them */
    EVENTS_BEFORE = 4, /* one event in so many lies before the month */
    EMPTY = 3,         /* one input in so many is empty where that means something */
};

/* A population being made. */
struct making {
    struct population *population;
    const struct pool *pool;
    const struct case_policy *law;
    const struct policy *policy;
    const struct entity *family;
    month_number month, before; /* before: the month of earlier events */
    struct random random;
    size_t families;
    struct codes codes; /* of the entity at hand */
    bool lacks;         /* the row at hand may lack inputs */
};

static size_t no_rows(const void *of, const struct entity *entity) {
    (void)of;
    (void)entity;
    return 0;
}

const struct entity *population_family(const struct policy *policy) {
    const struct entity *people = policy_people(policy, no_rows, NULL);
    if (people) return people->parent;
    for (size_t i = 0; i < policy->entities.count; i++)
        if (!policy->entities.items[i]->is_event) return policy->entities.items[i];
    return NULL;
}

static uint64_t below(struct making *making, uint64_t limit) {
    return random_below(&making->random, limit);
}

static size_t rows_of(const struct making *making, const struct entity *entity) {
    return making->population->records.tables[entity->index].count;
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static bool is_dated(const struct field *input) {
    const struct entity *entity = input->entity;
    for (size_t i = 0; i < entity->dated.count; i++)
        if (entity->dated.items[i] == input) return true;
    return false;
}

static void put_reference(struct making *making, const struct field *input, size_t row) {
    const struct record_table *target = &making->population->records.tables[input->type.entity->index];
    bool none = target->count == 0 || below(making, 4) == 0;
    if (none && !is_dated(input))
        records_put_text(&making->population->records, input, row, TEXT("none"));
    else if (target->count)
        records_put_text(&making->population->records, input, row, target->rows[below(making, target->count)].id);
}

/* An event's day lies in the month, or in the one before it that was chosen. */
static void put_dated(struct making *making, const struct field *input, size_t row) {
    struct records *records = &making->population->records;
    struct arena *arena = &making->population->arena;
    if (input->type.kind == TYPE_TEXT) {
        records_put_text(records, input, row, text_format(arena, "n%zu", row + 1));
    } else if (input->type.kind == TYPE_ROW) {
        put_reference(making, input, row);
    } else if (input == input->entity->dated.items[0]) {
        month_number month = below(making, EVENTS_BEFORE) ? making->month : making->before;
        day_number first = month_first_day(month);
        records_put(records, input, row, first + (lane)below(making, (uint64_t)(month_first_day(month + 1) - first)));
    } else {
        records_put(records, input, row, pool_draw(making->pool, &making->random, input));
    }
}

static void put_input(struct making *making, const struct field *input, size_t row) {
    if (is_dated(input)) {
        put_dated(making, input, row);
        return;
    }
    if (input->type.kind == TYPE_TEXT) return;
    if (making->lacks && below(making, LACKING) == 0) return;
    if (input->declaration->empty && below(making, EMPTY) == 0) return;
    if (input->type.kind == TYPE_ROW)
        put_reference(making, input, row);
    else
        records_put(&making->population->records, input, row, pool_draw(making->pool, &making->random, input));
}

/* Of an area what its line says stands; the rest is drawn. */
static void put_inputs(struct making *making, const struct entity *entity, size_t row, const struct area_line *line) {
    const struct area_book *book = line ? &making->law->books[entity->index] : NULL;
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct field *input = entity->inputs.items[i];
        struct lane_spec spec = lane_spec_of(&making->population->arena, input);
        lane value;
        bool said = false;
        for (size_t k = 0; line && k < book->columns && input->type.kind != TYPE_ROW; k++) {
            if (entity_field(entity, book->headings[k]) != input || line->cells[k].length == 0) continue;
            said = input->type.kind == TYPE_TEXT || lane_parse(&spec, line->cells[k], &value) == LANE_OK;
            if (said && input->type.kind != TYPE_TEXT) records_put(&making->population->records, input, row, value);
        }
        if (!said) put_input(making, input, row);
    }
}

/* Values before the month, of the rules that are read across months; half the rows have them. */
static void put_openings(struct making *making, const struct entity *entity, struct text id) {
    struct population *population = making->population;
    for (size_t i = 0; i < entity->fields.count && !entity->is_event; i++) {
        const struct field *field = entity->fields.items[i];
        bool drawn = field->kind != FIELD_INPUT && field->across && field->type.kind != TYPE_ROW &&
                     field->type.kind != TYPE_TEXT && (field->type.kind != TYPE_NUMBER || field->bounded);
        if (!drawn || below(making, 2)) continue;
        struct lane_spec spec = lane_spec_of(&population->arena, field);
        lane value = pool_draw(making->pool, &making->random, field);
        history_put(&population->history, field, id, MONTH_FIRST,
                    value_of_lane(&population->history.arena, &spec, value));
    }
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static void add_row(struct making *making, const struct entity *entity, struct text id, struct text parent,
                    const struct area_line *line) {
    struct record_row record = {.id = id, .parent = parent, .from = MONTH_FIRST, .until = MONTH_LAST};
    if (entity == making->family) making->lacks = below(making, LACKS) == 0;
    size_t row = records_add(&making->population->records, entity, record);
    if (row == SIZE_MAX) return;
    put_inputs(making, entity, row, line);
    if (id.length) put_openings(making, entity, id);
}

/* The first are called as tables of parameters call them. */
static struct text new_id(struct making *making, const struct entity *entity) {
    if (entity->is_event) return TEXT("");
    size_t number = rows_of(making, entity);
    if (number < making->codes.list.count) return making->codes.list.items[number];
    return text_format(&making->population->arena, "%.*s-%zu", TEXT_ARG(entity->name), rows_of(making, entity) + 1);
}

static size_t at_most(const struct entity *entity, size_t count) {
    int64_t most = 0;
    bool limited = number_to_int64(entity->at_most, &most) && most > 0 && (uint64_t)most < count;
    return limited ? (size_t)most : count;
}

/* Of an entity in which families lie: so many that each has room for those below it. */
static size_t rows_due(const struct making *making, const struct entity *entity) {
    const struct entity *below = making->family;
    if (entity == below) return making->families;
    while (below->parent != entity) below = below->parent;
    return rows_due(making, below) / at_most(below, FAMILIES_AN_AREA) + 1;
}

static size_t rows_below(struct making *making, const struct entity *entity) {
    if (entity->is_event) return below(making, 2) ? 0 : below(making, BELOW_MOST);
    size_t most = below(making, MANY) ? BELOW_MOST : MANY;
    return at_most(entity, below(making, most + 1));
}

static void add_area(struct making *making, const struct entity *entity, const struct area_line *line,
                     struct map *added) {
    struct text key = text_format(&making->population->arena, "%zu %.*s", entity->index, TEXT_ARG(line->id));
    if (map_get(added, key)) return;
    map_put(added, key, (void *)line);
    struct text parent = TEXT("");
    if (entity->parent) {
        const struct area_line *above = area_find(&making->law->books[entity->parent->index], line->parent);
        if (above) add_area(making, entity->parent, above, added);
        parent = line->parent;
    }
    add_row(making, entity, line->id, parent, line);
}

/* The lowest entity with areas at or above another; NULL: none. */
static const struct entity *area_above(const struct making *making, const struct entity *entity) {
    while (entity && !scene_book(making->law, entity)) entity = entity->parent;
    return entity;
}

/* Some areas, with those above them. */
static void add_areas(struct making *making, const struct entity *entity) {
    const struct area_book *book = scene_book(making->law, entity);
    struct map added;
    map_init(&added, &making->population->arena);
    size_t count = rows_due(making, entity);
    for (size_t i = 0; i < count && !arena_failed(&making->population->arena); i++)
        add_area(making, entity, &book->lines.items[below(making, book->lines.count)], &added);
}

/* So many rows under each row of the parent, as many in all as there are families to be; or as it comes. */
static void add_rows(struct making *making, const struct entity *entity) {
    struct record_table *parents = entity->parent ? &making->population->records.tables[entity->parent->index] : NULL;
    bool above = entity_is_within(making->family, entity);
    size_t parent_count = parents ? parents->count : 1, due = above ? rows_due(making, entity) : 0;
    making->codes = (struct codes){.arena = &making->population->arena};
    scene_codes(&making->codes, making->policy, entity);
    for (size_t parent = 0; parent < parent_count && !arena_failed(&making->population->arena); parent++) {
        if (!above) making->lacks = below(making, LACKS) == 0;
        size_t count = above ? at_most(entity, (due + parent_count - 1) / parent_count) : rows_below(making, entity);
        if (above && rows_of(making, entity) + count > due) count = due - rows_of(making, entity);
        for (size_t i = 0; i < count; i++)
            add_row(making, entity, new_id(making, entity), parents ? parents->rows[parent].id : TEXT(""), NULL);
    }
}

/* References lead to rows that are there already: what nothing lies below comes first, families last. */
static void add_all(struct making *making) {
    const struct entity *area = area_above(making, making->family);
    if (area) add_areas(making, area);
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < making->policy->entities.count; i++) {
            const struct entity *entity = making->policy->entities.items[i];
            bool family = entity_is_within(entity, making->family) && entity->parent;
            if (!scene_book(making->law, entity) && family == (turn == 1)) add_rows(making, entity);
        }
}

bool population_make(struct population *population, const struct pool *pool, const struct case_policy *law,
                     month_number month, uint64_t stream, size_t families) {
    struct making making = {.population = population,
                            .pool = pool,
                            .law = law,
                            .policy = law->policy,
                            .family = population_family(law->policy),
                            .month = month,
                            .random = random_begin(stream),
                            .families = families};
    arena_init(&population->arena);
    history_init(&population->history, law->policy);
    records_init(&population->records, &population->arena, law->policy);
    making.before = month - 1 - (month_number)below(&making, 11);
    population->families = 0;
    if (making.family && !arena_failed(&population->arena)) add_all(&making);
    if (making.family) population->families = rows_of(&making, making.family);
    return !arena_failed(&population->arena) && !arena_failed(&population->history.arena);
}

void population_free(struct population *population) {
    history_free(&population->history);
    arena_free(&population->arena);
}
