#include "exchange/xlsx_inside.h"

#include "base/memory.h"

#include <expat.h>
#include <string.h>
#include <zip.h>

enum { PIECE_BYTES = 1 << 16 };

/* A part while it is read. */
struct xlsx_xml {
    struct xlsx_book *book;
    const struct xlsx_reading *reading;
    XML_Parser parser;
    zip_file_t *file;
    uint64_t packed, unpacked;
    const char *space; /* the root's namespace with the bar behind it */
    size_t space_length;
    size_t depth;
    const struct xlsx_place *places[XLSX_DEPTH_MAX]; /* by depth; NULL: elsewhere */
};

/* --- trouble ------------------------------------------------------------------------------------------------------ */

bool xlsx_fail(struct xlsx_book *book, enum xlsx_result result) {
    if (book->result != XLSX_OK) return false;
    book->result = result;
    if (result == XLSX_NO_MEMORY) book->arena->failed = true;
    if (!book->xml || !book->xml->parser) return false;
    XML_Index offset = XML_GetCurrentByteIndex(book->xml->parser);
    if (offset > 0) book->trouble->offset = (uint64_t)offset;
    XML_StopParser(book->xml->parser, XML_FALSE);
    return false;
}

bool xlsx_fail_limit(struct xlsx_book *book, enum xlsx_limit limit) {
    if (book->result == XLSX_OK) book->trouble->limit = limit;
    return xlsx_fail(book, XLSX_TOO_LARGE);
}

static bool fail_archive(struct xlsx_book *book, const zip_error_t *error) {
    switch (zip_error_code_zip(error)) {
    case ZIP_ER_MEMORY: return xlsx_fail(book, XLSX_NO_MEMORY);
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_WRONGPASSWD:
    case ZIP_ER_ENCRNOTSUPP: return xlsx_fail(book, XLSX_PASSWORD);
    default: return xlsx_fail(book, XLSX_DAMAGED);
    }
}

/* --- attributes --------------------------------------------------------------------------------------------------- */

struct text xlsx_attribute(const char *const *attributes, const char *name) {
    for (; attributes[0]; attributes += 2) {
        const char *local = *name == '|' ? strrchr(attributes[0], '|') : attributes[0];
        if (local && strcmp(local, name) == 0) return text_from(attributes[1]);
    }
    return TEXT("");
}

bool xlsx_is_true(struct text text) {
    return text_is(text, "1") || text_is(text, "true") || text_is(text, "on");
}

bool xlsx_read_count(struct text text, uint32_t *count) {
    *count = 0;
    for (size_t i = 0; i < text.length; i++)
        if (!is_digit(text.bytes[i]) || __builtin_mul_overflow(*count, 10U, count) ||
            __builtin_add_overflow(*count, (uint32_t)(text.bytes[i] - '0'), count))
            return false;
    return text.length > 0;
}

/* --- elements ----------------------------------------------------------------------------------------------------- */

/* The name without the root's namespace; NULL when it is of another. */
static const char *local_name(struct xlsx_xml *xml, const char *name) {
    if (xml->depth == 0) return strrchr(name, '|') ? strrchr(name, '|') + 1 : name;
    return strncmp(name, xml->space, xml->space_length) == 0 ? name + xml->space_length : NULL;
}

static const struct xlsx_place *find_place(struct xlsx_xml *xml, const char *name) {
    const struct xlsx_place *above = xml->depth ? xml->places[xml->depth - 1] : NULL;
    if (xml->depth > 0 && !above) return NULL;
    const char *local = local_name(xml, name);
    unsigned parent = above ? above->place : 0;
    for (size_t i = 0; local && i < xml->reading->count; i++) {
        const struct xlsx_place *place = &xml->reading->places[i];
        if (place->parent == parent && strcmp(place->name, local) == 0) return place;
    }
    return NULL;
}

/* The root's namespace is that of all elements that are known. */
static bool keep_space(struct xlsx_xml *xml, const char *name) {
    const char *bar = strrchr(name, '|');
    xml->space_length = bar ? (size_t)(bar - name) + 1 : 0;
    xml->space = text_copy(&xml->book->scratch, (struct text){name, xml->space_length}).bytes;
    return !arena_failed(&xml->book->scratch) || xlsx_fail(xml->book, XLSX_NO_MEMORY);
}

static void XMLCALL begin_element(void *context, const char *name, const char **attributes) {
    struct xlsx_xml *xml = context;
    struct xlsx_book *book = xml->book;
    if (book->result != XLSX_OK) return;
    if (xml->depth == XLSX_DEPTH_MAX) {
        xlsx_fail_limit(book, XLSX_LIMIT_DEPTH);
        return;
    }
    if (xml->depth == 0 && !keep_space(xml, name)) return;
    const struct xlsx_place *place = find_place(xml, name);
    if (xml->depth == 0 && !place) {
        xlsx_fail(book, xml->reading->other_root);
        return;
    }
    xml->places[xml->depth++] = place;
    if (place) xml->reading->begin(xml->reading->context, place->place, (const char *const *)attributes);
}

static void XMLCALL end_element(void *context, const char *name) {
    (void)name;
    struct xlsx_xml *xml = context;
    if (xml->book->result != XLSX_OK) return;
    const struct xlsx_place *place = xml->places[--xml->depth];
    if (place && xml->reading->end) xml->reading->end(xml->reading->context, place->place);
}

static void XMLCALL add_text(void *context, const char *bytes, int length) {
    struct xlsx_xml *xml = context;
    struct xlsx_book *book = xml->book;
    if (book->result != XLSX_OK || xml->depth == 0) return;
    const struct xlsx_place *place = xml->places[xml->depth - 1];
    if (!place || !place->text) return;
    if (book->text.length + (size_t)length > XLSX_TEXT_BYTES_MAX) {
        xlsx_fail_limit(book, XLSX_LIMIT_TEXT);
        return;
    }
    builder_add(&book->text, (struct text){bytes, (size_t)length});
    if (book->text.failed) xlsx_fail(book, XLSX_NO_MEMORY);
}

static void XMLCALL refuse_doctype(void *context, const char *name, const char *system, const char *public,
                                   int subset) {
    (void)name, (void)system, (void)public, (void)subset;
    struct xlsx_xml *xml = context;
    xlsx_fail(xml->book, XLSX_DOCTYPE);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void *take_memory(size_t size) {
    return memory_new(1, size);
}

static void *resize_memory(void *block, size_t size) {
    return memory_resize(block, 1, size);
}

static bool make_parser(struct xlsx_xml *xml) {
    static const XML_Memory_Handling_Suite memory = {take_memory, resize_memory, memory_free};
    xml->parser = XML_ParserCreate_MM(NULL, &memory, "|");
    if (!xml->parser) return xlsx_fail(xml->book, XLSX_NO_MEMORY);
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(xml->parser, add_text);
    XML_SetStartDoctypeDeclHandler(xml->parser, refuse_doctype);
    return true;
}

static bool check_sizes(struct xlsx_xml *xml, uint64_t more) {
    struct xlsx_book *book = xml->book;
    xml->unpacked += more;
    book->unpacked += more;
    if (xml->unpacked > xml->reading->bytes_max) return xlsx_fail_limit(book, XLSX_LIMIT_PART);
    if (book->unpacked > book->limits->all_bytes) return xlsx_fail_limit(book, XLSX_LIMIT_ALL);
    if (xml->unpacked > XLSX_RATIO_BYTES_MIN && xml->unpacked / XLSX_RATIO_MAX > xml->packed)
        return xlsx_fail_limit(book, XLSX_LIMIT_RATIO);
    return true;
}

/* What the parser could not take yet it would look through again with every piece. */
static bool check_tag(struct xlsx_xml *xml) {
    XML_Index taken = XML_GetCurrentByteIndex(xml->parser);
    uint64_t left = taken < 0 ? 0 : xml->unpacked - (uint64_t)taken;
    return left <= XLSX_TAG_BYTES_MAX || xlsx_fail_limit(xml->book, XLSX_LIMIT_TAG);
}

/* Only where the end of the file has been seen its sum is known to be right. */
static bool read_pieces(struct xlsx_xml *xml) {
    struct xlsx_book *book = xml->book;
    for (zip_int64_t got = 1; got > 0 && book->result == XLSX_OK;) {
        void *piece = XML_GetBuffer(xml->parser, PIECE_BYTES);
        if (!piece) return xlsx_fail(book, XLSX_NO_MEMORY);
        got = zip_fread(xml->file, piece, PIECE_BYTES);
        if (got < 0) return fail_archive(book, zip_file_get_error(xml->file));
        if (!check_sizes(xml, (uint64_t)got)) return false;
        enum XML_Status status = XML_ParseBuffer(xml->parser, (int)got, got == 0);
        if (status == XML_STATUS_OK && !check_tag(xml)) return false;
        if (status == XML_STATUS_ERROR && book->result == XLSX_OK)
            return xlsx_fail(book,
                             XML_GetErrorCode(xml->parser) == XML_ERROR_NO_MEMORY ? XLSX_NO_MEMORY : XLSX_DAMAGED);
    }
    return book->result == XLSX_OK;
}

/* Names of parts are those of files but for the case of their letters, and strokes that lean the other way in some. */
static zip_int64_t find_part(struct xlsx_book *book, struct text part) {
    zip_int64_t index = zip_name_locate(book->archive, part.bytes, 0);
    if (index < 0) index = zip_name_locate(book->archive, part.bytes, ZIP_FL_NOCASE);
    if (index >= 0) return index;
    char *leaning = arena_new(&book->scratch, part.length + 1, 1);
    for (size_t i = 0; leaning && i < part.length; i++)
        leaning[i] = (char)(part.bytes[i] == '/' ? '\\' : part.bytes[i]);
    return leaning ? zip_name_locate(book->archive, leaning, ZIP_FL_NOCASE) : -1;
}

bool xlsx_has_part(struct xlsx_book *book, struct text part) {
    return find_part(book, part) >= 0;
}

static bool open_part(struct xlsx_xml *xml, struct text part) {
    struct xlsx_book *book = xml->book;
    zip_stat_t status;
    zip_int64_t index = find_part(book, part);
    if (index < 0) return xlsx_fail(book, arena_failed(&book->scratch) ? XLSX_NO_MEMORY : XLSX_DAMAGED);
    if (zip_stat_index(book->archive, (zip_uint64_t)index, 0, &status) != 0)
        return fail_archive(book, zip_get_error(book->archive));
    xml->packed = status.valid & ZIP_STAT_COMP_SIZE ? status.comp_size : 0;
    xml->file = zip_fopen_index(book->archive, (zip_uint64_t)index, 0);
    return xml->file || fail_archive(book, zip_get_error(book->archive));
}

bool xlsx_read_part(struct xlsx_book *book, struct text part, const struct xlsx_reading *reading) {
    struct xlsx_xml xml = {.book = book, .reading = reading};
    book->trouble->part = part;
    book->trouble->offset = 0;
    book->text.length = 0;
    if (arena_failed(&book->scratch)) return xlsx_fail(book, XLSX_NO_MEMORY);
    if (open_part(&xml, part) && make_parser(&xml)) {
        book->xml = &xml;
        read_pieces(&xml);
        book->xml = NULL;
    }
    if (xml.parser) XML_ParserFree(xml.parser);
    if (xml.file) zip_fclose(xml.file);
    if (arena_failed(&book->scratch)) return xlsx_fail(book, XLSX_NO_MEMORY);
    return book->result == XLSX_OK;
}
