/* The files of results, byte for byte: what two months of a small law come to stands in tests/exchange/results/.
 *
 * With DOUDI_REGENERATE=1 in the environment they are written anew instead of compared; read the difference before you
 * keep it. */
#define _GNU_SOURCE /* mkdtemp */
#include "../engine/stage.h"
#include "failing.h"

#include "exchange/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char golden_folder[] = "tests/exchange/results";

static const char law[] =
    "policy small \"小法\" \"Small law\"\n  currency yuan of 100 fen\n"
    "entity county \"县\" \"County\"\nentity village in county at most 9 \"村\" \"Village\"\n"
    "entity family in village at most 9 \"家庭\" \"Family\"\nentity person in family at most 9 \"人员\" \"Person\"\n"
    "event bill in person dated paid, number at most 9 a year \"账单\" \"Bill\"\n"
    "role aide in village\nrole officer in county\nfund aid\n"
    "input family enrolled : bool empty means no\n"
    "input person income : money/month in 0 .. 1_000 yuan/month \"收入\" \"Income\"\n"
    "input person weak : bool empty means no\n"
    "input bill paid : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
    "input bill cost : money in 0 .. 1_000 yuan \"费用\" \"Cost\"\n"
    "parameter standard : money/month in 0 .. 1_000 yuan/month \"标准\" \"Standard\" table t\n"
    "rule family gap : money/month = standard * count(person) - sum(person: income)\n"
    "benefit family support : money/month in 0 .. 10_000 yuan/month \"补助\" \"Support\"\n"
    "  cite 2, 3 fund aid pays family\n"
    "  = when enrolled: ceil(max(0, gap), 1 yuan/month) cite 4\n"
    "    otherwise: 0\n"
    "benefit family heating : money/year in 0 .. 1_000 yuan/year \"取暖\" \"Heating, by the year\" yearly in 1 starts "
    "0\n"
    "  = when enrolled: 120.50 yuan/year * month(first_day)\n"
    "    otherwise: 0\n"
    "benefit person care : money/month in 0 .. 50 yuan/month \"护理\" \"Care\" cite 6\n"
    "  = when weak: 50 yuan/month\n"
    "    otherwise: 0\n"
    "benefit bill aid_pay : money in 0 .. 1_000 yuan \"医疗救助\" \"Medical aid\" = round(cost * 50%, 1 fen)\n"
    "alert family missed \"应保未保\" \"Entitled, not enrolled\" cite 5 to aide, officer = gap > 0 and not enrolled\n"
    "guarantee modest \"不过四百\" \"Not above four hundred\"\n"
    "  for family where enrolled: support <= 400 yuan/month else hold\n"
    "guarantee small_bill \"小额\" \"A small bill\" for bill: cost <= 300 yuan else refuse\n"
    "guarantee promised for person: care <= 10 yuan/month until 2018-01-31\n"
    "indicator reach : ratio for village, county \"覆盖率\" \"Reach\" target >= 50% by 2020-12-31\n"
    "  = count(family where enrolled) / count(family)\n"
    "indicator paid_share : ratio for village \"发放率\" \"Share that is paid\"\n"
    "  = count(family where support > 0) / count(family where enrolled)\n"
    "rule family counted : count in 0 .. 1 = 1\n" /* read by the indicator alone: not until it is written */
    "indicator families : count for county from 2018-01-01 until 2018-01-31 = sum(family: counted)\n";

static const char table[] = "from,value,confidence\n2018-01-01,300,low\n2018-02-01,310,high\n";

/* --- the stage ---------------------------------------------------------------------------------------------------- */

enum { MONTHS = 2 };
static const char *const months[MONTHS] = {"2018-01", "2018-02"};

/* v3 has nothing but a family of which something is missing, v4 nobody at all. */
static void open_with_rows(struct stage *stage) {
    stage_open(stage, law, table, NULL);
    stage_row(stage, "county", "c", "", "");
    for (const char *const *village = (const char *const[]){"v1", "v2", "v3", "v4", NULL}; *village; village++)
        stage_row(stage, "village", *village, "c", "");
    stage_row(stage, "family", "f1", "v1", "enrolled=yes");
    stage_row(stage, "person", "p1", "f1", "income=100.50 weak=yes");
    stage_row(stage, "person", "p2", "f1", "income=0 weak=yes");
    stage_row(stage, "family", "f2", "v1", "");
    stage_row(stage, "person", "p3", "f2", "income=250");
    stage_row(stage, "family", "f3", "v1", "");
    stage_row(stage, "person", "p4", "f3", "income=900 weak=yes");
    stage_row(stage, "family", "f4", "v2", "enrolled=yes");
    stage_row(stage, "person", "p5", "f4", "income=999.99");
    stage_row(stage, "family", "f5", "v3", "enrolled=yes");
    stage_row(stage, "person", "p6", "f5", "");
    stage_row(stage, "bill", "", "p1", "paid=2017-12-20 number=B1 cost=80");
    stage_row(stage, "bill", "", "p1", "paid=2018-01-05 number=B2 cost=400");
    stage_row(stage, "bill", "", "p2", "paid=2018-01-31 number=B3 cost=0.01");
    stage_row(stage, "bill", "", "p3", "paid=2018-02-01 number=B4 cost=500");
    stage_row(stage, "bill", "", "p3", "paid=2018-01-10 number=B5");
}

static char *join(const char *folder, const char *name) {
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];
    assert_true(snprintf(path, sizeof paths[0], "%s/%s", folder, name) < (int)sizeof paths[0]);
    return path;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *path) {
    return access(path, F_OK) == 0;
}

static void make_folder(char folder[64]) {
    snprintf(folder, 64, "%s/doudi-results-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(folder));
}

static void remove_folder(struct arena *arena, const char *folder) {
    struct file_names names = {0};
    assert_int_equal(folder_list(arena, folder, &names), FILE_OK);
    for (size_t i = 0; i < names.list.count; i++) {
        const char *path = path_join(arena, text_from(folder), names.list.items[i]).bytes;
        if (folder_exists(path))
            remove_folder(arena, path);
        else
            file_remove(path);
    }
    folder_remove(folder);
    assert_false(folder_exists(folder));
}

/* Both months into one folder, as one call does. */
static void write_months(struct stage *stage, const char *folder) {
    struct results results;
    assert_int_equal(results_open(&results, &stage->arena, stage->policy, folder), FILE_OK);
    for (int i = 0; i < MONTHS; i++) {
        struct totals totals = {0};
        stage_decide(stage, months[i]);
        assert_true(totals_find(&totals, stage->run, &stage->arena));
        results_add(&results, &totals);
    }
    assert_int_equal(results_flush(&results), FILE_OK);
    assert_int_equal(results_begin_replacing(&results), FILE_OK);
    assert_true(is_there(join(folder, "UNFINISHED.txt")));
    assert_int_equal(results_commit(&results), FILE_OK);
    assert_true(is_there(join(folder, "UNFINISHED.txt")));
    results_end_replacing(&results);
    results_close(&results);
}

static void assert_golden(const char *folder, const char *name) {
    struct file found, golden;
    assert_int_equal(file_open(&found, join(folder, name)), FILE_OK);
    if (getenv("DOUDI_REGENERATE")) {
        FILE *file = fopen(join(golden_folder, name), "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(found.bytes.bytes, 1, found.bytes.length, file), found.bytes.length);
        assert_int_equal(fclose(file), 0);
    }
    assert_int_equal(file_open(&golden, join(golden_folder, name)), FILE_OK);
    if (!text_equal(found.bytes, golden.bytes))
        print_error("%s is\n%.*sand was\n%.*s", name, TEXT_ARG(found.bytes), TEXT_ARG(golden.bytes));
    assert_true(text_equal(found.bytes, golden.bytes));
    file_close(&found);
    file_close(&golden);
}

/* --- what is written ---------------------------------------------------------------------------------------------- */

static const char *const files[] = {"alerts.csv",           "decisions-bill.csv", "decisions-family.csv",
                                    "decisions-person.csv", "guarantees.csv",     "indicators.csv",
                                    "summary.csv",          "undetermined.csv"};
enum { FILES = sizeof files / sizeof *files };

static void every_file_byte_for_byte(void **state) {
    (void)state;
    struct stage stage;
    struct file_names names = {0};
    char folder[64];
    open_with_rows(&stage);
    make_folder(folder);
    write_months(&stage, folder);
    assert_int_equal(folder_list(&stage.arena, folder, &names), FILE_OK);
    assert_int_equal(names.list.count, FILES);
    for (size_t i = 0; i < FILES; i++) {
        assert_true(text_is(names.list.items[i], files[i]));
        assert_golden(folder, files[i]);
    }
    remove_folder(&stage.arena, folder);
    stage_close(&stage);
}

static void assert_total(const struct totals *totals, size_t index, const char *name, size_t rows, size_t families,
                         size_t undetermined, const char *amount) {
    const struct benefit_total *total = &totals->benefit[index];
    assert_true(text_is(total->benefit->name, name));
    assert_int_equal(total->rows, rows);
    assert_true(total->of_families);
    assert_int_equal(total->families, families);
    assert_int_equal(total->undetermined, undetermined);
    struct text found = number_exact(totals->arena, number_divide(totals->arena, total->amount, total->benefit->scale));
    assert_true(text_is(found, amount));
}

static void count_progress(void *context, size_t done, size_t due) {
    *(size_t *)context += done <= due;
}

static void months_are_told_in_numbers(void **state) {
    (void)state;
    struct stage stage;
    open_with_rows(&stage);
    stage_decide(&stage, months[0]);
    struct totals january = {0}, february = {0};
    assert_true(totals_find(&january, stage.run, &stage.arena));
    assert_int_equal(january.benefit_count, 4);
    assert_total(&january, 0, "support", 1, 1, 1, "500");
    assert_total(&january, 1, "heating", 3, 3, 0, "361.5");
    assert_total(&january, 2, "care", 3, 2, 0, "150");
    assert_total(&january, 3, "aid_pay", 2, 1, 1, "200.01"); /* two bills of two people of one family */
    assert_int_equal(january.undetermined, 2);
    assert_int_equal(january.broken, 5); /* f1, B2, and the care of three */
    assert_int_equal(january.unchecked, 2);
    assert_int_equal(january.alerts, 1);
    assert_int_equal(january.alerts_undetermined, 0);
    assert_int_equal(january.confirmation->parameters, 1);
    assert_int_equal(january.rows_done, january.rows_due);
    stage_decide(&stage, months[1]);
    assert_true(totals_find(&february, stage.run, &stage.arena));
    assert_total(&february, 0, "support", 1, 1, 1, "520");
    assert_total(&february, 1, "heating", 0, 0, 0, "0");
    assert_total(&february, 2, "care", 3, 2, 0, "150");
    assert_total(&february, 3, "aid_pay", 1, 1, 0, "250");
    assert_int_equal(february.broken, 3); /* f1, B2 and B4 */
    assert_int_equal(february.confirmation->parameters, 0);
    stage_close(&stage);
}

/* What somebody decided need not lie on the rule's steps. */
static void amounts_between_the_steps_are_counted(void **state) {
    (void)state;
    struct stage stage;
    struct totals january = {0};
    open_with_rows(&stage);
    stage_give(&stage, "family.support", "f1", "2018-01", "100.50");
    stage_give(&stage, "family.support", "f4", "2018-01", "0.25");
    stage_decide(&stage, months[0]);
    assert_true(totals_find(&january, stage.run, &stage.arena));
    assert_total(&january, 0, "support", 2, 2, 1, "100.75");
    stage_close(&stage);
}

/* What is missing of the first row of all is no amount of nothing. */
static void the_first_of_all_may_be_undetermined(void **state) {
    (void)state;
    struct stage stage;
    struct totals totals = {0};
    stage_open(&stage, law, table, NULL);
    stage_row(&stage, "county", "c", "", "");
    stage_row(&stage, "village", "v1", "c", "");
    stage_row(&stage, "family", "f1", "v1", "enrolled=yes");
    stage_row(&stage, "person", "p1", "f1", "");
    stage_decide(&stage, months[0]);
    assert_true(totals_find(&totals, stage.run, &stage.arena));
    assert_total(&totals, 0, "support", 0, 0, 1, "0");
    stage_close(&stage);
}

/* Few among many: they are gone through word by word. */
static void awards_are_found_one_after_another(void **state) {
    static const size_t poor[] = {0, 62, 63, 64, 400, 640, SIZE_MAX};
    (void)state;
    struct stage stage;
    struct totals totals = {0};
    stage_open(&stage,
               "policy law\n  currency yuan of 100 fen\nentity family\nentity person in family at most 2_000\n"
               "input person poor : bool empty means no\n"
               "benefit person gift : money/month = when poor: 5 yuan/month  otherwise: 0\n",
               NULL, NULL);
    stage_row(&stage, "family", "f", "", "");
    for (size_t i = 0, next = 0; i < 641; i++) {
        stage_row(&stage, "person", text_format(&stage.arena, "p%03zu", i).bytes, "f",
                  i == poor[next] ? "poor=yes" : "");
        next += i == poor[next];
    }
    stage_decide(&stage, months[0]);
    assert_true(totals_find(&totals, stage.run, &stage.arena));
    const struct marked *marked = totals.marked[totals.benefit[0].benefit->index];
    size_t row = 0;
    for (size_t i = 0; i < sizeof poor / sizeof *poor; i++, row++) {
        row = marked_next(marked, row);
        assert_int_equal(row, poor[i]);
    }
    stage_close(&stage);
}

/* Twelve hundred families more, and it is told twice and a bit how far it is. */
static void progress_is_told(void **state) {
    (void)state;
    struct stage stage;
    size_t told = 0;
    struct totals totals = {.progress = count_progress, .context = &told};
    stage_open(&stage,
               "policy law\n  currency yuan of 100 fen\nentity family\nentity person in family at most 2_000\n"
               "benefit person gift : money/month = 5 yuan/month\n",
               NULL, NULL);
    stage_row(&stage, "family", "f", "", "");
    for (int i = 0; i < 1200; i++) stage_row(&stage, "person", text_format(&stage.arena, "p%d", i).bytes, "f", "");
    stage_decide(&stage, months[0]);
    assert_true(totals_find(&totals, stage.run, &stage.arena));
    assert_int_equal(totals.rows_due, 1200);
    assert_int_equal(told, 2);
    stage_close(&stage);
}

/* --- what was there before ---------------------------------------------------------------------------------------- */

static void other_calls_leave_nothing_behind(void **state) {
    (void)state;
    struct stage stage;
    char folder[64];
    open_with_rows(&stage);
    make_folder(folder);
    write_file(join(folder, "summary.csv"), "of before\n");
    write_file(join(folder, "rejected.csv"), "file,line,id,problem\n");
    write_file(join(folder, "decisions-other.csv"), "month,village,id\n");
    write_file(join(folder, "decisions-x.csv"), "a ledger, of months,\n");
    write_file(join(folder, "decisions-x.txt"), "month,\n");
    write_file(join(folder, "x-decisions-.csv"), "month,\n");
    assert_int_equal(folder_make(join(folder, "rejected")), FILE_OK);
    write_file(join(folder, "rejected/person.csv"), "#problem,id\n");
    write_months(&stage, folder);
    assert_golden(folder, "summary.csv");
    assert_golden(folder, "decisions-family.csv");
    assert_false(is_there(join(folder, "rejected.csv")));
    assert_false(is_there(join(folder, "rejected")));
    assert_false(is_there(join(folder, "decisions-other.csv")));
    assert_true(is_there(join(folder, "decisions-x.csv")));
    assert_true(is_there(join(folder, "decisions-x.txt")));
    assert_true(is_there(join(folder, "x-decisions-.csv")));
    assert_false(is_there(join(folder, "UNFINISHED.txt")));
    remove_folder(&stage.arena, folder);
    stage_close(&stage);
}

static void what_is_not_committed_changes_nothing(void **state) {
    (void)state;
    struct stage stage;
    struct results results;
    struct totals totals = {0};
    struct file_names names = {0};
    struct file file;
    char folder[64];
    open_with_rows(&stage);
    make_folder(folder);
    write_file(join(folder, "summary.csv"), "of before\n");
    stage_decide(&stage, months[0]);
    assert_true(totals_find(&totals, stage.run, &stage.arena));
    assert_int_equal(results_open(&results, &stage.arena, stage.policy, folder), FILE_OK);
    results_add(&results, &totals);
    assert_int_equal(results_flush(&results), FILE_OK);
    results_close(&results);
    assert_int_equal(folder_list(&stage.arena, folder, &names), FILE_OK);
    assert_int_equal(names.list.count, 1);
    assert_int_equal(file_open(&file, join(folder, "summary.csv")), FILE_OK);
    assert_true(text_is(file.bytes, "of before\n"));
    file_close(&file);
    remove_folder(&stage.arena, folder);
    stage_close(&stage);
}

/* --- memory running out ------------------------------------------------------------------------------------------- */

enum { SHIFT = 12000, FAILURES_MAX = 1000 }; /* of a block, taken beforehand at each step */

static bool add_month(struct results *results, struct run *run, struct arena *arena) {
    struct totals totals = {0};
    if (!totals_find(&totals, run, arena)) return false;
    results_add(results, &totals);
    return true;
}

/* One call in which the allocation after `successes` fails; true when none did. The run has an arena of its own. */
static bool write_failing(struct stage *stage, const char *folder, size_t taken, long successes) {
    struct arena arena;
    struct results results;
    struct run *run = run_new(stage->policy, stage->dataset, &stage->history, stage->run->month, &stage->options);
    assert_non_null(run);
    if (taken) arena_new(&run->arena, 1, BLOCK - taken);
    begin_failing(&arena, taken, successes);
    bool whole = results_open(&results, &arena, stage->policy, folder) == FILE_OK;
    whole = whole && add_month(&results, run, &arena);
    whole = whole && results_flush(&results) == FILE_OK;
    whole = whole && results_begin_replacing(&results) == FILE_OK && results_commit(&results) == FILE_OK;
    if (whole) results_end_replacing(&results);
    results_close(&results);
    bool failed = end_failing(&arena);
    run_free(run);
    assert_int_equal(whole, !failed);
    return !failed;
}

/* Told, or all of it is done: also the taking away of what was there before. */
static void results_tell_that_memory_ran_out(void **state) {
    (void)state;
    struct stage stage;
    struct file_names names = {0};
    char folder[64];
    open_with_rows(&stage);
    stage_decide(&stage, months[0]);
    make_folder(folder);
    for (size_t taken = 0; taken < BLOCK; taken += SHIFT) {
        long n = 0;
        bool whole = false;
        while (!whole) {
            write_file(join(folder, "rejected.csv"), "of before\n");
            write_file(join(folder, "decisions-other.csv"), "month,\n");
            assert_true(n < FAILURES_MAX);
            whole = write_failing(&stage, folder, taken, n++);
        }
        assert_true(n > 4);
        names.list.count = 0;
        assert_int_equal(folder_list(&stage.arena, folder, &names), FILE_OK);
        assert_int_equal(names.list.count, FILES);
    }
    remove_folder(&stage.arena, folder);
    stage_close(&stage);
}

/* `counted` is asked for the first time when the indicators are written. */
static void a_run_that_fails_while_it_is_written_is_told(void **state) {
    (void)state;
    struct stage stage;
    struct results results;
    struct totals totals = {0};
    struct arena arena;
    char folder[64];
    arena_init(&arena);
    open_with_rows(&stage);
    stage_decide(&stage, months[0]);
    make_folder(folder);
    assert_int_equal(results_open(&results, &arena, stage.policy, folder), FILE_OK);
    assert_true(totals_find(&totals, stage.run, &arena));
    arena_new(&stage.run->arena, 1, BLOCK); /* full: what follows is an allocation */
    memory_fail_after(0);
    results_add(&results, &totals);
    memory_fail_after(-1);
    assert_true(run_failed(stage.run));
    assert_int_equal(results_flush(&results), FILE_NO_MEMORY);
    results_close(&results);
    arena_free(&arena);
    remove_folder(&stage.arena, folder);
    stage_close(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_byte_for_byte),
        cmocka_unit_test(months_are_told_in_numbers),
        cmocka_unit_test(amounts_between_the_steps_are_counted),
        cmocka_unit_test(the_first_of_all_may_be_undetermined),
        cmocka_unit_test(awards_are_found_one_after_another),
        cmocka_unit_test(progress_is_told),
        cmocka_unit_test(other_calls_leave_nothing_behind),
        cmocka_unit_test(what_is_not_committed_changes_nothing),
        cmocka_unit_test(results_tell_that_memory_ran_out),
        cmocka_unit_test(a_run_that_fails_while_it_is_written_is_told),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
