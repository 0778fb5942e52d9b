/* Reach: whether what changes in a family can be felt beyond it.
 *
 * For whoever decides some families again in place of everybody: what is kept of a row at or below an entity depends on
 * rows within the same row of it alone, on rows above and on inputs of rows that are referred to; and nothing that is
 * kept elsewhere depends on rows within, nor whether a row can stand. */
#ifndef DOUDI_ENGINE_REACH_H
#define DOUDI_ENGINE_REACH_H

#include "engine/run.h"

/* False also when memory has run out. The months and days of the texts do not matter: all that the law ever says is
 * looked at. */
bool reach_stays_within(const struct policy *policy, const struct entity *entity);

/* Of which entities beyond it values that are kept are read by what is kept within it, at once or by way of each other:
 * they are decided with it. By index, all false at first; false when memory has run out. */
bool reach_find_read(const struct policy *policy, const struct entity *entity, bool *read);

/* Whether the values of a field are kept in some month (record.h). */
bool reach_is_kept(const struct field *field);

#endif
