/* The databases that a test of the store runs on: a new file, and a new schema of a server of its own, which an
 * unprivileged user runs in a temporary folder until the tests end. */
#ifndef DOUDI_TESTS_DATABASES_H
#define DOUDI_TESTS_DATABASES_H

#include "store/store.h"

enum database { DATABASE_FILE, DATABASE_SERVER, DATABASES };

/* Once for all tests of a program; false when the server does not start, and told why. */
bool databases_begin(void);
void databases_end(void);

/* Opens a database of which nothing is there yet; `url` to open it again. */
struct store *database_new(enum database database);
const char *database_url(void); /* of the last new one */

#endif
