#include "exchange/in_force.h"

#include "base/csv.h"

static void cell(struct builder *out, struct text text, bool last) {
    csv_write_field(out, text, true);
    builder_add(out, last ? TEXT("\n") : TEXT(","));
}

enum file_result in_force_write(const struct history *history, struct arena *arena, const char *folder) {
    struct builder out;
    builder_init(&out);
    builder_add(&out, TEXT("entity,id,rule,month,value\n"));
    for (size_t i = 0; i < history->policy->fields.count; i++) {
        const struct field *field = history->policy->fields.items[i];
        const struct map *map = &history->by_field[i];
        for (size_t k = 0; k < map->count; k++) {
            const struct past *past = map->entries[k].value;
            for (size_t m = 0; m < past->list.count; m++) {
                const struct past_value *value = &past->list.items[m];
                if (field->type.kind == TYPE_ROW) continue;
                struct arena_mark mark = arena_here(arena);
                cell(&out, field->entity->name, false);
                cell(&out, map->entries[k].key, false);
                cell(&out, field->name, false);
                cell(&out, value->month == MONTH_FIRST ? TEXT("") : month_format(arena, value->month), false);
                cell(&out, value_plain(arena, &field->type, field->scale, &value->value), true);
                arena_rewind(arena, mark);
            }
        }
    }
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

static bool read_line(struct history *history, struct arena *arena, const struct csv *csv) {
    if (csv->count != 5) return false;
    const struct field *field = policy_field(history->policy, csv->fields[0].text, csv->fields[2].text);
    struct text month_text = csv->fields[3].text, text = csv->fields[4].text;
    month_number month = MONTH_FIRST;
    struct value value;
    if (!field || field->kind == FIELD_INPUT || (month_text.length && !month_parse(month_text, &month))) return false;
    if (text_is(text, "fault"))
        value = value_fault(REASON_NOT_ASSESSED, field, 0);
    else if (!value_parse(arena, &field->type, field->scale, text, &value))
        return false;
    if (value.state == VALUE_UNKNOWN) value.reason = (struct reason){.kind = REASON_NOT_ASSESSED, .field = field};
    history_put(history, field, csv->fields[1].text, month, value);
    return true;
}

enum file_result in_force_read(struct history *history, struct arena *arena, const char *folder, size_t *bad) {
    struct text path = path_join(arena, text_from(folder), TEXT("in-force.csv"));
    struct file file;
    struct csv csv;
    *bad = 0;
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    enum file_result result = file_open(&file, path.bytes);
    if (result != FILE_OK) return result;
    csv_init(&csv, file.bytes, arena);
    enum csv_result found;
    csv_next(&csv); /* the headings */
    while ((found = csv_next(&csv)) != CSV_END && found != CSV_NO_MEMORY)
        *bad += found != CSV_RECORD || !read_line(history, arena, &csv);
    file_close(&file);
    return found == CSV_NO_MEMORY || arena_failed(arena) ? FILE_NO_MEMORY : FILE_OK;
}
