/* Random policies over random data: whatever the evaluator finds the solver's terms allow, loosely and over a scene;
 * and over a scene they mostly allow nothing else.
 *
 * DOUDI_SEEDS=N tries N policies; DOUDI_SEED=S only that one. */
#include "random_world.h"

#include "proof/translate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = 15, ROWS_TRIED = 3, STEPS = 20 * STEPS_A_SECOND };

static size_t allowed, forced, loose; /* values asked for; of which no other is allowed; asked for loosely */

/* A graph with its terms over all rows of a dataset, or over some row. */
struct asking {
    struct arena arena;
    struct run *run;
    struct graph *graph;
    struct solver solver;
    struct decided decided;
    struct scene scene;
    struct translation translation;
    struct stage_row *rows[LEVELS][ROWS_MAX]; /* loose: only those above the row that is asked */
    uint64_t seed;
};

static void begin(struct asking *asking, struct run *run, uint64_t seed, bool exact) {
    *asking = (struct asking){.run = run, .seed = seed};
    arena_init(&asking->arena);
    asking->graph = graph_new(run->policy, run->month, &run->options);
    assert_non_null(asking->graph);
    const struct companion *companions = translate_companions(&asking->arena, asking->graph);
    assert_true(companions && solver_open(&asking->solver));
    translation_init(&asking->translation, &asking->arena, &asking->solver, asking->graph, companions);
    if (!exact) return;
    asking->decided = (struct decided){.run = run};
    asking->decided.row_of = ARENA_ARRAY(&asking->arena, size_t, LEVELS * ROWS_MAX);
    asking->translation.scene = &asking->scene;
    asking->translation.decided = &asking->decided;
}

static void end(struct asking *asking) {
    assert_false(arena_failed(&asking->arena));
    solver_close(&asking->solver);
    graph_free(asking->graph);
    arena_free(&asking->arena);
}

static struct stage_row *put_row(struct asking *asking, const struct entity *entity, size_t at) {
    struct stage_row **row = &asking->rows[entity->depth][at];
    if (*row) return *row;
    struct stage_row *parent = NULL;
    if (entity->parent)
        parent = put_row(asking, entity->parent, dataset_table(asking->run->dataset, entity)->parents[at]);
    *row = translate_row(&asking->translation, entity, parent, asking->solver.yes);
    assert_non_null(*row);
    if (asking->decided.row_of) asking->decided.row_of[(*row)->number] = at;
    return *row;
}

/* Inputs are what the data say. */
static void pin_inputs(struct asking *asking) {
    for (size_t level = 0; level < LEVELS; level++)
        for (size_t at = 0; at < ROWS_MAX; at++) {
            const struct stage_row *row = asking->rows[level][at];
            for (size_t id = 0; row && id < asking->graph->nodes.count; id++) {
                const struct graph_node *node = graph_node(asking->graph, (node_id)id);
                const struct term *term = row->terms[id];
                if (!term || node->op != OP_INPUT) continue;
                const struct column *column = dataset_column(asking->run->dataset, node->field);
                Z3_ast said = solver_equal(&asking->solver, term_number(&asking->translation, term),
                                           solver_number(&asking->solver, column_get(column, at)));
                if (column->known[at])
                    solver_assume(&asking->solver, solver_and(&asking->solver, term->known, said));
                else
                    solver_assume(&asking->solver, solver_not(&asking->solver, term->known));
            }
        }
}

static lane lane_found(struct asking *asking, const struct quantity *quantity, const struct field *field,
                       const struct value *value) {
    lane found = 0;
    switch (field->type.kind) {
    case TYPE_BOOL: return value->as.truth;
    case TYPE_DATE: return value->as.date;
    case TYPE_ENUM: return value->as.choice;
    default: break;
    }
    struct number number = number_divide(&asking->arena, value->as.number, quantity->grid);
    assert_true(number_to_lane(number, &found));
    return found;
}

static void ask(struct asking *asking, const struct field *field, size_t at) {
    struct solver *solver = &asking->solver;
    const struct field_quantity *own = asking->graph->fields[field->index];
    if (!own || own->value.n == NODE_NONE || own->value.divisors.count) return;
    struct stage_row *row = put_row(asking, field->entity, at);
    const struct term *term = translate(&asking->translation, own->value.n, row);
    struct value value = run_value(asking->run, field, at);
    Z3_ast same = value.state == VALUE_FAULT   ? term->fault
                  : value.state == VALUE_KNOWN ? term->known
                                               : solver_not(solver, solver_or(solver, term->known, term->fault));
    if (value.state == VALUE_KNOWN)
        same = solver_and(solver, same,
                          solver_equal(solver, term_number(&asking->translation, term),
                                       solver_number(solver, lane_found(asking, &own->value, field, &value))));
    pin_inputs(asking);
    enum answer answer = solver_find(solver, same, STEPS, NULL);
    if (answer != ANSWER_FOUND)
        print_error("seed %llu: %.*s.%.*s, row %zu, %s: what is found is %s\n", (unsigned long long)asking->seed,
                    TEXT_ARG(field->entity->name), TEXT_ARG(field->name), at,
                    asking->decided.run ? "over a scene" : "loosely",
                    answer == ANSWER_NONE ? "not allowed" : "not known");
    assert_int_equal(answer, ANSWER_FOUND);
    if (!asking->decided.run) {
        loose++;
        return;
    }
    allowed++;
    forced += solver_find(solver, solver_not(solver, same), STEPS, NULL) == ANSWER_NONE;
}

static bool is_tried(const struct field *field) {
    return field->kind != FIELD_INPUT && !field->entity->is_event;
}

static void ask_over_scene(struct run *run, uint64_t seed) {
    struct asking asking;
    begin(&asking, run, seed, true);
    for (size_t e = 0; e < run->policy->entities.count; e++) {
        const struct entity *entity = run->policy->entities.items[e];
        for (size_t at = 0; at < dataset_table(run->dataset, entity)->rows; at++) put_row(&asking, entity, at);
    }
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        for (size_t at = 0; is_tried(field) && at < dataset_table(run->dataset, field->entity)->rows; at++)
            if (at < ROWS_TRIED) ask(&asking, field, at);
    }
    end(&asking);
}

static void ask_loosely(struct run *run, uint64_t seed) {
    for (size_t i = 0; i < run->policy->fields.count; i++) {
        const struct field *field = run->policy->fields.items[i];
        struct asking asking;
        if (!is_tried(field) || dataset_table(run->dataset, field->entity)->rows == 0) continue;
        begin(&asking, run, seed, false);
        ask(&asking, field, seed % dataset_table(run->dataset, field->entity)->rows);
        end(&asking);
    }
}

/* Whoever has no answer to what an empty one would mean has one: proofs speak of inputs that are known. */
static void fill_in(struct world *world) {
    for (size_t level = 0; level < LEVELS; level++)
        for (size_t row = 0; row < world->data.count[level]; row++)
            for (size_t i = 0; i < world->law.inputs_count; i++)
                if (world->law.inputs[i].empty == UNKNOWN_IF_EMPTY) world->data.rows[level][row].known[i] = true;
}

static void try_seed(uint64_t seed) {
    struct world *world = world_new(seed);
    fill_in(world);
    assert_true(world_decide(world, false));
    for (int month = 0; month < MONTHS; month++) {
        ask_over_scene(world->run[month], seed);
        ask_loosely(world->run[month], seed);
    }
    world_forget(world);
    world_free(world);
}

static void terms_say_what_is_evaluated(void **state) {
    (void)state;
    struct seeds seeds = seeds_to_try(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) try_seed(seed);
    print_message("# %zu values over scenes, of which %zu are the only ones; %zu loosely\n", allowed, forced, loose);
    assert_true(forced > allowed / 3 && loose > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(terms_say_what_is_evaluated)};
    return cmocka_run_group_tests_name("translated", tests, NULL, NULL);
}
