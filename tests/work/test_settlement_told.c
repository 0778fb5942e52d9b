/* What is told of a bill beside its amounts: what is open, what does not hold, what is not confirmed, what concerns the
 * patient; and what a cancellation leaves as it was. */
#include "counter.h"

#include <string.h>

/* Where the law has nothing for the day, what rests on it is open, and the bill can be cancelled. */
static void leaves_open_what_the_law_has_nothing_for(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2010-01-31", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_parts(&counter, &answer->bill), "? ? ?");
    assert_int_equal(answer->bill.open, 12050);
    assert_non_null(strstr(answer->bill.parts[0].missing[1].bytes, "most"));
    answer = SETTLE("anna", "c1", "B2", "2010-02-01", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_int_equal(answer->bill.open, 12050); /* of the year's aid nobody knows what is left */
    answer = CANCEL("c1", "B1");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_year(&counter, "anna", 0), "B2 60.25 10.25 50.00");
    counter_close(&counter);
}
ON_BOTH(leaves_open_what_the_law_has_nothing_for)

/* Without the year's aid before it the law makes nothing of the second: it is not corrected away, but cancelled it may
 * be. */
static void cancels_though_a_later_one_cannot_be_computed(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "200");
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B2", "2018-07-04", "46");
    assert_string_equal(counter_parts(&counter, &answer->bill), "0.00 0.00 46.00");
    answer = CORRECT("anna", "c1", "B1", "2018-07-03", "10");
    assert_int_equal(answer->refusal, SETTLEMENT_FAULT);
    assert_int_equal(answer->outcome, SETTLEMENT_REFUSED);
    SETTLE("anna", "c1", "B3", "2018-07-05", "90");
    assert_string_equal(counter_year(&counter, "anna", 0),
                        "B1 100.00 50.00 50.00, B2 0.00 0.00 46.00, B3 0.00 40.00 50.00");
    answer = CANCEL("c1", "B1");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_int_equal(answer->left.count, 1);
    assert_string_equal(counter_parts(&counter, &answer->left.items[0].bill), "0.00 0.00 46.00");
    assert_true(text_is(answer->left.items[0].field->name, "own"));
    assert_true(answer->left.items[0].words[LANGUAGE_EN].length > 0);
    assert_int_equal(answer->effects.count, 1); /* found anew on the second as it stands */
    counter_come_anew(&counter);
    assert_string_equal(counter_year(&counter, "anna", 0), "B2 0.00 0.00 46.00, B3 45.00 0.00 45.00");
    counter_close(&counter);
}
ON_BOTH(cancels_though_a_later_one_cannot_be_computed)

/* The guarantee of the law that only reports, of the bill and of one that stands. */
static void tells_what_does_not_hold(enum database database) {
    struct counter counter;
    struct settled_bills bills;
    counter_open(&counter, database);
    const struct entity *event = settled_event(counter.stage.policy, TEXT(""));
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-03", "50");
    assert_int_equal(answer->bill.reports.count, 0);
    answer = SETTLE("anna", "c1", "B2", "2018-07-03", "49");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_int_equal(answer->bill.reports.count, 1);
    assert_true(text_is(answer->bill.reports.items[0]->name, "rare"));
    assert_int_equal(settler_read(&counter.settler, event, TEXT("anna"), 0, REGISTRY_NOW, &counter.arena, &bills),
                     REGISTRY_DONE);
    assert_int_equal(bills.list.items[0].reports.count, 0);
    assert_int_equal(bills.list.items[1].reports.count, 1);
    counter_close(&counter);
}
ON_BOTH(tells_what_does_not_hold)

static const char *facts_beside(struct counter *counter, struct settlement_request request) {
    struct builder out;
    builder_init(&out);
    request.wants_facts = true;
    const struct settlement_answer *answer = counter_ask(counter, request);
    for (size_t i = 0; i < answer->bill.facts.list.count; i++) {
        const struct settlement_fact *fact = &answer->bill.facts.list.items[i];
        builder_format(&out, "%s%.*s %.*s", i ? ", " : "", TEXT_ARG(fact->field->name),
                       TEXT_ARG(fact->known ? fact->plain : TEXT("?")));
    }
    return builder_finish(&out, &counter->arena).bytes;
}

/* What the law shows beside a bill, of those whom it concerns; the same when it is presented again. */
static void shows_what_concerns_the_patient(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    for (int again = 0; again < 2; again++)
        assert_string_equal(
            facts_beside(&counter, counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B2", "2018-07-04", "10")),
            "ailing yes, before 60.25");
    assert_string_equal(
        facts_beside(&counter, counter_bill(&counter, SETTLEMENT_SETTLE, "ben", "c1", "B3", "2018-07-04", "10")),
        "ailing no");
    assert_int_equal(counter.answer.bill.assessed, BILL_NEVER_ASSESSED);
    assert_string_equal(
        facts_beside(&counter, counter_bill(&counter, SETTLEMENT_QUOTE, "eve", "c1", "B4", "2018-07-04", "10")),
        "ailing ?, before ?");
    counter_close(&counter);
}
ON_BOTH(shows_what_concerns_the_patient)

/* Nor does a guarantee hold a cancellation: it would not hold of the second, which stands as it was. */
static void cancels_though_a_guarantee_would_not_hold(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("ben", "c1", "B1", "2018-07-03", "200");
    SETTLE("anna", "c1", "A1", "2018-07-03", "160");
    SETTLE("anna", "c1", "A2", "2018-07-04", "44");
    SETTLE("anna", "c1", "A3", "2018-07-05", "44");
    const struct settlement_answer *answer = CORRECT("anna", "c1", "A1", "2018-07-06", "160");
    assert_int_equal(answer->refusal, SETTLEMENT_BROKEN);
    answer = CANCEL("c1", "A1");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_int_equal(answer->left.count, 1);
    assert_true(text_is(answer->left.items[0].guarantee->name, "not_the_first"));
    assert_string_equal(counter_year(&counter, "ben", 0), "B1 0.00 150.00 50.00");
    counter_come_anew(&counter);
    const char *two = "A2 20.00 0.00 24.00, A3 22.00 0.00 22.00"; /* the third is found anew on the second */
    assert_string_equal(counter_year(&counter, "anna", 0), two);
    counter_close(&counter);
}
ON_BOTH(cancels_though_a_guarantee_would_not_hold)

/* The month before is over: what stands was booked later. */
static void books_nothing_before_what_it_replaces(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    struct settlement_request cancels = counter_bill(&counter, SETTLEMENT_CANCEL, NULL, "c1", "B1", NULL, NULL),
                              corrects = counter_bill(&counter, SETTLEMENT_CORRECT, "anna", "c1", "B1", "2018-07-04",
                                                      "120.50");
    cancels.day = corrects.day = day_from(2020, 11, 30);
    assert_int_equal(counter_ask(&counter, cancels)->refusal, SETTLEMENT_EARLIER);
    assert_true(text_is(counter.answer.told, "2020-12-01"));
    assert_int_equal(counter_ask(&counter, corrects)->refusal, SETTLEMENT_EARLIER);
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 60.25 10.25 50.00");
    cancels.day = day_from(2020, 12, 1);
    assert_int_equal(counter_ask(&counter, cancels)->outcome, SETTLEMENT_DONE);
    counter_close(&counter);
}
ON_BOTH(books_nothing_before_what_it_replaces)

static void tell_unconfirmed(struct counter *counter, const char *entity, const char *id, const char *parent,
                             const char *inputs) {
    const struct entity *told = map_get(&counter->stage.policy->entity_by_name, text_from(entity));
    counter_stage(counter, entity, id, parent, inputs);
    counter->stage.records.tables[told->index].rows[0].unconfirmed = true;
    counter_take(counter, MONTH_FIRST);
}

/* What nobody has confirmed of the patient, his family, or the clinic, is under all that is made of it. */
static void says_what_is_not_confirmed(enum database database) {
    static const struct {
        const char *entity, *id, *parent, *inputs;
    } rows[] = {{"person", "anna", "f", "ill=yes"}, {"family", "f", "k", ""}, {"clinic", "c1", "k", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counter counter;
        struct settled_bills bills;
        counter_open(&counter, database);
        const struct entity *event = settled_event(counter.stage.policy, TEXT(""));
        assert_false(SETTLE("anna", "c1", "B1", "2018-07-03", "120.50")->bill.unconfirmed);
        tell_unconfirmed(&counter, rows[i].entity, rows[i].id, rows[i].parent, rows[i].inputs);
        assert_true(SETTLE("anna", "c1", "B2", "2018-07-04", "120.50")->bill.unconfirmed);
        assert_true(SETTLE("ben", "c2", "B3", "2018-07-04", "120.50")->bill.unconfirmed == (i == 1));
        assert_int_equal(settler_read(&counter.settler, event, TEXT("anna"), 0, REGISTRY_NOW, &counter.arena, &bills),
                         REGISTRY_DONE);
        assert_true(bills.list.items[1].unconfirmed);
        counter_close(&counter);
    }
}
ON_BOTH(says_what_is_not_confirmed)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(leaves_open_what_the_law_has_nothing_for),
        BOTH(tells_what_does_not_hold),
        BOTH(shows_what_concerns_the_patient),
        BOTH(cancels_though_a_later_one_cannot_be_computed),
        BOTH(cancels_though_a_guarantee_would_not_hold),
        BOTH(books_nothing_before_what_it_replaces),
        BOTH(says_what_is_not_confirmed),
    };
    return cmocka_run_group_tests(tests, databases_begin, databases_end);
}
