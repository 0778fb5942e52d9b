/* In whatever order bills come in, are corrected and cancelled, the same stands in the end: as if those that stand had
 * come one after the other. What is refused changes nothing; the ledger is the sum of what stands.
 *
 * DOUDI_SEEDS says how many stories are told (20). */
#include "counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 14, BILLS = STEPS, DAYS = 900, ROOM = 16 };

struct told_bill {
    bool stands, ever; /* ever: its number was used */
    char clinic[ROOM], number[ROOM], date[ROOM], cost[ROOM];
};
struct story {
    struct counter *counter;
    uint32_t drawn;
    unsigned seed;
    struct told_bill bills[BILLS];
    size_t count;
};

static unsigned draw(struct story *story, unsigned of) {
    story->drawn = story->drawn * 1664525u + 1013904223u;
    return (story->drawn >> 8) % of;
}

static void draw_content(struct story *story, struct told_bill *bill) {
    int year, month, day;
    day_split(day_from(2017, 10, 1) + (day_number)draw(story, DAYS), &year, &month, &day);
    snprintf(bill->date, ROOM, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
    snprintf(bill->cost, ROOM, "%u.%02u", draw(story, 2) ? draw(story, 150) : draw(story, 1200), draw(story, 100));
}

/* Another of the same person, clinic and date would be another bill by its number alone. */
static struct told_bill draw_bill(struct story *story) {
    struct told_bill bill = {.stands = true};
    snprintf(bill.clinic, ROOM, "c%u", 1 + draw(story, 2));
    snprintf(bill.number, ROOM, "%u-%zu", story->seed, story->count);
    draw_content(story, &bill);
    return bill;
}

static const struct settlement_answer *ask(struct story *story, enum settlement_act act, const char *person,
                                           const char *before, const struct told_bill *bill) {
    char number[2 * ROOM];
    bool cancels = act == SETTLEMENT_CANCEL;
    snprintf(number, sizeof number, "%s%s", before, bill->number);
    struct text kept = text_copy(&story->counter->arena, text_from(number));
    return counter_ask(story->counter,
                       counter_bill(story->counter, act, cancels ? NULL : person, bill->clinic, kept.bytes,
                                    cancels ? NULL : bill->date, cancels ? NULL : bill->cost));
}

/* What costs more than 1050 yuan breaks a guarantee, unless aid takes it below. */
static void tell(struct story *story) {
    struct told_bill bill = draw_bill(story);
    const char *before = counter_year(story->counter, "anna", 0);
    const struct settlement_answer *answer = ask(story, SETTLEMENT_SETTLE, "anna", "a", &bill);
    bill.stands = answer->outcome == SETTLEMENT_DONE;
    if (!bill.stands) {
        assert_int_equal(answer->refusal, SETTLEMENT_BROKEN);
        assert_string_equal(counter_year(story->counter, "anna", 0), before);
        assert_int_equal(story->counter->change, 0);
        return;
    }
    story->bills[story->count++] = bill;
}

static void correct(struct story *story) {
    struct told_bill *bill = &story->bills[draw(story, (unsigned)story->count)], other = *bill;
    if (!bill->stands) {
        assert_int_equal(ask(story, SETTLEMENT_CORRECT, "anna", "a", bill)->refusal, SETTLEMENT_CANCELLED);
        return;
    }
    draw_content(story, &other);
    if (draw(story, 2)) memcpy(other.date, bill->date, sizeof other.date);
    const char *before = counter_year(story->counter, "anna", 0);
    const struct settlement_answer *answer = ask(story, SETTLEMENT_CORRECT, "anna", "a", &other);
    if (answer->outcome == SETTLEMENT_REFUSED)
        assert_string_equal(counter_year(story->counter, "anna", 0), before);
    else
        *bill = other;
}

static void cancel(struct story *story) {
    struct told_bill *bill = &story->bills[draw(story, (unsigned)story->count)];
    const struct settlement_answer *answer = ask(story, SETTLEMENT_CANCEL, "anna", "a", bill);
    assert_int_equal(answer->outcome, bill->stands ? SETTLEMENT_DONE : SETTLEMENT_SAME);
    bill->stands = false;
}

static int compare_bills(const void *a, const void *b) {
    const struct told_bill *left = a, *right = b;
    int order = strcmp(left->date, right->date);
    if (!order) order = strcmp(left->number, right->number);
    return order ? order : strcmp(left->clinic, right->clinic);
}

/* The other person has the same bills, one after the other. */
static void tell_in_order(struct story *story, const char *person) {
    struct told_bill bills[BILLS];
    memcpy(bills, story->bills, sizeof bills);
    qsort(bills, story->count, sizeof *bills, compare_bills);
    for (size_t i = 0; i < story->count; i++)
        if (bills[i].stands)
            assert_int_equal(ask(story, SETTLEMENT_SETTLE, person, "b", &bills[i])->outcome, SETTLEMENT_DONE);
}

/* But for the letter in front of each number. */
static void assert_same_year(const char *a, const char *b) {
    assert_int_equal(strlen(a), strlen(b));
    for (size_t i = 0; a[i]; i++)
        if (a[i] != b[i] && !(a[i] == 'a' && b[i] == 'b')) assert_string_equal(a, b);
}

struct sums {
    int64_t parts[3];
};

static void add_bills(struct story *story, const char *person, struct sums *sums) {
    struct settled_bills bills;
    const struct entity *event = settled_event(story->counter->stage.policy, TEXT(""));
    assert_int_equal(settler_read(&story->counter->settler, event, text_from(person), 0, REGISTRY_NOW,
                                  &story->counter->arena, &bills),
                     REGISTRY_DONE);
    for (size_t i = 0; i < bills.list.count; i++)
        for (size_t k = 0; k < 3; k++) sums->parts[k] += bills.list.items[i].parts[k].amount;
}

static void assert_ledger(struct story *story) {
    struct counter *counter = story->counter;
    struct ledger_flows flows;
    struct sums stands = {{0}}, moved = {{0}};
    add_bills(story, "anna", &stands);
    add_bills(story, "anna2", &stands);
    assert_int_equal(ledger_verify(&counter->settler.ledger), REGISTRY_DONE);
    assert_int_equal(
        ledger_sum(&counter->settler.ledger, day_first, day_last, TEXT("settlement"), 0, &counter->arena, &flows),
        REGISTRY_DONE);
    for (size_t i = 0; i < flows.list.count; i++) {
        const struct account *debit = &flows.list.items[i].debit, *credit = &flows.list.items[i].credit;
        size_t part = text_is(debit->fund, "aid") ? 0 : text_is(debit->fund, "top") ? 1 : 2;
        bool there = text_is(credit->kind, "due") || text_is(credit->kind, "taken");
        assert_true(there || text_is(debit->kind, "due") || text_is(debit->kind, "taken"));
        moved.parts[part] += there ? flows.list.items[i].amount : -flows.list.items[i].amount;
    }
    for (size_t k = 0; k < 3; k++) assert_int_equal(moved.parts[k], stands.parts[k]);
}

static void tell_story(struct counter *counter, unsigned seed) {
    struct story story = {.counter = counter, .drawn = seed, .seed = seed};
    for (int step = 0; step < STEPS; step++) {
        unsigned what = draw(&story, 6);
        if (what < 4 || story.count == 0)
            tell(&story);
        else if (what == 4)
            correct(&story);
        else
            cancel(&story);
        if (draw(&story, 8) == 0) counter_come_anew(counter);
    }
    tell_in_order(&story, "anna2");
    assert_same_year(counter_year(counter, "anna", 0), counter_year(counter, "anna2", 0));
    assert_ledger(&story);
}

static void stands_the_same_in_any_order(enum database database) {
    const char *seeds = getenv("DOUDI_SEEDS");
    unsigned count = seeds ? (unsigned)strtoul(seeds, NULL, 10) : database == DATABASE_FILE ? 20 : 4;
    for (unsigned seed = 1; seed <= count; seed++) {
        struct counter counter;
        counter_open(&counter, database);
        tell_story(&counter, seed);
        counter_close(&counter);
    }
}
ON_BOTH(stands_the_same_in_any_order)

int main(void) {
    const struct CMUnitTest tests[] = {BOTH(stands_the_same_in_any_order)};
    return cmocka_run_group_tests(tests, databases_begin, databases_end);
}
