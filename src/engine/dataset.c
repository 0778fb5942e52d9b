#include "engine/dataset.h"

#include "base/memory.h"
#include "base/thread.h"

#include <assert.h>
#include <string.h>

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

/* Few ask for the ids of a table, from any thread, and of most nobody does. */
struct late_map {
    struct lock lock;
    struct arena arena;
    struct map by_id; /* id -> row + 1 */
    bool made;
};

struct late_map *late_map_new(struct arena *arena) {
    struct late_map *late = ARENA_ARRAY(arena, struct late_map, 1);
    if (!late) return NULL;
    lock_init(&late->lock);
    arena_init(&late->arena);
    map_init(&late->by_id, &late->arena);
    return late;
}

static void late_map_free(struct late_map *late) {
    if (!late) return;
    arena_free(&late->arena);
    lock_free(&late->lock);
}

void dataset_free(struct dataset *dataset) {
    if (!dataset) return;
    for (size_t i = 0; dataset->tables && i < dataset->policy->entities.count; i++)
        late_map_free(dataset->tables[i].late);
    arena_free(&dataset->arena);
    memory_free(dataset);
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

int events_compare(const struct entity *event, const struct column *columns, size_t a, size_t b) {
    for (size_t k = 0; k < event->dated.count; k++) {
        const struct column *column = &columns[event->dated.items[k]->input_index];
        int order = 0;
        if (!column->lanes) {
            order = text_compare(column_text(column, a), column_text(column, b));
        } else {
            lane left = column_get(column, a), right = column_get(column, b);
            order = left < right ? -1 : left > right;
        }
        if (order) return order;
    }
    return 0;
}

/* --- looking up ------------------------------------------------------------------------------------------------- */

const struct table *dataset_table(const struct dataset *dataset, const struct entity *entity) {
    return &dataset->tables[entity->index];
}

const struct column *dataset_column(const struct dataset *dataset, const struct field *input) {
    return &dataset_table(dataset, input->entity)->columns[input->input_index];
}

static int compare_named(const struct table *table, size_t place, struct text id) {
    return text_compare(table_id(table, table->by_name[place]), id);
}

/* The first place, from low on, whose id is not less; `high` if none before that is. */
static size_t find_by_halves(const struct table *table, struct text id, size_t low, size_t high) {
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_named(table, middle, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Between which places the id must be, seen from one at which it is not: by steps that grow. */
static void look_around(const struct table *table, struct text id, size_t place, size_t *low, size_t *high) {
    size_t step = 1;
    *low = 0;
    *high = place < table->rows ? place : table->rows;
    if (place >= table->rows || compare_named(table, place, id) > 0) return;
    *low = place + 1;
    *high = table->rows;
    for (; *high - *low > step && compare_named(table, *low + step, id) < 0; step *= 2) *low += step + 1;
    if (*high - *low > step) *high = *low + step + 1;
}

static bool is_named(const struct table *table, size_t place, struct text id) {
    return place < table->rows && text_equal(table_id(table, table->by_name[place]), id);
}

enum { AHEAD = 8 }; /* the ids of so many rows on are fetched: they will be looked for soon */

size_t table_find_near(const struct table *table, struct text id, size_t *place) {
    if (!table->by_name) return table_find(table, id);
    size_t low, high, found = *place;
    if (!is_named(table, found, id) && !is_named(table, ++found, id)) {
        look_around(table, id, *place, &low, &high);
        found = find_by_halves(table, id, low, high);
        if (!is_named(table, found, id)) return SIZE_MAX;
    }
    *place = found;
    if (found + AHEAD < table->rows) __builtin_prefetch(table_id(table, table->by_name[found + AHEAD]).bytes);
    return table->by_name[found];
}

/* Where there is no memory for a map each of them is looked at. */
static size_t find_late(const struct table *table, struct text id) {
    struct late_map *late = table->late;
    size_t row = 0;
    lock_take(&late->lock);
    if (!late->made) map_reserve(&late->by_id, table->rows);
    for (; !late->made && row < table->rows; row++) map_put(&late->by_id, table_id(table, row), (void *)(row + 1));
    late->made = true;
    lock_give(&late->lock);
    if (!arena_failed(&late->arena)) return (size_t)map_get(&late->by_id, id);
    for (row = 0; row < table->rows && !text_equal(table_id(table, row), id);) row++;
    return row < table->rows ? row + 1 : 0;
}

size_t table_find(const struct table *table, struct text id) {
    size_t place = table->rows;
    if (table->by_name) return table_find_near(table, id, &place);
    size_t found = table->late ? find_late(table, id) : (size_t)map_get(&table->by_id, id);
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

struct rows *dataset_within(const struct dataset *dataset, struct arena *arena, const struct entity *entity,
                            size_t row) {
    const struct policy *policy = dataset->policy;
    struct rows *rows = ARENA_ARRAY(arena, struct rows, policy->entities.count + 1);
    for (size_t i = 0; rows && i < policy->entities.count; i++)
        if (entity_is_within(policy->entities.items[i], entity))
            dataset_below(dataset, entity, row, policy->entities.items[i], &rows[i].first, &rows[i].last);
    return rows;
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

size_t event_parent(const struct dataset *dataset, const struct entity *event, struct arena *scratch, struct text id) {
    const char *end = memchr(id.bytes, '/', id.length);
    if (!end) return SIZE_MAX;
    struct text parent = unescape(scratch, text_slice(id, 0, (size_t)(end - id.bytes)));
    return table_find(dataset_table(dataset, event->parent), parent);
}
