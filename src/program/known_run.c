/* Known programs run: each step by kernels where there are any, else the plain operation row by row. */
#include "program/batch.h"

#include "base/memory.h"

static void run_step(const struct crew *crew, struct member *member, const struct code_step *step, size_t number) {
    const struct code *code = &member->known_code;
    struct lanes *out = &member->known.of[step->id];
    struct rows rows = {0};
    if (step->node->space) rows = member->rows_of[step->node->space->index];
    if (!step->is_fixed) out->base = rows.first;
    if (step->bound) code_call(code, step, member->rows_of);
    if (step->bound && !step->finish && !member->lacks) return;
    const struct strip_task task = {.crew = crew,
                                    .member = member,
                                    .worker = &member->known,
                                    .code = code,
                                    .node = step->node,
                                    .id = step->id,
                                    .rows = rows,
                                    .out = out};
    if (!code_finish(&task, step)) run_node(&member->known, step->id, out, rows.first, rows.last);
    if (member->lacks) find_taint(&task, member->known_room.taints + number * member->known_room.rows);
}

/* Room for the batch: rows are padded, so that columns do not share lines of the cache. */
static bool has_room(const struct crew *crew, struct member *member, size_t rows) {
    const struct known *known = crew->machine->program->known;
    struct room *room = &member->known_room;
    enum { LINE = 64 };                                  /* of the cache */
    size_t padded = (rows + 2 * LINE - 1) / LINE * LINE; /* what is wide does not straddle lines */
    if (rows <= room->rows) return true;
    room_free(room);
    room->memory = memory_resize(NULL, padded, known->bytes + 1); /* what is not written is not read */
    room->cases = memory_resize(NULL, padded, known->count + 1);
    member->known.failed = !room->memory || !room->cases;
    room->rows = member->known.failed ? 0 : padded;
    member->known_code.rows = 0;
    if (member->known.failed) return false;
    room->values = room->memory + (LINE - (uintptr_t)room->memory % LINE);
    return true;
}

/* Memory that is needed only where something is missing. */
static bool has_taints(const struct crew *crew, struct member *member) {
    const struct known *known = crew->machine->program->known;
    struct room *room = &member->known_room;
    if (room->taints) return true;
    room->taints = memory_new(room->rows, known->count + 2);
    member->known.failed = !room->taints;
    if (room->taints) room->none = room->taints + room->rows * (known->count + 1);
    return room->taints;
}

static void copy_output(const struct crew *crew, struct member *member, const struct known_output *output) {
    const struct graph_node *plain = graph_node(crew->machine->graph, output->plain);
    struct rows rows = member->rows_of[plain->space->index];
    struct lanes *whole = &crew->machine->of[output->plain];
    const struct lanes *own = &member->known.of[output->id];
    for (size_t row = rows.first; row < rows.last; row++) put(whole, row, get(own, row));
    if (whole->cases && own->cases)
        memcpy(whole->cases + (rows.first - whole->base), own->cases, rows.last - rows.first);
}

void run_known_steps(const struct crew *crew, struct member *member, size_t most) {
    const struct known_section *known = crew->known;
    struct code *code = &member->known_code;
    if (!has_room(crew, member, most)) return;
    if (code->rows == 0) bind_known(crew, member, code);
    member->known.failed = member->known.failed || arena_failed(&code->arena);
    if (member->known.failed) return;
    code_move(code, member->rows_of);
    member->lacks = is_anything_missing(crew, member, code);
    if (member->lacks && !has_taints(crew, member)) return;
    for (size_t i = 0; i < code->steps.count && !member->known.failed; i++)
        run_step(crew, member, &code->steps.items[i], known->steps.items[i].number);
    for (size_t i = 0; i < known->outputs.count && !member->known.failed; i++)
        if (!known->outputs.items[i].direct) copy_output(crew, member, &known->outputs.items[i]);
}
