#include "exchange/import_inside.h"

#include "exchange/gb18030.h"

#include <string.h>

/* --- encoding --------------------------------------------------------------------------------------------------- */

/* Puts UTF-8 in place of another encoding. False at a byte that is of none, whose offset is told, or when memory runs
 * out, which the arena then knows. */
static bool convert(struct arena *arena, struct file *file, const struct encoding_found *found, size_t *wrong_at) {
    struct builder converted;
    *wrong_at = found->not_gb18030_at;
    if (found->encoding != ENCODING_GB18030) return false;
    enum gb18030_result result = gb18030_to_utf8(file->bytes, &converted, wrong_at);
    if (result == GB18030_NO_MEMORY) arena->failed = true;
    if (result != GB18030_OK) return false;
    file_close(file);
    file->held = converted.bytes;
    file->bytes = builder_text(&converted);
    return true;
}

static bool is_workbook(struct text bytes) {
    return text_starts(bytes, "PK\x03\x04") || text_starts(bytes, "\xd0\xcf\x11\xe0");
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static struct import_file *refuse_file(struct import *import, struct import_file *file, enum exchange_message message,
                                       struct position at) {
    diagnostics_add(import->diagnostics, &exchange_messages[message], at, &file->source.name, 1);
    import->file_refused = true;
    return NULL;
}

static struct import_file *decode(struct import *import, struct import_file *file) {
    struct position whole = {.source = &file->source};
    if (is_workbook(file->file.bytes)) return refuse_file(import, file, EXCHANGE_IMPORT_WORKBOOK, whole);
    size_t wrong_at;
    import_survey(import, file);
    bool foreign = import->encoding ? *import->encoding == ENCODING_GB18030
                                    : !file->sound && text_invalid_at(file->file.bytes) < file->file.bytes.length &&
                                          !encoding_is_mostly_utf8(file->file.bytes);
    struct encoding_found found = {.encoding = foreign && import->encoding ? ENCODING_GB18030 : ENCODING_UTF8};
    if (foreign && !import->encoding && encoding_tell(file->file.bytes, &found) == GB18030_NO_MEMORY)
        import->arena->failed = true;
    if (found.encoding == ENCODING_UTF16) return refuse_file(import, file, EXCHANGE_IMPORT_UTF16, whole);
    if (foreign && !convert(import->arena, &file->file, &found, &wrong_at)) {
        if (arena_failed(import->arena)) return NULL;
        file->source.bytes = file->file.bytes;
        return refuse_file(import, file, EXCHANGE_IMPORT_ENCODING, position_of(&file->source, wrong_at, 1));
    }
    if (foreign) import_survey(import, file);
    file->source.bytes = file->file.bytes;
    return arena_failed(import->arena) ? NULL : file;
}

struct import_file *import_open(struct import *import, struct text folder, const char *name) {
    struct text path = path_join(import->arena, folder, text_from(name));
    struct import_file *file = ARENA_NEW(import->arena, struct import_file);
    if (arena_failed(import->arena)) return NULL;
    enum file_result result = file_open_together(&file->file, path.bytes, import->threads);
    if (result == FILE_NO_MEMORY) import->arena->failed = true;
    bool listed = false; /* a link to nowhere */
    for (size_t i = 0; i < import->listed.list.count; i++)
        listed = listed || text_is(import->listed.list.items[i], name);
    if ((result == FILE_MISSING && !listed) || result == FILE_NO_MEMORY) return NULL;
    file->source.name = path;
    VECTOR_PUSH(import->arena, &import->files, file);
    if (arena_failed(import->arena)) {
        file_close(&file->file);
        return NULL;
    }
    if (result != FILE_OK) return refuse_file(import, file, EXCHANGE_FILE_UNREADABLE, (struct position){0});
    return decode(import, file);
}

struct import_file *import_open_text(struct import *import, struct text name, struct text bytes) {
    struct import_file *file = ARENA_NEW(import->arena, struct import_file);
    if (arena_failed(import->arena)) return NULL;
    file->source.name = name;
    file->file.bytes = bytes;
    VECTOR_PUSH(import->arena, &import->files, file);
    return arena_failed(import->arena) ? NULL : decode(import, file);
}

bool reader_open(struct import_reader *reader, struct import *import, struct import_file *file) {
    *reader = (struct import_reader){.import = import, .file = file, .texts = import->arena};
    arena_init(&reader->scratch);
    csv_init(&reader->csv, file->source.bytes, &reader->scratch);
    reader->csv.sound = file->sound;
    reader->mark = arena_here(&reader->scratch);
    return !arena_failed(&reader->scratch);
}

/* --- complaints ------------------------------------------------------------------------------------------------- */

/* Adds a diagnostic of the file, up to its limit. Lines are looked up where something is told of them. */
static void import_complain(struct import *import, struct import_file *file, enum exchange_message message,
                            struct position at, const struct text *arguments, size_t count) {
    if (file->source.index.starts.count == 0) source_index(&file->source, import->arena);
    if (file->listed >= IMPORT_DIAGNOSTICS_A_FILE) {
        file->unlisted++;
        return;
    }
    if (diagnostics_add(import->diagnostics, &exchange_messages[message], at, arguments, count)) file->listed++;
}

/* Says how many diagnostics of the file are not listed, if any. */
static void import_tell_unlisted(struct import *import, struct import_file *file) {
    if (file->unlisted == 0) return;
    const struct message *message = &exchange_messages[EXCHANGE_IMPORT_UNLISTED];
    struct text number = text_format(import->arena, "%zu", file->unlisted);
    for (size_t i = 0; i < import->diagnostics->list.count; i++) {
        struct diagnostic *diagnostic = &import->diagnostics->list.items[i];
        if (diagnostic->message != message || diagnostic->at.source != &file->source) continue;
        diagnostic->argument[0] = text_copy(import->diagnostics->arena, number);
        return;
    }
    diagnostics_add(import->diagnostics, message, (struct position){.source = &file->source}, &number, 1);
}

static struct position reader_place(const struct import_reader *reader, size_t column) {
    const struct csv_field *cell = &reader->csv.fields[column];
    struct text text = cell->text;
    const char *feed = text.length > 0 ? memchr(text.bytes, '\n', text.length) : NULL;
    if (feed) text.length = (size_t)(feed - text.bytes);
    return (struct position){&reader->file->source, cell->line, csv_column(&reader->csv, cell) + cell->quoted,
                             (uint32_t)text_characters(text)};
}

void reader_complain(struct import_reader *reader, enum exchange_message message, size_t column,
                     const struct text *arguments, size_t count) {
    struct position at = {0};
    reader->bad = true;
    if (reader->silent) return;
    if (reader->file->listed < IMPORT_DIAGNOSTICS_A_FILE) at = reader_place(reader, column);
    import_complain(reader->import, reader->file, message, at, arguments, count);
}

void reader_close(struct import_reader *reader) {
    if (arena_failed(&reader->scratch)) reader->import->arena->failed = true;
    import_tell_unlisted(reader->import, reader->file);
    arena_free(&reader->scratch);
}

/* --- records ---------------------------------------------------------------------------------------------------- */

/* Empty lines before a record are not part of it. */
static void note_start(struct import_reader *reader) {
    csv_skip_empty_lines(&reader->csv);
    reader->start = reader->csv.offset;
    reader->line = reader->csv.line;
    reader->first_diagnostic = reader->import->diagnostics->list.count;
    reader->bad = false;
}

void reader_refuse_row(struct import_reader *reader, struct text id) {
    struct import *import = reader->import;
    struct text bytes = reader->csv.text;
    size_t end = reader->csv.offset;
    while (end > reader->start && (bytes.bytes[end - 1] == '\n' || bytes.bytes[end - 1] == '\r')) end--;
    bool listed = import->diagnostics->list.count > reader->first_diagnostic;
    struct import_refused refused = {
        .file = reader->file,
        .line = reader->line,
        .diagnostic = listed ? reader->first_diagnostic : SIZE_MAX,
        .id = id,
        .row = text_slice(bytes, reader->start < end ? reader->start : end, end),
    };
    VECTOR_PUSH(import->arena, &import->refused, refused);
    reader->file->refused++;
}

bool reader_gives_up(struct import_reader *reader) {
    struct import *import = reader->import;
    if (reader->file->refused < IMPORT_REFUSED_A_FILE) return false;
    struct text number = text_format(&reader->scratch, "%d", (int)IMPORT_REFUSED_A_FILE);
    diagnostics_add(import->diagnostics, &exchange_messages[EXCHANGE_IMPORT_ALL_WRONG],
                    (struct position){&reader->file->source, reader->line, 1, 1}, &number, 1);
    import->file_refused = true;
    return true;
}

/* A record, or the first complaint about a broken one. CSV_NO_MEMORY stays in the scratch arena, and ends the reading.
 */
static enum csv_result next_record(struct import_reader *reader) {
    static const enum exchange_message messages[] = {
        [CSV_QUOTE_OPEN] = EXCHANGE_IMPORT_QUOTE_OPEN, [CSV_QUOTE_STRAY] = EXCHANGE_IMPORT_QUOTE_STRAY,
        [CSV_BAD_UTF8] = EXCHANGE_IMPORT_BAD_UTF8,     [CSV_NUL] = EXCHANGE_IMPORT_NUL,
        [CSV_TOO_WIDE] = EXCHANGE_IMPORT_TOO_WIDE,     [CSV_TOO_LONG] = EXCHANGE_IMPORT_CELL_TOO_LONG,
    };
    arena_rewind(&reader->scratch, reader->mark);
    note_start(reader);
    enum csv_result result = csv_next(&reader->csv);
    if (result != CSV_RECORD && result != CSV_END && result != CSV_NO_MEMORY)
        reader_complain(reader, messages[result], 0, NULL, 0);
    return result;
}

bool reader_headings(struct import_reader *reader) {
    enum csv_result result = next_record(reader);
    if (result == CSV_END)
        import_complain(reader->import, reader->file, EXCHANGE_IMPORT_EMPTY,
                        (struct position){.source = &reader->file->source}, &reader->file->source.name, 1);
    return result == CSV_RECORD;
}

static void refuse_count(struct import_reader *reader) {
    COMPLAIN(reader, EXCHANGE_IMPORT_CELLS, 0, text_format(&reader->scratch, "%zu", reader->csv.count),
             text_format(&reader->scratch, "%zu", reader->file->layout.count));
}

/* Only what had to be unescaped lies outside the file. */
struct text reader_keep(struct import_reader *reader, struct text text) {
    uintptr_t first = (uintptr_t)reader->csv.text.bytes, here = (uintptr_t)text.bytes;
    if (here >= first && here - first <= reader->csv.text.length) return text;
    return text_copy(reader->texts, text);
}

/* A cell of a record with too many or too few: what stands before the slip is right, and mostly the ids do. */
static struct text cell_kept(struct import_reader *reader, size_t column) {
    if (column >= reader->csv.count) return TEXT("");
    return reader_keep(reader, text_trim(reader->csv.fields[column].text));
}

enum import_record reader_record(struct import_reader *reader) {
    enum csv_result result = next_record(reader);
    if (result == CSV_END || result == CSV_NO_MEMORY) return RECORD_NONE;
    if (result == CSV_RECORD && reader->csv.count == reader->file->layout.count) return RECORD_WHOLE;
    reader->bad = true;
    if (reader->silent) return RECORD_BROKEN;
    struct text id = TEXT(""), parent = TEXT("");
    if (result == CSV_RECORD) {
        refuse_count(reader);
        id = cell_kept(reader, reader->file->layout.id);
        if (reader->file->entity) parent = cell_kept(reader, reader->file->layout.parent);
    }
    if (reader->file->entity)
        records_lose(&reader->import->records,
                     (struct lost_row){reader->file->entity, id, parent, MONTH_FIRST, MONTH_LAST});
    reader_refuse_row(reader, id);
    return RECORD_BROKEN;
}

bool reader_next(struct import_reader *reader) {
    while (!arena_failed(reader->import->arena) && !reader_gives_up(reader)) {
        enum import_record found = reader_record(reader);
        if (found != RECORD_BROKEN) return found == RECORD_WHOLE;
    }
    return false;
}
