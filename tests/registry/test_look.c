/* What would become of what is told: what does not fit is left out with all that hangs on it, and who is likely the
 * same as another is asked; on both databases where that matters. */
#include "book.h"
#include "engine/stage.h"
#include "failing.h"
#include "registry/registry_inside.h"
#include "store/databases.h"
#include "store/given_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LAW(sealed)                                                                                                    \
    "policy law\n  currency yuan of 100 fen\n"                                                                         \
    "entity village known by name\n"                                                                                   \
    "entity family in village at most 9 known by head\n"                                                               \
    "entity person in family at most 3 known by name, born\n"                                                          \
    "entity clinic in village known by name\n"                                                                         \
    "event bill in person dated left, number at most 2 a year\n"                                                       \
    "input village name : text\n"                                                                                      \
    "input family head : text\n"                                                                                       \
    "input family card : text check luhn\n"                                                                            \
    "input family clinic : clinic empty means none\n"                                                                  \
    "input person name : text\n"                                                                                       \
    "input person born : date in 1900-01-01 .. 2100-01-01\n"                                                           \
    "input person number : text check gb11643" sealed "\n"                                                             \
    "input clinic name : text\n"                                                                                       \
    "input bill left : date in 2010-01-01 .. 2100-01-01\n"                                                             \
    "input bill number : text\n"

struct book {
    struct stage stage;
    struct store *store;
    struct registry registry;
    struct registry_change change;
    struct arena arena;
    struct registry_look look;
};

enum { JULY_2018 = 2018 * 12 + 6 };

static enum registry_result look_within(struct book *book, struct arena *arena) {
    return registry_look_at(&book->registry, &book->change, &book->stage.records, JULY_2018, arena, &book->look);
}

static void look(struct book *book) {
    arena_free(&book->arena);
    arena_init(&book->arena);
    assert_int_equal(look_within(book, &book->arena), REGISTRY_DONE);
}

/* Takes what is told but for what is left out. */
static void take(struct book *book) {
    struct registry_taken taken[16] = {0};
    look(book);
    assert_int_equal(registry_begin_change(&book->registry, &book->change), REGISTRY_DONE);
    assert_int_equal(book->change.number, book->look.last + 1);
    assert_int_equal(registry_take_looked(&book->registry, &book->change, &book->stage.records, &book->look, taken),
                     REGISTRY_DONE);
    for (size_t i = 0; i < book->stage.policy->entities.count; i++) {
        assert_int_equal(taken[i].refused, 0);
        assert_int_equal(taken[i].fresh, book->look.taken[i].fresh);
        assert_int_equal(taken[i].changed, book->look.taken[i].changed);
        assert_int_equal(taken[i].same, book->look.taken[i].same);
    }
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    book_tell_anew(&book->stage);
}

static void use_keys(struct book *book) {
    struct keys keys;
    size_t line;
    assert_int_equal(keys_parse(&keys, TEXT(KEYS_HEAD INDEX_LINE SM4_LINE), &line), KEYS_OK);
    assert_int_equal(registry_use_keys(&book->registry, &keys, 2), REGISTRY_DONE);
    keys_clear(&keys);
}

static void open_law(struct book *book, enum database database, const char *law, bool sealed) {
    stage_open(&book->stage, law, NULL, NULL);
    book->store = database_new(database);
    book->change =
        (struct registry_change){.instant = 1, .by = TEXT("tester"), .what = TEXT("init"), .since = MONTH_FIRST};
    assert_int_equal(registry_make(&book->registry, book->store, book->stage.policy, DIGEST_SM3, &book->change),
                     REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book->registry), REGISTRY_DONE);
    if (sealed) use_keys(book);
    arena_init(&book->arena);
    stage_row(&book->stage, "village", "V1", "", "name=新村");
    stage_row(&book->stage, "village", "V2", "", "name=和平村");
    stage_row(&book->stage, "clinic", "C1", "V1", "name=卫生院");
    stage_row(&book->stage, "family", "F1", "V1", "head=木·阿普 clinic=C1");
    stage_row(&book->stage, "family", "F2", "V2", "head=李强");
    stage_row(&book->stage, "person", "P1", "F1", "name=木·阿普 born=1960-05-01 number=533323196005010019");
    stage_row(&book->stage, "person", "P2", "F1", "name=王五 born=1980-01-01");
    stage_row(&book->stage, "person", "P3", "F2", "name=李强 born=1975-02-03");
    look(book);
    assert_int_equal(registry_highest(&book->registry, &registry_keys_table), 0); /* looking writes nothing */
    take(book);
}

static void open_book(struct book *book, enum database database) {
    open_law(book, database, LAW(""), false);
}

static void open_sealed(struct book *book, enum database database) {
    open_law(book, database, LAW(" sealed"), true);
}

static void close_book(struct book *book) {
    arena_free(&book->arena);
    book_close(&book->registry, book->store, &book->stage);
}

/* Of the row that was told first by that id: n(ew), c(hanged), s(ame), a(like), w(rong); all rows one after another. */
static const char *fates(struct book *book, const char *entity) {
    static char found[64];
    const struct entity *of = map_get(&book->stage.policy->entity_by_name, text_from(entity));
    size_t count = book->stage.records.tables[of->index].count;
    assert_true(count < sizeof found);
    for (size_t row = 0; row < count; row++) found[row] = "ncsaw"[book->look.fates[of->index][row]];
    found[count] = '\0';
    return found;
}

static void expect(struct book *book, const char *families, const char *people) {
    look(book);
    assert_string_equal(fates(book, "family"), families);
    assert_string_equal(fates(book, "person"), people);
    book_tell_anew(&book->stage);
}

static void family(struct book *book, const char *id, const char *village, const char *inputs) {
    stage_row(&book->stage, "family", id, village, inputs);
}

static void person(struct book *book, const char *id, const char *of, const char *inputs) {
    stage_row(&book->stage, "person", id, of, inputs);
}

static void say_another(struct book *book, const char *entity) {
    const struct entity *of = map_get(&book->stage.policy->entity_by_name, text_from(entity));
    struct record_table *table = &book->stage.records.tables[of->index];
    table->rows[table->count - 1].another = true;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static void names_are_compared_as_people_read_them(void **state) {
    static const char *const same[][2] = {
        {"木·阿普", "木·阿普"},
        {"木•阿普", "木·阿普"},
        {"木‧阿普", "木·阿普"},
        {"木・阿普", "木·阿普"},
        {"木･阿普", "木·阿普"},
        {"木∙阿普", "木·阿普"},
        {"木⋅阿普", "木·阿普"},
        {" 王五\t", "王五"},
        {"\u3000王五\u3000", "王五"},
        {"\u00a0王五", "王五"},
        {"ＬＩ　ｍｉｎｇ", "LI　ming"},
        {"Ａ１－ｚ", "A1-z"},
        {"王 五", "王 五"},
        {"", ""},
        {" \u3000 ", ""},
        {"𠮷\U0002A6B2", "𠮷\U0002A6B2"},
        {"～", "~"},
        {"｡", "｡"},
        {"·", "·"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct builder out;
        builder_init(&out);
        alike_add_text(&out, text_from(same[i][0]));
        assert_string_equal(out.length ? builder_text(&out).bytes : "", same[i][1]);
        builder_free(&out);
    }
}

/* 50 characters of four bytes each, told apart by the last. */
static void long_names_are_told_apart_by_their_last_character(enum database database) {
    enum { CHARACTERS = 50 };
    struct book book;
    open_book(&book, database);
    family(&book, "F7", "V1", "head=甲");
    for (int last = 0; last < 2; last++) {
        struct builder text;
        builder_init(&text);
        builder_add(&text, TEXT("name="));
        for (int i = 1; i < CHARACTERS; i++) builder_add(&text, TEXT("\U0002A6B2"));
        builder_format(&text, "%s born=1990-01-01", last ? "\U0002A6B3" : "\U0002A6B2");
        const char *inputs = builder_finish(&text, &book.stage.arena).bytes;
        person(&book, last ? "P10" : "P11", "F7", inputs);
        person(&book, last ? "P12" : "P13", "F2", last ? "name=乙 born=1990-01-01" : inputs);
    }
    look(&book);
    assert_string_equal(fates(&book, "person"), "aann"); /* P11, P13; P10, P12 */
    close_book(&book);
}
ON_BOTH(long_names_are_told_apart_by_their_last_character)

/* --- who is likely the same --------------------------------------------------------------------------------------- */

static void people_known_by_the_same_are_asked(enum database database) {
    struct book book;
    open_book(&book, database);
    person(&book, "P9", "F2", "name=木•阿普 born=1960-05-01");
    look(&book);
    assert_string_equal(fates(&book, "person"), "a");
    assert_int_equal(book.look.alike.count, 1);
    const struct registry_alike *alike = &book.look.alike.items[0];
    assert_true(text_is(alike->of_other->rows[alike->other].id, "P1") && !alike->field);
    assert_int_equal(book.look.refusals.list.count, 0);
    take(&book); /* it is not */
    person(&book, "P9", "F2", "name=木•阿普 born=1960-05-01");
    say_another(&book, "person");
    expect(&book, "", "n");
    person(&book, "P9", "F2", "name=木·阿普 born=1960-05-02");
    expect(&book, "", "n");
    person(&book, "P9", "F2", "name=木·阿普");
    expect(&book, "", "n");
    person(&book, "P8", "F1", "name=赵六");
    person(&book, "P9", "F2", "name=赵六");
    expect(&book, "", "nn");
    person(&book, "P1", "F1", "name=王五 born=1980-01-01"); /* known already, whatever it is called now */
    expect(&book, "", "c");
    close_book(&book);
}
ON_BOTH(people_known_by_the_same_are_asked)

static void two_in_one_file_are_asked(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    person(&book, "P8", "F1", "name=赵六 born=1990-01-01");
    person(&book, "P9", "F2", "name=赵六 born=1990-01-01");
    expect(&book, "", "aa");
    person(&book, "P8", "F1", "name=赵六 born=1990-01-01");
    person(&book, "P9", "F2", "name=赵六 born=1990-01-01");
    say_another(&book, "person");
    expect(&book, "", "nn");
    close_book(&book);
}

/* Whatever becomes of the first; `take` finds none that were not looked at. */
static void lines_that_stand_twice_share_their_fate(enum database database) {
    static const char *const cases[][3] = {{"P9", "name=木·阿普 born=1960-05-01", "aaa"},
                                           {"P9", "name=赵六", "nss"},
                                           {"P2", "name=王五 born=1980-01-01", "sss"},
                                           {"P2", "name=王五 born=1981-01-01", "css"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct book book;
        open_book(&book, database);
        for (size_t times = 0; times < 3; times++) person(&book, cases[i][0], "F1", cases[i][1]);
        look(&book);
        assert_string_equal(fates(&book, "person"), cases[i][2]);
        assert_int_equal(book.look.alike.count, i ? 0 : 3);
        take(&book);
        const struct entity *of = map_get(&book.stage.policy->entity_by_name, TEXT("person"));
        assert_int_equal(registry_highest(&book.registry, &tables_of(&book.registry, of)->names), i == 1 ? 4 : 3);
        for (size_t times = 0; times < 2; times++) person(&book, "P9", "F8", "name=赵六");
        for (size_t times = 0; times < 2; times++) family(&book, "F8", "V1", "head=赵六 clinic=C9");
        person(&book, "P8", "F1", "name=甲");
        person(&book, "P8", "F1", "name=乙");
        person(&book, "P8", "F1", "name=甲");
        person(&book, "P7", "F1", "name=丙");
        look(&book);
        assert_string_equal(fates(&book, "family"), "ww");
        assert_string_equal(fates(&book, "person"), i == 1 ? "wwwwww" : "wwwwwn");
        assert_int_equal(book.look.refusals.list.count, i == 1 ? 8 : 7);
        take(&book);
        close_book(&book);
    }
}
ON_BOTH(lines_that_stand_twice_share_their_fate)

/* The one says that he goes, the other does not: nobody knows which is right. */
static void lines_that_end_otherwise_are_not_the_same(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    person(&book, "P9", "F1", "name=赵六");
    stage_row_in(&book.stage, "person", "P9", "F1", "name=赵六", NULL, "2018-06");
    look(&book);
    assert_string_equal(fates(&book, "person"), "ww");
    close_book(&book);
}

/* By the state behind the import: who is called otherwise by it, or is ended, is not the one. */
static void who_is_not_there_any_more_is_not_the_one(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    person(&book, "P2", "F1", "name=王武 born=1980-01-01");
    person(&book, "P9", "F2", "name=王五 born=1980-01-01");
    expect(&book, "", "cn");
    person(&book, "P9", "F2", "name=王五 born=1980-01-01");
    stage_row_in(&book.stage, "person", "P2", "F1", "name=王五 born=1980-01-01", NULL, "2018-06");
    expect(&book, "", "nc");
    person(&book, "P9", "F2", "name=王五 born=1980-01-01");
    stage_row_in(&book.stage, "person", "P2", "F1", "name=王五 born=1980-01-01", NULL, "2018-07");
    expect(&book, "", "ac");
    close_book(&book);
}

static void numbers_decide(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    person(&book, "P9", "F2", "name=木·阿普 born=1960-05-01 number=533323196005010035");
    expect(&book, "", "n");
    person(&book, "P9", "F2", "name=别人 number=533323196005010019");
    look(&book);
    assert_string_equal(fates(&book, "person"), "a");
    assert_true(text_is(book.look.alike.items[0].field->name, "number"));
    book_tell_anew(&book.stage);
    family(&book, "F8", "V1", "head=甲 card=6222020000000000");
    family(&book, "F9", "V2", "head=乙 card=6222020000000000");
    expect(&book, "aa", "");
    close_book(&book);
}

/* --- numbers that are sealed -------------------------------------------------------------------------------------- */

#define WANG_NUMBER "533323198001010037"

static void sealed_numbers_decide_by_their_index(enum database database) {
    struct book book;
    open_sealed(&book, database);
    person(&book, "P9", "F2", "name=木·阿普 born=1960-05-01 number=" WANG_NUMBER);
    expect(&book, "", "n");
    person(&book, "P9", "F2", "name=别人 number=533323196005010019");
    look(&book);
    assert_string_equal(fates(&book, "person"), "a");
    assert_true(text_is(book.look.alike.items[0].field->name, "number"));
    book_tell_anew(&book.stage);
    person(&book, "P8", "F2", "name=甲 number=" WANG_NUMBER);
    person(&book, "P9", "F2", "name=乙 number=" WANG_NUMBER);
    expect(&book, "", "aa");
    person(&book, "P9", "F2", "name=木·阿普 born=1960-05-01");
    expect(&book, "", "a");
    close_book(&book);
}
ON_BOTH(sealed_numbers_decide_by_their_index)

/* Nothing is opened, and nothing written, until it is taken. */
static void sealed_numbers_are_the_same_by_their_index(enum database database) {
    struct book book;
    open_sealed(&book, database);
    const struct field *number = policy_field(book.stage.policy, TEXT("person"), TEXT("number"));
    const struct record_table *told = &book.stage.records.tables[number->entity->index];
    person(&book, "P1", "F1", "name=木·阿普 born=1960-05-01 number=533323196005010019");
    person(&book, "P2", "F1", "name=王五 born=1980-01-01 number=" WANG_NUMBER);
    person(&book, "P9", "F2", "name=丁");
    look(&book);
    assert_string_equal(fates(&book, "person"), "scn");
    const struct column *known = &book.look.known.tables[number->entity->index].columns[number->input_index];
    assert_true(registry_look_hides(column_text(known, book.look.before[number->entity->index][0] - 1)));
    assert_true(registry_look_keeps(&book.look, told, 0, number->input_index));
    assert_false(registry_look_keeps(&book.look, told, 1, number->input_index));
    assert_false(registry_look_keeps(&book.look, told, 2, number->input_index)); /* nothing stood there */
    take(&book);
    person(&book, "P2", "F1", "name=王五 born=1980-01-01 number=" WANG_NUMBER);
    expect(&book, "", "s");
    close_book(&book);
}
ON_BOTH(sealed_numbers_are_the_same_by_their_index)

/* Of a row that is left out nothing is told that would not be. */
static void doubles_are_those_of_what_would_be_taken(void **state) {
    struct book book;
    (void)state;
    open_sealed(&book, DATABASE_FILE);
    person(&book, "P9", "F2", "name=别人 number=533323196005010019");
    look(&book);
    assert_int_equal(book.registry.doubled + book.registry.doubles.count, 0);
    say_another(&book, "person");
    person(&book, "P2", "F1", "name=王五 born=1980-01-01 number=533323196005010019");
    look(&book);
    assert_string_equal(fates(&book, "person"), "nc");
    assert_int_equal(book.registry.doubled, 2);
    assert_true(text_is(book.registry.doubles.items[0].id, "P9") &&
                text_is(book.registry.doubles.items[0].other, "P1"));
    assert_true(text_is(book.registry.doubles.items[1].id, "P2") &&
                text_is(book.registry.doubles.items[1].other, "P1"));
    close_book(&book);
}

static void without_keys_nothing_sealed_is_looked_at(enum database database) {
    struct book book;
    open_sealed(&book, database);
    registry_close(&book.registry);
    assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
    person(&book, "P9", "F2", "name=丁 born=2000-01-01");
    expect(&book, "", "n");
    person(&book, "P9", "F2", "name=丁 number=" WANG_NUMBER);
    assert_int_equal(look_within(&book, &book.arena), REGISTRY_NO_KEYS);
    close_book(&book);
}
ON_BOTH(without_keys_nothing_sealed_is_looked_at)

/* --- families, places, crowds ------------------------------------------------------------------------------------- */

/* A head's name alone is nobody's. */
static void families_are_known_by_their_people(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    family(&book, "F9", "V2", "head=木・阿普");
    expect(&book, "n", "");
    family(&book, "F9", "V1", "head=木・阿普");
    expect(&book, "n", ""); /* F1 has people */
    family(&book, "F9", "V2", "head=木・阿普");
    person(&book, "P9", "F9", "name=木・阿普 born=1999-01-01");
    expect(&book, "n", "n");
    family(&book, "F9", "V2", "head=木・阿普");
    person(&book, "P9", "F9", "name=木・阿普 born=1960-05-01");
    person(&book, "P8", "F9", "name=木・阿妞 born=1990-05-01");
    expect(&book, "a", "aw"); /* who hangs on it is left out with it */
    family(&book, "F9", "V2", "head=别人");
    person(&book, "P9", "F9", "name=木・阿普 born=1960-05-01");
    expect(&book, "n", "a");
    family(&book, "F8", "V1", "head=和志强");
    family(&book, "F9", "V1", "head=和志强");
    expect(&book, "aa", "");
    family(&book, "F8", "V1", "head=和志强");
    family(&book, "F9", "V2", "head=和志强");
    expect(&book, "nn", "");
    close_book(&book);
}

static void places_of_one_name_are_told_apart_by_where_they_lie(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row(&book.stage, "clinic", "C8", "V2", "name=卫生院");
    stage_row(&book.stage, "clinic", "C9", "V1", "name=卫生院");
    stage_row(&book.stage, "village", "V9", "", "name=新村"); /* V1 has people */
    stage_row(&book.stage, "village", "1", "", "");
    stage_row(&book.stage, "clinic", "C7", "1", "name=卫生院V");
    look(&book);
    assert_string_equal(fates(&book, "clinic"), "nan");
    assert_string_equal(fates(&book, "village"), "nn");
    close_book(&book);
}

/* A crowd of one name, told apart by their numbers. */
static void crowds_are_told_apart_as_far_as_can_be(void **state) {
    enum { FEW = 400, MANY = 1500 };
    static const int sizes[] = {FEW, MANY};
    (void)state;
    for (size_t size = 0; size < 2; size++) {
        struct book book;
        open_book(&book, DATABASE_FILE);
        for (int i = 0; i < sizes[size]; i++) {
            struct arena *arena = &book.stage.arena;
            const char *village = text_format(arena, "V%06d", i / 9).bytes, *of = text_format(arena, "F%06d", i).bytes;
            if (i % 9 == 0) stage_row(&book.stage, "village", village, "", "");
            family(&book, of, village, "head=张伟");
            person(&book, text_format(arena, "P%06d", i).bytes, of,
                   text_format(arena, "name=张伟 born=1970-01-01 number=%018d", i).bytes);
        }
        look(&book);
        const struct entity *of = map_get(&book.stage.policy->entity_by_name, TEXT("person"));
        assert_int_equal(book.look.taken[of->index].fresh == (size_t)sizes[size], sizes[size] == FEW);
        close_book(&book);
    }
}

/* --- what does not fit -------------------------------------------------------------------------------------------- */

static void expect_kinds(struct book *book, const char *kinds) {
    static const char letters[] = {
        [REFUSED_DUPLICATE] = 'D',      [REFUSED_NO_PARENT] = 'N',         [REFUSED_UNKNOWN_PARENT] = 'U',
        [REFUSED_PARENT_REFUSED] = 'P', [REFUSED_UNKNOWN_REFERENCE] = 'R', [REFUSED_DATED_EMPTY] = 'E',
        [REFUSED_TOO_MANY] = 'M',       [REFUSED_VERSION_LOST] = 'V',      [REFUSED_NEEDED] = 'X',
        [REFUSED_SETTLED] = 'S',        [REFUSED_CANCELLED] = 'C'};
    char found[32] = "";
    look(book);
    for (size_t i = 0; i < book->look.refusals.list.count; i++)
        found[i] = letters[book->look.refusals.list.items[i].kind];
    assert_string_equal(found, kinds);
}

static void what_hangs_on_what_is_left_out_is_left_out(enum database database) {
    struct book book;
    open_book(&book, database);
    family(&book, "F8", "V9", "head=甲");
    family(&book, "F9", "V1", "head=乙 clinic=C9");
    person(&book, "P8", "F8", "");
    person(&book, "P9", "F9", "");
    person(&book, "P7", "F1", "name=丁 born=2000-01-01");
    stage_row(&book.stage, "bill", "", "P8", "left=2018-05-01 number=1");
    stage_row(&book.stage, "bill", "", "P7", "left=2018-05-01");
    stage_row(&book.stage, "bill", "", "P7", "left=2018-05-01 number=2");
    expect_kinds(&book, "URPPEP");
    assert_string_equal(fates(&book, "person"), "wwn");
    assert_string_equal(fates(&book, "bill"), "wwn");
    take(&book);
    person(&book, "P7", "F1", "name=丁 born=2000-01-01");
    stage_row(&book.stage, "bill", "", "P7", "left=2018-05-01 number=2");
    expect(&book, "", "s");
    close_book(&book);
}
ON_BOTH(what_hangs_on_what_is_left_out_is_left_out)

/* Also of what stands in other months alone. */
static void who_leads_to_what_is_left_out_is_left_out(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row(&book.stage, "clinic", "C9", "V1", "name=卫生院");
    stage_row_in(&book.stage, "family", "F9", "V1", "head=甲 clinic=C9", "2019-01", NULL);
    stage_row_in(&book.stage, "family", "F8", "V1", "head=乙 clinic=C1", "2019-01", NULL);
    expect_kinds(&book, "R");
    assert_string_equal(fates(&book, "family"), "wn");
    take(&book);
    close_book(&book);
}

static void versions_go_together(void **state) {
    struct book book;
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row_in(&book.stage, "family", "F8", "V1", "head=甲", "2018-01", NULL);
    stage_row_in(&book.stage, "family", "F8", "V9", "head=甲", "2018-06", NULL);
    person(&book, "P8", "F8", "");
    expect_kinds(&book, "UVP");
    book_tell_anew(&book.stage);
    person(&book, "P8", "F1", "name=甲"); /* in the same words once, in others not at all */
    person(&book, "P8", "F1", "name=甲");
    person(&book, "P9", "F1", "name=甲");
    person(&book, "P9", "F1", "name=乙");
    expect_kinds(&book, "DD");
    assert_string_equal(fates(&book, "person"), "nsww");
    book_tell_anew(&book.stage);
    person(&book, "P9", "F2", "");
    records_lose(&book.stage.records, (struct lost_row){map_get(&book.stage.policy->entity_by_name, TEXT("person")),
                                                        TEXT("P9"), TEXT("F2"), MONTH_FIRST, MONTH_LAST});
    expect_kinds(&book, "V");
    close_book(&book);
}

/* Those that were there before are not to blame. */
static void who_comes_where_there_are_too_many_is_left_out(enum database database) {
    struct book book;
    open_book(&book, database);
    person(&book, "P0", "F1", "name=小 born=2018-01-01");
    person(&book, "P2", "F1", "name=王五 born=1980-01-02");
    expect(&book, "", "nc");
    person(&book, "P0", "F1", "name=小 born=2018-01-01");
    person(&book, "P00", "F1", "name=大 born=2018-01-01");
    person(&book, "P2", "F1", "name=王五 born=1980-01-02");
    expect_kinds(&book, "MM");
    assert_string_equal(fates(&book, "person"), "wwc");
    book_tell_anew(&book.stage);
    person(&book, "P2", "F2", "name=王五 born=1980-01-02"); /* goes, and makes room */
    person(&book, "P0", "F1", "name=小 born=2018-01-01");
    person(&book, "P00", "F1", "name=大 born=2018-01-01");
    expect(&book, "", "cnn");
    person(&book, "P2", "F9", "name=王五 born=1980-01-02"); /* does not go: there is none after all */
    person(&book, "P0", "F1", "name=小 born=2018-01-01");
    person(&book, "P00", "F1", "name=大 born=2018-01-01");
    expect_kinds(&book, "UMM");
    close_book(&book);
}
ON_BOTH(who_comes_where_there_are_too_many_is_left_out)

static void who_is_needed_stays(enum database database) {
    struct book book;
    open_book(&book, database);
    stage_row_in(&book.stage, "family", "F1", "V1", "head=木·阿普 clinic=C1", NULL, "2018-06");
    expect_kinds(&book, "X");
    book_tell_anew(&book.stage);
    stage_row_in(&book.stage, "family", "F1", "V1", "head=木·阿普 clinic=C1", NULL, "2018-06");
    stage_row_in(&book.stage, "person", "P1", "F1", "name=木·阿普", NULL, "2018-06");
    stage_row_in(&book.stage, "person", "P2", "F1", "name=王五", NULL, "2018-06");
    expect_kinds(&book, "");
    book_tell_anew(&book.stage);
    stage_row_in(&book.stage, "clinic", "C1", "V1", "name=卫生院", NULL, "2018-06");
    expect_kinds(&book, "X");
    book_tell_anew(&book.stage);
    stage_row_in(&book.stage, "clinic", "C1", "V1", "name=卫生院", NULL, "2018-07");
    expect_kinds(&book, "");
    close_book(&book);
}
ON_BOTH(who_is_needed_stays)

/* What was wrong before stops nobody. */
static void what_was_wrong_before_stops_nobody(void **state) {
    struct book book;
    struct registry_taken taken[16] = {0};
    (void)state;
    open_book(&book, DATABASE_FILE);
    stage_row_in(&book.stage, "family", "F1", "V1", "head=木·阿普", NULL, "2018-06");
    assert_int_equal(registry_begin_change(&book.registry, &book.change), REGISTRY_DONE);
    assert_int_equal(registry_take(&book.registry, &book.change, &book.stage.records, taken), REGISTRY_DONE);
    assert_int_equal(registry_end_change(&book.registry), REGISTRY_DONE);
    book_tell_anew(&book.stage);
    person(&book, "P9", "F2", "name=丁 born=2000-01-01");
    expect_kinds(&book, "");
    assert_string_equal(fates(&book, "person"), "n");
    close_book(&book);
}

/* --- two at once, and memory -------------------------------------------------------------------------------------- */

static void looks_agree_as_long_as_nothing_changes(enum database database) {
    struct book book;
    open_book(&book, database);
    person(&book, "P2", "F1", "name=王五 born=1980-01-02");
    person(&book, "P9", "F2", "name=丁 born=2000-01-01");
    look(&book);
    struct registry_look first = book.look, second;
    struct records told = book.stage.records;
    struct arena arena = book.arena, other;
    const struct entity *of = map_get(&book.stage.policy->entity_by_name, TEXT("person"));
    arena_init(&book.arena);
    arena_init(&other);
    book_tell_anew(&book.stage);
    person(&book, "P3", "F2", "name=李强 born=1975-02-04");
    take(&book);
    assert_int_equal(registry_look_at(&book.registry, &book.change, &told, JULY_2018, &other, &second), REGISTRY_DONE);
    assert_true(second.last == first.last + 1 && registry_looks_agree(&first, &second, of, 0));
    arena_free(&other);
    arena_init(&other);
    person(&book, "P2", "F1", "name=王五 born=1980-01-03");
    person(&book, "P9", "F2", "name=丁 born=2000-01-01");
    take(&book);
    assert_int_equal(registry_look_at(&book.registry, &book.change, &told, JULY_2018, &other, &second), REGISTRY_DONE);
    assert_false(registry_looks_agree(&first, &second, of, 0)); /* it would change something else */
    assert_false(registry_looks_agree(&first, &second, of, 1)); /* it is known now */
    arena_free(&other);
    arena_free(&arena);
    close_book(&book);
}
ON_BOTH(looks_agree_as_long_as_nothing_changes)

static void memory_that_runs_out_is_told(void **state) {
    struct book book;
    (void)state;
    open_sealed(&book, DATABASE_FILE);
    family(&book, "F9", "V2", "head=木・阿普");
    person(&book, "P9", "F9", "name=木・阿普 born=1960-05-01");
    person(&book, "P9", "F9", "name=木・阿普 born=1960-05-01");
    person(&book, "P8", "F8", "");
    person(&book, "P7", "F1", "name=丁 born=2000-01-01 number=533323196005010019");
    bool failed = true;
    for (long successes = 0; failed; successes++) {
        struct arena arena;
        registry_close(&book.registry); /* it remembers */
        assert_int_equal(registry_open(&book.registry, book.store, book.stage.policy), REGISTRY_DONE);
        use_keys(&book);
        begin_failing(&arena, 0, successes);
        enum registry_result result = look_within(&book, &arena);
        failed = end_failing(&arena);
        assert_true(failed ? result != REGISTRY_DONE : result == REGISTRY_DONE);
        assert_true(successes < 3000);
    }
    close_book(&book);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_compared_as_people_read_them),
        BOTH(long_names_are_told_apart_by_their_last_character),
        BOTH(people_known_by_the_same_are_asked),
        cmocka_unit_test(two_in_one_file_are_asked),
        BOTH(lines_that_stand_twice_share_their_fate),
        cmocka_unit_test(lines_that_end_otherwise_are_not_the_same),
        cmocka_unit_test(who_is_not_there_any_more_is_not_the_one),
        cmocka_unit_test(numbers_decide),
        BOTH(sealed_numbers_decide_by_their_index),
        BOTH(sealed_numbers_are_the_same_by_their_index),
        cmocka_unit_test(doubles_are_those_of_what_would_be_taken),
        BOTH(without_keys_nothing_sealed_is_looked_at),
        cmocka_unit_test(families_are_known_by_their_people),
        cmocka_unit_test(places_of_one_name_are_told_apart_by_where_they_lie),
        cmocka_unit_test(crowds_are_told_apart_as_far_as_can_be),
        BOTH(what_hangs_on_what_is_left_out_is_left_out),
        cmocka_unit_test(who_leads_to_what_is_left_out_is_left_out),
        cmocka_unit_test(versions_go_together),
        BOTH(who_comes_where_there_are_too_many_is_left_out),
        BOTH(who_is_needed_stays),
        cmocka_unit_test(what_was_wrong_before_stops_nobody),
        BOTH(looks_agree_as_long_as_nothing_changes),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, databases_begin, databases_end);
}
