/* Whatever is altered behind the registry's back is found, at the change that it was altered in; on both databases. */
#include "book.h"
#include "engine/stage.h"
#include "registry/registry.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 9\n"
                          "input family farm : money/month in -100 .. 10_000 yuan/month\ninput family head : text\n";

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
};

static void take(struct book *book, const char *farm) {
    struct registry_taken taken[2] = {{0}, {0}};
    struct registry_change change = {.instant = 7, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    const struct registry_given given = {TEXT("opening\n"), TEXT("")};
    book_tell_anew(&book->stage);
    stage_row(&book->stage, "village", "v1", "", "");
    stage_row(&book->stage, "family", "F1", "v1", farm);
    stage_row(&book->stage, "family", "F2", "v1", "farm=2");
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_keep_given(&book->registry, &change, &given), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

/* Made, then told three times. */
static void open_book(struct book *book, enum database database, enum digest_kind digest) {
    stage_open(&book->stage, law, NULL, NULL);
    book->store = database_new(database);
    book_make(&book->registry, book->store, &book->stage, digest);
    take(book, "farm=1 head=甲");
    take(book, "farm=3");
    take(book, "farm=5 head=乙");
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

static struct registry_verdict verdict_of(struct book *book) {
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&book->registry, &verdict), REGISTRY_DONE);
    return verdict;
}

static void what_is_not_altered_is_sound(enum database database) {
    for (enum digest_kind digest = DIGEST_SM3; digest <= DIGEST_SHA256; digest++) {
        struct book book;
        struct registry again;
        struct registry_verdict verdict;
        open_book(&book, database, digest);
        struct registry_verdict first = verdict_of(&book);
        assert_int_equal(first.broken, REGISTRY_SOUND);
        assert_int_equal(first.changes, 4);
        assert_int_equal(registry_open(&again, book.store, book.stage.policy), REGISTRY_DONE);
        assert_int_equal(registry_verify(&again, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.broken, REGISTRY_SOUND);
        assert_memory_equal(verdict.link, first.link, DIGEST_BYTES);
        registry_close(&again);
        take(&book, "farm=7");
        verdict = verdict_of(&book);
        assert_int_equal(verdict.broken, REGISTRY_SOUND);
        assert_int_equal(verdict.changes, 5);
        assert_memory_not_equal(verdict.link, first.link, DIGEST_BYTES);
        close_book(&book);
    }
}

static void what_is_altered_is_found(enum database database) {
    static const struct {
        const char *sql;
        enum registry_break broken;
        int64_t change;
    } alterations[] = {
        {"UPDATE family SET farm = 301 WHERE _version = 3", REGISTRY_ROWS_ALTERED, 3},
        {"UPDATE family SET farm = NULL WHERE _version = 1", REGISTRY_ROWS_ALTERED, 2},
        {"UPDATE family SET head = '甲1' WHERE _version = 1", REGISTRY_ROWS_ALTERED, 2},
        {"UPDATE family SET head = '' WHERE _version = 3", REGISTRY_ROWS_ALTERED, 3}, /* unknown is not empty */
        {"UPDATE family SET _stands = 0 WHERE _version = 2", REGISTRY_ROWS_ALTERED, 2},
        {"UPDATE family SET _since = 24000 WHERE _version = 4", REGISTRY_ROWS_ALTERED, 4},
        {"UPDATE family SET _key = 2 WHERE _version = 4", REGISTRY_ROWS_ALTERED, 4},
        {"UPDATE family SET _change = 3 WHERE _version = 4", REGISTRY_ROWS_ALTERED, 3},
        {"UPDATE family SET _change = 4 WHERE _version = 3", REGISTRY_ROWS_ALTERED, 3},
        {"UPDATE family SET _version = 9 WHERE _version = 4", REGISTRY_ROWS_ALTERED, 4},
        {"DELETE FROM family WHERE _version = 1", REGISTRY_ROWS_ALTERED, 2},
        {"DELETE FROM family WHERE _version = 4", REGISTRY_ROWS_ALTERED, 4},
        {"INSERT INTO family VALUES (5, 1, 4, 24218, 1, 0, 1, 9, NULL)", REGISTRY_ROWS_ALTERED, 4},
        {"INSERT INTO family VALUES (5, 1, 9, 24218, 1, 0, 1, 9, NULL)", REGISTRY_GAP, 4},
        {"INSERT INTO family VALUES (0, 1, 0, 24218, 1, 0, 1, 9, NULL)", REGISTRY_GAP, 1},
        {"INSERT INTO family VALUES (-5, 1, 2, 24218, 1, 0, 1, 9, NULL)", REGISTRY_ROWS_ALTERED, 2},
        {"UPDATE _id_family SET _id = 'F3' WHERE _key = 2", REGISTRY_ROWS_ALTERED, 2},
        {"UPDATE _law SET _text = 'policy law'", REGISTRY_ROWS_ALTERED, 1},
        {"UPDATE _columns SET _coding = 'integer 1/10 yuan^1,month^-1 -10000 1000000' WHERE _input = 'farm'",
         REGISTRY_ROWS_ALTERED, 1},
        {"DELETE FROM _columns WHERE _input = 'farm'", REGISTRY_ROWS_ALTERED, 1},
        {"UPDATE _given SET _lines = 'opening' WHERE _given = 2", REGISTRY_ROWS_ALTERED, 3},
        {"UPDATE _changes SET _by = 'nobody' WHERE _change = 3", REGISTRY_LINK_BROKEN, 3},
        {"UPDATE _changes SET _what = 'init' WHERE _change = 2", REGISTRY_LINK_BROKEN, 2},
        {"UPDATE _changes SET _login = 'root' WHERE _change = 2", REGISTRY_LINK_BROKEN, 2},
        {"UPDATE _changes SET _instant = 6 WHERE _change = 1", REGISTRY_LINK_BROKEN, 1},
        {"UPDATE _changes SET _link = (SELECT _digest FROM _changes WHERE _change = 2) WHERE _change = 2",
         REGISTRY_LINK_BROKEN, 2},
        {"UPDATE _changes SET _digest = _link WHERE _change = 4", REGISTRY_ROWS_ALTERED, 4},
        {"DELETE FROM _changes WHERE _change = 3", REGISTRY_GAP, 4},
        {"DELETE FROM _changes WHERE _change = 4", REGISTRY_GAP, 3},
        {"UPDATE _changes SET _change = 5 WHERE _change = 4", REGISTRY_GAP, 5},
    };
    struct book book;
    open_book(&book, database, DIGEST_SM3);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        bool done = store_do(book.store, alterations[i].sql);
        if (!done) print_error("%s: %s\n", alterations[i].sql, store_trouble(book.store)->words);
        assert_true(done);
        struct registry_verdict verdict = verdict_of(&book);
        if (verdict.broken != alterations[i].broken || verdict.changes != alterations[i].change)
            print_error("%s: %d at %lld\n", alterations[i].sql, (int)verdict.broken, (long long)verdict.changes);
        assert_int_equal(verdict.broken, alterations[i].broken);
        assert_int_equal(verdict.changes, alterations[i].change);
        store_roll_back(book.store);
        assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    }
    close_book(&book);
}

/* Only who kept the last link can tell. */
static void a_tail_that_is_cut_off_leaves_another_link(enum database database) {
    struct book book;
    open_book(&book, database, DIGEST_SM3);
    struct registry_verdict whole = verdict_of(&book);
    assert_true(store_do(book.store, "DELETE FROM family WHERE _change = 4"));
    assert_true(store_do(book.store, "DELETE FROM _given WHERE _change = 4"));
    assert_true(store_do(book.store, "DELETE FROM _changes WHERE _change = 4"));
    struct registry_verdict cut = verdict_of(&book);
    assert_int_equal(cut.broken, REGISTRY_SOUND);
    assert_int_equal(cut.changes, 3);
    assert_memory_not_equal(cut.link, whole.link, DIGEST_BYTES);
    close_book(&book);
}

static void begins_as(struct book *book, enum registry_result wanted) {
    struct registry_change change = {.instant = 7, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    assert_int_equal(registry_begin_change(&book->registry, &change), wanted);
    if (wanted == REGISTRY_DAMAGED) assert_true(text_starts(book->registry.differs, "_changes "));
    registry_give_up_change(&book->registry);
}

static void reopen(struct book *book) {
    registry_close(&book->registry);
    assert_int_equal(registry_open(&book->registry, book->store, book->stage.policy), REGISTRY_DONE);
}

/* Nor from one so far off that the next would have no number. */
static void nothing_goes_on_from_a_change_that_nobody_made(enum database database) {
    static const char *const alterations[] = {"UPDATE _changes SET _change = 5 WHERE _change = 4",
                                              "UPDATE _changes SET _change = 9223372036854775807 WHERE _change = 4",
                                              "DELETE FROM _changes WHERE _change = 2"};
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        struct book book;
        open_book(&book, database, DIGEST_SM3);
        begins_as(&book, REGISTRY_DONE);
        assert_true(store_do(book.store, alterations[i]));
        if (i == 2) reopen(&book); /* what was counted once is not counted again */
        begins_as(&book, REGISTRY_DAMAGED);
        close_book(&book);
    }
}

/* Rows with a number that nobody told would be room for all numbers before it. */
static void numbers_far_off_are_damage(enum database database) {
    static const char *const alterations[] = {
        "UPDATE family SET _version = 1152921504606846976 WHERE _version = 4",
        "UPDATE _id_family SET _key = 1152921504606846976 WHERE _key = 2",
        "UPDATE _id_family SET _key = 9223372036854775807 WHERE _key = 2",
    };
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        struct book book;
        struct records records;
        struct arena arena;
        arena_init(&arena);
        open_book(&book, database, DIGEST_SM3);
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(store_do(book.store, alterations[i]));
        assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &arena, &records), REGISTRY_STORE_FAILED);
        assert_int_equal(store_trouble(book.store)->failure, STORE_DAMAGED);
        assert_non_null(strstr(store_trouble(book.store)->words, "family: "));
        store_roll_back(book.store);
        arena_free(&arena);
        close_book(&book);
    }
}

/* A database that writes another link than it was told. */
static void a_link_is_read_again(enum database database) {
    static const char *const tampers[] = {
        [DATABASE_FILE] =
            "CREATE TEMP TRIGGER tamper AFTER INSERT ON _changes BEGIN UPDATE _changes SET _by = 'nobody' "
            "WHERE _change = NEW._change; END",
        [DATABASE_SERVER] = "CREATE FUNCTION tamper() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW._by = 'nobody'; "
                            "RETURN NEW; END $$; CREATE TRIGGER tamper BEFORE INSERT ON _changes FOR EACH ROW EXECUTE "
                            "FUNCTION tamper()"};
    struct book book;
    struct registry_change change = {.instant = 7, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    open_book(&book, database, DIGEST_SM3);
    assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
    assert_true(store_do(book.store, tampers[database]));
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DAMAGED);
    assert_int_equal(verdict_of(&book).broken, REGISTRY_SOUND);
    close_book(&book);
}

/* What would run when it is opened, read or written is told before anything of it is. */
static void what_others_put_on_a_table_is_refused(enum database database) {
    static const struct {
        const char *sql[DATABASES], *differs[DATABASES];
    } cases[] = {
        {{"CREATE TRIGGER spy AFTER INSERT ON Family BEGIN DELETE FROM _given; END",
          "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER spy "
          "BEFORE INSERT ON family FOR EACH ROW EXECUTE FUNCTION spy()"},
         {"Family: trigger spy", "family: trigger spy"}},
        {{"ALTER TABLE family RENAME TO other; CREATE VIEW family AS SELECT * FROM other",
          "ALTER TABLE family RENAME TO other; CREATE VIEW family AS SELECT * FROM other"},
         {"family: view family", "family: rule _RETURN"}},
        {{"ALTER TABLE _columns RENAME TO other; CREATE VIEW _columns AS SELECT * FROM other",
          "CREATE RULE no AS ON INSERT TO _columns DO INSTEAD NOTHING"},
         {"_columns: view _columns", "_columns: rule no"}},
        {{"CREATE TRIGGER spy AFTER INSERT ON _changes BEGIN DELETE FROM _given; END",
          "ALTER TABLE _changes ENABLE ROW LEVEL SECURITY"},
         {"_changes: trigger spy", "_changes: row security"}},
        {{"CREATE VIEW report AS SELECT count(*) AS families FROM family",
          "CREATE VIEW report AS SELECT count(*) AS families FROM family"},
         {NULL, NULL}}, /* somebody's own, of what he reads */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct book book;
        struct registry again;
        const char *differs = cases[i].differs[database];
        open_book(&book, database, DIGEST_SM3);
        assert_true(store_do(book.store, cases[i].sql[database]));
        for (int verifies = 0; verifies <= 1; verifies++) {
            enum registry_result result = verifies ? registry_open_to_verify(&again, book.store)
                                                   : registry_open(&again, book.store, book.stage.policy);
            assert_int_equal(result, differs ? REGISTRY_FOREIGN : REGISTRY_DONE);
            if (differs && !text_is(again.differs, differs)) print_error("%.*s\n", TEXT_ARG(again.differs));
            if (differs) assert_true(text_is(again.differs, differs));
            registry_close(&again);
        }
        close_book(&book);
    }
}

static void tables_are_as_they_were_made(enum database database) {
    static const struct {
        const char *sql;
        enum registry_break broken;
        int64_t change;
        enum registry_flaw_kind kind;
        const char *table, *column;
        size_t flaws;
    } cases[] = {
        {"ALTER TABLE family ADD COLUMN spy TEXT", REGISTRY_OTHER_SCHEMA, 4, REGISTRY_COLUMN_FOREIGN, "family", "spy",
         1},
        {"ALTER TABLE family RENAME COLUMN farm TO far", REGISTRY_ROWS_ALTERED, 2, REGISTRY_COLUMN_MISSING, "family",
         "farm", 2},
        {"ALTER TABLE family RENAME COLUMN _change TO _chang", REGISTRY_ROWS_ALTERED, 2, REGISTRY_COLUMN_MISSING,
         "family", "_change", 2},
        {"DROP TABLE _findings", REGISTRY_OTHER_SCHEMA, 4, REGISTRY_TABLE_MISSING, "_findings", "", 1},
        {"DROP TABLE _given", REGISTRY_ROWS_ALTERED, 2, REGISTRY_TABLE_MISSING, "_given", "", 1},
        {"DROP INDEX _id_family_by__id", REGISTRY_OTHER_SCHEMA, 4, REGISTRY_INDEX_MISSING, "_id_family", "_id", 1},
        {"DROP INDEX family_by__key", REGISTRY_OTHER_SCHEMA, 4, REGISTRY_INDEX_MISSING, "family", "_key", 1},
        {"ALTER TABLE _views RENAME TO v; CREATE TABLE _views (_view BIGINT PRIMARY KEY, _change INTEGER NOT NULL, "
         "_entity TEXT NOT NULL, _key BIGINT NOT NULL, _input TEXT NOT NULL, _why TEXT, _area TEXT NOT NULL, _month "
         "BIGINT NOT NULL, _rows BIGINT NOT NULL)",
         REGISTRY_OTHER_SCHEMA, 4, REGISTRY_COLUMN_OTHER, "_views", "_why", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct book book;
        bool found = false;
        open_book(&book, database, DIGEST_SM3);
        assert_int_equal(verdict_of(&book).flaws.count, 0);
        bool done = store_do(book.store, cases[i].sql);
        if (!done) print_error("%s: %s\n", cases[i].sql, store_trouble(book.store)->words);
        struct registry_verdict verdict = verdict_of(&book);
        for (size_t k = 0; k < verdict.flaws.count; k++) {
            const struct registry_flaw *flaw = &verdict.flaws.items[k];
            found = found || (flaw->kind == cases[i].kind && text_is(flaw->table, cases[i].table) &&
                              text_is(flaw->column, cases[i].column));
        }
        if (!found || verdict.broken != cases[i].broken || verdict.changes != cases[i].change)
            print_error("%s: %d at %lld\n", cases[i].sql, (int)verdict.broken, (long long)verdict.changes);
        assert_true(found);
        if (cases[i].flaws) assert_int_equal(verdict.flaws.count, cases[i].flaws);
        assert_int_equal(verdict.broken, cases[i].broken);
        assert_int_equal(verdict.changes, cases[i].change);
        close_book(&book);
    }
}

/* By which nothing else can be read, so that only the chain tells when that came about. */
static void lines_of_columns_that_are_none_are_told_by_their_change(enum database database) {
    static const char *const alterations[] = {"UPDATE _columns SET _coding = 'number' WHERE _input = 'farm'",
                                              "UPDATE _columns SET _input = 'a b' WHERE _input = 'farm'",
                                              "UPDATE _columns SET _name = 'x' WHERE _column = 1"};
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        struct book book;
        struct registry again;
        struct registry_verdict verdict;
        open_book(&book, database, DIGEST_SM3);
        assert_true(store_do(book.store, alterations[i]));
        assert_int_equal(registry_open(&again, book.store, NULL), REGISTRY_DAMAGED);
        registry_close(&again);
        assert_int_equal(registry_open_to_verify(&again, book.store), REGISTRY_DONE);
        assert_int_equal(registry_verify(&again, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.broken, REGISTRY_ROWS_ALTERED);
        assert_int_equal(verdict.changes, 1);
        registry_close(&again);
        close_book(&book);
    }
}

ON_BOTH(what_others_put_on_a_table_is_refused)
ON_BOTH(tables_are_as_they_were_made)
ON_BOTH(lines_of_columns_that_are_none_are_told_by_their_change)
ON_BOTH(nothing_goes_on_from_a_change_that_nobody_made)
ON_BOTH(numbers_far_off_are_damage)
ON_BOTH(a_link_is_read_again)
ON_BOTH(what_is_not_altered_is_sound)
ON_BOTH(what_is_altered_is_found)
ON_BOTH(a_tail_that_is_cut_off_leaves_another_link)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(what_is_not_altered_is_sound),
        BOTH(what_is_altered_is_found),
        BOTH(a_tail_that_is_cut_off_leaves_another_link),
        BOTH(what_others_put_on_a_table_is_refused),
        BOTH(tables_are_as_they_were_made),
        BOTH(lines_of_columns_that_are_none_are_told_by_their_change),
        BOTH(nothing_goes_on_from_a_change_that_nobody_made),
        BOTH(numbers_far_off_are_damage),
        BOTH(a_link_is_read_again),
    };
    return cmocka_run_group_tests_name("chain", tests, databases_begin, databases_end);
}
