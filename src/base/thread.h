/* Threads: as many workers as are asked for, on one piece of work. Where there are none the work is done by the caller
 * alone, and locks are nothing. */
#ifndef DOUDI_BASE_THREAD_H
#define DOUDI_BASE_THREAD_H

#include <stddef.h>

#ifndef __wasm__
#include <pthread.h>
#endif

struct lock {
#ifndef __wasm__
    pthread_mutex_t mutex;
#else
    char none;
#endif
};
void lock_init(struct lock *lock);
void lock_free(struct lock *lock);
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);

enum { THREADS_MAX = 256 };

/* work(context, 0) .. work(context, workers - 1), each once; returns when all are through. The caller is the first.
 * What no thread can be had for is done one after the other. */
void work_together(unsigned workers, void (*work)(void *context, unsigned worker), void *context);

/* As many as are worth while for so many rows, of those that there may be (0: one). */
unsigned threads_for(size_t rows, unsigned most);
/* Ranges of the rows, one for each thread, which are all of them together. */
typedef void range_work(void *context, size_t begin, size_t end, unsigned thread);
void work_in_ranges(unsigned threads, size_t rows, range_work *work, void *context);

#endif
