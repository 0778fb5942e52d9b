/* Rows of an entity in files, and forms for them: what is written is read again by those who import it. */
#define _GNU_SOURCE /* mkdtemp */
#include "../engine/stage.h"
#include "failing.h"

#include "exchange/book.h"
#include "exchange/form.h"
#include "exchange/xlsx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char law[] =
    "policy law\n  currency yuan of 100 fen\n"
    "entity county \"县\" \"county\"\nentity village in county \"村\" \"village\"\n"
    "entity family in village \"家庭\" \"family\"\n"
    "event bill in family dated paid, number at most 9 a year \"单子\" \"bill\"\n"
    "enum kind \"类别\" \"Kind\" : good \"好\" \"Good\", poor \"good\" \"Poor\", odd \"怪,\" \"Odd\"\n"
    "input village called : text \"名称\" \"Called\"\n"
    "input family from_day : date in 1850-01-01 .. 2100-01-01 \"自\" \"Since\"\n"
    "input family name : text \"姓名\" \"Name\"\n"
    "input family card : text check luhn \"卡号\" \"Card\"\n"
    "input family income : money/year in -100 .. 10_000_000 yuan/year \"收入\" \"Income\"\n"
    "input family great : money in 0 .. 10_000_000_000_000_000 yuan \"巨款\" \"Fortune\"\n"
    "input family k : kind \"类别\" \"Kind\"\n"
    "input family b : bool empty means no \"在保\" \"Enrolled\"\n"
    "input family kin : family empty means none \"亲属\" \"Kin\"\n"
    "input family size : count in 0 .. 9 \"人数\" \"income\"\n" /* called as another's name */
    "input bill paid : date \"日期\" \"Paid\"\ninput bill number : text \"单号\" \"Number\"\n"
    "input bill sum : money in 0 .. 100 yuan \"金额\" \"Sum\"\n";

/* --- the stage ---------------------------------------------------------------------------------------------------- */

struct scene {
    struct stage stage;
    struct arena arena;
    char folder[64], path[96];
};

static const struct entity *entity_named(const struct scene *scene, const char *name) {
    return map_get(&scene->stage.policy->entity_by_name, text_from(name));
}

static size_t row(struct scene *scene, const char *entity, const char *id, const char *parent, const char *inputs,
                  const char *from, const char *until, unsigned place) {
    struct record_table *table = &scene->stage.records.tables[entity_named(scene, entity)->index];
    stage_row_in(&scene->stage, entity, id, parent, inputs, from, until);
    table->rows[table->count - 1].place = place;
    return table->count - 1;
}

static void put_text(struct scene *scene, const char *input, size_t at, const char *text) {
    const struct field *field = policy_field(scene->stage.policy, TEXT("family"), text_from(input));
    records_put_text(&scene->stage.records, field, at, text_from(text));
}

static void open_scene(struct scene *scene) {
    memset(scene, 0, sizeof *scene);
    arena_init(&scene->arena);
    stage_open(&scene->stage, law, NULL, NULL);
    snprintf(scene->folder, sizeof scene->folder, "%s/doudi-table-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(scene->folder));
}

static void close_scene(struct scene *scene) {
    if (scene->path[0]) file_remove(scene->path);
    folder_remove(scene->folder);
    assert_false(folder_exists(scene->folder)); /* no draft either */
    arena_free(&scene->arena);
    stage_close(&scene->stage);
}

static void fill(struct scene *scene) {
    row(scene, "county", "c1", "", "", NULL, NULL, 1);
    row(scene, "village", "v2", "c1", "called=青山", NULL, NULL, 2);
    row(scene, "village", "v1", "c1", "", NULL, NULL, 1);
    size_t at =
        row(scene, "family", "007", "v2", "from_day=1899-12-31 income=-0.05 k=good b=no kin=none", NULL, NULL, 1);
    put_text(scene, "name", at, "=1+1");
    put_text(scene, "card", at, "4000000000000000002");
    at = row(scene, "family", "006", "v1", "from_day=never k=odd kin=007 income=1234567.50 great=9007199254740993.01",
             "2018-01", "2018-06", 2);
    put_text(scene, "name", at, "'=1+1");
    at =
        row(scene, "family", "006", "v2", "from_day=1900-03-01 k=poor b=yes kin=007 income=0", "2018-07", "2018-12", 2);
    put_text(scene, "name", at, "_x0041_\x01\xf0\xa0\x80\x80\xef\xbf\xbf");
    row(scene, "family", "006", "v2", "", "2019-01", NULL, 2);
    row(scene, "bill", "", "007", "paid=2018-07-02 sum=1.10 number=B,2", NULL, NULL, 2);
    row(scene, "bill", "", "007", "paid=2018-07-02 sum=0 number=-B1", NULL, NULL, 1);
}

static struct table_sheet pick(struct scene *scene, const char *entity, enum language language, const char *month,
                               const char *area) {
    stage_decide(&scene->stage, month);
    struct table_sheet sheet = {.arena = &scene->arena, .entity = entity_named(scene, entity), .language = language};
    struct table_area within = {NULL, 0};
    if (area) within = table_area_find(scene->stage.dataset, sheet.entity, text_from(area));
    assert_true(!area || within.entity);
    assert_true(table_sheet_pick(&sheet, scene->stage.dataset, &scene->stage.records, within));
    return sheet;
}

static void place(struct scene *scene, const char *name) {
    if (scene->path[0]) file_remove(scene->path);
    snprintf(scene->path, sizeof scene->path, "%s/%s", scene->folder, name);
}

static void assert_file(struct scene *scene, const char *expected) {
    struct file file;
    assert_int_equal(file_open(&file, scene->path), FILE_OK);
    assert_string_equal(text_copy(&scene->arena, file.bytes).bytes, expected);
    file_close(&file);
}

static void assert_csv(struct scene *scene, const struct table_sheet *sheet, const char *expected) {
    place(scene, "a.csv");
    assert_int_equal(table_sheet_write_csv(sheet, scene->path, ENCODING_UTF8), FILE_OK);
    assert_file(scene, expected);
}

/* A sheet of the workbook, the first when the name is empty. */
static void assert_workbook(struct scene *scene, const char *name, const char *expected) {
    struct file file;
    struct builder csv;
    struct xlsx_trouble trouble;
    assert_int_equal(file_open(&file, scene->path), FILE_OK);
    assert_int_equal(xlsx_to_csv(&scene->arena, file.bytes, text_from(name), &csv, &trouble), XLSX_OK);
    assert_string_equal(csv.bytes, expected);
    builder_free(&csv);
    file_close(&file);
}

static void write_book(struct scene *scene, const struct table_sheet *sheet) {
    struct table_told told = {.change = 7};
    assert_true(month_parse(TEXT("2018-07"), &told.month));
    place(scene, "a.xlsx");
    assert_int_equal(table_sheet_write_book(sheet, scene->path, &told), FILE_OK);
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static const char family_head[] = "编号,村,自,姓名,卡号,收入,巨款,类别,在保,亲属,人数";

/* An input that is called as the month from which a row holds; a choice that is called as another's name; versions. */
static void rows_are_as_an_import_reads_them(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    fill(&scene);
    struct table_sheet sheet = pick(&scene, "family", LANGUAGE_ZH, "2018-07", NULL);
    assert_csv(&scene, &sheet,
               "编号,村,自,姓名,卡号,收入,巨款,类别,在保,亲属,人数,from,至\n"
               "006,v2,1900-03-01,_x0041_\x01\xf0\xa0\x80\x80\xef\xbf\xbf,,0,,poor,是,007,,2018-07,\n"
               "007,v2,1899-12-31,'=1+1,4000000000000000002,-0.05,,好,否,none,,,\n");
    sheet = pick(&scene, "family", LANGUAGE_EN, "2018-06", "v1");
    assert_csv(&scene, &sheet,
               "id,village,Since,Name,Card,Income,Fortune,Kind,Enrolled,Kin,人数,from,until\n"
               "006,v1,never,''=1+1,,1234567.5,9007199254740993.01,Odd,,007,,2018-01,\n");
    sheet = pick(&scene, "bill", LANGUAGE_EN, "2018-07", NULL);
    assert_csv(&scene, &sheet, "family,Paid,Number,Sum\n007,2018-07-02,'-B1,0\n007,2018-07-02,\"B,2\",1.1\n");
    close_scene(&scene);
}

/* A row that ends for good says so. */
static void what_ends_says_so(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    row(&scene, "county", "c1", "", "", NULL, "2018-09", 1);
    row(&scene, "county", "c2", "", "", NULL, "2018-07", 2);
    row(&scene, "county", "c2", "", "", "2018-09", NULL, 2); /* it stands again later */
    scene.stage.records.tables[0].rows[0].unconfirmed = true;
    struct table_sheet sheet = pick(&scene, "county", LANGUAGE_EN, "2018-07", NULL);
    assert_csv(&scene, &sheet, "id,from,until,confidence\nc1,,2018-09,low\nc2,,2018-07,high\n");
    sheet = pick(&scene, "county", LANGUAGE_ZH, "2018-10", NULL);
    assert_csv(&scene, &sheet, "编号,自,至\nc2,2018-09,\n");
    close_scene(&scene);
}

static void workbooks_hold_the_same(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    fill(&scene);
    struct table_sheet sheet = pick(&scene, "family", LANGUAGE_ZH, "2018-07", NULL);
    write_book(&scene, &sheet);
    assert_workbook(&scene, "",
                    "编号,村,自,姓名,卡号,收入,巨款,类别,在保,亲属,人数,from,至\n"
                    "006,v2,1900-03-01,_x0041_\x01\xf0\xa0\x80\x80\xef\xbf\xbf,,0,,poor,是,007,,2018-07,\n"
                    "007,v2,1899-12-31,=1+1,4000000000000000002,-0.05,,好,否,none,,,\n");
    assert_workbook(&scene, "汇总",
                    "家庭\n月份,2018-07\n截至登记簿,第 7 次变动\n行数,2\n\n村,行数\nv2 青山,2\n\n"
                    "类别,行数\n好,1\npoor,1\n\"怪,\",0\n未知,0\n\n在保,行数\n否,1\n是,1\n未知,0\n");
    sheet = pick(&scene, "family", LANGUAGE_EN, "2018-06", "c1");
    write_book(&scene, &sheet);
    assert_workbook(&scene, "family",
                    "id,village,Since,Name,Card,Income,Fortune,Kind,Enrolled,Kin,人数,from,until\n"
                    "006,v1,never,''=1+1,,1234567.5,9007199254740993.01,Odd,,007,,2018-01,\n"
                    "007,v2,1899-12-31,=1+1,4000000000000000002,-0.05,,Good,no,none,,,\n");
    assert_workbook(&scene, "Summary",
                    "family\nMonth,2018-07\nAs known at,change 7\nArea,c1\nRows,2\n\nvillage,Rows\nv1,1\nv2 青山,1\n\n"
                    "Kind,Rows\nGood,1\nPoor,0\nOdd,1\nunknown,0\n\nEnrolled,Rows\nno,1\nyes,0\nunknown,1\n");
    close_scene(&scene);
}

/* --- GB18030 ------------------------------------------------------------------------------------------------------ */

static void other_encodings(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    row(&scene, "county", "c1", "", "", NULL, NULL, 1);
    size_t at = row(&scene, "village", "v1", "c1", "", NULL, NULL, 1);
    const struct field *called = policy_field(scene.stage.policy, TEXT("village"), TEXT("called"));
    records_put_text(&scene.stage.records, called, at, TEXT("𠀀甲"));
    struct table_sheet sheet = pick(&scene, "village", LANGUAGE_ZH, "2018-07", NULL);
    place(&scene, "a.csv");
    assert_int_equal(table_sheet_write_csv(&sheet, scene.path, ENCODING_GB18030), FILE_OK);
    assert_file(&scene, "\xb1\xe0\xba\xc5,\xcf\xd8,\xc3\xfb\xb3\xc6\nv1,c1,\x95\x32\x82\x36\xbc\xd7\n");
    /* Two bytes that are a character of UTF-8 as well, and nothing else that tells. */
    records_put_text(&scene.stage.records, called, at, TEXT("猫"));
    struct builder as_utf8;
    size_t wrong_at;
    assert_int_equal(gb18030_to_utf8(TEXT("\xc2\xb7"), &as_utf8, &wrong_at), GB18030_OK);
    records_put_text(&scene.stage.records, called, at, builder_text(&as_utf8));
    sheet = pick(&scene, "village", LANGUAGE_EN, "2018-07", NULL);
    place(&scene, "b.csv");
    assert_int_equal(table_sheet_write_csv(&sheet, scene.path, ENCODING_GB18030), FILE_UNENCODED);
    struct file file;
    assert_int_equal(file_open(&file, scene.path), FILE_MISSING);
    builder_free(&as_utf8);
    close_scene(&scene);
}

/* --- forms -------------------------------------------------------------------------------------------------------- */

static void forms_say_how_to_fill_them_in(void **state) {
    (void)state;
    struct scene scene;
    open_scene(&scene);
    struct table_sheet sheet = {.arena = &scene.arena, .entity = entity_named(&scene, "family")};
    assert_true(table_sheet_form(&sheet));
    assert_csv(&scene, &sheet, text_format(&scene.arena, "%s,from,至\n", family_head).bytes);
    place(&scene, "form.xlsx");
    assert_int_equal(form_write_book(&sheet, scene.stage.policy, scene.path), FILE_OK);
    assert_workbook(&scene, "", text_format(&scene.arena, "%s,from,至\n", family_head).bytes);
    assert_workbook(&scene, "选项", "类别,在保\n好,否\npoor,是\n\"怪,\",\n");
    struct file file;
    struct builder csv;
    struct xlsx_trouble trouble;
    assert_int_equal(file_open(&file, scene.path), FILE_OK);
    assert_int_equal(xlsx_to_csv(&scene.arena, file.bytes, TEXT("说明"), &csv, &trouble), XLSX_OK);
    static const char *const lines[] = {
        "\n编号,必填,,\"这一行的编号,不与别的行相同\",,,不能空着\n",
        "\n收入,,,数,yuan/年,\"-100 .. 10000000,精确到 0.01\",未知\n",
        "\n类别,,,从列表里选,,\"好、poor、怪,\",未知\n",
        "\n卡号,,,文字,,,未知,银行卡号的校验码(Luhn)\n",
        "\n在保,,,是或否,,否、是,否\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(csv.bytes, lines[i])) fail_msg("%s\nis not in\n%s", lines[i], csv.bytes);
    builder_free(&csv);
    file_close(&file);
    close_scene(&scene);
}

/* --- workbooks ---------------------------------------------------------------------------------------------------- */

/* Whatever they are called, no two sheets are called the same, nor as no sheet may be. */
static void names_of_sheets(void **state) {
    (void)state;
    struct scene scene;
    struct file_writer writer;
    struct book book;
    open_scene(&scene);
    place(&scene, "names.xlsx");
    assert_int_equal(file_begin(&writer, &scene.arena, scene.path), FILE_OK);
    assert_true(book_begin(&book, &scene.arena, &writer, 0));
    static const char *const names[][2] = {{"a[b]:c", "a b  c"},
                                           {"A[B]:C", "A B  C 2"},
                                           {"''", "-"},
                                           {"", "- 2"},
                                           {"1234567890123456789012345678901", "1234567890123456789012345678901"},
                                           {"12345678901234567890123456789012", "123456789012345678901234567890…"},
                                           {"123456789012345678901234567890129", "12345678901234567890123456… 2"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(book_sheet_name(book_add_sheet(&book, text_from(names[i][0]))).bytes, names[i][1]);
    assert_int_equal(book_end(&book), FILE_OK);
    assert_int_equal(file_commit(&writer), FILE_OK);
    close_scene(&scene);
}

static void texts_come_back(void **state) {
    (void)state;
    static const char *const texts[] = {"_x005F_x0041_", "_x000D",    "_xABCD\x01", "__x0041__", "a\rb\r\nc\td",
                                        "_x0000_",       "_xd800_\n", "\x1f\x7f",   "_x004_",    "_x00411\x02"};
    struct scene scene;
    struct file_writer writer;
    struct book book;
    struct builder expected;
    open_scene(&scene);
    place(&scene, "texts.xlsx");
    builder_init(&expected);
    assert_int_equal(file_begin(&writer, &scene.arena, scene.path), FILE_OK);
    assert_true(book_begin(&book, &scene.arena, &writer, 0));
    struct lxw_worksheet *sheet = book_add_sheet(&book, TEXT("a"));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        book_write_text(&book, sheet, i, 0, text_from(texts[i]), BOOK_TEXT);
        builder_format(&expected, strpbrk(texts[i], "\r\n") ? "\"%s\"\n" : "%s\n", texts[i]);
    }
    assert_int_equal(book_end(&book), FILE_OK);
    assert_int_equal(file_commit(&writer), FILE_OK);
    assert_workbook(&scene, "", builder_text(&expected).bytes);
    assert_string_equal(book_cut(&scene.arena, TEXT("a𠀀b"), 4).bytes, "a𠀀b");
    assert_string_equal(text_copy(&scene.arena, book_cut(&scene.arena, TEXT("a𠀀b"), 3)).bytes, "a…");
    builder_free(&expected);
    close_scene(&scene);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

enum { AS_CSV, AS_GB18030, AS_BOOK, AS_FORM, KINDS };

static enum file_result try_to_write(struct scene *scene, struct arena *arena, int kind) {
    struct table_told told = {.month = scene->stage.dataset->month, .change = 1};
    struct table_sheet sheet = {.arena = arena, .entity = entity_named(scene, "family")};
    bool made = kind == AS_FORM ? table_sheet_form(&sheet)
                                : table_sheet_pick(&sheet, scene->stage.dataset, &scene->stage.records,
                                                   (struct table_area){NULL, 0});
    if (!made) return FILE_NO_MEMORY;
    if (kind == AS_FORM) return form_write_book(&sheet, scene->stage.policy, scene->path);
    if (kind == AS_BOOK) return table_sheet_write_book(&sheet, scene->path, &told);
    return table_sheet_write_csv(&sheet, scene->path, kind == AS_CSV ? ENCODING_UTF8 : ENCODING_GB18030);
}

/* A form also takes from the policy's memory: each time of another policy. */
static bool fails(int kind, size_t taken, long successes) {
    struct scene scene;
    struct arena arena;
    open_scene(&scene);
    fill(&scene);
    stage_decide(&scene.stage, "2018-07");
    place(&scene, "a.csv");
    begin_failing(&arena, taken, successes);
    enum file_result result = try_to_write(&scene, &arena, kind);
    bool failed = end_failing(&arena);
    assert_int_equal(result != FILE_OK, failed);
    assert_true(!failed || result == FILE_NO_MEMORY || result == FILE_UNWRITABLE); /* the folder's own name */
    struct file file; /* whole, where only the folder's name could not be told */
    assert_true(file_open(&file, scene.path) == (result == FILE_NO_MEMORY ? FILE_MISSING : FILE_OK));
    assert_true(result == FILE_NO_MEMORY || file.bytes.length > 100);
    file_close(&file);
    close_scene(&scene);
    return failed;
}

static void memory_runs_out(void **state) {
    (void)state;
    enum { PIECES = 4, MOST = 400 };
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t piece = 0; piece < PIECES; piece++) {
            long successes = 0;
            while (fails(kind, piece * (BLOCK - 64) / PIECES, successes)) successes++;
            assert_in_range(successes, 1, MOST);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_as_an_import_reads_them),
        cmocka_unit_test(what_ends_says_so),
        cmocka_unit_test(workbooks_hold_the_same),
        cmocka_unit_test(other_encodings),
        cmocka_unit_test(forms_say_how_to_fill_them_in),
        cmocka_unit_test(names_of_sheets),
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
