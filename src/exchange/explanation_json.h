/* An explanation as JSON: the tree of engine/explain.h, whole, with exact numbers as texts ("3500/12"). */
#ifndef DOUDI_EXCHANGE_EXPLANATION_JSON_H
#define DOUDI_EXCHANGE_EXPLANATION_JSON_H

#include "engine/explain.h"
#include "exchange/json.h"

/* One value; a value whose reasons were written before says "repeated" in their place. `opened` is shared by all
 * explanations of a document. */
void explanation_write_json(struct json_writer *writer, struct map *opened, const struct explanation *explanation);

#endif
