/* The workbook of table_sheet.h: the rows, and a summary with charts. */
#include "exchange/table_sheet.h"

#include "base/csv.h"
#include "exchange/book.h"

#include <xlsxwriter.h>

enum {
    WIDTH_LEAST = 8,
    WIDTH_MOST = 40,
    CHARTS_OF_CHOICES = 4,
    CHART_COLUMN = 3,   /* beside the figures */
    CHART_ROWS = 16,    /* as high as a chart is */
    BARS_A_HEIGHT = 14, /* as many as such a chart shows well */
    HEIGHTS_MOST = 8,
};

struct table_book {
    struct book book;
    const struct table_sheet *sheet;
    const struct table_told *told;
    lxw_worksheet *summary;
    size_t row;       /* of the summary, the next */
    size_t chart_row; /* where the next chart stands */
};

static const char *say(const struct table_book *book, const char *zh, const char *en) {
    return book->sheet->language == LANGUAGE_ZH ? zh : en;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

static enum book_style style_of(const struct table_column *column) {
    if (!column->input) return BOOK_TEXT;
    switch (column->input->type.kind) {
    case TYPE_NUMBER: return (enum book_style)(BOOK_NUMBER + column->decimals);
    case TYPE_DATE: return BOOK_DATE;
    default: return BOOK_TEXT;
    }
}

/* An import takes an apostrophe away that seems to defuse a formula. */
static struct text kept_whole(struct arena *arena, struct text text) {
    return csv_is_defused(text) ? text_format(arena, "'%.*s", TEXT_ARG(text)) : text;
}

static void write_cell(struct table_book *book, lxw_worksheet *worksheet, size_t place, size_t column, size_t *width) {
    const struct table_sheet *sheet = book->sheet;
    const struct table_column *of = &sheet->columns.items[column];
    struct text text = table_sheet_cell(sheet, of, sheet->rows[place]);
    enum book_style style = style_of(of);
    day_number day;
    size_t wide = text_width(text);
    if (style >= BOOK_NUMBER)
        book_write_number(&book->book, worksheet, place + 1, column, text, style);
    else if (table_sheet_day(sheet, of, sheet->rows[place], &day))
        book_write_day(&book->book, worksheet, place + 1, column, day);
    else
        book_write_text(&book->book, worksheet, place + 1, column, kept_whole(sheet->arena, text), style);
    if (style >= BOOK_NUMBER) wide += wide / 3; /* thousands are grouped */
    if (wide > *width) *width = wide;
}

static void write_rows(struct table_book *book, lxw_worksheet *worksheet) {
    const struct table_sheet *sheet = book->sheet;
    size_t columns = sheet->columns.count;
    size_t *widths = ARENA_ARRAY(sheet->arena, size_t, columns + 1);
    if (arena_failed(sheet->arena) || !worksheet) return;
    for (size_t i = 0; i < columns; i++) {
        const struct table_column *column = &sheet->columns.items[i];
        widths[i] = WIDTH_LEAST;
        if (text_width(column->heading) / 2 > widths[i]) widths[i] = text_width(column->heading) / 2;
        book_write_text(&book->book, worksheet, 0, i, kept_whole(sheet->arena, column->heading),
                        column->required ? BOOK_REQUIRED : BOOK_HEAD);
    }
    for (size_t place = 0; place < sheet->count && !book->book.failed; place++) {
        struct arena_mark mark = arena_here(sheet->arena);
        for (size_t i = 0; i < columns; i++) write_cell(book, worksheet, place, i, &widths[i]);
        arena_rewind(sheet->arena, mark);
    }
    for (size_t i = 0; i < columns; i++)
        book_set_width(&book->book, worksheet, i, (widths[i] < WIDTH_MOST ? widths[i] : WIDTH_MOST) + 2,
                       style_of(&sheet->columns.items[i]));
    book_freeze(worksheet, 1, 1);
    book_note(&book->book,
              (int)worksheet_autofilter(worksheet, 0, 0, (lxw_row_t)sheet->count, (lxw_col_t)(columns - 1)));
}

/* --- a table of counts, with its chart ---------------------------------------------------------------------------- */

struct counted {
    struct text title, what; /* of all of it; of the first column */
    const struct text *labels;
    const size_t *counts;
    size_t count;
    bool charted;
};

static void set_axis(const struct table_book *book, lxw_chart_axis *axis, struct text name) {
    struct text copy = text_copy(book->sheet->arena, name);
    if (!arena_failed(book->sheet->arena)) chart_axis_set_name(axis, copy.bytes);
}

static void add_chart(struct table_book *book, const struct counted *counted, size_t first) {
    lxw_chart *chart = workbook_add_chart(book->book.workbook, LXW_CHART_BAR);
    lxw_chart_series *series = chart ? chart_add_series(chart, NULL, NULL) : NULL;
    struct text title = text_copy(book->sheet->arena, counted->title);
    if (!series || arena_failed(book->sheet->arena)) {
        book->book.failed = true;
        return;
    }
    lxw_row_t from = (lxw_row_t)first, to = (lxw_row_t)(first + counted->count - 1);
    const char *name = book_sheet_name(book->summary).bytes;
    chart_series_set_categories(series, name, from, 0, to, 0);
    chart_series_set_values(series, name, from, 1, to, 1);
    chart_series_set_name(series, say(book, "行数", "Rows"));
    chart_title_set_name(chart, title.bytes);
    /* Of a chart whose bars lie, x is where they reach to, y what they are of. */
    set_axis(book, chart->y_axis, counted->what);
    set_axis(book, chart->x_axis, text_from(say(book, "行数", "Rows")));
    chart_axis_set_reverse(chart->y_axis); /* the first on top */
    chart_axis_set_num_format(chart->x_axis, "#,##0");
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    size_t heights = 1 + counted->count / BARS_A_HEIGHT;
    if (heights > HEIGHTS_MOST) heights = HEIGHTS_MOST;
    lxw_chart_options options = {.x_scale = 1, .y_scale = (unsigned)heights};
    book_note(&book->book, (int)worksheet_insert_chart_opt(book->summary, (lxw_row_t)book->chart_row, CHART_COLUMN,
                                                           chart, &options));
    book->chart_row += CHART_ROWS * heights;
}

static void write_counted(struct table_book *book, const struct counted *counted) {
    struct book *out = &book->book;
    book_write_text(out, book->summary, book->row, 0, counted->what, BOOK_HEAD);
    book_write_text(out, book->summary, book->row++, 1, text_from(say(book, "行数", "Rows")), BOOK_HEAD);
    if (counted->charted && counted->count) add_chart(book, counted, book->row);
    for (size_t i = 0; i < counted->count; i++) {
        book_write_text(out, book->summary, book->row, 0, counted->labels[i], BOOK_TEXT);
        book_write_count(out, book->summary, book->row++, 1, counted->counts[i]);
    }
    book->row++;
}

/* --- by area ------------------------------------------------------------------------------------------------------ */

/* One level below the area that was asked for, else the second-highest; NULL when none lies above the rows. */
static const struct entity *level_of(const struct table_sheet *sheet) {
    const struct entity *level = NULL;
    for (const struct entity *above = sheet->entity->parent; above; above = above->parent) {
        bool below_area = sheet->area.entity && above->parent == sheet->area.entity;
        if (below_area || (!sheet->area.entity && (above->depth == 1 || !level))) level = above;
    }
    return level;
}

/* Its id, and its first text that is no number of some scheme: mostly its name. */
static struct text area_label(const struct table_sheet *sheet, const struct entity *level, size_t row) {
    struct text id = table_id(dataset_table(sheet->dataset, level), row);
    for (size_t i = 0; i < level->inputs.count; i++) {
        const struct field *input = level->inputs.items[i];
        if (input->type.kind != TYPE_TEXT || input->check.length) continue;
        const struct column *names = dataset_column(sheet->dataset, input);
        return names->known[row]
                   ? text_format(sheet->arena, "%.*s %.*s", TEXT_ARG(id), TEXT_ARG(column_text(names, row)))
                   : id;
    }
    return id;
}

static void write_areas(struct table_book *book) {
    const struct table_sheet *sheet = book->sheet;
    const struct entity *level = level_of(sheet);
    if (!level) return;
    size_t areas = dataset_table(sheet->dataset, level)->rows, held = 0;
    size_t *counts = ARENA_ARRAY(sheet->arena, size_t, areas + 1);
    struct text *labels = ARENA_ARRAY(sheet->arena, struct text, areas + 1);
    if (arena_failed(sheet->arena)) return;
    for (size_t i = 0; i < sheet->count; i++)
        counts[dataset_climb(sheet->dataset, sheet->entity, sheet->rows[i], level)]++;
    for (size_t i = 0; i < areas; i++) {
        if (counts[i] == 0) continue; /* elsewhere, or nobody is there */
        labels[held] = area_label(sheet, level, i);
        counts[held++] = counts[i];
    }
    struct text what = label_or_name(level->label, level->name, sheet->language),
                entity = label_or_name(sheet->entity->label, sheet->entity->name, sheet->language);
    struct text title =
        text_format(sheet->arena, say(book, "各%.*s的%.*s", "By %.*s: %.*s"), TEXT_ARG(what), TEXT_ARG(entity));
    write_counted(book, &(struct counted){title, what, labels, counts, held, true});
}

/* --- by choice ---------------------------------------------------------------------------------------------------- */

static void write_choices(struct table_book *book, const struct table_column *column, bool charted) {
    const struct table_sheet *sheet = book->sheet;
    const struct column *values = dataset_column(sheet->dataset, column->input);
    size_t *counts = ARENA_ARRAY(sheet->arena, size_t, column->word_count + 1);
    struct text *labels = ARENA_ARRAY(sheet->arena, struct text, column->word_count + 1);
    if (arena_failed(sheet->arena)) return;
    for (size_t i = 0; i < column->word_count; i++) labels[i] = column->words[i];
    labels[column->word_count] = text_from(say(book, "未知", "unknown"));
    for (size_t i = 0; i < sheet->count; i++) {
        size_t row = sheet->rows[i];
        counts[values->known[row] ? (size_t)column_get(values, row) : column->word_count]++;
    }
    write_counted(book,
                  &(struct counted){column->heading, column->heading, labels, counts, column->word_count + 1, charted});
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static void write_told(struct table_book *book, const char *what, struct text told) {
    book_write_text(&book->book, book->summary, book->row, 0, text_from(what), BOOK_PLAIN);
    book_write_text(&book->book, book->summary, book->row++, 1, told, BOOK_TEXT);
}

static void write_head(struct table_book *book) {
    const struct table_sheet *sheet = book->sheet;
    struct arena *arena = sheet->arena;
    const struct entity *entity = sheet->entity;
    book_write_text(&book->book, book->summary, book->row++, 0,
                    label_or_name(entity->label, entity->name, sheet->language), BOOK_TITLE);
    write_told(book, say(book, "月份", "Month"), month_format(arena, book->told->month));
    write_told(book, say(book, "截至登记簿", "As known at"),
               text_format(arena, say(book, "第 %lld 次变动", "change %lld"), (long long)book->told->change));
    if (sheet->area.entity)
        write_told(book, say(book, "区域", "Area"), area_label(sheet, sheet->area.entity, sheet->area.row));
    book_write_text(&book->book, book->summary, book->row, 0, text_from(say(book, "行数", "Rows")), BOOK_PLAIN);
    book_write_count(&book->book, book->summary, book->row++, 1, sheet->count);
    book->row++;
    book->chart_row = book->row;
}

static void write_summary(struct table_book *book) {
    enum { LABELS_WIDTH = 36, COUNTS_WIDTH = 16 };
    const struct table_sheet *sheet = book->sheet;
    size_t charts = 0;
    book->summary = book_add_sheet(&book->book, text_from(say(book, "汇总", "Summary")));
    if (!book->summary) return;
    book_set_width(&book->book, book->summary, 0, LABELS_WIDTH, BOOK_TEXT);
    book_set_width(&book->book, book->summary, 1, COUNTS_WIDTH, BOOK_NUMBER);
    write_head(book);
    write_areas(book);
    for (size_t i = 0; i < sheet->columns.count && !book->book.failed; i++) {
        const struct table_column *column = &sheet->columns.items[i];
        if (!column->words) continue;
        bool choice = column->input->type.kind == TYPE_ENUM;
        write_choices(book, column, choice && charts < CHARTS_OF_CHOICES);
        charts += choice;
    }
}

enum file_result table_sheet_write_book(const struct table_sheet *sheet, const char *path,
                                        const struct table_told *told) {
    struct file_writer writer;
    struct table_book book = {.sheet = sheet, .told = told};
    if (sheet->count >= BOOK_ROWS_MOST) return FILE_TOO_LARGE;
    enum file_result result =
        sheet->in_full ? file_begin_private(&writer, sheet->arena, path) : file_begin(&writer, sheet->arena, path);
    if (result != FILE_OK) return result;
    if (book_begin(&book.book, sheet->arena, &writer, month_first_day(told->month))) {
        struct text name = label_or_name(sheet->entity->label, sheet->entity->name, sheet->language);
        write_rows(&book, book_add_sheet(&book.book, name));
        write_summary(&book);
    }
    result = book_end(&book.book);
    if (result == FILE_OK) return file_commit(&writer);
    file_abandon(&writer);
    return result;
}
