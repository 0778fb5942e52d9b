#define _GNU_SOURCE /* open, fsync, readdir, flock */
#include "exchange/file.h"

#include "base/memory.h"
#include "base/thread.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* Read to its end, however long it turns out to be; `bytes` is memory of `room`, the first `length` of it read. */
static enum file_result read_on(struct file *file, int descriptor, char *bytes, size_t length, size_t room) {
    while (bytes) {
        if (length == room) {
            char *bigger = memory_resize(bytes, room * 2, 1);
            if (!bigger) break;
            bytes = bigger;
            room *= 2;
        }
        ssize_t got = pread(descriptor, bytes + length, room - length, (off_t)length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            memory_free(bytes);
            return FILE_UNREADABLE;
        }
        if (got == 0) {
            file->held = bytes;
            file->bytes = (struct text){bytes, length};
            return FILE_OK;
        }
        length += (size_t)got;
    }
    memory_free(bytes);
    return FILE_NO_MEMORY;
}

/* Several threads read a file: each its own stretch, which it tells how far it came with. */
struct reading_together {
    int descriptor;
    char *bytes;
    size_t length;
    unsigned threads;
    size_t reached[THREADS_MAX];
};

static size_t stretch_begin(const struct reading_together *reading, unsigned thread) {
    return reading->length / reading->threads * thread;
}

static void read_stretch(void *context, unsigned thread) {
    struct reading_together *reading = context;
    size_t at = stretch_begin(reading, thread);
    size_t end = thread + 1 == reading->threads ? reading->length : stretch_begin(reading, thread + 1);
    ssize_t got = 1;
    while (at < end && got > 0) {
        got = pread(reading->descriptor, reading->bytes + at, end - at, (off_t)at);
        if (got > 0) at += (size_t)got;
    }
    reading->reached[thread] = at;
}

/* How much of the file has been read without a gap. */
static size_t read_together(struct reading_together *reading) {
    enum { LEAST = 1 << 20 }; /* of a stretch: less is read sooner than a thread begins */
    if (reading->threads > reading->length / LEAST) reading->threads = (unsigned)(reading->length / LEAST);
    if (reading->threads > THREADS_MAX) reading->threads = THREADS_MAX;
    if (!reading->bytes || reading->threads < 2) return 0;
    work_together(reading->threads, read_stretch, reading);
    unsigned whole = 0;
    while (whole + 1 < reading->threads && reading->reached[whole] == stretch_begin(reading, whole + 1)) whole++;
    return reading->reached[whole];
}

/* A pipe would be waited for, a device has no end; and a file is read, not mapped: someone may shorten it meanwhile. */
static enum file_result open_regular(const char *path, int *descriptor, size_t *size) {
    struct stat status;
    *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*descriptor < 0) return errno == ENOENT || errno == ENOTDIR ? FILE_MISSING : FILE_UNREADABLE;
    bool regular = fstat(*descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size >= 0;
    *size = regular ? (size_t)status.st_size : 0;
    if (regular) return FILE_OK;
    close(*descriptor);
    return FILE_UNREADABLE;
}

enum file_result file_open_together(struct file *file, const char *path, unsigned threads) {
    int descriptor;
    size_t size;
    *file = (struct file){.bytes = TEXT("")};
    enum file_result result = open_regular(path, &descriptor, &size);
    if (result != FILE_OK) return result;
    struct reading_together reading = {
        .descriptor = descriptor, .bytes = memory_new(size + 1, 1), .length = size, .threads = threads};
    result = read_on(file, descriptor, reading.bytes, read_together(&reading), size + 1);
    close(descriptor);
    return result;
}

enum file_result file_open(struct file *file, const char *path) {
    return file_open_together(file, path, 1);
}

bool file_starts(const char *path, const char *prefix) {
    char head[256];
    size_t wanted = strlen(prefix), length = 0, size;
    int descriptor;
    ssize_t got = 1;
    assert(wanted <= sizeof head);
    if (open_regular(path, &descriptor, &size) != FILE_OK) return false;
    while (length < wanted && (got > 0 || (got < 0 && errno == EINTR))) {
        got = read(descriptor, head + length, wanted - length);
        if (got > 0) length += (size_t)got;
    }
    close(descriptor);
    return length == wanted && memcmp(head, prefix, wanted) == 0;
}

void file_close(struct file *file) {
    memory_free(file->held);
    *file = (struct file){.bytes = TEXT("")};
}

/* --- folders ---------------------------------------------------------------------------------------------------- */

static void sort_names(struct file_names *names) {
    for (size_t i = 1; i < names->list.count; i++)
        for (size_t k = i; k > 0 && text_compare(names->list.items[k], names->list.items[k - 1]) < 0; k--) {
            struct text swap = names->list.items[k];
            names->list.items[k] = names->list.items[k - 1];
            names->list.items[k - 1] = swap;
        }
}

enum file_result folder_list(struct arena *arena, const char *path, struct file_names *names) {
    DIR *folder = opendir(path);
    if (!folder) return errno == ENOENT || errno == ENOTDIR ? FILE_MISSING : FILE_UNREADABLE;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.') VECTOR_PUSH(arena, &names->list, text_copy(arena, text_from(entry->d_name)));
    closedir(folder);
    sort_names(names);
    return arena_failed(arena) ? FILE_NO_MEMORY : FILE_OK;
}

bool file_is_there(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0;
}

bool folder_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

enum file_result folder_make(const char *path) {
    struct builder part;
    builder_init(&part);
    struct text whole = text_from(path);
    enum file_result result = FILE_OK;
    for (size_t i = 0; i <= whole.length && result == FILE_OK; i++) {
        bool end = i == whole.length;
        if ((end || whole.bytes[i] == '/') && part.length > 0) {
            const char *here = builder_text(&part).bytes;
            if (part.failed)
                result = FILE_NO_MEMORY;
            else if (mkdir(here, 0777) != 0 && !(errno == EEXIST && folder_exists(here)))
                result = FILE_UNWRITABLE;
        }
        if (!end) builder_add(&part, text_slice(whole, i, i + 1));
    }
    builder_free(&part);
    return result;
}

enum file_result folder_lock(const char *path, int *lock) {
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0) return FILE_UNREADABLE;
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0) return FILE_OK;
    bool taken = errno == EWOULDBLOCK;
    close(*lock);
    *lock = -1;
    return taken ? FILE_TAKEN : FILE_UNREADABLE;
}

void folder_unlock(int lock) {
    if (lock >= 0) close(lock);
}

void file_remove(const char *path) {
    (void)unlink(path);
}

void folder_remove(const char *path) {
    (void)rmdir(path);
}

bool folder_same(const char *a, const char *b) {
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

struct text path_join(struct arena *arena, struct text folder, struct text name) {
    bool slash = folder.length > 0 && folder.bytes[folder.length - 1] == '/';
    return text_format(arena, "%.*s%s%.*s", TEXT_ARG(folder), slash || folder.length == 0 ? "" : "/", TEXT_ARG(name));
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

/* Locks what was opened; false when another call holds it. Where there are no locks, nobody does. */
static bool lock_draft(int descriptor) {
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Takes away what an interrupted call left, which is never written through: it might be a link. False when another call
 * is writing it. */
static bool clear_draft(const char *path) {
    int left = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool free = left < 0 || lock_draft(left);
    if (free) unlink(path);
    if (left >= 0) close(left);
    return free;
}

/* A new file, locked while it is open; -1 when it cannot be made, or another call came in between. */
static int open_draft(const char *path, mode_t mode) {
    struct stat own, there;
    if (!clear_draft(path)) return -1;
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0) return -1;
    bool ours = lock_draft(descriptor) && fstat(descriptor, &own) == 0 && lstat(path, &there) == 0 &&
                own.st_dev == there.st_dev && own.st_ino == there.st_ino;
    if (ours) return descriptor;
    close(descriptor);
    return -1;
}

static enum file_result begin(struct file_writer *writer, struct arena *arena, const char *path, mode_t mode) {
    *writer =
        (struct file_writer){.path = text_copy(arena, text_from(path)), .draft = text_format(arena, "%s.part", path)};
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    int descriptor = open_draft(writer->draft.bytes, mode);
    writer->stream = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (descriptor >= 0 && !writer->stream) close(descriptor);
    return writer->stream ? FILE_OK : FILE_UNWRITABLE;
}

enum file_result file_begin(struct file_writer *writer, struct arena *arena, const char *path) {
    return begin(writer, arena, path, 0666);
}

enum file_result file_begin_private(struct file_writer *writer, struct arena *arena, const char *path) {
    return begin(writer, arena, path, 0600);
}

void file_write(struct file_writer *writer, struct text text) {
    if (text.length && fwrite(text.bytes, 1, text.length, writer->stream) != text.length) writer->failed = true;
}

/* The new name is on disk only once the folder itself is flushed. */
static bool flush_folder(struct text path) {
    size_t slash = path.length;
    while (slash > 0 && path.bytes[slash - 1] != '/') slash--;
    struct builder folder;
    builder_init(&folder);
    builder_add(&folder, slash ? text_slice(path, 0, slash) : TEXT("."));
    int descriptor = folder.failed ? -1 : open(builder_text(&folder).bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool flushed = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) close(descriptor);
    builder_free(&folder);
    return flushed;
}

enum file_result file_flush(struct file_writer *writer) {
    writer->failed = writer->failed || fflush(writer->stream) != 0 || fsync(fileno(writer->stream)) != 0;
    return writer->failed ? FILE_UNWRITABLE : FILE_OK;
}

/* Keeps the lock of a stream that is closed; -1 where there are none. */
static int hold_lock(FILE *stream) {
#ifdef F_DUPFD_CLOEXEC
    return fcntl(fileno(stream), F_DUPFD_CLOEXEC, 0);
#else
    (void)stream;
    return -1;
#endif
}

enum file_result file_commit(struct file_writer *writer) {
    bool good = file_flush(writer) == FILE_OK;
    int lock = hold_lock(writer->stream); /* until the draft has its name no other call may have one */
    good = fclose(writer->stream) == 0 && good;
    writer->stream = NULL;
    good = good && rename(writer->draft.bytes, writer->path.bytes) == 0;
    if (!good) unlink(writer->draft.bytes);
    if (lock >= 0) close(lock);
    return good && flush_folder(writer->path) ? FILE_OK : FILE_UNWRITABLE;
}

void file_abandon(struct file_writer *writer) {
    if (!writer->stream) return;
    unlink(writer->draft.bytes);
    (void)fclose(writer->stream); /* it is thrown away */
    writer->stream = NULL;
}

/* --- unfinished work -------------------------------------------------------------------------------------------- */

static const char sign_name[] = "UNFINISHED.txt";
static const char sign_text[] = "这个文件夹里的文件正在替换。如果没有 doudi 在运行,请重做上次的命令。\n"
                                "The files in this folder are being replaced. If no doudi is running, give the last "
                                "command again.\n";

enum file_result folder_begin_replacing(struct arena *arena, const char *folder, struct text *sign) {
    struct file_writer writer;
    *sign = path_join(arena, text_from(folder), text_from(sign_name));
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    enum file_result result = file_begin(&writer, arena, sign->bytes);
    if (result != FILE_OK) return result;
    file_write(&writer, text_from(sign_text));
    return file_commit(&writer);
}

bool file_is_sign(struct text name) {
    return text_is(name, sign_name);
}

bool folder_is_unfinished(const struct file_names *names) {
    for (size_t i = 0; i < names->list.count; i++)
        if (file_is_sign(names->list.items[i])) return true;
    return false;
}
