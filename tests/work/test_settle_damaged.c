/* Rows of settlements, accounts and transfers that were altered, removed or added are found, and reading them never
 * crashes; memory that runs out while bills are settled is told, and nothing was changed.
 *
 * DOUDI_FLIPS says how many bits of what bills were settled with are altered, one at a time (300). */
#include "base/memory.h"
#include "counter.h"
#include "registry/registry_inside.h"
#include "registry/runs.h"

#include <stdlib.h>
#include <string.h>

/* Of whom it is not known whether she is ill something is open: kinds of other states, with rows of their reasons. */
static void fill(struct counter *of) {
    struct counter *all = of;
#define ASK(act, ...) counter_ask(all, counter_bill(all, act, __VA_ARGS__))
    ASK(SETTLEMENT_SETTLE, "anna", "c1", "B2", "2018-08-03", "120.50");
    ASK(SETTLEMENT_SETTLE, "anna", "c1", "B3", "2018-09-03", "100");
    ASK(SETTLEMENT_SETTLE, "eve", "c1", "E1", "2018-09-03", "100");
    ASK(SETTLEMENT_SETTLE, "anna", "c2", "B1", "2018-07-03", "160");
    ASK(SETTLEMENT_CANCEL, NULL, "c1", "B3", NULL, NULL);
#undef ASK
}

/* --- what was altered --------------------------------------------------------------------------------------------- */

/* All that was settled is read, by a settler and by runs; whatever comes of it, it is told. */
static enum registry_result read_all(struct counter *counter) {
    struct settled_bills bills;
    struct settler settler;
    struct registry_runs runs;
    struct history history;
    const struct entity *event = settled_event(counter->stage.policy, TEXT(""));
    static const char *const people[] = {"anna", "eve"};
    enum registry_result result = settler_begin(&settler, &counter->registry);
    for (size_t i = 0; i < 2 && result == REGISTRY_DONE; i++)
        result = settler_read(&settler, event, text_from(people[i]), 0, REGISTRY_NOW, &counter->arena, &bills);
    settler_end(&settler);
    history_init(&history, counter->stage.policy);
    enum registry_result read = registry_read_runs(&counter->registry, REGISTRY_NOW, &counter->arena, &runs);
    if (read == REGISTRY_DONE)
        read = registry_read_history(&counter->registry, &runs, MONTH_LAST - 1, NULL, NULL, &history);
    history_free(&history);
    return result == REGISTRY_DONE ? read : result;
}

static void expect_found(struct counter *counter, const char *sql) {
    struct registry_verdict verdict;
    assert_true(store_begin(counter->store, STORE_TO_WRITE));
    if (!store_do(counter->store, sql)) fail_msg("%s: %s", sql, store_trouble(counter->store)->words);
    enum registry_result result = read_all(counter);
    if (result != REGISTRY_DONE && result != REGISTRY_DAMAGED) fail_msg("%s: gives %d", sql, result);
    if (result == REGISTRY_DAMAGED) assert_true(counter->registry.differs.length > 0);
    assert_int_equal(registry_verify(&counter->registry, &verdict), REGISTRY_DONE);
    if (verdict.broken == REGISTRY_SOUND) fail_msg("%s: is not found", sql);
    store_roll_back(counter->store);
}

/* Each value of each row, one at a time. */
static void alter_values(struct counter *counter, const struct store_table *table) {
    struct builder sql;
    int64_t last = registry_highest(&counter->registry, table);
    builder_init(&sql);
    for (size_t k = 0; k < table->count; k++)
        for (int64_t row = 1; row <= last; row++) {
            struct text name = table->columns[k].name;
            if (table->columns[k].type == STORE_BYTES) continue; /* their bits are flipped */
            const char *other = table->columns[k].type == STORE_INTEGER ? ", 0) + 1000" : ", '') || 'x'";
            sql.length = 0;
            builder_format(&sql, "UPDATE %.*s SET %.*s = coalesce(%.*s%s WHERE %.*s = %lld", TEXT_ARG(table->name),
                           TEXT_ARG(name), TEXT_ARG(name), other, TEXT_ARG(table->columns[0].name), (long long)row);
            expect_found(counter, builder_text(&sql).bytes);
        }
    builder_free(&sql);
}

static void remove_and_add(struct counter *counter, const struct store_table *table) {
    struct builder sql;
    int64_t last = registry_highest(&counter->registry, table);
    assert_true(last >= 2);
    builder_init(&sql);
    for (int64_t row = 1; row <= last; row++) {
        sql.length = 0;
        builder_format(&sql, "DELETE FROM %.*s WHERE %.*s = %lld", TEXT_ARG(table->name),
                       TEXT_ARG(table->columns[0].name), (long long)row);
        expect_found(counter, builder_text(&sql).bytes);
        sql.length = 0;
        builder_format(&sql, "INSERT INTO %.*s SELECT %.*s + %lld", TEXT_ARG(table->name),
                       TEXT_ARG(table->columns[0].name), (long long)last);
        for (size_t k = 1; k < table->count; k++) builder_format(&sql, ", %.*s", TEXT_ARG(table->columns[k].name));
        builder_format(&sql, " FROM %.*s WHERE %.*s = %lld", TEXT_ARG(table->name), TEXT_ARG(table->columns[0].name),
                       (long long)row);
        expect_found(counter, builder_text(&sql).bytes);
    }
    builder_free(&sql);
}

static void every_row_altered_is_found(enum database database) {
    struct counter counter;
    counter_open(&counter, database);
    fill(&counter);
    assert_int_equal(read_all(&counter), REGISTRY_DONE);
    const struct store_table *const tables[] = {&registry_settlements_table, &registry_accounts_table,
                                                &registry_transfers_table, &registry_kinds_table};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        alter_values(&counter, tables[i]);
        remove_and_add(&counter, tables[i]);
    }
    assert_int_equal(read_all(&counter), REGISTRY_DONE);
    counter_close(&counter);
}
ON_BOTH(every_row_altered_is_found)

static void flip(struct counter *counter, uint64_t chance, struct builder *values) {
    struct statement *read = store_prepare(counter->store, "SELECT _values FROM _settlements WHERE _settlement = $1"),
                     *write =
                         store_prepare(counter->store, "UPDATE _settlements SET _values = $1 WHERE _settlement = $2");
    const struct store_value number =
        store_integer((int64_t)(chance >> 8) % registry_highest(&counter->registry, &registry_settlements_table) + 1);
    assert_true(statement_begin(read, &number, 1) && statement_next(read));
    values->length = 0;
    builder_add(values, statement_text(read, 0));
    statement_end(read);
    if (values->length == 0) builder_add(values, TEXT("\1")); /* of one that was cancelled */
    values->bytes[(chance >> 20) % values->length] ^= (char)(1 << (chance >> 60 & 7));
    if ((chance >> 52 & 15) == 0 && values->length > 1) values->length /= 2; /* cut short */
    const struct store_value altered[] = {store_bytes(builder_text(values)), number};
    assert_true(statement_run(write, altered, 2));
    statement_free(read);
    statement_free(write);
}

static void altered_values_are_found(enum database database) {
    struct counter counter;
    struct builder values;
    struct registry_verdict verdict;
    const char *told = getenv("DOUDI_FLIPS");
    size_t damaged = 0, times = told ? strtoul(told, NULL, 10) : 300;
    uint64_t chance = 3;
    builder_init(&values);
    counter_open(&counter, database);
    fill(&counter);
    for (size_t time = 0; time < times; time++) {
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        assert_true(store_begin(counter.store, STORE_TO_WRITE));
        flip(&counter, chance, &values);
        enum registry_result result = read_all(&counter);
        assert_true(result == REGISTRY_DONE || result == REGISTRY_DAMAGED);
        damaged += result == REGISTRY_DAMAGED;
        if (result == REGISTRY_DAMAGED) assert_true(counter.registry.differs.length > 0);
        assert_int_equal(registry_verify(&counter.registry, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.broken, REGISTRY_ROWS_ALTERED);
        store_roll_back(counter.store);
    }
    assert_true(damaged > times / 10);
    builder_free(&values);
    counter_close(&counter);
}
ON_BOTH(altered_values_are_found)

/* --- memory ------------------------------------------------------------------------------------------------------- */

static struct settlement_request request_of(struct counter *counter, int step) {
    switch (step) {
    case 0: return counter_bill(counter, SETTLEMENT_SETTLE, "anna", "c1", "B2", "2018-08-03", "120.50");
    case 1: return counter_bill(counter, SETTLEMENT_SETTLE, "anna", "c2", "B1", "2018-07-03", "160");
    case 2: return counter_bill(counter, SETTLEMENT_QUOTE, "anna", "c2", "B4", "2018-07-02", "10");
    case 3: return counter_bill(counter, SETTLEMENT_CORRECT, "anna", "c1", "B2", "2018-06-03", "90");
    default: return counter_bill(counter, SETTLEMENT_CANCEL, NULL, "c1", "B2", NULL, NULL);
    }
}

static int64_t last_change(struct counter *counter) {
    int64_t last;
    assert_int_equal(registry_last_change(&counter->registry, &last), REGISTRY_DONE);
    return last;
}

/* The settler goes on, unless the registry's own arena has failed with it. */
static void expect_nothing_changed(struct counter *counter, int64_t last, long successes) {
    struct registry_verdict verdict;
    if (arena_failed(&counter->registry.arena)) {
        settler_end(&counter->settler);
        registry_close(&counter->registry);
        assert_int_equal(registry_open(&counter->registry, counter->store, counter->stage.policy), REGISTRY_DONE);
        assert_int_equal(settler_begin(&counter->settler, &counter->registry), REGISTRY_DONE);
    }
    assert_int_equal(last_change(counter), last);
    if (successes % 16) return;
    assert_int_equal(registry_verify(&counter->registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_int_equal(ledger_verify(&counter->settler.ledger), REGISTRY_DONE);
}

static void run_out(struct counter *counter, int step) {
    bool done = false;
    long successes = 0;
    for (; !done; successes++) {
        struct registry_change change = {
            .instant = 2, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
        struct settlement_request request = request_of(counter, step);
        struct arena arena;
        int64_t last = last_change(counter);
        arena_init(&arena);
        memory_fail_after(successes);
        enum registry_result result = settler_settle(&counter->settler, &change, &request, 1, &arena, &counter->answer);
        done = !memory_has_failed();
        memory_fail_after(-1);
        if (result != (done ? REGISTRY_DONE : REGISTRY_NO_MEMORY))
            fail_msg("step %d, after %ld: %d", step, successes, result);
        if (done) assert_int_equal(counter->answer.outcome, SETTLEMENT_DONE);
        if (!done) expect_nothing_changed(counter, last, successes);
        arena_free(&arena);
    }
    assert_true(successes > 10);
    print_message("# step %d: memory ran out %ld times\n", step, successes - 1);
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct counter counter;
    counter_open(&counter, DATABASE_FILE);
    for (int step = 0; step <= 4; step++) {
        counter_come_anew(&counter); /* much is read */
        run_out(&counter, step);
        if (step == 1)
            assert_string_equal(counter_year(&counter, "anna", 0), "B1 80.00 30.00 50.00, B2 20.00 50.50 50.00");
        if (step == 3)
            assert_string_equal(counter_year(&counter, "anna", 0), "B2 45.00 0.00 45.00, B1 55.00 55.00 50.00");
    }
    assert_string_equal(counter_year(&counter, "anna", 0), "B1 80.00 30.00 50.00");
    counter_close(&counter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(every_row_altered_is_found),
        BOTH(altered_values_are_found),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests_name("settle_damaged", tests, databases_begin, databases_end);
}
