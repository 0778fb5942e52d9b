/* What the registry is told comes back, as it held in a month and as it was known at a time; on both databases. */
#include "book.h"
#include "engine/stage.h"
#include "exchange/same_dataset.h"
#include "registry/registry.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] =
    "policy law\n  currency yuan of 100 fen\n"
    "entity village\nentity home in village at most 9\nentity family in village at most 9\n"
    "entity person in family at most 9\nevent bill in person dated left, number at most 9 a year\n"
    "enum kind : good, poor\n"
    "input family farm : money/month in -100 .. 10_000 yuan/month\n"
    "input family kind : kind\n"
    "input family lives : home empty means none\n"
    "input person name : text\n"
    "input person born : date in 1900-01-01 .. 2100-01-01 empty means never\n"
    "input person ill : bool\n"
    "input bill left : date in 2010-01-01 .. 2100-01-01\n"
    "input bill number : text\n"
    "input bill cost : money in 0 .. 100_000 yuan\n";

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
};

static void tell_families(struct stage *stage) {
    stage_row(stage, "village", "530501", "", "");
    stage_row(stage, "village", "530502", "", "");
    stage_row(stage, "home", "H1", "530502", "");
    stage_row(stage, "family", "F1", "530501", "farm=12.50 kind=good lives=H1");
    stage_row(stage, "family", "F2", "530502", "farm=-0.01 lives=none");
    stage_row(stage, "person", "P1", "F1", "name=赵·一 born=1958-07-01 ill=no");
    stage_row(stage, "person", "P2", "F1", "born=never");
    stage_row(stage, "person", "P3", "F2", "ill=yes");
    stage_row(stage, "bill", "", "P1", "left=2018-05-01 number=a/b cost=10.01");
    stage_row(stage, "bill", "", "P1", "left=2018-05-01 number=B2");
}

static void open_book_by(struct book *book, enum database database, const char *text) {
    stage_open(&book->stage, text, NULL, NULL);
    book->store = database_new(database);
    book_make(&book->registry, book->store, &book->stage, DIGEST_SM3);
}

static void open_book(struct book *book, enum database database) {
    open_book_by(book, database, law);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

/* All that the stage tells, since a month; what became of it over all entities. */
static struct registry_taken take(struct book *book, month_number since) {
    struct registry_taken taken[16] = {0}, sum = {0};
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("import"), .since = since};
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    int64_t last = 0;
    assert_int_equal(registry_last_change(&book->registry, &last), REGISTRY_DONE);
    assert_int_equal(last, change.number);
    for (size_t i = 0; i < book->stage.policy->entities.count; i++) {
        sum.fresh += taken[i].fresh;
        sum.changed += taken[i].changed;
        sum.same += taken[i].same;
        sum.refused += taken[i].refused;
    }
    return sum;
}

static void expect_taken(struct registry_taken taken, size_t fresh, size_t changed, size_t same) {
    assert_int_equal(taken.fresh, fresh);
    assert_int_equal(taken.changed, changed);
    assert_int_equal(taken.same, same);
    assert_int_equal(taken.refused, 0);
}

static month_number month(int year, int number) {
    return year * 12 + number - 1;
}

/* What is known by a change of a month, in the stage's arena. */
static struct dataset *dataset_of(struct book *book, int64_t known, month_number when, struct records *records) {
    assert_int_equal(registry_read(&book->registry, known, &book->stage.arena, records), REGISTRY_DONE);
    struct dataset *dataset = dataset_new(book->stage.policy, records, when, &book->stage.refusals);
    assert_non_null(dataset);
    assert_int_equal(book->stage.refusals.list.count, 0);
    return dataset;
}

static void expect_same(struct book *book, int64_t known, month_number when, const struct records *told) {
    struct records read;
    struct dataset *found = dataset_of(book, known, when, &read);
    struct dataset *wanted = dataset_new(book->stage.policy, told, when, &book->stage.refusals);
    assert_non_null(wanted);
    assert_same_dataset(found, wanted);
    dataset_free(found);
    dataset_free(wanted);
}

static const char *input_of(struct book *book, int64_t known, month_number when, const char *entity, const char *name,
                            const char *id) {
    static char shown[64];
    struct records records;
    struct dataset *dataset = dataset_of(book, known, when, &records);
    const struct field *input = policy_field(book->stage.policy, text_from(entity), text_from(name));
    size_t row = table_find(dataset_table(dataset, input->entity), text_from(id));
    const struct column *column = dataset_column(dataset, input);
    if (row == SIZE_MAX)
        snprintf(shown, sizeof shown, "gone");
    else if (!column->known[row])
        snprintf(shown, sizeof shown, "unknown");
    else
        snprintf(shown, sizeof shown, "%lld", (long long)column_get(column, row));
    dataset_free(dataset);
    return shown;
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void what_is_told_comes_back(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_families(&book.stage);
    expect_taken(take(&book, MONTH_FIRST), 10, 0, 0);
    expect_same(&book, REGISTRY_NOW, month(2018, 7), &book.stage.records);
    expect_same(&book, REGISTRY_NOW, month(1990, 1), &book.stage.records);
    expect_taken(take(&book, MONTH_FIRST), 0, 0, 10); /* told twice, it says nothing new */
    expect_taken(take(&book, month(2018, 7)), 0, 0, 10);
    expect_same(&book, REGISTRY_NOW, month(2018, 7), &book.stage.records);
    close_book(&book);
}

static void what_was_known_stays(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_families(&book.stage);
    take(&book, MONTH_FIRST);
    struct records first = book.stage.records;
    book_tell_anew(&book.stage);
    stage_row(&book.stage, "village", "530501", "", "");
    stage_row(&book.stage, "family", "F1", "530501", "farm=13 kind=poor lives=none");
    expect_taken(take(&book, month(2018, 7)), 0, 1, 1);
    assert_string_equal(input_of(&book, REGISTRY_NOW, month(2018, 7), "family", "farm", "F1"), "1300");
    assert_string_equal(input_of(&book, REGISTRY_NOW, month(2018, 6), "family", "farm", "F1"), "1250");
    assert_string_equal(input_of(&book, 2, month(2018, 7), "family", "farm", "F1"), "1250");
    expect_same(&book, 2, month(2018, 7), &first);
    book_tell_anew(&book.stage); /* May was told wrongly: that holds until July, of which something else was told */
    stage_row(&book.stage, "village", "530501", "", "");
    stage_row(&book.stage, "family", "F1", "530501", "farm=12 kind=good lives=H1");
    stage_row(&book.stage, "village", "530502", "", "");
    stage_row(&book.stage, "home", "H1", "530502", "");
    expect_taken(take(&book, month(2018, 5)), 0, 1, 3);
    static const struct {
        int64_t known;
        int year, month;
        const char *farm;
    } wanted[] = {{REGISTRY_NOW, 2018, 4, "1250"},
                  {REGISTRY_NOW, 2018, 5, "1200"},
                  {REGISTRY_NOW, 2018, 6, "1200"},
                  {REGISTRY_NOW, 2018, 7, "1300"},
                  {3, 2018, 5, "1250"},
                  {3, 2018, 7, "1300"},
                  {2, 2018, 7, "1250"}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_string_equal(
            input_of(&book, wanted[i].known, month(wanted[i].year, wanted[i].month), "family", "farm", "F1"),
            wanted[i].farm);
    close_book(&book);
}

static void the_last_word_on_a_month_counts(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_families(&book.stage);
    take(&book, MONTH_FIRST);
    static const char *const farms[] = {"farm=1", "farm=2", ""};
    static const char *const found[] = {"100", "200", "unknown"};
    for (size_t i = 0; i < 3; i++) {
        book_tell_anew(&book.stage);
        stage_row(&book.stage, "village", "530501", "", "");
        stage_row(&book.stage, "family", "F1", "530501", farms[i]);
        expect_taken(take(&book, month(2018, 7)), 0, 1, 1);
        assert_string_equal(input_of(&book, REGISTRY_NOW, month(2018, 8), "family", "farm", "F1"), found[i]);
    }
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(input_of(&book, (int64_t)i + 3, month(2018, 8), "family", "farm", "F1"), found[i]);
    close_book(&book);
}

/* A family moves, with its people; a person goes to another family and keeps the key. */
static void rows_move(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_families(&book.stage);
    take(&book, MONTH_FIRST);
    book_tell_anew(&book.stage);
    stage_row(&book.stage, "village", "530502", "", "");
    stage_row(&book.stage, "family", "F2", "530502", "farm=-0.01 lives=none");
    stage_row(&book.stage, "person", "P1", "F2", "name=赵·一 born=1958-07-01 ill=no");
    expect_taken(take(&book, month(2018, 7)), 0, 1, 2);
    struct records records;
    for (int number = 6; number <= 7; number++) {
        struct dataset *dataset = dataset_of(&book, REGISTRY_NOW, month(2018, number), &records);
        const struct entity *person = map_get(&book.stage.policy->entity_by_name, TEXT("person")),
                            *bill = map_get(&book.stage.policy->entity_by_name, TEXT("bill"));
        const struct table *people = dataset_table(dataset, person);
        size_t row = table_find(people, TEXT("P1")), begin, end;
        assert_true(
            text_is(table_id(dataset_table(dataset, person->parent), people->parents[row]), number == 6 ? "F1" : "F2"));
        dataset_below(dataset, person, row, bill, &begin, &end); /* what happened to him goes with him */
        assert_int_equal(end - begin, 2);
        dataset_free(dataset);
    }
    close_book(&book);
}

static void rows_stand_in_their_months(enum database database) {
    struct book book;
    open_book(&book, database);
    stage_row(&book.stage, "village", "530501", "", "");
    stage_row_in(&book.stage, "family", "F1", "530501", "farm=1", "2018-01", "2018-03");
    stage_row_in(&book.stage, "family", "F1", "530501", "farm=2", "2018-04", "2018-05");
    stage_row_in(&book.stage, "family", "F1", "530501", "farm=3", "2018-08", NULL);
    take(&book, MONTH_FIRST);
    static const char *const wanted[] = {"gone", "100", "100", "100", "200", "200", "gone", "gone", "300", "300"};
    for (int i = 0; i < 10; i++) {
        assert_string_equal(input_of(&book, REGISTRY_NOW, month(2017, 12) + i, "family", "farm", "F1"), wanted[i]);
        expect_same(&book, REGISTRY_NOW, month(2017, 12) + i, &book.stage.records);
    }
    expect_taken(take(&book, MONTH_FIRST), 0, 0, 4);
    close_book(&book);
}

static void who_is_told_under_nobody_is_refused(enum database database) {
    struct book book;
    open_book(&book, database);
    stage_row(&book.stage, "village", "530501", "", "");
    stage_row(&book.stage, "family", "F1", "530509", "farm=1");
    stage_row(&book.stage, "person", "P1", "F1", "");
    struct registry_taken taken = take(&book, MONTH_FIRST);
    assert_int_equal(taken.fresh, 1);
    assert_int_equal(taken.refused, 2);
    assert_string_equal(input_of(&book, REGISTRY_NOW, month(2018, 7), "family", "farm", "F1"), "gone");
    close_book(&book);
}

static void a_change_given_up_leaves_nothing(enum database database) {
    struct book book;
    struct registry_taken taken[16] = {0};
    struct registry_change change = {.instant = 1, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    open_book(&book, database);
    tell_families(&book.stage);
    assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book.registry, &change, &book.stage.records, taken), REGISTRY_DONE);
    registry_give_up_change(&book.registry);
    assert_string_equal(input_of(&book, REGISTRY_NOW, month(2018, 7), "family", "farm", "F1"), "gone");
    take(&book, MONTH_FIRST);
    expect_same(&book, 2, month(2018, 7), &book.stage.records); /* its number is given to the next */
    close_book(&book);
}

/* What is written behind the registry's back is refused, and never reaches the engine. */
static void what_the_model_does_not_allow_is_refused(enum database database) {
    static const struct {
        const char *sql, *differs;
    } alterations[] = {
        {"UPDATE family SET kind = 2 WHERE _version = 1", "family 1, kind"},
        {"UPDATE family SET kind = -1 WHERE _version = 1", "family 1, kind"},
        {"UPDATE family SET farm = 1000001 WHERE _version = 1", "family 1, farm"},
        {"UPDATE family SET farm = -10001 WHERE _version = 2", "family 2, farm"},
        {"UPDATE family SET farm = 9223372036854775807 WHERE _version = 2", "family 2, farm"},
        {"UPDATE person SET ill = 2 WHERE _version = 3", "person 3, ill"},
        {"UPDATE person SET born = 99999999 WHERE _version = 1", "person 1, born"},
        {"UPDATE family SET lives = 2 WHERE _version = 1", "family 1, lives"},
        {"UPDATE family SET lives = -1 WHERE _version = 1", "family 1, lives"},
        {"UPDATE person SET _key = 9 WHERE _version = 3", "person 3, _key"},
        {"UPDATE person SET _key = -9223372036854775807 WHERE _version = 3", "person 3, _key"},
        {"DELETE FROM _id_person WHERE _key = 2", "person 2, _key"},
    };
    struct book book;
    open_book(&book, database);
    tell_families(&book.stage);
    take(&book, MONTH_FIRST);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        struct records records;
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(store_do(book.store, alterations[i].sql));
        assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records), REGISTRY_DAMAGED);
        assert_true(text_is(book.registry.differs, alterations[i].differs));
        store_roll_back(book.store);
    }
    assert_string_equal(input_of(&book, REGISTRY_NOW, month(2018, 7), "family", "farm", "F1"), "1250");
    close_book(&book);
}

static void a_registry_is_of_one_model(enum database database) {
    struct book book, other;
    struct registry registry;
    struct registry_change change = {.what = TEXT("init")};
    open_book(&book, database);
    assert_int_equal(registry_make(&registry, book.store, book.stage.policy, DIGEST_SM3, &change), REGISTRY_THERE);
    registry_close(&registry);
    assert_int_equal(registry_open(&registry, book.store, book.stage.policy), REGISTRY_DONE);
    registry_close(&registry);
    stage_open(&other.stage, "policy law\n  currency yuan of 100 fen\nentity village\ninput village a : bool\n", NULL,
               NULL);
    assert_int_equal(registry_open(&registry, book.store, other.stage.policy), REGISTRY_OTHER_MODEL);
    assert_true(text_is(registry.differs, "village.a : bool"));
    registry_close(&registry);
    struct store *empty = database_new(database);
    assert_int_equal(registry_open(&registry, empty, other.stage.policy), REGISTRY_NONE);
    registry_close(&registry);
    store_close(empty);
    stage_close(&other.stage);
    close_book(&book);
}

/* Whatever a later version may have made of the rest. */
static void what_a_later_version_wrote_is_left_alone(enum database database) {
    struct book book;
    struct registry registry;
    struct registry_change change = {.what = TEXT("migrate")};
    struct registry_migration migration;
    struct policy *law_kept = NULL;
    open_book(&book, database);
    registry_close(&book.registry);
    assert_true(store_do(book.store, "UPDATE _registry SET _format = 5"));
    assert_true(store_do(book.store, "ALTER TABLE _law RENAME TO _laws"));
    assert_int_equal(registry_open(&registry, book.store, book.stage.policy), REGISTRY_LATER);
    registry_close(&registry);
    assert_int_equal(registry_law(book.store, REGISTRY_NOW, &law_kept), REGISTRY_LATER);
    assert_null(law_kept);
    assert_int_equal(registry_migrate(&registry, book.store, book.stage.policy, &change, &migration), REGISTRY_LATER);
    registry_close(&registry);
    assert_true(store_do(book.store, "UPDATE _registry SET _format = 1"));
    assert_int_equal(registry_open(&registry, book.store, book.stage.policy), REGISTRY_NONE);
    registry_close(&registry);
    store_close(book.store);
    stage_close(&book.stage);
}

static int64_t change_by(struct book *book, int64_t instant) {
    int64_t number;
    assert_int_equal(registry_change_by(&book->registry, instant, &number), REGISTRY_DONE);
    return number;
}

static void changes_are_found_by_when_they_were_made(enum database database) {
    struct book book;
    open_book(&book, database); /* change 1, of instant 0 */
    tell_families(&book.stage);
    take(&book, MONTH_FIRST); /* change 2, of instant 1 */
    assert_int_equal(change_by(&book, -1), 0);
    assert_int_equal(change_by(&book, 0), 1);
    assert_int_equal(change_by(&book, 1), 2);
    assert_int_equal(change_by(&book, INT64_MAX), 2);
    close_book(&book);
}

/* --- several threads ---------------------------------------------------------------------------------------------- */

enum { PEOPLE = 40000, VILLAGES = 1200, FAMILIES = 9 * VILLAGES };

static const char *numbered(struct book *book, const char *letter, size_t number) {
    return text_format(&book->stage.arena, "%s%zu", letter, number).bytes;
}

static void tell_many(struct book *book) {
    book_tell_anew(&book->stage);
    for (size_t i = 0; i < VILLAGES; i++) stage_row(&book->stage, "village", numbered(book, "v", i), "", "");
    for (size_t i = 0; i < FAMILIES; i++)
        stage_row(&book->stage, "family", numbered(book, "f", i), numbered(book, "v", i % VILLAGES), "farm=1");
    for (size_t i = 0; i < PEOPLE; i++)
        stage_row(&book->stage, "person", numbered(book, "p", i), numbered(book, "f", i % FAMILIES),
                  numbered(book, "name=n", i));
}

static void expect_same_records(struct book *book, int64_t known) {
    struct records one, many;
    book->registry.threads = 1;
    assert_int_equal(registry_read(&book->registry, known, &book->stage.arena, &one), REGISTRY_DONE);
    book->registry.threads = 4;
    assert_int_equal(registry_read(&book->registry, known, &book->stage.arena, &many), REGISTRY_DONE);
    assert_int_equal(one.versioned, many.versioned);
    for (size_t i = 0; i < book->stage.policy->entities.count; i++) {
        const struct record_table *a = &one.tables[i], *b = &many.tables[i];
        assert_int_equal(a->count, b->count);
        assert_int_equal(a->unordered, b->unordered);
        assert_int_equal(a->keys, b->keys);
        for (size_t row = 0; row < a->count; row++) {
            const struct record_row *left = &a->rows[row], *right = &b->rows[row];
            assert_true(text_equal(left->id, right->id) && text_equal(left->parent, right->parent));
            assert_true(left->from == right->from && left->until == right->until && left->place == right->place);
            for (size_t k = 0; k < a->entity->inputs.count; k++)
                assert_true(columns_agree(&a->columns[k], row, &b->columns[k], row));
        }
    }
}

/* Each over a connection of its own; of rows with one version, and with several. */
static void several_threads_read_the_same(enum database database) {
    struct book book;
    struct records records;
    open_book(&book, database);
    tell_many(&book);
    expect_taken(take(&book, MONTH_FIRST), PEOPLE + FAMILIES + VILLAGES, 0, 0);
    expect_same_records(&book, REGISTRY_NOW);
    book_tell_anew(&book.stage);
    for (size_t i = 0; i < PEOPLE; i += 7)
        stage_row(&book.stage, "person", numbered(&book, "p", i), numbered(&book, "f", (i + 1) % FAMILIES), "name=m");
    take(&book, month(2018, 7));
    expect_same_records(&book, REGISTRY_NOW);
    expect_same_records(&book, 2);
    /* What a change has told that is not ended, no other connection would see. */
    struct registry_taken taken[16] = {0};
    struct registry_change change = {.what = TEXT("import"), .since = MONTH_FIRST};
    book_tell_anew(&book.stage);
    stage_row(&book.stage, "village", "v0+", "", "");
    stage_row(&book.stage, "person", "p0+", "f0", ""); /* of these so many that several threads read them */
    assert_int_equal(registry_begin_change(&book.registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book.registry, &change, &book.stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records), REGISTRY_DONE);
    assert_int_equal(records.tables[0].count, VILLAGES + 1);
    const struct record_table *people =
        &records.tables[policy_field(book.stage.policy, TEXT("person"), TEXT("name"))->entity->index];
    assert_true(text_is(people->rows[people->count - 1].id, "p0+"));
    registry_give_up_change(&book.registry);
    close_book(&book);
}

/* A value that nobody can have told is found by whichever thread meets it. */
static void several_threads_find_what_is_damaged(enum database database) {
    struct book book;
    struct records records;
    open_book(&book, database);
    tell_many(&book);
    take(&book, MONTH_FIRST);
    assert_true(store_do(book.store, "UPDATE person SET ill = 7 WHERE _version = 39000"));
    for (unsigned threads = 1; threads <= 4; threads++) {
        book.registry.threads = threads;
        book.registry.differs = TEXT("");
        assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records), REGISTRY_DAMAGED);
        assert_true(text_is(book.registry.differs, "person 39000, ill"));
    }
    close_book(&book);
}

ON_BOTH(several_threads_read_the_same)
ON_BOTH(several_threads_find_what_is_damaged)
ON_BOTH(what_is_told_comes_back)
ON_BOTH(changes_are_found_by_when_they_were_made)
ON_BOTH(what_a_later_version_wrote_is_left_alone)
ON_BOTH(what_was_known_stays)
ON_BOTH(the_last_word_on_a_month_counts)
ON_BOTH(rows_move)
ON_BOTH(rows_stand_in_their_months)
ON_BOTH(who_is_told_under_nobody_is_refused)
ON_BOTH(a_change_given_up_leaves_nothing)
ON_BOTH(what_the_model_does_not_allow_is_refused)
ON_BOTH(a_registry_is_of_one_model)

/* --- what a decision needs ---------------------------------------------------------------------------------------- */

static bool knows(const struct book *book, const struct records *records, const char *entity, const char *input) {
    const struct entity *found = map_get(&book->stage.policy->entity_by_name, text_from(entity));
    for (size_t i = 0; i < found->inputs.count; i++)
        if (text_is(found->inputs.items[i]->name, input)) return records->tables[found->index].columns[i].known[0];
    fail();
    return false;
}

/* Whoever decides reads of families and people what the law asks for, where they lead, and by what bills are dated. */
static void what_no_rule_asks_is_passed_over(enum database database) {
    static const char asking[] =
        "policy law\n  currency yuan of 100 fen\n"
        "entity village\nentity home in village at most 9\nentity family in village at most 9\n"
        "entity person in family at most 9\nevent bill in person dated left, number at most 9 a year\n"
        "input village name : text\ninput family farm : money/month in 0 .. 10 yuan/month\n"
        "input family wood : money/month in 0 .. 10 yuan/month\ninput family lives : home empty means none\n"
        "input person name : text\ninput person born : date\ninput person ill : bool\n"
        "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
        "input bill cost : money in 0 .. 10 yuan\n"
        "benefit family aid : money/month = when any(person: ill): farm\n  otherwise: 0 yuan/month\n";
    static const char *const asked[][2] = {{"family", "farm"}, {"person", "ill"},  {"family", "lives"},
                                           {"bill", "left"},   {"bill", "number"}, {"village", "name"}};
    static const char *const passed_over[][2] = {
        {"family", "wood"}, {"person", "name"}, {"person", "born"}, {"bill", "cost"}};
    struct book book;
    struct records records;
    open_book_by(&book, database, asking);
    stage_row(&book.stage, "village", "530501", "", "name=甲");
    stage_row(&book.stage, "home", "H1", "530501", "");
    stage_row(&book.stage, "family", "F1", "530501", "farm=1 wood=2 lives=H1");
    stage_row(&book.stage, "person", "P1", "F1", "name=赵 born=1958-07-01 ill=no");
    stage_row(&book.stage, "bill", "", "P1", "left=2018-05-01 number=B2 cost=1");
    expect_taken(take(&book, MONTH_FIRST), 5, 0, 0);
    for (int decides = 0; decides < 2; decides++) {
        book.registry.decides = decides;
        assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records), REGISTRY_DONE);
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
            assert_true(knows(&book, &records, asked[i][0], asked[i][1]));
        for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++)
            assert_int_equal(knows(&book, &records, passed_over[i][0], passed_over[i][1]), !decides);
    }
    close_book(&book);
}

ON_BOTH(what_no_rule_asks_is_passed_over)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(what_is_told_comes_back),
        BOTH(changes_are_found_by_when_they_were_made),
        BOTH(what_a_later_version_wrote_is_left_alone),
        BOTH(what_was_known_stays),
        BOTH(the_last_word_on_a_month_counts),
        BOTH(rows_move),
        BOTH(rows_stand_in_their_months),
        BOTH(who_is_told_under_nobody_is_refused),
        BOTH(a_change_given_up_leaves_nothing),
        BOTH(what_the_model_does_not_allow_is_refused),
        BOTH(a_registry_is_of_one_model),
        BOTH(several_threads_read_the_same),
        BOTH(several_threads_find_what_is_damaged),
        BOTH(what_no_rule_asks_is_passed_over),
    };
    return cmocka_run_group_tests_name("registry", tests, databases_begin, databases_end);
}
