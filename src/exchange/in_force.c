#include "exchange/in_force.h"

#include "base/csv.h"
#include "exchange/coded_text.h"

static const char signature[] = "#doudi in-force";
enum { VERSION = 1 };

/* --- writing ---------------------------------------------------------------------------------------------------- */

/* A rule, and how its values are written. References are not: they are rows of one dataset. */
struct kept {
    const struct coded_column *past;
    struct coded_text text;
};

/* The lines of an entity that are written. */
struct page {
    struct arena *arena;
    struct csv_file *file;
    const struct entity *entity;
    const struct past_table *table;
    VECTOR(struct kept) columns;
    uint32_t *lines, *spare; /* room to sort them */
    size_t count;
};

static void find_columns(struct page *page, const struct history *history) {
    for (size_t i = 0; i < page->entity->fields.count; i++) {
        const struct field *field = page->entity->fields.items[i];
        struct kept column = {.past = &history->columns[field->index]};
        if (field->type.kind == TYPE_ROW || column.past->page_count == 0) continue;
        coded_text_begin(&column.text, page->arena, &column.past->coding);
        VECTOR_PUSH(page->arena, &page->columns, column);
    }
}

/* Those with a value. */
static void find_lines(struct page *page) {
    for (uint32_t line = 0; line < page->table->line_count; line++) {
        bool kept = false;
        if (page->table->lines[line].row == PAST_NONE) continue;
        for (size_t i = 0; i < page->columns.count && !kept; i++)
            kept = coded_column_get(page->columns.items[i].past, line).kind;
        if (kept) page->lines[page->count++] = line;
    }
}

/* By month, then by id. */
static int compare_lines(const struct page *page, uint32_t a, uint32_t b) {
    const struct past_line *left = &page->table->lines[a], *right = &page->table->lines[b];
    if (left->month != right->month) return left->month < right->month ? -1 : 1;
    return text_compare(text_set_at(&page->table->ids, left->row), text_set_at(&page->table->ids, right->row));
}

/* Merges two sorted parts that lie one behind the other, at most times already in order. */
static void merge(const struct page *page, uint32_t *lines, size_t middle, size_t end) {
    if (compare_lines(page, lines[middle - 1], lines[middle]) <= 0) return;
    memcpy(page->spare, lines, middle * sizeof *lines);
    for (size_t i = 0, left = 0, right = middle; left < middle; i++) {
        bool first = right == end || compare_lines(page, page->spare[left], lines[right]) <= 0;
        lines[i] = first ? page->spare[left++] : lines[right++];
    }
}

static void sort_lines(const struct page *page) {
    for (size_t part = 1; part < page->count; part *= 2)
        for (size_t begin = 0; page->count - begin > part; begin += 2 * part) {
            size_t left = page->count - begin, end = left < 2 * part ? left : 2 * part;
            merge(page, page->lines + begin, part, end);
            if (left <= 2 * part) break;
        }
}

static void write_head(const struct page *page) {
    struct builder *out = csv_file_next(page->file);
    builder_format(out, "#%.*s,month,id", TEXT_ARG(page->entity->name));
    for (size_t i = 0; i < page->columns.count; i++)
        builder_format(out, ",%.*s", TEXT_ARG(page->columns.items[i].past->coding.field->name));
    csv_file_end_line(page->file);
}

static void write_line(const struct page *page, uint32_t line, struct text month) {
    csv_file_cell(page->file, page->entity->name);
    csv_file_cell(page->file, month);
    csv_file_id(page->file, text_set_at(&page->table->ids, page->table->lines[line].row)); /* it is read again */
    for (size_t i = 0; i < page->columns.count; i++) {
        const struct kept *column = &page->columns.items[i];
        struct coded coded = coded_column_get(column->past, line);
        if (coded.kind)
            coded_text_write(&column->text, page->arena, coded, page->file);
        else
            csv_file_next(page->file);
    }
    csv_file_end_line(page->file);
}

static void write_lines(const struct page *page) {
    month_number month = MONTH_FIRST;
    struct text written = TEXT("");
    if (page->count) write_head(page);
    for (size_t i = 0; i < page->count && !arena_failed(page->arena); i++) {
        uint32_t line = page->lines[i];
        if (page->table->lines[line].month != month) {
            month = page->table->lines[line].month;
            written = month_format(page->arena, month);
        }
        write_line(page, line, written);
    }
}

/* How many lines it wrote. */
static size_t write_entity(struct csv_file *file, struct arena *arena, const struct history *history,
                           const struct entity *entity) {
    struct arena_mark mark = arena_here(arena);
    struct page page = {arena, file, entity, .table = &history->tables[entity->index]};
    find_columns(&page, history);
    page.lines = ARENA_ARRAY(arena, uint32_t, page.table->line_count + 1);
    page.spare = ARENA_ARRAY(arena, uint32_t, page.table->line_count + 1);
    if (arena_failed(arena)) return 0;
    find_lines(&page);
    sort_lines(&page);
    write_lines(&page);
    arena_rewind(arena, mark);
    return page.count;
}

static void write_all(struct csv_file *file, struct arena *arena, const struct history *history,
                      struct in_force_months months) {
    const struct policy *policy = history->policy;
    size_t lines = 0;
    builder_format(csv_file_next(file), "%s,%d,%.*s,%.*s,%.*s", signature, VERSION, TEXT_ARG(policy_name(policy)),
                   TEXT_ARG(month_format(arena, months.first)), TEXT_ARG(month_format(arena, months.last)));
    if (months.area.length) csv_file_cell(file, months.area);
    csv_file_end_line(file);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(arena); i++)
        lines += write_entity(file, arena, history, policy->entities.items[i]);
    builder_format(csv_file_next(file), "#end,%zu", lines);
    csv_file_end_line(file);
}

enum file_result in_force_draft(struct csv_file *file, const struct history *history, struct arena *arena,
                                const char *folder, struct in_force_months months) {
    *file = (struct csv_file){0};
    if (arena_failed(&history->arena)) return FILE_NO_MEMORY;
    enum file_result result = csv_file_begin(file, arena, text_from(folder), TEXT("in-force.csv"));
    if (result != FILE_OK) return result;
    write_all(file, arena, history, months);
    return arena_failed(arena) ? FILE_NO_MEMORY : csv_file_flush(file);
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

static bool read_signature(struct arena *arena, const struct csv *csv, struct in_force_months *months) {
    enum { WITHOUT_AREA = 5 };
    bool limited = csv->count == WITHOUT_AREA + 1;
    if (limited) months->area = text_copy(arena, csv->fields[WITHOUT_AREA].text);
    return (limited || csv->count == WITHOUT_AREA) && text_is(csv->fields[0].text, signature) &&
           text_equal(csv->fields[1].text, text_format(arena, "%d", VERSION)) &&
           month_parse(csv->fields[3].text, &months->first) && month_parse(csv->fields[4].text, &months->last) &&
           months->first <= months->last;
}

static bool read_record(struct reading *reading, const struct csv *csv, struct in_force_read *found) {
    struct text first = csv->fields[0].text;
    found->whole = false; /* unless this is the last line */
    if (!text_starts(first, "#")) return read_line(reading, csv);
    if (text_is(first, signature)) return reading->lines == 0 && read_signature(reading->arena, csv, &found->months);
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
    *found = (struct in_force_read){.months = {.first = MONTH_LAST, .last = MONTH_FIRST}};
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    enum file_result result = file_open(&file, path.bytes);
    if (result != FILE_OK) return result;
    csv_init(&csv, file.bytes, arena);
    enum csv_result record;
    while ((record = csv_next(&csv)) != CSV_END && record != CSV_NO_MEMORY)
        found->bad += record != CSV_RECORD || !read_record(&reading, &csv, found);
    file_close(&file);
    if (found->months.area.length) history->limited_since = found->months.first;
    return record == CSV_NO_MEMORY || arena_failed(arena) ? FILE_NO_MEMORY : FILE_OK;
}

bool in_force_is_ours(struct arena *arena, const char *folder) {
    struct text path = path_join(arena, text_from(folder), TEXT("in-force.csv"));
    return !arena_failed(arena) && file_starts(path.bytes, signature);
}
