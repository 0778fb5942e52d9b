/* Runs: a month decided, and the months after it. */
#include "library/library.h"

#include "base/memory.h"
#include "base/thread.h"
#include "engine/record.h"
#include "program/kernel.h"
#include "program/solve.h"

#include <stdio.h>

/* --- beginning and end ------------------------------------------------------------------------------------------ */

/* The options may be freed before the run is. */
static void take_options(doudi_run *run, const doudi_options *options) {
    run->options.known = options ? options->known : DAY_NEVER;
    size_t count = options ? options->overrides.list.count : 0;
    struct override *overrides = ARENA_ARRAY(&run->lasting, struct override, count + 1);
    for (size_t i = 0; i < count && !arena_failed(&run->lasting); i++) {
        overrides[i] = options->overrides.list.items[i];
        overrides[i].value.number = number_copy(&run->lasting, overrides[i].value.number);
    }
    run->options.overrides = overrides;
    run->options.override_count = count;
}

static void take_opening(doudi_run *run) {
    for (size_t i = 0; i < run->data->opening.list.count; i++) {
        const struct given *opening = &run->data->opening.list.items[i];
        history_put(&run->history, opening->field, opening->id, MONTH_FIRST, opening->value);
    }
}

static void forget_told(doudi_run *run) {
    arena_rewind(&run->told, (struct arena_mark){0});
    map_init(&run->nodes, &run->told);
}

/* The rows of the month; those of the last one stay where no row has dates. */
static void load_month(doudi_run *run) {
    const struct policy *policy = run->data->policy;
    snprintf(run->month_text, sizeof run->month_text, "%04d-%02d", month_year(run->month), month_of_year(run->month));
    if (run->dataset) return;
    run->refusals = (struct refusals){.arena = &run->world};
    run->events = ARENA_ARRAY(&run->world, struct map, policy->entities.count + 1);
    run->dataset = dataset_new(policy, &run->data->records, run->month, &run->refusals);
}

static doudi_status begin_month(doudi_run *run) {
    load_month(run);
    run->options.given = run->data->decided.list.items;
    run->options.given_count = run->data->decided.list.count;
    bool good = run->dataset && !arena_failed(&run->lasting) &&
                settle_past(&run->history, &run->data->records, run->dataset, &run->options);
    if (good) run->run = run_new(run->data->policy, run->dataset, &run->history, run->month, &run->options);
    return run->run ? DOUDI_OK : DOUDI_NO_MEMORY;
}

static void forget_program(doudi_run *run) {
    program_free(run->program);
    run->program = NULL;
}

static void forget_solved(doudi_run *run) {
    solved_free(run->solved);
    run->solved = NULL;
    if (run->run) run->run->solved = NULL;
}

static void end_month(doudi_run *run) {
    forget_solved(run);
    forget_program(run);
    run_free(run->run);
    run->run = NULL;
}

static void end_world(doudi_run *run) {
    dataset_free(run->dataset);
    arena_free(&run->world);
    run->dataset = NULL;
}

doudi_run *doudi_run_new_with(const doudi_data *data, const char *month, const doudi_options *options) {
    month_number number;
    if (!data || !month_parse(text_from(month), &number) || (options && options->policy != data->policy)) return NULL;
    doudi_run *run = memory_new(1, sizeof *run);
    if (!run) return NULL;
    arena_init(&run->lasting);
    arena_init(&run->world);
    arena_init(&run->told);
    history_init(&run->history, data->policy);
    run->data = data;
    run->month = number;
    take_options(run, options);
    take_opening(run);
    forget_told(run);
    if (begin_month(run) == DOUDI_OK) return run;
    doudi_run_free(run);
    return NULL;
}

doudi_run *doudi_run_new(const doudi_data *data, const char *month) {
    return doudi_run_new_with(data, month, NULL);
}

void doudi_run_free(doudi_run *run) {
    if (!run) return;
    end_month(run);
    end_world(run);
    history_free(&run->history);
    arena_free(&run->told);
    arena_free(&run->lasting);
    memory_free(run);
}

/* --- months ----------------------------------------------------------------------------------------------------- */

const char *doudi_run_month(const doudi_run *run) {
    return run ? run->month_text : NULL;
}

doudi_status doudi_run_next(doudi_run *run, const doudi_data *data) {
    if (!run || !run->run || (data && data->policy != run->data->policy)) return DOUDI_MISUSE;
    if (run->month >= day_month(day_last)) return DOUDI_NOT_FOUND;
    history_record(&run->history, run->run);
    bool failed = run_failed(run->run) || arena_failed(&run->history.arena);
    end_month(run);
    forget_told(run);
    if (failed) return DOUDI_NO_MEMORY;
    if (data || run->data->records.versioned) end_world(run);
    if (data) run->data = data;
    run->month++;
    return begin_month(run);
}

/* --- deciding --------------------------------------------------------------------------------------------------- */

doudi_status run_status(const doudi_run *run) {
    return run_failed(run->run) || arena_failed(&run->told) ? DOUDI_NO_MEMORY : DOUDI_OK;
}

/* The program of the month for rows within an entity's, or for all. */
static bool has_program(doudi_run *run, const struct entity *within) {
    if (run->program && run->within == within) return true;
    forget_program(run);
    run->program = program_new_within(run->data->policy, run->month, &run->run->options, run->wanted, within);
    run->within = within;
    return run->program;
}

static doudi_status decide(doudi_run *run, const struct entity *within, size_t row, unsigned threads,
                           const char *instructions) {
    struct solve_choices choices = {.threads = threads < THREADS_MAX ? threads : THREADS_MAX,
                                    .instructions = instructions};
    forget_solved(run);
    if (!has_program(run, within)) return DOUDI_NO_MEMORY;
    if (within) choices.row = dataset_climb(run->dataset, within, row, run->program->within);
    run->solved = solve(run->program, run->run, choices);
    if (!run->solved) return DOUDI_NO_MEMORY;
    run->run->solved = run->solved;
    return run_status(run);
}

doudi_status doudi_run_decide(doudi_run *run, unsigned threads, const char *instructions) {
    if (!run || !run->run) return DOUDI_MISUSE;
    if (!kernels_choose(instructions)) return DOUDI_NOT_FOUND;
    return decide(run, NULL, 0, threads, instructions);
}

doudi_status doudi_run_decide_within(doudi_run *run, const char *entity, const char *id, unsigned threads,
                                     const char *instructions) {
    struct asked asked;
    doudi_status status = run_find(run, entity, id, NULL, &asked);
    if (status != DOUDI_OK) return status;
    if (!kernels_choose(instructions)) return DOUDI_NOT_FOUND;
    forget_told(run);
    run_look_at(run->run, asked.entity, asked.row);
    return decide(run, asked.entity, asked.row, threads, instructions);
}

doudi_status doudi_run_ask(doudi_run *run, const char *entity, const char *rule) {
    if (!run || !run->run) return DOUDI_MISUSE;
    const struct policy *policy = run->data->policy;
    const struct field *field = find_rule(policy, entity, rule);
    if (!field) return DOUDI_NOT_FOUND;
    if (!run->wanted) run->wanted = ARENA_ARRAY(&run->lasting, bool, policy->fields.count);
    if (!run->wanted) return DOUDI_NO_MEMORY;
    run->wanted[field->index] = true;
    forget_program(run);
    return DOUDI_OK;
}

doudi_status doudi_run_look_at(doudi_run *run, const char *entity, const char *id) {
    struct asked asked;
    doudi_status status = run_find(run, entity, id, NULL, &asked);
    if (status != DOUDI_OK) return status;
    forget_told(run);
    run_look_at(run->run, asked.entity, asked.row);
    return run_status(run);
}
