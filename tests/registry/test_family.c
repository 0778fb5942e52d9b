/* One family is found, read and told of as all of them would tell; on both databases. */
#include "base/memory.h"
#include "book.h"
#include "engine/stage.h"
#include "engine/value.h"
#include "registry/family.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] =
    "policy law\n  currency yuan of 100 fen\n"
    "entity village known by name\nentity home in village at most 99\n"
    "entity family in village at most 99 known by head\n"
    "entity person in family at most 99 known by name, born\n"
    "event bill in person dated left, number at most 99 a year\n"
    "input village name : text\ninput village warden : person empty means none\n"
    "input home rooms : count in 0 .. 9\n"
    "input family head : text\ninput family farm : money/month in -100 .. 10_000 yuan/month\n"
    "input family lives : home empty means none\n"
    "input person name : text\ninput person born : date in 1900-01-01 .. 2100-01-01 empty means never\n"
    "input person guardian : person empty means none\n"
    "input bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
    "input bill cost : money in 0 .. 100_000 yuan\n";

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
};

static void open_book(struct book *book, enum database database) {
    stage_open(&book->stage, law, NULL, NULL);
    book->store = database_new(database);
    book_make(&book->registry, book->store, &book->stage, DIGEST_SM3);
}

static void close_book(struct book *book) {
    book_close(&book->registry, book->store, &book->stage);
}

static void take(struct book *book, month_number since) {
    struct registry_taken taken[16] = {{0}};
    struct registry_change change = {.instant = 7, .by = TEXT("甲"), .what = TEXT("import"), .since = since};
    assert_int_equal(registry_begin_change(&book->registry, &change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book->registry, &change, &book->stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
}

static month_number month(int year, int number) {
    return year * 12 + number - 1;
}

static const struct entity *entity(const struct book *book, const char *name) {
    return map_get(&book->stage.policy->entity_by_name, text_from(name));
}

/* As it stands in 2020, by all that is known. */
static struct registry_sought sought_by(struct text words) {
    return (struct registry_sought){
        .words = words, .language = LANGUAGE_EN, .month = month(2020, 1), .known = REGISTRY_NOW};
}

static struct registry_row row_of(struct book *book, const struct registry_sought *sought) {
    struct registry_row row;
    assert_int_equal(registry_find_row(&book->registry, sought, &book->stage.arena, &row), REGISTRY_DONE);
    return row;
}

static int64_t key_of(struct book *book, const char *id) {
    const struct registry_sought sought = sought_by(text_from(id));
    return row_of(book, &sought).key;
}

/* --- the same as all of them -------------------------------------------------------------------------------------- */

static uint32_t drawn = 1;

static unsigned draw(unsigned below) {
    drawn = drawn * 1664525u + 1013904223u;
    return (drawn >> 8) % below;
}

enum { VILLAGES = 3, HOMES = 4, FAMILIES = 5, PERSONS = 8, CHANGES = 14, MONTHS = 9 };

/* Records keep their texts where they lie. */
static const char *named(struct book *book, char letter, unsigned number) {
    return text_format(&book->stage.arena, "%c%u", letter, number).bytes;
}

static const char *drawn_month(struct book *book, bool may_be_none) {
    return may_be_none && draw(2) ? NULL : text_format(&book->stage.arena, "2018-%02u", draw(MONTHS) + 1).bytes;
}

static void draw_person(struct book *book) {
    struct arena *arena = &book->stage.arena;
    const char *id = named(book, 'P', draw(PERSONS)), *until = draw(4) ? NULL : "2018-07";
    struct text inputs = text_format(arena, "name=n%u guardian=%s", draw(3), draw(2) ? "none" : "P0");
    stage_row_in(&book->stage, "person", id, named(book, 'F', draw(FAMILIES)), inputs.bytes,
                 until ? "2018-05" : drawn_month(book, true), until);
    if (draw(2)) return;
    inputs = text_format(arena, "left=2018-0%u-01 number=b%u cost=%u", draw(MONTHS) + 1, draw(2), draw(9));
    stage_row(&book->stage, "bill", "", id, inputs.bytes);
}

static void draw_change(struct book *book) {
    struct arena *arena = &book->stage.arena;
    book_tell_anew(&book->stage);
    for (unsigned i = draw(3); i-- > 0;) {
        struct text inputs = text_format(arena, "farm=%u lives=H%u", draw(9), draw(HOMES));
        stage_row_in(&book->stage, "family", named(book, 'F', draw(FAMILIES)), named(book, 'V', draw(VILLAGES)),
                     inputs.bytes, drawn_month(book, true), NULL);
    }
    if (draw(3) == 0) {
        struct text inputs = text_format(arena, "name=v%u warden=P%u", draw(3), draw(PERSONS));
        stage_row_in(&book->stage, "village", named(book, 'V', draw(VILLAGES)), "", inputs.bytes,
                     drawn_month(book, true), NULL);
    }
    for (unsigned i = draw(4); i-- > 0;) draw_person(book);
    take(book, draw(2) ? MONTH_FIRST : month(2018, (int)draw(MONTHS) + 1));
}

static void draw_registry(struct book *book) {
    struct stage *stage = &book->stage;
    for (unsigned i = 0; i < VILLAGES; i++) stage_row(stage, "village", named(book, 'V', i), "", "name=v");
    for (unsigned i = 0; i < HOMES; i++)
        stage_row(stage, "home", named(book, 'H', i), named(book, 'V', i % VILLAGES), "");
    for (unsigned i = 0; i < FAMILIES; i++)
        stage_row(stage, "family", named(book, 'F', i), named(book, 'V', i % VILLAGES), "");
    for (unsigned i = 0; i < PERSONS; i++)
        stage_row(stage, "person", named(book, 'P', i), named(book, 'F', i % FAMILIES), "");
    take(book, MONTH_FIRST);
    for (int i = 0; i < CHANGES; i++) draw_change(book);
}

static void expect_same_values(const struct dataset *a, size_t row, const struct dataset *b, size_t other,
                               const struct entity *of, struct arena *arena) {
    const struct table *left = dataset_table(a, of), *right = dataset_table(b, of);
    assert_true(text_equal(table_id(left, row), table_id(right, other)));
    assert_int_equal(left->unconfirmed[row], right->unconfirmed[other]);
    for (size_t i = 0; i < of->inputs.count; i++) {
        const struct column *one = &left->columns[i], *two = &right->columns[i];
        const struct field *input = of->inputs.items[i];
        assert_int_equal(one->known[row], two->known[other]);
        if (!one->known[row]) continue;
        if (!one->lanes) {
            assert_true(text_equal(column_text(one, row), column_text(two, other)));
            continue;
        }
        struct value x = value_of_lane(arena, &one->spec, column_get(one, row)),
                     y = value_of_lane(arena, &two->spec, column_get(two, other));
        struct text shown = value_plain_in(arena, a, &input->type, input->scale, &x),
                    wanted = value_plain_in(arena, b, &input->type, input->scale, &y);
        assert_true(text_equal(shown, wanted));
    }
}

static size_t compared;

/* The family, what lies below it and above it. */
static void expect_same_family(const struct dataset *all, const struct dataset *one, struct text id,
                               struct arena *arena) {
    const struct entity *family = map_get(&all->policy->entity_by_name, TEXT("family"));
    size_t row = table_find(dataset_table(all, family), id), other = table_find(dataset_table(one, family), id);
    assert_int_equal(row == SIZE_MAX, other == SIZE_MAX);
    if (row == SIZE_MAX) return;
    for (size_t i = 0; i < all->policy->entities.count; i++) {
        const struct entity *of = all->policy->entities.items[i];
        size_t begin = 0, end = 0, from = 0, to = 0;
        if (entity_is_within(family, of)) {
            begin = dataset_climb(all, family, row, of);
            from = dataset_climb(one, family, other, of);
            end = begin + 1;
            to = from + 1;
        } else if (entity_is_within(of, family)) {
            dataset_below(all, family, row, of, &begin, &end);
            dataset_below(one, family, other, of, &from, &to);
        }
        assert_int_equal(end - begin, to - from);
        for (; begin < end; begin++, from++, compared++) expect_same_values(all, begin, one, from, of, arena);
    }
}

/* What does not stand here is not given at all, rather than left without the row above it. */
static void expect_no_other_refusals(const struct records *all, const struct refusals *of_all,
                                     const struct records *one, const struct refusals *of_one) {
    for (size_t i = 0; i < of_one->list.count; i++) {
        const struct refusal *refusal = &of_one->list.items[i];
        bool found = false;
        for (size_t k = 0; k < of_all->list.count && !found; k++) {
            const struct refusal *other = &of_all->list.items[k];
            found = other->kind == refusal->kind && other->entity == refusal->entity &&
                    all->tables[other->entity->index].rows[other->row].place ==
                        one->tables[refusal->entity->index].rows[refusal->row].place;
        }
        assert_true(found);
    }
}

static void expect_same_months(struct book *book, int64_t known, const char *id) {
    struct arena *arena = &book->stage.arena;
    struct records all, one;
    assert_int_equal(registry_read(&book->registry, known, arena, &all), REGISTRY_DONE);
    assert_int_equal(
        registry_read_family(&book->registry, known, entity(book, "family"), key_of(book, id), arena, &one),
        REGISTRY_DONE);
    for (int i = 0; i <= MONTHS + 1; i++) {
        struct refusals refusals = {.arena = arena}, fewer = {.arena = arena};
        struct dataset *whole = dataset_new(book->stage.policy, &all, month(2018, i), &refusals);
        struct dataset *part = dataset_new(book->stage.policy, &one, month(2018, i), &fewer);
        assert_true(whole && part);
        expect_same_family(whole, part, text_from(id), arena);
        expect_no_other_refusals(&all, &refusals, &one, &fewer);
        dataset_free(whole);
        dataset_free(part);
    }
}

static void a_family_is_what_all_of_them_say(enum database database) {
    int rounds = database == DATABASE_FILE ? 12 : 3;
    compared = 0;
    for (int round = 0; round < rounds; round++) {
        struct book book;
        char id[16];
        drawn = (uint32_t)round + 1;
        open_book(&book, database);
        draw_registry(&book);
        for (unsigned i = 0; i < FAMILIES; i++) {
            snprintf(id, sizeof id, "F%u", i);
            expect_same_months(&book, REGISTRY_NOW, id);
            expect_same_months(&book, CHANGES / 2, id);
        }
        close_book(&book);
    }
    assert_true(compared > 1000);
}
ON_BOTH(a_family_is_what_all_of_them_say)

/* --- finding ------------------------------------------------------------------------------------------------------ */

static void tell_row(struct book *book, const char *of, const char *id, const char *parent, const char *name,
                     const char *inputs) {
    const struct entity *found = entity(book, of);
    stage_row(&book->stage, of, id, parent, inputs);
    struct record_table *table = &book->stage.records.tables[found->index];
    if (name) records_put_text(&book->stage.records, found->known_by.items[0], table->count - 1, text_from(name));
}

static void tell_some(struct book *book) {
    tell_row(book, "village", "V1", "", "镇安", "");
    tell_row(book, "village", "V2", "", "勐糯", "");
    tell_row(book, "family", "F1", "V1", "王小明", "");
    tell_row(book, "family", "F2", "V2", "50%_折'\"\\", "");
    tell_row(book, "person", "F1-01", "F1", "王小明", "born=1958-07-01");
    tell_row(book, "person", "F1-02", "F1", "王 小", "born=1990-07-01");
    tell_row(book, "person", "F1-03", "F1", "𠮷田", "");
    tell_row(book, "person", "F2-01", "F2", "500折", "");
    tell_row(book, "person", "F2-02", "F2", "\xed\x9f\xbf末", "");   /* the last before the surrogates */
    tell_row(book, "person", "F2-03", "F2", "\xee\x80\x80始", "");   /* the first behind them */
    tell_row(book, "person", "F2-04", "F2", "\xf4\x8f\xbf\xbf", ""); /* the last of all */
    tell_row(book, "person", "P_1", "F2", "王·大", "");
    tell_row(book, "person", "PX1", "F2", NULL, "");
    stage_row(&book->stage, "bill", "", "F1-01", "left=2018-05-01 number=a/b");
    take(book, MONTH_FIRST);
}

/* The ids that are found, one behind the other; a + where there are more. */
static const char *found_in(struct book *book, struct text words, const char *area) {
    static char ids[400];
    struct registry_matches matches;
    struct registry_sought sought = sought_by(words);
    sought.area = text_from(area);
    assert_int_equal(registry_find(&book->registry, &sought, &book->stage.arena, &matches), REGISTRY_DONE);
    ids[0] = '\0';
    for (size_t i = 0; i < matches.list.count; i++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", i ? " " : "", matches.list.items[i].id.bytes);
    if (matches.more) snprintf(ids + strlen(ids), sizeof ids - strlen(ids), " +");
    return ids;
}

#define EXPECT_FOUND(book, words, ids) assert_string_equal(found_in((book), text_from(words), NULL), (ids))

static void somebody_is_found_by_how_it_begins(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_some(&book);
    EXPECT_FOUND(&book, "F1", "F1 F1-01 F1-02 F1-03"); /* the very one first */
    EXPECT_FOUND(&book, "F1-02", "F1-02");
    EXPECT_FOUND(&book, "F1-01/2018-05-01/a%2Fb", "F1-01/2018-05-01/a%2Fb"); /* events by their whole names */
    EXPECT_FOUND(&book, "F1-01/2018", "");
    EXPECT_FOUND(&book, "P_", "P_1"); /* what LIKE takes for any character is none here */
    EXPECT_FOUND(&book, "P%", "");
    EXPECT_FOUND(&book, "王", "F1 F1-02 P_1 F1-01");
    EXPECT_FOUND(&book, "  王小  ", "F1 F1-01");
    EXPECT_FOUND(&book, "小明", ""); /* it does not begin so */
    EXPECT_FOUND(&book, "王 1990", "F1-02");
    EXPECT_FOUND(&book, "1990 王", "F1-02");
    EXPECT_FOUND(&book, "王\xe3\x80\x80小", "F1-02"); /* parted by the wide space */
    EXPECT_FOUND(&book, "王 大", "P_1");              /* behind the dot between the parts of a name */
    EXPECT_FOUND(&book, "王 1991", "");
    EXPECT_FOUND(&book, "50%", "F2");
    EXPECT_FOUND(&book, "50", "F2 F2-01");
    EXPECT_FOUND(&book, "50%_折'\"\\", "F2");
    EXPECT_FOUND(&book, "'; DROP TABLE person; --", "");
    EXPECT_FOUND(&book, "𠮷", "F1-03");
    EXPECT_FOUND(&book, "\xed\x9f\xbf", "F2-02");
    EXPECT_FOUND(&book, "\xee\x80\x80", "F2-03");
    EXPECT_FOUND(&book, "", "");
    EXPECT_FOUND(&book, " ", "");
    EXPECT_FOUND(&book, "镇安", ""); /* an area is no family */
    EXPECT_FOUND(&book, "a b c d e f g h i j k l m n o p q r", "");
    assert_string_equal(found_in(&book, (struct text){"F1\0", 3}, NULL), "");
    assert_string_equal(found_in(&book, TEXT("\xff"), NULL), "");
    assert_string_equal(found_in(&book, TEXT("\xe7\x8e"), NULL), ""); /* half a character */
    close_book(&book);
}
ON_BOTH(somebody_is_found_by_how_it_begins)

static void only_what_lies_in_the_area(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_some(&book);
    assert_string_equal(found_in(&book, TEXT("王"), "V2"), "P_1");
    assert_string_equal(found_in(&book, TEXT("王"), "F1"), "F1 F1-02 F1-01");
    assert_string_equal(found_in(&book, TEXT("王"), "V9"), "");
    book_tell_anew(&book.stage);
    for (unsigned i = 0; i < 90; i++) /* more than are looked at first, and all but three of them elsewhere */
        tell_row(&book, "person", text_format(&book.stage.arena, "Q%02u", i).bytes, i < 87 ? "F1" : "F2", "杨", "");
    take(&book, MONTH_FIRST);
    assert_string_equal(found_in(&book, TEXT("杨"), "V2"), "Q87 Q88 Q89");
    assert_string_equal(found_in(&book, TEXT("Q"), "V2"), "Q87 Q88 Q89");
    assert_string_equal(found_in(&book, TEXT("杨"), NULL),
                        "Q00 Q01 Q02 Q03 Q04 Q05 Q06 Q07 Q08 Q09 Q10 Q11 Q12 Q13 Q14 Q15 Q16 Q17 Q18 Q19 +");
    assert_string_equal(found_in(&book, TEXT("Q0"), NULL), "Q00 Q01 Q02 Q03 Q04 Q05 Q06 Q07 Q08 Q09");
    close_book(&book);
}
ON_BOTH(only_what_lies_in_the_area)

static void who_was_called_otherwise_is_found_and_told(enum database database) {
    struct book book;
    struct registry_matches matches;
    open_book(&book, database);
    tell_some(&book);
    book_tell_anew(&book.stage);
    tell_row(&book, "person", "F1-01", "F2", "赵大", "born=1958-07-01");
    stage_row_in(&book.stage, "person", "F1-03", "F1", "", "2018-01", "2018-05");
    take(&book, month(2018, 5));
    const struct registry_sought was = sought_by(TEXT("王小明 1958")), gone = sought_by(TEXT("F1-03"));
    struct arena *arena = &book.stage.arena;
    assert_int_equal(registry_find(&book.registry, &was, arena, &matches), REGISTRY_DONE);
    assert_int_equal(matches.list.count, 1);
    assert_true(text_is(matches.list.items[0].id, "F1-01"));
    assert_true(text_is(matches.list.items[0].known_by, "赵大 1958-07-01"));
    assert_true(text_is(matches.list.items[0].other, "王小明 1958-07-01"));
    assert_true(text_is(matches.list.items[0].family, "F2"));
    assert_true(text_is(matches.list.items[0].where, "勐糯"));
    assert_false(matches.list.items[0].gone);
    assert_int_equal(registry_find(&book.registry, &gone, arena, &matches), REGISTRY_DONE);
    assert_int_equal(matches.list.count, 1);
    assert_true(matches.list.items[0].gone);
    assert_true(text_is(matches.list.items[0].where, "镇安"));
    book_tell_anew(&book.stage); /* of the same month, told anew */
    tell_row(&book, "person", "F1-01", "F2", "钱大", "born=1958-07-01");
    take(&book, month(2018, 5));
    assert_int_equal(registry_find(&book.registry, &was, arena, &matches), REGISTRY_DONE);
    assert_true(text_is(matches.list.items[0].known_by, "钱大 1958-07-01"));
    close_book(&book);
}
ON_BOTH(who_was_called_otherwise_is_found_and_told)

static void a_row_leads_to_its_family(enum database database) {
    static const struct {
        const char *id, *entity, *family;
    } wanted[] = {{"F1", "family", "F1"},  {"F1-02", "person", "F1"}, {"F1-01/2018-05-01/a%2Fb", "bill", "F1"},
                  {"V1", "village", NULL}, {"none", NULL, NULL},      {"", NULL, NULL}};
    struct book book;
    open_book(&book, database);
    tell_some(&book);
    int64_t key = key_of(&book, "F1");
    assert_true(key > 0);
    assert_ptr_equal(registry_families(&book.registry), entity(&book, "family"));
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct registry_sought sought = sought_by(text_from(wanted[i].id));
        struct registry_row row = row_of(&book, &sought);
        assert_ptr_equal(row.entity, wanted[i].entity ? entity(&book, wanted[i].entity) : NULL);
        assert_int_equal(row.family_key, wanted[i].family ? key : 0);
        assert_true(text_is(row.where, wanted[i].family ? "镇安" : ""));
    }
    close_book(&book);
}
ON_BOTH(a_row_leads_to_its_family)

/* The one match of some words in a month, as it was known at a change. */
static struct registry_match match_of(struct book *book, const char *words, month_number when, int64_t known) {
    struct registry_matches matches;
    struct registry_sought sought = sought_by(text_from(words));
    sought.month = when;
    sought.known = known;
    assert_int_equal(registry_find(&book->registry, &sought, &book->stage.arena, &matches), REGISTRY_DONE);
    assert_int_equal(matches.list.count, 1);
    return matches.list.items[0];
}

/* What is told of 2040 is nothing of today's, and is told as what it is. */
static void what_is_told_ahead_is_told_as_such(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_some(&book); /* change 2 */
    month_number now = month(2020, 1), then = month(2040, 1);
    book_tell_anew(&book.stage);
    tell_row(&book, "person", "F1-01", "F2", "赵大", "born=1958-07-01");
    tell_row(&book, "person", "F1-04", "F1", "孙三", "");
    take(&book, then); /* change 3 */
    book_tell_anew(&book.stage);
    stage_row_in(&book.stage, "person", "F1-03", "F1", "", NULL, "2040-01");
    take(&book, MONTH_FIRST); /* change 4 */
    struct registry_match moves = match_of(&book, "F1-01", now, REGISTRY_NOW);
    assert_true(text_is(moves.family, "F1") && text_is(moves.known_by, "王小明 1958-07-01") && !moves.gone);
    assert_int_equal(moves.ahead.since, then);
    assert_true(moves.ahead.stands && text_is(moves.ahead.parent, "F2") &&
                text_is(moves.ahead.known_by, "赵大 1958-07-01"));
    moves = match_of(&book, "赵大", now, REGISTRY_NOW); /* by what it will be called */
    assert_true(text_is(moves.id, "F1-01") && moves.other.length == 0);
    moves = match_of(&book, "F1-01", then, REGISTRY_NOW);
    assert_true(text_is(moves.family, "F2") && text_is(moves.known_by, "赵大 1958-07-01"));
    assert_int_equal(moves.ahead.since, MONTH_LAST);
    struct registry_match leaves = match_of(&book, "F1-03", now, REGISTRY_NOW);
    assert_true(!leaves.gone && text_is(leaves.family, "F1") && !leaves.ahead.stands);
    assert_int_equal(leaves.ahead.since, then + 1);
    assert_true(match_of(&book, "F1-03", then + 1, REGISTRY_NOW).gone);
    struct registry_match comes = match_of(&book, "孙三", now, REGISTRY_NOW);
    assert_true(comes.gone && comes.later && comes.ahead.since == then && comes.ahead.stands);
    assert_true(text_is(comes.family, "F1"));
    assert_false(match_of(&book, "孙三", then, REGISTRY_NOW).gone);
    const struct registry_sought before = {.words = TEXT("F1-01"), .month = then, .known = 2},
                                 after = {.words = TEXT("F1-01"), .month = then, .known = 3},
                                 unknown = {.words = TEXT("F1-04"), .month = then, .known = 2};
    assert_int_equal(row_of(&book, &before).family_key, key_of(&book, "F1"));
    assert_int_equal(row_of(&book, &after).family_key, key_of(&book, "F2"));
    assert_int_equal(row_of(&book, &unknown).key, 0);
    book_tell_anew(&book.stage); /* it was a mistake: of the same month, told anew */
    tell_row(&book, "person", "F1-01", "F1", "王小明", "born=1958-07-01");
    take(&book, then);
    moves = match_of(&book, "赵大", now, REGISTRY_NOW);
    assert_true(text_is(moves.other, "赵大 1958-07-01") && moves.other_since == 0);
    assert_int_equal(moves.ahead.since, MONTH_LAST);
    close_book(&book);
}
ON_BOTH(what_is_told_ahead_is_told_as_such)

/* --- what was told ------------------------------------------------------------------------------------------------ */

static size_t count_people(const struct book *book, const struct records *records, const char *id) {
    const struct record_table *table = &records->tables[entity(book, "person")->index];
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) count += text_is(table->rows[i].id, id);
    return count;
}

static void who_moved_stands_where_he_is(enum database database) {
    struct book book;
    struct records records;
    struct registry_told told;
    open_book(&book, database);
    tell_some(&book);
    book_tell_anew(&book.stage);
    tell_row(&book, "person", "F1-01", "F2", "王小明", "born=1958-07-01");
    take(&book, month(2018, 5));
    struct arena *arena = &book.stage.arena;
    int64_t f1 = key_of(&book, "F1"), f2 = key_of(&book, "F2");
    const struct entity *family = entity(&book, "family"), *bill = entity(&book, "bill");
    assert_int_equal(registry_read_family(&book.registry, REGISTRY_NOW, family, f1, arena, &records), REGISTRY_DONE);
    assert_int_equal(count_people(&book, &records, "F1-01"), 1);
    const struct record_row *paid = records.tables[bill->index].rows;
    assert_int_equal(records.tables[bill->index].count, 1);
    assert_int_equal(paid->from, MONTH_FIRST);
    assert_int_equal(paid->until, month(2018, 4));
    assert_int_equal(registry_read_family(&book.registry, REGISTRY_NOW, family, f2, arena, &records), REGISTRY_DONE);
    assert_int_equal(count_people(&book, &records, "F1-01"), 1);
    assert_int_equal(records.tables[bill->index].rows->from, month(2018, 5));
    assert_int_equal(registry_read_family(&book.registry, 2, family, f1, arena, &records), REGISTRY_DONE);
    assert_int_equal(records.tables[bill->index].rows->until, MONTH_LAST); /* as it was known then */
    assert_int_equal(registry_read_told(&book.registry, REGISTRY_NOW, family, f1, arena, &told), REGISTRY_DONE);
    size_t here = 0, elsewhere = 0;
    for (size_t i = 0; i < told.list.count; i++) {
        const struct registry_version *version = &told.list.items[i];
        if (!text_is(version->id, "F1-01")) continue;
        here += version->within && version->since == MONTH_FIRST && version->until == month(2018, 4) &&
                version->change == 2 && text_is(version->parent, "F1");
        elsewhere += !version->within && version->since == month(2018, 5) && version->change == 3 &&
                     text_is(version->parent, "F2");
    }
    assert_int_equal(here, 1);
    assert_int_equal(elsewhere, 1);
    assert_true(told.list.items[0].entity == family && told.list.items[0].within);
    struct registry_change change;
    assert_int_equal(registry_read_change(&book.registry, 3, arena, &change), REGISTRY_DONE);
    assert_true(text_is(change.by, "甲") && text_is(change.what, "import") && change.instant == 7);
    assert_int_equal(registry_read_change(&book.registry, 99, arena, &change), REGISTRY_DONE);
    assert_int_equal(change.by.length, 0);
    close_book(&book);
}
ON_BOTH(who_moved_stands_where_he_is)

/* --- indexes ------------------------------------------------------------------------------------------------------ */

static bool has_index(struct store *store, const char *table, const char *column) {
    struct text name = text_from(column);
    return store_has_index(store, text_from(table), &name, 1);
}

/* A migration and a copy bring those that the law asks for. */
static void what_rows_are_known_by_is_indexed(enum database database) {
    static const char before[] =
        "policy law\n  currency yuan of 100 fen\n"
        "entity village known by name\nentity home in village at most 99\n"
        "entity family in village at most 99\nentity person in family at most 99\n"
        "event bill in person dated left, number at most 99 a year\n"
        "input village name : text\ninput bill left : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
        "input family head : text\n";
    struct book book, later;
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("init")};
    struct registry_migration migration;
    stage_open(&book.stage, before, NULL, NULL);
    book.store = database_new(database);
    assert_int_equal(registry_make(&book.registry, book.store, book.stage.policy, DIGEST_SM3, &change), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    assert_true(has_index(book.store, "village", "name"));
    assert_false(has_index(book.store, "family", "head"));
    stage_open(&later.stage, law, NULL, NULL);
    assert_int_equal(registry_migrate(&later.registry, book.store, later.stage.policy, &change, &migration),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&later.registry), REGISTRY_DONE);
    struct store *copy = database_new(database);
    assert_int_equal(registry_copy(&later.registry, copy), REGISTRY_DONE);
    assert_true(store_commit(copy));
    for (int i = 0; i < 2; i++) {
        struct store *store = i ? copy : book.store;
        assert_true(has_index(store, "village", "name") && has_index(store, "family", "head") &&
                    has_index(store, "person", "name"));
        assert_false(has_index(store, "person", "born") || has_index(store, "bill", "number"));
    }
    store_close(copy);
    registry_close(&later.registry);
    stage_close(&later.stage);
    close_book(&book);
}
ON_BOTH(what_rows_are_known_by_is_indexed)

/* --- what goes wrong ---------------------------------------------------------------------------------------------- */

static void what_nobody_told_is_damage(enum database database) {
    static const char *const damages[] = {
        "UPDATE person SET guardian = 99 WHERE _version = 1", "UPDATE person SET born = 999999999 WHERE _version = 1",
        "UPDATE person SET _key = 77 WHERE _version = 1", "UPDATE family SET lives = -3 WHERE _version = 1"};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct book book;
        struct records records;
        struct registry_matches matches;
        open_book(&book, database);
        tell_some(&book);
        int64_t key = key_of(&book, "F1");
        assert_true(store_do(book.store, damages[i]));
        enum registry_result all = registry_read(&book.registry, REGISTRY_NOW, &book.stage.arena, &records);
        enum registry_result one = registry_read_family(&book.registry, REGISTRY_NOW, entity(&book, "family"), key,
                                                        &book.stage.arena, &records);
        assert_int_equal(all, REGISTRY_DAMAGED);
        if (i != 2) assert_int_equal(one, REGISTRY_DAMAGED); /* a version of nobody is nobody's */
        const struct registry_sought sought = sought_by(TEXT("王"));
        enum registry_result found = registry_find(&book.registry, &sought, &book.stage.arena, &matches);
        assert_true(found == REGISTRY_DONE || found == REGISTRY_DAMAGED);
        close_book(&book);
    }
}
ON_BOTH(what_nobody_told_is_damage)

static enum registry_result look_up(struct book *book, struct arena *arena, int64_t key) {
    struct registry_matches matches;
    struct records records;
    struct registry_told told;
    struct registry_row row;
    struct registry_sought sought = sought_by(TEXT("王 小")), whose = sought_by(TEXT("F1-01"));
    const struct entity *family = entity(book, "family");
    sought.area = TEXT("V1");
    enum registry_result result = registry_find(&book->registry, &sought, arena, &matches);
    if (result == REGISTRY_DONE) result = registry_find_row(&book->registry, &whose, arena, &row);
    if (result == REGISTRY_DONE)
        result = registry_read_family(&book->registry, REGISTRY_NOW, family, key, arena, &records);
    if (result == REGISTRY_DONE) result = registry_read_told(&book->registry, REGISTRY_NOW, family, key, arena, &told);
    return result;
}

static void memory_that_runs_out_is_told(enum database database) {
    struct book book;
    open_book(&book, database);
    tell_some(&book);
    int64_t key = key_of(&book, "F1");
    for (long successes = 0;; successes++) {
        struct arena arena;
        arena_init(&arena);
        memory_fail_after(successes);
        enum registry_result result = look_up(&book, &arena, key);
        bool failed = memory_has_failed();
        memory_fail_after(-1);
        arena_free(&arena);
        if (book.registry.arena.failed) { /* it fails for good */
            registry_close(&book.registry);
            assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
        }
        assert_int_equal(result, failed ? REGISTRY_NO_MEMORY : REGISTRY_DONE);
        if (!failed) break;
    }
    close_book(&book);
}
ON_BOTH(memory_that_runs_out_is_told)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(a_family_is_what_all_of_them_say), BOTH(somebody_is_found_by_how_it_begins),
        BOTH(only_what_lies_in_the_area),       BOTH(who_was_called_otherwise_is_found_and_told),
        BOTH(a_row_leads_to_its_family),        BOTH(what_is_told_ahead_is_told_as_such),
        BOTH(who_moved_stands_where_he_is),     BOTH(what_rows_are_known_by_is_indexed),
        BOTH(what_nobody_told_is_damage),       BOTH(memory_that_runs_out_is_told)};
    return cmocka_run_group_tests(tests, databases_begin, databases_end);
}
