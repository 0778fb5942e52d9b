/* How versions become records: what read.c shares with those that read all of them (read_whole.c) or a few (family.c,
 * find.c). */
#ifndef DOUDI_REGISTRY_READING_H
#define DOUDI_REGISTRY_READING_H

#include "registry/registry_inside.h"

/* Of each version, until when it holds. */
struct standing {
    month_number since, until;
    uint32_t next; /* the row's version of a later month; 0: none */
    bool known, stands;
};

/* Into the row's versions, which lie in the order of their months: one of the same month takes the place of the other.
 * They are numbered from 1, in the order in which they were told. */
void standing_place(struct standing *standing, uint32_t *first, uint32_t version);
/* Once all of a row have their place. */
void standing_find_months(struct standing *standing, uint32_t first);

struct reading {
    struct registry *registry;
    struct arena *arena; /* of the records */
    struct records *records;
    struct text (*name)(const struct reading *reading, const struct entity *entity, int64_t key); /* empty: none */
    const void *names;                                                                            /* where it looks */
    bool known_by;               /* only the inputs by which rows are known are read, and no references */
    const bool *passed_over;     /* by field index: inputs that are not read; NULL: all are */
    struct sealer *sealer;       /* opens what is sealed; NULL: the registry's first */
    int sight;                   /* what is read of sealed inputs; 0: REGISTRY_CLOSED */
    bool damaged;                /* and told, unless together */
    bool together;               /* others read at the same time: only what is this one's own is written */
    enum registry_result failed; /* something sealed could not be opened */
};

static inline bool reading_passes_over(const struct reading *reading, const struct field *input) {
    return reading->passed_over && reading->passed_over[input->index];
}

/* What is kept as the name of a row, in the arena; empty, as if it had none, where nobody can have told such a one. */
struct text reading_name(struct arena *arena, struct text id);

/* Adds the version at hand, all of whose columns were selected, as a record; SIZE_MAX when memory has run out, or the
 * version is nothing that can have been told. */
size_t reading_row(struct reading *reading, const struct statement *scan, const struct entity *entity,
                   const struct standing *standing);
/* The same into a row behind the last, for which there is room, see records_reserve; false as SIZE_MAX above. */
bool reading_row_at(struct reading *reading, const struct statement *scan, const struct entity *entity,
                    const struct standing *standing, size_t number);

#endif
