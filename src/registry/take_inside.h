/* Taking what is told: what take.c, which decides what becomes of it, and take_write.c, which writes it, share. */
#ifndef DOUDI_REGISTRY_TAKE_INSIDE_H
#define DOUDI_REGISTRY_TAKE_INSIDE_H

#include "registry/registry_inside.h"

#include "base/map.h"
#include "base/thread.h"
#include "engine/dataset.h"

/* What is told of a row from a month on. */
struct told_version {
    uint32_t row;
    month_number since;
    bool stands;
};
struct told_versions {
    VECTOR(struct told_version) list;
};

struct taking {
    struct registry *registry;
    const struct registry_change *change;
    const struct records *records;         /* what is told */
    struct records before;                 /* what is known */
    struct registry_rows *known;           /* by entity index */
    uint32_t **keys;                       /* by entity index, by row of what is told; 0: it cannot be */
    bool **nowhere;                        /* likewise: it leads nowhere, or ends before it begins */
    unsigned char **indexes;               /* by entity index: of sealed inputs, by row; NULL: none is told */
    bool *areas;                           /* by entity index; NULL: rows have no places */
    struct registry_look *look;            /* NULL: all that is told is taken */
    const struct registry_in_part *beside; /* what was known of other rows before the change; NULL: it is read */
    bool looks;                            /* nothing is written */
    bool fresh;                            /* nothing is known of the rows that are told */
    bool lost;                             /* what is sealed is not there where it is known */
    enum seal_result sealed;               /* what was sealed so far */
    struct lock lock;                      /* of that and of `pieces` */
    struct arena arena;
};

static inline bool take_goes_on(const struct taking *taking) {
    return !store_failed(taking->registry->store) && !arena_failed(&taking->arena);
}

static inline size_t take_key(const struct taking *taking, const struct entity *entity, struct text id) {
    return (size_t)map_get(&taking->known[entity->index].keys, id);
}

/* The key of the row above, 0: there is none. */
static inline size_t take_parent_key(const struct taking *taking, const struct record_table *told, size_t row) {
    if (taking->beside && taking->beside->parent_keys) return taking->beside->parent_keys[row];
    return take_key(taking, told->entity->parent, told->rows[row].parent);
}

/* Behind its mark. */
static inline unsigned char *take_index(const struct taking *taking, const struct entity *entity,
                                        const struct registry_slot *slot, size_t row) {
    size_t sealed = taking->registry->places[entity->index].sealed;
    return taking->indexes[entity->index] + (row * sealed + slot->sealed_at) * INDEX_TEXT_BYTES + 1;
}

/* Notes the first failure of several threads. */
void take_note_sealed(struct taking *taking, enum seal_result result);
/* Of an entity, as rows of its table: what is sealed is sealed by several threads while others are written. */
void take_write_versions(struct taking *taking, const struct record_table *told, const struct told_versions *versions);

#endif
