/* CSV files written cell by cell, and the text of coded values in them. */
#define _GNU_SOURCE /* mkdtemp */
#include "../engine/stage.h"

#include "base/csv.h"
#include "base/memory.h"
#include "exchange/coded_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\nentity family\n"
                          "enum kind : good \"好\" \"Good\", poor \"差\" \"Poor\"\n"
                          "input family y : money/year in 0 .. 10_000_000 yuan/year\n"
                          "input family m : money/month in -900 .. 900 yuan/month\n"
                          "input family s : ratio in 0% .. 100%\ninput family n : count in 0 .. 9\n"
                          "input family k : kind\ninput family b : bool\n"
                          "input family d : date in 1900-01-01 .. 2100-01-01\n";

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static void begin(struct arena *arena, char folder[64], struct csv_file *file) {
    arena_init(arena);
    snprintf(folder, 64, "%s/doudi-csv-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(csv_file_begin(file, arena, text_from(folder), TEXT("a.csv")), FILE_OK);
}

static void end(struct arena *arena, const char *folder, struct csv_file *file) {
    csv_file_close(file);
    file_remove(file->writer.path.bytes);
    folder_remove(folder);
    assert_false(folder_exists(folder)); /* no draft either */
    arena_free(arena);
}

static void assert_holds(const struct csv_file *file, struct text expected) {
    struct file found;
    assert_int_equal(file_open(&found, file->writer.path.bytes), FILE_OK);
    assert_true(text_equal(found.bytes, expected));
    file_close(&found);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void cells_stand_in_lines(void **state) {
    (void)state;
    struct arena arena;
    struct csv_file file;
    char folder[64];
    begin(&arena, folder, &file);
    csv_file_add(&file, TEXT("a,b"));
    csv_file_end_line(&file);
    csv_file_cell(&file, TEXT("=1+1"));
    csv_file_id(&file, TEXT("=1+1"));
    csv_file_cell(&file, TEXT("x, \"y\""));
    csv_file_next(&file);
    builder_add_decimal(csv_file_next(&file), -1250, 2);
    csv_file_end_line(&file);
    csv_file_next(&file); /* an empty cell is a cell */
    csv_file_cell(&file, TEXT("z"));
    csv_file_end_line(&file);
    assert_int_equal(csv_file_flush(&file), FILE_OK);
    assert_int_equal(csv_file_commit(&file), FILE_OK);
    assert_holds(&file, TEXT("a,b\n'=1+1,=1+1,\"x, \"\"y\"\"\",,-12.5\n,z\n"));
    end(&arena, folder, &file);
}

/* More than a piece, and a cell that is more than one by itself. */
static void pieces_follow_one_another(void **state) {
    (void)state;
    enum { LINES = 9000, LONG = 200000 };
    struct arena arena;
    struct csv_file file;
    struct builder expected;
    char folder[64], *filling;
    begin(&arena, folder, &file);
    builder_init(&expected);
    for (int i = 0; i < LINES; i++) {
        csv_file_cell(&file, TEXT("ten bytes."));
        csv_file_end_line(&file);
        builder_add(&expected, TEXT("ten bytes.\n"));
    }
    filling = ARENA_ARRAY(&arena, char, LONG);
    memset(filling, 'x', LONG);
    csv_file_next(&file);
    csv_file_add(&file, (struct text){filling, LONG});
    csv_file_end_line(&file);
    builder_add(&expected, (struct text){filling, LONG});
    builder_add(&expected, TEXT("\n"));
    assert_int_equal(csv_file_commit(&file), FILE_OK);
    assert_holds(&file, builder_text(&expected));
    builder_free(&expected);
    end(&arena, folder, &file);
}

static void memory_that_runs_out_leaves_no_file(void **state) {
    (void)state;
    struct arena arena;
    struct csv_file file;
    char folder[64];
    begin(&arena, folder, &file);
    memory_fail_after(0);
    csv_file_cell(&file, TEXT("lost"));
    memory_fail_after(-1);
    csv_file_end_line(&file);
    assert_int_equal(csv_file_flush(&file), FILE_NO_MEMORY);
    assert_int_equal(csv_file_commit(&file), FILE_NO_MEMORY);
    end(&arena, folder, &file);
}

/* --- coded values ------------------------------------------------------------------------------------------------- */

static void expect_text(struct stage *stage, const struct field *field, struct value value) {
    struct arena *arena = &stage->arena;
    struct coding coding;
    struct coded_text text;
    struct csv_file file = {0};
    struct builder expected;
    builder_init(&expected);
    coding_init(&coding, arena, field);
    coded_text_begin(&text, arena, &coding);
    coded_text_write(&text, arena, coding_of(&coding, &value), &file);
    csv_write_field(&expected, value_plain(arena, &field->type, field->scale, &value), true);
    assert_true(file.text.length > 0);
    assert_string_equal(builder_text(&file.text).bytes, builder_text(&expected).bytes);
    builder_free(&expected);
    csv_file_close(&file);
}

static void coded_values_are_written_as_plain_ones(void **state) {
    (void)state;
    static const int64_t steps[] = {0, 1, -1, 5, 10, -1250, 100, 123456789, INT64_MAX / 100000, INT64_MAX, INT64_MIN};
    struct stage stage;
    stage_open(&stage, law, NULL, NULL);
    const struct entity *family = map_get(&stage.policy->entity_by_name, TEXT("family"));
    for (size_t i = 0; i < family->fields.count; i++) {
        const struct field *field = family->fields.items[i];
        expect_text(&stage, field, value_unknown(REASON_INPUT, field, 0, 3));
        expect_text(&stage, field, value_fault(REASON_DIVISION, field, 0));
        for (size_t k = 0; field->type.kind == TYPE_NUMBER && k < sizeof steps / sizeof *steps; k++) {
            struct number number = number_multiply(&stage.arena, number_from(steps[k]), field->step);
            expect_text(&stage, field, value_number(number));
            expect_text(&stage, field, value_number(number_divide(&stage.arena, number, number_from(7))));
        }
    }
    expect_text(&stage, map_get(&family->by_name, TEXT("b")), value_truth(true));
    expect_text(&stage, map_get(&family->by_name, TEXT("b")), value_truth(false));
    expect_text(&stage, map_get(&family->by_name, TEXT("k")), (struct value){.as.choice = 1});
    expect_text(&stage, map_get(&family->by_name, TEXT("d")), value_date(DAY_NEVER));
    expect_text(&stage, map_get(&family->by_name, TEXT("d")), value_date(17000));
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_stand_in_lines),
        cmocka_unit_test(pieces_follow_one_another),
        cmocka_unit_test(memory_that_runs_out_leaves_no_file),
        cmocka_unit_test(coded_values_are_written_as_plain_ones),
    };
    return cmocka_run_group_tests_name("csv_file", tests, NULL, NULL);
}
