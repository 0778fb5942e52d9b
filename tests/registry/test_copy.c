/* A registry that was copied is the same, row by row and link by link, and goes on as the other would; from each of the
 * databases to each. A copy that fails leaves nothing. */
#include "base/memory.h"
#include "book.h"
#include "engine/stage.h"
#include "exchange/same_dataset.h"
#include "registry/registry_inside.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] =
    "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 99 known by head\n"
    "input family farm : money/month in -100 .. 10_000 yuan/month\ninput family head : text\n"
    "input family born : date in 1900-01-01 .. 2100-01-01 empty means never\n";
enum { LONG = 200000, URL_BYTES = 500 };

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
    char url[URL_BYTES];
};

static void take(struct book *book, const char *farm) {
    struct registry_taken taken[2] = {{0}, {0}};
    struct registry_change change = {.instant = 7, .by = TEXT("甲 'o\""), .what = TEXT("import"), .since = MONTH_FIRST};
    static char lines[LONG];
    memset(lines, '\n', sizeof lines);
    const struct registry_given given = {{lines, sizeof lines}, TEXT("")};
    book_tell_anew(&book->stage);
    stage_row(&book->stage, "village", "v1", "", "");
    stage_row(&book->stage, "family", "F1", "v1", farm);
    stage_row(&book->stage, "family", "F'2\\", "v1", "farm=-0.01 head=乙·\"\\ born=never");
    stage_row(&book->stage, "family", "F3", "v1", "");
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_keep_given(&book->registry, &change, &given), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

/* Made, then told three times. */
static void open_book(struct book *book, enum database database, enum digest_kind digest) {
    stage_open(&book->stage, law, NULL, NULL);
    book->store = database_new(database);
    snprintf(book->url, sizeof book->url, "%s", database_url());
    book_make(&book->registry, book->store, &book->stage, digest);
    take(book, "farm=1 head=甲");
    take(book, "farm=3 born=1958-07-01");
    take(book, "farm=5");
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

static struct registry_verdict verdict_of(struct registry *registry) {
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(registry, &verdict), REGISTRY_DONE);
    return verdict;
}

static void expect_verdict(struct registry *registry, const struct registry_verdict *wanted) {
    struct registry_verdict found = verdict_of(registry);
    assert_int_equal(found.broken, wanted->broken);
    assert_int_equal(found.changes, wanted->changes);
    assert_memory_equal(found.link, wanted->link, DIGEST_BYTES);
}

/* --- what is the same --------------------------------------------------------------------------------------------- */

static struct statement *scan_of(struct store *store, const struct store_table *table) {
    struct statement *scan =
        store_scan(store, &(struct store_scan_of){.table = table, .first = INT64_MIN, .last = INT64_MAX});
    assert_non_null(scan);
    return scan;
}

static size_t expect_same_rows(struct store *one, struct store *other, const struct store_table *table) {
    struct statement *a = scan_of(one, table), *b = scan_of(other, table);
    size_t rows = 0;
    while (statement_next(a)) {
        assert_true(statement_next(b));
        for (size_t i = 0; i < table->count; i++) {
            struct store_value left = statement_value(a, i, table->columns[i].type),
                               right = statement_value(b, i, table->columns[i].type);
            assert_int_equal(left.type, right.type);
            assert_int_equal(left.integer, right.integer);
            assert_true(text_equal(left.text, right.text));
        }
        rows++;
    }
    assert_false(statement_next(b));
    store_scan_end(a);
    store_scan_end(b);
    return rows;
}

/* How many both have. */
static size_t expect_same_indexes(struct registry *registry, struct store *other) {
    size_t found = 0;
    for (size_t i = 0; i < chain_tables(registry); i++) {
        const struct store_table *table = chain_table(registry, i);
        const struct text pages[] = {TEXT("_change"), TEXT("_field"),
                                     i == CHAIN_VALUES ? TEXT("_first") : TEXT("_place")};
        for (size_t k = 0; k < table->count; k++) {
            bool there = store_has_index(registry->store, table->name, &table->columns[k].name, 1);
            assert_int_equal(store_has_index(other, table->name, &table->columns[k].name, 1), there);
            found += there;
        }
        bool there = store_has_index(registry->store, table->name, pages, 3);
        assert_int_equal(store_has_index(other, table->name, pages, 3), there);
        found += there;
    }
    return found;
}

static void expect_same_tables(struct registry *registry, struct store *other) {
    for (size_t i = 0; i < chain_tables(registry); i++)
        expect_same_rows(registry->store, other, chain_table(registry, i));
    assert_int_equal(expect_same_rows(registry->store, other, &registry_changes_table), 4);
    assert_int_equal(expect_same_rows(registry->store, other, &registry_purpose_table), 1);
    assert_int_equal(expect_same_indexes(registry, other), 13);
}

static struct dataset *dataset_of(struct book *book, struct registry *registry, int64_t known) {
    struct records records;
    assert_int_equal(registry_read(registry, known, &book->stage.arena, &records), REGISTRY_DONE);
    struct dataset *dataset = dataset_new(book->stage.policy, &records, 24218, &book->stage.refusals);
    assert_non_null(dataset);
    return dataset;
}

static void expect_same_records(struct book *book, struct registry *other) {
    for (int64_t known = 1; known <= 4; known++) {
        struct dataset *wanted = dataset_of(book, &book->registry, known), *found = dataset_of(book, other, known);
        assert_same_dataset(found, wanted);
        dataset_free(wanted);
        dataset_free(found);
    }
}

static bool holds_registry(struct store *store) {
    return store_has_table(store, registry_purpose_table.name);
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void a_copy_is_the_same(enum database from, enum database to) {
    for (enum digest_kind digest = DIGEST_SM3; digest <= DIGEST_SHA256; digest++) {
        struct book book, copy;
        open_book(&book, from, digest);
        struct registry_verdict verdict = verdict_of(&book.registry);
        assert_int_equal(verdict.broken, REGISTRY_SOUND);
        assert_int_equal(verdict.changes, 4);
        copy = (struct book){.stage = book.stage, .store = database_new(to)};
        assert_int_equal(registry_copy(&book.registry, copy.store), REGISTRY_DONE);
        assert_false(store_within(book.store));
        assert_int_equal(registry_open(&copy.registry, copy.store, book.stage.policy), REGISTRY_DONE);
        expect_verdict(&copy.registry, &verdict); /* looked at before it is committed */
        assert_true(store_commit(copy.store));
        registry_close(&copy.registry);
        store_close(copy.store);
        copy.store = store_open(database_url(), STORE_AS_IT_IS, &(struct store_trouble){0});
        assert_int_equal(registry_open(&copy.registry, copy.store, book.stage.policy), REGISTRY_DONE);
        expect_verdict(&copy.registry, &verdict);
        expect_same_tables(&book.registry, copy.store);
        expect_same_records(&book, &copy.registry);
        copy.stage = book.stage; /* one for both */
        take(&copy, "farm=7");   /* and both go on alike */
        book.stage = copy.stage;
        take(&book, "farm=7");
        verdict = verdict_of(&book.registry);
        assert_int_equal(verdict.changes, 5);
        expect_verdict(&copy.registry, &verdict);
        registry_close(&copy.registry);
        store_close(copy.store);
        close_book(&book);
    }
}

/* What is given there twice is refused by the copy as by the registry. */
static void a_copy_keeps_names_apart(enum database from, enum database to) {
    struct book book;
    open_book(&book, from, DIGEST_SM3);
    struct store *copy = database_new(to);
    assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_DONE);
    assert_true(store_commit(copy));
    assert_false(store_do(copy, "INSERT INTO _id_family VALUES (9, 4, 'F1')"));
    assert_int_equal(store_trouble(copy)->failure, STORE_CONFLICT);
    store_close(copy);
    close_book(&book);
}

static void a_damaged_registry_is_copied_as_it_is(enum database from, enum database to) {
    static const char *const alterations[] = {"UPDATE family SET farm = 301 WHERE _version = 3",
                                              "DELETE FROM family WHERE _version = 1",
                                              "INSERT INTO family VALUES (-5, 9, 9, 24218, 1, 0, 1, 9, NULL, NULL)",
                                              "UPDATE _changes SET _by = 'nobody' WHERE _change = 3",
                                              "UPDATE _changes SET _link = _digest WHERE _change = 2"};
    struct book book;
    open_book(&book, from, DIGEST_SM3);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        assert_true(store_do(book.store, alterations[i]));
        struct store *copy = database_new(to);
        struct registry found;
        struct registry_verdict verdict = verdict_of(&book.registry);
        assert_int_not_equal(verdict.broken, REGISTRY_SOUND);
        assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_DONE);
        assert_int_equal(registry_open(&found, copy, book.stage.policy), REGISTRY_DONE);
        expect_verdict(&found, &verdict);
        expect_same_tables(&book.registry, copy);
        registry_close(&found);
        store_close(copy);
    }
    close_book(&book);
}

static void a_registry_is_never_copied_over(enum database from, enum database to) {
    struct book book, other;
    open_book(&book, from, DIGEST_SM3);
    open_book(&other, to, DIGEST_SHA256);
    struct registry_verdict verdict = verdict_of(&other.registry);
    assert_int_equal(registry_copy(&book.registry, other.store), REGISTRY_THERE);
    assert_false(store_within(other.store) || store_within(book.store));
    expect_verdict(&other.registry, &verdict);
    close_book(&other);
    close_book(&book);
}

/* Of somebody else. */
static void what_is_there_already_stays(enum database from, enum database to) {
    struct book book;
    open_book(&book, from, DIGEST_SM3);
    struct store *copy = database_new(to);
    assert_true(store_do(copy, "CREATE TABLE family (number INTEGER)"));
    assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_STORE_FAILED);
    assert_true(store_failed(copy));
    assert_false(store_failed(book.store) || store_within(copy) || store_within(book.store));
    assert_false(holds_registry(copy));
    assert_true(store_do(copy, "SELECT number FROM family"));
    store_close(copy);
    close_book(&book);
}

static void what_is_not_committed_is_gone(enum database from, enum database to) {
    struct book book;
    open_book(&book, from, DIGEST_SM3);
    struct store *copy = database_new(to);
    for (int time = 0; time < 2; time++) {
        assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_DONE);
        assert_true(holds_registry(copy));
        store_roll_back(copy);
        assert_false(holds_registry(copy));
    }
    store_close(copy);
    copy = store_open(database_url(), STORE_MADE_ANEW, &(struct store_trouble){0}); /* nothing is in it */
    assert_non_null(copy);
    store_close(copy);
    close_book(&book);
}

static void a_full_disk_leaves_nothing(enum database from) {
    struct book book;
    open_book(&book, from, DIGEST_SM3);
    for (int pages = 2; pages < 90; pages += 11) {
        char limit[64];
        struct store *copy = database_new(DATABASE_FILE);
        snprintf(limit, sizeof limit, "PRAGMA max_page_count = %d", pages);
        assert_true(store_do(copy, limit));
        assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_STORE_FAILED);
        assert_int_equal(store_trouble(copy)->failure, STORE_FULL);
        assert_false(store_failed(book.store) || store_within(copy) || holds_registry(copy));
        store_close(copy);
    }
    close_book(&book);
}

/* A registry is copied as of the moment at which the transaction began that reads it. */
static void others_go_on_writing(enum database from, enum database to) {
    struct book book, other;
    struct registry found;
    open_book(&book, from, DIGEST_SM3);
    other =
        (struct book){.stage = book.stage, .store = store_open(book.url, STORE_AS_IT_IS, &(struct store_trouble){0})};
    assert_int_equal(registry_open(&other.registry, other.store, book.stage.policy), REGISTRY_DONE);
    assert_true(store_begin(book.store, STORE_TO_READ));
    struct registry_verdict verdict = verdict_of(&book.registry);
    take(&other, "farm=9");
    assert_int_equal(verdict_of(&other.registry).changes, 5);
    struct store *copy = database_new(to);
    assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_DONE);
    assert_true(store_within(book.store)); /* whose it is, ends it */
    assert_int_equal(registry_open(&found, copy, book.stage.policy), REGISTRY_DONE);
    expect_verdict(&found, &verdict);
    expect_same_tables(&book.registry, copy);
    store_roll_back(book.store);
    registry_close(&found);
    registry_close(&other.registry);
    store_close(copy);
    store_close(other.store);
    book.stage = other.stage;
    close_book(&book);
}

/* The server goes away under either of the two. */
static void a_server_that_went_away_is_told(enum database other) {
    static const char dismiss[] =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()";
    for (int is_target = 0; is_target <= 1; is_target++) {
        struct book book;
        char url[URL_BYTES];
        open_book(&book, is_target ? other : DATABASE_SERVER, DIGEST_SM3);
        struct store *copy = database_new(is_target ? DATABASE_SERVER : other);
        snprintf(url, sizeof url, "%s", is_target ? database_url() : book.url);
        struct store *master = store_open(url, STORE_AS_IT_IS, &(struct store_trouble){0});
        assert_true(store_do(master, dismiss));
        assert_int_equal(registry_copy(&book.registry, copy), REGISTRY_STORE_FAILED);
        assert_int_equal(store_trouble(is_target ? copy : book.store)->failure, STORE_LOST);
        assert_false(store_failed(is_target ? book.store : copy));
        assert_false(store_within(book.store) || store_within(copy));
        assert_false(holds_registry(is_target ? master : copy));
        store_close(master);
        store_close(copy);
        close_book(&book);
    }
}

static void memory_that_runs_out_leaves_nothing(enum database from, enum database to) {
    struct book book;
    bool short_of_it = true;
    open_book(&book, from, DIGEST_SM3);
    struct store *copy = database_new(to);
    for (long most = 0; short_of_it; most++) {
        memory_fail_after(most);
        enum registry_result result = registry_copy(&book.registry, copy);
        short_of_it = memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(result, short_of_it ? REGISTRY_NO_MEMORY : REGISTRY_DONE);
        assert_false(short_of_it && (store_within(copy) || holds_registry(copy)));
        assert_true(most < 2000);
    }
    expect_same_tables(&book.registry, copy);
    store_close(copy);
    close_book(&book);
}

/* From either database to either. */
#define ON_PAIRS(name)                                                                                                 \
    static void name##_from_a_file(enum database to) {                                                                 \
        name(DATABASE_FILE, to);                                                                                       \
    }                                                                                                                  \
    static void name##_from_a_server(enum database to) {                                                               \
        name(DATABASE_SERVER, to);                                                                                     \
    }                                                                                                                  \
    ON_BOTH(name##_from_a_file)                                                                                        \
    ON_BOTH(name##_from_a_server)
#define PAIRS(name) BOTH(name##_from_a_file), BOTH(name##_from_a_server)

ON_PAIRS(a_copy_is_the_same)
ON_PAIRS(a_copy_keeps_names_apart)
ON_PAIRS(a_damaged_registry_is_copied_as_it_is)
ON_PAIRS(a_registry_is_never_copied_over)
ON_PAIRS(what_is_there_already_stays)
ON_PAIRS(what_is_not_committed_is_gone)
ON_BOTH(a_full_disk_leaves_nothing)
ON_PAIRS(others_go_on_writing)
ON_BOTH(a_server_that_went_away_is_told)
ON_PAIRS(memory_that_runs_out_leaves_nothing)

int main(void) {
    const struct CMUnitTest tests[] = {
        PAIRS(a_copy_is_the_same),
        PAIRS(a_copy_keeps_names_apart),
        PAIRS(a_damaged_registry_is_copied_as_it_is),
        PAIRS(a_registry_is_never_copied_over),
        PAIRS(what_is_there_already_stays),
        PAIRS(what_is_not_committed_is_gone),
        BOTH(a_full_disk_leaves_nothing),
        PAIRS(others_go_on_writing),
        BOTH(a_server_that_went_away_is_told),
        PAIRS(memory_that_runs_out_leaves_nothing),
    };
    return cmocka_run_group_tests_name("copy", tests, databases_begin, databases_end);
}
