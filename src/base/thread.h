/* Threads: as many workers as are asked for, on one piece of work. Where there are none the work is done by the caller
 * alone, and locks are nothing. */
#ifndef DOUDI_BASE_THREAD_H
#define DOUDI_BASE_THREAD_H

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

#endif
