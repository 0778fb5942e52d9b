/* Sheets of workbooks as CSV, and workbooks that are refused. */
#define _GNU_SOURCE /* mkstemp */
#include "../failing.h"
#include "workbook_parts.h"

#include "exchange/cut_number.h"
#include "exchange/file.h"
#include "exchange/xlsx_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <cmocka.h>

static const struct xlsx_limits plenty = {.cells = 1000,
                                          .strings = 1000,
                                          .csv_bytes = 1 << 21,
                                          .part_bytes = 1 << 24,
                                          .lesser_part_bytes = 1 << 24,
                                          .all_bytes = 1 << 25};

/* --- the stage ---------------------------------------------------------------------------------------------------- */

struct stage {
    struct arena arena;
    struct workbook_parts parts;
    struct xlsx_limits limits;
    struct xlsx_trouble trouble;
    struct builder csv;
    enum xlsx_result result;
};

static void begin(struct stage *stage) {
    arena_init(&stage->arena);
    stage->parts = workbook_parts();
    stage->limits = plenty;
}

static void convert_bytes(struct stage *stage, struct text bytes, const char *sheet) {
    stage->result =
        xlsx_to_csv_within(&stage->arena, bytes, text_from(sheet), &stage->csv, &stage->trouble, &stage->limits);
    assert_int_equal(stage->result == XLSX_NO_MEMORY, arena_failed(&stage->arena));
    assert_true(stage->result == XLSX_OK || !stage->csv.bytes);
    assert_true((stage->result == XLSX_TOO_LARGE) == (stage->trouble.limit != XLSX_LIMIT_NONE));
}

static void convert(struct stage *stage, const char *sheet) {
    struct builder bytes = workbook_make(&stage->parts);
    assert_true(xlsx_is(builder_text(&bytes)));
    convert_bytes(stage, builder_text(&bytes), sheet);
    builder_free(&bytes);
}

static void finish(struct stage *stage) {
    builder_free(&stage->csv);
    arena_free(&stage->arena);
}

/* Of what stands in sheetData. */
static void convert_rows(struct stage *stage, const char *rows) {
    begin(stage);
    stage->parts.content[PART_SHEET] = text_format(
        &stage->arena, "<worksheet%s><cols><col/></cols><sheetData>%s</sheetData></worksheet>", SPREADSHEET, rows);
    convert(stage, NULL);
}

static void expect_csv(const char *rows, const char *csv) {
    struct stage stage;
    convert_rows(&stage, rows);
    assert_int_equal(stage.result, XLSX_OK);
    assert_string_equal(builder_text(&stage.csv).bytes, csv);
    assert_int_equal(builder_text(&stage.csv).length, strlen(csv));
    finish(&stage);
}

static void expect_refused(const char *rows, enum xlsx_result result, uint32_t row, uint32_t column) {
    struct stage stage;
    convert_rows(&stage, rows);
    assert_int_equal(stage.result, result);
    assert_int_equal(stage.trouble.row, row);
    assert_int_equal(stage.trouble.column, column);
    assert_true(text_is(stage.trouble.part, "xl/worksheets/sheet1.xml"));
    assert_true(text_is(stage.trouble.sheet, "家庭"));
    finish(&stage);
}

/* With another part in the place of the usual one. */
static void expect_part_refused(int part, struct text content, enum xlsx_result result, const char *name) {
    struct stage stage;
    begin(&stage);
    stage.parts.content[part] = content;
    stage.parts.content[PART_SHEET] = TEXT(ROWS("<row><c s=\"1\"><v>1</v></c><c t=\"s\"><v>1</v></c></row>"));
    convert(&stage, NULL);
    assert_int_equal(stage.result, result);
    assert_true(text_is(stage.trouble.part, name));
    finish(&stage);
}

static void expect_part(int part, struct text content, const char *csv) {
    struct stage stage;
    begin(&stage);
    stage.parts.content[PART_SHEET] = TEXT(ROWS("<row><c s=\"1\"><v>1</v></c><c t=\"s\"><v>1</v></c></row>"));
    stage.parts.content[part] = content;
    convert(&stage, NULL);
    assert_int_equal(stage.result, XLSX_OK);
    assert_string_equal(builder_text(&stage.csv).bytes, csv);
    finish(&stage);
}

/* --- cells -------------------------------------------------------------------------------------------------------- */

static void line_n_is_row_n(void **state) {
    (void)state;
    expect_csv("", "");
    expect_csv("<row r=\"3\"><c r=\"B3\"><v>1</v></c><c r=\"D3\"><v>2</v></c><c r=\"F3\"/></row>"
               "<row r=\"4\"/><row r=\"6\"><c r=\"A6\"><v>3</v></c></row><row r=\"9\"><c r=\"A9\"/></row>",
               "\n\n,1,,2\n\n\n3,,,\n");
    expect_csv("<row><c><v>1</v></c><c/><c><v>2</v></c></row><row/><row><c r=\"C3\"><v>3</v></c><c><v>4</v></c></row>",
               "1,,2\n\n,,3,4\n");
    expect_csv("<row r=\"40\"><c r=\"AZ40\"><v>1</v></c></row>",
               "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
               ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,1\n");
}

static void cells_have_kinds(void **state) {
    (void)state;
    expect_csv("<row><c t=\"s\"><v> 1 </v></c><c t=\"n\"><v>100.09999999999999</v></c><c t=\"b\"><v>1</v></c>"
               "<c t=\"b\"><v>0</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"str\"><f>A1</f><v>a,\"b\"</v></c>"
               "<c><f>1+1</f><v>2</v></c></row>",
               "乙,100.1,TRUE,FALSE,#N/A,\"a,\"\"b\"\"\",2\n");
    expect_csv("<row><c t=\"inlineStr\"><is><t>甲</t></is></c><c t=\"inlineStr\"><is><r><rPr><b/></rPr><t>一</t></r>"
               "<rPh sb=\"0\" eb=\"1\"><t>yi</t></rPh><r><t xml:space=\"preserve\"> 二</t></r></is></c></row>",
               "甲,一 二\n");
    expect_csv("<row><c t=\"d\"><v>2018-07-01</v></c><c t=\"d\"><v>2018-07-01T08:30:00.000Z</v></c>"
               "<c t=\"d\"><v>2018-07-01T00:00:00</v></c><c t=\"d\"/><c t=\"d\"><v>08:30:00.5</v></c></row>",
               "2018-07-01,2018-07-01 08:30:00,2018-07-01,,08:30:00\n");
    expect_csv("<row><c s=\"1\"><v>43282</v></c><c s=\"2\"><v>0.9</v></c><c s=\"3\"><v>0.5</v></c>"
               "<c s=\"4\"><v>43282.5</v></c><c s=\"5\"><v>1.5</v></c><c s=\"4\" t=\"str\"><v>43282</v></c></row>",
               "2018-07-01,90%,12:00:00,2018-07-01 12:00:00,36:00:00,43282\n");
    expect_csv("<row><c t=\"str\"><f>\"\"</f><v></v></c><c t=\"s\"/><c t=\"b\"/><c/><c><v></v></c></row>", "");
}

/* What was typed into such a cell is lost, which whoever reads it as a text must know. */
static void numbers_that_are_cut_are_marked(void **state) {
    (void)state;
    expect_csv("<row><c><v>999999999999999</v></c><c><v>5.3010219900307123E+17</v></c>"
               "<c><v>123456789012345.67</v></c><c t=\"str\"><v>530102199003071234</v></c></row>"
               "<row r=\"12\"><c r=\"AB12\"><v>-1000000000000000</v></c></row>",
               "999999999999999," CUT_NUMBER "B1" CUT_NUMBER "530102199003071000,123456789012346,530102199003071234\n"
               "\n\n\n\n\n\n\n\n\n\n,,,,,,,,,,,,,,,,,,,,,,,,,,," CUT_NUMBER "AB12" CUT_NUMBER "-1000000000000000\n");
    struct text cell = TEXT(CUT_NUMBER "XFD1048576" CUT_NUMBER "1"), name;
    assert_true(cut_number_take(&cell, &name));
    assert_true(text_is(cell, "1") && text_is(name, "XFD1048576"));
    static const char *const others[] = {"",
                                         CUT_NUMBER,
                                         CUT_NUMBER "A1",
                                         "A1" CUT_NUMBER "1",
                                         "\xe2",
                                         "12",
                                         CUT_NUMBER "a1" CUT_NUMBER,
                                         CUT_NUMBER "XFD10485760" CUT_NUMBER "1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cell = text_from(others[i]);
        assert_false(cut_number_take(&cell, &name));
        assert_true(text_is(cell, others[i]));
    }
}

static void texts_stay_as_they_are(void **state) {
    (void)state;
    expect_csv("<row><c t=\"str\"><v>one\r\ntwo</v></c><c t=\"str\"><v> x </v></c><c t=\"str\"><v>=1+1</v></c></row>"
               "<row><c t=\"str\"><v>&lt;&amp;&#x20000;</v></c><c t=\"str\"><v><![CDATA[<b>]]></v></c></row>",
               "\"one\ntwo\",\" x \",=1+1\n<&𠀀,<b>,\n");
    expect_csv("<row><c t=\"str\"><v>a_x000D__x4E00_b_x005F_x000D_</v></c></row>", "\"a\r一b_x000D_\"\n");
    expect_csv("<row><c t=\"str\"><v>_x0000_ _xD800_ _x00g0_ _x000D x000D_ _x00e9__</v></c></row>",
               "_x0000_ _xD800_ _x00g0_ _x000D x000D_ é_\n");
}

static void refuses_values_that_are_none(void **state) {
    (void)state;
    expect_refused("<row/><row><c><v>1</v></c><c><v>1 2</v></c></row>", XLSX_VALUE, 2, 2);
    expect_refused("<row><c t=\"s\"><v>2</v></c></row>", XLSX_VALUE, 1, 1);
    expect_refused("<row><c t=\"s\"><v>-1</v></c></row>", XLSX_VALUE, 1, 1);
    expect_refused("<row><c t=\"s\"><v>4294967296</v></c></row>", XLSX_VALUE, 1, 1);
    expect_refused("<row><c s=\"6\"><v>1</v></c></row>", XLSX_VALUE, 1, 1);
    expect_refused("<row><c t=\"b\"><v>2</v></c></row>", XLSX_VALUE, 1, 1);
    static const char *const dates[] = {"2018-07-0",
                                        "2018-07-011",
                                        "2018/07/01",
                                        "2018-07-01T08:30",
                                        "2018-07-01 08:30:00",
                                        "2018-07-01T08:30:00+08:00",
                                        "08:30",
                                        "2018-07-01T",
                                        "2018-07-0108:30:00",
                                        "T08:30:00",
                                        "2018-07-01T08:30:00x"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char rows[100];
        snprintf(rows, sizeof rows, "<row><c t=\"d\"><v>%s</v></c></row>", dates[i]);
        expect_refused(rows, XLSX_VALUE, 1, 1);
    }
    expect_refused("<row><c><f>1+1</f></c></row>", XLSX_NOT_CALCULATED, 1, 1);
    expect_refused("<row><c/><c><f>1+1</f><v></v></c></row>", XLSX_NOT_CALCULATED, 1, 2);
}

static void refuses_disorder(void **state) {
    (void)state;
    expect_refused("<row r=\"2\"/><row r=\"2\"/>", XLSX_DISORDER, 2, 0);
    expect_refused("<row/><row/><row r=\"1\"/>", XLSX_DISORDER, 1, 0);
    expect_refused("<row><c r=\"B1\"/><c r=\"B1\"/></row>", XLSX_DISORDER, 1, 2);
    expect_refused("<row><c r=\"B1\"/><c r=\"A1\"/></row>", XLSX_DISORDER, 1, 1);
    expect_refused("<row><c r=\"A2\"/></row>", XLSX_DISORDER, 1, 1);
    expect_refused("<row r=\"0\"/>", XLSX_DAMAGED, 0, 0);
    expect_refused("<row r=\"x\"/>", XLSX_DAMAGED, 0, 0);
    static const char *const cells[] = {"r=\"1\"",    "r=\"A\"",  "r=\"A0\"", "r=\"a1\"",
                                        "r=\"$A$1\"", "s=\"-1\"", "t=\"x\""};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char rows[100];
        snprintf(rows, sizeof rows, "<row><c %s/></row>", cells[i]);
        struct stage stage;
        convert_rows(&stage, rows);
        assert_int_equal(stage.result, XLSX_DAMAGED);
        finish(&stage);
    }
}

/* --- sheets ------------------------------------------------------------------------------------------------------- */

static void expect_sheet(struct stage *stage, const char *asked, const char *given, const char *csv) {
    convert(stage, asked);
    assert_int_equal(stage->result, XLSX_OK);
    assert_true(text_is(stage->trouble.sheet, given));
    assert_string_equal(builder_text(&stage->csv).bytes ? builder_text(&stage->csv).bytes : "", csv);
    builder_free(&stage->csv);
}

static void finds_sheets(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    expect_sheet(&stage, NULL, "家庭", "");
    expect_sheet(&stage, "Second", "Second", "2\n");
    assert_int_equal(stage.trouble.sheets.count, 2);
    convert(&stage, "third");
    assert_int_equal(stage.result, XLSX_NO_SHEET);
    assert_true(text_is(stage.trouble.sheet, "third") && stage.trouble.sheets.count == 2);
    assert_true(text_is(stage.trouble.sheets.items[0], "家庭") && text_is(stage.trouble.sheets.items[1], "Second"));
    stage.parts.content[PART_WORKBOOK] =
        TEXT(WORKBOOK("", "<sheet name=\"chart\" r:id=\"r4\"/><sheet name=\"a\" state=\"hidden\" r:id=\"r1\"/>"
                          "<sheet name=\"b\" state=\"visible\" r:id=\"r2\"/>"));
    expect_sheet(&stage, NULL, "b", "2\n");
    expect_sheet(&stage, "a", "a", "");
    assert_int_equal(stage.trouble.sheets.count, 2);
    convert(&stage, "chart");
    assert_int_equal(stage.result, XLSX_NO_SHEET);
    stage.parts.content[PART_WORKBOOK] = TEXT(WORKBOOK("", "<sheet name=\"a\" state=\"veryHidden\" r:id=\"r1\"/>"));
    convert(&stage, NULL);
    assert_int_equal(stage.result, XLSX_NO_SHEET);
    finish(&stage);
}

static void reads_the_other_edition(void **state) {
    (void)state;
    expect_part(PART_WORKBOOK, TEXT(WORKBOOK("<workbookPr date1904=\"1\"/>", "<sheet name=\"a\" r:id=\"r1\"/>")),
                "1904-01-02,乙\n");
    expect_part(PART_SHEET,
                TEXT("<x:worksheet xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\" xmlns:y=\"other\">"
                     "<y:sheetData><y:row/></y:sheetData><x:sheetData><y:row/><x:row><y:c><y:v>1</y:v></y:c><x:c>"
                     "<y:v>1</y:v><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>"),
                "2\n");
    expect_part(
        PART_SHEET,
        TEXT("<worksheet><row><c><v>1</v></c></row><sheetData><row><row><c><v>2</v></c></row><c><x><v>3</v></x></c>"
             "<c><v>4<x>5</x></v></c></row></sheetData></worksheet>"),
        ",4\n");
    expect_part(PART_SHEET, TEXT("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"), "1\n");
    expect_part(PART_STYLES, TEXT(STYLES("<numFmt numFmtId=\"14\" formatCode=\"0%\"/>", "<xf/><xf numFmtId=\"14\"/>")),
                "100%,乙\n");
    expect_part(PART_STRINGS,
                TEXT(STRINGS("<si/><si><r><t>丙</t></r><phoneticPr/><rPh><t>bing</t></rPh><r><t>,丁</t></r></si>")),
                "1900-01-01,\"丙,丁\"\n");
    struct stage stage;
    begin(&stage);
    stage.parts.content[PART_WORKBOOK_RELATIONS] = TEXT(RELATIONS(RELATION(
        "r1", "worksheet", "../XL/Worksheets/Sheet2.xml") RELATION("r2", "worksheet", "worksheets/sheet1.xml")));
    expect_sheet(&stage, NULL, "家庭", "2\n");
    stage.parts.content[PART_WORKBOOK_RELATIONS] =
        TEXT(RELATIONS(RELATION("r1", "worksheet", "other/sheet.xml") RELATION("r2", "worksheet", "other/sheet.xml")));
    stage.parts.content[PART_EXTRA] = TEXT(ROWS("<row><c><v>3</v></c></row>"));
    stage.parts.extra_name = "xl\\other\\Sheet.xml";
    expect_sheet(&stage, NULL, "家庭", "3\n");
    stage.parts.content[PART_WORKBOOK_RELATIONS] = TEXT(RELATIONS(RELATION(
        "r1", "worksheet", "a.xml\" TargetMode=\"External") RELATION("r2", "worksheet", "worksheets/sheet1.xml")));
    convert(&stage, "Second");
    assert_int_equal(stage.result, XLSX_DAMAGED);
    finish(&stage);
}

/* --- workbooks that cannot be read -------------------------------------------------------------------------------- */

static void refuses_other_documents(void **state) {
    (void)state;
    expect_part_refused(PART_TYPES, TEXT(TYPES("vnd.ms-excel.sheet.macroEnabled")), XLSX_MACROS, "[Content_Types].xml");
    expect_part_refused(PART_TYPES, TEXT(TYPES("vnd.ms-excel.sheet.binary.macroEnabled")), XLSX_BINARY,
                        "[Content_Types].xml");
    expect_part_refused(PART_TYPES,
                        TEXT("<Types><Default Extension=\"bin\" ContentType=\"application/"
                             "vnd.ms-excel.sheet.binary.macroEnabled.main\"/></Types>"),
                        XLSX_BINARY, "[Content_Types].xml");
    expect_part_refused(PART_TYPES, (struct text){0}, XLSX_NO_WORKBOOK, "");
    expect_part_refused(PART_RELATIONS, (struct text){0}, XLSX_NO_WORKBOOK, "[Content_Types].xml");
    expect_part_refused(PART_RELATIONS, TEXT(RELATIONS("")), XLSX_NO_WORKBOOK, "_rels/.rels");
    expect_part_refused(PART_WORKBOOK, TEXT("<w:document xmlns:w=\"word\"/>"), XLSX_NO_WORKBOOK, "xl/workbook.xml");
    struct stage stage;
    begin(&stage);
    stage.parts.content[PART_EXTRA] = TEXT("");
    stage.parts.extra_name = "xl/vbaProject.bin";
    convert(&stage, NULL);
    assert_int_equal(stage.result, XLSX_MACROS);
    stage.parts.extra_name = NULL;
    stage.parts.password = "secret";
    convert(&stage, NULL);
    assert_int_equal(stage.result, XLSX_PASSWORD);
    finish(&stage);
}

/* A compound file with a directory entry of that name. */
static void expect_compound(const char *name, size_t at, size_t length, enum xlsx_result result) {
    struct stage stage;
    char bytes[2048] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    for (size_t i = 0; name[i]; i++) bytes[at + 2 * i] = name[i];
    begin(&stage);
    char *exact = arena_new(&stage.arena, length, 1);
    memcpy(exact, bytes, length);
    assert_true(xlsx_is((struct text){exact, length}));
    convert_bytes(&stage, (struct text){exact, length}, NULL);
    assert_int_equal(stage.result, result);
    finish(&stage);
}

static void tells_what_compound_files_hold(void **state) {
    (void)state;
    expect_compound("EncryptedPackage", 1024, 2048, XLSX_PASSWORD);
    expect_compound("Workbook", 512, 2048, XLSX_BINARY);
    expect_compound("BOOK", 512, 2048, XLSX_BINARY);
    expect_compound("Book", 2048 - 128, 2048, XLSX_BINARY);
    expect_compound("Workbook", 2048 - 128, 2047, XLSX_NO_WORKBOOK);
    expect_compound("WordDocument", 1024, 2048, XLSX_NO_WORKBOOK);
    expect_compound("Workbooks", 1024, 2048, XLSX_NO_WORKBOOK);
    expect_compound("Workbook", 0x210, 2048, XLSX_NO_WORKBOOK); /* no entry begins there */
    expect_compound("", 1024, 8, XLSX_NO_WORKBOOK);
}

static void refuses_what_is_no_archive(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    static const char *const wrong[] = {"", "PK", "id,name\n", "PK\x03"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(xlsx_is(text_from(wrong[i])));
        convert_bytes(&stage, text_from(wrong[i]), NULL);
        assert_int_equal(stage.result, XLSX_NO_WORKBOOK);
    }
    convert_bytes(&stage, TEXT("PK\x03\x04"), NULL);
    assert_int_equal(stage.result, XLSX_DAMAGED);
    finish(&stage);
}

/* Wherever an archive is cut off or a bit of it is turned, it is refused, or what is given was not touched by that. */
static void refuses_damaged_archives(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    stage.parts.packed = true;
    stage.parts.content[PART_SHEET] = TEXT(ROWS("<row><c s=\"1\"><v>43282</v></c><c t=\"s\"><v>1</v></c></row>"));
    struct builder bytes = workbook_make(&stage.parts);
    size_t refused = 0;
    for (size_t length = 4; length < bytes.length; length++) {
        convert_bytes(&stage, text_slice(builder_text(&bytes), 0, length), NULL);
        assert_int_equal(stage.result, XLSX_DAMAGED);
    }
    for (size_t at = 4; at < bytes.length; at++) {
        bytes.bytes[at] = (char)(bytes.bytes[at] ^ (1 << at % 8));
        convert_bytes(&stage, builder_text(&bytes), NULL);
        bytes.bytes[at] = (char)(bytes.bytes[at] ^ (1 << at % 8));
        refused += stage.result != XLSX_OK;
        if (stage.result == XLSX_OK) assert_string_equal(stage.csv.bytes, "2018-07-01,乙\n");
        builder_free(&stage.csv);
    }
    assert_true(refused > bytes.length / 2);
    builder_free(&bytes);
    finish(&stage);
}

static void refuses_damaged_parts(void **state) {
    (void)state;
    static const char *const names[] = {"[Content_Types].xml",        "_rels/.rels",   "xl/workbook.xml",
                                        "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml",
                                        "xl/worksheets/sheet1.xml"};
    static const char *const wrong[] = {"",           "<",      "<a></b>",
                                        "<a/><a/>",   "text",   "<a>\xff</a>",
                                        "<a>&b;</a>", "<a:b/>", "<?xml version=\"1.0\" encoding=\"none\"?><a/>"};
    struct stage stage;
    for (int part = 0; part <= PART_SHEET; part++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            begin(&stage);
            stage.parts.content[part] = text_from(wrong[i]);
            convert(&stage, NULL);
            assert_true(stage.result == XLSX_DAMAGED || (part == PART_WORKBOOK && stage.result == XLSX_NO_WORKBOOK));
            assert_true(text_is(stage.trouble.part, names[part]));
            finish(&stage);
        }
    expect_part_refused(PART_STYLES, (struct text){0}, XLSX_DAMAGED, names[PART_STYLES]);
    expect_part_refused(PART_STRINGS, (struct text){0}, XLSX_DAMAGED, names[PART_STRINGS]);
    expect_part_refused(PART_WORKBOOK_RELATIONS, (struct text){0}, XLSX_DAMAGED, names[PART_WORKBOOK_RELATIONS]);
    expect_part_refused(PART_STYLES, TEXT(STYLES("", "<xf numFmtId=\"x\"/>")), XLSX_DAMAGED, names[PART_STYLES]);
    expect_part_refused(PART_STYLES, TEXT(STYLES("", "<xf/>")), XLSX_VALUE, names[PART_SHEET]);
    expect_part_refused(PART_STRINGS, TEXT("<!DOCTYPE sst [<!ENTITY a \"b\">]><sst>&a;</sst>"), XLSX_DOCTYPE,
                        names[PART_STRINGS]);
    expect_part_refused(PART_TYPES, TEXT("<!DOCTYPE Types SYSTEM \"file:///x\"><Types/>"), XLSX_DOCTYPE,
                        names[PART_TYPES]);
    expect_part_refused(PART_WORKBOOK, TEXT(WORKBOOK("", "<sheet name=\"a\" r:id=\"r9\"/>")), XLSX_DAMAGED,
                        names[PART_WORKBOOK]);
    expect_part_refused(
        PART_WORKBOOK_RELATIONS,
        TEXT(RELATIONS(RELATION("r1", "worksheet", "../../../gone.xml") RELATION("r2", "worksheet", "gone.xml"))),
        XLSX_DAMAGED, "gone.xml");
    convert_rows(&stage, "<row><c><v>1</v></d></row>");
    assert_int_equal(stage.result, XLSX_DAMAGED);
    assert_int_equal(
        text_slice(stage.parts.content[PART_SHEET], stage.trouble.offset, stage.trouble.offset + 1).bytes[0], 'd');
    finish(&stage);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

static void expect_limit(struct stage *stage, enum xlsx_limit limit) {
    convert(stage, NULL);
    assert_int_equal(stage->trouble.limit, limit);
    assert_int_equal(stage->result, limit ? XLSX_TOO_LARGE : XLSX_OK);
    finish(stage);
}

/* A sheet with `content` so many times before its end. */
static struct text repeated(struct stage *stage, const char *head, const char *content, size_t times,
                            const char *tail) {
    struct builder out;
    builder_init(&out);
    builder_add(&out, text_from(head));
    for (size_t i = 0; i < times; i++) builder_add(&out, text_from(content));
    builder_add(&out, text_from(tail));
    return builder_finish(&out, &stage->arena);
}

static void refuses_places_beyond_a_sheet(void **state) {
    (void)state;
    struct stage stage;
    expect_refused("<row r=\"1048577\"/>", XLSX_TOO_LARGE, 1048577, 0);
    expect_refused("<row r=\"1048576\"/><row/>", XLSX_TOO_LARGE, 1048577, 0);
    expect_refused("<row r=\"4294967295\"/>", XLSX_TOO_LARGE, 4294967295, 0);
    expect_refused("<row><c r=\"XFE1\"/></row>", XLSX_TOO_LARGE, 1, 16385);
    expect_refused("<row><c r=\"XFD1\"/><c/></row>", XLSX_TOO_LARGE, 1, 16385);
    convert_rows(&stage, "<row><c r=\"AATYHWUU1\"/></row>");
    assert_int_equal(stage.trouble.limit, XLSX_LIMIT_COLUMNS);
    finish(&stage);
    convert_rows(&stage, "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
    assert_int_equal(stage.result, XLSX_OK);
    assert_int_equal(stage.csv.length, 1048575 + 16383 + 2);
    assert_int_equal(stage.csv.bytes[1048574], '\n');
    assert_int_equal(stage.csv.bytes[1048575], ',');
    finish(&stage);
}

static void refuses_too_much(void **state) {
    (void)state;
    struct stage stage;
    const char *const rows = "<worksheet><sheetData><row>", *const end = "</row></sheetData></worksheet>";
    for (uint64_t more = 0; more < 2; more++) {
        begin(&stage);
        stage.limits.cells = 10;
        stage.parts.content[PART_SHEET] = repeated(&stage, rows, "<c/>", 10 + more, end);
        expect_limit(&stage, more ? XLSX_LIMIT_CELLS : XLSX_LIMIT_NONE);
        begin(&stage);
        stage.limits.strings = 2 - more;
        expect_limit(&stage, more ? XLSX_LIMIT_STRINGS : XLSX_LIMIT_NONE);
        begin(&stage);
        stage.limits.csv_bytes = 19 - more;
        stage.parts.content[PART_SHEET] = repeated(&stage, rows, "<c><v>1</v></c>", 10, end);
        expect_limit(&stage, more ? XLSX_LIMIT_CSV : XLSX_LIMIT_NONE);
        begin(&stage);
        stage.limits.part_bytes = stage.parts.content[PART_STRINGS].length - more; /* the sheet is less */
        expect_limit(&stage, more ? XLSX_LIMIT_PART : XLSX_LIMIT_NONE);
        begin(&stage);
        stage.limits.lesser_part_bytes = stage.parts.content[PART_WORKBOOK_RELATIONS].length - more;
        expect_limit(&stage, more ? XLSX_LIMIT_PART : XLSX_LIMIT_NONE);
        begin(&stage);
        stage.limits.all_bytes = 0;
        for (size_t i = 0; i <= PART_SHEET; i++) stage.limits.all_bytes += stage.parts.content[i].length;
        stage.limits.all_bytes -= more;
        expect_limit(&stage, more ? XLSX_LIMIT_ALL : XLSX_LIMIT_NONE);
        begin(&stage);
        stage.parts.content[PART_SHEET] = repeated(&stage, "<worksheet>", "<a>", XLSX_DEPTH_MAX - 1 + more, "");
        convert(&stage, NULL);
        assert_int_equal(stage.result, more ? XLSX_TOO_LARGE : XLSX_DAMAGED);
        finish(&stage);
    }
    begin(&stage);
    stage.limits.csv_bytes = 1 << 20;
    stage.parts.content[PART_SHEET] =
        TEXT("<worksheet><sheetData><row r=\"1048576\"><c r=\"C1048576\"><v>1</v></c></row></sheetData></worksheet>");
    expect_limit(&stage, XLSX_LIMIT_CSV);
}

static void refuses_bombs(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    stage.parts.content[PART_SHEET] = repeated(&stage, "<worksheet>", "                    ", 100000, "</worksheet>");
    expect_limit(&stage, XLSX_LIMIT_NONE);
    begin(&stage);
    stage.parts.packed = true;
    stage.parts.content[PART_SHEET] = repeated(&stage, "<worksheet>", "                    ", 100000, "</worksheet>");
    expect_limit(&stage, XLSX_LIMIT_RATIO);
    for (size_t i = 0; i < 2; i++) {
        static const char *const heads[] = {"<worksheet><!--", "<!--"}, *const tails[] = {"--></worksheet>",
                                                                                          "--><worksheet/>"};
        begin(&stage);
        stage.parts.content[PART_SHEET] = repeated(&stage, heads[i], "abcdefghijklmnop", 1 << 15, tails[i]);
        expect_limit(&stage, XLSX_LIMIT_NONE);
        begin(&stage);
        stage.parts.content[PART_SHEET] = repeated(&stage, heads[i], "abcdefghijklmnop", 1 << 17, tails[i]);
        expect_limit(&stage, XLSX_LIMIT_TAG);
    }
    const char *const head = "<worksheet><sheetData><row><c t=\"str\"><v>",
                      *const tail = "</v></c></row></sheetData></worksheet>";
    begin(&stage);
    stage.parts.content[PART_SHEET] = repeated(&stage, head, "abcdefgh", XLSX_TEXT_BYTES_MAX / 8, tail);
    expect_limit(&stage, XLSX_LIMIT_NONE);
    begin(&stage);
    stage.parts.content[PART_SHEET] = repeated(&stage, head, "abcdefghi", XLSX_TEXT_BYTES_MAX / 9 + 1, tail);
    expect_limit(&stage, XLSX_LIMIT_TEXT);
}

/* --- workbooks of a writer ---------------------------------------------------------------------------------------- */

enum { WRITTEN_ROWS = 3000 };

/* Into that file; expected gets the CSV. */
static void write_workbook(const char *path, struct builder *expected) {
    lxw_workbook *workbook = workbook_new(path);
    lxw_worksheet *sheet = workbook_add_worksheet(workbook, "人员");
    lxw_format *date = workbook_add_format(workbook), *percent = workbook_add_format(workbook);
    format_set_num_format(date, "yyyy\"年\"m\"月\"d\"日\"");
    format_set_num_format(percent, "0.0%");
    worksheet_write_string(sheet, 0, 0, "编号", NULL);
    worksheet_write_string(sheet, 0, 3, "line\nbreak, \"quoted\"", NULL);
    builder_add(expected, TEXT("编号,,,\"line\nbreak, \"\"quoted\"\"\"\n"));
    for (lxw_row_t row = 1; row < WRITTEN_ROWS; row++) {
        char id[32];
        snprintf(id, sizeof id, "h%u", row);
        worksheet_write_string(sheet, row, 0, id, NULL);
        worksheet_write_number(sheet, row, 1, row / 100.0 + 100, NULL);
        worksheet_write_number(sheet, row, 2, row / 1000.0, percent);
        worksheet_write_datetime(sheet, row, 3, &(lxw_datetime){.year = 2018, .month = 7, .day = 1 + (int)row % 31},
                                 date);
        worksheet_write_boolean(sheet, row, 4, row % 2, NULL);
        worksheet_write_formula_num(sheet, row, 5, "=1/3", NULL, 1.0 / 3);
        builder_format(expected, "%s,", id);
        builder_add_decimal(expected, row + 10000, 2);
        builder_add(expected, TEXT(","));
        builder_add_decimal(expected, row, 1);
        builder_format(expected, "%%,2018-07-%02u,%s,0.333333333333333\n", 1 + row % 31, row % 2 ? "TRUE" : "FALSE");
    }
    worksheet_hide(workbook_add_worksheet(workbook, "hidden"));
    assert_int_equal(workbook_close(workbook), LXW_NO_ERROR);
}

static void reads_what_a_writer_writes(void **state) {
    (void)state;
    struct stage stage;
    struct builder expected;
    struct file file;
    char path[64];
    snprintf(path, sizeof path, "%s/doudi-xlsx-XXXXXX", P_tmpdir);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    builder_init(&expected);
    write_workbook(path, &expected);
    assert_int_equal(file_open(&file, path), FILE_OK);
    file_remove(path);
    begin(&stage);
    stage.result = xlsx_to_csv(&stage.arena, file.bytes, TEXT(""), &stage.csv, &stage.trouble);
    assert_int_equal(stage.result, XLSX_OK);
    assert_true(text_is(stage.trouble.sheet, "人员") && stage.trouble.sheets.count == 2);
    assert_string_equal(builder_text(&stage.csv).bytes, builder_text(&expected).bytes);
    file_close(&file);
    builder_free(&expected);
    finish(&stage);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static void survives_memory_running_out(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    stage.parts.content[PART_STRINGS] =
        repeated(&stage, "<sst>", "<si><t>some text, in quotes</t></si>", 20000, "</sst>");
    stage.parts.content[PART_SHEET] =
        repeated(&stage, "<worksheet><sheetData>", "<row><c t=\"s\"><v>9999</v></c><c s=\"1\"><v>1</v></c></row>", 400,
                 "</sheetData></worksheet>");
    struct builder bytes = workbook_make(&stage.parts);
    stage.limits.strings = 20000;
    long successes = 0;
    for (stage.result = XLSX_NO_MEMORY; stage.result == XLSX_NO_MEMORY; successes++) {
        struct arena arena;
        begin_failing(&arena, 0, successes);
        stage.result =
            xlsx_to_csv_within(&arena, builder_text(&bytes), TEXT(""), &stage.csv, &stage.trouble, &stage.limits);
        assert_int_equal(stage.result == XLSX_NO_MEMORY, arena_failed(&arena));
        assert_int_equal(stage.result == XLSX_NO_MEMORY, end_failing(&arena));
        assert_true(stage.result == XLSX_OK || !stage.csv.bytes);
    }
    assert_int_equal(stage.result, XLSX_OK);
    assert_true(successes > 100);
    assert_int_equal(stage.csv.length, 400 * strlen("\"some text, in quotes\",1900-01-01\n"));
    builder_free(&bytes);
    finish(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_n_is_row_n),
        cmocka_unit_test(cells_have_kinds),
        cmocka_unit_test(numbers_that_are_cut_are_marked),
        cmocka_unit_test(texts_stay_as_they_are),
        cmocka_unit_test(refuses_values_that_are_none),
        cmocka_unit_test(refuses_disorder),
        cmocka_unit_test(finds_sheets),
        cmocka_unit_test(reads_the_other_edition),
        cmocka_unit_test(refuses_other_documents),
        cmocka_unit_test(tells_what_compound_files_hold),
        cmocka_unit_test(refuses_what_is_no_archive),
        cmocka_unit_test(refuses_damaged_archives),
        cmocka_unit_test(refuses_damaged_parts),
        cmocka_unit_test(refuses_places_beyond_a_sheet),
        cmocka_unit_test(refuses_too_much),
        cmocka_unit_test(refuses_bombs),
        cmocka_unit_test(reads_what_a_writer_writes),
        cmocka_unit_test(survives_memory_running_out),
    };
    return cmocka_run_group_tests_name("xlsx", tests, NULL, NULL);
}
