/* The two commands that decide, without those that read YAML: what they write on another machine is held against what
 * the whole program writes on this one. */
#include "cli/command.h"

#include <string.h>

int main(int count, char **arguments) {
    struct command command;
    int status = EXIT_USAGE;
    if (command_parse(&command, count, arguments) && command.word_count)
        status = strcmp(command.words[0], "assess") == 0 ? command_assess(&command) : command_explain(&command);
    arena_free(&command.arena);
    return fflush(stdout) == 0 && !ferror(stdout) ? status : EXIT_CANNOT;
}
