#include "simulate/sheet.h"

#include "base/csv.h"
#include "base/shown.h"
#include "lang/policy.h"

#include <assert.h>
#include <string.h>

void sheet_begin(struct sheet *sheet, const struct sheet_kind *kind, struct arena *arena, struct number coin) {
    *sheet = (struct sheet){.kind = kind, .arena = arena};
    for (; sheet->decimals < 6 && !number_is_integer(coin); sheet->decimals++)
        coin = number_multiply(arena, coin, number_from(10));
}

void sheet_add(struct sheet *sheet, struct text plain, struct text shown) {
    VECTOR_PUSH(sheet->arena, &sheet->cells, ((struct cell){plain, shown}));
}

void sheet_text(struct sheet *sheet, struct text text) {
    sheet_add(sheet, text, TEXT(""));
}

void sheet_label(struct sheet *sheet, const struct text label[LANGUAGES], struct text name) {
    sheet_text(sheet, label_or_name(label, name, LANGUAGE_ZH));
    sheet_text(sheet, label_or_name(label, name, LANGUAGE_EN));
}

void sheet_count(struct sheet *sheet, size_t count) {
    sheet_text(sheet, text_format(sheet->arena, "%zu", count));
}

void sheet_money(struct sheet *sheet, struct number amount, bool unconfirmed) {
    enum column_kind kind = sheet->kind->columns[sheet->cells.count % sheet->kind->count].kind;
    int sign = kind == COLUMN_CHANGE ? number_sign(amount) : 0;
    struct number size = sign < 0 ? number_negate(sheet->arena, amount) : amount;
    struct text digits = number_decimal(sheet->arena, size, sheet->decimals, true);
    struct text shown = text_format(sheet->arena, "%s%.*s%s",
                                    sign > 0   ? "+"
                                    : sign < 0 ? "−"
                                               : "",
                                    TEXT_ARG(digits), unconfirmed ? "◇" : " ");
    sheet_add(sheet, number_exact(sheet->arena, amount), shown);
}

void sheet_end_row(struct sheet *sheet, bool marked) {
    VECTOR_PUSH(sheet->arena, &sheet->marked, marked);
    assert(arena_failed(sheet->arena) || sheet->cells.count == sheet->marked.count * sheet->kind->count);
}

size_t sheet_rows(const struct sheet *sheet) {
    return sheet->marked.count;
}

const struct cell *sheet_at(const struct sheet *sheet, size_t row, size_t column) {
    return &sheet->cells.items[row * sheet->kind->count + column];
}

/* --- files -------------------------------------------------------------------------------------------------------- */

void sheet_write_csv(struct builder *out, const struct sheet *sheet) {
    for (size_t i = 0; i < sheet->kind->count; i++)
        builder_format(out, "%s%s", i ? "," : "", sheet->kind->columns[i].key);
    builder_add(out, TEXT("\n"));
    for (size_t row = 0; row < sheet_rows(sheet); row++) {
        for (size_t i = 0; i < sheet->kind->count; i++) {
            if (i) builder_add(out, TEXT(","));
            csv_write_field(out, sheet_at(sheet, row, i)->plain, true);
        }
        builder_add(out, TEXT("\n"));
    }
}

static void write_member(struct json_writer *writer, const struct sheet *sheet, size_t row, size_t column) {
    const struct column_head *head = &sheet->kind->columns[column];
    struct text plain = sheet_at(sheet, row, column)->plain;
    json_write_key(writer, head->key);
    if (plain.length == 0)
        json_write_null(writer);
    else if (head->kind == COLUMN_COUNT)
        json_write_number(writer, plain);
    else
        json_write_string(writer, plain);
}

void sheet_write_json(struct json_writer *writer, const struct sheet *sheet) {
    struct text key = text_copy(sheet->arena, text_from(sheet->kind->name));
    for (size_t i = 0; i < key.length; i++)
        if (key.bytes[i] == '-') ((char *)key.bytes)[i] = '_';
    json_write_key_text(writer, key);
    json_write_array(writer);
    for (size_t row = 0; row < sheet_rows(sheet); row++) {
        if (!sheet->marked.items[row]) continue;
        json_write_object(writer);
        for (size_t i = 0; i < sheet->kind->count; i++) {
            if (strcmp(sheet->kind->columns[i].key, "label_zh") == 0) {
                struct text words[LANGUAGES] = {
                    [LANGUAGE_ZH] = sheet_at(sheet, row, i)->plain, [LANGUAGE_EN] = sheet_at(sheet, row, i + 1)->plain};
                json_write_words(writer, "label", words);
                i++;
            } else {
                write_member(writer, sheet, row, i);
            }
        }
        json_write_close_object(writer);
    }
    json_write_close_array(writer);
}

/* --- screen ------------------------------------------------------------------------------------------------------- */

/* Of the two columns of a label the one in the language. */
static bool is_shown(const struct sheet *sheet, size_t column, enum language language) {
    struct text key = text_from(sheet->kind->columns[column].key);
    bool other = text_ends(key, language == LANGUAGE_ZH ? "_en" : "_zh");
    return sheet->kind->columns[column].on_screen && !other;
}

static struct text shown_at(const struct sheet *sheet, size_t row, size_t column) {
    const struct cell *cell = sheet_at(sheet, row, column);
    return cell->shown.length ? cell->shown : text_shown(sheet->arena, cell->plain);
}

static size_t width_of_column(const struct sheet *sheet, size_t column, enum language language) {
    size_t most = text_width(text_from(sheet->kind->columns[column].words[language]));
    for (size_t row = 0; row < sheet_rows(sheet); row++) {
        size_t width = sheet->marked.items[row] ? text_width(shown_at(sheet, row, column)) : 0;
        most = width > most ? width : most;
    }
    return most;
}

static void show_cell(struct builder *out, struct text text, size_t width, bool right) {
    size_t gap = width - text_width(text);
    if (right) builder_pad(out, gap);
    builder_add(out, text);
    if (!right) builder_pad(out, gap);
    builder_add(out, TEXT("  "));
}

static void end_line(struct builder *out) {
    while (out->length && out->bytes[out->length - 1] == ' ') out->length--;
    builder_add(out, TEXT("\n"));
}

static void show_line(struct builder *out, const struct sheet *sheet, enum language language, const size_t *widths,
                      size_t row) {
    bool head = row == SIZE_MAX;
    builder_add(out, TEXT("  "));
    for (size_t i = 0; i < sheet->kind->count; i++) {
        if (!is_shown(sheet, i, language)) continue;
        struct text text = head ? text_from(sheet->kind->columns[i].words[language]) : shown_at(sheet, row, i);
        bool right = sheet->kind->columns[i].kind != COLUMN_TEXT;
        show_cell(out, text, widths[i], right);
    }
    end_line(out);
}

void sheet_show(struct builder *out, const struct sheet *sheet, enum language language, const char *folder) {
    size_t *widths = ARENA_ARRAY(sheet->arena, size_t, sheet->kind->count + 1), more = 0, shown = 0;
    for (size_t i = 0; i < sheet->kind->count; i++) shown += is_shown(sheet, i, language);
    if (arena_failed(sheet->arena) || sheet_rows(sheet) == 0 || shown == 0) return;
    for (size_t i = 0; i < sheet->kind->count; i++) widths[i] = width_of_column(sheet, i, language);
    builder_format(out, "\n%s\n", sheet->kind->title[language]);
    show_line(out, sheet, language, widths, SIZE_MAX);
    for (size_t row = 0; row < sheet_rows(sheet); row++) {
        more += !sheet->marked.items[row];
        if (sheet->marked.items[row]) show_line(out, sheet, language, widths, row);
    }
    const char *words = language == LANGUAGE_ZH ? "  …… 另有 %zu 行 → %s/%s.csv\n" : "  ... %zu more → %s/%s.csv\n";
    if (more) builder_format(out, words, more, folder, sheet->kind->name);
}
