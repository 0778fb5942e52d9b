/* What store.c, which knows no database, and those that do (sqlite.c, postgres.c) share. */
#ifndef DOUDI_STORE_STORE_INSIDE_H
#define DOUDI_STORE_STORE_INSIDE_H

#include "store/store.h"

/* A kind of database. What returns bool has told why it failed, by store_fail. */
struct store_kind {
    const char *types[STORE_BYTES + 1]; /* by enum store_type */
    const char *table_end;              /* behind the columns of CREATE TABLE */
    const char *table_query;            /* gives a row when there is a table of the name $1 */
    const char *index_query;            /* the same of an index */
    const char *foreign_query;          /* see store_foreign */
    const char *columns_query;          /* see store_columns, of the table $1 */
    const char *rows_most_query;        /* see store_rows_most */
    const char *parting_query;          /* gives the enum store_parting of the table $1; NULL: there are no places */
    void (*close)(struct store *store);
    bool (*begin)(struct store *store, enum store_purpose purpose);
    bool (*commit)(struct store *store);
    void (*roll_back)(struct store *store);
    bool (*run_text)(struct store *store, const char *sql);
    bool (*make_indexes)(struct store *store, const char *sql);
    bool (*check)(struct store *store);          /* in a transaction */
    size_t statement_bytes;                      /* of the database's own kind of statement */
    void (*forget)(struct statement *statement); /* what the database has of it; the statement itself is freed then */
    bool (*begin_statement)(struct statement *statement, const struct store_value *values, size_t count);
    void (*ask)(struct statement *statement, const struct store_value *values, size_t count); /* NULL: in vain */
    bool (*next)(struct statement *statement); /* false: also behind the last row */
    void (*end)(struct statement *statement);
    bool (*is_null)(const struct statement *statement, size_t column);
    int64_t (*integer)(const struct statement *statement, size_t column);
    struct text (*text)(const struct statement *statement, size_t column);
    struct store_load *(*load)(struct store *store, const struct store_table *table, const char *columns);
    bool (*load_row)(struct store_load *load, const struct store_value *values);
    bool (*load_end)(struct store_load *load);
    struct statement *(*scan)(struct store *store, const char *select); /* NULL: as any statement */
};

enum { IDLE_MAX = 256 };

/* The first member of whatever a database needs more. */
struct store {
    const struct store_kind *kind;
    struct store_trouble trouble;
    bool within; /* a transaction */
    enum store_purpose purpose;
    char *url;                        /* its own copy */
    struct statement *idle[IDLE_MAX]; /* that were freed, and are taken again for the same SQL; the last freed last */
    size_t idle_count;
};
struct statement {
    struct store *store;
    struct text sql; /* its own copy, which ends in NUL */
    bool once;       /* its SQL will hardly come again */
};
struct store_load {
    struct store *store;
    const struct store_table *table;
};

/* Before the database is closed, also where opening it failed. */
void store_forget_idle(struct store *store);

/* Notes the first failure; always false. */
bool store_fail(struct store *store, enum store_failure failure, const char *words);

struct store *sqlite_open(const char *path, enum store_opening opening, struct store_trouble *trouble);
struct store *postgres_open(const char *url, struct store_trouble *trouble);
void postgres_shown(const char *url, struct builder *out);

#endif
