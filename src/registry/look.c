#include "registry/registry_inside.h"
#include "registry/settlements.h"
#include "registry/work_rows.h"

#include <assert.h>
#include <string.h>

/* What is told is taken without writing, which tells what is new, changed or the same. Then rows are left out until
 * nothing that would stand in the month is wrong, or only what was wrong before: each round looks at the month as it
 * would be. */

/* Lines that say the same as one before them: by that one's row the last of them, + 1; by each the one before, + 1. */
struct again {
    uint32_t *last, *earlier; /* NULL: there are none */
};

struct looking {
    struct registry *registry;
    struct registry_look *look;
    const struct registry_change *change;
    const struct records *told;
    const struct policy *policy;
    month_number month;
    struct map *out;     /* by entity index: ids of which something is left out */
    struct again *again; /* by entity index: lines that stand twice */
    bool any;            /* something was left out since this was cleared */
};

/* --- leaving out -------------------------------------------------------------------------------------------------- */

static void note_out(struct looking *looking, const struct entity *entity, struct text id) {
    if (id.length) map_put(&looking->out[entity->index], id, looking);
}

static bool is_out(const struct looking *looking, const struct entity *entity, struct text id) {
    const struct map *out = &looking->out[entity->index];
    return out->count && id.length && map_get(out, id);
}

static void refuse(struct looking *looking, const struct refusal *refusal) {
    struct registry_look *look = looking->look;
    look->fates[refusal->entity->index][refusal->row] = REGISTRY_ROW_WRONG;
    VECTOR_PUSH(look->arena, &look->refusals.list, *refusal);
    note_out(looking, refusal->entity, looking->told->tables[refusal->entity->index].rows[refusal->row].id);
    looking->any = true;
}

/* Of a row that is the same nothing is written: it can make nothing wrong. */
static void leave_out(struct looking *looking, const struct refusal *refusal) {
    unsigned char fate = looking->look->fates[refusal->entity->index][refusal->row];
    if (fate == REGISTRY_ROW_NEW || fate == REGISTRY_ROW_CHANGED) refuse(looking, refusal);
}

static size_t key_of(const struct looking *looking, const struct entity *entity, struct text id) {
    return (size_t)map_get(&looking->look->rows[entity->index].keys, id);
}

/* --- what was not taken ------------------------------------------------------------------------------------------- */

/* The reference that leads nowhere; NULL when there is none. */
static const struct field *lost_reference(const struct looking *looking, const struct record_table *told, size_t row) {
    for (size_t i = 0; i < told->entity->inputs.count; i++) {
        const struct field *input = told->entity->inputs.items[i];
        if (input->type.kind != TYPE_ROW || !told->columns[i].known[row]) continue;
        struct text id = column_text(&told->columns[i], row);
        if (!text_is(id, "none") && !key_of(looking, input->type.entity, id)) return input;
    }
    return NULL;
}

static const struct field *undated(const struct record_table *told, size_t row) {
    for (size_t i = 0; i < told->entity->dated.count; i++)
        if (!told->columns[told->entity->dated.items[i]->input_index].known[row]) return told->entity->dated.items[i];
    return NULL;
}

static bool same_words(const struct record_table *told, size_t a, size_t b) {
    const struct record_row *left = &told->rows[a], *right = &told->rows[b];
    bool same = text_equal(left->parent, right->parent) && left->until == right->until &&
                left->unconfirmed == right->unconfirmed;
    for (size_t i = 0; i < told->entity->inputs.count && same; i++)
        same = columns_agree(&told->columns[i], a, &told->columns[i], b);
    return same;
}

/* A line that says the same as one before it. */
static void note_again(struct looking *looking, const struct record_table *told, size_t first, size_t row) {
    struct again *again = &looking->again[told->entity->index];
    struct arena *arena = looking->look->arena;
    if (!again->last) {
        again->last = ARENA_ARRAY(arena, uint32_t, told->count);
        again->earlier = ARENA_ARRAY(arena, uint32_t, told->count);
    }
    if (arena_failed(arena)) return;
    again->earlier[row] = again->last[first];
    again->last[first] = (uint32_t)row + 1;
}

/* Told twice in the same words it says nothing new; in others nobody knows which is right. */
static void judge_double(struct looking *looking, const struct record_table *told, size_t row) {
    const struct entity *entity = told->entity;
    const struct registry_rows *rows = &looking->look->rows[entity->index];
    month_number since = registry_since(looking->change, entity, &told->rows[row]);
    uint32_t at = rows->last[looking->look->keys[entity->index][row]];
    while (at && registry_since(looking->change, entity, &told->rows[at - 1]) != since) at = rows->earlier[at - 1];
    assert(at); /* or it would have been taken */
    looking->look->fates[entity->index][row] = REGISTRY_ROW_SAME;
    if (same_words(told, at - 1, row)) {
        note_again(looking, told, at - 1, row);
        return;
    }
    leave_out(looking, &(struct refusal){REFUSED_DUPLICATE, entity, at - 1, NULL, told->rows[row].id});
    refuse(looking, &(struct refusal){REFUSED_DUPLICATE, entity, row, NULL, told->rows[row].id});
}

static void judge_refused(struct looking *looking, const struct record_table *told, size_t row) {
    const struct entity *entity = told->entity;
    struct refusal refusal = {.entity = entity, .row = row, .value = told->rows[row].parent};
    const struct field *nowhere = NULL;
    if (registry_since(looking->change, entity, &told->rows[row]) > told->rows[row].until) {
        refusal.kind = REFUSED_VERSION_LOST; /* whoever read it has told more (exchange/import.h) */
    } else if (entity->parent && !key_of(looking, entity->parent, refusal.value)) {
        bool out = is_out(looking, entity->parent, refusal.value);
        refusal.kind = out ? REFUSED_PARENT_REFUSED : refusal.value.length ? REFUSED_UNKNOWN_PARENT : REFUSED_NO_PARENT;
    } else if ((nowhere = lost_reference(looking, told, row))) {
        refusal.kind = REFUSED_UNKNOWN_REFERENCE;
        refusal.field = nowhere;
        refusal.value = column_text(&told->columns[nowhere->input_index], row);
    } else {
        judge_double(looking, told, row);
        return;
    }
    refuse(looking, &refusal);
}

static void judge_taken(struct looking *looking) {
    for (size_t i = 0; i < looking->told->lost.count; i++)
        note_out(looking, looking->told->lost.items[i].entity, looking->told->lost.items[i].id);
    for (size_t i = 0; i < looking->policy->entities.count; i++) {
        const struct record_table *told = &looking->told->tables[i];
        for (size_t row = 0; row < told->count; row++) {
            const struct field *missing = told->entity->is_event ? undated(told, row) : NULL;
            if (missing)
                refuse(looking, &(struct refusal){REFUSED_DATED_EMPTY, told->entity, row, missing, TEXT("")});
            else if (looking->look->fates[i][row] == REGISTRY_ROW_WRONG)
                judge_refused(looking, told, row);
        }
    }
}

/* --- what was settled when it was presented ------------------------------------------------------------------------
 */

/* It is corrected and cancelled where it was settled: money has moved by it. */
static enum registry_result judge_bill(struct looking *looking, const struct record_table *told, size_t row) {
    const struct settled *settled = &told->entity->settled;
    struct registry *registry = looking->registry;
    struct text at = column_text(&told->columns[settled->at->input_index], row),
                by = column_text(&told->columns[settled->by->input_index], row);
    struct registry_settlement found = {.number = 0};
    int64_t key = 0;
    enum registry_result result = registry_key_of(registry, settled->at->type.entity, at, &key);
    if (result == REGISTRY_DONE && key)
        result = registry_find_bill(registry, told->entity, key, by, looking->look->arena, &found);
    if (found.number)
        leave_out(looking, &(struct refusal){found.kind == REGISTRY_CANCELLED ? REFUSED_CANCELLED : REFUSED_SETTLED,
                                             told->entity, row, settled->by, by});
    return result;
}

static enum registry_result judge_bills(struct looking *looking) {
    enum registry_result result = REGISTRY_DONE;
    if (registry_work_last(looking->registry, REGISTRY_SETTLEMENTS) == 0) return result;
    for (size_t i = 0; i < looking->policy->entities.count; i++) {
        const struct record_table *told = &looking->told->tables[i];
        for (size_t row = 0; row < told->count && told->entity->settled.at && result == REGISTRY_DONE; row++)
            if (looking->look->fates[i][row] <= REGISTRY_ROW_CHANGED) result = judge_bill(looking, told, row);
    }
    return result;
}

/* --- what hangs on what is left out ------------------------------------------------------------------------------- */

/* A row that was known leads on to what was known of it. */
static void hang_by_reference(struct looking *looking, const struct record_table *told, size_t row) {
    for (size_t i = 0; i < told->entity->inputs.count; i++) {
        const struct field *input = told->entity->inputs.items[i];
        const struct entity *target = input->type.kind == TYPE_ROW ? input->type.entity : NULL;
        if (!target || !told->columns[i].known[row]) continue;
        struct text id = column_text(&told->columns[i], row);
        if (!is_out(looking, target, id) || key_of(looking, target, id) <= looking->look->rows[target->index].told)
            continue;
        leave_out(looking, &(struct refusal){REFUSED_UNKNOWN_REFERENCE, told->entity, row, input, id});
        return;
    }
}

static void hang_row(struct looking *looking, const struct record_table *told, size_t row) {
    const struct entity *entity = told->entity;
    const struct record_row *record = &told->rows[row];
    unsigned char fate = looking->look->fates[entity->index][row];
    if (fate != REGISTRY_ROW_NEW && fate != REGISTRY_ROW_CHANGED) return;
    if (is_out(looking, entity, record->id))
        leave_out(looking, &(struct refusal){REFUSED_VERSION_LOST, entity, row, NULL, record->id});
    else if (entity->parent && is_out(looking, entity->parent, record->parent))
        leave_out(looking, &(struct refusal){REFUSED_PARENT_REFUSED, entity, row, NULL, record->parent});
    else
        hang_by_reference(looking, told, row);
}

static void hang(struct looking *looking) {
    do {
        looking->any = false;
        for (size_t i = 0; i < looking->policy->entities.count; i++)
            for (size_t row = 0; row < looking->told->tables[i].count; row++)
                hang_row(looking, &looking->told->tables[i], row);
    } while (looking->any && !arena_failed(looking->look->arena));
}

/* --- the month as it would be ------------------------------------------------------------------------------------- */

struct registry_standing registry_standing_in(const struct registry_look *look, const struct registry_change *change,
                                              const struct records *told, const struct entity *entity, size_t key,
                                              month_number month) {
    enum { KNOWN_END, KNOWN_ROW, TOLD_END, TOLD_ROW, RANKS };
    const struct registry_rows *rows = &look->rows[entity->index];
    const struct record_table *sides[] = {&look->known.tables[entity->index], &told->tables[entity->index]};
    struct registry_standing found = {NULL, 0};
    int64_t best = INT64_MIN; /* the latest month up to this one of which something is said, and who says it */
    for (size_t side = 0; side < 2; side++) {
        const uint32_t *next = side ? rows->earlier : rows->more;
        uint32_t at = side ? (rows->last ? rows->last[key] : 0) : key <= rows->told ? rows->rows[key] : 0;
        for (; at; at = next[at - 1]) {
            const struct record_row *row = &sides[side]->rows[at - 1];
            if (side &&
                (registry_leaves_out(look, entity, at - 1) || look->fates[entity->index][at - 1] == REGISTRY_ROW_SAME))
                continue;
            month_number since = side ? registry_since(change, entity, row) : row->from;
            int64_t begins = (int64_t)since * RANKS + (side ? TOLD_ROW : KNOWN_ROW);
            int64_t ends = ((int64_t)row->until + 1) * RANKS + (side ? TOLD_END : KNOWN_END);
            if (since <= month && begins > best) {
                best = begins;
                found = (struct registry_standing){sides[side], at - 1};
            }
            if (row->until < month && ends > best) {
                best = ends;
                found = (struct registry_standing){NULL, 0};
            }
        }
    }
    return found;
}

/* What would stand in the month: of values only those that lead to other rows or name an event. */
struct merged {
    struct arena arena;
    struct records records;
    uint32_t **origin;            /* by entity index, by row: that of what is told, + 1; 0: known */
    struct map *crowded, *needed; /* by entity index: ids under which there would be too many; that are to stay */
};

static void merge_row(struct merged *merged, const struct entity *entity, struct registry_standing standing) {
    const struct record_row *record = &standing.table->rows[standing.row];
    size_t row = records_add(
        &merged->records, entity,
        (struct record_row){.id = record->id, .parent = record->parent, .from = MONTH_FIRST, .until = MONTH_LAST});
    for (size_t i = 0; i < entity->inputs.count && row != SIZE_MAX; i++) {
        const struct field *input = entity->inputs.items[i];
        const struct column *column = &standing.table->columns[i];
        bool wanted = input->type.kind == TYPE_ROW;
        for (size_t k = 0; k < entity->dated.count; k++) wanted = wanted || entity->dated.items[k] == input;
        if (!wanted || !column->known[standing.row]) continue;
        if (column->lanes)
            records_put(&merged->records, input, row, column_get(column, standing.row));
        else
            records_put_text(&merged->records, input, row, column_text(column, standing.row));
    }
}

static void merge(struct looking *looking, struct merged *merged) {
    size_t entities = looking->policy->entities.count;
    arena_init(&merged->arena);
    records_init(&merged->records, &merged->arena, looking->policy);
    merged->origin = ARENA_ARRAY(&merged->arena, uint32_t *, entities + 1);
    merged->crowded = ARENA_ARRAY(&merged->arena, struct map, entities + 1);
    merged->needed = ARENA_ARRAY(&merged->arena, struct map, entities + 1);
    for (size_t i = 0; i < entities && !arena_failed(&merged->arena); i++) {
        const struct entity *entity = looking->policy->entities.items[i];
        const struct record_table *told = &looking->told->tables[i], *table = &merged->records.tables[i];
        size_t keys = looking->look->rows[i].keys.count;
        map_init(&merged->crowded[i], &merged->arena);
        map_init(&merged->needed[i], &merged->arena);
        merged->origin[i] = ARENA_ARRAY(&merged->arena, uint32_t, keys + 1);
        records_reserve(&merged->records, entity, keys);
        for (size_t key = 1; key <= keys && !arena_failed(&merged->arena); key++) {
            struct registry_standing standing =
                registry_standing_in(looking->look, looking->change, looking->told, entity, key, looking->month);
            if (!standing.table) continue;
            merged->origin[i][table->count] = standing.table == told ? (uint32_t)standing.row + 1 : 0;
            merge_row(merged, entity, standing);
        }
    }
}

/* What is known is not to blame: what is told crowds it out, or takes away what it needs. What was wrong before is
 * nobody's fault who tells something now. */
static void judge_refusal(struct looking *looking, struct merged *merged, const struct refusal *refusal) {
    const struct entity *entity = refusal->entity, *target = entity->parent;
    uint32_t told = merged->origin[entity->index][refusal->row];
    struct refusal own = *refusal;
    if (refusal->kind == REFUSED_UNKNOWN_REFERENCE) target = refusal->field->type.entity;
    if (refusal->kind == REFUSED_TOO_MANY) {
        struct text parent = merged->records.tables[entity->index].rows[refusal->row].parent;
        map_put(&merged->crowded[entity->index], parent, merged);
    } else if (told) {
        own.row = told - 1;
        leave_out(looking, &own);
    } else if (refusal->kind == REFUSED_UNKNOWN_REFERENCE || refusal->kind == REFUSED_UNKNOWN_PARENT) {
        map_put(&merged->needed[target->index], refusal->value, merged);
    }
}

/* Rows that come to where there are too many, and rows that would go though others need them. */
static void judge_told(struct looking *looking, struct merged *merged, const struct record_table *told) {
    const struct map *crowded = &merged->crowded[told->entity->index], *needed = &merged->needed[told->entity->index];
    const struct record_table *known = &looking->look->known.tables[told->entity->index];
    if (crowded->count + needed->count == 0) return;
    for (size_t row = 0; row < told->count; row++) {
        const struct record_row *record = &told->rows[row];
        uint32_t before = looking->look->before[told->entity->index][row];
        bool comes = !before || !text_equal(known->rows[before - 1].parent, record->parent);
        if (comes && map_get(crowded, record->parent))
            leave_out(looking, &(struct refusal){REFUSED_TOO_MANY, told->entity, row, NULL, TEXT("")});
        if (record->id.length && map_get(needed, record->id))
            leave_out(looking, &(struct refusal){REFUSED_NEEDED, told->entity, row, NULL, record->id});
    }
}

/* True when something more was left out. */
static bool fit(struct looking *looking) {
    struct merged merged;
    struct refusals refusals = {.arena = &merged.arena};
    merge(looking, &merged);
    struct dataset *dataset = NULL;
    if (!arena_failed(&merged.arena))
        dataset = dataset_new(looking->policy, &merged.records, looking->month, &refusals);
    if (!dataset) looking->look->arena->failed = true;
    looking->any = false;
    for (size_t i = 0; i < refusals.list.count && dataset; i++)
        judge_refusal(looking, &merged, &refusals.list.items[i]);
    for (size_t i = 0; i < looking->policy->entities.count && dataset; i++)
        judge_told(looking, &merged, &looking->told->tables[i]);
    dataset_free(dataset);
    arena_free(&merged.arena);
    return looking->any;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static bool find_alike(struct looking *looking) {
    struct registry_look *look = looking->look;
    size_t first = look->alike.count;
    bool any = registry_find_alike(look, looking->change, looking->told, looking->month);
    for (size_t i = first; i < look->alike.count; i++) {
        const struct registry_alike *alike = &look->alike.items[i];
        note_out(looking, alike->entity, looking->told->tables[alike->entity->index].rows[alike->row].id);
    }
    return any;
}

/* Rows that keep on making others wrong, whichever are left out. */
static void give_up(struct looking *looking) {
    for (size_t i = 0; i < looking->policy->entities.count; i++)
        for (size_t row = 0; row < looking->told->tables[i].count; row++)
            leave_out(looking, &(struct refusal){REFUSED_VERSION_LOST, looking->policy->entities.items[i], row, NULL,
                                                 looking->told->tables[i].rows[row].id});
}

static bool is_news(const struct looking *looking) {
    bool any = false;
    for (size_t i = 0; i < looking->policy->entities.count && !any; i++)
        for (size_t row = 0; row < looking->told->tables[i].count && !any; row++)
            any = looking->look->fates[i][row] <= REGISTRY_ROW_CHANGED;
    return any;
}

static enum registry_result leave_out_all_that_must(struct looking *looking) {
    enum { ROUNDS_MOST = 50 }; /* each leaves something out; mostly there are one or two */
    judge_taken(looking);
    enum registry_result result = judge_bills(looking);
    hang(looking);
    if (result != REGISTRY_DONE || !is_news(looking)) return result;
    for (size_t round = 0; !arena_failed(looking->look->arena) && (fit(looking) || find_alike(looking)); round++) {
        hang(looking);
        if (round == ROUNDS_MOST) give_up(looking);
    }
    return REGISTRY_DONE;
}

/* A line that stands twice is left out twice. */
static void leave_out_again(struct looking *looking) {
    struct registry_look *look = looking->look;
    size_t refusals = look->refusals.list.count, alike = look->alike.count;
    for (size_t i = 0; i < refusals; i++) {
        struct refusal refusal = look->refusals.list.items[i];
        const struct again *again = &looking->again[refusal.entity->index];
        for (uint32_t at = again->last ? again->last[refusal.row] : 0; at; at = again->earlier[at - 1]) {
            refusal.row = at - 1;
            refuse(looking, &refusal);
        }
    }
    for (size_t i = 0; i < alike; i++) {
        struct registry_alike one = look->alike.items[i];
        const struct again *again = &looking->again[one.entity->index];
        for (uint32_t at = again->last ? again->last[one.row] : 0; at; at = again->earlier[at - 1]) {
            one.row = at - 1;
            look->fates[one.entity->index][one.row] = REGISTRY_ROW_ALIKE;
            VECTOR_PUSH(look->arena, &look->alike, one);
        }
    }
}

static void count(struct looking *looking) {
    for (size_t i = 0; i < looking->policy->entities.count; i++) {
        struct registry_taken taken = {0};
        size_t *counts[] = {[REGISTRY_ROW_NEW] = &taken.fresh,
                            [REGISTRY_ROW_CHANGED] = &taken.changed,
                            [REGISTRY_ROW_SAME] = &taken.same,
                            [REGISTRY_ROW_ALIKE] = &taken.refused,
                            [REGISTRY_ROW_WRONG] = &taken.refused};
        for (size_t row = 0; row < looking->told->tables[i].count; row++) ++*counts[looking->look->fates[i][row]];
        looking->look->taken[i] = taken;
    }
}

/* Who is told twice and left out is asked already. */
static void drop_doubles(const struct registry_look *look, struct registry *registry) {
    size_t kept = 0;
    for (size_t i = 0; i < registry->doubles.count; i++) {
        const struct registry_double found = registry->doubles.items[i];
        if (registry_look_finds(look, found.input->entity, found.id) &&
            registry_look_finds(look, found.input->entity, found.other))
            registry->doubles.items[kept++] = found;
    }
    registry->doubled -= registry->doubles.count - kept;
    registry->doubles.count = kept;
}

/* Room for what is found. */
static bool prepare(struct looking *looking) {
    struct registry_look *look = looking->look;
    size_t entities = looking->policy->entities.count;
    look->names = ARENA_ARRAY(look->arena, struct registry_names, entities + 1);
    look->fates = ARENA_ARRAY(look->arena, unsigned char *, entities + 1);
    look->before = ARENA_ARRAY(look->arena, uint32_t *, entities + 1);
    look->taken = ARENA_ARRAY(look->arena, struct registry_taken, entities + 1);
    looking->out = ARENA_ARRAY(look->arena, struct map, entities + 1);
    looking->again = ARENA_ARRAY(look->arena, struct again, entities + 1);
    for (size_t i = 0; i < entities && !arena_failed(look->arena); i++) {
        size_t rows = looking->told->tables[i].count;
        look->fates[i] = ARENA_ARRAY(look->arena, unsigned char, rows + 1);
        look->before[i] = ARENA_ARRAY(look->arena, uint32_t, rows + 1);
        map_init(&looking->out[i], look->arena);
        if (!arena_failed(look->arena)) memset(look->fates[i], REGISTRY_ROW_WRONG, rows);
    }
    return !arena_failed(look->arena);
}

enum registry_result registry_look_at(struct registry *registry, const struct registry_change *change,
                                      const struct records *told, month_number month, struct arena *arena,
                                      struct registry_look *look) {
    *look = (struct registry_look){.registry = registry, .arena = arena, .refusals = {.arena = arena}};
    struct looking looking = {
        .registry = registry, .look = look, .change = change, .told = told, .policy = registry->policy, .month = month};
    enum registry_result result = prepare(&looking) ? REGISTRY_DONE : REGISTRY_NO_MEMORY;
    if (result == REGISTRY_DONE) result = registry_last_change(registry, &look->last);
    if (result == REGISTRY_DONE)
        result = registry_read_chosen(registry, REGISTRY_NOW, REGISTRY_INDEXES, NULL, arena, &look->known, look->names);
    if (result == REGISTRY_DONE) result = registry_take_nothing(registry, change, told, look);
    if (result == REGISTRY_DONE) result = leave_out_all_that_must(&looking);
    if (result != REGISTRY_DONE) return result;
    if (!arena_failed(arena)) leave_out_again(&looking);
    if (!arena_failed(arena)) count(&looking);
    drop_doubles(look, registry);
    return registry_outcome(registry, arena);
}

bool registry_look_finds(const struct registry_look *look, const struct entity *entity, struct text id) {
    const struct registry_rows *rows = &look->rows[entity->index];
    size_t key = (size_t)map_get(&rows->keys, id);
    bool found = key && key <= rows->told;
    for (uint32_t at = key && rows->last ? rows->last[key] : 0; at && !found; at = rows->earlier[at - 1])
        found = !registry_leaves_out(look, entity, at - 1);
    return found;
}

bool registry_look_hides(struct text known) {
    return is_index_text(known);
}

bool registry_look_keeps(const struct registry_look *look, const struct record_table *told, size_t row, size_t input) {
    size_t entity = told->entity->index;
    uint32_t before = look->before[entity][row];
    return before && registry_same_value(look->registry, look->indexes, told, row, &look->known.tables[entity],
                                         before - 1, input);
}

bool registry_looks_agree(const struct registry_look *first, const struct registry_look *second,
                          const struct entity *entity, size_t row) {
    size_t i = entity->index;
    uint32_t before = first->before[i][row], now = second->before[i][row];
    const struct record_table *left = &first->known.tables[i], *right = &second->known.tables[i];
    if (first->fates[i][row] != second->fates[i][row] || !before != !now) return false;
    if (!before || first->fates[i][row] != REGISTRY_ROW_CHANGED) return true;
    bool same = text_equal(left->rows[before - 1].parent, right->rows[now - 1].parent);
    for (size_t k = 0; k < entity->inputs.count && same; k++)
        same = columns_agree(&left->columns[k], before - 1, &right->columns[k], now - 1);
    return same;
}

struct text registry_look_name(const struct registry_look *look, const struct entity *entity, size_t row) {
    const struct map *keys = &look->rows[entity->index].keys;
    uint32_t key = look->keys[entity->index][row];
    return key ? keys->entries[key - 1].key : TEXT("");
}
