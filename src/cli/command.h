/* The doudi command: what its subcommands share. */
#ifndef DOUDI_CLI_COMMAND_H
#define DOUDI_CLI_COMMAND_H

#include "base/diagnostic.h"
#include "lang/suggestion.h"

#include <stdio.h>

/* Exit codes (docs/doudi.1). */
enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_CANNOT = 3 };

enum { ARGUMENTS_MAX = 64, OPTION_NAME_MAX = 32 };

/* The policy's folder where --policy says nothing. */
#define POLICY_FOLDER "policies/yunnan-2018"

struct policy;
struct case_runner;

/* What stood on the command line. */
struct command {
    enum language language;
    const char *words[ARGUMENTS_MAX]; /* in order, without options */
    size_t word_count;
    struct {
        const char *name, *value; /* --name value; value NULL for a switch */
    } options[ARGUMENTS_MAX];
    size_t option_count;
    bool coloured; /* what goes to stdout */
    struct arena arena;
};

/* Reads the command line; false (and a message) when an option is not known or lacks its value. */
bool command_parse(struct command *command, int count, char **arguments);
const char *command_option(const struct command *command, const char *name); /* the last one given, or NULL */
bool command_has(const struct command *command, const char *name);

bool count_parse(const char *text, uint64_t *out); /* digits alone; false for what is none, or too large */

void command_drop_word(struct command *command); /* the first, of at least one */

/* One line of text, of at most 400 bytes, that is shown as it was written. */
bool is_tellable(struct command *command, struct text text);

/* zh or en of a pair. */
const char *say(const struct command *command, const char *zh, const char *en);

/* Prints diagnostics to stderr in the command's language. */
void print_diagnostics(struct command *command, const struct diagnostics *diagnostics);
void print_text(struct text text, FILE *out);
void print_builder(const struct builder *builder); /* to stdout */
int show_built(struct command *command,
               struct builder *builder); /* prints and frees it, or tells that memory ran out */
/* To stdout, the signs of results in colour where --color, NO_COLOR and the terminal say so (colour.c). */
void print_coloured(const struct command *command, struct text text);

/* What the command line should have been (usage.c). */
void print_help(const struct command *command);                    /* of the command named, or of all; to stdout */
int no_such_command(const struct command *command);                /* EXIT_USAGE */
int wrong_usage(const struct command *command);                    /* EXIT_USAGE */
bool usage_takes(const struct command *command, const char *name); /* an option; without a command any */
/* False (and a message) for an option that it does not take, or where it lacks its second word. */
bool usage_allows(const struct command *command);
/* --by, where it is said, names somebody who is kept as such; false, and told. */
bool names_somebody(struct command *command);
bool has_option(const struct command *command, const char *name); /* false (and a message) when it is missing */
bool names_folder(const struct command *command);                 /* false (and a message) for an --out that is empty */
bool names_file(const struct command *command, const char *option); /* the same for an option of a file */
/* Ends a complaint's line on stderr: did you mean …? */
void print_meant(const struct command *command, const struct suggestion *suggestion);
int wrong_option(const struct command *command, const char *zh, const char *en); /* told as it stands; EXIT_USAGE */
int no_area(const struct command *command);                                      /* for an empty --area; EXIT_USAGE */
bool no_previous(const struct command *command);   /* false (and a message) for a --previous beside a registry */
int one_month_only(const struct command *command); /* EXIT_USAGE */
int no_folder(const struct command *command);      /* for an empty name, as scripts give it whose variable is not set */
int out_of_memory(const struct command *command);  /* EXIT_CANNOT */

int command_policy(struct command *command);

/* policy print, coverage, graph, diff (command_policy_view.c), program, prove, search (files of their own) */
int policy_show_print(struct command *command);
int policy_show_coverage(struct command *command);
int policy_show_graph(struct command *command);
int policy_show_program(struct command *command);
int policy_show_difference(struct command *command);
int policy_prove(struct command *command);
unsigned processors(void); /* of this machine: as many threads are worth while */
int policy_search(struct command *command);
/* The policy whose folder is that word of the command line; NULL after telling why not, *status is then the exit code.
 */
struct policy *policy_read(struct command *command, size_t word, int *status);
/* Why case_runner_open could not read the policy of the third word; the exit code. */
int tell_unopened(struct command *command, const struct case_runner *runner);
int command_sample(struct command *command);
int command_assess(struct command *command);
int command_rerun(struct command *command);
int command_verify(struct command *command);
int command_findings(struct command *command);
int command_missed(struct command *command);
int command_exits(struct command *command);
int command_differences(struct command *command);
int command_settle(struct command *command);
int settle_listen(struct command *command); /* settle --listen (command_listen.c) */
int command_quote(struct command *command);
int command_cancel(struct command *command);
int command_statement(struct command *command);
int command_resettle(struct command *command);
int command_entitlement(struct command *command);
int command_hospital_statement(struct command *command);
int command_pack(struct command *command);
int command_explain(struct command *command);
int command_init(struct command *command);
int command_import(struct command *command);
int command_keys(struct command *command);
int command_reveal(struct command *command);
int command_migrate(struct command *command);
int command_export(struct command *command);
int command_audit(struct command *command);
int command_confirm(struct command *command);
int command_household(struct command *command);
int command_backup(struct command *command);
int command_restore(struct command *command);
int command_simulate(struct command *command);

/* Digits: the number of a change. */
bool run_number(struct text text, int64_t *change);

#endif
