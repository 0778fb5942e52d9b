#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 20000 };

struct shared {
    struct lock lock;
    unsigned times[THREADS_MAX]; /* by worker; nobody else's */
    size_t sum;                  /* behind the lock */
};

static void work(void *context, unsigned worker) {
    struct shared *shared = context;
    shared->times[worker]++;
    for (int i = 0; i < ROUNDS; i++) {
        lock_take(&shared->lock);
        shared->sum++;
        lock_give(&shared->lock);
    }
}

static void every_worker_works_once(void **state) {
    static const unsigned crews[] = {1, 2, 3, 8, 33};
    (void)state;
    for (size_t i = 0; i < sizeof crews / sizeof *crews; i++) {
        struct shared shared = {.sum = 0};
        lock_init(&shared.lock);
        work_together(crews[i], work, &shared);
        lock_free(&shared.lock);
        for (unsigned worker = 0; worker < THREADS_MAX; worker++)
            assert_int_equal(shared.times[worker], worker < crews[i]);
        assert_int_equal(shared.sum, (size_t)crews[i] * ROUNDS);
    }
}

static void note_first(void *context, unsigned worker) {
    if (worker == 0) *(pthread_t *)context = pthread_self();
}

static void the_caller_is_the_first(void **state) {
    pthread_t first;
    (void)state;
    work_together(4, note_first, &first);
    assert_true(pthread_equal(first, pthread_self()));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_worker_works_once),
                                       cmocka_unit_test(the_caller_is_the_first)};
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
