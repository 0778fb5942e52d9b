/* Every case on both databases: what was committed is there, what was not is not, and what fails has a name. */
#include "people.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* --- how many there may be ---------------------------------------------------------------------------------------- */

static void no_table_has_more_rows_than_there_may_be(enum database database) {
    enum { MANY = 20000 };
    struct store *store = with_people(database);
    int64_t before = store_rows_most(store);
    assert_true(before > 0);
    assert_true(store_begin(store, STORE_TO_WRITE));
    for (int i = 1; i <= MANY; i++) add(store, i, "");
    assert_true(store_rows_most(store) > before); /* also those that are not yet committed */
    assert_true(store_rows_most(store) >= MANY);
    assert_true(store_commit(store));
    store_close(store);
}

/* --- transactions ------------------------------------------------------------------------------------------------- */

static void committed_is_there(enum database database) {
    struct store *store = with_people(database), *other = other_connection();
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    assert_int_equal(count_of(store), 1);
    assert_int_equal(count_of(other), 0);
    assert_true(store_commit(store));
    assert_int_equal(count_of(other), 1);
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 2, "乙");
    store_roll_back(store);
    assert_int_equal(count_of(store), 1);
    store_close(other);
    store_close(store);
}

static void readers_see_what_was_there(enum database database) {
    struct store *store = with_people(database), *other = other_connection();
    assert_true(store_begin(other, STORE_TO_READ));
    assert_int_equal(count_of(other), 0);
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    assert_true(store_commit(store));
    assert_int_equal(count_of(other), 0);
    assert_true(store_commit(other));
    assert_int_equal(count_of(other), 1);
    store_close(other);
    store_close(store);
}

static void first_failure_ends_it(enum database database) {
    struct store *store = with_people(database);
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    add(store, 1, "乙");
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    add(store, 2, "丙"); /* does nothing */
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    assert_false(store_commit(store));
    assert_int_equal(count_of(store), 0);
    assert_true(store_begin(store, STORE_TO_WRITE)); /* another begins well */
    add(store, 2, "丙");
    assert_true(store_commit(store));
    assert_int_equal(count_of(store), 1);
    store_close(store);
}

static void an_open_transaction_is_forgotten(enum database database) {
    struct store *store = with_people(database);
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    store_close(store);
    store = other_connection();
    assert_int_equal(count_of(store), 0);
    store_close(store);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static void expect_row(const struct statement *row, const struct store_value *values) {
    for (size_t i = 0; i < people.count; i++) {
        assert_int_equal(statement_is_null(row, i), values[i].type == STORE_NULL);
        if (values[i].type == STORE_INTEGER) assert_int_equal(statement_integer(row, i), values[i].integer);
        if (values[i].type == STORE_TEXT || values[i].type == STORE_BYTES)
            assert_true(text_equal(statement_text(row, i), values[i].text));
        struct store_value value = statement_value(row, i, columns[i].type);
        assert_int_equal(value.type, values[i].type);
        assert_int_equal(value.integer, values[i].integer);
        assert_true(text_equal(value.text, values[i].text));
    }
}

static const struct store_value rows[][4] = {
    {{STORE_INTEGER, INT64_MIN, {0}}, {STORE_TEXT, 0, {"", 0}}, {STORE_NULL, 0, {0}}, {STORE_NULL, 0, {0}}},
    {{STORE_INTEGER, -1, {0}},
     {STORE_TEXT, 0, {"𠀀·'\"$1;--", 12}},
     {STORE_INTEGER, -1, {0}},
     {STORE_BYTES, 0, {"", 0}}},
    {{STORE_INTEGER, 0, {0}}, {STORE_TEXT, 0, {"0", 1}}, {STORE_INTEGER, 0, {0}}, {STORE_BYTES, 0, {"\0\xff\n\\", 4}}},
    {{STORE_INTEGER, 255, {0}},
     {STORE_TEXT, 0, {"\t\n\\N", 4}},
     {STORE_INTEGER, 256, {0}},
     {STORE_BYTES, 0, {"\\x", 2}}},
    {{STORE_INTEGER, INT64_MAX, {0}}, {STORE_TEXT, 0, {"z", 1}}, {STORE_INTEGER, INT64_MIN, {0}}, {STORE_NULL, 0, {0}}},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void expect_rows(struct store *store) {
    const size_t all[] = {0, 1, 2, 3};
    struct statement *query =
        store_prepare(store, "SELECT number, name, \"group\", sealed FROM people WHERE number = $1");
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(statement_begin(query, rows[i], 1));
        assert_true(statement_next(query));
        expect_row(query, rows[i]);
        assert_false(statement_next(query));
        statement_end(query);
    }
    statement_free(query);
    struct statement *scan = store_scan(store, &(struct store_scan_of){&people, all, 4, INT64_MIN, INT64_MAX});
    assert_non_null(scan);
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(statement_next(scan));
        expect_row(scan, rows[i]);
    }
    assert_false(statement_next(scan));
    store_scan_end(scan);
}

static void values_come_back(enum database database) {
    struct store *store = with_people(database);
    struct statement *insert = store_prepare(store, "INSERT INTO people VALUES ($1, $2, $3, $4)");
    assert_true(store_begin(store, STORE_TO_WRITE));
    for (size_t i = 0; i < ROWS; i++) assert_true(statement_run(insert, rows[i], 4));
    assert_true(store_commit(store));
    statement_free(insert);
    expect_rows(store);
    store_close(store);
}

static void loaded_rows_are_the_same(enum database database) {
    struct store *store = with_people(database);
    assert_true(store_begin(store, STORE_TO_WRITE));
    struct store_load *load = store_load_begin(store, &people);
    for (size_t i = 0; i < ROWS; i++) assert_true(store_load_row(load, rows[ROWS - 1 - i]));
    assert_true(store_load_end(load));
    assert_true(store_commit(store));
    expect_rows(store);
    store_close(store);
}

/* More than one piece of what goes over the wire; a part of it; one left before its end. */
static void many_rows_are_scanned(enum database database) {
    enum { MANY = 20000 };
    struct store *store = with_people(database);
    char name[24];
    assert_true(store_begin(store, STORE_TO_WRITE));
    struct store_load *load = store_load_begin(store, &people);
    for (int64_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "P%lld", (long long)i);
        const struct store_value values[] = {store_integer(i), store_text(text_from(name)), store_null(), store_null()};
        assert_true(store_load_row(load, values));
    }
    assert_true(store_load_end(load) && store_commit(store));
    const size_t names[] = {1, 0};
    struct statement *scan = store_scan(store, &(struct store_scan_of){&people, names, 2, 100, MANY - 101});
    int64_t next = 100;
    for (; statement_next(scan); next++) {
        snprintf(name, sizeof name, "P%lld", (long long)next);
        assert_true(text_is(statement_text(scan, 0), name));
        assert_int_equal(statement_integer(scan, 1), next);
    }
    assert_int_equal(next, MANY - 100);
    store_scan_end(scan);
    scan = store_scan(store, &(struct store_scan_of){&people, names, 1, 0, MANY});
    assert_true(statement_next(scan));
    store_scan_end(scan);
    scan = store_scan(store, &(struct store_scan_of){&people, names, 1, MANY, MANY + 5});
    assert_false(statement_next(scan));
    store_scan_end(scan);
    assert_int_equal(count_of(store), MANY);
    store_close(store);
}

static void a_load_that_conflicts_leaves_nothing(enum database database) {
    struct store *store = with_people(database);
    add(store, 0, "甲");
    assert_true(store_begin(store, STORE_TO_WRITE));
    struct store_load *load = store_load_begin(store, &people);
    for (size_t i = 0; i < ROWS; i++) store_load_row(load, rows[i]);
    assert_false(store_load_end(load));
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    assert_false(store_commit(store));
    assert_int_equal(count_of(store), 1);
    store_close(store);
}

/* So many that indexes may be made behind the last. */
static bool load_many(struct store *store, int64_t last) {
    enum { MANY = 15000 };
    char name[24];
    struct store_load *load = store_load_begin(store, &people);
    for (int64_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "P%lld", (long long)(i == MANY - 1 ? last : i));
        const struct store_value values[] = {store_integer(i), store_text(text_from(name)), store_null(), store_null()};
        store_load_row(load, values);
    }
    return store_load_end(load);
}

/* What a store keeps of itself stays as it was, however the indexes went. */
static void indexes_that_fail_leave_the_cache_as_it_was(void **state) {
    const struct text by[] = {{"name", 4}};
    int64_t sizes[3];
    (void)state;
    struct store *store = with_people(DATABASE_FILE);
    struct statement *query = store_prepare(store, "PRAGMA cache_size");
    assert_true(store_begin(store, STORE_TO_WRITE) && store_index(store, TEXT("people"), by, 1, true));
    assert_true(store_commit(store));
    for (int time = 0; time < 3; time++) {
        assert_true(statement_begin(query, NULL, 0) && statement_next(query));
        sizes[time] = statement_integer(query, 0);
        statement_end(query);
        assert_int_equal(sizes[time], sizes[0]);
        assert_true(store_begin(store, STORE_TO_WRITE));
        assert_int_equal(load_many(store, time == 0 ? 7 : -1), time > 0); /* the first conflicts */
        store_roll_back(store);
    }
    statement_free(query);
    store_close(store);
}

static void indexes_hold_while_many_rows_are_loaded(enum database database) {
    const struct text by[] = {{"name", 4}};
    struct store *store = with_people(database);
    assert_true(store_begin(store, STORE_TO_WRITE) && store_index(store, TEXT("people"), by, 1, true));
    assert_true(store_commit(store));
    assert_true(store_begin(store, STORE_TO_WRITE));
    assert_false(load_many(store, 7));
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    assert_false(store_commit(store));
    store_close(store);
    store = other_connection();
    assert_int_equal(count_of(store), 0);
    assert_true(store_has_index(store, TEXT("people"), by, 1));
    assert_true(store_begin(store, STORE_TO_WRITE) && load_many(store, -1) && store_commit(store));
    assert_true(store_has_index(store, TEXT("people"), by, 1));
    add(store, -1, "P7");
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    store_close(store);
}

/* Whoever reads goes on reading, and the indexes stay. */
static void many_rows_are_loaded_beside_a_scan(enum database database) {
    const struct text by[] = {{"name", 4}};
    const size_t all[] = {0};
    struct store *store = with_people(database);
    assert_true(store_begin(store, STORE_TO_WRITE) && store_index(store, TEXT("people"), by, 1, true));
    struct statement *query = store_prepare(store, "SELECT name FROM sqlite_schema"); /* which reads a table */
    if (database == DATABASE_FILE) assert_true(statement_begin(query, NULL, 0) && statement_next(query));
    assert_true(load_many(store, -1));
    if (database == DATABASE_FILE) assert_true(statement_next(query));
    statement_end(query);
    statement_free(query);
    assert_true(store_commit(store));
    struct statement *scan = store_scan(store, &(struct store_scan_of){&people, all, 1, 14999, 14999});
    assert_true(statement_next(scan) && !statement_next(scan));
    store_scan_end(scan);
    assert_true(store_has_index(store, TEXT("people"), by, 1));
    store_close(store);
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

static void tables_grow(enum database database) {
    struct store *store = with_people(database);
    const struct store_column more = {{"od\"d", 4}, STORE_INTEGER, false};
    const struct text by[] = {{"name", 4}};
    assert_true(store_has_table(store, TEXT("people")));
    assert_false(store_has_table(store, TEXT("peoples")));
    add(store, 1, "甲");
    assert_true(store_add_column(store, TEXT("people"), &more));
    assert_true(store_do(store, "UPDATE people SET \"od\"\"d\" = 5 WHERE \"od\"\"d\" IS NULL"));
    assert_true(store_index(store, TEXT("people"), by, 1, true));
    add(store, 2, "甲");
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    assert_false(store_create(store, &people));
    assert_int_equal(store_trouble(store)->failure, STORE_MISTAKE);
    assert_false(store_do(store, "SELEC"));
    store_close(store);
}

/* Names that are alike for longer than a server looks at. */
static void indexes_have_names_of_their_own(enum database database) {
#define LONG_TABLE "another_name_of_fifty_bytes_as_long_as_they_may_be"
#define LONG_COLUMN "a_name_of_fifty_bytes_which_is_as_long_as_may_be_1"
    static const struct store_column wide[] = {
        {{"number", 6}, STORE_INTEGER, true},
        {{LONG_COLUMN, 50}, STORE_TEXT, false},
        {{"a_name_of_fifty_bytes_which_is_as_long_as_may_be_2", 50}, STORE_TEXT, false}};
    static const struct store_table table = {{LONG_TABLE, 50}, wide, 3, false};
    static const int64_t by_bytes[] = {2, 1, 4, 3};
    struct store *store = database_new(database);
    assert_true(store_create(store, &table));
    for (size_t i = 1; i < 3; i++) {
        assert_false(store_has_index(store, table.name, &wide[i].name, 1));
        assert_true(store_index(store, table.name, &wide[i].name, 1, false));
        assert_true(store_has_index(store, table.name, &wide[i].name, 1));
    }
    assert_true(store_do(store, "INSERT INTO " LONG_TABLE " VALUES (1, 'a', ''), (2, 'B', ''), (3, '𠮷', ''), "
                                "(4, '￥', '')"));
    struct statement *query =
        store_prepare(store, "SELECT number FROM " LONG_TABLE " WHERE " LONG_COLUMN " > 'A' ORDER BY " LONG_COLUMN);
    assert_non_null(query);
    assert_true(statement_begin(query, NULL, 0));
    for (size_t i = 0; i < 4; i++) {
        assert_true(statement_next(query));
        assert_int_equal(statement_integer(query, 0), by_bytes[i]);
    }
    statement_end(query);
    statement_free(query);
    query = store_prepare(store, database == DATABASE_SERVER ? "SELECT count(*) FROM pg_indexes WHERE indexname = $1"
                                                             : "SELECT count(*) FROM sqlite_schema WHERE name = $1");
    const struct store_value name =
        store_text(TEXT("_by_20687ebaf7992a1d73ea2ec27027290a")); /* SHA-256, of any machine */
    assert_non_null(query);
    assert_true(statement_begin(query, &name, 1) && statement_next(query));
    assert_int_equal(statement_integer(query, 0), 1);
    statement_end(query);
    statement_free(query);
    if (database == DATABASE_SERVER) { /* whatever the locale of its own is */
        query = store_prepare(store, "SELECT pg_collation_for(" LONG_COLUMN ") FROM " LONG_TABLE);
        assert_non_null(query);
        assert_true(statement_begin(query, NULL, 0) && statement_next(query));
        assert_true(text_is(statement_text(query, 0), "\"C\""));
        statement_end(query);
        statement_free(query);
    }
    store_close(store);
}

static bool load_at(struct store *store, int64_t number, const char *place) {
    static const struct store_table placed = {{"people", 6}, columns, 4, true};
    const struct store_value values[] = {store_integer(number), store_text(TEXT("甲")), store_null(), store_null(),
                                         store_text(text_from(place))};
    struct store_load *load = store_load_begin(store, &placed);
    assert_non_null(load);
    store_load_row(load, values);
    return store_load_end(load);
}

static int64_t integer_of(struct store *store, const char *sql) {
    struct statement *query = store_prepare(store, sql);
    assert_non_null(query);
    assert_true(statement_begin(query, NULL, 0) && statement_next(query));
    int64_t found = statement_integer(query, 0);
    statement_end(query);
    statement_free(query);
    return found;
}

/* On a server alone, and the same rows either way. */
static void rows_lie_where_they_belong(enum database database) {
    static const struct store_table placed = {{"people", 6}, columns, 4, true};
    struct store *store = database_new(database);
    bool server = database == DATABASE_SERVER;
    assert_int_equal(store_has_places(store), server);
    assert_true(store_create(store, &placed) && store_index(store, placed.name, &columns[1].name, 1, false));
    assert_int_equal(store_parting(store, placed.name), server ? STORE_PARTED : STORE_UNPARTED);
    assert_true(load_at(store, 2, "53\"; --"));
    if (server) assert_true(store_do(store, "CREATE TABLE north PARTITION OF people FOR VALUES FROM ('61') TO ('62')"));
    assert_true(load_at(store, 1, "6101") && load_at(store, 3, "62") && load_at(store, 4, ""));
    struct statement *scan =
        store_scan(store, &(struct store_scan_of){.table = &placed, .first = INT64_MIN, .last = INT64_MAX});
    for (int64_t number = 1; number <= 4; number++) {
        assert_true(statement_next(scan));
        assert_int_equal(statement_integer(scan, 0), number);
    }
    assert_false(statement_next(scan));
    store_scan_end(scan);
    assert_false(load_at(store, 3, "63"));
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    assert_true(store_has_table(store, placed.name) && store_has_index(store, placed.name, &columns[1].name, 1));
    assert_true(store_add_column(store, placed.name, &(struct store_column){{"more", 4}, STORE_TEXT, false}));
    assert_true(load_at(store, 5, "6199"));
    if (server) {
        assert_int_equal(integer_of(store, "SELECT count(*) FROM north"), 2);
        assert_int_equal(integer_of(store, "SELECT count(*) FROM _here_people WHERE _place = '53\"; --'"), 1);
        assert_true(store_do(store, "CREATE TABLE plain (number BIGINT)"));
        assert_int_equal(store_parting(store, TEXT("plain")), STORE_UNPARTED);
        assert_true(store_do(store, "CREATE FOREIGN DATA WRAPPER none; CREATE SERVER south FOREIGN DATA WRAPPER none; "
                                    "CREATE FOREIGN TABLE f PARTITION OF people FOR VALUES FROM ('7') TO ('8') "
                                    "SERVER south"));
        assert_int_equal(store_parting(store, placed.name), STORE_SPREAD);
    }
    store_close(store);
}

static void what_must_be_there_is(enum database database) {
    struct store *store = with_people(database);
    struct statement *insert = store_prepare(store, "INSERT INTO people (number, name) VALUES ($1, $2)");
    const struct store_value values[] = {store_integer(1), store_null()};
    assert_false(statement_run(insert, values, 2));
    assert_int_equal(store_trouble(store)->failure, STORE_CONFLICT);
    statement_free(insert);
    store_close(store);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static enum store_failure failure_to_open(const char *url, enum store_opening opening) {
    struct store_trouble trouble;
    struct store *store = store_open(url, opening, &trouble);
    bool opened = store != NULL;
    store_close(store);
    return opened ? STORE_FINE : trouble.failure;
}

static void what_is_not_there_has_a_name(void **state) {
    (void)state;
    struct store *store = database_new(DATABASE_FILE);
    char path[500];
    assert_true(store_do(store, "CREATE TABLE t (a INTEGER) STRICT"));
    store_close(store);
    snprintf(path, sizeof path, "%s.none", database_url());
    assert_int_equal(failure_to_open(path, STORE_AS_IT_IS), STORE_NOT_THERE);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++) fputs("no database at all\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(failure_to_open(path, STORE_AS_IT_IS), STORE_NOT_OURS);
    assert_int_equal(failure_to_open("postgresql://nobody@/none?host=/nowhere", STORE_AS_IT_IS), STORE_NOT_THERE);
    assert_int_equal(failure_to_open(database_url(), STORE_AS_IT_IS), STORE_FINE);
}

/* It is looked at whether indexes say what tables do: here by a function that says another thing each time. */
static void an_index_that_lies_is_found(enum database kind) {
    struct store *store = database_new(kind);
    const struct text by_name[] = {people.columns[1].name};
    assert_true(store_begin(store, STORE_TO_WRITE) && store_create(store, &people));
    assert_true(store_index(store, people.name, by_name, 1, true));
    add(store, 1, "甲");
    add(store, 2, "乙");
    assert_true(store_commit(store));
    assert_true(store_check(store));
    if (kind == DATABASE_SERVER) {
        assert_true(store_do(store, "CREATE FUNCTION turned(bigint) RETURNS bigint IMMUTABLE LANGUAGE sql "
                                    "AS 'SELECT $1'; CREATE INDEX lies ON people (turned(number))"));
        assert_true(store_do(store, "CREATE OR REPLACE FUNCTION turned(bigint) RETURNS bigint IMMUTABLE LANGUAGE sql "
                                    "AS 'SELECT -$1'"));
        assert_true(store_check(store)); /* nobody can look */
        assert_true(store_do(store, "CREATE SCHEMA \"ex tra\"; CREATE EXTENSION amcheck SCHEMA \"ex tra\""));
        assert_false(store_check(store));
        assert_int_equal(store_trouble(store)->failure, STORE_DAMAGED);
        assert_non_null(strstr(store_trouble(store)->words, "lies"));
        assert_true(store_do(store, "REINDEX INDEX lies"));
        assert_true(store_check(store));
    }
    store_close(store);
}

static bool is_shown(const char *url, const char *wanted) {
    struct builder out;
    builder_init(&out);
    store_shown(url, &out);
    bool same = text_equal(builder_text(&out), text_from(wanted));
    if (!same) fprintf(stderr, "%s is shown as %.*s\n", url, TEXT_ARG(builder_text(&out)));
    builder_free(&out);
    return same;
}

static void a_name_is_shown_without_its_secrets(void **state) {
    (void)state;
    static const char *const shown[][2] = {
        {"people.db", "people.db"},
        {"postgresql://clerk:secret@db.example:6000/people", "postgresql://db.example:6000/people"},
        {"postgres://db.example/people?user=clerk&password=secret", "postgresql://db.example/people"},
        {"postgresql://clerk:secret@/people?host=/a/secret/folder&port=6000", "postgresql://:6000/people"},
        {"postgresql://clerk@/people?host=/a/secret/folder", "postgresql:///people"},
        {"postgresql://clerk:secret@%2Fa%2Fsecret/people", "postgresql:///people"},
        {"postgresql://?host=@abstract", "postgresql"},
        {"postgresql://clerk:secret@?hostaddr=10.0.0.1", "postgresql://10.0.0.1"},
        {"postgresql://clerk:sec/ret@db.example/people", "postgresql"},
        {"postgresql://clerk:secret", "postgresql"},
        {"postgresql://clerk:1234567", "postgresql"}, /* no port is as large */
        {"postgresql://h/%0A%E2%80%AEpeople", "postgresql://h/\xef\xbf\xbd\xef\xbf\xbd"
                                              "people"},
        {"postgresql://h/12345678901234567890123456789012345678901234567890123456789012%E5%BA%93",
         "postgresql://h/12345678901234567890123456789012345678901234567890123456789012…"},
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) assert_true(is_shown(shown[i][0], shown[i][1]));
}

static bool is_beside(const char *behind) {
    char path[500];
    snprintf(path, sizeof path, "%s%s", database_url(), behind);
    return access(path, F_OK) == 0;
}

static void a_draft_is_one_file(void **state) {
    (void)state;
    struct store_trouble trouble;
    store_close(database_new(DATABASE_FILE));
    assert_int_equal(unlink(database_url()), 0);
    struct store *store = store_open(database_url(), STORE_DRAFT, &trouble);
    assert_non_null(store);
    assert_true(store_begin(store, STORE_TO_WRITE));
    assert_true(store_create(store, &people));
    add(store, 1, "甲");
    assert_false(is_beside("-wal") || is_beside("-shm") || is_beside("-journal"));
    assert_true(store_commit(store));
    assert_false(is_beside("-wal") || is_beside("-shm") || is_beside("-journal"));
    store_close(store);
    store = other_connection();
    assert_int_equal(count_of(store), 1);
    store_close(store);
    assert_int_equal(failure_to_open(database_url(), STORE_DRAFT), STORE_THERE);
}

/* --- files that are moved ----------------------------------------------------------------------------------------- */

enum { ROOM = 500 };

static char *beside(const char *behind, char room[ROOM]) {
    assert_true(snprintf(room, ROOM, "%s%s", database_url(), behind) < ROOM);
    return room;
}

static void move(const char *from, const char *to) {
    char source[ROOM], target[ROOM];
    assert_int_equal(rename(beside(from, source), beside(to, target)), 0);
}

static void make_empty(const char *behind) {
    char path[ROOM];
    FILE *file = fopen(beside(behind, path), "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void throw_away(const char *behind) {
    char path[ROOM];
    assert_int_equal(unlink(beside(behind, path)), 0);
}

static void assert_log_left(const char *behind) {
    for (int opening = STORE_MADE_ANEW; opening <= STORE_DRAFT; opening++) {
        struct store_trouble trouble;
        assert_null(store_open(database_url(), (enum store_opening)opening, &trouble));
        assert_int_equal(trouble.failure, STORE_LOG_LEFT);
        assert_string_equal(trouble.words, behind);
    }
}

/* Whoever was killed left in it what he had acknowledged. */
static void a_log_without_its_file_is_left_alone(void **state) {
    (void)state;
    struct store *store = with_people(DATABASE_FILE), *again;
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    assert_true(store_commit(store));
    move("", ".moved");
    assert_log_left("-wal");
    assert_false(is_beside(""));
    make_empty("");
    assert_log_left("-wal");
    move(".moved", "");
    again = other_connection();
    assert_int_equal(count_of(again), 1);
    store_close(again);
    store_close(store);
    assert_false(is_beside("-wal"));
    move("", ".moved");
    make_empty("-journal");
    assert_log_left("-journal");
    assert_false(is_beside(""));
    make_empty(""); /* a file that is empty has nothing to be taken back */
    assert_int_equal(failure_to_open(database_url(), STORE_MADE_ANEW), STORE_FINE);
    throw_away("");
    assert_int_equal(failure_to_open(database_url(), STORE_MADE_ANEW), STORE_FINE);
}

static void assert_moved(struct store *store) {
    assert_false(store_begin(store, STORE_TO_READ));
    assert_int_equal(store_trouble(store)->failure, STORE_MOVED);
    assert_false(store_begin(store, STORE_TO_WRITE));
    assert_int_equal(store_trouble(store)->failure, STORE_MOVED);
    struct statement *query = store_prepare(store, "SELECT count(*) FROM people");
    assert_false(statement_begin(query, NULL, 0)); /* nor does anything that stands for itself go on */
    assert_int_equal(store_trouble(store)->failure, STORE_MOVED);
    statement_free(query);
    assert_false(store_do(store, "DELETE FROM people"));
    assert_int_equal(store_trouble(store)->failure, STORE_MOVED);
}

static void a_file_that_is_moved_is_lost(void **state) {
    (void)state;
    struct store *store = with_people(DATABASE_FILE);
    move("", ".moved");
    assert_moved(store);
    assert_int_equal(failure_to_open(database_url(), STORE_AS_IT_IS), STORE_NOT_THERE);
    make_empty(""); /* another */
    assert_moved(store);
    move(".moved", "");
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    move("", ".moved");
    assert_false(store_commit(store));
    assert_int_equal(store_trouble(store)->failure, STORE_MOVED);
    move(".moved", "");
    assert_int_equal(count_of(store), 0);
    assert_true(store_begin(store, STORE_TO_READ));
    move("", ".moved");
    assert_int_equal(count_of(store), 0); /* a reading goes on as of its moment */
    assert_true(store_commit(store));
    throw_away(".moved");
    assert_moved(store);
    store_close(store);
}

/* --- the file is moved while it is written into */

static sqlite3_syscall_ptr really_write;
static bool moves;

static ssize_t write_and_move(int file, const void *bytes, size_t count, int64_t at) {
    if (moves) move("", ".moved");
    moves = false;
    return ((ssize_t(*)(int, const void *, size_t, int64_t))really_write)(file, bytes, count, at);
}

static void a_file_that_is_moved_at_the_commit_may_have_it(void **state) {
    (void)state;
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    const char *name = vfs->xGetSystemCall(vfs, "pwrite64") ? "pwrite64" : "pwrite";
    struct store *store = with_people(DATABASE_FILE);
    really_write = vfs->xGetSystemCall(vfs, name);
    assert_non_null(really_write);
    assert_int_equal(vfs->xSetSystemCall(vfs, name, (sqlite3_syscall_ptr)write_and_move), SQLITE_OK);
    assert_true(store_begin(store, STORE_TO_WRITE));
    add(store, 1, "甲");
    moves = true;
    assert_false(store_commit(store));
    assert_int_equal(vfs->xSetSystemCall(vfs, name, NULL), SQLITE_OK);
    assert_false(moves);
    assert_int_equal(store_trouble(store)->failure, STORE_UNSURE);
    assert_moved(store);
    move(".moved", "");
    assert_int_equal(count_of(store), 1);
    store_close(store);
}

/* --- rights ------------------------------------------------------------------------------------------------------- */

static int open_alone(const char *path) {
    return (int)failure_to_open(path, STORE_AS_IT_IS);
}

static int make_alone(const char *path) {
    return (int)failure_to_open(path, STORE_MADE_ANEW);
}

/* Read first, which may go. */
static int write_alone(const char *path) {
    struct store_trouble trouble;
    struct store *store = store_open(path, STORE_AS_IT_IS, &trouble);
    if (!store || !store_do(store, "SELECT count(*) FROM people")) return STORE_MISTAKE;
    bool begun = store_begin(store, STORE_TO_WRITE);
    if (begun) add(store, 7, "庚");
    bool done = begun && store_commit(store);
    trouble = *store_trouble(store);
    store_close(store);
    return done ? STORE_FINE : (int)trouble.failure;
}

static int make_folder(const char *path) {
    enum { OWNER_ALONE = 0700 };
    return mkdir(path, OWNER_ALONE);
}

static int make_database(const char *path) {
    struct store_trouble trouble;
    struct store *store = store_open(path, STORE_MADE_ANEW, &trouble);
    bool made = store && store_create(store, &people);
    store_close(store);
    return made ? 0 : 1;
}

static void what_may_not_be_written_has_a_name(void **state) {
    (void)state;
    char folder[500], path[520];
    store_close(database_new(DATABASE_FILE));
    snprintf(folder, sizeof folder, "%s.folder", database_url());
    snprintf(path, sizeof path, "%s/d.db", folder);
    assert_int_equal(as_nobody(make_folder, folder), 0);
    assert_int_equal(as_nobody(make_database, path), 0);
    assert_int_equal(as_nobody(write_alone, path), STORE_FINE);
    assert_int_equal(as_nobody(write_alone, path), STORE_CONFLICT);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(as_nobody(open_alone, path), STORE_READ_ONLY);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(folder, 0500), 0);
    assert_int_equal(as_nobody(open_alone, path), STORE_READ_ONLY); /* readers leave word in a file beside it */
    snprintf(path, sizeof path, "%s/new.db", folder);
    assert_int_equal(as_nobody(make_alone, path), STORE_READ_ONLY);
    assert_int_equal(chmod(folder, 0), 0);
    assert_int_equal(as_nobody(open_alone, path), STORE_READ_ONLY);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(as_nobody(open_alone, path), STORE_NOT_THERE);
    snprintf(path, sizeof path, "%s/d.db", folder);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(as_nobody(write_alone, path), STORE_READ_ONLY);
    assert_int_equal(failure_to_open(folder, STORE_AS_IT_IS), STORE_NOT_OURS);
    assert_int_equal(failure_to_open(folder, STORE_MADE_ANEW), STORE_NOT_OURS);
}

ON_BOTH(no_table_has_more_rows_than_there_may_be)
ON_BOTH(committed_is_there)
ON_BOTH(readers_see_what_was_there)
ON_BOTH(first_failure_ends_it)
ON_BOTH(an_open_transaction_is_forgotten)
ON_BOTH(values_come_back)
ON_BOTH(loaded_rows_are_the_same)
ON_BOTH(many_rows_are_scanned)
ON_BOTH(a_load_that_conflicts_leaves_nothing)
ON_BOTH(indexes_hold_while_many_rows_are_loaded)
ON_BOTH(many_rows_are_loaded_beside_a_scan)
ON_BOTH(tables_grow)
ON_BOTH(indexes_have_names_of_their_own)
ON_BOTH(rows_lie_where_they_belong)
ON_BOTH(what_must_be_there_is)
ON_BOTH(an_index_that_lies_is_found)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(no_table_has_more_rows_than_there_may_be),
        BOTH(committed_is_there),
        BOTH(readers_see_what_was_there),
        BOTH(first_failure_ends_it),
        BOTH(an_open_transaction_is_forgotten),
        BOTH(values_come_back),
        BOTH(loaded_rows_are_the_same),
        BOTH(many_rows_are_scanned),
        BOTH(a_load_that_conflicts_leaves_nothing),
        BOTH(indexes_hold_while_many_rows_are_loaded),
        cmocka_unit_test(indexes_that_fail_leave_the_cache_as_it_was),
        BOTH(many_rows_are_loaded_beside_a_scan),
        BOTH(tables_grow),
        BOTH(indexes_have_names_of_their_own),
        BOTH(rows_lie_where_they_belong),
        BOTH(what_must_be_there_is),
        BOTH(an_index_that_lies_is_found),
        cmocka_unit_test(what_is_not_there_has_a_name),
        cmocka_unit_test(a_name_is_shown_without_its_secrets),
        cmocka_unit_test(a_draft_is_one_file),
        cmocka_unit_test(a_log_without_its_file_is_left_alone),
        cmocka_unit_test(a_file_that_is_moved_is_lost),
        cmocka_unit_test(a_file_that_is_moved_at_the_commit_may_have_it),
        cmocka_unit_test(what_may_not_be_written_has_a_name),
    };
    return cmocka_run_group_tests_name("store", tests, databases_begin, databases_end);
}
