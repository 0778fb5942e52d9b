/* Batches: the nodes of a section over some of its rows at a time. */
#ifndef DOUDI_PROGRAM_BATCH_H
#define DOUDI_PROGRAM_BATCH_H

#include "program/kernel.h"
#include "program/machine_inside.h"

struct rows {
    size_t first, last; /* the one behind the last */
};

/* The root rows at which batches end. */
struct cuts {
    VECTOR(size_t) ends;
};

/* Memory for the values of some rows; it grows to the most that is asked for. */
struct room {
    size_t rows;
    unsigned char *memory, *values; /* values: from the first line of the cache on */
    absence *misses;                /* of rows with care */
    uint8_t *cases;
    uint8_t *taints, *none; /* of known rows; of one column nothing is tainted */
};
void room_free(struct room *room);

/* Where the rows below begin, as bits: of the batch at hand and one entity below another. */
struct starts {
    const struct entity *below; /* NULL: of none yet */
    uint64_t *bits;             /* NULL: a row above has none below */
    uint64_t *memory;
    size_t words;
};

/* Two workers in one, who run the same rows: one as if all were known, the other with care. */
struct member {
    struct worker worker, known;
    struct rows *rows_of;  /* by entity: those of the batch at hand */
    unsigned char *marked; /* by root row of the batch */
    size_t marked_room;    /* of both */
    struct room room, known_room;
    unsigned char *scratch; /* of a known step */
    struct starts starts;
    size_t scratch_size, scratch_used;
    unsigned char *tainted; /* by root row: an output of theirs rests on something that is missing */
    bool *needed;           /* by plain node: what those outputs need */
};

struct crew {
    struct machine *machine;
    const struct kernels *kernels;
    struct arena arena;
    struct cuts *cuts; /* by root entity */
    struct member *members;
    unsigned count;
    const struct section *section; /* being run */
    const struct known_section *known;
};

/* Rows of the entity lie in the section's own batches. NULL: one value for all rows. */
static inline bool is_own(const struct crew *crew, const struct entity *entity) {
    return entity && crew->machine->program->schedule.roots[entity->index] == crew->section->root;
}

bool crew_init(struct crew *crew, struct machine *machine); /* false: memory has run out; to be freed all the same */
void crew_free(struct crew *crew);

/* All rows of the section's root; false when memory has run out. */
bool run_section(struct crew *crew, size_t section);

/* --- strip.c ------------------------------------------------------------------------------------------------------ */

/* A node being run over rows at once. */
struct strip_task {
    const struct crew *crew;
    struct member *member;
    struct worker *worker; /* one of the member's two */
    const struct graph_node *node;
    node_id id;
    struct rows rows;
    struct lanes *out;
    bool wants_cases;
    struct strip strip; /* rows and out are set */
};

static inline const struct lanes *lanes_of(const struct strip_task *task, node_id id) {
    return operand(task->worker, id);
}

/* True when a kernel did it, as if all operands were known; else nothing was done. */
bool run_strip(struct strip_task *task);

/* gaps.c: of a node that a kernel has run with care, what is missing; false when that is not told for the operation. */
bool find_gaps(const struct strip_task *task);

/* taint.c: of a known step, in the room given. */
void find_taint(const struct strip_task *task, uint8_t *room);

/* --- known_run.c -------------------------------------------------------------------------------------------------- */

void begin_known_steps(const struct crew *crew, struct member *member); /* of the section */
/* The rows that member->rows_of says, of an entity at most so many, as if all were known. */
void run_known_steps(const struct crew *crew, struct member *member, size_t most);

#endif
