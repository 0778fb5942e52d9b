#include "proof/search.h"

#include "engine/settle.h"
#include "program/solve.h"
#include "proof/population.h"
#include "proof/seen.h"

enum { FAMILIES_A_WORLD = 10000, CASES_TRIED = 3 };

/* A world of some thousand families, decided. */
struct searching {
    struct search *search;
    const struct case_policy *law;
    struct arena arena;
    struct pool pool;
    struct program *program;
    struct population population;
    struct dataset *dataset;
    struct run *run;
    struct solved *solved;
};

/* --- what is solved --------------------------------------------------------------------------------------------- */

static void want(const struct expr *expr, bool *wanted) {
    if (!expr) return;
    if (expr->kind == EXPR_PATH && expr->as.path.target.end == PATH_FIELD)
        wanted[expr->as.path.target.field->index] = true;
    want(expr->left, wanted);
    want(expr->right, wanted);
    want(expr->third, wanted);
    for (size_t i = 0; i < expr->items.count; i++) want(expr->items.items[i], wanted);
}

/* What the guarantees read; of events everything, for the evaluator asks for it. */
static struct program *make_program(struct searching *searching, const struct run_options *options) {
    const struct search *search = searching->search;
    const struct policy *policy = searching->law->policy;
    bool *wanted = ARENA_ARRAY(&searching->arena, bool, policy->fields.count + 1), events = false;
    if (arena_failed(&searching->arena)) return NULL;
    for (size_t i = 0; i < search->count; i++) {
        want(search->guarantees[i]->declaration->where, wanted);
        want(search->guarantees[i]->declaration->test, wanted);
        events = events || search->guarantees[i]->entity->is_event;
    }
    return program_new(policy, search->month, options, events ? NULL : wanted);
}

/* --- a world ---------------------------------------------------------------------------------------------------- */

static bool begin_world(struct searching *searching, const struct run_options *options, size_t families,
                        uint64_t number) {
    const struct search *search = searching->search;
    struct population *population = &searching->population;
    struct refusals refusals = {.arena = &population->arena};
    uint64_t stream = random_stream(search->seed, number);
    searching->dataset = NULL;
    searching->run = NULL;
    searching->solved = NULL;
    if (!population_make(population, &searching->pool, searching->law, search->month, stream, families)) return false;
    searching->dataset = dataset_new(searching->law->policy, &population->records, search->month, &refusals);
    if (!searching->dataset) return false;
    if (!settle_past(&population->history, &population->records, searching->dataset, options)) return false;
    searching->run = run_new(searching->law->policy, searching->dataset, &population->history, search->month, options);
    if (!searching->run) return false;
    struct solve_choices choices = {.threads = search->threads};
    searching->solved = solve(searching->program, searching->run, choices);
    searching->run->solved = searching->solved;
    return searching->solved != NULL;
}

static void end_world(struct searching *searching) {
    run_free(searching->run);
    solved_free(searching->solved);
    dataset_free(searching->dataset);
    population_free(&searching->population);
}

/* The case of a row that is broken; false when memory has run out. */
static bool take_case(struct searching *searching, const struct guarantee *guarantee, size_t row,
                      struct searched *found) {
    struct search *search = searching->search;
    struct arena arena;
    struct scene scene;
    size_t about;
    arena_init(&arena);
    const struct seen seen = {searching->law, searching->dataset, &searching->population.history, search->month};
    bool whole = seen_scene(&seen, &arena, guarantee, row, &scene, &about);
    if (whole && about != SIZE_MAX) {
        whole = scene_reduce(&scene, guarantee, about);
        struct text written = whole ? scene_written(&scene, search->arena, guarantee) : TEXT("");
        if (written.length && scene_confirms(search->runner, written)) found->written = written;
        whole = whole && !arena_failed(&search->runner->arena) && !arena_failed(search->arena);
    }
    arena_free(&arena);
    return whole;
}

static bool ask_rows(struct searching *searching, const struct guarantee *guarantee, struct searched *found) {
    const struct table *table = dataset_table(searching->dataset, guarantee->entity);
    for (size_t row = 0; row < table->rows && found->written.length == 0; row++) {
        struct value why;
        if (guarantee->entity->is_event && !run_event_counts(searching->run, guarantee->entity, row)) continue;
        enum guarantee_result result = run_guarantee(searching->run, guarantee, row, &why);
        if (run_failed(searching->run)) return false;
        found->asked += result != GUARANTEE_NOT_ASKED;
        found->unknown += result == GUARANTEE_UNKNOWN;
        found->broken += result == GUARANTEE_BROKEN;
        if (result == GUARANTEE_BROKEN && found->broken <= CASES_TRIED && !take_case(searching, guarantee, row, found))
            return false;
    }
    return true;
}

static bool ask_world(struct searching *searching, const struct run_options *options, uint64_t number) {
    struct search *search = searching->search;
    uint64_t left = search->families - search->done;
    size_t families = left < FAMILIES_A_WORLD ? (size_t)left : FAMILIES_A_WORLD;
    bool whole = begin_world(searching, options, families, number);
    for (size_t i = 0; i < search->count && whole; i++)
        whole = ask_rows(searching, search->guarantees[i], &search->found[i]);
    search->done += families;
    search->drawn += searching->population.families;
    end_world(searching);
    return whole;
}

static bool all_found(const struct search *search) {
    for (size_t i = 0; i < search->count; i++)
        if (search->found[i].in_force && search->found[i].written.length == 0) return false;
    return true;
}

static void find_those_in_force(struct search *search) {
    for (size_t i = 0; i < search->count; i++) {
        const struct guarantee *guarantee = search->guarantees[i];
        bool in_force = guarantee_is_in_force(guarantee, month_first_day(search->month));
        search->found[i].in_force = guarantee->entity->is_event || in_force;
    }
}

bool search_run(struct search *search) {
    const struct run_options options = {.known = DAY_NEVER};
    struct searching searching = {.search = search, .law = search->runner->policies.items[0]};
    arena_init(&searching.arena);
    find_those_in_force(search);
    pool_init(&searching.pool, &searching.arena, searching.law->policy, search->month);
    if (!arena_failed(&searching.arena)) searching.program = make_program(&searching, &options);
    bool whole = searching.program != NULL;
    for (uint64_t number = 0; whole && search->done < search->families && !all_found(search); number++) {
        whole = ask_world(&searching, &options, number);
        if (search->told) search->told(search->context, (size_t)search->done, (size_t)search->families);
    }
    program_free(searching.program);
    arena_free(&searching.arena);
    return whole;
}
