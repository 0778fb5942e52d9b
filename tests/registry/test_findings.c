/* What verifications find is kept until somebody clears it, once; on both databases. */
#include "base/memory.h"
#include "book.h"
#include "engine/stage.h"
#include "registry/registry.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\nentity family\nentity person in family at most 9\n"
                          "input family rich : bool\ninput person old : bool\n";
enum { JULY = 2018 * 12 + 6 };

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct registry_findings findings; /* as they were read last */
};

static struct registry_change begin(struct book *book, const char *by) {
    struct registry_change change = {.instant = 77, .by = text_from(by), .what = TEXT("told"), .since = MONTH_FIRST};
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    return change;
}

static void take(struct book *book) {
    struct registry_taken taken[2] = {{0}, {0}};
    struct registry_change change = begin(book, "teller");
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

/* A family with two people: changes 1 and 2. */
static void open_book(struct book *book, enum database database) {
    *book = (struct book){.store = database_new(database)};
    stage_open(&book->stage, law, NULL, NULL);
    book_make(&book->registry, book->store, &book->stage, DIGEST_SM3);
    stage_row(&book->stage, "family", "F1", "", "rich=yes");
    stage_row(&book->stage, "person", "P1", "F1", "old=no");
    stage_row(&book->stage, "person", "P2", "F1", "old=yes");
    take(book);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

static void raise(struct book *book, const char *entity, const char *alert, int64_t key, bool unsure) {
    struct registry_findings raised = {{NULL, 0, 0}};
    const struct registry_finding finding = {
        .alert = text_from(alert), .entity = text_from(entity), .key = key, .month = JULY, .unsure = unsure};
    VECTOR_PUSH(&book->stage.arena, &raised.list, finding);
    struct registry_change change = begin(book, "verifier");
    assert_int_equal(registry_raise(&book->registry, &change, &raised), REGISTRY_DONE);
    assert_int_equal(raised.list.items[0].change, change.number);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

static enum registry_result read_findings(struct book *book) {
    return registry_read_findings(&book->registry, &book->stage.arena, &book->findings);
}

static void what_is_found_is_kept_until_it_is_cleared(enum database database) {
    struct book book;
    open_book(&book, database);
    assert_int_equal(read_findings(&book), REGISTRY_DONE);
    assert_int_equal(book.findings.list.count, 0);
    raise(&book, "person", "gone", 2, false);
    raise(&book, "ship", "sunk", 1, true); /* of an entity that the law has no more */
    struct registry_change change = begin(&book, "王某");
    assert_int_equal(registry_clear(&book.registry, &change, 1, TEXT("核实")), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    assert_int_equal(read_findings(&book), REGISTRY_DONE);
    assert_int_equal(book.findings.list.count, 2);
    const struct registry_finding *first = &book.findings.list.items[0], *second = &book.findings.list.items[1];
    assert_int_equal(first->number, 1);
    assert_int_equal(first->change, 3);
    assert_true(text_is(first->id, "P2") && text_is(first->alert, "gone") && text_is(first->by, "verifier"));
    assert_int_equal(first->month, JULY);
    assert_int_equal(first->cleared, change.number);
    assert_true(text_is(first->cleared_by, "王某") && text_is(first->reason, "核实") && !first->unsure);
    assert_int_equal(second->number, 2);
    assert_true(second->unsure && second->cleared == 0 && second->id.length == 0 && second->reason.length == 0);
    close_book(&book);
}

static void nothing_is_cleared_twice(enum database database) {
    struct book book;
    struct registry_verdict verdict;
    open_book(&book, database);
    raise(&book, "person", "gone", 2, false);
    for (int i = 0; i < 2; i++) {
        struct registry_change change = begin(&book, "clerk");
        enum registry_result result = registry_clear(&book.registry, &change, 1, TEXT("looked"));
        if (result == REGISTRY_DONE) result = registry_end_change(&book.registry);
        assert_int_equal(result, i ? REGISTRY_STORE_FAILED : REGISTRY_DONE);
        if (i) assert_int_equal(store_trouble(book.store)->failure, STORE_CONFLICT);
        if (i) registry_give_up_change(&book.registry);
    }
    assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_int_equal(verdict.changes, 4);
    close_book(&book);
}

static void when_rows_were_told_of_last(enum database database) {
    struct book book;
    struct registry_last_told last;
    const struct entity *person;
    open_book(&book, database);
    person = map_get(&book.stage.policy->entity_by_name, TEXT("person"));
    records_init(&book.stage.records, &book.stage.arena, book.stage.policy);
    stage_row(&book.stage, "person", "P2", "F1", "old=no");
    take(&book);
    assert_int_equal(registry_read_last_told(&book.registry, person, &book.stage.arena, &last), REGISTRY_DONE);
    assert_int_equal(last.count, 2);
    assert_int_equal(last.changes[1], 2);
    assert_int_equal(last.changes[2], 3);
    close_book(&book);
}

/* What stands in the database that nobody can have told. */
static void what_was_altered_is_found(enum database database) {
    static const struct {
        const char *sql;
        enum registry_result result;
    } alterations[] = {
        {"UPDATE _findings SET _key = 1", REGISTRY_DONE},
        {"UPDATE _findings SET _key = -5", REGISTRY_DONE},
        {"UPDATE _findings SET _key = 99999999999", REGISTRY_DONE},
        {"UPDATE _cleared SET _reason = 'another'", REGISTRY_DONE},
        {"DELETE FROM _cleared", REGISTRY_DONE},
        {"DELETE FROM _findings", REGISTRY_DONE},
        {"UPDATE _findings SET _month = -2147483648", REGISTRY_DAMAGED},
        {"UPDATE _findings SET _month = 26400", REGISTRY_DAMAGED},
        {"UPDATE _findings SET _alert = 'a\nb'", REGISTRY_DAMAGED},
        {"UPDATE _cleared SET _reason = '\x1b[2J'", REGISTRY_DAMAGED},
    };
    struct book book;
    struct registry_verdict verdict;
    open_book(&book, database);
    raise(&book, "person", "gone", 2, false);
    struct registry_change change = begin(&book, "clerk");
    assert_int_equal(registry_clear(&book.registry, &change, 1, TEXT("looked")), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(store_do(book.store, alterations[i].sql));
        assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
        assert_int_not_equal(verdict.broken, REGISTRY_SOUND);
        enum registry_result result = read_findings(&book);
        if (result != alterations[i].result) print_error("%s: %d\n", alterations[i].sql, (int)result);
        assert_int_equal(result, alterations[i].result);
        if (result == REGISTRY_DAMAGED) assert_true(text_is(book.registry.differs, "_findings 1"));
        store_roll_back(book.store);
    }
    close_book(&book);
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct book book;
    open_book(&book, DATABASE_FILE);
    raise(&book, "person", "gone", 2, false);
    bool failed = true;
    for (long i = 0; failed; i++) {
        struct arena arena;
        struct registry_findings findings;
        arena_init(&arena);
        memory_fail_after(i);
        enum registry_result result = registry_read_findings(&book.registry, &arena, &findings);
        failed = memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(result, failed ? REGISTRY_NO_MEMORY : REGISTRY_DONE);
        if (!failed) assert_true(text_is(findings.list.items[0].id, "P2"));
        arena_free(&arena);
        registry_close(&book.registry); /* memory that ran out is remembered */
        assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
        assert_true(i < 1000);
    }
    close_book(&book);
}

ON_BOTH(what_is_found_is_kept_until_it_is_cleared)
ON_BOTH(nothing_is_cleared_twice)
ON_BOTH(when_rows_were_told_of_last)
ON_BOTH(what_was_altered_is_found)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(what_is_found_is_kept_until_it_is_cleared),
        BOTH(nothing_is_cleared_twice),
        BOTH(when_rows_were_told_of_last),
        BOTH(what_was_altered_is_found),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests_name("findings", tests, databases_begin, databases_end);
}
