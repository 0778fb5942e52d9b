/* The world that bills rest on: what is known of those whom they are of, what monthly rules had found of them, and what
 * their other bills were settled with. A few rows are read, however much is known. */
#ifndef DOUDI_WORK_WORLD_H
#define DOUDI_WORK_WORLD_H

#include "exchange/import.h"
#include "registry/family.h"
#include "registry/run_row.h"
#include "registry/settlements.h"

/* What is kept between one reading and the next, of a registry whose policy is the law of now. */
struct world_reader {
    struct registry *registry;
    struct arena arena; /* of what follows, until something else than bills is told */
    struct registry_settled settled;
    struct registry_runs runs;
    struct import given; /* opening values and decisions */
    struct diagnostics diagnostics;
    struct map given_first;             /* id -> its first line of those, + 1 */
    size_t *given_next;                 /* by line: the next of the same id, + 1 */
    VECTOR(const struct field *) needs; /* monthly rules that bills read */
    struct registry_run_rows run_rows;
    int64_t seen; /* the last change when that was read, or that told of bills alone; 0: nothing was */
};
/* world_reader_end is called, whatever comes of it. */
enum registry_result world_reader_begin(struct world_reader *reader, struct registry *registry);
void world_reader_end(struct world_reader *reader);
/* Whenever a transaction begins: what was told up to the last change, if that is another than when it was read. */
enum registry_result world_reader_refresh(struct world_reader *reader, int64_t last);

/* A bill that is known. */
struct world_event {
    size_t row;     /* of the records */
    struct text id; /* its whole name */
    int64_t key;
    struct registry_settlement settlement; /* that stands; number 0: it was told otherwise */
    int64_t told, found;                   /* of one that a run settled: by this change; what the run knew */
};
struct world {
    struct world_reader *reader;
    struct arena *arena;
    struct records records; /* versions; `place` is a row's key */
    struct history history;
    VECTOR(struct given) given;
    VECTOR(struct world_event) events; /* of the entity whose bills are settled, by row of the records */
    struct registry_rows_known rows;
    bool unconfirmed; /* something of it that is no area's nobody has confirmed */
};

/* The months of bills that are to be settled, or may be settled anew. */
struct world_months {
    VECTOR(month_number) list;
};

/* Reads all that bills of an event rest on, as it was known when the change with that number had been made: of the rows
 * that they are of, and of those to which others lead. In the
 * arena, which must outlive the world; world_free is called, whatever comes of it. */
enum registry_result world_read(struct world *world, struct world_reader *reader, const struct entity *event,
                                const struct registry_root *roots, size_t count, int64_t known, struct arena *arena);
/* What monthly rules had found, as of these months; once. */
enum registry_result world_recall(struct world *world, const struct world_months *months);
void world_free(struct world *world);

/* The id of what a row lies under; empty where there is none. */
struct text world_parent_of(const struct world *world, const struct entity *entity, struct text id);

/* Whether what stands of a row in a month, or of those above it that are no areas, is not confirmed. Of areas few bills
 * read anything. */
bool world_is_unconfirmed(const struct world *world, const struct entity *entity, struct text id, month_number month);

/* The latest month up to that one in which something that bills read was decided of a row, or of those above it that
 * are no areas, where it was recalled; MONTH_FIRST: it never was. */
month_number world_assessed(const struct world *world, const struct entity *entity, struct text id, month_number until);

#endif
