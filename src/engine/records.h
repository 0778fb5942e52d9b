/* Records: rows as they arrive, in any order, with versions in time.
 *
 *     records_add(records, entity, row)         ->  number of the row in its entity, from 0
 *     records_put(records, input, number, lane) ...
 *     dataset_new(policy, records, month, ...)  takes the rows that stand in that month
 *
 * Nothing is checked here across rows; that happens when a dataset is made of them. */
#ifndef DOUDI_ENGINE_RECORDS_H
#define DOUDI_ENGINE_RECORDS_H

#include "engine/lane.h"

struct record_row {
    struct text id;           /* empty for events: they are named by their dated fields */
    struct text parent;       /* id of the parent; empty at the top */
    month_number from, until; /* months in which it stands, both included */
    uint32_t place;           /* where it came from (a line), for reports; or its id's key */
    bool unconfirmed;         /* nobody has confirmed what it says */
    bool another;             /* whoever tells it says that it is none of the rows that are like it */
};

struct record_table {
    const struct entity *entity;
    size_t count, room;
    bool unordered; /* some id is not greater than the one before it */
    struct record_row *rows;
    struct column
        *columns; /* by input_index; a reference holds the id of its row in texts until a dataset resolves it */
    size_t keys;  /* `place` is a key, from 1 to this, the same for all rows of an id and for no other; 0: it is not */
    bool *unsaid; /* by input_index: nothing is said of it in any row, see records_leave; NULL: of none */
    uint32_t *parent_keys; /* then by row: the key of its parent's id; NULL at the top, or where there are no keys */
};

/* A row that could not be read. What it would have said of its parent, and of its own id, is not known. */
struct lost_row {
    const struct entity *entity;
    struct text id, parent;   /* as far as they could be read; else empty */
    month_number from, until; /* of a row whose months could not be read: always */
};

struct records {
    struct arena *arena;
    const struct policy *policy;
    struct record_table *tables; /* by entity index */
    VECTOR(struct lost_row) lost;
    bool versioned;   /* some row does not stand in every month */
    unsigned threads; /* that may make a dataset of them; 0: one */
    /* Rows are neither changed nor freed as long as there is a dataset of them: it may hold their columns. */
    bool lasting;
};

enum { MONTH_FIRST = INT32_MIN, MONTH_LAST = INT32_MAX };

/* In the arena, which must outlive it; check arena_failed. */
void records_init(struct records *records, struct arena *arena, const struct policy *policy);

/* Texts are not copied: they must live as long as the records. Returns the row's number; SIZE_MAX when memory has run
 * out. */
size_t records_add(struct records *records, const struct entity *entity, struct record_row row);
static inline void records_put(struct records *records, const struct field *input, size_t row, lane value) {
    struct column *column = &records->tables[input->entity->index].columns[input->input_index];
    column_put(column, row, value);
    column->known[row] = 1;
}
void records_put_text(struct records *records, const struct field *input, size_t row,
                      struct text value); /* text, or a reference's id */

/* Nothing is said of the input in any row, neither that it is unknown: whoever keeps rows leaves it as it is known. */
void records_leave(struct records *records, const struct field *input);

/* Room for so many rows more, in one piece of memory; false when it has run out. Rows behind the last may then be
 * written where they are to lie, by any number of threads, and are made rows of the table by records_join, in their
 * order. */
bool records_reserve(struct records *records, const struct entity *entity, size_t rows);
/* The rows from `first` on, so many, follow the last; they are moved if they do not lie there. */
void records_join(struct records *records, const struct entity *entity, size_t first, size_t rows);
/* The row with that id, SIZE_MAX when there is none; of a table that is not unordered. *near is where the last one was
 * found that was looked for, 0 at first: ids mostly come in order. */
size_t record_table_find(const struct record_table *table, struct text id, size_t *near);
/* Nothing was written in that row. */
void record_table_clear(struct record_table *table, size_t row);

/* Takes the last row of an entity back, as one that could not be read. */
void records_lose_last(struct records *records, const struct entity *entity);
/* Notes a row that could not even be added. */
void records_lose(struct records *records, struct lost_row lost);

#endif
