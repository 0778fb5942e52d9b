/* Reach: whether what changes in a family can be felt beyond it.
 *
 * For whoever decides some families again in place of everybody: what is kept of a row at or below an entity depends on
 * rows within the same row of it alone, on rows above and on inputs of rows that are referred to; and nothing that is
 * kept elsewhere depends on rows within. */
#ifndef DOUDI_ENGINE_REACH_H
#define DOUDI_ENGINE_REACH_H

#include "engine/run.h"

/* False also when memory has run out. The months and days of the texts do not matter: all that the law ever says is
 * looked at. */
bool reach_stays_within(const struct policy *policy, const struct entity *entity);

/* Whether the values of a field are kept in some month (record.h). */
bool reach_is_kept(const struct field *field);

#endif
