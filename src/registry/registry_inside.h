/* What the files of the registry share: registry.c (making, opening, changes), column_coding.c and columns.c (what the
 * tables of versions have, and how that is read), coding_shown.c (the same for people), migrate.c (another model),
 * law.c (by which law), confirmed.c (who has confirmed the law's values), findings.c (what verifications found),
 * given.c, schema.c and chain.c (that nothing was altered), take.c, take_write.c, nowhere.c and carried.c (what is
 * told), look.c and alike.c (what would become of it), read.c and read_whole.c (what is known), sealing.c (by which
 * keys what must not be read is sealed), sealed.c (finding, showing and sealing it anew), copy.c (all of it elsewhere).
 */
#ifndef DOUDI_REGISTRY_REGISTRY_INSIDE_H
#define DOUDI_REGISTRY_REGISTRY_INSIDE_H

#include "registry/registry.h"
#include "registry/sealed.h"
#include "store/seal.h"

/* Columns of the versions of an entity; those of its inputs follow, in the order in which they came. A lane is an
 * integer, a reference the key of its row or 0 for none, a text itself; unknown is NULL. */
enum {
    COLUMN_VERSION, /* a number for each, in the order in which they were told */
    COLUMN_KEY,     /* which row */
    COLUMN_CHANGE,
    COLUMN_SINCE,  /* the month from which on it holds */
    COLUMN_STANDS, /* 0: from then on there is no such row */
    COLUMN_UNCONFIRMED,
    COLUMN_PARENT, /* its key; 0 at the top */
    COLUMN_INPUTS
};

/* Columns of the names of an entity's rows. */
enum { NAME_KEY, NAME_CHANGE, NAME_ID, NAME_COLUMNS };

/* --- column_coding.c ---------------------------------------------------------------------------------------------- */

/* How values are stored. A sealed text has a column more, next to it: the index by which it is found. */
enum coding_kind {
    CODING_TEXT,
    CODING_SEALED,
    CODING_BOOL,
    CODING_DATE,
    CODING_INTEGER,
    CODING_CHOICE,
    CODING_ROW,
    CODING_INDEX /* of what is sealed in the column before; no input's own */
};
static inline bool coding_is_text(enum coding_kind kind) {
    return kind == CODING_TEXT || kind == CODING_SEALED;
}

struct column_coding {
    enum coding_kind kind;
    struct number step;  /* of an integer, in base units */
    struct text unit;    /* of an integer, in words */
    int64_t low, high;   /* what may be stored, of all but texts and rows; of dates DAY_NEVER, too */
    struct text choices; /* a,b,c */
    struct text entity;  /* that a row is of */
};

struct column_coding column_coding_of(struct arena *arena, const struct policy *policy, const struct field *input);
struct text column_coding_text(struct arena *arena, const struct column_coding *coding);
/* False for what is none; it may point into the text. */
bool column_coding_parse(struct arena *arena, struct text text, struct column_coding *coding);

/* Values of both may lie in one column: the same, but for a range, or a list of choices that goes on at its end. The
 * coding is then that of both. */
bool column_coding_join(struct column_coding *coding, const struct column_coding *later);

/* From what a column stores to what a model asks for. */
struct conversion {
    enum coding_kind from;
    bool possible, same;      /* same: what may be stored is asked for as it is */
    int64_t low, high, other; /* what may be stored */
    int64_t least, most;      /* what is asked for */
    int64_t multiply, divide; /* steps; 0: only 0 stays what it is */
    const int32_t *choices;   /* by the place that is stored: the place asked for, or -1; NULL: the same */
};
enum converted {
    CONVERTED,
    CONVERTED_UNFIT /* for what is asked for */,
    CONVERTED_DAMAGED /* nobody told such a one */
};
struct conversion conversion_between(struct arena *arena, const struct column_coding *from,
                                     const struct column_coding *to);
/* Of all but texts, sealed or not: the key of a row stays what it is. */
enum converted conversion_of(const struct conversion *conversion, int64_t stored, int64_t *value);

/* --- columns.c ---------------------------------------------------------------------------------------------------- */

#define CODING_GONE "gone"      /* of an entity or an input that the law has no more */
enum { COLUMN_NAME_MOST = 50 }; /* bytes of a name, to which "_id_", "_here_" and "_by_…" are added */

/* A line of _columns: what from its change on holds of an entity (no input) or an input. */
struct column_line {
    struct text entity, input, name, coding;
};

/* An input that an entity has, or had. */
struct registry_input {
    struct text name, coding; /* the latest */
    struct text before;       /* the coding before the migration under way, if that changes it */
    bool gone;
    size_t column;               /* the latest, in which new versions are written */
    VECTOR(size_t) columns;      /* all of them, as they came; a version has a value in one at most */
    VECTOR(struct text) codings; /* all that it ever had */
};

/* A column of sealed values; their index is the next. Both are bound to the name of what they are values of. */
struct sealed_column {
    size_t column;
    struct text name; /* "entity.input" */
};

/* What lies in the database of an entity, whether the law has it or not. */
struct registry_tables {
    struct text coding; /* "entity in …": where it lies, and how its events are dated */
    bool gone;
    struct store_table versions, names;
    VECTOR(struct store_column) columns; /* of the versions */
    VECTOR(struct column_coding) codings;
    VECTOR(struct sealed_column) sealed;
    struct map inputs; /* name -> struct registry_input */
    size_t made;       /* columns that are in the database already */
};

/* Where values of an input lie. */
struct registry_slot_column {
    size_t column;
    struct conversion now, before; /* before: of the model before the migration under way */
};
struct registry_slot {
    bool sealed;      /* by this law, or a column of it holds what is sealed */
    size_t sealed_at; /* among those of its entity */
    struct text name; /* "entity.input" */
    size_t write;     /* the column of new versions */
    struct registry_slot_column *columns;
    size_t count;
    size_t lost; /* values that the model before could read and this one cannot, as registry_read finds them */
    int64_t lost_key;
};
struct registry_place {
    struct registry_tables *tables;
    struct registry_slot *slots; /* by input_index */
    size_t sealed;               /* of these */
};

struct text entity_coding(struct arena *arena, const struct entity *entity);
bool has_parent(const struct registry_tables *tables);
const struct registry_tables *tables_above(const struct registry *registry, const struct registry_tables *tables);
/* What the next column of an input is called. */
struct text column_name_of_next(struct arena *arena, const struct registry_input *input, struct text name);

void columns_begin(struct registry *registry);                /* a layout of nothing */
enum registry_result columns_read(struct registry *registry); /* that of the database */
/* Adds to the layout what a line says; false when that does not follow from the lines before. */
bool column_line_add(struct registry *registry, const struct column_line *line);
/* Keeps lines, by the change under way. */
void columns_write(struct registry *registry, const struct column_line *lines, size_t count);
/* Finds the places of the policy's model. */
enum registry_result columns_bind(struct registry *registry);
/* REGISTRY_MIGRATED when the layout is no longer that of the database; within a transaction. */
enum registry_result columns_check(struct registry *registry);

static inline const struct registry_tables *tables_of(const struct registry *registry, const struct entity *entity) {
    return registry->places[entity->index].tables;
}

/* --- registry.c --------------------------------------------------------------------------------------------------- */

/* REGISTRY_DONE when the database holds a registry of the format that this version reads. */
enum registry_result registry_check_format(struct store *store);
enum registry_result registry_prepare(struct registry *registry); /* room for what a change writes */
enum registry_result registry_number_change(struct registry *registry, struct registry_change *change);

/* Where rows are spread over servers, a change whose last commit failed may have left some of its versions on one of
 * them: they belong to no change, and go before the next writes. REGISTRY_EARLIER where versions have no place. */
enum registry_result registry_clear_unfinished(struct registry *registry);
/* The last change to read as known: not later than the last that was finished, where versions may lie there of one that
 * was not; whoever writes has cleared them. */
int64_t registry_known(struct registry *registry, int64_t known);

/* --- schema.c ----------------------------------------------------------------------------------------------------- */

/* REGISTRY_FOREIGN where something of others would run, or be seen, in place of a table that is known so far. */
enum registry_result registry_refuse_foreign(struct registry *registry);
/* Adds to the verdict what is not as it was made. */
enum registry_result registry_find_flaws(struct registry *registry, struct registry_verdict *verdict);
bool registry_is_missing(const struct registry_verdict *verdict, struct text table, struct text column);

/* --- migrate.c ---------------------------------------------------------------------------------------------------- */

/* Lays out the policy's model, makes tables and columns that are not there, writes the lines of it by the change under
 * way (which it numbers), and finds its places; nothing is written when something is refused. */
enum registry_result registry_lay_out(struct registry *registry, struct registry_change *change,
                                      struct registry_migration *migration);

/* --- names -------------------------------------------------------------------------------------------------------- */

/* The names of an entity's rows. */
struct registry_names {
    struct text *ids; /* by key */
    size_t count;     /* the highest key, which are dense from 1 */
};
extern const struct store_table registry_changes_table, registry_law_table, registry_given_table,
    registry_columns_table, registry_confirmed_table, registry_runs_table, registry_values_table, registry_kinds_table,
    registry_exact_table, registry_findings_table, registry_cleared_table, registry_keys_table, registry_views_table,
    registry_settlements_table, registry_accounts_table, registry_transfers_table;
extern const struct store_table registry_purpose_table; /* its one row says how all is to be read */

/* The tables of a registry, empty, in a store, which may be another than its own; and their indexes, which are made
 * faster of rows that are there than with each of them. */
void registry_make_tables(const struct registry *registry, struct store *store);
void registry_make_indexes(const struct registry *registry, struct store *store);
void registry_make_entity(struct store *store, const struct registry_tables *tables); /* without its indexes */
void registry_index_entity(struct store *store, const struct registry_tables *tables);

/* --- work_rows.c -------------------------------------------------------------------------------------------------- */

void registry_index_work(struct store *store);

/* --- chain.c ------------------------------------------------------------------------------------------------------ */

/* A change, and the digest of what it wrote. */
struct chain_entry {
    struct registry_change change;
    unsigned char content[DIGEST_BYTES];
};

/* The tables that changes write to: these, then of each entity names and versions, in the order in which entities
 * came, which is the same by whatever law they are looked at. */
enum {
    CHAIN_LAW,
    CHAIN_GIVEN,
    CHAIN_COLUMNS,
    CHAIN_CONFIRMED,
    CHAIN_RUNS,
    CHAIN_VALUES,
    CHAIN_KINDS,
    CHAIN_EXACT,
    CHAIN_FINDINGS,
    CHAIN_CLEARED,
    CHAIN_KEYS,
    CHAIN_VIEWS,
    CHAIN_SETTLEMENTS,
    CHAIN_ACCOUNTS,
    CHAIN_TRANSFERS,
    CHAIN_ENTITIES
};
size_t chain_names(const struct registry *registry, const struct entity *entity);
size_t chain_versions(const struct registry *registry, const struct entity *entity);
size_t chain_tables(const struct registry *registry);
const struct store_table *chain_table(const struct registry *registry, size_t index);

/* Rows of the change under way, in the order of their first column. */
struct chain_load {
    struct registry *registry;
    size_t index;
    const struct store_table *table;
    const struct column_coding *codings; /* of its columns; NULL: none is sealed */
    struct store_load *rows;             /* NULL: failed */
    struct builder row;
};
bool chain_load_begin(struct chain_load *load, struct registry *registry, size_t table);
void chain_load_row(struct chain_load *load, const struct store_value *values); /* of one that began */
/* The two halves of that, which two threads may do at once: each of all rows, in their order. */
void chain_load_digest(struct chain_load *load, const struct store_value *values);
void chain_load_write(struct chain_load *load, const struct store_value *values);
void chain_load_end(struct chain_load *load); /* also of one that did not */

/* Writes the change itself, with its link, and reads it again: REGISTRY_DAMAGED where that is not what was written. */
enum registry_result chain_close(struct registry *registry);
void chain_forget(struct registry *registry); /* what the change has written */

/* --- law.c -------------------------------------------------------------------------------------------------------- */

/* Whether the files of the policy are those that were kept last. */
enum registry_result registry_law_is_kept(struct registry *registry, bool *kept);

/* --- sealing.c ---------------------------------------------------------------------------------------------------- */

struct sealing {
    struct sealer **sealers; /* one for each thread */
    unsigned threads;
    struct registry_key index, newest; /* by which values are sealed from now on */
};
void sealing_free(struct sealing *sealing); /* NULL is allowed */

/* What a value of a row is sealed in: short, so that it costs little. */
enum { CONTEXT_BYTES = 160 };
struct text seal_context(char out[CONTEXT_BYTES], struct text name, int64_t key);

enum registry_result registry_of_seal(enum seal_result result);
/* REGISTRY_NO_KEYS when there are none. */
enum registry_result registry_open_sealed(struct registry *registry, struct text name, int64_t key, struct text sealed,
                                          struct text *plain);

/* Indexes as texts, which begin with a byte that no text has. */
enum { INDEX_MARK = 0xff, INDEX_TEXT_BYTES = INDEX_BYTES + 1 };
static inline bool is_index_text(struct text text) {
    return text.length == INDEX_TEXT_BYTES && (unsigned char)text.bytes[0] == INDEX_MARK;
}
/* What is sealed as it is stored, likewise. */
enum { STORED_MARK = 0xfe };
static inline bool is_stored_text(struct text text) {
    return text.length && (unsigned char)text.bytes[0] == STORED_MARK;
}

/* Of a row that was read whole: whether each of its sealed values opens and is what its index says. */
enum registry_result registry_check_sealed(struct registry *registry, const struct registry_tables *tables,
                                           const struct store_value *values, bool *sound);

/* --- take.c ------------------------------------------------------------------------------------------------------- */

/* What is known of an entity's rows, and what is told of them. */
struct registry_rows {
    struct map keys;          /* id -> key */
    size_t told, given;       /* keys that there were before this change, and that it gives */
    int64_t version;          /* the last that was written */
    uint32_t *rows;           /* by key: the row of the records that are known, + 1; 0: none */
    uint32_t *more;           /* by such a row: the next of the same key, + 1 */
    uint32_t *last, *earlier; /* the same of what is told and was taken, by month, the last first */
};

/* By what a text that is told is compared with what is known: of what is sealed by its index, as it is read. */
struct text registry_told_text(const struct registry *registry, unsigned char *const *indexes,
                               const struct record_table *told, size_t row, size_t input);
bool registry_same_value(const struct registry *registry, unsigned char *const *indexes,
                         const struct record_table *told, size_t row, const struct record_table *known, size_t other,
                         size_t input);

/* Takes without writing: gives the look its rows, keys, indexes, fates and `before`, by what is known in it. Rows that
 * are not taken are REGISTRY_ROW_WRONG, without a reason. */
enum registry_result registry_take_nothing(struct registry *registry, const struct registry_change *change,
                                           const struct records *told, struct registry_look *look);

/* Of a row that says no month, from when on it holds. */
static inline month_number registry_since(const struct registry_change *change, const struct entity *entity,
                                          const struct record_row *row) {
    return row->from == MONTH_FIRST && !entity->is_event ? change->since : row->from;
}

static inline bool registry_leaves_out(const struct registry_look *look, const struct entity *entity, size_t row) {
    return look->fates[entity->index][row] >= REGISTRY_ROW_ALIKE;
}

/* --- nowhere.c ---------------------------------------------------------------------------------------------------- */

/* What is told, by the keys that its rows would have. */
struct standing_rows {
    const struct policy *policy;
    const struct registry_change *change;
    const struct records *told;
    const struct registry_rows *rows; /* by entity index */
    uint32_t *const *keys;            /* by entity index, by row of what is told */
    bool *const *nowhere;             /* likewise: what registry_find_nowhere finds is marked */
    struct arena *arena;              /* which fails where memory runs out */
};

/* The row itself cannot: it ends before it begins, or leads to what nobody told of. */
bool registry_cannot_stand(const struct standing_rows *rows, const struct record_table *told, size_t row);
/* All of those, and new rows that lead to them or lie under them. True when there are any. */
bool registry_find_nowhere(const struct standing_rows *rows);

/* --- carried.c ---------------------------------------------------------------------------------------------------- */

/* The row of the records that are known that stands in a month; SIZE_MAX: none. */
size_t registry_known_in(const struct registry_rows *known, const struct record_table *before, size_t key,
                         month_number month);
/* Fills in what is told, by its keys, where it says nothing (records_leave): what was known of it, in the arena; of
 * what is sealed the index. */
void registry_carry_over(struct arena *arena, const struct registry_change *change, const struct record_table *told,
                         const struct record_table *before, const struct registry_rows *known, const uint32_t *keys);
/* Before the row is written: what is sealed as it lies there, in place of its index. False where none is found, or the
 * arena or the store failed. */
bool registry_find_stored(struct registry *registry, struct arena *arena, const struct record_table *told, size_t row,
                          int64_t key);
/* Among the values of a version. */
void registry_put_stored(struct text stored, struct text index, struct store_value *values);

/* --- alike.c ------------------------------------------------------------------------------------------------------ */

/* What stands of a row in a month, by its key. */
struct registry_standing {
    const struct record_table *table; /* what is told, or known; NULL: nothing stands */
    size_t row;
};
struct registry_standing registry_standing_in(const struct registry_look *look, const struct registry_change *change,
                                              const struct records *told, const struct entity *entity, size_t key,
                                              month_number month);

/* A value by which people know a row, as it is compared: a name without spaces around it, with U+00B7 for whatever dot
 * stands in its middle, and Latin letters, digits and signs in their narrow form. */
void alike_add_text(struct builder *out, struct text name);

/* Finds new rows of what is told that are likely the same as others that stand in the month or are new, and adds them
 * to the look, as REGISTRY_ROW_ALIKE. Those that are told to be another are none. True when there are any. */
bool registry_find_alike(struct registry_look *look, const struct registry_change *change, const struct records *told,
                         month_number month);

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* A row of the entity may lie under one of the other, or lead to it. */
bool registry_needs_rows_of(const struct entity *entity, const struct entity *other);

/* The highest of the numbers by which the rows of a table are told apart; 0: there are none. */
int64_t registry_highest(struct registry *registry, const struct store_table *table);

/* The same where something is to be allocated for each: numbers begin at 1 and leave none out, so that one far above
 * how many there may be was never told, and fails as STORE_DAMAGED. */
size_t registry_room(struct registry *registry, const struct store_table *table);

/* Names of an entity's rows, in the arena. */
enum registry_result registry_read_names(struct registry *registry, const struct entity *entity, struct arena *arena,
                                         struct registry_names *names);

/* What is read of sealed inputs: as registry_read, or the indexes alone, as such texts. */
enum { REGISTRY_INDEXES = REGISTRY_OPEN + 1 };
/* registry_read of entities that are chosen, by index; NULL: all. It also gives the names of their rows, and of those
 * that these may lead to, by entity index, in the arena. */
enum registry_result registry_read_chosen(struct registry *registry, int64_t known, int sight, const bool *chosen,
                                          struct arena *arena, struct records *records, struct registry_names *names);

static inline enum registry_result registry_outcome(const struct registry *registry, const struct arena *arena) {
    if (store_failed(registry->store))
        return store_trouble(registry->store)->failure == STORE_NO_MEMORY ? REGISTRY_NO_MEMORY : REGISTRY_STORE_FAILED;
    return arena_failed(&registry->arena) || (arena && arena_failed(arena)) ? REGISTRY_NO_MEMORY : REGISTRY_DONE;
}

#endif
