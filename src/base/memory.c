#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

static long successes_left = -1;
static bool has_failed;

void memory_fail_after(long successes) {
    successes_left = successes;
    has_failed = false;
}

bool memory_has_failed(void) {
    return has_failed;
}

static bool refused(size_t count, size_t size) {
    if (size != 0 && count > PTRDIFF_MAX / size) return true;
    if (successes_left < 0) return false;
    if (successes_left == 0) {
        has_failed = true;
        return true;
    }
    successes_left--;
    return false;
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
