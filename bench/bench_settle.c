/* What it costs to settle bills of random people of a registry: by many callers at a desk, by one in groups and one by
 * one, and a year of them found anew. Beside it what the bare database takes for as many rows, in as many transactions.
 *
 * usage: bench_settle BILLS [CALLERS [TOGETHER]] DATABASE    which settles them there */
#define _POSIX_C_SOURCE 200809L /* clocks */
#include "drawn_bill.h"
#include "measure.h"

#include "base/thread.h"
#include "registry/registry_inside.h"
#include "work/desk.h"

#include <stdio.h>
#include <stdlib.h>

struct bench {
    struct store *store;
    struct policy *law;
    struct registry registry;
    struct settler settler;
    const struct entity *event;
    struct arena lasting, arena;
    struct drawer drawer;
};

static void check(enum registry_result result) {
    if (result != REGISTRY_DONE) give_up("the registry cannot be read or written");
}

static void open_registry(struct bench *bench, const char *url) {
    struct store_trouble trouble;
    bench->store = store_open(url, STORE_AS_IT_IS, &trouble);
    if (!bench->store || !store_begin(bench->store, STORE_TO_READ)) give_up("the database cannot be opened");
    check(registry_law(bench->store, REGISTRY_NOW, &bench->law));
    if (!bench->law->compiled) give_up("the law does not compile");
    check(registry_open(&bench->registry, bench->store, bench->law));
    bench->event = settled_event(bench->law, TEXT(""));
    if (!bench->event) give_up("the law settles no bills");
    if (!drawer_begin(&bench->drawer, &bench->registry, bench->event, 1, &bench->lasting))
        give_up("nobody has bills, or nobody presents them");
    check(settler_begin(&bench->settler, &bench->registry));
}

static struct settlement_request request_of(struct bench *bench, size_t number) {
    struct drawer *drawer = &bench->drawer;
    struct settlement_request request = {.act = SETTLEMENT_SETTLE, .who = TEXT("window"), .day = day_from(2018, 9, 1)};
    day_number date = day_from(2018, 8, 1) + (day_number)drawer_draw(drawer, 28);
    struct text at = drawer_presenter(drawer);
    struct text person = drawer_person(drawer, 1 + drawer_draw(drawer, drawer->people));
    request.bill = drawer_bill(drawer, person, at, text_format(&bench->lasting, "B%zu", number), date);
    return request;
}

/* --- one caller after the other, so many bills at once
 * ---------------------------------------------------------------- */

static void settle_in_groups(struct bench *bench, const struct settlement_request *requests, size_t count,
                             size_t at_once) {
    int64_t begin = now(CLOCK_MONOTONIC), begun = now(CLOCK_PROCESS_CPUTIME_ID);
    size_t refused = 0;
    for (size_t first = 0; first < count; first += at_once) {
        size_t here = count - first < at_once ? count - first : at_once;
        struct registry_change change = {.instant = 1, .by = TEXT("bench"), .what = TEXT("settle")};
        struct settlement_answer *answers = ARENA_ARRAY(&bench->arena, struct settlement_answer, here);
        check(settler_settle(&bench->settler, &change, requests + first, here, &bench->arena, answers));
        for (size_t i = 0; i < here; i++)
            refused += answers[i].outcome == SETTLEMENT_REFUSED && answers[i].refusal != SETTLEMENT_BROKEN;
        arena_rewind(&bench->arena, (struct arena_mark){NULL, 0});
    }
    int64_t used = now(CLOCK_PROCESS_CPUTIME_ID) - begun, time = now(CLOCK_MONOTONIC) - begin;
    if (refused) give_up("bills were refused");
    int64_t bills = (int64_t)count;
    if (bills > 0 && time > 0)
        printf("one thread, %3zu in a change      %7lld a second, %4lld us of the processor each\n", at_once,
               (long long)(bills * 1000000 / time), (long long)(used / bills));
}

/* --- callers at a desk
 * ------------------------------------------------------------------------------------------------ */

struct callers {
    struct desk *desk;
    const struct settlement_request *requests;
    int64_t *times;
    size_t count;
    unsigned callers;
};

static void call(void *context, unsigned caller) {
    const struct callers *callers = context;
    for (size_t i = caller; i < callers->count; i += callers->callers) {
        struct desk_ticket ticket = {.request = callers->requests[i]};
        int64_t begin = now(CLOCK_MONOTONIC);
        desk_ask(callers->desk, &ticket);
        callers->times[i] = now(CLOCK_MONOTONIC) - begin;
        bool refused = ticket.answer.outcome == SETTLEMENT_REFUSED && ticket.answer.refusal != SETTLEMENT_BROKEN;
        if (ticket.result != REGISTRY_DONE || refused) give_up("a bill was refused"); /* but for those of the dead */
        desk_leave(callers->desk, &ticket);
    }
}

static int64_t instant(void) {
    return now(CLOCK_REALTIME);
}

static void settle_at_desk(struct bench *bench, const char *url, const struct settlement_request *requests,
                           size_t count, unsigned callers, size_t most) {
    enum registry_result result;
    struct store_trouble trouble;
    const struct desk_opening opening = {.url = url,
                                         .policy = bench->law,
                                         .change = {.by = TEXT("bench"), .what = TEXT("settle")},
                                         .instant = instant,
                                         .most = most};
    struct desk *desk = desk_open(&opening, &result, &trouble);
    if (!desk) give_up("the desk cannot be opened");
    struct callers all = {desk, requests, ARENA_ARRAY(&bench->lasting, int64_t, count), count, callers};
    int64_t begin = now(CLOCK_MONOTONIC), begun = now(CLOCK_PROCESS_CPUTIME_ID);
    work_together(callers, call, &all);
    int64_t used = now(CLOCK_PROCESS_CPUTIME_ID) - begun, time = now(CLOCK_MONOTONIC) - begin;
    struct desk_figures figures = desk_figures(desk);
    desk_close(desk);
    sort_times(all.times, count);
    printf("%3u callers                     %8lld a second, %4lld us of the processor each, %zu bills a change; "
           "median %lld us, 99 of 100 within %lld us, longest %lld us\n",
           callers, (long long)((int64_t)count * 1000000 / time), (long long)(used / (int64_t)count),
           count / figures.changes, (long long)all.times[count / 2], (long long)all.times[count * 99 / 100],
           (long long)all.times[count - 1]);
}

/* --- a year anew ----------------------------------------------------------------------------------------------------
 */

static void pass_over(void *context, const struct settlement_answer *answer) {
    (void)context;
    if (answer->outcome == SETTLEMENT_REFUSED) give_up("a person's bills were refused");
}

/* As after a rate was changed; nothing is kept, since nothing differs. */
static void settle_anew(struct bench *bench) {
    struct settled_anew sums;
    struct registry_change change = {.by = TEXT("bench"), .what = TEXT("resettle")};
    const struct settlement_request request = {.act = SETTLEMENT_ANEW, .bill = {.event = bench->event}};
    int64_t begin = now(CLOCK_MONOTONIC), begun = now(CLOCK_PROCESS_CPUTIME_ID);
    check(settler_settle_anew(&bench->settler, &change, &request, 2018, false, &bench->arena, &sums, pass_over, NULL));
    int64_t used = now(CLOCK_PROCESS_CPUTIME_ID) - begun, time = now(CLOCK_MONOTONIC) - begin;
    printf("%zu bills of a year anew       %8lld a second, %4lld us of the processor each\n", sums.bills,
           (long long)((int64_t)sums.bills * 1000000 / time), (long long)(used / (int64_t)sums.bills));
}

/* --- the bare database
 * ------------------------------------------------------------------------------------------------ */

enum { BARE_ROWS = 7, BARE_TOGETHER = 64 };

static bool write_bare(struct store *store, const struct store_table *table, size_t first, size_t count) {
    struct store_load *load = store_begin(store, STORE_TO_WRITE) ? store_load_begin(store, table) : NULL;
    for (size_t i = first * BARE_ROWS; i < (first + count) * BARE_ROWS && load; i++) {
        const struct store_value values[] = {store_integer((int64_t)i + 1), store_integer((int64_t)(i * 7919 % 100003)),
                                             store_text(TEXT("a text of some length, as ids are"))};
        store_load_row(load, values);
    }
    return load && store_load_end(load) && store_commit(store);
}

/* Seven rows for a bill, of a table with an index. */
static void measure_bare(struct bench *bench, size_t bills) {
    static const struct store_column columns[] = {
        {{"_row", 4}, STORE_INTEGER, true}, {{"_key", 4}, STORE_INTEGER, true}, {{"_id", 3}, STORE_TEXT, true}};
    static const struct store_table table = {{"_bare", 5}, columns, 3, false};
    const struct text key = TEXT("_key");
    struct store *store = bench->store;
    bool good = store_begin(store, STORE_TO_WRITE) && store_create(store, &table) &&
                store_index(store, table.name, &key, 1, false) && store_commit(store);
    int64_t begin = now(CLOCK_MONOTONIC);
    for (size_t i = 0; i < bills && good; i += BARE_TOGETHER)
        good = write_bare(store, &table, i, bills - i < BARE_TOGETHER ? bills - i : BARE_TOGETHER);
    int64_t time = now(CLOCK_MONOTONIC) - begin;
    if (!good) give_up("the bare database failed");
    printf("the bare database, %d rows each, %d in a transaction %8lld a second\n", BARE_ROWS, BARE_TOGETHER,
           (long long)((int64_t)bills * 1000000 / time));
    store_do(store, "DROP TABLE _bare");
}

int main(int count, char **arguments) {
    struct bench bench = {.store = NULL};
    if (count < 3) give_up("bench_settle BILLS [CALLERS [TOGETHER]] DATABASE");
    const char *url = arguments[count - 1];
    size_t bills = strtoul(arguments[1], NULL, 10);
    unsigned callers = count > 3 ? (unsigned)strtoul(arguments[2], NULL, 10) : 64;
    size_t most = count > 4 ? strtoul(arguments[3], NULL, 10) : 0;
    arena_init(&bench.arena);
    arena_init(&bench.lasting);
    open_registry(&bench, url);
    size_t few = bills / 10, all = 2 * bills + few;
    struct settlement_request *requests = ARENA_ARRAY(&bench.lasting, struct settlement_request, all);
    size_t base = (size_t)registry_highest(&bench.registry, &registry_changes_table) * 1000000;
    for (size_t i = 0; i < all; i++) requests[i] = request_of(&bench, base + i);
    store_roll_back(bench.store);
    settle_at_desk(&bench, url, requests, bills, callers, most);
    settle_in_groups(&bench, requests + bills, bills, 64);
    settle_in_groups(&bench, requests + 2 * bills, few, 1);
    settle_anew(&bench);
    measure_bare(&bench, bills);
    settler_end(&bench.settler);
    registry_close(&bench.registry);
    store_close(bench.store);
    return 0;
}
