#include "exchange/in_force.h"

#include "base/csv.h"

#include <stdlib.h>

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
    struct map by_row; /* "month id" -> line + 1 */
};

static void note_value(struct page *page, size_t rule, struct text id, const struct past_value *past) {
    struct text key = text_format(page->arena, "%d %.*s", (int)past->month, TEXT_ARG(id));
    size_t at = (size_t)map_get(&page->by_row, key);
    if (!at) {
        struct line line = {id, past->month, ARENA_ARRAY(page->arena, const struct value *, page->rules.count)};
        VECTOR_PUSH(page->arena, &page->lines, line);
        at = page->lines.count;
        map_put(&page->by_row, key, (void *)at);
    }
    if (!arena_failed(page->arena)) page->lines.items[at - 1].values[rule] = &past->value;
}

/* References are not kept: they are rows of one dataset. */
static void gather(struct page *page, const struct entity *entity) {
    for (size_t i = 0; i < entity->fields.count; i++) {
        const struct field *field = entity->fields.items[i];
        if (field->type.kind != TYPE_ROW && page->history->by_field[field->index].count > 0)
            VECTOR_PUSH(page->arena, &page->rules, field);
    }
    for (size_t rule = 0; rule < page->rules.count && !arena_failed(page->arena); rule++) {
        const struct map *map = &page->history->by_field[page->rules.items[rule]->index];
        for (size_t k = 0; k < map->count; k++) {
            const struct past *past = map->entries[k].value;
            for (size_t m = 0; m < past->list.count; m++)
                note_value(page, rule, map->entries[k].key, &past->list.items[m]);
        }
    }
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
    csv_write_field(out, line->id, true);
    for (size_t i = 0; i < page->rules.count; i++) {
        const struct field *rule = page->rules.items[i];
        builder_add(out, TEXT(","));
        if (line->values[i])
            csv_write_field(out, value_plain(page->arena, &rule->type, rule->scale, line->values[i]), true);
    }
    builder_add(out, TEXT("\n"));
    arena_rewind(page->arena, mark);
}

static void write_entity(struct builder *out, struct arena *arena, const struct history *history,
                         const struct entity *entity) {
    struct arena_mark mark = arena_here(arena);
    struct page page = {.arena = arena, .history = history};
    map_init(&page.by_row, arena);
    gather(&page, entity);
    if (arena_failed(arena)) return;
    if (page.lines.count) {
        qsort(page.lines.items, page.lines.count, sizeof *page.lines.items, compare_lines);
        builder_format(out, "#%.*s,month,id", TEXT_ARG(entity->name));
        for (size_t i = 0; i < page.rules.count; i++) builder_format(out, ",%.*s", TEXT_ARG(page.rules.items[i]->name));
        builder_add(out, TEXT("\n"));
    }
    for (size_t i = 0; i < page.lines.count; i++) write_line(out, &page, entity, &page.lines.items[i]);
    arena_rewind(arena, mark);
}

enum file_result in_force_write(const struct history *history, struct arena *arena, const char *folder) {
    const struct policy *policy = history->policy;
    struct builder out;
    builder_init(&out);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(arena); i++)
        write_entity(&out, arena, history, policy->entities.items[i]);
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

/* #household,month,id,dibao,… */
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

static bool read_line(struct history *history, struct arena *arena, const struct csv *csv,
                      const struct section *section) {
    month_number month = MONTH_FIRST;
    if (!section->entity || csv->count != section->rules.count + 3 ||
        !text_equal(csv->fields[0].text, section->entity->name))
        return false;
    struct text written = csv->fields[1].text, id = csv->fields[2].text;
    if ((written.length && !month_parse(written, &month)) || id.length == 0) return false;
    bool good = true;
    for (size_t i = 0; i < section->rules.count; i++) {
        struct text text = csv->fields[i + 3].text;
        if (text.length) good = read_value(history, arena, section->rules.items[i], id, month, text) && good;
    }
    return good;
}

enum file_result in_force_read(struct history *history, struct arena *arena, const char *folder, size_t *bad) {
    struct text path = path_join(arena, text_from(folder), TEXT("in-force.csv"));
    struct section section = {0};
    struct file file;
    struct csv csv;
    *bad = 0;
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    enum file_result result = file_open(&file, path.bytes);
    if (result != FILE_OK) return result;
    csv_init(&csv, file.bytes, arena);
    enum csv_result found;
    while ((found = csv_next(&csv)) != CSV_END && found != CSV_NO_MEMORY) {
        bool heading = found == CSV_RECORD && text_starts(csv.fields[0].text, "#");
        bool good = found == CSV_RECORD && (heading ? read_heading(history->policy, arena, &csv, &section)
                                                    : read_line(history, arena, &csv, &section));
        *bad += !good;
    }
    file_close(&file);
    return found == CSV_NO_MEMORY || arena_failed(arena) ? FILE_NO_MEMORY : FILE_OK;
}
