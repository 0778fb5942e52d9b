/* A dataset: the world in one month, in columns.
 *
 * The rows of an entity lie in the order of their parents, so that all rows below a row, of whatever entity, are
 * neighbours: a parent finds its children by offsets. Within a parent they are ordered by id, events by their dated
 * fields: the order in which data arrive changes nothing. References are row numbers. A dataset is never changed once
 * it is made; any number of runs may share it. */
#ifndef DOUDI_ENGINE_DATASET_H
#define DOUDI_ENGINE_DATASET_H

#include "engine/records.h"

struct table {
    const struct entity *entity;
    size_t rows;
    struct texts ids;        /* of an event: its parent's and its dated fields joined by /, see event_parent */
    uint32_t *parents;       /* row of the parent entity; NULL at the top */
    uint64_t *firsts;        /* a bit for each row: it is the first below its parent; one word more; NULL at the top */
    bool below_all;          /* every row of the parent has rows here */
    size_t most_below;       /* how many rows one of them has at most */
    uint32_t **first_child;  /* by entity index: rows + 1 offsets into that child entity; NULL for what is no child */
    bool **incomplete;       /* by entity index: rows of that child entity were refused here; NULL when none were */
    struct column *columns;  /* by input_index */
    size_t *arrival;         /* row -> its number in the records; NULL when there are none */
    struct map by_id;        /* id -> row + 1; of events no such map */
    const uint32_t *by_name; /* in place of it: rows in the order of their ids; else NULL */
    struct late_map *late;   /* in place of both: the map is made when the first is looked for; else NULL */
    const uint32_t *by_key;  /* by key of the records' rows (record_table.keys): row + 1, 0: none; NULL: no keys */
    bool *unconfirmed;       /* what the row says nobody has confirmed */
    bool rows_lost;          /* some rows of this entity were refused, wherever they belong */
};

static inline struct text table_id(const struct table *table, size_t row) {
    return texts_at(&table->ids, row);
}

struct dataset {
    struct arena arena;
    const struct policy *policy;
    month_number month;
    struct table *tables; /* by entity index */
    size_t strays;        /* rows refused of which it is not known whose they are */
};

/* Why rows of the records were left out. */
enum refusal_kind {
    REFUSED_NO_ID,
    REFUSED_DUPLICATE, /* another row has this id and the same `from` */
    REFUSED_NO_PARENT, /* parent is empty */
    REFUSED_UNKNOWN_PARENT,
    REFUSED_PARENT_REFUSED,
    REFUSED_UNKNOWN_REFERENCE, /* field leads to no row */
    REFUSED_DATED_EMPTY,       /* an event without its date, or another of its dated fields */
    REFUSED_TOO_MANY,          /* more under one parent than `at most` */
    REFUSED_VERSION_LOST,      /* what took its place could not be read */
    REFUSED_NEEDED,            /* of a registry: what is known lies under it, or leads to it, when it stands no more */
    REFUSED_SETTLED,           /* of a registry: the bill of this number was settled when it was presented */
    REFUSED_CANCELLED,         /* of a registry: and cancelled since */
};
struct refusal {
    enum refusal_kind kind;
    const struct entity *entity;
    size_t row; /* in the records */
    const struct field *field;
    struct text value; /* the id that leads nowhere */
};
struct refusals {
    struct arena *arena;
    VECTOR(struct refusal) list;
};

/* The rows that stand in the month. Rows that do not fit are left out, with all that hangs on them, and listed; where
 * they would have lain the parent is incomplete, so that nobody is decided as if they did not exist. NULL when memory
 * has run out. */
struct dataset *dataset_new(const struct policy *policy, const struct records *records, month_number month,
                            struct refusals *refusals);
void dataset_free(struct dataset *dataset);

/* --- for those who bring columns of their own --------------------------------------------------------------------- */

/* Tables of no rows. NULL when memory has run out. */
struct dataset *dataset_empty(const struct policy *policy, month_number month);

/* firsts, below_all, and the parent's first_child, once `parents` of the table stand. */
void dataset_find_children(struct dataset *dataset, struct table *table);

/* The order of two events by their dated fields, which are known of both. */
int events_compare(const struct entity *event, const struct column *columns, size_t a, size_t b);

/* --- looking up --------------------------------------------------------------------------------------------------- */

const struct table *dataset_table(const struct dataset *dataset, const struct entity *entity);

/* The values of an input. */
const struct column *dataset_column(const struct dataset *dataset, const struct field *input);

/* Row by id, SIZE_MAX when absent. Not for events. */
size_t table_find(const struct table *table, struct text id);

/* The same for ids that mostly come in order: *place, 0 at first, is where the last one was found. */
size_t table_find_near(const struct table *table, struct text id, size_t *place);

/* The name of an event told in a row of the records: the parent's, and its dated fields. `name` is room to build it in,
 * whose failure is the caller's to see. */
struct text event_name(struct arena *arena, struct builder *name, const struct record_table *records, size_t row,
                       struct text parent);

/* The row that an event of that name lies under, SIZE_MAX when it is not there. The event itself may be gone. */
size_t event_parent(const struct dataset *dataset, const struct entity *event, struct arena *scratch, struct text id);

/* The ancestor row of an entity at or above. */
size_t dataset_climb(const struct dataset *dataset, const struct entity *from, size_t row, const struct entity *to);

/* The rows of `inner` below a row of `outer`: *begin .. *end - 1. Works for any depth. */
void dataset_below(const struct dataset *dataset, const struct entity *outer, size_t row, const struct entity *inner,
                   size_t *begin, size_t *end);

struct rows {
    size_t first, last; /* the one behind the last */
};
static inline bool rows_hold(struct rows rows, size_t row) {
    return row >= rows.first && row < rows.last;
}
/* By entity index: of a row, itself and what lies below it; of other entities none. NULL when memory has run out. */
struct rows *dataset_within(const struct dataset *dataset, struct arena *arena, const struct entity *entity,
                            size_t row);

/* True when a row of `inner`, or of an entity between, was refused below that row of `outer`; tells under which row of
 * which entity, and what was lost. */
struct loss {
    const struct entity *lost, *under;
    size_t row;
};
bool dataset_lost_below(const struct dataset *dataset, const struct entity *outer, size_t row,
                        const struct entity *inner, struct loss *loss);

#endif
