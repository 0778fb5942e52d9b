/* Whatever the scanner takes, the writer writes so that the scanner finds the same again; and no cell that is made safe
 * begins like a formula. Text that is known to be sound is read as other text is. */
#include "base/csv.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_place(const struct csv *csv, const struct csv_field *field) {
    assert(field->line >= 1 && field->offset <= csv->text.length);
    uint32_t column = csv_column(csv, field);
    assert(column >= 1 && column <= field->offset + 1);
}

static void check_fields(const struct csv *csv) {
    for (size_t i = 0; i < csv->count; i++) {
        struct text text = csv->fields[i].text;
        assert(text.length <= CSV_FIELD_BYTES_MAX && text_invalid_at(text) == text.length);
    }
    assert(csv->count >= 1);
    check_place(csv, &csv->fields[0]);
    check_place(csv, &csv->fields[csv->count - 1]);
}

/* A record of one empty field would be an empty line, and those are skipped. */
static bool is_empty_line(const struct csv *csv) {
    return csv->count == 1 && csv->fields[0].text.length == 0;
}

static void write_record(struct builder *out, const struct csv *csv, bool defuse) {
    for (size_t i = 0; i < csv->count; i++) {
        if (i > 0) builder_add(out, TEXT(","));
        csv_write_field(out, csv->fields[i].text, defuse);
    }
    builder_add(out, TEXT("\r\n"));
}

static bool is_formula(struct text text) {
    static const char *const starts[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_starts(text, starts[i])) return true;
    return false;
}

/* A number may keep its sign. */
static bool is_number(struct text text) {
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] == '\0' || !strchr("+-0123456789.,_", text.bytes[i])) return false;
    return true;
}

static void check_same(struct text written, struct text found, bool defuse) {
    if (!defuse || text_equal(written, found)) {
        assert(text_equal(written, found));
        assert(!defuse || !is_formula(found) || is_number(found));
        assert(!defuse || !csv_is_defused(found));
        return;
    }
    assert((is_formula(written) || csv_is_defused(written)) && found.bytes[0] == '\'' && csv_is_defused(found));
    assert(text_equal(written, text_slice(found, 1, found.length)));
}

/* Each record that was scanned is written behind a line of its own, which keeps a byte order mark in its first field
 * from standing at the beginning of the text. */
static void check_record(struct arena *arena, const struct csv *record, bool defuse) {
    struct arena_mark mark = arena_here(arena);
    struct builder out;
    struct csv csv;
    builder_init(&out);
    builder_add(&out, TEXT("head\n"));
    write_record(&out, record, defuse);
    csv_init(&csv, builder_text(&out), arena);
    enum csv_result result = csv_next(&csv);
    assert(result == CSV_RECORD && csv.count == 1);
    result = csv_next(&csv);
    assert(result == CSV_RECORD && csv.count == record->count);
    for (size_t i = 0; i < csv.count; i++) check_same(record->fields[i].text, csv.fields[i].text, defuse);
    result = csv_next(&csv);
    assert(result == CSV_END);
    builder_free(&out);
    arena_rewind(arena, mark);
}

/* What is known of the text changes nothing but how soon it is read. */
static void check_sound(struct arena *arena, struct text text) {
    struct csv csv, sound;
    if (!csv_survey(text).sound) return;
    csv_init(&csv, text, arena);
    csv_init(&sound, text, arena);
    sound.sound = true;
    for (enum csv_result result = CSV_RECORD; result != CSV_END;) {
        result = csv_next(&csv);
        enum csv_result other = csv_next(&sound);
        assert(result == other && csv.offset == sound.offset && csv.line == sound.line && csv.count == sound.count);
        for (size_t i = 0; i < csv.count; i++) {
            const struct csv_field *a = &csv.fields[i], *b = &sound.fields[i];
            assert(a->offset == b->offset && a->line == b->line && a->quoted == b->quoted &&
                   text_equal(a->text, b->text));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct arena arena;
    struct csv csv;
    arena_init(&arena);
    check_sound(&arena, (struct text){(const char *)bytes, length});
    csv_init(&csv, (struct text){(const char *)bytes, length}, &arena);
    for (size_t calls = 0;; calls++) {
        assert(calls <= length);
        enum csv_result result = csv_next(&csv);
        if (result == CSV_END) break;
        if (result == CSV_RECORD) {
            check_fields(&csv);
            if (is_empty_line(&csv)) continue;
            check_record(&arena, &csv, false);
            check_record(&arena, &csv, true);
        } else {
            assert(result != CSV_NO_MEMORY);
            check_place(&csv, &csv.fields[0]);
        }
    }
    arena_free(&arena);
    return 0;
}
