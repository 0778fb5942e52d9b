/* A scene as a worked case in YAML. */
#include "proof/scene.h"

enum { INDENT = 2, TOP = 2 }; /* steps of indentation; how deep the rows begin */

struct writing {
    const struct scene *scene;
    struct arena *arena;
    struct builder *out;
    bool places; /* not all live where the case does: each says where */
};

/* --- texts ------------------------------------------------------------------------------------------------------ */

/* In single quotes, where only these need a sign. */
static void write_quoted(struct builder *out, struct text text) {
    builder_add(out, TEXT("'"));
    for (size_t i = 0; i < text.length; i++)
        builder_add(out, text.bytes[i] == '\'' ? TEXT("''") : text_slice(text, i, i + 1));
    builder_add(out, TEXT("'"));
}

/* Plain where it is one word of letters, digits and - _ . alone. */
static void write_id(struct builder *out, struct text id) {
    bool plain = id.length > 0 && id.bytes[0] != '-';
    for (size_t i = 0; i < id.length; i++) {
        char byte = id.bytes[i];
        plain = plain && (is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          byte == '_' || byte == '-' || byte == '.' || (unsigned char)byte >= 0x80);
    }
    if (plain)
        builder_add(out, id);
    else
        write_quoted(out, id);
}

static void write_key(const struct writing *writing, size_t depth, struct text key) {
    builder_pad(writing->out, depth * INDENT);
    write_id(writing->out, key);
    builder_add(writing->out, TEXT(":"));
}

static void write_cell(const struct writing *writing, const struct field *input, const struct cell *cell) {
    struct lane_spec spec = lane_spec_of(writing->arena, input);
    if (input->type.kind == TYPE_TEXT) {
        write_quoted(writing->out, cell->text);
    } else if (input->type.kind == TYPE_ROW) {
        struct text id = cell->value == ROW_NONE ? TEXT("none") : writing->scene->rows.items[cell->value].id;
        write_id(writing->out, id);
    } else {
        struct value value = value_of_lane(writing->arena, &spec, cell->value);
        builder_add(writing->out, value_plain(writing->arena, &input->type, input->scale, &value));
    }
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static bool leads_nowhere(const struct scene *scene, const struct field *input, const struct cell *cell) {
    return input->type.kind == TYPE_ROW && cell->value != ROW_NONE && scene->rows.items[cell->value].dropped;
}

static bool says_anything(const struct scene *scene, const struct scene_row *row) {
    for (size_t i = 0; i < row->entity->inputs.count; i++)
        if (row->cells[i].set && !leads_nowhere(scene, row->entity->inputs.items[i], &row->cells[i])) return true;
    for (size_t i = 0; i < row->openings.count; i++)
        if (!row->openings.items[i].dropped) return true;
    return false;
}

/* The only row of its entity, above others, of which nothing is said: whoever runs the case makes it up. */
static bool is_silent(const struct scene *scene, size_t number) {
    const struct scene_row *row = &scene->rows.items[number];
    bool above = false, alone = true;
    if (row->line || says_anything(scene, row) || scene_is_code(scene->law->policy, row->entity, row->id)) return false;
    for (size_t i = 0; i < scene->rows.count; i++) {
        const struct scene_row *other = &scene->rows.items[i];
        above = above || (!other->dropped && other->parent == number);
        alone = alone && (i == number || other->dropped || other->entity != row->entity);
    }
    return above && alone && (row->parent == SIZE_MAX || is_silent(scene, row->parent));
}

/* Its parent is told by where the case lives, or by its code, or not at all; else it is written inside its parent. */
static bool is_outermost(const struct scene *scene, const struct scene_row *row) {
    if (row->parent == SIZE_MAX) return true;
    return (!row->line && scene->rows.items[row->parent].line) || is_silent(scene, row->parent);
}

/* It says in which area it lies. */
static bool is_placed(const struct writing *writing, const struct scene_row *row) {
    return writing->places && !row->line && row->parent != SIZE_MAX && writing->scene->rows.items[row->parent].line;
}

static bool is_inside(const struct scene *scene, size_t row, size_t parent) {
    const struct scene_row *it = &scene->rows.items[row];
    return !it->dropped && it->parent == parent && !is_outermost(scene, it);
}

static bool has_rows_inside(const struct scene *scene, size_t parent) {
    for (size_t i = 0; i < scene->rows.count; i++)
        if (is_inside(scene, i, parent)) return true;
    return false;
}

static void write_openings(const struct writing *writing, const struct scene_row *row, size_t depth) {
    bool any = false;
    for (size_t i = 0; i < row->openings.count; i++) {
        const struct opening *opening = &row->openings.items[i];
        const struct field *field = opening->field;
        if (opening->dropped) continue;
        if (!any) write_key(writing, depth, TEXT("opening"));
        builder_format(writing->out, "%s%.*s: %.*s", any ? ", " : " {", TEXT_ARG(field->name),
                       TEXT_ARG(value_plain(writing->arena, &field->type, field->scale, &opening->value)));
        any = true;
    }
    if (any) builder_add(writing->out, TEXT("}\n"));
}

static void write_fields(const struct writing *writing, size_t number, size_t depth) {
    const struct scene *scene = writing->scene;
    const struct scene_row *row = &scene->rows.items[number];
    if (is_placed(writing, row)) {
        const struct scene_row *above = &scene->rows.items[row->parent];
        write_key(writing, depth, above->entity->name);
        builder_add(writing->out, TEXT(" "));
        write_id(writing->out, above->id);
        builder_add(writing->out, TEXT("\n"));
    }
    for (size_t i = 0; i < row->entity->inputs.count; i++) {
        const struct field *input = row->entity->inputs.items[i];
        if (!row->cells[i].set || leads_nowhere(scene, input, &row->cells[i])) continue;
        write_key(writing, depth, input->name);
        builder_add(writing->out, TEXT(" "));
        write_cell(writing, input, &row->cells[i]);
        builder_add(writing->out, TEXT("\n"));
    }
    write_openings(writing, row, depth);
}

static void write_row(const struct writing *writing, size_t number, size_t depth);

/* The rows of an entity under one that is written, or (SIZE_MAX) those that are outermost. Of areas only those of which
 * something is said that the policy does not. */
static void write_rows(const struct writing *writing, const struct entity *entity, size_t parent, size_t depth) {
    const struct scene *scene = writing->scene;
    bool any = false;
    for (size_t i = 0; i < scene->rows.count; i++) {
        const struct scene_row *row = &scene->rows.items[i];
        bool shown = !row->dropped && row->entity == entity;
        shown = shown && (parent == SIZE_MAX ? row->line || is_outermost(scene, row) : is_inside(scene, i, parent));
        if (!shown || (row->line && !says_anything(scene, row)) || is_silent(scene, i)) continue;
        if (!any) {
            write_key(writing, depth, entity->name);
            builder_add(writing->out, TEXT("\n"));
        }
        any = true;
        write_row(writing, i, depth + 1);
    }
}

static void write_row(const struct writing *writing, size_t number, size_t depth) {
    const struct scene *scene = writing->scene;
    const struct scene_row *row = &scene->rows.items[number];
    bool inside = !row->line && has_rows_inside(scene, number);
    write_key(writing, depth, row->id);
    if (!inside && !is_placed(writing, row) && !says_anything(scene, row)) {
        builder_add(writing->out, TEXT(" {}\n"));
        return;
    }
    builder_add(writing->out, TEXT("\n"));
    write_fields(writing, number, depth + 1);
    const struct policy *policy = scene->law->policy;
    for (size_t e = 0; e < policy->entities.count && inside; e++)
        if (policy->entities.items[e]->parent == row->entity)
            write_rows(writing, policy->entities.items[e], number, depth + 1);
}

/* --- the case --------------------------------------------------------------------------------------------------- */

/* The lowest area: the others lie above it. */
static const struct scene_row *lowest_area(const struct scene *scene) {
    const struct scene_row *lowest = NULL;
    for (size_t i = 0; i < scene->rows.count; i++) {
        const struct scene_row *row = &scene->rows.items[i];
        if (row->line && !row->dropped && (!lowest || row->entity->depth > lowest->entity->depth)) lowest = row;
    }
    return lowest;
}

/* Some row lies in an area that the lowest does not lie in. */
static bool is_scattered(const struct scene *scene) {
    const struct scene_row *lowest = lowest_area(scene);
    for (size_t i = 0; lowest && i < scene->rows.count; i++) {
        const struct scene_row *row = &scene->rows.items[i], *above = lowest;
        if (row->dropped || row->line || row->parent == SIZE_MAX || !scene->rows.items[row->parent].line) continue;
        while (above != &scene->rows.items[row->parent] && above->parent != SIZE_MAX)
            above = &scene->rows.items[above->parent];
        if (above != &scene->rows.items[row->parent]) return true;
    }
    return false;
}

/* The first that is broken is the one that the case is about. */
static void write_breaks(const struct writing *writing, struct run *run, const struct guarantee *about) {
    const struct policy *policy = run->policy;
    builder_format(writing->out, "  breaks: [%.*s", TEXT_ARG(about->name));
    for (size_t i = 0; i < policy->guarantees.count; i++) {
        const struct guarantee *guarantee = policy->guarantees.items[i];
        bool broken = false;
        struct value why;
        if (guarantee == about) continue;
        for (size_t row = 0; row < dataset_table(run->dataset, guarantee->entity)->rows && !broken; row++)
            broken = run_guarantee(run, guarantee, row, &why) == GUARANTEE_BROKEN;
        if (broken) builder_format(writing->out, ", %.*s", TEXT_ARG(guarantee->name));
    }
    builder_add(writing->out, TEXT("]\n"));
}

static void write_head(const struct writing *writing, const struct guarantee *guarantee) {
    const struct scene_row *area = lowest_area(writing->scene);
    builder_add(writing->out, TEXT("- name: "));
    write_quoted(writing->out,
                 text_format(writing->arena, "%.*s: %s", TEXT_ARG(guarantee->name), "反例 counterexample"));
    builder_format(writing->out, "\n  month: %.*s\n", TEXT_ARG(month_format(writing->arena, writing->scene->month)));
    if (!area) return;
    builder_add(writing->out, TEXT("  area: "));
    write_id(writing->out, area->id);
    builder_add(writing->out, TEXT("\n"));
}

struct text scene_written(const struct scene *scene, struct arena *arena, const struct guarantee *guarantee) {
    struct builder out;
    struct decided decided;
    bool whole = scene_decide(scene, &decided);
    builder_init(&out);
    const struct writing writing = {scene, arena, &out, is_scattered(scene)};
    if (whole) {
        write_head(&writing, guarantee);
        size_t before = out.length;
        builder_add(&out, TEXT("  input:\n"));
        size_t begun = out.length;
        for (size_t e = 0; e < scene->law->policy->entities.count; e++)
            write_rows(&writing, scene->law->policy->entities.items[e], SIZE_MAX, TOP);
        if (out.length == begun && !out.failed) out.length = before; /* its area says all */
        write_breaks(&writing, decided.run, guarantee);
        whole = !run_failed(decided.run);
    }
    decided_free(&decided);
    struct text written = builder_finish(&out, arena);
    return whole && !arena_failed(arena) ? written : TEXT("");
}

bool scene_confirms(struct case_runner *runner, struct text written) {
    struct source *source = ARENA_NEW(&runner->arena, struct source);
    size_t passed = runner->passed, failed = runner->failed;
    *source = (struct source){.name = TEXT("counterexample"), .bytes = text_copy(&runner->arena, written)};
    if (arena_failed(&runner->arena)) return false;
    case_runner_run(runner, source);
    return runner->passed == passed + 1 && runner->failed == failed;
}
