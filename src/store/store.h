/* A store: a database behind one interface, SQLite in a file or PostgreSQL by URL.
 *
 *     struct store *store = store_open("longling.db", STORE_AS_IT_IS, &trouble)     or "postgresql://…"
 *     store_begin(store, STORE_TO_WRITE)
 *     struct statement *find = store_prepare(store, "SELECT version FROM person WHERE id = $1")
 *     statement_begin(find, values, 1); while (statement_next(find)) … statement_integer(find, 0) …;
 * statement_end(find) if (!store_commit(store)) … store_trouble(store) …
 *
 * The first thing that fails within a transaction ends it: what follows does nothing and returns false, so that whoever
 * writes need not look before the commit. Nothing of a transaction that was not committed is ever seen; what was
 * committed is on disk. One process writes at a time, any number read what was there when they began.
 *
 * SQL is what both understand, its parameters $1, $2 … in the order in which they are first named. A store belongs to
 * one thread; several may open the same database. */
#ifndef DOUDI_STORE_STORE_H
#define DOUDI_STORE_STORE_H

#include "base/text.h"

/* --- what can go wrong -------------------------------------------------------------------------------------------- */

enum store_failure {
    STORE_FINE,
    STORE_NOT_THERE, /* no such file, or nobody answers */
    STORE_NOT_OURS,  /* a file that is no database */
    STORE_THERE,     /* a file that was to be made, and holds something already */
    STORE_LOG_LEFT,  /* none there to be made, but the log of one that is gone; words: how its name ends */
    STORE_READ_ONLY, /* may not be written */
    STORE_FULL,      /* no room on the disk */
    STORE_BUSY,      /* another process has been writing for too long */
    STORE_CONFLICT,  /* what must be there once would be there twice, or not at all */
    STORE_DAMAGED,   /* the file is not as it was written */
    STORE_DISK,      /* reading or writing failed */
    STORE_REFUSED,   /* the server does not let this user in */
    STORE_LOST,      /* the server went away; nothing was changed */
    STORE_MOVED,     /* the file is not the one of that name any more; nothing was changed */
    STORE_UNSURE,    /* it went away, or was moved, at the commit: all was changed, or nothing */
    STORE_NO_MEMORY,
    STORE_MISTAKE, /* our own: SQL that the database does not understand */
};
struct store_trouble {
    enum store_failure failure;
    char words[400]; /* the database's own */
};

/* --- opening ------------------------------------------------------------------------------------------------------ */

struct store;
enum store_opening {
    STORE_AS_IT_IS,
    STORE_MADE_ANEW, /* a file in which nothing is; a server's is taken as it is */
    STORE_DRAFT      /* the same for one transaction, which whoever is stopped in it throws away: the file alone */
};

/* NULL, and told why. */
struct store *store_open(const char *url, enum store_opening opening, struct store_trouble *trouble);
/* Another connection to the same database, which may be another thread's. NULL: it cannot be had, or is not another. */
struct store *store_open_again(const struct store *store, struct store_trouble *trouble);
void store_close(struct store *store); /* an open transaction is rolled back */
bool store_is_url(const char *url);    /* of a server, not the name of a file */
bool store_is_there(const char *url);  /* a server's, or a file that begins as a database does */
/* What may be shown of its name: of a server its host, port and database, without user, password and the folder of its
 * socket, each cut to 63 bytes; "postgresql" of a URL that may be meant otherwise than it is read. */
void store_shown(const char *url, struct builder *out);

/* --- transactions ------------------------------------------------------------------------------------------------- */

enum store_purpose { STORE_TO_READ, STORE_TO_WRITE };

/* A connection to a file that was moved, deleted or replaced since is of no more use than one to a server that went
 * away: whoever needs it opens that name again. It is noticed at each begin and at the commit of what was written, so
 * that what was committed is in the file of that name.
 * False: none has begun, and whatever is done next would stand for itself. */
bool store_begin(struct store *store, enum store_purpose purpose);
bool store_commit(struct store *store); /* false: nothing was changed, but for STORE_UNSURE */
void store_roll_back(struct store *store);
bool store_within(const struct store *store); /* a transaction */
bool store_writes(const struct store *store); /* within one to write */
/* What failed since the transaction began, or outside one. */
const struct store_trouble *store_trouble(const struct store *store);
bool store_failed(const struct store *store);
/* What was read is nothing that was ever written: fails as STORE_DAMAGED, with these words. Always false. */
bool store_is_damaged(struct store *store, const char *words);

/* Whether what the database keeps for itself is whole, and its indexes say what its tables do: where they do not, rows
 * are overlooked. False: STORE_DAMAGED, with the first that is not; or it could not look. A server looks where its
 * extension amcheck is. In no transaction. */
bool store_check(struct store *store);

/* --- statements --------------------------------------------------------------------------------------------------- */

enum store_type { STORE_NULL, STORE_INTEGER, STORE_TEXT, STORE_BYTES };
struct store_value {
    enum store_type type;
    int64_t integer;
    struct text text; /* of texts and bytes */
};
static inline struct store_value store_null(void) {
    return (struct store_value){.type = STORE_NULL};
}
static inline struct store_value store_integer(int64_t integer) {
    return (struct store_value){.type = STORE_INTEGER, .integer = integer};
}
static inline struct store_value store_text(struct text text) {
    return (struct store_value){.type = STORE_TEXT, .text = text};
}
static inline struct store_value store_bytes(struct text bytes) {
    return (struct store_value){.type = STORE_BYTES, .text = bytes};
}

struct statement;

/* Prepared when it first begins, for values of the types that it is then given, also later. NULL: no memory. It is
 * freed before its store. */
struct statement *store_prepare(struct store *store, const char *sql);
void statement_free(struct statement *statement);

/* One that gives no rows, or whose rows are not wanted. */
bool statement_run(struct statement *statement, const struct store_value *values, size_t count);
/* One whose rows are read one after the other; texts are good until the next. Nothing else may begin before its end. */
bool statement_begin(struct statement *statement, const struct store_value *values, size_t count);
bool statement_next(struct statement *statement);
void statement_end(struct statement *statement);
/* What will begin soon with those values, in the same transaction, which reads: all that is asked so goes to a server
 * together, and is waited for once. A file answers when it begins; so does whatever is not begun as it was asked. */
void statement_ask(struct statement *statement, const struct store_value *values, size_t count);
bool statement_is_null(const struct statement *statement, size_t column);
int64_t statement_integer(const struct statement *statement, size_t column);
struct text statement_text(const struct statement *statement, size_t column); /* or bytes */
/* Of a column of that type. */
struct store_value statement_value(const struct statement *statement, size_t column, enum store_type type);

/* SQL without values, once. */
bool store_do(struct store *store, const char *sql);

/* --- tables ------------------------------------------------------------------------------------------------------- */

struct store_column {
    struct text name;
    enum store_type type;
    bool required; /* never NULL */
};
/* The first column is an integer and tells rows apart. */
struct store_table {
    struct text name;
    const struct store_column *columns;
    size_t count;
    bool by_place; /* a server parts its rows by where they lie, see store_parting; a file does not */
};
enum { STORE_COLUMNS_MAX = 500 };

bool store_create(struct store *store, const struct store_table *table);
bool store_add_column(struct store *store, struct text table, const struct store_column *column);
/* The SQL by which another server gets it, if it has it not. */
void store_write_add_column(struct builder *sql, const struct store *store, struct text table,
                            const struct store_column *column);
bool store_has_table(struct store *store, struct text table);
/* Of some columns; name of the index is made of theirs. Texts lie in the order of their bytes. */
bool store_has_index(struct store *store, struct text table, const struct text *columns, size_t count);
bool store_index(struct store *store, struct text table, const struct text *columns, size_t count, bool unique);
/* Of the few rows in which an integer is 1, for those who ask in these words: "column" = 1. */
bool store_index_flag(struct store *store, struct text table, struct text column);
/* What stands on tables, or in the place of one, and would run or be seen when only they are meant: views, triggers,
 * rules. A scan of the table's name and what it is, as "trigger spy". NULL: failed. */
struct statement *store_foreign(struct store *store);
/* The columns that a table has in the database: a scan of the name, its enum store_type (0: none of them), 1 where it
 * is never NULL. Without rows where there is no such table; the name must outlive it. NULL: failed. */
struct statement *store_columns(struct store *store, struct text table);
/* How many rows of any table the bytes that lie in this database may be, each taken to be very few; 0: nobody says. */
int64_t store_rows_most(struct store *store);
/* "name", as SQL quotes it. */
void store_quote(struct builder *sql, struct text name);
#define STORE_NO_COLUMN SIZE_MAX /* in a list of places: that column is not read, and NULL */
/* SELECT … FROM: some columns of the table, by their places; NULL: all of them. */
void store_select(struct builder *sql, const struct store_table *table, const size_t *columns, size_t count);

/* Where the rows of a table by place are. On a server it has a column more, `_place`, and is partitioned by ranges of
 * it: all rows lie in its default partition, `_here_` and the name, until an administrator declares others, also such
 * as are on other servers (postgres_fdw). The first column then tells rows apart within a partition alone: that no two
 * partitions have the same is up to whoever writes. */
extern const struct store_column store_place;
enum store_parting {
    STORE_UNPARTED, /* a file; or a table that was made without places, to which no rows can be added */
    STORE_PARTED,   /* on this server */
    STORE_SPREAD    /* some table of the database has rows on another, too: a commit is then not all or nothing there */
};
enum store_parting store_parting(struct store *store, struct text table);
bool store_has_places(const struct store *store); /* a server: what is loaded into a table by place has one */

/* --- many rows at once -------------------------------------------------------------------------------------------- */

/* Rows into a table, faster than by statements; nothing else may begin before its end. */
struct store_load;
struct store_load *store_load_begin(struct store *store, const struct store_table *table);
/* A value for each column; behind them, where a table by place has them, the text of where the row lies. */
bool store_load_row(struct store_load *load, const struct store_value *values);
bool store_load_end(struct store_load *load); /* also when a row failed */

/* Some columns of all rows whose first column lies in first .. last, in its order. Read as rows of a statement are. */
struct store_scan_of {
    const struct store_table *table;
    const size_t *columns; /* of the table; NULL: all of them */
    size_t count;
    int64_t first, last;
};
struct statement *store_scan(struct store *store, const struct store_scan_of *of); /* NULL: failed */
void store_scan_end(struct statement *scan);

#endif
