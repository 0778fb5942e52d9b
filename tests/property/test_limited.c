/* Random policies over random data: what a run of one area finds there is the same, whether the events of everybody
 * were settled before it, or its own alone.
 *
 * DOUDI_SEEDS=N tries N policies; DOUDI_SEED=S only that one, and shows it. */
#include "random_world.h"

#include "engine/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = 300 };

static size_t compared, alone, together; /* values; runs whose events were settled alone, and with all others */
static size_t passed_over;               /* events of others that were not settled */

/* One row of an entity: the area. */
struct limited {
    struct world *world;
    uint64_t seed;
    const struct entity *area;
    size_t row;
    struct run_options options;
};

static void complain(const struct limited *limited, const struct field *field, size_t row, const struct value *all,
                     const struct value *own) {
    struct arena *arena = &limited->world->arena;
    print_error(
        "seed %llu, %.*s %zu: %.*s.%.*s, row %zu: of all %.*s, of its own %.*s\n%s\n",
        (unsigned long long)limited->seed, TEXT_ARG(limited->area->name), limited->row, TEXT_ARG(field->entity->name),
        TEXT_ARG(field->name), row, TEXT_ARG(value_plain(arena, &field->type, number_one, all)),
        TEXT_ARG(value_plain(arena, &field->type, number_one, own)), random_policy_text(&limited->world->law).bytes);
    fail();
}

static bool agree(const struct field *field, const struct value *a, const struct value *b) {
    if (a->state != b->state || a->reason.kind != b->reason.kind || a->reason.row != b->reason.row) return false;
    return a->state != VALUE_KNOWN || value_equal(&field->type, a, b);
}

static struct run *begin(const struct limited *limited, struct history *history, int month, bool own) {
    const struct world *world = limited->world;
    const struct dataset *dataset = world->dataset[month];
    assert_true(
        own ? settle_past_within(history, &world->records, dataset, &limited->options, limited->area, limited->row)
            : settle_past(history, &world->records, dataset, &limited->options));
    struct run *run = run_new(world->policy, dataset, history, dataset->month, &limited->options);
    assert_non_null(run);
    run_limit(run, limited->area, limited->row);
    return run;
}

static void compare(const struct limited *limited, struct run *all, struct run *own) {
    const struct policy *policy = limited->world->policy;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        struct rows rows = run_rows(own, field->entity);
        for (size_t row = rows.first; row < rows.last; row++) {
            struct value one = run_value(all, field, row), other = run_value(own, field, row);
            if (!agree(field, &one, &other)) complain(limited, field, row, &one, &other);
            compared++;
        }
    }
    assert_false(run_failed(all) || run_failed(own));
}

static size_t settled(const struct history *history, const struct policy *policy) {
    size_t events = 0;
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->is_event) events += history->tables[i].ids.count;
    return events;
}

static void try_area(const struct limited *limited) {
    struct history all, own;
    history_init(&all, limited->world->policy);
    history_init(&own, limited->world->policy);
    for (int month = 0; month < MONTHS; month++) {
        struct run *of_all = begin(limited, &all, month, false), *of_own = begin(limited, &own, month, true);
        compare(limited, of_all, of_own);
        passed_over += settled(&all, limited->world->policy) - settled(&own, limited->world->policy);
        history_record(&all, of_all);
        history_record(&own, of_own);
        run_free(of_all);
        run_free(of_own);
    }
    history_free(&all);
    history_free(&own);
}

static void try_seed(uint64_t seed) {
    struct world *world = world_new(seed);
    assert_true(world_decide(world, false));
    struct limited limited = {.world = world, .seed = seed, .options = world->run[0]->options};
    for (size_t i = 0; i < world->policy->entities.count; i++) {
        limited.area = world->policy->entities.items[i];
        size_t rows = dataset_table(world->dataset[0], limited.area)->rows;
        if (limited.area->is_event || rows == 0) continue;
        limited.row = seed / 5 % rows;
        *(settle_is_alone(world->policy, limited.area) ? &alone : &together) += 1;
        try_area(&limited);
    }
    world_forget(world);
    world_free(world);
}

static void an_area_finds_the_same(void **state) {
    (void)state;
    struct seeds seeds = seeds_to_try(SEEDS);
    for (uint64_t seed = seeds.first; seed <= seeds.last; seed++) try_seed(seed);
    print_message("# %zu values agree; %zu runs settled their own events alone, %zu those of all; %zu passed over\n",
                  compared, alone, together, passed_over);
    assert_true(seeds.first == seeds.last || (compared > 0 && alone > 0 && passed_over > 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_area_finds_the_same)};
    return cmocka_run_group_tests_name("limited", tests, NULL, NULL);
}
