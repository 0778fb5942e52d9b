/* A table of people, and what tests of a store do with it. */
#ifndef DOUDI_TESTS_STORE_PEOPLE_H
#define DOUDI_TESTS_STORE_PEOPLE_H

#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct store_column columns[] = {{{"number", 6}, STORE_INTEGER, true},
                                              {{"name", 4}, STORE_TEXT, true},
                                              {{"group", 5}, STORE_INTEGER, false}, /* a word of SQL */
                                              {{"sealed", 6}, STORE_BYTES, false}};
static const struct store_table people = {{"people", 6}, columns, 4, false};

static inline struct store *other_connection(void) {
    struct store_trouble trouble;
    struct store *store = store_open(database_url(), STORE_AS_IT_IS, &trouble);
    assert_non_null(store);
    return store;
}

static inline void add(struct store *store, int64_t number, const char *name) {
    struct statement *insert = store_prepare(store, "INSERT INTO people (number, name) VALUES ($1, $2)");
    const struct store_value values[] = {store_integer(number), store_text(text_from(name))};
    statement_run(insert, values, 2);
    statement_free(insert);
}

static inline int64_t count_of(struct store *store) {
    struct statement *query = store_prepare(store, "SELECT count(*) FROM people");
    assert_true(statement_begin(query, NULL, 0));
    assert_true(statement_next(query));
    int64_t count = statement_integer(query, 0);
    assert_false(statement_next(query));
    statement_end(query);
    statement_free(query);
    return count;
}

static inline struct store *with_people(enum database database) {
    struct store *store = database_new(database);
    assert_true(store_begin(store, STORE_TO_WRITE));
    assert_true(store_create(store, &people));
    assert_true(store_commit(store));
    return store;
}

#endif
