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

enum { ROWS = 1000 };
struct covered {
    unsigned char times[ROWS], by[ROWS];
};

static void cover(void *context, size_t begin, size_t end, unsigned thread) {
    struct covered *covered = context;
    for (size_t row = begin; row < end; row++) {
        covered->times[row]++;
        covered->by[row] = (unsigned char)thread;
    }
}

static void ranges_are_all_rows_once_and_in_order(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 9; threads++)
        for (size_t rows = 0; rows <= ROWS; rows = rows * 3 + 1) {
            struct covered covered = {.times = {0}};
            work_in_ranges(threads, rows, cover, &covered);
            for (size_t row = 0; row < ROWS; row++) {
                assert_int_equal(covered.times[row], row < rows);
                assert_true(row == 0 || row >= rows || covered.by[row] >= covered.by[row - 1]);
            }
        }
}

static void few_rows_have_few_threads(void **state) {
    (void)state;
    assert_int_equal(threads_for(0, 0), 1);
    assert_int_equal(threads_for(8191, 4), 1);
    assert_int_equal(threads_for(8192, 4), 2);
    assert_int_equal(threads_for(SIZE_MAX, 4), 4);
    assert_int_equal(threads_for(SIZE_MAX, 0), 1);
    assert_int_equal(threads_for(SIZE_MAX, 5000), THREADS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_worker_works_once), cmocka_unit_test(ranges_are_all_rows_once_and_in_order),
        cmocka_unit_test(few_rows_have_few_threads), cmocka_unit_test(the_caller_is_the_first)};
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
