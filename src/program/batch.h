/* Batches: the nodes of a section over some of its rows at a time. */
#ifndef DOUDI_PROGRAM_BATCH_H
#define DOUDI_PROGRAM_BATCH_H

#include "program/code.h"

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

/* Rows of the batch of which some outputs rest on something that is missing. */
struct suspects {
    unsigned char *tainted; /* by root row */
    bool *needed;           /* by plain node: what those outputs need */
    bool any;
};

/* Two workers in one, who run the same rows: one as if all were known, the other with care. */
struct member {
    struct worker worker, known;
    struct rows *rows_of;  /* by entity: those of the batch at hand */
    unsigned char *marked; /* by root row of the batch */
    size_t marked_room;    /* of these, and of each of the suspects' */
    struct room room, known_room;
    struct code code, known_code; /* of the section */
    bool lacks;                   /* something is missing in the batch, see taint.c */
    struct suspects common, rare; /* outputs that something is missing of for many rows, for few */
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

/* --- bind.c: of the crew's section, for batches of as many rows of an entity as the member's room has ----------------
 */

/* Check arena_failed of the code's arena. */
void bind_known(const struct crew *crew, struct member *member, struct code *code);
void bind_plain(const struct crew *crew, struct member *member, struct code *code);

/* --- known_run.c -------------------------------------------------------------------------------------------------- */

/* The rows that member->rows_of says, of an entity at most so many, as if all were known. */
void run_known_steps(const struct crew *crew, struct member *member, size_t most);

#endif
