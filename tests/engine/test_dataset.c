/* Records become columns: what stands in a month, in which order, and what is left out with its reason. */
#include "../exchange/same_dataset.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\n"
                          "entity village\nentity family in village at most 2\nentity person in family at most 3\n"
                          "entity clinic\nevent bill in person dated left, number at most 2 a year\n"
                          "input family farm : money/year in -100 .. 155 yuan/year\n"
                          "input family big : money in 0 .. 1_000_000_000 yuan\n"
                          "input person born : date in 1900-01-01 .. 2100-01-01\n"
                          "input person doctor : clinic empty means none\n"
                          "input bill left : date in 2010-01-01 .. 2100-01-01\n"
                          "input bill number : text\n"
                          "rule family size : count = count(person)\n";

static const char law_of_sums[] = "policy law\n  currency yuan of 100 fen\n"
                                  "entity village\nentity family in village at most 9\n"
                                  "entity person in family at most 9\n"
                                  "input person income : count in 0 .. 9\n"
                                  "rule family total : count = sum(person: income)\n"
                                  "rule family any_rich : bool = any(person: income = 5)\n"
                                  "rule family any_poor : bool = any(person: income = 0)\n"
                                  "rule village total : count = sum(person: income)\n"
                                  "rule village families : count = count(family)\n";

static const char law_of_names[] = "policy law\n  currency yuan of 100 fen\nentity family\n"
                                   "event bill in family dated left, clinic, number, kind at most 9 a year\n"
                                   "enum grade : good, bad\n"
                                   "input bill left : date in 2010-01-01 .. 2100-01-01\n"
                                   "input bill clinic : text\ninput bill number : text\ninput bill kind : grade\n";

static const struct table *table_of(const struct stage *stage, const char *entity) {
    return dataset_table(stage->dataset, map_get(&stage->policy->entity_by_name, text_from(entity)));
}

static size_t refused_as(const struct stage *stage, enum refusal_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < stage->refusals.list.count; i++) count += stage->refusals.list.items[i].kind == kind;
    return count;
}

static void rows_lie_under_their_parents_in_order(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    stage_row(&stage, "person", "P3", "F2", "");
    stage_row(&stage, "person", "P2", "F1", "");
    stage_row(&stage, "family", "F2", "V1", "");
    stage_row(&stage, "person", "P1", "F2", "");
    stage_row(&stage, "village", "V2", "", "");
    stage_row(&stage, "family", "F1", "V2", "");
    stage_row(&stage, "village", "V1", "", "");
    stage_decide(&stage, "2018-07");
    const struct table *person = table_of(&stage, "person"), *village = table_of(&stage, "village");
    static const char *const order[] = {"P1", "P3", "P2"}; /* V1: F2: P1 P3; V2: F1: P2 */
    assert_int_equal(person->rows, 3);
    for (size_t i = 0; i < 3; i++) assert_true(text_is(table_id(person, i), order[i]));
    assert_int_equal(table_find(person, TEXT("P2")), 2);
    assert_int_equal(table_find(person, TEXT("P9")), SIZE_MAX);
    assert_int_equal(dataset_climb(stage.dataset, person->entity, 2, village->entity), table_find(village, TEXT("V2")));
    size_t begin, end;
    dataset_below(stage.dataset, village->entity, table_find(village, TEXT("V1")), person->entity, &begin, &end);
    assert_int_equal(begin, 0);
    assert_int_equal(end, 2);
    EXPECT(&stage, "family.size", "F2", "2");
    stage_close(&stage);
}

/* One step beyond what a width can hold takes the next one, and comes back as it went in. */
static void widths_end_where_they_must(void **state) {
    (void)state;
    static const struct {
        const char *range, *ends[2];
        unsigned width;
    } cases[] = {{"-128 .. 127", {"-128", "127"}, 1},
                 {"0 .. 128", {"0", "128"}, 2},
                 {"-129 .. 0", {"-129", "0"}, 2},
                 {"-32768 .. 32767", {"-32768", "32767"}, 2},
                 {"0 .. 32768", {"0", "32768"}, 4},
                 {"-32769 .. 0", {"-32769", "0"}, 4},
                 {"-2147483648 .. 2147483647", {"-2147483648", "2147483647"}, 4},
                 {"0 .. 2147483648", {"0", "2147483648"}, 8},
                 {"-2147483649 .. 0", {"-2147483649", "0"}, 8},
                 {"0 .. 9223372036854775807", {"0", "9223372036854775807"}, 8},
                 {"0 .. 9223372036854775808", {"0", "9223372036854775808"}, 16},
                 {"-9223372036854775809 .. 0", {"-9223372036854775809", "0"}, 16}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage stage;
        char text[200], inputs[64];
        snprintf(text, sizeof text, "policy law\nentity family\ninput family n : count in %s\n", cases[i].range);
        stage_open(&stage, text, NULL, NULL);
        const struct field *n = policy_field(stage.policy, TEXT("family"), TEXT("n"));
        assert_int_equal(lane_spec_of(&stage.arena, n).width, cases[i].width);
        for (int k = 0; k < 2; k++) {
            snprintf(inputs, sizeof inputs, "n=%s", cases[i].ends[k]);
            stage_row(&stage, "family", k ? "F2" : "F1", "", inputs);
        }
        stage_decide(&stage, "2018-07");
        EXPECT(&stage, "family.n", "F1", cases[i].ends[0]);
        EXPECT(&stage, "family.n", "F2", cases[i].ends[1]);
        stage_close(&stage);
    }
}

static void assert_choices(int count, unsigned width) {
    struct stage stage;
    struct builder text;
    char last[32];
    builder_init(&text);
    builder_add(&text, TEXT("policy law\nentity family\ninput family k : kind\nenum kind : v1"));
    for (int i = 2; i <= count; i++) builder_format(&text, ", v%d", i);
    stage_open(&stage, builder_text(&text).bytes, NULL, NULL);
    builder_free(&text);
    assert_int_equal(lane_spec_of(&stage.arena, policy_field(stage.policy, TEXT("family"), TEXT("k"))).width, width);
    snprintf(last, sizeof last, "k=v%d", count);
    stage_row(&stage, "family", "F1", "", last);
    stage_row(&stage, "family", "F2", "", "k=v1");
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.k", "F1", last + 2);
    EXPECT(&stage, "family.k", "F2", "v1");
    stage_close(&stage);
}

static void enumerations_may_be_long(void **state) {
    (void)state;
    assert_choices(2, 1);
    assert_choices(127, 1);
    assert_choices(129, 2);
    assert_choices(300, 2);
}

static void ranges_choose_the_width(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    const struct field *farm = policy_field(stage.policy, TEXT("family"), TEXT("farm")),
                       *big = policy_field(stage.policy, TEXT("family"), TEXT("big")),
                       *born = policy_field(stage.policy, TEXT("person"), TEXT("born"));
    struct lane_spec spec = lane_spec_of(&stage.arena, farm);
    lane value;
    assert_int_equal(spec.width, 2); /* -10,000 .. 15,500 fen */
    assert_int_equal(lane_spec_of(&stage.arena, big).width, 8);
    assert_int_equal(lane_spec_of(&stage.arena, born).width, 4);
    assert_int_equal(lane_parse(&spec, TEXT("155"), &value), LANE_OK);
    assert_true(value == 15500);
    assert_int_equal(lane_parse(&spec, TEXT("-100.00"), &value), LANE_OK);
    assert_true(value == -10000);
    assert_int_equal(lane_parse(&spec, TEXT("155.01"), &value), LANE_OUT_OF_RANGE);
    assert_int_equal(lane_parse(&spec, TEXT("-100.01"), &value), LANE_OUT_OF_RANGE);
    assert_int_equal(lane_parse(&spec, TEXT("1.005"), &value), LANE_OFF_STEP);
    assert_int_equal(lane_parse(&spec, TEXT("1,000"), &value), LANE_NOT_A_NUMBER);
    assert_int_equal(lane_parse(&spec, TEXT("1e2"), &value), LANE_NOT_A_NUMBER);
    assert_int_equal(lane_parse(&spec, TEXT("9999999999999999999999"), &value), LANE_OUT_OF_RANGE);
    spec = lane_spec_of(&stage.arena, born);
    assert_int_equal(lane_parse(&spec, TEXT("2018-02-29"), &value), LANE_NOT_A_DATE);
    assert_int_equal(lane_parse(&spec, TEXT("1899-12-31"), &value), LANE_OUT_OF_RANGE);
    stage_close(&stage);
}

static void lanes_come_back_from_columns(void **state) {
    (void)state;
    static const unsigned widths[] = {1, 2, 4, 8, 16};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        unsigned char bytes[32] = {0};
        struct column column = {.spec.width = widths[i], .lanes = bytes};
        lane greatest = ((lane)1 << (8 * (widths[i] < 16 ? widths[i] : 15) - 1)) - 1;
        column_put(&column, 1, greatest);
        column_put(&column, 0, -greatest - 1);
        assert_true(column_get(&column, 1) == greatest && column_get(&column, 0) == -greatest - 1);
    }
}

static void what_does_not_fit_is_left_out_with_all_that_hangs_on_it(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    stage_row(&stage, "village", "V1", "", "");
    stage_row(&stage, "family", "F1", "V1", "");
    stage_row(&stage, "family", "F1", "V1", "");          /* twice */
    stage_row(&stage, "family", "F2", "V9", "");          /* no such village */
    stage_row(&stage, "family", "", "V1", "");            /* no id */
    stage_row(&stage, "family", "F3", "", "");            /* no parent */
    stage_row(&stage, "person", "P1", "F2", "");          /* of a family that was left out */
    stage_row(&stage, "person", "P2", "F1", "doctor=C9"); /* stands, its doctor unknown */
    stage_row(&stage, "bill", "", "P2", "number=B1");     /* no date */
    stage_row(&stage, "bill", "", "P2", "left=2018-05-01 number=B2");
    stage_row(&stage, "bill", "", "P2", "left=2018-05-01 number=B2"); /* the same bill again */
    stage_decide(&stage, "2018-07");
    assert_int_equal(table_of(&stage, "family")->rows, 1);
    assert_int_equal(table_of(&stage, "person")->rows, 1);
    assert_int_equal(table_of(&stage, "bill")->rows, 1);
    assert_int_equal(refused_as(&stage, REFUSED_DUPLICATE), 2);
    assert_int_equal(refused_as(&stage, REFUSED_UNKNOWN_PARENT), 1);
    assert_int_equal(refused_as(&stage, REFUSED_NO_ID), 1);
    assert_int_equal(refused_as(&stage, REFUSED_NO_PARENT), 1);
    assert_int_equal(refused_as(&stage, REFUSED_PARENT_REFUSED), 1);
    assert_int_equal(refused_as(&stage, REFUSED_UNKNOWN_REFERENCE), 1);
    assert_int_equal(refused_as(&stage, REFUSED_DATED_EMPTY), 1);
    assert_int_equal(stage.refusals.list.count, 8);
    stage_close(&stage);
}

static void at_most_is_kept(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    stage_row(&stage, "village", "V1", "", "");
    stage_row(&stage, "family", "F1", "V1", "");
    stage_row(&stage, "family", "F2", "V1", "");
    stage_row(&stage, "person", "P1", "F1", "");
    stage_row(&stage, "bill", "", "P1", "left=2017-12-31 number=B1");
    stage_row(&stage, "bill", "", "P1", "left=2018-01-01 number=B2");
    stage_row(&stage, "bill", "", "P1", "left=2018-01-02 number=B3"); /* two a year, three in all */
    stage_decide(&stage, "2018-07");
    assert_int_equal(stage.refusals.list.count, 0);
    stage_row(&stage, "bill", "", "P1", "left=2018-12-31 number=B4");
    stage_row(&stage, "family", "F3", "V1", "");
    stage_decide(&stage, "2018-07");
    assert_true(refused_as(&stage, REFUSED_TOO_MANY) >= 2);
    assert_true(table_of(&stage, "family")->rows <= 2 && table_of(&stage, "bill")->rows <= 3);
    stage_close(&stage);
}

/* A family of whom one row was refused is not decided as if the person did not exist. */
static void lost_rows_leave_their_parents_unknown(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law_of_sums, NULL, NULL);
    stage_row(&stage, "village", "V1", "", "");
    stage_row(&stage, "family", "F1", "V1", "");
    stage_row(&stage, "family", "F2", "V1", "");
    stage_row(&stage, "person", "P1", "F1", "income=5");
    stage_row(&stage, "person", "P2", "F2", "income=7");
    stage_row(&stage, "person", "P3", "F1", "income=1");
    stage_row(&stage, "person", "P3", "F1", "income=1"); /* the same in the same words */
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.total", "F1", "6");
    EXPECT(&stage, "village.total", "V1", "13");
    stage_row(&stage, "person", "P3", "F1", "income=2"); /* the same id, another word */
    stage_decide(&stage, "2018-07");
    EXPECT(&stage, "family.total", "F1", "unknown:row-refused");
    assert_int_equal(table_of(&stage, "person")->rows, 2); /* neither of the two stands */
    EXPECT(&stage, "family.any_rich", "F1", "yes");        /* of those that are there */
    EXPECT(&stage, "family.any_poor", "F1", "unknown:row-refused");
    EXPECT(&stage, "family.total", "F2", "7");
    EXPECT(&stage, "village.total", "V1", "unknown:row-refused");
    EXPECT(&stage, "village.families", "V1", "2");
    stage_close(&stage);
}

/* Since May the row is another, and could not be read: the one of before does not stand for it. */
static void a_lost_version_takes_its_id_with_it(void **state) {
    (void)state;
    struct stage stage;
    struct lost_row lost = {.id = TEXT("P1"), .parent = TEXT("F1"), .until = MONTH_LAST};
    stage_open(&stage, law_of_sums, NULL, NULL);
    month_parse(TEXT("2018-05"), &lost.from);
    lost.entity = map_get(&stage.policy->entity_by_name, TEXT("person"));
    stage_row(&stage, "village", "V1", "", "");
    stage_row(&stage, "family", "F1", "V1", "");
    stage_row(&stage, "person", "P1", "F1", "income=5");
    records_lose(&stage.records, lost);
    stage_decide(&stage, "2018-04");
    EXPECT(&stage, "family.total", "F1", "5");
    stage_decide(&stage, "2018-05");
    assert_int_equal(table_of(&stage, "person")->rows, 0);
    assert_int_equal(refused_as(&stage, REFUSED_VERSION_LOST), 1);
    EXPECT(&stage, "family.total", "F1", "unknown:row-refused");
    stage_close(&stage);
}

static void events_of_different_parts_have_different_names(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law_of_names, NULL, NULL);
    stage_row(&stage, "family", "F/1", "", "");
    stage_row(&stage, "bill", "", "F/1", "left=2018-05-01 clinic=a/b number=c%2F kind=bad");
    stage_row(&stage, "bill", "", "F/1", "left=2018-05-01 clinic=a number=b/c%2F kind=good");
    stage_decide(&stage, "2018-07");
    assert_int_equal(stage.refusals.list.count, 0);
    const struct table *bills = table_of(&stage, "bill");
    assert_true(text_is(table_id(bills, 0), "F%2F1/2018-05-01/a/b%2Fc%252F/good"));
    assert_true(text_is(table_id(bills, 1), "F%2F1/2018-05-01/a%2Fb/c%252F/bad"));
    assert_int_equal(event_parent(stage.dataset, bills->entity, &stage.arena, table_id(bills, 0)), 0);
    assert_int_equal(event_parent(stage.dataset, bills->entity, &stage.arena, TEXT("F/1/2018-05-01/a/b/c")), SIZE_MAX);
    stage_close(&stage);
}

/* --- order -------------------------------------------------------------------------------------------------------- */

enum { VILLAGES = 5, CLINICS = 3, FAMILIES = 9, PEOPLE = 27, ROWS = VILLAGES + CLINICS + FAMILIES + PEOPLE };

struct drawn_row {
    const char *entity;
    char id[16], parent[16], inputs[64];
    bool lost;
};

static uint32_t draw(uint64_t *seed, uint32_t below) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static void draw_clinic(struct drawn_row *row, uint32_t at) {
    row->entity = "clinic";
    snprintf(row->id, sizeof row->id, "c%02u", at);
}

static void draw_family(uint64_t *seed, struct drawn_row *row, uint32_t at, bool in_order, bool whole) {
    row->entity = "family";
    snprintf(row->id, sizeof row->id, "f%02u", at);
    snprintf(row->parent, sizeof row->parent, "v%02u", in_order ? at / 2 : draw(seed, VILLAGES + !whole));
    snprintf(row->inputs, sizeof row->inputs, "farm=%u", draw(seed, 150));
}

static void draw_person(uint64_t *seed, struct drawn_row *row, uint32_t at, bool in_order, bool whole) {
    row->entity = "person";
    snprintf(row->id, sizeof row->id, "p%02u", at);
    snprintf(row->parent, sizeof row->parent, "f%02u", in_order ? at / 3 : draw(seed, FAMILIES + !whole));
    int written = snprintf(row->inputs, sizeof row->inputs, "born=19%02u-02-03", draw(seed, 90) + 10);
    if (draw(seed, 3))
        snprintf(row->inputs + written, sizeof row->inputs - (size_t)written, " doctor=c%02u",
                 draw(seed, CLINICS + !whole));
}

/* Rows in the order of their ids: with parents that are not there, clinics that are not there, too many of one parent,
 * some that could not be read. */
static size_t draw_rows(uint64_t *seed, struct drawn_row *rows) {
    size_t count = 0;
    bool in_order = draw(seed, 2), whole = draw(seed, 3) == 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        struct drawn_row *row = &rows[count];
        *row = (struct drawn_row){.entity = "village", .lost = !whole && draw(seed, 12) == 0};
        if (i < VILLAGES)
            snprintf(row->id, sizeof row->id, "v%02u", i);
        else if (i < VILLAGES + CLINICS)
            draw_clinic(row, i - VILLAGES);
        else if (i < VILLAGES + CLINICS + FAMILIES)
            draw_family(seed, row, i - VILLAGES - CLINICS, in_order, whole);
        else
            draw_person(seed, row, i - VILLAGES - CLINICS - FAMILIES, in_order, whole);
        count += whole || draw(seed, 10) > 0;
    }
    return count;
}

/* What is refused by kind, and the dataset, of these rows as they arrive. */
static struct dataset *make_from(struct stage *stage, const struct drawn_row *rows, const size_t *order, size_t count,
                                 size_t refused[REFUSED_VERSION_LOST + 1]) {
    records_init(&stage->records, &stage->arena, stage->policy);
    stage->records.lasting = true;
    stage->refusals.list.count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct drawn_row *row = &rows[order[i]];
        stage_row(stage, row->entity, row->id, row->parent, row->inputs);
        if (row->lost)
            records_lose_last(&stage->records, map_get(&stage->policy->entity_by_name, text_from(row->entity)));
    }
    struct dataset *dataset = dataset_new(stage->policy, &stage->records, 2018 * 12 + 6, &stage->refusals);
    assert_non_null(dataset);
    for (enum refusal_kind kind = REFUSED_NO_ID; kind <= REFUSED_VERSION_LOST; kind++)
        refused[kind] = refused_as(stage, kind);
    return dataset;
}

static void shuffle(uint64_t *seed, size_t *order, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t k = draw(seed, (uint32_t)i), swap = order[k];
        order[k] = order[i - 1];
        order[i - 1] = swap;
    }
}

/* Tables whose rows come in the order of their ids are made by another way than those that do not. */
static void the_order_of_arrival_changes_nothing(void **state) {
    enum { ROUNDS = 300 };
    static struct drawn_row rows[ROWS];
    uint64_t seed = 1;
    size_t shared = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct stage stage;
        size_t order[ROWS], count = draw_rows(&seed, rows), refused[2][REFUSED_VERSION_LOST + 1];
        stage_open(&stage, law, NULL, NULL);
        for (size_t i = 0; i < count; i++) order[i] = i;
        struct dataset *sorted = make_from(&stage, rows, order, count, refused[0]);
        size_t family = ((const struct entity *)map_get(&stage.policy->entity_by_name, TEXT("family")))->index;
        shared += sorted->tables[family].columns->lanes == stage.records.tables[family].columns->lanes;
        shuffle(&seed, order, count);
        stage.dataset = make_from(&stage, rows, order, count, refused[1]);
        assert_same_dataset(sorted, stage.dataset);
        assert_memory_equal(refused[0], refused[1], sizeof refused[0]);
        dataset_free(sorted);
        stage_close(&stage);
    }
    assert_true(shared > ROUNDS / 20 && shared < ROUNDS);
}

static void add_row(struct stage *stage, const char *entity, struct text id, struct text parent, struct text inputs) {
    stage_row(stage, entity, id.bytes, parent.bytes, inputs.bytes);
}

/* As many rows as several threads take; some have no parent, or lead to no clinic. */
static void add_many_rows(struct stage *stage) {
    enum { MANY = 9000 };
    struct arena *arena = &stage->arena;
    uint64_t seed = 3;
    for (unsigned i = 0; i < MANY; i++) add_row(stage, "village", text_format(arena, "v%06u", i), TEXT(""), TEXT(""));
    stage_row(stage, "clinic", "c0", "", "");
    for (unsigned i = 0; i < 2 * MANY; i++)
        add_row(stage, "family", text_format(arena, "f%06u", i),
                text_format(arena, "%s%06u", draw(&seed, 500) ? "v" : "w", i / 2),
                text_format(arena, "farm=%u", draw(&seed, 150)));
    for (unsigned i = 0; i < 2 * MANY; i++) {
        struct text id = text_format(arena, "p%06u", i);
        add_row(stage, "person", id, draw(&seed, 500) ? text_format(arena, "f%06u", i) : TEXT(""),
                text_format(arena, "born=1950-02-03 doctor=%s", draw(&seed, 500) ? "c0" : "c1"));
        add_row(stage, "bill", TEXT(""), id,
                text_format(arena, "left=2018-02-%02u number=n%u", draw(&seed, 28) + 1, i % 7));
    }
}

static void the_number_of_threads_changes_nothing(void **state) {
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    add_many_rows(&stage);
    for (unsigned lasting = 0; lasting < 2; lasting++) {
        stage.records.lasting = lasting;
        stage.records.threads = 1;
        struct refusals refusals = {.arena = &stage.arena};
        struct dataset *alone = dataset_new(stage.policy, &stage.records, 2018 * 12 + 6, &refusals);
        assert_true(alone && refusals.list.count > 10);
        for (stage.records.threads = 2; stage.records.threads <= 4; stage.records.threads++) {
            struct refusals others = {.arena = &stage.arena};
            struct dataset *together = dataset_new(stage.policy, &stage.records, 2018 * 12 + 6, &others);
            assert_non_null(together);
            assert_same_dataset(alone, together);
            assert_int_equal(others.list.count, refusals.list.count);
            for (size_t i = 0; i < refusals.list.count; i++)
                assert_true(others.list.items[i].kind == refusals.list.items[i].kind &&
                            others.list.items[i].row == refusals.list.items[i].row);
            dataset_free(together);
        }
        dataset_free(alone);
    }
    stage_close(&stage);
}

/* More than are counted at once; columns that are taken as they are count theirs too. */
static void what_is_missing_of_many_rows_is_counted(void **state) {
    enum { MANY = 5003, APART = 1000 };
    (void)state;
    struct stage stage;
    struct arena *arena = &stage.arena;
    stage_open(&stage, law, NULL, NULL);
    for (unsigned i = 0; i < MANY; i++) {
        struct text village = text_format(arena, "v%06u", i);
        add_row(&stage, "village", village, TEXT(""), TEXT(""));
        add_row(&stage, "family", text_format(arena, "f%06u", i), village, i % APART ? TEXT("farm=1") : TEXT(""));
    }
    stage.records.lasting = true;
    stage.dataset = dataset_new(stage.policy, &stage.records, 2018 * 12 + 6, &stage.refusals);
    assert_non_null(stage.dataset);
    const struct field *farm = policy_field(stage.policy, TEXT("family"), TEXT("farm"));
    const struct column *column = dataset_column(stage.dataset, farm);
    assert_ptr_equal(column->known, stage.records.tables[farm->entity->index].columns[farm->input_index].known);
    assert_int_equal(column->unknown, MANY / APART + 1);
    stage_close(&stage);
}

/* Rows that are written where they lie last, and moved to where they follow others: they leave nothing behind, so that
 * rows that come after them know nothing that is not told of them. */
static void rows_that_are_joined_leave_nothing_behind(void **state) {
    enum { ROOM = 12 };
    static const struct {
        size_t first, rows;
    } parts[] = {{0, 1}, {2, 3}, {9, 2}}; /* in place, less far than they are many, and far */
    (void)state;
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    const struct entity *person = map_get(&stage.policy->entity_by_name, TEXT("person"));
    const struct field *born = person->inputs.items[0];
    const struct record_table *table = &stage.records.tables[person->index];
    assert_true(records_reserve(&stage.records, person, ROOM));
    lane told = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (size_t row = parts[i].first; row < parts[i].first + parts[i].rows; row++) {
            table->rows[row] = (struct record_row){.id = TEXT("P")};
            records_put(&stage.records, born, row, ++told);
        }
        records_join(&stage.records, person, parts[i].first, parts[i].rows);
    }
    assert_int_equal(table->count, told);
    for (size_t row = 0; row < table->count; row++) {
        assert_true(table->columns[0].known[row]);
        assert_int_equal(column_get(&table->columns[0], row), row + 1);
    }
    while (table->count < ROOM) {
        size_t row = records_add(&stage.records, person, (struct record_row){.id = TEXT("Q")});
        assert_false(table->columns[0].known[row]);
        assert_int_equal(column_get(&table->columns[0], row), 0);
    }
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_lie_under_their_parents_in_order),
        cmocka_unit_test(ranges_choose_the_width),
        cmocka_unit_test(widths_end_where_they_must),
        cmocka_unit_test(enumerations_may_be_long),
        cmocka_unit_test(lanes_come_back_from_columns),
        cmocka_unit_test(what_does_not_fit_is_left_out_with_all_that_hangs_on_it),
        cmocka_unit_test(at_most_is_kept),
        cmocka_unit_test(rows_that_are_joined_leave_nothing_behind),
        cmocka_unit_test(events_of_different_parts_have_different_names),
        cmocka_unit_test(lost_rows_leave_their_parents_unknown),
        cmocka_unit_test(a_lost_version_takes_its_id_with_it),
        cmocka_unit_test(the_order_of_arrival_changes_nothing),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(what_is_missing_of_many_rows_is_counted),
    };
    return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
