/* A VFS for SQLite over the default one, through which everything goes; beside that it keeps of each file what is safe
 * on the disk, and what was done to it since. */
#define _POSIX_C_SOURCE 200809L /* unlink */
#include "faulty_disk.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/vector.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 512 };

/* Bytes that were written, or a new length. */
struct doing {
    size_t offset; /* or the length */
    struct text bytes;
    bool cuts, torn; /* torn: the power went while it was done */
};

struct disk_file {
    struct text path;
    struct builder safe;
    VECTOR(struct doing) doings;
    struct builder deleted; /* what had the name before, and may have it again */
    bool there, made_safe, may_return;
};

struct faulty_file {
    sqlite3_file base;
    struct disk_file *disk; /* NULL: of no lasting file */
    bool flushes_folder;    /* with the first flush */
    sqlite3_file *beneath;
};

static struct {
    sqlite3_vfs vfs, *beneath;
    struct arena arena;
    VECTOR(struct disk_file *) files;
    enum disk_fault fault;
    size_t first, events;
    bool has_failed;
    uint64_t chance;
} disk;

/* --- chance ------------------------------------------------------------------------------------------------------- */

static uint64_t draw(void) {
    uint64_t z = disk.chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool happens(unsigned eighths) {
    return draw() % 8 < eighths;
}

/* --- what is on the disk ------------------------------------------------------------------------------------------ */

static void set_length(struct builder *bytes, size_t length) {
    static const char zeros[PIECE];
    while (bytes->length < length)
        builder_add(bytes, (struct text){zeros, length - bytes->length < PIECE ? length - bytes->length : PIECE});
    bytes->length = length;
    assert(!bytes->failed);
}

static void put(struct builder *bytes, size_t offset, struct text written) {
    if (written.length == 0) return;
    if (bytes->length < offset + written.length) set_length(bytes, offset + written.length);
    memcpy(bytes->bytes + offset, written.bytes, written.length);
}

static void do_all(struct disk_file *file) {
    for (size_t i = 0; i < file->doings.count; i++) {
        const struct doing *doing = &file->doings.items[i];
        if (doing->cuts)
            set_length(&file->safe, doing->offset);
        else
            put(&file->safe, doing->offset, doing->bytes);
    }
    file->doings.count = 0;
}

/* Of what was written some pieces; of the one that was being written its beginning. */
static void do_some(struct disk_file *file, const struct doing *doing, unsigned eighths) {
    size_t end = doing->offset + doing->bytes.length;
    if (doing->cuts && happens(eighths)) set_length(&file->safe, doing->offset);
    for (size_t at = doing->offset, next; at < end && !doing->cuts; at = next) {
        next = (at / PIECE + 1) * PIECE < end ? (at / PIECE + 1) * PIECE : end;
        size_t kept = happens(eighths) ? next - at : 0;
        if (kept && doing->torn) kept = draw() % (kept + 1);
        put(&file->safe, at, text_slice(doing->bytes, at - doing->offset, at - doing->offset + kept));
    }
}

static void lose_power(struct disk_file *file, unsigned eighths) {
    for (size_t i = 0; i < file->doings.count; i++) do_some(file, &file->doings.items[i], eighths);
    file->doings.count = 0;
    if (file->made_safe || (file->there && happens(eighths))) return;
    file->there = file->may_return && !happens(eighths);
    if (!file->there) return;
    builder_free(&file->safe);
    file->safe = file->deleted;
    builder_init(&file->deleted);
}

static void write_file(const char *path, struct text bytes) {
    FILE *file = fopen(path, "wb");
    assert(file);
    size_t written = bytes.length ? fwrite(bytes.bytes, 1, bytes.length, file) : 0;
    int failed = fclose(file);
    assert(written == bytes.length && !failed);
}

static void read_file(const char *path, struct builder *bytes) {
    char piece[4096];
    FILE *file = fopen(path, "rb");
    for (size_t got; file && (got = fread(piece, 1, sizeof piece, file)) > 0;)
        builder_add(bytes, (struct text){piece, got});
    if (file && fclose(file) != 0) bytes->failed = true;
    assert(!bytes->failed);
}

/* What readers share of a log is in memory; what lies there in a file afterwards is anything. */
static void spoil_shared(const char *path) {
    char bytes[PIECE];
    struct text shared = text_format(&disk.arena, "%s-shm", path);
    if (access(shared.bytes, F_OK) != 0) return;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)draw();
    write_file(shared.bytes, (struct text){bytes, sizeof bytes});
}

void faulty_disk_restart(uint64_t seed) {
    static const unsigned kept[] = {0, 1, 4, 4, 7, 8};
    disk.chance = seed;
    unsigned eighths = kept[draw() % (sizeof kept / sizeof *kept)];
    for (size_t i = 0; i < disk.files.count; i++) {
        struct disk_file *file = disk.files.items[i];
        lose_power(file, eighths);
        if (file->there)
            write_file(file->path.bytes, (struct text){file->safe.bytes, file->safe.length});
        else
            (void)unlink(file->path.bytes);
        spoil_shared(file->path.bytes);
        builder_free(&file->safe);
        builder_free(&file->deleted);
    }
    disk.files.count = 0;
    disk.fault = DISK_GOOD;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static struct disk_file *file_of(const char *path) {
    for (size_t i = 0; i < disk.files.count; i++)
        if (text_is(disk.files.items[i]->path, path)) return disk.files.items[i];
    struct disk_file *file = ARENA_NEW(&disk.arena, struct disk_file);
    assert(file);
    file->path = text_copy(&disk.arena, text_from(path));
    builder_init(&file->safe);
    builder_init(&file->deleted);
    file->there = access(path, F_OK) == 0;
    if (file->there) read_file(path, &file->safe);
    file->made_safe = file->safe.length > 0; /* an empty one was made just before */
    VECTOR_PUSH(&disk.arena, &disk.files, file);
    assert(!arena_failed(&disk.arena));
    return file;
}

static void note(struct disk_file *file, struct doing doing) {
    VECTOR_PUSH(&disk.arena, &file->doings, doing);
    assert(!arena_failed(&disk.arena));
}

static void flush_folder(void) {
    for (size_t i = 0; i < disk.files.count; i++) {
        disk.files.items[i]->made_safe = disk.files.items[i]->there;
        disk.files.items[i]->may_return = false;
    }
}

/* Whether the event with which that begins has been. */
static bool fails_as(enum disk_fault fault) {
    bool fails = disk.fault == fault && disk.events > disk.first;
    disk.has_failed = disk.has_failed || fails;
    return fails;
}

static bool is_off(void) {
    return fails_as(DISK_POWER_CUT);
}

static sqlite3_file *beneath(sqlite3_file *file) {
    return ((struct faulty_file *)file)->beneath;
}

static int close_file(sqlite3_file *file) {
    return beneath(file)->pMethods->xClose(beneath(file));
}

static int read_bytes(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset) {
    return is_off() ? SQLITE_IOERR_READ : beneath(file)->pMethods->xRead(beneath(file), bytes, length, offset);
}

static int write_through(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset, bool torn) {
    struct disk_file *own = ((struct faulty_file *)file)->disk;
    struct text written = text_copy(&disk.arena, (struct text){bytes, (size_t)length});
    if (own) note(own, (struct doing){.offset = (size_t)offset, .bytes = written, .torn = torn});
    return torn ? SQLITE_IOERR_WRITE : beneath(file)->pMethods->xWrite(beneath(file), bytes, length, offset);
}

static int write_bytes(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset) {
    if (is_off()) return SQLITE_IOERR_WRITE;
    disk.events++;
    if (fails_as(DISK_WRITE_ERROR)) return SQLITE_IOERR_WRITE;
    if (!fails_as(DISK_FULL)) return write_through(file, bytes, length, offset, is_off());
    int result = write_through(file, bytes, length / 2, offset, false);
    return result == SQLITE_OK ? SQLITE_FULL : result;
}

static int cut_off(sqlite3_file *file, sqlite3_int64 length) {
    struct disk_file *own = ((struct faulty_file *)file)->disk;
    if (is_off()) return SQLITE_IOERR_TRUNCATE;
    disk.events++;
    if (own) note(own, (struct doing){.offset = (size_t)length, .cuts = true});
    return is_off() ? SQLITE_IOERR_TRUNCATE : beneath(file)->pMethods->xTruncate(beneath(file), length);
}

/* Nothing else than the disk has to wait for it. */
static int flush(sqlite3_file *file, int flags) {
    struct faulty_file *own = (struct faulty_file *)file;
    (void)flags;
    if (is_off()) return SQLITE_IOERR_FSYNC;
    disk.events++;
    if (is_off() || fails_as(DISK_SYNC_ERROR)) return SQLITE_IOERR_FSYNC;
    if (own->disk) do_all(own->disk);
    if (own->flushes_folder) flush_folder();
    own->flushes_folder = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
    return is_off() ? SQLITE_IOERR_FSTAT : beneath(file)->pMethods->xFileSize(beneath(file), size);
}

static int lock(sqlite3_file *file, int how) {
    return is_off() ? SQLITE_IOERR_LOCK : beneath(file)->pMethods->xLock(beneath(file), how);
}

static int unlock(sqlite3_file *file, int how) {
    return beneath(file)->pMethods->xUnlock(beneath(file), how);
}

static int is_reserved(sqlite3_file *file, int *reserved) {
    return beneath(file)->pMethods->xCheckReservedLock(beneath(file), reserved);
}

static int control(sqlite3_file *file, int what, void *with) {
    return is_off() ? SQLITE_NOTFOUND : beneath(file)->pMethods->xFileControl(beneath(file), what, with);
}

static int sector_size(sqlite3_file *file) {
    return beneath(file)->pMethods->xSectorSize(beneath(file));
}

static int characteristics(sqlite3_file *file) {
    return beneath(file)->pMethods->xDeviceCharacteristics(beneath(file));
}

static int share(sqlite3_file *file, int region, int size, int extends, void volatile **shared) {
    if (is_off()) return SQLITE_IOERR_SHMMAP;
    if (extends && fails_as(DISK_FULL)) return SQLITE_IOERR_SHMSIZE;
    return beneath(file)->pMethods->xShmMap(beneath(file), region, size, extends, shared);
}

static int share_lock(sqlite3_file *file, int offset, int count, int flags) {
    if (is_off() && flags & SQLITE_SHM_LOCK) return SQLITE_IOERR_SHMLOCK;
    return beneath(file)->pMethods->xShmLock(beneath(file), offset, count, flags);
}

static void share_barrier(sqlite3_file *file) {
    beneath(file)->pMethods->xShmBarrier(beneath(file));
}

static int share_no_more(sqlite3_file *file, int deletes) {
    return beneath(file)->pMethods->xShmUnmap(beneath(file), deletes);
}

/* --- the VFS ------------------------------------------------------------------------------------------------------ */

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without files in memory */
    .xClose = close_file,
    .xRead = read_bytes,
    .xWrite = write_bytes,
    .xTruncate = cut_off,
    .xSync = flush,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = share,
    .xShmLock = share_lock,
    .xShmBarrier = share_barrier,
    .xShmUnmap = share_no_more,
};

/* Of a file that is made, the first flush makes its name safe as well, as SQLite's own VFS does it. */
static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *found) {
    enum { LOGS = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL };
    struct faulty_file *own = (struct faulty_file *)file;
    (void)vfs;
    own->base.pMethods = NULL;
    if (is_off()) return SQLITE_CANTOPEN;
    own->beneath = (sqlite3_file *)(own + 1);
    own->disk = path && flags & (LOGS | SQLITE_OPEN_MAIN_DB) ? file_of(path) : NULL;
    own->flushes_folder = flags & SQLITE_OPEN_CREATE && flags & LOGS;
    int result = disk.beneath->xOpen(disk.beneath, path, own->beneath, flags, found);
    if (own->beneath->pMethods) own->base.pMethods = &methods;
    if (result == SQLITE_OK && own->disk) own->disk->there = true;
    return result;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int flushes) {
    (void)vfs;
    if (is_off()) return SQLITE_IOERR_DELETE;
    struct disk_file *file = file_of(path);
    disk.events++;
    if (is_off()) return SQLITE_IOERR_DELETE;
    if (file->made_safe) {
        builder_free(&file->deleted);
        file->deleted = file->safe;
        builder_init(&file->safe);
    }
    file->may_return = file->may_return || file->made_safe;
    file->there = file->made_safe = false;
    file->safe.length = 0;
    file->doings.count = 0;
    int result = disk.beneath->xDelete(disk.beneath, path, 0);
    if (flushes) flush_folder();
    return result;
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return is_off() ? SQLITE_IOERR_ACCESS : disk.beneath->xAccess(disk.beneath, path, flags, result);
}

void faulty_disk_begin(void) {
    disk.beneath = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.beneath;
    disk.vfs.zName = "faulty";
    disk.vfs.szOsFile = disk.beneath->szOsFile + (int)sizeof(struct faulty_file);
    disk.vfs.xOpen = open_file;
    disk.vfs.xDelete = delete_file;
    disk.vfs.xAccess = access_file;
    arena_init(&disk.arena);
    memset(&disk.files, 0, sizeof disk.files);
    faulty_disk_fail(DISK_GOOD, 0, 0);
    int result = sqlite3_vfs_register(&disk.vfs, 1);
    assert(result == SQLITE_OK);
}

void faulty_disk_end(void) {
    sqlite3_vfs_unregister(&disk.vfs);
    for (size_t i = 0; i < disk.files.count; i++) {
        builder_free(&disk.files.items[i]->safe);
        builder_free(&disk.files.items[i]->deleted);
    }
    arena_free(&disk.arena);
}

void faulty_disk_fail(enum disk_fault fault, size_t first, uint64_t seed) {
    disk.fault = fault;
    disk.first = first;
    disk.events = 0;
    disk.has_failed = false;
    disk.chance = seed;
}

size_t faulty_disk_events(void) {
    return disk.events;
}

bool faulty_disk_has_failed(void) {
    return disk.has_failed;
}
