/* The commands that decide and pack, without those that read YAML: what they write on another machine is held against
 * what the whole program writes on this one. */
#include "cli/command.h"

#include <string.h>

static int act(struct command *command) {
    if (strcmp(command->words[0], "assess") == 0) return command_assess(command);
    if (strcmp(command->words[0], "pack") == 0) return command_pack(command);
    return command_explain(command);
}

int main(int count, char **arguments) {
    struct command command;
    int status = EXIT_USAGE;
    if (command_parse(&command, count, arguments) && command.word_count) status = act(&command);
    arena_free(&command.arena);
    return fflush(stdout) == 0 && !ferror(stdout) ? status : EXIT_CANNOT;
}
