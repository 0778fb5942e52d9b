#include "program/batch.h"

#include "base/memory.h"

/* --- the crew --------------------------------------------------------------------------------------------------- */

static void cut(struct crew *crew, const struct entity *root) {
    const struct machine *machine = crew->machine;
    struct rows rows = rows_found(machine, root);
    for (size_t begin = rows.first, end; begin < rows.last && !arena_failed(&crew->arena); begin = end) {
        end = batch_end(&machine->program->schedule, machine->dataset, root, begin, machine->batch);
        if (end > rows.last) end = rows.last;
        VECTOR_PUSH(&crew->arena, &crew->cuts[root->index].ends, end);
    }
}

/* Constants have their values in the graph. */
static void place_constants(struct member *member, const struct graph *known) {
    for (size_t id = 0; id < known->nodes.count; id++) {
        struct graph_node *node = &known->nodes.items[id];
        if (node->op == OP_CONSTANT)
            member->known.of[id] = (struct lanes){.single = true, .width = sizeof node->d, .values = &node->d};
    }
}

static void member_init(struct crew *crew, struct member *member) {
    struct machine *machine = crew->machine;
    const struct graph *known = machine->program->known->graph;
    struct arena *arena = &crew->arena;
    size_t plain = machine->graph->nodes.count + 1;
    member->worker = (struct worker){.machine = machine, .graph = machine->graph};
    member->known = (struct worker){.machine = machine, .graph = known};
    member->worker.of = ARENA_ARRAY(arena, struct lanes, plain);
    member->known.of = ARENA_ARRAY(arena, struct lanes, known->nodes.count + 1);
    member->rows_of = ARENA_ARRAY(arena, struct rows, machine->graph->policy->entities.count + 1);
    member->common.needed = ARENA_ARRAY(arena, bool, plain);
    member->rare.needed = ARENA_ARRAY(arena, bool, plain);
    arena_init(&member->code.arena);
    arena_init(&member->known_code.arena);
    if (!arena_failed(arena)) place_constants(member, known);
}

bool crew_init(struct crew *crew, struct machine *machine) {
    const struct policy *policy = machine->graph->policy;
    const struct schedule *schedule = &machine->program->schedule;
    *crew = (struct crew){
        .machine = machine, .kernels = machine->kernels, .count = machine->threads ? machine->threads : 1};
    arena_init(&crew->arena);
    crew->members = ARENA_ARRAY(&crew->arena, struct member, crew->count);
    crew->cuts = ARENA_ARRAY(&crew->arena, struct cuts, policy->entities.count + 1);
    for (unsigned i = 0; i < crew->count && !arena_failed(&crew->arena); i++) member_init(crew, &crew->members[i]);
    for (size_t i = 0; i < policy->entities.count && !arena_failed(&crew->arena); i++)
        if (schedule->roots[i] == policy->entities.items[i]) cut(crew, schedule->roots[i]);
    return !arena_failed(&crew->arena);
}

void room_free(struct room *room) {
    memory_free(room->memory);
    memory_free(room->misses);
    memory_free(room->cases);
    memory_free(room->taints);
    *room = (struct room){0};
}

void crew_free(struct crew *crew) {
    for (unsigned i = 0; i < crew->count && crew->members; i++) {
        struct member *member = &crew->members[i];
        room_free(&member->room);
        room_free(&member->known_room);
        memory_free(member->marked);
        code_free(&member->code);
        code_free(&member->known_code);
    }
    arena_free(&crew->arena);
}

/* --- rows with care --------------------------------------------------------------------------------------------- */

enum {
    CAREFULLY = 256, /* rows at a time */
    FEW_BETWEEN = 8,
    ROWS_APART = 4 /* columns do not all begin in the same line of the cache */
};

static size_t find_rows(const struct crew *crew, struct member *member, size_t begin, size_t end) {
    const struct policy *policy = crew->machine->graph->policy;
    size_t most = 0;
    for (size_t i = 0; i < policy->entities.count; i++) {
        struct rows *rows = &member->rows_of[i];
        const struct entity *entity = policy->entities.items[i];
        if (!is_own(crew, entity)) continue;
        batch_rows(crew->machine->dataset, crew->section->root, begin, end, entity, &rows->first, &rows->last);
        if (rows->last - rows->first > most) most = rows->last - rows->first;
    }
    return most;
}

static bool has_room(const struct crew *crew, struct member *member, size_t rows) {
    size_t slots = crew->machine->program->schedule.slots + 1;
    struct room *room = &member->room;
    if (rows <= room->rows) return true;
    if (rows < CAREFULLY) rows = CAREFULLY;
    rows += ROWS_APART;
    room_free(room);
    room->values = room->memory = memory_resize(NULL, rows * slots, sizeof(lane)); /* what is not written is not read */
    room->misses = memory_resize(NULL, rows * slots, sizeof *room->misses);
    room->cases = memory_resize(NULL, rows * slots, 1);
    member->worker.failed = !room->values || !room->misses || !room->cases;
    room->rows = member->worker.failed ? 0 : rows;
    member->code.rows = 0;
    return !member->worker.failed;
}

static bool has_code(const struct crew *crew, struct member *member) {
    struct code *code = &member->code;
    if (code->rows == 0) bind_plain(crew, member, code);
    member->worker.failed = member->worker.failed || arena_failed(&code->arena);
    return !member->worker.failed;
}

/* Memory for what is missing of a whole column is made when something is. */
static void keep_misses(struct member *member, node_id id, struct rows rows) {
    struct machine *machine = member->worker.machine;
    const struct lanes *own = &member->worker.of[id];
    struct lanes *whole = &machine->of[id];
    if (!own->misses) return;
    lock_take(&machine->lock);
    if (!whole->misses) whole->misses = memory_new(whole->rows + 1, sizeof *whole->misses);
    if (!whole->misses) member->worker.failed = true;
    lock_give(&machine->lock);
    if (!member->worker.failed)
        memcpy(whole->misses + (rows.first - whole->miss_base), own->misses,
               (rows.last - rows.first) * sizeof *own->misses);
}

/* A group reads rows below, and one value for all rows none of its own: what they lack is not told by a strip. */
static bool lacks_elsewhere(const struct worker *worker, const struct graph_node *node) {
    node_id read;
    for (size_t i = 0; graph_operand(node, &i, &read);) {
        const struct lanes *lanes = operand(worker, read);
        if (lanes->misses && (lanes->single || node->inner)) return true;
    }
    return false;
}

/* By kernels, and then the rows where something is missing; or row by row. */
static void run_carefully(const struct crew *crew, struct member *member, const struct code_step *step) {
    struct worker *worker = &member->worker;
    struct lanes *out = &worker->of[step->id];
    struct strip_task task = {.crew = crew,
                              .member = member,
                              .worker = worker,
                              .code = &member->code,
                              .node = step->node,
                              .id = step->id,
                              .rows = member->rows_of[step->node->space->index],
                              .out = out};
    const struct place *place = &crew->machine->program->schedule.places[step->id];
    out->base = out->miss_base = task.rows.first;
    out->rows = rows_in(&task);
    out->misses = NULL;
    if (rows_in(&task) == 0) return;
    bool elsewhere = place->elsewhere && lacks_elsewhere(worker, step->node);
    if (!elsewhere && step->bound) code_call(&member->code, step, member->rows_of);
    bool done = !elsewhere && code_finish(&task, step) && (step->node->inner || find_gaps(&task));
    if (!done) {
        out->misses = NULL;
        run_node(worker, step->id, out, task.rows.first, task.rows.last);
    }
    if (place->whole) keep_misses(member, step->id, task.rows);
}

/* Only: the nodes that are needed, or NULL for all. */
static void run_with_care(const struct crew *crew, struct member *member, const bool *only, size_t begin, size_t end) {
    size_t most = find_rows(crew, member, begin, end);
    if (!has_room(crew, member, most) || !has_code(crew, member)) return;
    const struct code *code = &member->code;
    code_move(code, member->rows_of);
    for (size_t i = 0; i < code->steps.count && !member->worker.failed; i++)
        if (!only || only[code->steps.items[i].id]) run_carefully(crew, member, &code->steps.items[i]);
}

/* Few rows at a time, so that what many nodes find of them stays in the cache. */
static void run_all_with_care(const struct crew *crew, struct member *member, const bool *only, size_t begin,
                              size_t end) {
    const struct machine *machine = crew->machine;
    size_t most = machine->batch < CAREFULLY ? machine->batch : CAREFULLY;
    while (begin < end && !member->worker.failed) {
        size_t stop = begin + 1;
        if (stop < end)
            stop = batch_end(&machine->program->schedule, machine->dataset, crew->section->root, begin, most);
        if (stop > end) stop = end;
        run_with_care(crew, member, only, begin, stop);
        begin = stop;
    }
}

/* --- rows that rest on what is missing -------------------------------------------------------------------------- */

static void need(const struct crew *crew, bool *needed, node_id plain) {
    const struct place *place = &crew->machine->program->schedule.places[plain];
    node_id read;
    if (needed[plain] || place->alone || place->root != crew->section->root || place->level != crew->section->level)
        return;
    needed[plain] = true;
    for (size_t i = 0; graph_operand(graph_node(crew->machine->graph, plain), &i, &read);) need(crew, needed, read);
}

static void suspect(const struct crew *crew, struct suspects *suspects, const struct known_output *output,
                    const uint8_t *taint, struct rows rows, struct rows batch) {
    const struct dataset *dataset = crew->machine->dataset;
    const struct entity *space = graph_node(crew->machine->graph, output->plain)->space;
    if (!suspects->any) {
        memset(suspects->needed, 0, crew->machine->graph->nodes.count * sizeof *suspects->needed);
        memset(suspects->tainted, 0, batch.last - batch.first);
    }
    suspects->any = true;
    need(crew, suspects->needed, output->plain);
    for (size_t row = rows.first; row < rows.last; row++)
        if (taint[row - rows.first])
            suspects->tainted[dataset_climb(dataset, space, row, crew->section->root) - batch.first] = 1;
}

/* Outputs that do, of some rows. What hardly anybody has filled in needs little, of nearly all rows; what
 * a few lack may need much: each is found for its own rows. */
static void find_suspects(const struct crew *crew, struct member *member, struct rows batch) {
    enum { COMMON = 4 }; /* one row in so many */
    member->common.any = member->rare.any = false;
    for (size_t i = 0; i < crew->known->outputs.count && member->lacks; i++) {
        const struct known_output *output = &crew->known->outputs.items[i];
        const uint8_t *taint = member->known.of[output->id].taint;
        if (!taint) continue;
        struct rows rows = member->rows_of[graph_node(crew->machine->graph, output->plain)->space->index];
        size_t count = rows.last - rows.first, tainted = count - crew->kernels->zeros(taint, count);
        struct suspects *suspects = tainted * COMMON > count ? &member->common : &member->rare;
        if (tainted) suspect(crew, suspects, output, taint, rows, batch);
    }
}

/* --- a section -------------------------------------------------------------------------------------------------- */

static bool can_mark(struct member *member, size_t rows) {
    if (rows > member->marked_room) {
        memory_free(member->marked);
        member->marked = memory_new(rows, 3);
        member->marked_room = member->marked ? rows : 0;
        member->worker.failed = member->worker.failed || !member->marked;
    }
    if (!member->marked) return false;
    member->common.tainted = member->marked + rows;
    member->rare.tainted = member->marked + 2 * rows;
    memset(member->marked, 0, rows);
    return true;
}

/* Root rows that are marked are run together with those between them, if these are few: to begin costs as much. */
static void run_marked(const struct crew *crew, struct member *member, const unsigned char *marked, const bool *only,
                       struct rows batch) {
    size_t rows = batch.last - batch.first;
    if (crew->kernels->zeros(marked, rows) == rows) return;
    for (size_t row = batch.first; row < batch.last; row++) {
        if (!marked[row - batch.first]) continue;
        size_t first = row, end = row + 1;
        for (size_t next = end; next < batch.last && next - end < FEW_BETWEEN; next++)
            if (marked[next - batch.first]) end = next + 1;
        run_all_with_care(crew, member, only, first, end);
        row = end;
    }
}

/* As if all were known; then once more, with care, the root rows where an output rests on what is missing, and those
 * where something has failed. */
static void run_batch(const struct crew *crew, struct member *member, struct rows batch) {
    if (!can_mark(member, batch.last - batch.first)) return;
    member->known.watch = (struct watch){member->marked, crew->section->root, batch.first};
    run_known_steps(crew, member, find_rows(crew, member, batch.first, batch.last));
    member->worker.failed = member->worker.failed || member->known.failed;
    if (member->worker.failed) return;
    find_suspects(crew, member, batch);
    if (member->common.any) run_marked(crew, member, member->common.tainted, member->common.needed, batch);
    if (member->rare.any) run_marked(crew, member, member->rare.tainted, member->rare.needed, batch);
    run_marked(crew, member, member->marked, NULL, batch);
}

/* Each worker takes batches of its own: which ones changes no value. */
static void run_share(void *context, unsigned number) {
    const struct crew *crew = context;
    const struct cuts *cuts = &crew->cuts[crew->section->root->index];
    struct member *member = &crew->members[number];
    size_t first = cuts->ends.count * number / crew->count, last = cuts->ends.count * (number + 1) / crew->count;
    size_t begin = rows_found(crew->machine, crew->section->root).first;
    member->code.rows = member->known_code.rows = 0;
    for (size_t i = first; i < last && !member->worker.failed; i++)
        run_batch(crew, member, (struct rows){i ? cuts->ends.items[i - 1] : begin, cuts->ends.items[i]});
    for (size_t i = 0; i < crew->section->nodes.count; i++)
        member->worker.of[crew->section->nodes.items[i]] = (struct lanes){0};
}

bool run_section(struct crew *crew, size_t index) {
    const struct machine *machine = crew->machine;
    const struct section *section = &machine->program->schedule.sections.items[index];
    bool done = true;
    crew->section = section;
    crew->known = &machine->program->known->sections[index];
    for (size_t i = 0; i < section->nodes.count; i++) {
        node_id id = section->nodes.items[i];
        const struct graph_node *node = graph_node(machine->graph, id);
        struct lanes *whole = &machine->of[id];
        if (!machine->program->schedule.places[id].whole) continue;
        if (!make_whole(&crew->members[0].worker, id)) return false;
        if (node->told_count && !whole->cases && !(whole->cases = memory_new(whole->rows + 1, 1))) return false;
        whole->done = true;
    }
    work_together(crew->count, run_share, crew);
    for (unsigned i = 0; i < crew->count; i++) done = done && !crew->members[i].worker.failed;
    return done;
}
