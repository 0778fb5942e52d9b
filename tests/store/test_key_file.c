/* The file of keys: who may read it, what stands when a call to the system fails, two that add at the same time. The
 * calls that can fail go through here (-Wl,--wrap in tests/meson.build). */
#define _GNU_SOURCE /* mkdtemp, flock, mkfifo */
#include "store/key_file.h"

#include "base/memory.h"
#include "given_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* --- the system --------------------------------------------------------------------------------------------------- */

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker wants these names */
int __real_fsync(int descriptor);
int __real_rename(const char *from, const char *to);
ssize_t __real_write(int descriptor, const void *bytes, size_t length);
int __real_flock(int descriptor, int operation);
int __wrap_fsync(int descriptor);
int __wrap_flock(int descriptor, int operation);
int __wrap_rename(const char *from, const char *to);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t length);

static char calls[16]; /* f: a file flushed, d: a folder, r: renamed */
static char failing;   /* the one that fails; w: writing, after some bytes */

static bool fails(char call) {
    size_t length = strlen(calls);
    if (length + 1 < sizeof calls) calls[length] = call;
    if (call == failing) errno = EIO;
    return call == failing;
}

int __wrap_fsync(int descriptor) {
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    return fails(S_ISDIR(status.st_mode) ? 'd' : 'f') ? -1 : __real_fsync(descriptor);
}

int __wrap_rename(const char *from, const char *to) {
    return fails('r') ? -1 : __real_rename(from, to);
}

static const char *replaced; /* by another call, just before the lock is had */

int __wrap_flock(int descriptor, int operation) {
    if (replaced) assert_int_equal(unlink(replaced), 0);
    if (replaced) close(open(replaced, O_WRONLY | O_CREAT | O_EXCL, 0600));
    return __real_flock(descriptor, operation);
}

/* Never more than a little at once. */
ssize_t __wrap_write(int descriptor, const void *bytes, size_t length) {
    static int writes;
    if (failing == 'w' && ++writes % 3 == 0) {
        errno = ENOSPC;
        return -1;
    }
    return __real_write(descriptor, bytes, failing == 'w' && length > 20 ? 20 : length);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* --- the stage ---------------------------------------------------------------------------------------------------- */

static char folder[64], path[96], draft[104];

static void begin(void) {
    snprintf(folder, sizeof folder, "%s/doudi-keys-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.keys", folder);
    snprintf(draft, sizeof draft, "%s.part", path);
    memset(calls, 0, sizeof calls);
}

static void end(void) {
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left in it */
}

static void put(const char *name, const char *text, mode_t mode) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, mode), 0);
}

static void expect(const char *name, enum keys_status expected) {
    static const unsigned char nothing[sizeof(struct keys)];
    struct keys keys;
    size_t line;
    assert_int_equal(keys_read(&keys, name, &line), expected);
    if (expected != KEYS_OK) assert_memory_equal(&keys, nothing, sizeof keys);
    keys_clear(&keys);
}

/* Builds whose checks look into memory leave it open. */
static void who_has_keys_leaves_no_picture_of_its_memory(void **state) {
    (void)state;
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    struct rlimit limit;
    begin();
    assert_int_equal(keys_make(path, KEY_SM4, 0), KEYS_OK);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
    expect(path, KEYS_OK);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_max, 0);
    end();
#endif
}

static size_t keys_in(const char *name) {
    struct keys keys;
    size_t line, count;
    assert_int_equal(keys_read(&keys, name, &line), KEYS_OK);
    count = keys.count;
    keys_clear(&keys);
    return count;
}

static const char given[] = KEYS_HEAD INDEX_LINE SM4_LINE;

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void only_its_owner_may_read_or_write_it(void **state) {
    (void)state;
    begin();
    put(path, given, 0600);
    expect(path, KEYS_OK);
    for (mode_t bit = 1; bit <= 040; bit <<= 1) {
        assert_int_equal(chmod(path, 0600 | bit), 0);
        expect(path, KEYS_EXPOSED);
    }
    assert_int_equal(chmod(path, 0400), 0);
    expect(path, KEYS_OK);
    if (geteuid() == 0) { /* who may give a file away */
        assert_int_equal(chown(path, 65534, 0), 0);
        expect(path, KEYS_EXPOSED);
    }
    end();
}

static void what_is_no_file_is_not_read(void **state) {
    (void)state;
    begin();
    expect(path, KEYS_MISSING);
    put(draft, given, 0600);
    assert_int_equal(symlink(draft, path), 0);
    expect(path, KEYS_NOT_A_FILE);
    unlink(path);
    assert_int_equal(symlink("a.keys", path), 0); /* to itself */
    expect(path, KEYS_NOT_A_FILE);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* nobody is waited for */
    expect(path, KEYS_NOT_A_FILE);
    unlink(draft);
    expect(folder, KEYS_NOT_A_FILE);
    expect("/dev/null", KEYS_NOT_A_FILE);
    end();
}

static void what_is_wrong_in_it_is_told(void **state) {
    (void)state;
    struct keys keys;
    size_t line;
    begin();
    put(path, "", 0600);
    expect(path, KEYS_EMPTY);
    put(path, "doudi-keys 2\n", 0600);
    expect(path, KEYS_OTHER_VERSION);
    put(path, KEYS_HEAD INDEX_LINE SM4_LINE SM4_LINE, 0600);
    assert_int_equal(keys_read(&keys, path, &line), KEYS_DUPLICATE);
    assert_int_equal(line, 4);
    put(path, KEYS_HEAD INDEX_LINE "1 sm4\n", 0600);
    assert_int_equal(keys_read(&keys, path, &line), KEYS_MALFORMED);
    assert_int_equal(line, 3);
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_MALFORMED);
    assert_int_equal(line, 3);
    end();
}

/* A file without end is refused by its beginning. */
static void a_file_that_is_too_long_is_refused(void **state) {
    (void)state;
    enum { LONG = 1 << 20 };
    char *text = test_calloc(LONG + 1, 1);
    size_t length = strlen(given);
    begin();
    memcpy(text, given, length);
    memset(text + length, '\n', LONG - length);
    put(path, text, 0600);
    expect(path, KEYS_MALFORMED);
    memset(text, 'x', LONG);
    put(path, text, 0600);
    expect(path, KEYS_MALFORMED);
    test_free(text);
    end();
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static void assert_mode(const char *name) {
    struct stat status;
    assert_int_equal(lstat(name, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0600);
}

static void a_file_is_made_once(void **state) {
    (void)state;
    struct keys first, again;
    size_t line;
    begin();
    mode_t mask = umask(0277);
    assert_int_equal(keys_make(path, KEY_SM4, 20785), KEYS_OK);
    umask(mask);
    assert_string_equal(calls, "fd");
    assert_mode(path);
    assert_int_equal(keys_read(&first, path, &line), KEYS_OK);
    assert_int_equal(first.count, 1);
    assert_int_equal(first.each[0].kind, KEY_SM4);
    assert_int_equal(first.each[0].made, 20785);
    assert_int_equal(keys_make(path, KEY_AES, 0), KEYS_THERE);
    assert_int_equal(keys_read(&again, path, &line), KEYS_OK);
    assert_memory_equal(&first, &again, sizeof first);
    keys_clear(&first);
    keys_clear(&again);
    assert_int_equal(symlink("nowhere", draft), 0); /* a name is taken, wherever it leads */
    assert_int_equal(keys_make(draft, KEY_AES, 0), KEYS_THERE);
    unlink(draft);
    assert_int_equal(keys_make("no-such-folder/a.keys", KEY_AES, 0), KEYS_UNWRITABLE);
    end();
}

static void one_that_is_not_on_disk_is_not_there(void **state) {
    (void)state;
    for (const char *call = "fdw"; *call; call++) {
        begin();
        failing = *call;
        assert_int_equal(keys_make(path, KEY_SM4, 0), KEYS_UNWRITABLE);
        failing = 0;
        expect(path, KEYS_MISSING);
        end();
    }
}

/* --- adding ------------------------------------------------------------------------------------------------------- */

static void a_key_is_added(void **state) {
    (void)state;
    struct keys before, after;
    size_t line;
    begin();
    assert_int_equal(keys_make(path, KEY_SM4, 20785), KEYS_OK);
    assert_int_equal(keys_read(&before, path, &line), KEYS_OK);
    memset(calls, 0, sizeof calls);
    put(draft, "left by a call that was cut short", 0644);
    assert_int_equal(keys_add(path, KEY_AES, 21150, &line), KEYS_OK);
    assert_string_equal(calls, "frd");
    assert_mode(path);
    assert_int_equal(keys_read(&after, path, &line), KEYS_OK);
    assert_int_equal(after.count, 2);
    assert_memory_equal(&before.index, &after.index, sizeof before.index);
    assert_memory_equal(before.each, after.each, sizeof *before.each);
    assert_int_equal(keys_newest(&after)->kind, KEY_AES);
    assert_int_equal(keys_newest(&after)->made, 21150);
    keys_clear(&before);
    keys_clear(&after);
    end();
}

/* Whatever it was that failed, the keys of before are there. */
static void the_old_file_stands_until_the_new_one_does(void **state) {
    (void)state;
    size_t line;
    for (const char *call = "frdw"; *call; call++) {
        begin();
        put(path, given, 0600);
        failing = *call;
        assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_UNWRITABLE);
        failing = 0;
        assert_int_equal(keys_in(path), *call == 'd' ? 2 : 1);
        end();
    }
}

static void a_draft_is_never_written_through(void **state) {
    (void)state;
    char other[104];
    size_t line;
    begin();
    snprintf(other, sizeof other, "%s/other", folder);
    put(path, given, 0600);
    put(other, "of others", 0600);
    assert_int_equal(symlink(other, draft), 0);
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_OK);
    assert_mode(path);
    expect(other, KEYS_MALFORMED);
    unlink(other);
    end();
}

static void one_adds_at_a_time(void **state) {
    (void)state;
    size_t line;
    begin();
    put(path, given, 0600);
    int descriptor = open(path, O_RDONLY);
    assert_true(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0);
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_TAKEN);
    assert_int_equal(keys_in(path), 1); /* which may be read all the while */
    close(descriptor);
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_OK);
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_OK); /* nothing is left locked */
    assert_int_equal(keys_in(path), 3);
    end();
}

static void what_was_replaced_meanwhile_is_not_replaced_again(void **state) {
    (void)state;
    size_t line;
    begin();
    put(path, given, 0600);
    replaced = path;
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_TAKEN);
    replaced = NULL;
    expect(path, KEYS_EMPTY);
    end();
}

static void what_must_not_be_read_is_not_added_to(void **state) {
    (void)state;
    size_t line;
    begin();
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_MISSING);
    put(path, given, 0640);
    assert_int_equal(keys_add(path, KEY_SM4, 0, &line), KEYS_EXPOSED);
    end();
}

static void memory_that_runs_out_changes_nothing(void **state) {
    (void)state;
    size_t line;
    enum keys_status status = KEYS_NO_MEMORY;
    long allocations = 0;
    begin();
    for (; status == KEYS_NO_MEMORY; allocations++) {
        expect(path, KEYS_MISSING);
        memory_fail_after(allocations);
        status = keys_make(path, KEY_SM4, 0);
        assert_true(status == KEYS_OK || memory_has_failed());
        memory_fail_after(-1);
    }
    assert_int_equal(status, KEYS_OK);
    assert_int_equal(allocations, 3); /* the folder and the draft, and then none */
    status = KEYS_NO_MEMORY;
    for (allocations = 0; status == KEYS_NO_MEMORY; allocations++) {
        assert_int_equal(keys_in(path), 1);
        memory_fail_after(allocations);
        status = keys_add(path, KEY_SM4, 0, &line);
        assert_true(status == KEYS_OK || memory_has_failed());
        memory_fail_after(-1);
    }
    assert_int_equal(status, KEYS_OK);
    assert_int_equal(keys_in(path), 2);
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_keys_leaves_no_picture_of_its_memory),
        cmocka_unit_test(only_its_owner_may_read_or_write_it),
        cmocka_unit_test(what_is_no_file_is_not_read),
        cmocka_unit_test(what_is_wrong_in_it_is_told),
        cmocka_unit_test(a_file_that_is_too_long_is_refused),
        cmocka_unit_test(a_file_is_made_once),
        cmocka_unit_test(one_that_is_not_on_disk_is_not_there),
        cmocka_unit_test(a_key_is_added),
        cmocka_unit_test(the_old_file_stands_until_the_new_one_does),
        cmocka_unit_test(a_draft_is_never_written_through),
        cmocka_unit_test(one_adds_at_a_time),
        cmocka_unit_test(what_was_replaced_meanwhile_is_not_replaced_again),
        cmocka_unit_test(what_must_not_be_read_is_not_added_to),
        cmocka_unit_test(memory_that_runs_out_changes_nothing),
    };
    return cmocka_run_group_tests_name("key_file", tests, NULL, NULL);
}
