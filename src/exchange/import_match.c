#include "exchange/import_match.h"

#include "base/identifier.h"
#include "exchange/cut_number.h"
#include "exchange/import_inside.h"

enum { NUMBER_BYTES_MAX = 64 }; /* no scheme has longer ones */

/* Who has a number. */
struct owner {
    struct text id;
    bool several; /* it cannot be told whose a row is */
    size_t rows;  /* of the table so far */
};

void import_match_begin(struct import_match *match, struct arena *arena, const struct entity *entity) {
    *match = (struct import_match){.entity = entity, .arena = arena};
    map_init(&match->owners, arena);
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

void import_match_add(struct import_match *match, struct text number, struct text id) {
    char room[NUMBER_BYTES_MAX];
    struct text key = normalised(number, room);
    if (key.length == 0) return;
    struct owner *owner = map_get(&match->owners, key);
    if (owner) {
        owner->several = owner->several || !text_equal(owner->id, id);
        return;
    }
    owner = ARENA_NEW(match->arena, struct owner);
    owner->id = text_copy(match->arena, id);
    map_put(&match->owners, text_copy(match->arena, key), owner);
}

bool import_match_has_rows(const struct import_match *match, size_t place, struct text *id) {
    const struct owner *owner = match->owners.entries[place].value;
    *id = owner->id;
    return owner->rows > 0;
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

struct matching {
    struct import_match *match;
    struct csv csv;
    struct arena scratch;
    struct arena_mark mark;
    size_t columns, number; /* where the number stands */
    size_t *known_by;       /* the columns of what a row is known by; NULL: not all of them are there */
    bool has_id;
    uint32_t lines; /* that are written */
};

/* Every row stands on the line on which it stood, so that what is wrong with it is told there. */
static void go_to_line(struct matching *matching, uint32_t line) {
    for (; matching->lines + 1 < line; matching->lines++) builder_add(&matching->match->rows, TEXT("\n"));
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
    for (size_t i = 0; i < part.length; i++) {
        char byte = part.bytes[i];
        if (byte == '/' || byte == '%' || (unsigned char)byte < ' ')
            builder_format(out, "%%%02X", (unsigned char)byte);
        else
            builder_add(out, text_slice(part, i, i + 1));
    }
}

static bool is_known(const struct matching *matching) {
    bool known = matching->known_by != NULL;
    for (size_t i = 0; known && i < matching->match->entity->known_by.count; i++)
        known = text_trim(matching->csv.fields[matching->known_by[i]].text).length > 0;
    return known;
}

static struct text id_of(struct matching *matching, const struct owner *owner) {
    struct builder id;
    builder_init(&id);
    add_escaped(&id, owner->id);
    if (is_known(matching))
        for (size_t i = 0; i < matching->match->entity->known_by.count; i++) {
            builder_add(&id, TEXT("/"));
            add_escaped(&id, text_trim(matching->csv.fields[matching->known_by[i]].text));
        }
    else
        builder_format(&id, "/%zu", owner->rows);
    return builder_finish(&id, &matching->scratch);
}

static void note_wrong(struct import_match *match, uint32_t line) {
    if (match->wrong++ == 0) match->line = line;
}

static void add_row(struct matching *matching, struct owner *owner, struct text row, uint32_t line) {
    struct builder *out = &matching->match->rows;
    while (row.length && (row.bytes[row.length - 1] == '\n' || row.bytes[row.length - 1] == '\r')) row.length--;
    owner->rows++;
    matching->match->matched++;
    go_to_line(matching, line);
    builder_add(out, row);
    builder_add(out, TEXT(","));
    csv_write_field(out, owner->id, false);
    if (matching->match->entity->is_event || matching->has_id) return;
    builder_add(out, TEXT(","));
    csv_write_field(out, id_of(matching, owner), false);
}

static void take_record(struct matching *matching, struct text row, uint32_t line) {
    struct import_match *match = matching->match;
    char room[NUMBER_BYTES_MAX];
    struct text cell = matching->csv.fields[matching->number].text, name;
    struct text number = cut_number_take(&cell, &name) ? TEXT("") : normalised(cell, room); /* cut, it is nobody's */
    struct owner *owner = number.length ? map_get(&match->owners, number) : NULL;
    if (owner && !owner->several)
        add_row(matching, owner, row, line);
    else if (owner || number.length == 0 || identifier_check(match->entity->matched_by->check, number, NULL))
        note_wrong(match, line);
    else
        match->strangers++;
}

static void end_line(struct matching *matching) {
    builder_add(&matching->match->rows, TEXT("\n"));
    matching->lines = matching->csv.line - 1;
}

static void take_records(struct matching *matching) {
    struct csv *csv = &matching->csv;
    enum csv_result result = CSV_RECORD;
    matching->mark = arena_here(&matching->scratch);
    while (result != CSV_END && result != CSV_NO_MEMORY && !matching->match->rows.failed) {
        arena_rewind(&matching->scratch, matching->mark);
        csv_skip_empty_lines(csv);
        size_t start = csv->offset, rows = matching->match->matched;
        uint32_t line = csv->line;
        result = csv_next(csv);
        if (result == CSV_RECORD && csv->count == matching->columns)
            take_record(matching, text_slice(csv->text, start, csv->offset), line);
        else if (result != CSV_END && result != CSV_NO_MEMORY)
            note_wrong(matching->match, line);
        if (matching->match->matched > rows) end_line(matching);
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
        end_line(&matching);
        take_records(&matching);
    }
    bool failed = arena_failed(&matching.scratch) || match->rows.failed || arena_failed(match->arena);
    arena_free(&matching.scratch);
    if (failed) return IMPORT_NO_MEMORY;
    return good ? import_text(import, match->entity, name, builder_text(&match->rows)) : IMPORT_FILE_REFUSED;
}
