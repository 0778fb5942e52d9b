#define _GNU_SOURCE /* mkdtemp */
#include "failing.h"

#include "base/csv.h"
#include "exchange/rejected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char policy_text[] = "# Trial\n\n```doudi\n"
                                  "policy trial \"试行\" \"Trial\"\n"
                                  "  currency yuan of 100 fen\n\n"
                                  "entity home \"家庭\" \"Home\"\n"
                                  "entity person in home at most 2 \"人员\" \"Person\"\n"
                                  "event bill in person dated paid, number \"账单\" \"Bill\"\n"
                                  "entity car in person at most 2 matched by citizen_id \"车辆\" \"Car\"\n\n"
                                  "enum sex : male \"男\" \"Male\", female \"女\" \"Female\"\n\n"
                                  "input home head : text \"户主\" \"Head\"\n"
                                  "input home income : money/year in 0 .. 100_000 yuan/year \"年收入\" \"Income\"\n"
                                  "input home enrolled : bool \"在保\" \"Enrolled\"\n"
                                  "input person citizen_id : text check gb11643 \"身份证号\" \"Citizen id\"\n"
                                  "input person sex : sex \"性别\" \"Sex\"\n"
                                  "input person born : date \"出生日期\" \"Born\"\n"
                                  "input person lodges : home \"借住\" \"Lodges with\"\n"
                                  "input bill paid : date \"付款日期\" \"Paid\"\n"
                                  "input bill number : text \"单号\" \"Number\"\n"
                                  "input bill cost : money in 0 .. 10_000 yuan \"金额\" \"Cost\"\n\n"
                                  "rule home relief : money/month in 0 .. 900 yuan/month \"救助金\" \"Relief\"\n"
                                  "  = 0 yuan/month\n"
                                  "```\n";

/* --- the stage -------------------------------------------------------------------------------------------------- */

struct stage {
    struct arena arena;
    struct policy *policy;
    struct diagnostics diagnostics;
    struct import import;
    enum import_result result;
    char folder[64];
};

static struct policy *make_policy(void) {
    struct policy *policy = policy_new();
    assert_non_null(policy);
    policy_begin_layer(policy, TEXT("trial"));
    policy_add_file(policy, TEXT("trial.md"), text_from(policy_text));
    if (!policy_compile(policy)) {
        struct builder out;
        builder_init(&out);
        for (size_t i = 0; i < policy->diagnostics.list.count; i++)
            diagnostic_print(&out, &policy->arena, &policy->diagnostics.list.items[i], LANGUAGE_EN);
        fail_msg("%s", builder_text(&out).bytes);
    }
    return policy;
}

static void begin(struct stage *stage) {
    arena_init(&stage->arena);
    stage->policy = make_policy();
    diagnostics_init(&stage->diagnostics, &stage->arena);
    stage->import =
        (struct import){.arena = &stage->arena, .policy = stage->policy, .diagnostics = &stage->diagnostics};
    snprintf(stage->folder, sizeof stage->folder, "%s/doudi-import-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(stage->folder));
}

static void write_bytes(struct stage *stage, const char *name, struct text bytes) {
    FILE *file = fopen(path_join(&stage->arena, text_from(stage->folder), text_from(name)).bytes, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.bytes, 1, bytes.length, file), bytes.length);
    assert_int_equal(fclose(file), 0);
}

static void write_file(struct stage *stage, const char *name, const char *text) {
    write_bytes(stage, name, text_from(text));
}

static void import(struct stage *stage) {
    stage->result = import_folder(&stage->import, stage->folder, NULL);
}

/* With a file of people, though without a row, so that their absence is not told. */
static void begin_with_people(struct stage *stage) {
    begin(stage);
    write_file(stage, "person.csv", "id,home\n");
}

static void finish(struct stage *stage) {
    struct file_names names = {0};
    import_close(&stage->import);
    folder_list(&stage->arena, stage->folder, &names);
    for (size_t i = 0; i < names.list.count; i++)
        unlink(path_join(&stage->arena, text_from(stage->folder), names.list.items[i]).bytes);
    rmdir(stage->folder);
    policy_free(stage->policy);
    arena_free(&stage->arena);
}

/* Every diagnostic in the order in which they were told: "code line:column", parted by commas. */
static void assert_told(struct stage *stage, const char *expected) {
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < stage->diagnostics.list.count; i++) {
        const struct diagnostic *diagnostic = &stage->diagnostics.list.items[i];
        builder_format(&out, "%s%s %u:%u", i > 0 ? ", " : "", diagnostic->message->code, diagnostic->at.line,
                       diagnostic->at.column);
    }
    assert_string_equal(out.length ? builder_text(&out).bytes : "", expected);
    builder_free(&out);
}

static const struct record_table *table_of(struct stage *stage, const char *entity) {
    const struct entity *found = map_get(&stage->policy->entity_by_name, text_from(entity));
    assert_non_null(found);
    return &stage->import.records.tables[found->index];
}

static const struct column *column_of(struct stage *stage, const char *entity, const char *field) {
    return &table_of(stage, entity)
                ->columns[policy_field(stage->policy, text_from(entity), text_from(field))->input_index];
}

static void assert_text(struct text text, const char *expected) {
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

/* What home.csv with these bytes leads to. */
static void assert_home(struct text bytes, enum import_result result, const char *expected) {
    struct stage stage;
    begin_with_people(&stage);
    write_bytes(&stage, "home.csv", bytes);
    import(&stage);
    assert_told(&stage, expected);
    assert_int_equal(stage.result, result);
    finish(&stage);
}

static void assert_home_text(const char *text, enum import_result result, const char *expected) {
    assert_home(text_from(text), result, expected);
}

/* --- what is read ----------------------------------------------------------------------------------------------- */

static void reads_rows_in_the_fields_own_units(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv",
               "\xef\xbb\xbf编号,Income,户主,#note,enrolled\r\nh1,1200.50,\"赵\"\"一\"\"\",x,是\r\n\r\nh2,,,,\r\n");
    write_file(&stage, "person.csv", "id,家庭,sex,born,lodges,from,until\np1,h1,女,2001-02-03,h2,2018-07,2018-09\n");
    write_file(&stage, "bill.csv", "person,paid,number,cost\np1,2018-07-09,A7,12\n");
    import(&stage);
    assert_told(&stage, "");
    assert_int_equal(stage.result, IMPORT_OK);
    assert_int_equal(table_of(&stage, "home")->count, 2);
    assert_int_equal(column_get(column_of(&stage, "home", "income"), 0), 120050);
    assert_int_equal(column_of(&stage, "home", "income")->known[1], 0);
    assert_int_equal(column_of(&stage, "home", "head")->known[1], 0);
    assert_text(column_of(&stage, "home", "head")->texts.each[0], "赵\"一\"");
    assert_int_equal(table_of(&stage, "home")->rows[1].place, 4);
    const struct record_row *person = &table_of(&stage, "person")->rows[0];
    assert_text(person->parent, "h1");
    assert_int_equal(person->until - person->from, 2);
    assert_int_equal(column_get(column_of(&stage, "person", "sex"), 0), 1);
    assert_text(column_of(&stage, "person", "lodges")->texts.each[0], "h2");
    assert_int_equal(table_of(&stage, "bill")->rows[0].id.length, 0);
    assert_int_equal(column_get(column_of(&stage, "bill", "cost"), 0), 1200);
    finish(&stage);
}

static void reads_areas_where_the_folder_has_none(void **state) {
    (void)state;
    struct stage areas, stage;
    begin(&areas);
    begin(&stage);
    write_file(&areas, "home.csv", "id\nh1\n");
    write_file(&areas, "person.csv", "id,home\np1,h1\n");
    write_file(&stage, "person.csv", "id,home\np2,h1\np3,h1\n");
    stage.result = import_folder(&stage.import, stage.folder, areas.folder);
    assert_int_equal(stage.result, IMPORT_OK);
    assert_int_equal(table_of(&stage, "home")->count, 1);
    assert_int_equal(table_of(&stage, "person")->count, 2);
    finish(&stage);
    finish(&areas);
}

static void reads_gb18030(void **state) {
    (void)state;
    struct stage stage;
    begin_with_people(&stage);
    /* 编号,户主 and 赵一 */
    write_file(&stage, "home.csv", "\xb1\xe0\xba\xc5,\xbb\xa7\xd6\xf7\nh1,\xd5\xd4\xd2\xbb\n");
    import(&stage);
    assert_told(&stage, "");
    assert_text(column_of(&stage, "home", "head")->texts.each[0], "赵一");
    finish(&stage);
}

/* --- headings --------------------------------------------------------------------------------------------------- */

static void refuses_files_with_wrong_headings(void **state) {
    (void)state;
    assert_home_text("id,incom\nh1,1\n", IMPORT_FILE_REFUSED, "import-heading-meant 1:4");
    assert_home_text("id,weather\nh1,1\n", IMPORT_FILE_REFUSED, "import-heading-unknown 1:4");
    assert_home_text("id,income,年收入\nh1,1,1\n", IMPORT_FILE_REFUSED, "import-heading-twice 1:11");
    assert_home_text("id,编号\nh1,1\n", IMPORT_FILE_REFUSED, "import-heading-twice 1:4");
    assert_home_text("income,\n1,\n", IMPORT_FILE_REFUSED, "import-heading-empty 1:8, import-column-missing 1:1");
    assert_home_text("", IMPORT_FILE_REFUSED, "import-empty 0:0");
    assert_home_text("id,\"income\nh1,1\n", IMPORT_FILE_REFUSED, "import-quote-open 1:4");
}

static void refuses_files_that_are_no_csv(void **state) {
    (void)state;
    assert_home_text("PK\x03\x04zip", IMPORT_FILE_REFUSED, "import-workbook 0:0");
    assert_home_text("id\nh1\n\xb1\xe0\xff\n", IMPORT_FILE_REFUSED, "import-encoding 3:3");
    assert_home_text("\xff\xfei\x01", IMPORT_FILE_REFUSED, "import-utf16 0:0");
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

static void refuses_a_row_for_any_bad_cell(void **state) {
    (void)state;
    struct stage stage;
    begin_with_people(&stage);
    write_file(&stage, "home.csv", "id,head,income,enrolled\nh1,a,3万,maybe\nh2,b,5,no\nh3,c,1.005,no\n,d,200000,no\n");
    import(&stage);
    assert_told(&stage, "import-number-meant 2:6, import-not-a-truth 2:9, import-off-step 4:6, "
                        "import-id-empty 5:1, import-out-of-range 5:4");
    assert_int_equal(stage.result, IMPORT_ROWS_REFUSED);
    assert_int_equal(table_of(&stage, "home")->count, 1);
    assert_text(table_of(&stage, "home")->rows[0].id, "h2");
    assert_int_equal(stage.import.refused.count, 3);
    assert_int_equal(stage.import.refused.items[0].line, 2);
    assert_int_equal(stage.import.refused.items[1].diagnostic, 2);
    assert_text(stage.import.refused.items[2].row, ",d,200000,no");
    assert_text(diagnostic_remedy(&stage.arena, &stage.diagnostics.list.items[0], LANGUAGE_EN), "write 30000");
    finish(&stage);
}

static void refuses_values_of_every_kind(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    write_file(&stage, "person.csv",
               "id,home,citizen_id,sex,born,from,until\n"
               "p1,h1,110105194912310021,,,,\np2,h1,11010519491231002,,,,\np3,h1,11010519491331002X,,,,\n"
               "p4,h1,1101051949123100a1,,,,\np5,h1,11010519491231002X,other,2018-02-30,,\n"
               "p6,h1,,,,July,\np7,h1,,,,2018-07,2018-06\np8,,,,,,\n");
    import(&stage);
    assert_told(&stage, "import-identifier-check 2:7, import-identifier-length 3:7, import-identifier-date 4:7, "
                        "import-identifier-character 5:7, import-not-a-value 6:26, import-not-a-date 6:32, "
                        "import-not-a-month 7:10, import-months-reversed 8:18, import-parent-empty 9:4");
    finish(&stage);
}

static void goes_on_after_broken_rows(void **state) {
    (void)state;
    const char rows[] = "id,head\nh1\nh2,a,b\nh3,a\"b\nh4,\xe8\xb5\nh5,赵钱孙李\nh6,\0\nh7,\"open\nh8,fine\n";
    assert_home((struct text){rows, sizeof rows - 1}, IMPORT_ROWS_REFUSED,
                "import-cells 2:1, import-cells 3:1, import-quote-stray 4:5, import-bad-utf8 5:4, import-nul 7:4, "
                "import-quote-open 8:4");
}

static void refuses_long_texts(void **state) {
    (void)state;
    struct stage stage;
    begin_with_people(&stage);
    char text[1000];
    snprintf(text, sizeof text, "id,head\nh1,%0400d\nh2,%0401d\n", 0, 0);
    write_file(&stage, "home.csv", text);
    import(&stage);
    assert_told(&stage, "import-text-too-long 3:4");
    assert_int_equal(table_of(&stage, "home")->count, 1);
    finish(&stage);
}

static void lists_a_thousand_and_counts_the_rest(void **state) {
    (void)state;
    struct stage stage;
    struct builder rows;
    begin_with_people(&stage);
    builder_init(&rows);
    builder_add(&rows, TEXT("id,income\n"));
    for (int i = 0; i < IMPORT_DIAGNOSTICS_A_FILE + 7; i++) builder_format(&rows, "h%d,x\n", i);
    write_bytes(&stage, "home.csv", builder_text(&rows));
    builder_free(&rows);
    import(&stage);
    assert_int_equal(stage.diagnostics.list.count, IMPORT_DIAGNOSTICS_A_FILE + 1);
    assert_text(stage.diagnostics.list.items[IMPORT_DIAGNOSTICS_A_FILE].argument[0], "7");
    assert_int_equal(stage.import.refused.count, IMPORT_DIAGNOSTICS_A_FILE + 7);
    assert_true(stage.import.refused.items[IMPORT_DIAGNOSTICS_A_FILE].diagnostic == SIZE_MAX);
    finish(&stage);
}

static void stops_where_all_is_wrong(void **state) {
    (void)state;
    struct stage stage;
    struct builder rows;
    begin(&stage);
    builder_init(&rows);
    builder_add(&rows, TEXT("id\n"));
    for (int i = 0; i < IMPORT_REFUSED_A_FILE - 1; i++) builder_add(&rows, TEXT(",\n"));
    builder_add(&rows, TEXT("h1\n,\nh2\n,\n"));
    write_bytes(&stage, "home.csv", builder_text(&rows));
    builder_free(&rows);
    import(&stage);
    assert_int_equal(stage.result, IMPORT_FILE_REFUSED);
    assert_int_equal(stage.import.refused.count, IMPORT_REFUSED_A_FILE);
    assert_int_equal(table_of(&stage, "home")->count, 1);
    const struct diagnostic *told = &stage.diagnostics.list.items[IMPORT_DIAGNOSTICS_A_FILE];
    assert_string_equal(told->message->code, "import-all-wrong");
    assert_int_equal(told->at.line, IMPORT_REFUSED_A_FILE + 2);
    finish(&stage);
}

/* --- folders ---------------------------------------------------------------------------------------------------- */

static void tells_of_folders_and_strange_files(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "homes.csv", "id\n");
    import(&stage);
    assert_told(&stage, "import-file-meant 0:0, import-no-data 0:0");
    assert_int_equal(stage.result, IMPORT_UNREADABLE);
    assert_int_equal(stage.diagnostics.errors, 1);
    finish(&stage);
    begin(&stage);
    stage.result = import_folder(&stage.import, "tests/no-such-folder", NULL);
    assert_told(&stage, "folder-unreadable 0:0");
    assert_int_equal(stage.result, IMPORT_UNREADABLE);
    finish(&stage);
}

/* --- opening values and decisions ------------------------------------------------------------------------------- */

static void reads_opening_values(void **state) {
    (void)state;
    struct stage stage;
    begin_with_people(&stage);
    write_file(&stage, "home.csv", "id\nh1\nh2\nh3\nh4\nh5\nh6\n");
    write_file(&stage, "opening.csv",
               "entity,id,rule,value\nhome,h1,relief,12.50\n家庭,h2,救助金,5\nhome,h3,relief,\nhome,,relief,1000\n"
               "house,h4,relief,1\nhome,h5,income,1\nhome,h6,relief,much\nhome,h9,relief,1\nhome,h2,relief,6\n");
    import(&stage);
    assert_told(&stage, "import-value-empty 4:16, import-id-empty 5:6, import-out-of-range 5:14, import-no-entity 6:1, "
                        "import-no-rule 7:9, import-not-a-number 8:16, import-given-nobody 9:6, "
                        "import-given-twice 10:6");
    assert_int_equal(stage.import.given.count, 2);
    const struct import_given *second = &stage.import.given.items[1];
    assert_text(second->id, "h2");
    assert_true(number_equal(second->value.as.number, number_from(5)));
    assert_text(second->field->name, "relief");
    assert_true(second->opening);
    assert_int_equal(second->month, MONTH_FIRST);
    assert_int_equal(second->place, 3);
    finish(&stage);
}

static void assert_given(const char *name, const char *text, const char *expected) {
    struct stage stage;
    begin_with_people(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    write_file(&stage, name, text);
    import(&stage);
    assert_told(&stage, expected);
    assert_int_equal(stage.result, IMPORT_FILE_REFUSED);
    assert_int_equal(stage.import.given.count, 0);
    finish(&stage);
}

static void refuses_given_values_with_wrong_headings(void **state) {
    (void)state;
    assert_given("opening.csv", "entity,id,rule,value,值\nhome,h1,relief,1,2\n", "import-heading-twice 1:22");
    assert_given("opening.csv", "entity,id,rule,value,id\nhome,h1,relief,1,h2\n", "import-heading-twice 1:22");
    assert_given("opening.csv", "entity,id,value\nhome,h1,1\n", "import-column-missing 1:1");
    assert_given("decisions.csv", "entity,id,rule,月份,month,value\nhome,h1,relief,2018-07,2018-08,1\n",
                 "import-heading-twice 1:19");
    assert_given("decisions.csv", "entity,id,rule,mont,value\nhome,h1,relief,2018-07,1\n",
                 "import-heading-unknown 1:16, import-column-missing 1:1");
}

static void refuses_ids_that_are_formulas(void **state) {
    (void)state;
    assert_home_text("id,income\n=h1,1\n+h2,1\n-h3,1\n@h4,1\nh@5,1\n", IMPORT_ROWS_REFUSED,
                     "import-id-sign 2:1, import-id-sign 3:1, import-id-sign 4:1, import-id-sign 5:1");
}

static void refuses_decisions_that_are_nobodys(void **state) {
    (void)state;
    struct stage stage;
    begin_with_people(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    write_file(&stage, "decisions.csv", "entity,id,rule,month,value\nhome,h1,relief,2018-07,1\n");
    write_file(&stage, "opening.csv", "entity,id,rule,month,value\n");
    import(&stage);
    assert_told(&stage, "import-heading-unknown 1:16, import-not-decided 2:9");
    assert_int_equal(stage.result, IMPORT_FILE_REFUSED);
    assert_int_equal(stage.import.given.count, 0);
    finish(&stage);
}

/* --- across rows ------------------------------------------------------------------------------------------------ */

static void report(struct stage *stage) {
    struct refusals refusals = {.arena = &stage->arena};
    month_number month;
    assert_true(month_parse(TEXT("2018-07"), &month));
    struct dataset *dataset = dataset_new(stage->policy, &stage->import.records, month, &refusals);
    assert_non_null(dataset);
    import_report_refusals(&stage->import, &refusals);
    dataset_free(dataset);
}

static void places_what_a_dataset_leaves_out(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv", "income,id\n1,h1\n1,h1\nx,h2\n");
    write_file(&stage, "person.csv", "id,lodges,home\np1,h1,h1\n\np2,,\"h9\"\np3,,h2\np4,h7,h1\n");
    write_file(&stage, "bill.csv",
               "person,number,paid\np1,A,2018-07-01\np1,,2018-07-01\np1,A,2018-07-01\np2,B,2018-07-01\n");
    import(&stage);
    assert_told(&stage, "import-not-a-number 4:1");
    report(&stage);
    report(&stage); /* is told once */
    assert_told(&stage, "import-not-a-number 4:1, import-id-twice 3:3, import-parent-unknown 4:6, "
                        "import-parent-refused 5:5, import-reference-unknown 6:4, import-dated-empty 3:4, "
                        "import-event-twice 4:6, import-parent-refused 5:1");
    assert_int_equal(stage.import.refused.count, 7);
    assert_text(stage.import.refused.items[2].row, "p2,,\"h9\"");
    finish(&stage);
}

/* --- files ------------------------------------------------------------------------------------------------------ */

static void reads_files_by_their_labels(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "家庭.csv", "编号,户主\nh1,甲\n");
    write_file(&stage, "Person.csv", "id,home\np1,h1\n");
    stage.result = import_folder(&stage.import, stage.folder, NULL);
    assert_told(&stage, "");
    assert_int_equal(stage.import.records.tables[0].count, 1);
    assert_int_equal(stage.import.records.tables[1].count, 1);
    finish(&stage);
}

static void misses_files(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    stage.result = import_folder(&stage.import, stage.folder, NULL);
    assert_told(&stage, "import-file-absent 0:0"); /* nobody lives there: a warning */
    assert_int_equal(stage.result, IMPORT_OK);
    finish(&stage);
    begin(&stage);
    write_file(&stage, "person.csv", "id,home\np1,h1\np2,h1\n");
    stage.result = import_folder(&stage.import, stage.folder, NULL);
    assert_told(&stage, "import-file-missing 0:0"); /* once, not for every row */
    assert_int_equal(stage.result, IMPORT_FILE_REFUSED);
    finish(&stage);
    begin(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    assert_int_equal(symlink("nowhere", path_join(&stage.arena, text_from(stage.folder), TEXT("person.csv")).bytes), 0);
    stage.result = import_folder(&stage.import, stage.folder, NULL);
    assert_told(&stage, "file-unreadable 0:0");
    assert_int_equal(stage.result, IMPORT_FILE_REFUSED);
    finish(&stage);
}

static void knows_workbooks_and_other_separators(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv", "id\nh1\n");
    write_file(&stage, "人员.xlsx", "not looked into");
    write_file(&stage, "notes.xlsx", "of no concern");
    write_file(&stage, "home.xlsx", "what the CSV was made of");
    stage.result = import_folder(&stage.import, stage.folder, NULL);
    assert_told(&stage, "import-workbook 0:0");
    assert_int_equal(stage.result, IMPORT_FILE_REFUSED);
    finish(&stage);
    begin(&stage);
    write_file(&stage, "home.csv", "id;head\nh1;甲\n");
    import(&stage);
    assert_told(&stage, "import-separator 1:1");
    finish(&stage);
    begin(&stage);
    write_file(&stage, "home.csv", "id\thead\nh1\t甲\n");
    import(&stage);
    assert_told(&stage, "import-separator 1:1");
    finish(&stage);
}

static void notes_what_nobody_has_confirmed(void **state) {
    (void)state;
    struct stage stage;
    begin_with_people(&stage);
    write_file(&stage, "home.csv", "id,confidence\nh1,high\nh2,medium\nh3,\n");
    import(&stage);
    assert_told(&stage, "");
    const struct record_row *rows = stage.import.records.tables[0].rows;
    assert_true(!rows[0].unconfirmed && rows[1].unconfirmed && rows[2].unconfirmed);
    finish(&stage);
}

static void survives_running_out_of_memory(void **state) {
    (void)state;
    bool refused = true;
    for (long successes = 0; refused; successes++) {
        struct stage stage;
        begin(&stage);
        write_file(&stage, "home.csv", "\xb1\xe0\xba\xc5,\xbb\xa7\xd6\xf7\nh1,\xd5\xd4\xd2\xbb\n");
        write_file(&stage, "person.csv", "id,home,sex\np1,h1,neither\np2,h1,\n");
        arena_free(&stage.arena); /* so that the import has to ask for its own */
        diagnostics_init(&stage.diagnostics, &stage.arena);
        memory_fail_after(successes);
        import(&stage);
        refused = memory_has_failed();
        memory_fail_after(-1);
        assert_int_equal(stage.result, refused ? IMPORT_NO_MEMORY : IMPORT_ROWS_REFUSED);
        import_close(&stage.import);
        stage.arena.failed = false;
        finish(&stage);
    }
}

/* --- rows that were left out ------------------------------------------------------------------------------------ */

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
                   with_problems(stage, "\xef\xbb\xbf#problem,id,income\n,h1,1\n{0},=h2,1\n"));
    assert_written(stage, "rejected/person.csv",
                   with_problems(stage, "\xef\xbb\xbf#problem,sex,id,home\n{1},neither,p1,h1\n,male,p2,h1\n"
                                        "{23},\"neither\",@p3,h1\n{4},male,p4\n"));
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
    assert_int_equal(rejected_write_copies(&stage.import, &stage.arena, stage.folder, LANGUAGE_EN, &path), FILE_OK);
    assert_written(&stage, "home.csv",
                   with_problems(&stage, "\xef\xbb\xbf"
                                         "error,id,other,income\n{0},h1,another,x\n{1},h2,maybe,1\n,h3,,1\n"));
    assert_written(&stage, "person.csv",
                   with_problems(&stage, "\xef\xbb\xbf"
                                         "error,other,id,home,\"sex\"\n{2},另一个,p1,h3,neither\n"
                                         ",another,p2,h3,male\n{3},,p3,h3,male,1\n"));
    finish(&stage);
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
    assert_told(&stage, "import-cells 5:1, import-parent-unknown 4:5, import-parent-unknown 6:4");
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
        cmocka_unit_test(reads_rows_in_the_fields_own_units),
        cmocka_unit_test(reads_areas_where_the_folder_has_none),
        cmocka_unit_test(reads_gb18030),
        cmocka_unit_test(refuses_files_with_wrong_headings),
        cmocka_unit_test(refuses_files_that_are_no_csv),
        cmocka_unit_test(refuses_a_row_for_any_bad_cell),
        cmocka_unit_test(refuses_values_of_every_kind),
        cmocka_unit_test(goes_on_after_broken_rows),
        cmocka_unit_test(refuses_long_texts),
        cmocka_unit_test(lists_a_thousand_and_counts_the_rest),
        cmocka_unit_test(stops_where_all_is_wrong),
        cmocka_unit_test(tells_of_folders_and_strange_files),
        cmocka_unit_test(reads_opening_values),
        cmocka_unit_test(refuses_decisions_that_are_nobodys),
        cmocka_unit_test(refuses_given_values_with_wrong_headings),
        cmocka_unit_test(refuses_ids_that_are_formulas),
        cmocka_unit_test(survives_running_out_of_memory),
        cmocka_unit_test(places_what_a_dataset_leaves_out),
        cmocka_unit_test(reads_files_by_their_labels),
        cmocka_unit_test(misses_files),
        cmocka_unit_test(knows_workbooks_and_other_separators),
        cmocka_unit_test(notes_what_nobody_has_confirmed),
        cmocka_unit_test(copies_say_what_is_wrong),
        cmocka_unit_test(copies_of_copies),
        cmocka_unit_test(copies_tell_that_memory_ran_out),
        cmocka_unit_test(tells_refusals_by_line),
        cmocka_unit_test(copies_rows_with_their_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
