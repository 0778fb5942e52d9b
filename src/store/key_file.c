#define _GNU_SOURCE /* open, flock, fsync */
#include "store/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __SANITIZE_ADDRESS__
#define CHECKS_MEMORY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECKS_MEMORY
#endif
#endif

/* --- in memory ---------------------------------------------------------------------------------------------------- */

/* Who has keys leaves no picture of its memory behind, and lets no other process of its user look into it; but for
 * builds whose checks do so themselves. */
static void keep_memory_closed(void) {
#ifndef CHECKS_MEMORY
    static const struct rlimit nothing = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &nothing);
#ifdef __linux__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
#endif
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* Who may write into the folder could put a file of his own there: it would be his. */
static enum keys_status check_file(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return KEYS_UNREADABLE;
    if (!S_ISREG(status.st_mode)) return KEYS_NOT_A_FILE;
    bool owned = status.st_uid == 0 || status.st_uid == geteuid();
    return owned && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0 ? KEYS_OK : KEYS_EXPOSED;
}

/* A pipe would be waited for, and a link may lead anywhere. */
static enum keys_status open_keys(const char *path, int *descriptor) {
    *descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*descriptor < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return KEYS_MISSING;
        return errno == ELOOP || errno == ENXIO ? KEYS_NOT_A_FILE : KEYS_UNREADABLE;
    }
    enum keys_status status = check_file(*descriptor);
    if (status != KEYS_OK) close(*descriptor);
    return status;
}

/* What is longer than any file of keys is read no further: something in it is wrong already. */
static enum keys_status read_keys(struct keys *keys, int descriptor, size_t *line) {
    char bytes[KEYS_TEXT_BYTES];
    size_t length = 0;
    ssize_t got = 1;
    keep_memory_closed();
    while (got != 0 && length < sizeof bytes) {
        got = read(descriptor, bytes + length, sizeof bytes - length);
        if (got < 0 && errno != EINTR) break;
        if (got > 0) length += (size_t)got;
    }
    enum keys_status status = got < 0 ? KEYS_UNREADABLE : keys_parse(keys, (struct text){bytes, length}, line);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return status;
}

enum keys_status keys_read(struct keys *keys, const char *path, size_t *line) {
    int descriptor;
    *keys = (struct keys){0};
    *line = 0;
    enum keys_status status = open_keys(path, &descriptor);
    if (status != KEYS_OK) return status;
    status = read_keys(keys, descriptor, line);
    close(descriptor);
    return status;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static bool write_all(int descriptor, struct text text) {
    while (text.length > 0) {
        ssize_t put = write(descriptor, text.bytes, text.length);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        text = text_slice(text, (size_t)put, text.length);
    }
    return true;
}

/* A new file of its owner's alone, whatever the mask says; on disk, but for its name. */
static enum keys_status write_keys(const struct keys *keys, const char *path) {
    char bytes[KEYS_TEXT_BYTES];
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return errno == EEXIST ? KEYS_THERE : KEYS_UNWRITABLE;
    bool good = fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 && write_all(descriptor, keys_text(keys, bytes)) &&
                fsync(descriptor) == 0;
    OPENSSL_cleanse(bytes, sizeof bytes);
    good = close(descriptor) == 0 && good;
    if (!good) (void)unlink(path);
    return good ? KEYS_OK : KEYS_UNWRITABLE;
}

/* The folder and the draft of a path. */
struct beside {
    struct builder folder, draft;
};

static bool look_beside(struct beside *beside, const char *path) {
    struct text whole = text_from(path);
    size_t slash = whole.length;
    while (slash > 0 && whole.bytes[slash - 1] != '/') slash--;
    builder_init(&beside->folder);
    builder_init(&beside->draft);
    builder_add(&beside->folder, slash ? text_slice(whole, 0, slash) : TEXT("."));
    builder_add(&beside->draft, whole);
    builder_add(&beside->draft, TEXT(".part"));
    return !beside->folder.failed && !beside->draft.failed;
}

static void look_away(struct beside *beside) {
    builder_free(&beside->folder);
    builder_free(&beside->draft);
}

/* A name is on disk only once its folder is flushed. */
static bool flush_folder(const struct beside *beside) {
    int descriptor = open(builder_text(&beside->folder).bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool flushed = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) close(descriptor);
    return flushed;
}

/* Only a file that is whole gets its name, which is never taken from another. */
static enum keys_status give_name(const char *draft, const char *path) {
    enum keys_status status = KEYS_OK;
    if (link(draft, path) != 0) status = errno == EEXIST ? KEYS_THERE : KEYS_UNWRITABLE;
    (void)unlink(draft);
    return status;
}

static enum keys_status make_file(const char *path, enum seal_key_kind kind, day_number made, struct beside *beside) {
    struct keys keys;
    struct stat there;
    if (lstat(path, &there) == 0) return KEYS_THERE;
    builder_format(&beside->draft, ".%ld", (long)getpid()); /* others may be making one, too */
    if (beside->draft.failed) return KEYS_NO_MEMORY;
    const char *draft = builder_text(&beside->draft).bytes;
    enum keys_status status = keys_begin(&keys, kind, made);
    keep_memory_closed();
    (void)unlink(draft); /* left by one of that number that was cut short */
    if (status == KEYS_OK) status = write_keys(&keys, draft);
    keys_clear(&keys);
    if (status == KEYS_OK) status = give_name(draft, path);
    if (status != KEYS_OK || flush_folder(beside)) return status;
    (void)unlink(path); /* nobody has sealed anything with it */
    return KEYS_UNWRITABLE;
}

enum keys_status keys_make(const char *path, enum seal_key_kind kind, day_number made) {
    struct beside beside;
    enum keys_status status = KEYS_NO_MEMORY;
    if (look_beside(&beside, path)) status = make_file(path, kind, made, &beside);
    look_away(&beside);
    return status;
}

/* --- adding ------------------------------------------------------------------------------------------------------- */

/* One call at a time adds to a file, and none to one that another has replaced meanwhile, whose key would be lost.
 * Where there are no locks nobody holds one. */
static enum keys_status lock_keys(int descriptor, const char *path) {
    struct stat own, there;
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return KEYS_TAKEN;
    if (fstat(descriptor, &own) != 0 || lstat(path, &there) != 0) return KEYS_UNREADABLE;
    return own.st_dev == there.st_dev && own.st_ino == there.st_ino ? KEYS_OK : KEYS_TAKEN;
}

static enum keys_status replace(const struct keys *keys, const char *path, const struct beside *beside) {
    const char *draft = builder_text(&beside->draft).bytes;
    (void)unlink(draft); /* left by a call that was cut short: this one has the lock */
    enum keys_status status = write_keys(keys, draft);
    if (status != KEYS_OK) return KEYS_UNWRITABLE;
    bool renamed = rename(draft, path) == 0;
    if (!renamed) (void)unlink(draft);
    return renamed && flush_folder(beside) ? KEYS_OK : KEYS_UNWRITABLE;
}

enum keys_status keys_add(const char *path, enum seal_key_kind kind, day_number made, size_t *line) {
    struct keys keys = {0};
    struct beside beside;
    int descriptor;
    *line = 0;
    enum keys_status status = open_keys(path, &descriptor);
    if (status != KEYS_OK) return status;
    if (!look_beside(&beside, path)) status = KEYS_NO_MEMORY;
    if (status == KEYS_OK) status = lock_keys(descriptor, path);
    if (status == KEYS_OK) status = read_keys(&keys, descriptor, line);
    if (status == KEYS_OK) status = keys_extend(&keys, kind, made);
    if (status == KEYS_OK) status = replace(&keys, path, &beside);
    keys_clear(&keys);
    look_away(&beside);
    close(descriptor); /* and with it the lock */
    return status;
}
