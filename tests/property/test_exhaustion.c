/* Every allocation of deciding and explaining fails once: that must be told, and nothing may crash, hang or leak. */
#include "failing.h"
#include "random_world.h"

#include "engine/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    SEEDS = 6,
    SHIFT = 5000, /* so much is taken beforehand, to let another piece be the one that fails */
    FAILURES_MAX = 10000
};

/* Every value, and one of them explained: every word of an explanation is an allocation of its own. */
static bool explain_last(struct world *world, struct run *run) {
    const struct field *last = NULL;
    struct builder out;
    for (size_t i = 0; i < world->policy->fields.count; i++) {
        const struct field *field = world->policy->fields.items[i];
        size_t rows = dataset_table(run->dataset, field->entity)->rows;
        for (size_t row = 0; row < rows; row++) run_value(run, field, row);
        if (rows > 0 && !field->entity->is_event) last = field;
    }
    assert_non_null(last);
    const struct explanation *node = explain_field(run, &world->arena, last, 0, 3);
    if (arena_failed(&world->arena) || run_failed(run)) return false;
    builder_init(&out);
    explanation_print(&out, &world->arena, node, LANGUAGE_ZH, true);
    bool whole = !out.failed && !arena_failed(&world->arena);
    assert_true(!whole || out.length > 0);
    builder_free(&out);
    return whole;
}

/* One decision in which the allocation after `successes` fails; true when none did. */
static bool decide(struct world *world, long successes, size_t taken) {
    memory_fail_after(successes);
    bool whole = world_decide(world, false);
    if (whole && taken) arena_new(&world->run[0]->arena, 1, taken);
    if (whole && taken) arena_new(&world->arena, 1, taken);
    for (int i = 0; i < MONTHS && whole; i++) whole = explain_last(world, world->run[i]);
    bool failed = memory_has_failed();
    memory_fail_after(-1);
    assert_int_equal(whole, !failed);
    world_forget(world);
    return !failed;
}

static void memory_runs_out(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world *world = world_new(seed);
        for (size_t taken = 0; taken < BLOCK; taken += SHIFT) {
            long n = 0;
            while (!decide(world, n, taken)) assert_true(++n < FAILURES_MAX);
            assert_true(n > 4);
        }
        world_free(world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("exhaustion", tests, NULL, NULL);
}
