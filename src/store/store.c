#include "store/store_inside.h"

#include "base/memory.h"
#include "store/digest.h"

#include <stdio.h>
#include <string.h>

/* --- opening ------------------------------------------------------------------------------------------------------ */

bool store_is_url(const char *url) {
    struct text text = text_from(url);
    return text_starts(text, "postgresql://") || text_starts(text, "postgres://");
}

bool store_is_there(const char *url) {
    static const char begins[] = "SQLite format 3"; /* and the NUL */
    char head[sizeof begins];
    if (store_is_url(url)) return true;
    FILE *file = fopen(url, "rb");
    bool there = file && fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, begins, sizeof head) == 0;
    if (file) (void)fclose(file);
    return there;
}

void store_shown(const char *url, struct builder *out) {
    if (store_is_url(url))
        postgres_shown(url, out);
    else
        builder_add(out, text_from(url));
}

struct store *store_open(const char *url, enum store_opening opening, struct store_trouble *trouble) {
    size_t size = strlen(url) + 1;
    char *copy = memory_new(size, 1);
    *trouble = (struct store_trouble){.failure = copy ? STORE_FINE : STORE_NO_MEMORY};
    struct store *store = !copy               ? NULL
                          : store_is_url(url) ? postgres_open(url, trouble)
                                              : sqlite_open(url, opening, trouble);
    if (!store) {
        memory_free(copy);
        return NULL;
    }
    memcpy(copy, url, size);
    store->url = copy;
    return store;
}

struct store *store_open_again(const struct store *store, struct store_trouble *trouble) {
    return store_open(store->url, STORE_AS_IT_IS, trouble);
}

static void forget_statement(struct statement *statement) {
    statement->store->kind->forget(statement);
    memory_free((char *)statement->sql.bytes);
    memory_free(statement);
}

void store_forget_idle(struct store *store) {
    while (store->idle_count) forget_statement(store->idle[--store->idle_count]);
}

void store_close(struct store *store) {
    if (!store) return;
    memory_free(store->url);
    store->kind->close(store);
}

/* --- trouble ------------------------------------------------------------------------------------------------------ */

bool store_fail(struct store *store, enum store_failure failure, const char *words) {
    if (store->trouble.failure != STORE_FINE) return false;
    store->trouble.failure = failure;
    snprintf(store->trouble.words, sizeof store->trouble.words, "%s", words ? words : "");
    return false;
}

const struct store_trouble *store_trouble(const struct store *store) {
    return &store->trouble;
}

bool store_check(struct store *store) {
    bool whole = store_begin(store, STORE_TO_READ) && store->kind->check(store);
    store_roll_back(store);
    return whole;
}

bool store_failed(const struct store *store) {
    return store->trouble.failure != STORE_FINE;
}

bool store_is_damaged(struct store *store, const char *words) {
    return store_fail(store, STORE_DAMAGED, words);
}

/* Outside a transaction each call stands for itself. */
static bool goes_on(struct store *store) {
    if (!store->within) store->trouble = (struct store_trouble){.failure = STORE_FINE};
    return !store_failed(store);
}

/* --- transactions ------------------------------------------------------------------------------------------------- */

bool store_begin(struct store *store, enum store_purpose purpose) {
    if (!goes_on(store)) return false;
    store->within = store->kind->begin(store, purpose);
    store->purpose = purpose;
    return store->within;
}

bool store_commit(struct store *store) {
    if (!store->within) return false;
    bool done = !store_failed(store) && store->kind->commit(store);
    if (!done) store->kind->roll_back(store);
    store->within = false;
    return done;
}

void store_roll_back(struct store *store) {
    if (store->within) store->kind->roll_back(store);
    store->within = false;
}

bool store_within(const struct store *store) {
    return store->within;
}

bool store_writes(const struct store *store) {
    return store->within && store->purpose == STORE_TO_WRITE;
}

/* --- statements --------------------------------------------------------------------------------------------------- */

/* Of what was asked before the database knows already how to go about it. */
static struct statement *take_idle(struct store *store, struct text sql) {
    for (size_t i = store->idle_count; i-- > 0;) {
        struct statement *statement = store->idle[i];
        if (!text_equal(statement->sql, sql)) continue;
        memmove(&store->idle[i], &store->idle[i + 1], (--store->idle_count - i) * sizeof *store->idle);
        return statement;
    }
    return NULL;
}

struct statement *store_prepare(struct store *store, const char *sql) {
    size_t length = strlen(sql);
    struct statement *statement = take_idle(store, (struct text){sql, length});
    if (statement) return statement;
    statement = memory_new(1, store->kind->statement_bytes);
    char *copy = memory_new(length + 1, 1);
    if (!statement || !copy) {
        memory_free(statement);
        memory_free(copy);
        return NULL;
    }
    memcpy(copy, sql, length);
    statement->store = store;
    statement->sql = (struct text){copy, length};
    return statement;
}

void statement_free(struct statement *statement) {
    if (!statement) return;
    struct store *store = statement->store;
    if (statement->once) {
        forget_statement(statement);
        return;
    }
    store->kind->end(statement);
    if (store->idle_count == IDLE_MAX) {
        forget_statement(store->idle[0]);
        memmove(store->idle, store->idle + 1, --store->idle_count * sizeof *store->idle);
    }
    store->idle[store->idle_count++] = statement;
}

bool statement_begin(struct statement *statement, const struct store_value *values, size_t count) {
    struct store *store = statement->store;
    return goes_on(store) && store->kind->begin_statement(statement, values, count);
}

void statement_ask(struct statement *statement, const struct store_value *values, size_t count) {
    struct store *store = statement->store;
    bool reads = store->within && store->purpose == STORE_TO_READ && !store_failed(store);
    if (reads && store->kind->ask) store->kind->ask(statement, values, count);
}

bool statement_next(struct statement *statement) {
    struct store *store = statement->store;
    return !store_failed(store) && store->kind->next(statement);
}

void statement_end(struct statement *statement) {
    statement->store->kind->end(statement);
}

bool statement_run(struct statement *statement, const struct store_value *values, size_t count) {
    if (!statement_begin(statement, values, count)) return false;
    while (statement_next(statement)) continue;
    statement_end(statement);
    return !store_failed(statement->store);
}

bool statement_is_null(const struct statement *statement, size_t column) {
    return statement->store->kind->is_null(statement, column);
}

int64_t statement_integer(const struct statement *statement, size_t column) {
    return statement->store->kind->integer(statement, column);
}

struct text statement_text(const struct statement *statement, size_t column) {
    return statement->store->kind->text(statement, column);
}

struct store_value statement_value(const struct statement *statement, size_t column, enum store_type type) {
    if (statement_is_null(statement, column)) return store_null();
    if (type == STORE_INTEGER) return store_integer(statement_integer(statement, column));
    return (struct store_value){.type = type, .text = statement_text(statement, column)};
}

bool store_do(struct store *store, const char *sql) {
    return goes_on(store) && store->kind->run_text(store, sql);
}

/* --- SQL that is put together ------------------------------------------------------------------------------------- */

void store_quote(struct builder *sql, struct text name) {
    builder_add(sql, TEXT("\""));
    for (size_t i = 0; i < name.length; i++)
        builder_add(sql, name.bytes[i] == '"' ? TEXT("\"\"") : text_slice(name, i, i + 1));
    builder_add(sql, TEXT("\""));
}

void store_select(struct builder *sql, const struct store_table *table, const size_t *columns, size_t count) {
    for (size_t i = 0; i < (columns ? count : table->count); i++) {
        size_t column = columns ? columns[i] : i;
        builder_add(sql, i ? TEXT(", ") : TEXT("SELECT "));
        if (column == STORE_NO_COLUMN)
            builder_add(sql, TEXT("NULL"));
        else
            store_quote(sql, table->columns[column].name);
    }
    builder_add(sql, TEXT(" FROM "));
    store_quote(sql, table->name);
}

static const char *finished(struct store *store, const struct builder *sql) {
    if (sql->failed) store_fail(store, STORE_NO_MEMORY, NULL);
    return builder_text(sql).bytes;
}

static bool run_built_by(struct store *store, struct builder *sql, bool (*run)(struct store *store, const char *sql)) {
    bool done = goes_on(store);
    const char *text = finished(store, sql);
    done = done && !sql->failed && run(store, text);
    builder_free(sql);
    return done;
}

static bool run_built(struct store *store, struct builder *sql) {
    return run_built_by(store, sql, store->kind->run_text);
}

static void add_column(struct builder *sql, const struct store_kind *kind, const struct store_column *column) {
    store_quote(sql, column->name);
    builder_format(sql, " %s%s", kind->types[column->type], column->required ? " NOT NULL" : "");
}

bool store_has_places(const struct store *store) {
    return store->kind->parting_query;
}

static bool has_place(const struct store *store, const struct store_table *table) {
    return table->by_place && store_has_places(store);
}

const struct store_column store_place = {{"_place", 6}, STORE_TEXT, true};

/* The default partition of a table. */
static void add_here(struct builder *sql, struct text table) {
    struct builder name;
    builder_init(&name);
    builder_format(&name, "_here_%.*s", TEXT_ARG(table));
    store_quote(sql, builder_text(&name));
    sql->failed = sql->failed || name.failed;
    builder_free(&name);
}

/* Behind the columns. Partitions on other servers allow no key of the whole: the one that is here has its own. */
static void add_partitions(struct builder *sql, const struct store_table *table) {
    builder_add(sql, TEXT("\n) PARTITION BY RANGE ("));
    store_quote(sql, store_place.name);
    builder_add(sql, TEXT(");\nCREATE TABLE "));
    add_here(sql, table->name);
    builder_add(sql, TEXT(" PARTITION OF "));
    store_quote(sql, table->name);
    builder_add(sql, TEXT(" (PRIMARY KEY ("));
    store_quote(sql, table->columns[0].name);
    builder_add(sql, TEXT(")) DEFAULT"));
}

bool store_create(struct store *store, const struct store_table *table) {
    struct builder sql;
    bool placed = has_place(store, table);
    builder_init(&sql);
    builder_add(&sql, TEXT("CREATE TABLE "));
    store_quote(&sql, table->name);
    for (size_t i = 0; i < table->count + placed; i++) {
        builder_add(&sql, i ? TEXT(",\n  ") : TEXT(" (\n  "));
        add_column(&sql, store->kind, i < table->count ? &table->columns[i] : &store_place);
        if (i == table->count) builder_add(&sql, TEXT(" DEFAULT ''"));
        if (i == 0 && !placed) builder_add(&sql, TEXT(" PRIMARY KEY"));
    }
    if (placed)
        add_partitions(&sql, table);
    else
        builder_format(&sql, "\n)%s", store->kind->table_end);
    return run_built(store, &sql);
}

static void write_add_column(struct builder *sql, const struct store *store, struct text table, const char *adding,
                             const struct store_column *column) {
    builder_add(sql, TEXT("ALTER TABLE "));
    store_quote(sql, table);
    builder_format(sql, " %s ", adding);
    add_column(sql, store->kind, column);
}

void store_write_add_column(struct builder *sql, const struct store *store, struct text table,
                            const struct store_column *column) {
    write_add_column(sql, store, table, "ADD COLUMN IF NOT EXISTS", column);
}

bool store_add_column(struct store *store, struct text table, const struct store_column *column) {
    struct builder sql;
    builder_init(&sql);
    write_add_column(&sql, store, table, "ADD COLUMN", column);
    return run_built(store, &sql);
}

static bool is_there(struct store *store, const char *sql, struct text name) {
    struct statement *query = store_prepare(store, sql);
    struct store_value value = store_text(name);
    if (!query) return store_fail(store, STORE_NO_MEMORY, NULL);
    bool there = statement_begin(query, &value, 1) && statement_next(query);
    statement_end(query);
    statement_free(query);
    return there;
}

bool store_has_table(struct store *store, struct text table) {
    return is_there(store, store->kind->table_query, table);
}

static struct statement *begin_scan(struct store *store, const char *sql, const struct store_value *values,
                                    size_t count) {
    struct statement *scan = store_prepare(store, sql);
    if (!scan) store_fail(store, STORE_NO_MEMORY, NULL);
    if (scan && statement_begin(scan, values, count)) return scan;
    statement_free(scan);
    return NULL;
}

struct statement *store_foreign(struct store *store) {
    return begin_scan(store, store->kind->foreign_query, NULL, 0);
}

struct statement *store_columns(struct store *store, struct text table) {
    const struct store_value name = store_text(table);
    return begin_scan(store, store->kind->columns_query, &name, 1);
}

int64_t store_rows_most(struct store *store) {
    struct statement *scan = begin_scan(store, store->kind->rows_most_query, NULL, 0);
    int64_t most = scan && statement_next(scan) ? statement_integer(scan, 0) : 0;
    if (scan) store_scan_end(scan);
    return most;
}

enum store_parting store_parting(struct store *store, struct text table) {
    if (!store_has_places(store)) return STORE_UNPARTED;
    const struct store_value value = store_text(table);
    struct statement *scan = begin_scan(store, store->kind->parting_query, &value, 1);
    bool found = scan && statement_next(scan);
    enum store_parting parting = found ? (enum store_parting)statement_integer(scan, 0) : STORE_UNPARTED;
    if (scan) store_scan_end(scan);
    return parting;
}

/* A server cuts longer ones off, so that two might be the same. Whoever looks for one has to find what another machine
 * has made. */
static void add_index_name(struct builder *name, struct text table, const struct text *columns, size_t count) {
    enum { NAME_MOST = 63, DIGEST_SHOWN = 16 };
    builder_format(name, "%.*s_by", TEXT_ARG(table));
    for (size_t i = 0; i < count; i++) builder_format(name, "_%.*s", TEXT_ARG(columns[i]));
    if (name->length <= NAME_MOST) return;
    unsigned char bytes[DIGEST_BYTES];
    struct digest digest;
    digest_init(&digest, DIGEST_SHA256);
    digest_begin(&digest);
    digest_add_bytes(&digest, name->bytes, name->length);
    name->failed = !digest_finish(&digest, bytes) || name->failed;
    digest_free(&digest);
    name->length = 0;
    builder_add(name, TEXT("_by_"));
    for (size_t i = 0; i < DIGEST_SHOWN; i++) builder_format(name, "%02x", bytes[i]);
}

bool store_has_index(struct store *store, struct text table, const struct text *columns, size_t count) {
    struct builder name;
    builder_init(&name);
    add_index_name(&name, table, columns, count);
    bool there = name.failed ? store_fail(store, STORE_NO_MEMORY, NULL)
                             : is_there(store, store->kind->index_query, builder_text(&name));
    builder_free(&name);
    return there;
}

static bool make_index(struct store *store, struct text table, const struct text *columns, size_t count,
                       const char *how, const char *where) {
    struct builder sql, name;
    builder_init(&sql);
    builder_init(&name);
    add_index_name(&name, table, columns, count);
    builder_add(&sql, text_from(how));
    store_quote(&sql, builder_text(&name));
    builder_add(&sql, TEXT(" ON "));
    store_quote(&sql, table);
    for (size_t i = 0; i < count; i++) {
        builder_add(&sql, i ? TEXT(", ") : TEXT(" ("));
        store_quote(&sql, columns[i]);
    }
    builder_add(&sql, TEXT(")"));
    if (where) {
        builder_add(&sql, TEXT(" WHERE "));
        store_quote(&sql, columns[0]);
        builder_add(&sql, text_from(where));
    }
    sql.failed = sql.failed || name.failed;
    builder_free(&name);
    return run_built_by(store, &sql, store->kind->make_indexes);
}

bool store_index(struct store *store, struct text table, const struct text *columns, size_t count, bool unique) {
    return make_index(store, table, columns, count, unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ", NULL);
}

bool store_index_flag(struct store *store, struct text table, struct text column) {
    return make_index(store, table, &column, 1, "CREATE INDEX ", " = 1");
}

/* --- many rows ---------------------------------------------------------------------------------------------------- */

struct store_load *store_load_begin(struct store *store, const struct store_table *table) {
    struct builder columns;
    if (!goes_on(store)) return NULL;
    builder_init(&columns);
    store_quote(&columns, table->name);
    for (size_t i = 0; i < table->count; i++) {
        builder_add(&columns, i ? TEXT(", ") : TEXT(" ("));
        store_quote(&columns, table->columns[i].name);
    }
    if (has_place(store, table)) {
        builder_add(&columns, TEXT(", "));
        store_quote(&columns, store_place.name);
    }
    builder_add(&columns, TEXT(")"));
    const char *text = finished(store, &columns);
    struct store_load *load = columns.failed ? NULL : store->kind->load(store, table, text);
    builder_free(&columns);
    return load;
}

bool store_load_row(struct store_load *load, const struct store_value *values) {
    struct store *store = load->store;
    return !store_failed(store) && store->kind->load_row(load, values);
}

bool store_load_end(struct store_load *load) {
    return load && load->store->kind->load_end(load);
}

struct statement *store_scan(struct store *store, const struct store_scan_of *of) {
    struct builder sql;
    struct text first = of->table->columns[0].name;
    if (!goes_on(store)) return NULL;
    builder_init(&sql);
    store_select(&sql, of->table, of->columns, of->count);
    builder_add(&sql, TEXT(" WHERE "));
    store_quote(&sql, first);
    if (store->kind->scan)
        builder_format(&sql, " BETWEEN %lld AND %lld ORDER BY ", (long long)of->first, (long long)of->last);
    else
        builder_add(&sql, TEXT(" BETWEEN $1 AND $2 ORDER BY "));
    store_quote(&sql, first);
    const char *text = finished(store, &sql);
    const struct store_value ends[] = {store_integer(of->first), store_integer(of->last)};
    struct statement *scan = NULL;
    if (!sql.failed) scan = store->kind->scan ? store->kind->scan(store, text) : begin_scan(store, text, ends, 2);
    if (scan && store->kind->scan) scan->once = true; /* it says where it begins and ends */
    builder_free(&sql);
    return scan;
}

void store_scan_end(struct statement *scan) {
    statement_end(scan);
    statement_free(scan);
}
