#include "proof/prove.h"

#include "proof/stage.h"

/* Of the steps for a guarantee half is for the proof, the rest for scenes that may contradict it: a quarter each, but
 * most need far less. */
enum { PROOF_SHARE = 2, ASKED_SHARE = 20, SCENE_SHARE = 4, TIMES_OUT_MOST = 2, AREAS_MOST = 3 };

/* A guarantee being proved. */
struct proving {
    const struct prover *prover;
    const struct guarantee *guarantee;
    struct arena arena;
    struct graph *graph;
    const struct companion *companions;
    node_id where, test; /* where: NODE_NONE for all */
    struct cast cast;
    struct text areas[AREAS_MOST]; /* worth trying */
    size_t area_count, times_out;
    struct proof *proof;
    bool failed; /* memory ran out */
};

/* --- what is to be shown ---------------------------------------------------------------------------------------- */

static bool build(struct proving *proving, const struct run_options *options) {
    const struct guarantee *guarantee = proving->guarantee;
    const struct declaration *said = guarantee->declaration;
    const struct policy *policy = proving->prover->runner->policies.items[0]->policy;
    proving->where = NODE_NONE;
    proving->graph = graph_empty(policy, proving->prover->month, options);
    if (!proving->graph) return false;
    if (said->where) proving->where = graph_expression(proving->graph, guarantee->entity, said->where).n;
    proving->test = graph_expression(proving->graph, guarantee->entity, said->test).n;
    proving->companions = translate_companions(&proving->arena, proving->graph);
    cast_find(&proving->cast, &proving->arena, proving->graph, proving->companions, guarantee->entity);
    return proving->companions && !graph_failed(proving->graph) && !arena_failed(&proving->arena);
}

/* That the row is asked. */
static Z3_ast asked(const struct proving *proving, struct translation *translation, struct stage_row *row) {
    if (proving->where == NODE_NONE) return translation->solver->yes;
    const struct term *where = translate(translation, proving->where, row);
    return solver_and(translation->solver, where->known, term_truth(translation, where));
}

/* That it is asked, and the guarantee known not to hold. */
static Z3_ast broken(const struct proving *proving, struct translation *translation, struct stage_row *row) {
    struct solver *solver = translation->solver;
    const struct term *test = translate(translation, proving->test, row);
    Z3_ast fails = solver_and(solver, test->known, solver_not(solver, term_truth(translation, test)));
    return solver_and(solver, asked(proving, translation, row), fails);
}

/* --- the proof -------------------------------------------------------------------------------------------------- */

static void note_area(struct proving *proving, struct text area) {
    if (area.length == 0 || proving->area_count == AREAS_MOST) return;
    for (size_t i = 0; i < proving->area_count; i++)
        if (text_equal(proving->areas[i], area)) return;
    proving->areas[proving->area_count++] = area;
}

/* Where a layer's exceptions hold. */
static void note_layers(struct proving *proving) {
    const struct policy *policy = proving->graph->policy;
    for (size_t i = 0; i < policy->layers.count; i++) {
        const struct layer *layer = policy->layers.items[i];
        if (layer->base && layer->head) note_area(proving, layer->head->area.text);
    }
}

/* The areas whose values break the guarantee, as far as a parameter has them. */
static void note_areas(struct proving *proving, const struct translation *translation, Z3_model model) {
    for (size_t r = 0; r < translation->rows.count; r++) {
        const struct stage_row *row = translation->rows.items[r];
        for (size_t id = 0; id < translation->graph->nodes.count; id++) {
            const struct graph_node *node = graph_node(translation->graph, (node_id)id);
            const struct term *term = row->terms[id];
            lane value;
            if (!term || node->op != OP_LOOKUP || !node->parameter->area || !term->number) continue;
            if (!solver_value(translation->solver, model, term->number, &value)) continue;
            struct number said =
                number_multiply(translation->arena, number_from_lane(translation->arena, value), node->grid);
            for (size_t i = 0; i < node->parameter->values.list.count; i++)
                if (number_equal(node->parameter->values.list.items[i].number, said))
                    note_area(proving, node->parameter->values.list.items[i].area);
        }
    }
}

/* Over all that can happen, and more: none found, none there is. */
static enum answer find_loose(struct proving *proving) {
    struct arena arena;
    struct solver solver;
    struct translation translation;
    Z3_model model = NULL;
    enum answer answer = ANSWER_NOT_KNOWN;
    unsigned steps = proving->prover->steps / PROOF_SHARE;
    if (!solver_open(&solver)) {
        proving->failed = true;
        return answer;
    }
    arena_init(&arena);
    translation_init(&translation, &arena, &solver, proving->graph, proving->companions);
    translation.law = proving->prover->runner->policies.items[0];
    struct stage_row *row = translate_some_row(&translation, proving->guarantee->entity);
    Z3_ast breaks = broken(proving, &translation, row);
    proving->failed = arena_failed(&arena);
    if (!proving->failed) answer = solver_find(&solver, breaks, steps, &model);
    if (answer == ANSWER_FOUND) note_areas(proving, &translation, model);
    if (answer == ANSWER_NONE && !proving->failed) {
        enum answer anybody = solver_find(&solver, asked(proving, &translation, row), steps / ASKED_SHARE, NULL);
        proving->proof->verdict = anybody == ANSWER_NONE ? VERDICT_NEVER_ASKED : VERDICT_PROVED;
    }
    solver_forget(&solver, model);
    proving->failed = proving->failed || arena_failed(&arena);
    arena_free(&arena);
    solver_close(&solver);
    return answer;
}

/* --- counterexamples -------------------------------------------------------------------------------------------- */

/* What of the law was not followed, each once. */
static void note_operation(struct proving *proving, struct text operation) {
    struct beyond *beyond = &proving->proof->beyond;
    for (size_t i = 0; i < beyond->operation_count; i++)
        if (text_equal(beyond->operations[i], operation)) return;
    if (beyond->operation_count < OPERATIONS_TOLD)
        beyond->operations[beyond->operation_count++] = text_copy(proving->prover->arena, operation);
}

static void note_loosened(struct proving *proving, const struct translation *translation) {
    for (size_t i = 0; i < translation->loosened.count; i++) {
        const struct graph_node *node = graph_node(translation->graph, translation->loosened.items[i]);
        if (node->expr)
            note_operation(proving, expr_text(node->expr));
        else if (node->parameter)
            note_operation(proving, node->parameter->name);
        else if (node->inner)
            note_operation(proving, node->inner->name);
        else
            note_operation(proving, node->field ? node->field->name : text_from(op_name(node->op)));
    }
}

/* The scene that the solver found, if the evaluator says so too. */
static bool take_counterexample(struct proving *proving, struct stage *stage, Z3_model model) {
    enum guarantee_result result;
    struct proof *proof = proving->proof;
    stage_take(stage, model);
    proving->failed = !scene_ask(&stage->scene, proving->guarantee, stage->about, &result);
    if (proving->failed || result != GUARANTEE_BROKEN) return false;
    proving->failed = !scene_reduce(&stage->scene, proving->guarantee, stage->about);
    if (proving->failed) return false;
    proof->written = scene_written(&stage->scene, proving->prover->arena, proving->guarantee);
    proving->failed = arena_failed(proving->prover->arena) || proof->written.length == 0;
    bool confirmed = !proving->failed && scene_confirms(proving->prover->runner, proof->written);
    proving->failed = proving->failed || arena_failed(&proving->prover->runner->arena);
    if (confirmed) proof->verdict = VERDICT_COUNTEREXAMPLE;
    return confirmed;
}

/* Rows of which all is known come first: of them there are far fewer. */
static enum answer find_exact(const struct proving *proving, struct stage *stage, Z3_model *model) {
    struct translation *translation = &stage->translation;
    unsigned steps = proving->prover->steps / SCENE_SHARE;
    Z3_ast breaks = broken(proving, translation, translation->rows.items[stage->about]);
    if (arena_failed(translation->arena)) return ANSWER_NOT_KNOWN;
    Z3_ast first = solver_and(translation->solver, translation->nothing_lacks, breaks);
    enum answer answer = solver_find(translation->solver, first, steps, model);
    if (answer != ANSWER_NONE || translation->nothing_lacks == translation->solver->yes) return answer;
    return solver_find(translation->solver, breaks, steps, model);
}

/* With so many rows below each, in an area. */
static bool try_scene(struct proving *proving, size_t slots, struct text area) {
    struct arena arena;
    struct solver solver;
    struct stage stage;
    Z3_model model = NULL;
    bool found = false;
    const struct scene empty = {.law = proving->prover->runner->policies.items[0], .month = proving->prover->month};
    if (!solver_open(&solver)) return proving->failed = true, false;
    arena_init(&arena);
    bool whole = stage_open(&stage, &arena, &solver, &proving->cast, &empty, slots, area);
    if (whole && !stage.too_many) {
        enum answer answer = find_exact(proving, &stage, &model);
        note_loosened(proving, &stage.translation);
        if (answer == ANSWER_NONE) proving->proof->beyond.slots = slots;
        if (answer == ANSWER_FOUND) found = take_counterexample(proving, &stage, model);
        proving->times_out += answer == ANSWER_NOT_KNOWN;
        proving->proof->beyond.not_confirmed =
            proving->proof->beyond.not_confirmed || (answer == ANSWER_FOUND && !found);
    }
    proving->failed = proving->failed || !whole || arena_failed(&arena) || arena_failed(proving->prover->arena);
    solver_forget(&solver, model);
    stage_close(&stage);
    arena_free(&arena);
    solver_close(&solver);
    return found;
}

static bool find_scene(struct proving *proving) {
    static const size_t slots[] = {1, 2, 3, 6};
    for (size_t s = 0; s < sizeof slots / sizeof *slots; s++)
        for (size_t i = 0; i <= proving->area_count; i++) {
            if (proving->failed || proving->times_out == TIMES_OUT_MOST) return false;
            if (try_scene(proving, slots[s], i ? proving->areas[i - 1] : TEXT(""))) return true;
        }
    return false;
}

/* ---------------------------------------------------------------------------------------------------------------- */

static bool looks_at_several(const struct cast *cast, const struct graph *graph) {
    for (size_t i = 0; i < graph->policy->entities.count; i++)
        if (cast->several[i]) return true;
    return false;
}

static void find(struct proving *proving) {
    struct beyond *beyond = &proving->proof->beyond;
    enum answer answer = find_loose(proving);
    if (answer == ANSWER_NONE || proving->failed) return;
    proving->proof->verdict = VERDICT_BEYOND_REACH;
    note_layers(proving);
    if (find_scene(proving)) return;
    beyond->time = proving->times_out > 0 || answer == ANSWER_NOT_KNOWN;
    if (beyond->slots && !looks_at_several(&proving->cast, proving->graph)) {
        beyond->areas = true;
        beyond->slots = 0;
    }
    if (beyond->operation_count == 0) return;
    beyond->not_confirmed = beyond->areas = false; /* they are why */
    beyond->slots = 0;
}

bool prove(const struct prover *prover, const struct guarantee *guarantee, struct proof *proof) {
    const struct run_options options = {.known = DAY_NEVER};
    struct proving proving = {.prover = prover, .guarantee = guarantee, .proof = proof};
    *proof = (struct proof){.verdict = VERDICT_NOT_IN_FORCE};
    if (!guarantee_is_in_force(guarantee, month_first_day(prover->month))) return true;
    proof->verdict = VERDICT_BEYOND_REACH;
    proof->beyond.events = guarantee->entity->is_event;
    if (proof->beyond.events) return true;
    arena_init(&proving.arena);
    if (build(&proving, &options))
        find(&proving);
    else
        proving.failed = true;
    graph_free(proving.graph);
    arena_free(&proving.arena);
    return !proving.failed && !arena_failed(prover->arena);
}
