/* A server that goes off, hangs up, or does not let everybody do everything: told clearly, without a password, and
 * nothing is there in part.
 *
 * DOUDI_SERVER_KILLS says how often it goes off while it is told (5). */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include "store/databases.h"
#include "tale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct tale tale;
static char url[500]; /* of a database that was told nothing yet, or all */

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static int begin(void **state) {
    if (databases_begin(state) != 0) return 1;
    store_close(database_new(DATABASE_SERVER));
    tale_learn(&tale, database_url());
    return 0;
}

static int end(void **state) {
    tale_forget(&tale);
    return databases_end(state);
}

static void begin_anew(void) {
    store_close(database_new(DATABASE_SERVER));
    snprintf(url, sizeof url, "%s", database_url());
}

static void expect_failure(enum registry_result result, enum store_failure wanted) {
    if (result != REGISTRY_STORE_FAILED || tale_failure(&tale) != wanted)
        print_error("%d, failure %d: %s\n", (int)result, (int)tale_failure(&tale),
                    tale.store ? store_trouble(tale.store)->words : tale.trouble.words);
    assert_int_equal(result, REGISTRY_STORE_FAILED);
    assert_int_equal(tale_failure(&tale), wanted);
}

static void expect_told(int64_t changes) {
    assert_int_equal(tale_open(&tale, url), REGISTRY_DONE);
    assert_int_equal(tale_told(&tale), changes);
    tale_close(&tale);
}

/* As the owner of all databases. */
static void act(const char *sql) {
    struct store_trouble trouble;
    struct store *store = store_open(url, STORE_AS_IT_IS, &trouble);
    assert_non_null(store);
    bool done = store_do(store, sql);
    if (!done) print_error("%s: %s\n", sql, store_trouble(store)->words);
    assert_true(done);
    store_close(store);
}

static void hang_up(void) {
    act("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

/* --- going away --------------------------------------------------------------------------------------------------- */

static enum registry_result verify(void) {
    struct registry_verdict verdict;
    return registry_verify(&tale.registry, &verdict);
}

static enum registry_result read_all(void) {
    struct records records;
    struct arena arena;
    arena_init(&arena);
    enum registry_result result = registry_read(&tale.registry, REGISTRY_NOW, &arena, &records);
    arena_free(&arena);
    return result;
}

static void end_of_the_server_is_told(void **state) {
    (void)state;
    begin_anew();
    assert_int_equal(tale_tell(&tale, url, 1), REGISTRY_DONE);
    assert_int_equal(tale_tell(&tale, url, 2), REGISTRY_DONE);
    assert_int_equal(tale_begin(&tale, 3), REGISTRY_DONE);
    assert_true(databases_kill());
    expect_failure(registry_end_change(&tale.registry), STORE_LOST);
    expect_failure(tale_tell(&tale, url, 3), STORE_LOST);
    expect_failure(verify(), STORE_LOST);
    expect_failure(read_all(), STORE_LOST);
    tale_close(&tale);
    assert_int_equal(tale_open(&tale, url), REGISTRY_NONE);
    assert_int_equal(tale_failure(&tale), STORE_NOT_THERE);
    tale_close(&tale);
    assert_true(databases_start());
    expect_told(2);
    tale_go_on(&tale, url);
}

/* Whether it was done nobody can say who has no answer. */
static void an_unanswered_commit_is_told(void **state) {
    (void)state;
    struct store_trouble trouble;
    begin_anew();
    struct store *store = store_open(url, STORE_AS_IT_IS, &trouble);
    assert_non_null(store);
    assert_true(store_begin(store, STORE_TO_WRITE) && store_do(store, "CREATE TABLE t (a BIGINT)"));
    hang_up();
    assert_false(store_commit(store));
    assert_int_equal(store_trouble(store)->failure, STORE_UNSURE);
    assert_false(store_begin(store, STORE_TO_WRITE));
    assert_int_equal(store_trouble(store)->failure, STORE_LOST);
    store_close(store);
}

static void a_connection_that_ends_is_told(void **state) {
    (void)state;
    begin_anew();
    for (int64_t change = 1; change < TALE_CHANGES; change++) {
        assert_int_equal(tale_tell(&tale, url, change), REGISTRY_DONE);
        if (change % 2) assert_int_equal(tale_begin(&tale, change + 1), REGISTRY_DONE);
        hang_up();
        expect_failure(change % 2 ? registry_end_change(&tale.registry) : tale_tell(&tale, url, change + 1),
                       STORE_LOST);
        tale_close(&tale);
        assert_int_equal(tale_open(&tale, url), REGISTRY_DONE);
        assert_int_equal(tale_told(&tale), change);
    }
    tale_close(&tale);
    tale_go_on(&tale, url);
}

static pid_t kill_within(unsigned microseconds) {
    pid_t child = fork();
    if (child != 0) return child;
    nanosleep(&(struct timespec){.tv_nsec = 1000 * (long)microseconds}, NULL);
    _exit(databases_kill() ? 0 : 1);
}

static void killed_while_it_is_told(void **state) {
    (void)state;
    size_t times = times_of("DOUDI_SERVER_KILLS", 5);
    uint64_t chance = 1;
    for (size_t time = 0; time < times; time++) {
        int64_t told = 0;
        int status;
        begin_anew();
        assert_int_equal(tale_tell(&tale, url, ++told), REGISTRY_DONE);
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        pid_t killer = kill_within((unsigned)(chance >> 33) % 20000);
        enum registry_result result = REGISTRY_DONE;
        while (told < TALE_CHANGES && (result = tale_tell(&tale, url, told + 1)) == REGISTRY_DONE) told++;
        bool unsure = result != REGISTRY_DONE && tale_failure(&tale) == STORE_UNSURE;
        if (result != REGISTRY_DONE) expect_failure(result, unsure ? STORE_UNSURE : STORE_LOST);
        print_message("# off behind change %lld%s\n", (long long)told, unsure ? ", at a commit" : "");
        tale_close(&tale);
        assert_int_equal(waitpid(killer, &status, 0), killer);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0 && databases_start());
        assert_int_equal(tale_open(&tale, url), REGISTRY_DONE);
        assert_in_range(tale_told(&tale), told, told + unsure);
        tale_close(&tale);
        tale_go_on(&tale, url);
    }
}

/* --- who may do what ---------------------------------------------------------------------------------------------- */

/* The same database, as somebody else; `password` is put behind the name. */
static const char *url_as(const char *user, const char *password) {
    static char other[600];
    const char *rest = strchr(url, '@');
    assert_non_null(rest);
    snprintf(other, sizeof other, "postgresql://%s%s%s", user, password, rest);
    return other;
}

static void who_may_not_is_told_so(void **state) {
    (void)state;
    begin_anew();
    act("CREATE ROLE onlooker LOGIN");
    assert_int_equal(tale_open(&tale, url_as("onlooker", "")), REGISTRY_NONE);
    tale_close(&tale);
    expect_failure(tale_tell(&tale, url_as("onlooker", ""), 1), STORE_READ_ONLY);
    tale_close(&tale);
    tale_go_on(&tale, url);
    expect_failure(tale_open(&tale, url_as("onlooker", "")), STORE_READ_ONLY);
    tale_close(&tale);
    act("GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker");
    assert_int_equal(tale_open(&tale, url_as("onlooker", "")), REGISTRY_DONE);
    assert_int_equal(tale_told(&tale), TALE_CHANGES);
    assert_int_equal(read_all(), REGISTRY_DONE);
    struct registry_change change = {.by = TEXT("onlooker"), .what = TEXT("import")};
    assert_int_equal(registry_begin_change(&tale.registry, &change), REGISTRY_DONE);
    expect_failure(registry_end_change(&tale.registry), STORE_READ_ONLY);
    tale_close(&tale);
    expect_told(TALE_CHANGES);
}

static void expect_refused(const char *wrong, enum store_failure wanted) {
    struct store_trouble trouble;
    struct store *store = store_open(wrong, STORE_AS_IT_IS, &trouble);
    assert_null(store);
    if (trouble.failure != wanted || strstr(trouble.words, "ecre"))
        print_error("%s: %d, %s\n", wrong, (int)trouble.failure, trouble.words);
    assert_int_equal(trouble.failure, wanted);
    assert_null(strstr(trouble.words, "ecre")); /* nor any part of it */
}

static void no_password_is_told(void **state) {
    (void)state;
    struct store_trouble trouble;
    begin_anew();
    act("CREATE ROLE guarded LOGIN PASSWORD 'a%/@:secret'");
    struct store *store = store_open(url_as("guarded", ":a%25%2F%40%3Asecret"), STORE_AS_IT_IS, &trouble);
    assert_non_null(store);
    store_close(store);
    expect_refused(url_as("guarded", ":secret"), STORE_REFUSED);
    expect_refused(url_as("guarded", ""), STORE_REFUSED);
    static const char *const wrong[] = {
        "postgresql://guarded:s@ecret@h/d?hostaddr=127.0.0.1&port=1",
        "postgresql://guarded:s/ecret@/d?host=/nowhere",
        "postgresql://guarded:s%ecret@/d?host=/nowhere",
        "postgresql://guarded:s[ecret@/d?host=/nowhere",
        "postgresql://guarded:ecret@[/d",
        "postgresql://guarded:s?ecret@/d",
        "postgresql://guarded@/d?host=/nowhere&pass=secret",
        "postgresql://guarded@/d?host=/nowhere&password=%secret",
        "postgresql://guarded@/d?host=/nowhere&secret",
        "postgresql://guarded:s#ecret@/d?host=/nowhere",
        "postgresql://guarded:s:ecret@/d?host=/nowhere",
        "postgresql://guarded:ecret",
        "postgresql://guarded:secret@/d?host=/nowhere",

    };
    char other[600];
    snprintf(other, sizeof other, "postgresql://doudi:5/ecret@/d?user=doudi&port=5432&%s", strchr(url, '?') + 1);
    expect_refused(other, STORE_NOT_THERE);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) expect_refused(wrong[i], STORE_NOT_THERE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_of_the_server_is_told),      cmocka_unit_test(an_unanswered_commit_is_told),
        cmocka_unit_test(a_connection_that_ends_is_told), cmocka_unit_test(killed_while_it_is_told),
        cmocka_unit_test(who_may_not_is_told_so),         cmocka_unit_test(no_password_is_told),
    };
    return cmocka_run_group_tests_name("server", tests, begin, end);
}
