/* A few thousand invented families of the yardstick, solved on every instruction set, by one and several threads, in
 * batches of several sizes, with and without inputs that are missing: what is found is what the evaluator finds, to the
 * reason. */
#include "program/solve.h"

#include "base/memory.h"
#include "exchange/policy_folder.h"
#include "program/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { COUNTIES = 9, HOUSEHOLDS = 1500, MONTH = 2018 * 12 };

static const char *const sets[] = {"plain", "avx2", "avx512", "neon", "wasm"};

struct world {
    struct arena arena;
    struct diagnostics diagnostics;
    struct policy *policy;
    struct records records;
    struct dataset *dataset;
    struct history history;
    struct run *run;
    struct program *program;
    uint64_t state;
};

static uint64_t below(struct world *world, uint64_t limit) {
    world->state = world->state * 6364136223846793005 + 1442695040888963407;
    return (world->state >> 33) % limit;
}

/* Any value that the input may have; small ones more often, so that families lie on both sides of every line. */
static lane draw(struct world *world, const struct field *field) {
    struct lane_spec spec = lane_spec_of(&world->arena, field);
    if (field->type.kind == TYPE_BOOL) return (lane)below(world, 2);
    if (field->type.kind == TYPE_ENUM) return (lane)below(world, field->type.enumeration->count);
    lane high = spec.high, width = high - spec.low + 1;
    if (width > 1000 && below(world, 4)) width = width / 1000 + 1;
    return spec.low + (lane)below(world, (uint64_t)width);
}

static void fill(struct world *world, const struct entity *entity, size_t row, unsigned missing) {
    for (size_t i = 0; i < entity->inputs.count; i++)
        if (missing == 0 || below(world, missing))
            records_put(&world->records, entity->inputs.items[i], row, draw(world, entity->inputs.items[i]));
}

static size_t add(struct world *world, const struct entity *entity, struct text id, struct text parent) {
    return records_add(&world->records, entity,
                       (struct record_row){.id = id, .parent = parent, .from = MONTH_FIRST, .until = MONTH_LAST});
}

/* One input in `missing` is not known; 0: all are. */
static void make_families(struct world *world, unsigned missing) {
    const struct entity *county = map_get(&world->policy->entity_by_name, TEXT("county")),
                        *household = map_get(&world->policy->entity_by_name, TEXT("household")),
                        *person = map_get(&world->policy->entity_by_name, TEXT("person"));
    struct arena *arena = &world->arena;
    struct text counties[COUNTIES];
    for (size_t i = 0; i < COUNTIES; i++) {
        counties[i] = text_format(arena, "c%zu", i);
        fill(world, county, add(world, county, counties[i], TEXT("")), missing * 2);
    }
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        struct text id = text_format(arena, "h%04zu", i);
        fill(world, household, add(world, household, id, counties[below(world, COUNTIES)]), missing);
        for (size_t k = 0, size = 1 + (size_t)below(world, 7); k < size; k++)
            fill(world, person, add(world, person, text_format(arena, "h%04zu-%zu", i, k), id), missing);
    }
}

static void make_world(struct world *world, unsigned missing) {
    static const struct run_options options = {.known = DAY_NEVER};
    *world = (struct world){.state = 2018 + missing};
    arena_init(&world->arena);
    diagnostics_init(&world->diagnostics, &world->arena);
    world->policy = policy_read_folder("policies/examples/yardstick", &world->diagnostics);
    assert_true(world->policy && world->policy->compiled);
    records_init(&world->records, &world->arena, world->policy);
    make_families(world, missing);
    struct refusals refusals = {.arena = &world->arena};
    world->dataset = dataset_new(world->policy, &world->records, MONTH, &refusals);
    assert_non_null(world->dataset);
    assert_int_equal(refusals.list.count, 0);
    history_init(&world->history, world->policy);
    world->run = run_new(world->policy, world->dataset, &world->history, MONTH, &options);
    world->program = program_new(world->policy, MONTH, &options, NULL);
    assert_true(world->run && world->program);
}

static void free_world(struct world *world) {
    program_free(world->program);
    run_free(world->run);
    history_free(&world->history);
    dataset_free(world->dataset);
    policy_free(world->policy);
    arena_free(&world->arena);
}

/* How many values are known, and how many are not. */
struct found {
    size_t known, missing;
};

static struct found compare(struct world *world, const struct solved *solved) {
    struct found found = {0};
    for (size_t i = 0; i < world->policy->fields.count; i++) {
        const struct field *field = world->policy->fields.items[i];
        if (field->kind == FIELD_INPUT) continue;
        for (size_t row = 0; row < dataset_table(world->dataset, field->entity)->rows; row++) {
            struct value value, expected = run_value(world->run, field, row);
            assert_true(solved_value(solved, &world->arena, field, row, &value));
            assert_int_equal(value.state, expected.state);
            assert_int_equal(value.reason.kind, expected.reason.kind);
            assert_int_equal(value.reason.text, expected.reason.text);
            assert_int_equal(value.reason.index, expected.reason.index);
            assert_ptr_equal(value.reason.field, expected.reason.field);
            if (value.state == VALUE_KNOWN) assert_true(value_equal(&field->type, &value, &expected));
            if (value.state == VALUE_KNOWN)
                found.known++;
            else
                found.missing++;
        }
    }
    return found;
}

static struct found try_all(struct world *world) {
    struct solve_choices choices[] = {{0}, {.threads = 3, .batch = 700}, {.threads = 2, .batch = 90}, {.batch = 1}};
    struct found found = {0};
    struct solved *again = NULL;
    for (size_t set = 0; set < sizeof sets / sizeof *sets; set++)
        for (size_t i = 0; i < sizeof choices / sizeof *choices && kernels_choose(sets[set]); i++) {
            choices[i].instructions = sets[set];
            struct solved *solved = solve(world->program, world->run, choices[i]);
            assert_non_null(solved);
            found = compare(world, solved);
            solved_free(solved);
            again = again ? solve_again(again, world->program, world->run, choices[i])
                          : solve(world->program, world->run, choices[i]);
            assert_non_null(again);
            compare(world, again);
        }
    solved_free(again);
    return found;
}

static void all_is_known(void **state) {
    struct world world;
    (void)state;
    make_world(&world, 0);
    struct found found = try_all(&world);
    assert_true(found.known > 10 * HOUSEHOLDS && found.missing == 0);
    free_world(&world);
}

static void few_inputs_are_missing(void **state) {
    struct world world;
    (void)state;
    make_world(&world, 200);
    struct found found = try_all(&world);
    assert_true(found.missing > HOUSEHOLDS / 10 && found.known > 10 * found.missing);
    free_world(&world);
}

static void many_inputs_are_missing(void **state) {
    struct world world;
    (void)state;
    make_world(&world, 3);
    struct found found = try_all(&world);
    assert_true(found.missing > HOUSEHOLDS && found.known > HOUSEHOLDS);
    free_world(&world);
}

/* Only what is asked for is found. */
static void some_rules_are_wanted(void **state) {
    static const struct run_options options = {.known = DAY_NEVER};
    struct world world;
    (void)state;
    make_world(&world, 20);
    bool *wanted = memory_new(world.policy->fields.count, sizeof *wanted);
    assert_non_null(wanted);
    for (size_t i = 0; i < world.policy->fields.count; i++)
        wanted[i] = text_is(world.policy->fields.items[i]->name, "premium");
    struct program *program = program_new(world.policy, MONTH, &options, wanted);
    assert_non_null(program);
    struct solved *solved = solve(program, world.run, (struct solve_choices){0});
    assert_non_null(solved);
    for (size_t i = 0; i < world.policy->fields.count; i++) {
        const struct field *field = world.policy->fields.items[i];
        assert_true(solved->fields[i].there == wanted[i]);
        for (size_t row = 0; wanted[i] && row < dataset_table(world.dataset, field->entity)->rows; row++) {
            struct value value, expected = run_value(world.run, field, row);
            assert_true(solved_value(solved, &world.arena, field, row, &value));
            assert_int_equal(value.state, expected.state);
            if (value.state == VALUE_KNOWN) assert_true(value_equal(&field->type, &value, &expected));
        }
    }
    solved_free(solved);
    program_free(program);
    memory_free(wanted);
    free_world(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_is_known), cmocka_unit_test(few_inputs_are_missing),
                                       cmocka_unit_test(many_inputs_are_missing),
                                       cmocka_unit_test(some_rules_are_wanted)};
    return cmocka_run_group_tests_name("solve", tests, NULL, NULL);
}
