#include "exchange/rejected.h"

#include "base/csv.h"
#include "exchange/csv_file.h"
#include "exchange/import_inside.h"

#include <stdlib.h>
#include <string.h>

/* --- what is wrong with a row ----------------------------------------------------------------------------------- */

static uint32_t count_lines(struct text row) {
    uint32_t count = 1;
    for (size_t i = 0; i < row.length; i++) count += row.bytes[i] == '\n';
    return count;
}

/* Every complaint about the row, with its remedy, in one line. */
struct text rejected_problem(const struct import *import, struct arena *arena, const struct import_refused *refused,
                             enum language language) {
    const struct diagnostics *diagnostics = import->diagnostics;
    struct builder out;
    builder_init(&out);
    for (size_t i = refused->diagnostic; i < diagnostics->list.count; i++) {
        const struct diagnostic *diagnostic = &diagnostics->list.items[i];
        if (diagnostic->at.source != &refused->file->source || diagnostic->at.line < refused->line ||
            diagnostic->at.line >= refused->line + count_lines(refused->row))
            break;
        struct text remedy = diagnostic_remedy(arena, diagnostic, language);
        if (out.length) builder_add(&out, TEXT(" / "));
        builder_add(&out, diagnostic_text(arena, diagnostic, language));
        if (remedy.length) builder_format(&out, " → %.*s", TEXT_ARG(remedy));
    }
    if (out.length == 0) builder_add(&out, language == LANGUAGE_ZH ? TEXT("有误") : TEXT("wrong"));
    return builder_finish(&out, arena);
}

/* --- the list --------------------------------------------------------------------------------------------------- */

static struct text last_part(struct text path) {
    size_t begin = path.length;
    while (begin > 0 && path.bytes[begin - 1] != '/') begin--;
    return text_slice(path, begin, path.length);
}

/* A file being written, and what is told in it. */
struct sheet {
    const struct import *import;
    struct arena *arena;
    enum language language;
    struct csv_file file;
};

static enum file_result sheet_begin(struct sheet *sheet, struct text folder, struct text name, struct text *path) {
    *path = path_join(sheet->arena, folder, name);
    return csv_file_begin_private(&sheet->file, sheet->arena, folder, name); /* of people, with all that is sealed */
}

static enum file_result sheet_commit(struct sheet *sheet) {
    enum file_result result = csv_file_commit(&sheet->file);
    csv_file_close(&sheet->file);
    return result;
}

static void add_problem(struct sheet *sheet, const struct import_refused *refused) {
    struct arena_mark mark = arena_here(sheet->arena);
    csv_file_cell(&sheet->file, rejected_problem(sheet->import, sheet->arena, refused, sheet->language));
    arena_rewind(sheet->arena, mark);
}

static enum file_result write_list(struct sheet *sheet, const char *folder, struct text *path) {
    enum file_result result = sheet_begin(sheet, text_from(folder), TEXT("rejected.csv"), path);
    if (result != FILE_OK) return result;
    csv_file_add(&sheet->file, TEXT("file,line,id,problem"));
    csv_file_end_line(&sheet->file);
    for (size_t i = 0; i < sheet->import->refused.count; i++) {
        const struct import_refused *refused = &sheet->import->refused.items[i];
        csv_file_cell(&sheet->file, last_part(refused->file->source.name));
        builder_add_decimal(csv_file_next(&sheet->file), refused->line, 0);
        csv_file_cell(&sheet->file, refused->id);
        add_problem(sheet, refused);
        csv_file_end_line(&sheet->file);
    }
    return sheet_commit(sheet);
}

/* --- the copies ------------------------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b) {
    const struct import_refused *left = *(const struct import_refused *const *)a,
                                *right = *(const struct import_refused *const *)b;
    return left->line < right->line ? -1 : left->line > right->line;
}

/* The file's rows that were left out, in order of the file. */
static size_t rows_of(const struct import *import, const struct import_file *file, const struct import_refused **rows) {
    size_t count = 0;
    for (size_t i = 0; i < import->refused.count; i++)
        if (import->refused.items[i].file == file) rows[count++] = &import->refused.items[i];
    qsort(rows, count, sizeof *rows, compare_places);
    return count;
}

/* What stands in front of each row, where neither a cell too many nor an open quote can move it. */
struct front {
    struct text problem, other; /* their headings; no other: the first alone */
    struct text from;           /* the same of the months since when rows hold; empty: the file says it, or nobody */
    struct text since;          /* such a month, of rows that say none; empty: they hold always */
    size_t skipped;             /* cells of the file that the first two were before */
    size_t other_before;        /* which of them was the other; SIZE_MAX: none */
};

/* Behind so many cells of the row. */
static size_t behind_cells(struct text bytes, size_t begin, size_t end, size_t cells) {
    bool quoted = false;
    for (; begin < end && cells > 0; begin++) {
        if (bytes.bytes[begin] == '"') quoted = !quoted;
        cells -= bytes.bytes[begin] == ',' && !quoted;
    }
    return begin;
}

static void add_front(struct sheet *sheet, const struct front *front, const struct csv *csv, enum csv_result result,
                      bool heading) {
    bool kept = result == CSV_RECORD && front->other_before < csv->count;
    if (front->other.length)
        csv_file_cell(&sheet->file, heading ? front->other : kept ? csv->fields[front->other_before].text : TEXT(""));
    if (front->from.length) csv_file_cell(&sheet->file, heading ? front->from : front->since);
}

/* As an import reads them, no formula among them, however often this is a copy of a copy. */
static void copy_cells(struct sheet *sheet, const struct import_file *file, const struct front *front,
                       const struct csv *csv, bool heading) {
    for (size_t i = front->skipped; i < csv->count; i++) {
        struct text cell = import_taken_back(text_trim(csv->fields[i].text));
        bool says_nothing = i == file->layout.from && file->entity && cell.length == 0;
        csv_file_cell(&sheet->file, says_nothing && !heading ? front->since : cell);
    }
}

/* A row that cannot be read as cells, as it was, however long it is: but whatever may be a cell of it begins no
 * formula. */
static void copy_broken(struct sheet *sheet, const struct front *front, struct text bytes, size_t begin, size_t end) {
    begin = behind_cells(bytes, begin, end, front->skipped);
    csv_file_next(&sheet->file);
    while (begin < end) {
        const char *comma = memchr(bytes.bytes + begin, ',', end - begin);
        size_t next = comma ? (size_t)(comma - bytes.bytes) + 1 : end, cell = begin;
        while (cell < next && (bytes.bytes[cell] == ' ' || bytes.bytes[cell] == '"')) cell++;
        csv_file_add(&sheet->file, text_slice(bytes, begin, cell));
        if (csv_looks_like_formula(text_slice(bytes, cell, next - (comma != NULL))))
            csv_file_add(&sheet->file, TEXT("'"));
        csv_file_add(&sheet->file, text_slice(bytes, cell, next));
        begin = next;
    }
}

static void copy_rows(struct sheet *sheet, const struct import_file *file, const struct front *front,
                      const struct import_refused *const *rows, size_t count) {
    struct arena *arena = sheet->arena;
    struct text bytes = file->source.bytes;
    struct csv csv;
    size_t next = 0;
    csv_init(&csv, bytes, arena);
    if (arena_failed(arena)) return;
    csv_file_add(&sheet->file, TEXT("\xef\xbb\xbf")); /* as spreadsheets want it */
    for (bool heading = true;; heading = false) {
        struct arena_mark mark = arena_here(arena);
        csv_skip_empty_lines(&csv);
        size_t begin = csv.offset;
        uint32_t line = csv.line;
        enum csv_result result = csv_next(&csv);
        if (result == CSV_END || result == CSV_NO_MEMORY) return;
        size_t end = csv.offset;
        while (end > begin && (bytes.bytes[end - 1] == '\n' || bytes.bytes[end - 1] == '\r')) end--;
        while (next < count && rows[next]->line < line) next++; /* one that is not found costs no other its problem */
        if (heading)
            csv_file_cell(&sheet->file, front->problem);
        else if (next < count && rows[next]->line == line)
            add_problem(sheet, rows[next++]);
        else
            csv_file_next(&sheet->file);
        add_front(sheet, front, &csv, result, heading);
        if (result == CSV_RECORD)
            copy_cells(sheet, file, front, &csv, heading);
        else
            copy_broken(sheet, front, bytes, begin, end);
        csv_file_end_line(&sheet->file);
        arena_rewind(arena, mark);
    }
}

/* A heading that no input has. */
static struct text free_heading(const struct entity *entity, enum language language, struct text zh, struct text en) {
    struct text heading = language == LANGUAGE_ZH ? zh : en;
    const struct field *field = entity ? entity_field(entity, text_slice(heading, 1, heading.length)) : NULL;
    bool taken = field && field->kind == FIELD_INPUT;
    return taken ? heading : text_slice(heading, 1, heading.length);
}

static struct front front_of(const struct import_file *file, enum language language) {
    const struct import_layout *layout = &file->layout;
    struct front front = {.problem = free_heading(file->entity, language, TEXT("#错误"), TEXT("#error")),
                          .other = TEXT(""),
                          .from = TEXT(""),
                          .since = TEXT(""),
                          .skipped = layout->own,
                          .other_before = SIZE_MAX};
    bool stands_behind = file->entity && layout->other != IMPORT_NO_COLUMN && layout->other >= layout->own;
    for (size_t i = 0; i < layout->own && file->entity; i++)
        if (i == layout->other) front.other_before = i;
    if (file->entity && !stands_behind)
        front.other = free_heading(file->entity, language, TEXT("#另一行"), TEXT("#other"));
    return front;
}

/* What is imported as it is, without saying since when it is so, would hold always. Events have no such month. */
static void hold_since(struct front *front, struct arena *arena, const struct import_file *file, enum language language,
                       month_number since) {
    if (since == MONTH_FIRST || !file->entity || file->entity->is_event) return;
    front->since = month_format(arena, since);
    if (file->layout.from == IMPORT_NO_COLUMN) front->from = language == LANGUAGE_ZH ? TEXT("自") : TEXT("from");
}

/* The name of a workbook's sheet as CSV, too. */
static struct text copy_name(struct arena *arena, struct text path) {
    struct text name = last_part(path);
    size_t dot = name.length;
    while (dot > 0 && name.bytes[dot - 1] != '.') dot--;
    if (text_ends(name, ".csv")) return name;
    if (dot > 1) name = text_slice(name, 0, dot - 1);
    return text_format(arena, "%.*s.csv", TEXT_ARG(name));
}

enum file_result rejected_write_copies(const struct import *import, struct arena *arena, const char *folder,
                                       enum language language, month_number since, struct text *path) {
    struct sheet sheet = {.import = import, .arena = arena, .language = language};
    const struct import_refused **rows = ARENA_ARRAY(arena, const struct import_refused *, import->refused.count + 1);
    *path = text_from(folder);
    enum file_result result = arena_failed(arena) ? FILE_NO_MEMORY : folder_make(folder);
    for (size_t i = 0; i < import->files.count && result == FILE_OK; i++) {
        const struct import_file *file = import->files.items[i];
        size_t count = rows_of(import, file, rows);
        if (count == 0) continue;
        struct front front = front_of(file, language);
        hold_since(&front, arena, file, language, since);
        result = sheet_begin(&sheet, text_from(folder), copy_name(arena, file->source.name), path);
        if (result != FILE_OK) break;
        copy_rows(&sheet, file, &front, rows, count);
        result = sheet_commit(&sheet);
    }
    return arena_failed(arena) ? FILE_NO_MEMORY : result;
}

static enum file_result write_copies(struct sheet *sheet, const char *folder, struct text *path) {
    const struct import *import = sheet->import;
    struct arena *arena = sheet->arena;
    struct text copies = path_join(arena, text_from(folder), TEXT("rejected"));
    const struct import_refused **rows = ARENA_ARRAY(arena, const struct import_refused *, import->refused.count + 1);
    const struct front front = {TEXT("#problem"), TEXT(""), TEXT(""), TEXT(""), 0, SIZE_MAX};
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    *path = copies;
    enum file_result result = folder_make(copies.bytes);
    for (size_t i = 0; i < import->files.count && result == FILE_OK; i++) {
        const struct import_file *file = import->files.items[i];
        size_t count = rows_of(import, file, rows);
        if (count == 0) continue;
        result = sheet_begin(sheet, copies, last_part(file->source.name), path);
        if (result != FILE_OK) break;
        copy_rows(sheet, file, &front, rows, count);
        result = sheet_commit(sheet);
    }
    return result;
}

enum file_result rejected_write(const struct import *import, struct arena *arena, const char *folder,
                                enum language language, struct text *path) {
    struct sheet sheet = {.import = import, .arena = arena, .language = language};
    *path = text_from(folder);
    enum file_result result = folder_make(folder);
    if (result == FILE_OK) result = write_list(&sheet, folder, path);
    if (result == FILE_OK) result = write_copies(&sheet, folder, path);
    return arena_failed(arena) ? FILE_NO_MEMORY : result;
}
