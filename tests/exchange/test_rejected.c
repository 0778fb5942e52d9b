/* Copies of rows that an import left out. */
#define _GNU_SOURCE /* mkdtemp, memmem */
#include "import_stage.h"

#include <sys/stat.h>

static void begin_with_bad_rows(struct stage *stage) {
    begin(stage);
    write_file(stage, "home.csv", "id,income\nh1,1\n=h2,1\n");
    write_file(stage, "person.csv", "sex,id,home\nneither,p1,h1\nmale,p2,h1\n\"neither\",@p3,h1\nmale,p4\n");
    import(stage);
    assert_told(stage, "import-id-sign 3:1, import-not-a-value 2:1, import-id-sign 4:11, import-not-a-value 4:2, "
                       "import-cells 5:1");
}

static void assert_written(struct stage *stage, const char *name, const char *expected) {
    struct file file;
    const char *path = path_join(&stage->arena, text_from(stage->folder), text_from(name)).bytes;
    assert_int_equal(file_open(&file, path), FILE_OK);
    assert_string_equal(text_copy(&stage->arena, file.bytes).bytes, expected);
    file_close(&file);
    unlink(path);
}

static void finish_with_copies(struct stage *stage) {
    rmdir(path_join(&stage->arena, text_from(stage->folder), TEXT("rejected")).bytes);
    finish(stage);
}

/* The template with, in place of each {N…}, what the diagnostics N… say, as a cell. */
static const char *with_problems(struct stage *stage, const char *template) {
    struct builder out;
    builder_init(&out);
    for (const char *at = template; *at; at++) {
        if (*at != '{') {
            builder_format(&out, "%c", *at);
            continue;
        }
        struct text cell = TEXT("");
        for (at++; *at != '}'; at++) {
            const struct diagnostic *diagnostic = &stage->diagnostics.list.items[*at - '0'];
            cell = text_format(&stage->arena, "%.*s%s%.*s → %.*s", TEXT_ARG(cell), cell.length ? " / " : "",
                               TEXT_ARG(diagnostic_text(&stage->arena, diagnostic, LANGUAGE_EN)),
                               TEXT_ARG(diagnostic_remedy(&stage->arena, diagnostic, LANGUAGE_EN)));
        }
        csv_write_field(&out, cell, true);
    }
    return builder_finish(&out, &stage->arena).bytes;
}

static void assert_copies(struct stage *stage) {
    assert_written(stage, "rejected.csv",
                   with_problems(stage, "file,line,id,problem\nhome.csv,3,,{0}\nperson.csv,2,p1,{1}\n"
                                        "person.csv,4,,{23}\nperson.csv,5,p4,{4}\n"));
    assert_written(stage, "rejected/home.csv",
                   with_problems(stage, "\xef\xbb\xbf#problem,id,income\n,h1,1\n{0},'=h2,1\n"));
    assert_written(stage, "rejected/person.csv",
                   with_problems(stage, "\xef\xbb\xbf#problem,sex,id,home\n{1},neither,p1,h1\n,male,p2,h1\n"
                                        "{23},neither,'@p3,h1\n{4},male,p4\n"));
}

static void copies_say_what_is_wrong(void **state) {
    (void)state;
    struct stage stage;
    struct text path;
    begin_with_bad_rows(&stage);
    assert_int_equal(rejected_write(&stage.import, &stage.arena, stage.folder, LANGUAGE_EN, &path), FILE_OK);
    assert_copies(&stage);
    finish_with_copies(&stage);
}

/* A copy that is copied again has what stands in front once, and keeps what somebody has said. */
static void copies_of_copies(void **state) {
    (void)state;
    struct stage stage;
    struct text path;
    begin(&stage);
    write_file(&stage, "home.csv",
               "\xef\xbb\xbf#error,错误,id,other,income\n\"a,\"\"b\",,h1,another,x\n,,h2,maybe,1\n,,h3,,1\n");
    write_file(
        &stage, "person.csv",
        "错误,#另一行,id,home,\"sex\"\n\"x,y\",另一个,p1,h3,neither\n\"x,y\",another,p2,h3,male\nx,,p3,h3,male,1\n");
    import(&stage);
    assert_told(&stage, "import-not-a-number 2:21, import-other 3:6, import-not-a-value 2:17, import-cells 4:1");
    assert_true(table_of(&stage, "person")->rows[0].another && !table_of(&stage, "home")->rows[0].another);
    assert_int_equal(rejected_write_copies(&stage.import, &stage.arena, stage.folder, LANGUAGE_EN, MONTH_FIRST, &path),
                     FILE_OK);
    assert_written(&stage, "home.csv",
                   with_problems(&stage, "\xef\xbb\xbf"
                                         "error,id,other,income\n{0},h1,another,x\n{1},h2,maybe,1\n,h3,,1\n"));
    assert_written(&stage, "person.csv",
                   with_problems(&stage, "\xef\xbb\xbf"
                                         "error,other,id,home,sex\n{2},另一个,p1,h3,neither\n"
                                         ",another,p2,h3,male\n{3},,p3,h3,male,1\n"));
    finish(&stage);
}

/* By whatever call the copy is imported, its rows hold from when they were told to. */
static void copies_say_since_when(void **state) {
    (void)state;
    struct stage stage;
    struct text path;
    begin(&stage);
    write_file(&stage, "home.csv", "error,id,income\n,h1,1\nold,h2,x\n,h3,1,1\n");
    write_file(&stage, "person.csv", "id,home,from,sex\np1,h1,,neither\np2,h1,2018-05,male\n");
    write_file(&stage, "bill.csv", "person,number,paid,cost\np1,,July,1\n");
    import(&stage);
    assert_told(&stage, "import-not-a-number 3:8, import-cells 4:1, import-not-a-value 2:8, import-not-a-date 2:5");
    assert_int_equal(
        rejected_write_copies(&stage.import, &stage.arena, stage.folder, LANGUAGE_ZH, 2018 * 12 + 7, &path), FILE_OK);
    struct file file;
    assert_int_equal(file_open(&file, path_join(&stage.arena, text_from(stage.folder), TEXT("home.csv")).bytes),
                     FILE_OK);
    struct stat status;
    assert_int_equal(stat(path.bytes, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_non_null(strstr(text_copy(&stage.arena, file.bytes).bytes, "错误,另一行,自,id,income\n,,2018-08,h1,1\n"));
    assert_non_null(strstr(text_copy(&stage.arena, file.bytes).bytes, ",2018-08,h2,x\n"));
    assert_non_null(strstr(text_copy(&stage.arena, file.bytes).bytes, ",2018-08,h3,1,1\n"));
    file_close(&file);
    assert_int_equal(file_open(&file, path_join(&stage.arena, text_from(stage.folder), TEXT("person.csv")).bytes),
                     FILE_OK);
    assert_non_null(
        strstr(text_copy(&stage.arena, file.bytes).bytes, ",p1,h1,2018-08,neither\n,,p2,h1,2018-05,male\n"));
    file_close(&file);
    assert_int_equal(file_open(&file, path_join(&stage.arena, text_from(stage.folder), TEXT("bill.csv")).bytes),
                     FILE_OK);
    assert_null(strstr(text_copy(&stage.arena, file.bytes).bytes, "2018-08"));
    file_close(&file);
    finish(&stage);
}

/* Nor where a row cannot be read, and however often it is copied. */
static void copies_hold_no_formula(void **state) {
    (void)state;
    const char *const row = "\"a\"b,=1+1,\"@x,-5, +A1,'=x\n";
    char lines[2000];
    struct text path;
    snprintf(lines, sizeof lines, "id,income,head\n'=h,=1+1,\"'@a,b\"\nh2,-5,''=c\n%s", row);
    for (size_t i = 0; i < 3; i++) {
        struct stage stage;
        struct file file;
        begin(&stage);
        write_file(&stage, "home.csv", lines);
        import(&stage);
        assert_int_equal(
            rejected_write_copies(&stage.import, &stage.arena, stage.folder, LANGUAGE_EN, MONTH_FIRST, &path), FILE_OK);
        assert_int_equal(file_open(&file, path.bytes), FILE_OK);
        const char *copy = text_copy(&stage.arena, file.bytes).bytes;
        assert_non_null(strstr(copy, ",'=h,'=1+1,\"'@a,b\"\n"));
        assert_non_null(strstr(copy, ",h2,-5,''=c\n"));
        assert_non_null(strstr(copy, ",\"a\"b,'=1+1,\"'@x,-5, '+A1,'=x\n"));
        snprintf(lines, sizeof lines, "%s", copy);
        file_close(&file);
        finish(&stage);
    }
}

static void copies_tell_that_memory_ran_out(void **state) {
    enum { SHIFT = 16000, FAILURES_MAX = 1000 }; /* few, for each writes to disk */
    (void)state;
    struct stage stage;
    begin_with_bad_rows(&stage);
    for (size_t taken = 0; taken < BLOCK; taken += SHIFT) {
        bool failed = true;
        for (long successes = 0; failed; successes++) {
            struct arena arena;
            struct text path;
            begin_failing(&arena, taken, successes);
            enum file_result result = rejected_write(&stage.import, &arena, stage.folder, LANGUAGE_ZH, &path);
            bool full = arena_failed(&arena);
            failed = end_failing(&arena);
            assert_int_equal(result == FILE_OK, !failed);
            assert_true(path.length > 0 || full);
            assert_true(successes < FAILURES_MAX);
        }
    }
    struct text path;
    assert_int_equal(rejected_write(&stage.import, &stage.arena, stage.folder, LANGUAGE_EN, &path), FILE_OK);
    assert_copies(&stage);
    finish_with_copies(&stage);
}

/* A dataset goes by parent and date; to go back in the file for each would take time with the square of its length. */
static void tells_refusals_by_line(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    write_file(&stage, "person.csv", "id,home\np2,h1\np1,h1\n");
    write_file(&stage, "bill.csv",
               "person,number,paid,cost\np2,B,2018-07-02,1\np2,B,2018-07-02,1\np2,A,2018-07-01,3\n"
               "p2,A,2018-07-01,3\np1,A,2018-07-03,5\np1,A,2018-07-03,5\n");
    import(&stage);
    report(&stage);
    assert_told(&stage, "import-event-twice 3:6, import-event-twice 5:6, import-event-twice 7:6");
    assert_int_equal(stage.import.refused.items[0].line, 3);
    assert_int_equal(stage.import.refused.items[2].line, 7);
    finish(&stage);
}

/* A carriage return alone at the beginning of a row is part of it, wherever the row is refused. */
static void copies_rows_with_their_problems(void **state) {
    (void)state;
    struct stage stage;
    struct text path;
    struct file file;
    begin(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    write_file(&stage, "person.csv", "id,home\np1,h1\n\r\n\rp2,h9\n\rp3,h1,\np4,h8\n");
    import(&stage);
    report(&stage);
    assert_told(&stage, "import-steers 4:1, import-cells 5:1, import-parent-unknown 6:4");
    assert_int_equal(rejected_write(&stage.import, &stage.arena, stage.folder, LANGUAGE_EN, &path), FILE_OK);
    struct text copies = path_join(&stage.arena, text_from(stage.folder), TEXT("rejected"));
    struct text copy = path_join(&stage.arena, copies, TEXT("person.csv"));
    assert_int_equal(file_open(&file, copy.bytes), FILE_OK);
    const char *line = file.bytes.bytes;
    static const char *const lines[] = {"\xef\xbb\xbf#problem,id,home\n", ",p1,h1\n", "h9", "3 cells", "h8"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *end = memchr(line, '\n', file.bytes.length - (size_t)(line - file.bytes.bytes));
        assert_non_null(end);
        struct text whole = {line, (size_t)(end - line) + 1};
        if (i < 2) assert_text(whole, lines[i]);
        if (i >= 2) assert_true(!text_starts(whole, ",") && memmem(line, whole.length, lines[i], strlen(lines[i])));
        line = end + 1;
    }
    file_close(&file);
    file_remove(copy.bytes);
    folder_remove(copies.bytes);
    finish(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_say_what_is_wrong),        cmocka_unit_test(copies_of_copies),
        cmocka_unit_test(copies_say_since_when),           cmocka_unit_test(copies_hold_no_formula),
        cmocka_unit_test(copies_tell_that_memory_ran_out), cmocka_unit_test(tells_refusals_by_line),
        cmocka_unit_test(copies_rows_with_their_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
