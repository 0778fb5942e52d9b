#include "exchange/import_match.h"

#include "base/identifier.h"
#include "base/thread.h"
#include "exchange/cut_number.h"
#include "exchange/import_inside.h"

enum { NUMBER_BYTES_MAX = 64 }; /* no scheme has longer ones */

void import_match_begin(struct import_match *match, struct arena *arena, const struct entity *entity) {
    *match = (struct import_match){.entity = entity, .arena = arena};
    map_init(&match->numbers, arena);
    builder_init(&match->rows);
}

void import_match_close(struct import_match *match) {
    builder_free(&match->rows);
}

/* As the scheme writes it; empty for what no number can be. */
static struct text normalised(struct text number, char room[NUMBER_BYTES_MAX]) {
    number = text_trim(number);
    if (number.length > NUMBER_BYTES_MAX) return TEXT("");
    for (size_t i = 0; i < number.length; i++) {
        char byte = number.bytes[i];
        room[i] = byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
    }
    return (struct text){room, number.length};
}

void import_match_reserve(struct import_match *match, size_t owners) {
    map_reserve(&match->numbers, owners);
}

void import_match_add(struct import_match *match, struct text number, struct text id, uint32_t key) {
    char room[NUMBER_BYTES_MAX];
    struct text found = normalised(number, room);
    if (found.length == 0) return;
    /* Nearly all are written as they should be. */
    size_t place = map_enter(&match->numbers, text_equal(found, number) ? number : text_copy(match->arena, found));
    if (place < match->owners.count) {
        struct import_owner *owner = &match->owners.items[place];
        owner->several = owner->several || owner->key != key;
    } else if (place != SIZE_MAX) {
        const struct import_owner owner = {.id = id, .key = key};
        VECTOR_PUSH(match->arena, &match->owners, owner);
    }
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

/* A record of the table, until it is known whose it is. */
enum fate { FATE_MATCHED, FATE_STRANGER, FATE_WRONG };
struct found {
    struct text row, number;
    struct text *known_by; /* in order; NULL: not all of them are told */
    uint32_t line, end;    /* the first and the last on which it stands */
    enum fate fate;
    struct import_owner *owner; /* of one that is matched */
};
enum { BATCH_ROWS = 16384 };

struct matching {
    struct import_match *match;
    struct csv csv;
    struct arena scratch;
    struct arena_mark mark;
    size_t columns, number; /* where the number stands */
    size_t *known_by;       /* the columns of what a row is known by; NULL: not all of them are there */
    bool has_id;
    uint32_t lines; /* that are written */
    struct found *batch;
    size_t count; /* of the batch */
};

/* Every row stands on the line on which it stood, so that what is wrong with it is told there. */
static void go_to_line(struct matching *matching, uint32_t line) {
    for (; matching->lines + 1 < line; matching->lines++) builder_add(&matching->match->rows, TEXT("\n"));
}

static void end_line(struct matching *matching, uint32_t line) {
    builder_add(&matching->match->rows, TEXT("\n"));
    matching->lines = line;
}

static size_t column_of(const struct matching *matching, const struct field *input) {
    for (size_t i = 0; i < matching->columns; i++) {
        struct text heading = text_trim(matching->csv.fields[i].text);
        if (text_equal(heading, input->name) || text_equal(heading, input->label[LANGUAGE_ZH]) ||
            text_equal(heading, input->label[LANGUAGE_EN]))
            return i;
    }
    return IMPORT_NO_COLUMN;
}

static void find_known_by(struct matching *matching) {
    const struct entity *entity = matching->match->entity;
    size_t count = entity->known_by.count;
    matching->known_by = ARENA_ARRAY(matching->match->arena, size_t, count + 1);
    for (size_t i = 0; i < count && matching->known_by; i++) {
        matching->known_by[i] = column_of(matching, entity->known_by.items[i]);
        if (matching->known_by[i] == IMPORT_NO_COLUMN) matching->known_by = NULL;
    }
    if (count == 0) matching->known_by = NULL;
}

/* The number's column is left out, those of the row above and of the id are added. */
static void write_headings(struct matching *matching) {
    struct builder *out = &matching->match->rows;
    const struct entity *entity = matching->match->entity;
    for (size_t i = 0; i < matching->columns; i++) {
        if (i) builder_add(out, TEXT(","));
        if (i == matching->number)
            builder_add(out, TEXT("#"));
        else
            csv_write_field(out, matching->csv.fields[i].text, false);
    }
    builder_format(out, ",%.*s", TEXT_ARG(entity->parent->name));
    if (!entity->is_event && !matching->has_id) builder_add(out, TEXT(",id"));
}

/* False, and told, where there is no such column. */
static bool read_headings(struct matching *matching, struct import *import, const struct source *source) {
    const struct field *input = matching->match->entity->matched_by;
    struct csv *csv = &matching->csv;
    csv_skip_empty_lines(csv);
    go_to_line(matching, csv->line);
    uint32_t line = csv->line;
    if (csv_next(csv) != CSV_RECORD) csv->count = 0;
    matching->columns = csv->count;
    matching->number = column_of(matching, input);
    for (size_t i = 0; i < csv->count; i++) {
        struct text heading = text_trim(csv->fields[i].text);
        matching->has_id = matching->has_id || text_is(heading, "id") || text_is(heading, "编号");
    }
    if (matching->number == IMPORT_NO_COLUMN) {
        const struct text words[] = {input->name, label_or_name(input->label, input->name, LANGUAGE_ZH),
                                     label_or_name(input->label, input->name, LANGUAGE_EN)};
        diagnostics_add(import->diagnostics, &exchange_messages[EXCHANGE_IMPORT_COLUMN_MISSING],
                        (struct position){source, line, 1, 1}, words, 3);
        import->file_refused = true;
        return false;
    }
    find_known_by(matching);
    write_headings(matching);
    return true;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static void add_escaped(struct builder *out, struct text part) {
    size_t begin = 0;
    for (size_t i = 0; i < part.length; i++) {
        char byte = part.bytes[i];
        if (byte != '/' && byte != '%' && (unsigned char)byte >= ' ') continue;
        builder_add(out, text_slice(part, begin, i));
        builder_format(out, "%%%02X", (unsigned char)byte);
        begin = i + 1;
    }
    builder_add(out, text_slice(part, begin, part.length));
}

static struct text id_of(struct matching *matching, const struct found *found) {
    struct builder id;
    builder_init(&id);
    add_escaped(&id, found->owner->id);
    for (size_t i = 0; found->known_by && i < matching->match->entity->known_by.count; i++) {
        builder_add(&id, TEXT("/"));
        add_escaped(&id, found->known_by[i]);
    }
    if (!found->known_by) builder_format(&id, "/%zu", found->owner->rows);
    return builder_finish(&id, &matching->scratch);
}

static void add_row(struct matching *matching, const struct found *found) {
    struct builder *out = &matching->match->rows;
    struct text row = found->row;
    while (row.length && (row.bytes[row.length - 1] == '\n' || row.bytes[row.length - 1] == '\r')) row.length--;
    found->owner->rows++;
    VECTOR_PUSH(matching->match->arena, &matching->match->matched,
                ((struct import_matched){found->line, found->owner->key}));
    go_to_line(matching, found->line);
    builder_add(out, row);
    builder_add(out, TEXT(","));
    csv_write_field(out, found->owner->id, false);
    if (!matching->match->entity->is_event && !matching->has_id) {
        builder_add(out, TEXT(","));
        csv_write_field(out, id_of(matching, found), false);
    }
    end_line(matching, found->end);
}

static void take_found(struct matching *matching, const struct found *found) {
    struct import_match *match = matching->match;
    if (found->fate == FATE_MATCHED)
        add_row(matching, found);
    else if (found->fate == FATE_STRANGER)
        match->strangers++;
    else if (match->wrong++ == 0)
        match->line = found->line;
}

/* --- whose they are ----------------------------------------------------------------------------------------------- */

static struct import_owner *owner_of(const struct import_match *match, struct text number) {
    size_t place = number.length ? map_place(&match->numbers, number) : SIZE_MAX;
    return place == SIZE_MAX ? NULL : &match->owners.items[place];
}

/* Owners lie anywhere in memory: threads wait for them at once. */
static void find_owners(void *context, size_t begin, size_t end, unsigned thread) {
    const struct matching *matching = context;
    const struct import_match *match = matching->match;
    char room[NUMBER_BYTES_MAX];
    (void)thread;
    for (struct found *found = matching->batch + begin; found < matching->batch + end; found++) {
        struct text cell = found->number, name;
        if (found->fate == FATE_WRONG) continue;
        struct text number =
            cut_number_take(&cell, &name) ? TEXT("") : normalised(cell, room); /* cut, it is nobody's */
        struct import_owner *owner = owner_of(match, number);
        bool wrong = number.length == 0 || (owner && owner->several) ||
                     (!owner && identifier_check(match->entity->matched_by->check, number, NULL));
        if (owner) __builtin_prefetch(owner->id.bytes);
        found->owner = owner;
        found->fate = wrong ? FATE_WRONG : owner ? FATE_MATCHED : FATE_STRANGER;
    }
}

/* Texts of the cells live as long as the batch. */
static struct text *known_by_of(struct matching *matching) {
    size_t count = matching->known_by ? matching->match->entity->known_by.count : 0;
    struct text *cells = count ? ARENA_ARRAY(&matching->scratch, struct text, count) : NULL;
    bool all = cells != NULL;
    for (size_t i = 0; i < count && all; i++) {
        cells[i] = text_trim(matching->csv.fields[matching->known_by[i]].text);
        all = cells[i].length > 0;
    }
    return all ? cells : NULL;
}

/* The next records, as many as there are and a batch holds; false at the end of the table. */
static bool read_batch(struct matching *matching) {
    struct csv *csv = &matching->csv;
    arena_rewind(&matching->scratch, matching->mark);
    for (matching->count = 0; matching->count < BATCH_ROWS;) {
        struct found found = {.fate = FATE_WRONG};
        csv_skip_empty_lines(csv);
        size_t start = csv->offset;
        found.line = csv->line;
        enum csv_result result = csv_next(csv);
        if (result == CSV_END || result == CSV_NO_MEMORY) return false;
        if (result == CSV_RECORD && csv->count == matching->columns)
            found = (struct found){.row = text_slice(csv->text, start, csv->offset),
                                   .number = csv->fields[matching->number].text,
                                   .known_by = known_by_of(matching),
                                   .line = found.line,
                                   .end = csv->line - 1,
                                   .fate = FATE_STRANGER};
        matching->batch[matching->count++] = found;
    }
    return true;
}

static void take_records(struct matching *matching) {
    struct import_match *match = matching->match;
    bool more = true;
    matching->batch = ARENA_ARRAY(&matching->scratch, struct found, BATCH_ROWS);
    matching->mark = arena_here(&matching->scratch);
    while (more && !match->rows.failed && !arena_failed(&matching->scratch)) {
        more = read_batch(matching);
        work_in_ranges(threads_for(matching->count, match->threads), matching->count, find_owners, matching);
        for (size_t i = 0; i < matching->count; i++) take_found(matching, &matching->batch[i]);
    }
}

enum import_result import_match_text(struct import_match *match, struct import *import, struct text name,
                                     struct text bytes) {
    struct matching matching = {.match = match};
    const struct import_file *file = import_open_text(import, name, bytes);
    if (!file) return arena_failed(import->arena) ? IMPORT_NO_MEMORY : IMPORT_FILE_REFUSED;
    arena_init(&matching.scratch);
    csv_init(&matching.csv, file->source.bytes, &matching.scratch);
    matching.csv.sound = file->sound;
    bool good = !arena_failed(&matching.scratch) && read_headings(&matching, import, &file->source);
    if (good) {
        end_line(&matching, matching.csv.line - 1);
        take_records(&matching);
    }
    bool failed = arena_failed(&matching.scratch) || match->rows.failed || arena_failed(match->arena);
    arena_free(&matching.scratch);
    if (failed) return IMPORT_NO_MEMORY;
    return good ? import_text(import, match->entity, name, builder_text(&match->rows)) : IMPORT_FILE_REFUSED;
}
