/* Bills are settled when they are presented: layer by layer, once, and anew where another comes in before them. */
#include "counter.h"

#include "registry/settlements.h"
#include "store/faulty_disk.h"

#include <string.h>

/* 300: half is 150, the year's aid is 100; 150 are over 50. */
static void settles_layer_by_layer(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_parts(&counter, &answer->bill), "60.25 10.25 50.00");
    assert_int_equal(answer->bill.total, 12050);
    assert_int_equal(answer->bill.open, 0);
    assert_int_equal(answer->bill.settlement, 1);
    assert_string_equal(counter_moved(&counter, 1),
                        "borne aid > due aid c1 60.25, borne top > due top c1 10.25, paid c1 > taken c1 50.00");
    answer = SETTLE("anna", "c2", "B1", "2018-07-04", "200");
    assert_string_equal(counter_parts(&counter, &answer->bill), "39.75 110.25 50.00");
    answer = SETTLE("ben", "c2", "B2", "2018-07-04", "200");
    assert_string_equal(counter_parts(&counter, &answer->bill), "0.00 150.00 50.00");
    counter_come_anew(&counter);
    assert_string_equal(counter_year(&counter, "anna", 2018), "B1 60.25 10.25 50.00, B1 39.75 110.25 50.00");
    assert_string_equal(counter_year(&counter, "anna", 2017), "");
    counter_close(&counter);
}
ON_BOTH(settles_layer_by_layer)

/* The same bill again gets the same answer, and moves nothing. */
static void settles_once(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    int64_t change = counter.change;
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_SAME);
    assert_int_equal(answer->bill.settlement, 1);
    assert_string_equal(counter_parts(&counter, &answer->bill), "60.25 10.25 50.00");
    assert_int_equal(counter.change, 0);
    answer = SETTLE("anna", "c1", "B1", "2018-07-03", "120.51");
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_OTHER_CONTENT);
    assert_string_equal(counter_parts(&counter, &answer->standing), "60.25 10.25 50.00");
    answer = SETTLE("ben", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(answer->refusal, SETTLEMENT_OTHER_CONTENT);
    assert_int_equal(counter.registry.change.number, change + 1); /* begun, and given up */
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    counter_close(&counter);
}
ON_BOTH(settles_once)

/* What was missing of it is told again, also beside one that is settled. */
static void tells_again_what_is_open(enum database database) {
    struct counter counter;
    struct settlement_answer answers[2];
    struct registry_change change = {.instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    counter_open(&counter, database);
    const struct settlement_request requests[] = {
        counter_bill(&counter, SETTLEMENT_SETTLE, "eve", "c1", "B1", "2018-07-03", "120.50"),
        counter_bill(&counter, SETTLEMENT_SETTLE, "eve", "c1", "B2", "2018-08-03", "100")};
    struct text missing = text_copy(&counter.arena, counter_ask(&counter, requests[0])->bill.parts[0].missing[1]);
    assert_true(missing.length > 0);
    assert_int_equal(settler_settle(&counter.settler, &change, requests, 2, &counter.arena, answers), REGISTRY_DONE);
    assert_int_equal(answers[0].outcome, SETTLEMENT_SAME);
    assert_true(text_equal(answers[0].bill.parts[0].missing[1], missing));
    assert_int_equal(answers[1].outcome, SETTLEMENT_DONE);
    assert_int_equal(answers[1].effects.count, 0);
    counter_close(&counter);
}
ON_BOTH(tells_again_what_is_open)

static void settles_later_ones_anew(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B2", "2018-08-03", "120.50");
    SETTLE("anna", "c1", "B3", "2018-09-03", "100");
    assert_string_equal(counter_year(&counter, "anna", 2018), "B2 60.25 10.25 50.00, B3 39.75 10.25 50.00");
    const struct settlement_answer *answer = SETTLE("anna", "c2", "B1", "2018-07-03", "160");
    assert_string_equal(counter_parts(&counter, &answer->bill), "80.00 30.00 50.00");
    assert_int_equal(answer->effects.count, 2);
    assert_string_equal(counter_parts(&counter, &answer->effects.items[0].before), "60.25 10.25 50.00");
    assert_string_equal(counter_parts(&counter, &answer->effects.items[0].after), "20.00 50.50 50.00");
    assert_string_equal(counter_parts(&counter, &answer->effects.items[1].after), "0.00 50.00 50.00");
    assert_string_equal(counter_moved(&counter, answer->effects.items[0].after.settlement),
                        "due aid c1 > borne aid 40.25, borne top > due top c1 40.25");
    counter_come_anew(&counter);
    assert_string_equal(counter_year(&counter, "anna", 2018),
                        "B1 80.00 30.00 50.00, B2 20.00 50.50 50.00, B3 0.00 50.00 50.00");
    answer = CANCEL("c1", "B2");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_int_equal(answer->effects.count, 1);
    assert_string_equal(counter_year(&counter, "anna", 2018), "B1 80.00 30.00 50.00, B3 20.00 30.00 50.00");
    answer = CANCEL("c1", "B2");
    assert_int_equal(answer->outcome, SETTLEMENT_SAME);
    answer = SETTLE("anna", "c1", "B2", "2018-08-03", "120.50");
    assert_int_equal(answer->refusal, SETTLEMENT_CANCELLED);
    assert_string_equal(counter_moved(&counter, 0),
                        "borne aid > due aid c1 120.00, borne aid > due aid c2 80.00, due aid c1 > borne aid 100.00, "
                        "borne top > due top c1 100.50, borne top > due top c2 30.00, due top c1 > borne top 70.50, "
                        "paid c1 > taken c1 100.00, taken c1 > paid c1 50.00, paid c2 > taken c2 50.00");
    counter_close(&counter);
}
ON_BOTH(settles_later_ones_anew)

static void note(void *context, const struct settlement_answer *answer) {
    struct counter *counter = context;
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_parts(counter, &answer->effects.items[0].before), "60.25 10.25 50.00");
    assert_string_equal(counter_parts(counter, &answer->effects.items[0].after), "0.00 70.50 50.00");
}

/* She was never ill, as it turns out: what was settled stands until the year is settled anew. */
static void settles_a_year_anew(enum database database) {
    struct counter counter;
    struct settled_anew sums;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B0", "2017-12-31", "120.50");
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    SETTLE("ben", "c1", "B2", "2018-01-01", "120.50");
    SETTLE("anna", "c1", "B3", "2019-01-01", "120.50"); /* the years behind it, too */
    SETTLE("anna2", "c1", "B4", "2019-01-01", "120.50");
    counter_tell(&counter, "person", "anna", "f", "ill=no");
    counter_tell(&counter, "person", "anna2", "f", "ill=no");
    assert_string_equal(counter_year(&counter, "anna", 0),
                        "B0 60.25 10.25 50.00, B1 60.25 10.25 50.00, B3 60.25 10.25 50.00");
    struct settlement_request request = {.act = SETTLEMENT_ANEW,
                                         .bill = {.event = settled_event(counter.stage.policy, TEXT(""))},
                                         .who = TEXT("tester"),
                                         .day = day_from(2018, 12, 31)};
    for (int keeps = 0; keeps < 2; keeps++) {
        struct registry_change change = {.instant = 3, .by = TEXT("tester"), .what = TEXT("resettle")};
        assert_int_equal(settler_settle_anew(&counter.settler, &change, &request, 2018, keeps, &counter.arena, &sums,
                                             note, &counter),
                         REGISTRY_DONE);
        assert_int_equal(change.number != 0, keeps);
        assert_int_equal(sums.people, 3);
        assert_int_equal(sums.bills, 4);
        assert_int_equal(sums.changed, 3);
        assert_int_equal(sums.before[0], 18075);
        assert_int_equal(sums.after[0], 0);
        assert_string_equal(counter_year(&counter, "anna", 2018),
                            keeps ? "B1 0.00 70.50 50.00" : "B1 60.25 10.25 50.00");
        assert_string_equal(counter_year(&counter, "anna", 2019),
                            keeps ? "B3 0.00 70.50 50.00" : "B3 60.25 10.25 50.00");
    }
    struct registry_change again = {.instant = 3, .by = TEXT("tester"), .what = TEXT("resettle")};
    assert_int_equal(
        settler_settle_anew(&counter.settler, &again, &request, 2018, true, &counter.arena, &sums, note, &counter),
        REGISTRY_DONE);
    assert_int_equal(again.number, 0);
    assert_int_equal(sums.changed, 0);
    assert_string_equal(counter_year(&counter, "anna", 2017), "B0 60.25 10.25 50.00");
    counter_close(&counter);
}
ON_BOTH(settles_a_year_anew)

/* It has stood on that day before: under the same name it stands there again. */
static void corrects_back(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    CORRECT("anna", "c1", "B1", "2018-09-03", "120.50");
    const struct settlement_answer *answer = CORRECT("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    assert_string_equal(counter_moved(&counter, 0),
                        "borne aid > due aid c1 180.75, due aid c1 > borne aid 120.50, borne top > due top c1 30.75, "
                        "due top c1 > borne top 20.50, paid c1 > taken c1 150.00, taken c1 > paid c1 100.00");
    counter_close(&counter);
}
ON_BOTH(corrects_back)

/* Whose bill it is need not be told; if it is, it is that person's, or nobody's. */
static void cancels_nobody_elses(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    struct settlement_request request = counter_bill(&counter, SETTLEMENT_CANCEL, NULL, "c1", "B1", NULL, NULL);
    request.bill.parent = TEXT("ben");
    const struct settlement_answer *answer = counter_ask(&counter, request);
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_NO_BILL);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    request.bill.parent = TEXT("anna");
    assert_int_equal(counter_ask(&counter, request)->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "");
    counter_close(&counter);
}
ON_BOTH(cancels_nobody_elses)

/* In one change, over midnight: each is booked on its own day. */
static void books_each_on_its_day(enum database database) {
    struct counter counter;
    struct settlement_answer answers[2];
    struct booked_bills booked;
    counter_open(&counter, database);
    struct settlement_request requests[] = {
        counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-07-03", "120.50"),
        counter_bill(&counter, SETTLEMENT_SETTLE, "ben", "c1", "B2", "2018-07-03", "100")};
    requests[0].day = day_from(2018, 7, 31);
    requests[1].day = day_from(2018, 8, 1);
    struct registry_change change = {.instant = 3, .by = TEXT("tester"), .what = TEXT("settle")};
    assert_int_equal(settler_settle(&counter.settler, &change, requests, 2, &counter.arena, answers), REGISTRY_DONE);
    const struct entity *event = requests[0].bill.event;
    for (int month = 7; month < 9; month++) {
        assert_int_equal(settler_read_booked(&counter.settler, event, TEXT("c1"), day_from(2018, month, 1),
                                             day_from(2018, month, 31), &counter.arena, &booked),
                         REGISTRY_DONE);
        assert_true(booked.agree);
        assert_int_equal(booked.list.count, 1);
        assert_int_equal(booked.sums[0] + booked.sums[1] + booked.sums[2], month == 7 ? 12050 : 10000);
    }
    counter_close(&counter);
}
ON_BOTH(books_each_on_its_day)

/* A mark ends with its numbers, whatever the id before them has in it. */
static void marks_ids_of_any_kind(enum database database) {
    struct counter counter;
    struct settled_bills bills, then;
    int year;
    counter_open(&counter, database);
    counter_tell(&counter, "person", "a|b", "f", "ill=yes");
    SETTLE("a|b", "c1", "B1", "2018-07-03", "120.50");
    const struct entity *event = settled_event(counter.stage.policy, TEXT(""));
    assert_int_equal(settler_read(&counter.settler, event, TEXT("a|b"), 2018, REGISTRY_NOW, &counter.arena, &bills),
                     REGISTRY_DONE);
    struct text mark = statement_mark(&counter.arena, &bills, 2018);
    assert_int_equal(statement_recall(&counter.settler, event, mark, &counter.arena, &year, &then), REGISTRY_DONE);
    assert_int_equal(year, 2018);
    assert_int_equal(then.list.count, 1);
    counter_close(&counter);
}
ON_BOTH(marks_ids_of_any_kind)

static struct text mark_of(struct counter *counter, struct settled_bill bill) {
    struct settled_bills bills = {.of = {TEXT("anna"), TEXT("")}, .change = 7};
    VECTOR_PUSH(&counter->arena, &bills.list, bill);
    return statement_mark(&counter->arena, &bills, 2018);
}

/* Whatever a page says of a bill, another would have another mark: which it is, what it comes to, what is open. */
static void marks_all_that_a_page_says(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    struct settlement_part parts[2] = {{.known = true, .amount = 5}, {.known = true, .amount = 0}}, others[2];
    const struct settled_bill bill = {.id = TEXT("b"), .total = 5, .parts = parts, .count = 2};
    struct text mark = mark_of(&counter, bill);
    for (int what = 0; what < 4; what++) {
        struct settled_bill other = bill;
        memcpy(others, parts, sizeof parts);
        other.parts = others;
        if (what == 0) other.id = TEXT("c");
        if (what == 1) other.total = 6;
        if (what == 2) others[1].amount = 1;
        if (what == 3) others[1].known = false;
        assert_false(text_equal(mark_of(&counter, other), mark));
    }
    assert_true(text_equal(mark_of(&counter, bill), mark));
    counter_close(&counter);
}
ON_BOTH(marks_all_that_a_page_says)

/* What others told of it before gives way to what is presented, whatever differs: there is one bill of that number. */
static void takes_the_place_of_an_imported_one(enum database database) {
    static const char *const dates[] = {"2018-07-03", "2018-07-04"};
    for (size_t i = 0; i < 2; i++) {
        struct counter counter;
        counter_open(&counter, database);
        counter_tell(&counter, "bill", "", "anna", "left=2018-07-03 came=2018-07-03 number=B1 clinic=c1 cost=150");
        assert_string_equal(counter_year(&counter, "anna", 0), "");
        struct settlement_request quote =
            counter_bill(&counter, SETTLEMENT_QUOTE, "anna", "c1", "B1", dates[i], "120.50");
        assert_string_equal(counter_parts(&counter, &counter_ask(&counter, quote)->bill), "60.25 10.25 50.00");
        const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", dates[i], "120.50");
        assert_int_equal(answer->outcome, SETTLEMENT_DONE);
        assert_string_equal(counter_parts(&counter, &answer->bill), "60.25 10.25 50.00");
        answer = SETTLE("anna", "c1", "B2", "2018-08-03", "120.50");
        assert_string_equal(counter_parts(&counter, &answer->bill), "39.75 30.75 50.00");
        assert_int_equal(SETTLE("anna", "c1", "B1", dates[i], "120.50")->outcome, SETTLEMENT_SAME);
        counter_come_anew(&counter);
        assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00, B2 39.75 30.75 50.00");
        counter_close(&counter);
    }
}
ON_BOTH(takes_the_place_of_an_imported_one)

/* A guarantee that is only reported holds up no bill. */
static void reports_and_settles(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-03", "49");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE); /* breaks "rare" */
    counter_close(&counter);
}
ON_BOTH(reports_and_settles)

/* Who leaves today is settled today; what is still to come can be asked, and is neither settled nor corrected. */
static void settles_no_day_that_is_still_to_come(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    struct settlement_request request =
        counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-07-03", "120.50");
    request.day = day_from(2018, 7, 2);
    assert_int_equal(counter_ask(&counter, request)->refusal, SETTLEMENT_AHEAD);
    request.act = SETTLEMENT_QUOTE;
    assert_int_equal(counter_ask(&counter, request)->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "");
    request.act = SETTLEMENT_SETTLE;
    request.day = day_from(2018, 7, 3);
    assert_int_equal(counter_ask(&counter, request)->outcome, SETTLEMENT_DONE);
    request = counter_bill(&counter, SETTLEMENT_CORRECT, "anna", "c1", "B1", "2018-07-04", "120.50");
    request.day = day_from(2018, 7, 3);
    const struct settlement_answer *answer = counter_ask(&counter, request);
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_AHEAD);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    counter_close(&counter);
}
ON_BOTH(settles_no_day_that_is_still_to_come)

/* What others told: a corrected number stays its owner's. */
static void keeps_the_number_of_its_owner(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    const struct settlement_answer *answer =
        counter_ask(&counter, counter_bill(&counter, SETTLEMENT_CORRECT, "ben", "c1", "B1", "2018-07-03", "120.50"));
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_NO_BILL);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    assert_string_equal(counter_year(&counter, "ben", 0), "");
    counter_close(&counter);
}
ON_BOTH(keeps_the_number_of_its_owner)

/* Kinds, causes and days of what is kept. */
static const char *kept(struct counter *counter) {
    struct builder out;
    struct statement *scan = registry_scan_settlements(&counter->registry);
    builder_init(&out);
    while (statement_next(scan)) {
        struct registry_settlement settlement = registry_scanned_settlement(scan);
        builder_format(&out, "%s%lld:%d<%lld", out.length ? " " : "", (long long)settlement.number,
                       (int)settlement.kind, (long long)settlement.cause);
        assert_true(text_is(settlement.who, "window"));
        assert_int_equal(settlement.day, day_from(2020, 12, 1));
    }
    store_scan_end(scan);
    return builder_finish(&out, &counter->arena).bytes;
}
static void keeps_kind_and_cause(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B2", "2018-08-03", "120.50");
    SETTLE("anna", "c2", "B1", "2018-07-03", "160");
    counter_ask(&counter, counter_bill(&counter, SETTLEMENT_CORRECT, "anna", "c2", "B1", "2018-07-03", "100"));
    CANCEL("c2", "B1");
    assert_string_equal(kept(&counter), "1:0<1 2:0<2 3:2<2 4:1<4 5:2<4 6:3<6 7:2<6");
    counter_close(&counter);
}
ON_BOTH(keeps_kind_and_cause)

/* Who is ill is not known: nothing is collected that is open, and it is booked as open. */
static void books_what_is_open(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    const struct settlement_answer *answer = SETTLE("eve", "c1", "B1", "2018-07-03", "40");
    assert_string_equal(counter_parts(&counter, &answer->bill), "? 0.00 ?");
    assert_int_equal(answer->bill.open, 4000);
    assert_string_equal(counter_moved(&counter, 1), "open c1 > awaited c1 40.00");
    CANCEL("c1", "B1");
    assert_string_equal(counter_moved(&counter, 2), "awaited c1 > open c1 40.00");
    counter_close(&counter);
}
ON_BOTH(books_what_is_open)

/* Two of one person in one call are settled one after the other. */
static void settles_two_of_one_call(enum database database) {
    struct counter counter;
    struct settlement_answer answers[2];
    struct registry_change change = {.instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    counter_open(&counter, database);
    const struct settlement_request requests[] = {
        counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-07-03", "160"),
        counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-07-03", "160")};
    assert_int_equal(settler_settle(&counter.settler, &change, requests, 2, &counter.arena, answers), REGISTRY_DONE);
    assert_int_equal(answers[0].outcome, SETTLEMENT_DONE);
    assert_int_equal(answers[1].outcome, SETTLEMENT_SAME);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 80.00 30.00 50.00");
    counter_close(&counter);
}
ON_BOTH(settles_two_of_one_call)

/* Two people's bills of one number in one call: the number is of whoever came first. */
static void settles_one_number_of_one_call_once(enum database database) {
    struct counter counter;
    struct settlement_answer answers[2];
    struct registry_change change = {.instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    counter_open(&counter, database);
    const struct settlement_request requests[] = {
        counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-07-03", "160"),
        counter_bill(&counter, SETTLEMENT_SETTLE, "ben", "c1", "B1", "2018-07-03", "160")};
    assert_int_equal(settler_settle(&counter.settler, &change, requests, 2, &counter.arena, answers), REGISTRY_DONE);
    assert_int_equal(answers[0].outcome, SETTLEMENT_DONE);
    assert_int_equal(answers[1].outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answers[1].refusal, SETTLEMENT_OTHER_CONTENT);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 80.00 30.00 50.00");
    assert_string_equal(counter_year(&counter, "ben", 0), "");
    counter_close(&counter);
}
ON_BOTH(settles_one_number_of_one_call_once)

/* 90 in a year; the next is one too many, and leaves them as they are. */
static void settles_so_many(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    for (int i = 0; i < 90; i++) {
        struct text number = text_format(&counter.arena, "B%02d", i);
        assert_int_equal(SETTLE("anna", "c1", number.bytes, "2018-07-03", "1")->outcome, SETTLEMENT_DONE);
    }
    const char *before = counter_year(&counter, "anna", 2018);
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B90", "2018-07-03", "1");
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_TOO_MANY);
    assert_string_equal(counter_year(&counter, "anna", 2018), before);
    counter_close(&counter);
}
ON_BOTH(settles_so_many)

/* A bill that was told by others before is settled as the one it is. */
static void settles_what_was_told(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    counter_tell(&counter, "bill", "", "anna", "left=2018-07-03 number=B1 clinic=c1 came=2018-07-03 cost=120.50");
    assert_string_equal(counter_year(&counter, "anna", 0), "");
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    answer = SETTLE("anna", "c1", "B2", "2018-07-04", "100");
    assert_string_equal(counter_parts(&counter, &answer->bill), "39.75 10.25 50.00");
    counter_close(&counter);
}
ON_BOTH(settles_what_was_told)

static void note_refused(void *context, const struct settlement_answer *answer) {
    (void)context;
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_BROKEN);
}

/* Of whom a guarantee would break nothing is settled anew. */
static void leaves_who_would_break_a_guarantee(enum database database) {
    struct counter counter;
    struct settled_anew sums;
    counter_open(&counter, database);
    assert_int_equal(SETTLE("anna", "c1", "B1", "2018-07-03", "1150")->outcome, SETTLEMENT_DONE);
    counter_tell(&counter, "person", "anna", "f", "ill=no");
    struct settlement_request request = {.act = SETTLEMENT_ANEW,
                                         .bill = {.event = settled_event(counter.stage.policy, TEXT(""))},
                                         .who = TEXT("tester"),
                                         .day = day_from(2018, 12, 31)};
    struct registry_change change = {.instant = 3, .by = TEXT("tester"), .what = TEXT("resettle")};
    assert_int_equal(settler_settle_anew(&counter.settler, &change, &request, 2018, true, &counter.arena, &sums,
                                         note_refused, &counter),
                     REGISTRY_DONE);
    assert_int_equal(sums.refused, 1);
    assert_int_equal(sums.changed, 0);
    assert_int_equal(change.number, 0);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 100.00 1000.00 50.00");
    counter_close(&counter);
}
ON_BOTH(leaves_who_would_break_a_guarantee)

/* A transfer that nobody can have made. */
static void finds_a_transfer_of_nothing(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(ledger_verify(&counter.settler.ledger), REGISTRY_DONE);
    assert_true(store_do(counter.store, "UPDATE _transfers SET _amount = -_amount WHERE _transfer = 1"));
    assert_int_equal(ledger_verify(&counter.settler.ledger), REGISTRY_DAMAGED);
    counter_close(&counter);
}
ON_BOTH(finds_a_transfer_of_nothing)

/* What cannot be computed is let in by nobody. */
static void refuses_what_cannot_be_computed(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-03", "47");
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_int_equal(answer->refusal, SETTLEMENT_FAULT);
    assert_string_equal(counter_year(&counter, "anna", 0), "");
    answer =
        SETTLE("eve", "c1", "B2", "2018-07-03", "47"); /* what is left is not known, and would be less than nothing */
    assert_int_equal(answer->refusal, SETTLEMENT_FAULT);
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    assert_true(text_is(answer->field->name, "top"));
    counter_close(&counter);
}
ON_BOTH(refuses_what_cannot_be_computed)

/* A quote keeps nothing, also beside a bill that is kept. */
static void keeps_no_quote_of_one_call(enum database database) {
    struct counter counter;
    struct settlement_answer answers[2];
    struct registry_change change = {.instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B9", "2018-09-03", "160");
    const struct settlement_request requests[] = {
        counter_bill(&counter, SETTLEMENT_SETTLE, "ben", "c1", "B1", "2018-07-03", "160"),
        counter_bill(&counter, SETTLEMENT_QUOTE, "anna", "c1", "B2", "2018-07-03", "160")};
    assert_int_equal(settler_settle(&counter.settler, &change, requests, 2, &counter.arena, answers), REGISTRY_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "B9 80.00 30.00 50.00");
    assert_string_equal(counter_year(&counter, "ben", 0), "B1 0.00 110.00 50.00");
    counter_close(&counter);
}
ON_BOTH(keeps_no_quote_of_one_call)

/* Another kind of business may have the same number: it is none of a settlement's. */
static void sums_its_own_kind_of_business(enum database database) {
    struct counter counter;
    struct booked_bills booked;
    counter_open(&counter, database);
    const struct entity *event = settled_event(counter.stage.policy, TEXT(""));
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_true(store_do(counter.store, "INSERT INTO _transfers SELECT 99, _change, _day, 'payment', _of, _debit, "
                                        "_credit, _amount FROM _transfers WHERE _transfer = 1"));
    assert_int_equal(settler_read_booked(&counter.settler, event, TEXT("c1"), day_from(2020, 12, 1),
                                         day_from(2020, 12, 31), &counter.arena, &booked),
                     REGISTRY_DONE);
    assert_true(booked.agree);
    assert_int_equal(booked.sums[0], 6025);
    assert_int_equal(booked.list.items[0].moved[0], 6025);
    counter_close(&counter);
}
ON_BOTH(sums_its_own_kind_of_business)

/* A transfer that no settlement of the time made is told. */
static void tells_accounts_that_do_not_agree(enum database database) {
    struct counter counter;
    struct booked_bills booked;
    counter_open(&counter, database);
    const struct entity *event = settled_event(counter.stage.policy, TEXT(""));
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    assert_int_equal(settler_read_booked(&counter.settler, event, TEXT("c1"), day_from(2020, 12, 1),
                                         day_from(2020, 12, 31), &counter.arena, &booked),
                     REGISTRY_DONE);
    assert_true(booked.agree);
    assert_true(store_do(counter.store, "UPDATE _transfers SET _of = 99 WHERE _transfer = 1"));
    assert_int_equal(settler_read_booked(&counter.settler, event, TEXT("c1"), day_from(2020, 12, 1),
                                         day_from(2020, 12, 31), &counter.arena, &booked),
                     REGISTRY_DONE);
    assert_false(booked.agree);
    counter_close(&counter);
}
ON_BOTH(tells_accounts_that_do_not_agree)

/* A change that the disk did not take is forgotten by the settler, too. */
static void forgets_what_was_not_kept(void **state) {
    (void)state;
    struct counter counter;
    struct settlement_answer answer;
    size_t failures = 0;
    for (size_t event = 0; event < 40; event += 2) {
        struct registry_change change = {
            .instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
        faulty_disk_begin();
        counter_open(&counter, DATABASE_FILE);
        struct settlement_request request =
            counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-07-03", "120.50");
        faulty_disk_fail(DISK_FULL, event, event);
        enum registry_result result = settler_settle(&counter.settler, &change, &request, 1, &counter.arena, &answer);
        faulty_disk_fail(DISK_GOOD, 0, 0);
        failures += result != REGISTRY_DONE;
        assert_int_not_equal(SETTLE("ben", "c2", "B2", "2018-07-03", "100")->outcome, SETTLEMENT_REFUSED);
        assert_int_equal(SETTLE("anna", "c1", "B1", "2018-07-03", "120.50")->outcome,
                         result == REGISTRY_DONE ? SETTLEMENT_SAME : SETTLEMENT_DONE);
        counter_come_anew(&counter);
        assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
        counter_close(&counter);
        faulty_disk_end();
    }
    assert_true(failures > 0);
}

/* By something of hers that nobody else has; not where two have it, or nobody. */
static void finds_whose_it_is_by_a_number(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    counter_tell(&counter, "person", "anna", "f", "ill=yes card=4532015112830366");
    struct settlement_request request =
        counter_bill(&counter, SETTLEMENT_SETTLE, NULL, "c1", "B1", "2018-07-03", "120.50");
    request.bill.input = map_get(&request.bill.event->parent->by_name, TEXT("card"));
    request.bill.match = TEXT("4532015112830366");
    assert_non_null(request.bill.input);
    assert_int_equal(counter_ask(&counter, request)->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    assert_int_equal(SETTLE("anna", "c1", "B1", "2018-07-03", "120.50")->outcome, SETTLEMENT_SAME);
    counter_tell(&counter, "person", "ben", "f", "ill=no card=4532015112830366");
    request.bill.values[request.bill.event->settled.by->input_index].text = TEXT("B2");
    assert_int_equal(counter_ask(&counter, request)->refusal, SETTLEMENT_SEVERAL);
    request.bill.match = TEXT("79927398713");
    assert_int_equal(counter_ask(&counter, request)->refusal, SETTLEMENT_NO_PARENT);
    /* A number that was put right leads to whoever has it now. */
    counter_tell(&counter, "person", "anna", "f", "ill=yes card=79927398713");
    assert_int_equal(counter_ask(&counter, request)->outcome, SETTLEMENT_DONE);
    request.bill.match = TEXT("4532015112830366");
    request.bill.values[request.bill.event->settled.by->input_index].text = TEXT("B3");
    assert_int_equal(counter_ask(&counter, request)->outcome, SETTLEMENT_DONE);
    counter_come_anew(&counter);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00, B2 39.75 30.75 50.00");
    assert_string_equal(counter_year(&counter, "ben", 0), "B3 0.00 70.50 50.00");
    counter_tell(&counter, "person", "ben", "f", "ill=no");
    request.bill.values[request.bill.event->settled.by->input_index].text = TEXT("B4");
    assert_int_equal(counter_ask(&counter, request)->refusal, SETTLEMENT_NO_PARENT);
    counter_close(&counter);
}
ON_BOTH(finds_whose_it_is_by_a_number)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(settles_layer_by_layer),
        BOTH(settles_once),
        BOTH(tells_again_what_is_open),
        BOTH(settles_later_ones_anew),
        BOTH(settles_a_year_anew),
        BOTH(corrects_back),
        BOTH(cancels_nobody_elses),
        BOTH(books_each_on_its_day),
        BOTH(marks_ids_of_any_kind),
        BOTH(marks_all_that_a_page_says),
        BOTH(takes_the_place_of_an_imported_one),
        BOTH(reports_and_settles),
        BOTH(settles_no_day_that_is_still_to_come),
        BOTH(keeps_the_number_of_its_owner),
        BOTH(keeps_kind_and_cause),
        BOTH(books_what_is_open),
        BOTH(settles_two_of_one_call),
        BOTH(settles_one_number_of_one_call_once),
        BOTH(settles_so_many),
        BOTH(settles_what_was_told),
        BOTH(leaves_who_would_break_a_guarantee),
        BOTH(finds_a_transfer_of_nothing),
        BOTH(finds_whose_it_is_by_a_number),
        BOTH(sums_its_own_kind_of_business),
        BOTH(tells_accounts_that_do_not_agree),
        cmocka_unit_test(forgets_what_was_not_kept),
        BOTH(refuses_what_cannot_be_computed),
        BOTH(keeps_no_quote_of_one_call),
    };
    return cmocka_run_group_tests(tests, databases_begin, databases_end);
}
