/* Statements that are freed and taken again, and what is asked of a server before it is begun; on both databases. */
#include "people.h"

#include <stdio.h>

#include <libpq-fe.h>

/* --- the client's library ----------------------------------------------------------------------------------------- */

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker wants these names */
int __real_PQsendPrepare(PGconn *connection, const char *name, const char *sql, int count, const Oid *types);
int __wrap_PQsendPrepare(PGconn *connection, const char *name, const char *sql, int count, const Oid *types);
int __real_PQsendQueryPrepared(PGconn *connection, const char *name, int count, const char *const *values,
                               const int *lengths, const int *formats, int format);
int __wrap_PQsendQueryPrepared(PGconn *connection, const char *name, int count, const char *const *values,
                               const int *lengths, const int *formats, int format);

static bool prepare_fails, values_fail; /* as where memory runs out: once */

static bool fails_once(bool *wanted) {
    bool fails = *wanted;
    *wanted = false;
    return fails;
}

int __wrap_PQsendPrepare(PGconn *connection, const char *name, const char *sql, int count, const Oid *types) {
    return fails_once(&prepare_fails) ? 0 : __real_PQsendPrepare(connection, name, sql, count, types);
}

int __wrap_PQsendQueryPrepared(PGconn *connection, const char *name, int count, const char *const *values,
                               const int *lengths, const int *formats, int format) {
    if (fails_once(&values_fail)) return 0;
    return __real_PQsendQueryPrepared(connection, name, count, values, lengths, formats, format);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* --- what is asked ahead ------------------------------------------------------------------------------------------ */

enum { ASKED = 300 }; /* more than a server is asked at once */

static void add_asked(struct store *store) {
    char name[32];
    assert_true(store_begin(store, STORE_TO_WRITE));
    for (int i = 1; i <= ASKED; i++) {
        snprintf(name, sizeof name, "n%d", i);
        add(store, i, name);
    }
    assert_true(store_commit(store));
}

static void expect_name(struct statement *query, int64_t number) {
    char name[32];
    const struct store_value value = store_integer(number);
    snprintf(name, sizeof name, "n%d", (int)number);
    assert_true(statement_begin(query, &value, 1));
    assert_int_equal(statement_next(query), number <= ASKED);
    if (number <= ASKED) assert_true(text_is(statement_text(query, 0), name));
    assert_int_equal(statement_next(query), false);
    statement_end(query);
}

static void ask_for(struct statement *query, int64_t number) {
    const struct store_value value = store_integer(number);
    statement_ask(query, &value, 1);
}

static const char name_of_number[] = "SELECT name FROM people WHERE number = $1";

/* Whatever was asked, in whatever order, and whatever comes between. */
static void what_is_asked_ahead_is_answered(enum database database) {
    struct store *store = with_people(database);
    add_asked(store);
    struct statement *query = store_prepare(store, name_of_number),
                     *same = store_prepare(store, "SELECT name FROM people WHERE number = $1 OR number = -1");
    ask_for(query, 1); /* in vain: outside a transaction the next word is as good */
    assert_true(store_begin(store, STORE_TO_READ));
    ask_for(query, 3);
    ask_for(same, 3);
    ask_for(query, ASKED + 1);
    ask_for(query, 3); /* once more */
    ask_for(query, 4);
    expect_name(query, 5);
    expect_name(query, 4);
    expect_name(query, ASKED + 1);
    expect_name(same, 3);
    assert_int_equal(count_of(store), ASKED);
    for (int i = 1; i <= ASKED; i++) ask_for(query, i);
    struct statement *scan = store_scan(store, &(struct store_scan_of){.table = &people, .first = 7, .last = 7});
    assert_non_null(scan);
    assert_true(statement_next(scan));
    assert_int_equal(statement_integer(scan, 0), 7);
    store_scan_end(scan);
    for (int i = ASKED; i >= 1; i--) expect_name(query, i);
    ask_for(query, 9);
    statement_free(query); /* and taken again */
    query = store_prepare(store, name_of_number);
    expect_name(query, 9);
    for (int i = 1; i < ASKED; i++) ask_for(query, i); /* nobody comes for most of these, and some give way */
    expect_name(query, ASKED - 1);
    for (int i = ASKED - 1; i >= 1; i--) ask_for(same, i);
    expect_name(same, 1);
    expect_name(query, 1);
    ask_for(query, 10); /* nobody waits for it */
    store_roll_back(store);
    assert_false(store_failed(store));
    expect_name(query, 10);
    statement_free(query);
    statement_free(same);
    store_close(store);
}

/* What was asked before something was written is asked anew behind it. */
static void what_is_asked_is_of_its_transaction(enum database database) {
    struct store *store = with_people(database), *other = other_connection();
    struct statement *query = store_prepare(store, name_of_number);
    assert_true(store_begin(store, STORE_TO_READ));
    ask_for(query, 1);
    expect_name(query, ASKED + 1);
    store_roll_back(store);
    add_asked(other);
    store_close(other);
    expect_name(query, 1);
    assert_true(store_begin(store, STORE_TO_WRITE));
    ask_for(query, ASKED);
    assert_true(store_do(store, "UPDATE people SET name = 'n1' WHERE number = 300"));
    const struct store_value last = store_integer(ASKED);
    assert_true(statement_begin(query, &last, 1));
    assert_true(statement_next(query));
    assert_true(text_is(statement_text(query, 0), "n1"));
    statement_end(query);
    assert_true(store_commit(store));
    statement_free(query);
    store_close(store);
}

static void a_mistake_that_is_asked_is_told(enum database database) {
    struct store *store = with_people(database);
    add_asked(store);
    struct statement *wrong = store_prepare(store, "SELECT nobody FROM people WHERE number = $1"),
                     *query = store_prepare(store, name_of_number);
    const struct store_value value = store_integer(1);
    for (int round = 0; round < 2; round++) {
        assert_true(store_begin(store, STORE_TO_READ));
        ask_for(query, 1);
        ask_for(wrong, 1);
        ask_for(query, 2);
        assert_false(statement_begin(wrong, &value, 1));
        assert_int_equal(store_trouble(store)->failure, STORE_MISTAKE);
        assert_false(statement_begin(query, &value, 1));
        store_roll_back(store);
        expect_name(query, 2);
    }
    statement_free(wrong);
    statement_free(query);
    store_close(store);
}

/* --- statements that were asked before ---------------------------------------------------------------------------- */

/* -1: it failed. */
static int64_t answer(struct store *store, int64_t wanted) {
    char sql[40];
    snprintf(sql, sizeof sql, "SELECT %lld", (long long)wanted);
    struct statement *query = store_prepare(store, sql);
    int64_t found = statement_begin(query, NULL, 0) && statement_next(query) ? statement_integer(query, 0) : -1;
    statement_free(query); /* which ends it, too */
    return found;
}

/* More than are kept, so that the server is told to forget some; each of them twice, once just before. */
static void other_statements_give_other_answers(enum database database) {
    enum { MANY = 600 };
    struct store *store = with_people(database);
    for (int64_t i = 0; i < MANY; i++) {
        assert_int_equal(answer(store, i), i);
        assert_int_equal(answer(store, i / 2), i / 2);
    }
    store_close(store);
}

/* A row that was read holds nothing back once its statement is freed. */
static void a_freed_statement_holds_nothing(enum database database) {
    struct store *store = with_people(database), *other = other_connection();
    add(store, 1, "甲");
    add(store, 2, "乙");
    struct statement *query = store_prepare(store, "SELECT number FROM people ORDER BY number");
    assert_true(statement_begin(query, NULL, 0) && statement_next(query));
    statement_free(query);
    add(other, 3, "丙");
    assert_int_equal(count_of(store), 3); /* it is no older sight of them */
    assert_true(store_do(store, "DROP TABLE people"));
    store_close(other);
    store_close(store);
}

/* What could not be sent fails alone: those behind it are asked as if it had not been there. */
static void what_is_not_sent_fails_alone(void **state) {
    enum { MANY = 300, AFTER = 70 }; /* more than are kept, and than are forgotten at once */
    (void)state;
    struct store *store = with_people(DATABASE_SERVER);
    for (int64_t i = 0; i < MANY; i++) assert_int_equal(answer(store, i), i);
    for (int time = 0; time < 2; time++) {
        prepare_fails = time == 0;
        values_fail = time == 1;
        int64_t first = (time + 1) * MANY;
        assert_int_equal(answer(store, first), -1);
        assert_int_equal(store_trouble(store)->failure, STORE_NO_MEMORY);
        for (int64_t i = first; i < first + AFTER; i++) assert_int_equal(answer(store, i), i);
    }
    store_close(store);
}

/* So does what is asked ahead: with all that was asked then, and nothing behind it. */
static void what_is_not_asked_fails_with_its_transaction(void **state) {
    (void)state;
    struct store *store = with_people(DATABASE_SERVER);
    struct statement *query = store_prepare(store, name_of_number);
    add_asked(store);
    for (int time = 0; time < 2; time++) {
        assert_true(store_begin(store, STORE_TO_READ));
        ask_for(query, 1);
        prepare_fails = time == 0;
        values_fail = time == 1;
        struct statement *other = store_prepare(store, time ? "SELECT $1 + 1" : "SELECT $1 + 2");
        ask_for(other, 1);
        const struct store_value value = store_integer(1);
        assert_false(statement_begin(query, &value, 1));
        assert_int_equal(store_trouble(store)->failure, STORE_NO_MEMORY);
        store_roll_back(store);
        expect_name(query, 2);
        assert_true(statement_begin(other, &value, 1) && statement_next(other));
        assert_int_equal(statement_integer(other, 0), 3 - time);
        statement_free(other);
    }
    statement_free(query);
    store_close(store);
}

/* Nothing else can be asked of a server while rows are scanned: that is told, and nobody waits for ever. */
static void a_statement_within_a_scan_is_refused(void **state) {
    const size_t all[] = {0};
    (void)state;
    struct store *store = with_people(DATABASE_SERVER);
    add(store, 1, "甲");
    assert_true(store_begin(store, STORE_TO_READ));
    struct statement *scan = store_scan(store, &(struct store_scan_of){&people, all, 1, 1, 1});
    assert_non_null(scan);
    assert_int_equal(answer(store, 1), -1);
    store_scan_end(scan);
    store_roll_back(store);
    assert_int_equal(answer(store, 1), 1);
    store_close(store);
}

ON_BOTH(other_statements_give_other_answers)
ON_BOTH(a_freed_statement_holds_nothing)
ON_BOTH(what_is_asked_ahead_is_answered)
ON_BOTH(what_is_asked_is_of_its_transaction)
ON_BOTH(a_mistake_that_is_asked_is_told)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(other_statements_give_other_answers),
        BOTH(a_freed_statement_holds_nothing),
        BOTH(what_is_asked_ahead_is_answered),
        BOTH(what_is_asked_is_of_its_transaction),
        BOTH(a_mistake_that_is_asked_is_told),
        cmocka_unit_test(what_is_not_sent_fails_alone),
        cmocka_unit_test(what_is_not_asked_fails_with_its_transaction),
        cmocka_unit_test(a_statement_within_a_scan_is_refused),
    };
    return cmocka_run_group_tests_name("statements", tests, databases_begin, databases_end);
}
