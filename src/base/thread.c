#include "base/thread.h"

#include <assert.h>

#ifndef __wasm__

void lock_init(struct lock *lock) {
    int failed = pthread_mutex_init(&lock->mutex, NULL);
    assert(!failed); /* of a plain one this cannot fail */
}

void lock_free(struct lock *lock) {
    pthread_mutex_destroy(&lock->mutex);
}

void lock_take(struct lock *lock) {
    pthread_mutex_lock(&lock->mutex);
}

void lock_give(struct lock *lock) {
    pthread_mutex_unlock(&lock->mutex);
}

struct job {
    void (*work)(void *context, unsigned worker);
    void *context;
    unsigned worker;
};

static void *begin(void *job) {
    const struct job *own = job;
    own->work(own->context, own->worker);
    return NULL;
}

void work_together(unsigned workers, void (*work)(void *context, unsigned worker), void *context) {
    struct job jobs[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    unsigned begun = 1;
    assert(workers <= THREADS_MAX);
    for (; begun < workers; begun++) {
        jobs[begun] = (struct job){work, context, begun};
        if (pthread_create(&threads[begun], NULL, begin, &jobs[begun])) break;
    }
    work(context, 0);
    for (unsigned i = begun; i < workers; i++) work(context, i);
    for (unsigned i = 1; i < begun; i++) pthread_join(threads[i], NULL);
}

#else

void lock_init(struct lock *lock) {
    (void)lock;
}

void lock_free(struct lock *lock) {
    (void)lock;
}

void lock_take(struct lock *lock) {
    (void)lock;
}

void lock_give(struct lock *lock) {
    (void)lock;
}

void work_together(unsigned workers, void (*work)(void *context, unsigned worker), void *context) {
    for (unsigned i = 0; i < workers; i++) work(context, i);
}

#endif

/* --- ranges ------------------------------------------------------------------------------------------------------- */

unsigned threads_for(size_t rows, unsigned most) {
    enum { ROWS_LEAST = 1 << 13 }; /* fewer are done sooner than a thread begins */
    size_t worth = rows / ROWS_LEAST + 1, threads = most ? most : 1;
    if (threads > worth) threads = worth;
    return threads < THREADS_MAX ? (unsigned)threads : THREADS_MAX;
}

struct ranges {
    unsigned threads;
    size_t rows;
    range_work *work;
    void *context;
};

static void work_on_range(void *context, unsigned thread) {
    const struct ranges *ranges = context;
    size_t length = ranges->rows / ranges->threads, begin = length * thread;
    ranges->work(ranges->context, begin, thread + 1 == ranges->threads ? ranges->rows : begin + length, thread);
}

void work_in_ranges(unsigned threads, size_t rows, range_work *work, void *context) {
    struct ranges ranges = {threads, rows, work, context};
    work_together(threads, work_on_range, &ranges);
}
