#include "base/memory.h"
#include "program/batch.h"

/* --- whole columns ---------------------------------------------------------------------------------------------- */

void lanes_free(struct lanes *lanes) {
    if (!lanes->borrowed) memory_free(lanes->values);
    memory_free(lanes->misses);
    memory_free(lanes->cases);
    *lanes = (struct lanes){0};
}

bool make_whole(struct worker *worker, node_id id) {
    const struct graph_node *node = graph_node(worker->graph, id);
    struct lanes *out = &worker->machine->of[id];
    struct rows rows = rows_found(worker->machine, node->space);
    size_t count = rows.last - rows.first;
    if (out->rows != count) lanes_free(out); /* else of another run */
    out->single = !node->space;
    out->rows = count;
    out->base = out->miss_base = rows.first;
    out->width = graph_node_width(node);
    if (!out->values) out->values = memory_new(count + 1, out->width);
    if (!out->values) worker->failed = true;
    return out->values;
}

/* An input that lies in memory as it would here is not copied. */
static bool borrow(const struct worker *worker, node_id id) {
    const struct graph_node *node = graph_node(worker->graph, id);
    if (node->op != OP_INPUT) return false;
    const struct column *column = dataset_column(worker->machine->dataset, node->field);
    if (column->unknown || column->spec.width != graph_node_width(node)) return false;
    worker->machine->of[id] = (struct lanes){.borrowed = true,
                                             .rows = rows_of(worker->machine, node->space),
                                             .width = column->spec.width,
                                             .values = column->lanes};
    return true;
}

static void run_alone(struct worker *worker, const struct section *section) {
    for (size_t i = 0; i < section->nodes.count && !worker->failed; i++) {
        node_id id = section->nodes.items[i];
        struct lanes *out = &worker->machine->of[id];
        if (!borrow(worker, id) && make_whole(worker, id)) run_node(worker, id, out, out->base, out->base + out->rows);
        out->done = true;
    }
}

/* What nobody reads behind the level. */
static void release(struct machine *machine, unsigned level) {
    const struct program *program = machine->program;
    for (size_t id = 0; id < machine->graph->nodes.count; id++) {
        const struct place *place = &program->schedule.places[id];
        if (machine->of[id].values && !program->kept[id] && place->until == level) lanes_free(&machine->of[id]);
    }
}

/* --- levels ----------------------------------------------------------------------------------------------------- */

/* Rows whose values, found and used again within the batch, stay in the second cache. Few of them read memory in
 * pieces, each of which begins with waiting. */
static size_t good_batch(const struct known *known) {
    enum { ROOM = 3 << 19, LEAST = 4096, MOST = 65536 }; /* bytes; rows */
    size_t rows = ROOM / (known->bytes + 1);
    return rows < LEAST ? LEAST : rows > MOST ? MOST : rows;
}

bool machine_run(struct machine *machine) {
    const struct schedule *schedule = &machine->program->schedule;
    struct worker worker = {.machine = machine, .graph = machine->graph};
    struct crew crew;
    if (!machine->batch) machine->batch = good_batch(machine->program->known);
    worker.of = memory_new(machine->graph->nodes.count + 1, sizeof *worker.of); /* nothing but whole columns */
    lock_init(&machine->lock);
    worker.failed = !crew_init(&crew, machine) || !worker.of;
    for (size_t i = 0; i < schedule->sections.count && !worker.failed; i++) {
        const struct section *section = &schedule->sections.items[i];
        bool last = i + 1 == schedule->sections.count || section[1].level > section->level;
        if (!section->root)
            run_alone(&worker, section);
        else if (!run_section(&crew, i))
            worker.failed = true;
        if (!last || worker.failed) continue;
        machine->reached(machine);
        release(machine, section->level);
    }
    crew_free(&crew);
    lock_free(&machine->lock);
    memory_free(worker.of);
    return !worker.failed;
}
