#include "exchange/import_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Finding the record that a refusal is about: refusals are told in the order of the lines of each file, so that the
 * search goes on from the last one. */
struct finding {
    struct import *import;
    struct import_reader reader;
    bool open;
    size_t offset; /* of the beginning of `line` */
    uint32_t line;
    struct map refused_ids; /* entity and id of rows that the import refused */
};

static bool move_to(struct finding *finding, struct import_file *file) {
    if (finding->open && finding->reader.file == file) return true;
    if (finding->open) reader_close(&finding->reader);
    finding->open = reader_open(&finding->reader, finding->import, file);
    finding->offset = finding->reader.csv.offset;
    finding->line = 1;
    return finding->open;
}

/* The record that begins on the line becomes the reader's. */
static bool find_record(struct finding *finding, struct import_file *file, uint32_t line) {
    if (!move_to(finding, file)) return false;
    struct import_reader *reader = &finding->reader;
    struct text bytes = reader->csv.text;
    if (line < finding->line) {
        finding->offset = text_starts(bytes, "\xef\xbb\xbf") ? 3 : 0;
        finding->line = 1;
    }
    for (; finding->line < line && finding->offset < bytes.length; finding->line++) {
        const char *feed = memchr(bytes.bytes + finding->offset, '\n', bytes.length - finding->offset);
        finding->offset = feed ? (size_t)(feed - bytes.bytes) + 1 : bytes.length;
    }
    arena_rewind(&reader->scratch, reader->mark);
    reader->csv.offset = reader->start = finding->offset;
    reader->csv.line = reader->line = line;
    reader->first_diagnostic = finding->import->diagnostics->list.count;
    return csv_next(&reader->csv) == CSV_RECORD && reader->csv.count == file->layout.count;
}

/* --- rows that the import refused ------------------------------------------------------------------------------- */

static struct text entity_and_id(struct arena *arena, const struct entity *entity, struct text id) {
    return text_format(arena, "%zu %.*s", entity->index, TEXT_ARG(id));
}

static void note_refused_ids(struct finding *finding) {
    struct import *import = finding->import;
    map_init(&finding->refused_ids, import->arena);
    for (size_t i = 0; i < import->refused.count; i++) {
        const struct import_refused *refused = &import->refused.items[i];
        if (refused->file->entity && refused->id.length > 0)
            map_put(&finding->refused_ids, entity_and_id(import->arena, refused->file->entity, refused->id), import);
    }
}

static bool was_refused(const struct finding *finding, const struct entity *entity, struct text id) {
    assert(entity); /* what has no parent lacks none */
    struct arena *arena = finding->import->arena;
    struct arena_mark mark = arena_here(arena);
    bool found = map_get(&finding->refused_ids, entity_and_id(arena, entity, id)) != NULL;
    arena_rewind(arena, mark);
    return found;
}

/* --- telling ---------------------------------------------------------------------------------------------------- */

/* Of rows that a registry is told, which leaves out what a dataset counts as unknown. */
static enum exchange_message message_of_told(const struct finding *finding, const struct refusal *refusal) {
    const struct entity *target = refusal->field ? refusal->field->type.entity : NULL;
    bool reference = refusal->kind == REFUSED_UNKNOWN_REFERENCE;
    bool out = reference && was_refused(finding, target, refusal->value);
    if (reference) return out ? EXCHANGE_IMPORT_REFERENCE_LEFT_OUT : EXCHANGE_IMPORT_REFERENCE_NOWHERE;
    return EXCHANGE_IMPORT_PARENT_LEFT_OUT;
}

static enum exchange_message message_of(const struct finding *finding, const struct refusal *refusal) {
    bool hangs = refusal->kind == REFUSED_UNKNOWN_REFERENCE || refusal->kind == REFUSED_PARENT_REFUSED;
    if (finding->import->adds && hangs) return message_of_told(finding, refusal);
    switch (refusal->kind) {
    case REFUSED_NO_ID: return EXCHANGE_IMPORT_ID_EMPTY;
    case REFUSED_DUPLICATE: return refusal->entity->is_event ? EXCHANGE_IMPORT_EVENT_TWICE : EXCHANGE_IMPORT_ID_TWICE;
    case REFUSED_NO_PARENT: return EXCHANGE_IMPORT_PARENT_EMPTY;
    case REFUSED_UNKNOWN_PARENT:
        return was_refused(finding, refusal->entity->parent, refusal->value) ? EXCHANGE_IMPORT_PARENT_REFUSED
                                                                             : EXCHANGE_IMPORT_PARENT_UNKNOWN;
    case REFUSED_PARENT_REFUSED: return EXCHANGE_IMPORT_PARENT_REFUSED;
    case REFUSED_UNKNOWN_REFERENCE:
        return was_refused(finding, refusal->field->type.entity, refusal->value) ? EXCHANGE_IMPORT_REFERENCE_REFUSED
                                                                                 : EXCHANGE_IMPORT_REFERENCE_UNKNOWN;
    case REFUSED_DATED_EMPTY: return EXCHANGE_IMPORT_DATED_EMPTY;
    case REFUSED_VERSION_LOST: return EXCHANGE_IMPORT_VERSION_LOST;
    case REFUSED_NEEDED: return EXCHANGE_IMPORT_NEEDED;
    case REFUSED_SETTLED: return EXCHANGE_IMPORT_SETTLED;
    case REFUSED_CANCELLED: return EXCHANGE_IMPORT_CANCELLED;
    case REFUSED_TOO_MANY: break;
    }
    return EXCHANGE_IMPORT_TOO_MANY;
}

static size_t column_of(const struct import_layout *layout, const struct refusal *refusal) {
    bool of_id = refusal->kind == REFUSED_NO_ID || refusal->kind == REFUSED_DUPLICATE ||
                 refusal->kind == REFUSED_VERSION_LOST || refusal->kind == REFUSED_NEEDED;
    size_t column = of_id ? layout->id : layout->parent;
    for (size_t i = 0; i < layout->count && refusal->field; i++)
        if (layout->inputs[i] == refusal->field) column = i;
    return column == IMPORT_NO_COLUMN ? 0 : column;
}

/* {0}: heading, {1}: value, {2}: Chinese label of the entity it should lead to (English names the heading), or how many
 * there may be. */
static void tell(struct finding *finding, const struct refusal *refusal) {
    struct import_reader *reader = &finding->reader;
    const struct entity *entity = refusal->entity;
    const struct entity *target =
        refusal->kind == REFUSED_UNKNOWN_REFERENCE ? refusal->field->type.entity : entity->parent;
    size_t column = column_of(&reader->file->layout, refusal);
    struct text third = target ? label_or_name(target->label, target->name, LANGUAGE_ZH) : TEXT("");
    if (refusal->kind == REFUSED_TOO_MANY) third = number_exact(&reader->scratch, entity->at_most);
    COMPLAIN(reader, message_of(finding, refusal), column, reader->file->layout.headings[column],
             text_trim(reader->csv.fields[column].text), third);
}

/* A row without a reference stands in a dataset: only the reference is unknown. */
static bool stands_without(const struct import *import, const struct refusal *refusal) {
    return refusal->kind == REFUSED_UNKNOWN_REFERENCE && !import->adds;
}

/* True the first time. */
static bool note_reported(struct import *import, const struct refusal *refusal) {
    size_t index = refusal->entity->index;
    if (stands_without(import, refusal)) return false;
    if (!import->reported[index]) {
        import->reported[index] = ARENA_ARRAY(import->arena, bool, import->records.tables[index].count + 1);
        if (arena_failed(import->arena)) return false;
    }
    bool first = !import->reported[index][refusal->row];
    import->reported[index][refusal->row] = true;
    return first;
}

static void report(struct finding *finding, const struct refusal *refusal) {
    struct import *import = finding->import;
    struct import_file *file = import->by_entity[refusal->entity->index];
    const struct record_row *row = &import->records.tables[refusal->entity->index].rows[refusal->row];
    bool rowless = stands_without(import, refusal);
    bool first = note_reported(import, refusal);
    if (!file || arena_failed(import->arena) || (!first && !rowless)) return;
    if (!find_record(finding, file, row->place)) return;
    tell(finding, refusal);
    if (first) reader_refuse_row(&finding->reader, row->id);
}

/* --- order ------------------------------------------------------------------------------------------------------ */

/* A refusal and what it is ordered by: the entity, of which there is one file, and the line; what is told of one line
 * stays in the order in which it was found, since only the first of it counts. */
struct told {
    const struct refusal *refusal; /* in the list, so that its address tells the order in which it was found */
    uint32_t line;
};

static int compare_told(const void *left, const void *right) {
    const struct told *a = left, *b = right;
    size_t first = a->refusal->entity->index, second = b->refusal->entity->index;
    if (first != second) return first < second ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return a->refusal < b->refusal ? -1 : a->refusal > b->refusal;
}

/* The dataset goes by parent and by date, as the lines of a file need not. NULL when memory has run out. */
static struct told *in_order_of_lines(struct import *import, const struct refusals *refusals) {
    struct told *order = ARENA_ARRAY(import->arena, struct told, refusals->list.count + 1);
    if (arena_failed(import->arena)) return NULL;
    for (size_t i = 0; i < refusals->list.count; i++) {
        const struct refusal *refusal = &refusals->list.items[i];
        const struct record_table *table = &import->records.tables[refusal->entity->index];
        order[i] = (struct told){refusal, table->rows[refusal->row].place};
    }
    qsort(order, refusals->list.count, sizeof *order, compare_told);
    return order;
}

void import_report_refusals(struct import *import, const struct refusals *refusals) {
    struct finding finding = {.import = import};
    note_refused_ids(&finding);
    const struct told *order = in_order_of_lines(import, refusals);
    for (size_t i = 0; order && i < refusals->list.count && !arena_failed(import->arena); i++)
        report(&finding, order[i].refusal);
    if (finding.open) reader_close(&finding.reader);
}

void import_leave_out(struct import *import, const struct import_left_out *rows, size_t count) {
    struct finding finding = {.import = import};
    for (size_t i = 0; i < count && !arena_failed(import->arena); i++) {
        const struct import_left_out *left = &rows[i];
        struct import_reader *reader = &finding.reader;
        if (!left->file || !find_record(&finding, left->file, left->line)) continue;
        const struct import_layout *layout = &left->file->layout;
        size_t column = left->file->entity && layout->id != IMPORT_NO_COLUMN ? layout->id : 0;
        for (size_t k = 0; k < layout->count && left->field; k++)
            if (layout->inputs[k] == left->field) column = k;
        reader_complain(reader, left->message, column, left->arguments, left->count);
        reader_refuse_row(reader, left->id);
    }
    if (finding.open) reader_close(&finding.reader);
}
