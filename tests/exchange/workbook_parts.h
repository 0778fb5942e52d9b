/* Workbooks made part by part, so that each may be wrong in its own way. Used by tests and by fuzz targets. */
#ifndef DOUDI_TESTS_EXCHANGE_WORKBOOK_PARTS_H
#define DOUDI_TESTS_EXCHANGE_WORKBOOK_PARTS_H

#include "base/text.h"

#include <assert.h>
#include <zip.h>

enum {
    PART_TYPES,
    PART_RELATIONS,
    PART_WORKBOOK,
    PART_WORKBOOK_RELATIONS,
    PART_STYLES,
    PART_STRINGS,
    PART_SHEET,
    PART_SECOND_SHEET,
    PART_EXTRA, /* of no name of its own, unless it gets one */
    PARTS
};

struct workbook_parts {
    struct text content[PARTS]; /* bytes NULL: the part is not there */
    const char *extra_name;
    const char *password;
    bool packed;
};

#define SPREADSHEET " xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define DOCUMENT "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define WORKBOOK_TYPE(kind) "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/" kind ".main+xml\"/>"
#define TYPES(kind) "<Types xmlns=\"" PACKAGE "content-types\">" WORKBOOK_TYPE(kind) "</Types>"
#define RELATIONS(inside) "<Relationships xmlns=\"" PACKAGE "relationships\">" inside "</Relationships>"
#define RELATION(id, type, target) "<Relationship Id=\"" id "\" Type=\"" DOCUMENT "/" type "\" Target=\"" target "\"/>"
#define WORKBOOK(properties, sheets)                                                                                   \
    "<workbook" SPREADSHEET " xmlns:r=\"" DOCUMENT "\">" properties "<sheets>" sheets "</sheets></workbook>"
#define STYLES(formats, cells)                                                                                         \
    "<styleSheet" SPREADSHEET "><numFmts>" formats "</numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>"       \
    "<cellXfs>" cells "</cellXfs></styleSheet>"
#define STRINGS(inside) "<sst" SPREADSHEET ">" inside "</sst>"
#define ROWS(inside) "<worksheet" SPREADSHEET "><sheetData>" inside "</sheetData></worksheet>"

/* Two sheets, the first one empty; styles: general, a date, a percent, a time, a custom date; strings: 甲 and 乙. */
static inline struct workbook_parts workbook_parts(void) {
    return (struct workbook_parts){
        .content = {
            [PART_TYPES] = TEXT(TYPES("vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
            [PART_RELATIONS] = TEXT(RELATIONS(RELATION("a", "officeDocument", "xl/workbook.xml"))),
            [PART_WORKBOOK] = TEXT(WORKBOOK("", "<sheet name=\"家庭\" sheetId=\"1\" r:id=\"r1\"/>"
                                                "<sheet name=\"Second\" sheetId=\"2\" r:id=\"r2\"/>")),
            [PART_WORKBOOK_RELATIONS] = TEXT(RELATIONS(RELATION("r1", "worksheet", "worksheets/sheet1.xml") RELATION(
                "r2", "worksheet", "/xl/worksheets/../worksheets/./sheet2.xml") RELATION("r3", "styles", "styles.xml")
                                                           RELATION("r4", "sharedStrings", "sharedStrings.xml"))),
            [PART_STYLES] =
                TEXT(STYLES("<numFmt numFmtId=\"164\" formatCode='yyyy\"年\"m\"月\"d\"日\";@'/>",
                            "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"9\"/><xf numFmtId=\"20\"/>"
                            "<xf numFmtId=\"164\"/><xf numFmtId=\"46\"/>")),
            [PART_STRINGS] = TEXT(STRINGS("<si><t>甲</t></si><si><t>乙</t></si>")),
            [PART_SHEET] = TEXT(ROWS("")),
            [PART_SECOND_SHEET] = TEXT(ROWS("<row><c><v>2</v></c></row>")),
        }};
}

/* From the text of its parts one behind another, the sheet first, each up to a line of two colons; those that are left
 * out are the ones above. */
static inline struct workbook_parts workbook_parts_of(struct text text) {
    static const int order[] = {PART_SHEET,     PART_STRINGS, PART_STYLES, PART_WORKBOOK, PART_WORKBOOK_RELATIONS,
                                PART_RELATIONS, PART_TYPES};
    struct workbook_parts parts = workbook_parts();
    size_t offset = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order && offset < text.length; i++) {
        size_t end = offset;
        while (end < text.length && !text_starts(text_slice(text, end, text.length), "\n::\n")) end++;
        if (end > offset) parts.content[order[i]] = text_slice(text, offset, end);
        offset = end < text.length ? end + sizeof "\n::\n" - 1 : end;
    }
    return parts;
}

static inline void workbook_add(zip_t *archive, const char *name, const struct workbook_parts *parts,
                                struct text content) {
    zip_source_t *source = zip_source_buffer(archive, content.bytes, content.length, 0);
    zip_int64_t index = zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8);
    assert(index >= 0);
    zip_int32_t method = parts->packed ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
    int failed = zip_set_file_compression(archive, (zip_uint64_t)index, method, 0);
    if (parts->password && !failed)
        failed = zip_file_set_encryption(archive, (zip_uint64_t)index, ZIP_EM_AES_256, parts->password);
    assert(!failed);
}

/* The archive; builder_free frees it. */
static inline struct builder workbook_make(const struct workbook_parts *parts) {
    static const char *const names[PARTS] = {"[Content_Types].xml",
                                             "_rels/.rels",
                                             "xl/workbook.xml",
                                             "xl/_rels/workbook.xml.rels",
                                             "xl/styles.xml",
                                             "xl/sharedStrings.xml",
                                             "xl/worksheets/sheet1.xml",
                                             "xl/worksheets/sheet2.xml",
                                             "extra"};
    struct builder out;
    char piece[4096];
    builder_init(&out);
    zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, NULL);
    assert(whole);
    zip_source_keep(whole);
    zip_t *archive = zip_open_from_source(whole, ZIP_TRUNCATE, NULL);
    assert(archive);
    for (size_t i = 0; i < PARTS; i++)
        if (parts->content[i].bytes)
            workbook_add(archive, i == PART_EXTRA && parts->extra_name ? parts->extra_name : names[i], parts,
                         parts->content[i]);
    int failed = zip_close(archive);
    assert(!failed);
    failed = zip_source_open(whole);
    assert(!failed);
    for (zip_int64_t got; (got = zip_source_read(whole, piece, sizeof piece)) > 0;)
        builder_add(&out, (struct text){piece, (size_t)got});
    zip_source_close(whole);
    zip_source_free(whole);
    return out;
}

#endif
