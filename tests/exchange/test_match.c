/* Whose the rows of another department's table are; memory failing at every allocation. */
#include "base/memory.h"
#include "exchange/cut_number.h"
#include "exchange/import_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char law[] =
    "```doudi\npolicy law\nentity person\n"
    "entity car in person at most 9 known by plate matched by card\n"
    "input person card : text check luhn\ninput car plate : text\ninput car price : count in 0 .. 9\n```\n";

struct told {
    struct arena arena;
    struct policy *policy;
    struct diagnostics diagnostics;
    struct import import;
    struct import_match match;
    enum import_result result;
};

/* Of one who has the number 79927398713, and of two that have 4539578763621486. */
static void begin_table(struct told *table) {
    struct import *import = &table->import;
    *import = (struct import){
        .arena = &table->arena, .policy = table->policy, .diagnostics = &table->diagnostics, .adds = true};
    arena_init(&table->arena);
    diagnostics_init(&table->diagnostics, &table->arena);
    import_match_begin(&table->match, &table->arena, map_get(&table->policy->entity_by_name, TEXT("car")));
    import_match_add(&table->match, TEXT(" 799273987138 "), TEXT("P/1"), 1);
    import_match_add(&table->match, TEXT("799273987138"), TEXT("P/1"), 1); /* another version of the same row */
    import_match_add(&table->match, TEXT("4539578763621486"), TEXT("P2"), 2);
    import_match_add(&table->match, TEXT("4539578763621486"), TEXT("P3"), 3);
    import_match_add(&table->match, TEXT(""), TEXT("P4"), 4);
}

static void read_table(struct told *table, const char *text) {
    begin_table(table);
    table->result = import_match_text(&table->match, &table->import, TEXT("cars.csv"), text_from(text));
}

static void close_table(struct told *table) {
    import_close(&table->import);
    import_match_close(&table->match);
    arena_free(&table->arena);
}

static const struct record_row *row_of(const struct told *table, size_t row) {
    const struct entity *car = table->match.entity;
    assert_true(row < table->import.records.tables[car->index].count);
    return &table->import.records.tables[car->index].rows[row];
}

static const char rows[] = "plate,card,price\nA/1,799273987138,1\nB,4539578763621486,1\n,799273987138,2\nC,,1\n"
                           "D,4539578763621487,1\nE,79927398714,1\n\nF,6011000990139424,1\n\"G\n%\",799273987138,3\n";

static void open_law(struct told *table) {
    table->policy = policy_new();
    policy_begin_layer(table->policy, TEXT("law"));
    policy_add_file(table->policy, TEXT("law.md"), text_from(law));
    assert_true(policy_compile(table->policy));
}

static void rows_are_matched(void **state) {
    (void)state;
    struct told table;
    open_law(&table);
    read_table(&table, rows);
    assert_int_equal(table.result, IMPORT_OK);
    assert_int_equal(table.match.matched.count, 3);
    assert_int_equal(table.match.strangers, 1); /* F */
    assert_int_equal(table.match.wrong, 4);
    assert_int_equal(table.match.line, 3);
    assert_true(text_is(row_of(&table, 0)->id, "P%2F1/A%2F1"));
    assert_true(text_is(row_of(&table, 0)->parent, "P/1"));
    assert_true(text_is(row_of(&table, 1)->id, "P%2F1/2"));
    assert_true(text_is(row_of(&table, 2)->id, "P%2F1/G%0A%25"));
    assert_int_equal(row_of(&table, 2)->place, 10); /* the line on which it stands */
    close_table(&table);
    policy_free(table.policy);
}

/* Only its first digits are known. */
static void numbers_that_are_cut_are_nobodys(void **state) {
    (void)state;
    struct told table;
    open_law(&table);
    read_table(&table, "plate,card,price\nA,799273987138,1\nB," CUT_NUMBER "B3" CUT_NUMBER "799273987138,1\n");
    assert_int_equal(table.match.matched.count, 1);
    assert_int_equal(table.match.strangers, 0);
    assert_int_equal(table.match.wrong, 1);
    close_table(&table);
    policy_free(table.policy);
}

/* More rows than are looked at together, by several threads: each is whose it was, on its own line. */
static void long_tables_are_matched(void **state) {
    (void)state;
    enum { ROWS = 40000, OF_NOBODY = 3 }; /* one of so many is */
    struct told table;
    struct builder text;
    builder_init(&text);
    builder_add(&text, TEXT("card,plate,price\n"));
    for (int i = 0; i < ROWS; i++)
        builder_format(&text, "%s,\"A,\n%d\",1\n", i % OF_NOBODY ? "799273987138" : "6011000990139424", i);
    open_law(&table);
    for (unsigned threads = 1; threads <= 3; threads++) {
        begin_table(&table);
        table.match.threads = threads;
        table.result = import_match_text(&table.match, &table.import, TEXT("cars.csv"), builder_text(&text));
        assert_int_equal(table.result, IMPORT_OK);
        assert_int_equal(table.match.strangers, (ROWS + OF_NOBODY - 1) / OF_NOBODY);
        assert_int_equal(table.match.matched.count + table.match.strangers, ROWS);
        assert_int_equal(table.match.wrong, 0);
        for (size_t row = 0; row < table.match.matched.count; row++) {
            char id[32];
            int number = (int)(row / (OF_NOBODY - 1) * OF_NOBODY + row % (OF_NOBODY - 1) + 1);
            snprintf(id, sizeof id, "P%%2F1/A,%%0A%d", number);
            assert_true(text_is(row_of(&table, row)->id, id));
            assert_int_equal(row_of(&table, row)->place, 2 * number + 2);
        }
        close_table(&table);
    }
    builder_free(&text);
    policy_free(table.policy);
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct told table;
    bool failed = true;
    open_law(&table);
    for (long i = 0; failed; i++) {
        memory_fail_after(i);
        read_table(&table, rows);
        failed = memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(table.result, failed ? IMPORT_NO_MEMORY : IMPORT_OK);
        close_table(&table);
        assert_true(i < 1000);
    }
    policy_free(table.policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_matched),
        cmocka_unit_test(numbers_that_are_cut_are_nobodys),
        cmocka_unit_test(long_tables_are_matched),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
