#include "exchange/import_inside.h"

#include "base/thread.h"

#include <assert.h>
#include <string.h>

/* A file is read in parts, by as many threads as there may be. They read in silence: a record that somebody is to be
 * told of is put aside, and read again with all that is to be said when the parts are joined, in the order of the file.
 *
 * A part is cut where a line begins, which may be within quotes. That is known when the part before it has been read to
 * the end of its last record: a part that does not begin there is read again from there. */

enum { PART_BYTES = 1 << 20 };

/* Parts that are shared out among threads, in order. */
struct sharing {
    struct import *import;
    struct import_file *file;
    struct lock lock;
    size_t next, aside; /* aside: records put aside in the parts that have been read */
    bool failed;
};

/* The next part to be done; NULL when there is none. */
static struct import_part *take_part(struct sharing *sharing) {
    lock_take(&sharing->lock);
    bool left = sharing->next < sharing->file->part_count && !sharing->failed;
    struct import_part *part = left ? &sharing->file->parts[sharing->next++] : NULL;
    lock_give(&sharing->lock);
    return part;
}

static void share_out(struct sharing *sharing, void (*work)(void *, unsigned)) {
    size_t threads = sharing->import->threads ? sharing->import->threads : 1;
    if (threads > sharing->file->part_count) threads = sharing->file->part_count;
    lock_init(&sharing->lock);
    work_together(threads < THREADS_MAX ? (unsigned)threads : THREADS_MAX, work, sharing);
    lock_free(&sharing->lock);
}

/* --- cutting ------------------------------------------------------------------------------------------------------ */

static void survey_parts(void *context, unsigned worker) {
    struct sharing *sharing = context;
    (void)worker;
    for (struct import_part *part; (part = take_part(sharing));)
        part->survey = csv_survey(text_slice(sharing->file->file.bytes, part->begin, part->end));
}

/* Behind the line that the offset lies in. */
static size_t next_line(struct text bytes, size_t offset) {
    const char *feed = offset < bytes.length ? memchr(bytes.bytes + offset, '\n', bytes.length - offset) : NULL;
    return feed ? (size_t)(feed - bytes.bytes) + 1 : bytes.length;
}

void import_survey(struct import *import, struct import_file *file) {
    struct text bytes = file->file.bytes;
    size_t length = import->part_bytes ? import->part_bytes : PART_BYTES;
    struct sharing sharing = {.import = import, .file = file};
    file->parts = ARENA_ARRAY(import->arena, struct import_part, bytes.length / length + 1);
    file->part_count = 0;
    if (arena_failed(import->arena)) return;
    for (size_t begin = 0, end; begin < bytes.length || file->part_count == 0; begin = end) {
        end = bytes.length - begin > length ? next_line(bytes, begin + length - 1) : bytes.length;
        file->parts[file->part_count++] = (struct import_part){.begin = begin, .end = end};
    }
    share_out(&sharing, survey_parts);
    file->sound = true;
    for (size_t i = 0; i < file->part_count; i++) file->sound = file->sound && file->parts[i].survey.sound;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void put_aside(struct import_part *part, const struct import_reader *reader) {
    struct import_aside aside = {.offset = reader->start, .row = part->rows, .line = reader->line};
    VECTOR_PUSH(&part->arena, &part->aside, aside);
}

/* Of rows under one parent the id is the same bytes, which are then not read again to see that they are the same. */
static void note_row(struct import_part *part, struct record_row *row) {
    if (part->rows > 0 && text_equal(row[-1].parent, row->parent)) row->parent = row[-1].parent;
    part->versioned = part->versioned || row->from != MONTH_FIRST || row->until != MONTH_LAST;
    part->ordered = part->ordered && row->id.length > 0 && (part->rows == 0 || text_compare(row[-1].id, row->id) < 0);
    part->rows++;
}

/* From an offset on, which is where a line begins. */
static void read_part(struct import_reader *reader, struct import_part *part, size_t offset, uint32_t line) {
    struct record_table *table = &reader->import->records.tables[reader->file->entity->index];
    reader->texts = &part->arena;
    reader->csv.offset = offset;
    reader->csv.line = line;
    part->rows = part->aside.count = 0;
    part->versioned = false;
    part->read = part->ordered = true;
    csv_skip_empty_lines(&reader->csv);
    part->started = reader->csv.offset;
    while (reader->csv.offset < part->end) {
        enum import_record found = reader_record(reader);
        if (found == RECORD_NONE) break;
        size_t row = part->first_row + part->rows;
        if (found == RECORD_WHOLE) reader_read_row(reader, row);
        if (reader->bad)
            put_aside(part, reader);
        else
            note_row(part, &table->rows[row]);
        csv_skip_empty_lines(&reader->csv);
    }
    part->passed = reader->csv.offset;
    part->passed_line = reader->csv.line;
}

/* Rows of which far too many are wrong need not be read to the end: the parts before this one have been taken. */
static void read_parts(void *context, unsigned worker) {
    struct sharing *sharing = context;
    struct import_reader reader;
    size_t aside = 0;
    (void)worker;
    bool ready = reader_open(&reader, sharing->import, sharing->file) && reader_prepare_rows(&reader);
    reader.silent = true;
    for (struct import_part *part; ready && aside < IMPORT_REFUSED_A_FILE && (part = take_part(sharing));) {
        read_part(&reader, part, part->begin, part->line);
        lock_take(&sharing->lock);
        aside = sharing->aside += part->aside.count;
        lock_give(&sharing->lock);
        ready = !arena_failed(&part->arena) && !arena_failed(&reader.scratch);
    }
    lock_take(&sharing->lock);
    sharing->failed = sharing->failed || !ready;
    lock_give(&sharing->lock);
    arena_free(&reader.scratch);
}

/* --- joining ------------------------------------------------------------------------------------------------------ */

/* Where the rows of each part are written, and the room for them all. A record takes a line, and a byte for each cell.
 * One row more is for what is read again; false when there is no memory for them. */
static bool make_room(struct import *import, const struct import_reader *reader, size_t *spare) {
    struct import_file *file = reader->file;
    size_t base = import->records.tables[file->entity->index].count, rows = 0;
    uint32_t line = reader->csv.line;
    for (size_t i = 0; i < file->part_count; i++) {
        struct import_part *part = &file->parts[i];
        if (part->begin < reader->csv.offset) { /* of the headings */
            part->begin = reader->csv.offset < part->end ? reader->csv.offset : part->end;
            part->survey = csv_survey(text_slice(file->source.bytes, part->begin, part->end));
        }
        part->first_row = base + rows;
        part->line = line;
        line += (uint32_t)part->survey.feeds;
        size_t lines = part->survey.feeds + (i + 1 == file->part_count);
        size_t most = (part->end - part->begin) / file->layout.count + 1;
        rows += lines < most ? lines : most;
    }
    *spare = base + rows;
    return records_reserve(&import->records, file->entity, rows + 1);
}

/* Tells what is wrong with the records that were put aside, and joins the rows; false when the file is given up. */
static bool join_part(struct import_reader *reader, struct import_part *part, size_t spare) {
    struct records *records = &reader->import->records;
    size_t rows = part->rows;
    bool given_up = false;
    for (size_t i = 0; i < part->aside.count && !given_up && !arena_failed(records->arena); i++) {
        const struct import_aside *aside = &part->aside.items[i];
        reader->csv.offset = aside->offset;
        reader->csv.line = aside->line;
        if (reader_record(reader) == RECORD_WHOLE) reader_read_row(reader, spare);
        assert(reader->bad || arena_failed(&reader->scratch));
        given_up = reader_gives_up(reader);
        if (given_up) rows = aside->row;
    }
    records->versioned = records->versioned || part->versioned;
    if (!part->ordered) records->tables[reader->file->entity->index].unordered = true;
    records_join(records, reader->file->entity, part->first_row, rows);
    return !given_up;
}

static void read_again(struct import_reader *reader, struct import_part *part, size_t offset, uint32_t line) {
    struct record_table *table = &reader->import->records.tables[reader->file->entity->index];
    while (part->rows > 0) record_table_clear(table, part->first_row + --part->rows);
    reader->silent = true;
    read_part(reader, part, offset, line);
    reader->silent = false;
}

static void join_parts(struct import *import, struct import_reader *reader, size_t spare) {
    struct import_file *file = reader->file;
    csv_skip_empty_lines(&reader->csv);
    size_t offset = reader->csv.offset;
    uint32_t line = reader->csv.line;
    bool going = true;
    for (size_t i = 0; i < file->part_count && going; i++) {
        struct import_part *part = &file->parts[i];
        if (!part->read || part->started != offset) {
            read_again(reader, part, offset, line);
            arena_adopt(import->arena, &part->arena);
        }
        offset = part->passed;
        line = part->passed_line;
        reader->texts = import->arena;
        going = !arena_failed(import->arena) && !arena_failed(&reader->scratch) && join_part(reader, part, spare);
    }
}

void import_read_rows(struct import *import, struct import_reader *reader) {
    struct import_file *file = reader->file;
    struct sharing sharing = {.import = import, .file = file};
    size_t spare;
    if (!make_room(import, reader, &spare) || !reader_prepare_rows(reader)) return;
    share_out(&sharing, read_parts);
    for (size_t i = 0; i < file->part_count; i++) arena_adopt(import->arena, &file->parts[i].arena);
    if (sharing.failed) import->arena->failed = true;
    if (!sharing.failed) join_parts(import, reader, spare);
}
