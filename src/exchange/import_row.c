#include "exchange/import_inside.h"

#include <string.h>

/* A column of the file that is an input. Words come again and again: what they mean is remembered. */
enum { WORDS = 16 };
struct import_input {
    const struct field *field; /* NULL: the column is none */
    struct column *column;
    bool text;
    struct word {
        struct text text; /* NULL: none yet */
        lane value;
    } * words; /* WORDS of them, by what they look like; NULL: not of truths and choices */
};

bool reader_prepare_rows(struct import_reader *reader) {
    const struct import_layout *layout = &reader->file->layout;
    struct record_table *table = &reader->import->records.tables[reader->file->entity->index];
    struct arena *arena = &reader->scratch;
    reader->inputs = ARENA_ARRAY(arena, struct import_input, layout->count + 1);
    for (size_t i = 0; i < layout->count && !arena_failed(arena); i++) {
        const struct field *field = layout->inputs[i];
        if (!field) continue;
        bool words = field->type.kind == TYPE_BOOL || field->type.kind == TYPE_ENUM;
        reader->inputs[i] = (struct import_input){field, &table->columns[field->input_index], field_holds_text(field),
                                                  words ? ARENA_ARRAY(arena, struct word, WORDS) : NULL};
    }
    reader->mark = arena_here(arena);
    return !arena_failed(arena);
}

/* --- cells -------------------------------------------------------------------------------------------------------- */

/* Nearly all cells have nothing to trim. */
static inline struct text trimmed(struct text text) {
    bool plain = text.length == 0 || (text.bytes[0] > ' ' && text.bytes[text.length - 1] > ' ');
    return plain ? text : text_trim(text);
}

static struct text cell_text(const struct import_reader *reader, size_t column) {
    return column == IMPORT_NO_COLUMN ? TEXT("") : trimmed(reader->csv.fields[column].text);
}

/* An id that must be there. */
static struct text read_id(struct import_reader *reader, size_t column, enum exchange_message when_empty) {
    struct text id = cell_text(reader, column);
    if (column == IMPORT_NO_COLUMN) return id;
    if (id.length == 0)
        COMPLAIN(reader, when_empty, column, reader->file->layout.headings[column]);
    else if ((unsigned char)id.bytes[0] > ' ' && csv_looks_like_formula(id))
        COMPLAIN(reader, EXCHANGE_IMPORT_ID_SIGN, column, reader->file->layout.headings[column], id);
    else if (reader_check_text(reader, column, NULL, id))
        return reader_keep(reader, id);
    return TEXT("");
}

static void read_months(struct import_reader *reader, struct record_row *row) {
    const struct import_layout *layout = &reader->file->layout;
    struct text from = cell_text(reader, layout->from), until = cell_text(reader, layout->until);
    if (from.length > 0 && !reader_parse_month(reader, layout->from, from, &row->from)) return;
    if (until.length > 0 && !reader_parse_month(reader, layout->until, until, &row->until)) return;
    if (row->until < row->from) COMPLAIN(reader, EXCHANGE_IMPORT_MONTHS_REVERSED, layout->until, from, until);
}

/* Where a word that looks like this one would be remembered. */
static struct word *word_place(struct import_input *input, struct text text) {
    unsigned first = (unsigned char)text.bytes[0], last = (unsigned char)text.bytes[text.length - 1];
    return &input->words[(first + last * 5 + text.length * 3) % WORDS];
}

static void read_input(struct import_reader *reader, size_t column, size_t row) {
    struct import_input *input = &reader->inputs[column];
    struct text text = trimmed(reader->csv.fields[column].text);
    if (!input->field || text.length == 0) return;
    if (input->text) {
        if (!reader_check_text(reader, column, input->field, text)) return;
        input->column->texts[row] = reader_keep(reader, text);
        input->column->known[row] = 1;
        return;
    }
    struct word *word = input->words ? word_place(input, text) : NULL;
    lane value;
    if (word && text_equal(word->text, text)) {
        value = word->value;
    } else {
        if (!reader_parse_lane(reader, column, &input->column->spec, text, &value)) return;
        if (word) *word = (struct word){reader_keep(reader, text), value};
    }
    lane_write(input->column->lanes, input->column->spec.width, row, value);
    input->column->known[row] = 1;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

void reader_read_row(struct import_reader *reader, size_t row) {
    const struct import_layout *layout = &reader->file->layout;
    struct record_table *table = &reader->import->records.tables[reader->file->entity->index];
    struct record_row record = {.from = MONTH_FIRST, .until = MONTH_LAST, .place = reader->line};
    record.id = read_id(reader, layout->id, EXCHANGE_IMPORT_ID_EMPTY);
    record.parent = read_id(reader, layout->parent, EXCHANGE_IMPORT_PARENT_EMPTY);
    if (layout->from != IMPORT_NO_COLUMN || layout->until != IMPORT_NO_COLUMN) read_months(reader, &record);
    if (layout->confidence != IMPORT_NO_COLUMN)
        record.unconfirmed = !text_is(cell_text(reader, layout->confidence), "high");
    table->rows[row] = record;
    for (size_t i = 0; i < layout->count; i++)
        if (reader->csv.fields[i].text.length) read_input(reader, i, row);
    if (!reader->bad) return;
    record_table_clear(table, row);
    if (reader->silent) return;
    records_lose(&reader->import->records,
                 (struct lost_row){reader->file->entity, record.id, record.parent, record.from, record.until});
    reader_refuse_row(reader, record.id);
}
