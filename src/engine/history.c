#include "engine/history.h"

#include "base/memory.h"

void history_init(struct history *history, const struct policy *policy) {
    *history = (struct history){.policy = policy, .limited_since = MONTH_LAST};
    arena_init(&history->arena);
    history->tables = ARENA_ARRAY(&history->arena, struct past_table, policy->entities.count + 1);
    history->columns = ARENA_ARRAY(&history->arena, struct coded_column, policy->fields.count + 1);
    if (arena_failed(&history->arena)) {
        history->tables = NULL;
        history->columns = NULL;
        return;
    }
    for (size_t i = 0; i < policy->entities.count; i++) history->tables[i].arena = &history->arena;
    for (size_t i = 0; i < policy->fields.count; i++)
        coded_column_init(&history->columns[i], &history->arena, policy->fields.items[i]);
}

static void table_free(struct past_table *table) {
    text_set_free(&table->ids);
    memory_free(table->latest);
    memory_free(table->lines);
    memory_free(table->stands);
}

void history_free(struct history *history) {
    const struct policy *policy = history->policy;
    for (size_t i = 0; history->tables && i < policy->entities.count; i++) table_free(&history->tables[i]);
    for (size_t i = 0; history->columns && i < policy->fields.count; i++) coded_column_free(&history->columns[i]);
    arena_free(&history->arena);
}

/* --- rows ------------------------------------------------------------------------------------------------------- */

/* NULL when the history could not even begin. */
static struct past_table *table_of(const struct history *history, const struct entity *entity) {
    return history->tables ? &history->tables[entity->index] : NULL;
}

bool history_has_rows(const struct history *history, const struct entity *entity) {
    const struct past_table *table = table_of(history, entity);
    return table && table->ids.count > 0;
}

uint32_t history_row(const struct history *history, const struct entity *entity, struct text id) {
    struct past_table *table = table_of(history, entity);
    if (!table) return PAST_NONE;
    size_t row = text_set_find(&table->ids, id, &table->arena->failed);
    return row == SIZE_MAX ? PAST_NONE : (uint32_t)row;
}

bool history_has_lines(const struct history *history, const struct entity *entity, uint32_t row) {
    const struct past_table *table = table_of(history, entity);
    return table && row < table->ids.count && table->latest[row];
}

struct text history_id(const struct history *history, const struct entity *entity, uint32_t row) {
    const struct past_table *table = table_of(history, entity);
    return table && row < table->ids.count ? text_set_at(&table->ids, row) : TEXT("");
}

bool history_ready(const struct history *history, const struct entity *entity) {
    struct past_table *table = table_of(history, entity);
    return table && text_set_ready(&table->ids);
}

uint32_t history_row_near(const struct history *history, const struct entity *entity, struct text id, uint32_t near) {
    const struct past_table *table = table_of(history, entity);
    bool there = table && near < table->ids.count && text_equal(text_set_at(&table->ids, near), id);
    return there ? near : history_row(history, entity, id);
}

/* An array with room for one more; false when memory has run out. */
static bool has_room(struct past_table *table, void **items, size_t count, size_t *room, size_t size) {
    if (count < *room) return true;
    size_t more = *room ? *room * 2 : 64;
    void *bigger = memory_resize(*items, more, size);
    if (!bigger) {
        table->arena->failed = true;
        return false;
    }
    *items = bigger;
    *room = more;
    return true;
}

uint32_t history_add_row(struct history *history, const struct entity *entity, struct text id) {
    struct past_table *table = table_of(history, entity);
    if (!table) return PAST_NONE;
    void *latest = table->latest;
    bool room = has_room(table, &latest, table->ids.count, &table->row_room, sizeof *table->latest);
    table->latest = latest;
    size_t row = room ? text_set_add(&table->ids, id) : SIZE_MAX;
    if (row == SIZE_MAX) {
        table->arena->failed = true;
        return PAST_NONE;
    }
    table->latest[row] = 0;
    return (uint32_t)row;
}

/* --- lines ------------------------------------------------------------------------------------------------------ */

static uint32_t add_line(struct past_table *table, struct past_line line) {
    void *lines = table->lines;
    bool room = has_room(table, &lines, table->line_count, &table->line_room, sizeof *table->lines);
    table->lines = lines;
    if (room && table->line_count >= PAST_NONE - 1) table->arena->failed = true;
    if (!room || table->line_count >= PAST_NONE - 1) return PAST_NONE;
    table->lines[table->line_count] = line;
    return (uint32_t)table->line_count++;
}

uint32_t history_line(struct history *history, const struct entity *entity, uint32_t row, month_number month) {
    struct past_table *table = table_of(history, entity);
    if (!table || row == PAST_NONE) return PAST_NONE;
    uint32_t later = 0, at = table->latest[row]; /* + 1 */
    for (; at && table->lines[at - 1].month > month; at = table->lines[at - 1].earlier) later = at;
    if (at && table->lines[at - 1].month == month) return at - 1;
    uint32_t line = add_line(table, (struct past_line){row, month, at});
    if (line == PAST_NONE) return PAST_NONE;
    if (later)
        table->lines[later - 1].earlier = line + 1;
    else
        table->latest[row] = line + 1;
    return line;
}

void history_set(struct history *history, const struct field *field, uint32_t line, struct coded coded) {
    if (line != PAST_NONE && coded.kind) coded_column_set(&history->columns[field->index], line, coded);
}

/* --- values ----------------------------------------------------------------------------------------------------- */

/* What the rule's text can give: else no lane of a program might hold it. */
static bool can_be(struct arena *arena, const struct field *field, const struct value *value) {
    const struct interval *interval = &field->interval;
    if (value->state != VALUE_KNOWN || field->type.kind != TYPE_NUMBER || !interval->known) return true;
    if (interval->divisors.count) return true; /* a fraction, which nobody reads across time */
    struct number number = value->as.number;
    if (number_compare(number, interval->low) < 0 || number_compare(number, interval->high) > 0) return false;
    return number_sign(number) == 0 ||
           (number_sign(interval->grid) != 0 && number_is_integer(number_divide(arena, number, interval->grid)));
}

struct value history_allowed(struct history *history, const struct field *field, struct value value) {
    return can_be(&history->arena, field, &value) ? value : value_fault(REASON_OUT_OF_RANGE, field, 0);
}

void history_put(struct history *history, const struct field *field, struct text id, month_number month,
                 struct value value) {
    value = history_allowed(history, field, value);
    uint32_t row = history_row(history, field->entity, id);
    if (arena_failed(&history->arena)) return;
    if (row == PAST_NONE) row = history_add_row(history, field->entity, id);
    uint32_t line = history_line(history, field->entity, row, month);
    if (value.state != VALUE_KNOWN) value.reason.row = row;
    if (line != PAST_NONE) history_set(history, field, line, coding_of(&history->columns[field->index].coding, &value));
}

void history_forget(struct history *history, const struct entity *entity, struct text id) {
    uint32_t row = history_row(history, entity, id);
    if (row == PAST_NONE) return;
    struct past_table *table = &history->tables[entity->index];
    if (table->latest[row]) VECTOR_PUSH(&history->arena, &table->forgotten, row);
    for (uint32_t at = table->latest[row]; at; at = table->lines[at - 1].earlier) table->lines[at - 1].row = PAST_NONE;
    table->latest[row] = 0;
}

void history_forget_month(struct history *history, const struct entity *entity, struct text id, month_number month) {
    uint32_t row = history_row(history, entity, id);
    if (row == PAST_NONE) return;
    struct past_table *table = &history->tables[entity->index];
    uint32_t *at = &table->latest[row]; /* where the line is told, + 1 */
    while (*at && table->lines[*at - 1].month > month) at = &table->lines[*at - 1].earlier;
    if (!*at || table->lines[*at - 1].month != month) return;
    struct past_line *line = &table->lines[*at - 1];
    *at = line->earlier;
    line->row = PAST_NONE;
}

static void set_stand(struct history *history, const struct entity *event, uint32_t row, struct past_stand stand) {
    struct past_table *table = table_of(history, event);
    if (!table || row == PAST_NONE) return;
    size_t before = table->stand_room;
    while (row >= table->stand_room) {
        void *stands = table->stands;
        if (!has_room(table, &stands, table->stand_room, &table->stand_room, sizeof *table->stands)) return;
        table->stands = stands;
    }
    for (; before < table->stand_room; before++) table->stands[before] = (struct past_stand){.change = 0};
    table->stands[row] = stand;
    table->holds = table->holds || stand.held;
}

void history_hold(struct history *history, const struct entity *event, uint32_t row, int64_t change) {
    set_stand(history, event, row, (struct past_stand){.change = change, .held = true});
}

void history_note_found(struct history *history, const struct entity *event, uint32_t row, int64_t change) {
    set_stand(history, event, row, (struct past_stand){.change = change});
}

void history_cancel(struct history *history, const struct entity *event, uint32_t row, month_number month,
                    int64_t change) {
    set_stand(history, event, row, (struct past_stand){.change = change, .month = month, .cancelled = true});
}

struct past_stand history_stand(const struct history *history, const struct entity *event, uint32_t row) {
    const struct past_table *table = table_of(history, event);
    bool told = table && table->stands && row < table->stand_room;
    return told ? table->stands[row] : (struct past_stand){.change = 0};
}

bool history_holds(const struct history *history, const struct entity *event, uint32_t row) {
    return history_stand(history, event, row).held;
}

void history_mark(struct history *history) {
    for (size_t i = 0; history->tables && i < history->policy->entities.count; i++) {
        history->tables[i].news = history->tables[i].line_count;
        history->tables[i].forgotten.count = 0;
    }
}

bool history_is_news(const struct history *history, const struct entity *entity, uint32_t row) {
    const struct past_table *table = table_of(history, entity);
    return history_has_lines(history, entity, row) && table->latest[row] > table->news;
}

const struct coding *history_coding(const struct history *history, const struct field *field) {
    return &history->columns[field->index].coding;
}

static struct past_code code_of_line(const struct history *history, const struct field *field, uint32_t line) {
    return (struct past_code){history->tables[field->entity->index].lines[line].month,
                              coded_column_get(&history->columns[field->index], line)};
}

struct past_code history_code(const struct history *history, const struct field *field, uint32_t row,
                              month_number until) {
    const struct past_table *table = table_of(history, field->entity);
    struct past_code code = {0};
    uint32_t at = table && row != PAST_NONE ? table->latest[row] : 0;
    for (; at && !code.coded.kind; at = table->lines[at - 1].earlier)
        if (table->lines[at - 1].month <= until) code = code_of_line(history, field, at - 1);
    return code;
}

struct past_code history_first_code(const struct history *history, const struct field *field, uint32_t row) {
    const struct past_table *table = table_of(history, field->entity);
    struct past_code first = {0};
    uint32_t at = table && row != PAST_NONE ? table->latest[row] : 0;
    for (; at; at = table->lines[at - 1].earlier) {
        struct past_code code = code_of_line(history, field, at - 1);
        if (code.coded.kind) first = code;
    }
    return first;
}

static bool decode(const struct history *history, const struct field *field, struct past_code code,
                   struct past_value *out) {
    if (code.coded.kind)
        *out = (struct past_value){code.month, coding_value(history_coding(history, field), code.coded)};
    return code.coded.kind;
}

bool history_read(const struct history *history, const struct field *field, uint32_t row, month_number until,
                  struct past_value *out) {
    return decode(history, field, history_code(history, field, row, until), out);
}

bool history_read_first(const struct history *history, const struct field *field, uint32_t row,
                        struct past_value *out) {
    return decode(history, field, history_first_code(history, field, row), out);
}

bool history_find(const struct history *history, const struct field *field, struct text id, month_number until,
                  struct past_value *out) {
    return history_read(history, field, history_row(history, field->entity, id), until, out);
}
