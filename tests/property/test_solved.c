/* Random policies over random data: what a month solved as a whole holds is what the evaluator finds, to the reason.
 *
 * DOUDI_SEEDS=N tries N policies; DOUDI_SEED=S only that one, and shows it. DOUDI_MORE=N: of many families, N times as
 * many data of a policy. */
#include "random_world.h"

#include "base/memory.h"
#include "engine/found.h"
#include "program/kernel.h"
#include "program/machine.h"
#include "program/solve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 300, SEEDS_OF_MANY = 10, MORE = 200 };

static size_t compared, evaluated, in_range; /* values; those of whole fields that were left to the evaluator */
static size_t households;                    /* in all months */
static size_t within, beyond;                /* values of rows of an area, and those of others that it did not find */
static size_t coded_compared;                /* values taken from whole columns */

static bool same_why(const struct value *a, const struct value *b) {
    const struct reason *x = &a->reason, *y = &b->reason;
    bool same = x->kind == y->kind && x->text == y->text && x->index == y->index;
    bool same_row = a->state == VALUE_KNOWN || x->row == y->row; /* of a known value it is its own */
    return same && x->field == y->field && same_row && x->day == y->day;
}

static bool agrees(const struct field *field, const struct value *solved, const struct value *found) {
    if (solved->state != found->state || !same_why(solved, found)) return false;
    return solved->state != VALUE_KNOWN || value_equal(&field->type, solved, found);
}

static void complain(struct world *world, uint64_t seed, const struct field *field, size_t row,
                     const struct value *solved, const struct value *found) {
    struct arena *arena = &world->arena;
    print_error("seed %llu: %.*s.%.*s, row %zu: solved %.*s (%.*s), evaluated %.*s (%.*s)\n%s\n",
                (unsigned long long)seed, TEXT_ARG(field->entity->name), TEXT_ARG(field->name), row,
                TEXT_ARG(value_plain(arena, &field->type, number_one, solved)),
                TEXT_ARG(reason_written(arena, world->policy, solved)),
                TEXT_ARG(value_plain(arena, &field->type, number_one, found)),
                TEXT_ARG(reason_written(arena, world->policy, found)), random_policy_text(&world->law).bytes);
    fail();
}

/* The run is of everybody, or looks at one row after another. */
static void compare_field(struct world *world, uint64_t seed, struct run *run, bool looks, const struct solved *solved,
                          const struct field *field) {
    for (size_t row = 0; row < dataset_table(run->dataset, field->entity)->rows; row++) {
        struct value value, found;
        if (!solved_value(solved, &world->arena, field, row, &value)) {
            evaluated++;
            continue;
        }
        if (looks) run_look_at(run, field->entity, row);
        found = run_value(run, field, row);
        compared++;
        if (!agrees(field, &value, &found)) complain(world, seed, field, row, &value, &found);
    }
}

/* Column by column, coded, it is the same: of what is solved, and of what the run is asked for. */
static void compare_coded(struct world *world, uint64_t seed, struct run *run, const struct solved *solved,
                          const struct field *field) {
    struct coding coding;
    struct found column;
    coding_init(&coding, &world->arena, field);
    run->solved = solved;
    found_begin(&column, run, &coding, false);
    for (size_t row = 0; row < dataset_table(run->dataset, field->entity)->rows; row++) {
        struct coded coded = found_at(&column, row);
        assert_true(coded.kind);
        struct value found = run_value(run, field, row), value = coding_value(&coding, coded);
        if (!agrees(field, &value, &found)) complain(world, seed, field, row, &value, &found);
        coded_compared++;
    }
    run->solved = NULL;
}

/* What is in memory, known or not, lies in the range that widths and later ranges are chosen by. */
static void check_ranges(const struct graph *graph, const struct solved *solved) {
    const struct lanes *columns = solved->columns;
    for (size_t id = 0; id < graph->nodes.count; id++) {
        const struct graph_node *node = graph_node(graph, (node_id)id);
        const struct lanes *lanes = &columns[id];
        for (size_t row = 0; lanes->values && row < lanes->rows; row++) {
            lane value = lane_read(lanes->values, lanes->width, row);
            assert_true(value >= node->low && value <= node->high);
            in_range++;
        }
    }
}

/* Of one row, and those below it: the same values, and none of others like them. */
static void compare_area(struct world *world, uint64_t seed, struct run *run, struct solve_choices choices) {
    const struct entity *area = world->policy->entities.items[seed % world->policy->entities.count];
    size_t rows = dataset_table(run->dataset, area)->rows;
    if (rows == 0 || area->is_event) return;
    struct program *program = program_new_within(world->policy, run->month, &run->options, NULL, area);
    assert_non_null(program);
    choices.row = seed / 5 % rows;
    if (program->within != area) choices.row = dataset_climb(run->dataset, area, choices.row, program->within);
    struct solved *solved = solve(program, run, choices);
    assert_non_null(solved);
    for (size_t i = 0; i < world->policy->fields.count; i++) {
        const struct field *field = world->policy->fields.items[i];
        bool limited = program_limits(program, field->entity);
        if (!solved->fields[i].there) continue;
        compare_coded(world, seed, run, solved, field);
        for (size_t row = 0; row < dataset_table(run->dataset, field->entity)->rows; row++) {
            struct value value;
            bool own = !limited || dataset_climb(run->dataset, field->entity, row, program->within) == choices.row;
            bool there = solved_value(solved, &world->arena, field, row, &value);
            assert_true(there == own);
            beyond += !own;
            if (!own) continue;
            struct value found = run_value(run, field, row);
            within += limited;
            if (!agrees(field, &value, &found)) complain(world, seed, field, row, &value, &found);
        }
    }
    solved_free(solved);
    program_free(program);
}

static void compare_month(struct world *world, uint64_t seed, int month) {
    const struct run *whole = world->run[month];
    struct run *run = run_new(world->policy, whole->dataset, whole->history, whole->month, &whole->options);
    bool looks = seed % 2;
    assert_non_null(run);
    struct program *program = program_new(world->policy, run->month, &run->options, NULL);
    assert_non_null(program);
    struct solve_choices choices = {.batch = seed % 4, .threads = (unsigned)(seed / 4 % 3)};
    static const char *const sets[] = {NULL, "plain", "avx2"};
    choices.instructions = sets[seed / 12 % 3];
    if (!kernels_choose(choices.instructions)) choices.instructions = NULL;
    struct solved *solved = solve(program, run, choices);
    assert_non_null(solved);
    check_ranges(program->graph, solved);
    households += run->dataset->tables[HOUSEHOLD].rows;
    for (size_t i = 0; i < world->policy->fields.count; i++) {
        const struct field *field = world->policy->fields.items[i];
        if (field->kind == FIELD_INPUT) continue;
        if (!field->entity->is_event) compare_field(world, seed, run, looks, solved, field);
        compare_coded(world, seed, run, solved, field);
    }
    compare_area(world, seed, run, choices);
    assert_false(run_failed(run));
    run_free(run);
    solved_free(solved);
    program_free(program);
}

static void try_seed(uint64_t seed, size_t more) {
    struct world *world = world_new(seed);
    world->more = more;
    assert_true(world_decide(world, false));
    for (int month = 0; month < MONTHS; month++) compare_month(world, seed, month);
    world_forget(world);
    world_free(world);
}

static void try_seeds(struct seeds seeds, size_t more) {
    compared = evaluated = in_range = households = within = beyond = coded_compared = 0;
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) try_seed(seed, more);
    print_message("# %zu households: %zu values agree, %zu were left to the evaluator; %zu of areas agree\n",
                  households, compared, evaluated, within);
    assert_true(compared > evaluated && in_range > 0 && coded_compared > compared);
    assert_true(seeds.first == seeds.last || (within > 0 && beyond > 0));
}

static void solved_is_what_is_evaluated(void **state) {
    (void)state;
    try_seeds(seeds_to_try(SEEDS), 0);
}

static void many_families_of_one_law_are(void **state) {
    (void)state;
    try_seeds(seeds_to_try(SEEDS_OF_MANY), number_to_try("DOUDI_MORE", MORE));
}

/* Whatever piece of memory is missing, the month is not solved, and nothing is left behind. */
static void memory_runs_out(void **state) {
    (void)state;
    enum { WORLDS = 3, MOST = 200000 };
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        struct world *world = world_new(seed);
        assert_true(world_decide(world, false));
        struct run *before = world->run[0];
        bool whole = false;
        for (long successes = 0; successes < MOST && !whole; successes += 1 + successes / 50) {
            struct run *run = run_new(world->policy, before->dataset, before->history, before->month, &before->options);
            assert_non_null(run);
            memory_fail_after(successes);
            struct program *program = program_new(world->policy, run->month, &run->options, NULL);
            struct solved *solved = program ? solve(program, run, (struct solve_choices){.batch = seed % 4}) : NULL;
            whole = !memory_has_failed();
            memory_fail_after(-1);
            assert_true(whole ? solved != NULL : solved == NULL);
            solved_free(solved);
            program_free(program);
            run_free(run);
        }
        assert_true(whole);
        world_forget(world);
        world_free(world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(solved_is_what_is_evaluated),
                                       cmocka_unit_test(many_families_of_one_law_are),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("solved", tests, NULL, NULL);
}
