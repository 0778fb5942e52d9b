/* Parameters of areas, and what is left to the evaluator. */
#include "base/memory.h"
#include "program/machine_inside.h"

/* --- parameters ------------------------------------------------------------------------------------------------- */

/* Values found so far, by row of the area and by indexes. */
struct cell {
    lane value;
    enum reason_kind missing; /* REASON_NONE: known */
    bool found;
};
struct cells {
    const struct task *task;
    size_t sizes[PARAMETER_KEYS_MAX], count; /* of each index; of all for one row */
    int64_t least[PARAMETER_KEYS_MAX];
    struct cell *items; /* NULL: indexes of no limit, found anew each time */
};

static lane line_lane(const struct task *task, const struct parameter_value *line) {
    lane result = 0;
    switch (task->node->parameter->type.kind) {
    case TYPE_BOOL: return line->truth;
    case TYPE_DATE: return line->date;
    case TYPE_ENUM: return line->enum_value;
    default: break;
    }
    bool fits = number_to_lane(number_divide(&task->machine->run->arena, line->number, task->node->grid), &result);
    assert(fits || arena_failed(&task->machine->run->arena)); /* the checks found the grid */
    return result;
}

static void find_cell(const struct task *task, size_t row, const int64_t *index, struct cell *cell) {
    const struct graph_node *node = task->node;
    const struct parameter *parameter = node->parameter;
    const struct parameter_value *line =
        parameter_find(task->machine->run, parameter, node->inner, row, (day_number)node->d, index, NULL);
    *cell = (struct cell){.found = true};
    if (line && !line->empty)
        cell->value = line_lane(task, line);
    else
        cell->missing = line || parameter->by_month ? REASON_PARAMETER : REASON_NO_PARAMETER;
}

/* Tables of up to so many cells are kept. */
enum { CELLS_MAX = 1 << 20 };

static void begin_cells(struct cells *cells, const struct task *task, size_t rows) {
    const struct parameter *parameter = task->node->parameter;
    size_t next = 0;
    *cells = (struct cells){.task = task, .count = 1};
    for (size_t i = 0; i < parameter->key_count; i++) {
        const struct key *key = &parameter->keys[i];
        if (key->kind != KEY_ENUM && key->kind != KEY_COUNT) continue;
        cells->least[next] = key->kind == KEY_COUNT ? key->least : 0;
        int64_t size = key->kind == KEY_ENUM ? (int64_t)key->enumeration->count : key->most - key->least + 1;
        if (size <= 0 || size > CELLS_MAX) return;
        cells->sizes[next++] = (size_t)size;
        cells->count *= (size_t)size;
        if (cells->count > CELLS_MAX) return;
    }
    if (rows * cells->count <= CELLS_MAX) cells->items = memory_new(rows * cells->count + 1, sizeof *cells->items);
}

/* The kept cell of a row of the area; NULL for an index out of all limits. */
static struct cell *kept_cell(const struct cells *cells, size_t area_row, const int64_t *index, size_t indexes) {
    size_t at = area_row;
    if (!cells->items) return NULL;
    for (size_t i = 0; i < indexes; i++) {
        int64_t place = index[i] - cells->least[i];
        if (place < 0 || place >= (int64_t)cells->sizes[i]) return NULL;
        at = at * cells->sizes[i] + (size_t)place;
    }
    return &cells->items[at];
}

/* What the row finds in its cell: a value, or why there is none, of the row of the parameter's area. */
static absence take_cell(const struct task *task, const struct cell *cell, size_t row, size_t from, bool by_area) {
    const struct graph_node *node = task->node;
    const struct entity *of = by_area ? node->parameter->area : node->space;
    enum value_state state = cell->missing == REASON_PARAMETER ? VALUE_UNKNOWN : VALUE_FAULT;
    struct reason reason = {.kind = cell->missing,
                            .index = (uint32_t)node->parameter->index,
                            .text = of ? (uint32_t)of->index : UINT32_MAX,
                            .day = (day_number)node->d};
    if (cell->missing == REASON_NONE) {
        put(task->out, row, cell->value);
        return 0;
    }
    if (by_area) row = dataset_climb(task->machine->dataset, node->inner, from, of);
    return machine_miss(task->machine, state, reason, row);
}

void run_lookup(const struct task *task) {
    const struct dataset *dataset = task->machine->dataset;
    const struct graph_node *node = task->node;
    const struct parameter *parameter = node->parameter;
    bool by_area = parameter->area && node->inner && entity_is_within(node->inner, parameter->area);
    const struct entity *area = parameter->exceptions.count || (parameter->area && !by_area) ? node->inner
                                : by_area                                                    ? parameter->area
                                                                                             : NULL;
    struct cells cells;
    begin_cells(&cells, task, rows_of(task->machine, area));
    for (size_t row = task->begin; row < task->end; row++) {
        int64_t index[PARAMETER_KEYS_MAX] = {0};
        struct cell fresh = {0}, *cell;
        absence miss = 0;
        for (size_t i = 0; i < node->more.count; i++) {
            const struct lanes *item = operand(task->worker, node->more.items[i]);
            index[i] = (int64_t)get(item, row);
            miss = strict(miss, missed(item, row));
        }
        if (!miss) {
            size_t from = node->inner ? dataset_climb(dataset, node->space, row, node->inner) : 0;
            size_t above = area ? dataset_climb(dataset, node->inner, from, area) : 0;
            cell = kept_cell(&cells, above, index, node->more.count);
            if (!cell) cell = &fresh;
            if (!cell->found) find_cell(task, from, index, cell);
            miss = take_cell(task, cell, row, from, by_area);
        }
        put_miss(task, row, miss);
    }
    memory_free(cells.items);
}

/* --- what is left to the evaluator ------------------------------------------------------------------------------ */

static lane lane_of(const struct task *task, const struct value *value) {
    const struct graph_node *node = task->node;
    lane result = 0;
    switch (node->expr->type.kind) {
    case TYPE_BOOL: return value->as.truth;
    case TYPE_DATE: return value->as.date;
    case TYPE_ENUM: return value->as.choice;
    case TYPE_ROW: return value->as.row.row == SIZE_MAX ? ROW_NONE : (lane)value->as.row.row;
    default: break;
    }
    if (number_sign(value->as.number) == 0) return 0;
    bool fits = number_to_lane(number_divide(&task->machine->run->arena, value->as.number, node->grid), &result);
    assert(fits || arena_failed(&task->machine->run->arena)); /* the checks found the grid */
    return result;
}

/* What is read as the history keeps it, where the expression is no more than that: last month's value of a rule, or
 * what events were settled with. */
struct kept {
    const struct field *field; /* NULL: it is more */
    const struct coding *coding;
    int64_t factor;                                                 /* lanes to one of the coding */
    enum { STARTS_BY_EVALUATOR, STARTS_NOWHERE, STARTS_AT } starts; /* the value of a row that is new */
    lane start;
};

static bool is_before(const struct expr *expr) {
    return expr->kind == EXPR_CALL && expr->as.call.function == FUNCTION_PREVIOUS;
}

static const struct field *kept_field(const struct graph_node *node) {
    bool before = is_before(node->expr);
    const struct expr *path = before ? node->expr->items.items[0] : node->expr;
    if (path->kind != EXPR_PATH || path->as.path.target.end != PATH_FIELD) return NULL;
    const struct field *field = path->as.path.target.field;
    bool own = path->as.path.target.hops.count <= 1 && field->entity == node->space; /* the one leads there */
    bool settled = field->entity->is_event && field->kind != FIELD_INPUT;
    return own && (before || settled) ? field : NULL;
}

/* What is written as a number is the same for every row. */
static void find_start(const struct task *task, struct kept *kept) {
    const struct expr *starts = kept->field->declaration->starts;
    if (!is_before(task->node->expr) || task->begin == task->end) return;
    if (!starts) kept->starts = STARTS_NOWHERE;
    if (!starts || starts->kind != EXPR_NUMBER) return;
    const struct context context = context_of(task->machine->run, task->node->space, task->begin);
    struct value value = evaluate(&context, starts);
    if (value.state != VALUE_KNOWN) return;
    kept->starts = STARTS_AT;
    kept->start = lane_of(task, &value);
}

static struct kept kept_of(const struct task *task) {
    struct run *run = task->machine->run;
    struct kept kept = {.field = kept_field(task->node), .factor = 1};
    if (!kept.field || !run->history) return (struct kept){0};
    kept.coding = history_coding(run->history, kept.field);
    find_start(task, &kept);
    if (kept.field->type.kind != TYPE_NUMBER) return kept;
    struct number factor = number_divide(&run->arena, kept.coding->unit, task->node->grid);
    bool whole = number_is_integer(factor) && number_to_int64(factor, &kept.factor);
    return whole ? kept : (struct kept){0};
}

/* False where a value has to be found. */
static bool put_kept(const struct task *task, const struct kept *kept, size_t row) {
    struct coded coded = run_kept(task->machine->run, kept->field, row);
    bool starts = !coded.kind && kept->starts == STARTS_AT && run_is_new(task->machine->run, kept->field, row);
    if (starts) put(task->out, row, kept->start);
    if (!coded.kind) return starts;
    const struct coded_kind *kind = coded_kind(kept->coding, coded);
    if (kind->state != VALUE_KNOWN || kind->listed) return false;
    put(task->out, row, (lane)coded.integer * kept->factor);
    return true;
}

/* An event that is not looked at. */
static bool lies_outside(const struct task *task, size_t row) {
    const struct graph_node *node = task->node;
    if (!node->field) return false;
    day_number day = (day_number)column_get(dataset_column(task->machine->dataset, node->field), row);
    return day < node->d || day > node->e;
}

static void find_by_evaluator(const struct task *task, size_t row) {
    struct machine *machine = task->machine;
    const struct context context = context_of(machine->run, task->node->space, row);
    struct value value = evaluate(&context, task->node->expr);
    if (arena_failed(&machine->run->arena))
        task->worker->failed = true;
    else if (value.state == VALUE_KNOWN)
        put(task->out, row, lane_of(task, &value));
    else
        put_miss(task, row, machine_miss(machine, value.state, value.reason, value.reason.row));
}

/* Rows of which what is kept is read, by several threads; the others are left open. */
struct keeping {
    const struct task *task;
    const struct kept *kept;
    bool *open; /* by row, from the task's first on */
};

static void keep_range(void *context, size_t begin, size_t end, unsigned thread) {
    const struct keeping *keeping = context;
    const struct task *task = keeping->task;
    (void)thread;
    for (size_t row = task->begin + begin; row < task->begin + end; row++) {
        if (lies_outside(task, row))
            put(task->out, row, harmless(task->node));
        else
            keeping->open[row - task->begin] = !put_kept(task, keeping->kept, row);
    }
}

static void find_open(const struct task *task, const struct kept *kept, const bool *open) {
    struct machine *machine = task->machine;
    const struct reason reason = {.kind = REASON_NOT_ASSESSED, .field = kept->field};
    absence nowhere = kept->starts == STARTS_NOWHERE ? machine_miss(machine, VALUE_UNKNOWN, reason, 0) : 0;
    for (size_t row = task->begin; row < task->end && !task->worker->failed; row++) {
        if (!open[row - task->begin]) continue;
        if (nowhere && run_is_new(machine->run, kept->field, row))
            put_miss(task, row, nowhere | (uint32_t)row);
        else
            find_by_evaluator(task, row);
    }
}

static void run_kept_rows(const struct task *task, const struct kept *kept) {
    struct machine *machine = task->machine;
    size_t rows = task->end - task->begin;
    unsigned threads = threads_for(rows, machine->threads);
    struct keeping keeping = {task, kept, memory_new(rows + 1, sizeof(bool))};
    run_find_pasts(machine->run, kept->field->entity, (struct rows){task->begin, task->end}, threads);
    task->worker->failed = task->worker->failed || !keeping.open || run_failed(machine->run);
    if (!task->worker->failed) {
        work_in_ranges(threads, rows, keep_range, &keeping);
        find_open(task, kept, keeping.open);
    }
    memory_free(keeping.open);
}

void run_evaluate(const struct task *task) {
    const struct kept kept = kept_of(task);
    if (kept.field) run_kept_rows(task, &kept);
    for (size_t row = task->begin; row < task->end && !kept.field && !task->worker->failed; row++) {
        if (lies_outside(task, row))
            put(task->out, row, harmless(task->node));
        else
            find_by_evaluator(task, row);
    }
}
