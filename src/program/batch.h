/* Batches: the nodes of a level run over some rows at a time, twice where something is missing. */
#ifndef DOUDI_PROGRAM_BATCH_H
#define DOUDI_PROGRAM_BATCH_H

#include "program/schedule.h"

struct rows {
    size_t first, last; /* the one behind the last */
};

/* Where the batches end whose root an entity is. */
struct cuts {
    VECTOR(size_t) ends;
};

/* Memory for the values of a batch: as many slots as its schedule asks for, of so many rows. */
struct room {
    struct arena arena;
    size_t rows;
    lane *values;
    absence *misses;
    uint16_t *cases;
    unsigned char *marked; /* one for all slots */
    struct rows *rows_of;  /* by entity: those of the batch at hand */
    struct cuts *cuts;     /* by entity */
};
void room_init(struct room *room, const struct machine *machine,
               const struct schedule *schedule); /* or its arena failed */
void room_free(struct room *room);

/* The nodes of a level whose batches end with rows of the same root. */
struct section {
    const struct entity *root;
    node_id *nodes;
    size_t count;
};

/* All rows of the root. */
void run_section(struct machine *machine, const struct schedule *schedule, const struct room *room,
                 const struct section *section);

#endif
