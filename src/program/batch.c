#include "program/batch.h"

#include "base/memory.h"

/* --- the crew --------------------------------------------------------------------------------------------------- */

static void cut(struct crew *crew, const struct entity *root) {
    const struct machine *machine = crew->machine;
    size_t rows = rows_of(machine, root);
    for (size_t begin = 0, end; begin < rows && !arena_failed(&crew->arena); begin = end) {
        end = batch_end(&machine->program->schedule, machine->dataset, root, begin, machine->batch);
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
    member->left_out = ARENA_ARRAY(arena, bool, plain);
    member->leaving = ARENA_ARRAY(arena, bool, plain);
    member->needed = ARENA_ARRAY(arena, bool, plain);
    member->skipped = ARENA_ARRAY(arena, bool, known->nodes.count + 1);
    member->wanted = ARENA_ARRAY(arena, bool, known->nodes.count + 1);
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

static void free_room(struct room *room) {
    memory_free(room->memory);
    memory_free(room->misses);
    memory_free(room->cases);
    *room = (struct room){0};
}

void crew_free(struct crew *crew) {
    for (unsigned i = 0; i < crew->count && crew->members; i++) {
        struct member *member = &crew->members[i];
        free_room(&member->room);
        free_room(&member->known_room);
        memory_free(member->marked);
        memory_free(member->scratch);
    }
    arena_free(&crew->arena);
}

/* --- rows with care --------------------------------------------------------------------------------------------- */

static size_t find_rows(struct member *member, const struct section *section, size_t begin, size_t end) {
    const struct machine *machine = member->worker.machine;
    const struct policy *policy = machine->graph->policy;
    size_t most = 0;
    for (size_t i = 0; i < policy->entities.count; i++) {
        struct rows *rows = &member->rows_of[i];
        if (machine->program->schedule.roots[i] != section->root) continue;
        batch_rows(machine->dataset, section->root, begin, end, policy->entities.items[i], &rows->first, &rows->last);
        if (rows->last - rows->first > most) most = rows->last - rows->first;
    }
    return most;
}

static bool has_room(struct member *member, size_t rows) {
    size_t slots = member->worker.machine->program->schedule.slots + 1;
    struct room *room = &member->room;
    if (rows <= room->rows) return true;
    free_room(room);
    room->values = room->memory = memory_new(rows * slots, sizeof(lane));
    room->misses = memory_new(rows * slots, sizeof *room->misses);
    room->cases = memory_new(rows * slots, 1);
    if (room->values && room->misses && room->cases)
        room->rows = rows;
    else
        member->worker.failed = true;
    return !member->worker.failed;
}

/* A node's values go to its whole column, or to its slot; what is missing to its slot first. */
static void settle_in(struct member *member, node_id id, struct rows rows, size_t most) {
    const struct machine *machine = member->worker.machine;
    const struct place *place = &machine->program->schedule.places[id];
    const struct lanes *whole = &machine->of[id];
    size_t at = place->slot * most;
    struct lanes *own = &member->worker.of[id];
    *own = (struct lanes){.width = graph_node_width(graph_node(machine->graph, id)),
                          .rows = rows.last - rows.first,
                          .base = rows.first,
                          .values = member->room.values + at * sizeof(lane),
                          .cases = member->room.cases + at,
                          .miss_base = rows.first,
                          .miss_room = member->room.misses + at};
    if (!place->whole) return;
    own->base = 0;
    own->values = whole->values;
    own->cases = whole->cases;
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
        memcpy(whole->misses + rows.first, own->misses, (rows.last - rows.first) * sizeof *own->misses);
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

/* By a kernel, and then the rows where something is missing; or row by row. */
static void run_carefully(const struct crew *crew, struct member *member, node_id id, struct rows rows) {
    struct worker *worker = &member->worker;
    const struct graph_node *node = graph_node(worker->graph, id);
    struct lanes *out = &worker->of[id];
    struct strip_task task = {.crew = crew,
                              .member = member,
                              .worker = worker,
                              .node = node,
                              .id = id,
                              .rows = rows,
                              .out = out,
                              .wants_cases = node->told_count != 0};
    const struct strip strip = {.rows = rows.last - rows.first,
                                .out = (unsigned char *)out->values + (rows.first - out->base) * out->width};
    if (strip.rows == 0 || worker->failed) return;
    task.strip = strip;
    bool run = !lacks_elsewhere(worker, node) && run_strip(&task);
    task.strip = strip;
    if (run && (node->inner || find_gaps(&task))) return;
    out->misses = NULL;
    run_node(worker, id, out, rows.first, rows.last);
}

/* Only: the nodes that are needed, or NULL for all. */
static void run_with_care(const struct crew *crew, struct member *member, const struct section *section,
                          const bool *only, size_t begin, size_t end) {
    const struct machine *machine = member->worker.machine;
    size_t most = find_rows(member, section, begin, end);
    if (!has_room(member, most)) return;
    for (size_t i = 0; i < section->nodes.count && !member->worker.failed; i++) {
        node_id id = section->nodes.items[i];
        struct rows rows = member->rows_of[graph_node(machine->graph, id)->space->index];
        if (only && !only[id]) continue;
        settle_in(member, id, rows, most);
        run_carefully(crew, member, id, rows);
        if (machine->program->schedule.places[id].whole) keep_misses(member, id, rows);
    }
}

/* Few rows at a time, so that what many nodes find of them stays in the cache. */
static void run_all_with_care(const struct crew *crew, struct member *member, const struct section *section,
                              const bool *only, size_t begin, size_t end) {
    enum { CAREFULLY = 256 };
    const struct machine *machine = member->worker.machine;
    size_t most = machine->batch < CAREFULLY ? machine->batch : CAREFULLY;
    while (begin < end && !member->worker.failed) {
        size_t stop = begin + 1;
        if (stop < end) stop = batch_end(&machine->program->schedule, machine->dataset, section->root, begin, most);
        if (stop > end) stop = end;
        run_with_care(crew, member, section, only, begin, stop);
        begin = stop;
    }
}

/* --- what is missing beforehand --------------------------------------------------------------------------------- */

/* The rows of what is checked that the batch reads. */
static struct rows rows_read(const struct crew *crew, const struct member *member, const struct entity *space,
                             struct rows batch) {
    const struct dataset *dataset = crew->machine->dataset;
    const struct entity *root = crew->section->root;
    struct rows rows = {0, 1};
    if (!space) return rows;
    if (crew->machine->program->schedule.roots[space->index] == root) return member->rows_of[space->index];
    if (entity_is_within(space, root)) { /* rows of many batches of their own */
        batch_rows(dataset, root, batch.first, batch.last, space, &rows.first, &rows.last);
    } else {
        rows.first = dataset_climb(dataset, root, batch.first, space);
        rows.last = dataset_climb(dataset, root, batch.last - 1, space) + 1;
    }
    return rows;
}

/* Marks the rows that lack it if they are few; false when they are many, or not the batch's own. */
static bool marks_few(const struct crew *crew, struct member *member, node_id plain, struct rows batch) {
    enum { FEW = 16 }; /* one row in so many */
    const struct machine *machine = crew->machine;
    const struct graph_node *node = graph_node(machine->graph, plain);
    const absence *misses = machine->of[plain].misses;
    const unsigned char *known = NULL;
    size_t missing = 0;
    bool inside = node->space && machine->program->schedule.roots[node->space->index] == crew->section->root;
    if (node->op == OP_INPUT && !machine->of[plain].values) {
        const struct column *column = &dataset_table(machine->dataset, node->space)->columns[node->field->input_index];
        if (column->unknown) known = column->known;
    }
    if (!misses && !known) return true;
    struct rows rows = rows_read(crew, member, node->space, batch);
    if (known)
        missing = crew->kernels->zeros(known + rows.first, rows.last - rows.first);
    else
        for (size_t row = rows.first; row < rows.last; row++) missing += misses[row] != 0;
    if (missing == 0) return true;
    if (!inside || missing > (rows.last - rows.first) / FEW) return false;
    for (size_t row = rows.first; row < rows.last; row++)
        if (known ? !known[row] : misses[row] != 0) mark(&member->known, node->space, row);
    return true;
}

static void need_for_left_out(const struct crew *crew, struct member *member) {
    const struct graph *graph = crew->machine->graph;
    memset(member->needed, 0, graph->nodes.count * sizeof *member->needed);
    for (size_t i = 0; i < crew->known->outputs.count; i++)
        if (member->left_out[i]) member->needed[crew->known->outputs.items[i].plain] = true;
    for (size_t i = crew->section->nodes.count; i-- > 0;) {
        node_id id = crew->section->nodes.items[i], read;
        if (!member->needed[id]) continue;
        for (size_t k = 0; graph_operand(graph_node(graph, id), &k, &read);) member->needed[read] = true;
    }
}

/* Steps that only serve outputs that are left out. */
static void skip_for_left_out(const struct crew *crew, struct member *member) {
    const struct graph *graph = member->known.graph;
    const struct known_section *known = crew->known;
    bool *skipped = member->skipped, *wanted = member->wanted;
    memset(wanted, 0, graph->nodes.count * sizeof *wanted);
    for (size_t i = 0; i < known->outputs.count; i++)
        if (!member->left_out[i]) wanted[known->outputs.items[i].id] = true;
    for (size_t i = known->steps.count; i-- > 0;) {
        node_id id = known->steps.items[i].id, read;
        skipped[i] = !wanted[id];
        for (size_t k = 0; !skipped[i] && graph_operand(graph_node(graph, id), &k, &read);) wanted[read] = true;
    }
}

/* Which outputs cannot be found as if all were known; whether there are any. */
static bool leave_out(const struct crew *crew, struct member *member, struct rows batch) {
    const struct known_section *known = crew->known;
    bool any = false, same = member->left_of == crew->section;
    memset(member->leaving, 0, known->outputs.count * sizeof *member->leaving);
    for (size_t i = 0; i < known->checks.count; i++) {
        if (marks_few(crew, member, known->checks.items[i].plain, batch)) continue;
        for (size_t k = 0; k < known->outputs.count; k++)
            if (known->checks.items[i].affects[k]) member->leaving[k] = any = true;
    }
    if (same && memcmp(member->left_out, member->leaving, known->outputs.count * sizeof *member->leaving) == 0)
        return any;
    memcpy(member->left_out, member->leaving, known->outputs.count * sizeof *member->leaving);
    member->left_of = crew->section;
    need_for_left_out(crew, member);
    skip_for_left_out(crew, member);
    return any;
}

/* --- a section -------------------------------------------------------------------------------------------------- */

static bool can_mark(struct member *member, size_t rows) {
    if (rows > member->marked_room) {
        memory_free(member->marked);
        member->marked = memory_new(rows, 1);
        member->marked_room = member->marked ? rows : 0;
        member->worker.failed = member->worker.failed || !member->marked;
    }
    if (member->marked) memset(member->marked, 0, rows);
    return member->marked;
}

/* As if all were known, but for outputs of which many rows lack what they rest on; then once more, with care, the root
 * rows that this has marked. */
static void run_batch(const struct crew *crew, struct member *member, struct rows batch) {
    if (!can_mark(member, batch.last - batch.first)) return;
    member->known.watch = (struct watch){member->marked, crew->section->root, batch.first};
    size_t most = find_rows(member, crew->section, batch.first, batch.last);
    bool some_left = leave_out(crew, member, batch);
    run_known_steps(crew, member, most);
    member->worker.failed = member->worker.failed || member->known.failed;
    if (some_left) run_all_with_care(crew, member, crew->section, member->needed, batch.first, batch.last);
    size_t rows = batch.last - batch.first;
    if (crew->kernels->zeros(member->marked, rows) == rows) return;
    for (size_t row = batch.first; row < batch.last; row++) {
        size_t first = row;
        while (row < batch.last && member->marked[row - batch.first]) row++;
        if (first < row) run_all_with_care(crew, member, crew->section, NULL, first, row);
    }
}

/* Each worker takes batches of its own: which ones changes no value. */
static void run_share(void *context, unsigned number) {
    const struct crew *crew = context;
    const struct cuts *cuts = &crew->cuts[crew->section->root->index];
    struct member *member = &crew->members[number];
    size_t first = cuts->ends.count * number / crew->count, last = cuts->ends.count * (number + 1) / crew->count;
    begin_known_steps(crew, member);
    for (size_t i = first; i < last && !member->worker.failed; i++)
        run_batch(crew, member, (struct rows){i ? cuts->ends.items[i - 1] : 0, cuts->ends.items[i]});
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
