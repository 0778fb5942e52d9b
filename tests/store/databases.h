/* The databases that a test of the store runs on: a new file, and a new schema of a server of its own, which an
 * unprivileged user runs in a temporary folder until the tests end. */
#ifndef DOUDI_TESTS_DATABASES_H
#define DOUDI_TESTS_DATABASES_H

#include "store/store.h"

enum database { DATABASE_FILE, DATABASE_SERVER, DATABASES };

/* Before and behind all tests of a program, as cmocka calls them; not 0 when the server does not start, and told why.
 */
int databases_begin(void **state);
int databases_end(void **state);

/* The server goes off as with its machine; and is there again. What connects as the role "guarded" needs a password. */
bool databases_kill(void);
bool databases_start(void);

/* Opens a database of which nothing is there yet; `url` to open it again. */
struct store *database_new(enum database database);
const char *database_url(void); /* of the last new one */

/* In a child process, as a user whom modes of files bind (they do not bind root); what the child ends with. Files of
 * new databases are that user's. */
int as_nobody(int (*act)(const char *path), const char *path);

/* One test for each database from a function that takes one, and their places in the list of tests. */
#define ON_BOTH(name)                                                                                                  \
    static void name##_in_a_file(void **state) {                                                                       \
        (void)state;                                                                                                   \
        name(DATABASE_FILE);                                                                                           \
    }                                                                                                                  \
    static void name##_on_a_server(void **state) {                                                                     \
        (void)state;                                                                                                   \
        name(DATABASE_SERVER);                                                                                         \
    }
#define BOTH(name) cmocka_unit_test(name##_in_a_file), cmocka_unit_test(name##_on_a_server)

#endif
