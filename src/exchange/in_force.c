#include "exchange/in_force.h"

#include "base/csv.h"

#include <stdlib.h>

static const char signature[] = "#doudi in-force";
enum { VERSION = 1 };

/* --- writing ---------------------------------------------------------------------------------------------------- */

/* What is kept of a row in a month: a value for each of its entity's kept rules, NULL where there is none. */
struct line {
    struct text id;
    month_number month; /* MONTH_FIRST: opening values */
    const struct value **values;
};

struct page {
    struct arena *arena;
    const struct history *history;
    VECTOR(const struct field *) rules;
    VECTOR(struct line) lines;
};

/* The line of the month among those of the row, which begin at `first`; NULL when memory has run out. */
static struct line *line_of(struct page *page, size_t first, struct text id, month_number month) {
    for (size_t i = first; i < page->lines.count; i++)
        if (page->lines.items[i].month == month) return &page->lines.items[i];
    struct line line = {id, month, ARENA_ARRAY(page->arena, const struct value *, page->rules.count)};
    VECTOR_PUSH(page->arena, &page->lines, line);
    return arena_failed(page->arena) ? NULL : &page->lines.items[page->lines.count - 1];
}

static void gather_row(struct page *page, struct text id, const struct past_row *row) {
    size_t first = page->lines.count;
    for (size_t rule = 0; rule < page->rules.count; rule++) {
        const struct past *past = history_of(page->history, row, page->rules.items[rule]);
        for (size_t m = 0; past && m < past->list.count; m++) {
            struct line *line = line_of(page, first, id, past->list.items[m].month);
            if (!line) return;
            line->values[rule] = &past->list.items[m].value;
        }
    }
}

/* References are not kept: they are rows of one dataset. */
static void gather(struct page *page, const struct entity *entity) {
    const struct map *rows = &page->history->rows[entity->index];
    for (size_t i = 0; i < entity->fields.count; i++) {
        const struct field *field = entity->fields.items[i];
        if (field->type.kind != TYPE_ROW && page->history->places[field->index])
            VECTOR_PUSH(page->arena, &page->rules, field);
    }
    for (size_t k = 0; k < rows->count && !arena_failed(page->arena); k++)
        gather_row(page, rows->entries[k].key, rows->entries[k].value);
}

static int compare_lines(const void *a, const void *b) {
    const struct line *left = a, *right = b;
    if (left->month != right->month) return left->month < right->month ? -1 : 1;
    return text_compare(left->id, right->id);
}

static void write_line(struct builder *out, const struct page *page, const struct entity *entity,
                       const struct line *line) {
    struct arena_mark mark = arena_here(page->arena);
    csv_write_field(out, entity->name, true);
    builder_add(out, TEXT(","));
    if (line->month != MONTH_FIRST) builder_add(out, month_format(page->arena, line->month));
    builder_add(out, TEXT(","));
    csv_write_field(out, line->id, false); /* as it is: it is read again */
    for (size_t i = 0; i < page->rules.count; i++) {
        const struct field *rule = page->rules.items[i];
        builder_add(out, TEXT(","));
        if (line->values[i])
            csv_write_field(out, value_plain(page->arena, &rule->type, rule->scale, line->values[i]), true);
    }
    builder_add(out, TEXT("\n"));
    arena_rewind(page->arena, mark);
}

/* How many lines it wrote. */
static size_t write_entity(struct builder *out, struct arena *arena, const struct history *history,
                           const struct entity *entity) {
    struct arena_mark mark = arena_here(arena);
    struct page page = {.arena = arena, .history = history};
    gather(&page, entity);
    if (arena_failed(arena)) return 0;
    if (page.lines.count) {
        qsort(page.lines.items, page.lines.count, sizeof *page.lines.items, compare_lines);
        builder_format(out, "#%.*s,month,id", TEXT_ARG(entity->name));
        for (size_t i = 0; i < page.rules.count; i++) builder_format(out, ",%.*s", TEXT_ARG(page.rules.items[i]->name));
        builder_add(out, TEXT("\n"));
    }
    for (size_t i = 0; i < page.lines.count; i++) write_line(out, &page, entity, &page.lines.items[i]);
    size_t count = page.lines.count;
    arena_rewind(arena, mark);
    return count;
}

enum file_result in_force_write(const struct history *history, struct arena *arena, const char *folder,
                                struct in_force_months months) {
    const struct policy *policy = history->policy;
    struct builder out;
    size_t lines = 0;
    builder_init(&out);
    builder_format(&out, "%s,%d,%.*s,%.*s,%.*s\n", signature, VERSION, TEXT_ARG(policy_name(policy)),
                   TEXT_ARG(month_format(arena, months.first)), TEXT_ARG(month_format(arena, months.last)));
    for (size_t i = 0; i < policy->entities.count && !arena_failed(arena); i++)
        lines += write_entity(&out, arena, history, policy->entities.items[i]);
    builder_format(&out, "#end,%zu\n", lines);
    struct file_writer writer;
    struct text path = path_join(arena, text_from(folder), TEXT("in-force.csv"));
    bool whole = !out.failed && !arena_failed(arena);
    enum file_result result = whole ? file_begin(&writer, arena, path.bytes) : FILE_NO_MEMORY;
    if (result == FILE_OK) {
        file_write(&writer, builder_text(&out));
        result = file_commit(&writer);
    }
    builder_free(&out);
    return result;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* The part of the file that is being read: whose rows, and which rules their cells belong to. */
struct section {
    const struct entity *entity;
    VECTOR(const struct field *) rules;
};

struct reading {
    struct history *history;
    struct arena *arena;
    struct section section;
    month_number before;
    size_t lines;
};

/* #ENTITY,month,id,FIELD,… */
static bool read_heading(const struct policy *policy, struct arena *arena, const struct csv *csv,
                         struct section *section) {
    struct text name = text_slice(csv->fields[0].text, 1, csv->fields[0].text.length);
    section->entity = map_get(&policy->entity_by_name, name);
    section->rules.count = 0;
    for (size_t i = 3; section->entity && i < csv->count; i++) {
        const struct field *rule = map_get(&section->entity->by_name, csv->fields[i].text);
        if (!rule || rule->kind == FIELD_INPUT || rule->type.kind == TYPE_ROW) return false;
        VECTOR_PUSH(arena, &section->rules, rule);
    }
    return section->entity && csv->count > 3;
}

static bool read_value(struct history *history, struct arena *arena, const struct field *rule, struct text id,
                       month_number month, struct text text) {
    struct value value;
    if (text_is(text, "fault"))
        value = value_fault(REASON_NOT_ASSESSED, rule, 0);
    else if (!value_parse(arena, &rule->type, rule->scale, text, &value))
        return false;
    if (value.state == VALUE_UNKNOWN) value.reason = (struct reason){.kind = REASON_NOT_ASSESSED, .field = rule};
    history_put(history, rule, id, month, value);
    return true;
}

/* Opening values have no month. */
static bool read_line(struct reading *reading, const struct csv *csv) {
    const struct section *section = &reading->section;
    month_number month = MONTH_FIRST;
    if (!section->entity || csv->count != section->rules.count + 3 ||
        !text_equal(csv->fields[0].text, section->entity->name))
        return false;
    struct text written = csv->fields[1].text, id = csv->fields[2].text;
    if ((written.length && !month_parse(written, &month)) || id.length == 0) return false;
    reading->lines++;
    bool good = true;
    for (size_t i = 0; i < section->rules.count && month < reading->before; i++) {
        struct text text = csv->fields[i + 3].text;
        if (text.length)
            good = read_value(reading->history, reading->arena, section->rules.items[i], id, month, text) && good;
    }
    return good;
}

static bool read_signature(const struct csv *csv, struct in_force_months *months) {
    return csv->count == 5 && text_is(csv->fields[0].text, signature) && text_is(csv->fields[1].text, "1") &&
           month_parse(csv->fields[3].text, &months->first) && month_parse(csv->fields[4].text, &months->last) &&
           months->first <= months->last;
}

static bool read_record(struct reading *reading, const struct csv *csv, struct in_force_read *found) {
    struct text first = csv->fields[0].text;
    found->whole = false; /* unless this is the last line */
    if (!text_starts(first, "#")) return read_line(reading, csv);
    if (text_is(first, signature)) return reading->lines == 0 && read_signature(csv, &found->months);
    if (!text_is(first, "#end")) return read_heading(reading->history->policy, reading->arena, csv, &reading->section);
    found->whole = csv->count == 2 && found->months.first <= found->months.last &&
                   text_equal(csv->fields[1].text, text_format(reading->arena, "%zu", reading->lines));
    return found->whole;
}

enum file_result in_force_read(struct history *history, struct arena *arena, const char *folder, month_number before,
                               struct in_force_read *found) {
    struct text path = path_join(arena, text_from(folder), TEXT("in-force.csv"));
    struct reading reading = {.history = history, .arena = arena, .before = before};
    struct file file;
    struct csv csv;
    *found = (struct in_force_read){.months = {MONTH_LAST, MONTH_FIRST}};
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    enum file_result result = file_open(&file, path.bytes);
    if (result != FILE_OK) return result;
    csv_init(&csv, file.bytes, arena);
    enum csv_result record;
    while ((record = csv_next(&csv)) != CSV_END && record != CSV_NO_MEMORY)
        found->bad += record != CSV_RECORD || !read_record(&reading, &csv, found);
    file_close(&file);
    return record == CSV_NO_MEMORY || arena_failed(arena) ? FILE_NO_MEMORY : FILE_OK;
}

bool in_force_is_ours(struct arena *arena, const char *folder) {
    struct text path = path_join(arena, text_from(folder), TEXT("in-force.csv"));
    struct file file;
    if (arena_failed(arena) || file_open(&file, path.bytes) != FILE_OK) return false;
    bool ours = text_starts(file.bytes, signature);
    file_close(&file);
    return ours;
}
