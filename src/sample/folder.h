/* Files: reading whole ones, writing a folder of them piece by piece. */
#ifndef DOUDI_SAMPLE_FOLDER_H
#define DOUDI_SAMPLE_FOLDER_H

#include "base/diagnostic.h"

/* A file's bytes as a source called `name`; NULL with a diagnostic when it cannot be read. */
struct source *folder_read(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics);

/* Makes the folder unless it is there. A folder that is there must be empty or hold only files called as in `names`, one of
 * them `mark_name` that begins with `mark`. False with a diagnostic. */
bool folder_prepare(const char *folder, const struct text *names, size_t count, struct text mark_name, struct text mark,
                    struct arena *arena, struct diagnostics *diagnostics);

/* A file that is written from beginning to end. */
struct output;

/* NULL with a diagnostic when it cannot be opened. Closed by output_close, in any case. */
struct output *output_open(struct arena *arena, const char *folder, struct text name, struct diagnostics *diagnostics);
struct builder *output_buffer(struct output *output); /* to write to */

/* Hands on what is in the buffer once it is long; false when that failed. */
bool output_flush(struct output *output);

/* Hands on the rest. False with a diagnostic when anything was not written; NULL counts as written. */
bool output_close(struct output *output, struct diagnostics *diagnostics);

#endif
