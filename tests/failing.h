/* Memory that runs out, one piece after another. */
#ifndef DOUDI_TESTS_FAILING_H
#define DOUDI_TESTS_FAILING_H

#include "base/arena.h"
#include "base/memory.h"

/* Of an arena: only what does not fit into one more is an allocation of its own. Tests take a part of one beforehand,
 * to let another piece be the one that fails. */
enum { BLOCK = 64 * 1024 };

static inline void begin_failing(struct arena *arena, size_t taken, long successes) {
    arena_init(arena);
    if (taken) arena_new(arena, 1, taken);
    memory_fail_after(successes);
}

/* Whether memory has run out since. */
static inline bool end_failing(struct arena *arena) {
    bool failed = memory_has_failed();
    memory_fail_after(-1);
    arena_free(arena);
    return failed;
}

#endif
