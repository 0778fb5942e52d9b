/* CSV files that are written cell by cell.
 *
 * What is written goes to a draft in large pieces, and only csv_file_commit puts that in its place (file.h). A piece
 * that could not be made or written is remembered: flushing and committing then fail. */
#ifndef DOUDI_EXCHANGE_CSV_FILE_H
#define DOUDI_EXCHANGE_CSV_FILE_H

#include "exchange/file.h"

struct csv_file {
    struct file_writer writer;
    struct builder text; /* not handed on yet */
    bool inside;         /* a line has begun */
    bool gb18030;        /* set once it has begun: all of it is kept until it is committed, and converted then */
};

/* The arena must outlive it. Whatever comes of it, csv_file_close may be called. */
enum file_result csv_file_begin(struct csv_file *file, struct arena *arena, struct text folder, struct text name);
/* The same, of a file that nobody but its owner may read. */
enum file_result csv_file_begin_private(struct csv_file *file, struct arena *arena, struct text folder,
                                        struct text name);

void csv_file_cell(struct csv_file *file, struct text text); /* quoted where it must be; no formula */
void csv_file_id(struct csv_file *file, struct text text);   /* the same as it is: for those who read it again */
/* A cell that the caller writes, which needs no quotes. */
struct builder *csv_file_next(struct csv_file *file);
void csv_file_end_line(struct csv_file *file);
/* Bytes as they are, within a line or as lines of their own. */
void csv_file_add(struct csv_file *file, struct text text);

enum file_result csv_file_flush(struct csv_file *file);
enum file_result csv_file_commit(struct csv_file *file);
void csv_file_close(struct csv_file *file); /* abandons what is not committed */

#endif
