/* doudi assess --changed. */
#ifndef DOUDI_CLI_ASSESS_CHANGED_H
#define DOUDI_CLI_ASSESS_CHANGED_H

#include "cli/command.h"

int assess_changed(struct command *command);

#endif
