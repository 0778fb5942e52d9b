/* What --by and --raise of doudi simulate name. */
#ifndef DOUDI_CLI_SIMULATE_OPTIONS_H
#define DOUDI_CLI_SIMULATE_OPTIONS_H

#include "cli/command.h"
#include "simulate/report.h"

struct by_fields {
    VECTOR(const struct field *) list;
};

/* EXIT_DONE, or tells what is wrong. The simulation has begun. */
int read_bys(struct command *command, const struct simulation *simulation, struct by_fields *bys);
int read_raises(struct command *command, const struct simulation *simulation, struct raises *raises);

#endif
