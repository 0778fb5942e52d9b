/* A pack: the dataset of one month in one file, as it lies in memory.
 *
 *     file_open(&file, "longling.doudi"); pack_read(&pack, file.bytes, path, policy, month, &diagnostics);
 *
 * A block of 64 bytes begins the file: how it was made. A list of sections follows, then the sections, each at a
 * multiple of 64 bytes: the model as text, counts, opening values, decisions, then of every entity its parents, ids,
 * ids in order, flags and columns. Numbers are as the machine has them; every section has its sum. Reading looks at
 * every value, and copies none: a pack that was tampered with is refused, or decides what it says. */
#ifndef DOUDI_EXCHANGE_PACK_H
#define DOUDI_EXCHANGE_PACK_H

#include "engine/dataset.h"
#include "exchange/file.h"

struct pack {
    struct dataset *dataset;
    struct text opening, decisions; /* what stood in opening.csv and decisions.csv, as such files */
};

/* Whether the bytes begin as those of a pack do. */
bool pack_is(struct text bytes);

/* Into a new file, which then takes the place of the one before. */
enum file_result pack_write(const struct pack *pack, const char *path);

/* Bytes as file_open gives them: aligned for any type. The dataset points into them, and into the policy; its owner
 * frees it before them. `name` is what they are called when something is wrong, which is told. */
enum pack_result { PACK_OK, PACK_REFUSED, PACK_NO_MEMORY };
enum pack_result pack_read(struct pack *pack, struct text bytes, struct text name, const struct policy *policy,
                           month_number month, struct diagnostics *diagnostics);

#endif
