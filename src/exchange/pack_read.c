#include "exchange/messages.h"
#include "exchange/pack_inside.h"

#include <string.h>

/* Sections are taken one after another; the first that is not what it must be ends it. */
struct reading {
    struct text bytes, name;
    const struct policy *policy;
    struct diagnostics *diagnostics;
    struct dataset *dataset;
    struct pack_section *sections;
    size_t count, taken;
    bool refused; /* and told */
    unsigned char *ones,
        *zeros; /* what columns share of which every value is known, or none: of all lanes and ends nothing */
};

/* --- refusals --------------------------------------------------------------------------------------------------- */

static void refuse(struct reading *reading, enum exchange_message message, const struct text *arguments, size_t count) {
    if (!reading->refused)
        diagnostics_add(reading->diagnostics, &exchange_messages[message], (struct position){0}, arguments, count);
    reading->refused = true;
}

static void refuse_damaged(struct reading *reading, size_t offset) {
    const struct text arguments[] = {reading->name, text_format(reading->diagnostics->arena, "%zu", offset)};
    refuse(reading, EXCHANGE_PACK_DAMAGED, arguments, 2);
}

/* The section that was taken last. */
static void refuse_section(struct reading *reading) {
    refuse_damaged(reading, (size_t)reading->sections[reading->taken - 1].offset);
}

/* --- header and list -------------------------------------------------------------------------------------------- */

static void check_header(struct reading *reading, const struct pack_header *header) {
    size_t length = reading->bytes.length;
    if (header->version != PACK_VERSION || header->order != PACK_ORDER) {
        refuse(reading, header->version != PACK_VERSION ? EXCHANGE_PACK_VERSION : EXCHANGE_PACK_ORDER, &reading->name,
               1);
    } else if (header->length != length || length % PACK_BLOCK != 0) {
        refuse_damaged(reading, header->length < length ? (size_t)header->length : length);
    } else if (header->sections < PACK_TABLES || header->sections > length / sizeof(struct pack_section) ||
               pack_head_bytes((size_t)header->sections) > length) {
        refuse_damaged(reading, offsetof(struct pack_header, sections));
    }
}

/* Sections follow one another without a gap, up to the end of the file. */
static void check_list(struct reading *reading, size_t head) {
    uint64_t sum, offset = head;
    const char *end = reading->bytes.bytes + head - sizeof sum;
    memcpy(&sum, end, sizeof sum);
    if (sum != pack_sum(text_slice(reading->bytes, 0, head - sizeof sum))) refuse_damaged(reading, 0);
    for (size_t i = 0; i < reading->count && !reading->refused; i++) {
        const struct pack_section *section = &reading->sections[i];
        size_t left = reading->bytes.length - (size_t)offset;
        if (section->offset != offset || section->length > left || pack_padded((size_t)section->length) > left)
            refuse_damaged(reading, sizeof(struct pack_header) + i * sizeof *section);
        else
            offset += pack_padded((size_t)section->length);
    }
    if (!reading->refused && offset != reading->bytes.length) refuse_damaged(reading, (size_t)offset);
}

static void open_list(struct reading *reading) {
    struct pack_header header;
    if (!pack_is(reading->bytes)) {
        refuse(reading, EXCHANGE_PACK_NONE, &reading->name, 1);
        return;
    }
    if (reading->bytes.length < sizeof header) {
        refuse_damaged(reading, reading->bytes.length);
        return;
    }
    memcpy(&header, reading->bytes.bytes, sizeof header);
    check_header(reading, &header);
    if (reading->refused) return;
    reading->count = (size_t)header.sections;
    reading->sections = (struct pack_section *)(void *)(reading->bytes.bytes + sizeof header);
    check_list(reading, pack_head_bytes(reading->count));
}

/* --- sections --------------------------------------------------------------------------------------------------- */

/* The next section; its sum is looked at now, so that its bytes are at hand for whoever reads them. */
static struct text take(struct reading *reading) {
    if (reading->refused) return TEXT("");
    if (reading->taken == reading->count) {
        refuse_damaged(reading, offsetof(struct pack_header, sections));
        return TEXT("");
    }
    const struct pack_section *section = &reading->sections[reading->taken++];
    struct text padded = {reading->bytes.bytes + section->offset, pack_padded((size_t)section->length)};
    if (pack_sum(padded) != section->sum) refuse_section(reading);
    return reading->refused ? TEXT("") : text_slice(padded, 0, (size_t)section->length);
}

/* One of so many bytes; NULL when it is refused. */
static void *take_all(struct reading *reading, size_t length) {
    struct text section = take(reading);
    if (!reading->refused && section.length != length) refuse_section(reading);
    return reading->refused ? NULL : (void *)section.bytes;
}

/* One of so many bytes or none: then NULL, also when it is refused. */
static void *take_some(struct reading *reading, size_t length) {
    struct text section = take(reading);
    if (!reading->refused && section.length != length && section.length != 0) refuse_section(reading);
    return reading->refused || section.length == 0 ? NULL : (void *)section.bytes;
}

static unsigned char *take_flags(struct reading *reading, size_t rows, size_t *unset) {
    unsigned char *flags = take_some(reading, rows);
    *unset = 0;
    if (flags && !pack_flags_good(flags, rows, unset)) refuse_section(reading);
    return reading->refused ? NULL : flags;
}

static struct texts take_texts(struct reading *reading, size_t count) {
    const uint64_t *ends = take_all(reading, count * sizeof *ends);
    struct text bytes = take(reading);
    if (!reading->refused && !pack_texts_good(count, ends, bytes)) refuse_section(reading);
    return (struct texts){.bytes = bytes.bytes, .ends = ends};
}

static bool goes_on(const struct reading *reading) {
    return !reading->refused && !arena_failed(&reading->dataset->arena);
}

/* --- the model -------------------------------------------------------------------------------------------------- */

/* Tells the first line in which they differ. */
static void check_model(struct reading *reading) {
    struct arena *arena = &reading->dataset->arena;
    struct text packed = take(reading), known = pack_model(arena, reading->policy);
    if (!goes_on(reading) || text_equal(packed, known)) return;
    pack_model_difference(&packed, &known);
    const struct text arguments[] = {reading->name, packed.length ? packed : TEXT("—"),
                                     known.length ? known : TEXT("—")};
    refuse(reading, EXCHANGE_PACK_MODEL, arguments, 3);
}

/* --- counts ----------------------------------------------------------------------------------------------------- */

static bool counts_good(const struct reading *reading, const struct pack_counts *counts,
                        const struct pack_table *tables) {
    if (counts->month < day_month(day_first) || counts->month > day_month(day_last) || counts->strays > INT64_MAX)
        return false;
    for (size_t i = 0; i < reading->policy->entities.count; i++)
        if (tables[i].rows > INT32_MAX || tables[i].rows > reading->bytes.length / sizeof(uint64_t) ||
            tables[i].rows_lost > 1)
            return false;
    return true;
}

static void read_counts(struct reading *reading) {
    struct dataset *dataset = reading->dataset;
    struct arena *arena = &dataset->arena;
    size_t entities = reading->policy->entities.count, most = 0;
    const struct pack_counts *counts = take_all(reading, sizeof *counts + entities * sizeof(struct pack_table));
    if (!counts) return;
    const struct pack_table *tables = (const struct pack_table *)(counts + 1);
    if (!counts_good(reading, counts, tables)) {
        refuse_section(reading);
        return;
    }
    if (counts->month != dataset->month) {
        const struct text arguments[] = {reading->name,
                                         month_format(reading->diagnostics->arena, (month_number)counts->month),
                                         month_format(reading->diagnostics->arena, dataset->month)};
        refuse(reading, EXCHANGE_PACK_MONTH, arguments, 3);
        return;
    }
    dataset->strays = (size_t)counts->strays;
    for (size_t i = 0; i < entities; i++) {
        dataset->tables[i].rows = (size_t)tables[i].rows;
        dataset->tables[i].rows_lost = tables[i].rows_lost;
        most = tables[i].rows > most ? (size_t)tables[i].rows : most;
    }
    reading->ones = arena_new(arena, most + 1, 1);
    reading->zeros = arena_new(arena, most + 1, sizeof(lane));
    if (!arena_failed(arena)) memset(reading->ones, 1, most);
}

/* --- tables ----------------------------------------------------------------------------------------------------- */

static void read_parents(struct reading *reading, struct table *table) {
    const struct entity *above = table->entity->parent;
    table->parents = take_all(reading, above ? table->rows * sizeof *table->parents : 0);
    if (!above || !table->parents) {
        table->parents = (uint32_t *)(void *)reading->zeros;
        return;
    }
    size_t rows = reading->dataset->tables[above->index].rows;
    uint32_t before = 0;
    bool good = true;
    for (size_t row = 0; row < table->rows; row++) {
        good &= table->parents[row] >= before;
        before = table->parents[row];
    }
    if (!good || (table->rows && before >= rows)) refuse_section(reading);
}

/* Rows in the order of their ids, each once: of no two the id is the same. */
static void read_by_name(struct reading *reading, struct table *table) {
    size_t rows = table->entity->is_event ? 0 : table->rows;
    const uint32_t *order = take_all(reading, rows * sizeof *order);
    if (!goes_on(reading) || table->entity->is_event) return;
    for (size_t i = 0; i < rows && !reading->refused; i++) {
        bool good = order[i] < rows;
        good = good && table_id(table, order[i]).length &&
               (i == 0 || text_compare(table_id(table, order[i - 1]), table_id(table, order[i])) < 0);
        if (!good) refuse_section(reading);
    }
    table->by_name = order;
}

static void read_incomplete(struct reading *reading, struct table *table) {
    const struct policy *policy = reading->policy;
    for (size_t i = 0; i < policy->entities.count && !reading->refused; i++) {
        size_t unset;
        if (policy->entities.items[i]->parent == table->entity)
            table->incomplete[i] = (bool *)take_flags(reading, table->rows, &unset);
    }
}

static void read_values(struct reading *reading, struct column *column, size_t rows, bool *none) {
    unsigned width = column->spec.width;
    if (width) {
        column->lanes = take_some(reading, rows * width);
        *none = !column->lanes;
        if (*none) column->lanes = reading->zeros;
        return;
    }
    size_t next = reading->taken;
    *none = next < reading->count && reading->sections[next].length == 0;
    column->texts = take_texts(reading, *none ? 0 : rows);
    if (*none) column->texts.ends = (const uint64_t *)(void *)reading->zeros;
}

static void read_column(struct reading *reading, struct table *table, size_t index) {
    struct column *column = &table->columns[index];
    const struct field *input = table->entity->inputs.items[index];
    const struct entity *target = input->type.entity;
    bool none = false;
    column->spec = lane_spec_of(&reading->dataset->arena, input);
    read_values(reading, column, table->rows, &none);
    column->known = take_flags(reading, table->rows, &column->unknown);
    if (!goes_on(reading)) return;
    if (column->known && none) refuse_section(reading);
    if (none) column->unknown = table->rows;
    if (!column->known) column->known = none ? reading->zeros : reading->ones;
    struct pack_range range = pack_range_of(&column->spec, target ? reading->dataset->tables[target->index].rows : 0);
    if (column->spec.width && !pack_lanes_good(column->lanes, column->spec.width, column->known, table->rows, &range))
        refuse_section(reading);
}

static int64_t year_of(const struct table *table, size_t row) {
    const struct column *date = &table->columns[table->entity->dated.items[0]->input_index];
    return month_year(day_month((day_number)column_get(date, row)));
}

/* Rows of one parent in their order, no more of them than the policy allows: runs rest on both. */
static void check_order(struct reading *reading, const struct table *table) {
    const struct entity *entity = table->entity;
    int64_t most = INT64_MAX, alike = 1;
    bool event = entity->is_event, good = true;
    if (number_sign(entity->at_most) && !number_to_int64(entity->at_most, &most)) most = INT64_MAX;
    for (size_t k = 0; k < entity->dated.count; k++)
        good = good && table->columns[entity->dated.items[k]->input_index].unknown == 0;
    for (size_t row = 1; row < table->rows && good; row++) {
        bool same = table->parents[row] == table->parents[row - 1];
        if (same && event)
            good = events_compare(entity, table->columns, row - 1, row) < 0;
        else if (same)
            good = text_compare(table_id(table, row - 1), table_id(table, row)) < 0;
        alike = same && (!event || year_of(table, row) == year_of(table, row - 1)) ? alike + 1 : 1;
        good = good && (!entity->parent || alike <= most);
    }
    if (!good) refuse_section(reading);
}

static void read_table(struct reading *reading, struct table *table) {
    struct arena *arena = &reading->dataset->arena;
    size_t entities = reading->policy->entities.count, unset;
    table->first_child = ARENA_ARRAY(arena, uint32_t *, entities + 1);
    table->incomplete = ARENA_ARRAY(arena, bool *, entities + 1);
    table->columns = ARENA_ARRAY(arena, struct column, table->entity->inputs.count + 1);
    if (!goes_on(reading)) return;
    read_parents(reading, table);
    table->ids = take_texts(reading, table->rows);
    read_by_name(reading, table);
    table->unconfirmed = (bool *)take_flags(reading, table->rows, &unset);
    if (!table->unconfirmed) table->unconfirmed = (bool *)reading->zeros;
    read_incomplete(reading, table);
    for (size_t i = 0; i < table->entity->inputs.count && goes_on(reading); i++) read_column(reading, table, i);
    if (goes_on(reading)) check_order(reading, table);
    if (goes_on(reading)) dataset_find_children(reading->dataset, table);
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static struct text take_lines(struct reading *reading) {
    struct text lines = take(reading);
    if (!reading->refused && text_invalid_at(lines) != lines.length) refuse_section(reading);
    return lines;
}

static void read_all(struct reading *reading, struct pack *pack) {
    open_list(reading);
    check_model(reading);
    if (goes_on(reading)) read_counts(reading);
    pack->opening = take_lines(reading);
    pack->decisions = take_lines(reading);
    for (size_t i = 0; i < reading->policy->entities.count && goes_on(reading); i++)
        read_table(reading, &reading->dataset->tables[i]);
    if (goes_on(reading) && reading->taken != reading->count)
        refuse_damaged(reading, (size_t)reading->sections[reading->taken].offset);
}

enum pack_result pack_read(struct pack *pack, struct text bytes, struct text name, const struct policy *policy,
                           month_number month, struct diagnostics *diagnostics) {
    struct reading reading = {.bytes = bytes, .name = name, .policy = policy, .diagnostics = diagnostics};
    *pack = (struct pack){.dataset = dataset_empty(policy, month)};
    if (!pack->dataset) return PACK_NO_MEMORY;
    reading.dataset = pack->dataset;
    read_all(&reading, pack);
    bool failed = arena_failed(&pack->dataset->arena) || arena_failed(diagnostics->arena);
    if (!failed && !reading.refused) return PACK_OK;
    dataset_free(pack->dataset);
    *pack = (struct pack){0};
    return failed ? PACK_NO_MEMORY : PACK_REFUSED;
}
