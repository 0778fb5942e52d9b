#define _GNU_SOURCE /* mkdtemp */
#include "import_stage.h"

#include "exchange/cut_number.h"

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

static void refuses_texts_that_a_spreadsheet_has_cut(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv",
               "id,income\nh1," CUT_NUMBER "B2" CUT_NUMBER "12\n" CUT_NUMBER "A3" CUT_NUMBER "12,1\n");
    write_file(&stage, "person.csv",
               "id,home,citizen_id\np1,h1," CUT_NUMBER "C2" CUT_NUMBER "11010519491231002X\np2," CUT_NUMBER
               "B3" CUT_NUMBER "12,\np3,h1," CUT_NUMBER "\n");
    import(&stage);
    assert_told(&stage, "import-number-cut 3:1, import-number-cut 2:7, import-number-cut 3:4, "
                        "import-identifier-length 4:7");
    assert_int_equal(table_of(&stage, "home")->count, 1);
    struct text told = diagnostic_text(&stage.arena, &stage.diagnostics.list.items[1], LANGUAGE_EN);
    assert_string_equal(text_copy(&stage.arena, told).bytes,
                        "“citizen_id”: the spreadsheet has cut the number in cell C2");
    finish(&stage);
}

/* Whoever reads them sees another text than the one that is there. */
static void refuses_characters_that_nobody_sees(void **state) {
    (void)state;
    static const unsigned char hidden[][4] = {{1},
                                              {0x1b},
                                              {0x7f},
                                              {0xc2, 0x85},
                                              {0xd8, 0x9c},
                                              {0xe2, 0x80, 0x8f},
                                              {0xe2, 0x80, 0xa8},
                                              {0xe2, 0x80, 0xae},
                                              {0xe2, 0x81, 0xa6}};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char text[100];
        snprintf(text, sizeof text, "id,head\nh1,甲%s乙\n", (const char *)hidden[i]);
        assert_home_text(text, IMPORT_ROWS_REFUSED, "import-steers 2:4");
        snprintf(text, sizeof text, "id,head\nh%s1,\n", (const char *)hidden[i]);
        assert_home_text(text, IMPORT_ROWS_REFUSED, "import-steers 2:1");
    }
    assert_home_text("id,head\nh1,\"木·阿\n普\"\nh2,a\tb\nh3,“甲”…\nh4,é\xc2\xa0\n", IMPORT_OK, "");
}

static void reads_what_spreadsheets_make_of_months_and_truths(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    write_file(&stage, "home.csv", "id,enrolled\nh1,TRUE\nh2,fAlse\nh3,Yes\nh4,NO\nh5,truth\nh6,tru\n");
    write_file(&stage, "person.csv",
               "id,home,from,until\np1,h1,2018-07-01,201809\np2,h1,2018/7,2018年9月\n"
               "p3,h1,2018-07-02,\n");
    import(&stage);
    assert_told(&stage, "import-not-a-truth 6:4, import-not-a-truth 7:4, import-not-a-month 4:7");
    for (size_t i = 0; i < 4; i++) assert_int_equal(column_get(&table_of(&stage, "home")->columns[2], i), (i + 1) % 2);
    const struct record_table *people = table_of(&stage, "person");
    for (size_t i = 0; i < 2; i++)
        assert_true(people->rows[i].from == 2018 * 12 + 6 && people->rows[i].until == 2018 * 12 + 8);
    finish(&stage);
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

static void refuses_a_second_file_of_a_kind(void **state) {
    (void)state;
    static const struct {
        const char *second;
        bool adds;
        const char *told;
    } each[] = {{"家庭.csv", false, "import-file-twice 0:0"},
                {"家庭.csv", true, "import-file-twice 0:0"},
                {"Home.csv", false, "import-file-twice 0:0"},
                {"家庭.xlsx", true, "import-file-twice 0:0"},
                {"home.xlsx", true, "import-file-twice 0:0"},
                {"home.xlsx", false, ""},
                {"notes.xlsx", true, ""},
                {"人员.xlsx", true, "import-workbook-alone 0:0"},
                {"人员.xls", true, "import-workbook 0:0"}};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        struct stage stage;
        begin(&stage);
        stage.import.adds = each[i].adds;
        if (!strstr(each[i].second, "人员")) write_file(&stage, "person.csv", "id,home\n");
        write_file(&stage, "home.csv", "id\nh1\n");
        write_file(&stage, each[i].second, "id\nh2\n");
        import(&stage);
        assert_told(&stage, each[i].told);
        assert_int_equal(stage.result, *each[i].told ? IMPORT_FILE_REFUSED : IMPORT_OK);
        finish(&stage);
    }
}

/* Some bytes are characters in both: then it is UTF-8 unless somebody knows better. */
static void reads_the_encoding_that_is_said(void **state) {
    (void)state;
    static const enum encoding encodings[] = {ENCODING_UTF8, ENCODING_GB18030};
    static const struct {
        const enum encoding *said;
        const char *told, *head;
    } each[] = {{NULL, "", "é"}, {&encodings[0], "", "é"}, {&encodings[1], "", "茅"}};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        struct stage stage;
        begin_with_people(&stage);
        stage.import.encoding = each[i].said;
        write_file(&stage, "home.csv", "id,head\nh1,\xc3\xa9\n");
        import(&stage);
        assert_told(&stage, each[i].told);
        assert_text(column_text(&table_of(&stage, "home")->columns[0], 0), each[i].head);
        finish(&stage);
    }
    struct stage stage;
    begin_with_people(&stage);
    stage.import.encoding = &encodings[0];
    write_file(&stage, "home.csv", "id,head\nh1,\xbc\xd7\n");
    import(&stage);
    assert_told(&stage, "import-bad-utf8 2:4");
    finish(&stage);
    begin_with_people(&stage);
    stage.import.encoding = &encodings[1];
    write_file(&stage, "home.csv", "id,head\nh1,\xff\n");
    import(&stage);
    assert_told(&stage, "import-encoding 2:4");
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
        cmocka_unit_test(refuses_texts_that_a_spreadsheet_has_cut),
        cmocka_unit_test(refuses_characters_that_nobody_sees),
        cmocka_unit_test(reads_what_spreadsheets_make_of_months_and_truths),
        cmocka_unit_test(refuses_ids_that_are_formulas),
        cmocka_unit_test(survives_running_out_of_memory),
        cmocka_unit_test(places_what_a_dataset_leaves_out),
        cmocka_unit_test(reads_files_by_their_labels),
        cmocka_unit_test(misses_files),
        cmocka_unit_test(knows_workbooks_and_other_separators),
        cmocka_unit_test(refuses_a_second_file_of_a_kind),
        cmocka_unit_test(reads_the_encoding_that_is_said),
        cmocka_unit_test(notes_what_nobody_has_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
