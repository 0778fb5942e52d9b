/* What it costs to look one family of a registry up: found by id, by how ids and names begin, read, told of, and what
 * the last run found of it. Of random families, after opening, which compiles the law: the first, whose pages nobody
 * has read yet, the median, and the longest, by the clock; and the median of the processor's time, which others do not
 * disturb.
 *
 * usage: bench_family DATABASE */
#define _POSIX_C_SOURCE 200809L /* clocks */
#include "measure.h"

#include "engine/confirmation.h"
#include "registry/family.h"
#include "registry/row_query.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 200, MONTH = 2018 * 12 + 6 };

struct bench {
    struct store *store;
    struct policy *law;
    struct registry registry;
    const struct entity *family;
    struct registry_runs runs;
    struct arena lasting, arena;
    uint32_t drawn;
    int64_t families;
    struct text id, name; /* of the round's family */
    int64_t key;
};

static void check(enum registry_result result) {
    if (result != REGISTRY_DONE) give_up("the registry cannot be read");
}

static void find(struct bench *bench, struct text words) {
    struct registry_matches matches;
    const struct registry_sought sought = {.words = words, .month = MONTH, .known = REGISTRY_NOW};
    check(registry_find(&bench->registry, &sought, &bench->arena, &matches));
    if (matches.list.count == 0) give_up("nobody was found");
}

static void find_by_id(struct bench *bench) {
    find(bench, bench->id);
}

static void find_by_half_an_id(struct bench *bench) {
    find(bench, text_slice(bench->id, 0, bench->id.length / 2));
}

static void find_by_name(struct bench *bench) {
    find(bench, bench->name);
}

static void find_by_first_character(struct bench *bench) {
    size_t end = 0;
    text_next(bench->name, &end);
    find(bench, text_slice(bench->name, 0, end));
}

static void find_row(struct bench *bench) {
    struct registry_row row;
    const struct registry_sought sought = {.words = bench->id, .month = MONTH, .known = REGISTRY_NOW};
    check(registry_find_row(&bench->registry, &sought, &bench->arena, &row));
}

static void read(struct bench *bench) {
    struct records records;
    check(registry_read_family(&bench->registry, REGISTRY_NOW, bench->family, bench->key, &bench->arena, &records));
}

static void read_told(struct bench *bench) {
    struct registry_told told;
    check(registry_read_told(&bench->registry, REGISTRY_NOW, bench->family, bench->key, &bench->arena, &told));
}

/* Of the rows of its entity what was found, once it was asked for. */
static void find_values(struct registry_values *values, const struct registry_told *told, const struct field *field,
                        bool asks) {
    struct registry_value found;
    bool first = true;
    for (size_t i = 0; i < told->list.count; i++) {
        if (told->list.items[i].entity != field->entity) continue;
        if (!asks)
            check(registry_values_find(values, field, told->list.items[i].key, &found));
        else if (first)
            registry_values_ask(values, field, told->list.items[i].key);
        first = false;
    }
}

/* As a page about it asks for: every benefit and alert of every row. */
static void read_values(struct bench *bench) {
    struct registry_told told;
    struct registry_values values;
    if (bench->runs.list.count == 0) return;
    check(registry_read_told(&bench->registry, REGISTRY_NOW, bench->family, bench->key, &bench->arena, &told));
    int64_t run = bench->runs.list.items[bench->runs.list.count - 1].change;
    registry_values_begin(&values, &bench->registry, &bench->arena);
    registry_values_of(&values, run, bench->law);
    for (int asks = 1; asks >= 0; asks--)
        for (size_t k = 0; k < bench->law->fields.count; k++) {
            const struct field *field = bench->law->fields.items[k];
            if (field->kind == FIELD_BENEFIT || field->kind == FIELD_ALERT) find_values(&values, &told, field, asks);
        }
    registry_values_end(&values);
}

/* The month of the family alone, by which a page tells what is not confirmed. */
static void make_month(struct bench *bench) {
    static const struct run_options everything = {.known = DAY_NEVER};
    struct records records;
    struct refusals refusals = {.arena = &bench->arena};
    struct history history;
    check(registry_read_family(&bench->registry, REGISTRY_NOW, bench->family, bench->key, &bench->arena, &records));
    history_init(&history, bench->law);
    struct dataset *dataset = dataset_new(bench->law, &records, MONTH, &refusals);
    struct run *run = dataset ? run_new(bench->law, dataset, &history, MONTH, &everything) : NULL;
    if (!run || !confirmation_of(run)) give_up("memory ran out");
    run_free(run);
    dataset_free(dataset);
    history_free(&history);
}

/* Values of the law that somebody confirmed: once for a page. */
static void read_confirmed(struct bench *bench) {
    struct registry_lines lines;
    check(registry_read_confirmed(&bench->registry, REGISTRY_NOW, bench->law, &lines));
}

/* A family by chance, and by what it is known. */
static void draw(struct bench *bench) {
    struct registry_matches matches;
    struct row_queries queries;
    arena_free(&bench->lasting);
    bench->drawn = bench->drawn * 1664525u + 1013904223u;
    bench->key = 1 + bench->drawn % bench->families;
    row_queries_begin(&queries, &bench->registry, &bench->lasting);
    bench->id = row_id(&queries, bench->family, bench->key);
    const struct registry_sought sought = {.words = bench->id, .month = MONTH, .known = REGISTRY_NOW};
    check(registry_find(&bench->registry, &sought, &bench->lasting, &matches));
    bench->name = matches.list.count ? matches.list.items[0].known_by : TEXT("");
    if (bench->name.length == 0) give_up("a family is known by nothing");
}

static void measure(struct bench *bench, const char *what, void (*work)(struct bench *)) {
    int64_t times[ROUNDS], used[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        draw(bench);
        int64_t begin = now(CLOCK_MONOTONIC), begun = now(CLOCK_PROCESS_CPUTIME_ID);
        work(bench);
        used[i] = now(CLOCK_PROCESS_CPUTIME_ID) - begun;
        times[i] = now(CLOCK_MONOTONIC) - begin;
        arena_free(&bench->arena);
    }
    int64_t first = times[0];
    sort_times(times, ROUNDS);
    sort_times(used, ROUNDS);
    printf("%-32s first %6lld us  median %6lld us  longest %6lld us  processor %6lld us\n", what, (long long)first,
           (long long)times[ROUNDS / 2], (long long)times[ROUNDS - 1], (long long)used[ROUNDS / 2]);
}

static void open_registry(struct bench *bench, const char *url) {
    struct store_trouble trouble;
    bench->store = store_open(url, STORE_AS_IT_IS, &trouble);
    if (!bench->store || !store_begin(bench->store, STORE_TO_READ)) give_up("the database cannot be opened");
    check(registry_law(bench->store, REGISTRY_NOW, &bench->law));
    if (!bench->law->compiled) give_up("the law does not compile");
    check(registry_open(&bench->registry, bench->store, bench->law));
    bench->family = registry_families(&bench->registry);
    if (!bench->family) give_up("the law has no families");
    bench->families = registry_highest(&bench->registry, &tables_of(&bench->registry, bench->family)->names);
    check(registry_read_runs(&bench->registry, REGISTRY_NOW, &bench->registry.arena, &bench->runs));
}

/* All that a page about one asks for. */
static void make_page(struct bench *bench) {
    find_row(bench);
    read_values(bench);
    make_month(bench);
    read_confirmed(bench);
}

int main(int count, char **arguments) {
    struct bench bench = {.drawn = 1};
    if (count != 2) give_up("bench_family DATABASE");
    arena_init(&bench.arena);
    arena_init(&bench.lasting);
    open_registry(&bench, arguments[1]);
    printf("%lld families, %zu runs%s\n", (long long)bench.families, bench.runs.list.count,
           store_is_url(arguments[1]) ? ", on PostgreSQL" : "");
    measure(&bench, "find by id", find_by_id);
    measure(&bench, "find by half an id", find_by_half_an_id);
    measure(&bench, "find by what it is known by", find_by_name);
    measure(&bench, "find by its first character", find_by_first_character);
    measure(&bench, "where it lies", find_row);
    measure(&bench, "read a family", read);
    measure(&bench, "read all that was told of it", read_told);
    measure(&bench, "the same, and what a run found", read_values);
    measure(&bench, "its month alone", make_month);
    measure(&bench, "values confirmed since", read_confirmed);
    measure(&bench, "a page about it", make_page);
    arena_free(&bench.arena);
    arena_free(&bench.lasting);
    registry_close(&bench.registry);
    store_close(bench.store);
    policy_free(bench.law);
    return EXIT_SUCCESS;
}
