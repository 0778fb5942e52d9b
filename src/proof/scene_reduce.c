/* Making a scene smaller: what is tried is kept when the evaluator still finds the guarantee broken. */
#include "proof/scene.h"

enum { ROWS_MOST = 4000000 }; /* that the evaluator is given, for one scene */

struct reducing {
    struct scene *scene;
    const struct guarantee *guarantee;
    size_t row;
    size_t decided; /* rows so far */
    bool changed, failed;
};

static bool stays_broken(struct reducing *reducing) {
    enum guarantee_result result;
    if (reducing->failed || reducing->decided >= ROWS_MOST) return false;
    for (size_t i = 0; i < reducing->scene->rows.count; i++)
        reducing->decided += !reducing->scene->rows.items[i].dropped;
    reducing->failed = !scene_ask(reducing->scene, reducing->guarantee, reducing->row, &result);
    bool broken = !reducing->failed && result == GUARANTEE_BROKEN;
    reducing->changed = reducing->changed || broken;
    return broken;
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static bool is_above(const struct scene *scene, size_t row, size_t below) {
    while (below != SIZE_MAX && below != row) below = scene->rows.items[below].parent;
    return below == row;
}

static bool can_go(const struct reducing *reducing, size_t row) {
    const struct scene *scene = reducing->scene;
    return !scene->rows.items[row].dropped && !is_above(scene, row, reducing->row);
}

/* Leaves rows out, all of first .. end - 1 that the guarantee's own row does not lie in, and what lies below them. */
static void try_without_rows(struct reducing *reducing, size_t first, size_t end) {
    struct scene *scene = reducing->scene;
    while (first < end && !can_go(reducing, first)) first++;
    if (first == end) return;
    struct arena_mark mark = arena_here(scene->arena);
    bool *before = ARENA_ARRAY(scene->arena, bool, scene->rows.count);
    if (arena_failed(scene->arena)) reducing->failed = true;
    if (reducing->failed) return;
    for (size_t i = 0; i < scene->rows.count; i++) before[i] = scene->rows.items[i].dropped;
    for (size_t i = first; i < end; i++)
        if (can_go(reducing, i)) scene->rows.items[i].dropped = true;
    if (!stays_broken(reducing))
        for (size_t i = 0; i < scene->rows.count; i++) scene->rows.items[i].dropped = before[i];
    arena_rewind(scene->arena, mark);
}

/* From halves to single rows. */
static void drop_rows(struct reducing *reducing) {
    size_t rows = reducing->scene->rows.count;
    for (size_t size = (rows + 1) / 2; size > 0; size = size > 1 ? (size + 1) / 2 : 0)
        for (size_t end = rows; end > 0; end = end > size ? end - size : 0)
            try_without_rows(reducing, end > size ? end - size : 0, end);
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static bool try_cell(struct reducing *reducing, struct cell *cell, struct cell tried) {
    struct cell before = *cell;
    if (tried.set == before.set && tried.value == before.value) return false;
    *cell = tried;
    if (stays_broken(reducing)) return true;
    *cell = before;
    return false;
}

/* Fewer digits, as far towards zero as goes. */
static void round_number(struct reducing *reducing, struct cell *cell, const struct lane_spec *spec) {
    lane unit = 1;
    while (unit <= INT64_MAX / 10 && (unit * 10 <= cell->value || unit * 10 <= -cell->value)) unit *= 10;
    for (; unit > 1; unit /= 10) {
        lane rest = cell->value % unit, tried = cell->value - rest;
        if (rest == 0 || tried < spec->low || tried > spec->high) continue;
        if (try_cell(reducing, cell, (struct cell){.set = true, .value = tried})) return;
    }
}

/* Days that are easy to read: that of the month, the first of the year, the first of its month. */
static void round_day(struct reducing *reducing, struct cell *cell, const struct lane_spec *spec) {
    day_number own = (day_number)cell->value;
    if (cell->value == DAY_NEVER || own < day_first || own > day_last) return;
    month_number month = day_month(own);
    const day_number days[] = {month_first_day(reducing->scene->month),
                               month_first_day(month - month_of_year(month) + 1), month_first_day(month)};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        if (days[i] == own) return; /* it is as easy already */
        if (days[i] < spec->low || days[i] > spec->high) continue;
        if (try_cell(reducing, cell, (struct cell){.set = true, .value = days[i]})) return;
    }
}

static void simplify_cell(struct reducing *reducing, const struct field *input, struct cell *cell) {
    struct lane_spec spec = lane_spec_of(reducing->scene->arena, input);
    bool number = input->type.kind == TYPE_NUMBER;
    lane least = spec.low > 0 ? spec.low : spec.high < 0 ? spec.high : 0;
    if (try_cell(reducing, cell, (struct cell){0})) return;
    if (number && try_cell(reducing, cell, (struct cell){.set = true, .value = least})) return;
    if (input->type.kind == TYPE_BOOL || input->type.kind == TYPE_ENUM)
        try_cell(reducing, cell, (struct cell){.set = true, .value = 0});
    if (number) round_number(reducing, cell, &spec);
    if (input->type.kind == TYPE_DATE) round_day(reducing, cell, &spec);
}

static bool is_dated(const struct field *input) {
    const struct entity *entity = input->entity;
    for (size_t i = 0; i < entity->dated.count; i++)
        if (entity->dated.items[i] == input) return true;
    return false;
}

/* That tables of parameters know the row may not matter. */
static void drop_code(struct reducing *reducing, struct scene_row *row) {
    struct scene *scene = reducing->scene;
    struct text code = row->id;
    if (row->line || !scene_is_code(scene->law->policy, row->entity, code)) return;
    row->id = text_format(scene->arena, "%.*s-%zu", TEXT_ARG(row->entity->name), ++scene->made_up[row->entity->index]);
    if (!stays_broken(reducing)) row->id = code;
}

static void simplify_row(struct reducing *reducing, struct scene_row *row) {
    drop_code(reducing, row);
    for (size_t i = 0; i < row->openings.count; i++) {
        struct opening *opening = &row->openings.items[i];
        if (opening->dropped) continue;
        opening->dropped = true;
        opening->dropped = stays_broken(reducing);
    }
    for (size_t i = 0; i < row->entity->inputs.count; i++) {
        const struct field *input = row->entity->inputs.items[i];
        if (row->cells[i].set && !is_dated(input)) simplify_cell(reducing, input, &row->cells[i]);
    }
}

bool scene_reduce(struct scene *scene, const struct guarantee *guarantee, size_t row) {
    struct reducing reducing = {.scene = scene, .guarantee = guarantee, .row = row, .changed = true};
    while (reducing.changed && !reducing.failed) {
        reducing.changed = false;
        drop_rows(&reducing);
        for (size_t i = 0; i < scene->rows.count && !reducing.failed; i++)
            if (!scene->rows.items[i].dropped) simplify_row(&reducing, &scene->rows.items[i]);
    }
    return !reducing.failed && !arena_failed(scene->arena);
}
