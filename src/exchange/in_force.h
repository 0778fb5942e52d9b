/* in-force.csv: the values that later months read, written after one call and read by the next.
 *
 * A section for each entity: #household,month,id,dibao,… and below it a line for each row and month; an empty month is
 * an opening value, an empty cell nothing. One file, so that a call that is cut short leaves the old one whole. */
#ifndef DOUDI_EXCHANGE_IN_FORCE_H
#define DOUDI_EXCHANGE_IN_FORCE_H

#include "engine/run.h"
#include "exchange/file.h"

enum file_result in_force_write(const struct history *history, struct arena *arena, const char *folder);

/* Lines that are not understood are counted in *bad. */
enum file_result in_force_read(struct history *history, struct arena *arena, const char *folder, size_t *bad);

#endif
