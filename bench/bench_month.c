/* A month of a whole province: many families from one pack, decided by the law of Yunnan, on one thread and two, all
 * at once and county by county, beside the reference evaluator for the families of some counties.
 *
 * Time by the clock, the median of several rounds; memory is the most that the process ever held.
 *
 * usage: bench_month PACK */
#define _XOPEN_SOURCE 700 /* getrusage, clocks */

#include "measure.h"

#include "base/memory.h"
#include "engine/settle.h"
#include "exchange/pack.h"
#include "exchange/policy_folder.h"
#include "program/solve.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { ROUNDS = 7, MONTH = 2018 * 12 + 6, EVALUATED = 20000 };

static const char law[] = "policies/yunnan-2018";
static const struct run_options everything = {.known = DAY_NEVER};

/* Everything that is measured. */
struct province {
    struct policy *policy;
    struct arena arena;
    struct diagnostics diagnostics;
    struct file file;
    struct pack pack;
    struct history history;
    const struct entity *family, *county;
    size_t families;
    struct program *program;
    bool *benefits; /* by field index */
    unsigned threads;
};

static size_t rows_of(const struct province *province, const struct entity *entity) {
    return dataset_table(province->pack.dataset, entity)->rows;
}

static uint64_t per_family(const struct province *province, int64_t time) {
    return (uint64_t)time * 1000 / (province->families + 1);
}

static uint64_t megabytes_held(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss / 1024;
}

static void print_time(const struct province *province, const char *what, int64_t time) {
    printf("%-44s %7lld.%03lld ms %7llu ns a family\n", what, (long long)time / 1000, (long long)time % 1000,
           (unsigned long long)per_family(province, time));
    fflush(stdout);
}

/* --- beginning ---------------------------------------------------------------------------------------------------- */

static void load(struct province *province, const char *path) {
    arena_init(&province->arena);
    diagnostics_init(&province->diagnostics, &province->arena);
    province->policy = policy_read_folder(law, &province->diagnostics);
    if (!province->policy || !province->policy->compiled) give_up("the policy does not compile");
    int64_t begin = now(CLOCK_MONOTONIC);
    if (file_open(&province->file, path) != FILE_OK) give_up("there is no such pack");
    int64_t opened = now(CLOCK_MONOTONIC);
    if (pack_read(&province->pack, province->file.bytes, TEXT("pack"), province->policy, MONTH,
                  &province->diagnostics) != PACK_OK)
        give_up("the pack does not suit the policy or the month");
    int64_t end = now(CLOCK_MONOTONIC);
    province->family = map_get(&province->policy->entity_by_name, TEXT("household"));
    province->county = map_get(&province->policy->entity_by_name, TEXT("county"));
    province->families = rows_of(province, province->family);
    printf("a month of %zu families; time by the clock, median of %d\n", province->families, ROUNDS);
    uint64_t rate = province->file.bytes.length / (uint64_t)(end - begin + 1);
    print_time(province, "read the pack", opened - begin);
    print_time(province, "look at all of it", end - opened);
    printf("%-44s %7zu MB, %llu MB/s\n", "it has", province->file.bytes.length >> 20, (unsigned long long)rate);
}

static void settle(struct province *province) {
    struct records none = {.policy = province->policy};
    int64_t begin = now(CLOCK_MONOTONIC);
    history_init(&province->history, province->policy);
    if (!settle_past(&province->history, &none, province->pack.dataset, &everything)) give_up("memory ran out");
    print_time(province, "settle the year's bills before the month", now(CLOCK_MONOTONIC) - begin);
}

/* --- deciding ----------------------------------------------------------------------------------------------------- */

static struct run *begin_run(const struct province *province) {
    struct run *run = run_new(province->policy, province->pack.dataset, &province->history, MONTH, &everything);
    if (!run) give_up("memory ran out");
    return run;
}

static void compile(struct province *province, const bool *wanted, const struct entity *within) {
    program_free(province->program);
    province->program = program_new_within(province->policy, MONTH, &everything, wanted, within);
    if (!province->program) give_up("memory ran out");
}

static void decide_all(const struct province *province) {
    struct run *run = begin_run(province);
    struct solved *solved = solve(province->program, run, (struct solve_choices){.threads = province->threads});
    if (!solved) give_up("memory ran out");
    solved_free(solved);
    run_free(run);
}

static void decide_counties(const struct province *province) {
    for (size_t county = 0; county < rows_of(province, province->county); county++) {
        struct run *run = begin_run(province);
        struct solve_choices choices = {.threads = province->threads, .row = county};
        struct solved *solved = solve(province->program, run, choices);
        if (!solved) give_up("memory ran out");
        solved_free(solved);
        run_free(run);
    }
}

static int64_t measure(const struct province *province, void (*work)(const struct province *province)) {
    int64_t times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        int64_t begin = now(CLOCK_MONOTONIC);
        work(province);
        times[i] = now(CLOCK_MONOTONIC) - begin;
    }
    sort_times(times, ROUNDS);
    return times[ROUNDS / 2];
}

static void bench_solved(struct province *province, const char *what, void (*work)(const struct province *province)) {
    for (province->threads = 1; province->threads <= 2; province->threads++) {
        char line[80];
        snprintf(line, sizeof line, "%s, threads: %u", what, province->threads);
        print_time(province, line, measure(province, work));
    }
}

/* Every rule for the first families, asked one by one. */
static void bench_evaluated(const struct province *province) {
    const struct dataset *dataset = province->pack.dataset;
    size_t count = province->families < EVALUATED ? province->families : EVALUATED;
    struct run *run = begin_run(province);
    int64_t begin = now(CLOCK_MONOTONIC);
    for (size_t family = 0; family < count; family++) {
        run_look_at(run, province->family, family);
        for (size_t i = 0; i < province->policy->fields.count; i++) {
            const struct field *field = province->policy->fields.items[i];
            size_t first, end;
            if (field->kind == FIELD_INPUT || field->entity->is_event) continue;
            if (!entity_is_within(field->entity, province->family)) continue;
            dataset_below(dataset, province->family, family, field->entity, &first, &end);
            for (size_t row = first; row < end; row++) run_value(run, field, row);
        }
    }
    int64_t time = now(CLOCK_MONOTONIC) - begin;
    if (run_failed(run)) give_up("memory ran out");
    run_free(run);
    printf("%-44s %11s %7llu ns a family, of %zu\n", "by the evaluator, every rule of a family", "",
           (unsigned long long)time * 1000 / (count + 1), count);
}

int main(int count, char **words) {
    static struct province province;
    if (count != 2) give_up("name a pack: bench_month FILE.doudi");
    load(&province, words[1]);
    printf("%-44s %7llu MB\n", "held by then", (unsigned long long)megabytes_held());
    settle(&province);
    province.benefits = memory_new(province.policy->fields.count + 1, sizeof *province.benefits);
    if (!province.benefits) give_up("memory ran out");
    for (size_t i = 0; i < province.policy->fields.count; i++)
        province.benefits[i] = province.policy->fields.items[i]->kind == FIELD_BENEFIT;
    compile(&province, province.benefits, province.county);
    bench_solved(&province, "benefits, county by county", decide_counties);
    printf("%-44s %7llu MB\n", "held by then", (unsigned long long)megabytes_held());
    compile(&province, province.benefits, NULL);
    bench_solved(&province, "benefits, all families at once", decide_all);
    printf("%-44s %7llu MB\n", "held by then", (unsigned long long)megabytes_held());
    compile(&province, NULL, NULL);
    bench_solved(&province, "every rule, all families at once", decide_all);
    bench_evaluated(&province);
    printf("%-44s %7llu MB\n", "held at most", (unsigned long long)megabytes_held());
    program_free(province.program);
    memory_free(province.benefits);
    history_free(&province.history);
    dataset_free(province.pack.dataset);
    file_close(&province.file);
    policy_free(province.policy);
    arena_free(&province.arena);
    return 0;
}
