/* A registry is given other laws; what earlier ones knew they still know, to the byte; on both databases. */
#include "base/memory.h"
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

#define HEAD_BY(step)                                                                                                  \
    "policy law\n  currency yuan of 100 fen\nunit mu step " step "\nentity village\n"                                  \
    "entity family in village at most 9\n"
#define HEAD HEAD_BY("0.01")
#define BILL_BY(number)                                                                                                \
    "event bill in family dated left, number at most 9 a year\n"                                                       \
    "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : " number "\n"                             \
    "input bill cost : money in 0 .. 100 yuan\n"
#define BILL BILL_BY("text")
#define KIND "enum kind : good, poor\ninput family kind : kind\n"
#define FARM "input family farm : mu/month in -100 .. 10_000 mu/month\n"
#define NAME "input family head : text\n"
#define WHOLE HEAD BILL KIND FARM NAME

struct book {
    struct store *store;
    struct stage stage; /* of the law at hand */
    struct registry registry;
    struct registry_migration migration;
};

static void begin_telling(struct book *book) {
    book_tell_anew(&book->stage);
    stage_row(&book->stage, "village", "v1", "", "");
}

static void take(struct book *book) {
    struct registry_taken taken[8] = {0};
    struct registry_change change = {.instant = 7, .by = TEXT("tester"), .what = TEXT("import"), .since = MONTH_FIRST};
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

/* Change 1, then what families tell as change 2. */
static void open_book(struct book *book, enum database database) {
    stage_open(&book->stage, WHOLE, NULL, NULL);
    book->store = database_new(database);
    book_make(&book->registry, book->store, &book->stage, DIGEST_SM3);
    begin_telling(book);
    stage_row(&book->stage, "family", "F1", "v1", "farm=12.50 kind=good head=甲");
    stage_row(&book->stage, "family", "F2", "v1", "farm=-0.01 kind=poor");
    stage_row(&book->stage, "family", "F3", "v1", "farm=9000");
    stage_row(&book->stage, "bill", "", "F1", "left=2018-05-01 number=7 cost=3.21");
    take(book);
}

static void close_law(struct book *book) {
    registry_close(&book->registry);
    stage_close(&book->stage);
}

static void close_book(struct book *book) {
    close_law(book);
    store_close(book->store);
}

static enum registry_result begin_migration(struct book *book, const char *law) {
    struct registry_change change = {.instant = 9, .by = TEXT("tester"), .what = TEXT("migrate")};
    close_law(book);
    stage_open(&book->stage, law, NULL, NULL);
    return registry_migrate(&book->registry, book->store, book->stage.policy, &change, &book->migration);
}

static void migrate(struct book *book, const char *law) {
    assert_int_equal(begin_migration(book, law), REGISTRY_DONE);
    assert_false(book->migration.refused);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

static const struct registry_step *step_of(const struct book *book, enum registry_step_kind kind, const char *entity,
                                           const char *input) {
    for (size_t i = 0; i < book->migration.steps.count; i++) {
        const struct registry_step *step = &book->migration.steps.items[i];
        if (step->kind == kind && text_is(step->entity, entity) && text_is(step->input, input)) return step;
    }
    return NULL;
}

static void expect_step(const struct book *book, enum registry_step_kind kind, const char *input, size_t count) {
    const struct registry_step *step = step_of(book, kind, "family", input);
    if (!step) print_error("%s: %d\n", input, (int)kind);
    assert_non_null(step);
    assert_int_equal(step->count, count);
}

/* A family's input as a law reads it, in words. */
static const char *read_by(struct registry *registry, struct stage *stage, int64_t known, const char *id,
                           const char *input) {
    static char shown[64];
    struct records records;
    assert_int_equal(registry_read(registry, known, &stage->arena, &records), REGISTRY_DONE);
    const struct field *field = policy_field(stage->policy, TEXT("family"), text_from(input));
    const struct record_table *table = &records.tables[field->entity->index];
    snprintf(shown, sizeof shown, "gone");
    for (size_t row = 0; row < table->count; row++) {
        const struct column *column = &table->columns[field->input_index];
        if (!text_is(table->rows[row].id, id)) continue;
        if (!column->known[row])
            snprintf(shown, sizeof shown, "unknown");
        else if (field->type.kind == TYPE_TEXT)
            snprintf(shown, sizeof shown, "%.*s", TEXT_ARG(column_text(column, row)));
        else
            snprintf(shown, sizeof shown, "%lld", (long long)column_get(column, row));
    }
    return shown;
}

static const char *value_of(struct book *book, const char *id, const char *input) {
    return read_by(&book->registry, &book->stage, REGISTRY_NOW, id, input);
}

/* All that a law read at a time, as bytes. */
static struct text picture(struct store *store, const char *law, int64_t known, struct arena *arena) {
    struct stage stage;
    struct registry registry;
    struct records records;
    struct builder out;
    builder_init(&out);
    stage_open(&stage, law, NULL, NULL);
    assert_int_equal(registry_open(&registry, store, stage.policy), REGISTRY_DONE);
    assert_int_equal(registry_read(&registry, known, &stage.arena, &records), REGISTRY_DONE);
    for (size_t i = 0; i < stage.policy->entities.count; i++) {
        const struct record_table *table = &records.tables[i];
        for (size_t row = 0; row < table->count; row++) {
            builder_format(&out, "%zu %.*s %.*s %d %d", i, TEXT_ARG(table->rows[row].id),
                           TEXT_ARG(table->rows[row].parent), table->rows[row].from, table->rows[row].until);
            for (size_t k = 0; k < table->entity->inputs.count; k++) {
                const struct column *column = &table->columns[k];
                if (!column->known[row])
                    builder_add(&out, TEXT(" ?"));
                else if (column->lanes)
                    builder_format(&out, " %lld", (long long)column_get(column, row));
                else
                    builder_format(&out, " %.*s", TEXT_ARG(column_text(column, row)));
            }
            builder_add(&out, TEXT("\n"));
        }
    }
    registry_close(&registry);
    stage_close(&stage);
    return builder_finish(&out, arena);
}

/* As whoever verifies opens it: by no law. */
static struct registry_verdict verdict_of(struct book *book) {
    struct registry_verdict verdict;
    struct registry registry;
    assert_int_equal(registry_open(&registry, book->store, NULL), REGISTRY_DONE);
    assert_int_equal(registry_verify(&registry, &verdict), REGISTRY_DONE);
    registry_close(&registry);
    return verdict;
}

static void expect_sound(struct book *book, int64_t changes) {
    struct registry_verdict verdict = verdict_of(book);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_int_equal(verdict.changes, changes);
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void what_is_added_is_empty(enum database database) {
    struct book book;
    open_book(&book, database);
    migrate(&book,
            WHOLE "input family poor : bool\nentity home in village at most 9\ninput home size : count in 0 .. 9\n");
    assert_false(book.migration.loses);
    assert_int_equal(book.migration.steps.count, 2);
    expect_step(&book, REGISTRY_ADDED, "poor", 0);
    assert_non_null(step_of(&book, REGISTRY_ADDED, "home", ""));
    assert_string_equal(value_of(&book, "F1", "poor"), "unknown");
    assert_string_equal(value_of(&book, "F1", "farm"), "1250");
    expect_sound(&book, 3);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "farm=1 poor=yes");
    stage_row(&book.stage, "home", "H1", "v1", "size=3");
    take(&book);
    assert_string_equal(value_of(&book, "F1", "poor"), "1");
    expect_sound(&book, 4);
    close_book(&book);
}

static void what_is_dropped_stays_for_those_that_have_it(enum database database) {
    struct book book;
    struct arena arena;
    arena_init(&arena);
    open_book(&book, database);
    struct text before = picture(book.store, WHOLE, 2, &arena);
    migrate(&book, HEAD KIND FARM);
    assert_true(book.migration.loses);
    expect_step(&book, REGISTRY_DROPPED, "head", 1);
    assert_int_equal(step_of(&book, REGISTRY_DROPPED, "bill", "")->count, 1);
    assert_int_equal(book.migration.steps.count, 2);
    assert_true(text_equal(picture(book.store, WHOLE, 2, &arena), before));
    assert_true(text_equal(picture(book.store, WHOLE, REGISTRY_NOW, &arena), before));
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "farm=1");
    take(&book);
    expect_sound(&book, 4);
    migrate(&book, WHOLE); /* and it comes back */
    expect_step(&book, REGISTRY_BACK, "head", 0);
    assert_non_null(step_of(&book, REGISTRY_BACK, "bill", ""));
    assert_string_equal(value_of(&book, "F1", "head"), "unknown");
    assert_true(text_equal(picture(book.store, WHOLE, 2, &arena), before));
    expect_sound(&book, 5);
    close_book(&book);
    arena_free(&arena);
}

static void choices_are_read_by_name(enum database database) {
    struct book book;
    struct arena arena;
    arena_init(&arena);
    open_book(&book, database);
    struct text before = picture(book.store, WHOLE, 2, &arena);
    static const char in_the_middle[] = HEAD BILL "enum kind : good, fair, poor\ninput family kind : kind\n" FARM NAME;
    migrate(&book, in_the_middle);
    expect_step(&book, REGISTRY_CODED, "kind", 0);
    assert_false(book.migration.loses);
    assert_string_equal(value_of(&book, "F1", "kind"), "0");
    assert_string_equal(value_of(&book, "F2", "kind"), "2");
    begin_telling(&book);
    stage_row(&book.stage, "family", "F3", "v1", "kind=fair");
    take(&book);
    assert_string_equal(value_of(&book, "F3", "kind"), "1");
    migrate(&book, HEAD BILL "enum kind : poor, fair\ninput family kind : kind\n" FARM NAME);
    expect_step(&book, REGISTRY_LOST, "kind", 1);
    assert_true(text_is(step_of(&book, REGISTRY_LOST, "family", "kind")->example, "F1"));
    assert_string_equal(value_of(&book, "F1", "kind"), "unknown");
    assert_string_equal(value_of(&book, "F2", "kind"), "0");
    assert_string_equal(value_of(&book, "F3", "kind"), "1");
    assert_true(text_equal(picture(book.store, WHOLE, 2, &arena), before));
    migrate(&book, HEAD BILL "enum kind : poor, fair, good\ninput family kind : kind\n" FARM NAME);
    expect_step(&book, REGISTRY_RANGED, "kind", 0); /* the list went on: the same column */
    assert_string_equal(value_of(&book, "F1", "kind"), "2");
    begin_telling(&book);
    stage_row(&book.stage, "family", "F3", "v1", "kind=good");
    take(&book);
    assert_string_equal(value_of(&book, "F3", "kind"), "2");
    assert_true(
        text_equal(picture(book.store, in_the_middle, 4, &arena), picture(book.store, in_the_middle, 6, &arena)));
    migrate(&book, HEAD BILL "enum kind : poor, fair, goodness\ninput family kind : kind\n" FARM NAME);
    expect_step(&book, REGISTRY_CODED, "kind", 0); /* begins alike, and is another */
    expect_step(&book, REGISTRY_LOST, "kind", 2);
    expect_sound(&book, 8);
    close_book(&book);
    arena_free(&arena);
}

static void steps_are_read_exactly(enum database database) {
    struct book book;
    struct arena arena;
    arena_init(&arena);
    open_book(&book, database);
    struct text before = picture(book.store, WHOLE, 2, &arena);
    migrate(&book, HEAD_BY("0.001") BILL KIND FARM NAME);
    expect_step(&book, REGISTRY_CODED, "farm", 0);
    assert_false(book.migration.loses);
    assert_string_equal(value_of(&book, "F1", "farm"), "12500");
    assert_string_equal(value_of(&book, "F2", "farm"), "-10");
    begin_telling(&book);
    stage_row(&book.stage, "family", "F3", "v1", "farm=0.003");
    take(&book);
    assert_string_equal(value_of(&book, "F3", "farm"), "3");
    migrate(&book, HEAD_BY("0.5") BILL KIND FARM NAME);
    expect_step(&book, REGISTRY_LOST, "farm", 2);
    assert_string_equal(value_of(&book, "F1", "farm"), "25");
    assert_string_equal(value_of(&book, "F2", "farm"), "unknown");
    assert_string_equal(value_of(&book, "F3", "farm"), "unknown");
    assert_true(text_equal(picture(book.store, WHOLE, 2, &arena), before));
    migrate(&book, HEAD BILL KIND "input family farm : mu in -100 .. 10_000 mu\n" NAME); /* another unit */
    expect_step(&book, REGISTRY_LOST, "farm", 1); /* what the law before had not read is not lost again */
    assert_string_equal(value_of(&book, "F1", "farm"), "unknown");
    expect_sound(&book, 6);
    close_book(&book);
    arena_free(&arena);
}

/* The first column is of the coding that is asked for, and the values of that time lie in the second. */
static void a_law_that_comes_back_reads_what_was_told_meanwhile(enum database database) {
    struct book book;
    open_book(&book, database);
    migrate(&book, HEAD_BY("0.001") BILL KIND FARM NAME);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F2", "v1", "farm=0.003");
    stage_row(&book.stage, "family", "F3", "v1", "farm=0.500");
    take(&book);
    migrate(&book, WHOLE);
    assert_string_equal(value_of(&book, "F1", "farm"), "1250");
    assert_string_equal(value_of(&book, "F2", "farm"), "unknown"); /* it lies between two steps */
    assert_string_equal(value_of(&book, "F3", "farm"), "50");
    expect_sound(&book, 5);
    close_book(&book);
}

static void a_range_narrows_and_widens(enum database database) {
    struct book book;
    open_book(&book, database);
    migrate(&book, HEAD BILL KIND "input family farm : mu/month in 0 .. 9_000 mu/month\n" NAME);
    expect_step(&book, REGISTRY_RANGED, "farm", 0);
    expect_step(&book, REGISTRY_LOST, "farm", 1);
    assert_true(text_is(step_of(&book, REGISTRY_LOST, "family", "farm")->example, "F2"));
    assert_string_equal(value_of(&book, "F2", "farm"), "unknown");
    assert_string_equal(value_of(&book, "F3", "farm"), "900000");
    migrate(&book, HEAD BILL KIND "input family farm : mu/month in -100 .. 20_000 mu/month\n" NAME);
    assert_false(book.migration.loses);
    assert_string_equal(value_of(&book, "F2", "farm"), "-1");
    migrate(&book, HEAD BILL KIND "input family farm : mu/month in -200 .. 20_000 mu/month\n" NAME);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "farm=-200");
    take(&book);
    assert_string_equal(value_of(&book, "F1", "farm"), "-20000");
    expect_sound(&book, 6);
    /* Nobody told one that no law ever allowed. */
    struct records records;
    assert_true(store_do(book.store, "UPDATE family SET farm = 2000001 WHERE _version = 2"));
    assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records), REGISTRY_DAMAGED);
    assert_true(text_is(book.registry.differs, "family 2, farm"));
    close_book(&book);
}

static void another_type_reads_nothing_of_before(enum database database) {
    struct book book;
    open_book(&book, database);
    migrate(&book, HEAD BILL KIND "input family farm : text\ninput family head : bool\n");
    expect_step(&book, REGISTRY_LOST, "farm", 3);
    expect_step(&book, REGISTRY_LOST, "head", 1);
    assert_string_equal(value_of(&book, "F1", "farm"), "unknown");
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "farm=乙 head=yes");
    take(&book);
    assert_string_equal(value_of(&book, "F1", "farm"), "乙");
    expect_sound(&book, 4);
    close_book(&book);
}

static void what_would_lie_elsewhere_is_refused(enum database database) {
    static const char *const laws[] = {
        "policy law\n  currency yuan of 100 fen\nunit mu step 0.01\nentity village\nentity family\n" BILL KIND FARM
            NAME,
        HEAD "event bill in village dated left, number at most 9 a year\n"
             "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n" KIND FARM NAME,
        HEAD "event bill in family dated left at most 9 a year\ninput bill left : date in 2010-01-01 .. 2100-01-01\n"
             "input bill number : text\n" KIND FARM NAME,
        HEAD "entity bill in family at most 9\ninput bill left : date in 2010-01-01 .. 2100-01-01\n"
             "input bill number : text\n" KIND FARM NAME,
        HEAD BILL_BY("count in 0 .. 9") KIND FARM NAME,
    };
    struct book book;
    struct arena arena;
    arena_init(&arena);
    open_book(&book, database);
    struct text before = picture(book.store, WHOLE, REGISTRY_NOW, &arena);
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        assert_int_equal(begin_migration(&book, laws[i]), REGISTRY_DONE);
        assert_true(book.migration.refused);
        registry_give_up_change(&book.registry);
        assert_true(text_equal(picture(book.store, WHOLE, REGISTRY_NOW, &arena), before));
    }
    close_book(&book);
    arena_free(&arena);
}

static void one_given_up_leaves_nothing(enum database database) {
    struct book book;
    struct arena arena;
    arena_init(&arena);
    open_book(&book, database);
    struct text before = picture(book.store, WHOLE, REGISTRY_NOW, &arena);
    assert_int_equal(begin_migration(&book, HEAD "entity home in village\ninput family new : bool\n"), REGISTRY_DONE);
    assert_true(book.migration.loses);
    registry_give_up_change(&book.registry);
    expect_sound(&book, 2);
    assert_true(text_equal(picture(book.store, WHOLE, REGISTRY_NOW, &arena), before));
    assert_false(store_has_table(book.store, TEXT("home")));
    assert_int_equal(begin_migration(&book, WHOLE), REGISTRY_DONE); /* the law that it has */
    assert_int_equal(book.migration.steps.count, 0);
    assert_false(book.migration.law_changes);
    registry_give_up_change(&book.registry);
    assert_int_equal(begin_migration(&book, WHOLE "rule family size : count in 0 .. 9 = 1\n"), REGISTRY_DONE);
    assert_int_equal(book.migration.steps.count, 0);
    assert_true(book.migration.law_changes);
    registry_give_up_change(&book.registry);
    struct registry_change change = {.what = TEXT("migrate")};
    close_law(&book);
    stage_open(&book.stage, WHOLE, "a,b\n1,2\n", NULL); /* a file more */
    assert_int_equal(registry_migrate(&book.registry, book.store, book.stage.policy, &change, &book.migration),
                     REGISTRY_DONE);
    assert_true(book.migration.law_changes);
    registry_give_up_change(&book.registry);
    close_book(&book);
    arena_free(&arena);
}

static void laws_are_kept(enum database database) {
    struct book book;
    struct policy *law;
    open_book(&book, database);
    migrate(&book, WHOLE "input family poor : bool\n");
    for (int64_t known = 1; known <= 3; known++) {
        assert_int_equal(registry_law(book.store, known, &law), REGISTRY_DONE);
        assert_true(law->compiled);
        assert_true((known == 3) == (policy_field(law, TEXT("family"), TEXT("poor")) != NULL));
        struct registry registry;
        assert_int_equal(registry_open(&registry, book.store, law), REGISTRY_DONE);
        struct registry_change change = {.what = TEXT("import")};
        assert_int_equal(registry_begin_change(&registry, &change), known == 3 ? REGISTRY_DONE : REGISTRY_MIGRATED);
        registry_give_up_change(&registry);
        registry_close(&registry);
        policy_free(law);
    }
    assert_int_equal(registry_law(book.store, 0, &law), REGISTRY_NONE);
    assert_null(law);
    close_book(&book);
}

/* Whoever opened it before finds that it is another. */
static void who_was_there_before_is_told(enum database database) {
    struct book book;
    struct stage stage;
    struct registry registry;
    struct records records;
    struct registry_verdict verdict;
    struct registry_change change = {.what = TEXT("import")};
    open_book(&book, database);
    stage_open(&stage, WHOLE, NULL, NULL);
    assert_int_equal(registry_open(&registry, book.store, stage.policy), REGISTRY_DONE);
    migrate(&book, WHOLE "input family poor : bool\n");
    assert_int_equal(registry_begin_change(&registry, &change), REGISTRY_MIGRATED);
    assert_int_equal(registry_read(&registry, 2, &stage.arena, &records), REGISTRY_MIGRATED);
    assert_int_equal(registry_verify(&registry, &verdict), REGISTRY_MIGRATED);
    registry_close(&registry);
    stage_close(&stage);
    close_book(&book);
}

static void what_is_altered_in_any_column_is_found(enum database database) {
    static const struct {
        const char *sql;
        int64_t change;
    } alterations[] = {
        {"UPDATE family SET kind = 1 WHERE _version = 1", 2},
        {"UPDATE family SET kind = NULL WHERE _version = 1", 2},
        {"UPDATE family SET _2_kind = 2 WHERE _version = 1", 2},
        {"UPDATE family SET _2_kind = kind, kind = NULL WHERE _version = 1", 2},
        {"UPDATE family SET _2_kind = 1 WHERE _version = 4", 4},
        {"UPDATE family SET head = '乙' WHERE _version = 1", 2}, /* of which the law knows no more */
        {"UPDATE bill SET cost = 1 WHERE _version = 1", 2},
        {"DELETE FROM _id_bill", 2},
        {"UPDATE _columns SET _coding = 'choice poor,good' WHERE _column = (SELECT min(_column) FROM _columns WHERE "
         "_input = 'kind')",
         1},
        {"UPDATE _columns SET _change = 2 WHERE _change = 3", 2},
        {"DELETE FROM _columns WHERE _change = 3", 3},
    };
    struct book book;
    open_book(&book, database);
    migrate(&book, HEAD "enum kind : fair, good, poor\ninput family kind : kind\n" FARM);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "farm=1 kind=fair");
    take(&book);
    expect_sound(&book, 4);
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(store_do(book.store, alterations[i].sql));
        struct registry_verdict verdict = verdict_of(&book);
        if (verdict.broken == REGISTRY_SOUND || verdict.changes != alterations[i].change)
            print_error("%s: %d at %lld\n", alterations[i].sql, (int)verdict.broken, (long long)verdict.changes);
        assert_int_not_equal(verdict.broken, REGISTRY_SOUND);
        assert_int_equal(verdict.changes, alterations[i].change);
        store_roll_back(book.store);
    }
    close_book(&book);
}

/* Wherever a column lies, a value that moves to another is found. */
static void many_columns_are_told_apart(enum database database) {
    enum { INPUTS = 66 };
    struct book book;
    struct builder law;
    struct registry_change change = {.what = TEXT("init")};
    char sql[100];
    builder_init(&law);
    builder_add(&law, TEXT(HEAD));
    for (int i = 0; i < INPUTS; i++) builder_format(&law, "input family b%d : bool\n", i);
    stage_open(&book.stage, builder_text(&law).bytes, NULL, NULL);
    book.store = database_new(database);
    assert_int_equal(registry_make(&book.registry, book.store, book.stage.policy, DIGEST_SM3, &change), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    begin_telling(&book);
    stage_row(&book.stage, "family", "F1", "v1", "b0=yes");
    take(&book);
    for (int i = 1; i < INPUTS; i++) {
        snprintf(sql, sizeof sql, "UPDATE family SET b%d = b0, b0 = NULL", i);
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(store_do(book.store, sql));
        assert_int_equal(verdict_of(&book).broken, REGISTRY_ROWS_ALTERED);
        store_roll_back(book.store);
    }
    expect_sound(&book, 2);
    builder_free(&law);
    close_book(&book);
}

static void codings_that_are_none_are_refused(enum database database) {
    static const char *const codings[] = {
        "",
        "integer",
        "integer 0 yuan 0 1",
        "integer -1 yuan 0 1",
        "integer 1/0 yuan 0 1",
        "integer x yuan 0 1",
        "integer 1/2/3 yuan 0 1",
        "integer 1 yuan 0",
        "integer 1 yuan 0 99999999999999999999",
        "integer 1 yuan 0 1 2",
        "integer 1  0 1",
        "choice",
        "choice a b",
        "date",
        "date 0 x",
        "row",
        "gone ",
        "bool 1",
        "texts",
        "gone",
        "text\x1b[31m",
    };
    static const char *const others[] = {
        "UPDATE _columns SET _name = '_change' WHERE _input = 'farm'",
        "UPDATE _columns SET _name = 'kind' WHERE _input = 'farm'",
        "UPDATE _columns SET _input = '_x', _name = '_x' WHERE _input = 'farm'",
        "UPDATE _columns SET _entity = 'none' WHERE _input = 'farm'",
        "UPDATE _columns SET _entity = '' WHERE _input = 'farm'",
        "UPDATE _columns SET _name = 'village' WHERE _entity = 'family' AND _input = ''",
        "UPDATE _columns SET _coding = 'gone' WHERE _entity = 'family' AND _input = ''",
        "INSERT INTO _columns VALUES (99, 1, 'family', '', 'family', 'entity')",
        "UPDATE _columns SET _coding = 'entity\x1b[31m' WHERE _entity = 'village'",
        "UPDATE _columns SET _input = 'farm', _coding = 'text' WHERE _input = 'head'",
    };
    struct book book;
    struct registry registry;
    enum { CODINGS = sizeof codings / sizeof *codings, OTHERS = sizeof others / sizeof *others };
    open_book(&book, database);
    for (size_t i = 0; i < CODINGS + OTHERS; i++) {
        const struct store_value value = store_text(text_from(i < CODINGS ? codings[i] : ""));
        struct statement *update = store_prepare(
            book.store, i < CODINGS ? "UPDATE _columns SET _coding = $1 WHERE _input = 'farm'" : others[i - CODINGS]);
        assert_true(store_begin(book.store, STORE_TO_WRITE));
        assert_true(statement_run(update, &value, i < CODINGS));
        enum registry_result result = registry_open(&registry, book.store, book.stage.policy);
        if (result != REGISTRY_DAMAGED) print_error("%s\n", i < CODINGS ? codings[i] : others[i - CODINGS]);
        assert_int_equal(result, REGISTRY_DAMAGED);
        assert_true(text_starts(registry.differs, "_columns "));
        registry_close(&registry);
        store_roll_back(book.store);
        statement_free(update);
    }
    /* One that could be, of values that lie there: another model, or values that are none. */
    assert_true(store_do(book.store, "UPDATE _columns SET _coding = 'text' WHERE _input = 'farm'"));
    assert_int_equal(registry_open(&registry, book.store, book.stage.policy), REGISTRY_OTHER_MODEL);
    registry_close(&registry);
    assert_int_equal(verdict_of(&book).broken, REGISTRY_ROWS_ALTERED);
    close_book(&book);
}

/* A version wrote one column of an input at most. */
static void two_values_are_refused(enum database database) {
    struct book book;
    struct records records;
    open_book(&book, database);
    migrate(&book, HEAD BILL "enum kind : fair, good, poor\ninput family kind : kind\n" FARM NAME);
    assert_true(store_do(book.store, "UPDATE family SET _2_kind = 1 WHERE _version = 1"));
    assert_int_equal(registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records), REGISTRY_DAMAGED);
    assert_true(text_is(book.registry.differs, "family 1, kind"));
    close_book(&book);
}

/* Whatever allocation fails, nothing was changed, or all. */
static void memory_may_fail(void **state) {
    (void)state;
    struct book book;
    struct stage stage;
    struct registry registry;
    struct registry_migration migration;
    open_book(&book, DATABASE_FILE);
    stage_open(&stage, HEAD "enum kind : fair, good\ninput family kind : kind\ninput family new : bool\n", NULL, NULL);
    bool done = false;
    for (long successes = 0; !done; successes++) {
        struct registry_change change = {.by = TEXT("tester"), .what = TEXT("migrate")};
        memory_fail_after(successes);
        enum registry_result result = registry_migrate(&registry, book.store, stage.policy, &change, &migration);
        if (result == REGISTRY_DONE) result = registry_end_change(&registry);
        done = !memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(result, done ? REGISTRY_DONE : REGISTRY_NO_MEMORY);
        registry_close(&registry);
        if (!done) expect_sound(&book, 2);
    }
    expect_sound(&book, 3);
    stage_close(&stage);
    close_book(&book);
}

ON_BOTH(what_is_added_is_empty)
ON_BOTH(what_is_dropped_stays_for_those_that_have_it)
ON_BOTH(choices_are_read_by_name)
ON_BOTH(steps_are_read_exactly)
ON_BOTH(a_law_that_comes_back_reads_what_was_told_meanwhile)
ON_BOTH(a_range_narrows_and_widens)
ON_BOTH(another_type_reads_nothing_of_before)
ON_BOTH(what_would_lie_elsewhere_is_refused)
ON_BOTH(one_given_up_leaves_nothing)
ON_BOTH(laws_are_kept)
ON_BOTH(who_was_there_before_is_told)
ON_BOTH(what_is_altered_in_any_column_is_found)
ON_BOTH(many_columns_are_told_apart)
ON_BOTH(codings_that_are_none_are_refused)
ON_BOTH(two_values_are_refused)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(what_is_added_is_empty),
        BOTH(what_is_dropped_stays_for_those_that_have_it),
        BOTH(choices_are_read_by_name),
        BOTH(steps_are_read_exactly),
        BOTH(a_law_that_comes_back_reads_what_was_told_meanwhile),
        BOTH(a_range_narrows_and_widens),
        BOTH(another_type_reads_nothing_of_before),
        BOTH(what_would_lie_elsewhere_is_refused),
        BOTH(one_given_up_leaves_nothing),
        BOTH(laws_are_kept),
        BOTH(who_was_there_before_is_told),
        BOTH(what_is_altered_in_any_column_is_found),
        BOTH(many_columns_are_told_apart),
        BOTH(codings_that_are_none_are_refused),
        BOTH(two_values_are_refused),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests_name("migrate", tests, databases_begin, databases_end);
}
