#include "engine/dataset_inside.h"

#include "base/thread.h"

#include <string.h>

/* --- names of events ---------------------------------------------------------------------------------------------- */

/* / stands between the parts of an event's name: within one it is written %2F, and % itself %25. */
static struct text escape(struct arena *arena, struct text part) {
    struct text whole = TEXT("");
    size_t begin = 0;
    if (part.length == 0 || (!memchr(part.bytes, '/', part.length) && !memchr(part.bytes, '%', part.length)))
        return part;
    for (size_t i = 0; i < part.length; i++) {
        if (part.bytes[i] != '/' && part.bytes[i] != '%') continue;
        whole = text_format(arena, "%.*s%.*s%s", TEXT_ARG(whole), TEXT_ARG(text_slice(part, begin, i)),
                            part.bytes[i] == '/' ? "%2F" : "%25");
        begin = i + 1;
    }
    return text_format(arena, "%.*s%.*s", TEXT_ARG(whole), TEXT_ARG(text_slice(part, begin, part.length)));
}

static struct text dated_part(struct arena *arena, const struct column *column, size_t row) {
    const struct type *type = &column->spec.field->type;
    if (!column->lanes) return escape(arena, column_text(column, row));
    int64_t value = (int64_t)column_get(column, row);
    if (type->kind == TYPE_DATE) return day_format(arena, (day_number)value);
    if (type->kind == TYPE_ENUM) return type->enumeration->values[value].name.text;
    return text_format(arena, "%lld", (long long)value);
}

struct text event_name(struct arena *arena, struct builder *name, const struct record_table *records, size_t row,
                       struct text parent) {
    name->length = 0;
    builder_add(name, escape(arena, parent));
    for (size_t k = 0; k < records->entity->dated.count; k++) {
        const struct column *column = &records->columns[records->entity->dated.items[k]->input_index];
        builder_add(name, TEXT("/"));
        builder_add(name, dated_part(arena, column, row));
    }
    return text_copy(arena, builder_text(name));
}

/* --- columns ---------------------------------------------------------------------------------------------------- */

/* Eight bytes at a time, each 0 or 1, as often as their sums fit into a byte. */
static size_t count_known(const unsigned char *known, size_t rows) {
    enum { WORD = sizeof(uint64_t), STEPS = 255 };
    size_t sum = 0, row = 0;
    while (rows - row >= WORD) {
        uint64_t sums = 0, some;
        for (unsigned step = 0; step < STEPS && rows - row >= WORD; step++, row += WORD) {
            memcpy(&some, known + row, WORD);
            sums += some;
        }
        for (; sums; sums >>= 8) sum += sums & 0xff;
    }
    for (; row < rows; row++) sum += known[row];
    return sum;
}

static void make_column(struct arena *arena, struct column *column, const struct lane_spec *spec, size_t rows) {
    *column = (struct column){.spec = *spec, .known = ARENA_ARRAY(arena, unsigned char, rows + 1)};
    if (spec->width == 0)
        column->texts.each = ARENA_ARRAY(arena, struct text, rows + 1);
    else
        column->lanes = arena_new(arena, rows + 1, spec->width);
}

/* Values of so many bytes each, from where they arrived; the size is known where it is called. */
static inline void gather(void *to, const void *from, size_t size, const size_t *arrival, size_t rows) {
    unsigned char *next = to;
    const unsigned char *all = from;
    for (size_t row = 0; row < rows; row++, next += size) memcpy(next, all + arrival[row] * size, size);
}

static void gather_lanes(struct column *to, const struct column *from, const size_t *arrival, size_t rows) {
    switch (from->spec.width) {
    case 1: gather(to->lanes, from->lanes, 1, arrival, rows); break;
    case 2: gather(to->lanes, from->lanes, 2, arrival, rows); break;
    case 4: gather(to->lanes, from->lanes, 4, arrival, rows); break;
    case 8: gather(to->lanes, from->lanes, 8, arrival, rows); break;
    default: gather(to->lanes, from->lanes, sizeof(lane), arrival, rows); break;
    }
}

/* What is not known is 0 in records, and stays so. References are resolved later. */
static void fill_column(struct column *to, const struct column *from, const size_t *arrival, size_t rows) {
    gather(to->known, from->known, 1, arrival, rows);
    to->unknown = rows - count_known(to->known, rows);
    if (to->unknown == rows) return;
    if (from->lanes)
        gather_lanes(to, from, arrival, rows);
    else if (!to->lanes)
        gather(to->texts.each, from->texts.each, sizeof *to->texts.each, arrival, rows);
}

/* From ids to rows, in the map of ids that stand in the records; of those that were left out nothing stands. */
static void name_rows(struct table *table, const struct record_table *records) {
    struct arena *arena = table->by_id.arena;
    struct arena_mark mark = arena_here(arena);
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, records->count + 1); /* + 1; 0: it is none */
    if (!rows) return;
    for (size_t row = 0; row < table->rows; row++) rows[table->arrival[row] + 1] = (uint32_t)row + 1;
    for (size_t i = 0; i < table->by_id.count; i++) {
        struct map_entry *entry = &table->by_id.entries[i];
        entry->value = (void *)(uintptr_t)rows[(size_t)entry->value];
    }
    arena_rewind(arena, mark);
}

/* The same by halves: rows in the order of their ids, which is that of the records. */
static void order_rows_by_name(struct arena *arena, struct table *table, const struct record_table *records,
                               bool in_place) {
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, table->rows + 1);
    struct arena_mark mark = arena_here(arena);
    uint32_t *rows = in_place ? order : ARENA_ARRAY(arena, uint32_t, records->count + 1); /* + 1; 0: it is none */
    size_t count = 0;
    if (arena_failed(arena)) return;
    for (size_t row = 0; row < table->rows; row++) rows[table->arrival[row]] = (uint32_t)row + 1;
    for (size_t i = 0; i < records->count; i++)
        if (rows[i]) order[count++] = rows[i] - 1;
    arena_rewind(arena, mark);
    table->by_name = order;
}

static bool is_in_place(const struct table *table, const struct record_table *records) {
    bool same = table->rows == records->count && records->count > 0;
    for (size_t row = 0; row < table->rows && same; row++) same = table->arrival[row] == row;
    return same;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* A table being laid out by several threads: a range of the rows each, then some of the columns. */
struct laying {
    struct making *making;
    struct table *table;
    const struct record_table *records;
    unsigned threads;
    struct arena *arenas; /* by thread: names of events */
};

static void name_events(const struct laying *laying, size_t begin, size_t end, struct arena *arena) {
    struct table *table = laying->table;
    const struct text *above = dataset_table(laying->making->dataset, table->entity->parent)->ids.each;
    struct builder name;
    builder_init(&name);
    for (size_t row = begin; row < end; row++) {
        if (row + AHEAD < end) __builtin_prefetch(above[table->parents[row + AHEAD]].bytes);
        table->ids.each[row] =
            event_name(arena, &name, laying->records, table->arrival[row], above[table->parents[row]]);
    }
    if (name.failed) arena->failed = true;
    builder_free(&name);
}

static void lay_range(void *context, size_t begin, size_t end, unsigned thread) {
    const struct laying *laying = context;
    struct table *table = laying->table;
    const struct record_table *records = laying->records;
    for (size_t row = begin; row < end; row++) {
        const struct record_row *record = &records->rows[table->arrival[row]];
        table->unconfirmed[row] = record->unconfirmed;
        table->ids.each[row] = record->id;
    }
    if (table->entity->is_event) name_events(laying, begin, end, &laying->arenas[thread]);
    for (size_t k = thread; k < table->entity->inputs.count; k += laying->threads) {
        struct column *column = &table->columns[k];
        if (column->known == records->columns[k].known)
            column->unknown = table->rows - count_known(column->known, table->rows);
        else
            fill_column(column, &records->columns[k], table->arrival, table->rows);
    }
}

/* Of rows that are all those of the records, in their order, nothing is copied but references. */
static void make_columns(struct arena *arena, struct table *table, const struct record_table *records, bool shared) {
    table->columns = ARENA_ARRAY(arena, struct column, table->entity->inputs.count + 1);
    for (size_t k = 0; k < table->entity->inputs.count && !arena_failed(arena); k++) {
        if (shared && table->entity->inputs.items[k]->type.kind != TYPE_ROW)
            table->columns[k] = records->columns[k];
        else
            make_column(arena, &table->columns[k], &records->columns[k].spec, table->rows);
    }
}

void making_lay_rows(struct making *making, struct table *table, const struct record_table *records) {
    struct arena *arena = &making->dataset->arena;
    size_t entities = making->dataset->policy->entities.count + 1;
    struct laying laying = {making, table, records, threads_for(table->rows, making->records->threads), NULL};
    table->ids.each = ARENA_ARRAY(arena, struct text, table->rows + 1);
    table->first_child = ARENA_ARRAY(arena, uint32_t *, entities);
    table->unconfirmed = ARENA_ARRAY(arena, bool, table->rows + 1);
    table->incomplete = ARENA_ARRAY(arena, bool *, entities);
    laying.arenas = ARENA_ARRAY(arena, struct arena, laying.threads);
    bool in_place = is_in_place(table, records);
    make_columns(arena, table, records, making->records->lasting && in_place);
    if (arena_failed(arena)) return;
    work_in_ranges(laying.threads, table->rows, lay_range, &laying);
    for (unsigned i = 0; i < laying.threads; i++) arena_adopt(arena, &laying.arenas[i]);
    if (!table->entity->is_event && !records->unordered)
        order_rows_by_name(arena, table, records, in_place);
    else if (!table->entity->is_event && records->keys)
        table->late = late_map_new(arena);
    else if (!table->entity->is_event)
        name_rows(table, records);
}

/* --- references --------------------------------------------------------------------------------------------------- */

/* Many rows lead to few: where ids led to is remembered. */
enum { LED = 1024 };
struct led {
    struct text id; /* empty: none yet */
    size_t row;
};

static size_t lead_to(const struct table *target, struct led led[LED], struct text id) {
    struct led *last = &led[text_hash(id) % LED];
    if (!text_equal(last->id, id)) *last = (struct led){id, table_find(target, id)};
    return last->row;
}

void making_resolve_references(struct making *making, struct table *table, const struct record_table *records) {
    for (size_t k = 0; k < table->entity->inputs.count; k++) {
        const struct field *field = table->entity->inputs.items[k];
        if (field->type.kind != TYPE_ROW) continue;
        struct column *column = &table->columns[k];
        const struct table *target = &making->dataset->tables[field->type.entity->index];
        struct led led[LED] = {0};
        for (size_t row = 0; row < table->rows; row++) {
            if (!column->known[row]) continue;
            struct text id = column_text(&records->columns[k], table->arrival[row]);
            size_t found = text_is(id, "none") ? SIZE_MAX : lead_to(target, led, id);
            if (found == SIZE_MAX && !text_is(id, "none")) {
                making_refuse(making, REFUSED_UNKNOWN_REFERENCE, table->entity, table->arrival[row], field, id);
                column->known[row] = 0;
                column->unknown++;
                continue;
            }
            column_put(column, row, found == SIZE_MAX ? ROW_NONE : (lane)found);
        }
    }
}
