/* What a call of assess, missed or exits asks of a month, so that nothing else is kept of it. */
#ifndef DOUDI_CLI_ASKED_H
#define DOUDI_CLI_ASKED_H

#include "program/program.h"

/* The month's program for the rules that files show, that later months read, that guarantees and indicators are
 * reckoned from, and that what is left to the evaluator asks for; or, where something is to be found, for the alerts
 * that find it and what they show alone. Within an entity's row unless that is NULL. NULL when memory has run out. */
struct program *asked_program(const struct policy *policy, month_number month, const struct run_options *options,
                              enum finds finds, const struct entity *within);

#endif
