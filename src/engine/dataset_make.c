#include "engine/dataset_inside.h"

#include "base/thread.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t GONE = UINT32_MAX; /* no row */

/* --- refusals ----------------------------------------------------------------------------------------------------- */

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

void making_refuse(struct making *making, enum refusal_kind kind, const struct entity *entity, size_t row,
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

/* A row told twice in the same words says nothing new. */
static bool same_row(const struct record_table *records, size_t a, size_t b) {
    const struct record_row *left = &records->rows[a], *right = &records->rows[b];
    bool same = text_equal(left->parent, right->parent) && left->until == right->until;
    for (size_t i = 0; i < records->entity->inputs.count && same; i++)
        same = columns_agree(&records->columns[i], a, &records->columns[i], b);
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
    making_refuse(making, REFUSED_DUPLICATE, records->entity, row, NULL, id);
    if (chosen[other]) making_refuse(making, REFUSED_DUPLICATE, records->entity, other, NULL, id);
    chosen[other] = false;
}

/* The row of the records, + 1, that stands for the id so far; 0: none. Of ids in order there is no map. */
static size_t latest_row(const struct record_table *records, const struct map *by_id, struct text id) {
    size_t near = 0;
    return records->unordered ? (size_t)map_get(by_id, id) : record_table_find(records, id, &near) + 1;
}

/* Rows of the month that could not be read: what the same id said before does not stand for them. */
static void note_lost_rows(struct making *making, const struct record_table *records, const struct map *by_id,
                           bool *chosen) {
    for (size_t i = 0; i < making->records->lost.count; i++) {
        const struct lost_row *lost = &making->records->lost.items[i];
        month_number month = making->dataset->month;
        if (lost->entity != records->entity || month < lost->from || month > lost->until) continue;
        note_loss(making, lost->entity, lost->parent);
        size_t other = lost->id.length ? latest_row(records, by_id, lost->id) : 0;
        if (!other || !chosen[other - 1] || (lost->from != MONTH_FIRST && records->rows[other - 1].from > lost->from))
            continue;
        chosen[other - 1] = false;
        making_refuse(making, REFUSED_VERSION_LOST, records->entity, other - 1, NULL, lost->id);
    }
}

/* Ids in order differ from each other: none has several versions. */
static void choose_distinct(const struct making *making, const struct record_table *records, bool *chosen) {
    if (!making->records->versioned) memset(chosen, true, records->count);
    for (size_t i = 0; i < records->count && making->records->versioned; i++)
        chosen[i] = stands(&records->rows[i], making->dataset->month);
}

/* Which row of the records, + 1, stands for an id so far: by the id, or by its key where each has one. */
struct latest {
    struct map *by_id;
    uint32_t *by_key; /* NULL: ids have no keys */
};

static size_t latest_of(const struct latest *latest, const struct record_row *row, size_t *entry) {
    *entry = latest->by_key ? row->place : map_enter(latest->by_id, row->id);
    if (latest->by_key || *entry == SIZE_MAX) return latest->by_key ? latest->by_key[*entry] : 0;
    return (size_t)latest->by_id->entries[*entry].value;
}

static void latest_is(const struct latest *latest, size_t entry, size_t row) {
    if (latest->by_key)
        latest->by_key[entry] = (uint32_t)row + 1;
    else
        latest->by_id->entries[entry].value = (void *)(row + 1);
}

/* Of several versions of one id the latest begun stands; two that begin together are a mistake. */
static void choose_versions(struct making *making, const struct record_table *records, const struct latest *latest,
                            bool *chosen) {
    struct arena *arena = &making->dataset->arena;
    for (size_t i = 0; i < records->count && !arena_failed(arena); i++) {
        const struct record_row *row = &records->rows[i];
        if (!stands(row, making->dataset->month)) continue;
        if (row->id.length == 0) {
            making_refuse(making, REFUSED_NO_ID, records->entity, i, NULL, TEXT(""));
            continue;
        }
        size_t entry, other = latest_of(latest, row, &entry);
        if (entry == SIZE_MAX) return;
        if (other && records->rows[other - 1].from == row->from) {
            refuse_double(making, records, i, other - 1, chosen);
            continue;
        }
        if (other && records->rows[other - 1].from > row->from) continue;
        if (other) chosen[other - 1] = false;
        chosen[i] = true;
        latest_is(latest, entry, i);
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
        if (!chosen[i]) making_refuse(making, REFUSED_DATED_EMPTY, records->entity, i, missing, TEXT(""));
    }
}

/* --- parents ---------------------------------------------------------------------------------------------------- */

static void refuse_parentless(struct making *making, const struct record_table *records, size_t row) {
    const struct entity *entity = records->entity;
    struct text parent = records->rows[row].parent;
    if (parent.length == 0) {
        making_refuse(making, REFUSED_NO_PARENT, entity, row, NULL, TEXT(""));
        return;
    }
    bool refused = map_get(&making->refused[entity->parent->index], parent) != NULL;
    making_refuse(making, refused ? REFUSED_PARENT_REFUSED : REFUSED_UNKNOWN_PARENT, entity, row, NULL, parent);
}

/* Rows looking for their parents. */
struct seeking {
    const struct table *above;
    const struct record_table *records;
    const bool *chosen;
    const uint32_t *row_of_key; /* of those above, + 1; NULL: they are found by their ids */
    uint32_t *parents;          /* by row of the records; GONE: there is none */
};

static void seek_keyed_parents(const struct seeking *seeking, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
        if (seeking->chosen[i]) seeking->parents[i] = seeking->row_of_key[seeking->records->parent_keys[i]] - 1;
}

/* Rows of one parent come together, and parents in order. */
static void seek_parents(void *context, size_t begin, size_t end, unsigned thread) {
    const struct seeking *seeking = context;
    const struct record_row *rows = seeking->records->rows;
    struct text last = TEXT("");
    size_t found = SIZE_MAX, place = 0;
    (void)thread;
    if (seeking->row_of_key) {
        seek_keyed_parents(seeking, begin, end);
        return;
    }
    for (size_t i = begin; i < end; i++) {
        if (i + AHEAD < end) __builtin_prefetch(rows[i + AHEAD].parent.bytes);
        if (!seeking->chosen[i]) continue;
        if (!text_equal(rows[i].parent, last)) {
            last = rows[i].parent;
            found = last.length ? table_find_near(seeking->above, last, &place) : SIZE_MAX;
        }
        seeking->parents[i] = found == SIZE_MAX ? GONE : (uint32_t)found;
    }
}

/* The rows that are chosen, and have a parent if they must. */
static void place_rows(struct making *making, struct table *table, const struct record_table *records,
                       const bool *chosen) {
    const struct entity *entity = records->entity;
    if (entity->parent) {
        struct seeking seeking = {dataset_table(making->dataset, entity->parent), records, chosen, NULL,
                                  table->parents};
        if (records->parent_keys) seeking.row_of_key = dataset_table(making->dataset, entity->parent)->by_key;
        work_in_ranges(threads_for(records->count, making->records->threads), records->count, seek_parents, &seeking);
    }
    for (size_t i = 0; i < records->count; i++) {
        if (!chosen[i]) continue;
        uint32_t parent = entity->parent ? table->parents[i] : 0;
        if (parent == GONE) {
            refuse_parentless(making, records, i);
            continue;
        }
        table->arrival[table->rows] = i;
        table->parents[table->rows++] = parent;
    }
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

/* Puts the rows of each parent together, parents in order, by counting them; within one they stay as they were. */
static void gather_by_parent(struct arena *arena, struct table *table, size_t parents) {
    struct arena_mark mark = arena_here(arena);
    size_t *next = ARENA_ARRAY(arena, size_t, parents + 1), *arrival = ARENA_ARRAY(arena, size_t, table->rows + 1);
    uint32_t *above = ARENA_ARRAY(arena, uint32_t, table->rows + 1);
    if (arena_failed(arena)) return;
    for (size_t row = 0; row < table->rows; row++) next[table->parents[row] + 1]++;
    for (size_t parent = 1; parent < parents; parent++) next[parent] += next[parent - 1];
    for (size_t row = 0; row < table->rows; row++) {
        size_t place = next[table->parents[row]]++;
        above[place] = table->parents[row];
        arrival[place] = table->arrival[row];
    }
    memcpy(table->parents, above, table->rows * sizeof *above);
    memcpy(table->arrival, arrival, table->rows * sizeof *arrival);
    arena_rewind(arena, mark);
}

struct sorting {
    struct table *table;
    const struct record_table *records;
    struct arena *arenas; /* by thread */
};

static void sort_siblings(const struct sorting *sorting, struct arena *arena, size_t begin, size_t end) {
    struct table *table = sorting->table;
    struct arena_mark mark = arena_here(arena);
    struct place *places = ARENA_ARRAY(arena, struct place, end - begin);
    if (!places || arena_failed(arena)) return;
    for (size_t i = begin; i < end; i++) places[i - begin] = place_of(table, sorting->records, i);
    qsort(places, end - begin, sizeof *places, compare_places);
    for (size_t i = begin; i < end; i++) table->arrival[i] = places[i - begin].arrival;
    arena_rewind(arena, mark);
}

/* Those of parents whose first row lies in the range. */
static void sort_range(void *context, size_t first, size_t last, unsigned thread) {
    const struct sorting *sorting = context;
    const struct table *table = sorting->table;
    const uint32_t *parents = table->parents;
    while (first > 0 && first < last && parents[first] == parents[first - 1]) first++;
    for (size_t begin = first, end; begin < last; begin = end) {
        bool sorted = true;
        for (end = begin + 1; end < table->rows && parents[end] == parents[begin]; end++) {
            struct place before = place_of(table, sorting->records, end - 1),
                         here = place_of(table, sorting->records, end);
            sorted = sorted && compare_places(&before, &here) <= 0;
        }
        if (!sorted) sort_siblings(sorting, &sorting->arenas[thread], begin, end);
    }
}

/* Most come in order, and nearly all in that of their parents. */
static void sort_rows(struct making *making, struct table *table, const struct record_table *records) {
    struct arena *arena = &making->dataset->arena;
    const struct entity *above = table->entity->parent;
    unsigned threads = threads_for(table->rows, making->records->threads);
    struct sorting sorting = {table, records, ARENA_ARRAY(arena, struct arena, threads)};
    bool in_order = true;
    for (size_t i = 1; i < table->rows && in_order; i++) in_order = table->parents[i - 1] <= table->parents[i];
    if (!in_order) gather_by_parent(arena, table, dataset_table(making->dataset, above)->rows);
    if (arena_failed(arena) || (!records->unordered && !table->entity->is_event)) return; /* no event lies by its id */
    for (unsigned i = 0; i < threads; i++) arena_init(&sorting.arenas[i]);
    work_in_ranges(threads, table->rows, sort_range, &sorting);
    for (unsigned i = 0; i < threads; i++) {
        arena->failed = arena->failed || arena_failed(&sorting.arenas[i]);
        arena_free(&sorting.arenas[i]);
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
            (same ? list_refusal : making_refuse)(making, REFUSED_DUPLICATE, records->entity, table->arrival[i], date,
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
            making_refuse(making, REFUSED_TOO_MANY, entity, table->arrival[i], NULL, TEXT(""));
        else
            keep_row(table, &kept, i);
    }
    table->rows = kept;
}

static void choose_latest(struct making *making, struct table *table, const struct record_table *records,
                          bool *chosen) {
    struct arena *arena = &making->dataset->arena;
    struct latest latest = {.by_id = &table->by_id};
    if (records->keys)
        latest.by_key = ARENA_ARRAY(arena, uint32_t, records->keys + 1);
    else
        map_reserve(&table->by_id, records->count);
    if (!arena_failed(arena)) choose_versions(making, records, &latest, chosen);
}

static void choose(struct making *making, struct table *table, const struct record_table *records, bool *chosen) {
    if (table->entity->is_event)
        choose_events(making, records, chosen);
    else if (!records->unordered)
        choose_distinct(making, records, chosen);
    else
        choose_latest(making, table, records, chosen);
    note_lost_rows(making, records, &table->by_id, chosen);
}

/* Where rows have keys, those that stand are found by them. */
static void note_keys(struct making *making, struct table *table, const struct record_table *records) {
    uint32_t *rows = ARENA_ARRAY(&making->dataset->arena, uint32_t, records->keys + 1);
    if (!rows) return;
    for (size_t row = 0; row < table->rows; row++) rows[records->rows[table->arrival[row]].place] = (uint32_t)row + 1;
    table->by_key = rows;
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
    place_rows(making, table, records, chosen);
    sort_rows(making, table, records);
    if (entity->is_event) drop_doubles(making, table, records);
    keep_most(making, table, records);
    if (records->keys) note_keys(making, table, records);
    making_lay_rows(making, table, records);
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
    if (!arena_failed(&dataset->arena))
        for (size_t i = 0; i < policy->entities.count; i++) map_init(&making.refused[i], &dataset->arena);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&dataset->arena); i++)
        make_table(&making, policy->entities.items[i]);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&dataset->arena); i++)
        making_resolve_references(&making, &dataset->tables[i], &records->tables[i]);
    if (!arena_failed(&dataset->arena) && !arena_failed(refusals->arena)) return dataset;
    dataset_free(dataset);
    return NULL;
}
