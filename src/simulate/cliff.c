#include "simulate/cliff.h"

#include "exchange/totals.h"
#include "simulate/simulation.h"

#include <stdlib.h>

/* While a month is run again and again. */
struct search {
    struct cliffs *cliffs;
    struct arena *arena;
    const struct cliff_month *month;
    struct program *program; /* of the benefits alone */
    struct number coin;
    struct number *before; /* what a family was paid of each benefit: families * benefits */
    bool *decided;         /* by row of the families */
    size_t *worst;         /* by row of the families: its place in the list + 1 */
    size_t done, due;      /* runs */
};

/* --- what a family is paid ---------------------------------------------------------------------------------------- */

/* False when some of it is not known. */
static bool benefit_paid(const struct search *search, struct run *run, const struct field *benefit, size_t family,
                         struct number *paid) {
    size_t begin, end;
    bool known = true;
    *paid = number_zero;
    dataset_below(run->dataset, search->month->families, family, benefit->entity, &begin, &end);
    for (size_t row = begin; row < end; row++) {
        if (!totals_take(run, benefit, row)) continue;
        struct value value = run_value(run, benefit, row);
        known = known && value.state == VALUE_KNOWN;
        if (value.state != VALUE_KNOWN) continue;
        *paid = number_add(search->arena, *paid, paid_in_month(search->arena, benefit, value.as.number));
    }
    return known;
}

static bool all_paid(const struct search *search, struct run *run, size_t family, struct number *paid) {
    bool known = true;
    for (size_t i = 0; i < search->cliffs->benefit_count; i++)
        known = benefit_paid(search, run, search->cliffs->benefits[i].benefit, family, &paid[i]) && known;
    return known;
}

static struct number sum_of(const struct search *search, const struct number *paid) {
    struct number sum = number_zero;
    for (size_t i = 0; i < search->cliffs->benefit_count; i++) sum = number_add(search->arena, sum, paid[i]);
    return sum;
}

static struct number *before_of(const struct search *search, size_t family) {
    return &search->before[family * search->cliffs->benefit_count];
}

/* --- raising ------------------------------------------------------------------------------------------------------ */

/* A row whose input is raised, and what stood there. */
struct raised {
    size_t family, row, record;
    lane before;
    bool known;
};
struct round {
    VECTOR(struct raised) rows;
};

static struct column *column_of(const struct search *search) {
    const struct field *input = search->cliffs->input;
    return &search->month->records->tables[input->entity->index].columns[input->input_index];
}

/* What is empty and means something is raised from that. */
static void raise_row(const struct search *search, struct round *round, size_t family, size_t row) {
    struct cliffs *cliffs = search->cliffs;
    struct run *run = search->month->run;
    struct column *column = column_of(search);
    struct value value = run_value(run, cliffs->input, row);
    lane high;
    cliffs->unknown += value.state != VALUE_KNOWN;
    if (value.state != VALUE_KNOWN) return;
    struct number number = number_add(search->arena, value.as.number, cliffs->step);
    bool fits = number_lane(search->arena, &column->spec, number, &high);
    fits = fits && (!column->spec.bounded || high <= column->spec.high);
    cliffs->beyond += !fits;
    if (!fits) return;
    struct raised raised = {.family = family, .row = row};
    raised.record = dataset_table(run->dataset, cliffs->input->entity)->arrival[row];
    raised.known = column->known[raised.record];
    raised.before = raised.known ? column_get(column, raised.record) : 0;
    VECTOR_PUSH(search->arena, &round->rows, raised);
    if (arena_failed(search->arena)) return;
    column_put(column, raised.record, high);
    column->known[raised.record] = 1;
    cliffs->raised++;
}

static void put_back(const struct search *search, const struct round *round) {
    struct column *column = column_of(search);
    for (size_t i = 0; i < round->rows.count; i++) {
        const struct raised *raised = &round->rows.items[i];
        column_put(column, raised->record, raised->before);
        column->known[raised->record] = raised->known;
    }
}

/* --- falling ------------------------------------------------------------------------------------------------------ */

/* Of a family only its worst row counts, of several the first. */
static bool is_worst(const struct search *search, size_t family, struct number loss) {
    size_t place = search->worst[family];
    if (number_compare(loss, search->coin) < 0) return false;
    return place == 0 || number_compare(loss, search->cliffs->list.items[place - 1].loss) > 0;
}

static void keep(struct search *search, size_t family, struct cliff cliff) {
    struct cliffs *cliffs = search->cliffs;
    size_t *place = &search->worst[family];
    if (*place) {
        cliffs->list.items[*place - 1] = cliff;
        return;
    }
    VECTOR_PUSH(search->arena, &cliffs->list, cliff);
    *place = cliffs->list.count;
}

static void judge(struct search *search, struct run *again, const struct raised *raised) {
    struct cliffs *cliffs = search->cliffs;
    struct arena *arena = search->arena;
    struct arena_mark mark = arena_here(arena);
    const struct number *before = before_of(search, raised->family);
    struct number *falls = ARENA_ARRAY(arena, struct number, cliffs->benefit_count + 1);
    if (arena_failed(arena)) return;
    bool decided = search->decided[raised->family] && all_paid(search, again, raised->family, falls);
    cliffs->undecided += !decided;
    struct cliff cliff = {.before = sum_of(search, before), .falls = falls};
    if (decided) {
        cliff.after = sum_of(search, falls);
        cliff.fall = number_subtract(arena, cliff.before, cliff.after);
        cliff.loss = number_subtract(arena, cliff.fall, cliffs->step);
    }
    if (!decided || !is_worst(search, raised->family, cliff.loss)) {
        arena_rewind(arena, mark);
        return;
    }
    for (size_t i = 0; i < cliffs->benefit_count; i++) falls[i] = number_subtract(arena, before[i], falls[i]);
    cliff.family = table_id(dataset_table(again->dataset, search->month->families), raised->family);
    cliff.row = table_id(dataset_table(again->dataset, cliffs->input->entity), raised->row);
    keep(search, raised->family, cliff);
}

/* --- running ------------------------------------------------------------------------------------------------------ */

/* The month once more, of the records as they now are. */
static bool run_again(struct search *search, const struct round *round) {
    struct run *run = search->month->run;
    struct arena arena;
    arena_init(&arena);
    struct refusals refusals = {.arena = &arena}; /* told when the month was decided */
    struct dataset *dataset = dataset_new(run->policy, search->month->records, run->month, &refusals);
    struct run *again = dataset ? run_new(run->policy, dataset, run->history, run->month, &run->options) : NULL;
    struct solved *solved = again ? solve(search->program, again, search->month->choices) : NULL;
    bool done = solved;
    if (again) again->solved = solved;
    for (size_t i = 0; done && i < round->rows.count && !arena_failed(search->arena); i++)
        judge(search, again, &round->rows.items[i]);
    done = done && !run_failed(again) && !arena_failed(search->arena);
    run_free(again);
    solved_free(solved);
    dataset_free(dataset);
    arena_free(&arena);
    search->done++;
    if (search->month->progress) search->month->progress(search->month->context, search->done, search->due);
    return done;
}

/* The k-th row of the input's entity in each of these families. */
static bool run_round(struct search *search, size_t first, size_t last, size_t k) {
    const struct dataset *dataset = search->month->run->dataset;
    struct round round = {0};
    for (size_t family = first; family < last; family++) {
        size_t begin, end;
        dataset_below(dataset, search->month->families, family, search->cliffs->input->entity, &begin, &end);
        if (begin + k < end) raise_row(search, &round, family, begin + k);
    }
    bool done = !arena_failed(search->arena) && (round.rows.count == 0 || run_again(search, &round));
    put_back(search, &round);
    return done;
}

static size_t most_rows(const struct search *search, size_t first, size_t last) {
    size_t most = 0, begin, end;
    for (size_t family = first; family < last; family++) {
        dataset_below(search->month->run->dataset, search->month->families, family, search->cliffs->input->entity,
                      &begin, &end);
        most = end - begin > most ? end - begin : most;
    }
    return most;
}

static bool run_rounds(struct search *search) {
    const struct dataset *dataset = search->month->run->dataset;
    size_t families = dataset_table(dataset, search->month->families)->rows;
    size_t together = search->cliffs->apart ? 1 : families;
    search->due = search->cliffs->apart ? dataset_table(dataset, search->cliffs->input->entity)->rows
                                        : most_rows(search, 0, families);
    for (size_t first = 0; first < families; first += together) {
        size_t rounds = most_rows(search, first, first + together);
        for (size_t k = 0; k < rounds; k++)
            if (!run_round(search, first, first + together, k)) return false;
    }
    return true;
}

/* --- around ------------------------------------------------------------------------------------------------------- */

bool cliff_can_raise(const struct field *input, const struct entity *families) {
    return input->kind == FIELD_INPUT && is_money(&input->type) && !input->entity->is_event && families &&
           entity_is_within(input->entity, families);
}

/* The benefits in money of families, and what is wanted of a program: these alone. */
static bool *find_benefits(struct cliffs *cliffs, struct arena *arena, const struct policy *policy,
                           const struct entity *families) {
    bool *wanted = ARENA_ARRAY(arena, bool, policy->fields.count + 1);
    cliffs->benefits = ARENA_ARRAY(arena, struct cliff_benefit, policy->fields.count + 1);
    if (arena_failed(arena)) return NULL;
    for (size_t i = 0; i < policy->fields.count; i++) {
        const struct field *field = policy->fields.items[i];
        wanted[i] = field->kind == FIELD_BENEFIT && is_money(&field->type) && entity_is_within(field->entity, families);
        struct cliff_benefit benefit = {.benefit = field, .sum = number_zero, .greatest = number_zero};
        if (wanted[i]) cliffs->benefits[cliffs->benefit_count++] = benefit;
    }
    return wanted;
}

static bool remember(struct search *search) {
    struct run *run = search->month->run;
    size_t families = dataset_table(run->dataset, search->month->families)->rows;
    search->before = ARENA_ARRAY(search->arena, struct number, families * search->cliffs->benefit_count + 1);
    search->decided = ARENA_ARRAY(search->arena, bool, families + 1);
    search->worst = ARENA_ARRAY(search->arena, size_t, families + 1);
    if (arena_failed(search->arena)) return false;
    for (size_t family = 0; family < families; family++)
        search->decided[family] = all_paid(search, run, family, before_of(search, family));
    return !arena_failed(search->arena);
}

static int compare_cliffs(const void *a, const void *b) {
    const struct cliff *left = a, *right = b;
    int order = number_compare(right->loss, left->loss);
    return order ? order : text_compare(left->family, right->family);
}

static void add_up(struct cliffs *cliffs, struct arena *arena) {
    if (cliffs->list.count) qsort(cliffs->list.items, cliffs->list.count, sizeof *cliffs->list.items, compare_cliffs);
    for (size_t i = 0; i < cliffs->list.count; i++)
        for (size_t k = 0; k < cliffs->benefit_count; k++) {
            struct cliff_benefit *benefit = &cliffs->benefits[k];
            struct number fall = cliffs->list.items[i].falls[k];
            if (number_sign(fall) <= 0) continue;
            benefit->families++;
            benefit->sum = number_add(arena, benefit->sum, fall);
            if (number_compare(fall, benefit->greatest) <= 0) continue;
            benefit->greatest = fall;
            benefit->worst = cliffs->list.items[i].family;
        }
}

bool cliffs_find(struct cliffs *cliffs, struct arena *arena, const struct cliff_month *month) {
    struct run *run = month->run;
    struct search search = {.cliffs = cliffs, .arena = arena, .month = month, .coin = smallest_coin(run->policy)};
    bool *wanted = find_benefits(cliffs, arena, run->policy, month->families);
    if (!wanted || !remember(&search)) return false;
    cliffs->apart = cliff_families_meet(run->policy, month->families);
    search.program = program_new(run->policy, run->month, &run->options, wanted);
    bool done = search.program && run_rounds(&search);
    program_free(search.program);
    if (done) add_up(cliffs, arena);
    return done && !run_failed(run) && !arena_failed(arena);
}
