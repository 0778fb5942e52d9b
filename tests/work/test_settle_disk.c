/* The power goes, the disk is full or read-only, writing or flushing fails, at every write and flush while bills are
 * settled: a bill stands with all that it moved, or not at all, and what failed can be done again.
 *
 * DOUDI_POWER_CUTS says how often the power goes at each of them (1). */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "counter.h"
#include "store/faulty_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 2, STEPS = 5 }; /* the registry is made, and told */

static char folder[200], path[250];
static struct counter counter;
static struct builder whole; /* the file before the first bill */
static unsigned char links[FIRST + STEPS + 1][DIGEST_BYTES];

/* --- the tale ----------------------------------------------------------------------------------------------------- */

/* Two bills, one in front of them, which settles both anew, one that is corrected and one that is cancelled. */
static struct settlement_request request_of(int64_t step) {
    switch (step) {
    case 1: return counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B2", "2018-08-03", "120.50");
    case 2: return counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c1", "B3", "2018-09-03", "100");
    case 3: return counter_bill(&counter, SETTLEMENT_SETTLE, "anna", "c2", "B1", "2018-07-03", "160");
    case 4: return counter_bill(&counter, SETTLEMENT_CORRECT, "anna", "c1", "B2", "2018-08-04", "90");
    default: return counter_bill(&counter, SETTLEMENT_CANCEL, NULL, "c1", "B3", NULL, NULL);
    }
}

static enum registry_result settle(int64_t step) {
    struct registry_change change = {
        .instant = step, .by = TEXT("window"), .what = TEXT("settle"), .since = MONTH_FIRST};
    struct settlement_request request = request_of(step);
    enum registry_result result =
        settler_settle(&counter.settler, &change, &request, 1, &counter.arena, &counter.answer);
    if (result != REGISTRY_DONE) return result;
    assert_int_equal(counter.answer.outcome, SETTLEMENT_DONE);
    assert_int_equal(change.number, FIRST + step);
    return REGISTRY_DONE;
}

/* How many steps stand, each with all that is told of it, in books that balance. */
static int64_t steps_told(void) {
    struct registry_verdict verdict;
    assert_int_equal(registry_verify(&counter.registry, &verdict), REGISTRY_DONE);
    assert_int_equal(verdict.broken, REGISTRY_SOUND);
    assert_in_range(verdict.changes, FIRST, FIRST + STEPS);
    assert_memory_equal(verdict.link, links[verdict.changes], DIGEST_BYTES);
    assert_int_equal(ledger_verify(&counter.settler.ledger), REGISTRY_DONE);
    return verdict.changes - FIRST;
}

static void expect_end(void) {
    assert_int_equal(steps_told(), STEPS);
    assert_string_equal(counter_year(&counter, "anna", 2018), "B1 80.00 30.00 50.00, B2 20.00 20.00 50.00");
    assert_string_equal(counter_moved(&counter, 0),
                        "borne aid > due aid c1 120.00, borne aid > due aid c2 80.00, due aid c1 > borne aid 100.00, "
                        "borne top > due top c1 120.50, borne top > due top c2 30.00, due top c1 > borne top 100.50, "
                        "paid c1 > taken c1 150.00, taken c1 > paid c1 100.00, paid c2 > taken c2 50.00");
}

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static void take_away(void) {
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[300];
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

static void put_back(void) {
    take_away();
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(whole.bytes, 1, whole.length, file), whole.length);
    assert_int_equal(fclose(file), 0);
}

static void read_whole(void) {
    char piece[4096];
    builder_init(&whole);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;) builder_add(&whole, (struct text){piece, got});
    assert_int_equal(fclose(file), 0);
}

static void learn(void) {
    struct registry_verdict verdict;
    for (int64_t step = 0; step <= STEPS; step++) {
        if (step) assert_int_equal(settle(step), REGISTRY_DONE);
        assert_int_equal(registry_verify(&counter.registry, &verdict), REGISTRY_DONE);
        assert_int_equal(verdict.changes, FIRST + step);
        memcpy(links[FIRST + step], verdict.link, DIGEST_BYTES);
    }
    expect_end();
}

static int begin(void **state) {
    (void)state;
    struct store_trouble trouble;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/doudi-settle-XXXXXX", temporary ? temporary : P_tmpdir);
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/d.db", folder);
    struct store *store = store_open(path, STORE_MADE_ANEW, &trouble);
    if (!store) return 1;
    counter_make(&counter, store);
    counter_leave(&counter);
    read_whole();
    assert_int_equal(counter_come_back(&counter, path), REGISTRY_DONE);
    learn();
    counter_leave(&counter);
    return 0;
}

static int end(void **state) {
    (void)state;
    builder_free(&whole);
    arena_free(&counter.arena);
    stage_close(&counter.stage);
    take_away();
    return rmdir(folder);
}

/* Answers of one time are no other's. */
static void forget_answers(void) {
    arena_free(&counter.arena);
    arena_init(&counter.arena);
}

/* Some steps, the log is put into the file, the others; the last that was acknowledged. */
static int64_t settle_all(void) {
    enum { BETWEEN = 3 };
    int64_t told = 0;
    bool opened = counter_come_back(&counter, path) == REGISTRY_DONE;
    while (opened && told < BETWEEN && settle(told + 1) == REGISTRY_DONE) told++;
    counter_leave(&counter);
    opened = told == BETWEEN && counter_come_back(&counter, path) == REGISTRY_DONE;
    while (opened && told < STEPS && settle(told + 1) == REGISTRY_DONE) told++;
    counter_leave(&counter);
    return told;
}

static size_t count_events(void) {
    put_back();
    faulty_disk_begin();
    assert_int_equal(settle_all(), STEPS);
    size_t events = faulty_disk_events();
    faulty_disk_end();
    return events;
}

/* From what stands there to the end. */
static void go_on(void) {
    for (int64_t told = steps_told(); told < STEPS;) assert_int_equal(settle(++told), REGISTRY_DONE);
    expect_end();
    counter_leave(&counter);
    forget_answers();
}

static size_t times_of(const char *variable, size_t times) {
    const char *told = getenv(variable);
    return told ? strtoul(told, NULL, 10) : times;
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void cut_power(size_t event, uint64_t seed) {
    put_back();
    faulty_disk_begin();
    faulty_disk_fail(DISK_POWER_CUT, event, seed);
    int64_t acknowledged = settle_all();
    faulty_disk_restart(seed);
    faulty_disk_end();
    enum registry_result found = counter_come_back(&counter, path);
    if (found != REGISTRY_DONE) print_error("event %zu, seed %llu\n", event, (unsigned long long)seed);
    assert_int_equal(found, REGISTRY_DONE);
    assert_true(store_do(counter.store, "PRAGMA synchronous = OFF")); /* which takes less time */
    int64_t there = steps_told();
    if (there < acknowledged || there > acknowledged + 1)
        print_error("event %zu, seed %llu: %lld were acknowledged, %lld are there\n", event, (unsigned long long)seed,
                    (long long)acknowledged, (long long)there);
    assert_in_range(there, acknowledged, acknowledged + 1);
    go_on();
}

static void a_bill_stands_whole_or_not_when_the_power_goes(void **state) {
    (void)state;
    size_t events = count_events(), times = times_of("DOUDI_POWER_CUTS", 1);
    assert_true(events > 40);
    for (size_t time = 0; time < times; time++)
        for (size_t event = 0; event < events; event++) cut_power(event, time * events + event);
    print_message("# the power went %zu times\n", events * times);
}

/* The settler is the same throughout: what it knew of a bill that was not kept is forgotten. */
static void fail_once(enum disk_fault fault, enum store_failure wanted, size_t event) {
    bool failed = false;
    put_back();
    faulty_disk_begin();
    assert_int_equal(counter_come_back(&counter, path), REGISTRY_DONE);
    faulty_disk_fail(fault, event, event);
    for (int64_t step = 1; step <= STEPS; step++) {
        enum registry_result result = settle(step);
        if (result == REGISTRY_DONE) assert_false(faulty_disk_has_failed());
        if (result == REGISTRY_DONE) continue;
        if (result != REGISTRY_STORE_FAILED || store_trouble(counter.store)->failure != wanted)
            print_error("event %zu: %d, %s\n", event, (int)result, store_trouble(counter.store)->words);
        assert_false(failed); /* only while it fails */
        failed = true;
        assert_int_equal(result, REGISTRY_STORE_FAILED);
        assert_int_equal(store_trouble(counter.store)->failure, wanted);
        faulty_disk_fail(DISK_GOOD, 0, 0);
        if (event % 2) assert_int_equal(steps_told(), step - 1);
        assert_int_equal(settle(step), REGISTRY_DONE);
    }
    expect_end();
    counter_leave(&counter);
    faulty_disk_end();
    assert_int_equal(counter_come_back(&counter, path), REGISTRY_DONE);
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

/* 0: it is refused, and the store tells why. */
static int settle_as_it_is(const char *url) {
    enum registry_result result = counter_come_back(&counter, url);
    if (result == REGISTRY_DONE) result = settle(1);
    bool told = !counter.store || store_trouble(counter.store)->failure != STORE_FINE;
    counter_leave(&counter);
    return result == REGISTRY_STORE_FAILED && told ? 0 : 1;
}

static void a_disk_that_is_only_read_is_told(void **state) {
    (void)state;
    put_back();
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    assert_int_equal(as_nobody(settle_as_it_is, path), 0);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(counter_come_back(&counter, path), REGISTRY_DONE);
    assert_int_equal(steps_told(), 0);
    go_on();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_is_only_read_is_told),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(what_cannot_be_flushed_is_told),
        cmocka_unit_test(a_bill_stands_whole_or_not_when_the_power_goes),
    };
    return cmocka_run_group_tests_name("settle_disk", tests, begin, end);
}
