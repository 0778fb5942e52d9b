/* Files and folders: whole files into memory, whole files out, nothing half-written. */
#ifndef DOUDI_EXCHANGE_FILE_H
#define DOUDI_EXCHANGE_FILE_H

#include "base/text.h"
#include "base/vector.h"

#include <stdio.h>

enum file_result {
    FILE_OK,
    FILE_MISSING,
    FILE_UNREADABLE,
    FILE_NO_MEMORY,
    FILE_UNWRITABLE,
    FILE_TAKEN,
    FILE_TOO_LARGE, /* for what files of its kind hold */
    FILE_UNENCODED, /* what is to be written does not exist in its encoding */
};

/* A file's bytes. Only of regular files. Freed with file_close. */
struct file {
    struct text bytes;
    char *held;
};
enum file_result file_open(struct file *file, const char *path);
/* The same, large files by several threads. */
enum file_result file_open_together(struct file *file, const char *path, unsigned threads);
void file_close(struct file *file);
/* Whether a regular file is there that begins so; no more of it is read. */
bool file_starts(const char *path, const char *prefix);
bool file_is_there(const char *path); /* anything of that name, also a link that leads nowhere */

/* Names in a folder, sorted, without those that begin with a dot. */
struct file_names {
    VECTOR(struct text) list;
};
enum file_result folder_list(struct arena *arena, const char *path, struct file_names *names);
bool folder_exists(const char *path);
enum file_result folder_make(const char *path); /* also when it is there already; parents too */

/* Keeps other processes from writing into the folder until folder_unlock; FILE_TAKEN when one does so already. */
enum file_result folder_lock(const char *path, int *lock);
void folder_unlock(int lock); /* nothing when it is negative */

/* Takes a file, or an empty folder, away; nothing when it is not there or must stay. */
void file_remove(const char *path);
void folder_remove(const char *path);
/* Two names of one folder. */
bool folder_same(const char *a, const char *b);

struct text path_join(struct arena *arena, struct text folder, struct text name);

/* Writes to a new file beside the path, which file_commit puts in its place: until then, and after a crash, the old one
 * stands. */
struct file_writer {
    FILE *stream;
    struct text path, draft;
    bool failed;
};
enum file_result file_begin(struct file_writer *writer, struct arena *arena, const char *path);
/* The same, of a file that nobody but its owner may read. */
enum file_result file_begin_private(struct file_writer *writer, struct arena *arena, const char *path);
void file_write(struct file_writer *writer, struct text text);
enum file_result file_flush(struct file_writer *writer);  /* to disk: there is room for all of it */
enum file_result file_commit(struct file_writer *writer); /* flushes too */
void file_abandon(struct file_writer *writer);

/* Several files that belong together are put in their places one after another; while that goes on, and after a crash
 * in it, the folder bears a sign. */
enum file_result folder_begin_replacing(struct arena *arena, const char *folder,
                                        struct text *sign); /* file_remove it */
bool file_is_sign(struct text name);
bool folder_is_unfinished(const struct file_names *names);

#endif
