/* What was found of a registry's chain, in words: of doudi audit, backup and restore. */
#ifndef DOUDI_CLI_VERDICT_H
#define DOUDI_CLI_VERDICT_H

#include "cli/command.h"
#include "exchange/json.h"
#include "registry/registry.h"

/* What is wrong with a change; empty for a chain that is sound. */
const char *say_broken(const struct command *command, enum registry_break broken);
/* The chain is sound, whatever its tables lack. */
bool is_whole(const struct registry_verdict *verdict);
/* What tables have otherwise than they were made, a line for each. */
void show_flaws(struct builder *out, const struct command *command, const struct registry_verdict *verdict);
/* The last link, on a line of its own. */
void show_link(struct builder *out, const struct command *command, const struct registry_verdict *verdict);
/* The same within an object: chain, change, link, and what tables have otherwise. */
void write_chain(struct json_writer *writer, const struct registry_verdict *verdict);

#endif
