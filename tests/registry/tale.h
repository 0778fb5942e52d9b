/* A registry that is told the same changes in the same order whenever a test does so: its links are then known, and
 * with them all that it holds. */
#ifndef DOUDI_TESTS_TALE_H
#define DOUDI_TESTS_TALE_H

#include "engine/stage.h"
#include "registry/registry.h"

enum { TALE_CHANGES = 6 }; /* the first makes the registry */

struct tale {
    struct stage stage;
    struct store *store;          /* NULL: closed */
    struct store_trouble trouble; /* why it was not opened */
    struct registry registry;
    unsigned char links[TALE_CHANGES + 1][DIGEST_BYTES]; /* by change; known once it was told whole */
};

/* Tells it whole once, to a database of which nothing is there yet. */
void tale_learn(struct tale *tale, const char *url);
void tale_forget(struct tale *tale);

enum registry_result tale_open(struct tale *tale, const char *url); /* one that is there */
void tale_close(struct tale *tale);
/* The change with that number, to the registry that is open; 1 opens a database and makes it. */
enum registry_result tale_tell(struct tale *tale, const char *url, int64_t change);
/* Why the last of these calls failed. */
enum store_failure tale_failure(const struct tale *tale);
/* All that is told of it, but not yet committed. */
enum registry_result tale_begin(struct tale *tale, int64_t change);

/* How many changes stand in the open registry, each as it was told, in a database that is whole. */
int64_t tale_told(struct tale *tale);
/* From what stands there to the end; the records are then those of a registry to which nothing happened. */
void tale_go_on(struct tale *tale, const char *url);

/* How often a test tries, unless the environment says otherwise. */
size_t times_of(const char *variable, size_t times);

#endif
