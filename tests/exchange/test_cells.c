/* What a row's cells say, where one is nearly another: words that look alike, blanks at one end, months at one end. */
#include "engine/stage.h"
#include "exchange/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char law[] = "policy law\n  currency yuan of 100 fen\nentity home\n"
                          "enum w : a, aa, aaa, aaaa, aaaaa, aaaaaa, aaaabaaa, aaaaaaaa, aaaaaaaab, aaaaaaaac, "
                          "aaaaaaaabb, aaaab\n"
                          "input home k : w\ninput home b : bool\ninput home n : count in 0 .. 99\n"
                          "input home t : text\ninput home o : home\n";

struct trial {
    struct stage stage;
    struct import import;
    struct diagnostics diagnostics;
    const struct record_table *rows;
};

static enum import_result read(struct trial *trial, const char *csv) {
    stage_open(&trial->stage, law, NULL, NULL);
    diagnostics_init(&trial->diagnostics, &trial->stage.arena);
    trial->import = (struct import){
        .arena = &trial->stage.arena, .policy = trial->stage.policy, .diagnostics = &trial->diagnostics};
    const struct entity *home = map_get(&trial->stage.policy->entity_by_name, TEXT("home"));
    enum import_result result = import_text(&trial->import, home, TEXT("home.csv"), text_from(csv));
    trial->rows = &trial->import.records.tables[home->index];
    return result;
}

static void finish(struct trial *trial) {
    import_close(&trial->import);
    stage_close(&trial->stage);
}

static const struct column *column_of(const struct trial *trial, const char *name) {
    return &trial->rows->columns[policy_field(trial->stage.policy, TEXT("home"), text_from(name))->input_index];
}

/* Each choice behind each other one: what was read before is not taken for it. */
static void words_that_look_alike_are_told_apart(void **state) {
    (void)state;
    static const char *const words[] = {"a",        "aa",       "aaa",       "aaaa",      "aaaaa",      "aaaaaa",
                                        "aaaabaaa", "aaaaaaaa", "aaaaaaaab", "aaaaaaaac", "aaaaaaaabb", "aaaab"};
    enum { WORDS = sizeof words / sizeof *words };
    struct trial trial;
    struct builder csv;
    builder_init(&csv);
    builder_add(&csv, TEXT("id,k\n"));
    for (size_t i = 0; i < WORDS; i++)
        for (size_t k = 0; k < WORDS; k++)
            builder_format(&csv, "h%zu-%zu,%s\ng%zu-%zu,%s\n", i, k, words[i], i, k, words[k]);
    assert_int_equal(read(&trial, builder_text(&csv).bytes), IMPORT_OK);
    const struct column *column = column_of(&trial, "k");
    for (size_t i = 0, row = 0; i < WORDS; i++)
        for (size_t k = 0; k < WORDS; k++, row += 2) {
            assert_int_equal(column_get(column, row), i);
            assert_int_equal(column_get(column, row + 1), k);
        }
    finish(&trial);
    builder_free(&csv);
}

static void words_that_are_none_are_refused_behind_those_that_are(void **state) {
    (void)state;
    static const char *const wrong[] = {"id,k\nh1,aaaa\nh2,aaaaaaa\n", "id,k\nh1,aaaaaaaab\nh2,aaaaaaaad\n",
                                        "id,b\nh1,yes\nh2,yess\n", "id,k\nh1,aaaaaaaa\nh2,aaaaaaaaa\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct trial trial;
        assert_int_equal(read(&trial, wrong[i]), IMPORT_ROWS_REFUSED);
        assert_int_equal(trial.rows->count, 1);
        finish(&trial);
    }
}

static void blanks_at_one_end_are_none_of_the_cell(void **state) {
    (void)state;
    static const char *const cells[] = {"%s", " %s", "%s ", "  %s", "%s  ", "\t%s", "%s\t", " %s "};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct trial trial;
        struct builder csv;
        builder_init(&csv);
        builder_add(&csv, TEXT("id,k,b,n,t,o\n"));
        static const char *const values[] = {"h1", "aaa", "yes", "7", "x y", "h1"};
        for (size_t k = 0; k < 6; k++) {
            if (k) builder_add(&csv, TEXT(","));
            struct text cell = text_from(cells[i]);
            size_t at = 0;
            while (cell.bytes[at] != '%') at++;
            builder_add(&csv, text_slice(cell, 0, at));
            builder_add(&csv, text_from(values[k]));
            builder_add(&csv, text_slice(cell, at + 2, cell.length));
        }
        builder_add(&csv, TEXT("\n"));
        assert_int_equal(read(&trial, builder_text(&csv).bytes), IMPORT_OK);
        assert_true(text_is(trial.rows->rows[0].id, "h1"));
        assert_int_equal(column_get(column_of(&trial, "k"), 0), 2);
        assert_int_equal(column_get(column_of(&trial, "b"), 0), 1);
        assert_int_equal(column_get(column_of(&trial, "n"), 0), 7);
        assert_true(text_is(column_text(column_of(&trial, "t"), 0), "x y"));
        assert_true(text_is(column_text(column_of(&trial, "o"), 0), "h1"));
        finish(&trial);
        builder_free(&csv);
    }
}

static void months_may_stand_alone(void **state) {
    (void)state;
    static const struct {
        const char *csv;
        month_number from, until;
    } wanted[] = {{"id,from\nh1,2018-07\n", 2018 * 12 + 6, MONTH_LAST},
                  {"id,until\nh1,2018-07\n", MONTH_FIRST, 2018 * 12 + 6},
                  {"id,from,until\nh1,,2018-07\n", MONTH_FIRST, 2018 * 12 + 6},
                  {"id,from,until\nh1,2018-07,\n", 2018 * 12 + 6, MONTH_LAST},
                  {"id,from,until\nh1,,\n", MONTH_FIRST, MONTH_LAST},
                  {"id,from,until\nh1,2018-07,2018-07\n", 2018 * 12 + 6, 2018 * 12 + 6}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct trial trial;
        assert_int_equal(read(&trial, wanted[i].csv), IMPORT_OK);
        assert_int_equal(trial.rows->rows[0].from, wanted[i].from);
        assert_int_equal(trial.rows->rows[0].until, wanted[i].until);
        assert_int_equal(trial.import.records.versioned,
                         wanted[i].from != MONTH_FIRST || wanted[i].until != MONTH_LAST);
        finish(&trial);
    }
}

/* One reference that leads nowhere, between others that do. */
static void a_lost_reference_is_lost_alone(void **state) {
    (void)state;
    struct trial trial;
    assert_int_equal(read(&trial, "id,o\nh1,h2\nh2,h9\nh3,h2\nh4,none\nh5,h9\nh6,h1\n"), IMPORT_OK);
    struct dataset *dataset = dataset_new(trial.stage.policy, &trial.import.records, 2018 * 12, &trial.stage.refusals);
    assert_non_null(dataset);
    assert_int_equal(trial.stage.refusals.list.count, 2);
    static const struct {
        bool known;
        int leads;
    } wanted[] = {{true, 1}, {false, 0}, {true, 1}, {true, ROW_NONE}, {false, 0}, {true, 0}};
    const struct column *column = dataset_column(dataset, policy_field(trial.stage.policy, TEXT("home"), TEXT("o")));
    assert_int_equal(column->unknown, 2);
    for (size_t row = 0; row < 6; row++) {
        assert_int_equal(column->known[row], wanted[row].known);
        if (wanted[row].known) assert_int_equal(column_get(column, row), wanted[row].leads);
    }
    dataset_free(dataset);
    finish(&trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_look_alike_are_told_apart),
        cmocka_unit_test(words_that_are_none_are_refused_behind_those_that_are),
        cmocka_unit_test(blanks_at_one_end_are_none_of_the_cell),
        cmocka_unit_test(months_may_stand_alone),
        cmocka_unit_test(a_lost_reference_is_lost_alone),
    };
    return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
