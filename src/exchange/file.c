#define _GNU_SOURCE /* open, mmap, fsync, readdir */
#include "exchange/file.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* What cannot be mapped (a pipe, a device) is read to its end. */
static enum file_result read_all(struct file *file, int descriptor) {
    size_t length = 0, room = 1 << 16;
    char *bytes = memory_new(room, 1);
    while (bytes) {
        if (length == room) {
            char *bigger = memory_resize(bytes, room * 2, 1);
            if (!bigger) break;
            bytes = bigger;
            room *= 2;
        }
        ssize_t got = read(descriptor, bytes + length, room - length);
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

enum file_result file_open(struct file *file, const char *path) {
    *file = (struct file){.bytes = TEXT("")};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return errno == ENOENT || errno == ENOTDIR ? FILE_MISSING : FILE_UNREADABLE;
    struct stat status;
    enum file_result result = FILE_OK;
    if (fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
        result = FILE_UNREADABLE;
    } else if (S_ISREG(status.st_mode) && status.st_size > 0) {
        file->mapped_length = (size_t)status.st_size;
        file->mapped = mmap(NULL, file->mapped_length, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (file->mapped == MAP_FAILED) {
            file->mapped = NULL;
            result = read_all(file, descriptor);
        } else {
            file->bytes = (struct text){file->mapped, file->mapped_length};
        }
    } else {
        result = read_all(file, descriptor);
    }
    close(descriptor);
    return result;
}

void file_close(struct file *file) {
    if (file->mapped) munmap(file->mapped, file->mapped_length);
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

int folder_lock(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || flock(folder, LOCK_EX | LOCK_NB) == 0) return folder;
    close(folder);
    return -1;
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

enum file_result file_begin(struct file_writer *writer, struct arena *arena, const char *path) {
    *writer =
        (struct file_writer){.path = text_copy(arena, text_from(path)), .draft = text_format(arena, "%s.part", path)};
    if (arena_failed(arena)) return FILE_NO_MEMORY;
    writer->stream = fopen(writer->draft.bytes, "wb");
    return writer->stream ? FILE_OK : FILE_UNWRITABLE;
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

enum file_result file_commit(struct file_writer *writer) {
    bool good = !writer->failed && fflush(writer->stream) == 0 && fsync(fileno(writer->stream)) == 0;
    good = fclose(writer->stream) == 0 && good;
    writer->stream = NULL;
    if (good && rename(writer->draft.bytes, writer->path.bytes) == 0 && flush_folder(writer->path)) return FILE_OK;
    unlink(writer->draft.bytes);
    return FILE_UNWRITABLE;
}

void file_abandon(struct file_writer *writer) {
    if (writer->stream) (void)fclose(writer->stream); /* it is thrown away */
    writer->stream = NULL;
    unlink(writer->draft.bytes);
}
