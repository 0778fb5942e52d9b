/* Where values that a registry kept come out otherwise, as people and programs are told of it. */
#ifndef DOUDI_CLI_DIFFERENCES_H
#define DOUDI_CLI_DIFFERENCES_H

#include "cli/session.h"
#include "exchange/json.h"

/* Benefits first, up to some; then how many more there are. */
void differences_print(struct builder *out, struct session *session, const struct registry_differences *differences);
/* How many, and of the benefits each: keys of the object that is being written. */
void differences_write(struct json_writer *writer, struct session *session,
                       const struct registry_differences *differences);

#endif
