/* What policy prove and policy search share: the policy, the month, the guarantees that are meant. */
#ifndef DOUDI_CLI_GUARANTEES_H
#define DOUDI_CLI_GUARANTEES_H

#include "cli/command.h"
#include "exchange/case.h"
#include "exchange/json.h"

struct guarantees {
    struct command *command;
    struct case_runner runner;
    bool opened;
    month_number month;
    VECTOR(const struct guarantee *) chosen; /* those named, or all */
};

/* Of the command line: policy, --month, names behind. EXIT_DONE, or tells why not; guarantees_close is due in any case.
 */
int guarantees_open(struct guarantees *guarantees, struct command *command);
void guarantees_close(struct guarantees *guarantees);

/* The sign, the name and the label that a line begins with. */
void guarantee_print_head(struct builder *out, const struct command *command, const struct guarantee *guarantee,
                          const char *sign);
/* Ends such a line. */
void guarantee_print_not_in_force(struct builder *out, const struct command *command);
/* A worked case below its guarantee. */
void guarantee_print_case(struct builder *out, struct text written);
/* The members of a guarantee: its name, its label. */
void guarantee_write_head(struct json_writer *writer, const struct guarantee *guarantee);

#endif
