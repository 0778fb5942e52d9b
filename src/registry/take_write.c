/* Versions that are told, as rows of their tables. */
#include "registry/take_inside.h"

void take_note_sealed(struct taking *taking, enum seal_result result) {
    if (result == SEAL_OK) return;
    lock_take(&taking->lock);
    if (taking->sealed == SEAL_OK) taking->sealed = result;
    lock_give(&taking->lock);
}

static struct store_value value_of(const struct taking *taking, const struct column *column, size_t row) {
    const struct field *input = column->spec.field;
    if (!column->known[row]) return store_null();
    if (column->lanes) return store_integer((int64_t)column_get(column, row));
    struct text text = column_text(column, row);
    if (input->type.kind != TYPE_ROW) return store_text(text);
    return store_integer(text_is(text, "none") ? 0 : (int64_t)take_key(taking, input->type.entity, text));
}

/* What is sealed has its index in the column behind. */
static void seal_value(struct taking *taking, const struct record_table *told, size_t row, size_t input,
                       unsigned thread, struct arena *arena, struct store_value *values) {
    const struct registry_slot *slot = &taking->registry->places[told->entity->index].slots[input];
    int64_t key = taking->keys[told->entity->index][row];
    char context[CONTEXT_BYTES];
    struct text sealed;
    values[0] = values[1] = store_null();
    if (!told->columns[input].known[row]) return;
    take_note_sealed(taking,
                     sealer_seal(taking->registry->sealing->sealers[thread], seal_context(context, slot->name, key),
                                 column_text(&told->columns[input], row), &sealed));
    values[0] = store_bytes(text_copy(arena, sealed));
    values[1] = store_bytes((struct text){(const char *)take_index(taking, told->entity, slot, row), INDEX_BYTES});
}

static bool is_carried(const struct column *column, size_t row) {
    return !column->lanes && column->known[row] && is_stored_text(column_text(column, row));
}

/* The row above as it is told last, or else known; NULL: neither is at hand. */
static const struct record_row *row_above(const struct taking *taking, const struct entity *above, size_t key) {
    const struct registry_rows *known = &taking->known[above->index];
    uint32_t told = key && known->last ? known->last[key] : 0, before = 0;
    if (key && !told && known->rows && key <= known->told)
        for (uint32_t at = known->rows[key]; at; at = known->more[at - 1]) before = at;
    if (told) return &taking->records->tables[above->index].rows[told - 1];
    return before ? &taking->before.tables[above->index].rows[before - 1] : NULL;
}

/* The id of the nearest area at or above a row, by which a server parts versions; where none is found they lie with
 * those that are in no area. Nothing rests on it. */
static struct text place_of(const struct taking *taking, const struct entity *entity, const struct record_row *row,
                            size_t parent) { /* its parent's key */
    if (taking->areas[entity->index]) return row->id;
    while (entity->parent && !taking->areas[entity->parent->index]) {
        entity = entity->parent;
        row = row_above(taking, entity, parent ? parent : take_key(taking, entity, row->parent));
        if (!row) return TEXT("");
        parent = 0;
    }
    return entity->parent ? row->parent : TEXT("");
}

/* Some of the versions that are told of an entity, as rows of its table, with their places. */
struct batch {
    size_t first, count; /* of the versions */
    struct store_value *values;
    struct arena *arenas; /* of what is sealed, one for each thread */
};

struct writing {
    struct taking *taking;
    const struct record_table *told;
    const struct told_versions *versions;
    struct chain_load load;
    size_t columns;
    unsigned threads;
    struct batch *now, *next; /* that is written, and that is made ready */
    size_t pieces;            /* of the next, that are taken on */
};

static void make_row(const struct writing *writing, size_t at, unsigned thread, struct arena *arena,
                     struct store_value *values) {
    struct taking *taking = writing->taking;
    const struct record_table *told = writing->told;
    const struct entity *entity = told->entity, *above = entity->parent;
    const struct told_version *version = &writing->versions->list.items[at];
    const struct record_row *record = &told->rows[version->row];
    const struct registry_slot *slots = taking->registry->places[entity->index].slots;
    size_t parent = above ? take_parent_key(taking, told, version->row) : 0;
    values[COLUMN_VERSION] = store_integer(taking->known[entity->index].version + (int64_t)at + 1);
    values[COLUMN_KEY] = store_integer(taking->keys[entity->index][version->row]);
    values[COLUMN_CHANGE] = store_integer(taking->change->number);
    values[COLUMN_SINCE] = store_integer(version->since);
    values[COLUMN_STANDS] = store_integer(version->stands);
    values[COLUMN_UNCONFIRMED] = store_integer(record->unconfirmed);
    values[COLUMN_PARENT] = store_integer((int64_t)parent);
    for (size_t i = COLUMN_INPUTS; i < writing->columns; i++) values[i] = store_null();
    if (taking->areas) values[writing->columns] = store_text(place_of(taking, entity, record, parent));
    for (size_t i = 0; i < entity->inputs.count && version->stands; i++)
        if (is_carried(&told->columns[i], version->row))
            registry_put_stored(
                column_text(&told->columns[i], version->row),
                (struct text){(const char *)take_index(taking, entity, &slots[i], version->row), INDEX_BYTES}, values);
        else if (entity->inputs.items[i]->sealed)
            seal_value(taking, told, version->row, i, thread, arena, &values[slots[i].write]);
        else
            values[slots[i].write] = value_of(taking, &told->columns[i], version->row);
}

static struct store_value *values_at(const struct writing *writing, const struct batch *batch, size_t row) {
    return batch->values + row * (writing->columns + 1);
}

enum { BATCH_ROWS = 8192, PIECE_ROWS = 512 };

/* A piece of the next batch that nobody has taken on; false when there is none. */
static bool take_piece(struct writing *writing, size_t *first) {
    lock_take(&writing->taking->lock);
    *first = writing->pieces++ * PIECE_ROWS;
    lock_give(&writing->taking->lock);
    return *first < writing->next->count;
}

/* The first thread is the store's, and writes; the second has the digest, which goes row by row, too; whoever is
 * through makes ready what comes next. */
static void write_and_prepare(void *context, unsigned thread) {
    struct writing *writing = context;
    const struct batch *now = writing->now, *next = writing->next;
    size_t first;
    for (size_t i = 0; i < now->count && thread == 0; i++) chain_load_write(&writing->load, values_at(writing, now, i));
    for (size_t i = 0; i < now->count && thread == (writing->threads > 1); i++)
        chain_load_digest(&writing->load, values_at(writing, now, i));
    while (take_piece(writing, &first))
        for (size_t i = first; i < first + PIECE_ROWS && i < next->count; i++)
            make_row(writing, next->first + i, thread, &next->arenas[thread], values_at(writing, next, i));
}

static bool batch_init(struct batch *batch, struct arena *arena, size_t rows, const struct writing *writing) {
    batch->values = ARENA_ARRAY(arena, struct store_value, rows * (writing->columns + 1));
    batch->arenas = ARENA_ARRAY(arena, struct arena, writing->threads);
    if (arena_failed(arena)) return false;
    for (unsigned i = 0; i < writing->threads; i++) arena_init(&batch->arenas[i]);
    return true;
}

static void batch_begin(struct batch *batch, const struct writing *writing, size_t first) {
    size_t rest = writing->versions->list.count - first;
    batch->first = first;
    batch->count = rest < BATCH_ROWS ? rest : BATCH_ROWS;
    for (unsigned i = 0; i < writing->threads; i++) arena_rewind(&batch->arenas[i], (struct arena_mark){NULL, 0});
}

static void batch_free(struct batch *batch, struct taking *taking, unsigned threads) {
    for (unsigned i = 0; i < threads && batch->arenas; i++) {
        if (arena_failed(&batch->arenas[i])) taking->arena.failed = true;
        arena_free(&batch->arenas[i]);
    }
}

static bool batch_is_whole(const struct batch *batch, unsigned threads) {
    bool whole = true;
    for (unsigned i = 0; i < threads; i++) whole = whole && !arena_failed(&batch->arenas[i]);
    return whole;
}

/* One batch is made ready while the one before it is written. */
static void write_batches(struct writing *writing, struct batch batches[2]) {
    struct taking *taking = writing->taking;
    size_t total = writing->versions->list.count;
    bool whole = true;
    for (size_t round = 0; whole && take_goes_on(taking); round++) {
        writing->now = &batches[round % 2];
        writing->next = &batches[(round + 1) % 2];
        size_t ready = writing->now->first + writing->now->count;
        batch_begin(writing->next, writing, ready);
        writing->pieces = 0;
        work_together(writing->threads, write_and_prepare, writing);
        whole = taking->sealed == SEAL_OK && batch_is_whole(writing->next, writing->threads);
        if (ready == total) break;
    }
}

void take_write_versions(struct taking *taking, const struct record_table *told, const struct told_versions *versions) {
    const struct sealing *sealing = taking->registry->sealing;
    size_t count = versions->list.count, rows = count < BATCH_ROWS ? count : BATCH_ROWS;
    struct writing writing = {.taking = taking,
                              .told = told,
                              .versions = versions,
                              .columns = tables_of(taking->registry, told->entity)->versions.count,
                              .threads = threads_for(count, sealing ? sealing->threads : taking->records->threads)};
    struct batch batches[2] = {{0}, {0}};
    struct arena arena;
    if (count == 0 || !take_goes_on(taking)) return;
    arena_init(&arena);
    bool good = batch_init(&batches[0], &arena, rows, &writing) && batch_init(&batches[1], &arena, rows, &writing);
    if (good && chain_load_begin(&writing.load, taking->registry, chain_versions(taking->registry, told->entity)))
        write_batches(&writing, batches);
    if (good) chain_load_end(&writing.load);
    batch_free(&batches[0], taking, writing.threads);
    batch_free(&batches[1], taking, writing.threads);
    if (arena_failed(&arena)) taking->arena.failed = true;
    arena_free(&arena);
}
