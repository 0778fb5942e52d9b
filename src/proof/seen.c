#include "proof/seen.h"

#include "proof/population.h"

enum { ROWS_MOST = 20000 };

/* How far around a row one looks. */
enum reach { REACH_OWN, REACH_LED_HERE, REACH_ALL, REACHES };

/* A scene being taken from a dataset. */
struct taking {
    const struct seen *seen;
    struct scene *scene;
    size_t **row_of;         /* by entity index and row: the scene's + 1; 0: not taken */
    size_t taken_references; /* rows of the scene whose references are followed already */
};

static size_t take(struct taking *taking, const struct entity *entity, size_t row) {
    const struct table *table = dataset_table(taking->seen->dataset, entity);
    size_t *at = &taking->row_of[entity->index][row], parent = SIZE_MAX;
    if (*at || arena_failed(taking->scene->arena)) return *at - 1;
    const struct area_book *book = scene_book(taking->seen->law, entity);
    const struct area_line *line = book ? area_find(book, table_id(table, row)) : NULL;
    if (entity->parent) parent = take(taking, entity->parent, table->parents[row]);
    if (*at || arena_failed(taking->scene->arena)) return *at - 1;
    *at = (line ? scene_add_area(taking->scene, entity, line) : scene_add(taking->scene, entity, parent)) + 1;
    if (!line && scene_is_code(taking->seen->law->policy, entity, table_id(table, row)) &&
        !arena_failed(taking->scene->arena))
        taking->scene->rows.items[*at - 1].id = text_copy(taking->scene->arena, table_id(table, row));
    return *at - 1;
}

static void take_below(struct taking *taking, const struct entity *outer, size_t row) {
    const struct dataset *dataset = taking->seen->dataset;
    for (size_t i = 0; i < dataset->policy->entities.count; i++) {
        const struct entity *entity = dataset->policy->entities.items[i];
        size_t begin, end;
        if (entity == outer || !entity_is_within(entity, outer)) continue;
        dataset_below(dataset, outer, row, entity, &begin, &end);
        for (; begin < end; begin++) take(taking, entity, begin);
    }
}

static void take_led_here(struct taking *taking, const struct entity *target, size_t row) {
    const struct dataset *dataset = taking->seen->dataset;
    for (size_t i = 0; i < dataset->policy->fields.count; i++) {
        const struct field *field = dataset->policy->fields.items[i];
        if (field->kind != FIELD_INPUT || field->type.kind != TYPE_ROW || field->type.entity != target) continue;
        const struct column *column = dataset_column(dataset, field);
        for (size_t k = 0; k < dataset_table(dataset, field->entity)->rows; k++)
            if (column->known[k] && column_get(column, k) == (lane)row) take(taking, field->entity, k);
    }
}

/* The row of the dataset of each row of the scene. */
static size_t *rows_back(const struct taking *taking, struct arena *arena) {
    const struct dataset *dataset = taking->seen->dataset;
    size_t *back = ARENA_ARRAY(arena, size_t, taking->scene->rows.count + 1);
    if (arena_failed(arena)) return NULL;
    for (size_t i = 0; i < dataset->policy->entities.count; i++)
        for (size_t row = 0; row < dataset->tables[i].rows; row++)
            if (taking->row_of[i][row]) back[taking->row_of[i][row] - 1] = row;
    return back;
}

/* Rows that those taken so far lead to, and so on. */
static void take_references(struct taking *taking) {
    const struct dataset *dataset = taking->seen->dataset;
    struct arena *arena = taking->scene->arena;
    while (taking->taken_references < taking->scene->rows.count && !arena_failed(arena)) {
        const size_t *back = rows_back(taking, arena);
        size_t end = taking->scene->rows.count;
        for (; back && taking->taken_references < end; taking->taken_references++) {
            const struct entity *entity = taking->scene->rows.items[taking->taken_references].entity;
            for (size_t i = 0; i < entity->inputs.count; i++) {
                const struct field *input = entity->inputs.items[i];
                size_t row = back[taking->taken_references];
                if (input->type.kind != TYPE_ROW || !dataset_column(dataset, input)->known[row]) continue;
                lane target = column_get(dataset_column(dataset, input), row);
                if (target != ROW_NONE) take(taking, input->type.entity, (size_t)target);
            }
        }
    }
}

/* --- values ----------------------------------------------------------------------------------------------------- */

/* What the policy's areas say already is not said again. */
static void put_values(struct taking *taking, size_t at, size_t row) {
    struct scene *scene = taking->scene;
    const struct entity *entity = scene->rows.items[at].entity;
    for (size_t i = 0; i < entity->inputs.count; i++) {
        const struct field *input = entity->inputs.items[i];
        const struct column *column = dataset_column(taking->seen->dataset, input);
        const struct cell *said = &scene->rows.items[at].of_area[i];
        if (!column->known[row]) continue;
        if (input->type.kind == TYPE_TEXT) {
            if (!said->set) scene_put_text(scene, at, input, column_text(column, row));
            continue;
        }
        lane value = column_get(column, row);
        if (input->type.kind == TYPE_ROW && value != ROW_NONE)
            value = (lane)taking->row_of[input->type.entity->index][value] - 1;
        if (!said->set || said->value != value) scene_put(scene, at, input, value);
    }
}

static void put_openings(struct taking *taking, size_t at, size_t row) {
    const struct entity *entity = taking->scene->rows.items[at].entity;
    const struct table *table = dataset_table(taking->seen->dataset, entity);
    for (size_t i = 0; i < entity->fields.count && !entity->is_event; i++) {
        const struct field *field = entity->fields.items[i];
        struct past_value opening;
        if (history_find(taking->seen->history, field, table_id(table, row), MONTH_FIRST, &opening))
            scene_open(taking->scene, at, field, opening.value);
    }
}

/* --- scenes ----------------------------------------------------------------------------------------------------- */

static bool begin(struct taking *taking, struct arena *arena) {
    const struct dataset *dataset = taking->seen->dataset;
    size_t count = dataset->policy->entities.count;
    taking->row_of = ARENA_ARRAY(arena, size_t *, count + 1);
    for (size_t i = 0; i < count && !arena_failed(arena); i++)
        taking->row_of[i] = ARENA_ARRAY(arena, size_t, dataset->tables[i].rows + 1);
    return !arena_failed(arena);
}

/* The family that the row lies in, or the row itself; the rows below; rows that lead to it; all. */
static size_t take_around(struct taking *taking, const struct entity *entity, size_t row, enum reach reach) {
    const struct dataset *dataset = taking->seen->dataset;
    const struct entity *family = population_family(dataset->policy), *around = entity;
    size_t at = row;
    if (entity_is_within(entity, family)) {
        around = family;
        at = dataset_climb(dataset, entity, row, family);
    }
    size_t about = take(taking, entity, row);
    take_below(taking, around, at);
    if (reach >= REACH_LED_HERE) take_led_here(taking, entity, row);
    if (reach == REACH_ALL)
        for (size_t i = 0; i < dataset->policy->entities.count; i++)
            for (size_t k = 0; k < dataset->tables[i].rows; k++) take(taking, dataset->policy->entities.items[i], k);
    take_references(taking);
    return about;
}

static size_t count_rows(const struct dataset *dataset) {
    size_t count = 0;
    for (size_t i = 0; i < dataset->policy->entities.count; i++) count += dataset->tables[i].rows;
    return count;
}

bool seen_scene(const struct seen *seen, struct arena *arena, const struct guarantee *guarantee, size_t row,
                struct scene *scene, size_t *about) {
    for (enum reach reach = REACH_OWN; reach < REACHES; reach++) {
        struct taking taking = {.seen = seen, .scene = scene};
        enum guarantee_result result;
        *about = SIZE_MAX;
        if (reach == REACH_ALL && count_rows(seen->dataset) > ROWS_MOST) return true;
        scene_init(scene, arena, seen->law, seen->month);
        if (!begin(&taking, arena)) return false;
        size_t at = take_around(&taking, guarantee->entity, row, reach);
        const size_t *back = rows_back(&taking, arena);
        for (size_t i = 0; back && i < scene->rows.count; i++) {
            put_values(&taking, i, back[i]);
            put_openings(&taking, i, back[i]);
        }
        if (arena_failed(arena) || !scene_ask(scene, guarantee, at, &result)) return false;
        *about = at;
        if (result == GUARANTEE_BROKEN) return true;
    }
    *about = SIZE_MAX;
    return true;
}
