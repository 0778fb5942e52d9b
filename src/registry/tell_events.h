/* Telling of a few events, at what they cost, however much is known: whoever tells knows the keys of what they lie
 * under and lead to. */
#ifndef DOUDI_REGISTRY_TELL_EVENTS_H
#define DOUDI_REGISTRY_TELL_EVENTS_H

#include "registry/settlements.h"

struct registry_event {
    struct text id;    /* its whole name (event_name) */
    int64_t key;       /* 0: nothing was ever told of it; set when it is told */
    int64_t parent;    /* the key of the row above */
    struct text place; /* the id of the area in which that lies, by which a server parts rows */
    size_t row;        /* of what is told */
    bool stands;       /* false: it is gone, and what is told of it does not matter */
};

/* Tells of events of one entity, in the order in which they are given, as part of the change under way; none of its
 * inputs is sealed. `rows` give the keys of what they lead to. */
enum registry_result registry_tell_events(struct registry *registry, const struct registry_change *change,
                                          const struct record_table *told, struct registry_event *events, size_t count,
                                          const struct registry_rows_known *rows);

/* The key of the row above an event, as it was told last; 0: nothing was told of it. */
enum registry_result registry_event_parent(struct registry *registry, const struct entity *event, int64_t key,
                                           int64_t *parent);
/* The first change behind another by which it was told that it stands; 0: there is none. */
enum registry_result registry_event_told(struct registry *registry, const struct entity *event, int64_t key,
                                         int64_t after, int64_t *change);

#endif
