/* The files of a sample: whole ones in, a folder of long ones out. */
#ifndef DOUDI_SAMPLE_FOLDER_H
#define DOUDI_SAMPLE_FOLDER_H

#include "base/diagnostic.h"
#include "exchange/file.h"

/* A file as a source called `name`, held in the arena; NULL with a diagnostic when it cannot be read. */
struct source *folder_read(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics);

/* Makes the folder unless it is there, and keeps other processes from writing into it until folder_unlock. A folder
 * that is there must be empty or hold only files called as in `names`, of them `mark_name` beginning with `mark`. False
 * with a diagnostic. */
bool folder_prepare(const char *folder, const struct text *names, size_t count, struct text mark_name, struct text mark,
                    struct arena *arena, struct diagnostics *diagnostics, int *lock);

/* A file that is written through a buffer. */
struct output {
    struct file_writer file;
    struct builder buffer;
};

/* NULL with a diagnostic when it cannot be opened. Every output is closed in the end. */
struct output *output_open(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics);

/* Hands on what is in the buffer once it is long; false when anything failed so far. */
bool output_flush(struct output *output);

/* Hands on the rest, to disk: there is room for all of it. False with a diagnostic. */
bool output_finish(struct output *output, struct diagnostics *diagnostics);

/* Hands on the rest and puts the file in its place; with `keep` false the file that stood there before stays. False
 * with a diagnostic when writing failed. */
bool output_close(struct output *output, bool keep, struct diagnostics *diagnostics);

#endif
