/* doudi sample: a population of invented people on real area codes. */
#include "cli/command.h"
#include "sample/sample.h"

#include <stdio.h>

static int print_json(const struct sample_result *result) {
    printf("{\n  \"families\": %llu,\n  \"people\": %llu,\n  \"rows\": %llu\n}\n", (unsigned long long)result->families,
           (unsigned long long)result->members, (unsigned long long)result->rows);
    return EXIT_DONE;
}

int command_sample(struct command *command) {
    struct sample_options options = {.policy = command_option(command, "policy"),
                                     .area = command_option(command, "area"),
                                     .seed = 1,
                                     .out = command_option(command, "out")};
    const char *seed = command_option(command, "seed");
    if (!options.policy) options.policy = POLICY_FOLDER;
    if (command->word_count != 1 || !has_option(command, "households") || !has_option(command, "out"))
        return wrong_usage(command);
    if (!count_parse(command_option(command, "households"), &options.households) || options.households == 0)
        return wrong_option(command, "--households 应为大于 0 的数,如 1000",
                            "--households takes a number, such as 1000");
    if (seed && !count_parse(seed, &options.seed))
        return wrong_option(command, "--seed 应为一个数,如 1", "--seed takes a number, such as 1");
    if (!names_folder(command)) return EXIT_USAGE;
    if (!*options.policy) return no_folder(command);
    struct diagnostics diagnostics;
    struct sample_result result = {0};
    diagnostics_init(&diagnostics, &command->arena);
    enum sample_status status = sample_write(&options, &command->arena, &diagnostics, &result);
    print_diagnostics(command, &diagnostics);
    if (status == SAMPLE_NO_MEMORY) return out_of_memory(command);
    if (status != SAMPLE_DONE) return EXIT_CANNOT;
    if (command_has(command, "json")) return print_json(&result);
    printf(say(command, "%s: %llu 户 %llu 人(均为虚构),共 %llu 行\n",
               "%s: %llu families, %llu people, all invented; %llu rows\n"),
           options.out, (unsigned long long)result.families, (unsigned long long)result.members,
           (unsigned long long)result.rows);
    return EXIT_DONE;
}
