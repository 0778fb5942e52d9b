#include "engine/dataset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Making a dataset: which rows of the records stand, who their parents are, in what order they lie. */
struct making {
    struct dataset *dataset;
    const struct records *records;
    struct refusals *refusals;
    struct map *refused; /* by entity index: ids of rows that were left out */
    struct text parent;  /* id of the row above that was found last, and its row: rows of one come together */
    size_t parent_row, parent_place; /* see table_find_near */
    struct builder name;             /* of an event */
};

static const uint32_t GONE = UINT32_MAX; /* no row */

enum { AHEAD = 16 }; /* ids lie far apart, in files: how many rows before they are needed they are fetched */

/* A row of the entity is missing under the parent with that id. A parent that is refused itself was noted when it was.
 */
static void note_loss(struct making *making, const struct entity *entity, struct text parent_id) {
    making->dataset->tables[entity->index].rows_lost = true;
    if (!entity->parent) return;
    struct table *parent = &making->dataset->tables[entity->parent->index];
    size_t row = table_find(parent, parent_id);
    if (row == SIZE_MAX) {
        making->dataset->strays += !map_get(&making->refused[entity->parent->index], parent_id);
        return;
    }
    bool **incomplete = &parent->incomplete[entity->index];
    if (!*incomplete) *incomplete = ARENA_ARRAY(&making->dataset->arena, bool, parent->rows);
    if (*incomplete) (*incomplete)[row] = true;
}

static void list_refusal(struct making *making, enum refusal_kind kind, const struct entity *entity, size_t row,
                         const struct field *field, struct text value) {
    struct refusal refusal = {kind, entity, row, field, value};
    VECTOR_PUSH(making->refusals->arena, &making->refusals->list, refusal);
}

static void refuse(struct making *making, enum refusal_kind kind, const struct entity *entity, size_t row,
                   const struct field *field, struct text value) {
    const struct record_row *record = &making->records->tables[entity->index].rows[row];
    list_refusal(making, kind, entity, row, field, value);
    if (record->id.length) map_put(&making->refused[entity->index], record->id, making);
    note_loss(making, entity, record->parent);
}

/* --- which rows stand ------------------------------------------------------------------------------------------- */

static bool stands(const struct record_row *row, month_number month) {
    return row->from <= month && month <= row->until;
}

static bool same_cell(const struct column *column, size_t a, size_t b) {
    if (column->known[a] != column->known[b]) return false;
    if (!column->known[a]) return true;
    return column->texts ? text_equal(column->texts[a], column->texts[b])
                         : column_get(column, a) == column_get(column, b);
}

/* A row told twice in the same words says nothing new. */
static bool same_row(const struct record_table *records, size_t a, size_t b) {
    const struct record_row *left = &records->rows[a], *right = &records->rows[b];
    bool same = text_equal(left->parent, right->parent) && left->until == right->until;
    for (size_t i = 0; i < records->entity->inputs.count && same; i++) same = same_cell(&records->columns[i], a, b);
    return same;
}

/* Of rows that say the same nothing is lost by keeping one; of rows that contradict each other nobody knows which is
 * right, and none stands. */
static void refuse_double(struct making *making, const struct record_table *records, size_t row, size_t other,
                          bool *chosen) {
    struct text id = records->rows[row].id;
    if (same_row(records, row, other)) {
        list_refusal(making, REFUSED_DUPLICATE, records->entity, row, NULL, id);
        return;
    }
    refuse(making, REFUSED_DUPLICATE, records->entity, row, NULL, id);
    if (chosen[other]) refuse(making, REFUSED_DUPLICATE, records->entity, other, NULL, id);
    chosen[other] = false;
}

/* The row of the records, + 1, that stands for the id so far; 0: none. Of ids in order there is no map. */
static size_t latest_row(const struct record_table *records, const struct map *latest, struct text id) {
    return records->unordered ? (size_t)map_get(latest, id) : record_table_find(records, id) + 1;
}

/* Rows of the month that could not be read: what the same id said before does not stand for them. */
static void note_lost_rows(struct making *making, const struct record_table *records, const struct map *latest,
                           bool *chosen) {
    for (size_t i = 0; i < making->records->lost.count; i++) {
        const struct lost_row *lost = &making->records->lost.items[i];
        month_number month = making->dataset->month;
        if (lost->entity != records->entity || month < lost->from || month > lost->until) continue;
        note_loss(making, lost->entity, lost->parent);
        size_t other = lost->id.length ? latest_row(records, latest, lost->id) : 0;
        if (!other || !chosen[other - 1] || (lost->from != MONTH_FIRST && records->rows[other - 1].from > lost->from))
            continue;
        chosen[other - 1] = false;
        refuse(making, REFUSED_VERSION_LOST, records->entity, other - 1, NULL, lost->id);
    }
}

/* Ids in order differ from each other: none has several versions. */
static void choose_distinct(const struct making *making, const struct record_table *records, bool *chosen) {
    if (!making->records->versioned) memset(chosen, true, records->count);
    for (size_t i = 0; i < records->count && making->records->versioned; i++)
        chosen[i] = stands(&records->rows[i], making->dataset->month);
}

/* Of several versions of one id the latest begun stands; two that begin together are a mistake. latest: id -> row of
 * the records + 1. */
static void choose_versions(struct making *making, const struct record_table *records, struct map *latest,
                            bool *chosen) {
    struct arena *arena = &making->dataset->arena;
    map_reserve(latest, records->count);
    for (size_t i = 0; i < records->count && !arena_failed(arena); i++) {
        const struct record_row *row = &records->rows[i];
        if (!stands(row, making->dataset->month)) continue;
        if (row->id.length == 0) {
            refuse(making, REFUSED_NO_ID, records->entity, i, NULL, TEXT(""));
            continue;
        }
        size_t entry = map_enter(latest, row->id);
        if (entry == SIZE_MAX) return;
        size_t other = (size_t)latest->entries[entry].value;
        if (other && records->rows[other - 1].from == row->from) {
            refuse_double(making, records, i, other - 1, chosen);
            continue;
        }
        if (other && records->rows[other - 1].from > row->from) continue;
        if (other) chosen[other - 1] = false;
        chosen[i] = true;
        latest->entries[entry].value = (void *)(i + 1);
    }
}

static bool dated_known(const struct record_table *records, size_t row, const struct field **missing) {
    const struct entity *entity = records->entity;
    for (size_t k = 0; k < entity->dated.count; k++) {
        *missing = entity->dated.items[k];
        if (!records->columns[(*missing)->input_index].known[row]) return false;
    }
    return true;
}

static void choose_events(struct making *making, const struct record_table *records, bool *chosen) {
    for (size_t i = 0; i < records->count; i++) {
        const struct field *missing = NULL;
        if (!stands(&records->rows[i], making->dataset->month)) continue;
        chosen[i] = dated_known(records, i, &missing);
        if (!chosen[i]) refuse(making, REFUSED_DATED_EMPTY, records->entity, i, missing, TEXT(""));
    }
}

/* --- parents ---------------------------------------------------------------------------------------------------- */

static uint32_t find_parent(struct making *making, const struct record_table *records, size_t row) {
    const struct entity *entity = records->entity;
    struct text parent = records->rows[row].parent;
    if (parent.length == 0) {
        refuse(making, REFUSED_NO_PARENT, entity, row, NULL, TEXT(""));
        return GONE;
    }
    if (text_equal(parent, making->parent)) return (uint32_t)making->parent_row;
    const struct table *above = &making->dataset->tables[entity->parent->index];
    size_t found = table_find_near(above, parent, &making->parent_place);
    if (found != SIZE_MAX) {
        making->parent = parent;
        making->parent_row = found;
        return (uint32_t)found;
    }
    bool refused = map_get(&making->refused[entity->parent->index], parent) != NULL;
    refuse(making, refused ? REFUSED_PARENT_REFUSED : REFUSED_UNKNOWN_PARENT, entity, row, NULL, parent);
    return GONE;
}

/* --- order ------------------------------------------------------------------------------------------------------ */

/* What a row is ordered by. */
struct place {
    uint32_t parent;
    size_t arrival;
    const struct record_table *records;
};

static int compare_dated(const struct record_table *records, size_t a, size_t b) {
    return events_compare(records->entity, records->columns, a, b);
}

static int compare_places(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    if (a->parent != b->parent) return a->parent < b->parent ? -1 : 1;
    int order = a->records->entity->is_event
                    ? compare_dated(a->records, a->arrival, b->arrival)
                    : text_compare(a->records->rows[a->arrival].id, b->records->rows[b->arrival].id);
    if (order) return order;
    return a->arrival < b->arrival ? -1 : a->arrival > b->arrival;
}

static struct place place_of(const struct table *table, const struct record_table *records, size_t row) {
    return (struct place){table->parents[row], table->arrival[row], records};
}

static void sort_range(struct arena *arena, struct table *table, const struct record_table *records, size_t begin,
                       size_t end) {
    struct arena_mark mark = arena_here(arena);
    struct place *places = ARENA_ARRAY(arena, struct place, end - begin);
    if (arena_failed(arena)) return;
    for (size_t i = begin; i < end; i++) places[i - begin] = place_of(table, records, i);
    qsort(places, end - begin, sizeof *places, compare_places);
    for (size_t i = begin; i < end; i++) {
        table->parents[i] = places[i - begin].parent;
        table->arrival[i] = places[i - begin].arrival;
    }
    arena_rewind(arena, mark);
}

/* Most come in order, and nearly all in that of their parents: then each parent's are sorted by themselves. */
static void sort_rows(struct arena *arena, struct table *table, const struct record_table *records) {
    bool parents_sorted = true, sorted = !records->unordered;
    for (size_t i = 1; i < table->rows && parents_sorted; i++)
        parents_sorted = table->parents[i - 1] <= table->parents[i];
    if (!parents_sorted) sort_range(arena, table, records, 0, table->rows);
    if (!parents_sorted || sorted) return;
    for (size_t begin = 0, end; begin < table->rows; begin = end) {
        sorted = true;
        for (end = begin + 1; end < table->rows && table->parents[end] == table->parents[begin]; end++) {
            struct place before = place_of(table, records, end - 1), here = place_of(table, records, end);
            sorted = sorted && compare_places(&before, &here) <= 0;
        }
        if (!sorted) sort_range(arena, table, records, begin, end);
    }
}

static bool same_event(const struct table *table, const struct record_table *records, size_t a, size_t b) {
    return table->parents[a] == table->parents[b] && compare_dated(records, table->arrival[a], table->arrival[b]) == 0;
}

static void keep_row(struct table *table, size_t *kept, size_t row) {
    table->parents[*kept] = table->parents[row];
    table->arrival[(*kept)++] = table->arrival[row];
}

/* Two events with the same dated fields are one event told twice; where they differ, none stands. */
static void drop_doubles(struct making *making, struct table *table, const struct record_table *records) {
    const struct field *date = records->entity->dated.items[0];
    size_t kept = 0;
    for (size_t begin = 0, end; begin < table->rows; begin = end) {
        bool same = true;
        for (end = begin + 1; end < table->rows && same_event(table, records, begin, end); end++)
            same = same && same_row(records, table->arrival[begin], table->arrival[end]);
        for (size_t i = same ? begin + 1 : begin; i < end && end - begin > 1; i++)
            (same ? list_refusal : refuse)(making, REFUSED_DUPLICATE, records->entity, table->arrival[i], date,
                                           TEXT(""));
        if (same) keep_row(table, &kept, begin);
    }
    table->rows = kept;
}

static int year_of(const struct record_table *records, size_t row) {
    const struct field *date = records->entity->dated.items[0];
    return month_year(day_month((day_number)column_get(&records->columns[date->input_index], row)));
}

/* No parent has more than the policy allows, of events in any year: the widths of sums rest on it. */
static void keep_most(struct making *making, struct table *table, const struct record_table *records) {
    const struct entity *entity = records->entity;
    int64_t most = INT64_MAX, alike = 0;
    if (number_sign(entity->at_most) == 0 || !number_to_int64(entity->at_most, &most)) return;
    size_t kept = 0;
    uint32_t parent = GONE;
    int year = 0;
    for (size_t i = 0; i < table->rows; i++) {
        int this_year = entity->is_event ? year_of(records, table->arrival[i]) : 0;
        bool same = i > 0 && parent == table->parents[i] && year == this_year;
        parent = table->parents[i];
        year = this_year;
        alike = same ? alike + 1 : 1;
        if (alike > most)
            refuse(making, REFUSED_TOO_MANY, entity, table->arrival[i], NULL, TEXT(""));
        else
            keep_row(table, &kept, i);
    }
    table->rows = kept;
}

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
    if (column->texts) return escape(arena, column->texts[row]);
    int64_t value = (int64_t)column_get(column, row);
    if (type->kind == TYPE_DATE) return day_format(arena, (day_number)value);
    if (type->kind == TYPE_ENUM) return type->enumeration->values[value].name.text;
    return text_format(arena, "%lld", (long long)value);
}

static struct text event_id(struct making *making, const struct record_table *records, size_t row, struct text parent) {
    struct arena *arena = &making->dataset->arena;
    making->name.length = 0;
    builder_add(&making->name, escape(arena, parent));
    for (size_t k = 0; k < records->entity->dated.count; k++) {
        const struct column *column = &records->columns[records->entity->dated.items[k]->input_index];
        builder_add(&making->name, TEXT("/"));
        builder_add(&making->name, dated_part(arena, column, row));
    }
    return text_copy(arena, builder_text(&making->name));
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

/* Of rows that are all those of the records, in their order: nothing is copied. */
static void share_column(struct column *to, const struct column *from, size_t rows) {
    *to = *from;
    to->unknown = rows - count_known(from->known, rows);
}

static void fill_column(struct making *making, struct table *table, const struct record_table *records, size_t index) {
    struct arena *arena = &making->dataset->arena;
    const struct column *from = &records->columns[index];
    struct column *to = &table->columns[index];
    bool text = from->spec.width == 0;
    *to = (struct column){.spec = from->spec, .known = ARENA_ARRAY(arena, unsigned char, table->rows + 1)};
    if (text)
        to->texts = ARENA_ARRAY(arena, struct text, table->rows + 1);
    else
        to->lanes = arena_new(arena, table->rows + 1, from->spec.width);
    if (arena_failed(arena) || records->count == 0) return;
    for (size_t row = 0; row < table->rows; row++) {
        size_t arrival = table->arrival[row];
        to->known[row] = from->known[arrival];
        to->unknown += !to->known[row];
        if (text)
            to->texts[row] = from->texts[arrival];
        else if (!from->texts && from->known[arrival])
            column_put(to, row, column_get(from, arrival));
    }
}

/* Many rows lead to few: where ids led to is remembered. */
enum { LED = 256 };
struct led {
    struct text id; /* empty: none yet */
    size_t row;
};

static size_t lead_to(const struct table *target, struct led led[LED], struct text id) {
    struct led *last = &led[text_hash(id) % LED];
    if (!text_equal(last->id, id)) *last = (struct led){id, table_find(target, id)};
    return last->row;
}

/* References become row numbers once every entity has its rows. One that leads nowhere is reported and left unknown. */
static void resolve_references(struct making *making, struct table *table, const struct record_table *records) {
    for (size_t k = 0; k < table->entity->inputs.count; k++) {
        const struct field *field = table->entity->inputs.items[k];
        if (field->type.kind != TYPE_ROW) continue;
        struct column *column = &table->columns[k];
        const struct table *target = &making->dataset->tables[field->type.entity->index];
        struct led led[LED] = {0};
        for (size_t row = 0; row < table->rows; row++) {
            if (!column->known[row]) continue;
            struct text id = records->columns[k].texts[table->arrival[row]];
            size_t found = text_is(id, "none") ? SIZE_MAX : lead_to(target, led, id);
            if (found == SIZE_MAX && !text_is(id, "none")) {
                refuse(making, REFUSED_UNKNOWN_REFERENCE, table->entity, table->arrival[row], field, id);
                column->known[row] = 0;
                column->unknown++;
                continue;
            }
            column_put(column, row, found == SIZE_MAX ? ROW_NONE : (lane)found);
        }
    }
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
static void order_rows_by_name(struct making *making, struct table *table, const struct record_table *records) {
    struct arena *arena = &making->dataset->arena;
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, table->rows + 1);
    struct arena_mark mark = arena_here(arena);
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, records->count + 1); /* + 1; 0: it is none */
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

static void lay_columns(struct making *making, struct table *table, const struct record_table *records) {
    bool shared = making->records->lasting && is_in_place(table, records);
    for (size_t k = 0; k < table->entity->inputs.count; k++) {
        if (shared && table->entity->inputs.items[k]->type.kind != TYPE_ROW)
            share_column(&table->columns[k], &records->columns[k], table->rows);
        else
            fill_column(making, table, records, k);
    }
}

static void lay_rows(struct making *making, struct table *table, const struct record_table *records) {
    struct arena *arena = &making->dataset->arena;
    size_t entities = making->dataset->policy->entities.count + 1;
    table->ids = ARENA_ARRAY(arena, struct text, table->rows + 1);
    table->first_child = ARENA_ARRAY(arena, uint32_t *, entities);
    table->unconfirmed = ARENA_ARRAY(arena, bool, table->rows + 1);
    table->incomplete = ARENA_ARRAY(arena, bool *, entities);
    table->columns = ARENA_ARRAY(arena, struct column, table->entity->inputs.count + 1);
    if (arena_failed(arena)) return;
    for (size_t row = 0; row < table->rows; row++) {
        const struct record_row *record = &records->rows[table->arrival[row]];
        table->unconfirmed[row] = record->unconfirmed;
        table->ids[row] = record->id;
        if (!table->entity->is_event) continue;
        const struct text *above = making->dataset->tables[table->entity->parent->index].ids;
        if (row + AHEAD < table->rows) __builtin_prefetch(above[table->parents[row + AHEAD]].bytes);
        table->ids[row] = event_id(making, records, table->arrival[row], above[table->parents[row]]);
    }
    if (!table->entity->is_event && !records->unordered)
        order_rows_by_name(making, table, records);
    else if (!table->entity->is_event)
        name_rows(table, records);
    lay_columns(making, table, records);
}

static void choose(struct making *making, struct table *table, const struct record_table *records, bool *chosen) {
    if (table->entity->is_event)
        choose_events(making, records, chosen);
    else if (!records->unordered)
        choose_distinct(making, records, chosen);
    else
        choose_versions(making, records, &table->by_id, chosen);
    note_lost_rows(making, records, &table->by_id, chosen);
}

static void make_table(struct making *making, const struct entity *entity) {
    struct arena *arena = &making->dataset->arena;
    const struct record_table *records = &making->records->tables[entity->index];
    struct table *table = &making->dataset->tables[entity->index];
    map_init(&table->by_id, arena);
    bool *chosen = ARENA_ARRAY(arena, bool, records->count + 1);
    table->arrival = ARENA_ARRAY(arena, size_t, records->count + 1);
    table->parents = ARENA_ARRAY(arena, uint32_t, records->count + 1);
    if (arena_failed(arena)) return;
    choose(making, table, records, chosen);
    making->parent = TEXT("");
    making->parent_place = 0;
    for (size_t i = 0; i < records->count; i++) {
        if (i + AHEAD < records->count) __builtin_prefetch(records->rows[i + AHEAD].parent.bytes);
        if (!chosen[i]) continue;
        uint32_t parent = entity->parent ? find_parent(making, records, i) : 0;
        if (parent == GONE) continue;
        table->arrival[table->rows] = i;
        table->parents[table->rows++] = parent;
    }
    sort_rows(arena, table, records);
    if (entity->is_event) drop_doubles(making, table, records);
    keep_most(making, table, records);
    lay_rows(making, table, records);
    dataset_find_children(making->dataset, table);
}

struct dataset *dataset_new(const struct policy *policy, const struct records *records, month_number month,
                            struct refusals *refusals) {
    struct dataset *dataset = dataset_empty(policy, month);
    if (!dataset) return NULL;
    struct making making = {.dataset = dataset,
                            .records = records,
                            .refusals = refusals,
                            .refused = ARENA_ARRAY(&dataset->arena, struct map, policy->entities.count + 1)};
    builder_init(&making.name);
    if (!arena_failed(&dataset->arena))
        for (size_t i = 0; i < policy->entities.count; i++) map_init(&making.refused[i], &dataset->arena);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&dataset->arena); i++)
        make_table(&making, policy->entities.items[i]);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&dataset->arena); i++)
        resolve_references(&making, &dataset->tables[i], &records->tables[i]);
    if (making.name.failed) dataset->arena.failed = true;
    builder_free(&making.name);
    if (!arena_failed(&dataset->arena) && !arena_failed(refusals->arena)) return dataset;
    dataset_free(dataset);
    return NULL;
}
