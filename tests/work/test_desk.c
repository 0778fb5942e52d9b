/* The desk: callers of many threads are answered as if they had come one after the other, and each bill is settled
 * once, whatever fails and whoever else tells something meanwhile. */
#include "counter.h"

#include "base/memory.h"
#include "store/faulty_disk.h"
#include "work/desk.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { CALLERS = 16, EACH = 4, PEOPLE = 16, ROOM = 24 };

static int64_t instant(void) {
    return 3;
}

static struct desk *open_desk(struct counter *counter, size_t most) {
    struct store_trouble trouble;
    enum registry_result result;
    const struct desk_opening opening = {
        .url = database_url(),
        .policy = counter->stage.policy,
        .change = {.by = TEXT("window"), .login = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST},
        .instant = instant,
        .deciders = 3,
        .most = most};
    struct desk *desk = desk_open(&opening, &result, &trouble);
    assert_int_equal(result, REGISTRY_DONE);
    assert_non_null(desk);
    return desk;
}

/* --- callers ------------------------------------------------------------------------------------------------------ */

struct call {
    struct settlement_request request;
    enum registry_result result;
    enum store_failure failure;
    enum settlement_outcome outcome;
    enum settlement_refusal refusal;
    int64_t settlement, change;
    char words[64]; /* of a failure */
};
struct caller {
    struct desk *desk;
    struct call *calls;
    size_t count;
    pthread_t thread;
};

/* Nothing is asserted here: only the first thread may fail a test. */
static void *run_caller(void *context) {
    const struct caller *caller = context;
    for (size_t i = 0; i < caller->count; i++) {
        struct call *call = &caller->calls[i];
        struct desk_ticket ticket = {.request = call->request};
        desk_ask(caller->desk, &ticket);
        call->result = ticket.result;
        call->failure = ticket.trouble.failure;
        snprintf(call->words, sizeof call->words, "%.60s", ticket.trouble.words);
        call->change = ticket.change;
        call->outcome = ticket.answer.outcome;
        call->refusal = ticket.answer.refusal;
        call->settlement = ticket.result == REGISTRY_DONE ? ticket.answer.bill.settlement : 0;
        desk_leave(caller->desk, &ticket);
    }
    return NULL;
}

static void start(struct caller *callers, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&callers[i].thread, NULL, run_caller, &callers[i]), 0);
}

static void wait_for(struct caller *callers, size_t count) {
    for (size_t i = 0; i < count; i++) assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
}

/* Each has as many of the calls, in their order. */
static void share_out(struct caller *callers, size_t count, struct desk *desk, struct call *calls, size_t each) {
    for (size_t i = 0; i < count; i++)
        callers[i] = (struct caller){.desk = desk, .calls = &calls[i * each], .count = each};
}

static void call_all(struct desk *desk, struct call *calls, size_t callers, size_t each) {
    struct caller all[CALLERS];
    share_out(all, callers, desk, calls, each);
    start(all, callers);
    wait_for(all, callers);
}

static size_t count_outcomes(const struct call *calls, size_t count, enum settlement_outcome outcome) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) found += calls[i].result == REGISTRY_DONE && calls[i].outcome == outcome;
    return found;
}

/* --- bills -------------------------------------------------------------------------------------------------------- */

static const char *keep(struct counter *counter, const char *format, size_t number) {
    char text[ROOM];
    snprintf(text, sizeof text, format, number);
    return text_copy(&counter->arena, text_from(text)).bytes;
}

/* The bill of a person with that number, on a day and of a cost of its own. */
static struct call bill(struct counter *counter, enum settlement_act act, const char *person, size_t number) {
    char date[ROOM], cost[ROOM];
    snprintf(date, sizeof date, "2018-%02zu-%02zu", 1 + number * 7 % 12, 1 + number * 5 % 28);
    snprintf(cost, sizeof cost, "%zu.%02zu", 20 + number * 37 % 90, number % 100);
    bool cancels = act == SETTLEMENT_CANCEL;
    return (struct call){.request =
                             counter_bill(counter, act, cancels ? NULL : person, "c1", keep(counter, "B%zu", number),
                                          cancels ? NULL : date, cancels ? NULL : cost)};
}

static void tell_people(struct counter *counter) {
    struct stage *stage = &counter->stage;
    struct registry_taken taken[16] = {0};
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    book_tell_anew(stage);
    for (size_t i = 0; i < PEOPLE; i++) {
        const char *family = keep(counter, "f%zu", i / 8);
        if (i % 8 == 0) stage_row(stage, "family", family, "k", "");
        stage_row(stage, "person", keep(counter, "p%zu", i), family, "ill=yes");
    }
    assert_int_equal(registry_begin_change(&counter->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&counter->registry, &change, &stage->records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&counter->registry), REGISTRY_DONE);
}

/* What was moved of a kind, there less back. */
static int64_t net(struct counter *counter, const char *debit, const char *fund) {
    struct ledger_flows flows;
    int64_t sum = 0;
    assert_int_equal(
        ledger_sum(&counter->settler.ledger, day_first, day_last, TEXT("settlement"), 0, &counter->arena, &flows),
        REGISTRY_DONE);
    for (size_t i = 0; i < flows.list.count; i++) {
        const struct ledger_flow *flow = &flows.list.items[i];
        if (text_is(flow->debit.kind, debit) && text_is(flow->debit.fund, fund)) sum += flow->amount;
        if (text_is(flow->credit.kind, debit) && text_is(flow->credit.fund, fund)) sum -= flow->amount;
    }
    return sum;
}

static void add_up(struct counter *counter, const char *person, int64_t sums[3], size_t *count) {
    struct settled_bills bills;
    const struct entity *event = settled_event(counter->stage.policy, TEXT(""));
    assert_int_equal(
        settler_read(&counter->settler, event, text_from(person), 0, REGISTRY_NOW, &counter->arena, &bills),
        REGISTRY_DONE);
    for (size_t i = 0; i < bills.list.count; i++)
        for (size_t part = 0; part < 3; part++) sums[part] += bills.list.items[i].parts[part].amount;
    *count += bills.list.count;
}

/* So many bills stand, the ledger has what they come to, and nobody has altered the registry. */
static void check_books(struct counter *counter, const char *const *people, size_t persons, size_t bills) {
    struct registry_verdict verdict;
    int64_t sums[3] = {0};
    size_t count = 0;
    counter_come_anew(counter);
    for (size_t i = 0; i < persons; i++) add_up(counter, people[i], sums, &count);
    assert_int_equal(count, bills);
    assert_int_equal(net(counter, "borne", "aid"), sums[0]);
    assert_int_equal(net(counter, "borne", "top"), sums[1]);
    assert_int_equal(net(counter, "paid", ""), sums[2]);
    assert_int_equal(ledger_verify(&counter->settler.ledger), REGISTRY_DONE);
    assert_int_equal(registry_verify(&counter->registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
}

/* As they would stand had they come one after the other, to another who is as ill. */
static void check_as_in_order(struct counter *counter, const char *person, size_t first, size_t last) {
    struct text found = text_from(counter_year(counter, person, 2018));
    for (size_t i = first; i <= last; i++) {
        struct call call = bill(counter, SETTLEMENT_SETTLE, "anna2", i);
        call.request.bill.values[call.request.bill.event->settled.at->input_index].text = TEXT("c2");
        assert_int_equal(counter_ask(counter, call.request)->outcome, SETTLEMENT_DONE);
    }
    assert_string_equal(found.bytes, counter_year(counter, "anna2", 2018));
}

/* --- many at once ------------------------------------------------------------------------------------------------- */

static void settles_for_many(enum database database) {
    struct counter counter;
    struct call calls[CALLERS * EACH];
    const char *people[PEOPLE];
    counter_open(&counter, database);
    tell_people(&counter);
    for (size_t i = 0; i < PEOPLE; i++) people[i] = keep(&counter, "p%zu", i);
    for (size_t i = 0; i < CALLERS * EACH; i++) calls[i] = bill(&counter, SETTLEMENT_SETTLE, people[i / EACH], i);
    struct desk *desk = open_desk(&counter, 0);
    call_all(desk, calls, CALLERS, EACH);
    struct desk_figures figures = desk_figures(desk);
    desk_close(desk);
    assert_int_equal(count_outcomes(calls, CALLERS * EACH, SETTLEMENT_DONE), CALLERS * EACH);
    for (size_t i = 0; i < CALLERS * EACH; i++) {
        assert_true(calls[i].change > 0 && calls[i].settlement > 0);
        for (size_t k = 0; k < i; k++) assert_int_not_equal(calls[i].settlement, calls[k].settlement);
    }
    assert_in_range(figures.changes, EACH, CALLERS * EACH);
    assert_int_equal(figures.again, 0);
    check_books(&counter, people, PEOPLE, CALLERS * EACH);
    counter_close(&counter);
}
ON_BOTH(settles_for_many)

/* Each by a caller of its own, and in no order. */
static void settles_for_one(enum database database) {
    static const char *const anna[] = {"anna"};
    struct counter counter;
    struct call calls[CALLERS * 2];
    counter_open(&counter, database);
    for (size_t i = 0; i < CALLERS * 2; i++) calls[i] = bill(&counter, SETTLEMENT_SETTLE, "anna", i);
    struct desk *desk = open_desk(&counter, 0);
    call_all(desk, calls, CALLERS, 2);
    desk_close(desk);
    assert_int_equal(count_outcomes(calls, CALLERS * 2, SETTLEMENT_DONE), CALLERS * 2);
    check_books(&counter, anna, 1, CALLERS * 2);
    check_as_in_order(&counter, "anna", 0, CALLERS * 2 - 1);
    counter_close(&counter);
}
ON_BOTH(settles_for_one)

/* Also once it had been settled, when nothing is left to be decided. */
static void settles_the_same_once(enum database database) {
    static const char *const anna[] = {"anna"};
    struct counter counter;
    struct call calls[CALLERS];
    counter_open(&counter, database);
    for (size_t i = 0; i < CALLERS; i++) calls[i] = bill(&counter, SETTLEMENT_SETTLE, "anna", 1);
    struct desk *desk = open_desk(&counter, 0);
    call_all(desk, calls, CALLERS, 1);
    assert_int_equal(count_outcomes(calls, CALLERS, SETTLEMENT_DONE), 1);
    assert_int_equal(count_outcomes(calls, CALLERS, SETTLEMENT_SAME), CALLERS - 1);
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(calls[i].settlement, 1);
        assert_int_equal(calls[i].change > 0, calls[i].outcome == SETTLEMENT_DONE);
    }
    for (size_t time = 0; time < 20; time++) {
        call_all(desk, calls, CALLERS, 1);
        assert_int_equal(count_outcomes(calls, CALLERS, SETTLEMENT_SAME), CALLERS);
    }
    assert_int_equal(desk_figures(desk).changes, 1);
    desk_close(desk);
    check_books(&counter, anna, 1, 1);
    counter_close(&counter);
}
ON_BOTH(settles_the_same_once)

/* Quotes, cancels and refusals come between. Cancelled are those that stood before. */
static void cancels_meanwhile(enum database database) {
    static const char *const anna[] = {"anna"};
    enum { HALF = CALLERS / 2 };
    struct counter counter;
    struct call calls[CALLERS * 2];
    counter_open(&counter, database);
    struct desk *desk = open_desk(&counter, 4);
    for (size_t i = 0; i < CALLERS; i++) calls[i] = bill(&counter, SETTLEMENT_SETTLE, "anna", CALLERS + i);
    call_all(desk, calls, CALLERS, 1);
    for (size_t i = 0; i < CALLERS; i++) {
        bool cancels = i < HALF;
        calls[2 * i] = cancels ? bill(&counter, SETTLEMENT_CANCEL, NULL, 2 * CALLERS - 1 - i)
                               : bill(&counter, SETTLEMENT_SETTLE, "anna", i);
        calls[2 * i + 1] = bill(&counter, cancels ? SETTLEMENT_QUOTE : SETTLEMENT_SETTLE, "anna", 100 + i);
        if (!cancels) calls[2 * i + 1].request.bill.parent = TEXT("nobody");
    }
    call_all(desk, calls, CALLERS, 2);
    desk_close(desk);
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(calls[2 * i].outcome, SETTLEMENT_DONE);
        assert_int_equal(calls[2 * i + 1].outcome, i < HALF ? SETTLEMENT_DONE : SETTLEMENT_REFUSED);
        assert_int_equal(calls[2 * i + 1].change, 0);
    }
    check_books(&counter, anna, 1, CALLERS);
    check_as_in_order(&counter, "anna", HALF, CALLERS + HALF - 1);
    counter_close(&counter);
}
ON_BOTH(cancels_meanwhile)

/* --- while others tell something ---------------------------------------------------------------------------------- */

static size_t find_cost(const struct call *call) {
    const struct field *cost = map_get(&call->request.bill.event->by_name, TEXT("cost"));
    return cost->input_index;
}

/* Another settler presents some of the same bills, and others of the same people that it corrects and cancels: whoever
 * is first settles a bill, the other is told that it had been. */
static void settles_beside_another(enum database database) {
    static const char *const people[] = {"anna", "ben"};
    enum { BILLS = CALLERS * EACH, OWN = 200 };
    struct counter counter;
    struct call calls[BILLS];
    struct caller callers[CALLERS];
    counter_open(&counter, database);
    for (size_t i = 0; i < BILLS; i++) calls[i] = bill(&counter, SETTLEMENT_SETTLE, people[i % 2], i);
    struct desk *desk = open_desk(&counter, 3);
    share_out(callers, CALLERS, desk, calls, EACH);
    start(callers, CALLERS);
    size_t settled = 0;
    for (size_t i = 0; i < BILLS; i += 3) {
        struct call own = bill(&counter, SETTLEMENT_SETTLE, people[i % 2], OWN + i);
        settled += counter_ask(&counter, calls[i].request)->outcome == SETTLEMENT_DONE;
        assert_int_equal(counter_ask(&counter, own.request)->outcome, SETTLEMENT_DONE);
        own.request.act = SETTLEMENT_CORRECT;
        own.request.bill.values[find_cost(&own)].lane += 1;
        assert_int_equal(counter_ask(&counter, own.request)->outcome, SETTLEMENT_DONE);
        own.request.act = SETTLEMENT_CANCEL;
        assert_int_equal(counter_ask(&counter, own.request)->outcome, SETTLEMENT_DONE);
    }
    wait_for(callers, CALLERS);
    desk_close(desk);
    settled += count_outcomes(calls, BILLS, SETTLEMENT_DONE);
    assert_int_equal(count_outcomes(calls, BILLS, SETTLEMENT_REFUSED), 0);
    assert_int_equal(settled, BILLS);
    check_books(&counter, people, 2, BILLS);
    counter_close(&counter);
}
ON_BOTH(settles_beside_another)

/* Beside bills that the law refuses, quotes and bills of the same group are decided again, by what others told since.
 */
static void refuses_beside_another(enum database database) {
    static const char *const people[] = {"anna", "ben", "anna2"};
    enum { BILLS = CALLERS * EACH, OWN = 200, ROUNDS = 6, NOT_COMPUTED = 4700 };
    struct counter counter;
    counter_open(&counter, database);
    struct desk *desk = open_desk(&counter, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct call calls[BILLS];
        struct caller callers[CALLERS];
        for (size_t i = 0; i < BILLS; i++) {
            enum settlement_act act = i % 4 == 1 ? SETTLEMENT_QUOTE : SETTLEMENT_SETTLE;
            calls[i] = bill(&counter, act, people[i / EACH % 3], round * 1000 + i);
            if (i % 4 == 2) calls[i].request.bill.values[find_cost(&calls[i])].lane = NOT_COMPUTED;
        }
        share_out(callers, CALLERS, desk, calls, EACH);
        start(callers, CALLERS);
        for (size_t i = 0; i < 20; i++) {
            struct call own = bill(&counter, SETTLEMENT_SETTLE, people[i % 3], round * 1000 + OWN + i);
            assert_int_equal(counter_ask(&counter, own.request)->outcome, SETTLEMENT_DONE);
            own.request.act = SETTLEMENT_CANCEL;
            assert_int_equal(counter_ask(&counter, own.request)->outcome, SETTLEMENT_DONE);
        }
        wait_for(callers, CALLERS);
        for (size_t i = 0; i < BILLS; i++) {
            assert_int_equal(calls[i].result, REGISTRY_DONE);
            assert_int_equal(calls[i].outcome, i % 4 == 2 ? SETTLEMENT_REFUSED : SETTLEMENT_DONE);
            assert_int_equal(calls[i].change > 0, i % 4 != 1 && i % 4 != 2);
            if (i % 4 == 2) assert_int_equal(calls[i].refusal, SETTLEMENT_FAULT);
        }
    }
    assert_true(desk_figures(desk).again > 0);
    desk_close(desk);
    counter_close(&counter);
}
ON_BOTH(refuses_beside_another)

/* --- what fails --------------------------------------------------------------------------------------------------- */

/* Everybody presents what was not answered again, until it is. */
static void present_again(struct desk *desk, struct call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct caller again = {.desk = desk, .calls = &calls[i], .count = 1};
        if (calls[i].result != REGISTRY_DONE) run_caller(&again);
        assert_int_equal(calls[i].result, REGISTRY_DONE);
        assert_int_not_equal(calls[i].outcome, SETTLEMENT_REFUSED);
    }
}

static void fail_disk(enum disk_fault fault, enum store_failure wanted, size_t event) {
    static const char *const people[] = {"anna", "ben"};
    enum { BILLS = CALLERS * 2 };
    struct counter counter;
    struct call calls[BILLS];
    faulty_disk_begin();
    counter_open(&counter, DATABASE_FILE);
    for (size_t i = 0; i < BILLS; i++) calls[i] = bill(&counter, SETTLEMENT_SETTLE, people[i % 2], i);
    struct desk *desk = open_desk(&counter, 2);
    faulty_disk_fail(fault, event, event);
    call_all(desk, calls, CALLERS, 2);
    bool failed = faulty_disk_has_failed();
    faulty_disk_fail(DISK_GOOD, 0, 0);
    size_t done = count_outcomes(calls, BILLS, SETTLEMENT_DONE);
    assert_int_equal(done < BILLS, failed);
    for (size_t i = 0; i < BILLS; i++) {
        if (calls[i].result == REGISTRY_DONE) continue;
        assert_int_equal(calls[i].result, REGISTRY_STORE_FAILED);
        assert_int_equal(calls[i].failure, wanted);
    }
    present_again(desk, calls, BILLS);
    assert_int_equal(count_outcomes(calls, BILLS, SETTLEMENT_DONE), BILLS); /* nothing was kept of what failed */
    desk_close(desk);
    check_books(&counter, people, 2, BILLS);
    counter_close(&counter);
    faulty_disk_end();
}

static void is_not_kept_by_a_disk_that_fails(void **state) {
    (void)state;
    for (size_t event = 0; event < 60; event += 5) {
        fail_disk(DISK_FULL, STORE_FULL, event);
        fail_disk(DISK_WRITE_ERROR, STORE_DISK, event + 1);
        fail_disk(DISK_SYNC_ERROR, STORE_DISK, event + 2);
    }
}

/* Whoever is refused memory is told so, and everybody is answered. */
static void answers_without_memory(void **state) {
    (void)state;
    static const char *const people[] = {"anna", "ben", "eve", "anna2"};
    enum { FEW = 4, ROUNDS = 60, STEP = 53 };
    struct counter counter;
    size_t failed = 0;
    counter_open(&counter, DATABASE_FILE);
    struct desk *desk = open_desk(&counter, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct call calls[FEW];
        for (size_t i = 0; i < FEW; i++) {
            calls[i] = bill(&counter, SETTLEMENT_SETTLE, people[i], round * FEW + i);
            if (i == 2) calls[i].request = calls[0].request;
        }
        memory_fail_after((long)(round * STEP));
        call_all(desk, calls, FEW, 1);
        memory_fail_after(-1);
        for (size_t i = 0; i < FEW; i++) {
            failed += calls[i].result != REGISTRY_DONE;
            assert_true(calls[i].result == REGISTRY_DONE || calls[i].result == REGISTRY_NO_MEMORY ||
                        (calls[i].result == REGISTRY_STORE_FAILED && calls[i].failure == STORE_NO_MEMORY));
        }
        present_again(desk, calls, FEW);
    }
    assert_true(failed > FEW);
    desk_close(desk);
    check_books(&counter, people, FEW, ROUNDS * (FEW - 1));
    counter_close(&counter);
}

/* Somebody's settlements were altered: he is told so, and nobody else. */
static void others_are_settled_beside_damage(enum database database) {
    struct counter counter;
    struct call calls[CALLERS * EACH];
    const char *rubbish = database == DATABASE_FILE
                              ? "UPDATE _settlements SET _values = X'ffffffffffffffffffffff'"
                              : "UPDATE _settlements SET _values = '\\xffffffffffffffffffffff'::bytea";
    counter_open(&counter, database);
    tell_people(&counter);
    struct call first = bill(&counter, SETTLEMENT_SETTLE, "anna", 900);
    assert_int_equal(counter_ask(&counter, first.request)->outcome, SETTLEMENT_DONE);
    assert_true(store_begin(counter.store, STORE_TO_WRITE));
    assert_true(store_do(counter.store, rubbish));
    assert_true(store_commit(counter.store));
    for (size_t i = 0; i < CALLERS * EACH; i++)
        calls[i] = bill(&counter, SETTLEMENT_SETTLE, i < EACH ? "anna" : keep(&counter, "p%zu", i / EACH), i);
    struct desk *desk = open_desk(&counter, 4);
    call_all(desk, calls, CALLERS, EACH);
    desk_close(desk);
    for (size_t i = 0; i < CALLERS * EACH; i++)
        assert_int_equal(calls[i].result, i < EACH ? REGISTRY_DAMAGED : REGISTRY_DONE);
    assert_non_null(strstr(calls[0].words, "_settlements"));
    counter_close(&counter);
}
ON_BOTH(others_are_settled_beside_damage)

/* While a bill of a card is decided, which takes long since its owner has many, the card goes to somebody else, who has
 * another bill: the year's aid of 100 is shared out by what stands, whatever is overtaken by what. */
static void a_card_goes_to_another(enum database database) {
    enum { MANY = 80 };
    struct counter counter;
    counter_open(&counter, database);
    counter_tell(&counter, "person", "p0", "f", "ill=yes card=79927398713");
    counter_tell(&counter, "person", "p1", "f", "ill=yes");
    for (size_t i = 0; i < MANY; i++) {
        char date[ROOM];
        snprintf(date, sizeof date, "%zu-%02zu-%02zu", 2011 + i / 80, 1 + i % 12, 1 + i % 28);
        counter_ask(&counter, counter_bill(&counter, SETTLEMENT_SETTLE, "p0", "c1", keep(&counter, "M%zu", i),
                                           text_copy(&counter.arena, text_from(date)).bytes, "60"));
    }
    struct call a = {.request = counter_bill(&counter, SETTLEMENT_SETTLE, "", "c1", "A", "2010-03-01", "120")},
                b = {.request = counter_bill(&counter, SETTLEMENT_SETTLE, "p1", "c1", "B", "2010-04-01", "120")};
    a.request.bill.input = map_get(&a.request.bill.event->parent->by_name, TEXT("card"));
    a.request.bill.match = TEXT("79927398713");
    struct desk *desk = open_desk(&counter, 1);
    struct caller first = {.desk = desk, .calls = &a, .count = 1}, second = {.desk = desk, .calls = &b, .count = 1};
    start(&first, 1);
    counter_tell(&counter, "person", "p0", "f", "ill=yes card=4539578763621486");
    counter_tell(&counter, "person", "p1", "f", "ill=yes card=79927398713");
    run_caller(&second);
    wait_for(&first, 1);
    desk_close(desk);
    assert_int_equal(b.result, REGISTRY_DONE);
    counter_come_anew(&counter);
    const char *year = counter_year(&counter, "p1", 2010);
    bool alone = strcmp(year, "B 60.00 10.00 50.00") == 0; /* the other went before, or had no owner just then */
    if (!alone) assert_string_equal(year, "A 60.00 10.00 50.00, B 40.00 30.00 50.00");
    counter_close(&counter);
}
ON_BOTH(a_card_goes_to_another)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(others_are_settled_beside_damage),
        BOTH(a_card_goes_to_another),
        BOTH(settles_for_many),
        BOTH(settles_for_one),
        BOTH(settles_the_same_once),
        BOTH(cancels_meanwhile),
        BOTH(settles_beside_another),
        BOTH(refuses_beside_another),
        cmocka_unit_test(is_not_kept_by_a_disk_that_fails),
        cmocka_unit_test(answers_without_memory),
    };
    return cmocka_run_group_tests(tests, databases_begin, databases_end);
}
