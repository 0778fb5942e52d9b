#include "exchange/form.h"

#include "exchange/book.h"
#include "library/model.h"

#include <xlsxwriter.h>

/* What a spreadsheet shows of a hint, in units of UTF-16. */
enum { TITLE_UNITS = 32, MESSAGE_UNITS = 255, NOTE_UNITS = 2000 };

struct form {
    struct book book;
    const struct table_sheet *sheet;
    const struct model *model;
    lxw_worksheet *rows, *guide, *choices;
    size_t lists; /* of choices, so far */
};

/* What is said of a column. */
struct hint {
    struct text what, unit, range, empty, check;
};

static const char *say(const struct form *form, const char *zh, const char *en) {
    return form->sheet->language == LANGUAGE_ZH ? zh : en;
}

static const struct model_thing *thing_of(const struct form *form, const struct table_column *column) {
    return column->input ? &form->model->things[DOUDI_FIELD][column->input->index] : NULL;
}

/* --- in words ----------------------------------------------------------------------------------------------------- */

static struct text entity_word(const struct form *form, const struct entity *entity) {
    return label_or_name(entity->label, entity->name, form->sheet->language);
}

static struct text what_of_input(const struct form *form, const struct field *input) {
    struct arena *arena = form->sheet->arena;
    switch (input->type.kind) {
    case TYPE_NUMBER: return text_from(say(form, "数", "a number"));
    case TYPE_BOOL: return text_from(say(form, "是或否", "yes or no"));
    case TYPE_DATE: return text_from(say(form, "日期,如 2018-07-01", "a date, such as 2018-07-01"));
    case TYPE_ENUM: return text_from(say(form, "从列表里选", "one of the list"));
    case TYPE_ROW:
        return text_format(arena, say(form, "%.*s的编号;没有则写 none", "the id of a %.*s; none where there is none"),
                           TEXT_ARG(entity_word(form, input->type.entity)));
    default: return text_from(say(form, "文字", "a text"));
    }
}

static struct text what_of(const struct form *form, const struct table_column *column) {
    struct arena *arena = form->sheet->arena;
    switch (column->kind) {
    case IMPORT_HEADING_ID:
        return text_from(say(form, "这一行的编号,不与别的行相同", "the row's id, which no other row has"));
    case IMPORT_HEADING_PARENT:
        return text_format(arena, say(form, "所属%.*s的编号", "the id of the %.*s that it belongs to"),
                           TEXT_ARG(entity_word(form, form->sheet->entity->parent)));
    case IMPORT_HEADING_FROM:
        return text_from(say(form, "从哪个月起是这样,如 2018-07", "the month from which it is so, such as 2018-07"));
    case IMPORT_HEADING_UNTIL:
        return text_from(say(form, "到哪个月为止,如 2018-12", "the last month in which it is so, such as 2018-12"));
    default: return what_of_input(form, column->input);
    }
}

static struct text listed(const struct form *form, const struct table_column *column) {
    struct builder list;
    builder_init(&list);
    for (size_t i = 0; i < column->word_count; i++) {
        if (i > 0) builder_add(&list, text_from(say(form, "、", ", ")));
        builder_add(&list, column->words[i]);
    }
    return builder_finish(&list, form->sheet->arena);
}

static struct text range_of(const struct form *form, const struct table_column *column) {
    const struct model_thing *thing = thing_of(form, column);
    struct arena *arena = form->sheet->arena;
    if (column->words) return listed(form, column);
    struct text range = TEXT("");
    if (thing && thing->low && thing->high) range = text_format(arena, "%s .. %s", thing->low, thing->high);
    if (!thing || !thing->step) return range;
    return text_format(arena, say(form, "%.*s%s精确到 %s", "%.*s%sin steps of %s"), TEXT_ARG(range),
                       range.length ? say(form, ",", ", ") : "", thing->step);
}

static struct text empty_of(const struct form *form, const struct table_column *column) {
    const struct model_thing *thing = thing_of(form, column);
    const char *empty = thing ? thing->empty.of[form->sheet->language] : NULL;
    if (column->required) return text_from(say(form, "不能空着", "may not be empty"));
    if (empty) return text_from(empty);
    return text_from(column->input ? say(form, "未知", "unknown") : say(form, "一直如此", "always"));
}

static struct text check_of(const struct form *form, const struct table_column *column) {
    static const struct {
        const char *name, *words[LANGUAGES];
    } schemes[] = {
        {"gb11643", {"公民身份号码(GB 11643)的校验码", "the check digit of a citizen id (GB 11643)"}},
        {"gb11643_disability",
         {"残疾人证号:身份号码的校验码、类别、等级", "the check digit of a citizen id, kind and level"}},
        {"gb32100", {"统一社会信用代码(GB 32100)的校验码", "the check character of a credit code (GB 32100)"}},
        {"luhn", {"银行卡号的校验码(Luhn)", "the check digit of a card (Luhn)"}},
    };
    struct text check = column->input ? column->input->check : TEXT("");
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (text_is(check, schemes[i].name)) return text_from(schemes[i].words[form->sheet->language]);
    return check;
}

static struct hint hint_of(const struct form *form, const struct table_column *column) {
    const struct model_thing *thing = thing_of(form, column);
    return (struct hint){.what = what_of(form, column),
                         .unit = text_from(thing ? thing->unit.of[form->sheet->language] : NULL),
                         .range = range_of(form, column),
                         .empty = empty_of(form, column),
                         .check = check_of(form, column)};
}

/* Some lines: what it is, its range, what empty means, how it is checked. */
static struct text hint_lines(const struct form *form, const struct table_column *column, const struct hint *hint) {
    struct builder lines;
    builder_init(&lines);
    builder_add(&lines, hint->what);
    if (hint->unit.length) builder_format(&lines, say(form, ",%.*s", ", in %.*s"), TEXT_ARG(hint->unit));
    if (hint->range.length) builder_format(&lines, "\n%.*s", TEXT_ARG(hint->range));
    if (column->required)
        builder_add(&lines, text_from(say(form, "\n必填", "\nrequired")));
    else
        builder_format(&lines, say(form, "\n空着:%.*s", "\nempty: %.*s"), TEXT_ARG(hint->empty));
    if (hint->check.length) builder_format(&lines, say(form, "\n核对:%.*s", "\nchecked: %.*s"), TEXT_ARG(hint->check));
    return builder_finish(&lines, form->sheet->arena);
}

/* --- what a cell takes -------------------------------------------------------------------------------------------- */

static const char *cut(const struct form *form, struct text text, size_t units) {
    struct arena *arena = form->sheet->arena;
    return text_copy(arena, book_cut(arena, text, units)).bytes;
}

/* A list that stands on a sheet of its own: of any length, with any signs in it. */
static void take_list(struct form *form, const struct table_column *column, lxw_data_validation *validation) {
    char letters[LXW_MAX_COL_NAME_LENGTH];
    size_t at = form->lists++;
    book_write_text(&form->book, form->choices, 0, at, column->heading, BOOK_HEAD);
    book_set_width(&form->book, form->choices, at, 24, BOOK_TEXT);
    for (size_t i = 0; i < column->word_count; i++)
        book_write_text(&form->book, form->choices, i + 1, at, column->words[i], BOOK_TEXT);
    lxw_col_to_name(letters, (lxw_col_t)at, LXW_TRUE);
    validation->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
    validation->value_formula =
        (char *)text_format(form->sheet->arena, "='%.*s'!%s$2:%s$%zu", TEXT_ARG(book_sheet_name(form->choices)),
                            letters, letters, column->word_count + 1)
            .bytes;
}

/* Within its range; without one any. Fractions that do not end are no limits for a spreadsheet. */
static void take_number(const struct form *form, const struct table_column *column, lxw_data_validation *validation) {
    const struct model_thing *thing = thing_of(form, column);
    if (!thing->low || !thing->high) return;
    if (strchr(thing->low, '/') || strchr(thing->high, '/')) return;
    bool whole = column->decimals == 0 && !strchr(thing->step, '/');
    validation->validate = whole ? LXW_VALIDATION_TYPE_INTEGER_FORMULA : LXW_VALIDATION_TYPE_DECIMAL_FORMULA;
    validation->criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
    validation->minimum_formula = (char *)thing->low;
    validation->maximum_formula = (char *)thing->high;
}

/* Days before those that a spreadsheet knows, and `never`, are texts: it asks whether they are meant. */
static void take_day(const struct form *form, const struct table_column *column, lxw_data_validation *validation) {
    const struct lane_spec spec = lane_spec_of(form->sheet->arena, column->input);
    int low = book_serial((day_number)spec.low), high = book_serial((day_number)spec.high);
    validation->validate = LXW_VALIDATION_TYPE_DATE_NUMBER;
    validation->criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
    validation->minimum_number = low ? low : 1;
    validation->maximum_number = high ? high : 1;
    validation->error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;
}

static void validate(struct form *form, size_t at, const struct table_column *column, struct text lines) {
    struct text heading = book_escaped(form->sheet->arena, column->heading);
    lxw_data_validation validation = {.validate = LXW_VALIDATION_TYPE_ANY, .ignore_blank = LXW_VALIDATION_ON};
    enum type_kind kind = column->input ? column->input->type.kind : TYPE_TEXT;
    validation.input_title = (char *)cut(form, heading, TITLE_UNITS);
    validation.input_message = (char *)cut(form, lines, MESSAGE_UNITS);
    validation.error_title = validation.input_title;
    validation.error_message = validation.input_message;
    if (column->words) take_list(form, column, &validation);
    if (kind == TYPE_NUMBER) take_number(form, column, &validation);
    if (kind == TYPE_DATE) take_day(form, column, &validation);
    if (form->book.failed || arena_failed(form->sheet->arena)) return;
    book_note(&form->book, (int)worksheet_data_validation_range(form->rows, 1, (lxw_col_t)at, LXW_ROW_MAX - 1,
                                                                (lxw_col_t)at, &validation));
}

/* --- sheets ------------------------------------------------------------------------------------------------------- */

static enum book_style style_of(const struct table_column *column) {
    enum type_kind kind = column->input ? column->input->type.kind : TYPE_TEXT;
    if (kind == TYPE_NUMBER) return (enum book_style)(BOOK_NUMBER + column->decimals);
    return kind == TYPE_DATE ? BOOK_DATE : BOOK_TEXT;
}

static void write_column(struct form *form, size_t at, const struct table_column *column, const struct hint *hint) {
    enum { WIDTH_LEAST = 12 };
    struct book *book = &form->book;
    struct text lines = book_escaped(form->sheet->arena, hint_lines(form, column, hint));
    size_t width = text_width(column->heading) + 2;
    book_write_text(book, form->rows, 0, at, column->heading, column->required ? BOOK_REQUIRED : BOOK_HEAD);
    book_set_width(book, form->rows, at, width > WIDTH_LEAST ? width : WIDTH_LEAST, style_of(column));
    const char *note = cut(form, lines, NOTE_UNITS);
    if (arena_failed(form->sheet->arena)) return;
    book_note(book, (int)worksheet_write_comment(form->rows, 0, (lxw_col_t)at, note));
    validate(form, at, column, lines);
}

enum { GUIDE_COLUMNS = 8 };

static void write_guide_line(struct form *form, size_t at, const struct table_column *column, const struct hint *hint) {
    struct text section = column->input ? column->input->declaration->section : TEXT("");
    struct text needed = text_from(column->required ? say(form, "必填", "required") : "");
    const struct text cells[GUIDE_COLUMNS] = {column->heading, needed,      section,     hint->what,
                                              hint->unit,      hint->range, hint->empty, hint->check};
    for (size_t i = 0; i < GUIDE_COLUMNS; i++) book_write_text(&form->book, form->guide, at, i, cells[i], BOOK_WRAPPED);
}

/* The first lines; how many. */
static size_t write_guide_head(struct form *form) {
    static const char *const words[GUIDE_COLUMNS][LANGUAGES] = {{"栏", "Column"},
                                                                {"必填", "Required"},
                                                                {"所在小节", "Section"},
                                                                {"填什么", "What it is"},
                                                                {"单位", "Unit"},
                                                                {"范围或选项", "Range or choices"},
                                                                {"空着表示", "Empty means"},
                                                                {"核对", "Check"}};
    static const size_t widths[GUIDE_COLUMNS] = {24, 10, 24, 32, 14, 48, 20, 32};
    struct book *book = &form->book;
    size_t line = 0;
    book_write_text(book, form->guide, line++, 0, entity_word(form, form->sheet->entity), BOOK_TITLE);
    book_write_text(
        book, form->guide, line++, 0,
        text_from(say(form,
                      "在第一张表里一行填一个;表头不要改,用不着的栏可以删去,已登记的照旧;留着栏而空着,"
                      "就是没有。填好后用 doudi import 登记。",
                      "Fill in the first sheet, a line for each. Leave the headings as they are; columns that "
                      "nobody needs may go: what is known stays. A cell that is left empty says that nothing is known. "
                      "Then doudi import takes it in.")),
        BOOK_PLAIN);
    line++;
    for (size_t i = 0; i < GUIDE_COLUMNS; i++) {
        book_set_width(book, form->guide, i, widths[i], BOOK_TEXT);
        book_write_text(book, form->guide, line, i, text_from(words[i][form->sheet->language]), BOOK_HEAD);
    }
    book_freeze(form->guide, line + 1, 1);
    return line + 1;
}

static void write_sheets(struct form *form) {
    const struct table_sheet *sheet = form->sheet;
    form->rows = book_add_sheet(&form->book, entity_word(form, sheet->entity));
    form->guide = book_add_sheet(&form->book, text_from(say(form, "说明", "How to fill in")));
    form->choices = book_add_sheet(&form->book, text_from(say(form, "选项", "Choices")));
    if (form->book.failed) return;
    size_t line = write_guide_head(form);
    for (size_t i = 0; i < sheet->columns.count && !arena_failed(sheet->arena); i++) {
        const struct table_column *column = &sheet->columns.items[i];
        struct hint hint = hint_of(form, column);
        write_column(form, i, column, &hint);
        write_guide_line(form, line + i, column, &hint);
    }
    book_freeze(form->rows, 1, 1);
}

enum file_result form_write_book(const struct table_sheet *sheet, struct policy *policy, const char *path) {
    struct file_writer writer;
    struct form form = {.sheet = sheet, .model = model_new(policy)};
    if (!form.model) return FILE_NO_MEMORY;
    enum file_result result = file_begin(&writer, sheet->arena, path);
    if (result != FILE_OK) return result;
    if (book_begin(&form.book, sheet->arena, &writer, 0)) write_sheets(&form);
    result = book_end(&form.book);
    if (result == FILE_OK) return file_commit(&writer);
    file_abandon(&writer);
    return result;
}
