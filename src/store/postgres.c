/* A store on a server, by PostgreSQL: rows in binary both ways, one writer at a time. */
#include "store/store_inside.h"

#include "base/memory.h"
#include "base/shown.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum { PARAMETERS_MAX = 64, LOAD_BYTES = 1 << 16, WIDTH = sizeof(int64_t) };
enum { OID_BYTES = 17, OID_INTEGER = 20, OID_SHORT = 21, OID_WORD = 23, OID_TEXT = 25 };

struct postgres_statement;

/* What was asked of the server before it is begun. */
struct answer {
    struct postgres_statement *of;
    struct builder values; /* as they were sent */
    bool fresh;            /* the statement was told before it */
    PGresult *result;      /* NULL: not yet there */
};
enum { FORGOTTEN_MAX = IDLE_MAX, ANSWERS_MAX = 256, NAME_ROOM = 16 };
struct postgres_store {
    struct store store;
    PGconn *connection;
    unsigned statements;                                /* prepared so far: their names are s1, s2 … */
    unsigned forgotten[FORGOTTEN_MAX], forgotten_count; /* that the server is still to forget */
    struct answer answers[ANSWERS_MAX];
    size_t answers_count, answers_there; /* of which so many have come: the others wait in the pipeline */
    bool unsent;                         /* not all that was asked could be sent */
};
struct field_found {
    const char *bytes;
    int length; /* -1: NULL */
};
struct postgres_statement {
    struct statement statement;
    unsigned number; /* 0: not prepared */
    PGresult *result;
    int row;        /* of the result, + 1 */
    bool is_scan;   /* rows come one by one */
    char *received; /* of a scan: the row at hand */
    struct field_found fields[STORE_COLUMNS_MAX];
};
struct postgres_load {
    struct store_load load;
    struct builder rows;
    size_t values; /* of a row */
};

static PGconn *connection_of(const struct store *store) {
    return ((const struct postgres_store *)store)->connection;
}

/* --- trouble ------------------------------------------------------------------------------------------------------ */

static enum store_failure failure_of_state(const char *state) {
    static const struct {
        const char *state; /* SQLSTATE, or how it begins */
        enum store_failure failure;
    } known[] = {
        {"53100", STORE_FULL},  {"53200", STORE_NO_MEMORY}, {"25006", STORE_READ_ONLY}, {"42501", STORE_READ_ONLY},
        {"55P03", STORE_BUSY},  {"40001", STORE_BUSY},      {"40P01", STORE_BUSY},      {"57014", STORE_BUSY},
        {"23", STORE_CONFLICT}, {"XX001", STORE_DAMAGED},   {"XX002", STORE_DAMAGED},   {"58", STORE_DISK},
        {"08", STORE_LOST},     {"57P", STORE_LOST},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(state, known[i].state, strlen(known[i].state)) == 0) return known[i].failure;
    return STORE_MISTAKE;
}

static bool fail(struct store *store, const PGresult *result) {
    PGconn *connection = connection_of(store);
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (PQstatus(connection) != CONNECTION_OK) return store_fail(store, STORE_LOST, PQerrorMessage(connection));
    bool waits = PQpipelineStatus(connection) != PQ_PIPELINE_OFF; /* for answers that do not come any more */
    if (!result) return store_fail(store, waits ? STORE_LOST : STORE_NO_MEMORY, PQerrorMessage(connection));
    return store_fail(store, state ? failure_of_state(state) : STORE_LOST, PQresultErrorMessage(result));
}

/* Takes the result. */
static bool is_done(struct store *store, PGresult *result, ExecStatusType wanted) {
    ExecStatusType status = PQresultStatus(result);
    bool done = status == wanted || (wanted == PGRES_COMMAND_OK && status == PGRES_TUPLES_OK);
    if (!done) fail(store, result);
    PQclear(result);
    return done;
}

/* --- what is sent ------------------------------------------------------------------------------------------------- */

static void put_big_endian(unsigned char bytes[WIDTH], int64_t integer) {
    for (int i = 0; i < WIDTH; i++) bytes[i] = (unsigned char)((uint64_t)integer >> (8 * (WIDTH - 1 - i)));
}

static int64_t big_endian(const char *bytes, int length) {
    uint64_t integer = (signed char)bytes[0] < 0 ? UINT64_MAX : 0;
    for (int i = 0; i < length; i++) integer = integer << 8 | (unsigned char)bytes[i];
    return (int64_t)integer;
}

static void name_of(char name[NAME_ROOM], unsigned number) {
    snprintf(name, NAME_ROOM, "s%u", number);
}

static bool send_forgotten(struct postgres_store *store) {
    char name[NAME_ROOM], sql[NAME_ROOM + sizeof "DEALLOCATE "];
    bool sent = true;
    for (unsigned i = 0; i < store->forgotten_count && sent; i++) {
        name_of(name, store->forgotten[i]);
        snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
        sent = PQsendQueryParams(store->connection, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
    }
    return sent;
}

static bool send_prepare(struct postgres_store *store, const struct postgres_statement *statement,
                         const struct store_value *values, size_t count) {
    static const Oid types[] = {[STORE_NULL] = 0, OID_INTEGER, OID_TEXT, OID_BYTES};
    Oid wanted[PARAMETERS_MAX];
    char name[NAME_ROOM];
    for (size_t i = 0; i < count; i++) wanted[i] = types[values[i].type];
    name_of(name, statement->number);
    return PQsendPrepare(store->connection, name, statement->statement.sql.bytes, (int)count, wanted) == 1;
}

static bool send_values(PGconn *connection, unsigned number, const struct store_value *values, size_t count) {
    unsigned char integers[PARAMETERS_MAX][WIDTH];
    const char *bytes[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX], formats[PARAMETERS_MAX];
    char name[NAME_ROOM];
    for (size_t i = 0; i < count; i++) {
        put_big_endian(integers[i], values[i].integer);
        bool is_integer = values[i].type == STORE_INTEGER;
        bytes[i] = is_integer ? (const char *)integers[i] : values[i].text.bytes ? values[i].text.bytes : "";
        if (values[i].type == STORE_NULL) bytes[i] = NULL;
        lengths[i] = is_integer ? WIDTH : (int)values[i].text.length;
        formats[i] = 1;
    }
    name_of(name, number);
    return PQsendQueryPrepared(connection, name, (int)count, bytes, lengths, formats, 1) == 1;
}

/* What came of the next that was sent; NULL: the connection is lost, or memory ran out. */
static PGresult *receive(PGconn *connection) {
    PGresult *result = PQgetResult(connection);
    if (result && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        PQclear(PQgetResult(connection)); /* nothing more of it */
    return result;
}

/* Passes over what is left of what was sent together: to its end, or, where the server is gone, to that of what it said
 * before. */
static void receive_rest(PGconn *connection) {
    bool ends = false;
    for (unsigned silent = 0; !ends && silent < 2;) {
        PGresult *result = PQgetResult(connection);
        silent = result ? 0 : silent + 1;
        ends = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        PQclear(result);
    }
    PQexitPipelineMode(connection);
}

/* The statement, where the server does not know it yet, and its values. Where that goes wrong nobody can tell what of
 * it reached the server: no name is given again. */
static bool send(struct postgres_statement *statement, const struct store_value *values, size_t count) {
    struct postgres_store *store = (struct postgres_store *)statement->statement.store;
    bool fresh = statement->number == 0;
    assert(count <= PARAMETERS_MAX);
    if (fresh) statement->number = ++store->statements;
    return (!fresh || send_prepare(store, statement, values, count)) &&
           send_values(store->connection, statement->number, values, count);
}

/* What came of it; NULL: it failed, and the server knows no more of the statement than before. */
static PGresult *receive_answer(struct postgres_statement *statement, bool fresh) {
    struct store *store = statement->statement.store;
    PGconn *connection = connection_of(store);
    bool known = !fresh || is_done(store, receive(connection), PGRES_COMMAND_OK);
    PGresult *result = known ? receive(connection) : NULL;
    ExecStatusType status = PQresultStatus(result);
    if (!known) statement->number = 0;
    if (known && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)) return result;
    if (known) fail(store, result);
    PQclear(result);
    return NULL;
}

/* --- what is asked ahead ------------------------------------------------------------------------------------------ */

static void add_values(struct builder *out, const struct store_value *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t length = values[i].type == STORE_INTEGER ? 0 : values[i].text.length;
        builder_format(out, "%d %lld %zu ", (int)values[i].type, (long long)values[i].integer, length);
        if (length) builder_add(out, values[i].text);
    }
}

static void drop_answer(struct postgres_store *store, size_t at) {
    builder_free(&store->answers[at].values);
    PQclear(store->answers[at].result);
    memmove(&store->answers[at], &store->answers[at + 1], (--store->answers_count - at) * sizeof *store->answers);
    store->answers_there--;
}

/* Waits for all that was asked: then the connection is free for whatever comes next. */
static bool settle(struct store *base) {
    struct postgres_store *store = (struct postgres_store *)base;
    if (store->answers_there == store->answers_count) return true;
    bool sent = PQpipelineSync(store->connection) == 1 && !store->unsent, done = sent;
    store->unsent = false;
    for (; store->answers_there < store->answers_count; store->answers_there++) {
        struct answer *answer = &store->answers[store->answers_there];
        if (done)
            answer->result = receive_answer(answer->of, answer->fresh);
        else if (answer->fresh)
            answer->of->number = 0;
        done = done && answer->result;
    }
    receive_rest(store->connection);
    if (!sent) fail(base, NULL); /* by now it is known whether the server is gone */
    return done;
}

static void drop_answers(struct store *base) {
    struct postgres_store *store = (struct postgres_store *)base;
    settle(base);
    while (store->answers_count) drop_answer(store, store->answers_count - 1);
}

/* Which answer is to what was asked with those values; SIZE_MAX: it was not. */
static size_t find_answer(const struct postgres_store *store, const struct postgres_statement *statement,
                          struct text values) {
    for (size_t i = 0; i < store->answers_count; i++)
        if (store->answers[i].of == statement && text_equal(builder_text(&store->answers[i].values), values)) return i;
    return SIZE_MAX;
}

static void ask(struct statement *base, const struct store_value *values, size_t count) {
    struct postgres_statement *statement = (struct postgres_statement *)base;
    struct postgres_store *store = (struct postgres_store *)base->store;
    bool full = store->answers_count == ANSWERS_MAX;
    if (full && store->answers_there == 0) return;
    if (full) drop_answer(store, 0); /* the one for which nobody has come the longest */
    struct answer answer = {.of = statement, .fresh = statement->number == 0};
    builder_init(&answer.values);
    add_values(&answer.values, values, count);
    if (answer.values.failed) store_fail(base->store, STORE_NO_MEMORY, NULL);
    bool asked = answer.values.failed || find_answer(store, statement, builder_text(&answer.values)) != SIZE_MAX;
    bool opens = store->answers_there == store->answers_count;
    if (asked || (opens && PQenterPipelineMode(store->connection) != 1)) {
        builder_free(&answer.values);
        return;
    }
    store->answers[store->answers_count++] = answer;
    store->unsent = !send(statement, values, count);
    if (store->unsent) drop_answers(base->store); /* which finds out why */
}

/* NULL: it was not asked. */
static PGresult *take_answer(struct postgres_statement *statement, const struct store_value *values, size_t count) {
    struct postgres_store *store = (struct postgres_store *)statement->statement.store;
    struct builder wanted;
    if (store->answers_count == 0) return NULL;
    builder_init(&wanted);
    add_values(&wanted, values, count);
    if (wanted.failed) store_fail(&store->store, STORE_NO_MEMORY, NULL);
    size_t at = wanted.failed ? SIZE_MAX : find_answer(store, statement, builder_text(&wanted));
    builder_free(&wanted);
    if (at == SIZE_MAX) return NULL;
    PGresult *result = store->answers[at].result;
    store->answers[at].result = NULL;
    drop_answer(store, at);
    return result;
}

static bool run_text(struct store *store, const char *sql) {
    return settle(store) && is_done(store, PQexec(connection_of(store), sql), PGRES_COMMAND_OK);
}

/* --- transactions ------------------------------------------------------------------------------------------------- */

/* Writers take turns by a lock that ends with the transaction: its number is "doudi" as letters. */
static bool begin(struct store *store, enum store_purpose purpose) {
    if (purpose == STORE_TO_READ) return run_text(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return run_text(store, "BEGIN; SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock(431198364777)");
}

static bool commit(struct store *store) {
    drop_answers(store);
    if (store_failed(store)) return false;
    bool connected = PQstatus(connection_of(store)) == CONNECTION_OK;
    if (run_text(store, "COMMIT")) return true;
    if (connected && store->trouble.failure == STORE_LOST) store->trouble.failure = STORE_UNSURE;
    return false;
}

static void roll_back(struct store *store) {
    drop_answers(store);
    PQclear(PQexec(connection_of(store), "ROLLBACK"));
}

/* --- statements --------------------------------------------------------------------------------------------------- */

/* All goes to the server together, which is waited for once: what it may forget, the statement and its values. */
static bool begin_statement(struct statement *base, const struct store_value *values, size_t count) {
    struct postgres_statement *statement = (struct postgres_statement *)base;
    struct postgres_store *store = (struct postgres_store *)base->store;
    PGconn *connection = store->connection;
    statement->row = 0;
    if (!settle(base->store)) return false;
    statement->result = take_answer(statement, values, count);
    if (statement->result || store_failed(base->store)) return statement->result;
    bool fresh = statement->number == 0;
    unsigned forgotten = store->forgotten_count;
    if (PQenterPipelineMode(connection) != 1) return fail(base->store, NULL); /* a scan is under way */
    bool sent = send_forgotten(store) && send(statement, values, count);
    bool all_sent = PQpipelineSync(connection) == 1 && sent, done = all_sent;
    store->forgotten_count = 0; /* nothing is forgotten twice */
    for (; done && forgotten; forgotten--) done = is_done(base->store, receive(connection), PGRES_COMMAND_OK);
    if (done) statement->result = receive_answer(statement, fresh);
    if (!done && fresh) statement->number = 0;
    receive_rest(connection);
    if (!all_sent) fail(base->store, NULL);
    return statement->result;
}

static void end(struct statement *base) {
    struct postgres_statement *statement = (struct postgres_statement *)base;
    PQclear(statement->result);
    statement->result = NULL;
}

/* --- rows that come one by one ------------------------------------------------------------------------------------ */

static const char copy_begins[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
enum { COPY_HEAD = 19 };

/* What the server sends is believed as its own results are; that it ends where it should is not. */
static bool split_row(struct postgres_statement *statement, const char *row, int length) {
    int at = 2, count = length >= 2 ? (int)big_endian(row, 2) : -1;
    if (count < 0 || count > STORE_COLUMNS_MAX) return false;
    for (int i = 0; i < count; i++) {
        if (length - at < 4) return false;
        int size = (int)big_endian(row + at, 4);
        at += 4;
        if (size > length - at) return false;
        statement->fields[i] = (struct field_found){row + at, size};
        at += size > 0 ? size : 0;
    }
    return at == length;
}

static bool next_received(struct postgres_statement *statement) {
    struct store *store = statement->statement.store;
    PGconn *connection = connection_of(store);
    if (statement->received) PQfreemem(statement->received);
    statement->received = NULL;
    int length = PQgetCopyData(connection, &statement->received, 0);
    if (length == -2) return fail(store, NULL);
    if (length < 0) return false;
    const char *row = statement->received;
    if (length >= COPY_HEAD && memcmp(row, copy_begins, COPY_HEAD) == 0) {
        row += COPY_HEAD;
        length -= COPY_HEAD;
    }
    if (length == 2 && big_endian(row, 2) == -1) return next_received(statement); /* the end, which closes the copy */
    return split_row(statement, row, length) || store_fail(store, STORE_LOST, "COPY: a row is not whole");
}

static bool next(struct statement *base) {
    struct postgres_statement *statement = (struct postgres_statement *)base;
    if (statement->is_scan) return next_received(statement);
    if (statement->row >= PQntuples(statement->result)) return false;
    statement->row++;
    return true;
}

static struct field_found field(const struct statement *base, size_t column) {
    const struct postgres_statement *statement = (const struct postgres_statement *)base;
    if (statement->is_scan) return statement->fields[column];
    int row = statement->row - 1, at = (int)column;
    if (PQgetisnull(statement->result, row, at)) return (struct field_found){"", -1};
    return (struct field_found){PQgetvalue(statement->result, row, at), PQgetlength(statement->result, row, at)};
}

static bool is_null(const struct statement *base, size_t column) {
    return field(base, column).length < 0;
}

static int64_t integer(const struct statement *base, size_t column) {
    struct field_found found = field(base, column);
    return found.length > 0 && found.length <= WIDTH ? big_endian(found.bytes, found.length) : 0;
}

static struct text text(const struct statement *base, size_t column) {
    struct field_found found = field(base, column);
    return found.length < 0 ? TEXT("") : (struct text){found.bytes, (size_t)found.length};
}

/* Rows that nobody wants any more are passed over: the connection is then free. */
static void end_scan(struct postgres_statement *statement) {
    PGconn *connection = connection_of(statement->statement.store);
    PGresult *result;
    char *row = NULL;
    if (statement->received) PQfreemem(statement->received);
    statement->received = NULL;
    while (PQgetCopyData(connection, &row, 0) > 0) PQfreemem(row);
    while ((result = PQgetResult(connection))) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK) fail(statement->statement.store, result);
        PQclear(result);
    }
    statement->is_scan = false;
}

static void forget_answers(const struct postgres_statement *statement) {
    struct postgres_store *store = (struct postgres_store *)statement->statement.store;
    settle(&store->store);
    for (size_t i = store->answers_count; i-- > 0;)
        if (store->answers[i].of == statement) drop_answer(store, i);
}

static void forget(struct statement *base) {
    struct postgres_statement *statement = (struct postgres_statement *)base;
    struct postgres_store *store = (struct postgres_store *)base->store;
    if (statement->is_scan) end_scan(statement);
    forget_answers(statement);
    if (statement->number && store->forgotten_count < FORGOTTEN_MAX)
        store->forgotten[store->forgotten_count++] = statement->number; /* more are forgotten with the connection */
    PQclear(statement->result);
}

static struct statement *scan(struct store *store, const char *select) {
    struct statement *base = store_prepare(store, select);
    struct postgres_statement *statement = (struct postgres_statement *)base;
    struct builder copy;
    builder_init(&copy);
    builder_format(&copy, "COPY (%s) TO STDOUT (FORMAT binary)", select);
    bool good = base && !copy.failed;
    if (!good) store_fail(store, STORE_NO_MEMORY, NULL);
    good = good && settle(store) &&
           is_done(store, PQexec(connection_of(store), builder_text(&copy).bytes), PGRES_COPY_OUT);
    builder_free(&copy);
    if (good) statement->is_scan = true;
    if (!good) statement_free(base);
    return good ? base : NULL;
}

/* --- many rows ---------------------------------------------------------------------------------------------------- */

static bool send_rows(struct postgres_load *loading) {
    struct store *store = loading->load.store;
    struct text rows = builder_text(&loading->rows);
    if (loading->rows.failed) return store_fail(store, STORE_NO_MEMORY, NULL);
    bool sent = PQputCopyData(connection_of(store), rows.bytes, (int)rows.length) == 1;
    loading->rows.length = 0;
    return sent || fail(store, NULL);
}

static struct store_load *load(struct store *store, const struct store_table *table, const char *columns) {
    struct postgres_load *loading = memory_new(1, sizeof *loading);
    struct builder sql;
    builder_init(&sql);
    builder_format(&sql, "COPY %s FROM STDIN (FORMAT binary)", columns);
    bool good = loading && !sql.failed;
    if (!good) store_fail(store, STORE_NO_MEMORY, NULL);
    good =
        good && settle(store) && is_done(store, PQexec(connection_of(store), builder_text(&sql).bytes), PGRES_COPY_IN);
    builder_free(&sql);
    if (!good) {
        memory_free(loading);
        return NULL;
    }
    loading->load = (struct store_load){store, table};
    loading->values = table->count + table->by_place;
    builder_init(&loading->rows);
    builder_add(&loading->rows, (struct text){copy_begins, COPY_HEAD});
    return &loading->load;
}

static void add_integer(struct builder *rows, int64_t integer, size_t width) {
    unsigned char bytes[WIDTH];
    put_big_endian(bytes, integer);
    builder_add(rows, (struct text){(const char *)bytes + (WIDTH - width), width});
}

static bool load_row(struct store_load *base, const struct store_value *values) {
    struct postgres_load *loading = (struct postgres_load *)base;
    struct builder *rows = &loading->rows;
    add_integer(rows, (int64_t)loading->values, 2);
    for (size_t i = 0; i < loading->values; i++) {
        const struct store_value *value = &values[i];
        size_t length = value->type == STORE_INTEGER ? WIDTH : value->text.length;
        add_integer(rows, value->type == STORE_NULL ? -1 : (int64_t)length, 4);
        if (value->type == STORE_INTEGER) add_integer(rows, value->integer, WIDTH);
        if (value->type == STORE_TEXT || value->type == STORE_BYTES) builder_add(rows, value->text);
    }
    return rows->length < LOAD_BYTES || send_rows(loading);
}

static bool load_end(struct store_load *base) {
    struct postgres_load *loading = (struct postgres_load *)base;
    struct store *store = base->store;
    PGconn *connection = connection_of(store);
    PGresult *result;
    if (!store_failed(store)) {
        add_integer(&loading->rows, -1, 2);
        send_rows(loading);
    }
    PQputCopyEnd(connection, store_failed(store) ? "given up" : NULL);
    while ((result = PQgetResult(connection))) is_done(store, result, PGRES_COMMAND_OK);
    builder_free(&loading->rows);
    memory_free(loading);
    return !store_failed(store);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* --- checking ----------------------------------------------------------------------------------------------------- */

/* The extension's function for one index, in whichever schema it is, where this user may call it; none: no row. */
static const char check_query[] = "SELECT format('SELECT count(%I.bt_index_check(i.indexrelid, true)) FROM pg_index i "
                                  "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
                                  "WHERE a.amname = ''btree'' AND i.indisvalid "
                                  "AND c.relnamespace = current_schema()::regnamespace', n.nspname) "
                                  "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
                                  "JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' "
                                  "JOIN pg_extension e ON e.oid = d.refobjid "
                                  "WHERE e.extname = 'amcheck' AND p.proname = 'bt_index_check' AND p.pronargs = 2 "
                                  "AND has_function_privilege(p.oid, 'EXECUTE')";

static bool check(struct store *store) {
    if (!settle(store)) return false;
    PGresult *result = PQexec(connection_of(store), check_query);
    bool asked = PQresultStatus(result) == PGRES_TUPLES_OK || fail(store, result);
    bool whole = asked && (PQntuples(result) == 0 || run_text(store, PQgetvalue(result, 0, 0)));
    PQclear(result);
    return whole;
}

static void close_store(struct store *base) {
    store_forget_idle(base);
    drop_answers(base);
    PQfinish(connection_of(base));
    memory_free(base);
}

/* Also on parts of a table. */
static const char foreign_query[] =
    "SELECT CAST(coalesce(whole.relname, own.relname) AS text), found.what "
    "FROM (SELECT tgrelid AS relation, 'trigger ' || tgname AS what FROM pg_catalog.pg_trigger WHERE NOT tgisinternal "
    "UNION ALL SELECT ev_class, 'rule ' || rulename FROM pg_catalog.pg_rewrite "
    "UNION ALL SELECT oid, 'row security' FROM pg_catalog.pg_class WHERE relrowsecurity "
    "UNION ALL SELECT oid, 'foreign table' FROM pg_catalog.pg_class AS far WHERE relkind = 'f' AND NOT EXISTS "
    "(SELECT 1 FROM pg_catalog.pg_inherits JOIN pg_catalog.pg_class AS all_of ON all_of.oid = inhparent "
    "WHERE inhrelid = far.oid AND all_of.relkind = 'p')) AS found " /* a part may lie on another server */
    "JOIN pg_catalog.pg_class AS own ON own.oid = found.relation "
    "LEFT JOIN pg_catalog.pg_inherits AS part ON part.inhrelid = own.oid "
    "LEFT JOIN pg_catalog.pg_class AS whole ON whole.oid = part.inhparent "
    "WHERE coalesce(whole.relnamespace, own.relnamespace) = "
    "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) ORDER BY 1, 2";
static const char columns_query[] =
    "SELECT CAST(attname AS text), CAST(CASE WHEN attgenerated <> '' THEN 0 WHEN atttypid = 20 THEN 1 "
    "WHEN atttypid = 25 THEN 2 WHEN atttypid = 17 THEN 3 ELSE 0 END AS bigint), CAST(attnotnull AS integer) "
    "FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid = "
    "(SELECT oid FROM pg_catalog.pg_class WHERE relname = $1 AND relkind IN ('r', 'p') AND relnamespace = "
    "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())) ORDER BY attnum";

static const struct store_kind kind = {
    .types = {"", "BIGINT", "TEXT COLLATE \"C\"", "BYTEA"}, /* texts in the order of their bytes, as in a file */
    .table_end = "",
    .table_query = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1",
    .index_query = "SELECT 1 FROM pg_catalog.pg_indexes WHERE schemaname = current_schema() AND indexname = $1",
    .foreign_query = foreign_query,
    .columns_query = columns_query,
    .rows_most_query = "SELECT pg_catalog.pg_database_size(pg_catalog.current_database()) / 8",
    .parting_query = "SELECT CASE WHEN c.relkind <> 'p' THEN 0 WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i "
                     "JOIN pg_catalog.pg_class f ON f.oid = i.inhrelid AND f.relkind = 'f' "
                     "JOIN pg_catalog.pg_class p ON p.oid = i.inhparent AND p.relkind = 'p' "
                     "WHERE p.relnamespace = c.relnamespace) THEN 2 ELSE 1 END FROM pg_catalog.pg_class c "
                     "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                     "WHERE n.nspname = current_schema() AND c.relname = $1",
    .close = close_store,
    .begin = begin,
    .commit = commit,
    .roll_back = roll_back,
    .run_text = run_text,
    .make_indexes = run_text,
    .check = check,
    .statement_bytes = sizeof(struct postgres_statement),
    .forget = forget,
    .begin_statement = begin_statement,
    .ask = ask,
    .next = next,
    .end = end,
    .is_null = is_null,
    .integer = integer,
    .text = text,
    .load = load,
    .load_row = load_row,
    .load_end = load_end,
    .scan = scan,
};

static void be_silent(void *nothing, const char *notice) {
    (void)nothing;
    (void)notice;
}

/* Of several, with commas; what is longer is none. */
static bool are_ports(const char *text) {
    enum { LONGEST = 5 };
    for (size_t length; *text; text += length + (text[length] == ',')) {
        length = strspn(text, "0123456789");
        if (length > LONGEST || (text[length] && text[length] != ',')) return false;
    }
    return true;
}

/* What libpq says of an address may quote a piece of it: of one that it takes apart otherwise than it was meant,
 * perhaps a piece of a password. */
static bool is_plain(const char *url) {
    const char *begins = strstr(url, "//") + 2, *at = strrchr(url, '@');
    bool plain = !at || strcspn(begins, "@/?#[]") == (size_t)(at - begins);
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    for (const PQconninfoOption *option = options; option && option->keyword; option++)
        if (strcmp(option->keyword, "port") == 0 && option->val) plain = plain && are_ports(option->val);
    plain = plain && options;
    PQconninfoFree(options);
    return plain;
}

/* A server cuts longer names off itself. */
static void add_piece(struct builder *out, const char *mark, const char *piece) {
    enum { PIECE_MOST = 63 };
    struct text text = text_from(piece);
    size_t end = text.length < PIECE_MOST ? text.length : PIECE_MOST;
    while (end < text.length && end > 0 && ((unsigned char)text.bytes[end] & 0xc0) == 0x80) end--;
    if (*piece) builder_add(out, text_from(mark));
    builder_add_shown(out, text_slice(text, 0, end));
    if (end < text.length) builder_add(out, TEXT("…"));
}

static const char *option_of(const PQconninfoOption *options, const char *keyword) {
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0 && options->val) return options->val;
    return "";
}

void postgres_shown(const char *url, struct builder *out) {
    PQconninfoOption *options = is_plain(url) ? PQconninfoParse(url, NULL) : NULL;
    const char *host = option_of(options, "host"), *name = option_of(options, "dbname");
    if (*host == '\0') host = option_of(options, "hostaddr");
    if (*host == '/' || *host == '@') host = ""; /* a socket */
    builder_add(out, *host || *name ? TEXT("postgresql://") : TEXT("postgresql"));
    add_piece(out, "", host);
    if (*host || *name) add_piece(out, ":", option_of(options, "port"));
    add_piece(out, "/", name);
    PQconninfoFree(options);
}

static bool fail_to_connect(struct store *store, const char *url) {
    static const char remedy[] = "no address; in a password / ? # @ : % are written %2F %3F %23 %40 %3A %25";
    PGconn *connection = connection_of(store);
    bool refused = PQconnectionNeedsPassword(connection) || PQconnectionUsedPassword(connection);
    return store_fail(store, refused ? STORE_REFUSED : STORE_NOT_THERE,
                      is_plain(url) ? PQerrorMessage(connection) : remedy);
}

struct store *postgres_open(const char *url, struct store_trouble *trouble) {
    struct postgres_store *store = memory_new(1, sizeof *store);
    if (!store) {
        trouble->failure = STORE_NO_MEMORY;
        return NULL;
    }
    store->store.kind = &kind;
    store->connection = PQconnectdb(url);
    bool there = PQstatus(store->connection) == CONNECTION_OK;
    if (!there) fail_to_connect(&store->store, url);
    PQsetNoticeProcessor(store->connection, be_silent, NULL);
    if (there && PQsetClientEncoding(store->connection, "UTF8") == 0 &&
        run_text(&store->store, "SET synchronous_commit = on"))
        return &store->store;
    store_fail(&store->store, STORE_LOST, PQerrorMessage(store->connection));
    *trouble = store->store.trouble;
    close_store(&store->store);
    return NULL;
}
