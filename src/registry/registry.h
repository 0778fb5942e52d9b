/* The registry: what a bureau knows of its areas, families, people and events, in a database that never forgets.
 *
 *     registry_make(&registry, store, policy, &change)   tables for all that the policy's model declares, and the law;
 * or registry_open(&registry, store, policy)            those that are there registry_begin_change(&registry, &change)
 * who, what, when registry_take(&registry, &change, &records, taken) what is told of rows: new, changed or the same
 *     registry_end_change(&registry)                     all of it is on disk, or nothing was changed
 *     registry_read(&registry, known, &arena, &records)  what is known, or was
 *
 * Every entity has a table of versions: what was told of a row, from which month on that holds, and by which change it
 * came to be known. A version is never altered. What holds in a month is the version with the latest such month up to
 * it, of several of one month the one that was told last; so a correction of the past is a new version of an old month,
 * and holds until the next month of which something was told. What was known at a time are the versions of the changes
 * up to then. */
#ifndef DOUDI_REGISTRY_REGISTRY_H
#define DOUDI_REGISTRY_REGISTRY_H

#include "engine/records.h"
#include "store/digest.h"
#include "store/store.h"

enum registry_result {
    REGISTRY_DONE,
    REGISTRY_STORE_FAILED, /* store_trouble tells why */
    REGISTRY_NONE,         /* the database holds none */
    REGISTRY_THERE,        /* the database holds one already */
    REGISTRY_OTHER_MODEL,  /* it was made for another model; `differs` tells where that begins to differ */
    REGISTRY_UNFIT,        /* the model has what no table can hold: `differs` names it */
    REGISTRY_DAMAGED,      /* it holds what nobody can have told: `differs` names a version and its column */
    REGISTRY_NO_MEMORY,
};

/* Changes are numbered from 1, in the order in which they came to be known. */
struct registry_change {
    int64_t number;       /* set when it begins */
    int64_t instant;      /* microseconds since 1970-01-01, of the world's time */
    struct text by, what; /* who, and what is done: "import" */
    month_number since;   /* from which month on rows hold that do not say so; MONTH_FIRST: as long as can be */
};

struct registry {
    struct store *store;
    const struct policy *policy;
    struct arena arena;
    struct registry_tables *tables; /* by entity index */
    struct text differs;
    enum digest_kind digest; /* of the chain of changes */
    /* Of the change under way: which it is, and what it has written so far, by table (chain.c). */
    struct registry_change change;
    struct digest *written;
    bool *has_written;
};

/* Store and policy must outlive the registry. Whatever comes of it, registry_close may be called. */
enum registry_result registry_open(struct registry *registry, struct store *store, const struct policy *policy);
void registry_close(struct registry *registry);

/* The law that is kept in a registry, compiled, or with what is wrong with it: as a version of this program reads it.
 * REGISTRY_DONE, and the caller frees it. */
enum registry_result registry_law(struct store *store, struct policy **policy);

/* --- changes ------------------------------------------------------------------------------------------------------ */

/* Makes the tables of a registry and keeps the policy's files, as the first change, which is then under way. */
enum registry_result registry_make(struct registry *registry, struct store *store, const struct policy *policy,
                                   enum digest_kind digest, struct registry_change *change);

#define REGISTRY_NOW INT64_MAX /* a change so late: all that is known */

enum registry_result registry_begin_change(struct registry *registry, struct registry_change *change);
enum registry_result registry_end_change(struct registry *registry);
void registry_give_up_change(struct registry *registry);

/* Keeps the files of the registry's policy: the law from now on. */
enum registry_result registry_keep_law(struct registry *registry, const struct registry_change *change);

/* What became of rows that were told. */
struct registry_taken {
    size_t fresh, changed, same, refused; /* refused: told twice, or under or of a row that nobody told of */
};
/* Takes what is told; `taken`, by entity index, is added to. Rows of which nothing is told stay as they are. A row that
 * stands until a month is told to stand no longer behind it. */
enum registry_result registry_take(struct registry *registry, const struct registry_change *change,
                                   const struct records *records, struct registry_taken *taken);

/* Lines of opening.csv and of decisions.csv, as import_given_written gives them; empty: none. What is told of a kind
 * takes the place of what was told of it before. */
struct registry_given {
    struct text opening, decisions;
};
enum registry_result registry_keep_given(struct registry *registry, const struct registry_change *change,
                                         const struct registry_given *given);
/* What was known of them, in the arena. */
enum registry_result registry_read_given(struct registry *registry, int64_t known, struct arena *arena,
                                         struct registry_given *given);

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* The number of the last change. */
enum registry_result registry_last_change(struct registry *registry, int64_t *number);

/* All versions that were known when the change with that number had been made, as records with their months, in the
 * arena. Their `place` is the row's key, by which the registry names it. */
enum registry_result registry_read(struct registry *registry, int64_t known, struct arena *arena,
                                   struct records *records);

/* --- the chain ---------------------------------------------------------------------------------------------------- */

enum registry_break {
    REGISTRY_SOUND,
    REGISTRY_ROWS_ALTERED, /* what the change wrote is not what stands there */
    REGISTRY_LINK_BROKEN,  /* the change itself is not as it was, or its link is not */
    REGISTRY_GAP           /* a change is missing, or rows are there that belong to none */
};
struct registry_verdict {
    enum registry_break broken;
    int64_t changes;                  /* the last that was looked at: the first that is not as it was */
    unsigned char link[DIGEST_BYTES]; /* of a chain that is sound the last: kept elsewhere, it shows what is cut off */
};
/* Looks at everything that was ever written. */
enum registry_result registry_verify(struct registry *registry, struct registry_verdict *verdict);

#endif
