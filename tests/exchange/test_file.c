/* Files are whole or not there: what writing does when the disk is full, refuses or fails late. The calls to the system
 * that can fail go through here (-Wl,--wrap in tests/meson.build). */
#define _GNU_SOURCE /* mkdtemp, dup2 */
#include "exchange/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

/* --- the system --------------------------------------------------------------------------------------------------- */

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker wants these names */
int __real_fsync(int descriptor);
int __real_fclose(FILE *stream);
int __real_rename(const char *from, const char *to);
int __wrap_fsync(int descriptor);
int __wrap_fclose(FILE *stream);
int __wrap_rename(const char *from, const char *to);
ssize_t __real_pread64(int descriptor, void *bytes, size_t length, off_t at);
ssize_t __wrap_pread64(int descriptor, void *bytes, size_t length, off_t at);

static char calls[64]; /* f: a file flushed, d: a folder, c: closed, r: renamed */
static bool fsync_idle, fsync_fails, fclose_fails, rename_fails, pread_fails;
static size_t pread_most, pread_end; /* how much is read at once, and where the file ends; 0: as it is */

static void note(char call) {
    size_t length = strlen(calls);
    if (length + 1 < sizeof calls) calls[length] = call;
}

static bool fails(bool wanted) {
    if (wanted) errno = EIO;
    return wanted;
}

int __wrap_fsync(int descriptor) {
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    note(S_ISDIR(status.st_mode) ? 'd' : 'f');
    if (fsync_idle) return 0;
    return fails(fsync_fails) ? -1 : __real_fsync(descriptor);
}

int __wrap_fclose(FILE *stream) {
    note('c');
    int result = __real_fclose(stream);
    return fails(fclose_fails) ? EOF : result;
}

int __wrap_rename(const char *from, const char *to) {
    note('r');
    return fails(rename_fails) ? -1 : __real_rename(from, to);
}

ssize_t __wrap_pread64(int descriptor, void *bytes, size_t length, off_t at) {
    size_t left = (size_t)at < pread_end ? pread_end - (size_t)at : 0;
    if (pread_end && length > left) length = left;
    if (pread_most && length > pread_most) length = pread_most;
    return fails(pread_fails) ? -1 : __real_pread64(descriptor, bytes, length, at);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* --- the stage ---------------------------------------------------------------------------------------------------- */

struct stage {
    struct arena arena;
    struct file_writer writer;
    char folder[64], path[96], draft[104];
};

static void write_before(struct stage *stage) {
    FILE *file = fopen(stage->path, "wb");
    assert_non_null(file);
    assert_true(fputs("of before\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void begin(struct stage *stage) {
    arena_init(&stage->arena);
    snprintf(stage->folder, sizeof stage->folder, "%s/doudi-file-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(stage->folder));
    snprintf(stage->path, sizeof stage->path, "%s/a.csv", stage->folder);
    snprintf(stage->draft, sizeof stage->draft, "%s.part", stage->path);
    write_before(stage);
    memset(calls, 0, sizeof calls);
    assert_int_equal(file_begin(&stage->writer, &stage->arena, stage->path), FILE_OK);
}

static void end(struct stage *stage) {
    fsync_idle = fsync_fails = fclose_fails = rename_fails = false;
    file_remove(stage->path);
    folder_remove(stage->folder);
    assert_false(folder_exists(stage->folder)); /* nothing else was left in it */
    arena_free(&stage->arena);
}

static void assert_holds(struct stage *stage, const char *expected) {
    struct file file;
    assert_int_equal(file_open(&file, stage->path), FILE_OK);
    assert_true(text_is(file.bytes, expected));
    file_close(&file);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* The bytes, then the name, then the folder in which the name stands. */
static void what_is_committed_is_on_disk(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    file_write(&stage.writer, TEXT("of now\n"));
    assert_holds(&stage, "of before\n");
    assert_int_equal(file_flush(&stage.writer), FILE_OK);
    assert_string_equal(calls, "f");
    assert_holds(&stage, "of before\n");
    assert_int_equal(file_commit(&stage.writer), FILE_OK);
    assert_string_equal(calls, "ffcrd");
    assert_holds(&stage, "of now\n");
    assert_true(access(stage.draft, F_OK) != 0);
    end(&stage);
}

static void an_abandoned_file_is_gone(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    file_write(&stage.writer, TEXT("of now\n"));
    file_abandon(&stage.writer);
    assert_string_equal(calls, "c");
    assert_holds(&stage, "of before\n");
    end(&stage);
}

/* Nobody may take a draft for the file, nor lose the old one, whichever call it is that fails. */
static void a_call_that_fails_is_told(void **state) {
    (void)state;
    for (int which = 0; which < 3; which++) {
        struct stage stage;
        begin(&stage);
        file_write(&stage.writer, TEXT("of now\n"));
        fsync_fails = which == 0;
        fclose_fails = which == 1;
        rename_fails = which == 2;
        assert_int_equal(file_commit(&stage.writer), FILE_UNWRITABLE);
        assert_string_equal(calls, which == 2 ? "fcr" : "fc");
        fclose_fails = false;
        assert_holds(&stage, "of before\n");
        end(&stage);
    }
}

static void a_flush_that_fails_is_remembered(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    file_write(&stage.writer, TEXT("of now\n"));
    fsync_fails = true;
    assert_int_equal(file_flush(&stage.writer), FILE_UNWRITABLE);
    fsync_fails = false;
    assert_int_equal(file_commit(&stage.writer), FILE_UNWRITABLE);
    assert_holds(&stage, "of before\n");
    end(&stage);
}

/* A disk that is full for a moment only: what was lost meanwhile stays lost. */
static void bytes_that_were_lost_are_told(void **state) {
    (void)state;
    enum { MUCH = 1 << 20 };
    struct stage stage;
    begin(&stage);
    char *much = test_calloc(MUCH, 1);
    int descriptor = fileno(stage.writer.stream), kept = dup(descriptor), full = open("/dev/full", O_WRONLY);
    assert_true(kept >= 0 && full >= 0);
    assert_true(dup2(full, descriptor) == descriptor);
    file_write(&stage.writer, (struct text){much, MUCH});
    assert_true(stage.writer.failed);
    assert_true(dup2(kept, descriptor) == descriptor);
    file_write(&stage.writer, TEXT("the rest\n"));
    assert_int_equal(file_commit(&stage.writer), FILE_UNWRITABLE);
    assert_holds(&stage, "of before\n");
    close(kept);
    close(full);
    test_free(much);
    end(&stage);
}

/* Few bytes are not written before they are flushed. */
static void a_full_disk_is_told_at_the_latest_when_flushed(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    int descriptor = fileno(stage.writer.stream), full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    assert_true(dup2(full, descriptor) == descriptor);
    file_write(&stage.writer, TEXT("of now\n"));
    assert_false(stage.writer.failed);
    fsync_idle = true; /* a device cannot be flushed, which would be told too */
    assert_int_equal(file_flush(&stage.writer), FILE_UNWRITABLE);
    file_abandon(&stage.writer);
    assert_holds(&stage, "of before\n");
    close(full);
    end(&stage);
}

static void a_draft_is_never_written_through(void **state) {
    (void)state;
    struct stage stage;
    struct file_writer second;
    begin(&stage);
    file_abandon(&stage.writer);
    assert_int_equal(symlink(stage.path, stage.draft), 0);
    assert_int_equal(file_begin(&second, &stage.arena, stage.path), FILE_OK);
    file_write(&second, TEXT("of now\n"));
    assert_int_equal(file_flush(&second), FILE_OK);
    assert_holds(&stage, "of before\n");
    assert_int_equal(file_commit(&second), FILE_OK);
    assert_holds(&stage, "of now\n");
    end(&stage);
}

static void a_file_is_known_by_its_beginning(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    file_abandon(&stage.writer);
    assert_true(file_starts(stage.path, "of before\n"));
    assert_true(file_starts(stage.path, ""));
    assert_false(file_starts(stage.path, "of before\nand more"));
    assert_false(file_starts(stage.path, "of now"));
    assert_false(file_starts(stage.draft, "of"));
    assert_false(file_starts(stage.folder, ""));
    end(&stage);
}

static void a_private_file_is_the_owners(void **state) {
    (void)state;
    struct stage stage;
    struct file_writer writer;
    struct stat status;
    begin(&stage);
    file_abandon(&stage.writer);
    assert_int_equal(file_begin_private(&writer, &stage.arena, stage.path), FILE_OK);
    assert_true(stat(stage.draft, &status) == 0 && (status.st_mode & 0777) == 0600);
    file_write(&writer, TEXT("of now\n"));
    assert_int_equal(file_commit(&writer), FILE_OK);
    assert_true(stat(stage.path, &status) == 0 && (status.st_mode & 0777) == 0600);
    assert_holds(&stage, "of now\n");
    end(&stage);
}

static void whatever_has_a_name_is_there(void **state) {
    (void)state;
    struct stage stage;
    begin(&stage);
    assert_true(file_is_there(stage.path) && file_is_there(stage.folder) && file_is_there(stage.draft));
    file_abandon(&stage.writer);
    assert_false(file_is_there(stage.draft));
    assert_int_equal(symlink("nowhere", stage.draft), 0);
    assert_true(file_is_there(stage.draft));
    file_remove(stage.draft);
    end(&stage);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void assert_read(const char *path, unsigned threads, const char *bytes, size_t length) {
    struct file file;
    assert_int_equal(file_open_together(&file, path, threads), FILE_OK);
    assert_int_equal(file.bytes.length, length);
    assert_memory_equal(file.bytes.bytes, bytes, length);
    file_close(&file);
}

/* However much comes at once, and wherever the file turns out to end. */
static void a_file_is_read_by_any_number_of_threads(void **state) {
    enum { LENGTH = 5000001 };
    static char bytes[LENGTH];
    char path[] = P_tmpdir "/doudi-file-XXXXXX";
    struct file file;
    (void)state;
    for (size_t i = 0; i < LENGTH; i++) bytes[i] = (char)(i * i >> 7);
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0 && write(descriptor, bytes, LENGTH) == LENGTH && close(descriptor) == 0);
    for (unsigned threads = 0; threads <= 6; threads++) {
        assert_read(path, threads, bytes, LENGTH);
        pread_most = 99999;
        assert_read(path, threads, bytes, LENGTH);
        pread_end = 3000000; /* shortened meanwhile */
        assert_read(path, threads, bytes, pread_end);
        pread_most = 0;
        pread_end = 1000;
        assert_read(path, threads, bytes, pread_end);
        pread_end = 0;
        pread_fails = true;
        assert_int_equal(file_open_together(&file, path, threads), FILE_UNREADABLE);
        pread_fails = false;
    }
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_on_disk),
        cmocka_unit_test(an_abandoned_file_is_gone),
        cmocka_unit_test(a_call_that_fails_is_told),
        cmocka_unit_test(a_flush_that_fails_is_remembered),
        cmocka_unit_test(bytes_that_were_lost_are_told),
        cmocka_unit_test(a_full_disk_is_told_at_the_latest_when_flushed),
        cmocka_unit_test(a_draft_is_never_written_through),
        cmocka_unit_test(a_file_is_known_by_its_beginning),
        cmocka_unit_test(a_private_file_is_the_owners),
        cmocka_unit_test(whatever_has_a_name_is_there),
        cmocka_unit_test(a_file_is_read_by_any_number_of_threads),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
