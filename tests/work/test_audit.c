/* The books are held against what settlements say: whatever was altered in either is named, and what settles bills
 * never brings them out of step, whatever is told between. */
#include "counter.h"

#include "base/memory.h"
#include "work/audit.h"

#include <stdio.h>
#include <string.h>

static void expect(struct counter *counter, int64_t settlements, const char *differs) {
    struct settlement_audit audit;
    assert_int_equal(settlements_audit(&counter->registry, &audit), REGISTRY_DONE);
    if (!text_is(audit.differs, differs)) fail_msg("%.*s, and not %s", TEXT_ARG(audit.differs), differs);
    if (settlements >= 0) assert_int_equal(audit.settlements, settlements);
    assert_int_equal(audit.earlier, 0);
}

static void import(struct counter *counter, const char *entity, const char *id, const char *parent,
                   const char *inputs) {
    struct registry_taken taken[16] = {0};
    struct registry_change change = {.instant = 3, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    book_tell_anew(&counter->stage);
    stage_row(&counter->stage, entity, id, parent, inputs);
    assert_int_equal(registry_begin_change(&counter->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&counter->registry, &change, &counter->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&counter->registry), REGISTRY_DONE);
}

/* Late, corrected, cancelled, open. */
static void fill(struct counter *of) {
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "anna", "c1", "B2", "2018-08-03", "120.50"));
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "anna", "c1", "B3", "2018-09-03", "100"));
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "eve", "c1", "E1", "2018-09-03", "100"));
    counter_ask(of, counter_bill(of, SETTLEMENT_SETTLE, "anna", "c2", "B1", "2018-07-03", "160"));
    counter_ask(of, counter_bill(of, SETTLEMENT_CORRECT, "anna", "c1", "B2", "2018-08-04", "90"));
    counter_ask(of, counter_bill(of, SETTLEMENT_CANCEL, NULL, "c1", "B3", NULL, NULL));
}

/* --- what was altered --------------------------------------------------------------------------------------------- */

static void what_was_altered_is_named(enum database database) {
    static const struct {
        const char *sql, *differs;
    } alterations[] = {
        {"UPDATE _transfers SET _amount = _amount + 1 WHERE _transfer = 1", "_settlements 1"},
        {"UPDATE _transfers SET _amount = 0 WHERE _transfer = 2", "_transfers 2"},
        {"UPDATE _transfers SET _credit = _debit WHERE _transfer = 3", "_transfers 3"},
        {"UPDATE _transfers SET _credit = 900 WHERE _transfer = 3", "_transfers 3"},
        {"UPDATE _transfers SET _debit = _credit, _credit = _debit WHERE _transfer = 5", "_settlements 2"},
        {"UPDATE _transfers SET _of = 3 WHERE _transfer = 1", "_settlements 1"},
        {"UPDATE _transfers SET _of = 400 WHERE _transfer = 4", "_transfers 4"},
        {"UPDATE _transfers SET _cause = 'gift' WHERE _transfer = 4", "_transfers 4"},
        {"DELETE FROM _transfers WHERE _transfer = 1", "_settlements 1"},
        {"INSERT INTO _transfers SELECT _transfer + 1000, _change, _day, _cause, _of, _debit, _credit, _amount "
         "FROM _transfers WHERE _transfer = 6",
         "_settlements 2"},
        {"DELETE FROM _accounts WHERE _account = 2", "_accounts 3"},
        {"UPDATE _accounts SET _fund = 'top' WHERE _account = 1", "_settlements 1"},
        {"UPDATE _accounts SET _row = 77 WHERE _account = 2", "_settlements 1"},
        {"UPDATE _settlements SET _kind = 3 WHERE _settlement = 2", "_settlements 2"},
        {"UPDATE _settlements SET _key = 1 WHERE _settlement = 2", "_settlements 2"},
        {"UPDATE _settlements SET _at = 2 WHERE _settlement = 1", "_settlements 1"},
        {"UPDATE _settlements SET _event = 'bell' WHERE _settlement = 1", "_settlements 1"},
        {"UPDATE _settlements SET _month = 99999999 WHERE _settlement = 1", "_settlements 1"},
        {"UPDATE _settlements SET _values = (SELECT s._values FROM _settlements AS s WHERE s._settlement = 1) "
         "WHERE _settlement = 2",
         "_settlements 2"},
        {"DELETE FROM _settlements WHERE _settlement = 3", "_transfers 7"},
        {"DELETE FROM _kinds WHERE _kind = 1", "_settlements 1"},
    };
    struct counter counter;
    counter_open(&counter, database);
    fill(&counter);
    expect(&counter, 9, "");
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        assert_true(store_begin(counter.store, STORE_TO_WRITE));
        if (!store_do(counter.store, alterations[i].sql))
            fail_msg("%s: %s", alterations[i].sql, store_trouble(counter.store)->words);
        print_message("# %s\n", alterations[i].sql);
        expect(&counter, -1, alterations[i].differs);
        store_roll_back(counter.store);
    }
    expect(&counter, 9, "");
    counter_close(&counter);
}
ON_BOTH(what_was_altered_is_named)

/* --- what is told between ----------------------------------------------------------------------------------------- */

/* A bill that stands is told with another total; what it moved before is what it moved. */
static void a_total_told_otherwise_leaves_the_books_right(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    SETTLE("anna", "c1", "B1", "2018-07-03", "120.50");
    import(&counter, "bill", "", "anna", "left=2018-07-03 came=2018-07-03 number=B1 clinic=c1 cost=200");
    expect(&counter, 1, "");
    SETTLE("anna", "c1", "B0", "2018-07-01", "20");
    assert_string_equal(counter_year(&counter, "anna", 0), "B0 10.00 0.00 10.00, B1 90.00 60.00 50.00");
    expect(&counter, 3, "");
    assert_string_equal(counter_moved(&counter, 3), "borne aid > due aid c1 29.75, borne top > due top c1 49.75");
    CANCEL("c1", "B1");
    expect(&counter, 4, "");
    assert_string_equal(counter_year(&counter, "anna", 0), "B0 10.00 0.00 10.00");
    counter_close(&counter);
}
ON_BOTH(a_total_told_otherwise_leaves_the_books_right)

/* What is open is nobody's, and moves when it is known. */
static void what_was_open_moves_once(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    const struct settlement_answer *answer = SETTLE("eve", "c1", "B1", "2018-07-03", "120.50");
    assert_string_equal(counter_parts(&counter, &answer->bill), "? 70.50 ?");
    assert_string_equal(counter_moved(&counter, 1), "borne top > due top c1 70.50, open c1 > awaited c1 50.00");
    expect(&counter, 1, "");
    import(&counter, "person", "eve", "f", "ill=yes");
    SETTLE("eve", "c1", "B0", "2018-07-01", "20");
    assert_string_equal(counter_year(&counter, "eve", 0), "B0 10.00 0.00 10.00, B1 60.25 10.25 50.00");
    expect(&counter, 3, "");
    CORRECT("eve", "c1", "B1", "2018-07-04", "100");
    CANCEL("c1", "B0");
    expect(&counter, -1, "");
    CANCEL("c1", "B1");
    expect(&counter, -1, "");
    assert_string_equal(counter_year(&counter, "eve", 0), "");
    counter_close(&counter);
}
ON_BOTH(what_was_open_moves_once)

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct counter counter;
    struct settlement_audit audit;
    bool done = false;
    long successes = 0;
    counter_open(&counter, DATABASE_FILE);
    fill(&counter);
    for (; !done; successes++) {
        memory_fail_after(successes);
        enum registry_result result = settlements_audit(&counter.registry, &audit);
        done = !memory_has_failed();
        memory_fail_after(-1);
        if (result != (done ? REGISTRY_DONE : REGISTRY_NO_MEMORY)) fail_msg("after %ld: %d", successes, result);
        if (done || !arena_failed(&counter.registry.arena)) continue;
        settler_end(&counter.settler);
        registry_close(&counter.registry);
        assert_int_equal(registry_open(&counter.registry, counter.store, counter.stage.policy), REGISTRY_DONE);
        assert_int_equal(settler_begin(&counter.settler, &counter.registry), REGISTRY_DONE);
    }
    assert_true(successes > 10);
    assert_int_equal(audit.settlements, 9);
    counter_close(&counter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(what_was_altered_is_named),
        BOTH(a_total_told_otherwise_leaves_the_books_right),
        BOTH(what_was_open_moves_once),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests_name("audit", tests, databases_begin, databases_end);
}
