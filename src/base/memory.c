#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

static long successes_left = -1;
static bool has_failed;

void memory_fail_after(long successes) {
    __atomic_store_n(&successes_left, successes, __ATOMIC_RELAXED);
    __atomic_store_n(&has_failed, false, __ATOMIC_RELAXED);
}

bool memory_has_failed(void) {
    return __atomic_load_n(&has_failed, __ATOMIC_RELAXED);
}

static bool refused(size_t count, size_t size) {
    if (size != 0 && count > PTRDIFF_MAX / size) return true;
    long left = __atomic_load_n(&successes_left, __ATOMIC_RELAXED);
    while (left > 0 &&
           !__atomic_compare_exchange_n(&successes_left, &left, left - 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    if (left != 0) return false;
    __atomic_store_n(&has_failed, true, __ATOMIC_RELAXED);
    return true;
}

void *memory_new(size_t count, size_t size) {
    if (refused(count, size)) return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *memory_resize(void *block, size_t count, size_t size) {
    if (refused(count, size)) return NULL;
    size_t bytes = count * size;
    return realloc(block, bytes ? bytes : 1);
}

void memory_free(void *block) {
    free(block);
}
