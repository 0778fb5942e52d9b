/* The engine beside the same rules written by hand: one population, one run, rounds that take turns. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "by_hand.h"

#include "base/memory.h"
#include "exchange/policy_folder.h"
#include "program/solve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 9, JANUARY = 2018 * 12, HOUSEHOLDS = 1000000 };

static const char law[] = "policies/examples/yardstick";

static _Noreturn void give_up(const char *what) {
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}

/* --- the population as a dataset ---------------------------------------------------------------------------------- */

struct loading {
    struct arena arena;
    const struct policy *policy;
    struct records records;
};

static struct text id_of(struct loading *loading, char kind, size_t number) {
    return text_format(&loading->arena, "%c%08zu", kind, number);
}

static size_t add(struct loading *loading, const char *entity, struct text id, struct text parent) {
    struct record_row row = {.id = id, .parent = parent, .from = MONTH_FIRST, .until = MONTH_LAST};
    struct text name = {entity, strlen(entity)};
    return records_add(&loading->records, map_get(&loading->policy->entity_by_name, name), row);
}

static void put(struct loading *loading, const char *entity, const char *field, size_t row, lane value) {
    struct text name = {field, strlen(field)}, of = {entity, strlen(entity)};
    const struct entity *owner = map_get(&loading->policy->entity_by_name, of);
    for (size_t i = 0; i < owner->inputs.count; i++)
        if (text_equal(owner->inputs.items[i]->name, name))
            records_put(&loading->records, owner->inputs.items[i], row, value);
}

static void load_person(struct loading *loading, const struct population *all, size_t at, struct text household) {
    size_t row = add(loading, "person", id_of(loading, 'p', at), household);
    put(loading, "person", "age", row, all->age[at]);
    put(loading, "person", "level", row, all->level[at]);
    put(loading, "person", "kind", row, all->kind[at]);
    put(loading, "person", "ill", row, (all->flags[at] & ILL) != 0);
    put(loading, "person", "poor", row, (all->flags[at] & POOR) != 0);
    put(loading, "person", "tekun", row, (all->flags[at] & TEKUN) != 0);
    put(loading, "person", "works", row, (all->flags[at] & WORKS) != 0);
    put(loading, "person", "frontier", row, (all->flags[at] & FRONTIER) != 0);
    put(loading, "person", "income", row, all->income[at]);
    put(loading, "person", "medical", row, all->medical[at]);
    put(loading, "person", "tuition", row, all->tuition[at]);
}

static struct dataset *load(const struct policy *policy, const struct population *all) {
    struct loading loading = {.policy = policy};
    arena_init(&loading.arena);
    records_init(&loading.records, &loading.arena, policy);
    struct text counties[COUNTIES];
    size_t person = 0;
    for (size_t i = 0; i < COUNTIES; i++) {
        counties[i] = id_of(&loading, 'c', i);
        size_t row = add(&loading, "county", counties[i], TEXT(""));
        put(&loading, "county", "standard", row, all->standard[i]);
        put(&loading, "county", "border", row, all->border[i]);
    }
    for (size_t i = 0; i < all->households; i++) {
        struct text id = id_of(&loading, 'h', i);
        size_t row = add(&loading, "household", id, counties[all->county[i]]);
        put(&loading, "household", "assets", row, all->assets[i]);
        for (size_t k = 0; k < all->size[i]; k++) load_person(&loading, all, person++, id);
    }
    struct refusals refusals = {.arena = &loading.arena};
    struct dataset *dataset =
        arena_failed(&loading.arena) ? NULL : dataset_new(policy, &loading.records, JANUARY, &refusals);
    if (!dataset) give_up("memory ran out");
    if (refusals.list.count) give_up("the population does not fit the policy");
    arena_free(&loading.arena);
    return dataset;
}

static int64_t now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int main(int argc, char **argv) {
    struct arena arena;
    struct diagnostics diagnostics;
    struct population all;
    size_t households = argc > 1 ? strtoull(argv[1], NULL, 10) : HOUSEHOLDS;
    arena_init(&arena);
    diagnostics_init(&diagnostics, &arena);
    struct policy *policy = policy_read_folder(law, &diagnostics);
    if (!policy || !policy->compiled) give_up("the policy does not compile");
    int64_t begin = now();
    if (!population_make(&all, households)) give_up("memory ran out");
    printf("population %zu persons %.3f s\n", all.persons, (double)(now() - begin) * 1e-6);
    begin = now();
    struct dataset *dataset = load(policy, &all);
    printf("dataset %.3f s\n", (double)(now() - begin) * 1e-6);
    struct decisions_by_hand out = {memory_new(households, 1), memory_new(households, 4), memory_new(households, 4),
                                    memory_new(households, 4), memory_new(households, 4), memory_new(households, 4)};
    struct history history;
    history_init(&history, policy);
    struct run_options options = {.known = DAY_NEVER};
    struct run *run = run_new(policy, dataset, &history, JANUARY, &options);
    bool *wanted = memory_new(policy->fields.count + 1, sizeof *wanted);
    for (size_t i = 0; i < policy->fields.count; i++)
        wanted[i] =
            policy->fields.items[i]->kind == FIELD_BENEFIT || text_is(policy->fields.items[i]->name, "eligible");
    struct program *program = program_new(policy, JANUARY, &options, wanted);
    struct solved *solved = NULL;
    struct solve_choices choices = {.threads = argc > 3 ? (unsigned)atoi(argv[3]) : 1,
                                    .instructions = argc > 4 ? argv[4] : NULL};
    for (int i = 0; i < (argc > 2 ? atoi(argv[2]) : ROUNDS); i++) {
        begin = now();
        struct totals_by_hand totals = decide_by_hand(&all, &out, choices.threads);
        int64_t hand = now() - begin;
        begin = now();
        solved = solved ? solve_again(solved, program, run, choices) : solve(program, run, choices);
        int64_t engine = now() - begin;
        printf("hand %.3f ms, engine %.3f ms, ratio %.2f; eligible %lld dibao %lld\n", (double)hand * 1e-3,
               (double)engine * 1e-3, (double)hand / (double)engine, (long long)totals.eligible,
               (long long)totals.dibao);
    }
    return 0;
}
