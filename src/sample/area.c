#include "sample/area.h"

#include "base/csv.h"
#include "sample/messages.h"

#include <assert.h>
#include <stdlib.h>

enum { CODE_DIGITS_MAX = 18, NO_COLUMN = -1 };

/* Where the columns of a file stand. */
struct heading {
    int id, parent;
    int *fields; /* by field of the level */
};

struct area_reader {
    struct areas *areas;
    const struct level *level;
    size_t number; /* of the level */
    const struct source *source;
    struct csv csv;
    struct heading heading;
    struct arena *arena;
    struct diagnostics *diagnostics;
    VECTOR(struct area *) found;
};

void areas_init(struct areas *areas, const struct profile *profile, struct arena *arena) {
    *areas = (struct areas){.profile = profile};
    map_init(&areas->by_code, arena);
}

static struct position place_of(const struct area_reader *reader, const struct csv_field *field) {
    return (struct position){reader->source, field->line, csv_column(&reader->csv, field),
                             (uint32_t)text_characters(field->text)};
}

static int find_heading(const struct area_reader *reader, struct text name) {
    for (size_t i = 0; i < reader->csv.count; i++) {
        if (text_equal(reader->csv.fields[i].text, name)) return (int)i;
    }
    return NO_COLUMN;
}

static int need_heading(struct area_reader *reader, struct text name) {
    int column = find_heading(reader, name);
    struct position file = {.source = reader->source};
    if (column == NO_COLUMN) sample_complain(reader->diagnostics, SAMPLE_AREA_COLUMN, file, name, TEXT(""), TEXT(""));
    return column;
}

static bool read_heading(struct area_reader *reader) {
    struct heading *heading = &reader->heading;
    heading->id = need_heading(reader, TEXT("id"));
    heading->parent = NO_COLUMN;
    if (reader->number > 0)
        heading->parent = need_heading(reader, reader->areas->profile->levels[reader->number - 1].name);
    heading->fields = ARENA_ARRAY(reader->arena, int, reader->level->fields.count + 1);
    if (arena_failed(reader->arena)) return false;
    /* A level without one of the columns has it empty everywhere, as in any file of a dataset. */
    for (size_t i = 0; i < reader->level->fields.count; i++) {
        heading->fields[i] = find_heading(reader, reader->level->fields.items[i].name);
    }
    return heading->id != NO_COLUMN && (reader->number == 0 || heading->parent != NO_COLUMN);
}

static bool parse_whole(struct text text, int64_t *out) {
    *out = 0;
    if (text.length == 0 || text.length > CODE_DIGITS_MAX) return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
        *out = *out * 10 + (text.bytes[i] - '0');
    }
    return true;
}

static bool is_one_of(struct text text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (text_is(text, words[i])) return true;
    }
    return false;
}

/* What a cell says. An empty truth is drawn like no: a condition cannot hang on a list that nobody has. */
static bool parse_field(enum kind kind, struct text text, struct sample_value *out) {
    static const char *const yes[] = {"yes", "true", "1", "是"}, *const no[] = {"no", "false", "0", "否", ""};
    *out = sample_value_text(text);
    if (kind == KIND_TEXT) return true;
    if (kind == KIND_TRUTH) {
        out->number = is_one_of(text, yes, sizeof yes / sizeof *yes);
        return out->number == 1 || is_one_of(text, no, sizeof no / sizeof *no);
    }
    out->empty = text.length == 0;
    return out->empty || parse_whole(text, &out->number);
}

static struct text cell(const struct area_reader *reader, int column) {
    bool there = column >= 0 && (size_t)column < reader->csv.count;
    return there ? reader->csv.fields[column].text : TEXT("");
}

static void read_fields(struct area_reader *reader, struct area *area) {
    size_t count = reader->level->fields.count;
    area->fields = ARENA_ARRAY(reader->arena, struct sample_value, count + 1);
    if (arena_failed(reader->arena)) return;
    for (size_t i = 0; i < count; i++) {
        int column = reader->heading.fields[i];
        struct text text = text_copy(reader->arena, cell(reader, column));
        if (parse_field(reader->level->fields.items[i].kind, text, &area->fields[i])) continue;
        sample_complain(reader->diagnostics, SAMPLE_AREA_VALUE, place_of(reader, &reader->csv.fields[column]), text,
                        reader->level->fields.items[i].name, TEXT(""));
    }
}

static void read_area(struct area_reader *reader) {
    struct area *area = ARENA_NEW(reader->arena, struct area);
    struct text code = text_copy(reader->arena, cell(reader, reader->heading.id));
    struct position at = place_of(reader, &reader->csv.fields[0]); /* of the row */
    if (arena_failed(reader->arena)) return;
    if (!parse_whole(code, &area->number) || areas_find(reader->areas, code)) {
        sample_complain(reader->diagnostics, SAMPLE_AREA_CODE, at, code, TEXT(""), TEXT(""));
        return;
    }
    area->code = code;
    area->level = reader->number;
    if (reader->number > 0) {
        struct text parent_code = cell(reader, reader->heading.parent);
        const struct area *parent = areas_find(reader->areas, parent_code);
        if (!parent || parent->level + 1 != reader->number) {
            sample_complain(reader->diagnostics, SAMPLE_AREA_PARENT, at, parent_code, code, TEXT(""));
            return;
        }
        for (size_t i = 0; i <= parent->level; i++) area->at[i] = parent->at[i];
    }
    area->at[reader->number] = area;
    read_fields(reader, area);
    VECTOR_PUSH(reader->arena, &reader->found, area);
    map_put(&reader->areas->by_code, code, area);
}

/* Those of one parent next to each other, in order of code. */
static int compare_areas(const void *left, const void *right) {
    const struct area *a = *(struct area *const *)left, *b = *(struct area *const *)right;
    if (a->level > 0) {
        uint32_t in_a = a->at[a->level - 1]->index, in_b = b->at[b->level - 1]->index;
        if (in_a != in_b) return in_a < in_b ? -1 : 1;
    }
    return text_compare(a->code, b->code);
}

bool areas_read(struct areas *areas, size_t level, const struct source *source, struct arena *arena,
                struct diagnostics *diagnostics) {
    struct area_reader reader = {.areas = areas,
                                 .level = &areas->profile->levels[level],
                                 .number = level,
                                 .source = source,
                                 .arena = arena,
                                 .diagnostics = diagnostics};
    size_t errors_before = diagnostics->errors;
    csv_init(&reader.csv, source->bytes, arena);
    enum csv_result result = csv_next(&reader.csv);
    if (result == CSV_RECORD && !read_heading(&reader)) return false;
    while (result == CSV_RECORD && (result = csv_next(&reader.csv)) == CSV_RECORD) read_area(&reader);
    if (result == CSV_NO_MEMORY) return false;
    if (result != CSV_END) {
        sample_complain(diagnostics, SAMPLE_AREA_BROKEN, place_of(&reader, &reader.csv.fields[0]), TEXT(""), TEXT(""),
                        TEXT(""));
    }
    if (diagnostics->errors > errors_before || arena_failed(arena)) return false;
    if (reader.found.count) qsort(reader.found.items, reader.found.count, sizeof *reader.found.items, compare_areas);
    for (size_t i = 0; i < reader.found.count; i++) reader.found.items[i]->index = (uint32_t)i;
    areas->of_level[level] = reader.found.items;
    areas->count[level] = reader.found.count;
    return true;
}

static void extend(struct area_range *range, uint32_t index) {
    if (range->end == 0) range->first = index;
    range->end = index + 1;
}

void areas_finish(struct areas *areas) {
    for (size_t level = 0; level < areas->profile->level_count; level++) {
        for (size_t i = 0; i < areas->count[level]; i++) {
            struct area *area = areas->of_level[level][i];
            for (size_t above = 0; above <= level; above++) extend(&area->at[above]->below[level], (uint32_t)i);
        }
    }
}

const struct area *areas_find(const struct areas *areas, struct text code) {
    return map_get(&areas->by_code, code);
}

bool area_related(const struct area *a, const struct area *b) {
    return a->at[b->level] == b || b->at[a->level] == a;
}

const struct area *area_at(const struct areas *areas, const struct area *area, size_t level) {
    if (level <= area->level) return area->at[level];
    struct area_range range = area->below[level];
    return range.first < range.end ? areas->of_level[level][range.first] : NULL;
}
