#include "exchange/pack_inside.h"

#include <stdlib.h>
#include <string.h>

/* Sections in the order in which they stand in the file. What the dataset does not hold as it is written is made in the
 * arena. */
struct packing {
    struct arena arena;
    const struct dataset *dataset;
    VECTOR(struct text) sections;
};

static void add(struct packing *packing, const void *bytes, size_t length) {
    struct text section = {bytes, length};
    VECTOR_PUSH(&packing->arena, &packing->sections, section);
}

static void add_flags(struct packing *packing, const void *flags, size_t rows) {
    bool any = flags && rows && memchr(flags, 1, rows);
    add(packing, flags, any ? rows : 0);
}

static void add_texts(struct packing *packing, const struct texts *texts, size_t count) {
    uint64_t *ends = ARENA_ARRAY(&packing->arena, uint64_t, count + 1);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) length += texts_at(texts, i).length;
    char *bytes = arena_new(&packing->arena, length + 1, 1);
    if (!ends || !bytes || arena_failed(&packing->arena)) return;
    length = 0;
    for (size_t i = 0; i < count; i++) {
        struct text text = texts_at(texts, i);
        if (text.length) memcpy(bytes + length, text.bytes, text.length);
        length += text.length;
        ends[i] = length;
    }
    add(packing, ends, count * sizeof *ends);
    add(packing, bytes, length);
}

/* --- ids in order ----------------------------------------------------------------------------------------------- */

struct named {
    struct text id;
    uint32_t row;
};

static int compare_named(const void *left, const void *right) {
    return text_compare(((const struct named *)left)->id, ((const struct named *)right)->id);
}

/* Rows by id, which are found by them. Events are not. */
static void add_by_name(struct packing *packing, const struct table *table) {
    size_t rows = table->entity->is_event ? 0 : table->rows;
    if (table->by_name || rows == 0) {
        add(packing, table->by_name, rows * sizeof *table->by_name);
        return;
    }
    struct named *names = ARENA_ARRAY(&packing->arena, struct named, rows);
    uint32_t *order = ARENA_ARRAY(&packing->arena, uint32_t, rows);
    if (!names || !order || arena_failed(&packing->arena)) return;
    bool sorted = true;
    for (size_t row = 0; row < rows; row++) {
        names[row] = (struct named){table_id(table, row), (uint32_t)row};
        sorted = sorted && (row == 0 || compare_named(&names[row - 1], &names[row]) < 0);
    }
    if (!sorted) qsort(names, rows, sizeof *names, compare_named);
    for (size_t i = 0; i < rows; i++) order[i] = names[i].row;
    add(packing, order, rows * sizeof *order);
}

/* --- tables ----------------------------------------------------------------------------------------------------- */

/* Values, then what says which of them are known where that is not all or none. */
static void add_column(struct packing *packing, const struct column *column, size_t rows) {
    bool none = column->unknown == rows, all = column->unknown == 0;
    if (column->spec.width)
        add(packing, column->lanes, none ? 0 : rows * column->spec.width);
    else
        add_texts(packing, &column->texts, none ? 0 : rows);
    add(packing, column->known, none || all ? 0 : rows);
}

static void add_table(struct packing *packing, const struct table *table) {
    const struct policy *policy = packing->dataset->policy;
    add(packing, table->parents, table->entity->parent ? table->rows * sizeof *table->parents : 0);
    add_texts(packing, &table->ids, table->rows);
    add_by_name(packing, table);
    add_flags(packing, table->unconfirmed, table->rows);
    for (size_t i = 0; i < policy->entities.count; i++)
        if (policy->entities.items[i]->parent == table->entity) add_flags(packing, table->incomplete[i], table->rows);
    for (size_t i = 0; i < table->entity->inputs.count; i++) add_column(packing, &table->columns[i], table->rows);
}

static void add_counts(struct packing *packing) {
    const struct dataset *dataset = packing->dataset;
    size_t entities = dataset->policy->entities.count;
    size_t length = sizeof(struct pack_counts) + entities * sizeof(struct pack_table);
    struct pack_counts *counts = arena_new(&packing->arena, 1, length);
    if (arena_failed(&packing->arena)) return;
    struct pack_table *tables = (struct pack_table *)(counts + 1);
    *counts = (struct pack_counts){dataset->month, dataset->strays};
    for (size_t i = 0; i < entities; i++)
        tables[i] = (struct pack_table){dataset->tables[i].rows, dataset->tables[i].rows_lost};
    add(packing, counts, length);
}

static void add_all(struct packing *packing, const struct pack *pack) {
    const struct policy *policy = packing->dataset->policy;
    struct text model = pack_model(&packing->arena, policy);
    add(packing, model.bytes, model.length);
    add_counts(packing);
    add(packing, pack->opening.bytes, pack->opening.length);
    add(packing, pack->decisions.bytes, pack->decisions.length);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&packing->arena); i++)
        add_table(packing, &packing->dataset->tables[i]);
}

/* --- the file --------------------------------------------------------------------------------------------------- */

/* Header and list. */
static struct text head_of(struct packing *packing) {
    size_t count = packing->sections.count, length = pack_head_bytes(count), offset = length;
    char *bytes = arena_new(&packing->arena, length, 1);
    if (!bytes || arena_failed(&packing->arena)) return TEXT("");
    for (size_t i = 0; i < count; i++) {
        struct text text = packing->sections.items[i];
        struct pack_section section = {offset, text.length, pack_sum(text)};
        memcpy(bytes + sizeof(struct pack_header) + i * sizeof section, &section, sizeof section);
        offset += pack_padded(text.length);
    }
    struct pack_header header = {.version = PACK_VERSION, .order = PACK_ORDER, .length = offset, .sections = count};
    memcpy(header.magic, pack_magic, sizeof header.magic);
    memcpy(bytes, &header, sizeof header);
    uint64_t sum = pack_sum((struct text){bytes, length - sizeof sum});
    memcpy(bytes + length - sizeof sum, &sum, sizeof sum);
    return (struct text){bytes, length};
}

static enum file_result write_file(struct packing *packing, const char *path) {
    static const char zeros[PACK_BLOCK];
    struct file_writer writer;
    struct text head = head_of(packing);
    if (arena_failed(&packing->arena)) return FILE_NO_MEMORY;
    enum file_result result = file_begin(&writer, &packing->arena, path);
    if (result != FILE_OK) return result;
    file_write(&writer, head);
    for (size_t i = 0; i < packing->sections.count; i++) {
        struct text section = packing->sections.items[i];
        file_write(&writer, section);
        file_write(&writer, (struct text){zeros, pack_padded(section.length) - section.length});
    }
    return file_commit(&writer);
}

enum file_result pack_write(const struct pack *pack, const char *path) {
    struct packing packing = {.dataset = pack->dataset};
    arena_init(&packing.arena);
    add_all(&packing, pack);
    enum file_result result = write_file(&packing, path);
    arena_free(&packing.arena);
    return result;
}
