/* The power goes, the disk is full, writing or flushing fails, at every write and flush: what was acknowledged is
 * there, nothing is there in part, and what failed can be done again.
 *
 * DOUDI_POWER_CUTS says how often the power goes at each of them (1). */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "store/faulty_disk.h"
#include "tale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[200], path[250];
static struct tale tale;

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static void take_away(void) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[300];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

static int begin(void **state) {
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/doudi-disk-XXXXXX", temporary ? temporary : P_tmpdir);
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/d.db", folder);
    tale_learn(&tale, path);
    take_away();
    return 0;
}

static int end(void **state) {
    (void)state;
    tale_forget(&tale);
    take_away();
    return rmdir(folder);
}

/* Some changes, the log is put into the file, some more; the last that was acknowledged. */
static int64_t tell_all(void) {
    enum { BETWEEN = 3 };
    int64_t told = 0;
    while (told < BETWEEN && tale_tell(&tale, path, told + 1) == REGISTRY_DONE) told++;
    tale_close(&tale);
    bool opened = told == BETWEEN && tale_open(&tale, path) == REGISTRY_DONE;
    while (opened && told < TALE_CHANGES && tale_tell(&tale, path, told + 1) == REGISTRY_DONE) told++;
    tale_close(&tale);
    return told;
}

static size_t count_events(void) {
    faulty_disk_begin();
    assert_int_equal(tell_all(), TALE_CHANGES);
    size_t events = faulty_disk_events();
    faulty_disk_end();
    take_away();
    return events;
}

/* On a disk that does not really flush, which takes less time. */
static void go_on(void) {
    faulty_disk_begin();
    tale_go_on(&tale, path);
    faulty_disk_end();
    take_away();
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void cut_power(size_t event, uint64_t seed) {
    faulty_disk_begin();
    faulty_disk_fail(DISK_POWER_CUT, event, seed);
    int64_t acknowledged = tell_all();
    faulty_disk_restart(seed);
    faulty_disk_end();
    enum registry_result found = tale_open(&tale, path);
    if (tale.store) assert_true(store_do(tale.store, "PRAGMA synchronous = OFF")); /* which takes less time */
    int64_t there = found == REGISTRY_DONE ? tale_told(&tale) : 0;
    if (found != REGISTRY_DONE && found != REGISTRY_NONE)
        print_error("event %zu, seed %llu: %d, %s\n", event, (unsigned long long)seed, (int)found,
                    tale.store ? store_trouble(tale.store)->words : "");
    assert_true(found == REGISTRY_DONE || found == REGISTRY_NONE);
    if (there < acknowledged || there > acknowledged + 1)
        print_error("event %zu, seed %llu: %lld were acknowledged, %lld are there\n", event, (unsigned long long)seed,
                    (long long)acknowledged, (long long)there);
    assert_in_range(there, acknowledged, acknowledged + 1);
    tale_close(&tale);
    go_on();
}

static void nothing_is_lost_when_the_power_goes(void **state) {
    (void)state;
    size_t events = count_events(), times = times_of("DOUDI_POWER_CUTS", 1);
    assert_true(events > 100);
    for (size_t time = 0; time < times; time++)
        for (size_t event = 0; event < events; event++) cut_power(event, time * events + event);
    print_message("# the power went %zu times\n", events * times);
}

static void expect_failure(enum registry_result result, enum store_failure wanted, size_t event) {
    if (result != REGISTRY_STORE_FAILED || tale_failure(&tale) != wanted)
        print_error("event %zu: %d, failure %d: %s\n", event, (int)result, (int)tale_failure(&tale),
                    tale.store ? store_trouble(tale.store)->words : tale.trouble.words);
    assert_int_equal(result, REGISTRY_STORE_FAILED);
    assert_int_equal(tale_failure(&tale), wanted);
}

/* What was acknowledged, and no more, stands there, also for who has it open; and from there it goes on. */
static void fail_once(enum disk_fault fault, enum store_failure wanted, size_t event) {
    enum { BETWEEN = 3 };
    bool failed = false;
    faulty_disk_begin();
    faulty_disk_fail(fault, event, event);
    for (int64_t change = 1; change <= TALE_CHANGES; change++) {
        enum registry_result result = REGISTRY_DONE;
        if (change == BETWEEN) tale_close(&tale);
        if (change == BETWEEN) result = tale_open(&tale, path);
        if (result == REGISTRY_DONE) result = tale_tell(&tale, path, change);
        if (result == REGISTRY_DONE) assert_false(faulty_disk_has_failed());
        if (result == REGISTRY_DONE) continue;
        assert_false(failed); /* only while it fails */
        failed = true;
        expect_failure(result, wanted, event);
        bool lost = !tale.store || change == 1;
        if (lost) tale_close(&tale);
        faulty_disk_fail(DISK_GOOD, 0, 0);
        if (lost && change > 1) assert_int_equal(tale_open(&tale, path), REGISTRY_DONE);
        if (change > 1) assert_int_equal(tale_told(&tale), change - 1);
        assert_int_equal(tale_tell(&tale, path, change), REGISTRY_DONE);
    }
    assert_int_equal(tale_told(&tale), TALE_CHANGES);
    tale_close(&tale);
    faulty_disk_end();
    go_on();
}

static void at_every_event(enum disk_fault fault, enum store_failure wanted) {
    size_t events = count_events();
    for (size_t event = 0; event < events; event++) fail_once(fault, wanted, event);
}

static void a_full_disk_is_told(void **state) {
    (void)state;
    at_every_event(DISK_FULL, STORE_FULL);
}

static void what_cannot_be_written_is_told(void **state) {
    (void)state;
    at_every_event(DISK_WRITE_ERROR, STORE_DISK);
}

static void what_cannot_be_flushed_is_told(void **state) {
    (void)state;
    at_every_event(DISK_SYNC_ERROR, STORE_DISK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(what_cannot_be_flushed_is_told),
        cmocka_unit_test(nothing_is_lost_when_the_power_goes),
    };
    return cmocka_run_group_tests_name("disk", tests, begin, end);
}
