/* What a call of assess asks of a month, so that nothing else is kept of it. */
#ifndef DOUDI_CLI_ASKED_H
#define DOUDI_CLI_ASKED_H

#include "program/program.h"

/* The month's program for the rules that files show, that later months read, that guarantees and indicators are
 * reckoned from, and that what is left to the evaluator asks for; within an entity's row unless that is NULL. NULL when
 * memory has run out. */
struct program *asked_program(const struct policy *policy, month_number month, const struct run_options *options,
                              const struct entity *within);

#endif
