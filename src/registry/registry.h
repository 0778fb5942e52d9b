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

#include "engine/dataset.h"
#include "store/digest.h"
#include "store/store.h"

enum registry_result {
    REGISTRY_DONE,
    REGISTRY_STORE_FAILED, /* store_trouble tells why */
    REGISTRY_NONE,         /* the database holds none */
    REGISTRY_LATER,        /* a later version of the program laid it out otherwise than this one can read */
    REGISTRY_THERE,        /* the database holds one already */
    REGISTRY_OTHER_MODEL,  /* neither made for this model nor migrated to it: `differs` tells what it never had */
    REGISTRY_MIGRATED,     /* its latest model is another than when it was opened: it is to be opened anew */
    REGISTRY_UNFIT,        /* the model has what no table can hold: `differs` names it */
    REGISTRY_EARLIER,    /* on a server, of a time when versions had no places there: it can be read and copied alone */
    REGISTRY_LACKING,    /* another server lacks columns that the model needs: `differs` is the SQL that adds them */
    REGISTRY_DAMAGED,    /* it holds what nobody can have told: `differs` names a version and its column */
    REGISTRY_NO_KEYS,    /* something sealed is to be read or told, and no keys are at hand */
    REGISTRY_OTHER_KEYS, /* the keys at hand are not this registry's: `differs` tells the number of the first */
    REGISTRY_CANNOT_SEAL, /* OpenSSL does not offer what the keys are for, or has no random bytes */
    REGISTRY_FOREIGN,     /* a view, a trigger or a rule of somebody else stands in the place of a table or on it:
                             `differs` tells the table and which */
    REGISTRY_NO_MEMORY,
};

/* Changes are numbered from 1, in the order in which they came to be known. */
struct registry_change {
    int64_t number;       /* set when it begins */
    int64_t instant;      /* microseconds since 1970-01-01, of the world's time */
    struct text by, what; /* who, and what is done: "import" */
    struct text login;    /* by which name the system knows him, whatever `by` says */
    month_number since;   /* from which month on rows hold that do not say so; MONTH_FIRST: as long as can be */
};

/* What a reader is shown of sealed inputs. Every one that is known counts as known. */
enum registry_sight {
    REGISTRY_CLOSED, /* nothing: decisions do not depend on what a text says */
    REGISTRY_MASKED, /* as seal_mask leaves it; nothing where no keys are at hand */
    REGISTRY_OPEN    /* all, which takes keys; whoever shows it keeps that he does (registry/sealed.h) */
};

/* Two rows of which the same was told of an input that is sealed and checked, as of one citizen's id. */
struct registry_double {
    const struct field *input;
    struct text id, other; /* told now; known, or told now as well */
};

struct registry {
    struct store *store;
    const struct policy *policy;
    struct arena arena;
    struct registry_layout { /* of the tables (columns.c) */
        VECTOR(struct registry_tables *) tables;
        struct map by_entity;
        int64_t last; /* line of _columns */
    } layout;
    struct registry_place *places; /* of the policy's inputs in them, by entity index */
    bool in_part;                  /* to be verified: `_columns` could not be read to its end */
    bool current;                  /* the policy's model is the latest, by which new versions are written */
    struct text differs;
    struct sealing *sealing; /* keys at hand, by registry_use_keys; NULL: none */
    enum registry_sight sight;
    const struct entity *sight_of;          /* only of its inputs, of others nothing; NULL: of all */
    bool decides;                           /* registry_read passes over what the law asks no family or person for */
    VECTOR(struct registry_double) doubles; /* that registry_take found, the first thousand of them */
    size_t doubled;                         /* how many */
    enum digest_kind digest;                /* of the chain of changes */
    unsigned threads;                       /* that may read all that is known, each over a connection; 0: one */
    int64_t counted;                        /* changes: as many as there were when one last began */
    /* Of the change under way: which it is, and what it has written so far, by table (chain.c). */
    struct registry_change change;
    struct digest *written;
    bool *has_written;
    struct row_statements *lookups; /* by entity index (row_query.c); NULL: none were asked for */
};

/* Store and policy must outlive the registry. The policy may be any whose model the registry was ever made for or
 * migrated to: what other models told is read as this one has it, and what does not fit this one as unknown. No policy:
 * to be verified or copied alone. Whatever comes of it, registry_close may be called. */
enum registry_result registry_open(struct registry *registry, struct store *store, const struct policy *policy);
void registry_close(struct registry *registry);

/* The same to be verified, for no policy: where the tables' columns are no longer told as anybody can have told them,
 * it is opened as far as they are, and `differs` says so; registry_verify then tells by which change. */
enum registry_result registry_open_to_verify(struct registry *registry, struct store *store);

/* The law that was kept in a registry when the change with that number had been made, compiled, or with what is wrong
 * with it: as a version of this program reads it. REGISTRY_DONE, and the caller frees it. */
enum registry_result registry_law(struct store *store, int64_t known, struct policy **policy);

/* --- changes ------------------------------------------------------------------------------------------------------ */

/* Makes the tables of a registry and keeps the policy's files, as the first change, which is then under way. */
enum registry_result registry_make(struct registry *registry, struct store *store, const struct policy *policy,
                                   enum digest_kind digest, struct registry_change *change);

#define REGISTRY_NOW INT64_MAX /* a change so late: all that is known */

/* Ends a transaction in which was only read. */
enum registry_result registry_begin_change(struct registry *registry, struct registry_change *change);
enum registry_result registry_end_change(struct registry *registry);
void registry_give_up_change(struct registry *registry);

/* Keeps the files of the registry's policy: the law from now on. */
enum registry_result registry_keep_law(struct registry *registry, const struct registry_change *change);

/* --- another law -------------------------------------------------------------------------------------------------- */

/* What another model makes of an entity (no input) or an input. */
enum registry_step_kind {
    REGISTRY_ADDED,    /* it was never there */
    REGISTRY_BACK,     /* an earlier law had it: what was told of it then is read again */
    REGISTRY_RANGED,   /* other values are allowed, and lie as before */
    REGISTRY_CODED,    /* values are stored otherwise from now on, and those that are there read anew */
    REGISTRY_DROPPED,  /* the law has it no more: `count` rows or values are read by laws that have it alone */
    REGISTRY_BARED,    /* sealed no more: what is told from now on everybody reads who has the database */
    REGISTRY_LOST,     /* `count` values are not allowed any more, and read by earlier laws alone */
    REGISTRY_ELSEWHERE /* refused: it would lie elsewhere, or be dated otherwise */
};
struct registry_step {
    enum registry_step_kind kind;
    struct text entity, input;
    struct text before, after; /* how it is stored, as `_columns` says it; empty: not */
    size_t count;
    struct text example; /* the id of a row whose value is lost */
};
struct registry_migration {
    VECTOR(struct registry_step) steps; /* in the registry's arena */
    bool refused, loses;
    bool law_changes; /* its files are others, whatever its model */
};

/* What the step is about is called, in the words of the registry's policy; empty where it has it no more. */
struct text registry_step_label(const struct registry *registry, const struct registry_step *step,
                                enum language language);
/* Its `before` or `after` as people read it: 0 .. 500 yuan/month. In the registry's arena. */
struct text registry_step_shown(struct registry *registry, const struct registry_step *step, bool after,
                                enum language language);

/* Makes the policy the law of a registry, by a change that is then under way unless something failed: it is ended, or
 * given up when what would be lost is too much. One with `refused` can be given up alone. All that is known stays. */
enum registry_result registry_migrate(struct registry *registry, struct store *store, const struct policy *policy,
                                      struct registry_change *change, struct registry_migration *migration);

/* --- telling ------------------------------------------------------------------------------------------------------ */

/* What became of rows that were told. */
struct registry_taken {
    size_t fresh, changed, same, refused; /* refused: told twice, or under or of a row that nobody told of */
};
/* Takes what is told; `taken`, by entity index, is added to. Rows of which nothing is told stay as they are. A row that
 * stands until a month is told to stand no longer behind it. What is sealed takes keys to be told. What the records do
 * not speak of (records_leave) stays as it was in the month from which the row holds, which is then told in them. */
enum registry_result registry_take(struct registry *registry, const struct registry_change *change,
                                   const struct records *records, struct registry_taken *taken);

/* The same for rows of which nothing is known (else the store refuses them, STORE_CONFLICT), at what these cost,
 * however much is known of others. What they lie under or lead to is told with them, if any row of its entity is; or it
 * is known. */
enum registry_result registry_take_fresh(struct registry *registry, const struct registry_change *change,
                                         const struct records *records, struct registry_taken *taken);
/* The key of a row by its id; 0: nothing was ever told of it. */
enum registry_result registry_key_of(struct registry *registry, const struct entity *entity, struct text id,
                                     int64_t *key);
/* And the id of a key, in the arena; empty: there is none. */
enum registry_result registry_id_of(struct registry *registry, const struct entity *entity, int64_t key,
                                    struct arena *arena, struct text *id);

/* Families lie in its rows, as the law has them whatever the registry knows. On a server the versions of rows in an
 * area have the id of the nearest as their place; those of an area its own. */
bool entity_is_area(const struct policy *policy, const struct entity *entity);

/* --- looking before telling --------------------------------------------------------------------------------------- */

enum registry_fate {
    REGISTRY_ROW_NEW,
    REGISTRY_ROW_CHANGED,
    REGISTRY_ROW_SAME,
    REGISTRY_ROW_ALIKE, /* left out: likely the same as another, until somebody says that it is not */
    REGISTRY_ROW_WRONG  /* left out: it does not fit, or hangs on what is left out */
};

/* A new row that is likely the same as another, and why: all by which people know its entity's rows, or the text of an
 * input with a check. */
struct registry_alike {
    const struct entity *entity;
    size_t row;                          /* of what is told */
    const struct record_table *of_other; /* where the other lies: what is told, or what is known */
    size_t other;
    const struct field *field; /* with a check; NULL: known by */
};

/* What would become of what is told. In its arena, which must outlive it; what was told must, too. */
struct registry_look {
    const struct registry *registry;
    struct arena *arena;
    int64_t last;         /* the last change that was made then */
    struct records known; /* all that was known; what is sealed as an index, see registry_look_hides */
    struct registry_names *names;
    struct registry_rows *rows; /* by entity index: where rows are found by key (registry_inside.h) */
    uint32_t **keys;            /* by entity index, by row of what is told; 0: it cannot be */
    unsigned char **fates;      /* by entity index, by row of what is told: enum registry_fate */
    uint32_t **before;          /* likewise: the row of what is known that stood there, + 1; 0: none */
    unsigned char **indexes;    /* by entity index: of sealed inputs that are told; NULL: none is told */
    struct refusals refusals;   /* rows of what is told that are wrong, and why */
    VECTOR(struct registry_alike) alike;
    struct registry_taken *taken; /* by entity index; refused: wrong and alike */
};

/* Looks at what is told, without writing, which takes keys where what is told is sealed: what is new, changed or the
 * same, and what cannot be taken, with all that hangs on it. A row is left out with its other versions; what is left
 * out leaves no other row, told or known, in the month without what it needs. Leaves the doubles among what would be
 * taken in the registry. */
enum registry_result registry_look_at(struct registry *registry, const struct registry_change *change,
                                      const struct records *told, month_number month, struct arena *arena,
                                      struct registry_look *look);

/* Whether a row of that id would be there, or is. */
bool registry_look_finds(const struct registry_look *look, const struct entity *entity, struct text id);

/* A text of what was known that was not opened: it can be compared, and is shown to nobody. */
bool registry_look_hides(struct text known);
/* An input of a row that is told says what stood there; false when nothing stood there. */
bool registry_look_keeps(const struct registry_look *look, const struct record_table *told, size_t row, size_t input);

/* What is told of a row would become the same by both looks, of the same that was there. */
bool registry_looks_agree(const struct registry_look *first, const struct registry_look *second,
                          const struct entity *entity, size_t row);
/* The id of a row that is told; of an event its whole name. */
struct text registry_look_name(const struct registry_look *look, const struct entity *entity, size_t row);

/* Takes what is told but for what is left out, reading nothing again: of a change that follows `last`. */
enum registry_result registry_take_looked(struct registry *registry, const struct registry_change *change,
                                          const struct records *told, struct registry_look *look,
                                          struct registry_taken *taken);

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

/* --- confirmations ------------------------------------------------------------------------------------------------ */

/* A value of a parameter, and the texts by which the registry names it: they are the same as long as it is the same
 * value for the same keys, however the law's files write it. */
struct registry_line {
    const struct parameter *parameter;
    struct parameter_value *value;
    struct text area;          /* 530523; empty: everywhere */
    struct text keys;          /* the others: group=poor,level=township */
    struct text from, enacted; /* 2018-07-01; empty: always */
    struct text written;       /* 3500 money/year; empty: nobody knows it, so nobody can confirm it */
};
struct registry_lines {
    VECTOR(struct registry_line) list;
};

/* Values that were confirmed when the change with that number had been made count as confirmed by the policy from now
 * on: they are `attested`. The policy is the caller's own, and nothing uses it meanwhile. `lines` are all values of its
 * parameters, in its order; they, and by whom they are confirmed, lie in its arena. */
enum registry_result registry_read_confirmed(struct registry *registry, int64_t known, struct policy *policy,
                                             struct registry_lines *lines);

/* Keeps that these are confirmed, by whoever makes the change: only the attestation's document, or that he signs. */
enum registry_result registry_confirm(struct registry *registry, const struct registry_change *change,
                                      const struct registry_lines *lines, const struct attestation *attestation);

/* --- findings ----------------------------------------------------------------------------------------------------- */

/* What a verification found: an alert was true of a row in a month, or could not be told. It is open until somebody
 * who has looked at it clears it. */
struct registry_finding {
    int64_t number, change;    /* set when it is kept */
    struct text alert, entity; /* names; the law may have them no more */
    int64_t key;               /* of the row, see registry_read */
    struct text id;            /* the row's; empty where the law has the entity no more */
    month_number month;
    bool unsure;    /* it could not be told */
    struct text by; /* who verified, when */
    int64_t instant;
    int64_t cleared; /* the change; 0: open */
    struct text cleared_by, reason;
    int64_t cleared_at;
};
struct registry_findings {
    VECTOR(struct registry_finding) list; /* by number */
};
/* All that were ever found, in the arena. */
enum registry_result registry_read_findings(struct registry *registry, struct arena *arena,
                                            struct registry_findings *findings);
enum registry_result registry_raise(struct registry *registry, const struct registry_change *change,
                                    struct registry_findings *findings);
/* Of one that is open: whoever clears it must have read within the change that it is. */
enum registry_result registry_clear(struct registry *registry, const struct registry_change *change, int64_t finding,
                                    struct text reason);

/* The last change that told something of each row of an entity, by key. */
struct registry_last_told {
    int64_t *changes;
    size_t count;
};
enum registry_result registry_read_last_told(struct registry *registry, const struct entity *entity,
                                             struct arena *arena, struct registry_last_told *last);

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* The number of the last change. */
enum registry_result registry_last_change(struct registry *registry, int64_t *number);
/* The same of those that were made up to an instant; 0: none was. */
enum registry_result registry_change_by(struct registry *registry, int64_t instant, int64_t *number);
/* The change that kept the law that held then; 0: none, or reading failed. */
int64_t registry_law_change(struct registry *registry, int64_t known);

/* All versions that were known when the change with that number had been made, as records with their months, in the
 * arena. Their `place` is the row's key, by which the registry names it. Sealed inputs are shown as `sight` says. */
enum registry_result registry_read(struct registry *registry, int64_t known, struct arena *arena,
                                   struct records *records);

/* All that is known but for the rows of an entity, and these at another time: whoever tells of them alone reads the
 * others before. `change` is one up to which all is in it. */
struct registry_in_part {
    struct records records;
    struct registry_names *names;
    int64_t change;
    uint32_t *parent_keys; /* by row of what is told: the key of the row above; NULL: it is looked for by its id */
};
enum registry_result registry_read_but(struct registry *registry, const struct entity *entity, struct arena *arena,
                                       struct registry_in_part *part);
enum registry_result registry_read_rest(struct registry *registry, const struct entity *entity, struct arena *arena,
                                        struct registry_in_part *part);

/* registry_take of rows of that entity; names that were read with the others need not be read again. */
enum registry_result registry_take_beside(struct registry *registry, const struct registry_change *change,
                                          const struct records *records, const struct registry_in_part *beside,
                                          struct registry_taken *taken);

/* Over all files of a law: tells one law from another. */
enum registry_result registry_law_digest(const struct registry *registry, const struct policy *policy,
                                         unsigned char out[DIGEST_BYTES]);

/* --- the chain ---------------------------------------------------------------------------------------------------- */

enum registry_break {
    REGISTRY_SOUND,
    REGISTRY_ROWS_ALTERED, /* what the change wrote is not what stands there */
    REGISTRY_LINK_BROKEN,  /* the change itself is not as it was, or its link is not */
    REGISTRY_GAP,          /* a change is missing, or rows are there that belong to none */
    REGISTRY_OTHER_SCHEMA  /* all of that is sound, but tables are not as they were made */
};

/* What a table has otherwise than it was made. */
enum registry_flaw_kind {
    REGISTRY_TABLE_MISSING,
    REGISTRY_COLUMN_MISSING,
    REGISTRY_COLUMN_OTHER, /* of another type, or empty where it may not be */
    REGISTRY_COLUMN_FOREIGN,
    REGISTRY_INDEX_MISSING
};
struct registry_flaw {
    enum registry_flaw_kind kind;
    struct text table, column; /* of an index its column */
};
struct registry_verdict {
    enum registry_break broken;
    int64_t changes;                  /* the last that was looked at: the first that is not as it was */
    unsigned char link[DIGEST_BYTES]; /* of a chain that is sound the last: kept elsewhere, it shows what is cut off */
    size_t sealed;                    /* values that are sealed */
    bool opened;                      /* keys were at hand, so that each was opened and compared with its index */
    struct text forgery;              /* of rows altered: which sealed value; empty where it is something else */
    VECTOR(struct registry_flaw) flaws;
};
/* Looks at everything that was ever written; into what is sealed where keys are at hand. */
enum registry_result registry_verify(struct registry *registry, struct registry_verdict *verdict);

/* --- copying ------------------------------------------------------------------------------------------------------ */

/* Copies a registry as it is, damaged or not, into another store in which none is: a state of the whole, while others
 * go on writing. REGISTRY_DONE, and the transaction that wrote it is under way there: whoever has looked at the copy
 * (registry_open, registry_verify) commits it. Otherwise nothing of it is left; it is the store that store_failed tells
 * of that failed, either of the two. Rows go one by one: memory does not grow with the registry, but for a few bytes
 * for each row with others below it where the copy is on a server, which parts rows by where they lie. */
enum registry_result registry_copy(struct registry *registry, struct store *to);

#endif
