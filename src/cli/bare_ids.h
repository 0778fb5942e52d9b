/* Rows that are told under a number which the law seals: their ids stand in clear wherever the row is named. */
#ifndef DOUDI_CLI_BARE_IDS_H
#define DOUDI_CLI_BARE_IDS_H

#include "engine/dataset.h"

/* How many rows of an entity there are whose id is what is told of a sealed input of theirs, or a number of somebody's
 * by the `check` of any sealed input. `first` is one of them; SIZE_MAX: none is. */
size_t bare_ids_count(const struct policy *policy, const struct record_table *told, size_t *first);

#endif
