#include "exchange/import_inside.h"

#include "base/identifier.h"
#include "exchange/cut_number.h"

#include <string.h>

/* A column of the file that is an input. Words come again and again: what they mean is remembered. */
enum { WORDS = 16 };
struct import_input {
    const struct field *field; /* NULL: the column is none */
    struct column *column;
    bool text;
    bool beginning; /* a number that begins with another of the file's inputs */
    struct word {
        struct text text; /* empty: none yet */
        uint64_t bits;    /* of its beginning, see word_bits */
        lane value;
    } * words; /* WORDS of them, by their bits; NULL: not of truths and choices */
};

static bool has_beginning(const struct import_layout *layout, const struct field *field) {
    for (size_t i = 0; i < layout->count; i++)
        if (layout->inputs[i] && identifier_begins_with(field->check, layout->inputs[i]->check)) return true;
    return false;
}

bool reader_prepare_rows(struct import_reader *reader) {
    const struct import_layout *layout = &reader->file->layout;
    struct record_table *table = &reader->import->records.tables[reader->file->entity->index];
    struct arena *arena = &reader->scratch;
    reader->inputs = ARENA_ARRAY(arena, struct import_input, layout->count + 1);
    for (size_t i = 0; i < layout->count && !arena_failed(arena); i++) {
        const struct field *field = layout->inputs[i];
        if (!field) continue;
        bool words = field->type.kind == TYPE_BOOL || field->type.kind == TYPE_ENUM;
        reader->inputs[i] =
            (struct import_input){field, &table->columns[field->input_index], field_holds_text(field),
                                  has_beginning(layout, field), words ? ARENA_ARRAY(arena, struct word, WORDS) : NULL};
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
    struct text text = column == IMPORT_NO_COLUMN ? TEXT("") : trimmed(reader->csv.fields[column].text), name;
    if (text.length && text.bytes[0] == *CUT_NUMBER) (void)cut_number_take(&text, &name);
    return text;
}

/* A text that a spreadsheet kept as a number, and only its first digits. */
static bool is_cut(struct import_reader *reader, size_t column) {
    struct text text = reader->csv.fields[column].text, name;
    if (text.length == 0 || text.bytes[0] != *CUT_NUMBER || !cut_number_take(&text, &name)) return false;
    COMPLAIN(reader, EXCHANGE_IMPORT_NUMBER_CUT, column, reader->file->layout.headings[column], name);
    return true;
}

/* An id that must be there. */
static struct text read_id(struct import_reader *reader, size_t column, enum exchange_message when_empty) {
    struct text id = import_taken_back(cell_text(reader, column));
    if (column == IMPORT_NO_COLUMN || is_cut(reader, column)) return TEXT("");
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
    bool says_none = row->from == MONTH_FIRST && reader->import->adds && !reader->file->entity->is_event;
    month_number since = says_none ? reader->import->since : row->from;
    if (row->until >= since) return;
    if (says_none) from = month_format(&reader->scratch, since);
    COMPLAIN(reader, EXCHANGE_IMPORT_MONTHS_REVERSED, layout->until, from, until);
}

static bool read_another(struct import_reader *reader) {
    size_t column = reader->file->layout.other;
    struct text text = cell_text(reader, column);
    bool another = text_is(text, "another") || text_is(text, "另一个");
    if (!another && text.length)
        COMPLAIN(reader, EXCHANGE_IMPORT_OTHER, column, reader->file->layout.headings[column], text);
    return another;
}

/* Of a text that is not empty: with its length all of up to eight bytes, and of longer ones the first eight. */
static inline uint64_t word_bits(struct text text) {
    uint64_t eight = 0;
    uint32_t first, last;
    if (text.length >= sizeof eight) {
        memcpy(&eight, text.bytes, sizeof eight);
        return eight;
    }
    if (text.length >= sizeof first) {
        memcpy(&first, text.bytes, sizeof first);
        memcpy(&last, text.bytes + text.length - sizeof last, sizeof last);
        return first | (uint64_t)last << 32;
    }
    for (size_t i = 0; i < text.length; i++) eight = eight << 8 | (unsigned char)text.bytes[i];
    return eight;
}

static inline bool is_word(const struct word *word, struct text text, uint64_t bits) {
    if (word->bits != bits || word->text.length != text.length) return false;
    return text.length <= sizeof bits || memcmp(word->text.bytes, text.bytes, text.length) == 0;
}

/* A truth or a choice. */
static bool read_word(struct import_reader *reader, size_t column, struct text text, lane *value) {
    const struct import_input *input = &reader->inputs[column];
    uint64_t bits = word_bits(text);
    struct word *word = &input->words[(bits * UINT64_C(0x9e3779b97f4a7c15) >> 60) % WORDS];
    if (!is_word(word, text, bits)) {
        lane found;
        if (!reader_parse_lane(reader, column, &input->column->spec, text, &found)) return false;
        *word = (struct word){reader_keep(reader, text), bits, found};
    }
    *value = word->value;
    return true;
}

static void read_input(struct import_reader *reader, size_t column, size_t row) {
    const struct import_input *input = &reader->inputs[column];
    struct text text = cell_text(reader, column);
    if (!input->field || text.length == 0) return;
    if (input->text) {
        if (is_cut(reader, column)) return;
        text = import_taken_back(text);
        if (!reader_check_text(reader, column, input->field, text)) return;
        input->column->texts.each[row] = reader_keep(reader, text);
        input->column->known[row] = 1;
        return;
    }
    lane value;
    bool good = input->words ? read_word(reader, column, text, &value)
                             : reader_parse_lane(reader, column, &input->column->spec, text, &value);
    if (!good) return;
    lane_write(input->column->lanes, input->column->spec.width, row, value);
    input->column->known[row] = 1;
}

/* A number that begins with its holder's own: with one of those that the row tells, if it tells any. */
static void check_beginning(struct import_reader *reader, size_t column, size_t row) {
    const struct import_input *input = &reader->inputs[column];
    const struct field *beginning = input->field, *told = NULL;
    for (size_t i = 0; i < reader->file->layout.count; i++) {
        const struct import_input *other = &reader->inputs[i];
        if (!beginning || !other->field || !identifier_begins_with(beginning->check, other->field->check)) continue;
        if (!other->column->known[row]) continue;
        struct text own = column_text(other->column, row), whole = column_text(input->column, row);
        if (own.length <= whole.length && text_equal(own, text_slice(whole, 0, own.length))) return;
        told = other->field;
    }
    if (told)
        COMPLAIN(reader, EXCHANGE_IMPORT_IDENTIFIER_OTHER, column, reader->file->layout.headings[column],
                 label_or_name(told->label, told->name, LANGUAGE_ZH),
                 label_or_name(told->label, told->name, LANGUAGE_EN));
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

void reader_read_row(struct import_reader *reader, size_t row) {
    const struct import_layout *layout = &reader->file->layout;
    struct record_table *table = &reader->import->records.tables[reader->file->entity->index];
    struct record_row record = {.from = MONTH_FIRST, .until = MONTH_LAST, .place = reader->line};
    record.id = read_id(reader, layout->id, EXCHANGE_IMPORT_ID_EMPTY);
    record.parent = read_id(reader, layout->parent, EXCHANGE_IMPORT_PARENT_EMPTY);
    if (layout->from != IMPORT_NO_COLUMN || layout->until != IMPORT_NO_COLUMN) read_months(reader, &record);
    if (layout->other != IMPORT_NO_COLUMN) record.another = read_another(reader);
    if (layout->confidence != IMPORT_NO_COLUMN)
        record.unconfirmed = !text_is(cell_text(reader, layout->confidence), IMPORT_CONFIRMED);
    table->rows[row] = record;
    for (size_t i = 0; i < layout->count; i++)
        if (reader->csv.fields[i].text.length) read_input(reader, i, row);
    for (size_t i = 0; i < layout->count && !reader->bad; i++)
        if (reader->inputs[i].beginning && reader->csv.fields[i].text.length) check_beginning(reader, i, row);
    if (!reader->bad) return;
    record_table_clear(table, row);
    if (reader->silent) return;
    records_lose(&reader->import->records,
                 (struct lost_row){reader->file->entity, record.id, record.parent, record.from, record.until});
    reader_refuse_row(reader, record.id);
}
