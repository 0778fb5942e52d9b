#include "proof/scene.h"

#include "engine/settle.h"
#include <assert.h>

void scene_init(struct scene *scene, struct arena *arena, const struct case_policy *law, month_number month) {
    *scene = (struct scene){.arena = arena, .law = law, .month = month};
    scene->made_up = ARENA_ARRAY(arena, size_t, law->policy->entities.count + 1);
}

const struct area_book *scene_book(const struct case_policy *law, const struct entity *entity) {
    const struct area_book *book = &law->books[entity->index];
    return book->lines.count ? book : NULL;
}

void scene_codes(struct codes *codes, const struct policy *policy, const struct entity *entity) {
    struct map seen;
    map_init(&seen, codes->arena);
    for (size_t i = 0; i < policy->parameters.count; i++) {
        const struct parameter_values *values = &policy->parameters.items[i]->values;
        if (policy->parameters.items[i]->area != entity) continue;
        for (size_t k = 0; k < values->list.count && !arena_failed(codes->arena); k++) {
            struct text code = values->list.items[k].area;
            if (code.length == 0 || map_get(&seen, code)) continue;
            map_put(&seen, code, &seen);
            VECTOR_PUSH(codes->arena, &codes->list, code);
        }
    }
}

bool scene_is_code(const struct policy *policy, const struct entity *entity, struct text id) {
    for (size_t i = 0; i < policy->parameters.count; i++) {
        const struct parameter_values *values = &policy->parameters.items[i]->values;
        for (size_t k = 0; policy->parameters.items[i]->area == entity && k < values->list.count; k++)
            if (text_equal(values->list.items[k].area, id)) return true;
    }
    return false;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static size_t add_row(struct scene *scene, struct scene_row row) {
    row.cells = ARENA_ARRAY(scene->arena, struct cell, row.entity->inputs.count + 1);
    row.of_area = ARENA_ARRAY(scene->arena, struct cell, row.entity->inputs.count + 1);
    if (arena_failed(scene->arena)) return 0;
    VECTOR_PUSH(scene->arena, &scene->rows, row);
    return arena_failed(scene->arena) ? 0 : scene->rows.count - 1;
}

size_t scene_add(struct scene *scene, const struct entity *entity, size_t parent) {
    if (arena_failed(scene->arena)) return 0;
    size_t number = ++scene->made_up[entity->index];
    struct text id = text_format(scene->arena, "%.*s-%zu", TEXT_ARG(entity->name), number);
    return add_row(scene, (struct scene_row){.entity = entity, .id = id, .parent = parent});
}

/* References of areas lead to rows that no scene has. */
static void take_line(struct scene *scene, struct scene_row *row, const struct area_book *book) {
    for (size_t i = 0; i < book->columns; i++) {
        const struct field *field = entity_field(row->entity, book->headings[i]);
        struct text text = row->line->cells[i];
        if (!field || field->kind != FIELD_INPUT || text.length == 0 || field->type.kind == TYPE_ROW) continue;
        struct cell cell = {.set = true, .text = text};
        struct lane_spec spec = lane_spec_of(scene->arena, field);
        if (field->type.kind != TYPE_TEXT) cell.set = lane_parse(&spec, text, &cell.value) == LANE_OK;
        row->of_area[field->input_index] = cell;
    }
}

size_t scene_add_area(struct scene *scene, const struct entity *entity, const struct area_line *line) {
    struct scene_row row = {.entity = entity, .id = line->id, .parent = SIZE_MAX, .line = line};
    for (size_t i = 0; i < scene->rows.count; i++)
        if (scene->rows.items[i].line == line) return i;
    if (entity->parent) {
        const struct area_book *book = scene_book(scene->law, entity->parent);
        const struct area_line *above = book ? area_find(book, line->parent) : NULL;
        row.parent = above ? scene_add_area(scene, entity->parent, above) : scene_add(scene, entity->parent, SIZE_MAX);
    }
    size_t added = add_row(scene, row);
    if (!arena_failed(scene->arena)) take_line(scene, &scene->rows.items[added], &scene->law->books[entity->index]);
    return added;
}

static struct cell *cell_of(struct scene *scene, size_t row, const struct field *input) {
    assert(scene->rows.items[row].entity == input->entity);
    return &scene->rows.items[row].cells[input->input_index];
}

void scene_put(struct scene *scene, size_t row, const struct field *input, lane value) {
    if (!arena_failed(scene->arena)) *cell_of(scene, row, input) = (struct cell){.set = true, .value = value};
}

void scene_put_text(struct scene *scene, size_t row, const struct field *input, struct text text) {
    struct cell cell = {.set = true, .text = text_copy(scene->arena, text)};
    if (!arena_failed(scene->arena)) *cell_of(scene, row, input) = cell;
}

void scene_open(struct scene *scene, size_t row, const struct field *rule, struct value value) {
    struct opening opening = {.field = rule, .value = value};
    if (!arena_failed(scene->arena)) VECTOR_PUSH(scene->arena, &scene->rows.items[row].openings, opening);
}

/* --- deciding --------------------------------------------------------------------------------------------------- */

static void put_cell(const struct scene *scene, struct records *records, const struct field *input, size_t at,
                     const struct cell *cell) {
    if (!cell->set) return;
    if (input->type.kind == TYPE_TEXT)
        records_put_text(records, input, at, cell->text);
    else if (input->type.kind != TYPE_ROW)
        records_put(records, input, at, cell->value);
    else if (cell->value == ROW_NONE)
        records_put_text(records, input, at, TEXT("none"));
    else if (!scene->rows.items[cell->value].dropped)
        records_put_text(records, input, at, scene->rows.items[cell->value].id);
}

/* A row below one that is dropped is no more either. */
static void drop_below(const struct scene *scene) {
    for (size_t i = 0; i < scene->rows.count; i++) {
        struct scene_row *row = &scene->rows.items[i];
        row->dropped = row->dropped || (row->parent != SIZE_MAX && scene->rows.items[row->parent].dropped);
    }
}

static void add_records(const struct scene *scene, struct decided *decided) {
    drop_below(scene);
    for (size_t i = 0; i < scene->rows.count; i++) {
        const struct scene_row *row = &scene->rows.items[i];
        if (row->dropped) continue;
        struct record_row record = {.from = MONTH_FIRST, .until = MONTH_LAST, .id = row->id};
        if (row->entity->is_event) record.id = TEXT("");
        if (row->parent != SIZE_MAX) record.parent = scene->rows.items[row->parent].id;
        size_t at = records_add(&decided->records, row->entity, record);
        if (at == SIZE_MAX) return;
        decided->row_of[i] = at;
        for (size_t k = 0; k < row->entity->inputs.count; k++)
            put_cell(scene, &decided->records, row->entity->inputs.items[k], at,
                     row->cells[k].set ? &row->cells[k] : &row->of_area[k]);
        for (size_t k = 0; k < row->openings.count; k++)
            if (!row->openings.items[k].dropped)
                history_put(&decided->history, row->openings.items[k].field, row->id, MONTH_FIRST,
                            row->openings.items[k].value);
    }
}

/* From numbers among the records to rows of the dataset. */
static void find_rows(const struct scene *scene, struct decided *decided) {
    for (size_t i = 0; i < scene->rows.count; i++) {
        const struct scene_row *row = &scene->rows.items[i];
        const struct table *table = dataset_table(decided->dataset, row->entity);
        size_t number = decided->row_of[i];
        decided->row_of[i] = SIZE_MAX;
        if (number == SIZE_MAX) continue;
        if (!row->entity->is_event) decided->row_of[i] = table_find(table, row->id);
        for (size_t k = 0; row->entity->is_event && k < table->rows; k++)
            if (table->arrival[k] == number) decided->row_of[i] = k;
    }
}

bool scene_decide(const struct scene *scene, struct decided *decided) {
    const struct policy *policy = scene->law->policy;
    const struct run_options options = {.known = DAY_NEVER};
    struct refusals refusals = {.arena = &decided->arena};
    decided->dataset = NULL;
    decided->run = NULL;
    arena_init(&decided->arena);
    history_init(&decided->history, policy);
    records_init(&decided->records, &decided->arena, policy);
    decided->row_of = ARENA_ARRAY(&decided->arena, size_t, scene->rows.count + 1);
    if (arena_failed(&decided->arena) || arena_failed(&decided->history.arena)) return false;
    for (size_t i = 0; i < scene->rows.count; i++) decided->row_of[i] = SIZE_MAX;
    add_records(scene, decided);
    if (arena_failed(&decided->arena)) return false;
    decided->dataset = dataset_new(policy, &decided->records, scene->month, &refusals);
    if (!decided->dataset) return false;
    find_rows(scene, decided);
    if (!settle_past(&decided->history, &decided->records, decided->dataset, &options)) return false;
    decided->run = run_new(policy, decided->dataset, &decided->history, scene->month, &options);
    return decided->run != NULL;
}

void decided_free(struct decided *decided) {
    run_free(decided->run);
    dataset_free(decided->dataset);
    history_free(&decided->history);
    arena_free(&decided->arena);
}

bool scene_ask(const struct scene *scene, const struct guarantee *guarantee, size_t row,
               enum guarantee_result *result) {
    struct decided decided;
    struct value why;
    bool whole = scene_decide(scene, &decided);
    *result = GUARANTEE_NOT_ASKED;
    if (whole && decided.row_of[row] != SIZE_MAX) {
        *result = run_guarantee(decided.run, guarantee, decided.row_of[row], &why);
        whole = !run_failed(decided.run);
    }
    decided_free(&decided);
    return whole;
}
