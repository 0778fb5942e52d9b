/* cmocka with an arena as the state of every test. */
#ifndef DOUDI_TESTS_ARENA_STATE_H
#define DOUDI_TESTS_ARENA_STATE_H

#include "base/arena.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline int set_up(void **state) {
    static struct arena arena;
    memory_fail_after(-1);
    arena_init(&arena);
    *state = &arena;
    return 0;
}

static inline int tear_down(void **state) {
    memory_fail_after(-1);
    arena_free(*state);
    return 0;
}

#endif
