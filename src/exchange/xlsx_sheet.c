#include "exchange/xlsx_inside.h"

#include "base/csv.h"
#include "exchange/cut_number.h"
#include "exchange/xlsx_number.h"

enum { WORKSHEET = 1, DATA, ROW, CELL, FORMULA, VALUE, INLINE, INLINE_RUN, INLINE_TEXT };

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_STRING, CELL_INLINE, CELL_TRUTH, CELL_ERROR, CELL_DATE };

struct sheet_reader {
    struct xlsx_book *book;
    struct builder *csv;
    uint32_t row, column; /* of the cell, from 1; 0 before the first */
    uint32_t line, field; /* where the CSV stands */
    uint32_t filled;      /* the last row in which anything stands */
    uint32_t width;       /* fields of the first such row */
    uint64_t cells;
    enum cell_type type;
    uint32_t style;
    bool calculated;
};

static void fail(struct sheet_reader *reader, enum xlsx_result result) {
    xlsx_fail(reader->book, result);
}

/* --- CSV ---------------------------------------------------------------------------------------------------------- */

/* At most a megabyte, before the length is looked at again. */
static void add_many(struct sheet_reader *reader, const char *bytes, size_t most, uint32_t count) {
    for (uint32_t left = count; left > 0 && !reader->csv->failed;) {
        size_t piece = left < most ? left : most;
        builder_add(reader->csv, (struct text){bytes, piece});
        left -= (uint32_t)piece;
    }
}

static void add_fields(struct sheet_reader *reader, uint32_t up_to) {
    static const char commas[] = ",,,,,,,,,,,,,,,,";
    add_many(reader, commas, sizeof commas - 1, up_to - reader->field);
    reader->field = up_to;
}

/* To where the cell's field begins: lines and fields in between are empty. */
static void move_to_cell(struct sheet_reader *reader) {
    static const char feeds[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    if (reader->line < reader->row) {
        add_many(reader, feeds, sizeof feeds - 1, reader->row - reader->line);
        reader->line = reader->row;
        reader->field = 1;
    }
    add_fields(reader, reader->column);
    reader->filled = reader->row;
}

static void check_csv(struct sheet_reader *reader) {
    if (reader->csv->failed)
        fail(reader, XLSX_NO_MEMORY);
    else if (reader->csv->length > reader->book->limits->csv_bytes)
        xlsx_fail_limit(reader->book, XLSX_LIMIT_CSV);
}

/* As many fields as the first row has, which are the headings: empty cells at its end need not be there. */
static void end_row(struct sheet_reader *reader) {
    reader->column = 0;
    if (reader->filled != reader->row) return;
    if (reader->width == 0) reader->width = reader->field;
    if (reader->field < reader->width) add_fields(reader, reader->width);
    check_csv(reader);
}

static void write_text(struct sheet_reader *reader, struct text text) {
    if (text.length == 0) return;
    move_to_cell(reader);
    csv_write_field(reader->csv, text, false);
    check_csv(reader);
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static struct text trimmed(const struct builder *builder) {
    struct text text = {builder->bytes, builder->length};
    while (text.length > 0 && (unsigned char)text.bytes[0] <= ' ') text = text_slice(text, 1, text.length);
    while (text.length > 0 && (unsigned char)text.bytes[text.length - 1] <= ' ') text.length--;
    return text;
}

static void add_mark(struct sheet_reader *reader) {
    builder_add(reader->csv, TEXT(CUT_NUMBER));
    xlsx_add_cell(reader->csv, reader->row, reader->column);
    builder_add(reader->csv, TEXT(CUT_NUMBER));
}

static void write_number(struct sheet_reader *reader, struct text text) {
    const struct xlsx_book *book = reader->book;
    struct xlsx_number number;
    if (text.length == 0) {
        if (!reader->calculated) fail(reader, XLSX_NOT_CALCULATED);
        return;
    }
    if (!xlsx_number_read(text, &number) || (reader->style > 0 && reader->style >= book->styles.count)) {
        fail(reader, XLSX_VALUE);
        return;
    }
    enum xlsx_format format =
        reader->style < book->styles.count ? (enum xlsx_format)book->styles.items[reader->style] : XLSX_FORMAT_NUMBER;
    move_to_cell(reader);
    if (xlsx_number_is_cut(number)) add_mark(reader);
    xlsx_number_write(reader->csv, number, format, book->from_1904);
    check_csv(reader);
}

static void write_shared(struct sheet_reader *reader, struct text text) {
    const struct xlsx_book *book = reader->book;
    uint32_t number;
    if (text.length == 0) return;
    if (!xlsx_read_count(text, &number) || number >= book->string_ends.count) {
        fail(reader, XLSX_VALUE);
        return;
    }
    size_t from = number ? book->string_ends.items[number - 1] : 0, to = book->string_ends.items[number];
    if (from == to) return;
    move_to_cell(reader);
    builder_add(reader->csv, (struct text){book->strings.bytes + from, to - from});
    check_csv(reader);
}

static void write_truth(struct sheet_reader *reader, struct text text) {
    bool truth = xlsx_is_true(text);
    if (truth || text_is(text, "0") || text_is(text, "false"))
        write_text(reader, truth ? TEXT("TRUE") : TEXT("FALSE"));
    else if (text.length > 0)
        fail(reader, XLSX_VALUE);
}

/* With a digit for every 0. */
static bool matches(struct text text, const char *pattern) {
    for (size_t i = 0; i < text.length; i++)
        if (pattern[i] == '0' ? !is_digit(text.bytes[i]) : text.bytes[i] != pattern[i]) return false;
    return true;
}

/* 2018-07-01T08:30:00.000Z: a kind of its own, of programs that keep dates as text. Also a day or a time alone. */
static void write_date(struct sheet_reader *reader, struct text text) {
    static const char day[] = "0000-00-00", time[] = "00:00:00";
    enum { DAY = sizeof day - 1, TIME = sizeof time - 1 };
    if (text.length == 0) return;
    bool dated = text.length >= DAY && matches(text_slice(text, 0, DAY), day);
    bool both = dated && text.length > DAY && text.bytes[DAY] == 'T';
    size_t begin = both ? DAY + 1 : dated ? DAY : 0, end = begin + TIME;
    bool timed = text.length >= end && matches(text_slice(text, begin, end), time);
    bool good = timed ? both || !dated : dated && text.length == DAY;
    for (size_t i = end; timed && i < text.length; i++)
        good = good && (is_digit(text.bytes[i]) || text.bytes[i] == '.' || text.bytes[i] == 'Z');
    if (!good) {
        fail(reader, XLSX_VALUE);
        return;
    }
    if (dated) write_text(reader, text_slice(text, 0, DAY));
    if (!timed || (dated && text_is(text_slice(text, begin, end), time))) return;
    if (dated) builder_add(reader->csv, TEXT(" "));
    if (!dated) move_to_cell(reader);
    builder_add(reader->csv, text_slice(text, begin, end));
    check_csv(reader);
}

static void write_cell(struct sheet_reader *reader) {
    struct builder *text = &reader->book->text;
    switch (reader->type) {
    case CELL_NUMBER: write_number(reader, trimmed(text)); break;
    case CELL_SHARED: write_shared(reader, trimmed(text)); break;
    case CELL_STRING:
    case CELL_INLINE:
        xlsx_unescape(text);
        write_text(reader, (struct text){text->bytes, text->length});
        break;
    case CELL_TRUTH: write_truth(reader, trimmed(text)); break;
    case CELL_ERROR: write_text(reader, trimmed(text)); break;
    case CELL_DATE: write_date(reader, trimmed(text)); break;
    }
}

/* --- places ------------------------------------------------------------------------------------------------------- */

/* B5: column 2, row 5. More than there can be of either is as good as any more. */
static bool read_reference(struct text text, uint32_t *row, uint32_t *column) {
    size_t offset = 0;
    *column = 0;
    for (; offset < text.length && text.bytes[offset] >= 'A' && text.bytes[offset] <= 'Z'; offset++)
        if (*column <= XLSX_COLUMNS_MAX) *column = *column * 26 + (uint32_t)(text.bytes[offset] - 'A' + 1);
    return *column > 0 && xlsx_read_count(text_slice(text, offset, text.length), row) && *row > 0;
}

/* Rows that do not say where they stand, stand behind one another; as do cells. */
static void begin_row(struct sheet_reader *reader, const char *const *attributes) {
    struct text number = xlsx_attribute(attributes, "r");
    uint32_t before = reader->row;
    reader->column = 0;
    reader->row = before + 1;
    bool good = number.length == 0 || (xlsx_read_count(number, &reader->row) && reader->row > 0);
    if (!good)
        fail(reader, XLSX_DAMAGED);
    else if (reader->row <= before)
        fail(reader, XLSX_DISORDER);
    else if (reader->row > XLSX_ROWS_MAX)
        xlsx_fail_limit(reader->book, XLSX_LIMIT_ROWS);
}

static bool read_type(struct text text, enum cell_type *type) {
    static const char *const names[] = {"n", "s", "str", "inlineStr", "b", "e", "d"};
    *type = CELL_NUMBER;
    if (text.length == 0) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *type = (enum cell_type)i;
        if (text_is(text, names[i])) return true;
    }
    return false;
}

static void begin_cell(struct sheet_reader *reader, const char *const *attributes) {
    struct xlsx_book *book = reader->book;
    struct text reference = xlsx_attribute(attributes, "r"), style = xlsx_attribute(attributes, "s");
    uint32_t before = reader->column, row = reader->row;
    reader->column = before + 1;
    reader->calculated = true;
    reader->style = 0;
    book->text.length = 0;
    bool good = (reference.length == 0 || read_reference(reference, &row, &reader->column)) &&
                (style.length == 0 || xlsx_read_count(style, &reader->style)) &&
                read_type(xlsx_attribute(attributes, "t"), &reader->type);
    if (!good)
        fail(reader, XLSX_DAMAGED);
    else if (row != reader->row || reader->column <= before)
        fail(reader, XLSX_DISORDER);
    else if (reader->column > XLSX_COLUMNS_MAX)
        xlsx_fail_limit(book, XLSX_LIMIT_COLUMNS);
    else if (++reader->cells > book->limits->cells)
        xlsx_fail_limit(book, XLSX_LIMIT_CELLS);
}

static void begin_element(void *context, unsigned place, const char *const *attributes) {
    struct sheet_reader *reader = context;
    switch (place) {
    case ROW: begin_row(reader, attributes); break;
    case CELL: begin_cell(reader, attributes); break;
    case FORMULA: reader->calculated = false; break;
    case VALUE:
    case INLINE: reader->book->text.length = 0; break;
    default: break;
    }
}

static void end_element(void *context, unsigned place) {
    struct sheet_reader *reader = context;
    if (place == CELL) write_cell(reader);
    if (place == ROW) end_row(reader);
}

bool xlsx_read_sheet(struct xlsx_book *book, const struct xlsx_sheet *sheet, struct builder *csv) {
    static const struct xlsx_place places[] = {
        {0, WORKSHEET, "worksheet", false}, {WORKSHEET, DATA, "sheetData", false},
        {DATA, ROW, "row", false},          {ROW, CELL, "c", false},
        {CELL, VALUE, "v", true},           {CELL, FORMULA, "f", false},
        {CELL, INLINE, "is", false},        {INLINE, INLINE_TEXT, "t", true},
        {INLINE, INLINE_RUN, "r", false},   {INLINE_RUN, INLINE_TEXT, "t", true},
    };
    struct sheet_reader reader = {.book = book, .csv = csv, .line = 1, .field = 1};
    struct xlsx_reading reading = {.places = places,
                                   .count = sizeof places / sizeof *places,
                                   .other_root = XLSX_DAMAGED,
                                   .bytes_max = book->limits->part_bytes,
                                   .begin = begin_element,
                                   .end = end_element,
                                   .context = &reader};
    xlsx_read_part(book, sheet->part, &reading);
    if (csv->length > 0) builder_add(csv, TEXT("\n"));
    if (csv->failed) xlsx_fail(book, XLSX_NO_MEMORY);
    if (book->result != XLSX_OK) {
        book->trouble->row = reader.row;
        book->trouble->column = reader.column;
    }
    return book->result == XLSX_OK;
}
