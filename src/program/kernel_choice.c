#include "program/kernel.h"

#include <string.h>

bool kernel_divides(enum kernel_width width, int64_t low, int64_t high, int64_t x) {
    int64_t most = width == BYTES_4 ? INT32_MAX : INT64_MAX;
    if (width == BYTES_1 || x < 1 || x > most / 2) return false;
    return low >= -(most - x) && high <= most - x;
}

/* From the plainest to the best. */
static const struct kernels *const all[] = {
    &KERNELS_EVERYWHERE,
#ifdef DOUDI_KERNELS_X86
    &kernels_avx2,
    &kernels_avx512,
#endif
};

static bool is_able(const struct kernels *kernels) {
    if (kernels == &KERNELS_EVERYWHERE) return true;
#ifdef DOUDI_KERNELS_X86
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    if (kernels == &kernels_avx2) return avx2;
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
#else
    return false;
#endif
}

const struct kernels *kernels_choose(const char *name) {
    for (size_t i = sizeof all / sizeof *all; i-- > 0;)
        if ((!name || strcmp(name, all[i]->name) == 0) && is_able(all[i])) return all[i];
    return NULL;
}
