#include "engine/dataset.h"

#include "base/memory.h"

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
    size_t parent_row;
};

static const uint32_t GONE = UINT32_MAX; /* no row */

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

/* Rows of the month that could not be read: what the same id said before does not stand for them. */
static void note_lost_rows(struct making *making, const struct record_table *records, struct map *latest,
                           bool *chosen) {
    for (size_t i = 0; i < making->records->lost.count; i++) {
        const struct lost_row *lost = &making->records->lost.items[i];
        month_number month = making->dataset->month;
        if (lost->entity != records->entity || month < lost->from || month > lost->until) continue;
        note_loss(making, lost->entity, lost->parent);
        size_t other = latest && lost->id.length ? (size_t)map_get(latest, lost->id) : 0;
        if (!other || !chosen[other - 1] || (lost->from != MONTH_FIRST && records->rows[other - 1].from > lost->from))
            continue;
        chosen[other - 1] = false;
        refuse(making, REFUSED_VERSION_LOST, records->entity, other - 1, NULL, lost->id);
    }
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
    note_lost_rows(making, records, latest, chosen);
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
    note_lost_rows(making, records, NULL, chosen);
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
    size_t found = table_find(&making->dataset->tables[entity->parent->index], parent);
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

int events_compare(const struct entity *event, const struct column *columns, size_t a, size_t b) {
    for (size_t k = 0; k < event->dated.count; k++) {
        const struct column *column = &columns[event->dated.items[k]->input_index];
        int order = 0;
        if (column->texts) {
            order = text_compare(column->texts[a], column->texts[b]);
        } else {
            lane left = column_get(column, a), right = column_get(column, b);
            order = left < right ? -1 : left > right;
        }
        if (order) return order;
    }
    return 0;
}

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

/* Most come in order. */
static void sort_places(struct place *places, size_t count) {
    bool sorted = true;
    for (size_t i = 1; i < count && sorted; i++) sorted = compare_places(&places[i - 1], &places[i]) <= 0;
    if (!sorted) qsort(places, count, sizeof *places, compare_places);
}

static bool same_event(const struct place *a, const struct place *b) {
    return a->parent == b->parent && compare_dated(a->records, a->arrival, b->arrival) == 0;
}

/* Two events with the same dated fields are one event told twice; where they differ, none stands. */
static size_t drop_doubles(struct making *making, const struct record_table *records, struct place *places,
                           size_t count) {
    const struct field *date = records->entity->dated.items[0];
    size_t kept = 0;
    for (size_t begin = 0, end; begin < count; begin = end) {
        bool same = true;
        for (end = begin + 1; end < count && same_event(&places[begin], &places[end]); end++)
            same = same && same_row(records, places[begin].arrival, places[end].arrival);
        for (size_t i = same ? begin + 1 : begin; i < end && end - begin > 1; i++)
            (same ? list_refusal : refuse)(making, REFUSED_DUPLICATE, records->entity, places[i].arrival, date,
                                           TEXT(""));
        if (same) places[kept++] = places[begin];
    }
    return kept;
}

static int year_of(const struct record_table *records, size_t row) {
    const struct field *date = records->entity->dated.items[0];
    return month_year(day_month((day_number)column_get(&records->columns[date->input_index], row)));
}

/* No parent has more than the policy allows, of events in any year: the widths of sums rest on it. */
static size_t keep_most(struct making *making, const struct record_table *records, struct place *places, size_t count) {
    const struct entity *entity = records->entity;
    int64_t most = INT64_MAX;
    if (number_sign(entity->at_most) == 0 || !number_to_int64(entity->at_most, &most)) return count;
    size_t kept = 0;
    int64_t alike = 0;
    for (size_t i = 0; i < count; i++) {
        bool same =
            i > 0 && places[i - 1].parent == places[i].parent &&
            (!entity->is_event || year_of(records, places[i - 1].arrival) == year_of(records, places[i].arrival));
        alike = same ? alike + 1 : 1;
        if (alike > most)
            refuse(making, REFUSED_TOO_MANY, entity, places[i].arrival, NULL, TEXT(""));
        else
            places[kept++] = places[i];
    }
    return kept;
}

/* / stands between the parts of an event's name: within one it is written %2F, and % itself %25. */
static struct text escape(struct arena *arena, struct text part) {
    struct text whole = TEXT("");
    size_t begin = 0;
    for (size_t i = 0; i < part.length; i++) {
        if (part.bytes[i] != '/' && part.bytes[i] != '%') continue;
        whole = text_format(arena, "%.*s%.*s%s", TEXT_ARG(whole), TEXT_ARG(text_slice(part, begin, i)),
                            part.bytes[i] == '/' ? "%2F" : "%25");
        begin = i + 1;
    }
    if (begin == 0) return part;
    return text_format(arena, "%.*s%.*s", TEXT_ARG(whole), TEXT_ARG(text_slice(part, begin, part.length)));
}

static struct text unescape(struct arena *arena, struct text part) {
    char *bytes = arena_new(arena, part.length + 1, 1);
    size_t length = 0;
    if (!bytes) return TEXT("");
    for (size_t i = 0; i < part.length; i++) {
        bool escaped = part.bytes[i] == '%' && i + 2 < part.length;
        bytes[length++] = !escaped ? part.bytes[i] : part.bytes[i + 2] == 'F' ? '/' : '%';
        if (escaped) i += 2;
    }
    return (struct text){bytes, length};
}

static struct text dated_part(struct arena *arena, const struct column *column, size_t row) {
    const struct type *type = &column->spec.field->type;
    if (column->texts) return escape(arena, column->texts[row]);
    int64_t value = (int64_t)column_get(column, row);
    if (type->kind == TYPE_DATE) return day_format(arena, (day_number)value);
    if (type->kind == TYPE_ENUM) return type->enumeration->values[value].name.text;
    return text_format(arena, "%lld", (long long)value);
}

static struct text event_id(struct arena *arena, const struct record_table *records, size_t row, struct text parent) {
    struct text id = escape(arena, parent);
    for (size_t k = 0; k < records->entity->dated.count; k++) {
        const struct column *column = &records->columns[records->entity->dated.items[k]->input_index];
        id = text_format(arena, "%.*s/%.*s", TEXT_ARG(id), TEXT_ARG(dated_part(arena, column, row)));
    }
    return id;
}

/* --- columns ---------------------------------------------------------------------------------------------------- */

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

/* References become row numbers once every entity has its rows. One that leads nowhere is reported and left unknown. */
static void resolve_references(struct making *making, struct table *table, const struct record_table *records) {
    for (size_t k = 0; k < table->entity->inputs.count; k++) {
        const struct field *field = table->entity->inputs.items[k];
        if (field->type.kind != TYPE_ROW) continue;
        struct column *column = &table->columns[k];
        const struct table *target = &making->dataset->tables[field->type.entity->index];
        for (size_t row = 0; row < table->rows; row++) {
            if (!column->known[row]) continue;
            struct text id = records->columns[k].texts[table->arrival[row]];
            size_t found = text_is(id, "none") ? SIZE_MAX : table_find(target, id);
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

void dataset_find_children(struct dataset *dataset, struct table *table) {
    if (!table->entity->parent) return;
    struct table *parent = &dataset->tables[table->entity->parent->index];
    uint32_t *first = ARENA_ARRAY(&dataset->arena, uint32_t, parent->rows + 1);
    table->firsts = ARENA_ARRAY(&dataset->arena, uint64_t, table->rows / 64 + 2);
    if (arena_failed(&dataset->arena)) return;
    for (size_t row = 0; row < table->rows; row++)
        if (row == 0 || table->parents[row] != table->parents[row - 1])
            table->firsts[row / 64] |= (uint64_t)1 << row % 64;
    size_t child = 0;
    table->below_all = true;
    for (size_t row = 0; row <= parent->rows; row++) {
        while (child < table->rows && table->parents[child] < row) child++;
        first[row] = (uint32_t)child;
        size_t below = row == 0 ? 0 : first[row] - first[row - 1];
        table->below_all = table->below_all && (row == 0 || below);
        if (below > table->most_below) table->most_below = below;
    }
    parent->first_child[table->entity->index] = first;
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

static void lay_rows(struct making *making, struct table *table, const struct record_table *records,
                     const struct place *places) {
    struct arena *arena = &making->dataset->arena;
    table->ids = ARENA_ARRAY(arena, struct text, table->rows + 1);
    table->arrival = ARENA_ARRAY(arena, size_t, table->rows + 1);
    table->parents = ARENA_ARRAY(arena, uint32_t, table->rows + 1);
    table->first_child = ARENA_ARRAY(arena, uint32_t *, making->dataset->policy->entities.count + 1);
    table->unconfirmed = ARENA_ARRAY(arena, bool, table->rows + 1);
    table->incomplete = ARENA_ARRAY(arena, bool *, making->dataset->policy->entities.count + 1);
    table->columns = ARENA_ARRAY(arena, struct column, table->entity->inputs.count + 1);
    if (arena_failed(arena)) return;
    for (size_t row = 0; row < table->rows; row++) {
        size_t arrival = places[row].arrival;
        table->arrival[row] = arrival;
        table->parents[row] = places[row].parent;
        table->unconfirmed[row] = records->rows[arrival].unconfirmed;
        table->ids[row] = records->rows[arrival].id;
        if (table->entity->is_event) {
            const struct table *parent = &making->dataset->tables[table->entity->parent->index];
            table->ids[row] = event_id(arena, records, arrival, parent->ids[places[row].parent]);
        }
    }
    if (!table->entity->is_event) name_rows(table, records);
    for (size_t k = 0; k < table->entity->inputs.count; k++) fill_column(making, table, records, k);
}

static void make_table(struct making *making, const struct entity *entity) {
    struct arena *arena = &making->dataset->arena;
    const struct record_table *records = &making->records->tables[entity->index];
    struct table *table = &making->dataset->tables[entity->index];
    map_init(&table->by_id, arena);
    bool *chosen = ARENA_ARRAY(arena, bool, records->count + 1);
    struct place *places = ARENA_ARRAY(arena, struct place, records->count + 1);
    if (arena_failed(arena)) return;
    if (entity->is_event)
        choose_events(making, records, chosen);
    else
        choose_versions(making, records, &table->by_id, chosen);
    making->parent = TEXT("");
    size_t count = 0;
    for (size_t i = 0; i < records->count; i++) {
        if (!chosen[i]) continue;
        uint32_t parent = entity->parent ? find_parent(making, records, i) : 0;
        if (parent != GONE) places[count++] = (struct place){parent, i, records};
    }
    sort_places(places, count);
    if (entity->is_event) count = drop_doubles(making, records, places, count);
    table->rows = keep_most(making, records, places, count);
    lay_rows(making, table, records, places);
    dataset_find_children(making->dataset, table);
}

struct dataset *dataset_empty(const struct policy *policy, month_number month) {
    struct dataset *dataset = memory_new(1, sizeof *dataset);
    if (!dataset) return NULL;
    arena_init(&dataset->arena);
    dataset->policy = policy;
    dataset->month = month;
    dataset->tables = ARENA_ARRAY(&dataset->arena, struct table, policy->entities.count + 1);
    if (arena_failed(&dataset->arena)) {
        dataset_free(dataset);
        return NULL;
    }
    for (size_t i = 0; i < policy->entities.count; i++) dataset->tables[i].entity = policy->entities.items[i];
    return dataset;
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
        resolve_references(&making, &dataset->tables[i], &records->tables[i]);
    if (!arena_failed(&dataset->arena) && !arena_failed(refusals->arena)) return dataset;
    dataset_free(dataset);
    return NULL;
}

void dataset_free(struct dataset *dataset) {
    if (!dataset) return;
    arena_free(&dataset->arena);
    memory_free(dataset);
}

/* --- looking up ------------------------------------------------------------------------------------------------- */

const struct table *dataset_table(const struct dataset *dataset, const struct entity *entity) {
    return &dataset->tables[entity->index];
}

const struct column *dataset_column(const struct dataset *dataset, const struct field *input) {
    return &dataset_table(dataset, input->entity)->columns[input->input_index];
}

static size_t find_by_halves(const struct table *table, struct text id) {
    size_t low = 0, high = table->rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(table->ids[table->by_name[middle]], id);
        if (order == 0) return table->by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

size_t table_find(const struct table *table, struct text id) {
    if (table->by_name) return find_by_halves(table, id);
    size_t found = (size_t)map_get(&table->by_id, id);
    return found ? found - 1 : SIZE_MAX;
}

size_t dataset_climb(const struct dataset *dataset, const struct entity *from, size_t row, const struct entity *to) {
    for (; from != to; from = from->parent) {
        assert(from);
        row = dataset->tables[from->index].parents[row];
    }
    return row;
}

void dataset_below(const struct dataset *dataset, const struct entity *outer, size_t row, const struct entity *inner,
                   size_t *begin, size_t *end) {
    if (inner == outer) {
        *begin = row;
        *end = row + 1;
        return;
    }
    size_t first, last;
    dataset_below(dataset, outer, row, inner->parent, &first, &last);
    const uint32_t *children = dataset->tables[inner->parent->index].first_child[inner->index];
    *begin = children[first];
    *end = children[last];
}

bool dataset_lost_below(const struct dataset *dataset, const struct entity *outer, size_t row,
                        const struct entity *inner, struct loss *loss) {
    for (const struct entity *lost = inner; lost != outer; lost = lost->parent) {
        const bool *incomplete = dataset->tables[lost->parent->index].incomplete[lost->index];
        size_t begin = 0, end = 0;
        if (!incomplete) continue;
        dataset_below(dataset, outer, row, lost->parent, &begin, &end);
        for (size_t i = begin; i < end; i++) {
            *loss = (struct loss){lost, lost->parent, i};
            if (incomplete[i]) return true;
        }
    }
    return false;
}

size_t event_parent(const struct dataset *dataset, const struct entity *event, struct arena *scratch, struct text id) {
    const char *end = memchr(id.bytes, '/', id.length);
    if (!end) return SIZE_MAX;
    struct text parent = unescape(scratch, text_slice(id, 0, (size_t)(end - id.bytes)));
    return table_find(dataset_table(dataset, event->parent), parent);
}
