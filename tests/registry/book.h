/* A registry of a test's own: of a law that a stage has compiled, in a database that is empty. */
#ifndef DOUDI_TESTS_REGISTRY_BOOK_H
#define DOUDI_TESTS_REGISTRY_BOOK_H

#include "engine/stage.h"
#include "registry/registry.h"
#include "store/databases.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static inline void book_make(struct registry *registry, struct store *store, const struct stage *stage,
                             enum digest_kind digest) {
    struct registry_change change = {.by = TEXT("tester"), .what = TEXT("init")};
    assert_int_equal(registry_make(registry, store, stage->policy, digest, &change), REGISTRY_DONE);
    assert_int_equal(change.number, 1);
    assert_int_equal(registry_end_change(registry), REGISTRY_DONE);
}

static inline void book_close(struct registry *registry, struct store *store, struct stage *stage) {
    registry_close(registry);
    store_close(store);
    stage_close(stage);
}

/* What is told from now on is another matter. */
static inline void book_tell_anew(struct stage *stage) {
    records_init(&stage->records, &stage->arena, stage->policy);
}

#endif
