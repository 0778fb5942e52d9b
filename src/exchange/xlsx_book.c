#include "exchange/xlsx_inside.h"

#include "base/csv.h"
#include "exchange/xlsx_number.h"

#include <string.h>

#define COUNT(places) (sizeof(places) / sizeof *(places))

static bool read_lesser(struct xlsx_book *book, struct text part, struct xlsx_reading reading) {
    reading.bytes_max = book->limits->lesser_part_bytes;
    reading.context = book;
    return xlsx_read_part(book, part, &reading);
}

static bool contains(struct text text, const char *word) {
    return text.length > 0 && strstr(text.bytes, word); /* expat ends them all with a NUL */
}

/* --- kinds of documents ------------------------------------------------------------------------------------------- */

enum { TYPES = 1, TYPE };

static void begin_type(void *context, unsigned place, const char *const *attributes) {
    struct text type = xlsx_attribute(attributes, "ContentType");
    if (place != TYPE) return;
    if (contains(type, "sheet.binary"))
        xlsx_fail(context, XLSX_BINARY);
    else if (contains(type, "macroEnabled"))
        xlsx_fail(context, XLSX_MACROS);
}

/* The type stands with an ending for all parts that have it, or with the one part. */
bool xlsx_read_types(struct xlsx_book *book) {
    static const struct xlsx_place places[] = {
        {0, TYPES, "Types", false}, {TYPES, TYPE, "Default", false}, {TYPES, TYPE, "Override", false}};
    const struct text part = TEXT("[Content_Types].xml");
    if (!xlsx_has_part(book, part)) return xlsx_fail(book, XLSX_NO_WORKBOOK);
    return read_lesser(book, part, (struct xlsx_reading){places, COUNT(places), XLSX_DAMAGED, .begin = begin_type});
}

/* --- relations ---------------------------------------------------------------------------------------------------- */

enum { RELATIONSHIPS = 1, RELATIONSHIP };

/* The name of a part that another one names: from the root, or from where that one stands. */
static struct text resolve(struct arena *arena, struct text base, struct text target) {
    size_t folder = base.length;
    while (folder > 0 && base.bytes[folder - 1] != '/') folder--;
    if (text_starts(target, "/")) folder = 0;
    struct text path = text_format(arena, "%.*s%.*s", (int)folder, base.bytes, TEXT_ARG(target));
    if (arena_failed(arena)) return TEXT("");
    char *out = arena_new(arena, path.length + 1, 1);
    size_t length = 0;
    for (size_t from = 0, to; out && from < path.length; from = to + 1) {
        for (to = from; to < path.length && path.bytes[to] != '/';) to++;
        struct text step = text_slice(path, from, to);
        if (step.length == 0 || text_is(step, ".")) continue;
        if (text_is(step, "..")) {
            while (length > 0 && out[--length] != '/') continue;
            continue;
        }
        if (length > 0) out[length++] = '/';
        memcpy(out + length, step.bytes, step.length);
        length += step.length;
    }
    if (!out) return TEXT("");
    out[length] = '\0';
    return (struct text){out, length};
}

static void begin_relation(void *context, unsigned place, const char *const *attributes) {
    struct xlsx_book *book = context;
    if (place != RELATIONSHIP || text_is(xlsx_attribute(attributes, "TargetMode"), "External")) return;
    struct xlsx_relation *relation = ARENA_NEW(&book->scratch, struct xlsx_relation);
    relation->type = text_copy(&book->scratch, xlsx_attribute(attributes, "Type"));
    relation->part = resolve(&book->scratch, book->base, xlsx_attribute(attributes, "Target"));
    map_put(&book->relations, text_copy(&book->scratch, xlsx_attribute(attributes, "Id")), relation);
}

/* Those of a part stand beside it: xl/_rels/workbook.xml.rels; those of the whole have no name before the dot. */
static bool read_relations(struct xlsx_book *book, struct text base) {
    static const struct xlsx_place places[] = {{0, RELATIONSHIPS, "Relationships", false},
                                               {RELATIONSHIPS, RELATIONSHIP, "Relationship", false}};
    size_t folder = base.length;
    while (folder > 0 && base.bytes[folder - 1] != '/') folder--;
    struct text part = text_format(&book->scratch, "%.*s_rels/%.*s.rels", (int)folder, base.bytes,
                                   TEXT_ARG(text_slice(base, folder, base.length)));
    book->base = base;
    map_init(&book->relations, &book->scratch);
    if (!arena_failed(&book->scratch) && !xlsx_has_part(book, part) && base.length == 0)
        return xlsx_fail(book, XLSX_NO_WORKBOOK);
    return read_lesser(book, part, (struct xlsx_reading){places, COUNT(places), XLSX_DAMAGED, .begin = begin_relation});
}

/* The first of a type, by the end of its name, which differs between the two editions of the standard. */
static struct text find_related(const struct xlsx_book *book, const char *type) {
    for (size_t i = 0; i < book->relations.count; i++) {
        const struct xlsx_relation *relation = book->relations.entries[i].value;
        if (text_ends(relation->type, type)) return relation->part;
    }
    return TEXT("");
}

/* --- sheets ------------------------------------------------------------------------------------------------------- */

enum { WORKBOOK = 1, WORKBOOK_PROPERTIES, SHEETS, SHEET };

/* Sheets of charts and of macros have no cells that could be read. */
static void begin_sheet(struct xlsx_book *book, const char *const *attributes) {
    struct xlsx_sheet sheet = {.name = text_copy(book->arena, xlsx_attribute(attributes, "name"))};
    const struct xlsx_relation *relation = map_get(&book->relations, xlsx_attribute(attributes, "|id"));
    struct text state = xlsx_attribute(attributes, "state");
    if (arena_failed(book->arena)) {
        xlsx_fail(book, XLSX_NO_MEMORY);
        return;
    }
    if (!relation) {
        xlsx_fail(book, XLSX_DAMAGED);
        return;
    }
    if (!text_ends(relation->type, "/worksheet")) return;
    sheet.part = relation->part;
    sheet.visible = state.length == 0 || text_is(state, "visible");
    VECTOR_PUSH(&book->scratch, &book->sheets, sheet);
    VECTOR_PUSH(book->arena, &book->trouble->sheets, sheet.name);
}

static void begin_workbook(void *context, unsigned place, const char *const *attributes) {
    struct xlsx_book *book = context;
    if (place == WORKBOOK_PROPERTIES) book->from_1904 = xlsx_is_true(xlsx_attribute(attributes, "date1904"));
    if (place == SHEET) begin_sheet(book, attributes);
}

static bool read_workbook(struct xlsx_book *book) {
    static const struct xlsx_place places[] = {{0, WORKBOOK, "workbook", false},
                                               {WORKBOOK, WORKBOOK_PROPERTIES, "workbookPr", false},
                                               {WORKBOOK, SHEETS, "sheets", false},
                                               {SHEETS, SHEET, "sheet", false}};
    return read_lesser(book, book->workbook,
                       (struct xlsx_reading){places, COUNT(places), XLSX_NO_WORKBOOK, .begin = begin_workbook});
}

bool xlsx_read_book(struct xlsx_book *book) {
    if (!read_relations(book, TEXT(""))) return false;
    book->workbook = find_related(book, "/officeDocument");
    if (book->workbook.length == 0) return xlsx_fail(book, XLSX_NO_WORKBOOK);
    if (!read_relations(book, book->workbook) || !read_workbook(book)) return false;
    book->strings_part = find_related(book, "/sharedStrings");
    book->styles_part = find_related(book, "/styles");
    return true;
}

/* --- styles ------------------------------------------------------------------------------------------------------- */

enum { STYLE_SHEET = 1, NUMBER_FORMATS, NUMBER_FORMAT, CELL_STYLES, CELL_STYLE };

/* A format that is written down counts before the one that has its number otherwise. */
static void begin_style(void *context, unsigned place, const char *const *attributes) {
    struct xlsx_book *book = context;
    struct text number = xlsx_attribute(attributes, "numFmtId");
    if (place == NUMBER_FORMAT) {
        enum xlsx_format format = xlsx_format_of(xlsx_attribute(attributes, "formatCode"));
        map_put(&book->formats, text_copy(&book->scratch, number), (void *)(uintptr_t)(format + 1));
    }
    if (place != CELL_STYLE) return;
    uintptr_t written = (uintptr_t)map_get(&book->formats, number);
    uint32_t known = 0;
    if (written == 0 && number.length > 0 && !xlsx_read_count(number, &known)) {
        xlsx_fail(book, XLSX_DAMAGED);
        return;
    }
    unsigned char format = (unsigned char)(written ? written - 1 : xlsx_format_known(known));
    VECTOR_PUSH(&book->scratch, &book->styles, format);
}

bool xlsx_read_styles(struct xlsx_book *book) {
    static const struct xlsx_place places[] = {{0, STYLE_SHEET, "styleSheet", false},
                                               {STYLE_SHEET, NUMBER_FORMATS, "numFmts", false},
                                               {NUMBER_FORMATS, NUMBER_FORMAT, "numFmt", false},
                                               {STYLE_SHEET, CELL_STYLES, "cellXfs", false},
                                               {CELL_STYLES, CELL_STYLE, "xf", false}};
    map_init(&book->formats, &book->scratch);
    if (book->styles_part.length == 0) return true;
    return read_lesser(book, book->styles_part,
                       (struct xlsx_reading){places, COUNT(places), XLSX_DAMAGED, .begin = begin_style});
}

/* --- strings ------------------------------------------------------------------------------------------------------ */

enum { STRINGS = 1, STRING, RUN, STRING_TEXT };

static bool read_hex(const char *bytes, uint32_t *value) {
    *value = 0;
    for (int i = 0; i < 4; i++) {
        const char *const digits = "0123456789ABCDEF0123456789abcdef",
                          *digit = bytes[i] ? strchr(digits, bytes[i]) : NULL;
        if (!digit) return false;
        *value = *value * 16 + (uint32_t)(digit - digits) % 16;
    }
    return true;
}

/* UTF-8 of a code point below U+10000. */
static size_t put_character(char *out, uint32_t character) {
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (char)(0xc0 | character >> 6);
        out[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | character >> 12);
    out[1] = (char)(0x80 | (character >> 6 & 0x3f));
    out[2] = (char)(0x80 | (character & 0x3f));
    return 3;
}

/* Halves of a character, and the NUL, which no text has, are left as they are written. */
void xlsx_unescape(struct builder *text) {
    enum { LENGTH = sizeof "_x000D_" - 1 };
    char *bytes = text->bytes;
    char *found = text->length ? memchr(bytes, '_', text->length) : NULL;
    size_t from = found ? (size_t)(found - bytes) : text->length, to = from;
    while (from < text->length) {
        uint32_t character;
        bool escape = text->length - from >= LENGTH && bytes[from] == '_' && bytes[from + 1] == 'x' &&
                      bytes[from + LENGTH - 1] == '_' && read_hex(bytes + from + 2, &character);
        if (escape && character != 0 && (character < 0xd800 || character > 0xdfff)) {
            to += put_character(bytes + to, character);
            from += LENGTH;
        } else {
            bytes[to++] = bytes[from++];
        }
    }
    text->length = to;
}

static void begin_string(void *context, unsigned place, const char *const *attributes) {
    (void)attributes;
    struct xlsx_book *book = context;
    if (place == STRING) book->text.length = 0;
}

static void end_string(void *context, unsigned place) {
    struct xlsx_book *book = context;
    if (place != STRING) return;
    if (book->string_ends.count == book->limits->strings) {
        xlsx_fail_limit(book, XLSX_LIMIT_STRINGS);
        return;
    }
    xlsx_unescape(&book->text);
    csv_write_field(&book->strings, (struct text){book->text.bytes, book->text.length}, false);
    if (book->strings.failed)
        xlsx_fail(book, XLSX_NO_MEMORY);
    else if (book->strings.length > UINT32_MAX)
        xlsx_fail_limit(book, XLSX_LIMIT_PART);
    else
        VECTOR_PUSH(&book->scratch, &book->string_ends, (uint32_t)book->strings.length);
}

bool xlsx_read_strings(struct xlsx_book *book) {
    static const struct xlsx_place places[] = {{0, STRINGS, "sst", false},
                                               {STRINGS, STRING, "si", false},
                                               {STRING, STRING_TEXT, "t", true},
                                               {STRING, RUN, "r", false},
                                               {RUN, STRING_TEXT, "t", true}};
    if (book->strings_part.length == 0) return true;
    return xlsx_read_part(book, book->strings_part,
                          &(struct xlsx_reading){places, COUNT(places), XLSX_DAMAGED, book->limits->part_bytes,
                                                 begin_string, end_string, book});
}
