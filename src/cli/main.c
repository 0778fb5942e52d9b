/* doudi: decides who is entitled to what, and shows the article behind every figure. */
#define _POSIX_C_SOURCE 200809L /* SIGPIPE, SIGXFSZ */
#include "cli/command.h"
#include "doudi.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static int run(struct command *command) {
    static const struct {
        const char *name;
        int (*run)(struct command *);
    } commands[] = {{"policy", command_policy},
                    {"sample", command_sample},
                    {"assess", command_assess},
                    {"rerun", command_rerun},
                    {"pack", command_pack},
                    {"explain", command_explain},
                    {"simulate", command_simulate},
                    {"init", command_init},
                    {"import", command_import},
                    {"export", command_export},
                    {"migrate", command_migrate},
                    {"confirm", command_confirm},
                    {"audit", command_audit},
                    {"backup", command_backup},
                    {"restore", command_restore},
                    {"household", command_household},
                    {"missed", command_missed},
                    {"exits", command_exits},
                    {"verify", command_verify},
                    {"findings", command_findings},
                    {"settle", command_settle},
                    {"quote", command_quote},
                    {"cancel", command_cancel},
                    {"statement", command_statement},
                    {"resettle", command_resettle},
                    {"entitlement", command_entitlement},
                    {"hospital-statement", command_hospital_statement},
                    {"keys", command_keys},
                    {"reveal", command_reveal},
                    {"differences", command_differences}};
    if (command_has(command, "version")) {
        printf("doudi %s\n", doudi_version());
        return EXIT_DONE;
    }
    bool help = command->word_count && strcmp(command->words[0], "help") == 0;
    if (help) command_drop_word(command); /* help assess is assess --help */
    if (help || command_has(command, "help")) {
        print_help(command);
        return EXIT_DONE;
    }
    if (command->word_count == 0) return wrong_usage(command);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(command->words[0], commands[i].name) != 0) continue;
        bool groups = commands[i].run == command_simulate; /* whose --by says by what */
        return usage_allows(command) && (groups || names_somebody(command)) ? commands[i].run(command) : EXIT_USAGE;
    }
    return no_such_command(command);
}

int main(int count, char **arguments) {
    struct command command;
    signal(SIGPIPE, SIG_IGN); /* whoever stops reading what is printed does not stop the work; told at the end */
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is one that cannot be written */
    int status = command_parse(&command, count, arguments) ? run(&command) : EXIT_USAGE;
    arena_free(&command.arena);
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fputs(say(&command, "doudi: 写不了标准输出\n", "doudi: cannot write to standard output\n"), stderr);
    return EXIT_CANNOT;
}
