/* Who has confirmed a value of the law is kept, and holds for exactly that value; on both databases. */
#include "base/memory.h"
#include "book.h"
#include "engine/confirmation.h"
#include "engine/stage.h"
#include "registry/registry.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                                           \
    "policy law\n  currency yuan of 100 fen\nentity village\nentity family in village at most 9\nenum kind : good, "   \
    "poor\n"
#define LINE "parameter line : money/month by village, kind in 0 .. 9_000 yuan/month table t\n"
#define USES "benefit family a : money/month = line[poor]\n"
#define COLUMNS "area,kind,from,enacted,value,source,confidence\n"
#define FIRST "v1,poor,2018-01-01,2017-12-01,5,told,medium\n"
#define SECOND "v2,poor,2018-01-01,,5,,low\n"
#define THIRD "v3,poor,2018-01-01,,6,,high\nv4,poor,2018-01-01,,,,low\n"

static const char law[] = HEAD LINE USES, table[] = COLUMNS FIRST SECOND THIRD;

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct registry_lines lines; /* as they were read last */
};

static void open_book(struct book *book, enum database database) {
    stage_open(&book->stage, law, table, NULL);
    book->store = database_new(database);
    book_make(&book->registry, book->store, &book->stage, DIGEST_SM3);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

static enum registry_result read_confirmed(struct book *book, int64_t known) {
    return registry_read_confirmed(&book->registry, known, book->stage.policy, &book->lines);
}

/* The value of an area. */
static const struct registry_line *line_of(const struct registry_lines *lines, const char *area) {
    for (size_t i = 0; i < lines->list.count; i++)
        if (text_is(lines->list.items[i].area, area)) return &lines->list.items[i];
    fail_msg("no line of %s", area);
    return NULL;
}

static const struct attestation *attested(const struct book *book, const char *area) {
    return line_of(&book->lines, area)->value->attested;
}

/* By a change of its own, whose number is returned. */
static int64_t confirm(struct book *book, const char *area, const char *by, const struct attestation *attestation) {
    struct registry_change change = {.instant = 77, .by = text_from(by), .what = TEXT("confirm")};
    struct registry_lines chosen = {{NULL, 0, 0}};
    assert_int_equal(read_confirmed(book, REGISTRY_NOW), REGISTRY_DONE);
    VECTOR_PUSH(&book->stage.arena, &chosen.list, *line_of(&book->lines, area));
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_confirm(&book->registry, &change, &chosen, attestation), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    return change.number;
}

static const struct attestation notice = {.document = {"Notice 5, 甲", 13}};
static const struct attestation signature = {.is_signed = true};

static bool is_marked(struct stage *stage) {
    stage_decide(stage, "2018-07");
    return confirmation_of(stage->run)->unconfirmed[policy_field(stage->policy, TEXT("family"), TEXT("a"))->index];
}

static void what_is_confirmed_counts_as_such(enum database database) {
    struct book book;
    open_book(&book, database);
    assert_int_equal(read_confirmed(&book, REGISTRY_NOW), REGISTRY_DONE);
    assert_int_equal(book.lines.list.count, 4);
    assert_null(attested(&book, "v1"));
    int64_t first = confirm(&book, "v1", "王某", &notice), second = confirm(&book, "v2", "clerk", &signature);
    assert_int_equal(read_confirmed(&book, first - 1), REGISTRY_DONE);
    assert_null(attested(&book, "v1"));
    assert_false(line_of(&book.lines, "v1")->value->confirmed);
    assert_int_equal(read_confirmed(&book, first), REGISTRY_DONE);
    const struct attestation *found = attested(&book, "v1");
    assert_true(found && text_is(found->by, "王某") && text_equal(found->document, notice.document));
    assert_false(found->is_signed);
    assert_int_equal(found->instant, 77);
    assert_true(line_of(&book.lines, "v1")->value->confirmed);
    assert_null(attested(&book, "v2"));
    assert_true(is_marked(&book.stage)); /* by the second */
    assert_int_equal(read_confirmed(&book, second), REGISTRY_DONE);
    found = attested(&book, "v2");
    assert_true(found && found->is_signed && text_is(found->by, "clerk") && found->document.length == 0);
    line_of(&book.lines, "v4")->value->from = DAY_NEVER; /* which nobody can confirm */
    assert_false(is_marked(&book.stage));
    assert_null(attested(&book, "v3"));
    assert_true(line_of(&book.lines, "v3")->value->confirmed);
    close_book(&book);
}

/* A law that says it otherwise, and whether what was confirmed of the first village holds for it. */
static void it_holds_for_exactly_this_value(enum database database) {
    static const struct {
        const char *law, *table;
        bool holds;
    } laws[] = {
        {law, COLUMNS FIRST, true},
        {law, COLUMNS "v1,poor,2018-01-01,2017-12-01,5.00,another,low\n", true},
        {law, COLUMNS SECOND FIRST "v1,good,2018-01-01,2017-12-01,5,told,medium\n", true},
        {law, COLUMNS "v1,poor,2018-01-01,2017-12-01,5.01,told,medium\n", false},
        {law, COLUMNS "v1,poor,2018-01-01,2017-12-01,,told,medium\n", false},
        {law, COLUMNS "v1,poor,2018-01-02,2017-12-01,5,told,medium\n", false},
        {law, COLUMNS "v1,poor,2018-01-01,2017-12-02,5,told,medium\n", false},
        {law, COLUMNS "v1,poor,,2017-12-01,5,told,medium\n", false},
        {law, COLUMNS "v1,good,2018-01-01,2017-12-01,5,told,medium\n", false},
        {law, COLUMNS "v1,poor,2018-01-01,2017-12-01,5,told,high\n", false}, /* by the law itself */
        {HEAD "parameter line : money/year by village, kind in 0 .. 9 yuan/year table t\n", COLUMNS FIRST, false},
        {HEAD "parameter other : money/month by village, kind in 0 .. 9 yuan/month table t\n", COLUMNS FIRST, false},
        {HEAD "parameter line : money/month by village in 0 .. 9 yuan/month table t\n", COLUMNS FIRST, false},
    };
    struct book book;
    open_book(&book, database);
    confirm(&book, "v1", "clerk", &notice);
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct book later = {.store = book.store};
        stage_open(&later.stage, laws[i].law, laws[i].table, NULL);
        assert_int_equal(registry_open(&later.registry, later.store, later.stage.policy), REGISTRY_DONE);
        assert_int_equal(read_confirmed(&later, REGISTRY_NOW), REGISTRY_DONE);
        bool holds = false;
        for (size_t k = 0; k < later.lines.list.count; k++) holds = holds || later.lines.list.items[k].value->attested;
        if (holds != laws[i].holds) print_error("law %zu\n", i);
        assert_int_equal(holds, laws[i].holds);
        registry_close(&later.registry);
        stage_close(&later.stage);
    }
    close_book(&book);
}

/* Nobody's first word is taken back by a second. */
static void the_first_confirmation_counts(enum database database) {
    struct book book;
    open_book(&book, database);
    confirm(&book, "v1", "one", &notice);
    confirm(&book, "v1", "two", &signature);
    assert_int_equal(read_confirmed(&book, REGISTRY_NOW), REGISTRY_DONE);
    assert_true(text_is(attested(&book, "v1")->by, "one"));
    close_book(&book);
}

/* Whatever is told of what nobody knows, or of what the law confirms itself. */
static void there_must_be_something_to_confirm(enum database database) {
    struct book book;
    open_book(&book, database);
    confirm(&book, "v3", "clerk", &notice);
    confirm(&book, "v4", "clerk", &notice);
    assert_int_equal(read_confirmed(&book, REGISTRY_NOW), REGISTRY_DONE);
    assert_null(attested(&book, "v3"));
    assert_true(line_of(&book.lines, "v3")->value->confirmed);
    assert_null(attested(&book, "v4"));
    assert_false(line_of(&book.lines, "v4")->value->confirmed);
    close_book(&book);
}

/* What stands in the database that nobody can have told. */
static void what_was_altered_is_found(enum database database) {
    static const struct {
        const char *sql;
        enum registry_result result;
        bool holds; /* where it can be read */
    } alterations[] = {
        {"UPDATE _confirmed SET _document = 'another'", REGISTRY_DONE, true},
        {"UPDATE _confirmed SET _parameter = 'another'", REGISTRY_DONE, false},
        {"UPDATE _confirmed SET _value = '5'", REGISTRY_DONE, false},
        {"UPDATE _confirmed SET _change = 9", REGISTRY_DONE, false},
        {"UPDATE _confirmed SET _area = '', _keys = 'v1kind=poor'", REGISTRY_DONE, false},
        {"DELETE FROM _confirmed", REGISTRY_DONE, false},
        {"UPDATE _confirmed SET _document = '\x1b[2J'", REGISTRY_DAMAGED, false},
        {"UPDATE _confirmed SET _document = 'two\nlines'", REGISTRY_DAMAGED, false},
        {"UPDATE _changes SET _by = 'a\xe2\x80\xa8' WHERE _change = 2", REGISTRY_DAMAGED, false},
    };
    struct book book;
    struct registry_verdict verdict;
    open_book(&book, database);
    confirm(&book, "v1", "clerk", &notice);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.broken, REGISTRY_SOUND);
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(store_do(book.store, alterations[i].sql));
        assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
        assert_int_not_equal(verdict.broken, REGISTRY_SOUND);
        enum registry_result result = read_confirmed(&book, REGISTRY_NOW);
        if (result != alterations[i].result) print_error("%s: %d\n", alterations[i].sql, (int)result);
        assert_int_equal(result, alterations[i].result);
        if (result == REGISTRY_DONE) assert_int_equal(attested(&book, "v1") != NULL, alterations[i].holds);
        if (result == REGISTRY_DAMAGED) assert_true(text_starts(book.registry.differs, "_confirmed 1"));
        store_roll_back(book.store);
    }
    close_book(&book);
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct book book;
    open_book(&book, DATABASE_FILE);
    confirm(&book, "v1", "clerk", &notice);
    bool failed = true;
    for (long i = 0; failed; i++) {
        struct book later = {.store = book.store};
        stage_open(&later.stage, law, table, NULL);
        assert_int_equal(registry_open(&later.registry, later.store, later.stage.policy), REGISTRY_DONE);
        memory_fail_after(i);
        enum registry_result result = read_confirmed(&later, REGISTRY_NOW);
        failed = memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(result, failed ? REGISTRY_NO_MEMORY : REGISTRY_DONE);
        if (!failed) assert_non_null(attested(&later, "v1"));
        registry_close(&later.registry);
        stage_close(&later.stage);
        assert_true(i < 1000);
    }
    close_book(&book);
}

/* --- how values are named ----------------------------------------------------------------------------------------- */

static void expect_line(const struct registry_lines *lines, size_t place, const char *area, const char *keys,
                        const char *from, const char *written) {
    assert_true(place < lines->list.count);
    const struct registry_line *line = &lines->list.items[place];
    if (!text_is(line->area, area) || !text_is(line->keys, keys) || !text_is(line->from, from) ||
        !text_is(line->written, written))
        fail_msg("%zu: %.*s %.*s %.*s %.*s", place, TEXT_ARG(line->area), TEXT_ARG(line->keys), TEXT_ARG(line->from),
                 TEXT_ARG(line->written));
}

static void values_are_named_by_what_they_are(void **state) {
    (void)state;
    struct book book = {.store = database_new(DATABASE_FILE)};
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("init")};
    stage_open(&book.stage,
               HEAD "parameter a : ratio unconfirmed in 0% .. 100% = 12.5%\n"
                    "parameter b : bool unconfirmed = no\n"
                    "parameter c : date from 2018-02-03 unconfirmed = never\n"
                    "parameter d : kind unconfirmed = poor\n"
                    "parameter e : ratio by band of money/year, month, count in 1 .. 9 in 0% .. 100% table t\n"
                    "parameter f : money/month in 0 .. 9 yuan/month = 5 yuan/month\n",
               "band,month,count,from,value,confidence\n0,2018-06,1,2018-01-01,0.5,low\n1200.5,2018-06,9,,,low\n",
               "policy county extends law area 5305\nexception parameter f unconfirmed = 6 yuan/month\n");
    assert_int_equal(registry_make(&book.registry, book.store, book.stage.policy, DIGEST_SM3, &change), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    assert_int_equal(read_confirmed(&book, REGISTRY_NOW), REGISTRY_DONE);
    assert_int_equal(book.lines.list.count, 8);
    expect_line(&book.lines, 0, "", "", "", "0.125 ratio");
    expect_line(&book.lines, 1, "", "", "", "no");
    expect_line(&book.lines, 2, "", "", "2018-02-03", "never");
    expect_line(&book.lines, 3, "", "", "", "poor");
    expect_line(&book.lines, 4, "", "band=0 money/year,month=2018-06,count=1", "2018-01-01", "0.5 ratio");
    expect_line(&book.lines, 5, "", "band=1200.5 money/year,month=2018-06,count=9", "", "");
    expect_line(&book.lines, 6, "", "", "", "5 money/month");
    expect_line(&book.lines, 7, "5305", "", "", "6 money/month"); /* where the other layer holds */
    confirm(&book, "5305", "clerk", &notice);
    assert_int_equal(read_confirmed(&book, REGISTRY_NOW), REGISTRY_DONE);
    assert_non_null(book.lines.list.items[7].value->attested);
    assert_null(book.lines.list.items[6].value->attested);
    close_book(&book);
}

ON_BOTH(what_is_confirmed_counts_as_such)
ON_BOTH(it_holds_for_exactly_this_value)
ON_BOTH(the_first_confirmation_counts)
ON_BOTH(there_must_be_something_to_confirm)
ON_BOTH(what_was_altered_is_found)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(what_is_confirmed_counts_as_such),
        BOTH(it_holds_for_exactly_this_value),
        BOTH(the_first_confirmation_counts),
        BOTH(there_must_be_something_to_confirm),
        BOTH(what_was_altered_is_found),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(values_are_named_by_what_they_are),
    };
    return cmocka_run_group_tests_name("confirmed", tests, databases_begin, databases_end);
}
