/* A store in a file, by SQLite: a write-ahead log, on disk with every commit. */
#define _POSIX_C_SOURCE 200809L /* open, close */
#include "store/store_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 10000 };

/* Memory for pages, and for pieces of an index, in KB behind a minus. */
#define CACHE_KB "-262144"
#define SORTED_KB "-16384"

/* Pages of the log (16 MB) before they go where they belong: pages that change often, such as those of indexes, are
 * then written there once for many changes. */
#define LOGGED_PAGES "4000"

struct sqlite_store {
    struct store store;
    sqlite3 *database;
};
struct sqlite_statement {
    struct statement statement;
    sqlite3_stmt *prepared; /* NULL: not yet */
};
struct sqlite_load {
    struct store_load load;
    struct statement *insert;
    size_t rows;
    bool fresh;             /* the table was empty */
    struct builder indexes; /* SQL that makes those that were put off */
};

static sqlite3 *database_of(const struct store *store) {
    return ((const struct sqlite_store *)store)->database;
}

/* --- trouble ------------------------------------------------------------------------------------------------------ */

static enum store_failure failure_of(int result) {
    if (result == SQLITE_IOERR_SHMSIZE) return STORE_FULL; /* the file that readers share could not grow */
    switch (result & 0xff) {
    case SQLITE_NOTADB: return STORE_NOT_OURS;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return STORE_READ_ONLY;
    case SQLITE_FULL: return STORE_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return STORE_BUSY;
    case SQLITE_CONSTRAINT: return STORE_CONFLICT;
    case SQLITE_CORRUPT: return STORE_DAMAGED;
    case SQLITE_IOERR: return (result == SQLITE_IOERR_NOMEM) ? STORE_NO_MEMORY : STORE_DISK;
    case SQLITE_NOMEM: return STORE_NO_MEMORY;
    default: return STORE_MISTAKE;
    }
}

/* Why the system did not open a file. */
static enum store_failure failure_of_system(int number) {
    switch (number) {
    case EACCES:
    case EPERM:
    case EROFS: return STORE_READ_ONLY;
    case EISDIR: return STORE_NOT_OURS;
    case ENOSPC:
    case EDQUOT: return STORE_FULL;
    default: return STORE_NOT_THERE;
    }
}

static bool fail(struct store *store, int result) {
    sqlite3 *database = database_of(store);
    bool unopened = (result & 0xff) == SQLITE_CANTOPEN;
    return store_fail(store, unopened ? failure_of_system(sqlite3_system_errno(database)) : failure_of(result),
                      sqlite3_errmsg(database));
}

static bool run_text(struct store *store, const char *sql) {
    int result = sqlite3_exec(database_of(store), sql, NULL, NULL, NULL);
    return result == SQLITE_OK || fail(store, result);
}

/* --- transactions ------------------------------------------------------------------------------------------------- */

static void roll_back(struct store *store) {
    sqlite3 *database = database_of(store);
    if (!sqlite3_get_autocommit(database)) sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
}

/* Nobody would find what is written into a file that another stands in the place of. */
static bool is_moved(const struct store *store) {
    int moved = 0;
    int result = sqlite3_file_control(database_of(store), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return result == SQLITE_OK && moved;
}

static bool stays(struct store *store) {
    return !is_moved(store) || store_fail(store, STORE_MOVED, NULL);
}

/* Who means to write waits here, not when the work is done; meanwhile it may be moved. */
static bool begin(struct store *store, enum store_purpose purpose) {
    if (!run_text(store, purpose == STORE_TO_WRITE ? "BEGIN IMMEDIATE" : "BEGIN")) return false;
    if (stays(store)) return true;
    roll_back(store);
    return false;
}

/* Between the last look and the end of the commit it may be moved, too: whether it took what was written along, or a
 * copy was made before, nobody knows. */
static bool commit(struct store *store) {
    bool wrote = store_writes(store);
    if ((wrote && !stays(store)) || !run_text(store, "COMMIT")) return false;
    return !wrote || !is_moved(store) || store_fail(store, STORE_UNSURE, NULL);
}

/* What stands for itself. */
static bool run_alone(struct store *store, const char *sql) {
    return (store->within || stays(store)) && run_text(store, sql);
}

/* --- statements --------------------------------------------------------------------------------------------------- */

static void forget(struct statement *base) {
    struct sqlite_statement *statement = (struct sqlite_statement *)base;
    sqlite3_finalize(statement->prepared);
}

static int bind(sqlite3_stmt *prepared, int at, const struct store_value *value) {
    const char *bytes = value->text.bytes ? value->text.bytes : "";
    switch (value->type) {
    case STORE_INTEGER: return sqlite3_bind_int64(prepared, at, value->integer);
    case STORE_TEXT: return sqlite3_bind_text64(prepared, at, bytes, value->text.length, SQLITE_STATIC, SQLITE_UTF8);
    case STORE_BYTES: return sqlite3_bind_blob64(prepared, at, bytes, value->text.length, SQLITE_STATIC);
    default: return sqlite3_bind_null(prepared, at);
    }
}

static bool begin_statement(struct statement *base, const struct store_value *values, size_t count) {
    struct sqlite_statement *statement = (struct sqlite_statement *)base;
    struct store *store = base->store;
    int result = SQLITE_OK;
    if (!store->within && !stays(store)) return false;
    if (!statement->prepared)
        result = sqlite3_prepare_v3(database_of(store), base->sql.bytes, (int)base->sql.length + 1,
                                    SQLITE_PREPARE_PERSISTENT, &statement->prepared, NULL);
    for (size_t i = 0; i < count && result == SQLITE_OK; i++)
        result = bind(statement->prepared, (int)i + 1, &values[i]);
    return result == SQLITE_OK || fail(store, result);
}

static bool next(struct statement *base) {
    int result = sqlite3_step(((struct sqlite_statement *)base)->prepared);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) fail(base->store, result);
    return false;
}

/* Values bound are the caller's, who may free them now. */
static void end(struct statement *base) {
    sqlite3_stmt *prepared = ((struct sqlite_statement *)base)->prepared;
    sqlite3_reset(prepared);
    if (prepared) sqlite3_clear_bindings(prepared);
}

static bool is_null(const struct statement *base, size_t column) {
    return sqlite3_column_type(((const struct sqlite_statement *)base)->prepared, (int)column) == SQLITE_NULL;
}

static int64_t integer(const struct statement *base, size_t column) {
    return sqlite3_column_int64(((const struct sqlite_statement *)base)->prepared, (int)column);
}

static struct text text(const struct statement *base, size_t column) {
    sqlite3_stmt *prepared = ((const struct sqlite_statement *)base)->prepared;
    bool is_text = sqlite3_column_type(prepared, (int)column) == SQLITE_TEXT;
    const void *bytes =
        is_text ? (const void *)sqlite3_column_text(prepared, (int)column) : sqlite3_column_blob(prepared, (int)column);
    return bytes ? (struct text){bytes, (size_t)sqlite3_column_bytes(prepared, (int)column)} : TEXT("");
}

/* --- indexes of many rows ----------------------------------------------------------------------------------------- */

/* An index is made of rows that are there by sorting them, which costs far less than to find the place of each: of a
 * table that was empty they are taken away as soon as it turns out that many rows are loaded, and made again behind the
 * last. It is all within the transaction: nobody else sees it, and a failure takes it back. */
enum { MANY_ROWS = 10000 };

static bool is_empty(struct store *store, struct text table) {
    struct builder sql;
    builder_init(&sql);
    builder_add(&sql, TEXT("SELECT 1 FROM "));
    store_quote(&sql, table);
    builder_add(&sql, TEXT(" LIMIT 1"));
    struct statement *query = sql.failed ? NULL : store_prepare(store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!query) return store_fail(store, STORE_NO_MEMORY, NULL);
    bool any = begin_statement(query, NULL, 0) && next(query);
    statement_free(query);
    return !any && !store_failed(store);
}

/* One may not be taken away under whoever reads. */
static bool somebody_reads(sqlite3 *database) {
    bool any = false;
    for (sqlite3_stmt *one = NULL; !any && (one = sqlite3_next_stmt(database, one));) any = sqlite3_stmt_busy(one);
    return any;
}

static void note_index(struct sqlite_load *loading, struct builder *drop, sqlite3_stmt *index) {
    builder_add(drop, TEXT("DROP INDEX "));
    store_quote(drop, text_from((const char *)sqlite3_column_text(index, 0)));
    builder_add(drop, TEXT(";"));
    builder_format(&loading->indexes, "%s;", (const char *)sqlite3_column_text(index, 1));
}

static bool put_indexes_off(struct sqlite_load *loading) {
    static const char find[] = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql NOT "
                               "NULL ORDER BY rowid";
    struct store *store = loading->load.store;
    sqlite3_stmt *query = NULL;
    const struct store_value table = store_text(loading->load.table->name);
    struct builder drop;
    if (somebody_reads(database_of(store))) return true;
    builder_init(&drop);
    int result = sqlite3_prepare_v2(database_of(store), find, -1, &query, NULL);
    if (result == SQLITE_OK) result = bind(query, 1, &table);
    while (result == SQLITE_OK && (result = sqlite3_step(query)) == SQLITE_ROW) {
        note_index(loading, &drop, query);
        result = SQLITE_OK;
    }
    sqlite3_finalize(query);
    bool good = result == SQLITE_DONE || fail(store, result);
    if (good && (drop.failed || loading->indexes.failed)) good = fail(store, SQLITE_NOMEM);
    if (good && drop.length) good = run_text(store, builder_text(&drop).bytes);
    builder_free(&drop);
    return good;
}

/* --- many rows ---------------------------------------------------------------------------------------------------- */

/* Pieces that a processor's caches hold are sorted twice as fast as all at once; meanwhile they lie in files that have
 * no name. */
static bool make_indexes(struct store *store, const char *sql) {
    bool made = run_text(store, "PRAGMA temp_store = FILE; PRAGMA cache_size = " SORTED_KB) && run_text(store, sql);
    return run_text(store, "PRAGMA temp_store = MEMORY; PRAGMA cache_size = " CACHE_KB) && made;
}

static struct store_load *load(struct store *store, const struct store_table *table, const char *columns) {
    struct sqlite_load *loading = memory_new(1, sizeof *loading);
    struct builder sql;
    builder_init(&sql);
    builder_format(&sql, "INSERT INTO %s VALUES (", columns);
    for (size_t i = 0; i < table->count; i++) builder_add(&sql, i ? TEXT(", ?") : TEXT("?"));
    builder_add(&sql, TEXT(")"));
    if (loading && !sql.failed) loading->insert = store_prepare(store, builder_text(&sql).bytes);
    builder_free(&sql);
    if (!loading || !loading->insert) {
        store_fail(store, STORE_NO_MEMORY, NULL);
        memory_free(loading);
        return NULL;
    }
    loading->load = (struct store_load){store, table};
    loading->fresh = is_empty(store, table->name);
    builder_init(&loading->indexes);
    return &loading->load;
}

static bool load_row(struct store_load *base, const struct store_value *values) {
    struct sqlite_load *loading = (struct sqlite_load *)base;
    if (loading->fresh && loading->rows++ == MANY_ROWS && !put_indexes_off(loading)) return false;
    if (!begin_statement(loading->insert, values, base->table->count)) return false;
    next(loading->insert);
    sqlite3_reset(((struct sqlite_statement *)loading->insert)->prepared);
    return !store_failed(base->store);
}

static bool load_end(struct store_load *base) {
    struct sqlite_load *loading = (struct sqlite_load *)base;
    bool done = !store_failed(base->store);
    statement_free(loading->insert);
    if (done && loading->indexes.length) done = make_indexes(base->store, builder_text(&loading->indexes).bytes);
    builder_free(&loading->indexes);
    memory_free(loading);
    return done;
}

/* --- checking ----------------------------------------------------------------------------------------------------- */

static bool check(struct store *store) {
    struct statement *query = store_prepare(store, "PRAGMA integrity_check(1)");
    char words[sizeof store->trouble.words];
    if (!query) return store_fail(store, STORE_NO_MEMORY, NULL);
    struct text said = statement_begin(query, NULL, 0) && statement_next(query) ? statement_text(query, 0) : TEXT("");
    bool whole = text_is(said, "ok");
    snprintf(words, sizeof words, "%.*s", TEXT_ARG(said));
    statement_free(query);
    return (whole && !store_failed(store)) ||
           store_fail(store, STORE_DAMAGED, words); /* the first that failed counts */
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static void close_store(struct store *base) {
    store_forget_idle(base);
    sqlite3_close(database_of(base));
    memory_free(base);
}

static const struct store_kind kind = {
    .types = {"", "INTEGER", "TEXT", "BLOB"},
    .table_end = " STRICT",
    .table_query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1",
    .index_query = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = $1",
    .foreign_query = "SELECT tbl_name, type || ' ' || name FROM sqlite_schema WHERE type IN ('trigger', 'view') "
                     "ORDER BY 1, 2",
    .columns_query = "SELECT name, CASE WHEN hidden <> 0 THEN 0 WHEN type = 'INTEGER' THEN 1 WHEN type = 'TEXT' THEN 2 "
                     "WHEN type = 'BLOB' THEN 3 ELSE 0 END, \"notnull\" FROM pragma_table_xinfo($1)",
    .rows_most_query = "SELECT page_count * page_size / 8 FROM pragma_page_count, pragma_page_size",
    .close = close_store,
    .begin = begin,
    .commit = commit,
    .roll_back = roll_back,
    .run_text = run_alone,
    .make_indexes = make_indexes,
    .check = check,
    .statement_bytes = sizeof(struct sqlite_statement),
    .forget = forget,
    .begin_statement = begin_statement,
    .next = next,
    .end = end,
    .is_null = is_null,
    .integer = integer,
    .text = text,
    .load = load,
    .load_row = load_row,
    .load_end = load_end,
};

/* Whoever was stopped while making one left it so. */
static bool holds_nothing(struct store *store) {
    struct statement *query = store_prepare(store, "SELECT 1 FROM sqlite_schema");
    if (!query) return store_fail(store, STORE_NO_MEMORY, NULL);
    bool any = begin_statement(query, NULL, 0) && next(query);
    statement_free(query);
    return any ? store_fail(store, STORE_THERE, NULL) : !store_failed(store);
}

static bool is_left(const char *path, const char *behind) {
    char *log = sqlite3_mprintf("%s%s", path, behind);
    bool left = !log || access(log, F_OK) == 0;
    sqlite3_free(log);
    return left;
}

/* How the name of a log ends that has lost its file, or NULL: it may hold what was acknowledged last, and would be
 * thrown away with the first look at an empty file of that name. A journal of an empty file holds nothing: whoever was
 * stopped while making it left it so. Its own file is there before a log is. */
static const char *log_left(const char *path) {
    struct stat file;
    const char *left = is_left(path, "-wal") ? "-wal" : is_left(path, "-journal") ? "-journal" : NULL;
    if (!left || lstat(path, &file) != 0) return left;
    return strcmp(left, "-wal") == 0 && S_ISREG(file.st_mode) && file.st_size == 0 ? left : NULL;
}

/* Nobody else may read what is about people. Why there is none now; STORE_THERE: it was there. */
static enum store_failure make_file(const char *path) {
    enum { OWNER_ALONE = 0600 };
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, OWNER_ALONE);
    if (file >= 0) return close(file) == 0 ? STORE_FINE : STORE_DISK;
    return errno == EEXIST ? STORE_THERE : failure_of_system(errno);
}

/* What a file says of itself is not believed: nothing that stands in it runs, be it a trigger, a view or a function. */
static bool set_up(struct store *store, enum store_opening opening) {
    sqlite3 *database = database_of(store);
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, BUSY_MS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    bool good = run_text(store, "SELECT count(*) FROM sqlite_schema"); /* whether it is a database at all */
    if (opening != STORE_AS_IT_IS) good = good && holds_nothing(store);
    if (opening == STORE_MADE_ANEW) good = good && run_text(store, "PRAGMA journal_mode = WAL");
    if (opening == STORE_DRAFT) good = good && run_text(store, "PRAGMA journal_mode = MEMORY");
    return good && run_text(store, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
                                   "PRAGMA cache_size = " CACHE_KB "; PRAGMA wal_autocheckpoint = " LOGGED_PAGES);
}

/* Files without a name lie beside the first database that is opened, as long as its folder may be written: what stands
 * in them is about people, too. */
static bool choose_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    if (sqlite3_temp_directory) return true;
    sqlite3_temp_directory =
        !slash ? sqlite3_mprintf(".") : sqlite3_mprintf("%.*s", slash == path ? 1 : (int)(slash - path), path);
    return sqlite3_temp_directory != NULL;
}

static enum store_failure make_new(const char *path, struct store_trouble *trouble) {
    const char *left = log_left(path);
    if (!left) return make_file(path);
    snprintf(trouble->words, sizeof trouble->words, "%s", left);
    return STORE_LOG_LEFT;
}

struct store *sqlite_open(const char *path, enum store_opening opening, struct store_trouble *trouble) {
    struct sqlite_store *store = memory_new(1, sizeof *store);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* before the first only: nobody asks, and counting takes a lock */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    enum store_failure made = !store                      ? STORE_NO_MEMORY
                              : opening != STORE_AS_IT_IS ? make_new(path, trouble)
                                                          : STORE_THERE;
    if (made != STORE_FINE && made != STORE_THERE) {
        trouble->failure = made;
        memory_free(store);
        return NULL;
    }
    store->store.kind = &kind;
    int result = choose_folder(path) ? sqlite3_open_v2(path, &store->database, flags, NULL) : SQLITE_NOMEM;
    bool good = result == SQLITE_OK && set_up(&store->store, opening);
    if (result != SQLITE_OK && store->database) fail(&store->store, result);
    if (result != SQLITE_OK && !store->database) store_fail(&store->store, STORE_NO_MEMORY, NULL);
    if (good) return &store->store;
    *trouble = store->store.trouble;
    close_store(&store->store);
    return NULL;
}
