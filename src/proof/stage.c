#include "proof/stage.h"

/* --- who is needed ---------------------------------------------------------------------------------------------- */

static void need(struct cast *cast, const struct entity *entity, bool several) {
    if (!entity || entity->is_event) return; /* a scene has none */
    cast->several[entity->index] = cast->several[entity->index] || several;
    for (; entity; entity = entity->parent) cast->needed[entity->index] = true;
}

void cast_find(struct cast *cast, struct arena *arena, const struct graph *graph, const struct companion *companions,
               const struct entity *about) {
    size_t count = graph->policy->entities.count;
    *cast = (struct cast){.graph = graph,
                          .companions = companions,
                          .about = about,
                          .needed = ARENA_ARRAY(arena, bool, count),
                          .several = ARENA_ARRAY(arena, bool, count)};
    if (arena_failed(arena)) return;
    need(cast, about, false);
    for (size_t id = 0; id < graph->nodes.count; id++) {
        const struct graph_node *node = graph_node(graph, (node_id)id);
        need(cast, node->space, false);
        if (node->op != OP_LOOKUP) need(cast, node->inner, true);
        bool leads = node->op == OP_INPUT && node->field->type.kind == TYPE_ROW;
        if (leads) need(cast, node->field->type.entity, true);
    }
}

/* --- where it plays --------------------------------------------------------------------------------------------- */

static const struct area_line *line_near(const struct case_policy *law, const struct entity *entity, struct text area) {
    const struct area_line *line = area.length ? area_line_at(law, entity, area) : NULL;
    return line ? line : &scene_book(law, entity)->lines.items[0];
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static size_t slots_of(const struct cast *cast, const struct entity *entity, size_t slots) {
    int64_t most = 0;
    if (!cast->several[entity->index]) return 1;
    bool limited = number_to_int64(entity->at_most, &most) && most > 0 && (size_t)most < slots;
    return limited ? (size_t)most : slots;
}

static void add_rows(struct stage *stage, const struct cast *cast, const struct entity *entity, size_t slots,
                     struct text area) {
    struct scene *scene = &stage->scene;
    size_t before = scene->rows.count, count = slots_of(cast, entity, slots);
    if (scene_book(scene->law, entity)) {
        scene_add_area(scene, entity, line_near(scene->law, entity, area));
        return;
    }
    for (size_t parent = 0; entity->parent && parent < before; parent++)
        for (size_t i = 0; i < count && scene->rows.items[parent].entity == entity->parent; i++)
            scene_add(scene, entity, parent);
    for (size_t i = 0; !entity->parent && i < count; i++) scene_add(scene, entity, SIZE_MAX);
    stage->too_many = scene->rows.count > STAGE_ROWS_MAX;
}

/* In a policy without areas a row may be called as its tables call it. */
static void name_area(struct scene *scene, struct text area) {
    for (size_t i = 0; area.length && i < scene->rows.count; i++) {
        struct scene_row *row = &scene->rows.items[i];
        if (row->line || !scene_is_code(scene->law->policy, row->entity, area)) continue;
        row->id = area;
        return;
    }
}

/* Those that everything hangs on are there; of the others under one parent the first come first. */
static void set_out(struct stage *stage, const struct cast *cast) {
    struct translation *translation = &stage->translation;
    struct solver *solver = translation->solver;
    for (size_t i = 0; i < stage->scene.rows.count && !arena_failed(stage->arena); i++) {
        const struct scene_row *row = &stage->scene.rows.items[i];
        struct stage_row *parent = row->parent == SIZE_MAX ? NULL : translation->rows.items[row->parent];
        const struct stage_row *before = i ? translation->rows.items[i - 1] : NULL;
        bool sibling = before && before->entity == row->entity && before->parent == parent;
        bool first = !sibling && (!parent || parent->present == solver->yes);
        bool held = row->line || (first && entity_is_within(cast->about, row->entity));
        Z3_ast present = held ? solver->yes : solver_unknown_truth(solver);
        if (parent) present = solver_and(solver, present, parent->present);
        if (sibling) solver_assume(solver, solver_or(solver, solver_not(solver, present), before->present));
        translate_row(translation, row->entity, parent, present);
        if (row->entity == cast->about && !sibling && held) stage->about = i;
    }
}

bool stage_open(struct stage *stage, struct arena *arena, struct solver *solver, const struct cast *cast,
                const struct scene *empty, size_t slots, struct text area) {
    const struct policy *policy = cast->graph->policy;
    *stage = (struct stage){.arena = arena};
    scene_init(&stage->scene, arena, empty->law, empty->month);
    for (size_t i = 0; i < policy->entities.count && !stage->too_many; i++)
        if (cast->needed[i]) add_rows(stage, cast, policy->entities.items[i], slots, area);
    name_area(&stage->scene, area);
    bool whole = scene_decide(&stage->scene, &stage->decided);
    translation_init(&stage->translation, arena, solver, cast->graph, cast->companions);
    stage->translation.scene = &stage->scene;
    stage->translation.decided = &stage->decided;
    if (whole && !stage->too_many) set_out(stage, cast);
    return whole && !arena_failed(arena);
}

void stage_close(struct stage *stage) {
    decided_free(&stage->decided);
}

/* --- what the solver found -------------------------------------------------------------------------------------- */

static void take_input(struct stage *stage, Z3_model model, const struct stage_row *row, node_id id) {
    struct solver *solver = stage->translation.solver;
    const struct term *term = row->terms[id];
    const struct graph_node *node = graph_node(stage->translation.graph, id);
    lane value;
    if (!term || node->op != OP_INPUT || !solver_truth(solver, model, term->known)) return;
    if (solver_value(solver, model, term_number(&stage->translation, term), &value))
        scene_put(&stage->scene, row->number, node->field, value);
}

static void take_opening(struct stage *stage, Z3_model model, const struct stage_row *row, const struct left *left) {
    struct solver *solver = stage->translation.solver;
    struct value opening;
    lane value;
    if (!left->before || !solver_value(solver, model, term_number(&stage->translation, left->term), &value)) return;
    if (!value_of_integer(&left->before->type, value, &opening))
        opening = value_number(number_multiply(stage->arena, number_from_lane(stage->arena, value), left->grid));
    scene_open(&stage->scene, row->number, left->before, opening);
}

void stage_take(struct stage *stage, Z3_model model) {
    const struct translation *translation = &stage->translation;
    for (size_t i = 0; i < translation->rows.count; i++) {
        const struct stage_row *row = translation->rows.items[i];
        stage->scene.rows.items[i].dropped = !solver_truth(translation->solver, model, row->present);
        for (size_t id = 0; id < translation->graph->nodes.count; id++) take_input(stage, model, row, (node_id)id);
        for (size_t k = 0; k < row->left.count; k++) take_opening(stage, model, row, &row->left.items[k]);
    }
}
