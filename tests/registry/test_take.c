/* What is told of rows in their months: whatever its order it says the same, and what cannot be taken leaves nothing;
 * on both databases where that matters. */
#include "book.h"
#include "engine/stage.h"
#include "failing.h"
#include "registry/registry_inside.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\n"
                          "entity village\nentity family in village at most 9\nentity person in family at most 9\n"
                          "event bill in person dated left at most 9 a year\n"
                          "input family farm : money/month in 0 .. 10_000 yuan/month\n"
                          "input family near : family empty means none\n"
                          "input person stays : family empty means none\n"
                          "input bill left : date in 2010-01-01 .. 2100-01-01\n";

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct registry_change change;
};

enum { YEAR = 2018 * 12, FIRST = YEAR - 1, LAST = YEAR + 13 }; /* the months that are looked at */

static void open_book(struct book *book, enum database database) {
    stage_open(&book->stage, law, NULL, NULL);
    book->store = database_new(database);
    book->change =
        (struct registry_change){.instant = 1, .by = TEXT("tester"), .what = TEXT("init"), .since = MONTH_FIRST};
    assert_int_equal(registry_make(&book->registry, book->store, book->stage.policy, DIGEST_SM3, &book->change),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

static const struct entity *entity_of(const struct book *book, const char *name) {
    return map_get(&book->stage.policy->entity_by_name, text_from(name));
}

/* All that the stage tells, by a change that is then under way; what became of it over all entities. */
static struct registry_taken begin_to_take(struct book *book) {
    struct registry_taken taken[16] = {0}, sum = {0};
    assert_int_equal(registry_begin_change(&book->registry, &book->change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &book->change, &book->stage.records, taken), REGISTRY_DONE);
    for (size_t i = 0; i < book->stage.policy->entities.count; i++) {
        sum.fresh += taken[i].fresh;
        sum.changed += taken[i].changed;
        sum.same += taken[i].same;
        sum.refused += taken[i].refused;
    }
    return sum;
}

static void expect(struct registry_taken taken, size_t fresh, size_t changed, size_t same, size_t refused) {
    assert_int_equal(taken.fresh, fresh);
    assert_int_equal(taken.changed, changed);
    assert_int_equal(taken.same, same);
    assert_int_equal(taken.refused, refused);
}

static void take(struct book *book, size_t fresh, size_t changed, size_t same, size_t refused) {
    expect(begin_to_take(book), fresh, changed, same, refused);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    book_tell_anew(&book->stage);
}

/* The same, by a look, which tells what becomes of all of it. */
static void look_and_take(struct book *book, struct arena *arena, struct registry_taken *sum) {
    struct registry_look look;
    struct registry_taken taken[16] = {0};
    const struct entity *family = entity_of(book, "family");
    assert_int_equal(registry_begin_change(&book->registry, &book->change), REGISTRY_DONE);
    assert_int_equal(registry_look_at(&book->registry, &book->change, &book->stage.records, YEAR + 6, arena, &look),
                     REGISTRY_DONE);
    assert_int_equal(registry_take_looked(&book->registry, &book->change, &book->stage.records, &look, taken),
                     REGISTRY_DONE);
    *sum = taken[family->index];
    assert_int_equal(sum->fresh, look.taken[family->index].fresh);
    assert_int_equal(sum->changed, look.taken[family->index].changed);
    assert_int_equal(sum->same, look.taken[family->index].same);
    assert_int_equal(sum->refused, 0);
}

/* --- what stands in each month ------------------------------------------------------------------------------------ */

enum { FAMILIES = 3, MONTHS = LAST - FIRST + 1 };
struct grid {
    int64_t farm[FAMILIES][MONTHS]; /* -1: it does not stand */
    size_t rows;
};

static void read_known(struct book *book, struct arena *arena, struct records *records) {
    assert_int_equal(registry_read(&book->registry, REGISTRY_NOW, arena, records), REGISTRY_DONE);
}

static int64_t farm_of(const struct record_table *table, size_t row) {
    return (int64_t)column_get(&table->columns[0], row);
}

static struct grid grid_of(struct book *book) {
    struct grid grid;
    struct arena arena;
    struct records records;
    arena_init(&arena);
    read_known(book, &arena, &records);
    const struct record_table *table = &records.tables[entity_of(book, "family")->index];
    memset(&grid, 0xff, sizeof grid);
    grid.rows = table->count;
    for (size_t i = 0; i < table->count; i++)
        for (month_number month = FIRST; month <= LAST; month++)
            if (table->rows[i].from <= month && month <= table->rows[i].until)
                grid.farm[table->rows[i].id.bytes[1] - '1'][month - FIRST] = farm_of(table, i);
    arena_free(&arena);
    return grid;
}

static void expect_farms(struct book *book, const char *wanted) {
    struct grid grid = grid_of(book);
    char found[MONTHS + 1] = "";
    for (size_t i = 0; i < MONTHS; i++) found[i] = (char)(grid.farm[0][i] < 0 ? '-' : '0' + grid.farm[0][i] / 100);
    assert_string_equal(found, wanted);
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void family(struct book *book, const char *inputs, const char *from, const char *until) {
    stage_row_in(&book->stage, "family", "F1", "V1", inputs, from, until);
}

/* December 2017 to January 2019, of which 2018-08 to 2018-12 are told last. */
static void the_newer_version_may_come_first(enum database database) {
    struct book book;
    open_book(&book, database);
    stage_row(&book.stage, "village", "V1", "", "");
    family(&book, "farm=2", "2019-01", NULL);
    stage_row_in(&book.stage, "family", "F2", "V1", "farm=9", NULL, NULL);
    family(&book, "farm=1", "2018-08", "2018-12");
    take(&book, 4, 0, 0, 0);
    expect_farms(&book, "--------1111122");
    family(&book, "farm=3", "2018-11", NULL);
    family(&book, "farm=4", NULL, "2018-10");
    take(&book, 0, 2, 0, 0);
    expect_farms(&book, "444444441113322"); /* of 2018-08 something was told before, which holds on */
    close_book(&book);
}
ON_BOTH(the_newer_version_may_come_first)

static void leave(struct book *book, const char *name) {
    records_leave(&book->stage.records, policy_field(book->stage.policy, TEXT("family"), text_from(name)));
}

static void expect_near(struct book *book, const char *id, month_number month, const char *wanted) {
    struct arena arena;
    struct records records;
    arena_init(&arena);
    read_known(book, &arena, &records);
    const struct record_table *table = &records.tables[entity_of(book, "family")->index];
    const char *found = "gone";
    for (size_t i = 0; i < table->count; i++)
        if (text_is(table->rows[i].id, id) && table->rows[i].from <= month && month <= table->rows[i].until)
            found =
                table->columns[1].known[i] ? text_copy(&arena, column_text(&table->columns[1], i)).bytes : "unknown";
    assert_string_equal(found, wanted);
    arena_free(&arena);
}

/* What is not spoken of stays as it was in the month from which the row holds; a new row knows nothing of it. */
static void what_is_not_told_stays(enum database database) {
    struct book book;
    struct arena arena;
    struct registry_taken sum;
    open_book(&book, database);
    stage_row(&book.stage, "village", "V1", "", "");
    family(&book, "farm=1 near=F1", NULL, "2018-06");
    family(&book, "farm=1 near=F2", "2018-07", NULL);
    stage_row_in(&book.stage, "family", "F2", "V1", "farm=5 near=none", NULL, NULL);
    take(&book, 4, 0, 0, 0);
    leave(&book, "near");
    family(&book, "farm=2", "2018-03", NULL);
    family(&book, "farm=3", "2018-09", NULL);
    family(&book, "farm=1", "2018-08", NULL);
    stage_row_in(&book.stage, "family", "F2", "V1", "farm=5", NULL, NULL);
    stage_row_in(&book.stage, "family", "F3", "V1", "farm=5", NULL, NULL);
    take(&book, 1, 2, 2, 0);
    expect_farms(&book, "111222211333333");
    expect_near(&book, "F1", YEAR + 2, "F1");
    expect_near(&book, "F1", YEAR + 6, "F2");
    expect_near(&book, "F1", YEAR + 8, "F2");
    expect_near(&book, "F2", YEAR, "none");
    expect_near(&book, "F3", YEAR, "unknown");
    leave(&book, "farm"); /* a look finds the same, and another look what has been told meanwhile */
    family(&book, "near=none", "2018-10", NULL);
    struct records told = book.stage.records;
    arena_init(&arena);
    look_and_take(&book, &arena, &sum);
    expect(sum, 0, 1, 0, 0);
    registry_give_up_change(&book.registry);
    book_tell_anew(&book.stage);
    family(&book, "farm=4 near=F3", "2018-10", NULL);
    take(&book, 0, 1, 0, 0);
    book.stage.records = told;
    look_and_take(&book, &arena, &sum);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    arena_free(&arena);
    expect_farms(&book, "111222211344444");
    expect_near(&book, "F1", YEAR + 9, "none");
    close_book(&book);
}
ON_BOTH(what_is_not_told_stays)

/* Each told row is compared with what holds then, by what is known and by what is told before it. */
static void a_row_may_end_and_stand_again(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row(&book.stage, "village", "V1", "", "");
    family(&book, "farm=1", NULL, NULL);
    take(&book, 2, 0, 0, 0);
    family(&book, "farm=1", "2018-06", NULL);
    family(&book, "farm=1", "2018-01", "2018-03");
    take(&book, 0, 2, 0, 0);
    expect_farms(&book, "1111--111111111");
    family(&book, "farm=2", "2018-06", "2018-07");
    family(&book, "farm=1", "2018-08", NULL);
    take(&book, 0, 2, 0, 0);
    expect_farms(&book, "1111--221111111");
    family(&book, "farm=1", NULL, "2018-03");
    family(&book, "farm=2", "2018-06", "2018-07");
    family(&book, "farm=1", "2018-09", NULL);
    family(&book, "farm=1", "2018-08", "2018-08");
    take(&book, 0, 0, 4, 0); /* as it is known */
    expect_farms(&book, "1111--221111111");
    close_book(&book);
}

static void a_month_is_told_once_however_it_is_said(void **state) {
    static const struct {
        const char *from, *other, *inputs, *fates;
    } cases[] = {{NULL, "2018-07", "farm=2", "ww"},      {"2018-07", NULL, "farm=2", "ww"},
                 {"2018-07", "2018-07", "farm=2", "ww"}, {NULL, NULL, "farm=2", "ww"},
                 {NULL, "2018-07", "farm=1", "ns"},      {"2018-07", NULL, "farm=1", "ns"},
                 {NULL, "2018-08", "farm=2", "nn"}};
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row(&book.stage, "village", "V1", "", "");
    take(&book, 1, 0, 0, 0);
    const struct entity *of = entity_of(&book, "family");
    book.change.since = YEAR + 6;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct registry_look look;
        char fates[3] = "";
        arena_init(&arena);
        family(&book, "farm=1", cases[i].from, NULL);
        family(&book, cases[i].inputs, cases[i].other, NULL);
        assert_int_equal(registry_look_at(&book.registry, &book.change, &book.stage.records, YEAR + 6, &arena, &look),
                         REGISTRY_DONE);
        for (size_t row = 0; row < 2; row++) fates[row] = "ncsaw"[look.fates[of->index][row]];
        assert_string_equal(fates, cases[i].fates);
        bool twice = strcmp(cases[i].fates, "nn") != 0;
        expect(begin_to_take(&book), 2 - twice, 0, 0, twice);
        registry_give_up_change(&book.registry);
        arena_free(&arena);
        book_tell_anew(&book.stage);
    }
    close_book(&book);
}

static void what_ends_before_it_begins_is_refused(void **state) {
    struct book book;
    struct arena arena;
    struct registry_look look;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row(&book.stage, "village", "V1", "", "");
    take(&book, 1, 0, 0, 0);
    book.change.since = YEAR + 6;
    arena_init(&arena);
    family(&book, "farm=1", NULL, "2018-06");
    assert_int_equal(registry_look_at(&book.registry, &book.change, &book.stage.records, YEAR + 6, &arena, &look),
                     REGISTRY_DONE);
    assert_int_equal(look.taken[entity_of(&book, "family")->index].refused, 1);
    assert_int_equal(look.refusals.list.items[0].kind, REFUSED_VERSION_LOST);
    take(&book, 0, 0, 0, 1);
    expect_farms(&book, "---------------");
    family(&book, "farm=1", NULL, "2018-07");
    take(&book, 1, 0, 0, 0);
    expect_farms(&book, "-------1-------");
    arena_free(&arena);
    close_book(&book);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static void expect_keys(struct book *book, int64_t families, int64_t people, int64_t bills) {
    const char *const names[] = {"family", "person", "bill"};
    const int64_t wanted[] = {families, people, bills};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            registry_highest(&book->registry, &tables_of(&book->registry, entity_of(book, names[i]))->names),
            wanted[i]);
}

/* Nor do rows that lie under them or lead to them. */
static void rows_that_lead_nowhere_get_no_keys(enum database database) {
    struct book book;
    open_book(&book, database);
    stage_row(&book.stage, "village", "V1", "", "");
    stage_row(&book.stage, "family", "F1", "V1", "farm=1 near=F2");
    stage_row(&book.stage, "family", "F2", "V1", "farm=1 near=F3");
    stage_row(&book.stage, "family", "F3", "V1", "farm=1 near=F9");
    stage_row(&book.stage, "person", "P1", "F1", "");
    stage_row(&book.stage, "bill", "", "P1", "left=2018-05-01");
    take(&book, 1, 0, 0, 5);
    expect_keys(&book, 0, 0, 0);
    stage_row(&book.stage, "family", "F3", "V1", "farm=1 near=F9");
    stage_row(&book.stage, "family", "F1", "V1", "farm=1 near=F2"); /* both are there by each other */
    stage_row(&book.stage, "family", "F2", "V1", "farm=1 near=F1");
    stage_row_in(&book.stage, "family", "F2", "V1", "farm=1 near=F9", "2018-07", NULL);
    stage_row(&book.stage, "person", "P3", "F3", "");
    stage_row(&book.stage, "person", "P1", "F1", "");
    stage_row(&book.stage, "bill", "", "P1", "left=2018-05-01");
    take(&book, 4, 0, 0, 3);
    expect_keys(&book, 2, 1, 1);
    struct registry_names names;
    assert_int_equal(registry_read_names(&book.registry, entity_of(&book, "family"), &book.stage.arena, &names),
                     REGISTRY_DONE);
    assert_true(text_is(names.ids[1], "F1") && text_is(names.ids[2], "F2"));
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&book.registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    close_book(&book);
}
ON_BOTH(rows_that_lead_nowhere_get_no_keys)

/* Of families none is told: they are known, both those under which people lie and those to which they lead. */
static void rows_lead_to_what_is_known(enum database database) {
    struct book book;
    struct records records;
    open_book(&book, database);
    stage_row(&book.stage, "village", "V1", "", "");
    stage_row(&book.stage, "family", "F1", "V1", "");
    stage_row(&book.stage, "family", "F2", "V1", "");
    take(&book, 3, 0, 0, 0);
    stage_row(&book.stage, "person", "P1", "F1", "stays=F2");
    stage_row(&book.stage, "person", "P2", "F1", "stays=F9");
    stage_row(&book.stage, "person", "P3", "F1", "stays=none");
    take(&book, 2, 0, 0, 1);
    read_known(&book, &book.stage.arena, &records);
    const struct record_table *people = &records.tables[entity_of(&book, "person")->index];
    assert_int_equal(people->count, 2);
    assert_true(text_is(people->rows[0].parent, "F1") && text_is(column_text(&people->columns[0], 0), "F2"));
    assert_true(text_is(people->rows[1].parent, "F1") && text_is(column_text(&people->columns[0], 1), "none"));
    close_book(&book);
}
ON_BOTH(rows_lead_to_what_is_known)

/* --- what was read before ----------------------------------------------------------------------------------------- */

/* Of those that are told; what becomes of them, by what was read of the others before the change. */
static struct registry_taken take_beside(struct book *book, const struct registry_in_part *beside) {
    struct registry_taken taken[16] = {0};
    assert_int_equal(registry_begin_change(&book->registry, &book->change), REGISTRY_DONE);
    assert_int_equal(registry_take_beside(&book->registry, &book->change, &book->stage.records, beside, taken),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    book_tell_anew(&book->stage);
    return taken[entity_of(book, "bill")->index];
}

static void tell_bills(struct book *book) {
    static const char *const people[] = {"P2", "P2", "P1", "P9", "P3", "P1"};
    static const char *const days[] = {"left=2018-05-01", "left=2018-05-02", "left=2018-05-01",
                                       "left=2018-05-01", "left=2018-05-01", "left=2018-05-02"};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) stage_row(&book->stage, "bill", "", people[i], days[i]);
}

/* P3 comes to be known after the others were read, and before the bills are told: names are read again. Who knows the
 * keys of the rows above need not look for them by their ids. */
static void rows_beside_are_read_once(enum database database) {
    struct book book;
    struct registry_in_part beside;
    enum { EARLY, LATE, BY_KEYS, WAYS };
    const size_t known[WAYS] = {4, 5, 4}; /* of the bills, P9's of nobody */
    uint32_t keys[] = {2, 2, 1, 0, 0, 1};
    for (size_t way = 0; way < WAYS; way++) {
        open_book(&book, database);
        stage_row(&book.stage, "village", "V1", "", "");
        stage_row(&book.stage, "family", "F1", "V1", "");
        stage_row(&book.stage, "person", "P1", "F1", "");
        stage_row(&book.stage, "person", "P2", "F1", "");
        take(&book, 4, 0, 0, 0);
        assert_int_equal(registry_read_but(&book.registry, entity_of(&book, "bill"), &book.stage.arena, &beside),
                         REGISTRY_DONE);
        if (way == LATE) {
            stage_row(&book.stage, "person", "P3", "F1", "");
            take(&book, 1, 0, 0, 0);
        }
        tell_bills(&book);
        if (way == BY_KEYS) beside.parent_keys = keys;
        expect(take_beside(&book, &beside), known[way], 0, 0, 6 - known[way]);
        tell_bills(&book); /* the same is found by whoever reads all anew */
        expect(begin_to_take(&book), 0, 0, known[way], 6 - known[way]);
        registry_give_up_change(&book.registry);
        close_book(&book);
    }
}

static void memory_that_runs_out_is_told(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row(&book.stage, "village", "V1", "", "");
    stage_row(&book.stage, "family", "F1", "V1", "farm=1 near=F2");
    stage_row(&book.stage, "family", "F2", "V1", "farm=1 near=F9");
    stage_row(&book.stage, "person", "P1", "F1", "");
    family(&book, "farm=2", "2019-01", NULL);
    stage_row_in(&book.stage, "family", "F1", "V1", "farm=1", "2018-08", "2018-12");
    bool failed = true;
    for (long successes = 0; failed; successes++) {
        struct arena arena;
        struct registry_taken taken[16] = {0};
        registry_close(&book.registry); /* it remembers */
        assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
        assert_int_equal(registry_begin_change(&book.registry, &book.change), REGISTRY_DONE);
        begin_failing(&arena, 0, successes);
        enum registry_result result = registry_take(&book.registry, &book.change, &book.stage.records, taken);
        if (result == REGISTRY_DONE) result = registry_end_change(&book.registry);
        failed = end_failing(&arena);
        registry_give_up_change(&book.registry);
        assert_true(failed ? result != REGISTRY_DONE : result == REGISTRY_DONE);
        assert_true(successes < 3000);
    }
    close_book(&book);
}

/* --- any order ---------------------------------------------------------------------------------------------------- */

struct told {
    char id[4], inputs[32], from[32], until[32];
    month_number since, end; /* MONTH_LAST: none */
    size_t family;
    int64_t farm;
};
enum { TOLD_MOST = 32 };
struct story {
    struct told rows[TOLD_MOST];
    size_t count;
    bool overlaps;
};

static size_t draw(uint64_t *seed, size_t below) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(*seed >> 33) % below;
}

static void write_month(char out[32], month_number month) {
    snprintf(out, 32, "%04d-%02d", month / 12, month % 12 + 1);
}

static void add_told(struct story *story, uint64_t *seed, size_t of, month_number since, month_number end,
                     bool silent) {
    struct told *told = &story->rows[story->count++];
    *told = (struct told){.since = since, .end = end, .family = of, .farm = (int64_t)draw(seed, 3)};
    snprintf(told->id, sizeof told->id, "F%zu", of + 1);
    snprintf(told->inputs, sizeof told->inputs, "farm=%d", (int)told->farm);
    if (!silent) write_month(told->from, since);
    if (end != MONTH_LAST) write_month(told->until, end);
}

/* Rows of each family one after the other, with months between some; or as it comes, but never twice of a month. */
static void draw_story(struct story *story, uint64_t *seed, month_number silent) {
    *story = (struct story){.overlaps = draw(seed, 3) == 0};
    for (size_t of = 0; of < FAMILIES; of++) {
        month_number month = silent + (month_number)draw(seed, 4);
        for (size_t i = draw(seed, 5); i > 0 && month < LAST; i--) {
            month_number end = month + (month_number)draw(seed, 4);
            if ((i == 1 || story->overlaps) && draw(seed, 2)) end = MONTH_LAST;
            add_told(story, seed, of, month, end, month == silent);
            if (end == MONTH_LAST && !story->overlaps) break;
            month = (story->overlaps ? month : end) + 1 + (month_number)draw(seed, 3);
        }
    }
}

static void tell(struct book *book, const struct story *story, uint64_t *seed) {
    size_t order[TOLD_MOST];
    for (size_t i = 0; i < story->count; i++) {
        size_t at = seed ? draw(seed, i + 1) : i;
        order[i] = order[at];
        order[at] = i;
    }
    book_tell_anew(&book->stage);
    for (size_t i = 0; i < story->count; i++) {
        const struct told *told = &story->rows[order[i]];
        stage_row_in(&book->stage, "family", told->id, "V1", told->inputs, *told->from ? told->from : NULL,
                     *told->until ? told->until : NULL);
    }
}

/* By family, the months of which something was told before. */
struct marks {
    bool told[FAMILIES][MONTHS];
};

static struct marks marks_of(struct book *book) {
    const struct entity *family = entity_of(book, "family");
    struct marks marks = {0};
    struct registry_names names;
    assert_int_equal(registry_read_names(&book->registry, family, &book->stage.arena, &names), REGISTRY_DONE);
    struct statement *query = store_prepare(book->store, "SELECT _key, _since FROM family");
    assert_true(statement_begin(query, NULL, 0));
    while (statement_next(query)) {
        struct text id = names.ids[statement_integer(query, 0)];
        int64_t since = statement_integer(query, 1);
        if (since <= LAST) marks.told[id.bytes[1] - '1'][since - FIRST] = true;
    }
    statement_end(query);
    statement_free(query);
    return marks;
}

/* What is told of the latest month up to one holds in it, or what was known if something was told of a later one. */
static int64_t farm_as_told(const struct story *story, const struct marks *marks, const struct grid *before, size_t of,
                            month_number month) {
    int64_t farm = before->farm[of][month - FIRST], latest = INT64_MIN;
    for (month_number since = FIRST; since <= month; since++)
        if (marks->told[of][since - FIRST]) latest = (int64_t)since * 3;
    for (size_t i = 0; i < story->count; i++) {
        const struct told *row = &story->rows[i];
        int64_t ends = ((int64_t)row->end + 1) * 3 + 1, begins = (int64_t)row->since * 3 + 2;
        if (row->family != of) continue;
        if (row->since <= month && begins > latest) {
            latest = begins;
            farm = row->farm * 100;
        }
        if (row->end < month && ends > latest) {
            latest = ends;
            farm = -1;
        }
    }
    return farm;
}

static void expect_as_told(const struct story *story, const struct marks *marks, const struct grid *before,
                           const struct grid *grid) {
    for (size_t of = 0; of < FAMILIES; of++)
        for (month_number month = FIRST; month <= LAST; month++)
            assert_int_equal(grid->farm[of][month - FIRST], farm_as_told(story, marks, before, of, month));
}

static void try_story(struct book *book, const struct story *story, uint64_t *seed) {
    enum { ORDERS = 4 };
    struct marks marks = marks_of(book);
    struct grid before = grid_of(book);
    struct registry_taken first, again;
    struct grid grid, other;
    tell(book, story, NULL);
    first = begin_to_take(book);
    grid = grid_of(book);
    assert_int_equal(first.refused, 0);
    if (!story->overlaps) expect_as_told(story, &marks, &before, &grid);
    registry_give_up_change(&book->registry);
    for (size_t order = 0; order < ORDERS; order++) {
        struct arena arena;
        arena_init(&arena);
        tell(book, story, seed);
        if (order % 2)
            look_and_take(book, &arena, &again);
        else
            again = begin_to_take(book);
        other = grid_of(book);
        assert_memory_equal(&grid, &other, sizeof grid);
        expect(again, first.fresh, first.changed, first.same, 0);
        registry_give_up_change(&book->registry);
        arena_free(&arena);
    }
}

/* Told again it is known already. */
static void keep_story(struct book *book, const struct story *story, uint64_t *seed) {
    tell(book, story, seed);
    begin_to_take(book);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    tell(book, story, seed);
    struct registry_taken taken = begin_to_take(book);
    if (!story->overlaps) expect(taken, 0, 0, story->count, 0);
    registry_give_up_change(&book->registry);
}

static void any_order_says_the_same(enum database database) {
    enum { BOOKS = 3, STORIES = 12, TRIES = 12 };
    uint64_t seed = 2018;
    for (size_t times = 0; times < (database == DATABASE_FILE ? BOOKS : 1); times++) {
        struct book book;
        open_book(&book, database);
        stage_row(&book.stage, "village", "V1", "", "");
        take(&book, 1, 0, 0, 0);
        for (size_t i = 0; i < STORIES; i++) {
            struct story story;
            book.change.since = YEAR + (month_number)draw(&seed, 3);
            for (size_t k = 0; k < TRIES; k++) {
                draw_story(&story, &seed, book.change.since);
                try_story(&book, &story, &seed);
            }
            keep_story(&book, &story, &seed);
        }
        close_book(&book);
    }
}
ON_BOTH(any_order_says_the_same)

ON_BOTH(rows_beside_are_read_once)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(the_newer_version_may_come_first),
        BOTH(what_is_not_told_stays),
        cmocka_unit_test(a_row_may_end_and_stand_again),
        cmocka_unit_test(a_month_is_told_once_however_it_is_said),
        cmocka_unit_test(what_ends_before_it_begins_is_refused),
        BOTH(rows_that_lead_nowhere_get_no_keys),
        BOTH(rows_lead_to_what_is_known),
        BOTH(rows_beside_are_read_once),
        cmocka_unit_test(memory_that_runs_out_is_told),
        BOTH(any_order_says_the_same),
    };
    return cmocka_run_group_tests_name("take", tests, databases_begin, databases_end);
}
