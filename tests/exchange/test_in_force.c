/* in-force.csv: written, read again, and refused when it is not what was written. */
#define _GNU_SOURCE /* mkdtemp */
#include "../engine/stage.h"
#include "failing.h"

#include "engine/record.h"
#include "exchange/in_force.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char law[] = "policy small\n  currency yuan of 100 fen\n"
                          "entity family\nentity person in family at most 9\n"
                          "event bill in person dated paid, number at most 9 a year\n"
                          "input bill paid : date in 2010-01-01 .. 2100-01-01\ninput bill number : text\n"
                          "input family heads : count in 0 .. 9\n"
                          "benefit family aid : money/month in 0 .. 900 yuan/month = heads * 12.50 yuan/month\n"
                          "rule family months : count in 0 .. 99 starts 0 = min(99, previous(months) + 1)\n"
                          "rule person share : ratio in 0% .. 100% starts 0% = min(100%, previous(share) + 5%)\n"
                          "rule bill paid_out : money in 0 .. 9 yuan = 1.25 yuan\n";

#define WHOLE                                                                                                          \
    "#doudi in-force,1,small,2018-07,2018-07\n"                                                                        \
    "#family,month,id,aid,months\nfamily,,-F1,,7\nfamily,2018-07,-F1,25,8\nfamily,2018-07,F2,unknown,1\n"              \
    "#person,month,id,share\nperson,2018-07,P1,0.05\n"                                                                 \
    "#bill,month,id,paid_out\nbill,2018-06,P1/2018-06-01/B1,1.25\n"

/* --- the stage ---------------------------------------------------------------------------------------------------- */

struct folder {
    char path[64], file[96];
};

static void open_with_rows(struct stage *stage, struct folder *folder) {
    stage_open(stage, law, NULL, NULL);
    stage_row(stage, "family", "-F1", "", "heads=2");
    stage_row(stage, "family", "F2", "", "");
    stage_row(stage, "person", "P1", "-F1", "");
    stage_row(stage, "bill", "", "P1", "paid=2018-06-01 number=B1");
    stage_row(stage, "bill", "", "P1", "paid=2018-08-01 number=B2"); /* after the month: not settled yet */
    stage_open_with(stage, "family.months", "-F1", "7");
    stage_decide(stage, "2018-07");
    history_record(&stage->history, stage->run);
    snprintf(folder->path, sizeof folder->path, "%s/doudi-in-force-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->file, sizeof folder->file, "%s/in-force.csv", folder->path);
}

static enum file_result write_in_force(struct stage *stage, struct arena *arena, const struct folder *folder,
                                       struct in_force_months of) {
    struct csv_file file;
    enum file_result result = in_force_draft(&file, &stage->history, arena, folder->path, of);
    if (result == FILE_OK) result = csv_file_commit(&file);
    csv_file_close(&file);
    return result;
}

static void close_all(struct stage *stage, const struct folder *folder) {
    file_remove(folder->file);
    folder_remove(folder->path);
    assert_false(folder_exists(folder->path));
    stage_close(stage);
}

static void write_text(const struct folder *folder, const char *text) {
    FILE *file = fopen(folder->file, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static const char *past_value(struct stage *stage, const struct history *history, const char *entity, const char *rule,
                              const char *id, month_number until) {
    const struct field *field = policy_field(stage->policy, text_from(entity), text_from(rule));
    struct past_value past;
    if (!history_find(history, field, text_from(id), until, &past)) return "none";
    struct text text = value_plain(&stage->arena, &field->type, field->scale, &past.value);
    return text_copy(&stage->arena, text).bytes;
}

/* --- what is kept ------------------------------------------------------------------------------------------------- */

static void what_is_written_is_read(void **state) {
    (void)state;
    struct stage stage;
    struct folder folder;
    struct file file;
    struct in_force_read found;
    struct history history;
    open_with_rows(&stage, &folder);
    struct in_force_months july = {.first = stage.run->month, .last = stage.run->month};
    assert_int_equal(write_in_force(&stage, &stage.arena, &folder, july), FILE_OK);
    assert_int_equal(file_open(&file, folder.file), FILE_OK);
    assert_string_equal(text_copy(&stage.arena, file.bytes).bytes, WHOLE "#end,5\n");
    file_close(&file);
    assert_true(in_force_is_ours(&stage.arena, folder.path));
    history_init(&history, stage.policy);
    assert_int_equal(in_force_read(&history, &stage.arena, folder.path, july.last + 1, &found), FILE_OK);
    assert_true(found.whole);
    assert_int_equal(found.bad, 0);
    assert_int_equal(found.months.first, july.first);
    assert_int_equal(found.months.last, july.last);
    assert_string_equal(past_value(&stage, &history, "family", "months", "-F1", july.last - 1), "7");
    assert_string_equal(past_value(&stage, &history, "family", "months", "-F1", july.last), "8");
    assert_string_equal(past_value(&stage, &history, "family", "aid", "-F1", july.last), "25");
    assert_string_equal(past_value(&stage, &history, "family", "aid", "F2", july.last), "unknown");
    assert_string_equal(past_value(&stage, &history, "person", "share", "P1", july.last), "0.05");
    assert_string_equal(past_value(&stage, &history, "bill", "paid_out", "P1/2018-06-01/B1", MONTH_LAST), "1.25");
    history_free(&history);
    close_all(&stage, &folder);
}

static void what_is_forgotten_is_not_written(void **state) {
    (void)state;
    struct stage stage;
    struct folder folder;
    struct file file;
    open_with_rows(&stage, &folder);
    const struct field *months = policy_field(stage.policy, TEXT("family"), TEXT("months"));
    history_forget(&stage.history, months->entity, TEXT("-F1"));
    uint32_t row = history_row(&stage.history, months->entity, TEXT("F2")); /* and nothing is known of its May */
    assert_int_not_equal(history_line(&stage.history, months->entity, row, stage.run->month - 2), PAST_NONE);
    struct in_force_months july = {.first = stage.run->month, .last = stage.run->month};
    history_put(&stage.history, months, TEXT("-F1"), july.last + 1, value_number(number_one)); /* later: behind F2 */
    assert_int_equal(write_in_force(&stage, &stage.arena, &folder, july), FILE_OK);
    assert_int_equal(file_open(&file, folder.file), FILE_OK);
    assert_string_equal(text_copy(&stage.arena, file.bytes).bytes,
                        "#doudi in-force,1,small,2018-07,2018-07\n"
                        "#family,month,id,aid,months\nfamily,2018-07,F2,unknown,1\nfamily,2018-08,-F1,,1\n"
                        "#person,month,id,share\nperson,2018-07,P1,0.05\n"
                        "#bill,month,id,paid_out\nbill,2018-06,P1/2018-06-01/B1,1.25\n#end,4\n");
    file_close(&file);
    close_all(&stage, &folder);
}

static void months_to_be_decided_anew_are_left_out(void **state) {
    (void)state;
    struct stage stage;
    struct folder folder;
    struct in_force_read found;
    struct history history;
    open_with_rows(&stage, &folder);
    write_text(&folder, WHOLE "#end,5\n");
    history_init(&history, stage.policy);
    assert_int_equal(in_force_read(&history, &stage.arena, folder.path, stage.run->month, &found), FILE_OK);
    assert_true(found.whole && found.bad == 0);
    assert_string_equal(past_value(&stage, &history, "family", "months", "-F1", MONTH_LAST),
                        "7"); /* the opening value stays */
    assert_string_equal(past_value(&stage, &history, "family", "aid", "-F1", MONTH_LAST), "none");
    assert_string_equal(past_value(&stage, &history, "bill", "paid_out", "P1/2018-06-01/B1", MONTH_LAST), "1.25");
    history_free(&history);
    close_all(&stage, &folder);
}

/* --- what is refused ---------------------------------------------------------------------------------------------- */

#define BEFORE "#doudi in-force,1,small,2018-07,2018-07\n#family,month,id,aid,months\n"

static void what_is_not_as_it_was_written_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool refused;
    } files[] = {
        {BEFORE "family,2018-07,F1,25,8\n#end,1\n", false},
        {BEFORE "family,2018-07,F1,25,8\n#end,2\n", true},          /* a line is missing */
        {BEFORE "family,2018-07,F1,25,8\n", true},                  /* its end */
        {BEFORE "family,2018-07,F1,25,8\n#end,1\n#end,1,\n", true}, /* something behind it */
        {BEFORE "person,2018-07,F1,25,8\n#end,1\n", true},          /* of another entity */
        {BEFORE ",2018-07,F1,25,8\n#end,1\n", true},                /* of none */
        {BEFORE "family,2018-07,,25,8\n#end,1\n", true},            /* nobody's */
        {BEFORE "family,2018-07,F1,25\n#end,1\n", true},            /* a cell is missing */
        {BEFORE "family,2018-07,F1,25,8,9\n#end,1\n", true},        /* there is one too many */
        {"#doudi in-force,1,small,2018-07,2018-07,a,b\n#end,0\n", true},
        {BEFORE "family,2018-07,F1,25,8\n#doudi in-force,1,small,2018-07,2018-08\n#end,1\n", true}, /* begun again */
        {BEFORE "family,2018-7,F1,25,8\n#end,1\n", true},                                           /* no month */
        {BEFORE "family,2018-07,F1,much,8\n#end,1\n", true},                                        /* no amount */
        {BEFORE "family,2018-07,F1,fault,8\n#end,1\n", false},
        {BEFORE "family,2018-07,F1,,\n#end,1\n", false},
        {"#doudi in-force,1,small,2018-07,2018-07\nfamily,2018-07,F1,25,8\n#end,1\n", true}, /* no heading */
        {"#doudi in-force,2,small,2018-07,2018-07\n#end,0\n", true},                         /* another version */
        {"#doudi in-force,1,small,2018-08,2018-07\n#end,0\n", true},                         /* months reversed */
        {"#doudi in-force,1,small,2018-07,2018-07\n#end,0\n", false},
        {"#end,0\n", true},
        {"", true},
        {"#doudi in-force,1,small,2018-07,2018-07\n#family,month,id\n#end,0\n", true},       /* of no rule */
        {"#doudi in-force,1,small,2018-07,2018-07\n#family,month,id,gold\n#end,0\n", true},  /* not of this law */
        {"#doudi in-force,1,small,2018-07,2018-07\n#family,month,id,heads\n#end,0\n", true}, /* an input */
        {"#doudi in-force,1,small,2018-07,2018-07\n#tribe,month,id,aid\n#end,0\n", true},
    };
    struct stage stage;
    struct folder folder;
    open_with_rows(&stage, &folder);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct in_force_read found;
        struct history history;
        write_text(&folder, files[i].text);
        history_init(&history, stage.policy);
        assert_int_equal(in_force_read(&history, &stage.arena, folder.path, MONTH_LAST, &found), FILE_OK);
        if ((found.bad > 0 || !found.whole) != files[i].refused) fail_msg("%s", files[i].text);
        history_free(&history);
    }
    close_all(&stage, &folder);
}

static void a_folder_without_it_is_told(void **state) {
    (void)state;
    struct stage stage;
    struct folder folder;
    struct in_force_read found;
    open_with_rows(&stage, &folder);
    assert_false(in_force_is_ours(&stage.arena, folder.path));
    assert_int_equal(in_force_read(&stage.history, &stage.arena, folder.path, MONTH_LAST, &found), FILE_MISSING);
    assert_false(found.whole);
    write_text(&folder, "entity,id\n");
    assert_false(in_force_is_ours(&stage.arena, folder.path));
    close_all(&stage, &folder);
}

/* --- memory running out ------------------------------------------------------------------------------------------- */

enum { SHIFT = 1500, FAILURES_MAX = 1000 }; /* of a block, taken beforehand at each step */

static bool write_failing(struct stage *stage, const struct folder *folder, size_t taken, long successes) {
    struct arena arena;
    struct in_force_months of = {.first = stage->run->month, .last = stage->run->month};
    begin_failing(&arena, taken, successes);
    enum file_result result = write_in_force(stage, &arena, folder, of);
    bool failed = end_failing(&arena);
    assert_int_equal(result == FILE_OK, !failed);
    return !failed;
}

static bool read_failing(struct stage *stage, const struct folder *folder, size_t taken, long successes) {
    struct arena arena;
    struct history history;
    struct in_force_read found;
    history_init(&history, stage->policy);
    if (taken) arena_new(&history.arena, 1, taken);
    begin_failing(&arena, taken, successes);
    enum file_result result = in_force_read(&history, &arena, folder->path, stage->run->month + 1, &found);
    bool whole = result == FILE_OK && !arena_failed(&history.arena);
    bool failed = end_failing(&arena);
    assert_int_equal(whole, !failed);
    if (whole) assert_true(found.whole && found.bad == 0);
    history_free(&history);
    return !failed;
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    struct stage stage;
    struct folder folder;
    open_with_rows(&stage, &folder);
    for (size_t taken = 0; taken < BLOCK; taken += SHIFT) {
        long n = 0;
        while (!write_failing(&stage, &folder, taken, n)) assert_true(++n < FAILURES_MAX);
        assert_true(n > 1);
        for (n = 0; !read_failing(&stage, &folder, taken, n);) assert_true(++n < FAILURES_MAX);
        assert_true(n > 2);
    }
    close_all(&stage, &folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_forgotten_is_not_written),
        cmocka_unit_test(months_to_be_decided_anew_are_left_out),
        cmocka_unit_test(what_is_not_as_it_was_written_is_refused),
        cmocka_unit_test(a_folder_without_it_is_told),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests_name("in_force", tests, NULL, NULL);
}
