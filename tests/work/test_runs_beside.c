/* Runs beside settlements: what a bill was settled with at the window stands in every month that is decided, whatever
 * the month gives the person; bills that were imported are settled by runs as ever. What runs found of single rows is
 * read as all of it is.
 *
 * DOUDI_SEEDS says how many registries are told by chance (12). */
#include "counter.h"

#include "base/memory.h"
#include "engine/record.h"
#include "registry/run_row.h"
#include "registry/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static month_number month(int number) {
    return 2018 * 12 + number - 1;
}

/* --- telling and deciding ----------------------------------------------------------------------------------------- */

/* One row that is told otherwise than at the window. */
static void import(struct counter *counter, month_number since, const char *entity, const char *id, const char *parent,
                   const char *inputs) {
    counter_stage(counter, entity, id, parent, inputs);
    counter_take(counter, since);
}

static void import_bill(struct counter *counter, const char *person, const char *number, const char *date,
                        const char *cost) {
    char inputs[200];
    snprintf(inputs, sizeof inputs, "left=%s came=%s number=%s clinic=c1 cost=%s", date, date, number, cost);
    import(counter, MONTH_FIRST, "bill", "", person, text_copy(&counter->stage.arena, text_from(inputs)).bytes);
}

static struct registry_runs runs_of(struct counter *counter) {
    struct registry_runs runs;
    assert_int_equal(registry_read_runs(&counter->registry, REGISTRY_NOW, &counter->arena, &runs), REGISTRY_DONE);
    return runs;
}

struct decided {
    struct records records;
    struct dataset *dataset;
    struct run *run;
    struct history history;
};

static struct registry_run about_of(struct counter *counter, month_number when) {
    unsigned char digest[DIGEST_BYTES];
    struct registry_run about = {.month = when, .whole = true, .engine = TEXT("1")};
    assert_int_equal(registry_last_change(&counter->registry, &about.known), REGISTRY_DONE);
    about.law = registry_law_change(&counter->registry, about.known);
    assert_int_equal(registry_law_digest(&counter->registry, counter->stage.policy, digest), REGISTRY_DONE);
    about.policy = text_copy(&counter->arena, (struct text){(const char *)digest, DIGEST_BYTES});
    return about;
}

/* By what is known at a change, and what runs before it found. */
static void begin(struct counter *counter, month_number when, int64_t known, struct decided *decided) {
    struct stage *stage = &counter->stage;
    struct registry_runs runs;
    history_init(&decided->history, stage->policy);
    assert_int_equal(registry_read_runs(&counter->registry, known, &counter->arena, &runs), REGISTRY_DONE);
    assert_int_equal(registry_read_history(&counter->registry, &runs, when, NULL, NULL, &decided->history),
                     REGISTRY_DONE);
    assert_int_equal(registry_read(&counter->registry, known, &counter->arena, &decided->records), REGISTRY_DONE);
    decided->dataset = dataset_new(stage->policy, &decided->records, when, &stage->refusals);
    assert_non_null(decided->dataset);
    assert_true(settle_past(&decided->history, &decided->records, decided->dataset, &stage->options));
    decided->run = run_new(stage->policy, decided->dataset, &decided->history, when, &stage->options);
    assert_non_null(decided->run);
    history_record(&decided->history, decided->run);
}

static void end(struct decided *decided) {
    run_free(decided->run);
    dataset_free(decided->dataset);
    history_free(&decided->history);
}

static void decide(struct counter *counter, month_number when) {
    struct decided decided;
    struct registry_change change = {.instant = 4, .by = TEXT("tester"), .what = TEXT("assess")};
    begin(counter, when, REGISTRY_NOW, &decided);
    struct registry_run about = about_of(counter, when);
    struct registry_decided kept = {.records = &decided.records, .run = decided.run, .history = &decided.history};
    assert_int_equal(registry_begin_change(&counter->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_keep_run(&counter->registry, &change, &about, &kept), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&counter->registry), REGISTRY_DONE);
    end(&decided);
}

/* --- what stands -------------------------------------------------------------------------------------------------- */

static void add_part(struct counter *counter, struct builder *out, const struct history *history, const char *name,
                     struct text id) {
    const struct entity *event = settled_event(counter->stage.policy, TEXT(""));
    const struct field *field = map_get(&event->by_name, text_from(name));
    struct past_value past;
    int64_t fen;
    if (!history_find(history, field, id, MONTH_LAST, &past)) {
        builder_add(out, TEXT("- "));
    } else if (past.value.state != VALUE_KNOWN) {
        builder_add(out, TEXT("? "));
    } else {
        assert_true(number_to_int64(number_divide(&counter->arena, past.value.as.number, field->step), &fen));
        builder_format(out, "%lld ", (long long)fen);
    }
}

/* "6025 1025 5000 ": the parts of a bill; "- - - " where nothing is known of it. */
static const char *parts_in(struct counter *counter, const struct history *history, const char *id) {
    struct builder out;
    builder_init(&out);
    add_part(counter, &out, history, "aid", text_from(id));
    add_part(counter, &out, history, "top", text_from(id));
    add_part(counter, &out, history, "own", text_from(id));
    return builder_finish(&out, &counter->arena).bytes;
}

/* What the next month reads. */
static const char *parts_before(struct counter *counter, month_number before, const char *id) {
    struct history history;
    struct registry_runs runs = runs_of(counter);
    history_init(&history, counter->stage.policy);
    assert_int_equal(registry_read_history(&counter->registry, &runs, before, NULL, NULL, &history), REGISTRY_DONE);
    const char *parts = parts_in(counter, &history, id);
    history_free(&history);
    return parts;
}

/* What a month that is decided by what was known at a change has of a bill. */
static const char *parts_decided(struct counter *counter, month_number when, int64_t known, const char *id) {
    struct decided decided;
    begin(counter, when, known, &decided);
    const char *parts = parts_in(counter, &decided.history, id);
    end(&decided);
    return parts;
}

#define B1 "anna/2018-06-10/B1/c1"
#define B2 "anna/2018-07-10/B2/c1"
#define B3 "anna/2018-08-10/B3/c1"
#define I1 "ben/2018-07-11/I1/c1"
#define I2 "anna/2018-06-01/I2/c1"

static void settle_three(struct counter *of) {
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "anna", "c1", "B1", "2018-06-10", "120.50"));
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "anna", "c1", "B2", "2018-07-10", "100"));
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "anna", "c1", "B3", "2018-08-10", "80"));
    assert_string_equal(counter_year(of, "anna", 0), "B1 60.25 10.25 50.00, B2 39.75 10.25 50.00, B3 0.00 30.00 50.00");
}

static void expect_three(struct counter *counter, month_number when) {
    assert_string_equal(parts_decided(counter, when, REGISTRY_NOW, B1), "6025 1025 5000 ");
    assert_string_equal(parts_decided(counter, when, REGISTRY_NOW, B2), "3975 1025 5000 ");
    assert_string_equal(parts_decided(counter, when, REGISTRY_NOW, B3), "0 3000 5000 ");
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

/* Before, in and after the month that is decided; of a person who is not ill any more in it. */
static void settled_bills_stand_in_every_month(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    settle_three(&counter);
    import(&counter, month(7), "person", "anna", "f", "ill=no");
    import_bill(&counter, "ben", "I1", "2018-07-11", "70");
    for (int number = 6; number <= 9; number++) {
        expect_three(&counter, month(number));
        decide(&counter, month(number));
        expect_three(&counter, month(number)); /* decided again */
        expect_three(&counter, month(number + 1));
    }
    decide(&counter, month(7));
    expect_three(&counter, month(7));
    assert_string_equal(parts_before(&counter, month(8), I1), "0 2000 5000 ");
    assert_string_equal(counter_year(&counter, "anna", 0),
                        "B1 60.25 10.25 50.00, B2 39.75 10.25 50.00, B3 0.00 30.00 50.00");
    counter_close(&counter);
}
ON_BOTH(settled_bills_stand_in_every_month)

/* An imported one is settled by the run, and leaves those behind it alone, until the person has another settlement. */
static void import_late(struct counter *of, bool decided) {
    counter_open(of, DATABASE_FILE);
    settle_three(of);
    decide(of, month(6));
    import_bill(of, "anna", "I2", "2018-06-01", "100");
    assert_string_equal(parts_decided(of, month(7), REGISTRY_NOW, I2), "5000 0 5000 ");
    expect_three(of, month(6));
    expect_three(of, month(7));
    if (decided) decide(of, month(7));
    if (decided) decide(of, month(8));
    expect_three(of, month(8));
}

static void imported_ones_leave_settled_ones_alone(void **state) {
    (void)state;
    for (int decided = 0; decided < 2; decided++) {
        struct counter counter;
        import_late(&counter, decided);
        const struct settlement_answer *answer = SETTLE("anna", "c2", "B4", "2018-09-01", "60");
        assert_string_equal(counter_parts(&counter, &answer->bill), "0.00 10.00 50.00");
        assert_string_equal(counter_year(&counter, "anna", 0),
                            "B1 50.00 20.50 50.00, B2 0.00 50.00 50.00, B3 0.00 30.00 50.00, B4 0.00 10.00 50.00");
        assert_string_equal(parts_decided(&counter, month(9), REGISTRY_NOW, B1), "5000 2050 5000 ");
        assert_string_equal(parts_decided(&counter, month(9), REGISTRY_NOW, I2), "5000 0 5000 ");
        counter_close(&counter);
    }
}

/* What an earlier run knew is what it knew. */
static void a_run_does_not_see_what_came_later(enum database database) {
    struct counter counter;
    int64_t known;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-06-10", "120.50");
    decide(&counter, month(6));
    assert_int_equal(registry_last_change(&counter.registry, &known), REGISTRY_DONE);
    SETTLE("anna", "c2", "B0", "2018-06-09", "160");
    assert_string_equal(parts_decided(&counter, month(6), known, B1), "6025 1025 5000 ");
    assert_string_equal(parts_decided(&counter, month(6), REGISTRY_NOW, B1), "2000 5050 5000 ");
    assert_string_equal(parts_decided(&counter, month(6), known, "anna/2018-06-09/B0/c2"), "- - - ");
    assert_string_equal(parts_decided(&counter, month(7), REGISTRY_NOW, "anna/2018-06-09/B0/c2"), "8000 3000 5000 ");
    CANCEL("c1", "B1");
    assert_string_equal(parts_decided(&counter, month(6), known, B1), "6025 1025 5000 ");
    assert_string_equal(parts_decided(&counter, month(7), REGISTRY_NOW, B1), "- - - ");
    counter_close(&counter);
}
ON_BOTH(a_run_does_not_see_what_came_later)

/* What was cancelled at the window and is imported all the same is a bill like any other. */
static void cancelled_ones_may_be_imported(void **state) {
    (void)state;
    struct counter counter;
    counter_open(&counter, DATABASE_FILE);
    SETTLE("anna", "c1", "B1", "2018-06-10", "120.50");
    CANCEL("c1", "B1");
    import_bill(&counter, "anna", "B1", "2018-06-10", "120.50");
    decide(&counter, month(6));
    import(&counter, month(6), "person", "anna", "f", "ill=no");
    assert_string_equal(parts_before(&counter, month(7), B1), "6025 1025 5000 ");
    assert_string_equal(parts_decided(&counter, month(7), REGISTRY_NOW, B1), "6025 1025 5000 ");
    decide(&counter, month(7));
    assert_string_equal(parts_before(&counter, month(8), B1), "6025 1025 5000 ");
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-06-10", "120.50");
    assert_int_equal(answer->refusal, SETTLEMENT_CANCELLED);
    counter_close(&counter);
}

/* One that was imported, and settled by a run, is presented: it stands as it was found, and can be cancelled. */
static size_t imported_of(struct counter *counter, const char *person, int year) {
    struct settled_bills bills;
    const struct entity *event = settled_event(counter->stage.policy, TEXT(""));
    assert_int_equal(
        settler_read(&counter->settler, event, text_from(person), year, REGISTRY_NOW, &counter->arena, &bills),
        REGISTRY_DONE);
    return bills.imported;
}

static void imported_ones_may_be_presented(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    import_bill(&counter, "anna", "B1", "2018-06-10", "120.50");
    decide(&counter, month(6));
    assert_int_equal(imported_of(&counter, "anna", 2018), 1);
    assert_int_equal(imported_of(&counter, "anna", 2017), 0);
    assert_int_equal(imported_of(&counter, "ben", 2018), 0);
    import(&counter, month(6), "person", "anna", "f", "ill=no");
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-06-10", "120.50");
    assert_int_equal(answer->outcome, SETTLEMENT_DONE);
    assert_string_equal(counter_parts(&counter, &answer->bill), "60.25 10.25 50.00");
    assert_string_equal(parts_decided(&counter, month(6), REGISTRY_NOW, B1), "6025 1025 5000 ");
    assert_int_equal(imported_of(&counter, "anna", 2018), 0);
    decide(&counter, month(7));
    CANCEL("c1", "B1");
    assert_string_equal(parts_decided(&counter, month(7), REGISTRY_NOW, B1), "- - - ");
    decide(&counter, month(8));
    assert_string_equal(parts_before(&counter, month(9), B1), "- - - ");
    assert_string_equal(counter_year(&counter, "anna", 0), "");
    counter_close(&counter);
}
ON_BOTH(imported_ones_may_be_presented)

#define I3 "anna/2018-08-10/I3/c1"

/* What a run found of an imported one gives way to what is settled in front of it, and is as it was when that is
 * cancelled: in the next month that is decided, and at the window. */
static void imported_ones_behind_are_found_anew(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    import_bill(&counter, "anna", "I3", "2018-08-10", "100");
    decide(&counter, month(8));
    assert_string_equal(parts_before(&counter, month(9), I3), "5000 0 5000 ");
    SETTLE("anna", "c1", "B1", "2018-07-10", "120.50");
    assert_string_equal(parts_decided(&counter, month(9), REGISTRY_NOW, I3), "3975 1025 5000 ");
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B4", "2018-09-01", "80");
    assert_string_equal(counter_parts(&counter, &answer->bill), "0.00 30.00 50.00");
    decide(&counter, month(9));
    assert_string_equal(parts_before(&counter, month(10), I3), "3975 1025 5000 ");
    import(&counter, month(8), "person", "anna", "f", "ill=no"); /* what stands is not found again and again */
    assert_string_equal(parts_decided(&counter, month(10), REGISTRY_NOW, I3), "3975 1025 5000 ");
    import(&counter, month(8), "person", "anna", "f", "ill=yes");
    CANCEL("c1", "B1");
    assert_string_equal(parts_decided(&counter, month(10), REGISTRY_NOW, I3), "5000 0 5000 ");
    decide(&counter, month(10));
    assert_string_equal(parts_before(&counter, month(11), I3), "5000 0 5000 ");
    counter_close(&counter);
}
ON_BOTH(imported_ones_behind_are_found_anew)

/* What a bill only reads could not be computed, because of a range or a division: what rests on it is open, and the
 * bill is held by nobody. */
static void what_rests_on_a_fault_elsewhere_is_open(enum database database) {
    static const char *const inputs[] = {"ill=yes share=9", "ill=yes share=0"};
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct counter counter;
        counter_open(&counter, database);
        import(&counter, month(6), "person", "anna", "f", inputs[i]);
        decide(&counter, month(7));
        const struct settlement_answer *answer = SETTLE("anna", "c1", "B1", "2018-07-10", "120.50");
        assert_int_equal(answer->outcome, SETTLEMENT_DONE);
        assert_string_equal(counter_parts(&counter, &answer->bill), "? ? ?");
        assert_int_equal(answer->bill.open, 12050);
        assert_true(answer->bill.parts[0].missing[0].length && answer->bill.parts[0].missing[1].length);
        assert_int_equal(CANCEL("c1", "B1")->outcome, SETTLEMENT_DONE);
        assert_string_equal(counter_year(&counter, "anna", 0), "");
        counter_close(&counter);
    }
}
ON_BOTH(what_rests_on_a_fault_elsewhere_is_open)

#define I4 "anna/2018-07-10/I4/c1"

/* Of one day in the order of their numbers, whichever way they came. */
static void imported_ones_of_the_same_day_are_found_anew(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B2", "2018-07-10", "120.50");
    import_bill(&counter, "anna", "A0", "2018-07-10", "100");
    decide(&counter, month(7));
    const struct settlement_answer *answer = SETTLE("anna", "c1", "B4", "2018-09-01", "80");
    assert_string_equal(counter_parts(&counter, &answer->bill), "0.00 30.00 50.00");
    assert_string_equal(counter_year(&counter, "anna", 0), "B2 50.00 20.50 50.00, B4 0.00 30.00 50.00");
    counter_close(&counter);
    counter_open(&counter, database);
    import_bill(&counter, "anna", "I4", "2018-07-10", "100");
    decide(&counter, month(7));
    assert_string_equal(parts_before(&counter, month(8), I4), "5000 0 5000 ");
    SETTLE("anna", "c1", "B1", "2018-07-10", "120.50");
    struct settlement_request request =
        counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B4", "2018-09-01", "80");
    request.wants_facts = true;
    answer = counter_ask(&counter, request);
    assert_string_equal(counter_parts(&counter, &answer->bill), "0.00 30.00 50.00");
    assert_int_equal(answer->bill.facts.list.count, 2);
    assert_true(text_is(answer->bill.facts.list.items[1].plain, "100")); /* of aid before it: 60.25 and 39.75 */
    assert_string_equal(parts_decided(&counter, month(9), REGISTRY_NOW, I4), "3975 1025 5000 ");
    counter_close(&counter);
}
ON_BOTH(imported_ones_of_the_same_day_are_found_anew)

/* --- single rows -------------------------------------------------------------------------------------------------- */

static unsigned draw(uint64_t *chance, unsigned below) {
    *chance = *chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*chance >> 33) % below;
}

static int64_t key_of(void *context, const struct entity *entity, struct text id) {
    int64_t key = 0;
    assert_int_equal(registry_key_of(&((struct counter *)context)->registry, entity, id, &key), REGISTRY_DONE);
    return key;
}

static struct text id_of(void *context, const struct entity *entity, int64_t key) {
    struct counter *counter = context;
    struct text id = TEXT("");
    (void)registry_id_of(&counter->registry, entity, key, &counter->arena, &id);
    return id;
}

static bool same(const struct history *a, const struct history *b, const struct field *field, const struct value *left,
                 const struct value *right) {
    const struct entity *entity = reason_entity(a->policy, &left->reason);
    const struct reason *x = &left->reason, *y = &right->reason;
    if (left->state != right->state || x->kind != y->kind || x->field != y->field || x->index != y->index) return false;
    if (left->state == VALUE_KNOWN) return value_equal(&field->type, left, right);
    return x->day == y->day &&
           (!entity || text_equal(history_id(a, entity, (uint32_t)x->row), history_id(b, entity, (uint32_t)y->row)));
}

static void expect_same(const struct history *all, const struct history *one, const struct field *field, struct text id,
                        month_number until) {
    struct past_value a = {.month = 0}, b = {.month = 0};
    bool there = history_find(all, field, id, until, &a), found = history_find(one, field, id, until, &b);
    if (there != found || a.month != b.month || (there && !same(all, one, field, &a.value, &b.value)))
        fail_msg("%.*s of %.*s until %d is another", TEXT_ARG(field->name), TEXT_ARG(id), until);
}

/* A row's rules in each month, and what its events were settled with. */
static void hold_against(struct counter *counter, const struct history *all, const struct entity *entity,
                         struct text id, const struct registry_runs *runs) {
    const struct registry_rows_known rows = {counter, key_of, id_of};
    struct registry_run_rows run_rows;
    int64_t key = key_of(counter, entity, id);
    assert_int_equal(registry_run_rows_begin(&run_rows, &counter->registry, runs), REGISTRY_DONE);
    run_rows.most = 1; /* pages are forgotten between */
    for (size_t i = 0; i < entity->fields.count && key; i++)
        for (int number = 4; number <= 11; number++) {
            struct history one;
            const struct field *field = entity->fields.items[i];
            if (field->kind == FIELD_INPUT) continue;
            history_init(&one, counter->stage.policy);
            int64_t known;
            enum registry_result result =
                entity->is_event ? registry_recall_event(&run_rows, entity, key, id, 0, &one, &rows, &known)
                                 : registry_recall_rule(&run_rows, field, key, id, month(number), &one, &rows);
            assert_int_equal(result, REGISTRY_DONE);
            expect_same(all, &one, field, id, entity->is_event ? MONTH_LAST : month(number));
            history_free(&one);
        }
    registry_run_rows_end(&run_rows);
}

static void tell_by_chance(struct counter *counter, uint64_t *chance) {
    static const char *const people[] = {"anna", "anna2", "ben", "eve"};
    static const char *const ill[] = {"ill=yes", "ill=no", ""};
    char number[32], date[32];
    const char *person = people[draw(chance, 4)];
    switch (draw(chance, 4)) {
    case 0: import(counter, month(5 + (int)draw(chance, 5)), "person", person, "f", ill[draw(chance, 3)]); break;
    case 1: decide(counter, month(5 + (int)draw(chance, 5))); break;
    default:
        snprintf(number, sizeof number, "N%u", draw(chance, 6));
        snprintf(date, sizeof date, "2018-%02u-%02u", 5 + draw(chance, 5), 1 + draw(chance, 28));
        import_bill(counter, person, number, date, draw(chance, 2) ? "120.50" : "33.33");
    }
}

static void single_rows_are_read_alike(enum database database) {
    const char *told = getenv("DOUDI_SEEDS");
    unsigned seeds = told ? (unsigned)strtoul(told, NULL, 10) : database == DATABASE_FILE ? 12 : 3;
    for (unsigned seed = 1; seed <= seeds; seed++) {
        struct counter counter;
        struct history all;
        uint64_t chance = seed;
        counter_open(&counter, database);
        for (int step = 0; step < 20; step++) tell_by_chance(&counter, &chance);
        struct registry_runs runs = runs_of(&counter);
        history_init(&all, counter.stage.policy);
        assert_int_equal(registry_read_history(&counter.registry, &runs, month(12), NULL, NULL, &all), REGISTRY_DONE);
        for (size_t e = 0; e < counter.stage.policy->entities.count; e++) {
            const struct entity *entity = counter.stage.policy->entities.items[e];
            const struct text_set *ids = &all.tables[e].ids;
            for (uint32_t row = 0; row < ids->count; row++)
                hold_against(&counter, &all, entity, text_set_at(ids, row), &runs);
        }
        history_free(&all);
        counter_close(&counter);
    }
}
ON_BOTH(single_rows_are_read_alike)

static enum bill_assessed assessed(struct counter *counter, const char *person, const char *number, const char *date) {
    struct settlement_request request = counter_bill(counter, SETTLEMENT_QUOTE, person, "c1", number, date, "10");
    request.wants_facts = true;
    return counter_ask(counter, request)->bill.assessed;
}

/* Who is sick is the latest that was decided up to the month of the bill, and it is said of which month. */
static void it_is_said_which_month_was_decided(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    decide(&counter, month(6));
    import(&counter, month(8), "person", "anna", "f", "ill=no");
    assert_int_equal(assessed(&counter, "anna", "B1", "2018-05-31"), BILL_NEVER_ASSESSED);
    assert_int_equal(assessed(&counter, "anna", "B1", "2018-09-01"), BILL_ASSESSED);
    assert_int_equal(counter.answer.bill.assessed_in, month(6));
    assert_string_equal(counter_parts(&counter, &counter.answer.bill), "5.00 0.00 5.00");
    decide(&counter, month(8));
    assert_int_equal(assessed(&counter, "anna", "B1", "2018-07-31"), BILL_ASSESSED);
    assert_int_equal(counter.answer.bill.assessed_in, month(6));
    assert_int_equal(assessed(&counter, "anna", "B1", "2018-09-01"), BILL_ASSESSED);
    assert_int_equal(counter.answer.bill.assessed_in, month(8));
    assert_string_equal(counter_parts(&counter, &counter.answer.bill), "0.00 0.00 10.00");
    counter_close(&counter);
}
ON_BOTH(it_is_said_which_month_was_decided)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(settled_bills_stand_in_every_month),
        cmocka_unit_test(imported_ones_leave_settled_ones_alone),
        BOTH(a_run_does_not_see_what_came_later),
        cmocka_unit_test(cancelled_ones_may_be_imported),
        BOTH(imported_ones_may_be_presented),
        BOTH(imported_ones_behind_are_found_anew),
        BOTH(what_rests_on_a_fault_elsewhere_is_open),
        BOTH(imported_ones_of_the_same_day_are_found_anew),
        BOTH(single_rows_are_read_alike),
        BOTH(it_is_said_which_month_was_decided),
    };
    return cmocka_run_group_tests_name("runs_beside", tests, databases_begin, databases_end);
}
