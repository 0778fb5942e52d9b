/* Memory: the only place that calls malloc.
 *
 * Every allocation of the library goes through here, so that a test can make the n-th one fail
 * (memory_fail_after) and see that the failure reaches the caller as an error. */
#ifndef DOUDI_BASE_MEMORY_H
#define DOUDI_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory of count * size bytes, or NULL. Freed with memory_free. */
void *memory_new(size_t count, size_t size);

/* Grows or shrinks a block; NULL (and the old block untouched) when there is no room. New bytes are not zeroed. */
void *memory_resize(void *block, size_t count, size_t size);

/* Frees a block; NULL is allowed. */
void memory_free(void *block);

/* For tests: lets `successes` more allocations succeed, then every further one fails; negative switches this off.
 * Of several threads any may be the one that fails. */
void memory_fail_after(long successes);

/* For tests: true once an allocation has been refused since the last memory_fail_after. */
bool memory_has_failed(void);

#endif
