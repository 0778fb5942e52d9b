/* The files of results that one call writes, month by month:
 *
 *     results_open(&results, &arena, policy, "out")      drafts beside the files of before, with their headings
 *     results_add(&results, &totals) ...                 each month in turn
 *     results_flush(&results)                            to disk, as drafts
 *     results_begin_replacing(&results)                  the sign of unfinished work (file.h)
 *     results_commit(&results)                           puts them in the place of those of before
 *     results_end_replacing(&results)                    takes the sign away
 *     results_close(&results)
 *
 * Until they are committed, what an earlier call wrote stands as it was. */
#ifndef DOUDI_EXCHANGE_RESULTS_H
#define DOUDI_EXCHANGE_RESULTS_H

#include "exchange/csv_file.h"
#include "exchange/totals.h"

/* A file being written. */
struct results_sheet {
    struct csv_file file;
    const struct entity *entity; /* of decisions */
    const struct field **benefits;
    size_t benefit_count;
};

enum results_list {
    RESULTS_SUMMARY,
    RESULTS_UNDETERMINED,
    RESULTS_ALERTS,
    RESULTS_GUARANTEES,
    RESULTS_INDICATORS,
    RESULTS_LISTS
};

struct results {
    struct arena *arena;
    const struct policy *policy;
    const char *folder;
    struct results_sheet list[RESULTS_LISTS];
    struct results_sheet *decisions; /* of every entity with benefits */
    size_t decisions_count;
    struct text trouble; /* the file that could not be written */
    bool no_memory;      /* it ran out on the way */
    struct text sign;    /* while files are being replaced */
};

/* A file in the folder that is no result, when the folder does not hold results already; else the empty text. */
struct text results_stranger(struct arena *arena, const char *folder);

/* The arena, policy and folder must outlive the results. The folder is made if it is not there. */
enum file_result results_open(struct results *results, struct arena *arena, const struct policy *policy,
                              const char *folder);
void results_add(struct results *results, struct totals *totals);
/* To disk, as drafts: nothing can fail for want of room any more. FILE_NO_MEMORY also when it ran out while a month was
 * added, or in its run: what was written then is not what the law says. */
enum file_result results_flush(struct results *results);
/* Before the first file of the folder is replaced, also one that is none of these. */
enum file_result results_begin_replacing(struct results *results);
/* Also takes away what earlier calls wrote and this one did not. */
enum file_result results_commit(struct results *results);
/* When every file is in its place. */
void results_end_replacing(struct results *results);
void results_close(struct results *results);

#endif
